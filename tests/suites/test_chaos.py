#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A farm of toy steps (tests/toy) under random kill -9 of its daemon and its
workers: every job ends as it would have undisturbed, each observation counts
once, nothing is left. OOPSFARM_FULL=1: a thousand steps, a hundred kills."""

import socket_http
from chaos import *  # noqa: F403

STEPS = 20
FULL = "OOPSFARM_FULL" in os.environ
JOBS, KILLS = (60, 100) if FULL else (15, 25)


class Toys(FarmTest):
    def ask(self, path):
        return socket_http.ask(self.state / "socket", "GET", path)[1]

    def start(self):
        with open(self.scratch / "daemon.log", "a") as log:
            daemon = subprocess.Popen(
                [str(BIN / "toy_farmd"), str(self.state), str(STEPS), "4",
                 "process"], stderr=log, stdin=subprocess.DEVNULL)
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.kill)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                if self.ask("/healthz") == "ok\n":
                    return daemon
            except OSError:
                time.sleep(0.01)
            self.assertIsNone(daemon.poll(),
                              (self.scratch / "daemon.log").read_text())
        self.fail("the daemon does not answer")

    def workers(self):
        return [pid for pid in processes_with("/spec.json")
                if pid in processes_with(str(self.state / "runs"))]

    def live_jobs(self):
        return [json.loads(line) for line in self.ask("/v1/jobs").splitlines()]

    def test_jobs_end_as_if_undisturbed(self):
        chaos = Chaos(1, self.start, self.workers)
        job = self.job()
        submitted = 0
        while submitted < JOBS or not chaos.is_enough(KILLS):
            if submitted < JOBS or len(self.live_jobs()) < 3:
                done = self.farm("submit", job)
                self.assertEqual(done.returncode, 0, done.stderr)
                submitted += 1
            if submitted >= 3:
                chaos.strike()
                chaos.pause(0.3)
        end = time.monotonic() + 600
        while self.live_jobs() and time.monotonic() < end:
            time.sleep(0.2)
        self.assertEqual(self.live_jobs(), [])
        jobs = [json.loads(line)
                for line in self.ask("/v1/jobs?all=1").splitlines()]
        # Every fifth toy crashes.
        self.assertEqual({(each["state"], each["exit_code"]) for each in jobs},
                         {("ended", 1)})
        self.assertEqual(len(jobs), submitted)
        chaos.daemon.terminate()
        self.assertEqual(chaos.daemon.wait(30), 0)
        check_ledger(self, self.state, {"j": STEPS})
        print(f"{chaos.killed} killed over {submitted * STEPS} steps")


if __name__ == "__main__":
    unittest.main(verbosity=2)
