# SPDX-License-Identifier: GPL-2.0-only
"""The command fwctl, as the modules of this collection call it"""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import re

# Exit code with --detailed-exitcode: something differs or was changed
DIFFERS = 8


class Tool:
    """Calls fwctl on the target. A command that fails ends the module, unless told otherwise."""

    def __init__(self, module):
        self.module = module
        self.path = module.get_bin_path("fwctl", required=True)

    def call(self, command, options=(), arguments=()):
        """Returns the exit code and the JSON document of a command."""
        line = [self.path, "--json", "--json-version", "2"]
        line += command.split() + list(options) + ["--"] + list(arguments)
        code, out, err = self.module.run_command(line)
        try:
            document = json.loads(out)
            if document["schema_version"] != 2:
                raise ValueError
        except (ValueError, KeyError, TypeError):
            self.module.fail_json(
                msg="%s %s: no JSON document of version 2 in the output"
                % (self.path, command), rc=code, stdout=out, stderr=err)
        return code, document

    def result(self, command, options=(), arguments=()):
        """Returns the exit code and the result of a command that succeeds."""
        code, document = self.call(command, options, arguments)
        if code not in (0, DIFFERS):
            self.fail(code, document)
        return code, document["result"]

    def fail(self, code, document):
        """Ends the module with the error of a document."""
        result = document.get("result")
        error = document["error"]
        # A device that was changed in part is changed.
        changed = isinstance(result, dict) and result.get("changed", False)
        message = error["message"]
        # YAML's numbers may have sexagesimal digits.
        if error["name"] == "no-device" and re.match(r"[0-9.]+$", self.module.params["device"]):
            message += ": YAML takes a PCI address for a number: put quotes around it"
        self.module.fail_json(msg=message, rc=code, error=error, changed=changed)
