// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/golden.h"
#include "unit/triage/properties.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace oopsfarm;

/// Real console logs, where they are at hand: properties that hold for any
/// log. Titles are judged by tests/bench/triage.
static std::vector<std::filesystem::path> corpus()
{
  namespace fs = std::filesystem;
  std::vector<fs::path> files;
  const auto root = fs::path(OOPSFARM_SOURCE_DIR) / "../shared/crashlogs";
  if (!fs::exists(root)) {
    return files;
  }
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().extension() == ".log") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST_CASE("Real console logs keep the scanner's promises")
{
  const auto files = corpus();
  if (files.empty()) {
    MESSAGE("skipped: there is no ../shared/crashlogs beside the source");
    return;
  }
  std::size_t crashed = 0;
  for (const auto& file : files) {
    INFO(file.filename().string());
    crashed += testing::check_properties(testing::slurp(file)).empty() ? 0 : 1;
  }
  CHECK(crashed * 100 >= files.size() * 94);
}

namespace {

/// What a line of expected.jsonl asks for, as far as this test needs it.
struct Expected
{
  std::string file;
  std::string title;
  bool corrupted = false;
};

std::string value_of(const std::string& line, const std::string& key)
{
  const auto mark = "\"" + key + "\": \"";
  const auto at = line.find(mark);
  if (at == std::string::npos) {
    return "";
  }
  const auto start = at + mark.size();
  return line.substr(start, line.find('"', start) - start);
}

std::vector<Expected> expected_in(const std::filesystem::path& folder)
{
  std::vector<Expected> rows;
  std::ifstream file(folder / "expected.jsonl");
  for (std::string line; std::getline(file, line);) {
    rows.push_back({value_of(line, "file"),
                    value_of(line, "title"),
                    line.find("\"corrupted\": true") != std::string::npos});
  }
  return rows;
}

} // namespace

TEST_CASE("Real console logs get the titles that developers expect")
{
  const auto root =
      std::filesystem::path(OOPSFARM_SOURCE_DIR) / "../shared/crashlogs";
  std::size_t missed = 0;
  std::size_t whole = 0;
  std::size_t exact = 0;
  for (const auto* name : {"syzbot", "ppc", "mm"}) {
    for (const auto& row : expected_in(root / name)) {
      const auto crashes = crashes_in(testing::slurp(root / name / row.file));
      INFO(name, "/", row.file);
      if (row.title.empty()) {
        CHECK(crashes.empty());
        continue;
      }
      missed += crashes.empty() ? 1 : 0;
      whole += row.corrupted ? 0 : 1;
      exact += !row.corrupted && !crashes.empty() &&
                       crashes.front().title == row.title
                   ? 1
                   : 0;
    }
  }
  if (whole == 0) {
    MESSAGE("skipped: there is no ../shared/crashlogs beside the source");
    return;
  }
  CHECK(missed <= 2);
  CHECK(exact * 100 >= whole * 94);
}
