# SPDX-License-Identifier: GPL-2.0-or-later
"""`oopsfarm triage` on logs as people have them."""

import gzip
import lzma

import hostile
from farm import *  # noqa: F403

GOLDEN = ROOT / "tests/golden/triage"
KASAN = GOLDEN / "kasan-uaf.log"


class Triage(FarmTest):
    def triage(self, *args, code=0, **options):
        done = subprocess.run([str(OOPSFARM), "triage", *map(str, args)],
                              capture_output=True, timeout=60, **options)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout.decode(), done.stderr.decode()

    def objects(self, *args, **options):
        out, _ = self.triage("--json", *args, **options)
        return [json.loads(line) for line in out.splitlines()]

    def test_names_the_crash(self):
        out, _ = self.triage(KASAN, code=1)
        self.assertIn("KASAN: use-after-free Read in farm_unmap_range", out)
        self.assertIn("signature ", out)
        self.assertNotIn("\x1b", out)

    def test_several_files_in_their_order(self):
        found = self.objects(GOLDEN / "benign.log", KASAN, code=1)
        self.assertEqual([len(item["crashes"]) for item in found], [0, 1])
        self.assertEqual(found[1]["file"], str(KASAN))

    def test_json_has_the_contracts_keys(self):
        crash = self.objects(KASAN, code=1)[0]["crashes"][0]
        for key in ("title", "alt_titles", "type", "frame", "corrupted", "arch",
                    "signature", "first_line", "last_line"):
            self.assertIn(key, crash)
        self.assertEqual(crash["first_line"], 2)

    def test_oom_kills_are_no_crash(self):
        found = self.objects(GOLDEN / "oom-only.log")[0]
        self.assertEqual(found["crashes"], [])
        self.assertGreater(len(found["oom_kills"]), 0)
        self.assertIn("pid", found["oom_kills"][0])

    def test_standard_input_and_packed_logs_give_the_same(self):
        plain = self.objects(KASAN, code=1)[0]["crashes"]
        text = KASAN.read_bytes()
        self.write("log.gz", gzip.compress(text))
        self.write("log.xz", lzma.compress(text))
        for name in ("log.gz", "log.xz"):
            found = self.objects(self.scratch / name, code=1)
            self.assertEqual(found[0]["crashes"], plain)
        self.assertEqual(self.objects("-", code=1, input=text)[0]["crashes"],
                         plain)

    def test_streams_of_a_hostile_guest(self):
        for name, chunks, crash, lines in hostile.streams(16 << 20, 2000000):
            with self.subTest(name):
                wrong, memory, _ = hostile.check(OOPSFARM, chunks, crash, lines)
                self.assertEqual(wrong, "")
                self.assertLess(memory, 48)

    def test_stack_and_code_are_printed_on_request(self):
        log = GOLDEN / "x86-bug.log"
        plain, _ = self.triage(log, code=1)
        self.assertNotIn("ud2", plain)
        out, _ = self.triage("--stack", log, code=1)
        self.assertRegex(out, r"at farm_exit_mmap\+0x[0-9a-f]+\n")
        self.assertRegex(out, r"-> +\+0  ud2")
        crash = self.objects("--stack", log, code=1)[0]["crashes"][0]
        self.assertEqual(crash["stack"][0]["places"], [])
        self.assertIn({"offset": 0, "text": "ud2"}, crash["code"])

    def test_another_kernels_vmlinux_is_refused(self):
        # Both are ELF with debug information, or none; neither is the log's.
        source = self.write("exit.c", "int farm_exit_mmap(int a) "
                                      "{ return a + 1; }\n")
        other = self.scratch / "vmlinux"
        subprocess.run(["gcc", "-g", "-c", "-o", str(other), str(source)],
                       check=True)
        out, err = self.triage("--vmlinux", other, GOLDEN / "x86-bug.log",
                               code=2)
        self.assertEqual(out, "")
        self.assertIn("another kernel's", err)
        _, err = self.triage("--vmlinux", KASAN, KASAN, code=2)
        self.assertIn("is no ELF file", err)

    def test_an_unreadable_file_is_named_and_the_others_read(self):
        out, err = self.triage(self.scratch / "none.log", KASAN, code=2)
        self.assertIn("none.log", err)
        self.assertIn("farm_unmap_range", out)

    def test_bytes_of_any_kind_are_taken(self):
        path = self.write("junk.log", bytes(range(256)) * 4096)
        out, _ = self.triage(path)
        self.assertIn("no crash", out)

    def test_a_line_without_an_end_takes_bounded_memory(self):
        limit = 256 << 20

        def bounded():
            import resource
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

        with subprocess.Popen(["head", "-c", str(1 << 30), "/dev/zero"],
                              stdout=subprocess.PIPE) as source:
            done = subprocess.run([str(OOPSFARM), "triage", "-"],
                                  stdin=source.stdout, capture_output=True,
                                  timeout=120, preexec_fn=bounded)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_no_file(self):
        done = self.farm("triage")
        self.assert_refused(done, 2)


if __name__ == "__main__":
    unittest.main()
