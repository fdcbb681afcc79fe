# SPDX-License-Identifier: GPL-2.0-only
"""
Registers, capabilities and queries of a ConnectX by field, pages about the state of its
parts, and error messages.
"""
import re
import struct
import zlib

from fwctltest import (FIRMWARE, HERE, OK, TOOL, USAGE, equal, match, path, read, result,
                       run, test)
from tape import CONFIGURATION, Tape, register

DEV = "0000:01:00.0"
RECORDING = f"{HERE}/recordings/mlx5.rec"


def replay(*args):
    return run(["--json", "replay", RECORDING, *args])


@test
def layouts():
    """mlx5 layout: each is listed, and its fields are shown"""
    rows = result("mlx5", "layout", "list")
    equal({row["kind"] for row in rows}, {"register", "cap", "query", "segment"})
    for row in rows:
        shown = result("mlx5", "layout", "show", row["kind"], row["name"])
        equal(len(shown), row["fields"])
    registers = [row for row in rows if row["kind"] == "register"]
    equal(result("mlx5", "layout", "list", "register"), registers)
    listed = result("mlx5", "reg", "list")
    equal([row["register"] for row in listed], [row["name"] for row in registers])
    assert len(listed) >= 25
    paos = [row for row in listed if row["register"] == "paos"][0]
    equal((paos["number"], paos["read"], paos["write"]),
          (0x5006, "debug-read-only", "debug-write-full"))
    match(run(["mlx5", "layout", "show", "register", "ppcnt"], code=OK).text,
          "link_down_events .* grp=phy ")


@test
def identifiers():
    """--json: identifiers of 64 bits are strings, with --json-version 1 numbers"""
    got = {}
    for version in ("1", "2"):
        document = run(["--json", "--json-version", version, "replay", RECORDING, "mlx5",
                        "query", DEV, "qp", "qpn=0x40"], code=OK).json
        equal(document["schema_version"], int(version))
        got[version] = {row["field"]: row["value"] for row in document["result"]["fields"]}
    changed = {name for name in got["1"] if got["1"][name] != got["2"][name]}
    equal(changed, {"dbr_addr"})
    equal(got["2"]["dbr_addr"], hex(got["1"]["dbr_addr"]))
    equal(replay("mlx5", "query", DEV, "qp", "qpn=0x40").json["schema_version"], 2)
    run(["--json", "--json-version", "3", "version"]).fails(USAGE, "no such version")


@test
def wide_fields():
    """each field of more than 53 bits is an identifier, or known to be a count or a time"""
    words = re.findall(r'"(.*?)"', re.search(r"words\[\] = {(.*?)}", read(
        f"{TOOL}/mlx5/fields.c"), re.S)[1])
    counts = {"ppcnt", "mpcnt", "vnic_env", "vport_counter", "q_counter", "cong_statistics",
              "diagnostic_counters"}
    times = {"time_stamp", "crts", "first_clock_timestamp", "second_clock_timestamp"}
    for row in result("mlx5", "layout", "list"):
        for field in result("mlx5", "layout", "show", row["kind"], row["name"]):
            if field["width"] <= 53 or field["text"]:
                continue
            name = field["field"]
            is_count = row["name"] in counts or name in times or (row["name"], name) == (
                "mkey", "len")
            equal((name, any(word in name for word in words)), (name, not is_count))


@test
def complaints():
    """mlx5 reg, caps, query: what is wrong is told before a device is opened"""
    reg = ["mlx5", "reg"]
    run([*reg, "get", DEV, "nosuch"]).fails(USAGE, "no such register")
    run([*reg, "get", DEV, "0x10000"]).fails(USAGE, "no such register")
    run([*reg, "get", DEV, "0x9999"]).fails(USAGE, "with --length")
    run([*reg, "get", DEV, "paos", "-l", "6"]).fails(USAGE, "multiple of 4")
    run([*reg, "get", DEV, "paos", "-l", "8192"]).fails(USAGE, "not a number from 4")
    run([*reg, "get", DEV, "paos", "local_port=256"]).fails(USAGE, "too big")
    run([*reg, "get", DEV, "paos", "local_port=x"]).fails(USAGE, "no such value")
    run([*reg, "get", DEV, "paos", "nosuch=1"]).fails(USAGE, "no such field")
    run([*reg, "get", DEV, "paos", "e=1"]).fails(USAGE, "is not a key")
    run([*reg, "get", DEV, "paos", "-l", "16", "e"]).fails(USAGE, "only OFFSET=VALUE")
    run([*reg, "get", DEV, "paos", "-l", "16", "0x10=1"]).fails(USAGE, "within 16 bytes")
    run([*reg, "get", DEV, "paos", "-l", "16", "2=1"]).fails(USAGE, "not in the form OFFSET=VALUE")
    run([*reg, "get", DEV, "paos", "-l", "16", "0=0x100000000"]).fails(
        USAGE, "not in the form OFFSET=VALUE")
    run([*reg, "set", DEV, "paos"]).fails(USAGE, "argument is missing")
    run(["mlx5", "caps", DEV, "nosuch"]).fails(USAGE, "no such page of capabilities")
    run(["mlx5", "query", DEV, "nosuch"]).fails(USAGE, "no such query")
    run(["mlx5", "query", DEV, "qp", "state=1"]).fails(USAGE, "is not a key")
    run(["mlx5", "layout", "show", "cap", "paos"]).fails(USAGE, "no such page")
    run(["mlx5", "layout", "list", "x"]).fails(USAGE, "no such kind")


@test
def recorded():
    """mlx5 reg get, set, caps, query: a recorded device's, without a module"""
    done = replay("mlx5", "reg", "get", DEV, "paos").ends(OK)
    values = {row["field"]: row["meaning"] for row in done.json["result"]["fields"]}
    equal((values["admin_status"], values["physical_state_status"]), ("up", "link_up"))
    done = replay("mlx5", "reg", "get", DEV, "mgir", "psid").ends(OK)
    equal([row["value"] for row in done.json["result"]["fields"]], ["MT_0000000359"])
    done = replay("mlx5", "reg", "get", DEV, "paos", "nosuch")
    done.ends(USAGE, "no such field")
    done = replay("mlx5", "reg", "set", DEV, "pmtu", "max_mtu=1").ends(
        USAGE, "read-only field")
    done = replay("mlx5", "reg", "set", DEV, "pmtu", "admin_mtu=1522").ends(OK)
    equal(done.json["result"]["changed"], False)
    done = replay("mlx5", "query", DEV, "qp", "qpn=0x40", "state").ends(OK)
    equal(done.json["result"]["fields"][0]["meaning"], "ready_to_send")
    done = replay("mlx5", "caps", DEV, "roce", "roce_version").ends(OK)
    equal([(row["current"], row["maximum"]) for row in done.json["result"]["fields"]],
          [(7, 7)])


def shortened(number):
    """Writes a copy of the recording whose answers for a register lack the last dword."""
    with open(RECORDING, "rb") as file:
        data = file.read()
    out, at, count = [data[:16]], 16, 0
    while at < len(data):
        length = struct.unpack_from("<I", data, at)[0]
        record = bytearray(data[at + 8:at + 8 + length])
        at += 8 + length
        kind, _, failed, asked, answered = struct.unpack_from("<5I", record)
        # Scope and room are in front of the request, the length in front of the answer.
        opcode, register = struct.unpack_from(">H8xH", record, 48) if asked > 24 else (0, 0)
        if (kind, failed, opcode, register) == (4, 0, 0x805, number):
            struct.pack_into("<I", record, 40 + asked, answered - 8)
            struct.pack_into("<I", record, 16, answered - 4)
            record = record[:-4]
            count += 1
        head = struct.pack("<I", len(record))
        out += [head, struct.pack("<I", zlib.crc32(record, zlib.crc32(head))), record]
    assert count
    with open(path("short.rec"), "wb") as file:
        file.write(b"".join(out))
    return path("short.rec")


@test
def short_answers():
    """mlx5 reg get, identity: an answer that is shorter than the register is an error"""
    for number, *command in ((0x5006, "reg", "get", DEV, "paos"), (0x9020, "identity", DEV)):
        done = run(["replay", shortened(number), "mlx5", *command]).ends(FIRMWARE)
        match(done.err, f"register 0x{number:04x} has [0-9]+ bytes instead of")


PORT = 1 << 16
UP = {0: PORT | 1 << 8 | 1, 4: 4 << 16 | 5 << 4}
DOWN = {0: PORT | 1 << 8 | 2, 4: 1 << 16 | 2 << 4}
DISABLED = {0: PORT | 2 << 8 | 2, 4: 1 << 16 | 3 << 4}
OPERATION = {8: 4 << 20 | 2 << 16, 12: 3 << 24, 0x18: 0x2f2, 0x1c: 0x200, 0x24: 2 << 16}
COPPER = {8: 0xa0 << 24, 0xc: 3 << 28 | 2 << 16, 0x1c: "Maker           ", 0x2c: "PART"}
UNPLUGGED = {0xc: 4 << 28}


def page(command, paos=UP, operation=OPERATION, trouble=None, module=COPPER, counters=None,
         ptys=None, others=()):
    """Shows a page about a card whose registers have these dwords; returns the result."""
    tape = Tape(1, "mlx5_core", DEV, "pci")
    register(tape, 0x5006, 16, {0: PORT}, paos)
    register(tape, 0x5002, 64, {0: PORT}, {0: PORT | 2, 4: 3})
    register(tape, 0x5012, 16, {0: 3 << 16}, {0: 3 << 16 | 1})
    for number, answer in enumerate((operation, trouble, None, module)):
        if number != 2:
            register(tape, 0x5031, 256, {0: PORT, 4: number}, answer or {})
    protocol = (operation[8] >> 20 & 1) or 4
    register(tape, 0x5004, 68, {0: PORT | protocol}, ptys or {4: 1000, 8: 0x7f2, 0x14: 0x210})
    register(tape, 0x5008, 256, {0: PORT | 22}, counters or {})
    for one in others:
        register(tape, *one)
    done = run(["--json", "replay", tape.save(path("card.rec")), "mlx5", command, "fwctl0"])
    return done.ends(OK).json["result"]


@test
def causes():
    """mlx5 link: each cause of a link that is down has its name"""
    for code, name in ((1, "disabled"), (1024, "no-cable"), (39, "speeds"), (38, "fec"),
                       (13, "fec"), (15, "bit-errors"), (17, "bit-errors"),
                       (2, "no-partner"), (30, "cable-speeds"), (1032, "power"),
                       (999, "other"), (0, "other")):
        got = page("link", DOWN, trouble={0xc: code, 0x14: "Words of firmware"})
        equal((got["state"], got["cause"], got["code"], got["message"]),
              ("down", name, code, "Words of firmware"))
        equal([got[key] for key in ("speed", "lanes", "fec")], [None] * 3)
        assert got["advice"] or name == "other"
    equal(page("link", DISABLED)["cause"], "disabled")
    equal(page("link", trouble={0xc: 17})["cause"], None)


@test
def link():
    """mlx5 link: speed, lanes, error correction and error rates, with their units"""
    got = page("link", counters={8 + 0x60: 11 << 8 | 15, 8 + 0x64: 255 << 8 | 15,
                                 8 + 0x24: 7, 8 + 0x2c: 9})
    equal((got["speed"], got["lanes"], got["fec"], got["module"]),
          (100.0, 2, "rs_528_514", 3))
    equal((got["raw_ber"], got["effective_ber"], got["symbol_ber"]), (15e-11, 15e-255, None))
    equal(got["raw_errors"], [7, 9])
    equal((got["speeds_enabled"], got["speeds_cable"][-1]), (["10G", "100G_4X"], "100G_4X"))
    got = page("link", operation={**OPERATION, 8: 1 << 20}, ptys={0x10: 0x60, 0x1c: 0x40})
    equal((got["protocol"], got["speeds_supported"], got["speeds_enabled"], got["speed"]),
          ("infiniband", ["EDR", "HDR"], ["HDR"], None))
    text = run(["replay", path("card.rec"), "mlx5", "link", "fwctl0", "-o", "SPEED,LANES"])
    equal(text.ends(OK).lines, ["speed -", "lanes 2"])


@test
def module():
    """mlx5 module: signed temperature, only measured values, and none without a module"""
    got = page("module", module={**COPPER, 0x54: (-3 * 256 - 64 & 0xffff) << 16 | 33000,
                                 0xa4: 0x3 << 8})
    equal((got["temperature"], got["voltage"], got["rx_power"], got["vendor"], got["length"]),
          (-3.2, 3.3, None, "Maker", 2))
    equal((got["form"], got["technology"], got["max_power"]),
          ("qsfp28", "passive copper, unequalized", 1.0))
    got = page("module", module={0x8: 0x08 << 24, 0xc: 2 << 28 | 0x83 << 16 | 6 << 8 | 8,
                                 0x10: 50 << 24, 0x58: 0xfffe << 16 | 1, 0x78: 3500 << 16,
                                 0xa4: 0x1c << 8})
    equal((got["form"], got["length"], got["max_power"], got["rx_power"], got["tx_bias"]),
          ("qsfp_dd", 30, 12.5, [-2, 1], [7.0, 0.0]))
    got = page("module", module=UNPLUGGED)
    equal((got["cable"], [key for key in ("form", "vendor", "temperature") if got[key]]),
          ("unplugged", []))


@test
def pcie():
    """mlx5 pcie: speed, width and errors; counters that the card lacks are null"""
    link_state = {8: 16 << 16 | 0x37, 0xc: 8 << 16 | 0x10, 0x18: 2 << 28 | 1 << 24 | 1 << 16,
                  0x1c: 0x17 << 16 | 75, 0x24: 0x9 << 16}
    got = page("pcie", others=((0x9050, 48, {}, link_state),
                               (0x9051, 256, {}, {0x10: 5, 0x14: 6, 0x64: 4}),
                               (0x9051, 256, {0: 4}, {}, 3)))
    equal([got[key] for key in ("speed", "max_speed", "peer_max_speed", "width", "max_width")],
          [16, 32, 16, 8, 16])
    equal([got[key] for key in ("max_payload", "max_read_request", "slot_power", "power")],
          [256, 512, 75, "sufficient"])
    equal((got["errors"], got["rx_errors"], got["tx_errors"], got["recoveries"]),
          (["correctable", "unsupported-request"], 5, 6, 4))
    equal(got["fatal_errors"], None)


@test
def sensors():
    """mlx5 sensors: those of the card and its modules; one below zero"""
    sensor = (0x900a, 32)
    got = page("sensors", others=(
        (0x9009, 16, {}, {0xc: 1}), (0x902e, 16, {}, {4: 1}), (0x9020, 160, {}, {4: 1 << 16}),
        (*sensor, {}, {4: 65456, 8: 1 << 31 | 50, 0xc: 105 * 8, 0x18: "asic"}),
        (*sensor, {0: 64 + 3}, {}, 3),
        (0x900c, 24, {}, {0: 1 << 30, 4: 1204, 8: 5, 0x10: "slot12v"})))
    equal([(row["name"], row["temperature"], row["max_temperature"], row["threshold"],
            row["voltage"], row["current"], row["power"]) for row in got["fields"]],
          [("asic", -10.0, 6.2, 105.0, None, None, None),
           ("slot12v", None, None, None, 12.04, 0.05, None)])
    equal([row["sensor"] for row in got["fields"]], [0, 0])


@test
def pages():
    """mlx5 link, module: -o knows each value of a page"""
    named = {entry["name"]: entry for entry in result("help")["objects"]}["mlx5"]["commands"]
    for command in ("link", "module"):
        columns = [entry["columns"] for entry in named if entry["name"] == command][0]
        keys = {key.upper().replace("_", "-") for key in page(command)}
        equal(keys - {"TYPE", "DRY-RUN", "SCOPE"}, set(columns))


@test
def folded():
    """rpc: rows that repeat are a star, and the last row is there"""
    tape = Tape(1, "mlx5_core", DEV, "pci")
    tape.rpc(bytes.fromhex("0101") + bytes(14), 4096, bytes(8) + b"\x01" + bytes(91))
    done = run(["replay", tape.save(path("card.rec")), "rpc", "fwctl0", "-x", "0101" + "00" * 14])
    equal(done.ends(OK).lines, ["0000: " + " 00" * 8 + " 01" + " 00" * 7,
                                "0010: " + " 00" * 16, "*",
                                "0060: " + " 00" * 4])


def listed(stored, msgi=0):
    """Lists a card with this stored version of its firmware; returns its row."""
    tape = Tape(1, "mlx5_core", DEV, "pci")
    tape.attribute("fwctl/fwctl0/card", "0000:01:00")
    register(tape, 0x9020, 160, {}, {8: 0x212, 0x30: "MT_0000000359", 0x44: 22, 0x48: 41,
                                     0x4c: 1000}, scope=CONFIGURATION)
    register(tape, 0x9021, 128, {}, {0: "MT2118X00001", 0x20: "MCX623106AN-CDAT"}, msgi,
             CONFIGURATION)
    register(tape, 0x9061, 148, {0: 1 << 31, 8: 1, 0x14: 124}, {0x38: stored},
             scope=CONFIGURATION)
    return result("replay", tape.save(path("card.rec")), "dev", "list")[0]


@test
def cards():
    """dev list: model, part and serial number, firmware that runs and that is to start"""
    row = listed("22.42.1000")
    equal([row[key] for key in ("model", "part", "serial", "psid", "firmware", "pending",
                                "card", "ceiling")],
          ["ConnectX-6 Dx", "MCX623106AN-CDAT", "MT2118X00001", "MT_0000000359", "22.41.1000",
           "22.42.1000", "0000:01:00", "debug-write-full"])
    text = run(["replay", path("card.rec"), "dev", "list"], code=OK).lines
    equal(text[0].split(), ["NAME", "TYPE", "PARENT", "MODEL", "PART", "SERIAL", "PSID",
                            "FIRMWARE", "PENDING", "CEILING"])
    # A version is compared as numbers; a card may lack the inventory.
    row = listed("22.041.1000", msgi=3)
    equal((row["pending"], row["serial"], row["firmware"]), (None, None, "22.41.1000"))
    text = run(["replay", path("card.rec"), "dev", "list", "-o", "NAME,PARENT"], code=OK).lines
    equal(text[1].split(), ["fwctl0", DEV])
