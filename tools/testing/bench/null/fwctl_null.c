// SPDX-License-Identifier: GPL-2.0-only
/*
 * A backend that does nothing, so that the cost of a call is the cost of the
 * core. It uses only interfaces of Linux's own fwctl. The recorded costs include
 * this backend: a change of it makes them invalid.
 *
 * The first byte of a request selects where the answer is: 0 in place of the
 * request, any other value in memory of its own. The answer is as long as the
 * caller's buffer.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/fwctl.h>
#include <linux/module.h>
#include <linux/slab.h>

#define NULL_DEVICE_TYPE	0x4e554c4c
#define NULL_INFO_LEN		8

struct null_device {
	struct fwctl_device fwctl;
};

static struct device *null_parent;
static struct null_device *null_device;

static int null_open_uctx(struct fwctl_uctx *uctx)
{
	return 0;
}

static void null_close_uctx(struct fwctl_uctx *uctx)
{
}

static void *null_info(struct fwctl_uctx *uctx, size_t *length)
{
	void *info = kzalloc(NULL_INFO_LEN, GFP_KERNEL);

	if (!info)
		return ERR_PTR(-ENOMEM);
	*length = NULL_INFO_LEN;
	return info;
}

static void *null_fw_rpc(struct fwctl_uctx *uctx, enum fwctl_rpc_scope scope,
			 void *rpc_in, size_t in_len, size_t *out_len)
{
	void *out;

	if (!in_len || !*(u8 *)rpc_in)
		return rpc_in;
	out = kvzalloc(*out_len, GFP_KERNEL);
	return out ?: ERR_PTR(-ENOMEM);
}

static const struct fwctl_ops null_ops = {
	.device_type = (enum fwctl_device_type)NULL_DEVICE_TYPE,
	.uctx_size = sizeof(struct fwctl_uctx),
	.open_uctx = null_open_uctx,
	.close_uctx = null_close_uctx,
	.info = null_info,
	.fw_rpc = null_fw_rpc,
};

static int __init null_init(void)
{
	int err = -ENOMEM;

	null_parent = root_device_register("fwctl_null");
	if (IS_ERR(null_parent))
		return PTR_ERR(null_parent);

	null_device = fwctl_alloc_device(null_parent, &null_ops,
					 struct null_device, fwctl);
	if (!null_device)
		goto unregister_parent;
	err = fwctl_register(&null_device->fwctl);
	if (err)
		goto put_device;
	return 0;

put_device:
	fwctl_put(&null_device->fwctl);
unregister_parent:
	root_device_unregister(null_parent);
	return err;
}
module_init(null_init);

static void __exit null_exit(void)
{
	fwctl_unregister(&null_device->fwctl);
	fwctl_put(&null_device->fwctl);
	root_device_unregister(null_parent);
}
module_exit(null_exit);

MODULE_IMPORT_NS("FWCTL");
MODULE_DESCRIPTION("fwctl backend that does nothing");
MODULE_LICENSE("GPL");
