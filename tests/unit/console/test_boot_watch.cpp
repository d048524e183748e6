// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/boot_watch.h"
#include "console/line_reader.h"
#include "console/tail.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static BootWatch watch(std::string_view text)
{
  BootWatch boot;
  LineReader reader(boot);
  reader.feed(text);
  return boot;
}

TEST_CASE("BootWatch::phase")
{
  SUBCASE("an empty console is silent, and blank lines do not change it")
  {
    CHECK(watch("").phase() == BootPhase::silent);
    CHECK(watch("\n\n").phase() == BootPhase::silent);
  }

  SUBCASE("firmware's words are not the kernel's")
  {
    CHECK(watch("SLOF **********\n").phase() == BootPhase::firmware);
  }

  SUBCASE("the banner starts the kernel, the init line ends the boot")
  {
    const auto boot = watch("[    0.000000] Linux version 6.1.158 (x@y)\n"
                            "[    1.500000] Run /init as init process\n"
                            "[    2.000000] later\n");
    CHECK(boot.phase() == BootPhase::init);
    CHECK(boot.init_reached());
    CHECK(boot.release() == "6.1.158");
    CHECK(boot.init_time_us() == 1500000);
    CHECK(boot.last_time_us() == 2000000);
    CHECK(boot.banners() == 1);
  }

  SUBCASE("a second banner is a reboot, and counts from its place")
  {
    const auto boot = watch("Linux version 6.1\nRun /init as init process\n"
                            "Linux version 6.1\n");
    CHECK(boot.banners() == 2);
    CHECK(boot.second_banner() == 44);
    CHECK(boot.phase() == BootPhase::kernel);
    CHECK(boot.init_reached());
  }

  SUBCASE("a banner within a line is somebody quoting it")
  {
    CHECK(watch("says: Linux version 6.1\n").banners() == 0);
  }
}

TEST_CASE("ConsoleTail::text")
{
  ConsoleTail tail(2);
  LineReader reader(tail);
  reader.feed("one\n" + std::string(1000, 'x') + "\nthree\n");
  CHECK(tail.text() == std::string(256, 'x') + "\nthree\n");
}
