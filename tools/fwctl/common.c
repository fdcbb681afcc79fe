// SPDX-License-Identifier: GPL-2.0-only
/*
 * What several commands need.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fwctl.h"

/* Print an error; returns the exit code that it was given. */
int fail(int code, const char *fmt, ...)
{
	int saved = errno;
	va_list args;

	fputs("fwctl: ", stderr);
	errno = saved;
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	return code;
}

static const struct {
	int err;
	int code;
} exit_codes[] = {
	{ EPERM, FWCTL_EXIT_REFUSED },
	{ EACCES, FWCTL_EXIT_REFUSED },
	{ EROFS, FWCTL_EXIT_REFUSED },
	{ EBADMSG, FWCTL_EXIT_REFUSED },
	{ EBUSY, FWCTL_EXIT_REFUSED },
	{ EAGAIN, FWCTL_EXIT_REFUSED },
	{ EOPNOTSUPP, FWCTL_EXIT_UNSUPPORTED },
	{ ENOTTY, FWCTL_EXIT_UNSUPPORTED },
	{ EIO, FWCTL_EXIT_FIRMWARE },
	{ EREMOTEIO, FWCTL_EXIT_FIRMWARE },
	{ ENODEV, FWCTL_EXIT_GONE },
	{ ENXIO, FWCTL_EXIT_GONE },
	{ ETIMEDOUT, FWCTL_EXIT_GONE },
};

/* The exit code for a negative errno that a device that was found returned. */
int exit_code(int err)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(exit_codes); i++)
		if (exit_codes[i].err == -err)
			return exit_codes[i].code;
	return FWCTL_EXIT_USAGE;
}

/* Find a device or say why not; returns an exit code. */
int find_device(const char *what, struct fwctl_dev **dev)
{
	struct fwctl_ctx *ctx = fwctl_ctx_new();
	int code = FWCTL_EXIT_OK;
	int ret;

	if (!ctx)
		return fail(FWCTL_EXIT_USAGE, "no memory");
	ret = fwctl_find(ctx, what, dev);
	if (ret == -ENODEV || ret == -ENOENT)
		code = fail(FWCTL_EXIT_NO_DEVICE, "%s", fwctl_ctx_error(ctx));
	else if (ret)
		code = fail(FWCTL_EXIT_USAGE, "%s", fwctl_ctx_error(ctx));
	fwctl_ctx_free(ctx);
	return code;
}

/* Print the names of scopes, separated by spaces. */
void print_scopes(unsigned int scopes)
{
	const char *space = "";
	unsigned int scope;
	const char *name;

	for (scope = 0; scope < 32; scope++) {
		name = fwctl_scope_name((enum fwctl_rpc_scope)scope);
		if (!(scopes & (1U << scope)) || !name)
			continue;
		printf("%s%s", space, name);
		space = " ";
	}
	if (!scopes)
		printf("-");
}

/* A device type's name, or its number, or - if it is not known. */
const char *type_text(__u32 type, char *buf, size_t len)
{
	const char *name = fwctl_type_name(type);

	if (!name && type == FWCTL_DEVICE_TYPE_ERROR)
		name = "-";
	if (name)
		return name;
	snprintf(buf, len, "%u", type);
	return buf;
}

static bool is_stdio(const char *name)
{
	return !strcmp(name, "-");
}

/* Read a file of at most max bytes into new memory; returns an exit code. */
int read_file(const char *name, size_t max, struct buffer *buf)
{
	int fd = is_stdio(name) ? STDIN_FILENO :
				  open(name, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	buf->len = 0;
	/* One byte more than may come tells a file that is too long. */
	buf->data = malloc(max + 1);
	if (!buf->data)
		errno = ENOMEM;
	while (fd >= 0 && buf->data && buf->len <= max) {
		n = read(fd, (char *)buf->data + buf->len, max + 1 - buf->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		buf->len += n;
	}
	if (n < 0)
		return fail(FWCTL_EXIT_USAGE, "cannot read %s: %m", name);
	if (fd != STDIN_FILENO)
		close(fd);
	if (buf->len > max)
		return fail(FWCTL_EXIT_USAGE, "%s: is longer than %zu bytes",
			    name, max);
	return FWCTL_EXIT_OK;
}

/* Write bytes to a file, in place of what it held; returns an exit code. */
int write_file(const char *name, const struct buffer *buf)
{
	FILE *file = is_stdio(name) ? stdout : fopen(name, "we");
	bool bad;

	if (!file)
		return fail(FWCTL_EXIT_USAGE, "cannot write %s: %m", name);
	bad = fwrite(buf->data, 1, buf->len, file) != buf->len;
	/* main() looks after standard output. */
	if (file != stdout)
		bad |= fclose(file) != 0;
	if (bad)
		return fail(FWCTL_EXIT_USAGE, "cannot write %s: %m", name);
	return FWCTL_EXIT_OK;
}
