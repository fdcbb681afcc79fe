// SPDX-License-Identifier: GPL-2.0-only
/*
 * The smallest complete fwctl backend, for devices of an imaginary driver acme.
 * See Documentation/userspace-api/fwctl/adding-a-backend.rst.
 */
#include <linux/fwctl.h>
#include <linux/module.h>
#include <linux/slab.h>

/* A real backend needs a number of its own in enum fwctl_device_type. */
#define ACME_DEVICE_TYPE ((enum fwctl_device_type)0x41434d45)

/* The format of requests and answers. */
struct acme_msg {
	__le32 opcode;
	__le32 status;
	__le64 value;
};

/* The device data of FWCTL_INFO. */
struct acme_info {
	__le32 firmware_version;
};

enum {
	ACME_GET_NAME = 1,
	ACME_SET_NAME = 2,
	ACME_GET_TEMPERATURE = 3,
	ACME_POKE = 4,
};

/* One device. Its struct fwctl_device must be the first member. */
struct acme_fwctl {
	struct fwctl_device fwctl;
	__le64 name;
};

/* One open file. Its struct fwctl_uctx must be the first member. */
struct acme_uctx {
	struct fwctl_uctx uctx;
};

/* All commands that are admitted, and their effects. */
static const struct fwctl_command acme_commands[] = {
	{ .scope = FWCTL_RPC_CONFIGURATION,
	  .number = ACME_GET_NAME, .name = "get_name" },
	{ .scope = FWCTL_RPC_CONFIGURATION, .writes = true,
	  .number = ACME_SET_NAME, .name = "set_name" },
	{ .scope = FWCTL_RPC_DEBUG_READ_ONLY,
	  .number = ACME_GET_TEMPERATURE, .name = "get_temp" },
	{ .scope = FWCTL_RPC_DEBUG_WRITE_FULL, .writes = true,
	  .number = ACME_POKE, .name = "poke" },
};

static int acme_open_uctx(struct fwctl_uctx *uctx)
{
	return 0;
}

static void acme_close_uctx(struct fwctl_uctx *uctx)
{
}

static void *acme_info(struct fwctl_uctx *uctx, size_t *length)
{
	struct acme_info *info = kzalloc(sizeof(*info), GFP_KERNEL);

	if (!info)
		return ERR_PTR(-ENOMEM);
	info->firmware_version = cpu_to_le32(0x10002);
	*length = sizeof(*info);
	return info;
}

static int acme_classify(struct fwctl_uctx *uctx, const void *rpc_in,
			 size_t in_len, size_t out_len,
			 struct fwctl_command *cmd)
{
	const struct acme_msg *msg = rpc_in;
	unsigned int i;

	if (in_len < sizeof(*msg) || out_len < sizeof(*msg))
		return -EMSGSIZE;
	for (i = 0; i < ARRAY_SIZE(acme_commands); i++) {
		if (acme_commands[i].number != le32_to_cpu(msg->opcode))
			continue;
		*cmd = acme_commands[i];
		return 0;
	}
	return -EBADMSG;
}

/* A driver for hardware passes the request to its firmware here, and waits. */
static void *acme_fw_rpc(struct fwctl_uctx *uctx, enum fwctl_rpc_scope scope,
			 void *rpc_in, size_t in_len, size_t *out_len)
{
	struct acme_fwctl *acme =
		container_of(uctx->fwctl, struct acme_fwctl, fwctl);
	struct acme_msg *msg = rpc_in;

	if (msg->opcode == cpu_to_le32(ACME_SET_NAME))
		WRITE_ONCE(acme->name, msg->value);
	else if (msg->opcode == cpu_to_le32(ACME_GET_NAME))
		msg->value = READ_ONCE(acme->name);
	msg->status = 0;
	*out_len = sizeof(*msg);
	return msg;
}

static const struct fwctl_ops acme_ops = {
	.device_type = ACME_DEVICE_TYPE,
	.uctx_size = sizeof(struct acme_uctx),
	.open_uctx = acme_open_uctx,
	.close_uctx = acme_close_uctx,
	.info = acme_info,
	.fw_rpc = acme_fw_rpc,
};

static const struct fwctl_ext_ops acme_ext_ops = {
	.classify = acme_classify,
};

/* A driver for hardware has the code of init and exit in its probe and remove. */
static struct device *acme_parent;
static struct acme_fwctl *acme_device;

static int __init acme_init(void)
{
	int err;

	acme_parent = root_device_register("acme");
	if (IS_ERR(acme_parent))
		return PTR_ERR(acme_parent);

	acme_device = fwctl_alloc_device(acme_parent, &acme_ops,
					 struct acme_fwctl, fwctl);
	if (!acme_device) {
		err = -ENOMEM;
		goto err_parent;
	}
	acme_device->fwctl.ext = &acme_ext_ops;
	err = fwctl_register(&acme_device->fwctl);
	if (err)
		goto err_put;
	return 0;

err_put:
	fwctl_put(&acme_device->fwctl);
err_parent:
	root_device_unregister(acme_parent);
	return err;
}
module_init(acme_init);

static void __exit acme_exit(void)
{
	fwctl_unregister(&acme_device->fwctl);
	fwctl_put(&acme_device->fwctl);
	root_device_unregister(acme_parent);
}
module_exit(acme_exit);

MODULE_IMPORT_NS("FWCTL");
MODULE_DESCRIPTION("Sample fwctl backend");
MODULE_LICENSE("GPL");
