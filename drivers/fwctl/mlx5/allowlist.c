// SPDX-License-Identifier: GPL-2.0-only
/*
 * The classifier: finds the effect of a command from its bytes and the tables.
 *
 * The fwctl core decides on the result. The classifier refuses only commands that
 * no scope admits.
 */
#include "allowlist.h"

enum {
	OP_MOD_WRITE = 0,
	OP_MOD_READ = 1,

	/* Access of a register that is not in the table. */
	UNLISTED_READ = R_DEBUG,
	UNLISTED_WRITE = W_FULL,
};

static __u16 be16_at(const __u8 *p)
{
	return (__u16)(p[0] << 8 | p[1]);
}

static __u32 be32_at(const __u8 *p)
{
	return (__u32)be16_at(p) << 16 | be16_at(p + 2);
}

static const struct mlx5_fwctl_opcode *find_opcode(__u16 opcode)
{
	size_t low = 0, high = mlx5_fwctl_nr_opcodes;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (mlx5_fwctl_opcodes[mid].opcode < opcode)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == mlx5_fwctl_nr_opcodes ||
	    mlx5_fwctl_opcodes[low].opcode != opcode)
		return NULL;
	return &mlx5_fwctl_opcodes[low];
}

static const struct mlx5_fwctl_register *find_register(__u16 id)
{
	size_t low = 0, high = mlx5_fwctl_nr_registers;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (mlx5_fwctl_registers[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == mlx5_fwctl_nr_registers || mlx5_fwctl_registers[low].id != id)
		return NULL;
	return &mlx5_fwctl_registers[low];
}

/* The sort key of rules on content. */
static __u32 content_key(const struct mlx5_fwctl_content *c)
{
	return (__u32)c->where << 16 | c->number;
}

/* The first rule with this key, or the place where it would be. */
static const struct mlx5_fwctl_content *find_contents(__u32 key)
{
	size_t low = 0, high = mlx5_fwctl_nr_contents;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (content_key(&mlx5_fwctl_contents[mid]) < key)
			low = mid + 1;
		else
			high = mid;
	}
	return &mlx5_fwctl_contents[low];
}

static __u8 stricter(__u8 a, __u8 b)
{
	__u8 scope_a = a & MLX5_FWCTL_SCOPE, scope_b = b & MLX5_FWCTL_SCOPE;

	return ((a | b) & ~MLX5_FWCTL_SCOPE) | (scope_a > scope_b ? scope_a : scope_b);
}

/*
 * Adds the effect of bits in the command to *@access.
 *
 * A command of 16 bytes is sent in the descriptor, and a dword beyond its end
 * does not exist. A longer command is sent in mailboxes, where old bytes follow
 * its end: a dword that the command does not cover completely cannot be judged.
 */
static int weigh_content(__u16 number, __u8 where, size_t start,
			 const __u8 *in, size_t in_len, __u8 *access)
{
	const struct mlx5_fwctl_content *end = mlx5_fwctl_contents +
		mlx5_fwctl_nr_contents;
	__u32 key = (__u32)where << 16 | number;
	const struct mlx5_fwctl_content *c;

	for (c = find_contents(key); c < end && content_key(c) == key; c++) {
		size_t at = start + c->offset;
		__u32 bits = 0;

		if (at + 4 <= in_len)
			bits = be32_at(in + at);
		else if (in_len > MLX5_FWCTL_HEADER)
			return -EMSGSIZE;
		if ((bits & c->mask) != c->harmless)
			*access = stricter(*access, c->access);
	}
	return 0;
}

/* A command without the type of an item is treated like the worst. */
static bool item_is_secret(const __u8 *in, size_t in_len)
{
	__u32 type;
	size_t i;

	if (in_len < MLX5_FWCTL_ITEM_TYPE + 4)
		return true;
	type = be32_at(in + MLX5_FWCTL_ITEM_TYPE);
	for (i = 0; i < mlx5_fwctl_nr_secrets; i++)
		if ((type & mlx5_fwctl_secrets[i].mask) == mlx5_fwctl_secrets[i].type)
			return true;
	return false;
}

static int weigh_register(const __u8 *in, size_t in_len, __u8 *access,
			  struct mlx5_fwctl_verdict *verdict)
{
	__u16 id = be16_at(in + MLX5_FWCTL_REGISTER_ID);
	__u16 op_mod = be16_at(in + MLX5_FWCTL_OP_MOD);
	const struct mlx5_fwctl_register *reg = find_register(id);
	__u8 where;

	verdict->number = verdict->number << 16 | id;
	if (reg)
		verdict->name = reg->name;

	switch (op_mod) {
	case OP_MOD_READ:
		where = MLX5_FWCTL_IN_READ;
		*access = reg ? reg->read : UNLISTED_READ;
		if (id == MLX5_FWCTL_MNVDA && item_is_secret(in, in_len))
			*access |= MLX5_FWCTL_SECRET;
		break;
	case OP_MOD_WRITE:
		where = MLX5_FWCTL_IN_WRITE;
		*access = reg ? reg->write : UNLISTED_WRITE;
		break;
	default:
		return -EBADMSG;
	}
	return weigh_content(id, where, MLX5_FWCTL_HEADER, in, in_len, access);
}

/**
 * mlx5_fwctl_classify - find the effect of a command
 * @in: the command
 * @in_len: its length in bytes; nothing beyond it is read
 * @out_len: room for the answer in bytes
 * @uctx_caps: capabilities of the user context that the command would run under
 * @verdict: receives the effect; of a refused command, number and name as far as
 *	they are known
 *
 * Context: any.
 * Return: 0; -EMSGSIZE if the command is too short to classify, longer than any
 * command, or the room for its answer too small; -EBADMSG if no scope admits the
 * command.
 */
int mlx5_fwctl_classify(const void *in, size_t in_len, size_t out_len,
			__u32 uctx_caps, struct mlx5_fwctl_verdict *verdict)
{
	const struct mlx5_fwctl_opcode *op;
	__u8 access;
	int err;

	*verdict = (struct mlx5_fwctl_verdict){};
	if (in_len < MLX5_FWCTL_HEADER || out_len < MLX5_FWCTL_HEADER)
		return -EMSGSIZE;

	verdict->number = be16_at(in);
	op = find_opcode(verdict->number);
	if (!op)
		return -EBADMSG;
	verdict->name = op->name;
	access = op->access;
	if (in_len > MLX5_FWCTL_PAGE)
		return -EMSGSIZE;

	/* Firmware would pass the command on to another function. */
	if (be16_at((const __u8 *)in + MLX5_FWCTL_TUNNEL))
		return -EBADMSG;

	if (access & MLX5_FWCTL_BY_REGISTER)
		err = weigh_register(in, in_len, &access, verdict);
	else
		err = weigh_content(op->opcode, MLX5_FWCTL_IN_COMMAND, 0, in,
				    in_len, &access);
	if (err)
		return err;

	if (access & MLX5_FWCTL_NEVER)
		return -EBADMSG;
	if (access & MLX5_FWCTL_TOOLS && !(uctx_caps & MLX5_FWCTL_TOOLS_RESOURCES))
		return -EBADMSG;

	verdict->scope = access & MLX5_FWCTL_SCOPE;
	verdict->writes = access & MLX5_FWCTL_WRITES;
	verdict->secret = access & MLX5_FWCTL_SECRET;
	return 0;
}

/**
 * mlx5_fwctl_lengths - find how long a command and its answer can be
 * @in: the command
 * @in_len: its length in bytes; nothing beyond it is read
 * @in_max: receives the length of the longest command of its kind in bytes
 * @out_max: receives the length of the longest answer in bytes, at least
 *	%MLX5_FWCTL_HEADER. A program may offer more room for the answer.
 *
 * Context: any.
 */
void mlx5_fwctl_lengths(const void *in, size_t in_len, size_t *in_max,
			size_t *out_max)
{
	const struct mlx5_fwctl_opcode *op = NULL;

	if (in_len >= MLX5_FWCTL_HEADER)
		op = find_opcode(be16_at(in));
	*in_max = MLX5_FWCTL_PAGE;
	*out_max = op ? op->out_max : MLX5_FWCTL_PAGE;
}

/*
 * An entry that only reads must not have the scope DEBUG_WRITE, and one that
 * writes not the scope DEBUG_READ_ONLY.
 */
static bool sound(__u8 access)
{
	__u8 scope = access & MLX5_FWCTL_SCOPE;

	if (access & MLX5_FWCTL_NEVER)
		return access == NEVER;
	if (access & MLX5_FWCTL_WRITES)
		return scope != FWCTL_RPC_DEBUG_READ_ONLY;
	return scope != FWCTL_RPC_DEBUG_WRITE;
}

static bool content_sound(const struct mlx5_fwctl_content *c)
{
	bool listed;

	if (c->where == MLX5_FWCTL_IN_COMMAND)
		listed = find_opcode(c->number);
	else
		listed = find_register(c->number);

	return listed && sound(c->access) && c->mask && c->offset % 4 == 0 &&
	       !(c->harmless & ~c->mask);
}

/**
 * mlx5_fwctl_tables_fault - check the tables
 *
 * The order and uniqueness of entries, which the binary searches rely on, and
 * the consistency of each entry.
 *
 * Context: any.
 * Return: name of the first wrong entry, or NULL.
 */
const char *mlx5_fwctl_tables_fault(void)
{
	const struct mlx5_fwctl_opcode *op = mlx5_fwctl_opcodes;
	const struct mlx5_fwctl_register *reg = mlx5_fwctl_registers;
	const struct mlx5_fwctl_content *c = mlx5_fwctl_contents;
	size_t i;

	for (i = 0; i < mlx5_fwctl_nr_opcodes; i++, op++)
		if ((i && op[-1].opcode >= op->opcode) || !sound(op->access) ||
		    op->out_max < MLX5_FWCTL_PAGE)
			return op->name;

	for (i = 0; i < mlx5_fwctl_nr_registers; i++, reg++)
		if ((i && reg[-1].id >= reg->id) || !sound(reg->read) ||
		    !sound(reg->write) ||
		    !(reg->write & (MLX5_FWCTL_WRITES | MLX5_FWCTL_NEVER)))
			return reg->name;

	for (i = 0; i < mlx5_fwctl_nr_contents; i++, c++)
		if ((i && content_key(c - 1) > content_key(c)) || !content_sound(c))
			return "rule on content";

	return NULL;
}
