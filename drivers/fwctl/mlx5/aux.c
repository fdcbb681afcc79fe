// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attaches to the auxiliary device "mlx5_core.fwctl". Since Linux 6.15 mlx5_core
 * creates one for every function with user contexts, and deletes it before the
 * function's firmware stops: on removal, reload, reset and suspend.
 */
#include <linux/auxiliary_bus.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>

#include "mlx5.h"

static int mlx5_fwctl_aux_probe(struct auxiliary_device *adev,
				const struct auxiliary_device_id *id)
{
	struct mlx5_adev *madev = container_of(adev, struct mlx5_adev, adev);
	struct mlx5_fwctl_dev *mfd;

	mfd = mlx5_fwctl_attach(madev->mdev);
	if (IS_ERR(mfd))
		return PTR_ERR(mfd);
	auxiliary_set_drvdata(adev, mfd);
	return 0;
}

static void mlx5_fwctl_aux_remove(struct auxiliary_device *adev)
{
	mlx5_fwctl_detach(auxiliary_get_drvdata(adev));
}

static const struct auxiliary_device_id mlx5_fwctl_aux_ids[] = {
	{ .name = "mlx5_core.fwctl" },
	{}
};
MODULE_DEVICE_TABLE(auxiliary, mlx5_fwctl_aux_ids);

struct auxiliary_driver mlx5_fwctl_aux_driver = {
	.name = "mlx5_fwctl",
	.probe = mlx5_fwctl_aux_probe,
	.remove = mlx5_fwctl_aux_remove,
	.id_table = mlx5_fwctl_aux_ids,
};
