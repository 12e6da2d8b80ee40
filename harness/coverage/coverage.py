#!/usr/bin/env python3
"""Measures which functions and branches of src/ref and src/opt the tests and the corpus reach.

usage: coverage.py --build DIR --report DIR [--unreached FILE] [--programs DIR ..] [--no-tests]

Runs the tests of harness/ and every program of fuzz/corpus and fuzz/regressions (reference against
variant) with LLVM's source-based coverage. Each side of a branch that is not reached must stand in
harness/coverage/unreached.txt with its reason, and nothing else may: a new hole and a stale entry
fail. Writes coverage.txt and coverage.json.
Exit code: 0 as it should be, 1 a floor or the list is broken, 2 broken set-up.
"""

import argparse
import collections
import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "harness", "ci"))
from reports import write_file  # noqa: E402

FOLDERS = ("src/ref/", "src/opt/")
FLOOR_FUNCTIONS, FLOOR_BRANCHES = 100.0, 98.0
LEAST_BRANCHES = 300  # the sources have far more; fewer means that they were not measured

Side = collections.namedtuple("Side", "file function text taken number")


class Broken(Exception):
    """Nothing can be said about coverage."""


def run(command, extra=None):
    answer = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, check=False, text=True, errors="replace",
                            cwd=ROOT, env=dict(os.environ, LC_ALL="C", **(extra or {})))
    return answer.returncode, answer.stdout


def tool(name):
    """llvm-cov, under the name with the version if there is no other."""
    for candidate in (name, name + "-14"):
        if shutil.which(candidate):
            return candidate
    raise Broken(f"{name} is not installed; 'make deps' installs it")


def measure(options):
    """-> what llvm-cov exports"""
    build = os.path.abspath(options.build)
    raw = os.path.join(build, "raw")
    shutil.rmtree(raw, ignore_errors=True)
    os.makedirs(raw)
    settings = {"LLVM_PROFILE_FILE": os.path.join(raw, "%4m.profraw"),
                "PLUMBLINE": os.path.join(build, "plumbline"),
                "PLUMBLINE_SOURCES": os.path.join(ROOT, "src"),
                "PLUMBLINE_LIAR": os.path.join(build, "tests", "liar.so")}
    if not options.no_tests:
        code, said = run([os.path.join(build, "tests", "harness")], settings)
        if code != 0:
            raise Broken(f"the tests of harness/ end with {code}:\n{said[-2000:]}")
    programs = [os.path.join(folder, name) for folder in options.programs
                for name in sorted(os.listdir(os.path.join(ROOT, folder)))]
    for path in programs:
        form = "--text" if path.endswith(".txt") else "--records"
        code, said = run([settings["PLUMBLINE"], "diff", "ref", "opt", path, form], settings)
        if code != 0:
            raise Broken(f"{path}: exit {code}:\n{said[-2000:]}")
    profile = os.path.join(build, "all.profdata")
    code, said = run([tool("llvm-profdata"), "merge", "-o", profile]
                     + [os.path.join(raw, name) for name in sorted(os.listdir(raw))])
    if code != 0:
        raise Broken(f"llvm-profdata ends with {code}:\n{said[-2000:]}")
    exported = subprocess.run([tool("llvm-cov"), "export", "-instr-profile", profile,
                               settings["PLUMBLINE"], "-object",
                               os.path.join(build, "tests", "harness")],
                              stdout=subprocess.PIPE, check=False, cwd=ROOT)
    if exported.returncode != 0:
        raise Broken(f"llvm-cov export ends with {exported.returncode}")
    return json.loads(exported.stdout)["data"][0]


def inside(path):
    name = os.path.relpath(path, ROOT)
    return name if name.startswith(FOLDERS) else None


class Source:
    """The text of a file, to name branches by their condition and not by their line."""

    def __init__(self, name):
        with open(os.path.join(ROOT, name), encoding="utf-8") as stream:
            self.lines = stream.read().split("\n")

    def text(self, place):
        first, column, last, end = place
        if first == last:
            words = self.lines[first - 1][column - 1:end - 1]
        else:
            words = " ".join([self.lines[first - 1][column - 1:]] + self.lines[first:last - 1]
                             + [self.lines[last - 1][:end - 1]])
        return re.sub(r"\s+", " ", words).strip()


def collect(data):
    """-> ({(file, function): count}, {(file, function, place): [true, false]})

    An inline function has one record for each file that includes it: they are added."""
    functions, branches = collections.Counter(), {}
    for record in data["functions"]:
        name = inside(record["filenames"][0])
        if not name:
            continue
        function = record["name"].rsplit(":", 1)[-1]
        functions[name, function] += record["count"]
        for branch in record["branches"]:
            where = inside(record["filenames"][branch[6]])  # not the function's own in a macro
            if not where:
                continue
            counts = branches.setdefault((where, function, tuple(branch[:4])), [0, 0])
            counts[0] += branch[4]
            counts[1] += branch[5]
    return functions, branches


def unreached_sides(branches):
    """Two equal conditions in one function are told apart by a number."""
    sources, sides, seen = {}, {}, collections.Counter()
    for (name, function, place), counts in sorted(branches.items()):
        text = sources.setdefault(name, Source(name)).text(place)
        seen[name, function, text] += 1
        for taken, count in (("true", counts[0]), ("false", counts[1])):
            if count == 0:
                sides[Side(name, function, text, taken, seen[name, function, text])] = place[0]
    return sides


def read_reasons(path):
    """FILE FUNCTION true|false [NUMBER]: CONDITION, then an indented line with the reason."""
    reasons, side = {}, None
    head = re.compile(r"^(\S+) (\w+) (true|false)(?: (\d+))?: (.+)$")
    with open(path, encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            line = line.rstrip("\n")
            if not line.strip() or line.startswith("#"):
                continue
            if line.startswith("    ") and side:
                reasons[side] = (reasons[side] + " " + line.strip()).strip()
                continue
            found = head.match(line)
            if not found:
                raise Broken(f"{path}:{number}:1: expected FILE FUNCTION true|false: CONDITION, or "
                             "a reason behind four blanks")
            side = Side(found[1], found[2], found[5], found[3], int(found[4] or 1))
            if side in reasons:
                raise Broken(f"{path}:{number}:1: listed twice")
            reasons[side] = ""
    return reasons


def write_side(side):
    number = f" {side.number}" if side.number > 1 else ""
    return f"{side.file} {side.function} {side.taken}{number}: {side.text}"


def objections(functions, branches, sides, reasons, path):
    found = [f"{name}: function {function} is never called"
             for (name, function), count in sorted(functions.items()) if count == 0]
    found += [f"{side.file}:{line}: never {side.taken}, and not in {path}:\n    "
              + write_side(side) for side, line in sorted(sides.items()) if side not in reasons]
    found += [f"{path}: stale, for it is reached or gone: {write_side(side)}"
              for side in sorted(reasons) if side not in sides]
    found += [f"{path}: no reason given: {write_side(side)}"
              for side in sorted(reasons) if side in sides and not reasons[side]]
    if 2 * len(branches) < LEAST_BRANCHES:
        found.append(f"only {2 * len(branches)} sides of branches were measured")
    return found


def summary(functions, branches, sides):
    """Rows by file, and the whole last."""
    rows = {}
    for (name, _), count in functions.items():
        row = rows.setdefault(name, [0, 0, 0, 0])
        row[0] += 1
        row[1] += count > 0
    for name, _, _ in branches:
        rows[name][2] += 2
        rows[name][3] += 2
    for side in sides:
        rows[side.file][3] -= 1
    result = [(name, *row) for name, row in sorted(rows.items())]
    return result + [("all", *(sum(row[i] for row in result) for i in range(1, 5)))]


def percent(part, whole):
    return 100.0 * part / whole if whole else 0.0


def report(options, rows, sides, reasons, found):
    lines = [f"{'file':28} {'functions':>12} {'branches':>12} {'':>8}"]
    lines += [f"{name:28} {reached:5} / {count:<4} {taken:5} / {all_sides:<4} "
              f"{percent(taken, all_sides):7.2f} %"
              for name, count, reached, all_sides, taken in rows]
    _, count, reached, all_sides, taken = rows[-1]
    if percent(reached, count) < FLOOR_FUNCTIONS:
        found.append(f"{percent(reached, count):.2f} % of functions, at least {FLOOR_FUNCTIONS} % "
                     "expected")
    if percent(taken, all_sides) < FLOOR_BRANCHES:
        found.append(f"{percent(taken, all_sides):.2f} % of branches, at least {FLOOR_BRANCHES} % "
                     "expected")
    lines += ["", "not reached:"] + [f"{write_side(side)}\n    {reasons.get(side, 'NO REASON')}"
                                     for side in sorted(sides)] + [""]
    lines += ["objection: " + text for text in found]
    lines.append(f"coverage: {reached} of {count} functions, {taken} of {all_sides} sides of "
                 f"branches ({percent(taken, all_sides):.2f} %), {len(sides)} with a reason, "
                 f"{len(found)} objections")
    write_file(os.path.join(options.report, "coverage.txt"), "\n".join(lines) + "\n")
    write_file(os.path.join(options.report, "coverage.json"), json.dumps(
        {"functions": count, "functions_reached": reached, "branches": all_sides,
         "branches_reached": taken, "percent": round(percent(taken, all_sides), 2),
         "files": [dict(zip(("file", "functions", "functions_reached", "branches",
                             "branches_reached"), row)) for row in rows[:-1]],
         "unreached": [dict(side._asdict(), reason=reasons.get(side, ""))
                       for side in sorted(sides)],
         "objections": found}, indent=1) + "\n")
    print("\n".join(["objection: " + text for text in found] + lines[-1:]))
    return 1 if found else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--report", required=True)
    parser.add_argument("--unreached", default=os.path.join("harness", "coverage", "unreached.txt"))
    parser.add_argument("--programs", nargs="*", default=["fuzz/corpus", "fuzz/regressions"])
    parser.add_argument("--no-tests", action="store_true", help="only the programs")
    options = parser.parse_args()
    try:
        functions, branches = collect(measure(options))
        sides = unreached_sides(branches)
        reasons = read_reasons(os.path.join(ROOT, options.unreached))
        found = objections(functions, branches, sides, reasons, options.unreached)
        return report(options, summary(functions, branches, sides), sides, reasons, found)
    except (Broken, OSError, ValueError, KeyError) as error:
        print(f"coverage: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
