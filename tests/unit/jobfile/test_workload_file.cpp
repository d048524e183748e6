// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobfile/workload_file.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

TEST_CASE("parse_workload_info")
{
  SUBCASE("reads parameters of each type into canonical units")
  {
    const auto info = parse_workload_info(R"(
name: mlock
description: locked pages under memory pressure
params:
  - {name: procs, type: integer, min: 1, max: 64, default: 4, description: x}
  - {name: size, type: size, min: 1MiB, max: 1GiB, default_value: 32MiB}
  - {name: duration, type: duration, max: 1h, default: 30s}
  - {name: mode, type: text, choices: [current, onfault], default: current}
)",
                                          "mlock.yaml");
    REQUIRE_MESSAGE(info.has_value(), info.error().message);
    CHECK(info->name == "mlock");
    CHECK(info->description == "locked pages under memory pressure");
    REQUIRE(info->params.size() == 4);
    CHECK(info->params[0].type == ParamType::integer);
    CHECK(info->params[0].default_value == "4");
    CHECK(info->params[0].description == "x");
    CHECK(info->params[1].min == 1U << 20);
    CHECK(info->params[1].default_value == "33554432");
    CHECK(info->params[2].min == 0);
    CHECK(info->params[2].max == 3600);
    CHECK(info->params[2].default_value == "30");
    CHECK(info->params[3].choices ==
          std::vector<std::string>{"current", "onfault"});
  }
  SUBCASE("takes a workload without parameters")
  {
    const auto info = parse_workload_info("name: boot\n", "boot.yaml");
    REQUIRE(info);
    CHECK(info->params.empty());
  }
}

static std::string refusal(const std::string& param)
{
  const auto info =
      parse_workload_info("name: w\nparams:\n  - " + param + "\n", "w.yaml");
  return info ? "" : info.error().message;
}

TEST_CASE("parse_workload_info refuses")
{
  SUBCASE("a default outside the range")
  {
    CHECK(refusal("{name: n, type: integer, min: 2, max: 4, default: 5}") ==
          "w.yaml:3:55: 'default': is from 2 to 4, not '5'");
  }
  SUBCASE("a range upside down")
  {
    CHECK(refusal("{name: n, type: integer, min: 5, max: 4, default: 5}")
              .find("'min' is above 'max'") != std::string::npos);
  }
  SUBCASE("no default, no bound, no type")
  {
    const auto message = refusal("{name: n}");
    CHECK(message.find("'type'") != std::string::npos);
    CHECK(message.find("'max'") != std::string::npos);
  }
  SUBCASE("bounds on a text")
  {
    CHECK(refusal("{name: n, type: text, max: 4, default: a}")
              .find("no key 'max'") != std::string::npos);
  }
  SUBCASE("a parameter that is there twice, or is called name")
  {
    CHECK(refusal("{name: n, type: text, default: a}\n"
                  "  - {name: n, type: text, default: a}")
              .find("'n' is there already") != std::string::npos);
    CHECK(refusal("{name: name, type: text, default: a}")
              .find("'name' is there already") != std::string::npos);
  }
  SUBCASE("both spellings of the default")
  {
    CHECK(refusal("{name: n, type: text, default: a, default_value: b}")
              .find("the same key") != std::string::npos);
  }
}
