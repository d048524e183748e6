// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/report.h"
#include "suspects/touch.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace oopsfarm {

/// A function that a crash's stack goes through, inlined ones among them.
struct SiteFrame
{
  std::string function;
  std::string file; ///< "" without symbols
  unsigned line = 0;
  unsigned depth = 0; ///< 0: where the CPU was; inlined ones share theirs
  bool trusted = true;
};

/// A function that is called from the stack, but is not on it.
struct NearFunction
{
  unsigned calls = 1; ///< 1 or 2 from the stack
  std::string from;   ///< the function on the stack
};

/// What is known of where a crash happened.
struct CrashSite
{
  std::string frame;             ///< the function that is blamed
  std::vector<SiteFrame> frames; ///< innermost first
  std::map<std::string, NearFunction> near;
};

/// A patch of the series, as far as it matters here.
struct PatchEvidence
{
  PatchInfo patch;
  Touch touch;
  /// Lines on the stack that this patch wrote: "mm/mmap.c:3287 (f)".
  std::vector<std::string> wrote;
};

/// The patches by how likely it is that they brought the crash, the likeliest
/// first, with their reasons. The probabilities sum to 1; every patch keeps a
/// floor of 0.2 over their number, so that a wrong ranking costs a bisection
/// little. Flat, without reasons, when nothing tells them apart. Pure.
std::vector<Suspect> rank_suspects(const CrashSite& site,
                                   const std::vector<PatchEvidence>& patches);

} // namespace oopsfarm
