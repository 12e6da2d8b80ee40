#!/usr/bin/env python3
"""Looks for what must not stand in the tree: machine paths, stray files, overlong C files.

Exit code: 0 no objection, 1 objections.
"""

import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOP = {"spec", "src", "proofs", "fuzz", "harness", "Makefile", "README.md", "LICENSE", ".ci",
       ".clang-format", ".gitignore", ".git", "build", ".github"}
SKIPPED = (".git", "build", "__pycache__", "corpus", "traces")
TEXT = (".c", ".h", ".py", ".md", ".mk", ".sh", ".txt", ".conf", ".program", "run", "Makefile")
MACHINE_PATH = re.compile(r"(?<![\w./-])/(?:home|root|work|Users)/\w")
LONGEST = 520
FREESTANDING = {"stdint.h", "stddef.h", "stdbool.h", "limits.h"}


def files():
    for folder, names, found in os.walk(ROOT):
        names[:] = sorted(name for name in names if name not in SKIPPED)
        for name in sorted(found):
            if name.endswith(TEXT):
                yield os.path.relpath(os.path.join(folder, name), ROOT)


def objections(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as stream:
        lines = stream.read().split("\n")
    if path != os.path.join("harness", "lint.py"):
        for number, line in enumerate(lines, 1):
            if MACHINE_PATH.search(line):
                yield f"{path}:{number}: path of one machine: {line.strip()[:80]}"
    if path.endswith((".c", ".h", ".py")) and len(lines) > LONGEST:
        yield f"{path}: {len(lines)} lines, expected at most {LONGEST}"
    if path.startswith("src/"):
        yield from source_objections(path, lines)


def source_objections(path, lines):
    """src is freestanding, and its two variants share nothing but plumbline.h."""
    other = "opt" if path.startswith("src/ref/") else "ref"
    for number, line in enumerate(lines, 1):
        found = re.match(r'\s*#\s*include\s*[<"]([^>"]+)', line)
        if not found:
            continue
        name = found.group(1)
        if line.strip().endswith(">") and name not in FREESTANDING:
            yield f"{path}:{number}: <{name}>, but src is freestanding"
        if path.startswith(("src/ref/", "src/opt/")) and f"{other}/" in name:
            yield f"{path}:{number}: the variants share plumbline.h only"
        if "harness" in name or "fuzz" in name:
            yield f"{path}:{number}: src knows nothing of harness and fuzz"


def tracked():
    answer = subprocess.run(["git", "ls-files", "build"], cwd=ROOT, capture_output=True, text=True,
                            check=False)
    return [f"{name}: built files are not committed" for name in answer.stdout.split()]


def main():
    found = [f"{name}: not one of the folders of the house" for name in sorted(os.listdir(ROOT))
             if name not in TOP]
    found += tracked()
    for path in files():
        found += objections(path)
    for text in found:
        print(text)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
