// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's init and exit: check the tables, and start finding functions.
 */
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

	mlx5_fwctl_wq = alloc_workqueue("mlx5_fwctl", WQ_UNBOUND, 0);
	if (!mlx5_fwctl_wq)
		return -ENOMEM;

	err = mlx5_fwctl_aux_init();
	if (err)
		goto err_wq;

	err = mlx5_fwctl_anchors_init();
	if (err)
		goto err_aux;
	return 0;

err_aux:
	mlx5_fwctl_aux_exit();
err_wq:
	destroy_workqueue(mlx5_fwctl_wq);
	return err;
}

static void __exit mlx5_fwctl_exit(void)
{
	mlx5_fwctl_anchors_exit();
	mlx5_fwctl_aux_exit();
	destroy_workqueue(mlx5_fwctl_wq);
}

module_init(mlx5_fwctl_init);
module_exit(mlx5_fwctl_exit);
MODULE_IMPORT_NS("FWCTL");
MODULE_DESCRIPTION("fwctl for NVIDIA ConnectX");
MODULE_LICENSE("GPL");
