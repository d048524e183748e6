# SPDX-License-Identifier: GPL-2.0-or-later
"""What the suites share: the real programs on a state folder of their own."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import textwrap
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("OOPSFARM_BIN", ROOT / "build/dev/bin"))
CACHE = pathlib.Path(
    os.environ.get("OOPSFARM_TEST_CACHE",
                   pathlib.Path.home() / ".cache/oopsfarm-test"))
OOPSFARM = BIN / "oopsfarm"


def git(folder, *args):
    """Runs git there, independent of who runs the tests."""
    env = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null",
               GIT_AUTHOR_NAME="A", GIT_AUTHOR_EMAIL="a@example.org",
               GIT_COMMITTER_NAME="A", GIT_COMMITTER_EMAIL="a@example.org")
    done = subprocess.run(["git", "-C", str(folder), *args], env=env,
                          check=True, capture_output=True, text=True)
    return done.stdout


def processes_with(text):
    """Pids of processes whose command line has `text`, this one excepted."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            line = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if text.encode() in line:
            found.append(int(entry.name))
    return found


class FarmTest(unittest.TestCase):
    """A test with a scratch folder, and a state folder in it."""

    def setUp(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="oopsfarm-suite-"))
        self.addCleanup(shutil.rmtree, self.scratch, ignore_errors=True)
        self.state = self.scratch / "state"
        self.state.mkdir()

    def farm(self, *args, timeout=120, **options):
        """Runs oopsfarm to its end; text on both streams."""
        return subprocess.run(
            [str(OOPSFARM), "--state", str(self.state), *map(str, args)],
            capture_output=True, text=True, timeout=timeout,
            stdin=subprocess.DEVNULL, **options)

    def start(self, *args, **options):
        """Starts oopsfarm and leaves it running."""
        return subprocess.Popen(
            [str(OOPSFARM), "--state", str(self.state), *map(str, args)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            stdin=subprocess.DEVNULL, **options)

    def write(self, name, text):
        """A file in the scratch folder, dedented when it is text."""
        path = self.scratch / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(textwrap.dedent(text))
        return path

    def job(self, **changes):
        """A job file with these keys changed; None leaves one out."""
        keys = {"name": "j", "tree": "tiny", "base": "v1", "series": None,
                "targets": "[x86_64]", "kconfigs": "[mm-debug]",
                "workloads": "[boot]"}
        keys.update(changes)
        lines = [f"{key}: {value}" for key, value in keys.items()
                 if value is not None]
        return self.write("job.yaml", "\n".join(lines) + "\n")

    def tiny_tree(self):
        """A tree that is no kernel but has one's paths, added as `tiny`."""
        repo = self.scratch / "tiny"
        (repo / "mm").mkdir(parents=True)
        (repo / "mm/oom_kill.c").write_text(
            "".join(f"line {number}\n" for number in range(1, 41)))
        git(repo, "init", "-q", "-b", "main")
        git(repo, "add", ".")
        git(repo, "commit", "-qm", "base")
        git(repo, "tag", "v1")
        added = self.farm("tree", "add", "tiny", repo)
        self.assertEqual(added.returncode, 0, added.stderr)
        return repo

    def assert_refused(self, done, code, *words):
        """It ended with `code`, and said each of `words` on stderr."""
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        self.assert_nothing_left()

    def assert_nothing_left(self):
        """No worktree, no half-written run or kernel, no process."""
        for name in ("worktrees", "runs", "kernels"):
            folder = self.state / name
            left = list(folder.iterdir()) if folder.is_dir() else []
            unfinished = [path for path in left
                          if name == "worktrees"
                          or not (path / "outcome.json").exists()]
            self.assertEqual(unfinished, [])
        self.assertEqual(self.processes(), [])

    def processes(self):
        """Processes that belong to this state folder, once given time to go."""
        deadline = time.monotonic() + 5
        while processes_with(str(self.state)) and time.monotonic() < deadline:
            time.sleep(0.05)
        return processes_with(str(self.state))


def cells_of(done):
    """The cells that `run --json` printed."""
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    return [item for item in objects if item["kind"] == "cell"]


__all__ = ["BIN", "CACHE", "FarmTest", "OOPSFARM", "ROOT", "cells_of", "git",
           "json", "os", "pathlib", "processes_with", "shutil", "signal",
           "subprocess", "time", "unittest"]
