// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Contexts, and the devices that sysfs knows.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "private.h"

#define CLASS "/sys/class/fwctl"

/**
 * fwctl_ctx_new - make a context
 *
 * Return: the context, to be released by fwctl_ctx_free(), or NULL without
 * memory.
 */
struct fwctl_ctx *fwctl_ctx_new(void)
{
	struct fwctl_ctx *ctx = calloc(1, sizeof(*ctx));

	if (!ctx)
		return NULL;
	ctx->transport = &fwctl_transport_kernel;
	ctx->root = strdup("");
	if (!ctx->root) {
		free(ctx);
		return NULL;
	}
	return ctx;
}

/**
 * fwctl_ctx_free - release a context
 * @ctx: the context, or NULL
 *
 * Devices that were found through it stay usable.
 */
void fwctl_ctx_free(struct fwctl_ctx *ctx)
{
	if (!ctx)
		return;
	free(ctx->root);
	free(ctx);
}

/**
 * fwctl_ctx_error - why the last function that failed on a context did so
 * @ctx: the context
 *
 * Return: one line, valid until the next function on @ctx.
 */
const char *fwctl_ctx_error(const struct fwctl_ctx *ctx)
{
	return ctx->error;
}

/**
 * fwctl_ctx_set_root - look for /sys and /dev somewhere else
 * @ctx: the context
 * @root: the folder that holds sys and dev; "" for the usual place
 *
 * For file systems of containers and for tests. Devices found earlier keep what
 * they have.
 *
 * Return: 0 or -ENOMEM.
 */
int fwctl_ctx_set_root(struct fwctl_ctx *ctx, const char *root)
{
	char *copy = strdup(root);

	if (!copy)
		return fwctl_fail(ctx->error, -ENOMEM, "no memory");
	free(ctx->root);
	ctx->root = copy;
	return 0;
}

/* "fwctl" and a number: the only names that the class hands out. */
static bool is_device_name(const char *name)
{
	if (strncmp(name, "fwctl", 5) || !name[5])
		return false;
	for (name += 5; *name; name++)
		if (!isdigit((unsigned char)*name))
			return false;
	return true;
}

static int is_device_entry(const struct dirent *entry)
{
	return is_device_name(entry->d_name);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The last part of where a symbolic link leads to, or NULL. */
static char *link_target(const char *dir, const char *link)
{
	char path[PATH_MAX], resolved[PATH_MAX];
	int len = snprintf(path, sizeof(path), "%s/%s", dir, link);

	if (len < 0 || (size_t)len >= sizeof(path) || !realpath(path, resolved))
		return NULL;
	return strdup(base_name(resolved));
}

/* The content of an attribute without the newline at its end, or NULL. */
static char *attribute(const char *dir, const char *name)
{
	char path[PATH_MAX], line[256];
	int len = snprintf(path, sizeof(path), "%s/%s", dir, name);
	char *text;
	FILE *file;

	if (len < 0 || (size_t)len >= sizeof(path))
		return NULL;
	file = fopen(path, "re");
	if (!file)
		return NULL;
	text = fgets(line, sizeof(line), file);
	fclose(file);
	if (!text)
		return NULL;
	text[strcspn(text, "\n")] = 0;
	return strdup(text);
}

static unsigned int parse_scopes(char *text)
{
	enum fwctl_rpc_scope scope;
	unsigned int scopes = 0;
	char *word, *rest;

	for (word = strtok_r(text, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest))
		if (!fwctl_scope_parse(word, &scope))
			scopes |= 1U << scope;
	return scopes;
}

/*
 * Linux's own fwctl has no type, driver and scopes attributes: these stay
 * unknown then. Everything but the name may vanish while it is looked at.
 */
static void read_attributes(struct fwctl_dev *dev, const char *dir)
{
	char *text;

	dev->parent = link_target(dir, "device");
	dev->bus = link_target(dir, "device/subsystem");
	dev->driver = attribute(dir, "driver");

	text = attribute(dir, "type");
	if (text)
		dev->type = strtoul(text, NULL, 0);
	free(text);

	text = attribute(dir, "scopes");
	if (text)
		dev->scopes = parse_scopes(text);
	free(text);
}

static int load_device(struct fwctl_ctx *ctx, const char *name,
		       struct fwctl_dev **found)
{
	struct fwctl_dev *dev;
	char dir[PATH_MAX];
	struct stat st;
	int len;

	len = snprintf(dir, sizeof(dir), "%s" CLASS "/%s", ctx->root, name);
	if (len < 0 || (size_t)len >= sizeof(dir))
		return fwctl_fail(ctx->error, -ENAMETOOLONG,
				  "%s: name too long", name);
	if (stat(dir, &st))
		return fwctl_fail(ctx->error, -ENODEV,
				  "%s: no such device in %s" CLASS
				  ": is the module of the device loaded?",
				  name, ctx->root);

	dev = calloc(1, sizeof(*dev));
	if (!dev)
		return fwctl_fail(ctx->error, -ENOMEM, "no memory");
	dev->transport = ctx->transport;
	dev->name = strdup(name);
	if (asprintf(&dev->path, "%s/dev/fwctl/%s", ctx->root, name) < 0)
		dev->path = NULL;
	if (!dev->name || !dev->path) {
		fwctl_dev_free(dev);
		return fwctl_fail(ctx->error, -ENOMEM, "no memory");
	}
	read_attributes(dev, dir);
	*found = dev;
	return 0;
}

/**
 * fwctl_list - find all devices
 * @ctx: the context
 * @devs: receives an array of the devices, in the order of their numbers and
 *	with a NULL at its end, to be released by fwctl_list_free()
 *
 * Return: the number of devices, or a negative errno with a message in @ctx:
 * -ENOENT if the kernel has no fwctl.
 */
int fwctl_list(struct fwctl_ctx *ctx, struct fwctl_dev ***devs)
{
	struct fwctl_dev **list = NULL;
	struct dirent **entries;
	char dir[PATH_MAX];
	int count, len, i;
	int ret = 0, n = 0;

	len = snprintf(dir, sizeof(dir), "%s" CLASS, ctx->root);
	if (len < 0 || (size_t)len >= sizeof(dir))
		return fwctl_fail(ctx->error, -ENAMETOOLONG,
				  "%s: name too long", ctx->root);
	count = scandir(dir, &entries, is_device_entry, versionsort);
	if (count < 0 && errno == ENOENT)
		return fwctl_fail(ctx->error, -ENOENT, "there is no %s: %s",
				  dir, "load the device's module, e.g. modprobe mlx5_fwctl");
	if (count < 0)
		return fwctl_fail(ctx->error, -errno, "cannot list %s: %s", dir,
				  strerrordesc_np(errno));

	list = calloc(count + 1, sizeof(*list));
	if (!list)
		ret = fwctl_fail(ctx->error, -ENOMEM, "no memory");
	for (i = 0; i < count; i++) {
		/* A device that vanished meanwhile is no error. */
		if (!ret)
			ret = load_device(ctx, entries[i]->d_name, &list[n]);
		if (ret == -ENODEV)
			ret = 0;
		else if (!ret)
			n++;
		free(entries[i]);
	}
	free(entries);
	if (ret) {
		fwctl_list_free(list);
		return ret;
	}
	*devs = list;
	return n;
}

/**
 * fwctl_list_free - release the devices of fwctl_list()
 * @devs: the array, or NULL
 *
 * To keep a device, put NULL in its place and what is behind it forward.
 */
void fwctl_list_free(struct fwctl_dev **devs)
{
	struct fwctl_dev **dev;

	for (dev = devs; devs && *dev; dev++)
		fwctl_dev_free(*dev);
	free(devs);
}

static int find_by_path(struct fwctl_ctx *ctx, const char *path,
			struct fwctl_dev **dev)
{
	char link[PATH_MAX], *name;
	struct stat st;
	int len, ret;

	if (stat(path, &st))
		return fwctl_fail(ctx->error, -errno, "%s: %s", path,
				  strerrordesc_np(errno));
	len = snprintf(link, sizeof(link), "%s/sys/dev/char", ctx->root);
	if (!S_ISCHR(st.st_mode) || len < 0 || (size_t)len >= sizeof(link))
		return fwctl_fail(ctx->error, -ENODEV,
				  "%s: is not an fwctl device", path);

	snprintf(link + len, sizeof(link) - len, "/%u:%u", major(st.st_rdev),
		 minor(st.st_rdev));
	name = link_target(link, ".");
	if (!name || !is_device_name(name))
		ret = fwctl_fail(ctx->error, -ENODEV,
				 "%s: is not an fwctl device", path);
	else
		ret = load_device(ctx, name, dev);
	free(name);
	return ret;
}

/* A PCI address without its domain means domain 0. */
static bool is_parent(const struct fwctl_dev *dev, const char *address)
{
	return dev->parent && (!strcmp(dev->parent, address) ||
			       (!strncmp(dev->parent, "0000:", 5) &&
				!strcmp(dev->parent + 5, address)));
}

static int find_by_parent(struct fwctl_ctx *ctx, const char *address,
			  struct fwctl_dev **dev)
{
	int count, i, ret, first = -1, second = -1;
	struct fwctl_dev **devs;

	count = fwctl_list(ctx, &devs);
	if (count < 0)
		return count;
	for (i = 0; i < count && second < 0; i++) {
		if (!is_parent(devs[i], address))
			continue;
		if (first < 0)
			first = i;
		else
			second = i;
	}

	if (first < 0) {
		ret = fwctl_fail(ctx->error, -ENODEV,
				 "%s: no device in %s" CLASS
				 " has this name or this parent",
				 address, ctx->root);
	} else if (second >= 0) {
		ret = fwctl_fail(ctx->error, -ENOTUNIQ,
				 "%s: is the parent of %s and %s: name one of them",
				 address, devs[first]->name,
				 devs[second]->name);
	} else {
		*dev = devs[first];
		devs[first] = devs[count - 1];
		devs[count - 1] = NULL;
		ret = 0;
	}
	fwctl_list_free(devs);
	return ret;
}

/**
 * fwctl_find - find one device
 * @ctx: the context
 * @what: its name (fwctl0), the path of its file (/dev/fwctl/fwctl0), or the
 *	address of its parent (0000:03:00.0, or short 03:00.0)
 * @dev: receives the device, to be released by fwctl_dev_free()
 *
 * Return: 0, or a negative errno with a message in @ctx: -ENODEV or -ENOENT if
 * there is no such device, -ENOTUNIQ if there are several.
 */
int fwctl_find(struct fwctl_ctx *ctx, const char *what, struct fwctl_dev **dev)
{
	if (is_device_name(what))
		return load_device(ctx, what, dev);
	if (strchr(what, '/'))
		return find_by_path(ctx, what, dev);
	return find_by_parent(ctx, what, dev);
}
