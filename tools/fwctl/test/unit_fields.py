# SPDX-License-Identifier: GPL-2.0-only
"""Registers, capabilities and queries of a ConnectX by field, and error messages."""
import struct
import zlib

from fwctltest import FIRMWARE, HERE, OK, USAGE, equal, match, path, result, run, test

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
