/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The log: a text file. Its rate is limited because a guest can cause a million
 * messages a second.
 */
#ifndef VCX_LOG_H
#define VCX_LOG_H

#include <stdio.h>

#include "util.h"

enum log_level {
	LOG_ERROR,
	LOG_GUEST,	/* vcx refused or ignored an action of the guest */
	LOG_INFO,
	LOG_DEBUG,
};

struct log {
	FILE *file;
	enum log_level level;
	u64 window_ns;		/* start of the current one-second window */
	unsigned int in_window;
	u64 suppressed;
};

void log_init(struct log *log, FILE *file, enum log_level level);
__attribute__((PRINTF_LIKE(3, 4)))
void log_msg(struct log *log, enum log_level level, const char *fmt, ...);

#endif
