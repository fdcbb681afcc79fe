#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""
generate.py FILE... - check layouts and print them as C tables

README.md in this folder describes the language. Errors are printed with file and
line; the exit status is then 1.
"""
import re
import sys

KINDS = {"register": "REGISTER", "cap": "CAP", "query": "QUERY", "segment": "SEGMENT"}
NAME = r"[a-z][a-z0-9_]*"
HEAD = re.compile(rf"(register|cap|query|segment) ({NAME}) (0x[0-9a-f]+) (\d+)(?: (\d+))?: (\S.*)")
WHEN = re.compile(rf"\twhen ({NAME})=([a-z0-9_]+)")
FIELD = re.compile(r"\t(key|ro|rw|wo|act) ([a-z][a-z0-9_]*)(?:\{(\d+)\.\.(\d+)\}(\w*))? "
                   r"0x([0-9a-f]+)\.(\d+)(?:([+-]\d+))? (s?)(\d+)"
                   r"(?: by=([a-z0-9_#]+))?(?: default=(\d+))?(?:: (\S.*))?")
VALUE = re.compile(r"([a-z0-9][a-zA-Z0-9_]*)=(\d+)")


class Wrong(Exception):
    """An error in a line."""


class Layout:
    """A register, a page of capabilities, a query or a segment."""

    def __init__(self, match, where):
        self.kind, self.name, number, first, second, self.about = match.groups()
        self.where = where
        self.id = int(number, 16)
        if (self.kind == "query") != (second is not None):
            raise Wrong("a query has two lengths, input and output; other layouts have one")
        self.in_size = int(first) if second else 0
        self.size = int(second or first)
        self.fields = []
        if self.size % 4 or self.in_size % 4 or self.size > 4096 or self.id > 0xffff:
            raise Wrong("a length is a multiple of 4 up to 4096, a number has 16 bits")

    def find(self, name):
        """Index of the field with this name."""
        for number, field in enumerate(self.fields):
            if field.name == name:
                return number
        raise Wrong(f"{self.name} has no field {name} (before this line)")


class Field:
    """Bits, counted from the highest bit of the first byte."""

    def __init__(self, access, name, at, width, text, about):
        self.access, self.name, self.at, self.width = access, name, at, width
        self.text, self.about = text, about
        self.by, self.when, self.default, self.values = -1, None, 0, {}

    def overlaps(self, other):
        """Tell whether two fields that can be present together share bits."""
        if self.when and other.when and self.when != other.when:
            return False
        return self.at < other.at + other.width and other.at < self.at + self.width


def place(offset, bit, width, text):
    """Position of a field's first bit, from dword, lowest bit and width."""
    if offset % 4:
        raise Wrong("the offset is not that of a dword")
    if text or width > 32:
        if bit or (width != 64 and not text):
            raise Wrong("a field longer than a dword begins at bit 0, and is text or has 64 bits")
        return offset * 8
    if not width or bit + width > 32:
        raise Wrong("the field does not fit a dword")
    return offset * 8 + 32 - bit - width


def add(layout, field):
    """Check a field against the layout and its other fields, and add it."""
    size = layout.in_size if layout.in_size and field.access == "key" else layout.size
    if field.at + field.width > size * 8:
        raise Wrong(f"{field.name} reaches beyond the end")
    if layout.kind != "register" and field.at < 32 and layout.kind == "query":
        raise Wrong(f"{field.name} overlaps the header of commands")
    if layout.kind != "register" and field.access in ("rw", "wo", "act"):
        raise Wrong(f"{field.name}: only registers can be written")
    if field.access != "ro" and (field.text or not field.about):
        raise Wrong(f"{field.name}: a field that is not ro is a number and has a description")
    for other in layout.fields:
        apart = layout.in_size and (other.access == "key") != (field.access == "key")
        if other.name == field.name and (
                not (field.when and other.when) or field.when == other.when or
                "ro" not in (field.access, other.access)):
            raise Wrong(f"{field.name} is defined already")
        if not apart and field.overlaps(other):
            raise Wrong(f"{field.name} overlaps {other.name}")
    layout.fields.append(field)


def parse_field(layout, match, when):
    """The fields of a line: one, or those of an array."""
    (access, name, first, last, tail, offset, bit, step, text, width, by, default,
     about) = match.groups()
    width = int(width) * (8 if text else 1)
    at = place(int(offset, 16), int(bit), width, text)
    new = []
    for number in range(int(first or 0), int(last or 0) + 1):
        one = f"{name}{number}{tail}" if first else name
        field = Field(access, one, at, width, bool(text), about)
        field.when = when
        field.default = int(default or 0)
        if field.default and access != "key":
            raise Wrong("only a key has a default")
        if field.default >= 1 << width:
            raise Wrong("the default has more bits than the field")
        if by:
            field.by = layout.find(by.replace("#", str(number)))
            if layout.fields[field.by].access != "wo" or access != "rw":
                raise Wrong("by= belongs to an rw field and names a wo field")
        add(layout, field)
        new.append(field)
        at += int(step or 0)
    return new


def parse_values(line, fields):
    """Parse names of values."""
    for word in line.split():
        match = VALUE.fullmatch(word)
        if not match or match[1].isdigit() or re.match("0x", match[1]):
            raise Wrong(f"{word}: not NAME=NUMBER")
        number = int(match[2])
        for field in fields:
            if number >= 1 << field.width:
                raise Wrong(f"{word}: the number has more bits than {field.name}")
            if match[1] in field.values or number in field.values.values():
                raise Wrong(f"{word}: the name or the number is defined already")
            field.values[match[1]] = number


def parse_line(line, where, state):
    """Parse one line."""
    layouts, last = state["layouts"], state["last"]
    if match := HEAD.fullmatch(line):
        layout = Layout(match, where)
        for other in layouts:
            if other.kind == layout.kind and (other.name == layout.name or
                                              other.id == layout.id):
                raise Wrong(f"{layout.name}: the name or the number is that of {other.where}")
        layouts.append(layout)
        state["last"], state["when"] = [], None
    elif not layouts:
        raise Wrong("no layout begins before this line")
    elif match := WHEN.fullmatch(line):
        layout = layouts[-1]
        number = layout.find(match[1])
        field = layout.fields[number]
        if layout.kind != "register" or field.access != "key" or field.when:
            raise Wrong("when takes a key of a register, and the key is always present")
        if match[2] not in field.values:
            raise Wrong(f"{match[1]} has no value {match[2]}")
        state["when"] = (number, field.values[match[2]])
    elif match := FIELD.fullmatch(line):
        state["last"] = parse_field(layouts[-1], match, state["when"])
    elif line.startswith("\t\t") and last:
        parse_values(line, last)
    else:
        raise Wrong("syntax error")


def quote(text):
    """A C string literal, or NULL."""
    return "NULL" if text is None else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def position(field):
    """Offset of the dword, and the lowest bit in it."""
    if field.width > 32 or field.text:
        return field.at // 8, 0
    return field.at // 32 * 4, 32 - field.at % 32 - field.width


def print_tables(layouts):
    """Print all layouts as C tables."""
    known = {}
    print("/* Made by generate.py from the .layout files. */")
    layouts.sort(key=lambda layout: (list(KINDS).index(layout.kind), layout.id))
    for layout in layouts:
        for field in layout.fields:
            values = tuple(field.values.items())
            if values and values not in known:
                known[values] = f"values_{len(known)}"
                print(f"static const struct fwctl_mlx5_value {known[values]}[] = {{")
                for name, number in values:
                    print(f"\t{{ {quote(name)}, {number} }},")
                print("\t{}\n};")
        print(f"static const struct fwctl_mlx5_field {layout.kind}_{layout.name}[] = {{")
        for field in layout.fields:
            offset, bit = position(field)
            when = field.when or (-1, 0)
            values = known.get(tuple(field.values.items()), "NULL")
            print(f"\t{{ {quote(field.name)}, {quote(field.about)}, {values}, {offset}, {bit}, "
                  f"{field.width}, FWCTL_MLX5_{field.access.upper()}, {int(field.text)}, "
                  f"{field.by}, {when[0]}, {when[1]}, {field.default} }},")
        print("};")
    print("static const struct fwctl_mlx5_layout layouts[] = {")
    for layout in layouts:
        print(f"\t{{ FWCTL_MLX5_{KINDS[layout.kind]}, {layout.id:#x}, {quote(layout.name)}, "
              f"{quote(layout.about)}, {layout.in_size}, {layout.size}, "
              f"{layout.kind}_{layout.name}, {len(layout.fields)} }},")
    print("};")


def main():
    """Read the files and print the tables."""
    state = {"layouts": [], "last": [], "when": None}
    failed = False
    for path in sys.argv[1:]:
        state["last"] = []
        with open(path, encoding="ascii") as file:
            for number, line in enumerate(file, 1):
                if not line.strip() or line.startswith("#"):
                    continue
                try:
                    parse_line(line.rstrip("\n"), f"{path}:{number}", state)
                except Wrong as why:
                    print(f"{path}:{number}: {why}", file=sys.stderr)
                    failed = True
    if not failed:
        print_tables(state["layouts"])
    return failed


sys.exit(main())
