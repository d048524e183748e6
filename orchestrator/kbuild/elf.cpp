// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/elf.h"

#include <fmt/format.h>

#include <elf.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

namespace oopsfarm {

/// A table of headers or notes is never longer; what is, is not looked at.
constexpr std::size_t max_table = 1U << 20;

/// `size` bytes at `offset`, fewer at the file's end.
static Result<std::vector<char>>
read_at(int fd, std::uint64_t offset, std::uint64_t size)
{
  std::vector<char> bytes(std::min<std::uint64_t>(size, max_table));
  std::size_t have = 0;
  while (have < bytes.size() && offset <= INT64_MAX - have) {
    const auto got = pread(fd,
                           bytes.data() + have,
                           bytes.size() - have,
                           static_cast<off_t>(offset + have));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return infra_error(
          fmt::format("cannot read the kernel: {}", std::strerror(errno)));
    }
    if (got == 0) {
      break;
    }
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

template <typename T>
static std::optional<T> copy_at(const std::vector<char>& bytes,
                                std::size_t offset)
{
  T value;
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) {
    return std::nullopt;
  }
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

static std::string hex(const char* bytes, std::size_t size)
{
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text += fmt::format("{:02x}", static_cast<unsigned char>(bytes[i]));
  }
  return text;
}

/// Searches a note segment; "" where it has none.
static std::string find_build_id(const std::vector<char>& notes)
{
  const auto padded = [](std::uint64_t size) { return (size + 3) & ~3ULL; };
  std::size_t at = 0;
  while (const auto note = copy_at<Elf64_Nhdr>(notes, at)) {
    const std::uint64_t name = at + sizeof(Elf64_Nhdr);
    const std::uint64_t content = name + padded(note->n_namesz);
    const std::uint64_t end = content + padded(note->n_descsz);
    if (content + note->n_descsz > notes.size()) {
      return "";
    }
    constexpr std::size_t longest = 64;
    if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
        std::memcmp(notes.data() + name, "GNU", 4) == 0 && note->n_descsz > 0 &&
        note->n_descsz <= longest) {
      return hex(notes.data() + content, note->n_descsz);
    }
    at = static_cast<std::size_t>(end);
  }
  return "";
}

Result<std::string> elf_build_id(int fd)
{
  TRY_ASSIGN(const auto head, read_at(fd, 0, sizeof(Elf64_Ehdr)));
  const auto file = copy_at<Elf64_Ehdr>(head, 0);
  if (!file || std::memcmp(file->e_ident, ELFMAG, SELFMAG) != 0 ||
      file->e_ident[EI_CLASS] != ELFCLASS64 ||
      file->e_ident[EI_DATA] != ELFDATA2LSB ||
      file->e_phentsize != sizeof(Elf64_Phdr)) {
    return user_error("the kernel is no 64-bit little-endian ELF file");
  }
  const std::uint64_t size =
      static_cast<std::uint64_t>(file->e_phnum) * sizeof(Elf64_Phdr);
  TRY_ASSIGN(const auto table, read_at(fd, file->e_phoff, size));
  for (std::size_t i = 0; i < file->e_phnum && i < 64; ++i) {
    const auto segment = copy_at<Elf64_Phdr>(table, i * sizeof(Elf64_Phdr));
    if (!segment) {
      break;
    }
    if (segment->p_type == PT_NOTE) {
      TRY_ASSIGN(const auto notes,
                 read_at(fd, segment->p_offset, segment->p_filesz));
      if (auto id = find_build_id(notes); !id.empty()) {
        return id;
      }
    }
  }
  return user_error("the kernel has no build id");
}

} // namespace oopsfarm
