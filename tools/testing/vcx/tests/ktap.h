/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unit tests that speak KTAP: a table of functions, each of which returns whether
 * it passed, having said why not through expect().
 */
#ifndef VCX_KTAP_H
#define VCX_KTAP_H

#include <stdio.h>
#include <stdlib.h>

#include "vcx.h"

struct ktap_test {
	const char *name;
	void (*run)(void);
};

static int ktap_failed;

#define expect(cond) do {						\
	if (!(cond)) {							\
		printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);	\
		ktap_failed = 1;					\
	}								\
} while (0)

static inline int ktap_run(const struct ktap_test *tests, unsigned int n)
{
	int status = EXIT_SUCCESS;

	printf("KTAP version 1\n1..%u\n", n);
	for (unsigned int i = 0; i < n; i++) {
		ktap_failed = 0;
		tests[i].run();
		printf("%sok %u %s\n", ktap_failed ? "not " : "", i + 1, tests[i].name);
		if (ktap_failed)
			status = EXIT_FAILURE;
	}
	return status;
}

#endif
