// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "unit/triage/scan.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace oopsfarm::testing {

/// What tells crashes apart, one a line.
inline std::string places_of(const std::vector<Crash>& crashes)
{
  std::string text;
  for (const auto& crash : crashes) {
    text += crash.title + "|" + std::to_string(crash.begin) + "|" +
            std::to_string(crash.end) + "\n";
  }
  return text;
}

/// Checks that a log read from behind its crash on does not have it again: a
/// crash of its title is one that the whole log has there, too.
inline void check_from_end(const std::string& log,
                           const std::vector<Crash>& crashes,
                           const Crash& crash)
{
  for (const auto& later : crashes_in(log.substr(crash.end))) {
    const bool known =
        std::any_of(crashes.begin(), crashes.end(), [&](const Crash& other) {
          return other.title == later.title &&
                 other.begin == crash.end + later.begin;
        });
    CHECK((known || later.title != crash.title));
  }
}

/// Checks what holds for any console log: the crashes do not depend on the
/// chunking; read from its first line on, a log has its first crash first; from
/// behind the last line on, it does not have it again. Returns the crashes.
inline std::vector<Crash> check_properties(const std::string& log)
{
  const auto crashes = crashes_in(log);
  for (const std::size_t chunk : {1, 7, 113, 4096}) {
    CHECK(places_of(crashes_in(log, chunk)) == places_of(crashes));
  }
  for (const auto& crash : crashes) {
    REQUIRE(crash.begin < crash.end);
    REQUIRE(crash.end <= log.size());
    CHECK(crash.title.size() <= 120);
    CHECK_FALSE(crash.title.empty());
    check_from_end(log, crashes, crash);
  }
  // A second boot is one only behind a first.
  if (!crashes.empty() && crashes.front().type != "REBOOT") {
    const auto again = crashes_in(log.substr(crashes.front().begin));
    REQUIRE_FALSE(again.empty());
    CHECK(again.front().title == crashes.front().title);
    CHECK(again.front().begin == 0);
    CHECK(again.front().end == crashes.front().end - crashes.front().begin);
  }
  return crashes;
}

} // namespace oopsfarm::testing
