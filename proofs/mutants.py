#!/usr/bin/env python3
"""Breaks the code or a contract in many small ways; each must stop the proof.

usage: mutants.py [--count N] [--names "a b"] [--check] [--time SECONDS] [--workers N] [--resume]

A mutant is a file of proofs/must-fail: header lines 'file:', 'function:' (those that must become
unprovable, the gate looks at them in order), 'why:' and, for one that is known to survive,
'survives:' with the reason; then '--- old' with text that stands exactly once in the file, and
'+++ new' with what replaces it (more such pairs may follow). It is applied to a copy of the tree.
The same functions are proven unchanged first, with the gate's provers and limits: the control. What
build/report/proof.json says was proven in this very tree is not proven again. A mutant's goals get
three times as long as the slowest of its functions needed then, at most the gate's limit.
--check only applies the substitutions. --resume takes over what an interrupted run of the same tree
has found. Writes build/report/mutants.txt and mutants.json.
Exit code: 0 every mutant is killed or explained, 1 one survives, 2 a mutant or the control is broken.
"""

import argparse
import concurrent.futures
import json
import math
import os
import re
import shutil
import sys
import threading
import time

import gate
import report
import wp
from report import journal

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

FOLDER = os.path.join(ROOT, "proofs", "must-fail")
# No quick tries first: the goal that stops a mutant is one that all of them fail on.
PROVERS = "z3,z3-plain,cvc4"
KEYS = ("file", "function", "why", "survives")


class Broken(Exception):
    """A mutant that cannot be judged."""


class Mutant:
    def __init__(self, path):
        self.name = os.path.basename(path)[:-4]
        self.header, self.pairs = {}, []
        self.state, self.detail, self.seconds, self.limit = "", "", 0.0, wp.TIME_LIMIT
        self._parse(path)
        for key in KEYS[:3]:
            if not self.header.get(key):
                raise Broken(f"{path}:1:1: the header line '{key}:' is missing")
        if not self.pairs:
            raise Broken(f"{path}:1:1: no '--- old' and '+++ new'")
        self.file = self.header["file"]
        self.functions = self.header["function"].replace(",", " ").split()

    def _parse(self, path):
        mode = None
        with open(path, encoding="utf-8", errors="surrogateescape") as stream:
            for number, line in enumerate(stream, 1):
                bad = re.search("[\udc80-\udcff]", line)
                if bad:
                    raise Broken(f"{path}:{number}:{bad.start() + 1}: no UTF-8 text")
                if line.rstrip("\n") == "--- old":
                    self.pairs.append(["", ""])
                    mode = 0
                elif line.rstrip("\n") == "+++ new" and mode == 0:
                    mode = 1
                elif mode is not None:
                    self.pairs[-1][mode] += line
                elif line.strip():
                    key, colon, value = line.partition(":")
                    if not colon or key not in KEYS:
                        raise Broken(f"{path}:{number}:1: expected one of {', '.join(KEYS)}")
                    self.header[key] = value.strip()

    def apply(self, text):
        for old, new in self.pairs:
            if text.count(old) != 1 or not old.strip():
                raise Broken(f"{self.name}: the old text stands {text.count(old)} times in "
                             f"{self.file}, expected once:\n{old}")
            if old == new:
                raise Broken(f"{self.name}: old and new text are the same")
            text = text.replace(old, new)
        return text


def load(names):
    files = sorted(name for name in os.listdir(FOLDER) if name.endswith(".txt"))
    mutants = [Mutant(os.path.join(FOLDER, name)) for name in files]
    known = {mutant.name for mutant in mutants}
    for name in names:
        if name not in known:
            raise Broken(f"mutant '{name}': no such file in proofs/must-fail")
    mutants = [m for m in mutants if not names or m.name in names]
    if not mutants:
        raise Broken("proofs/must-fail holds no mutant")
    for mutant in mutants:
        with open(os.path.join(ROOT, mutant.file), encoding="utf-8") as stream:
            mutant.apply(stream.read())
    return mutants


def pick(mutants, count):
    """The same few every time, spread over the list; not those that are known to survive."""
    sure = [m for m in mutants if "survives" not in m.header]
    if not count or count >= len(sure):
        return mutants if not count else sure
    return [sure[i * len(sure) // count] for i in range(count)]


def copy_tree(target):
    shutil.rmtree(target, ignore_errors=True)
    for folder in ("spec", "src/ref"):
        shutil.copytree(os.path.join(ROOT, folder), os.path.join(target, folder))
    shutil.copy(os.path.join(ROOT, "src/plumbline.h"), os.path.join(target, "src/plumbline.h"))
    os.makedirs(os.path.join(target, "proofs"), exist_ok=True)
    for name in os.listdir(os.path.join(ROOT, "proofs")):
        if name.endswith((".c", ".h")):
            shutil.copy(os.path.join(ROOT, "proofs", name), os.path.join(target, "proofs", name))


class Bench:
    """Proves functions of one copy of the tree."""

    def __init__(self, root, seconds):
        self.tool = wp.Toolchain(root, os.path.join(root, "build"))
        self.units, self.headers = gate.find_units(root)
        self.seconds = seconds

    def prepare(self, functions):
        """-> (gate, jobs of the functions, what the gate objects to in the text)"""
        names = gate.units_defining(self.tool.root, self.units, functions)
        run = gate.Gate(self.tool, names, self.headers, quiet=True, partial=True)
        run.load()
        unread = [text for text in run.objections if "Frama-C cannot read it" in text]
        if unread:
            raise Broken(unread[0])
        run.plan_jobs()
        jobs = []
        for name in functions:
            found = [job for job in run.jobs if job.function == name]
            if not found:
                raise Broken(f"function '{name}' is not defined in {', '.join(names)}")
            jobs += found
        return run, jobs

    def judge(self, functions):
        """-> the first thing that stops the proof of the functions, or None"""
        run, jobs = self.prepare(functions)
        local = [text for text in run.objections if any(f": {f}: " in text for f in functions)]
        if local:
            return local[0]
        for job in jobs:
            failed = []

            def stop(line, failed=failed):
                if line.startswith("[wp] [Failed] Goal ") or (
                        line.startswith("[wp] [") and " Goal " in line and " : " in line and
                        " : Valid" not in line):
                    failed.append(line.split(" Goal ", 1)[1].split()[0])
                return bool(failed)

            run.run_main([job], self.seconds, PROVERS, on_line=stop)
            if failed:
                return f"{job.function}: {failed[0]}"
            if job.objections or job.valid != job.total:
                return f"{job.function}: " + "; ".join(job.objections + job.unproven)
            if job.function:
                run.run_probes([job])
                false = [t for t in job.objections if "provable" in t or "smoke test failed" in t]
                if false:
                    return f"{job.function}: {false[0]}"
                if job.objections:
                    raise Broken("; ".join(job.objections))
        return None


def open_journals(build, seconds, resume):
    """-> of the control, which is the same for all kinds of mutants, and of the mutants"""
    key = journal.digest(ROOT, ("spec", "src", "proofs"), seconds)
    control = journal.Journal(os.path.join(ROOT, "build", "control.journal"), key, resume)
    for name, (goals, slowest) in report.proven_unchanged(ROOT, wp.TIME_LIMIT).items():
        control.put(name, {"goals": goals, "bad": "", "slowest": slowest})
    return control, journal.Journal(build + ".journal", key, resume)


def prove_unchanged(functions, build, workers, done):
    """Proves functions as they are, as the gate does: a kill means nothing otherwise.

    -> {function: goals, seconds of the slowest, why it does not prove}
    """
    missing = sorted(name for name in functions if name not in done.results)
    if missing:
        root = os.path.join(build, "control")
        copy_tree(root)
        run, run.jobs = Bench(root, wp.TIME_LIMIT).prepare(missing)
        groups, ended = run.groups(), []
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            for group, future in [(group, pool.submit(run.run_main, group)) for group in groups]:
                future.result()
                ended += group
                for name in sorted({job.function for job in group}):
                    note_control(name, run.jobs, ended, done)
    return {name: done.results[name] for name in functions}


def note_control(name, jobs, ended, done):
    """A function of one name may stand in two files: said of both together."""
    same = [job for job in jobs if job.function == name]
    if not all(job in ended for job in same):
        return
    total = sum(job.total for job in same)
    bad = [text for job in same for text in job.unproven[:2] + job.objections[:2]]
    if not bad and not all(job.proven for job in same):
        bad = ["no goals"]
    print(f"control {name}: {total} goals{''.join(', ' + text for text in bad)}", file=sys.stderr,
          flush=True)
    done.put(name, {"goals": total, "bad": "; ".join(bad),
                    "slowest": max([0.0] + [goal.seconds for job in same for goal in job.goals])})


def aim(mutants, control, seconds):
    """A mutant of a slow function gets more time: not being in time is no kill."""
    for mutant in mutants:
        wanted = 3 * max(control[name]["slowest"] for name in mutant.functions)
        mutant.limit = min(max(seconds, math.ceil(wanted)), wp.TIME_LIMIT)
        for name in mutant.functions:
            if control[name]["bad"]:
                mutant.state = "broken"
                mutant.detail = f"{name} does not prove unchanged: {control[name]['bad']}"


def judge(mutant, build):
    start = time.monotonic()
    root = os.path.join(build, mutant.name)
    try:
        copy_tree(root)
        path = os.path.join(root, mutant.file)
        with open(path, encoding="utf-8") as stream:
            text = mutant.apply(stream.read())
        wp.write_file(path, text)
        answer = Bench(root, mutant.limit).judge(mutant.functions)
        mutant.state = "survived" if answer is None else "killed"
        mutant.detail = answer or mutant.header.get("survives", "not explained")
        if answer is None and "survives" in mutant.header:
            mutant.state = "explained"
    except (Broken, wp.Infrastructure, OSError) as error:
        mutant.state, mutant.detail = "broken", str(error)
    mutant.seconds = time.monotonic() - start
    if mutant.state == "killed":
        shutil.rmtree(root, ignore_errors=True)


def run_all(mutants, build, workers, done):
    judged, lock = [0], threading.Lock()

    def one(mutant):
        if mutant.name in done.results:
            mutant.state, mutant.detail, mutant.seconds = done.results[mutant.name]
        elif mutant.state != "broken":
            judge(mutant, build)
        with lock:
            if mutant.state != "broken":
                done.put(mutant.name, [mutant.state, mutant.detail, mutant.seconds])
            judged[0] += 1
            print(f"[{judged[0]}/{len(mutants)}] {mutant.state:9} {mutant.name}: {mutant.detail} "
                  f"({mutant.seconds:.0f} s)", flush=True)

    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for future in [pool.submit(one, mutant) for mutant in mutants]:
            future.result()


def write_report(mutants, proven, seconds):
    count = {state: sum(1 for m in mutants if m.state == state)
             for state in ("killed", "explained", "survived", "broken")}
    data = {"mutants": [{"name": m.name, "file": m.file, "functions": m.functions,
                         "why": m.header["why"], "state": m.state, "detail": m.detail,
                         "seconds": round(m.seconds, 1)} for m in mutants],
            "count": count, "control": proven, "seconds": round(seconds, 1)}
    lines = [f"{m.state:9} {m.name:36} {m.header['why']}\n{'':9} {'':36} -> {m.detail}"
             for m in mutants]
    lines += ["", f"control: {proven} functions prove unchanged"]
    lines.append(f"mutants: {len(mutants)} tried, {count['killed']} killed, "
                 f"{count['explained']} survive with a reason, {count['survived']} survive "
                 f"without, {count['broken']} broken ({seconds:.0f} s)")
    folder = os.path.join(ROOT, "build", "report")
    wp.write_file(os.path.join(folder, "mutants.json"), json.dumps(data, indent=1) + "\n")
    wp.write_file(os.path.join(folder, "mutants.txt"), "\n".join(lines) + "\n")
    print(lines[-1])
    good = count["killed"] + count["explained"]
    print(f"mutants: {good} passed, {len(mutants) - good} failed")
    return 2 if count["broken"] else 1 if count["survived"] else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", default="")
    parser.add_argument("--names", default="")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--time", type=int, default=6,
                        help="seconds for each goal and prover, at least")
    parser.add_argument("--workers", type=int, default=2 * (os.cpu_count() or 1))
    parser.add_argument("--resume", action="store_true")
    options = parser.parse_args()
    build = os.path.join(ROOT, "build", "mutants")
    wp.stop_children_on_signals()
    start = time.monotonic()
    try:
        mutants = pick(load(options.names.replace(",", " ").split()), int(options.count or 0))
        if options.check:
            print(f"mutants: {len(mutants)} substitutions apply")
            return 0
        functions = {name for mutant in mutants for name in mutant.functions}
        known, done = open_journals(build, options.time, options.resume)
        control = prove_unchanged(functions, build, options.workers, known)
        aim(mutants, control, options.time)
        run_all(mutants, build, options.workers, done)
    except (Broken, wp.Infrastructure, ValueError) as error:
        print(f"mutants: {error}", file=sys.stderr)
        return 2
    proven = sum(not one["bad"] for one in control.values())
    return write_report(mutants, proven, time.monotonic() - start)


if __name__ == "__main__":
    sys.exit(main())
