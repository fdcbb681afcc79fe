// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Devices of type FWCTL_DEVICE_TYPE_MLX5.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "private.h"

/* Ethernet Adapters PRM, chapter "Command Interface": access to registers. */
#define ACCESS_REG 0x805
#define OP_MOD_WRITE 0
#define OP_MOD_READ 1

struct number_name {
	__u16 number;
	const char *name;
};

/* Ethernet Adapters PRM, chapter "Command Interface": command delivery status. */
static const struct number_name status_names[] = {
	{ 0x00, "OK" },
	{ 0x01, "INTERNAL_ERR" },
	{ 0x02, "BAD_OP" },
	{ 0x03, "BAD_PARAM" },
	{ 0x04, "BAD_SYS_STATE" },
	{ 0x05, "BAD_RESOURCE" },
	{ 0x06, "RESOURCE_BUSY" },
	{ 0x08, "EXCEED_LIM" },
	{ 0x09, "BAD_RES_STATE" },
	{ 0x0a, "BAD_INDEX" },
	{ 0x0f, "NO_RESOURCES" },
	{ 0x10, "BAD_QP_STATE" },
	{ 0x30, "BAD_PKT" },
	{ 0x40, "BAD_SIZE_OUTS_CQES" },
	{ 0x50, "BAD_INPUT_LEN" },
	{ 0x51, "BAD_OUTPUT_LEN" },
};

/* The lowest scope that admits an access, as named in the driver's tables. */
enum {
	R_CONF = FWCTL_RPC_CONFIGURATION,
	R_SECRET = R_CONF,
	W_CONF = FWCTL_RPC_CONFIGURATION,
	R_DEBUG = FWCTL_RPC_DEBUG_READ_ONLY,
	W_DEBUG = FWCTL_RPC_DEBUG_WRITE,
	R_FULL = FWCTL_RPC_DEBUG_WRITE_FULL,
	W_FULL = FWCTL_RPC_DEBUG_WRITE_FULL,
	NEVER = -EPERM,
	/* A capability that the driver's context has; it needs no other scope. */
	MLX5_FWCTL_TOOLS = 0,
	/* The scope is that of the access to the register. */
	MLX5_FWCTL_BY_REGISTER = 0x40,
};

/* From the driver's tables, which have all commands that the driver admits. */
static const struct op_rule {
	__u16 number;
	int scope;
	const char *name;
} op_rules[] = {
#include "mlx5-opcodes.inc"
};

static const struct reg_rule {
	__u16 number;
	int read;
	int write;
	const char *name;
} reg_rules[] = {
#include "mlx5-registers.inc"
};

static const char *get_name(const struct number_name *names, size_t count,
			    __u16 number)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (names[i].number == number)
			return names[i].name;
	return NULL;
}

int fwctl_mlx5_status(const void *out, size_t len, __u8 *status,
		      __u32 *syndrome)
{
	const __u8 *bytes = out;

	if (len < 8)
		return -EMSGSIZE;
	if (status)
		*status = bytes[0];
	if (syndrome)
		*syndrome = fwctl_load_be32(bytes + 4);
	return bytes[0] ? -EREMOTEIO : 0;
}

const char *fwctl_mlx5_status_name(__u8 status)
{
	return get_name(status_names, ARRAY_SIZE(status_names), status);
}

static const struct op_rule *find_op(__u16 opcode)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(op_rules); i++)
		if (op_rules[i].number == opcode)
			return &op_rules[i];
	return NULL;
}

const char *fwctl_mlx5_opcode_name(__u16 opcode)
{
	const struct op_rule *rule = find_op(opcode);

	return rule ? rule->name : NULL;
}

static const struct reg_rule *find_rule(__u16 id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(reg_rules); i++)
		if (reg_rules[i].number == id)
			return &reg_rules[i];
	return NULL;
}

const char *fwctl_mlx5_reg_name(__u16 id)
{
	const struct reg_rule *rule = find_rule(id);

	return rule ? rule->name : NULL;
}

void fwctl_mlx5_reg_scopes(__u16 id, int *read, int *write)
{
	const struct reg_rule *rule = find_rule(id);

	*read = rule ? rule->read : R_DEBUG;
	*write = rule ? rule->write : W_FULL;
}

int fwctl_mlx5_request_scope(const void *in, size_t len)
{
	const struct op_rule *rule;
	const __u8 *bytes = in;
	int read, write;

	if (len < 4)
		return -EMSGSIZE;
	rule = find_op(fwctl_load_be32(bytes) >> 16);
	if (!rule || rule->scope != MLX5_FWCTL_BY_REGISTER)
		return rule ? rule->scope : NEVER;
	if (len < FWCTL_MLX5_REG_HEADER)
		return -EMSGSIZE;
	fwctl_mlx5_reg_scopes(fwctl_load_be32(bytes + 8), &read, &write);
	return fwctl_load_be32(bytes + 4) & 0xffff ? read : write;
}

int fwctl_mlx5_reg_find(const char *name, __u16 *id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(reg_rules); i++) {
		if (!strcasecmp(reg_rules[i].name, name)) {
			*id = reg_rules[i].number;
			return 0;
		}
	}
	return -ENOENT;
}

int fwctl_mlx5_reg_build(const struct fwctl_mlx5_reg *reg, void *in,
			 size_t room)
{
	__u8 *bytes = in;

	if (!reg->len || reg->len % 4 || room < FWCTL_MLX5_REG_HEADER ||
	    reg->len > room - FWCTL_MLX5_REG_HEADER ||
	    reg->len > FWCTL_RPC_MAX - FWCTL_MLX5_REG_HEADER)
		return -EMSGSIZE;
	/* The opcode is the upper half of its dword. */
	fwctl_store_be32(bytes, ACCESS_REG << 16);
	fwctl_store_be32(bytes + 4, reg->write ? OP_MOD_WRITE : OP_MOD_READ);
	fwctl_store_be32(bytes + 8, reg->id);
	fwctl_store_be32(bytes + 12, reg->argument);
	memcpy(bytes + FWCTL_MLX5_REG_HEADER, reg->data, reg->len);
	return FWCTL_MLX5_REG_HEADER + reg->len;
}

int fwctl_mlx5_reg_parse(struct fwctl_mlx5_reg *reg, const void *out,
			 size_t len)
{
	int ret = fwctl_mlx5_status(out, len, &reg->status, &reg->syndrome);
	size_t there;

	if (ret)
		return ret;
	if (len < FWCTL_MLX5_REG_HEADER)
		return -EMSGSIZE;
	there = len - FWCTL_MLX5_REG_HEADER;
	if (there > reg->len)
		there = reg->len;
	memcpy(reg->data, (const __u8 *)out + FWCTL_MLX5_REG_HEADER, there);
	memset((__u8 *)reg->data + there, 0, reg->len - there);
	return 0;
}

int fwctl_mlx5_reg_access(struct fwctl_dev *dev, enum fwctl_rpc_scope max,
			  struct fwctl_mlx5_reg *reg)
{
	size_t room = FWCTL_MLX5_REG_HEADER + reg->len, len = room;
	const char *verb = reg->write ? "write" : "read";
	const char *name = fwctl_mlx5_reg_name(reg->id);
	const char *status;
	void *buf = NULL;
	size_t none = 0;
	int ret = 0, known;

	/* Linux's own fwctl has no attribute for the type, only FWCTL_INFO. */
	if (fwctl_dev_type(dev) == FWCTL_DEVICE_TYPE_ERROR)
		ret = fwctl_dev_info(dev, NULL, &none);
	if (ret)
		return ret;
	if (fwctl_dev_type(dev) != FWCTL_DEVICE_TYPE_MLX5)
		return fwctl_fail(dev->error, -EOPNOTSUPP,
				  "%s: the device has type %u and is not a ConnectX: name another device",
				  dev->name, fwctl_dev_type(dev));
	ret = -EMSGSIZE;
	if (reg->len <= FWCTL_RPC_MAX) {
		buf = malloc(room);
		ret = buf ? fwctl_mlx5_reg_build(reg, buf, room) : -ENOMEM;
	}
	if (ret < 0) {
		free(buf);
		return fwctl_fail(dev->error, ret,
				  "%s: %s register 0x%04x: %s", dev->name, verb,
				  reg->id, ret == -ENOMEM ? "no memory" :
				  "the length is not a multiple of 4 between 4 bytes and 2 MiB: see the register's layout");
	}
	reg->scope = FWCTL_RPC_CONFIGURATION;
	known = fwctl_mlx5_request_scope(buf, room);
	if (known > 0)
		reg->scope = known < (int)max ? (enum fwctl_rpc_scope)known : max;
	ret = fwctl_rpc_from(dev, max, buf, room, buf, &len, &reg->scope);
	if (!ret) {
		ret = fwctl_mlx5_reg_parse(reg, buf, len < room ? len : room);
		status = fwctl_mlx5_status_name(reg->status);
		if (ret == -EREMOTEIO)
			fwctl_fail(dev->error, ret,
				   "%s: %s register 0x%04x (%s): the firmware reports status 0x%02x (%s), syndrome 0x%08x: check that the device has this register, and the values of the request",
				   dev->name, verb, reg->id,
				   name ? name : "unknown", reg->status,
				   status ? status : "unknown", reg->syndrome);
		else if (ret)
			fwctl_fail(dev->error, ret,
				   "%s: %s register 0x%04x: the answer is too short, %zu bytes: see the kernel's log",
				   dev->name, verb, reg->id, len);
	}
	free(buf);
	return ret;
}
