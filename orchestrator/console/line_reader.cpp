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

using Bytes = unsigned char __attribute__((vector_size(16)));

/// 0xff for each control character, tab not among them.
static Bytes controls_in(const char* text)
{
  Bytes bytes;
  std::memcpy(&bytes, text, sizeof(bytes));
  const auto below = reinterpret_cast<Bytes>(bytes < 0x20);
  const auto tab = reinterpret_cast<Bytes>(bytes == '\t');
  const auto del = reinterpret_cast<Bytes>(bytes == 0x7f);
  return (below & ~tab) | del;
}

static bool any_set(Bytes bytes)
{
  std::uint64_t halves[2];
  std::memcpy(halves, &bytes, sizeof(halves));
  return (halves[0] | halves[1]) != 0;
}

/// Whether any byte is a control character other than tab, sixteen at a time:
/// nearly every line of a console is clean.
static bool needs_cleaning(std::string_view text)
{
  constexpr auto step = sizeof(Bytes);
  if (text.size() < step) {
    return std::any_of(text.begin(), text.end(), is_control);
  }
  auto found = controls_in(text.data() + text.size() - step);
  for (std::size_t at = 0; at + step < text.size(); at += step) {
    found |= controls_in(text.data() + at);
  }
  return any_set(found);
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
