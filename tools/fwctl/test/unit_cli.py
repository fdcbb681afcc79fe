# SPDX-License-Identifier: GPL-2.0-only
"""The command line: objects, commands, options, help, errors. No device is needed."""
import os
import re

from fwctltest import (NO_DEVICE, OK, USAGE, equal, fwctl, match, on_terminal,
                       path, require, result, run, tainted, test, write)


def bad(*args, says):
    """Checks that a command line is a usage error, with this message, also in JSON."""
    run(args).fails(USAGE, says)
    error = run(("--json",) + args).fails(USAGE, says).json["error"]
    match(error["message"], says)
    equal(error["code"], USAGE)


@test
def usage():
    """wrong usage is told, and nothing goes to standard output"""
    bad(says="an object is missing")
    bad("paint", says="no such object")
    bad("dev", says="a command is missing")
    bad("dev", "paint", says="no such command")
    bad("dev", "show", says="an argument is missing: usage: fwctl dev show DEV")
    bad("dev", "list", "fwctl0", says="too many arguments")
    bad("dev", "list", "--loud", says="--loud: no such option; see --help")
    bad("dev", "list", "--jsno", says="--jsno: no such option; did you mean --json?")
    bad("mlx5", "config", "list", "--databse=x", says="did you mean --database?")
    bad("mlx5", "config", "fwctl0", says="no such command; see 'fwctl help mlx5 config'")
    bad("mlx5", "fwctl0", "config", says="no such command; see 'fwctl help mlx5'")
    bad("config", "query", says="config: no such object; did you mean mlx5 config?")
    bad("dev", "list", "-o", says="-o: needs a value")
    bad("--scope", "debug", "rpc", "fwctl0", says="ambiguous: use configuration")
    bad("--scope", "high", "rpc", "fwctl0", says="no such scope")
    bad("mlx5", "reg", "list", "--taint", says="sends nothing")
    bad("policy", "lower", "fwctl0", "lowest", says="no such ceiling")
    bad("batch", "/nonexistent", says="cannot read /nonexistent")


@test
def not_loaded():
    """without the module of fwctl the messages say that, and nothing about others"""
    require(not os.path.exists("/sys/class/fwctl"), "fwctl is loaded")
    for args in (["stats"], ["monitor"], ["policy"], ["policy", "lower", "fwctl0", "none"]):
        done = run([*args, *(["show"] if args == ["policy"] else [])])
        assert done.code and "Linux's own" not in done.err, done
        match(done.err, "fwctl is not loaded")
    rows = {row["check"]: row for row in result("probe")}
    match(rows["netlink"]["why"], "fwctl is not loaded: load the device's module")
    # Other taints of the kernel do not count.
    equal(rows["not-tainted-by-fwctl"]["ok"], not tainted())


@test
def outputs():
    """ways of output that exclude each other are not ignored"""
    run(["--json", "--raw", "dev", "list"]).fails(USAGE, "leave out one")
    run(["--json", "dev", "list", "-o", "NAME"]).fails(USAGE, "leave out one")
    run(["dev", "list", "-o", "NAME,SIZE"]).fails(USAGE, "-o SIZE: no such col")
    run(["version", "-o", "NAME"]).fails(USAGE, "has no columns")
    run(["--json", "rpc", "fwctl0", "--hex", "00", "--out", "-"]).fails(
        USAGE, "leave out one of the two; both print")


@test
def prefixes():
    """beginnings that fit only one name are accepted, others are told"""
    equal(fwctl("v"), fwctl("version", "show"))
    equal(fwctl("hel", "d", "l"), fwctl("help", "dev", "list"))
    bad("r", says="ambiguous: rpc or record")
    bad("re", "x", says="ambiguous: record or replay")
    bad("p", says="ambiguous: policy or probe")
    bad("mlx5", "reg", says="mlx5 reg: a command is missing; see 'fwctl help mlx5 reg'")
    bad("mlx5", "d", says="ambiguous: diag list or diag start")
    bad("mlx5", "paint", says="mlx5 paint: no such command; see 'fwctl help mlx5'$")
    bad("policy", "set", says="policy set: no such command; policy has: show, lower$")
    bad("policy", says="policy: a command is missing; policy has: show, lower$")
    bad("devlist", says="devlist: no such object; did you mean dev list[?]$")
    equal(fwctl("dev", "list", "--hel"), fwctl("help", "dev", "list"))


@test
def groups():
    """the first of two words of commands has help; an unknown word gets the nearest one"""
    text = fwctl("help", "mlx5", "reg")
    equal(re.findall("^  ([a-z].*)$", text, re.M),
          ["reg list", "reg get DEV REGISTER [FIELD...]", "reg set DEV REGISTER FIELD=VALUE..."])
    for line in ("mlx5 reg --help", "mlx5 reg -h", "mlx5 help reg", "mlx5 help re",
                 "--help mlx5 reg"):
        equal(fwctl(*line.split()), text)
    done = run(["mlx5", "reg"]).fails(USAGE, "a command is missing")
    assert done.err.startswith(text)
    for line, near in (("mxl5", "mlx5"), ("mlx5 config qeury", "mlx5 config query"),
                       ("mlx5 cnofig query x", "mlx5 config query"),
                       ("mlx5 conifg", "mlx5 config"), ("mlx5 idenity", "mlx5 identity"),
                       ("Dev", "dev"), ("dev lits", "dev list"), ("help mlx5 fw inof", "mlx5 fw info")):
        bad(*line.split(), says=f"no such (command|object); did you mean {near}[?]$")
    for line in ("mlx5 foo", "dev paint", "mlx5 config foo", "xyz", "x" * 97, "mlx5 " + "x" * 97):
        bad(*line.split(), says="no such (command|object); (see 'fwctl help|dev has: )")


@test
def version():
    """--version and -V print the version, wherever they are given"""
    for line in ("--version", "-V", "--vers", "dev list --version", "mlx5 -V", "-V paint",
                 "mlx5 reg get -V", "dev -V list"):
        equal(fwctl(*line.split()), fwctl("version"))
    equal(result("-V"), result("version"))


@test
def help_everywhere():
    """help is there at each level, and without a device"""
    for args in (["help"], ["--help"], ["-h"]):
        match(fwctl(*args), r"^  dev +list and show devices")
    for args in (["help", "dev"], ["dev", "help"], ["dev", "--help"]):
        match(fwctl(*args), r"^  show DEV")
    texts = {fwctl(*args) for args in (
        ["help", "rpc", "send"], ["rpc", "help", "send"],
        ["rpc", "send", "--help"], ["rpc", "send", "fwctl0", "-h"])}
    equal(len(texts), 1)
    match(texts.pop(), r"^Scope: the least that admits the request")
    for entry in result("help")["objects"]:
        for command in entry["commands"]:
            text = fwctl("help", entry["name"], *command["name"].split())
            match(text, r"^Scope: ")
            for option in command["options"]:
                match(text, f"--{option['name']}")
    match(run([]).fails(USAGE).err, "^Usage:")
    run(["help", "paint"]).fails(USAGE, "no such object")
    run(["help", "dev", "paint"]).fails(USAGE, "no such command")


@test
def json_errors():
    """an error is one JSON document, wherever --json stands"""
    for args in (["--json", "paint"], ["paint", "--json"], ["paint", "-j"],
                 ["dev", "list", "--loud", "--json"]):
        done = run(args + ["--json"]).ends(USAGE)
        equal(done.json["error"]["name"], "usage")
        equal(len(done.documents), 1)


@test
def json_of_any_bytes():
    """JSON is UTF-8, also where arguments are not"""
    for arg in ("\udcff\udcfe", "a\udc80b", "\udced\udca0\udc80", "\u20ac\x1b\""):
        error = run(["--json", arg]).ends(USAGE).json["error"]
        assert error["message"].endswith(": no such object; see 'fwctl help'")
    match(error["message"], "^\u20ac\x1b\":")
    match(run(["--json", "a\udc80b"]).json["error"]["message"], "^a\ufffdb:")


@test
def json_everywhere():
    """--json gives a document also for help, and in scripts"""
    for args in (["help", "dev"], ["dev", "--help"], ["dev", "help"], ["-h"]):
        equal(run(["--json"] + args, code=OK).json["command"], "help show")
    run(["completion", "bash", "--json"]).fails(USAGE, "no JSON output")
    text = b"dev --help\nversion\n"
    documents = run(["--json", "batch", "-"], stdin=text, code=OK).json["result"]
    equal([doc["command"] for doc in documents], ["help show", "version show"])


@test
def no_devices():
    """without fwctl: exit code 2, and what to do about it"""
    require(not os.path.exists("/sys/class/fwctl"), "this kernel has fwctl")
    run(["dev", "list"]).fails(NO_DEVICE, "load the device.s module")
    error = run(["--json", "dev", "list"]).fails(NO_DEVICE).json["error"]
    equal(error["errno"], "ENOENT")
    run(["dev", "show", "fwctl0"]).fails(NO_DEVICE, "no fwctl device 'fwctl0'")
    checks = {row["check"]: row for row in result("probe")}
    equal(checks["fwctl"]["ok"], False)
    match(checks["fwctl"]["help"], "modprobe")


@test
def full_disk():
    """data that cannot be written is an error"""
    for args in (["help"], ["version"], ["--json", "version"]):
        run(args, prefix=["sh", "-c", '"$@" > /dev/full', "sh"]).fails(
            USAGE, "cannot write to standard output")


@test
def colours():
    """colour only on a terminal, and not against NO_COLOR"""
    code, text = on_terminal(["paint"])
    equal(code, USAGE)
    match(text, "\033\\[1;31mfwctl:")
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert "\033" not in on_terminal(["paint"], env=env)[1]
    assert "\033" not in run(["paint"]).err


@test
def scripts():
    """batch: a script with an error in any line is not begun"""
    write(path("script"), "version\n# nothing\n\ndev paint\nversion")
    done = run(["batch", path("script")]).fails(USAGE, "script:4: dev paint: no")
    equal(done.out, b"")
    write(path("quotes"), "version 'x")
    run(["batch", path("quotes")]).fails(USAGE, "quotes:1: a quote is not closed")
    write(path("stream"), "monitor")
    run(["--json", "batch", path("stream")]).fails(USAGE, "prints events while it runs")


@test
def batch():
    """batch: runs lines in order, also from standard input"""
    text = b"version\n'vers''ion' \"show\"  # twice\n"
    equal(run(["batch", "-"], stdin=text, code=OK).lines,
          run(["version"], code=OK).lines * 2)
    documents = run(["--json", "batch", "-"], stdin=text, code=OK).json["result"]
    equal([doc["line"] for doc in documents], [1, 2])
    equal(documents[0]["command"], "version show")
