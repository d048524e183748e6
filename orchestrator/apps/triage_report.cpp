// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/triage_report.h"

#include "base/strings.h"
#include "triage/signature.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace oopsfarm {

using Json = nlohmann::ordered_json;

static std::string counted(std::uint64_t count, const char* one)
{
  const char* plural = count == 1                         ? ""
                       : std::string_view(one) == "crash" ? "es"
                                                          : "s";
  return count == 0 ? fmt::format("no {}", one)
                    : fmt::format("{} {}{}", count, one, plural);
}

static std::string crash_text(const Crash& crash, Colour colour)
{
  std::string notes;
  if (crash.follow_on) {
    notes += ", follows from the first";
  }
  if (crash.corrupted) {
    notes += ", corrupted: " + printable(crash.corrupted_reason);
  }
  std::string text =
      fmt::format("  {}\n    {}\n    line {}, signature {}{}\n",
                  tinted(printable(crash.title),
                         crash.follow_on ? Tint::warn : Tint::bad,
                         colour),
                  tinted(printable(crash.first_line), Tint::faint, colour),
                  crash.first_line_number + 1,
                  signature_of(crash),
                  notes);
  return text;
}

std::string
triage_text(const std::string& file, const LogTriage& triage, Colour colour)
{
  const auto& scanner = triage.crashes();
  std::string text = fmt::format(
      "{}: {}, {}{}\n",
      tinted(printable(file), Tint::strong, colour),
      counted(scanner.count(), "crash"),
      counted(triage.oom().kill_count, "OOM kill"),
      triage.arch() ? fmt::format(" ({})", to_string(*triage.arch())) : "");
  for (const auto& crash : scanner.crashes()) {
    text += crash_text(crash, colour);
  }
  if (scanner.count() > scanner.crashes().size()) {
    text += fmt::format("  … and {} more\n",
                        scanner.count() - scanner.crashes().size());
  }
  return text;
}

static Json crash_json(const Crash& crash, const std::optional<Arch>& arch)
{
  return {{"title", crash.title},
          {"alt_titles", crash.alt_titles},
          {"type", crash.type},
          {"frame", crash.frame},
          {"corrupted", crash.corrupted},
          {"corrupted_reason", crash.corrupted_reason},
          {"follow_on", crash.follow_on},
          {"arch", arch ? std::string(to_string(*arch)) : ""},
          {"signature", signature_of(crash)},
          {"first_line", crash.first_line_number + 1},
          {"last_line", crash.last_line_number + 1},
          {"text", crash.first_line}};
}

static Json time_json(const std::optional<std::uint64_t>& time_us)
{
  return time_us ? Json(*time_us) : Json(nullptr);
}

static Json kill_json(const OomKill& kill)
{
  return {{"line", kill.line + 1},
          {"time_us", time_json(kill.time_us)},
          {"invoked_us", time_json(kill.invoked_us)},
          {"invoker", kill.invoker},
          {"gfp_mask", kill.gfp_mask},
          {"order", kill.order},
          {"constraint", kill.constraint},
          {"oom_memcg", kill.oom_memcg},
          {"task_memcg", kill.task_memcg},
          {"memcg", kill.memcg},
          {"group_kill", kill.group_kill},
          {"pid", kill.pid},
          {"comm", kill.comm},
          {"total_vm", kill.total_vm},
          {"anon_rss", kill.anon_rss},
          {"file_rss", kill.file_rss},
          {"shmem_rss", kill.shmem_rss},
          {"pgtables", kill.pgtables},
          {"uid", kill.uid},
          {"oom_score_adj", kill.oom_score_adj}};
}

std::string triage_json(const std::string& file, const LogTriage& triage)
{
  Json crashes = Json::array();
  for (const auto& crash : triage.crashes().crashes()) {
    crashes.push_back(crash_json(crash, triage.arch()));
  }
  Json kills = Json::array();
  for (const auto& kill : triage.oom().kills) {
    kills.push_back(kill_json(kill));
  }
  const Json json = {{"file", file},
                     {"crashes", crashes},
                     {"crash_count", triage.crashes().count()},
                     {"oom_kills", kills},
                     {"oom_kill_count", triage.oom().kill_count}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace oopsfarm
