// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Tests in C whose results come out as KTAP.
 */
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "ktap.h"

enum { PASSED, FAILED, SKIPPED };

static jmp_buf test_ended;
static const char *skipped_why;

void ktap_check(bool holds, const char *cond, const char *file, int line)
{
	if (holds)
		return;
	printf("# %s:%d: not true: %s\n", file, line, cond);
	longjmp(test_ended, FAILED);
}

void ktap_check_has(const char *text, const char *part, const char *file,
		    int line)
{
	if (strstr(text, part))
		return;
	printf("# %s:%d: '%s' is not in: %s\n", file, line, part, text);
	longjmp(test_ended, FAILED);
}

void ktap_skip(const char *why)
{
	skipped_why = why;
	longjmp(test_ended, SKIPPED);
}

static int run_test(void (*run)(void))
{
	int result = setjmp(test_ended);

	if (!result)
		run();
	return result;
}

int ktap_run(const struct ktap_test *tests, size_t count)
{
	bool failed = false;
	size_t i;

	printf("KTAP version 1\n1..%zu\n", count);
	for (i = 0; i < count; i++) {
		int result = run_test(tests[i].run);

		printf("%sok %zu %s", result == FAILED ? "not " : "", i + 1,
		       tests[i].name);
		if (result == SKIPPED)
			printf(" # SKIP %s", skipped_why);
		printf("\n");
		fflush(stdout);
		failed |= result == FAILED;
	}
	return failed;
}
