// SPDX-License-Identifier: GPL-2.0-or-later
#include "series/subject.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

TEST_CASE("series::parse_subject")
{
  SUBCASE("number, total and version come from the tag")
  {
    const auto info = parse_subject("[PATCH v2 03/10] mm: fix it");
    CHECK(info.tagged);
    CHECK(info.number == 3);
    CHECK(info.total == 10);
    CHECK(info.version == 2);
    CHECK(info.text == "mm: fix it");
    CHECK_FALSE(info.cover());
  }
  SUBCASE("other words in the tag do not matter")
  {
    const auto info = parse_subject("[RFC PATCH net-next v3 1/2] net: x");
    CHECK(info.number == 1);
    CHECK(info.version == 3);
    CHECK(parse_subject("[PATCHv4 1/2] x").version == 4);
    CHECK(parse_subject("[PATCH-V5 1/2] x").version == 5);
    CHECK(parse_subject("[PATCH 6.1.y 7/8] x").number == 7);
    CHECK(parse_subject("[PATCH mm v6, 2/3] x").version == 6);
  }
  SUBCASE("0/m is the cover letter")
  {
    CHECK(parse_subject("[PATCH 0/3] cover").cover());
    CHECK(parse_subject("[PATCH 00/13] cover").cover());
  }
  SUBCASE("brackets that say nothing about patches belong to the text")
  {
    CHECK(parse_subject("[PATCH 1/2] [media] x").text == "[media] x");
    CHECK(parse_subject("[media] x").text == "[media] x");
    CHECK_FALSE(parse_subject("[media] x").tagged);
  }
  SUBCASE("a list's own bracket goes with the tag")
  {
    const auto info = parse_subject("[linux-mm] [PATCH 2/2] x");
    CHECK(info.number == 2);
    CHECK(info.text == "x");
  }
  SUBCASE("replies are known by their start")
  {
    for (const char* reply : {"Re: [PATCH 1/2] x",
                              "RE: [PATCH 1/2] x",
                              "Re: Re: [PATCH 1/2] x",
                              "re[2]: [PATCH 1/2] x",
                              "AW: [PATCH 1/2] x",
                              "Fwd: [PATCH 1/2] x",
                              "[list] Re: [PATCH 1/2] x"}) {
      CAPTURE(reply);
      CHECK(parse_subject(reply).reply);
      CHECK(parse_subject(reply).number == 1);
    }
    CHECK_FALSE(parse_subject("[PATCH] reset: fix").reply);
    CHECK_FALSE(parse_subject("regulator: fix").reply);
  }
  SUBCASE("nonsense is no number")
  {
    CHECK_FALSE(parse_subject("[PATCH 1/0] x").numbered());
    CHECK_FALSE(parse_subject("[PATCH 99999/99999] x").numbered());
    CHECK_FALSE(parse_subject("[PATCH a/b] x").numbered());
    CHECK_FALSE(parse_subject("[PATCH 1/2").numbered());
    CHECK(parse_subject("").text == "(no subject)");
    CHECK(parse_subject("[PATCH 1/1]").text == "(no subject)");
  }
}
