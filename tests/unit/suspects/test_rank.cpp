// SPDX-License-Identifier: GPL-2.0-or-later
#include "suspects/rank.h"

#include <doctest/doctest.h>

#include <numeric>

using namespace oopsfarm;

static PatchEvidence patch(unsigned number, Touch touch)
{
  PatchEvidence evidence;
  evidence.patch.number = number;
  evidence.touch = std::move(touch);
  return evidence;
}

static CrashSite a_site()
{
  CrashSite site;
  site.frame = "exit_mmap";
  site.frames = {{"__lock_acquire", "kernel/lockdep.c", 9, 0, true},
                 {"exit_mmap", "mm/mmap.c", 31, 1, true},
                 {"reap", "mm/oom_kill.c", 5, 1, false},
                 {"mmput", "kernel/fork.c", 7, 2, true}};
  site.near = {{"free_pgtables", {1, "exit_mmap"}},
               {"tlb_flush", {2, "exit_mmap"}}};
  return site;
}

static std::vector<unsigned> order(const std::vector<Suspect>& suspects)
{
  std::vector<unsigned> numbers;
  for (const auto& suspect : suspects) {
    numbers.push_back(suspect.patch.number);
  }
  return numbers;
}

TEST_CASE("rank_suspects puts the crashed function before its callers, these "
          "before what was called, and that before the file")
{
  const auto ranked =
      rank_suspects(a_site(),
                    {patch(1, {{"mm/mmap.c"}, {"other"}}),
                     patch(2, {{"mm/tlb.c"}, {"tlb_flush"}}),
                     patch(3, {{"kernel/fork.c"}, {"mmput"}}),
                     patch(4, {{"mm/mmap.c"}, {"exit_mmap"}}),
                     patch(5, {{"mm/memory.c"}, {"free_pgtables"}}),
                     patch(6, {{"fs/file.c"}, {"close"}})});
  CHECK(order(ranked) == std::vector<unsigned>{4, 3, 5, 2, 1, 6});
  CHECK(ranked[0].reasons.front() == "changes exit_mmap, which crashed");
  CHECK(ranked[1].reasons.front() == "changes mmput, 2 calls up the stack");
  CHECK(ranked[2].reasons.front() ==
        "changes free_pgtables, which exit_mmap calls");
  CHECK(ranked[4].reasons.front() == "changes mm/mmap.c, where exit_mmap is");
  CHECK(ranked[5].reasons.empty());
  CHECK(ranked[5].probability == doctest::Approx(0.2 / 6));
  const double sum = std::accumulate(
      ranked.begin(), ranked.end(), 0.0, [](double all, const Suspect& one) {
        return all + one.probability;
      });
  CHECK(sum == doctest::Approx(1));
}

TEST_CASE("rank_suspects suspects first who wrote the line")
{
  auto wrote = patch(2, {{"mm/mmap.c"}, {}});
  wrote.wrote = {"mm/mmap.c:31 (exit_mmap)"};
  const auto ranked = rank_suspects(
      a_site(), {patch(1, {{"mm/mmap.c"}, {"exit_mmap"}}), wrote});
  CHECK(ranked[0].patch.number == 2);
  CHECK(ranked[0].reasons.front() == "wrote mm/mmap.c:31 (exit_mmap)");
}

TEST_CASE("rank_suspects is flat where nothing tells patches apart")
{
  const auto ranked = rank_suspects(
      a_site(),
      {patch(1, {{"fs/a.c"}, {"a"}}), patch(2, {{"fs/b.c"}, {"reap"}})});
  CHECK(order(ranked) == std::vector<unsigned>{1, 2}); // "reap" is a guess
  CHECK(ranked[0].probability == doctest::Approx(0.5));
  CHECK(ranked[0].reasons.empty());
  CHECK(rank_suspects(a_site(), {}).empty());
}

TEST_CASE("rank_suspects looks for who locks or frees otherwise in the same "
          "folder when the stack is another task's")
{
  auto site = a_site();
  site.frames = {{"mas_next_entry", "lib/maple_tree.c", 1, 0, true},
                 {"reap", "mm/oom_kill.c", 5, 5, true}};
  site.near = {};
  const auto ranked = rank_suspects(
      site,
      {patch(1, {{"mm/oom_kill.c"}, {"reap"}, {}}),
       patch(2, {{"fs/file.c"}, {"close"}, {"fput", "spin_lock"}}),
       patch(3, {{"mm/mmap.c"}, {"exit"}, {"mmap_write_lock"}})});
  CHECK(order(ranked) == std::vector<unsigned>{3, 1, 2});
  CHECK(ranked[0].reasons.front() ==
        "changes what is locked, counted or freed: mmap_write_lock");
}
