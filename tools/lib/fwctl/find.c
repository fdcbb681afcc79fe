// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Finding devices by any of their names, and waiting for them.
 */
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>
#include <linux/netlink.h>

#include "private.h"

/* Groups of NETLINK_KOBJECT_UEVENT, and room for one event: the rest is cut off. */
#define KERNEL_EVENTS 1
#define UDEV_EVENTS 2
#define EVENT_MAX 4096

static int by_number(const void *a, const void *b)
{
	const struct fwctl_dev *const *left = a, *const *right = b;

	return strverscmp((*left)->name, (*right)->name);
}

/* The source of the context answers the device's requests, too. */
static void adopt(struct fwctl_ctx *ctx, struct fwctl_dev *dev)
{
	dev->source = fwctl_source_get(ctx->source);
	if (dev->source->transport->found)
		dev->source->transport->found(dev);
}

int fwctl_list(struct fwctl_ctx *ctx, struct fwctl_dev ***devs)
{
	int ret = ctx->source->transport->list(ctx, NULL, devs);
	int count = 0;

	if (ret)
		return ret;
	while ((*devs)[count])
		count++;
	qsort(*devs, count, sizeof(**devs), by_number);
	for (count = 0; (*devs)[count]; count++)
		adopt(ctx, (*devs)[count]);
	return count;
}

/* The name of the device whose file @path is, to be freed, or NULL. */
static char *name_of_file(const char *path)
{
	char *folder = NULL, *subsystem = NULL, *name = NULL;
	char link[64];
	struct stat st;

	if (stat(path, &st) || !S_ISCHR(st.st_mode))
		return NULL;
	snprintf(link, sizeof(link), "/sys/dev/char/%u:%u", major(st.st_rdev),
		 minor(st.st_rdev));
	folder = realpath(link, NULL);
	strcat(link, "/subsystem");
	subsystem = realpath(link, NULL);
	if (folder && subsystem && !strcmp(basename(subsystem), "fwctl"))
		name = strdup(basename(folder));
	free(folder);
	free(subsystem);
	return name;
}

static bool holds(char *const *names, const char *what)
{
	for (; *names; names++)
		if (!strcmp(*names, what))
			return true;
	return false;
}

/* A PCI address without its domain means domain 0. */
static bool is_parent(const struct fwctl_dev *dev, const char *what)
{
	return dev->parent && (!strcmp(dev->parent, what) ||
			       (!strncmp(dev->parent, "0000:", 5) &&
				!strcmp(dev->parent + 5, what)));
}

static bool matches(const struct fwctl_dev *dev, const char *what)
{
	return !strcmp(dev->name, what) || !strcmp(dev->path, what) ||
	       is_parent(dev, what) || holds(dev->netdevs, what) ||
	       holds(dev->rdma_devs, what);
}

/* Take the device with a name out of an array, and release the others. */
static int choose(struct fwctl_ctx *ctx, struct fwctl_dev **devs,
		  const char *what, struct fwctl_dev **dev)
{
	struct fwctl_dev *first = NULL, *second = NULL;
	char names[2][64];
	size_t i;

	for (i = 0; devs[i]; i++) {
		if (!matches(devs[i], what) || second)
			fwctl_dev_free(devs[i]);
		else if (!first)
			first = devs[i];
		else
			second = devs[i];
	}
	free(devs);
	if (first && !second) {
		adopt(ctx, first);
		*dev = first;
		return 0;
	}
	if (!first)
		return fwctl_fail(ctx->error, -ENODEV,
				  "no fwctl device '%s'; see 'fwctl dev list'",
				  what);
	snprintf(names[0], sizeof(names[0]), "%s", first->name);
	snprintf(names[1], sizeof(names[1]), "%s", second->name);
	fwctl_dev_free(first);
	fwctl_dev_free(second);
	return fwctl_fail(ctx->error, -ENOTUNIQ,
			  "%s: matches both %s and %s: name one of them", what,
			  names[0], names[1]);
}

int fwctl_find(struct fwctl_ctx *ctx, const char *what, struct fwctl_dev **dev)
{
	char netdev[IF_NAMESIZE];
	char *file = NULL;
	bool replays = ctx->source->transport->replays;
	struct fwctl_dev **devs;
	const char *name = NULL;
	int ret;

	if (fwctl_is_device_name(what)) {
		name = what;
	} else if (strchr(what, '/') && !replays) {
		if (access(what, F_OK))
			return fwctl_fail(ctx->error, -errno, "%s: %s: %s",
					  what, strerrordesc_np(errno),
					  "see the files in /dev/fwctl");
		file = name_of_file(what);
		if (!file)
			return fwctl_fail(ctx->error, -ENODEV,
					  "%s: not an fwctl device: see the files in /dev/fwctl",
					  what);
		what = file;
		name = file;
	} else if (!replays && if_indextoname(if_nametoindex(what), netdev)) {
		/* @what may be an alternative name; @netdev is the main one. */
		what = netdev;
	}

	ret = ctx->source->transport->list(ctx, name, &devs);
	/* The message names the device, not only the missing class. */
	if (ret == -ENOENT && name)
		ret = fwctl_fail(ctx->error, -ENODEV,
				 "no fwctl device '%s': fwctl is not loaded: load the device's module, which 'fwctl probe' names",
				 what);
	else if (!ret)
		ret = choose(ctx, devs, what, dev);
	free(file);
	return ret;
}

static __s64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/*
 * The kernel sends its events before udev has set the owner and mode of a
 * device's file. Where udev runs, its own events are therefore the right ones;
 * where it does not run, there are none.
 */
static int listen_to_devices(void)
{
	bool runs = !access("/run/udev/control", F_OK);
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = runs ? UDEV_EVENTS : KERNEL_EVENTS,
	};
	int fd;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    NETLINK_KOBJECT_UEVENT);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		return -1;
	}
	return fd;
}

int fwctl_wait(struct fwctl_ctx *ctx, const char *what, int timeout,
	       struct fwctl_dev **dev)
{
	__s64 end = now() + timeout, left = timeout;
	char event[EVENT_MAX];
	struct pollfd pfd;
	int ret, fd;

	if (ctx->source->transport->replays)
		return fwctl_find(ctx, what, dev);
	fd = listen_to_devices();
	if (fd < 0)
		return fwctl_fail(ctx->error, -ENOMEM,
				  "%s: cannot receive events of devices: no memory, or no netlink",
				  what);
	pfd = (struct pollfd){ fd, POLLIN, 0 };
	for (;;) {
		ret = fwctl_find(ctx, what, dev);
		if (ret != -ENODEV && ret != -ENOENT)
			break;
		if (timeout >= 0) {
			left = end - now();
			if (left <= 0) {
				ret = fwctl_fail(ctx->error, -ETIMEDOUT,
						 "no fwctl device '%s' appeared within %d ms: check that its module is loaded",
						 what, timeout);
				break;
			}
		}
		ret = poll(&pfd, 1, timeout < 0 ? -1 : left);
		if (ret < 0) {
			ret = fwctl_fail(ctx->error, -errno,
					 "%s: stopped waiting: %s", what,
					 strerrordesc_np(errno));
			break;
		}
		/*
		 * Only empty the socket: fwctl_find() looks at all devices, so that
		 * an event that was lost, or is another program's, does no harm.
		 */
		while (ret && recv(fd, event, sizeof(event), 0) >= 0)
			;
	}
	close(fd);
	return ret;
}
