/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * KTAP results of the unit tests in C that do not use the kselftest harness.
 *
 * A test is a function in a table, which ktap_run() calls. The test fails if
 * expect(), CHECK(), CHECK_HAS() or ktap_fail() has found something wrong.
 */
#ifndef TESTING_KTAP_H
#define TESTING_KTAP_H

#include <stdbool.h>
#include <stddef.h>

/* If the condition is false, the test fails and continues. */
#define expect(cond) \
	((cond) ? (void)0 : \
	 ktap_fail("%s:%d: not true: %s", __FILE__, __LINE__, #cond))
/* If the condition is false, the test fails and ends. */
#define CHECK(cond) ktap_check(cond, #cond, __FILE__, __LINE__)
/* If @part does not occur in @text, the test fails and ends. */
#define CHECK_HAS(text, part) ktap_check_has(text, part, __FILE__, __LINE__)

struct ktap_test {
	const char *name;
	void (*run)(void);
};

/* Print a diagnostic line, "# ..."; the test fails and continues. */
void ktap_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
void ktap_check(bool holds, const char *cond, const char *file, int line);
void ktap_check_has(const char *text, const char *part, const char *file,
		    int line);
/* End the test as skipped, or as failed if it has failed before. */
void ktap_skip(const char *reason) __attribute__((noreturn));
/*
 * Run all tests and print the plan and the results. Returns the exit status of
 * the program as kselftest defines it: 0, or 1 if a test failed.
 */
int ktap_run(const struct ktap_test *tests, size_t count);

#endif
