// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace oopsfarm {

/// A file with what a build printed: untrusted text made printable, at most
/// 32 MiB of it, the cut marked. One thread at a time.
class BuildLog
{
public:
  static constexpr std::uint64_t max_size = 32U << 20;

  /// Starts the file anew. Fails (infra) when it can't be written.
  static Result<BuildLog> create(const std::filesystem::path& file);

  void line(std::string_view text);

  /// Writes what is buffered; fails (infra) when any line got lost.
  Status flush();

private:
  BuildLog(std::filesystem::path file, std::ofstream stream);

  std::filesystem::path file_;
  std::ofstream stream_;
  std::uint64_t size_ = 0;
};

} // namespace oopsfarm
