# SPDX-License-Identifier: GPL-2.0-only
"""
Compares the layouts of registers with the table of each installed version of mstflint,
and the layouts of capabilities and queries, and the fields that the table does not have,
with Linux's header. Only facts are compared: names of fields and their places. This file
keeps no part of either.
"""
import functools
import glob
import re
import xml.etree.ElementTree as ET

from fwctltest import equal, require, result, test

TABLE = "usr/share/mstflint/prm_dbs/hca/ext/register_access_table.adb"
HEADERS = "/usr/src/linux-headers-*/include/linux/mlx5/mlx5_ifc.h"

# Fields in which mstflint's table is known to differ, and the reason.
KNOWN = {
    r"qpdpm dscp\d+_(e|prio)": "mstflint has the two as one field; Linux's header tells them apart",
}

# Pages of capabilities, and queries, that have another name in Linux's header.
PAGES = {"general": "cmd_hca_cap", "general_2": "cmd_hca_cap_2",
         "ethernet": "per_protocol_networking_offload_caps", "atomic": "atomic_caps",
         "flow_table": "flow_table_nic_cap", "eswitch": "e_switch_cap",
         "device_memory": "device_mem_cap"}
QUERIES = {"nic_vport": "nic_vport_context", "wol": "wol_rol"}

# Fields that Linux's header does not have. For diagnostic counters it has reserved
# bits, between fields that agree; query.layout names the sources.
NOT_LINUX = ("cap general num_of_diagnostic_counters",
             r"cap debug (log_\w+|single|repetitive|sync|counter_id)",
             r"query diagnostic_(params|counters) \w+")


class Place:
    """A run of bits; at counts from the most significant bit of the first byte."""

    def __init__(self, name, at, width, when=None, access=None):
        self.name, self.at, self.width, self.when = name, at, width, when or {}
        self.access = access

    @property
    def end(self):
        return self.at + self.width

    @property
    def leaf(self):
        return self.name.split("/")[-1]

    def overlaps(self, other):
        return self.at < other.end and other.at < self.end

    def within(self, other):
        return other.at <= self.at and self.end <= other.end

    def words(self):
        return set(re.findall("[a-z]+", self.name.lower()))

    def __str__(self):
        low = 32 - self.at % 32 - self.width if self.width <= 32 else 0
        return f"{self.name} at {self.at // 32 * 4:#04x}.{low}, {self.width} bits"


def bits(text):
    """Converts a place of mstflint's, such as 0x4.16 (bit 16 of the dword at 4), to bits."""
    byte, _, bit = text.partition(".")
    return int(byte, 16) * 8 + int(bit or 0)


def enumeration(field):
    pairs = [pair.split("=") for pair in field.get("enum", "").split(",") if pair]
    return {name: int(value, 16) for name, value in pairs}


class Mstflint:
    """The registers of one table of mstflint's."""

    def __init__(self, path):
        self.path = path
        self.nodes = {node.get("name"): node for node in ET.parse(path).iter("node")}
        numbers = enumeration(self.nodes["access_reg_summary_ctrl_ext"].find("field"))
        self.registers = {numbers[field.get("selected_by")]: field.get("subnode")
                          for field in self.nodes["access_reg_summary_ext"].iter("field")
                          if field.get("selected_by") in numbers}

    def length(self, number):
        return bits(self.nodes[self.registers[number]].get("size")) // 8

    def fields(self, number):
        return list(self.walk(self.registers[number], 0, {}, ""))

    def walk(self, name, base, when, prefix):
        """Yields the fields of a node; a name begins with the names of its parents."""
        keys = {field.get("name"): enumeration(field)
                for field in self.nodes[name].iter("field")}
        for field in self.nodes[name].iter("field"):
            size, high = bits(field.get("size")), field.get("high_bound")
            count = 1 + int(high) - int(field.get("low_bound")) if (high or "").isdigit() else 1
            width = size // count
            at = bits(field.get("offset"))
            if width < 32:
                # Arrays of elements below a dword begin at its most significant bit.
                at = at // 32 * 32 + 32 - at % 32 - width
            sub, own = field.get("subnode"), prefix + field.get("name")
            for number in range(count):
                place = base + at + number * width
                if sub not in self.nodes:
                    yield Place(own, place, width, when, field.get("access"))
                elif not self.nodes[sub].get("attr_is_union"):
                    yield from self.walk(sub, place, when, own + "/")
                else:
                    key = (field.get("union_selector") or "").split(".")[-1]
                    for branch in self.nodes[sub].iter("field"):
                        value = keys.get(key, {}).get(branch.get("selected_by"))
                        page = when if value is None else {**when, key: value}
                        if branch.get("subnode") in self.nodes:
                            yield from self.walk(branch.get("subnode"), place, page, own + "/")


class Linux:
    """Structures of Linux's header, in which each field follows the one before."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
        self.structures = {
            name: (kind, body) for kind, name, body in re.findall(
                r"^(struct|union) mlx5_ifc_(\w+)_bits \{\n(.*?)^\};", text, re.M | re.S)}

    def fields(self, *names):
        """The fields of the first of these structures that the header has."""
        for name in names:
            if name in self.structures:
                return self.walk(name, 0, "")[0]
        return []

    def walk(self, name, at, prefix):
        """Returns the fields of a structure, and the bit at which it ends."""
        kind, body = self.structures[name]
        found, start, end = [], at, at
        for line in body.splitlines():
            one = re.match(r"\s+u8\s+(\w+)(?:\[(\w+)\])?\[(\w+)\];", line)
            sub = re.match(r"\s+(?:struct|union) mlx5_ifc_(\w+)_bits (\w+)(?:\[(\w*)\])?;", line)
            if one:
                for _ in range(int(one[2] or "1", 0)):
                    if not one[1].startswith("reserved"):
                        found.append(Place(prefix + one[1], at, int(one[3], 0)))
                    at += int(one[3], 0)
            elif sub:
                # Of a flexible array, one element.
                for _ in range(int(sub[3] or "1", 0)):
                    more, at = self.walk(sub[1], at, f"{prefix}{sub[2]}/")
                    found += more
            end = max(end, at)
            if kind == "union":
                at = start
        return found, end


def places(kind, name):
    """Returns the fields of a layout of ours: the keys, and the other fields."""
    fields = result("mlx5", "layout", "show", kind, name)
    numbers = {(field["field"], *pair.split("=")) for field in fields for pair in field["values"]}
    keys, others = [], []
    for field in fields:
        at, width = field["offset"] * 8, field["width"]
        if width <= 32 and not field["text"]:
            at += 32 - field["bit"] - width
        when = {}
        if field["when"]:
            key, value = field["when"].split("=")
            when = {key: int(number) for other, word, number in numbers
                    if (other, word) == (key, value)}
        (keys if field["access"] == "key" else others).append(
            Place(field["field"], at, width, when, field["access"]))
    return keys, others


@functools.cache
def registers():
    """Our registers: (layout, fields)."""
    return [(layout, sum(places("register", layout["register"]), []))
            for layout in result("mlx5", "reg", "list")]


def on_page(theirs, when):
    return [other for other in theirs
            if all(other.when.get(key, value) == value for key, value in when.items())]


def judge(field, theirs):
    """Compares a field of ours with theirs: None (equal), "absent", or the difference."""
    page = on_page(theirs, field.when)
    hits = [other for other in page if other.overlaps(field)]
    namesakes = [other for other in page if other.leaf == field.name]
    if namesakes and not any(other in hits for other in namesakes):
        return f"theirs is {namesakes[0]}"
    if not hits:
        return "absent"
    # Theirs is equal, or several fields that are one here, or narrower in an old version.
    hits = [other for other in hits if other.within(field)] or hits
    if not all(other.within(field) for other in hits):
        return f"theirs is {hits[0]}"
    edge = max(other.end for other in hits)
    if edge != field.end:
        return f"theirs ends with {hits[-1]}"
    if not any(other.words() & field.words() for other in hits):
        return f"they call it {hits[0]}"
    return None


def headers():
    found = sorted(glob.glob(HEADERS))
    require(found, "no headers of Linux")
    return Linux(found[-1])


def versions():
    return sorted(glob.glob(f"/{TABLE}") + glob.glob(f"/opt/sid/mstflint/{TABLE}"))


def known(layout, field):
    return any(re.fullmatch(pattern, f"{layout['register']} {field.name}") for pattern in KNOWN)


@test
def mstflint():
    """mlx5 layouts: fields are where mstflint's table has them"""
    require(versions(), "no table of mstflint's")
    wrong = []
    for table in map(Mstflint, versions()):
        checked = 0
        for layout, fields in registers():
            if layout["number"] not in table.registers:
                continue
            if layout["length"] > table.length(layout["number"]):
                wrong.append(f"{layout['register']}: {layout['length']} bytes, theirs has "
                             f"{table.length(layout['number'])}")
            theirs = table.fields(layout["number"])
            for field in fields:
                what = judge(field, theirs)
                checked += what is None
                if what not in (None, "absent") and not known(layout, field):
                    wrong.append(f"{layout['register']} {field}: {what}")
        print(f"# {table.path}: {checked} fields agree")
        assert checked > 500
    assert not wrong, "\n".join(sorted(set(wrong)))


@test
def written_as_zero():
    """mlx5 reg set: the fields that it writes as 0 cannot be written by mstflint's table"""
    require(versions(), "no table of mstflint's")
    wrong = []
    for table in map(Mstflint, versions()):
        for layout, fields in registers():
            if (layout["number"] not in table.registers or
                    all(field.access in ("ro", "key") for field in fields)):
                continue
            theirs = table.fields(layout["number"])
            for field in fields:
                for other in on_page(theirs, field.when):
                    # Counters of 802.3: a write of them only resets, by another field.
                    if (field.access == "ro" and not field.name.startswith("dot3") and
                            other.overlaps(field) and other.access not in ("RO", "INDEX", None)):
                        wrong.append(f"{layout['register']} {field}: theirs is {other.access}")
    assert not wrong, "\n".join(sorted(set(wrong)))


@test
def missing():
    """mlx5 layouts: what mstflint's table has not is in Linux's header"""
    require(versions(), "no table of mstflint's")
    header, tables = headers(), [Mstflint(path) for path in versions()]
    wrong = []
    for layout, fields in registers():
        theirs = [field for table in tables if layout["number"] in table.registers
                  for field in table.fields(layout["number"])]
        for field in fields:
            if judge(field, theirs) == "absent":
                # The header's unions do not name the value that selects a member.
                name = layout["register"]
                what = judge(Place(field.name, field.at, field.width),
                             [other for other in header.fields(f"{name}_reg", name)
                              if other.words() & field.words()])
                if what:
                    wrong.append(f"{name} {field}: {what}")
    assert not wrong, "\n".join(wrong)


@test
def linux():
    """mlx5 layouts: capabilities, queries and segments are those of Linux's header"""
    header, wrong, absent = headers(), [], set()
    for layout in result("mlx5", "layout", "list"):
        kind, name = layout["kind"], layout["name"]
        if kind == "register":
            continue
        keys, others = places(kind, name)
        query = f"query_{QUERIES.get(name, name)}"
        pairs = [(others, header.fields(PAGES.get(name, f"{name}_cap")))]
        if kind == "query":
            pairs = [(keys, header.fields(f"{query}_in")), (others, header.fields(f"{query}_out"))]
        elif kind == "segment":
            pairs = [(others, header.fields(f"resource_dump_{name}_segment"))]
        for ours, theirs in pairs:
            for field in ours:
                what = judge(field, theirs)
                hits = [one for one in NOT_LINUX
                        if re.fullmatch(one, f"{kind} {name} {field.name}")]
                absent.update(hits)
                if what != ("absent" if hits else None):
                    wrong.append(f"{kind} {name} {field}: {what}")
    assert not wrong, "\n".join(wrong)
    equal(absent, set(NOT_LINUX))
