// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl: look at devices that take firmware RPCs, and send them some.
 */
#include <stdio.h>
#include <string.h>

#include "fwctl.h"

#define VERSION "0.1.0"

static int cmd_help(int argc, char **argv);
static int cmd_version(int argc, char **argv);

static const struct fwctl_command commands[] = {
	{ "list", "", "list the devices", fwctl_cmd_list },
	{ "info", "DEV", "tell what is known about a device", fwctl_cmd_info },
	{ "rpc", "DEV --in FILE --out FILE [--scope SCOPE] [--out-len BYTES]",
	  "send a request, receive the answer", fwctl_cmd_rpc },
	{ "help", "", "print this", cmd_help },
	{ "version", "", "print the version", cmd_version },
};

static const char notes[] =
	"\n"
	"DEV is a name (fwctl0), a path (/dev/fwctl/fwctl0), or the address of the\n"
	"device behind it (0000:03:00.0). FILE may be - for standard input or output.\n"
	"SCOPE is configuration (the default), debug-read-only, debug-write or\n"
	"debug-write-full. See fwctl(8).\n";

static void print_help(FILE *file)
{
	size_t i;

	fprintf(file, "Usage: fwctl COMMAND [ARGUMENTS]\n\nCommands:\n");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(file, "  %s%s%s\n        %s\n", commands[i].name,
			*commands[i].args ? " " : "", commands[i].args,
			commands[i].help);
	fputs(notes, file);
}

static int cmd_help(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	print_help(stdout);
	return FWCTL_EXIT_OK;
}

static int cmd_version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("fwctl " VERSION "\n");
	return FWCTL_EXIT_OK;
}

int main(int argc, char **argv)
{
	const char *name;
	size_t i;
	int code;

	if (argc < 2) {
		print_help(stderr);
		return FWCTL_EXIT_USAGE;
	}
	name = argv[1];
	if (!strcmp(name, "-h") || !strcmp(name, "--help"))
		name = "help";
	if (!strcmp(name, "-V") || !strcmp(name, "--version"))
		name = "version";

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].name, name))
			continue;
		code = commands[i].run(argc - 1, argv + 1);
		/* Data that does not arrive is an error, e.g. a full disk. */
		if ((fflush(stdout) || ferror(stdout)) && !code)
			code = fail(FWCTL_EXIT_USAGE,
				    "cannot write to standard output: %m");
		return code;
	}
	return fail(FWCTL_EXIT_USAGE, "%s: no such command: see fwctl help",
		    name);
}
