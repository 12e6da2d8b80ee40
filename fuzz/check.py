"""The tests of fuzz/: unit tests, replays of the corpus and of every regression, bounded swarm
runs, and canaries that show each engine finds a fault. Ends with 'fuzz: N passed, N failed'."""

import argparse
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
import xml.etree.ElementTree as ET

import campaign
import check_campaign
import engine
import faults
import faults_report
import plot
import substitution

SWARM_PROGRAMS = {"swarm": 4000, "swarm-msan": 2000}
SWARM_OPERATIONS = 400
CANARY = "o1-tail-placement-lost"
CANARY_MSAN = "c14-counter-uninitialised"
CANARY_CRASH = "b5-moved-before-the-count"
CANARY_SECONDS = 30
MAX_CRASH_OPERATIONS = 12


class Score:
    def __init__(self):
        self.passed = self.failed = 0

    def add(self, what, passed, failed, detail=""):
        self.passed += passed
        self.failed += failed
        print(f"  {'ok' if not failed else 'FAILED':<7} {what}: {passed} passed, {failed} failed",
              flush=True)
        if failed:
            print(detail.rstrip(), flush=True)


def run(command, extra=None):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, text=True, errors="replace",
                          env=engine.environment(extra))


def unit_tests(score, build):
    """A test that cmocka did not get to counts as failed."""
    result = run([os.path.join(build, "mutator-test")])
    total = re.search(r"Running (\d+) test", result.stdout)
    passed = re.search(r"PASSED\s*\] (\d+) test", result.stdout)
    done = int(passed.group(1)) if passed else 0
    missing = int(total.group(1)) - done if total else 1
    score.add("mutator and swarm, unit tests", done, missing or int(result.returncode != 0),
              result.stdout)


class FaultFiles(unittest.TestCase):
    """The fault files' own rules; each file of fuzz/faults must apply to the tree as it is."""

    text = ("# id: X\n# exhibit: e\n# property: P1 P3\n# observable: o\nfile: src/opt/a.c\n"
            "--- old\none\n+++ new\ntwo\n")
    root = "."

    def apply(self, text, source):
        with tempfile.TemporaryDirectory() as folder:
            os.makedirs(os.path.join(folder, "src", "opt"))
            for name, content in (("src/opt/a.c", source), ("x.fault", text)):
                with open(os.path.join(folder, name), "w", encoding="utf-8") as stream:
                    stream.write(content)
            fault = substitution.parse(os.path.join(folder, "x.fault"))
            substitution.apply(fault, folder, os.path.join(folder, "copy"))
            with open(os.path.join(folder, "copy/src/opt/a.c"), encoding="utf-8") as stream:
                return stream.read()

    def test_substitutes(self):
        self.assertEqual(self.apply(self.text, "zero\none\n"), "zero\ntwo\n")

    def test_refuses_text_that_is_missing(self):
        self.assertRaises(substitution.FaultError, self.apply, self.text, "zero\n")

    def test_refuses_text_that_occurs_twice(self):
        self.assertRaises(substitution.FaultError, self.apply, self.text, "one\none\n")

    def test_refuses_other_folders(self):
        text = self.text.replace("src/opt/a.c", "src/ref/a.c")
        self.assertRaises(substitution.FaultError, self.apply, text, "one\n")

    def test_refuses_a_missing_header(self):
        text = self.text.replace("# observable: o\n", "")
        self.assertRaises(substitution.FaultError, self.apply, text, "one\n")

    def test_refuses_a_control_without_a_reason(self):
        text = self.text.replace("# observable", "# expect: survives\n# observable")
        self.assertRaises(substitution.FaultError, self.apply, text, "one\n")
        self.apply(text.replace("# expect", "# note: equivalent\n# expect"), "one\n")

    def test_refuses_an_unknown_property(self):
        for word in ("P0", "P15", "safety"):
            text = self.text.replace("P1 P3", "P1 " + word)
            self.assertRaises(substitution.FaultError, self.apply, text, "one\n")

    def test_refuses_an_unfinished_file(self):
        text = self.text.split("+++ new")[0]
        self.assertRaises(substitution.FaultError, self.apply, text, "one\n")

    def test_every_fault_applies(self):
        faults = substitution.load(os.path.join(self.root, "fuzz", "faults"))
        self.assertGreaterEqual(sum(not fault.is_control for fault in faults), 70)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            wrong = [text for text in pool.map(self.compile, faults) if text]
        self.assertEqual(wrong, [])

    def compile(self, fault):
        """-> what the compiler says of what the fault changes, or of all if that is a header"""
        with tempfile.TemporaryDirectory() as folder:
            substitution.apply(fault, self.root, os.path.join(folder, "copy"))
            sources = os.path.join(folder, "copy", "src", "opt")
            changed = [os.path.join(folder, "copy", name) for name, _, _ in fault.hunks]
            if not all(name.endswith(".c") for name in changed):
                changed = [name for name in engine.files_of(sources) if name.endswith(".c")]
            run = subprocess.run(["clang", "-std=c11", "-fsyntax-only"] + sorted(set(changed)),
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                                 text=True)
            return "" if run.returncode == 0 else f"{fault.path}: {run.stdout}"


class OldFindings(unittest.TestCase):
    """A new campaign's findings are apart from those before, and none is lost."""

    def test_moves_each_time_to_a_new_folder(self):
        with tempfile.TemporaryDirectory() as parent:
            folder = os.path.join(parent, "findings")
            self.assertIsNone(engine.set_aside(folder))
            for text in ("first", "second"):
                engine.write_file(os.path.join(folder, "a.txt"), text)
                kept = engine.set_aside(folder)
                self.assertFalse(os.path.exists(folder))
                with open(os.path.join(kept, "a.txt"), encoding="utf-8") as stream:
                    self.assertEqual(stream.read(), text)
            self.assertEqual(sorted(os.listdir(folder + "-old")), ["1", "2"])

    def test_an_empty_folder_stays(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertIsNone(engine.set_aside(folder))


class Verdicts(unittest.TestCase):
    """What makes a campaign without findings worthless."""

    def problems(self, ratio=0.3, **part):
        arguments = argparse.Namespace(time=10, jobs=1)
        whole = dict({"label": "main", "stability": 100.0, "edges": 900, "executions": 90000}, **part)
        return campaign.judge(arguments, [whole], 10.0, {"ratio": ratio, "least": 0.05})

    def test_a_sound_run_has_none(self):
        self.assertEqual(self.problems(), [])
        self.assertEqual(self.problems(stability=None), [])

    def test_each_is_named(self):
        for problems, word in ((self.problems(ratio=0.04), "empty harness"),
                               (self.problems(stability=98.9), "stability"),
                               (self.problems(edges=149), "edges"),
                               (self.problems(executions=1999), "executions")):
            self.assertEqual(len(problems), 1)
            self.assertIn(word, problems[0])


class Reports(unittest.TestCase):
    """What the tables and plots of the seeded faults say."""

    @staticmethod
    def fault(runs, expect="found"):
        return {"name": "f", "expect": expect, "runs": runs, "trials": len(runs),
                "found": sum(run[0] for run in runs), "stale": ""}

    def test_median_counts_what_was_not_found(self):
        fault = self.fault([[True, 1.0, 1], [False, 60.0, 9], [True, 3.0, 2]])
        self.assertEqual(faults_report.median_seconds(fault), 3.0)
        self.assertTrue(faults_report.is_found(fault))
        fault = self.fault([[True, 1.0, 1], [False, 60.0, 9], [False, 60.0, 2]])
        self.assertEqual(faults_report.median_seconds(fault), float("inf"))
        self.assertFalse(faults_report.is_found(fault))

    def test_a_fault_is_found_in_most_trials_and_a_control_never(self):
        hit, miss = [True, 1.0, 1], [False, 60.0, 9]
        for runs, expect, verdict in (([hit] * 5, "found", True), ([hit] * 4 + [miss], "found", True),
                                      ([hit, miss], "found", False), ([miss], "found", False),
                                      ([miss], "survives", True), ([hit], "survives", False),
                                      ([hit] + [miss] * 4, "survives", False)):
            self.assertEqual(faults_report.is_as_expected(self.fault(runs, expect)), verdict)

    def test_a_kept_program_must_show_its_fault(self):
        stale = dict(self.fault([[True, 1.0, 1]]), stale="fault-f.txt")
        self.assertFalse(faults_report.is_as_expected(stale))
        arguments = argparse.Namespace(engines=["afl"], trials=1)
        said = faults_report.last_lines(arguments, {"afl": [dict(stale, operations=1)]}, 1)
        self.assertIn("fault-f.txt does not show f", said[0])
        self.assertIn("1 of 1 found", said[1])

    def test_curve_counts_faults_found_by_then(self):
        part = [self.fault([[True, 2.0, 1]]), self.fault([[True, 0.5, 1]]),
                self.fault([[False, 9.0, 1]]), self.fault([[True, 1.0, 1]], "survives")]
        curve = faults_report.curves({"afl": part})[faults_report.LABELS["afl"]]
        self.assertEqual(curve, [(0.5, 1), (2.0, 2)])

    def test_plots_are_xml(self):
        for points in ([], [(0.01, 1)], [(0.01, 1), (59.0, 70)], [(0, 0), (5, 0)]):
            for log_x in (False, True):
                series = {"<&>": [point for point in points if point[0] or not log_x]}
                if not series["<&>"] and log_x:
                    continue
                root = ET.fromstring(plot.svg("a < b & c", "x", "y", series, log_x, True))
                self.assertTrue(root.tag.endswith("svg"))


class Trials(unittest.TestCase):
    """How many trials of a fault an engine has."""

    def trials(self, name, answers, control=False):
        arguments = argparse.Namespace(limit=60, trials=len(answers), engines=["afl", "swarm"])
        fault = argparse.Namespace(is_control=control)
        left, limits = list(answers), []

        def trial(*rest):
            limits.append(rest[-1])
            return {"found": left.pop(0)}

        with unittest.mock.patch.object(faults, "trial", trial):
            done = faults.run_trials(arguments, fault, name, None, "", "")
        self.assertEqual(limits, [10 if control else 60] * len(done))
        return len(done)

    def test_the_first_engine_has_all(self):
        for answers in ((True,) * 5, (False,) * 5, (False, True, False, True, False)):
            self.assertEqual(self.trials("afl", answers), 5)

    def test_another_ends_when_most_have_missed(self):
        self.assertEqual(self.trials("swarm", (False,) * 5), 3)
        self.assertEqual(self.trials("swarm", (False, True, False, False, True)), 4)
        self.assertEqual(self.trials("swarm", (False, True, False, True, False)), 5)
        self.assertEqual(self.trials("swarm", (False, True)), 2)

    def test_a_control_has_one_short_one(self):
        self.assertEqual(self.trials("afl", (False,) * 5, control=True), 1)


class Resumed(unittest.TestCase):
    """What an interrupted run measured is not measured again, and not lost by a wrong name."""

    def test_a_wrong_name_leaves_the_journal(self):
        with unittest.mock.patch.object(faults, "select",
                                        side_effect=substitution.FaultError("no fault 'x'")), \
                unittest.mock.patch.object(faults, "open_journal") as opened:
            self.assertRaises(substitution.FaultError, faults.run, argparse.Namespace())
        opened.assert_not_called()

    def test_only_missing_engines_are_measured(self):
        arguments = argparse.Namespace(engines=["afl", "swarm"], build="")
        measured = []
        for known in ({}, {"afl": "old"}, {"afl": "old", "swarm": "old", "libfuzzer": "old"}):
            with unittest.mock.patch.multiple(
                    faults, prepare=lambda *_: (None, ""), work_folder=lambda _: "",
                    measure=lambda _, fault, name, *rest: measured.append(name) or "new"), \
                    unittest.mock.patch.object(engine, "fresh_folder", lambda path: path):
                answer = faults.measure_engines(arguments, argparse.Namespace(name="f"), known)
            self.assertEqual(answer, dict(dict.fromkeys(arguments.engines, "new"), **known))
        self.assertEqual(measured, ["afl", "swarm", "swarm"])


def python_tests(score, root):
    FaultFiles.root = root
    for what, cases in (("fault files", FaultFiles), ("old findings", OldFindings),
                        ("verdicts of campaigns", Verdicts), ("reports of faults", Reports),
                        ("trials of faults", Trials), ("interrupted runs of faults", Resumed)):
        result = unittest.TestResult()
        unittest.defaultTestLoader.loadTestsFromTestCase(cases).run(result)
        problems = result.failures + result.errors
        score.add(f"{what}, unit tests", result.testsRun - len(problems), len(problems),
                  "\n".join(text for _, text in problems))


def replays(score, build, root, tool):
    for folder, least in (("corpus", 10), ("regressions", 0)):
        files = engine.files_of(os.path.join(root, "fuzz", folder))
        answers = engine.replay(os.path.join(build, tool), files)
        failed = [f"{path}: {answers[path]}" for path in files if answers[path]]
        if len(files) < least:
            failed.append(f"fuzz/{folder} holds {len(files)} programs, expected {least} or more")
        score.add(f"{tool} {folder}", len(files) - min(len(failed), len(files)), len(failed),
                  "\n".join(failed))


def swarm_run(score, build, tool):
    """The findings folder keeps the program that failed."""
    findings = engine.fresh_folder(os.path.join(build, "check-" + tool))
    count = SWARM_PROGRAMS[tool]
    result = run([os.path.join(build, tool), "--seed", "1", "--count", str(count),
                  "--max-operations", str(SWARM_OPERATIONS), "--findings", findings])
    said = re.search(r"^swarm: (\d+) programs, (\d+) operations", result.stdout, re.M)
    good = result.returncode == 0 and said and int(said.group(1)) == count
    operations = f", {int(said.group(2)):,} operations" if said else ""
    score.add(f"{tool}, {count} programs{operations}", int(bool(good)), int(not good),
              f"exit {result.returncode}, program in {findings}\n" + result.stdout[-3000:])


def canary(score, faults_command, name, engine_name):
    """Leaves in the engine's folder what was built of this fault, and nothing of others."""
    result = run(faults_command + ["--engine", engine_name, "--names", name, "--trials", "1",
                                   "--limit", str(CANARY_SECONDS)])
    good = result.returncode == 0 and "1 of 1 found" in result.stdout
    score.add(f"canary: {engine_name} finds {name}", int(good), int(not good), result.stdout)


def canaries(score, faults_command):
    """A check that cannot fail is none: every engine must find a seeded fault."""
    for name, engine_name in ((CANARY, "afl"), (CANARY, "afl-plain"), (CANARY, "libfuzzer"),
                              (CANARY, "swarm"), (CANARY_MSAN, "swarm-msan")):
        canary(score, faults_command, name, engine_name)


def crash_gets_short(score, build, root, faults_command):
    """A crash is shrunk as a difference is."""
    canary(score, faults_command, CANARY_CRASH, "afl")
    folder = os.path.join(build, "faults-afl", CANARY_CRASH)
    crash = os.path.join(root, "fuzz", "tests", "crash.txt")
    operations, said = engine.shrink(os.path.join(folder, "replay-target"), crash,
                                     os.path.join(folder, "crash.txt"))
    good = operations <= MAX_CRASH_OPERATIONS and "warning" not in said
    score.add(f"a crash gets short: {operations} operations", int(good), int(not good), said)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--root", default=".")
    parser.add_argument("faults", nargs="+", help="the command of the fault runs")
    arguments = parser.parse_args()
    score = Score()
    try:
        unit_tests(score, arguments.build)
        python_tests(score, arguments.root)
        for tool in ("replay", "replay-msan"):
            replays(score, arguments.build, arguments.root, tool)
        for tool in SWARM_PROGRAMS:
            swarm_run(score, arguments.build, tool)
        crash_gets_short(score, arguments.build, arguments.root, arguments.faults)
        canaries(score, arguments.faults)
        check_campaign.check(score, arguments.build, arguments.root,
                             os.path.join(arguments.build, "faults-afl", CANARY))
    except (engine.EngineError, substitution.FaultError, OSError) as error:
        score.add("infrastructure", 0, 1, str(error))
    print(f"fuzz: {score.passed} passed, {score.failed} failed")
    return int(score.failed != 0)


if __name__ == "__main__":
    sys.exit(main())
