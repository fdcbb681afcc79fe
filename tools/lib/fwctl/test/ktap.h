/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests in C whose results come out as KTAP.
 */
#ifndef _LIBFWCTL_TEST_KTAP_H
#define _LIBFWCTL_TEST_KTAP_H

#include <stdbool.h>
#include <stddef.h>

/* End the test that runs, as failed. */
#define CHECK(cond) ktap_check(cond, #cond, __FILE__, __LINE__)
/* The same if a message does not hold a text. */
#define CHECK_HAS(text, part) ktap_check_has(text, part, __FILE__, __LINE__)

struct ktap_test {
	const char *name;
	void (*run)(void);
};

void ktap_check(bool holds, const char *cond, const char *file, int line);
void ktap_check_has(const char *text, const char *part, const char *file,
		    int line);
/* End the test that runs, as skipped. */
void ktap_skip(const char *why);
/* Run all tests; returns an exit status. */
int ktap_run(const struct ktap_test *tests, size_t count);

#endif
