// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// Reads make's output line by line: counts objects and keeps the first errors.
/// Untrusted input; memory is bounded. One thread at a time.
class MakeOutput
{
public:
  /// A line of standard output. True when it told of one more object.
  bool out_line(std::string_view line);

  /// A line of standard error.
  void err_line(std::string_view line);

  /// Objects compiled or assembled for the kernel (CC, AS), not the host's.
  std::uint64_t objects() const { return objects_; }

  /// The host ended a compiler for want of memory.
  bool out_of_memory() const { return out_of_memory_; }

  /// What make works at now: "mm/oom_kill.o", "vmlinux".
  const std::string& current() const { return current_; }

  /// The first error, one line fit for a terminal: "mm/oom_kill.c:12: error:
  /// 'x' undeclared". Compiler errors come before the linker's and make's; the
  /// last line of all where there is none; "" without any output.
  std::string title() const;

  /// The first errors with the lines that belong to them, printable.
  std::string detail() const;

private:
  enum class Kind { none, compiler, linker, make };

  static Kind classify(std::string_view line);

  std::uint64_t objects_ = 0;
  bool out_of_memory_ = false;
  std::string current_;
  std::vector<std::string> compiler_; ///< with the lines that follow each
  std::vector<std::string> linker_;
  std::vector<std::string> make_;
  std::size_t follow_ = 0; ///< lines still kept after a compiler error
  std::string first_;      ///< title of the first compiler error
  std::deque<std::string> tail_;
};

} // namespace oopsfarm
