// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace oopsfarm {

/// A verb, and what --help says of it.
struct Help
{
  const char* verb;
  const char* summary;
  const char* examples;
};

extern const Help help_program;
extern const Help help_run;
extern const Help help_submit;
extern const Help help_status;
extern const Help help_cancel;
extern const Help help_retry;
extern const Help help_report;
extern const Help help_gc;
extern const Help help_token;
extern const Help help_token_add;
extern const Help help_token_list;
extern const Help help_token_remove;
extern const Help help_reproducer;
extern const Help help_nightly;
extern const Help help_nightly_run;
extern const Help help_nightly_remove;
extern const Help help_nightly_log;
extern const Help help_nightly_compare;
extern const Help help_tree;
extern const Help help_tree_add;
extern const Help help_tree_list;
extern const Help help_tree_remove;
extern const Help help_log;
extern const Help help_triage;
extern const Help help_crashes;
extern const Help help_crashes_mark;
extern const Help help_bisect;
extern const Help help_bisect_log;
extern const Help help_bisect_replay;
extern const Help help_bisect_tell;
extern const Help help_doctor;
extern const Help help_completion;

} // namespace oopsfarm
