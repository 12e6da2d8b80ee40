#!/usr/bin/env python3
"""Turns what stands in build/report into JUnit XML and SARIF 2.1.0: tests, proofs, findings.

usage: reports.py --report DIR [--output DIR]

Reads check.json, proof.json, mutants.json, mutate.json, fuzz.json, libfuzzer.json, replay.json,
subject.json, faults.json and coverage.json, those that are there; writes junit.xml and plumbline.sarif.
Exit code: 0 nothing failed, 1 something did, 2 there is no report, or one that can't be read.
"""

import argparse
import json
import math
import os
import re
import sys
import tempfile
import urllib.parse
import xml.etree.ElementTree as ET

RULES = {"test": "a test failed", "proof": "a goal is not proven, or the gate objects",
         "mutant": "a fault in code or contract that does not stop the proof",
         "difference": "the variant does not do what the proven reference does",
         "fault": "a seeded fault that was not found, or a control that was",
         "set-up": "a run that proves nothing, for its set-up is broken"}
PLACE = re.compile(r"^(?P<path>[\w./-]+\.\w+):(?P<line>\d{1,9})(?::(?P<column>\d{1,9}))?"
                   r"(?:[:\s]|$)")
# Of the program that a difference was found with: the log speaks of the file beside it.
LINE = re.compile(r"^difference at operation \d+ \(line (\d{1,9})\)", re.M)
ADDRESS = re.compile(r"\+?0x[0-9a-fA-F]+")
# What a report that is JSON but of another shape makes the readers raise.
SHAPE = (KeyError, IndexError, TypeError, AttributeError, ValueError, ArithmeticError)
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd]")


class BadReport(Exception):
    """A report that can't be used."""


class Case:
    def __init__(self, name, seconds=0.0, problem="", rule="test", path="", broken=False):
        for text in (name, problem, path):
            if not isinstance(text, str):
                raise TypeError(f"{text!r:.40}; expected text")
        if isinstance(seconds, bool) or not math.isfinite(seconds) or seconds < 0:
            raise ValueError(f"{seconds!r:.40}; expected seconds")
        self.name, self.seconds, self.problem = name, seconds, problem
        self.rule, self.path, self.broken = rule, path, broken


def write_file(path, text):
    folder = os.path.dirname(path) or "."
    os.makedirs(folder, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".writing-")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    os.chmod(temporary, 0o644)
    os.replace(temporary, path)


# ---- reading

def check_cases(data):
    suites = {}
    for part in data["parts"]:
        if not isinstance(part["name"], str):
            raise TypeError(f"{part['name']!r:.40}; expected text")
        cases = [Case(test["name"], problem="" if test["passed"] else test["detail"] or "failed",
                      path="Makefile") for test in part["tests"]]
        missing = part["failed"] - sum(bool(case.problem) for case in cases)
        if missing > 0 or not cases:
            problem = f"{part['failed']} failed; exit code {part['code']}" if part["failed"] else ""
            cases.append(Case(f"all {part['passed'] + part['failed']}", part["seconds"], problem,
                              path="Makefile"))
        suites[part["name"]] = cases
    return suites


def proof_cases(data):
    cases = []
    for function in data["functions"]:
        problem = "" if function["proven"] else \
            f"{function['goals_proven']} of {function['goals']} goals proven"
        cases.append(Case(f"{function['name']} ({function['goals']} goals)", function["seconds"],
                          problem, "proof", f"src/ref/{function['unit']}"
                          if "/" not in function["unit"] else function["unit"]))
    for row in data["theorems"]:
        cases.append(Case(f"theorem {row['number']} {row['name']}",
                          problem="" if row["proven"] else "not proven", rule="proof",
                          path="spec/README.md"))
    cases += [Case(f"objection {number}", problem=text, rule="proof", path="proofs/TRUST.md")
              for number, text in enumerate(data["objections"], 1)]
    return {"proof": cases}


def mutant_cases(data):
    return {"proof mutants": [
        Case(f"{one['name']}: {one['why']}", one["seconds"],
             "" if one["state"] in ("killed", "explained") else f"{one['state']}: {one['detail']}",
             "mutant", one["file"], one["state"] == "broken") for one in data["mutants"]]}


def generated_cases(data):
    return {"generated proof mutants": mutant_cases(data)["proof mutants"]}


def campaign_cases(name):
    def cases_of(data):
        cases = [Case(entry["signature"], problem=campaign_text(entry), rule="difference",
                      path=entry.get("program", entry["input"])) for entry in data["findings"]]
        cases += [Case(f"set-up {number}", problem=text, rule="set-up", broken=True,
                       path="harness/ci/README.md")
                  for number, text in enumerate(data["problems"], 1)]
        return {name: cases or [Case(f"{data['executions']} executions", data["seconds"])]}
    return cases_of


def campaign_text(entry):
    """The log beside the program has both answers, the field and the theorem."""
    log = entry.get("log") or os.path.splitext(entry.get("program", ""))[0] + ".log"
    if not os.path.isfile(log):
        return entry["signature"]
    with open(log, encoding="utf-8", errors="replace") as stream:
        return stream.read()


def replay_cases(data):
    """Of each trace what `make replay` fails for: differences, and calls that both refuse."""
    cases = []
    for trace in data["traces"]:
        for name, part in ((trace["name"], trace),
                           (f"{trace['name']}, from the recorded state", trace["from_state"])):
            for what, count in (("differences", part["differences"]),
                                ("calls refused", part["refused"])):
                cases.append(Case(f"{name}: {what}", problem=f"{count} {what}" if count else "",
                                  rule="difference", path="harness/traces/README.md"))
    return {"recorded traces": cases}


def fault_cases(data):
    """The first engine must find every fault, the others are there to compare; none a control."""
    suites, judged = {}, next(iter(data["engines"]), None)
    for engine_name, part in data["engines"].items():
        suites["seeded faults, " + engine_name] = [
            Case(one["name"], one["seconds"],
                 "" if one["as_expected"] or (engine_name != judged and one["expect"] == "found")
                 else f"found in {one['found']} of {one['trials']} trials, expected: "
                 f"{one['expect']}", "fault", f"fuzz/faults/{one['name']}.fault")
            for one in part["faults"]]
    return suites


def coverage_cases(data):
    """One for each file, and one for each objection."""
    cases = [Case(f"{one['file']}: {one['functions_reached']} of {one['functions']} functions, "
                  f"{one['branches_reached']} of {one['branches']} branches")
             for one in data["files"]]
    return {"coverage": cases + [Case(f"objection {number}", problem=text,
                                      path="harness/coverage/unreached.txt")
                                 for number, text in enumerate(data["objections"], 1)]}


READERS = {"check": check_cases, "proof": proof_cases, "mutants": mutant_cases,
           "mutate": generated_cases,
           "fuzz": campaign_cases("campaign, AFL++"),
           "libfuzzer": campaign_cases("campaign, libFuzzer"), "subject": campaign_cases("subject"),
           "replay": replay_cases, "faults": fault_cases, "coverage": coverage_cases}


def load(path):
    """-> what a report holds; None if it is not there"""
    try:
        with open(path, encoding="utf-8") as stream:
            data = json.load(stream)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise BadReport(f"{path}:1:1: can't be read: {error}; expected a report in JSON") from None
    if not isinstance(data, dict):
        raise BadReport(f"{path}:1:1: no report of this kind: {data!r:.40}; expected an object")
    return data


def shaped(path, reader, data):
    """What a reader makes of a report; one of another shape is named."""
    try:
        return reader(data)
    except (*SHAPE, OSError) as error:
        raise BadReport(f"{path}:1:1: no report of this kind: {type(error).__name__}: {error}; "
                        "expected what this tree writes there") from None


def read(folder, kinds=tuple(READERS)):
    """All suites of a folder's reports: {name: [Case]}."""
    suites = {}
    for name, reader in READERS.items():
        path = os.path.join(folder, name + ".json")
        data = load(path) if name in kinds else None
        if data is not None:
            suites.update(shaped(path, reader, data))
    if not suites:
        raise BadReport(f"{folder}: no report; expected one of "
                        + ", ".join(name + ".json" for name in READERS))
    return suites


# ---- writing

def clean(text):
    return NOT_XML.sub("?", text)


def junit(suites):
    root = ET.Element("testsuites", name="plumbline")
    totals = {"tests": 0, "failures": 0, "errors": 0}
    for name, cases in suites.items():
        counts = {"tests": len(cases),
                  "failures": sum(bool(case.problem) and not case.broken for case in cases),
                  "errors": sum(bool(case.problem) and case.broken for case in cases)}
        suite = ET.SubElement(root, "testsuite", name=clean(name),
                              time=f"{sum(case.seconds for case in cases):.1f}",
                              **{key: str(value) for key, value in counts.items()})
        for key, value in counts.items():
            totals[key] += value
        for case in cases:
            element = ET.SubElement(suite, "testcase", classname="plumbline." + clean(name),
                                    name=clean(case.name), time=f"{case.seconds:.2f}")
            if case.problem:
                child = ET.SubElement(element, "error" if case.broken else "failure",
                                      message=clean(case.problem.split("\n")[0])[:200])
                child.text = clean(case.problem)
    for key, value in totals.items():
        root.set(key, str(value))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def uri_of(path):
    """A relative reference: a blank or a colon would make another of it."""
    if os.path.isabs(path):
        path = os.path.relpath(path)
    return urllib.parse.quote(path.replace(os.sep, "/").encode("utf-8", "surrogatepass"))


def location(case):
    """Of every result one: code scanning refuses those without, and absolute paths too."""
    found, line = PLACE.match(case.problem), LINE.search(case.problem)
    path, region = case.path, {"startLine": max(1, int(line[1])) if line else 1}
    if found and not os.path.isabs(found["path"]):
        path, region = found["path"], {"startLine": max(1, int(found["line"]))}
        if found["column"]:
            region["startColumn"] = max(1, int(found["column"]))
    return [{"physicalLocation": {"artifactLocation": {"uri": uri_of(path)}, "region": region}}]


def sarif(suites):
    results = []
    for name, cases in suites.items():
        for case in cases:
            if case.problem:
                results.append({"ruleId": case.rule, "level": "error",
                                "message": {"text": f"{name}: {case.name}: {case.problem}"[:4000]},
                                "locations": location(case),
                                "partialFingerprints": {  # the next build has other addresses
                                    "case/v1": ADDRESS.sub("", f"{name}/{case.name}")}})
    rules = [{"id": name, "shortDescription": {"text": text}} for name, text in RULES.items()]
    return json.dumps({"$schema": "https://json.schemastore.org/sarif-2.1.0.json",
                       "version": "2.1.0",
                       "runs": [{"tool": {"driver": {"name": "Plumbline", "rules": rules}},
                                 "columnKind": "unicodeCodePoints", "results": results}]},
                      indent=1) + "\n"


def write(suites, folder):
    """-> how many cases failed"""
    write_file(os.path.join(folder, "junit.xml"), junit(suites))
    write_file(os.path.join(folder, "plumbline.sarif"), sarif(suites))
    return sum(bool(case.problem) for cases in suites.values() for case in cases)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--report", default="build/report")
    parser.add_argument("--output", help="the same folder if not given")
    options = parser.parse_args()
    try:
        suites = read(options.report)
        failed = write(suites, options.output or options.report)
    except (BadReport, OSError) as error:
        print(f"reports: {error}", file=sys.stderr)
        return 2
    print(f"reports: {sum(len(cases) for cases in suites.values())} cases in {len(suites)} suites, "
          f"{failed} failed; junit.xml and plumbline.sarif in {options.output or options.report}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
