#!/usr/bin/env python3
"""Generates small faults in the reference's code and contracts; each must stop the proof.

usage: mutate.py [--total N] [--count N] [--names "a b"] [--functions "f g"] [--list | --check]
                 [--time SECONDS] [--workers N] [--resume]

The mutants are the same every time: all that the operators of mutate_operators.py can do to src/ref,
of which --total (240) are taken, spread over the functions. --count tries only so many of them.
--list prints them; --check looks that they apply and that proofs/survivors.txt names only mutants
there are. A code mutant must make its own function unprovable, a weakened precondition or invariant
too; a weakened postcondition a function that calls it. A mutant that is no C or no ACSL is
stillborn and does not count. Survivors are listed in proofs/survivors.txt: NAME, a digest of what
it changes, and the reason; if code moves so that the name means another change, --check says so.
--resume takes over what an interrupted run of the same tree has found.
Writes build/report/mutate.txt and mutate.json: for each function goals, mutants, killed.
Exit code: 0 every mutant is killed or explained, and of a whole set 95 % are killed; 1 not so;
2 broken set-up.
"""

import argparse
import collections
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time

import mutants
import mutate_operators
import wp

ROOT = mutants.ROOT
TOTAL, LEAST = 240, 200
LEAST_KILLED = 95  # percent
SURVIVORS = os.path.join(ROOT, "proofs", "survivors.txt")


class Generated:
    """What mutants.judge wants of a mutant."""

    def __init__(self, change, functions, number):
        self.change, self.functions, self.file = change, functions, change.file
        self.name = f"{change.function}.{change.operator}.{number}"
        self.header = {"why": f"{change.operator}: {change.shown}"}
        self.state, self.detail, self.seconds, self.limit = "", "", 0.0, wp.TIME_LIMIT

    def apply(self, text):
        start, end = self.change.span
        if text[start:end] != self.change.old:
            raise mutants.Broken(f"{self.name}: {self.file} is not what it was made from")
        return text[:start] + self.change.new + text[end:]

    def rank(self):
        """An order that has nothing to do with the text's."""
        return hashlib.sha1((self.name + self.change.shown).encode()).hexdigest()

    def digest(self):
        """Of the change: a name holds a number, and numbers move."""
        return hashlib.sha1(self.change.shown.encode()).hexdigest()[:8]


def compiles(mutant):
    """A mutant of the code must be C."""
    with open(os.path.join(ROOT, mutant.file), encoding="utf-8") as stream:
        text = mutant.apply(stream.read())
    run = subprocess.run(["clang", "-std=c11", "-fsyntax-only", "-w", "-x", "c", "-I.", "-Isrc",
                          "-I" + os.path.dirname(mutant.file), "-"], cwd=ROOT,
                         input=text, text=True, capture_output=True, check=False)
    return run.returncode == 0


def generate():
    """All mutants by name."""
    sources = mutate_operators.load(ROOT)
    numbers, result = collections.Counter(), []
    for change in mutate_operators.changes(sources):
        functions = [change.function]
        if change.needs_caller:
            functions = sorted(sources.callers.get(change.function, ()))
            if not functions:
                continue  # of the public functions the theorems say what must stand in a contract
        numbers[change.function, change.operator] += 1
        result.append(Generated(change, functions,
                                numbers[change.function, change.operator]))
    return result


def take_one(first, second):
    """The next of the first list that can be used, or else of the second; None if there is none."""
    for queue in (first, second):
        while queue:
            mutant = queue.pop(0)
            if mutant.change.is_contract or compiles(mutant):
                return mutant
    return None


def spread(everything, total):
    """So many: one of each function, then a second one of each, and so on, in turn of its code and
    of its contract."""
    functions = {}
    for mutant in sorted(everything, key=Generated.rank):
        queues = functions.setdefault(mutant.change.function, ([], []))
        queues[mutant.change.is_contract].append(mutant)
    chosen, turn = [], 0
    while len(chosen) < total and any(code or contract for code, contract in functions.values()):
        for number, queues in enumerate(functions.values()):
            kind = (turn + number) % 2
            mutant = take_one(queues[kind], queues[1 - kind])
            if mutant and len(chosen) < total:
                chosen.append(mutant)
        turn += 1
    return sorted(chosen, key=Generated.rank)


def read_survivors():
    """NAME DIGEST: the reason; further lines of it behind blanks. -> {name: [digest, reason]}"""
    reasons, name = {}, None
    if not os.path.exists(SURVIVORS):
        return reasons
    with open(SURVIVORS, encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            if not line.strip() or line.startswith("#"):
                continue
            found = re.match(r"([\w.-]+) ([0-9a-f]{8}): (.+)$", line)
            if found:
                name = found[1]
                reasons[name] = [found[2], found[3].strip()]
            elif line.startswith(" ") and name:
                reasons[name][1] += " " + line.strip()
            else:
                raise mutants.Broken(f"{SURVIVORS}:{number}:1: expected NAME DIGEST: REASON")
    return reasons


def check(chosen, everything, reasons):
    known = {mutant.name: mutant for mutant in everything}
    stale = sorted(set(reasons) - set(known))
    if stale:
        raise mutants.Broken(f"proofs/survivors.txt: no such mutants: {' '.join(stale)}")
    for name, (digest, _) in reasons.items():
        if known[name].digest() != digest:
            raise mutants.Broken(f"proofs/survivors.txt: {name} is another change now, "
                                 f"{known[name].digest()}: {known[name].change.shown}")
    if len(chosen) < LEAST:
        raise mutants.Broken(f"{len(chosen)} mutants, expected at least {LEAST}")
    reached = {mutant.change.function for mutant in chosen}
    there = {mutant.change.function for mutant in everything}
    if len(reached) < min(len(chosen), len(there)):
        raise mutants.Broken(f"{len(chosen)} mutants of {len(reached)} functions only, "
                             f"of {len(there)}")
    for mutant in chosen:
        with open(os.path.join(ROOT, mutant.file), encoding="utf-8") as stream:
            mutant.apply(stream.read())


def explain(chosen, reasons):
    """Each mutant gets its reason, if that is of what the mutant changes."""
    for mutant in chosen:
        digest, reason = reasons.get(mutant.name, ("", ""))
        if mutant.digest() == digest:
            mutant.header["survives"] = reason


def finish(chosen):
    """What judge says, in the words of the report."""
    for mutant in chosen:
        if mutant.state == "broken" and "cannot read it" in mutant.detail:
            mutant.state = "stillborn"


def goals_of(control, mutant):
    """Nothing is known of a function whose callers are what the mutants must break."""
    return control.get(mutant.change.function, {}).get("goals")


def table(chosen, control):
    """Rows (function, goals, mutants, killed, explained), stillborn ones not counted."""
    rows = {}
    for mutant in chosen:
        if mutant.state == "stillborn":
            continue
        row = rows.setdefault(mutant.change.function, [goals_of(control, mutant), 0, 0, 0])
        row[1] += 1
        row[2] += mutant.state == "killed"
        row[3] += mutant.state == "explained"
    return [(name, *row) for name, row in sorted(rows.items())]


def verdict(count, tried, percent):
    """-> the exit code; in a whole set survivors with a reason must be few"""
    if count["broken"]:
        return 2
    return 1 if count["survived"] or (tried >= LEAST and percent < LEAST_KILLED) else 0


def report(chosen, control, seconds):
    count = collections.Counter(mutant.state for mutant in chosen)
    tried = len(chosen) - count["stillborn"]
    lines = [f"{'function':34} {'goals':>6} {'mutants':>8} {'killed':>7} {'explained':>10}"]
    rows = table(chosen, control)
    lines += [f"{name:34} {total if total is not None else '-':>6} {number:8} {killed:7} "
              f"{explained:10}" for name, total, number, killed, explained in rows]
    lines += [""] + [f"{mutant.state:9} {mutant.name}: {mutant.header['why']}\n{'':10}-> "
                     f"{mutant.detail}" for mutant in chosen]
    percent = 100 * count["killed"] / tried if tried else 0
    lines.append(f"mutate: {tried} mutants, {count['killed']} killed ({percent:.1f} %), "
                 f"{count['explained']} explained, {count['survived']} survive, "
                 f"{count['broken']} broken, {count['stillborn']} stillborn ({seconds:.0f} s)")
    folder = os.path.join(ROOT, "build", "report")
    wp.write_file(os.path.join(folder, "mutate.txt"), "\n".join(lines) + "\n")
    wp.write_file(os.path.join(folder, "mutate.json"), json.dumps(
        {"mutants": [{"name": m.name, "file": m.file, "functions": m.functions, "state": m.state,
                      "why": m.header["why"], "detail": m.detail, "seconds": round(m.seconds, 1)}
                     for m in chosen if m.state != "stillborn"],
         "functions": [dict(zip(("name", "goals", "mutants", "killed", "explained"), row))
                       for row in rows], "count": dict(count), "percent": round(percent, 1),
         "seconds": round(seconds, 1)}, indent=1) + "\n")
    print(lines[-1])
    return verdict(count, tried, percent)


def select(options, everything):
    chosen = spread(everything, options.total)
    names, functions = options.names.split(), options.functions.split()
    if names:
        chosen = [mutant for mutant in chosen if mutant.name in names]
    if functions:
        chosen = [mutant for mutant in chosen if mutant.change.function in functions]
    if options.count:
        chosen = chosen[:options.count]
    if not chosen:
        raise mutants.Broken("no mutant of that name or function")
    return chosen


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--total", type=int, default=TOTAL)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--names", default="")
    parser.add_argument("--functions", default="")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--time", type=int, default=4, help="seconds for each goal and prover, at least")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--resume", action="store_true")
    options = parser.parse_args()
    build = os.path.join(ROOT, "build", "mutate")
    wp.stop_children_on_signals()
    start = time.monotonic()
    try:
        everything, reasons = generate(), read_survivors()
        chosen = select(options, everything)
        if options.list:
            for mutant in chosen:
                print(f"{mutant.name}  {mutant.file}  {' '.join(mutant.functions)}\n    "
                      f"{mutant.change.shown}")
        if options.check:
            check(chosen, everything, reasons)
            print(f"mutate: {len(chosen)} mutants apply")
        if options.list or options.check:
            return 0
        shutil.rmtree(build, ignore_errors=True)
        functions = {name for one in chosen for name in one.functions}
        known, done = mutants.open_journals(build, options.time, options.resume)
        control = mutants.prove_unchanged(functions, build, options.workers, known)
        mutants.aim(chosen, control, options.time)
        explain(chosen, reasons)
        mutants.run_all(chosen, build, options.workers, done)
        finish(chosen)
    except (mutants.Broken, wp.Infrastructure, OSError) as error:
        print(f"mutate: {error}", file=sys.stderr)
        return 2
    return report(chosen, control, time.monotonic() - start)


if __name__ == "__main__":
    sys.exit(main())
