// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "bisect/bisection.h"
#include "hunt/range.h"
#include "hunt/record.h"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace oopsfarm {

/// What a bisection is told before it begins.
struct CaseSetup
{
  Range range;
  std::vector<std::string> channels = {"run"};
  double confidence = 0.95;
  /// The crash that is looked for; "": the first that the bad end shows.
  std::string signature;
  std::vector<double> ranking; ///< a weight for each commit; empty: all alike
};

/// A bisection and all that it has seen: records in, the strategy's view out.
/// Pure. The same records in the same order give the same case.
class Case
{
public:
  /// Fails where History::make does.
  static Result<Case> make(CaseSetup setup);

  /// Fails (user) on a commit or channel that is not part of the case.
  Status check(const Record& record) const;

  /// Fails where check() does.
  Status add(const Record& record);

  const Range& range() const { return setup_.range; }

  const std::vector<std::string>& channels() const { return setup_.channels; }

  double confidence() const { return setup_.confidence; }

  Bisection& bisection() { return *bisection_; }

  const Bisection& bisection() const { return *bisection_; }

  const std::vector<Record>& records() const { return records_; }

  /// The crash that is looked for; "" until the bad end has shown one, or
  /// where crashes have no signatures.
  const std::string& signature() const { return signature_; }

  /// What a record means for the strategy.
  Sight sight(const Record& record) const;

  /// Crashes of other signatures, and in how many runs each came.
  std::map<std::string, std::size_t> other_crashes() const;

  std::size_t runs() const;
  std::size_t builds() const;

  /// Means over what was measured, in seconds; 0 where nothing was.
  double build_seconds() const;
  double run_seconds(std::size_t channel) const;

  /// The number for the next record.
  std::uint64_t next_number() const { return next_number_; }

private:
  explicit Case(CaseSetup setup, History history);
  std::size_t channel_of(const Record& record) const;
  Observation observation(const Record& record) const;
  void restart();
  bool reveals_signature(const Record& record) const;

  CaseSetup setup_;
  History history_;
  std::unique_ptr<Bisection> bisection_;
  std::vector<Record> records_;
  std::string signature_;
  bool knows_signature_;
  std::uint64_t next_number_ = 1;
};

} // namespace oopsfarm
