// SPDX-License-Identifier: GPL-2.0-only
/*
 * The whole module for a kernel on which it has nothing to do: one without
 * cxl_pci, or one whose own fwctl serves CXL memory (CONFIG_CXL_FEATURES).
 */
#include <linux/errno.h>
#include <linux/module.h>

static int __init cxl_fwctl_init(void)
{
	pr_err("cxl_fwctl: not loaded: this kernel has no CONFIG_CXL_PCI, or has CONFIG_CXL_FEATURES, and with it fwctl devices of its own\n");
	return -ENODEV;
}

module_init(cxl_fwctl_init);
MODULE_DESCRIPTION("fwctl for CXL memory");
MODULE_LICENSE("GPL");
