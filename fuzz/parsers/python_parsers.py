"""Fuzzes the parsers written in Python: files of seeded faults and of proof mutants. Mutated files
must be read or refused with file, line and column; nothing else may be raised."""

import os
import random
import re
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "proofs"))
import mutants  # noqa: E402
import substitution  # noqa: E402

WORDS = [b"--- old\n", b"+++ new\n", b"file: ", b"# id: ", b"function: ", b"why: ", b"\n", b"\0",
         b"\xff\xfe", b"\xc3", b"x" * 5000, b"# expect: survives\n", b"\r\n", b":", b"# "]


def mutate(source, generator):
    """One to four pieces cut out, doubled, or replaced by a word or a byte."""
    text = source
    for _ in range(generator.randint(1, 4)):
        start = generator.randint(0, len(text))
        end = min(len(text), start + generator.choice((0, 1, 3, 20, 200)))
        piece = generator.choice((b"", text[start:end] * 2, generator.choice(WORDS),
                                  bytes([generator.randrange(256)])))
        text = text[:start] + piece + text[end:]
    return text[:generator.randint(0, len(text))] if generator.random() < 0.2 else text


def named_place(error, path):
    """'PATH:LINE:COLUMN: what'"""
    return re.match(re.escape(path) + r":\d+:\d+: .", str(error)) is not None


def attempts(parse, refusal, sources, runs, seed):
    """-> (how many were read, how many refused, the first that did neither or None)"""
    generator = random.Random(seed)
    read = refused = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "input")
        for _ in range(runs):
            text = mutate(generator.choice(sources), generator)
            with open(path, "wb") as stream:
                stream.write(text)
            try:
                parse(path)
                read += 1
            except refusal as error:
                refused += 1
                if not named_place(error, path):
                    return read, refused, f"no file, line and column: {error}\n{text!r}"
            except Exception as error:  # noqa: BLE001
                return read, refused, f"{type(error).__name__}: {error}\n{text!r}"
    return read, refused, None


def sources_in(folder, ending):
    result = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(ending):
            with open(os.path.join(folder, name), "rb") as stream:
                result.append(stream.read())
    return result


def without_places(path):
    """A parser that forgets to say where: what the canary is."""
    try:
        return substitution.parse(path)
    except substitution.FaultError:
        raise substitution.FaultError("something is wrong") from None


def check(score, runs):
    faults = sources_in(os.path.join(ROOT, "fuzz", "faults"), ".fault")
    proofs = sources_in(os.path.join(ROOT, "proofs", "must-fail"), ".txt")
    for what, parse, refusal, sources in (
            ("fault files", substitution.parse, substitution.FaultError, faults),
            ("proof mutants", mutants.Mutant, mutants.Broken, proofs)):
        read, refused, problem = attempts(parse, refusal, sources, runs, 1)
        good = problem is None and read > 0 and refused > 0
        score.add(f"{what}: {read} read, {refused} refused", good, problem or "all the same")
    problem = attempts(without_places, substitution.FaultError, faults, runs, 1)[2]
    score.add("canary: a message without its place is found", problem is not None)
