// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/host.h"

#include "base/strings.h"
#include "guest/accelerator.h"
#include "guest/versions.h"
#include "kbuild/toolchain.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

namespace oopsfarm {

namespace fs = std::filesystem;

Result<std::string> ThisHost::output(const std::vector<std::string>& argv)
{
  if (!has_program(argv.front())) {
    return infra_error("not installed");
  }
  Command command;
  command.argv = argv;
  RunOptions options;
  options.timeout = std::chrono::seconds(10);
  TRY_ASSIGN(const auto finished, processes_.run(command, options, stop_));
  if (finished.timed_out) {
    return infra_error("does not end within 10 s");
  }
  if (!finished.ok()) {
    const auto lines = split_lines(trim(finished.err));
    return infra_error(
        fmt::format("{}{}{}",
                    to_string(finished.status),
                    lines.empty() ? "" : ": ",
                    lines.empty() ? "" : printable(lines.back())));
  }
  return finished.out;
}

bool ThisHost::has_program(const std::string& name)
{
  return !find_program(name).empty();
}

bool ThisHost::has_file(const fs::path& file)
{
  std::error_code ignored;
  return fs::exists(file, ignored);
}

std::vector<fs::path> ThisHost::files(const fs::path& folder,
                                      const std::string& prefix)
{
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->path().filename().string().starts_with(prefix) &&
        entry->is_regular_file(ignored)) {
      found.push_back(entry->path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

Result<std::string> ThisHost::qemu(Arch arch)
{
  return qemu_version(arch, processes_, stop_);
}

Result<std::string> ThisHost::libvirt()
{
  TRY(check_libvirt_driver());
  return libvirt_version();
}

Result<std::string> ThisHost::toolchain(Arch arch)
{
  return toolchain_id(arch, processes_, stop_);
}

Result<Accelerator> ThisHost::accelerator(Arch arch)
{
  TRY(state_folder());
  return choose_accelerator(
      arch, AccelPolicy::automatic, state_.accelerators(), processes_, stop_);
}

/// The folder itself, or the nearest one above it that is there.
fs::path ThisHost::existing_state_parent() const
{
  std::error_code ignored;
  auto folder = state_.root;
  while (folder.has_relative_path() && !fs::exists(folder, ignored)) {
    folder = folder.parent_path();
  }
  return folder;
}

Result<fs::path> ThisHost::state_folder()
{
  const auto folder = existing_state_parent();
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    return user_error(folder.string() + " is not a folder");
  }
  if (access(folder.c_str(), R_OK | W_OK | X_OK) != 0) {
    return user_error(fmt::format(
        "{} is not writable ({})", folder.string(), std::strerror(errno)));
  }
  return state_.root;
}

Result<std::uint64_t> ThisHost::free_disk()
{
  return free_space(existing_state_parent());
}

Result<std::uint64_t> ThisHost::free_memory()
{
  std::ifstream meminfo("/proc/meminfo");
  std::string key;
  std::uint64_t kib = 0;
  std::string rest;
  while (meminfo >> key >> kib && std::getline(meminfo, rest)) {
    if (key == "MemAvailable:") {
      return kib * 1024;
    }
  }
  return infra_error("/proc/meminfo has no MemAvailable");
}

} // namespace oopsfarm
