// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/help.h"

namespace oopsfarm {

const Help help_nightly = {
    "nightly",
    "Lists jobs that come again by a schedule, with their last night",
    "Examples:\n"
    "  oopsfarm submit nightly.yaml\n"
    "  oopsfarm nightly\n"
    "  oopsfarm nightly log oom-nightly\n"
    "  oopsfarm nightly run oom-nightly --wait\n"
    "  oopsfarm nightly compare last~1 last\n"
    "  oopsfarm nightly remove oom-nightly\n"
    "\n"
    "A job file with `schedule: \"0 2 * * *\"` (and `timezone: "
    "Europe/Berlin`)\n"
    "becomes a nightly when it is submitted; submitted again, it replaces the\n"
    "one of its name. docs/nightly.md says how nights are compared."};

const Help help_nightly_run = {"run",
                               "Begins a night now; prints its job's id",
                               "Examples:\n"
                               "  oopsfarm nightly run oom-nightly\n"
                               "  oopsfarm nightly run oom-nightly --wait"};

const Help help_nightly_remove = {
    "remove",
    "Forgets a nightly and its nights; their jobs and reports stay",
    "Example:\n"
    "  oopsfarm nightly remove oom-nightly"};

const Help help_nightly_log = {
    "log",
    "Lists nights, the newest first, with what changed in each",
    "Examples:\n"
    "  oopsfarm nightly log oom-nightly\n"
    "  oopsfarm nightly log oom-nightly --limit 100 --json\n"
    "  oopsfarm nightly log oom-nightly --owner ann"};

const Help help_nightly_compare = {
    "compare",
    "Says what changed between two nights, beyond chance",
    "Examples:\n"
    "  oopsfarm nightly compare last~1 last\n"
    "  oopsfarm nightly compare 2026-11-16 2026-11-23 --name oom-nightly\n"
    "  oopsfarm nightly compare 20261121T020003-3fa9c2 last --json\n"
    "\n"
    "A night is named by its day, its job, or as last, last~1, …. Exits with\n"
    "1 when something got worse, with 0 otherwise."};

} // namespace oopsfarm
