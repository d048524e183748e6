// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "apps/command_line.h"
#include "apps/live_area.h"
#include "report/live.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// Where progress is shown. Use from one thread; no call fails or blocks for
/// long.
class Display
{
public:
  virtual ~Display() = default;

  /// A line that stays. It has no newline, and untrusted text in it has gone
  /// through printable().
  virtual void say(const std::string& line) = 0;

  /// The steps that run now. Called often; what is shown of it is up to the
  /// display.
  virtual void show(const std::vector<LiveStep>& steps) = 0;
};

/// Where a display's bytes go.
using Sink = std::function<void(std::string_view)>;

/// For --quiet and --json: nothing.
class NullDisplay final : public Display
{
public:
  void say(const std::string& /*line*/) override {}

  void show(const std::vector<LiveStep>& /*steps*/) override {}
};

/// For pipes and files: a line for each phase of each step, as it begins.
class PlainDisplay final : public Display
{
public:
  explicit PlainDisplay(Sink sink) : sink_(std::move(sink)) {}

  void say(const std::string& line) override;
  void show(const std::vector<LiveStep>& steps) override;

private:
  Sink sink_;
  std::map<std::string, std::string> phases_; ///< by the step's label
};

/// For terminals: a line for each running step, redrawn at most every 100 ms.
/// The destructor takes them away and shows the cursor again.
class LiveDisplay final : public Display
{
public:
  LiveDisplay(Sink sink, std::function<TerminalSize()> size)
      : sink_(std::move(sink)), size_(std::move(size))
  {
  }

  LiveDisplay(const LiveDisplay&) = delete;
  LiveDisplay& operator=(const LiveDisplay&) = delete;
  ~LiveDisplay() override;

  void say(const std::string& line) override;
  void show(const std::vector<LiveStep>& steps) override;

private:
  std::vector<std::string> lines(TerminalSize size) const;

  Sink sink_;
  std::function<TerminalSize()> size_;
  LiveArea area_;
  std::vector<LiveStep> steps_;
  unsigned frame_ = 0;
  std::chrono::steady_clock::time_point drawn_;
};

/// The display for these options, on standard error.
std::unique_ptr<Display> make_display(const GlobalOptions& options);

} // namespace oopsfarm
