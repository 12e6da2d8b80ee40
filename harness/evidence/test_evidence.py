#!/usr/bin/env python3
"""Tests of the evidence target, with a make that only writes reports. Ends with
'evidence-check: N passed, N failed'."""

import contextlib
import io
import json
import os
import sys
import tempfile
import unittest
from unittest import mock

import evidence
from evidence import engine


def fault(name, runs, expect="found"):
    found = sum(one[0] for one in runs)
    good = found == 0 if expect == "survives" else 2 * found > len(runs)
    return {"name": name, "runs": runs, "trials": len(runs), "found": found, "expect": expect,
            "executions": 7, "operations": 3, "as_expected": good}


FAULTS = {"trials": 3, "limit": 60, "engines": {
    "afl": {"faults": [fault("a", [[True, 1.0, 7], [True, 3.0, 9], [False, 60.0, 99]]),
                       fault("b", [[True, 0.5, 7], [True, 0.5, 7], [True, 0.5, 7]]),
                       fault("control", [[False, 10.0, 99]], "survives")]},
    "swarm": {"faults": [fault("a", [[False, 60.0, 99], [True, 1.0, 7], [False, 60.0, 99]]),
                         fault("b", [[True, 0.1, 7], [True, 0.2, 7], [True, 0.3, 7]]),
                         fault("control", [[True, 1.0, 7]], "survives")]}}}


def mutant(function, state):
    return {"name": "m", "file": "f", "functions": [function], "why": "w", "state": state}


REPORTS = {
    "coverage": {"files": [{"file": "src/opt/a.c", "functions": 2, "functions_reached": 2,
                            "branches": 8, "branches_reached": 7}], "functions": 2,
                 "functions_reached": 2, "branches": 8, "branches_reached": 7, "percent": 87.5},
    "mutants": {"mutants": [mutant("f", "killed"), mutant("f", "killed"), mutant("g", "survived")]},
    "mutate": {"mutants": [mutant("g", "killed"), mutant("g", "explained")]},
    "faults": FAULTS,
    "fuzz": {"verdict": "pass", "executions": 1234567, "executions_per_cpu_second": 9000,
             "floor": {"ratio": 0.2, "least": 0.08}, "edges": 1500, "differences": 0}}

# A make that writes what stands in $MADE for its target, notes its arguments, and fails if asked.
MAKE = """import json, os, shutil, sys
target = sys.argv[2]
with open(os.path.join(os.environ["MADE"], "calls"), "a") as calls:
    calls.write(json.dumps(sys.argv[2:]) + "\\n")
report = {"prove-mutants": "mutants", "prove-generated": "mutate", "fuzz-faults": "faults"}.get(
    target, target) + ".json"
if os.path.isfile(os.path.join(os.environ["MADE"], report)):
    shutil.copy(os.path.join(os.environ["MADE"], report), os.environ["REPORT"])
sys.exit(1 if target == os.environ.get("FAILS") else 0)
"""


class Evidence(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.made = os.path.join(self.folder.name, "made")
        self.report = os.path.join(self.folder.name, "report")
        for folder in (self.made, self.report):
            os.mkdir(folder)
        for name, data in REPORTS.items():
            self.put(self.made, name, data)
        self.make = os.path.join(self.folder.name, "make.py")
        with open(self.make, "w", encoding="utf-8") as stream:
            stream.write(MAKE)

    @staticmethod
    def put(folder, name, data):
        with open(os.path.join(folder, name + ".json"), "w", encoding="utf-8") as stream:
            json.dump(data, stream)

    def run_it(self, *words, fails=""):
        """-> (exit code, what evidence.txt says)"""
        environment = {"MADE": self.made, "REPORT": self.report, "FAILS": fails}
        arguments = ["evidence.py", "--make", f"{sys.executable} {self.make}", "--report",
                     self.report, *words]
        with mock.patch.object(sys, "argv", arguments), mock.patch.dict(os.environ, environment), \
                contextlib.redirect_stdout(io.StringIO()), \
                contextlib.redirect_stderr(io.StringIO()) as self.errors:
            code = evidence.main()
        path = os.path.join(self.report, "evidence.txt")
        if not os.path.isfile(path):
            return code, ""
        with open(path, encoding="utf-8") as stream:
            return code, " ".join(stream.read().split())

    def calls(self):
        with open(os.path.join(self.made, "calls"), encoding="utf-8") as stream:
            return [json.loads(line) for line in stream]

    def test_every_part_runs_and_is_in_the_table(self):
        code, text = self.run_it()
        self.assertEqual(code, 0)
        self.assertEqual([call[0] for call in self.calls()], list(evidence.PARTS))
        for words in ("all 2 2 7 (87.5 %) 8", "by hand 3 2 0 1 66.7", "generated 2 1 1 0 50.0",
                      "pass 1,234,567 9,000 0.2 (at least 0.08) 1500 0", "fuzz-faults ok"):
            self.assertIn(words, text)

    def test_faults_are_counted_by_engine(self):
        rows = {row[0]: row[1:] for row in evidence.fault_rows(FAULTS)}
        self.assertEqual(rows["AFL++, this mutator"],
                         ("2 of 2", "1.75", "3.00", "7", "3, 3", "1 of 1"))
        self.assertEqual(rows["random, no feedback"],
                         ("1 of 2", "0.20", "0.20", "7", "3, 3", "0 of 1"))

    def test_an_engine_that_finds_nothing_has_no_times(self):
        rows = evidence.fault_rows({"engines": {"afl": {"faults": [
            fault("a", [[False, 60.0, 99]])]}}})
        self.assertEqual(rows, [("AFL++, this mutator", "0 of 1", "", "", "", "", "0 of 0")])

    def test_mutants_are_counted_by_function(self):
        goals = evidence.goals_of({"functions": [{"name": "f", "goals": 11},
                                                 {"name": "h", "goals": 5}]})
        kinds = [("by hand", REPORTS["mutants"]["mutants"]),
                 ("generated", REPORTS["mutate"]["mutants"])]
        rows = evidence.mutant_tables(kinds, goals)[1][2]
        self.assertEqual(rows, [("f", 11, 2, 2, 0, 0), ("g", "-", 1, 0, 2, 1),
                                ("h", 5, 0, 0, 0, 0)])

    def test_a_part_that_fails(self):
        code, text = self.run_it(fails="prove-mutants")
        self.assertEqual(code, 1)
        self.assertIn("prove-mutants exit code 1", text)
        self.assertIn("fuzz-faults ok", text)

    def test_an_old_report_does_not_speak(self):
        self.put(self.report, "fuzz", dict(REPORTS["fuzz"], edges=77))
        os.remove(os.path.join(self.made, "fuzz.json"))
        code, text = self.run_it(fails="fuzz")
        self.assertEqual(code, 1)
        self.assertNotIn("Campaign", text)
        self.assertFalse(os.path.isfile(os.path.join(self.report, "fuzz.json")))

    def test_quick_and_resume_reach_the_parts(self):
        self.run_it("--quick", "--resume")
        calls = {call[0]: call[1:] for call in self.calls()}
        self.assertTrue(all("RESUME=1" in words for words in calls.values()))
        self.assertIn("COUNT=2", calls["prove-mutants"])
        self.assertIn("TRIALS=1", calls["fuzz-faults"])
        self.run_it()
        calls = {call[0]: call[1:] for call in self.calls()[len(evidence.PARTS):]}
        self.assertEqual(calls["prove-mutants"], [])
        self.assertIn("TRIALS=5", calls["fuzz-faults"])

    def test_only_report_runs_nothing(self):
        self.put(self.report, "faults", FAULTS)
        code, text = self.run_it("--only-report")
        self.assertEqual(code, 0)
        self.assertIn("Seeded faults, 3 trials of at most 60 s", text)
        self.assertFalse(os.path.exists(os.path.join(self.made, "calls")))

    def test_nothing_to_report(self):
        self.assertEqual(self.run_it("--only-report")[0], 2)

    def test_a_report_of_another_shape(self):
        self.put(self.report, "faults", {"trials": 5, "limit": 60})
        self.assertEqual(self.run_it("--only-report"), (2, ""))

    def test_a_bad_report_is_named(self):
        self.put(self.report, "fuzz", REPORTS["fuzz"])
        for name, content in (("faults", '{"trials": 3, "limit": 60, "engines": []}'),
                              ("faults", '{"faults": 3}'), ("faults", '{"trials": 3, "lim'),
                              ("mutants", '{"mutants": [{"na'), ("mutate", '{"mutants": 7}'),
                              ("mutants", '{"mutants": [{"state": "killed", "functions": 3}]}'),
                              ("coverage", "[]"), ("coverage", "null"), ("coverage", "[" * 100000),
                              ("fuzz", '{"verdict": "pass", "executions": "many"}')):
            path = os.path.join(self.report, name + ".json")
            engine.write_file(path, content)
            self.assertEqual(self.run_it("--only-report"), (2, ""))
            self.assertIn(path + ":1:1: ", self.errors.getvalue())
            os.remove(path)

    def test_a_proof_of_another_shape_is_named(self):
        self.put(self.report, "mutants", REPORTS["mutants"])
        self.put(self.report, "proof", {"functions": [{"name": "f"}]})
        self.assertEqual(self.run_it("--only-report"), (2, ""))
        self.assertIn("proof.json:1:1: ", self.errors.getvalue())

    def test_an_old_summary_does_not_speak(self):
        engine.write_file(os.path.join(self.report, "evidence.txt"), "old\n")
        engine.write_file(os.path.join(self.made, "fuzz.json"), "{")
        self.assertEqual(self.run_it(), (2, ""))

    def test_the_page_has_tables_and_files(self):
        drawing = "<svg>curves</svg>"
        with open(os.path.join(self.report, "faults.svg"), "w", encoding="utf-8") as stream:
            stream.write(drawing)
        self.run_it()
        with open(os.path.join(self.report, "evidence.html"), encoding="utf-8") as stream:
            page = stream.read()
        self.assertIn(drawing, page)
        self.assertIn('<a href="faults.json">', page)
        self.assertIn("<td>7 (87.5 %)</td>", page)


def main():
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(
        unittest.defaultTestLoader.loadTestsFromTestCase(Evidence))
    failed = len(result.failures) + len(result.errors)
    print(f"evidence-check: {result.testsRun - failed} passed, {failed} failed")
    return 1 if failed or result.testsRun == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
