# SPDX-License-Identifier: GPL-2.0-or-later
"""What the benchmarks share: a farm whose kernels stand, and QEMU by hand.

They use the state folder of the guest tests ($OOPSFARM_TEST_CACHE/state), so
run those, or `ci/test`, first; and the release preset's programs.
"""

import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("OOPSFARM_BIN", ROOT / "build/release/bin"))
SHARE = BIN.parent / "share/oopsfarm"
CACHE = pathlib.Path(
    os.environ.get("OOPSFARM_TEST_CACHE",
                   pathlib.Path.home() / ".cache/oopsfarm-test"))
STATE = CACHE / "state"
TARGETS = ["x86_64", "ppc64le-radix", "ppc64le-hash"]
# The workloads that make the OOM killer kill.
KILLERS = ["memcg", "global", "mlock", "thp", "shared-mm", "mrelease",
           "hugetlb-shared", "notifier"]
QEMU = {"x86_64": "qemu-system-x86_64", "ppc64le": "qemu-system-ppc64"}

# The machine of images/targets/ on the shortest command line that has it.
BY_HAND = {
    "x86_64": ["-machine", "pc,accel=tcg,acpi=off,i8042=off,hpet=off,"
               "vmport=off,graphics=off",
               "-cpu", "qemu64", "-bios", "qboot.rom", "-nodefaults"],
    "ppc64le-radix": ["-machine", "pseries,accel=tcg,x-vof=on",
                      "-cpu", "power9", "-nodefaults"],
}
DEFAULTS = {
    "x86_64": [],
    "ppc64le-radix": ["-cpu", "power9"],
}


def job_file(folder, target, workload, **keys):
    """A job of one target on the base kernel alone."""
    lines = {"name": "bench", "tree": "linux-6.1", "base": "v6.1",
             "targets": f"[{target}]", "kconfigs": "[mm-debug]",
             "workloads": f"[{workload}]"}
    lines.update(keys)
    path = pathlib.Path(folder) / "job.yaml"
    path.write_text("".join(f"{k}: {v}\n" for k, v in lines.items()))
    return path


def farm_run(job, *options):
    """`oopsfarm run --json`: seconds from exec to verdict, and its objects."""
    begun = time.monotonic()
    done = subprocess.run(
        [str(BIN / "oopsfarm"), "--state", str(STATE), *options, "run",
         "--json", str(job)], capture_output=True, text=True)
    seconds = time.monotonic() - begun
    if done.returncode != 0:
        sys.exit(f"{job.read_text()}exit {done.returncode}\n"
                 f"{done.stdout}{done.stderr}")
    return seconds, [json.loads(line) for line in done.stdout.splitlines()]


def farm_cells(folder, job, guests, *options):
    """The cells of a job whose runs may fail, so many guests at a time."""
    config = pathlib.Path(folder) / "farm.yaml"
    config.write_text(f"parallel_guests: {guests}\n")
    done = subprocess.run(
        [str(BIN / "oopsfarm"), "--state", str(STATE), "--config", str(config),
         "run", "--json", str(job), *map(str, options)],
        capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"{job.read_text()}exit {done.returncode}\n"
                 f"{done.stdout}{done.stderr}")
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    return [item for item in objects if item["kind"] == "cell"]


CELL_HEADER = (f"{'workload':16} {'target':14} {'kills':>6} {'a second':>9}"
               "  teardown, ms: median, p99 (victims)")


def cell_row(workload, cell):
    """Prints what one cell's first run did; whether it passed or skipped. The
    time is the guest's own, from the workload's start to its end."""
    line = f"{workload:16} {cell['target']:14}"
    run = STATE / "runs" / cell["run_ids"][0]
    if cell["verdict"] == "pass":
        outcome = json.loads((run / "outcome.json").read_text())
        elapsed = int(outcome["facts"].get("elapsed_ms",
                                           outcome["guest_ms"])) / 1000
        line += f" {cell['kills']:6} {cell['kills'] / elapsed:9.1f}"
        if cell["teardown_us"]:
            times = cell["teardown_us"]
            line += (f" {times['median'] / 1000:10.1f} "
                     f"{times['p99'] / 1000:10.1f}  ({times['count']})")
    else:
        line += f" {cell['verdict']}: {cell['title']}  {run}"
    print(line, flush=True)
    return cell["verdict"] in ("pass", "skip")


def run_folder(objects):
    """The folder of the one run that these objects report."""
    cells = [item for item in objects if item["kind"] == "cell"]
    return STATE / "runs" / cells[0]["run_ids"][0]


def hand_argv(spec, cmdline, machine, folder):
    """QEMU's command line for the same kernel, initramfs and parameters."""
    target = spec["target"]
    return [QEMU[target["arch"]], *machine, "-display", "none",
            "-m", str(target["memory_mib"]), "-smp", str(target["vcpus"]),
            "-kernel", spec["vmlinux"], "-initrd", spec["initramfs"],
            "-append", cmdline, "-no-reboot",
            "-serial", f"file:{folder}/console", "-serial", f"file:{folder}/ktap"]


def cmdline_of(run):
    """The kernel's parameters as the farm gave them."""
    xml = (run / "domain.xml").read_text()
    text = re.search("<cmdline>(.*?)</cmdline>", xml, re.S).group(1)
    for code, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'),
                       ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(code, char)
    return text


def run_by_hand(argv):
    """Seconds until QEMU ends, and until init's first line on serial 1."""
    ktap = pathlib.Path(argv[-1].removeprefix("file:"))
    ktap.unlink(missing_ok=True)
    begun = time.monotonic()
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    first = None
    while process.poll() is None:
        if first is None and ktap.exists() and ktap.stat().st_size > 0:
            first = time.monotonic() - begun
        time.sleep(0.01)
    return time.monotonic() - begun, first


def row(name, ours, theirs, limit=None):
    """Prints one figure: two medians and their ratio, against its limit."""
    a, b = statistics.median(ours), statistics.median(theirs)
    fine = limit is None or a / b <= limit
    verdict = "" if limit is None else (
        f"  (at most {limit}) {'ok' if fine else 'OVER'}")
    print(f"{name:34} {a:8.2f} s {b:8.2f} s  {a / b:5.2f}{verdict}",
          flush=True)
    return fine


__all__ = ["BIN", "BY_HAND", "CACHE", "CELL_HEADER", "DEFAULTS", "KILLERS",
           "ROOT", "SHARE", "STATE", "TARGETS", "cell_row", "cmdline_of",
           "farm_cells", "farm_run", "hand_argv", "job_file", "json", "os",
           "pathlib", "row", "run_by_hand", "run_folder", "statistics",
           "subprocess", "sys", "tempfile", "time"]
