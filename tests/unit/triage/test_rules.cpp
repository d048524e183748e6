// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit/triage/scan.h"

#include <doctest/doctest.h>

#include <string>

using namespace oopsfarm;

/// "title", or "title | title" of all crashes.
static std::string titles_in(const std::string& log)
{
  std::string titles;
  for (const auto& crash : crashes_in(log)) {
    titles += (titles.empty() ? "" : " | ") + crash.title;
  }
  return titles;
}

/// What powerpc prints behind the first words of a report.
static std::string powerpc_oops(const std::string& reason)
{
  return "Oops: " + reason +
         " [#1]\n"
         "LE PAGE_SIZE=64K MMU=Radix SMP NR_CPUS=8 NUMA pSeries\n"
         "NIP:  c000000000100000 LR: c000000000100004 CTR: 0\n"
         "NIP [c000000000100000] farm_f+0x10/0x20\n"
         "LR [c000000000100004] farm_g+0x10/0x20\n"
         "Call Trace:\n"
         "[c000000003000000] [c000000000100004] farm_g+0x10/0x20\n"
         "[c000000003000010] [c000000000100008] farm_h+0x10/0x20\n"
         "---[ end trace 0000000000000000 ]---\n";
}

TEST_CASE("powerpc's exceptions in kernel mode are titled by die()'s reason")
{
  CHECK(titles_in(powerpc_oops("Exception in kernel mode, sig: 4")) ==
        "Oops: Exception in kernel mode in farm_f");
  CHECK(titles_in(powerpc_oops("Machine check, sig: 7")) ==
        "Oops: Machine check in farm_f");
  CHECK(titles_in("Unrecoverable VSX Unavailable Exception f40 at 1000\n" +
                  powerpc_oops("Unrecoverable VSX Unavailable Exception, "
                               "sig: 6")) ==
        "Oops: Unrecoverable VSX Unavailable Exception in farm_f");
  CHECK(titles_in("Unrecoverable exception 380 at c000000000100000 (msr=0)\n" +
                  powerpc_oops("Unrecoverable exception, sig: 6")) ==
        "Oops: Unrecoverable exception in farm_f");
  CHECK(titles_in("Facility 'TAR' unavailable (8) exception in kernel mode at "
                  "c000000000100000\n" +
                  powerpc_oops("Unexpected facility unavailable exception, "
                               "sig: 6")) ==
        "Oops: Unexpected facility unavailable exception in farm_f");
  CHECK(titles_in("Facility 'TAR' unavailable (8), exception at 0x1000, "
                  "MSR=0\n")
            .empty());
}

TEST_CASE("One hard lockup that two CPUs tell of is one crash")
{
  const std::string stack =
      "NIP [c000000000100000] farm_f+0x10/0x20\n"
      "LR [c000000000100004] farm_g+0x10/0x20\n"
      "Call Trace:\n"
      "[c000000003000000] [c000000000100004] farm_g+0x10/0x20\n";
  CHECK(titles_in("watchdog: CPU 1 detected hard LOCKUP on other CPUs 2\n"
                  "watchdog: CPU 1 TB:200, last SMP heartbeat TB:100\n"
                  "watchdog: CPU 2 Hard LOCKUP\n" +
                  stack) == "hard lockup in farm_f");
  CHECK(titles_in("[    9.000000][    C1] watchdog: CPU 1 detected hard LOCKUP "
                  "on other CPUs 2\n"
                  "[    9.000001][    C2] watchdog: CPU 2 Hard LOCKUP\n"
                  "[    9.000002][    C2] NIP [c000000000100000] "
                  "farm_f+0x10/0x20\n") == "hard lockup in farm_f");
}

TEST_CASE("x86's rarer exceptions")
{
  const std::string rest = "RIP: 0010:farm_f+0x1/0x2\n"
                           "Call Trace:\n"
                           " farm_g+0x1/0x2\n"
                           " farm_h+0x1/0x2\n";
  CHECK(titles_in("bounds: 0000 [#1] PREEMPT SMP\n" + rest) ==
        "bounds in farm_f");
  CHECK(titles_in("segment not present: 0018 [#1] SMP\n" + rest) ==
        "segment not present in farm_f");
  CHECK(titles_in("bounds: none\noverflow: 12 items\n").empty());
}

TEST_CASE("Memory leaks that kmemleak prints are one crash a scan")
{
  const std::string object =
      "unreferenced object 0xffff888100000000 (size 64):\n"
      "  comm \"farm\", pid 1, jiffies 1\n"
      "  backtrace (crc 0):\n"
      "    kmem_cache_alloc_noprof+0x1/0x2\n"
      "    farm_f+0x1/0x2\n"
      "    farm_g+0x1/0x2\n";
  CHECK(titles_in(object + object) == "memory leak in farm_f");
  CHECK(titles_in("kmemleak: 2 new suspected memory leaks (see "
                  "/sys/kernel/debug/kmemleak)\n") == "memory leak");
  CHECK(
      titles_in("kmemleak: Kernel memory leak detector initialized\n").empty());
}

TEST_CASE("Reports without a stack")
{
  CHECK(titles_in("VFS: Close: file count is 0\n") ==
        "VFS: Close: file count is zero (use-after-free)");
  CHECK(titles_in("VFS: Busy inodes after unmount of loop0. Self-destruct in "
                  "5 seconds.\n") ==
        "VFS: Busy inodes after unmount (use-after-free)");
  CHECK(titles_in("BUG: non-zero pgtables_bytes on freeing mm: 4096\n") ==
        "BUG: non-zero pgtables_bytes on freeing mm: NUM");
  CHECK(titles_in("BUG: non-zero nr_ptes on freeing mm: 3\n") ==
        "BUG: non-zero nr_ptes on freeing mm");
  CHECK(titles_in("trusty: panic (caller 0x1): failed(-7) to start it\n") ==
        "trusty: panic: failed(-NUM) to start it");
}

TEST_CASE("A hung task waits for a lock that all wait for, whoever called")
{
  const std::string head = "INFO: task farm:1 blocked for more than 120 "
                           "seconds.\n"
                           "Call Trace:\n"
                           " schedule+0x1/0x2\n";
  CHECK(titles_in(head + " farm_wait_inner+0x1/0x2\n"
                         " synchronize_rcu+0x1/0x2\n"
                         " farm_f+0x1/0x2\n") ==
        "INFO: task hung in synchronize_rcu");
  CHECK(titles_in(head + " farm_f+0x1/0x2\n farm_g+0x1/0x2\n") ==
        "INFO: task hung in farm_f");
}

TEST_CASE("Helpers of PREEMPT_RT, crypto and powerpc are passed over")
{
  for (const auto* helper : {"rt_spin_lock",
                             "local_lock_acquire",
                             "crypto_shash_update",
                             "do_slb_fault",
                             "raw_copy_from_user",
                             "kasprintf",
                             "check_region_inline"}) {
    INFO(helper);
    CHECK(titles_in("BUG: using smp_processor_id() in preemptible [0] code: "
                    "farm/1\n"
                    "Call Trace:\n " +
                    std::string(helper) +
                    "+0x1/0x2\n"
                    " farm_f+0x1/0x2\n farm_g+0x1/0x2\n") ==
          "BUG: using smp_processor_id() in preemptible code in farm_f");
  }
}
