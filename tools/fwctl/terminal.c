// SPDX-License-Identifier: GPL-2.0-only
/*
 * The terminal: colours, and questions to the user.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

/* Colours are for terminals only, unless NO_COLOR or TERM=dumb is set. */
bool colors_ok(FILE *file)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(fileno(file)) && !(no && *no) && term &&
	       strcmp(term, "dumb");
}

/* Is there a terminal to ask a question on and to read the answer from? */
bool can_ask(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

/* Ask a question on the terminal; without a terminal the answer is no. */
bool confirm(const char *fmt, ...)
{
	char answer[16];
	va_list args;

	if (!can_ask())
		return false;
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputs(" [y/N] ", stderr);
	return fgets(answer, sizeof(answer), stdin) &&
	       (*answer == 'y' || *answer == 'Y');
}
