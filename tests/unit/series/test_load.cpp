// SPDX-License-Identifier: GPL-2.0-or-later
#include "mails.h"
#include "series/load.h"
#include "series/range.h"
#include "support/git_repo.h"

#include <doctest/doctest.h>

using namespace oopsfarm;
using namespace oopsfarm::testing;

namespace fs = std::filesystem;

static std::string patch(const std::string& subject)
{
  MailText text;
  text.subject = subject;
  return mail(text);
}

/// A job's folder beside a tree's repository.
class Sources
{
public:
  Result<Series> load(const std::vector<std::string>& sources)
  {
    const auto repository =
        Repository::open(repo.git_dir(), repo.processes, repo.stop);
    REQUIRE(repository);
    return load_series(sources, folder.path(), *repository);
  }

  std::string error(const std::string& source)
  {
    const auto series = load({source});
    REQUIRE_FALSE(series);
    CHECK(series.error().fault == Fault::user);
    return series.error().message;
  }

  void write(const std::string& name, const std::string& text)
  {
    spit(folder.path() / name, text);
  }

  static std::string subjects(const Result<Series>& series)
  {
    REQUIRE_MESSAGE(series, series.error().message);
    std::string all;
    for (const auto& one : series->patches) {
      all += std::to_string(one.number) + " " + one.subject + "; ";
    }
    return all;
  }

  GitRepo repo;
  TempFolder folder = temp_folder();
};

TEST_CASE("series::load_series")
{
  Sources sources;
  sources.repo.commit("a", "1", "base");

  SUBCASE("puts sources together in the order given")
  {
    sources.write("one.mbox", patch("[PATCH 2/2] b") + patch("[PATCH 1/2] a"));
    sources.write("two/x.patch", patch("[PATCH] c"));
    CHECK(Sources::subjects(sources.load({"two", "one.mbox"})) ==
          "1 c; 2 a; 3 b; ");
    CHECK(sources.load({"one.mbox", "two"})->title == "a");
    CHECK(sources.load({})->patches.empty());
  }
  SUBCASE("sorts a folder by number, else by name, and takes *.patch alone")
  {
    sources.write("n/a.patch", patch("[PATCH 2/2] two"));
    sources.write("n/b.patch", patch("[PATCH 1/2] one"));
    sources.write("n/notes.txt", "hello");
    sources.write("u/0002-x.patch", patch("[PATCH] second"));
    sources.write("u/0001-y.patch", patch("[PATCH] first"));
    CHECK(Sources::subjects(sources.load({"n"})) == "1 one; 2 two; ");
    CHECK(Sources::subjects(sources.load({"u"})) == "1 first; 2 second; ");
  }
  SUBCASE("names the file and the reason where it can't")
  {
    CHECK(sources.error("gone.mbox").find("no such file or folder") !=
          std::string::npos);
    sources.write("empty.mbox", "");
    CHECK(sources.error("empty.mbox").find("empty.mbox: is empty") !=
          std::string::npos);
    fs::create_directory(sources.folder.path() / "none");
    CHECK(sources.error("none").find("no *.patch file") != std::string::npos);
    sources.write("junk/a.patch",
                  "\x7f"
                  "ELF");
    CHECK(sources.error("junk").find("a.patch: is neither") !=
          std::string::npos);
    CHECK(sources.error("/dev/null").find("not a regular file") !=
          std::string::npos);
    sources.write("huge.mbox", "From ");
    fs::resize_file(sources.folder.path() / "huge.mbox", (64UL << 20) + 1);
    CHECK(sources.error("huge.mbox").find("over 64 MiB") != std::string::npos);
  }
}

TEST_CASE("series::load_series of a git range")
{
  Sources sources;
  auto& repo = sources.repo;
  repo.commit("a", "1\n", "base");
  repo.git({"tag", "v1"});
  repo.commit("a", "2\n", "[media] Grüße");
  repo.commit("b", std::string("bin\0ary", 7), "second\n\nFrom me: text\n");

  SUBCASE("takes its commits in order")
  {
    const auto series = sources.load({"v1..main"});
    CHECK(Sources::subjects(series) == "1 [media] Grüße; 2 second; ");
    CHECK(series->patches[0].author == "Ann Author <ann@example.org>");
  }
  SUBCASE("refuses unknown ends, none and merges")
  {
    CHECK(sources.error("v1..nowhere").find("no commit 'nowhere'") !=
          std::string::npos);
    CHECK(sources.error("main..v1").find("no commit in that range") !=
          std::string::npos);
    CHECK(sources.error("--output=x..main").find("no commit '--output=x'") !=
          std::string::npos);
    repo.git({"checkout", "--quiet", "-b", "side", "v1"});
    repo.commit("c", "1\n", "side");
    repo.git({"merge", "--quiet", "--no-edit", "main"});
    CHECK(sources.error("v1..side").find("is a merge") != std::string::npos);
  }
}

TEST_CASE("series::is_range")
{
  CHECK(is_range("v6.1..topic"));
  CHECK(is_range("origin/a..origin/b"));
  for (const char* path : {"../x.mbox",
                           "a/../b.mbox",
                           "..",
                           "a..",
                           "..b",
                           "a...b",
                           "x.mbox",
                           "a..b..c"}) {
    CAPTURE(path);
    CHECK_FALSE(is_range(path));
  }
}
