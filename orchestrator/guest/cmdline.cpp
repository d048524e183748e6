// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/cmdline.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <vector>

namespace oopsfarm {

/// What holds for every run.
static std::vector<std::string> common_words(const Target& target)
{
  return {
      "console=" + target.console_device,
      // Everything but debug messages: the OOM report's task list is "info".
      "loglevel=7",
      // The first crash ends the guest: panic reboots, and the machine ends
      // on a reboot. panic_on_taint: bad page (bit 5).
      "oops=panic",
      "panic=-1",
      "panic_on_warn=1",
      "panic_on_taint=0x20",
      "softlockup_panic=1",
      "hung_task_panic=1",
      // Backtraces of the other CPUs, too, where the architecture can. What
      // ends with an oops is ended before the kernel gets there.
      "panic_print=0x40",
      // Addresses that repeat, and that symbols can be looked up by.
      "nokaslr",
      "norandmaps",
  };
}

/// What only one architecture's machine needs.
static std::vector<std::string> arch_words(Arch arch)
{
  if (arch == Arch::x86_64) {
    return {
        "8250.nr_uarts=2",   // no probing of ports that are not there
        "reboot=t",          // a panic ends at once: there is no i8042 to ask
        "unknown_nmi_panic", // Guest::inject_nmi() gets a backtrace
    };
  }
  return {};
}

/// A kernel's bounds on what stands still, in seconds: for a task and an RCU
/// grace period as kconfigs/ has them, for a CPU the kernel's own (it reports
/// at twice that).
constexpr unsigned cpu_bound = 10;
constexpr unsigned rcu_bound = 21;
constexpr unsigned task_bound = 60;

/// By how much they are widened under TCG, whose vCPUs share the host's CPUs
/// with the rest of the farm: tests/bench/slowness measures that an
/// overcommitted host makes a guest's heartbeat come so much later. More is of
/// no use: what a CPU or RCU waits for must be told before the farm's own
/// silence_timeout ends the guest.
constexpr unsigned tcg_factor = 2;

/// On x86_64, TCG's vCPUs also look out of step when the kernel compares their
/// clocks, and it would then turn to a timer whose every reading leaves
/// translated code. Measuring the delay loop there takes both vCPUs up to 2 s;
/// lpj is right for a TSC of 1 GHz at 250 Hz, so that delays come out short,
/// which no emulated device minds. The TSC's own speed can't be measured there
/// when the host is busy: the guest then counts interrupts instead, of which
/// it misses some, and gets others in bursts.
static std::vector<std::string> tcg_words(Arch arch, unsigned tsc_khz)
{
  std::vector<std::string> words = {
      fmt::format("watchdog_thresh={}", tcg_factor * cpu_bound),
      fmt::format("rcupdate.rcu_cpu_stall_timeout={}", tcg_factor * rcu_bound),
      fmt::format("sysctl.kernel.hung_task_timeout_secs={}",
                  tcg_factor * task_bound),
  };
  if (arch == Arch::x86_64) {
    words.insert(words.end(),
                 {"no_timer_check", "tsc=reliable", "lpj=4000000"});
    if (tsc_khz != 0) {
      words.push_back(fmt::format("tsc_early_khz={}", tsc_khz));
    }
  }
  return words;
}

static std::vector<std::string> farm_words(const RunSpec& run)
{
  std::vector<std::string> words = {
      "oopsfarm.ktap=" + run.target.ktap_device,
      "oopsfarm.workload=" + run.workload.name,
      fmt::format("oopsfarm.seed={}", run.seed),
      fmt::format("oopsfarm.attempt={}", run.attempt),
  };
  for (const auto& [name, value] : run.workload.params) {
    words.push_back(fmt::format("oopsfarm.p.{}={}", name, value));
  }
  return words;
}

Result<std::string> kernel_cmdline(const RunSpec& run, unsigned tsc_khz)
{
  auto words = common_words(run.target);
  const auto arch = run.target.arch;
  for (const auto& more : {arch_words(arch),
                           run.accelerator.kvm ? std::vector<std::string>()
                                               : tcg_words(arch, tsc_khz),
                           run.target.cmdline,
                           farm_words(run)}) {
    words.insert(words.end(), more.begin(), more.end());
  }
  for (const auto& word : words) {
    if (!is_kernel_parameter(word)) {
      return user_error(
          fmt::format("kernel parameter \"{}\" has characters that can't stand "
                      "on a kernel's command line: use letters, digits and "
                      "._:/,=+-@",
                      printable(word, 80)));
    }
  }
  auto line = join(words, " ");
  if (line.size() > max_cmdline) {
    return user_error(fmt::format(
        "the kernel's command line would have {} characters, at "
        "most {} fit: shorten 'cmdline', or the parameters of workload "
        "{}",
        line.size(),
        max_cmdline,
        run.workload.name));
  }
  return line;
}

} // namespace oopsfarm
