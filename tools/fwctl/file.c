// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes from and to files.
 *
 * A file is written under another name in the same folder, and gets its own
 * name when it is complete. If a signal ends the program before, what there is
 * of it is removed.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool.h"

struct output_file {
	char *name;
	char temp[];
};

static bool is_stdio(const char *name)
{
	return !strcmp(name, "-");
}

/*
 * What is removed if a signal ends the program. A handler would not do: only
 * without one a signal ends also a wait for firmware. So a thread waits for it,
 * as long as there is something to remove.
 */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *unfinished[4];
static unsigned int nr_unfinished;
static pthread_t watcher;
static sigset_t mask_before;

static void *watch_signals(void *unused)
{
	sigset_t set;
	size_t i;
	int sig;

	(void)unused;
	ending_signals(&set);
	if (sigwait(&set, &sig))
		return NULL;
	pthread_mutex_lock(&lock);
	for (i = 0; i < ARRAY_SIZE(unfinished); i++)
		if (unfinished[i])
			unlink(unfinished[i]);
	pthread_mutex_unlock(&lock);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	kill(getpid(), sig);
	return NULL;
}

/* Replace an entry of what is unfinished; false if there is no such entry. */
static bool replace_unfinished(const char *from, const char *to)
{
	size_t i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < ARRAY_SIZE(unfinished) && unfinished[i] != from; i++)
		;
	if (i < ARRAY_SIZE(unfinished))
		unfinished[i] = to;
	pthread_mutex_unlock(&lock);
	return i < ARRAY_SIZE(unfinished);
}

static bool begin_unfinished(const char *path)
{
	sigset_t set;

	if (!replace_unfinished(NULL, path))
		return false;
	if (nr_unfinished++)
		return true;
	ending_signals(&set);
	pthread_sigmask(SIG_BLOCK, &set, &mask_before);
	/* A reader that went away is an error of writing. */
	signal(SIGPIPE, SIG_IGN);
	if (!pthread_create(&watcher, NULL, watch_signals, NULL))
		return true;
	pthread_sigmask(SIG_SETMASK, &mask_before, NULL);
	replace_unfinished(path, NULL);
	nr_unfinished--;
	return false;
}

static void end_unfinished(const char *path)
{
	replace_unfinished(path, NULL);
	if (--nr_unfinished)
		return;
	pthread_cancel(watcher);
	pthread_join(watcher, NULL);
	signal(SIGPIPE, SIG_DFL);
	pthread_sigmask(SIG_SETMASK, &mask_before, NULL);
}

/* Begin to write a file; NULL and an error in the run if that is not possible. */
struct output_file *output_begin(struct run *run, const char *name)
{
	struct output_file *out;
	struct stat st;
	size_t size = strlen(name) + 32;

	/* A device or a pipe cannot be replaced; it is written as it is. */
	if (!stat(name, &st) && !S_ISREG(st.st_mode)) {
		fail(run, FWCTL_EXIT_USAGE,
		     "%s: is not a regular file: say - and redirect", name);
		return NULL;
	}
	out = malloc(sizeof(*out) + size);
	if (!out)
		goto no_memory;
	snprintf(out->temp, size, "%s.%d.part", name, getpid());
	out->name = strdup(name);
	if (!out->name)
		goto no_memory;
	if (begin_unfinished(out->temp))
		return out;
	free(out->name);
no_memory:
	free(out);
	fail(run, FWCTL_EXIT_USAGE, "no memory");
	return NULL;
}

/* Where to write to. Nothing is there yet. */
const char *output_path(const struct output_file *out)
{
	return out->temp;
}

/* Give a file its name, or remove it; returns an exit code. */
int output_end(struct run *run, struct output_file *out, bool keep)
{
	int code = 0;

	if (keep && rename(out->temp, out->name))
		code = fail(run, FWCTL_EXIT_USAGE, "cannot write %s: %m",
			    out->name);
	if (!keep || code)
		unlink(out->temp);
	end_unfinished(out->temp);
	free(out->name);
	free(out);
	return code;
}

/* Read a file of at most max bytes into new memory; returns an exit code. */
int read_bytes(struct run *run, const char *name, size_t max,
	       struct buffer *buf)
{
	int fd = is_stdio(name) ? STDIN_FILENO :
				  open(name, O_RDONLY | O_CLOEXEC);
	size_t room = 4096;
	ssize_t n = -1;
	char *data;

	buf->len = 0;
	buf->data = NULL;
	while (fd >= 0) {
		/* One byte more than may come tells a file that is too long. */
		if (room > max + 1)
			room = max + 1;
		data = realloc(buf->data, room);
		if (!data)
			break;
		buf->data = data;
		n = read(fd, data + buf->len, room - buf->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		buf->len += n;
		if (buf->len > max)
			break;
		if (buf->len == room)
			room *= 2;
	}
	if (n < 0)
		fail(run, FWCTL_EXIT_USAGE, "cannot read %s: %m", name);
	else if (buf->len > max)
		fail(run, FWCTL_EXIT_USAGE, "%s: is longer than %zu bytes",
		     name, max);
	if (fd > STDIN_FILENO)
		close(fd);
	return run->code;
}

/* Bytes from hexadecimal digits, in new memory; returns an exit code. */
int parse_hex(struct run *run, const char *text, size_t max,
	      struct buffer *buf)
{
	char digits[3] = {}, *bytes;
	const char *at = text;

	bytes = malloc(strlen(text) / 2 + 1);
	buf->data = bytes;
	buf->len = 0;
	if (!bytes)
		return fail(run, FWCTL_EXIT_USAGE, "no memory");
	/* Digits may stand in groups of whole bytes. */
	while (*(at += strspn(at, " \t\n:,"))) {
		if (!isxdigit((unsigned char)at[0]) ||
		    !isxdigit((unsigned char)at[1]))
			return fail(run, FWCTL_EXIT_USAGE,
				    "%.20s: byte %zu is not two hexadecimal digits",
				    at, buf->len);
		memcpy(digits, at, 2);
		bytes[buf->len++] = strtoul(digits, NULL, 16);
		at += 2;
	}
	if (buf->len > max)
		return fail(run, FWCTL_EXIT_USAGE,
			    "more than %zu bytes of hexadecimal digits", max);
	return 0;
}

/* Write bytes to a file, in place of what it held; returns an exit code. */
int write_bytes(struct run *run, const char *name, const void *data,
		size_t len)
{
	struct output_file *out;
	FILE *file;
	bool bad;

	if (is_stdio(name)) {
		/* print_run() looks after errors of standard output. */
		fwrite(data, 1, len, stdout);
		return 0;
	}
	out = output_begin(run, name);
	if (!out)
		return run->code;
	file = fopen(output_path(out), "wxe");
	bad = !file || fwrite(data, 1, len, file) != len;
	if (file)
		bad |= fclose(file) != 0;
	if (bad)
		fail(run, FWCTL_EXIT_USAGE, "cannot write %s: %m", name);
	return output_end(run, out, !bad) ?: run->code;
}
