// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/nightly_json.h"
#include "api/routes.h"
#include "api/submission.h"
#include "daemon/night_watch.h"
#include "nightly/night.h"
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
        store(*Store::open(folder.path() / "farm.db")),
        book(*NightlyBook::open(folder.path() / "farm.db"))
  {
    context.state.root = folder.path();
    context.catalogue.targets = {"x86_64"};
    context.catalogue.kconfigs = {"mm-debug"};
    WorkloadInfo memcg;
    memcg.name = "memcg";
    context.catalogue.workloads = {memcg};
    context.store = &store;
    context.board = &board;
    context.wake = [] {};
    context.nights = &book;
    context.wake_nights = [this] { ++wakes; };
  }

  HttpResponse ask(const std::string& method,
                   const std::string& path,
                   const std::string& body = "",
                   const std::string& user = "ann",
                   std::map<std::string, std::string> query = {})
  {
    HttpRequest request;
    request.method = method;
    request.path = path;
    request.query = std::move(query);
    request.body = body;
    request.user = user;
    request.is_admin = user == "root";
    return answer(context, request);
  }

  HttpResponse submit(const std::string& user = "ann",
                      const std::string& schedule = "0 2 * * *",
                      int priority = 0)
  {
    Submission job;
    job.file = "job.yaml";
    job.files = {{"job.yaml",
                  "name: oom\ntree: linux\ntargets: [x86_64]\n"
                  "kconfigs: [mm-debug]\nworkloads: [memcg]\n"
                  "schedule: \"" +
                      schedule + "\"\ntimezone: Europe/Berlin\n",
                  false}};
    job.priority = priority;
    return ask("POST", "/v1/jobs", to_json(job), user);
  }

  /// A night that has ended, of this day.
  std::string ended_night(const std::string& job, const std::string& day)
  {
    const auto number = (*book.find("ann", "oom"))->number;
    NewNight night;
    night.job = job;
    night.day = day;
    night.is_asked = true;
    REQUIRE(book.begin_night(number, night));
    NewJob row;
    row.id = job;
    row.name = "oom";
    REQUIRE(store.add_job(row));
    REQUIRE(book.submitted(job, "c0", ""));
    REQUIRE(store.begin_job(job, "c0"));
    Night record;
    record.job = job;
    record.day = day;
    NightCell cell;
    cell.workload = "memcg";
    cell.observations = 3;
    if (day == "2026-11-23") {
      cell.crashes = {{"a", "BUG: a", 2, "r"}};
    }
    record.cells = {cell};
    REQUIRE(book.end_night(job, to_json(record), "", {}));
    REQUIRE(store.end_job(job, 0, {"", ""}));
    return job;
  }

  TempFolder folder;
  Store store;
  NightlyBook book;
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

TEST_CASE("api: a job with a schedule becomes a nightly")
{
  Bench bench;
  const auto response = bench.submit();
  REQUIRE(response.status == 201);
  CHECK(bench.wakes == 1);
  const auto nightly = Json::parse(response.body);
  CHECK(nightly["kind"] == "nightly");
  CHECK(nightly["name"] == "oom");
  CHECK(nightly["owner"] == "ann");
  CHECK(nightly["schedule"] == "CRON_TZ=Europe/Berlin 0 2 * * *");
  CHECK(nightly["priority"] == -50);
  CHECK(nightly["next_ms"] > wall_now().count());
  CHECK(nightly["last"].is_null());
  CHECK(parse_nightly_view(response.body).has_value());
  CHECK((*bench.store.list(JobFilter::all, 10)).empty());
  const auto folder = bench.folder.path() / "nightlies";
  const auto first = fs::directory_iterator(folder)->path();
  CHECK(fs::exists(first / "job.yaml"));
  CHECK(fs::is_empty(bench.folder.path() / "jobs"));

  SUBCASE("and takes the place of its owner's former one")
  {
    CHECK(bench.submit("ann", "0 3 * * *").status == 201);
    CHECK(bench.submit("bob").status == 201);
    CHECK((*bench.book.all()).size() == 2);
    CHECK_FALSE(fs::exists(first));
    const auto shown = bench.ask("GET", "/v1/nightlies/oom");
    CHECK(Json::parse(shown.body)["schedule"] ==
          "CRON_TZ=Europe/Berlin 0 3 * * *");
  }
  SUBCASE("with a priority over 0 for the farm's owner alone")
  {
    CHECK(bench.submit("ann", "0 2 * * *", 5).status == 403);
    CHECK(bench.submit("root", "0 2 * * *", 5).status == 201);
    CHECK((*bench.book.find("root", "oom"))->asked.priority == 5);
  }
}

TEST_CASE("api: nightlies are changed by their owner and the farm's")
{
  Bench bench;
  bench.submit();
  const std::map<std::string, std::string> anns = {{"owner", "ann"}};
  CHECK(bench.ask("POST", "/v1/nightlies/oom/run").status == 201);
  CHECK(message_of(bench.ask("POST", "/v1/nightlies/oom/run"))
            .starts_with("a night of it runs already"));
  CHECK(bench.ask("POST", "/v1/nightlies/oom/run").status == 409);
  CHECK(bench.ask("POST", "/v1/nightlies/oom/remove", "", "bob").status == 404);
  CHECK(bench.ask("POST", "/v1/nightlies/oom/remove", "", "bob", anns).status ==
        403);
  CHECK(bench.ask("GET", "/v1/nightlies/oom/nights", "", "bob", anns).status ==
        200);
  CHECK(
      bench.ask("POST", "/v1/nightlies/oom/remove", "", "root", anns).status ==
      200);
  CHECK((*bench.book.all()).empty());
  CHECK(fs::is_empty(bench.folder.path() / "nightlies"));
}

TEST_CASE("api: two nights are compared by day, job or distance")
{
  Bench bench;
  bench.submit();
  bench.ended_night("20261122T010000-aaaaaa", "2026-11-22");
  bench.ended_night("20261123T010000-bbbbbb", "2026-11-23");
  const auto compare = [&](const std::string& a, const std::string& b) {
    return bench.ask("GET",
                     "/v1/nightlies/oom/compare",
                     "",
                     "ann",
                     {{"a", a}, {"b", b}, {"format", "json"}});
  };
  for (const auto& [a, b] :
       {std::pair("last~1", "last"),
        std::pair("2026-11-22", "2026-11-23"),
        std::pair("20261122T010000-aaaaaa", "20261123T010000-bbbbbb")}) {
    CAPTURE(std::string(a));
    const auto response = compare(a, b);
    REQUIRE(response.status == 200);
    const auto json = Json::parse(response.body);
    CHECK(json["worse"] == true);
    CHECK(json["changes"][0]["change"] == "new-crash");
  }
  CHECK(Json::parse(compare("last", "last~1").body)["worse"] == false);
  for (const char* bad :
       {"last~2", "last~x", "lastly", "2026-11-24", "", "~"}) {
    CAPTURE(std::string(bad));
    CHECK(compare(bad, "last").status == 400);
  }
}

TEST_CASE("api: wrong requests about nightlies")
{
  Bench bench;
  bench.submit();
  CHECK(bench.ask("GET", "/v1/nightlies").status == 200);
  CHECK(bench.ask("POST", "/v1/nightlies").status == 405);
  CHECK(bench.ask("GET", "/v1/nightlies/none").status == 404);
  CHECK(bench.ask("GET", "/v1/nightlies/oom/run").status == 404);
  CHECK(bench.ask("POST", "/v1/nightlies/oom/nights").status == 404);
  CHECK(bench.ask("GET", "/v1/nightlies/oom/nights/x").status == 404);
  for (const char* limit : {"-1", "1001", "x", "99999999999999999999"}) {
    CHECK(bench
              .ask("GET",
                   "/v1/nightlies/oom/nights",
                   "",
                   "ann",
                   {{"limit", limit}})
              .status == 400);
  }
  bench.context.nights = nullptr;
  CHECK(bench.ask("GET", "/v1/nightlies").status == 404);
  CHECK(bench.submit().status == 400);
  CHECK(fs::is_empty(bench.folder.path() / "jobs"));
}
