# SPDX-License-Identifier: GPL-2.0-or-later
"""`oopsfarm bisect` on real git repositories, small ones made here."""

from farm import *  # noqa: F403

# Crashes when the culprit's line stands in `state`, in a share of the runs:
# drawn from the attempt's number, so that a test is the same each time.
SCRIPT = """\
#!/usr/bin/env python3
import os, random, sys
attempt = int(os.environ["OOPSFARM_ATTEMPT"])
with open(os.environ["RUNS"], "a") as log:
    log.write(os.environ["OOPSFARM_COMMIT"] + " " + str(attempt) + "\\n")
rate = float(os.environ.get("RATE", "1"))
draw = random.Random(attempt * 7919 + 1)
lines = open("state").read().split()
if "unrelated" in os.environ and draw.random() < 0.2:
    print("PANIC: another thing")
    sys.exit(1)
if "bug" in lines and draw.random() < rate:
    print("PANIC: the bug")
    sys.exit(int(os.environ.get("CODE", "1")))
sys.exit(int(os.environ.get("ELSE", "0")))
"""


class Bisect(FarmTest):
    def setUp(self):
        super().setUp()
        self.repo = self.scratch / "repo"
        self.repo.mkdir()
        git(self.repo, "init", "--quiet", "--initial-branch=main", ".")
        self.script = self.write("check", SCRIPT)
        self.script.chmod(0o755)
        self.runs = self.scratch / "runs"
        self.runs.write_text("")

    def commit(self, subject, line=None):
        """Adds a line to `state` and commits; the commit's id."""
        with open(self.repo / "state", "a") as state:
            state.write((line or subject) + "\n")
        git(self.repo, "add", "state")
        git(self.repo, "commit", "--quiet", "-m", subject)
        return git(self.repo, "rev-parse", "HEAD").strip()

    def line(self, commits, culprit):
        """A history without merges, commit number `culprit` has the bug."""
        return [self.commit("base")] + [
            self.commit(f"change {i}", "bug" if i == culprit else None)
            for i in range(1, commits + 1)]

    def bisect(self, ids, *args, code=0, env=None, run=None):
        done = self.farm("bisect", "--json", "--repo", self.repo,
                         "--good", ids[0], "--bad", ids[-1],
                         "--run", run or str(self.script), *args,
                         env=self.env(env))
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def env(self, more=None):
        return dict(os.environ, RUNS=str(self.runs), **(more or {}))

    def ran(self):
        return [line.split() for line in self.runs.read_text().splitlines()]

    def left_behind(self):
        """Nothing but journals, logs and locks; the repository as it was."""
        found = list(self.state.glob("bisections/*/trees"))
        found += list(self.state.glob("bisections/*/repo.git"))
        found += list((self.repo / ".git").glob("worktrees/*"))
        found += list((self.repo / ".git").glob("oopsfarm*"))
        return found

    def wait_for(self, condition, process, seconds=60):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertIsNone(process.poll(), "it ended too early")
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    # -- answers

    def test_a_crash_that_always_comes(self):
        ids = self.line(20, 13)
        found = self.bisect(ids)
        last = found[-1]
        self.assertEqual(last["kind"], "bisection")
        self.assertEqual(last["culprit"],
                         {"commit": ids[13], "subject": "change 13"})
        self.assertGreaterEqual(last["probability"], 0.95)
        self.assertEqual(last["runs"], len(self.ran()))
        self.assertLess(last["runs"], 14)
        self.assertEqual(found[0]["commit"], ids[-1], "the bad end is first")
        self.assertEqual(self.left_behind(), [])

    def test_a_crash_that_comes_now_and_then(self):
        ids = self.line(24, 7)
        last = self.bisect(ids, env={"RATE": "0.35"})[-1]
        self.assertEqual(last["culprit"]["commit"], ids[7])
        rates = last["rates"][0]
        self.assertLess(rates["after"]["low"], 0.35)
        self.assertGreater(rates["after"]["high"], 0.35)
        self.assertEqual(rates["before"]["crashes"], 0)

    def test_several_at_a_time_find_the_same(self):
        ids = self.line(24, 7)
        last = self.bisect(ids, "--jobs", 4, env={"RATE": "0.5"})[-1]
        self.assertEqual(last["culprit"]["commit"], ids[7])
        numbers = [number for _, number in self.ran()]
        self.assertEqual(len(numbers), len(set(numbers)))
        self.assertEqual(self.left_behind(), [])

    def test_in_a_side_branch(self):
        base = self.commit("base")
        self.commit("main 1")
        git(self.repo, "checkout", "--quiet", "-b", "side", base)
        culprit = None
        for i in range(6):
            with open(self.repo / f"side-{i}", "w") as file:
                file.write("x\n")
            if i == 3:
                (self.repo / "flag").write_text("bug\n")
            git(self.repo, "add", "--all")
            git(self.repo, "commit", "--quiet", "-m", f"side {i}")
            if i == 3:
                culprit = git(self.repo, "rev-parse", "HEAD").strip()
        git(self.repo, "checkout", "--quiet", "main")
        self.commit("main 2")
        git(self.repo, "merge", "--quiet", "--no-ff", "-m", "merge", "side")
        tip = self.commit("main 3")
        last = self.bisect([base, tip], run="test ! -e flag")[-1]
        self.assertEqual(last["culprit"]["commit"], culprit)

    def test_the_good_end_has_it_already(self):
        ids = [self.commit("base", "bug")]
        ids += [self.commit(f"change {i}") for i in range(1, 9)]
        last = self.bisect(ids, code=1)[-1]
        self.assertIsNone(last["culprit"])
        self.assertEqual(last["conclusion"], "base-has-it")

    def test_a_budget_ends_with_the_smallest_set(self):
        ids = self.line(60, 31)
        last = self.bisect(ids, "--max-runs", 5, code=1)[-1]
        self.assertEqual(last["conclusion"], "undecided")
        self.assertEqual(last["runs"], 5)
        self.assertIn(ids[31], [each["commit"] for each in last["candidates"]])
        self.assertLess(len(last["candidates"]), 55)
        more = self.bisect(ids)[-1]
        self.assertEqual(more["culprit"]["commit"], ids[31])

    # -- exit codes, as git bisect run has them

    def test_all_of_1_to_127_but_125_is_bad(self):
        ids = self.line(6, 4)
        for code in (1, 124, 126, 127):
            last = self.bisect(ids, env={"CODE": str(code)}, run=f"CODE={code} "
                               f"{self.script}")[-1]
            self.assertEqual(last["culprit"]["commit"], ids[4], code)

    def test_125_is_skipped_and_the_rest_named(self):
        ids = self.line(16, 9)
        bad = " ".join(ids[7:10])
        last = self.bisect(
            ids, run=f"case '{bad}' in *$OOPSFARM_COMMIT*) exit 125;; esac; "
                     f"{self.script}")[-1]
        named = [each["commit"] for each in last["indistinguishable"]]
        self.assertEqual(named, ids[7:11])

    def test_128_and_over_ends_it(self):
        ids = self.line(6, 4)
        for run in ("exit 128", "exit 255", "kill -9 $$"):
            done = self.farm("bisect", "--repo", self.repo, "--good", ids[0],
                             "--bad", ids[-1], "--run", run)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn("asks to end", done.stderr)
            self.assertEqual(self.left_behind(), [])

    # -- builds and signatures

    def test_commits_that_dont_build_are_skipped(self):
        ids = self.line(16, 9)
        bad = " ".join([ids[4], ids[12]])
        last = self.bisect(
            ids, "--build",
            f"case '{bad}' in *$OOPSFARM_COMMIT*) exit 1;; esac; touch built",
            run=f"test -e built || exit 128; {self.script}")[-1]
        self.assertEqual(last["culprit"]["commit"], ids[9])
        self.assertGreater(last["builds"], 0)

    def test_a_commit_that_stands_is_not_built_again(self):
        ids = self.line(10, 5)
        builds = self.scratch / "builds"
        self.bisect(ids, "--build", f"echo $OOPSFARM_COMMIT >> {builds}",
                    env={"RATE": "0.5"})
        built = builds.read_text().split()
        self.assertLess(len(built), len(self.ran()) * 0.8)

    def test_a_bad_end_that_does_not_build_is_said(self):
        ids = self.line(6, 4)
        done = self.farm("bisect", "--repo", self.repo, "--good", ids[0],
                         "--bad", ids[-1], "--run", "true",
                         "--build", "echo no compiler >&2; exit 2")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("no compiler", done.stderr)

    def test_another_crash_is_no_evidence_and_is_reported(self):
        ids = self.line(20, 12)
        last = self.bisect(ids, "--signature-from-output", "PANIC: (.*)",
                           "--restart",
                           env={"unrelated": "1", "RATE": "0.6"})[-1]
        self.assertIn(last["signature"], ("the bug", "another thing"))
        if last["signature"] == "the bug":
            self.assertEqual(last["culprit"]["commit"], ids[12])
            self.assertEqual([each["signature"]
                              for each in last["other_crashes"]],
                             ["another thing"])

    # -- the journal

    def test_killed_three_times_it_goes_on(self):
        ids = self.line(20, 7)
        env = self.env({"RATE": "0.5"})
        slow = f"sleep 0.1; {self.script}"
        args = ["bisect", "--repo", self.repo, "--good", ids[0], "--bad",
                ids[-1], "--jobs", "2", "--run", slow]

        def journal():
            files = list(self.state.glob("bisections/*/journal.jsonl"))
            lines = files[0].read_text().splitlines() if files else [""]
            return lines[1:]

        before = []
        for kill in range(1, 4):
            process = self.start(*args, env=env)
            self.addCleanup(process.stdout.close)
            self.addCleanup(process.stderr.close)
            self.wait_for(lambda k=kill: len(journal()) >= 3 * k, process)
            process.kill()
            process.wait()
            after = journal()
            self.assertEqual(after[:len(before)], before)
            before = after
        last = self.bisect(ids, "--jobs", 2, env={"RATE": "0.5"}, run=slow)[-1]
        self.assertEqual(last["culprit"]["commit"], ids[7])
        records = [json.loads(line) for line in journal()]
        self.assertEqual(journal()[:len(before)], before)
        numbers = [record["number"] for record in records]
        self.assertEqual(len(numbers), len(set(numbers)))
        self.assertEqual(last["runs"], len(records))
        self.assertEqual(self.left_behind(), [])

    def test_half_a_line_is_dropped(self):
        ids = self.line(12, 5)
        self.bisect(ids, "--max-runs", 3, code=1)
        journal = next(self.state.glob("bisections/*/journal.jsonl"))
        with open(journal, "a") as file:
            file.write('{"kind":"observation","num')
        last = self.bisect(ids)[-1]
        self.assertEqual(last["culprit"]["commit"], ids[5])
        self.assertEqual(last["runs"], len(self.ran()))

    def test_stopped_by_a_signal_it_leaves_nothing(self):
        ids = self.line(12, 5)
        mark = self.scratch / "mark"
        process = self.start("bisect", "--repo", self.repo, "--good", ids[0],
                             "--bad", ids[-1], "--run",
                             f"touch {mark}; sleep 600")
        self.wait_for(mark.exists, process)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(self.left_behind(), [])

    def test_replay_says_the_same(self):
        ids = self.line(16, 11)
        last = self.bisect(ids, env={"RATE": "0.5"})[-1]
        runs = len(self.ran())
        done = self.farm("bisect", "replay", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        again = json.loads(done.stdout.splitlines()[-1])
        for key in ("culprit", "probability", "candidates", "runs"):
            self.assertEqual(again[key], last[key])
        self.assertEqual(len(self.ran()), runs, "nothing was run")

    def test_log_tells_what_was_seen_also_to_git(self):
        ids = self.line(16, 11)
        found = self.bisect(ids)
        done = self.farm("bisect", "log", "--json")
        self.assertEqual([json.loads(line) for line in done.stdout.splitlines()],
                         found[:-1])
        text = self.farm("bisect", "log").stdout
        self.assertIn("change 11", text)
        log = self.write("log", self.farm("bisect", "log", "--git").stdout)
        said = git(self.repo, "bisect", "replay", str(log))
        self.assertIn(f"{ids[11]} is the first bad commit", said)

    def test_a_humans_word_counts(self):
        ids = self.line(40, 30)
        self.bisect(ids, "--max-runs", 1, code=1)
        for commit, word in ((ids[29], "good"), (ids[30], "bad"),
                             (ids[20], "skip")):
            done = self.farm("bisect", "tell", commit, word)
            self.assertEqual(done.returncode, 0, done.stderr)
        last = self.bisect(ids)[-1]
        self.assertEqual(last["culprit"]["commit"], ids[30])
        self.assertLess(last["runs"], 6)
        self.assertNotIn(ids[20], [commit for commit, _ in self.ran()])

    # -- what fixed it

    def test_the_commit_that_fixed_it(self):
        ids = [self.commit("base", "bug")] + [
            self.commit(f"change {i}", "mended" if i == 9 else None)
            for i in range(1, 17)]
        ends = ("--good", ids[-1], "--bad", ids[0], "--fixed", "--run",
                "grep -q mended state")
        done = self.farm("bisect", "--json", "--repo", self.repo, *ends)
        self.assertEqual(done.returncode, 0, done.stderr)
        last = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual(last["culprit"]["commit"], ids[9])
        self.assertTrue(last["fixed"])
        self.assertEqual(len(last["posterior"]), 16)
        done = self.farm("bisect", "--repo", self.repo, *ends)
        self.assertIn("change 9 fixed it", done.stdout)
        log = self.write("log", self.farm("bisect", "log", "--git").stdout)
        said = git(self.repo, "bisect", "replay", str(log))
        self.assertIn(f"{ids[9]} is the first fixed commit", said)

    # -- kernels

    def test_kernels_want_a_job_and_one_pair_of_ends(self):
        job = self.write("job.yaml", "name: x\n")
        for args, words in (
                ([job], "one pair of ends"),
                ([job, "--good", "a", "--bad", "b", "--run", "x"], "--run"),
                ([job, "--good-series", "a"], "--bad-series is missing"),
                ([job, "--good", "a", "--bad", "b"], "job.yaml"),
                (["--good", "a", "--bad", "b", "--run", "x", "--title", "y"],
                 "wants a job file")):
            done = self.farm("bisect", *args)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(words, done.stderr)

    # -- bad input

    def test_what_is_wrong_is_said(self):
        ids = self.line(3, 2)
        for args, words in (
                (["--good", ids[0], "--bad", ids[-1]], "--run is missing"),
                (["--good", ids[-1], "--bad", ids[0], "--run", "x"],
                 "nothing lies between"),
                (["--good", "nix", "--bad", ids[0], "--run", "x"], "nix"),
                (["--good", ids[0], "--bad", ids[-1], "--run", "x",
                  "--signature-from-output", "("], "--signature-from-output"),
                (["--good", ids[0], "--bad", ids[-1], "--run", "x",
                  "--max-time", "soon"], "--max-time"),
                (["--good", ids[0], "--bad", ids[-1], "--run", "x",
                  "--confidence", "2"], "--confidence")):
            done = self.farm("bisect", "--repo", self.repo, *args)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(words, done.stderr)

    def test_people_get_text(self):
        ids = self.line(12, 5)
        done = self.farm("bisect", "--repo", self.repo, "--good", ids[0],
                         "--bad", ids[-1], "--run", self.script,
                         env=self.env())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("change 5 brought it", done.stdout)
        self.assertIn("rate", done.stdout)
        self.assertNotIn("\x1b", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
