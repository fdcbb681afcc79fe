# SPDX-License-Identifier: GPL-2.0-only
"""
fwctl mlx5 fw update, on the virtual ConnectX only. It takes images whose payload has a
format of its own, see tools/testing/vcx/update.h.
"""
import functools
import re
import signal
import subprocess
import time

from fwctltest import (CHANGED, FIRMWARE, FWCTL, GONE, NO_DEVICE, OK, PARTIAL, REFUSED, UNSUPPORTED,
                       USAGE, equal, match, mlx5, on_terminal, path, result, run, soon,
                       tainted, test, vcx, write)
from fwimage import firmware, payload

BOOT, CC_ALGO = 1, 0xb
AGREED = ["--yes", "--taint", "--downgrade"]
IDLE, LOCKED, DOWNLOAD = 0, 1, 3
ACCESS_REG = "805"


def image(identifier=BOOT, version=(22, 42, 1), psid=None, size=2048, damage=False):
    """Returns an image that the firmware accepts, or a damaged copy of it."""
    data = (firmware(version, psid or board(), size) if identifier == BOOT else
            payload(identifier, version, size))
    if damage:
        data = data[:-9] + b"\x01" + data[-8:]
    return data


def file(data, name="image"):
    with open(path(name), "wb") as out:
        out.write(data)
    return path(name)


@functools.cache
def dev():
    """The PCI address; the fwctl name can change when the firmware restarts."""
    return mlx5()["parent"]


@functools.cache
def board():
    return result("mlx5", "identity", dev())["psid"]


def update(*args, **kwargs):
    return run(["mlx5", "fw", "update", dev(), *args], **kwargs)


def update_json(*args, code=OK):
    return run(["--json", "mlx5", "fw", "update", dev(), *args], code=code).json


def versions(component="boot_img"):
    """Returns the running and the stored version of a component."""
    row, = [row for row in result("mlx5", "fw", "info", dev())["fields"]
            if row["component"] == component]
    return row["running"], row["stored"]


def state():
    """Returns running version, stored version and update state, over the control channel."""
    found = re.search(r"0:(\w+):(\w+):.* state=(\d+)", vcx("components"))
    return int(found[1], 16), int(found[2], 16), int(found[3])


def machine():
    return state()[2]


OLD, NEW = 0x162903e8, 0x162a0001
UNCHANGED = (OLD, OLD, IDLE)


def restart(request="reset"):
    """Restarts the firmware while the driver is unbound."""
    write("/sys/bus/pci/drivers/mlx5_core/unbind", dev())
    vcx(request)
    write("/sys/bus/pci/drivers/mlx5_core/bind", dev())
    run(["dev", "wait", dev(), "--timeout", "60"], code=OK)


def factory():
    """Updates the firmware back to the version that the card starts with."""
    update(file(image(version=(22, 41, 1000)), "factory"), "-a", *AGREED, code=OK)
    restart()
    equal(state(), UNCHANGED)


@test
def plan():
    """fw update: a plan tells what would be done, and nothing is"""
    taint = tainted()
    done = update_json(file(image()), "--dry-run", "-a")["result"]
    equal((done["component"], done["running"], done["stored"], done["version"]),
          ("boot_img", "22.41.1000", "22.41.1000", "22.42.0001"))
    equal((done["size"], done["sent"], done["outcome"], done["dry_run"]),
          (2048, 0, "planned", True))
    update(path("image")).fails(REFUSED, "add --yes --taint to make .* or --dry-run")
    update(path("image"), "--yes").fails(REFUSED, "add --taint to make the update, which taints")
    code, text = on_terminal(["mlx5", "fw", "update", dev(), path("image")], typed=b"n\n")
    equal(code, REFUSED)
    match(text, r"new: .*, version 22.42.0001, 2048 bytes, starts next. This taints")
    update(path("image"), *AGREED, "--scope", "debug-read-only").fails(REFUSED)
    equal((machine(), tainted()), (IDLE, taint))


@test
def wrong_files():
    """fw update: a file that isn't for the device is not sent"""
    for code, regex, data, *args in (
            (USAGE, "for the board MT_0000000838, and fwctl.* is a MT_0000000359",
             image(psid="MT_0000000838")),
            (USAGE, "not a file of firmware .*add --unchecked", b"no firmware\n" * 100),
            (USAGE, "not a file of firmware", image(CC_ALGO)),
            (USAGE, "a ZIP archive; unpack it", b"PK\3\4" + image()),
            (USAGE, "its table of contents has no end", image()[:0x180]),
            (USAGE, "it has no table of contents", image().replace(b"ITOC", b"itoc")),
            (USAGE, "it names no board", image(psid="\x1b[2J")),
            (USAGE, "not a file of firmware", b""),
            (USAGE, "not of cc_algo", image(), "-c", "cc_algo"),
            (UNSUPPORTED, "no component gearbox; see", image(), "-c", "gearbox"),
            (USAGE, "takes 1 to 16777216", b"", "-u"),
            (USAGE, "takes 1 to 16777216", bytes((16 << 20) + 4), "-u"),
            (USAGE, "takes a multiple of 4", bytes(2049), "-u")):
        update(file(data), *args, *AGREED).fails(code, regex)
    update(path("none"), *AGREED).fails(USAGE, "cannot read")
    equal(machine(), IDLE)


# The tests below taint the kernel.

@test
def tried():
    """fw update: with --stage it is verified, and changes nothing"""
    done = update_json(file(image()), "--stage", *AGREED)["result"]
    equal((done["outcome"], done["sent"], done["scope"]),
          ("verified", 2048, "debug-write-full"))
    equal(state(), UNCHANGED)
    match(update(path("image"), "--stage", *AGREED, code=OK).text, "^outcome +verified$")
    assert tainted()


@test
def activated():
    """fw update: what is activated runs after the next start of firmware"""
    done = update_json(file(image(size=100000)), "-p", "-e", *AGREED, code=CHANGED)["result"]
    equal((done["outcome"], done["stored"], done["changed"]), ("activated", "22.42.0001", True))
    match(done["todo"], "22.42.0001 runs after 'fwctl mlx5 fw reset fwctl[0-9]+'$")
    equal((versions(), machine()), (("22.41.1000", "22.42.0001"), IDLE))
    # The same version is not sent again.
    done = update_json(path("image"), "-e", *AGREED)["result"]
    equal((done["outcome"], done["changed"], done["sent"]), ("unchanged", False, 0))
    waits, = [row for row in result("mlx5", "fw", "reset", "query", dev())["waiting"]
              if row["name"] == "boot_img"]
    equal([waits[key] for key in ("current", "next", "level")],
          ["22.41.1000", "22.42.0001", "link"])
    run(["mlx5", "fw", "reset", dev(), "--yes"], code=OK)
    equal(versions(), ("22.42.0001", "22.42.0001"))
    equal(result("mlx5", "identity", dev())["firmware"], "22.42.1")
    # An older version is sent only if that is wanted.
    update(file(image(version=(22, 41, 1000))), "--yes", "--taint").fails(
        REFUSED, "nothing was written: 22.41.1000 is older than 22.42.0001")
    factory()


@test
def other_component():
    """fw update: a component that isn't the firmware itself"""
    before = versions("cc_algo")
    data = file(image(CC_ALGO, (2, 4, 5)))
    done = update_json(data, "-c", "CC_ALGO", "-a", *AGREED)["result"]
    equal((done["index"], done["version"], done["stored"]), (1, None, "2.04.0005"))
    equal((versions("cc_algo"), versions()),
          ((before[0], "2.04.0005"), ("22.41.1000", "22.41.1000")))
    update(file(image(CC_ALGO, (2, 3, 4))), "-c", "cc_algo", "-a", *AGREED, code=OK)


@test
def not_verified():
    """fw update: what the firmware finds out is told, and nothing changes"""
    for reason, data in (("digest_error", image(damage=True)),
                         ("bad_format", image()[:-4]),
                         ("not_applicable", image(CC_ALGO))):
        done = update_json(file(data), "-u", "-a", *AGREED, code=FIRMWARE)
        match(done["error"]["message"],
              f"^verification of boot_img: fwctl.*: the firmware reports rejected_{reason}; "
              "boot_img is unchanged, 22.41.1000 starts next")
        equal(done["result"]["outcome"], "failed")
        equal(state(), UNCHANGED)


@test
def each_step_refused():
    """fw update: whichever request the firmware refuses, what becomes of it is told"""
    new = file(image(size=2048))
    old = file(image(size=2048, version=(22, 41, 1000)), "old")
    before = int(vcx(f"count {ACCESS_REG}"))
    update(new, "-a", *AGREED, code=OK)
    total = int(vcx(f"count {ACCESS_REG}")) - before
    update(old, "-a", *AGREED, code=OK)
    steps = set()
    for after in range(total):
        vcx(f"status {ACCESS_REG} 4 abc 1 {after}")
        done = run(["--json", "mlx5", "fw", "update", dev(), new, "-a", *AGREED])
        vcx("clear")
        stored = state()[1]
        equal(machine(), IDLE)
        if done.code != OK:
            done.ends(FIRMWARE, "status 0x4 .BAD_SYS_STATE., syndrome 0xabc")
            equal(done.json["error"]["firmware"]["syndrome"], 0xabc)
            steps |= set(re.findall("(lock|begin|download|verification|activation|release) of",
                                    done.err))
            if "result" in done.json and done.json["result"]["sent"]:
                match(done.err, "22.41.1000 starts next"
                      if stored == OLD else "22.42.0001 is stored now instead of 22.41.1000")
        if stored != OLD:
            assert done.code == OK or re.search("^.*(activation|release) of", done.err), done
            update(old, "-a", *AGREED, code=OK)
    print(f"# {total} requests")
    equal(steps, {"lock", "begin", "download", "verification", "activation", "release"})


def start_slowly(*args):
    """Starts a slow update; returns its process once it is in the download."""
    vcx(f"delay {ACCESS_REG} 15")
    if "-a" not in args:
        args = [*args, "--stage"]
    process = subprocess.Popen(
        [FWCTL, "mlx5", "fw", "update", dev(), file(image(size=65536), "slow"), *AGREED, *args],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    soon(lambda: machine() == DOWNLOAD)
    return process


@test
def interrupted():
    """fw update: a signal cancels it, and leaves nothing behind"""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        process = start_slowly("-a")
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        vcx("clear")
        equal(process.returncode, PARTIAL)
        match(err.decode(), "interrupted by .*; boot_img is unchanged, 22.41.1000 starts next")
        match(out.decode(), "failed$")
        equal(state(), UNCHANGED)
    vcx(f"delay {ACCESS_REG} 15")
    code, text = on_terminal(["mlx5", "fw", "update", dev(), path("slow"), *AGREED],
                             until=b" s left")
    vcx("clear")
    equal(code, PARTIAL)
    match(text, r"boot_img: \d+ of 65536 bytes, \d+ %, \d+ KiB/s, \d+ s left")
    equal(machine(), IDLE)


@test
def left_behind():
    """fw update: one that was killed is found, and cancelled if that is asked for"""
    process = start_slowly()
    process.kill()
    process.communicate(timeout=60)
    vcx("clear")
    equal(machine(), DOWNLOAD)
    data = file(image())
    update(data, *AGREED).fails(REFUSED, "state download, its last step [0-9]+ s ago; .*--take-over")
    equal(machine(), DOWNLOAD)
    update(data, "--take-over", "--stage", *AGREED, code=OK)
    equal(machine(), IDLE)


@test
def somebody_else():
    """fw update: one that goes on is not taken over"""
    vcx(f"delay {ACCESS_REG} 40")
    process = subprocess.Popen(
        [FWCTL, "mlx5", "fw", "update", dev(), file(image(size=48000)), "--stage", *AGREED],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    soon(lambda: machine() == DOWNLOAD)
    update(path("image"), "--take-over", *AGREED).fails(REFUSED, "right now")
    vcx("clear")
    out, err = process.communicate(timeout=60)
    equal((process.returncode, err), (OK, b""))
    match(out.decode(), "verified$")


@test
def power_failure():
    """fw update: cut by a power failure, all is as it was, and it can be done again"""
    data = file(image(size=4096))
    vcx("power-fail 2000")
    started = time.monotonic()
    done = run(["--json", "mlx5", "fw", "update", dev(), data, "-a", *AGREED])
    print(f"# noticed after {time.monotonic() - started:.0f} s: {done.err.strip()}")
    assert done.code in (GONE, FIRMWARE), done
    match(done.err, "download of boot_img, 1[0-9]* of 4096 bytes: .*repeat the command")
    equal(done.json["result"]["outcome"], "failed")
    restart()
    equal(state(), UNCHANGED)
    equal(update_json(data, "-a", *AGREED)["result"]["stored"], "22.42.0001")
    factory()


@test
def dead():
    """fw update: a device that goes away is told, and nothing hangs"""
    process = start_slowly("-a")
    vcx("dead on")
    out, err = process.communicate(timeout=100)
    assert process.returncode in (GONE, FIRMWARE), (process.returncode, err)
    match(err.decode(), "of boot_img.*is unchanged; repeat the command when")
    match(out.decode(), "failed$")
    vcx("clear")
    # The card kept its state, so the update is still in progress.
    restart("dead off")
    equal(state(), (OLD, OLD, DOWNLOAD))
    update(file(image()), "--take-over", "--stage", *AGREED, code=OK)
    equal(state(), UNCHANGED)
    run(["mlx5", "fw", "update", "fwctl999", path("slow"), *AGREED]).fails(NO_DEVICE)
