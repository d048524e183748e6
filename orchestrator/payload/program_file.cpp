// SPDX-License-Identifier: GPL-2.0-or-later
#include "payload/program_file.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <optional>

namespace oopsfarm {

template <typename T>
static std::optional<T> copy_at(std::string_view bytes, std::uint64_t offset)
{
  T value;
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) {
    return std::nullopt;
  }
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

static std::string name_of(const Elf64_Ehdr& head)
{
  switch (head.e_machine) {
  case EM_X86_64:
    return head.e_ident[EI_CLASS] == ELFCLASS64 ? "x86_64" : "x32";
  case EM_386:
    return "i386";
  case EM_PPC64:
    return head.e_ident[EI_DATA] == ELFDATA2LSB ? "ppc64le"
                                                : "big-endian ppc64";
  case EM_AARCH64:
    return "arm64";
  default:
    return fmt::format("another machine (ELF machine {})", head.e_machine);
  }
}

/// Whether it can be run at all, by the header alone.
static Status check_head(const Elf64_Ehdr& head, Arch arch)
{
  const int machine = arch == Arch::x86_64 ? EM_X86_64 : EM_PPC64;
  if (head.e_ident[EI_CLASS] != ELFCLASS64 ||
      head.e_ident[EI_DATA] != ELFDATA2LSB || head.e_machine != machine) {
    return user_error(fmt::format("is a program for {}, and this target's "
                                  "guests are {}",
                                  name_of(head),
                                  to_string(arch)));
  }
  switch (head.e_type) {
  case ET_EXEC:
  case ET_DYN:
    break;
  case ET_REL:
    return user_error("is an object file, not a program");
  case ET_CORE:
    return user_error("is a core dump, not a program");
  default:
    return user_error("is no program: its ELF type is unknown");
  }
  if (head.e_entry == 0) {
    return user_error("is a library, not a program: it has no entry point");
  }
  return Ok{};
}

/// The dynamic linker that it asks for; "" when there is none.
static Result<std::string> find_linker(std::string_view bytes,
                                       const Elf64_Ehdr& head)
{
  if (head.e_phentsize != sizeof(Elf64_Phdr) || head.e_phnum == 0) {
    return user_error("is no program: it has no segments");
  }
  for (std::size_t i = 0; i < head.e_phnum; ++i) {
    if (head.e_phoff > bytes.size()) {
      break;
    }
    const auto segment =
        copy_at<Elf64_Phdr>(bytes, head.e_phoff + i * sizeof(Elf64_Phdr));
    if (!segment) {
      return user_error("is cut: its program headers are missing");
    }
    const bool loads = segment->p_type == PT_LOAD;
    if (loads && (segment->p_offset > bytes.size() ||
                  bytes.size() - segment->p_offset < segment->p_filesz)) {
      return user_error("is cut: one of its segments lies behind its end");
    }
    if (segment->p_type == PT_INTERP) {
      constexpr std::uint64_t longest = 200;
      const auto from =
          std::min<std::uint64_t>(segment->p_offset, bytes.size());
      const auto text =
          bytes.substr(from, std::min(segment->p_filesz, longest));
      return "wants " + printable(text.substr(0, text.find('\0')));
    }
  }
  return std::string();
}

static Result<ProgramFile> inspect_elf(std::string_view bytes, Arch arch)
{
  const auto head = copy_at<Elf64_Ehdr>(bytes, 0);
  if (!head) {
    return user_error("is cut: it ends within its ELF header");
  }
  TRY(check_head(*head, arch));
  TRY_ASSIGN(const auto linker, find_linker(bytes, *head));
  if (!linker.empty()) {
    return user_error(
        fmt::format("is linked dynamically ({}), and guests have no libraries: "
                    "link it with -static",
                    linker));
  }
  return ProgramFile{};
}

/// "#!/bin/sh -e" → /bin/sh. The kernel reads 256 bytes of the line.
static Result<ProgramFile> inspect_script(std::string_view bytes)
{
  constexpr std::size_t kernel_buffer = 255;
  const auto line = bytes.substr(2, bytes.find('\n') - 2);
  if (line.size() > kernel_buffer) {
    return user_error("has a first line that the kernel finds too long");
  }
  if (line.find('\r') != std::string_view::npos) {
    return user_error("has lines that end as on DOS (\\r\\n): the kernel would "
                      "look for an interpreter with \\r in its name");
  }
  const auto text = trim(line);
  ProgramFile script;
  script.interpreter = text.substr(0, text.find_first_of(" \t"));
  if (script.interpreter.empty() || script.interpreter.front() != '/') {
    return user_error(fmt::format("names no interpreter by its whole path "
                                  "behind '#!', but '{}'",
                                  printable(text, 80)));
  }
  return script;
}

Result<ProgramFile> inspect_program(std::string_view bytes, Arch arch)
{
  if (bytes.starts_with(std::string_view(ELFMAG, SELFMAG))) {
    return inspect_elf(bytes, arch);
  }
  if (bytes.starts_with("#!")) {
    return inspect_script(bytes);
  }
  return user_error(bytes.empty()
                        ? "is empty"
                        : "is neither an ELF program nor a script: it does not "
                          "begin with '#!'");
}

} // namespace oopsfarm
