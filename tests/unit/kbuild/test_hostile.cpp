// SPDX-License-Identifier: GPL-2.0-or-later
// Builds of trees that attack the host that builds them. Each must leave the
// host as it was, end with a clear verdict, and leave no process. CI runs them
// as root and as an ordinary user.
#include "unit/kbuild/fake_kernel.h"

#include <doctest/doctest.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

using namespace oopsfarm;
using oopsfarm::testing::FakeKernel;
namespace fs = std::filesystem;

static bool has(const std::string& text, const std::string& part)
{
  return text.find(part) != std::string::npos;
}

/// Builds the hook as a series' patch; it must end with an outcome.
static BuildOutcome attack(FakeKernel& kernel, const std::string& hook)
{
  const auto result = kernel.build(kernel.commit_hook(hook), "evil");
  REQUIRE_MESSAGE(result, (result ? "" : result.error().message));
  return *result;
}

TEST_CASE("a hostile build can't look at the host")
{
  FakeKernel kernel;

  SUBCASE("neither at homes, nor at the state folder, nor at the environment")
  {
    testing::spit(kernel.state() / "secret", "s3cret\n");
    setenv("OOPSFARM_TEST_TOKEN", "t0ken", 1);
    const auto outcome =
        attack(kernel,
               "@cat " + (kernel.state() / "secret").string() +
                   "; env; ls -a $$HOME /root /home /etc /var " +
                   kernel.state().string() + "; cat /etc/passwd; true");
    unsetenv("OOPSFARM_TEST_TOKEN");
    CHECK(outcome.verdict == Verdict::pass);
    CHECK_FALSE(has(kernel.log(), "s3cret"));
    CHECK_FALSE(has(kernel.log(), "t0ken"));
    CHECK_FALSE(has(kernel.log(), "root:"));
    CHECK(has(kernel.log(), "'/root': No such file"));
    CHECK(has(kernel.log(), "'/home': No such file"));
  }

  SUBCASE("nor at its processes")
  {
    const auto mine = std::to_string(getpid());
    attack(kernel,
           "@grep -al unit_[k]build /proc/[0-9]*/cmdline; kill -9 " + mine +
               "; echo searched");
    CHECK(has(kernel.log(), "searched"));
    CHECK_FALSE(has(kernel.log(), "cmdline"));
  }
}

TEST_CASE("a hostile build can't write outside")
{
  FakeKernel kernel;

  SUBCASE("but to its objects and a /tmp of its own")
  {
    const auto outside = (kernel.state() / "planted").string();
    const auto outcome = attack(
        kernel,
        "@for f in " + outside +
            " /planted /usr/planted /etc/planted /dev/planted /dev/shm/planted "
            "/build/src/planted /build/ccache/planted /build/config/planted "
            "/build/planted; do echo x > $$f && echo wrote $$f; done; "
            "echo x > /tmp/planted-by-oopsfarm-test && echo tmp is fine");
    CHECK(outcome.verdict == Verdict::pass);
    CHECK(has(kernel.log(), "tmp is fine"));
    CHECK_FALSE(has(kernel.log(), "wrote"));
    CHECK_FALSE(fs::exists(outside));
    CHECK_FALSE(fs::exists("/tmp/planted-by-oopsfarm-test"));
  }

  SUBCASE("nor mount, become root, or make namespaces")
  {
    attack(kernel,
           "@unshare -Ur true && echo got userns; "
           "mount -t tmpfs x /tmp && echo got mount; "
           "mount -o remount,rw /usr && echo got usr; "
           "chroot / true && echo got chroot; id -u | grep -x 0; true");
    CHECK_FALSE(has(kernel.log(), "got "));
    CHECK_FALSE(has(kernel.log(), "\n0\n"));
  }

  SUBCASE("nor by links that we would follow")
  {
    const auto victim = kernel.state() / "victim";
    testing::spit(victim, "precious");
    const auto outcome = attack(kernel,
                                "@ln -sf " + victim.string() +
                                    " $(O)/System.map; rm -f $(O)/.config; "
                                    "ln -s /etc/passwd $(O)/.config");
    CHECK(outcome.verdict == Verdict::pass);
    CHECK(*read_file(victim) == "precious");
    CHECK_FALSE(fs::exists(kernel.out() / "System.map"));
    CHECK_FALSE(fs::exists(kernel.out() / "config"));
  }
}

TEST_CASE("a hostile build can't pass off something else as the kernel")
{
  FakeKernel kernel;
  const auto build = [&](const std::string& how) {
    auto makefile = testing::fake_makefile("");
    makefile = makefile.substr(0, makefile.find("vmlinux:")) +
               "vmlinux:\n\t@rm -rf $(O)/vmlinux; " + how + "\n";
    const auto commit = kernel.repo.commit("Makefile", makefile, "swap");
    const auto result = kernel.build(commit, "evil");
    REQUIRE(result);
    CHECK(result->verdict == Verdict::build_failed);
    CHECK_FALSE(fs::exists(kernel.out() / "vmlinux"));
    return result->title;
  };

  SUBCASE("a link, a pipe, a folder, or a file that is no kernel")
  {
    const std::string not_regular =
        "the build left vmlinux that is no regular file";
    CHECK(build("ln -s /etc/passwd $(O)/vmlinux") == not_regular);
    CHECK(build("mkfifo $(O)/vmlinux") == not_regular);
    CHECK(build("mkdir $(O)/vmlinux") == not_regular);
    CHECK(build("echo hello > $(O)/vmlinux") ==
          "the kernel is no 64-bit little-endian ELF file");
  }
}

TEST_CASE("a hostile build has no network")
{
  FakeKernel kernel;

  SUBCASE("not even the host's loopback")
  {
    const int server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(bind(server, any, size) == 0);
    REQUIRE(listen(server, 5) == 0);
    REQUIRE(getsockname(server, any, &size) == 0);
    const auto port = std::to_string(ntohs(address.sin_port));
    attack(kernel,
           "@bash -c 'echo hi > /dev/tcp/127.0.0.1/" + port +
               "' && echo connected; bash -c 'echo hi > /dev/udp/192.0.2.1/9' "
               "&& echo sent; true");
    CHECK(accept(server, nullptr, nullptr) < 0);
    CHECK_FALSE(has(kernel.log(), "connected"));
    CHECK_FALSE(has(kernel.log(), "sent"));
    close(server);
  }
}

TEST_CASE("a hostile build can't use the host up")
{
  FakeKernel kernel;

  SUBCASE("forking without end")
  {
    kernel.limits.processes = 40;
    kernel.limits.time = std::chrono::seconds(3);
    const std::string mark = "5000.0731";
    const auto outcome =
        attack(kernel,
               "@bash -c 'while true; do sleep " + mark +
                   " & done' || true; "
                   "for i in 1 2 3 4 5 6 7 8 9; do f() { f | f & }; f; done; "
                   "sleep " +
                   mark);
    CHECK(outcome.verdict == Verdict::build_failed);
    CHECK(testing::is_gone(mark));
  }

  SUBCASE("running for ever, whatever it prints")
  {
    kernel.limits.time = std::chrono::seconds(2);
    const auto outcome = attack(kernel, "@yes '  CC      evil.o'");
    CHECK(outcome.verdict == Verdict::build_failed);
    CHECK(outcome.title == "the build took longer than 2.0 s");
    CHECK(fs::file_size(kernel.out() / "build.log") <= 33U << 20);
  }

  SUBCASE("eating memory")
  {
    kernel.limits.memory = 200U << 20;
    const auto outcome = attack(kernel, "@head -c 1G /dev/zero | tail -n 1");
    CHECK(outcome.verdict == Verdict::build_failed);
    CHECK(has(kernel.log(), "memory exhausted"));
  }

  SUBCASE("writing one file without end")
  {
    kernel.limits.file_size = 8U << 20;
    const auto outcome = attack(kernel, "@cat /dev/zero > $(O)/zero");
    CHECK(outcome.verdict == Verdict::build_failed);
    CHECK(fs::file_size(kernel.state() / "tree/layer/upper/zero") == 8U << 20);
  }

  SUBCASE("writing many")
  {
    kernel.limits.disk = 20U << 20;
    const auto outcome =
        attack(kernel,
               "@i=0; while true; do i=$$((i+1)); head -c 1M /dev/zero > "
               "$(O)/$$i; sleep 0.02; done");
    CHECK(outcome.verdict == Verdict::build_failed);
    CHECK(outcome.title == "the build wrote more than 20.0 MiB");
  }

  SUBCASE("filling /tmp, which is its own")
  {
    kernel.limits.file_size = 4ULL << 30;
    const auto outcome = attack(kernel, "@head -c 550M /dev/zero > /tmp/x");
    CHECK(outcome.verdict == Verdict::build_failed);
    CHECK(has(kernel.log(), "No space left on device"));
  }
}

TEST_CASE("a hostile build leaves nothing behind")
{
  FakeKernel kernel;

  SUBCASE("no daemon")
  {
    const std::string mark = "6000.0512";
    const auto outcome = attack(kernel,
                                "@setsid sleep " + mark +
                                    " >/dev/null 2>&1 </dev/null & "
                                    "(trap '' TERM INT HUP; sleep " +
                                    mark + " & sleep " + mark +
                                    ") "
                                    ">/dev/null 2>&1 </dev/null & true");
    CHECK(outcome.verdict == Verdict::pass);
    CHECK(testing::is_gone(mark));
  }

  SUBCASE("no folder that we can't remove")
  {
    attack(kernel,
           "@mkdir -p $(O)/a/b/c; touch $(O)/a/b/c/d; chmod 0 $(O)/a/b/c "
           "$(O)/a/b $(O)/a");
    const auto next = kernel.build(kernel.base, "good");
    REQUIRE_MESSAGE(next, (next ? "" : next.error().message));
    CHECK(next->verdict == Verdict::pass);
    CHECK_FALSE(fs::exists(kernel.state() / "tree/layer/upper/a"));
  }

  SUBCASE("no escape sequences on our terminal")
  {
    const auto outcome = attack(
        kernel, "@printf 'a.c:1: error: \\033]0;evil\\007\\n' >&2; exit 1");
    CHECK(outcome.verdict == Verdict::build_failed);
    CHECK(outcome.title == "a.c:1: error: ?]0;evil?");
    CHECK(kernel.log().find('\033') == std::string::npos);
  }
}
