// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/make_output.h"

#include "base/strings.h"

namespace oopsfarm {

constexpr std::size_t max_lines = 40;   ///< kept of each kind of error
constexpr std::size_t max_tail = 20;    ///< kept of the end
constexpr std::size_t max_length = 400; ///< bytes kept of a line

/// Where the sandbox shows the source and the objects; people know the paths
/// within the source.
static std::string without_folders(std::string line)
{
  line = replace_all(std::move(line), "/build/src/", "");
  line = replace_all(std::move(line), "/build/obj/", "");
  // The compiler's quotes are typographic in a UTF-8 locale.
  line = replace_all(std::move(line), "\u2018", "'");
  return replace_all(std::move(line), "\u2019", "'");
}

static bool starts_with(std::string_view text, std::string_view prefix)
{
  return text.substr(0, prefix.size()) == prefix;
}

bool MakeOutput::out_line(std::string_view line)
{
  // Kbuild's short form: two spaces, the tool padded to 7, the target.
  if (line.size() < 11 || !starts_with(line, "  ") || line[2] == ' ' ||
      line.size() > 4096) {
    return false;
  }
  const auto tool = line.substr(2, line.find(' ', 2) - 2);
  current_ = printable(trim(line.substr(2 + tool.size())), 120);
  if (tool != "CC" && tool != "AS") {
    return false;
  }
  ++objects_;
  return true;
}

MakeOutput::Kind MakeOutput::classify(std::string_view line)
{
  const auto has = [&](std::string_view text) {
    return line.find(text) != std::string_view::npos;
  };
  if (has("***")) {
    return Kind::make;
  }
  if (has(": undefined reference to ") || has("ERROR: modpost") ||
      has("multiple definition of") || has("ld: error") ||
      has("cannot find ")) {
    return Kind::linker;
  }
  if (has(": error: ") || has(": fatal error: ") || has(": Error: ") ||
      has(": syntax error") || has("internal compiler error")) {
    return Kind::compiler;
  }
  return Kind::none;
}

/// Appends a line while there is room. True when it was kept.
static bool keep(std::vector<std::string>& lines, const std::string& line)
{
  if (lines.size() >= max_lines) {
    return false;
  }
  lines.push_back(line);
  return true;
}

/// "mm/oom_kill.c:12:7: error: x" → without the column, which says little in a
/// title.
static std::string without_column(const std::string& line)
{
  const auto file_end = line.find(':');
  const auto line_end = line.find(':', file_end + 1);
  if (file_end == std::string::npos || line_end == std::string::npos) {
    return line;
  }
  const auto column_end = line.find_first_not_of("0123456789", line_end + 1);
  if (column_end == std::string::npos || column_end == line_end + 1 ||
      line[column_end] != ':') {
    return line;
  }
  return line.substr(0, line_end) + line.substr(column_end);
}

void MakeOutput::err_line(std::string_view raw)
{
  const auto line =
      printable(without_folders(std::string(raw.substr(0, 1024))), max_length);
  tail_.push_back(line);
  if (tail_.size() > max_tail) {
    tail_.pop_front();
  }
  if (line.find("Killed signal terminated program") != std::string::npos) {
    out_of_memory_ = true;
  }
  constexpr std::size_t belongs = 4; ///< source line, marks, a note
  switch (classify(line)) {
  case Kind::compiler:
    if (first_.empty()) {
      first_ = without_column(line);
    }
    keep(compiler_, line);
    follow_ = belongs;
    break;
  case Kind::linker:
    keep(linker_, line);
    follow_ = 0;
    break;
  case Kind::make:
    keep(make_, line);
    follow_ = 0;
    break;
  case Kind::none:
    if (follow_ > 0 && starts_with(line, " ")) {
      keep(compiler_, line);
      --follow_;
    }
    break;
  }
}

std::string MakeOutput::title() const
{
  if (!first_.empty()) {
    return first_;
  }
  for (const auto* lines : {&linker_, &make_}) {
    if (!lines->empty()) {
      return lines->front();
    }
  }
  return tail_.empty() ? "" : tail_.back();
}

std::string MakeOutput::detail() const
{
  for (const auto* lines : {&compiler_, &linker_}) {
    if (!lines->empty()) {
      return join(*lines, "\n");
    }
  }
  return join({tail_.begin(), tail_.end()}, "\n");
}

} // namespace oopsfarm
