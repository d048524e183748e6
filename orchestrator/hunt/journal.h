// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "hunt/record.h"

#include <filesystem>
#include <string>
#include <vector>

namespace oopsfarm {

/// What is bisected, how, and what came of it so far; in a folder. An
/// observation counts once add() has returned: it is on disk then. A line that
/// a kill left half written is dropped by open(). docs/formats.md has the
/// format.
///
/// One process at a time may add(); any may tell().
class Journal
{
public:
  /// `head`: one line of JSON that says what is bisected. A new journal begins
  /// with it. Fails (user) when the one that is there begins with another.
  static Result<Journal> open(const std::filesystem::path& folder,
                              const std::string& head);

  /// As it is on disk, for those who only look: nothing is repaired.
  static Result<Journal> read(const std::filesystem::path& folder);

  const std::string& head() const { return head_; }

  /// In the order in which they count.
  const std::vector<Record>& records() const { return records_; }

  Status add(const Record& record);

  /// Leaves a human's word for the process that bisects, or for the next one.
  static Status tell(const std::filesystem::path& folder, const Record& word);

  /// The words that were left and are not in the journal yet, in their order;
  /// they have numbers of their own from this call's `number` on.
  Result<std::vector<Record>> new_words(std::uint64_t number) const;

private:
  explicit Journal(std::filesystem::path folder) : folder_(std::move(folder)) {}

  Status load(bool repair);

  std::filesystem::path folder_;
  std::string head_;
  std::vector<Record> records_;
};

} // namespace oopsfarm
