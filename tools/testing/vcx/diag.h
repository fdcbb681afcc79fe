/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Diagnostic counters: sampled at a fixed period into a ring while they are
 * enabled. No sample is stored: its values are computed from its time.
 */
#ifndef VCX_DIAG_H
#define VCX_DIAG_H

#include "util.h"

#define DIAG_COUNTERS		13u
#define DIAG_LOG_MAX_SAMPLES	12u
#define DIAG_LOG_MIN_PERIOD	15u	/* log2 of nanoseconds */

struct diag {
	u8 log_samples;
	u8 log_period;
	u8 flags;
	u16 count;
	u16 counters[DIAG_COUNTERS];	/* indices into the table in diag.c */
	u64 enabled_ns;
	u16 on_demand;			/* number of samples taken on demand */
};

/* Fills the page of debug capabilities, which lists the counters from byte 64 on. */
void diag_caps(u8 *page);

#endif
