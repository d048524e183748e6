// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit/kbuild/fake_kernel.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>

using namespace oopsfarm;
using oopsfarm::testing::FakeKernel;
namespace fs = std::filesystem;

static bool has(const std::string& text, const std::string& part)
{
  return text.find(part) != std::string::npos;
}

/// The outcome, which must be there.
static BuildOutcome outcome_of(Result<BuildOutcome> result)
{
  REQUIRE_MESSAGE(result, (result ? "" : result.error().message));
  return *result;
}

namespace {

/// Runs everything for real but the sandbox, whose first starts end with the
/// exit codes given.
class FailingSandbox final : public ProcessRunner
{
public:
  explicit FailingSandbox(std::vector<int> codes) : codes_(std::move(codes)) {}

  Result<Finished> run(const Command& command,
                       const RunOptions& options,
                       const Stop& stop) override
  {
    if (command.argv.front() != "unshare" || codes_.empty()) {
      return real_.run(command, options, stop);
    }
    Finished finished;
    finished.status.code = codes_.front();
    finished.err = "unshare: no\x1b[31m way\n";
    codes_.erase(codes_.begin());
    return finished;
  }

private:
  std::vector<int> codes_;
  SystemProcessRunner real_;
};

} // namespace

TEST_CASE("build_kernel builds")
{
  FakeKernel kernel;

  SUBCASE("a commit, and leaves kernel, config and log")
  {
    const auto outcome = outcome_of(kernel.build(kernel.base));
    CHECK(outcome.verdict == Verdict::pass);
    CHECK(outcome.key == "key");
    CHECK(outcome.objects == 1);
    CHECK(outcome.build_id.size() == 40);
    CHECK(outcome.vmlinux == kernel.out() / "vmlinux");
    CHECK(fs::file_size(outcome.vmlinux) > 1000);
    CHECK(*read_file(outcome.config) == "CONFIG_FOO=y\n");
    CHECK(has(kernel.log(), "  CC      mm/a.o"));
    CHECK(testing::names_in(kernel.out()).size() == 3);
    CHECK(kernel.phases.front() == "checkout");
    CHECK(std::count(kernel.phases.begin(), kernel.phases.end(), "link") == 1);
  }

  SUBCASE("the next commit without a new config, unless Kconfig changed")
  {
    outcome_of(kernel.build(kernel.base));
    CHECK(has(kernel.log(), "made tinyconfig"));
    const auto second = kernel.repo.commit(
        "mm/a.c", "int main(void) { return 7; }\n", "second");
    const auto first_id = outcome_of(kernel.build(kernel.base)).build_id;
    CHECK(outcome_of(kernel.build(second)).build_id != first_id);
    CHECK_FALSE(has(kernel.log(), "made tinyconfig"));
    const auto third = kernel.repo.commit("mm/Kconfig", "", "third");
    outcome_of(kernel.build(third));
    CHECK(has(kernel.log(), "made tinyconfig"));
    kernel.fragment("CONFIG_FOO=y\nCONFIG_N=3\n");
    outcome_of(kernel.build(third));
    CHECK(has(*read_file(kernel.out() / "config"), "CONFIG_N=3"));
  }

  SUBCASE("the same bytes in another folder")
  {
    outcome_of(kernel.build(kernel.base));
    const auto first = *read_file(kernel.out() / "vmlinux");
    FakeKernel other;
    outcome_of(other.build(other.base));
    CHECK(first == *read_file(other.out() / "vmlinux"));
  }
}

TEST_CASE("build_kernel keeps a series to itself")
{
  FakeKernel kernel;
  const auto base_id = outcome_of(kernel.build(kernel.base)).build_id;

  SUBCASE("in a layer that its next patch finds again")
  {
    const auto patch =
        kernel.commit_hook("@touch $(O)/mine; ls $(O); echo bad > $(O)/mm/a.o");
    CHECK(outcome_of(kernel.build(patch, "s1")).verdict == Verdict::pass);
    CHECK_FALSE(fs::exists(kernel.objects() / "mine"));
    const auto next = kernel.commit_hook("@ls $(O)");
    outcome_of(kernel.build(next, "s1"));
    CHECK(has(kernel.log(), "mine"));
  }

  SUBCASE("and out of sight of other series and of the tree's commits")
  {
    const auto patch = kernel.commit_hook("@touch $(O)/mine");
    outcome_of(kernel.build(patch, "s1"));
    const auto next = kernel.commit_hook("@ls $(O)");
    outcome_of(kernel.build(next, "s2"));
    CHECK_FALSE(has(kernel.log(), "mine"));
    outcome_of(kernel.build(patch, "s1"));
    CHECK(outcome_of(kernel.build(kernel.base)).build_id == base_id);
    outcome_of(kernel.build(next, "s1"));
    CHECK_FALSE(has(kernel.log(), "mine"));
  }

  SUBCASE("on objects of its base, which are made once where they are not")
  {
    const auto patch = kernel.commit_hook("@echo a patch");
    auto spec = kernel.spec(patch, "s1");
    spec.base = kernel.base;
    const auto made_base = [&] {
      const auto count = std::count(
          kernel.phases.begin(), kernel.phases.end(), "base checkout");
      kernel.phases.clear();
      return count;
    };
    CHECK(outcome_of(kernel.build(spec)).verdict == Verdict::pass);
    CHECK(made_base() == 0);
    const auto other = kernel.repo.commit(
        "mm/a.c", "int main(void) { return 7; }\n", "another base");
    outcome_of(kernel.build(other));
    const auto id = outcome_of(kernel.build(spec)).build_id;
    CHECK(made_base() == 1);
    CHECK_FALSE(fs::exists(kernel.out() / "base"));
    spec.series = "s2";
    CHECK(outcome_of(kernel.build(spec)).build_id == id);
    CHECK(made_base() == 0);
    kernel.fragment("CONFIG_FOO=y\nCONFIG_N=3\n");
    spec.fragments_hash = kernel.spec(patch, "s2").fragments_hash;
    outcome_of(kernel.build(spec));
    CHECK(made_base() == 1);
  }

  SUBCASE("though its base does not build")
  {
    auto spec = kernel.spec(kernel.base, "s1");
    spec.base = kernel.commit_hook("@exit 1");
    CHECK(outcome_of(kernel.build(spec)).verdict == Verdict::pass);
  }

  SUBCASE("with ccache to read only")
  {
    const auto patch = kernel.commit_hook(
        "@touch /build/ccache/x && echo poisoned; ls /build/ccache");
    outcome_of(kernel.build(patch, "s1"));
    CHECK_FALSE(has(kernel.log(), "poisoned"));
    CHECK_FALSE(fs::exists(kernel.state() / "ccache/x"));
  }

  SUBCASE("in a copy where the kernel refuses overlays")
  {
    FailingSandbox refusing({97});
    kernel.use(refusing);
    const auto patch = kernel.commit_hook("@touch $(O)/mine");
    CHECK(outcome_of(kernel.build(patch, "s1")).verdict == Verdict::pass);
    CHECK(fs::exists(kernel.state() / "tree/layer/copy/mine"));
    CHECK_FALSE(fs::exists(kernel.objects() / "mine"));
    const auto next = kernel.commit_hook("@ls $(O)");
    outcome_of(kernel.build(next, "s1"));
    CHECK(has(kernel.log(), "mine"));
  }
}

TEST_CASE("build_kernel reports what failed")
{
  FakeKernel kernel;

  SUBCASE("a compiler's error by its first line; the tree stays usable")
  {
    const auto bad =
        kernel.repo.commit("mm/a.c", "int main(void) { return x; }\n", "bad");
    const auto outcome = outcome_of(kernel.build(bad));
    CHECK(outcome.verdict == Verdict::build_failed);
    CHECK(has(outcome.title, "mm/a.c:1: error: 'x' undeclared"));
    CHECK(has(outcome.detail, "return x;"));
    CHECK(has(kernel.log(), "undeclared"));
    CHECK_FALSE(fs::exists(kernel.out() / "vmlinux"));
    CHECK(outcome_of(kernel.build(kernel.base)).verdict == Verdict::pass);
  }

  SUBCASE("a kconfig that can't be met: the user's error, or the series'")
  {
    kernel.fragment("CONFIG_FOO=y\nCONFIG_GONE=y\n");
    const std::string why =
        "CONFIG_GONE=y, wanted by t.config:2, is not set: it depends on FOO && "
        "BAR (FOO=y, BAR is not set) [mm/Kconfig:1]";
    const auto base = kernel.build(kernel.base);
    REQUIRE_FALSE(base);
    CHECK(base.error().fault == Fault::user);
    CHECK(base.error().message ==
          "the kconfig t can't be met for x86_64:\n" + why);
    CHECK(testing::names_in(kernel.out()).empty());
    const auto series = outcome_of(kernel.build(kernel.base, "s1"));
    CHECK(series.verdict == Verdict::build_failed);
    CHECK(series.title == why);
  }

  SUBCASE("a make that says all is well and leaves no kernel")
  {
    const auto lazy =
        kernel.repo.commit("Makefile",
                           "tinyconfig allnoconfig:\n"
                           "\t@echo CONFIG_FOO=y > $(O)/.config\nvmlinux:\n",
                           "lazy");
    CHECK(outcome_of(kernel.build(lazy)).title ==
          "make said that all went well, but there is no vmlinux");
  }

  SUBCASE("a host where the sandbox does not start")
  {
    FailingSandbox refusing({1});
    kernel.use(refusing);
    const auto result = kernel.build(kernel.base);
    REQUIRE_FALSE(result);
    CHECK(result.error().fault == Fault::infra);
    CHECK(result.error().message ==
          "the build sandbox did not start (exit code 1): unshare: no?[31m "
          "way; `oopsfarm doctor` says what this host lacks");
  }

  SUBCASE("an object tree that another process works in")
  {
    fs::create_directories(kernel.state() / "tree");
    const auto lock = FileLock::try_take(kernel.state() / "tree/lock");
    REQUIRE(lock);
    const auto result = kernel.build(kernel.base);
    REQUIRE_FALSE(result);
    CHECK(result.error().fault == Fault::user);
  }
}

TEST_CASE("build_kernel stops")
{
  FakeKernel kernel;

  SUBCASE("within the grace, leaves no process and no output, and can go on")
  {
    const std::string mark = "4000.0417";
    const auto slow =
        kernel.commit_hook("@echo '  CC      x.o'; sleep " + mark);
    kernel.on_progress = [&](const Progress& progress) {
      if (progress.done == 1) {
        kernel.stop.request(SIGINT);
      }
    };
    const auto result = kernel.build(slow);
    REQUIRE_FALSE(result);
    CHECK(result.error().fault == Fault::infra);
    CHECK(result.error().message == "the build was stopped");
    CHECK(testing::is_gone(mark));
    CHECK(testing::names_in(kernel.out()).empty());
    Stop fresh;
    const auto again = build_kernel(kernel.spec(kernel.base, ""),
                                    kernel.runner(),
                                    fresh,
                                    [](const Progress&) {});
    CHECK(outcome_of(again).verdict == Verdict::pass);
  }
}
