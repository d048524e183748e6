// SPDX-License-Identifier: GPL-2.0-or-later
#include "symbols/code.h"

#include <charconv>
#include <cstdint>

namespace oopsfarm {

namespace {

/// One byte or word of the dump.
struct Token
{
  std::string_view digits;
  bool fault = false;
};

} // namespace

static std::optional<Token> next_token(std::string_view& text)
{
  const auto start = text.find_first_not_of(' ');
  if (start == std::string_view::npos) {
    return std::nullopt;
  }
  text.remove_prefix(start);
  auto word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  Token token;
  token.fault = word.size() > 2 && word.front() == '<' && word.back() == '>';
  token.digits = token.fault ? word.substr(1, word.size() - 2) : word;
  return token;
}

static std::optional<std::uint32_t> to_number(std::string_view digits)
{
  std::uint32_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, value, 16);
  if (result.ec != std::errc() || result.ptr != end) {
    return std::nullopt;
  }
  return value;
}

std::optional<CodeBytes> parse_code(std::string_view text)
{
  constexpr std::size_t most = 1024;
  CodeBytes code;
  std::size_t digits = 0;
  bool marked = false;
  while (const auto token = next_token(text)) {
    const auto value = to_number(token->digits);
    digits = digits == 0 ? token->digits.size() : digits;
    const bool known = digits == 2 || digits == 8;
    if (!value || !known || token->digits.size() != digits ||
        code.bytes.size() >= most) {
      return std::nullopt;
    }
    if (token->fault) {
      code.fault = code.bytes.size();
      marked = true;
    }
    for (std::size_t byte = 0; byte < digits / 2; ++byte) {
      code.bytes += static_cast<char>(*value >> (8 * byte) & 0xffU);
    }
  }
  code.arch = digits == 8 ? Arch::ppc64le : Arch::x86_64;
  return marked ? std::optional(code) : std::nullopt;
}

} // namespace oopsfarm
