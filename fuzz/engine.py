"""Starts the fuzzing engines on a target and reads back what they counted and found."""

import ctypes
import os
import re
import shutil
import signal
import struct
import subprocess
import tempfile

TIMEOUT_MS = "2000"  # wall clock, far above the target's own limit of CPU time per program
LIBFUZZER_LENGTH = str(32 + 400 * 8)  # bytes, 400 operations: it prefers long inputs
STATS_FORMAT = "<8Q"  # struct fuzz_stats of target.h
STATS_FIELDS = ("executions", "operations", "differences", "cpu_ns")

AFL_ENVIRONMENT = {
    "AFL_NO_UI": "1", "AFL_NO_AFFINITY": "1", "AFL_SKIP_CPUFREQ": "1", "AFL_QUIET": "1",
    "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1", "AFL_ALLOW_TMP": "1",
    "AFL_EXIT_ON_SEED_ISSUES": "1", "AFL_CUSTOM_MUTATOR_ONLY": "1", "AFL_DISABLE_TRIM": "1",
    "AFL_NO_CRASH_README": "1", "AFL_CAL_FAST": "1", "AFL_FORKSRV_INIT_TMOUT": "30000",
    "AFL_KILL_SIGNAL": str(int(signal.SIGTERM)),  # afl_loop.c
    "TERM": "dumb",
}
# Of what the interceptors of memset and memcpy check, the engines see nothing but the inspection
# after each operation; the replays and the swarm run with them.
FAST_OPTIONS = {"ASAN_OPTIONS": "abort_on_error=1:symbolize=0:detect_leaks=0:intercept_memcmp=0:"
                                "replace_intrin=0:quarantine_size_mb=1"}
SANITIZER_OPTIONS = "abort_on_error=1:symbolize=0:detect_leaks=0:intercept_memcmp=0"


class EngineError(Exception):
    """The infrastructure failed; the message says what and where."""


def environment(extra=None):
    """The environment of every engine: nothing of the user's AFL or sanitizer settings counts."""
    result = {key: value for key, value in os.environ.items()
              if not key.startswith(("AFL_", "ASAN_", "UBSAN_", "MSAN_", "PLUMBLINE_"))}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "MSAN_OPTIONS"):
        result[name] = SANITIZER_OPTIONS
    result["MSAN_OPTIONS"] += ":exit_code=86"  # afl-fuzz insists
    result.update(extra or {})
    return result


def write_file(path, text):
    """Writes through a temporary file, so that a reader never sees half of it."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".writing-")
    with os.fdopen(handle, "wb") as stream:
        stream.write(text if isinstance(text, bytes) else text.encode())
    os.chmod(temporary, 0o644)
    os.replace(temporary, path)


def fresh_folder(path):
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


def set_aside(folder):
    """Moves a folder that holds something to FOLDER-old/N, the next free number; gives that path,
    or None if there was nothing to keep."""
    if not os.path.isdir(folder) or not os.listdir(folder):
        return None
    old = folder + "-old"
    os.makedirs(old, exist_ok=True)
    number = 1 + max((int(name) for name in os.listdir(old) if name.isdigit()), default=0)
    kept = os.path.join(old, str(number))
    os.rename(folder, kept)
    return kept


def files_of(folder):
    """The plain files of a folder, sorted, without hidden ones; none if it does not exist."""
    if not os.path.isdir(folder):
        return []
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))
            if not name.startswith(".") and os.path.isfile(os.path.join(folder, name))]


def new_stats(path):
    """A file the target maps and counts in (environment PLUMBLINE_STATS)."""
    write_file(path, bytes(struct.calcsize(STATS_FORMAT)))
    return path


def read_stats(path):
    with open(path, "rb") as stream:
        values = struct.unpack(STATS_FORMAT, stream.read(struct.calcsize(STATS_FORMAT)))
    return dict(zip(STATS_FIELDS, values))


def tail(path, lines=12):
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return "".join(stream.readlines()[-lines:])
    except OSError as error:
        return f"({error})"


def on_one_cpu(number):
    """afl-fuzz and its target take turns: on one CPU neither waits for another to wake up."""
    cpus = sorted(os.sched_getaffinity(0))
    return ["taskset", "-c", str(cpus[number % len(cpus)])]


def die_with_parent():
    """Run in a child: it is killed when its parent is, so that no engine outlives a campaign."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def forget(paths):
    """An old report must not speak for a run that ends without one."""
    for path in paths:
        if os.path.lexists(path):
            os.remove(path)


def start_engine(command, settings, log_path):
    with open(log_path, "wb") as log:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                env=environment(settings), start_new_session=True,
                                preexec_fn=die_with_parent)


class Afl:
    """One afl-fuzz instance."""

    kind = "afl++"

    def __init__(self, target, mutator, folder, label, seeds, seed, seconds, role=None,
                 cpu=0, stop_at_first=False, empty=False):
        self.label, self.folder = label, os.path.join(folder, label if role else "default")
        self.log = os.path.join(folder, label + ".log")
        self.stats_path = new_stats(os.path.join(folder, label + ".stats"))
        command = ["afl-fuzz", "-i", seeds, "-o", folder, "-t", TIMEOUT_MS, "-m", "none",
                   "-s", str(seed), "-V", str(seconds)]
        command += [role, label] if role else []
        settings = dict(AFL_ENVIRONMENT, **FAST_OPTIONS,
                        PLUMBLINE_STATS=os.path.abspath(self.stats_path))
        if mutator:
            settings["AFL_CUSTOM_MUTATOR_LIBRARY"] = os.path.abspath(mutator)
        else:  # the engine's own mutations of bytes
            del settings["AFL_CUSTOM_MUTATOR_ONLY"], settings["AFL_DISABLE_TRIM"]
        if stop_at_first:
            settings["AFL_BENCH_UNTIL_CRASH"] = "1"
        if empty:
            settings["PLUMBLINE_EMPTY"] = "1"
        self.process = start_engine(on_one_cpu(cpu) + command + ["--", target], settings, self.log)

    def fuzzer_stats(self):
        """The key : value lines afl-fuzz leaves when it exits."""
        path = os.path.join(self.folder, "fuzzer_stats")
        if not os.path.isfile(path):
            raise EngineError(f"afl-fuzz '{self.label}' left no fuzzer_stats; its last lines:\n"
                              + tail(self.log))
        with open(path, encoding="utf-8") as stream:
            pairs = (line.split(":", 1) for line in stream if ":" in line)
            return {key.strip(): value.strip() for key, value in pairs}

    def summary(self):
        """Executions, edges and stability; an instance that failed is an EngineError."""
        if self.process.returncode != 0:
            raise EngineError(f"afl-fuzz '{self.label}' ended with {self.process.returncode}; "
                              "its last lines:\n" + tail(self.log))
        stats, counted = self.fuzzer_stats(), read_stats(self.stats_path)
        return {"engine": self.kind, "label": self.label,
                "executions": int(stats["execs_done"]), "edges": int(stats["edges_found"]),
                "edges_total": int(stats["total_edges"]),
                "stability": float(stats["stability"].rstrip("%")),
                "operations": counted["operations"], "cpu_seconds": counted["cpu_ns"] / 1e9,
                "corpus": int(stats["corpus_count"])}

    def edges(self):
        """As of the last line of afl-fuzz's record, a few seconds old."""
        last = tail(os.path.join(self.folder, "plot_data"), 1).split(",")
        return int(last[12]) if len(last) > 12 and last[12].strip().isdigit() else 0

    def queue(self):
        return files_of(os.path.join(self.folder, "queue"))

    def finding_files(self):
        return (files_of(os.path.join(self.folder, "crashes"))
                + files_of(os.path.join(self.folder, "hangs")))


class LibFuzzer:
    """One libFuzzer instance; it stops at its first finding."""

    kind = "libFuzzer"

    def __init__(self, target, folder, label, seeds, seed, seconds, empty=False):
        self.label, self.folder = label, os.path.join(folder, label)
        os.makedirs(self.folder, exist_ok=True)
        self.corpus = os.path.join(self.folder, "queue")
        self.findings = os.path.join(self.folder, "crashes")
        os.makedirs(self.corpus, exist_ok=True)
        os.makedirs(self.findings, exist_ok=True)
        self.log = os.path.join(folder, label + ".log")
        self.stats_path = new_stats(os.path.join(folder, label + ".stats"))
        command = [target, "-seed=" + str(seed), "-max_total_time=" + str(seconds),
                   "-max_len=" + LIBFUZZER_LENGTH, "-len_control=0", "-timeout=5",
                   "-print_final_stats=1", "-detect_leaks=0", "-reload=0", "-entropic=0",
                   "-artifact_prefix=" + self.findings + "/", self.corpus, seeds]
        settings = dict(FAST_OPTIONS, PLUMBLINE_STATS=os.path.abspath(self.stats_path))
        if empty:
            settings["PLUMBLINE_EMPTY"] = "1"
        self.process = start_engine(command, settings, self.log)

    def summary(self):
        if self.process.returncode != 0 and not self.finding_files():
            raise EngineError(f"libFuzzer '{self.label}' ended with {self.process.returncode} "
                              "and no finding; its last lines:\n" + tail(self.log))
        stats = read_stats(self.stats_path)
        return {"engine": self.kind, "label": self.label, "executions": stats["executions"],
                "edges": self.edges(), "edges_total": 0, "stability": None,
                "operations": stats["operations"], "cpu_seconds": stats["cpu_ns"] / 1e9,
                "corpus": len(self.queue())}

    def edges(self):
        covered = re.findall(r"\bcov: (\d+)", tail(self.log, 50))
        return int(covered[-1]) if covered else 0

    def queue(self):
        return files_of(self.corpus)

    def finding_files(self):
        return files_of(self.findings)


class Swarm:
    """The generator without feedback; it stops at its first finding."""

    kind = "swarm"

    def __init__(self, target, folder, label, seed, seconds):
        self.label, self.folder = label, os.path.join(folder, label)
        self.findings = os.path.join(self.folder, "crashes")
        os.makedirs(self.findings, exist_ok=True)
        self.log = os.path.join(folder, label + ".log")
        self.stats_path = new_stats(os.path.join(folder, label + ".stats"))
        command = [target, "--seed", str(seed), "--seconds", str(seconds),
                   "--findings", self.findings]
        settings = {"PLUMBLINE_STATS": os.path.abspath(self.stats_path)}
        self.process = start_engine(command, settings, self.log)

    def summary(self):
        if self.process.returncode != 0 and not self.finding_files():
            raise EngineError(f"swarm ended with {self.process.returncode} and no finding; "
                              "its last lines:\n" + tail(self.log))
        stats = read_stats(self.stats_path)
        return {"engine": self.kind, "label": self.label, "executions": stats["executions"],
                "edges": 0, "edges_total": 0, "stability": None,
                "operations": stats["operations"], "cpu_seconds": stats["cpu_ns"] / 1e9,
                "corpus": 0}

    def queue(self):
        return []

    def finding_files(self):
        return files_of(self.findings)


def stop(instance):
    """Ends one engine and its children, which have a session of their own."""
    if instance.process.poll() is None:
        os.killpg(instance.process.pid, signal.SIGINT)
        try:
            instance.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(instance.process.pid, signal.SIGKILL)
            instance.process.wait()


def replay(tool, paths):
    """Runs each program in a process of its own; gives {path: signature or None}.

    The tool prints one line a program, 'ok PATH' or 'finding SIGNATURE<tab>PATH', and a last line
    with both counts, which must agree with what was asked.
    """
    results = {}
    for start in range(0, len(paths), 500):
        part = paths[start:start + 500]
        run = subprocess.run([tool, "--quiet"] + part, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             env=environment(), check=False, text=True, errors="replace")
        for line in run.stdout.splitlines():
            if line.startswith("ok "):
                results[line[3:]] = None
            elif line.startswith("finding ") and "\t" in line:
                signature, path = line[8:].split("\t", 1)
                results[path] = signature
        if run.returncode not in (0, 1) or any(path not in results for path in part):
            raise EngineError(f"{tool} ended with {run.returncode} and did not answer for every "
                              "program; its last lines:\n" + run.stdout[-2000:])
    return results


def shrink(tool, path, out):
    """Shrinks a finding by whole operations into a text program; gives its operations and text."""
    run = subprocess.run([tool, "--shrink", out, path], stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment(),
                         check=False, text=True, errors="replace")
    found = re.search(r"^shrunk to (\d+) operations$", run.stdout, re.M)
    if run.returncode != 1 or not found or not os.path.isfile(out):
        raise EngineError(f"{tool} could not shrink {path} (exit {run.returncode}):\n"
                          + run.stdout[-2000:])
    return int(found.group(1)), run.stdout
