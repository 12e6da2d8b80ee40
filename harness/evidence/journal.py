"""What a long measurement has found so far, kept so that an interrupted one can go on.

A file of JSON lines: the first is a digest of all that the results depend on, each other one a name
and its result. Results of another tree or of other settings are never taken over.
"""

import hashlib
import json
import os

SUFFIXES = (".c", ".h", ".py", ".txt", ".fault", ".conf", ".mk")


def digest(root, folders, *settings):
    """Of all sources in the folders and of the settings."""
    whole = hashlib.sha256(json.dumps(settings).encode())
    for folder in folders:
        for where, below, names in os.walk(os.path.join(root, folder)):
            below.sort()
            for name in sorted(names):
                if name.endswith(SUFFIXES):
                    path = os.path.join(where, name)
                    with open(path, "rb") as stream:
                        content = hashlib.sha256(stream.read()).hexdigest()
                    whole.update(f"{os.path.relpath(path, root)} {content}\n".encode())
    return whole.hexdigest()


class Journal:
    def __init__(self, path, key, resume):
        """resume: take over what an earlier measurement with the same key has found."""
        self.path, self.results = path, {}
        if resume:
            self._read(key)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        # Anew, so that the line a killed run was writing is gone.
        with open(path + ".new", "w", encoding="utf-8") as stream:
            stream.write(json.dumps(key) + "\n")
            for name, result in self.results.items():
                stream.write(json.dumps([name, result]) + "\n")
        os.replace(path + ".new", path)

    def _read(self, key):
        try:
            with open(self.path, encoding="utf-8") as stream:
                lines = stream.read().split("\n")[:-1]
        except (OSError, UnicodeError):
            return
        if not lines or lines[0] != json.dumps(key):
            return
        for line in lines[1:]:
            try:
                name, result = json.loads(line)
            except ValueError:
                return  # a disk that was full: what stands before is good
            self.results[name] = result

    def put(self, name, result):
        self.results[name] = result
        with open(self.path, "a", encoding="utf-8") as stream:
            stream.write(json.dumps([name, result]) + "\n")
