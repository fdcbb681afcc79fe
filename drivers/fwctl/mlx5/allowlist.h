/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of the commands of ConnectX firmware and their effects, and the
 * classifier, which looks a command up in them.
 *
 * Plain C without kernel functions, so that the same files are built into the
 * module, unit tests, fuzzers and the documentation's generator.
 */
#ifndef __MLX5_FWCTL_ALLOWLIST_H
#define __MLX5_FWCTL_ALLOWLIST_H

#include <linux/types.h>

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/kernel.h>
#include <uapi/fwctl/fwctl.h>
#define MLX5_FWCTL_WHY(...)
#else
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <fwctl/fwctl.h>
#define MLX5_FWCTL_WHY(_text)	.why = (_text),
#define MLX5_FWCTL_HAS_WHY
#ifndef ARRAY_SIZE
#define ARRAY_SIZE(_array)	(sizeof(_array) / sizeof((_array)[0]))
#endif
#endif

/**
 * enum mlx5_fwctl_access - effect of a request, and scope that admits it; a byte
 * @MLX5_FWCTL_SCOPE: mask of the lowest scope, an enum fwctl_rpc_scope
 * @MLX5_FWCTL_SECRET: flag: the answer may have a password or a key
 * @MLX5_FWCTL_WRITES: flag: the request changes something on the device
 * @MLX5_FWCTL_TOOLS: flag: admitted only in a context with TOOLS_RESOURCES
 * @MLX5_FWCTL_BY_REGISTER: flag: the accessed register decides
 * @MLX5_FWCTL_NEVER: flag: not admitted under any scope
 * @R_CONF: reads configuration or identity
 * @R_SECRET: reads configuration that may have passwords or keys
 * @R_DEBUG: reads debug state
 * @R_FULL: reads contents that may be user data or keys
 * @W_CONF: writes configuration
 * @W_DEBUG: writes debug state
 * @W_FULL: writes any other state
 * @NEVER: not admitted under any scope
 */
enum mlx5_fwctl_access {
	MLX5_FWCTL_SCOPE = 0x03,
	MLX5_FWCTL_SECRET = 0x08,
	MLX5_FWCTL_WRITES = 0x10,
	MLX5_FWCTL_TOOLS = 0x20,
	MLX5_FWCTL_BY_REGISTER = 0x40,
	MLX5_FWCTL_NEVER = 0x80,

	R_CONF = FWCTL_RPC_CONFIGURATION,
	R_SECRET = FWCTL_RPC_CONFIGURATION | MLX5_FWCTL_SECRET,
	R_DEBUG = FWCTL_RPC_DEBUG_READ_ONLY,
	R_FULL = FWCTL_RPC_DEBUG_WRITE_FULL,
	W_CONF = FWCTL_RPC_CONFIGURATION | MLX5_FWCTL_WRITES,
	W_DEBUG = FWCTL_RPC_DEBUG_WRITE | MLX5_FWCTL_WRITES,
	W_FULL = FWCTL_RPC_DEBUG_WRITE_FULL | MLX5_FWCTL_WRITES,
	NEVER = MLX5_FWCTL_NEVER,
};

/**
 * struct mlx5_fwctl_opcode - a command that is admitted
 * @opcode: first 16 bits of the command; the table is sorted by it
 * @access: &enum mlx5_fwctl_access
 * @out_max: length of the longest answer in bytes
 * @name: the command's name in lower case
 * @why: effect of the command, and sources; not in the kernel
 */
struct mlx5_fwctl_opcode {
	__u16 opcode;
	__u8 access;
	__u32 out_max;
	const char *name;
#ifdef MLX5_FWCTL_HAS_WHY
	const char *why;
#endif
};

/**
 * struct mlx5_fwctl_register - a register with a known meaning
 * @id: register_id of ACCESS_REG; the table is sorted by it
 * @read: &enum mlx5_fwctl_access for reading it
 * @write: &enum mlx5_fwctl_access for writing it
 * @name: the register's name in lower case
 * @why: contents of the register, and sources; not in the kernel
 */
struct mlx5_fwctl_register {
	__u16 id;
	__u8 read;
	__u8 write;
	const char *name;
#ifdef MLX5_FWCTL_HAS_WHY
	const char *why;
#endif
};

/**
 * enum mlx5_fwctl_where - the requests that a rule on content is for
 * @MLX5_FWCTL_IN_COMMAND: commands; offsets count from the command's start
 * @MLX5_FWCTL_IN_READ: register reads; offsets count from the register's start
 * @MLX5_FWCTL_IN_WRITE: register writes, likewise
 */
enum mlx5_fwctl_where {
	MLX5_FWCTL_IN_COMMAND,
	MLX5_FWCTL_IN_READ,
	MLX5_FWCTL_IN_WRITE,
};

/**
 * struct mlx5_fwctl_content - bits that add to the effect of a request
 * @number: opcode or register id; the table is sorted by @where, then by @number
 * @where: &enum mlx5_fwctl_where
 * @access: &enum mlx5_fwctl_access that applies then, besides that of the opcode
 *	or register: the higher scope of the two, and the flags of both
 * @offset: of a big-endian dword, in bytes
 * @mask: the bits in that dword
 * @harmless: the value of these bits that adds no effect
 * @why: effect of the bits, and sources; not in the kernel
 */
struct mlx5_fwctl_content {
	__u16 number;
	__u8 where;
	__u8 access;
	__u16 offset;
	__u32 mask;
	__u32 harmless;
#ifdef MLX5_FWCTL_HAS_WHY
	const char *why;
#endif
};

/**
 * struct mlx5_fwctl_secret - an item of the stored configuration with a secret
 * @mask: the bits of the item's type that name it: not those that select a host
 *	or a function
 * @type: their value
 * @why: the item, and the source; not in the kernel
 */
struct mlx5_fwctl_secret {
	__u32 mask;
	__u32 type;
#ifdef MLX5_FWCTL_HAS_WHY
	const char *why;
#endif
};

extern const struct mlx5_fwctl_secret mlx5_fwctl_secrets[];
extern const size_t mlx5_fwctl_nr_secrets;
extern const struct mlx5_fwctl_opcode mlx5_fwctl_opcodes[];
extern const size_t mlx5_fwctl_nr_opcodes;
extern const struct mlx5_fwctl_register mlx5_fwctl_registers[];
extern const size_t mlx5_fwctl_nr_registers;
extern const struct mlx5_fwctl_content mlx5_fwctl_contents[];
extern const size_t mlx5_fwctl_nr_contents;

/**
 * enum mlx5_fwctl_layout - offsets and lengths in bytes, and a capability
 * @MLX5_FWCTL_UID: offset of the number of the user context, be16
 * @MLX5_FWCTL_TUNNEL: offset of vhca_tunnel_id, be16: the function that firmware
 *	passes the command on to, or 0
 * @MLX5_FWCTL_OP_MOD: offset of the variant of the command, be16
 * @MLX5_FWCTL_REGISTER_ID: offset of the register id in ACCESS_REG, be16
 * @MLX5_FWCTL_MNVDA: register that reads and writes an item of the configuration
 * @MLX5_FWCTL_ITEM_TYPE: offset of the type of that item in the command, be32
 * @MLX5_FWCTL_HEADER: length of the shortest command and of the shortest answer,
 *	and offset of the register in ACCESS_REG
 * @MLX5_FWCTL_PAGE: length of the longest command, and of the longest answer that
 *	has no list: a header and 4096 bytes. Structures of capabilities have this
 *	length. The longest register that is known has 768 bytes, but registers grow
 *	with new firmware, and programs send more than the register's length
 * @MLX5_FWCTL_LIST: length of the longest answer with a list. Of longer lists
 *	only the beginning can be read, or a part that the command selects
 * @MLX5_FWCTL_TOOLS_RESOURCES: bit of uctx_cap: a capability of user contexts
 */
enum mlx5_fwctl_layout {
	MLX5_FWCTL_UID = 2,
	MLX5_FWCTL_TUNNEL = 4,
	MLX5_FWCTL_OP_MOD = 6,
	MLX5_FWCTL_REGISTER_ID = 10,
	MLX5_FWCTL_MNVDA = 0x9024,
	MLX5_FWCTL_ITEM_TYPE = 20,
	MLX5_FWCTL_HEADER = 16,
	MLX5_FWCTL_PAGE = 16 + 4096,
	MLX5_FWCTL_LIST = 16 + 65536,
	MLX5_FWCTL_TOOLS_RESOURCES = 0x4,
};

/**
 * struct mlx5_fwctl_verdict - the effect of a command
 * @scope: lowest scope that admits the command, an enum fwctl_rpc_scope
 * @writes: the command changes something on the device
 * @secret: the answer may have a password or a key
 * @number: opcode; of a register access, opcode << 16 | register id
 * @name: name of the command, or of the register if the table has it; NULL for
 *	an unknown command
 */
struct mlx5_fwctl_verdict {
	__u32 scope;
	bool writes;
	bool secret;
	__u32 number;
	const char *name;
};

int mlx5_fwctl_classify(const void *in, size_t in_len, size_t out_len,
			__u32 uctx_caps, struct mlx5_fwctl_verdict *verdict);
void mlx5_fwctl_lengths(const void *in, size_t in_len, size_t *in_max,
			size_t *out_max);
const char *mlx5_fwctl_tables_fault(void);

#endif
