// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "bisect/bisection.h"
#include "hunt/range.h"
#include "hunt/record.h"

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace oopsfarm {

/// What a bisection is told before it begins.
struct CaseSetup
{
  Range range;
  std::vector<std::string> channels = {"run"};
  double confidence = 0.95;
  /// The crash that is looked for, by its signatures and titles: a run that
  /// shows any of them shows it. None: the first that the bad end shows.
  std::vector<std::string> signatures = {};
  std::vector<std::string> titles = {};
  /// One bug may show in several ways: other signatures count as the same crash
  /// once it is plain that they come and go with it (Case::joined()).
  bool may_join = false;
  std::vector<double> ranking = {}; ///< a weight for each change; empty: alike
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

  /// The crash that is looked for, the first of its signatures; "" until the
  /// bad end has shown one, or where crashes have no signatures.
  std::string signature() const;

  /// What the crash's signatures are as far as is known; those that were named,
  /// or the first one, come first.
  std::vector<std::string> signatures() const;

  /// Signatures that nobody named and that count as the same crash. Such a one
  /// came in two runs or more of kernels that have the crash by 95 % (judged by
  /// the named ones alone), in none of those that have it by 5 % at most, and
  /// would have kept to the first by chance in less than one case of ten (on
  /// the channels where it came).
  const std::set<std::string>& joined() const { return joined_; }

  /// The words for a signature: of the first run that showed it.
  std::string title_of(const std::string& signature) const;

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
  std::unique_ptr<Bisection> replayed(bool with_joined) const;
  void restart();
  bool reveals_signature(const Record& record) const;
  bool is_named(const Face& face) const;
  bool is_it(const Record& record, bool with_joined) const;
  Observation observation(const Record& record, bool with_joined) const;
  std::set<std::string> find_joined();
  bool belongs(const std::string& signature,
               const std::vector<double>& shows) const;

  CaseSetup setup_;
  History history_;
  std::unique_ptr<Bisection> bisection_;
  /// By the named signatures alone, where others may join; or null.
  std::unique_ptr<Bisection> narrow_;
  std::vector<Record> records_;
  bool knows_signature_;
  std::set<std::string> joined_;
  std::uint64_t next_number_ = 1;
};

} // namespace oopsfarm
