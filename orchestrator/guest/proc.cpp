// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/proc.h"

#include "base/strings.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <ctime>
#include <filesystem>

namespace oopsfarm {

namespace fs = std::filesystem;

template <typename T> static std::optional<T> number(std::string_view text)
{
  T value = 0;
  const auto* end = text.data() + text.size();
  const auto [at, code] = std::from_chars(text.data(), end, value);
  if (code != std::errc() || at != end) {
    return std::nullopt;
  }
  return value;
}

std::vector<pid_t> own_processes()
{
  std::vector<pid_t> pids;
  std::error_code code;
  for (fs::directory_iterator at("/proc", code), end; !code && at != end;
       at.increment(code)) {
    const auto pid = number<pid_t>(at->path().filename().string());
    struct stat info = {};
    if (pid && stat(at->path().c_str(), &info) == 0 &&
        info.st_uid == geteuid()) {
      pids.push_back(*pid);
    }
  }
  return pids;
}

std::vector<std::string> process_arguments(pid_t pid)
{
  const auto text = read_file(fmt::format("/proc/{}/cmdline", pid), 1 << 20);
  if (!text || text->empty()) {
    return {};
  }
  auto arguments = split(*text, '\0');
  if (arguments.back().empty()) {
    arguments.pop_back(); // the last NUL ends, it does not separate
  }
  return arguments;
}

std::optional<std::chrono::nanoseconds> runqueue_wait(pid_t thread)
{
  const auto text = read_file(fmt::format("/proc/{}/schedstat", thread), 256);
  if (!text) {
    return std::nullopt;
  }
  const auto fields = split(*text, ' '); // run time, wait, times it was run
  const auto wait =
      fields.size() < 2 ? std::nullopt : number<std::int64_t>(fields[1]);
  return wait ? std::optional(std::chrono::nanoseconds(*wait)) : std::nullopt;
}

std::optional<unsigned long long> stat_start_ticks(std::string_view stat)
{
  const auto name_end = stat.rfind(')');
  if (name_end == std::string_view::npos) {
    return std::nullopt;
  }
  // The fields after the name start with the third; starttime is the 22nd.
  const auto fields = split(trim(stat.substr(name_end + 1)), ' ');
  constexpr std::size_t index = 22 - 3;
  if (fields.size() <= index) {
    return std::nullopt;
  }
  return number<unsigned long long>(fields[index]);
}

std::optional<std::chrono::milliseconds> process_age(pid_t pid)
{
  const auto stat = read_file(fmt::format("/proc/{}/stat", pid), 1 << 16);
  const auto ticks = stat ? stat_start_ticks(*stat) : std::nullopt;
  timespec now = {};
  if (!ticks || clock_gettime(CLOCK_BOOTTIME, &now) != 0) {
    return std::nullopt;
  }
  const auto per_second = static_cast<unsigned long long>(sysconf(_SC_CLK_TCK));
  const auto started = static_cast<long long>(*ticks * 1000 / per_second);
  const long long now_ms = now.tv_sec * 1000LL + now.tv_nsec / 1000000;
  return std::chrono::milliseconds(std::max(0LL, now_ms - started));
}

} // namespace oopsfarm
