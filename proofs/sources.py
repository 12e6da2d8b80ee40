"""Reads a unit as Frama-C prints it and says which rules of the gate its text breaks."""

import re

FORBIDDEN_WORDS = ("volatile", "union", "asm", "__asm__", "goto", "setjmp", "longjmp", "alloca")
FORBIDDEN_IN_ACSL = ("axiom", "axiomatic", "admit", "inductive", "reads", "calls", "import",
                     "model", "allocates", "frees", "exits", "abrupt")
SPACES = re.compile(r"\s+")


class Token:
    """A piece of a unit: 'annot' with its text, or 'word' (identifier, number, one sign)."""

    __slots__ = ("kind", "text", "line")

    def __init__(self, kind, text, line):
        self.kind, self.text, self.line = kind, text, line


_LEX = re.compile(
    r"(?P<ghost>/\*@\s*ghost\b)|(?P<annot>/\*@.*?\*/|/@.*?@/)|(?P<oneghost>//@\s*ghost\b)"
    r"|(?P<oneannot>//@[^\n]*)|(?P<comment>/\*.*?\*/|//[^\n]*)|(?P<close>\*/)"
    r"|(?P<string>\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')|(?P<hash>^[ \t]*\#(?:\\\n|[^\n])*)"
    r"|(?P<word>\w+)|(?P<space>\s+)|(?P<sign>.)", re.S | re.M)


def tokens(text):
    """Ghost code is code: its markers vanish, its annotations count as annotations."""
    result, line = [], 1
    for found in _LEX.finditer(text):
        kind, piece = found.lastgroup, found.group()
        if kind in ("annot", "oneannot"):
            body = piece[2:] if piece.startswith("/@") else piece[3:]
            body = body[:-2] if kind == "annot" else body
            result.append(Token("annot", body.strip(), line))
        elif kind in ("word", "sign", "string"):
            result.append(Token("word", piece, line))
        line += piece.count("\n")
    return result


class Function:
    def __init__(self, name, contract, body, line):
        self.name, self.contract, self.body, self.line = name, contract, body, line
        self.calls, self.loops, self.annotations = set(), [], []
        self._read()

    def _read(self):
        previous = None
        for index, token in enumerate(self.body):
            if token.kind == "annot":
                self.annotations.append(token)
            elif token.text in ("while", "for", "do"):
                self.loops.append((token.line, previous))
            elif index + 1 < len(self.body) and self.body[index + 1].text == "(" and \
                    re.match(r"[A-Za-z_]\w*$", token.text) and \
                    token.text not in ("if", "sizeof", "return", "switch", "while", "for"):
                self.calls.add(token.text)
            previous = token

    def text(self):
        return squeeze(self.contract or "") + "|" + \
            " ".join(squeeze(token.text) for token in self.body)


class Unit:
    """The functions, prototypes and logic definitions of one normalised translation unit."""

    def __init__(self, text):
        self.functions, self.prototypes, self.globals = {}, {}, []
        self._read(tokens(text))
        self.logic = {}
        for token in self.globals:
            found = re.match(r"(predicate|logic|lemma)\s+(.*)$", token.text, re.S)
            if found:
                name = re.search(r"(\w+)\s*(?:\{[^}]*\}\s*)?(?:\(|:|=|;)", found.group(2))
                self.logic[name.group(1) if name else token.text] = (found.group(1), token)

    def _read(self, items):
        contract, code, index = None, [], 0
        while index < len(items):
            token = items[index]
            if token.kind == "annot":
                if _is_contract(token.text):
                    contract = token.text
                else:
                    self.globals.append(token)
            elif token.text == "{":
                end = _matching(items, index)
                name = _declared(code)
                if name and "=" not in [t.text for t in code]:
                    self.functions[name] = Function(name, contract, items[index + 1:end],
                                                    code[0].line)
                    contract, code = None, []
                index = end
            elif token.text == ";":
                name = _declared(code)
                if name and "typedef" not in [t.text for t in code]:
                    self.prototypes[name] = contract
                contract, code = None, []
            else:
                code.append(token)
            index += 1


def squeeze(text):
    return SPACES.sub(" ", text).strip()


def _is_contract(text):
    return not re.match(r"(predicate|logic|lemma|check lemma|admit lemma|axiom|axiomatic|inductive"
                        r"|type|model|volatile|global|ghost|import|module)\b", text)


def _matching(items, index):
    depth = 0
    while index < len(items):
        if items[index].kind == "word":
            depth += {"{": 1, "}": -1}.get(items[index].text, 0)
            if depth == 0:
                return index
        index += 1
    raise ValueError("unbalanced braces")


def _declared(code):
    """The name of the function a declaration declares, if it declares one."""
    words = [token.text for token in code]
    if "(" not in words or words[0] in ("struct", "enum") and words[2:3] == ["{"]:
        return None
    at = words.index("(")
    return words[at - 1] if at > 1 and re.match(r"[A-Za-z_]\w*$", words[at - 1]) else None


def function_objections(function):
    """Contract, termination and loops of one function."""
    result, name = [], function.name
    if function.contract is None:
        return [f"{name}: no contract"]
    clauses = function.contract
    if not re.search(r"\bterminates\s+\\true\s*;", clauses):
        result.append(f"{name}: the contract has no 'terminates \\true'")
    if len(re.findall(r"\bterminates\b", clauses)) > 1:
        result.append(f"{name}: more than one 'terminates'")
    if not re.search(r"(^|;)\s*assigns\b", clauses.split("behavior ")[0]):
        result.append(f"{name}: the contract has no 'assigns'")
    for line, before in function.loops:
        if before is None or before.kind != "annot" or \
                not re.search(r"\bloop\s+variant\b", before.text):
            result.append(f"{name}: a loop has no 'loop variant'")
    for annotation in function.annotations:
        if not re.match(r"(loop|assert|check)\b|for\s+\w+\s*:\s*loop\b", annotation.text):
            result.append(f"{name}: statement contract or unknown annotation "
                          f"'{squeeze(annotation.text)[:60]}'")
    return result


def logic_objections(unit):
    """Logic must be defined, and recursion must go down to a base case.

    Frama-C itself refuses mutual recursion: a name must be known before it is used.
    """
    result = []
    for token in unit.globals:
        if not re.match(r"(predicate|logic|lemma)\b", token.text):
            result.append(f"global annotation '{squeeze(token.text)[:60]}' is not allowed")
    for name, (kind, token) in unit.logic.items():
        text = squeeze(token.text)
        if kind == "lemma":
            continue
        head, equals, body = re.sub(r"==|<=|>=|!=", "  ", text, count=0).partition("=")
        if not equals:
            result.append(f"{kind} {name}: declared but not defined")
            continue
        body = text[len(head) + 1:]
        if re.search(rf"\b{re.escape(name)}\b", body):
            result += _recursion(kind, name, text[:len(head)], body)
    return result


def _recursion(kind, name, head, body):
    """Allowed is only: f(.., k) = k <= C ? base : ... f(.., k - 1) ...

    C is a number, or another parameter that every recursive call hands on as it is.
    """
    guard = re.match(r"\s*(\w+)\s*<=?\s*(\w+)\s*\?\s*([^:?]*):(.*)$", body, re.S)
    formals = re.search(rf"\b{re.escape(name)}\s*(?:\{{[^}}]*\}})?\s*\((.*)\)\s*$", head.strip())
    if not guard or not formals:
        return [f"{kind} {name}: recursion without the form 'k <= 0 ? base : ... k - 1'"]
    variable, limit, base, rest = guard.groups()
    names = [re.split(r"[\s*]+", part.strip())[-1] for part in formals.group(1).split(",")]
    fixed = not limit.isdigit()
    if variable not in names or (fixed and limit not in names) or \
            re.search(rf"\b{re.escape(name)}\b", base):
        return [f"{kind} {name}: recursion not guarded by a parameter"]
    if re.search(r"\\(?:let|forall|exists|lambda)\b", rest):
        return [f"{kind} {name}: a recursive definition binds names"]
    for found in re.finditer(rf"\b{re.escape(name)}\s*(?:\{{[^}}]*\}})?\s*\(", rest):
        actuals = _actuals(rest, found.end())
        if len(actuals) != len(names) or not re.match(
                rf"\(?\s*{variable}\s*-\s*[1-9]\d*\s*\)?$", actuals[names.index(variable)]):
            return [f"{kind} {name}: a recursive call does not go down in '{variable}'"]
        if fixed and actuals[names.index(limit)] != limit:
            return [f"{kind} {name}: a recursive call changes its limit '{limit}'"]
    return []


def _actuals(text, at):
    depth, parts, part = 0, [], ""
    for sign in text[at:]:
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            if depth == 0:
                break
            depth -= 1
        if sign == "," and depth == 0:
            parts.append(part.strip())
            part = ""
        else:
            part += sign
    return parts + [part.strip()]


def cycles(graph):
    """One cycle of a graph of names, if it has one."""
    state, path = {}, []

    def visit(name):
        state[name] = 1
        path.append(name)
        for other in sorted(graph.get(name, ())):
            if state.get(other) == 1:
                return path[path.index(other):] + [other]
            if other not in state and other in graph:
                found = visit(other)
                if found:
                    return found
        path.pop()
        state[name] = 2
        return None

    for name in sorted(graph):
        if name not in state:
            found = visit(name)
            if found:
                return [found]
    return []


def raw_objections(path, text, normalised=False):
    """Words that must not stand in a source, comments and strings left aside."""
    result = []
    for token in tokens(text):
        words = re.findall(r"\w+", token.text) if not token.text.startswith('"') else []
        for word in words:
            if word == "goto" and normalised:
                continue
            if word in FORBIDDEN_WORDS or token.kind == "annot" and word in FORBIDDEN_IN_ACSL:
                result.append(f"{path}:{token.line}: forbidden word '{word}'")
    return result


def defined_functions(text):
    """Names of the functions a source defines, ghost ones too -> {name: line}."""
    return {name: function.line for name, function in Unit(text).functions.items()}
