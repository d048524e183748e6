// SPDX-License-Identifier: GPL-2.0-or-later
#include "formats/mail.h"

#include "base/hash.h"
#include "base/strings.h"
#include "formats/mail_header.h"
#include "formats/words.h"
#include "formats/wrap.h"
#include "report/bisections.h"
#include "report/json_report.h"
#include "report/live.h"
#include "report/series_words.h"
#include "report/text_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace oopsfarm {

namespace {

constexpr std::size_t width = 72;
constexpr std::size_t max_excerpt_lines = 25;
constexpr std::size_t max_failures = 8;

/// A paragraph, with a blank line behind it.
std::string paragraph(const std::string& text)
{
  return wrapped(text, width) + "\n";
}

// --- Headers ---------------------------------------------------------------

bool is_reply(const JobReport& report)
{
  return is_message_id(report.mail.message_id);
}

std::string verdict_of(const JobReport& report)
{
  const auto count = [&](auto&& wanted) {
    return std::count_if(report.cells.begin(), report.cells.end(), wanted);
  };
  const auto failed =
      count([](const Cell& cell) { return is_kernel_failure(cell.verdict); });
  const auto passed =
      count([](const Cell& cell) { return cell.verdict == Verdict::pass; });
  return failed > 0
             ? fmt::format("{} of {} failed", failed, report.cells.size())
             : fmt::format("{} of {} passed", passed, report.cells.size());
}

std::string subject_of(const JobReport& report)
{
  constexpr std::size_t re = 3;
  const auto subject = printable(report.mail.subject, 300);
  if (subject.empty()) {
    return "[oopsfarm] " + printable(report.job) + ": " + verdict_of(report);
  }
  auto begin = subject.substr(0, re);
  std::transform(begin.begin(), begin.end(), begin.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return begin == "re:" ? subject : "Re: " + subject;
}

std::string recipients(const JobReport& report, const MailIdentity& identity)
{
  auto wanted = identity.to;
  if (wanted.empty()) {
    wanted.push_back(report.mail.author);
  }
  std::vector<std::string> all;
  for (const auto& one : wanted) {
    if (const auto address = parse_address(one)) {
      all.push_back(address_text(*address));
    }
  }
  return all.empty() ? "" : "To: " + join(all, ",\n ") + "\n";
}

/// The same report has the same id, so that it is not read twice.
std::string own_id(const JobReport& report, const MailAddress& from)
{
  constexpr std::size_t digits = 24;
  return "oopsfarm." + sha256_hex(json_cells(report)).substr(0, digits) +
         from.address.substr(from.address.find('@'));
}

std::string headers(const JobReport& report,
                    const MailIdentity& identity,
                    const MailAddress& from,
                    std::chrono::milliseconds ended)
{
  auto text = "From: " + address_text(from) + "\n";
  text += recipients(report, identity);
  if (ended.count() > 0) {
    text += "Date: " + mail_date(ended) + "\n";
  }
  text += header_line("Subject", subject_of(report));
  text += "Message-ID: <" + own_id(report, from) + ">\n";
  if (is_reply(report)) {
    const auto& id = report.mail.message_id;
    text += "In-Reply-To: <" + id + ">\nReferences: <" + id + ">\n";
  }
  return text + "Auto-Submitted: auto-generated\n"
                "MIME-Version: 1.0\n"
                "Content-Type: text/plain; charset=UTF-8\n"
                "Content-Transfer-Encoding: 8bit\n";
}

// --- Body ------------------------------------------------------------------

std::string cell_line(const Cell& cell)
{
  auto text = printable(cell.kernel) + ": " + to_string(cell.verdict);
  if (cell.observations + cell.infra_failures > 0) {
    text += ", failed in " + rate_words(cell);
  }
  if (cell.infra_failures > 0) {
    text += fmt::format(", {} more lost to the farm", cell.infra_failures);
  }
  return cell.base_has_it ? text + "; the base has it, too" : text;
}

/// Each place with all its kernels below: rates stand side by side.
std::string cells_text(const JobReport& report)
{
  std::vector<std::string> places;
  std::map<std::string, std::string> lines;
  for (const auto& cell : report.cells) {
    const auto place = place_of(cell);
    auto& text = lines[place];
    if (text.empty()) {
      places.push_back(place);
      text = wrapped(place, width);
    }
    text += wrapped(cell_line(cell), width, "  ", "    ");
  }
  std::string text;
  for (const auto& place : places) {
    text += lines[place];
  }
  return text + "\n";
}

std::string excerpt_text(const Cell& cell)
{
  constexpr std::size_t most = 16U << 10;
  const auto lines = split_lines(excerpt_of(cell, most));
  std::string text;
  for (std::size_t i = 0; i < std::min(max_excerpt_lines, lines.size()); ++i) {
    auto line = "  " + cut_text(printable(lines[i]), width - 2);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  if (lines.size() > max_excerpt_lines) {
    text +=
        fmt::format("  [{} more lines]\n", lines.size() - max_excerpt_lines);
  }
  return text.empty() ? "" : text + "\n";
}

std::string suspects_text(const JobReport& report, const Cell& cell)
{
  constexpr std::size_t shown = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, cell.suspects.size()); ++i) {
    const auto& suspect = cell.suspects[i];
    text += wrapped(fmt::format("suspect, {:.0f}%: patch {}/{} '{}': {}",
                                suspect.probability * 100,
                                suspect.patch.number,
                                report.patches.size(),
                                printable(suspect.patch.subject, 200),
                                printable(join(suspect.reasons, "; "))),
                    width);
  }
  return text.empty() ? "" : text + "\n";
}

std::string failure_text(const JobReport& report, const Cell& cell)
{
  auto text = wrapped(title_of(cell), width);
  text += wrapped(place_of(cell) + ", " + cell_line(cell), width, "  ", "  ");
  if (cell.kernel != "series") { // that is said above
    text += wrapped(under_test(report, cell.kernel), width, "  ", "  ");
  }
  text += "\n" + excerpt_text(cell) + suspects_text(report, cell);
  const auto reproducer = reproducer_of(cell);
  return reproducer.empty()
             ? text
             : text +
                   "To see it again with QEMU alone (kernel, initramfs, "
                   "command line):\n  " +
                   reproducer + "\n\n";
}

/// What the series brings: one for each title and verdict.
std::vector<const Cell*> failures_of(const JobReport& report)
{
  const bool has_series = !report.patches.empty();
  std::vector<const Cell*> all;
  for (const auto& cell : report.cells) {
    const bool is_new = std::none_of(all.begin(), all.end(), [&](auto* other) {
      return other->title == cell.title && other->verdict == cell.verdict &&
             other->kernel == cell.kernel;
    });
    if (is_blamed(cell) && is_new && (!has_series || cell.kernel != "base")) {
      all.push_back(&cell);
    }
  }
  return all;
}

std::string summary(const JobReport& report)
{
  const auto own = failures_of(report).size();
  if (report.patches.empty()) {
    return verdict_of(report) + ".";
  }
  if (own > 0) {
    return "A failure was seen with the series, and not on its base.";
  }
  const bool no_evidence = std::any_of(
      report.cells.begin(), report.cells.end(), [](const Cell& cell) {
        return cell.verdict == Verdict::infra;
      });
  return no_evidence ? "No failure of the series was seen, but not everything "
                       "could be tested."
                     : "No failure of the series was seen.";
}

std::string words_text(const JobReport& report, const std::string& from)
{
  std::string text;
  for (const auto& step : broken_steps(report)) {
    text += paragraph(broken_step_text(report, step));
  }
  for (const auto& problem : absent_problems(report)) {
    text += paragraph(printable(problem.title, 200) + ", " +
                      (problem.is_mended ? "mended: " : "not seen again: ") +
                      absent_problem_text(problem));
  }
  // Not wrapped: trailers are read by programs.
  return offers_tested_by(report) ? text + "Tested-by: " + from + "\n\n" : text;
}

/// Their text has long lines: each is wrapped by itself.
std::string bisections_part(const JobReport& report)
{
  std::string text;
  for (const auto& line : split_lines(bisections_text(report, Colour::no))) {
    const auto depth = line.find_first_not_of(' ');
    if (depth == std::string::npos) {
      continue;
    }
    const std::string indent(depth, ' ');
    text += wrapped(line, width, indent, indent + "  ");
  }
  return text.empty() ? "" : text + "\n";
}

std::string environment(const JobReport& report)
{
  std::string text;
  for (const auto& note : report.notes) {
    text += wrapped(printable(note), width, "- ", "  ");
  }
  if (is_commit(report.base_commit)) {
    text += (text.empty() ? "" : "\n") +
            ("base-commit: " + report.base_commit + "\n");
  }
  return text;
}

std::string body(const JobReport& report, const std::string& from)
{
  auto text =
      paragraph("Oopsfarm tested " +
                under_test(report, report.patches.empty() ? "base" : "series") +
                ". " + summary(report));
  text += words_text(report, from);
  text += cells_text(report);
  const auto failures = failures_of(report);
  for (std::size_t i = 0; i < std::min(max_failures, failures.size()); ++i) {
    text += failure_text(report, *failures[i]);
  }
  if (failures.size() > max_failures) {
    text += paragraph(
        fmt::format("And {} more failures.", failures.size() - max_failures));
  }
  text += bisections_part(report) + environment(report);
  return text + "-- \nOopsfarm: rates are of single runs, intervals 95% "
                "(Wilson)\n";
}

} // namespace

MailIdentity identity_of(const MailConfig& config)
{
  MailIdentity identity;
  if (!config.from.empty()) {
    identity.from = config.from;
  }
  identity.to = config.to;
  return identity;
}

std::string mail_report(const JobReport& report,
                        const MailIdentity& identity,
                        std::chrono::milliseconds ended)
{
  const auto from = parse_address(identity.from)
                        .value_or(*parse_address(MailIdentity{}.from));
  const auto signer = from.name.empty()
                          ? from.address
                          : printable(from.name) + " <" + from.address + ">";
  return headers(report, identity, from, ended) + "\n" + body(report, signer);
}

} // namespace oopsfarm
