// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/daemon_program.h"

#include "api/http_server.h"
#include "api/routes.h"
#include "apps/engine_setup.h"
#include "apps/environment.h"
#include "apps/terminal.h"
#include "base/log.h"
#include "base/strings.h"
#include "daemon/foreman.h"
#include "daemon/takeover.h"
#include "exec/detached.h"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

namespace oopsfarm {

static constexpr const char* examples =
    "Examples:\n"
    "  oopsfarmd\n"
    "  oopsfarmd --state /srv/farm --verbose\n"
    "\n"
    "Works the jobs that `oopsfarm submit` hands it, on a UNIX socket in the\n"
    "state folder, for its owner and group. Stopped by SIGTERM or Ctrl-C it\n"
    "ends what is at work, and begins it again when it is started next; of a\n"
    "daemon that was killed, the next one takes over what is at work still.";

/// The composition root: everything is made here, and lives until the end.
static Status serve(const GlobalOptions& options, const Stop& stop)
{
  SystemProcessRunner processes;
  TRY_ASSIGN(const auto engine, make_engine_context(options, processes, stop));
  TRY_ASSIGN(const auto catalogue, load_catalogue(engine.share, engine));
  TRY_ASSIGN(const auto lock, claim_state(engine.state));
  TRY_ASSIGN(auto store, Store::open(engine.state.database()));
  TRY(take_over(engine, store, stop));
  Board board;
  const auto planner = make_planner(engine, catalogue, stop);
  const auto executor = make_detached_executor(
      engine.share.step_program, or_cpus(engine.config.parallel_guests), stop);
  Foreman foreman(*planner, engine.state, store, board, *executor, stop);
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
  log::info("ready at " + engine.state.socket().string());
  TRY(foreman.run());
  log::info("stopped");
  return Ok{};
}

int run_daemon(const std::vector<std::string>& args)
{
  GlobalOptions options;
  bool is_verbose = false;
  CLI::App app("Works the jobs that are submitted to a farm.", "oopsfarmd");
  app.footer(examples);
  app.set_version_flag("--version",
                       std::string("oopsfarmd ") + OOPSFARM_VERSION);
  app.add_option("--state",
                 options.state,
                 "The farm's folder (default: $XDG_STATE_HOME/oopsfarm or "
                 "~/.local/state/oopsfarm)")
      ->type_name("DIR");
  app.add_option("--config",
                 options.config,
                 "The farm's settings (default: farm.yaml in the state folder)")
      ->type_name("FILE");
  app.add_flag("-v,--verbose", is_verbose, "Also the commands that are run");
  std::vector<std::string> reversed(args.rbegin(), args.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    return put_result(app.help()) ? 0 : 3;
  } catch (const CLI::CallForVersion&) {
    return put_result(app.version() + "\n") ? 0 : 3;
  } catch (const CLI::ParseError& failure) {
    log::error(printable(failure.what()) + "; see `oopsfarmd --help`");
    return 2;
  }
  log::set_level(is_verbose ? log::Level::debug : log::Level::info);
  static Stop stop; // the signal handler may use it till the end
  stop_on_signals(stop);
  if (const auto done = serve(options, stop); !done) {
    log::error(done.error().message);
    return done.error().fault == Fault::user ? 2 : 3;
  }
  return 0;
}

} // namespace oopsfarm
