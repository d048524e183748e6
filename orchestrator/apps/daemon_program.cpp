// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/daemon_program.h"

#include "api/http_server.h"
#include "api/routes.h"
#include "api/tokens.h"
#include "apps/engine_setup.h"
#include "apps/environment.h"
#include "apps/terminal.h"
#include "base/log.h"
#include "base/strings.h"
#include "daemon/foreman.h"
#include "daemon/job_bisector.h"
#include "daemon/night_watch.h"
#include "daemon/takeover.h"
#include "exec/detached.h"
#include "jobfile/bisection_text.h"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <functional>
#include <optional>
#include <string_view>

namespace oopsfarm {

static constexpr const char* examples =
    "Examples:\n"
    "  oopsfarmd\n"
    "  oopsfarmd --state /srv/farm --verbose\n"
    "\n"
    "Works the jobs that `oopsfarm submit` hands it, on a UNIX socket in the\n"
    "state folder, for its owner and group, and on TCP where farm.yaml says "
    "so\n"
    "(`listen: 127.0.0.1:7070`), for who has a token (`oopsfarm token`).\n"
    "\n"
    "SIGTERM and Ctrl-C end what is at work, and it is begun again at the "
    "next\n"
    "start; with `on_stop: finish` in farm.yaml it is worked to its end "
    "first,\n"
    "with `on_stop: leave` it goes on, and the next daemon takes it over, as "
    "it\n"
    "does after a kill. SIGHUP reads all settings anew, and nothing at work\n"
    "notices.";

/// Whether SIGHUP came, with settings that can be read: broken ones must not
/// end a daemon that works.
class ReloadWish
{
public:
  explicit ReloadWish(std::function<Status()> check) : check_(std::move(check))
  {
  }

  bool operator()()
  {
    if (hangups() == seen_) {
      return false;
    }
    seen_ = hangups();
    const auto checked = check_();
    if (!checked) {
      log::error("the settings stay as they were: " + checked.error().message);
    }
    return checked.has_value();
  }

private:
  std::function<Status()> check_;
  unsigned seen_ = hangups();
};

/// How a daemon ended.
enum class DaemonEnd { stopped, to_begin_anew };

/// Whose token it is, by the file as it is now: what was taken back is gone at
/// once.
static std::optional<HttpClient> client_of(const std::filesystem::path& tokens,
                                           const std::string& token)
{
  const auto known = read_tokens(tokens);
  if (!known) {
    log::error(known.error().message);
    return std::nullopt;
  }
  const auto found = find_token(*known, token);
  return found ? std::optional(
                     HttpClient{found->name, found->role == Role::admin})
               : std::nullopt;
}

/// The door to the network, where farm.yaml wants one.
static Result<std::optional<HttpServer>>
listen_on_tcp(const EngineContext& engine, const HttpServer::Handler& handler)
{
  if (!engine.config.listen) {
    return std::optional<HttpServer>();
  }
  auto address = *engine.config.listen;
  const auto tokens = engine.state.tokens();
  TRY_ASSIGN(auto server,
             HttpServer::start(
                 address,
                 [tokens](const std::string& token) {
                   return client_of(tokens, token);
                 },
                 handler));
  address.port = server.port();
  log::info("ready at http://" + to_string(address));
  if (address.host != "localhost" && !address.host.starts_with("127.") &&
      address.host != "::1") {
    log::warning("tokens and jobs travel unencrypted to " + to_string(address) +
                 "; a proxy with TLS before it, or a tunnel, would be better");
  }
  return std::optional(std::move(server));
}

/// The bisection that a night wants, as its job file has to ask for it.
static std::string bisection_key(const StoredBisection& wanted)
{
  BisectionWish wish;
  wish.good = wanted.good;
  wish.bad = wanted.bad;
  wish.signatures = {wanted.signature};
  wish.targets = {wanted.target};
  wish.kconfigs = {wanted.kconfig};
  wish.workloads = {wanted.workload};
  return bisection_text(wish);
}

/// The composition root: everything is made here, and lives until the end.
static Result<DaemonEnd> serve(const GlobalOptions& options, const Stop& asked)
{
  Stop stop;
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
  TRY_ASSIGN(auto nights, NightlyBook::open(engine.state.database()));
  TRY(remove_unneeded_nightlies(engine.state, nights));
  Foreman foreman(*planner,
                  engine.state,
                  store,
                  board,
                  *executor,
                  stop,
                  &nights,
                  {&asked,
                   ReloadWish([&]() -> Status {
                     TRY(load_config(options, engine.state));
                     return Ok{};
                   }),
                   engine.config.on_stop});
  ApiContext api;
  api.state = engine.state;
  api.catalogue = catalogue;
  api.store = &store;
  api.board = &board;
  api.mail = identity_of(engine.config.mail);
  api.wake = [&foreman] { foreman.wake(); };
  api.since = std::chrono::steady_clock::now();
  const auto trees = make_tree_keeper(engine, stop);
  JobBisector bisector(store, engine.state, bisection_key);
  NightWatch watch(
      {nights, store, *trees, engine.state, wall_now, api.wake, &bisector});
  NightShift shift(watch, stop);
  api.nights = &nights;
  api.wake_nights = [&shift] { shift.wake(); };
  const auto handler = [&api](const HttpRequest& request) {
    return answer(api, request);
  };
  TRY_ASSIGN(const auto server,
             HttpServer::start(engine.state.socket(), handler));
  TRY_ASSIGN(const auto tcp, listen_on_tcp(engine, handler));
  log::info("ready at " + engine.state.socket().string());
  TRY(foreman.run());
  if (!asked.requested()) {
    return DaemonEnd::to_begin_anew;
  }
  log::info("stopped");
  return DaemonEnd::stopped;
}

/// Begins anew as the program that stands in our place now: settings, catalogue
/// and version are read again, and steps at work are taken over.
static int begin_anew(std::vector<std::string> args)
{
  auto program = own_program().string();
  constexpr std::string_view replaced = " (deleted)";
  if (program.ends_with(replaced)) {
    program.resize(program.size() - replaced.size());
  }
  args.insert(args.begin(), program);
  std::vector<char*> words;
  for (auto& arg : args) {
    words.push_back(arg.data());
  }
  words.push_back(nullptr);
  execv(program.c_str(), words.data());
  log::error(
      fmt::format("cannot begin anew as {}: {}", program, strerror(errno)));
  return 3;
}

int run_daemon(const std::vector<std::string>& args)
{
  GlobalOptions options;
  bool is_verbose = false;
  bool is_json = false;
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
  app.add_flag("--log-json", is_json, "Diagnostics as one JSON object a line");
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
  log::set_format(is_json ? log::Format::json : log::Format::text);
  static Stop asked; // the signal handler may use it till the end
  stop_on_signals(asked);
  count_hangups();
  const auto end = serve(options, asked);
  if (!end) {
    log::error(end.error().message);
    return end.error().fault == Fault::user ? 2 : 3;
  }
  return *end == DaemonEnd::stopped ? 0 : begin_anew(args);
}

} // namespace oopsfarm
