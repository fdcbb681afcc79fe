# SPDX-License-Identifier: GPL-2.0-only
"""Users other than root, with the udev rule ../60-fwctl.rules."""
import functools
import grp
import os
import shutil
import stat
import subprocess

from fwctltest import (NOBODY, NOP, OK, REFUSED, TOOL, WRITE, Sim, equal, match,
                       request, require, run, soon, test)


@functools.cache
def group():
    """Starts udev with the rule; returns the GID of the group fwctl."""
    udevd = "/usr/lib/systemd/systemd-udevd"
    require(os.path.exists(udevd), "no udev")
    subprocess.run(["groupadd", "-rf", "fwctl"], check=True)
    os.makedirs("/run/udev/rules.d", exist_ok=True)
    shutil.copy(f"{TOOL}/60-fwctl.rules", "/run/udev/rules.d")
    subprocess.run([udevd, "--daemon"], check=True, capture_output=True)
    return grp.getgrnam("fwctl").gr_gid


class UdevSim(Sim):
    """A simulated device whose file already has the group and the mode that udev gives it."""

    def __enter__(self):
        gid = group()
        super().__enter__()
        # udev sets the group first, and the mode with a second system call.
        soon(lambda: os.stat(self.path).st_gid == gid and
             os.stat(self.path).st_mode & stat.S_IRGRP)
        return self


def as_member(*args, **kwargs):
    """Runs the tool as the user nobody, as a member of the group fwctl."""
    return run(args, user=NOBODY, group=NOBODY, extra_groups=[group()], **kwargs)


def as_nobody(*args, **kwargs):
    return run(args, user=NOBODY, group=NOBODY, extra_groups=[], **kwargs)


@test
def rule():
    """the udev rule gives the group fwctl access for reading"""
    with UdevSim() as sim:
        mode = os.stat(sim.path)
        equal(stat.S_IMODE(mode.st_mode), 0o640)
        equal((mode.st_uid, mode.st_gid), (0, group()))


@test
def nobody():
    """without permission: exit code 3, and the group that would help"""
    with UdevSim() as sim:
        as_nobody("dev", "list", code=OK)
        as_nobody("policy", "show", code=OK)
        as_nobody("stats", "--once", code=OK)
        done = as_nobody("dev", "show", sim.name).fails(REFUSED, "group fwctl")
        error = as_nobody("--json", "sim", "read", sim.name, "1").fails(
            REFUSED, "group fwctl").json["error"]
        equal(error["errno"], "EACCES")
        as_nobody("monitor", "audit").fails(REFUSED, "CAP_SYS_ADMIN")
        as_nobody("policy", "lower", sim.name, "none", "-y").fails(
            REFUSED, "CAP_SYS_ADMIN")
        rows = as_nobody("--json", "probe", sim.name, code=OK).json["result"]
        checks = {row["check"]: row for row in rows}
        match(checks["open"]["help"], "group .*60-fwctl.rules")
        match(checks["lower-ceilings"]["why"], "CAP_SYS_ADMIN")


@test
def member():
    """a member of the group reads, and is told what writing would need"""
    with UdevSim() as sim:
        equal(as_member("--json", "dev", "show", sim.name,
                        code=OK).json["result"]["writable"], False)
        as_member("sim", "read", sim.name, "1", code=OK)
        as_member("sim", "read", sim.name, "20", code=OK)
        as_member("rpc", sim.name, "--hex", request(NOP), code=OK)
        as_member("sim", "write", sim.name, "1", "2").fails(
            REFUSED, "access for writing")
        as_member("rpc", sim.name, "--hex", request(WRITE, 20), "--scope",
                  "debug-write", "--taint").fails(REFUSED, "permission|writ")
        rows = as_member("--json", "probe", sim.name, code=OK).json["result"]
        checks = {row["check"]: row["ok"] for row in rows}
        equal((checks["open"], checks["write"], checks["configuration"],
               checks["debug-write"], checks["firmware"]),
              (True, False, True, False, True))
