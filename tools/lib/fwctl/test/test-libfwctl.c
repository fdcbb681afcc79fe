// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Unit tests of libfwctl, on a made-up /sys and a made-up transport. They need
 * no kernel module and no privilege. Output: KTAP.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <fwctl/sim.h>

#include "../private.h"

#define CHECK(cond) check(cond, #cond, __LINE__)

static jmp_buf test_failed;

static void check(bool holds, const char *cond, int line)
{
	if (holds)
		return;
	printf("# line %d: not true: %s\n", line, cond);
	longjmp(test_failed, 1);
}

/* A made-up tree. */

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

#define PCI0 "sys/devices/pci0000:00/0000:03:00.0"
#define PCI1 "sys/devices/pci0000:00/0000:03:00.1"

/* fwctl0 like ours; fwctl2 and fwctl10 with one parent, and no attributes. */
static bool make_tree(void)
{
	return put_file("sys/bus/pci/x", "") &&
	       put_file(PCI0 "/fwctl/fwctl0/type", "1\n") &&
	       put_file(PCI0 "/fwctl/fwctl0/driver", "mlx5_fwctl\n") &&
	       put_file(PCI0 "/fwctl/fwctl0/scopes",
			"configuration debug-write-full\n") &&
	       put_link(PCI0 "/fwctl/fwctl0/device", "../..") &&
	       put_link(PCI0 "/subsystem", "../../../bus/pci") &&
	       put_file(PCI1 "/fwctl/fwctl2/x", "") &&
	       put_link(PCI1 "/fwctl/fwctl2/device", "../..") &&
	       put_file(PCI1 "/fwctl/fwctl10/x", "") &&
	       put_link(PCI1 "/fwctl/fwctl10/device", "../..") &&
	       put_link("sys/class/fwctl/fwctl10",
			"../../../" PCI1 "/fwctl/fwctl10") &&
	       put_link("sys/class/fwctl/fwctl0",
			"../../../" PCI0 "/fwctl/fwctl0") &&
	       put_link("sys/class/fwctl/fwctl2",
			"../../../" PCI1 "/fwctl/fwctl2") &&
	       put_link("sys/class/fwctl/fwctl7", "nowhere") &&
	       put_file("sys/class/fwctl/fwctl", "") &&
	       put_file("sys/class/fwctl/fwctl1x", "") &&
	       put_link("sys/dev/char/1:3",
			"../../devices/pci0000:00/0000:03:00.0/fwctl/fwctl0") &&
	       put_file("sys/devices/zero/x", "") &&
	       put_link("sys/dev/char/1:5", "../../devices/zero");
}

static int remove_entry(const char *path, const struct stat *st, int type,
			struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* A made-up transport: answers as told, and remembers what it was asked. */

static struct {
	int open_write;
	int open_read;
	int result;
	unsigned int opened;
	unsigned int closed;
	struct fwctl_rpc rpc;
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
	info->out_device_type = FWCTL_DEVICE_TYPE_PDS;
	info->device_data_len = 12;
	return 0;
}

static int fake_rpc(struct fwctl_dev *dev, struct fwctl_rpc *rpc)
{
	(void)dev;
	if (rpc->size != sizeof(*rpc))
		return -EINVAL;
	fake.rpc = *rpc;
	if (fake.result)
		return fake.result;
	memset((void *)(uintptr_t)rpc->out, 0xa5, rpc->out_len);
	rpc->out_len = 40;
	return 0;
}

static const struct fwctl_transport fake_transport = {
	.open = fake_open,
	.close = fake_close,
	.info = fake_info,
	.rpc = fake_rpc,
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

static void test_no_class(void)
{
	struct fwctl_dev **devs, *dev;

	CHECK(!fwctl_ctx_set_root(ctx, "/nonexistent"));
	CHECK(fwctl_list(ctx, &devs) == -ENOENT);
	CHECK(strstr(fwctl_ctx_error(ctx), "/nonexistent/sys/class/fwctl"));
	CHECK(strstr(fwctl_ctx_error(ctx), "modprobe"));
	CHECK(fwctl_find(ctx, "fwctl0", &dev) == -ENODEV);
	CHECK(strstr(fwctl_ctx_error(ctx), "fwctl0"));
	CHECK(!fwctl_ctx_set_root(ctx, root));
}

static void test_list(void)
{
	struct fwctl_dev **devs;

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
	char path[PATH_MAX];

	CHECK(!fwctl_find(ctx, "fwctl0", &dev));
	snprintf(path, sizeof(path), "%s/dev/fwctl/fwctl0", root);
	CHECK(!strcmp(fwctl_dev_path(dev), path));
	CHECK(fwctl_dev_type(dev) == FWCTL_DEVICE_TYPE_MLX5);
	CHECK(!strcmp(fwctl_dev_driver(dev), "mlx5_fwctl"));
	CHECK(!strcmp(fwctl_dev_parent(dev), "0000:03:00.0"));
	CHECK(!strcmp(fwctl_dev_bus(dev), "pci"));
	CHECK(fwctl_dev_scopes(dev) == (1 << FWCTL_RPC_CONFIGURATION |
					1 << FWCTL_RPC_DEBUG_WRITE_FULL));
	CHECK(!fwctl_dev_writable(dev));
	fwctl_dev_free(dev);
}

/* As Linux's own fwctl is. */
static void test_no_attributes(void)
{
	struct fwctl_dev *dev;

	CHECK(!fwctl_find(ctx, "fwctl2", &dev));
	CHECK(fwctl_dev_type(dev) == FWCTL_DEVICE_TYPE_ERROR);
	CHECK(!fwctl_dev_driver(dev));
	CHECK(!strcmp(fwctl_dev_parent(dev), "0000:03:00.1"));
	CHECK(!fwctl_dev_bus(dev));
	CHECK(!fwctl_dev_scopes(dev));
	fwctl_dev_free(dev);
}

static void test_find(void)
{
	static const char * const good[] = {
		"fwctl0", "0000:03:00.0", "03:00.0", "/dev/null",
	};
	struct fwctl_dev *dev;
	size_t i;

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
		{ "03:00.1", -ENOTUNIQ },
		{ "/dev/zero", -ENODEV },
		{ "/dev/full", -ENODEV },
		{ "/", -ENODEV },
		{ "../fwctl0", -ENOENT },
	};
	struct fwctl_dev *dev = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ctx->error[0] = 0;
		CHECK(fwctl_find(ctx, bad[i].what, &dev) == bad[i].err);
		CHECK(!strncmp(fwctl_ctx_error(ctx), bad[i].what,
			       strlen(bad[i].what)));
		CHECK(fwctl_ctx_error(ctx)[0] && !dev);
	}
}

static struct fwctl_dev *fake_device(void)
{
	struct fwctl_dev *dev;

	if (fwctl_find(ctx, "fwctl2", &dev))
		return NULL;
	memset(&fake, 0, sizeof(fake));
	dev->transport = &fake_transport;
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
	struct fwctl_dev *dev;

	CHECK(!fwctl_find(ctx, "fwctl0", &dev));
	CHECK(fwctl_dev_open(dev, 0) == -ENOENT);
	CHECK(strstr(fwctl_dev_error(dev), "/dev/fwctl/fwctl0"));

	/* A file that is there, but no device. */
	CHECK(put_file("dev/fwctl/fwctl0", ""));
	CHECK(!fwctl_dev_open(dev, 0));
	CHECK(fwctl_dev_info(dev, NULL, &(size_t){ 0 }) == -ENOTTY);
	CHECK(strstr(fwctl_dev_error(dev), "is not an fwctl device"));
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

static void test_outlives_context(void)
{
	struct fwctl_ctx *other = fwctl_ctx_new();
	struct fwctl_dev *dev;

	CHECK(other && !fwctl_ctx_set_root(other, root));
	CHECK(!fwctl_find(other, "fwctl0", &dev));
	fwctl_ctx_free(other);
	fwctl_ctx_free(NULL);
	CHECK(fwctl_dev_open(dev, 0) <= 0);
	fwctl_dev_free(dev);
	fwctl_dev_free(NULL);
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

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "scope names", test_scope_names },
	{ "type names", test_type_names },
	{ "no class", test_no_class },
	{ "list", test_list },
	{ "attributes", test_attributes },
	{ "no attributes", test_no_attributes },
	{ "find", test_find },
	{ "find fails", test_find_fails },
	{ "open", test_open },
	{ "open read-only", test_open_read_only },
	{ "kernel open", test_kernel_open },
	{ "info", test_info },
	{ "rpc", test_rpc },
	{ "rpc fails", test_rpc_fails },
	{ "device outlives context", test_outlives_context },
	{ "mlx5 status", test_mlx5_status },
};

static bool passes(void (*run)(void))
{
	if (setjmp(test_failed))
		return false;
	run();
	return true;
}

int main(void)
{
	bool failed = false;
	size_t i;

	printf("KTAP version 1\n1..%zu\n", ARRAY_SIZE(tests));
	ctx = fwctl_ctx_new();
	snprintf(root, sizeof(root), "/tmp/test-libfwctl.XXXXXX");
	if (!ctx || !mkdtemp(root) || !make_tree()) {
		printf("Bail out! cannot make %s\n", root);
		return 1;
	}
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		bool ok = passes(tests[i].run);

		printf("%s %zu %s\n", ok ? "ok" : "not ok", i + 1,
		       tests[i].name);
		failed |= !ok;
	}
	fwctl_ctx_free(ctx);
	nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	return failed;
}
