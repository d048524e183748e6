// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/stack.h"

#include "triage/head_finder.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace oopsfarm {

static constexpr std::size_t most_frames = 64;

static std::string_view skip_blanks(std::string_view text)
{
  std::size_t at = 0;
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) {
    ++at;
  }
  return text.substr(at);
}

static bool is_hex(char c)
{
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
         (c >= 'A' && c <= 'F');
}

/// Takes "0x1f" off the start of `text`.
static std::uint64_t take_hex(std::string_view& text)
{
  std::uint64_t value = 0;
  if (text.substr(0, 2) == "0x") {
    text.remove_prefix(2);
    const auto end =
        std::from_chars(text.data(), text.data() + text.size(), value, 16);
    text.remove_prefix(static_cast<std::size_t>(end.ptr - text.data()));
  }
  return value;
}

static bool ends_symbol(char c)
{
  return c == '+' || c == ' ' || c == ')';
}

/// `found` in `text`, with what stands behind its name.
static CrashFrame with_place(const StackFrame& found, std::string_view text)
{
  constexpr std::size_t longest = 128;
  // The name is a part of `text`; suffix and offset follow it.
  auto rest =
      text.substr(static_cast<std::size_t>(found.name.data() - text.data()));
  const auto* end = std::find_if(rest.begin(), rest.end(), ends_symbol);
  const auto length = static_cast<std::size_t>(end - rest.begin());
  CrashFrame frame;
  frame.kind = found.kind;
  frame.trusted = found.trusted;
  frame.symbol = rest.substr(0, std::min(length, longest));
  rest.remove_prefix(length);
  if (!rest.empty() && rest[0] == '+') {
    rest.remove_prefix(1);
    frame.offset = take_hex(rest);
    if (!rest.empty() && rest[0] == '/') {
      rest.remove_prefix(1);
      frame.size = take_hex(rest);
    }
  }
  return frame;
}

std::optional<CrashFrame> parse_crash_frame(std::string_view text)
{
  const auto found = parse_frame(text);
  return found ? std::optional(with_place(*found, text)) : std::nullopt;
}

/// Lines that begin another stack than the one that the report is about.
static bool begins_other_stack(std::string_view text)
{
  static constexpr std::array<std::string_view, 12> starts{
      "Allocated by task",
      "Freed by task",
      "Last potentially related work",
      "Second to last potentially related work",
      "page last allocated via",
      "page last free",
      "page_owner free stack trace",
      "Uninit was ",
      "Local variable ",
      "read to 0x",
      "write to 0x",
      "value changed:"};
  return std::any_of(starts.begin(), starts.end(), [&](std::string_view start) {
    return text.size() > 1 && text[0] == start[0] && text[1] == start[1] &&
           text.starts_with(start);
  });
}

/// lockdep prints the locks' histories first, and at last where it happened.
static std::size_t first_line_of_stack(const ReportText& report)
{
  for (auto line = report.find_mark(opens_trace, report.head());
       line < report.size();
       line = report.find_mark(opens_trace, line + 1)) {
    if (report.text(line).find("stack backtrace:") != std::string_view::npos) {
      return line;
    }
  }
  return report.head();
}

/// Whether the line of no frame ends a stack.
static bool ends_stack(std::string_view text, bool traced)
{
  const auto plain = skip_blanks(text);
  return plain.starts_with("---[ end") || plain.starts_with("</TASK>") ||
         (traced && begins_other_stack(plain));
}

std::vector<CrashFrame> stack_of(const ReportText& report)
{
  std::vector<CrashFrame> frames;
  frames.reserve(std::min(report.frames().size(), most_frames));
  bool traced = false; // a frame of the call trace was seen
  for (auto line = first_line_of_stack(report);
       line < report.size() && frames.size() < most_frames;
       ++line) {
    const auto text = report.text(line);
    if (traced && (report.line(line).marks & calls_trace) != 0) {
      break;
    }
    const auto* frame = report.frame_at(line);
    if (frame == nullptr) {
      if (ends_stack(text, traced)) {
        break;
      }
    } else if (frame->kind != FrameKind::lock) {
      // The registers of an interrupted context, within or below the trace,
      // are frames as well: what was interrupted called into it.
      traced = traced || frame->kind == FrameKind::trace;
      frames.push_back(with_place(*frame, text));
    }
  }
  return frames;
}

/// Whether `text` is nothing but bytes or words in hexadecimal, some in <> or
/// (), as they are printed around a fault; "XXXXXXXX" and "Bad RIP value."
/// are no code.
static bool is_code(std::string_view text)
{
  constexpr std::string_view marks = " <>()";
  return text.size() > 2 && std::all_of(text.begin(), text.end(), [&](char c) {
           return is_hex(c) || marks.find(c) != std::string_view::npos;
         });
}

static std::string_view trimmed(std::string_view text)
{
  text = skip_blanks(text);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

/// powerpc before 6.7: "Instruction dump:" and lines of eight words.
static std::string instruction_dump(const ReportText& report, std::size_t line)
{
  constexpr std::size_t most_lines = 4;
  std::string code;
  const auto end = std::min(report.size(), line + most_lines);
  for (; line < end; ++line) {
    const auto text = trimmed(report.text(line));
    if (!is_code(text)) {
      break;
    }
    code += code.empty() ? "" : " ";
    code += text;
  }
  return code;
}

std::string code_of(const ReportText& report)
{
  constexpr std::string_view mark = "Code: ";
  for (auto line = report.head(); line < report.size(); ++line) {
    if (report.frame_at(line) != nullptr) {
      continue;
    }
    const auto text = skip_blanks(report.text(line));
    if (text.substr(0, 9) == "RIP: 0033") {
      return ""; // what follows is the program's
    }
    if (text.substr(0, mark.size()) == mark) {
      const auto code = trimmed(text.substr(mark.size()));
      return is_code(code) ? std::string(code) : "";
    }
    if (text.substr(0, 17) == "Instruction dump:") {
      return instruction_dump(report, line + 1);
    }
  }
  return "";
}

std::string build_id_of(const ReportText& report)
{
  constexpr std::size_t digits = 40;
  for (auto line = report.head(); line < report.size(); ++line) {
    if (report.frame_at(line) != nullptr) {
      continue;
    }
    const auto text = trimmed(report.text(line));
    if (text.substr(0, 5) != "CPU: " || text.size() <= digits) {
      continue;
    }
    const auto id = text.substr(text.size() - digits);
    const bool whole = text[text.size() - digits - 1] == ' ' &&
                       std::all_of(id.begin(), id.end(), is_hex);
    if (whole) {
      return std::string(id);
    }
  }
  return "";
}

} // namespace oopsfarm
