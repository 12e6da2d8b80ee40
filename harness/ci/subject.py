#!/usr/bin/env python3
"""Holds an allocator to the reference, for anybody's CI.

usage: subject.py --subject S [--short | --time SECONDS] [--jobs N] [--output DIR]

S is a shared object with plumbline_subject() (harness/subject.h), or 'opt'. Runs the programs of
fuzz/regressions and fuzz/corpus and then programs of the swarm, each in a process of its own:
--short (the default) 300 of them from fixed seeds, the same each time, for every change; --time so
many seconds of new ones, for nights. A difference, a crash or a hang is a finding, one for each
theorem and field: kept in DIR/findings at once, shrunk at the end, as text and as C. DIR (build/ci)
also gets subject.json, junit.xml and plumbline.sarif: the artefacts to keep, up to date whenever
the run is ended. SIGTERM and SIGINT are an end of the time; the third hang is an end, too. The
findings of an earlier run move to DIR/findings-old/N.
Exit code: 0 pass, 1 a difference, 2 broken set-up, or an end before the programs that every run has.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import reports

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "fuzz"))
import engine  # noqa: E402

SHORT_PROGRAMS = 300
CHUNK = 100
LIMIT = 20  # seconds for one program; one takes milliseconds
SHRINK_LIMIT = 120
REPORTS = ("subject.json", "junit.xml", "plumbline.sarif")
MAX_HANGS = 3  # an allocator that hangs would take a night for a minute's programs


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


# ---- commands

class Commands:
    """plumbline and the swarm, and the subject they load."""

    def __init__(self, arguments):
        self.plumbline = os.path.join(arguments.build, "plumbline")
        self.swarm = os.path.join(arguments.build, "fuzz", "swarm")
        for tool in (self.plumbline, self.swarm):
            if not os.path.isfile(tool):
                raise Broken(f"{tool} is not there; 'make ci-build' makes it")
        self.subject = arguments.subject
        if self.subject not in ("ref", "opt"):
            self.subject = os.path.abspath(self.subject)
        self.running, self.signal = set(), ""

    def run(self, words, limit):
        """-> (exit code, or None if it hangs; output). In a session of its own: Ctrl-C is no crash
        of the subject, and what it started ends with it."""
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, errors="replace",
                                   start_new_session=True)
        self.running.add(process)
        try:
            said = process.communicate(timeout=limit)[0]
            return process.returncode, said
        except subprocess.TimeoutExpired:
            end_session(process)
            return None, process.communicate()[0] + f"no end within {limit} s\n"
        finally:
            self.running.discard(process)

    def interrupt(self, number, _frame):
        """Only the first signal ends what runs: what comes behind it is short."""
        if not self.signal:
            self.signal = signal.Signals(number).name
            for process in list(self.running):
                end_session(process)

    def diff(self, path):
        """-> (the finding's key or None, the report); None if a signal ended it"""
        code, said = self.run([self.plumbline, "diff", "ref", self.subject, path] + form_of(path),
                              LIMIT)
        if self.signal and code == -signal.SIGKILL:
            return None
        own = re.search(r"^(plumbline|" + re.escape(path) + r"\b.*?): ", said, re.M)
        if (code in (2, 3) and own) or "runtime does not come first" in said:
            raise Broken(said.strip())
        return key_of(code, said), said

    def shrink(self, path, program):
        """-> whether the shortest program stands in the file"""
        if self.signal:
            return False
        code, _ = self.run([self.plumbline, "shrink", "ref", self.subject, path, "-o", program]
                           + form_of(path), SHRINK_LIMIT)
        return code == 1 and os.path.isfile(program)  # a sanitizer ends with 1, too

    def convert(self, command, path, to):
        code, said = self.run([self.plumbline, command, path, "-o", to] + form_of(path), LIMIT)
        if code != 0:
            raise Broken(said.strip() or f"plumbline {command} {path} ended with {code}")

    def swarm_programs(self, folder, seed, count):
        engine.fresh_folder(folder)
        code, said = self.run([self.swarm, "--seed", str(seed), "--count", str(count), "--write",
                               folder], 60)
        if code != 0 and not self.signal:
            raise Broken(f"{self.swarm} ended with {code}:\n{said}")
        return engine.files_of(folder)


def end_session(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def form_of(path):
    return ["--text" if path.endswith(".txt") else "--records"]


def key_of(code, said):
    """What makes two failing programs one finding: the theorem and the first differing field. No
    address is part of it: the next build has others."""
    if code == 0:  # only the line tells that the subject did not end the process itself
        passed = re.search(r"no difference: \d+ operations$", said, re.M)
        return None if passed else "crash, exit code 0"
    if code is None:
        return "hang"
    sanitizer = re.search(r"^(?:=+\d+=+)?ERROR: (\w+Sanitizer): (?:attempting )?([\w-]+)", said,
                          re.M)
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


# ---- findings

class Finding:
    """The smallest program of a key so far, in a folder that lasts."""

    def __init__(self, folder, key):
        slug = re.sub(r"[^A-Za-z0-9]+", "-", key).strip("-")[:60]
        self.base = os.path.join(folder, f"{slug}-{hashlib.sha1(key.encode()).hexdigest()[:8]}")
        self.key, self.size, self.said = key, None, ""
        self.entry = {"signature": key, "log": self.base + ".log"}

    def keep(self, path, said):
        """-> whether the program is smaller than what there was"""
        with open(path, "rb") as stream:
            content = stream.read()
        if self.size is not None and len(content) >= self.size:
            return False
        kept = self.base + (".found.txt" if path.endswith(".txt") else ".bin")
        before = self.entry.get("input", kept)
        engine.write_file(kept, content)
        self.size, self.said, self.entry["input"] = len(content), said or self.key + "\n", kept
        engine.write_file(self.entry["log"], self.said)
        if before != kept:
            os.remove(before)
        return True

    def finish(self, commands):
        """Shrinks it, writes C, and a log that speaks of the program that stands beside it."""
        program, source = self.base + ".txt", self.base + ".c"
        if not self.is_shrunk(commands, program):
            commands.convert("print", self.entry["input"], program)
            self.said = self.said_of(commands, program)
        self.entry["program"] = program
        engine.write_file(self.entry["log"], self.said)
        commands.convert("reproduce", program, source)
        self.entry["reproducer"] = source

    def is_shrunk(self, commands, program):
        """What crashes or hangs can't be shrunk in one process; the whole is kept."""
        if self.key == "hang" or not commands.shrink(self.entry["input"], program):
            return False
        key, said = commands.diff(program) or (None, "")
        self.said = said if key == self.key else self.said
        return key == self.key

    def said_of(self, commands, program):
        if self.key == "hang" or commands.signal:
            return self.said
        key, said = commands.diff(program) or (self.key, self.said)
        if key == self.key:
            return said or self.said
        return self.said + f"run again, it showed something else: {key or 'no difference'}\n"


class Run:
    """What one run does and knows."""

    def __init__(self, arguments, commands):
        self.arguments, self.commands = arguments, commands
        self.folder = os.path.join(arguments.output, "findings")
        self.began = time.monotonic()
        self.findings, self.problems, self.hung, self.programs = {}, [], [], 0

    def write(self, is_last=False):
        """-> the report. One of a run that was killed must not look like a pass."""
        problems = self.problems + ([] if is_last else ["the run did not come to its end"])
        data = {"subject": self.arguments.subject, "executions": self.programs,
                "seconds": round(time.monotonic() - self.began, 1), "problems": problems,
                "ended_by": self.commands.signal if self.commands else "",
                "findings": [found.entry for _, found in sorted(self.findings.items())]}
        reports.write_file(os.path.join(self.arguments.output, "subject.json"),
                           json.dumps(data, indent=1) + "\n")
        reports.write(reports.read(self.arguments.output, ("subject",)), self.arguments.output)
        return data

    def ended(self):
        """-> why no further program is begun, or nothing"""
        if self.commands.signal:
            return f"ended by {self.commands.signal}"
        if len(self.hung) >= MAX_HANGS:
            return f"ended after {len(self.hung)} hangs of {LIMIT} s"
        if self.problems:
            return "the set-up broke"
        is_late = self.arguments.time and \
            time.monotonic() >= self.began + self.arguments.time
        return f"{self.arguments.time} s were up" if is_late else ""

    def answer(self, path):
        """In a thread: -> what diff answers; None if it was not begun or is not known"""
        if self.ended():
            return None
        try:
            answer = self.commands.diff(path)
        except (Broken, OSError) as error:
            self.problems.append(str(error))
            return None
        if answer and answer[0] == "hang":
            self.hung.append(path)
        return answer

    def note(self, path, answer):
        """A finding is on disk, and in the reports, before the next program counts."""
        key, said = answer
        self.programs += 1
        if key is None:
            return
        if key not in self.findings:
            print(f"subject: found {key} with {path}", flush=True)
        found = self.findings.get(key) or Finding(self.folder, key)
        if found.keep(path, said):
            self.findings[key] = found
            self.write()

    def run(self, paths):
        """-> how many have no answer"""
        left = 0
        with concurrent.futures.ThreadPoolExecutor(self.arguments.jobs) as pool:
            for path, answer in zip(paths, pool.map(self.answer, paths)):
                if answer is None:
                    left += 1
                else:
                    self.attempt(self.note, path, answer)
        return left

    def search_new(self, folder):
        seed, chunk = self.arguments.seed or int(time.time()), 0
        print(f"subject: seeds from {seed}", flush=True)
        while not self.ended():
            self.run(self.commands.swarm_programs(folder, seed + chunk * CHUNK, CHUNK))
            chunk += 1

    def search(self, paths, folder):
        """Without all the programs that every run has, a pass would be none."""
        if not self.arguments.time:
            paths = paths + self.commands.swarm_programs(folder, 1, SHORT_PROGRAMS)
        left = self.run(paths)
        if self.arguments.time and not self.ended():
            self.search_new(folder)
        if left:
            self.problems.append(f"{self.ended()}; {left} of the programs that every run has were "
                                 "not run")
        elif self.arguments.time and len(self.hung) >= MAX_HANGS:
            self.problems.append(self.ended())

    def finish(self):
        for _, found in sorted(self.findings.items()):
            try:
                found.finish(self.commands)
            except (Broken, OSError) as error:
                self.problems.append(f"{found.entry['input']}: {error}")
            self.write()

    def attempt(self, step, *arguments):
        """What breaks is a problem in the reports; what was found before stays."""
        try:
            step(*arguments)
        except (Broken, OSError) as error:
            self.problems.append(str(error))


def kept_programs():
    result = []
    for name in ("fuzz/regressions", "fuzz/corpus"):
        found = engine.files_of(os.path.join(ROOT, name))
        if not found:
            raise Broken(f"{os.path.join(ROOT, name)}: no program; expected those of the tree")
        result += found
    return result


def prepared(run):
    """-> the programs of the tree. Once one of them shows that the set-up is sound, the folder is
    taken; it is somebody's: findings move, and of the rest only what an earlier run wrote goes."""
    kept = kept_programs()
    answer = run.answer(kept[0])
    if answer is None:
        raise Broken("; ".join(run.problems)
                     or f"ended by {run.commands.signal} before the first program")
    aside = engine.set_aside(run.folder)
    if aside:
        print(f"subject: the findings of an earlier run are now in {aside}", flush=True)
    engine.forget(os.path.join(run.arguments.output, name) for name in REPORTS)
    run.write()
    run.note(kept[0], answer)
    return kept[1:]


def check(arguments):
    """-> the exit code; a broken set-up shows in the reports too"""
    run = Run(arguments, None)
    try:
        run.commands = Commands(arguments)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, run.commands.interrupt)
        kept = prepared(run)
    except (Broken, OSError) as error:
        run.problems = [str(error)]
        run.write(is_last=True)
        raise
    programs = os.path.join(arguments.output, "programs")
    run.attempt(run.search, kept, programs)
    shutil.rmtree(programs, ignore_errors=True)
    run.attempt(run.finish)
    data = run.write(is_last=True)
    for entry in data["findings"]:
        print(f"subject: {entry['signature']}: {entry.get('program', entry['input'])}")
    for problem in run.problems:
        print(f"subject: {problem}", file=sys.stderr)
    print(f"subject: {run.programs} programs, {len(run.findings)} differences "
          f"({data['seconds']:.0f} s)"
          + (f", ended by {data['ended_by']}" if data["ended_by"] else ""))
    return 1 if run.findings else 2 if run.problems else 0


def main():
    try:
        return check(parse_arguments())
    except (Broken, OSError, reports.BadReport) as error:
        print(f"subject: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
