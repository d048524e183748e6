// SPDX-License-Identifier: GPL-2.0-or-later
#include "payload/cpio.h"

#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <set>

namespace oopsfarm {

static void pad(std::string& bytes)
{
  bytes.append((4 - bytes.size() % 4) % 4, '\0');
}

namespace {

/// Writes entries one behind the other, with inode numbers from 1.
class Writer
{
public:
  void put(const std::string& path, unsigned mode, std::string_view content)
  {
    ++inode_;
    put_entry(path, mode, content, inode_);
  }

  std::string finish()
  {
    put_entry("TRAILER!!!", 0, "", 0);
    return std::move(bytes_);
  }

private:
  void put_entry(const std::string& path,
                 unsigned mode,
                 std::string_view content,
                 unsigned inode)
  {
    const unsigned links = S_ISDIR(mode) ? 2 : 1;
    bytes_ += "070701";
    // inode, mode, uid, gid, links, mtime, size, device (2), rdev (2), length
    // of the path with its NUL, checksum (none)
    for (const std::size_t field : {std::size_t{inode},
                                    std::size_t{mode},
                                    std::size_t{0},
                                    std::size_t{0},
                                    std::size_t{links},
                                    std::size_t{0},
                                    content.size(),
                                    std::size_t{0},
                                    std::size_t{0},
                                    std::size_t{0},
                                    std::size_t{0},
                                    path.size() + 1,
                                    std::size_t{0}}) {
      bytes_ += fmt::format("{:08X}", field);
    }
    bytes_ += path;
    bytes_ += '\0';
    pad(bytes_);
    bytes_ += content;
    pad(bytes_);
  }

  std::string bytes_;
  unsigned inode_ = 0;
};

} // namespace

/// Every folder that a path goes through, the outermost first.
static void put_folders(const std::string& path,
                        std::set<std::string>& known,
                        Writer& writer)
{
  for (auto slash = path.find('/'); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const auto folder = path.substr(0, slash);
    if (known.insert(folder).second) {
      writer.put(folder, S_IFDIR | 0755, "");
    }
  }
}

std::string pack_archive(std::vector<ArchiveEntry> entries)
{
  std::sort(entries.begin(),
            entries.end(),
            [](const ArchiveEntry& a, const ArchiveEntry& b) {
              return a.path < b.path;
            });
  Writer writer;
  std::set<std::string> folders;
  for (const auto& entry : entries) {
    put_folders(entry.path, folders, writer);
    const bool is_link = entry.kind == ArchiveEntry::Kind::link;
    writer.put(entry.path,
               is_link ? S_IFLNK | 0777U : S_IFREG | entry.mode,
               entry.content);
  }
  return writer.finish();
}

std::string append_archive(std::string image, std::string_view archive)
{
  pad(image);
  image += archive;
  return image;
}

} // namespace oopsfarm
