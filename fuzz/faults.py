"""Builds the variant with each seeded fault and measures how soon the fuzzers find it.

Exit code 0: every fault is found in every trial and no control is; 1: not so; 2: infrastructure.
"""

import argparse
import json
import os
import re
import shlex
import statistics
import subprocess
import sys
import time

import engine
import substitution

# Each tool, and the kind of object files it links.
KINDS = {"afl": "afl", "libfuzzer": "libfuzzer", "swarm": "asan", "swarm-msan": "msan",
         "replay": "asan", "replay-msan": "msan"}
CONTROL_SECONDS = 10  # a control must survive one trial of this length (or of the limit)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", required=True, help="folder of the built fuzzers")
    parser.add_argument("--report", help="folder for faults.txt and faults.json")
    parser.add_argument("--faults", required=True, help="folder of the fault files")
    parser.add_argument("--root", default=".", help="root of the source tree")
    parser.add_argument("--engine", choices=tuple(KINDS)[:4], default="afl")
    parser.add_argument("--names", default="", help="only these faults")
    parser.add_argument("--count", type=int, default=0, help="only this many, spread evenly")
    parser.add_argument("--trials", type=int, default=5)
    parser.add_argument("--limit", type=int, default=60, help="seconds for each trial")
    for tool in KINDS:
        parser.add_argument(f"--{tool}-compile", default="", help=f"command for {tool} objects")
        parser.add_argument(f"--{tool}-link", default="",
                            help=f"command and objects for {tool}; the variant's are added")
    arguments = parser.parse_args()
    if arguments.trials < 1 or arguments.limit < 1 or arguments.count < 0:
        parser.error("--trials and --limit are at least 1, --count at least 0")
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
    run_command(link_command + objects + ["-o", target], log)
    return target


def start(arguments, target, folder, seeds, seed, limit):
    if arguments.engine == "afl":
        return engine.Afl(target, os.path.join(arguments.build, "mutator.so"), folder, "afl",
                          seeds, seed, limit, stop_at_first=True)
    if arguments.engine == "libfuzzer":
        return engine.LibFuzzer(target, folder, "libfuzzer", seeds, seed, limit, 64 * 1024)
    return engine.Swarm(target, folder, "swarm", seed, limit)


def trial(arguments, target, replayer, folder, seeds, seed, limit):
    """One run up to the first finding that a replay confirms."""
    engine.fresh_folder(folder)
    began = time.monotonic()
    instance = start(arguments, target, folder, seeds, seed, limit)
    try:
        instance.process.wait(timeout=limit + 60)
    except subprocess.TimeoutExpired:
        raise engine.EngineError(f"{arguments.engine} still runs {limit + 60} s after its start") \
            from None
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


def measure(arguments, fault, work):
    folder = os.path.join(work, fault.name)
    substitution.apply(fault, arguments.root, folder)
    target = build(arguments, fault, folder, arguments.engine)
    replayer = build(arguments, fault, folder,
                     "replay-msan" if arguments.engine == "swarm-msan" else "replay")
    seeds = seed_folder(folder)
    limit = min(arguments.limit, CONTROL_SECONDS) if fault.is_control else arguments.limit
    if engine.replay(replayer, engine.files_of(seeds))[os.path.join(seeds, "one")]:
        raise engine.EngineError(f"{fault.path}: already the empty program fails; "
                                 "a fault this coarse measures nothing")
    count = 1 if fault.is_control else arguments.trials
    trials = [trial(arguments, target, replayer, os.path.join(folder, f"trial-{number}"), seeds,
                    number, limit) for number in range(1, count + 1)]
    found = [one for one in trials if one["found"]]
    result = dict(fault.header, name=fault.name, trials=len(trials), found=len(found),
                  as_expected=len(found) == (0 if fault.is_control else len(trials)),
                  seconds=round(statistics.median(one["seconds"] for one in trials), 2),
                  executions=round(statistics.median(one["executions"] for one in trials)),
                  operations=0, signature="")
    if found:
        shrunk = [engine.shrink(replayer, one["input"], os.path.join(folder, f"shrunk-{n}.txt"))[0]
                  for n, one in enumerate(found, 1)]
        result["operations"] = round(statistics.median(shrunk))
        result["signature"] = found[0]["signature"]
    return result


def row(result):
    verdict = "ok" if result["as_expected"] else "NOT FOUND" if result["expect"] == "found" \
        else "KILLED"
    return (f"{result['name']:<26} {result['id']:<6} {result['property']:<8} "
            f"{result['found']}/{result['trials']} {result['seconds']:8.2f} "
            f"{result['executions']:10,} {result['operations']:6}  {verdict:<9} "
            f"{result['signature']}")


def report(arguments, results, seconds):
    head = (f"{'fault':<26} {'id':<6} {'property':<8} found  median s executions    ops  verdict   "
            "signature")
    faults = [result for result in results if result["expect"] == "found"]
    controls = [result for result in results if result["expect"] != "found"]
    last = (f"faults: {sum(result['as_expected'] for result in faults)} of {len(faults)} found, "
            f"{sum(result['as_expected'] for result in controls)} of {len(controls)} controls "
            f"survived, {arguments.trials} trials each, engine {arguments.engine}, "
            f"{seconds:.0f} s")
    if arguments.report:
        text = "\n".join([head] + [row(result) for result in results] + [last]) + "\n"
        engine.write_file(os.path.join(arguments.report, "faults.txt"), text)
        engine.write_file(os.path.join(arguments.report, "faults.json"), json.dumps(
            {"engine": arguments.engine, "trials": arguments.trials, "limit": arguments.limit,
             "seconds": round(seconds, 1), "faults": results}, indent=2) + "\n")
    print(last, flush=True)


def run(arguments):
    began = time.monotonic()
    work = engine.fresh_folder(os.path.join(arguments.build, "faults-" + arguments.engine))
    results = []
    for fault in select(arguments):
        results.append(measure(arguments, fault, work))
        print(row(results[-1]), flush=True)
    report(arguments, results, time.monotonic() - began)
    return 0 if all(result["as_expected"] for result in results) else 1


def main():
    try:
        return run(parse_arguments())
    except (engine.EngineError, substitution.FaultError, OSError) as error:
        print(f"faults: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
