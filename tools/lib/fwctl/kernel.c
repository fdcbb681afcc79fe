// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The transport that leads to the kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "private.h"

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
}

static int kernel_info(struct fwctl_dev *dev, struct fwctl_info *info)
{
	return ioctl(dev->fd, FWCTL_INFO, info) ? -errno : 0;
}

static int kernel_rpc(struct fwctl_dev *dev, struct fwctl_rpc *rpc)
{
	return ioctl(dev->fd, FWCTL_RPC, rpc) ? -errno : 0;
}

const struct fwctl_transport fwctl_transport_kernel = {
	.open = kernel_open,
	.close = kernel_close,
	.info = kernel_info,
	.rpc = kernel_rpc,
};
