#!/usr/bin/env python3
"""Runs the parts of a main job one after the other and sums up what their reports say.

usage: run.py --make MAKE --report DIR [--time SECONDS] [--check | --only-report]

Without --check: prove, build, replay, fuzz, then the summary (also build/report/summary.txt).
With --check: all tests, and their counts. Exit code: 0 all parts pass, 1 one does not, 2 a report
can't be read: then there is no summary.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "ci"))
import reports  # noqa: E402

RUN = ("prove", "build", "replay", "fuzz")
CHECK = ("check-harness", "check-fuzz", "check-parsers", "check-ci", "check-coverage",
         "check-evidence", "check-mutants", "prove-canary")
REPORTS = {"prove": "proof", "replay": "replay", "fuzz": "fuzz"}
TEST = re.compile(r"^  (ok|FAILED) +(.+?)(?:: \d+ passed, \d+ failed)?$")
UNITTEST = re.compile(r"^(test_\w+) \(.*\) \.\.\. (ok|FAIL|ERROR)$")  # Python's own
BLAMED = re.compile(r"^(?:FAIL|ERROR): (test_\w+) ")
COUNTS = re.compile(r"^(?:[\w-]+: )?(\d+) passed, (\d+) failed$")


class Part:
    def __init__(self, name):
        self.name, self.code, self.seconds, self.lines = name, None, 0.0, []

    def run(self, command):
        print(f"==> {self.name}", flush=True)
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   text=True, errors="replace")
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            self.lines.append(line.rstrip("\n"))
        self.code = process.wait()
        self.seconds = time.monotonic() - start
        state = "ok" if self.code == 0 else f"FAILED with exit code {self.code}"
        print(f"==> {self.name}: {state} ({self.seconds:.0f} s)", flush=True)

    def counts(self):
        """The last count the part prints; a part that prints none is one test."""
        for line in reversed(self.lines):
            found = COUNTS.match(line)
            if found:
                passed, failed = int(found.group(1)), int(found.group(2))
                return passed, failed + (1 if self.code != 0 and failed == 0 else 0)
        return (1, 0) if self.code == 0 else (0, 1)

    def tests(self):
        """The lines '  ok NAME' and '  FAILED NAME', with what follows a failed one."""
        found, last = {}, None
        for line in self.lines:
            test, python, blamed = TEST.match(line), UNITTEST.match(line), BLAMED.match(line)
            if test or python:
                name, state = (test[2], test[1]) if test else (python[1], python[2])
                last = found[name] = {"name": name, "passed": state == "ok", "detail": ""}
            elif blamed:
                last = found.get(blamed[1])
            elif last and not last["passed"] and len(last["detail"]) < 4000:
                last["detail"] += line + "\n"
        return list(found.values())


def run_parts(names, options):
    parts = []
    for name in names:
        part = Part(name)
        variables = [f"TIME={options.time}"] if name == "fuzz" else []
        part.run(options.make.split() + ["--no-print-directory", name] + variables)
        parts.append(part)
    return parts


def load(folder, name, reader):
    """What a reader makes of a report, or of None if it is not there."""
    path = os.path.join(folder, name + ".json")
    return reports.shaped(path, reader, reports.load(path))


def proof_lines(data):
    if data is None:
        return ["proof       no report"]
    theorems = data["theorems"]
    return [f"proof       {data['theorems_proven']} of {len(theorems)} theorems proven",
            f"            {data['goals_proven']:,} of {data['goals']:,} goals in "
            f"{len(data['functions'])} functions, {data['seconds']:.0f} s; "
            f"0 axioms, 0 admitted",
            f"            slowest goal {data['slowest']['seconds']} s of {data['limit']} s; "
            f"{data['probes'] + data['smoke_tests']:,} attempts to prove \\false, "
            + ("none succeeded" if data["proven"] else "see the objections")] + \
           [f"            objection: {text}" for text in data["objections"][:5]]


def replay_lines(data):
    if data is None:
        return ["replay      no report"]
    names = ", ".join(trace["name"] for trace in data["traces"])
    state = data["from_state"]
    return [f"replay      {data['operations']:,} operations compared in {len(data['traces'])} "
            f"traces ({names})",
            f"            {data['refused']:,} refused by both, {data['differences']} differences",
            f"            {state['operations']:,} from the recorded states "
            f"({state['lines']} lines reported as recorded)",
            f"            {state['refused']:,} refused by both, {state['differences']} differences"]


def fuzz_lines(data):
    if data is None:
        return ["campaign    no report"]
    return [f"campaign    {data['executions']:,} executions in {data['seconds']:.0f} s "
            f"({data['executions_per_cpu_second']:,} per CPU second)",
            f"            {data['operations_compared']:,} operations compared, "
            f"{data['differences']} differences"]


def differences(data):
    """None if there is no report."""
    if data is None:
        return None
    return data.get("differences", 0) + data.get("from_state", {}).get("differences", 0)


def write_summary(folder, parts):
    lines = ["Plumbline", ""]
    for name, reader in (("proof", proof_lines), ("replay", replay_lines), ("fuzz", fuzz_lines)):
        lines += load(folder, name, reader)
    lines.append("")
    for part in parts:
        state = "ok" if part.code == 0 else f"FAILED with exit code {part.code}"
        lines.append(f"{part.name:11} {state}, {part.seconds:.0f} s")
    names = sorted(name for name in os.listdir(folder)
                   if name.endswith((".txt", ".json")) and name != "summary.txt") \
        if os.path.isdir(folder) else []
    lines.append(f"files       {folder}/: " + ", ".join(names))
    good = all(part.code == 0 for part in parts) and \
        all(load(folder, name, differences) == 0 for name in REPORTS.values())
    if parts:
        lines.append("verdict     " + ("PASS" if good else "FAIL"))
    text = "\n".join(lines) + "\n"
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "summary.txt")
    with open(path + ".new", "w", encoding="utf-8") as stream:
        stream.write(text)
    os.replace(path + ".new", path)
    print("\n" + text, end="", flush=True)
    return good


def forget(folder):
    """An old report must not speak for this run."""
    names = [name + ending for name in REPORTS.values() for ending in (".json", ".txt")]
    for name in names + ["summary.txt"]:
        path = os.path.join(folder, name)
        if os.path.exists(path):
            os.remove(path)


def check(options):
    parts, passed, failed = run_parts(CHECK, options), 0, 0
    print("")
    for part in parts:
        counts = part.counts()
        passed, failed = passed + counts[0], failed + counts[1]
        print(f"{part.name:14} {counts[0]} passed, {counts[1]} failed ({part.seconds:.0f} s)")
    print(f"check: {passed} passed, {failed} failed")
    write_check(options.report, parts)
    return 1 if failed or any(part.code != 0 for part in parts) else 0


def write_check(folder, parts):
    """What the reports for CI are made of."""
    data = {"parts": [{"name": part.name, "code": part.code, "seconds": round(part.seconds, 1),
                       "passed": part.counts()[0], "failed": part.counts()[1],
                       "tests": part.tests()} for part in parts]}
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "check.json")
    with open(path + ".new", "w", encoding="utf-8") as stream:
        json.dump(data, stream, indent=1)
    os.replace(path + ".new", path)


def job(options):
    if options.check:
        return check(options)
    if options.only_report:
        write_summary(options.report, [])
        return 0
    forget(options.report)
    return 0 if write_summary(options.report, run_parts(RUN, options)) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--make", default="make")
    parser.add_argument("--report", default="build/report")
    parser.add_argument("--time", default="60")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--only-report", action="store_true")
    options = parser.parse_args()
    try:
        return job(options)
    except (OSError, reports.BadReport) as error:
        print(f"run: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
