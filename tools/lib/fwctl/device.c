// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A device: what is known about it, and talking to it.
 */
#include <errno.h>
#include <stdlib.h>

#include "private.h"

/**
 * fwctl_dev_free - release a device, closing it if it is open
 * @dev: the device, or NULL
 */
void fwctl_dev_free(struct fwctl_dev *dev)
{
	if (!dev)
		return;
	fwctl_dev_close(dev);
	free(dev->name);
	free(dev->path);
	free(dev->driver);
	free(dev->parent);
	free(dev->bus);
	free(dev);
}

/**
 * fwctl_dev_name - name of a device, e.g. fwctl0
 * @dev: the device
 *
 * Return: the name; valid as long as @dev.
 */
const char *fwctl_dev_name(const struct fwctl_dev *dev)
{
	return dev->name;
}

/**
 * fwctl_dev_path - path of a device's file, e.g. /dev/fwctl/fwctl0
 * @dev: the device
 *
 * Return: the path; valid as long as @dev.
 */
const char *fwctl_dev_path(const struct fwctl_dev *dev)
{
	return dev->path;
}

/**
 * fwctl_dev_type - whose format a device speaks
 * @dev: the device
 *
 * Return: &enum fwctl_device_type; FWCTL_DEVICE_TYPE_ERROR for as long as it is
 * not known, because the kernel has no attribute for it and fwctl_dev_info()
 * was not called.
 */
__u32 fwctl_dev_type(const struct fwctl_dev *dev)
{
	return dev->type;
}

/**
 * fwctl_dev_driver - name of the module that serves a device
 * @dev: the device
 *
 * Return: the name, valid as long as @dev, or NULL if the kernel does not tell.
 */
const char *fwctl_dev_driver(const struct fwctl_dev *dev)
{
	return dev->driver;
}

/**
 * fwctl_dev_parent - the device that the RPCs reach, e.g. 0000:03:00.0
 * @dev: the device
 *
 * Return: its name on its bus, valid as long as @dev, or NULL if not known.
 */
const char *fwctl_dev_parent(const struct fwctl_dev *dev)
{
	return dev->parent;
}

/**
 * fwctl_dev_bus - the bus of a device's parent, e.g. pci
 * @dev: the device
 *
 * Return: its name, valid as long as @dev, or NULL if not known.
 */
const char *fwctl_dev_bus(const struct fwctl_dev *dev)
{
	return dev->bus;
}

/**
 * fwctl_dev_scopes - the scopes that a device admits
 * @dev: the device
 *
 * Return: a mask with bit N set for the &enum fwctl_rpc_scope N; 0 if the
 * kernel does not tell.
 */
unsigned int fwctl_dev_scopes(const struct fwctl_dev *dev)
{
	return dev->scopes;
}

/**
 * fwctl_dev_error - why the last function that failed on a device did so
 * @dev: the device
 *
 * Return: one line, valid until the next function on @dev.
 */
const char *fwctl_dev_error(const struct fwctl_dev *dev)
{
	return dev->error;
}

#define GONE "the device is gone or is being removed"
#define NOT_OPEN "the device is not open"
#define NO_ANSWER "the firmware did not answer in time"
#define NO_MEMORY "no memory"
#define NOT_FWCTL "the file is not an fwctl device"
#define LOOK_AGAIN "list the devices again"
#define SEE_LOG "see the kernel's log"
#define SEE_CGROUP "see the limit of this process's memory cgroup"

static const struct fwctl_hint open_hints[] = {
	{ EACCES, "permission denied, or the device's ceiling is none",
	  "check the mode of the file, and scope_max of the device" },
	{ EPERM, "permission denied", "run as root, or get access to the file" },
	{ ENOENT, "there is no such file", "see that devtmpfs or udev makes it" },
	{ ENODEV, GONE, LOOK_AGAIN },
	{ ENXIO, GONE, LOOK_AGAIN },
	{ EBUSY, "too many files of this device are open",
	  "close some, or raise the parameter max_files of the module fwctl" },
	{ ENOMEM, NO_MEMORY, SEE_CGROUP },
	{ ETIMEDOUT, NO_ANSWER, SEE_LOG },
};

static const struct fwctl_hint info_hints[] = {
	{ EBADF, NOT_OPEN, "open it first" },
	{ ENODEV, GONE, LOOK_AGAIN },
	{ ENOTTY, NOT_FWCTL, LOOK_AGAIN },
	{ ENOMEM, NO_MEMORY, SEE_CGROUP },
};

static const struct fwctl_hint rpc_hints[] = {
	{ EBADF, NOT_OPEN, "open it first" },
	{ EPERM, "refused: needs CAP_SYS_RAWIO, and no lockdown of the kernel",
	  "run as root, ask for a lower scope, or see what lockdown forbids" },
	{ EACCES, "refused: the request is above the device's ceiling",
	  "see scope_max of the device, which cannot be raised" },
	{ EBADMSG, "refused: the request is not admitted under this scope",
	  "ask for a higher one, unless the device never admits the request" },
	{ EOPNOTSUPP, "this scope is not known to the kernel",
	  "ask for another one" },
	{ ENOTTY, NOT_FWCTL, LOOK_AGAIN },
	{ EMSGSIZE, "a length is above 2 MiB or below what the device needs",
	  "check the request, and the room for the answer" },
	{ EAGAIN, "too many RPCs of this device are in flight", "try again" },
	{ ENODEV, GONE, LOOK_AGAIN },
	{ ETIMEDOUT, NO_ANSWER, SEE_LOG },
	{ ENOMEM, NO_MEMORY, SEE_CGROUP },
};

/**
 * fwctl_dev_open - open a device
 * @dev: a device that is not open
 * @flags: &enum fwctl_open_flags
 *
 * Opens it for reading and writing.
 *
 * Return: 0, or a negative errno with a message in @dev: -EACCES without
 * permission, -EBUSY if too many files are open, -ENODEV or -ENOENT if it is
 * gone, -EALREADY if it is open already.
 */
int fwctl_dev_open(struct fwctl_dev *dev, unsigned int flags)
{
	struct fwctl_hint hint;
	bool write = true;
	int ret;

	if (dev->is_open)
		return fwctl_fail(dev->error, -EALREADY, "%s: is open already",
				  dev->name);

	ret = dev->transport->open(dev, write);
	if ((ret == -EACCES || ret == -EPERM || ret == -EROFS) &&
	    (flags & FWCTL_OPEN_READ_ONLY_OK)) {
		write = false;
		ret = dev->transport->open(dev, write);
	}
	if (ret)
		goto err;
	dev->is_open = true;
	dev->writable = write;
	return 0;
err:
	hint = fwctl_hint(open_hints, ARRAY_SIZE(open_hints), ret);
	return fwctl_fail(dev->error, ret, "%s: cannot open %s: %s: %s",
			  dev->name, dev->path, hint.what, hint.todo);
}

/**
 * fwctl_dev_writable - is a device open for writing?
 * @dev: the device
 *
 * Return: false also if it is not open.
 */
bool fwctl_dev_writable(const struct fwctl_dev *dev)
{
	return dev->is_open && dev->writable;
}

/**
 * fwctl_dev_close - close a device
 * @dev: a device, open or not
 *
 * The handle stays; the device may be opened again.
 */
void fwctl_dev_close(struct fwctl_dev *dev)
{
	if (dev->is_open)
		dev->transport->close(dev);
	dev->is_open = false;
}

/**
 * fwctl_dev_info - ask a device who answers its RPCs
 * @dev: an open device
 * @data: room for the structure that belongs to the device's type, or NULL
 * @len: bytes of room at @data; replaced by the number of bytes that the device
 *	has to say, be that more or less
 *
 * What the device does not fill of @data is zeroed. fwctl_dev_type() tells
 * what the device said.
 *
 * Return: 0, or a negative errno with a message in @dev.
 */
int fwctl_dev_info(struct fwctl_dev *dev, void *data, size_t *len)
{
	struct fwctl_info info = {
		.size = sizeof(info),
		.device_data_len = data ? *len : 0,
		.out_device_data = (uintptr_t)data,
	};
	struct fwctl_hint hint;
	int ret = -EBADF;

	if (dev->is_open)
		ret = data && *len > UINT32_MAX ? -EMSGSIZE :
		      dev->transport->info(dev, &info);
	if (ret)
		goto err;
	dev->type = info.out_device_type;
	*len = info.device_data_len;
	return 0;
err:
	hint = fwctl_hint(info_hints, ARRAY_SIZE(info_hints), ret);
	return fwctl_fail(dev->error, ret, "%s: info: %s: %s", dev->name,
			  hint.what, hint.todo);
}

/**
 * fwctl_dev_rpc - send a request and wait for its answer
 * @dev: an open device
 * @scope: what the request is for; the kernel refuses a request that does more
 * @in: the request, in the format of the device's type
 * @in_len: its length
 * @out: room for the answer; may be @in
 * @out_len: bytes of room at @out; replaced by the length of the answer, of
 *	which no more than the room was written
 *
 * An error that the firmware reports is a success here: the answer carries it.
 *
 * Return: 0, or a negative errno with a message in @dev: -EPERM, -EACCES and
 * -EBADMSG if the kernel refuses the request, -EMSGSIZE if a length is wrong,
 * -EOPNOTSUPP if it does not know the scope, -ENODEV if the device is gone, or
 * what the device's driver reports.
 */
int fwctl_dev_rpc(struct fwctl_dev *dev, enum fwctl_rpc_scope scope,
		  const void *in, size_t in_len, void *out, size_t *out_len)
{
	const char *name = fwctl_scope_name(scope);
	struct fwctl_rpc rpc = {
		.size = sizeof(rpc),
		.scope = scope,
		.in_len = in_len,
		.out_len = *out_len,
		.in = (uintptr_t)in,
		.out = (uintptr_t)out,
	};
	struct fwctl_hint hint;
	int ret = -EBADF;

	if (dev->is_open)
		ret = in_len > UINT32_MAX || *out_len > UINT32_MAX ? -EMSGSIZE :
		      dev->transport->rpc(dev, &rpc);
	if (ret)
		goto err;
	*out_len = rpc.out_len;
	return 0;
err:
	hint = fwctl_hint(rpc_hints, ARRAY_SIZE(rpc_hints), ret);
	/* No scope makes a file writable that was opened for reading. */
	if (ret == -EBADMSG && !dev->writable)
		hint.todo = "get access for writing, or ask for a higher scope";
	return fwctl_fail(dev->error, ret,
			  "%s: rpc of %zu bytes under scope %s: %s: %s",
			  dev->name, in_len, name ? name : "unknown",
			  hint.what, hint.todo);
}
