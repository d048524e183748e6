// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/nightly_json.h"
#include "apps/daemon_verbs.h"
#include "apps/nightly_report.h"
#include "apps/terminal.h"
#include "base/strings.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace oopsfarm {

Result<int>
submit_nightly(const Submission& submission, bool wait, const Context& context)
{
  if (wait) {
    return user_error("a job with a schedule has no end to wait for; submit it "
                      "without --wait, then `oopsfarm nightly run NAME --wait` "
                      "for a first night now");
  }
  TRY_ASSIGN(const auto answer,
             ask(context, "POST", "/v1/jobs", to_json(submission)));
  TRY_ASSIGN(const auto view, parse_nightly_view(answer));
  TRY(put_result(context.options.output == Output::json
                     ? answer
                     : fmt::format("nightly {}: next {}\n",
                                   printable(view.name, 80),
                                   view.next)));
  return 0;
}

/// Names are checked here: they become part of a path.
static Result<std::string> path_of(const NightlyRequest& request,
                                   const std::string& what,
                                   std::vector<std::string> query = {})
{
  if (!is_safe_name(request.name)) {
    return user_error(fmt::format("'{}' is no nightly's name; `oopsfarm "
                                  "nightly` lists them",
                                  printable(request.name, 80)));
  }
  if (!request.owner.empty()) {
    if (!is_safe_name(request.owner)) {
      return user_error(fmt::format("--owner: '{}' is no user's name",
                                    printable(request.owner, 80)));
    }
    query.push_back("owner=" + request.owner);
  }
  return "/v1/nightlies/" + request.name + what +
         (query.empty() ? "" : "?" + join(query, "&"));
}

template <typename View>
static Result<std::vector<View>>
parse_lines(const std::string& text, Result<View> (*parse)(std::string_view))
{
  std::vector<View> views;
  for (const auto& line : split_lines(text)) {
    TRY_ASSIGN(auto view, parse(line));
    views.push_back(std::move(view));
  }
  return views;
}

Result<int> nightly_list_verb(const NightlyListRequest& /*request*/,
                              const Context& context)
{
  TRY_ASSIGN(const auto answer, ask(context, "GET", "/v1/nightlies"));
  if (context.options.output == Output::json) {
    TRY(put_result(answer));
    return 0;
  }
  TRY_ASSIGN(const auto nightlies, parse_lines(answer, parse_nightly_view));
  TRY(put_result(
      nightlies.empty()
          ? "no nightly yet; `oopsfarm submit` a job with a schedule\n"
          : nightlies_table(
                nightlies, use_colour(context.options.colour, STDOUT_FILENO))));
  return 0;
}

/// Until the night's tree has been fetched and its job is there.
static Status wait_for_job(const NightlyRunRequest& request,
                           const std::string& job,
                           const Context& context)
{
  while (!context.stop.requested()) {
    TRY_ASSIGN(const auto path, path_of(request, "/nights"));
    TRY_ASSIGN(const auto answer, ask(context, "GET", path));
    TRY_ASSIGN(const auto nights, parse_lines(answer, parse_night_view));
    const auto night =
        std::find_if(nights.begin(), nights.end(), [&](const NightView& each) {
          return each.job == job;
        });
    if (night == nights.end() || night->state != "fetching") {
      return Ok{};
    }
    wait_a_little(context.stop);
  }
  return Ok{};
}

Result<int> nightly_run_verb(const NightlyRunRequest& request,
                             const Context& context)
{
  TRY_ASSIGN(const auto path, path_of(request, "/run"));
  TRY_ASSIGN(const auto answer, ask(context, "POST", path));
  TRY_ASSIGN(const auto night, parse_night_view(answer));
  if (!request.wait) {
    TRY(put_result(context.options.output == Output::json ? answer
                                                          : night.job + "\n"));
    return 0;
  }
  TRY(wait_for_job(request, night.job, context));
  return context.stop.requested() ? Result<int>(3)
                                  : follow_job(night.job, context);
}

Result<int> nightly_remove_verb(const NightlyRemoveRequest& request,
                                const Context& context)
{
  TRY_ASSIGN(const auto path, path_of(request, "/remove"));
  TRY_ASSIGN(const auto answer, ask(context, "POST", path));
  if (context.options.output == Output::json) {
    TRY(put_result(answer));
  }
  return 0;
}

Result<int> nightly_log_verb(const NightlyLogRequest& request,
                             const Context& context)
{
  TRY_ASSIGN(
      const auto path,
      path_of(request, "/nights", {fmt::format("limit={}", request.limit)}));
  TRY_ASSIGN(const auto answer, ask(context, "GET", path));
  if (context.options.output == Output::json) {
    TRY(put_result(answer));
    return 0;
  }
  TRY_ASSIGN(const auto nights, parse_lines(answer, parse_night_view));
  TRY(put_result(
      nights.empty()
          ? "no night yet\n"
          : nights_table(nights,
                         use_colour(context.options.colour, STDOUT_FILENO))));
  return 0;
}

/// Two nights need no name where there is one nightly alone.
static Result<NightlyRequest> only_nightly(NightlyRequest request,
                                           const Context& context)
{
  if (!request.name.empty()) {
    return request;
  }
  TRY_ASSIGN(const auto answer, ask(context, "GET", "/v1/nightlies"));
  TRY_ASSIGN(auto nightlies, parse_lines(answer, parse_nightly_view));
  if (!request.owner.empty()) {
    std::erase_if(nightlies, [&](const NightlyView& nightly) {
      return nightly.owner != request.owner;
    });
  }
  if (nightlies.size() != 1) {
    return user_error(fmt::format("there are {} nightlies: say whose nights "
                                  "these are by --name",
                                  nightlies.size()));
  }
  request.name = nightlies.front().name;
  request.owner = nightlies.front().owner;
  return request;
}

/// Nights' names have letters, digits, '-' and '~': nothing to encode.
static Status check_night(const std::string& night)
{
  constexpr std::size_t longest = 40;
  const bool is_fit =
      !night.empty() && night.size() <= longest &&
      std::all_of(night.begin(), night.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '~';
      });
  return is_fit ? Status(Ok{})
                : user_error(fmt::format("'{}' is no night: a day "
                                         "(2026-11-23), a job's id, or last, "
                                         "last~1, …",
                                         printable(night, 80)));
}

Result<int> nightly_compare_verb(const NightlyCompareRequest& request,
                                 const Context& context)
{
  TRY(check_night(request.before));
  TRY(check_night(request.after));
  TRY_ASSIGN(const auto nightly, only_nightly(request, context));
  const auto compare = [&](const char* format) -> Result<std::string> {
    TRY_ASSIGN(const auto path,
               path_of(nightly,
                       "/compare",
                       {"a=" + request.before,
                        "b=" + request.after,
                        std::string("format=") + format}));
    return ask(context, "GET", path);
  };
  TRY_ASSIGN(const auto json, compare("json"));
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("worse") ||
      !parsed["worse"].is_boolean()) {
    return infra_error("the daemon's answer is not of this version's form");
  }
  if (context.options.output == Output::json) {
    TRY(put_result(json));
  } else {
    TRY_ASSIGN(const auto text, compare("text"));
    TRY(put_result(text));
  }
  return parsed["worse"].get<bool>() ? 1 : 0;
}

} // namespace oopsfarm
