"""Reads the fault files of fuzz/faults and applies their substitutions to a copy of the sources."""

import os
import shutil

MAX_BYTES = 1 << 20
PROPERTIES = ["none", "contract"] + [f"P{number}" for number in range(1, 15)]  # fuzz/faults/README.md
HEADER_KEYS = ("id", "exhibit", "property", "observable", "expect", "note")


class FaultError(Exception):
    """A fault file that cannot be used: what, where and what was expected."""


class Fault:
    def __init__(self, name, path, header, hunks):
        self.name, self.path, self.header, self.hunks = name, path, header, hunks

    @property
    def is_control(self):
        return self.header["expect"] == "survives"


def _header(path, lines):
    header = {}
    for number, line in lines:
        key, colon, value = line.partition(":")
        key = key.strip()
        if not colon or key not in HEADER_KEYS:
            raise FaultError(f"{path}:{number}:1: '{line[:60]}' is no header line; expected one of "
                             + ", ".join(HEADER_KEYS))
        header[key] = (header[key] + " " if key in header else "") + value.strip()
    header.setdefault("expect", "found")
    for key in ("id", "exhibit", "property", "observable"):
        if not header.get(key):
            raise FaultError(f"{path}:1:1: the header line '{key}:' is missing")
    if header["expect"] not in ("found", "survives"):
        raise FaultError(f"{path}:1:1: 'expect: {header['expect']}' is unknown; "
                         "expected 'found' or 'survives'")
    if header["expect"] == "survives" and not header.get("note"):
        raise FaultError(f"{path}:1:1: a control has a line 'note:' that says why it survives")
    unknown = [word for word in header["property"].split() if word not in PROPERTIES]
    if unknown:
        raise FaultError(f"{path}:1:1: 'property: {unknown[0]}' is unknown; expected P1 to P14, "
                         "contract or none")
    return header


def read_text(path):
    """The text of a file; bytes that are no UTF-8 are refused with their line and column."""
    with open(path, "rb") as stream:
        raw = stream.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise FaultError(f"{path}:1:1: longer than {MAX_BYTES} bytes")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[:error.start]
        raise FaultError(f"{path}:{before.count(bytes([10])) + 1}:"
                         f"{error.start - before.rfind(bytes([10]))}: no UTF-8 text") from None


def parse(path):
    """Header lines, then for each change 'file:', '--- old', its text, '+++ new', its text."""
    lines = read_text(path).split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    header_lines, hunks, state = [], [], "header"
    for number, line in enumerate(lines, 1):
        if line.startswith("file: "):
            hunks.append([line[6:].strip(), [], []])
            state = "file"
        elif line == "--- old" and state == "file":
            state = "old"
        elif line == "+++ new" and state == "old":
            state = "new"
        elif state == "header":
            if line.strip():
                header_lines.append((number, line.lstrip("# ")))
        elif state == "file":
            raise FaultError(f"{path}:{number}:1: expected '--- old' after 'file:'")
        else:
            hunks[-1][1 if state == "old" else 2].append(line)
    if state != "new":
        raise FaultError(f"{path}:{max(len(lines), 1)}:1: ends in its {state} part; "
                         "expected file, old and new text")
    name = os.path.splitext(os.path.basename(path))[0]
    return Fault(name, path, _header(path, header_lines),
                 [(name_, "\n".join(old), "\n".join(new)) for name_, old, new in hunks])


def load(folder, names=None):
    """All faults of a folder in order of their names, or the named ones."""
    found = {name[:-6]: os.path.join(folder, name) for name in os.listdir(folder)
             if name.endswith(".fault")}
    for name in names or []:
        if name not in found:
            raise FaultError(f"no fault '{name}' in {folder}; there are: "
                             + " ".join(sorted(found)))
    faults = [parse(found[name]) for name in (names or sorted(found))]
    if not faults:
        raise FaultError(f"{folder} holds no .fault file")
    return faults


def apply(fault, root, destination, folders=("src",), allowed=None):
    """Copies the folders of root to destination and substitutes; each old text must occur exactly
    once. Files outside the allowed folder (src/opt, or the last one given) are refused."""
    shutil.rmtree(destination, ignore_errors=True)
    allowed = allowed or ("src/opt" if folders == ("src",) else folders[-1])
    for folder in folders:
        shutil.copytree(os.path.join(root, folder), os.path.join(destination, folder))
    for name, old, new in fault.hunks:
        path = os.path.join(destination, name)
        if not os.path.normpath(name).startswith(allowed + "/") or not os.path.isfile(path):
            raise FaultError(f"{fault.path}: 'file: {name}' is no file of {allowed}")
        if old == new:
            raise FaultError(f"{fault.path}: old and new text for {name} are the same")
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
        count = text.count(old)
        if count != 1 or not old.strip():
            raise FaultError(f"{fault.path}: the old text occurs {count} times in {name}; "
                             f"expected exactly once:\n{old}")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text.replace(old, new))
