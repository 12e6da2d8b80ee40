"""Runs a bounded differential campaign and gives the verdict: 0 pass, 1 findings, 2 infrastructure.

afl-fuzz itself exits 0 with crashes found and skips seeds that crash, so the verdict is made here:
every seed is replayed first, every crash and hang is counted, replayed, deduplicated by its
signature, shrunk by whole operations and written as a text program.
"""

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time

import engine

MIN_STABILITY = 99.0  # percent; below this the target is not deterministic
MIN_EXECUTIONS = 200  # per second and job, far below what any machine does
MIN_EDGES = 150       # a target without instrumentation, or one that stops early, stays below
MAX_LENGTH = 64 * 1024
PROGRESS_SECONDS = 5


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", required=True, help="folder of the built fuzzers")
    parser.add_argument("--report", required=True, help="folder for fuzz.txt and fuzz.json")
    parser.add_argument("--corpus", required=True, help="the corpus of the source tree")
    parser.add_argument("--regressions", required=True, help="folder of text programs")
    parser.add_argument("--engine", choices=("afl", "libfuzzer"), default="afl")
    parser.add_argument("--time", type=int, default=60, help="seconds")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.time < 1 or arguments.jobs < 1:
        parser.error("--time and --jobs are at least 1")
    return arguments


def say(text):
    print("fuzz: " + text, flush=True)


def check_tools(arguments):
    needed = ["replay", arguments.engine + "-target"]
    needed += ["mutator.so"] if arguments.engine == "afl" else []
    for name in needed:
        if not os.path.isfile(os.path.join(arguments.build, name)):
            raise engine.EngineError(f"{os.path.join(arguments.build, name)} is missing; "
                                     "run it through make")
    if arguments.engine == "afl" and not shutil.which("afl-fuzz"):
        raise engine.EngineError("afl-fuzz is not installed; 'make deps' installs it")


class Findings:
    """Everything that failed, by signature; the smallest input of each is kept."""

    def __init__(self, tool, folder):
        self.tool, self.folder = tool, folder
        self.by_signature = {}
        self.inputs = 0

    def add(self, paths):
        for path, signature in engine.replay(self.tool, paths).items():
            self.count(path, signature)

    def count(self, path, signature):
        """An input that an engine reported but that passes alone is a finding as well."""
        self.inputs += 1
        signature = signature or "passes when replayed alone"
        known = self.by_signature.get(signature)
        if known is None or os.path.getsize(path) < os.path.getsize(known):
            self.by_signature[signature] = path

    def write(self):
        """Shrinks one input of each signature; gives a list for the report."""
        result = []
        for number, (signature, path) in enumerate(sorted(self.by_signature.items()), 1):
            name = re.sub(r"[^A-Za-z0-9]+", "-", signature).strip("-")[:60]
            name = os.path.join(self.folder, f"{name or 'finding'}-{number}")
            with open(path, "rb") as stream:
                engine.write_file(name + ".bin", stream.read())
            entry = {"signature": signature, "input": name + ".bin"}
            try:
                entry["operations"], text = engine.shrink(self.tool, path, name + ".txt")
                engine.write_file(name + ".log", text)
                entry["program"] = name + ".txt"
                say(f"finding: {signature}\n{text.rstrip()}")
            except engine.EngineError as error:
                say(f"finding: {signature}; {error}")
            result.append(entry)
        return result


def fresh_findings(arguments):
    """The folder for this campaign's findings; those of the one before are kept elsewhere."""
    folder = os.path.join(arguments.build, "findings")
    kept = engine.set_aside(folder)
    if kept:
        say(f"the findings of an earlier campaign are now in {kept}")
    return engine.fresh_folder(folder)


def gather_seeds(arguments, work, findings):
    """Seeds that pass: the tree's corpus and what earlier campaigns kept. Others are findings."""
    candidates = engine.files_of(arguments.corpus)
    candidates += engine.files_of(os.path.join(arguments.build, "corpus"))
    candidates += engine.files_of(arguments.regressions)
    if not candidates:
        raise engine.EngineError(f"no seed in {arguments.corpus}")
    seeds = engine.fresh_folder(os.path.join(work, "seeds"))
    results = engine.replay(os.path.join(arguments.build, "replay"), candidates)
    failed = 0
    for number, path in enumerate(candidates):
        if results[path] is not None:
            findings.count(path, results[path])
            failed += 1
        elif not path.endswith(".txt"):
            shutil.copyfile(path, os.path.join(seeds, f"{number:05d}"))
    say(f"{len(candidates)} seeds and regressions replayed, {failed} failed")
    return seeds


def start(arguments, work, seeds):
    build, instances = arguments.build, []
    for job in range(arguments.jobs):
        seed = arguments.seed + job
        if arguments.engine == "afl":
            role, label = ("-M", "main") if job == 0 else ("-S", f"second{job}")
            instances.append(engine.Afl(os.path.join(build, "afl-target"),
                                        os.path.join(build, "mutator.so"), work, label, seeds,
                                        seed, arguments.time, role, cpu=job))
        else:
            instances.append(engine.LibFuzzer(os.path.join(build, "libfuzzer-target"), work,
                                              f"libfuzzer{job}", seeds, seed, arguments.time,
                                              MAX_LENGTH))
    return instances


def progress(instances, began):
    totals = [engine.read_stats(instance.stats_path) for instance in instances]
    executions = sum(total["executions"] for total in totals)
    operations = sum(total["operations"] for total in totals)
    seconds = time.monotonic() - began
    say(f"{seconds:4.0f} s  {executions:,} executions ({executions / seconds:,.0f}/s)  "
        f"{operations:,} operations compared  "
        f"{sum(len(instance.queue()) for instance in instances):,} inputs kept  "
        f"{sum(len(instance.finding_files()) for instance in instances)} findings")


def engine_cpu_seconds():
    """CPU time of the engines that ended; the target's processes count their own."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def wait(instances, seconds):
    """Waits for all engines, with a line every few seconds; a minute over time is a failure."""
    began = time.monotonic()
    shown = began
    while any(instance.process.poll() is None for instance in instances):
        time.sleep(0.5)
        now = time.monotonic()
        if now - shown >= PROGRESS_SECONDS:
            progress(instances, began)
            shown = now
        if now - began > seconds + 60:
            raise engine.EngineError(f"the engines still run {seconds + 60} s after their start; "
                                     "expected an end after " + str(seconds) + " s")
    progress(instances, began)
    return time.monotonic() - began


def keep_corpus(arguments, work, instances):
    """Keeps what found new edges in build/fuzz/corpus, minimised where afl-cmin can."""
    pool = engine.fresh_folder(os.path.join(work, "pool"))
    for instance in instances:
        for number, path in enumerate(instance.queue()):
            shutil.copyfile(path, os.path.join(pool, f"{instance.label}-{number:05d}"))
    kept = os.path.join(work, "minimised")
    shutil.rmtree(kept, ignore_errors=True)
    target = os.path.join(arguments.build, "afl-target")
    if not (os.path.isfile(target) and shutil.which("afl-cmin")):
        return 0
    run = subprocess.run(["afl-cmin", "-i", pool, "-o", kept, "-t", engine.TIMEOUT_MS, "-m",
                          "none", "--", target, "-"], stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                         text=True, errors="replace",
                         env=engine.environment({"AFL_QUIET": "1", "AFL_ALLOW_TMP": "1"}))
    files = engine.files_of(kept)
    if run.returncode != 0 or not files:
        say("the corpus could not be minimised and stays as it was:\n" + run.stdout[-500:])
        return 0
    corpus = os.path.join(arguments.build, "corpus")
    shutil.rmtree(corpus, ignore_errors=True)
    os.replace(kept, corpus)
    return len(files)


def judge(arguments, parts, seconds):
    """What makes a run without findings worthless."""
    problems = []
    for part in parts:
        if part["stability"] is not None and part["stability"] < MIN_STABILITY:
            problems.append(f"{part['label']}: stability {part['stability']} %, "
                            f"expected at least {MIN_STABILITY} %")
        if part["edges"] < MIN_EDGES:
            problems.append(f"{part['label']}: {part['edges']} edges, expected at least "
                            f"{MIN_EDGES}")
    executions = sum(part["executions"] for part in parts)
    floor = MIN_EXECUTIONS * min(arguments.time, int(seconds) + 1) * arguments.jobs
    if executions < floor:
        problems.append(f"{executions} executions, expected at least {floor}")
    return problems


def summarise(parts, times, found, inputs, problems):
    seconds, cpu_seconds = times
    stabilities = [part["stability"] for part in parts if part["stability"] is not None]
    executions = sum(part["executions"] for part in parts)
    return {"verdict": "findings" if found else "infrastructure" if problems else "pass",
            "engines": parts, "seconds": round(seconds, 1), "executions": executions,
            "executions_per_second": round(executions / seconds) if seconds else 0,
            "cpu_seconds": round(cpu_seconds, 1),
            "executions_per_cpu_second": round(executions / cpu_seconds) if cpu_seconds else 0,
            "operations_compared": sum(part["operations"] for part in parts),
            "edges": max((part["edges"] for part in parts), default=0),
            "stability": min(stabilities) if stabilities else None,
            "differences": len(found), "failing_inputs": inputs, "findings": found,
            "problems": problems}


def report(arguments, summary):
    lines = [f"differential campaign: {summary['verdict']}",
             f"  time                 {summary['seconds']} s, {len(summary['engines'])} engines ("
             + ", ".join(part["engine"] for part in summary["engines"]) + ")",
             f"  executions           {summary['executions']:,} "
             f"({summary['executions_per_second']:,}/s, "
             f"{summary['executions_per_cpu_second']:,} per CPU second)",
             f"  operations compared  {summary['operations_compared']:,}",
             f"  edges                {summary['edges']:,}",
             f"  stability            {summary['stability']} %"
             if summary["stability"] is not None else "  stability            not measured",
             f"  differences          {summary['differences']} "
             f"({summary['failing_inputs']} failing inputs)"]
    lines += [f"  finding: {entry['signature']}: {entry.get('program', entry['input'])}"
              for entry in summary["findings"]]
    lines += ["  problem: " + problem for problem in summary["problems"]]
    text = "\n".join(lines) + "\n"
    name = "fuzz" if arguments.engine == "afl" else "libfuzzer"
    engine.write_file(os.path.join(arguments.report, name + ".txt"), text)
    engine.write_file(os.path.join(arguments.report, name + ".json"),
                      json.dumps(summary, indent=2) + "\n")
    print(text, end="", flush=True)


def campaign(arguments):
    check_tools(arguments)
    work = engine.fresh_folder(os.path.join(arguments.build, "work-" + arguments.engine))
    findings = Findings(os.path.join(arguments.build, "replay"), fresh_findings(arguments))
    seeds = gather_seeds(arguments, work, findings)
    parts, seconds, cpu_seconds, problems = [], 0.0, 0.0, []
    if engine.files_of(seeds):
        before = engine_cpu_seconds()
        instances = start(arguments, work, seeds)
        try:
            seconds = wait(instances, arguments.time)
            cpu_seconds = engine_cpu_seconds() - before
        finally:
            for instance in instances:
                engine.stop(instance)
            for instance in instances:
                findings.add(instance.finding_files())
        parts = [instance.summary() for instance in instances]
        if arguments.engine == "afl":  # libFuzzer is one process with its target
            cpu_seconds += sum(part["cpu_seconds"] for part in parts)
        problems = judge(arguments, parts, seconds)
        say(f"corpus: {keep_corpus(arguments, work, instances)} inputs kept")
    else:
        problems.append("no seed passes, the engines were not started")
    summary = summarise(parts, (seconds, cpu_seconds), findings.write(), findings.inputs, problems)
    report(arguments, summary)
    return {"pass": 0, "findings": 1, "infrastructure": 2}[summary["verdict"]]


def main():
    try:
        return campaign(parse_arguments())
    except (engine.EngineError, OSError) as error:
        print(f"fuzz: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
