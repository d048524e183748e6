#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Drives oopsfarmd and the verbs that talk to it. Needs no guest: jobs end at
their series or in a kernel build that can't succeed."""

import json
import os
import signal
import socket
import stat
import subprocess
import time
import unittest

from farm import BIN, FarmTest, processes_with


class DaemonTest(FarmTest):
    def setUp(self):
        super().setUp()
        self.daemons = []

    def tearDown(self):
        for daemon in self.daemons:
            if daemon.poll() is None:
                daemon.kill()
            daemon.communicate()
        for pid in processes_with(str(self.state)):
            os.kill(pid, signal.SIGKILL)

    def daemon(self, **options):
        """Starts a daemon and waits until it answers."""
        with open(self.scratch / "daemon.log", "a") as log:
            daemon = subprocess.Popen(
                [str(BIN / "oopsfarmd"), "--state", str(self.state)],
                stdout=subprocess.DEVNULL, stderr=log,
                stdin=subprocess.DEVNULL, **options)
        self.daemons.append(daemon)
        self.wait(lambda: self.farm("status").returncode == 0, daemon)
        return daemon

    def log(self):
        return (self.scratch / "daemon.log").read_text()

    def wait(self, condition, daemon=None, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            if daemon is not None:
                self.assertIsNone(daemon.poll(), self.log())
            self.assertLess(time.monotonic(), end, self.log())
            time.sleep(0.05)

    def submit(self, job, *args):
        done = self.farm("submit", job, *args)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def state_of(self, job):
        done = self.farm("status", job, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["state"]

    def broken_job(self):
        """A job whose series does not apply: over in a moment."""
        self.write("series/0001.patch",
                   """\
                   From: A <a@example.org>
                   Subject: [PATCH] mm: change what is not there

                   ---
                   diff --git a/mm/oom_kill.c b/mm/oom_kill.c
                   --- a/mm/oom_kill.c
                   +++ b/mm/oom_kill.c
                   @@ -1,3 +1,3 @@
                    not there
                   -neither
                   +but this
                    nor here
                   """)
        return self.job(series="[series]")

    def raw(self, data, timeout=30):
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(timeout)
            line.connect(str(self.state / "socket"))
            line.sendall(data)
            line.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := line.recv(65536):
                answer += piece
            return answer


class Verbs(DaemonTest):
    def test_without_a_daemon_the_verbs_say_how_to_start_one(self):
        self.tiny_tree()
        for verb in (["submit", self.job()], ["status"],
                     ["cancel", "20261121T101500-3fa9c2"]):
            done = self.farm(*verb)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("oopsfarmd", done.stderr)
            self.assertIn("oopsfarm run", done.stderr)

    def test_job_goes_all_the_way(self):
        self.tiny_tree()
        self.daemon()
        done = self.farm("submit", "--wait", self.broken_job())
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("apply", done.stdout)
        jobs = self.farm("status", "--all", "--json").stdout.splitlines()
        self.assertEqual(len(jobs), 1)
        job = json.loads(jobs[0])
        self.assertEqual((job["state"], job["exit_code"]), ("ended", 2))
        report = self.farm("report", job["id"])
        self.assertEqual(report.returncode, 2)
        self.assertEqual(report.stdout, done.stdout)
        cell = json.loads(
            self.farm("report", job["id"], "--json").stdout.splitlines()[-1])
        self.assertEqual(cell["verdict"], "apply-failed")
        again = self.farm("retry", job["id"], "--wait")
        self.assertEqual(again.returncode, 2, again.stderr)
        self.assertIn(job["id"], self.farm("status", "--all").stdout)
        self.assertIn("nothing to do", self.farm("status").stdout)

    def test_bad_input_is_refused_in_the_words_of_run(self):
        self.tiny_tree()
        self.daemon()
        job = self.job(tragets="[x86_64]")
        done = self.farm("submit", job)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"job\.yaml:\d+:1: .*tragets")
        gone = self.job(tree="no-such-tree")
        job = self.submit(gone)
        self.wait(lambda: self.state_of(job) == "failed")
        done = self.farm("report", job)
        self.assertEqual(done.returncode, 2)
        self.assertIn("unknown tree 'no-such-tree'", done.stderr)
        for verb in ("cancel", "retry", "report", "status"):
            done = self.farm(verb, "../../etc")
            self.assertEqual(done.returncode, 2, verb)
            self.assertIn("no job's id", done.stderr)
        done = self.farm("cancel", "20261121T101500-3fa9c2")
        self.assertIn("there is no job", done.stderr)

    def test_two_daemons_do_not_share_a_farm(self):
        self.daemon()
        second = subprocess.run(
            [str(BIN / "oopsfarmd"), "--state", str(self.state)],
            capture_output=True, text=True, timeout=60)
        self.assertEqual(second.returncode, 2)
        self.assertIn("in use by another process", second.stderr)
        done = self.farm("run", self.job())
        self.assertEqual(done.returncode, 2)
        self.assertEqual(self.farm("status").returncode, 0)


class Doors(DaemonTest):
    def test_socket_is_for_owner_and_group(self):
        daemon = self.daemon()
        mode = os.stat(self.state / "socket").st_mode
        self.assertTrue(stat.S_ISSOCK(mode))
        self.assertEqual(stat.S_IMODE(mode), 0o660)
        daemon.terminate()
        self.assertEqual(daemon.wait(30), 0, self.log())
        self.assertFalse((self.state / "socket").exists())

    def test_bad_requests_do_nothing_and_others_are_served(self):
        daemon = self.daemon()
        slow = []
        for _ in range(300):  # more than there are connections
            line = socket.socket(socket.AF_UNIX)
            line.setblocking(False)
            try:
                line.connect(str(self.state / "socket"))
                line.send(b"GET /v1/jobs HTTP/1.1\r\nHost:")
                slow.append(line)
            except BlockingIOError:
                line.close()
        self.assertGreater(len(slow), 200)
        for line in slow:
            line.close()
        for request, status in (
                (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                 b"404"),
                (b"GET /v1/jobs/../../farm.db HTTP/1.1\r\nHost: a\r\n"
                 b"Connection: close\r\n\r\n", b"404"),
                (b"BREW /v1/jobs HTTP/1.1\r\nHost: a\r\n"
                 b"Connection: close\r\n\r\n", b"405"),
                (b"POST /v1/jobs HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
                 b"Connection: close\r\n\r\n[1]", b"400"),
                (b"POST /v1/jobs HTTP/1.1\r\nHost: a\r\n"
                 b"Content-Length: 99999999999999999999\r\n\r\n", b"4")):
            answer = self.raw(request)
            self.assertTrue(answer.startswith(b"HTTP/1.1 " + status),
                            (request, answer[:200]))
        self.assertEqual(self.farm("status", "--all", "--json").stdout, "")
        self.assertIsNone(daemon.poll())

    def test_body_over_the_limit_costs_no_memory(self):
        daemon = self.daemon()
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(60)
            line.connect(str(self.state / "socket"))
            size = 200 << 20
            line.sendall(b"POST /v1/jobs HTTP/1.1\r\nHost: a\r\n"
                         b"Content-Length: %d\r\n\r\n" % size)
            piece = b"x" * (1 << 20)
            try:
                for _ in range(size >> 20):
                    line.sendall(piece)
            except OSError:
                pass  # it may hang up before all of it was said
            try:
                answer = line.recv(4096)
            except ConnectionError:
                answer = b"HTTP/1.1 413"
        self.assertTrue(answer.startswith(b"HTTP/1.1 413"), answer)
        with open(f"/proc/{daemon.pid}/status") as status:
            peak = next(int(line.split()[1]) for line in status
                        if line.startswith("VmHWM"))
        self.assertLess(peak, 60 << 10)  # KiB
        self.assertEqual(self.farm("status").returncode, 0)


class Killed(DaemonTest):
    def test_killed_daemon_loses_no_job(self):
        self.tiny_tree()
        jobs = []
        daemon = self.daemon()
        job = self.broken_job()
        for _ in range(6):
            jobs.append(self.submit(job))
            daemon.kill()
            daemon.wait()
            daemon = self.daemon()
        for job in jobs:
            self.wait(lambda: self.state_of(job) == "ended", daemon)
        listed = self.farm("status", "--all", "--json").stdout.splitlines()
        self.assertEqual(sorted(json.loads(line)["id"] for line in listed),
                         sorted(jobs))
        self.assertEqual(len(list((self.state / "jobs").iterdir())),
                         len(jobs))


class Reloaded(DaemonTest):
    def test_sighup_reads_settings_anew_and_refuses_broken_ones(self):
        self.tiny_tree()
        daemon = self.daemon()
        settings = self.state / "farm.yaml"
        settings.write_text("listen: nonsense\n")
        daemon.send_signal(signal.SIGHUP)
        self.wait(lambda: "stay as they were" in self.log(), daemon)
        self.assertEqual(self.farm("status").returncode, 0)
        settings.write_text("listen: 127.0.0.1:0\n")
        daemon.send_signal(signal.SIGHUP)
        self.wait(lambda: "ready at http://127.0.0.1:" in self.log(), daemon)
        self.assertEqual(self.farm("status").returncode, 0)
        daemon.terminate()
        self.assertEqual(daemon.wait(30), 0, self.log())
        self.assert_nothing_left()

    def test_log_is_json_where_that_is_asked_for(self):
        done = subprocess.run(
            [str(BIN / "oopsfarmd"), "--state", str(self.state), "--log-json",
             "--config", str(self.scratch / "no\n\"such.yaml")],
            capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 2)
        line = json.loads(done.stderr.splitlines()[-1])
        self.assertEqual(line["level"], "error")
        self.assertIn("such.yaml", line["message"])


class Collected(DaemonTest):
    def test_gc_wants_to_know_what_may_go_and_needs_the_farm_to_itself(self):
        done = self.farm("gc")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--max-age", done.stderr)
        kernel = self.state / "kernels/k1"
        kernel.mkdir(parents=True)
        for name in ("outcome.json", "vmlinux"):
            (kernel / name).write_text("{}")
        for path in (*kernel.iterdir(), kernel):
            os.utime(path, (1e9, 1e9))
        asked = ["gc", "--max-age", "30d", "--json"]
        shown = json.loads(self.farm(*asked, "--dry-run").stdout)
        self.assertEqual((shown["what"], shown["bytes"]), ("kernel", 4))
        self.assertTrue(kernel.exists())
        daemon = self.daemon()
        self.assert_in_use(self.farm(*asked))
        daemon.terminate()
        daemon.wait(30)
        kernel.mkdir(exist_ok=True)
        self.assertEqual(self.farm(*asked).returncode, 0)
        self.assertFalse(kernel.exists())
        self.assertFalse((self.state / "trash").exists())

    def assert_in_use(self, done):
        self.assertEqual(done.returncode, 2)
        self.assertIn("in use by another process", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
