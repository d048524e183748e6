// SPDX-License-Identifier: GPL-2.0-or-later
#include "crashes/marks.h"
#include "model/json.h"
#include "sweep/sweep.h"
#include "sys/file.h"

#include <doctest/doctest.h>

#include <set>

using namespace oopsfarm;
namespace fs = std::filesystem;
using Clock = std::chrono::system_clock;
using std::chrono::hours;

static KeptItem item(const char* name, hours age, std::uint64_t bytes)
{
  KeptItem made;
  made.path = name;
  made.used = Clock::time_point(hours(1000)) - age;
  made.bytes = bytes;
  return made;
}

static std::vector<std::string> names(const std::vector<KeptItem>& items)
{
  std::vector<std::string> names;
  for (const auto& each : items) {
    names.push_back(each.path.filename().string());
  }
  return names;
}

TEST_CASE("sweep::choose takes what is old, and the oldest first")
{
  const Clock::time_point now(hours(1000));
  auto needed = item("needed", hours(500), 100);
  needed.references = 1;
  const std::vector<KeptItem> items = {item("new", hours(0), 100),
                                       item("day", hours(24), 100),
                                       item("month", hours(720), 100),
                                       needed,
                                       item("week", hours(168), 100)};
  using Names = std::vector<std::string>;
  SweepLimits limits;
  CHECK(choose(items, limits, now).empty());
  limits.max_age = hours(100);
  CHECK(names(choose(items, limits, now)) == Names{"month", "week"});
  limits.max_age.reset();
  limits.max_bytes = 350;
  CHECK(names(choose(items, limits, now)) == Names{"month", "week"});
  limits.max_bytes = 400;
  CHECK(names(choose(items, limits, now)) == Names{"month"});
  // What was made a moment ago stays, however large.
  limits.max_bytes = 0;
  CHECK(names(choose(items, limits, now)) == Names{"month", "week", "day"});
}

namespace {

/// A state folder with runs, written by hand.
class State
{
public:
  State() { paths.root = folder.path(); }

  void run(const std::string& id,
           Verdict verdict,
           const std::string& signature,
           const std::string& kernel) const
  {
    RunSpec spec;
    spec.run_id = id;
    spec.kernel_key = kernel;
    spec.payload = kernel + "-programs";
    spec.target.name = "x86_64";
    RunOutcome outcome;
    outcome.run_id = id;
    outcome.verdict = verdict;
    if (!signature.empty()) {
      outcome.findings.push_back({});
      outcome.findings[0].signature = signature;
      outcome.findings[0].title = "kernel BUG in f";
    }
    put("runs/" + id + "/spec.json", to_json(spec));
    put("runs/" + id + "/outcome.json", to_json(outcome));
    put("kernels/" + kernel + "/outcome.json", "{}");
    put("payloads/" + kernel + "-programs", "cpio");
  }

  void put(const std::string& file, const std::string& text) const
  {
    const auto path = paths.root / file;
    REQUIRE(make_folder(path.parent_path()));
    REQUIRE(write_file(path, text));
  }

  /// Names of what nothing refers to.
  std::set<std::string> free() const
  {
    std::set<std::string> free;
    const auto items = survey(paths, stop);
    REQUIRE(items);
    for (const auto& each : *items) {
      if (each.references == 0) {
        free.insert(each.path.filename().string());
      }
    }
    return free;
  }

  TempFolder folder = *TempFolder::make(fs::temp_directory_path(), "sweep-");
  StatePaths paths;
  Stop stop;
};

} // namespace

TEST_CASE("sweep::survey knows what a kept crash needs")
{
  const State state;
  const std::string crash = "20261121T101500-000001";
  const std::string pass = "20261121T101500-000002";
  state.run(crash, Verdict::crash, "5166", "k1");
  state.run(pass, Verdict::pass, "", "k2");
  state.put("runs/20261121T101500-000003/spec.json", "{}"); // is at work
  CHECK(state.free() == std::set<std::string>{pass, "k2", "k2-programs"});
  REQUIRE(change_marks(state.paths.crash_marks(),
                       [](CrashMarks& marks) { marks["5166"].muted = true; }));
  CHECK(state.free() ==
        std::set<std::string>{
            pass, crash, "k1", "k1-programs", "k2", "k2-programs"});
}

TEST_CASE("sweep::take_out leaves what turns out to be needed")
{
  const State state;
  state.put("kernels/k1/vmlinux", "ELF");
  state.put("kernels/k1/outcome.json", "{}");
  state.put("kernels/k2/vmlinux", "ELF");
  state.put("kernels/k2/outcome.json", "{}");
  const auto items = *survey(state.paths, state.stop);
  const auto bytes = take_out(state.paths, items, [](const KeptItem& each) {
    return each.path.filename() == "k1";
  });
  REQUIRE(bytes);
  CHECK(*bytes == 5);
  CHECK(fs::exists(state.paths.kernels() / "k1/vmlinux"));
  CHECK_FALSE(fs::exists(state.paths.kernels() / "k2"));
  CHECK(bytes_below(state.paths.root / "trash") == 5);
  // Another one took it meanwhile: no failure.
  CHECK(take_out(state.paths, items, [](auto&) { return false; }));
  REQUIRE(empty_trash(state.paths));
  CHECK_FALSE(fs::exists(state.paths.root / "trash"));
}
