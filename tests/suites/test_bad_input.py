# SPDX-License-Identifier: GPL-2.0-or-later
"""Bad input through the real CLI: exit code, message, and nothing left."""

import fcntl
import textwrap

from farm import *  # noqa: F403


class Usage(FarmTest):
    def test_no_verb(self):
        self.assert_refused(self.farm(), 2)

    def test_unknown_verb_names_the_nearest(self):
        self.assert_refused(self.farm("rnu", "x.yaml"), 2, "run")

    def test_unknown_option(self):
        self.assert_refused(self.farm("run", "--sede", "1"), 2, "--sede")

    def test_help_has_examples(self):
        for verb in ([], ["run"], ["tree"], ["doctor"], ["log"],
                     ["triage"]):
            done = self.farm(*verb, "--help")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("oopsfarm " + " ".join(verb), done.stdout)

    def test_global_options_before_or_after_the_verb(self):
        after = subprocess.run(
            [str(OOPSFARM), "tree", "list", "--state", str(self.state)],
            capture_output=True, text=True, timeout=60)
        self.assertEqual(after.returncode, 0, after.stderr)


class JobFile(FarmTest):
    def run_job(self, **changes):
        return self.farm("run", self.job(**changes))

    def test_missing_file(self):
        self.assert_refused(self.farm("run", self.scratch / "no.yaml"), 2,
                            "no.yaml")

    def test_a_folder(self):
        self.assert_refused(self.farm("run", self.scratch), 2)

    def test_not_yaml(self):
        path = self.write("job.yaml", "name: [unclosed\n")
        self.assert_refused(self.farm("run", path), 2, "job.yaml:")

    def test_binary_junk(self):
        path = self.write("job.yaml", bytes(range(256)) * 16)
        self.assert_refused(self.farm("run", path), 2, "job.yaml")

    def test_huge(self):
        path = self.write("job.yaml", b"# " + b"x" * (2 << 20) + b"\n")
        self.assert_refused(self.farm("run", path), 2, "job.yaml")

    def test_alias_bomb(self):
        path = self.write("job.yaml", "a: &a [x, x]\nb: &b [*a, *a]\nc: *b\n")
        self.assert_refused(self.farm("run", path), 2, "job.yaml")

    def test_unknown_key_names_the_nearest(self):
        self.assert_refused(self.run_job(taregts="[x86_64]"), 2,
                            "taregts", "targets")

    def test_wrong_type_has_line_and_column(self):
        path = self.write("job.yaml", """\
            name: j
            tree: tiny
            targets: [x86_64]
            kconfigs: [mm-debug]
            workloads: [boot]
            repeat: often
            """)
        self.assert_refused(self.farm("run", path), 2, "job.yaml:6:9")

    def test_unknown_target(self):
        self.assert_refused(self.run_job(targets="[x86_46]"), 2,
                            "x86_46", "x86_64")

    def test_unknown_kconfig(self):
        self.assert_refused(self.run_job(kconfigs="[mm-debgu]"), 2,
                            "mm-debgu", "mm-debug")

    def test_kconfig_that_a_target_can_not_have(self):
        path = self.write("job.yaml", """\
            name: j
            tree: tiny
            targets: [x86_64, ppc64le-hash]
            kconfigs: [mm-debug, kasan]
            workloads: [boot]
            """)
        self.assert_refused(self.farm("run", path), 2, "job.yaml:4:22",
                            "kasan", "ppc64le-hash", "radix MMU")
        # --target is held to it, too; one that can have it goes on
        fine = self.job(targets="[x86_64]", kconfigs="[kasan]")
        self.assert_refused(self.farm("run", fine, "--target", "ppc64le-hash"),
                            2, "--target", "kasan", "ppc64le-hash")
        self.assert_refused(
            self.farm("run", fine, "--target", "ppc64le-radix"), 2,
            "oopsfarm tree add")

    def test_unknown_workload(self):
        self.assert_refused(self.run_job(workloads="[memgc]"), 2,
                            "memgc", "memcg")

    def test_unknown_parameter(self):
        self.assert_refused(
            self.run_job(workloads="[{name: memcg, prcos: 4}]"), 2,
            "prcos", "procs")

    def test_parameter_out_of_range(self):
        self.assert_refused(
            self.run_job(workloads="[{name: memcg, procs: 4000}]"), 2,
            "procs", "64")

    def test_unknown_tree(self):
        self.assert_refused(self.run_job(), 2, "tiny", "oopsfarm tree add")

    def test_unknown_base(self):
        self.tiny_tree()
        self.assert_refused(self.run_job(base="v2"), 2, "v2", "v1")

    def test_base_that_looks_like_an_option(self):
        self.tiny_tree()
        self.assert_refused(self.run_job(base="--output=x"), 2)


class SeriesFile(FarmTest):
    PATCH = """\
        From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001
        From: A <a@example.org>
        Date: Mon, 2 Nov 2026 10:00:00 +0000
        Subject: [PATCH{tag}] mm: change line {line}

        Why.
        ---
        diff --git a/mm/oom_kill.c b/mm/oom_kill.c
        --- a/mm/oom_kill.c
        +++ b/mm/oom_kill.c
        @@ -{line},1 +{line},1 @@
        -{old}
        +changed
        --\x20
        2.39

        """

    def setUp(self):
        super().setUp()
        self.tiny_tree()

    def patch(self, line, tag="", old=None):
        return textwrap.dedent(self.PATCH).format(
            line=line, tag=tag, old=old or f"line {line}")

    def run_series(self, text, *options):
        if isinstance(text, str):
            text = textwrap.dedent(text).encode()
        self.write("s.mbox", text)
        return self.farm("run", self.job(series="[s.mbox]"), *options)

    def test_missing_series(self):
        self.assert_refused(self.farm("run", self.job(series="[no.mbox]")), 2,
                            "no.mbox")

    def test_empty_mbox(self):
        self.assert_refused(self.run_series(b""), 2, "s.mbox")

    def test_mail_without_a_patch(self):
        self.assert_refused(self.run_series("""\
            From a@example.org Mon Nov  2 10:00:00 2026
            From: A <a@example.org>
            Subject: hello

            No patch here.
            """), 2, "s.mbox")

    def test_binary_junk(self):
        self.assert_refused(self.run_series(bytes(range(256)) * 64), 2,
                            "s.mbox")

    def test_missing_patch_is_named(self):
        self.assert_refused(
            self.run_series(self.patch(1, " 1/3") + self.patch(9, " 3/3")), 2,
            "2")

    def test_patch_outside_the_tree(self):
        text = self.patch(1).replace("mm/oom_kill.c", "../../etc/passwd")
        self.assert_refused(self.run_series(text), 2)

    def test_patch_that_does_not_apply(self):
        done = self.run_series(
            self.patch(1, " 1/2") + self.patch(9, " 2/2", old="other"),
            "--json")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stderr, "")
        cells = cells_of(done)
        self.assertEqual([cell["verdict"] for cell in cells], ["apply-failed"])
        for word in ("2", "mm/oom_kill.c"):
            self.assertIn(word, cells[0]["title"])
        self.assert_nothing_left()


class StateFolder(FarmTest):
    def test_in_use_by_another_process(self):
        self.tiny_tree()
        with open(self.state / "lock", "a+", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assert_refused(self.farm("run", self.job()), 2, "in use")

    def test_not_a_folder(self):
        done = subprocess.run(
            [str(OOPSFARM), "--state", "/dev/null/state", "run",
             str(self.job())], capture_output=True, text=True, timeout=60)
        self.assert_refused(done, 2, "/dev/null/state")

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_not_writable(self):
        self.state.chmod(0o500)
        self.assert_refused(self.farm("run", self.job()), 2, "write")


class Trees(FarmTest):
    def test_name_taken(self):
        repo = self.tiny_tree()
        self.assert_refused(self.farm("tree", "add", "tiny", repo), 2, "tiny")

    def test_missing_source(self):
        self.assert_refused(self.farm("tree", "add", "x", "/no/such"), 2,
                            "/no/such")
        self.assertFalse((self.state / "trees/x.git").exists())

    def test_not_a_tarball(self):
        path = self.write("x.tar.xz", b"junk" * 100)
        self.assert_refused(self.farm("tree", "add", "x", path), 2, "x.tar.xz")
        self.assertFalse((self.state / "trees/x.git").exists())

    def test_name_that_is_a_path(self):
        repo = self.tiny_tree()
        self.assert_refused(self.farm("tree", "add", "../x", repo), 2, "../x")

    def test_listed(self):
        self.tiny_tree()
        done = self.farm("tree", "list")
        self.assertEqual(done.returncode, 0)
        self.assertIn("tiny", done.stdout)
        self.assertIn("v1", done.stdout)


class Logs(FarmTest):
    def test_unknown_and_hostile_ids(self):
        for run in ("20261121T101500-3fa9c2", "../../etc/passwd", "-x", ""):
            self.assertEqual(self.farm("log", "--", run).returncode, 2, run)


if __name__ == "__main__":
    unittest.main(verbosity=1)
