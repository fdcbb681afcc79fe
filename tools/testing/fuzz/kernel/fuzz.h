/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the fuzzer share: programs, which are sequences of calls.
 */
#ifndef __FWCTL_FUZZ_H
#define __FWCTL_FUZZ_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdio.h>

#define MAX_CALLS 16
#define MAX_ARGS 6
#define MAX_DATA 320
#define SLOTS 8

/**
 * struct step - a call of a program, as it is mutated and kept
 * @kind: index into call_kinds
 * @async: made by a thread of its own, while the program goes on
 * @slot: of the file that it is about
 * @args: see the kind
 * @len: of @data
 * @data: see the kind
 */
struct step {
	__u8 kind;
	bool async;
	__u8 slot;
	__u32 args[MAX_ARGS];
	__u32 len;
	__u8 data[MAX_DATA];
};

struct program {
	unsigned int nr;
	struct step calls[MAX_CALLS];
};

/**
 * struct call_kind - a kind of call
 * @name: in programs' text
 * @weight: how often it is generated, in relation to others
 * @run: makes the call; returns 0 or an errno
 * @hints: for each argument values to try, up to the first 0 but one
 * @fill: makes up @data, and what else belongs to it; or NULL
 */
struct call_kind {
	const char *name;
	unsigned int weight;
	int (*run)(const struct step *call);
	__u32 hints[MAX_ARGS][8];
	void (*fill)(__u64 *seed, struct step *call);
};

/* calls.c: what can be called, and the state that calls work on */
extern const struct call_kind call_kinds[];
extern const unsigned int nr_call_kinds;
int calls_init(void);
void calls_reset(void);
int calls_check(void);

/* program.c: programs as data */
void program_make(__u64 *seed, struct program *p);
void program_mutate(__u64 *seed, struct program *p, const struct program *other);
void program_print(FILE *file, const struct program *p);
/* Returns 0, or the number of the line that is wrong. */
int program_parse(FILE *file, struct program *p);

#endif
