// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "git/repository.h"
#include "hunt/record.h"
#include "sys/process.h"
#include "sys/stop.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace oopsfarm {

/// Reads a crash's signature out of a line of output (RE2 inside). Immutable;
/// any thread may use it.
class Signatures
{
public:
  /// "" matches nothing. Fails (user) when it is no expression.
  static Result<Signatures> make(const std::string& pattern);

  /// The first group of the match, or all of it; "" where there is none. Fit
  /// for a terminal, and at most 200 bytes long.
  std::string find(std::string_view line) const;

private:
  std::shared_ptr<const re2::RE2> pattern_;
};

/// One attempt at one commit.
struct ShellTrial
{
  const Repository* repository = nullptr; ///< null: the commit stands already
  std::filesystem::path place;            ///< the worktree
  std::filesystem::path log;              ///< written when something failed
  std::string commit;
  std::uint64_t number = 0;
  std::string build; ///< "": nothing to build
  std::string run;
};

/// Checks out, builds, runs; what each exit code means stands at
/// make_shell_prober(). Fails when the hunt must end: `run` asks for it.
Result<Record> try_commit(const ShellTrial& trial,
                          const Signatures& signatures,
                          ProcessRunner& processes,
                          const Stop& stop);

} // namespace oopsfarm
