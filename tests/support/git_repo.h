// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/strings.h"
#include "support/golden.h"
#include "sys/file.h"
#include "sys/process.h"
#include "sys/stop.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace oopsfarm::testing {

/// A new folder for one test, gone with it.
inline TempFolder temp_folder()
{
  auto folder =
      TempFolder::make(std::filesystem::temp_directory_path(), "oopsfarm-");
  REQUIRE(folder);
  return std::move(*folder);
}

inline void spit(const std::filesystem::path& file, const std::string& text)
{
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

/// The names in a folder; none for a folder that is not there.
inline std::vector<std::string> names_in(const std::filesystem::path& folder)
{
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

/// A working repository with real git, driven past the code under test, and
/// what that code needs to run.
class GitRepo
{
public:
  GitRepo() { git({"init", "--quiet", "--initial-branch=main", "."}); }

  const std::filesystem::path& path() const { return folder_.path(); }

  std::filesystem::path git_dir() const { return path() / ".git"; }

  /// Runs git there, REQUIREs success and gives its output, trimmed.
  std::string git(std::vector<std::string> args)
  {
    Command command;
    command.argv = {"git", "-C", path().string()};
    command.argv.insert(command.argv.end(), args.begin(), args.end());
    command.env = {{"GIT_CONFIG_GLOBAL", "/dev/null"},
                   {"GIT_CONFIG_NOSYSTEM", "1"},
                   {"GIT_AUTHOR_NAME", "Ann Author"},
                   {"GIT_AUTHOR_EMAIL", "ann@example.org"},
                   {"GIT_AUTHOR_DATE", date_},
                   {"GIT_COMMITTER_NAME", "Carl Committer"},
                   {"GIT_COMMITTER_EMAIL", "carl@example.org"},
                   {"GIT_COMMITTER_DATE", date_},
                   {"LC_ALL", "C"}};
    const auto finished = processes.run(command, {}, stop);
    REQUIRE(finished);
    REQUIRE_MESSAGE(finished->ok(), join(args, " ") << ": " << finished->err);
    return std::string(trim(finished->out));
  }

  void write(const std::string& file, const std::string& text)
  {
    spit(path() / file, text);
  }

  /// Commits everything, one minute after the last commit; gives its id.
  std::string commit(const std::string& message)
  {
    minutes_ += 1;
    date_ = std::to_string(1700000000 + 60 * minutes_) + " +0000";
    git({"add", "--all", "--force"});
    git({"commit", "--quiet", "--allow-empty", "-m", message});
    return git({"rev-parse", "HEAD"});
  }

  std::string commit(const std::string& file,
                     const std::string& text,
                     const std::string& message)
  {
    write(file, text);
    return commit(message);
  }

  Stop stop;
  SystemProcessRunner processes;

private:
  TempFolder folder_ = temp_folder();
  int minutes_ = 0;
  std::string date_ = "1700000000 +0000";
};

} // namespace oopsfarm::testing
