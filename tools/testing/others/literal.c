// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compiles only while struct fwctl_ops has Linux's six members in Linux's order: Rust's
 * abstraction in Linux 7.3 fills in exactly these.
 */
#include <linux/fwctl.h>
#include <linux/module.h>

static int literal_open(struct fwctl_uctx *uctx)
{
	return 0;
}

static void literal_close(struct fwctl_uctx *uctx)
{
}

static void *literal_info(struct fwctl_uctx *uctx, size_t *length)
{
	return NULL;
}

static void *literal_rpc(struct fwctl_uctx *uctx, enum fwctl_rpc_scope scope,
			 void *rpc_in, size_t in_len, size_t *out_len)
{
	return rpc_in;
}

static const struct fwctl_ops literal_ops __used = {
	FWCTL_DEVICE_TYPE_PDS,
	sizeof(struct fwctl_uctx),
	literal_open,
	literal_close,
	literal_info,
	literal_rpc,
};

MODULE_DESCRIPTION("Positional initializer of struct fwctl_ops");
MODULE_LICENSE("GPL");
