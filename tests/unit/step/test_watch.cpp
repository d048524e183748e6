// SPDX-License-Identifier: GPL-2.0-or-later
#include "step/watch.h"

#include <doctest/doctest.h>

using namespace oopsfarm;
using std::chrono::milliseconds;
using std::chrono::seconds;

static RunSpec a_spec()
{
  RunSpec spec;
  spec.workload = {"memcg", {{"duration", "10"}}};
  spec.boot_timeout = seconds(120);
  spec.silence_timeout = seconds(60);
  return spec;
}

static const std::string banner =
    "[    0.000000] Linux version 6.1.1 (x@y) (gcc) #1\n";
static const std::string hello = "KTAP version 1\n# oopsfarm: 1\n";

TEST_CASE("step::GuestWatch ends a guest that never prints at the boot bound")
{
  const auto spec = a_spec();
  GuestWatch watch(spec);
  watch.advance(seconds(119));
  CHECK_FALSE(watch.verdict_due(seconds(119)).has_value());
  CHECK(watch.verdict_due(seconds(120)) == GuestEnd::boot_timeout);
}

TEST_CASE("step::GuestWatch ends a guest that prints and hangs before init")
{
  const auto spec = a_spec();
  GuestWatch watch(spec);
  watch.console(banner);
  watch.advance(seconds(1));
  CHECK(watch.progress(seconds(1)).phase == "boot");
  CHECK(watch.verdict_due(seconds(120)) == GuestEnd::boot_timeout);
}

TEST_CASE("step::GuestWatch knows when init speaks")
{
  const auto spec = a_spec();
  GuestWatch watch(spec);
  watch.console(banner);
  watch.ktap(hello);
  watch.advance(milliseconds(2500));
  CHECK(watch.boot_time() == milliseconds(2500));
  const auto progress = watch.progress(milliseconds(6600));
  CHECK(progress.phase == "memcg");
  CHECK(progress.done == 4);
  CHECK(progress.total == 10);
}

TEST_CASE("step::GuestWatch tells silence from a missing heartbeat")
{
  const auto spec = a_spec();
  GuestWatch watch(spec);
  watch.ktap(hello);
  watch.advance(seconds(2));
  watch.ktap("# beat: 1000\n");
  watch.advance(seconds(3));
  SUBCASE("both serials quiet")
  {
    CHECK_FALSE(watch.verdict_due(seconds(62)).has_value());
    CHECK(watch.verdict_due(seconds(63)) == GuestEnd::silent);
  }
  SUBCASE("the console still prints")
  {
    watch.console("[   50.0] still here\n");
    watch.advance(seconds(50));
    CHECK_FALSE(watch.verdict_due(seconds(62)).has_value());
    CHECK(watch.verdict_due(seconds(63)) == GuestEnd::no_heartbeat);
  }
  SUBCASE("beating on and on, far past the duration")
  {
    for (int second = 4; second <= 82; ++second) {
      watch.ktap("# beat: " + std::to_string(second * 1000) + "\n");
      watch.advance(seconds(second));
      if (second < 82) {
        REQUIRE_FALSE(watch.verdict_due(seconds(second)).has_value());
      }
    }
    CHECK(watch.verdict_due(seconds(82)) == GuestEnd::overtime);
  }
}

TEST_CASE("step::GuestWatch ends a crashed guest within 5 seconds")
{
  const auto spec = a_spec();
  GuestWatch watch(spec);
  watch.console(banner);
  watch.ktap(hello);
  watch.advance(seconds(2));
  watch.console("[    3.000000] kernel BUG at mm/mmap.c:3100!\n");
  watch.advance(seconds(3));
  CHECK(watch.progress(seconds(3)).phase == "crashed");
  CHECK(watch.verdict_due(seconds(8)) == GuestEnd::crash_stopped);
  CHECK(watch.natural_end() == GuestEnd::crash_stopped);
}

TEST_CASE("step::GuestWatch sees a second boot")
{
  const auto spec = a_spec();
  GuestWatch watch(spec);
  watch.console(banner);
  watch.console(banner);
  watch.advance(seconds(3));
  CHECK(watch.verdict_due(seconds(3)) == GuestEnd::reboot_loop);
}

TEST_CASE("step::GuestWatch::wait never lets the clock of a person stand still")
{
  const auto spec = a_spec();
  GuestWatch watch(spec);
  CHECK(watch.wait(seconds(0)) == milliseconds(1000));
  CHECK(watch.wait(milliseconds(119'900)) == milliseconds(100));
  CHECK(watch.wait(seconds(200)) == milliseconds(0));
}

TEST_CASE("step::GuestWatch::evidence says which bound was passed")
{
  const auto spec = a_spec();
  GuestWatch watch(spec);
  watch.console(banner);
  watch.advance(seconds(1));
  watch.finish();
  const auto evidence = watch.evidence(GuestEnd::boot_timeout);
  CHECK(evidence.bound == seconds(120));
  CHECK(evidence.banners == 1);
  CHECK_FALSE(evidence.init_reached);
  CHECK(evidence.console_tail.find("Linux version") != std::string::npos);
}

TEST_CASE("step::GuestWatch bounds a heartbeat that came back by the half")
{
  const auto spec = a_spec();
  GuestWatch watch(spec);
  watch.ktap(hello + "# beat: 1000\n# beat: 32000\n");
  const auto evidence = watch.evidence(GuestEnd::powered_off);
  CHECK(evidence.ktap.longest_gap_ms == 31000);
  CHECK(evidence.heartbeat_bound == seconds(30));
}
