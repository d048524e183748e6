#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds the daemon against docs/openapi.yaml: every operation is asked, every
answer has to be described there, and over TCP every operation wants a token
where the file says so. Needs no guest."""

import base64
import http.client
import json
import re
import unittest

import yaml

from farm import ROOT
from test_daemon import DaemonTest

SPEC = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool,
         "integer": int}
NO_JOB = "20200101T000000-000000"


def resolve(node):
    """What a $ref points at; anything else is itself."""
    while "$ref" in node:
        place = SPEC
        for part in node["$ref"].removeprefix("#/").split("/"):
            place = place[part]
        node = place
    return node


def complaints(value, schema, where="$"):
    """What is wrong with a value: JSON Schema, as far as the file uses it."""
    schema = resolve(schema)
    if value is None and schema.get("nullable"):
        return []
    if "oneOf" in schema:
        return min((complaints(value, one, where) for one in schema["oneOf"]),
                   key=len)
    wanted = TYPES.get(schema.get("type"))
    is_bool = isinstance(value, bool)
    if wanted and (not isinstance(value, wanted) or
                   is_bool != (wanted is bool)):
        return [f"{where}: {value!r} is no {schema['type']}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where}: {value!r} is none of {schema['enum']}"]
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return [f"{where}: {value!r} does not match {schema['pattern']}"]
    found = []
    if isinstance(value, dict):
        known = schema.get("properties", {})
        found += [f"{where}: lacks {key}" for key in schema.get("required", [])
                  if key not in value]
        for key, item in value.items():
            if key in known:
                found += complaints(item, known[key], f"{where}.{key}")
            elif known:
                found.append(f"{where}: {key} is not described")
    if isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            found += complaints(item, schema["items"], f"{where}[{number}]")
    return found


def operations():
    for path, methods in SPEC["paths"].items():
        for method in ("get", "post", "put", "delete"):
            if method in methods:
                yield path, method.upper(), methods[method]


class OpenApi(DaemonTest):
    def setUp(self):
        super().setUp()
        self.tiny_tree()
        (self.state / "farm.yaml").write_text("listen: 127.0.0.1:0\n")
        self.tokens = {name: self.farm("token", "add", name, "--role", role)
                       .stdout.strip()
                       for name, role in (("alice", "submit"),
                                          ("bob", "submit"),
                                          ("root", "admin"))}
        self.process = self.daemon()
        self.port = int(re.search(r"http://127\.0\.0\.1:(\d+)",
                                  self.log()).group(1))
        self.seen = set()

    def ask(self, method, path, body=None, token="alice"):
        """Asks over TCP; the answer must be one that the file describes."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {}
        if token:
            headers["Authorization"] = f"Bearer {self.tokens.get(token, token)}"
        line.request(method, path, body, headers)
        answer = line.getresponse()
        text = answer.read()
        line.close()
        described = self.operation(method, path)
        if described:
            self.check(described, method, answer, text)
        return answer.status, text.decode(errors="replace")

    def operation(self, method, path):
        for template, name, operation in operations():
            form = re.sub(r"\\\{\w+\\\}|\{\w+\}", "[^/]+", template)
            if name == method and re.fullmatch(form, path.split("?")[0]):
                return operation
        return None

    def check(self, operation, method, answer, text):
        name = operation["operationId"]
        self.assertIn(str(answer.status), operation["responses"],
                      f"{name}: {text[:300]}")
        response = resolve(operation["responses"][str(answer.status)])
        kind = answer.headers["Content-Type"].split(";")[0]
        self.assertIn(kind, response["content"], name)
        schema = response["content"][kind]["schema"]
        if kind == "application/octet-stream":
            values = []
        elif kind == "application/json":
            values = [json.loads(text)]
        elif kind == "application/x-ndjson":
            values = [json.loads(line) for line in text.splitlines()]
        else:
            values = [text.decode()]
        for value in values:
            if set(schema) == {"type", "required"}:
                self.assertLessEqual(set(schema["required"]), set(value))
            else:
                self.assertEqual(complaints(value, schema), [], name)
        self.seen.add((name, answer.status))

    def submission(self, **changes):
        """A job whose series does not apply."""
        job = self.broken_job()
        files = [job, self.scratch / "series/0001.patch"]
        body = {"file": "job.yaml",
                "files": [{"path": str(file.relative_to(self.scratch)),
                           "base64": base64.b64encode(file.read_bytes())
                           .decode()} for file in files]}
        body.update(changes)
        schema = SPEC["components"]["schemas"]["Submission"]
        if not changes:
            self.assertEqual(complaints(body, schema), [])
        return json.dumps(body)

    def test_every_operation_is_as_described(self):
        status, text = self.ask("POST", "/v1/jobs", self.submission())
        self.assertEqual(status, 201, text)
        job = json.loads(text)
        self.assertEqual(job["owner"], "alice")
        path = "/v1/jobs/" + job["id"]
        self.wait(lambda: self.ask("GET", path)[1].count('"ended"'))
        for ask in (("GET", "/healthz"), ("GET", "/metrics"),
                    ("GET", "/v1/jobs"), ("GET", "/v1/jobs?all&limit=3"),
                    ("GET", path + "/report"),
                    ("GET", path + "/report?format=json"),
                    ("GET", path + "/runs")):
            self.assertEqual(self.ask(*ask)[0], 200, ask)
        self.assertEqual(self.ask("POST", path + "/retry")[0], 201)
        self.assertEqual(self.ask("POST", path + "/cancel")[0], 409)
        run = f"/v1/runs/{NO_JOB}"
        (self.state / "runs" / NO_JOB).mkdir(parents=True)
        (self.state / "runs" / NO_JOB / "console.log").write_bytes(b"\xff\0x")
        self.assertEqual(self.ask("GET", run + "/console?offset=2")[1], "x")
        for status, *ask in ((400, "GET", "/v1/jobs?limit=x"),
                             (400, "POST", "/v1/jobs", "{}"),
                             (400, "POST", "/v1/jobs",
                              self.submission(surprise=1)),
                             (403, "POST", "/v1/jobs",
                              self.submission(priority=1)),
                             (400, "GET", path + "/report?format=tar"),
                             (404, "GET", "/v1/jobs/" + NO_JOB),
                             (404, "GET", "/v1/jobs/..%2Ffarm.db"),
                             (404, "GET", f"/v1/jobs/{NO_JOB}/report"),
                             (404, "GET", f"/v1/jobs/{NO_JOB}/runs"),
                             (404, "POST", f"/v1/jobs/{NO_JOB}/cancel"),
                             (404, "POST", f"/v1/jobs/{NO_JOB}/retry"),
                             (404, "GET", run + "/ktap"),
                             (404, "GET", run + "/passwd")):
            self.assertEqual(self.ask(*ask)[0], status, ask)
        for form in ("mail", "junit", "ktap", "kcidb", "html"):
            self.assertEqual(
                self.ask("GET", f"{path}/report?format={form}")[0], 200, form)
        self.nightly_operations()
        self.assertEqual({name for name, _ in self.seen},
                         {operation["operationId"]
                          for _, _, operation in operations()})

    def nightly_operations(self):
        job = self.job(name="each-night", schedule='"0 2 * * *"')
        body = json.dumps({"file": "job.yaml", "files": [
            {"path": "job.yaml", "text": job.read_text()}]})
        status, text = self.ask("POST", "/v1/jobs", body)
        self.assertEqual((status, json.loads(text)["kind"]), (201, "nightly"))
        path = "/v1/nightlies/each-night"
        for status, *ask in ((200, "GET", "/v1/nightlies"),
                             (200, "GET", path),
                             (200, "GET", path + "/nights"),
                             (400, "GET", path + "/nights?limit=x"),
                             (400, "GET", path + "/compare?a=last&b=last~1"),
                             (404, "GET", path + "?owner=bob"),
                             (404, "GET", "/v1/nightlies/no-such/nights")):
            self.assertEqual(self.ask(*ask)[0], status, ask)
        for verb in ("/run", "/remove"):
            other = f"{path}{verb}?owner=alice"
            self.assertEqual(self.ask("POST", other, token="bob")[0], 403)
        self.assertEqual(self.ask("POST", path + "/run")[0], 201)
        self.assertEqual(self.ask("POST", path + "/remove")[0], 200)
        self.assertEqual(self.ask("GET", path)[0], 404)

    def test_what_is_not_described_is_refused(self):
        for method, path in (("GET", "/"), ("GET", "/v1"), ("GET", "/v2/jobs"),
                             ("PUT", "/v1/jobs"), ("DELETE", "/v1/jobs"),
                             ("DELETE", f"/v1/jobs/{NO_JOB}"),
                             ("POST", f"/v1/runs/{NO_JOB}/console"),
                             ("GET", f"/v1/jobs/{NO_JOB}/a/b")):
            status, text = self.ask(method, path, token="root")
            self.assertIn(status, (404, 405), path)
            self.assertEqual(json.loads(text)["kind"], "error")

    def test_tcp_wants_a_token(self):
        for path, method, operation in operations():
            path = path.replace("{job}", NO_JOB).replace("{run}", NO_JOB)
            path = path.replace("{text}", "console").replace("{name}", "n")
            free = operation.get("security") == []
            for token in (None, "nobody's", "", self.tokens["alice"][:-1] + "x",
                          "oopsfarm_" + "0" * 64):
                status, _ = self.ask(method, path, token=token)
                self.assertEqual(status, 200 if free else 401, (path, token))
        self.assertEqual(self.farm("status", "--json").stdout, "")

    def test_a_job_is_its_owners(self):
        _, text = self.ask("POST", "/v1/jobs", self.submission())
        path = "/v1/jobs/" + json.loads(text)["id"]
        for verb in ("/cancel", "/retry"):
            self.assertEqual(self.ask("POST", path + verb, token="bob")[0], 403)
        self.assertEqual(self.ask("GET", path, token="bob")[0], 200)
        self.assertEqual(self.ask("POST", path + "/retry", token="root")[0],
                         201)
        # What is taken back is gone at once.
        self.assertEqual(self.farm("token", "remove", "bob").returncode, 0)
        self.assertEqual(self.ask("GET", path, token="bob")[0], 401)
        names = [json.loads(line)["name"] for line in
                 self.farm("token", "list", "--json").stdout.splitlines()]
        self.assertEqual(names, ["alice", "root"])
        kept = (self.state / "tokens.json").read_text()
        self.assertNotIn(self.tokens["alice"].split("_")[1], kept)

    def test_verbs_work_over_tcp(self):
        server = ["--server", f"http://127.0.0.1:{self.port}/"]
        done = self.farm("status", *server)
        self.assertEqual(done.returncode, 2)
        self.assertIn("token", done.stderr)
        token = self.write("token", self.tokens["alice"] + "\n")
        server += ["--token-file", token]
        done = self.farm("submit", "--wait", self.broken_job(), *server)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("apply", done.stdout)
        job = json.loads(self.farm("status", "--all", "--json",
                                   *server).stdout)
        self.assertEqual(job["owner"], "alice")
        done = self.farm("status", "--server", "ftp://127.0.0.1")
        self.assertEqual(done.returncode, 2)
        self.assertIn("URL", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
