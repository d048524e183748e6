// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/display.h"

#include "base/strings.h"

#include <unistd.h>

#include <algorithm>
#include <set>

namespace oopsfarm {

void PlainDisplay::say(const std::string& line)
{
  sink_(line + "\n");
}

void PlainDisplay::show(const std::vector<LiveStep>& steps)
{
  std::set<std::string> running;
  for (const auto& step : steps) {
    running.insert(step.label);
    const auto phase = printable(step.progress.phase, 40);
    if (!phase.empty() && phases_[step.label] != phase) {
      phases_[step.label] = phase;
      sink_(step.label + ": " + phase + "\n");
    }
  }
  std::erase_if(phases_, [&](const auto& entry) {
    return !running.contains(entry.first);
  });
}

LiveDisplay::~LiveDisplay()
{
  sink_(area_.clear(size_()));
}

std::vector<std::string> LiveDisplay::lines(TerminalSize size) const
{
  std::size_t label_width = 0;
  for (const auto& step : steps_) {
    label_width = std::max(label_width, step.label.size());
  }
  std::vector<std::string> lines;
  for (const auto& step : steps_) {
    lines.push_back(live_line(step, label_width, size.columns, frame_));
  }
  return lines;
}

void LiveDisplay::say(const std::string& line)
{
  const auto size = size_();
  sink_(area_.draw({line}, lines(size), size));
}

void LiveDisplay::show(const std::vector<LiveStep>& steps)
{
  constexpr std::chrono::milliseconds pause{100};
  const bool is_other_set = steps.size() != steps_.size();
  steps_ = steps;
  const auto now = std::chrono::steady_clock::now();
  const auto size = size_();
  if (steps_.empty()) {
    sink_(area_.clear(size));
  } else if (is_other_set || now - drawn_ >= pause) {
    ++frame_;
    drawn_ = now;
    sink_(area_.draw({}, lines(size), size));
  }
}

std::unique_ptr<Display> make_display(const GlobalOptions& options)
{
  if (options.verbosity == Verbosity::quiet || options.output == Output::json) {
    return std::make_unique<NullDisplay>();
  }
  // Progress is no result: a standard error that can't be written to is no
  // reason to fail.
  const Sink sink = [](std::string_view bytes) {
    const auto ignored = put(STDERR_FILENO, bytes);
    static_cast<void>(ignored);
  };
  // With --verbose the log writes in between, so nothing may be redrawn.
  if (options.verbosity == Verbosity::normal &&
      is_live_terminal(STDERR_FILENO)) {
    return std::make_unique<LiveDisplay>(
        sink, [] { return terminal_size(STDERR_FILENO); });
  }
  return std::make_unique<PlainDisplay>(sink);
}

} // namespace oopsfarm
