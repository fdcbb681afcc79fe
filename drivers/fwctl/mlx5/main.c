// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's init and exit: check the tables, and start finding functions.
 */
#include <linux/auxiliary_bus.h>
#include <linux/module.h>

#include "allowlist.h"
#include "mlx5.h"

static int __init mlx5_fwctl_init(void)
{
	const char *fault = mlx5_fwctl_tables_fault();
	int err;

	if (fault) {
		pr_err("mlx5_fwctl: table entry \"%s\" is out of order or inconsistent\n",
		       fault);
		return -EINVAL;
	}

	err = auxiliary_driver_register(&mlx5_fwctl_aux_driver);
	if (err)
		return err;

	err = mlx5_fwctl_anchors_init();
	if (err)
		auxiliary_driver_unregister(&mlx5_fwctl_aux_driver);
	return err;
}

static void __exit mlx5_fwctl_exit(void)
{
	mlx5_fwctl_anchors_exit();
	auxiliary_driver_unregister(&mlx5_fwctl_aux_driver);
}

module_init(mlx5_fwctl_init);
module_exit(mlx5_fwctl_exit);
MODULE_IMPORT_NS("FWCTL");
MODULE_DESCRIPTION("fwctl for NVIDIA ConnectX");
MODULE_LICENSE("GPL");
