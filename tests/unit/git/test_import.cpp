// SPDX-License-Identifier: GPL-2.0-or-later
#include "git/import.h"
#include "git/repository.h"
#include "support/git_repo.h"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

using namespace oopsfarm;
using namespace oopsfarm::testing;

namespace fs = std::filesystem;

static const ImportProgress quiet =
    [](const std::string&, std::uint64_t, std::uint64_t) {};

static void run(std::vector<std::string> argv)
{
  const Stop stop;
  SystemProcessRunner processes;
  Command command;
  command.argv = std::move(argv);
  const auto output = processes.output(command, stop);
  REQUIRE_MESSAGE(output, output.error().message);
}

/// A small kernel, packed as Debian does, .gitignore included.
class Tarball
{
public:
  Tarball()
  {
    const auto top = folder.path() / "linux-source-9.8";
    spit(top / "Makefile",
         "VERSION = 9\nPATCHLEVEL = 8\nSUBLEVEL = 7\nEXTRAVERSION =\n");
    spit(top / ".gitignore", "*\n");
    spit(top / "mm/oom_kill.c", "int oom;\n");
    spit(top / "scripts/run", "#!/bin/sh\n");
    chmod((top / "scripts/run").c_str(), 0755);
    fs::create_symlink("mm/oom_kill.c", top / "link");
    run({"tar", "-C", folder.path(), "-cJf", file, top.filename()});
  }

  TempFolder folder = temp_folder();
  fs::path file = folder.path() / "linux.tar.xz";
  fs::path trees = folder.path() / "trees";
  Stop stop;
  SystemProcessRunner processes;

  Result<Imported> import(const std::string& name, const fs::path& from)
  {
    return import_tarball(from, trees / name, processes, stop, quiet);
  }
};

TEST_CASE("git::import_tarball")
{
  Tarball tarball;

  SUBCASE("makes one commit, with every file, tagged by its version")
  {
    const auto imported = tarball.import("a.git", tarball.file);
    REQUIRE_MESSAGE(imported, imported.error().message);
    CHECK(imported->tag == "v9.8.7");
    const auto repository = Repository::open(
        tarball.trees / "a.git", tarball.processes, tarball.stop);
    REQUIRE(repository);
    CHECK(repository->tags().value() ==
          std::vector<std::string>{"v9.8.7", "v9.8"});
    CHECK(repository->resolve("v9.8").value() == imported->commit);
    const auto list = repository->git().output(repository->call(
        {"ls-tree", "-r", "--format=%(objectmode) %(path)", "v9.8"}));
    CHECK(list.value() == "100644 .gitignore\n100644 Makefile\n120000 link\n"
                          "100644 mm/oom_kill.c\n100755 scripts/run\n");
    CHECK(names_in(tarball.trees) == std::vector<std::string>{"a.git"});
    CHECK_FALSE(fs::exists(tarball.trees / "a.git/index"));
  }
  SUBCASE("gives the same commit everywhere")
  {
    const auto copy = tarball.folder.path() / "copy.tar.xz";
    fs::copy_file(tarball.file, copy);
    const auto first = tarball.import("a.git", tarball.file);
    const auto second = tarball.import("b.git", copy);
    CHECK(first.value().commit == second.value().commit);
    // Author, committer and date are part of the id: a change of them, or of
    // the message, must be a decision.
    CHECK(first->commit == "d627f63c1c06e768a3d5d1cfd67893d0b73830b4");
  }
  SUBCASE("refuses a name that is taken, and keeps what is there")
  {
    spit(tarball.trees / "a.git/precious", "x");
    const auto again = tarball.import("a.git", tarball.file);
    REQUIRE_FALSE(again);
    CHECK(again.error().fault == Fault::user);
    CHECK(again.error().message.find("exists already") != std::string::npos);
    CHECK(slurp(tarball.trees / "a.git/precious") == "x");
  }
  SUBCASE("a missing file is the user's")
  {
    const auto none = tarball.import("a.git", "/nonexistent/l.tar.xz");
    REQUIRE_FALSE(none);
    CHECK(none.error().fault == Fault::user);
    CHECK(none.error().message ==
          "/nonexistent/l.tar.xz: no such folder or file");
  }
  SUBCASE("a truncated file is the user's, and leaves nothing")
  {
    fs::resize_file(tarball.file, fs::file_size(tarball.file) / 2);
    const auto cut = tarball.import("a.git", tarball.file);
    REQUIRE_FALSE(cut);
    CHECK(cut.error().fault == Fault::user);
    CHECK(cut.error().message.find("cannot be unpacked") != std::string::npos);
    CHECK(names_in(tarball.trees).empty());
  }
  SUBCASE("a file that is no tarball is the user's")
  {
    spit(tarball.file, "hello");
    const auto text = tarball.import("a.git", tarball.file);
    REQUIRE_FALSE(text);
    CHECK(text.error().fault == Fault::user);
    CHECK(names_in(tarball.trees).empty());
  }
  SUBCASE("a tarball of something else is told from a kernel's")
  {
    spit(tarball.folder.path() / "other/Makefile", "all:\n");
    run({"tar", "-C", tarball.folder.path(), "-cf", tarball.file, "other"});
    const auto other = tarball.import("a.git", tarball.file);
    REQUIRE_FALSE(other);
    CHECK(other.error().fault == Fault::user);
    CHECK(other.error().message.find("not a Linux source tarball") !=
          std::string::npos);
    CHECK(names_in(tarball.trees).empty());
  }
  SUBCASE("members that would leave the folder are refused")
  {
    spit(tarball.folder.path() / "victim", "old");
    run({"tar",
         "-C",
         tarball.folder.path() / "linux-source-9.8",
         "-P",
         "-cf",
         tarball.file,
         "Makefile",
         "../victim"});
    const auto evil = tarball.import("a.git", tarball.file);
    REQUIRE_FALSE(evil);
    CHECK(evil.error().fault == Fault::user);
    CHECK(evil.error().message.find("../victim: Member name contains '..'") !=
          std::string::npos);
    CHECK(names_in(tarball.trees).empty());
  }
  SUBCASE("a repository hidden in a tarball is refused")
  {
    spit(tarball.folder.path() / "linux-source-9.8/x/.git/HEAD", "ref: x\n");
    run({"tar",
         "-C",
         tarball.folder.path(),
         "-cf",
         tarball.file,
         "linux-source-9.8"});
    const auto evil = tarball.import("a.git", tarball.file);
    REQUIRE_FALSE(evil);
    CHECK(evil.error().message.find("/.git/") != std::string::npos);
  }
  SUBCASE("a stop in any phase leaves nothing")
  {
    for (const char* at : {"extract", "add", "commit"}) {
      Stop stop;
      const auto stopped = import_tarball(
          tarball.file,
          tarball.trees / "a.git",
          tarball.processes,
          stop,
          [&](const std::string& phase, std::uint64_t, std::uint64_t) {
            if (phase == at) {
              stop.request(15);
            }
          });
      REQUIRE_FALSE(stopped);
      CHECK(stopped.error().message.find("stopped") != std::string::npos);
      CHECK(names_in(tarball.trees).empty());
    }
  }
  SUBCASE("removes what a killed import left, but not a living one's")
  {
    spit(tarball.trees / ".import-dead/lock", "1\n");
    spit(tarball.trees / ".import-dead/source/x", "");
    const auto living = tarball.trees / ".import-living/lock";
    spit(living, "");
    const auto lock = FileLock::try_take(living);
    REQUIRE(lock);
    // flock is by open file, so the holder may well be this process.
    REQUIRE(tarball.import("a.git", tarball.file));
    CHECK_FALSE(fs::exists(tarball.trees / ".import-dead"));
    CHECK(fs::exists(living));
  }
}

TEST_CASE("git::import_git")
{
  GitRepo source;
  const auto first = source.commit("a", "1", "first");
  source.git({"tag", "v1"});
  source.git({"branch", "topic"});
  const auto temp = temp_folder();
  const auto dest = temp.path() / "trees" / "x.git";
  const auto import = [&](const std::string& from) {
    return import_git(from, dest, source.processes, source.stop, quiet);
  };

  SUBCASE("takes branches and tags of a working repository, but no hooks")
  {
    spit(source.git_dir() / "hooks/post-checkout", "#!/bin/sh\n");
    const auto imported = import(source.path());
    REQUIRE_MESSAGE(imported, imported.error().message);
    CHECK(imported->tag == "v1");
    CHECK(imported->commit == first);
    const auto repository =
        Repository::open(dest, source.processes, source.stop);
    CHECK(repository->resolve("topic").value() == first);
    CHECK_FALSE(fs::exists(dest / "hooks/post-checkout"));
    CHECK(names_in(temp.path() / "trees") == std::vector<std::string>{"x.git"});
  }
  SUBCASE("a source that borrows its objects may vanish afterwards")
  {
    const auto borrower = temp.path() / "borrower";
    source.git({"clone", "--quiet", "--shared", source.path(), borrower});
    REQUIRE(import(borrower));
    CHECK_FALSE(fs::exists(dest / "objects/info/alternates"));
  }
  SUBCASE("works on another user's repository")
  {
    if (geteuid() != 0) {
      return; // only root can give files away
    }
    run({"chown", "-R", "nobody", source.path()});
    const auto imported = import(source.path());
    REQUIRE_MESSAGE(imported, imported.error().message);
    CHECK(imported->commit == first);
  }
  SUBCASE("what is no repository is the user's, and leaves nothing")
  {
    for (const std::string& from : {temp.path().string(),
                                    std::string("/nonexistent"),
                                    std::string("-x"),
                                    std::string(""),
                                    std::string("ext::sh -c id")}) {
      const auto none = import(from);
      REQUIRE_FALSE(none);
      CHECK(none.error().fault == Fault::user);
      CHECK(names_in(temp.path() / "trees").empty());
    }
  }
  SUBCASE("an empty repository is refused")
  {
    const GitRepo empty;
    const auto none = import(empty.path());
    REQUIRE_FALSE(none);
    CHECK(none.error().fault == Fault::user);
    CHECK(names_in(temp.path() / "trees").empty());
  }
  SUBCASE("import_tree tells a tarball from a repository")
  {
    const auto by_folder =
        import_tree(source.path(), dest, source.processes, source.stop, quiet);
    CHECK(by_folder.value().commit == first);
    const auto missing = import_tree("/nonexistent",
                                     temp.path() / "y.git",
                                     source.processes,
                                     source.stop,
                                     quiet);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().message.find("no such folder or file") !=
          std::string::npos);
  }
}
