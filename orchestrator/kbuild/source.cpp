// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/source.h"

#include "base/log.h"
#include "git/worktree.h"
#include "sys/file.h"

#include <fmt/format.h>

namespace oopsfarm {

namespace fs = std::filesystem;

/// From one commit to another, both known to be whole.
static Status
quick_move(const Git& git, const fs::path& source, const std::string& commit)
{
  GitCall call;
  call.place = {source / ".git", source};
  // A state folder that was copied has other inodes, not other files.
  call.config = {{"core.checkStat", "minimal"}};
  call.args = {"checkout", "--quiet", "--force", "--detach", commit};
  TRY(git.output(call));
  return Ok{};
}

Status move_source(const Repository& repository,
                   const fs::path& object_tree,
                   const std::string& commit)
{
  const auto source = object_tree / "src";
  const auto state = object_tree / "src.state";
  // The repository, too: a tree that was removed and added anew is another.
  const auto wanted = repository.git_dir().string() + "\n" + commit + "\n";
  const auto before = fs::exists(source / ".git") ? read_file(state, 1U << 16)
                                                  : Result<std::string>("");
  if (before && *before == wanted) {
    return Ok{};
  }
  TRY(remove_tree(state));
  const bool whole =
      before && before->rfind(repository.git_dir().string() + "\n", 0) == 0;
  const auto moved = whole ? quick_move(repository.git(), source, commit)
                           : Status(infra_error("it was not left whole"));
  if (!moved) {
    // Worth a line: files may get new times, and then all is compiled again.
    log::info(fmt::format(
        "{}: {}; checking it out", source.string(), moved.error().message));
    TRY(checkout(repository, source, commit));
  }
  return write_file(state, wanted);
}

} // namespace oopsfarm
