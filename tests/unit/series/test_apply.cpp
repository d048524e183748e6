// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/strings.h"
#include "mails.h"
#include "series/apply.h"
#include "series/load.h"
#include "support/git_repo.h"

#include <doctest/doctest.h>

#include <csignal>

using namespace oopsfarm;
using namespace oopsfarm::testing;

namespace fs = std::filesystem;

/// Numbered lines, one of them replaced.
static std::string lines(int count, int changed = 0, const char* to = "")
{
  std::string text;
  for (int i = 1; i <= count; ++i) {
    text += i == changed ? std::string(to) + "\n"
                         : "line " + std::to_string(i) + "\n";
  }
  return text;
}

/// A tree with its base, on which a developer's series is made.
class Tree
{
public:
  Tree()
  {
    repo.write("mm/oom_kill.c", lines(60));
    repo.write("mm/memory.c", lines(30));
    repo.write("other/[odd] *.c", "odd\n");
    base = repo.commit("base");
    repo.git({"tag", "base"});
  }

  Repository repository()
  {
    auto opened = Repository::open(repo.git_dir(), repo.processes, repo.stop);
    REQUIRE(opened);
    return *opened;
  }

  /// base..HEAD as `git format-patch` writes it; back to the base then.
  std::string series(std::vector<std::string> options = {})
  {
    std::vector<std::string> args = {"format-patch", "--stdout", "--numbered"};
    args.insert(args.end(), options.begin(), options.end());
    args.emplace_back("base..HEAD");
    auto text = repo.git(args) + "\n";
    repo.git({"reset", "--quiet", "--hard", "base"});
    return text;
  }

  Result<ApplyResult> try_apply(const std::string& mbox)
  {
    const auto read = parse_mailbox(mbox, "test");
    REQUIRE_MESSAGE(read, read.error().message);
    return apply_series(repository(), base, *read, worktrees);
  }

  ApplyResult apply(const std::string& mbox)
  {
    auto result = try_apply(mbox);
    REQUIRE_MESSAGE(result, result.error().message);
    return *result;
  }

  ApplyResult apply_whole(const std::string& mbox)
  {
    auto result = apply(mbox);
    REQUIRE_MESSAGE(!result.failure, result.failure->words);
    return result;
  }

  void check_nothing_left()
  {
    CHECK(names_in(worktrees).empty());
    CHECK(names_in(repo.git_dir() / "worktrees").empty());
  }

  std::string show(const std::string& what) { return repo.git({"show", what}); }

  GitRepo repo;
  std::string base;
  TempFolder temp = temp_folder();
  fs::path worktrees = temp.path() / "worktrees";
};

/// Mails of a mailbox in reverse.
static std::string reversed(const std::string& mbox)
{
  std::string out;
  std::size_t end = mbox.size();
  for (auto at = mbox.rfind("From "); at != std::string::npos;
       at = at == 0 ? std::string::npos : mbox.rfind("From ", at - 1)) {
    if (at == 0 || mbox[at - 1] == '\n') {
      out += mbox.substr(at, end - at) + "\n";
      end = at;
    }
  }
  return out;
}

TEST_CASE("series::apply_series makes the developer's commits")
{
  Tree tree;
  auto& repo = tree.repo;
  repo.commit(
      "mm/oom_kill.c", lines(60, 30, "thirty"), "mm: [x] one\n\nWhy.\n");
  repo.commit("mm/memory.c", lines(30, 9, "nine"), "mm: two, für alle");
  const auto tree_id = repo.git({"rev-parse", "HEAD^{tree}"});
  const auto mbox = tree.series({"--cover-letter"});

  SUBCASE("with author, date and message; the committer is the farm")
  {
    const auto result = tree.apply_whole(mbox);
    REQUIRE(result.patches.size() == 2);
    CHECK(result.patches[1].commit == result.tip());
    CHECK(repo.git({"rev-parse", result.tip() + "^{tree}"}) == tree_id);
    CHECK(repo.git({"log",
                    "--format=%an <%ae> %ad %cn %cd|%B",
                    "--date=unix",
                    "-1",
                    result.patches[0].commit}) ==
          "Ann Author <ann@example.org> 1700000120 Oopsfarm 1700000120|"
          "mm: [x] one\n\nWhy.");
    CHECK(repo.git({"log", "--format=%s", "-1", result.tip()}) ==
          "mm: two, für alle");
    CHECK(repo.git({"rev-parse", result.patches[0].commit + "^"}) == tree.base);
    tree.check_nothing_left();
  }
  SUBCASE("in the numbers' order, whatever the mailbox's")
  {
    const auto first = tree.apply_whole(mbox);
    const auto second = tree.apply_whole(reversed(mbox));
    CHECK(first.tip() == second.tip());
  }
  SUBCASE("once: the next time they are found")
  {
    const auto first = tree.apply_whole(mbox);
    CHECK_FALSE(first.reused);
    // Nothing but the farm's own ref keeps them.
    repo.git({"reflog", "expire", "--expire=now", "--all"});
    repo.git({"gc", "--quiet", "--prune=now"});
    const auto second = tree.apply_whole(mbox);
    CHECK(second.reused);
    CHECK(second.tip() == first.tip());
    CHECK(second.patches[0].commit == first.patches[0].commit);
  }
  SUBCASE("with the same ids in another repository and time")
  {
    const auto first = tree.apply_whole(mbox);
    Tree other;
    REQUIRE(other.base == tree.base);
    CHECK(other.apply_whole(mbox).tip() == first.tip());
  }
  SUBCASE("the same, however the mails were sent")
  {
    const auto plain = tree.apply_whole(mbox).tip();
    MailText text;
    text.subject = "Re: [PATCH 1/2] mm: x";
    const auto reply = mail(text);
    CHECK(tree.apply_whole(replace_all(mbox, "\n", "\r\n")).tip() == plain);
    CHECK(tree.apply_whole(mbox + reply).tip() == plain);
  }
  SUBCASE("of a range as of its mails")
  {
    Tree range;
    range.repo.commit(
        "mm/oom_kill.c", lines(60, 30, "thirty"), "mm: [x] one\n\nWhy.\n");
    range.repo.commit("mm/memory.c", lines(30, 9, "nine"), "mm: two, für alle");
    const auto series =
        load_series({"base..main"}, range.temp.path(), range.repository());
    REQUIRE(series);
    const auto result =
        apply_series(range.repository(), range.base, *series, range.worktrees);
    REQUIRE(result);
    CHECK(result->tip() == tree.apply_whole(mbox).tip());
  }
  SUBCASE("and tells of each patch before it is applied")
  {
    std::string seen;
    const auto read = parse_mailbox(mbox, "test");
    REQUIRE(apply_series(tree.repository(),
                         tree.base,
                         *read,
                         tree.worktrees,
                         [&](unsigned number, std::size_t total) {
                           seen += std::to_string(number) + "/" +
                                   std::to_string(total) + " ";
                         }));
    CHECK(seen == "1/2 2/2 ");
  }
}

TEST_CASE("series::apply_series takes every kind of change")
{
  Tree tree;
  auto& repo = tree.repo;
  SUBCASE("new files, renames, modes, odd names, removal")
  {
    repo.write("new/dir/a.c", "new\n");
    repo.commit("new file");
    repo.git({"mv", "mm/memory.c", "mm/memory2.c"});
    repo.commit("mm/memory2.c", lines(30, 3, "three"), "rename");
    fs::permissions(repo.path() / "mm/oom_kill.c", fs::perms::owner_all);
    repo.commit("mode");
    repo.commit("other/[odd] *.c", "changed\n", "odd name");
    fs::remove(repo.path() / "mm/oom_kill.c");
    repo.commit("removal");
  }
  SUBCASE("a message with lines like 'From ' and '---' in the diff")
  {
    repo.commit("mm/memory.c",
                lines(30, 5, "-- three\nFrom x Mon Sep 17 00:00:00 2001"),
                "mm: x\n\nFrom the start, and\n>From there.\n");
  }
  SUBCASE("lines with CR of their own")
  {
    repo.commit("dos.txt", "a\r\nb\r\nc\n", "dos");
  }
  SUBCASE("a file without its last newline, a binary one")
  {
    repo.write("bin", std::string("\0\1\2\xff", 4));
    repo.commit("mm/memory.c", "no newline", "end");
  }
  SUBCASE("bytes that are not UTF-8, sent in whatever encoding")
  {
    repo.commit("latin", "\xe4\xf6\xfc\n", "latin");
  }
  const auto wanted = repo.git({"rev-parse", "HEAD^{tree}"});
  const auto message = repo.git({"log", "--format=%B", "-1"});
  const auto tip = tree.apply_whole(tree.series({"--binary", "-M"})).tip();
  CHECK(repo.git({"rev-parse", tip + "^{tree}"}) == wanted);
  CHECK(repo.git({"log", "--format=%B", "-1", tip}) == message);
  tree.check_nothing_left();
}

TEST_CASE("series::apply_series where the base moved on")
{
  Tree tree;
  auto& repo = tree.repo;
  repo.commit("mm/oom_kill.c", lines(60, 30, "thirty"), "mm: change 30");

  SUBCASE("lines moved: the hunk is found")
  {
    const auto mbox = tree.series();
    repo.git({"checkout", "--quiet", "--detach", "base"});
    tree.base = repo.commit("mm/oom_kill.c", "top\n" + lines(60), "moved");
    const auto tip = tree.apply_whole(mbox).tip();
    CHECK(tree.show(tip + ":mm/oom_kill.c") ==
          trim("top\n" + lines(60, 30, "thirty")));
  }
  SUBCASE("the neighbourhood changed: a three-way merge does it")
  {
    // The context of the hunk is gone, the file was renamed.
    const auto mbox = tree.series({"--full-index"});
    repo.git({"checkout", "--quiet", "--detach", "base"});
    repo.git({"mv", "mm/oom_kill.c", "mm/killer.c"});
    tree.base = repo.commit("mm/killer.c", lines(60, 33, "33"), "renamed");
    const auto tip = tree.apply_whole(mbox).tip();
    const auto text = tree.show(tip + ":mm/killer.c");
    CHECK(text.find("thirty") != std::string::npos);
    CHECK(text.find("\n33\n") != std::string::npos);
    tree.check_nothing_left();
  }
}

TEST_CASE("series::apply_series where a patch does not fit")
{
  Tree tree;
  auto& repo = tree.repo;
  repo.commit("mm/memory.c", lines(30, 9, "nine"), "mm: fits");
  repo.write("mm/memory.c", lines(30, 9, "nine") + "more\n");
  auto text = lines(60, 10, "ten");
  text = replace_all(text, "line 50\n", "fifty\n");
  repo.commit("mm/oom_kill.c", text, "mm: does not");
  const auto mbox = tree.series();

  SUBCASE("patch, file, hunk and line are named; what fitted has its commit")
  {
    repo.git({"checkout", "--quiet", "--detach", "base"});
    tree.base = repo.commit("mm/oom_kill.c", lines(60, 50, "else"), "other");
    const auto result = tree.apply(mbox);
    REQUIRE(result.failure);
    CHECK(result.failure->number == 2);
    CHECK(result.failure->file == "mm/oom_kill.c");
    CHECK(result.failure->hunk == 2);
    CHECK(result.failure->line == 47);
    CHECK(result.failure->words.find("patch failed: mm/oom_kill.c:47") !=
          std::string::npos);
    CHECK(describe(*result.failure, 2) ==
          "patch 2/2 'mm: does not' does not apply: mm/oom_kill.c, hunk 2 "
          "(line 47)");
    CHECK(result.patches[0].commit.size() == 40);
    CHECK(result.patches[1].commit.empty());
    CHECK(repo.git({"for-each-ref", "refs/oopsfarm"}).empty());
    tree.check_nothing_left();
  }
  SUBCASE("the same without the blobs that a three-way merge needs")
  {
    Tree other;
    other.base = other.repo.commit(
        "mm/oom_kill.c", lines(60, 10, "unknown history"), "other");
    const auto result = other.apply(mbox);
    REQUIRE(result.failure);
    CHECK(result.failure->number == 2);
    CHECK(result.failure->file == "mm/oom_kill.c");
    CHECK(result.failure->hunk == 1);
    other.check_nothing_left();
  }
  SUBCASE("a file that is not there is named")
  {
    repo.git({"checkout", "--quiet", "--detach", "base"});
    fs::remove(repo.path() / "mm/memory.c");
    tree.base = repo.commit("gone");
    const auto result = tree.apply(mbox);
    REQUIRE(result.failure);
    CHECK(result.failure->number == 1);
    CHECK(result.failure->file == "mm/memory.c");
    CHECK(result.failure->hunk == 0);
    tree.check_nothing_left();
  }
  SUBCASE("a patch that is in the base already is named as such")
  {
    repo.git({"checkout", "--quiet", "--detach", "base"});
    tree.base = repo.commit("mm/memory.c", lines(30, 9, "nine"), "upstream");
    const auto result = tree.apply(mbox);
    REQUIRE(result.failure);
    CHECK(result.failure->number == 1);
    CHECK(result.failure->words.find("already") != std::string::npos);
    tree.check_nothing_left();
  }
}

TEST_CASE("series::apply_series stopped")
{
  Tree tree;
  auto& repo = tree.repo;
  repo.commit("mm/memory.c", lines(30, 9, "nine"), "one");
  repo.commit("mm/memory.c", lines(30, 8, "eight"), "two");
  const auto series = parse_mailbox(tree.series(), "test");
  REQUIRE(series);
  const auto repository = tree.repository();
  const auto result = apply_series(repository,
                                   tree.base,
                                   *series,
                                   tree.worktrees,
                                   [&](unsigned number, std::size_t) {
                                     if (number == 2) {
                                       repo.stop.request(SIGINT);
                                     }
                                   });
  REQUIRE_FALSE(result);
  CHECK(result.error().fault == Fault::infra);
  CHECK(result.error().message.find("stopped") != std::string::npos);
  tree.check_nothing_left();
}

TEST_CASE("series::apply_series and what git itself would have to catch")
{
  Tree tree;
  SUBCASE("a link that the patch's own headers hide is found in the result")
  {
    Series series;
    Patch patch;
    patch.number = 1;
    patch.subject = "link";
    patch.files = {"link"};
    patch.mail = "From a@b Mon Sep 17 00:00:00 2001\nFrom: A <a@b>\n"
                 "Date: Mon, 06 Nov 2023 10:11:12 +0100\nSubject: link\n\nx\n"
                 "---\ndiff --git a/link b/link\nnew file mode 120000\n"
                 "--- /dev/null\n+++ b/link\n@@ -0,0 +1 @@\n+/etc\n"
                 "\\ No newline at end of file\n";
    series.patches = {patch};
    const auto result =
        apply_series(tree.repository(), tree.base, series, tree.worktrees);
    REQUIRE_FALSE(result);
    CHECK(result.error().fault == Fault::user);
    CHECK(result.error().message.find("symbolic link") != std::string::npos);
    CHECK(tree.repo.git({"for-each-ref", "refs/oopsfarm"}).empty());
    tree.check_nothing_left();
  }
  SUBCASE("an empty series is the base itself")
  {
    const auto result =
        apply_series(tree.repository(), tree.base, {}, tree.worktrees);
    REQUIRE(result);
    CHECK(result->tip() == tree.base);
    CHECK_FALSE(fs::exists(tree.worktrees));
  }
}
