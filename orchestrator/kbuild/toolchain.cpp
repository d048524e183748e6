// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/toolchain.h"

#include "base/strings.h"

#include <fmt/format.h>

namespace oopsfarm {

/// The first line of `program --version`.
static Result<std::string> version_line(const std::string& program,
                                        const std::string& package,
                                        ProcessRunner& processes,
                                        const Stop& stop)
{
  Command command;
  command.argv = {program, "--version"};
  command.env = {{"LC_ALL", "C.UTF-8"}};
  const auto finished = processes.run(command, RunOptions{}, stop);
  if (finished && finished->stopped) {
    return infra_error("stopped");
  }
  const auto lines =
      finished ? split_lines(finished->out) : std::vector<std::string>();
  if (!finished || !finished->ok() || lines.empty()) {
    return user_error(
        fmt::format("the compiler tool {} is missing or does not start; "
                    "install it: apt-get install {}",
                    program,
                    package));
  }
  return printable(lines.front());
}

std::string compiler_package(Arch arch)
{
  return arch == Arch::x86_64 ? "gcc-x86-64-linux-gnu"
                              : "gcc-powerpc64le-linux-gnu";
}

static std::string linker_package(Arch arch)
{
  return arch == Arch::x86_64 ? "binutils-x86-64-linux-gnu"
                              : "binutils-powerpc64le-linux-gnu";
}

Result<std::string>
toolchain_id(Arch arch, ProcessRunner& processes, const Stop& stop)
{
  const std::string prefix = cross_prefix(arch);
  TRY_ASSIGN(
      const auto gcc,
      version_line(prefix + "gcc", compiler_package(arch), processes, stop));
  TRY_ASSIGN(
      const auto ld,
      version_line(prefix + "ld", linker_package(arch), processes, stop));
  return gcc + "\n" + ld;
}

} // namespace oopsfarm
