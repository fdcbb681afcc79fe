# SPDX-License-Identifier: GPL-2.0-only
"""The examples of the man pages do what they show."""
import glob
import os
import re
import subprocess

from fwctltest import TOOL, Sim, mlx5, path, read, test

# In a page, "# COMMAND" is followed by its output, including standard error. "..."
# matches any text, and a number in brackets is the exit code. The width of blanks
# is ignored.


def examples(text):
    """Yields each command of a page, and the output that the page shows."""
    text = text.split("\nEXAMPLES\n")[1].split("\nSEE ALSO\n")[0]
    for block in re.findall(r"::\n\n((?: {4}.*\n|\n)+)", text):
        lines = [line[4:] for line in block.rstrip().splitlines()]
        for part in re.split(r"^# ", "\n".join(lines), flags=re.M)[1:]:
            command, _, rest = part.partition("\n")
            while command.endswith("|"):
                more, _, rest = rest.partition("\n")
                command += more
            yield command, rest.strip("\n")


def pattern(printed):
    rows = []
    for line in printed.splitlines():
        if line.strip() == "...":
            rows.append(r"(?:.*\n)*?")
        else:
            line = r"\s+".join(re.escape(word) for word in line.split())
            rows.append(r"\s*" + line.replace(r"\.\.\.", ".*") + r"\s*?\n")
    return "".join(rows)


def run_page(name, sim):
    # A lowered ceiling cannot be raised again, so each page has its own device.
    text = read(name).replace("fwctl_sim0", sim.parent)
    for command, printed in examples(text):
        if "DEVICE" in command:
            command = command.replace("DEVICE", mlx5()["name"])
        code = re.search(r"\n?\[(\d)\]$", printed)
        printed = printed[:code.start()] if code else printed
        done = subprocess.run(["bash", "-c", command], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, cwd=path(""),
                              check=False, timeout=60)
        text = done.stdout.decode()
        assert re.fullmatch(pattern(printed), text), f"{command}\n{text}"
        assert done.returncode == int(code[1] if code else 0), command


def make_test(name):
    def function():
        with Sim() as sim:
            run_page(name, sim)
    function.__doc__ = os.path.basename(name)
    function.__module__ = "guest_man"
    test(function)


for page in sorted(glob.glob(f"{TOOL}/*/fwctl*.rst")):
    make_test(page)
