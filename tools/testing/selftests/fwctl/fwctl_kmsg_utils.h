/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's log, from the moment when a test opens it.
 */
#ifndef __FWCTL_KMSG_UTILS_H
#define __FWCTL_KMSG_UTILS_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define NO_KMSG "no /dev/kmsg"

/* Returns a file that has all records from now on, or -1. */
static inline int kmsg_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

/* Reads the next record, if there is one. EPIPE says that some were overwritten. */
static inline bool kmsg_next(int fd, char *record, size_t size)
{
	ssize_t len;

	do {
		len = read(fd, record, size - 1);
	} while (len < 0 && errno == EPIPE);
	record[len < 0 ? 0 : len] = 0;
	return len > 0;
}

/* Whether one of the records that have not been read yet has this text. */
static inline bool kmsg_find(int fd, const char *text)
{
	char record[4096];

	while (kmsg_next(fd, record, sizeof(record)))
		if (strstr(record, text))
			return true;
	return false;
}

#endif
