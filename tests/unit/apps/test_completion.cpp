// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/command_line.h"
#include "sys/file.h"
#include "sys/process.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

namespace {

/// What bash offers for the words of a command line, the last being completed.
class Shell
{
public:
  Shell()
      : folder_(*TempFolder::make(std::filesystem::temp_directory_path(),
                                  "oopsfarm-unit-"))
  {
    const auto line = parse_command_line({"completion", "bash"});
    REQUIRE(line.has_value());
    REQUIRE(write_file(script(), std::get<HelpRequest>(line->request).text));
    REQUIRE(write_file(folder_.path() / "job.yaml", ""));
  }

  std::string offers(const std::string& words) const
  {
    Command command;
    command.cwd = folder_.path();
    command.argv = {"bash",
                    "--norc",
                    "-c",
                    "source '" + script().string() + "'; COMP_WORDS=(" + words +
                        "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); "
                        "_oopsfarm; echo \"${COMPREPLY[@]}\""};
    SystemProcessRunner runner;
    const Stop stop;
    const auto said = runner.output(command, stop);
    REQUIRE_MESSAGE(said.has_value(), said.error().message);
    return *said;
  }

private:
  std::filesystem::path script() const { return folder_.path() / "script"; }

  TempFolder folder_;
};

} // namespace

TEST_CASE("completion: bash offers what may stand there")
{
  const Shell shell;
  CHECK(shell.offers("oopsfarm cra") == "crashes\n");
  CHECK(shell.offers("oopsfarm tree ''").find("add list remove") !=
        std::string::npos);
  CHECK(shell.offers("oopsfarm tree ''").find("crashes") == std::string::npos);
  CHECK(shell.offers("oopsfarm --json crashes mark x --unm") == "--unmute\n");
  CHECK(shell.offers("oopsfarm run --ta") == "--target\n");
  CHECK(shell.offers("oopsfarm run jo") == "job.yaml\n");
  CHECK(shell.offers("oopsfarm status jo") == "\n");
  CHECK(shell.offers("oopsfarm triage --vm") == "--vmlinux\n");
  CHECK(shell.offers("oopsfarm nonsense --js") == "--json\n");
}

TEST_CASE("completion: zsh borrows bash's")
{
  const auto line = parse_command_line({"completion", "zsh"});
  REQUIRE(line.has_value());
  CHECK(std::get<HelpRequest>(line->request)
            .text.starts_with("autoload -U +X bashcompinit"));
  const auto none = parse_command_line({"completion", "fish"});
  CHECK_FALSE(none.has_value());
}
