# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs that are not ours: what is refused before anything is built, and what
the guest's side makes of a program that goes wrong (in a chroot, not a guest).
"""

from farm import *  # noqa: F403

COMPILERS = {"x86_64": "x86_64-linux-gnu-gcc",
             "ppc64le": "powerpc64le-linux-gnu-gcc"}


def build(source, place, arch="x86_64", *flags):
    """A static program of tests/programs/."""
    subprocess.run([COMPILERS[arch], "-O1", "-static", *flags, "-o", place,
                    ROOT / "tests/programs" / source], check=True)
    return place


class Refused(FarmTest):
    """Bad programs are said before any kernel is built."""

    def setUp(self):
        super().setUp()
        self.tiny_tree()

    def refuse(self, request, *words, targets="[x86_64]"):
        job = self.job(workloads=f"[{request}]", targets=targets)
        done = self.farm("run", job)
        self.assert_refused(done, 2, "job.yaml:", *words)
        self.assertFalse((self.state / "kernels").exists())

    def test_missing(self):
        self.refuse("{name: exec, run: ./nope}", "/nope is not there",
                    "job.yaml:6:")

    def test_no_run(self):
        self.refuse("exec", "needs to know what to run")
        self.refuse("{name: exec}", "needs the key 'run'")

    def test_dynamic(self):
        subprocess.run([COMPILERS["x86_64"], "-o", self.scratch / "p",
                        ROOT / "tests/programs/misbehave.c"], check=True)
        self.refuse("{name: exec, run: p}", "linked dynamically", "-static")

    def test_other_architecture(self):
        build("misbehave.c", self.scratch / "p")
        self.refuse("{name: exec, run: p}", "is a program for x86_64",
                    "$ARCH", targets="[x86_64, ppc64le-radix]")

    def test_interpreter_that_guests_lack(self):
        self.write("t.py", "#!/usr/bin/python3\n")
        self.refuse("{name: exec, run: t.py}", "needs /usr/bin/python3")

    def test_no_program_at_all(self):
        self.write("t.txt", "hello\n")
        self.refuse("{name: exec, run: t.txt}", "neither an ELF program")

    def test_too_large(self):
        place = build("misbehave.c", self.scratch / "p")
        with open(place, "ab") as file:
            file.truncate(200 << 20)
        self.refuse("{name: exec, run: p}", "is too large (200.0 MiB)")

    def test_selftest_without_a_collection(self):
        self.refuse("{name: kselftest, run: mlock2-tests}",
                    "COLLECTION:PROGRAM")

    def test_selftest_that_the_tree_lacks(self):
        self.refuse("{name: kselftest, run: 'vm:mlock2-tests'}",
                    "the tree has no tools/testing/selftests/")


class Natively(FarmTest):
    """The guest's own program with the list that a host would pack, in a
    chroot: what reaches serial 1."""

    def setUp(self):
        super().setUp()
        self.root = self.scratch / "root"
        self.root.mkdir()
        image = BIN.parent / "share/oopsfarm/initramfs-x86_64.cpio.gz"
        subprocess.run(f"zcat '{image}' | cpio -id --quiet", shell=True,
                       check=True, cwd=self.root)
        (self.root / "payload").mkdir()
        build("misbehave.c", self.root / "payload/p")

    def relayed(self, *args, duration=5):
        """Serial 1's lines."""
        fields = ["p", "/payload/p", "0", str(len(args)), *args]
        (self.root / "payload/list").write_text(
            "".join(field + "\0" for field in fields))
        ktap = self.scratch / "ktap"
        script = (f"mount -t proc proc '{self.root}/proc' && "
                  f"mount --rbind /dev '{self.root}/dev' && "
                  f"chroot '{self.root}' /workloads/exec 7 "
                  f"duration={duration} 3>'{ktap}'; echo $?")
        mine = [] if os.geteuid() == 0 else ["--map-root-user"]
        done = subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", *mine,
             "sh", "-c", script], capture_output=True, timeout=120)
        self.assertEqual(done.stdout.strip(), b"0", done.stderr)
        return ktap.read_bytes().decode(errors="replace").splitlines()

    def test_output_is_indented_below_one_result(self):
        lines = self.relayed("good")
        self.assertIn("1..1", lines)
        self.assertIn("  ok 1 alpha", lines)
        self.assertIn("      ok 1 nested deeper", lines)
        self.assertIn("  # stderr: a remark", lines)
        self.assertIn("ok 1 - p", [line.rstrip() for line in lines])

    def test_exit_status_and_signal_are_told(self):
        self.assertIn("not ok 1 - p # exit status 3", self.relayed("3"))
        self.assertIn("ok 1 - p # SKIP exit status 4", self.relayed("4"))
        self.assertIn(
            "not ok 1 - p # killed by signal 11 (Segmentation fault)",
            self.relayed("crash"))

    def test_half_a_result_is_marked(self):
        self.assertIn("  # oopsfarm.half: ok 2 be", self.relayed("half-line"))

    def test_time_is_kept(self):
        began = time.monotonic()
        self.assertIn("not ok 1 - p # over its time of 1 s",
                      self.relayed("hang", duration=1))
        self.assertLess(time.monotonic() - began, 30)

    def test_floods_are_cut_and_told(self):
        lines = self.relayed("flood", duration=1)
        self.assertLess(len(lines), 1100)
        self.assertRegex("\n".join(lines), "# oopsfarm.flood: [0-9]+ KTAP")

    def test_talk_is_cut_and_results_are_kept(self):
        lines = self.relayed("chatter", duration=60)
        self.assertLess(len(lines), 600)
        self.assertIn("  ok 1 said it all", lines)
        self.assertRegex("\n".join(lines), "# [0-9]+ lines of output were left")

    def test_garbage_stays_below_its_result(self):
        lines = self.relayed("garbage")
        top = [line for line in lines if not line.startswith("  ")]
        self.assertRegex("\n".join(top), "(?m)^ok 1 - p")
        for line in top:
            self.assertRegex(line, "^(# [a-z_.]+: |1\\.\\.1$|ok 1 - p)")

    def test_children_left_behind_are_ended(self):
        began = time.monotonic()
        lines = self.relayed("leave-children", duration=60)
        self.assertIn("ok 1 - p", [line.rstrip() for line in lines])
        self.assertLess(time.monotonic() - began, 30)
        left = [line for line in lines if line.startswith("# left_behind: ")]
        self.assertGreaterEqual(int(left[0].split()[-1]), 4)


if __name__ == "__main__":
    unittest.main(verbosity=2)
