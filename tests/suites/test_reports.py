#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Reports in all their forms through the real programs, read by other people's
parsers. Needs no guest: the job is a recorded one, or ends at its series."""

import email
import email.policy
import gzip
import html.parser
import json
import os
import re
import subprocess
import unittest
import xml.etree.ElementTree

from farm import OOPSFARM, ROOT, FarmTest
from test_daemon import DaemonTest

RECORDED = ROOT / "tests/golden/formats/job.jsonl"
FORMATS = {"text": "report.txt", "json": "report.jsonl", "mail": "report.eml",
           "junit": "junit.xml", "ktap": "report.ktap", "kcidb": "kcidb.json",
           "html": "report.html"}


def read_mail(text):
    # From bytes: of a string, 8bit bodies come out escaped.
    return email.message_from_bytes(text.encode(),
                                    policy=email.policy.default)


class Page(html.parser.HTMLParser):
    """Collects what an HTML file asks the outside for, and its text."""

    def __init__(self, text):
        super().__init__()
        self.outside = []
        self.words = ""
        self.tags = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        for name, value in attributes:
            if name in ("src", "href", "srcset", "data", "action") \
                    and not (value or "").startswith("#"):
                self.outside.append((tag, name, value))
            if name.startswith("on"):
                self.outside.append((tag, name, value))

    def handle_data(self, data):
        self.words += data


def ktap_results(text):
    """The result lines, after a check that every level's plan is kept."""
    results, levels = [], []
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip(" "))
        words = line.strip()
        if words == "KTAP version 1":
            levels = [level for level in levels if level["depth"] < depth]
            levels.append({"depth": depth, "plan": None, "seen": 0})
        elif plan := re.fullmatch(r"1\.\.(\d+)", words):
            assert levels[-1]["plan"] is None, text
            levels[-1]["plan"] = int(plan[1])
        elif result := re.match(r"(not )?ok (\d+) (.+)", words):
            while levels[-1]["depth"] > depth:
                level = levels.pop()
                assert level["plan"] == level["seen"], text
            levels[-1]["seen"] += 1
            assert int(result[2]) == levels[-1]["seen"], text
            results.append(words)
        else:
            assert words.startswith("#"), line
    assert levels[0]["plan"] == levels[0]["seen"], text
    return results


class Forms(FarmTest):
    """`oopsfarm report --from` on a recorded job."""

    def report(self, *args, code=1, source=RECORDED):
        done = self.farm("report", "--from", source, *args)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout

    def test_text_is_the_table_of_run(self):
        text = self.report()
        self.assertIn("kernel BUG in exit_mmap", text)
        self.assertIn("oopsfarm reproducer 20261121T101507-a51100", text)
        self.assertNotIn("\x1b", text)

    def test_json_is_what_was_read(self):
        self.assertEqual(self.report("--json"), RECORDED.read_text())
        self.assertEqual(self.report("--format", "json"),
                         RECORDED.read_text())

    def test_mail_is_a_reply_to_the_series(self):
        mail = read_mail(self.report("--format", "mail"))
        self.assertEqual(mail.defects, [])
        self.assertEqual(mail["Subject"],
                         "Re: [PATCH v2 0/2] mm/oom_kill: reap sooner")
        self.assertEqual(mail["In-Reply-To"],
                         "<20261120.reap-v2-0@example.org>")
        self.assertEqual(mail["References"], mail["In-Reply-To"])
        self.assertEqual(mail["To"].addresses[0].display_name, "Ann Ängström")
        self.assertEqual(mail["To"].addresses[0].addr_spec, "ann@example.org")
        self.assertIsNotNone(mail["Date"].datetime)
        self.assertEqual(mail.get_content_type(), "text/plain")
        for line in mail.get_content().splitlines():
            self.assertLessEqual(len(line), 72, line)

    def test_junit_is_xml_whose_sums_are_right(self):
        root = xml.etree.ElementTree.fromstring(
            self.report("--format", "junit"))
        self.assertEqual(root.tag, "testsuites")
        for name, tag in (("tests", "testcase"), ("failures", "failure"),
                          ("errors", "error"), ("skipped", "skipped")):
            self.assertEqual(int(root.get(name)),
                             len(list(root.iter(tag))), name)
            for suite in root.iter("testsuite"):
                self.assertEqual(int(suite.get(name)),
                                 len(list(suite.iter(tag))), name)
        crash = [f for f in root.iter("failure") if f.get("type") == "crash"]
        self.assertEqual(crash[0].get("message"), "kernel BUG in exit_mmap")

    def test_ktap_keeps_its_plans(self):
        results = ktap_results(self.report("--format", "ktap"))
        self.assertIn("not ok 1 memcg", results)
        self.assertTrue([r for r in results if "# XFAIL the base has" in r])

    def test_kcidb_is_json_whose_ids_lead_somewhere(self):
        data = json.loads(self.report("--format", "kcidb"))
        self.assertEqual(data["version"]["major"], 4)
        checkouts = {c["id"] for c in data["checkouts"]}
        builds = {b["id"] for b in data["builds"]}
        self.assertTrue(builds and data["tests"])
        self.assertLessEqual({b["checkout_id"] for b in data["builds"]},
                             checkouts)
        self.assertLessEqual({t["build_id"] for t in data["tests"]}, builds)

    def test_html_stands_alone(self):
        page = Page(self.report("--format", "html"))
        self.assertEqual(page.outside, [])
        self.assertNotIn("script", page.tags)
        self.assertLessEqual({"svg", "table", "style", "pre"}, page.tags)
        self.assertIn("kernel BUG in exit_mmap", page.words)

    def test_hostile_text_stays_text(self):
        lines = [json.loads(line) for line in
                 RECORDED.read_text().splitlines()]
        evil = "<script>x</script>]]>\r\nBcc: e@x.org\r\n\r\n\x1b[2J\x00&\"'"

        def spoil(item):
            if isinstance(item, dict):
                return {key: value if key in ("kind", "verdict", "arch")
                        else spoil(value) for key, value in item.items()}
            if isinstance(item, list):
                return [spoil(value) for value in item]
            return item + evil if isinstance(item, str) else item

        source = self.write("evil.jsonl", "".join(
            json.dumps(spoil(line)) + "\n" for line in lines))
        xml.etree.ElementTree.fromstring(
            self.report("--format", "junit", source=source))
        page = Page(self.report("--format", "html", source=source))
        self.assertNotIn("script", page.tags)
        self.assertEqual(page.outside, [])
        mail = read_mail(self.report("--format", "mail", source=source))
        self.assertIsNone(mail["Bcc"])
        self.assertIsNone(mail["In-Reply-To"])
        ktap_results(self.report("--format", "ktap", source=source))
        for form in FORMATS:
            if form != "json":
                text = self.report("--format", form, source=source)
                self.assertNotIn("\x1b", text, form)

    def test_standard_input_and_packed_files(self):
        packed = self.scratch / "job.jsonl.gz"
        packed.write_bytes(gzip.compress(RECORDED.read_bytes()))
        self.assertEqual(self.report("--json", source=packed),
                         RECORDED.read_text())
        with open(RECORDED) as stream:
            done = subprocess.run(
                [str(OOPSFARM), "--state", str(self.state), "report",
                 "--from", "-", "--format", "json"], stdin=stream,
                capture_output=True, text=True, timeout=60)
        self.assertEqual(done.stdout, RECORDED.read_text())

    def test_output_goes_to_a_file(self):
        out = self.scratch / "r.html"
        self.assertEqual(self.report("--format", "html", "-o", out), "")
        self.assertTrue(out.read_text().startswith("<!DOCTYPE html>"))

    def test_what_is_no_report_is_refused_with_its_line(self):
        broken = self.write("b.jsonl", '{"kind":"job","name":"j"}\nnot JSON\n')
        for source, words in ((broken, "line 2: not a JSON object"),
                              (self.write("e.jsonl", ""), "empty"),
                              (self.scratch / "none", "none")):
            done = self.farm("report", "--from", source, "--format", "html")
            self.assert_refused(done, 2, words)
        for args in (["report"],
                     ["report", "--from", RECORDED, "20261121T101500-3fa9c2"],
                     ["report", "--from", RECORDED, "--format", "pdf"]):
            self.assert_refused(self.farm(*args), 2, "report --help")


class Sending(FarmTest):
    def setUp(self):
        super().setUp()
        self.sent = self.scratch / "sent"
        self.sendmail = self.write("sendmail", f"""\
            #!/bin/sh
            for word in "$@"; do echo "$word" >> "{self.sent}"; done
            cat >> "{self.sent}"
            exit ${{SENDMAIL_CODE:-0}}
            """)
        self.sendmail.chmod(0o755)

    def config(self, extra=""):
        return self.write("farm.yaml", f"""\
            mail:
              sendmail: {self.sendmail}
              from: Farm <farm@example.org>
              to: [Mm <linux-mm@example.org>, bob@example.org]
            {extra}
            """)

    def send(self, *args, **options):
        return self.farm(*args, "report", "--from", RECORDED, "--send",
                         **options)

    def test_nothing_is_sent_where_farm_yaml_does_not_say_so(self):
        done = self.send()
        self.assert_refused(done, 2, "mail.sendmail")
        config = self.write("farm.yaml", "mail: {from: a@b.org, to: [c@d.e]}\n")
        self.assert_refused(self.send("--config", config), 2, "mail.sendmail")

    def test_it_goes_to_whom_farm_yaml_names_and_to_nobody_else(self):
        done = self.send("--config", self.config())
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(done.stdout, "")
        words, _, mail = self.sent.read_text().partition("From: ")
        self.assertEqual(words.split(),
                         ["-i", "-f", "farm@example.org", "--",
                          "linux-mm@example.org", "bob@example.org"])
        mail = read_mail("From: " + mail)
        self.assertEqual([a.addr_spec for a in mail["To"].addresses],
                         ["linux-mm@example.org", "bob@example.org"])
        self.assertNotIn("ann@example.org", mail.as_string())

    def test_a_sendmail_that_fails_is_told(self):
        done = self.send("--config", self.config(),
                         env=dict(os.environ, SENDMAIL_CODE="75"))
        self.assert_refused(done, 3, "exit code 75")

    def test_settings_are_checked_with_line_and_column(self):
        config = self.write("farm.yaml", """\
            mail:
              sendmail: sendmail
              to: [nobody]
            """)
        self.assert_refused(self.send("--config", config), 2,
                            "farm.yaml:2:13: ", "farm.yaml:3:8: ")


class OwnJobs(DaemonTest):
    """Jobs that end at their series."""

    def check(self, name, text):
        """That the form is well-formed, and has the failure's words."""
        if name == "junit":
            xml.etree.ElementTree.fromstring(text)
        elif name == "kcidb":
            self.assertFalse(json.loads(text)["checkouts"][0]["valid"])
        elif name == "mail":
            text = read_mail(text).get_content().replace("\n", " ")
        elif name == "html":
            text = Page(text).words
        elif name == "ktap":
            ktap_results(text)
        self.assertIn("change what is not there", text, name)

    def test_run_writes_all_forms(self):
        self.tiny_tree()
        out = self.scratch / "a/b"
        done = self.farm("run", self.broken_job(), "--report-dir", out)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual({path.name for path in out.iterdir()},
                         set(FORMATS.values()))
        self.assertEqual((out / "report.txt").read_text(), done.stdout)
        for name, file in FORMATS.items():
            self.check(name, (out / file).read_text())

    def test_daemon_gives_all_forms(self):
        self.tiny_tree()
        self.daemon()
        done = self.farm("submit", "--wait", self.broken_job())
        self.assertEqual(done.returncode, 2, done.stderr)
        job = json.loads(self.farm("status", "--all", "--json").stdout)["id"]
        for name in FORMATS:
            done = self.farm("report", job, "--format", name)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.check(name, done.stdout)
            answer = self.raw(
                f"GET /v1/jobs/{job}/report?format={name} HTTP/1.0\r\n\r\n"
                .encode())
            head, _, body = answer.partition(b"\r\n\r\n")
            self.assertIn(b" 200 ", head.splitlines()[0] + b" ")
            self.check(name, body.decode())
        answer = self.raw(
            f"GET /v1/jobs/{job}/report?format=pdf HTTP/1.0\r\n\r\n".encode())
        self.assertIn(b" 400 ", answer.splitlines()[0] + b" ")


if __name__ == "__main__":
    unittest.main()
