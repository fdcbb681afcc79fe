/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's audit log: its records about fwctl devices, its settings, and a daemon
 * that does not read.
 */
#ifndef __FWCTL_AUDITLOG_UTILS_H
#define __FWCTL_AUDITLOG_UTILS_H

#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define NO_AUDIT "no audit, or no CAP_AUDIT_READ"
#define NO_AUDIT_CONTROL "an audit daemon runs, or no CAP_AUDIT_CONTROL"

/* Returns a socket that receives all records from now on, or -1. */
static inline int audit_open(void)
{
	struct sockaddr_nl group = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1 << (AUDIT_NLGRP_READLOG - 1),
	};
	int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	int size = 16 << 20;

	setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (sock >= 0 && !bind(sock, (void *)&group, sizeof(group)))
		return sock;
	close(sock);
	return -1;
}

/*
 * Returns the next record about device @number, beginning with "fwctl", or "none" if
 * none comes within @timeout milliseconds. Unless @pid is 0, records about other
 * processes are left out: those of an earlier test may come late.
 */
static inline const char *audit_next(int sock, int number, pid_t pid, int timeout)
{
	struct pollfd fd = { .fd = sock, .events = POLLIN };
	static struct {
		struct nlmsghdr header;
		char text[8192];
	} msg;
	char device[64], *record;
	ssize_t len;

	if (pid)
		snprintf(device, sizeof(device), " dev=fwctl%d pid=%d ", number, pid);
	else
		snprintf(device, sizeof(device), " dev=fwctl%d ", number);
	while (poll(&fd, 1, timeout) > 0) {
		len = recv(sock, &msg, sizeof(msg) - 1, 0);
		if (len < NLMSG_HDRLEN ||
		    msg.header.nlmsg_type != AUDIT_KERNEL_OTHER)
			continue;
		msg.text[len - NLMSG_HDRLEN] = 0;
		record = strstr(msg.text, "fwctl op=");
		if (record && strstr(record, device))
			return record;
	}
	return "none";
}

/*
 * The records of refusals are limited per user. This makes the calling process one of a
 * user that has had none, and the next 99 uids are of such users, too. The process
 * remains privileged, but access() checks its new user. Returns 0 or an errno.
 */
static inline int audit_become_new_user(void)
{
	return setreuid(1000000 + 100 * getpid(), -1) ? errno : 0;
}

static inline int audit_become_root(void)
{
	return setreuid(0, -1) ? errno : 0;
}

/* Changes the settings in @status->mask by way of @sock. Returns 0 or an errno. */
static inline int audit_set_by(int sock, const struct audit_status *status)
{
	struct {
		struct nlmsghdr header;
		struct audit_status status;
	} request = {
		.header = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = AUDIT_SET,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		},
		.status = *status,
	};
	struct {
		struct nlmsghdr header;
		struct nlmsgerr err;
		char request[sizeof(request)];
	} answer = {};
	int err = EIO;

	if (send(sock, &request, sizeof(request), 0) != sizeof(request))
		return errno;
	while (recv(sock, &answer, sizeof(answer), 0) > 0 &&
	       answer.header.nlmsg_type != NLMSG_ERROR)
		;
	if (answer.header.nlmsg_type == NLMSG_ERROR)
		err = -answer.err.error;
	return err;
}

static inline int audit_set(const struct audit_status *status)
{
	int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	int err = audit_set_by(sock, status);

	close(sock);
	return err;
}

/* Reads the settings and the state. Returns 0 or an errno. */
static inline int audit_get(struct audit_status *status)
{
	struct nlmsghdr request = {
		.nlmsg_len = sizeof(request),
		.nlmsg_type = AUDIT_GET,
		.nlmsg_flags = NLM_F_REQUEST,
	};
	struct {
		struct nlmsghdr header;
		char data[256];
	} answer = {};
	int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	int err = EIO;

	if (send(sock, &request, sizeof(request), 0) == sizeof(request) &&
	    recv(sock, &answer, sizeof(answer), 0) > 0 &&
	    answer.header.nlmsg_type == AUDIT_GET) {
		memcpy(status, answer.data, sizeof(*status));
		err = 0;
	}
	close(sock);
	return err;
}

/**
 * struct stuck_daemon - an audit daemon that does not read
 * @sock: its socket
 * @former: the settings before
 */
struct stuck_daemon {
	int sock;
	struct audit_status former;
};

/*
 * The calling process becomes the audit daemon, and does not read. From then on the
 * kernel tries for a tenth of a second to send each record, and keeps others meanwhile,
 * up to @backlog of them. The kernel never makes the daemon itself wait: children must
 * cause the records. With @enabled, system calls that cause records get further ones.
 * Returns 0 or an errno.
 */
static inline int stuck_daemon_start(struct stuck_daemon *daemon, unsigned int backlog,
				     bool enabled)
{
	struct audit_status status = {
		.mask = AUDIT_STATUS_ENABLED | AUDIT_STATUS_BACKLOG_LIMIT,
		.enabled = enabled,
		.backlog_limit = backlog,
	};
	struct audit_status registration = {
		.mask = AUDIT_STATUS_PID,
		.pid = getpid(),
	};
	int size = 4096, err;

	err = audit_get(&daemon->former);
	if (err)
		return err;
	daemon->sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	setsockopt(daemon->sock, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	err = audit_set_by(daemon->sock, &registration) ?: audit_set(&status);
	if (err)
		close(daemon->sock);
	return err;
}

/* Ends the daemon, and restores the settings. */
static inline int stuck_daemon_end(struct stuck_daemon *daemon)
{
	struct audit_status status = daemon->former;
	int err;

	status.mask = AUDIT_STATUS_FAILURE;
	err = audit_set(&status);
	if (err)
		return err;
	close(daemon->sock);
	status.mask = AUDIT_STATUS_ENABLED | AUDIT_STATUS_BACKLOG_LIMIT |
		      AUDIT_STATUS_BACKLOG_WAIT_TIME;
	return audit_set(&status);
}

/*
 * Sends a record of a kind that programs write. The kernel takes it also while audit is
 * not enabled. While the backlog is full it makes the sender wait.
 */
static inline void audit_write(void)
{
	struct {
		struct nlmsghdr header;
		char text[16];
	} request = {
		.header = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = AUDIT_USER_AVC,
			.nlmsg_flags = NLM_F_REQUEST,
		},
		.text = "flood",
	};
	int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);

	if (send(sock, &request, sizeof(request), 0) < 0)
		usleep(1000);
	close(sock);
}

/* Starts a process that sends records until the process that started it ends. */
static inline pid_t audit_flood(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		audit_write();
		usleep(100);
	}
}

/*
 * Ends such processes. Each record makes the kernel wake one of those that wait for
 * room in the backlog, and without records the others sleep for the whole wait time.
 */
static inline void audit_flood_end(const pid_t *flooders, unsigned int nr)
{
	struct audit_status status = {
		.mask = AUDIT_STATUS_BACKLOG_LIMIT,
		.backlog_limit = 8192,
	};
	unsigned int i;

	for (i = 0; i < nr; i++)
		kill(flooders[i], SIGKILL);
	audit_set(&status);
	for (i = 0; i < nr; i++)
		while (!waitpid(flooders[i], NULL, WNOHANG)) {
			audit_write();
			usleep(10000);
		}
}

#endif
