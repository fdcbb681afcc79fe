# SPDX-License-Identifier: GPL-2.0-only
"""Registers, capabilities and queries of a ConnectX, by field."""
import functools
import re

from fwctltest import (FIRMWARE, HERE, OK, PARTIAL, REFUSED, USAGE, equal, listed, match,
                       mlx5, path, result, run, tainted, test, vcx)


@functools.cache
def dev():
    return mlx5()["name"]


def fields(*args):
    """Runs a command; returns its values, by field name."""
    return {row["field"]: row["value"] for row in result(*args)["fields"]}


@test
def all_registers():
    """mlx5 reg get: every register that the device has"""
    rows = result("mlx5", "reg", "list")
    with open(path("script"), "w", encoding="utf-8") as file:
        file.writelines(f"mlx5 reg get {dev()} {row['register']}\n" for row in rows)
    done = run(["--json", "batch", "-k", path("script")]).ends(PARTIAL)
    failed = []
    for row, document in zip(rows, done.json["result"], strict=True):
        if "error" in document:
            equal(document["error"]["code"], FIRMWARE)
            failed.append(row["register"])
            continue
        equal(document["result"]["register"], row["register"])
        equal(document["result"]["scope"], row["read"])
        assert document["result"]["fields"], row
    # The virtual ConnectX has no pptb; mcda can be read only during an update.
    equal(sorted(failed), ["mcda", "pptb"])


@test
def instances():
    """mlx5 reg get: keys choose port, sensor and group of counters"""
    names = {number: fields("mlx5", "reg", "get", dev(), "mtmp",
                            f"sensor_index={number}")["sensor_name"]
             for number in (0, 64)}
    equal(names, {0: "asic", 64: "module0"})
    got = fields("mlx5", "reg", "get", dev(), "ppcnt", "grp=rfc_2863")
    assert got["if_in_octets"] > 0 and "a_octets_received_ok" not in got, got
    run(["mlx5", "reg", "get", dev(), "paos", "local_port=77"]).fails(
        FIRMWARE, "BAD_PARAM")


@test
def by_number():
    """mlx5 reg get: by number, as fields or as dwords, it is the same register"""
    named = fields("mlx5", "reg", "get", dev(), "paos")
    equal(fields("mlx5", "reg", "get", dev(), "0x5006"), named)
    words = fields("mlx5", "reg", "get", dev(), "0x5006", "-l", "16", "0x0=0x10000")
    equal(sorted(words), ["0x00", "0x04", "0x08", "0x0c"])
    equal(words["0x00"] >> 8 & 0xf, named["admin_status"])


@test
def unchanged():
    """mlx5 reg set: what is there already is not written, and taints nothing"""
    before = tainted()
    old = fields("mlx5", "reg", "get", dev(), "pmtu")["admin_mtu"]
    done = result("mlx5", "reg", "set", dev(), "pmtu", f"admin_mtu={old}")
    equal((done["changed"], done["scope"]), (False, "debug-read-only"))
    run(["mlx5", "reg", "set", dev(), "pmtu", f"admin_mtu={old + 1}"]).fails(
        REFUSED, "needs scope debug-write-full, which taints the kernel; add --taint$")
    equal(fields("mlx5", "reg", "get", dev(), "pmtu")["admin_mtu"], old)
    # The write depends on what the read answers.
    command = ["mlx5", "reg", "set", dev(), "pmtu", f"admin_mtu={old + 1}", "-n"]
    equal(run(command, code=OK).err,
          "The read; the write that follows depends on its answer.\n")
    equal(run(command + ["--raw"], code=OK).err, "")
    equal(tainted(), before)


@test
def queries():
    """mlx5 query: objects and counters"""
    got = fields("mlx5", "query", dev(), "qp", "qpn=0x40")
    equal((got["state"], got["remote_qpn"], got["mtu"]), (3, 0x112, 5))
    equal(fields("mlx5", "query", dev(), "qp", "qpn=0x41", "state"), {"state": 1})
    equal(fields("mlx5", "query", dev(), "cq", "cqn=0x400", "log_cq_size"),
          {"log_cq_size": 7})
    assert fields("mlx5", "query", dev(), "eq", "eq_number=1")["log_eq_size"]
    equal(fields("mlx5", "query", dev(), "vport_state")["state"], 1)
    equal(fields("mlx5", "query", dev(), "special_contexts")["null_mkey"], 0x100)
    equal(fields("mlx5", "query", dev(), "cong_status"),
          {"enable": 1, "tag_enable": 1})
    one = fields("mlx5", "query", dev(), "q_counter")["rx_write_requests"]
    assert fields("mlx5", "query", dev(), "q_counter")["rx_write_requests"] >= one
    run(["mlx5", "query", dev(), "qp", "qpn=0xeeee"]).fails(FIRMWARE, "BAD_RESOURCE")
    with open(path("script"), "w", encoding="utf-8") as file:
        file.writelines(f"mlx5 query {dev()} {name}\n" for name in
                        ("vport_counter", "vnic_env", "nic_vport",
                         "cong_statistics", "wol", "lag", "issi"))
    for document in run(["--json", "batch", path("script")], code=OK).json["result"]:
        assert document["result"]["fields"], document


@test
def capabilities():
    """mlx5 caps: current and maximum, one page and all"""
    rows = result("mlx5", "caps", dev())["fields"]
    pages = {row["page"] for row in rows}
    assert {"general", "ethernet", "roce", "debug", "general_2"} <= pages, pages
    differ = result("mlx5", "caps", dev(), "--differ")["fields"]
    equal(differ, [row for row in rows if row["current"] != row["maximum"]])
    ets = [row for row in rows if (row["page"], row["field"]) == ("general", "ets")]
    equal([(row["current"], row["maximum"]) for row in ets], [(0, 1)])
    equal([row["page"] for row in result("mlx5", "caps", dev(), "roce")["fields"]
           if row["page"] != "roce"], [])
    run(["mlx5", "caps", dev(), "roce", "log_max_qp"]).fails(USAGE, "no such field")


@test
def components():
    """mlx5 fw info: components of firmware, running and stored"""
    rows = {row["component"]: row for row in result("mlx5", "fw", "info", dev())["fields"]}
    equal(set(rows), {"boot_img", "cc_algo"})
    firmware = result("mlx5", "identity", dev())["firmware"]
    equal((rows["boot_img"]["running"], rows["boot_img"]["status"],
           rows["boot_img"]["update"]), (firmware, "in_use", "idle"))
    assert rows["cc_algo"]["stored"]


@test
def links():
    """mlx5 link: each cause of a link that is down is named, and nothing taints"""
    before = tainted()
    try:
        for fault, cause in (("no-cable", "no-cable"), ("speeds", "speeds"), ("fec", "fec"),
                             ("errors", "bit-errors"), ("up", None)):
            vcx(f"link 1 {fault}")
            got = result("mlx5", "link", dev())
            equal((got["state"], got["cause"], got["scope"]),
                  ("down" if cause else "up", cause, "debug-read-only"))
            equal(got["speed"] is None, cause is not None)
            module = result("mlx5", "module", dev())
            equal((module["state"], module["vendor"]),
                  ("unplugged", None) if fault == "no-cable" else ("enabled", "Mellanox"))
    finally:
        vcx("link 1 up")
    equal(tainted(), before)


@test
def below_zero():
    """mlx5 sensors: a temperature below zero has a sign; pcie: the link to the host"""
    try:
        vcx("temperature -10")
        rows = {row["name"]: row for row in result("mlx5", "sensors", dev())["fields"]}
        equal((rows["asic"]["temperature"], rows["vcore"]["voltage"] > 0.5), (-10.0, True))
    finally:
        vcx("temperature off")
    got = result("mlx5", "pcie", dev())
    equal((got["speed"], got["width"], got["power"]), (16, 16, "sufficient"))
    for port in ("0", "77"):
        run(["mlx5", "link", dev(), port]).fails(USAGE, f"no port {port}: the last port is ")


@test
def armed():
    """mlx5 reg set: read-only fields are written as 0, so the least scope is enough"""
    before = tainted()
    supported = fields("mlx5", "reg", "get", dev(), "mfrl")["reset_level"]
    done = result("mlx5", "reg", "set", dev(), "mfrl", f"reset_level={supported & 0x40}")
    equal((done["changed"], done["scope"]), (True, "configuration"))
    equal([row["value"] for row in done["fields"]], [supported & 0x40])
    equal(fields("mlx5", "reg", "get", dev(), "mfrl")["reset_level"], supported)
    equal(tainted(), before)


def pending(text):
    """fwctl_pending_changes of the card, by level."""
    return {level: int(count) for level, count in re.findall(
        rf'^fwctl_pending_changes{{device="{dev()}",[^}}]*,level="(.*)"}} (\d+)$', text, re.M)}


@test
def metrics():
    """stats --prometheus --health: a card's firmware, link, temperatures and PCI Express"""
    before = tainted()
    text = run(["stats", "--once", "--prometheus", "--health"], code=OK).text
    one = listed()
    labels = f'device="{dev()}",parent="{one["parent"]}",driver="mlx5_fwctl"'
    match(text, rf'^fwctl_device_info{{{labels},type="mlx5",model="{one["model"]}",'
          rf'part="{one["part"]}",psid="{one["psid"]}",firmware="{one["firmware"]}",'
          r'pending="[0-9.]*"} 1$')
    for name, labels, value in (
            ("link_up", ',port="1"', "1"), ("link_speed_bytes", ',port="1"', "12500000000"),
            ("link_raw_ber", ',port="1"', "1.5e-10"),
            ("link_fec_info", ',port="1",fec="rs_528_514"', "1"),
            ("temperature_threshold_celsius", ',name="asic"', r"\d+"),
            ("pcie_lanes", "", "16"), ("pcie_transfers_per_second", "", "16000000000")):
        match(text, rf'^fwctl_{name}{{device="{dev()}",[^}}]*"{labels}}} {value}$')
    for netdev in one["netdevs"]:
        match(text, rf'^fwctl_netdev_info{{device="{netdev}",fwctl="{dev()}",')
    match(text, r'^fwctl_link_down{[^}]*,port="1"} 0$')
    waiting = pending(text)
    equal(list(waiting), ["live-patch", "driver", "link", "reboot", "power-cycle"])
    try:
        run(["mlx5", "config", "set", dev(), "NUM_OF_VFS=19"], code=OK)
        vcx("link 1 no-cable")
        text = run(["stats", "--once", "--prometheus", "--health"], code=OK).text
        match(text, r'^fwctl_link_up{.*} 0$')
        match(text, r'^fwctl_link_down{.*,cause="no-cable"} 1$')
        assert "fwctl_link_speed_bytes{" not in text
        equal(sum(pending(text).values()), sum(waiting.values()) + 1)
    finally:
        vcx("link 1 up")
        run(["mlx5", "config", "reset", dev(), "NUM_OF_VFS"], code=OK)
    run(["stats", "--health"]).fails(USAGE, "needs --prometheus")
    equal(tainted(), before)


# The tests below taint the kernel.

@test
def set_and_verify():
    """mlx5 reg set: only the named field changes, and it is read back"""
    old = fields("mlx5", "reg", "get", dev(), "mtmp")
    done = result("mlx5", "reg", "set", dev(), "mtmp", "temp_threshold_hi=800",
                  "--taint")
    equal((done["changed"], done["scope"]), (True, "debug-write-full"))
    new = fields("mlx5", "reg", "get", dev(), "mtmp")
    moves = ("temperature", "max_temperature")
    equal({name for name in old if old[name] != new[name] and name not in moves},
          {"temp_threshold_hi"})
    equal(new["temp_threshold_hi"], 800)
    run(["mlx5", "reg", "set", dev(), "mtmp", f"temp_threshold_hi={old['temp_threshold_hi']}",
         "--taint"], code=OK)


@test
def heeded():
    """mlx5 reg set: what makes a write heed a field is set along with it"""
    run(["mlx5", "reg", "set", dev(), "paos", "admin_status=down", "--taint"], code=OK)
    got = fields("mlx5", "reg", "get", dev(), "paos")
    equal((got["admin_status"], got["oper_status"]), (2, 2))
    equal(result("mlx5", "link", dev())["cause"], "disabled")
    run(["mlx5", "reg", "set", dev(), "paos", "admin_status=up", "--taint"], code=OK)
    equal(fields("mlx5", "reg", "get", dev(), "paos", "oper_status"),
          {"oper_status": 1})


@test
def not_taken():
    """mlx5 reg set: a value that the firmware does not take is told"""
    done = run(["mlx5", "reg", "set", dev(), "mtmp", "0x04=7", "-l", "32", "--taint"])
    done.ends(FIRMWARE, "did not accept it")
    match(done.text, "0x04")


# Each command with arguments that work. Simulated devices do not tell their scopes, and
# CXL memory has a guest of its own; the last two would change the device for good.
LINES = {
    "dev list": "", "dev show": "DEV", "dev wait": "DEV", "rpc send": "DEV -x 0101" + "00" * 14,
    "policy show": "", "policy lower": "DEV debug-read-only --dry-run",
    "monitor device": "-t 1", "monitor audit": "-t 1", "monitor journal": "-t 1",
    "stats show": "--once",
    "probe show": "", "record run": "FILE mlx5 link DEV", "record show": "FILE",
    "replay run": "FILE mlx5 link DEV", "batch run": "/dev/null", "bundle create": "FILE.tar.gz",
    "help show": "", "version show": "", "completion bash": "", "completion zsh": "",
    "completion words": "dev",
    "mlx5 layout list": "", "mlx5 layout show": "register paos", "mlx5 reg list": "",
    "mlx5 reg get": "DEV paos", "mlx5 reg set": "DEV mtmp temp_threshold_hi=801 --taint",
    "mlx5 caps": "DEV", "mlx5 query": "DEV qp qpn=0x40", "mlx5 diag list": "DEV",
    "mlx5 diag start": "DEV tx_packets --taint", "mlx5 diag read": "DEV",
    "mlx5 diag stop": "DEV --taint", "mlx5 dump menu": "DEV",
    "mlx5 dump get": "DEV PRM_QUERY_QP FILE --index1 0x40", "mlx5 dump show": "FILE",
    "mlx5 fw info": "DEV", "mlx5 identity": "DEV", "mlx5 link": "DEV",
    "mlx5 module": "DEV", "mlx5 pcie": "DEV", "mlx5 sensors": "DEV",
    "mlx5 config list": "DEV", "mlx5 config query": "DEV NUM_OF_VFS",
    "mlx5 config set": "DEV NUM_OF_VFS=7 -y", "mlx5 config export": "DEV FILE",
    "mlx5 config diff": "DEV FILE", "mlx5 config apply": "DEV FILE -y",
    "mlx5 config reset": "DEV NUM_OF_VFS -y",
    "mlx5 fw reset query": "DEV", "mlx5 fw reset": "DEV --dry-run",
    "mlx5 fw show": f"{HERE}/recordings/update.img",
    "mlx5 fw update": f"DEV {HERE}/recordings/update.img --dry-run",
}


@test
def no_refusals():
    """no command leaves a refusal in the kernel's counters"""
    def refused():
        return int(run(["--raw", "stats", dev(), "--once", "-o", "REFUSED"], code=OK).text)
    commands = {f"{entry['name']} {command['name']}"
                for entry in result("help")["objects"] if entry["name"] not in ("sim", "cxl")
                for command in entry["commands"]}
    equal(commands, set(LINES))
    before = refused()
    for command, words in LINES.items():
        words = words.replace("DEV", dev()).replace("FILE", path("file")).split()
        done = run([*command.split(), *words])
        assert done.code in (OK, PARTIAL), done
        equal((command, refused()), (command, before))
    run(["mlx5", "reg", "set", dev(), "mtmp", "temp_threshold_hi=840", "--taint"], code=OK)
