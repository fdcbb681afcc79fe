// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds memory devices: attaches to each that cxl_pci drives, and detaches
 * before cxl_pci lets go of it.
 *
 * cxl_pci adds memN to the CXL bus when its mailbox works, as the last step of
 * probing, and deletes it as the first step of removal, before it unmaps the
 * mailbox. A notifier of the bus runs at both moments. Unlike a driver of the
 * bus, it does not keep cxl_mem from its device.
 *
 * Locks: the driver core holds the lock of the PCI device at both moments, and
 * this file takes it when it attaches or detaches by itself. So a memory device
 * is attached and detached by one at a time, and its mailbox works meanwhile.
 * The calls of users, for which detaching waits, do not take this lock.
 *
 * While a device sanitizes its memory the kernel refuses commands, and one whose
 * firmware is dead does not answer them. Then the features cannot be read. So all
 * devices are visited again later.
 */
#include <linux/device.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/pci.h>
#include <linux/workqueue.h>

#include "cxl.h"

/* CXL memory with the programming interface of CXL 2.0: cxl_pci binds to it. */
#define CLASS_CXL_MEMORY (PCI_CLASS_MEMORY_CXL << 8 | 0x10)

/* Sanitizing takes seconds with QEMU, and minutes or hours with real memory. */
#define RETRY_PAUSE (2 * HZ)

static void visit_again(struct work_struct *work);
static DECLARE_DELAYED_WORK(retry_work, visit_again);

/* Protects attached and standby. Not held across attaching and detaching. */
static DEFINE_MUTEX(attached_lock);
static LIST_HEAD(attached);

/* Attach no device: the module exits. */
static bool standby;

static bool is_driven(struct device *parent)
{
	return dev_is_pci(parent) && parent->driver &&
	       !strcmp(parent->driver->name, "cxl_pci");
}

static struct cxl_fwctl_dev *find_attached(struct device *memdev)
{
	struct cxl_fwctl_dev *cfd;

	list_for_each_entry(cfd, &attached, entry)
		if (cfd->memdev == memdev)
			return cfd;
	return NULL;
}

static void attach(struct device *memdev)
{
	struct cxl_fwctl_dev *cfd;
	bool wanted;

	mutex_lock(&attached_lock);
	wanted = !standby && !find_attached(memdev);
	mutex_unlock(&attached_lock);
	if (!wanted)
		return;

	cfd = cxl_fwctl_attach(memdev);
	if (IS_ERR(cfd)) {
		if (PTR_ERR(cfd) == -EBUSY || PTR_ERR(cfd) == -ETIMEDOUT)
			queue_delayed_work(system_long_wq, &retry_work,
					   RETRY_PAUSE);
		else if (PTR_ERR(cfd) != -ENODEV)
			dev_warn(memdev, "cannot create an fwctl device: error %ld\n",
				 PTR_ERR(cfd));
		return;
	}
	mutex_lock(&attached_lock);
	list_add(&cfd->entry, &attached);
	mutex_unlock(&attached_lock);
}

static void detach(struct device *memdev)
{
	struct cxl_fwctl_dev *cfd;

	mutex_lock(&attached_lock);
	cfd = find_attached(memdev);
	if (cfd)
		list_del(&cfd->entry);
	mutex_unlock(&attached_lock);

	if (cfd)
		cxl_fwctl_detach(cfd);
}

static int bus_event(struct notifier_block *nb, unsigned long action,
		     void *data)
{
	struct device *dev = data;

	if (!is_cxl_memdev(dev))
		return NOTIFY_DONE;
	if (action == BUS_NOTIFY_ADD_DEVICE && is_driven(dev->parent))
		attach(dev);
	else if (action == BUS_NOTIFY_DEL_DEVICE)
		detach(dev);
	return NOTIFY_DONE;
}

static struct notifier_block bus_nb = {
	.notifier_call = bus_event,
};

static int visit_child(struct device *dev, void *data)
{
	if (is_cxl_memdev(dev)) {
		if (data)
			attach(dev);
		else
			detach(dev);
	}
	return 0;
}

static void visit_devices(bool to_attach)
{
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev) {
		if (pdev->class != CLASS_CXL_MEMORY)
			continue;
		device_lock(&pdev->dev);
		if (is_driven(&pdev->dev))
			device_for_each_child(&pdev->dev, to_attach ? &bus_nb : NULL,
					      visit_child);
		device_unlock(&pdev->dev);
	}
}

static void visit_again(struct work_struct *work)
{
	visit_devices(true);
}

/**
 * cxl_fwctl_attach_init - attach all memory devices, now and when they appear
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int cxl_fwctl_attach_init(void)
{
	int err;

	err = bus_register_notifier(&cxl_bus_type, &bus_nb);
	if (err)
		return err;
	visit_devices(true);
	return 0;
}

/**
 * cxl_fwctl_attach_exit - detach all memory devices
 *
 * The notifier is unregistered last: until then it detaches a device before its
 * mailbox goes away. Attaching may have queued the work until then, too, and on
 * standby that does nothing.
 *
 * Context: may sleep.
 */
void cxl_fwctl_attach_exit(void)
{
	mutex_lock(&attached_lock);
	standby = true;
	mutex_unlock(&attached_lock);
	visit_devices(false);
	bus_unregister_notifier(&cxl_bus_type, &bus_nb);
	cancel_delayed_work_sync(&retry_work);
}
