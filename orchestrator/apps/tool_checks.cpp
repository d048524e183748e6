// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/tool_checks.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <array>

namespace oopsfarm {

/// Programs that a kernel's make starts, and the Debian package of each.
static constexpr std::array<std::array<const char*, 2>, 8> build_tools = {
    {{"make", "make"},
     {"gcc", "gcc"},
     {"flex", "flex"},
     {"bison", "bison"},
     {"bc", "bc"},
     {"cpio", "cpio"},
     {"perl", "perl"},
     {"xz", "xz-utils"}}};

/// Headers that programs of the kernel's build include.
static constexpr std::array<std::array<const char*, 2>, 2> build_headers = {
    {{"/usr/include/libelf.h", "libelf-dev"},
     {"/usr/include/openssl/opensslv.h", "libssl-dev"}}};

static std::string install(const std::vector<std::string>& packages)
{
  return "apt-get install --no-install-recommends " + join(packages, " ");
}

/// One line for all of them: they are missed together.
static CheckResult check_build_tools(Host& host)
{
  std::vector<std::string> missing;
  std::vector<std::string> packages;
  std::vector<std::string> names;
  for (const auto& [program, package] : build_tools) {
    names.emplace_back(program);
    if (!host.has_program(program)) {
      missing.emplace_back(program);
      packages.emplace_back(package);
    }
  }
  for (const auto& [header, package] : build_headers) {
    names.emplace_back(package);
    if (!host.has_file(header)) {
      missing.emplace_back(package);
      packages.emplace_back(package);
    }
  }
  if (missing.empty()) {
    return {CheckStatus::ok, join(names, " "), ""};
  }
  return {CheckStatus::missing,
          "not found: " + join(missing, ", "),
          install(packages)};
}

/// A program that must start; its version for people.
static Check program_check(const std::string& name, const std::string& package)
{
  return {name, [name, package](Host& host) -> CheckResult {
            const auto version = host.output({name, "--version"});
            if (!version) {
              return {CheckStatus::missing,
                      version.error().message,
                      install({package})};
            }
            const auto lines = split_lines(*version);
            return {CheckStatus::ok, lines.empty() ? "" : lines.front(), ""};
          }};
}

/// Whether namespaces can be made at all depends on the host's settings and on
/// a container around us, so it is tried.
static CheckResult check_sandbox(Host& host)
{
  if (!host.has_program("bwrap")) {
    return {CheckStatus::missing, "not installed", install({"bubblewrap"})};
  }
  const auto tried =
      host.output({"bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"});
  if (!tried) {
    return {CheckStatus::missing,
            "bubblewrap can't make a sandbox: " + tried.error().message,
            "sysctl kernel.unprivileged_userns_clone=1, or run outside of "
            "the container"};
  }
  return {CheckStatus::ok, "bubblewrap makes one", ""};
}

std::vector<Check> tool_checks()
{
  return {{"build tools", check_build_tools},
          program_check("git", "git"),
          program_check("ccache", "ccache"),
          {"build sandbox", check_sandbox}};
}

} // namespace oopsfarm
