"""Tests of subject.py, part of test_ci.py: allocators that are sound, lie, hang and end the process,
runs that are ended, and what an earlier run left."""

import argparse
import contextlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import xml.etree.ElementTree as ET

import reports
import subject

BUILD = "build"
# Takes the set-up's numbers from its first argument, so that a test of hangs is short.
DRIVER = """import json, sys
sys.path.insert(0, sys.argv[1])
import subject
kept, limit = json.loads(sys.argv.pop(2))
programs = subject.kept_programs
subject.kept_programs = lambda: programs()[:kept]
subject.LIMIT = limit
sys.argv[:2] = ["subject.py"]
sys.exit(subject.main())
"""
# The variant, but for what $BAD says.
BAD = """#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "harness/subject.h"
static struct subject bad;
static const char *how;
static enum plumb_status alloc(void *self, uint32_t cpu, uint32_t order, uint32_t migratetype,
                               uint32_t flags, uint32_t highest_zoneidx, uint64_t *pfn)
{
    if (!strcmp(how, "hang"))
        pause();
    if (!strcmp(how, "exit 1"))
        exit(1);
    return subject_opt.alloc(self, cpu, order, migratetype, flags, highest_zoneidx, pfn);
}
const struct subject *plumbline_subject(void)
{
    how = getenv("BAD");
    if (!strcmp(how, "exit"))
        exit(0);
    bad = subject_opt;
    bad.alloc = alloc;
    return &bad;
}
"""


class Subject(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.work.cleanup)
        cls.liar = os.path.join(BUILD, "plain/tests/liar.so")
        cls.bad = os.path.join(cls.work.name, "bad.so")
        source = os.path.join(cls.work.name, "bad.c")
        reports.write_file(source, BAD)
        variant = os.path.join(subject.ROOT, "src/opt")
        subprocess.run(["clang", "-std=c11", "-I", subject.ROOT, "-fPIC", "-shared", source,
                        os.path.join(subject.ROOT, "harness/subject_opt.c"), "-o", cls.bad]
                       + [os.path.join(variant, name) for name in sorted(os.listdir(variant))
                          if name.endswith(".c")], check=True)

    def setUp(self):
        self.folder = os.path.join(self.work.name, "output")
        self.addCleanup(shutil.rmtree, self.folder, True)

    def start(self, name, *words, bad="", kept=9999, limit=20):
        command = [sys.executable, "-B", "-c", DRIVER, os.path.dirname(subject.__file__),
                   json.dumps([kept, limit]), "--subject", name, "--build", BUILD, "--jobs", "2",
                   "--output", self.folder, *words]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   text=True, env=dict(os.environ, BAD=bad))
        self.addCleanup(process.stdout.close)
        return process

    def check(self, name, *words, **settings):
        """-> (exit code, output, subject.json)"""
        process = self.start(name, *words, **settings)
        return (*self.ended(process), self.data())

    def ended(self, process):
        said = process.communicate(timeout=100)[0]
        return process.returncode, said

    def data(self):
        with open(os.path.join(self.folder, "subject.json"), encoding="utf-8") as stream:
            return json.load(stream)

    def wait_for_finding(self, process):
        for line in process.stdout:
            if line.startswith("subject: found "):
                break
        time.sleep(0.5)

    def assert_whole(self, data, *keys):
        """Every finding that the report names is there, with these files."""
        self.assertTrue(data["findings"])
        for entry in data["findings"]:
            for key in ("input", "log", *keys):
                self.assertTrue(os.path.getsize(entry[key]), entry)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "programs")))

    def counts(self):
        root = ET.parse(os.path.join(self.folder, "junit.xml")).getroot()
        return int(root.get("failures")), int(root.get("errors"))

    def test_sound(self):
        code, said, _ = self.check("opt")
        self.assertEqual(code, 0, said)
        self.assertEqual(self.counts(), (0, 0))

    def test_liar(self):
        code, said, data = self.check(self.liar, "--short")
        self.assertEqual(code, 1, said)
        self.assertIn("theorem 7 pfn", [entry["signature"] for entry in data["findings"]])
        self.assert_whole(data, "program", "reproducer")
        self.assertEqual(self.counts(), (len(data["findings"]), 0))

    def test_the_log_is_of_the_program_beside_it(self):
        code, said, data = self.check(self.liar, kept=20)
        self.assertEqual(code, 1, said)
        with open(data["findings"][0]["program"], encoding="utf-8") as stream:
            lines = stream.read().splitlines()
        self.assertLess(len(lines), 12)
        with open(data["findings"][0]["log"], encoding="utf-8") as stream:
            found = re.match(r"difference at operation \d+ \(line (\d+)\): (.*)", stream.read())
        self.assertEqual(lines[int(found[1]) - 1], found[2])
        with open(os.path.join(self.folder, "plumbline.sarif"), encoding="utf-8") as stream:
            result = json.load(stream)["runs"][0]["results"][0]
        place = result["locations"][0]["physicalLocation"]
        self.assertEqual(place["region"], {"startLine": int(found[1])})
        self.assertTrue(place["artifactLocation"]["uri"].endswith(
            os.path.basename(data["findings"][0]["program"])))

    def test_a_long_run_keeps_what_it_found(self):
        # A smaller program of a known finding is found in a chunk without a new one.
        code, said, data = self.check(self.liar, "--time", "6", "--seed", "1", kept=2)
        self.assertEqual(code, 1, said)
        self.assertGreater(data["executions"], 2 * subject.CHUNK)
        self.assert_whole(data, "program", "reproducer")

    def test_hangs_end_the_run(self):
        code, said, data = self.check(self.bad, bad="hang", limit=1)
        self.assertEqual(code, 1, said)
        self.assertLess(data["executions"], 100)
        self.assertRegex(data["problems"][0], "^ended after [34] hangs of 1 s; [0-9]+ of the programs")
        self.assertEqual([entry["signature"] for entry in data["findings"]], ["hang"])
        self.assert_whole(data, "program", "reproducer")
        self.assertEqual(self.counts(), (1, 1))

    def test_an_allocator_that_ends_the_process(self):
        for how, key in (("exit", "crash, exit code 0"), ("exit 1", "crash, exit code 1")):
            code, said, data = self.check(self.bad, bad=how, kept=40)
            self.assertEqual(code, 1, said)
            self.assertEqual([entry["signature"] for entry in data["findings"]], [key])
            self.assert_whole(data, "program", "reproducer")

    def test_the_time_holds_for_every_program(self):
        commands = argparse.Namespace(signal="", diff=lambda _: time.sleep(0.05) or (None, ""))
        run = subject.Run(argparse.Namespace(time=1, jobs=1, output=self.folder), commands)
        self.assertGreater(run.run(["x"] * 200), 150)
        self.assertIn("1 s were up", run.ended())

    def test_a_signal_is_an_end_of_the_time(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            process = self.start(self.liar, "--time", "90")
            self.wait_for_finding(process)
            process.send_signal(number)
            code, said = self.ended(process)
            self.assertEqual(code, 1, said)
            self.assertEqual(self.data()["ended_by"], signal.Signals(number).name)
            self.assert_whole(self.data(), "program", "reproducer")

    def test_a_signal_ends_a_hang(self):
        process = self.start(self.bad, bad="hang", limit=90)
        time.sleep(3)
        process.send_signal(signal.SIGINT)
        code, said = self.ended(process)
        self.assertEqual(code, 2, said)
        self.assertIn("ended by SIGINT", self.data()["problems"][0])

    def test_killed_it_leaves_what_it_found(self):
        process = self.start(self.liar, "--time", "90")
        self.wait_for_finding(process)
        process.kill()
        self.ended(process)
        shutil.rmtree(os.path.join(self.folder, "programs"), ignore_errors=True)
        self.assert_whole(self.data())
        self.assertEqual(self.counts(), (len(self.data()["findings"]), 1))

    def test_killed_before_it_finds_anything_it_is_no_pass(self):
        self.check("opt", kept=2)
        process = self.start("opt", "--time", "90")
        junit = os.path.join(self.folder, "junit.xml")
        while not os.path.isfile(junit) or self.counts() == (0, 0):
            self.assertIsNone(process.poll())
            time.sleep(0.02)
        process.kill()
        self.ended(process)
        self.assertEqual(self.counts(), (0, 1))

    def test_what_was_there(self):
        # Earlier findings move once the set-up is sound; what is somebody else's stays.
        mine, old = (os.path.join(self.folder, *names) for names in
                     (("mine.txt",), ("findings", "old.txt")))
        for path in (mine, old):
            reports.write_file(path, "mine\n")
        code, said, _ = self.check("absent.so")
        self.assertEqual(code, 2, said)
        self.assertTrue(os.path.isfile(old))
        code, said, _ = self.check("opt", kept=20)
        self.assertEqual(code, 0, said)
        self.assertFalse(os.path.exists(old))
        self.assertTrue(os.path.isfile(os.path.join(self.folder, "findings-old", "1", "old.txt")))
        self.assertTrue(os.path.isfile(mine))

    def test_the_example_is_built_as_the_readme_says(self):
        with open(os.path.join(subject.ROOT, "harness/ci/README.md"), encoding="utf-8") as stream:
            command = re.search(r"^clang .*liar_object\.c.*$", stream.read(), re.M)[0]
        with tempfile.TemporaryDirectory() as folder:
            os.symlink(subject.ROOT, os.path.join(folder, "plumbline"))
            subprocess.run(command, shell=True, check=True, cwd=folder)
            code, said, data = self.check(os.path.join(folder, "allocator.so"), kept=10)
        self.assertEqual(code, 1, said)
        self.assertEqual(data["findings"][0]["signature"], "theorem 7 pfn")

    def test_no_subject_is_broken(self):
        code, said, _ = self.check("absent.so")
        self.assertEqual(code, 2, said)
        self.assertIn("can't load it", said)
        self.assertEqual(self.counts(), (0, 1))

    def test_what_breaks_later_does_not_hide_a_finding(self):
        # As when a tool goes away, with another program under way.
        both_run = threading.Barrier(2)

        def diff(path):
            both_run.wait()
            if path == broken:
                raise OSError("gone")
            return "theorem 7 pfn", "no\n"

        broken, lying = (os.path.join(self.folder, name) for name in ("a.bin", "b.bin"))
        reports.write_file(lying, "x")
        run = subject.Run(argparse.Namespace(time=0, jobs=2, output=self.folder, subject="s"),
                          argparse.Namespace(signal="", diff=diff))
        with contextlib.redirect_stdout(io.StringIO()):
            run.run([broken, lying])
        self.assertEqual((list(run.findings), run.problems), (["theorem 7 pfn"], ["gone"]))
        run.write(is_last=True)
        self.assertEqual(self.counts(), (1, 1))


class Keys(unittest.TestCase):
    def test_keys(self):
        double = "==9==ERROR: AddressSanitizer: attempting double-free on 0x60200000001{} in thread T0"
        for code, said, key in ((0, "no difference: 24 operations\n", None),
                                (0, "", "crash, exit code 0"), (0, "hello", "crash, exit code 0"),
                                (None, "", "hang"), (-11, "", "crash, signal 11"),
                                (2, "", "crash, exit code 2"),
                                (1, "Killed", "crash, exit code 1"),
                                (1, "  theorem: 7\n  first differing field: pfn:", "theorem 7 pfn"),
                                (1, "==9==ERROR: AddressSanitizer: heap-use-after-free on",
                                 "crash, AddressSanitizer: heap-use-after-free"),
                                (1, double.format(1), "crash, AddressSanitizer: double-free"),
                                (1, double.format(2), "crash, AddressSanitizer: double-free")):
            self.assertEqual(subject.key_of(code, said), key)
