// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/nightly_routes.h"

#include "api/nightly_json.h"
#include "api/refusal.h"
#include "base/id.h"
#include "base/strings.h"
#include "daemon/night_end.h"
#include "daemon/night_watch.h"
#include "nightly/text.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace oopsfarm {

namespace fs = std::filesystem;

static constexpr const char* ndjson = "application/x-ndjson";
static constexpr std::size_t max_nights = 1000;

HttpResponse
register_nightly(const ApiContext& context, NewJob asked, const Job& job)
{
  const auto from = context.state.jobs() / asked.id;
  const auto refuse = [&](const Error& error) {
    static_cast<void>(remove_tree(from));
    return failure(error);
  };
  if (context.nights == nullptr) {
    return refuse(user_error("this daemon has no nightlies"));
  }
  NewNightly nightly;
  nightly.owner = asked.owner;
  nightly.name = job.name;
  nightly.tree = job.tree;
  nightly.base = job.base;
  nightly.schedule = job.schedule;
  nightly.folder = asked.id;
  nightly.file = asked.file;
  nightly.seed = asked.seed;
  nightly.repeat = asked.repeat;
  nightly.targets = asked.targets;
  nightly.priority = asked.priority == 0 ? night_priority : asked.priority;
  if (const auto made = make_folder(nightlies_folder(context.state)); !made) {
    return refuse(made.error());
  }
  std::error_code error;
  fs::rename(from, nightlies_folder(context.state) / asked.id, error);
  if (error) {
    return refuse(infra_error("cannot keep the nightly: " + error.message()));
  }
  const auto now = wall_now();
  const auto unneeded = context.nights->put(nightly, now);
  if (!unneeded) {
    static_cast<void>(remove_tree(nightlies_folder(context.state) / asked.id));
    return failure(unneeded.error());
  }
  if (!unneeded->empty()) {
    static_cast<void>(remove_tree(nightlies_folder(context.state) / *unneeded));
  }
  context.wake_nights();
  const auto row = context.nights->find(nightly.owner, nightly.name);
  if (!row || !*row) {
    return row ? failure(500, "the nightly is gone") : failure(row.error());
  }
  return {201, "application/json", json_of(**row, std::nullopt, now)};
}

namespace {

/// One request about nightlies on its way to its answer.
class NightlyRoute
{
public:
  NightlyRoute(const ApiContext& context, const HttpRequest& request)
      : context_(context), book_(*context.nights), request_(request)
  {
  }

  HttpResponse list();
  HttpResponse of_nightly(const std::string& name, const std::string& what);

private:
  HttpResponse show(const StoredNightly& nightly);
  HttpResponse nights(const StoredNightly& nightly);
  HttpResponse run(const StoredNightly& nightly);
  HttpResponse remove(const StoredNightly& nightly);
  HttpResponse compare(const StoredNightly& nightly);
  Result<StoredNight> find_night(const StoredNightly& nightly,
                                 const std::string& wanted);

  std::string query(const std::string& key) const
  {
    const auto found = request_.query.find(key);
    return found == request_.query.end() ? "" : found->second;
  }

  bool is(const char* method) const { return request_.method == method; }

  const ApiContext& context_;
  NightlyBook& book_;
  const HttpRequest& request_;
};

} // namespace

HttpResponse NightlyRoute::list()
{
  const auto nightlies = book_.all();
  if (!nightlies) {
    return failure(nightlies.error());
  }
  HttpResponse response;
  response.type = ndjson;
  for (const auto& nightly : *nightlies) {
    const auto shown = show(nightly);
    if (shown.status != 200) {
      return shown;
    }
    response.body += shown.body;
  }
  return response;
}

HttpResponse NightlyRoute::show(const StoredNightly& nightly)
{
  const auto last = book_.nights(nightly.number, 1);
  if (!last) {
    return failure(last.error());
  }
  return {200,
          "application/json",
          json_of(nightly,
                  last->empty() ? std::nullopt : std::optional(last->front()),
                  wall_now())};
}

HttpResponse NightlyRoute::of_nightly(const std::string& name,
                                      const std::string& what)
{
  const auto asked = query("owner");
  const auto owner = asked.empty() ? request_.user : asked;
  const auto nightly = book_.find(owner, name);
  if (!nightly) {
    return failure(nightly.error());
  }
  if (!*nightly) {
    return failure(404,
                   fmt::format("{} has no nightly '{}'; `oopsfarm nightly` "
                               "lists all",
                               printable(owner, 40),
                               printable(name, 80)));
  }
  if (is("GET")) {
    return what.empty()        ? show(**nightly)
           : what == "nights"  ? nights(**nightly)
           : what == "compare" ? compare(**nightly)
                               : failure(404,
                                         "of a nightly there is: nights, "
                                         "compare (GET), run, remove (POST)");
  }
  if (!is("POST") || (what != "run" && what != "remove")) {
    return failure(404,
                   "of a nightly there is: nights, compare (GET), run, remove "
                   "(POST)");
  }
  if (!request_.is_admin && request_.user != owner) {
    return failure(403, fmt::format("the nightly is {}'s", owner));
  }
  return what == "run" ? run(**nightly) : remove(**nightly);
}

HttpResponse NightlyRoute::nights(const StoredNightly& nightly)
{
  std::size_t limit = 30;
  if (const auto text = query("limit"); !text.empty()) {
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), limit);
    if (error != std::errc{} || end != text.data() + text.size() ||
        limit > max_nights) {
      return failure(400,
                     fmt::format("limit is a number up to {}", max_nights));
    }
  }
  const auto nights = book_.nights(nightly.number, limit);
  if (!nights) {
    return failure(nights.error());
  }
  HttpResponse response;
  response.type = ndjson;
  for (const auto& night : *nights) {
    const auto bisections = book_.bisections_of(night.begun.job);
    if (!bisections) {
      return failure(bisections.error());
    }
    response.body += json_of(night, *bisections);
  }
  return response;
}

HttpResponse NightlyRoute::run(const StoredNightly& nightly)
{
  const auto last = book_.nights(nightly.number, 1);
  if (!last) {
    return failure(last.error());
  }
  if (!last->empty() && last->front().is_running()) {
    return failure(
        409,
        fmt::format("a night of it runs already: {}", last->front().begun.job));
  }
  const auto night = asked_night(nightly, wall_now());
  if (const auto begun = book_.begin_night(nightly.number, night); !begun) {
    return failure(begun.error());
  }
  context_.wake_nights();
  const auto row = book_.night(night.job);
  if (!row || !*row) {
    return row ? failure(500, "the night is gone") : failure(row.error());
  }
  return {201, "application/json", json_of(**row, {})};
}

HttpResponse NightlyRoute::remove(const StoredNightly& nightly)
{
  const auto shown = show(nightly);
  const auto removed = book_.remove(nightly.number);
  if (!removed) {
    return failure(removed.error());
  }
  static_cast<void>(
      remove_tree(nightlies_folder(context_.state) / nightly.asked.folder));
  context_.wake_nights();
  return shown;
}

/// "last", "last~2", a day or a job's id, among the nights that have ended.
Result<StoredNight> NightlyRoute::find_night(const StoredNightly& nightly,
                                             const std::string& wanted)
{
  TRY_ASSIGN(const auto nights, book_.nights(nightly.number, max_nights));
  std::size_t back = 0;
  const bool is_last = wanted.starts_with("last");
  if (const auto tail = is_last ? wanted.substr(4) : ""; !tail.empty()) {
    const auto [end, error] =
        std::from_chars(tail.data() + 1, tail.data() + tail.size(), back);
    if (tail.front() != '~' || error != std::errc{} ||
        end != tail.data() + tail.size()) {
      return user_error(fmt::format("'{}' is no night: last, last~1, …",
                                    printable(wanted, 80)));
    }
  }
  for (const auto& night : nights) {
    if (night.record.empty()) {
      continue;
    }
    const bool fits =
        is_last ? back == 0
                : night.begun.job == wanted || night.begun.day == wanted;
    if (fits) {
      return night;
    }
    back -= is_last ? 1 : 0;
  }
  return user_error(fmt::format(
      "'{}' has no night '{}' that has ended; nights are named by their day "
      "(2026-11-23), their job, or last, last~1, …; `oopsfarm nightly log {}` "
      "lists them",
      nightly.asked.name,
      printable(wanted, 80),
      nightly.asked.name));
}

/// Two nights alone: rates and times of one against those of the other. What
/// any night before the second had is known all the same.
static Result<Comparison> compare_two(NightlyBook& book,
                                      const StoredNight& first,
                                      const StoredNight& second)
{
  PastNight before;
  TRY_ASSIGN(before.night, parse_night(first.record));
  TRY_ASSIGN(const auto after, parse_night(second.record));
  TRY_ASSIGN(const auto past,
             past_nights(book, second.nightly, second.begun.job));
  std::set<std::string> known;
  for (const auto& night : past) {
    for (const auto& cell : night.night.cells) {
      for (const auto& crash : cell.crashes) {
        known.insert(crash.signature);
      }
    }
  }
  return compare_nights({before}, after, known);
}

HttpResponse NightlyRoute::compare(const StoredNightly& nightly)
{
  const auto first = find_night(nightly, query("a"));
  const auto second = find_night(nightly, query("b"));
  if (!first || !second) {
    return failure(!first ? first.error() : second.error());
  }
  const auto comparison = compare_two(book_, *first, *second);
  if (!comparison) {
    return failure(comparison.error());
  }
  const auto format = query("format");
  if (format == "json") {
    return {200, "application/json", to_json(*comparison) + "\n"};
  }
  return format.empty() || format == "text"
             ? HttpResponse{200,
                            "text/plain; charset=utf-8",
                            comparison_text(*comparison)}
             : failure(400, "format is text or json");
}

HttpResponse answer_nightly(const ApiContext& context,
                            const HttpRequest& request,
                            const std::string& name,
                            const std::string& what)
{
  if (context.nights == nullptr) {
    return failure(404, "this daemon has no nightlies");
  }
  NightlyRoute route(context, request);
  if (!name.empty()) {
    return route.of_nightly(name, what);
  }
  return request.method == "GET"
             ? route.list()
             : failure(405,
                       "nightlies are listed (GET); a job with a schedule "
                       "is submitted to /v1/jobs");
}

} // namespace oopsfarm
