// SPDX-License-Identifier: GPL-2.0-or-later
#include "series/diff.h"

#include "base/strings.h"
#include "series/diff_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace oopsfarm {

namespace {

/// The four numbers of "@@ -old,count +new,count @@".
struct HunkHeader
{
  unsigned old_start = 0;
  unsigned old_lines = 1;
  unsigned new_start = 0;
  unsigned new_lines = 1;
};

/// Walks over the lines of a mail.
class DiffParser
{
public:
  explicit DiffParser(std::string_view text) : lines_(cut(text)) {}

  Result<Diff> run();

private:
  static std::vector<std::string_view> cut(std::string_view text);
  std::string_view line(std::size_t ahead = 0) const;
  bool starts_plain_file() const;
  Status git_file();
  Status extended_header(std::string_view text);
  Status plain_names();
  Status hunk(const HunkHeader& header);
  Status add_name(std::string_view raw, NameForm form);
  std::string current() const;

  std::vector<std::string_view> lines_; ///< without \n, with \r
  std::size_t at_ = 0;
  Diff diff_;
  std::size_t narrow_ = 0; ///< context lines with one blank
  std::size_t wide_ = 0;   ///< context lines with two
};

std::vector<std::string_view> DiffParser::cut(std::string_view text)
{
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

/// The line `ahead` of the current one without its CR; "" past the end.
std::string_view DiffParser::line(std::size_t ahead) const
{
  auto text = at_ + ahead < lines_.size() ? lines_[at_ + ahead] : "";
  if (text.ends_with('\r')) {
    text.remove_suffix(1);
  }
  return text;
}

std::string DiffParser::current() const
{
  if (diff_.files.empty() || diff_.files.back().names.empty()) {
    return "the diff";
  }
  return diff_.files.back().names.back();
}

bool take_number(std::string_view& text, unsigned& value)
{
  constexpr std::size_t longest = 9;
  const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
  if (end == 0 || end > longest) {
    return false;
  }
  std::from_chars(text.data(), text.data() + end, value);
  text.remove_prefix(end);
  return true;
}

bool take(std::string_view& text, std::string_view prefix)
{
  if (!text.starts_with(prefix)) {
    return false;
  }
  text.remove_prefix(prefix.size());
  return true;
}

bool parse_hunk_header(std::string_view text, HunkHeader& header)
{
  if (!take(text, "@@ -") || !take_number(text, header.old_start) ||
      (take(text, ",") && !take_number(text, header.old_lines)) ||
      !take(text, " +") || !take_number(text, header.new_start) ||
      (take(text, ",") && !take_number(text, header.new_lines))) {
    return false;
  }
  return text.starts_with(" @@");
}

Status DiffParser::add_name(std::string_view raw, NameForm form)
{
  TRY_ASSIGN(const auto name, parse_diff_name(raw, form));
  auto& names = diff_.files.back().names;
  if (!name.empty() &&
      std::find(names.begin(), names.end(), name) == names.end()) {
    names.push_back(name);
  }
  return Ok{};
}

/// "--- a/x", "+++ b/x" and a hunk follow one another.
bool DiffParser::starts_plain_file() const
{
  HunkHeader ignored;
  return line().starts_with("--- ") && line(1).starts_with("+++ ") &&
         parse_hunk_header(line(2), ignored);
}

Status DiffParser::plain_names()
{
  diff_.crlf = diff_.crlf || lines_[at_].ends_with('\r');
  TRY(add_name(line().substr(4), NameForm::prefixed));
  TRY(add_name(line(1).substr(4), NameForm::prefixed));
  at_ += 2;
  return Ok{};
}

bool is_special_mode(std::string_view mode)
{
  return mode.starts_with("120") || mode.starts_with("160");
}

/// One line between "diff --git" and the hunks; at_ moves on past it.
Status DiffParser::extended_header(std::string_view text)
{
  ++at_;
  for (const std::string_view key :
       {"rename from ", "rename to ", "copy from ", "copy to "}) {
    if (take(text, key)) {
      return add_name(text, NameForm::bare);
    }
  }
  std::string_view mode;
  for (const std::string_view key : {"new file mode ", "new mode "}) {
    if (take(text, key)) {
      mode = text;
    }
  }
  if (text.starts_with("index ")) { // index 1234..5678 100644
    mode = text.substr(std::min(text.rfind(' ') + 1, text.size()));
  }
  if (is_special_mode(mode) && mode.size() == 6) {
    return user_error(fmt::format("{}: symbolic links and submodules are not "
                                  "taken from patches",
                                  current()));
  }
  return Ok{};
}

bool is_extended_header(std::string_view text)
{
  for (const std::string_view key : {"old mode ",
                                     "new mode ",
                                     "deleted file mode ",
                                     "new file mode ",
                                     "copy from ",
                                     "copy to ",
                                     "rename from ",
                                     "rename to ",
                                     "similarity index ",
                                     "dissimilarity index ",
                                     "index "}) {
    if (text.starts_with(key)) {
      return true;
    }
  }
  return false;
}

Status DiffParser::git_file()
{
  diff_.crlf = diff_.crlf || lines_[at_].ends_with('\r');
  diff_.files.emplace_back();
  const auto both = line().substr(std::string_view("diff --git ").size());
  ++at_;
  // Where the line alone can't be read, other lines have the names.
  if (const auto name = split_git_names(both); !name.empty()) {
    TRY(add_name(name, NameForm::bare));
  }
  while (at_ < lines_.size() && is_extended_header(line())) {
    TRY(extended_header(line()));
  }
  if (line().starts_with("--- ") && line(1).starts_with("+++ ")) {
    TRY(plain_names());
  }
  if (diff_.files.back().names.empty()) {
    return user_error(fmt::format("cannot read the names in 'diff --git {}'",
                                  printable(both, 100)));
  }
  return Ok{};
}

Status DiffParser::hunk(const HunkHeader& header)
{
  auto& file = diff_.files.back();
  file.hunks.push_back(header.old_start);
  const auto number = file.hunks.size();
  ++at_;
  auto old_left = header.old_lines;
  auto new_left = header.new_lines;
  while (old_left > 0 || new_left > 0) {
    const auto text = at_ < lines_.size() ? line() : "\n";
    // An empty line is a context line whose blank a mailer has cut off.
    const char kind = text.empty() ? ' ' : text.front();
    const bool is_old = kind == ' ' || kind == '-';
    const bool is_new = kind == ' ' || kind == '+';
    if (kind != '\\' && ((!is_old && !is_new) || (is_old && old_left == 0) ||
                         (is_new && new_left == 0))) {
      return user_error(fmt::format(
          "{}, hunk {}: the patch is damaged: it does not have the lines that "
          "'@@ -{},{} +{},{} @@' promises; it ends at '{}'",
          current(),
          number,
          header.old_start,
          header.old_lines,
          header.new_start,
          header.new_lines,
          printable(at_ < lines_.size() ? text : "(end)", 60)));
    }
    old_left -= is_old ? 1 : 0;
    new_left -= is_new ? 1 : 0;
    if (kind == ' ' && text.size() > 1) {
      ++(text[1] == ' ' ? wide_ : narrow_);
    }
    ++at_;
  }
  return Ok{};
}

Result<Diff> DiffParser::run()
{
  while (at_ < lines_.size()) {
    HunkHeader header;
    if (line().starts_with("diff --git ")) {
      TRY(git_file());
    } else if (starts_plain_file()) {
      diff_.files.emplace_back();
      TRY(plain_names());
    } else if (!diff_.files.empty() && parse_hunk_header(line(), header)) {
      TRY(hunk(header));
    } else {
      ++at_;
    }
  }
  diff_.stuffed = wide_ > 0 && narrow_ == 0;
  return std::move(diff_);
}

} // namespace

std::vector<std::string> Diff::names() const
{
  std::vector<std::string> all;
  for (const auto& file : files) {
    all.insert(all.end(), file.names.begin(), file.names.end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

Result<Diff> parse_diff(std::string_view text)
{
  return DiffParser(text).run();
}

} // namespace oopsfarm
