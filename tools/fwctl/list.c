// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl list
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fwctl.h"

static const char *or_dash(const char *text)
{
	return text ? text : "-";
}

static void print_table(struct fwctl_dev **devs)
{
	int widths[4] = { 4, 4, 6, 6 };
	const char *cells[4];
	char type[16];
	int pass, i, len;
	size_t d;

	/* The first pass measures, the second prints. */
	for (pass = 0; pass < 2; pass++) {
		if (pass)
			printf("%-*s  %-*s  %-*s  %-*s  %s\n",
			       widths[0], "NAME", widths[1], "TYPE",
			       widths[2], "DRIVER", widths[3], "PARENT",
			       "SCOPES");
		for (d = 0; devs[d]; d++) {
			cells[0] = fwctl_dev_name(devs[d]);
			cells[1] = type_text(fwctl_dev_type(devs[d]), type,
					     sizeof(type));
			cells[2] = or_dash(fwctl_dev_driver(devs[d]));
			cells[3] = or_dash(fwctl_dev_parent(devs[d]));
			for (i = 0; i < 4; i++) {
				len = strlen(cells[i]);
				if (pass)
					printf("%-*s  ", widths[i], cells[i]);
				else if (len > widths[i])
					widths[i] = len;
			}
			if (!pass)
				continue;
			print_scopes(fwctl_dev_scopes(devs[d]));
			printf("\n");
		}
	}
}

int fwctl_cmd_list(int argc, char **argv)
{
	struct fwctl_dev **devs;
	struct fwctl_ctx *ctx;
	int code = FWCTL_EXIT_OK;
	int ret;

	if (argc > 1)
		return fail(FWCTL_EXIT_USAGE, "list: %s: takes no argument",
			    argv[1]);
	ctx = fwctl_ctx_new();
	if (!ctx)
		return fail(FWCTL_EXIT_USAGE, "no memory");
	ret = fwctl_list(ctx, &devs);
	if (ret < 0) {
		code = fail(ret == -ENOENT ? FWCTL_EXIT_NO_DEVICE :
			    FWCTL_EXIT_USAGE, "%s", fwctl_ctx_error(ctx));
	} else {
		if (ret)
			print_table(devs);
		fwctl_list_free(devs);
	}
	fwctl_ctx_free(ctx);
	return code;
}
