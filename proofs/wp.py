"""Runs Frama-C WP: finds the provers, writes their configuration, starts one job, reads its answer."""

import json
import os
import re
import shutil
import signal
import subprocess
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
FRAMA_C_VERSION = "25."  # what the log rules below were learnt from
MEMORY_MODEL = "Typed+ref"
VERDICT_PROVERS = "z3-quick,z3-plain-quick,cvc4-medium,z3-plain-medium,z3,cvc4,z3-plain"
PROBE_NAME = "plumb_probe"
PROBE_PROVER = "z3-probe"
PROBE_BUDGET = 100000  # z3 resource units for one search of \false, a fraction of a second
Z3_SEARCH = ("auto_config=false smt.case_split=3 smt.delay_units=true "
             "smt.qi.eager_threshold=5")
Z3_SEEDS = "sat.random_seed=42 nlsat.randomize=false smt.random_seed=42"
QUICK_BUDGET = 2500000  # z3 resource units, about two seconds: most goals need less
MEDIUM_SECONDS = 5
TIME_LIMIT = 30
JOB_LIMIT = 3000  # seconds; a job that takes longer is broken

# Everything but the checks: what is left is the smoke tests and the probes.
ONLY_CHECKS = ",".join("-@" + name for name in (
    "lemma requires assigns ensures exits assert invariant variant breaks continues returns "
    "complete_behaviors disjoint_behaviors terminates decreases").split())

FORBIDDEN_LINES = (
    "not yet supported", "(skipped)", "interpreted as reads nothing", "Missing RTE guards",
    "skipped verification", "Missing assigns clause", "No 'assigns' specification",
    "might be unsound", "Cast with incompatible pointers", "Neither code nor specification",
    "not implemented", "User Error", "Failure:", "No goal generated", "aborted", "Unreachable",
    "assigns nothing", "[Failed] Smoke-test", "Failed smoke-test", "Missing decreases",
    "unguarded", "Unsupported", "Degenerated",
)
ALLOWED_WARNINGS = ("Memory model hypotheses for function",)


_running = set()


def stop_children_on_signals():
    """An interrupted run leaves no prover behind."""
    def stop(number, _frame):
        for process in list(_running):
            Toolchain.stop(process)
        os._exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


class Infrastructure(Exception):
    """The run cannot judge: a tool is missing or broken."""


def _version(command, pattern):
    try:
        text = subprocess.run(command, capture_output=True, text=True, check=True,
                              stdin=subprocess.DEVNULL).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise Infrastructure(f"{command[0]}: cannot be run ({error}); 'make deps' installs it")
    found = re.search(pattern, text)
    if not found:
        raise Infrastructure(f"{command[0]}: answers no version to '{' '.join(command[1:])}'")
    return found.group(1)


def write_file(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "w", encoding="utf-8") as stream:
        stream.write(text)
    os.replace(path + ".new", path)


class Toolchain:
    """Frama-C and the provers, with a configuration and a home of their own under the build."""

    def __init__(self, root, build, name="why3"):
        self.root, self.build = os.path.abspath(root), os.path.abspath(build)
        self.versions, self.lock = {}, threading.Lock()
        paths = {}
        for tool, arguments, pattern in (
                ("frama-c", ["-version"], r"^(\S+)"), ("why3", ["--version"], r"version (\S+)"),
                ("z3", ["--version"], r"version (\S+)"), ("cvc4", ["--version"], r"version (\S+)")):
            paths[tool] = shutil.which(tool)
            if not paths[tool]:
                raise Infrastructure(f"{tool}: not found; 'make deps' installs it")
            self.versions[tool] = _version([paths[tool]] + arguments, pattern)
        if not self.versions["frama-c"].startswith(FRAMA_C_VERSION):
            raise Infrastructure(f"frama-c: version {self.versions['frama-c']}, but this gate "
                                 f"reads the logs of {FRAMA_C_VERSION}x only")
        self.frama_c = paths["frama-c"]
        self._configure(paths, os.path.join(self.build, name))

    def _configure(self, paths, folder):
        data = subprocess.run([paths["why3"], "--print-datadir"], capture_output=True, text=True,
                              check=True).stdout.strip()
        drivers = os.path.join(data, "drivers")
        values = {"drivers": drivers, "quick": str(QUICK_BUDGET),
                  "medium": str(MEDIUM_SECONDS), "probe": str(PROBE_BUDGET),
                  "search": Z3_SEARCH, "seeds": Z3_SEEDS}
        for tool in ("z3", "cvc4"):
            values[tool] = paths[tool]
            values[tool + "_version"] = self.versions[tool]
        with open(os.path.join(HERE, "why3.conf"), encoding="utf-8") as stream:
            text = re.sub(r"@(\w+)@", lambda m: values[m.group(1)], stream.read())
        home = os.path.join(folder, "home")
        os.makedirs(home, exist_ok=True)
        config = os.path.join(folder, "why3.conf")
        write_file(config, text)
        self.session = os.path.join(folder, "session")
        self.environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": home,
                            "WHY3CONFIG": config, "LC_ALL": "C", "TERM": "dumb",
                            "TMPDIR": os.environ.get("TMPDIR", "/tmp")}

    def arguments(self, unit):
        includes = "-Isrc -Isrc/ref -Ispec -I."
        # Only WP and what it needs: the other plug-ins cost a tenth of the time.
        return [self.frama_c, "-no-autoload-plugins", "-load-module", "frama-c-wp",
                "-machdep", "gcc_x86_64", "-cpp-extra-args=" + includes, unit]

    def run(self, arguments, log, on_line=None):
        """Runs one command, keeps its log; on_line answers True to stop it. -> (exit code, lines)"""
        os.makedirs(os.path.dirname(log), exist_ok=True)
        lines, stopped = [], False
        with open(log, "w", encoding="utf-8") as out:
            out.write("$ " + " ".join(arguments) + "\n")
            process = subprocess.Popen(arguments, cwd=self.root, env=self.environment, text=True,
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT, start_new_session=True,
                                       errors="replace")
            _running.add(process)
            timer = threading.Timer(JOB_LIMIT, self.stop, [process])
            timer.start()
            try:
                for line in process.stdout:
                    lines.append(line.rstrip("\n"))
                    out.write(line)
                    if on_line and not stopped and on_line(lines[-1]):
                        stopped = True
                        self.stop(process)
                code = process.wait()
            finally:
                timer.cancel()
                _running.discard(process)
                if process.poll() is None:
                    self.stop(process)
                    process.wait()
        return code, lines

    @staticmethod
    def stop(process):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def normalise(self, unit, out):
        """The unit as Frama-C reads it: macros expanded, one notation."""
        os.makedirs(os.path.dirname(out), exist_ok=True)
        if os.path.exists(out):
            os.remove(out)
        code, lines = self.run(self.arguments(unit) + ["-no-unicode", "-print", "-ocode", out],
                               out + ".log")
        if code != 0 or not os.path.exists(out):
            return None, lines
        with open(out, encoding="utf-8") as stream:
            return stream.read(), lines


class Goal:
    def __init__(self, name, prover, verdict, seconds):
        self.name, self.prover, self.verdict, self.seconds = name, prover, verdict, seconds


_GOAL = re.compile(r"^\[wp\] \[([^\]]+)\] Goal (\S+)(?: : (\w+))?(.*)$")
_TIME = re.compile(r"\((?:(\d+)')?([\d.]+)(ms|s)\)")


def _seconds(rest):
    times = _TIME.findall(rest)
    if not times:
        return 0.0
    minutes, number, unit = times[-1]
    return (int(minutes) * 60 if minutes else 0) + float(number) / (1000 if unit == "ms" else 1)


def read_goals(lines):
    goals = []
    for line in lines:
        found = _GOAL.match(line)
        if found and found.group(1) != "CFG":
            verdict = found.group(3) or "Failed"
            goals.append(Goal(found.group(2), found.group(1), verdict, _seconds(found.group(4))))
    return goals


class Answer:
    """What one WP run said: exit code, log lines, goals with times, JSON report, objections."""

    def __init__(self, code, lines, report):
        self.code, self.lines, self.report = code, lines, report
        self.goals = read_goals(lines)
        self.objections = []
        if code != 0:
            self.objections.append(f"frama-c ended with exit code {code}")
        for index, line in enumerate(lines):
            for text in FORBIDDEN_LINES:
                if text in line:
                    self.objections.append(f"log: {line.strip()}")
                    break
            else:
                if "Warning:" in line:
                    message = line + " " + " ".join(lines[index + 1:index + 2])
                    if not any(text in message for text in ALLOWED_WARNINGS):
                        self.objections.append("log, unknown warning: " + " ".join(message.split()))
        if report is None:
            self.objections.append("no JSON report was written")

    def section(self, name=None):
        """goal -> (total, valid) of one function, or of the lemmas."""
        if self.report is None:
            return {}
        if name is None:
            sections = self.report.get("wp:axiomatics", {}).values()
        else:
            sections = [self.report.get("wp:functions", {}).get(name, {})]
        return {goal: (entry["wp:main"]["total"], entry["wp:main"].get("valid", 0))
                for section in sections for goal, entry in section.items() if goal != "wp:section"}

    def scheduled(self):
        for line in self.lines:
            found = re.match(r"\[wp\] (\d+) goals? scheduled", line)
            if found:
                return int(found.group(1))
        return None

    def totals(self):
        if self.report is None:
            return 0, 0
        main = self.report.get("wp:global", {}).get("wp:main", {})
        return main.get("total", 0), main.get("valid", 0)

    def places(self):
        """Where the goals without a proof stand, if the goals were printed."""
        found, place, valid = [], None, True
        for line in self.lines:
            start = re.match(r"Goal (.*):$", line)
            if start or line.startswith("-----"):
                if place and not valid:
                    found.append(place)
                place, valid = start.group(1) if start else None, False
            elif place and re.match(r"Prover .* returns Valid", line):
                valid = True
        return found + ([place] if place and not valid else [])

    def hypotheses(self):
        """The memory hypotheses WP states, by function; callers are made to check them."""
        found, name, text = {}, None, []
        for line in self.lines:
            start = re.search(r"Memory model hypotheses for function '(\w+)'", line)
            if start:
                name, text = start.group(1), []
            elif name:
                if re.search(rf"\b{name}\(", line):
                    found[name], name = " ".join(" ".join(text).split()), None
                else:
                    text.append(re.sub(r"/\*@|\*/|behavior wp_typed_ref:", " ", line))
        return found


def prove(tool, unit, name, report, log, function=None, provers=VERDICT_PROVERS,
          seconds=TIME_LIMIT, checks_only=False, cache=None, on_line=None, locate=False):
    """One WP run over functions of a unit ("a,b"), or over its lemmas if none is given.

    -wp-no-ground and -wp-no-pruning spare Qed most of its time, a third to a half of all: the
    provers do what it would have done.
    """
    if os.path.exists(report):
        os.remove(report)
    os.makedirs(os.path.dirname(report), exist_ok=True)
    arguments = tool.arguments(unit) + [
        "-wp-session", os.path.join(tool.session, name), "-wp", "-wp-rte",
        "-warn-unsigned-overflow", "-warn-unsigned-downcast", "-wp-model", MEMORY_MODEL,
        "-wp-check-memory-model", "-wp-no-ground", "-wp-no-pruning", "-wp-prover", provers,
        "-wp-timeout", str(seconds), "-wp-smoke-timeout", str(seconds), "-wp-par", "1",
        "-wp-report-json", report]
    arguments += ["-wp-cache", "update", "-wp-cache-dir", cache] if cache else \
        ["-wp-cache", "none"]
    if checks_only:
        arguments += ["-wp-smoke-tests", "-wp-prop=" + ONLY_CHECKS + ",+" + PROBE_NAME]
    elif function is None:
        arguments += ["-wp-prop=@lemma"]
    if function is not None:
        arguments += ["-wp-fct", function]
    if locate:
        arguments += ["-wp-print"]
    code, lines = tool.run(arguments, log, on_line)
    data = None
    try:
        with open(report, encoding="utf-8") as stream:
            data = json.load(stream)
    except (OSError, ValueError):
        pass
    return Answer(code, lines, data)
