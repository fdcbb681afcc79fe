// SPDX-License-Identifier: GPL-2.0-only
/*
 * A command line from its words to what is printed.
 */
#include <stdlib.h>

#include "tool.h"

void free_run(struct run *run)
{
	json_object_put(run->result);
	free(run->error);
}

/*
 * Parse, do and print a command line. Its settings begin as those of @outer,
 * if it is part of another one.
 */
int run_line(struct fwctl_ctx *ctx, const struct run *outer, int argc,
	     char **argv)
{
	struct run run = { .ctx = ctx };

	if (outer)
		run.set = outer->set;
	if (!parse_run(&run, argc, argv)) {
		if (run.set.help)
			show_help(&run);
		else
			run.command->run(&run);
	}
	if (run.code == FWCTL_EXIT_USAGE && !run.set.json && argc < 2)
		print_help(&run, stderr);
	if (!run.set.collect)
		print_run(&run);
	else if (!run.printed)
		json_object_array_add(run.set.collect, run_json(&run));
	free_run(&run);
	return run.code;
}
