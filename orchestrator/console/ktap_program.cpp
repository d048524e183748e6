// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/strings.h"
#include "console/ktap.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace oopsfarm {

constexpr std::size_t max_results = 1024;
constexpr std::size_t max_problems = 8;
constexpr std::size_t max_words = 1024;

/// What the guest itself says about a program's output, between its lines.
/// A program that prints the like only makes itself fail.
constexpr std::string_view half_mark = "# oopsfarm.half: ";
constexpr std::string_view flood_mark = "# oopsfarm.flood: ";

void ProgramKtapReader::line(std::string_view text)
{
  any_ = true;
  if (text.starts_with("ok ") || text == "ok" || text.starts_with("not ok")) {
    result(text);
  } else if (text.starts_with("1..")) {
    plan(text.substr(3));
  } else if (text.starts_with("Bail out!")) {
    read_.bailed_out = printable(trim(text.substr(9)), max_words);
  } else if (text.starts_with(half_mark)) {
    problem(fmt::format("half a line at the end: '{}'",
                        printable(text.substr(half_mark.size()), 80)));
  } else if (text.starts_with(flood_mark)) {
    problem(fmt::format("a flood: {}",
                        printable(text.substr(flood_mark.size()), 80)));
  }
}

void ProgramKtapReader::result(std::string_view text)
{
  auto result = parse_ktap_result(text);
  // kselftest.h puts the name behind the directive: "ok 3 # SKIP name".
  if (result.name.empty()) {
    result.name = result.reason.substr(0, result.reason.find('\n'));
  }
  ++read_.result_count;
  read_.failures += result.ok || result.skip || result.todo ? 0 : 1;
  read_.skips += result.skip ? 1 : 0;
  if (read_.results.size() < max_results) {
    read_.results.push_back(std::move(result));
  }
}

void ProgramKtapReader::plan(std::string_view text)
{
  std::uint64_t count = 0;
  const auto parsed =
      std::from_chars(text.data(), text.data() + text.size(), count);
  if (parsed.ec != std::errc{}) {
    problem(
        fmt::format("a plan that is no number: '1..{}'", printable(text, 40)));
    return;
  }
  if (read_.plan && *read_.plan != count) {
    problem(fmt::format("two plans: 1..{} and 1..{}", *read_.plan, count));
    return;
  }
  read_.plan = count;
  const auto rest =
      trim(text.substr(static_cast<std::size_t>(parsed.ptr - text.data())));
  if (rest.starts_with("# SKIP") || rest.starts_with("# skip")) {
    read_.plan_skip = true;
    read_.plan_reason = printable(trim(rest.substr(6)), max_words);
  }
}

void ProgramKtapReader::problem(std::string text)
{
  if (read_.problems.size() < max_problems) {
    read_.problems.push_back(std::move(text));
  }
}

std::optional<ProgramKtap> ProgramKtapReader::take()
{
  if (!any_) {
    return std::nullopt;
  }
  if (read_.plan && *read_.plan != read_.result_count) {
    problem(fmt::format(
        "the plan says {} results, {} came", *read_.plan, read_.result_count));
  }
  any_ = false;
  return std::exchange(read_, ProgramKtap{});
}

} // namespace oopsfarm
