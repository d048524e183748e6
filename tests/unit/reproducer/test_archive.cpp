// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/domain.h"
#include "model/json.h"
#include "reproducer/archive.h"
#include "unit/guest/fixtures.h"

#include <doctest/doctest.h>

using namespace oopsfarm;
namespace fs = std::filesystem;

namespace {

/// A state folder with one run that has ended.
class Bench
{
public:
  Bench()
  {
    run = folder.path() / "runs/20261121T101500-3fa9c2";
    spec = testing::memcg_run(testing::x86_target());
    spec.vmlinux = folder.path() / "kernels/k/vmlinux";
    spec.initramfs = folder.path() / "share/initramfs.cpio.gz";
    put(spec.vmlinux, "kernel");
    put(spec.vmlinux.parent_path() / "config", "CONFIG_MMU=y\n");
    put(spec.initramfs, "initramfs");
    put(run / "spec.json", to_json(spec));
    put(run / "console.log", "Linux version 6.1\n");
    put(run / "domain.xml", domain_xml(domain_spec(spec, "quiet ro")));
    RunOutcome outcome;
    outcome.verdict = Verdict::crash;
    outcome.run_id = spec.run_id;
    outcome.title = "kernel BUG in exit_mmap";
    put(run / "outcome.json", to_json(outcome));
  }

  static void put(const fs::path& file, const std::string& text)
  {
    REQUIRE(make_folder(file.parent_path()));
    REQUIRE(write_file(file, text));
  }

  Result<Reproducer> pack(const char* name = "x.tar.gz")
  {
    return pack_reproducer(run, folder.path() / name, processes, stop);
  }

  std::string message_of(const char* name = "x.tar.gz")
  {
    const auto made = pack(name);
    return made ? "" : made.error().message;
  }

  TempFolder folder = testing::temp_folder();
  fs::path run;
  RunSpec spec;
  SystemProcessRunner processes;
  Stop stop;
};

} // namespace

TEST_CASE("pack_reproducer")
{
  Bench bench;
  const auto here = bench.folder.path();
  SUBCASE("packs all that QEMU needs, and what was seen")
  {
    for (const char* name : {"x.tar.gz", "x.tar.zst"}) {
      const auto made = bench.pack(name);
      REQUIRE_MESSAGE(made.has_value(), made.error().message);
      CHECK(made->folder == "oopsfarm-20261121T101500-3fa9c2");
      const auto list = bench.processes.output(
          {{"tar", "tf", made->file.string()}, {}, false, ""}, bench.stop);
      REQUIRE(list);
      const auto base = made->folder + "/";
      CHECK(*list == base + "\n" + base + "README\n" + base + "config\n" +
                         base + "initramfs.cpio.gz\n" + base +
                         "outcome.json\n" + base + "run.sh\n" + base +
                         "seen/\n" + base + "seen/console.log\n" + base +
                         "spec.json\n" + base + "vmlinux\n");
      REQUIRE(bench.processes.output(
          {{"tar", "xf", made->file.string(), "-C", here.string()},
           {},
           false,
           ""},
          bench.stop));
      CHECK(testing::content(here / made->folder / "vmlinux") == "kernel");
      const auto script = testing::content(here / made->folder / "run.sh");
      CHECK(script.find("-append 'quiet ro'") != std::string::npos);
      CHECK_FALSE(fs::exists(here / (std::string(name) + ".part")));
    }
  }
  SUBCASE("says when the guest's side is newer than the run")
  {
    CHECK_FALSE(bench.pack()->has_newer_initramfs);
    fs::last_write_time(bench.spec.initramfs,
                        fs::file_time_type::clock::now() +
                            std::chrono::hours(1));
    CHECK(bench.pack()->has_newer_initramfs);
  }
  SUBCASE("refuses a run that has not ended, or never began")
  {
    fs::remove(bench.run / "domain.xml");
    CHECK(bench.message_of().find("never started") != std::string::npos);
    fs::remove(bench.run / "outcome.json");
    CHECK(bench.message_of().find("has not ended") != std::string::npos);
  }
  SUBCASE("refuses one whose kernel or initramfs is gone")
  {
    fs::remove(bench.spec.initramfs);
    CHECK(bench.message_of().find("initramfs is not there") !=
          std::string::npos);
    fs::remove(bench.spec.vmlinux);
    CHECK(bench.message_of().find("kernel is not there") != std::string::npos);
  }
  SUBCASE("refuses another name, and leaves nothing when it can't write")
  {
    CHECK(bench.message_of("x.zip").find(".tar.gz or .tar.zst") !=
          std::string::npos);
    CHECK(bench.message_of("no/such/folder/x.tar.gz") != "");
  }
}
