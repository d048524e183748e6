// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "apps/display.h"
#include "apps/live_area.h"
#include "hunt/hunt.h"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace oopsfarm {

/// Shows a hunt on a terminal: its observations scroll by above the posterior,
/// the likeliest commit, the time left, and what runs. The destructor takes the
/// live lines away.
class LiveHunt final : public HuntObserver
{
public:
  LiveHunt(Sink sink, std::function<TerminalSize()> size)
      : sink_(std::move(sink)), size_(std::move(size))
  {
  }

  LiveHunt(const LiveHunt&) = delete;
  LiveHunt& operator=(const LiveHunt&) = delete;
  ~LiveHunt() override;

  void started(const Case& found, const Attempt& attempt) override;
  void recorded(const Case& found, const Record& record) override;
  void tick(const Case& found, const std::vector<Attempt>& running) override;

private:
  using Clock = std::chrono::steady_clock;

  std::vector<std::string> lines(const Case& found, TerminalSize size) const;
  std::string time_text(const Case& found) const;

  Sink sink_;
  std::function<TerminalSize()> size_;
  LiveArea area_;
  std::vector<Attempt> running_;
  std::map<std::uint64_t, Clock::time_point> since_;
  Clock::time_point begun_ = Clock::now();
  std::optional<double> first_bits_; ///< what was unknown at the beginning
};

/// Each observation as a line, with the likeliest commit after it.
class PlainHunt final : public HuntObserver
{
public:
  explicit PlainHunt(Sink sink) : sink_(std::move(sink)) {}

  void recorded(const Case& found, const Record& record) override;

private:
  Sink sink_;
};

/// Each observation as its JSON object.
class JsonHunt final : public HuntObserver
{
public:
  explicit JsonHunt(Sink sink) : sink_(std::move(sink)) {}

  void recorded(const Case& found, const Record& record) override;

private:
  Sink sink_;
};

/// The observer for these options: JSON on standard output, the others on
/// standard error.
std::unique_ptr<HuntObserver> make_hunt_observer(const GlobalOptions& options);

/// Bits that are not known yet: the posterior's entropy. Pure.
double unknown_bits(const Case& found);

/// How long it takes at the pace so far, until a twentieth is in doubt; nothing
/// while that is a guess. Pure.
std::optional<std::chrono::milliseconds> hunt_time_left(
    double first_bits, double bits, std::chrono::milliseconds elapsed);

} // namespace oopsfarm
