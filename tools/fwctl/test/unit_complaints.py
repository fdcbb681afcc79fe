# SPDX-License-Identifier: GPL-2.0-only
"""
Defects that users of the vendors' tools report, and that this tool must not have.
The commands run on recordings; unit_replay.py compares the recordings themselves.
"""
import json
import os
import re

from fwctltest import (FIRMWARE, HERE, NO_DEVICE, OK, PARTIAL, REFUSED, TOOL, UNSUPPORTED,
                       USAGE, equal, match, path, result, run, test)

SIM = f"{HERE}/recordings/sim.rec"
NONE = f"{HERE}/recordings/none.rec"
CONFIG = f"{HERE}/recordings/config.rec"


def replay(*args, recording=SIM, options=(), **kwargs):
    return run([*options, "replay", recording, *args], **kwargs)


@test
def unparsable_text():
    """complaint: text that cannot be parsed. --raw has as many fields as columns"""
    text = replay("dev", "list", "--raw", "-o", "NAME,SCOPES,DRIVER", code=OK).text
    for line in text.splitlines():
        fields = line.split(" ")
        equal(len(fields), 3)
        match(fields[1], r"^configuration\\x20debug-read-only")


@test
def success_on_failure():
    """complaint: exit code 0 on failure. Each failure has its own code"""
    replay("sim", "read", "fwctl_sim0", "64").ends(FIRMWARE)
    replay("sim", "write", "fwctl_sim0", "20", "1").ends(REFUSED)
    replay("mlx5", "identity", "fwctl_sim0").ends(UNSUPPORTED)
    replay("rpc", "fwctl_sim0", "--hex", "03000000 64000000 0100000000000000",
           "--out-len", "40").ends(PARTIAL)


@test
def no_json_when_empty():
    """complaint: no JSON when the list is empty. It is an empty array"""
    done = replay("dev", "list", recording=NONE, options=["--json"], code=OK)
    equal(done.json["result"], [])


@test
def text_before_json():
    """complaint: text before the JSON. Standard output is one document"""
    for args in (["dev", "list"], ["sim", "read", "fwctl_sim0", "64"],
                 ["dev", "show", "fwctl_sim9"], ["probe"], ["dev", "paint"]):
        text = replay(*args, options=["--json"]).text
        document, end = json.JSONDecoder().raw_decode(text)
        equal((text[end:], type(document)), ("\n", dict))


@test
def format_ignored():
    """complaint: -o json is ignored. What is not understood is an error"""
    replay("dev", "list", "-o", "json").fails(USAGE, "-o json: no such column")
    replay("dev", "list", "--format", "json").fails(USAGE, "no such option")
    for place in range(3):
        args = ["dev", "list"]
        args.insert(place, "--json")
        equal(run(["replay", SIM, *args]).json["command"], "dev list")


def objects_in(schema):
    """Yields each part of a schema that describes an object by its properties."""
    if isinstance(schema, dict):
        if "properties" in schema and "required" in schema:
            yield schema
        for part in schema.values():
            yield from objects_in(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects_in(part)


@test
def renamed_keys():
    """complaint: keys are renamed. The schema admits no others, and has a version"""
    with open(f"{TOOL}/schema.json", encoding="utf-8") as file:
        schema = json.load(file)
    loose = [part for part in objects_in(schema)
             if part.get("additionalProperties") is not False]
    # A plugin's command adds the decoded answer to "sent".
    equal(loose, [schema["$defs"]["sent"]])
    equal(result("version").keys(), {"version"})
    document = run(["--json", "version"]).json
    equal(document["schema_version"], schema["properties"]["schema_version"]["enum"][0])


@test
def decorated_integers():
    """complaint: integers like 3,200,631. Digits only, in every locale"""
    env = {**os.environ, "LC_ALL": "en_US.UTF-8", "LC_NUMERIC": "de_DE.UTF-8"}
    done = replay("stats", "--once", "--raw", "-o", "FILES,CONF,REFUSED", env=env,
                  code=OK)
    for line in done.lines:
        match(line, r"^\d+ \d+ \d+$")
    text = replay("stats", "--once", options=["--json"], env=env, code=OK).text
    assert not re.search(r'"[0-9,.]+"', text)


@test
def missing_library():
    """complaint: parts vanish without a library. The command is there and says so"""
    with open(path("libarchive.so.13"), "w", encoding="utf-8") as file:
        file.write("no library")
    env = {**os.environ, "LD_LIBRARY_PATH": path("")}
    run(["bundle", path("b.tar")], env=env).fails(
        UNSUPPORTED, "libarchive.so.13: .*: install the library libarchive")
    equal(os.listdir(path("")), ["libarchive.so.13"])
    names = [entry["name"] for entry in result("help", env=env)["objects"]]
    assert {"bundle", "sim", "mlx5"} <= set(names)


@test
def reasons():
    """wanted: why an open failed, and the syndrome. Both are in the message"""
    done = replay("sim", "read", "fwctl_sim0", "64", options=["--json"])
    equal(done.json["error"]["firmware"]["syndrome"], 0)
    match(done.err, r"status 0x2 \(BAD_REGISTER\), syndrome 0x0")


@test
def one_cause():
    """complaint: a message lists possible causes. It names the one that applies"""
    replay("dev", "show", "fwctl_sim9").fails(
        NO_DEVICE, "^fwctl: no fwctl device 'fwctl_sim9'; see 'fwctl dev list'$")
    replay("sim", "write", "fwctl_sim0", "20", "1").fails(
        REFUSED, "refused under scope debug-read-only, and a higher scope taints "
        "the kernel; add --taint$")
    replay("sim", "write", "fwctl_sim0", "20", "1", "--scope", "debug-write").fails(
        REFUSED, "^fwctl: fwctl1: scope debug-write taints the kernel; add --taint$")
    replay("rpc", "fwctl_sim0").fails(USAGE, "no request: add --in FILE or --hex DIGITS$")
    replay("rpc", "fwctl_sim0", "--in", "-", "--hex", "00").fails(
        USAGE, "--in and --hex: leave out one of the two$")


@test
def plain_words():
    """complaint: messages read like riddles. They use the usual terms"""
    for content, says in ((b"NUM_OF_VFS=1\nNUM_OF_VFS=2\n", ":2: NUM_OF_VFS: duplicate parameter$"),
                          (b"NUM_OF_VFS=1\0", ": not a text file")):
        with open(path("settings"), "wb") as file:
            file.write(content)
        replay("mlx5", "config", "diff", "0000:01:00.0", path("settings"), "-d", "none",
               recording=CONFIG).fails(USAGE, says)
    with open(path("script"), "wb") as file:
        file.write(b"version\0")
    run(["batch", path("script")]).fails(USAGE, ": not a text file")
    match(run(["mlx5", "layout", "show", "register", "paos"], code=OK).text,
          "^oper_status .* Current state$")
    run(["mlx5", "paint"]).fails(USAGE, "mlx5 paint: no such command")
    run(["mlx5", "config"]).fails(USAGE, "mlx5 config: a command is missing; see")
