// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/strings.h"
#include "formats/mail.h"
#include "formats/mail_header.h"
#include "formats/wrap.h"
#include "report/table.h"
#include "sample.h"
#include "support/golden.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace oopsfarm;
using std::chrono::milliseconds;
using testing::has;

static constexpr milliseconds ended{1795860000000}; // 2026-11-28

static MailIdentity identity()
{
  return {"Farm of the MM people <farm@example.org>", {"linux-mm@kvack.org"}};
}

/// The header block's lines, folds among them.
static std::vector<std::string> header_lines(const std::string& mail)
{
  return split_lines(mail.substr(0, mail.find("\n\n") + 1));
}

static std::string body_of(const std::string& mail)
{
  return mail.substr(mail.find("\n\n") + 2);
}

TEST_CASE("mail_report")
{
  const auto mail = mail_report(testing::mailed_report(), identity(), ended);
  SUBCASE("is what it was")
  {
    CHECK(mail == testing::golden("formats/report.eml", mail));
    const auto mended =
        mail_report(testing::mending_report(), identity(), ended);
    CHECK(mended == testing::golden("formats/mended.eml", mended));
  }
  SUBCASE("answers the mail that the series came by")
  {
    CHECK(has(mail, "\nIn-Reply-To: <20261120.reap-v2-0@example.org>\n"));
    CHECK(has(mail, "\nReferences: <20261120.reap-v2-0@example.org>\n"));
    CHECK(
        has(mail, "\nSubject: Re: [PATCH v2 0/2] mm/oom_kill: reap sooner\n"));
  }
  SUBCASE("goes to whom farm.yaml says, else to the author")
  {
    CHECK(has(mail, "\nTo: linux-mm@kvack.org\n"));
    CHECK_FALSE(has(mail, "ann@example.org"));
    const auto plain = mail_report(testing::mailed_report(), {}, ended);
    CHECK(has(plain, "\nTo: =?UTF-8?B?"));
    CHECK(has(plain, "?= <ann@example.org>\n"));
  }
  SUBCASE("keeps to 72 columns")
  {
    for (const auto& line : split_lines(body_of(mail))) {
      CHECK_MESSAGE(text_width(line) <= 72, line);
    }
  }
  SUBCASE("says what, on what, how often, and how to see it again")
  {
    const auto body = replace_all(body_of(mail), "\n", " ");
    CHECK(
        has(body, "A failure was seen with the series, and not on its base."));
    CHECK(has(body, "kernel BUG in exit_mmap"));
    CHECK(has(body, "1 of 3 runs, 33% [6–79]"));
    CHECK(has(body, "base-commit: 830b3c68c1fb1e9176028d02ef86f3cf76aa2476"));
    CHECK(has(body, "oopsfarm reproducer 20261121T101507-a51100"));
    CHECK(has(body, "the base has it, too"));
  }
  SUBCASE("does not say that a failure of the base is the series'")
  {
    CHECK_FALSE(has(body_of(mail), "\nhang in mlock\n"));
  }
  SUBCASE("gives a Tested-by, and tells of a patch that does not build")
  {
    const auto mended =
        mail_report(testing::mending_report(), identity(), ended);
    CHECK(
        has(mended, "\nTested-by: Farm of the MM people <farm@example.org>\n"));
    CHECK(has(mended, "breaks bisection: patch 1/2"));
    CHECK(has(mended, "No failure of the series was seen."));
    CHECK_FALSE(has(mail, "Tested-by"));
  }
  SUBCASE("begins a thread for a job that came by no mail")
  {
    auto report = testing::mailed_report();
    report.mail = {};
    const auto own = mail_report(report, {}, milliseconds(0));
    CHECK_FALSE(has(own, "In-Reply-To"));
    CHECK_FALSE(has(own, "\nTo:"));
    CHECK_FALSE(has(own, "\nDate:"));
    CHECK(has(own, "\nSubject: [oopsfarm] oom-reaper-v2: 4 of 7 failed\n"));
  }
  SUBCASE("has the headers that we give it, whatever is in the report")
  {
    const auto hostile = mail_report(testing::hostile_report(), {}, ended);
    std::vector<std::string> names;
    for (const auto& line : header_lines(hostile)) {
      CHECK(line.size() < 998);
      CHECK_FALSE(has(line, "\r"));
      if (!line.starts_with(' ')) {
        names.push_back(line.substr(0, line.find(':')));
      }
    }
    CHECK(names == std::vector<std::string>{"From",
                                            "To",
                                            "Date",
                                            "Subject",
                                            "Message-ID",
                                            "Auto-Submitted",
                                            "MIME-Version",
                                            "Content-Type",
                                            "Content-Transfer-Encoding"});
    for (const auto& line : split_lines(body_of(hostile))) {
      CHECK_MESSAGE(text_width(line) <= 72, line);
      CHECK_FALSE(has(line, "\x1b"));
    }
  }
}

TEST_CASE("header_line")
{
  SUBCASE("folds at blanks")
  {
    std::string words;
    for (int i = 0; i < 30; ++i) {
      words += "word ";
    }
    const auto line = header_line("Subject", words);
    CHECK(split_lines(line).size() == 3);
    for (const auto& part : split_lines(line)) {
      CHECK(part.size() <= 76);
    }
    CHECK(replace_all(line, "\n ", " ") ==
          "Subject: " + words.substr(0, words.size() - 1) + "\n");
  }
  SUBCASE("encodes what is not ASCII, and what looks encoded")
  {
    CHECK(header_line("Subject", "Ä") == "Subject: =?UTF-8?B?w4Q=?=\n");
    CHECK(has(header_line("Subject", "a =?utf-8?q?b?="), "=?UTF-8?B?"));
    std::string umlauts;
    for (int i = 0; i < 100; ++i) {
      umlauts += "ä";
    }
    for (const auto& part : split_lines(header_line("Subject", umlauts))) {
      CHECK(part.size() <= 76);
    }
  }
  SUBCASE("has one header's worth of lines, whatever it is given")
  {
    const auto line = header_line("Subject", testing::hostile_text());
    const auto lines = split_lines(line);
    for (std::size_t i = 1; i < lines.size(); ++i) {
      CHECK(lines[i].starts_with(" "));
    }
    CHECK_FALSE(has(line, "\r"));
  }
}

TEST_CASE("parse_address and address_text")
{
  const auto again = [](const char* text) {
    const auto address = parse_address(text);
    return address ? address_text(*address) : "none";
  };
  CHECK(again("a@b.org") == "a@b.org");
  CHECK(again("Ann B <a@b.org>") == "Ann B <a@b.org>");
  CHECK(again("\"Ann, B.\" <a@b.org>") == "\"Ann, B.\" <a@b.org>");
  CHECK(again("Ann \"x\" B <a@b.org>") == "\"Ann \\\"x\\\" B\" <a@b.org>");
  CHECK(again("Änn <a@b.org>") == "=?UTF-8?B?w4Rubg==?= <a@b.org>");
  CHECK(again("a@b.org, c@d.org") == "none");
  CHECK(again("Ann <a@b.org") == "none");
  CHECK(again("Ann <a b@c.org>") == "none");
  CHECK(again("nobody") == "none");
  CHECK(again("<@b.org>") == "none");
}

TEST_CASE("is_message_id")
{
  CHECK(is_message_id("20261120.1-a@example.org"));
  CHECK_FALSE(is_message_id(""));
  CHECK_FALSE(is_message_id("a@b>\nBcc: x@y"));
  CHECK_FALSE(is_message_id("a b@c"));
  CHECK_FALSE(is_message_id("@c"));
  CHECK_FALSE(is_message_id(std::string(300, 'a') + "@b"));
}

TEST_CASE("mail_date")
{
  CHECK(mail_date(milliseconds(1795256100000)) ==
        "Sat, 21 Nov 2026 10:15:00 +0000");
}

TEST_CASE("wrapped")
{
  CHECK(wrapped("a bb ccc", 4) == "a bb\nccc\n");
  CHECK(wrapped("a  b", 72, "- ", "  ") == "- a b\n");
  CHECK(wrapped("aaaaaa b", 4) == "aaaa\naa b\n");
  CHECK(wrapped("ääää ä", 4) == "ääää\nä\n");
  CHECK(wrapped("", 4) == "\n");
}
