// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/strings.h"
#include "catalogue.h"
#include "jobfile/job_file.h"
#include "support/golden.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

using namespace oopsfarm;

static std::string dump(const Job& job)
{
  auto text = fmt::format("name {}\ntree {}\nbase {}\nseries {}\ntest {}\n"
                          "targets {}\nkconfigs {}\n",
                          job.name,
                          job.tree,
                          job.base,
                          join(job.series, "|"),
                          job.test == TestMode::tip ? "tip" : "each-patch",
                          join(job.targets, "|"),
                          join(job.kconfigs, "|"));
  for (const auto& workload : job.workloads) {
    text += "workload " + workload.name;
    for (const auto& [name, value] : workload.params) {
      text += fmt::format(" {}={}", name, value);
    }
    text += "\n";
  }
  return text +
         fmt::format("repeat {}\nseed {}\non_failure {}\n"
                     "memory_dump {}\nrace {}\ncmdline {}\nschedule {}\n",
                     job.repeat,
                     job.seed,
                     job.on_failure == OnFailure::bisect ? "bisect" : "report",
                     job.memory_dump,
                     describe(job.race),
                     join(job.cmdline, "|"),
                     job.schedule);
}

static std::vector<std::filesystem::path> job_files()
{
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(testing::golden_path("jobfile"))) {
    if (entry.path().extension() == ".yaml") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST_CASE("parse_job on the golden files")
{
  const auto catalogue = testing::sample_catalogue();
  const auto files = job_files();
  REQUIRE(files.size() > 15);
  for (const auto& file : files) {
    CAPTURE(file);
    const auto name = file.filename().string();
    const auto job = parse_job(testing::slurp(file), name, catalogue);
    const bool is_good = name.starts_with("good-");
    CHECK(job.has_value() == is_good);
    const auto text = job ? dump(*job) : job.error().message + "\n";
    CHECK(text ==
          testing::golden("jobfile/" + file.stem().string() + ".txt", text));
    if (!job) {
      CHECK(job.error().fault == Fault::user);
      for (const auto& line : split_lines(job.error().message)) {
        CHECK(line.starts_with(name + ":"));
        CHECK(line == printable(line, 1000));
      }
    }
  }
}

TEST_CASE("parse_job never crashes on damaged files")
{
  const auto catalogue = testing::sample_catalogue();
  const auto text =
      testing::slurp(testing::golden_path("jobfile/good-full.yaml"));
  REQUIRE(!text.empty());
  SUBCASE("cut anywhere, a file is read or refused with its name")
  {
    for (std::size_t size = 0; size < text.size(); ++size) {
      const auto job = parse_job(text.substr(0, size), "j.yaml", catalogue);
      if (!job) {
        CHECK(job.error().message.starts_with("j.yaml:"));
      }
    }
  }
  SUBCASE("with any byte replaced, too")
  {
    for (std::size_t i = 0; i < text.size(); ++i) {
      for (const char byte : {'\0', '[', '}', ':', '\'', '&', '\n', '\xc3'}) {
        auto damaged = text;
        damaged[i] = byte;
        const auto job = parse_job(damaged, "j.yaml", catalogue);
        if (!job) {
          CHECK(job.error().message.starts_with("j.yaml:"));
        }
      }
    }
  }
}
