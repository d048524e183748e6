// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

namespace oopsfarm {

/// The whole of `oopsfarmd` but its catch-all: takes the command line apart,
/// claims the state folder, and works until a signal. Gives the exit code: 0
/// when it was stopped by SIGTERM or SIGINT, 2 for a user's fault, 3 for ours.
/// REQUIRES: called once (it takes over signals).
int run_daemon(const std::vector<std::string>& args);

} // namespace oopsfarm
