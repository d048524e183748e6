// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/base64.h"

#include <openssl/evp.h>

#include <limits>

namespace oopsfarm {

static const unsigned char* raw(std::string_view bytes)
{
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

static unsigned char* raw(std::string& bytes)
{
  return reinterpret_cast<unsigned char*>(bytes.data());
}

std::string to_base64(std::string_view bytes)
{
  // One more: OpenSSL ends it with a zero byte.
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const auto length =
      EVP_EncodeBlock(raw(text), raw(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::optional<std::string> from_base64(std::string_view text)
{
  constexpr std::size_t max = std::numeric_limits<int>::max();
  if (text.size() % 4 != 0 || text.size() > max) {
    return std::nullopt;
  }
  if (text.empty()) {
    return std::string();
  }
  // OpenSSL's decoder forgives white space at both ends, and gives zero bytes
  // for padding.
  const auto padding = text.size() - text.find_last_not_of('=') - 1;
  const auto digits = text.substr(0, text.size() - padding);
  if (padding > 2 || digits.find_first_not_of(
                         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
                         "uvwxyz0123456789+/") != std::string_view::npos) {
    return std::nullopt;
  }
  std::string bytes(text.size() / 4 * 3, '\0');
  if (EVP_DecodeBlock(raw(bytes), raw(text), static_cast<int>(text.size())) <
      0) {
    return std::nullopt;
  }
  bytes.resize(bytes.size() - padding);
  return bytes;
}

} // namespace oopsfarm
