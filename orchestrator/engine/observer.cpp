// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/observer.h"

#include <fmt/format.h>

namespace oopsfarm {

std::string step_name(const StepLabel& step)
{
  auto name = fmt::format("{} {} {}", step.kernel, step.target, step.kconfig);
  if (!step.is_build) {
    name += " " + step.workload;
    if (step.repeat > 1) {
      name += fmt::format(" {}/{}", step.attempt, step.repeat);
    }
  }
  return name;
}

} // namespace oopsfarm
