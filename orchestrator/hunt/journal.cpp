// SPDX-License-Identifier: GPL-2.0-or-later
#include "hunt/journal.h"

#include "base/strings.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace oopsfarm {

namespace fs = std::filesystem;

/// A line for each of a million observations.
static constexpr std::uint64_t most_bytes = 1U << 30;

static fs::path journal_file(const fs::path& folder)
{
  return folder / "journal.jsonl";
}

static fs::path words_file(const fs::path& folder)
{
  return folder / "told.jsonl";
}

static bool is_word(const Record& record)
{
  return record.outcome == Outcome::told_good ||
         record.outcome == Outcome::told_bad ||
         record.outcome == Outcome::told_skip;
}

Result<Journal> Journal::open(const fs::path& folder, const std::string& head)
{
  TRY(make_folder(folder));
  Journal journal(folder);
  std::error_code error;
  if (!fs::exists(journal_file(folder), error)) {
    TRY(write_file(journal_file(folder), head + "\n", Durable::yes));
  }
  TRY(journal.load(true));
  if (journal.head_ != head) {
    return user_error(fmt::format("{} is the journal of another bisection",
                                  journal_file(folder).string()));
  }
  return journal;
}

Result<Journal> Journal::read(const fs::path& folder)
{
  Journal journal(folder);
  TRY(journal.load(false));
  return journal;
}

/// What ends with a newline; the rest was never said.
static std::string whole_lines(const std::string& text)
{
  const auto end = text.rfind('\n');
  return end == std::string::npos ? "" : text.substr(0, end + 1);
}

Status Journal::load(bool repair)
{
  const auto file = journal_file(folder_);
  TRY_ASSIGN(const auto text, read_file(file, most_bytes));
  const auto whole = whole_lines(text);
  const auto lines = split_lines(whole);
  if (lines.empty()) {
    return user_error(fmt::format("{} is no journal", file.string()));
  }
  head_ = lines.front();
  for (std::size_t i = 1; i < lines.size(); ++i) {
    auto record = parse_record(lines[i]);
    if (!record) {
      return std::move(record).error().in(
          fmt::format("{}:{}", file.string(), i + 1));
    }
    records_.push_back(std::move(*record));
  }
  if (repair && whole.size() != text.size()) {
    TRY(write_file(file, whole, Durable::yes));
  }
  return Ok{};
}

Status Journal::add(const Record& record)
{
  TRY(append_file(journal_file(folder_), to_json(record) + "\n"));
  records_.push_back(record);
  return Ok{};
}

Status Journal::tell(const fs::path& folder, const Record& word)
{
  return append_file(words_file(folder), to_json(word) + "\n");
}

Result<std::vector<Record>> Journal::new_words(std::uint64_t number) const
{
  std::vector<Record> words;
  std::error_code error;
  if (!fs::exists(words_file(folder_), error)) {
    return words;
  }
  TRY_ASSIGN(const auto text, read_file(words_file(folder_), most_bytes));
  const auto lines = split_lines(whole_lines(text));
  // Words are only ever appended, and taken in their order: those that the
  // journal has are the first.
  const auto known = static_cast<std::size_t>(
      std::count_if(records_.begin(), records_.end(), is_word));
  for (std::size_t i = known; i < lines.size(); ++i) {
    TRY_ASSIGN(auto word, parse_record(lines[i]));
    if (!is_word(word)) {
      return user_error(fmt::format(
          "{}:{}: no human's word", words_file(folder_).string(), i + 1));
    }
    word.number = number + (i - known);
    words.push_back(std::move(word));
  }
  return words;
}

} // namespace oopsfarm
