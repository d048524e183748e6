// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/bisect_report.h"

#include "report/interval.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace oopsfarm {

namespace {

using Json = nlohmann::ordered_json;

std::string short_id(const std::string& id)
{
  return id.substr(0, 12);
}

std::string named(const Case& found, Node node)
{
  const auto& commit = found.range().commits.at(node);
  return fmt::format("{} {}", short_id(commit.id), commit.subject);
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

std::string word_of(Conclusion conclusion)
{
  switch (conclusion) {
  case Conclusion::culprit:
    return "culprit";
  case Conclusion::base_has_it:
    return "base-has-it";
  case Conclusion::not_here:
    return "not-here";
  case Conclusion::undecided:
    return "undecided";
  }
  return "?";
}

std::string word_of(HuntEnd end)
{
  switch (end) {
  case HuntEnd::answered:
    return "answered";
  case HuntEnd::out_of_runs:
    return "the runs allowed are spent";
  case HuntEnd::out_of_time:
    return "the time allowed is spent";
  case HuntEnd::nothing_left:
    return "no commit is left that can be tested and would tell more";
  case HuntEnd::stopped:
    return "stopped";
  }
  return "?";
}

/// The crash that would shake the answer most: one right before the culprit.
std::string doubt_text(const Case& found, const Answer& answer)
{
  const auto& parents = found.range().parents.at(answer.culprits.front() - 1);
  const Node before = parents.empty() ? 0 : parents.back();
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
                     then.culprits.empty() ? "before the good end"
                                           : named(found, then.culprits.back()),
                     percent(then.probability));
}

std::string conclusion_text(const Case& found, const Answer& answer)
{
  const auto sure = percent(answer.probability);
  switch (answer.conclusion) {
  case Conclusion::culprit:
    if (answer.culprits.size() > 1) {
      std::string text = fmt::format(
          "one of these brought it ({}); none between can be tested:\n", sure);
      for (const auto node : answer.culprits) {
        text += "  " + named(found, node) + "\n";
      }
      return text;
    }
    return fmt::format(
        "{} brought it ({})\n", named(found, answer.culprits.front()), sure);
  case Conclusion::base_has_it:
    return fmt::format(
        "the good end, {}, has it already ({})\n", named(found, 0), sure);
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
                        named(found, node),
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

Json commit_json(const Case& found, Node node)
{
  const auto& commit = found.range().commits.at(node);
  return {{"commit", commit.id}, {"subject", commit.subject}};
}

} // namespace

std::string bisect_text(const Case& found, const BisectEnd& end)
{
  const auto answer = found.bisection().answer();
  auto text = conclusion_text(found, answer);
  if (end.end && *end.end != HuntEnd::answered) {
    text += fmt::format("  end       {}\n", word_of(*end.end));
  }
  for (std::size_t i = 0; i < found.channels().size(); ++i) {
    const auto& rates = answer.rates.at(i);
    const auto name =
        found.channels().size() > 1 ? found.channels()[i] + " " : std::string();
    text += fmt::format("  rate      {}{}, before it {}\n",
                        name,
                        rate_of(rates.after),
                        rate_of(rates.before));
  }
  if (!found.signature().empty()) {
    text += fmt::format("  crash     {}\n", found.signature());
  }
  if (answer.conclusion == Conclusion::culprit) {
    text += doubt_text(found, answer);
  }
  text += candidates_text(found, answer);
  for (const auto& [title, runs] : found.other_crashes()) {
    text += fmt::format("  besides   {} ({} {})\n",
                        title.empty() ? "a crash without a signature" : title,
                        runs,
                        runs == 1 ? "run" : "runs");
  }
  text += fmt::format("  spent     {} runs, {} builds; bisection {}\n",
                      found.runs(),
                      found.builds(),
                      end.id);
  return text;
}

std::string bisect_json(const Case& found, const BisectEnd& end)
{
  const auto answer = found.bisection().answer();
  const auto masses = found.bisection().posterior();
  const bool is_found = answer.conclusion == Conclusion::culprit;
  Json json = {{"kind", "bisection"},
               {"culprit",
                is_found ? commit_json(found, answer.culprits.back()) : Json()},
               {"probability", answer.probability},
               {"candidates", Json::array()},
               {"runs", found.runs()},
               {"builds", found.builds()},
               {"conclusion", word_of(answer.conclusion)},
               {"end", end.end ? word_of(*end.end) : ""},
               {"id", end.id},
               {"confidence", found.confidence()},
               {"indistinguishable", Json::array()},
               {"signature", found.signature()},
               {"base_has_it", masses.front()},
               {"not_here", masses.back()},
               {"rates", Json::array()},
               {"other_crashes", Json::array()}};
  for (const auto node : answer.candidates) {
    auto candidate = commit_json(found, node);
    candidate["probability"] = masses.at(node);
    json["candidates"].push_back(candidate);
  }
  for (const auto node : answer.culprits) {
    if (is_found) {
      json["indistinguishable"].push_back(commit_json(found, node));
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
  static constexpr std::array<const char*, 8> blocks{
      "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const auto masses = found.bisection().posterior();
  const auto commits = masses.size() - 2;
  const auto columns = std::max<std::size_t>(1, std::min(width, commits));
  std::vector<double> heights(columns);
  for (std::size_t i = 0; i < commits; ++i) {
    auto& height = heights[i * columns / commits];
    height = std::max(height, masses[i + 1]);
  }
  const auto top = *std::max_element(heights.begin(), heights.end());
  std::string text;
  for (const auto height : heights) {
    const auto level = static_cast<std::size_t>(height / top * 7.999);
    text += height < 0.005 && height < top ? " " : blocks.at(level);
  }
  return text;
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
                     named(found, answer.culprits.back()),
                     percent(answer.probability));
}

std::string git_bisect_log(const Case& found)
{
  const auto& commits = found.range().commits;
  const auto& bisection = found.bisection();
  auto text = fmt::format("git bisect start\n# bad: [{0}] {1}\ngit bisect bad "
                          "{0}\n# good: [{2}] {3}\ngit bisect good {2}\n",
                          commits.back().id,
                          commits.back().subject,
                          commits.front().id,
                          commits.front().subject);
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
                       : bad >= found.confidence()     ? "bad"
                       : 1 - bad >= found.confidence() ? "good"
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
