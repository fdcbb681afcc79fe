// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Messages.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "private.h"

/* Write a message to a handle's buffer, and return @err. */
int fwctl_fail(char *buf, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(buf, FWCTL_ERROR_LEN, fmt, args);
	va_end(args);
	return err;
}

/* The meaning of a negative errno: from the table, or the general one. */
struct fwctl_hint fwctl_hint(const struct fwctl_hint *hints, size_t count,
			     int err)
{
	struct fwctl_hint other = { .todo = "see the kernel's log" };
	size_t i;

	for (i = 0; i < count; i++)
		if (hints[i].err == -err)
			return hints[i];

	/* Unlike strerror() it has no buffer that threads share. */
	other.what = strerrordesc_np(-err);
	if (!other.what)
		other.what = "unknown error";
	return other;
}
