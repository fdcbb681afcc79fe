/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the fwctl tool share.
 */
#ifndef _FWCTL_TOOL_H
#define _FWCTL_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <fwctl/libfwctl.h>

#define __printf(fmt, args)						\
	__attribute__((							\
		__format__(__printf__, fmt, args)))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/**
 * enum fwctl_exit - exit codes, documented in fwctl(8)
 * @FWCTL_EXIT_OK: done
 * @FWCTL_EXIT_USAGE: wrong usage, or an error that no other code describes
 * @FWCTL_EXIT_NO_DEVICE: there is no such device
 * @FWCTL_EXIT_REFUSED: refused: permission, scope, policy or limit
 * @FWCTL_EXIT_UNSUPPORTED: the kernel or the device does not support it
 * @FWCTL_EXIT_FIRMWARE: the firmware reported an error
 * @FWCTL_EXIT_GONE: the device went away or did not answer in time
 * @FWCTL_EXIT_PARTIAL: done in part
 */
enum fwctl_exit {
	FWCTL_EXIT_OK = 0,
	FWCTL_EXIT_USAGE = 1,
	FWCTL_EXIT_NO_DEVICE = 2,
	FWCTL_EXIT_REFUSED = 3,
	FWCTL_EXIT_UNSUPPORTED = 4,
	FWCTL_EXIT_FIRMWARE = 5,
	FWCTL_EXIT_GONE = 6,
	FWCTL_EXIT_PARTIAL = 7,
};

/**
 * struct fwctl_command - one command of the tool
 * @name: its name
 * @args: its arguments, for the help
 * @help: one line about it
 * @run: does it; argv[0] is the command's name. Returns the exit code.
 */
struct fwctl_command {
	const char *name;
	const char *args;
	const char *help;
	int (*run)(int argc, char **argv);
};

/**
 * struct buffer - bytes
 * @data: from malloc()
 * @len: how many
 */
struct buffer {
	void *data;
	size_t len;
};

int fwctl_cmd_list(int argc, char **argv);
int fwctl_cmd_info(int argc, char **argv);
int fwctl_cmd_rpc(int argc, char **argv);

int __printf(2, 3) fail(int code, const char *fmt, ...);
int exit_code(int err);
int find_device(const char *what, struct fwctl_dev **dev);
void print_scopes(unsigned int scopes);
const char *type_text(__u32 type, char *buf, size_t len);
int read_file(const char *name, size_t max, struct buffer *buf);
int write_file(const char *name, const struct buffer *buf);

#endif
