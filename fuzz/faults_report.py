"""The report of the seeded faults: a table, JSON, and plots of faults found against time."""

import json
import os
import shutil
import statistics
import subprocess

import engine
import plot

LABELS = {"afl": "AFL++, this mutator", "afl-plain": "AFL++ plain", "libfuzzer": "libFuzzer",
          "swarm": "random, no feedback", "swarm-msan": "random, with MSan"}
GOAL_OPERATIONS, GOAL_MEDIAN = 12, 6


def row(name, result):
    verdict = "ok" if result["as_expected"] else "STALE" if result["stale"] \
        else "NOT FOUND" if result["expect"] == "found" else "KILLED"
    return (f"{result['name']:<28} {result['id']:<6} {result['property']:<8} {name:<10} "
            f"{result['found']}/{result['trials']} {result['seconds']:8.2f} "
            f"{result['executions']:10,} {result['operations']:6}  {verdict:<9} "
            f"{result['signature']}")


def faults_of(results):
    return [one for one in results if one["expect"] == "found"]


def is_found(result):
    """In most of its trials: then there is a median time."""
    return 2 * result["found"] > result["trials"]


def is_as_expected(result):
    """A control is never found; the program kept of a fault still shows it."""
    if result["stale"]:
        return False
    return is_found(result) if result["expect"] == "found" else result["found"] == 0


def median_seconds(result):
    """Of all trials, those without a finding counting as longer than any."""
    times = sorted(seconds if found else float("inf") for found, seconds, _ in result["runs"])
    return times[len(times) // 2]


def last_lines(arguments, results, seconds):
    lines = []
    for name, part in results.items():
        faults = faults_of(part)
        controls = [one for one in part if one["expect"] != "found"]
        lines += [f"faults: {one['stale']} does not show {one['name']} (any more)"
                  for one in part if one["stale"]]
        lines.append(f"faults: {sum(is_found(one) for one in faults)} of {len(faults)} found, "
                     f"{sum(one['as_expected'] for one in controls)} of {len(controls)} controls "
                     f"survived, {arguments.trials} trials each, engine {name}, {seconds:.0f} s")
    sizes = [one["operations"] for one in faults_of(results[arguments.engines[0]])
             if one["operations"]]
    if sizes:
        lines.append(f"shrunk: at most {max(sizes)} operations (goal {GOAL_OPERATIONS}), median "
                     f"{statistics.median(sizes):g} (goal {GOAL_MEDIAN})")
    return lines


def curves(results):
    """{engine: [(seconds, faults found by then)]}, by the median of each fault."""
    series = {}
    for name, part in results.items():
        times = sorted(max(median_seconds(one), 0.01) for one in faults_of(part) if is_found(one))
        series[LABELS[name]] = [(time, number) for number, time in enumerate(times, 1)]
    return series


def write_png(folder, series):
    """By gnuplot, from tables beside it; without gnuplot there is the SVG alone."""
    lines = ["set terminal pngcairo size 900,480 font 'sans,11'",
             "set output 'faults.png'", "set key bottom right", "set logscale x", "set grid",
             "set xlabel 'seconds (median of the trials)'", "set ylabel 'seeded faults found'",
             "set title 'Seeded faults found against time'"]
    plots = []
    for number, (label, points) in enumerate(series.items()):
        if points:
            table = f"faults-{number}.dat"
            engine.write_file(os.path.join(folder, table),
                              "".join(f"{x} {y}\n" for x, y in points))
            plots.append(f"'{table}' using 1:2 with steps lw 2 title '{label}'")
    if not plots or not shutil.which("gnuplot"):
        return
    script = "\n".join(lines + ["plot " + ", ".join(plots)]) + "\n"
    engine.write_file(os.path.join(folder, "faults.gnuplot"), script)
    run = subprocess.run(["gnuplot", "faults.gnuplot"], cwd=folder, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, text=True)
    if run.returncode != 0:
        raise engine.EngineError("gnuplot could not draw faults.png:\n" + run.stdout[-500:])


def write(arguments, results, seconds):
    folder = arguments.report
    head = (f"{'fault':<28} {'id':<6} {'property':<8} {'engine':<10} found  median s executions"
            "    ops  verdict   signature")
    rows = [row(name, one) for name, part in results.items() for one in part]
    text = "\n".join([head] + rows + last_lines(arguments, results, seconds)) + "\n"
    series = curves(results)
    drawing = plot.svg("Seeded faults found against time", "seconds (median of the trials)",
                       "faults found", series, log_x=True, steps=True) \
        if any(series.values()) else ""
    engine.write_file(os.path.join(folder, "faults.txt"), text)
    engine.write_file(os.path.join(folder, "faults.json"), json.dumps(
        {"trials": arguments.trials, "limit": arguments.limit, "seconds": round(seconds, 1),
         "engines": {name: {"faults": part} for name, part in results.items()}}, indent=1) + "\n")
    if drawing:
        engine.write_file(os.path.join(folder, "faults.svg"), drawing)
        write_png(folder, series)
    engine.write_file(os.path.join(folder, "faults.html"), plot.page(
        "Seeded faults", drawing + plot.table(
            ("fault", "exhibit", "what is wrong", "property", "engine", "found", "median s",
             "executions", "operations", "signature"),
            [(one["name"], one["id"], one["exhibit"], one["property"], LABELS[name],
              f"{one['found']}/{one['trials']}", one["seconds"], f"{one['executions']:,}",
              one["operations"] or "", one["signature"])
             for name, part in results.items() for one in part])))
