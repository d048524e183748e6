// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/open_report.h"

#include "triage/head_finder.h"
#include "triage/stack.h"
#include "triage/titles.h"

#include <algorithm>
#include <array>

namespace oopsfarm {

/// What of a line before its anchor the rules are given, bytes.
static constexpr std::size_t most_before_anchor = 200;

LineContext LineContext::of(const ConsoleLine& line)
{
  return {line.time_us.has_value(), std::string(line.caller)};
}

OpenReport::OpenReport(const Head& head,
                       std::size_t at,
                       const ConsoleLine& line,
                       unsigned marks,
                       const CrashLimits& limits)
    : head_(&head), at_(std::min(at, most_before_anchor)), limits_(limits),
      context_(LineContext::of(line))
{
  // The beginning of a line is kept; the anchor is to be in it.
  auto kept = line;
  kept.text.remove_prefix(at - at_);
  text_.mark_head();
  text_.add(kept, marks);
}

bool OpenReport::owns(const ConsoleLine& line) const
{
  if (!line.time_us && line.caller.empty()) {
    return true; // registers, and what a mail program broke off
  }
  if (!context_.caller.empty()) {
    return line.caller == context_.caller ||
           (all_cpus_ && !line.caller.empty() && line.caller[0] == 'C');
  }
  // A head without a stamp may be one that lost it: then anything goes.
  return true;
}

/// The last lines that a report prints: kernel/panic.c of Linux.
static bool ends_report(std::string_view text)
{
  static constexpr std::array<std::string_view, 3> ends{
      "---[ end ", "Rebooting in ", "Kernel Offset: "};
  const auto start = text.find_first_not_of(' ');
  return start != std::string_view::npos &&
         std::any_of(ends.begin(), ends.end(), [&](std::string_view end) {
           return text.substr(start, end.size()) == end;
         });
}

void OpenReport::add(const ConsoleLine& line, unsigned marks)
{
  text_.add(line, marks);
  if (line.text.empty()) {
    return;
  }
  traced_ = traced_ || (marks & calls_trace) != 0;
  complete_ = complete_ || ends_report(line.text);
  lines_after_end_ += complete_ ? 1 : 0;
  all_cpus_ = all_cpus_ || (marks & all_cpus) != 0;
}

std::string OpenReport::excerpt() const
{
  std::string excerpt;
  const auto end = std::min(text_.size(), text_.head() + limits_.excerpt_lines);
  for (auto line = text_.head(); line < end; ++line) {
    const auto text = text_.text(line);
    if (excerpt.size() + text.size() + 1 > limits_.excerpt_bytes) {
      break;
    }
    excerpt += text;
    excerpt += '\n';
  }
  return excerpt;
}

Crash OpenReport::close()
{
  text_.parse_frames();
  auto crash = title_report(*head_, at_, text_);
  const auto head = text_.head();
  crash.first_line = std::string(text_.text(head));
  crash.excerpt = excerpt();
  crash.begin = text_.line(head).begin;
  crash.first_line_number = text_.line(head).number;
  crash.end = text_.line(text_.size() - 1).end;
  crash.last_line_number = text_.line(text_.size() - 1).number;
  crash.stack = stack_of(text_);
  crash.code = code_of(text_);
  crash.build_id = build_id_of(text_);
  crash.follow_on = tainted() || !traced_;
  return crash;
}

/// "Tainted: G      D W": D is for a death, W for a warning, B for bad memory,
/// L for a lockup, M for a machine check (kernel/panic.c).
bool OpenReport::tainted() const
{
  constexpr std::string_view key = "Tainted: ";
  for (auto line = text_.head(); line < text_.size(); ++line) {
    if (text_.frame_at(line) != nullptr) {
      continue;
    }
    const auto text = text_.text(line);
    // "CPU: 0 PID: 1 Comm: x Tainted: G": nothing for short lines.
    const auto at = text.size() > 32 ? text.find(key) : text.npos;
    if (at == std::string_view::npos || at == 0 || text[at - 1] != ' ') {
      continue;
    }
    const auto flags = text.substr(at + key.size(), 24);
    const auto letters = flags.substr(0, flags.find_first_of("0123456789("));
    return letters.find_first_of("DWBLM") != std::string_view::npos;
  }
  return false;
}

} // namespace oopsfarm
