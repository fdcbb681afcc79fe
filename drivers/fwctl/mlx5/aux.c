// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attaches to the auxiliary device "mlx5_core.fwctl". Since Linux 6.15 mlx5_core
 * creates one for every function with user contexts, and deletes it before the
 * function's firmware stops: on removal, reload, reset and suspend.
 *
 * Suspend comes too late for that: before it, the kernel freezes all processes, and a
 * caller that waits for the firmware cannot be frozen. So callers are told before.
 */
#include <linux/auxiliary_bus.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/suspend.h>

#include "mlx5.h"

static DEFINE_SPINLOCK(attached_lock);	/* protects attached and sleeping */
static LIST_HEAD(attached);
static bool sleeping;

static void set_sleeping(bool now)
{
	struct mlx5_fwctl_dev *mfd;

	spin_lock(&attached_lock);
	sleeping = now;
	list_for_each_entry(mfd, &attached, entry)
		mlx5_fwctl_cmd_sleep(mfd, now);
	spin_unlock(&attached_lock);
}

static int mlx5_fwctl_pm_event(struct notifier_block *nb, unsigned long event,
			       void *data)
{
	switch (event) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		set_sleeping(true);
		break;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		set_sleeping(false);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block pm_notifier = {
	.notifier_call = mlx5_fwctl_pm_event,
};

static int mlx5_fwctl_aux_probe(struct auxiliary_device *adev,
				const struct auxiliary_device_id *id)
{
	struct mlx5_adev *madev = container_of(adev, struct mlx5_adev, adev);
	struct mlx5_fwctl_dev *mfd;

	mfd = mlx5_fwctl_attach(madev->mdev);
	if (IS_ERR(mfd))
		return PTR_ERR(mfd);
	auxiliary_set_drvdata(adev, mfd);
	spin_lock(&attached_lock);
	list_add(&mfd->entry, &attached);
	mlx5_fwctl_cmd_sleep(mfd, sleeping);
	spin_unlock(&attached_lock);
	return 0;
}

static void mlx5_fwctl_aux_remove(struct auxiliary_device *adev)
{
	struct mlx5_fwctl_dev *mfd = auxiliary_get_drvdata(adev);

	spin_lock(&attached_lock);
	list_del(&mfd->entry);
	spin_unlock(&attached_lock);
	mlx5_fwctl_detach(mfd);
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

/**
 * mlx5_fwctl_aux_init - attach to the auxiliary devices, and to those to come
 *
 * Context: may sleep.
 * Return: 0, and then mlx5_fwctl_aux_exit() is due; or a negative errno.
 */
int __init mlx5_fwctl_aux_init(void)
{
	int err;

	err = register_pm_notifier(&pm_notifier);
	if (err)
		return err;
	err = auxiliary_driver_register(&mlx5_fwctl_aux_driver);
	if (err)
		unregister_pm_notifier(&pm_notifier);
	return err;
}

/**
 * mlx5_fwctl_aux_exit - detach from all auxiliary devices
 *
 * Context: may sleep.
 */
void mlx5_fwctl_aux_exit(void)
{
	auxiliary_driver_unregister(&mlx5_fwctl_aux_driver);
	unregister_pm_notifier(&pm_notifier);
}
