// SPDX-License-Identifier: GPL-2.0-only
/*
 * Untrusted text: the input is a state file, and then requests of the control
 * socket, one a line.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../tests/guest.h"

int fuzz_one(const u8 *data, size_t size);

int fuzz_one(const u8 *data, size_t size)
{
	static char answer[CONTROL_ANSWER];
	char line[CONTROL_LINE];
	struct guest g;
	FILE *file;

	guest_init(&g);
	file = size ? fmemopen((void *)data, size, "r") : NULL;
	if (file) {
		state_parse(g.card, file);
		fclose(file);
	}
	while (size) {
		const u8 *end = memchr(data, '\n', size);
		size_t len = end ? (size_t)(end - data) : size;

		snprintf(line, sizeof(line), "%.*s", (int)min_size(len, sizeof(line) - 1),
			 (const char *)data);
		control_line(g.card, line, answer);
		if (end)
			len++;
		data += len;
		size -= len;
	}
	guest_exit(&g);
	return 0;
}
