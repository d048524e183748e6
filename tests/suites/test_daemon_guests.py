# SPDX-License-Identifier: GPL-2.0-or-later
"""A daemon with real guests: killed, it neither loses nor repeats a run."""

from farm import *  # noqa: F403
from test_daemon import DaemonTest
from test_guests import GuestTest


class DaemonGuestTest(GuestTest, DaemonTest):
    def setUp(self):
        super().setUp()
        for name in ("farm.db", "farm.db-wal", "farm.db-shm"):
            (self.state / name).unlink(missing_ok=True)
        shutil.rmtree(self.state / "jobs", ignore_errors=True)

    def memcg_job(self, **keys):
        return self.job(tree="linux-6.1", base="v6.1",
                        workloads="[{name: memcg, duration: 5s}]", **keys)

    def runs(self):
        folder = self.state / "runs"
        return sorted(folder.iterdir()) if folder.is_dir() else []

    def live(self, job):
        return json.loads(
            self.farm("status", job, "--json").stdout).get("live", {})

    def wait_for_guests(self, job, daemon, count):
        """Until so many of the job's guests print."""
        self.wait(lambda: sum((run / "console.log").exists()
                              and (run / "console.log").stat().st_size > 0
                              for run in self.runs()) >= count,
                  daemon, seconds=1500)

    def guests(self):
        return [pid for pid in processes_with(str(self.state / "runs"))
                if b"qemu" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()]


class Killed(DaemonGuestTest):
    def test_next_daemon_takes_over_what_is_at_work(self):
        daemon = self.daemon()
        job = self.submit(self.memcg_job(repeat=3))
        self.wait_for_guests(job, daemon, 2)
        begun = {run.name for run in self.runs()}
        daemon.kill()
        daemon.wait()
        # One step dies while there is no daemon, the others go on.
        lost = sorted(begun)[-1]
        for pid in processes_with(f"runs/{lost}/spec.json"):
            os.kill(pid, signal.SIGKILL)
        daemon = self.daemon()
        self.wait(lambda: self.state_of(job) == "ended", daemon, seconds=300)
        done = self.farm("report", job, "--json")
        self.assertEqual(done.returncode, 0, done.stdout + self.log())
        cell = self.one_cell(done, "base")
        self.assertEqual((cell["verdict"], cell["observations"],
                          cell["infra_failures"]), ("pass", 3, 0), cell)
        self.assertTrue(begun - {lost} <= set(cell["run_ids"]), cell)
        self.assertNotIn(lost, cell["run_ids"])
        self.assertEqual(len(set(cell["run_ids"])), 3)
        self.assertIn("at work still", self.log())
        daemon.terminate()
        self.assertEqual(daemon.wait(60), 0)
        self.assertEqual(self.guests(), [])
        self.assert_nothing_left()

    def test_stopped_and_cancelled_jobs_leave_no_guest(self):
        daemon = self.daemon()
        job = self.submit(self.memcg_job(repeat=2))
        self.wait_for_guests(job, daemon, 1)
        daemon.terminate()
        self.assertEqual(daemon.wait(60), 0, self.log())
        self.assertEqual(self.guests(), [])
        self.assertEqual(self.runs(), [])  # none has ended
        daemon = self.daemon()
        self.assertEqual(self.state_of(job), "running")
        self.wait_for_guests(job, daemon, 1)
        run = self.runs()[0].name
        follower = self.start("log", run, "--follow")
        out = ""
        while "Linux version 6.1" not in out:
            out = follower.stdout.readline()
            self.assertTrue(out, "the follower ended")
        self.assertEqual(self.farm("cancel", job).returncode, 0)
        self.wait(lambda: self.state_of(job) == "cancelled", daemon)
        follower.communicate(timeout=30)
        self.assertEqual(self.guests(), [])
        done = self.farm("report", job)
        self.assertEqual(done.returncode, 2)
        self.assertIn("cancelled", done.stderr)
        daemon.terminate()
        self.assertEqual(daemon.wait(60), 0)
        self.assert_nothing_left()


if __name__ == "__main__":
    unittest.main(verbosity=2)
