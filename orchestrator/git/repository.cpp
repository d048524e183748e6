// SPDX-License-Identifier: GPL-2.0-or-later
#include "git/repository.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

namespace fs = std::filesystem;

Repository::Repository(fs::path git_dir, Git git)
    : git_dir_(std::move(git_dir)), git_(git)
{
}

GitCall Repository::call(std::vector<std::string> args) const
{
  GitCall call;
  call.place.git_dir = git_dir_;
  call.args = std::move(args);
  return call;
}

Result<Repository> Repository::open(const fs::path& git_dir,
                                    ProcessRunner& processes,
                                    const Stop& stop)
{
  std::error_code error;
  const auto whole = fs::absolute(git_dir, error);
  if (error || !fs::is_directory(whole / "objects", error)) {
    return user_error(fmt::format("{}: no git repository there; make one with "
                                  "`oopsfarm tree add NAME SOURCE`",
                                  git_dir.string()));
  }
  Repository repository(whole, Git(processes, stop));
  TRY_ASSIGN(auto finished,
             repository.git_.run(repository.call({"rev-parse", "--git-dir"})));
  if (!finished.ok()) {
    return user_error(fmt::format(
        "{}: not a git repository: {}", git_dir.string(), git_words(finished)));
  }
  return repository;
}

/// Nothing that git could take for an option, and one line.
static bool is_askable(const std::string& name)
{
  return !name.empty() && name.size() <= 1000 && name.front() != '-' &&
         std::none_of(name.begin(), name.end(), [](unsigned char c) {
           return c < 0x20 || c == 0x7f;
         });
}

Result<std::string> Repository::resolve(const std::string& commit_ish) const
{
  if (is_askable(commit_ish)) {
    TRY_ASSIGN(auto finished,
               git_.run(call({"rev-parse",
                              "--verify",
                              "--quiet",
                              "--end-of-options",
                              commit_ish + "^{commit}"})));
    if (finished.ok()) {
      return std::string(trim(finished.out));
    }
  }
  TRY_ASSIGN(auto known, tags());
  // A list of every tag of a kernel tree would fill screens.
  auto hint = nearest(commit_ish, known);
  if (hint.empty()) {
    constexpr std::size_t most = 5;
    known.resize(std::min(known.size(), most));
    hint = known.empty() ? "the tree has no tags"
                         : "newest tags: " + join(known, ", ");
  } else {
    hint = "did you mean '" + hint + "'?";
  }
  return user_error(fmt::format("no commit '{}' in {}; {}",
                                printable(commit_ish, 100),
                                git_dir_.filename().string(),
                                hint));
}

Result<std::vector<std::string>> Repository::tags() const
{
  TRY_ASSIGN(auto text,
             git_.output(call({"for-each-ref",
                               "--sort=-version:refname",
                               "--sort=-creatordate",
                               "--format=%(refname:strip=2)",
                               "refs/tags"})));
  return split_lines(text);
}

Result<std::string> Repository::newest_tag() const
{
  TRY_ASSIGN(auto known, tags());
  if (known.empty()) {
    return user_error(fmt::format("{} has no tags: say which commit to start "
                                  "from with base:",
                                  git_dir_.filename().string()));
  }
  return known.front();
}

Result<std::string> Repository::subject(const std::string& commit_ish) const
{
  TRY_ASSIGN(const auto id, resolve(commit_ish));
  TRY_ASSIGN(auto text,
             git_.output(call({"log", "-1", "--format=%s", id, "--"})));
  return std::string(trim(text));
}

Result<std::vector<Commit>> Repository::rev_list(const std::string& from,
                                                 const std::string& to) const
{
  TRY_ASSIGN(const auto first, resolve(from));
  TRY_ASSIGN(const auto last, resolve(to));
  std::vector<Commit> commits;
  auto log = call({"log",
                   "--reverse",
                   "--topo-order",
                   "--format=%H %s",
                   "^" + first,
                   last,
                   "--"});
  log.on_out_line = [&](std::string_view line) {
    const auto space = std::min(line.find(' '), line.size());
    commits.push_back({std::string(line.substr(0, space)),
                       std::string(trim(line.substr(space)))});
  };
  TRY(git_.output(log));
  return commits;
}

Result<bool> Repository::is_ancestor(const std::string& ancestor,
                                     const std::string& commit) const
{
  TRY_ASSIGN(const auto a, resolve(ancestor));
  TRY_ASSIGN(const auto b, resolve(commit));
  const auto ask = call({"merge-base", "--is-ancestor", a, b});
  TRY_ASSIGN(auto finished, git_.run(ask));
  if (finished.status.signal == 0 && finished.status.code <= 1) {
    return finished.status.code == 0;
  }
  return infra_error("git merge-base: " + git_words(finished));
}

Result<std::optional<std::string>>
Repository::merge_base(const std::string& a, const std::string& b) const
{
  TRY_ASSIGN(const auto first, resolve(a));
  TRY_ASSIGN(const auto second, resolve(b));
  TRY_ASSIGN(auto finished, git_.run(call({"merge-base", first, second})));
  if (finished.ok()) {
    return std::optional(std::string(trim(finished.out)));
  }
  if (finished.status.signal == 0 && finished.status.code == 1) {
    return std::optional<std::string>();
  }
  return infra_error("git merge-base: " + git_words(finished));
}

Result<std::optional<std::string>>
Repository::read_ref(const std::string& ref) const
{
  TRY_ASSIGN(auto finished,
             git_.run(call({"rev-parse",
                            "--verify",
                            "--quiet",
                            "--end-of-options",
                            ref + "^{commit}"})));
  if (!finished.ok()) {
    return std::optional<std::string>();
  }
  return std::optional(std::string(trim(finished.out)));
}

Status Repository::write_ref(const std::string& ref,
                             const std::string& commit) const
{
  TRY(git_.output(call({"update-ref", ref, commit})));
  return Ok{};
}

} // namespace oopsfarm
