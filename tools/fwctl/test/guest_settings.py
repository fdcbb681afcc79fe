# SPDX-License-Identifier: GPL-2.0-only
"""
fwctl mlx5 config on a virtual ConnectX that behaves as some cards do, with several
programs at once, and with questions that have an answer only in part.
"""
import os
import pty
import random
import re
import select
import shutil
import subprocess
import threading
import time

from cardtest import config, config_json, defaults, item, own_table, requests, values
from fwctltest import (CHANGED, FIRMWARE, FWCTL, NOBODY, OK, PARTIAL, REFUSED, TIMEOUT,
                       UNSUPPORTED, USAGE, equal, match, mlx5, on_terminal, path, read, require,
                       run, soon, test, vcx, write)

PCI_CONF = "80"
OFFLOADS = "10a"
PF_CONF = "03000080"


class Like:
    """An item that behaves as that of some cards while the with block runs."""

    def __init__(self, number, *likes):
        self.number, self.likes = number, likes

    def __enter__(self):
        defaults()
        for like in self.likes:
            vcx(f"nv-like {self.number} {like}")

    def __exit__(self, *_):
        vcx(f"nv-like {self.number} plain")
        defaults()


def state():
    return [item(number) for number in (PCI_CONF, OFFLOADS, PF_CONF)]


def writer(number):
    return vcx(f"nv {number}").split()[-2]


def sweep(prepare, status, *args, last=16):
    """Runs a command once for each of its last requests, which fails.

    Yields the number of requests without a failure, and the outcome."""
    prepare()
    total = config_json(*args)["rpcs"]
    for number in range(max(0, total - last), total):
        prepare()
        vcx(f"status 805 {status} abc 1 {number}")
        done = run(["--json", "mlx5", "config", args[0], mlx5()["name"], *args[1:],
                    "--database", "none"])
        vcx("clear")
        yield total, done.json


@test
@own_table
def partial_answers():
    """config query: what has an answer is answered, each other name has its reason"""
    defaults()
    names = ("NUM_OF_VFS", "NUM_OF_VFFS", "LINK_TYPE_P7", "IP_OVER_VXLAN_PORT", "XYZXYZXYZ")
    done = run(["--json", "mlx5", "config", "query", mlx5()["name"], *names], code=PARTIAL)
    equal([row["name"] for row in done.json["result"]["parameters"]], ["NUM_OF_VFS"])
    missing = {row["name"]: row for row in done.json["result"]["missing"]}
    equal({name: row["reason"] for name, row in missing.items()},
          {"NUM_OF_VFFS": "unknown", "LINK_TYPE_P7": "absent",
           "IP_OVER_VXLAN_PORT": "hidden", "XYZXYZXYZ": "unknown"})
    match(missing["NUM_OF_VFFS"]["message"], "did you mean NUM_OF_VFS?")
    match(missing["IP_OVER_VXLAN_PORT"]["message"], "hidden until IP_OVER_VXLAN_EN=yes$")
    match(missing["LINK_TYPE_P7"]["message"], "has no such port, .* e.g. LINK_TYPE_P1$")
    for row in missing.values():
        assert row["message"] in done.json["error"]["message"]
    done = config("query", *names, "--raw", "-o", "NAME,NEXT")
    equal((done.code, done.lines), (PARTIAL, ["NUM_OF_VFS 8"]))
    done = config("query", *names, "--raw", "-o", "NAME", "--ignore-missing")
    equal((done.code, done.lines, done.err), (OK, ["NUM_OF_VFS"], ""))
    config("query", "XYZXYZXYZ").fails(USAGE, "no such parameter")
    config("query", "IP_OVER_VXLAN_PORT").fails(UNSUPPORTED, "hidden until")
    config("list", "NUM_OF_VFS", "LINK_TYPE_P7", code=PARTIAL)
    # The setting that a message names shows the parameter.
    config("set", "IP_OVER_VXLAN_EN=yes", "-y", code=OK)
    equal(list(values("IP_OVER_VXLAN_PORT")), ["IP_OVER_VXLAN_PORT"])
    defaults()


@test
@own_table
def some_parameters():
    """config query: patterns, and only what is changed"""
    defaults()
    names = list(values("num_of_v?s"))
    equal(names, ["NUM_OF_VFS"])
    equal(sorted(values("NUM_OF_?F*", "UCTX_EN")), ["NUM_OF_PF", "NUM_OF_VFS", "UCTX_EN"])
    config("query", "NOSUCH*").fails(USAGE, "no such parameter")
    equal(values("--changed"), {})
    config("set", "NUM_OF_VFS=16", "UCTX_EN=0", code=OK)
    equal(sorted(values("--changed")), ["NUM_OF_VFS", "UCTX_EN"])
    config("set", "NUM_OF_VF?=9").fails(USAGE, "ambiguous; name one of them, e.g. NUM_OF_VFS")
    equal(len(config_json("reset", "NUM_OF_*", "UCTX*")["changes"]), 2)
    defaults()


@test
@own_table
def never_set():
    """an item that was never written reads as zero, is set, and goes back"""
    with Like(PCI_CONF, "never"):
        row = values("NUM_OF_VFS")["NUM_OF_VFS"]
        equal((row["default"], row["current"], row["next"], row["never_set"]),
              (None, None, 0, True))
        equal(config_json("reset", "NUM_OF_VFS")["changed"], False)
        equal(values("--changed"), {})
        config("set", "NUM_OF_VFS=5", "NUM_OF_PF=1", code=OK)
        row = values("NUM_OF_VFS")["NUM_OF_VFS"]
        equal((row["default"], row["next"], row["never_set"]), (None, 5, False))
        config("reset", "NUM_OF_VFS").fails(UNSUPPORTED, "does not report a default")
        config("reset", "--yes", code=OK)
        equal(values("NUM_OF_VFS")["NUM_OF_VFS"]["never_set"], True)
    # A change that fails later leaves it without a value again.
    with Like(PCI_CONF, "never"):
        restored = 0
        for _, done in sweep(lambda: config("reset", "--yes", code=OK), 4, "set",
                             "NUM_OF_VFS=5", "UCTX_EN=0", "NUM_OF_PF=1"):
            if "error" in done and "the earlier values are restored" in done["error"]["message"]:
                restored += 1
                equal(done["error"]["code"], FIRMWARE)
                equal(values("NUM_OF_VFS")["NUM_OF_VFS"]["never_set"], True)
        assert restored > 1


@test
@own_table
def read_only():
    """a read-only item is refused by name, and left alone by reset, export and apply"""
    defaults()
    config("set", "NUM_OF_VFS=16", "UCTX_EN=0", code=OK)
    vcx(f"nv-like {PCI_CONF} locked")
    before = item(OFFLOADS)
    equal(values("NUM_OF_VFS")["NUM_OF_VFS"]["read_only"], True)
    equal(values("UCTX_EN")["UCTX_EN"]["read_only"], False)
    config("set", "UCTX_EN=1", "NUM_OF_VFS=5").fails(
        UNSUPPORTED, "NUM_OF_VFS: read-only on this card")
    config("reset", "NUM_OF_VFS").fails(UNSUPPORTED, "NUM_OF_VFS: read-only")
    equal(item(OFFLOADS), before)
    config("set", "NUM_OF_VFS=16", code=OK)
    config("export", path("a"), code=OK)
    match(read(path("a")), "^# Read-only: NUM_OF_VFS=16$")
    equal([row["name"] for row in config_json("reset", "--yes")["changes"]], ["UCTX_EN"])
    equal(values("NUM_OF_VFS")["NUM_OF_VFS"]["next"], 16)
    # The file has what can be written; a read-only value that is the same is no change.
    config("apply", path("a"), "-y", "-b", path("b"), code=OK)
    equal(item(OFFLOADS), before)
    write(path("c"), "NUM_OF_VFS=16\nUCTX_EN=1")
    config("apply", path("c"), "-y", "-b", path("d"), code=OK)
    write(path("c"), "UCTX_EN=0\nNUM_OF_VFS=17")
    config("apply", path("c"), "-y").fails(UNSUPPORTED, ":2: NUM_OF_VFS: read-only")
    vcx(f"nv-like {PCI_CONF} plain")
    defaults()


@test
@own_table
def older_header():
    """values that an older firmware stored hide no field, and are written anew"""
    defaults()
    whole = values("CQE_COMPRESSION", "UCTX_EN")
    with Like(OFFLOADS, "old 0 4"):
        equal(values("CQE_COMPRESSION", "UCTX_EN"), whole)
        config("set", "CQE_COMPRESSION=aggressive", code=OK)
        equal(values("CQE_COMPRESSION")["CQE_COMPRESSION"]["next"], "AGGRESSIVE")


@test
@own_table
def newer_default():
    """config reset: what is reset follows a later default, what is set does not"""
    newer = "000000000001000900000000"
    with Like(PCI_CONF):
        config("set", "NUM_OF_VFS=16", code=OK)
        equal(writer(PCI_CONF), "9")
        config("reset", "NUM_OF_VFS", code=OK)
        equal(writer(PCI_CONF), "0")
        vcx(f"nv-like {PCI_CONF} default {newer}")
        equal(values("NUM_OF_VFS")["NUM_OF_VFS"]["next"], 9)
        config("set", "NUM_OF_VFS=16", code=OK)
        vcx(f"nv-like {PCI_CONF} default {newer.replace('9', '7')}")
        equal(values("NUM_OF_VFS")["NUM_OF_VFS"]["next"], 16)
        # One parameter of several that are set: the item stays the user's.
        config("set", "NUM_OF_PF=2", code=OK)
        config("reset", "NUM_OF_VFS", code=OK)
        equal(writer(PCI_CONF), "9")
        equal([row["next"] for row in values("NUM_OF_VFS", "NUM_OF_PF").values()], [7, 2])
    # A value that was written and is the default today follows a later one as well.
    with Like(OFFLOADS):
        config("set", "UCTX_EN=0", code=OK)
        config("set", "UCTX_EN=1", code=OK)
        equal(writer(OFFLOADS), "9")
        equal(config_json("reset", "--yes")["changed"], False)
        equal(writer(OFFLOADS), "0")


@test
@own_table
def reset_all():
    """config reset: one request for all, except for what is named and a card's mode"""
    defaults()
    config("set", "NUM_OF_VFS=16", "UCTX_EN=0", "CQE_COMPRESSION=aggressive", code=OK)
    equal(len(config_json("reset", "-y", "--dry-run")["changes"]), 3)
    names = {row["name"] for row in
             config_json("reset", "-y", "--except", "uctx_en,NUM_OF_PF")["changes"]}
    equal(names, {"NUM_OF_VFS", "CQE_COMPRESSION"})
    equal(values("UCTX_EN")["UCTX_EN"]["next"], False)
    config("reset", "-y", "--except", "NOSUCH").fails(USAGE, "no such parameter")
    config("reset", "UCTX_EN", "--except", "NUM_OF_VFS").fails(USAGE, "leave out the names")
    config("set", "INTERNAL_CPU_MODEL=EMBEDDED_CPU", code=OK)
    equal([row["name"] for row in config_json("reset", "-y")["changes"]], ["UCTX_EN"])
    equal(values("INTERNAL_CPU_MODEL")["INTERNAL_CPU_MODEL"]["next"], "EMBEDDED_CPU")
    config("reset", "INTERNAL_CPU_MODEL", code=OK)
    equal(values("INTERNAL_CPU_MODEL")["INTERNAL_CPU_MODEL"]["next"], "SEPARATED_HOST")
    # Items that the catalogue does not know are reset as well.
    vcx("nv-set 15 00000001")
    config("set", "UCTX_EN=0", code=OK)
    config("reset", "-y", code=OK)
    equal(item("15"), "00000000")
    defaults()


@test
@own_table
def older_firmware():
    """config query, reset: firmware that lacks the registers MNVQC or MNVDI is served as well"""
    defaults()
    whole, whole_item = config_json("query", "UCTX_EN"), item(OFFLOADS)
    # After MGIR each item is asked for by MNVQC, then read.
    vcx("status 805 3 1 1 1")
    again = config_json("query", "UCTX_EN")
    equal((again["parameters"], again["rpcs"]), (whole["parameters"], whole["rpcs"]))
    config("set", "UCTX_EN=0", code=OK)
    config("reset", "UCTX_EN", code=OK)
    equal(writer(OFFLOADS), "0")
    # Without MNVDI the default is written, with one request more.
    written = 0
    for total, done in sweep(lambda: config("set", "UCTX_EN=0", code=OK), 3, "reset", "UCTX_EN"):
        if "error" not in done and done["result"]["rpcs"] == total + 1:
            written += (writer(OFFLOADS), item(OFFLOADS)) == ("9", whole_item)
    equal(written, 1)
    # One request invalidates all; without it, one each does.
    more = 0
    for total, done in sweep(lambda: config("set", "UCTX_EN=0", "NUM_OF_VFS=16", code=OK), 3,
                             "reset", "-y"):
        if "error" not in done:
            equal(done["result"]["changed"], True)
            equal((writer(OFFLOADS), writer(PCI_CONF)), ("0", "0"))
            # If the current values are not read, the tool asks for the card's restarts.
            more += done["result"]["rpcs"] > total and not done["result"]["activation"]["todo"]
    equal(more, 1)
    defaults()


def ask(args, question, between):
    """Runs the tool on a terminal, calls a function when it asks, and answers yes."""
    pid, master = pty.fork()
    if pid == 0:
        os.execvpe(FWCTL, [FWCTL, *args], os.environ)
    output = b""
    while question not in output:
        assert select.select([master], [], [], 60)[0], output
        output += os.read(master, 65536)
    between()
    os.write(master, b"y\n")
    try:
        while chunk := os.read(master, 65536):
            output += chunk
    except OSError:
        pass
    os.close(master)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), output.decode()


@test
@own_table
def changed_meanwhile():
    """config apply: what another program changes during the question is not replaced"""
    defaults()
    other = "800000008001001500000000"
    write(path("a"), "UCTX_EN=0\nNUM_OF_VFS=16")
    args = ["mlx5", "config", "apply", mlx5()["name"], path("a"), "-b", path("b")]
    before = item(OFFLOADS)
    code, text = ask(args, b"[y/N]", lambda: vcx(f"nv-set {PCI_CONF} {other}"))
    equal(code, REFUSED)
    match(text, "another program has changed nv_global_pci_conf since it was read; "
          "run the command again; nothing was written")
    equal((item(PCI_CONF), item(OFFLOADS)), (other, before))
    # A question does not keep others out: only its answer takes the lock.
    defaults()
    code, text = ask(args, b"[y/N]",
                     lambda: config("set", "CQE_COMPRESSION=aggressive", code=OK))
    equal(code, REFUSED)
    match(text, "another program has changed nv_sw_offload_conf")
    equal(values("NUM_OF_VFS")["NUM_OF_VFS"]["next"], 8)
    defaults()


@test
@own_table
def foreign_bytes():
    """config set: a failure does not roll back what another program wrote"""
    other = "800000008001001500000000"
    with Like(PCI_CONF):
        write(path("a"), "UCTX_EN=0\nNUM_OF_VFS=16")
        before = item(OFFLOADS)
        vcx(f"nv-like {PCI_CONF} raced {other}")
        done = run(["--json", "mlx5", "config", "apply", mlx5()["name"], path("a"), "-y",
                    "-b", path("b")])
        done.ends(PARTIAL, "or another program wrote it; .*could not be restored: apply")
        equal((item(PCI_CONF), item(OFFLOADS)), (other, before))


def nexts(*names):
    """The next values of parameters; hundreds of these are faster without JSON."""
    lines = config("query", *names, "--raw", "-o", "NAME,NEXT", code=OK).lines
    return {name: int(value) for name, value in map(str.split, lines)}


@test
@own_table
def concurrent_sets():
    """config set: of two programs at once neither loses the other's value"""
    pairs = int(os.environ.get("PAIRS", "10"))
    failed = []

    def one(setting):
        done = config("set", setting)
        if done.code:
            failed.append(done.err)

    defaults()
    for number in range(pairs):
        wanted = {"NUM_OF_VFS": 9 + number % 100, "NUM_OF_PF": 1 + number % 2}
        threads = [threading.Thread(target=one, args=(f"{name}={value}",))
                   for name, value in wanted.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        equal(nexts(*wanted), wanted)
    equal(failed, [])
    print(f"# {pairs} pairs, none lost")
    defaults()


@test
@own_table
def against_mstconfig():
    """config set: beside mstconfig, which takes no lock, nothing of mstconfig's is undone"""
    require(shutil.which("mstconfig"), "no mstflint")
    pairs = int(os.environ.get("PAIRS", "3"))
    random.seed(int(os.environ.get("SEED", "17")))
    name = mlx5()["name"]
    counts = {"both": 0, "ours refused": 0, "ours replaced": 0, "theirs replaced": 0}

    def theirs(value):
        return subprocess.Popen(["mstconfig", "-y", "-d", name, "set", f"NUM_OF_PF={value}"],
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    defaults()
    begun = time.monotonic()
    equal(theirs(2).wait(TIMEOUT), 0)
    took = time.monotonic() - begun
    for number in range(pairs):
        vcx(f"nv-like {PCI_CONF} plain")
        wanted = {"NUM_OF_VFS": 9 + number % 100, "NUM_OF_PF": 2}
        with theirs(2) as child:
            # The overlap is at another step in each pair.
            time.sleep(random.uniform(0, took))
            done = config("set", f"NUM_OF_VFS={wanted['NUM_OF_VFS']}")
        equal(child.returncode, 0)
        rows = nexts(*wanted)
        there = {key: rows[key] == value for key, value in wanted.items()}
        if done.code:
            # The value that mstconfig wrote meanwhile is noticed, named and left alone.
            done.fails(done.code, "another program")
            assert done.code in (REFUSED, PARTIAL), done
            equal((there["NUM_OF_PF"], rows["NUM_OF_VFS"]), (True, 8))
            counts["ours refused"] += 1
        else:
            # mstconfig writes what it read before; between the last read of fwctl and its
            # write there is one request. One of the two values is always there.
            assert any(there.values()), rows
            counts["both" if all(there.values()) else "ours replaced"
                   if there["NUM_OF_PF"] else "theirs replaced"] += 1
    print(f"# {pairs} pairs: {counts}")
    defaults()


@test
@own_table
def killed_writer():
    """config set: a program that is killed does not keep others out"""
    defaults()
    vcx("delay 805 3000")
    pid = os.fork()
    if pid == 0:
        os.execvp(FWCTL, [FWCTL, "mlx5", "config", "set", mlx5()["name"], "NUM_OF_VFS=9"])
    before = requests()
    soon(lambda: requests() > before)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    vcx("clear")
    config("set", "UCTX_EN=0", code=OK)
    defaults()


@test
@own_table
def reader():
    """config set, apply: a user with access for reading only gets no table, but the reason"""
    defaults()
    device = mlx5()["path"]
    before = os.stat(device)
    write(path("a"), "NUM_OF_VFS=16")
    os.chown(device, 0, NOBODY)
    os.chmod(device, 0o640)
    try:
        equal(config("query", "NUM_OF_VFS", user=NOBODY, group=NOBODY).code, OK)
        for args in (("set", "NUM_OF_VFS=16"), ("apply", path("a"), "-y"), ("reset", "-y")):
            config(*args, user=NOBODY, group=NOBODY).fails(
                REFUSED, "nothing was written: there is no permission to write to /dev/fwctl")
        config("set", "NUM_OF_VFS=16", "--dry-run", user=NOBODY, group=NOBODY, code=OK)
    finally:
        os.chown(device, before.st_uid, before.st_gid)
        os.chmod(device, before.st_mode & 0o777)
    equal(values("NUM_OF_VFS")["NUM_OF_VFS"]["next"], 8)


@test
@own_table
def empty_files():
    """config diff, apply: a file without settings is refused, unless it may be"""
    defaults()
    for text in ("", "# NUM_OF_VFS=16", "\n \n"):
        write(path("empty"), text)
        for verb in ("diff", "apply"):
            config(verb, path("empty"), code=USAGE).fails(USAGE, "empty: no settings; add --allow")
            config(verb, path("empty"), "--allow-empty", code=OK)
    config("apply", "-", "-y").fails(USAGE, "no settings")


@test
def ranges():
    """config query, set: arrays as a whole, by ranges and by elements"""
    rows = [row["name"] for row in config_json("query")["parameters"]]
    array = next((name for name in rows if name.endswith("[0]")), None)
    if not array:
        return
    stem = re.sub(r"\[0\]$", "", array)
    size = sum(name.startswith(f"{stem}[") for name in rows)
    equal(len(values(stem)), size)
    equal(list(values(f"{stem}[1..3]")), [f"{stem}[{i}]" for i in (1, 2, 3)])
    config("set", f"{stem}=1").fails(USAGE, "ambiguous; name one of them")
    config("set", f"{stem}[1..2]=3", f"{stem}[0]=2", "-e", code=CHANGED)
    equal([row["next"] for row in values(f"{stem}[0..3]").values()][:3], [2, 3, 3])
    config("reset", stem, code=OK)
    config("diff", path("x")).fails(USAGE, "cannot read")
    defaults()


@test
@own_table
def hidden_by_others():
    """config apply: files with parameters that others hide or show apply, and roll back"""
    defaults()
    before = state()
    write(path("show"), "IP_OVER_VXLAN_PORT=5\nIP_OVER_VXLAN_EN=yes\n"
          "PF_NUM_OF_VF=4\nPF_NUM_OF_VF_VALID=yes")
    config("apply", path("show"), "-y", "-b", path("back"), code=OK)
    equal([row["next"] for row in values("IP_OVER_VXLAN_PORT", "PF_NUM_OF_VF").values()],
          [5, 4])
    config("diff", path("show"), "-e", code=OK)
    config("apply", path("back"), "-y", "-b", path("again"), code=OK)
    equal(state(), before)
    config("apply", path("again"), "-y", "-b", path("b"), code=OK)
    config("diff", path("show"), "-e", code=OK)
    config("reset", "PF_NUM_OF_VF_VALID", "PF_NUM_OF_VF", "IP_OVER_VXLAN_EN",
           "IP_OVER_VXLAN_PORT", code=OK)
    equal(state(), before)


def random_value(row):
    if row["type"] == "bool":
        return random.choice(("yes", "no"))
    if row["type"] == "enum":
        return random.choice(row["values"])
    if row["type"] == "bytes":
        return None
    return hex(random.randint(row["min"], min(row["max"], row["min"] + 40)))


def random_settings(rows, hidden):
    """Random values of some parameters; some of them are hidden, until others are set."""
    settings = {}
    for row in random.sample(rows, 6):
        settings[row["name"]] = random_value(row)
    for row, needed in random.sample(hidden, min(2, len(hidden))):
        value = random_value(row)
        if value:
            settings.update(setting.split("=") for setting in needed.split(" and "))
            settings[row["name"]] = value
    return {name: value for name, value in settings.items() if value}


@test
def random_configurations():
    """config export, apply: random configurations are applied and rolled back"""
    rounds, seed = int(os.environ.get("ROUNDS", "2")), int(os.environ.get("SEED", "17"))
    random.seed(seed)
    defaults()
    rows = config_json("query")["parameters"]
    shown = {row["name"] for row in rows}
    known = {row["name"]: row for row in
             run(["--json", "mlx5", "config", "list"], code=OK).json["result"]["parameters"]}
    done = run(["--json", "mlx5", "config", "query", mlx5()["name"], "NUM_OF_VFS",
                *sorted(known.keys() - shown)])
    hidden = [(known[row["name"]], row["message"].split("hidden until ")[1])
              for row in done.json["result"]["missing"] if row["reason"] == "hidden"]
    applied = 0
    for number in range(rounds):
        config("export", path("before"), code=OK)
        write(path("new"), "\n".join(f"{name}={value}" for name, value in
                                     random_settings(rows, hidden).items()))
        done = config("apply", path("new"), "-y", "-b", path(f"back{number}"))
        if done.code:
            # The card refuses some combinations; then nothing has changed.
            config("diff", path("before"), "-e", code=OK)
            continue
        applied += 1
        config("diff", path("new"), "-e", code=OK)
        config("export", path("after"), code=OK)
        if os.path.exists(path(f"back{number}")):
            config("apply", path(f"back{number}"), "-y", "-b", path("redo"), code=OK)
            config("diff", path("before"), "-e", code=OK)
            config("export", path("restored"), code=OK)
            equal(read(path("restored")), read(path("before")))
        if os.path.exists(path("redo")):
            config("apply", path("redo"), "-y", "-b", path("undo"), code=OK)
            os.remove(path("redo"))
        config("diff", path("after"), "-e", code=OK)
    print(f"# seed {seed}: {applied} of {rounds} configurations applied, {len(hidden)} "
          "parameters are hidden")
    assert applied > rounds // 2
    defaults()


@test
@own_table
def as_mstconfig():
    """config set: values as mstconfig prints them; ambiguous numbers are refused"""
    defaults()
    config("set", "SRIOV_EN=True(1)", "NUM_OF_VFS=16(16)", "CQE_COMPRESSION=AGGRESSIVE(1)",
           "LINK_TYPE_P1=ETH(2)", "NUM_OF_PF=0x2(2)", code=OK)
    equal([row["next"] for row in values("SRIOV_EN", "NUM_OF_VFS", "CQE_COMPRESSION",
                                         "NUM_OF_PF").values()],
          [16, 2, True, "AGGRESSIVE"])
    for wrong in ("SRIOV_EN=True(0)", "NUM_OF_VFS=16(17)", "NUM_OF_VFS=010", "NUM_OF_VFS=16(",
                  "NUM_OF_VFS=(16)", "CQE_COMPRESSION=BALANCED(1)", "NUM_OF_VFS=1 6",
                  "MODULE_MAX_POWER_OVERRIDE_M0=10", "MODULE_MAX_POWER_OVERRIDE_M0=0x1g"):
        config("set", wrong).fails(USAGE, "is not ")
    config("set", "SRIOV_EN=0x0", code=OK)
    config("set", "SRIOV_EN=0x2").fails(USAGE, "is not true or false")
    config("set", "NUM_OF_VFS=9", "num_of_vfs=9").fails(USAGE, "NUM_OF_VFS: duplicate parameter")
    equal(values("NUM_OF_VFS", "SRIOV_EN")["SRIOV_EN"]["next"], False)
    for right, value in (("0x10", 16), ("9", 9), ("ff", 255), ("0XA", 10)):
        config("set", f"MODULE_MAX_POWER_OVERRIDE_M0={right}", code=OK)
        equal(values("MODULE_MAX_POWER_OVERRIDE_M0").popitem()[1]["next"], value)
    match(config("export", code=OK).text, "^MODULE_MAX_POWER_OVERRIDE_M0=0xa$")
    defaults()


@test
@own_table
def files_of_others():
    """config apply: files of other programs are named, editors' habits are accepted"""
    defaults()
    for text, kind in (('{"Device #1": {}}', "JSON"), ("\n<config/>", "XML"),
                       ("\nDevice #1:\n----------\n", "the output of mstconfig query")):
        write(path("other"), text)
        config("apply", path("other"), "-y").fails(USAGE, f"other: {kind}")
    with open(path("edited"), "wb") as file:
        file.write(b"\xef\xbb\xbf# a comment\r\n num_of_vfs = 16  # more\r\n\r\n\tUCTX_EN=0")
    config("apply", path("edited"), "-y", "-b", path("b"), code=OK)
    equal([row["next"] for row in values("NUM_OF_VFS", "UCTX_EN").values()], [16, False])
    defaults()


@test
@own_table
def rollback_files():
    """config apply: a rollback file restores all bits, and nothing from a wrong file"""
    defaults()
    config("set", "NUM_OF_PF=2", code=OK)
    before = state()
    write(path("a"), "NUM_OF_VFS=16\nUCTX_EN=0")
    config("apply", path("a"), "-y", "-b", path("back"), code=OK)
    text = read(path("back"))
    # The first item was written before, the second one was at its default.
    match(text, f"^0x00000080={before[0]}$")
    match(text, "^0x0000010a=$")
    changed = state()
    for code, regex, wrong in (
            (UNSUPPORTED, ":1: 0x00007777: this card does not have this item", "0x00007777=00"),
            (UNSUPPORTED, "does not have this item", "0x80x=00"),
            (USAGE, ":1: item 0x00000080 .nv_global_pci_conf.: needs 12 bytes, not 1",
             "0x00000080=00"),
            (USAGE, "hexadecimal", "0x00000080=xyz")):
        write(path("wrong"), wrong)
        config("apply", path("wrong"), "-y").fails(code, regex)
        equal(state(), changed)
    config("apply", path("back"), "-y", "-b", path("redo"), code=OK)
    equal((state(), writer(OFFLOADS)), (before, "0"))
    config("apply", path("redo"), "-y", "-b", path("b"), code=OK)
    equal(state(), changed)
    vcx(f"nv-like {PCI_CONF} locked")
    config("apply", path("back"), "-y").fails(
        UNSUPPORTED, "item 0x00000080 .nv_global_pci_conf.: read-only")
    equal(state(), changed)
    vcx(f"nv-like {PCI_CONF} plain")
    defaults()


@test
@own_table
def raw_files():
    """config export --raw-tlv, apply: files of mstconfig's backup and set_raw"""
    defaults()
    before = state()
    config("export", path("raw"), "--raw-tlv", code=OK)
    equal(os.stat(path("raw")).st_mode & 0o777, 0o600)
    lines = read(path("raw")).splitlines()
    equal(lines[0], "MLNX_RAW_TLV_FILE")
    # The header of an item has three dwords.
    pci, = [line for line in lines if line.split()[1:2] == ["0x00000080"]]
    words = pci.split()
    assert int(words[0], 16) & 0x030001ff == 0x0300000c, pci
    equal("".join(word[2:] for word in words[3:]), before[0])
    config("set", "NUM_OF_VFS=16", "UCTX_EN=0", code=OK)
    equal(len(config_json("diff", path("raw"), "--ignore-missing")["changes"]), 2)
    config("apply", path("raw"), "-y", "-b", path("b"), "--ignore-missing", code=OK)
    equal(state(), before)
    write(path("one"), f"MLNX_RAW_TLV_FILE\n% a comment\n{pci}\n")
    config("set", "NUM_OF_VFS=16", code=OK)
    config("apply", path("one"), "-y", "-b", path("b"), code=OK)
    equal(state(), before)
    for code, regex, wrong in (
            (USAGE, ":2: not an item's header", "0x0300000c 0x80 0x0 0x0"),
            (USAGE, ":2: not an item's header", "0x03000004"),
            (USAGE, ":2: not an item's header", "0x03000004 0x80 0 what"),
            (USAGE, ":2: item 0x00000080 .*needs 12 bytes, not 4", "0x03000004 0x80 0 0"),
            (UNSUPPORTED, ":2: item 0x00007777: not known", "0x03000004 0x7777 0 0")):
        write(path("wrong"), f"MLNX_RAW_TLV_FILE\n{wrong}")
        config("apply", path("wrong"), "-y").fails(code, regex)
        equal(state(), before)
    vcx("status 805 4 abc 1 5")
    config("export", "--raw-tlv").fails(FIRMWARE, "status 0x4")
    defaults()


@test
@own_table
def short_export():
    """config export: without comments, and only what is changed"""
    defaults()
    config("set", "NUM_OF_VFS=16", "UCTX_EN=0", code=OK)
    equal(config("export", "--short", "--changed", code=OK).lines,
          ["NUM_OF_VFS=16", "UCTX_EN=false"])
    lines = config("export", "-S", code=OK).lines
    rows = config_json("query")["parameters"]
    equal([line.split("=")[0] for line in lines],
          [row["name"] for row in rows if not row["read_only"]])
    config("export", "-S", path("short"), code=OK)
    config("set", "NUM_OF_VFS=8", code=OK)
    config("apply", path("short"), "-y", "-b", path("b"), "-e", code=CHANGED)
    equal(config("export", "-S", code=OK).lines, lines)
    vcx(f"nv-like {PCI_CONF} locked")
    assert not [line for line in config("export", "-S", code=OK).lines if "NUM_OF_VFS" in line]
    vcx(f"nv-like {PCI_CONF} plain")
    for option in (["--short"], ["--changed"], ["--host", "0"], ["--pf", "0"]):
        config("export", "--raw-tlv", *option).fails(USAGE, f"leave out {option[0]}$")
    defaults()


@test
@own_table
def with_itself():
    """config diff: a device is compared with a device, unless a file has its name"""
    defaults()
    name = mlx5()["name"]
    for other in (name, mlx5()["parent"]):
        answer = config_json("diff", other)
        equal((answer["other"], answer["differs"], answer["changes"]), (name, False, []))
    config("diff", "fwctl98765").fails(USAGE, "neither a file nor an fwctl device; see")
    config("diff", path("nosuch")).fails(USAGE, "cannot read")
    write(path(name), "NUM_OF_VFS=9")
    done = run(["mlx5", "config", "diff", name, name, "-e", "--raw", "-d", "none"], cwd=path(""))
    equal((done.code, done.lines), (CHANGED, ["NUM_OF_VFS 8 9"]))
    config("diff", "/dev/null").fails(USAGE, "no settings")


@test
@own_table
def other_functions():
    """config --host --pf: parameters of another function or host, and no others"""
    defaults()
    mine, theirs, away = ("03000112", "03000512", "03040112")
    before = item(mine)
    name = "PCI_WR_ORDERING"
    try:
        config("set", "--pf", "1", f"{name}=force_relax", code=OK)
        equal([item(mine), int(item(theirs), 16) >> 28 & 3], [before, 1])
        answer = config_json("query", name, "--pf", "1")
        equal((answer["host"], answer["pf"], answer["parameters"][0]["next"]),
              (0, 1, "force_relax"))
        equal(config_json("query", name)["parameters"][0]["next"], "per_mkey")
        equal({row["class"] for row in config_json("query", "-p", "1")["parameters"]},
              {"function", "host"})
        for verb in ("query", "reset"):
            config(verb, "--pf", "1", "NUM_OF_VFS").ends(
                {"query": UNSUPPORTED, "reset": USAGE}[verb],
                "NUM_OF_VFS: a parameter of the card, not of a host or function")
        config("set", "--pf", "1", f"{name}=per_mkey", "NUM_OF_VFS=9").fails(
            USAGE, "a parameter of the card")
        # A second host, which the card does not have at first.
        config("query", "--host", "1").fails(UNSUPPORTED, "no function 0 of host 1$")
        config("query", "--pf", "9").fails(UNSUPPORTED, "no function 9 of host 0$")
        vcx("nv-hosts 2")
        config("set", "-H", "1", f"{name}=force_relax", "EXP_ROM_PXE_ENABLE=no", code=OK)
        equal((int(item(away), 16) >> 28 & 3, item(mine)), (1, before))
        equal((item("07040080") != item("07000080"), item("03040512") != item(away)),
              (True, True))
        text = config("export", "--host", "1", "--changed", "--short", code=OK).text
        equal(sorted(text.splitlines()), ["EXP_ROM_PXE_ENABLE=false", f"{name}=force_relax"])
        write(path("host"), text)
        config("apply", path("host"), "--host", "1", "--pf", "1", "-y", "-b", path("back"),
               code=OK)
        config("diff", path("host"), "-H", "1", "-p", "1", "-e", code=OK)
        # The file that undoes this is for that function only.
        config("apply", path("back"), "-y").fails(UNSUPPORTED, "does not have this item")
        config("apply", path("back"), "-y", "-H", "1", "-p", "1", "-b", path("b"), code=OK)
        config("diff", path("host"), "-H", "1", "-p", "1", "-e", code=CHANGED)
        write(path("card"), f"0x000000{PCI_CONF}={item(PCI_CONF)}")
        config("apply", path("card"), "-y", "--pf", "1").fails(
            UNSUPPORTED, "does not have this item")
        # A reset of all resets that function and host, and nothing else.
        config("set", "NUM_OF_VFS=9", code=OK)
        rows = config_json("reset", "--host", "1", "-y")["changes"]
        equal(sorted(row["name"] for row in rows), ["EXP_ROM_PXE_ENABLE", name])
        equal((item(PCI_CONF)[8:16], int(item(theirs), 16) >> 28 & 3), ("00010009", 1))
        # Firmware without the privilege.
        vcx("nv-hosts 0")
        config("query", name, "--pf", "0").fails(UNSUPPORTED, "MNVGC, priv_nv_other_host")
        config("query", "--host", "64").fails(USAGE, "not a number from 0 to 63")
        config("query", "--pf", "x").fails(USAGE, "not a number from 0 to 255")
    finally:
        vcx("nv-hosts 1")
        defaults()
    equal(item(theirs), before)


@test
def folded():
    """config query: wide values are folded on a terminal"""
    code, text = on_terminal(["mlx5", "config", "query", mlx5()["name"]])
    equal(code, OK)
    assert max(map(len, text.splitlines())) <= 80, max(text.splitlines(), key=len)


HIDE_MSTFLINT = """mkdir -p $mft && mount --bind $mstflint $mft && \
    mount -t tmpfs none $mstflint && exec "$@" """


@test
def other_database():
    """config list: MFT's database is used where mstflint's is missing"""
    mstflint, mft = (f"/usr/share/{name}/mlxconfig_dbs" for name in ("mstflint", "mft"))
    require(os.path.exists(f"{mstflint}/mlxconfig_host.db"), "no database of mstflint's")
    answer = run(["--json", "mlx5", "config", "list"], code=OK).json["result"]
    equal(answer["database"], f"{mstflint}/mlxconfig_host.db")
    answer = run(["--json", "mlx5", "config", "list"], code=OK,
                 prefix=["unshare", "-m", "sh", "-c", HIDE_MSTFLINT, "sh"],
                 env={**os.environ, "mstflint": mstflint, "mft": mft}).json["result"]
    equal((answer["names"], answer["database"]), ("mstflint", f"{mft}/mlxconfig_host.db"))
    # Without any the message says where the names come from, and how to get more.
    equal(config_json("list", "--database", "none")["database"], None)
    config("query", "XYZXYZXYZ", "--database", "none").fails(
        USAGE, "own table of [0-9]+; install mstflint, or name its database")
