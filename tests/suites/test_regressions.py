# SPDX-License-Identifier: GPL-2.0-or-later
"""jobs/regressions/NAME/ are complete, and honest about what they break.

No guest: tests/bench/regressions runs them. What needs the base's source looks
for it in the state folder of the guest tests, and is skipped without.
"""
import email
import email.policy
import re
import tempfile

import yaml

from farm import *  # noqa: F403

REGRESSIONS = sorted(path for path in (ROOT / "jobs/regressions").iterdir()
                     if path.is_dir())
TREE = CACHE / "state/trees/linux-6.1.git"
# What would be a planted crash rather than a broken protocol.
PLANTED = re.compile(r"\b(BUG|BUG_ON|VM_BUG_ON\w*|WARN\w*|panic|__builtin_trap|"
                     r"die|oops_\w+)\s*\(")
DELAY = re.compile(r"\b([mun]delay|msleep\w*|usleep_range|"
                   r"schedule_timeout\w*)\s*\(")


class Patch:
    """One mail of a series: its subject, its message, and what it changes."""

    def __init__(self, path):
        mail = email.message_from_bytes(path.read_bytes(),
                                        policy=email.policy.default)
        self.path = path
        self.subject = re.sub(r"^\[PATCH[^]]*\]\s*", "", mail["Subject"])
        text = mail.get_content()
        self.message, _, rest = text.partition("\n---\n")
        self.diff = rest[rest.index("diff --git"):].partition("\n-- \n")[0]

    def lines(self, sign):
        return [line[1:] for line in self.diff.splitlines()
                if line.startswith(sign) and not line.startswith(sign * 3)]

    def changes(self):
        """What it adds and removes in which file; not where, since another
        patch before it may move that."""
        return [line for line in self.diff.splitlines()
                if line.startswith(("+", "-"))]


def series(folder):
    return [Patch(path) for path in sorted(folder.glob("*.patch"))]


class Regressions(unittest.TestCase):
    def each(self):
        """Each regression's folder and expectations."""
        return [(path, yaml.safe_load((path / "expected.yaml").read_text()))
                for path in REGRESSIONS]

    def test_there_are_some(self):
        self.assertTrue(REGRESSIONS)

    def test_expectations_fit_the_job(self):
        for path, expected in self.each():
            job = yaml.safe_load((path / "job.yaml").read_text())
            self.assertEqual(job["name"], path.name)
            self.assertEqual(job["series"], ["buggy"])
            workloads = [item if isinstance(item, str) else item["name"]
                         for item in job["workloads"]]
            self.assertEqual(workloads, [expected["workload"]])
            buggy = expected["buggy"]
            self.assertTrue(set(buggy["targets"]) <= set(job["targets"]))
            self.assertTrue(buggy["targets"] and buggy["titles"])
            self.assertIn(buggy["verdict"],
                          ("crash", "hang", "oracle-failed"))
            self.assertGreaterEqual(buggy["rate"], 0.9)
            self.assertEqual(buggy["within"], "180s")
            self.assertEqual(expected["fixed"], {"verdict": "pass"})
            self.assertTrue(set(buggy["targets"]) <=
                            set(expected["measured"]))

    def test_the_culprit_is_neither_first_nor_last(self):
        for path, expected in self.each():
            subjects = [patch.subject for patch in series(path / "buggy")]
            self.assertGreaterEqual(len(subjects), 6)
            self.assertEqual(len(set(subjects)), len(subjects))
            self.assertIn(expected["culprit"], subjects[1:-1])

    def test_fixed_differs_in_the_culprit_only(self):
        for path, expected in self.each():
            buggy, fixed = series(path / "buggy"), series(path / "fixed")
            self.assertEqual(len(buggy), len(fixed))
            for before, after in zip(buggy, fixed):
                if before.subject == expected["culprit"]:
                    self.assertNotEqual(before.changes(), after.changes())
                    continue
                self.assertEqual(before.subject, after.subject)
                self.assertEqual(before.message, after.message)
                self.assertEqual(before.changes(), after.changes())

    def test_nothing_is_planted_and_delays_are_said(self):
        for path, _ in self.each():
            for patch in series(path / "buggy") + series(path / "fixed"):
                removed = [line.strip() for line in patch.lines("-")]
                added = [line.strip() for line in patch.lines("+")
                         if line.strip() not in removed]
                for line in added:
                    self.assertIsNone(PLANTED.search(line), patch.path)
                if (len(DELAY.findall("\n".join(added))) >
                        len(DELAY.findall("\n".join(removed)))):
                    self.assertIn("delay", patch.message, patch.path)

    def test_licence_and_sign_off_stand_in_each_patch(self):
        for path, _ in self.each():
            for patch in series(path / "buggy") + series(path / "fixed"):
                self.assertIn("\nSigned-off-by: ", patch.message, patch.path)
                self.assertIn("SPDX-License-Identifier: GPL-2.0",
                              patch.path.read_text(), patch.path)

    def test_both_series_apply_to_the_base(self):
        if not TREE.is_dir():
            self.skipTest(f"{TREE} is not there: run the guest tests first")
        for path, _ in self.each():
            for name in ("buggy", "fixed"):
                self.apply(path / name)

    def apply(self, folder):
        """Into an index and an object folder of our own, which hold what the
        series touches."""
        patches = series(folder)
        names = {name for patch in patches for name in
                 re.findall(r"^diff --git a/(\S+)", patch.diff, re.M)}
        with tempfile.TemporaryDirectory() as scratch:
            env = dict(os.environ, GIT_DIR=str(TREE), GIT_WORK_TREE=scratch,
                       GIT_INDEX_FILE=f"{scratch}/index",
                       GIT_OBJECT_DIRECTORY=f"{scratch}/objects",
                       GIT_ALTERNATE_OBJECT_DIRECTORIES=str(TREE / "objects"),
                       GIT_CONFIG_GLOBAL="/dev/null")
            os.mkdir(env["GIT_OBJECT_DIRECTORY"])

            def run(*words, given=""):
                done = subprocess.run(["git", "-c", "safe.directory=*", *words],
                                      env=env, cwd=scratch, text=True,
                                      input=given, capture_output=True)
                self.assertEqual(done.returncode, 0,
                                 f"{words[-1]}\n{done.stderr}")
                return done.stdout

            run("update-index", "--index-info",
                given=run("ls-tree", "v6.1", "--", *sorted(names)))
            for patch in patches:
                run("apply", "--cached", str(patch.path))


if __name__ == "__main__":
    unittest.main()
