// SPDX-License-Identifier: GPL-2.0-only
/*
 * The terminal: colours, questions to the user, the progress of long operations, and
 * signals that would terminate these in the middle.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "tool.h"

/* Time between two updates of the line, in nanoseconds. */
#define INTERVAL 200000000

/* Colours are for terminals only, unless NO_COLOR or TERM=dumb is set. */
bool colors_ok(FILE *file)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(fileno(file)) && !(no && *no) && term &&
	       strcmp(term, "dumb");
}

/* Is there a terminal to ask a question on and to read the answer from? */
bool can_ask(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

/* Ask a question on the terminal; without a terminal the answer is no. */
bool confirm(const char *fmt, ...)
{
	char answer[16];
	va_list args;

	if (!can_ask())
		return false;
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputs(" [y/N] ", stderr);
	return fgets(answer, sizeof(answer), stdin) &&
	       (*answer == 'y' || *answer == 'Y');
}

/* Begin to show progress if standard error is a terminal, or if @wanted. */
void progress_begin(struct progress *progress, const char *what,
		    uint64_t total, bool wanted)
{
	progress->what = what;
	progress->total = total;
	progress->begun = clock_ns(CLOCK_MONOTONIC);
	progress->shown = 0;
	progress->terminal = isatty(STDERR_FILENO);
	progress->on = progress->terminal || wanted;
}

/* Show that @done bytes are done, unless the line was updated just before. */
void progress_show(struct progress *progress, uint64_t done)
{
	int64_t now = clock_ns(CLOCK_MONOTONIC);
	double seconds = (now - progress->begun) / 1e9;
	uint64_t left = progress->total - done;

	if (!progress->on ||
	    (now - progress->shown < INTERVAL && done != progress->total))
		return;
	progress->shown = now;
	fprintf(stderr, "%s%s: %llu", progress->terminal ? "\r\033[K" : "",
		progress->what, (unsigned long long)done);
	if (progress->total)
		fprintf(stderr, " of %llu bytes, %llu %%",
			(unsigned long long)progress->total,
			(unsigned long long)done * 100 / progress->total);
	else
		fputs(" bytes", stderr);
	if (done && seconds > 0)
		fprintf(stderr, ", %.0f KiB/s", done / seconds / 1024);
	if (done && seconds > 0 && progress->total)
		fprintf(stderr, ", %.0f s left", left * seconds / done);
	fputs(progress->terminal ? "" : "\n", stderr);
}

/* Remove the line. */
void progress_end(struct progress *progress)
{
	if (progress->on && progress->terminal)
		fputs("\r\033[K", stderr);
	progress->on = false;
}

static int signals = -1;
static sigset_t mask_before;

/*
 * Block the signals that terminate the program; interrupted() then reports them.
 * They do not interrupt a wait for firmware either.
 */
void interrupt_begin(void)
{
	sigset_t set;

	ending_signals(&set);
	signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	/* Without a signalfd, signals terminate the program as before. */
	if (signals < 0)
		sigemptyset(&set);
	sigprocmask(SIG_BLOCK, &set, &mask_before);
}

/* A signal that arrived since interrupt_begin(), or 0; each is reported once. */
int interrupted(void)
{
	struct signalfd_siginfo info;

	return signals >= 0 && read(signals, &info, sizeof(info)) ==
	       sizeof(info) ? (int)info.ssi_signo : 0;
}

void interrupt_end(void)
{
	while (interrupted())
		;
	if (signals >= 0)
		close(signals);
	signals = -1;
	sigprocmask(SIG_SETMASK, &mask_before, NULL);
}
