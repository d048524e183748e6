// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/night_end.h"

#include "base/log.h"
#include "base/strings.h"
#include "nightly/bisections.h"
#include "nightly/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

static Result<PastNight> past_night_of(const StoredNight& stored)
{
  PastNight past;
  TRY_ASSIGN(past.night, parse_night(stored.record));
  TRY_ASSIGN(auto comparison, parse_comparison(stored.comparison));
  past.changes = std::move(comparison.changes);
  return past;
}

Result<std::vector<PastNight>>
past_nights(NightlyBook& book, std::int64_t nightly, const std::string& job)
{
  // Nights that failed or were cancelled have no record.
  constexpr std::size_t enough = 4 * max_past_nights;
  TRY_ASSIGN(const auto nights, book.nights(nightly, enough));
  auto from = std::find_if(nights.begin(), nights.end(), [&](auto& night) {
    return night.begun.job == job;
  });
  from = from == nights.end() ? nights.begin() : from + 1;
  std::vector<PastNight> past;
  for (; from != nights.end() && past.size() < max_past_nights; ++from) {
    if (from->record.empty()) {
      continue;
    }
    auto night = past_night_of(*from);
    if (night) {
      past.push_back(*std::move(night));
    } else {
      log::warning(
          fmt::format("night {}: {}", from->begun.job, night.error().message));
    }
  }
  std::reverse(past.begin(), past.end());
  return past;
}

/// The comparison's line goes before the cells', which come last.
static void add_line(std::string& json, const std::string& line)
{
  constexpr std::string_view cell = "{\"kind\":\"cell\"";
  auto at = json.find(cell);
  if (at != 0 && at != std::string::npos) {
    at = json.find("\n" + std::string(cell));
    at = at == std::string::npos ? at : at + 1;
  }
  json.insert(std::min(at, json.size()), line + "\n");
}

static std::string bisections_text(const std::vector<StoredBisection>& wanted)
{
  std::string text;
  for (const auto& each : wanted) {
    text += fmt::format("  to be bisected: {} ({} {} {}), {:.12}..{:.12}\n",
                        printable(each.title),
                        each.target,
                        each.kconfig,
                        each.workload,
                        each.good,
                        each.bad);
  }
  return text;
}

static Status
compare(NightlyBook& book, const StoredNight& stored, FinishedJob& finished)
{
  TRY_ASSIGN(auto night, parse_night(finished.night));
  night.day = stored.begun.day;
  TRY_ASSIGN(const auto past,
             past_nights(book, stored.nightly, stored.begun.job));
  const auto comparison = compare_nights(past, night);
  std::vector<StoredBisection> wanted;
  for (const auto& each : wanted_bisections(comparison, night)) {
    StoredBisection row;
    row.tree = each.tree;
    row.good = each.good;
    row.bad = each.bad;
    row.signature = each.signature;
    row.title = each.title;
    row.target = each.target;
    row.kconfig = each.kconfig;
    row.workload = each.workload;
    wanted.push_back(std::move(row));
  }
  const auto json = to_json(comparison);
  TRY(book.end_night(stored.begun.job, to_json(night), json, wanted));
  finished.report.text += comparison_text(comparison) + bisections_text(wanted);
  add_line(finished.report.json, json);
  return Ok{};
}

void end_night(NightlyBook& book, const StoredJob& job, FinishedJob& finished)
{
  const auto stored = book.night(job.asked.id);
  if (stored && !*stored) {
    return;
  }
  auto done = stored ? Status(Ok{}) : Status(stored.error());
  if (stored) {
    finished.report.text +=
        fmt::format("\nnight {} of {}{}\n",
                    (*stored)->begun.day,
                    (*stored)->name,
                    (*stored)->begun.note.empty()
                        ? ""
                        : ": " + printable((*stored)->begun.note));
    done = compare(book, **stored, finished);
  }
  if (!done) {
    log::error(fmt::format("{}: {}", job.asked.id, done.error().message));
    finished.report.text +=
        "the night could not be compared: " + done.error().message + "\n";
  }
}

} // namespace oopsfarm
