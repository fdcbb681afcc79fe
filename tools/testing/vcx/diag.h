/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Diagnostic counters: sampled at a fixed period into a ring, as long as they are
 * enabled. Nothing is stored; a sample's values follow from when it was taken.
 */
#ifndef VCX_DIAG_H
#define VCX_DIAG_H

#include "util.h"

#define DIAG_COUNTERS		13u
#define DIAG_LOG_MAX_SAMPLES	12u
#define DIAG_LOG_MIN_PERIOD	15u	/* of nanoseconds */

struct diag {
	u8 log_samples;
	u8 log_period;
	u8 flags;
	u16 count;
	u16 counters[DIAG_COUNTERS];	/* places in the table */
	u64 enabled_ns;
	u16 on_demand;			/* samples taken so */
};

/* The page of debug capabilities has the list at byte 64. */
void diag_caps(u8 *page);

#endif
