// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target: invariants of the classifier that hold for every command.
 *
 * The first byte of the input is the user context's capabilities, the second the
 * length of the output buffer; the rest is the command. It is copied to memory of its
 * own length, so that a sanitizer sees a read beyond its end.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allowlist.h"

#define REQUIRE(_condition)							\
do {										\
	if (!(_condition)) {							\
		fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #_condition);	\
		abort();							\
	}									\
} while (0)

struct result {
	int err;
	struct mlx5_fwctl_verdict v;
};

static unsigned int be16_at(const __u8 *p)
{
	return p[0] << 8 | p[1];
}

static __u32 be32_at(const __u8 *p)
{
	return (__u32)be16_at(p) << 16 | be16_at(p + 2);
}

/* Classifies @len bytes: those of @cmd, which has @have bytes, then zeros. */
static struct result classify(const __u8 *cmd, size_t have, size_t len,
			      size_t out_len, __u32 caps)
{
	__u8 *copy = calloc(1, len ?: 1), *before = malloc(len ?: 1);
	size_t in_max, out_max;
	struct result r;

	REQUIRE(copy && before);
	memcpy(copy, cmd, have < len ? have : len);
	memcpy(before, copy, len);
	/* The verdict must not depend on the previous content of its memory. */
	memset(&r.v, 0xa5, sizeof(r.v));
	r.err = mlx5_fwctl_classify(copy, len, out_len, caps, &r.v);
	mlx5_fwctl_lengths(copy, len, &in_max, &out_max);
	REQUIRE(r.err || len <= in_max);
	REQUIRE(in_max >= MLX5_FWCTL_HEADER && out_max >= MLX5_FWCTL_HEADER);
	REQUIRE(in_max <= MLX5_FWCTL_PAGE && out_max <= MLX5_FWCTL_LIST);
	REQUIRE(!memcmp(copy, before, len));
	free(before);
	free(copy);
	return r;
}

static bool same(const struct result *a, const struct result *b)
{
	return a->err == b->err && a->v.scope == b->v.scope &&
	       a->v.writes == b->v.writes && a->v.number == b->v.number &&
	       a->v.name == b->v.name;
}

/* The core's rules, for a file opened for writing, without a ceiling */
static bool admitted(const struct result *r, __u32 scope)
{
	return !r->err && r->v.scope <= scope &&
	       !(r->v.writes && scope == FWCTL_RPC_DEBUG_READ_ONLY);
}

static void check_result(const struct result *r, size_t len, size_t out_len)
{
	bool too_short = len < MLX5_FWCTL_HEADER || out_len < MLX5_FWCTL_HEADER;
	__u32 scope;

	REQUIRE(!r->err || r->err == -EMSGSIZE || r->err == -EBADMSG);
	REQUIRE(!too_short || r->err == -EMSGSIZE);
	REQUIRE(r->v.scope <= FWCTL_RPC_DEBUG_WRITE_FULL);
	if (r->err) {
		REQUIRE(!r->v.scope && !r->v.writes);
		REQUIRE(!too_short || (!r->v.number && !r->v.name));
	} else {
		REQUIRE(r->v.name && r->v.number);
		REQUIRE(!r->v.writes || r->v.scope != FWCTL_RPC_DEBUG_READ_ONLY);
		REQUIRE(r->v.writes || r->v.scope != FWCTL_RPC_DEBUG_WRITE);
	}

	/* A command that a scope admits is admitted by every wider scope that writes. */
	REQUIRE(!r->v.writes || !admitted(r, FWCTL_RPC_DEBUG_READ_ONLY));
	for (scope = 0; scope < FWCTL_RPC_DEBUG_WRITE_FULL; scope++)
		REQUIRE(!admitted(r, scope) || admitted(r, FWCTL_RPC_DEBUG_WRITE_FULL));
	REQUIRE(!admitted(r, FWCTL_RPC_CONFIGURATION) ||
		admitted(r, FWCTL_RPC_DEBUG_WRITE));
	REQUIRE(r->err || admitted(r, FWCTL_RPC_DEBUG_WRITE_FULL));
}

static void at_least(const struct result *r, __u8 access)
{
	REQUIRE(!(access & MLX5_FWCTL_NEVER));
	REQUIRE(r->v.scope >= (access & MLX5_FWCTL_SCOPE));
	REQUIRE(r->v.writes || !(access & MLX5_FWCTL_WRITES));
	REQUIRE(r->v.secret || !(access & MLX5_FWCTL_SECRET));
}

/* An admitted command has an entry, and each rule that applies bounds its scope below. */
static void check_tables(const struct result *r, const __u8 *cmd, size_t len,
			 __u32 caps)
{
	const struct mlx5_fwctl_opcode *op = NULL;
	__u8 where = MLX5_FWCTL_IN_COMMAND;
	unsigned int number = be16_at(cmd);
	size_t i, start = 0;

	for (i = 0; i < mlx5_fwctl_nr_opcodes; i++)
		if (mlx5_fwctl_opcodes[i].opcode == number)
			op = &mlx5_fwctl_opcodes[i];
	REQUIRE(op);
	REQUIRE(!(op->access & MLX5_FWCTL_TOOLS) || caps & MLX5_FWCTL_TOOLS_RESOURCES);
	if (!(op->access & MLX5_FWCTL_BY_REGISTER)) {
		at_least(r, op->access);
		REQUIRE(r->v.number == number);
		REQUIRE(r->v.name == op->name);
	} else {
		bool read = be16_at(cmd + MLX5_FWCTL_OP_MOD) == 1;
		__u8 access = read ? R_DEBUG : W_FULL;
		const char *name = op->name;

		REQUIRE(be16_at(cmd + MLX5_FWCTL_OP_MOD) < 2);
		where = read ? MLX5_FWCTL_IN_READ : MLX5_FWCTL_IN_WRITE;
		start = MLX5_FWCTL_HEADER;
		number = be16_at(cmd + MLX5_FWCTL_REGISTER_ID);
		for (i = 0; i < mlx5_fwctl_nr_registers; i++) {
			const struct mlx5_fwctl_register *reg = &mlx5_fwctl_registers[i];

			if (reg->id != number)
				continue;
			access = read ? reg->read : reg->write;
			name = reg->name;
		}
		REQUIRE(number != MLX5_FWCTL_MNVDA || !read || r->v.secret ||
			len >= MLX5_FWCTL_ITEM_TYPE + 4);
		at_least(r, access);
		REQUIRE(r->v.number == ((__u32)op->opcode << 16 | number));
		REQUIRE(r->v.name == name);
		REQUIRE(read || r->v.writes);
	}

	for (i = 0; i < mlx5_fwctl_nr_contents; i++) {
		const struct mlx5_fwctl_content *c = &mlx5_fwctl_contents[i];
		size_t at = start + c->offset;

		if (c->where != where || c->number != number)
			continue;
		REQUIRE(len == MLX5_FWCTL_HEADER || at + 4 <= len);
		if (((at + 4 <= len ? be32_at(cmd + at) : 0) & c->mask) != c->harmless)
			at_least(r, c->access);
	}
}

int fuzz_one(const uint8_t *data, size_t size);

int fuzz_one(const uint8_t *data, size_t size)
{
	struct result r, other;
	size_t len, out_len, cut;
	const __u8 *cmd;
	__u8 *changed;
	__u32 caps;

	if (size < 2)
		return 0;
	caps = data[0];
	out_len = data[1];
	cmd = data + 2;
	len = size - 2;

	r = classify(cmd, len, len, out_len, caps);
	check_result(&r, len, out_len);
	other = classify(cmd, len, len, out_len, caps);
	REQUIRE(same(&r, &other));
	if (len < MLX5_FWCTL_HEADER)
		return 0;
	if (!r.err)
		check_tables(&r, cmd, len, caps);

	/* A longer output buffer has no effect; capabilities only admit more. */
	if (out_len >= MLX5_FWCTL_HEADER) {
		other = classify(cmd, len, len, out_len + 1000, caps);
		REQUIRE(same(&r, &other));
	}
	other = classify(cmd, len, len, out_len, ~0u);
	REQUIRE(r.err || same(&r, &other));

	/* The backend overwrites the uid, which must have no effect. */
	changed = malloc(len);
	REQUIRE(changed);
	memcpy(changed, cmd, len);
	changed[MLX5_FWCTL_UID] ^= 0xff;
	changed[MLX5_FWCTL_UID + 1] += 1;
	other = classify(changed, len, len, out_len, caps);
	REQUIRE(same(&r, &other));

	/* A command for another function is refused. */
	changed[MLX5_FWCTL_TUNNEL] |= 1;
	other = classify(changed, len, len, out_len, ~0u);
	REQUIRE(other.err);
	free(changed);

	/* Zeros after the end do not change a verdict without an error. */
	other = classify(cmd, len, len + 64, out_len, caps);
	check_result(&other, len + 64, out_len);
	REQUIRE(r.err || same(&r, &other));

	/* A cut command has the same verdict, or is too short for one. */
	for (cut = MLX5_FWCTL_HEADER + 1; cut < len && cut < 64; cut++) {
		other = classify(cmd, len, cut, out_len, caps);
		REQUIRE(other.err == -EMSGSIZE || r.err == -EMSGSIZE || same(&r, &other));
	}
	return 0;
}
