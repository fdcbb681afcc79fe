/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VCX_FUZZ_H
#define VCX_FUZZ_H

#include "util.h"

/* What libFuzzer calls; the Makefile gives it the name that it expects. */
int fuzz_one(const u8 *data, size_t size);

#endif
