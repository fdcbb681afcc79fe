// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl: show devices whose firmware accepts RPCs, and send RPCs to them.
 */
#include "tool.h"

int main(int argc, char **argv)
{
	struct fwctl_ctx *ctx = fwctl_ctx_new();
	int code;

	if (!ctx) {
		fputs("fwctl: no memory\n", stderr);
		return FWCTL_EXIT_USAGE;
	}
	code = run_line(ctx, NULL, argc, argv);
	fwctl_ctx_free(ctx);
	return code;
}
