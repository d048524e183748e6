// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit/console/line_collector.h"

#include <doctest/doctest.h>

#include <random>

using namespace oopsfarm;

TEST_CASE("LineReader::feed")
{
  SUBCASE("lines end at newlines, and carriage returns go")
  {
    const auto lines = read_lines("one\r\ntwo\n\nthree\n", 100);
    REQUIRE(lines.size() == 4);
    CHECK(lines[0].text == "one");
    CHECK(lines[1].text == "two");
    CHECK(lines[2].text.empty());
    CHECK(lines[3].text == "three");
    CHECK(lines[3].number == 3);
    CHECK_FALSE(lines[3].partial);
  }

  SUBCASE("offsets are those of the raw stream")
  {
    const auto lines = read_lines("ab\r\n\033[1mcd\033[0m\nef", 3);
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].begin == 0);
    CHECK(lines[0].end == 3);
    CHECK(lines[1].begin == 4);
    CHECK(lines[1].end == 14);
    CHECK(lines[1].text == "cd");
    CHECK(lines[2].begin == 15);
    CHECK(lines[2].end == 17);
  }

  SUBCASE("half a line at the end is handed out as partial")
  {
    const auto lines = read_lines("whole\nhalf", 4);
    REQUIRE(lines.size() == 2);
    CHECK(lines[1].text == "half");
    CHECK(lines[1].partial);
  }

  SUBCASE("NULs, bells, backspaces and terminal sequences go, tabs stay")
  {
    const std::string noisy("a\0b\a\bc\td\x7f\033]0;title\ae\033(Bf\033[2K\n",
                            28);
    const auto lines = read_lines(noisy, 100);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].text == "abc\tdeBf");
  }

  SUBCASE("a sequence that never ends eats its own start only")
  {
    CHECK(read_lines("\033]0;no end\n", 100)[0].text == "0;no end");
    CHECK(read_lines("x\033[\n", 100)[0].text == "x");
    CHECK(read_lines("x\033\n", 100)[0].text == "x");
  }

  SUBCASE("bytes that are not UTF-8 are kept")
  {
    CHECK(read_lines("\xff\xfe\x80\n", 1)[0].text == "\xff\xfe\x80");
  }

  SUBCASE("an overlong line is cut, marked, and does not spoil the next")
  {
    const std::string text = std::string(100000, 'x') + "\nnext\n";
    const auto lines = read_lines(text, 777);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].cut);
    CHECK(lines[0].text.size() == LineLimits{}.kept);
    CHECK(lines[0].end == 100000);
    CHECK(lines[1].text == "next");
    CHECK_FALSE(lines[1].cut);
  }

  SUBCASE("finish() without a half line hands out nothing, and may repeat")
  {
    LineCollector collector;
    LineReader reader(collector);
    reader.feed("one\n");
    reader.finish();
    reader.finish();
    CHECK(collector.lines.size() == 1);
    reader.feed("two\n");
    CHECK(collector.lines.size() == 2);
  }
}

/// Bytes that a hostile guest might print: many of those that matter.
static std::string hostile(std::mt19937& random, std::size_t size)
{
  using namespace std::string_literals;
  static const std::string common = "\n\r\0\033[];:<>ab 0123.6TC\a\xff"s;
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text += common[random() % common.size()];
  }
  return text;
}

TEST_CASE("LineReader gives the same lines whatever the chunking")
{
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    const auto text = hostile(random, 600);
    const LineLimits small{16};
    const auto whole = read_lines(text, text.size(), small);
    for (const std::size_t chunk : {1, 2, 3, 7, 64}) {
      REQUIRE(read_lines(text, chunk, small) == whole);
    }
  }
}

static KeptLine prefix_of(std::string_view text)
{
  return read_lines(std::string(text) + "\n", 1000).front();
}

TEST_CASE("split_prefix")
{
  SUBCASE("level, time and caller are taken off")
  {
    const auto line = prefix_of("<6>[   12.345678][  T123] hello");
    CHECK(line.text == "hello");
    CHECK(line.level == 6);
    CHECK(line.time_us == 12345678);
    CHECK(line.caller == "T123");
    CHECK(line.whole == "<6>[   12.345678][  T123] hello");
  }

  SUBCASE("only the one blank behind the prefix goes: stacks are indented")
  {
    CHECK(prefix_of("[    1.000000]  f+0x1/0x2").text == " f+0x1/0x2");
    CHECK(prefix_of("[    1.000000][    C1]  f+0x1/0x2").caller == "C1");
  }

  SUBCASE("text that only looks like a prefix stays")
  {
    CHECK(prefix_of("[abc] x").text == "[abc] x");
    CHECK(prefix_of("[1.5] x").text == "[1.5] x");
    CHECK(prefix_of("<67890> x").text == "<67890> x");
    CHECK(prefix_of("[c000000000001234] [c0000000] f").text ==
          "[c000000000001234] [c0000000] f");
    CHECK_FALSE(prefix_of("plain").time_us);
  }

  SUBCASE("what stands before the kernel's prefix is passed over")
  {
    CHECK(prefix_of("** 12 printk messages dropped ** [    9.000001] x").text ==
          "x");
    CHECK(prefix_of("box login: [    9.000001] x").time_us == 9000001);
    CHECK(prefix_of("Aug 19 00:32:01 box kernel: [    9.000001] x").text ==
          "x");
    CHECK(prefix_of("Aug 19 00:32:01 box kernel: x").text == "x");
  }

  SUBCASE("numbers that are too large for a clock stay text")
  {
    CHECK_FALSE(prefix_of("[99999999999999999999.000000] x").time_us);
  }
}

TEST_CASE("A control character is found wherever it stands on its line")
{
  for (const std::size_t length : {1, 7, 15, 16, 17, 31, 32, 33, 60}) {
    for (std::size_t at = 0; at < length; ++at) {
      INFO(length, " ", at);
      for (const char bad : {'\0', '\a', '\x1f', '\x7f'}) {
        std::string text(length, 'x');
        text[at] = bad;
        CHECK(read_lines(text + "\n", 100)[0].text ==
              std::string(length - 1, 'x'));
      }
      for (const char good : {'\t', ' ', '~', '\x80', '\xff'}) {
        std::string text(length, 'x');
        text[at] = good;
        CHECK(read_lines(text + "\n", 100)[0].text == text);
      }
    }
  }
}

TEST_CASE("Timestamps of every width are read, and nothing else")
{
  const auto time_of = [](const std::string& stamp) {
    return read_lines(stamp + " x\n", 100)[0].time_us;
  };
  CHECK(time_of("[    0.000000]") == 0);
  CHECK(time_of("[   12.345678]") == 12345678);
  CHECK(time_of("[99999.999999]") == 99999999999);
  CHECK(time_of("[901320.960000]") == 901320960000);
  CHECK(time_of("[1.000002]") == 1000002);
  for (const auto* no : {"[     .000000]",
                         "[   1 .000000]",
                         "[  1 2.000000]",
                         "[   1a.000000]",
                         "[    1.00000a]",
                         "[    1.0000000]",
                         "[    1,000000]",
                         "[    1.000000",
                         "[    /.000000]",
                         "[!!!!1.000000]",
                         "[@@@@1.000000]",
                         "[\xa0\xa0\xa0\xa0"
                         "1.000000]",
                         "[    1.\xb0"
                         "00000]",
                         "[    1.00 000]"}) {
    INFO(no);
    CHECK_FALSE(time_of(no));
  }
}
