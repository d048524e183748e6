// SPDX-License-Identifier: GPL-2.0-or-later
#include "catalogue.h"
#include "jobfile/job_file.h"
#include "jobfile/load.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

TEST_CASE("read_job")
{
  const auto catalogue = testing::sample_catalogue();
  SUBCASE("says that a file is missing")
  {
    const auto job = read_job("/nonexistent/job.yaml", catalogue);
    REQUIRE_FALSE(job);
    CHECK(job.error().fault == Fault::user);
    CHECK(job.error().message ==
          "/nonexistent/job.yaml: there is no such file");
  }
  SUBCASE("says that a folder or a device is not a file")
  {
    for (const char* file : {"/", "/dev/zero"}) {
      const auto job = read_job(file, catalogue);
      REQUIRE_FALSE(job);
      CHECK(job.error().message == std::string(file) + ": not a regular file");
    }
  }
  SUBCASE("remembers the file")
  {
    const auto file = std::filesystem::path(OOPSFARM_SOURCE_DIR) /
                      "tests/golden/jobfile/good-short.yaml";
    const auto job = read_job(file, catalogue);
    REQUIRE_MESSAGE(job.has_value(), job.error().message);
    CHECK(job->file == file);
  }
}

TEST_CASE("yaml_files")
{
  SUBCASE("sorts, and leaves other files out")
  {
    const auto files = yaml_files(std::filesystem::path(OOPSFARM_SOURCE_DIR) /
                                  "tests/golden/jobfile");
    REQUIRE(files);
    CHECK(files->front().filename() == "alias.yaml");
    for (const auto& file : *files) {
      CHECK(file.extension() == ".yaml");
    }
  }
  SUBCASE("refuses a folder without any")
  {
    const auto files = yaml_files("/proc/self/fd");
    REQUIRE_FALSE(files);
    CHECK(files.error().message == "/proc/self/fd: there is no *.yaml in it");
  }
}
