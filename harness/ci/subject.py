#!/usr/bin/env python3
"""Holds an allocator to the reference, for anybody's CI.

usage: subject.py --subject S [--short | --time SECONDS] [--jobs N] [--output DIR]

S is a shared object with plumbline_subject() (harness/subject.h), or 'opt'. Runs the programs of
fuzz/regressions and fuzz/corpus and then programs of the swarm, each in a process of its own:
--short (the default) 300 of them from fixed seeds, the same each time, for every change; --time so
many seconds of new ones, for nights. A difference, a crash or a hang is a finding: shrunk, one for
each theorem and field, written to DIR/findings as text and as C. DIR (build/ci) also gets
subject.json, junit.xml and plumbline.sarif: the artefacts to keep. What an earlier run left there
under these names goes, nothing else.
Exit code: 0 pass, 1 a difference, 2 broken set-up.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time

import reports

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHORT_PROGRAMS = 300
CHUNK = 100
LIMIT = 20  # seconds for one program; one takes milliseconds
SHRINK_LIMIT = 120
ARTEFACTS = ("findings", "programs", "subject.json", "junit.xml", "plumbline.sarif")


class Broken(Exception):
    """The set-up: nothing is known about the subject."""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--subject", required=True)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--time", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=0, help="first seed of a long run (the time)")
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--output", default=os.path.join(ROOT, "build", "ci"))
    arguments = parser.parse_args()
    if arguments.time < 0 or arguments.jobs < 1 or (arguments.short and arguments.time):
        parser.error("--time is positive and does not go with --short, --jobs is at least 1")
    return arguments


class Runner:
    def __init__(self, arguments):
        self.plumbline = os.path.join(arguments.build, "plumbline")
        self.swarm = os.path.join(arguments.build, "fuzz", "swarm")
        for tool in (self.plumbline, self.swarm):
            if not os.path.isfile(tool):
                raise Broken(f"{tool} is not there; 'make ci-build' makes it")
        self.subject = arguments.subject
        if self.subject not in ("ref", "opt"):
            self.subject = os.path.abspath(self.subject)
        self.findings, self.programs = {}, 0

    def command(self, words, limit):
        """-> (exit code, or None if it hangs; output)"""
        try:
            run = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, timeout=limit, check=False, text=True,
                                 errors="replace")
        except subprocess.TimeoutExpired:
            return None, ""
        return run.returncode, run.stdout

    def diff(self, path):
        """-> the finding's key or None, and the report"""
        code, said = self.command([self.plumbline, "diff", "ref", self.subject, path]
                                  + form_of(path), LIMIT)
        if code in (2, 3) or "runtime does not come first" in said:
            raise Broken(said.strip())
        return key_of(code, said), said

    def run(self, paths, jobs):
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            for path, (key, said) in zip(paths, pool.map(self.diff, paths)):
                self.programs += 1
                known = self.findings.get(key)
                if key and (not known or os.path.getsize(path) < os.path.getsize(known[0])):
                    self.findings[key] = (path, said)


def form_of(path):
    return ["--text" if path.endswith(".txt") else "--records"]


def key_of(code, said):
    """What makes two failing programs one finding: the theorem and the first differing field."""
    if code == 0:
        return None
    if code is None:
        return "hang"
    sanitizer = re.search(r"^(?:=+\d+=+)?ERROR: (\w+Sanitizer): ([\w-]+)", said, re.M)
    if sanitizer:
        return f"crash, {sanitizer[1]}: {sanitizer[2]}"
    if code != 1:
        return f"crash, signal {-code}" if code < 0 else f"crash, exit code {code}"
    theorem = re.search(r"^  theorem: (\d+)", said, re.M)
    field = re.search(r"first differing field: (\S+)|oracle that answered no: (\S+),|"
                      r"answered an error and changed (\S+)", said)
    if not theorem and not field:
        return "crash, exit code 1"
    name = next((word for word in field.groups() if word), "unknown") if field else "unknown"
    return (f"theorem {theorem.group(1)} " if theorem else "") + name.rstrip(":,")


def write_finding(runner, key, path, said, folder):
    """-> an entry for the report, like a campaign's"""
    with open(path, "rb") as stream:
        content = stream.read()
    base = os.path.join(folder, re.sub(r"[^A-Za-z0-9]+", "-", key) + "-"
                        + hashlib.sha1(content).hexdigest()[:8])
    reports.write_file(base + ".log", said or key + "\n")
    program = base + ".txt"
    code, _ = runner.command([runner.plumbline, "shrink", "ref", runner.subject, path, "-o",
                              program] + form_of(path), SHRINK_LIMIT)
    if code != 1:  # what crashes or hangs can't be shrunk in one process; the whole is kept
        code, text = runner.command([runner.plumbline, "print", path, "-o", program]
                                    + form_of(path), LIMIT)
        if code != 0:
            raise Broken(text.strip())
    code, text = runner.command([runner.plumbline, "reproduce", program, "-o", base + ".c"], LIMIT)
    if code != 0:
        raise Broken(text.strip())
    return {"signature": key, "input": path, "program": program, "reproducer": base + ".c"}


def swarm_programs(runner, folder, seed, count):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    code, said = runner.command([runner.swarm, "--seed", str(seed), "--count", str(count),
                                 "--write", folder], 60)
    if code != 0:
        raise Broken(f"{runner.swarm} ended with {code}:\n{said}")
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]


def kept_programs():
    result = []
    for name in ("fuzz/regressions", "fuzz/corpus"):
        folder = os.path.join(ROOT, name)
        result += [os.path.join(folder, file) for file in sorted(os.listdir(folder))]
    return result


def search(arguments, runner):
    runner.run(kept_programs(), arguments.jobs)
    folder = os.path.join(arguments.output, "programs")
    if not arguments.time:
        runner.run(swarm_programs(runner, folder, 1, SHORT_PROGRAMS), arguments.jobs)
        return
    seed, end, chunk = arguments.seed or int(time.time()), time.monotonic() + arguments.time, 0
    print(f"subject: seeds from {seed}", flush=True)
    while time.monotonic() < end:
        part = os.path.join(folder, f"{chunk:06d}")
        before = set(runner.findings)
        runner.run(swarm_programs(runner, part, seed + chunk * CHUNK, CHUNK), arguments.jobs)
        if not set(runner.findings) - before:
            shutil.rmtree(part)
        chunk += 1


def clear(folder):
    """The folder is somebody's: only what an earlier run wrote goes."""
    os.makedirs(folder, exist_ok=True)
    for name in ARTEFACTS:
        path = os.path.join(folder, name)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        elif os.path.lexists(path):
            os.remove(path)


def write_reports(arguments, programs, began, findings=(), problems=()):
    data = {"subject": arguments.subject, "executions": programs, "problems": list(problems),
            "seconds": round(time.monotonic() - began, 1), "findings": list(findings)}
    reports.write_file(os.path.join(arguments.output, "subject.json"),
                       json.dumps(data, indent=1) + "\n")
    reports.write(reports.read(arguments.output, ("subject",)), arguments.output)
    return data


def check(arguments):
    """-> the exit code; a broken set-up shows in the reports too"""
    began = time.monotonic()
    clear(arguments.output)
    try:
        runner = Runner(arguments)
        search(arguments, runner)
        folder = os.path.join(arguments.output, "findings")
        entries = [write_finding(runner, key, path, said, folder)
                   for key, (path, said) in sorted(runner.findings.items())]
    except Broken as error:
        write_reports(arguments, 0, began, problems=[str(error)])
        raise
    data = write_reports(arguments, runner.programs, began, entries)
    for entry in entries:
        print(f"subject: {entry['signature']}: {entry['program']}")
    print(f"subject: {runner.programs} programs, {len(entries)} differences "
          f"({data['seconds']:.0f} s)")
    return 1 if entries else 0


def main():
    try:
        return check(parse_arguments())
    except (Broken, OSError, reports.BadReport) as error:
        print(f"subject: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
