// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "triage/crash.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace oopsfarm {

/// A place in the kernel's source.
struct SourcePlace
{
  std::string function; ///< as in the source, without the compiler's suffixes
  std::string file;     ///< relative to the kernel's tree: "mm/mmap.c"
  unsigned line = 0;
};

/// What a log says about the kernel that wrote it; "" and empty: nothing.
struct KernelIdentity
{
  std::string build_id; ///< hexadecimal
  /// Lines "Linux version …"; one of them is to be the file's. Builds that are
  /// made to be reproducible share theirs.
  std::vector<std::string> banners;
  std::vector<CrashFrame> frames;
};

/// The symbols and debug information of one vmlinux, of any architecture, by
/// elfutils' libdw. Addresses are never taken from a log, names and offsets
/// are: so KASLR does not matter. Not for several threads at once. The file is
/// trusted as far as libdw is.
class Symbols
{
public:
  /// Fails (user) when it is no vmlinux with debug information.
  static Result<Symbols> open(const std::filesystem::path& vmlinux);
  Symbols(Symbols&&) noexcept;
  Symbols& operator=(Symbols&&) noexcept;
  ~Symbols();

  /// Fails (user) when a log is plainly another kernel's: by the build id where
  /// it has one, else by the banner and by the sizes of the functions on its
  /// stacks.
  Status check(const KernelIdentity& kernel) const;

  /// The place of that instruction, innermost inlined function first, its
  /// callers up to the symbol itself after it. Empty when the file has no such
  /// function, several that fit, or no line there.
  std::vector<SourcePlace> places(const CrashFrame& frame) const;

  /// The functions that `symbol` calls, and those that were inlined into it,
  /// sorted, each once; calls through pointers are not known. At most 4096;
  /// empty when the file has no such function.
  std::vector<std::string> callees(const std::string& symbol) const;

private:
  struct State;
  explicit Symbols(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

} // namespace oopsfarm
