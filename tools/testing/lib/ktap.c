// SPDX-License-Identifier: LGPL-2.1-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ktap.h"

static jmp_buf test_ended;
static bool test_failed;
static const char *skip_reason;

void ktap_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("# ");
	vprintf(format, args);
	printf("\n");
	va_end(args);
	test_failed = true;
}

void ktap_check(bool holds, const char *cond, const char *file, int line)
{
	if (holds)
		return;
	ktap_fail("%s:%d: not true: %s", file, line, cond);
	longjmp(test_ended, 1);
}

void ktap_check_has(const char *text, const char *part, const char *file,
		    int line)
{
	if (strstr(text, part))
		return;
	ktap_fail("%s:%d: '%s' is not in: %s", file, line, part, text);
	longjmp(test_ended, 1);
}

void ktap_skip(const char *reason)
{
	skip_reason = reason;
	longjmp(test_ended, 1);
}

static void run_test(const struct ktap_test *test, size_t number)
{
	test_failed = false;
	skip_reason = NULL;
	if (!setjmp(test_ended))
		test->run();
	printf("%sok %zu %s", test_failed ? "not " : "", number, test->name);
	if (skip_reason && !test_failed)
		printf(" # SKIP %s", skip_reason);
	printf("\n");
	/* A test that forks must not inherit unwritten results. */
	fflush(stdout);
}

int ktap_run(const struct ktap_test *tests, size_t count)
{
	int status = 0;
	size_t i;

	printf("KTAP version 1\n1..%zu\n", count);
	fflush(stdout);
	for (i = 0; i < count; i++) {
		run_test(&tests[i], i + 1);
		if (test_failed)
			status = 1;
	}
	return status;
}
