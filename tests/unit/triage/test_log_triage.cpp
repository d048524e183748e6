// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/log_triage.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

TEST_CASE("arch_of_line knows the architecture by what only it prints")
{
  CHECK(arch_of_line("RIP: 0010:exit_mmap+0x12/0x300") == Arch::x86_64);
  CHECK(arch_of_line("NIP:  c0000000003f1234 LR: c0000000003f1200 CTR: 0") ==
        Arch::ppc64le);
  CHECK(arch_of_line("NIP [c0000000003f1234] exit_mmap+0x12/0x300") ==
        Arch::ppc64le);
  CHECK(
      arch_of_line("Linux version 6.1 (a@b) (powerpc64le-linux-gnu-gcc 12)") ==
      Arch::ppc64le);
  CHECK(arch_of_line("Linux version 6.1 (a@b) (x86_64-linux-gnu-gcc 12)") ==
        Arch::x86_64);
  CHECK_FALSE(arch_of_line("pc : exit_mmap+0x12/0x300"));
  CHECK_FALSE(arch_of_line(""));
}

TEST_CASE("LogTriage reads crashes and OOM kills in any chunking")
{
  const std::string log =
      "[    1.000000] BIOS-e820: [mem 0x0-0x9fbff] usable\n"
      "[    2.000000] Out of memory: Killed process 71 (hog) total-vm:8kB, "
      "anon-rss:4kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:4kB "
      "oom_score_adj:0\n"
      "[    3.000000] kernel BUG at mm/mmap.c:3100!\n"
      "[    3.000001] RIP: 0010:exit_mmap+0x12/0x300\n"
      "[    3.000002] ---[ end trace 0000000000000000 ]---\n";
  for (const std::size_t chunk : {1U, 7U, 4096U}) {
    LogTriage triage;
    for (std::size_t at = 0; at < log.size(); at += chunk) {
      triage.feed(std::string_view(log).substr(at, chunk));
    }
    triage.finish();
    REQUIRE(triage.crashes().count() == 1);
    CHECK(triage.crashes().crashes().front().title ==
          "kernel BUG in exit_mmap");
    CHECK(triage.oom().kill_count == 1);
    CHECK(triage.arch() == Arch::x86_64);
  }
}
