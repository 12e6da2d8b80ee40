"""Fuzzes every parser of foreign input. Without --time: a fixed number of runs from a fixed seed,
the Python parsers, and a seeded bug of each C parser that must be found; with --time: so many
seconds for each parser with libFuzzer and AFL++, starting from what earlier runs kept.

Ends with 'parsers: N passed, N failed'. Exit code: 0 all passed, 1 a parser failed, 2 broken set-up.
"""

import argparse
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import engine  # noqa: E402
import python_parsers  # noqa: E402
import substitution  # noqa: E402

# Parser: runs of a check, and the seeded bug that so many runs must find.
PARSERS = {"program": (40000, "long-word"), "records": (4000, "cut-record"),
           "zoneinfo": (15000, "managed-above-spanned"), "trace": (6000, "type-unchecked"), "state": (6000, "type-unknown")}
MAX_LENGTH = {"records": 9000}
LIMITS = ["-malloc_limit_mb=64", "-rss_limit_mb=512", "-timeout=10"]
AFL_SETTINGS = {key: value for key, value in engine.AFL_ENVIRONMENT.items()
                if not key.startswith("AFL_CUSTOM") and key != "AFL_DISABLE_TRIM"}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--compile", required=True, help="command for one object")
    parser.add_argument("--link", required=True, help="command for a target")
    parser.add_argument("--sources", required=True, help="what every target links")
    parser.add_argument("--report", help="folder for parsers.txt")
    parser.add_argument("--time", type=int, default=0, help="seconds for each parser and engine")
    return parser.parse_args()


class Score:
    def __init__(self):
        self.passed = self.failed = 0
        self.lines = []

    def add(self, what, good, detail=""):
        self.passed += good
        self.failed += not good
        self.lines.append(f"  {'ok' if good else 'FAILED':<7} {what}")
        print(self.lines[-1], flush=True)
        if not good:
            print(detail.rstrip()[-4000:], flush=True)


def seeds_of(name):
    return os.path.join(HERE, "seeds", name)


def fuzz(target, name, folder, extra):
    """One libFuzzer run; -> (exit code, units executed, what it said). Operands of comparisons
    are no words to it: some are addresses, and the runs would not be the same twice."""
    crashes = engine.fresh_folder(os.path.join(folder, "crashes"))
    corpus = os.path.join(folder, "corpus")
    os.makedirs(corpus, exist_ok=True)
    command = [target, "-seed=1", f"-max_len={MAX_LENGTH.get(name, 8192)}", "-print_final_stats=1",
               "-detect_leaks=1", "-use_cmp=0", "-dict=" + os.path.join(HERE, name + ".dict"),
               "-artifact_prefix=" + crashes + "/", "-verbosity=0"]
    run = subprocess.run(command + LIMITS + extra + [corpus, seeds_of(name)],
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, check=False, text=True, errors="replace",
                         env=engine.environment({"ASAN_OPTIONS": "symbolize=0:abort_on_error=1"}))
    units = re.search(r"number_of_executed_units: (\d+)", run.stdout)
    said = re.sub(r"###### Recommended.*?End of recommended dictionary. ######", "", run.stdout,
                  flags=re.S)
    return run.returncode, int(units.group(1)) if units else 0, said


def check_parser(score, build, name):
    runs = PARSERS[name][0]
    folder = engine.fresh_folder(os.path.join(build, "check-" + name))
    code, units, said = fuzz(os.path.join(build, name + "-target"), name, folder,
                             [f"-runs={runs}"])
    score.add(f"{name}: {units} of {runs} runs", code == 0 and units >= runs,
              f"exit {code}, inputs in {folder}/crashes\n{said}")


def compile_with(arguments, fault, name, folder):
    """The target of a parser with the bug in it; only the changed file is compiled."""
    substitution.apply(fault, ".", folder, folders=("src", "harness"))
    objects = []
    for path in shlex.split(arguments.sources) + [f"fuzz/parsers/{name}.c"]:
        objects.append(os.path.join(arguments.build, path[:-2] + ".o"))
        if path in [changed for changed, _, _ in fault.hunks]:
            objects[-1] = os.path.join(folder, os.path.basename(path)[:-2] + ".o")
            subprocess.run(shlex.split(arguments.compile)
                           + ["-c", os.path.join(folder, path), "-o", objects[-1]], check=True)
    target = os.path.join(folder, "target")
    subprocess.run(shlex.split(arguments.link) + objects + ["-o", target], check=True)
    return target


def canary(score, arguments, name):
    """The same runs on a parser with a seeded bug must find it."""
    runs, fault_name = PARSERS[name]
    fault = substitution.load(os.path.join(HERE, "faults"), [fault_name])[0]
    folder = os.path.join(arguments.build, "canary-" + name)
    target = compile_with(arguments, fault, name, folder)
    code, units, said = fuzz(target, name, folder, [f"-runs={runs}"])
    found = code != 0 and bool(engine.files_of(os.path.join(folder, "crashes")))
    score.add(f"canary: {fault_name} is found in {name}"
              + (f" after {units} runs" if units else ""), found, f"exit {code}\n{said}")


def fuzz_afl(score, arguments, name, seeds):
    folder = engine.fresh_folder(os.path.join(arguments.build, "afl-" + name))
    command = ["afl-fuzz", "-i", seeds, "-o", folder, "-t", "2000", "-m", "none", "-s", "1", "-V",
               str(arguments.time), "-x", os.path.join(HERE, name + ".dict"), "--",
               os.path.join(arguments.build, name + "-afl-target")]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, check=False, text=True, errors="replace",
                         env=engine.environment(dict(AFL_SETTINGS, **engine.FAST_OPTIONS)))
    stats = os.path.join(folder, "default", "fuzzer_stats")
    if run.returncode != 0 or not os.path.isfile(stats):
        raise engine.EngineError(f"afl-fuzz on {name} ended with {run.returncode}:\n"
                                 + run.stdout[-2000:])
    with open(stats, encoding="utf-8") as stream:
        executions = re.search(r"execs_done\s*: (\d+)", stream.read()).group(1)
    found = [path for kind in ("crashes", "hangs")
             for path in engine.files_of(os.path.join(folder, "default", kind))]
    score.add(f"{name}, AFL++: {int(executions):,} executions in {arguments.time} s", not found,
              "\n".join(found))


def fuzz_long(score, arguments, name):
    """libFuzzer keeps its corpus from run to run, and AFL++ begins with it."""
    folder = os.path.join(arguments.build, "long-" + name)
    began = time.monotonic()
    code, units, said = fuzz(os.path.join(arguments.build, name + "-target"), name, folder,
                             [f"-max_total_time={arguments.time}"])
    score.add(f"{name}, libFuzzer: {units:,} executions in {time.monotonic() - began:.0f} s",
              code == 0, f"exit {code}, inputs in {folder}/crashes\n{said}")
    if shutil.which("afl-fuzz"):
        seeds = engine.fresh_folder(os.path.join(arguments.build, "seeds-" + name))
        for number, path in enumerate(engine.files_of(seeds_of(name))
                                      + engine.files_of(os.path.join(folder, "corpus"))[:200]):
            shutil.copyfile(path, os.path.join(seeds, f"{number:04d}"))
        fuzz_afl(score, arguments, name, seeds)


def run(arguments):
    score = Score()
    for name in PARSERS:
        if arguments.time:
            fuzz_long(score, arguments, name)
        else:
            check_parser(score, arguments.build, name)
            canary(score, arguments, name)
    python_parsers.check(score, 20000 if arguments.time else 1500)
    last = f"parsers: {score.passed} passed, {score.failed} failed"
    if arguments.report:
        engine.write_file(os.path.join(arguments.report, "parsers.txt"),
                          "\n".join(score.lines + [last]) + "\n")
    print(last)
    return int(score.failed != 0)


def main():
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(2))
    try:
        return run(parse_arguments())
    except (engine.EngineError, substitution.FaultError, subprocess.CalledProcessError,
            OSError) as error:
        print(f"parsers: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
