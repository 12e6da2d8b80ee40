"""Tests of CI: subject.py on a sound and on a lying allocator and on none; the reports, with
failures of every kind. Ends with 'ci: N passed, N failed'."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ET

import reports
import test_subject
from test_subject import Keys, Subject  # noqa: F401

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import run  # noqa: E402

GOOD = {"check": {"parts": [{"name": "check-x", "code": 0, "seconds": 1.0, "passed": 2, "failed": 0,
                             "tests": [{"name": "a", "passed": True, "detail": ""}]}]},
        "proof": {"functions": [{"name": "f", "unit": "buddy.c", "goals": 3, "goals_proven": 3,
                                 "proven": True, "seconds": 1.5}],
                  "theorems": [{"number": 1, "name": "Partition", "proven": True}],
                  "objections": []},
        "mutants": {"mutants": [{"name": "m", "why": "w", "seconds": 1, "state": "killed",
                                 "detail": "", "file": "src/ref/buddy.c"}]},
        "fuzz": {"findings": [], "problems": [], "executions": 5, "seconds": 1.0},
        "replay": {"traces": [{"name": "fork", "differences": 0, "refused": 0, "from_state":
                               {"differences": 0, "refused": 0, "lines": 30}}]},
        "faults": {"engines": {"afl": {"faults": [
            {"name": "a1", "seconds": 1.0, "as_expected": True, "found": 5, "trials": 5,
             "expect": "found"}]}, "afl-plain": {"faults": [
            {"name": "a1", "seconds": 1.0, "as_expected": False, "found": 0, "trials": 3,
             "expect": "found"},
            {"name": "control-b5", "seconds": 1.0, "as_expected": True, "found": 0, "trials": 1,
             "expect": "survives"}]}}},
        "coverage": {"files": [{"file": "src/opt/a.c", "functions": 2, "functions_reached": 2,
                                "branches": 8, "branches_reached": 7}], "objections": []}}

# Report, a change that must show as a failure, the rule, and part of the message.
BAD = [("check", lambda d: d["parts"][0]["tests"][0].update(passed=False, detail="src/a.c:7:3: no"),
        "test", "src/a.c:7:3: no"),
       ("check", lambda d: d["parts"][0].update(failed=1, code=1), "test", "1 failed"),
       ("proof", lambda d: d["functions"][0].update(proven=False, goals_proven=2), "proof",
        "2 of 3 goals"),
       ("proof", lambda d: d["theorems"][0].update(proven=False), "proof", "not proven"),
       ("proof", lambda d: d["objections"].append("src/ref/a.c:3: an axiom"), "proof", "an axiom"),
       ("mutants", lambda d: d["mutants"][0].update(state="survived"), "mutant", "survived"),
       ("mutants", lambda d: d["mutants"][0].update(state="broken"), "mutant", "broken"),
       ("fuzz", lambda d: d["findings"].append({"signature": "theorem 8 <status> & \0", "input": "i"}),
        "difference", "theorem 8 <status>"),
       ("fuzz", lambda d: d["problems"].append("too slow"), "set-up", "too slow"),
       ("replay", lambda d: d["traces"][0].update(differences=2), "difference", "2 differences"),
       ("replay", lambda d: d["traces"][0].update(refused=3), "difference", "3 calls refused"),
       ("replay", lambda d: d["traces"][0]["from_state"].update(differences=7), "difference",
        "7 differences"),
       ("replay", lambda d: d["traces"][0]["from_state"].update(refused=1), "difference",
        "1 calls refused"),
       ("faults", lambda d: d["engines"]["afl"]["faults"][0].update(as_expected=False, found=3), "fault",
        "3 of 5 trials"),
       ("faults", lambda d: d["engines"]["afl-plain"]["faults"][1].update(as_expected=False, found=1),
        "fault", "1 of 1 trials"),
       ("coverage", lambda d: d["objections"].append("harness/coverage/unreached.txt:4: reached"),
        "test", "unreached.txt:4")]


class Reports(unittest.TestCase):
    def convert(self, data):
        """-> (exit code, root of the XML, results of the SARIF); content that is text is the file's"""
        with tempfile.TemporaryDirectory() as folder:
            for name, content in data.items():
                reports.write_file(os.path.join(folder, name + ".json"), content
                                   if isinstance(content, str) else json.dumps(content))
            run = subprocess.run([sys.executable, "-B", os.path.join(HERE, "reports.py"),
                                  "--report", folder], capture_output=True, text=True, check=False)
            if run.returncode == 2:
                self.assertEqual(os.listdir(folder), [name + ".json" for name in data])
                return 2, run.stderr, None
            root = ET.parse(os.path.join(folder, "junit.xml")).getroot()
            with open(os.path.join(folder, "plumbline.sarif"), encoding="utf-8") as stream:
                sarif = json.load(stream)
            self.assertEqual(sarif["version"], "2.1.0")
            return run.returncode, root, sarif["runs"][0]["results"]

    def test_nothing_failed(self):
        code, root, results = self.convert(GOOD)
        self.assertEqual((code, root.get("failures"), root.get("errors")), (0, "0", "0"))
        self.assertEqual(results, [])
        self.assertEqual(len(root), 8)
        self.assertEqual(int(root.get("tests")), len(root.findall(".//testcase")))

    def test_every_failure_shows(self):
        for name, change, rule, part in BAD:
            data = json.loads(json.dumps(GOOD))
            change(data[name])
            code, root, results = self.convert(data)
            self.assertEqual(code, 1, part)
            found = root.findall(".//failure") + root.findall(".//error")
            self.assertEqual(len(found), 1, part)
            self.assertEqual(int(root.get("failures")) + int(root.get("errors")), 1)
            self.assertIn(part, found[0].text)
            self.assertEqual([result["ruleId"] for result in results], [rule])
            self.assertIn(rule, reports.RULES)
            self.assertIn(part, results[0]["message"]["text"])
            place = results[0]["locations"][0]["physicalLocation"]
            self.assertNotIn(place["artifactLocation"]["uri"][:1], ("", "/"))

    def test_place(self):
        case = reports.Case("n", problem="src/a.c:7:3: no", path="b")
        place = reports.location(case)[0]["physicalLocation"]
        self.assertEqual(place["artifactLocation"]["uri"], "src/a.c")
        self.assertEqual(place["region"], {"startLine": 7, "startColumn": 3})

    def test_no_report_is_broken(self):
        code, said, _ = self.convert({})
        self.assertEqual(code, 2)
        self.assertIn("no report", said)

    def test_a_bad_report_is_broken(self):
        for content in ([], {"parts": 3}, '"x"', {"parts": [{}]}, "null", '{"parts": [', "\0",
                        "[" * 100000, '{"parts": ' + "[" * 100000):
            code, said, _ = self.convert({"check": content})
            self.assertEqual(code, 2, said)
            self.assertIn("check.json:1:1: ", said)
            self.assertNotIn("Traceback", said)

    def test_a_report_with_a_value_of_another_kind_is_broken(self):
        def test(**more):
            return {"parts": [dict(GOOD["check"]["parts"][0], tests=[
                dict({"name": "a", "passed": False, "detail": ""}, **more)])]}

        def part(**more):
            return {"parts": [dict(GOOD["check"]["parts"][0], tests=[], **more)]}

        for name, content in (("check", test(name=5)), ("check", test(detail=7)),
                              ("check", part(seconds="x")), ("check", part(seconds=float("nan"))),
                              ("check", part(seconds=10 ** 400)), ("check", part(name=5)),
                              ("check", part(failed="1")), ("coverage", {"files": [], "objections": [7]}),
                              ("faults", {"engines": []}), ("fuzz", dict(GOOD["fuzz"], seconds="x")),
                              ("fuzz", dict(GOOD["fuzz"], findings=[{"signature": 1, "input": "i"}])),
                              ("replay", {"traces": [{"name": "fork", "differences": 0}]})):
            code, said, _ = self.convert({name: content})
            self.assertEqual(code, 2, said)
            self.assertIn(name + ".json:1:1: ", said)
            self.assertNotIn("Traceback", said)

    def test_the_place_of_a_finding(self):
        case = reports.Case("n", problem="difference at operation 1 (line 4): alloc",
                            path="my folder/a:b#%.txt")
        place = reports.location(case)[0]["physicalLocation"]
        self.assertEqual(place["artifactLocation"]["uri"], "my%20folder/a%3Ab%23%25.txt")
        self.assertEqual(place["region"], {"startLine": 4})

    def test_the_fingerprint_outlives_a_build(self):
        prints = set()
        for address in ("0x117aba", "0x117bcd"):
            entry = {"signature": f"heap-buffer-overflow (replay-target+{address})", "input": "i"}
            _, _, results = self.convert({"fuzz": dict(GOOD["fuzz"], findings=[entry])})
            prints.add(results[0]["partialFingerprints"]["case/v1"])
        self.assertEqual(len(prints), 1)


class Summary(unittest.TestCase):
    FUZZ = {"executions": 5, "seconds": 1.0, "executions_per_cpu_second": 5,
            "operations_compared": 9, "differences": 0}

    def summarise(self, content):
        """-> (exit code, what it said, whether there is a summary)"""
        with tempfile.TemporaryDirectory() as folder:
            if content is not None:
                reports.write_file(os.path.join(folder, "fuzz.json"), content)
            ended = subprocess.run([sys.executable, "-B", os.path.join(os.path.dirname(HERE), "run.py"),
                                    "--only-report", "--report", folder], capture_output=True,
                                   text=True, check=False)
            return (ended.returncode, ended.stdout + ended.stderr,
                    os.path.isfile(os.path.join(folder, "summary.txt")))

    def test_reports_that_are_there_or_not(self):
        code, said, is_there = self.summarise(json.dumps(self.FUZZ))
        self.assertEqual((code, is_there), (0, True), said)
        self.assertIn("5 executions", said)
        code, said, is_there = self.summarise(None)
        self.assertEqual((code, is_there), (0, True), said)
        self.assertIn("campaign    no report", said)

    def test_a_bad_report_is_named(self):
        for content in (json.dumps({"executions": 5}), json.dumps(dict(self.FUZZ, seconds="x")),
                        json.dumps(self.FUZZ)[:-9], "[]", "null", "[" * 100000):
            code, said, is_there = self.summarise(content)
            self.assertEqual((code, is_there), (2, False), said)
            self.assertIn("fuzz.json:1:1: ", said)
            self.assertNotIn("Traceback", said)


class Parts(unittest.TestCase):
    def test_names_of_tests(self):
        part = run.Part("x")
        part.lines = ["  ok     a: b", "  FAILED c: d", "x.c:3: error: no", "  ok     e",
                      "test_p (m.T.test_p) ... ok", "test_q (m.T.test_q) ... FAIL", "noise",
                      "FAIL: test_q (m.T.test_q)", "y.py: no", "parts: 3 passed, 2 failed"]
        self.assertEqual([(one["name"], one["passed"]) for one in part.tests()],
                         [("a: b", True), ("c: d", False), ("e", True), ("test_p", True),
                          ("test_q", False)])
        self.assertTrue(part.tests()[1]["detail"].startswith("x.c:3: error"))
        self.assertIn("y.py: no", part.tests()[4]["detail"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", required=True)
    test_subject.BUILD = os.path.abspath(parser.parse_args().build)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(
        unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]))
    failed = len(result.failures) + len(result.errors)
    print(f"ci: {result.testsRun - failed} passed, {failed} failed")
    return 1 if failed or result.testsRun == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
