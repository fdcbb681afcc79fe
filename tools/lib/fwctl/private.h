/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the parts of libfwctl, and its tests, share.
 */
#ifndef _LIBFWCTL_PRIVATE_H
#define _LIBFWCTL_PRIVATE_H

#include "libfwctl.h"

#define FWCTL_ERROR_LEN 512

#define __printf(fmt, args)						\
	__attribute__((							\
		__format__(__printf__, fmt, args)))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/**
 * struct fwctl_transport - the way requests take
 * @open: open @dev, for writing if @write; sets &fwctl_dev.fd
 * @close: undo @open
 * @info: what ioctl(FWCTL_INFO) does
 * @rpc: what ioctl(FWCTL_RPC) does
 *
 * All but @close return 0 or a negative errno.
 */
struct fwctl_transport {
	int (*open)(struct fwctl_dev *dev, bool write);
	void (*close)(struct fwctl_dev *dev);
	int (*info)(struct fwctl_dev *dev, struct fwctl_info *info);
	int (*rpc)(struct fwctl_dev *dev, struct fwctl_rpc *rpc);
};

extern const struct fwctl_transport fwctl_transport_kernel;

int fwctl_ctx_set_root(struct fwctl_ctx *ctx, const char *root);

struct fwctl_ctx {
	char *root;
	const struct fwctl_transport *transport;
	char error[FWCTL_ERROR_LEN];
};

struct fwctl_dev {
	char *name;
	char *path;
	char *driver;
	char *parent;
	char *bus;
	__u32 type;
	unsigned int scopes;

	const struct fwctl_transport *transport;
	bool is_open;
	bool writable;
	int fd;
	char error[FWCTL_ERROR_LEN];
};

/**
 * struct fwctl_hint - what an errno means at one place
 * @err: the errno
 * @what: what it means there
 * @todo: what to do about it
 */
struct fwctl_hint {
	int err;
	const char *what;
	const char *todo;
};

int __printf(3, 4) fwctl_fail(char *buf, int err, const char *fmt, ...);
struct fwctl_hint fwctl_hint(const struct fwctl_hint *hints, size_t count,
			     int err);

#endif
