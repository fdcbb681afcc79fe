// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures the cost of single calls to an fwctl device.
 *
 * Prints a line for each kind of call: its name and the median of its cost in
 * ticks of the time stamp counter, from right before the call of the C
 * library's function to right after it. In a guest whose counter counts
 * instructions this is a number of instructions, the same in every run.
 * Interrupts and caches of the kernel add to some calls: hence the median, and
 * calls before the first one that counts. Every number includes the cost of
 * measuring, as do those recorded of Linux. To subtract the floor, the cost of
 * a call that does nothing, removes it.
 *
 * Calls of 2 MiB are so long that most of them are interrupted, by a handler
 * that may cost more than the call. For these the lowest cost counts.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <x86intrin.h>
#include <fwctl/fwctl.h>
#include <fwctl/fwctl_netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <sys/socket.h>

#define WARM_UP 100
#define SAMPLES 401
/* More events than the buffer of a socket has room for */
#define FILL_UP 2000
#define MAX_LEN (2 << 20)
#define QUIET_LEN (64 << 10)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* The last number of fwctl's ioctls, which no command has */
#define FWCTL_NONE _IO(FWCTL_TYPE, 0xff)

enum kind {
	FLOOR,
	INFO,
	RPC,
	FIRST_RPC,
	OPEN_CLOSE,
	/* An RPC with a listener, which reads its socket or whose socket is full */
	RPC_HEARD,
	RPC_LOST,
};

static const struct row {
	const char *name;
	enum kind kind;
	unsigned int separate;
	unsigned int in_len;
	unsigned int out_len;
} rows[] = {
	{ "floor", FLOOR, 0, 0, 0 },
	{ "info-8", INFO, 0, 0, 8 },
	{ "rpc-in-place-16", RPC, 0, 16, 16 },
	{ "rpc-in-place-256", RPC, 0, 256, 256 },
	{ "rpc-in-place-1K", RPC, 0, 1024, 1024 },
	{ "rpc-in-place-4K", RPC, 0, 4096, 4096 },
	{ "rpc-in-place-16K", RPC, 0, 16384, 16384 },
	{ "rpc-in-place-64K", RPC, 0, 65536, 65536 },
	{ "rpc-in-place-2M", RPC, 0, MAX_LEN, MAX_LEN },
	{ "rpc-separate-16", RPC, 1, 16, 16 },
	{ "rpc-separate-256", RPC, 1, 256, 256 },
	{ "rpc-separate-1K", RPC, 1, 1024, 1024 },
	{ "rpc-separate-4K", RPC, 1, 4096, 4096 },
	{ "rpc-separate-16K", RPC, 1, 16384, 16384 },
	{ "rpc-separate-64K", RPC, 1, 65536, 65536 },
	{ "rpc-separate-2M", RPC, 1, MAX_LEN, MAX_LEN },
	{ "rpc-short-question-4K", RPC, 0, 16, 4096 },
	{ "rpc-long-question-4K", RPC, 0, 4096, 16 },
	{ "rpc-first-16", FIRST_RPC, 0, 16, 16 },
	{ "rpc-first-4K", FIRST_RPC, 0, 4096, 4096 },
	{ "rpc-first-64K", FIRST_RPC, 0, 65536, 65536 },
	{ "open-close", OPEN_CLOSE, 0, 0, 0 },
	{ "rpc-audit-16", RPC_HEARD, 0, 16, 16 },
	{ "rpc-audit-4K", RPC_HEARD, 0, 4096, 4096 },
	{ "rpc-audit-lost-16", RPC_LOST, 0, 16, 16 },
};

static const char *path;
static unsigned char in[MAX_LEN], out[MAX_LEN];

static void die(const char *action)
{
	fprintf(stderr, "bench: %s: %s: %s\n", path, action, strerror(errno));
	exit(1);
}

static int open_device(void)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("open");
	return fd;
}

static struct nl_sock *listen_to_audit(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	int group;

	if (!sock || genl_connect(sock))
		die("netlink");
	group = genl_ctrl_resolve_grp(sock, FWCTL_FAMILY_NAME, FWCTL_MCGRP_AUDIT);
	if (group < 0 || nl_socket_add_membership(sock, group))
		die("group audit");
	return sock;
}

/* Reads all events; returns their number. */
static int take_events(struct nl_sock *sock)
{
	int fd = nl_socket_get_fd(sock), events = 0;

	while (recv(fd, in, sizeof(in), MSG_DONTWAIT) > 0)
		events++;
	return events;
}

static unsigned long long time_ioctl(int fd, unsigned long cmd, void *arg,
				     const char *name, int expected)
{
	unsigned long long begin, end;
	int err;

	begin = __rdtsc();
	err = ioctl(fd, cmd, arg);
	end = __rdtsc();

	if ((err ? errno : 0) != expected)
		die(name);
	return end - begin;
}

static unsigned long long time_info(int fd, const struct row *row)
{
	struct fwctl_info info = {
		.size = sizeof(info),
		.device_data_len = row->out_len,
		.out_device_data = (uintptr_t)out,
	};
	unsigned long long ticks = time_ioctl(fd, FWCTL_INFO, &info, row->name, 0);

	if (info.device_data_len != row->out_len) {
		errno = EPROTO;
		die("not the null device");
	}
	return ticks;
}

static unsigned long long time_rpc(int fd, const struct row *row)
{
	struct fwctl_rpc rpc = {
		.size = sizeof(rpc),
		.scope = FWCTL_RPC_CONFIGURATION,
		.in_len = row->in_len,
		.out_len = row->out_len,
		.in = (uintptr_t)in,
		.out = (uintptr_t)out,
	};

	in[0] = row->separate;
	return time_ioctl(fd, FWCTL_RPC, &rpc, row->name, 0);
}

static unsigned long long time_first_rpc(const struct row *row)
{
	int fd = open_device();
	unsigned long long ticks = time_rpc(fd, row);

	close(fd);
	return ticks;
}

static unsigned long long time_open_close(void)
{
	unsigned long long begin, end;
	int fd;

	begin = __rdtsc();
	fd = open(path, O_RDWR | O_CLOEXEC);
	close(fd);
	end = __rdtsc();

	if (fd < 0)
		die("open");
	return end - begin;
}

static unsigned long long time_once(int fd, const struct row *row)
{
	switch (row->kind) {
	case FLOOR:
		return time_ioctl(fd, FWCTL_NONE, NULL, row->name, ENOTTY);
	case INFO:
		return time_info(fd, row);
	case RPC:
	case RPC_HEARD:
	case RPC_LOST:
		return time_rpc(fd, row);
	case FIRST_RPC:
		return time_first_rpc(row);
	case OPEN_CLOSE:
		return time_open_close();
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	const unsigned long long *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Each row opens the device itself, so that no row depends on another. */
static void measure(const struct row *row)
{
	struct nl_sock *listener = row->kind >= RPC_HEARD ? listen_to_audit() : NULL;
	int warm_up = row->kind == RPC_LOST ? FILL_UP : WARM_UP;
	static unsigned long long ticks[SAMPLES];
	int fd = open_device();
	int i;

	for (i = 0; i < warm_up + SAMPLES; i++) {
		unsigned long long once = time_once(fd, row);

		if (i >= warm_up)
			ticks[i - warm_up] = once;
		if (row->kind == RPC_HEARD && take_events(listener) != 1) {
			errno = ENOMSG;
			die(row->name);
		}
	}
	close(fd);
	nl_socket_free(listener);

	qsort(ticks, SAMPLES, sizeof(*ticks), compare);
	i = row->in_len > QUIET_LEN ? 0 : SAMPLES / 2;
	printf("%s %llu\n", row->name, ticks[i]);
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc != 2) {
		fputs("usage: bench DEVICE (that of fwctl_null.ko)\n", stderr);
		return 2;
	}
	path = argv[1];

	/* Fault in all pages. */
	memset(in, 0, sizeof(in));
	memset(out, 0xff, sizeof(out));

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		measure(&rows[i]);
	return 0;
}
