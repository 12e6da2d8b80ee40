#!/usr/bin/env python3
"""Breaks the code or a contract in many small ways; each must stop the proof.

usage: mutants.py [--count N] [--names "a b"] [--check] [--time SECONDS] [--workers N]

A mutant is a file of proofs/must-fail: header lines 'file:', 'function:' (those that must become
unprovable, the gate looks at them in order), 'why:' and, for one that is known to survive,
'survives:' with the reason; then '--- old' with text that stands exactly once in the file, and
'+++ new' with what replaces it (more such pairs may follow). It is applied to a copy of the tree.
The same functions are proven unchanged first, with the gate's provers and limits: the control.
A mutant's goals get three times as long as the slowest of its functions needed then, at most the
gate's limit.
--check only applies the substitutions. Writes build/report/mutants.txt and mutants.json.
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
import wp

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(ROOT, "proofs", "must-fail")
# No quick tries first: the goal that stops a mutant is one that all of them fail on.
PROVERS = "z3,z3-plain,cvc4,cvc5"
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


def prove_unchanged(functions, build, workers):
    """Proves functions as they are, as the gate does: a kill means nothing otherwise.

    -> jobs, why a function does not prove, seconds of each function's slowest goal
    """
    root = os.path.join(build, "control")
    copy_tree(root)
    run, jobs = Bench(root, wp.TIME_LIMIT).prepare(sorted(functions))
    run.jobs = jobs
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for future in [pool.submit(run.run_main, group) for group in run.groups()]:
            future.result()
    for job in jobs:
        print(f"control {job.function}: {job.valid}/{job.total}", file=sys.stderr, flush=True)
    bad = {job.function: "; ".join(job.unproven[:2] + job.objections[:2])
           for job in jobs if not job.proven}
    slowest = {name: max([0.0] + [goal.seconds for job in jobs if job.function == name
                                  for goal in job.goals]) for name in functions}
    return jobs, bad, slowest


def aim(mutants, bad, slowest, seconds):
    """A mutant of a slow function gets more time: not being in time is no kill."""
    for mutant in mutants:
        wanted = 3 * max(slowest[name] for name in mutant.functions)
        mutant.limit = min(max(seconds, math.ceil(wanted)), wp.TIME_LIMIT)
        for name in mutant.functions:
            if name in bad:
                mutant.state = "broken"
                mutant.detail = f"{name} does not prove unchanged: {bad[name]}"


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


def run_all(mutants, build, workers):
    done, lock = [0], threading.Lock()

    def one(mutant):
        if mutant.state != "broken":
            judge(mutant, build)
        with lock:
            done[0] += 1
            print(f"[{done[0]}/{len(mutants)}] {mutant.state:9} {mutant.name}: {mutant.detail} "
                  f"({mutant.seconds:.0f} s)", flush=True)

    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for future in [pool.submit(one, mutant) for mutant in mutants]:
            future.result()


def report(mutants, proven, seconds):
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
        jobs, bad, slowest = prove_unchanged(functions, build, options.workers)
        aim(mutants, bad, slowest, options.time)
        run_all(mutants, build, options.workers)
    except (Broken, wp.Infrastructure, ValueError) as error:
        print(f"mutants: {error}", file=sys.stderr)
        return 2
    return report(mutants, len(jobs) - len(bad), time.monotonic() - start)


if __name__ == "__main__":
    sys.exit(main())
