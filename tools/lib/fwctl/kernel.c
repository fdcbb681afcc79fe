// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The transport that leads to the kernel.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <libudev.h>

#include "private.h"

#define CLASS "/sys/class/fwctl"

static unsigned int parse_scopes(const char *text)
{
	char *copy = text ? strdup(text) : NULL;
	enum fwctl_rpc_scope scope;
	unsigned int scopes = 0;
	char *word, *rest;

	for (word = copy ? strtok_r(copy, " ", &rest) : NULL; word;
	     word = strtok_r(NULL, " ", &rest))
		if (!fwctl_scope_parse(word, &scope))
			scopes |= 1U << scope;
	free(copy);
	return scopes;
}

static bool copy_string(char **to, const char *text)
{
	*to = text ? strdup(text) : NULL;
	return !text || *to;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* The entries of a folder; none if it is not there. NULL without memory. */
static char **folder_entries(const char *dir, const char *name)
{
	struct dirent **entries = NULL;
	char path[PATH_MAX];
	char **names;
	int count = 0;
	int i, n = 0;

	if (dir && snprintf(path, sizeof(path), "%s/%s", dir, name) <
	    (int)sizeof(path))
		count = scandir(path, &entries, is_visible, versionsort);
	if (count < 0)
		count = 0;
	names = calloc(count + 1, sizeof(*names));
	for (i = 0; i < count; i++) {
		if (names && n == i) {
			names[n] = strdup(entries[i]->d_name);
			n += !!names[n];
		}
		free(entries[i]);
	}
	free(entries);
	if (n == count)
		return names;
	fwctl_strings_free(names);
	return NULL;
}

/*
 * Linux's own fwctl has no type, driver and scopes attributes: these stay
 * unknown then. Everything but the name may vanish while it is looked at.
 */
static struct fwctl_dev *make_device(struct udev_device *udev)
{
	struct udev_device *parent = udev_device_get_parent(udev);
	const char *name = udev_device_get_sysname(udev);
	const char *path = udev_device_get_devnode(udev);
	const char *dir = NULL, *bus = NULL, *address = NULL;
	const char *type = udev_device_get_sysattr_value(udev, "type");
	struct fwctl_dev *dev = calloc(1, sizeof(*dev));

	if (!dev)
		return NULL;
	dev->fd = -1;
	if (parent) {
		dir = udev_device_get_syspath(parent);
		bus = udev_device_get_subsystem(parent);
		address = udev_device_get_sysname(parent);
	}
	dev->type = type ? strtoul(type, NULL, 0) : FWCTL_DEVICE_TYPE_ERROR;
	dev->scopes = parse_scopes(udev_device_get_sysattr_value(udev,
								 "scopes"));
	dev->netdevs = folder_entries(dir, "net");
	dev->rdma_devs = folder_entries(dir, "infiniband");
	if (path)
		dev->path = strdup(path);
	else if (asprintf(&dev->path, "/dev/fwctl/%s", name) < 0)
		dev->path = NULL;
	if (copy_string(&dev->name, name) && dev->path && dev->netdevs &&
	    dev->rdma_devs && copy_string(&dev->parent, address) &&
	    copy_string(&dev->bus, bus) &&
	    copy_string(&dev->driver,
			udev_device_get_sysattr_value(udev, "driver")))
		return dev;
	fwctl_dev_free(dev);
	return NULL;
}

/* Fill an array from what an enumeration has found. */
static int make_devices(struct udev *udev, struct udev_enumerate *found,
			struct fwctl_dev ***devs)
{
	struct udev_list_entry *first = udev_enumerate_get_list_entry(found);
	struct udev_list_entry *entry;
	struct udev_device *device;
	struct fwctl_dev **list;
	size_t count = 0;

	udev_list_entry_foreach(entry, first)
		count++;
	list = calloc(count + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	count = 0;
	udev_list_entry_foreach(entry, first) {
		device = udev_device_new_from_syspath(udev, udev_list_entry_get_name(entry));
		/* One that has vanished meanwhile is no error. */
		if (!device)
			continue;
		if (fwctl_is_device_name(udev_device_get_sysname(device))) {
			list[count] = make_device(device);
			if (!list[count]) {
				udev_device_unref(device);
				fwctl_list_free(list);
				return -ENOMEM;
			}
			count++;
		}
		udev_device_unref(device);
	}
	*devs = list;
	return 0;
}

static int kernel_list(struct fwctl_ctx *ctx, const char *name,
		       struct fwctl_dev ***devs)
{
	struct udev *udev = udev_new();
	struct udev_enumerate *found = udev ? udev_enumerate_new(udev) : NULL;
	int ret = -ENOMEM;

	if (!found)
		goto out;
	if (access(CLASS, F_OK)) {
		ret = fwctl_fail(ctx->error, -ENOENT,
				 "there is no %s: load the device's module, e.g. modprobe mlx5_fwctl",
				 CLASS);
		goto out;
	}
	ret = udev_enumerate_add_match_subsystem(found, "fwctl");
	if (!ret && name)
		ret = udev_enumerate_add_match_sysname(found, name);
	if (!ret)
		ret = udev_enumerate_scan_devices(found);
	if (ret < 0) {
		fwctl_fail(ctx->error, ret, "cannot list " CLASS ": %s",
			   strerrordesc_np(-ret));
		goto out;
	}
	ret = make_devices(udev, found, devs);
out:
	if (ret == -ENOMEM)
		fwctl_fail(ctx->error, ret, "no memory");
	udev_enumerate_unref(found);
	udev_unref(udev);
	return ret;
}

static int kernel_states(struct fwctl_ctx *ctx, struct fwctl_state ***states)
{
	return fwctl_nl_states(&ctx->nl, states);
}

static int kernel_open(struct fwctl_dev *dev, bool write)
{
	int fd = open(dev->path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	dev->fd = fd;
	return 0;
}

static void kernel_close(struct fwctl_dev *dev)
{
	close(dev->fd);
	dev->fd = -1;
}

static int kernel_info(struct fwctl_dev *dev, struct fwctl_info *info)
{
	return ioctl(dev->fd, FWCTL_INFO, info) ? -errno : 0;
}

static int kernel_rpc(struct fwctl_dev *dev, struct fwctl_rpc *rpc)
{
	return ioctl(dev->fd, FWCTL_RPC, rpc) ? -errno : 0;
}

static int kernel_state(struct fwctl_dev *dev, struct fwctl_state **state)
{
	return fwctl_nl_state(&dev->nl, dev->name, state);
}

static int kernel_lower(struct fwctl_dev *dev, enum fwctl_ceiling ceiling)
{
	return fwctl_nl_lower(&dev->nl, dev->name, ceiling);
}

const struct fwctl_transport fwctl_transport_kernel = {
	.list = kernel_list,
	.states = kernel_states,
	.open = kernel_open,
	.close = kernel_close,
	.info = kernel_info,
	.rpc = kernel_rpc,
	.state = kernel_state,
	.lower = kernel_lower,
};
