// SPDX-License-Identifier: GPL-2.0-or-later
#include "fixtures.h"
#include "guest/root.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

using namespace oopsfarm;
using namespace oopsfarm::testing;

namespace fs = std::filesystem;

namespace {

/// A child that waits until it is killed, and calls itself what it is told:
/// its executable is sleep's, its arguments are `arguments`.
class FakeQemu
{
public:
  explicit FakeQemu(std::vector<std::string> arguments)
  {
    int ready[2];
    REQUIRE(pipe2(ready, O_CLOEXEC) == 0);
    pid_ = fork();
    if (pid_ == 0) {
      // The shell's own arguments are what /proc shows; it reads a FIFO that
      // never gets a writer, without starting another program.
      std::vector<std::string> all = {arguments[0], "-c", "read x", "sh"};
      all.insert(all.end(), arguments.begin() + 1, arguments.end());
      std::vector<char*> argv;
      for (auto& text : all) {
        argv.push_back(text.data());
      }
      argv.push_back(nullptr);
      int held[2];
      if (pipe(held) == 0) {
        dup2(held[0], 0); // its writing end is ours too: read never returns
      }
      execv("/bin/sh", argv.data());
      _exit(127);
    }
    close(ready[1]);
    char byte = 0;
    // End of file: the child has replaced itself.
    CHECK(::read(ready[0], &byte, 1) == 0);
    close(ready[0]);
  }

  FakeQemu(const FakeQemu&) = delete;
  FakeQemu& operator=(const FakeQemu&) = delete;

  ~FakeQemu()
  {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  pid_t pid() const { return pid_; }

  /// Ended by somebody, not yet reaped.
  bool ended() const
  {
    siginfo_t info = {};
    waitid(P_PID, pid_, &info, WEXITED | WNOHANG | WNOWAIT);
    return info.si_pid == pid_;
  }

private:
  pid_t pid_ = -1;
};

} // namespace

static std::vector<std::string> guest_arguments(const fs::path& root)
{
  return {"/usr/bin/qemu-system-x86_64",
          "-name",
          "guest=a,debug-threads=on",
          "-object",
          R"({"qom-type":"secret","format":"raw","file":")" + root.string() +
              R"(/lib/qemu/domain-1-a/master-key.aes"})"};
}

TEST_CASE("guest::short_root")
{
  const auto folder = temp_folder();

  SUBCASE("keeps a short root as it is, and makes it")
  {
    const auto root = folder.path() / "r";
    const auto made = short_root(root);
    REQUIRE(made);
    CHECK(*made == fs::canonical(root));
  }

  SUBCASE("stands in for a long one by a short link that leads there")
  {
    const auto root = folder.path() / std::string(120, 'x') / "root";
    const auto made = short_root(root);
    REQUIRE(made);
    CHECK(made->native().size() <= max_root);
    CHECK(fs::canonical(*made) == fs::canonical(root));
    CHECK(*short_root(root) == *made);
    CHECK(*short_root(folder.path() / std::string(120, 'y')) != *made);

    remove_root_link(root);
    CHECK_FALSE(fs::exists(fs::symlink_status(*made)));
    CHECK(fs::is_directory(root));
    remove_root_link(folder.path() / std::string(120, 'y'));
  }

  SUBCASE("refuses a folder for links that others can write")
  {
    std::string name = "/tmp/gtXXXXXX"; // a runtime folder's path is short
    REQUIRE(mkdtemp(name.data()) != nullptr);
    const fs::path runtime = name;
    const char* set = std::getenv("XDG_RUNTIME_DIR");
    const std::string before = set == nullptr ? "" : set;
    fs::create_directories(runtime / "oopsfarm");
    fs::permissions(runtime / "oopsfarm", fs::perms::all);
    setenv("XDG_RUNTIME_DIR", runtime.c_str(), 1);
    const auto made = short_root(folder.path() / std::string(120, 'x'));
    if (set == nullptr) {
      unsetenv("XDG_RUNTIME_DIR");
    } else {
      setenv("XDG_RUNTIME_DIR", before.c_str(), 1);
    }
    fs::remove_all(runtime);
    REQUIRE_FALSE(made);
    CHECK(made.error().message.find("private") != std::string::npos);
  }
}

TEST_CASE("guest::prepare_root")
{
  const auto folder = temp_folder();
  const auto root = folder.path() / "root";
  const auto store = folder.path() / "template";
  const fs::path one = "cache/qemu/capabilities/one.xml";
  const fs::path two = "cache/qemu/capabilities/two.xml";

  SUBCASE("configures libvirt for no daemons, and QEMU's sandbox")
  {
    REQUIRE(prepare_root(root, ""));
    const auto conf = content(root / "etc/qemu.conf");
    CHECK(conf.find("stdio_handler = \"file\"\n") != std::string::npos);
    CHECK(conf.find("seccomp_sandbox = 1\n") != std::string::npos);
  }

  SUBCASE("shares what libvirt learnt, both ways, and keeps what is there")
  {
    fs::create_directories((root / one).parent_path());
    REQUIRE(write_file(root / one, "learnt"));
    save_cache(root, store);
    CHECK(content(store / one) == "learnt");

    REQUIRE(write_file(store / two, "from another root"));
    REQUIRE(write_file(store / one, "changed since"));
    REQUIRE(prepare_root(root, store));
    CHECK(content(root / two) == "from another root");
    CHECK(content(root / one) == "learnt");
  }

  SUBCASE("does without a template")
  {
    REQUIRE(prepare_root(root, folder.path() / "none"));
    save_cache(root, folder.path() / "new");
    CHECK(fs::is_empty(folder.path() / "new/cache/qemu/capabilities"));
  }

  SUBCASE("copies nothing but libvirt's own files")
  {
    fs::create_directories((store / one).parent_path());
    REQUIRE(write_file(store / one.parent_path() / "x.sh", "no"));
    REQUIRE(prepare_root(root, store));
    CHECK(fs::is_empty((root / one).parent_path()));
  }
}

TEST_CASE("guest::is_qemu_of_root")
{
  const fs::path root = "/srv/farm/root";

  SUBCASE("knows a guest's QEMU by its master key")
  {
    CHECK(is_qemu_of_root(guest_arguments(root), root));
  }

  SUBCASE("knows a QEMU that libvirt probes by its monitor")
  {
    CHECK(is_qemu_of_root({"/usr/bin/qemu-system-ppc64",
                           "-qmp",
                           "unix:/srv/farm/root/lib/qemu/qmp-Ab/qmp.monitor,"
                           "server=on,wait=off"},
                          root));
  }

  SUBCASE("knows the link that stands for a long root")
  {
    CHECK(is_qemu_of_root(guest_arguments(fs::path("/run/user/7/oopsfarm") /
                                          root_link_name(root)),
                          root));
  }

  SUBCASE("leaves everything else alone")
  {
    CHECK_FALSE(is_qemu_of_root({}, root));
    CHECK_FALSE(is_qemu_of_root(guest_arguments("/srv/farm/root2"), root));
    CHECK_FALSE(is_qemu_of_root(guest_arguments("/srv/farm"), root));
    CHECK_FALSE(is_qemu_of_root(
        {"/usr/bin/qemu-system-x86_64", "-append", "root=/srv/farm/root"},
        root));
    auto editor = guest_arguments(root);
    editor[0] = "/usr/bin/less";
    CHECK_FALSE(is_qemu_of_root(editor, root));
  }
}

TEST_CASE("guest::reap_root")
{
  const auto folder = temp_folder();
  const auto root = fs::canonical(folder.path()) / "root";

  SUBCASE("ends exactly the root's own QEMUs")
  {
    const FakeQemu mine(guest_arguments(root));
    const FakeQemu other(guest_arguments(root.string() + "2"));
    auto words = guest_arguments(root);
    words[0] = "/usr/bin/less";
    const FakeQemu reader(words);
    const auto ended = reap_root(root);
    REQUIRE(ended);
    CHECK(*ended == std::vector<pid_t>{mine.pid()});
    CHECK(mine.ended());
    CHECK_FALSE(other.ended());
    CHECK_FALSE(reader.ended());
  }

  SUBCASE("has nothing to do where nothing runs")
  {
    const auto ended = reap_root(root);
    REQUIRE(ended);
    CHECK(ended->empty());
  }
}
