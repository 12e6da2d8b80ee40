"""Tests of what stands between the mutants and their verdict: the choice, the control, the exit
code, what an interrupted run leaves."""

import json
import os
import sys
import tempfile
import types
import unittest

import mutants
import mutate
import mutate_operators as operators
import report
from mutants import journal


def change(function, number, is_contract=True):
    """A weakened contract: one that is not looked at for being C."""
    return types.SimpleNamespace(function=function, is_contract=is_contract, operator="drop",
                                 shown=str(number), file="src/ref/x.c", span=(0, 0), old="", new="")


def many(functions, each):
    return [mutate.Generated(change(f"f{name}", number), [f"f{name}"], number)
            for name in range(functions) for number in range(each)]


class Choice(unittest.TestCase):
    @staticmethod
    def per_function(chosen):
        names = [mutant.change.function for mutant in chosen]
        return sorted(names.count(name) for name in set(names))

    def test_one_of_each_function_first(self):
        self.assertEqual(self.per_function(mutate.spread(many(7, 9), 7)), [1] * 7)
        self.assertEqual(self.per_function(mutate.spread(many(7, 9), 9)), [1] * 5 + [2] * 2)

    def test_functions_with_few_leave_room_to_others(self):
        everything = many(3, 1) + many(4, 9)[27:]
        self.assertEqual(self.per_function(mutate.spread(everything, 8)), [1, 1, 1, 5])

    def test_no_more_than_there_are(self):
        self.assertEqual(len(mutate.spread(many(2, 3), 100)), 6)

    def test_is_the_same_whatever_the_order(self):
        names = [[mutant.name for mutant in mutate.spread(order, 10)]
                 for order in (many(6, 5), many(6, 5)[::-1])]
        self.assertEqual(names[0], names[1])

    def test_a_choice_of_half_the_functions_is_refused(self):
        with self.assertRaisesRegex(mutants.Broken, "of 20 functions only"):
            mutate.check(many(20, 10), many(21, 10), {})


class Equivalent(unittest.TestCase):
    """What changes nothing is no mutant."""

    def test_assignments_that_do_not_meet(self):
        for one, two, same in (("a = 1;", "b = 2;", True), ("a = 1;", "b = a;", False),
                               ("a += b;", "b -= 2;", False), ("x->a = c;", "x->b = c;", True),
                               ("x[i] -= s;", "x[U] += s;", True), ("a = f(z);", "b = 2;", False),
                               ("f(z);", "b = 2;", False), ("a++;", "b = 2;", False),
                               ("a = (uint32_t)c;", "b = 2;", True),
                               ("a = (uint32_t)b;", "b = 2;", False)):
            self.assertEqual(operators.commute(one, two), same, (one, two))

    def test_what_the_memory_model_states(self):
        for clause, stated in (("requires \\valid(z);", True), ("requires \\valid_read(z);", True),
                               ("requires \\valid(z) && \\separated(z, t);", True),
                               ("requires \\valid(z) && wf(*z);", False),
                               ("requires \\valid(types + (0 .. 3));", False)):
            self.assertEqual(bool(operators.STATED.fullmatch(clause)), stated, clause)


class Verdict(unittest.TestCase):
    def test_exit_codes(self):
        for code, broken, survived, tried, percent in (
                (0, 0, 0, 240, 95.0), (1, 0, 0, 240, 94.9), (1, 0, 1, 240, 99.0),
                (2, 1, 0, 240, 99.0), (2, 1, 1, 240, 0.0), (0, 0, 0, 3, 66.7), (1, 0, 1, 3, 66.7)):
            count = {"broken": broken, "survived": survived}
            self.assertEqual(mutate.verdict(count, tried, percent), code)

    def test_a_reason_is_of_one_change(self):
        def mutant(shown):
            change = types.SimpleNamespace(function="f", operator="drop", shown=shown, file="a.c")
            return mutate.Generated(change, ["f"], 1)

        reasons = {"f.drop.1": [mutant("x = 1;").digest(), "why"]}
        for shown, explained in (("x = 1;", True), ("y = 2;", False)):
            one = mutant(shown)
            mutate.explain([one], reasons)
            self.assertEqual("survives" in one.header, explained)
        self.assertRaises(mutants.Broken, mutate.check, [], [mutant("y = 2;")], reasons)


class Control(unittest.TestCase):
    """A function that does not prove unchanged judges no mutant."""

    @staticmethod
    def job(valid=2, unproven=(), seconds=1.0):
        return types.SimpleNamespace(function="f", total=2, proven=valid == 2, objections=[],
                                     unproven=list(unproven),
                                     goals=[types.SimpleNamespace(seconds=seconds)])

    def note(self, jobs, ended):
        with tempfile.TemporaryDirectory() as folder:
            done = journal.Journal(os.path.join(folder, "j"), "key", False)
            mutants.note_control("f", jobs, ended, done)
            return done.results.get("f")

    def test_of_both_files_together(self):
        jobs = [self.job(seconds=3.0), self.job(1, ["goal x"])]
        self.assertIsNone(self.note(jobs, jobs[:1]))
        self.assertEqual(self.note(jobs, jobs), {"goals": 4, "bad": "goal x", "slowest": 3.0})

    def test_no_reason_is_one(self):
        bad = self.job(0)
        self.assertEqual(self.note([bad], [bad])["bad"], "no goals")

    def test_a_bad_one_breaks_its_mutants(self):
        mutant = many(1, 1)[0]
        mutants.aim([mutant], {"f0": {"goals": 1, "bad": "goal x", "slowest": 1.0}}, 6)
        self.assertEqual(mutant.state, "broken")
        self.assertIn("goal x", mutant.detail)

    def test_slow_goals_have_time(self):
        for slowest, limit in ((0.5, 6), (4.1, 13), (20.0, mutants.wp.TIME_LIMIT)):
            mutant = many(1, 1)[0]
            mutants.aim([mutant], {"f0": {"goals": 1, "bad": "", "slowest": slowest}}, 6)
            self.assertEqual((mutant.state, mutant.limit), ("", limit))


class GateIsControl(unittest.TestCase):
    """What the gate has proven is not proven again, in the tree that it looked at."""

    FUNCTIONS = [{"name": "f", "goals": 3, "proven": True, "slowest": {"seconds": 1.5}},
                 {"name": "f", "goals": 4, "proven": True, "slowest": {"seconds": 0.5}},
                 {"name": "g", "goals": 5, "proven": True, "slowest": {"seconds": 2.0}},
                 {"name": "g", "goals": 5, "proven": False, "slowest": {"seconds": 1.0}}]

    def known(self, change_after=False, **data):
        with tempfile.TemporaryDirectory() as root:
            for name in ("spec", "build/report"):
                os.makedirs(os.path.join(root, name))
            said = {"sources": report.sources(root), "limit": 60, "functions": self.FUNCTIONS}
            with open(os.path.join(root, "build/report/proof.json"), "w", encoding="utf-8") as out:
                json.dump(dict(said, **data), out)
            if change_after:
                with open(os.path.join(root, "spec", "x.h"), "w", encoding="utf-8") as out:
                    out.write("1")
            return report.proven_unchanged(root, 60)

    def test_what_is_proven_of_both_files_together(self):
        self.assertEqual(self.known(), {"f": (7, 1.5)})

    def test_nothing_of_another_tree_or_limit(self):
        self.assertEqual(self.known(change_after=True), {})
        self.assertEqual(self.known(limit=30), {})

    def test_nothing_of_an_old_report_or_none(self):
        self.assertEqual(self.known(sources=None), {})
        self.assertEqual(report.proven_unchanged("/nonexistent", 60), {})


class Interrupted(unittest.TestCase):
    """What a killed run left is taken over if, and only if, nothing has changed."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "below", "j")
        done = journal.Journal(self.path, "key", False)
        done.put("a", [1, "x"])
        done.put("b", {"y": 2})
        with open(self.path, "a", encoding="utf-8") as stream:
            stream.write('["c", 3')  # it was writing this line

    def tearDown(self):
        self.folder.cleanup()

    def results(self, key, resume):
        return journal.Journal(self.path, key, resume).results

    def test_goes_on(self):
        whole = {"a": [1, "x"], "b": {"y": 2}}
        self.assertEqual(self.results("key", True), whole)
        done = journal.Journal(self.path, "key", True)
        done.put("d", 4)
        self.assertEqual(self.results("key", True), dict(whole, d=4))

    def test_of_another_tree_is_nothing_taken(self):
        self.assertEqual(self.results("other", True), {})
        self.assertEqual(self.results("key", True), {})

    def test_anew_unless_asked(self):
        self.assertEqual(self.results("key", False), {})

    def test_digest_sees_text_names_and_settings(self):
        root = self.folder.name
        seen = set()
        for name, text, setting in (("a.c", "x", 1), ("a.c", "y", 1), ("b.c", "y", 1), ("b.c", "y", 2)):
            os.makedirs(os.path.join(root, "src"), exist_ok=True)
            with open(os.path.join(root, "src", name), "w", encoding="utf-8") as stream:
                stream.write(text)
            seen.add(journal.digest(root, ("src",), setting))
        self.assertEqual(len(seen), 4)
        self.assertIn(journal.digest(root, ("src",), 2), seen)

    def test_a_mutant_that_was_judged_is_not_again(self):
        known = many(1, 2)
        done = journal.Journal(self.path, "k", False)
        done.put(known[0].name, ["killed", "goal", 1.5])
        known[1].state = "broken"  # else it would be judged: there is no such file
        mutants.run_all(known, self.folder.name, 1, done)
        self.assertEqual((known[0].state, known[0].detail), ("killed", "goal"))
        self.assertNotIn(known[1].name, done.results)


def main():
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, buffer=True).run(
        unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]))
    failed = len(result.failures) + len(result.errors)
    print(f"mutants: {result.testsRun - failed} passed, {failed} failed")
    return 1 if failed or result.testsRun == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
