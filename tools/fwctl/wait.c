// SPDX-License-Identifier: GPL-2.0-only
/*
 * The clock, signals that terminate the program, and waiting for events.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "tool.h"

/* The time of a clock, in nanoseconds. */
int64_t clock_ns(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* Signals that terminate the program, except those that it was started to ignore. */
void ending_signals(sigset_t *set)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction now;
	size_t i;

	sigemptyset(set);
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		if (!sigaction(signals[i], NULL, &now) &&
		    now.sa_handler == SIG_DFL)
			sigaddset(set, signals[i]);
}

/*
 * Block SIGINT and SIGTERM, which wait_event() then reports. Must be called before the
 * first output, because the user may press ^C as soon as that appears. Returns a file
 * descriptor that becomes readable when a signal arrives.
 */
int catch_end(void)
{
	static int signals = -1;
	sigset_t set;

	if (signals < 0) {
		sigemptyset(&set);
		sigaddset(&set, SIGINT);
		sigaddset(&set, SIGTERM);
		sigprocmask(SIG_BLOCK, &set, NULL);
		signals = signalfd(-1, &set, SFD_CLOEXEC);
	}
	return signals;
}

/*
 * Wait for an event until a CLOCK_MONOTONIC time in nanoseconds, or without limit
 * if that is -1. ^C ends the wait, and the command ends normally. Returns 1 if there
 * may be an event, 0 if the time is reached, -1 if the command is to end.
 */
int wait_event(struct fwctl_monitor *monitor, int64_t until)
{
	struct pollfd fds[2];
	int64_t left = -1;
	int ret;

	if (until >= 0) {
		left = (until - clock_ns(CLOCK_MONOTONIC) + 999999) / 1000000;
		if (left < 0)
			left = 0;
	}
	/* poll() ignores a negative descriptor. */
	fds[0] = (struct pollfd){ .fd = catch_end(), .events = POLLIN };
	fds[1] = (struct pollfd){
		.fd = monitor ? fwctl_monitor_fd(monitor) : -1,
		.events = POLLIN,
	};
	do {
		ret = poll(fds, ARRAY_SIZE(fds), left);
	} while (ret < 0 && errno == EINTR);
	if (ret < 0 || fds[0].revents)
		return -1;
	return fds[1].revents ? 1 : 0;
}

/* Receive an event; returns 0, -EAGAIN, or another error that is the run's as well. */
int next_event(struct run *run, struct fwctl_monitor *monitor,
	       const struct fwctl_event **event)
{
	int ret = fwctl_monitor_next(monitor, event);

	if (ret && ret != -EAGAIN)
		fail_errno(run, ret, fwctl_monitor_error(monitor));
	return ret;
}
