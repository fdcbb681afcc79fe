// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Unit tests of libfwctl, with a simulated /sys and a simulated transport. They
 * need no kernel module and no privilege. Output: KTAP.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fwctl/sim.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "../private.h"
#include "ktap.h"

/*
 * A simulated /sys. The library finds devices in /sys only, so the tests mount the
 * simulated one there, in a mount namespace of their own.
 */

static char root[32];

static bool put_path(char *path, const char *name)
{
	char *slash;

	snprintf(path, PATH_MAX, "%s/%s", root, name);
	for (slash = path + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = 0;
		if (mkdir(path, 0700) && errno != EEXIST)
			return false;
		*slash = '/';
	}
	return true;
}

static bool put_file(const char *name, const char *content)
{
	char path[PATH_MAX];
	FILE *file;

	if (!put_path(path, name))
		return false;
	file = fopen(path, "w");
	if (!file)
		return false;
	fputs(content, file);
	return !fclose(file);
}

static bool put_link(const char *name, const char *target)
{
	char path[PATH_MAX];

	return put_path(path, name) && !symlink(target, path);
}

#define BUS "sys/bus/pci"
#define PCI0 "sys/devices/pci0000:00/0000:03:00.0"
#define PCI1 "sys/devices/pci0000:00/0000:03:00.1"

static bool put_device(const char *parent, const char *name, const char *uevent)
{
	char path[256], link[256], target[256];
	bool ok;

	snprintf(path, sizeof(path), "%s/fwctl/%s/uevent", parent, name);
	ok = put_file(path, uevent);
	snprintf(link, sizeof(link), "%s/fwctl/%s/subsystem", parent, name);
	ok &= put_link(link, "../../../../../class/fwctl");
	snprintf(link, sizeof(link), "%s/fwctl/%s/device", parent, name);
	/* As the kernel writes it: a link's target ends with the name of a device. */
	snprintf(target, sizeof(target), "../../../%s", strrchr(parent, '/') + 1);
	ok &= put_link(link, target);
	snprintf(link, sizeof(link), "sys/class/fwctl/%s", name);
	snprintf(target, sizeof(target), "../../../%s/fwctl/%s", parent, name);
	return ok && put_link(link, target);
}

/* fwctl0 has all attributes; fwctl2 and fwctl10 have none, and one parent. */
static bool make_tree(void)
{
	return put_file(BUS "/uevent", "") && put_file(PCI0 "/uevent", "") &&
	       put_link(PCI0 "/subsystem", "../../../bus/pci") &&
	       put_file(PCI0 "/net/eth5/x", "") &&
	       put_file(PCI0 "/net/eth10/x", "") &&
	       put_file(PCI0 "/infiniband/mlx5_7/x", "") &&
	       put_file(PCI0 "/serial", "0x1122\nnext line\n") &&
	       put_file(PCI0 "/ram/size", "0x10000000\n") &&
	       put_device(PCI0, "fwctl0",
			  "MAJOR=1\nMINOR=3\nDEVNAME=fwctl/fwctl0\n") &&
	       put_file(PCI0 "/fwctl/fwctl0/type", "1\n") &&
	       put_file(PCI0 "/fwctl/fwctl0/driver", "mlx5_fwctl\n") &&
	       put_file(PCI0 "/fwctl/fwctl0/scopes",
			"configuration debug-write-full\n") &&
	       put_file(PCI1 "/uevent", "") &&
	       put_link(PCI1 "/subsystem", "../../../bus/pci") &&
	       put_device(PCI1, "fwctl10", "") &&
	       put_device(PCI1, "fwctl2", "") &&
	       put_link("sys/class/fwctl/fwctl7", "nowhere") &&
	       put_link("sys/dev/char/1:3",
			"../../devices/pci0000:00/0000:03:00.0/fwctl/fwctl0") &&
	       put_file("sys/devices/zero/uevent",
			"MAJOR=1\nMINOR=5\nDEVNAME=zero\n") &&
	       put_link("sys/devices/zero/subsystem", "../../class/mem") &&
	       put_file("sys/class/mem/x", "") &&
	       put_link("sys/dev/char/1:5", "../../devices/zero");
}

static bool see_tree(void)
{
	char sys[64];

	snprintf(sys, sizeof(sys), "%s/sys", root);
	return !unshare(geteuid() ? CLONE_NEWUSER | CLONE_NEWNS : CLONE_NEWNS) &&
	       !mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) &&
	       !mount(sys, "/sys", "none", MS_BIND, NULL);
}

static bool sees_tree;

/* Begin a test that needs the simulated /sys. */
static void want_tree(void)
{
	if (!sees_tree)
		ktap_skip("this user cannot make mount namespaces");
}

static int remove_entry(const char *path, const struct stat *st, int type,
			struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* A simulated transport: returns the set results, and keeps the last request. */

static struct {
	int open_write;
	int open_read;
	int result;
	unsigned int opened;
	unsigned int closed;
	unsigned int rpcs;
	unsigned int least;
	__u32 type;
	struct fwctl_rpc rpc;
	const char *text;
} fake;

static int fake_open(struct fwctl_dev *dev, bool write)
{
	int ret = write ? fake.open_write : fake.open_read;

	if (!ret) {
		dev->fd = -1;
		fake.opened++;
	}
	return ret;
}

static void fake_close(struct fwctl_dev *dev)
{
	(void)dev;
	fake.closed++;
}

static int fake_info(struct fwctl_dev *dev, struct fwctl_info *info)
{
	void *data = (void *)(uintptr_t)info->out_device_data;

	(void)dev;
	if (info->size != sizeof(*info) || info->flags)
		return -EINVAL;
	if (fake.result)
		return fake.result;
	if (data)
		memset(data, 0x5a, info->device_data_len);
	info->out_device_type = fake.type;
	info->device_data_len = 12;
	return 0;
}

static int fake_rpc(struct fwctl_dev *dev, struct fwctl_rpc *rpc)
{
	(void)dev;
	if (rpc->size != sizeof(*rpc))
		return -EINVAL;
	fake.rpc = *rpc;
	fake.rpcs++;
	if (fake.result || rpc->scope < fake.least)
		return fake.result ? fake.result : -EBADMSG;
	memset((void *)(uintptr_t)rpc->out, 0xa5, rpc->out_len);
	rpc->out_len = 40;
	return 0;
}

static int fake_state(struct fwctl_dev *dev, struct fwctl_state **state)
{
	(void)dev;
	(void)state;
	return fake.result;
}

static int fake_lower(struct fwctl_dev *dev, enum fwctl_ceiling ceiling, bool function)
{
	(void)dev;
	(void)ceiling;
	(void)function;
	return fake.result;
}

static int fake_reload(struct fwctl_dev *dev, enum fwctl_reload what, char *text,
		       size_t size)
{
	(void)what;
	CHECK(!dev->is_open);
	snprintf(text, size, "%s", fake.text ? fake.text : "");
	return fake.result;
}

static const struct fwctl_transport fake_transport = {
	.open = fake_open,
	.close = fake_close,
	.info = fake_info,
	.rpc = fake_rpc,
	.state = fake_state,
	.lower = fake_lower,
	.reload = fake_reload,
};

/* The tests. */

static struct fwctl_ctx *ctx;

static void test_scope_names(void)
{
	enum fwctl_rpc_scope scope;

	CHECK(!fwctl_scope_parse("configuration", &scope) &&
	      scope == FWCTL_RPC_CONFIGURATION);
	CHECK(!fwctl_scope_parse("c", &scope) &&
	      scope == FWCTL_RPC_CONFIGURATION);
	CHECK(!fwctl_scope_parse("debug-r", &scope) &&
	      scope == FWCTL_RPC_DEBUG_READ_ONLY);
	CHECK(!fwctl_scope_parse("debug-write", &scope) &&
	      scope == FWCTL_RPC_DEBUG_WRITE);
	CHECK(!fwctl_scope_parse("debug-write-", &scope) &&
	      scope == FWCTL_RPC_DEBUG_WRITE_FULL);
	CHECK(fwctl_scope_parse("debug", &scope) == -ENOTUNIQ);
	CHECK(fwctl_scope_parse("debug-w", &scope) == -ENOTUNIQ);
	CHECK(fwctl_scope_parse("", &scope) == -EINVAL);
	CHECK(fwctl_scope_parse("debug-write-full-", &scope) == -EINVAL);
	CHECK(!strcmp(fwctl_scope_name(FWCTL_RPC_DEBUG_READ_ONLY),
		      "debug-read-only"));
	CHECK(!fwctl_scope_name((enum fwctl_rpc_scope)4));
}

static void test_type_names(void)
{
	CHECK(!strcmp(fwctl_type_name(FWCTL_DEVICE_TYPE_MLX5), "mlx5"));
	CHECK(!strcmp(fwctl_type_name(FWCTL_DEVICE_TYPE_SIM), "sim"));
	CHECK(!fwctl_type_name(FWCTL_DEVICE_TYPE_ERROR));
}

static void test_other_names(void)
{
	enum fwctl_ceiling ceiling;
	unsigned int reason = 0;

	CHECK(!fwctl_ceiling_parse("none", &ceiling) &&
	      ceiling == FWCTL_CEILING_NONE);
	CHECK(!fwctl_ceiling_parse("debug-write", &ceiling) &&
	      ceiling == FWCTL_CEILING_DEBUG_WRITE);
	CHECK(fwctl_ceiling_parse("debug", &ceiling) == -ENOTUNIQ);
	CHECK(!strcmp(fwctl_ceiling_name(FWCTL_CEILING_DEBUG_WRITE_FULL),
		      "debug-write-full"));
	CHECK(!fwctl_ceiling_name((enum fwctl_ceiling)5));
	CHECK(!strcmp(fwctl_reason_name(FWCTL_REASON_CEILING), "ceiling"));
	/* Numbers behind the last reason have no name. */
	while (fwctl_reason_name(reason))
		reason++;
	CHECK(reason > FWCTL_REASON_CEILING);
}

static void test_list(void)
{
	struct fwctl_dev **devs;

	want_tree();
	CHECK(fwctl_list(ctx, &devs) == 3);
	CHECK(!strcmp(fwctl_dev_name(devs[0]), "fwctl0"));
	CHECK(!strcmp(fwctl_dev_name(devs[1]), "fwctl2"));
	CHECK(!strcmp(fwctl_dev_name(devs[2]), "fwctl10"));
	CHECK(!devs[3]);
	fwctl_list_free(devs);
	fwctl_list_free(NULL);
}

static void test_attributes(void)
{
	struct fwctl_dev *dev;

	want_tree();
	CHECK(!fwctl_find(ctx, "fwctl0", &dev));
	CHECK(!strcmp(fwctl_dev_path(dev), "/dev/fwctl/fwctl0"));
	CHECK(fwctl_dev_type(dev) == FWCTL_DEVICE_TYPE_MLX5);
	CHECK(!strcmp(fwctl_dev_driver(dev), "mlx5_fwctl"));
	CHECK(!strcmp(fwctl_dev_parent(dev), "0000:03:00.0"));
	CHECK(!strcmp(fwctl_dev_bus(dev), "pci"));
	CHECK(!strcmp(fwctl_dev_netdevs(dev)[0], "eth5"));
	CHECK(!strcmp(fwctl_dev_netdevs(dev)[1], "eth10"));
	CHECK(!fwctl_dev_netdevs(dev)[2]);
	CHECK(!strcmp(fwctl_dev_rdma_devs(dev)[0], "mlx5_7"));
	CHECK(!fwctl_dev_rdma_devs(dev)[1]);
	CHECK(fwctl_dev_scopes(dev) == (1 << FWCTL_RPC_CONFIGURATION |
					1 << FWCTL_RPC_DEBUG_WRITE_FULL));
	CHECK(!fwctl_dev_writable(dev));
	fwctl_dev_free(dev);
}

static void test_parent_attributes(void)
{
	static const char * const bad[] = {
		"", "/serial", "../secret", "ram/../../secret", "ram//size",
		"ram/.", "ram/",
	};
	struct fwctl_dev *dev;
	char text[16], path[300];
	size_t i;

	want_tree();
	CHECK(!fwctl_find(ctx, "fwctl0", &dev));
	CHECK(!fwctl_dev_attribute(dev, "serial", text, sizeof(text)) &&
	      !strcmp(text, "0x1122"));
	CHECK(!fwctl_dev_attribute(dev, "ram/size", text, 11) &&
	      !strcmp(text, "0x10000000"));
	CHECK(fwctl_dev_attribute(dev, "ram/size", text, 10) == -EMSGSIZE);
	CHECK(fwctl_dev_attribute(dev, "pmem/size", text, 10) == -ENOENT);
	CHECK_HAS(fwctl_dev_error(dev), "pmem/size of 0000:03:00.0");
	CHECK(fwctl_dev_attribute(dev, "ram", text, 10) == -EISDIR);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK(fwctl_dev_attribute(dev, bad[i], text, 10) == -EINVAL);
	memset(path, 'a', sizeof(path));
	path[256] = 0;
	CHECK(fwctl_dev_attribute(dev, path, text, 10) == -EINVAL);
	path[255] = 0;
	CHECK(fwctl_dev_attribute(dev, path, text, 10) == -ENOENT);
	fwctl_dev_free(dev);
}

/* As with Linux's own fwctl. */
static void test_no_attributes(void)
{
	struct fwctl_dev *dev;

	want_tree();
	CHECK(!fwctl_find(ctx, "fwctl2", &dev));
	CHECK(!strcmp(fwctl_dev_path(dev), "/dev/fwctl/fwctl2"));
	CHECK(!fwctl_dev_netdevs(dev)[0] && !fwctl_dev_rdma_devs(dev)[0]);
	CHECK(fwctl_dev_type(dev) == FWCTL_DEVICE_TYPE_ERROR);
	CHECK(!fwctl_dev_driver(dev));
	CHECK(!strcmp(fwctl_dev_parent(dev), "0000:03:00.1"));
	CHECK(!strcmp(fwctl_dev_bus(dev), "pci"));
	CHECK(!fwctl_dev_scopes(dev));
	fwctl_dev_free(dev);
}

static void test_find(void)
{
	static const char * const good[] = {
		"fwctl0", "0000:03:00.0", "03:00.0", "/dev/null", "eth10",
		"mlx5_7",
	};
	struct fwctl_dev *dev;
	size_t i;

	want_tree();
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		CHECK(!fwctl_find(ctx, good[i], &dev));
		CHECK(!strcmp(fwctl_dev_name(dev), "fwctl0"));
		fwctl_dev_free(dev);
	}
}

static void test_find_fails(void)
{
	static const struct {
		const char *what;
		int err;
	} bad[] = {
		{ "fwctl1", -ENODEV },
		{ "fwctl7", -ENODEV },
		{ "fwctl", -ENODEV },
		{ "fwctl1x", -ENODEV },
		{ "0000:03:00.2", -ENODEV },
		{ "", -ENODEV },
		{ "eth1", -ENODEV },
		{ "03:00.1", -ENOTUNIQ },
		{ "/dev/zero", -ENODEV },
		{ "/dev/full", -ENODEV },
		{ "/", -ENODEV },
		{ "../fwctl0", -ENOENT },
	};
	struct fwctl_dev *dev = NULL;
	size_t i;

	want_tree();
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ctx->error[0] = 0;
		CHECK(fwctl_find(ctx, bad[i].what, &dev) == bad[i].err);
		CHECK_HAS(fwctl_ctx_error(ctx), bad[i].what);
		CHECK(fwctl_ctx_error(ctx)[0] && !dev);
	}
}

static struct fwctl_dev *fake_device(void)
{
	struct fwctl_dev *dev = calloc(1, sizeof(*dev));

	if (!dev)
		return NULL;
	memset(&fake, 0, sizeof(fake));
	fake.type = FWCTL_DEVICE_TYPE_PDS;
	dev->source = fwctl_source_new(&fake_transport);
	dev->name = strdup("fwctl2");
	dev->path = strdup("/nonexistent/fwctl2");
	return dev;
}

static void test_open(void)
{
	struct fwctl_dev *dev = fake_device();

	CHECK(dev);
	CHECK(!fwctl_dev_open(dev, 0));
	CHECK(fwctl_dev_writable(dev));
	CHECK(fwctl_dev_open(dev, 0) == -EALREADY);
	fwctl_dev_close(dev);
	fwctl_dev_close(dev);
	CHECK(!fwctl_dev_writable(dev));
	CHECK(!fwctl_dev_open(dev, 0));
	fwctl_dev_free(dev);
	CHECK(fake.opened == 2 && fake.closed == 2);
}

static void test_open_read_only(void)
{
	struct fwctl_dev *dev = fake_device();

	CHECK(dev);
	fake.open_write = -EACCES;
	CHECK(fwctl_dev_open(dev, 0) == -EACCES);
	CHECK(strstr(fwctl_dev_error(dev), "permission denied"));
	CHECK(!fwctl_dev_open(dev, FWCTL_OPEN_READ_ONLY_OK));
	CHECK(!fwctl_dev_writable(dev));
	fwctl_dev_close(dev);
	fake.open_read = -EACCES;
	CHECK(fwctl_dev_open(dev, FWCTL_OPEN_READ_ONLY_OK) == -EACCES);
	fake.open_write = -EBUSY;
	CHECK(fwctl_dev_open(dev, FWCTL_OPEN_READ_ONLY_OK) == -EBUSY);
	CHECK(strstr(fwctl_dev_error(dev), "max_files"));
	fwctl_dev_free(dev);
}

static void test_kernel_open(void)
{
	struct fwctl_dev *dev = fake_device();
	char path[64];

	CHECK(dev);
	dev->source->transport = &fwctl_transport_kernel;
	CHECK(fwctl_dev_open(dev, 0) == -ENOENT);
	CHECK_HAS(fwctl_dev_error(dev), "/nonexistent/fwctl2");
	CHECK(fwctl_dev_open(dev, 4) == -EINVAL);

	/* A file that exists and is not a device. */
	CHECK(put_file("fwctl2", ""));
	snprintf(path, sizeof(path), "%s/fwctl2", root);
	free(dev->path);
	dev->path = strdup(path);
	CHECK(!fwctl_dev_open(dev, 0));
	CHECK(fwctl_dev_info(dev, NULL, &(size_t){ 0 }) == -ENOTTY);
	CHECK_HAS(fwctl_dev_error(dev), "is not an fwctl device");
	fwctl_dev_free(dev);
}

/* A device of the simulated /sys, whose file is a regular one, open for writing. */
static struct fwctl_dev *lockable(const char *name)
{
	struct fwctl_dev *dev = fake_device();
	char path[64];

	CHECK(dev);
	fwctl_source_put(dev->source);
	dev->source = fwctl_source_new(&fwctl_transport_kernel);
	snprintf(path, sizeof(path), "files/%s", name);
	CHECK(put_file(path, ""));
	snprintf(path, sizeof(path), "%s/files/%s", root, name);
	free(dev->name);
	free(dev->path);
	dev->name = strdup(name);
	dev->path = strdup(path);
	dev->bus = strdup("pci");
	CHECK(!fwctl_dev_open(dev, 0));
	return dev;
}

static void test_lock(void)
{
	struct fwctl_dev *one = lockable("fwctl5"), *same = lockable("fwctl5");
	struct fwctl_dev *read_only = lockable("fwctl5");
	int pipes[2];
	pid_t child;
	char byte;

	CHECK(!fwctl_dev_lock(one, 0) && !fwctl_dev_lock(one, 0));
	CHECK(fwctl_dev_lock(same, 0) == -EBUSY);
	CHECK(fwctl_dev_lock(same, 20) == -EBUSY);
	CHECK_HAS(fwctl_dev_error(same), "another program is changing the card");
	fwctl_dev_unlock(one);
	fwctl_dev_unlock(one);
	CHECK(!fwctl_dev_lock(same, 0));
	fwctl_dev_close(same);
	CHECK(fwctl_dev_lock(same, 0) == -EBADF);
	fwctl_dev_close(read_only);
	CHECK(!fwctl_dev_open(read_only, FWCTL_OPEN_READ_ONLY));
	CHECK(fwctl_dev_lock(read_only, 0) == -EACCES);

	/* A program that is killed keeps no lock. */
	CHECK(!pipe(pipes));
	fwctl_dev_close(one);
	child = fork();
	if (!child) {
		if (!fwctl_dev_open(one, 0) && !fwctl_dev_lock(one, 0))
			child = write(pipes[1], "x", 1);
		for (;;)
			pause();
	}
	CHECK(child > 0 && read(pipes[0], &byte, 1) == 1);
	CHECK(!fwctl_dev_open(one, 0));
	CHECK(fwctl_dev_lock(one, 0) == -EBUSY);
	CHECK(!kill(child, SIGKILL));
	CHECK(!fwctl_dev_lock(one, 10000));
	waitpid(child, NULL, 0);
	close(pipes[0]);
	close(pipes[1]);
	fwctl_dev_free(one);
	fwctl_dev_free(same);
	fwctl_dev_free(read_only);
}

/* fwctl0 is the first device of the card of fwctl2 and fwctl10. */
static void test_lock_card(void)
{
	struct fwctl_dev *first, *second, *third;
	char path[64];

	want_tree();
	first = lockable("fwctl0");
	second = lockable("fwctl2");
	third = lockable("fwctl10");
	CHECK(!fwctl_dev_lock(second, 0));
	CHECK(fwctl_dev_lock(first, 0) == -EBUSY);
	CHECK(fwctl_dev_lock(third, 0) == -EBUSY);
	fwctl_dev_unlock(second);
	CHECK(!fwctl_dev_lock(first, 0));
	CHECK(fwctl_dev_lock(second, 0) == -EBUSY);
	fwctl_dev_free(first);
	CHECK(!fwctl_dev_lock(third, 0));
	fwctl_dev_unlock(third);
	/* Without the file of the first device there is no lock. */
	snprintf(path, sizeof(path), "%s/files/fwctl0", root);
	CHECK(!unlink(path));
	CHECK(fwctl_dev_lock(second, 0) == -ENOENT);
	CHECK_HAS(fwctl_dev_error(second), "no file of the card's first device");
	fwctl_dev_free(second);
	fwctl_dev_free(third);
}

static void test_reload(void)
{
	static const struct {
		int err;
		const char *says;
	} errors[] = {
		{ -EOPNOTSUPP, "reload fw_activate: the driver or the kernel has no such" },
		{ -ENODEV, "no devlink instance" },
		{ -EPERM, "CAP_NET_ADMIN" },
		{ -EBUSY, "another restart" },
		{ -ETIMEDOUT, "did not answer" },
		{ -ENODATA, "recording" },
	};
	struct fwctl_dev *dev = fake_device();
	size_t i;

	CHECK(dev);
	CHECK(!fwctl_dev_open(dev, 0));
	CHECK(!fwctl_dev_reload(dev, FWCTL_RELOAD_DRIVER) && fake.closed == 1);
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		fake.result = errors[i].err;
		CHECK(fwctl_dev_reload(dev, FWCTL_RELOAD_FIRMWARE) == errors[i].err);
		CHECK_HAS(fwctl_dev_error(dev), errors[i].says);
	}
	/* The driver's own words are better. */
	fake.text = "mlx5_core: FW activate requires reboot";
	CHECK(fwctl_dev_reload(dev, FWCTL_RELOAD_PATCH) == -ENODATA);
	CHECK_HAS(fwctl_dev_error(dev), "limit no_reset: mlx5_core: FW activate requires");
	CHECK(fwctl_dev_reload(dev, (enum fwctl_reload)3) == -EINVAL);
	CHECK_HAS(fwctl_dev_error(dev), "no such restart");
	fwctl_dev_free(dev);
}

/* The kernel has no devlink instance of a device that is not on any bus. */
static void test_reload_kernel(void)
{
	struct fwctl_dev *dev = fake_device();
	int ret;

	CHECK(dev);
	fwctl_source_put(dev->source);
	dev->source = fwctl_source_new(&fwctl_transport_kernel);
	CHECK(fwctl_dev_reload(dev, FWCTL_RELOAD_DRIVER) == -EOPNOTSUPP);
	dev->bus = strdup("pci");
	free(dev->parent);
	dev->parent = strdup("ffff:ff:1f.7");
	ret = fwctl_dev_reload(dev, FWCTL_RELOAD_DRIVER);
	/* Without devlink, without the right to use it, and with both */
	CHECK(ret == -EOPNOTSUPP || ret == -EPERM || ret == -ENODEV);
	fwctl_dev_free(dev);
}

/* The name that the kernel gives a card counts, not the addresses of its functions. */
static void test_lock_named_card(void)
{
	static const char * const names[] = { "fwctl0", "fwctl2", "fwctl10" };
	struct fwctl_dev *devs[ARRAY_SIZE(names)];
	char path[64];
	size_t i;

	want_tree();
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "sys/class/fwctl/%s/card", names[i]);
		CHECK(put_file(path, i ? "b859:9f03:0000:0010\n" : "0000:03:00\n"));
		devs[i] = lockable(names[i]);
	}
	CHECK(!fwctl_dev_lock(devs[2], 0));
	CHECK(fwctl_dev_lock(devs[1], 0) == -EBUSY);
	CHECK(!fwctl_dev_lock(devs[0], 0));
	fwctl_dev_unlock(devs[2]);
	CHECK(!fwctl_dev_lock(devs[1], 0));
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		fwctl_dev_free(devs[i]);
		snprintf(path, sizeof(path), "%s/sys/class/fwctl/%s/card", root, names[i]);
		CHECK(!unlink(path));
	}
}

static void test_open_denied(void)
{
	struct fwctl_dev *dev = fake_device();
	char path[64];

	CHECK(dev);
	/* No file mode stops root, so the transport returns the errno. */
	fake.open_write = -EACCES;
	CHECK(put_file("denied", ""));
	snprintf(path, sizeof(path), "%s/denied", root);
	free(dev->path);
	dev->path = strdup(path);
	CHECK(fwctl_dev_open(dev, 0) == -EACCES);
	CHECK_HAS(fwctl_dev_error(dev), "ceiling is none");
	free(dev->path);
	dev->path = strdup("/nonexistent/fwctl2");
	CHECK(fwctl_dev_open(dev, 0) == -EACCES);
	CHECK_HAS(fwctl_dev_error(dev), "permission denied");
	fwctl_dev_free(dev);
}

static void test_info(void)
{
	struct fwctl_dev *dev = fake_device();
	unsigned char data[4] = {};
	size_t len = sizeof(data);

	CHECK(dev);
	CHECK(fwctl_dev_info(dev, data, &len) == -EBADF);
	CHECK(!fwctl_dev_open(dev, 0));
	CHECK(!fwctl_dev_info(dev, data, &len));
	CHECK(len == 12 && data[3] == 0x5a);
	CHECK(fwctl_dev_type(dev) == FWCTL_DEVICE_TYPE_PDS);
	len = 5;
	CHECK(!fwctl_dev_info(dev, NULL, &len) && len == 12);
	fake.result = -ENODEV;
	CHECK(fwctl_dev_info(dev, data, &len) == -ENODEV && len == 12);
	CHECK(strstr(fwctl_dev_error(dev), "gone"));
	fwctl_dev_free(dev);
}

static void test_rpc(void)
{
	struct fwctl_dev *dev = fake_device();
	unsigned char in[16] = {}, out[32] = {};
	size_t len = sizeof(out);

	CHECK(dev);
	CHECK(fwctl_dev_rpc(dev, FWCTL_RPC_DEBUG_WRITE, in, sizeof(in), out,
			    &len) == -EBADF);
	CHECK(!fwctl_dev_open(dev, 0));
	CHECK(!fwctl_dev_rpc(dev, FWCTL_RPC_DEBUG_WRITE, in, sizeof(in), out,
			     &len));
	CHECK(len == 40 && out[31] == 0xa5);
	CHECK(fake.rpc.scope == FWCTL_RPC_DEBUG_WRITE);
	CHECK(fake.rpc.in_len == 16 && fake.rpc.out_len == 32);
	CHECK(fake.rpc.in == (uintptr_t)in && fake.rpc.out == (uintptr_t)out);
	if (SIZE_MAX > UINT32_MAX) {
		len = (size_t)-1;
		CHECK(fwctl_dev_rpc(dev, FWCTL_RPC_DEBUG_WRITE, in, 0, out,
				    &len) == -EMSGSIZE);
	}
	fwctl_dev_free(dev);
}

static void test_rpc_fails(void)
{
	static const struct {
		int err;
		const char *says;
	} refusals[] = {
		{ -EPERM, "CAP_SYS_RAWIO" },
		{ -EACCES, "ceiling" },
		{ -EBADMSG, "not admitted" },
		{ -EBADMSG, "access for writing" },
		{ -EBADMSG, "scope debug-write-full" },
		{ -EMSGSIZE, "2 MiB" },
		{ -ENODEV, "gone" },
		{ -ETIMEDOUT, "did not answer" },
		{ -EXDEV, "nvalid cross-device link" },
		{ -12345, "unknown error" },
	};
	struct fwctl_dev *dev = fake_device();
	unsigned char data[16] = {};
	size_t len = sizeof(data), i;

	CHECK(dev);
	fake.open_write = -EACCES;
	CHECK(!fwctl_dev_open(dev, FWCTL_OPEN_READ_ONLY_OK));
	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		fake.result = refusals[i].err;
		CHECK(fwctl_dev_rpc(dev, FWCTL_RPC_DEBUG_WRITE_FULL, data, 16,
				    data, &len) == refusals[i].err);
		CHECK(len == 16);
		CHECK(!strncmp(fwctl_dev_error(dev), "fwctl2: rpc", 11));
		CHECK(strstr(fwctl_dev_error(dev), refusals[i].says));
	}
	fwctl_dev_free(dev);
}

static void test_least(void)
{
	unsigned char data[16] = {};
	enum fwctl_rpc_scope used;
	struct fwctl_dev *dev = fake_device();
	size_t len = sizeof(data);

	CHECK(dev && !fwctl_dev_open(dev, 0));
	fake.type = FWCTL_DEVICE_TYPE_MLX5;
	fake.least = FWCTL_RPC_DEBUG_WRITE;
	CHECK(fwctl_dev_rpc_least(dev, FWCTL_RPC_DEBUG_READ_ONLY, data, 16,
				  data, &len, &used) == -EBADMSG);
	CHECK(fake.rpcs == 2 && used == FWCTL_RPC_DEBUG_READ_ONLY && len == 16);
	CHECK(!fwctl_dev_rpc_least(dev, FWCTL_RPC_DEBUG_WRITE_FULL, data, 16,
				   data, &len, &used));
	CHECK(fake.rpcs == 5 && used == FWCTL_RPC_DEBUG_WRITE && len == 40);
	fake.least = 4;
	len = 16;
	CHECK(fwctl_dev_rpc_least(dev, FWCTL_RPC_DEBUG_WRITE_FULL, data, 16,
				  data, &len, NULL) == -EBADMSG);
	CHECK(fake.rpcs == 9);
	fwctl_dev_free(dev);
}

/* A request that may have reached the device is not sent again. */
static void test_least_once(void)
{
	static const int errors[] = {
		-EPERM, -EACCES, -EIO, -ETIMEDOUT, -EINTR, -EAGAIN, -ENODEV,
		-EMSGSIZE, -EREMOTEIO, -EOPNOTSUPP,
	};
	struct fwctl_dev *dev = fake_device();
	unsigned char data[16] = {};
	enum fwctl_rpc_scope used;
	size_t len = sizeof(data), i;

	CHECK(dev && !fwctl_dev_open(dev, 0));
	dev->type = FWCTL_DEVICE_TYPE_SIM;
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		fake.rpcs = 0;
		fake.result = errors[i];
		CHECK(fwctl_dev_rpc_least(dev, FWCTL_RPC_DEBUG_WRITE_FULL,
					  data, 16, data, &len,
					  &used) == errors[i]);
		CHECK(fake.rpcs == 1 && used == FWCTL_RPC_CONFIGURATION);
	}
	fake.rpcs = 0;
	fake.result = 0;
	dev->type = FWCTL_DEVICE_TYPE_CXL;
	CHECK(fwctl_dev_rpc_least(dev, FWCTL_RPC_DEBUG_WRITE_FULL, data, 16,
				  data, &len, &used) == -EOPNOTSUPP);
	CHECK(!fake.rpcs);
	CHECK_HAS(fwctl_dev_error(dev), "name the scope");
	dev->driver = strdup("this project's");
	CHECK(!fwctl_dev_rpc_least(dev, FWCTL_RPC_DEBUG_WRITE_FULL, data, 16,
				   data, &len, &used));
	fwctl_dev_free(dev);
}

static void test_state_fails(void)
{
	static const struct {
		int err;
		const char *says;
	} errors[] = {
		{ -EOPNOTSUPP, "no netlink family" },
		{ -ENODEV, "gone" },
		{ -EPERM, "CAP_SYS_ADMIN" },
		{ -ERANGE, "no such ceiling" },
	};
	struct fwctl_dev *dev = fake_device();
	struct fwctl_state *state;
	size_t i;

	CHECK(dev);
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		fake.result = errors[i].err;
		CHECK(fwctl_dev_state(dev, &state) == errors[i].err);
		CHECK_HAS(fwctl_dev_error(dev), "fwctl2: state: ");
		CHECK_HAS(fwctl_dev_error(dev), errors[i].says);
		CHECK(fwctl_dev_lower(dev, FWCTL_CEILING_NONE) ==
		      errors[i].err);
		CHECK_HAS(fwctl_dev_error(dev), "ceiling to none: ");
	}
	fwctl_dev_free(dev);
}

/* Attributes that the kernel never sends. */
static void test_state_message(void)
{
	static const struct {
		int attr;
		int len;
		int err;
	} bad[] = {
		{ 0, 0, 0 },
		{ FWCTL_A_DEV_INDEX, 3, -EBADMSG },
		{ FWCTL_A_DEV_FILES, 0, -EBADMSG },
		{ FWCTL_A_DEV_PARENT_BUS, 0, -EBADMSG },
		{ FWCTL_A_DEV_PARENT_BUS, 4, -EBADMSG },
		{ FWCTL_A_DEV_REASONS, 0, -EBADMSG },
		{ FWCTL_A_DEV_REASONS, 8, -EBADMSG },
		{ FWCTL_A_DEV_MAX + 1, 4, 0 },
		{ FWCTL_A_DEV_NAME, -1, -EBADMSG },
		{ FWCTL_A_DEV_DRIVER, -1, -EBADMSG },
	};
	static const int strings[] = {
		FWCTL_A_DEV_NAME, FWCTL_A_DEV_PARENT_NAME, FWCTL_A_DEV_DRIVER,
	};
	struct fwctl_state *state;
	struct nl_msg *msg;
	struct nlmsghdr *nlh;
	struct nlattr *nest;
	size_t i, n;
	int ret;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		msg = nlmsg_alloc();
		CHECK(msg && nlmsg_put(msg, 0, 0, 16, 0, 0));
		for (n = 0; n < ARRAY_SIZE(strings); n++)
			if (bad[i].attr != strings[n])
				nla_put_string(msg, strings[n], "text");
		/* A counter that this library does not know. */
		nest = nla_nest_start(msg, FWCTL_A_DEV_SCOPES);
		nla_put_u32(msg, FWCTL_A_COUNTER_ID, 4000000000);
		nla_put_u64(msg, FWCTL_A_COUNTER_COUNT, 7);
		nla_nest_end(msg, nest);
		if (bad[i].attr && bad[i].len >= 0)
			nla_put(msg, bad[i].attr, bad[i].len, "\1\1\1\1\1\1\1\1");
		nlh = nlmsg_hdr(msg);
		ret = fwctl_state_parse(nlmsg_attrdata(nlh, 0),
					nlmsg_attrlen(nlh, 0), &state);
		nlmsg_free(msg);
		if (ret != bad[i].err)
			printf("# row %zu: %d\n", i, ret);
		CHECK(ret == bad[i].err);
		if (!ret)
			fwctl_state_free(state);
	}
}

static void test_wait(void)
{
	struct fwctl_dev *dev = NULL;

	want_tree();
	CHECK(!fwctl_wait(ctx, "fwctl0", 0, &dev));
	fwctl_dev_free(dev);
	CHECK(fwctl_wait(ctx, "fwctl99", 10, &dev) == -ETIMEDOUT);
	CHECK_HAS(fwctl_ctx_error(ctx), "no fwctl device 'fwctl99' appeared");
	CHECK(fwctl_wait(ctx, "03:00.1", -1, &dev) == -ENOTUNIQ);
}

static void test_outlives_context(void)
{
	struct fwctl_ctx *other = fwctl_ctx_new();
	struct fwctl_dev *dev;

	want_tree();
	CHECK(other);
	CHECK(!fwctl_find(other, "fwctl0", &dev));
	fwctl_ctx_free(other);
	fwctl_ctx_free(NULL);
	CHECK(fwctl_dev_open(dev, 0) <= 0);
	fwctl_dev_free(dev);
	fwctl_dev_free(NULL);
}

static void test_monitor_fails(void)
{
	struct fwctl_monitor *monitor;

	CHECK(fwctl_monitor_open(ctx, 0, &monitor) == -EINVAL);
	CHECK(fwctl_monitor_open(ctx, 1 << 4, &monitor) == -EINVAL);
	CHECK_HAS(fwctl_ctx_error(ctx), "no such groups");
	fwctl_monitor_free(NULL);
}

/* The last test: the empty /sys stays mounted. */
static void test_no_class(void)
{
	struct fwctl_dev **devs, *dev;

	want_tree();
	CHECK(!mount("none", "/sys", "tmpfs", 0, NULL));
	CHECK(fwctl_list(ctx, &devs) == -ENOENT);
	CHECK_HAS(fwctl_ctx_error(ctx), "/sys/class/fwctl");
	CHECK_HAS(fwctl_ctx_error(ctx), "load the device's module");
	CHECK(fwctl_find(ctx, "03:00.0", &dev) == -ENOENT);
	CHECK(fwctl_find(ctx, "fwctl0", &dev) == -ENODEV);
	CHECK_HAS(fwctl_ctx_error(ctx), "fwctl0");
}

static void test_mlx5_status(void)
{
	unsigned char out[16] = { 0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78 };
	__u32 syndrome;
	__u8 status;

	CHECK(!fwctl_mlx5_status(out, sizeof(out), &status, &syndrome));
	CHECK(!status);
	out[0] = 3;
	CHECK(fwctl_mlx5_status(out, 8, &status, &syndrome) == -EREMOTEIO);
	CHECK(status == 3 && syndrome == 0x12345678);
	CHECK(fwctl_mlx5_status(out, 8, NULL, NULL) == -EREMOTEIO);
	CHECK(fwctl_mlx5_status(out, 7, &status, &syndrome) == -EMSGSIZE);
	CHECK(!strcmp(fwctl_mlx5_status_name(3), "BAD_PARAM"));
	CHECK(!fwctl_mlx5_status_name(0xff));
}

static void test_mlx5_names(void)
{
	__u16 id;

	CHECK(!strcmp(fwctl_mlx5_opcode_name(0x100), "query_hca_cap"));
	CHECK(!strcmp(fwctl_mlx5_opcode_name(0x805), "access_reg"));
	CHECK(!fwctl_mlx5_opcode_name(0xffff));
	CHECK(!strcmp(fwctl_mlx5_reg_name(0x9020), "mgir"));
	CHECK(!fwctl_mlx5_reg_name(0));
	CHECK(!fwctl_mlx5_reg_find("MNVDA", &id) && id == 0x9024);
	CHECK(fwctl_mlx5_reg_find("", &id) == -ENOENT);
	CHECK(fwctl_mlx5_reg_find("mnvd", &id) == -ENOENT);
}

static void test_mlx5_reg(void)
{
	/* SRIOV_EN=1 NUM_OF_VFS=8, as mstconfig writes it. */
	static const unsigned char wire[40] = {
		0x08, 0x05, 0, 0, 0, 0, 0, 0, 0, 0, 0x90, 0x24, 0, 0, 0, 0,
		0x02, 0x09, 0, 0x0c, 0, 0, 0, 0x80, 0, 0, 0, 0,
		0x90, 0, 0, 0, 0x80, 0x02, 0, 0x08, 0, 0, 0, 0,
	};
	unsigned char data[24], in[40], out[40] = { 0 };
	struct fwctl_mlx5_reg reg = {
		.id = 0x9024, .write = true, .data = data, .len = sizeof(data),
	};

	memcpy(data, wire + 16, sizeof(data));
	CHECK(fwctl_mlx5_reg_build(&reg, in, sizeof(in)) == sizeof(in));
	CHECK(!memcmp(in, wire, sizeof(in)));
	reg.write = false;
	reg.argument = 0x01020304;
	CHECK(fwctl_mlx5_reg_build(&reg, in, sizeof(in)) == sizeof(in));
	CHECK(in[7] == 1 && in[12] == 1 && in[15] == 4);
	CHECK(fwctl_mlx5_reg_build(&reg, in, 39) == -EMSGSIZE);
	CHECK(fwctl_mlx5_reg_build(&reg, in, 15) == -EMSGSIZE);
	reg.len = 0;
	CHECK(fwctl_mlx5_reg_build(&reg, in, sizeof(in)) == -EMSGSIZE);
	reg.len = 22;
	CHECK(fwctl_mlx5_reg_build(&reg, in, sizeof(in)) == -EMSGSIZE);

	reg.len = sizeof(data);
	memset(out + 16, 0x77, 24);
	CHECK(!fwctl_mlx5_reg_parse(&reg, out, 24));
	CHECK(data[0] == 0x77 && data[7] == 0x77 && !data[8] && !data[23]);
	CHECK(fwctl_mlx5_reg_parse(&reg, out, 15) == -EMSGSIZE);
	out[0] = 3;
	out[7] = 9;
	CHECK(fwctl_mlx5_reg_parse(&reg, out, 40) == -EREMOTEIO);
	CHECK(reg.status == 3 && reg.syndrome == 9 && data[0] == 0x77);
}

static void test_mlx5_access(void)
{
	struct fwctl_dev *dev = fake_device();
	unsigned char data[4] = {};
	struct fwctl_mlx5_reg reg = {
		.id = 0x9020, .data = data, .len = sizeof(data),
	};

	CHECK(dev && !fwctl_dev_open(dev, 0));
	CHECK(fwctl_mlx5_reg_access(dev, 1, &reg) == -EOPNOTSUPP);
	fake.type = FWCTL_DEVICE_TYPE_MLX5;
	dev->type = FWCTL_DEVICE_TYPE_ERROR;
	fake.least = 1;
	CHECK(fwctl_mlx5_reg_access(dev, 0, &reg) == -EBADMSG);
	/* All bytes of the answer are 0xa5, the status as well. */
	CHECK(fwctl_mlx5_reg_access(dev, 3, &reg) == -EREMOTEIO);
	CHECK(reg.scope == FWCTL_RPC_DEBUG_READ_ONLY);
	CHECK_HAS(fwctl_dev_error(dev), "read register 0x9020 (mgir)");
	CHECK_HAS(fwctl_dev_error(dev), "syndrome 0xa5a5a5a5");
	reg.len = 3;
	CHECK(fwctl_mlx5_reg_access(dev, 3, &reg) == -EMSGSIZE);
	fwctl_dev_free(dev);
}

static const struct ktap_test tests[] = {
	{ "scope names", test_scope_names },
	{ "type names", test_type_names },
	{ "other names", test_other_names },
	{ "list", test_list },
	{ "attributes", test_attributes },
	{ "parent's attributes", test_parent_attributes },
	{ "no attributes", test_no_attributes },
	{ "find", test_find },
	{ "find fails", test_find_fails },
	{ "wait", test_wait },
	{ "open", test_open },
	{ "open read-only", test_open_read_only },
	{ "kernel open", test_kernel_open },
	{ "open denied", test_open_denied },
	{ "lock", test_lock },
	{ "reload", test_reload },
	{ "reload_by_the_kernel", test_reload_kernel },
	{ "lock of a card", test_lock_card },
	{ "lock of a card by its name", test_lock_named_card },
	{ "info", test_info },
	{ "rpc", test_rpc },
	{ "rpc fails", test_rpc_fails },
	{ "least scope", test_least },
	{ "least scope: once delivered, never again", test_least_once },
	{ "state fails", test_state_fails },
	{ "state message", test_state_message },
	{ "monitor fails", test_monitor_fails },
	{ "device outlives context", test_outlives_context },
	{ "mlx5 status", test_mlx5_status },
	{ "mlx5 names", test_mlx5_names },
	{ "mlx5 register", test_mlx5_reg },
	{ "mlx5 register access", test_mlx5_access },
	{ "no class", test_no_class },
};

int main(void)
{
	int status;

	ctx = fwctl_ctx_new();
	snprintf(root, sizeof(root), "/tmp/test-libfwctl.XXXXXX");
	if (!ctx || !mkdtemp(root) || !make_tree()) {
		printf("Bail out! cannot make %s\n", root);
		return 1;
	}
	sees_tree = see_tree();
	status = ktap_run(tests, ARRAY_SIZE(tests));
	fwctl_ctx_free(ctx);
	nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	return status;
}
