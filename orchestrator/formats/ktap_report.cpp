// SPDX-License-Identifier: GPL-2.0-or-later
#include "formats/ktap_report.h"

#include "base/strings.h"
#include "formats/words.h"
#include "report/series_words.h"
#include "report/text_report.h"

#include <fmt/format.h>

#include <map>
#include <vector>

namespace oopsfarm {

namespace {

constexpr std::size_t max_excerpt = 8U << 10;

/// One test, with those below it.
struct Node
{
  std::string name;
  bool is_ok = true;
  std::string directive; ///< "SKIP why", "XFAIL why", …
  std::vector<std::string> diagnostics;
  std::vector<Node> tests;
};

/// A name or reason: one line without the sign that begins a directive.
std::string word(std::string_view text)
{
  return replace_all(printable(text, 200), "#", "_");
}

/// The test's lines, and its own result line, number `number` of its parent.
std::string
text_of(const Node& node, std::size_t number, const std::string& indent)
{
  std::string text;
  const auto inner = indent + "  ";
  if (!node.tests.empty()) {
    text += inner + "KTAP version 1\n" + inner +
            fmt::format("1..{}\n", node.tests.size());
    for (std::size_t i = 0; i < node.tests.size(); ++i) {
      text += text_of(node.tests[i], i + 1, inner);
    }
  }
  for (const auto& line : node.diagnostics) {
    text += indent + "# " + printable(line) + "\n";
  }
  text += fmt::format("{}{} {} {}",
                      indent,
                      node.is_ok ? "ok" : "not ok",
                      number,
                      word(node.name));
  return text + (node.directive.empty() ? "" : " # " + node.directive) + "\n";
}

Node result_node(const TestCount& count)
{
  Node node;
  node.name = count.name;
  node.is_ok = count.failed == 0;
  if (node.is_ok && count.ok == 0 && count.skipped > 0) {
    node.directive = "SKIP " + word(count.reason);
  } else if (!count.reason.empty()) {
    node.diagnostics.push_back(count.reason);
  }
  return node;
}

std::string directive_of(const Cell& cell)
{
  if (cell.verdict == Verdict::skip) {
    return "SKIP " + word(cell.title);
  }
  if (cell.base_has_it) {
    return std::string("XFAIL ") + base_has_it_words;
  }
  if (cell.verdict == Verdict::infra) {
    return "ERROR " + word(title_of(cell));
  }
  return cell.verdict == Verdict::hang ? "TIMEOUT" : "";
}

Node cell_node(const JobReport& report, const Cell& cell)
{
  Node node;
  node.name = cell.workload;
  node.is_ok = cell.verdict == Verdict::pass || cell.verdict == Verdict::skip;
  node.directive = directive_of(cell);
  node.diagnostics.push_back("failed in " + rate_words(cell));
  if (!node.is_ok) {
    node.diagnostics.push_back(std::string(to_string(cell.verdict)) + ": " +
                               title_of(cell));
    node.diagnostics.push_back("under test: " +
                               under_test(report, cell.kernel));
    for (const auto& line : split_lines(excerpt_of(cell, max_excerpt))) {
      node.diagnostics.push_back(line);
    }
    if (const auto words = reproducer_of(cell); !words.empty()) {
      node.diagnostics.push_back("to see it again: " + words);
    }
  }
  for (const auto& result : cell.results) {
    node.tests.push_back(result_node(result));
  }
  return node;
}

std::vector<Node> kernel_nodes(const JobReport& report)
{
  std::vector<Node> nodes;
  std::map<std::string, std::size_t> places;
  for (const auto& cell : report.cells) {
    const auto name = cell.target + " " + cell.kconfig + " " + cell.kernel;
    const auto [place, is_new] = places.emplace(name, nodes.size());
    if (is_new) {
      nodes.emplace_back();
      nodes.back().name = name;
    }
    auto& node = nodes[place->second];
    node.tests.push_back(cell_node(report, cell));
    // A test whose only failures are expected has not failed.
    node.is_ok = node.is_ok && (node.tests.back().is_ok || cell.base_has_it);
  }
  return nodes;
}

Node series_node(const JobReport& report)
{
  Node node;
  node.name = "series";
  Node builds;
  builds.name = "every patch builds";
  if (!builds_each_patch(report)) {
    builds.directive = "SKIP only the whole series was built";
  }
  for (const auto& step : broken_steps(report)) {
    builds.is_ok = false;
    builds.diagnostics.push_back(broken_step_text(report, step));
  }
  for (auto& line : series_words(report)) {
    if (!line.starts_with("breaks bisection")) {
      node.diagnostics.push_back(std::move(line));
    }
  }
  node.is_ok = builds.is_ok;
  node.tests = {std::move(builds)};
  return node;
}

} // namespace

std::string ktap_report(const JobReport& report)
{
  auto nodes = kernel_nodes(report);
  if (!report.patches.empty()) {
    nodes.push_back(series_node(report));
  }
  auto text = fmt::format("KTAP version 1\n1..{}\n", nodes.size());
  text += "# " + printable(report.job) + ": " +
          under_test(report, report.patches.empty() ? "base" : "series") + "\n";
  for (const auto& note : report.notes) {
    text += "# " + printable(note) + "\n";
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    text += text_of(nodes[i], i + 1, "");
  }
  return text;
}

} // namespace oopsfarm
