// SPDX-License-Identifier: GPL-2.0-or-later
#include "symbols/vmlinux.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <gelf.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>
#include <unordered_map>

namespace oopsfarm {

namespace {

struct Range
{
  std::uint64_t begin = 0;
  std::uint64_t size = 0;
};

struct Freed
{
  void operator()(Dwarf_Die* scopes) const { std::free(scopes); }
};

using Scopes = std::unique_ptr<Dwarf_Die, Freed>;

/// kallsyms counts a function up to the next symbol: its padding, too.
constexpr std::uint64_t most_padding = 64;

} // namespace

static Error unusable(const std::filesystem::path& vmlinux,
                      const std::string& why)
{
  return user_error(fmt::format("{}: {}", printable(vmlinux.string()), why));
}

struct Symbols::State
{
  std::filesystem::path path;
  int fd = -1;
  Elf* elf = nullptr;
  Dwarf* dwarf = nullptr;
  std::unordered_multimap<std::string, Range> functions;
  GElf_Sym banner_symbol{}; ///< of linux_banner

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  ~State()
  {
    dwarf_end(dwarf);
    elf_end(elf);
    if (fd >= 0) {
      close(fd);
    }
  }

  void read_symbols();
  void take_symbol(const GElf_Sym& symbol, const char* name);
  std::string banner() const;
  Status check_sizes(const std::vector<CrashFrame>& frames) const;
  std::optional<std::uint64_t> address_of(const CrashFrame& frame) const;
};

void Symbols::State::take_symbol(const GElf_Sym& symbol, const char* name)
{
  if (symbol.st_size == 0) {
    return;
  }
  if (GELF_ST_TYPE(symbol.st_info) == STT_FUNC) {
    functions.emplace(name, Range{symbol.st_value, symbol.st_size});
  } else if (std::string_view(name) == "linux_banner") {
    banner_symbol = symbol;
  }
}

void Symbols::State::read_symbols()
{
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf, section)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr ||
        header.sh_type != SHT_SYMTAB || header.sh_entsize == 0) {
      continue;
    }
    Elf_Data* data = elf_getdata(section, nullptr);
    const auto count = static_cast<int>(header.sh_size / header.sh_entsize);
    for (int i = 0; data != nullptr && i < count; ++i) {
      GElf_Sym symbol;
      const char* name = nullptr;
      if (gelf_getsym(data, i, &symbol) != nullptr &&
          (name = elf_strptr(elf, header.sh_link, symbol.st_name)) != nullptr) {
        take_symbol(symbol, name);
      }
    }
  }
}

/// What the kernel prints as its first line, without the newline, or "".
std::string Symbols::State::banner() const
{
  GElf_Shdr header;
  Elf_Scn* section = elf_getscn(elf, banner_symbol.st_shndx);
  if (banner_symbol.st_size == 0 || section == nullptr ||
      gelf_getshdr(section, &header) == nullptr ||
      header.sh_type == SHT_NOBITS) {
    return "";
  }
  const Elf_Data* data = elf_rawdata(section, nullptr);
  const auto at = banner_symbol.st_value - header.sh_addr;
  if (data == nullptr || at > data->d_size ||
      banner_symbol.st_size > data->d_size - at) {
    return "";
  }
  const std::string_view text(static_cast<const char*>(data->d_buf) + at,
                              banner_symbol.st_size);
  return std::string(
      text.substr(0, text.find_first_of(std::string_view("\n\0", 2))));
}

static bool fits(const Range& range, const CrashFrame& frame)
{
  return frame.size == 0 ||
         (frame.size >= range.size && frame.size - range.size < most_padding);
}

/// A kernel's functions have the sizes that it prints. A few may differ where
/// a log is corrupted; none of another build's fits but by chance.
Status Symbols::State::check_sizes(const std::vector<CrashFrame>& frames) const
{
  int fitting = 0;
  int odd = 0;
  const CrashFrame* example = nullptr;
  for (const auto& frame : frames) {
    const auto [first, last] = functions.equal_range(frame.symbol);
    if (frame.size == 0 || first == last) {
      continue; // nothing said, or a module's
    }
    if (std::any_of(first, last, [&](const auto& function) {
          return fits(function.second, frame);
        })) {
      ++fitting;
    } else {
      ++odd;
      example = &frame;
    }
  }
  if (odd <= fitting) {
    return {};
  }
  return unusable(
      path,
      fmt::format("is another kernel's: in the log {} has {} bytes, "
                  "in it {}",
                  printable(example->symbol),
                  example->size,
                  functions.find(example->symbol)->second.size));
}

/// The address that is meant; nothing when several functions could be.
std::optional<std::uint64_t>
Symbols::State::address_of(const CrashFrame& frame) const
{
  std::optional<std::uint64_t> found;
  const auto [first, last] = functions.equal_range(frame.symbol);
  for (auto it = first; it != last; ++it) {
    const auto& range = it->second;
    // A call that does not return may be a function's last instruction.
    if (!fits(range, frame) || frame.offset > range.size) {
      continue;
    }
    if (found) {
      return std::nullopt;
    }
    found = range.begin + frame.offset;
  }
  const bool is_return = frame.kind != FrameKind::fault;
  if (found && is_return && frame.offset > 0) {
    --*found;
  }
  return found;
}

/// "/build/src/mm/mmap.c", "../mm/mmap.c" → "mm/mmap.c": from the last folder
/// of the kernel's own that stands at the top of its tree.
static std::string in_tree(std::string_view path)
{
  constexpr std::string_view tops[] = {"arch/",
                                       "block/",
                                       "certs/",
                                       "crypto/",
                                       "drivers/",
                                       "fs/",
                                       "include/",
                                       "init/",
                                       "io_uring/",
                                       "ipc/",
                                       "kernel/",
                                       "lib/",
                                       "mm/",
                                       "net/",
                                       "rust/",
                                       "samples/",
                                       "security/",
                                       "sound/",
                                       "virt/"};
  std::size_t best = std::string_view::npos;
  for (const auto top : tops) {
    for (auto at = path.find(top); at != std::string_view::npos;
         at = path.find(top, at + 1)) {
      if (at == 0 || path[at - 1] == '/') {
        best = std::min(best, at);
        break;
      }
    }
  }
  return std::string(best == std::string_view::npos ? path : path.substr(best));
}

static std::string name_of(Dwarf_Die* die)
{
  const char* name = dwarf_diename(die);
  return name == nullptr ? "" : name;
}

/// Where an inlined function was called from.
static SourcePlace call_site(Dwarf_Die* cu, Dwarf_Die* inlined)
{
  SourcePlace place;
  Dwarf_Attribute attribute;
  Dwarf_Word value = 0;
  Dwarf_Files* files = nullptr;
  std::size_t count = 0;
  if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute),
                      &value) == 0 &&
      dwarf_getsrcfiles(cu, &files, &count) == 0) {
    const char* file = dwarf_filesrc(files, value, nullptr, nullptr);
    place.file = file == nullptr ? "" : in_tree(file);
  }
  if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute),
                      &value) == 0) {
    place.line = static_cast<unsigned>(value);
  }
  return place;
}

static std::optional<SourcePlace> line_at(Dwarf_Die* cu, std::uint64_t address)
{
  Dwarf_Line* line = dwarf_getsrc_die(cu, address);
  if (line == nullptr) {
    return std::nullopt;
  }
  SourcePlace place;
  int number = 0;
  const char* file = dwarf_linesrc(line, nullptr, nullptr);
  if (file == nullptr || dwarf_lineno(line, &number) != 0) {
    return std::nullopt;
  }
  place.file = in_tree(file);
  place.line = static_cast<unsigned>(number);
  return place;
}

/// The scopes of an address from the innermost out, inlined ones where they
/// stand in the code, not where they are defined.
static std::pair<Scopes, int> scopes_at(Dwarf_Die* cu, std::uint64_t address)
{
  Dwarf_Die* found = nullptr;
  const int count = dwarf_getscopes(cu, address, &found);
  const Scopes innermost(found);
  if (count <= 0) {
    return {nullptr, 0};
  }
  Dwarf_Die* concrete = nullptr;
  const int depth = dwarf_getscopes_die(innermost.get(), &concrete);
  return {Scopes(concrete), std::max(depth, 0)};
}

std::vector<SourcePlace> Symbols::places(const CrashFrame& frame) const
{
  std::vector<SourcePlace> places;
  const auto address = state_->address_of(frame);
  Dwarf_Die cu;
  if (!address || dwarf_addrdie(state_->dwarf, *address, &cu) == nullptr) {
    return places;
  }
  auto place = line_at(&cu, *address);
  if (!place) {
    return places;
  }
  const auto [scopes, depth] = scopes_at(&cu, *address);
  for (int i = 0; i < depth; ++i) {
    Dwarf_Die* scope = scopes.get() + i;
    const auto tag = dwarf_tag(scope);
    if (tag == DW_TAG_inlined_subroutine || tag == DW_TAG_subprogram) {
      place->function = name_of(scope);
      places.push_back(*place);
    }
    if (tag == DW_TAG_inlined_subroutine) {
      *place = call_site(&cu, scope);
    }
  }
  return places;
}

static std::string build_id_of(Elf* elf)
{
  const void* bytes = nullptr;
  const auto size = dwelf_elf_gnu_build_id(elf, &bytes);
  std::string text;
  for (ssize_t i = 0; i < size; ++i) {
    text += fmt::format("{:02x}", static_cast<const unsigned char*>(bytes)[i]);
  }
  return text;
}

Result<Symbols> Symbols::open(const std::filesystem::path& vmlinux)
{
  elf_version(EV_CURRENT);
  auto state = std::make_unique<State>();
  state->path = vmlinux;
  state->fd = ::open(vmlinux.c_str(), O_RDONLY | O_CLOEXEC);
  if (state->fd < 0) {
    return unusable(vmlinux, "can't be opened");
  }
  state->elf = elf_begin(state->fd, ELF_C_READ_MMAP, nullptr);
  if (state->elf == nullptr || elf_kind(state->elf) != ELF_K_ELF) {
    return unusable(vmlinux, "is no ELF file; wanted: a vmlinux");
  }
  state->dwarf = dwarf_begin_elf(state->elf, DWARF_C_READ, nullptr);
  if (state->dwarf == nullptr) {
    return unusable(vmlinux,
                    "has no debug information; build it with "
                    "CONFIG_DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT");
  }
  state->read_symbols();
  return Symbols(std::move(state));
}

Status Symbols::check(const KernelIdentity& kernel) const
{
  const auto id = build_id_of(state_->elf);
  if (!kernel.build_id.empty() && id != kernel.build_id) {
    return unusable(state_->path,
                    fmt::format("is another kernel's: its build id is {}, the "
                                "log's is {}",
                                id.empty() ? "missing" : id,
                                printable(kernel.build_id)));
  }
  if (!kernel.build_id.empty()) {
    return {};
  }
  const auto banner = state_->banner();
  const auto& banners = kernel.banners;
  if (!banners.empty() && !banner.empty() &&
      std::find(banners.begin(), banners.end(), banner) == banners.end()) {
    return unusable(state_->path,
                    fmt::format("is another kernel's: it is \"{}\", the log is "
                                "of \"{}\"",
                                printable(banner),
                                printable(banners.front())));
  }
  return state_->check_sizes(kernel.frames);
}

static constexpr std::size_t most_callees = 4096;

/// Whom a call site calls, or "" where it is a pointer.
static std::string callee_of(Dwarf_Die* site)
{
  for (const unsigned name : {DW_AT_call_origin, DW_AT_abstract_origin}) {
    Dwarf_Attribute attribute;
    Dwarf_Die callee;
    if (dwarf_attr(site, name, &attribute) != nullptr &&
        dwarf_formref_die(&attribute, &callee) != nullptr) {
      return name_of(&callee);
    }
  }
  return "";
}

/// Adds what the scopes below `parent` call. `depth` bounds what a file can
/// make us do.
static void
add_callees(Dwarf_Die* parent, int depth, std::set<std::string>& found)
{
  constexpr int deepest = 64;
  Dwarf_Die child;
  if (depth > deepest || dwarf_child(parent, &child) != 0) {
    return;
  }
  do {
    const auto tag = dwarf_tag(&child);
    const bool call = tag == DW_TAG_call_site || tag == DW_TAG_GNU_call_site;
    if (call || tag == DW_TAG_inlined_subroutine) {
      found.insert(call ? callee_of(&child) : name_of(&child));
    }
    if (tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block) {
      add_callees(&child, depth + 1, found);
    }
  } while (found.size() < most_callees && dwarf_siblingof(&child, &child) == 0);
}

std::vector<std::string> Symbols::callees(const std::string& symbol) const
{
  const auto function = state_->functions.find(symbol);
  Dwarf_Die cu;
  if (function == state_->functions.end() ||
      dwarf_addrdie(state_->dwarf, function->second.begin, &cu) == nullptr) {
    return {};
  }
  const auto [scopes, depth] = scopes_at(&cu, function->second.begin);
  std::set<std::string> found;
  for (int i = 0; i < depth; ++i) {
    if (dwarf_tag(scopes.get() + i) == DW_TAG_subprogram) {
      add_callees(scopes.get() + i, 0, found);
      break;
    }
  }
  found.erase("");
  return {found.begin(), found.end()};
}

Symbols::Symbols(std::unique_ptr<State> state) : state_(std::move(state)) {}

Symbols::Symbols(Symbols&&) noexcept = default;
Symbols& Symbols::operator=(Symbols&&) noexcept = default;
Symbols::~Symbols() = default;

} // namespace oopsfarm
