// SPDX-License-Identifier: GPL-2.0-or-later
#include "formats/words.h"

#include "base/id.h"
#include "base/strings.h"
#include "report/interval.h"
#include "report/series_words.h"

#include <fmt/format.h>

namespace oopsfarm {

const char* const base_has_it_words =
    "the base has it, too: no fault of the series";

std::string place_of(const Cell& cell)
{
  return printable(cell.target) + ", " + printable(cell.kconfig) + ", " +
         printable(cell.workload);
}

std::string rate_words(const Cell& cell)
{
  if (cell.observations == 0) {
    return "no run";
  }
  const auto* plural = cell.observations == 1 ? "" : "s";
  if (cell.failures == 0) {
    return fmt::format("none of {} run{}", cell.observations, plural);
  }
  return fmt::format("{} of {} run{}, {}",
                     cell.failures,
                     cell.observations,
                     plural,
                     rate_text(cell.failures, cell.observations));
}

bool is_blamed(const Cell& cell)
{
  return is_kernel_failure(cell.verdict) && !cell.base_has_it;
}

std::string reproducer_of(const Cell& cell)
{
  return is_kernel_failure(cell.verdict) && is_id(cell.run_id)
             ? "oopsfarm reproducer " + cell.run_id
             : "";
}

bool is_commit(std::string_view text)
{
  constexpr std::size_t sha1 = 40;
  constexpr std::size_t sha256 = 64;
  return (text.size() == sha1 || text.size() == sha256) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string title_of(const Cell& cell)
{
  return printable(cell.title.empty() ? to_string(cell.verdict)
                                      : cell.title.c_str());
}

std::string excerpt_of(const Cell& cell, std::size_t max)
{
  auto text = cell.detail;
  if (!cell.first_line.empty() && !text.starts_with(cell.first_line)) {
    text = cell.first_line + "\n" + text;
  }
  if (text.size() > max) {
    text.resize(max);
    const auto end = text.rfind('\n');
    text.resize(end == std::string::npos ? 0 : end + 1);
  }
  return text;
}

std::string time_of_id(std::string_view id)
{
  if (!is_id(id)) {
    return "";
  }
  const auto part = [&](std::size_t from, std::size_t count) {
    return id.substr(from, count);
  };
  return fmt::format("{}-{}-{}T{}:{}:{}+00:00",
                     part(0, 4),
                     part(4, 2),
                     part(6, 2),
                     part(9, 2),
                     part(11, 2),
                     part(13, 2));
}

/// The earlier of two times, either of which may be "".
static std::string earlier(std::string a, std::string b)
{
  return a.empty() || (!b.empty() && b < a) ? std::move(b) : std::move(a);
}

std::string begin_of(const Cell& cell)
{
  std::string begin;
  for (const auto& id : cell.run_ids) {
    begin = earlier(std::move(begin), time_of_id(id));
  }
  return begin;
}

std::string begin_of(const JobReport& report)
{
  std::string begin;
  for (const auto& cell : report.cells) {
    begin = earlier(std::move(begin), begin_of(cell));
  }
  return begin;
}

std::string commit_of(const JobReport& report, const std::string& kernel)
{
  if (kernel == "base") {
    return report.base_commit;
  }
  for (const auto& patch : report.patches) {
    if (kernel == fmt::format("patch {}", patch.number)) {
      return patch.commit;
    }
  }
  return kernel == "series" && !report.patches.empty()
             ? report.patches.back().commit
             : "";
}

} // namespace oopsfarm
