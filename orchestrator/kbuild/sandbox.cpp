// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/sandbox.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>

namespace oopsfarm {

namespace fs = std::filesystem;

namespace {

/// In Debian's reserved range: no package and no administrator has it.
constexpr unsigned unused_id = 65533;

/// Makes the mounts that bwrap can't: an overlay, and folders whose parents
/// the sandbox's uid may not enter. Runs in a mount namespace of its own.
/// Arguments: stage, kind of objects (bind, or the overlay's options), source,
/// config, objects, ccache, then the command.
constexpr const char* stage_script = R"(set -e
stage=$1 kind=$2 source=$3 config=$4 objects=$5 ccache=$6
shift 6
mount -t tmpfs -o mode=755,size=1m oopsfarm "$stage"
cd "$stage"
mkdir src config obj ccache
mount --bind "$source" src
mount --bind "$config" config
mount --bind "$ccache" ccache
if [ "$kind" = bind ]; then
  mount --bind "$objects" obj
else
  mount -t overlay -o "$kind" overlay obj || exit 97
fi
cd /
exec "$@"
)";

using Words = std::vector<std::string>;

void append(Words& words, const Words& more)
{
  words.insert(words.end(), more.begin(), more.end());
}

bool is_below(const fs::path& path, const fs::path& folder)
{
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end())
             .first == folder.end();
}

/// A folder of every Debian system that none of our paths goes through.
std::string pick_stage(const Sandbox& sandbox)
{
  Words stages = {"/mnt", "/media", "/srv", "/opt"};
  const auto used = [&](const std::string& stage) {
    return is_below(sandbox.source, stage) || is_below(sandbox.config, stage) ||
           is_below(sandbox.objects, stage) || is_below(sandbox.ccache, stage);
  };
  const auto found = std::find_if_not(stages.begin(), stages.end(), used);
  return found == stages.end() ? stages.front() : *found;
}

/// Overlay options separate folders by `:` and options by `,`.
std::string escaped(const fs::path& path)
{
  std::string text;
  for (const char c : path.string()) {
    if (c == '\\' || c == ',' || c == ':') {
      text += '\\';
    }
    text += c;
  }
  return text;
}

std::string objects_kind(const Sandbox& sandbox, const Identity& identity)
{
  if (!sandbox.layer) {
    return "bind";
  }
  return fmt::format("lowerdir={},upperdir={},workdir={},{}",
                     escaped(sandbox.objects),
                     escaped(sandbox.layer->upper),
                     escaped(sandbox.layer->work),
                     identity.started_by_root
                         ? "redirect_dir=off,metacopy=off,index=off"
                         : "userxattr");
}

/// The private mount namespace, and the script that works in it.
Words stage_words(const Sandbox& sandbox,
                  const Identity& identity,
                  const std::string& stage)
{
  Words words = {"unshare", "--mount"};
  if (!identity.started_by_root) {
    append(words, {"--user", "--map-root-user"});
  }
  append(words,
         {"sh",
          "-c",
          stage_script,
          "oopsfarm-stage",
          stage,
          objects_kind(sandbox, identity),
          sandbox.source.string(),
          sandbox.config.string(),
          sandbox.objects.string(),
          sandbox.ccache.string()});
  // If memory ends, the host's killer takes the build first.
  append(words, {"choom", "-n", "1000", "--"});
  if (identity.started_by_root) {
    append(words,
           {"setpriv",
            fmt::format("--reuid={}", identity.uid),
            fmt::format("--regid={}", identity.gid),
            "--clear-groups",
            "--inh-caps=-all",
            "--bounding-set=-all",
            "--"});
  }
  return words;
}

/// The system's programs, and nothing else of the host.
Words system_words()
{
  Words words;
  for (const char* folder : {"/usr", "/bin", "/sbin", "/lib", "/lib64"}) {
    append(words, {"--ro-bind-try", folder, folder});
  }
  for (const char* path :
       {"/etc/alternatives", "/etc/ld.so.cache", "/etc/localtime"}) {
    append(words, {"--ro-bind-try", path, path});
  }
  append(words, {"--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"});
  return words;
}

Words bwrap_words(const Sandbox& sandbox,
                  const Identity& identity,
                  const std::string& stage)
{
  constexpr std::uint64_t tmp_size = 512ULL << 20;
  const bool writable = sandbox.ccache_access == Access::read_write;
  Words words = {"bwrap",
                 "--unshare-all",
                 "--unshare-user",
                 "--disable-userns",
                 "--uid",
                 std::to_string(identity.uid),
                 "--gid",
                 std::to_string(identity.gid),
                 "--die-with-parent",
                 "--new-session",
                 "--hostname",
                 "oopsfarm",
                 "--clearenv"};
  append(words, system_words());
  append(words, {"--perms",         "0755",
                 "--dir",           "/build",
                 "--size",          std::to_string(tmp_size),
                 "--perms",         "1777",
                 "--tmpfs",         "/tmp",
                 "--ro-bind",       stage + "/src",
                 "/build/src",      "--ro-bind",
                 stage + "/config", "/build/config",
                 "--bind",          stage + "/obj",
                 "/build/obj",      writable ? "--bind" : "--ro-bind",
                 stage + "/ccache", "/build/ccache",
                 "--remount-ro",    "/",
                 "--chdir",         "/build/obj"});
  return words;
}

Words limit_words(const BuildLimits& limits)
{
  return {"prlimit",
          fmt::format("--nproc={}", limits.processes),
          fmt::format("--as={}", limits.memory),
          fmt::format("--fsize={}", limits.file_size),
          "--nofile=4096",
          "--core=0",
          "--"};
}

} // namespace

Identity sandbox_identity()
{
  if (geteuid() == 0) {
    return {unused_id, unused_id, true};
  }
  return {geteuid(), getegid(), false};
}

Command
sandbox_command(const Sandbox& sandbox,
                const Identity& identity,
                const std::vector<std::string>& argv,
                const std::vector<std::pair<std::string, std::string>>& env)
{
  const auto stage = pick_stage(sandbox);
  Command command;
  command.clear_env = true;
  command.env = {{"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"}};
  command.cwd = "/";
  command.argv = stage_words(sandbox, identity, stage);
  append(command.argv, bwrap_words(sandbox, identity, stage));
  std::vector<std::pair<std::string, std::string>> inside = {
      {"PATH", "/usr/bin:/bin"}, {"HOME", "/tmp"}, {"LANG", "C.UTF-8"}};
  inside.insert(inside.end(), env.begin(), env.end());
  for (const auto& [name, value] : inside) {
    append(command.argv, {"--setenv", name, value});
  }
  append(command.argv, {"--"});
  append(command.argv, limit_words(sandbox.limits));
  append(command.argv,
         {"sh",
          "-c",
          fmt::format("echo '{}'; exec \"$@\"", sandbox_ready),
          "oopsfarm-build"});
  append(command.argv, argv);
  return command;
}

} // namespace oopsfarm
