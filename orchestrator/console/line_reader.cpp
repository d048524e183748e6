// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/line_reader.h"

#include <algorithm>
#include <bit>
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

/// Where the first control character but tab stands, or the text's size. That
/// is the newline for nearly every line of a console: one search, sixteen
/// bytes at a time, both ends the line and says that it is clean.
static std::size_t next_control(std::string_view text)
{
  static_assert(std::endian::native == std::endian::little);
  constexpr auto step = sizeof(Bytes);
  const auto* data = text.data();
  std::size_t at = 0;
  for (; at + step <= text.size(); at += step) {
    const auto found = controls_in(data + at);
    std::uint64_t halves[2];
    std::memcpy(halves, &found, sizeof(halves));
    if ((halves[0] | halves[1]) != 0) {
      const std::size_t half = halves[0] == 0 ? 1 : 0;
      const auto bit = std::countr_zero(halves[half]);
      return at + half * 8 + static_cast<std::size_t>(bit) / 8;
    }
  }
  while (at < text.size() && !is_control(data[at])) {
    ++at;
  }
  return at;
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

static void clean_controls(std::string_view raw, std::string& out)
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
    auto length = next_control(bytes);
    const auto rest = bytes.substr(length);
    bool clean = rest.starts_with('\n');
    if (!clean && rest.starts_with("\r\n")) {
      clean = true;
      ++length;
    } else if (!clean) {
      length = std::min(bytes.find('\n', length), bytes.size());
    }
    const auto piece = bytes.substr(0, length);
    if (length == bytes.size()) {
      keep(piece);
      offset_ += length;
      return;
    }
    offset_ += length + 1;
    bytes.remove_prefix(length + 1);
    if (pending_.empty() && !overlong_) {
      overlong_ = piece.size() > limits_.kept;
      emit(piece.substr(0, limits_.kept), clean, Ended::yes);
    } else {
      keep(piece);
      emit(pending_, false, Ended::yes);
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
    emit(pending_, false, Ended::no);
  }
}

void LineReader::emit(std::string_view raw, bool clean, Ended ended)
{
  auto& line = line_;
  if (!raw.empty() && raw.back() == '\r') {
    raw.remove_suffix(1);
  }
  line.whole = raw;
  if (!clean && next_control(raw) != raw.size()) {
    clean_controls(raw, clean_);
    line.whole = clean_;
  }
  line.begin = line_begin_;
  line.end = ended == Ended::yes ? offset_ - 1 : offset_;
  line.number = number_++;
  line.cut = overlong_;
  line.partial = ended == Ended::no;
  line.time_us.reset();
  line.caller = {};
  line.level = -1;
  split_prefix(line);
  line_begin_ = offset_;
  overlong_ = false;
  sink_.on_line(line);
  if (!pending_.empty()) {
    pending_.clear();
  }
}

} // namespace oopsfarm
