# SPDX-License-Identifier: GPL-2.0-only
"""
Helpers of tests that configure the virtual ConnectX: the tool's commands, and the
control channel.
"""
import functools

from fwctltest import OK, mlx5, run, vcx

# Options of each command below.
options = []


def own_table(function):
    """Has a test use the tool's own table: in a guest mstflint's takes a second to read."""
    @functools.wraps(function)
    def with_own_table():
        options[:] = ["--database", "none"]
        try:
            function()
        finally:
            options.clear()
    return with_own_table


def item(number, view="next"):
    """Returns the bytes of an item in hexadecimal, read over the control channel."""
    return vcx(f"nv {number} {view}").split()[-1]


def requests():
    return int(vcx("count 805"))


def config(verb, *args, **kwargs):
    return run(["mlx5", "config", verb, kwargs.pop("dev", None) or mlx5()["name"],
                *args, *options], **kwargs)


def config_json(verb, *args, code=OK, dev=None):
    return run(["--json", "mlx5", "config", verb, dev or mlx5()["name"], *args,
                *options], code=code).json["result"]


def defaults():
    """Resets all next values to their defaults."""
    vcx("clear")
    config("reset", "--yes", code=OK)


def values(*names):
    rows = config_json("query", *names)["parameters"]
    return {row["name"]: row for row in rows}
