# SPDX-License-Identifier: GPL-2.0-or-later
"""Console streams that no honest guest prints, of any size.

Each is followed by a real crash report: a reader that lost its count, its
memory or its wits on the way does not find it in its place. Used by
suites/test_triage.py (small) and bench/hostile (as large as they come).
"""

import itertools
import json
import os
import pathlib
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CRASH = (ROOT / "tests/golden/triage/kasan-uaf.log").read_bytes()
TITLE = "KASAN: use-after-free Read in farm_unmap_range"
LINE = 2  # of the crash in CRASH
CHUNK = 1 << 20
OOM_KILL = (b"[    1.000000] Memory cgroup out of memory: Killed process 77 "
            b"(hog) total-vm:4kB, anon-rss:4kB, file-rss:0kB, shmem-rss:0kB\n")


def repeated(piece, size):
    """`size` bytes of `piece` over and over, in chunks."""
    block = piece * (CHUNK // len(piece))
    for _ in range(size // len(block)):
        yield block
    yield (piece * (size % len(block) // len(piece) + 1))[:size % len(block)]


def streams(size, lines):
    """name, chunks, the crash report behind them, lines before that report
    (a newline stands between); of `size` bytes, or of `lines` lines."""
    bad_text = bytes(range(0x80, 0x100)) + b"\xc3(\xf0\x9f\n"
    with_nuls = b"".join(bytes([c, 0]) for c in CRASH)
    yield "one line", repeated(b"x", size), CRASH, 1
    yield "short lines", repeated(b"a\n", 2 * lines), CRASH, lines + 1
    yield "empty lines", repeated(b"\n", lines), CRASH, lines + 1
    yield "NUL bytes", repeated(b"\0", size), with_nuls, 1
    yield ("invalid UTF-8", repeated(bad_text, size // len(bad_text) *
                                     len(bad_text)),
           CRASH, size // len(bad_text) + 1)
    yield "escape sequences", repeated(b"\033[1m\033]0;", size), CRASH, 1
    yield ("OOM kills", repeated(OOM_KILL, size // len(OOM_KILL) *
                                 len(OOM_KILL)),
           CRASH, size // len(OOM_KILL) + 1)


def triage(program, chunks, timeout):
    """Pipes `chunks` into `oopsfarm triage --json -`: its object, its peak
    memory in MiB, its user time in seconds."""
    child = subprocess.Popen([str(program), "triage", "--json", "-"],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    deadline = time.monotonic() + timeout
    try:
        for chunk in chunks:
            child.stdin.write(chunk)
            if time.monotonic() > deadline:
                raise TimeoutError(f"triage took more than {timeout} s")
        child.stdin.close()
        out = child.stdout.read()
    except BaseException:
        child.kill()
        child.wait()
        raise
    finally:
        child.stdout.close()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 1:
        raise AssertionError(f"exit code {child.returncode}, not 1")
    return json.loads(out), usage.ru_maxrss / 1024, usage.ru_utime


def check(program, chunks, crash, lines, timeout=60):
    """Triages one of streams(): what is wrong ("" for nothing), peak memory
    in MiB, user time in seconds."""
    found, memory, seconds = triage(
        program, itertools.chain(chunks, [b"\n", crash]), timeout)
    got = [(item["title"], item["first_line"]) for item in found["crashes"]]
    wanted = [(TITLE, lines + LINE)]
    return ("" if got == wanted else f"{got}, not {wanted}", memory, seconds)


__all__ = ["check", "streams"]
