// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "kbuild/build_log.h"
#include "kbuild/make_output.h"
#include "kbuild/object_tree.h"
#include "model/step.h"
#include "sys/process.h"
#include "sys/stop.h"

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace oopsfarm {

/// How a sandboxed make ended, when the farm itself did its part.
enum class MakeEnd {
  done,
  failed,      ///< make's exit code says so
  out_of_time, ///< limits.time
  out_of_disk, ///< limits.disk
  out_of_memory
};

struct Made
{
  MakeEnd end = MakeEnd::done;
  MakeOutput output;
};

/// The variables of every make of one build: architecture, compiler (under
/// ccache where there is one), and what keeps vmlinux the same for the same
/// input. Pure.
std::vector<std::string> make_variables(Arch arch, bool with_ccache);

/// The environment of every make. Pure.
std::vector<std::pair<std::string, std::string>>
make_environment(Access ccache_access);

/// Runs make (or any program) in an object tree's sandbox, within the limits,
/// and writes what it says to the log. One thread; the references outlive it.
class Maker
{
public:
  Maker(const BuildSpec& spec,
        ObjectTree& tree,
        BuildLog& log,
        ProcessRunner& processes,
        const Stop& stop);

  /// Told of the output so far after each of its lines on standard output.
  using OnLine = std::function<void(const MakeOutput&)>;

  /// `make <words>`. Fails (infra) when the sandbox can't be set up, the disk
  /// is full, the log can't be written, or a stop was requested.
  Result<Made> make(const std::vector<std::string>& words,
                    const OnLine& on_line);

  /// Any program.
  Result<Made> run(const std::vector<std::string>& argv, const OnLine& on_line);

private:
  struct Attempt
  {
    Made made;
    bool no_overlay = false;
  };

  Result<Attempt> attempt(const std::vector<std::string>& argv,
                          const OnLine& on_line);
  std::chrono::milliseconds time_left() const;

  const BuildSpec& spec_;
  ObjectTree& tree_;
  BuildLog& log_;
  ProcessRunner& processes_;
  const Stop& stop_;
  std::chrono::steady_clock::time_point deadline_;
};

} // namespace oopsfarm
