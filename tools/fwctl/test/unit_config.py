# SPDX-License-Identifier: GPL-2.0-only
"""
The tool's own table of a ConnectX's parameters, the generator that checks it, and
mstflint's database, which replaces the table where it is installed.
"""
import os
import sqlite3
import subprocess

from fwctltest import (NO_DEVICE, OK, TOOL, USAGE, equal, match, on_terminal, path,
                       read, require, result, run, test)
from tape import CONFIGURATION, Tape, register

DATABASE = "/usr/share/mstflint/mlxconfig_dbs/mlxconfig_host.db"
# Another version of mstflint, unpacked beside the installed one
SID = "/opt/sid/mstflint"
TABLE = f"{TOOL}/mlx5/config-params.txt"


def listed(database):
    return result("mlx5", "config", "list", "--database", database)


@test
def own_table():
    """the tool's own table has sixty parameters, and says something of each"""
    answer = listed("none")
    equal((answer["names"], answer["rpcs"], answer["device"]), ("own", 0, None))
    rows = answer["parameters"]
    assert len(rows) >= 60
    for row in rows:
        assert row["description"].endswith("."), row
        equal(bool(row["values"]), row["type"] == "enum")
    equal(len({row["name"] for row in rows}), len(rows))
    equal({row["class"] for row in rows},
          {"global", "port", "function", "host", "module"})


def places(text):
    """Yields (item, field), (name, class, index, size, at, width) of the table's fields."""
    classes = {"global": 0, "port": 1, "function": 3, "host": 7, "module": 9}
    for line in text.splitlines():
        words = line.split()
        if line.startswith("tlv "):
            item = words[1:5]
        elif line.startswith(("field ", "param ")):
            field, at, width = words[-3:] if words[0] == "field" else words[2:5]
            name = words[1] if words[0] == "param" else None
            yield ((item[0], field), (name, classes[item[1]], int(item[2], 16),
                                      int(item[3]), place(at), int(width)))


def place(text):
    byte, bit = text.split(".")
    return 8 * int(byte, 16) + int(bit)


@test
def same_as_database():
    """all places in the tool's own table are those in mstflint's database"""
    require(os.path.exists(DATABASE), "no database of mstflint's")
    same_as(DATABASE)
    if os.path.exists(SID + DATABASE):
        same_as(SID + DATABASE)


def same_as(name):
    with sqlite3.connect(f"file:{name}?mode=ro", uri=True) as database:
        theirs = {(row[0], row[1]): row[2:] for row in database.execute(
            "SELECT t.name, p.name, p.mlxconfig_name, t.class, t.id, t.size, p.offset,"
            " p.size FROM params p JOIN tlvs t ON t.name = p.tlv_name")}
    ours = dict(places(read(TABLE)))
    assert len(ours) > 100
    for key, (name, *numbers, at, width) in ours.items():
        their_name, *their_numbers, their_at, their_width = theirs[key]
        equal((key, numbers, at, width),
              (key, their_numbers, place(their_at), place(their_width)))
        equal(name or their_name, their_name)


def generate(text):
    with open(path("table"), "w", encoding="utf-8") as file:
        file.write(text)
    return subprocess.run(["awk", "-f", f"{TOOL}/mlx5/config-params.awk", path("table")],
                          capture_output=True, check=False)


@test
def generator():
    """a table with anything wrong in it is not made C of"""
    good = ("tlv a_conf global 0x80 8 reset\n"
            "param A a 0x0.0 8 enum\n\ttext About A.\n\tvalues X=0 Y=255\n"
            "field a_valid 0x0.31 1\n"
            "param B b 0x4.0 32 int\n\ttext About B.\n\tneeds a == 1\n\tvalid a_valid\n")
    done = generate(good)
    equal((done.returncode, done.stderr), (0, b""))
    equal(done.stdout.count(b"CONFIG_ENUM"), 1)
    for old, new, message in (
            ("0x0.31 1", "0x0.7 1", "overlaps a"),
            ("0x0.31 1", "0x0.31 2", "outside its dword"),
            ("0x4.0 32", "0x8.0 32", "outside its dword or item"),
            ("0x4.0 32", "0x2.0 8", "outside its dword or item"),
            ("param B", "param a", "not a name of a parameter"),
            ("param B", "param A", "duplicate parameter"),
            ("param B b", "param B a", "duplicate field"),
            ("Y=255", "Y=256", "more bits"),
            ("Y=255", "X=1", "duplicate name"),
            ("Y=255", "Y=0", "duplicate name or number"),
            ("needs a == 1", "needs c == 1", "a_conf.c: no such field"),
            ("valid a_valid", "valid nothing", "no such field"),
            ("needs a", "needs b_conf.a", "b_conf.a: no such field"),
            (" enum", " int", "no other type has them"),
            (" int", " enum", "an enum needs values"),
            (" int", " float", "not a type"),
            ("\ttext About B.\n", "", "has no text"),
            ("global", "galaxy", "not a class"),
            ("0x80", "128", "not a hexadecimal"),
            (" 8 reset", " 9 reset", "not a multiple of 4"),
            ("reset", "later", "not an effect"),
            ("\tvalid", "\tvalidity", "not a known line"),
            ("field a_valid", "tlv b_conf global 0x80 4 reset\nfield a_valid",
             "same number as a_conf")):
        assert old in good
        done = generate(good.replace(old, new, 1))
        assert done.returncode == 1, (old, new)
        match(done.stderr.decode(), message)


@test
def databases():
    """a database that is none, or has lies in it, is told or left out"""
    run(["mlx5", "config", "list", "-d", path("none.db")]).fails(USAGE, "not a database of mstflint")
    with open(path("text.db"), "w", encoding="utf-8") as file:
        file.write("no database\n" * 100)
    run(["mlx5", "config", "list", "-d", path("text.db")]).fails(
        USAGE, "file is not a database")
    with sqlite3.connect(path("lies.db")) as database:
        database.execute("CREATE TABLE tlvs (name, class, id, size, target)")
        run(["mlx5", "config", "list", "-d", path("lies.db")]).fails(
            USAGE, "no such table: params")
        database.execute(
            "CREATE TABLE params (tlv_name, mlxconfig_name, name, offset, size, type,"
            " textual_values, min_val, max_val, dependency, valid_bit, description,"
            " array_length, supported_from_version, rule)")
        database.executemany("INSERT INTO tlvs VALUES (?, ?, ?, ?, 'NIC')", (
            ("a", 0, 1, 8), ("big", 0, 2, 257), ("other", 6, 3, 8), (None, 0, 4, 8)))
        database.executemany(
            "INSERT INTO params VALUES (?, ?, 'f', ?, ?, ?, NULL, NULL, NULL,"
            " 'ignore_dependency', NULL, 'Text', ?, 0, NULL)", (
                ("a", "GOOD", "0x4.8", "0x0.24", "UNSIGNED", 0),
                ("a", "GOOD_BYTES", "0x0.24", "0x8.0", "BYTES", 8),
                ("a", "GOOD_LONG", "0x0.0", "0x8.0", "UNSIGNED", 0),
                ("a", "BEYOND", "0x8.0", "0x0.1", "BOOL", 0),
                ("a", "ACROSS", "0x0.31", "0x0.2", "UNSIGNED", 0),
                ("a", "NOWHERE", "somewhere", "0x0.2", "UNSIGNED", 0),
                ("a", "HUGE", "0xffffffff.0", "0x0.2", "UNSIGNED", 0),
                ("a", "EMPTY", "0x0.0", "0x0.0", "UNSIGNED", 0),
                ("a", "ARRAY", "0x0.24", "0x8.0", "UNSIGNED", 100000),
                ("a", "ODD_BYTES", "0x0.20", "0x4.0", "BYTES", 4),
                ("big", "BIG", "0x0.0", "0x0.1", "BOOL", 0),
                ("other", "FILE", "0x0.0", "0x0.1", "BOOL", 0),
                (None, "NO_ITEM", "0x0.0", "0x0.1", "BOOL", 0)))
    names = [row["name"] for row in listed(path("lies.db"))["parameters"]]
    equal(names, ["GOOD", "GOOD_BYTES", "GOOD_LONG"])


TABLES_OF_4_36 = """
CREATE TABLE tlvs (name TEXT PRIMARY KEY, id INT, target TEXT, cap INT, version TEXT,
    description TEXT, size INT NOT NULL, class INT NOT NULL, mlxconfig_name TEXT UNIQUE);
CREATE TABLE params (name TEXT, tlv_name TEXT, offset TEXT NOT NULL, size TEXT NOT NULL,
    type TEXT NOT NULL, description TEXT, textual_values TEXT, mlxconfig_name TEXT UNIQUE,
    dependency TEXT, valid_bit TEXT, temp_vars TEXT, min_val TEXT, max_val TEXT, rule TEXT,
    regex TEXT, supported_from_version INT DEFAULT 0, array_length INT DEFAULT 0,
    PRIMARY KEY (name, tlv_name));
CREATE TABLE configurations (conf_name TEXT, configuration_name_str TEXT, description TEXT,
    relevant_devices TEXT NOT NULL, asic_number INT NOT NULL, parameters_string TEXT NOT NULL,
    PRIMARY KEY (conf_name, asic_number));
INSERT INTO tlvs (name, id, target, size, class) VALUES
    ('lanes', 3, 'NIC', 16, 9), ('mode', 5, 'NIC', 20, 0), ('wide', 7, 'NIC', 8, 7),
    ('key', 9, 'NIC', 544, 6);
INSERT INTO params (tlv_name, name, mlxconfig_name, offset, size, type, dependency,
                    array_length, textual_values, temp_vars, rule) VALUES
    ('lanes', 'lane', 'LANE', '0x0.24', '0x10.0', 'BINARY', 'ignore_dependency', 16, '', '', ''),
    ('mode', 'board', 'BOARD', '0x0.0', '0x0.2', 'ENUM', 'ignore_dependency', 0, 'ONE=0x0,TWO=0x1',
     '$_sum=($board+log2($room))', '$room==0||$_sum<=$room'),
    ('mode', 'room', 'ROOM', '0x0.8', '0x0.8', 'UNSIGNED', 'ignore_dependency', 0, NULL, NULL,
     '$room == 0 || ($mode.board==0 && $room==$room)'),
    ('mode', 'owner', 'OWNER', '0x4.24', '0x10.0', 'ENUM', 'ignore_dependency', 16,
     'DEFAULT=0x0,HOST_0=0x1,SELF=0xf', NULL, NULL),
    ('wide', 'late', 'LATE', '0x4.31', '0x0.1', 'BOOL', 'ignore_dependency', 0, NULL, NULL, NULL),
    ('key', 'text', 'TEXT', '0x0.24', '0x200.0', 'STRING', 'ignore_dependency', 512, NULL, NULL,
     NULL);
INSERT INTO configurations VALUES ('pair', 'Both halves', 'All lanes', 'Cards,', 1,
    'BOARD=1 LANE_M0[0]=2 LANE_M0[4..15]=FF OWNER[1]=HOST_0');
"""


@test
def newer_database():
    """a database of mstflint 4.36, with named configurations, serves like an older one"""
    with sqlite3.connect(path("new.db")) as database:
        database.executescript(TABLES_OF_4_36)
        settings, = database.execute("SELECT parameters_string FROM configurations").fetchone()
    rows = {row["name"]: row for row in listed(path("new.db"))["parameters"]}
    equal({name: (row["class"], row["type"]) for name, row in rows.items()},
          {"BOARD": ("global", "enum"), "ROOM": ("global", "int"), "OWNER": ("global", "enum"),
           "LATE": ("host", "bool"), "LANE": ("module", "int")})
    # The settings of a named configuration are those of 'config set'.
    tape = Tape(1, "mlx5_core", "0000:01:00.0", "pci")
    register(tape, 0x9020, 160, {}, {0x20: 1}, scope=CONFIGURATION)
    for item, size in ((5, 20), (9 << 24 | 3, 16)):
        register(tape, 0x9030, 8, {0: item}, {4: 3}, scope=CONFIGURATION)
        register(tape, 0x9024, 268, {0: 0x02090100, 4: item}, {0: 0x02090000 | size, 4: item},
                 scope=CONFIGURATION)
    command = ["--json", "replay", tape.save(path("card.rec")), "mlx5", "config", "set", "fwctl0",
               *settings.split(), "--dry-run", "-d", path("new.db")]
    done = run(command, code=OK)
    changes = {row["name"]: row["to"] for row in done.json["result"]["changes"]}
    equal(changes, {"BOARD": "TWO", "OWNER[1]": "HOST_0", "LANE_M0[0]": 2,
                    **{f"LANE_M0[{number}]": 255 for number in range(4, 16)}})
    # A rule that is broken is told by the settings that it is about, without a dollar.
    run([*command, "ROOM=3"]).ends(
        USAGE, "ROOM=3: the card does not support this value together with BOARD=TWO$")


@test
def folded():
    """config list: on a terminal descriptions are folded between words"""
    code, text = on_terminal(["mlx5", "config", "list", "-d", "none"], env={"COLUMNS": "80"})
    lines = text.splitlines()
    equal((code, max(map(len, lines)) <= 80), (OK, True))
    start = lines[0].index("DESCRIPTION")
    words = " ".join(line[start:].rstrip() for line in lines[1:]).split()
    equal(words, " ".join(row["description"] for row in listed("none")["parameters"]).split())
    assert any(not line[:start].strip() for line in lines), text


@test
def installed_database():
    """mstflint's own database is read where it is installed"""
    require(os.path.exists(DATABASE), "no database of mstflint's")
    equal(result("mlx5", "config", "list")["names"], "mstflint")
    rows = {row["name"]: row for row in listed(DATABASE)["parameters"]}
    assert len(rows) > 300
    equal(rows["CQE_COMPRESSION"]["values"], ["BALANCED", "AGGRESSIVE"])
    # Their database has each parameter of our table.
    for row in listed("none")["parameters"]:
        other = rows[row["name"]]
        for key in ("class", "item", "type", "min", "max", "values", "effect"):
            equal((row["name"], row[key]), (row["name"], other[key]))
    run(["mlx5", "config", "list", "--dry-run"]).fails(USAGE, "leave out --dry-run")
    # Names and patterns without a device
    equal([row["name"] for row in result("mlx5", "config", "list", "PF_NUM_OF_VF_VALID", "*_of_vfs",
                                         "-d", "none")["parameters"]],
          ["PF_NUM_OF_VF_VALID", "NUM_OF_VFS"])
    run(["mlx5", "config", "list", "SRIOV_EM", "-d", "none"]).ends(NO_DEVICE)
