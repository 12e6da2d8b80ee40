"""Writes what a proof run found: the table of functions, JSON, theorems, the summary line."""

import collections
import json
import os
import re
import sys

import gate
import wp

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "harness", "evidence"))
import journal  # noqa: E402


def sources(root):
    """A digest of all that a verdict depends on."""
    return journal.digest(root, ("spec", "src", "proofs"))


def proven_unchanged(root, limit):
    """{function: goals, seconds of the slowest} of those that the gate has proven in this very tree
    with this limit; functions of one name in two files are counted together."""
    try:
        with open(os.path.join(root, "build", "report", "proof.json"), encoding="utf-8") as stream:
            data = json.load(stream)
    except (OSError, ValueError):
        return {}
    if data.get("sources") != sources(root) or data.get("limit") != limit:
        return {}
    found, bad = {}, set()
    for item in data["functions"]:
        goals, slowest = found.get(item["name"], (0, 0.0))
        found[item["name"]] = goals + item["goals"], max(slowest, item["slowest"]["seconds"])
        if not item["proven"]:
            bad.add(item["name"])
    return {name: numbers for name, numbers in found.items() if name not in bad}


def theorems(root, proven, contracts):
    """Rows of spec/README.md: | number | name | English | ACSL names | functions |.
    -> (rows, objections). Each function must be proven and each ACSL name must stand in the
    contract, body or logic that one of them uses."""
    path = os.path.join(root, "spec", "README.md")
    if not os.path.exists(path):
        return [], [f"spec/README.md: not there; expected the table of theorems"]
    rows, objections = [], []
    with open(path, encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if not line.startswith("|") or not re.match(r"\d+$", cells[0]):
                continue
            if len(cells) != 5:
                objections.append(f"spec/README.md:{number}: {len(cells)} columns, expected 5")
                continue
            names = re.findall(r"`(\w+)`", cells[3])
            functions = re.findall(r"`(\w+)`", cells[4])
            row = {"number": int(cells[0]), "name": cells[1], "statement": cells[2],
                   "acsl": names, "functions": functions, "proven": True}
            problems = [f"function {name} is not in the proof" for name in functions
                        if name not in proven]
            problems += [f"function {name} is not proven" for name in functions
                         if proven.get(name) is False]
            if not functions:
                problems.append("no function is named")
            if not names and "gate" not in cells[3]:
                problems.append("no ACSL name is given")
            text = " ".join(contracts.get(name, "") for name in functions)
            problems += [f"'{name}' stands in no contract of its functions" for name in names
                         if not re.search(rf"\b{name}\b", text)]
            row["proven"] = not problems
            objections += [f"spec/README.md:{number}: theorem {cells[0]}: {text}"
                           for text in problems]
            rows.append(row)
    numbers = [row["number"] for row in rows]
    if len(set(numbers)) != len(numbers):
        objections.append("spec/README.md: a theorem's number is used twice")
    if not rows:
        objections.append("spec/README.md: no theorem in the table")
    return rows, objections


def _provers(job):
    counts = collections.Counter(re.sub(r" .*", "", goal.prover) for goal in job.goals
                                 if goal.verdict == "Valid")
    return dict(sorted(counts.items()))


def _slowest(jobs):
    goals = [(goal.seconds, goal.name, job) for job in jobs for goal in job.goals
             if goal.prover != "Qed" and goal.verdict == "Valid"]
    return max(goals, key=lambda item: item[0], default=(0.0, "-", None))


def collect(run, seconds, rows, objections, limit=wp.TIME_LIMIT):
    total, valid = sum(j.total for j in run.jobs), sum(j.valid for j in run.jobs)
    slow, slow_name, slow_job = _slowest(run.jobs)
    warnings = []
    if slow > limit / gate.SLOW_SHARE:
        warnings.append(f"slowest goal {slow_name} took {slow:.1f} s, more than a third of the "
                        f"limit of {limit} s: on a slower machine it may fail")
    return {
        "proven": not objections, "goals": total, "goals_proven": valid,
        "functions": [{"name": job.name, "unit": job.unit, "proven": job.proven,
                       "goals": job.total, "goals_proven": job.valid, "provers": _provers(job),
                       "probes": job.probes, "smoke_tests": job.smoke,
                       "seconds": round(job.seconds, 1),
                       "slowest": {"goal": _slowest([job])[1],
                                   "seconds": round(_slowest([job])[0], 2)}}
                      for job in run.jobs],
        "theorems": rows, "theorems_proven": sum(1 for row in rows if row["proven"]),
        "probes": sum(job.probes for job in run.jobs),
        "smoke_tests": sum(job.smoke for job in run.jobs), "axioms": 0, "admitted": 0,
        "hypotheses": {name: text for job in run.jobs for name, text in job.hypotheses.items()
                       if name == job.function},
        "seconds": round(seconds, 1), "limit": limit,
        "slowest": {"goal": slow_name, "function": slow_job.name if slow_job else "-",
                    "seconds": round(slow, 2)},
        "tools": run.tool.versions, "warnings": warnings, "objections": objections,
    }


def table(data):
    lines = [f"{'function':34} {'unit':22} {'goals':>9} {'by prover':32} {'false?':>7} "
             f"{'time':>7}  slowest goal"]
    for item in data["functions"]:
        provers = " ".join(f"{name} {count}" for name, count in item["provers"].items())
        mark = "" if item["proven"] else "  NOT PROVEN"
        lines.append(
            f"{item['name']:34} {item['unit']:22} {item['goals_proven']:4}/{item['goals']:<4} "
            f"{provers:32} {item['probes'] + item['smoke_tests']:7} {item['seconds']:6.1f}s  "
            f"{item['slowest']['seconds']:.2f}s {item['slowest']['goal']}{mark}")
    lines.append("")
    for row in data["theorems"]:
        state = "proven" if row["proven"] else "NOT PROVEN"
        lines.append(f"theorem {row['number']:2} {row['name']}: {state}")
    lines += ["", f"functions: {len(data['functions'])}, theorems: {data['theorems_proven']} of "
              f"{len(data['theorems'])}, axioms: 0, admitted: 0",
              f"attempts to prove \\false, all failed as they must: "
              f"{data['probes']} probes, {data['smoke_tests']} smoke tests"
              if data["proven"] else "attempts to prove \\false: see the objections, if any",
              f"slowest goal: {data['slowest']['seconds']} s of {data['limit']} s "
              f"({data['slowest']['goal']})",
              "tools: " + ", ".join(f"{k} {v}" for k, v in data["tools"].items()),
              f"time: {data['seconds']:.0f} s"]
    lines += ["warning: " + text for text in data["warnings"]]
    lines += ["objection: " + text for text in data["objections"]]
    lines.append(summary(data))
    return "\n".join(lines) + "\n"


def summary(data):
    failed = data["goals"] - data["goals_proven"]
    return f"prove: {data['goals']} goals, {data['goals_proven']} proven, {failed} failed"


def write(folder, data):
    wp.write_file(os.path.join(folder, "proof.json"),
                  json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    wp.write_file(os.path.join(folder, "proof.txt"), table(data))
