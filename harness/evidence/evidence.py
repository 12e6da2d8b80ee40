#!/usr/bin/env python3
"""Runs what measures Plumbline's power to find faults, and sums it up.

usage: evidence.py --make MAKE --report DIR [--quick] [--resume] [--only-report]

Parts: coverage, proof mutants written by hand and generated, seeded faults with every engine (5
trials of at most 60 s), a campaign. --quick takes a few of each: it shows that the target works and
measures little. --resume goes on with an interrupted run of the same tree. --only-report sums up
what is there. The tables of the parts are in DIR; this adds evidence.txt and evidence.html, and
junit.xml and plumbline.sarif of all that stands there.
Exit code: 0 all parts pass, 1 one does not, 2 there is no report, or one that can't be read.
"""

import argparse
import html
import os
import statistics
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "fuzz"), os.path.join(ROOT, "harness", "ci")]
import engine  # noqa: E402
import faults_report  # noqa: E402
import plot  # noqa: E402
import reports  # noqa: E402

ENGINES = "afl afl-plain libfuzzer swarm"
# Part: its report, variables, variables of a quick run.
PARTS = {"coverage": ("coverage", [], []),
         "prove-mutants": ("mutants", [], ["COUNT=2"]),
         "prove-generated": ("mutate", [], ["COUNT=4"]),
         "fuzz-faults": ("faults", [f"ENGINES={ENGINES}", "TRIALS=5", "LIMIT=60"],
                         [f"ENGINES={ENGINES}", "TRIALS=1", "LIMIT=5", "COUNT=4"]),
         "fuzz": ("fuzz", ["TIME=600"], ["TIME=5"]),
         "ci-reports": ("", [], [])}


def load(folder, name, reader):
    """What a reader makes of a report; None if it is not there."""
    path = os.path.join(folder, name + ".json")
    data = reports.load(path)
    return None if data is None else reports.shaped(path, reader, data)


def run_parts(options):
    """-> {part: exit code}; an old report must not speak for this run."""
    codes = {}
    engine.forget([os.path.join(options.report, "evidence" + ending) for ending in (".txt", ".html")])
    for part, (report, long, quick) in PARTS.items():
        engine.forget([os.path.join(options.report, report + ".json")] if report else [])
        command = options.make.split() + ["--no-print-directory", part]
        command += ["RESUME=1"] if options.resume else []
        print(f"==> {part}", flush=True)
        codes[part] = subprocess.run(command + (quick if options.quick else long),
                                     check=False, cwd=ROOT).returncode
    return codes


def fault_rows(data):
    rows = []
    for name, part in data["engines"].items():
        faults = faults_report.faults_of(part["faults"])
        controls = [one for one in part["faults"] if one["expect"] != "found"]
        found = [one for one in faults if faults_report.is_found(one)]
        times = [faults_report.median_seconds(one) for one in found]
        sizes = [one["operations"] for one in found]
        rows.append((faults_report.LABELS[name], f"{len(found)} of {len(faults)}",
                     f"{statistics.median(times):.2f}" if times else "",
                     f"{max(times):.2f}" if times else "",
                     f"{statistics.median(one['executions'] for one in found):,.0f}"
                     if found else "", f"{statistics.median(sizes):g}, {max(sizes)}"
                     if sizes else "",
                     f"{sum(one['as_expected'] for one in controls)} of {len(controls)}"))
    return rows


STATES = ("killed", "explained", "survived")


def mutants_of(data):
    return [{"state": one["state"], "functions": [str(name) for name in one["functions"]]}
            for one in data["mutants"]]


def goals_of(proof):
    return {str(one["name"]): one["goals"] for one in proof["functions"]}


def mutant_tables(kinds, goals):
    """How many of each kind, and for each function its goals and how many touch it."""
    rows, sums = {}, []
    for at, (words, found) in enumerate(kinds):
        counts = [sum(one["state"] == state for one in found) for state in STATES]
        sums.append((words, len(found), *counts, f"{100 * counts[0] / max(len(found), 1):.1f}"))
        for one in found:
            for name in one["functions"]:
                row = rows.setdefault(name, [0] * 2 * len(kinds))
                row[2 * at] += 1
                row[2 * at + 1] += one["state"] == "killed"
    head = ["function", "goals"] + [text for words, _ in kinds for text in (words, "killed")]
    return [("Proof mutants", ("kind", "mutants", *STATES, "% killed"), sums, ""),
            ("Proof mutants by the function whose proof must stop", head,
             [(name, goals.get(name, "-"), *rows.get(name, [0] * 2 * len(kinds)))
              for name in sorted(set(goals) | set(rows))], "")]


def drawing_of(path):
    if not os.path.isfile(path):
        return ""
    with open(path, encoding="utf-8", errors="replace") as stream:
        return stream.read()


def faults_section(data):
    return (f"Seeded faults, {data['trials']} trials of at most {data['limit']} s",
            ("engine", "found", "median s", "slowest s", "executions",
             "operations: median, most", "controls survive"), fault_rows(data))


def coverage_section(data):
    return ("Coverage by tests and corpus", ("file", "functions", "of", "branches", "of"),
            [(one["file"], one["functions_reached"], one["functions"], one["branches_reached"],
              one["branches"]) for one in data["files"]]
            + [("all", data["functions_reached"], data["functions"],
                f"{data['branches_reached']} ({data['percent']} %)", data["branches"])])


def campaign_section(data):
    floor = data["floor"] or {"ratio": "-", "least": "-"}
    return ("Campaign", ("verdict", "executions", "per CPU second", "of an empty harness", "edges",
                         "differences"),
            [(data["verdict"], f"{data['executions']:,}", f"{data['executions_per_cpu_second']:,}",
              f"{floor['ratio']} (at least {floor['least']})", data["edges"],
              data["differences"])])


def sections(folder):
    """[(title, head, rows, drawing)] of the reports that are there."""
    faults, coverage, campaign = (load(folder, name, reader) for name, reader in
                                  (("faults", faults_section), ("coverage", coverage_section),
                                   ("fuzz", campaign_section)))
    kinds = [(words, load(folder, name, mutants_of)) for words, name in
             (("by hand", "mutants"), ("generated", "mutate"))]
    kinds = [(words, found) for words, found in kinds if found is not None]
    result = [(*faults, drawing_of(os.path.join(folder, "faults.svg")))] if faults else []
    result += [(*coverage, "")] if coverage else []
    if kinds:
        result += mutant_tables(kinds, load(folder, "proof", goals_of) or {})
    return result + ([(*campaign, "")] if campaign else [])


def as_text(found):
    lines = []
    for title, head, rows, _ in found:
        cells = [[str(cell) for cell in row] for row in [head] + list(rows)]
        widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
        lines += [title] + ["  " + "  ".join(cell.ljust(width) for cell, width
                                             in zip(row, widths)).rstrip() for row in cells] + [""]
    return "\n".join(lines) + "\n"


def write(folder, codes):
    found = sections(folder)
    text = as_text(found)
    if codes:
        text += "\n".join(f"{part:16} {'ok' if code == 0 else f'exit code {code}'}"
                          for part, code in codes.items()) + "\n"
    engine.write_file(os.path.join(folder, "evidence.txt"), text)
    links = [name for name in sorted(os.listdir(folder))
             if name.endswith((".html", ".txt", ".json", ".xml", ".sarif", ".svg", ".png"))]
    body = "".join(f"<h2>{html.escape(title)}</h2>\n{drawing}{plot.table(head, rows)}\n"
                   for title, head, rows, drawing in found)
    body += "<h2>Files</h2>\n<ul>" + "".join(
        f'<li><a href="{html.escape(name)}">{html.escape(name)}</a></li>'
        for name in links) + "</ul>"
    engine.write_file(os.path.join(folder, "evidence.html"),
                      plot.page("Plumbline: the power to find faults", body))
    print(text, end="")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--make", default="make")
    parser.add_argument("--report", default="build/report")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--only-report", action="store_true")
    options = parser.parse_args()
    try:
        codes = {} if options.only_report else run_parts(options)
        found = write(options.report, codes)
    except (OSError, reports.BadReport) as error:
        print(f"evidence: {error}", file=sys.stderr)
        return 2
    if not found:
        print(f"evidence: no report in {options.report}", file=sys.stderr)
        return 2
    return 1 if any(codes.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
