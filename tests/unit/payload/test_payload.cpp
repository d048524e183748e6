// SPDX-License-Identifier: GPL-2.0-or-later
#include "elf_bytes.h"
#include "payload/payload.h"
#include "sys/file.h"

#include <doctest/doctest.h>

using namespace oopsfarm;
using testing::elf_bytes;
using testing::ElfOptions;
namespace fs = std::filesystem;

namespace {

/// A job file's folder, and the workload that the job asks for.
class JobFolder
{
public:
  JobFolder()
      : folder(*TempFolder::make(fs::temp_directory_path(), "oopsfarm-unit-"))
  {
    source.job_file = folder.path() / "job.yaml";
    workload.name = "exec";
    workload.source = ProgramSource::user;
    workload.programs = {{.run = "./prog", .line = 3, .column = 9}};
  }

  void write(const std::string& name, const std::string& bytes) const
  {
    REQUIRE(make_folder((folder.path() / name).parent_path()).has_value());
    REQUIRE(write_file(folder.path() / name, bytes).has_value());
  }

  std::string pack() const
  {
    const auto packed = pack_user_programs(workload, source);
    REQUIRE_MESSAGE(packed.has_value(), packed.error().message);
    return *packed;
  }

  std::string refusal() const
  {
    const auto packed = pack_user_programs(workload, source);
    REQUIRE_FALSE(packed.has_value());
    CHECK(packed.error().fault == Fault::user);
    return packed.error().message;
  }

  TempFolder folder;
  PayloadSource source;
  Workload workload;
};

} // namespace

static bool has(const std::string& text, const std::string& words)
{
  return text.find(words) != std::string::npos;
}

TEST_CASE("pack_user_programs packs a program with its arguments")
{
  JobFolder job;
  job.write("prog", elf_bytes());
  job.workload.programs[0].args = {"--size", "64 MiB", "#1"};
  job.workload.programs[0].stop_after = std::chrono::seconds(20);
  const auto archive = job.pack();
  CHECK(has(archive, "payload/prog"));
  CHECK(has(archive, elf_bytes()));
  const std::string list("prog\0/payload/prog\0"
                         "20\0"
                         "3\0--size\0"
                         "64 MiB\0#1\0",
                         41);
  CHECK(has(archive, list));
  CHECK(job.pack() == archive);
}

TEST_CASE("pack_user_programs names the file and its place when")
{
  JobFolder job;
  const auto where = job.source.job_file.string() + ":3:9: workload 'exec': " +
                     (job.folder.path() / "prog").string();
  SUBCASE("it is missing")
  {
    CHECK(job.refusal() == where + " is not there");
  }
  SUBCASE("it is a folder")
  {
    fs::create_directory(job.folder.path() / "prog");
    CHECK(job.refusal() == where + " is a folder");
  }
  SUBCASE("it is linked dynamically")
  {
    ElfOptions options;
    options.linker = "/lib64/ld.so";
    job.write("prog", elf_bytes(options));
    CHECK(has(job.refusal(), where + " is linked dynamically"));
  }
  SUBCASE("it is too large")
  {
    job.write("prog", elf_bytes() + std::string(5000, 'x'));
    job.source.limit = 4096;
    CHECK(has(job.refusal(), where + " is too large"));
  }
  SUBCASE("it is for another architecture, and says how to have both")
  {
    job.write("prog", elf_bytes());
    job.source.arch = Arch::ppc64le;
    CHECK(has(job.refusal(), where + " is a program for x86_64"));
    CHECK(has(job.refusal(), "$ARCH"));
  }
}

TEST_CASE("pack_user_programs takes $ARCH for the architecture")
{
  JobFolder job;
  ElfOptions ppc;
  ppc.machine = EM_PPC64;
  job.write("x86_64/prog", elf_bytes());
  job.write("ppc64le/prog", elf_bytes(ppc));
  job.workload.programs[0].run = "$ARCH/prog";
  CHECK(has(job.pack(), elf_bytes()));
  job.source.arch = Arch::ppc64le;
  CHECK(has(job.pack(), elf_bytes(ppc)));
}

TEST_CASE("pack_user_programs gives scripts what they need")
{
  JobFolder job;
  job.write("prog", "#!/bin/sh\nexit 0\n");
  SUBCASE("says when there is no shell")
  {
    CHECK(has(job.refusal(), "no static busybox for x86_64"));
  }
  SUBCASE("packs busybox, with its names")
  {
    job.write("busybox", elf_bytes() + "busybox's bytes");
    job.source.busybox = job.folder.path() / "busybox";
    const auto archive = job.pack();
    CHECK(has(archive, "busybox's bytes"));
    CHECK(has(archive, std::string("bin/sh\0", 7)));
  }
  SUBCASE("takes the job's own shell")
  {
    job.write("dash", elf_bytes() + "dash's bytes");
    job.workload.files = {{"/bin/sh", "dash", 4, 5}};
    CHECK(has(job.pack(), "dash's bytes"));
  }
  SUBCASE("refuses a shell that can't run, at its own place")
  {
    ElfOptions options;
    options.linker = "/lib64/ld.so";
    job.write("dash", elf_bytes(options));
    job.workload.files = {{"/bin/sh", "dash", 4, 5}};
    CHECK(has(job.refusal(), "job.yaml:4:5:"));
    CHECK(has(job.refusal(), "linked dynamically"));
  }
  SUBCASE("refuses interpreters that guests don't have")
  {
    job.write("prog", "#!/usr/bin/python3\n");
    CHECK(has(job.refusal(), "needs /usr/bin/python3"));
    CHECK(has(job.refusal(), "files:"));
  }
}

TEST_CASE("pack_selftests packs each program once and lists every run")
{
  JobFolder job;
  job.write("vm/a", elf_bytes());
  job.workload.name = "kselftest";
  job.workload.programs = {{.run = "vm:a"},
                           {.run = "vm:a", .args = {"1", "2"}}};
  const auto packed =
      pack_selftests(job.workload, job.folder.path(), job.source);
  REQUIRE(packed.has_value());
  CHECK(has(*packed, std::string("vm:a 1 2\0/payload/vm/a\0", 23)));
  const auto first = packed->find(elf_bytes());
  REQUIRE(first != std::string::npos);
  CHECK(packed->find(elf_bytes(), first + 1) == std::string::npos);

  job.workload.programs = {{.run = "vm:b"}};
  const auto missing =
      pack_selftests(job.workload, job.folder.path(), job.source);
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().message == "selftest vm:b is not there");
}

TEST_CASE("find_busybox takes the first static one of the architecture")
{
  JobFolder job;
  ElfOptions dynamic;
  dynamic.linker = "/lib64/ld.so";
  job.write("dynamic", elf_bytes(dynamic));
  job.write("static", elf_bytes());
  const auto at = [&](const char* name) { return job.folder.path() / name; };
  const std::vector<fs::path> places = {
      at("missing"), at("dynamic"), at("static")};
  CHECK(find_busybox(places, Arch::x86_64) == at("static"));
  CHECK_FALSE(find_busybox(places, Arch::ppc64le).has_value());
}
