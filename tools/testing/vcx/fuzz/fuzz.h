/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VCX_FUZZ_H
#define VCX_FUZZ_H

#include "util.h"

/* The Makefile renames it to the entry point of libFuzzer. */
int fuzz_one(const u8 *data, size_t size);

#endif
