/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The functions that the files of callers share.
 */
#ifndef CALLERS_H
#define CALLERS_H

void die(const char *action) __attribute__((noreturn));

/* The threads that switch or use CPUs from begin to end: see profile.c */
void profile_begin(void);
void profile_end(unsigned long calls, unsigned long ctxt);

#endif
