// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/build.h"

#include "base/log.h"
#include "base/strings.h"
#include "base/units.h"
#include "git/repository.h"
#include "kbuild/build_log.h"
#include "kbuild/configure.h"
#include "kbuild/elf.h"
#include "kbuild/fragment.h"
#include "kbuild/maker.h"
#include "kbuild/object_tree.h"
#include "kbuild/selftests.h"
#include "kbuild/source.h"
#include "kbuild/toolchain.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <fcntl.h>

#include <chrono>

namespace oopsfarm {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

/// Turns make's lines into progress, at most five times a second.
class CompileProgress
{
public:
  CompileProgress(const std::function<void(const Progress&)>& tell,
                  std::uint64_t total)
      : tell_(tell), total_(total)
  {
  }

  void operator()(const MakeOutput& output)
  {
    constexpr std::chrono::milliseconds interval{200};
    // Kbuild compiles a few tables between its links; that is linking still.
    const bool linking = linking_ || is_final(output.current());
    const auto now = Clock::now();
    const bool is_news =
        linking != linking_ || (!linking && output.objects() != objects_);
    if (!is_news || (linking == linking_ && now - last_ < interval)) {
      return;
    }
    objects_ = output.objects();
    last_ = now;
    linking_ = linking;
    if (linking) {
      tell_({"link", 0, 0, ""});
    } else {
      // An estimate that proved too low is none any more.
      const auto total = output.objects() <= total_ ? total_ : 0;
      tell_({"compile", output.objects(), total, "objects"});
    }
  }

private:
  /// The targets that kbuild comes to when all objects are there.
  static bool is_final(const std::string& target)
  {
    return target.rfind("vmlinux", 0) == 0 ||
           target.rfind(".tmp_vmlinux", 0) == 0;
  }

  const std::function<void(const Progress&)>& tell_;
  std::uint64_t total_;
  std::uint64_t objects_ = 0;
  bool linking_ = false;
  Clock::time_point last_;
};

/// One build, from spec to outcome.
class Build
{
public:
  Build(const BuildSpec& spec,
        ProcessRunner& processes,
        const Stop& stop,
        const std::function<void(const Progress&)>& progress)
      : spec_(spec), processes_(processes), stop_(stop), progress_(progress)
  {
    outcome_.key = spec.key;
  }

  Result<BuildOutcome> run()
  {
    TRY(compiler_exists());
    TRY_ASSIGN(const auto wanted, load_fragments(spec_.fragments));
    TRY_ASSIGN(auto tree, ObjectTree::open(spec_));
    TRY_ASSIGN(const auto repository,
               Repository::open(spec_.git_dir, processes_, stop_));
    progress_({"checkout", 0, 0, ""});
    TRY(move_source(repository, spec_.object_tree, spec_.commit));
    TRY_ASSIGN(auto log, BuildLog::create(spec_.out / "build.log"));
    Maker maker(spec_, tree, log, processes_, stop_);
    if (!spec_.selftests.empty()) {
      return build_selftests(tree, maker);
    }
    progress_({"config", 0, 0, ""});
    const auto configured = configure(spec_, wanted, repository, tree, maker);
    if (!configured) {
      return unusable(configured.error());
    }
    if (configured->end != MakeEnd::done || !configured->unmet.empty()) {
      return config_failed(*configured);
    }
    return compile(wanted, tree, maker);
  }

private:
  Status compiler_exists() const
  {
    const auto program = std::string(cross_prefix(spec_.arch)) + "gcc";
    if (find_program(program).empty()) {
      return user_error(
          fmt::format("the compiler {} is missing; install it: apt-get "
                      "install {}",
                      program,
                      compiler_package(spec_.arch)));
    }
    return Ok{};
  }

  Result<BuildOutcome> build_selftests(const ObjectTree& tree, Maker& maker)
  {
    progress_({"selftests", 0, 0, ""});
    TRY_ASSIGN(const auto made, make_selftests(spec_, maker));
    if (made.end != MakeEnd::done) {
      return make_failed(made.end, made.output);
    }
    const auto folder = spec_.out / "programs";
    for (const auto& selftest : spec_.selftests) {
      auto program =
          tree.output(selftest_output(selftest), spec_.limits.file_size);
      if (!program) {
        return unusable(program.error());
      }
      if (!*program) {
        return failed(selftest + " was not built", "");
      }
      const auto place = folder / selftest_path(selftest);
      TRY(make_folder(place.parent_path()));
      TRY(copy_output(**program, place));
    }
    outcome_.objects = spec_.selftests.size();
    outcome_.vmlinux = folder;
    outcome_.verdict = Verdict::pass;
    return outcome_;
  }

  Result<BuildOutcome>
  compile(const Fragment& wanted, ObjectTree& tree, Maker& maker)
  {
    const auto before = tree.output("vmlinux", spec_.limits.file_size);
    const bool full = before && !*before;
    CompileProgress tell(progress_, full ? expected(wanted, tree) : 0);
    progress_({"compile", 0, full ? expected(wanted, tree) : 0, "objects"});
    TRY_ASSIGN(const auto made,
               maker.make({fmt::format("-j{}", spec_.jobs), "vmlinux"},
                          [&](const MakeOutput& output) { tell(output); }));
    outcome_.objects = made.output.objects();
    if (made.end != MakeEnd::done) {
      return make_failed(made.end, made.output);
    }
    if (full) {
      tree.state().objects = outcome_.objects;
    }
    tree.state().built = spec_.commit;
    TRY(tree.save());
    return keep_kernel(tree);
  }

  /// Objects of a full build: as the last one had, else as the fragments say.
  std::uint64_t expected(const Fragment& wanted, ObjectTree& tree) const
  {
    const auto shipped = wanted.objects.find(to_string(spec_.arch));
    if (tree.state().objects != 0 || shipped == wanted.objects.end()) {
      return tree.state().objects;
    }
    return shipped->second;
  }

  Result<BuildOutcome> keep_kernel(const ObjectTree& tree)
  {
    auto vmlinux = tree.output("vmlinux", spec_.limits.file_size);
    if (!vmlinux) {
      return unusable(vmlinux.error());
    }
    if (!*vmlinux) {
      return unusable(user_error("make said that all went well, but there is "
                                 "no vmlinux"));
    }
    auto id = elf_build_id((*vmlinux)->fd());
    if (!id) {
      return unusable(id.error());
    }
    outcome_.build_id = *id;
    for (const char* name : {"System.map", ".config"}) {
      TRY(keep_file(tree, name));
    }
    TRY(copy_output(**vmlinux, spec_.out / "vmlinux"));
    outcome_.vmlinux = spec_.out / "vmlinux";
    outcome_.config = spec_.out / "config";
    outcome_.verdict = Verdict::pass;
    return outcome_;
  }

  /// A file that is good to have; whether it is there is the build's matter.
  Status keep_file(const ObjectTree& tree, const std::string& name)
  {
    constexpr std::uint64_t max = 64U << 20;
    const auto file = tree.output(name, max);
    if (file && *file) {
      const auto dest = name == ".config" ? "config" : name;
      TRY(copy_output(**file, spec_.out / dest));
    }
    return Ok{};
  }

  /// The build's own fault, found after make: the kernel's for user errors.
  Result<BuildOutcome> unusable(const Error& error)
  {
    return error.fault == Fault::user ? failed(error.message, "")
                                      : Result<BuildOutcome>(error);
  }

  Result<BuildOutcome> failed(const std::string& title,
                              const std::string& detail)
  {
    outcome_.verdict = Verdict::build_failed;
    outcome_.title = title;
    outcome_.detail = detail;
    return outcome_;
  }

  Result<BuildOutcome> config_failed(const Configured& configured)
  {
    if (configured.end != MakeEnd::done) {
      return make_failed(configured.end, configured.output);
    }
    const auto detail = join(configured.unmet, "\n");
    if (!spec_.series.empty()) {
      return failed(configured.unmet.front(), detail);
    }
    return user_error(fmt::format("the kconfig {} can't be met for {}:\n{}",
                                  spec_.kconfig,
                                  to_string(spec_.arch),
                                  detail));
  }

  Result<BuildOutcome> make_failed(MakeEnd end, const MakeOutput& output)
  {
    if (end == MakeEnd::failed) {
      return failed(output.title(), output.detail());
    }
    const auto [what, setting] = limit_words(end);
    if (!spec_.series.empty()) {
      return failed(what, output.detail());
    }
    return infra_error(
        fmt::format("building {} for {}: {}; see {} in farm.yaml",
                    spec_.commit,
                    to_string(spec_.arch),
                    what,
                    setting));
  }

  /// What was used up, and the setting that bounds it.
  std::pair<std::string, std::string> limit_words(MakeEnd end) const
  {
    if (end == MakeEnd::out_of_time) {
      return {fmt::format("the build took longer than {}",
                          format_duration(spec_.limits.time)),
              "build_timeout"};
    }
    if (end == MakeEnd::out_of_disk) {
      return {fmt::format("the build wrote more than {}",
                          format_size(spec_.limits.disk)),
              "build_disk"};
    }
    return {"the build ran out of memory", "build_jobs and build_memory"};
  }

  const BuildSpec& spec_;
  ProcessRunner& processes_;
  const Stop& stop_;
  const std::function<void(const Progress&)>& progress_;
  BuildOutcome outcome_;
};

/// Brings the shared objects to the base of a series, where the last build of
/// the tree's own commits was of another commit or config: what differs would
/// be compiled anew for each series. A base that can't be built is left alone.
Status build_base_objects(const BuildSpec& spec,
                          ProcessRunner& processes,
                          const Stop& stop,
                          const std::function<void(const Progress&)>& progress)
{
  BuildSpec base = spec;
  base.series.clear();
  base.commit = spec.base;
  base.out = spec.out / "base";
  if (has_objects_of(base, config_id(base))) {
    return Ok{};
  }
  log::info(fmt::format("{}: the objects are not those of the base, {}: "
                        "building it first",
                        spec.object_tree.string(),
                        spec.base));
  const auto tell = [&](Progress step) {
    step.phase = "base " + step.phase;
    progress(step);
  };
  TRY(make_folder(base.out));
  const auto made = Build(base, processes, stop, tell).run();
  TRY(remove_tree(base.out));
  if (!made && made.error().fault != Fault::user) {
    return made.error();
  }
  return Ok{};
}

/// Removes what a build without an outcome put into its folder.
void remove_partial(const fs::path& out)
{
  for (const char* name :
       {"vmlinux", "System.map", "config", "build.log", "programs", "base"}) {
    std::error_code ignored;
    fs::remove_all(out / name, ignored);
  }
}

} // namespace

Result<BuildOutcome>
build_kernel(const BuildSpec& spec,
             ProcessRunner& processes,
             const Stop& stop,
             const std::function<void(const Progress&)>& progress)
{
  const auto start = Clock::now();
  if (!spec.series.empty() && !is_safe_name(spec.series)) {
    return internal_error("a build's series needs a safe name");
  }
  if (!are_selftests(spec.selftests)) {
    return internal_error("a build's selftests need safe names");
  }
  TRY(make_folder(spec.out));
  if (!spec.base.empty() && spec.selftests.empty()) {
    const auto ready = build_base_objects(spec, processes, stop, progress);
    if (!ready) {
      remove_partial(spec.out);
      return ready.error();
    }
  }
  auto outcome = Build(spec, processes, stop, progress).run();
  if (!outcome) {
    remove_partial(spec.out);
    return outcome;
  }
  outcome->time = std::chrono::duration_cast<std::chrono::milliseconds>(
      Clock::now() - start);
  return outcome;
}

} // namespace oopsfarm
