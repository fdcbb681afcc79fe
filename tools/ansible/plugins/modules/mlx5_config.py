#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-only
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: mlx5_config
short_description: Set the non-volatile configuration of a ConnectX card
description:
  - Calls C(fwctl mlx5 config set) or C(fwctl mlx5 config reset) on the target. All settings are
    written, or none.
  - A new value takes effect after a restart of the firmware, see I(activate). The key
    C(activation) of the result says what is left to do.
author: fwctl developers
version_added: 1.0.0
options:
  device:
    description:
      - Name (C(fwctl0)), PCI address (C("0000:03:00.0")), network device or RDMA device.
      - Put quotes around a PCI address, which YAML takes for a number.
      - A restart of the firmware can change the number in C(fwctl0), but not the PCI address.
    type: str
    required: true
  state:
    description:
      - C(present) sets the values of I(settings).
      - C(reset) has the parameters I(names), or all, use their defaults.
    type: str
    choices: [present, reset]
    default: present
  settings:
    description:
      - Values by the names of C(fwctl mlx5 config list), for I(state=present).
      - A value is a boolean, a number or a text, such as C(ETH) or C(0x1f).
    type: dict
  names:
    description:
      - Parameters for I(state=reset). Patterns with C(*) are allowed.
      - Without this option all parameters are reset.
    type: list
    elements: str
  activate:
    description:
      - Restarts the firmware if that makes new values current, also values that an earlier run
        wrote. The network link of the card is down for some seconds.
    type: bool
    default: false
requirements: [fwctl]
attributes:
  check_mode:
    description: Does the dry run of fwctl, which checks all values and writes nothing.
    support: full
  diff_mode:
    description: Shows the parameters that change, with their next values before and after.
    support: full
"""

EXAMPLES = r"""
- name: Offer sixteen virtual functions
  fwctl.core.mlx5_config:
    device: "0000:03:00.0"
    settings:
      SRIOV_EN: true
      NUM_OF_VFS: 16
    activate: true

- name: Go back to the defaults
  fwctl.core.mlx5_config:
    device: "0000:03:00.0"
    state: reset
    names: [SRIOV_EN, NUM_OF_VFS]
"""

RETURN = r"""
changes:
  description: The parameters that change.
  returned: success
  type: list
  elements: dict
  sample: [{name: NUM_OF_VFS, from: 8, to: 16, effect: firmware-reset}]
activation:
  description:
    - The restart that makes new values current (C(level)), whether it is done, and as C(todo) a
      sentence about what is left. Null in check mode, and if nothing waits for a restart.
  returned: success
  type: dict
  sample: {level: link, done: true, todo: null}
error:
  description: The error of fwctl, see C(schema.json) of fwctl.
  returned: failure
  type: dict
  sample: {code: 2, name: no-device, message: "no fwctl device 'fwctl7'", errno: ENODEV,
           firmware: null}
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.fwctl.core.plugins.module_utils.tool import DIFFERS, Tool

ARGUMENTS = dict(
    device=dict(type="str", required=True),
    state=dict(type="str", choices=["present", "reset"], default="present"),
    settings=dict(type="dict"),
    names=dict(type="list", elements="str"),
    activate=dict(type="bool", default=False),
)


def word(module, name, value):
    """The argument NAME=VALUE of config set"""
    if isinstance(value, bool):
        value = "true" if value else "false"
    elif not isinstance(value, (int, str)):
        module.fail_json(msg="settings: %s: a value is a boolean, a number or a text; put quotes "
                         "around a text that YAML takes for something else" % name)
    if "=" in name:
        module.fail_json(msg="settings: %s: a name has no = in it" % name)
    return "%s=%s" % (name, value)


def restart_waits(tool, device, names):
    """Would a restart of the firmware make next values current that were written before?"""
    values = tool.result("mlx5 config query", arguments=[device] + names)[1]
    return any(row["level"] == "link" for row in values["parameters"])


def main():
    module = AnsibleModule(
        argument_spec=ARGUMENTS, supports_check_mode=True,
        mutually_exclusive=[("settings", "names")],
        required_if=[("state", "present", ["settings"])])
    wanted = module.params
    device = wanted["device"]
    settings = wanted["settings"]
    names = list(settings or wanted["names"] or [])
    reset = wanted["state"] == "reset"

    if reset and settings is not None:
        module.fail_json(msg="settings: is for the state present; for reset use names")
    if not reset and wanted["names"] is not None:
        module.fail_json(msg="names: is for the state reset; for present use settings")
    # An empty list may come from a variable that was forgotten: it does not mean all.
    if not names and (settings is not None or wanted["names"] is not None):
        module.fail_json(msg="%s: is empty" % ("names" if reset else "settings"))

    options = ["--detailed-exitcode"]
    if wanted["activate"]:
        options.append("--activate")
    if wanted["activate"] or reset:
        options.append("--yes")
    if module.check_mode:
        options.append("--dry-run")
    arguments = [device] + (names if reset else [word(module, *pair) for pair in settings.items()])

    tool = Tool(module)
    code, result = tool.result("mlx5 config " + ("reset" if reset else "set"), options, arguments)
    changed = code == DIFFERS or bool(result["activation"] and result["activation"]["done"])
    if module.check_mode and wanted["activate"] and names and not changed:
        changed = restart_waits(tool, device, names)
    changes = result["changes"]
    module.exit_json(
        changed=changed, changes=changes, activation=result["activation"],
        diff=dict(before_header=device, after_header=device,
                  before=dict((row["name"], row["from"]) for row in changes),
                  after=dict((row["name"], row["to"]) for row in changes)))


if __name__ == "__main__":
    main()
