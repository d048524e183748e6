// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/bisect_report.h"

#include "engine/kernel_hunt.h"
#include "report/bisections.h"
#include "report/interval.h"
#include "report/posterior_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace oopsfarm {

namespace {

using Json = nlohmann::ordered_json;

/// Object ids are cut, other names (CONFIG_FOO) are not.
std::string short_id(const std::string& id)
{
  constexpr std::size_t object_id = 40;
  constexpr std::size_t length = 12;
  return id.size() < object_id ? id : id.substr(0, length);
}

std::string named(const Commit& commit)
{
  return fmt::format("{} {}", short_id(commit.id), commit.subject);
}

std::string named(const Case& found, Node node)
{
  return named(found.range().commits.at(node));
}

/// A hypothesis: the commit, or what else was changed.
std::string named_change(const Case& found, Node change)
{
  return named(found.range().change(change));
}

std::string percent(double probability)
{
  // Nothing is certain; 100 % would say so.
  return fmt::format("{:.1f} %", std::min(100 * probability, 99.9));
}

std::string rate_of(const Counts& counts)
{
  const auto crashes = static_cast<unsigned>(counts.crashes);
  const auto runs = crashes + static_cast<unsigned>(counts.passes);
  if (runs == 0) {
    return "not tried";
  }
  return fmt::format("{}/{} {}", crashes, runs, rate_text(crashes, runs));
}

/// The crash that would shake the answer most: one right before the culprit.
std::string doubt_text(const Case& found, const Answer& answer)
{
  const auto before = found.range().before(answer.culprits.front());
  if (!found.bisection().testable(before)) {
    return "";
  }
  const auto then = found.bisection().answer_after({{before, 0}, Sight::crash});
  if (then.culprits == answer.culprits) {
    return fmt::format("  doubt     a crash at {} would leave it {}\n",
                       named(found, before),
                       percent(then.probability));
  }
  return fmt::format("  doubt     a crash at {} would point to {} ({})\n",
                     named(found, before),
                     then.culprits.empty()
                         ? "before the good end"
                         : named_change(found, then.culprits.back()),
                     percent(then.probability));
}

std::string conclusion_text(const Case& found, const Answer& answer)
{
  const auto sure = percent(answer.probability);
  const bool is_fix = found.range().is_reverse;
  const auto* did = is_fix ? "fixed" : "brought";
  switch (answer.conclusion) {
  case Conclusion::culprit:
    if (answer.culprits.size() > 1) {
      std::string text = fmt::format(
          "one of these {} it ({}); none between can be tested:\n", did, sure);
      for (const auto node : answer.culprits) {
        text += "  " + named_change(found, node) + "\n";
      }
      return text;
    }
    return fmt::format("{} {} it ({})\n",
                       named_change(found, answer.culprits.front()),
                       did,
                       sure);
  case Conclusion::base_has_it:
    return fmt::format("the good end, {}, has it {} ({})\n",
                       named(found, 0),
                       is_fix ? "still" : "already",
                       sure);
  case Conclusion::not_here:
    return fmt::format("the bad end, {}, does not show it ({})\n",
                       named(found, found.range().tip()),
                       sure);
  case Conclusion::undecided:
    break;
  }
  return fmt::format("undecided; {} asked for\n", percent(found.confidence()));
}

std::string candidates_text(const Case& found, const Answer& answer)
{
  constexpr std::size_t most = 10;
  const auto masses = found.bisection().posterior();
  std::string text;
  if (answer.candidates_mass < 0.9) {
    return text;
  }
  for (std::size_t i = 0; i < answer.candidates.size() && i < most; ++i) {
    const auto node = answer.candidates[i];
    text += fmt::format("  {}   {}  {}\n",
                        i == 0 ? "90 % in" : "       ",
                        named_change(found, node),
                        percent(masses.at(node)));
  }
  if (answer.candidates.size() > most) {
    text += fmt::format("            and {} more\n",
                        answer.candidates.size() - most);
  }
  return text;
}

Json counts_json(const Counts& counts)
{
  const auto crashes = static_cast<unsigned>(counts.crashes);
  const auto runs = crashes + static_cast<unsigned>(counts.passes);
  Json json = {{"crashes", crashes}, {"runs", runs}};
  if (runs > 0) {
    const auto interval = wilson_interval(crashes, runs);
    json["low"] = interval.low;
    json["high"] = interval.high;
  }
  return json;
}

Json change_json(const Case& found, Node change)
{
  const auto& commit = found.range().change(change);
  return {{"commit", commit.id}, {"subject", commit.subject}};
}

} // namespace

/// What only kernels have: where it shows, the check, the change itself.
static std::string kernel_text(const BisectedCrash& crash)
{
  std::string text;
  if (!crash.scope.empty()) {
    text += "  scope     " + crash.scope + "\n";
  }
  for (const auto& check : crash.checks) {
    text += "  check     " + check_text(check, crash.is_fix) + "\n";
  }
  if (!crash.change.empty()) {
    text += "  change\n" + indented(crash.change, "    ");
  }
  return text;
}

static std::string crash_text(const Case& found, const BisectEnd& end)
{
  std::string text;
  for (const auto& signature : found.signatures()) {
    if (signature.empty()) {
      continue;
    }
    const auto title = end.kernels == nullptr ? "" : found.title_of(signature);
    text += fmt::format(
        "  crash     {}{}{}\n",
        signature,
        title.empty() ? "" : " " + title,
        found.joined().contains(signature) ? " (comes and goes with it)" : "");
  }
  return text;
}

std::string bisect_text(const Case& found, const BisectEnd& end)
{
  const auto answer = found.bisection().answer();
  auto text = conclusion_text(found, answer);
  if (end.end && *end.end != HuntEnd::answered) {
    text += fmt::format("  end       {}\n", to_string(*end.end));
  }
  for (std::size_t i = 0; i < found.channels().size(); ++i) {
    const auto& rates = answer.rates.at(i);
    const auto name =
        found.channels().size() > 1 ? found.channels()[i] + " " : std::string();
    text += fmt::format("  rate      {}{}, {} it {}\n",
                        name,
                        rate_of(rates.after),
                        found.range().is_reverse ? "with" : "before",
                        rate_of(rates.before));
  }
  text += crash_text(found, end);
  if (answer.conclusion == Conclusion::culprit) {
    text += doubt_text(found, answer);
  }
  text += candidates_text(found, answer);
  if (found.range().tip() > 2) {
    constexpr std::size_t columns = 68;
    text += "  posterior " + posterior_blocks(found, columns) + "\n";
  }
  for (const auto& [title, runs] : found.other_crashes()) {
    const auto words = end.kernels == nullptr ? "" : found.title_of(title);
    text += fmt::format("  besides   {}{} ({} {})\n",
                        title.empty() ? "a crash without a signature" : title,
                        words.empty() ? "" : " " + words,
                        runs,
                        runs == 1 ? "run" : "runs");
  }
  if (end.kernels != nullptr) {
    text += kernel_text(*end.kernels);
  }
  text += fmt::format("  spent     {} runs, {} builds; bisection {}\n",
                      found.runs(),
                      found.builds(),
                      end.id);
  return text;
}

static void add_kernels(const BisectedCrash& crash, Json& json)
{
  json["mode"] = crash.mode;
  json["title"] = crash.title;
  json["scope"] = crash.scope;
  json["change"] = crash.change;
  json["check"] = nullptr;
  for (const auto& check : crash.checks) {
    json["check"] = {{"commit", check.commit},
                     {"why_not", check.why_not},
                     {"runs", check.runs},
                     {"crashes", check.crashes},
                     {"confirms", check.confirms}};
  }
}

std::string bisect_json(const Case& found, const BisectEnd& end)
{
  const auto answer = found.bisection().answer();
  const auto masses = found.bisection().posterior();
  const bool is_found = answer.conclusion == Conclusion::culprit;
  Json json = {{"kind", "bisection"},
               {"culprit",
                is_found ? change_json(found, answer.culprits.back()) : Json()},
               {"probability", answer.probability},
               {"candidates", Json::array()},
               {"runs", found.runs()},
               {"builds", found.builds()},
               {"conclusion", to_string(answer.conclusion)},
               {"end", end.end ? to_string(*end.end) : ""},
               {"id", end.id},
               {"confidence", found.confidence()},
               {"indistinguishable", Json::array()},
               {"signature", found.signature()},
               {"base_has_it", masses.front()},
               {"not_here", masses.back()},
               {"rates", Json::array()},
               {"other_crashes", Json::array()}};
  for (const auto node : answer.candidates) {
    auto candidate = change_json(found, node);
    candidate["probability"] = masses.at(node);
    json["candidates"].push_back(candidate);
  }
  for (const auto node : answer.culprits) {
    if (is_found) {
      json["indistinguishable"].push_back(change_json(found, node));
    }
  }
  for (std::size_t i = 0; i < found.channels().size(); ++i) {
    const auto& rates = answer.rates.at(i);
    json["rates"].push_back({{"channel", found.channels()[i]},
                             {"after", counts_json(rates.after)},
                             {"before", counts_json(rates.before)},
                             {"affected", rates.affected}});
  }
  for (const auto& [title, runs] : found.other_crashes()) {
    json["other_crashes"].push_back({{"signature", title}, {"runs", runs}});
  }
  json["fixed"] = found.range().is_reverse;
  json["signatures"] = found.signatures();
  json["posterior"] = std::vector<double>(masses.begin() + 1, masses.end() - 1);
  if (end.kernels != nullptr) {
    add_kernels(*end.kernels, json);
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string record_line(const Case& found, const Record& record)
{
  const auto node = found.range().find(record.commit).value_or(0);
  const auto sight = found.sight(record);
  auto line = fmt::format("{:12} {}",
                          sight == Sight::other ? "other crash"
                                                : to_string(record.outcome),
                          named(found, node));
  const auto& words =
      record.signature.empty() ? record.detail : record.signature;
  if (!words.empty()) {
    line += ": " + words;
  }
  return line;
}

std::string posterior_blocks(const Case& found, std::size_t width)
{
  auto masses = found.bisection().posterior();
  masses.erase(masses.begin());
  masses.pop_back();
  return plot_blocks(masses, width);
}

std::string likeliest_text(const Case& found)
{
  const auto answer = found.bisection().answer();
  const auto masses = found.bisection().posterior();
  if (answer.culprits.empty()) {
    return fmt::format("{} {}",
                       masses.front() > masses.back()
                           ? "the good end has it already"
                           : "the bad end does not show it",
                       percent(answer.probability));
  }
  return fmt::format("{} {}",
                     named_change(found, answer.culprits.back()),
                     percent(answer.probability));
}

std::string git_bisect_log(const Case& found)
{
  const auto& commits = found.range().commits;
  const auto& bisection = found.bisection();
  // git has it that the newer one is the "bad" one, by whatever name.
  const bool is_fix = found.range().is_reverse;
  // Its replay wants arguments in quotes.
  const char* bad_word = is_fix ? "broken" : "bad";
  const char* good_word = is_fix ? "fixed" : "good";
  auto text =
      fmt::format("git bisect start{4}\n# {5}: [{0}] {1}\ngit bisect "
                  "{5} {0}\n# {6}: [{2}] {3}\ngit bisect {6} {2}\n",
                  commits.back().id,
                  commits.back().subject,
                  commits.front().id,
                  commits.front().subject,
                  is_fix ? " '--term-new=fixed' '--term-old=broken'" : "",
                  bad_word,
                  good_word);
  const auto masses = bisection.posterior();
  std::vector<bool> done(commits.size());
  done.front() = done.back() = true;
  for (const auto& record : found.records()) {
    const auto node = found.range().find(record.commit).value_or(0);
    if (done[node]) {
      continue;
    }
    done[node] = true;
    double bad = masses.front();
    for (Node culprit = 1; culprit < commits.size(); ++culprit) {
      bad += bisection.history().contains(node, culprit) ? masses[culprit] : 0;
    }
    const char* word = !bisection.testable(node)       ? "skip"
                       : bad >= found.confidence()     ? bad_word
                       : 1 - bad >= found.confidence() ? good_word
                                                       : nullptr;
    if (word != nullptr) {
      text += fmt::format("# {0}: [{1}] {2}\ngit bisect {0} {1}\n",
                          word,
                          record.commit,
                          commits[node].subject);
    }
  }
  return text;
}

} // namespace oopsfarm
