// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/titles.h"

#include "triage/blame.h"
#include "triage/name_table.h"
#include "triage/rule_set.h"

#include <cxxabi.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <memory>

namespace oopsfarm {

static constexpr std::string_view unknown_function = "corrupted";

/// {F} and {1}…{9} replaced.
static std::string fill_in(std::string_view form,
                           std::string_view function,
                           const std::vector<std::string_view>& groups)
{
  std::string text;
  for (std::size_t at = 0; at < form.size(); ++at) {
    if (form[at] != '{' || at + 2 >= form.size() || form[at + 2] != '}') {
      text += form[at];
      continue;
    }
    const char key = form[at + 1];
    const auto index = static_cast<std::size_t>(key - '1');
    if (key == 'F') {
      text += function;
    } else if (index < groups.size()) {
      text += groups[index];
    }
    at += 2;
  }
  return text;
}

static bool is_hex(char c)
{
  return std::isxdigit(static_cast<unsigned char>(c)) != 0;
}

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Appends the word [from, end) of `text`, or what stands for it.
static void append_word(std::string_view word, std::string& out)
{
  const bool prefixed = word.substr(0, 2) == "0x";
  const auto digits = prefixed ? word.substr(2) : word;
  const bool hex =
      !digits.empty() && std::all_of(digits.begin(), digits.end(), is_hex);
  const bool decimal = std::all_of(word.begin(), word.end(), is_digit);
  if (hex && digits.size() >= 6 && (prefixed || !decimal || word.size() > 8)) {
    out += "ADDR";
  } else if (decimal || (hex && prefixed)) {
    out += "NUM";
  } else {
    out += word;
  }
}

std::string clean_title(std::string_view title)
{
  constexpr std::size_t longest = 120;
  std::string out;
  for (std::size_t at = 0; at < title.size();) {
    const char c = title[at];
    if (is_word(c)) {
      auto end = at;
      while (end < title.size() && is_word(title[end])) {
        ++end;
      }
      append_word(title.substr(at, end - at), out);
      at = end;
      if (title.substr(at, 3) == "+0x") { // an offset into a function
        at += 3;
        while (at < title.size() &&
               (is_hex(title[at]) || title[at] == '/' || title[at] == 'x')) {
          ++at;
        }
      }
      continue;
    }
    const bool blank = c == ' ' || c == '\t';
    if (blank ? (!out.empty() && out.back() != ' ')
              : static_cast<unsigned char>(c) > 0x20 && c != 0x7f) {
      out += blank ? ' ' : c;
    }
    ++at;
  }
  out.resize(std::min(out.size(), longest));
  while (!out.empty() && out.back() == ' ') {
    out.pop_back();
  }
  return out;
}

static bool has_trace(const ReportText& report,
                      const std::vector<StackFrame>& frames)
{
  return std::any_of(
      frames.begin(), frames.end(), [&](const StackFrame& frame) {
        return frame.kind == FrameKind::trace && frame.line > report.head();
      });
}

/// Whether a trace of the report was printed by who is no crash: an injected
/// failure or an OOM kill, as another CPU told it meanwhile
/// (lib/fault-inject.c, mm/oom_kill.c of Linux). Only what printed itself
/// counts: such a function may crash, too.
static bool holds_other_story(const std::vector<StackFrame>& frames)
{
  static const NameTable printers("dump_stack*");
  static const NameTable stories(
      "fail_dump should_fail* dump_header* oom_kill_process");
  for (std::size_t index = 1; index < frames.size(); ++index) {
    if (frames[index].kind == FrameKind::trace && frames[index].trusted &&
        frames[index - 1].trusted && stories.holds(frames[index].name) &&
        printers.holds(frames[index - 1].name)) {
      return true;
    }
  }
  return false;
}

/// C++ names, as out-of-tree modules have them, without their arguments.
static std::string demangle(std::string_view function)
{
  std::string name(function);
  if (name.compare(0, 2, "_Z") != 0) {
    return name;
  }
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> plain(
      abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), &std::free);
  if (status == 0 && plain != nullptr) {
    name = plain.get();
    name.resize(std::min(name.find('('), name.size()));
  }
  return name;
}

static void mark_corrupted(Crash& crash, const char* reason)
{
  if (!crash.corrupted) {
    crash.corrupted = true;
    crash.corrupted_reason = reason;
  }
}

static void
name_function(const RuleMatch& match, std::string_view function, Crash& crash)
{
  const auto& rule = *match.rule;
  const auto names = function_names(demangle(function));
  crash.frame = names.front();
  crash.title = clean_title(fill_in(rule.title, names.front(), match.groups));
  for (const auto& name : names) {
    if (name != names.front()) {
      crash.alt_titles.push_back(
          clean_title(fill_in(rule.title, name, match.groups)));
    }
    if (rule.alt != nullptr) {
      crash.alt_titles.push_back(
          clean_title(fill_in(rule.alt, name, match.groups)));
    }
  }
}

Crash title_report(const Head& head, std::size_t at, const ReportText& report)
{
  Crash crash;
  const auto match =
      RuleSet::get().match(head, report.text(report.head()), at, report.body());
  if (match.rule == nullptr) { // the head stands alone
    crash.title = clean_title(report.text(report.head()));
    crash.type = type_of(crash.title);
    mark_corrupted(crash, "the report is cut");
    return crash;
  }
  const auto& rule = *match.rule;
  const auto& frames = report.frames();
  const bool traced = has_trace(report, frames);
  if (rule.frame == FramePolicy::none) {
    crash.title = clean_title(fill_in(rule.title, "", match.groups));
    if (rule.alt != nullptr) {
      crash.alt_titles.push_back(
          clean_title(fill_in(rule.alt, "", match.groups)));
    }
  } else {
    const bool believed = rule.trust != Trust::needs_stack || traced;
    const auto function =
        believed ? blamed_function(
                       report, frames, rule.frame, match.function, *match.skip)
                 : std::string_view{};
    name_function(match, function.empty() ? unknown_function : function, crash);
    if (function.empty()) {
      crash.frame.clear();
      mark_corrupted(crash, "no function to blame");
    }
  }
  if (rule.trust == Trust::corrupted) {
    mark_corrupted(crash, "the report is cut or mixed with other text");
  } else if (rule.trust == Trust::yes && !traced &&
             report.find("NIP [", report.head()) == report.size()) {
    mark_corrupted(crash, "no call trace");
  }
  if (traced && holds_other_story(frames)) {
    mark_corrupted(crash, "another CPU's stack is mixed in");
  }
  crash.type = type_of(crash.title);
  return crash;
}

} // namespace oopsfarm
