// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's init and exit: start and stop the parts of the core.
 */
#include <linux/init.h>
#include <linux/module.h>

#include "core.h"
#include "netlink_gen.h"

static int __init fwctl_init(void)
{
	int err;

	err = fwctl_ceiling_check_params();
	if (err)
		return err;

	err = fwctl_devices_init(&fwctl_chardev_fops);
	if (err)
		return err;

	err = fwctl_nl_init(fwctl_nl_ops, ARRAY_SIZE(fwctl_nl_ops));
	if (err)
		fwctl_devices_exit();
	return err;
}

static void __exit fwctl_exit(void)
{
	fwctl_nl_exit();
	fwctl_devices_exit();
	fwctl_audit_exit();
	fwctl_ceilings_exit();
}

/* A built-in backend may probe as soon as device initcalls run. */
subsys_initcall(fwctl_init);
module_exit(fwctl_exit);
MODULE_DESCRIPTION("Remote procedure calls to device firmware");
MODULE_LICENSE("GPL");
