// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/selftests.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace oopsfarm {

constexpr const char* root = "tools/testing/selftests/";

/// The names in a folder of a commit; none where there is no such folder.
static Result<std::vector<std::string>> names_in(const Repository& repository,
                                                 const std::string& commit,
                                                 const std::string& folder)
{
  TRY_ASSIGN(const auto finished,
             repository.git().run(repository.call(
                 {"ls-tree", "--name-only", commit + ":" + folder})));
  if (finished.stopped) {
    return infra_error("stopped");
  }
  return finished.ok() ? split_lines(finished.out) : std::vector<std::string>();
}

/// Sources of programs: "mlock2-tests.c" → mlock2-tests.
static std::vector<std::string>
programs_of(const std::vector<std::string>& names)
{
  std::vector<std::string> programs;
  for (const auto& name : names) {
    if (name.ends_with(".c")) {
      programs.push_back(name.substr(0, name.size() - 2));
    }
  }
  return programs;
}

/// Why the tree does not have it, or "".
static Result<std::string> missing(const Repository& repository,
                                   const std::string& commit,
                                   const std::string& selftest)
{
  const auto colon = selftest.find(':');
  const auto collection = selftest.substr(0, colon);
  const auto program = selftest.substr(colon + 1);
  TRY_ASSIGN(const auto names,
             names_in(repository, commit, root + collection + "/"));
  if (names.empty()) {
    TRY_ASSIGN(auto collections, names_in(repository, commit, root));
    return collections.empty() ? fmt::format("the tree has no {}", root)
                               : fmt::format("the tree has no {}{}; {}",
                                             root,
                                             collection,
                                             suggest(collection, collections));
  }
  const auto programs = programs_of(names);
  // Some programs are built in several ways: protection_keys_64.
  const bool known =
      std::any_of(programs.begin(), programs.end(), [&](const auto& name) {
        return program.starts_with(name);
      });
  if (known) {
    return std::string();
  }
  if (std::find(names.begin(), names.end(), program) != names.end()) {
    return fmt::format("{}{}/{} is a script; guests run programs in C only",
                       root,
                       collection,
                       program);
  }
  return fmt::format("{}{} has no program {}; {}",
                     root,
                     collection,
                     program,
                     suggest(program, programs));
}

Status check_selftests(const Job& job,
                       const Repository& repository,
                       const std::string& commit)
{
  for (const auto& workload : job.workloads) {
    if (workload.source != ProgramSource::kselftest) {
      continue;
    }
    for (const auto& program : workload.programs) {
      TRY_ASSIGN(const auto why, missing(repository, commit, program.run));
      if (!why.empty()) {
        return user_error(fmt::format("{}:{}:{}: workload '{}': {}",
                                      job.file.string(),
                                      program.line,
                                      program.column,
                                      workload.name,
                                      why));
      }
    }
  }
  return Ok{};
}

} // namespace oopsfarm
