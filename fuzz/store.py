"""The corpus that campaigns share: a folder of inputs named by their content. Every step leaves a
folder that holds all it held before, so that a campaign may be killed at any of them."""

import hashlib
import os
import shutil

import engine


def name_of(content):
    return hashlib.sha1(content).hexdigest()[:20]


class Store:
    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        for name in os.listdir(folder):  # what a killed campaign was writing
            if name.startswith(".writing-"):
                os.remove(os.path.join(folder, name))

    def files(self):
        return engine.files_of(self.folder)

    def add(self, paths):
        """Copies what is new, each file whole or not at all; gives how many were new."""
        before = len(self.files())
        for path in paths:
            self.keep(path)
        return len(self.files()) - before

    def keep(self, path):
        """Copies one, whole or not at all; gives where it is."""
        with open(path, "rb") as stream:
            content = stream.read()
        target = os.path.join(self.folder, name_of(content))
        if not os.path.isfile(target):
            engine.write_file(target, content)
        return target

    def replace(self, paths):
        """Holds just these afterwards: all of them are added before any other is removed."""
        self.add(paths)
        kept = set()
        for path in paths:
            with open(path, "rb") as stream:
                kept.add(name_of(stream.read()))
        for path in self.files():
            if os.path.basename(path) not in kept:
                os.remove(path)


def left_over(work):
    """What the engines of a killed campaign left in its folder: (inputs kept, inputs that fail)."""
    queue, failing = [], []
    for folder, _, names in os.walk(work):
        paths = [os.path.join(folder, name) for name in sorted(names)
                 if not name.startswith(".") and name != "README.txt"]
        last = os.path.basename(folder)
        if last == "queue":
            queue += paths
        elif last in ("crashes", "hangs"):
            failing += paths
    return sorted(queue), sorted(failing)


def rescue(work, store, failing_folder):
    """Takes what a killed campaign left over, then removes its folder; gives both counts. Inputs
    that fail go to a folder of their own until the campaign that replays them is through."""
    queue, failing = left_over(work)
    taken = store.add(queue)
    failed = Store(failing_folder).add(failing) if failing else 0
    shutil.rmtree(work, ignore_errors=True)
    return taken, failed
