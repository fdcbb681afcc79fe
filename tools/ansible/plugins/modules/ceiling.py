#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-only
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: ceiling
short_description: Lower the highest scope that a fwctl device admits
description:
  - Calls C(fwctl policy lower) on the target. The kernel refuses every request above the ceiling,
    also one of root.
  - A ceiling lasts until the next boot, and is never raised. The option C(scope_max) of the kernel
    module sets the ceiling of all devices at boot.
author: fwctl developers
version_added: 1.0.0
options:
  device:
    description:
      - Name (C(fwctl0)), PCI address (C("0000:03:00.0")), network device or RDMA device.
      - Put quotes around a PCI address, which YAML takes for a number.
    type: str
    required: true
  scope:
    description:
      - The ceiling. If the device has it already, nothing is changed. If the ceiling of the device
        is lower already, the module fails.
    type: str
    required: true
    choices: [none, configuration, debug-read-only, debug-write, debug-write-full]
  function:
    description:
      - Lowers the ceiling of this function of the card alone, not of the whole card.
    type: bool
    default: false
requirements: [fwctl]
attributes:
  check_mode:
    description: Does the dry run of fwctl.
    support: full
  diff_mode:
    description: Shows the devices whose ceiling changes.
    support: full
"""

EXAMPLES = r"""
- name: Admit configuration and reading
  fwctl.core.ceiling:
    device: fwctl0
    scope: debug-read-only
"""

RETURN = r"""
ceilings:
  description: The ceiling of each device of the card, or of the function.
  returned: success
  type: dict
  sample: {fwctl0: debug-read-only}
error:
  description: The error of fwctl, see C(schema.json) of fwctl.
  returned: failure of fwctl
  type: dict
  sample: {code: 2, name: no-device, message: "no fwctl device 'fwctl7'", errno: ENODEV,
           firmware: null}
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.fwctl.core.plugins.module_utils.tool import Tool

SCOPES = ["none", "configuration", "debug-read-only", "debug-write", "debug-write-full"]
ARGUMENTS = dict(
    device=dict(type="str", required=True),
    scope=dict(type="str", required=True, choices=SCOPES),
    function=dict(type="bool", default=False),
)


def main():
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    device = module.params["device"]
    scope = module.params["scope"]
    tool = Tool(module)

    now = tool.result("policy show", arguments=[device])[1][0]["ceiling"]
    if SCOPES.index(now) < SCOPES.index(scope):
        module.fail_json(
            msg="%s: the ceiling is %s already, and cannot be raised to %s before the next boot: "
            "use scope %s, or reboot" % (device, now, scope, now))
    before = dict((row["name"], row["ceiling"]) for row in tool.result("policy show")[1])
    options = ["--dry-run"] if module.check_mode else ["--yes"]
    if module.params["function"]:
        options.append("--function")
    rows = tool.result("policy lower", options, [device, scope])[1]
    after = dict((row["name"], row["ceiling"]) for row in rows)
    before = dict((name, before[name]) for name in after)
    module.exit_json(changed=before != after, ceilings=after,
                     diff=dict(before_header=device, after_header=device,
                               before=before, after=after))


if __name__ == "__main__":
    main()
