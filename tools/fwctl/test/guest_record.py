# SPDX-License-Identifier: GPL-2.0-only
"""record and replay, bundles, scripts, files and signals."""
import json
import os
import re
import signal
import subprocess
import tarfile

from fwctltest import (FIRMWARE, FWCTL, OK, PARTIAL, READ, TIMEOUT, USAGE, Sim, equal,
                       fwctl, match, mlx5, on_terminal, path, read, request, result,
                       run, soon, test, write)

COMMANDS = (
    ["dev", "list"],
    ["dev", "show", "DEV"],
    ["policy", "show"],
    ["policy", "show", "DEV"],
    ["stats", "--once"],
    ["sim", "read", "DEV", "3"],
    ["sim", "read", "DEV", "20"],
    ["sim", "read", "DEV", "64"],
    ["sim", "write", "DEV", "20", "1"],
    ["sim", "write", "DEV", "3", "0xffffffffffffffff"],
    ["rpc", "DEV", "--hex", request(READ, 3)],
    ["rpc", "DEV", "--hex", request(3, 100), "-l", "50"],
    ["rpc", "DEV", "--hex", "00"],
    ["policy", "lower", "DEV", "configuration", "-y"],
    ["sim", "read", "DEV", "21"],
)


@test
def record_replay():
    """what is recorded on a device is replayed without it, to the byte"""
    recorded = []
    with Sim() as sim:
        for number, command in enumerate(COMMANDS):
            command = [sim.name if word == "DEV" else word for word in command]
            options = ["--json"] if number % 2 else []
            name = path(f"{number}")
            recorded.append((name, command, options, run(
                options + ["record", name] + command)))
    for name, command, options, live in recorded:
        again = run(options + ["replay", name] + command)
        equal((again.code, again.out, again.err),
              (live.code, live.out, live.err))
    done = run(["replay", recorded[0][0], "sim", "read", sim.name, "5"])
    done.fails(USAGE, "the recording has no such request")


@test
def record_mlx5():
    """what is recorded on a ConnectX is replayed to the byte"""
    dev = mlx5()["name"]
    live = run(["--json", "record", path("r"), "mlx5", "identity", dev], code=OK)
    again = run(["--json", "replay", path("r"), "mlx5", "identity", dev], code=OK)
    equal(again.out, live.out)


@test
def record_whole():
    """a recording is a whole script's, and shows what went over the wire"""
    with Sim() as sim:
        write(path("script"), f"sim read {sim.name} 3\nsim read {sim.name} 20")
        live = fwctl("record", path("r"), "batch", path("script"))
        equal(fwctl("replay", path("r"), "batch", path("script")), live)
        rows = [row for row in result("record", "show", path("r"))
                if row["type"] == "rpc"]
        equal([(row["scope"], row["errno"]) for row in rows],
              [("configuration", None), ("configuration", "EBADMSG"),
               ("debug-read-only", None)])
        equal(rows[0]["request"], request(READ, 3))


@test
def record_damaged():
    """a recording that is none is told, one that is cut off is shown"""
    write(path("none"), "nothing")
    run(["replay", path("none"), "dev", "list"]).fails(USAGE)
    run(["record", "show", path("none")]).fails(USAGE)
    with Sim() as sim:
        fwctl("record", path("r"), "sim", "read", sim.name, "3")
    with open(path("r"), "r+b") as file:
        file.truncate(os.path.getsize(path("r")) - 3)
    done = run(["--json", "record", "show", path("r")]).ends(PARTIAL, "cut off")
    assert done.json["result"]


@test
def scripts():
    """batch: stops at what fails, or goes on; exit code 7"""
    with Sim() as sim:
        text = (f"sim write {sim.name} 3 1\nsim read {sim.name} 64\n"
                f"sim write {sim.name} 3 2\n").encode()
        done = run(["batch", "-"], stdin=text)
        done.ends(PARTIAL, "1 of 2 commands failed, .* line 2")
        equal(result("sim", "read", sim.name, "3")["value"], 1)
        done = run(["--json", "batch", "-k", "-"], stdin=text).ends(PARTIAL)
        equal([doc.get("error", {}).get("code", 0)
               for doc in done.json["result"]], [0, FIRMWARE, 0])
        equal(result("sim", "read", sim.name, "3")["value"], 2)


def members(name):
    with tarfile.open(name) as tar:
        return {item.name.split("/", 1)[1]: tar.extractfile(item).read().decode()
                for item in tar.getmembers()}


# One of each kind that a bundle replaces; the first also with --identify.
PLANTED = ("ffffffffc0a81234", "02:00:5e:10:00:02", "b859:9f03:0000:4711",
           "6fa459ea-ee8a-3ca4-894e-db77e160355e", "198.51.100.23", "2001:db8::4711",
           "fe80::5054:ff:fe12:3456", "iqn.2001-04.com.example:disk1")
# Serial numbers of the virtual ConnectX and its cable
SERIALS = ("MT2118X00001", "MT2118VS00417")


@test
def bundle():
    """bundle: one archive, without what identifies unless that is asked for"""
    write("/dev/kmsg", "fwctl test: 02:00:5e:10:00:01 at 192.0.2.7")
    write("/dev/kmsg", "fwctl test: " + " ".join(PLANTED))
    with Sim() as sim:
        done = run(["--json", "bundle", path("b.tar.gz")], code=OK)
        equal(done.json["result"]["missing"], 0)
        equal(done.err, "")
        files = members(path("b.tar.gz"))
        manifest = json.loads(files["MANIFEST.json"])
        equal(manifest["redacted"], True)
        equal({entry["name"] for entry in manifest["entries"]} |
              {"MANIFEST.json"}, set(files))
        equal(len(files), done.json["result"]["entries"])
        text = "".join(files.values())
        equal([word for word in (*PLANTED, *SERIALS) if word in text], [])
        assert not re.search(rf"\b{re.escape(os.uname().nodename)}\b", text)
        dev = json.loads(files[f"fwctl/dev-show-{sim.name}.json"])["result"]
        equal((dev["name"], dev["data"]), (sim.name, "redacted"))
        match(files["system/log"], r"fwctl test: mac-\d+ at ip-\d+$")
        assert "system/devlink-health.json" in files
        fwctl("bundle", "--identify", path("b.tar"))
        log = members(path("b.tar"))["system/log"]
        match(log, "02:00:5e:10:00:01 at 192.0")
        equal([word for word in PLANTED if word not in log], [PLANTED[0]])
        equal(os.stat(path("b.tar")).st_mode & 0o777, 0o600)
        equal(sorted(os.listdir(path(""))), ["b.tar", "b.tar.gz"])


@test
def bundle_progress():
    """bundle: progress is shown on a terminal; MANIFEST.json says what lacks"""
    with Sim() as sim:
        code, text = on_terminal(["bundle", path("b.tar.xz")])
        equal(code, OK)
        match(text, r"\[#* +\] 2/\d+ fwctl/policy-show.json")
        run(["policy", "lower", sim.name, "none", "-y"], code=OK)
        run(["bundle", path("c.tar.gz")]).ends(PARTIAL, "could not be gathered")
        manifest = json.loads(members(path("c.tar.gz"))["MANIFEST.json"])
        assert [entry for entry in manifest["entries"] if entry["error"]]


@test
def interrupted():
    """SIGINT leaves nothing half-written"""
    with Sim() as sim:
        write(path("r"), "before")
        sim.knob("rpc_delay_ms", 60000)
        for args in (["record", path("r"), "sim", "read", sim.name, "1"],
                     ["bundle", path("b.tar")]):
            with subprocess.Popen(
                    [FWCTL, *args], stderr=subprocess.PIPE,
                    stdout=subprocess.PIPE, preexec_fn=lambda: signal.signal(
                        signal.SIGINT, signal.SIG_DFL)) as child:
                soon(lambda: [name for name in os.listdir(path(""))
                              if name.endswith(".part")])
                child.send_signal(signal.SIGINT)
                out, _ = child.communicate(timeout=TIMEOUT)
                equal((child.returncode, out), (-signal.SIGINT, b""))
        equal(os.listdir(path("")), ["r"])
        equal(read(path("r")), "before\n")
