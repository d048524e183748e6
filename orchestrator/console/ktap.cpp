// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/ktap.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace oopsfarm {

static constexpr std::size_t max_name = 256;
static constexpr std::size_t max_reason = 1024;
static constexpr std::size_t max_value = 4096;
static constexpr std::size_t max_key = 64;

static bool starts_with(std::string_view text, std::string_view start)
{
  return text.substr(0, start.size()) == start;
}

static std::optional<std::uint64_t> to_number(std::string_view text)
{
  std::uint64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (text.empty() || result.ec != std::errc{} || result.ptr != end) {
    return std::nullopt;
  }
  return value;
}

/// The digits at the start of `text`, taken off it.
static std::optional<std::uint64_t> take_number(std::string_view& text)
{
  const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto value = to_number(text.substr(0, end));
  if (value) {
    text.remove_prefix(end);
  }
  return value;
}

KtapReader::KtapReader(KtapLimits limits) : limits_(limits), lines_(*this) {}

void KtapReader::feed(std::string_view bytes)
{
  lines_.feed(bytes);
}

void KtapReader::finish()
{
  if (finished_) {
    return;
  }
  lines_.finish();
  finished_ = true;
  check_plan();
}

void KtapReader::problem(std::string text)
{
  if (report_.problems.size() < limits_.problems) {
    report_.problems.push_back(std::move(text));
  }
}

void KtapReader::on_line(const ConsoleLine& line)
{
  const auto text = line.whole;
  if (text.empty() || text[0] == '\t') {
    return;
  }
  if (text[0] == ' ' && !line.partial) {
    if (starts_with(text, "  ")) {
      program_.line(text.substr(2));
    }
    return;
  }
  if (line.partial) {
    problem(fmt::format("half a line at the end: '{}'", printable(text, 80)));
    return;
  }
  if (line.cut) {
    problem("a line over 8 KiB");
  }
  if (report_.bye) {
    report_.bye = false;
    problem("output after '# bye'");
  }
  take_line(text);
}

void KtapReader::take_line(std::string_view text)
{
  if (text[0] == '#') {
    take_diagnostic(text.substr(1));
  } else if (starts_with(text, "ok ") || text == "ok" ||
             starts_with(text, "not ok")) {
    take_result(text);
  } else if (starts_with(text, "1..")) {
    take_plan(text.substr(3));
  } else if (starts_with(text, "KTAP version ") ||
             starts_with(text, "TAP version ")) {
    if (report_.version_seen) {
      problem("a second KTAP header: the guest's init ran twice");
    }
    report_.version_seen = true;
  } else if (starts_with(text, "Bail out!")) {
    report_.bailed_out = printable(trim(text.substr(9)), max_reason);
  }
  // Anything else is what a test program printed.
}

void KtapReader::take_plan(std::string_view text)
{
  const auto count = take_number(text);
  if (!count) {
    problem(
        fmt::format("a plan that is no number: '1..{}'", printable(text, 40)));
  } else if (report_.plan) {
    problem("a second plan");
  } else {
    report_.plan = count;
    report_.plan_skip = starts_with(trim(text), "# SKIP");
  }
}

/// "# SKIP reason" or "# TODO reason" or "# reason" behind a result's name.
static void take_directive(std::string_view text, KtapResult& result)
{
  const auto directive = trim(text);
  const auto is = [&](std::string_view upper, std::string_view lower) {
    return starts_with(directive, upper) || starts_with(directive, lower);
  };
  result.skip = is("SKIP", "skip");
  result.todo = is("TODO", "todo");
  result.reason = printable(
      trim(directive.substr(result.skip || result.todo ? 4 : 0)), max_reason);
}

KtapResult parse_ktap_result(std::string_view text)
{
  KtapResult result;
  result.ok = !text.empty() && text[0] == 'o';
  text =
      trim(text.substr(std::min<std::size_t>(text.size(), result.ok ? 2 : 6)));
  result.number = take_number(text).value_or(0);
  text = trim(text);
  if (starts_with(text, "- ") || text == "-") {
    text.remove_prefix(1);
  }
  const auto hash = text.find('#');
  result.name = printable(trim(text.substr(0, hash)), max_name);
  if (hash != std::string_view::npos) {
    take_directive(text.substr(hash + 1), result);
  }
  return result;
}

void KtapReader::take_result(std::string_view text)
{
  auto result = parse_ktap_result(text);
  count_result(result);
  take_program(result.number);
  if (report_.results.size() < limits_.results) {
    report_.results.push_back(std::move(result));
  } else if (results_seen_ == limits_.results + 1) {
    problem(fmt::format("more than {} results", limits_.results));
  }
}

/// What was indented belongs to the result that follows it.
void KtapReader::take_program(std::uint64_t parent)
{
  auto program = program_.take();
  if (program && report_.programs.size() < limits_.programs) {
    program->parent = parent;
    report_.programs.push_back(*std::move(program));
  }
}

void KtapReader::count_result(const KtapResult& result)
{
  ++results_seen_;
  report_.failures += result.ok || result.skip || result.todo ? 0 : 1;
  report_.skips += result.skip ? 1 : 0;
  if (result.number != next_number_) {
    problem(
        fmt::format("result {} where {} was due", result.number, next_number_));
  }
  next_number_ = std::max(next_number_, result.number) + 1;
}

void KtapReader::take_diagnostic(std::string_view text)
{
  text = trim(text);
  const auto colon = text.find(": ");
  if (colon == 0 || colon == std::string_view::npos || colon > max_key) {
    return;
  }
  const auto key = text.substr(0, colon);
  if (key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") !=
      std::string_view::npos) {
    return; // a remark for people
  }
  const auto value = trim(text.substr(colon + 2));
  if (key == "beat") {
    take_beat(value);
  } else if (key == "kill") {
    take_kill(value);
  } else {
    take_fact(key, value);
  }
}

void KtapReader::take_fact(std::string_view key, std::string_view value)
{
  if (key == "bye") {
    report_.bye = true;
    return;
  }
  if (key == "oopsfarm") {
    report_.protocol = to_number(value).value_or(0);
  } else if (key == "workload") {
    report_.workload = printable(value, max_name);
  } else if (key == "seed") {
    report_.seed = to_number(value);
  }
  const auto found = report_.facts.find(std::string(key));
  if (found != report_.facts.end()) {
    found->second = printable(value, max_value);
  } else if (report_.facts.size() < limits_.facts) {
    report_.facts.emplace(key, printable(value, max_value));
  } else if (!facts_over_) {
    facts_over_ = true;
    problem(fmt::format("more than {} facts", limits_.facts));
  }
}

void KtapReader::take_beat(std::string_view value)
{
  const auto now = to_number(value);
  if (!now) {
    problem(fmt::format("a heartbeat that is no number: '{}'",
                        printable(value, 40)));
    return;
  }
  if (report_.beats > 0 && *now > report_.last_beat_ms) {
    report_.longest_gap_ms =
        std::max(report_.longest_gap_ms, *now - report_.last_beat_ms);
  }
  ++report_.beats;
  report_.last_beat_ms = *now;
}

/// The value of `key=` among words that blanks part.
static std::string_view field(std::string_view text, std::string_view key)
{
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    if (starts_with(word, key)) {
      return word.substr(key.size());
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

void KtapReader::take_kill(std::string_view value)
{
  const auto pid = to_number(field(value, "pid="));
  if (!pid) {
    problem(fmt::format("a kill without its pid: '{}'", printable(value, 80)));
    return;
  }
  ++report_.kill_count;
  if (report_.kills.size() < limits_.kills) {
    KtapKill kill;
    kill.pid = *pid;
    kill.group = printable(field(value, "group="), 128);
    kill.teardown_us = to_number(field(value, "teardown_us=")).value_or(0);
    report_.kills.push_back(std::move(kill));
  }
}

void KtapReader::check_plan()
{
  report_.result_count = results_seen_;
  if (report_.plan && *report_.plan != results_seen_) {
    problem(fmt::format(
        "the plan says {} results, {} came", *report_.plan, results_seen_));
  }
}

} // namespace oopsfarm
