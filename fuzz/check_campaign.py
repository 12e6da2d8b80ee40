"""Tests of the campaign: killed at several moments it loses nothing and leaves no process, and on a
faulty target it ends with one finding, whose reproducer shows the fault."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import engine
import store
import substitution

HERE = os.path.dirname(os.path.abspath(__file__))
SET_UP_FAULT = "s3-root-rounds"  # of what only the questions of set-up tell
PATIENCE = 30  # seconds that a condition may take on a loaded machine


class NotSo(Exception):
    """What was expected and is not so."""


def expect(holds, sentence):
    if not holds:
        raise NotSo(sentence)


class Place:
    """A build folder of its own, with links to the tools."""

    def __init__(self, folder, tools, root):
        self.folder = engine.fresh_folder(folder)
        self.root = root
        self.report = os.path.join(self.folder, "report")
        self.corpus = os.path.join(self.folder, "corpus")
        for name, path in tools.items():
            os.symlink(os.path.abspath(path), os.path.join(self.folder, name))

    def start(self, *more):
        command = [sys.executable, "-B", os.path.join(HERE, "campaign.py"), "--build", self.folder,
                   "--report", self.report, "--corpus", os.path.join(self.root, "fuzz/corpus"),
                   "--regressions", os.path.join(self.folder, "no-regressions"), "--jobs", "1",
                   "--plumbline", os.path.join(self.root, "build/plumbline")]
        return subprocess.Popen(command + list(more), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, *more):
        """-> (exit code, what it said)"""
        process = self.start(*more)
        said = process.communicate()[0]
        return process.returncode, said

    def contents(self, folder):
        result = set()
        for path in engine.files_of(folder):
            with open(path, "rb") as stream:
                result.add(stream.read())
        return result

    def queue(self):
        return self.contents(os.path.join(self.folder, "work-afl", "main", "queue"))


def wait_for(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        expect(time.monotonic() < end, f"{what} within {PATIENCE} s")
        time.sleep(0.05)


def processes_in(folder):
    """Processes but this one that have the folder in their command line."""
    found = []
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{number}/cmdline", "rb") as stream:
                words = stream.read()
            with open(f"/proc/{number}/stat", encoding="utf-8") as stream:
                state = stream.read().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue
        if folder.encode() in words and int(number) != os.getpid() and state != "Z":
            found.append(int(number))
    return found


def kill(place, process):
    process.send_signal(signal.SIGKILL)
    process.communicate()
    wait_for(lambda: not processes_in(place.folder), "every process of a killed campaign ends")


def test_killed_in_the_middle(place):
    process = place.start("--time", "50")
    wait_for(lambda: len(place.queue()) > 300, "300 inputs are kept")
    code, said = place.run("--time", "1")
    expect(code == 2 and "another campaign runs" in said, "a second campaign is refused: " + said)
    kept = place.queue()
    kill(place, process)
    expect(kept <= place.queue(), "the killed engine's queue is there")


def test_killed_while_it_rescues(place):
    kept = place.queue()
    process = place.start("--rescue")
    wait_for(lambda: engine.files_of(place.corpus), "an input is taken over")
    kill(place, process)
    code, said = place.run("--rescue")
    expect(code == 0, "the rescue ends: " + said)
    expect(kept <= place.contents(place.corpus), "every input of the killed engine is in the corpus")
    expect(not os.path.isdir(os.path.join(place.folder, "work-afl")), "its folder is gone")


def test_killed_while_it_minimises(place):
    before = place.contents(place.corpus)
    process = place.start("--time", "1")
    for line in process.stdout:
        if "the corpus is minimised" in line:
            break
    kill(place, process)
    expect(before <= place.contents(place.corpus), "a killed minimisation removes nothing")


def test_resumes_and_reports(place):
    before = len(engine.files_of(place.corpus))
    code, said = place.run("--time", "2")
    expect(code == 0, "a campaign on a sound target passes: " + said)
    with open(os.path.join(place.report, "fuzz.json"), encoding="utf-8") as stream:
        data = json.load(stream)
    expect(data["corpus"]["before"] >= before, "it begins with the corpus there was")
    expect(0 < data["corpus"]["after"] < data["corpus"]["before"],
           f"the corpus is minimised: {data['corpus']}; {said}")
    expect(data["floor"]["ratio"] > data["floor"]["least"] > 0, "the speed is above its floor")
    expect(data["edges"] > 0 and data["samples"][-1]["edges"] > 0, "edges are counted")
    with open(os.path.join(place.report, "fuzz.html"), encoding="utf-8") as stream:
        page = stream.read()
    expect(page.count("<svg") == 4 and page.count("</svg>") == 4, "the page has four plots")
    expect(not re.search(r"(src|href)=", page), "the page needs nothing from elsewhere")


def run_reproducer(place, source, sources):
    program = os.path.join(place.folder, "reproduce")
    variant = [path for path in engine.files_of(os.path.join(sources, "src/opt"))
               if path.endswith(".c")]
    subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-I",
                    os.path.join(sources, "src"), source] + variant + ["-o", program], check=True)
    run = subprocess.run([program], stdout=subprocess.PIPE, check=False, text=True)
    return run.returncode, run.stdout


def process_facts(number):
    """-> (command line, number of the parent); of a process that has ended: (b"", 0)"""
    try:
        with open(f"/proc/{number}/cmdline", "rb") as stream:
            words = stream.read()
        with open(f"/proc/{number}/stat", encoding="utf-8") as stream:
            return words, int(stream.read().rsplit(")", 1)[1].split()[1])
    except OSError:
        return b"", 0


def running_target(place):
    """The process that runs the programs: a child of the fork server, which is the same file."""
    name = os.path.join(place.folder, "afl-target").encode() + b"\0"
    facts = {number: process_facts(number) for number in processes_in(place.folder)}
    found = [number for number, (words, parent) in facts.items()
             if words.startswith(name) and facts.get(parent, (b"", 0))[0].startswith(name)]
    return found[0] if len(found) == 1 else 0


def stop_for_long(target):
    """Stops the process for longer than afl-fuzz waits, and lets it go on."""
    os.kill(target, signal.SIGSTOP)
    time.sleep(int(engine.TIMEOUT_MS) / 1000 + 1)
    os.kill(target, signal.SIGCONT)
    time.sleep(0.5)


def has_mutated(place):
    """The seeds have been run: of one that times out afl-fuzz would make an end."""
    queue = os.path.join(place.folder, "work-afl", "main", "queue")
    return any(",src:" in name for name in engine.files_of(queue))


def end_engine(place):
    """Tells afl-fuzz to end as it does when its time is over."""
    for number in processes_in(place.folder):
        if process_facts(number)[0].startswith(b"afl-fuzz\0"):
            os.kill(number, signal.SIGINT)


def test_goes_on_after_a_timeout(place):
    """A target that afl-fuzz had to end is replaced, and answers still belong to their inputs."""
    process = place.start("--time", "300")
    wait_for(lambda: has_mutated(place) and running_target(place), "a mutated input is kept")
    target = running_target(place)
    for _ in range(20):  # stopped between two programs, it runs the next one and stays
        if running_target(place) == target:
            stop_for_long(target)
    try:
        wait_for(lambda: running_target(place) not in (0, target), "another runs the programs")
    except NotSo as error:
        log = engine.tail(os.path.join(place.folder, "work-afl", "main.log"))
        raise NotSo(f"{error}; afl-fuzz said last:\n{log}") from None
    time.sleep(5)
    end_engine(place)
    said = process.communicate()[0]
    with open(os.path.join(place.report, "fuzz.json"), encoding="utf-8") as stream:
        data = json.load(stream)
    # The seconds that it was stopped for are slow ones.
    problems = [text for text in data["problems"] if "speed of an empty harness" not in text]
    expect(problems == [] and data["stability"] == 100.0, "it goes on as before: " + said)
    expect(data["failing_inputs"] <= 1, "one input at most took too long: " + said)


def test_finding(place, faulty):
    """Killed once it has found something, the campaign still reports it when it goes on."""
    process = place.start("--time", "50")
    crashes = os.path.join(place.folder, "work-afl", "main", "crashes")
    wait_for(lambda: engine.files_of(crashes), "a crash is found")
    kill(place, process)
    code, said = place.run("--time", "2")
    expect(code == 1, "a campaign on a faulty target ends with 1: " + said)
    with open(os.path.join(place.report, "fuzz.json"), encoding="utf-8") as stream:
        data = json.load(stream)
    expect(data["failing_inputs"] > len(data["findings"]) > 0, "findings are deduplicated")
    signatures = [entry["signature"] for entry in data["findings"]]
    expect(len(set(signatures)) == len(signatures) and
           all(re.match(r"theorem \d+ ", text) for text in signatures),
           f"each finding has its theorem and field: {signatures}")
    entry = data["findings"][0]
    code, said = run_reproducer(place, entry["reproducer"], faulty)
    expect(code == 1 and "difference at call" in said, "the reproducer shows the fault: " + said)
    code, said = run_reproducer(place, entry["reproducer"], place.root)
    expect(code == 0, "without the fault it finds none: " + said)
    answers = engine.replay(os.path.join(place.folder, "replay"), [entry["regression"]])
    expect(answers[entry["regression"]] == entry["signature"], "the regression file shows it")
    check_failing_corpus(place, entry)


def check_failing_corpus(place, entry):
    """An input that fails and lies in the corpus itself, as when the target has changed since: it is
    reported although minimising takes it out, and if it can't be, no earlier report speaks."""
    shutil.rmtree(place.corpus)
    kept = store.Store(place.corpus).keep(entry["input"])
    code, said = place.run("--time", "1")
    expect(code == 1, "a campaign with a failing corpus ends with 1: " + said)
    with open(os.path.join(place.report, "fuzz.json"), encoding="utf-8") as stream:
        signatures = [one["signature"] for one in json.load(stream)["findings"]]
    expect(entry["signature"] in signatures, f"the corpus's finding is among {signatures}")
    expect(not os.path.isfile(kept), "it is in the corpus no more")
    os.remove(os.path.join(place.folder, "replay"))
    os.symlink("/bin/false", os.path.join(place.folder, "replay"))
    code, said = place.run("--time", "1")
    expect(code == 2, "a campaign without a replayer ends with 2: " + said)
    expect(not os.path.isfile(os.path.join(place.report, "fuzz.json")), "the old report is gone")


def test_reproducer_of_set_up(folder, root):
    """The reproducer of a fault's regression program asks the questions of set-up, too."""
    fault, = substitution.load(os.path.join(root, "fuzz/faults"), [SET_UP_FAULT])
    place = Place(folder, {}, root)
    faulty = os.path.join(place.folder, "faulty")
    source = os.path.join(place.folder, "reproduce.c")
    substitution.apply(fault, root, faulty)
    subprocess.run([os.path.join(root, "build/plumbline"), "reproduce", "-o", source,
                    os.path.join(root, f"fuzz/regressions/fault-{SET_UP_FAULT}.txt")], check=True)
    code, said = run_reproducer(place, source, faulty)
    expect(code == 1 and "plumb_min_free_kbytes" in said, "the reproducer shows the fault: " + said)
    code, said = run_reproducer(place, source, root)
    expect(code == 0, "without the fault it finds none: " + said)


def check(score, build, root, faulty):
    """faulty: folder of a fault that has been built for AFL++ and the replayer."""
    folder = os.path.abspath(os.path.join(build, "check-campaign"))
    sound = {name: os.path.join(build, name) for name in ("afl-target", "mutator.so", "replay")}
    broken = {"afl-target": os.path.join(faulty, "afl-target"), "mutator.so": sound["mutator.so"],
              "replay": os.path.join(faulty, "replay-target")}
    place = Place(folder, sound, os.path.abspath(root))
    tests = [(test, lambda test=test: test(place)) for test in
             (test_killed_in_the_middle, test_killed_while_it_rescues,
              test_killed_while_it_minimises, test_resumes_and_reports,
              test_goes_on_after_a_timeout)]
    tests.append((test_finding, lambda: test_finding(
        Place(folder + "-faulty", broken, os.path.abspath(root)), faulty)))
    tests.append((test_reproducer_of_set_up, lambda: test_reproducer_of_set_up(
        folder + "-set-up", os.path.abspath(root))))
    for test, run in tests:
        problem = ""
        try:
            run()
        except (NotSo, OSError, ValueError, engine.EngineError,
                subprocess.CalledProcessError) as error:
            problem = f"{test.__name__}: {type(error).__name__}: {error}"
        score.add("campaign " + test.__name__[5:].replace("_", " "), int(not problem),
                  int(bool(problem)), problem)
    for number in processes_in(folder):
        os.kill(number, signal.SIGKILL)
