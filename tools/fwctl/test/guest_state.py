# SPDX-License-Identifier: GPL-2.0-only
"""A ConnectX's internal state: resource dumps and diagnostic counters."""
import functools
import json
import os
import re
import signal
import subprocess
import tarfile
import time

from fwctltest import (FIRMWARE, FWCTL, LIBRARIES, OK, PARTIAL, REFUSED, TIMEOUT, equal, fwctl,
                       interrupted_writing, match, mlx5, path, read, require, result, run,
                       soon, started, test)

SID = "/opt/sid/mstflint/usr"


@functools.cache
def dev():
    return mlx5()["name"]


def content(name):
    with open(path(name), "rb") as file:
        return file.read()


def dump(segment, name, *args, code=OK):
    """Dumps a segment to a file; returns the result."""
    done = run(["--json", "mlx5", "dump", "get", dev(), segment, path(name), *args], code=code)
    return done.json["result"]


@test
def menu():
    """mlx5 dump menu: segments, and what each takes"""
    rows = {row["name"]: row for row in result("mlx5", "dump", "menu", dev())["fields"]}
    equal((rows["PRM_QUERY_QP"]["segment"], rows["PRM_QUERY_QP"]["index1"]), (0x1000, "qpn"))
    equal((rows["SX_SLICE"]["index1"], rows["SX_SLICE"]["num_of_obj1"],
           rows["SX_SLICE"]["index2"]), ("[slice]", "[number|active|all]", None))


@test
def objects():
    """mlx5 dump get: a queue pair is what a query tells of it; all of them are there"""
    equal(dump("PRM_QUERY_QP", "qp", "--index1", "0x40")["scope"], "debug-read-only")
    query = bytes.fromhex(result("mlx5", "query", dev(), "qp", "qpn=0x40")["answer"])
    # The context follows the segment's header of 16 bytes; in a query it is at 0x18.
    equal(content("qp")[36 + 16:36 + 16 + 232], query[24:24 + 232])
    got = dump("FULL_CQC", "cq", "--num-of-obj1", "all", "--index1", "0")
    rows = result("mlx5", "dump", "show", path("cq"))
    numbers = [row["index1"] for row in rows if row["segment"] == 0x1101]
    assert {0x400, 0x401} <= set(numbers), rows
    equal(got["segments"], len(numbers) + 3)


@test
def interrupted():
    """mlx5 dump get: SIGINT leaves whole segments, --resume makes them the same dump"""
    args = [FWCTL, "mlx5", "dump", "get", dev(), "SX_SLICE", path("f"), "-N", "32",
            "--progress"]
    with started(args, stderr=subprocess.PIPE) as child:
        soon(lambda: re.search(rb"(\d{5,}) of", child.stderr.readline()))
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=TIMEOUT)
        equal(child.returncode, PARTIAL)
    part = content("f.part")
    assert 0 < len(part) < 32 * 4112
    equal((len(part) - 36) % 4112, 0)
    run(["mlx5", "dump", "show", path("f.part")]).ends(PARTIAL, "the dump is incomplete")
    # SIGKILL gives the tool no chance to clean up; --resume works all the same.
    with started([*args, "--resume"], stderr=subprocess.PIPE) as child:
        child.stderr.readline()
        child.kill()
        child.communicate(timeout=TIMEOUT)
    done = dump("SX_SLICE", "f", "-N", "32", "--resume")
    equal((done["complete"], done["bytes"], done["segments"]), (True, 40 + 32 * 4112, 35))
    dump("SX_SLICE", "g", "-N", "32")
    equal(content("f"), content("g"))


def peak(count):
    """Returns the peak of mapped memory, in KiB, of a dump of count slices.

    VmHWM is no alternative: the kernel counts resident pages per CPU and adds them up
    only now and then."""
    most = 0
    with started([FWCTL, "mlx5", "dump", "get", dev(), "RX_SLICE", path(f"{count}"),
                  "-N", str(count)]) as child:
        while child.poll() is None:
            found = re.search(r"VmPeak:\s+(\d+) kB", read(f"/proc/{child.pid}/status"))
            most = int(found[1]) if found else most
            time.sleep(0.01)
        equal(child.returncode, OK)
    return most


@test
def bounded():
    """mlx5 dump get: a longer dump takes no more memory"""
    short, long = peak(8), peak(48)
    print(f"# {short} KiB for 32 KiB, {long} KiB for 193 KiB")
    assert 0 < long < short + 64


@test
def vendors_tool():
    """mlx5 dump get: mstresourcedump 4.33 writes the same bytes"""
    tool = f"{SID}/{LIBRARIES}/mstflint"
    require(os.path.exists(tool), "no mstflint of Debian unstable")
    script = (f"mount --bind {tool} /usr/{LIBRARIES}/mstflint && "
              f"mount --bind {SID}/share/mstflint /usr/share/mstflint && "
              f"exec {SID}/bin/mstresourcedump dump -d {dev()} --segment 0x2001 "
              "--index1 3 --num-of-obj1 2 --bin theirs")
    subprocess.run(["unshare", "--mount", "sh", "-c", script], check=True, cwd=path(""),
                   stdout=subprocess.PIPE, timeout=60)
    dump("RX_SLICE", "ours", "--index1", "3", "--num-of-obj1", "2")
    equal(content("ours"), content("theirs"))


@test
def in_bundle():
    """bundle: has what the commands of mlx5 tell, without addresses of the card"""
    run(["bundle", path("b.tar")], code=OK)
    with tarfile.open(path("b.tar")) as tar:
        files = {item.name.split("/", 1)[1]: tar.extractfile(item).read().decode()
                 for item in tar}
    for name in ("identity", "caps", "fw-info", "config-query"):
        document = json.loads(files[f"fwctl/mlx5-{name}-{dev()}.json"])
        assert document["result"], name
    assert f"fwctl/mlx5-reg-get-{dev()}-ppcnt.json" in files
    mac = result("mlx5", "identity", dev())["base_mac"]
    assert mac not in "".join(files.values())


# The tests below taint the kernel.

def rows(*args, code=OK):
    return [doc["event"] for doc in run(["--json", "mlx5", "diag", "read", dev(), *args],
                                        code=code).documents if "event" in doc]


@test
def sampled():
    """mlx5 diag: counters are sampled, read as often as wanted, and stopped"""
    run(["mlx5", "diag", "start", dev()]).fails(REFUSED, "add --taint$")
    done = result("mlx5", "diag", "start", dev(), "tx_packets", "0x1001", "--period", "1000",
                  "--samples", "10", "--taint")
    equal((done["changed"], done["scope"], done["sampling"]),
          (True, "debug-write", {"mode": "repetitive", "sync": False, "clear": False,
                                 "samples": 16, "period_ns": 1048576,
                                 "counters": [0x2006, 0x1001]}))
    listed = result("mlx5", "diag", "list", dev())
    equal([row["counter"] for row in listed["fields"] if row["sampled"]], [0x1001, 0x2006])
    got = rows("--count", "3", "--interval", "60")
    equal([row["counter"] for row in got], [0x1001, 0x2006] * 3)
    # 9000 packets a second; a sample is taken every 1.048576 ms.
    first, last = got[1], got[5]
    taken = (last["sample"] - first["sample"]) % 65536
    equal((last["clock"] - first["clock"]) % 2**32, taken * 1048576)
    moved = last["value"] - first["value"]
    assert abs(moved - taken * 1048576 * 9000 // 10**9) <= 1, (moved, taken)
    equal([row["counter"] for row in rows("tx_packets")], [0x2006])
    every = rows("tx_packets", "--all")
    equal(len(every), 16)
    equal([row["sample"] for row in every],
          [(every[0]["sample"] + n) % 65536 for n in range(16)])
    # At the shortest period, the sample number advances by half its range between readings.
    fwctl("mlx5", "diag", "start", dev(), "tx_packets", "--period", "32", "--taint")
    equal(len(rows("-c", "3", "-i", "1200")), 3)
    equal(result("mlx5", "diag", "stop", dev(), "--taint")["sampling"]["mode"], "off")
    equal(result("mlx5", "diag", "stop", dev())["changed"], False)
    run(["mlx5", "diag", "read", dev()]).fails(FIRMWARE, "no counter is sampled")


@test
def forms():
    """mlx5 diag read: a table, comma-separated values, until SIGINT"""
    fwctl("mlx5", "diag", "start", dev(), "--sync", "--clear", "--taint")
    lines = run(["mlx5", "diag", "read", dev()], code=OK).lines
    match(lines[0], r"^ +TIME-NS COUNTER NAME +SAMPLE +CLOCK +VALUE$")
    equal(len(lines), 8)
    lines = run(["mlx5", "diag", "read", dev(), "--csv", "-c", "2", "-i", "20"], code=OK).lines
    equal(lines[0], "time_ns,counter,name,sample,clock,value")
    equal(len(lines), 15)
    with started([FWCTL, "mlx5", "diag", "read", dev(), "--csv", "-i", "10"]) as child:
        for _ in range(30):
            child.stdout.readline()
        child.send_signal(signal.SIGINT)
        out, _ = child.communicate(timeout=TIMEOUT)
        equal(child.returncode, OK)
        assert out.endswith(b"\n") or not out
    equal(interrupted_writing(["mlx5", "diag", "read", dev(), "--csv", "-i", "10"]), OK)
    fwctl("mlx5", "diag", "stop", dev(), "--taint")


@test
def on_demand():
    """mlx5 diag start --on-demand, --single: samples when they are read, or a few only"""
    fwctl("mlx5", "diag", "start", dev(), "tx_packets", "--on-demand", "--taint")
    equal([row["sample"] for row in rows("-c", "3", "-i", "1")], [0, 1, 2])
    # 512 samples of all counters do not fit into one answer.
    fwctl("mlx5", "diag", "start", dev(), "--single", "--samples", "512", "--period", "40",
          "--taint")
    # The samples take 17 s. Each look starts the tool.
    soon(lambda: len(rows("tx_packets", "--all")) == 512, pause=2)
    equal([row["sample"] for row in rows("tx_packets", "--all")], list(range(512)))
    equal(len(rows("tx_packets", "-c", "3", "-i", "1")), 1)
    fwctl("mlx5", "diag", "stop", dev(), "--taint")
