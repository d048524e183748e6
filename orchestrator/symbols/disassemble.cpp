// SPDX-License-Identifier: GPL-2.0-or-later
#include "symbols/disassemble.h"

#include "base/strings.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace oopsfarm {

/// objdump for `arch`: a cross toolchain's knows that architecture for sure,
/// the host's its own.
static Result<std::string> find_objdump(Arch arch)
{
  const auto cross = cross_prefix(arch) + std::string("objdump");
  if (!find_program(cross).empty()) {
    return Result<std::string>(cross);
  }
  if (arch == Arch::x86_64 && !find_program("objdump").empty()) {
    return Result<std::string>("objdump");
  }
  return user_error(fmt::format(
      "no {}: install {}",
      cross,
      arch == Arch::x86_64 ? "binutils" : "binutils-powerpc64le-linux-gnu"));
}

/// "  1c:\tmov    (%rax),%rdx": offset and text.
static std::optional<std::pair<std::size_t, std::string_view>>
split_line(std::string_view line)
{
  const auto colon = line.find(":\t");
  const auto start = line.find_first_not_of(' ');
  if (colon == std::string_view::npos || start >= colon) {
    return std::nullopt;
  }
  std::size_t offset = 0;
  const char* const end = line.data() + colon;
  const auto result = std::from_chars(line.data() + start, end, offset, 16);
  if (result.ec != std::errc() || result.ptr != end) {
    return std::nullopt;
  }
  return std::pair(offset, line.substr(colon + 2));
}

/// One blank where objdump lines up its columns by blanks and tabs.
static std::string squeezed(std::string_view text)
{
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t';
    if (!blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  while (!out.empty() && out.back() == ' ') {
    out.pop_back();
  }
  return out;
}

std::vector<Instruction> parse_objdump(std::string_view text, std::size_t fault)
{
  std::vector<Instruction> found;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (const auto line = split_line(text.substr(0, end))) {
      found.push_back(
          Instruction{static_cast<long>(line->first) - static_cast<long>(fault),
                      squeezed(line->second)});
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return found;
}

static bool reaches_fault(const std::vector<Instruction>& instructions)
{
  return std::any_of(instructions.begin(),
                     instructions.end(),
                     [](const Instruction& one) { return one.offset == 0; });
}

Result<std::vector<Instruction>>
disassemble(const CodeBytes& code, ProcessRunner& runner, const Stop& stop)
{
  constexpr std::size_t longest_instruction = 15;
  TRY_ASSIGN(const auto objdump, find_objdump(code.arch));
  TRY_ASSIGN(const auto folder,
             TempFolder::make(std::filesystem::temp_directory_path(), "code"));
  const auto file = folder.path() / "code";
  TRY(write_file(file, code.bytes));
  const bool x86 = code.arch == Arch::x86_64;
  const auto first = x86 ? std::min(longest_instruction, code.fault) : 0;
  std::vector<Instruction> found;
  for (std::size_t skip = 0; skip <= first; ++skip) {
    Command command;
    command.argv = {objdump, "-D", "-b", "binary", "--no-show-raw-insn"};
    command.argv.insert(command.argv.end(),
                        {"-m", x86 ? "i386:x86-64" : "powerpc:common64"});
    command.argv.emplace_back(x86 ? "-Mi386,x86-64,att" : "-EL");
    command.argv.push_back("--start-address=" + std::to_string(skip));
    command.argv.push_back(file.string());
    command.env = {{"LC_ALL", "C"}};
    TRY_ASSIGN(const auto text, runner.output(command, stop));
    found = parse_objdump(text, code.fault);
    if (reaches_fault(found)) {
      break;
    }
  }
  return found;
}

} // namespace oopsfarm
