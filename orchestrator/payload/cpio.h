// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// One entry of an archive. Plain value.
struct ArchiveEntry
{
  enum class Kind { file, link };

  std::string path; ///< below the root, without a slash before it
  Kind kind = Kind::file;
  unsigned mode = 0644;
  std::string content; ///< a link's: where it points to
};

/// An archive as the kernel takes it for an initramfs ("newc" of cpio(5)): the
/// same entries give the same bytes. Entries are sorted; the folders that they
/// need come before them; owner is root, times are 0. Pure.
/// REQUIRES: paths are relative and normal, differ from each other, and none
/// is a folder of another.
std::string pack_archive(std::vector<ArchiveEntry> entries);

/// A guest's image and an archive, in one file's bytes: the kernel unpacks one
/// after the other. It looks for archives at multiples of 4. Pure.
std::string append_archive(std::string image, std::string_view archive);

} // namespace oopsfarm
