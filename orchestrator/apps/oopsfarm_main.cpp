// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/program.h"
#include "base/log.h"

#include <exception>
#include <string>
#include <vector>

int main(int argc, char** argv)
{
  try {
    return oopsfarm::run_program(
        std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
  } catch (const std::exception& failure) {
    oopsfarm::log::error(std::string("internal failure: ") + failure.what());
    return 3;
  }
}
