# SPDX-License-Identifier: GPL-2.0-only
"""
The vendor's tools (mstflint, as packaged by Debian) on fwctl. The answer of each tool is
compared with that of ours, and its outcome with the tables in the documentation.

MSTFLINT_DIR is a folder with the unpacked package (dpkg -x) of another version, which
is used in place of the installed one. MSTFLINT_SHORT=1 skips the slow tests. Tests that
change the device run on the virtual ConnectX only. Versions that the page does not name
are tested for their answers only.
"""
import csv
import functools
import os
import re
import shutil
import subprocess
import tempfile

from fwctltest import (FWCTL, LIBRARIES, OK, TREE, USAGE, equal, fwctl, match, mlx5, path, read,
                       require, result, run, tainted, test, vcx, write)

PAGE = f"{TREE}/Documentation/userspace-api/fwctl/mlx5-mstflint.rst"
SHORT = os.environ.get("MSTFLINT_SHORT") == "1"
TIMEOUT = 60

PTYS = "local_port=1,proto_mask=4,plane_ind=0,lp_msb=0,port_type=0"
MTMP = "sensor_index=0,i=0,slot_index=0,ig=0,asic_index=0"
SOME = ("NUM_OF_VFS", "NUM_PF_MSIX", "LOG_DCR_HASH_TABLE_SIZE", "RPG_TIME_RESET_P1",
        "CNP_DSCP_P1", "BOOT_VLAN", "SAFE_MODE_THRESHOLD")
# Resource dump: the answer is in the register itself, not in a memory key.
INLINE = 1 << 30
# Fields whose values change from read to read.
MOVES = {"temperature", "max_temperature", "uptime"}

# Outlives the test that writes it
KEPT = tempfile.TemporaryDirectory(prefix="fwctl-mstflint-")
BACKUP = f"{KEPT.name}/backup"

folder = os.environ.get("MSTFLINT_DIR")


TAINTED = tainted()


def use_folder():
    """Mounts another version's files over the installed ones, in a mount namespace."""
    os.unshare(os.CLONE_NEWNS)
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    for part in ("usr/share/mstflint", f"usr/{LIBRARIES}/mstflint"):
        subprocess.run(["mount", "--bind", f"{folder}/{part}", f"/{part}"], check=True)
    os.environ["PATH"] = f"{folder}/usr/bin:{os.environ['PATH']}"


@functools.cache
def version():
    """Returns the version of the tools; skips the test if they cannot be used."""
    require(os.geteuid() == 0, "not root")
    require(not folder or os.path.isdir(folder), f"no {folder}")
    require(shutil.which("mstconfig"), "no mstflint")
    dev()
    if folder:
        use_folder()
    said = subprocess.run(["mstflint", "--version"], capture_output=True, check=True)
    return re.search(r"mstflint (\d+\.\d+)", said.stdout.decode())[1]


@functools.cache
def dev():
    return mlx5()["name"]


def need_vcx():
    vcx("stats")


@functools.cache
def tables(kind="Command"):
    """Returns (header, row) of the page's tables of a kind, by first column."""
    rows = {}
    for table in re.findall(r"^\.\. csv-table::.*\n((?:   :.*\n)*)\n((?:   .*\n)+)",
                            read(PAGE), re.M):
        header = re.search(r":header: (.*)", table[0])[1].split(", ")
        if header[0] != kind:
            continue
        for row in csv.reader(map(str.strip, table[1].splitlines()), skipinitialspace=True):
            equal(len(row), len(header))
            rows[row[0].strip("`")] = header, row
    return rows


class Taints:
    """Traces requests that taint the kernel; the log is limited to ten in five seconds."""

    folder = "/sys/kernel/tracing/instances/fwctl-test"
    event = f"{folder}/events/fwctl/fwctl_admitted"

    def __enter__(self):
        os.mkdir(self.folder)
        write(f"{self.event}/filter", "declared >= 2")  # FWCTL_RPC_DEBUG_WRITE
        write(f"{self.event}/enable", "1")
        return self

    def __exit__(self, *_):
        os.rmdir(self.folder)

    def any(self):
        return any(not line.startswith("#")
                   for line in read(f"{self.folder}/trace").splitlines())


def requests():
    """Returns how many requests the kernel delivered, and how many it refused."""
    text = fwctl("--raw", "stats", "show", dev(), "--once", "-o", "CONF,READ,WRITE,FULL,REFUSED")
    *delivered, refused = map(int, text.split())
    return sum(delivered), refused


class Outcome:
    """The outcome of one run of a tool."""

    def __init__(self, args):
        before = requests()
        with Taints() as taints:
            done = subprocess.run(args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=TIMEOUT, check=False)
            self.taints = taints.any()
        delivered, refused = (now - old for now, old in zip(requests(), before))
        self.rpcs = delivered + refused
        self.text = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout.decode(errors="replace"))
        self.result = "works" if done.returncode == 0 else "refused" if refused else "fails"

    def __str__(self):
        return f"{self.result}, {'yes' if self.taints else 'no'}, {self.rpcs}"

    def check(self, title):
        """Compares with the page's row; the number of requests may differ by a tenth."""
        header, row = tables()[title]
        if version() not in header:
            return
        at = header.index(version())
        written, rpcs = ", ".join(row[at:at + 3]), int(row[at + 2])
        assert ([self.result, "yes" if self.taints else "no"] == row[at:at + 2] and
                abs(self.rpcs - rpcs) <= max(2, rpcs // 10)), \
            f"{title}: the page has '{written}', it is '{self}':\n{self.text}"


# Answers of our tool, as text: validating JSON takes long in an emulated guest

def fields(*args):
    rows = fwctl("--raw", "mlx5", "reg", "get", dev(), "-o", "FIELD,VALUE", *args).splitlines()
    rows = [row.split(" ", 1) for row in rows]
    return {name: int(value, 0) if value[0].isdigit() else value for name, value in rows}


def parameters(*names):
    columns = "NAME", "TYPE", "DEFAULT", "CURRENT", "NEXT"
    lines = fwctl("--raw", "mlx5", "config", "query", dev(), "-o", ",".join(columns), *names)
    rows = [dict(zip(columns, line.split(), strict=True)) for line in lines.splitlines()]
    return {row["NAME"]: row for row in rows}


@functools.cache
def identity():
    return result("mlx5", "identity", dev())


def dump(segment, index1=0):
    """Returns all dwords of a resource dump, read in pieces that fit into the register."""
    words, more, at, number = [], True, 0, 0
    while more:
        got = fields("0xc000", "--length", "256", f"0x0={INLINE | number << 16 | segment:#x}",
                     f"0x8={index1:#x}", f"0x18={at >> 32:#x}", f"0x1c={at & 0xffffffff:#x}")
        words += [got[f"0x{0x30 + offset:02x}"] for offset in range(0, got["0x24"], 4)]
        at = got["0x18"] << 32 | got["0x1c"]
        more, number = got["0x00"] >> 31, (got["0x00"] >> 16) + 1 & 0xf
    return words


def segments(words):
    """Yields (type, dwords) of each segment."""
    while words:
        length, kind = words[0] >> 16, words[0] & 0xffff
        yield kind, words[:length]
        words = words[length:]


# Comparison of the vendor's answers with ours

def context(text):
    parent = os.path.basename(os.path.realpath(f"/sys/class/fwctl/{dev()}/device"))
    match(text, rf"^ctldev: /dev/fwctl/{dev()}$")
    match(text, rf"^Parent dev: .*/{parent}$")
    match(text, rf"^device ID: {identity()['hw_dev_id']:#x}$")


def register(name, *keys, least):
    """Compares mstreg's table of a register with ours, for fields with equal names."""
    def compare(text):
        theirs = {row[1]: int(row[2], 16) for row in
                  re.finditer(r"^(\w+) +\| (0x[0-9a-f]+) *$", text, re.M)}
        ours = fields(name, *keys)
        both = (theirs.keys() & ours.keys()) - MOVES
        equal({key: theirs[key] for key in both}, {key: ours[key] for key in both})
        assert len(both) >= least, f"only {both}"
    return compare


def threshold(_):
    equal(fields("mtmp")["temp_threshold_hi"], 0x318)


def port_is_up(_):
    equal(fields("paos")["admin_status"], 1)


def same_parameter(ours, theirs, views):
    """mstconfig prints True(1), NAME(1) for enumerations and, for some numbers, 0x1(1)."""
    for value, view in zip(theirs, views, strict=True):
        mine = {"yes": "True", "no": "False"}.get(ours[view], ours[view])
        part = re.fullmatch(r"(.*)\((.*)\)", value)
        if part:
            value = part[2 if ours["TYPE"] == "int" else 1]
        equal((ours["NAME"], view, value), (ours["NAME"], view, mine))


def all_parameters(text):
    """Compares all parameters and their next values."""
    ours, seen = parameters(), 0
    for line in re.finditer(r"^[* ]+([A-Z]\w*(?:\[\d+\])?) +(\S+) *$", text, re.M):
        if line[2].startswith("Array"):
            assert line[1] in ours or f"{line[1]}[0]" in ours, line[1]
            continue
        same_parameter(ours[line[1]], [line[2]], ["NEXT"])
        seen += 1
    print(f"# {seen} parameters")
    assert seen > 300


def three_views(text):
    ours = parameters(*SOME)
    for name in SOME:
        three = re.search(rf"^[* ]+{name} +(\S+) +(\S+) +(\S+) *$", text, re.M)
        assert three, name
        same_parameter(ours[name], three.groups(), ("DEFAULT", "CURRENT", "NEXT"))


def was_set(_):
    ours = parameters("SRIOV_EN", "NUM_OF_VFS")
    equal((ours["SRIOV_EN"]["NEXT"], ours["NUM_OF_VFS"]["NEXT"]), ("yes", "5"))


def too_much(_):
    """The limit comes from the device's capabilities; our tool knows it as well."""
    run(["mlx5", "config", "set", dev(), "NUM_OF_VFS=128"]).fails(USAGE, "accepts 0 to 127")
    was_set(None)


def raw_items(text):
    """Yields the items of a backup: (type, dwords)."""
    for line in re.findall(r"^((?:0x[0-9a-f]{8} ?)+)$", text, re.M):
        words = [int(word, 16) for word in line.split()]
        yield words[1], words[3:]


def backed_up(_):
    """Compares each item of the file with our read of the register MNVDA."""
    items = list(raw_items(read(BACKUP)))
    assert len(items) > 100
    with open(path("script"), "w", encoding="utf-8") as file:
        file.writelines(f"mlx5 reg get {dev()} 0x9024 -l 268 -o VALUE 0x0=0x02090100 0x4={kind:#x}\n"
                        for kind, _ in items)
    lines = fwctl("--raw", "batch", "run", path("script")).splitlines()
    equal(len(lines), 67 * len(items))
    for number, (kind, words) in enumerate(items):
        # A header of three dwords comes first
        first = 67 * number + 3
        equal((hex(kind), words),
              (hex(kind), [int(line, 0) for line in lines[first:first + len(words)]]))


def restored(_):
    was_set(None)


def was_reset(_):
    wrong = [row for row in parameters().values() if row["NEXT"] != row["DEFAULT"]]
    assert not wrong, wrong


def firmware(text):
    ours = identity()
    match(text, rf"^FW Version: +{re.escape(ours['firmware'])}$")
    match(text, rf"^PSID: +{ours['psid']}$")
    match(text, rf"^Orig Base MAC: +{ours['base_mac'].replace(':', '')} ")


def link(text):
    equal(fields("paos")["oper_status"], 1)
    match(text, r"^State +: Active$")
    match(text, rf"^Status Opcode +: {fields('pddr', 'page_select=1')['status_opcode']}$")
    match(text, rf"^Firmware Version +: {re.escape(identity()['firmware'])}$")
    ptys = fields("ptys")
    mask = ptys["ext_eth_proto_capability"] & ptys["ext_eth_proto_admin"]
    match(text, rf"^Enabled Link Speed \(Ext.\) +: {mask:#010x} ")
    ours = result("mlx5", "link", dev())
    equal(set(re.search(r"^Enabled Link Speed .*\((.*)\)$", text, re.M)[1].split(",")),
          set(ours["speeds_enabled"]))
    equal(set(re.search(r"^Supported Cable Speed .*\((.*)\)$", text, re.M)[1].split(",")),
          set(ours["speeds_cable"]))
    match(text, rf"^Speed +: {ours['speed']:.0f}G$")
    match(text, rf"^Width +: {ours['lanes']}x$")
    equal((ours["physical_state"], ours["cause"]), ("active", None))
    # Theirs writes the code's numbers in parentheses, ours behind underscores.
    fec = re.search(r"^FEC +: .*\((\d+),(\d+)\)$", text, re.M)
    match(ours["fec"], f"rs_{fec[1]}_{fec[2]}$")


def menu(text):
    """Compares the segments in the menu."""
    words = next(words for kind, words in segments(dump(0xffff)) if kind == 0xffff)
    ours = {words[2 + 13 * number] & 0xffff for number in range(words[1] & 0xffff)}
    equal({int(kind, 16) for kind in re.findall(r"Segment Type - (0x\w+) ", text)}, ours)
    assert len(ours) > 5


def queue_pair(text):
    """Compares every dword of the dump of one of the firmware's queue pairs."""
    theirs = [int(word, 16) for line in re.findall(r"^((?:0x[0-9A-F]{8} ?)+)$", text, re.M)
              for word in line.split()]
    equal(theirs, dump(0x1000, 0x40))
    equal([kind for kind, _ in segments(theirs)], [0xfffe, 0xfffa, 0x1000, 0xfffb])


def temperature(text):
    theirs, ours = int(text.split()[0]), fields("mtmp")["temperature"] // 8
    assert abs(theirs - ours) <= 6, (theirs, ours)
    asic = result("mlx5", "sensors", dev())["fields"][0]
    equal(asic["name"], "asic")
    assert abs(theirs - asic["temperature"]) <= 6, (theirs, asic)


def set_back():
    """Sets a value that differs from the backup."""
    need_vcx()
    run(["mlx5", "config", "set", dev(), "NUM_OF_VFS=9"], code=OK)


def tool(name, *args):
    return lambda: [name, "-d", dev(), *args]


# First column of the page: command, comparison, and preparation.
WORKS = {
    "mstfwctrl": (lambda: ["mstfwctrl", dev()], context),
    "mstreg --get MGIR": (tool("mstreg", "--reg_name", "MGIR", "--get"),
                          register("mgir", least=4)),
    "mstreg --get PTYS": (tool("mstreg", "--reg_name", "PTYS", "--get", "--indexes", PTYS),
                          register("ptys", least=15)),
    "mstreg --set MTMP": (tool("mstreg", "--reg_name", "MTMP", "--yes", "--set",
                               "temperature_threshold_hi=0x318", "--indexes", MTMP),
                          threshold, need_vcx),
    "mstreg --set PAOS": (tool("mstreg", "--reg_name", "PAOS", "--yes", "--set",
                               "admin_status=1,ase=1", "--indexes", "local_port=1,swid=0"),
                          port_is_up, need_vcx),
    "mstconfig q": (tool("mstconfig", "q"), all_parameters),
    "mstconfig set": (tool("mstconfig", "-y", "set", "SRIOV_EN=1", "NUM_OF_VFS=5"),
                      was_set, need_vcx),
    "mstconfig set, too much": (tool("mstconfig", "-y", "set", "NUM_OF_VFS=128"),
                                too_much, need_vcx),
    "mstconfig -e q": (tool("mstconfig", "-e", "q", *SOME), three_views),
    "mstconfig backup": (tool("mstconfig", "-y", "-f", BACKUP, "backup"),
                         backed_up, need_vcx),
    "mstconfig set_raw": (tool("mstconfig", "-y", "-f", BACKUP, "set_raw"),
                          restored, set_back),
    "mstconfig reset": (tool("mstconfig", "-y", "reset"), was_reset, need_vcx),
    "mstflint q": (tool("mstflint", "q"), firmware),
    "mstflint q without CAP_SYS_RAWIO": (
        lambda: ["setpriv", "--bounding-set", "-sys_rawio", *tool("mstflint", "q")()],
        firmware),
    "mstlink": (tool("mstlink", "-p", "1"), link),
    "mstresourcedump query": (lambda: ["mstresourcedump", "query", "-d", dev()],
                              menu),
    "mstresourcedump dump": (lambda: ["mstresourcedump", "dump", "-d", dev(), "--segment",
                                      "0x1000", "--index1", "0x40"], queue_pair),
    "mstmget_temp": (tool("mstmget_temp"), temperature),
}


# Slow: queries of all parameters, and programs in Python
LONG = {"mstconfig q", "mstconfig -e q", "mstconfig backup", "mstconfig set_raw",
        "mstresourcedump query", "mstfwreset query"}


def works(title, command, compare, before=lambda: None):
    def one():
        name = version()
        require(not (title in LONG and SHORT), "takes long")
        before()
        outcome = Outcome(command())
        print(f"# mstflint {name}: {outcome}")
        outcome.check(title)
        if outcome.result == "works" or compare is too_much:
            compare(outcome.text)
    one.__doc__ = title
    test(one)


for row in WORKS.items():
    works(row[0], *row[1])


def written(words):
    """Returns the next values that settings name, as fwctl writes them."""
    names = [word.split("=")[0] for word in words]
    ours = parameters(*names)
    stems = [re.escape(name.split("[")[0].upper()) for name in names]
    return " ".join(row["NEXT"] for stem in stems for name, row in ours.items()
                    if re.fullmatch(rf"{stem}(\[\d+\])?", name))


def put(words, command):
    """Has a program write settings on a card at its defaults; returns the page's cell."""
    run(["mlx5", "config", "reset", dev(), "-y", "-d", "none"], code=OK)
    before = vcx("nv-changed")
    done = subprocess.run([*command, *words], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=TIMEOUT, check=False)
    after = vcx("nv-changed")
    if done.returncode:
        equal(after, before)
        return "refused", after
    return written(words), after


@test
def settings():
    """mstconfig set, fwctl mlx5 config set: the same words, the same value"""
    need_vcx()
    name = version()
    require(not SHORT, "takes long")
    count = 0
    for words, (header, row) in tables("Setting").items():
        count += 1
        theirs = put(words.split(), ["mstconfig", "-y", "-d", dev(), "set"])
        ours = put(words.split(), [FWCTL, "mlx5", "config", "set", dev()])
        if name in header:
            equal((words, theirs[0], ours[0]), (words, row[header.index(name)], row[-1]))
        # An input that both take becomes the same item, to the bit.
        assert "refused" in (theirs[0], ours[0]) or theirs[1] == ours[1], words
    assert count > 20
    run(["mlx5", "config", "reset", dev(), "-y", "-d", "none"], code=OK)


def image():
    """Writes a file that is not firmware of this card."""
    with open(path("image"), "wb") as file:
        file.write(bytes(range(256)) * 256)
    return path("image")


def flash():
    """Copies the image to /lib/firmware, where the kernel reads it."""
    need_vcx()
    os.makedirs("/lib/firmware", exist_ok=True)
    shutil.copy(image(), "/lib/firmware/fwctl-test.bin")
    return ["devlink", "dev", "flash", f"pci/{mlx5()['parent']}", "file", "fwctl-test.bin"]


# Commands that cannot work; their output contains the text on the page.
FAILS = {
    "mstregdump": lambda: ["mstregdump", dev()],
    "mstvpd": lambda: ["mstvpd", dev()],
    "mstmcra": lambda: ["mstmcra", dev(), "0xf0000"],
    "mstfwreset query": tool("mstfwreset", "query"),
    "mstflint verify": tool("mstflint", "verify"),
    "mstflint burn": lambda: ["mstflint", "-d", dev(), "-i", image(), "-y", "burn"],
    "devlink dev flash": flash,
}


def fails(title, command):
    def one():
        version()
        require(not (title in LONG and SHORT), "takes long")
        outcome = Outcome(command())
        said = tables()[title][1][1]
        assert outcome.result == "fails" and said in outcome.text, f"{outcome}:\n{outcome.text}"
        header, row = tables()["mstfwctrl"]
        if version() in header and title.startswith("mst"):
            equal(outcome.taints, row[header.index(version()) + 1] == "yes")
    one.__doc__ = f"{title} fails"
    test(one)


for row in FAILS.items():
    fails(*row)


def mstlink(*args):
    """Runs mstlink; returns its lines as name and value."""
    done = subprocess.run(["mstlink", "-d", dev(), *args], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                          timeout=TIMEOUT, check=False)
    text = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout.decode(errors="replace"))
    return dict(re.findall(r"^(\S.*?) +: (.*?) *$", text, re.M)), text


@test
def pages():
    """mlx5 link, module and pcie agree with mstlink"""
    require(version() != "4.31", "mstlink 4.31 declares configuration, which reads no link")
    theirs, text = mstlink("-p", "1", "-m", "-c")
    ours, module = (result("mlx5", name, dev()) for name in ("link", "module"))
    for name, value in (("Raw Physical BER", ours["raw_ber"]),
                        ("Effective Physical BER", ours["effective_ber"])):
        equal((name, float(theirs[name])), (name, value))
    for name, value in (("Vendor Name", module["vendor"]),
                        ("Vendor Part Number", module["part"]),
                        ("Vendor Serial Number", module["serial"])):
        equal((name, theirs[name]), (name, value))
    heat = re.match(r"(-?\d+) \[(-?\d+)\.\.(-?\d+)\]", theirs["Temperature [C]"])
    assert heat, text
    # The sensor moves by up to four degrees between two readings, and mstlink rounds.
    assert abs(int(heat[1]) - module["temperature"]) <= 5, text
    equal((int(heat[2]), int(heat[3])),
          (module["temperature_low"], module["temperature_high"]))
    equal(float(theirs["Voltage [mV]"].split()[0]) / 1000, module["voltage"])
    theirs, text = mstlink("--port_type", "PCIE", "-c")
    pcie = result("mlx5", "pcie", dev())
    for name, key in (("RX Errors", "rx_errors"), ("TX Errors", "tx_errors"),
                      ("CRC Error dllp", "crc_errors_dllp"),
                      ("CRC Error tlp", "crc_errors_tlp")):
        assert name in theirs, text
        equal((name, int(theirs[name])), (name, pcie[key]))
    match(theirs["Link Width Active (Enabled)"], rf"^{pcie['width']}X \({pcie['max_width']}X\)")
    match(theirs["Link Speed Active (Enabled)"], rf"^{pcie['speed']}G.*\({pcie['max_speed']}G")


@test
def page():
    """the page tells of what is tested, and of nothing else"""
    equal(set(tables()), set(WORKS) | set(FAILS))


@test
def devlink():
    """devlink dev info shows the same firmware as ours"""
    version()
    said = subprocess.run(["devlink", "dev", "info", f"pci/{mlx5()['parent']}"],
                          capture_output=True, check=True).stdout.decode()
    ours = identity()
    match(said, rf"fw.version {re.escape(ours['firmware'])}\s")
    match(said, rf"fw.psid {ours['psid']}\s")


@test
def nothing_taints():
    """what declares configuration for everything never taints"""
    require(version() == "4.31", f"mstflint {version()} declares more")
    require(not TAINTED, "the kernel was tainted before")
    equal(tainted(), 0)
