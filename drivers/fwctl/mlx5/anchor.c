// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds functions where mlx5_core, older than Linux 6.15, offers no auxiliary
 * device for fwctl.
 *
 * It does create others, for Ethernet, RDMA and so on, while a function's
 * firmware runs, and deletes all of them before the firmware goes: on removal,
 * reload, reset and failure. These are the anchors. A function is attached when
 * its first anchor is added and detached before its last one is deleted, which
 * a notifier of the auxiliary bus learns in time. Suspend is the exception: it
 * keeps the Ethernet device and discards firmware's user contexts, so that all
 * functions are detached before it and found again after it.
 *
 * What mlx5_core holds around the notifier: the function's devlink lock where
 * the firmware comes or goes, its own lock of interfaces always. Attaching and
 * detaching from elsewhere holds the devlink lock too, so that none of it
 * overlaps with firmware that comes or goes. None of these locks is taken in
 * the calls of users, for whose end detaching waits.
 *
 * An anchor must not be referenced: mlx5_core expects to drop the last
 * reference when it deletes one. Whether others are left is therefore looked up
 * by their names in sysfs.
 */
#include <linux/auxiliary_bus.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/pci.h>
#include <linux/suspend.h>
#include <linux/sysfs.h>
#include <net/devlink.h>

#include "mlx5.h"

/* Sub-functions are devices of their own, "sf", that come without an mdev. */
static const char * const anchor_kinds[] = {
	"eth", "rdma", "vnet", "eth-rep", "rdma-rep", "multiport", "dpll",
};

/* What a newer mlx5_core offers: leave that function to aux.c. */
static const char offered_kind[] = "fwctl";

/* Protects attached and standby; not held while calls are waited for. */
static DEFINE_MUTEX(attached_lock);
static LIST_HEAD(attached);

/* Attach nothing: the system is going to sleep, or the module away. */
static bool standby;

static bool is_kind(struct device *dev, const char *kind)
{
	const char *name = dev_name(dev);
	size_t len = strlen(kind);

	return strstarts(name, "mlx5_core.") &&
	       !strncmp(name + strlen("mlx5_core."), kind, len) &&
	       name[strlen("mlx5_core.") + len] == '.';
}

static bool is_anchor(struct device *dev)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(anchor_kinds); i++)
		if (is_kind(dev, anchor_kinds[i]))
			return true;
	return false;
}

static bool has_kind(struct mlx5_core_dev *mdev, const char *kind)
{
	struct kernfs_node *node;
	char name[32];

	snprintf(name, sizeof(name), "mlx5_core.%s.%d", kind,
		 mdev->priv.adev_idx);
	node = sysfs_get_dirent(mdev->device->kobj.sd, name);
	sysfs_put(node);
	return node;
}

/* Is one there, besides that which is about to be deleted, if any? */
static bool has_anchor(struct mlx5_core_dev *mdev, struct device *besides)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(anchor_kinds); i++)
		if (!(besides && is_kind(besides, anchor_kinds[i])) &&
		    has_kind(mdev, anchor_kinds[i]))
			return true;
	return false;
}

static struct mlx5_fwctl_dev *find_attached(struct mlx5_core_dev *mdev)
{
	struct mlx5_fwctl_dev *mfd;

	list_for_each_entry(mfd, &attached, entry)
		if (mfd->mdev == mdev)
			return mfd;
	return NULL;
}

static void attach(struct mlx5_core_dev *mdev)
{
	struct mlx5_fwctl_dev *mfd;

	mutex_lock(&attached_lock);
	if (!standby && !find_attached(mdev) && !has_kind(mdev, offered_kind)) {
		mfd = mlx5_fwctl_attach(mdev);
		if (!IS_ERR(mfd))
			list_add(&mfd->entry, &attached);
		else if (PTR_ERR(mfd) != -ENODEV)
			dev_warn(mdev->device, "no fwctl device: error %ld\n",
				 PTR_ERR(mfd));
	}
	mutex_unlock(&attached_lock);
}

static void detach(struct mlx5_core_dev *mdev)
{
	struct mlx5_fwctl_dev *mfd;

	mutex_lock(&attached_lock);
	mfd = find_attached(mdev);
	if (mfd)
		list_del(&mfd->entry);
	mutex_unlock(&attached_lock);

	if (mfd)
		mlx5_fwctl_detach(mfd);
}

static int anchor_event(struct notifier_block *nb, unsigned long action,
			void *data)
{
	struct device *dev = data;
	struct mlx5_core_dev *mdev;
	bool offered;

	if (!dev->parent || !dev_is_pci(dev->parent))
		return NOTIFY_DONE;
	offered = is_kind(dev, offered_kind);
	if (!offered && !is_anchor(dev))
		return NOTIFY_DONE;
	mdev = container_of(to_auxiliary_dev(dev), struct mlx5_adev, adev)->mdev;

	switch (action) {
	case BUS_NOTIFY_ADD_DEVICE:
		if (offered)
			detach(mdev);
		else
			attach(mdev);
		break;
	case BUS_NOTIFY_DEL_DEVICE:
		if (!offered && !has_anchor(mdev, dev))
			detach(mdev);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block anchor_nb = {
	.notifier_call = anchor_event,
};

static void attach_if_running(struct mlx5_core_dev *mdev)
{
	if (test_bit(MLX5_INTERFACE_STATE_UP, &mdev->intf_state) &&
	    !(mdev->priv.flags & MLX5_PRIV_FLAGS_DETACH) &&
	    has_anchor(mdev, NULL))
		attach(mdev);
}

static void visit_function(struct device *dev, struct device_driver *driver,
			   bool to_attach)
{
	struct mlx5_core_dev *mdev;
	struct devlink *devlink;

	device_lock(dev);
	if (dev->driver == driver) {
		mdev = dev_get_drvdata(dev);
		devlink = priv_to_devlink(mdev);
		devl_lock(devlink);
		if (to_attach)
			attach_if_running(mdev);
		else
			detach(mdev);
		devl_unlock(devlink);
	}
	device_unlock(dev);
}

/*
 * The driver cannot go while this module uses its symbols. Its own list of
 * devices is no way to them: unbinding one holds the device's lock and waits
 * until nobody looks at its entry.
 */
static void visit_functions(bool to_attach)
{
	struct device_driver *driver = driver_find("mlx5_core", &pci_bus_type);
	struct pci_dev *pdev = NULL;

	if (!driver)
		return;
	for_each_pci_dev(pdev)
		if (READ_ONCE(pdev->dev.driver) == driver)
			visit_function(&pdev->dev, driver, to_attach);
}

static void set_standby(bool on)
{
	mutex_lock(&attached_lock);
	standby = on;
	mutex_unlock(&attached_lock);
}

static int sleep_event(struct notifier_block *nb, unsigned long action,
		       void *data)
{
	switch (action) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		set_standby(true);
		visit_functions(false);
		break;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		set_standby(false);
		visit_functions(true);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block sleep_nb = {
	.notifier_call = sleep_event,
};

/**
 * mlx5_fwctl_anchors_init - attach all functions, also those yet to come
 *
 * The auxiliary driver must be registered, by which the bus is known.
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int mlx5_fwctl_anchors_init(void)
{
	int err;

	err = register_pm_notifier(&sleep_nb);
	if (err)
		return err;

	err = bus_register_notifier(mlx5_fwctl_aux_driver.driver.bus, &anchor_nb);
	if (err) {
		unregister_pm_notifier(&sleep_nb);
		return err;
	}

	visit_functions(true);
	return 0;
}

/**
 * mlx5_fwctl_anchors_exit - detach all functions
 *
 * The notifier goes last: until the functions are detached it is what keeps
 * their firmware from going.
 *
 * Context: may sleep.
 */
void mlx5_fwctl_anchors_exit(void)
{
	unregister_pm_notifier(&sleep_nb);
	set_standby(true);
	visit_functions(false);
	bus_unregister_notifier(mlx5_fwctl_aux_driver.driver.bus, &anchor_nb);
}
