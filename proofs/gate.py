"""The gate: plans the jobs of a proof, runs them, and passes only what is proven without a doubt."""

import concurrent.futures
import glob
import os
import re
import sys
import threading
import time

import probe
import sources
import wp

GROUP = 8  # functions that share a run of Frama-C, at most
GROUP_TEXT = 12000  # characters of contracts and bodies that share one, but for the first function
SLOW_SHARE = 3  # the slowest goal must stay under a third of the time limit


class Job:
    """One function of one unit, or the lemmas of a unit (function is None)."""

    def __init__(self, unit, function, line, home):
        self.unit, self.function, self.line, self.home = unit, function, line, home
        self.goals, self.probes, self.smoke = [], 0, 0
        self.total = self.valid = 0
        self.objections, self.unproven, self.hypotheses = [], [], {}
        self.seconds = 0.0

    @property
    def name(self):
        return self.function or "(lemmas)"

    @property
    def proven(self):
        return self.total > 0 and self.total == self.valid and not self.objections

    def key(self):
        return self.unit.replace("/", "_").replace(".", "_") + "-" + (self.function or "lemmas")


class UnitPlan:
    def __init__(self, path, text, normalised):
        self.path, self.text, self.unit = path, text, sources.Unit(normalised)


class Gate:
    def __init__(self, tool, units, headers=(), quiet=False, workers=2, stream=sys.stderr,
                 partial=False):
        self.tool, self.unit_paths, self.headers = tool, units, list(headers)
        self.workers, self.quiet, self.stream = workers, quiet, stream
        self.objections, self.plans, self.jobs = [], [], []
        self.done, self.lock = 0, threading.Lock()
        self.partial = partial  # not all units: nothing can be said of what one believes of another

    # ---- what the text says

    def _read(self, path):
        with open(os.path.join(self.tool.root, path), encoding="utf-8") as stream:
            return stream.read()

    def load(self):
        for path in self.headers + self.unit_paths:
            self.objections += sources.raw_objections(path, self._read(path))
        for path in self.unit_paths:
            name = path.replace("/", "_")
            out = os.path.join(self.tool.build, "proof", "normalised", name)
            text, lines = self.tool.normalise(path, out)
            if text is None:
                shown = "\n  ".join(line for line in lines if line.strip())
                self.objections.append(f"{path}: Frama-C cannot read it:\n  {shown}")
                continue
            self.objections += [f"{path}: {item}" for item in
                                sources.raw_objections(path, text, normalised=True)]
            plan = UnitPlan(path, self._read(path), text)
            self.objections += [f"{path}: {item}" for item in sources.logic_objections(plan.unit)]
            for function in plan.unit.functions.values():
                self.objections += [f"{path}: {item}" for item in
                                    sources.function_objections(function)]
            self.plans.append(plan)
        if not self.partial:
            self._across_units()

    def _across_units(self):
        """What one unit believes of another must be what the other one proves."""
        defined, graph, logic = {}, {}, {}
        for plan in self.plans:
            for name, function in plan.unit.functions.items():
                before = defined.setdefault(name, (plan.path, function))
                graph.setdefault(name, set()).update(function.calls)
                if before[1].text() != function.text() and not self._is_static(plan, name):
                    self.objections.append(f"{name}: defined differently in {before[0]} and "
                                           f"{plan.path}")
            for name, (kind, token) in plan.unit.logic.items():
                text, path = logic.setdefault(name, (sources.squeeze(token.text), plan.path))
                if text != sources.squeeze(token.text):
                    self.objections.append(f"{kind} {name}: means different things in {path} and "
                                           f"{plan.path}")
        for plan in self.plans:
            called = set().union(*[f.calls for f in plan.unit.functions.values()] or [set()])
            for name, contract in plan.unit.prototypes.items():
                if name in plan.unit.functions:
                    continue
                if name not in defined:
                    if name in called or contract is not None:
                        self.objections.append(f"{plan.path}: {name} is believed, but no unit "
                                               "defines it")
                elif sources.squeeze(contract or "") != \
                        sources.squeeze(defined[name][1].contract or ""):
                    self.objections.append(
                        f"{plan.path}: the contract of {name} is not the one {defined[name][0]} "
                        "proves (same clauses and same names of parameters are expected)")
        for cycle in sources.cycles({k: v & set(graph) for k, v in graph.items()}):
            self.objections.append(f"recursion: {' -> '.join(cycle)}")

    @staticmethod
    def _is_static(plan, name):
        return re.search(rf"\bstatic\b[^;{{}}]*\b{name}\s*\(", plan.text) is not None

    # ---- what is run

    def plan_jobs(self, only=None):
        seen, lemmas = {}, set()
        for plan in self.plans:
            here = sources.defined_functions(plan.text)
            missing = [name for name in here if name not in plan.unit.functions]
            for name in missing:
                self.objections.append(f"{plan.path}:{here[name]}: {name} is defined, but "
                                       "Frama-C does not see it")
            new = {name for name, (kind, _) in plan.unit.logic.items() if kind == "lemma"} - lemmas
            if new:
                lemmas |= new
                self.jobs.append(Job(plan.path, None, 0, plan.path))
            for name, function in plan.unit.functions.items():
                if name not in here and seen.get((name, function.text())):
                    continue  # the same header function, proven in an earlier unit
                seen[(name, function.text())] = plan.path
                self.jobs.append(Job(plan.path, name, here.get(name, 0), plan.path))
        unread = [text for text in self.objections if "cannot read" in text]
        if only is not None and unread:
            raise wp.Infrastructure("\n".join(unread))
        if only is not None:
            known = {job.function for job in self.jobs}
            for name in only:
                if name not in known:
                    raise wp.Infrastructure(f"function '{name}': not defined in any unit; there "
                                            f"are {', '.join(sorted(k for k in known if k))}")
            self.jobs = [job for job in self.jobs if job.function in only]

    def run_main(self, jobs, seconds=wp.TIME_LIMIT, provers=wp.VERDICT_PROVERS, cache=None,
                 on_line=None):
        """Proves functions of one unit in one run of Frama-C, or the lemmas of a unit."""
        folder, name = os.path.join(self.tool.build, "proof"), jobs[0].key()
        start = time.monotonic()
        answer = wp.prove(self.tool, jobs[0].unit, name,
                          os.path.join(folder, "json", name + ".json"),
                          os.path.join(folder, "log", name + ".log"),
                          ",".join(job.function or "" for job in jobs) or None,
                          provers, seconds, cache=cache, on_line=on_line, locate=cache is not None)
        shared = time.monotonic() - start - sum(goal.seconds for goal in answer.goals)
        hypotheses = answer.hypotheses()
        self._share_goals(jobs, answer)
        for job in jobs:
            job.seconds += sum(goal.seconds for goal in job.goals) + shared / len(jobs)
            pairs = answer.section(job.function).values()
            job.total, job.valid = sum(p[0] for p in pairs), sum(p[1] for p in pairs)
            job.objections += answer.objections
            job.hypotheses = hypotheses
            job.unproven = [goal.name for goal in job.goals if goal.verdict != "Valid"]
            if job.unproven:
                job.unproven += ["at: " + self._place(job, text) for text in answer.places()]
            self._check_report(job)
        if answer.scheduled() != sum(job.total for job in jobs):
            jobs[0].objections.append(f"{answer.scheduled()} goals scheduled, "
                                      f"{sum(job.total for job in jobs)} reported")
        if answer.totals() != (sum(job.total for job in jobs), sum(job.valid for job in jobs)):
            jobs[0].objections.append("the report speaks of other functions too")

    @staticmethod
    def _share_goals(jobs, answer):
        """A goal belongs to the function of the longest name it starts with."""
        names = sorted(jobs, key=lambda job: -len(job.name))
        for goal in answer.goals:
            for job in names:
                if not job.function or goal.name.startswith(f"typed_ref_{job.function}_"):
                    job.goals.append(goal)
                    break
            else:
                jobs[0].objections.append(f"goal {goal.name} is of no function asked for")

    @staticmethod
    def _check_report(job):
        if job.total == 0:
            job.objections.append("no goal was generated")
        shown = sum(1 for goal in job.goals if goal.verdict == "Valid")
        if shown != job.valid:
            job.objections.append(f"{job.valid} goals valid by the report, {shown} by the log")

    def _place(self, job, text):
        """WP names a clause of a contract without saying where it stands: look for it."""
        clause = re.search(r"'([\w,]+)'", text)
        if "(file " in text or not clause or not job.function:
            return text
        for path in [job.unit] + self.headers:
            content = self._read(path)
            for found in re.finditer(rf"\b{job.function}\(", content):
                start = content.rfind("/*@", 0, found.start())
                at = re.search(rf"\b{clause.group(1)}\s*:", content[start:found.start()]) \
                    if start >= 0 else None
                if at:
                    line = content.count("\n", 0, start + at.start()) + 1
                    return f"{text} ({path}:{line})"
        return text

    def run_probes(self, jobs):
        r"""Functions of one unit, asked for \false: nothing may prove it."""
        folder = os.path.join(self.tool.build, "proof")
        unit, name = jobs[0].unit, "probe-" + jobs[0].key()
        text = next(plan.text for plan in self.plans if plan.path == unit)
        if jobs[0].line:
            source = os.path.join(folder, "probe", unit.replace("/", "_"))
            copy, counts = probe.instrument(text)
        else:
            source, copy, counts = self._probe_header(jobs[0], folder, text)
        with self.lock:
            wp.write_file(source, copy)
        start = time.monotonic()
        answer = wp.prove(self.tool, os.path.relpath(source, self.tool.root), name,
                          os.path.join(folder, "json", name + ".json"),
                          os.path.join(folder, "log", name + ".log"),
                          ",".join(job.function for job in jobs), wp.PROBE_PROVER, 2,
                          checks_only=True)
        for job in jobs:
            job.seconds += (time.monotonic() - start) / len(jobs)
            job.objections += ["probe run: " + text for text in answer.objections]
            self._check_probes(job, answer.section(job.function), counts.get(job.function, 0))

    @staticmethod
    def _check_probes(job, goals, expected):
        probes = {name: pair for name, pair in goals.items() if probe.NAME in name}
        smoke = {name: pair for name, pair in goals.items() if "_wp_smoke_" in name}
        others = set(goals) - set(probes) - set(smoke)
        job.probes = sum(total for total, _ in probes.values())
        job.smoke = sum(total for total, _ in smoke.values())
        if expected < 1 or job.probes < expected:
            job.objections.append(f"{expected} probes were written, {job.probes} asked")
        for name, (_, valid) in probes.items():
            if valid:
                job.objections.append(f"\\false is provable: {name}")
        for name, (total, valid) in smoke.items():
            if valid != total:
                job.objections.append(f"smoke test failed: {name}")
        if others:
            job.objections.append(f"probe run: unexpected goals {', '.join(sorted(others))}")

    def _probe_header(self, job, folder, text):
        """A function of a header: the unit's copy includes an instrumented copy of the header."""
        for header in self.headers:
            content = self._read(header)
            if job.function in sources.defined_functions(content):
                copy, counts = probe.instrument(content)
                name = header.replace("/", "_")
                below = os.path.join(folder, "probe", name)
                with self.lock:
                    wp.write_file(below, copy)
                return (below + "-" + job.unit.replace("/", "_"),
                        f'#include "{os.path.relpath(below, self.tool.root)}"\n' + text, counts)
        return os.path.join(folder, "probe", job.unit.replace("/", "_")), text, {}

    def run(self, probes=True, seconds=wp.TIME_LIMIT, cache=None, provers=wp.VERDICT_PROVERS):
        tasks = [(self._main_task, jobs, seconds, provers, cache) for jobs in self.groups()]
        if probes:
            tasks += [(self._probe_task, jobs) for jobs in self.groups(probes=True)]
        with concurrent.futures.ThreadPoolExecutor(self.workers) as pool:
            futures = [pool.submit(self._task, len(tasks), *task) for task in tasks]
            for future in futures:
                future.result()

    def groups(self, probes=False):
        """Frama-C reads a unit once for several functions. Lemmas go alone; the probes of a
        header's function too."""
        groups, room = [], 0
        for job in self.jobs:
            if probes and not job.function:
                continue
            size = 0 if probes else self._size(job)
            last = groups[-1] if groups else None
            alike = last and last[0].unit == job.unit and last[0].function and job.function and \
                (not probes or (last[0].line and job.line))
            if alike and len(last) < GROUP and size <= room:
                last.append(job)
            else:
                groups.append([job])
                room = GROUP_TEXT
            room -= size
        return groups

    def _size(self, job):
        plan = next(plan for plan in self.plans if plan.path == job.unit)
        return len(plan.unit.functions[job.function].text()) if job.function else 0

    def _main_task(self, jobs, seconds, provers, cache):
        self.run_main(jobs, seconds, provers, cache)
        return [([job], f"{job.valid}/{job.total} goals") for job in jobs]

    def _probe_task(self, jobs):
        self.run_probes(jobs)
        return [(jobs, f"{sum(job.probes for job in jobs)} probes and "
                       f"{sum(job.smoke for job in jobs)} smoke tests of \\false")]

    def _task(self, count, work, *arguments):
        lines = work(*arguments)
        with self.lock:
            self.done += 1
            for jobs, words in [] if self.quiet else lines:
                failed = any(job.objections or job.unproven for job in jobs)
                names = ", ".join(job.name for job in jobs)
                print(f"[{self.done}/{count}] {'FAIL' if failed else 'ok  '} {names} "
                      f"({jobs[0].unit}): {words}", file=self.stream, flush=True)

    # ---- the verdict

    def verdict(self):
        """Everything that stands between this run and a proof."""
        result = list(self.objections)
        for job in self.jobs:
            result += [f"{job.unit}: {job.name}: {text}" for text in job.objections]
            result += [f"{job.unit}: {job.name}: unproven {text}" for text in job.unproven]
            if job.total != job.valid and not job.unproven:
                result.append(f"{job.unit}: {job.name}: {job.total - job.valid} goals unproven")
        if not self.jobs:
            result.append("nothing to prove")
        return result


def find_units(root):
    """The units of the proof and the headers they may read, relative to the root."""
    names = sorted(glob.glob(os.path.join(root, "src/ref/*.c")) +
                   glob.glob(os.path.join(root, "proofs/*.c")))
    headers = sorted(glob.glob(os.path.join(root, "spec/*.h")) +
                     glob.glob(os.path.join(root, "src/ref/*.h")) +
                     glob.glob(os.path.join(root, "proofs/*.h")) +
                     glob.glob(os.path.join(root, "src/*.h")))
    return [os.path.relpath(n, root) for n in names], [os.path.relpath(n, root) for n in headers]


def units_defining(root, units, functions):
    """Of these units, those that define one of the functions; all, if none does."""
    def defines(unit):
        with open(os.path.join(root, unit), encoding="utf-8") as stream:
            return not sources.defined_functions(stream.read()).keys().isdisjoint(functions)

    return [unit for unit in units if defines(unit)] or units


CONTROL = """/*@ requires 2 * x + 3 * y == 7 && 0 < x < 100 && 0 < y < 100;
    terminates \\true;
    assigns \\nothing;
    ensures claim: x == %d; */
int control(int x, int y) { return x > y; }
"""


def check_provers(tool):
    """Each prover must prove something that is true and fail on something that is false."""
    folder = os.path.join(tool.build, "proof", "control")
    for claim, wanted in ((2, True), (1, False)):
        source = os.path.join(folder, f"control_{claim}.c")
        wp.write_file(source, CONTROL % claim)
        for prover in wp.VERDICT_PROVERS.split(",") + [wp.PROBE_PROVER]:
            log = os.path.join(folder, f"{prover}-{claim}.log")
            answer = wp.prove(tool, os.path.relpath(source, tool.root), "control",
                              os.path.join(folder, prover + ".json"), log, "control", prover,
                              10 if wanted else 2)
            goals = answer.section("control")
            if answer.code != 0 or goals.get("control_ensures_claim") != (1, int(wanted)):
                raise wp.Infrastructure(f"{prover}: answers a control goal wrongly; see {log}")
