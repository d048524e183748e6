// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/toolchain.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

namespace {

/// Answers `X --version`; says that `missing` can't be started.
class FakeTools final : public ProcessRunner
{
public:
  explicit FakeTools(std::string missing) : missing_(std::move(missing)) {}

  Result<Finished>
  run(const Command& command, const RunOptions&, const Stop&) override
  {
    if (command.argv.front() == missing_) {
      return infra_error("no such program");
    }
    Finished finished;
    finished.out = command.argv.front() + " 12.2\x1b\nCopyright\n";
    return finished;
  }

private:
  std::string missing_;
};

} // namespace

TEST_CASE("toolchain_id")
{
  const Stop stop;

  SUBCASE("is the first line of compiler and linker, printable")
  {
    FakeTools tools("");
    CHECK(*toolchain_id(Arch::ppc64le, tools, stop) ==
          "powerpc64le-linux-gnu-gcc 12.2?\npowerpc64le-linux-gnu-ld 12.2?");
  }

  SUBCASE("names the package of what is missing")
  {
    FakeTools no_gcc("powerpc64le-linux-gnu-gcc");
    const auto gcc = toolchain_id(Arch::ppc64le, no_gcc, stop);
    REQUIRE_FALSE(gcc);
    CHECK(gcc.error().fault == Fault::user);
    CHECK(gcc.error().message ==
          "the compiler tool powerpc64le-linux-gnu-gcc is missing or does not "
          "start; install it: apt-get install gcc-powerpc64le-linux-gnu");
    FakeTools no_ld("x86_64-linux-gnu-ld");
    CHECK(toolchain_id(Arch::x86_64, no_ld, stop)
              .error()
              .message.find("binutils-x86-64-linux-gnu") != std::string::npos);
  }
}
