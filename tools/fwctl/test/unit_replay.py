# SPDX-License-Identifier: GPL-2.0-only
"""
Replays the recordings: the output must be that of the recorded devices. See
make-recordings.
"""
import glob
import io
import os
import re
import shutil
import tarfile

from fwctltest import (FIRMWARE, HERE, NO_DEVICE, OK, PARTIAL, REFUSED,
                       UNSUPPORTED, USAGE, check_document, equal, match, path,
                       read, result, run, test)

RECORDINGS = f"{HERE}/recordings"


def replay(name, *options, **kwargs):
    """Replays a script in an empty folder, with copies of the firmware images."""
    for image in glob.glob(f"{RECORDINGS}/*.img"):
        shutil.copy(image, path(""))
    return run([*options, "replay", f"{RECORDINGS}/{name}.rec", "batch", "-k",
                f"{RECORDINGS}/{name}.batch"], cwd=path(""), **kwargs)


def same(name):
    """The output is that of the recording: in its order, and each line in its stream."""
    want = read(f"{RECORDINGS}/{name}.out").splitlines()
    done = replay(name, prefix=["sh", "-c", 'exec "$@" 2>&1', "sh"])
    # The last line has the path of the script, which differs.
    equal(done.lines[:-1], want[:-1])
    shutil.rmtree(path(""))
    os.mkdir(path(""))
    done = replay(name).ends(PARTIAL)
    messages = [line for line in want if re.match(r"fwctl\d*: ", line)]
    equal(done.err.splitlines()[:-1], messages[:-1])
    equal(done.lines, [line for line in want if line not in messages])


@test
def simulated():
    """a simulated device answers from its recording, in text"""
    same("sim")


@test
def connectx():
    """a ConnectX answers from its recording, in text"""
    same("mlx5")


@test
def memory():
    """a CXL memory device answers from its recording, in text"""
    same("cxl")


@test
def configuration():
    """a ConnectX's configuration is queried, set, exported and applied again"""
    same("config")


@test
def update():
    """a ConnectX's firmware is updated, and refused"""
    same("update")


@test
def inner_state():
    """a ConnectX's dumps and diagnostic counters, from their recording, in text"""
    images = [os.path.basename(name) for name in glob.glob(f"{RECORDINGS}/*.img")]
    same("state")
    equal(sorted(os.listdir(path(""))), sorted([*images, "none", "qp", "slices"]))


@test
def documents():
    """the same in JSON: each document is valid, each exit code in it"""
    codes, errnos = set(), set()
    for name in ("sim", "mlx5", "cxl", "config", "update"):
        done = replay(name, "--json").ends(PARTIAL)
        for document in done.json["result"]:
            error = document.get("error", {"code": OK, "errno": None})
            codes.add(error["code"])
            if error["errno"] in ("EBADMSG", "EPERM", "EACCES"):
                equal(error["code"], REFUSED)
                errnos.add(error["errno"])
    equal(codes, {OK, USAGE, NO_DEVICE, REFUSED, UNSUPPORTED, FIRMWARE, PARTIAL})
    assert "EBADMSG" in errnos


@test
def integers():
    """64 bits are JSON integers, text has them in full"""
    done = replay("sim", "--json")
    values = [doc["result"]["value"] for doc in done.json["result"]
              if doc["command"] == "sim read" and "result" in doc
              and "value" in doc["result"]]
    assert 0xfedcba9876543210 in values
    match(replay("sim").text, "^value +0xfedcba9876543210$")


@test
def empty():
    """no devices: valid JSON, and no text"""
    name = f"{RECORDINGS}/none.rec"
    equal(run(["--json", "replay", name, "dev", "list"], code=OK).json["result"], [])
    equal(run(["replay", name, "dev", "list"], code=OK).out, b"")


@test
def unknown_request():
    """a request that was not recorded fails loudly"""
    done = run(["--json", "replay", f"{RECORDINGS}/sim.rec", "sim", "read",
                "fwctl_sim0", "9"])
    done.ends(USAGE, "recording has no such request")
    equal(done.json["error"]["errno"], "ENODATA")


@test
def no_events():
    """a recording has no events, and says so"""
    run(["replay", f"{RECORDINGS}/sim.rec", "monitor", "-t", "1"]).fails(
        UNSUPPORTED)


@test
def contents():
    """record show tells what is in a recording"""
    for name in glob.glob(f"{RECORDINGS}/*.rec"):
        rows = run(["--json", "record", "show", name], code=OK).json["result"]
        equal(rows[-1]["type"], "end")
        run(["record", "show", name], code=OK)
    rows = result("record", "show", f"{RECORDINGS}/mlx5.rec")
    names = {row["command"] for row in rows if row["type"] == "rpc"}
    assert {"mgir", "paos", "query_qp", "query_hca_cap"} <= names, names
    rows = result("record", "show", f"{RECORDINGS}/cxl.rec")
    assert "get_feature" in {row["command"] for row in rows}


@test
def bundle():
    """bundle: a folder in an archive, to a file or standard output; who may read it"""
    replayed = ("replay", f"{RECORDINGS}/mlx5.rec", "bundle")
    done = run([*replayed, "-"])
    run([*replayed, path("case.tar.gz")]).ends(PARTIAL)
    run([*replayed, path("own.tar"), "--identify"]).ends(PARTIAL)
    with tarfile.open(fileobj=io.BytesIO(done.out)) as tar:
        names = set(tar.getnames())
        text = "".join(tar.extractfile(name).read().decode() for name in names)
    assert "fwctl-bundle/MANIFEST.json" in names and "fwctl-bundle/fwctl/dev-list.json" in names
    equal({name.split("/")[0] for name in names}, {"fwctl-bundle"})
    assert "0000:01:00.0" in text and not re.search("f{4}[0-9a-f]{12}", text)
    for name, folder, mode in (("case.tar.gz", "case", 0o644), ("own.tar", "own", 0o600)):
        equal(os.stat(path(name)).st_mode & 0o777, mode & ~umask())
        with tarfile.open(path(name)) as tar:
            equal({(entry.name.split("/")[0], entry.mode) for entry in tar}, {(folder, mode)})
    run(["--json", *replayed, "-"]).ends(USAGE, "standard output is for the archive")


def umask():
    mask = os.umask(0o22)
    os.umask(mask)
    return mask


@test
def cut_off():
    """a recording that is cut off anywhere is told, and nothing crashes"""
    with open(f"{RECORDINGS}/sim.rec", "rb") as file:
        whole = file.read()
    for size in sorted({0, 1, 7, 8, 16, len(whole) // 3, len(whole) // 2,
                        len(whole) - 1}):
        with open(path("cut"), "wb") as file:
            file.write(whole[:size])
        done = run(["--json", "record", "show", path("cut")])
        assert done.code in (USAGE, PARTIAL), done
        run(["replay", path("cut"), "dev", "list"])
