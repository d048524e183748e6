# SPDX-License-Identifier: GPL-2.0-or-later
"""A farm under fire: a daemon, and what kills it and its steps at random. And
the ledger's invariants, which must hold whatever was killed."""

import random
import sqlite3

from farm import *  # noqa: F403


class Chaos:
    """Kills, one at a time, and keeps a daemon running in between.

    `start` starts a daemon and waits until it answers; `victims` gives the pids
    of steps and guests at work. One kill of three is the daemon's."""

    def __init__(self, seed, start, victims):
        self.random = random.Random(seed)
        self.start = start
        self.victims = victims
        self.daemon = start()
        self.killed = {"daemon": 0, "step": 0}

    def kills(self):
        return sum(self.killed.values())

    def strike(self):
        """Kills something, if there is something to kill."""
        victims = self.victims()
        if self.random.random() < 1 / 3:
            self.daemon.kill()
            self.daemon.wait()
            self.killed["daemon"] += 1
            if victims and self.random.random() < 1 / 2:
                self.end(self.random.choice(victims))
            self.daemon = self.start()
        elif victims:
            self.end(self.random.choice(victims))

    def is_enough(self, kills):
        """So many in all, and a fifth of them of each kind."""
        return (self.kills() >= kills and
                min(self.killed.values()) >= kills // 5)

    def end(self, pid):
        try:
            os.kill(pid, signal.SIGKILL)
            self.killed["step"] += 1
        except ProcessLookupError:
            pass  # it has just ended by itself

    def pause(self, longest):
        time.sleep(self.random.uniform(0, longest))


def check_ledger(test, state, places):
    """Invariants of a farm that has nothing to do: `places` gives how many
    runs a job has, by its row's name."""
    with sqlite3.connect(state / "farm.db") as database:
        rows = lambda sql: database.execute(sql).fetchall()
        test.assertEqual(rows("PRAGMA integrity_check"), [("ok",)])
        test.assertEqual(rows("PRAGMA foreign_key_check"), [])
        test.assertEqual(rows("SELECT id FROM jobs WHERE state IN "
                              "('queued', 'running')"), [])
        test.assertEqual(rows("SELECT id FROM runs WHERE outcome IS NULL"), [])
        known = {run for run, in rows("SELECT id FROM runs")}
        for job, name in rows("SELECT seq, name FROM jobs "
                              "WHERE state = 'ended'"):
            counted, lost = {}, []
            for place, outcome in rows("SELECT place, outcome FROM runs "
                                       f"WHERE job = {job}"):
                outcome = json.loads(outcome)
                if outcome["verdict"] == "infra":
                    lost.append((place, outcome["run_id"], outcome["detail"]))
                else:
                    counted[place] = counted.get(place, 0) + 1
            # Each observation once, none twice. One that was lost three times
            # is left alone (docs/design/0007).
            given_up = {place for place, _, _ in lost
                        if sum(each[0] == place for each in lost) > 2}
            test.assertEqual(counted, {place: 1 for place in
                                       set(range(places[name])) - given_up},
                             lost)
    folders = {path.name for path in (state / "runs").iterdir()}
    test.assertLessEqual(folders, known, "runs that no job knows")
    left = [path for path in state.rglob("*.??????")
            if path.parent.parent.name == "runs"]
    test.assertEqual(left, [], "half-written files")
    test.assert_nothing_left()
