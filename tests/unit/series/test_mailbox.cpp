// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/strings.h"
#include "mails.h"
#include "series/load.h"

#include <doctest/doctest.h>

using namespace oopsfarm;
using namespace oopsfarm::testing;

static Series read(const std::string& text)
{
  auto series = parse_mailbox(text, "x.mbox");
  REQUIRE_MESSAGE(series, series.error().message);
  return *series;
}

static std::string error_of(const std::string& text)
{
  const auto series = parse_mailbox(text, "x.mbox");
  REQUIRE_FALSE(series);
  CHECK(series.error().fault == Fault::user);
  CHECK(series.error().message.starts_with("x.mbox: "));
  return series.error().message.substr(8);
}

static std::string patch(const std::string& subject, const std::string& id = "")
{
  MailText text;
  text.subject = subject;
  text.id = id;
  return mail(text);
}

static std::string talk(const std::string& subject, const std::string& id = "")
{
  MailText text;
  text.subject = subject;
  text.body = "No diff here.\n\n mm/oom_kill.c | 2 +-\n\n";
  text.id = id;
  return mail(text);
}

TEST_CASE("series::parse_mailbox order")
{
  SUBCASE("comes from the numbers; covers, replies and talk are left out")
  {
    const auto series =
        read(patch("[PATCH v2 3/3] mm: three") +
             patch("Re: [PATCH v2 1/3] mm: quoted back whole") +
             talk("[PATCH v2 0/3] mm: the whole", "cover@x") +
             patch("[PATCH v2 1/3] mm: one") + talk("a question") +
             patch("[PATCH v2 2/3] mm: two"));
    CHECK(series.title == "mm: the whole");
    CHECK(series.message_id == "cover@x");
    CHECK(series.subject == "[PATCH v2 0/3] mm: the whole");
    CHECK(series.author == "Ann Author <ann@example.org>");
    CHECK(series.version == 2);
    REQUIRE(series.patches.size() == 3);
    CHECK(series.patches[0].subject == "mm: one");
    CHECK(series.patches[1].subject == "mm: two");
    CHECK(series.patches[2].subject == "mm: three");
    CHECK(series.patches[2].number == 3);
    CHECK(series.patches[0].author == "Ann Author <ann@example.org>");
    CHECK(series.patches[0].files == std::vector<std::string>{"mm/oom_kill.c"});
  }
  SUBCASE("without numbers is the mailbox's")
  {
    const auto series = read(patch("[PATCH] b") + patch("[PATCH] a"));
    REQUIRE(series.patches.size() == 2);
    CHECK(series.title == "b");
    CHECK(series.patches[1].subject == "a");
  }
  SUBCASE("a cover letter with a diff in it (an interdiff) is still a cover")
  {
    CHECK(read(patch("[PATCH v2 0/1] c") + patch("[PATCH v2 1/1] p"))
              .patches.size() == 1);
  }
  SUBCASE("the same mail twice counts once")
  {
    CHECK(read(patch("[PATCH 1/1] a", "1@x") + patch("[PATCH 1/1] a", "1@x"))
              .patches.size() == 1);
  }
}

TEST_CASE("series::parse_mailbox refuses")
{
  SUBCASE("a series with a missing patch, and names it")
  {
    CHECK(error_of(patch("[PATCH 1/3] a") + patch("[PATCH 3/3] c")) ==
          "patch 2 of 3 is missing");
    CHECK(error_of(patch("[PATCH 2/4] b") + talk("[PATCH 0/4] c")) ==
          "patches 1, 3, 4 of 4 are missing");
    CHECK(error_of(patch("[PATCH 1/999] a")).find("11, …") !=
          std::string::npos);
  }
  SUBCASE("a doubled patch, and names both")
  {
    CHECK(error_of(patch("[PATCH 1/2] a", "1@x") +
                   patch("[PATCH 2/2] b", "2@x") +
                   patch("[PATCH 2/2] c", "3@x")) ==
          "patch 2/2 comes twice: 'b' and 'c'");
  }
  SUBCASE("a numbered mail without its patch")
  {
    CHECK(error_of(patch("[PATCH 1/2] a") + talk("[PATCH 2/2] b")) ==
          "patch 2/2 'b' has no diff in its mail");
    CHECK(error_of(talk("[PATCH] b")) == "patch 'b' has no diff in its mail");
  }
  SUBCASE("several versions, and lists them")
  {
    CHECK(error_of(patch("[PATCH 1/1] a") + talk("[PATCH v3 0/2] c") +
                   patch("[PATCH v3 1/2] a")) ==
          "several versions of a series in one mailbox: v1 (1 mail), v3 (2 "
          "mails); keep one");
  }
  SUBCASE("two series, and a stray patch beside one")
  {
    CHECK(error_of(patch("[PATCH 1/1] a") + patch("[PATCH 1/2] b")) ==
          "two series in one mailbox: patch 1/1 'a' and patch 1/2 'b'");
    CHECK(error_of(patch("[PATCH] fix") + patch("[PATCH 1/1] b")) ==
          "patch 'fix' has no place in the series n/1: give it as a source of "
          "its own");
    CHECK(error_of(patch("[PATCH 3/2] a")) ==
          "patch 3/2 'a': the numbers make no sense");
    CHECK(error_of(patch("[PATCH 1/9999] a")).find("no sense") !=
          std::string::npos);
  }
  SUBCASE("mail without any patch")
  {
    CHECK(error_of(talk("hello") + talk("again")) ==
          "no mail in it has a patch (2 mails, first 'hello')");
    CHECK(error_of(patch("Re: [PATCH 1/1] a")) ==
          "no patch in it: 1 of 1 mails are replies ('Re: …'), which are left "
          "out");
  }
  SUBCASE("a mail without a sender")
  {
    CHECK(error_of("Subject: [PATCH] x\n\n" + diff_of("a"))
              .find("has no 'From:") != std::string::npos);
  }
  SUBCASE("more patches than any series has")
  {
    std::string many;
    for (unsigned i = 0; i <= max_patches; ++i) {
      many += patch("[PATCH] x");
    }
    CHECK(error_of(many) == "more than 1000 patches are not taken");
  }
  SUBCASE("paths that leave the tree, naming the patch")
  {
    MailText text;
    text.subject = "[PATCH 1/1] evil";
    text.body = diff_of("../x");
    CHECK(error_of(mail(text))
              .starts_with("patch 1/1 'evil': refuses to touch '../x'"));
  }
}

TEST_CASE("series::parse_mailbox format=flowed")
{
  MailText text;
  text.subject = "[PATCH] x";
  text.more = "Content-Type: text/plain; charset=UTF-8; format=flowed\n";

  SUBCASE("that did no damage is taken")
  {
    CHECK(read(mail(text)).patches.size() == 1);
  }
  SUBCASE("that wrapped lines is named as the cause")
  {
    text.body = replace_all(text.body, " one\n", " one is long \nand wraps\n");
    const auto words = error_of(mail(text));
    CHECK(words.find("damaged") != std::string::npos);
    CHECK(words.find("format=flowed") != std::string::npos);
    CHECK(words.find("git send-email") != std::string::npos);
  }
  SUBCASE("that stuffed blanks is named as the cause")
  {
    text.body = replace_all(text.body, "\n one\n", "\n  one\n");
    text.body = replace_all(text.body, "\n three\n", "\n  three\n");
    CHECK(error_of(mail(text)).find("format=flowed") != std::string::npos);
  }
}

TEST_CASE("series::parse_mailbox rewrites mails for git am")
{
  MailText text;
  text.subject = "[PATCH 1/1] [media] =?utf-8?q?f=C3=BCr?= x";
  text.more = "Content-Type: text/plain; charset=iso-8859-1\n"
              "Content-Transfer-Encoding: quoted-printable\nCc: everybody\n";
  text.body = "M=E4h\nFrom here Mon Sep 17 00:00:00 2001 on\n---\n" +
              replace_all(diff_of("a", "x=3D1", "x=3D2=E4"), "+", "=2B");
  CHECK(read(mail(text)).patches[0].mail ==
        "From oopsfarm@localhost Mon Sep 17 00:00:00 2001\n"
        "From: Ann Author <ann@example.org>\n"
        "Date: Mon, 06 Nov 2023 10:11:12 +0100\n"
        "Subject: [media] für x\n"
        "MIME-Version: 1.0\n"
        "Content-Type: text/plain; charset=UTF-8\n"
        "Content-Transfer-Encoding: 8bit\n\n"
        "Mäh\n>From here Mon Sep 17 00:00:00 2001 on\n---\n" +
            diff_of("a", "x=1", "x=2\xe4"));
}

TEST_CASE("series::parse_mailbox takes any bytes without harm")
{
  const std::string whole = talk("[PATCH 0/2] c", "0@x") +
                            patch("[PATCH 1/2] a", "1@x") +
                            patch("[PATCH 2/2] b", "2@x");
  std::size_t taken = 0;
  for (std::size_t length = 0; length <= whole.size(); length += 7) {
    taken += parse_mailbox(whole.substr(0, length), "x") ? 1 : 0;
  }
  CHECK(taken < 20); // only a cut in the last mail's signature is harmless
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    auto bent = whole;
    bent[at] = static_cast<char>(bent[at] ^ 0x95);
    static_cast<void>(parse_mailbox(bent, "x"));
  }
}
