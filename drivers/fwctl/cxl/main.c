// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's init and exit: learn the kernel's structures, and start finding
 * memory devices.
 */
#include <linux/module.h>
#include <linux/pci.h>

#include "cxl.h"

/* No driver has this table: it is for udev, which loads the module by it. */
static const struct pci_device_id cxl_fwctl_ids[] = {
	{ PCI_DEVICE_CLASS(PCI_CLASS_MEMORY_CXL << 8 | 0x10, ~0) },
	{}
};
MODULE_DEVICE_TABLE(pci, cxl_fwctl_ids);

static int __init cxl_fwctl_init(void)
{
	int err;

	err = cxl_fwctl_layout_init();
	if (err)
		return err;
	return cxl_fwctl_attach_init();
}

static void __exit cxl_fwctl_exit(void)
{
	cxl_fwctl_attach_exit();
}

module_init(cxl_fwctl_init);
module_exit(cxl_fwctl_exit);
MODULE_IMPORT_NS("CXL");
MODULE_IMPORT_NS("FWCTL");
MODULE_DESCRIPTION("fwctl for CXL memory");
MODULE_LICENSE("GPL");
