// SPDX-License-Identifier: GPL-2.0-only
/*
 * What takes long: a line on the terminal that tells how far it is, and signals
 * that would end it in the middle.
 */
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "tool.h"

/* Between one look of the line and the next, in nanoseconds. */
#define INTERVAL 200000000

/* Begin to tell how far it is, to whom looks on or, if @wanted, to anybody. */
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

/* @done bytes of it are done: tell it if that was not just told. */
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

/* Nothing of the line is left. */
void progress_end(struct progress *progress)
{
	if (progress->on && progress->terminal)
		fputs("\r\033[K", stderr);
	progress->on = false;
}

static int signals = -1;
static sigset_t mask_before;

/*
 * From here on a signal that would end the program does not, and is told by
 * interrupted(). Waits for firmware are not interrupted either.
 */
void interrupt_begin(void)
{
	sigset_t set;

	ending_signals(&set);
	signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	/* Without one a signal ends the program as ever. */
	if (signals < 0)
		sigemptyset(&set);
	sigprocmask(SIG_BLOCK, &set, &mask_before);
}

/* A signal that came since interrupt_begin(), or 0; each is told once. */
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
