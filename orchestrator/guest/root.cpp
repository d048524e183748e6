// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/root.h"

#include "base/hash.h"
#include "base/id.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace oopsfarm {

namespace fs = std::filesystem;

/// https://gitlab.com/libvirt/libvirt: qemu.conf's comments say what each is.
static std::string qemu_conf()
{
  std::string text =
      "# Written by oopsfarm for libvirt's embedded driver.\n"
      "stdio_handler = \"file\"\n" // else it looks for virtlogd
      "security_driver = \"none\"\n"
      "cgroup_controllers = [ ]\n"
      "namespaces = [ ]\n"
      "remember_owner = 0\n"
      "dynamic_ownership = 0\n" // kernels and logs are not QEMU's to own
      "seccomp_sandbox = 1\n";
  if (geteuid() == 0) {
    text += "user = \"+0\"\ngroup = \"+0\"\n";
  }
  return text;
}

std::string root_link_name(const fs::path& root)
{
  return sha256_hex(root.string()).substr(0, 16);
}

/// Where links to long roots stand.
static fs::path links_folder()
{
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && runtime[0] == '/' &&
      std::strlen(runtime) + 9 + 1 + 16 <= max_root) {
    return fs::path(runtime) / "oopsfarm";
  }
  return fmt::format("/tmp/oopsfarm-{}", geteuid());
}

/// Makes the folder, or checks that nobody else can have put links there.
static Status make_private(const fs::path& folder)
{
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return infra_error(fmt::format(
        "cannot make {}: {}", folder.string(), std::strerror(errno)));
  }
  struct stat info = {};
  if (lstat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) ||
      info.st_uid != geteuid() || (info.st_mode & 077) != 0) {
    return infra_error(
        fmt::format("{} is not a private folder of ours: remove it, or set "
                    "XDG_RUNTIME_DIR to a folder that only you can write",
                    folder.string()));
  }
  return Ok{};
}

Result<fs::path> short_root(const fs::path& root)
{
  TRY(make_folder(root));
  std::error_code code;
  const auto full = fs::canonical(root, code);
  if (code) {
    return infra_error(
        fmt::format("cannot resolve {}: {}", root.string(), code.message()));
  }
  if (full.native().size() <= max_root) {
    return full;
  }
  const auto folder = links_folder();
  TRY(make_private(folder));
  const auto link = folder / root_link_name(full);
  if (fs::read_symlink(link, code) == full) {
    return link;
  }
  fs::remove(link, code);
  fs::create_directory_symlink(full, link, code);
  if (code) {
    return infra_error(
        fmt::format("cannot link {}: {}", link.string(), code.message()));
  }
  return link;
}

void remove_root_link(const fs::path& root)
{
  std::error_code code;
  const auto full = fs::weakly_canonical(root, code);
  const auto link = links_folder() / root_link_name(full);
  if (fs::is_symlink(link, code)) {
    fs::remove(link, code);
  }
}

/// Copies one file so that it appears whole or not at all.
static void copy_whole(const fs::path& from, const fs::path& to)
{
  std::error_code code;
  const auto beside = to.parent_path() / ("." + new_id());
  fs::copy_file(from, beside, code);
  if (!code) {
    fs::rename(beside, to, code);
  }
  if (code) {
    fs::remove(beside, code);
  }
}

/// Where libvirt keeps what it knows of QEMU programs: a file each, named by a
/// hash, checked by libvirt for being still true.
static fs::path knowledge(const fs::path& root)
{
  return root / "cache" / "qemu" / "capabilities";
}

/// Copies the files that `to` does not have yet. Best effort: what is missing
/// is only probed again.
static void share_knowledge(const fs::path& from, const fs::path& to)
{
  std::error_code code;
  fs::create_directories(knowledge(to), code);
  for (fs::directory_iterator at(knowledge(from), code), end;
       !code && at != end;
       at.increment(code)) {
    const auto target = knowledge(to) / at->path().filename();
    std::error_code ignored;
    if (at->path().extension() == ".xml" && !fs::exists(target, ignored)) {
      copy_whole(at->path(), target);
    }
  }
}

fs::path serial_folder(const fs::path& root)
{
  return root / "serial";
}

Status prepare_root(const fs::path& root, const fs::path& cache_template)
{
  TRY(make_folder(root / "etc"));
  TRY(make_folder(root / "log"));
  // Anew: sockets of guests that were killed would be left there.
  TRY(remove_tree(serial_folder(root)));
  TRY(make_private(serial_folder(root)));
  TRY(write_file(root / "etc" / "qemu.conf", qemu_conf()));
  if (!cache_template.empty()) {
    share_knowledge(cache_template, root);
  }
  return Ok{};
}

void save_cache(const fs::path& root, const fs::path& cache_template)
{
  share_knowledge(root, cache_template);
}

} // namespace oopsfarm
