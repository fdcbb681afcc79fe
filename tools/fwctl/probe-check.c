// SPDX-License-Identifier: GPL-2.0-only
/*
 * Helpers of the checks of fwctl probe: rows of the result, and properties of the
 * kernel and this process.
 */
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* Add a check. If it fails, it has a reason, and a remedy where there is one. */
bool add_check(struct run *run, const char *subject, const char *check, bool ok,
	       const char *why, const char *help)
{
	json_object *row = json_object_new_object();

	json_add(row, "subject", json_text(subject));
	json_add(row, "check", json_text(check));
	json_add(row, "ok", json_object_new_boolean(ok));
	json_add(row, "why", json_text(ok ? NULL : why));
	json_add(row, "help", json_text(ok ? NULL : help));
	json_object_array_add(run->result, row);
	return ok;
}

/* Read the first line of a file that begins with @begin; false if there is none. */
bool read_line(const char *path, const char *begin, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	bool found = false;

	*line = 0;
	if (!file)
		return false;
	while (!found && fgets(line, size, file))
		found = !strncmp(line, begin, strlen(begin));
	fclose(file);
	line[strcspn(line, "\n")] = 0;
	return found;
}

/* Does this process have the capability with this number? */
bool capable(int bit)
{
	char line[128];

	return read_line("/proc/self/status", "CapEff:", line, sizeof(line)) &&
	       strtoull(line + strlen("CapEff:"), NULL, 16) >> bit & 1;
}

/* Is the kernel locked down? False as well if it does not support that. */
bool locked_down(void)
{
	char line[128];

	return read_line("/sys/kernel/security/lockdown", "", line,
			 sizeof(line)) && !strstr(line, "[none]");
}
