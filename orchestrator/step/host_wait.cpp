// SPDX-License-Identifier: GPL-2.0-or-later
#include "step/host_wait.h"

#include <algorithm>

namespace oopsfarm {

HostWait::HostWait(std::vector<pid_t> threads, ReadWait read)
    : threads_(std::move(threads)), read_(std::move(read))
{
}

void HostWait::sample(milliseconds now)
{
  constexpr milliseconds apart{250};
  constexpr milliseconds kept{30'000};
  if (!samples_.empty() && now < samples_.back().at + apart) {
    return;
  }
  Sample sample{now, {}};
  for (const auto thread : threads_) {
    const auto wait = read_(thread);
    if (!wait) {
      return; // the guest ends
    }
    sample.waits.push_back(*wait);
  }
  samples_.push_back(std::move(sample));
  while (samples_.front().at + kept < now) {
    samples_.pop_front();
  }
}

double HostWait::share(milliseconds now, milliseconds window) const
{
  if (samples_.empty()) {
    return 0;
  }
  // The last sample before the window, or the oldest there is.
  const auto after =
      std::find_if(samples_.begin(), samples_.end(), [&](const Sample& sample) {
        return sample.at > now - window;
      });
  const auto& first = after == samples_.begin() ? *after : *std::prev(after);
  const auto& last = samples_.back();
  if (last.at <= first.at) {
    return 0;
  }
  std::chrono::nanoseconds most{0};
  for (std::size_t i = 0; i < last.waits.size(); ++i) {
    most = std::max(most, last.waits[i] - first.waits[i]);
  }
  const std::chrono::duration<double> waited = most;
  const std::chrono::duration<double> passed = last.at - first.at;
  return std::clamp(waited / passed, 0.0, 1.0);
}

} // namespace oopsfarm
