# SPDX-License-Identifier: GPL-2.0-only
"""
Parsing of firmware files, also hostile ones, by fwctl mlx5 fw update. The device is
a recording.
"""
import struct

from fwctltest import HERE, OK, USAGE, equal, match, path, run, test

RECORDINGS = f"{HERE}/recordings"

with open(f"{RECORDINGS}/update.img", "rb") as file:
    IMAGE = file.read()


def plan(data):
    with open(path("image"), "wb") as out:
        out.write(data)
    return run(["--json", "replay", f"{RECORDINGS}/update.rec", "mlx5", "fw", "update",
                "0000:01:00.0", path("image"), "--dry-run"])


def changed(at, fmt, *values):
    data = bytearray(IMAGE)
    struct.pack_into(fmt, data, at, *values)
    return bytes(data)


@test
def understood():
    """fw update: version and board of a file are found, behind other sections too"""
    equal(plan(IMAGE).ends(OK).json["result"]["version"], "22.42.0001")
    data = bytearray(IMAGE)
    data[0xc0:0xe0] = data[0xa0:0xc0]
    data[0xa0] = 3
    data[0xe0:0x100] = b"\xff" * 32
    equal(plan(data).ends(OK).json["result"]["version"], "22.42.0001")


@test
def not_understood():
    """fw update: a file with lies in it is refused, and nothing else happens"""
    for data in (changed(0xb4, ">I", 0xfffffff8), changed(0xb4, ">I", len(IMAGE) - 0x30),
                 changed(0xa0, ">I", 0x10000030), changed(0xa0, ">I", 0x10fffffc),
                 changed(0xa0, ">B", 0xff), changed(0xa0, ">B", 0x11),
                 changed(0x80, ">I", 0), changed(0, ">I", 0), changed(0x124, "B", 0),
                 changed(0x124, "4s", b"\x1b[2J"), changed(0x124, "16s", b"\xff" * 16)):
        match(plan(data).ends(USAGE).err, "no board found in the file")
    match(plan(changed(0x124, "13s", b"MT_0000000838")).ends(USAGE).err,
          "for the board MT_0000000838, and fwctl[0-9]+ is a MT_0000000359")
    for size in [*range(0, 0x140, 8), 0x157, 0x158]:
        plan(IMAGE[:size]).ends(USAGE)
