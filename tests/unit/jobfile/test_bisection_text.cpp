// SPDX-License-Identifier: GPL-2.0-or-later
#include "catalogue.h"
#include "jobfile/bisection_text.h"
#include "jobfile/job_file.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static constexpr const char* nightly = "name: n\n"
                                       "tree: linux\n"
                                       "base: master\n"
                                       "targets: [x86_64, ppc64le-radix]\n"
                                       "kconfigs: [plain, mm-debug]\n"
                                       "workloads: [memcg, boot]\n";

static Result<Job> parse(const std::string& text)
{
  return parse_job(text, "j.yaml", testing::sample_catalogue());
}

TEST_CASE("bisection_text behind a nightly's job file")
{
  BisectionWish wish;
  wish.good = std::string(40, 'a');
  wish.bad = "v6.1";
  wish.is_reverse = true;
  wish.signatures = {"113a15b0c2d4"};
  wish.titles = {"WARNING: it's in x"};
  wish.targets = {"ppc64le-radix"};
  wish.kconfigs = {"mm-debug"};
  wish.workloads = {"memcg"};
  const auto job = parse(nightly + bisection_text(wish));
  REQUIRE(job);
  CHECK(job->bisection.good == wish.good);
  CHECK(job->bisection.bad == "v6.1");
  CHECK(job->bisection.is_reverse);
  CHECK(job->bisection.signatures == wish.signatures);
  CHECK(job->bisection.titles == wish.titles);
  CHECK(job->bisection.targets == wish.targets);
  CHECK(job->bisection.kconfigs == wish.kconfigs);
  CHECK(job->bisection.workloads == wish.workloads);
}

TEST_CASE("parse_job: bisect")
{
  CHECK(parse(nightly)->bisection.good.empty());
  SUBCASE("wants both ends")
  {
    const auto job = parse(std::string(nightly) + "bisect: {good: v1}\n");
    REQUIRE_FALSE(job);
    CHECK(job.error().message.find("bad") != std::string::npos);
  }
  SUBCASE("takes what is the job's only")
  {
    const auto job = parse(std::string(nightly) +
                           "bisect: {good: v1, bad: v2, workloads: [mlock]}\n");
    REQUIRE_FALSE(job);
    CHECK(job.error().message.find("mlock") != std::string::npos);
  }
  SUBCASE("takes no options for commits")
  {
    CHECK_FALSE(
        parse(std::string(nightly) + "bisect: {good: '--all', bad: v2}\n"));
  }
}
