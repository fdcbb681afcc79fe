# SPDX-License-Identifier: GPL-2.0-only
"""
Helpers of the tests of the fwctl tool: run it, check its output, write KTAP.

Every document that the tool prints with --json is validated against the schema.
"""
import errno
import fcntl
import functools
import glob
import json
import os
import pty
import re
import select
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import sysconfig
import tempfile
import time
import traceback

import jsonschema

HERE = os.path.dirname(os.path.realpath(__file__))
TOOL = os.path.dirname(HERE)
TREE = os.path.dirname(os.path.dirname(TOOL))
FWCTL = os.environ.get("FWCTL") or shutil.which("fwctl")
WRAP = shlex.split(os.environ.get("FWCTL_WRAP", ""))
SIM_BUS = "/sys/bus/fwctl_sim"
OK, USAGE, NO_DEVICE, REFUSED, UNSUPPORTED, FIRMWARE, GONE, PARTIAL, CHANGED = range(9)
NOBODY = 65534
TIMEOUT = 120
# The folder of libraries and of programs that belong to them, as Debian names it
LIBRARIES = f"lib/{sysconfig.get_config_var('MULTIARCH')}"

tests = []


class Skip(Exception):
    """The test cannot be run here."""


def test(function):
    """Registers a function as a test, named by the first line of its docstring."""
    tests.append(function)
    return function


def require(condition, why):
    if not condition:
        raise Skip(why)


def equal(got, wanted):
    if isinstance(got, list) and isinstance(wanted, list):
        for number, (one, other) in enumerate(zip(got, wanted)):
            assert one == other, f"{number}: got {one!r:.400}, wanted {other!r:.400}"
    assert got == wanted, f"got {got!r:.800}, wanted {wanted!r:.800}"


def match(text, regex):
    assert re.search(regex, text, re.M), f"{text!r} does not match {regex!r}"


@functools.cache
def validators():
    """Validators for the schema of the tool and those of its plugins."""
    schemas = []
    for path in [f"{TOOL}/schema.json"] + glob.glob(f"{TOOL}/*/*.schema.json"):
        with open(path, encoding="utf-8") as file:
            schemas.append(jsonschema.Draft202012Validator(json.load(file)))
    return schemas


def check_document(text):
    """Parses a document, checks it against each schema, and returns it."""
    document = json.loads(text)
    for validator in validators():
        validator.validate(document)
    return document


class Result:
    """The outcome of one run of the tool."""

    def __init__(self, args, code, out, err):
        self.args, self.code, self.out, self.err = args, code, out, err

    def __str__(self):
        return f"{self.args}: {self.code}\n{self.out!r}\n{self.err!r}"

    @property
    def text(self):
        return self.out.decode()

    @property
    def lines(self):
        return self.text.splitlines()

    def fails(self, code, regex=""):
        """Checks exit code and message, and that standard output is empty."""
        self.ends(code, regex)
        if "--json" not in self.args:
            equal(self.out, b"")
        return self

    def ends(self, code, regex=""):
        """Checks exit code and message."""
        assert self.code == code, f"wanted {code}: {self}"
        match(self.err, regex)
        return self


def run(args, code=None, stdin=b"", **kwargs):
    """Runs the tool; output of --json is checked and parsed."""
    command = WRAP + [FWCTL] + [str(arg) for arg in args]
    command = kwargs.pop("prefix", []) + command
    done = subprocess.run(command, input=stdin, capture_output=True,
                          timeout=TIMEOUT, check=False, **kwargs)
    result = Result(list(args), done.returncode, done.stdout,
                    done.stderr.decode(errors="replace"))
    if code is not None:
        result.ends(code)
    if "--json" in args and done.stdout:
        result.documents = [check_document(line) for line in
                            split_documents(result.text)]
        result.json = result.documents[-1]
    return result


def split_documents(text):
    """Splits output: one document over many lines, or one document a line."""
    if text.startswith("{\n"):
        return [text]
    return text.splitlines()


def fwctl(*args, **kwargs):
    """Runs the tool, which must succeed; returns its standard output."""
    return run(args, code=OK, **kwargs).text


def result(*args, **kwargs):
    """Runs the tool with --json, which must succeed; returns the result."""
    return run(("--json",) + args, code=OK, **kwargs).json["result"]


def on_terminal(args, typed=b"", env=None, until=None):
    """Runs the tool on a pseudo-terminal; returns exit code and output.

    ^C is sent once the output contains until."""
    pid, master = pty.fork()
    if pid == 0:
        os.execvpe(FWCTL, [FWCTL] + [str(arg) for arg in args],
                   {**os.environ, "TERM": "xterm", **(env or {})})
    output, end = b"", time.time() + TIMEOUT
    os.write(master, typed)
    while time.time() < end:
        if not select.select([master], [], [], 1)[0]:
            continue
        try:
            chunk = os.read(master, 65536)
        except OSError as error:
            assert error.errno == errno.EIO
            break
        if not chunk:
            break
        output += chunk
        if until and until in output:
            os.write(master, b"\x03")
            until = None
    os.close(master)
    status = os.waitpid(pid, 0)[1]
    return os.waitstatus_to_exitcode(status), output.decode()


def started(args, stdout=subprocess.PIPE, **kwargs):
    """Starts a process with the default action for SIGINT, as a shell does."""
    return subprocess.Popen(
        args, stdout=stdout,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL), **kwargs)


def interrupted_writing(args):
    """Sends SIGINT while the tool writes its first line; returns the exit code.

    Standard output is a full pipe, so the tool blocks in write()."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writer, False)
    try:
        while os.write(writer, b"." * 4096):
            pass
    except BlockingIOError:
        os.set_blocking(writer, True)
    with started([FWCTL] + [str(arg) for arg in args], stdout=writer) as child:
        os.close(writer)
        try:
            # The system call write() has number 1 on x86-64, 64 on arm64.
            soon(lambda: read(f"/proc/{child.pid}/syscall").split()[:2] in
                 (["1", "0x1"], ["64", "0x1"]))
            child.send_signal(signal.SIGINT)
            with open(reader, "rb") as file:
                file.read()
            return child.wait(TIMEOUT)
        finally:
            child.kill()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{text}\n")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def soon(condition, seconds=60, pause=0.05):
    """Waits until a condition is true; returns its value."""
    end = time.time() + seconds
    while time.time() < end:
        value = condition()
        if value:
            return value
        time.sleep(pause)
    raise AssertionError(f"the condition is still false after {seconds} s")


def tainted():
    return int(read("/proc/sys/kernel/tainted")) >> 19 & 1


class Sim:
    """A simulated device that exists while its with block runs."""

    # A lowered ceiling outlives the device, so each run uses other numbers.
    last = 100 * (os.getpid() % 10000 + 100)

    def __init__(self, options=""):
        Sim.last += 1
        self.id = Sim.last
        self.options = options
        self.parent = f"fwctl_sim{self.id}"

    def add(self):
        write(f"{SIM_BUS}/new_device", f"{self.id} {self.options}")
        self.name = os.listdir(f"{SIM_BUS}/devices/{self.parent}/fwctl")[0]
        self.path = f"/dev/fwctl/{self.name}"

    def remove(self):
        write(f"{SIM_BUS}/del_device", self.id)

    def __enter__(self):
        require(os.path.exists(SIM_BUS), "no simulated devices")
        self.add()
        return self

    def __exit__(self, *_):
        try:
            self.remove()
        except FileNotFoundError:
            pass

    def knob(self, name, value):
        write(f"/sys/kernel/debug/fwctl_sim/{self.parent}/{name}", value)


def request(opcode, arg=0, value=0):
    """struct fwctl_sim_request, in hexadecimal."""
    return struct.pack("=IIQ", opcode, arg, value).hex()


NOP, ECHO, FILL, READ, WRITE, READ_CLEAR, RESET = 1, 2, 3, 0x10, 0x11, 0x12, 0x20


def mlx5():
    """Name, parent and path of the first ConnectX; without one the test is skipped.

    They are from sysfs: the tool's list now and then reads registers, which tests count."""
    folder = "/sys/class/fwctl"
    require(os.path.exists(folder), "no fwctl")
    for name in sorted(os.listdir(folder), key=lambda name: int(name.removeprefix("fwctl"))):
        try:
            if read(f"{folder}/{name}/type").strip() == "1":
                parent = os.path.basename(os.path.realpath(f"{folder}/{name}/device"))
                return {"name": name, "parent": parent, "path": f"/dev/fwctl/{name}"}
        except FileNotFoundError:
            continue
    require(False, "no ConnectX")


def listed():
    """The row of the first ConnectX in the tool's list"""
    name = mlx5()["name"]
    return [row for row in result("dev", "list") if row["name"] == name][0]


def vcx(request):
    """Sends a request over the control channel of the virtual ConnectX.

    Returns the answer without its "ok"; see tools/testing/vcx."""
    name = os.environ.get("VCX_CTL", "")
    require(name and os.path.exists(name), "no virtual ConnectX")
    control = os.open(name, os.O_RDWR)
    try:
        os.write(control, f"{request}\n".encode())
        answer = b""
        while not answer.endswith(b"\n"):
            answer += os.read(control, 4096)
    finally:
        os.close(control)
    answer = answer.decode().strip()
    assert answer.startswith("ok"), f"{request}: {answer}"
    return answer[3:]


directory = None


def path(name):
    """A path in the folder of the running test, which every user may enter."""
    return os.path.join(directory, name)


def run_all():
    """Runs the tests; returns the exit status."""
    global directory
    failed = 0
    if not FWCTL:
        print("Bail out! no tool: set FWCTL or install fwctl into the PATH")
        return 1
    print("KTAP version 1")
    print(f"1..{len(tests)}")
    for number, function in enumerate(tests, 1):
        name = f"{function.__module__}: {function.__doc__.splitlines()[0]}"
        directory = tempfile.mkdtemp(prefix="fwctl-test-")
        os.chmod(directory, 0o755)
        started = time.monotonic()
        try:
            function()
            took = time.monotonic() - started
            if took > 5:
                print(f"# {took:.1f} s")
            print(f"ok {number} {name}", flush=True)
        except Skip as why:
            print(f"ok {number} {name} # SKIP {why}", flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            for line in traceback.format_exc().splitlines():
                print(f"# {line}")
            print(f"not ok {number} {name}", flush=True)
        finally:
            shutil.rmtree(directory, ignore_errors=True)
    sys.stdout.flush()
    return 1 if failed else 0
