# SPDX-License-Identifier: GPL-2.0-only
"""fwctl dev, and the names that a device can be given by."""
import json
import os
import shutil
import subprocess
import threading
import time

from fwctltest import (FWCTL, GONE, NOBODY, NO_DEVICE, OK, UNSUPPORTED, WRAP, Sim, equal,
                       fwctl, listed, match, mlx5, on_terminal, require, result, run, test)


@test
def narrow():
    """dev list and wide tables fit a terminal of 80 columns; -o and files have all"""
    name = mlx5()["name"]
    for columns, has in ((80, False), (200, True)):
        for args in (["dev", "list"], ["mlx5", "fw", "reset", "query", name],
                     ["mlx5", "reg", "list"]):
            code, text = on_terminal(args, env={"COLUMNS": str(columns)})
            equal((args, code, max(map(len, text.splitlines())) <= columns), (args, OK, True))
            if args == ["dev", "list"]:
                equal(("PSID" in text, "CEILING" in text), (has, True))
    assert "PSID" in fwctl("dev", "list")
    code, text = on_terminal(["dev", "list", "-o", "NAME,PSID,PART,SERIAL,MODEL,PARENT,CEILING"],
                             env={"COLUMNS": "40"})
    assert "PSID" in text and "CEILING" in text, text


@test
def listing():
    """dev list shows devices, in the columns asked for"""
    with Sim() as sim:
        rows = {row["name"]: row for row in result("dev", "list")}
        dev = rows[sim.name]
        equal((dev["type"], dev["driver"], dev["parent"], dev["path"]),
              ("sim", "fwctl_sim", sim.parent, sim.path))
        equal(dev["scopes"][0], "configuration")
        text = fwctl("dev", "list")
        match(text, r"^NAME +TYPE +PARENT .*CEILING")
        match(text, rf"^{sim.name} +sim +{sim.parent} .*debug-write-full")
        raw = fwctl("--raw", "dev", "list", "-o", "parent,NAME")
        match(raw, rf"^{sim.parent} {sim.name}$")
        assert "NAME" not in raw


def delivered(name):
    return sum(result("stats", "show", name)[0]["delivered"].values())


@test
def cards():
    """dev list: a card's values are those of its firmware, and kept for a minute"""
    dev = mlx5()["name"]
    shutil.rmtree("/run/fwctl", ignore_errors=True)
    before = delivered(dev)
    row = listed()
    asked = delivered(dev)
    equal(asked - before, 3)
    ours = result("mlx5", "identity", dev)
    equal((row["firmware"], row["psid"]), (ours["firmware"], ours["psid"]))
    inventory = {field["field"]: field["value"]
                 for field in result("mlx5", "reg", "get", dev, "msgi")["fields"]}
    equal((row["serial"], row["part"]), (inventory["serial_number"], inventory["part_number"]))
    equal((row["model"], row["ceiling"]), ("ConnectX-6 Dx", "debug-write-full"))
    asked = delivered(dev)
    equal(listed(), row)
    fwctl("dev", "list", "-o", "NAME,PARENT")
    equal(delivered(dev), asked)
    # Another user's file, one of another registration and an old one do not count.
    equal(os.stat("/run/fwctl").st_mode & 0o777, 0o700)
    name = f"/run/fwctl/{dev}.json"
    with open(name, encoding="utf-8") as file:
        kept = json.load(file)
    changes = [{"node": "1-2"}, {"time_ns": 1 << 62}]
    if kept["time_ns"] > 61 * 10**9:
        changes.append({"time_ns": kept["time_ns"] - 61 * 10**9})
    for change in changes:
        with open(name, "w", encoding="utf-8") as file:
            json.dump({**kept, "serial": "false", **change}, file)
        equal(listed(), row)
    for user, mode in ((NOBODY, 0o600), (0, 0o620)):
        with open(name, "w", encoding="utf-8") as file:
            json.dump({**kept, "serial": "false"}, file)
        os.chown(name, user, 0)
        os.chmod(name, mode)
        equal(listed(), row)


@test
def empty():
    """without devices the list is empty, also in JSON"""
    require(not os.listdir("/sys/class/fwctl"), "there are devices")
    equal(result("dev", "list"), [])
    equal(fwctl("dev", "list"), "")


@test
def showing():
    """dev show tells what FWCTL_INFO says, by each name of the device"""
    with Sim() as sim:
        for name in (sim.name, sim.path, sim.parent):
            dev = result("dev", "show", name)
            equal(dev["name"], sim.name)
            equal(dev["info"]["id"], sim.id)
        match(fwctl("dev", "show", sim.name), rf"^id +{sim.id}$")
        run(["dev", "show", "/dev/null"]).fails(NO_DEVICE, "not an fwctl device")


@test
def by_netdev():
    """a ConnectX is found by PCI address, network and RDMA device"""
    dev = listed()
    names = [dev["parent"], dev["parent"].removeprefix("0000:")]
    names += dev["netdevs"] + dev["rdma_devs"]
    for name in names:
        equal(result("dev", "show", name)["name"], dev["name"])


@test
def other_type():
    """a device of another type is shown as bytes, and no plugin takes it"""
    with Sim("type=99") as sim:
        dev = result("dev", "show", sim.name)
        equal((dev["type"], dev["info"]), ("99", None))
        equal(len(dev["data"]), 16)
        run(["sim", "read", sim.name, "0"]).fails(UNSUPPORTED, "not of type sim")


@test
def waiting():
    """dev wait ends when the device appears, or when time is up"""
    run(["dev", "wait", "fwctl_sim7999", "--timeout", "1"]).fails(GONE)
    sim = Sim()
    timer = threading.Timer(1, sim.add)
    timer.start()
    started = time.monotonic()
    equal(result("dev", "wait", sim.parent, "-t", "60")[0]["parent"], sim.parent)
    assert time.monotonic() - started < 30
    timer.join()
    sim.remove()


def milliseconds(command, count):
    """Returns the shortest time of count runs; longer ones measure other load."""
    best = None
    for _ in range(count):
        started = time.monotonic()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        took = (time.monotonic() - started) * 1000
        best = took if best is None else min(best, took)
    return best


def system_calls(command):
    """Returns the number of system calls of a command, which load does not change."""
    trace = subprocess.run(["strace", "-f", "-o", "/dev/stdout", *command],
                           capture_output=True, check=True).stdout
    return sum(1 for line in trace.splitlines() if b"(" in line)


@test
def start_up():
    """dev list starts with a few times the system calls of devlink dev show"""
    with open(FWCTL, "rb") as file:
        require(b"__asan_init" not in file.read(), "sanitizers add system calls")
    require(not WRAP, "valgrind adds system calls")
    require(shutil.which("strace"), "no strace")
    commands = [FWCTL, "dev", "list"], ["devlink", "dev", "show"]
    ours, theirs = (milliseconds(command, 10) for command in commands)
    print(f"# fwctl dev list {ours:.1f} ms, devlink dev show {theirs:.1f} ms, "
          f"ratio {ours / theirs:.2f}")
    ours, theirs = (system_calls(command) for command in commands)
    print(f"# fwctl dev list {ours} system calls, devlink dev show {theirs}")
    assert ours < 4 * theirs
