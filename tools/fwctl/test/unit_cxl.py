# SPDX-License-Identifier: GPL-2.0-only
"""
fwctl cxl with devices that exist as recordings only: features with any effects, and
answers that no firmware should give.
"""
import struct
import uuid

from fwctltest import (FIRMWARE, GONE, OK, REFUSED, UNSUPPORTED, USAGE, equal, fwctl,
                       match, path, run, test)
from tape import READ_ONLY, WRITE, WRITE_FULL, Tape

SCRUB = "96dad7d6-fde8-482b-a733-75774e06db8a"
ECS = "e5b13f22-2328-4a14-b8ba-b9691e893386"
SPPR = "892ba475-fad8-474e-9d3e-692c917568bb"
RANK = "34dbaff5-0552-4281-8f76-da0b5e7a76a7"
OTHER = "01234567-89ab-cdef-0123-456789abcdef"

# Effects of Set Feature, and attributes of a feature.
COLD, NOW, BACKGROUND, VALID, CONVENTIONAL, CXL = 1, 2, 0x40, 0x200, 0x400, 0x800
CHANGEABLE, DEFAULT, SAVED = 1, 0x20, 0x40


def entry(name, get, put, effects=NOW | VALID, flags=CHANGEABLE | DEFAULT, version=1):
    return uuid.UUID(name).bytes + struct.pack("<HHHIBBH", 0, get, put, flags, version,
                                               version, effects) + bytes(18)


def request(opcode, payload):
    return struct.pack("<IIII", opcode, 0, len(payload), 0) + payload


def answer(payload, status=0, size=None):
    return struct.pack("<II", len(payload) if size is None else size, status) + payload


class Card(Tape):
    """A CXL device: features as entry() makes them."""

    def __init__(self, *features, driver="cxl_fwctl", claimed=None):
        super().__init__(2, driver, "mem0", "cxl")
        claimed = len(features) if claimed is None else claimed
        for start in range(0, len(features) + 1, 5):
            part = features[start:start + 5]
            self.rpc(request(0x500, struct.pack("<IHH", 5 * 48, start, 0)), 8 + 8 + 5 * 48,
                     answer(struct.pack("<HHI", len(part), claimed, 0) + b"".join(part)))

    def get(self, name, size, value, selection=0, scope=0, **kwargs):
        payload = uuid.UUID(name).bytes + struct.pack("<HHB", 0, size, selection)
        self.rpc(request(0x501, payload), 8 + size, answer(value, **kwargs), scope)

    def set(self, name, value, scope, flags=0, version=1, status=0, result=0):
        payload = uuid.UUID(name).bytes + struct.pack("<IHB9x", flags, 0, version) + value
        self.rpc(request(0x502, payload), 8, answer(b"", status), scope, result)

    def run(self, *args, code=None):
        return run(["--json", "replay", self.save(path("card.rec")), *args], code=code)


def fields(done):
    return {row["field"]: row["value"] for row in done.json["result"]["fields"]}


@test
def identity():
    """identity, dev list and dev show have the attributes of the memdev"""
    attributes = {"serial": "0x1122334455667788", "firmware_version": "BWFW VERSION 00",
                  "ram/size": "0x10000000", "pmem/size": "0x0", "numa_node": "-1",
                  "payload_max": "2048"}
    card = Card()
    for name, text in attributes.items():
        card.attribute(name, text)
    for name in ("label_storage_size", "security/state"):
        card.attribute(name)
    equal(card.run("cxl", "identity", "mem0").json["result"],
          {"device": "fwctl0", "memdev": "mem0", "serial": "0x1122334455667788",
           "firmware": "BWFW VERSION 00", "ram_bytes": 0x10000000, "pmem_bytes": 0,
           "numa_node": -1, "payload_max": 2048, "label_bytes": None, "security": None})
    listed = run(["replay", path("card.rec"), "dev", "list"], code=OK).lines
    equal(listed[0].split(),
          ["NAME", "TYPE", "PARENT", "SERIAL", "FIRMWARE", "CEILING"])
    match(listed[1], "^fwctl0 cxl +mem0 +0x1122334455667788 BWFW VERSION 00 ")
    # The recording has no answer for FWCTL_INFO, which dev show asks for.
    run(["replay", path("card.rec"), "dev", "show", "mem0"], code=USAGE)


@test
def feature_list():
    """features are listed by name or UUID, with the effects of a write and its scope"""
    done = Card(entry(SCRUB, 4, 2), entry(ECS, 13, 7, COLD | VALID),
                entry(SPPR, 20, 3, BACKGROUND),
                entry(OTHER, 9, 8, CXL | CONVENTIONAL | VALID, SAVED),
                entry(RANK, 19, 2, 0x1000 | NOW), entry(OTHER, 1, 1, 0),
                entry(OTHER, 1, 1, CXL)).run("cxl", "feature", "list", "fwctl0")
    rows = done.json["result"]["features"]
    equal([(row["name"], row["takes_effect"], row["set_scope"]) for row in rows], [
        ("patrol-scrub", "immediately", "debug-write-full"),
        ("ecs", "at a cold reset", "debug-write"),
        ("soft-ppr", "after a background operation", None),
        (OTHER, "at a CXL or conventional reset", "debug-write"),
        ("rank-sparing", "immediately", None),
        (OTHER, None, None),
        # The bit for a CXL reset counts only with the one that makes it valid.
        (OTHER, None, None)])
    equal([row["selections"] for row in rows[:4]],
          [["current", "default"]] * 3 + [["current", "saved"]])
    equal([row["changeable"] for row in rows[:4]], [True, True, True, False])
    equal(done.json["result"]["scope"], "configuration")


@test
def liars():
    """counts and sizes from the device are not believed"""
    one = struct.pack("<HHI", 9, 9, 0) + entry(SCRUB, 4, 2)
    for payload, size, code, why in (
            (one, None, USAGE, "no such request"), (one, 12, FIRMWARE, "9 features and listed 0"),
            (b"1234", None, FIRMWARE, "listed 0"), (bytes(8), 0xffffffff, OK, "")):
        card = Tape(2, "cxl_fwctl", "mem0", "cxl")
        for start in range(6):
            card.rpc(request(0x500, struct.pack("<IHH", 240, start, 0)), 256,
                     answer(payload, 0, size))
        run(["replay", card.save(path("liar.rec")), "cxl", "feature", "list",
             "fwctl0"]).ends(code, why)
    card = Tape(2, "cxl_fwctl", "mem0", "cxl")
    card.rpc(request(0x500, struct.pack("<IHH", 240, 0, 0)), 256, b"123")
    run(["replay", card.save(path("liar.rec")), "cxl", "feature", "list", "fwctl0"]).fails(
        FIRMWARE, "the answer has 3 bytes instead of at least 8")
    # A value that is shorter than its entry says has the fields that fit.
    card = Card(entry(SCRUB, 4, 2))
    card.get(SCRUB, 4, b"\x03\x0c")
    equal(list(fields(card.run("cxl", "feature", "get", "fwctl0", "patrol-scrub"))),
          ["hours", "changeable", "realtime"])


@test
def get_scrub():
    """patrol scrub by field, with unit and range"""
    card = Card(entry(SCRUB, 4, 2))
    card.get(SCRUB, 4, bytes.fromhex("030c0100"))
    card.get(SCRUB, 4, bytes.fromhex("03100100"), selection=1)
    done = card.run("cxl", "feature", "get", "fwctl0", "Patrol-Scrub")
    equal(fields(done), {"hours": 12, "enabled": "off", "least-hours": 1, "changeable": "yes",
                         "realtime": "yes"})
    equal(done.json["result"]["fields"][0]["range"], "1..255")
    equal(done.json["result"]["bytes"], "030c0100")
    tape = path("card.rec")
    get = ["replay", tape, "cxl", "feature", "get", "fwctl0"]
    lines = run([*get, SCRUB.upper(), "hours"], code=OK).lines
    equal([lines[0].split(), lines[1].split()[:4]],
          [["FIELD", "VALUE", "UNIT", "RANGE", "ABOUT"], ["hours", "12", "hours", "1..255"]])
    done = run(["--json", *get, "patrol-scrub", "--selection", "default"], code=OK)
    equal(fields(done)["hours"], 16)
    run([*get, "patrol-scrub", "--selection", "saved"]).fails(UNSUPPORTED, "has no saved value")
    run([*get, "patrol-scrub", "--selection", "old"]).fails(
        USAGE, "current, default or saved")
    run([*get, "patrol-scrub", "huors"]).ends(USAGE, "no such field.*did you mean hours?")
    run([*get, "patrol-scrup"]).fails(UNSUPPORTED, "did you mean patrol-scrub?")
    run([*get, "xyz"]).fails(UNSUPPORTED,
                             "has no such feature; see 'fwctl cxl feature list fwctl0'")


@test
def get_ecs():
    """each field replaceable unit of ECS has its fields"""
    card = Card(entry(ECS, 13, 7))
    card.get(ECS, 13, b"\x01" + b"\x01\x03\x00\x00" + b"\x00\x0c\x00\x00" + b"\x01\x05\x00\x00")
    got = fields(card.run("cxl", "feature", "get", "fwctl0", "ecs"))
    equal(got["log-entry"], "per-fru")
    equal([got[f"threshold[{i}]"] for i in range(3)], ["256", "1024", "4096"])
    equal([got[f"mode[{i}]"] for i in range(3)], ["rows", "codewords", "rows"])
    equal([got[f"realtime[{i}]"] for i in range(3)], ["yes", "no", "yes"])
    assert "threshold[3]" not in got
    done = run(["--json", "replay", path("card.rec"), "cxl", "feature", "get", "fwctl0",
                "ecs", "mode[1]"])
    equal(fields(done), {"mode[1]": "codewords"})


@test
def get_maintenance():
    """post package repair and sparing; restrictions are inverted bits"""
    card = Card(entry(SPPR, 20, 3), entry(RANK, 19, 2))
    card.get(SPPR, 20, bytes.fromhex("0501000100 0203") + bytes(9) + bytes.fromhex("05 0100 01"))
    card.get(RANK, 19, bytes.fromhex("0500000000 0203") + bytes(10) + bytes.fromhex("0600"))
    got = fields(card.run("cxl", "feature", "get", "fwctl0", "soft-ppr"))
    equal(got, {"device-initiated": "on", "sparing-record": "on", "at-boot": "off",
                "device-initiated-supported": "yes", "max-latency": 5, "class": 2,
                "subclass": 3, "dpa-supported": "yes", "nibble-supported": "no",
                "sparing-record-supported": "yes", "at-boot-supported": "no",
                "media-accessible": "no", "data-retained": "yes"})
    got = fields(run(["--json", "replay", path("card.rec"), "cxl", "feature", "get",
                      "fwctl0", "rank-sparing"]))
    equal([got[name] for name in ("device-initiated", "safe-in-use", "hard-supported",
                                  "soft-supported")], ["off", "yes", "yes", "yes"])


@test
def set_scrub():
    """a write keeps the other fields, goes under the feature's scope and is read back"""
    card = Card(entry(SCRUB, 4, 2))
    card.get(SCRUB, 4, bytes.fromhex("030c0101"))
    card.set(SCRUB, b"\x18\x01", WRITE_FULL)
    card.get(SCRUB, 4, bytes.fromhex("03180101"))
    tape = card.save(path("card.rec"))
    line = ["replay", tape, "cxl", "feature", "set", "mem0", "patrol-scrub"]
    done = run(["--json", *line, "hours=24", "--taint"], code=OK)
    result = done.json["result"]
    equal(result["fields"], [{"field": "hours", "before": 12, "value": 24, "unit": "hours"}])
    equal([result[key] for key in ("changed", "verified", "saved", "takes_effect", "scope",
                                   "bytes")],
          [True, True, False, "immediately", "debug-write-full", "03180101"])
    lines = run([*line, "hours=24", "--taint"], code=OK).lines
    equal(lines[1].split(), ["hours", "12", "24", "hours"])
    equal(lines[2], "takes effect immediately; read back as written")
    # Without consent nothing is sent: the recording would have no such request.
    run([*line, "hours=24"]).fails(REFUSED,
                                   "scope debug-write-full taints the kernel; add --taint")
    done = run([*line, "hours=24", "--dry-run"], code=OK)
    match(done.text, "^fwctl0, scope debug-write-full, room for 8 bytes:")
    equal(done.lines[-1].split()[-2:], ["18", "01"])


@test
def set_refused():
    """a scope that does not admit the write, and an error of the firmware"""
    card = Card(entry(SCRUB, 4, 2))
    card.get(SCRUB, 4, bytes.fromhex("030c0100"))
    card.set(SCRUB, b"\x18\x00", 0, result=-74)
    card.set(SCRUB, b"\x18\x00", READ_ONLY, result=-74)
    card.set(SCRUB, b"\x18\x00", WRITE, result=-74)
    card.set(SCRUB, b"\x18\x00", WRITE_FULL, result=-1)
    card.set(SCRUB, b"\x19\x00", WRITE_FULL, status=2)
    card.set(SCRUB, b"\x1a\x00", WRITE_FULL, result=-19)
    card.set(SCRUB, b"\x1b\x00", WRITE_FULL, result=-71)
    line = ["replay", card.save(path("card.rec")), "cxl", "feature", "set", "fwctl0",
            "patrol-scrub"]
    for scope in ("configuration", "debug-read-only", "debug-write"):
        run([*line, "hours=24", "-s", scope, "--taint"]).fails(
            REFUSED, "not admitted under this scope")
    run([*line, "hours=24", "--taint"]).fails(REFUSED, "CAP_SYS_RAWIO")
    run([*line, "hours=25", "--taint"]).ends(FIRMWARE, r"status 0x2 \(INVALID_INPUT\)")
    run([*line, "hours=26", "--taint"]).fails(GONE)
    run([*line, "hours=27", "--taint"]).fails(FIRMWARE, "Protocol error")


@test
def set_checks():
    """values out of range, unknown and read-only fields are refused before any write"""
    card = Card(entry(SCRUB, 4, 2), entry(OTHER, 4, 2), entry(SPPR, 20, 3, flags=0))
    card.get(SCRUB, 4, bytes.fromhex("030c0400"))
    card.get(OTHER, 4, bytes(4))
    line = ["replay", card.save(path("card.rec")), "cxl", "feature", "set", "fwctl0"]
    for word, why in (("hours=3", "must be 4..255"), ("hours=256", "must be 4..255"),
                      ("hours=-1", "must be 4..255"), ("hours=x", "must be 4..255"),
                      ("hours=", "must be"), ("enabled=2", "must be off.on"),
                      ("hours", "FIELD=VALUE"), ("least-hours=1", "read-only"),
                      ("hour=24", "did you mean hours?"),
                      ("zzzzzz=1", "no such field of patrol-scrub; see"),
                      ("bytes=18", "1 bytes; the value has 2"), ("bytes=1g", "")):
        run([*line, "patrol-scrub", word, "--taint"]).fails(USAGE, why)
    run([*line, "patrol-scrub", "bytes=1800", "hours=1"]).fails(USAGE, "not beside other fields")
    done = run(["--json", *line, "patrol-scrub", "enabled=0", "hours=0xc"], code=OK)
    equal([done.json["result"]["changed"], done.json["result"]["fields"]], [False, []])
    match(run([*line, "patrol-scrub", "hours=12"], code=OK).text, "^no change")
    run([*line, OTHER, "hours=1"]).fails(UNSUPPORTED, "0 of the 2 bytes.*bytes=HEX")
    run([*line, "soft-ppr", "at-boot=on"]).fails(UNSUPPORTED,
                                                 "does not let soft-ppr be changed")


@test
def set_bytes():
    """a feature that the tool does not know is read and written by its bytes"""
    card = Card(entry(OTHER, 4, 3, COLD | VALID, CHANGEABLE, 7))
    card.get(OTHER, 4, b"\1\2\3\4")
    card.set(OTHER, b"\x0a\x0b\x0c", WRITE, version=7)
    line = ["replay", card.save(path("card.rec")), "cxl", "feature"]
    equal(run([*line, "get", "fwctl0", OTHER], code=OK).text, "0000:  01 02 03 04\n")
    done = run(["--json", *line, "set", "fwctl0", OTHER, "bytes=0a0b0c", "--taint"], code=OK)
    equal([done.json["result"][key] for key in ("feature", "takes_effect", "verified", "scope",
                                                "fields")],
          [None, "at a cold reset", False, "debug-write", []])
    done = run([*line, "set", "fwctl0", OTHER, "bytes=0a0b0c", "--taint"], code=OK)
    match(done.text, "takes effect at a cold reset; not verified")


@test
def set_later():
    """a value that takes effect at a reset is read back as the saved one"""
    card = Card(entry(SCRUB, 4, 2, CXL | VALID, CHANGEABLE | SAVED))
    card.get(SCRUB, 4, bytes.fromhex("030c0100"))
    card.set(SCRUB, b"\x18\x01", WRITE, flags=8)
    card.get(SCRUB, 4, bytes.fromhex("03180101"), selection=2)
    result = card.run("cxl", "feature", "set", "fwctl0", "patrol-scrub", "hours=24", "enabled=on",
                      "--save", "--taint").json["result"]
    equal([result[key] for key in ("verified", "saved", "takes_effect")],
          [True, True, "at a CXL reset"])
    equal([row["value"] for row in result["fields"]], [24, "on"])


@test
def set_differs():
    """a value that reads back differently is an error of the device"""
    card = Card(entry(SCRUB, 4, 2))
    card.get(SCRUB, 4, bytes.fromhex("030c0100"))
    card.set(SCRUB, b"\x18\x00", WRITE_FULL)
    card.run("cxl", "feature", "set", "fwctl0", "patrol-scrub", "hours=24", "--taint").ends(
        FIRMWARE, "hours was written as 24 and reads back as 12")


@test
def set_ecs():
    """a field without a number is set in all units; an action is not kept"""
    card = Card(entry(ECS, 9, 5))
    card.get(ECS, 9, b"\x01" + b"\x01\x13\x00\x00" + b"\x01\x0b\x00\x00")
    card.set(ECS, b"\x01\x04\x00\x0c\x00", WRITE_FULL)
    card.get(ECS, 9, b"\x01" + b"\x01\x04\x00\x00" + b"\x01\x0c\x00\x00")
    card.set(ECS, b"\x01\x04\x00\x1c\x00", WRITE_FULL)
    line = ["replay", card.save(path("card.rec")), "cxl", "feature", "set", "fwctl0", "ecs",
            "--taint"]
    result = run(["--json", *line, "threshold=1024"], code=OK).json["result"]
    equal([(row["field"], row["before"], row["value"]) for row in result["fields"]
           if row["field"].startswith("threshold")],
          [("threshold[0]", "256", "1024"), ("threshold[1]", "256", "1024")])
    run([*line, "threshold[2]=1024"]).fails(USAGE, "no such field")


@test
def writable_bits():
    """each writable field is written to its own bits, and all are known by these names"""
    places = {SCRUB: (4, 2, {"hours=2": "0200", "enabled=on": "0101"}),
              ECS: (9, 5, {"log-entry=per-fru": "0103000300", "threshold[1]=4096": "0003000500",
                           "mode[0]=codewords": "000b000300", "reset-counter=on": "0013001300"}),
              SPPR: (20, 3, {"device-initiated=on": "010000", "sparing-record=on": "000001",
                             "at-boot=on": "000002"}),
              RANK: (19, 2, {"device-initiated=on": "0100"})}
    before = {SCRUB: b"\x03\x01\x00\x00", ECS: b"\0" + 2 * b"\x01\x03\x00\x00"}
    for name, (get, put, words) in places.items():
        card = Card(entry(name, get, put))
        card.get(name, get, before.get(name, bytes(get)))
        line = ["--json", "replay", card.save(path("card.rec")), "cxl", "feature"]
        shown = run([*line, "get", "fwctl0", name], code=OK).json["result"]["fields"]
        equal({row["field"].split("[")[0] for row in shown if row["range"]},
              {word.split("=")[0].split("[")[0] for word in words})
        for word, data in words.items():
            done = run([*line, "set", "fwctl0", name, word, "--dry-run"], code=OK)
            equal(done.json["result"]["request"][96:], data)


@test
def completion():
    """features are completed, and the values of --selection"""
    def words(*line):
        done = fwctl("completion", "words", "--", *line)
        return [offer.split("\t")[0] for offer in done.splitlines()]

    equal(words("cxl", "feature", "get", "fwctl0", ""),
          ["patrol-scrub", "ecs", "soft-ppr", "hard-ppr", "cacheline-sparing", "row-sparing",
           "bank-sparing", "rank-sparing"])
    equal(words("cxl", "feature", "set", "fwctl0", "ra"), ["rank-sparing"])
    equal(words("cxl", "feature", "get", "fwctl0", "ecs", "--selection", ""),
          ["current", "default", "saved"])
    equal(words("mlx5", "reg", "get", "fwctl0", "mfr"), ["mfrl"])


@test
def never():
    """what no scope admits is not sent"""
    card = Card(entry(SCRUB, 4, 2, BACKGROUND | NOW))
    card.get(SCRUB, 4, bytes.fromhex("030c0100"))
    card.run("cxl", "feature", "set", "fwctl0", "patrol-scrub", "hours=24", "--taint").ends(
        REFUSED, "no scope admits a write of patrol-scrub, whose effects are 0x0042")


@test
def wrong_type():
    """a device of another type is refused"""
    tape = Tape(1, "mlx5_fwctl", "0000:01:00.0", "pci").save(path("card.rec"))
    run(["replay", tape, "cxl", "feature", "list", "fwctl0"]).fails(UNSUPPORTED, "not of type cxl")
    run(["replay", tape, "cxl", "identity", "fwctl0"]).fails(UNSUPPORTED, "not of type cxl")
