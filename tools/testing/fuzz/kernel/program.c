// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs: generated, mutated, written and read as text.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "mlx5_requests.h"

static __u32 below(__u64 *seed, __u32 end)
{
	return mlx5_random_below(seed, end);
}

static __u32 make_value(__u64 *seed)
{
	__u32 power = 1u << below(seed, 32);

	switch (below(seed, 5)) {
	case 0:
		return below(seed, 16);
	case 1:
		return power;
	case 2:
		return power - 1;
	case 3:
		return -below(seed, 16);
	default:
		return mlx5_random(seed);
	}
}

static __u32 make_arg(__u64 *seed, const struct call_kind *kind, unsigned int n)
{
	unsigned int nr = 1;

	if (mlx5_one_in(seed, 8))
		return make_value(seed);
	while (nr < 8 && kind->hints[n][nr])
		nr++;
	return kind->hints[n][below(seed, nr)];
}

static void make_call(__u64 *seed, struct step *call)
{
	const struct call_kind *kind;
	unsigned int total = 0, i, pick;

	for (i = 0; i < nr_call_kinds; i++)
		total += call_kinds[i].weight;
	pick = below(seed, total);
	for (i = 0; pick >= call_kinds[i].weight; i++)
		pick -= call_kinds[i].weight;
	kind = &call_kinds[i];

	*call = (struct step){ .kind = i, .slot = below(seed, SLOTS / 2) };
	call->async = mlx5_one_in(seed, 8);
	for (i = 0; i < MAX_ARGS; i++)
		call->args[i] = make_arg(seed, kind, i);
	if (kind->fill)
		kind->fill(seed, call);
}

/**
 * program_make - generate a program
 * @seed: state of the random numbers; changes
 * @p: receives it; its first call opens the file that most others need
 */
void program_make(__u64 *seed, struct program *p)
{
	unsigned int i;

	memset(p, 0, sizeof(*p));
	p->nr = 2 + below(seed, MAX_CALLS - 2);
	for (i = 0; i < p->nr; i++)
		make_call(seed, &p->calls[i]);
	p->calls[0] = (struct step){ .args = { below(seed, 3), 2 } };
}

static void mutate_call(__u64 *seed, struct step *call)
{
	unsigned int n = below(seed, MAX_ARGS), i;

	switch (below(seed, 8)) {
	case 0:
		call->slot = below(seed, SLOTS);
		break;
	case 1:
		call->async = !call->async;
		break;
	case 2:
		call->args[n] += below(seed, 17) - 8;
		break;
	case 3:
		call->args[n] ^= 1u << below(seed, 32);
		break;
	case 4:
		call->args[n] = make_arg(seed, &call_kinds[call->kind], n);
		break;
	default:
		if (!call->len) {
			if (call_kinds[call->kind].fill)
				call_kinds[call->kind].fill(seed, call);
			break;
		}
		for (i = below(seed, 4); i < 4; i++) {
			n = below(seed, call->len);
			call->data[n] = mlx5_one_in(seed, 2) ?
				call->data[n] ^ 1 << below(seed, 8) : make_value(seed);
		}
	}
}

/**
 * program_mutate - apply one to four small changes to a program
 * @seed: state of the random numbers; changes
 * @p: the program
 * @other: a program whose calls may be copied to @p
 */
void program_mutate(__u64 *seed, struct program *p, const struct program *other)
{
	unsigned int times = 1 + below(seed, 4), at, tail;

	while (times--) {
		at = below(seed, p->nr);
		tail = p->nr - at;
		switch (below(seed, 6)) {
		case 0:
			if (p->nr == 1)
				break;
			memmove(&p->calls[at], &p->calls[at + 1], (tail - 1) * sizeof(*p->calls));
			p->nr--;
			break;
		case 1:
			if (p->nr == MAX_CALLS)
				break;
			memmove(&p->calls[at + 1], &p->calls[at], tail * sizeof(*p->calls));
			p->nr++;
			if (mlx5_one_in(seed, 2))
				p->calls[at] = other->calls[below(seed, other->nr)];
			else
				make_call(seed, &p->calls[at]);
			break;
		default:
			mutate_call(seed, &p->calls[at]);
		}
	}
}

/**
 * program_print - write a program as text, one line for each call
 * @file: receives the text
 * @p: the program
 */
void program_print(FILE *file, const struct program *p)
{
	unsigned int i, n;

	for (i = 0; i < p->nr; i++) {
		const struct step *call = &p->calls[i];

		fprintf(file, "%s%s %u", call->async ? "&" : "", call_kinds[call->kind].name,
			call->slot);
		for (n = 0; n < MAX_ARGS; n++)
			fprintf(file, " %x", call->args[n]);
		fprintf(file, " ");
		for (n = 0; n < call->len; n++)
			fprintf(file, "%02x", call->data[n]);
		fprintf(file, ".\n");
	}
}

static bool parse_call(const char *line, struct step *call)
{
	unsigned int slot, byte, *args = call->args;
	char name[32];
	int used;

	memset(call, 0, sizeof(*call));
	call->async = *line == '&';
	line += call->async;
	if (sscanf(line, "%31s %u %x %x %x %x %x %x %n", name, &slot, &args[0], &args[1],
		   &args[2], &args[3], &args[4], &args[5], &used) != 8 || slot >= SLOTS)
		return false;
	call->slot = slot;
	for (line += used; call->len < MAX_DATA && sscanf(line, "%2x", &byte) == 1; line += 2)
		call->data[call->len++] = byte;
	for (; call->kind < nr_call_kinds; call->kind++)
		if (!strcmp(call_kinds[call->kind].name, name))
			return *line == '.';
	return false;
}

/**
 * program_parse - read the text of a program
 * @file: the text
 * @p: receives it
 */
int program_parse(FILE *file, struct program *p)
{
	char line[2 * MAX_DATA + 128];

	p->nr = 0;
	while (p->nr < MAX_CALLS && fgets(line, sizeof(line), file)) {
		if (!parse_call(line, &p->calls[p->nr]))
			return p->nr + 1;
		p->nr++;
	}
	return p->nr ? 0 : 1;
}
