// SPDX-License-Identifier: GPL-2.0-or-later
#include "mails.h"
#include "series/mbox.h"

#include <doctest/doctest.h>

using namespace oopsfarm;
using namespace oopsfarm::testing;

static std::string error_of(const std::string& text)
{
  const auto mails = split_mbox(text);
  REQUIRE_FALSE(mails);
  CHECK(mails.error().fault == Fault::user);
  return mails.error().message;
}

TEST_CASE("series::split_mbox")
{
  SUBCASE("cuts at From lines, not at sentences")
  {
    const auto mails = split_mbox(
        "From a@b Mon Sep 17 00:00:00 2001\nSubject: x\n\n"
        "From the start it was wrong.\nFrom 10:00 to 12:00 2001 tests ran\n\n"
        "From a@b Mon Sep 17 00:00:00 2001\nSubject: y\n\nbody\n");
    REQUIRE(mails);
    REQUIRE(mails->size() == 2);
    CHECK(mails->at(0) == "Subject: x\n\nFrom the start it was wrong.\n"
                          "From 10:00 to 12:00 2001 tests ran\n\n");
    CHECK(mails->at(1) == "Subject: y\n\nbody\n");
  }
  SUBCASE("undoes one level of >From")
  {
    const auto mails = split_mbox("From a@b Mon Sep 17 00:00:00 2001\n"
                                  "Subject: x\n\n>From here\n>>From there\n"
                                  "> From a quote\n");
    CHECK(mails.value().at(0) ==
          "Subject: x\n\nFrom here\n>From there\n> From a quote\n");
  }
  SUBCASE("takes git format-patch at its word")
  {
    const std::string id(40, 'a');
    CHECK(split_mbox("From " + id +
                     " Mon Sep 17 00:00:00 2001\nSubject: x\n\n"
                     ">From here\n")
              .value()
              .at(0) == "Subject: x\n\n>From here\n");
  }
  SUBCASE("takes CRLF, and a mark at the start")
  {
    CHECK(split_mbox("\xef\xbb\xbf"
                     "From a@b Mon Sep 17 00:00:00 2001\r\nSubject: x\r\n\r\n")
              .value()
              .size() == 1);
  }
  SUBCASE("one mail needs no From line, and keeps its >From")
  {
    const auto mails = split_mbox("Subject: x\n\n>From\n>From x\n");
    CHECK(mails.value().at(0) == "Subject: x\n\n>From\n>From x\n");
  }
  SUBCASE("says what other files look like")
  {
    CHECK(error_of("").find("empty") != std::string::npos);
    CHECK(error_of(" \n\n").find("empty") != std::string::npos);
    CHECK(error_of("\x1f\x8b\x08 ...").find("gzip") != std::string::npos);
    CHECK(error_of(std::string("From \0x", 7)).find("binary") !=
          std::string::npos);
    CHECK(error_of("\x7f"
                   "ELF\x02")
              .find("neither a mailbox nor a mail") != std::string::npos);
    CHECK(error_of(diff_of("a")).find("git format-patch") != std::string::npos);
    CHECK(error_of("From a@b Mon Sep 17 00:00:00 2001\nno header here\n")
              .find("neither") != std::string::npos);
  }
}

TEST_CASE("series::to_mboxrd is split_mbox's inverse")
{
  const std::string text = "Subject: x\n\nFrom a@b Mon Sep 17 00:00:00 2001\n"
                           "Subject: fake\n>From x\n From y\n";
  CHECK(split_mbox(to_mboxrd(text)).value() == std::vector<std::string>{text});
}
