"""The operators of mutate.py: small changes of the reference's C code and of its contracts."""

import collections
import os
import re

Change = collections.namedtuple(
    "Change", "file function operator span old new shown is_contract needs_caller")

HEAD = re.compile(r"^(?:static |inline |enum |struct |const )*\w[\w *]*?\b(\w+)\(([^;{}]*?)\)\n\{\n",
                  re.M)
PROTOTYPE = re.compile(r"^(?!return|else)(?:static |inline |enum |struct |const )*\w[\w *]*?\b(\w+)"
                       r"\(([^;{}]*?)\);\n", re.M)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
# A clause ends where the next begins: quantifiers have semicolons of their own.
CLAUSE = re.compile(r"\b(requires|ensures|loop invariant)\b.*?;(?=\s*(?:requires\b|ensures\b|"
                    r"assigns\b|terminates\b|decreases\b|loop\b|[A-Z][A-Z_]{4,}\b|\*/))", re.S)
# The memory model states these as its own hypotheses, whether or not a contract does.
_STATED = r"(?:\\valid(?:_read)?\(\w+\)|\\separated\(\w+, \w+\))"
STATED = re.compile(rf"requires\s+{_STATED}(?:\s*&&\s*{_STATED})*;")
CALL = re.compile(r"\b([a-z_]\w*)\(")

# Operator, pattern in the code, replacement.
CODE = [("relation", r"(?<=\s)<(?=\s)", "<="), ("relation", r"(?<=\s)<=(?=\s)", "<"),
        ("relation", r"(?<=\s)>(?=\s)", ">="), ("relation", r"(?<=\s)>=(?=\s)", ">"),
        ("relation", r"(?<=\s)==(?=\s)", "!="), ("relation", r"(?<=\s)!=(?=\s)", "=="),
        ("logic", r"(?<=\s)&&(?=\s)", "||"), ("logic", r"(?<=\s)\|\|(?=\s)", "&&"),
        ("off-by-one", r" \+ 1\b", ""), ("off-by-one", r" - 1\b", ""),
        ("off-by-one", r"(?<== )0(?=;)", "1"), ("answer", r"(?<=return )0(?=;)", "1"),
        ("answer", r"(?<=return )1(?=;)", "0"),
        ("constant", r"\bMIGRATE_MOVABLE\b", "MIGRATE_UNMOVABLE"),
        ("constant", r"\bMIGRATE_PCPTYPES\b", "MIGRATE_CMA"),
        ("constant", r"\bMIGRATE_ISOLATE\b", "MIGRATE_CMA"),
        ("constant", r"\bPLACE_USED\b", "PLACE_RESERVED"),
        ("constant", r"\bPLACE_TAIL\b", "PLACE_USED"),
        ("constant", r"(?<=[/*] )2\b", "4"), ("constant", r"(?<=/ )4\b", "2"),
        ("end", r"(?<=\.)head\b", "tail"), ("end", r"(?<=\.)tail\b", "head"),
        ("end", r"(?<=\.)next\b", "prev"), ("end", r"(?<=\.)prev\b", "next"),
        ("end", r"\bat_tail(?=[,)])", "!at_tail"), ("end", r"\bto_tail(?=[,)])", "!to_tail"),
        ("counter", r"(?<= )\+=(?= )", "-="), ("counter", r"(?<= )-=(?= )", "+="),
        ("counter", r"(?<=\w|\])\+\+(?=;)", "--"), ("counter", r"(?<=\w|\])--(?=;)", "++"),
        ("missing-check", r"(?<=if \()(?!0\))[^\n]*(?=\)\n)", "0")]
STATEMENT = re.compile(r"^( +)(?! |return|if|for|while|else|do|break|continue|goto|const |static |struct "
                       r"|enum |u?int\d+_t |int |bool )([^\n{}]*;)\n", re.M)
ASSIGNMENT = re.compile(r"([^=;()]+?) *[-+*/|&]?=(?!=) *(?:[^;()]|\(u?int\d+_t\))*;")


def commute(one, two):
    """Assignments of which neither names what the other changes: their order means nothing."""
    first, second = ASSIGNMENT.fullmatch(one), ASSIGNMENT.fullmatch(two)
    return bool(first and second) and first[1] not in two and second[1] not in one


class Function:
    def __init__(self, file, name, body, contract):
        self.file, self.name, self.body, self.contract = file, name, body, contract


class Sources:
    """Texts, the functions of src/ref with the places of body and contract, and who calls whom."""

    def __init__(self):
        self.texts, self.functions = {}, []
        self.callers = collections.defaultdict(set)


def masked(text):
    """Comments, and with them annotations and ghost code, are blanks of the same length."""
    def blank(found):
        return re.sub(r"[^\n]", " ", found.group())
    return COMMENT.sub(blank, text)


def contract_before(text, at):
    """The span of the annotation that ends before a function's head, or None."""
    end = text.rfind("*/", 0, at)
    if end < 0 or text[end + 2:at].strip():
        return None
    start = text.rfind("/*", 0, end)
    return (start, end + 2) if text.startswith("/*@", start) else None


def body_end(text, at):
    return text.index("\n}\n", at - 1) + 1


def load(root):
    sources = Sources()
    folder = os.path.join(root, "src", "ref")
    for name in sorted(os.listdir(folder)):
        if not name.endswith((".c", ".h")) or name.startswith(("lemma", "oracle")):
            continue
        path = "src/ref/" + name
        with open(os.path.join(root, path), encoding="utf-8") as stream:
            text = sources.texts[path] = stream.read()
        code = masked(text)
        for found in HEAD.finditer(code):
            sources.functions.append(Function(path, found[1], (found.end(),
                                              body_end(code, found.end())),
                                              contract_before(text, found.start())))
        for found in PROTOTYPE.finditer(code):
            span = contract_before(text, found.start())
            if span:
                sources.functions.append(Function(path, found[1], None, span))
    defined = {function.name for function in sources.functions if function.body}
    for function in sources.functions:
        if function.body:
            code = masked(sources.texts[function.file])[slice(*function.body)]
            for callee in set(CALL.findall(code)) & defined - {function.name}:
                sources.callers[callee].add(function.name)
    sources.functions = [one for one in sources.functions if one.name in defined]
    return sources


def shown(text, start, end, new):
    """The line that changes, before and after."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    before = " ".join(text[first:last].split())
    after = " ".join((text[first:start] + new + text[end:last]).split())
    return f"{before[:110]}  =>  {after[:110]}"


def code_changes(function, text):
    start, end = function.body
    code = masked(text)[start:end]

    def change(operator, first, last, new):
        span = (start + first, start + last)
        return Change(function.file, function.name, operator, span, text[slice(*span)], new,
                      shown(text, *span, new), False, False)
    for operator, pattern, new in CODE:
        for found in re.finditer(pattern, code):
            yield change(operator, found.start(), found.end(), new)
    statements = list(STATEMENT.finditer(code))
    for found in statements:
        if text[start + found.start():start + found.end()] == found.group():
            yield change("drop", found.start(2), found.end(2), ";")
    for one, two in zip(statements, statements[1:]):
        plain = text[start + one.start():start + two.end()] == code[one.start():two.end()]
        if one.end() == two.start() and one[1] == two[1] and plain and \
                not commute(one[2], two[2]):
            yield change("order", one.start(), two.end(), two.group() + one.group())
    if text[start:end].strip() and "return" in code:
        yield change("empty-body", 0, len(code), "    return 0;\n")
    elif text[start:end].strip():
        yield change("empty-body", 0, len(code), "")


def clause_changes(function, text, span, is_body):
    for annotation in re.finditer(r"/\*@.*?\*/", text[slice(*span)], re.S):
        base = span[0] + annotation.start()
        for found in CLAUSE.finditer(annotation.group()):
            first, last = base + found.start(), base + found.end()
            kind = found[1]
            if STATED.fullmatch(found.group()):
                continue
            needs_caller = kind == "ensures" and not is_body

            def change(operator, start, end, new, needs=needs_caller):
                return Change(function.file, function.name, operator, (start, end),
                              text[start:end], new, shown(text, start, end, new), True, needs)
            if kind != "loop invariant" or is_body:
                new = "" if kind != "ensures" else "ensures \\true;"
                yield change("drop-" + kind.replace(" ", "-"), first, last, new)
            if kind == "ensures" and "<==>" in found.group():
                at = first + found.group().index("<==>")
                yield change("one-way", at, at + 4, "==>")



def changes(sources):
    for function in sources.functions:
        text = sources.texts[function.file]
        if function.body:
            yield from code_changes(function, text)
            yield from clause_changes(function, text, function.body, True)
        if function.contract:
            yield from clause_changes(function, text, function.contract, False)
