// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "bisect/probe.h"
#include "hunt/record.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace oopsfarm {

/// A try that is to be made: builds the commit where needed, and runs it once.
struct Attempt
{
  std::uint64_t number = 0; ///< a new one for each; fit for a seed
  Probe probe;
};

/// What came of an attempt. `record` has everything but commit and channel,
/// which the hunt knows.
struct Trial
{
  Attempt attempt;
  Record record;
};

/// Makes observations for a hunt. This is all that a hunt knows of git, shells,
/// guests or clusters. Use from one thread.
class Prober
{
public:
  virtual ~Prober() = default;

  /// How many attempts may be under way.
  virtual std::size_t slots() const = 0;

  /// What part of a build a probe would take now: 0 where its kernel stands, 1
  /// for a whole one, between them where objects of a near commit stand.
  virtual double build_part(const Probe& probe) const = 0;

  /// Begins an attempt. Fails when nothing more can be tried at all. REQUIRES:
  /// fewer than slots() are under way.
  virtual Status start(const Attempt& attempt) = 0;

  /// Attempts that have ended since the last call, as soon as there are some;
  /// none after `timeout`, or once a stop was requested. An error ends the
  /// hunt: attempts that came to nothing are trials with `infra`, not errors.
  virtual Result<std::vector<Trial>>
  wait(std::chrono::milliseconds timeout) = 0;

  /// Ends what is under way; nothing of it is observed.
  virtual void abort() = 0;
};

} // namespace oopsfarm
