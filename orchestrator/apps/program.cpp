// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/program.h"

#include "apps/command_line.h"
#include "apps/terminal.h"
#include "apps/verbs.h"
#include "base/log.h"
#include "sys/process.h"
#include "sys/stop.h"

#include <unistd.h>

#include <csignal>

namespace oopsfarm {

namespace {

/// Calls the verb's function.
struct Dispatch
{
  const Context& context;

  Result<int> operator()(const HelpRequest& request) const
  {
    TRY(put_result(request.text));
    return 0;
  }

  Result<int> operator()(const RunRequest& request) const
  {
    return run_verb(request, context);
  }

  Result<int> operator()(const SubmitRequest& request) const
  {
    return submit_verb(request, context);
  }

  Result<int> operator()(const StatusRequest& request) const
  {
    return status_verb(request, context);
  }

  Result<int> operator()(const CancelRequest& request) const
  {
    return cancel_verb(request, context);
  }

  Result<int> operator()(const RetryRequest& request) const
  {
    return retry_verb(request, context);
  }

  Result<int> operator()(const ReportRequest& request) const
  {
    return report_verb(request, context);
  }

  Result<int> operator()(const GcRequest& request) const
  {
    return gc_verb(request, context);
  }

  Result<int> operator()(const TokenAddRequest& request) const
  {
    return token_add_verb(request, context);
  }

  Result<int> operator()(const TokenListRequest&) const
  {
    return token_list_verb(context);
  }

  Result<int> operator()(const TokenRemoveRequest& request) const
  {
    return token_remove_verb(request, context);
  }

  Result<int> operator()(const ReproducerRequest& request) const
  {
    return reproducer_verb(request, context);
  }

  Result<int> operator()(const NightlyListRequest& request) const
  {
    return nightly_list_verb(request, context);
  }

  Result<int> operator()(const NightlyRunRequest& request) const
  {
    return nightly_run_verb(request, context);
  }

  Result<int> operator()(const NightlyRemoveRequest& request) const
  {
    return nightly_remove_verb(request, context);
  }

  Result<int> operator()(const NightlyLogRequest& request) const
  {
    return nightly_log_verb(request, context);
  }

  Result<int> operator()(const NightlyCompareRequest& request) const
  {
    return nightly_compare_verb(request, context);
  }

  Result<int> operator()(const TreeAddRequest& request) const
  {
    return tree_add_verb(request, context);
  }

  Result<int> operator()(const TreeListRequest& request) const
  {
    return tree_list_verb(request, context);
  }

  Result<int> operator()(const TreeRemoveRequest& request) const
  {
    return tree_remove_verb(request, context);
  }

  Result<int> operator()(const LogRequest& request) const
  {
    return log_verb(request, context);
  }

  Result<int> operator()(const TriageRequest& request) const
  {
    return triage_verb(request, context);
  }

  Result<int> operator()(const CrashesRequest& request) const
  {
    return crashes_verb(request, context);
  }

  Result<int> operator()(const CrashMarkRequest& request) const
  {
    return crash_mark_verb(request, context);
  }

  Result<int> operator()(const BisectRequest& request) const
  {
    return bisect_verb(request, context);
  }

  Result<int> operator()(const BisectLogRequest& request) const
  {
    return bisect_log_verb(request, context);
  }

  Result<int> operator()(const BisectReplayRequest& request) const
  {
    return bisect_replay_verb(request, context);
  }

  Result<int> operator()(const BisectTellRequest& request) const
  {
    return bisect_tell_verb(request, context);
  }

  Result<int> operator()(const DoctorRequest& request) const
  {
    return doctor_verb(request, context);
  }
};

} // namespace

static int exit_code_of(const Error& error)
{
  return error.fault == Fault::user ? 2 : 3;
}

static log::Level log_level(Verbosity verbosity)
{
  switch (verbosity) {
  case Verbosity::quiet:
    return log::Level::error;
  case Verbosity::normal:
    return log::Level::warning;
  case Verbosity::verbose:
    return log::Level::debug;
  }
  return log::Level::warning;
}

/// An error of several lines (a job file's problems) is one log entry with
/// the rest below it.
static void tell(const Error& error)
{
  log::error(error.message);
}

int run_program(const std::vector<std::string>& args)
{
  const auto line = parse_command_line(args);
  if (!line) {
    tell(line.error());
    return exit_code_of(line.error());
  }
  log::set_level(log_level(line->global.verbosity));
  static Stop stop; // the signal handler may use it till the end
  stop_on_signals(stop);
  SystemProcessRunner processes;
  const Context context{line->global, processes, stop};
  const auto code = std::visit(Dispatch{context}, line->request);
  if (stop.requested()) {
    constexpr int signalled = 128; // the shells' convention
    log::error(stop.signal() == SIGINT
                   ? "stopped by Ctrl-C; nothing was left half-done"
                   : "stopped by a signal; nothing was left half-done");
    return signalled + stop.signal();
  }
  if (!code) {
    tell(code.error());
    return exit_code_of(code.error());
  }
  return *code;
}

} // namespace oopsfarm
