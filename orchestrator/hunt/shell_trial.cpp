// SPDX-License-Identifier: GPL-2.0-or-later
#include "hunt/shell_trial.h"

#include "base/strings.h"
#include "git/worktree.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <re2/re2.h>

#include <optional>
#include <utility>

namespace oopsfarm {

Result<Signatures> Signatures::make(const std::string& pattern)
{
  Signatures signatures;
  if (pattern.empty()) {
    return signatures;
  }
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(8 << 20);
  auto compiled = std::make_shared<const RE2>(pattern, options);
  if (!compiled->ok()) {
    return user_error(fmt::format("--signature-from-output: {}",
                                  printable(compiled->error())));
  }
  signatures.pattern_ = std::move(compiled);
  return signatures;
}

std::string Signatures::find(std::string_view line) const
{
  if (!pattern_) {
    return "";
  }
  re2::StringPiece groups[2];
  const re2::StringPiece text(line.data(), line.size());
  const int count = pattern_->NumberOfCapturingGroups() > 0 ? 2 : 1;
  if (!pattern_->Match(text, 0, text.size(), RE2::UNANCHORED, groups, count)) {
    return "";
  }
  const auto& found = groups[count - 1];
  return printable(std::string_view(found.data(), found.size()), 200);
}

namespace {

using Clock = std::chrono::steady_clock;

std::chrono::milliseconds since(Clock::time_point begun)
{
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() -
                                                               begun);
}

/// The numbers that git bisect run gives meanings to.
constexpr int skip_code = 125;
constexpr int abort_code = 128;

std::string last_line(const Finished& finished)
{
  for (const auto* text : {&finished.err, &finished.out}) {
    const auto lines = split_lines(trim(*text));
    if (!lines.empty() && !lines.back().empty()) {
      return printable(lines.back(), 200);
    }
  }
  return to_string(finished.status);
}

class Work
{
public:
  Work(const ShellTrial& trial,
       const Signatures& signatures,
       ProcessRunner& processes,
       const Stop& stop)
      : trial_(trial), signatures_(signatures), processes_(processes),
        stop_(stop)
  {
  }

  Result<Record> work()
  {
    if (trial_.repository != nullptr) {
      const auto begun = Clock::now();
      if (!prepare()) {
        record_.build = since(begun);
        return record_;
      }
      record_.build = since(begun);
    }
    TRY(run());
    return record_;
  }

private:
  /// Whether the commit stands, and is built.
  bool prepare()
  {
    const auto done = checkout(*trial_.repository, trial_.place, trial_.commit);
    if (!done) {
      record_.outcome = Outcome::infra;
      record_.detail = printable(done.error().message);
      return false;
    }
    if (trial_.build.empty()) {
      return true;
    }
    record_.built = true;
    const auto built = shell(trial_.build, nullptr);
    if (built && built->ok()) {
      return true;
    }
    const bool failed =
        built && built->status.signal == 0 && built->status.code < abort_code;
    record_.outcome = failed ? Outcome::unbuildable : Outcome::infra;
    record_.detail = built ? last_line(*built) : built.error().message;
    return false;
  }

  Status run()
  {
    const auto begun = Clock::now();
    TRY_ASSIGN(const auto ended, shell(trial_.run, &record_.signature));
    record_.run = since(begun);
    const auto code = ended.status.code;
    if (ended.stopped) {
      record_.outcome = Outcome::infra;
    } else if (ended.status.signal != 0 || code >= abort_code) {
      return infra_error(fmt::format("the command asks to end the bisection, "
                                     "by {}, at commit {}: {}",
                                     to_string(ended.status),
                                     trial_.commit,
                                     last_line(ended)));
    } else if (code == skip_code) {
      record_.outcome = Outcome::unbuildable;
      record_.detail = "skipped by the command (exit code 125)";
    } else if (code == 0) {
      record_.outcome = Outcome::pass;
    } else {
      record_.outcome = Outcome::crash;
      record_.detail = last_line(ended);
    }
    if (record_.outcome != Outcome::crash) {
      record_.signature.clear();
    }
    return Ok{};
  }

  /// `signature` (may be null): set to the first that the output has.
  Result<Finished> shell(const std::string& words, std::string* signature)
  {
    constexpr std::size_t kept = 1U << 20;
    Command command;
    command.argv = {"/bin/sh", "-c", words};
    command.cwd = trial_.place;
    command.env = {{"OOPSFARM_COMMIT", trial_.commit},
                   {"OOPSFARM_ATTEMPT", std::to_string(trial_.number)}};
    RunOptions options;
    options.max_output = kept;
    const auto look = [&](std::string_view line) {
      if (signature != nullptr && signature->empty()) {
        *signature = signatures_.find(line);
      }
    };
    options.on_out_line = look;
    options.on_err_line = look;
    TRY_ASSIGN(auto ended, processes_.run(command, options, stop_));
    if (!ended.ok() && !ended.stopped) {
      const auto text = fmt::format("$ {}\n{}{}\n({})\n",
                                    words,
                                    ended.out,
                                    ended.err,
                                    to_string(ended.status));
      TRY(write_file(trial_.log, text));
    }
    return ended;
  }

  const ShellTrial& trial_;
  const Signatures& signatures_;
  ProcessRunner& processes_;
  const Stop& stop_;
  Record record_;
};

} // namespace

Result<Record> try_commit(const ShellTrial& trial,
                          const Signatures& signatures,
                          ProcessRunner& processes,
                          const Stop& stop)
{
  return Work(trial, signatures, processes, stop).work();
}

} // namespace oopsfarm
