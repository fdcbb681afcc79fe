# SPDX-License-Identifier: GPL-2.0-only
"""
The output of probe while fwctl is brought up on a machine with Secure Boot. Each test
continues from the state that the test before left. It runs by name, in its own guest:
lab run --secure-boot --no-modules --vcx '--uctx-cap 0'.
"""
import glob
import os
import re
import shutil
import subprocess

from fwctltest import match, path, equal, require, result, soon, test, write

MODULES = os.environ.get("FWCTL_MODULES", "")
RELEASE = os.uname().release
UPDATES = f"/lib/modules/{RELEASE}/updates"
NAMES = ("fwctl", "mlx5_fwctl")
OTHER = "6.1.0-other-amd64"


def shell(command, code=0):
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.returncode == code, f"{command}: {done.returncode}, {done.stderr}"
    return done.stdout + done.stderr


def check(subject, name):
    """Returns the row of a check, or None."""
    rows = {(row["subject"], row["check"]): row for row in result("probe")}
    return rows.get((subject, name))


def fails(subject, name, why, hint):
    """Checks that the answer is no, with this reason and this advice."""
    row = check(subject, name)
    assert row and not row["ok"], f"{subject} {name}: {row}"
    match(row["why"], why)
    match(row["help"], hint)


def succeeds(subject, name):
    row = check(subject, name)
    assert row and row["ok"], f"{subject} {name}: {row}"


def function():
    """Returns the PCI address of the virtual ConnectX, or None."""
    for device in glob.glob("/sys/bus/pci/devices/*"):
        with open(f"{device}/vendor", encoding="ascii") as file:
            if file.read() == "0x15b3\n":
                return os.path.basename(device)
    return None


def install(*changes, names=NAMES):
    """Copies modules to where modprobe finds them, and runs commands on each."""
    os.makedirs(UPDATES, exist_ok=True)
    for name in names:
        shutil.copy(f"{MODULES}/{name}.ko", UPDATES)
        for change in changes:
            shell(f"{change} {UPDATES}/{name}.ko")


def depmod():
    """Runs depmod for our modules and those of mlx5_core only.

    With all modules of Debian's kernel it takes minutes in a guest."""
    lines = shell("modprobe --show-depends mlx5_core").splitlines()
    files = [line.split()[1] for line in lines if line.startswith("insmod ")]
    files += [f"{UPDATES}/{name}.ko" for name in NAMES]
    shell(f"depmod {RELEASE} {' '.join(files)}")


@test
def no_driver():
    """probe: a function without its driver"""
    require(MODULES and not os.path.exists("/sys/class/fwctl"), "not a guest for this")
    fails(function(), "driver", "no driver is bound; it needs mlx5_core", "modprobe mlx5_core")
    shell("modprobe mlx5_core")
    soon(lambda: os.path.exists(f"/sys/bus/pci/drivers/mlx5_core/{function()}"))
    succeeds(function(), "driver")
    succeeds("machine", "hardware")


@test
def no_module():
    """probe: no module is installed"""
    fails("kernel", "fwctl", "", "modprobe")
    fails("kernel", "module", f"no module fwctl for this kernel, {re.escape(RELEASE)}, nor for another",
          f"apt install fwctl-dkms linux-headers-{re.escape(RELEASE)}")
    fails(function(), "device", "mlx5_fwctl is not loaded", "modprobe mlx5_fwctl")


@test
def wrong_kernel():
    """probe: the modules are installed for another kernel"""
    folder = f"/lib/modules/{OTHER}"
    os.makedirs(f"{folder}/updates/dkms")
    shutil.copy(f"{MODULES}/fwctl.ko", f"{folder}/updates/dkms")
    shell(f"depmod {OTHER}")
    fails("kernel", "module", f"but for {OTHER}", f"boot {OTHER}, or: apt install")
    shutil.rmtree(folder)


@test
def not_signed():
    """probe: the module is not signed"""
    install("strip -g")
    depmod()
    succeeds("kernel", "module")
    fails("kernel", "signature", "mlx5_fwctl is not signed", "sign-file.*mokutil --import")
    install(names=["mlx5_fwctl"])
    fails("kernel", "signature", "module fwctl is not signed", "import /var/lib/dkms/mok.pub,")
    shim = "/var/lib/shim-signed/mok"
    os.makedirs(shim)
    write(f"{shim}/MOK.der", "")
    fails("kernel", "signature", "module fwctl is not signed", f"import {shim}/MOK.der,")
    shutil.rmtree(os.path.dirname(shim))
    match(shell("modprobe fwctl", 1), "Key was rejected")


@test
def unknown_key():
    """probe: the key that signed the module is not enrolled"""
    shell(f"openssl req -x509 -newkey rsa:2048 -noenc -sha256 -subj '/CN=a key of ours/' "
          f"-keyout {path('key.pem')} -out {path('cert.pem')}")
    shell(f"openssl x509 -in {path('cert.pem')} -outform der -out {path('cert.der')}")
    # One module with the key that the machine knows, and one with another
    install()
    install("strip -g", f"/lib/modules/{RELEASE}/build/scripts/sign-file sha256 "
            f"{path('key.pem')} {path('cert.pem')}", names=["mlx5_fwctl"])
    fails("kernel", "signature",
          "mlx5_fwctl is signed with the key 'a key of ours', which this machine does not know",
          "mokutil --import .*Enroll MOK")
    install("strip -g", f"/lib/modules/{RELEASE}/build/scripts/sign-file sha256 "
            f"{path('key.pem')} {path('cert.pem')}")
    fails("kernel", "signature", "key 'a key of ours', which this machine does not know",
          "mokutil --import .*Enroll MOK")
    match(shell("modprobe fwctl", 1), "Key was rejected")
    shell(f"mokutil --generate-hash=secret > {path('hash')}")
    shell(f"mokutil --import {path('cert.der')} --hash-file {path('hash')}")
    fails("kernel", "signature", "a key of ours", "enrolment waits for confirmation")


@test
def not_loaded():
    """probe: the modules are signed, and not loaded"""
    install()
    succeeds("kernel", "signature")
    fails("kernel", "loaded", "not loaded", "modprobe -a mlx5_fwctl")


@test
def no_user_contexts():
    """probe: firmware without user contexts"""
    shell("modprobe -a mlx5_fwctl")
    equal(check("kernel", "loaded"), None)
    succeeds("kernel", "module")
    succeeds("kernel", "netlink")
    fails(function(), "device", "no user contexts", "UCTX_EN")


@test
def kernels_own():
    """probe: the module that is loaded is the kernel's own

    probe recognises this project's module by its parameter scope_max."""
    shell("mount -t tmpfs none /sys/module/fwctl/parameters")
    fails("kernel", "module", "the kernel's own, not this project's",
          "boot a kernel without CONFIG_FWCTL, and install")
    shell("umount /sys/module/fwctl/parameters")
    succeeds("kernel", "module")


@test
def no_device():
    """probe: nothing that fwctl is for"""
    write(f"/sys/bus/pci/devices/{function()}/remove", 1)
    fails("machine", "hardware", "PCI vendor 15b3", "fwctl_sim")


@test
def builtin():
    """probe: a kernel with fwctl built in

    No such kernel is at hand, so the test adds fwctl to the list of built-in modules."""
    shell("modprobe -r mlx5_fwctl fwctl")
    with open(f"/lib/modules/{RELEASE}/modules.builtin", "a", encoding="ascii") as file:
        file.write("kernel/drivers/fwctl/fwctl.ko\n")
    fails("kernel", "module", "CONFIG_FWCTL=y", "boot a kernel without CONFIG_FWCTL")
