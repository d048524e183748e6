// SPDX-License-Identifier: GPL-2.0-or-later
// A job file: a job within the catalogue, or errors with their places.
#include "fuzz/fuzz.h"
#include "jobfile/job_file.h"

#include <algorithm>

using namespace oopsfarm;

static Catalogue catalogue()
{
  Catalogue known;
  known.targets = {"x86_64", "ppc64le-radix", "ppc64le-hash"};
  known.kconfigs = {"mm-debug", "plain"};
  WorkloadInfo memcg;
  memcg.name = "memcg";
  known.workloads = {memcg};
  return known;
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  static const auto known = catalogue();
  const auto job = parse_job(fuzz::text_of(data, size), "fuzz.yaml", known);
  if (!job) {
    fuzz::require(job.error().message.find("fuzz.yaml") != std::string::npos,
                  "an error names its file");
    return 0;
  }
  fuzz::require(!job->targets.empty() && !job->workloads.empty(),
                "a job has something to do");
  for (const auto& target : job->targets) {
    fuzz::require(std::find(known.targets.begin(),
                            known.targets.end(),
                            target) != known.targets.end(),
                  "targets are known ones");
  }
  return 0;
}
