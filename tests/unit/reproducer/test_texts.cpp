// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/domain.h"
#include "reproducer/texts.h"
#include "support/golden.h"
#include "unit/guest/fixtures.h"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace oopsfarm;

static RunOutcome a_crash()
{
  RunOutcome outcome;
  outcome.verdict = Verdict::crash;
  outcome.title = "kernel BUG in exit_mmap";
  outcome.wall = std::chrono::seconds(100);
  return outcome;
}

static bool has(const std::string& text, const std::string& part)
{
  return text.find(part) != std::string::npos;
}

TEST_CASE("cmdline_of_domain")
{
  SUBCASE("gives the line of a domain's XML")
  {
    const auto spec = domain_spec(testing::memcg_run(testing::x86_target()),
                                  "console=ttyS0 oopsfarm.seed=7");
    CHECK(*cmdline_of_domain(domain_xml(spec)) ==
          "console=ttyS0 oopsfarm.seed=7");
  }
  SUBCASE("refuses what a shell or a kernel would take otherwise")
  {
    CHECK_FALSE(cmdline_of_domain("<domain/>"));
    CHECK_FALSE(cmdline_of_domain("</cmdline><cmdline>"));
    CHECK_FALSE(cmdline_of_domain("<cmdline>a $(reboot)</cmdline>"));
    CHECK_FALSE(cmdline_of_domain("<cmdline>a  b</cmdline>"));
  }
}

TEST_CASE("run_script against its golden files")
{
  for (const auto& target : {testing::x86_target(),
                             testing::radix_target(),
                             testing::hash_target()}) {
    const auto run = testing::memcg_run(target);
    const auto script = run_script(run, a_crash(), "console=x oopsfarm.seed=7");
    CHECK(script ==
          testing::golden("reproducer/" + target.name + ".sh", script));
  }
}

TEST_CASE("run_script")
{
  SUBCASE("uses KVM where the run did")
  {
    auto run = testing::memcg_run(testing::x86_target());
    run.accelerator.kvm = true;
    const auto script = run_script(run, a_crash(), "quiet");
    CHECK(has(script, "-accel kvm"));
    CHECK(has(script, "-cpu host"));
  }
  SUBCASE("is the shell's, whatever is in it")
  {
    auto run = testing::memcg_run(testing::x86_target());
    auto outcome = a_crash();
    outcome.title = "'; touch owned; '\n`touch owned` $(touch owned)";
    run.run_id = "x\ntouch owned";
    run.target.cpu = "$(touch owned)'\"";
    run.target.firmware = "a b;touch owned";
    const auto folder = testing::temp_folder();
    const auto file = folder.path() / "run.sh";
    REQUIRE(write_file(file, run_script(run, outcome, "quiet")));
    const auto command = "cd '" + folder.path().string() +
                         "' && QEMU=true sh ./run.sh > out 2>&1";
    CHECK(std::system(command.c_str()) == 0);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "owned"));
    CHECK(has(testing::content(folder.path() / "out"), "touch owned; '"));
  }
  SUBCASE("ends with QEMU's own code")
  {
    const auto folder = testing::temp_folder();
    const auto run = testing::memcg_run(testing::x86_target());
    REQUIRE(write_file(folder.path() / "run.sh",
                       run_script(run, a_crash(), "quiet")));
    const auto command = "QEMU=false sh '" + folder.path().string() +
                         "/run.sh' > /dev/null 2>&1";
    CHECK(WEXITSTATUS(std::system(command.c_str())) == 1);
  }
  SUBCASE("gives the guest three times its time, and a boot")
  {
    const auto run = testing::memcg_run(testing::x86_target());
    CHECK(reproducer_limit(run, a_crash()) == std::chrono::seconds(420));
    CHECK(reproducer_limit(run, {}) == std::chrono::seconds(240));
  }
}

TEST_CASE("reproducer_readme")
{
  auto run = testing::memcg_run(testing::x86_target());
  run.origin = {"reap", "linux-6.1", "b1", "c2", "mm: x", "series", "plain"};
  auto outcome = a_crash();
  const auto text = reproducer_readme(run, outcome);
  SUBCASE("says of what it is")
  {
    for (const char* part : {"crash: kernel BUG in exit_mmap",
                             "commit      c2",
                             "patch       mm: x",
                             "config      plain",
                             "memcg duration=20 procs=4",
                             "seed        7",
                             "tsc_early_khz"}) {
      CHECK_MESSAGE(has(text, part), part);
    }
    CHECK_FALSE(has(text, "helped races"));
    CHECK_FALSE(has(text, "It hung"));
  }
  SUBCASE("says what QEMU alone does not do")
  {
    run.race.pauses = true;
    outcome.verdict = Verdict::hang;
    const auto more = reproducer_readme(run, outcome);
    CHECK(has(more, "helped races"));
    CHECK(has(more, "It hung"));
  }
}
