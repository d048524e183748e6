// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/bisect_progress.h"

#include "apps/bisect_report.h"
#include "apps/terminal.h"
#include "base/units.h"
#include "report/live.h"

#include <fmt/format.h>

#include <unistd.h>

#include <cmath>

namespace oopsfarm {

double unknown_bits(const Case& found)
{
  double bits = 0;
  for (const auto mass : found.bisection().posterior()) {
    bits -= mass > 0 ? mass * std::log2(mass) : 0;
  }
  return bits;
}

std::optional<std::chrono::milliseconds> hunt_time_left(
    double first_bits, double bits, std::chrono::milliseconds elapsed)
{
  constexpr double enough = 0.3; // what 95 % leaves open, as a rule
  const auto gained = first_bits - bits;
  if (gained < 1 || elapsed < std::chrono::seconds(5)) {
    return std::nullopt;
  }
  const auto left = std::max(bits - enough, 0.0) / gained *
                    static_cast<double>(elapsed.count());
  return std::chrono::milliseconds(static_cast<std::int64_t>(left));
}

LiveHunt::~LiveHunt()
{
  sink_(area_.clear(size_()));
}

void LiveHunt::started(const Case& /*found*/, const Attempt& attempt)
{
  since_[attempt.number] = Clock::now();
  running_.push_back(attempt);
}

void LiveHunt::recorded(const Case& found, const Record& record)
{
  std::erase_if(running_, [&](const Attempt& attempt) {
    return attempt.number == record.number;
  });
  since_.erase(record.number);
  const auto size = size_();
  sink_(area_.draw({cut_text(record_line(found, record), size.columns)},
                   lines(found, size),
                   size));
}

void LiveHunt::tick(const Case& found, const std::vector<Attempt>& running)
{
  running_ = running;
  if (!first_bits_) {
    first_bits_ = unknown_bits(found);
  }
  const auto size = size_();
  sink_(area_.draw({}, lines(found, size), size));
}

static std::chrono::milliseconds
since(std::chrono::steady_clock::time_point begun)
{
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begun);
}

std::string LiveHunt::time_text(const Case& found) const
{
  const auto elapsed = since(begun_);
  auto text = clock_text(elapsed);
  const auto left =
      first_bits_ ? hunt_time_left(*first_bits_, unknown_bits(found), elapsed)
                  : std::nullopt;
  if (left) {
    text += ", about " + format_duration(*left) + " left";
  }
  return text;
}

std::vector<std::string> LiveHunt::lines(const Case& found,
                                         TerminalSize size) const
{
  const auto margin = std::min<std::size_t>(size.columns, 2);
  std::vector<std::string> lines{posterior_blocks(found, size.columns - margin),
                                 likeliest_text(found),
                                 fmt::format("{} runs, {} builds, {}",
                                             found.runs(),
                                             found.builds(),
                                             time_text(found))};
  for (const auto& attempt : running_) {
    const auto begun = since_.find(attempt.number);
    const auto& commit = found.range().commits.at(attempt.probe.node);
    lines.push_back(fmt::format(
        "  {} {} {}",
        begun == since_.end() ? "" : clock_text(since(begun->second)),
        commit.id.substr(0, 12),
        commit.subject));
  }
  return lines;
}

void PlainHunt::recorded(const Case& found, const Record& record)
{
  sink_(fmt::format(
      "{}\n  now {}\n", record_line(found, record), likeliest_text(found)));
}

void JsonHunt::recorded(const Case& /*found*/, const Record& record)
{
  sink_(to_json(record) + "\n");
}

std::unique_ptr<HuntObserver> make_hunt_observer(const GlobalOptions& options)
{
  const auto sink_to = [](int fd) {
    return [fd](std::string_view bytes) {
      const auto ignored = put(fd, bytes);
      static_cast<void>(ignored);
    };
  };
  if (options.output == Output::json) {
    return std::make_unique<JsonHunt>(sink_to(STDOUT_FILENO));
  }
  if (options.verbosity == Verbosity::quiet) {
    return std::make_unique<HuntObserver>();
  }
  if (options.verbosity == Verbosity::normal &&
      is_live_terminal(STDERR_FILENO)) {
    return std::make_unique<LiveHunt>(
        sink_to(STDERR_FILENO), [] { return terminal_size(STDERR_FILENO); });
  }
  return std::make_unique<PlainHunt>(sink_to(STDERR_FILENO));
}

} // namespace oopsfarm
