// SPDX-License-Identifier: GPL-2.0-or-later
// oopsfarmd with a planner and steps that need no git, kernel or guest; all
// else is the real one: store, foreman, crew, API, takeover.
//
//   toy_farmd STATE RUNS SLOTS instant    steps in this process
//   toy_farmd STATE RUNS SLOTS process    steps that are processes
//   toy_farmd SPEC.json                   such a step
#include "api/http_server.h"
#include "api/routes.h"
#include "apps/engine_setup.h"
#include "apps/environment.h"
#include "base/log.h"
#include "daemon/foreman.h"
#include "daemon/takeover.h"
#include "exec/detached.h"
#include "support/fake_planner.h"
#include "toy/toy_step.h"

#include <string>

namespace oopsfarm::toy {

struct Options
{
  GlobalOptions global;
  std::size_t runs = 0;
  unsigned slots = 0;
  bool is_instant = false;
};

static Status serve(const Options& options, Stop& stop)
{
  SystemProcessRunner processes;
  TRY_ASSIGN(auto engine, make_engine_context(options.global, processes, stop));
  TRY_ASSIGN(const auto catalogue, load_catalogue(engine.share, engine));
  TRY_ASSIGN(const auto lock, claim_state(engine.state));
  TRY_ASSIGN(auto store, Store::open(engine.state.database()));
  TRY(take_over(engine, store, stop));
  Board board;
  test::FakePlanner planner(engine);
  planner.runs = options.runs;
  const auto executor =
      options.is_instant
          ? make_instant_executor(options.slots)
          : make_detached_executor(own_program(), options.slots, stop);
  Foreman foreman(planner, engine.state, store, board, *executor, stop);
  ApiContext api;
  api.state = engine.state;
  api.catalogue = catalogue;
  api.store = &store;
  api.board = &board;
  api.wake = [&foreman] { foreman.wake(); };
  api.since = std::chrono::steady_clock::now();
  TRY_ASSIGN(const auto server,
             HttpServer::start(engine.state.socket(),
                               [&api](const HttpRequest& request) {
                                 return answer(api, request);
                               }));
  return foreman.run();
}

static int run(const std::vector<std::string>& args)
{
  if (args.size() == 1) {
    return work(args[0]);
  }
  if (args.size() != 4) {
    log::error("see the head of toy_farmd.cpp");
    return 2;
  }
  Options options;
  options.global.state = args[0];
  options.runs = std::stoul(args[1]);
  options.slots = static_cast<unsigned>(std::stoul(args[2]));
  options.is_instant = args[3] == "instant";
  log::set_level(log::Level::warning);
  static Stop stop;
  stop_on_signals(stop);
  if (const auto done = serve(options, stop); !done) {
    log::error(done.error().message);
    return 3;
  }
  return 0;
}

} // namespace oopsfarm::toy

int main(int argc, char** argv)
{
  return oopsfarm::toy::run({argv + 1, argv + argc});
}
