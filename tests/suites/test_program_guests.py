# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs that are not ours, in real guests: exec and kselftest.

What a program may do wrong is many things and booting is slow: most of them are
in test_programs.py, these go the whole way.
"""

from farm import *  # noqa: F403
from test_guests import GuestTest, TARGETS
from test_programs import build, COMPILERS


def has_busybox(arch):
    """Whether the farm finds a shell for guests of the architecture."""
    return pathlib.Path(
        f"/usr/local/share/oopsfarm/busybox-{arch}").exists()


class ExecTest(GuestTest):
    def setUp(self):
        super().setUp()
        for arch in COMPILERS:
            build("misbehave.c", self.scratch / f"misbehave-{arch}", arch)

    def run_exec(self, request, targets="[x86_64]"):
        job = self.job(tree="linux-6.1", base="v6.1", targets=targets,
                       workloads=f"[{request}]")
        return self.run_job(job)

    def judged(self, *args, duration="20s"):
        """The one cell of a misbehaving program's job."""
        done = self.run_exec(
            "{name: exec, run: misbehave-$ARCH, "
            f"args: [{', '.join(args)}], duration: {duration}}}")
        cell = self.one_cell(done, "base")
        passed = cell["verdict"] in ("pass", "skip")
        self.assertEqual(done.returncode, 0 if passed else 1, cell)
        return cell


class Exec(ExecTest):
    def test_program_passes_on_every_target_with_its_results(self):
        done = self.run_exec("{name: exec, run: misbehave-$ARCH}",
                             f"[{', '.join(TARGETS)}]")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for cell in cells_of(done):
            self.assertEqual(cell["verdict"], "pass", cell)
            results = {r["name"]: r for r in cell["results"]}
            self.assertEqual(list(results), [
                "misbehave-$ARCH", "misbehave-$ARCH: alpha",
                "misbehave-$ARCH: beta", "misbehave-$ARCH: gamma"])
            self.assertEqual(results["misbehave-$ARCH: beta"]["skipped"], 1)
            run = self.state / "runs" / cell["run_ids"][0]
            outcome = json.loads((run / "outcome.json").read_text())
            self.assertRegex(outcome["facts"]["payload.sha256"],
                             "^[0-9a-f]{64}$")

    def test_script_that_fails_a_result(self):
        if not has_busybox("x86_64"):
            self.skipTest("no static busybox")
        self.write("t.sh", """\
            #!/bin/sh -e
            echo 1..2
            echo "ok 1 $1"
            grep -q '^MemTotal:' /proc/meminfo
            echo 'not ok 2 second # as it should'
            """)
        done = self.run_exec("{name: exec, run: t.sh, args: ['a b']}")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        cell = self.one_cell(done, "base")
        self.assertEqual(cell["verdict"], "oracle-failed")
        self.assertEqual(cell["title"], "exec: t.sh: second")
        names = {r["name"]: r for r in cell["results"]}
        self.assertEqual(names["t.sh: a b"]["ok"], 1)
        self.assertEqual(names["t.sh: second"]["failed"], 1)

    def test_endless_flood_is_cut_and_fails(self):
        cell = self.judged("flood", duration="3s")
        self.assertEqual(cell["verdict"], "oracle-failed")
        self.assertRegex(cell["title"], "over its time of 3 s")
        self.assertIn("a flood", cell["detail"])
        run = self.state / "runs" / cell["run_ids"][0]
        self.assertLess((run / "ktap.log").stat().st_size, 200_000)

    def test_results_on_serial_1_itself_are_no_pass(self):
        cell = self.judged("forge")
        self.assertEqual(cell["verdict"], "oracle-failed", cell)
        self.assertEqual(cell["title"], "workload: broken KTAP")

    def test_program_that_kills_everybody_is_no_pass(self):
        cell = self.judged("kill-all")
        self.assertEqual(cell["verdict"], "oracle-failed", cell)
        self.assertIn("died of signal 9", cell["detail"])


class Kselftest(GuestTest):
    RUN = ("[vm:mlock2-tests, vm:mrelease_test, vm:map_hugetlb, "
           "{program: vm:transhuge-stress 64, stop_after: 5s}, "
           "cgroup:test_memcontrol]")

    def test_programs_of_the_tree_run_and_report(self):
        job = self.job(
            tree="linux-6.1", base="v6.1", targets="[x86_64, ppc64le-radix]",
            workloads=f"[{{name: kselftest, run: {self.RUN}}}]")
        done = self.run_job(job)
        for cell in cells_of(done):
            names = [r["name"] for r in cell["results"]]
            for program in ("vm:mlock2-tests", "vm:mrelease_test",
                            "vm:map_hugetlb", "vm:transhuge-stress 64",
                            "cgroup:test_memcontrol"):
                self.assertIn(program, names)
            self.assertIn(
                "cgroup:test_memcontrol: test_memcg_subtree_control", names)
        builds = [json.loads(line) for line in done.stdout.splitlines()
                  if '"kind":"build"' in line]
        self.assertEqual([b["kconfig"] for b in builds].count("kselftest"), 2)

    def test_unknown_selftest_is_said_before_anything_is_built(self):
        job = self.job(
            tree="linux-6.1", base="v6.1",
            workloads="[{name: kselftest, run: 'vm:mlock3-tests'}]")
        done = self.farm("run", job)
        self.assert_refused(done, 2, "mlock3-tests",
                            "did you mean 'mlock2-tests'", "job.yaml:6:")


if __name__ == "__main__":
    unittest.main(verbosity=2)
