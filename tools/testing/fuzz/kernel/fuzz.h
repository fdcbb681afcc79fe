/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs, which are sequences of calls, and the functions of each file.
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
 * @async: run in a thread of its own while the program continues
 * @slot: index of the file that the call uses
 * @args: numbers, whose meaning depends on @kind
 * @len: bytes in @data
 * @data: bytes, whose meaning depends on @kind
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
 * @name: its name in the text of a program
 * @weight: how often it is generated, relative to the other kinds
 * @run: makes the call; returns 0 or an errno
 * @hints: values to try for each argument; a 0 that is not the first ends them
 * @fill: generates the data and the arguments that belong to it; may be NULL
 */
struct call_kind {
	const char *name;
	unsigned int weight;
	int (*run)(const struct step *call);
	__u32 hints[MAX_ARGS][8];
	void (*fill)(__u64 *seed, struct step *call);
};

/* calls.c: the kinds of calls, and the devices and files that they use */
extern const struct call_kind call_kinds[];
extern const unsigned int nr_call_kinds;
int calls_init(void);
void calls_reset(void);
int calls_check(void);

/* program.c: programs as data */
void program_make(__u64 *seed, struct program *p);
void program_mutate(__u64 *seed, struct program *p, const struct program *other);
void program_print(FILE *file, const struct program *p);
/* Returns 0, or the number of the first wrong line. */
int program_parse(FILE *file, struct program *p);

#endif
