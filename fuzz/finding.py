"""Findings: one for each theorem and first differing field, shrunk, and written as a text program,
a C reproducer, a log and a file ready for fuzz/regressions."""

import hashlib
import os
import re
import subprocess

import engine


class Findings:
    """Everything that failed, by signature; the smallest input of each is kept."""

    def __init__(self, tool, folder, plumbline=None, say=print):
        self.tool, self.folder, self.plumbline, self.say = tool, folder, plumbline, say
        self.by_signature = {}
        self.inputs = 0

    def add(self, paths):
        for path, signature in engine.replay(self.tool, paths).items():
            self.count(path, signature)

    def count(self, path, signature):
        """An input that an engine reported but that passes alone is a finding as well."""
        self.inputs += 1
        signature = signature or "passes when replayed alone"
        known = self.by_signature.get(signature)
        if known is None or os.path.getsize(path) < os.path.getsize(known):
            self.by_signature[signature] = path

    def write(self):
        """Shrinks one input of each signature; gives a list for the report."""
        os.makedirs(self.folder, exist_ok=True)
        return [self.write_one(signature, path)
                for signature, path in sorted(self.by_signature.items())]

    def write_one(self, signature, path):
        with open(path, "rb") as stream:
            content = stream.read()
        name = re.sub(r"[^A-Za-z0-9]+", "-", signature).strip("-")[:60] or "finding"
        base = os.path.join(self.folder, f"{name}-{hashlib.sha1(content).hexdigest()[:8]}")
        engine.write_file(base + ".bin", content)
        entry = {"signature": signature, "input": base + ".bin"}
        try:
            entry["operations"], log = engine.shrink(self.tool, path, base + ".txt")
        except engine.EngineError as error:
            self.say(f"finding: {signature}; {error}")
            return entry
        entry["program"] = base + ".txt"
        engine.write_file(base + ".log", log)
        self.say(f"finding: {signature}\n{log.rstrip()}")
        entry["regression"] = self.write_regression(signature, log, base)
        entry["reproducer"] = self.write_reproducer(base)
        return entry

    def write_regression(self, signature, log, base):
        """The program with a head that says what it once showed, named by its content."""
        with open(base + ".txt", encoding="utf-8") as stream:
            program = stream.read()
        wanted = re.findall(r"^(difference .*|  .* answered .*|  first differing field: .*|"
                            r"    \w+: .*|  theorem: .*)$", log, re.M)
        head = [f"# Found by a campaign: {signature}."] + ["# " + line.strip() for line in wanted]
        path = os.path.join(self.folder, "regressions", os.path.basename(base) + ".txt")
        engine.write_file(path, "\n".join(head) + "\n" + program)
        return path

    def write_reproducer(self, base):
        if not self.plumbline:
            return None
        run = subprocess.run([self.plumbline, "reproduce", base + ".txt", "-o", base + ".c"],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, check=False, text=True, errors="replace")
        if run.returncode != 0:
            raise engine.EngineError(f"{self.plumbline} reproduce {base}.txt ended with "
                                     f"{run.returncode}:\n{run.stdout[-500:]}")
        return base + ".c"
