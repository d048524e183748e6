// SPDX-License-Identifier: GPL-2.0-or-later
#include "payload/cpio.h"
#include "sys/file.h"
#include "sys/process.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static const std::vector<ArchiveEntry> sample = {
    {"payload/prog", ArchiveEntry::Kind::file, 0755, "#!/bin/sh\n"},
    {"bin/sh", ArchiveEntry::Kind::link, 0777, "/bin/busybox"},
    {"payload/a", ArchiveEntry::Kind::file, 0644, std::string(5, '\0')},
};

TEST_CASE("pack_archive gives what cpio reads")
{
  auto folder = TempFolder::make(std::filesystem::temp_directory_path(),
                                 "oopsfarm-unit-");
  REQUIRE(folder.has_value());
  const auto file = folder->path() / "a.cpio";
  REQUIRE(write_file(file, pack_archive(sample)).has_value());
  SystemProcessRunner processes;
  Stop stop;
  Command list;
  list.argv = {"sh", "-c", "cpio --quiet -itvn < " + file.string()};
  const auto listed = processes.output(list, stop);
  REQUIRE(listed.has_value());
  for (const char* line : {"drwxr-xr-x   2 0        0               0",
                           "-rwxr-xr-x   1 0        0              10",
                           "payload/prog",
                           "bin/sh -> /bin/busybox",
                           "payload/a"}) {
    CAPTURE(*listed);
    CHECK(listed->find(line) != std::string::npos);
  }
}

TEST_CASE("pack_archive gives the same bytes whatever the order")
{
  auto turned = sample;
  std::swap(turned[0], turned[2]);
  CHECK(pack_archive(turned) == pack_archive(sample));
}

TEST_CASE("pack_archive makes each folder once, before what is in it")
{
  const auto bytes = pack_archive(sample);
  const auto folder = bytes.find(std::string("payload\0", 8));
  REQUIRE(folder != std::string::npos);
  CHECK(bytes.find(std::string("payload\0", 8), folder + 1) ==
        std::string::npos);
  CHECK(folder < bytes.find("payload/a"));
}

TEST_CASE("append_archive puts the archive where the kernel looks for it")
{
  for (std::size_t size = 0; size < 8; ++size) {
    const auto whole = append_archive(std::string(size, 'x'), "070701");
    const auto at = whole.find("070701");
    CHECK(at % 4 == 0);
    CHECK(at >= size);
    CHECK(at < size + 4);
    CHECK(whole.substr(size, at - size) == std::string(at - size, '\0'));
  }
}
