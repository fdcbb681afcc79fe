# SPDX-License-Identifier: GPL-2.0-only
"""fwctl cxl with QEMU's CXL memory device: lab run --cxl 1."""
import json
import os
import subprocess
import tarfile

from fwctltest import (FWCTL, OK, REFUSED, UNSUPPORTED, USAGE, check_document, equal, fwctl,
                       match, path, require, result, run, test)

NAMES = ["patrol-scrub", "ecs", "soft-ppr", "hard-ppr", "cacheline-sparing", "row-sparing",
         "bank-sparing", "rank-sparing"]


def memory():
    """QEMU's CXL memory device; without it the test is skipped."""
    require(os.path.exists("/sys/class/fwctl"), "no fwctl")
    found = [dev for dev in result("dev", "list") if dev["parent"] == "mem0"]
    require(found, "no CXL memory device with fwctl")
    # Only QEMU's own may be changed.
    require(found[0]["firmware"].startswith("BWFW"), "not QEMU's CXL memory device")
    return found[0]


def hours(name, *options):
    rows = result("cxl", "feature", "get", name, "patrol-scrub", "hours", *options)["fields"]
    return rows[0]["value"]


@test
def listed():
    """dev list and dev show have the memdev, its serial number and its firmware"""
    dev = memory()
    equal([dev["driver"], dev["parent"], dev["bus"]], ["cxl_fwctl", "mem0", "cxl"])
    with open("/sys/bus/cxl/devices/mem0/serial", encoding="utf-8") as file:
        equal(dev["serial"], file.read().strip())
    assert int(dev["serial"], 0) > 0, dev
    shown = result("dev", "show", "mem0")
    equal([shown[key] for key in ("name", "serial", "firmware", "data")],
          [dev["name"], dev["serial"], dev["firmware"], "00000000"])
    match(fwctl("dev", "list"), rf"^{dev['name']} +cxl +mem0 +{dev['serial']} ")


@test
def identity():
    """cxl identity: what the kernel has, without a request"""
    dev = memory()
    before = result("stats", "show", dev["name"])[0]["judged"]
    shown = result("cxl", "identity", "mem0")
    equal([shown["device"], shown["memdev"]], [dev["name"], "mem0"])
    equal([shown["ram_bytes"], shown["pmem_bytes"]], [256 << 20, 0])
    assert shown["payload_max"] >= 256, shown
    equal(result("stats", "show", dev["name"])[0]["judged"], before)


@test
def features():
    """cxl feature list, and get of each: all have known fields of the right length"""
    dev = memory()
    before = result("stats", "show", dev["name"])[0]
    rows = result("cxl", "feature", "list", "mem0")["features"]
    equal([row["name"] for row in rows], NAMES)
    for row in rows:
        equal([row["takes_effect"], row["set_scope"]], ["immediately", "debug-write-full"])
        value = result("cxl", "feature", "get", dev["name"], row["uuid"])
        equal([value["feature"], len(value["bytes"])], [row["name"], 2 * row["read_bytes"]])
        assert value["fields"], value
        fwctl("cxl", "feature", "get", "mem0", row["name"])
    # All of them went under configuration, at the first attempt.
    after = result("stats", "show", dev["name"])[0]
    equal(after["refused"], before["refused"])
    equal({**after["delivered"], "configuration": 0}, {**before["delivered"], "configuration": 0})


@test
def scopes():
    """cxl feature set: refused under the other scopes, before the device"""
    memory()
    before = hours("mem0")
    line = ["cxl", "feature", "set", "mem0", "patrol-scrub", f"hours={before + 1}"]
    run(line).fails(REFUSED, "debug-write-full taints the kernel; add --taint")
    for scope in ("configuration", "debug-read-only", "debug-write"):
        run([*line, "--taint", "--scope", scope]).fails(REFUSED, "not admitted under this scope")
    equal(hours("mem0"), before)


@test
def scrub():
    """cxl feature set: patrol scrub once a day, read back, and as it was before"""
    dev = memory()
    before = hours("mem0")
    line = ["cxl", "feature", "set", "mem0", "patrol-scrub"]
    done = result(*line, "hours=24", "enabled=on", "--taint")
    equal([done[key] for key in ("changed", "verified", "takes_effect", "scope")],
          [True, True, "immediately", "debug-write-full"])
    equal([(row["field"], row["value"]) for row in done["fields"]],
          [("hours", 24), ("enabled", "on")])
    equal(hours("mem0"), 24)
    equal(result("policy", "show", dev["name"])[0]["taints"], ["debug-write-full"])
    equal(result(*line, "hours=24", "--taint")["changed"], False)
    match(fwctl(*line, f"hours={before}", "enabled=off", "--taint"),
          "^takes effect immediately; read back as written$")
    equal(hours("mem0"), before)


@test
def wrong():
    """cxl feature: errors of the command line and of the device"""
    memory()
    line = ["cxl", "feature", "set", "mem0"]
    run([*line, "patrol-scrub", "hour=24"]).fails(USAGE, "did you mean hours?")
    run([*line, "patrol-scrub", "hours=0"]).fails(USAGE, r"must be 1\.\.255")
    run([*line, "patrol-scrup", "hours=24"]).fails(UNSUPPORTED, "did you mean patrol-scrub?")
    run(["cxl", "feature", "get", "mem0", "ecs", "--selection", "saved"]).fails(
        UNSUPPORTED, "no saved value")


@test
def least():
    """rpc: a read goes under configuration, an unknown opcode nowhere"""
    memory()
    request = "00050000 00000000 08000000 00000000 30000000 0000 0000"
    equal(result("rpc", "mem0", "--hex", request)["scope"], "configuration")
    run(["rpc", "mem0", "--hex", "00400000 00000000 00000000 00000000", "--taint"]).fails(
        REFUSED, "not admitted")


@test
def support():
    """bundle, probe and monitor work on the device; a bundle has no serial number"""
    dev = memory()
    fwctl("bundle", path("b.tar.gz"))
    with tarfile.open(path("b.tar.gz")) as tar:
        texts = {name: tar.extractfile(name).read().decode() for name in tar.getnames()}
    lists = [text for name, text in texts.items() if f"cxl-feature-list-{dev['name']}." in name]
    equal(len(lists), 1)
    # A bundle has no UUIDs, so the document is not one of the schema.
    equal([row["name"] for row in json.loads(lists[0])["result"]["features"]], NAMES)
    for name, text in texts.items():
        assert dev["serial"] not in text, name
    manifest = json.loads([text for name, text in texts.items() if "MANIFEST" in name][0])
    equal([entry for entry in manifest["entries"] if entry["error"] and "cxl" in entry["name"]], [])
    checks = {(row["subject"], row["check"]): row["ok"] for row in result("probe", "show")}
    for check in ("open", "write", "info", "plugin", "configuration", "firmware"):
        equal(checks[dev["name"], check], True)
    pci = os.path.basename(os.path.dirname(os.path.realpath("/sys/bus/cxl/devices/mem0")))
    equal([checks[pci, "driver"], checks[pci, "device"]], [True, True])
    before = result("stats", "show", dev["name"])[0]["delivered"]["configuration"]
    with subprocess.Popen([FWCTL, "--json", "monitor", "audit", dev["name"], "-c", "1",
                           "-t", "20"], stdout=subprocess.PIPE) as monitor:
        while monitor.poll() is None:
            run(["cxl", "feature", "list", "mem0"], code=OK)
        event = check_document(monitor.stdout.read().decode())["event"]
    equal([event["device"], event["writes"]], [dev["name"], False])
    after = result("stats", "show", dev["name"])[0]["delivered"]["configuration"]
    assert after > before


@test
def recording():
    """record and replay: the same text without the device"""
    memory()
    for line in (["dev", "list"], ["cxl", "identity", "mem0"], ["cxl", "feature", "list", "mem0"],
                 ["cxl", "feature", "get", "mem0", "ecs"]):
        tape = path("-".join(line))
        printed = fwctl("record", tape, *line)
        equal(fwctl("replay", tape, *line), printed)
