// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/strings.h"
#include "kbuild/sandbox.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace oopsfarm;

static Sandbox sample()
{
  Sandbox sandbox;
  sandbox.source = "/state/objects/x/src";
  sandbox.config = "/state/objects/x/config";
  sandbox.objects = "/state/objects/x/obj";
  sandbox.ccache = "/state/ccache";
  return sandbox;
}

constexpr Identity user = {1000, 1000, false};
constexpr Identity root = {65533, 65533, true};

static std::string line(const Sandbox& sandbox, const Identity& identity)
{
  return join(sandbox_command(sandbox, identity, {"make"}, {{"A", "b c"}}).argv,
              " ");
}

static bool has(const std::string& text, const std::string& part)
{
  return text.find(part) != std::string::npos;
}

TEST_CASE("sandbox_command")
{
  SUBCASE("cuts the build off from network, processes, home and environment")
  {
    for (const auto& identity : {user, root}) {
      const auto words = line(sample(), identity);
      for (const char* part : {" --unshare-all ",
                               " --disable-userns ",
                               " --die-with-parent ",
                               " --new-session ",
                               " --clearenv ",
                               " --remount-ro / ",
                               " --remount-ro /dev ",
                               " --setenv A b c "}) {
        CAPTURE(part);
        CHECK(has(words, part));
      }
      CHECK_FALSE(has(words, "--share-net"));
      CHECK_FALSE(has(words, "/root"));
      CHECK_FALSE(has(words, "/home"));
      CHECK(sandbox_command(sample(), identity, {"make"}, {}).clear_env);
    }
  }

  SUBCASE("leaves root's uid behind, and needs a user namespace as a user")
  {
    CHECK(has(line(sample(), root),
              " setpriv --reuid=65533 --regid=65533 --clear-groups "));
    CHECK_FALSE(has(line(sample(), root), "--map-root-user"));
    CHECK(has(line(sample(), user), "--user --map-root-user"));
    CHECK_FALSE(has(line(sample(), user), "setpriv"));
  }

  SUBCASE("sets every limit")
  {
    auto sandbox = sample();
    sandbox.limits.processes = 77;
    sandbox.limits.memory = 123456;
    sandbox.limits.file_size = 654321;
    CHECK(has(line(sandbox, user),
              "prlimit --nproc=77 --as=123456 --fsize=654321 --nofile=4096 "
              "--core=0 -- sh "));
  }

  SUBCASE("lets write to the objects alone, and to ccache when asked to")
  {
    auto sandbox = sample();
    CHECK(has(line(sandbox, user), " --ro-bind /mnt/ccache /build/ccache"));
    CHECK(has(line(sandbox, user), " --ro-bind /mnt/src /build/src"));
    CHECK(has(line(sandbox, user), " --bind /mnt/obj /build/obj"));
    sandbox.ccache_access = Access::read_write;
    CHECK(has(line(sandbox, user), " --bind /mnt/ccache /build/ccache"));
  }

  SUBCASE("puts a layer over the objects")
  {
    auto sandbox = sample();
    sandbox.layer = Layer{"/s,t/upper", "/s,t/work"};
    CHECK(has(line(sandbox, user),
              "lowerdir=/state/objects/x/obj,upperdir=/s\\,t/upper,"
              "workdir=/s\\,t/work,userxattr "));
    CHECK(has(line(sandbox, root), "redirect_dir=off,metacopy=off"));
  }

  SUBCASE("stages the mounts where no folder of ours is hidden by it")
  {
    auto sandbox = sample();
    sandbox.ccache = "/mnt/big/ccache";
    CHECK(has(line(sandbox, user), " oopsfarm-stage /media "));
    sandbox.source = "/media/src";
    CHECK(has(line(sandbox, user), " oopsfarm-stage /srv "));
    sandbox.source = "/media2/src";
    CHECK(has(line(sandbox, user), " oopsfarm-stage /media "));
  }

  SUBCASE("keeps the command's words apart from ours")
  {
    const auto argv =
        sandbox_command(sample(), user, {"make", "$(touch /x)", "; id"}, {})
            .argv;
    CHECK(argv.back() == "; id");
    CHECK(argv[argv.size() - 2] == "$(touch /x)");
  }
}
