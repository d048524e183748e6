// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/golden.h"
#include "unit/triage/properties.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

using namespace oopsfarm;

/// The first functions of a crash's stack.
static std::string innermost(const Crash& crash)
{
  constexpr std::size_t shown = 8;
  std::string names;
  for (std::size_t i = 0; i < std::min(shown, crash.stack.size()); ++i) {
    names += (crash.stack[i].trusted ? " " : " ?") + crash.stack[i].symbol;
  }
  return names;
}

/// Everything that triage says of a log, for a golden file.
static std::string describe(const std::vector<Crash>& crashes)
{
  std::string text;
  for (const auto& crash : crashes) {
    text += crash.title + "\n";
    for (const auto& other : crash.alt_titles) {
      text += "  also: " + other + "\n";
    }
    text += "  type: " + crash.type + "\n  frame: " + crash.frame + "\n";
    text += "  line: " + std::to_string(crash.first_line_number + 1) + ": " +
            crash.first_line + "\n";
    text += "  stack:" + innermost(crash) + "\n";
    if (crash.corrupted) {
      text += "  corrupted: " + crash.corrupted_reason + "\n";
    }
    if (crash.follow_on) {
      text += "  follows from an earlier one\n";
    }
  }
  return text.empty() ? "no crash\n" : text;
}

static std::vector<std::string> log_names()
{
  std::vector<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(testing::golden_path("triage"))) {
    if (entry.path().extension() == ".log") {
      names.push_back(entry.path().stem().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST_CASE("CrashScanner titles our golden logs")
{
  const auto names = log_names();
  REQUIRE(names.size() >= 12);
  for (const auto& name : names) {
    INFO(name);
    const auto log =
        testing::slurp(testing::golden_path("triage/" + name + ".log"));
    const auto found = describe(crashes_in(log));
    CHECK(found == testing::golden("triage/" + name + ".txt", found));
  }
}

TEST_CASE("CrashScanner says the same whatever the chunking")
{
  for (const auto& name : log_names()) {
    INFO(name);
    const auto log =
        testing::slurp(testing::golden_path("triage/" + name + ".log"));
    const auto whole = describe(crashes_in(log));
    for (const std::size_t chunk : {1, 7, 100}) {
      CHECK(describe(crashes_in(log, chunk)) == whole);
    }
  }
}

TEST_CASE("our golden logs keep the scanner's promises")
{
  for (const auto& name : log_names()) {
    INFO(name);
    testing::check_properties(
        testing::slurp(testing::golden_path("triage/" + name + ".log")));
  }
}
