// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

namespace oopsfarm {

/// The whole of `oopsfarm` but its catch-all: takes the command line apart,
/// does the verb, prints its error if it has one, and gives the exit code: the
/// verb's, 2 for a user's fault, 3 for ours, 128 + N when signal N stopped it.
/// REQUIRES: called once (it takes over signals).
int run_program(const std::vector<std::string>& args);

} // namespace oopsfarm
