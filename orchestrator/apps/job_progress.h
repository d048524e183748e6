// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "apps/display.h"
#include "engine/observer.h"
#include "report/table.h"
#include "sys/stop.h"

#include <chrono>
#include <string>
#include <vector>

namespace oopsfarm {

/// Tells a display how a job goes. The references outlive it.
class JobProgress final : public Observer
{
public:
  JobProgress(Display& display, const Stop& stop, Colour colour)
      : display_(display), stop_(stop), colour_(colour)
  {
  }

  void note(const std::string& text) override;
  void planned(std::size_t builds, std::size_t runs) override;
  void reused(const KernelBuild& build) override;
  void started(const StepLabel& step) override;
  void progress(const StepLabel& step, const Progress& progress) override;
  void built(const StepLabel& step, const BuildOutcome& outcome) override;
  void ran(const StepLabel& step, const RunOutcome& outcome) override;
  void tick() override;

private:
  using Time = std::chrono::steady_clock::time_point;

  struct Running
  {
    std::size_t id;
    Time since;
    Time phase_since;
    LiveStep live;
  };

  void
  finished(const StepLabel& step, const std::string& line, Verdict verdict);
  void refresh();

  Display& display_;
  const Stop& stop_;
  Colour colour_;
  std::vector<Running> running_;
  bool is_stopping_ = false;
};

} // namespace oopsfarm
