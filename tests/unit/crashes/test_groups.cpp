// SPDX-License-Identifier: GPL-2.0-or-later
#include "crashes/groups.h"

#include <doctest/doctest.h>

#include <string>

using namespace oopsfarm;

namespace {

/// A run of job "reap", mm-debug, memcg.
struct A
{
  explicit A(const char* id) { record.run_id = id; }

  A& on(const char* kernel, const char* target)
  {
    record.origin = {"reap", "linux-6.1", "b", "c", "", kernel, "mm-debug"};
    record.kernel_key = kernel;
    record.target = target;
    record.workload = "memcg";
    record.verdict = Verdict::pass;
    return *this;
  }

  A& crashed(const char* signature, const char* title)
  {
    record.verdict = Verdict::crash;
    record.sightings.push_back({signature, title, "words"});
    return *this;
  }

  A& ended(Verdict verdict)
  {
    record.verdict = verdict;
    return *this;
  }

  RunRecord record;
};

} // namespace

static std::vector<CrashGroup> groups_of(const std::vector<A>& runs)
{
  std::vector<RunRecord> records;
  for (const auto& run : runs) {
    records.push_back(run.record);
  }
  return group_crashes(records);
}

TEST_CASE("group_crashes counts a crash over the runs of its places")
{
  const auto groups = groups_of({
      A("20261121T100000-000001").on("series", "x86_64"),
      A("20261121T100100-000002").on("series", "x86_64").crashed("a1", "BUG"),
      A("20261121T100200-000003").on("base", "x86_64"),
      A("20261121T100300-000004")
          .on("series", "ppc64le-hash")
          .crashed("a1", "BUG"),
      A("20261121T100400-000005").on("series", "x86_64").ended(Verdict::infra),
      A("20261121T100500-000006").on("series", "x86_64").ended(Verdict::skip),
  });
  REQUIRE(groups.size() == 1);
  const auto& group = groups[0];
  CHECK(group.title == "BUG");
  CHECK(group.seen() == 2);
  CHECK(group.runs() == 3); // neither the base's, nor what was no evidence
  CHECK_FALSE(group.on_base);
  REQUIRE(group.places.size() == 2);
  CHECK(group.places[0].target == "x86_64");
  CHECK(group.places[0].runs == 2);
  CHECK(group.places[0].seen == 1);
  CHECK(group.run_ids.front() == "20261121T100100-000002");
  CHECK(group.run_ids.back() == "20261121T100300-000004");
}

TEST_CASE("group_crashes keeps signatures apart, the newest first")
{
  const auto groups = groups_of({
      A("20261121T100000-000001")
          .on("base", "x86_64")
          .crashed("a1", "one")
          .crashed("b2", "two"),
      A("20261121T100100-000002").on("series", "x86_64").crashed("a1", "uno"),
  });
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].signature == "a1");
  CHECK(groups[0].title == "uno");
  CHECK(groups[0].on_base);
  CHECK(groups[1].signature == "b2");
}

TEST_CASE("find_group takes the beginning of a signature")
{
  const auto groups = groups_of({
      A("20261121T100000-000001")
          .on("base", "x86_64")
          .crashed("a1f", "one")
          .crashed("a1e", "two"),
  });
  CHECK((*find_group(groups, "a1f"))->title == "one");
  CHECK(find_group(groups, "a1").error().message.find("2 signatures") == 0);
  CHECK_FALSE(find_group(groups, ""));
  const auto none = find_group(groups, "ff");
  REQUIRE_FALSE(none);
  CHECK(none.error().message.find("a1e (two)") != std::string::npos);
}

TEST_CASE("time_of_run reads the id")
{
  CHECK(time_of_run("20261121T101500-3fa9c2") == "2026-11-21 10:15");
  CHECK(time_of_run("nonsense") == "?");
}
