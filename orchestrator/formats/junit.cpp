// SPDX-License-Identifier: GPL-2.0-or-later
#include "formats/junit.h"

#include "formats/markup.h"
#include "formats/words.h"
#include "report/series_words.h"
#include "report/text_report.h"

#include <fmt/format.h>

#include <map>
#include <vector>

namespace oopsfarm {

namespace {

constexpr std::size_t max_excerpt = 64U << 10;

/// What the attributes of a suite count.
struct Counts
{
  unsigned tests = 0;
  unsigned failures = 0;
  unsigned errors = 0;
  unsigned skipped = 0;
  std::chrono::milliseconds time{0};

  void add(const Counts& other)
  {
    tests += other.tests;
    failures += other.failures;
    errors += other.errors;
    skipped += other.skipped;
    time += other.time;
  }
};

struct Suite
{
  std::string name;
  std::string begin;
  Counts counts;
  std::string cases; ///< XML
};

std::string seconds(std::chrono::milliseconds time)
{
  constexpr double thousand = 1000;
  return fmt::format("{:.3f}", static_cast<double>(time.count()) / thousand);
}

std::string attributes(const std::string& name, const Counts& counts)
{
  return fmt::format("name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" "
                     "skipped=\"{}\" time=\"{}\"",
                     escaped(name),
                     counts.tests,
                     counts.failures,
                     counts.errors,
                     counts.skipped,
                     seconds(counts.time));
}

/// "x86_64.mm-debug.series"; dots are what readers make trees of.
std::string suite_of(const Cell& cell)
{
  return cell.target + "." + cell.kconfig + "." + cell.kernel;
}

/// The failure, error or skip of a case; "" for one that passed.
std::string outcome_xml(const JobReport& report, const Cell& cell, Counts& sum)
{
  if (cell.verdict == Verdict::pass) {
    return "";
  }
  if (cell.verdict == Verdict::skip) {
    ++sum.skipped;
    return fmt::format("      <skipped message=\"{}\"/>\n",
                       escaped(title_of(cell)));
  }
  if (cell.base_has_it) {
    ++sum.skipped;
    return fmt::format("      <skipped message=\"{}: {}\"/>\n",
                       base_has_it_words,
                       escaped(title_of(cell)));
  }
  const bool is_ours = cell.verdict == Verdict::infra;
  ++(is_ours ? sum.errors : sum.failures);
  return fmt::format("      <{0} type=\"{1}\" message=\"{2}\">{3}</{0}>\n",
                     is_ours ? "error" : "failure",
                     to_string(cell.verdict),
                     escaped(title_of(cell)),
                     escaped("under test: " + under_test(report, cell.kernel) +
                             "\n" + excerpt_of(cell, max_excerpt)));
}

std::string evidence_xml(const Cell& cell)
{
  auto text = "failed in " + rate_words(cell) + "\n";
  if (cell.infra_failures > 0) {
    text += fmt::format("{} more lost to the farm\n", cell.infra_failures);
  }
  if (const auto words = reproducer_of(cell); !words.empty()) {
    text += "to see it again: " + words + "\n";
  }
  for (const auto& result : cell.results) {
    text += fmt::format("{}: {} ok, {} failed, {} skipped {}\n",
                        result.name,
                        result.ok,
                        result.failed,
                        result.skipped,
                        result.reason);
  }
  return "      <system-out>" + escaped(text) + "</system-out>\n";
}

void add_case(const JobReport& report, const Cell& cell, Suite& suite)
{
  Counts counts;
  counts.tests = 1;
  counts.time = cell.time;
  suite.cases +=
      fmt::format("    <testcase name=\"{}\" classname=\"{}\" time=\"{}\">\n",
                  escaped(cell.workload),
                  escaped(suite.name),
                  seconds(cell.time));
  suite.cases += outcome_xml(report, cell, counts) + evidence_xml(cell) +
                 "    </testcase>\n";
  suite.counts.add(counts);
}

std::vector<Suite> suites_of(const JobReport& report)
{
  std::vector<Suite> suites;
  std::map<std::string, std::size_t> places;
  for (const auto& cell : report.cells) {
    const auto name = suite_of(cell);
    const auto [place, is_new] = places.emplace(name, suites.size());
    if (is_new) {
      suites.push_back({name, begin_of(cell), {}, ""});
    }
    add_case(report, cell, suites[place->second]);
  }
  return suites;
}

/// Whether every patch builds, where each was built, and what else is said.
Suite series_suite(const JobReport& report)
{
  Suite suite{"series", begin_of(report), {}, ""};
  suite.counts.tests = 1;
  std::string failures;
  for (const auto& step : broken_steps(report)) {
    failures += broken_step_text(report, step) + "\n";
  }
  suite.cases = "    <testcase name=\"every patch builds\" "
                "classname=\"series\" time=\"0.000\">\n";
  if (!failures.empty()) {
    suite.counts.failures = 1;
    suite.cases += fmt::format("      <failure type=\"breaks-bisection\" "
                               "message=\"breaks bisection\">{}</failure>\n",
                               escaped(failures));
  }
  if (!builds_each_patch(report)) {
    suite.counts.skipped = 1;
    suite.cases +=
        "      <skipped message=\"only the whole series was built\"/>\n";
  }
  std::string words;
  for (const auto& line : series_words(report)) {
    words += line + "\n";
  }
  if (!words.empty()) {
    suite.cases += "      <system-out>" + escaped(words) + "</system-out>\n";
  }
  suite.cases += "    </testcase>\n";
  return suite;
}

std::string suite_xml(const Suite& suite)
{
  // JUnit's timestamps have no zone: the schema says ISO 8601 without one.
  constexpr std::size_t no_zone = 19;
  const auto begin =
      suite.begin.empty()
          ? ""
          : " timestamp=\"" + suite.begin.substr(0, no_zone) + "\"";
  return "  <testsuite " + attributes(suite.name, suite.counts) + begin +
         ">\n" + suite.cases + "  </testsuite>\n";
}

} // namespace

std::string junit_report(const JobReport& report)
{
  auto suites = suites_of(report);
  if (!report.patches.empty()) {
    suites.push_back(series_suite(report));
  }
  Counts sum;
  std::string xml;
  for (const auto& suite : suites) {
    sum.add(suite.counts);
    xml += suite_xml(suite);
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites " +
         attributes(report.job, sum) + ">\n" + xml + "</testsuites>\n";
}

} // namespace oopsfarm
