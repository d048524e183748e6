// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/file.h"
#include "sys/process.h"
#include "sys/text_input.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

/// What a file hands out, or the failure's message behind "failed: ".
static std::string text_of(const std::filesystem::path& file, const Stop& stop)
{
  std::string text;
  const auto done = read_text_input(
      file, stop, [&](std::string_view bytes) { text += bytes; });
  return done ? text : "failed: " + done.error().message;
}

TEST_CASE("read_text_input hands out text, packed or not")
{
  const Stop stop;
  auto folder = TempFolder::make(std::filesystem::temp_directory_path(), "ti-");
  REQUIRE(folder);
  const auto file = folder->path() / "log";
  std::string text;
  for (int line = 0; line < 20000; ++line) {
    text += "line " + std::to_string(line) + "\n";
  }
  REQUIRE(write_file(file, text));

  SUBCASE("as it is")
  {
    CHECK(text_of(file, stop) == text);
  }
  SUBCASE("packed")
  {
    for (const std::string tool : {"gzip", "xz", "bzip2"}) {
      INFO(tool);
      const auto packed = file.string() + ".packed";
      SystemProcessRunner runner;
      const auto end = runner.run(
          {{"/bin/sh", "-c", tool + " -c <" + file.string() + " >" + packed},
           {},
           false,
           {}},
          {},
          stop);
      REQUIRE(end);
      REQUIRE(end->ok());
      CHECK(text_of(packed, stop) == text);
    }
  }
  SUBCASE("packed by zstd")
  {
    // RFC 8878: magic, a single segment of 5 bytes, one last block, raw.
    const std::string frame("\x28\xb5\x2f\xfd\x20\x05\x29\x00\x00line\n", 14);
    REQUIRE(write_file(file, frame));
    CHECK(text_of(file, stop) == "line\n");
  }
  SUBCASE("an empty file is empty")
  {
    REQUIRE(write_file(file, ""));
    CHECK(text_of(file, stop).empty());
  }
  SUBCASE("what is no file is named")
  {
    CHECK(text_of(folder->path() / "none", stop).find("none: No such file") !=
          std::string::npos);
    CHECK(text_of(folder->path(), stop).find("it is a folder") !=
          std::string::npos);
  }
  SUBCASE("a cut packed file fails and keeps what it gave")
  {
    const std::string gzip_head("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b",
                                11);
    REQUIRE(write_file(file, gzip_head));
    CHECK(text_of(file, stop).find("failed: can't read") == 0);
  }
}
