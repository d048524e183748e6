#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Drives nightlies of a real daemon. Needs no guest: nights end at their
series, which does not apply."""

import json
import re
import unittest

from farm import git
from test_daemon import DaemonTest


class NightlyTest(DaemonTest):
    def nightly(self, schedule='"0 2 * * *"', **changes):
        """A nightly's job file whose series never applies."""
        self.broken_job()
        return self.job(series="[series]", base="main", schedule=schedule,
                        timezone="Europe/Berlin", **changes)

    def lines(self, *args):
        done = self.farm(*args, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def night(self):
        """Begins a night by hand and waits for its end; gives its row."""
        done = self.farm("nightly", "run", "j", "--wait")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("apply", done.stdout)
        return self.lines("nightly", "log", "j")[0]


class Nightlies(NightlyTest):
    def test_nightly_is_handed_in_listed_run_and_removed(self):
        self.tiny_tree()
        self.daemon()
        job = self.nightly()
        done = self.farm("submit", job)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout,
                         r"^nightly j: next 20\d\d-\d\d-\d\d 02:00 CES?T\n$")
        self.assertEqual(self.lines("status", "--all"), [])
        self.assertEqual(self.farm("submit", job).returncode, 0)
        listed = self.lines("nightly")
        self.assertEqual(len(listed), 1)  # the second took its place
        self.assertEqual(listed[0]["name"], "j")
        self.assertIsNone(listed[0]["last"])
        self.assertEqual(len(list((self.state / "nightlies").iterdir())), 1)

        night = self.night()
        self.assertEqual(night["state"], "ended")
        self.assertEqual(night["summary"], "first night")
        report = self.farm("report", night["job"]).stdout
        self.assertRegex(report, r"night 20\d\d-\d\d-\d\d of j: begun by hand")
        self.assertIn("the first night: nothing to compare it with", report)
        self.assertIn("begun by hand", self.farm("nightly").stdout)
        second = self.night()
        compared = self.farm("nightly", "compare", "last~1", "last")
        self.assertEqual(compared.returncode, 0, compared.stderr)
        self.assertIn("nothing ran that could", compared.stdout)
        again = self.lines("nightly", "compare", night["job"], second["job"])
        self.assertEqual(again[0]["kind"], "comparison")
        self.assertEqual(again[0]["before"], night["job"])
        lines = self.farm("report", second["job"], "--json").stdout.splitlines()
        kinds = [json.loads(line)["kind"] for line in lines]
        self.assertEqual(kinds, ["job", "comparison", "cell"])

        self.assertEqual(self.farm("nightly", "remove", "j").returncode, 0)
        self.assertIn("no nightly yet", self.farm("nightly").stdout)
        self.assertEqual(list((self.state / "nightlies").iterdir()), [])
        self.assertEqual(self.farm("report", second["job"]).returncode, 2)

    def test_tree_is_fetched_first(self):
        repo = self.tiny_tree()
        self.daemon()
        self.farm("submit", self.nightly())
        first = self.night()
        self.assertEqual(first["base_commit"],
                         git(repo, "rev-parse", "HEAD").strip())
        (repo / "news").write_text("1\n")
        git(repo, "add", ".")
        git(repo, "commit", "-qm", "news")
        tip = git(repo, "rev-parse", "HEAD").strip()
        self.assertNotEqual(tip, first["base_commit"])
        second = self.night()
        self.assertEqual(second["base_commit"], tip)
        self.assertEqual(second["note"], "begun by hand")
        repo.rename(repo.with_name("away"))
        third = self.night()
        self.assertEqual(third["base_commit"], tip)
        self.assertIn("could not be fetched and is as it was", third["note"])
        self.assertIn("could not be fetched",
                      self.farm("report", third["job"]).stdout)

    def test_night_begins_by_itself(self):
        self.tiny_tree()
        daemon = self.daemon()
        self.farm("submit", self.nightly('"* * * * *"'))
        self.wait(lambda: any(night["state"] == "ended"
                              for night in self.lines("nightly", "log", "j")),
                  daemon, seconds=90)
        night = self.lines("nightly", "log", "j")[-1]
        self.assertEqual((night["asked"], night["exit_code"]), (False, 2))
        job = self.lines("status", night["job"])[0]
        self.assertEqual(job["priority"], -50)

    def test_bad_nightlies_are_refused(self):
        self.tiny_tree()
        self.daemon()
        for changes, words in (
                ({"schedule": '"0 25 * * *"'}, "is no hour"),
                ({"schedule": '"0 2 30 2 *"'}, "no year has such a day"),
                ({"timezone": "Europe/Nowhere"}, "is no time zone"),
                ({"schedule": None}, "beside 'schedule' alone")):
            keys = {"base": "main", "schedule": '"0 2 * * *"',
                    "timezone": "Europe/Berlin"}
            keys.update(changes)
            done = self.farm("submit", self.job(**keys))
            self.assertEqual(done.returncode, 2)
            self.assertRegex(done.stderr, r"job\.yaml:\d+:\d+: .*" + words)
        done = self.farm("submit", "--wait", self.nightly())
        self.assertEqual(done.returncode, 2)
        self.assertIn("no end to wait for", done.stderr)
        for verb in (["log"], ["run"], ["remove"]):
            done = self.farm("nightly", *verb, "none")
            self.assertEqual(done.returncode, 2)
            self.assertIn("has no nightly 'none'", done.stderr)
            done = self.farm("nightly", *verb, "../etc")
            self.assertIn("is no nightly's name", done.stderr)
        self.farm("submit", self.nightly())
        done = self.farm("nightly", "compare", "last~1", "last")
        self.assertEqual(done.returncode, 2)
        self.assertIn("has no night 'last~1'", done.stderr)
        done = self.farm("nightly", "compare", "a b", "last")
        self.assertIn("is no night", done.stderr)
        completion = self.farm("completion", "bash").stdout
        self.assertIn("'nightly/commands') echo 'run remove log compare'",
                      completion)
        self.assertTrue(re.search(r"'nightly log/kinds'\) echo '.*nightlies",
                                  completion))


class Killed(NightlyTest):
    def test_killed_daemon_loses_no_night_and_begins_none_twice(self):
        self.tiny_tree()
        daemon = self.daemon()
        self.farm("submit", self.nightly())
        jobs = []
        for _ in range(5):
            done = self.farm("nightly", "run", "j")
            self.assertEqual(done.returncode, 0, done.stderr)
            jobs.append(done.stdout.strip())
            daemon.kill()
            daemon.wait()
            daemon = self.daemon()
            self.wait(lambda: self.lines("nightly", "log", "j")[0]["state"]
                      == "ended", daemon)
        nights = self.lines("nightly", "log", "j")
        self.assertEqual([night["job"] for night in nights], jobs[::-1])
        self.assertEqual(
            sorted(job["id"] for job in self.lines("status", "--all")),
            sorted(jobs))
        self.assertEqual([night["summary"] for night in nights[:4]],
                         ["nothing ran that could be compared"] * 4)


if __name__ == "__main__":
    unittest.main(verbosity=2)
