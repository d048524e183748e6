// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/command_line.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static CommandLine parsed(const std::vector<std::string>& args)
{
  const auto line = parse_command_line(args);
  REQUIRE_MESSAGE(line.has_value(), line.error().message);
  return *line;
}

static std::string refusal(const std::vector<std::string>& args)
{
  const auto line = parse_command_line(args);
  REQUIRE_FALSE(line.has_value());
  CHECK(line.error().fault == Fault::user);
  return line.error().message;
}

TEST_CASE("parse_command_line: run")
{
  SUBCASE("leaves the job's own values alone unless told")
  {
    const auto request =
        std::get<RunRequest>(parsed({"run", "job.yaml"}).request);
    CHECK(request.job == "job.yaml");
    CHECK_FALSE(request.seed);
    CHECK_FALSE(request.repeat);
    CHECK(request.targets.empty());
  }
  SUBCASE("takes what stands instead of the job's values")
  {
    const auto request = std::get<RunRequest>(
        parsed(
            {"run", "--seed", "9223372036854775807", "--repeat=20", "job.yaml"})
            .request);
    CHECK(request.seed == 9223372036854775807ULL);
    CHECK(request.repeat == 20U);
  }
  SUBCASE("takes targets one by one or in a list, and not the job for one")
  {
    const auto request = std::get<RunRequest>(
        parsed({"run", "--target", "a,b", "-t", "c", "job.yaml"}).request);
    CHECK(request.targets == std::vector<std::string>{"a", "b", "c"});
    CHECK(request.job == "job.yaml");
  }
  SUBCASE("refuses numbers out of range")
  {
    CHECK(refusal({"run", "j", "--repeat", "0"}).starts_with("--repeat"));
    CHECK(refusal({"run", "j", "--repeat", "1001"}).starts_with("--repeat"));
    CHECK(refusal({"run", "j", "--repeat", "x"}).starts_with("--repeat"));
    CHECK(refusal({"run", "j", "--seed", "-1"}).starts_with("--seed"));
  }
  SUBCASE("a job may have a verb's name")
  {
    const auto request =
        std::get<RunRequest>(parsed({"run", "doctor"}).request);
    CHECK(request.job == "doctor");
  }
}

TEST_CASE("parse_command_line: global options")
{
  SUBCASE("are the same before and after the verb, nested verbs too")
  {
    for (const auto& args : std::vector<std::vector<std::string>>{
             {"--state", "s", "--json", "--config=f", "tree", "list"},
             {"tree", "--state", "s", "list", "--json", "--config=f"},
             {"tree", "list", "--json", "--config=f", "--state=s"}}) {
      const auto line = parsed(args);
      CHECK(line.global.state == "s");
      CHECK(line.global.config == "f");
      CHECK(line.global.output == Output::json);
      CHECK(std::holds_alternative<TreeListRequest>(line.request));
    }
  }
  SUBCASE("have their defaults")
  {
    const auto line = parsed({"doctor"});
    CHECK(line.global.state.empty());
    CHECK(line.global.verbosity == Verbosity::normal);
    CHECK(line.global.output == Output::text);
    CHECK(line.global.colour == ColourWish::automatic);
  }
  SUBCASE("quiet and verbose are each other's opposite")
  {
    CHECK(parsed({"-q", "doctor"}).global.verbosity == Verbosity::quiet);
    CHECK(parsed({"doctor", "-v"}).global.verbosity == Verbosity::verbose);
    CHECK(refusal({"-q", "-v", "doctor"}).find("excludes") !=
          std::string::npos);
  }
  SUBCASE("take colour in both spellings")
  {
    CHECK(parsed({"doctor", "--color", "never"}).global.colour ==
          ColourWish::never);
    CHECK(parsed({"doctor", "--colour=always"}).global.colour ==
          ColourWish::always);
    CHECK(refusal({"doctor", "--color", "blue"}).find("always") !=
          std::string::npos);
  }
}

TEST_CASE("parse_command_line: other verbs")
{
  SUBCASE("tree add and remove")
  {
    const auto add = std::get<TreeAddRequest>(
        parsed({"tree", "add", "linux", "/src"}).request);
    CHECK(add.name == "linux");
    CHECK(add.source == "/src");
    CHECK(
        std::get<TreeRemoveRequest>(parsed({"tree", "remove", "linux"}).request)
            .name == "linux");
  }
  SUBCASE("triage")
  {
    const auto request =
        std::get<TriageRequest>(parsed({"triage", "a.log", "-"}).request);
    CHECK(request.files == std::vector<std::string>{"a.log", "-"});
    CHECK_FALSE(parse_command_line({"triage"}));
  }
  SUBCASE("log")
  {
    auto log = std::get<LogRequest>(parsed({"log", "X"}).request);
    CHECK(log.run_id == "X");
    CHECK(log.text == RunText::console);
    log = std::get<LogRequest>(parsed({"log", "X", "--ktap"}).request);
    CHECK(log.text == RunText::ktap);
    log = std::get<LogRequest>(parsed({"log", "X", "--post-mortem"}).request);
    CHECK(log.text == RunText::post_mortem);
    CHECK_FALSE(parse_command_line({"log", "X", "--ktap", "--post-mortem"}));
  }
}

TEST_CASE("parse_command_line: help")
{
  SUBCASE("each verb has examples of its own")
  {
    for (const auto& verb :
         std::vector<std::vector<std::string>>{{},
                                               {"run"},
                                               {"tree"},
                                               {"tree", "add"},
                                               {"log"},
                                               {"triage"},
                                               {"doctor"}}) {
      auto args = verb;
      args.emplace_back("--help");
      const auto text = std::get<HelpRequest>(parsed(args).request).text;
      CHECK(text.find("Example") != std::string::npos);
      CHECK(text.find(verb.empty() ? "oopsfarm" : verb.back()) !=
            std::string::npos);
    }
  }
  SUBCASE("needs no other argument")
  {
    CHECK(
        std::holds_alternative<HelpRequest>(parsed({"run", "--help"}).request));
  }
  SUBCASE("--version names the program")
  {
    CHECK(std::get<HelpRequest>(parsed({"--version"}).request)
              .text.starts_with("oopsfarm "));
  }
}

TEST_CASE("parse_command_line: mistakes")
{
  SUBCASE("a mistyped verb brings the nearest")
  {
    CHECK(refusal({"docter"}) ==
          "unknown command 'docter'; did you mean 'doctor'?");
    CHECK(refusal({"tree", "ad"}) ==
          "unknown command 'ad'; did you mean 'add'?");
    CHECK(refusal({"frobnicate"}).find("known: run, submit") !=
          std::string::npos);
  }
  SUBCASE("a mistyped option, too")
  {
    CHECK(refusal({"run", "--sede", "3", "j"}) ==
          "unknown option '--sede'; did you mean '--seed'?");
    CHECK(refusal({"run", "j", "--jsno"}).find("'--json'") !=
          std::string::npos);
  }
  SUBCASE("what lacks is named")
  {
    CHECK(refusal({}).starts_with("a command is missing: one of run, submit"));
    CHECK(refusal({"tree"}).starts_with("a command is missing: one of add"));
    CHECK(refusal({"run"}) == "job is required; see `oopsfarm run --help`");
    CHECK(refusal({"--state"}).starts_with("--state"));
  }
  SUBCASE("one argument too many is shown, made printable")
  {
    CHECK(refusal({"run", "a", "b\x1b[2J"}) ==
          "'b?[2J' is one argument too many; see `oopsfarm run --help`");
  }
}

TEST_CASE("parse_command_line: bisect with a job file")
{
  SUBCASE("across commits")
  {
    const auto request = std::get<BisectRequest>(parsed({"bisect",
                                                         "j.yaml",
                                                         "--good",
                                                         "a",
                                                         "--bad",
                                                         "b",
                                                         "--fixed",
                                                         "--target",
                                                         "x86_64",
                                                         "--target",
                                                         "ppc64le-hash",
                                                         "--title",
                                                         "kernel BUG in x"})
                                                     .request);
    CHECK(request.job == "j.yaml");
    CHECK(request.fixed);
    CHECK(request.targets.size() == 2);
    CHECK(request.titles == std::vector<std::string>{"kernel BUG in x"});
  }
  SUBCASE("between versions, and between kconfigs")
  {
    const auto versions = std::get<BisectRequest>(
        parsed(
            {"bisect", "--good-series", "v1", "--bad-series", "v2", "j.yaml"})
            .request);
    CHECK(versions.job == "j.yaml");
    CHECK(versions.bad_series == std::vector<std::string>{"v2"});
    CHECK(parse_command_line(
        {"bisect", "j.yaml", "--kconfig-good", "a", "--kconfig-bad", "b"}));
  }
  SUBCASE("wants one pair of ends, and nothing of the other kind")
  {
    CHECK(refusal({"bisect", "j.yaml"}).find("one pair of ends") !=
          std::string::npos);
    CHECK(refusal({"bisect", "j.yaml", "--good", "a"})
              .starts_with("--bad is missing"));
    CHECK(
        refusal({"bisect", "j.yaml", "--good", "a", "--bad", "b", "--run", "t"})
            .starts_with("--run does not go"));
    CHECK(refusal({"bisect",
                   "--good",
                   "a",
                   "--bad",
                   "b",
                   "--run",
                   "t",
                   "--target",
                   "x"})
              .starts_with("--target wants a job file"));
    CHECK(refusal({"bisect",
                   "j.yaml",
                   "--kconfig-good",
                   "a",
                   "--kconfig-bad",
                   "b",
                   "--fixed"})
              .starts_with("--fixed is for commits"));
  }
}

TEST_CASE("parse_command_line: bisect")
{
  SUBCASE("takes the ends and the command")
  {
    const auto request = std::get<BisectRequest>(parsed({"bisect",
                                                         "--good",
                                                         "v1",
                                                         "--bad",
                                                         "HEAD",
                                                         "--run",
                                                         "make check",
                                                         "--jobs=4",
                                                         "--max-runs",
                                                         "50"})
                                                     .request);
    CHECK(request.repo == ".");
    CHECK(request.run == "make check");
    CHECK(request.jobs == 4);
    CHECK(request.max_runs == 50U);
    CHECK(request.confidence == doctest::Approx(0.95));
  }
  SUBCASE("says what is missing")
  {
    CHECK(refusal({"bisect"}).starts_with("--good is missing"));
    CHECK(refusal({"bisect", "--good", "a", "--bad", "b"})
              .starts_with("--run is missing"));
  }
  SUBCASE("its parts need none of that")
  {
    CHECK(std::get<BisectLogRequest>(parsed({"bisect", "log", "--git"}).request)
              .as_git);
    CHECK(std::get<BisectReplayRequest>(
              parsed({"bisect", "replay", "--id", "3fa9c2"}).request)
              .id == "3fa9c2");
    const auto tell = std::get<BisectTellRequest>(
        parsed({"bisect", "tell", "1a2b", "good"}).request);
    CHECK(tell.commit == "1a2b");
    CHECK(tell.word == "good");
  }
  SUBCASE("refuses another word")
  {
    CHECK_FALSE(parse_command_line({"bisect", "tell", "1a2b", "perhaps"}));
  }
}

TEST_CASE("parse_command_line: verbs that talk to a daemon")
{
  const auto submit = std::get<SubmitRequest>(parsed({"submit",
                                                      "job.yaml",
                                                      "--wait",
                                                      "--priority=-5",
                                                      "--repeat",
                                                      "3",
                                                      "-t",
                                                      "x86_64"})
                                                  .request);
  CHECK(submit.run.job == "job.yaml");
  CHECK(submit.run.repeat == 3U);
  CHECK(submit.run.targets == std::vector<std::string>{"x86_64"});
  CHECK(submit.priority == -5);
  CHECK(submit.wait);
  CHECK(
      refusal({"submit", "j", "--priority", "101"}).starts_with("--priority"));
  CHECK(std::get<StatusRequest>(parsed({"status"}).request).job.empty());
  CHECK(std::get<StatusRequest>(parsed({"status", "--all"}).request).all);
  CHECK(std::get<CancelRequest>(parsed({"cancel", "j"}).request).job == "j");
  CHECK(std::get<RetryRequest>(parsed({"retry", "j", "-w"}).request).wait);
  CHECK(std::get<ReportRequest>(
            parsed({"report", "j", "--format", "json"}).request)
            .format == "json");
  CHECK(refusal({"report", "j", "--format", "pdf"}).starts_with("--format"));
  const auto report = std::get<ReportRequest>(
      parsed({"report", "--from", "-", "-o", "x", "--send"}).request);
  CHECK(report.from == "-");
  CHECK(report.output == "x");
  CHECK(report.send);
  CHECK(refusal({"report", "j", "--from", "-"}).find("not both") !=
        std::string::npos);
  CHECK(std::get<RunRequest>(
            parsed({"run", "j.yaml", "--report-dir", "out"}).request)
            .report_dir == "out");
  const auto reproducer = std::get<ReproducerRequest>(
      parsed({"reproducer", "r", "--output", "x.tar.gz"}).request);
  CHECK(reproducer.run_id == "r");
  CHECK(reproducer.output == "x.tar.gz");
  CHECK(std::get<LogRequest>(parsed({"log", "r", "-f"}).request).follow);
  CHECK(refusal({"reproducer"}).find("run") != std::string::npos);
  for (const char* verb : {"cancel", "retry", "report"}) {
    CHECK(refusal({verb}).find("job") != std::string::npos);
  }
}

TEST_CASE("parse_command_line: nightly")
{
  CHECK(
      std::holds_alternative<NightlyListRequest>(parsed({"nightly"}).request));
  const auto run = std::get<NightlyRunRequest>(
      parsed({"nightly", "run", "oom", "--owner", "ann", "--wait"}).request);
  CHECK(run.name == "oom");
  CHECK(run.owner == "ann");
  CHECK(run.wait);
  CHECK(std::get<NightlyRemoveRequest>(
            parsed({"nightly", "remove", "oom"}).request)
            .name == "oom");
  CHECK(std::get<NightlyLogRequest>(
            parsed({"nightly", "log", "oom", "-n", "7"}).request)
            .limit == 7);
  const auto compare = std::get<NightlyCompareRequest>(
      parsed({"nightly", "compare", "last~1", "last", "--name", "oom"})
          .request);
  CHECK(compare.before == "last~1");
  CHECK(compare.after == "last");
  CHECK(compare.name == "oom");
  CHECK(refusal({"nightly", "list"}).find("unknown command 'list'") !=
        std::string::npos);
  CHECK(refusal({"nightly", "compare", "last"}).find("after") !=
        std::string::npos);
  CHECK(refusal({"nightly", "log", "oom", "-n", "0"}).starts_with("--limit"));
}
