#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Real guests under random kill -9 of the daemon, oopsfarm-step and QEMU.
OOPSFARM_FULL=1: thirty runs, else six."""

from chaos import *  # noqa: F403
from test_daemon_guests import DaemonGuestTest

REPEAT, KILLS = (30, 40) if "OOPSFARM_FULL" in os.environ else (6, 8)


class Guests(DaemonGuestTest):
    def workers(self):
        return processes_with(str(self.state / "runs"))

    def test_job_ends_as_if_undisturbed(self):
        chaos = Chaos(2, self.daemon, self.workers)
        job = self.submit(self.memcg_job(repeat=REPEAT))
        self.wait_for_guests(job, chaos.daemon, 1)
        while chaos.kills() < KILLS and self.state_of(job) != "ended":
            chaos.pause(6)
            chaos.strike()
        self.wait(lambda: self.state_of(job) == "ended", chaos.daemon,
                  seconds=1200)
        cell = self.one_cell(self.farm("report", job, "--json"), "base")
        self.assertEqual(cell["verdict"], "pass", cell)
        self.assertGreater(chaos.kills(), KILLS // 2, chaos.killed)
        chaos.daemon.terminate()
        self.assertEqual(chaos.daemon.wait(60), 0)
        self.assertEqual(self.guests(), [])
        check_ledger(self, self.state, {"j": REPEAT})
        print(f"{chaos.killed} killed over {REPEAT} runs")


if __name__ == "__main__":
    unittest.main(verbosity=2)
