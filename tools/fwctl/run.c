// SPDX-License-Identifier: GPL-2.0-only
/*
 * Running a command line: parse, execute, print.
 */
#include "tool.h"

/*
 * Parse, execute and print a command line. If it is part of another one, @outer, it
 * inherits the settings of that.
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
		else if (is_many(&run))
			run_many(&run);
		else
			run.command->run(&run);
	}
	if (run.code == FWCTL_EXIT_USAGE && !run.set.json && (argc < 2 || run.group))
		print_help(&run, stderr);
	if (!run.set.collect)
		print_run(&run);
	else if (!run.printed)
		json_object_array_add(run.set.collect, run_json(&run));
	free_run(&run);
	return run.code;
}
