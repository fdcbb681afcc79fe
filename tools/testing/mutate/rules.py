# SPDX-License-Identifier: GPL-2.0-only
"""The mutants of a C file, in an order that depends only on the source and a seed.

A rule is a pattern and the edits of a match. Edits keep the number of lines, so that line
numbers in messages are those of the source.
"""
import hashlib
import re
from collections import Counter, namedtuple

# file and edits define the mutant; rule, line, before and after describe it.
Mutant = namedtuple("Mutant", "file edits rule line before after")

LOCKS = r"(?:spin|mutex|xa|device|devl)_(?:un)?lock"
SWAPPED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==",
           "&&": "||", "||": "&&", "+": "-", "-": "+", "&": "|", "|": "&",
           "true": "false", "false": "true", "min": "max", "max": "min", "min_t": "max_t",
           "GFP_KERNEL_ACCOUNT": "GFP_KERNEL"}
LOWER = {"R_FULL": "R_DEBUG", "R_DEBUG": "R_CONF", "W_FULL": "W_DEBUG", "W_DEBUG": "W_CONF",
         "W_CONF": "R_CONF", "NEVER": "W_FULL", "MLX5_FWCTL_TOOLS": "0",
         "FWCTL_RPC_DEBUG_WRITE_FULL": "FWCTL_RPC_DEBUG_WRITE",
         "FWCTL_RPC_DEBUG_WRITE": "FWCTL_RPC_DEBUG_READ_ONLY",
         "FWCTL_RPC_DEBUG_READ_ONLY": "FWCTL_RPC_CONFIGURATION"}
CALL = r"(?P<all>(?!(?:return|if|for|while|switch|goto|case|BUILD_BUG_ON)\b)" \
       r"(?:\w+->)*[a-z_]\w*(?:->\w+)*\([^;{}]*\));"


def blanked(match):
    return re.sub(r"[^\n]", " ", match.group())


def masked(text):
    """Blanks comments, strings and preprocessor lines, and keeps all offsets."""
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|^#(?:[^\n]*\\\n)*[^\n]*', blanked,
                  text, flags=re.S | re.M)


def closing(text, at):
    """Returns the offset after the parenthesis that closes the one at offset AT."""
    depth = 0
    for i in range(at, len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if not depth:
            return i + 1
    return at


def conditions(code):
    for match in re.finditer(r"\bif (?=\()", code):
        yield match.end(), closing(code, match.end())


# Each rule yields lists of edits: start, end, replacement.

def inverted(code):
    for start, end in conditions(code):
        yield [(start, start, "(!"), (end, end, ")")]


def never_checked(code):
    for start, end in conditions(code):
        if re.match(r"\s*\{?\s*(return|goto|continue|break|\w+ = -?[A-Z])", code[end:]):
            yield [(start, start, "(0 && "), (end, end, ")")]


def unlocked(code):
    """Drops all calls that take or release one lock in one function."""
    for body in re.finditer(r"^\{\n.*?^\}", code, re.S | re.M):
        calls = list(re.finditer(rf"\b{LOCKS}(\([^;]*\));", body.group()))
        for lock in dict.fromkeys(call.group(1) for call in calls):
            yield [(body.start() + call.start(), body.start() + call.end() - 1, "")
                   for call in calls if call.group(1) == lock]


def numbers(code):
    for match in re.finditer(r"(?<![\w.])(0x[0-9a-f]+|0|[1-9]\d*)(?![\w.])", code):
        new = int(match.group(), 0) + 1
        yield [(match.start(), match.end(), hex(new) if "x" in match.group() else str(new))]


def errnos(code):
    for match in re.finditer(r"-(E[A-Z]{3,})\b", code):
        yield [(match.start(1), match.end(1), "EINVAL" if match.group(1) == "EIO" else "EIO")]


def not_called(code):
    for match in re.finditer(r"^\t+" + CALL, code, re.M):
        if not re.match(LOCKS, match.group("all")):
            yield [(match.start("all"), match.end("all"), "")]


def not_set(code):
    for match in re.finditer(r"^\t+(?P<all>(?:\*\w+|\w+(?:->|\.|\[)[\w>.\[\]-]+) [|&+-]?= [^;{}]+);",
                             code, re.M):
        yield [(match.start("all"), match.end("all"), "")]


def operators(code):
    words = "|".join(w for w in SWAPPED if w.isidentifier())
    for match in re.finditer(rf"(?<= )(<|<=|>|>=|==|!=|&&|\|\||\+|-|&|\|)(?=\s)|\b({words})\b",
                             code):
        yield [(match.start(), match.end(), SWAPPED[match.group()])]


def scopes(code):
    for match in re.finditer(r"\b(" + "|".join(LOWER) + r")\b", code):
        yield [(match.start(), match.end(), LOWER[match.group()])]


RULES = {
    "condition inverted": inverted,
    "check dropped": never_checked,
    "lock removed": unlocked,
    "constant changed": numbers,
    "errno changed": errnos,
    "call dropped": not_called,
    "assignment dropped": not_set,
    "operator changed": operators,
    "scope lowered": scopes,
}


def broken(text, edits):
    """Returns the text after the edits, with the same number of lines."""
    for start, end, new in reversed(edits):
        new += "\n" * text.count("\n", start, end)
        text = text[:start] + new + text[end:]
    return text


def line_at(text, at):
    start = text.rfind("\n", 0, at) + 1
    return re.sub(r"\s+", " ", text[start:text.find("\n", at)]).strip()


def of_file(name, text):
    """Yields all mutants of a file; each has a description of its own."""
    code = masked(text)
    seen = Counter()
    for rule, find in RULES.items():
        for edits in find(code):
            at = edits[0][0]
            before = line_at(text, at)
            after = line_at(broken(text, edits), at)
            seen[rule, before, after] += 1
            if seen[rule, before, after] > 1:
                after += f" ({seen[rule, before, after]})"
            yield Mutant(name, edits, rule, text.count("\n", 0, at) + 1, before, after)


def in_order(files, seed):
    """Yields all mutants of FILES, a dictionary of texts, in their order.

    Rules take turns, and each takes from the file with the fewest mutants for its length.
    """
    def rank(mutant):
        text = f"{seed} {mutant.file} {mutant.rule} {mutant.before} {mutant.after}"
        return hashlib.sha256(text.encode()).hexdigest()

    pools = {(rule, name): [] for rule in RULES for name in files}
    for name, text in files.items():
        for mutant in of_file(name, text):
            pools[mutant.rule, name].append(mutant)
    for pool in pools.values():
        pool.sort(key=rank)
    taken = Counter()
    # Statements count more than other lines: the lines of long tables are all alike.
    length = {name: len(re.findall(r";\n", text)) + text.count("\n") / 20
              for name, text in files.items()}
    while any(pools.values()):
        for rule in RULES:
            names = [name for name in files if pools[rule, name]]
            if names:
                name = min(names, key=lambda n: (taken[n] / length[n], n))
                taken[name] += 1
                yield pools[rule, name].pop(0)
