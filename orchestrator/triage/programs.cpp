// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/programs.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

constexpr std::size_t enough = 16;
constexpr std::size_t max_results = 1024;

bool runs_programs(std::string_view workload)
{
  return workload == "exec" || workload == "kselftest";
}

/// What the program printed; nullptr when that was nothing.
static const ProgramKtap* output_of(const KtapReport& ktap,
                                    const KtapResult& program)
{
  const auto found = std::find_if(
      ktap.programs.begin(), ktap.programs.end(), [&](const ProgramKtap& own) {
        return own.parent == program.number;
      });
  return found == ktap.programs.end() ? nullptr : &*found;
}

static bool is_failure(const KtapResult& result)
{
  return !result.ok && !result.skip && !result.todo;
}

/// All of the program's own results are skips, or its plan is.
static bool skips_all(const ProgramKtap* own)
{
  return own != nullptr &&
         (own->plan_skip ||
          (own->result_count > 0 && own->skips == own->result_count));
}

static std::string words_of(const KtapResult& result)
{
  return fmt::format("not ok {} - {}{}{}",
                     result.number,
                     result.name,
                     result.reason.empty() ? "" : " # ",
                     result.reason);
}

namespace {

/// Collects the findings of one workload.
class Checker
{
public:
  explicit Checker(const Workload& workload) : workload_(workload.name) {}

  /// `is_stopped`: it was ended at its stop_after, so that its plan may be
  /// unfinished.
  void check(const KtapResult& program, const ProgramKtap* own, bool is_stopped)
  {
    // "exit status 1" is what a failed result leads to; a signal or a timeout
    // says more than the results before it.
    const bool by_status = program.reason.starts_with("exit status");
    if (is_failure(program) && !by_status) {
      add(program, program.reason, words_of(program));
    }
    const auto before = found_.size();
    if (own != nullptr) {
      check_own(program, *own, is_stopped);
    }
    if (is_failure(program) && by_status && found_.size() == before) {
      add(program, program.reason, words_of(program));
    }
  }

  std::vector<Finding> take() { return std::move(found_); }

private:
  void
  check_own(const KtapResult& program, const ProgramKtap& own, bool is_stopped)
  {
    std::uint64_t shown = 0;
    for (const auto& result : own.results) {
      if (is_failure(result)) {
        ++shown;
        add(program,
            result.name.empty() ? fmt::format("result {}", result.number)
                                : result.name,
            words_of(result));
      }
    }
    if (own.failures > shown) {
      add(program,
          "failed",
          fmt::format("{} of its results failed", own.failures));
    }
    if (own.bailed_out) {
      add(program, "bailed out", "Bail out! " + *own.bailed_out);
    }
    for (const auto& problem : own.problems) {
      if (!is_stopped || !problem.starts_with("the plan says")) {
        add(program, "broken KTAP", problem);
      }
    }
  }

  void
  add(const KtapResult& program, const std::string& what, std::string words)
  {
    if (found_.size() < enough) {
      found_.push_back(
          Finding{fmt::format("{}: {}: {}",
                              workload_,
                              program.name.empty() ? "?" : program.name,
                              what.empty() ? "failed" : what),
                  std::move(words),
                  ""});
    }
  }

  std::string workload_;
  std::vector<Finding> found_;
};

} // namespace

std::vector<Finding> check_programs(const KtapReport& ktap,
                                    const Workload& workload)
{
  Checker checker(workload);
  for (const auto& program : ktap.results) {
    const bool is_stopped =
        ktap.facts.contains(fmt::format("stopped.{}", program.number));
    checker.check(program, output_of(ktap, program), is_stopped);
  }
  return checker.take();
}

std::uint64_t skipped_programs(const KtapReport& ktap)
{
  return static_cast<std::uint64_t>(std::count_if(
      ktap.results.begin(), ktap.results.end(), [&](const KtapResult& program) {
        return program.skip ||
               (program.ok && skips_all(output_of(ktap, program)));
      }));
}

static TestEnd end_of(const KtapResult& result)
{
  if (result.skip) {
    return TestEnd::skipped;
  }
  return is_failure(result) ? TestEnd::failed : TestEnd::ok;
}

/// The program as a whole: its own results and its KTAP count, too.
static TestResult whole(const KtapResult& program, const ProgramKtap* own)
{
  TestResult result{program.name, end_of(program), program.reason};
  if (own == nullptr || result.end != TestEnd::ok) {
    return result;
  }
  if (own->failures > 0 || own->bailed_out || !own->problems.empty()) {
    result.end = TestEnd::failed;
    result.reason = own->problems.empty() ? "" : own->problems.front();
  } else if (skips_all(own)) {
    result.end = TestEnd::skipped;
    result.reason = own->plan_reason;
  }
  return result;
}

std::vector<TestResult> program_results(const KtapReport& ktap)
{
  std::vector<TestResult> results;
  for (const auto& program : ktap.results) {
    const auto* own = output_of(ktap, program);
    results.push_back(whole(program, own));
    if (own == nullptr) {
      continue;
    }
    for (const auto& result : own->results) {
      const auto name = result.name.empty()
                            ? fmt::format("result {}", result.number)
                            : result.name;
      results.push_back({program.name + ": " + name,
                         end_of(result),
                         result.reason == result.name ? "" : result.reason});
    }
  }
  if (results.size() > max_results) {
    results.resize(max_results);
  }
  return results;
}

} // namespace oopsfarm
