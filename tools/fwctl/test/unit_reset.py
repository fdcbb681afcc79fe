# SPDX-License-Identifier: GPL-2.0-only
"""
The restarts of cards that differ in the registers MFRL and MROQ, and the levels at which
values that wait for one become current.
"""
import os
import sqlite3

from fwctltest import OK, UNSUPPORTED, USAGE, equal, path, run, test
from tape import CONFIGURATION, Tape, register

LINK, REBOOT, PATCH, VALID, DRIVERS = 0x08, 0x40, 0x01, 1 << 16, 3 << 17
HOT_RESET, BOTH_METHODS = 1 << 21, 3 << 24


def names():
    """Makes a database with two parameters, one of which a boot ROM reads."""
    if os.path.exists(path("names.db")):
        return path("names.db")
    with sqlite3.connect(path("names.db")) as database:
        database.execute("CREATE TABLE tlvs (name, class, id, size, target)")
        database.execute("CREATE TABLE params (tlv_name, mlxconfig_name, name, offset, size, type,"
                         " textual_values, min_val, max_val, dependency, valid_bit, description,"
                         " array_length, supported_from_version, rule)")
        for number, (name, target) in enumerate((("vfs", "NIC"), ("rom", "EXP_ROM"))):
            database.execute("INSERT INTO tlvs VALUES (?, 0, ?, 4, ?)", (name, number, target))
            database.execute(
                "INSERT INTO params VALUES (?, ?, 'f', '0x0.0', '0x0.8', 'UNSIGNED', NULL, NULL,"
                " NULL, 'ignore_dependency', NULL, NULL, 0, 0, NULL)", (name, name.upper()))
    return path("names.db")


def card(mfrl, mroq=None, pending=0, waits=(1, 1)):
    """Records a card: dwords of MFRL and MROQ, of which older cards have none."""
    def add(*args):
        register(tape, *args, scope=CONFIGURATION)

    tape = Tape(1, "mlx5_core", "0000:01:00.0", "pci")
    add(0x9020, 160, {}, {0x20: 1})
    add(0x9028, 8, {}, {4: mfrl})
    add(0x902f, 32, {}, {0: mroq or 0}, 0 if mroq is not None else 3)
    for number, differs in enumerate(waits):
        add(0x9030, 8, {0: number}, {4: 3})
        for view, value in ((0, 5), (1 << 22, 5 - differs), (1 << 23, 5)):
            add(0x9024, 268, {0: 0x02090100 | view, 4: number},
                {0: 0x02090004 | view, 4: number, 12: value})
    add(0x9060, 16, {}, {0: 1 << 31, 4: 1, 8: 0x20 | (4 if pending else 0)})
    for stored in (0, 1 << 31):
        add(0x9061, 148, {0: stored, 8: 1, 0x14: 124}, {})
    return tape.save(path("card.rec"))


def fwctl(tape, *args):
    return run(["--json", "replay", tape, "mlx5", *args, "-d", names()])


def levels(*args, **kwargs):
    """Asks for a card's restarts: the supported ones, the method, the levels of changes."""
    answer = fwctl(card(*args, **kwargs), "fw", "reset", "query", "fwctl0").ends(OK)
    rows = {row["level"]: row for row in answer.json["result"]["levels"]}
    equal([row["method"] for level, row in rows.items() if level != "link"], [None] * 4)
    return ([level for level, row in rows.items() if row["supported"]], rows["link"]["method"],
            [row["level"] for row in answer.json["result"]["waiting"]])


@test
def what_cards_say():
    """fw reset query: the restarts are those of MFRL and MROQ, and changes wait for these"""
    every = ["driver", "link", "reboot", "power-cycle"]
    no_link = ["driver", "reboot", "power-cycle"]
    changes = ["link", "reboot"]
    full = VALID | DRIVERS | LINK | REBOOT
    # An older card has no MROQ.
    equal(levels(LINK | REBOOT), (every, "link_disable", changes))
    equal(levels(LINK | REBOOT | HOT_RESET), (every, "hot_reset", changes))
    equal(levels(LINK | REBOOT, full | BOTH_METHODS),
          (every, "link_disable_or_hot_reset", changes))
    # No drivers in MROQ, no answer about resets of the chip, and no trigger for them
    for mroq in (full & ~DRIVERS | 1 << 17, full & ~VALID, full & ~LINK):
        supported, _, waiting = levels(LINK | REBOOT, mroq)
        equal((supported, waiting), (no_link, ["reboot", "reboot"]))
    equal(levels(LINK, full)[0], ["driver", "link", "power-cycle"])
    equal(levels(LINK | REBOOT, full & ~REBOOT)[0], ["driver", "link", "power-cycle"])
    equal(levels(0, full)[2], ["power-cycle", "reboot"])
    # A patch of the running firmware is no reset.
    equal(levels(PATCH | LINK, full, pending=1, waits=(1, 0))[2], ["link", "live-patch"])
    equal(levels(LINK, full, pending=1, waits=(0, 0))[2], ["link"])


@test
def refused():
    """fw reset: a level that the card lacks is refused, with the field that says so"""
    for registers, field in (((REBOOT,), "reset_level of register mfrl"),
                             ((LINK, VALID | LINK), "pci_sync_.*_start of register mroq")):
        fwctl(card(*registers), "fw", "reset", "fwctl0", "--level", "link", "--dry-run").ends(
            UNSUPPORTED, rf"does not support level link now \({field}\)")


@test
def parts_of_names():
    """config query: a part of a name is answered with a pattern and a name that fits it"""
    fwctl(card(0), "config", "query", "fwctl0", "fs").ends(
        USAGE, "fs: no such parameter; '\\*fs\\*' fits e.g. VFS$")


@test
def of_values():
    """config query: each value that is not current has the level at which it becomes so"""
    answers = [fwctl(card(LINK | REBOOT, mroq, waits=waits), "config", "query",
                     "fwctl0").ends(OK).json["result"]
               for mroq, waits in ((None, (1, 0)), (VALID | LINK | REBOOT, (1, 0)),
                                   (None, (0, 1)), (None, (0, 0)))]
    equal([[row["level"] for row in answer["parameters"]] for answer in answers],
          [["link", None], ["reboot", None], [None, "reboot"], [None, None]])
    # The registers are read only if a value waits.
    equal(answers[0]["rpcs"] - answers[3]["rpcs"], 2)
