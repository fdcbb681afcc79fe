# SPDX-License-Identifier: GPL-2.0-only
"""The most devices that can exist. Takes minutes in a guest without KVM."""
import os
import subprocess
import time

from fwctltest import equal, fwctl, result, test


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
        usage = peak_kib(["fwctl", "dev", "list"])
        json_usage = peak_kib(["fwctl", "--json", "dev", "list"])
        print(f"# 4096 devices: {took:.2f} s, {usage} KiB; JSON {json_usage} KiB")
        assert took < 20
        assert json_usage < 65536
    finally:
        for number in range(first, first + count):
            try:
                with open("/sys/bus/fwctl_sim/del_device", "w") as file:
                    file.write(str(number))
            except OSError:
                break


def peak_kib(command):
    """Runs a command; returns its maximum resident set size in KiB."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
    equal(status, 0)
    return usage.ru_maxrss
