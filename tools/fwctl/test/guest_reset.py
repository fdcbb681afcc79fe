# SPDX-License-Identifier: GPL-2.0-only
"""
fwctl mlx5 fw reset, and --activate of fwctl mlx5 config, on the virtual ConnectX only:
mlx5_core makes the restarts.
"""
import re
import shutil
import subprocess

from cardtest import config, config_json, defaults, item, own_table, values
from fwctltest import (OK, REFUSED, UNSUPPORTED, USAGE, equal, match,
                       mlx5, on_terminal, require, result, run, test, vcx)

PCI_CONF, CPU_CONF = "80", "c"
OWN = ["--database", "none"]


def reset(*args, **kwargs):
    return run(["mlx5", "fw", "reset", parent(), *args, *OWN], **kwargs)


def reset_json(*args, code=OK):
    return run(["--json", "mlx5", "fw", "reset", parent(), *args, *OWN], code=code).json


def query():
    return result("mlx5", "fw", "reset", "query", parent(), *OWN)


def parent():
    return mlx5()["parent"]


def restarts():
    return int(re.search(r"firmware_resets=(\d+)", vcx("stats"))[1])


def current(name):
    return values(name)[name]["current"]


def fresh():
    """Makes the defaults current."""
    vcx("resets 48 link")
    defaults()
    config("reset", "INTERNAL_CPU_MODEL", code=OK)
    reset("--yes", code=OK)
    equal(query()["waiting"], [])


@test
@own_table
def levels():
    """fw reset query lists the restarts of the card, and what waits for each"""
    fresh()
    other = "no" if current("UEFI_HII_EN") else "yes"
    config("set", "NUM_OF_VFS=16", "INTERNAL_CPU_MODEL=EMBEDDED_CPU", f"UEFI_HII_EN={other}",
           code=OK)
    got = query()
    equal([(row["level"], row["supported"], row["makes_current"]) for row in got["levels"]],
          [("live-patch", False, []), ("driver", True, []), ("link", True, ["NUM_OF_VFS"]),
           ("reboot", True, ["UEFI_HII_EN"]),
           ("power-cycle", True, ["INTERNAL_CPU_MODEL"])])
    row, = [row for row in got["waiting"] if row["name"] == "NUM_OF_VFS"]
    equal([row[key] for key in ("current", "next", "effect", "level")],
          [8, 16, "firmware-reset", "link"])
    equal([got["levels"][2]["method"], values("NUM_OF_VFS")["NUM_OF_VFS"]["level"]],
          ["link_disable", "link"])
    # A card on whose reset the drivers cannot agree, and an older one, without MROQ
    vcx("resets 48 link alone")
    equal([query()["levels"][2]["supported"], values("NUM_OF_VFS")["NUM_OF_VFS"]["level"]],
          [False, "reboot"])
    reset("--level", "link", "--yes").fails(UNSUPPORTED, "now .pci_sync_.* of register mroq")
    match(config("set", "NUM_OF_VFS=17", code=OK).err, "current after a reboot: NUM_OF_VFS$")
    vcx("resets 48 hot unlisted")
    equal([query()["levels"][2][key] for key in ("supported", "method")], [True, "hot_reset"])
    match(config("set", "NUM_OF_VFS=16", code=OK).err, "current after 'fwctl mlx5 fw reset ")
    # A card that offers less
    vcx("resets 40 link")
    supported = {row["level"]: row["supported"] for row in query()["levels"]}
    equal([supported["link"], supported["reboot"]], [False, True])
    done = reset("--yes", code=OK)
    match(done.text, "nothing waits for a restart that this command makes")
    match(done.text, "current after a reboot: .*NUM_OF_VFS.*; after a power cycle: INTERNAL")
    reset("--level", "link", "--yes").fails(UNSUPPORTED, "does not support level link now")
    run(["mlx5", "fw", "reset", "query", parent(), "--dry-run"]).fails(USAGE, "leave out")
    reset("--level", "power-cycle").fails(USAGE, "not one of live-patch, driver, link, reboot")
    fresh()


@test
@own_table
def becomes_current():
    """a value that was set is current after fw reset, under the same parent"""
    fresh()
    before = restarts()
    config("set", "NUM_OF_VFS=16", "INTERNAL_CPU_MODEL=EMBEDDED_CPU", code=OK)
    equal(current("NUM_OF_VFS"), 8)
    planned = reset_json("--dry-run")["result"]
    equal([planned["outcome"], planned["level"], planned["changed"]], ["planned", "link", False])
    equal([restarts(), current("NUM_OF_VFS")], [before, 8])
    done = reset_json("--yes")["result"]
    equal([done["outcome"], done["level"], done["changed"]], ["restarted", "link", True])
    equal({row["name"]: row["state"] for row in done["settings"]},
          {"NUM_OF_VFS": "current", "INTERNAL_CPU_MODEL": "waiting"})
    match(done["todo"], "current after a power cycle: INTERNAL_CPU_MODEL$")
    equal([restarts(), current("NUM_OF_VFS")], [before + 1, 16])
    equal(item(PCI_CONF, "current"), item(PCI_CONF))
    assert item(CPU_CONF, "current") != item(CPU_CONF)
    # Nothing that this command makes current is left, so nothing is restarted.
    done = reset_json("--yes")["result"]
    equal([done["outcome"], done["level"], done["changed"]], ["nothing-waits", None, False])
    equal(restarts(), before + 1)
    fresh()


@test
@own_table
def asks():
    """a restart needs consent; a restart of the driver makes nothing current"""
    fresh()
    before = restarts()
    config("set", "NUM_OF_VFS=16", code=OK)
    reset().fails(REFUSED, "nothing was restarted: level link takes down .*; add --yes")
    code, text = on_terminal(["mlx5", "fw", "reset", parent(), *OWN], b"n\n")
    equal(code, REFUSED)
    match(text, "Restart\\? \\[y/N\\]")
    equal(restarts(), before)
    done = reset_json("--level", "driver", "--yes")["result"]
    equal([done["outcome"], done["settings"][0]["state"]], ["restarted", "waiting"])
    match(done["todo"], "current after 'fwctl mlx5 fw reset fwctl[0-9]+': NUM_OF_VFS")
    equal([restarts(), current("NUM_OF_VFS")], [before, 8])
    # Armed for a reboot
    reset("--level", "reboot").fails(REFUSED, "nothing was armed: an armed restart cannot be")
    code, text = on_terminal(["mlx5", "fw", "reset", parent(), "--level", "reboot", *OWN],
                             b"n\n")
    equal(code, REFUSED)
    match(text, "next reboot. Arm it\\? \\[y/N\\]")
    done = reset_json("--level", "reboot", "--yes")["result"]
    equal([done["outcome"], done["changed"]], ["armed", False])
    match(vcx("last 805"), "0000004[08]")
    equal(restarts(), before)
    fresh()


@test
@own_table
def refused_by_a_driver():
    """a driver of the card that refuses the reset is named, and nothing changes"""
    require(shutil.which("devlink"), "no devlink")
    fresh()
    before = restarts()
    config("set", "NUM_OF_VFS=16", code=OK)
    param = ["devlink", "dev", "param", "set", f"pci/{parent()}", "name",
             "enable_remote_dev_reset", "cmode", "runtime", "value"]
    subprocess.run([*param, "false"], check=True)
    try:
        got = reset_json("--yes", code=REFUSED)
        match(got["error"]["message"], "devlink reload fw_activate: .*see the kernel's log")
        equal([got["result"]["outcome"], got["result"]["changed"]], ["failed", False])
        equal([restarts(), current("NUM_OF_VFS")], [before, 8])
    finally:
        subprocess.run([*param, "true"], check=True)
    fresh()


@test
@own_table
def activate():
    """config set --activate restarts the firmware; without it the tool says what to do"""
    fresh()
    before = restarts()
    match(config("set", "NUM_OF_VFS=12", code=OK).err,
          "current after 'fwctl mlx5 fw reset fwctl[0-9]+': NUM_OF_VFS$")
    # The same value again still waits; the current one asks for nothing, and so does another.
    again = config("set", "NUM_OF_VFS=12", "SRIOV_EN=0", code=OK)
    equal(again.text, "")
    match(again.err, "current after 'fwctl mlx5 fw reset fwctl[0-9]+': NUM_OF_VFS$")
    equal(config_json("set", "NUM_OF_VFS=12")["changed"], False)
    config("set", "NUM_OF_VFS=12", "--activate").fails(REFUSED, "nothing was restarted")
    equal(config("set", "SRIOV_EN=0", code=OK).err, "")
    equal(config("set", "NUM_OF_VFS=8", code=OK).err, "")
    equal(config_json("set", "NUM_OF_VFS=8", "--activate", "--yes")["activation"], None)
    equal(restarts(), before)
    config("set", "NUM_OF_VFS=16", "--activate").fails(REFUSED, "nothing was restarted")
    equal([values("NUM_OF_VFS")["NUM_OF_VFS"]["next"], restarts()], [8, before])
    done = config_json("set", "NUM_OF_VFS=16", "--activate", "--yes")
    equal([done["changed"], done["activation"]], [True, {"level": "link", "done": True,
                                                         "todo": None}])
    equal([current("NUM_OF_VFS"), restarts()], [16, before + 1])
    # Nothing to activate: a change that waits for a power cycle
    done = config_json("set", "INTERNAL_CPU_MODEL=1", "--activate", "--yes")
    equal([done["activation"]["level"], done["activation"]["done"]], [None, False])
    match(done["activation"]["todo"], "after a power cycle: INTERNAL_CPU_MODEL")
    equal(restarts(), before + 1)
    # A value that waits since an earlier command
    config("set", "NUM_OF_VFS=12", code=OK)
    done = config_json("set", "NUM_OF_VFS=12", "--activate", "--yes")
    equal([done["changed"], done["activation"]["done"], current("NUM_OF_VFS")],
          [False, True, 12])
    match(config("reset", "NUM_OF_VFS", "--activate", "--yes", code=OK).err,
          r"^fwctl\d+: restarted at level link$")
    equal([current("NUM_OF_VFS"), restarts()], [8, before + 3])
    fresh()
