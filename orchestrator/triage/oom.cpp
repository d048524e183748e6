// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/oom.h"

#include "triage/rule_set.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace oopsfarm {

static constexpr std::size_t max_text = 256;

static bool starts_with(std::string_view text, std::string_view start)
{
  return text.substr(0, start.size()) == start;
}

static std::string bounded(std::string_view text)
{
  return std::string(text.substr(0, max_text));
}

/// The number at the start of `text`, or 0.
template <typename T> static T number(std::string_view text)
{
  T value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// What stands between `key` and `end` (or the line's end), or "".
static std::string_view
between(std::string_view text, std::string_view key, std::string_view end)
{
  const auto at = text.find(key);
  if (at == std::string_view::npos) {
    return {};
  }
  const auto value = text.substr(at + key.size());
  return value.substr(0, value.find(end));
}

/// "anon-rss:4096kB" → 4194304.
static std::uint64_t kilobytes(std::string_view text, std::string_view key)
{
  return number<std::uint64_t>(between(text, key, "kB")) * 1024;
}

/// "123 (comm (x)), now …": the pid, and the comm up to the parenthesis that
/// closes it: a comm may hold blanks and parentheses itself.
static void take_victim(std::string_view text,
                        std::string_view close,
                        std::uint64_t& pid,
                        std::string& comm)
{
  pid = number<std::uint64_t>(text);
  const auto open = text.find(" (");
  if (open == std::string_view::npos) {
    return;
  }
  const auto rest = text.substr(open + 2);
  const auto end = rest.rfind(close);
  comm = bounded(end == std::string_view::npos ? rest.substr(0, rest.find(')'))
                                               : rest.substr(0, end));
}

void OomScanner::on_line(const ConsoleLine& line)
{
  LineScan scan;
  RuleSet::get().scan(line.text, scan);
  on_line(line, scan.oom);
}

void OomScanner::take_line(const ConsoleLine& line, unsigned words)
{
  const auto text = line.text;
  if (in_dump_ && !text.empty() && text[0] == '[') {
    take_task(line);
    return;
  }
  in_dump_ = false;
  if ((words & oom_invoked) != 0) {
    take_invocation(line);
  } else if ((words & oom_constraint) != 0) {
    take_constraint(line);
  } else if ((words & oom_reaped) != 0) {
    take_reap(line);
  } else if ((words & oom_unable) != 0) {
    take_unable(line);
  } else if ((words & oom_table) != 0 && starts_with(text, "[")) {
    start_dump(line);
    return;
  }
  if ((words & oom_killed) != 0) {
    take_kill(line);
  } else if ((words & oom_group) != 0 && starts_with(text, "Tasks in ")) {
    current_.group_kill = true;
  } else if ((words & oom_no_killable) != 0) {
    ++report_.no_killable;
  }
}

void OomScanner::take_invocation(const ConsoleLine& line)
{
  ++report_.invocations;
  current_ = OomKill{};
  current_.invoked_us = line.time_us;
  const auto text = line.text;
  current_.invoker = bounded(text.substr(0, text.find(" invoked oom-killer")));
  current_.gfp_mask = bounded(between(text, "gfp_mask=", ", "));
  current_.order = number<int>(between(text, "order=", ","));
}

void OomScanner::take_constraint(const ConsoleLine& line)
{
  const auto text = line.text;
  current_.constraint = bounded(between(text, "constraint=", ","));
  current_.oom_memcg = bounded(between(text, ",oom_memcg=", ","));
  current_.task_memcg = bounded(between(text, ",task_memcg=", ","));
}

/// "Memory cgroup out of memory: Killed process 77 (hog) total-vm:…kB, …"
void OomScanner::take_kill(const ConsoleLine& line)
{
  const auto text = line.text;
  const auto at = text.find("Killed process ");
  const auto head = text.substr(0, at);
  if (at != 0 && head.find("ut of memory") == std::string_view::npos) {
    return; // somebody else's words
  }
  ++report_.kill_count;
  auto kill = current_;
  const auto tail = text.substr(at + sizeof("Killed process ") - 1);
  kill.line = line.number;
  kill.time_us = line.time_us;
  kill.memcg = head.find("emory cgroup") != std::string_view::npos;
  take_victim(tail, ") total-vm:", kill.pid, kill.comm);
  kill.total_vm = kilobytes(tail, "total-vm:");
  kill.anon_rss = kilobytes(tail, "anon-rss:");
  kill.file_rss = kilobytes(tail, "file-rss:");
  kill.shmem_rss = kilobytes(tail, "shmem-rss:");
  kill.pgtables = kilobytes(tail, "pgtables:");
  kill.uid = number<std::uint64_t>(between(tail, "UID:", " "));
  kill.oom_score_adj = number<int>(between(tail, "oom_score_adj:", " "));
  if (report_.kills.size() < limits_.kills) {
    report_.kills.push_back(std::move(kill));
  }
  if (!current_.group_kill) {
    current_ = OomKill{};
  }
}

void OomScanner::take_reap(const ConsoleLine& line)
{
  ++report_.reap_count;
  OomReap reap;
  reap.line = line.number;
  reap.time_us = line.time_us;
  const auto tail = line.text.substr(sizeof("oom_reaper: reaped process ") - 1);
  take_victim(tail, "), now ", reap.pid, reap.comm);
  reap.anon_rss = kilobytes(tail, "anon-rss:");
  if (report_.reaps.size() < limits_.reaps) {
    report_.reaps.push_back(std::move(reap));
  }
}

void OomScanner::take_unable(const ConsoleLine& line)
{
  ++report_.unable_to_reap;
  OomReap reap;
  reap.line = line.number;
  reap.time_us = line.time_us;
  reap.reaped = false;
  take_victim(line.text.substr(sizeof("oom_reaper: unable to reap pid:") - 1),
              ")",
              reap.pid,
              reap.comm);
  if (report_.reaps.size() < limits_.reaps) {
    report_.reaps.push_back(std::move(reap));
  }
}

static std::string_view take_word(std::string_view& text)
{
  const auto start = std::min(text.find_first_not_of(' '), text.size());
  text.remove_prefix(start);
  const auto end = std::min(text.find(' '), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

/// The table's head: "[  pid  ]   uid  tgid total_vm … oom_score_adj name".
/// Columns came and went over the years; the last two never did.
void OomScanner::start_dump(const ConsoleLine& line)
{
  auto text =
      line.text.substr(std::min(line.text.find(']') + 1, line.text.size()));
  dump_columns_ = 0;
  while (!take_word(text).empty()) {
    ++dump_columns_;
  }
  report_.last_dump.clear();
  in_dump_ = true;
}

/// "[    123]     0   123    33280    32827   303104        0             0
/// hog"
void OomScanner::take_task(const ConsoleLine& line)
{
  const auto close = line.text.find(']');
  if (close == std::string_view::npos || dump_columns_ < 2 ||
      report_.last_dump.size() >= limits_.dump) {
    return;
  }
  auto pid = line.text.substr(1, close - 1);
  auto rest = line.text.substr(close + 1);
  OomTask task;
  task.pid = number<std::uint64_t>(take_word(pid));
  for (std::size_t column = 0; column + 2 < dump_columns_; ++column) {
    take_word(rest);
  }
  task.oom_score_adj = number<int>(take_word(rest));
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  task.comm = bounded(rest);
  report_.last_dump.push_back(std::move(task));
}

} // namespace oopsfarm
