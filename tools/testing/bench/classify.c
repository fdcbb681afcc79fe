// SPDX-License-Identifier: GPL-2.0-only
/*
 * Classifies requests of one kind, for callgrind to count instructions.
 *
 * Usage: classify [KIND]. Prints the number of requests; without KIND, the kinds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mlx5_requests.h"

#define COUNT 2000

static __u64 seed = 1;

static __u16 any_opcode(void)
{
	return mlx5_fwctl_opcodes[mlx5_random_below(&seed, mlx5_fwctl_nr_opcodes)].opcode;
}

static __u16 any_register(void)
{
	return mlx5_fwctl_registers[mlx5_random_below(&seed, mlx5_fwctl_nr_registers)].id;
}

static void make_reg(struct mlx5_request *r, unsigned int id, unsigned int op_mod)
{
	put_be16(r->in, 0x805);
	put_be16(r->in + MLX5_FWCTL_OP_MOD, op_mod);
	put_be16(r->in + MLX5_FWCTL_REGISTER_ID, id);
}

static void make_query(struct mlx5_request *r)
{
	put_be16(r->in, any_opcode());
}

static void make_unknown(struct mlx5_request *r)
{
	put_be16(r->in, 0xc00 + mlx5_random_below(&seed, 0x100));
}

static void make_read(struct mlx5_request *r)
{
	make_reg(r, any_register(), 1);
}

static void make_write(struct mlx5_request *r)
{
	make_reg(r, any_register(), 0);
}

static void make_unlisted(struct mlx5_request *r)
{
	make_reg(r, 0x100 + mlx5_random_below(&seed, 0x1000), 1);
}

static void make_short(struct mlx5_request *r)
{
	make_query(r);
	r->in_len = 15;
}

static void make_any(struct mlx5_request *r)
{
	mlx5_make_request(&seed, r);
}

static const struct {
	const char *name;
	void (*make)(struct mlx5_request *r);
} kinds[] = {
	{ "query", make_query },
	{ "register-read", make_read },
	{ "register-write", make_write },
	{ "register-unlisted", make_unlisted },
	{ "opcode-unknown", make_unknown },
	{ "too-short", make_short },
	{ "generated", make_any },
};

int main(int argc, char **argv)
{
	struct mlx5_request r;
	struct mlx5_fwctl_verdict v;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (argc < 2)
			puts(kinds[i].name);
		else if (!strcmp(argv[1], kinds[i].name))
			break;
	}
	if (i == ARRAY_SIZE(kinds))
		return argc < 2 ? 0 : 2;

	for (j = 0; j < COUNT; j++) {
		memset(&r, 0, sizeof(r));
		r.in_len = 64;
		r.out_len = 64;
		kinds[i].make(&r);
		mlx5_fwctl_classify(r.in, r.in_len, r.out_len,
				    MLX5_FWCTL_TOOLS_RESOURCES, &v);
	}
	printf("%d\n", COUNT);
	return 0;
}
