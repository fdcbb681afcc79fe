# SPDX-License-Identifier: GPL-2.0-only
"""
Several ConnectX cards or functions, and a reboot. A guest with one card skips the test
for several; $BOOT is the number of the start of the same card, see step cards of
tools/testing/check.
"""
import glob
import os
import re
import threading

from fwctltest import (CHANGED, NO_DEVICE, OK, PARTIAL, USAGE, equal, fwctl, match, path,
                       read, require, result, run, test, write)
from fwimage import firmware


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


def documents(args, code):
    """Runs a command for several devices; returns the document of each."""
    answer = run(["--json", "mlx5"] + args, code=code).json
    equal([document["device"] for document in answer["result"]],
          [dev["parent"] for dev in devices()] if "--all" in args else args[2].split(","))
    return answer["result"]


@test
def ceiling_of_a_card():
    """policy lower: shows each function whose ceiling it lowers"""
    devs = devices()
    require(len(devs) > 1, "only one ConnectX")
    cards = {row["name"]: row["card"] for row in result("policy", "show")}
    name = devs[0]["name"]
    rows = result("policy", "lower", name, "debug-write", "--dry-run")
    equal({row["name"] for row in rows},
          {dev for dev, card in cards.items() if card == cards[name]})
    equal({row["ceiling"] for row in rows}, {"debug-write"})
    row, = result("policy", "lower", name, "debug-write", "--function", "--dry-run")
    equal(row["name"], name)
    equal({row["ceiling"] for row in result("policy", "show")}, {"debug-write-full"})


@test
def several():
    """--all and lists of devices: each has its turn, one summary, one exit code"""
    devs = devices()
    require(len(devs) > 1, "only one ConnectX")
    for dev in devs:
        config(dev, "reset", "-y")
    for document in documents(["fw", "info", "--all"], OK):
        assert "boot_img" in [row["component"].lower() for row in document["result"]["fields"]]
    write(path("wanted"), "CQE_COMPRESSION=aggressive\nPCI_WR_ORDERING=force_relax")
    diff = ["config", "diff", "--all", path("wanted"), "-e"]
    equal([document["result"]["differs"] for document in documents(diff, CHANGED)],
          [True] * len(devs))
    apply = ["config", "apply", "--all", path("wanted"), "-e", "-y"]
    run(["mlx5"] + apply + ["--rollback", path("x")]).fails(USAGE, "a file of its own")
    run(["mlx5"] + apply[:3] + ["-", "-y"]).fails(USAGE, "standard input")
    done = run(["mlx5"] + apply, code=CHANGED, cwd=path(""))
    match(done.text, rf"^{devs[0]['parent']}:$")
    for dev in devs:
        match(done.text, rf"^{dev['parent']} +changed +8 +-$")
    equal(len(glob.glob(path("rollback-*.conf"))), len(devs))
    equal([document["result"]["changed"] for document in documents(apply, OK)],
          [False] * len(devs))
    match(fwctl("mlx5", "config", "diff", "--all", path("wanted")),
          rf"^{devs[1]['parent']} +same +0 +-$")
    # One of two fails: the other one has its turn.
    names = f"fwctl9999,{devs[1]['name']}"
    failed, good = documents(["fw", "info", names], PARTIAL)
    equal((failed["error"]["code"], "result" in good), (NO_DEVICE, True))
    run(["mlx5", "fw", "info", names]).ends(PARTIAL, "failed for 1 of 2 devices")
    run(["mlx5", "fw", "info", "fwctl9999,fwctl9998"]).ends(NO_DEVICE, "2 of 2 devices")
    run(["mlx5", "fw", "info", "--all", devs[0]["name"]]).fails(USAGE, "too many arguments")
    for dev in devs:
        config(dev, "reset", "-y")


@test
def update_by_psid():
    """fw update --all: the cards that the file is for, and no others"""
    devs = devices()
    require(len(devs) > 1, "only one ConnectX")
    for name, psid in (("fits", devs[0]["psid"]), ("foreign", "XX_0000000001")):
        with open(path(name), "wb") as file:
            file.write(firmware((99, 1, 1), psid))
    update = ["fw", "update", "--all", path("fits"), "--dry-run"]
    equal([document["result"]["outcome"] for document in documents(update, OK)],
          ["planned" if dev["psid"] == devs[0]["psid"] else "skipped" for dev in devs])
    update[3] = path("foreign")
    equal({document["result"]["outcome"] for document in documents(update, NO_DEVICE)},
          {"skipped"})
    run(["mlx5"] + update).ends(NO_DEVICE, f"for none of the {len(devs)} devices")
    run(["mlx5", "fw", "update", ",".join(dev["name"] for dev in devs), path("foreign"),
         "-n"]).ends(USAGE, "for the board XX_0000000001")
    run(["mlx5"] + update + ["--unchecked"]).ends(USAGE, "exclude each other")


@test
def all_ports():
    """stats --prometheus --health: the link of each port of each function"""
    text = fwctl("stats", "--prometheus", "--health")
    wanted = []
    for dev in devices():
        row, = result("mlx5", "caps", dev["name"], "general", "num_ports")["fields"]
        wanted += [(dev["name"], str(port + 1)) for port in range(row["current"])]
    require(len(wanted) > len(devices()), "no function has two ports")
    equal(re.findall(r'^fwctl_link_up{device="(.*?)",.*,port="(.*)"} 1$', text, re.M), wanted)


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
