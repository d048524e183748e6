// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/maker.h"

#include "base/strings.h"
#include "kbuild/disk_watch.h"
#include "sys/file.h"

#include <fmt/format.h>

namespace oopsfarm {

using Clock = std::chrono::steady_clock;

std::vector<std::string> make_variables(Arch arch, bool with_ccache)
{
  const std::string prefix = cross_prefix(arch);
  std::vector<std::string> variables = {
      "-C",
      "/build/src",
      "O=/build/obj",
      fmt::format("ARCH={}", kernel_arch(arch)),
      fmt::format("CROSS_COMPILE={}", prefix),
      "LOCALVERSION=",
      "KBUILD_BUILD_USER=oopsfarm",
      "KBUILD_BUILD_HOST=oopsfarm",
      "KBUILD_BUILD_VERSION=1",
      "KBUILD_BUILD_TIMESTAMP=1970-01-01T00:00:00Z",
      fmt::format("CC={}{}gcc", with_ccache ? "ccache " : "", prefix)};
  if (arch == Arch::x86_64) {
    // The entry by PVH (arch/x86/platform/pvh/enlighten.c) runs before KASAN's
    // shadow is mapped, and so does the memcmp() that it calls; Linux
    // instruments them all the same (lib/string.c unless AMD_MEM_ENCRYPT is
    // set): the first checked access would be a triple fault. Nothing to other
    // flavours.
    variables.emplace_back("KASAN_SANITIZE_enlighten.o=n");
    variables.emplace_back("KASAN_SANITIZE_string.o=n");
  }
  return variables;
}

std::vector<std::pair<std::string, std::string>>
make_environment(Access ccache_access)
{
  std::vector<std::pair<std::string, std::string>> env = {
      {"CCACHE_DIR", "/build/ccache"},
      {"CCACHE_TEMPDIR", "/tmp"},
      // Without a run of the preprocessor first: kbuild has the compiler write
      // down what it read.
      {"CCACHE_DEPEND", "1"},
      {"CCACHE_MAXSIZE", "5G"}};
  if (ccache_access == Access::read_only) {
    env.emplace_back("CCACHE_READONLY", "1");
    env.emplace_back("CCACHE_NOSTATS", "1");
  }
  return env;
}

Maker::Maker(const BuildSpec& spec,
             ObjectTree& tree,
             BuildLog& log,
             ProcessRunner& processes,
             const Stop& stop)
    : spec_(spec), tree_(tree), log_(log), processes_(processes), stop_(stop),
      deadline_(Clock::now() + spec.limits.time)
{
}

std::chrono::milliseconds Maker::time_left() const
{
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline_ - Clock::now());
  return std::max(left, std::chrono::milliseconds(1));
}

Result<Made> Maker::make(const std::vector<std::string>& words,
                         const OnLine& on_line)
{
  std::vector<std::string> argv = {"make"};
  const auto variables =
      make_variables(spec_.arch, !find_program("ccache").empty());
  argv.insert(argv.end(), variables.begin(), variables.end());
  argv.insert(argv.end(), words.begin(), words.end());
  return run(argv, on_line);
}

Result<Made> Maker::run(const std::vector<std::string>& argv,
                        const OnLine& on_line)
{
  TRY_ASSIGN(auto first, attempt(argv, on_line));
  if (!first.no_overlay) {
    return std::move(first.made);
  }
  TRY(tree_.use_copy(processes_, stop_));
  TRY_ASSIGN(auto second, attempt(argv, on_line));
  return std::move(second.made);
}

/// How a command that was let run to its end, or was ended by us, did.
static MakeEnd judge(const Finished& finished, const MakeOutput& output)
{
  if (finished.ok()) {
    return MakeEnd::done;
  }
  if (finished.timed_out) {
    return MakeEnd::out_of_time;
  }
  return output.out_of_memory() ? MakeEnd::out_of_memory : MakeEnd::failed;
}

Result<Maker::Attempt> Maker::attempt(const std::vector<std::string>& argv,
                                      const OnLine& on_line)
{
  Attempt result;
  bool ready = false;
  RunOptions options;
  options.timeout = time_left();
  options.max_output = 4096;
  options.on_out_line = [&](std::string_view line) {
    if (!ready) {
      ready = line == sandbox_ready;
      return;
    }
    log_.line(line);
    result.made.output.out_line(line);
    on_line(result.made.output);
  };
  options.on_err_line = [&](std::string_view line) {
    log_.line(line);
    result.made.output.err_line(line);
  };
  const DiskWatch watch(tree_.growing(), spec_.limits.disk, stop_);
  TRY_ASSIGN(const auto finished,
             processes_.run(sandbox_command(tree_.sandbox(),
                                            tree_.identity(),
                                            argv,
                                            make_environment(
                                                tree_.sandbox().ccache_access)),
                            options,
                            watch.stop()));
  if (stop_.requested()) {
    return infra_error("the build was stopped");
  }
  const auto left = free_space(spec_.object_tree);
  if (watch.finding() == DiskWatch::Finding::disk_full ||
      (!finished.ok() && left && *left < DiskWatch::reserve)) {
    return infra_error(fmt::format(
        "the disk below {} is full; free some space there, then run again",
        spec_.object_tree.string()));
  }
  TRY(log_.flush());
  if (watch.finding() == DiskWatch::Finding::over_limit) {
    result.made.end = MakeEnd::out_of_disk;
    return result;
  }
  if (!ready && !finished.timed_out) {
    result.no_overlay =
        tree_.sandbox().layer && finished.status.code == exit_no_overlay;
    if (!result.no_overlay) {
      return infra_error(fmt::format(
          "the build sandbox did not start ({}): {}; `oopsfarm doctor` says "
          "what this host lacks",
          to_string(finished.status),
          printable(trim(finished.err))));
    }
  }
  result.made.end = judge(finished, result.made.output);
  return result;
}

} // namespace oopsfarm
