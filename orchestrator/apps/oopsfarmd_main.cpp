// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/daemon_program.h"
#include "base/log.h"

#include <exception>

int main(int argc, char** argv)
{
  try {
    return oopsfarm::run_daemon({argv + 1, argv + argc});
  } catch (const std::exception& failure) {
    oopsfarm::log::error(std::string("a bug: ") + failure.what());
    return 3;
  }
}
