// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * One writer per card: a lock on the file of the card's first device.
 *
 * The lock is an open file description lock (fcntl(2), F_OFD_SETLK). It needs a file
 * that is open for writing, so that a program with access for reading cannot keep
 * writers out, and the kernel releases it when the last such file is closed, also if
 * the program is killed. It is advisory: programs that do not take it are not held up.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "private.h"

#define CLASS "/sys/class/fwctl"
#define PCI_FUNCTIONS 8
/* Longer than a name in /sys/class/fwctl/DEVICE/card, with its newline. */
#define CARD_MAX 64
/* Milliseconds between two tries. */
#define PAUSE 5

static int is_device(const struct dirent *entry)
{
	return fwctl_is_device_name(entry->d_name);
}

/* The name of the first fwctl device of a PCI function, to be freed, or NULL. */
static char *device_of_function(const char *function)
{
	struct dirent **entries = NULL;
	char path[PATH_MAX];
	char *name = NULL;
	int count = 0;

	if (snprintf(path, sizeof(path), "%s/fwctl", function) <
	    (int)sizeof(path))
		count = scandir(path, &entries, is_device, versionsort);
	if (count > 0)
		name = strdup(entries[0]->d_name);
	while (count > 0)
		free(entries[--count]);
	free(entries);
	return name;
}

/* The name that the kernel gives the card of a device; empty if it gives none. */
static void read_card(const char *device, char card[CARD_MAX])
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), CLASS "/%.64s/card", device);
	file = fopen(path, "re");
	if (!file || !fgets(card, CARD_MAX, file))
		*card = 0;
	if (file)
		fclose(file);
}

/* The same of the devices whose card the kernel gives that name. */
static char *device_of_card(const char *card)
{
	struct dirent **entries = NULL;
	char other[CARD_MAX], *name = NULL;
	int count, i;

	count = scandir(CLASS, &entries, is_device, versionsort);
	for (i = 0; i < count; i++) {
		read_card(entries[i]->d_name, other);
		if (!name && !strcmp(other, card))
			name = strdup(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return name;
}

/*
 * The same of the functions of a PCI device, for a kernel that names no card. A
 * virtual function belongs to the card of its physical function.
 */
static char *device_by_address(const struct fwctl_dev *dev)
{
	char path[PATH_MAX + 16], *function, *physical, *dot, *name = NULL;
	int i;

	if (!dev->bus || strcmp(dev->bus, "pci"))
		return NULL;
	snprintf(path, sizeof(path), CLASS "/%.64s/device", dev->name);
	function = realpath(path, NULL);
	snprintf(path, sizeof(path), CLASS "/%.64s/device/physfn", dev->name);
	physical = realpath(path, NULL);
	if (physical) {
		free(function);
		function = physical;
	}
	dot = function ? strrchr(function, '.') : NULL;
	for (i = 0; dot && !name && i < PCI_FUNCTIONS; i++) {
		snprintf(path, sizeof(path), "%.*s.%d", (int)(dot - function),
			 function, i);
		name = device_of_function(path);
	}
	free(function);
	return name;
}

/*
 * The name of the first device of a card, to be freed; NULL if the card has no other
 * than @dev. The functions of a card can be on several PCI buses (socket direct):
 * the kernel knows them by a number that their firmware has.
 */
static char *first_of_card(const struct fwctl_dev *dev)
{
	char card[CARD_MAX];

	read_card(dev->name, card);
	return *card ? device_of_card(card) : device_by_address(dev);
}

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* Returns 0, -EBUSY if the lock is held elsewhere, or another negative errno. */
static int wait_for_lock(int fd, unsigned int timeout_ms)
{
	const struct timespec pause = { .tv_nsec = PAUSE * 1000000 };
	int64_t end = now() + timeout_ms;
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	while (fcntl(fd, F_OFD_SETLK, &lock)) {
		if (errno != EAGAIN && errno != EACCES)
			return -errno;
		if (now() >= end)
			return -EBUSY;
		nanosleep(&pause, NULL);
	}
	return 0;
}

int fwctl_kernel_lock(struct fwctl_dev *dev, unsigned int timeout_ms)
{
	char *first = first_of_card(dev), path[PATH_MAX];
	int fd = dev->fd;
	int ret;

	/* The files of all devices are in one folder. */
	if (first && strcmp(first, dev->name) && strrchr(dev->path, '/')) {
		snprintf(path, sizeof(path), "%.*s/%.64s",
			 (int)(strrchr(dev->path, '/') - dev->path), dev->path,
			 first);
		fd = open(path, O_RDWR | O_CLOEXEC);
	}
	free(first);
	if (fd < 0)
		return -errno;
	ret = wait_for_lock(fd, timeout_ms);
	if (!ret)
		dev->lock_fd = fd;
	else if (fd != dev->fd)
		close(fd);
	return ret;
}

void fwctl_kernel_unlock(struct fwctl_dev *dev)
{
	struct flock lock = { .l_type = F_UNLCK, .l_whence = SEEK_SET };

	if (dev->lock_fd == dev->fd)
		fcntl(dev->fd, F_OFD_SETLK, &lock);
	else
		close(dev->lock_fd);
}
