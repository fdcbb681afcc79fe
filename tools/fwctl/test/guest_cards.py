# SPDX-License-Identifier: GPL-2.0-only
"""
Several ConnectX cards or functions, and a reboot. A guest with one card skips the test
for several; $BOOT is the number of the start of the same card, see step cards of
tools/testing/check.
"""
import os

from fwctltest import OK, equal, path, require, result, run, test


def devices():
    return [dev for dev in result("dev", "list") if dev["type"] == "mlx5"]


def config(dev, verb, *args):
    return result("mlx5", "config", verb, dev["name"], *args)


@test
def second_device():
    """config apply: what one card exports another has then"""
    devs = devices()
    require(len(devs) > 1, "only one ConnectX")
    one, other = devs[:2]
    # Functions of one card share its items, but not those of class function.
    own = {"PCI_WR_ORDERING"}
    if one["parent"].split(".")[0] != other["parent"].split(".")[0]:
        own |= {"NUM_OF_VFS", "CQE_COMPRESSION"}
    for dev in devs:
        config(dev, "reset", "-y")
    config(one, "set", "PCI_WR_ORDERING=force_relax", "NUM_OF_VFS=16",
           "CQE_COMPRESSION=aggressive")
    run(["mlx5", "config", "export", one["name"], path("a")], code=OK)
    equal({row["name"] for row in config(other, "diff", path("a"))["changes"]}, own)
    equal(config(other, "apply", path("a"), "-y", "-b", path("b"))["changed"], True)
    equal(config(other, "diff", path("a"))["changes"], [])
    equal(config(other, "apply", path("a"), "-y")["changed"], False)
    run(["mlx5", "config", "export", other["name"], path("c")], code=OK)
    equal(config(one, "diff", path("c"))["changes"], [])
    for dev in devs:
        config(dev, "reset", "-y")


@test
def reboot():
    """config set: what is next before a reboot is current after it"""
    boot = os.environ.get("BOOT")
    require(boot, "no reboot")
    dev = devices()[0]
    name = "NUM_OF_VFS"
    if boot == "1":
        config(dev, "set", f"{name}=21")
    row, = config(dev, "query", name)["parameters"]
    equal((row["default"], row["current"]), (8, {"1": 8, "2": 21}[boot]))
    equal(boot != "1" or row["next"], boot != "1" or 21)
