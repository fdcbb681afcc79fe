/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the fwctl core share with one another.
 */
#ifndef __FWCTL_CORE_H
#define __FWCTL_CORE_H

#include <linux/fwctl.h>

/**
 * enum fwctl_limits - bounds of the core
 * @FWCTL_MAX_DEVICES: device numbers, all taken from one region
 * @FWCTL_MAX_RPC_LEN: bytes of one request or one answer; far above the
 *	largest mailbox of the firmware known, far below what hurts a host
 */
enum fwctl_limits {
	FWCTL_MAX_DEVICES = 4096,
	FWCTL_MAX_RPC_LEN = 2 * 1024 * 1024,
};

/* device.c: devices, contexts and calls from their first moment to their last */
bool fwctl_enter(struct fwctl_device *fwctl);
void fwctl_leave(struct fwctl_device *fwctl);
struct fwctl_uctx *fwctl_uctx_open(struct fwctl_device *fwctl, bool may_write);
void fwctl_uctx_close(struct fwctl_uctx *uctx);

/* limits.c: what callers can multiply */
int fwctl_file_charge(struct fwctl_device *fwctl);
void fwctl_file_uncharge(struct fwctl_device *fwctl);
int fwctl_slot_get(struct fwctl_device *fwctl, bool nonblock);
void fwctl_slot_put(struct fwctl_device *fwctl);
void *fwctl_buffer_get(struct fwctl_uctx *uctx, size_t need, size_t *size);
void fwctl_buffer_put(struct fwctl_uctx *uctx, void *buffer, size_t size);

/* policy.c: who may do what */
int fwctl_admit(struct fwctl_uctx *uctx, enum fwctl_rpc_scope scope,
		const void *in, size_t in_len, size_t out_len);
ssize_t fwctl_scopes_print(char *page);

/* chardev.c: the file and its ioctls */
extern const struct file_operations fwctl_fops;

#endif
