# SPDX-License-Identifier: GPL-2.0-or-later
"""Real kernels in real guests through the real CLI.

Kernels are kept in a state folder below $OOPSFARM_TEST_CACHE, so that only the
first run builds them all.
"""

import os

from farm import *  # noqa: F403

TARBALL = pathlib.Path("/usr/src/linux-source-6.1.tar.xz")
TARGETS = ["x86_64", "ppc64le-radix", "ppc64le-hash"]


class GuestTest(FarmTest):
    """Works on the shared state folder, which holds linux-6.1."""

    def setUp(self):
        super().setUp()
        if not TARBALL.exists():
            self.skipTest(f"{TARBALL} is not there: ci/install-packages")
        self.state = CACHE / "state"
        self.state.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.state / "runs", ignore_errors=True)
        if not (self.state / "trees/linux-6.1.git").exists():
            done = self.farm("tree", "add", "linux-6.1", TARBALL, timeout=600)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.config = self.write("farm.yaml", "boot_timeout: 60s\n")

    def run_job(self, job, *options, timeout=3000):
        done = self.farm("--config", self.config, "run", "--json", job,
                         *options, timeout=timeout)
        self.assert_nothing_left()
        return done

    def one_cell(self, done, kernel):
        cells = [c for c in cells_of(done) if c["kernel"] == kernel]
        self.assertEqual(len(cells), 1, done.stdout + done.stderr)
        return cells[0]


class Example(GuestTest):
    def test_three_targets_pass_and_kernels_are_reused(self):
        job = ROOT / "jobs/oom-reaper-tidy/job.yaml"
        done = self.run_job(job)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        cells = cells_of(done)
        self.assertEqual([(c["target"], c["kernel"]) for c in cells],
                         [(t, k) for t in TARGETS for k in ("base", "series")])
        for cell in cells:
            self.assertEqual(cell["verdict"], "pass", cell)
            self.assertEqual(cell["observations"], 1)
            self.assertGreater(cell["kills"], 0)
            mmu = cell["target"].partition("-")[2]
            if mmu:
                log = self.farm("log", cell["run_ids"][0], "--ktap").stdout
                self.assertIn(f"# mmu: {mmu}\n", log)
        again = self.run_job(job, "--target", "x86_64")
        builds = [json.loads(line) for line in again.stdout.splitlines()
                  if '"build"' in line]
        builds = [build for build in builds if build["kind"] == "build"]
        self.assertEqual(len(builds), 2)
        for build in builds:
            self.assertTrue(build["reused"], build)

    def run_on_targets(self, workload):
        """The workload passes: KTAP of each target's run, in TARGETS' order.
        All targets with `ci/test --full`, else one of each architecture."""
        targets = TARGETS if os.environ.get("OOPSFARM_FULL") else TARGETS[:2]
        job = self.job(tree="linux-6.1", base="v6.1", workloads=f"[{workload}]",
                       targets=f"[{', '.join(targets)}]")
        done = self.run_job(job)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for cell in cells_of(done):
            self.assertEqual(cell["verdict"], "pass", cell)
            run = self.state / "runs" / cell["run_ids"][0]
            yield (run / "ktap.log").read_text()

    def test_locked_memory_is_locked_and_returns(self):
        for ktap in self.run_on_targets("mlock"):
            for way in ("mlock", "onfault", "all", "map"):
                self.assertRegex(ktap, f"# locked.{way}: [1-9]")

    def test_huge_pages_are_split_in_every_way(self):
        for ktap in self.run_on_targets("thp"):
            for how in ("munmap", "mprotect", "dontneed", "mremap"):
                self.assertRegex(ktap, f"# splits.{how}: [1-9]")

    def test_mms_are_shared_in_every_way(self):
        for ktap in self.run_on_targets("{name: shared-mm, duration: 1s}"):
            for way in ("clone", "vfork", "group", "outside", "held",
                        "unkillable"):
                self.assertRegex(ktap, f"# kills.{way}: [1-9]")
            self.assertRegex(ktap, "# reaps: [1-9]")
            self.assertRegex(ktap, "# processes_guarded: [1-9]")

    def test_memory_is_released_of_victims_killed_in_every_way(self):
        for ktap in self.run_on_targets("{name: mrelease, duration: 1s}"):
            for way in ("signal", "oom", "held"):
                self.assertRegex(ktap, f"# released.{way}: [1-9]")

    def test_held_victims_are_reaped_under_their_notifiers(self):
        for ktap in self.run_on_targets("notifier"):
            for fact in ("mirrored.write", "mirrored.read", "held_reaped",
                         "mirrors_looked"):
                self.assertRegex(ktap, f"# {fact}: [1-9]")
            # the reaper waits for 2 s: much earlier, it was not the reaper
            self.assertRegex(ktap, r"# reap_us.min: [1-9]\d{6}\n")

    def test_hugetlb_tables_are_shared_where_the_architecture_shares(self):
        shares = {"x86_64": "\n", "ppc64le-radix": " # SKIP this architecture",
                  "ppc64le-hash": " # SKIP this architecture"}
        logs = self.run_on_targets("{name: hugetlb-shared, duration: 4s}")
        for target, ktap in zip(TARGETS, logs):
            self.assertIn("- page tables were shared" + shares[target], ktap)
            self.assertRegex(ktap, "# unshared_tables: [1-9]")
            for visit in ("detach", "exit", "fork", "killed"):
                self.assertRegex(ktap, f"# visits.{visit}: [1-9]")

    def test_global_oom_kills_the_worst(self):
        for ktap in self.run_on_targets("{name: global, duration: 4s}"):
            self.assertRegex(ktap, "# ordered_kills: [1-9]")
            for variant in ("order", "storm"):
                self.assertRegex(ktap, f"# kills.{variant}: [1-9]")

    def test_log_prints_both_serials(self):
        job = self.job(tree="linux-6.1", base="v6.1")
        done = self.run_job(job)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        run = self.one_cell(done, "base")["run_ids"][0]
        self.assertIn("Linux version 6.1", self.farm("log", run).stdout)
        self.assertIn("# bye: 1", self.farm("log", run, "--ktap").stdout)


class Bugs(GuestTest):
    def run_test_job(self, name, *options):
        return self.run_job(ROOT / "tests/jobs" / name / "job.yaml", *options)

    def test_lock_left_held_is_a_crash_of_the_series_alone(self):
        done = self.run_test_job("memcg-lock-held")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertEqual(self.one_cell(done, "base")["verdict"], "pass")
        cell = self.one_cell(done, "series")
        self.assertEqual(cell["verdict"], "crash", cell)
        self.assertRegex(cell["first_line"] + cell["title"], "lock")
        text = self.farm("run", ROOT / "tests/jobs/memcg-lock-held/job.yaml",
                         timeout=600)
        self.assertEqual(text.returncode, 1)
        self.assertIn(cell["first_line"], text.stdout)
        self.assertIn("3 patches onto v6.1", text.stdout)
        self.assert_group(cell)

    def assert_group(self, cell):
        """That the crash has a group, which can be marked."""
        (self.state / "crashes.json").unlink(missing_ok=True)
        groups = [json.loads(line) for line in
                  self.farm("crashes", "--json").stdout.splitlines()]
        group, = [g for g in groups if cell["run_ids"][0] in g["run_ids"]]
        self.assertEqual(group["title"], cell["title"])
        # The second job may hit the lock in another function.
        self.assertGreaterEqual(group["seen"], 1)
        self.assertFalse(group["on_base"])
        self.assertEqual(group["jobs"], ["memcg-lock-held"])
        marked = self.farm("crashes", "mark", group["signature"][:8],
                           "--name", "lock held", "--mute")
        self.assertEqual(marked.returncode, 0, marked.stderr)
        self.assertNotIn(cell["title"], self.farm("crashes").stdout)
        self.assertIn("lock held, muted", self.farm("crashes", "--all").stdout)
        self.farm("crashes", "mark", group["signature"], "--clear")
        self.assertIn(cell["title"], self.farm("crashes").stdout)
        stack = self.farm("triage", "--stack", cell["run_ids"][0]).stdout
        # Whose lock closes the circle varies from run to run.
        self.assertRegex(stack, r"\+0x[0-9a-f]+ +[\w/]+\.c:\d+\n")

    def test_patch_that_builds_on_one_architecture_only(self):
        done = self.run_test_job("builds-on-x86-only")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        verdicts = {(c["target"], c["kernel"]): c for c in cells_of(done)}
        self.assertEqual(verdicts["x86_64", "series"]["verdict"], "pass")
        self.assertEqual(verdicts["ppc64le-radix", "base"]["verdict"], "pass")
        failed = verdicts["ppc64le-radix", "series"]
        self.assertEqual(failed["verdict"], "build-failed")
        self.assertIn("mm/oom_kill.c", failed["title"])
        self.assertIn("asm/cpu_device_id.h", failed["title"])

    def assert_boot_failed(self, name):
        done = self.run_test_job(name)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertEqual(self.one_cell(done, "base")["verdict"], "pass")
        cell = self.one_cell(done, "series")
        self.assertEqual(cell["verdict"], "boot-failed", cell)
        return cell

    def test_kernel_that_never_prints(self):
        self.assert_boot_failed("never-prints")

    def test_kernel_that_prints_and_hangs_before_init(self):
        cell = self.assert_boot_failed("hangs-before-init")
        log = self.farm("log", cell["run_ids"][0]).stdout
        self.assertIn("Linux version", log)

    def test_kernel_that_reboots(self):
        self.assert_boot_failed("reboots")


class PostMortems(GuestTest):
    """Guests that hang are looked into before they are ended."""

    def setUp(self):
        super().setUp()
        self.config = self.write("farm.yaml", "boot_timeout: 60s\n"
                                              "silence_timeout: 15s\n")

    def hang(self, name, target):
        """The series' cell on the target, its outcome and its folder."""
        done = self.run_job(ROOT / "tests/jobs" / name / "job.yaml",
                            "--target", target)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertEqual(self.one_cell(done, "base")["verdict"], "pass")
        cell = self.one_cell(done, "series")
        run = self.state / "runs" / cell["run_ids"][0]
        outcome = json.loads((run / "outcome.json").read_text())
        self.assertNotIn("Kernel panic", (run / "console.log").read_text())
        return cell, outcome, run

    def find_hang(self, target, interrupt, panic):
        cell, outcome, run = self.hang("hangs-in-oom", target)
        self.assertEqual((cell["verdict"], cell["title"]),
                         ("hang", "hang in memcg"), outcome)
        for cpu in (0, 1):
            self.assertRegex(outcome["detail"],
                             f"CPU {cpu}: oom_wait_for_ever < ")
        self.assertRegex(outcome["detail"], "oom_wait_for_ever < .*oom_kill")
        self.assertIn("no answer to SysRq", outcome["detail"])
        self.assertRegex(outcome["detail"], "memory dump: vmcore, ")
        log = self.farm("log", run.name, "--post-mortem").stdout
        before, after = log.split(f"== {interrupt} ==")
        self.assertIn("try_charge_memcg", before)
        self.assertRegex(after, panic)
        # makedumpfile's flattened form of a kdump file
        with open(run / "vmcore", "rb") as core:
            self.assertEqual(core.read(12), b"makedumpfile")
        self.assertLess((run / "vmcore").stat().st_size, 256 << 20)
        return after

    def test_hang_on_x86_64(self):
        after = self.find_hang("x86_64", "NMI",
                               "Kernel panic - not syncing: NMI")
        self.assertIn("NMI backtrace for cpu 0", after)
        self.assertIn("NMI backtrace for cpu 1", after)

    def test_hang_on_powerpc(self):
        self.find_hang("ppc64le-radix", "system reset", "System Reset")

    def test_livelock_answers_to_sysrq(self):
        cell, outcome, run = self.hang("livelocks-in-oom", "x86_64")
        self.assertEqual((cell["verdict"], cell["title"]),
                         ("oracle-failed", "oom: livelock"), outcome)
        self.assertIn("oom_chatter", outcome["detail"])
        log = (run / "post-mortem.log").read_text(errors="replace")
        for words in ("Show Blocked State", "Show backtrace of all",
                      "Show Locks Held", "Show Memory", "Mem-Info:",
                      "Show State"):
            self.assertIn(words, log)
        self.assertNotIn("sysrq: ", (run / "console.log").read_text())


class RaceHelp(GuestTest):
    def test_virtual_cpus_are_many_and_held_and_the_report_says_so(self):
        job = self.job(tree="linux-6.1", base="v6.1",
                       targets="[x86_64, ppc64le-radix]",
                       workloads="[{name: memcg, duration: 5s}]",
                       race="{vcpus: 4, pauses: true, one_cpu: true}",
                       cmdline="[transparent_hugepage=never]")
        done = self.run_job(job)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("race help: 4 virtual CPUs", done.stdout)
        self.assertIn("kernel parameters of the job: "
                      "transparent_hugepage=never", done.stdout)
        for cell in cells_of(done):
            self.assertEqual(cell["verdict"], "pass", cell)
            run = self.state / "runs" / cell["run_ids"][0]
            facts = json.loads((run / "outcome.json").read_text())["facts"]
            self.assertGreater(int(facts["race.pauses"]), 10, facts)
            console = (run / "console.log").read_text()
            self.assertIn("smp: Brought up 1 node, 4 CPUs", console)
            self.assertRegex(console, "ommand line: .*hugepage=never ")


class Kconfigs(GuestTest):
    def test_symbol_that_can_not_be_had_is_named_with_what_it_lacks(self):
        share = self.scratch / "share"
        share.mkdir()
        for entry in (BIN.parent / "share/oopsfarm").iterdir():
            (share / entry.name).symlink_to(entry.resolve())
        (share / "kconfigs").unlink()
        shutil.copytree(ROOT / "kconfigs", share / "kconfigs")
        (share / "kconfigs/impossible.config").write_text(
            "# SPDX-License-Identifier: GPL-2.0-or-later\n"
            "CONFIG_HIBERNATION_SNAPSHOT_DEV=y\n")
        job = self.job(tree="linux-6.1", base="v6.1", kconfigs="[impossible]")
        done = self.farm("run", "--json", job, timeout=600,
                         env=dict(os.environ, OOPSFARM_SHARE=str(share)))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("CONFIG_HIBERNATION_SNAPSHOT_DEV",
                      done.stdout + done.stderr)
        self.assertIn("HIBERNATION", done.stdout + done.stderr)
        self.assert_nothing_left()


class FullDisk(GuestTest):
    def run_on_full(self, folder, size, job):
        """Runs a job while a folder of the state is a file system of `size`."""
        place = self.state / folder
        place.mkdir(exist_ok=True)
        mine = [] if os.geteuid() == 0 else ["--map-root-user"]
        script = (f'mount -t tmpfs -o size={size} none "{place}" && '
                  f'exec "$@"')
        return subprocess.run(
            ["unshare", "--mount", *mine, "sh", "-c", script, "sh",
             str(OOPSFARM), "--state", str(self.state), "run", str(job)],
            capture_output=True, text=True, timeout=600,
            stdin=subprocess.DEVNULL)

    def test_while_building(self):
        job = self.job(tree="linux-6.1", base="v6.1", kconfigs="[plain]")
        done = self.run_on_full("objects", "32m", job)
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        self.assertRegex(done.stdout + done.stderr,
                         "disk is full|No space left")
        self.assert_nothing_left()

    def test_while_logging(self):
        job = self.job(tree="linux-6.1", base="v6.1")
        done = self.run_on_full("runs", "40k", job)
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        self.assertRegex(done.stdout + done.stderr,
                         "disk is full|No space left")
        self.assert_nothing_left()


class Stopped(GuestTest):
    """Ctrl-C and SIGTERM at each phase: nothing goes on, nothing is left."""

    def stop_at(self, word, number, **job):
        keys = {"tree": "linux-6.1", "base": "v6.1",
                "workloads": "[{name: memcg, duration: 60s}]"}
        keys.update(job)
        process = self.start("run", self.job(**keys))
        self.addCleanup(process.kill)
        said = ""
        for line in process.stderr:
            said += line
            if word in line:
                break
        else:
            self.fail(f"'{word}' was never said: {said}")
        process.send_signal(number)
        rest = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 128 + number, said + rest[1])
        self.assert_nothing_left()

    def test_boot(self):
        self.stop_at("boot", signal.SIGINT)

    def test_workload(self):
        self.stop_at("memcg", signal.SIGTERM)

    def test_checkout(self):
        self.forget_plain()
        self.stop_at("checkout", signal.SIGTERM, kconfigs="[plain]")

    def test_compile(self):
        self.forget_plain()
        self.stop_at("compile", signal.SIGINT, kconfigs="[plain]")

    def forget_plain(self):
        """`plain` on x86_64 is never built to its end by these tests."""
        for outcome in self.state.glob("kernels/*/spec.json"):
            if '"kconfig":"plain"' in outcome.read_text():
                shutil.rmtree(outcome.parent)


class Killed(GuestTest):
    def test_step_that_is_killed_is_no_evidence_and_its_guest_goes(self):
        job = self.job(tree="linux-6.1", base="v6.1",
                       workloads="[{name: memcg, duration: 5s}]")
        process = self.start("run", job)
        self.addCleanup(process.kill)
        for line in process.stderr:
            if ": memcg" in line:
                break
        steps = [pid for pid in processes_with("oopsfarm-step")
                 if pid in processes_with(str(self.state))]
        self.assertEqual(len(steps), 1)
        os.kill(steps[0], signal.SIGKILL)
        out, err = process.communicate(timeout=300)
        self.assertEqual(process.returncode, 0, out + err)
        self.assertIn("1 (+1 infra)", out)
        self.assert_nothing_left_but_lost_runs()

    def assert_nothing_left_but_lost_runs(self):
        """A lost run's folder stays until the state's next owner comes."""
        self.assertEqual(self.processes(), [])
        self.assertEqual(list((self.state / "worktrees").iterdir()), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
