#!/usr/bin/env python3
"""Counts the instructions of the optimized variant's paths with callgrind and writes the table.

usage: bench_count.py PROGRAM REPORT_FOLDER
Exit code: 0 counted; 2 valgrind is missing or its output is not as expected.
"""

import os
import re
import subprocess
import sys

# function of harness/bench_count.c: (what it is, operations of one call)
PATHS = {
    "path_pcp_alloc": ("alloc from the per-CPU list, per page", 62),
    "path_pcp_free": ("free to the per-CPU list, per page", 62),
    "path_refill": ("alloc with a refill of 63 pages, per page of the batch", 63),
    "path_drain_ascending": ("free with a bulk free of 63 pages in order, per page", 63),
    "path_drain_random": ("free with a bulk free of 63 random pages, per page", 63),
    "path_split": ("alloc of order 4 from a block of order 10, a call", 1),
    "path_merge": ("free of order 4 that merges to order 10, a call", 1),
}


def fail(message):
    print(f"bench-count: {message}", file=sys.stderr)
    sys.exit(2)


def run(*command):
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        fail(f"{command[0]} is missing; 'make deps' installs it")
    if result.returncode != 0:
        fail(f"{' '.join(command)}: exit code {result.returncode}: {result.stderr.strip()[-300:]}")
    return result.stdout


def inclusive(profile):
    """Instructions by function, callees included."""
    counts = {}
    for line in run("callgrind_annotate", "--inclusive=yes", "--threshold=100",
                    profile).splitlines():
        found = re.match(r"\s*([\d,]+)\s.*?:(path_\w+)", line)
        if found:
            counts[found.group(2)] = int(found.group(1).replace(",", ""))
    return counts


def calls(profile):
    """How often each function was called, from the profile's own lines."""
    counts, names, callee = {}, {}, None
    with open(profile, encoding="utf-8") as stream:
        for line in stream:
            found = re.match(r"c?fn=\((\d+)\)(?: (\S+))?", line)
            if found:
                if found.group(2):
                    names[found.group(1)] = found.group(2)
                callee = names.get(found.group(1))
            found = re.match(r"calls=(\d+)", line)
            if found and callee:
                counts[callee] = counts.get(callee, 0) + int(found.group(1))
    return counts


def main():
    if len(sys.argv) != 3:
        fail("expected a program and a folder")
    program, folder = sys.argv[1:]
    profile = os.path.join(folder, "callgrind.out")
    run("valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}", program)
    instructions, called = inclusive(profile), calls(profile)
    lines = ["instructions of the optimized variant, the call included (callgrind)", ""]
    for name, (what, operations) in PATHS.items():
        if name not in instructions or name not in called:
            fail(f"{profile}: no figure for {name}")
        lines.append(f"{instructions[name] / called[name] / operations:10.1f}  {what}")
    text = "\n".join(lines) + "\n"
    print(text, end="")
    path = os.path.join(folder, "bench-count.txt")
    with open(path + ".tmp", "w", encoding="utf-8") as stream:
        stream.write(text)
    os.rename(path + ".tmp", path)


if __name__ == "__main__":
    main()
