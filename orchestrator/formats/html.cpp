// SPDX-License-Identifier: GPL-2.0-or-later
#include "formats/html.h"

#include "base/strings.h"
#include "base/units.h"
#include "formats/charts.h"
#include "formats/html_style.h"
#include "formats/markup.h"
#include "formats/words.h"
#include "report/bisections.h"
#include "report/interval.h"
#include "report/series_words.h"
#include "report/text_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

namespace oopsfarm {

namespace {

constexpr std::size_t max_excerpt = 64U << 10;

std::string heading(const std::string& text)
{
  return "<h2>" + escaped(text) + "</h2>\n";
}

const char* class_of(const Cell& cell)
{
  if (cell.verdict == Verdict::pass) {
    return "good";
  }
  return is_blamed(cell) ? "bad" : "warn";
}

bool is_failure(const Cell& cell)
{
  return is_kernel_failure(cell.verdict) || cell.verdict == Verdict::infra;
}

/// The anchor of a failure, by the cell's place in the report.
std::string anchor_of(const JobReport& report, const Cell& cell)
{
  return fmt::format("cell-{}", &cell - report.cells.data());
}

// --- What was tested -------------------------------------------------------

std::string patches_html(const JobReport& report)
{
  if (report.patches.empty()) {
    return "";
  }
  auto html = heading("Series");
  if (!report.mail.subject.empty()) {
    html += "<p>" + escaped(report.mail.subject) + " <span class=\"faint\">" +
            escaped(report.mail.author) + " &lt;" +
            escaped(report.mail.message_id) + "&gt;</span></p>\n";
  }
  html += "<ol>\n";
  for (const auto& patch : report.patches) {
    html += "<li>" + escaped(patch.subject) + " <code class=\"faint\">" +
            escaped(patch.commit.substr(0, 12)) + "</code></li>\n";
  }
  return html + "</ol>\n";
}

std::string head_html(const JobReport& report)
{
  auto html =
      "<h1>" + escaped(report.job) + "</h1>\n<p>" +
      escaped(under_test(report, report.patches.empty() ? "base" : "series")) +
      "</p>\n<p class=\"faint\">";
  std::vector<std::string> parts;
  if (const auto begin = begin_of(report); !begin.empty()) {
    parts.push_back(escaped(begin));
  }
  parts.push_back(escaped(format_duration(report.time)));
  parts.push_back("tree " + escaped(report.tree));
  parts.push_back("base commit <code>" + escaped(report.base_commit) +
                  "</code>");
  html += join(parts, " · ") + "</p>\n";
  const auto words = series_words(report);
  if (!words.empty()) {
    html += "<div class=\"words\">\n";
    for (const auto& line : words) {
      html += "<p>" + escaped(line) + "</p>\n";
    }
    html += "</div>\n";
  }
  return html;
}

// --- The matrix ------------------------------------------------------------

/// The values of a field in their first order, each once.
std::vector<std::string> values_of(const JobReport& report,
                                   std::string Cell::*field)
{
  std::vector<std::string> values;
  for (const auto& cell : report.cells) {
    if (std::find(values.begin(), values.end(), cell.*field) == values.end()) {
      values.push_back(cell.*field);
    }
  }
  return values;
}

std::string matrix_cell(const JobReport& report, const Cell* cell)
{
  if (cell == nullptr) {
    return "<td></td>";
  }
  auto verdict = std::string("<b>") + to_string(cell->verdict) + "</b>";
  if (is_failure(*cell)) {
    verdict =
        "<a href=\"#" + anchor_of(report, *cell) + "\">" + verdict + "</a>";
  }
  auto words =
      cell->observations > 0
          ? fmt::format("{}/{} failed", cell->failures, cell->observations)
          : std::string();
  words += cell->base_has_it ? " (as the base)" : "";
  return fmt::format("<td class=\"{}\" title=\"{}\">{}<br><small>{}</small>"
                     "</td>",
                     class_of(*cell),
                     escaped(cell->title),
                     verdict,
                     words);
}

/// Cells by target, kernel, kconfig and workload.
using CellIndex = std::map<std::array<std::string, 4>, const Cell*>;

CellIndex index_of(const JobReport& report)
{
  CellIndex index;
  for (const auto& cell : report.cells) {
    index.insert(
        {{cell.target, cell.kernel, cell.kconfig, cell.workload}, &cell});
  }
  return index;
}

const Cell* find_cell(const CellIndex& index,
                      const std::array<std::string, 4>& names)
{
  const auto found = index.find(names);
  return found == index.end() ? nullptr : found->second;
}

/// A row for each workload and kconfig, a column for each target and kernel.
std::string matrix_html(const JobReport& report)
{
  const auto targets = values_of(report, &Cell::target);
  const auto kernels = values_of(report, &Cell::kernel);
  const auto index = index_of(report);
  auto html = heading("Verdicts") + "<table>\n<tr><th rowspan=\"2\">workload"
                                    "</th><th rowspan=\"2\">kconfig</th>";
  for (const auto& target : targets) {
    html += fmt::format(
        "<th colspan=\"{}\">{}</th>", kernels.size(), escaped(target));
  }
  html += "</tr>\n<tr>";
  for (std::size_t i = 0; i < targets.size(); ++i) {
    for (const auto& kernel : kernels) {
      html += "<th>" + escaped(kernel) + "</th>";
    }
  }
  html += "</tr>\n";
  for (const auto& workload : values_of(report, &Cell::workload)) {
    for (const auto& kconfig : values_of(report, &Cell::kconfig)) {
      html += "<tr><td>" + escaped(workload) + "</td><td>" + escaped(kconfig) +
              "</td>";
      for (const auto& target : targets) {
        for (const auto& kernel : kernels) {
          html += matrix_cell(
              report, find_cell(index, {target, kernel, kconfig, workload}));
        }
      }
      html += "</tr>\n";
    }
  }
  return html + "</table>\n";
}

// --- Failures --------------------------------------------------------------

std::string suspects_html(const JobReport& report, const Cell& cell)
{
  std::string html;
  for (const auto& suspect : cell.suspects) {
    html += fmt::format("<li>{:.0f} %: patch {}/{} {}: {}</li>\n",
                        suspect.probability * 100,
                        suspect.patch.number,
                        report.patches.size(),
                        escaped(suspect.patch.subject),
                        escaped(join(suspect.reasons, "; ")));
  }
  return html.empty() ? "" : "<p>Suspects:</p>\n<ul>\n" + html + "</ul>\n";
}

std::string runs_html(const Cell& cell)
{
  if (cell.run_ids.empty()) {
    return "";
  }
  std::string html = "<p class=\"faint\">runs:";
  for (const auto& id : cell.run_ids) {
    html += " <code>" + escaped(id) + "</code>";
  }
  html += "</p>\n";
  if (const auto words = reproducer_of(cell); !words.empty()) {
    html +=
        "<p>To see it again with QEMU alone: <code>" + words + "</code></p>\n";
  }
  return html;
}

std::string failure_html(const JobReport& report, const Cell& cell)
{
  auto html = fmt::format("<section id=\"{}\" class=\"{}\">\n<h3><b>{}</b> "
                          "{}</h3>\n<p>{}: failed in {}; {}</p>\n",
                          anchor_of(report, cell),
                          class_of(cell),
                          to_string(cell.verdict),
                          escaped(title_of(cell)),
                          escaped(place_of(cell)),
                          rate_words(cell),
                          escaped(under_test(report, cell.kernel)));
  if (cell.base_has_it) {
    html += std::string("<p><b>") + base_has_it_words + "</b></p>\n";
  }
  const auto excerpt = excerpt_of(cell, max_excerpt);
  if (!excerpt.empty()) {
    html += "<pre>" + escaped(excerpt) + "</pre>\n";
  }
  return html + suspects_html(report, cell) + runs_html(cell) + "</section>\n";
}

std::string failures_html(const JobReport& report)
{
  std::string html;
  for (const auto& cell : report.cells) {
    if (is_failure(cell)) {
      html += failure_html(report, cell);
    }
  }
  return html.empty() ? "" : heading("Failures") + html;
}

// --- Figures, programs, builds ---------------------------------------------

std::string charts_html(const JobReport& report)
{
  std::string html;
  if (const auto rates = rates_chart(report); !rates.empty()) {
    html += heading("Rates of failures, with 95 % intervals") + rates;
  }
  if (const auto times = teardown_chart(report); !times.empty()) {
    html += heading("Teardown: from “Killed process” to the victim's exit") +
            "<p class=\"faint\">line: minimum to maximum; box: the middle "
            "half; median and 99th percentile marked</p>\n" +
            times;
  }
  return html;
}

std::string bisections_html(const JobReport& report)
{
  if (report.bisections.empty()) {
    return "";
  }
  auto html = heading("Bisections");
  for (const auto& crash : report.bisections) {
    JobReport one;
    one.patches = report.patches;
    one.bisections = {crash};
    html += "<section>\n<pre>" +
            escaped(trim(bisections_text(one, Colour::no))) + "</pre>\n" +
            posterior_chart(report, crash) + "</section>\n";
  }
  return html;
}

std::string results_html(const JobReport& report)
{
  std::string rows;
  for (const auto& cell : report.cells) {
    for (const auto& result : cell.results) {
      rows += fmt::format(
          "<tr class=\"{}\"><td>{} {}</td><td>{}</td><td>{}</td><td>{}</td>"
          "<td>{}</td><td>{}</td></tr>\n",
          result.failed > 0 ? "bad" : "",
          escaped(place_of(cell)),
          escaped(cell.kernel),
          escaped(result.name),
          result.ok,
          result.failed,
          result.skipped,
          escaped(result.reason));
    }
  }
  return rows.empty() ? ""
                      : heading("Programs") +
                            "<table>\n<tr><th>cell</th><th>result</th>"
                            "<th>ok</th><th>failed</th><th>skipped</th>"
                            "<th>why</th></tr>\n" +
                            rows + "</table>\n";
}

std::string builds_html(const JobReport& report)
{
  if (report.builds.empty()) {
    return "";
  }
  auto html = heading("Kernels") +
              "<table>\n<tr><th>kernel</th><th>architecture</th>"
              "<th>kconfig</th><th>result</th><th>time</th></tr>\n";
  for (const auto& build : report.builds) {
    const bool is_built = build.outcome.verdict == Verdict::pass;
    html += fmt::format(
        "<tr class=\"{}\"><td>{}</td><td>{}</td><td>{}</td><td>{}{}</td>"
        "<td>{}</td></tr>\n",
        is_built ? "" : "bad",
        escaped(build.kernel),
        to_string(build.arch),
        escaped(build.kconfig),
        is_built ? (build.reused ? "reused" : "built")
                 : to_string(build.outcome.verdict),
        build.outcome.title.empty() ? "" : ": " + escaped(build.outcome.title),
        escaped(build.reused ? "" : format_duration(build.outcome.time)));
  }
  return html + "</table>\n";
}

std::string notes_html(const JobReport& report)
{
  if (report.notes.empty()) {
    return "";
  }
  auto html = heading("Notes") + "<ul>\n";
  for (const auto& note : report.notes) {
    html += "<li>" + escaped(note) + "</li>\n";
  }
  return html + "</ul>\n";
}

} // namespace

std::string html_report(const JobReport& report)
{
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
         "<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" "
         "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, "
         "initial-scale=1\">\n<title>" +
         escaped(report.job) + "</title>\n<style>" + html_style +
         "</style>\n</head>\n<body>\n" + head_html(report) +
         matrix_html(report) + failures_html(report) + bisections_html(report) +
         charts_html(report) + results_html(report) + patches_html(report) +
         builds_html(report) + notes_html(report) + "</body>\n</html>\n";
}

} // namespace oopsfarm
