// SPDX-License-Identifier: GPL-2.0-or-later
#include "git/git.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <cstdlib>

namespace oopsfarm {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// What a clone over the network may need of our environment. GIT_* is left
/// out: run from a hook, it would point git at another repository.
static constexpr const char* inherited[] = {"PATH",
                                            "HOME",
                                            "TMPDIR",
                                            "SSH_AUTH_SOCK",
                                            "http_proxy",
                                            "https_proxy",
                                            "no_proxy",
                                            "all_proxy"};

static Pairs base_environment()
{
  Pairs env = {{"LC_ALL", "C"},
               {"GIT_CONFIG_GLOBAL", "/dev/null"},
               {"GIT_CONFIG_NOSYSTEM", "1"},
               {"GIT_ATTR_NOSYSTEM", "1"},
               {"GIT_TERMINAL_PROMPT", "0"},
               {"GIT_ASKPASS", "/bin/false"},
               {"GIT_SSH_COMMAND", "ssh -oBatchMode=yes"},
               {"GIT_ALLOW_PROTOCOL", "file:git:http:https:ssh"},
               {"GIT_EDITOR", "/bin/false"},
               {"GIT_ADVICE", "0"},
               {"GIT_AUTHOR_NAME", "Oopsfarm"},
               {"GIT_AUTHOR_EMAIL", "oopsfarm@localhost"},
               {"GIT_COMMITTER_NAME", "Oopsfarm"},
               {"GIT_COMMITTER_EMAIL", "oopsfarm@localhost"}};
  for (const char* name : inherited) {
    if (const char* value = std::getenv(name)) {
      env.emplace_back(name, value);
    }
  }
  return env;
}

static Pairs base_config()
{
  return {{"safe.directory", "*"},
          {"core.hooksPath", "/dev/null"},
          {"core.attributesFile", "/dev/null"},
          {"core.excludesFile", "/dev/null"},
          {"core.quotePath", "false"},
          {"core.fsmonitor", "false"},
          {"core.untrackedCache", "false"},
          {"core.editor", "/bin/false"},
          {"advice.detachedHead", "false"},
          {"gc.auto", "0"},
          {"maintenance.auto", "false"},
          {"commit.gpgSign", "false"},
          {"am.messageid", "false"},
          {"rerere.enabled", "false"},
          {"submodule.recurse", "false"},
          {"versionsort.suffix", "-rc"}};
}

/// Configuration by the environment, not by -c: git's own children see it too.
static void add_config(Pairs& env, const Pairs& config)
{
  env.emplace_back("GIT_CONFIG_COUNT", std::to_string(config.size()));
  for (std::size_t i = 0; i < config.size(); ++i) {
    env.emplace_back(fmt::format("GIT_CONFIG_KEY_{}", i), config[i].first);
    env.emplace_back(fmt::format("GIT_CONFIG_VALUE_{}", i), config[i].second);
  }
}

static Command command_of(const GitCall& call)
{
  Command command;
  command.clear_env = true;
  command.env = base_environment();
  Pairs config = base_config();
  config.insert(config.end(), call.config.begin(), call.config.end());
  add_config(command.env, config);
  command.env.insert(command.env.end(), call.env.begin(), call.env.end());
  command.cwd = call.place.work_tree;
  command.argv = {"git", "--no-pager"};
  if (!call.place.git_dir.empty()) {
    command.argv.push_back("--git-dir=" + call.place.git_dir.string());
  }
  if (!call.place.work_tree.empty()) {
    command.argv.push_back("--work-tree=" + call.place.work_tree.string());
  }
  command.argv.insert(command.argv.end(), call.args.begin(), call.args.end());
  return command;
}

Error stopped_error()
{
  return infra_error("git: stopped on request");
}

bool is_host_trouble(std::string_view words)
{
  for (const char* sign : {"No space left on device",
                           "Disk quota exceeded",
                           "Permission denied",
                           "Read-only file system",
                           "unable to write",
                           "Cannot allocate memory",
                           "ut of memory",
                           "the disk is full"}) {
    if (words.find(sign) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

std::string git_words(const Finished& finished)
{
  constexpr std::size_t most = 12;
  const auto& text = trim(finished.err).empty() ? finished.out : finished.err;
  auto lines = split_lines(text);
  std::erase_if(lines, [](const std::string& line) {
    return trim(line).empty() || line.starts_with("hint: ");
  });
  if (lines.size() > most) {
    lines.erase(lines.begin(), lines.end() - most);
  }
  for (auto& line : lines) {
    line = printable(line);
  }
  return join(lines, "\n");
}

Result<Finished> Git::run(const GitCall& call) const
{
  RunOptions options;
  options.on_out_line = call.on_out_line;
  TRY_ASSIGN(auto finished, processes_->run(command_of(call), options, *stop_));
  if (finished.stopped || stop_->requested()) {
    return stopped_error();
  }
  return finished;
}

Result<std::string> Git::output(const GitCall& call) const
{
  TRY_ASSIGN(auto finished, run(call));
  if (!finished.ok()) {
    const auto words = git_words(finished);
    return infra_error(fmt::format("git {}: {}{}{}",
                                   call.args.empty() ? "" : call.args.front(),
                                   to_string(finished.status),
                                   words.empty() ? "" : ": ",
                                   replace_all(words, "\n", "; ")));
  }
  if (!call.on_out_line && finished.out.size() >= RunOptions{}.max_output) {
    return infra_error(
        fmt::format("git {}: more output than is taken", call.args.front()));
  }
  return std::move(finished.out);
}

} // namespace oopsfarm
