// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/routes.h"
#include "api/submission.h"
#include "base/id.h"
#include "sys/file.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace oopsfarm;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

class Bench
{
public:
  Bench()
      : folder(*TempFolder::make(fs::temp_directory_path(), "oopsfarm-unit-")),
        store(*Store::open(folder.path() / "farm.db"))
  {
    context.state.root = folder.path();
    context.catalogue.targets = {"x86_64"};
    context.catalogue.kconfigs = {"mm-debug"};
    WorkloadInfo memcg;
    memcg.name = "memcg";
    context.catalogue.workloads = {memcg};
    context.store = &store;
    context.board = &board;
    context.wake = [this] { ++wakes; };
  }

  HttpResponse ask(const std::string& method,
                   const std::string& path,
                   const std::string& body = "",
                   const std::string& user = "ann")
  {
    HttpRequest request;
    request.method = method;
    const auto query = path.find('?');
    request.path = path.substr(0, query);
    if (query != std::string::npos) {
      const auto equals = path.find('=', query);
      request.query[path.substr(query + 1, equals - query - 1)] =
          equals == std::string::npos ? "" : path.substr(equals + 1);
    }
    request.body = body;
    request.user = user;
    request.is_admin = user == "root";
    return answer(context, request);
  }

  /// The new job's id.
  std::string submit(const std::string& user = "ann")
  {
    const auto response = ask("POST", "/v1/jobs", to_json(a_job()), user);
    REQUIRE(response.status == 201);
    return Json::parse(response.body)["id"];
  }

  static Submission a_job()
  {
    Submission job;
    job.file = "job.yaml";
    job.files = {{"job.yaml", text, false}};
    return job;
  }

  static constexpr const char* text = "name: oom\ntree: linux\n"
                                      "targets: [x86_64]\n"
                                      "kconfigs: [mm-debug]\n"
                                      "workloads: [memcg]\n";

  TempFolder folder;
  Store store;
  Board board;
  ApiContext context;
  int wakes = 0;
};

} // namespace

static std::string message_of(const HttpResponse& response)
{
  const auto json = Json::parse(response.body);
  CHECK(json["kind"] == "error");
  return json["message"];
}

TEST_CASE("api: a job is submitted, shown, cancelled and tried again")
{
  Bench bench;
  const auto id = bench.submit();
  CHECK(bench.wakes == 1);
  CHECK(*read_file(bench.folder.path() / "jobs" / id / "job.yaml") ==
        Bench::text);
  auto job = Json::parse(bench.ask("GET", "/v1/jobs/" + id).body);
  CHECK(job["state"] == "queued");
  CHECK(job["name"] == "oom");
  CHECK(job["owner"] == "ann");

  CHECK(bench.ask("POST", "/v1/jobs/" + id + "/cancel", "", "bob").status ==
        403);
  CHECK(bench.ask("POST", "/v1/jobs/" + id + "/cancel").status == 200);
  CHECK(bench.ask("POST", "/v1/jobs/" + id + "/cancel").status == 409);
  CHECK(message_of(bench.ask("GET", "/v1/jobs/" + id + "/report")) ==
        id + " has no report: it is cancelled");

  CHECK(bench.ask("POST", "/v1/jobs/" + id + "/retry", "", "bob").status ==
        403);
  const auto again = bench.ask("POST", "/v1/jobs/" + id + "/retry");
  CHECK(again.status == 201);
  job = Json::parse(again.body);
  CHECK(job["id"] != id);
  CHECK(job["state"] == "queued");
  CHECK(fs::exists(bench.folder.path() / "jobs" / job["id"].get<std::string>() /
                   "job.yaml"));
  // root may cancel anybody's
  CHECK(bench
            .ask("POST",
                 "/v1/jobs/" + job["id"].get<std::string>() + "/cancel",
                 "",
                 "root")
            .status == 200);
}

TEST_CASE("api: a bad job is refused with line and column, and leaves nothing")
{
  Bench bench;
  auto job = Bench::a_job();
  SUBCASE("in its file")
  {
    job.files[0].content += "sereis: [x]\n";
    const auto response = bench.ask("POST", "/v1/jobs", to_json(job));
    CHECK(response.status == 400);
    CHECK(message_of(response).starts_with("job.yaml:6:1: "));
  }
  SUBCASE("that names a file of the farm's own")
  {
    for (const char* series : {"/etc/passwd", "../../farm.db"}) {
      auto bad = job;
      bad.files[0].content += std::string("series: [\"") + series + "\"]\n";
      const auto response = bench.ask("POST", "/v1/jobs", to_json(bad));
      CHECK(response.status == 400);
      CHECK(message_of(response).find("is not in the job's folder") !=
            std::string::npos);
    }
  }
  SUBCASE("for a target that nobody knows")
  {
    job.targets = {"arm64"};
    const auto response = bench.ask("POST", "/v1/jobs", to_json(job));
    CHECK(response.status == 400);
    CHECK(message_of(response).starts_with("unknown target 'arm64'"));
  }
  SUBCASE("that wants to go before all others")
  {
    job.priority = 1;
    CHECK(bench.ask("POST", "/v1/jobs", to_json(job)).status == 403);
    CHECK(bench.ask("POST", "/v1/jobs", to_json(job), "root").status == 201);
    CHECK(bench.store.list(JobFilter::all, 9)->size() == 1);
    return;
  }
  SUBCASE("that is no JSON")
  {
    CHECK(bench.ask("POST", "/v1/jobs", "{").status == 400);
  }
  CHECK(bench.store.list(JobFilter::all, 9)->empty());
  std::error_code ignored;
  CHECK((!fs::exists(bench.folder.path() / "jobs") ||
         fs::is_empty(bench.folder.path() / "jobs", ignored)));
}

TEST_CASE("api: jobs are listed, the newest first")
{
  Bench bench;
  const auto first = bench.submit();
  const auto second = bench.submit();
  const auto body = bench.ask("GET", "/v1/jobs").body;
  CHECK(body.find(second) < body.find(first));
  CHECK(bench.ask("GET", "/v1/jobs?limit=x").status == 400);
  CHECK(bench.ask("GET", "/v1/jobs?limit=1").body.find(first) ==
        std::string::npos);
  REQUIRE(bench.store.cancel_job(first));
  CHECK(bench.ask("GET", "/v1/jobs").body.find(first) == std::string::npos);
  CHECK(bench.ask("GET", "/v1/jobs?all=1").body.find(first) !=
        std::string::npos);
}

TEST_CASE("api: reports and logs are read")
{
  Bench bench;
  const auto id = bench.submit();
  REQUIRE(bench.store.begin_job(id, "c"));
  const auto run = new_id();
  REQUIRE(bench.store.begin_run(id, 0, run));
  RunOutcome outcome;
  outcome.run_id = run;
  outcome.verdict = Verdict::crash;
  outcome.title = "kernel BUG in exit_mmap";
  REQUIRE(bench.store.end_run(outcome));
  const auto* json = "{\"kind\":\"job\",\"name\":\"oom <1>\"}\n";
  REQUIRE(bench.store.end_job(id, 1, {"the table", json}));
  CHECK(bench.ask("GET", "/v1/jobs/" + id + "/report").body == "the table");
  CHECK(bench.ask("GET", "/v1/jobs/" + id + "/report?format=json").body ==
        json);
  const auto page = bench.ask("GET", "/v1/jobs/" + id + "/report?format=html");
  CHECK(page.type == "text/html; charset=utf-8");
  CHECK(page.body.find("<title>oom &lt;1&gt;</title>") != std::string::npos);
  bench.context.mail.to = {"mm@example.org"};
  CHECK(bench.ask("GET", "/v1/jobs/" + id + "/report?format=mail")
            .body.find("\nTo: mm@example.org\n") != std::string::npos);
  CHECK(bench.ask("GET", "/v1/jobs/" + id + "/report?format=pdf").status ==
        400);
  const auto runs =
      Json::parse(bench.ask("GET", "/v1/jobs/" + id + "/runs").body);
  CHECK(runs["title"] == "kernel BUG in exit_mmap");

  const auto folder = bench.context.state.runs() / run;
  REQUIRE(make_folder(folder));
  REQUIRE(write_file(folder / "console.log", "0123456789"));
  const auto log = "/v1/runs/" + run + "/console";
  CHECK(bench.ask("GET", log).body == "0123456789");
  CHECK(bench.ask("GET", log + "?offset=7").body == "789");
  CHECK(bench.ask("GET", log + "?offset=99").body.empty());
  CHECK(bench.ask("GET", log + "?offset=-1").status == 404);
  CHECK(bench.ask("GET", "/v1/runs/" + run + "/ktap").status == 404);
  CHECK(bench.ask("GET", "/v1/runs/" + run + "/spec.json").status == 404);
  CHECK(bench.ask("POST", log).status == 405);
}

TEST_CASE("api: what is not there is not there")
{
  Bench bench;
  const auto id = new_id();
  for (const auto& path : {std::string("/"),
                           std::string("/v1"),
                           std::string("/v1/jobs/"),
                           "/v1/jobs/" + id,
                           "/v1/jobs/" + id + "/report",
                           "/v1/jobs/" + id + "/../../x",
                           std::string("/v1/jobs/../farm.db"),
                           std::string("/v1/runs/../console"),
                           "/v1/runs/" + id + "/console",
                           std::string("/v1/runs/..%2f/console"),
                           std::string("/etc/passwd")}) {
    CAPTURE(path);
    CHECK(bench.ask("GET", path).status == 404);
  }
  CHECK(bench.ask("DELETE", "/v1/jobs").status == 405);
  CHECK(bench.ask("GET", "/healthz").body == "ok\n");
  const auto job = bench.submit();
  const auto metrics = bench.ask("GET", "/metrics").body;
  CHECK(metrics.find("oopsfarm_jobs{state=\"queued\"} 1\n") !=
        std::string::npos);
}
