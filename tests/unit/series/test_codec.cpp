// SPDX-License-Identifier: GPL-2.0-or-later
#include "series/codec.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

TEST_CASE("series::decode_quoted_printable")
{
  CHECK(decode_quoted_printable("a=3Db =C3=A4") == "a=b ä");
  CHECK(decode_quoted_printable("soft=\nbreak=  \r\nagain") ==
        "softbreakagain");
  CHECK(decode_quoted_printable("hard\r\nbreak\n") == "hard\r\nbreak\n");
  SUBCASE("what is no code is kept")
  {
    CHECK(decode_quoted_printable("=ZZ x=y =3") == "=ZZ x=y =3");
    CHECK(decode_quoted_printable("end=") == "end");
  }
}

TEST_CASE("series::decode_base64")
{
  CHECK(decode_base64("aGVsbG8=") == "hello");
  CHECK(decode_base64("aGVs\r\nbG8g\r\nd29ybGQ=\r\n") == "hello world");
  CHECK(decode_base64("").empty());
  SUBCASE("a mailing list's footer ends it")
  {
    CHECK(decode_base64("aGVsbG8=\n_____\nlist@example.org\n") == "hello");
  }
}

TEST_CASE("series::to_utf8")
{
  CHECK(to_utf8("ä", "UTF-8") == "ä");
  CHECK(to_utf8("\xe4", "iso-8859-1") == "ä");
  CHECK(to_utf8("\xcb", "koi8-r") == "к");
  SUBCASE("text that is not what it says is taken for ISO 8859-1")
  {
    CHECK(to_utf8("\xe4", "utf-8") == "ä");
    CHECK(to_utf8("\xe4", "") == "ä");
    CHECK(to_utf8("\xe4", "no-such-set") == "ä");
  }
  SUBCASE("UTF-8 under an unknown name stays")
  {
    CHECK(to_utf8("ä", "x-unknown") == "ä");
    CHECK(to_utf8("ä", "utf-8//TRANSLIT/../..") == "ä");
  }
}

TEST_CASE("series::decode_header")
{
  CHECK(decode_header("plain") == "plain");
  CHECK(decode_header("=?UTF-8?q?J=C3=B6rg_Ma=C3=9F?= <j@example.org>") ==
        "Jörg Maß <j@example.org>");
  CHECK(decode_header("=?iso-8859-1?B?5A==?= b") == "ä b");
  SUBCASE("white space between encoded words is none")
  {
    CHECK(decode_header("=?utf-8?q?one?= =?utf-8?q?_two?= three") ==
          "one two three");
  }
  SUBCASE("broken words are kept as they are")
  {
    CHECK(decode_header("=?utf-8?q?open") == "=?utf-8?q?open");
    CHECK(decode_header("=?utf-8?x?a?=") == "=?utf-8?x?a?=");
    CHECK(decode_header("=?") == "=?");
  }
  SUBCASE("no line break can be smuggled in")
  {
    CHECK(decode_header("=?utf-8?q?a=0ABcc:_x?=") == "a Bcc: x");
  }
}
