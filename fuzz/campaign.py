"""Runs a bounded differential campaign and gives the verdict: 0 pass, 1 findings, 2 infrastructure.

afl-fuzz itself exits 0 with crashes found and skips seeds that crash, so the verdict is made here:
every seed is replayed first, every crash and hang is counted, replayed, deduplicated by the theorem
it breaks and the first field that differs, and shrunk by whole operations. A campaign goes on where
the last one ended, and where a killed one was: what its engines kept and found is taken first.
"""

import argparse
import fcntl
import os
import resource
import shutil
import subprocess
import sys
import time

import campaign_report
import engine
import finding
import store

MIN_STABILITY = 99.0  # percent; below this the target is not deterministic
MIN_EXECUTIONS = 200  # per second and job, far below what any machine does
MIN_EDGES = 150       # a target without instrumentation, or one that stops early, stays below
# Of the speed of an empty harness in the same run; a healthy build has three times as much or more.
MIN_RATIO = {"afl": 0.08, "libfuzzer": 0.015}
EMPTY_SECONDS = 3
MINIMISE_MS = "10000" # for one input: each was fast once, but the machine may be loaded now
PROGRESS_SECONDS = 5
MAX_SAMPLES = 300


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
    parser.add_argument("--plumbline", help="the command that writes reproducers")
    parser.add_argument("--rescue", action="store_true",
                        help="only take what a killed campaign left")
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


def fresh_findings(arguments):
    """The folder for this campaign's findings; those of the one before are kept elsewhere."""
    folder = os.path.join(arguments.build, "findings")
    kept = engine.set_aside(folder)
    if kept:
        say(f"the findings of an earlier campaign are now in {kept}")
    return engine.fresh_folder(folder)


def kept_for_good(failing, path):
    """Minimising takes what fails out of the corpus: until it is reported it lies elsewhere, too."""
    return path if path.endswith(".txt") else failing.keep(path)


def gather_seeds(arguments, work, findings):
    """Seeds that pass: the tree's corpus and what earlier campaigns kept. Others are findings."""
    candidates = engine.files_of(arguments.corpus)
    candidates += engine.files_of(os.path.join(arguments.build, "corpus"))
    candidates += engine.files_of(os.path.join(arguments.build, "failing"))
    candidates += engine.files_of(arguments.regressions)
    if not candidates:
        raise engine.EngineError(f"no seed in {arguments.corpus}")
    seeds = engine.fresh_folder(os.path.join(work, "seeds"))
    results = engine.replay(os.path.join(arguments.build, "replay"), candidates)
    failing = store.Store(os.path.join(arguments.build, "failing"))
    failed = 0
    for number, path in enumerate(candidates):
        if results[path] is not None:
            findings.count(kept_for_good(failing, path), results[path])
            failed += 1
        elif not path.endswith(".txt"):
            shutil.copyfile(path, os.path.join(seeds, f"{number:05d}"))
    say(f"{len(candidates)} seeds and regressions replayed, {failed} failed")
    return seeds


def make_instance(arguments, work, label, seeds, seed, seconds, role=None, cpu=0, empty=False):
    os.makedirs(work, exist_ok=True)
    target = os.path.join(arguments.build, arguments.engine + "-target")
    if arguments.engine == "afl":
        return engine.Afl(target, os.path.join(arguments.build, "mutator.so"), work, label, seeds,
                          seed, seconds, role, cpu=cpu, empty=empty)
    return engine.LibFuzzer(target, work, label, seeds, seed, seconds, empty=empty)


def start(arguments, work, seeds):
    instances = []
    for job in range(arguments.jobs):
        role, label = ("-M", "main") if job == 0 else ("-S", f"second{job}")
        if arguments.engine != "afl":
            label = f"libfuzzer{job}"
        instances.append(make_instance(arguments, work, label, seeds, arguments.seed + job,
                                       arguments.time, role, cpu=job))
    return instances


def measure(instances, seconds):
    """One sample of the run."""
    totals = [engine.read_stats(instance.stats_path) for instance in instances]
    return {"seconds": round(seconds, 1),
            "executions": sum(total["executions"] for total in totals),
            "operations": sum(total["operations"] for total in totals),
            "edges": max(instance.edges() for instance in instances),
            "corpus": sum(len(instance.queue()) for instance in instances),
            "findings": sum(len(instance.finding_files()) for instance in instances)}


class Progress:
    """One line that is written over on a terminal; in a log, a line now and then. The samples are
    thinned when there are many, so that a night's report is no longer than a minute's."""

    def __init__(self, seconds):
        self.samples, self.every, self.next_sample = [], 1.0, 0.0
        self.line_every = max(PROGRESS_SECONDS, seconds / 60)
        self.next_line = self.line_every
        self.is_terminal = sys.stdout.isatty()

    def see(self, instances, seconds, last=False):
        if not last and seconds < self.next_sample:
            return
        sample = measure(instances, seconds)
        self.samples.append(sample)
        self.next_sample = seconds + self.every
        if len(self.samples) >= MAX_SAMPLES:
            self.samples, self.every = self.samples[::2], self.every * 2
        if self.is_terminal or last or seconds >= self.next_line:
            self.show(sample, last)
            self.next_line = seconds + self.line_every

    def show(self, sample, last):
        line = (f"fuzz: {sample['seconds']:4.0f} s  {sample['executions']:,} executions "
                f"({sample['executions'] / max(sample['seconds'], 0.1):,.0f}/s)  "
                f"{sample['findings']} findings  "
                f"{sample['operations']:,} operations compared  {sample['edges']} edges  "
                f"{sample['corpus']:,} inputs kept")
        if self.is_terminal:
            # A line that wraps cannot be written over; the last one stands as a whole.
            room = shutil.get_terminal_size().columns - 1
            print("\r" + (line if last else line[:room]) + "\033[K", end="\n" if last else "",
                  flush=True)
        else:
            print(line, flush=True)


def engine_cpu_seconds():
    """CPU time of the engines that ended; the target's processes count their own."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def wait(instances, seconds):
    """Waits for all engines; a minute over time is a failure. -> (seconds, samples)"""
    began = time.monotonic()
    progress = Progress(seconds)
    while any(instance.process.poll() is None for instance in instances):
        time.sleep(0.5)
        now = time.monotonic() - began
        progress.see(instances, now)
        if now > seconds + 60:
            raise engine.EngineError(f"the engines still run {seconds + 60} s after their start; "
                                     "expected an end after " + str(seconds) + " s")
    progress.see(instances, time.monotonic() - began, last=True)
    return time.monotonic() - began, progress.samples


def keep_corpus(arguments, work, instances, corpus):
    """Adds what the engines kept, then leaves the few that reach every edge, where afl-cmin can
    find them."""
    corpus.add([path for instance in instances for path in instance.queue()])
    kept = os.path.join(work, "minimised")
    shutil.rmtree(kept, ignore_errors=True)
    target = os.path.join(arguments.build, "afl-target")
    if not (os.path.isfile(target) and shutil.which("afl-cmin")):
        return
    say("the corpus is minimised")
    run = subprocess.run(["afl-cmin", "-i", corpus.folder, "-o", kept, "-t", MINIMISE_MS,
                          "-m", "none", "--", target, "-"], stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                         text=True, errors="replace", preexec_fn=engine.die_with_parent,
                         env=engine.environment({"AFL_QUIET": "1", "AFL_ALLOW_TMP": "1"}))
    files = engine.files_of(kept)
    if run.returncode != 0 or not files:
        say("the corpus could not be minimised and stays whole:\n" + run.stdout[-500:])
        return
    corpus.replace(files)


def empty_speed(arguments, work, seeds):
    """Executions per CPU second of the same engine on the same target, which does nothing."""
    before = engine_cpu_seconds()
    seconds = min(EMPTY_SECONDS, arguments.time)
    instance = make_instance(arguments, os.path.join(work, "empty"), "empty", seeds, 1, seconds,
                             empty=True)
    try:
        instance.process.wait(timeout=seconds + 60)
    except subprocess.TimeoutExpired:
        raise engine.EngineError("the empty harness does not end") from None
    finally:
        engine.stop(instance)
    part = instance.summary()
    cpu = engine_cpu_seconds() - before
    cpu += part["cpu_seconds"] if arguments.engine == "afl" else 0
    return part["executions"] / cpu if cpu else 0


def floor_of(arguments, speed, empty):
    return {"executions_per_cpu_second": round(speed), "empty_per_cpu_second": round(empty),
            "ratio": round(speed / empty, 4) if empty else 0.0,
            "least": MIN_RATIO[arguments.engine]}


def judge(arguments, parts, seconds, floor):
    """What makes a run without findings worthless."""
    problems = []
    if floor["ratio"] < floor["least"]:
        problems.append(f"{floor['ratio']} of the speed of an empty harness, expected at least "
                        f"{floor['least']}")
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


def summarise(run, found, inputs):
    parts, seconds, cpu_seconds = run["parts"], run["seconds"], run["cpu_seconds"]
    stabilities = [part["stability"] for part in parts if part["stability"] is not None]
    executions = sum(part["executions"] for part in parts)
    return {"verdict": "findings" if found else "infrastructure" if run["problems"] else "pass",
            "engines": parts, "seconds": round(seconds, 1), "executions": executions,
            "executions_per_second": round(executions / seconds) if seconds else 0,
            "cpu_seconds": round(cpu_seconds, 1),
            "executions_per_cpu_second": round(executions / cpu_seconds) if cpu_seconds else 0,
            "floor": run["floor"],
            "operations_compared": sum(part["operations"] for part in parts),
            "edges": max((part["edges"] for part in parts), default=0),
            "stability": min(stabilities) if stabilities else None, "corpus": run["corpus"],
            "differences": len(found), "failing_inputs": inputs, "findings": found,
            "problems": run["problems"], "samples": run["samples"]}


def run_engines(arguments, work, seeds, findings, run):
    """Fills in what the engines did; what they found is counted even if one of them broke."""
    before = engine_cpu_seconds()
    instances = start(arguments, work, seeds)
    try:
        run["seconds"], run["samples"] = wait(instances, arguments.time)
        run["cpu_seconds"] = engine_cpu_seconds() - before
    finally:
        for instance in instances:
            engine.stop(instance)
        for instance in instances:
            findings.add(instance.finding_files())
    run["parts"] = [instance.summary() for instance in instances]
    if arguments.engine == "afl":  # libFuzzer is one process with its target
        run["cpu_seconds"] += sum(part["cpu_seconds"] for part in run["parts"])
    executions = sum(part["executions"] for part in run["parts"])
    speed = executions / run["cpu_seconds"] if run["cpu_seconds"] else 0
    run["floor"] = floor_of(arguments, speed, empty_speed(arguments, work, seeds))
    run["problems"] = judge(arguments, run["parts"], run["seconds"], run["floor"])
    return instances


def rescue(arguments, corpus):
    """What killed campaigns of either engine left."""
    taken = 0
    for name in ("afl", "libfuzzer"):
        work = os.path.join(arguments.build, "work-" + name)
        kept, failing = store.rescue(work, corpus, os.path.join(arguments.build, "failing"))
        if kept or failing:
            say(f"{kept} inputs and {failing} that fail taken over from {work}")
        taken += kept
    return taken


def campaign(arguments):
    check_tools(arguments)
    corpus = store.Store(os.path.join(arguments.build, "corpus"))
    run = {"parts": [], "seconds": 0.0, "cpu_seconds": 0.0, "floor": None, "samples": [],
           "problems": [], "corpus": {"rescued": rescue(arguments, corpus)}}
    run["corpus"]["before"] = len(corpus.files())
    if arguments.rescue:
        return 0
    work = engine.fresh_folder(os.path.join(arguments.build, "work-" + arguments.engine))
    findings = finding.Findings(os.path.join(arguments.build, "replay"),
                                fresh_findings(arguments), arguments.plumbline, say)
    name = "fuzz" if arguments.engine == "afl" else "libfuzzer"
    campaign_report.forget(arguments.report, name)
    seeds = gather_seeds(arguments, work, findings)
    instances = []
    if engine.files_of(seeds):
        instances = run_engines(arguments, work, seeds, findings, run)
    else:
        run["problems"].append("no seed passes, the engines were not started")
    written = findings.write()
    if instances:
        keep_corpus(arguments, work, instances, corpus)
    run["corpus"]["after"] = len(corpus.files())
    summary = summarise(run, written, findings.inputs)
    print(campaign_report.write(arguments.report, name, summary), end="", flush=True)
    # All is written: nothing here is needed any more, but the logs if something is wrong.
    shutil.rmtree(os.path.join(arguments.build, "failing"), ignore_errors=True)
    if not run["problems"]:
        shutil.rmtree(work, ignore_errors=True)
    return {"pass": 0, "findings": 1, "infrastructure": 2}[summary["verdict"]]


def alone(arguments):
    """Two campaigns in one folder would take each other's inputs; the lock ends with the process."""
    os.makedirs(arguments.build, exist_ok=True)
    lock = open(os.path.join(arguments.build, "campaign.lock"), "w", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise engine.EngineError(f"another campaign runs in {arguments.build}; wait for it, or "
                                 "give BUILD=another") from None
    return lock


def main():
    arguments = parse_arguments()
    try:
        with alone(arguments):
            return campaign(arguments)
    except (engine.EngineError, OSError) as error:
        print(f"fuzz: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("fuzz: interrupted; the next campaign takes what this one kept and found",
              file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
