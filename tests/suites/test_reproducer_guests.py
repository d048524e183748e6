# SPDX-License-Identifier: GPL-2.0-or-later
"""A reproducer of a real guest's crash, run by QEMU alone: the same verdict."""

import re
import tarfile

from farm import *  # noqa: F403
from test_guests import GuestTest
from test_programs import build, COMPILERS


class Reproducers(GuestTest):
    """The crash is one that comes each time: a program asks the kernel for
    it. So its title must be the same, not only its kind."""

    def crash(self, target):
        """The crashed cell of a run on the target."""
        for arch in COMPILERS:
            build("misbehave.c", self.scratch / f"misbehave-{arch}", arch)
        job = self.job(tree="linux-6.1", base="v6.1", targets=f"[{target}]",
                       workloads="[{name: exec, run: misbehave-$ARCH, "
                                 "args: [panic], duration: 20s}]")
        done = self.run_job(job)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        cell = self.one_cell(done, "base")
        self.assertEqual(cell["verdict"], "crash", cell)
        return cell

    def unpack(self, run):
        """The archive's folder; the state folder is not needed any more."""
        archive = self.scratch / "r.tar.gz"
        made = self.farm("reproducer", run, "-o", archive)
        self.assertEqual(made.returncode, 0, made.stderr)
        with tarfile.open(archive) as tar:
            tar.extractall(self.scratch / "elsewhere")
        folder, = (self.scratch / "elsewhere").iterdir()
        self.assertEqual(folder.name, f"oopsfarm-{run}")
        self.assertIn(f"sh {folder.name}/run.sh", made.stdout)
        return folder

    def see_again(self, target):
        cell = self.crash(target)
        folder = self.unpack(cell["run_id"])
        self.assertNotIn(str(self.state), (folder / "run.sh").read_text())
        again = subprocess.run(
            ["sh", str(folder / "run.sh")], cwd="/", timeout=900,
            env={"PATH": "/usr/bin:/bin"}, stdin=subprocess.DEVNULL,
            capture_output=True)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn(f"the farm saw: crash: {cell['title']}",
                      again.stderr.decode())
        self.assertIn(b"Linux version 6.1", again.stdout)
        judged = self.farm("triage", "--json", folder / "console.log")
        self.assertEqual(judged.returncode, 1, judged.stderr)
        crashes = json.loads(judged.stdout)["crashes"]
        self.assertEqual(crashes[0]["title"], cell["title"])
        self.assertEqual(crashes[0]["signature"], cell["signatures"][0])
        # The program ran, with its arguments, as the same workload and seed.
        ktap = (folder / "ktap.log").read_text(errors="replace")
        self.assertIn("# workload: exec\n", ktap)
        self.assertEqual(re.findall("# seed: .*", ktap),
                         re.findall("# seed: .*", (folder / "seen/ktap.log")
                                    .read_text(errors="replace")))
        self.assert_same_machine(folder)

    def assert_same_machine(self, folder):
        """What both consoles say of the machine is the same."""
        seen = []
        for log in ("console.log", "seen/console.log"):
            text = (folder / log).read_text(errors="replace")
            lines = re.findall(
                r"(ommand line: .*|smp: Brought up .*|Using .* machine desc.*"
                r"|Memory: \d+K/\d+K|serial8250: .*|CPU0: .*)", text)
            seen.append([line.rstrip() for line in lines])
        self.assertEqual(seen[0], seen[1])
        self.assertGreaterEqual(len(seen[0]), 2)

    def test_x86_64(self):
        self.see_again("x86_64")

    def test_powerpc_radix(self):
        self.see_again("ppc64le-radix")

    def test_powerpc_hash(self):
        if not os.environ.get("OOPSFARM_FULL"):
            self.skipTest("with ci/test --full")
        self.see_again("ppc64le-hash")


if __name__ == "__main__":
    unittest.main(verbosity=2)
