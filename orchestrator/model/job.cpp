// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/job.h"

#include <fmt/format.h>

namespace oopsfarm {

std::string describe(const RaceHelp& race)
{
  std::string text;
  const auto add = [&](const std::string& part) {
    text += (text.empty() ? "" : ", ") + part;
  };
  if (race.vcpus > 0) {
    add(fmt::format("{} virtual CPUs", race.vcpus));
  }
  if (race.one_cpu) {
    add("all virtual CPUs on one of the host's");
  }
  if (race.pauses) {
    add("random pauses of single virtual CPUs");
  }
  return text;
}

} // namespace oopsfarm
