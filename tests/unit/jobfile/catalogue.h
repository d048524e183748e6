// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "jobfile/job_file.h"

namespace oopsfarm::testing {

/// A catalogue that has one parameter of each type.
inline Catalogue sample_catalogue()
{
  const ParamInfo procs{"procs", ParamType::integer, 1, 64, "4", {}, ""};
  const ParamInfo size{
      "size", ParamType::size, 1 << 20, 1 << 30, "33554432", {}, ""};
  const ParamInfo duration{
      "duration", ParamType::duration, 1, 3600, "30", {}, ""};
  const ParamInfo mode{
      "mode", ParamType::text, 0, 0, "current", {"current", "onfault"}, ""};
  Catalogue catalogue;
  catalogue.targets = {"ppc64le-hash", "ppc64le-radix", "x86_64"};
  catalogue.kconfigs = {"mm-debug", "plain", "kasan"};
  catalogue.impossible = {{"kasan", "ppc64le-hash", "it needs radix"}};
  catalogue.workloads = {{"boot", "", {}},
                         {"memcg", "", {procs, duration}},
                         {"mlock", "", {procs, duration, size, mode}}};
  return catalogue;
}

} // namespace oopsfarm::testing
