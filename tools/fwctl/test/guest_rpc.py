# SPDX-License-Identifier: GPL-2.0-only
"""fwctl rpc and plugins: bytes, scopes, consent, and exit codes."""
import os
import struct
import threading

from fwctltest import (FILL, FIRMWARE, GONE, NOP, OK, PARTIAL, READ, READ_CLEAR,
                       REFUSED, RESET, UNSUPPORTED, USAGE, WRITE, Sim, equal,
                       fwctl, match, mlx5, on_terminal, path, read, request,
                       require, result, run, tainted, test)

NO_RAWIO = ["setpriv", "--bounding-set", "-sys_rawio", "--inh-caps",
            "-sys_rawio"]


def send(sim, *args, **kwargs):
    return run(["rpc", "send", sim.name] + list(args), **kwargs)


@test
def ways_in_and_out():
    """rpc: bytes come from file, standard input or hex, and go to any of them"""
    ask = bytes.fromhex(request(FILL, 20, 1))
    answer = bytes(range(1, 21))
    with Sim() as sim, open(path("in"), "wb") as file:
        file.write(ask)
        file.flush()
        equal(send(sim, "--in", path("in"), "--out", "-").out, answer)
        equal(send(sim, "--in", "-", "--out", path("out"), stdin=ask).out, b"")
        with open(path("out"), "rb") as out:
            equal(out.read(), answer)
        equal(send(sim, "--hex", ask.hex(), "--raw").text, answer.hex() + "\n")
        equal(send(sim, "--hex", ask.hex(" ")).lines[1], "0010:  11 12 13 14")
        row = result("rpc", sim.name, "--hex", ask.hex())
        equal((row["answer"], row["answer_len"], row["scope"], row["request"]),
              (answer.hex(), 20, "configuration", ask.hex()))
        equal(sorted(os.listdir(path(""))), ["in", "out"])


@test
def bad_requests():
    """rpc: requests that are none are not sent"""
    with Sim() as sim:
        send(sim).fails(USAGE, "no request: add --in FILE or --hex DIGITS")
        send(sim, "--hex", "00", "--in", "-").fails(USAGE, "leave out one")
        send(sim, "--hex", "0x00").fails(USAGE, "not two hexadecimal digits")
        send(sim, "--hex", "000").fails(USAGE, "byte 1 is not")
        send(sim, "--in", path("none")).fails(USAGE, "cannot read")
        send(sim, "--hex", "00", "-l", "2097153").fails(USAGE, "not a number")
        send(sim, "--hex", "00").fails(USAGE, "below what the device needs")
        send(sim, "--in", "-", stdin=bytes(2097153)).fails(USAGE, "longer than")


@test
def dry_run():
    """--dry-run prints what would be sent and sends nothing"""
    with Sim() as sim:
        run(["sim", "write", sim.name, "3", "5"], code=OK)
        done = send(sim, "-n", "--hex", request(WRITE, 3, 9))
        match(done.text, rf"^{sim.name}, scope least, room for 4096 bytes:")
        row = result("sim", "write", sim.name, "3", "9", "--dry-run")
        equal((row["request"], row["dry_run"], row["scope"]),
              (request(WRITE, 3, 9), True, None))
        equal(result("sim", "read", sim.name, "3")["value"], 5)


@test
def least_scope():
    """the least scope that works is found, and nothing taints unasked"""
    with Sim() as sim:
        before = tainted()
        equal(result("sim", "read", sim.name, "3")["scope"], "configuration")
        equal(result("sim", "read", sim.name, "20")["scope"], "debug-read-only")
        run(["sim", "write", sim.name, "20", "1"]).fails(
            REFUSED, "refused under scope debug-read-only, .*; add --taint$")
        run(["sim", "write", sim.name, "20", "1", "--scope", "debug-write"]
            ).fails(REFUSED, "scope debug-write taints the kernel; add --taint$")
        equal(tainted(), before)
        # No scope admits this opcode; --taint alone does not taint.
        send(sim, "--hex", request(0x99), "--taint", prefix=NO_RAWIO).fails(
            REFUSED)
        equal(tainted(), before)


@test
def big_integers():
    """JSON integers have 64 bits"""
    with Sim() as sim:
        value = 0xfedcba9876543210
        run(["sim", "write", sim.name, "3", hex(value)], code=OK)
        equal(result("sim", "read", sim.name, "3")["value"], value)
        match(fwctl("sim", "read", sim.name, "3"), "^value +0xfedcba9876543210$")


@test
def refusals():
    """exit code 3: by scope, capability, ceiling, limit"""
    with Sim() as sim:
        send(sim, "--hex", request(WRITE, 20), "--scope", "debug-read").fails(
            REFUSED, "not admitted under this scope")
        send(sim, "--hex", request(RESET), "--scope", "debug-write-full",
             "--taint", prefix=NO_RAWIO).fails(REFUSED, "needs CAP_SYS_RAWIO: run as root, or ask")
        sim.knob("open_errno", 16)
        run(["dev", "show", sim.name]).fails(REFUSED, "max_files")
        sim.knob("open_errno", 0)
        run(["policy", "lower", sim.name, "configuration", "-y"], code=OK)
        error = run(["--json", "sim", "read", sim.name, "20"]).fails(
            REFUSED, "ceiling").json["error"]
        equal((error["code"], error["name"], error["errno"]),
              (3, "refused", "EACCES"))


@test
def unsupported():
    """exit code 4: the driver does not know the request"""
    with Sim() as sim:
        sim.knob("rpc_errno", 95)
        run(["sim", "read", sim.name, "0"]).fails(UNSUPPORTED)
        run(["--json", "sim", "read", sim.name, "0"]).fails(UNSUPPORTED)


@test
def firmware_errors():
    """exit code 5: the firmware's status is in the message and in JSON"""
    with Sim() as sim:
        done = run(["--json", "sim", "read", sim.name, "64"]).ends(
            FIRMWARE, "firmware reports status 0x2 .BAD_REGISTER., syndrome 0x0")
        equal(done.json["error"]["firmware"],
              {"status": 2, "name": "BAD_REGISTER", "syndrome": 0})
        assert "answer" in done.json["result"]
        # An answer with an error status is written to the file as well.
        send(sim, "--hex", request(READ, 64), "--out", path("out")).ends(FIRMWARE)
        equal(os.path.getsize(path("out")), 16)


@test
def firmware_errors_mlx5():
    """exit code 5: a ConnectX' status and syndrome"""
    dev = mlx5()
    # MNVDA, a read of an item that does not exist.
    words = [0x08050000, 1, 0x90240000 >> 16, 0, 0x00090004, 0x00ffffff, 0]
    ask = struct.pack(f">{len(words)}I", *words) + bytes(256)
    done = run(["--json", "rpc", dev["name"], "--hex", ask.hex()])
    done.ends(FIRMWARE, "firmware reports status 0x")
    firmware = done.json["error"]["firmware"]
    assert firmware["status"] and isinstance(firmware["syndrome"], int)
    equal(int(done.json["result"]["answer"][:2], 16), firmware["status"])


@test
def gone():
    """exit code 6: the device goes away, or does not answer in time"""
    with Sim() as sim:
        sim.knob("rpc_errno", 110)
        run(["sim", "read", sim.name, "0"]).fails(GONE, "did not answer")
        sim.knob("rpc_errno", 0)
        sim.knob("rpc_delay_ms", 60000)
        timer = threading.Timer(1, sim.remove)
        timer.start()
        error = run(["--json", "sim", "read", sim.name, "0"]).fails(GONE).json
        equal(error["error"]["errno"], "ENODEV")
        timer.join()


@test
def partial():
    """exit code 7: the answer is longer than the room for it"""
    with Sim() as sim:
        done = send(sim, "--hex", request(FILL, 100), "-l", "60",
                    "--out", path("out"))
        done.ends(PARTIAL, "answer has 100 bytes, of which 60 were received")
        equal(os.path.getsize(path("out")), 60)
        done = run(["--json", "rpc", sim.name, "--hex", request(FILL, 100),
                    "-l", "60"]).ends(PARTIAL)
        equal(done.json["result"]["answer_len"], 100)


@test
def refused_leaves_file():
    """what failed leaves the file as it was"""
    with Sim() as sim:
        with open(path("out"), "w") as file:
            file.write("before")
        send(sim, "--hex", request(WRITE, 20), "--out", path("out")).ends(REFUSED)
        equal(read(path("out")), "before")
        send(sim, "--hex", request(NOP), "--out", "/nonexistent/x").fails(
            USAGE, "cannot write /nonexistent/x")


# The tests below taint the kernel.

@test
def consent():
    """on a terminal the tool asks before it taints"""
    with Sim() as sim:
        args = ["sim", "write", sim.name, "20", "7"]
        code, text = on_terminal(args, typed=b"n\n")
        equal(code, REFUSED)
        match(text, r"taints the kernel until a reboot. Send it\? \[y/N\]")
        equal(result("sim", "read", sim.name, "20")["value"], 0)
        code, text = on_terminal(args, typed=b"y\n")
        equal(code, OK)
        equal(result("sim", "read", sim.name, "20")["value"], 7)
        assert tainted()


@test
def agreed():
    """--taint sends under the least scope that works, up to the highest"""
    with Sim() as sim:
        row = result("sim", "write", sim.name, "20", "1", "--taint")
        equal(row["scope"], "debug-write")
        row = result("sim", "write", sim.name, "50", "1", "--taint")
        equal(row["scope"], "debug-write-full")
        row = result("rpc", sim.name, "--hex", request(READ_CLEAR, 20), "--taint")
        equal(row["scope"], "debug-write")
        equal(result("sim", "reset", sim.name, "--taint")["scope"],
              "debug-write-full")


@test
def identity():
    """mlx5 identity reads MGIR"""
    row = result("mlx5", "identity", mlx5()["name"])
    require("hw_dev_id" in row, "no answer")
    assert row["hw_dev_id"] in (0x212, 0x218)
    equal(row["scope"], "configuration")
