# SPDX-License-Identifier: GPL-2.0-only
"""
Compares the tool's tables with its man pages, its completion, its schema and the
kernel's enumerations.
"""
import functools
import glob
import json
import os
import re
import subprocess

from fwctltest import (FWCTL, TOOL, TREE, equal, fwctl, path, read, require,
                       result, test)

# Objects that have no man page of their own; fwctl(8) describes them.
OWN = ("help", "version", "completion")


@functools.cache
def tables():
    return result("help")


def objects():
    return {entry["name"]: entry for entry in tables()["objects"]}


def rst_args(args):
    return "".join(" " + re.sub(r"([A-Z]+(\.\.\.)?)", r"*\1*", word)
                   for word in args.split())


def rst_option(option):
    letter = f"**-{option['letter']}**, " if option["letter"] else ""
    arg = f" *{option['argument']}*" if option["argument"] else ""
    return f"{letter}**--{option['name']}**{arg}"


def page(name):
    """The text of a man page, and of the pages of its commands."""
    found = glob.glob(f"{TOOL}/*/{name}.rst")
    equal(len(found), 1)
    if name != "fwctl":
        found += glob.glob(f"{TOOL}/*/{name}-*.rst")
    return "".join(read(file) for file in found)


def option_lines(text):
    return set(re.findall(r"^ *((?:\*\*-.\*\*, )?\*\*--[a-z0-9-]+\*\*(?: \*\S+\*)?)$",
                          text, re.M))


@test
def man_pages():
    """each object has a man page, with its commands, options and scopes"""
    names = {f"fwctl-{name}" for name in objects() if name not in OWN}
    pages = glob.glob(f"{TOOL}/*/fwctl*.rst")
    equal({re.sub("^(fwctl-[^-]*)-.*", r"\1", os.path.basename(name)[:-4])
           for name in pages}, names | {"fwctl"})
    for name in names:
        entry, text = objects()[name.removeprefix("fwctl-")], page(name)
        equal(set(re.findall(r"^\| (.*)$", text, re.M)),
              {f"**fwctl {entry['name']} {command['name']}** [*OPTIONS*]" +
               rst_args(command["arguments"]) for command in entry["commands"]})
        equal(option_lines(text), {rst_option(option)
                                   for command in entry["commands"]
                                   for option in command["options"]})
        for command in entry["commands"]:
            head = f"\n**{entry['name']} {command['name']}**" + rst_args(
                command["arguments"])
            assert head + "\n" in text, head
            part = text.split(head + "\n")[1]
            found = re.search(r"^  Scope: ([a-z-]+)[.,]", part, re.M)
            equal(found and found[1], command["scope"])
            if command["default"]:
                assert f"The word *{command['name']}*" in " ".join(
                    part.split("Scope:")[0].split()) or "the word *" in part


@test
def main_page():
    """fwctl(8) has the common options, exit codes, scopes and objects"""
    text = page("fwctl")
    equal(option_lines(text), {rst_option(option) for option in tables()["options"]})
    for entry in tables()["exit_codes"]:
        help_text = entry["help"][0].upper() + entry["help"][1:]
        assert f"\n{entry['code']} {help_text}.\n" in text, entry
    for scope in tables()["scopes"]:
        assert f"\n**{scope}**\n" in text
    for name in objects():
        want = f"**fwctl {name} " if name in OWN else f"**fwctl-{name}**\\ (8)"
        assert want in text, want


def enum(header, name):
    """The entries of an enumeration, in their order, as the kernel names them."""
    body = re.search(rf"^enum {name} {{(.*?)^}};", header, re.M | re.S)[1]
    return re.findall(r"^\s+FWCTL_(\w+)", body, re.M)


def names(entries, prefix):
    return [entry.removeprefix(prefix).lower().replace("_", "-")
            for entry in entries]


@test
def enumerations():
    """scopes, ceilings, reasons and device types are the kernel's"""
    uapi = read(f"{TREE}/include/uapi/fwctl/fwctl.h")
    netlink = read(f"{TREE}/include/uapi/fwctl/fwctl_netlink.h")
    equal(tables()["scopes"], names(enum(uapi, "fwctl_rpc_scope"), "RPC_"))
    equal(tables()["ceilings"], names(enum(netlink, "fwctl_ceiling"), "CEILING_"))
    equal(tables()["reasons"], names(enum(netlink, "fwctl_reason"), "REASON_"))
    types = set(names(enum(uapi, "fwctl_device_type"), "DEVICE_TYPE_"))
    plugins = {entry["type"] for entry in objects().values() if entry["type"]}
    assert plugins <= types | {"sim"}, plugins
    with open(f"{TOOL}/schema.json", encoding="utf-8") as file:
        schema = json.load(file)["$defs"]
    equal(schema["scope"]["enum"], tables()["scopes"])
    equal(schema["ceiling"]["enum"], tables()["ceilings"])
    equal(schema["reason"]["enum"], tables()["reasons"])
    equal(schema["error"]["properties"]["name"]["enum"],
          [entry["name"] for entry in tables()["exit_codes"]][1:])


@test
def schema():
    """each command's results are described in the schema, and nothing else"""
    known = set()
    for name in [f"{TOOL}/schema.json"] + glob.glob(f"{TOOL}/*/*.schema.json"):
        with open(name, encoding="utf-8") as file:
            for rule in json.load(file)["allOf"]:
                known.add(rule["if"]["properties"]["command"]["const"])
    # These run another command, or have no JSON output.
    other = {"record run", "replay run", "completion bash", "completion zsh",
             "completion words", "monitor journal"}
    equal(known | other, {f"{entry['name']} {command['name']}"
                          for entry in objects().values()
                          for command in entry["commands"]})


@test
def option_names():
    """no option of a command has the name or letter of a common one, or of another"""
    for entry in objects().values():
        for command in entry["commands"]:
            options = tables()["options"] + command["options"]
            for key in ("name", "letter"):
                found = [option[key] for option in options if option[key]]
                equal(sorted(found), sorted(set(found)))


def words(*line):
    """The completions that the tool offers for the last word."""
    return [offer.split("\t")[0] for offer in
            fwctl("completion", "words", "--", *line).splitlines()]


@test
def completion_words():
    """completion offers what is in the tables, at each place"""
    common = ["--" + option["name"] for option in tables()["options"]]
    equal(words(""), list(objects()))
    equal(words("--sc"), ["--scope"])
    equal(words("--scope", ""), tables()["scopes"])
    equal(words("policy", "lower", "fwctl0", ""), tables()["ceilings"])
    equal(words("help", "de"), ["dev"])
    equal(words("batch", ""), ["run", "help", ":files"])
    equal(words("mlx5", "config", "diff", "fwctl0", "")[-1], ":files")
    equal(words("replay", "file", "d"), ["dev"])
    equal(words("replay", "file", "dev", "li"), ["list"])
    equal(words("paint", ""), [])
    for entry in objects().values():
        verbs = list(dict.fromkeys(command["name"].split()[0]
                                   for command in entry["commands"]))
        equal([word for word in words(entry["name"], "") if word in verbs], verbs)
        for command in entry["commands"]:
            own = ["--" + option["name"] for option in command["options"]]
            line = [entry["name"], *command["name"].split()]
            assert line[-1] in words(*line[:-1], ""), line
            equal(words(*line, "--"), common + own)
            equal(words(*line, "-o", ""), command["columns"])


BASH = """
source /usr/share/bash-completion/bash_completion
source "$1"
COMP_WORDS=("${@:2}")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
COMP_LINE="${COMP_WORDS[*]}"
COMP_POINT=${#COMP_LINE}
_fwctl
printf '%s\\n' "${COMPREPLY[@]}"
"""

ZSH = """
fpath=("$1" $fpath)
autoload -U _fwctl
_describe() { print -l "${(@P)2}" }
_files() { print :files }
words=("${@:2}")
CURRENT=$#words
_fwctl
"""


def shell(*args):
    env = {**os.environ, "PATH": f"{os.path.dirname(FWCTL)}:{os.environ['PATH']}"}
    done = subprocess.run(args, capture_output=True, check=True, env=env)
    equal(done.stderr, b"")
    return done.stdout.decode().split("\n")[:-1]


@test
def completion_bash():
    """bash completes what the tool offers"""
    require(os.path.exists("/usr/share/bash-completion/bash_completion"), "no bash-completion")
    with open(path("script"), "w", encoding="utf-8") as file:
        file.write(fwctl("completion", "bash"))
    bash = ["bash", "-c", BASH, "bash", path("script"), "fwctl"]
    equal(shell(*bash, ""), list(objects()))
    equal(shell(*bash, "dev", "l"), ["list"])
    equal(shell(*bash, "rpc", "fwctl0", "--sc"), ["--scope"])
    equal(shell(*bash, "batch", path("scr")), [path("script")])


@test
def completion_zsh():
    """zsh completes what the tool offers"""
    require(os.path.exists("/usr/bin/zsh"), "no zsh")
    with open(path("_fwctl"), "w", encoding="utf-8") as file:
        file.write(fwctl("completion", "zsh"))
    zsh = ["zsh", "-f", "-c", ZSH, "zsh", path(""), "fwctl"]
    equal([line.split(":")[0] for line in shell(*zsh, "")], list(objects()))
    equal(shell(*zsh, "dev", "l"), ["list:list the devices: model, serial number, firmware, ceiling"])
    equal(shell(*zsh, "batch", "x"), [":files"])
