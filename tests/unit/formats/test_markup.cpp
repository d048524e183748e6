// SPDX-License-Identifier: GPL-2.0-or-later
#include "formats/markup.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

TEST_CASE("xml_text")
{
  SUBCASE("keeps text, tabs and line ends")
  {
    CHECK(xml_text("a\tb\r\nä€\U0001f600") == "a\tb\r\nä€\U0001f600");
  }
  SUBCASE("leaves out what no document may have, escaped or not")
  {
    CHECK(xml_text(std::string_view("a\0b\x01\x1b[2Jc\x7f", 9)) == "ab[2Jc");
    CHECK(xml_text("\xef\xbf\xbe|\xef\xbf\xbf|\xc2\x9b") == "||");
  }
  SUBCASE("marks bytes that are not UTF-8")
  {
    const std::string mark = "\xef\xbf\xbd";
    CHECK(xml_text("\xff") == mark);
    CHECK(xml_text("\xc0\xaf") == mark + mark);            // overlong
    CHECK(xml_text("\xed\xa0\x80") == mark + mark + mark); // a surrogate
    CHECK(xml_text("\xf4\x90\x80\x80") == mark + mark + mark + mark);
    CHECK(xml_text("a\xe2\x82") == "a" + mark + mark); // cut
  }
}

TEST_CASE("escaped")
{
  CHECK(escaped("<b a='1' c=\"2\">&</b>") ==
        "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;&lt;/b&gt;");
  CHECK(escaped("]]>") == "]]&gt;");
  CHECK(escaped("a\x1b\nb\r") == "a\nb&#13;");
}
