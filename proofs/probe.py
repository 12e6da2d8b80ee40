r"""Makes a copy of a unit that asks, at the ends of each function, for \false; whether what a
function requires is contradictory, the smoke tests of WP ask."""

import re

from sources import _LEX
from wp import PROBE_NAME as NAME


class _Piece:
    __slots__ = ("kind", "text", "ghost")

    def __init__(self, kind, text, ghost):
        self.kind, self.text, self.ghost = kind, text, ghost


def _pieces(text):
    """The source cut in pieces, each with whether it is ghost code."""
    result, ghost = [], None
    for found in _LEX.finditer(text):
        kind, piece = found.lastgroup, found.group()
        if kind == "ghost":
            ghost = "block"
        elif kind == "oneghost":
            ghost = "line"
        elif kind == "close" or (ghost == "line" and kind == "space" and "\n" in piece):
            ghost = None
        result.append(_Piece(kind, piece, ghost))
    return result


def _probe(ghost):
    return f" /@ check {NAME}: \\false; @/ " if ghost else f" /*@ check {NAME}: \\false; */ "


def instrument(text):
    """-> (the copy, {function: number of probes})"""
    pieces = _pieces(text)
    out, counts, declaration, index = [], {}, [], 0
    while index < len(pieces):
        piece = pieces[index]
        out.append(piece.text)
        if piece.kind in ("word", "sign"):
            if piece.text == "{" and not (piece.ghost == "line"):
                name, is_void = _defines(declaration)
                end = _closing(pieces, index)
                if name:
                    body, count = _body(pieces[index + 1:end], is_void, piece.ghost)
                    out += body
                    counts[name] = count
                    declaration = []
                else:
                    out += [p.text for p in pieces[index + 1:end]]
                out.append("}")
                index = end + 1
                continue
            if piece.text == ";":
                declaration = []
            else:
                declaration.append(piece.text)
        index += 1
    return "".join(out), counts


def _defines(words):
    if "(" not in words or "=" in words or words[-1] != ")":
        return None, False
    at = words.index("(")
    name = words[at - 1] if at > 0 else ""
    if not re.match(r"[A-Za-z_]\w*$", name):
        return None, False
    return name, "void" in words[:at] and "*" not in words[:at]


def _closing(pieces, index):
    depth = 0
    while index < len(pieces):
        if pieces[index].kind == "sign":
            depth += {"{": 1, "}": -1}.get(pieces[index].text, 0)
            if depth == 0:
                return index
        index += 1
    raise ValueError("unbalanced braces")


def _body(pieces, is_void, ghost):
    out, count, index = [], 0, 0
    while index < len(pieces):
        piece = pieces[index]
        if piece.kind == "word" and piece.text == "return":
            end = index
            while not (pieces[end].kind == "sign" and pieces[end].text == ";"):
                end += 1
            out.append("{" + _probe(piece.ghost))
            out += [p.text for p in pieces[index:end + 1]]
            out.append(" }")
            count += 1
            index = end + 1
            continue
        out.append(piece.text)
        index += 1
    code = [p.text for p in pieces if p.kind in ("word", "sign", "string")]
    if is_void and not _ends_in_return(code):
        out.append(_probe(ghost))
        count += 1
    return out, count


def _ends_in_return(code):
    """True if the last statement of a body is 'return;'."""
    return code[-2:] == ["return", ";"] and (len(code) < 3 or code[-3] in (";", "}", "{"))
