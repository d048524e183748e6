// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/line_reader.h"

#include <algorithm>
#include <cstring>

namespace oopsfarm {

static bool is_control(char c)
{
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

/// Whether any byte may be a control character other than tab, eight at a time:
/// nearly every line of a console is clean. May err on the side of yes.
static bool needs_cleaning(std::string_view text)
{
  constexpr std::uint64_t ones = 0x0101010101010101ULL;
  constexpr std::uint64_t tops = 0x8080808080808080ULL;
  const auto below = [&](std::uint64_t word, std::uint64_t limit) {
    return (word - ones * limit) & ~word & tops;
  };
  const char* at = text.data();
  const char* const end = at + text.size();
  std::uint64_t found = 0;
  for (; end - at >= 8; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof(word));
    // Tabs become blanks before the test, DELs zeroes behind it.
    const std::uint64_t tabs = word ^ (ones * '\t');
    const std::uint64_t dels = word ^ (ones * 0x7f);
    const std::uint64_t is_tab = below(tabs, 1) >> 7;
    found |= below(word | (is_tab * 0x20), 0x20) | below(dels, 1);
  }
  for (; at != end; ++at) {
    found |= static_cast<std::uint64_t>(is_control(*at));
  }
  return found != 0;
}

/// Length of the terminal's escape sequence at the start of `text` (ECMA-48):
/// CSI, OSC with its end on this line, or ESC and one character.
static std::size_t escape_length(std::string_view text)
{
  if (text.size() < 2) {
    return text.size();
  }
  if (text[1] == '[') {
    std::size_t at = 2;
    while (at < text.size() && text[at] >= 0x20 && text[at] <= 0x3f) {
      ++at;
    }
    return std::min(at + 1, text.size());
  }
  if (text[1] == ']') {
    const auto end = text.find_first_of("\a\033", 2);
    if (end == std::string_view::npos) {
      return 2;
    }
    return text[end] == '\a' ? end + 1 : std::min(end + 2, text.size());
  }
  return 2;
}

static void clean(std::string_view raw, std::string& out)
{
  out.clear();
  std::size_t at = 0;
  while (at < raw.size()) {
    if (raw[at] == '\033') {
      at += escape_length(raw.substr(at));
      continue;
    }
    if (!is_control(raw[at])) {
      out += raw[at];
    }
    ++at;
  }
}

LineReader::LineReader(LineSink& sink, LineLimits limits)
    : sink_(sink), limits_(limits)
{
}

void LineReader::feed(std::string_view bytes)
{
  while (!bytes.empty()) {
    const void* found = std::memchr(bytes.data(), '\n', bytes.size());
    const auto length =
        found == nullptr ? bytes.size()
                         : static_cast<std::size_t>(
                               static_cast<const char*>(found) - bytes.data());
    const auto piece = bytes.substr(0, length);
    if (found == nullptr) {
      keep(piece);
      offset_ += length;
      return;
    }
    offset_ += length + 1;
    bytes.remove_prefix(length + 1);
    if (pending_.empty() && !overlong_) {
      overlong_ = piece.size() > limits_.kept;
      emit(piece.substr(0, limits_.kept), offset_ - 1, Ended::yes);
    } else {
      keep(piece);
      emit(pending_, offset_ - 1, Ended::yes);
    }
  }
}

void LineReader::keep(std::string_view piece)
{
  const auto room = limits_.kept - pending_.size();
  overlong_ = overlong_ || piece.size() > room;
  pending_.append(piece.substr(0, room));
}

void LineReader::finish()
{
  if (offset_ != line_begin_) {
    emit(pending_, offset_, Ended::no);
  }
}

void LineReader::emit(std::string_view raw, std::uint64_t end, Ended ended)
{
  ConsoleLine line;
  if (!raw.empty() && raw.back() == '\r') {
    raw.remove_suffix(1);
  }
  line.whole = raw;
  if (needs_cleaning(raw)) {
    clean(raw, clean_);
    line.whole = clean_;
  }
  line.begin = line_begin_;
  line.end = end;
  line.number = number_++;
  line.cut = overlong_;
  line.partial = ended == Ended::no;
  split_prefix(line);
  line_begin_ = offset_;
  overlong_ = false;
  sink_.on_line(line);
  pending_.clear();
}

} // namespace oopsfarm
