// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/base64.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

TEST_CASE("base::base64 has RFC 4648's test vectors")
{
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(to_base64(bytes) == text);
    CHECK(from_base64(text) == std::string(bytes));
  }
}

TEST_CASE("base::from_base64 takes all bytes and nothing else")
{
  std::string all;
  for (int byte = 0; byte < 256; ++byte) {
    all += static_cast<char>(byte);
  }
  CHECK(from_base64(to_base64(all)) == all);
  for (const char* text : {"Zg",
                           "Zg=",
                           "Zg===",
                           "=",
                           "====",
                           "Z===",
                           "Zm9v\n",
                           " Zm9",
                           "Zm-v",
                           "Zg==Zg=="}) {
    CAPTURE(text);
    CHECK_FALSE(from_base64(text).has_value());
  }
}
