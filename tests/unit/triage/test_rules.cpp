// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit/triage/scan.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

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

static const std::string call_trace = "Call Trace:\n"
                                      " dump_stack_lvl+0x34/0x48\n";

TEST_CASE("Checks that neither BUG() nor WARN() are known by their words")
{
  CHECK(titles_in("pagealloc: memory corruption\n"
                  "00000000: 6b 6b 6b 6b\n" +
                  call_trace +
                  " __kernel_unpoison_pages+0x1a/0x20\n"
                  " get_page_from_freelist+0x1a/0x20\n"
                  " __alloc_pages+0x1a/0x20\n"
                  " farm_grow+0x1a/0x20\n") ==
        "BUG: pagealloc: memory corruption in farm_grow");
  CHECK(titles_in("slab error in cache_free_debugcheck(): cache `farm': double "
                  "free detected\n" +
                  call_trace + " kfree+0x1/0x2\n farm_put+0x1/0x2\n") ==
        "slab error: double free detected in farm_put");
  CHECK(titles_in("BUG: mempool element poison mismatch\n" + call_trace +
                  " mempool_alloc+0x1/0x2\n bio_alloc_bioset+0x1/0x2\n") ==
        "BUG: mempool element poison mismatch in bio_alloc_bioset");
  CHECK(titles_in("BUG: scheduling in a non-blocking section: a/12/1\n" +
                  call_trace + " schedule+0x1/0x2\n farm_wait_all+0x1/0x2\n") ==
        "BUG: scheduling in a non-blocking section in farm_wait_all");
  CHECK(
      titles_in("csd: Detected non-responsive CSD lock (#1) on CPU#2, waiting "
                "5000000032 ns for CPU#01 farm_flush+0x0/0x2(0x0).\n" +
                call_trace +
                " __csd_lock_wait+0x1/0x2\n"
                " smp_call_function_many_cond+0x1/0x2\n"
                " farm_sync+0x1/0x2\n do_syscall_64+0x1/0x2\n") ==
      "INFO: non-responsive CSD lock in smp_call_function");
  CHECK(
      titles_in("PANIC: early exception 0x0d IP 10:ffffffff8 error 0 cr2 0x0\n"
                "RIP: 0010:farm_early_init+0x1/0x2\n" +
                call_trace + " start_kernel+0x1/0x2\n") ==
      "PANIC: early exception in farm_early_init");
  CHECK(titles_in("simd exception: 0000 [#1] PREEMPT SMP\n"
                  "RIP: 0010:farm_f+0x1/0x2\n" +
                  call_trace + " farm_g+0x1/0x2\n") ==
        "simd exception in farm_f");
}

TEST_CASE("Checks without a stack are titled by their words, and not doubted")
{
  for (const auto& [line, title] :
       {std::pair{"_swap_info_get: Bad swap file entry 3ffffffffff",
                  "BUG: Bad swap file entry"},
        {"get_swap_device: Unused swap offset entry 00002000",
         "BUG: Unused swap offset entry"},
        {"huh, entered softirq 1 TIMER 00000000ffffffff with preempt_count "
         "00000101, exited with 00000102?",
         "BUG: softirq TIMER leaked preempt count"},
        {"Slab corruption (Not tainted): farm start=ffff888003a1c040, len=64",
         "BUG: slab corruption"},
        {"BUG: Bad page state: 12 messages suppressed",
         "BUG: Bad page state"}}) {
    INFO(line);
    const auto crashes = crashes_in(std::string(line) + "\n");
    REQUIRE(crashes.size() == 1);
    CHECK(crashes[0].title == title);
    CHECK_FALSE(crashes[0].corrupted);
  }
  CHECK(titles_in("app: Bad swap file entry 12 in my list\n").empty());
}

TEST_CASE("SLUB's report is complete with its stack, and cut without")
{
  const std::string head =
      "BUG kmalloc-64 (Not tainted): Object already free\n"
      "-----------------------------------------------------------\n"
      "Allocated in farm_new+0x1a/0x40 age=4 cpu=1 pid=77\n"
      "Object   ffff888003a1c040: 6b 6b 6b 6b  kkkk\n";
  const auto whole = crashes_in(head + call_trace +
                                " object_err+0x34/0x60\n"
                                " farm_put+0x1a/0x40\n");
  REQUIRE(whole.size() == 1);
  CHECK(whole[0].title == "BUG: Object already free");
  CHECK_FALSE(whole[0].corrupted);
  const auto cut = crashes_in(head);
  REQUIRE(cut.size() == 1);
  CHECK(cut[0].corrupted);
}

TEST_CASE("A report with the stack of an injected failure in it is mixed")
{
  const std::string head =
      "WARNING: CPU: 1 PID: 17 at lib/debugobjects.c:287 farm_f+0x16/0x20\n"
      "Call Trace:\n";
  const auto mixed = crashes_in(head + " dump_stack+0x1/0x2\n"
                                       " should_fail.cold+0xa/0x10\n"
                                       " farm_alloc+0x1/0x2\n");
  REQUIRE(mixed.size() == 1);
  CHECK(mixed[0].corrupted);
  const auto own = crashes_in(head + " dump_stack+0x1/0x2\n"
                                     " farm_alloc+0x1/0x2\n"
                                     " should_fail+0x1/0x2\n");
  REQUIRE(own.size() == 1);
  CHECK_FALSE(own[0].corrupted);
}
