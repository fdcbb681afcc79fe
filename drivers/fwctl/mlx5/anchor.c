// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds functions if mlx5_core, older than Linux 6.15, has no auxiliary device
 * for fwctl.
 *
 * mlx5_core creates other auxiliary devices, for Ethernet, RDMA and so on, while
 * a function's firmware runs, and deletes all of them before the firmware stops:
 * on removal, reload, reset and failure. These are the anchors. A function is
 * attached when its first anchor is added, and detached before its last one is
 * deleted; a notifier of the auxiliary bus runs at both moments. Suspend is the
 * exception: it keeps the Ethernet device and discards the firmware's user
 * contexts. So all functions are detached before suspend and attached again after
 * it.
 *
 * Locks: mlx5_core calls the notifier with its own lock of interfaces held, and
 * with the function's devlink lock where the firmware starts or stops. Attaching
 * and detaching from elsewhere holds the devlink lock too, so that they do not
 * overlap with a start or stop of the firmware. The calls of users, which
 * detaching waits for, take none of these locks.
 *
 * This file must not hold a reference to an anchor: mlx5_core expects to drop the
 * last reference when it deletes one. Therefore the anchors that are left are
 * looked up by their names in sysfs.
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

/* Without "sf": devices of that kind, sub-functions, have no mdev. */
static const char * const anchor_kinds[] = {
	"eth", "rdma", "vnet", "eth-rep", "rdma-rep", "multiport", "dpll",
};

/*
 * udev loads the module by one of these when the system starts, as it does by the
 * device of aux.c on other kernels. The other kinds come beside them.
 */
MODULE_ALIAS("auxiliary:mlx5_core.eth");
MODULE_ALIAS("auxiliary:mlx5_core.rdma");
MODULE_ALIAS("auxiliary:mlx5_core.vnet");

/* The kind that newer versions of mlx5_core have, for aux.c to attach to. */
static const char offered_kind[] = "fwctl";

/* Protects attached and standby. Not held across mlx5_fwctl_detach(). */
static DEFINE_MUTEX(attached_lock);
static LIST_HEAD(attached);

/* Attach no function: the system is going to sleep, or the module exits. */
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

/* Whether the function has an anchor, not counting @besides, being deleted. */
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
			dev_warn(mdev->device, "cannot create an fwctl device: error %ld\n",
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
 * The driver stays because this module uses its symbols. The driver's list of
 * devices cannot be used here: unbinding a device holds the device's lock while it
 * waits for iterators to leave the device's entry.
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
 * mlx5_fwctl_anchors_init - attach all functions, now and when they appear
 *
 * The auxiliary driver must be registered already: its bus is the one to watch.
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
 * The notifier is unregistered last: until then it detaches a function before
 * its firmware stops.
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
