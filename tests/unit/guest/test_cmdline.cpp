// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/strings.h"
#include "fixtures.h"
#include "guest/cmdline.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace oopsfarm;
using namespace oopsfarm::testing;

static std::vector<std::string> words_of(const RunSpec& run)
{
  const auto line = kernel_cmdline(run, 0);
  REQUIRE(line);
  return split(*line, ' ');
}

static bool has(const std::vector<std::string>& words, const std::string& word)
{
  return std::count(words.begin(), words.end(), word) == 1;
}

TEST_CASE("guest::kernel_cmdline")
{
  SUBCASE("names both serial ports by the target's devices")
  {
    const auto words = words_of(memcg_run(radix_target()));
    CHECK(has(words, "console=hvc0"));
    CHECK(has(words, "oopsfarm.ktap=hvc1"));
  }

  SUBCASE("carries the workload, its parameters, seed and attempt")
  {
    const auto words = words_of(memcg_run(x86_target()));
    for (const auto* word : {"oopsfarm.workload=memcg",
                             "oopsfarm.seed=7",
                             "oopsfarm.attempt=2",
                             "oopsfarm.p.duration=20",
                             "oopsfarm.p.procs=4"}) {
      CAPTURE(word);
      CHECK(has(words, word));
    }
  }

  SUBCASE("makes the first crash or warning end the guest")
  {
    const auto words = words_of(memcg_run(x86_target()));
    for (const auto* word : {"oops=panic", "panic=-1", "panic_on_warn=1"}) {
      CAPTURE(word);
      CHECK(has(words, word));
    }
  }

  SUBCASE("adds the target's own parameters")
  {
    CHECK(has(words_of(memcg_run(hash_target())), "disable_radix"));
    CHECK_FALSE(has(words_of(memcg_run(radix_target())), "disable_radix"));
  }

  SUBCASE("widens the kernel's stall bounds under TCG only")
  {
    auto run = memcg_run(x86_target());
    const auto under_tcg = words_of(run);
    run.accelerator.kvm = true;
    const auto under_kvm = words_of(run);
    for (const auto* word : {"watchdog_thresh=20",
                             "rcupdate.rcu_cpu_stall_timeout=42",
                             "sysctl.kernel.hung_task_timeout_secs=120",
                             "tsc=reliable"}) {
      CAPTURE(word);
      CHECK(has(under_tcg, word));
      CHECK_FALSE(has(under_kvm, word));
    }
  }

  SUBCASE("tells a PC under TCG the speed of the clock that it reads")
  {
    auto run = memcg_run(x86_target());
    const auto known = [&] {
      return kernel_cmdline(run, 2445000)->find("tsc_early_khz=2445000") !=
             std::string::npos;
    };
    CHECK(known());
    run.accelerator.kvm = true;
    CHECK_FALSE(known());
    run.accelerator.kvm = false;
    run.target.arch = Arch::ppc64le;
    CHECK_FALSE(known());
    CHECK(kernel_cmdline(memcg_run(x86_target()), 0)->find("tsc_early") ==
          std::string::npos);
  }

  SUBCASE("refuses what would become another parameter")
  {
    for (const std::string bad : {"a b", "a\nb", "a\"b", "a'b", "\x01", "ä"}) {
      CAPTURE(bad);
      auto run = memcg_run(x86_target());
      run.workload.params["text"] = bad;
      const auto line = kernel_cmdline(run, 0);
      REQUIRE_FALSE(line);
      CHECK(line.error().fault == Fault::user);
      CHECK(line.error().message.find("oopsfarm.p.text=") != std::string::npos);
    }
  }

  SUBCASE("refuses a line that the kernel would cut, to the character")
  {
    auto run = memcg_run(x86_target());
    run.workload.params["text"] = "x";
    const auto length = kernel_cmdline(run, 0)->size();
    run.workload.params["text"] = std::string(1 + max_cmdline - length, 'x');
    CHECK(kernel_cmdline(run, 0)->size() == max_cmdline);
    run.workload.params["text"] += "x";
    const auto line = kernel_cmdline(run, 0);
    REQUIRE_FALSE(line);
    CHECK(line.error().fault == Fault::user);
    CHECK(line.error().message.find("memcg") != std::string::npos);
  }
}
