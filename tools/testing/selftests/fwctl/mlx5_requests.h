/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Generated requests of the mlx5 backend: of every kind that its classifier
 * distinguishes, valid and invalid. The same seed gives the same requests.
 */
#ifndef __MLX5_REQUESTS_H
#define __MLX5_REQUESTS_H

#include <string.h>

#include "allowlist.h"
#include "mlx5_bytes.h"

#define MLX5_REQUEST_MAX 320

/**
 * struct mlx5_request - a request, and the circumstances that it is sent in
 * @in: the command; zero after @in_len
 * @in_len: its length in bytes
 * @out_len: size of the buffer for the answer
 * @scope: declared scope
 * @read_only: the file is open for reading only
 * @no_rawio: the caller has no CAP_SYS_RAWIO
 */
struct mlx5_request {
	__u8 in[MLX5_REQUEST_MAX];
	__u32 in_len;
	__u32 out_len;
	__u32 scope;
	bool read_only;
	bool no_rawio;
};

/* SplitMix64, which takes any seed */
static inline __u64 mlx5_random(__u64 *seed)
{
	__u64 z = *seed += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static inline __u32 mlx5_random_below(__u64 *seed, __u32 end)
{
	return mlx5_random(seed) % end;
}

static inline bool mlx5_one_in(__u64 *seed, __u32 times)
{
	return !mlx5_random_below(seed, times);
}

/* The request of a rule on content, with some of the bits that the rule checks */
static inline void mlx5_make_content(__u64 *seed, struct mlx5_request *r)
{
	const struct mlx5_fwctl_content *c =
		&mlx5_fwctl_contents[mlx5_random_below(seed, mlx5_fwctl_nr_contents)];
	__u8 *at = r->in + c->offset;
	__u32 bits = mlx5_random(seed) & c->mask;

	if (c->where == MLX5_FWCTL_IN_COMMAND) {
		put_be16(r->in, c->number);
	} else {
		at += MLX5_FWCTL_HEADER;
		put_be16(r->in, mlx5_one_in(seed, 4) ? 0xb0c : 0x805);
		put_be16(r->in + MLX5_FWCTL_OP_MOD, c->where == MLX5_FWCTL_IN_READ);
		put_be16(r->in + MLX5_FWCTL_REGISTER_ID, c->number);
	}
	if (mlx5_one_in(seed, 2))
		bits = mlx5_one_in(seed, 2) ? c->harmless : c->harmless ^ (c->mask & -c->mask);
	if (mlx5_one_in(seed, 8))
		bits |= mlx5_random(seed);
	put_be32(at, bits);
}

static inline void mlx5_make_register(__u64 *seed, struct mlx5_request *r)
{
	unsigned int id = mlx5_random(seed) & 0xffff;

	if (!mlx5_one_in(seed, 6))
		id = mlx5_fwctl_registers[mlx5_random_below(seed, mlx5_fwctl_nr_registers)].id;
	put_be16(r->in, mlx5_one_in(seed, 4) ? 0xb0c : 0x805);
	put_be16(r->in + MLX5_FWCTL_OP_MOD, mlx5_one_in(seed, 16) ?
		   mlx5_random(seed) & 0xffff : mlx5_random(seed) & 1);
	put_be16(r->in + MLX5_FWCTL_REGISTER_ID, id);
	if (mlx5_one_in(seed, 2))
		put_be32(r->in + MLX5_FWCTL_ITEM_TYPE,
			 mlx5_fwctl_secrets[mlx5_random_below(seed, mlx5_fwctl_nr_secrets)].type);
}

static inline void mlx5_make_command(__u64 *seed, struct mlx5_request *r)
{
	unsigned int opcode = mlx5_random(seed) & 0xffff;

	if (!mlx5_one_in(seed, 4))
		opcode = mlx5_fwctl_opcodes[mlx5_random_below(seed, mlx5_fwctl_nr_opcodes)].opcode;
	else if (mlx5_one_in(seed, 2))
		opcode &= 0xfff;
	put_be16(r->in, opcode);
	put_be16(r->in + MLX5_FWCTL_OP_MOD, mlx5_random(seed) & 3);
}

/* Lengths around each limit, and ordinary ones */
static inline __u32 mlx5_make_len(__u64 *seed)
{
	switch (mlx5_random_below(seed, 8)) {
	case 0:
		return mlx5_random_below(seed, MLX5_FWCTL_HEADER + 1);
	case 1:
		return MLX5_FWCTL_HEADER;
	case 2:
		return MLX5_FWCTL_HEADER + mlx5_random_below(seed, 32);
	case 3:
		return mlx5_random_below(seed, MLX5_REQUEST_MAX + 1);
	default:
		return 64 + 4 * mlx5_random_below(seed, 65);
	}
}

/**
 * mlx5_make_request - make the next request
 * @seed: state of the generator; each request changes it
 * @r: receives the request
 */
static inline void mlx5_make_request(__u64 *seed, struct mlx5_request *r)
{
	unsigned int kind = mlx5_random_below(seed, 10), i;

	memset(r, 0, sizeof(*r));
	if (kind < 4)
		mlx5_make_register(seed, r);
	else if (kind < 6)
		mlx5_make_content(seed, r);
	else
		mlx5_make_command(seed, r);
	if (mlx5_one_in(seed, 16))
		put_be16(r->in + MLX5_FWCTL_TUNNEL, mlx5_random(seed) & 0xffff);
	if (mlx5_one_in(seed, 4))
		put_be16(r->in + MLX5_FWCTL_UID, mlx5_random(seed) & 0xffff);
	/* One command in eight has random contents. */
	if (mlx5_one_in(seed, 8))
		for (i = MLX5_FWCTL_HEADER; i < MLX5_REQUEST_MAX; i += 4)
			put_be32(r->in + i, mlx5_random(seed));

	r->in_len = mlx5_make_len(seed);
	memset(r->in + r->in_len, 0, MLX5_REQUEST_MAX - r->in_len);
	r->out_len = mlx5_one_in(seed, 16) ? mlx5_random_below(seed, MLX5_FWCTL_HEADER) :
		MLX5_FWCTL_HEADER + mlx5_random_below(seed, MLX5_REQUEST_MAX);
	r->scope = mlx5_random(seed) & 3;
	r->read_only = mlx5_one_in(seed, 4);
	r->no_rawio = mlx5_one_in(seed, 4);
}

#endif
