// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/read_report.h"

#include "base/strings.h"
#include "model/json_reader.h"

#include <fmt/format.h>

namespace oopsfarm {

static constexpr std::size_t max_lines = 100'000;
static constexpr std::uint64_t max_observations = 1'000'000;
static constexpr std::uint64_t any = UINT64_MAX;

static void read_text(JsonReader& in, const char* key, std::string& value)
{
  if (in.has(key)) {
    in.text(key, value);
  }
}

static void
read_texts(JsonReader& in, const char* key, std::vector<std::string>& value)
{
  if (in.has(key)) {
    in.texts(key, value);
  }
}

template <typename T>
static void read_number(JsonReader& in, const char* key, T& value)
{
  if (in.has(key)) {
    in.number(key, value, 0, any);
  }
}

static void
read_time(JsonReader& in, const char* key, std::chrono::milliseconds& value)
{
  if (in.has(key)) {
    in.milliseconds(key, value);
  }
}

static void read_share(JsonReader& in, const char* key, double& value)
{
  if (in.has(key)) {
    // A sum of shares may be a rounding error over 1.
    in.real(key, value, 0, 1.001);
  }
}

using ReadObject = std::function<void(JsonReader&)>;

static void
read_list(JsonReader& in, const char* key, const ReadObject& read_one)
{
  if (in.has(key)) {
    in.objects(key, [&](JsonReader& nested) {
      nested.allow_more();
      read_one(nested);
    });
  }
}

static void
read_nested(JsonReader& in, const char* key, const ReadObject& read_it)
{
  if (in.has(key)) {
    in.object(key, [&](JsonReader& nested) {
      nested.allow_more();
      read_it(nested);
    });
  }
}

/// `number_key` differs between the lists that name patches.
static PatchInfo read_patch(JsonReader& in, const char* number_key)
{
  PatchInfo patch;
  in.number(number_key, patch.number, 1, 1U << 20);
  read_text(in, "subject", patch.subject);
  read_text(in, "commit", patch.commit);
  return patch;
}

static void read_job(JsonReader& in, JobReport& report)
{
  in.text("name", report.job);
  read_text(in, "tree", report.tree);
  read_text(in, "base", report.base);
  read_text(in, "base_commit", report.base_commit);
  read_nested(in, "mail", [&](JsonReader& mail) {
    read_text(mail, "subject", report.mail.subject);
    read_text(mail, "message_id", report.mail.message_id);
    read_text(mail, "author", report.mail.author);
  });
  read_list(in, "patches", [&](JsonReader& patch) {
    report.patches.push_back(read_patch(patch, "number"));
  });
  read_texts(in, "notes", report.notes);
  read_time(in, "time_ms", report.time);
}

static void read_build(JsonReader& in, JobReport& report)
{
  KernelBuild build;
  in.text("kernel", build.kernel);
  in.parsed("arch", build.arch, parse_arch);
  in.text("kconfig", build.kconfig);
  in.parsed("verdict", build.outcome.verdict, parse_verdict);
  if (in.has("reused")) {
    in.flag("reused", build.reused);
  }
  read_text(in, "title", build.outcome.title);
  read_text(in, "detail", build.outcome.detail);
  read_text(in, "key", build.outcome.key);
  read_number(in, "objects", build.outcome.objects);
  read_time(in, "time_ms", build.outcome.time);
  report.builds.push_back(std::move(build));
}

static void read_results(JsonReader& in, Cell& cell)
{
  read_list(in, "results", [&](JsonReader& result) {
    TestCount count;
    result.text("name", count.name);
    read_number(result, "ok", count.ok);
    read_number(result, "failed", count.failed);
    read_number(result, "skipped", count.skipped);
    read_text(result, "reason", count.reason);
    cell.results.push_back(std::move(count));
  });
}

static void read_suspects(JsonReader& in, Cell& cell)
{
  read_list(in, "suspects", [&](JsonReader& nested) {
    Suspect suspect;
    suspect.patch = read_patch(nested, "patch");
    read_share(nested, "probability", suspect.probability);
    read_texts(nested, "reasons", suspect.reasons);
    cell.suspects.push_back(std::move(suspect));
  });
}

static void read_teardown(JsonReader& in, Cell& cell)
{
  read_nested(in, "teardown_us", [&](JsonReader& times) {
    if (times.has("sample")) {
      times.numbers("sample", cell.teardown_us);
    }
    if (!cell.teardown_us.empty()) {
      read_number(times, "count", cell.teardown_count);
    }
  });
}

static void read_cell(JsonReader& in, JobReport& report)
{
  Cell cell;
  in.text("target", cell.target);
  in.text("kernel", cell.kernel);
  in.text("kconfig", cell.kconfig);
  in.text("workload", cell.workload);
  in.parsed("verdict", cell.verdict, parse_verdict);
  in.text("title", cell.title);
  in.number("observations", cell.observations, 0, max_observations);
  in.number("failures", cell.failures, 0, cell.observations);
  in.texts("run_ids", cell.run_ids);
  read_text(in, "run_id", cell.run_id);
  read_text(in, "first_line", cell.first_line);
  read_text(in, "detail", cell.detail);
  read_number(in, "infra_failures", cell.infra_failures);
  read_number(in, "kills", cell.kills);
  read_time(in, "time_ms", cell.time);
  read_teardown(in, cell);
  read_results(in, cell);
  read_texts(in, "signatures", cell.signatures);
  if (in.has("base_has_it")) {
    in.flag("base_has_it", cell.base_has_it);
  }
  read_suspects(in, cell);
  report.cells.push_back(std::move(cell));
}

static void read_rates(JsonReader& in, BisectedCrash& crash)
{
  read_list(in, "rates", [&](JsonReader& nested) {
    BisectedRates rates;
    nested.text("channel", rates.channel);
    read_number(nested, "crashes_with", rates.crashes_with);
    read_number(nested, "passes_with", rates.passes_with);
    read_number(nested, "crashes_without", rates.crashes_without);
    read_number(nested, "passes_without", rates.passes_without);
    read_share(nested, "affected", rates.affected);
    crash.rates.push_back(std::move(rates));
  });
}

/// What bisections beyond a series have.
static void read_range(JsonReader& in, BisectedCrash& crash)
{
  read_text(in, "mode", crash.mode);
  if (in.has("fixed")) {
    in.flag("fixed", crash.is_fix);
  }
  read_text(in, "id", crash.id);
  read_text(in, "end", crash.end);
  read_share(in, "confidence", crash.confidence);
  read_texts(in, "signatures", crash.signatures);
  read_list(in, "changes", [&](JsonReader& patch) {
    crash.changes.push_back(read_patch(patch, "patch"));
  });
  read_share(in, "base_has_it", crash.base_has_it);
  read_share(in, "not_here", crash.not_here);
  read_list(in, "other_crashes", [&](JsonReader& other) {
    std::string title;
    std::size_t runs = 0;
    other.text("title", title);
    read_number(other, "runs", runs);
    crash.other_crashes.emplace_back(std::move(title), runs);
  });
  read_text(in, "scope", crash.scope);
  read_nested(in, "check", [&](JsonReader& nested) {
    BisectedCheck check;
    read_text(nested, "commit", check.commit);
    read_text(nested, "why_not", check.why_not);
    read_number(nested, "runs", check.runs);
    read_number(nested, "crashes", check.crashes);
    nested.flag("confirms", check.confirms);
    crash.checks.push_back(std::move(check));
  });
  read_text(in, "change", crash.change);
}

static void read_bisection(JsonReader& in, JobReport& report)
{
  BisectedCrash crash;
  in.text("title", crash.title);
  read_text(in, "signature", crash.signature);
  in.text("conclusion", crash.conclusion);
  read_share(in, "probability", crash.probability);
  if (in.has("posterior")) {
    in.shares("posterior", crash.posterior);
  }
  read_list(in, "culprits", [&](JsonReader& patch) {
    crash.culprits.push_back(read_patch(patch, "patch"));
  });
  read_list(in, "candidates", [&](JsonReader& patch) {
    crash.candidates.push_back(read_patch(patch, "patch"));
  });
  read_share(in, "candidates_mass", crash.candidates_mass);
  read_number(in, "runs", crash.runs);
  read_number(in, "builds", crash.builds);
  read_rates(in, crash);
  read_range(in, crash);
  report.bisections.push_back(std::move(crash));
}

static Status read_line(std::string_view line, bool is_first, JobReport& report)
{
  TRY_ASSIGN(auto in, JsonReader::parse(line));
  in.allow_more();
  std::string kind;
  in.text("kind", kind);
  if ((kind == "job") != is_first) {
    return user_error(is_first ? "a report begins with an object of kind "
                                 "\"job\", as `oopsfarm run --json` prints it"
                               : "a second job: reports are read one by one");
  }
  if (kind == "job") {
    read_job(in, report);
  } else if (kind == "build") {
    read_build(in, report);
  } else if (kind == "cell") {
    read_cell(in, report);
  } else if (kind == "bisection") {
    read_bisection(in, report);
  }
  return in.finish();
}

Result<JobReport> parse_report(std::string_view lines)
{
  JobReport report;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < lines.size();) {
    const auto end = std::min(lines.find('\n', begin), lines.size());
    if (++number > max_lines) {
      return user_error(
          fmt::format("a report of more than {} lines", max_lines));
    }
    const auto read =
        read_line(lines.substr(begin, end - begin), number == 1, report);
    if (!read) {
      return user_error(
          fmt::format("line {}: {}", number, read.error().message));
    }
    begin = end + 1;
  }
  return number > 0 ? Result<JobReport>(std::move(report))
                    : user_error("the report is empty");
}

} // namespace oopsfarm
