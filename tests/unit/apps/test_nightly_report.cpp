// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/nightly_report.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static NightView night()
{
  NightView night;
  night.job = "20261123T013000-3fa9c2";
  night.day = "2026-11-23";
  night.state = "ended";
  night.exit_code = 1;
  night.base_commit = "830b3c68c1fb1e9176028d02ef86f3cf76aa2476";
  night.summary = "1 new crash";
  night.is_worse = true;
  return night;
}

TEST_CASE("apps::nightlies_table")
{
  NightlyView nightly;
  nightly.name = "oom";
  nightly.owner = "ann";
  nightly.tree = "mm";
  nightly.next = "2026-11-24 02:30 CET";
  CHECK(nightlies_table({nightly}, Colour::no) ==
        "nightly  owner  tree  next                  last night  state  "
        "changes\n"
        "oom      ann    mm    2026-11-24 02:30 CET  -           -      -\n");
  nightly.last = night();
  nightly.last->note = "begun 2 h 00 m late";
  nightly.note = "a night was left out";
  CHECK(nightlies_table({nightly}, Colour::no) ==
        "nightly  owner  tree  next                  last night  state  "
        "changes\n"
        "oom      ann    mm    2026-11-24 02:30 CET  2026-11-23  found  "
        "1 new crash\n"
        "oom: a night was left out\n"
        "oom: begun 2 h 00 m late\n");
}

TEST_CASE("apps::nights_table")
{
  auto failed = night();
  failed.state = "failed";
  failed.error = "no commit 'main'\nmore";
  failed.base_commit.clear();
  failed.is_worse = false;
  auto found = night();
  found.bisections = {"bisection wanted: BUG\x1b[1m, 1..2"};
  CHECK(nights_table({found, failed}, Colour::no) ==
        "night       job                     commit        state   changes\n"
        "2026-11-23  20261123T013000-3fa9c2  830b3c68c1fb  found   "
        "1 new crash\n"
        "2026-11-23  20261123T013000-3fa9c2  -             failed  "
        "no commit 'main'\n"
        "20261123T013000-3fa9c2: bisection wanted: BUG?[1m, 1..2\n");
}
