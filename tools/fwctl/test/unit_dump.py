# SPDX-License-Identifier: GPL-2.0-only
"""
A ConnectX's internal state, from a recording: dumps that are interrupted and
resumed, files that are not dumps, diagnostic counters, and error messages.
"""
import json
import os
import struct
import zlib

from fwctltest import (FIRMWARE, HERE, OK, PARTIAL, USAGE, equal, match, on_terminal,
                       path, read, run, test, write)

RECORDING = f"{HERE}/recordings/state.rec"
DEV = "0000:01:00.0"
SLICES = ("mlx5", "dump", "get", DEV, "SX_SLICE", "f", "--num-of-obj1", "2")
HEADERS, SLICE, END = 36, 4112, 4


def replay(*args, code=None):
    return run([*args[:1], "replay", RECORDING, *args[1:]] if args[0] == "--json" else
               ["replay", RECORDING, *args], code=code, cwd=path(""))


def content(name):
    with open(path(name), "rb") as file:
        return file.read()


def segments(data):
    """Yields the segments of a dump: (type, bytes)."""
    while data:
        length, kind = struct.unpack_from(">HH", data)
        yield kind, data[:4 * length]
        data = data[4 * length:]


def whole():
    """Returns the dump as it is without an interruption."""
    replay(*SLICES, code=OK)
    data = content("f")
    os.unlink(path("f"))
    return data


@test
def complete():
    """mlx5 dump get: all segments, in their order, and nothing else in the folder"""
    done = replay("--json", *SLICES, code=OK).json["result"]
    equal((done["bytes"], done["segments"], done["errors"], done["resumed_at"],
           done["complete"]), (HEADERS + 2 * SLICE + END, 5, 0, None, True))
    data = content("f")
    equal(len(data), done["bytes"])
    equal([kind for kind, _ in segments(data)], [0xfffe, 0xfffa, 0x2000, 0x2000, 0xfffb])
    # Each dword of a slice is derived from its position.
    first = [body for kind, body in segments(data) if kind == 0x2000][1]
    equal(struct.unpack_from(">II", first, 16),
          tuple((1024 + n) * 2654435761 % 2**32 ^ 0x2000 for n in (0, 1)))
    equal(os.listdir(path("")), ["f"])
    equal(replay("mlx5", "dump", "get", DEV, "SX_SLICE", "-", "--num-of-obj1", "2",
                 code=OK).out, data)
    equal(os.listdir(path("")), ["f"])


@test
def resumed():
    """mlx5 dump get --resume: wherever it was cut, the file is the same in the end"""
    want = whole()
    for limit in (1, 208, 3000, HEADERS + SLICE, 8000, len(want) - 160):
        done = replay("--json", *SLICES, "--limit", limit).ends(PARTIAL, "continue with --resume")
        got = done.json["result"]
        part = content("f.part")
        equal((len(part), got["complete"]), (got["bytes"], False))
        equal(part, want[:len(part)])
        # The file has the whole segments that were received, and no partial one.
        equal(b"".join(body for _, body in segments(part)), part)
        assert len(part) in (HEADERS, HEADERS + SLICE, HEADERS + 2 * SLICE), part
        equal(sorted(os.listdir(path(""))), ["f.part", "f.state"])
        run(["mlx5", "dump", "show", path("f.part")]).ends(PARTIAL, "the dump is incomplete")
        done = replay("--json", *SLICES, "--resume", code=OK).json["result"]
        equal(content("f"), want)
        assert done["resumed_at"] <= len(part) and done["complete"], done
        equal(os.listdir(path("")), ["f"])
        os.unlink(path("f"))


@test
def killed():
    """mlx5 dump get --resume: a file that is longer than what is known to be safe"""
    want = whole()
    replay(*SLICES, "--limit", 3000).ends(PARTIAL)
    safe = json.loads(read(path("f.state")))["offset"]
    for size in (safe, safe + 4, 3000, 8000):
        with open(path("f.part"), "wb") as file:
            file.write(want[:size])
        state = read(path("f.state"))
        replay(*SLICES, "--resume", code=OK)
        equal(content("f"), want)
        os.rename(path("f"), path("f.part"))
        write(path("f.state"), state)


@test
def not_resumed():
    """mlx5 dump get --resume: why it cannot go on, and the file stays as it was"""
    replay(*SLICES, "--resume").fails(USAGE, "cannot continue .*No such file")
    replay(*SLICES, "--limit", 5000).ends(PARTIAL)
    part, state = content("f.part"), read(path("f.state"))

    def refused(why, *args):
        replay(*(args or SLICES), "--resume").fails(USAGE, why)
        equal(sorted(os.listdir(path(""))), ["f.part", "f.state"])

    def changed(**other):
        write(path("f.state"), json.dumps({**json.loads(state), **other}))

    replay(*SLICES).fails(USAGE, "f.part: left by .* continue it with --resume")
    refused("another segment or other objects", *SLICES[:-1], "1")
    refused("another segment or other objects", *SLICES[:4], "RX_SLICE", *SLICES[5:])
    changed(card="0200deadbeef, firmware 1.2.3, at 0000:01:00.0")
    refused("f.part: belongs to the card 0200deadbeef.* and this is b8599f")
    for bad in ({"request": "00"}, {"request": None}, {"offset": 3}, {"card": 7}):
        changed(**bad)
        refused("f.state: not a valid state")
    changed(offset=2**40)
    refused("shorter than f.state says")
    write(path("f.state"), "[")
    refused("f.state: not a valid state")
    equal(content("f.part"), part)
    # The device's data changed: the first piece after the resume differs from the file.
    write(path("f.state"), state)
    with open(path("f.part"), "r+b") as file:
        file.seek(json.loads(state)["offset"] + 8)
        file.write(b"other")
    part = content("f.part")
    refused("at byte .* have changed in the device")
    equal(content("f.part"), part)
    os.unlink(path("f.state"))
    replay(*SLICES, "--resume").fails(USAGE, "cannot read f.state")
    equal(content("f.part"), part)


@test
def missing():
    """mlx5 dump get: what the device does not have is told, and in the file"""
    done = replay("--json", "mlx5", "dump", "get", DEV, "PRM_QUERY_QP", "f",
                  "--index1", "0xeeee").ends(FIRMWARE, "are missing: no such object .syndrome 0x1")
    equal((done.json["result"]["errors"], done.json["result"]["complete"]), (1, True))
    equal([kind for kind, _ in segments(content("f"))], [0xfffe, 0xfffa, 0xfffc, 0xfffb])


@test
def complaints():
    """mlx5 dump: the menu says what a segment takes; nothing is written"""
    get = ["mlx5", "dump", "get", DEV]
    replay(*get, "NOSUCH", "f").fails(USAGE, "no such segment; see 'fwctl mlx5 dump menu'")
    replay(*get, "0x10000", "f").fails(USAGE, "SEGMENT must be a number")
    replay(*get, "PRM_QUERY_QP", "f").fails(USAGE, "needs --index1")
    replay(*get, "EQ_BUFF", "f", "-1", "1", "-N", "2").fails(USAGE, "takes no --num-of-obj1")
    replay(*get, "SX_SLICE", "f", "--index2", "2").fails(USAGE, "takes no --index2")
    replay(*get, "SX_SLICE", "f", "-N", "65536").fails(USAGE, "not a number of 16 bits")
    replay(*get, "SX_SLICE", "f", "-1", "x").fails(USAGE, "not a number of 32 bits")
    replay(*get, "SX_SLICE", "f", "-N", "2", "-l", "0").fails(USAGE, "--limit 0")
    replay(*get, "SX_SLICE", "-", "-N", "2", "--resume").fails(USAGE, "needs a file")
    replay("--json", *get, "SX_SLICE", "-").ends(USAGE, "is for JSON; name a file")
    replay(*get, "SX_SLICE", "/dev/null").fails(USAGE, "not a regular file")
    replay(*get, "SX_SLICE", "no/f", "-N", "2").fails(USAGE, "cannot write no/f.part")
    equal(os.listdir(path("")), [])
    code, text = on_terminal(["replay", RECORDING, *get, "SX_SLICE", "-"])
    equal(code, USAGE)
    match(text, "is a terminal")


@test
def broken():
    """mlx5 dump show: what is no dump, and what ends early"""
    def show(data):
        with open(path("f"), "wb") as file:
            file.write(data)
        return run(["--json", "mlx5", "dump", "show", path("f")])

    want = whole()
    rows = show(want).ends(OK).json["result"]
    equal([(row["offset"], row["length"]) for row in rows],
          [(0, 16), (16, 20), (36, SLICE), (36 + SLICE, SLICE), (36 + 2 * SLICE, 4)])
    equal([row["name"] for row in rows], ["info", "command", None, None, "terminate"])
    equal([row["index1"] for row in rows], [None, None, 0, 1, None])
    for size in (0, 16, 36 + SLICE):
        show(want[:size]).ends(PARTIAL, "the dump is incomplete")
    for size in (20, 40, 37 + SLICE - 4, len(want) - 5):
        show(want[:size]).ends(PARTIAL, "ends within the segment")
    for size in (1, 19, len(want) - 1):
        show(want[:size]).ends(USAGE, "no segment at byte")
    show(want + b"\0\0\0\0").ends(USAGE, "no segment at byte")
    run(["mlx5", "dump", "show", path("none")]).fails(USAGE, "cannot read")


@test
def progress():
    """mlx5 dump get: progress on a terminal or when asked, with rate and remaining"""
    done = run(["replay", RECORDING, *SLICES, "--progress"], code=OK, cwd=path(""))
    match(done.err, r"^SX_SLICE: 208 of \d+ bytes, \d+ %, \d+ KiB/s, \d+ s left$")
    code, text = on_terminal(["replay", RECORDING, *SLICES[:5], path("g"), *SLICES[6:]])
    equal(code, OK)
    match(text, r"SX_SLICE: \d+ of \d+ bytes")
    equal(replay(*SLICES, code=OK).err, "")


@test
def counters():
    """mlx5 diag: counters, their limits, and what cannot be asked"""
    done = replay("--json", "mlx5", "diag", "list", DEV, code=OK).json["result"]
    rows = {row["counter"]: row for row in done["fields"]}
    equal(len(rows), 13)
    equal((rows[0x2006]["name"], rows[0x2006]["sync"], rows[0x401]["sync"]),
          ("tx_packets", False, True))
    equal((done["limits"]["samples"], done["limits"]["period_ns"]), (4096, 32768))
    equal(done["sampling"]["mode"], "off")
    start = ["mlx5", "diag", "start", DEV]
    replay(*start, "nosuch").fails(USAGE, "no such counter; see 'fwctl mlx5 diag list'")
    replay(*start, "0x9999").fails(USAGE, "no such counter")
    replay(*start, "tx_packets", "--sync").fails(USAGE, "same moment")
    replay(*start, "--period", "1").fails(USAGE, "shortest period .* is 32 microseconds")
    replay(*start, "--samples", "4097").fails(USAGE, "from 1 to 4096")
    replay(*start, "--on-demand", "--period", "100").fails(USAGE, "leave out one")
    replay(*start, "--on-demand", "--single").fails(USAGE, "leave out one")
    replay("--json", "mlx5", "diag", "read", DEV, "--csv").ends(USAGE, "leave out one")
    replay("mlx5", "diag", "read", DEV).fails(FIRMWARE, "no counter is sampled")
    replay("mlx5", "diag", "read", DEV, "--interval", "0").fails(USAGE, "--interval 0")


def lying(number, offset, value):
    """Writes a copy of the recording with one dword of one piece of SX_SLICE replaced."""
    with open(RECORDING, "rb") as file:
        data = bytearray(file.read())
    at, pieces = 16, 0
    while at < len(data):
        length, _, kind, _, _, request = struct.unpack_from("<6I", data, at)
        # The register follows frame, record header, request and length of the answer.
        register = at + 48 + request + 4 + 16
        if kind == 4 and data[register + 2:register + 4] == b"\x20\x00" and \
                length > 500:
            if pieces == number:
                struct.pack_into(">I", data, register + offset, value)
                crc = zlib.crc32(data[at + 8:at + 8 + length], zlib.crc32(data[at:at + 4]))
                struct.pack_into("<I", data, at + 4, crc)
            pieces += 1
        at += 8 + length
    assert pieces > number
    with open(path("lying.rec"), "wb") as file:
        file.write(data)
    return path("lying.rec")


@test
def lies():
    """mlx5 dump get: an answer that cannot be is told, and what came before is kept"""
    # Offsets in the register: 0x00 more, inline, number, segment; 0x24 size; 0x30 data.
    for number, offset, value, why, kept in (
            (0, 0x00, 0xc0022000, "at byte 0 of the dump has a wrong sequence", None),
            (5, 0x00, 0xc0072000, "at byte 1040 of the dump has a wrong sequence", HEADERS),
            (1, 0x24, 212, "at byte 208 of the dump has an invalid length", HEADERS),
            (1, 0x24, 0xffffffff, "has an invalid length", HEADERS),
            (1, 0x24, 207, "has an invalid length", HEADERS),
            (1, 0x24, 0, "is empty", HEADERS),
            (0, 0x30, 0, "the segment at byte 0 has length 0", None),
            (0, 0x54, 0x2000, "the segment at byte 36 has length 0", None),
            (3, 0x00, 0x40042000, "the dump ends within a segment, after 832", HEADERS)):
        run(["replay", lying(number, offset, value), *SLICES], cwd=path("")).ends(FIRMWARE, why)
        equal(sorted(os.listdir(path(""))),
              ["f.part", "f.state", "lying.rec"] if kept else ["lying.rec"])
        if kept:
            equal(len(content("f.part")), kept)
            os.unlink(path("f.part"))
            os.unlink(path("f.state"))
