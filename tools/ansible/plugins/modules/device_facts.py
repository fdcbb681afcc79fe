#!/usr/bin/python
# SPDX-License-Identifier: GPL-2.0-only
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: device_facts
short_description: Facts about the fwctl devices
description:
  - Lists the devices as C(fwctl dev list) does, with the firmware's version and the ceiling, and
    for each ConnectX the settings and images that wait for a restart.
author: fwctl developers
version_added: 1.0.0
requirements: [fwctl]
attributes:
  check_mode:
    description: Changes nothing, and does the same.
    support: full
  diff_mode:
    description: Changes nothing.
    support: none
  facts:
    description: Returns facts.
    support: full
"""

EXAMPLES = r"""
- name: Gather facts about the devices
  fwctl.core.device_facts:

- name: Show the cards that wait for a restart
  ansible.builtin.debug:
    msg: "{{ ansible_facts.fwctl | selectattr('waiting') | map(attribute='parent') }}"
"""

RETURN = r"""
ansible_facts:
  description: The facts.
  returned: success
  type: dict
  contains:
    fwctl:
      description:
        - The devices with the keys of C(fwctl dev list --json), such as C(name), C(parent) (the PCI
          address), C(firmware) and C(pending) (the versions that run now and from the next start
          on), and C(ceiling). C(waiting) is a list of the settings and images that wait
          for a restart, and C(error) the error of fwctl if the device did not tell; then
          C(waiting) is null. It is null for other devices than a ConnectX, too.
      type: list
      elements: dict
      sample:
        - name: fwctl0
          type: mlx5
          parent: "0000:03:00.0"
          firmware: 22.41.1000
          ceiling: debug-read-only
          error: null
          waiting: [{name: NUM_OF_VFS, current: 8, next: 16, effect: firmware-reset, level: link}]
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.fwctl.core.plugins.module_utils.tool import Tool

ARGUMENTS = dict()


def main():
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    tool = Tool(module)
    devices = tool.result("dev list")[1]

    # A device that does not answer does not hide the others.
    for device in devices:
        document = {}
        if device["type"] == "mlx5":
            document = tool.call("mlx5 fw reset query", arguments=[device["name"]])[1]
        device["waiting"] = document.get("result", {}).get("waiting")
        device["error"] = document.get("error")
    module.exit_json(changed=False, ansible_facts=dict(fwctl=devices))


if __name__ == "__main__":
    main()
