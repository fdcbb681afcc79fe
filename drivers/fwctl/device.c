// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lifetime of fwctl devices, of the contexts open on them, and of the calls
 * inside their backends.
 *
 * One counter, users, decides: it holds one for the registration and one for
 * every call inside the backend. fwctl_unregister() first sets gone, after which
 * no call enters, then waits until the counter is zero, and from then on has the
 * list of contexts for itself. No lock is held across a backend's op or an
 * access to user memory. So in the core neither a page fault nor a command that
 * the firmware does not answer delays open() or close() of another file, and
 * removal waits for nothing but the backend's ops. A backend may limit its
 * commands, and then its own ops wait.
 */
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "core.h"

static const struct file_operations *fwctl_fops __ro_after_init;
static dev_t fwctl_region;
/*
 * Devices by number. An entry is reserved while the device's memory exists, and
 * points to the device while that is registered.
 */
static DEFINE_XARRAY_ALLOC(fwctl_devices);
static struct workqueue_struct *fwctl_wq;

/* For devices of backends that set no further ops, such as Linux's. */
static const struct fwctl_ext_ops fwctl_no_ext_ops;

/**
 * fwctl_find - find a registered device by its number
 * @first: lowest number to look for
 * @last: highest number to look for
 *
 * Context: any but interrupt.
 * Return: the device with the lowest number in the range, entered and with a
 * reference for the caller; or NULL.
 */
struct fwctl_device *fwctl_find(unsigned int first, unsigned int last)
{
	struct fwctl_device *fwctl;
	unsigned long index;

	xa_lock(&fwctl_devices);
	xa_for_each_range(&fwctl_devices, index, fwctl, first, last) {
		if (fwctl_enter(fwctl)) {
			fwctl_get(fwctl);
			break;
		}
	}
	xa_unlock(&fwctl_devices);
	return fwctl;
}

static void fwctl_uctx_free(struct fwctl_uctx *uctx)
{
	fwctl_buffer_drop(uctx);
	fwctl_slot_release(uctx->share, FWCTL_SLOT_FILE);
	kfree(uctx);
}

/* Drops the file's reference, or that of the device's list of contexts. */
static void fwctl_uctx_put(struct fwctl_uctx *uctx)
{
	if (refcount_dec_and_test(&uctx->owners))
		fwctl_uctx_free(uctx);
}

static void fwctl_uctx_close_work(struct work_struct *work)
{
	struct fwctl_uctx *uctx =
		container_of(work, struct fwctl_uctx, close_work);

	uctx->fwctl->ops->close_uctx(uctx);
	fwctl_leave(uctx->fwctl);
}

/**
 * fwctl_uctx_open - create the context of a new file
 * @share: share that the file is charged to; closing the context uncharges it
 * @fwctl: the device, entered by the caller
 * @may_write: the file was opened for writing
 *
 * Context: may sleep, waits for the backend.
 * Return: the context, for fwctl_uctx_close(); or an ERR_PTR(): -ENOMEM, or the
 * errno of the backend's open_uctx.
 */
struct fwctl_uctx *fwctl_uctx_open(struct fwctl_share *share,
				   struct fwctl_device *fwctl, bool may_write)
{
	struct fwctl_uctx *uctx;
	int err;

	uctx = kzalloc(fwctl->ops->uctx_size, GFP_KERNEL_ACCOUNT);
	if (!uctx)
		return ERR_PTR(-ENOMEM);

	/* The file holds a reference to the cdev, and so to the device. */
	uctx->fwctl = fwctl;
	uctx->share = share;
	uctx->may_write = may_write;
	refcount_set(&uctx->owners, 2);
	spin_lock_init(&uctx->spare_lock);

	err = fwctl->ops->open_uctx(uctx);
	if (err) {
		kfree(uctx);
		return ERR_PTR(err);
	}

	spin_lock(&fwctl->lock);
	hlist_add_head(&uctx->uctxs_entry, &fwctl->uctxs);
	spin_unlock(&fwctl->lock);
	return uctx;
}

/**
 * fwctl_uctx_close - close the context of a file that was released
 * @uctx: the context, which the caller must not use afterwards
 *
 * Once removal has begun, fwctl_unregister() closes the context, and this
 * function only drops the file's reference.
 *
 * Context: may sleep, waits for the backend.
 */
void fwctl_uctx_close(struct fwctl_uctx *uctx)
{
	struct fwctl_device *fwctl = uctx->fwctl;

	if (!fwctl_enter(fwctl)) {
		fwctl_uctx_put(uctx);
		return;
	}
	spin_lock(&fwctl->lock);
	hlist_del(&uctx->uctxs_entry);
	spin_unlock(&fwctl->lock);

	fwctl->ops->close_uctx(uctx);
	fwctl_leave(fwctl);
	fwctl_uctx_free(uctx);
}

static ssize_t type_show(struct device *dev, struct device_attribute *attr,
			 char *page)
{
	struct fwctl_device *fwctl = container_of(dev, struct fwctl_device, dev);

	return sysfs_emit(page, "%u\n", fwctl->ops->device_type);
}
static DEVICE_ATTR_RO(type);

static ssize_t driver_show(struct device *dev, struct device_attribute *attr,
			   char *page)
{
	struct fwctl_device *fwctl = container_of(dev, struct fwctl_device, dev);

	return sysfs_emit(page, "%s\n", fwctl->driver);
}
static DEVICE_ATTR_RO(driver);

static struct attribute *fwctl_attrs[] = {
	&dev_attr_type.attr,
	&dev_attr_driver.attr,
	&dev_attr_card.attr,
	&dev_attr_scopes.attr,
	NULL,
};

/* Of the type that the group's list has: older kernels' is not constant. */
static typeof(*((struct attribute_group *)NULL)->bin_attrs)
fwctl_bin_attrs[] = {
	&bin_attr_scope_max,
	&bin_attr_scope_max_function,
	NULL,
};

static const struct attribute_group fwctl_group = {
	.attrs = fwctl_attrs,
	.bin_attrs = fwctl_bin_attrs,
};
__ATTRIBUTE_GROUPS(fwctl);

static char *fwctl_devnode(const struct device *dev, umode_t *mode)
{
	return kasprintf(GFP_KERNEL, "fwctl/%s", dev_name(dev));
}

static void fwctl_device_release(struct device *dev)
{
	struct fwctl_device *fwctl = container_of(dev, struct fwctl_device, dev);

	xa_erase(&fwctl_devices, fwctl->index);
	fwctl_limits_exit(fwctl);
	kfree_const(fwctl->driver);
	kfree(fwctl);
}

static struct class fwctl_class = {
	.name = "fwctl",
	.dev_groups = fwctl_groups,
	.dev_release = fwctl_device_release,
	.devnode = fwctl_devnode,
};

/**
 * __fwctl_alloc_device - function behind the macro fwctl_alloc_device()
 * @parent: the device that the RPCs reach
 * @ops: the backend's ops
 * @size: bytes of the backend's structure
 * @driver: name of the backend's module, for sysfs
 *
 * Context: may sleep.
 * Return: the device, to be released by fwctl_put(); or NULL if there is no
 * memory or no device number, or a size in @ops or @size is too small.
 */
struct fwctl_device *__fwctl_alloc_device(struct device *parent,
					  const struct fwctl_ops *ops,
					  size_t size, const char *driver)
{
	struct fwctl_device *fwctl;

	if (WARN_ON(ops->uctx_size < sizeof(struct fwctl_uctx) ||
		    size < sizeof(*fwctl)))
		return NULL;

	fwctl = kzalloc(size, GFP_KERNEL);
	if (!fwctl)
		return NULL;

	if (fwctl_limits_init(fwctl))
		goto err_free;
	/* A copy: files show the name and may outlive the backend's module. */
	fwctl->driver = kstrdup_const(driver, GFP_KERNEL);
	if (!fwctl->driver ||
	    xa_alloc(&fwctl_devices, &fwctl->index, NULL,
		     XA_LIMIT(0, FWCTL_MAX_DEVICES - 1), GFP_KERNEL))
		goto err_limits;

	fwctl->ops = ops;
	fwctl->ext = &fwctl_no_ext_ops;
	refcount_set(&fwctl->users, 1);
	init_completion(&fwctl->unused);
	spin_lock_init(&fwctl->lock);
	INIT_HLIST_HEAD(&fwctl->uctxs);
	init_waitqueue_head(&fwctl->settled);
	ratelimit_state_init(&fwctl->log_limit, DEFAULT_RATELIMIT_INTERVAL,
			     DEFAULT_RATELIMIT_BURST);

	fwctl->dev.class = &fwctl_class;
	fwctl->dev.parent = parent;
	fwctl->dev.devt = MKDEV(MAJOR(fwctl_region),
				MINOR(fwctl_region) + fwctl->index);
	device_initialize(&fwctl->dev);
	cdev_init(&fwctl->cdev, fwctl_fops);
	fwctl->cdev.owner = THIS_MODULE;

	if (dev_set_name(&fwctl->dev, "fwctl%u", fwctl->index)) {
		fwctl_put(fwctl);
		return NULL;
	}
	return fwctl;

err_limits:
	kfree_const(fwctl->driver);
	fwctl_limits_exit(fwctl);
err_free:
	kfree(fwctl);
	return NULL;
}
EXPORT_SYMBOL_NS_GPL(__fwctl_alloc_device, "FWCTL");

/**
 * _fwctl_alloc_device - fwctl_alloc_device() for callers that cannot use a macro
 * @parent: the device that the RPCs reach, bound to its driver, whose name sysfs
 *	then shows as the backend's
 * @ops: the backend's ops
 * @size: bytes of the backend's structure
 *
 * Linux has callers of this function outside of drivers/fwctl: CXL, and Rust
 * bindings. Its parameters must stay as they are.
 *
 * Context: may sleep.
 * Return: the device, to be released by fwctl_put(); or NULL, as
 * __fwctl_alloc_device().
 */
struct fwctl_device *_fwctl_alloc_device(struct device *parent,
					 const struct fwctl_ops *ops,
					 size_t size)
{
	return __fwctl_alloc_device(parent, ops, size,
				    dev_driver_string(parent));
}
EXPORT_SYMBOL_NS_GPL(_fwctl_alloc_device, "FWCTL");

static_assert(__same_type(_fwctl_alloc_device,
			  struct fwctl_device *(struct device *parent,
						const struct fwctl_ops *ops,
						size_t size)));

/* From here on no call enters the backend, and those that wait for a slot end. */
static void fwctl_stop(struct fwctl_device *fwctl)
{
	WRITE_ONCE(fwctl->gone, true);
	fwctl_wake_waiters(fwctl);
	if (fwctl->ext->abort)
		fwctl->ext->abort(fwctl);
}

/* Waits until the last call has left the backend. */
static void fwctl_drain(struct fwctl_device *fwctl)
{
	fwctl_leave(fwctl);
	wait_for_completion(&fwctl->unused);
	fwctl_ceiling_exit(fwctl);
}

/*
 * Closes every context that is left, after the last call inside the backend has
 * ended. Workers do that in parallel.
 *
 * This thread closes the contexts that no worker has begun to close, so that all
 * get closed even if memory for more workers is short. That is why the queue has
 * no rescuer: a rescuer that steps in because workers are created too slowly
 * takes all queued work, and does it one after another.
 */
static void fwctl_close_all(struct fwctl_device *fwctl)
{
	struct hlist_node *next;
	struct fwctl_uctx *uctx;

	reinit_completion(&fwctl->unused);
	refcount_set(&fwctl->users, 1);
	hlist_for_each_entry(uctx, &fwctl->uctxs, uctxs_entry) {
		refcount_inc(&fwctl->users);
		INIT_WORK(&uctx->close_work, fwctl_uctx_close_work);
		queue_work(fwctl_wq, &uctx->close_work);
	}
	hlist_for_each_entry(uctx, &fwctl->uctxs, uctxs_entry)
		if (cancel_work(&uctx->close_work))
			fwctl_uctx_close_work(&uctx->close_work);
	fwctl_leave(fwctl);
	wait_for_completion(&fwctl->unused);

	hlist_for_each_entry_safe(uctx, next, &fwctl->uctxs, uctxs_entry) {
		hlist_del(&uctx->uctxs_entry);
		fwctl_uctx_put(uctx);
	}
}

/**
 * fwctl_register - make a device available to user space
 * @fwctl: from fwctl_alloc_device(); the backend is ready for calls of its ops
 *
 * On success the backend must call fwctl_unregister() before its device goes
 * away.
 *
 * Context: may sleep.
 * Return: 0; or a negative errno, and then the caller only has to call
 * fwctl_put().
 */
int fwctl_register(struct fwctl_device *fwctl)
{
	int err;

	fwctl->nests = fwctl->ext->nested;
	err = fwctl_ceiling_init(fwctl);
	if (err)
		return err;
	err = cdev_device_add(&fwctl->cdev, &fwctl->dev);
	if (err) {
		/* A file may be open: a node needs no device, only its number. */
		fwctl_stop(fwctl);
		fwctl_drain(fwctl);
		fwctl_close_all(fwctl);
		return err;
	}
	/* The entry was reserved with the number: this cannot fail. */
	xa_store(&fwctl_devices, fwctl->index, fwctl, GFP_KERNEL);
	fwctl_nl_notify(fwctl, FWCTL_CMD_DEV_ADDED_NTF);
	return 0;
}
EXPORT_SYMBOL_NS_GPL(fwctl_register, "FWCTL");

/**
 * fwctl_unregister - remove a device from user space
 * @fwctl: a registered device
 *
 * First this function makes every new open() and call fail with ENODEV, and calls
 * that wait for a slot, too. Then it calls the backend's abort op, if there is
 * one, waits for the calls inside the backend, and closes all contexts in
 * parallel. After it has returned no op of the backend runs. Files may stay open;
 * they keep the memory of @fwctl, but not the backend's module.
 * The caller's reference to @fwctl remains: fwctl_put() is due.
 *
 * Context: may sleep. The caller must hold no lock that the backend's ops take.
 */
void fwctl_unregister(struct fwctl_device *fwctl)
{
	fwctl_stop(fwctl);
	xa_store(&fwctl_devices, fwctl->index, NULL, GFP_KERNEL);
	fwctl_nl_notify(fwctl, FWCTL_CMD_DEV_REMOVED_NTF);

	/* Callers of fwctl_find() need the parent, until cdev_device_del(). */
	fwctl_drain(fwctl);
	cdev_device_del(&fwctl->cdev, &fwctl->dev);

	fwctl_close_all(fwctl);
}
EXPORT_SYMBOL_NS_GPL(fwctl_unregister, "FWCTL");

/**
 * fwctl_devices_init - set up the class, the region of numbers, and the queue
 * @fops: operations of the devices' files
 *
 * Context: may sleep.
 * Return: 0, then fwctl_devices_exit() is due, or a negative errno.
 */
int __init fwctl_devices_init(const struct file_operations *fops)
{
	int err;

	fwctl_fops = fops;
	fwctl_wq = alloc_workqueue("fwctl", WQ_UNBOUND, 0);
	if (!fwctl_wq)
		return -ENOMEM;

	err = alloc_chrdev_region(&fwctl_region, 0, FWCTL_MAX_DEVICES, "fwctl");
	if (err)
		goto err_wq;

	err = class_register(&fwctl_class);
	if (err)
		goto err_region;
	return 0;

err_region:
	unregister_chrdev_region(fwctl_region, FWCTL_MAX_DEVICES);
err_wq:
	destroy_workqueue(fwctl_wq);
	return err;
}

/**
 * fwctl_devices_exit - undo fwctl_devices_init()
 *
 * No device is left then: backends use symbols of this module, and open files
 * hold references to it.
 *
 * Context: may sleep.
 */
void fwctl_devices_exit(void)
{
	class_unregister(&fwctl_class);
	unregister_chrdev_region(fwctl_region, FWCTL_MAX_DEVICES);
	destroy_workqueue(fwctl_wq);
	xa_destroy(&fwctl_devices);
}
