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

static std::string indented(std::string_view text)
{
  std::string out;
  while (!text.empty()) {
    const auto end = text.find('\n') + 1; // it ends with one
    out += "  ";
    out += text.substr(0, end);
    text.remove_prefix(end);
  }
  return out;
}

std::string triage_text(const std::string& file,
                        const LogTriage& triage,
                        const std::vector<Explanation>& said,
                        Colour colour)
{
  const auto& scanner = triage.crashes();
  std::string text = fmt::format(
      "{}: {}, {}{}\n",
      tinted(printable(file), Tint::strong, colour),
      counted(scanner.count(), "crash"),
      counted(triage.oom().kill_count, "OOM kill"),
      triage.arch() ? fmt::format(" ({})", to_string(*triage.arch())) : "");
  const auto& crashes = scanner.crashes();
  for (std::size_t i = 0; i < crashes.size(); ++i) {
    text += crash_text(crashes[i], colour);
    if (i < said.size()) {
      text += indented(explanation_text(crashes[i], said[i]));
    }
  }
  if (scanner.count() > crashes.size()) {
    text += fmt::format("  … and {} more\n", scanner.count() - crashes.size());
  }
  return text;
}

static Json frame_json(const CrashFrame& frame,
                       const std::vector<SourcePlace>& places)
{
  Json list = Json::array();
  for (const auto& place : places) {
    list.push_back({{"function", place.function},
                    {"file", place.file},
                    {"line", place.line}});
  }
  return {{"symbol", frame.symbol},
          {"offset", frame.offset},
          {"size", frame.size},
          {"trusted", frame.trusted},
          {"places", list}};
}

static Json code_json(const std::vector<Instruction>& code)
{
  Json list = Json::array();
  for (const auto& one : code) {
    list.push_back({{"offset", one.offset}, {"text", one.text}});
  }
  return list;
}

static Json crash_json(const Crash& crash,
                       const std::optional<Arch>& arch,
                       const Explanation& said)
{
  Json stack = Json::array();
  for (std::size_t i = 0; i < crash.stack.size(); ++i) {
    stack.push_back(frame_json(
        crash.stack[i],
        i < said.places.size() ? said.places[i] : std::vector<SourcePlace>{}));
  }
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
          {"text", crash.first_line},
          {"stack", stack},
          {"code", code_json(said.code)},
          {"code_note", said.code_note}};
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

std::string triage_json(const std::string& file,
                        const LogTriage& triage,
                        const std::vector<Explanation>& said)
{
  Json crashes = Json::array();
  const auto& found = triage.crashes().crashes();
  for (std::size_t i = 0; i < found.size(); ++i) {
    crashes.push_back(crash_json(
        found[i], triage.arch(), i < said.size() ? said[i] : Explanation{}));
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
