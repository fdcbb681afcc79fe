# SPDX-License-Identifier: GPL-2.0-only
"""Plugins: the template plugin, built into a second tool, fwctl-template."""
import json
import os
import subprocess

from fwctltest import FWCTL, WRAP, equal, match, require, result, test


@test
def template():
    """the template makes an object with commands, options and help"""
    tool = f"{FWCTL}-template"
    require(os.path.exists(tool), "built only by make check")
    done = subprocess.run(WRAP + [tool, "help", "--json"], check=True,
                          capture_output=True)
    names = [entry["name"] for entry in json.loads(done.stdout)["result"]["objects"]]
    equal([name for name in names if name != "template"],
          [entry["name"] for entry in result("help")["objects"]])
    done = subprocess.run(WRAP + [tool, "template", "nop", "--help"],
                          check=True, capture_output=True)
    match(done.stdout.decode(), "^Scope: the least")
    equal(names[-3:], sorted(names[-3:]))
