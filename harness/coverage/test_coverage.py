"""Tests of coverage.py: what is measured meets the floors and the list, and a hole, a stale entry,
a missing reason, an uncalled function and an empty measurement are objected to.
Ends with 'coverage-check: N passed, N failed'."""

import argparse
import os
import sys
import tempfile
import unittest

import coverage


class Coverage(unittest.TestCase):
    build = ""

    @classmethod
    def setUpClass(cls):
        options = argparse.Namespace(build=cls.build, no_tests=False,
                                     programs=["fuzz/corpus", "fuzz/regressions"])
        cls.functions, cls.branches = coverage.collect(coverage.measure(options))
        cls.sides = coverage.unreached_sides(cls.branches)
        cls.path = os.path.join(coverage.HERE, "unreached.txt")
        cls.reasons = coverage.read_reasons(cls.path)

    def objections(self, functions=None, branches=None, reasons=None):
        branches = self.branches if branches is None else branches
        return coverage.objections(self.functions if functions is None else functions, branches,
                                   coverage.unreached_sides(branches),
                                   self.reasons if reasons is None else reasons, "list")

    def test_as_it_is(self):
        self.assertEqual(self.objections(), [])
        row = coverage.summary(self.functions, self.branches, self.sides)[-1]
        self.assertEqual(row[1], row[2])
        self.assertGreaterEqual(coverage.percent(row[4], row[3]), coverage.FLOOR_BRANCHES)

    def test_a_new_hole(self):
        place = next(place for place, counts in self.branches.items() if all(counts))
        found = self.objections(branches=dict(self.branches, **{}) | {place: [1, 0]})
        self.assertEqual(len(found), 1)
        self.assertIn("never false, and not in list", found[0])

    def test_a_stale_entry(self):
        side = coverage.Side("src/opt/zone.c", "f", "x > 1", "true", 1)
        found = self.objections(reasons=dict(self.reasons, **{}) | {side: "a reason"})
        self.assertEqual(len(found), 1)
        self.assertIn("stale", found[0])

    def test_no_reason(self):
        side = next(iter(self.sides))
        found = self.objections(reasons=dict(self.reasons) | {side: ""})
        self.assertEqual(len(found), 1)
        self.assertIn("no reason given", found[0])

    def test_an_uncalled_function(self):
        found = self.objections(functions={("src/opt/zone.c", "f"): 0})
        self.assertEqual(found, ["src/opt/zone.c: function f is never called"])

    def test_nothing_measured(self):
        self.assertIn("only 0 sides", " ".join(self.objections(branches={}, reasons={})))

    def test_a_list_that_can_not_be_read(self):
        for text in ("src/opt/zone.c f maybe: x\n", "    a reason first\n",
                     "a f true: x\na f true: x\n"):
            with tempfile.NamedTemporaryFile("w", suffix=".txt") as stream:
                stream.write(text)
                stream.flush()
                self.assertRaisesRegex(coverage.Broken, r":\d:1: ", coverage.read_reasons,
                                       stream.name)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    Coverage.build = parser.parse_args().build
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(
        unittest.defaultTestLoader.loadTestsFromTestCase(Coverage))
    failed = len(result.failures) + len(result.errors)
    print(f"coverage-check: {max(0, result.testsRun - failed)} passed, {failed} failed")
    return 1 if failed or result.testsRun == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
