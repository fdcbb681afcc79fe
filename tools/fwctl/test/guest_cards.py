# SPDX-License-Identifier: GPL-2.0-only
"""
Several ConnectX cards or functions, and a reboot. A guest with one card skips the test
for several; $BOOT is the number of the start of the same card, see step cards of
tools/testing/check.
"""
import os
import threading

from fwctltest import OK, equal, path, read, require, result, run, test


def devices():
    return [dev for dev in result("dev", "list") if dev["type"] == "mlx5"]


def config(dev, verb, *args):
    return result("mlx5", "config", verb, dev["name"], *args)


def same_card(one, other):
    """Is an item of the card that one function sets seen at the other?"""
    config(one, "reset", "-y")
    config(one, "set", "NUM_OF_VFS=31")
    row, = config(other, "query", "NUM_OF_VFS")["parameters"]
    config(one, "reset", "-y")
    return row["next"] == 31


@test
def second_device():
    """config apply: what one card exports another has then"""
    devs = devices()
    require(len(devs) > 1, "only one ConnectX")
    one, other = devs[:2]
    # Functions of one card share its items, but not those of class function.
    own = {"PCI_WR_ORDERING"}
    if not same_card(one, other):
        own |= {"NUM_OF_VFS", "CQE_COMPRESSION"}
    for dev in devs:
        config(dev, "reset", "-y")
    config(one, "set", "PCI_WR_ORDERING=force_relax", "NUM_OF_VFS=16",
           "CQE_COMPRESSION=aggressive")
    run(["mlx5", "config", "export", one["name"], path("a")], code=OK)
    equal({row["name"] for row in config(other, "diff", path("a"))["changes"]}, own)
    equal(config(other, "apply", path("a"), "-y", "-b", path("b"))["changed"], True)
    equal(config(other, "diff", path("a"))["changes"], [])
    same = [row for row in config(one, "diff", other["name"])["changes"]
            if row["name"] in ("NUM_OF_VFS", "CQE_COMPRESSION", "PCI_WR_ORDERING")]
    equal(same, [])
    config(other, "set", "PCI_WR_ORDERING=per_mkey")
    answer = config(one, "diff", other["name"])
    equal((answer["other"], answer["differs"]), (other["name"], True))
    assert {"name": "PCI_WR_ORDERING", "from": "force_relax", "to": "per_mkey",
            "effect": "firmware-reset"} in answer["changes"]
    config(other, "set", "PCI_WR_ORDERING=force_relax")
    equal(config(other, "apply", path("a"), "-y")["changed"], False)
    run(["mlx5", "config", "export", other["name"], path("c")], code=OK)
    equal(config(one, "diff", path("c"))["changes"], [])
    for dev in devs:
        config(dev, "reset", "-y")


@test
def one_writer():
    """config set: of programs that use two functions of a card neither loses a value"""
    devs = devices()
    require(len(devs) > 1, "only one ConnectX")
    require(same_card(*devs[:2]), "the functions are those of two cards")
    # The kernel gives both the same card, also on different buses.
    equal(*(read(f"/sys/class/fwctl/{dev['name']}/card") for dev in devs[:2]))
    config(devs[0], "reset", "-y")
    for number in range(10):
        settings = {"NUM_OF_VFS": 9 + number, "NUM_OF_PF": 1 + number % 2}
        threads = [threading.Thread(target=config, args=(dev, "set", f"{name}={value}"))
                   for dev, (name, value) in zip(devs, settings.items())]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rows = config(devs[0], "query", *settings)["parameters"]
        equal({row["name"]: row["next"] for row in rows}, settings)
    config(devs[0], "reset", "-y")


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
