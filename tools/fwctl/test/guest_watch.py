# SPDX-License-Identifier: GPL-2.0-only
"""policy, monitor, stats and probe."""
import json
import os
import re
import signal
import subprocess
import time

from fwctltest import (FWCTL, GONE, NOBODY, OK, REFUSED, UNSUPPORTED, USAGE, Sim,
                       check_document, equal, fwctl, interrupted_writing, match,
                       on_terminal, path, read, request, require, result, run, soon,
                       test, write)


def row_of(rows, sim):
    return [row for row in rows if row["name"] == sim.name][0]


@test
def policy():
    """policy: ceilings are shown, lowered, and never raised"""
    with Sim() as sim:
        equal(row_of(result("policy", "show"), sim)["ceiling"],
              "debug-write-full")
        row = result("policy", "lower", sim.name, "debug-read", "--dry-run")[0]
        equal(row["ceiling"], "debug-read-only")
        equal(result("policy", "show", sim.name)[0]["ceiling"],
              "debug-write-full")
        for typed, why in ((b"n\n", "the answer was not yes"), (b"y\n", "debug-read-only")):
            code, text = on_terminal(["policy", "lower", sim.name, "debug-read"], typed=typed)
            match(text, f"becomes debug-read-only until the next reboot. Lower it.*(.|\n)*{why}")
            equal(code, {b"n\n": REFUSED, b"y\n": OK}[typed])
        # A script is asked nothing.
        run(["policy", "lower", sim.name, "configuration"]).fails(
            REFUSED, "nothing was lowered: only a reboot raises the ceiling again: add --yes")
        row = result("policy", "lower", sim.name, "debug-read", "--yes")[0]
        equal(row["ceiling"], "debug-read-only")
        run(["policy", "lower", sim.name, "debug-write", "-y"]).fails(
            REFUSED, "refused: a ceiling is never raised: name a lower")
        run(["policy", "lower", sim.name, "none", "-y"], user=NOBODY).fails(
            REFUSED, "refused: needs CAP_SYS_ADMIN: run as root")
        run(["sim", "write", sim.name, "20", "1", "--taint"]).fails(
            REFUSED, "ceiling")
        equal(result("policy", "show", sim.name)[0]["refused"] > 0, True)
        match(fwctl("policy", "show", sim.name),
              rf"^{sim.name} +{sim.parent} +debug-read-only ")
        equal(result("policy", "show", sim.name)[0]["card"], sim.parent)
        row = result("policy", "lower", sim.name, "none", "--function", "--yes")[0]
        equal(row["ceiling"], "none")
        run(["dev", "show", sim.name]).fails(REFUSED, "ceiling")


class Monitor:
    """A monitor in the background that writes to a file."""

    def __init__(self, *args):
        self.file = open(path("monitor"), "wb")
        self.child = subprocess.Popen([FWCTL, *args], stdout=self.file,
                                      stderr=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()
        self.child.stderr.close()
        self.file.close()

    def lines(self):
        return read(path("monitor")).splitlines()

    def end(self):
        """Sends SIGINT, as ^C does; returns the exit code."""
        self.child.send_signal(signal.SIGINT)
        return self.child.wait(60)


@test
def monitor_device():
    """monitor device: devices that come and go, lines of JSON; ^C ends it"""
    with Monitor("--json", "monitor", "device") as monitor:
        names = []

        def seen():
            with Sim() as sim:
                names.append(sim.name)
            events = [check_document(line)["event"] for line in monitor.lines()]
            return {"added", "removed"} <= {event["type"] for event in events
                                            if event["device"] in names}
        soon(seen)
        equal(monitor.end(), 0)


@test
def monitor_audit():
    """monitor audit: requests as they finish or are refused"""
    with Sim() as sim, Sim() as other, \
            Monitor("monitor", "audit", sim.name) as monitor:
        def seen():
            run(["sim", "read", other.name, "1"], code=OK)
            run(["sim", "read", sim.name, "20"], code=OK)
            return len(monitor.lines()) > 3
        soon(seen)
        equal(monitor.end(), 0)
        text = "\n".join(monitor.lines())
        assert other.name not in text
        match(text, rf"^\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{{3}} rpc {sim.name} fwctl\[\d+\] uid 0 command 0x10 \(read\) "
              "declared configuration effective debug-read-only refused: scope "
              "result EBADMSG")
        match(text, "declared debug-read-only effective debug-read-only admitted "
              r"result 0 .*\d+ us$")


@test
def monitor_json():
    """monitor audit --json: each line is valid, whatever processes are called"""
    with Sim() as sim, Monitor("--json", "monitor", "audit", "--writes") as monitor:
        # The process gives itself a name that is neither UTF-8 nor printable.
        script = ("import ctypes,os,sys;"
                  "ctypes.CDLL(None).prctl(15, b'\\xff\\x1b\"\\n\\xc3', 0, 0, 0);"
                  "import fcntl,struct;"
                  f"fd=os.open('{sim.path}', os.O_RDWR);"
                  f"b=ctypes.create_string_buffer(bytes.fromhex('{request(0x11, 1, 2)}'));"
                  "o=ctypes.create_string_buffer(16);"
                  "a=bytearray(struct.pack('IIIIQQ', 32, 0, 16, 16,"
                  "ctypes.addressof(b), ctypes.addressof(o)));"
                  "fcntl.ioctl(fd, 0x9a01, a)")

        def seen():
            subprocess.run(["python3", "-c", script], check=True)
            return monitor.lines()
        soon(seen)
        equal(monitor.end(), 0)
        for line in monitor.lines():
            event = check_document(line)["event"]
            equal(event["writes"], True)
        assert "\ufffd" in event["comm"], event["comm"]


@test
def monitor_ends():
    """monitor: ends after so many events, or with exit code 6 without them"""
    done = run(["--json", "monitor", "audit", "-c", "1", "-t", "1", "--refused"])
    done.ends(GONE, "0 of 1 events arrived")
    run(["monitor", "-t", "1"], code=OK)
    run(["monitor", "fwctl9999"]).fails(2)


class Journald:
    """systemd's journald, alone; the guest has no systemd."""

    daemon = "/usr/lib/systemd/systemd-journald"

    def __enter__(self):
        require(os.path.exists(self.daemon), "no systemd-journald")
        if not os.path.exists("/etc/machine-id") or not read("/etc/machine-id").strip():
            write("/etc/machine-id", "0123456789abcdef0123456789abcdef")
        self.child = subprocess.Popen([self.daemon], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL)
        soon(lambda: os.path.exists("/run/systemd/journal/socket"))
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.child.wait(60)


def past(*args):
    """The events that --since prints."""
    done = run(("--json", "monitor") + args + ("--since", "-1h"), code=OK)
    return [document["event"] for document in getattr(done, "documents", [])]


def forge(sim):
    """Has nobody write an entry as monitor journal does, and waits for it."""
    event = {"type": "rpc", "device": sim.name, "comm": "forged"}
    script = ("import socket; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); "
              "s.sendto(b'MESSAGE=forged\\nMESSAGE_ID=9b65bc16e3f04140aec800773d1077c0\\n"
              f"FWCTL_TYPE=rpc\\nFWCTL_EVENT={json.dumps(event)}\\n', "
              "'/run/systemd/journal/socket')")
    subprocess.run(["setpriv", "--reuid", str(NOBODY), "--clear-groups", "python3", "-c",
                    script], check=True)
    soon(lambda: "forged" in subprocess.run(["journalctl", f"_UID={NOBODY}"], check=True,
                                            capture_output=True).stdout.decode())


@test
def journal():
    """monitor journal, --since: fields that journalctl finds; root's events come back"""
    with Journald(), Sim() as sim, Monitor("monitor", "journal") as monitor:
        def seen():
            run(["sim", "write", sim.name, "20", "1", "--taint"], code=OK)
            # The refusal under a lower scope, which comes first, may be all there is yet.
            return [event for event in past("audit", sim.name)
                    if event["writes"] and event["reason"] != "scope"]
        event = soon(seen)[-1]
        equal((event["device"], event["comm"], event["uid"], event["reason"]),
              (sim.name, "fwctl", 0, "admitted"))
        # A read under the least scope that is refused under the one before
        run(["sim", "read", sim.name, "20"], code=OK)
        refused = soon(lambda: past("audit", sim.name, "--refused"))
        equal({event["reason"] for event in refused}, {"scope"})
        assert all(event["writes"] for event in past("audit", "--writes"))
        run(["policy", "lower", sim.name, "configuration", "-y"], code=OK)
        soon(lambda: [event for event in past("device", sim.name)
                      if event["type"] == "ceiling" and event["ceiling"] == "configuration"])
        equal(len(past("audit", sim.name, "-c", "1")), 1)
        match(fwctl("monitor", "audit", "--since", "today", "--writes", sim.name),
              rf"^\d{{4}}-.* rpc {sim.name} fwctl\[\d+\] uid 0 command 0x11 \(write\) .* writes")
        lines = subprocess.run(
            ["journalctl", "-o", "json", "FWCTL_WRITES=true", f"FWCTL_DEVICE={sim.name}"],
            check=True, capture_output=True).stdout.decode().splitlines()
        entry = json.loads(lines[-1])
        equal((entry["PRIORITY"], entry["FWCTL_COMMAND_NAME"]), ("5", "write"))
        match(entry["MESSAGE"], f"^rpc {sim.name} fwctl")
        forge(sim)
        assert not [event for event in past("audit", sim.name) if event["comm"] == "forged"]
        run(["monitor", "--since", "at noon-ish"]).fails(USAGE, "journalctl failed")
        run(["monitor", "-S", "-1h", "-t", "1"]).fails(USAGE, "leave out one")
        run(["monitor", "-S", "-1h"], env={"PATH": "/nowhere"}).fails(
            UNSUPPORTED, "only systemd's journal")
        equal(monitor.end(), 0)
        equal(monitor.lines(), [])
    name = sim.name
    soon(lambda: not os.path.exists(sim.path))
    # The device is gone, and the daemon as well: its files are read.
    assert past("audit", name)


@test
def no_journal():
    """monitor journal: without journald it fails at the first event"""
    with Monitor("monitor", "journal") as monitor:
        def ended():
            with Sim():
                return monitor.child.poll() is not None
        soon(ended)
        equal(monitor.child.returncode, UNSUPPORTED)


@test
def stats():
    """stats: counters, and how long requests take"""
    with Sim() as sim:
        for _ in range(3):
            run(["sim", "read", sim.name, "1"], code=OK)
        run(["sim", "read", sim.name, "20"], code=OK)
        row = result("stats", "show", sim.name)[0]
        equal(row["delivered"]["configuration"], 3)
        equal(row["delivered"]["debug-read-only"], 1)
        equal(row["judged"]["scope"], 1)
        equal(row["latency"], None)
        match(fwctl("stats", sim.name), rf"^{sim.name} +{sim.parent} +0 +0 +3 +1 ")
        sim.knob("rpc_delay_ms", 20)
        child = subprocess.Popen(["sh", "-c", "while :; do fwctl sim read "
                                  f"{sim.parent} 1; done"],
                                 stdout=subprocess.DEVNULL,
                                 start_new_session=True)
        try:
            row = result("stats", sim.name, "--seconds", "3")[0]
        finally:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        latency = row["latency"]
        assert latency["count"] > 0
        equal(sum(bucket["count"] for bucket in latency["buckets"]),
              latency["count"])
        assert latency["max_ns"] >= 20000000
        assert latency["p50_ns"] >= 16384000


SAMPLE = re.compile(r'^([a-z_]+)\{(?:[a-z]+="(?:[^"\\]|\\.)*",?)*\} ([-0-9.e+]+)$')


def check_prometheus(text):
    """Checks the text format: samples follow the TYPE of their metric; returns the metrics."""
    metric, seen = None, set()
    for line in text.splitlines():
        if line.startswith("# TYPE"):
            metric = line.split()[2]
            assert metric not in seen
            seen.add(metric)
        elif not line.startswith("# HELP"):
            found = SAMPLE.match(line)
            assert found, line
            assert found[1].startswith(metric), line
    return seen


@test
def prometheus():
    """stats --prometheus: the text format, in a file that is replaced whole"""
    with Sim() as sim:
        run(["sim", "read", sim.name, "1"], code=OK)
        text = fwctl("stats", "--prometheus")
        metrics = check_prometheus(text)
        assert "fwctl_rpcs_delivered_total" in metrics
        match(text, rf'^fwctl_rpcs_delivered_total{{device="{sim.name}",'
              rf'parent="{sim.parent}",driver="fwctl_sim",'
              r'scope="configuration"} 1$')
        run(["stats", "--prometheus", "--interval", "1"]).fails(USAGE, "--out")
        fwctl("stats", "-p", "-i", "1", "-c", "2", "-O", path("fwctl.prom"))
        assert "fwctl_rpc_duration_seconds" in check_prometheus(
            read(path("fwctl.prom")))
        equal(os.listdir(path("")), ["fwctl.prom"])


@test
def live():
    """stats: refreshes on a terminal until ^C"""
    with Sim() as sim:
        code, text = on_terminal(["stats", "-i", "1"], until=b"^C ends")
        equal(code, 0)
        match(text, "\033\\[H\033\\[J")
        match(text, sim.name)
        assert "\033" not in fwctl("stats", "-i", "1", "-c", "1")


@test
def interrupted():
    """stats: ^C ends it in good order from its first line on"""
    with Sim():
        equal(interrupted_writing(["stats", "-i", "1"]), 0)


@test
def probing():
    """probe: what may be done, and for each no why"""
    with Sim() as sim:
        rows = {(row["subject"], row["check"]): row for row in result("probe")}
        for check in ("open", "write", "info", "plugin", "firmware",
                      "configuration", "debug-write-full"):
            equal(rows[(sim.name, check)]["ok"], True)
        equal(rows[("kernel", "audit")]["ok"], True)
        for row in rows.values():
            equal(row["why"] is None, row["ok"])
        run(["policy", "lower", sim.name, "debug-read-only", "-y"], code=OK)
        rows = {row["check"]: row for row in result("probe", sim.name)}
        match(rows["debug-write"]["why"], "ceiling")
        match(rows["debug-write"]["help"], "until the machine reboots")
        equal(rows["debug-read-only"]["ok"], True)
        run(["policy", "lower", sim.name, "none", "-y"], code=OK)
        before = result("policy", "show", sim.name)[0]["refused"]
        rows = {row["check"]: row for row in result("probe", sim.name)}
        equal((rows["open"]["ok"], rows["open"]["why"]), (False, "the device's ceiling is none"))
        equal(result("policy", "show", sim.name)[0]["refused"], before)
