# SPDX-License-Identifier: GPL-2.0-only
"""
fwctl mlx5 config on a ConnectX. Tests that write run on the virtual ConnectX only: its
control channel reads items, counts requests, and injects errors.
"""
import functools
import glob
import os
import re
import shutil
import subprocess

from cardtest import config, config_json, defaults, item, options, own_table, requests, values
from fwctltest import (CHANGED, FIRMWARE, OK, PARTIAL, REFUSED, UNSUPPORTED, USAGE,
                       equal, match, mlx5, on_terminal, path, read, require, run,
                       tainted, test, vcx)

PCI_CONF = "80"
OFFLOADS = "10a"
PCI_HOST = "07000080"


@functools.cache
def whole():
    """Queries all parameters at their defaults; returns (result, requests sent)."""
    defaults()
    before = requests()
    return config_json("query"), requests() - before


def state():
    return [item(number) for number in (PCI_CONF, OFFLOADS, PCI_HOST)]


@test
def query():
    """config query: three values of each parameter, all of them in 400 requests"""
    answer, sent = whole()
    equal(answer["rpcs"], sent)
    print(f"# {len(answer['parameters'])} parameters, {sent} requests")
    assert 0 < sent <= 400
    rows = {row["name"]: row for row in answer["parameters"]}
    equal(len(rows), len(answer["parameters"]))
    row = rows["NUM_OF_VFS"]
    equal((row["type"], row["min"], row["max"], row["class"], row["item"]),
          ("int", 0, 127, "global", "nv_global_pci_conf"))
    equal(rows["LINK_TYPE_P1"]["class"], "port")
    equal(rows["MODULE_MAX_POWER_OVERRIDE_M1"]["class"], "module")
    assert "MODULE_MAX_POWER_OVERRIDE_M2" not in rows
    # A BlueField has these parameters, this card does not.
    assert not [name for name in rows if name.startswith("VIRTIO_")]


@test
def query_own_table():
    """config query: the tool's own table says the same as mstflint's database"""
    own = config_json("query", "--database", "none")
    equal(own["names"], "own")
    assert len(own["parameters"]) >= 60
    theirs = whole()[0]
    require(theirs["names"] == "mstflint", "no database of mstflint's")
    theirs = {row["name"]: row for row in theirs["parameters"]}
    for row in own["parameters"]:
        other = theirs[row["name"]]
        equal({**row, "description": ""}, {**other, "description": ""})


def mstconfig_values(dev):
    """Yields name and the three values of each parameter, as mstconfig spells them."""
    done = subprocess.run(["mstconfig", "-d", dev, "-e", "q"], check=True,
                          capture_output=True, timeout=120)
    for line in done.stdout.decode().splitlines():
        found = re.match(r"\s*\*?\s+([A-Z][A-Za-z0-9_]*)((?:\s+\S+){3})\s*$", line)
        if found:
            yield found[1], found[2].split()


@test
def agrees_with_mstconfig():
    """config query: the same values as mstconfig's, in fewer requests"""
    require(shutil.which("mstconfig"), "no mstconfig")
    require(whole()[0]["names"] == "mstflint", "no database of mstflint's")
    config("set", "NUM_OF_VFS=21", "CQE_COMPRESSION=AGGRESSIVE",
           "EXP_ROM_PXE_ENABLE=0", code=OK)
    before = requests()
    theirs = dict(mstconfig_values(mlx5()["name"]))
    between = requests()
    text = config("query", "--raw", "-o", "NAME,TYPE,DEFAULT,CURRENT,NEXT", code=OK).text
    sent = requests() - between
    defaults()
    ours = {line.split()[0]: line.split()[1:] for line in text.splitlines()}
    print(f"# {len(theirs)} parameters of mstconfig's in {between - before} requests, "
          f"{len(ours)} of ours in {sent}")
    assert len(theirs) > 300 and sent < between - before and sent <= 400
    for name, three in theirs.items():
        if three[0].startswith("Array"):
            assert f"{name}[0]" in ours, name
            continue
        kind, *got = ours[name]
        # mstconfig prints True(1), NAME(1) and, for some numbers, 0x1(1).
        if kind == "bool":
            got = [{"yes": "True(1)", "no": "False(0)"}[value] for value in got]
        elif "(" in three[0] and kind == "int":
            three = [value.split("(")[1].rstrip(")") for value in three]
        else:
            three = [value.split("(")[0] for value in three]
        equal((name, got), (name, three))
    equal(ours["NUM_OF_VFS"], ["int", "8", "8", "21"])


@test
def listed():
    """config list: names of what the card has; without it, of all there is"""
    names = config("list", "--raw", "-o", "NAME", code=OK).lines
    equal(names, [row["name"] for row in whole()[0]["parameters"]])
    match(config("list", "SRIOV_EN", code=OK).text, r"^SRIOV_EN +global +bool ")
    assert len(run(["mlx5", "config", "list"], code=OK).lines) > 60
    config("list", "INTERNAL_CPU_PAGE_SUPPLIER").fails(
        UNSUPPORTED, "this card does not have this parameter")


@test
def refused_values():
    """config set: if one value is wrong nothing is written"""
    defaults()
    before = state()
    for code, regex, wrong in (
            (USAGE, "accepts 0 to 127", "NUM_OF_VFS=128"),
            (USAGE, "is not a number from 0 to 127", "NUM_OF_VFS=65536"),
            (USAGE, "is not a number", "NUM_OF_VFS=-1"),
            (USAGE, "is not a number", "NUM_OF_VFS="),
            (USAGE, "is not true or false", "SRIOV_EN=2"),
            (USAGE, "BALANCED=", "CQE_COMPRESSION=FAST"),
            (USAGE, "BALANCED=", "CQE_COMPRESSION=5"),
            (USAGE, "no such parameter", "NUM_OF_VFSS=1"),
            (USAGE, "ambiguous; name one of them, e.g. LINK_TYPE_P1", "LINK_TYPE=ETH"),
            (USAGE, "not in the form NAME=VALUE", "NUM_OF_VFS"),
            (UNSUPPORTED, "hidden until IP_OVER_VXLAN_EN=yes", "IP_OVER_VXLAN_PORT=1")):
        config("set", "MEMIC_BAR_SIZE=1", "UCTX_EN=0", wrong).fails(code, regex)
        equal(state(), before)
    # A parameter can be set in the same command as the one that it depends on.
    config("set", "IP_OVER_VXLAN_PORT=1", "IP_OVER_VXLAN_EN=yes", code=OK)
    defaults()
    equal(state(), before)


@test
def set_and_reset():
    """config set, reset: the next value changes, the current one does not"""
    defaults()
    taint = tainted()
    before = state()
    answer = config_json("set", "SRIOV_EN=1", "num_of_vfs=0x10",
                         "CQE_COMPRESSION=aggressive")
    equal({row["name"]: (row["from"], row["to"]) for row in answer["changes"]},
          {"SRIOV_EN": (False, True), "NUM_OF_VFS": (8, 16),
           "CQE_COMPRESSION": ("BALANCED", "AGGRESSIVE")})
    equal((answer["changed"], answer["rollback"]), (True, None))
    # The same bytes as mstconfig writes, with the valid bit of the parameter.
    equal(item(PCI_CONF)[:16], "8000000080010010")
    equal(item(OFFLOADS)[:8], "12b50101")
    equal(item(PCI_CONF, "current"), before[0])
    row = values("NUM_OF_VFS")["NUM_OF_VFS"]
    equal((row["default"], row["current"], row["next"]), (8, 8, 16))
    equal(config_json("set", "NUM_OF_VFS=16")["changed"], False)
    equal(config_json("reset", "NUM_OF_VFS")["changes"],
          [{"name": "NUM_OF_VFS", "from": 16, "to": 8, "effect": "firmware-reset"}])
    config("reset").fails(REFUSED, "nothing was written: add --yes")
    equal(len(config_json("reset", "--yes")["changes"]), 2)
    equal(state(), before)
    equal(config_json("reset", "--yes")["changed"], False)
    equal(tainted(), taint)


@test
def dry_run():
    """--dry-run: what would change, and nothing does"""
    defaults()
    before = state()
    answer = config_json("set", "NUM_OF_VFS=16", "--dry-run")
    equal((answer["changed"], answer["dry_run"], len(answer["changes"])),
          (False, True, 1))
    config("set", "NUM_OF_VFS=16", "--dry-run", "-e", code=CHANGED)
    equal(state(), before)
    config("query", "--dry-run").fails(USAGE, "leave out --dry-run")
    config("set", "NUM_OF_VFS=1", "--scope", "debug-write-full").fails(
        USAGE, "needs scope configuration; leave out --scope")


@test
def export_and_apply():
    """config export, diff, apply: the file is stable, apply is idempotent"""
    defaults()
    before = state()
    config("export", path("a"), code=OK)
    equal(config("export", code=OK).text, read(path("a")))
    for line in read(path("a")).splitlines():
        assert not line or line[0] == "#" or "=" in line, line
        assert len(line) <= 78 or not re.match("# (?!Values: |Default: )", line), line
    config("set", "NUM_OF_VFS=16", "UCTX_EN=0", "EXP_ROM_PXE_ENABLE=0", code=OK)
    config("diff", path("a"), "--detailed-exitcode", code=CHANGED)
    equal(len(config_json("diff", path("a"))["changes"]), 3)
    changed = state()
    config("apply", path("a")).fails(REFUSED, "or --dry-run to see them")
    equal(state(), changed)
    code, text = on_terminal(["mlx5", "config", "apply", mlx5()["name"], path("a")],
                             typed=b"n\n")
    equal(code, REFUSED)
    match(text, r"NUM_OF_VFS: 16 -> 8")
    match(text, r"3 parameters change. Write them\? \[y/N\]")
    equal(state(), changed)
    answer = config_json("apply", path("a"), "--yes", "--rollback", path("back"))
    equal((answer["changed"], answer["rollback"]), (True, path("back")))
    equal([row["next"] for row in values("NUM_OF_VFS", "UCTX_EN").values()], [8, True])
    config("diff", path("a"), "--detailed-exitcode", code=OK)
    again = config_json("apply", path("a"), "--yes", "--rollback", path("none"))
    equal((again["changed"], again["rollback"], again["changes"]), (False, None, []))
    assert not os.path.exists(path("none"))
    config("apply", path("a"), "-y", "-e", "-b", path("none"), code=OK)
    config("apply", path("back"), "-y", "-e", "-b", path("back2"), code=CHANGED)
    equal(state(), changed)
    defaults()
    equal(state(), before)


@test
def bad_files():
    """config apply: a file with anything wrong in it changes nothing"""
    defaults()
    before = state()
    for number, (code, regex, text) in enumerate((
            (USAGE, ":2: neither", "NUM_OF_VFS=16\nwhat\n"),
            (USAGE, ":2: NUM_OF_VFS: duplicate parameter", "NUM_OF_VFS=1\nNUM_OF_VFS=2"),
            (USAGE, ":1: NONE: no such parameter", "NONE=1"),
            (USAGE, "accepts 0 to 127", "UCTX_EN=0\nNUM_OF_VFS=200"),
            (UNSUPPORTED, "does not have this parameter", "UCTX_EN=0\nINTERNAL_CPU_PAGE_SUPPLIER=1"),
            (USAGE, "not a text file", "NUM_OF_VFS=1\0"))):
        with open(path(f"{number}"), "w", encoding="utf-8") as file:
            file.write(text)
        config("apply", path(f"{number}"), "--yes").fails(code, regex)
        equal(state(), before)
    config("apply", path("missing"), "--yes").fails(USAGE, "cannot read")
    for command in ("apply", "export"):
        for name in (mlx5()["name"], mlx5()["parent"]):
            config(command, name).fails(USAGE, f"{name} is a device, and a file is wanted")
    with open(path("good"), "w", encoding="utf-8") as file:
        file.write("NUM_OF_VFS=16\n")
    config("apply", path("good"), "-y", "-b", "/nonexistent/x").fails(
        USAGE, "cannot write /nonexistent/x")
    equal(state(), before)


def three_items(name):
    with open(path(name), "w", encoding="utf-8") as file:
        file.write("NUM_OF_VFS=16\nUCTX_EN=false\nEXP_ROM_PXE_ENABLE=false\n")


@test
@own_table
def failure_in_the_middle():
    """config apply: whichever request fails, all is as it was, and told"""
    defaults()
    three_items("new")
    before = state()
    total = config_json("apply", path("new"), "-y", "-b", path("b"))["rpcs"]
    assert state() != before
    defaults()
    phases = []
    for after in range(total):
        back = path(f"b{after}")
        vcx(f"status 805 4 abc 1 {after}")
        done = run(["--json", "mlx5", "config", "apply", mlx5()["name"], path("new"),
                    "-y", "-b", back, *options])
        if state() != before:
            # Firmware need not have MNVQC, nor tell what makes the new values current.
            phases.append("done")
            vcx("clear")
            defaults()
            continue
        done.ends(FIRMWARE, "status 0x4 .BAD_SYS_STATE., syndrome 0xabc")
        equal(done.json["error"]["firmware"]["syndrome"], 0xabc)
        said = re.search("abc; (nothing was written|the earlier values are restored)$",
                         done.json["error"]["message"])
        phases.append(said[1] if said else "early")
        equal(os.path.exists(back), bool(said))
        if said:
            equal(done.json["result"]["changed"], False)
            # The rollback file has the old values, also when the tool restored them itself.
            config("diff", back, "-e", code=OK)
    # Three items, each read, written and read back, are nine requests in a row.
    middle = [number for number, phase in enumerate(phases) if phase not in ("early", "done")]
    equal(middle, list(range(middle[0], middle[0] + 9)))
    equal([phases[number] for number in middle],
          2 * ["nothing was written"] + 7 * ["the earlier values are restored"])


@test
@own_table
def failure_for_good():
    """config apply: what cannot be restored is in the rollback file"""
    defaults()
    three_items("new")
    before = values("NUM_OF_VFS", "UCTX_EN", "EXP_ROM_PXE_ENABLE")
    total = config_json("apply", path("new"), "-y", "-b", path("b"))["rpcs"]
    # The last request of the change after which all others fail
    for after in reversed(range(total)):
        defaults()
        vcx(f"status 805 4 abc * {after}")
        done = run(["--json", "mlx5", "config", "apply", mlx5()["name"], path("new"), "-y",
                    "-b", path(f"back{after}"), *options])
        vcx("clear")
        if done.code == PARTIAL:
            break
    done.ends(PARTIAL, f"could not be restored: apply {path(f'back{after}')}")
    equal((done.json["result"]["changed"], done.json["result"]["rollback"]),
          (True, path(f"back{after}")))
    assert values(*before) != before
    config("apply", path(f"back{after}"), "-y", "-b", path("c"), code=OK)
    equal(values(*before), before)
    defaults()


@test
def without_sqlite():
    """without SQLite the tool's own table is used, and a database refused"""
    if glob.glob("/usr/share/mstflint/mlxconfig_dbs/mlxconfig_host.db"):
        with open(path("libsqlite3.so.0"), "w", encoding="utf-8") as file:
            file.write("no library")
        env = {**os.environ, "LD_LIBRARY_PATH": path("")}
        equal(run(["--json", "mlx5", "config", "list"], env=env).json["result"]["names"],
              "own")
        run(["mlx5", "config", "list", "-d", path("x.db")], env=env).fails(
            UNSUPPORTED, "without libsqlite3.so.0")
