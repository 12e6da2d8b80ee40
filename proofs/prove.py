#!/usr/bin/env python3
"""Proves the reference, or says why it is not proven.

usage: prove.py [--function NAME[,NAME..]] [--unit FILE] [--time SECONDS] [--workers N]

Without options this is the verdict: every function of src/ref/*.c and proofs/*.c, no cache, all
rules of the gate, reports in build/report/. With --function or --unit it is the inner loop: only
these, with a cache, without probes, failing goals listed with their place; no report is written.
Exit code: 0 proven, 1 not proven, 2 the tools cannot judge.
"""

import argparse
import glob
import json
import os
import re
import sys
import time

import gate
import report
import wp

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def forget_failures(cache):
    """A cached failure may have been a mere time-out: only successes are kept."""
    for path in glob.glob(os.path.join(cache, "**", "*.json"), recursive=True):
        try:
            with open(path, encoding="utf-8") as stream:
                kept = json.load(stream).get("verdict") == "valid"
        except (OSError, ValueError):
            kept = False
        if not kept:
            os.remove(path)


def inner_loop(run, options):
    cache = os.path.join(run.tool.build, "wp-cache")
    os.makedirs(cache, exist_ok=True)
    forget_failures(cache)
    run.plan_jobs(options.function.split(",") if options.function else None)
    run.run(probes=False, seconds=options.time, cache=cache)
    for job in run.jobs:
        for goal in sorted(job.goals, key=lambda goal: -goal.seconds)[:3]:
            if goal.seconds > 1:
                print(f"  slow: {goal.name} {goal.seconds:.1f} s by {goal.prover}")
    if options.function:
        run.objections = [text for text in run.objections if "cannot read" in text or
                          any(f"{job.function}:" in text for job in run.jobs)]
    objections = run.verdict()
    for text in objections:
        print(text)
    total, valid = sum(j.total for j in run.jobs), sum(j.valid for j in run.jobs)
    print(f"prove: {total} goals, {valid} proven, {total - valid} failed "
          "(inner loop with cache, no verdict)")
    return 1 if objections else 0


def verdict(run, options, start):
    sources = report.sources(run.tool.root)
    gate.check_provers(run.tool)
    run.plan_jobs()
    run.run(seconds=options.time)
    objections = run.verdict()
    proven, contracts = {}, {}
    logic = {}
    for plan in run.plans:
        logic.update({name: token.text for name, (_, token) in plan.unit.logic.items()})
        for name, function in plan.unit.functions.items():
            contracts[name] = function.text() + " " + \
                " ".join(token.text for token in function.annotations)
    for job in run.jobs:
        if job.function:
            proven[job.function] = proven.get(job.function, True) and job.proven
    contracts = {name: text + " " + _unfolded(text, logic) for name, text in contracts.items()}
    rows, problems = report.theorems(run.tool.root, proven, contracts)
    objections += problems
    data = report.collect(run, time.monotonic() - start, rows, objections, options.time)
    data["sources"] = sources
    report.write(os.path.join(run.tool.build, "report"), data)
    print(report.table(data), end="")
    return 1 if objections else 0


def _unfolded(text, logic):
    """The predicates a contract names, and those these name, and so on."""
    words, found = set(re.findall(r"\w+", text)), []
    while True:
        new = [name for name in logic if name in words and name not in found]
        if not new:
            return " ".join(found)
        found += new
        for name in new:
            words |= set(re.findall(r"\w+", logic[name]))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--function", help="prove only these functions")
    parser.add_argument("--unit", help="prove only this unit")
    parser.add_argument("--time", type=int, default=wp.TIME_LIMIT, help="seconds for each goal")
    parser.add_argument("--workers", type=int, default=(os.cpu_count() or 1) + 2,
                        help="jobs at a time; WP waits between goals, so two more than cores")
    parser.add_argument("--root", default=ROOT, help=argparse.SUPPRESS)
    parser.add_argument("--build", help=argparse.SUPPRESS)
    options = parser.parse_args()
    wp.stop_children_on_signals()
    start = time.monotonic()
    try:
        tool = wp.Toolchain(options.root, options.build or os.path.join(options.root, "build"))
        units, headers = gate.find_units(tool.root)
        if options.unit:
            if options.unit not in units:
                raise wp.Infrastructure(f"unit '{options.unit}': expected one of "
                                        f"{', '.join(units)}")
            units = [options.unit]
        if options.function:
            units = gate.units_defining(tool.root, units, options.function.split(","))
        run = gate.Gate(tool, units, headers, workers=options.workers,
                        partial=bool(options.function or options.unit))
        run.load()
        if options.function or options.unit:
            return inner_loop(run, options)
        return verdict(run, options, start)
    except wp.Infrastructure as error:
        print(f"prove: {error}", file=sys.stderr)
        return 2
    except Exception as error:  # a gate that breaks must not pass
        print(f"prove: internal error: {error!r}", file=sys.stderr)
        if os.environ.get("V"):
            raise
        return 2


if __name__ == "__main__":
    sys.exit(main())
