#!/usr/bin/env python3
"""Feeds the gate what it must refuse: each file of proofs/canary names the objection it expects.

usage: canary.py [NAME..]

Exit code: 0 every file was answered as it must be, 1 one was not, 2 the tools cannot judge.
"""

import os
import re
import sys
import time

import gate
import wp

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SECONDS = 2


def header(path, key):
    with open(path, encoding="utf-8") as stream:
        found = re.search(rf"^// {key}: (.*)$", stream.read(), re.M)
    return found.group(1).strip() if found else None


def objections(tool, path, expected):
    """What the gate says; an offence it finds in the text needs no provers."""
    units = [path]
    extra = header(os.path.join(tool.root, path), "with")
    run = gate.Gate(tool, units + ([extra] if extra else []), quiet=True)
    run.load()
    run.plan_jobs()
    if any(expected in text for text in run.objections):
        return run.objections
    run.jobs = [job for job in run.jobs if job.unit == path]
    run.run(seconds=SECONDS, provers="z3,cvc4")
    return run.verdict()


def judge(tool, path):
    """-> None if the gate answers as the file expects, else what it answers."""
    expected = header(os.path.join(tool.root, path), "expect")
    if expected is None:
        return "the file has no line '// expect: ...'"
    found = objections(tool, path, expected)
    if expected == "proven":
        return "; ".join(found) or None
    if any(expected in text for text in found):
        return None
    return f"expected '{expected}', but the gate says " + ("; ".join(found) or "proven")


def main(names):
    wp.stop_children_on_signals()
    start, failed = time.monotonic(), 0
    tool = wp.Toolchain(ROOT, os.path.join(ROOT, "build", "canary"))
    folder = os.path.join(ROOT, "proofs", "canary")
    files = sorted(name for name in os.listdir(folder) if name.endswith(".c"))
    files = [name for name in files if not names or name[:-2] in names]
    for name in files:
        answer = judge(tool, "proofs/canary/" + name)
        failed += answer is not None
        print(f"  {'ok    ' if answer is None else 'FAILED'} proofs/canary/{name}"
              + (f": {answer}" if answer else ""), flush=True)
    if not files:
        print(f"canary: no file of that name in {folder}", file=sys.stderr)
        return 2
    print(f"canary: {len(files)} files fed to the gate in {time.monotonic() - start:.0f} s")
    print(f"canary: {len(files) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except wp.Infrastructure as error:
        print(f"canary: {error}", file=sys.stderr)
        sys.exit(2)
