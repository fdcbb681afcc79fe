// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading and writing files.
 *
 * A file is written under a temporary name in the same folder, and renamed when
 * it is complete. If a signal terminates the program before, the temporary file
 * is removed.
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
 * Files to remove if a signal terminates the program. A signal handler is not
 * possible: the kernel's wait for firmware ends only with a signal that is fatal,
 * so without a handler. Therefore a thread waits for the signal as long as there is
 * a file to remove.
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

/* Replace an entry of unfinished[]; false if there is no such entry. */
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
	/* If the reader of a pipe exits, the write fails with EPIPE. */
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

/* Begin to write a file. On failure returns NULL and sets the run's error. */
struct output_file *output_begin(struct run *run, const char *name)
{
	struct output_file *out;
	struct stat st;
	size_t size = strlen(name) + 32;

	/* A rename cannot put the data into a device or a pipe. */
	if (!stat(name, &st) && !S_ISREG(st.st_mode)) {
		fail(run, FWCTL_EXIT_USAGE,
		     "%s: not a regular file; use - and redirect standard output", name);
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

/* The temporary name; the caller creates the file. */
const char *output_path(const struct output_file *out)
{
	return out->temp;
}

/* Rename a file to its final name, or remove it; returns an exit code. */
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
		/* One byte more than the maximum shows that a file is too long. */
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
		fail(run, FWCTL_EXIT_USAGE, "%s: longer than %zu bytes",
		     name, max);
	if (fd > STDIN_FILENO)
		close(fd);
	return run->code;
}

/* Parse hexadecimal digits into new memory; returns an exit code. */
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
	/* Separators may stand between bytes. */
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

/* Replace the content of a file; returns an exit code. */
int write_bytes(struct run *run, const char *name, const void *data,
		size_t len)
{
	struct output_file *out;
	FILE *file;
	bool bad;

	if (is_stdio(name)) {
		/* print_run() checks standard output for errors. */
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
