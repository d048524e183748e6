// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace oopsfarm {

/// A text of sections, each of bounded size. Best effort: what can't be
/// written is lost.
class PostMortemLog
{
public:
  /// Makes the file anew; `cap` is in bytes of a section.
  PostMortemLog(const std::filesystem::path& file, std::uint64_t cap);

  /// Begins a section: "== TITLE ==".
  void section(std::string_view title);

  /// Adds to the section, until it is full: a mark says so.
  void add(std::string_view bytes);

private:
  std::ofstream file_;
  std::uint64_t cap_;
  std::uint64_t left_;
};

} // namespace oopsfarm
