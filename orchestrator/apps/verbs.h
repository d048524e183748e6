// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "apps/command_line.h"
#include "base/result.h"
#include "sys/process.h"
#include "sys/stop.h"

namespace oopsfarm {

/// What every verb works with. The references outlive the call.
struct Context
{
  const GlobalOptions& options;
  ProcessRunner& processes;
  const Stop& stop;
};

/// The verbs, one file each (verb_NAME.cpp). Each prints its result on
/// standard output and its progress on standard error, and gives the exit
/// code; an Error is printed by the caller. When the stop was requested, what
/// they give does not matter: the caller exits with 128 + the signal.
Result<int> run_verb(const RunRequest& request, const Context& context);
Result<int> submit_verb(const SubmitRequest& request, const Context& context);
Result<int> status_verb(const StatusRequest& request, const Context& context);
Result<int> cancel_verb(const CancelRequest& request, const Context& context);
Result<int> retry_verb(const RetryRequest& request, const Context& context);
Result<int> report_verb(const ReportRequest& request, const Context& context);
Result<int> reproducer_verb(const ReproducerRequest& request,
                            const Context& context);
Result<int> nightly_list_verb(const NightlyListRequest& request,
                              const Context& context);
Result<int> nightly_run_verb(const NightlyRunRequest& request,
                             const Context& context);
Result<int> nightly_remove_verb(const NightlyRemoveRequest& request,
                                const Context& context);
Result<int> nightly_log_verb(const NightlyLogRequest& request,
                             const Context& context);
Result<int> nightly_compare_verb(const NightlyCompareRequest& request,
                                 const Context& context);
Result<int> tree_add_verb(const TreeAddRequest& request,
                          const Context& context);
Result<int> tree_list_verb(const TreeListRequest& request,
                           const Context& context);
Result<int> gc_verb(const GcRequest& request, const Context& context);

Result<int> token_add_verb(const TokenAddRequest& request,
                           const Context& context);

Result<int> token_list_verb(const Context& context);

Result<int> token_remove_verb(const TokenRemoveRequest& request,
                              const Context& context);

Result<int> tree_remove_verb(const TreeRemoveRequest& request,
                             const Context& context);
Result<int> log_verb(const LogRequest& request, const Context& context);
Result<int> triage_verb(const TriageRequest& request, const Context& context);
Result<int> crashes_verb(const CrashesRequest& request, const Context& context);
Result<int> crash_mark_verb(const CrashMarkRequest& request,
                            const Context& context);
Result<int> bisect_verb(const BisectRequest& request, const Context& context);

/// The same where a job file is given: kernels of the farm's.
Result<int> bisect_kernels_verb(const BisectRequest& request,
                                const Context& context);
Result<int> bisect_log_verb(const BisectLogRequest& request,
                            const Context& context);
Result<int> bisect_replay_verb(const BisectReplayRequest& request,
                               const Context& context);
Result<int> bisect_tell_verb(const BisectTellRequest& request,
                             const Context& context);
Result<int> doctor_verb(const DoctorRequest& request, const Context& context);

} // namespace oopsfarm
