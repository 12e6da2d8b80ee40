"""Builds the variant with each seeded fault and measures how soon each engine finds it.

Exit code 0: the first engine finds every fault in most of its trials, so that the median time is
within the limit, and no engine finds a control; 1: not so; 2: infrastructure. The other engines are
there to compare: their trials of a fault end when most have missed it, because its median is then
beyond the limit whatever the rest would find.
Faults are measured side by side, each on one CPU. With --resume what an interrupted run of the same
tree measured, with the same trials and limit, is not measured again.
"""

import argparse
import concurrent.futures
import multiprocessing
import os
import re
import shlex
import statistics
import subprocess
import sys
import time

import engine
import faults_report
import substitution

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "harness",
                                "evidence"))
import journal  # noqa: E402

# Each tool, and the kind of object files it links.
KINDS = {"afl": "afl", "afl-plain": "afl", "libfuzzer": "libfuzzer", "swarm": "asan",
         "swarm-msan": "msan", "replay": "asan", "replay-msan": "msan"}
ENGINES = ("afl", "afl-plain", "libfuzzer", "swarm", "swarm-msan")
SWARM_STRIDE = 1000003  # trials of the swarm have no program in common
CONTROL_SECONDS = 10  # a control must survive one trial of this length (or of the limit)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", required=True, help="folder of the built fuzzers")
    parser.add_argument("--report", help="folder for faults.txt and faults.json")
    parser.add_argument("--faults", required=True, help="folder of the fault files")
    parser.add_argument("--root", default=".", help="root of the source tree")
    parser.add_argument("--engine", default="afl", help="one or more of " + " ".join(ENGINES))
    parser.add_argument("--names", default="", help="only these faults")
    parser.add_argument("--count", type=int, default=0, help="only this many, spread evenly")
    parser.add_argument("--trials", type=int, default=5)
    parser.add_argument("--limit", type=int, default=60, help="seconds for each trial")
    parser.add_argument("--jobs", type=int, default=1, help="faults measured side by side")
    parser.add_argument("--resume", action="store_true", help="go on with an interrupted run")
    for tool in KINDS:
        if tool == "afl-plain":  # another way to run the same target
            continue
        parser.add_argument(f"--{tool}-compile", default="", help=f"command for {tool} objects")
        parser.add_argument(f"--{tool}-link", default="",
                            help=f"command and objects for {tool}; the variant's are added")
    arguments = parser.parse_args()
    if min(arguments.trials, arguments.limit, arguments.jobs) < 1 or arguments.count < 0:
        parser.error("--trials, --limit and --jobs are at least 1, --count at least 0")
    arguments.engines = arguments.engine.replace(",", " ").split()
    for name in arguments.engines:
        if name not in ENGINES:
            parser.error(f"--engine: '{name}' is none of {' '.join(ENGINES)}")
    if not arguments.engines:
        parser.error("--engine names none")
    return arguments


def select(arguments):
    faults = substitution.load(arguments.faults, arguments.names.split())
    if 0 < arguments.count < len(faults):
        real = [fault for fault in faults if not fault.is_control]
        step = max(1, len(real) // arguments.count)
        faults = real[::step][:arguments.count]
    return faults


def run_command(command, log):
    with open(log, "ab") as stream:
        stream.write((shlex.join(command) + "\n").encode())
        stream.flush()
        if subprocess.run(command, stdout=stream, stderr=stream, check=False,
                          env=engine.environment({"AFL_QUIET": "1"})).returncode != 0:
            raise engine.EngineError(f"{log} ends with a failed build:\n" + engine.tail(log))


def may_reuse(fault, name):
    """A file is the same as in the tree unless the fault changes it or any header."""
    return all(changed.endswith(".c") and os.path.basename(changed) != name
               for changed, _, _ in fault.hunks)


def build(arguments, fault, folder, tool):
    """Compiles what the fault changes of the variant and links it with the prebuilt rest."""
    tool = "afl" if tool == "afl-plain" else tool
    option = tool.replace("-", "_")
    compile_command = shlex.split(getattr(arguments, option + "_compile"))
    link_command = shlex.split(getattr(arguments, option + "_link"))
    log, objects = os.path.join(folder, "build.log"), []
    kind = KINDS[tool]
    for path in engine.files_of(os.path.join(folder, "src", "opt")):
        if not path.endswith(".c"):
            continue
        name = os.path.basename(path)[:-2]
        unchanged = os.path.join(arguments.build, "src", "opt", f"{name}.{kind}.o")
        plain = os.path.join(arguments.build, "src", "opt", f"{name}.plain.o")
        if may_reuse(fault, name + ".c") and (os.path.isfile(unchanged) or os.path.isfile(plain)):
            objects.append(unchanged if os.path.isfile(unchanged) else plain)
        else:
            objects.append(os.path.join(folder, f"{kind}-{name}.o"))
            if not os.path.isfile(objects[-1]):
                run_command(compile_command + ["-c", path, "-o", objects[-1]], log)
    target = os.path.join(folder, tool + "-target")
    if os.path.isfile(target):
        return target
    run_command(link_command + objects + ["-o", target], log)
    return target


def start(arguments, name, target, folder, seeds, seed, limit):
    if name in ("afl", "afl-plain"):
        mutator = os.path.join(arguments.build, "mutator.so") if name == "afl" else None
        return engine.Afl(target, mutator, folder, "afl", seeds, seed, limit, stop_at_first=True)
    if name == "libfuzzer":
        return engine.LibFuzzer(target, folder, "libfuzzer", seeds, seed, limit)
    return engine.Swarm(target, folder, "swarm", seed * SWARM_STRIDE, limit)


def trial(arguments, name, tools, folder, seeds, seed, limit):
    """One run up to the first finding that a replay confirms."""
    target, replayer = tools
    engine.fresh_folder(folder)
    began = time.monotonic()
    instance = start(arguments, name, target, folder, seeds, seed, limit)
    try:
        instance.process.wait(timeout=limit + 60)
    except subprocess.TimeoutExpired:
        raise engine.EngineError(f"{name} still runs {limit + 60} s after its start") from None
    finally:
        engine.stop(instance)
    seconds = time.monotonic() - began
    answers = engine.replay(replayer, instance.finding_files())
    confirmed = sorted((path for path in answers if answers[path]), key=os.path.getsize)
    if not confirmed:
        instance.summary()  # raises if the engine failed rather than found nothing
    executions = engine.read_stats(instance.stats_path)["executions"]
    named = re.search(r"time:(\d+),execs:(\d+)", confirmed[0]) if confirmed else None
    if named:  # afl-fuzz says when, its start of a second or two not counted
        seconds, executions = int(named.group(1)) / 1000, int(named.group(2))
    return {"found": bool(confirmed), "seconds": seconds, "executions": executions,
            "signature": answers[confirmed[0]] if confirmed else None,
            "input": confirmed[0] if confirmed else None}


def seed_folder(work):
    """One seed of one byte: the total decoder makes a zone without operations of it."""
    seeds = engine.fresh_folder(os.path.join(work, "seed"))
    engine.write_file(os.path.join(seeds, "one"), b"\0")
    return seeds


def prepare(arguments, fault, folder):
    """The sources with the fault -> a seed that it passes, the kept program if it shows nothing"""
    substitution.apply(fault, arguments.root, folder)
    replayer = build(arguments, fault, folder, "replay")
    seeds = seed_folder(folder)
    if engine.replay(replayer, engine.files_of(seeds))[os.path.join(seeds, "one")]:
        raise engine.EngineError(f"{fault.path}: already the empty program fails; "
                                 "a fault this coarse measures nothing")
    return seeds, stale_regression(arguments, fault, replayer)


def run_trials(arguments, fault, name, tools, folder, seeds):
    limit = min(arguments.limit, CONTROL_SECONDS) if fault.is_control else arguments.limit
    count = 1 if fault.is_control else arguments.trials
    trials = []
    for number in range(1, count + 1):
        trials.append(trial(arguments, name, tools, os.path.join(folder, f"trial-{name}-{number}"),
                            seeds, number, limit))
        missed = sum(not one["found"] for one in trials)
        if 2 * missed > count and name != arguments.engines[0]:
            break
    return trials


def measure(arguments, fault, name, folder, seeds, stale):
    """All trials of one engine."""
    replayer = build(arguments, fault, folder,
                     "replay-msan" if name == "swarm-msan" else "replay")
    tools = build(arguments, fault, folder, name), replayer
    trials = run_trials(arguments, fault, name, tools, folder, seeds)
    found = [one for one in trials if one["found"]]
    result = dict(fault.header, name=fault.name, trials=len(trials), found=len(found),
                  seconds=round(statistics.median(one["seconds"] for one in trials), 2),
                  executions=round(statistics.median(one["executions"] for one in trials)),
                  runs=[[one["found"], round(one["seconds"], 2), one["executions"]]
                        for one in trials], operations=0, signature="")
    if found:
        shrunk = [engine.shrink(replayer, one["input"],
                                os.path.join(folder, f"shrunk-{name}-{n}.txt"))[0]
                  for n, one in enumerate(found, 1)]
        result["operations"] = round(statistics.median(shrunk))
        result["signature"] = found[0]["signature"]
    result["stale"] = stale
    result["as_expected"] = faults_report.is_as_expected(result)
    return result


def stale_regression(arguments, fault, replayer):
    """-> the file of fuzz/regressions that is named after the fault and does not show it, or ''"""
    path = os.path.join(arguments.root, "fuzz", "regressions", f"fault-{fault.name}.txt")
    if fault.is_control or not os.path.isfile(path):
        return ""
    return "" if engine.replay(replayer, [path])[path] else path


def measure_engines(arguments, fault, known):
    """-> {engine: result}, those that are known taken over"""
    if all(name in known for name in arguments.engines):
        return known
    folder = engine.fresh_folder(os.path.join(work_folder(arguments), fault.name))
    seeds, stale = prepare(arguments, fault, folder)
    return dict(known, **{name: measure(arguments, fault, name, folder, seeds, stale)
                          for name in arguments.engines if name not in known})


def take_cpu(cpus):
    """Each worker has a CPU of its own, and so have the engines it starts."""
    engine.die_with_parent()
    os.sched_setaffinity(0, {cpus.get()})


def measure_all(arguments, faults, known):
    """Gives the results of each fault, in their order."""
    cpus, have = multiprocessing.Queue(), sorted(os.sched_getaffinity(0))
    for number in range(arguments.jobs):
        cpus.put(have[number % len(have)])
    with concurrent.futures.ProcessPoolExecutor(arguments.jobs, initializer=take_cpu,
                                                initargs=(cpus,)) as workers:
        futures = [workers.submit(measure_engines, arguments, fault, known.get(fault.name, {}))
                   for fault in faults]
        try:
            yield from (future.result() for future in futures)
        finally:
            workers.shutdown(cancel_futures=True)


def work_folder(arguments):
    return os.path.join(arguments.build, "faults-" + arguments.engines[0])


def open_journal(arguments):
    """An engine's results depend on the first one's name: others than that may end early."""
    key = journal.digest(arguments.root, ("src", "harness", "fuzz"), arguments.engines[0],
                         arguments.trials, arguments.limit)
    if not arguments.resume:
        engine.fresh_folder(work_folder(arguments))
    return journal.Journal(os.path.join(work_folder(arguments), "journal"), key, arguments.resume)


def run(arguments):
    began = time.monotonic()
    faults = select(arguments)
    done = open_journal(arguments)
    results = {name: [] for name in arguments.engines}
    for fault, measured in zip(faults, measure_all(arguments, faults, dict(done.results))):
        done.put(fault.name, measured)
        for name in arguments.engines:
            results[name].append(measured[name])
            print(faults_report.row(name, measured[name]), flush=True)
        if arguments.report:  # a long run that is ended early leaves what it has
            faults_report.write(arguments, results, time.monotonic() - began)
    for line in faults_report.last_lines(arguments, results, time.monotonic() - began):
        print(line, flush=True)
    first = results[arguments.engines[0]]
    killed = [one for part in results.values() for one in part
              if one["expect"] != "found" and not one["as_expected"]]
    return 0 if not killed and all(one["as_expected"] for one in first) else 1


def main():
    try:
        return run(parse_arguments())
    except (engine.EngineError, substitution.FaultError, OSError) as error:
        print(f"faults: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
