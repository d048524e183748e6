// SPDX-License-Identifier: GPL-2.0-or-later
#include "series/subject.h"

#include "base/strings.h"
#include "series/codec.h"

#include <algorithm>
#include <charconv>

namespace oopsfarm {

/// Digits and nothing else, at most four of them.
static bool parse_number(std::string_view text, unsigned& value)
{
  constexpr std::size_t longest = 4;
  if (text.empty() || text.size() > longest) {
    return false;
  }
  const auto result =
      std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc{} && result.ptr == text.data() + text.size();
}

/// "3/5".
static bool parse_position(std::string_view word, SubjectInfo& info)
{
  const auto slash = word.find('/');
  unsigned number = 0;
  unsigned total = 0;
  if (slash == std::string_view::npos ||
      !parse_number(word.substr(0, slash), number) ||
      !parse_number(word.substr(slash + 1), total) || total == 0) {
    return false;
  }
  info.number = number;
  info.total = total;
  return true;
}

/// One word in brackets; true when it says that this is about patches. `word`
/// is in small letters.
static bool parse_word(std::string_view word, SubjectInfo& info)
{
  bool about_patches = false;
  for (const std::string_view tag : {"patch", "rfc", "rft"}) {
    if (word.starts_with(tag)) {
      about_patches = true;
      word.remove_prefix(tag.size());
      break;
    }
  }
  while (about_patches && !word.empty() &&
         (word.front() == '-' || word.front() == '_')) {
    word.remove_prefix(1);
  }
  unsigned version = 0;
  if (word.starts_with('v') && parse_number(word.substr(1), version) &&
      version > 0) {
    info.version = version;
    return about_patches;
  }
  return parse_position(word, info) || about_patches;
}

/// The text of one bracket; true when it is about patches.
static bool parse_bracket(std::string_view inside, SubjectInfo& info)
{
  bool about_patches = false;
  auto words = lower(inside);
  std::replace(words.begin(), words.end(), ',', ' ');
  std::replace(words.begin(), words.end(), '\t', ' ');
  for (const auto& word : split(words, ' ')) {
    about_patches = parse_word(word, info) || about_patches;
  }
  return about_patches;
}

static bool strip_reply(std::string_view& subject)
{
  const auto colon = subject.find(':');
  if (colon == std::string_view::npos) {
    return false;
  }
  const auto word = lower(trim(subject.substr(0, colon)));
  for (const std::string_view reply : {"re", "aw", "sv", "antw", "fwd", "fw"}) {
    if (word == reply || (word.starts_with(reply) && word.back() == ']' &&
                          word[reply.size()] == '[')) {
      subject = trim(subject.substr(colon + 1));
      return true;
    }
  }
  return false;
}

SubjectInfo parse_subject(std::string_view subject)
{
  SubjectInfo info;
  subject = trim(subject);
  while (strip_reply(subject)) {
    info.reply = true;
  }
  auto rest = subject; // behind the last bracket that is about patches
  auto scan = subject;
  while (scan.starts_with('[')) {
    const auto end = scan.find(']');
    if (end == std::string_view::npos) {
      break;
    }
    SubjectInfo seen = info;
    const bool about_patches = parse_bracket(scan.substr(1, end - 1), seen);
    scan = trim(scan.substr(end + 1));
    if (about_patches) {
      info = seen;
      info.tagged = true;
      rest = scan;
    }
    if (strip_reply(scan)) { // "[list] Re: [PATCH 1/2] …"
      info.reply = true;
    }
  }
  info.text = rest.empty() ? "(no subject)" : std::string(rest);
  return info;
}

} // namespace oopsfarm
