# SPDX-License-Identifier: GPL-2.0-only
"""The most devices that can exist. Takes minutes in a guest without KVM."""
import fcntl
import re
import struct
import subprocess
import termios
import time

from fwctltest import FWCTL, OK, equal, fwctl, read, result, soon, test


@test
def many():
    """dev list with 4096 devices: time and memory"""
    first = 100000
    # The kernel has device numbers for 4096 devices.
    count = 4096 - len(result("dev", "list"))
    try:
        for number in range(first, first + count):
            with open("/sys/bus/fwctl_sim/new_device", "w") as file:
                file.write(str(number))
        started = time.monotonic()
        text = fwctl("dev", "list", "--raw", "-o", "NAME")
        took = time.monotonic() - started
        equal(len(text.splitlines()), 4096)
        usage, json_usage = resident("dev", "list"), resident("--json", "dev", "list")
        print(f"# 4096 devices: {took:.2f} s, {usage} KiB; JSON {json_usage} KiB")
        assert max(usage, json_usage) < 14 * 1024
    finally:
        for number in range(first, first + count):
            try:
                with open("/sys/bus/fwctl_sim/del_device", "w") as file:
                    file.write(str(number))
            except OSError:
                break


def resident(*args):
    """Returns the memory in KiB that a command uses while it prints its result.

    The peak that wait4() tells is no measure: the kernel counts in what Python has, from
    which the command was started."""
    with subprocess.Popen([FWCTL, *args], stdout=subprocess.PIPE) as child:
        # The pipe is not read, so the command waits once it is full.
        size = fcntl.fcntl(child.stdout, fcntl.F_GETPIPE_SZ)
        soon(lambda: struct.unpack("i", fcntl.ioctl(child.stdout, termios.FIONREAD,
                                                    bytes(4)))[0] == size)
        kib = re.search(r"Rss:\s+(\d+)", read(f"/proc/{child.pid}/smaps_rollup"))[1]
        child.stdout.read()
    equal(child.returncode, OK)
    return int(kib)
