# SPDX-License-Identifier: GPL-2.0-only
"""
Files of firmware, also hostile ones: fwctl mlx5 fw show, and fw update of a device that
is a recording. mstflint accepts the files that the tool accepts.
"""
import glob
import random
import struct
import subprocess

from fwctltest import (HERE, OK, REFUSED, USAGE, equal, match, path, require,
                       result, run, test)
from fwimage import INFO, ITOC, entry, firmware, info

RECORDINGS = f"{HERE}/recordings"
BOARD, VERSION = "MT_0000000359", (22, 42, 1)
IMAGE = firmware(VERSION, BOARD)
MSTFLINT = glob.glob("/usr/bin/mstflint") + glob.glob("/opt/sid/mstflint/usr/bin/mstflint")


def file(data):
    with open(path("image"), "wb") as out:
        out.write(data)
    return path("image")


def show(data, code=OK):
    return run(["--json", "mlx5", "fw", "show", file(data)], code=code)


def update(data, *args):
    return run(["--json", "replay", f"{RECORDINGS}/update.rec", "mlx5", "fw", "update",
                "0000:01:00.0", file(data), *args])


def plan(data, *args):
    return update(data, "--dry-run", *args)


def changed(at, fmt, *values):
    data = bytearray(IMAGE)
    struct.pack_into(fmt, data, at, *values)
    return bytes(data)


def with_info(section, address=INFO, unseal=0):
    """The file with another IMAGE_INFO, and its entry in the table."""
    data = bytearray(IMAGE)
    data[INFO:INFO + len(section)] = section
    data[ITOC + 64:ITOC + 96] = entry(0x10, section, address)
    data[ITOC + 64] ^= unseal
    # Without its hardware pointer the section is found by the table.
    data[0x68:0x70] = b"\xff" * 8
    return bytes(data)


@test
def understood():
    """fw show: plain, encrypted, FS4 and FS5; the table at both places, or its section only"""
    got = result("mlx5", "fw", "show", file(IMAGE))
    equal([got[key] for key in ("format", "encrypted", "version", "date", "product", "psid",
                                "hardware", "size")],
          ["FS4", False, "22.42.0001", "2026-08-28", "22.42.0001", BOARD, [0x212], 2048])
    for options, wanted in (({"encrypted": True}, ("FS4", True)), ({"second": True}, ("FS4", False)),
                            ({"generation": 5}, ("FS5", False)),
                            ({"generation": 5, "encrypted": True}, ("FS5", True))):
        got = show(firmware(VERSION, BOARD, **options)).json["result"]
        equal((got["format"], got["encrypted"], got["version"], got["psid"]),
              (*wanted, "22.42.0001", BOARD))
    # Bit 31 of a section's address is another flag.
    section = info(VERSION, BOARD, 2048)
    for data in (with_info(section), with_info(section, INFO | 1 << 31)):
        equal(show(data).json["result"]["version"], "22.42.0001")
    equal(show(firmware(VERSION, BOARD, product="a\x1b[2J")).json["result"]["product"], None)


@test
def not_understood():
    """fw show, fw update: a file with lies or damage is refused, and nothing else happens"""
    section = info(VERSION, BOARD, 2048)
    cases = [
        ("not a file of firmware", changed(0, ">I", 0)), ("not a file", b""),
        ("not a file", IMAGE[:0x97]), ("unknown format", changed(0x10, "B", 3)),
        ("hardware pointer of it is damaged", changed(0x2c, ">I", 1)),
        ("hardware pointer of it is damaged", changed(0x68, ">I", INFO + 4)),
        ("hardware pointer of it is damaged", changed(0x68, ">I", 0)),
        ("table of contents is damaged", changed(ITOC + 0x10, "B", 1)),
        ("entry of its table of contents is damaged", changed(ITOC + 0x21, "B", 1)),
        ("entry of its table of contents is damaged", with_info(section, unseal=1)),
        ("IMAGE_INFO is too short, or behind", with_info(section, 0x7ffffffc)),
        ("IMAGE_INFO is too short, or behind", with_info(section[:512])),
        ("IMAGE_INFO is damaged", changed(INFO + 1000, "B", 1)),
        ("no section IMAGE_INFO", with_info(section)[:0x68] + b"\xff" * 8 + IMAGE[0x70:ITOC + 64] +
         b"\xff" * 32 + IMAGE[ITOC + 96:]),
        ("names no board", firmware(VERSION, "")),
        ("names no board", firmware(VERSION, "\x1b[2J")),
        ("unknown version", with_info(b"\1" + section[1:])),
        ("no end", IMAGE[:ITOC + 64]), ("too short to be encrypted", changed(ITOC, ">I", 0)), ("section IMAGE_INFO is too short", IMAGE[:INFO + 1000]),
        ("a ZIP archive; unpack", b"PK\3\4" + IMAGE), ("compressed by gzip", b"\x1f\x8b\x08"),
        ("compressed by xz", b"\xfd7zXZ\0" + IMAGE), ("an MFA2 archive; use .devlink dev flash",
                                                      b"MLNX.MFA2.XZ.00!" + IMAGE),
        ("an MFA archive", b"MFAR" + IMAGE),
        ("a PLDM package", bytes.fromhex("f018878ccb7d49439800a02f059aca02") + IMAGE)]
    for wanted, data in cases:
        match(show(data, USAGE).err, wanted)
        match(plan(data).ends(USAGE).err, f"{wanted}.*; add --unchecked|takes 1 to")
    match(plan(firmware(VERSION, "MT_0000000838")).ends(USAGE).err,
          "for the board MT_0000000838, and fwctl[0-9]+ is a MT_0000000359")


def mstflint_query(tool, data):
    done = subprocess.run([tool, "-i", file(data), "q"], capture_output=True, text=True,
                          check=False, timeout=60)
    lines = (line.split(":", 1) for line in done.stdout.splitlines() if ":" in line)
    return done.returncode == 0, {name: value.strip() for name, value in lines}


@test
def as_mstflint():
    """fw show: the same as mstflint -i FILE query, and nothing that it refuses"""
    require(MSTFLINT, "no mstflint")
    images = [firmware(VERSION, BOARD, **options) for options in (
        {}, {"encrypted": True}, {"second": True}, {"generation": 5},
        {"generation": 5, "encrypted": True})]
    for tool in MSTFLINT:
        for data in images:
            good, theirs = mstflint_query(tool, data)
            ours = show(data).json["result"]
            assert good, (tool, theirs)
            equal([ours["format"], ours["version"], ours["product"], ours["psid"]],
                  [theirs[name] for name in ("Image type", "FW Version", "Product Version",
                                             "PSID")])
            day, month, year = theirs["FW Release Date"].split(".")
            equal(ours["date"], f"{year}-{month:0>2}-{day:0>2}")
            verified = subprocess.run([tool, "-i", file(data), "verify"], capture_output=True,
                                      text=True, check=False, timeout=60)
            match(verified.stdout, "verification succeeded")
    # Files with one damaged byte in the parts that the tool reads
    seed = random.randrange(1 << 32)
    print(f"# seed {seed}")
    generator = random.Random(seed)
    refused = 0
    for _ in range(40):
        data = bytearray(IMAGE)
        where = generator.choice([*range(0x11), *range(0x28, 0x30), *range(0x68, 0x70),
                                  *range(ITOC, ITOC + 0x60), *range(INFO, INFO + 0x100)])
        data[where] ^= 1 << generator.randrange(8)
        if show(bytes(data), None).code == OK:
            good, theirs = mstflint_query(MSTFLINT[0], bytes(data))
            assert good, f"damage at {where:#x} is accepted here only: {theirs}"
        else:
            refused += 1
    assert refused > 20, refused


@test
def versions():
    """fw update: the version that is stored is not sent, an older one only if wanted"""
    stored = firmware((22, 41, 1000), BOARD)
    done = update(stored, "--yes", "--taint").ends(OK).json["result"]
    equal([done["outcome"], done["changed"], done["sent"]], ["unchanged", False, 0])
    equal(update(stored, "--yes", "--taint", "--detailed-exitcode").code, OK)
    equal(plan(stored, "--force").ends(OK).json["result"]["outcome"], "planned")
    # Versions are numbers: 22.5 is older than 22.41.
    for version in ((22, 41, 999), (22, 5, 2000), (9, 99, 9999)):
        update(firmware(version, BOARD), "--yes", "--taint").fails(
            REFUSED, "nothing was written: .* is older than 22.41.1000, which is stored; add --down")
    equal(plan(IMAGE).ends(OK).json["result"]["outcome"], "planned")
    update(IMAGE, "--stage", "--activate").fails(USAGE, "exclude each other")
