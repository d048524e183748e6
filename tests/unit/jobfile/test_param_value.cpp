// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobfile/param_value.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

TEST_CASE("canonical_param")
{
  SUBCASE("gives a duration in whole seconds")
  {
    const ParamInfo param{
        "duration", ParamType::duration, 1, 3600, "30", {}, ""};
    CHECK(canonical_param(param, "2m").value() == "120");
    CHECK(canonical_param(param, "45").value() == "45");
    CHECK(canonical_param(param, "1h").value() == "3600");
    CHECK_FALSE(canonical_param(param, "1500ms").has_value());
    CHECK_FALSE(canonical_param(param, "0").has_value());
    CHECK_FALSE(canonical_param(param, "3601s").has_value());
  }
  SUBCASE("gives a size in bytes")
  {
    const ParamInfo param{"size", ParamType::size, 4096, 1 << 30, "", {}, ""};
    CHECK(canonical_param(param, "64MiB").value() == "67108864");
    CHECK(canonical_param(param, "4096").value() == "4096");
    CHECK_FALSE(canonical_param(param, "4095").has_value());
    CHECK_FALSE(canonical_param(param, "2GiB").has_value());
  }
  SUBCASE("takes integers in decimal only")
  {
    const ParamInfo param{"procs", ParamType::integer, 0, 64, "", {}, ""};
    CHECK(canonical_param(param, "007").value() == "7");
    for (const char* bad :
         {"", " 1", "1 ", "+1", "-1", "0x1", "1.0", "18446744073709551616"}) {
      CAPTURE(std::string(bad));
      CHECK_FALSE(canonical_param(param, bad).has_value());
    }
  }
  SUBCASE("lets nothing into a text that could leave its kernel parameter")
  {
    const ParamInfo param{"mode", ParamType::text, 0, 0, "", {}, ""};
    CHECK(canonical_param(param, "/sys/fs/a-b_c.d:1").value() ==
          "/sys/fs/a-b_c.d:1");
    for (const char* bad : {"", "a b", "a\"b", "a=b", "a,b", "a\nb", "a;b"}) {
      CAPTURE(std::string(bad));
      CHECK_FALSE(canonical_param(param, bad).has_value());
    }
    CHECK(canonical_param(param, std::string(128, 'a')).has_value());
    CHECK_FALSE(canonical_param(param, std::string(129, 'a')).has_value());
  }
  SUBCASE("says what the range is in units for people")
  {
    const ParamInfo param{
        "size", ParamType::size, 1 << 20, 1 << 30, "", {}, ""};
    CHECK(canonical_param(param, "12").error().message ==
          "is from 1.0 MiB to 1.0 GiB, not '12'");
  }
}
