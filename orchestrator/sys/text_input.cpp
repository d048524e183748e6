// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/text_input.h"

#include <fmt/format.h>

#include <archive.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

namespace oopsfarm {

namespace {

struct FreeArchive
{
  void operator()(archive* reader) const { archive_read_free(reader); }
};

using Reader = std::unique_ptr<archive, FreeArchive>;

/// Standard input, or an open file that is closed in the end.
class Input
{
public:
  static Result<Input> open(const std::filesystem::path& file)
  {
    if (file == "-") {
      return Input(STDIN_FILENO);
    }
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
      return user_error(
          fmt::format("can't read {}: {}", file.string(), strerror(errno)));
    }
    Input input(fd);
    struct stat about = {};
    if (fstat(fd, &about) == 0 && S_ISDIR(about.st_mode)) {
      return user_error(
          fmt::format("can't read {}: it is a folder", file.string()));
    }
    return input;
  }

  Input(Input&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

  Input& operator=(Input&&) = delete;

  ~Input()
  {
    if (fd_ > STDERR_FILENO) {
      close(fd_);
    }
  }

  int fd() const { return fd_; }

private:
  explicit Input(int fd) : fd_(fd) {}

  int fd_;
};

} // namespace

static Error unreadable(const std::filesystem::path& file, archive* reader)
{
  const char* why = archive_error_string(reader);
  return user_error(fmt::format("can't read {}: {}",
                                file == "-" ? "standard input" : file.string(),
                                why != nullptr ? why : "unknown error"));
}

Status read_text_input(const std::filesystem::path& file,
                       const Stop& stop,
                       const std::function<void(std::string_view)>& take)
{
  constexpr std::size_t piece = 1U << 16;
  TRY_ASSIGN(const auto input, Input::open(file));
  const Reader reader(archive_read_new());
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_filter_zstd(reader.get());
  archive_read_support_filter_xz(reader.get());
  archive_read_support_filter_bzip2(reader.get());
  archive_read_support_format_raw(reader.get());
  archive_read_support_format_empty(reader.get());
  archive_entry* entry = nullptr;
  if (archive_read_open_fd(reader.get(), input.fd(), piece) != ARCHIVE_OK) {
    return unreadable(file, reader.get());
  }
  const int begun = archive_read_next_header(reader.get(), &entry);
  if (begun == ARCHIVE_EOF) {
    return Ok{};
  }
  if (begun != ARCHIVE_OK) {
    return unreadable(file, reader.get());
  }
  std::string bytes(piece, '\0');
  while (!stop.requested()) {
    const auto got =
        archive_read_data(reader.get(), bytes.data(), bytes.size());
    if (got < 0) {
      return unreadable(file, reader.get());
    }
    if (got == 0) {
      break;
    }
    take(std::string_view(bytes).substr(0, static_cast<std::size_t>(got)));
  }
  return Ok{};
}

} // namespace oopsfarm
