// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/request_checks.h"

#include <fmt/format.h>

#include <initializer_list>
#include <utility>

namespace oopsfarm {

static Error bisect_error(const std::string& what)
{
  return user_error(what + "; see `oopsfarm bisect --help`");
}

/// An option and whether it was given.
using Given = std::pair<const char*, bool>;

static Status refuse(std::initializer_list<Given> options, const char* why)
{
  for (const auto& [name, is_given] : options) {
    if (is_given) {
      return bisect_error(fmt::format("{} {}", name, why));
    }
  }
  return Ok{};
}

/// Of the pairs of ends exactly one is whole.
static Status check_kernel_bisect(const BisectRequest& request)
{
  TRY(refuse({{"--run", !request.run.empty()},
              {"--build", !request.build.empty()},
              {"--signature-from-output", !request.signature.empty()},
              {"--jobs", request.jobs != 1},
              {"--repo", request.repo != "."}},
             "does not go with a job file"));

  struct Ends
  {
    const char* good_name;
    const char* bad_name;
    bool good;
    bool bad;
  };

  std::size_t whole = 0;
  for (const auto& ends :
       {Ends{"--good", "--bad", !request.good.empty(), !request.bad.empty()},
        Ends{"--good-series",
             "--bad-series",
             !request.good_series.empty(),
             !request.bad_series.empty()},
        Ends{"--kconfig-good",
             "--kconfig-bad",
             !request.good_kconfig.empty(),
             !request.bad_kconfig.empty()}}) {
    if (ends.good != ends.bad) {
      return bisect_error(fmt::format(
          "{} is missing", ends.good ? ends.bad_name : ends.good_name));
    }
    whole += ends.good ? 1 : 0;
  }
  if (whole != 1) {
    return bisect_error("a job file wants one pair of ends: --good and --bad, "
                        "--good-series and --bad-series, or --kconfig-good "
                        "and --kconfig-bad");
  }
  return refuse({{"--fixed", request.fixed && request.good.empty()}},
                "is for commits (--good and --bad)");
}

/// Not CLI11's `required`: the verbs below `bisect` need none of them.
Status check_request(const BisectRequest& request)
{
  if (!request.job.empty()) {
    return check_kernel_bisect(request);
  }
  TRY(refuse({{"--good-series", !request.good_series.empty()},
              {"--bad-series", !request.bad_series.empty()},
              {"--kconfig-good", !request.good_kconfig.empty()},
              {"--kconfig-bad", !request.bad_kconfig.empty()},
              {"--target", !request.targets.empty()},
              {"--workload", !request.workloads.empty()},
              {"--signature", !request.signatures.empty()},
              {"--title", !request.titles.empty()}},
             "wants a job file"));
  for (const auto& [name, value] : {std::pair("--good", &request.good),
                                    std::pair("--bad", &request.bad),
                                    std::pair("--run", &request.run)}) {
    if (value->empty()) {
      return bisect_error(fmt::format("{} is missing", name));
    }
  }
  return Ok{};
}

Status check_request(const ReportRequest& request)
{
  if (request.job.empty() == request.from.empty()) {
    return user_error(fmt::format("report wants {}; see `oopsfarm report "
                                  "--help`",
                                  request.job.empty()
                                      ? "a job's id, or --from FILE"
                                      : "a job's id or --from, not both"));
  }
  return Ok{};
}

} // namespace oopsfarm
