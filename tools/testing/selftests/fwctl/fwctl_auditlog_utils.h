/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records of the kernel's audit log about fwctl devices.
 */
#ifndef __FWCTL_AUDITLOG_UTILS_H
#define __FWCTL_AUDITLOG_UTILS_H

#include <linux/audit.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Returns a socket that receives all records from now on, or -1. */
static inline int audit_open(void)
{
	struct sockaddr_nl group = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1 << (AUDIT_NLGRP_READLOG - 1),
	};
	int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);

	if (sock >= 0 && !bind(sock, (void *)&group, sizeof(group)))
		return sock;
	close(sock);
	return -1;
}

/*
 * Returns the next record about device @number, beginning with "fwctl", or "none" if
 * none comes within @timeout milliseconds.
 */
static inline const char *audit_next(int sock, int number, int timeout)
{
	struct pollfd fd = { .fd = sock, .events = POLLIN };
	static struct {
		struct nlmsghdr header;
		char text[8192];
	} msg;
	char device[32], *record;
	ssize_t len;

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

#endif
