// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "daemon/night_watch.h"

#include <functional>
#include <string>

namespace oopsfarm {

/// Makes a bisection of the night's own job: its files, with a text behind the
/// job file that says what to bisect.
class JobBisector final : public NightBisector
{
public:
  /// What is put behind a job file, so that the job bisects and does nothing
  /// else.
  using Suffix = std::function<std::string(const StoredBisection&)>;

  /// All of it outlives the bisector.
  JobBisector(Store& store, StatePaths state, Suffix suffix)
      : store_(store), state_(std::move(state)), suffix_(std::move(suffix))
  {
  }

  /// Fails (user) where the night's job or its files are gone.
  Status queue(const StoredBisection& wanted) override;

private:
  Store& store_;
  StatePaths state_;
  Suffix suffix_;
};

} // namespace oopsfarm
