// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/build_log.h"

#include "base/strings.h"

#include <fmt/format.h>

namespace oopsfarm {

BuildLog::BuildLog(std::filesystem::path file, std::ofstream stream)
    : file_(std::move(file)), stream_(std::move(stream))
{
}

Result<BuildLog> BuildLog::create(const std::filesystem::path& file)
{
  BuildLog log(file, std::ofstream(file, std::ios::binary | std::ios::trunc));
  TRY(log.flush());
  return log;
}

void BuildLog::line(std::string_view text)
{
  constexpr std::size_t longest = 8192;
  if (size_ >= max_size) {
    return;
  }
  auto line = printable(text, longest);
  size_ += line.size() + 1;
  if (size_ >= max_size) {
    line =
        fmt::format("[oopsfarm: the log is cut after {} MiB]", max_size >> 20);
  }
  stream_ << line << '\n';
}

Status BuildLog::flush()
{
  stream_.flush();
  if (!stream_) {
    return infra_error(fmt::format(
        "cannot write {}: is the disk full? Free some space there, then run "
        "again",
        file_.string()));
  }
  return Ok{};
}

} // namespace oopsfarm
