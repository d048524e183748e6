// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace oopsfarm::testing {

/// A file's bytes, or "" when there is none.
inline std::string slurp(const std::filesystem::path& file)
{
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Where golden files stand: tests/golden/`name` in the source tree.
inline std::filesystem::path golden_path(const std::string& name)
{
  return std::filesystem::path(OOPSFARM_SOURCE_DIR) / "tests/golden" / name;
}

/// The content that `actual` must equal. With UPDATE_GOLDEN=1 in the
/// environment the file is rewritten first.
inline std::string golden(const std::string& name, const std::string& actual)
{
  const auto file = golden_path(name);
  const char* update = std::getenv("UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << actual;
  }
  return slurp(file);
}

} // namespace oopsfarm::testing
