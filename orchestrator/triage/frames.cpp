// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/frames.h"

#include <algorithm>
#include <array>

namespace oopsfarm {

static bool starts_with(std::string_view text, std::string_view start)
{
  return text.substr(0, start.size()) == start;
}

namespace {

/// What a byte can be part of, looked up: stacks are most of a report.
enum ByteClass : unsigned char { hex_digit = 1, symbol_byte = 2 };

constexpr std::array<unsigned char, 256> make_classes()
{
  std::array<unsigned char, 256> classes{};
  for (const char c : std::string_view("0123456789abcdefABCDEF")) {
    classes[static_cast<unsigned char>(c)] |= hex_digit;
  }
  for (const char c : std::string_view("0123456789abcdefghijklmnopqrstuvwxyz"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ_.$")) {
    classes[static_cast<unsigned char>(c)] |= symbol_byte;
  }
  return classes;
}

constexpr auto classes = make_classes();

} // namespace

static bool is_hex(char c)
{
  return (classes[static_cast<unsigned char>(c)] & hex_digit) != 0;
}

static bool is_symbol(char c)
{
  return (classes[static_cast<unsigned char>(c)] & symbol_byte) != 0;
}

static std::string_view skip_blanks(std::string_view text)
{
  std::size_t at = 0;
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) {
    ++at;
  }
  return text.substr(at);
}

std::string_view bare_name(std::string_view symbol)
{
  symbol = symbol.substr(0, symbol.find('+'));
  while (!symbol.empty() && symbol[0] == '.') {
    symbol.remove_prefix(1); // ELFv1's entry points
  }
  return symbol.substr(0, symbol.find('.'));
}

/// Takes "[<ffffffff81000000>] " and "[c000000000001234] " off the start.
static std::string_view skip_addresses(std::string_view text)
{
  while (!text.empty() && text[0] == '[') {
    std::size_t at = 1;
    while (at < text.size() && (is_hex(text[at]) || text[at] == '<' ||
                                text[at] == '>' || text[at] == ' ')) {
      ++at;
    }
    if (at < 4 || at >= text.size() || text[at] != ']') {
      return text;
    }
    text = skip_blanks(text.substr(at + 1));
  }
  return text;
}

static std::size_t symbol_length(std::string_view text)
{
  std::size_t at = 0;
  while (at < text.size() && is_symbol(text[at])) {
    ++at;
  }
  return at;
}

/// A symbol's name at the start of `text` that is followed by an offset, or,
/// in a symbolized report, by "file.c:12".
static std::string_view symbol_with_place(std::string_view text)
{
  const auto length = symbol_length(text);
  const bool name = length > 0 && !(text[0] >= '0' && text[0] <= '9');
  if (!name || length >= text.size()) {
    return {};
  }
  const auto rest = text.substr(length);
  if (rest.size() > 2 && rest[0] == '+' && rest[1] == '0' && rest[2] == 'x') {
    return text.substr(0, length);
  }
  if (rest[0] != ' ') {
    return {};
  }
  const bool source = rest.find(".c:") != rest.npos ||
                      rest.find(".h:") != rest.npos ||
                      rest.find(".S:") != rest.npos;
  if (source && rest[1] == '(') {
    return text.substr(0, length); // scripts/decode_stacktrace.sh
  }
  if (source && rest.find(' ', 1) == rest.rfind(" [inline]")) {
    return text.substr(0, length);
  }
  return {};
}

/// arm32: "(f) from [<80101010>] (g+0x1/0x2)" and "f from g+0x1/0x2".
static std::string_view symbol_from(std::string_view text)
{
  const bool bracket = !text.empty() && text[0] == '(';
  if (bracket) {
    text.remove_prefix(1);
  }
  const auto length = symbol_length(text);
  if (length == 0 || (text[0] >= '0' && text[0] <= '9')) {
    return {};
  }
  const auto end = text.find(bracket ? ')' : ' ');
  if (end == std::string_view::npos) {
    return {};
  }
  const auto rest = text.substr(end + (bracket ? 1 : 0));
  return starts_with(rest, " from ") ? text.substr(0, length)
                                     : std::string_view{};
}

std::string_view arm_caller(std::string_view text)
{
  constexpr std::string_view from = " from ";
  const auto plain = skip_addresses(skip_blanks(text));
  if (symbol_from(plain).empty()) {
    return {};
  }
  auto rest = skip_addresses(plain.substr(plain.find(from) + from.size()));
  if (!rest.empty() && rest[0] == '(') {
    rest.remove_prefix(1);
  }
  return bare_name(symbol_with_place(rest));
}

static std::optional<StackFrame> make(std::string_view symbol, FrameKind kind)
{
  StackFrame frame;
  frame.name = bare_name(symbol);
  frame.kind = kind;
  return frame.name.empty() ? std::nullopt : std::optional(frame);
}

/// "RIP: 0010:[<…>]  [<…>] f+0x1/0x2" behind "RIP:"; user mode has no symbol.
static std::optional<StackFrame> parse_rip(std::string_view text)
{
  text = skip_blanks(text);
  if (text.size() > 5 && text[4] == ':' && is_hex(text[0])) {
    text = skip_blanks(text.substr(5));
  }
  return make(symbol_with_place(skip_addresses(text)), FrameKind::fault);
}

struct RegisterForm
{
  std::string_view start;
  FrameKind kind;
};

/// How registers that hold code addresses are printed: arch/*/kernel/process.c
/// and traps.c of Linux.
static constexpr std::array<RegisterForm, 13> register_forms{{
    {"RIP: ", FrameKind::fault},
    {"NIP [", FrameKind::fault},
    {"LR [", FrameKind::link},
    {"IP: ", FrameKind::fault},
    {"EIP: ", FrameKind::fault},
    {"EIP is at ", FrameKind::fault},
    {"PC is at ", FrameKind::fault},
    {"LR is at ", FrameKind::link},
    {"pc : ", FrameKind::fault},
    {"lr : ", FrameKind::link},
    {"epc : ", FrameKind::fault},
    {"ra : ", FrameKind::link},
    {"RIP [<", FrameKind::fault},
}};

static std::optional<StackFrame> parse_register(std::string_view text)
{
  for (const auto& form : register_forms) {
    if (text[0] != form.start[0] || text[1] != form.start[1] ||
        !starts_with(text, form.start)) {
      continue;
    }
    const auto value = text.substr(form.start.find(' '));
    if (form.start == "RIP: " || form.start == "EIP: ") {
      return parse_rip(value);
    }
    const bool lower = form.start.back() == ' ';
    return make(symbol_with_place(skip_addresses(skip_blanks(
                    lower ? text.substr(form.start.size()) : value))),
                form.kind);
  }
  return std::nullopt;
}

/// lockdep: "… at: [<ffff>] f+0x1/0x2" and "… at: f+0x1/0x2".
static std::optional<StackFrame> parse_lock(std::string_view text)
{
  if (text.find('{') == text.npos) {
    return std::nullopt; // no lock's state, no lock
  }
  const auto at = text.find(" at: ");
  if (at == std::string_view::npos || text.find('(') > at) {
    return std::nullopt;
  }
  return make(symbol_with_place(skip_addresses(text.substr(at + 5))),
              FrameKind::lock);
}

std::optional<StackFrame> parse_frame(std::string_view text)
{
  text = skip_blanks(text);
  if (text.size() < 4) {
    return std::nullopt;
  }
  if (auto found = parse_register(text)) {
    return found;
  }
  const auto plain = skip_addresses(text);
  const bool question = starts_with(plain, "? ");
  const auto symbol_at = question ? skip_blanks(plain.substr(1)) : plain;
  auto symbol = symbol_with_place(symbol_at);
  if (symbol.empty()) {
    symbol = symbol_from(symbol_at);
  }
  auto found = make(symbol, FrameKind::trace);
  if (!found) {
    return parse_lock(text);
  }
  // What the compiler inlined shows only where a log was symbolized: titles
  // must not depend on that.
  const auto tail = symbol_at.substr(symbol.size());
  const bool doubted =
      !tail.empty() &&
      (tail.find(']') != tail.npos || tail.find(')') != tail.npos) &&
      (tail.find("(unreliable)") != tail.npos ||
       tail.find(" [inline]") != tail.npos);
  found->trusted = !question && !doubted;
  return found;
}

} // namespace oopsfarm
