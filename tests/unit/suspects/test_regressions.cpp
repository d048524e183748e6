// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/golden.h"
#include "suspects/find.h"
#include "triage/log_triage.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

using namespace oopsfarm;

namespace {

namespace fs = std::filesystem;

/// A regression of jobs/regressions, a console that it made, and how far down
/// the ranking its culprit may stand when there are no symbols.
struct Regression
{
  std::string name;
  std::string log; ///< of tests/golden/triage
  std::size_t rank;
};

fs::path folder_of(const std::string& name)
{
  return fs::path(OOPSFARM_SOURCE_DIR) / "jobs/regressions" / name;
}

/// What stands behind `start` on the first line that begins with it.
std::string value_of(const std::string& text, const std::string& start)
{
  const auto at = text.find("\n" + start);
  REQUIRE(at != std::string::npos);
  const auto value = at + 1 + start.size();
  return text.substr(value, text.find('\n', value) - value);
}

/// The patch's subject; a long one goes on behind a blank.
std::string subject_of(const std::string& patch)
{
  auto subject = value_of("\n" + patch, "Subject: ");
  const auto end = patch.find(subject) + subject.size();
  if (patch.compare(end, 2, "\n ") == 0) {
    subject += patch.substr(end + 1, patch.find('\n', end + 1) - end - 1);
  }
  return subject.substr(subject.find("] ") + 2);
}

std::vector<PatchEvidence> patches_of(const std::string& name)
{
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder_of(name) / "buggy")) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<PatchEvidence> patches;
  for (const auto& file : files) {
    const auto text = testing::slurp(file);
    PatchEvidence evidence;
    evidence.patch.subject = subject_of(text);
    evidence.touch = touch_of(text);
    patches.push_back(std::move(evidence));
  }
  return patches;
}

Crash first_crash_of(const std::string& log)
{
  LogTriage triage;
  triage.feed(testing::slurp(testing::golden_path("triage/" + log + ".log")));
  triage.finish();
  REQUIRE_FALSE(triage.crashes().crashes().empty());
  return triage.crashes().crashes().front();
}

} // namespace

TEST_CASE("The culprits of our regressions are suspected first")
{
  const std::vector<Regression> regressions{
      {"exit-mmap-unlocked", "guest-exit-mmap-unlocked", 1},
      {"hugetlb-pmd-share", "guest-hugetlb-pmd-share", 1},
      {"hugetlb-pmd-share", "guest-hugetlb-pmd-share-null", 1},
      {"munlock-vs-reaper", "guest-munlock-vs-reaper", 1},
      {"pte-frag-refcount", "guest-pte-frag-refcount-ppc64le-radix", 1},
      {"pte-frag-refcount", "guest-pte-frag-refcount-ppc64le-hash", 1},
  };
  for (const auto& regression : regressions) {
    INFO(regression.log);
    const auto culprit =
        value_of(testing::slurp(folder_of(regression.name) / "expected.yaml"),
                 "culprit: ");
    const auto crash = first_crash_of(regression.log);
    const auto suspects =
        rank_suspects(site_of(crash, nullptr), patches_of(regression.name));
    const auto found =
        std::find_if(suspects.begin(), suspects.end(), [&](const auto& one) {
          return culprit.find(one.patch.subject) != std::string::npos;
        });
    REQUIRE(found != suspects.end());
    std::string order;
    for (const auto& one : suspects) {
      order += std::to_string(one.probability) + " " + one.patch.subject;
      for (const auto& reason : one.reasons) {
        order += "; " + reason;
      }
      order += "\n";
    }
    INFO(order);
    CHECK(static_cast<std::size_t>(found - suspects.begin()) < regression.rank);
  }
}
