// SPDX-License-Identifier: GPL-2.0-only
/*
 * CXL memory among its users: the kernel's own commands, other callers, libcxl, another
 * device; and what is recorded and charged for its requests.
 */
#include <dlfcn.h>
#include <glob.h>
#include <sys/sysmacros.h>

#include "fwctl_auditlog_utils.h"
#include "fwctl_cxl_load_utils.h"

#define CGROUP "/sys/fs/cgroup"
#define FULL FWCTL_RPC_DEBUG_WRITE_FULL

FIXTURE(cxl_use) {
	struct cxl_dev dev;
	int fd;
	unsigned int max_rpcs;
};

FIXTURE_SETUP(cxl_use)
{
	if (cxl_missing())
		SKIP(return, "%s", cxl_missing());
	ASSERT_EQ(0, cxl_find(&self->dev));
	self->max_rpcs = param_get("max_rpcs");
	self->fd = cxl_open(&self->dev, O_RDWR);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN_PARENT(cxl_use)
{
	if (*self->dev.pci)
		EXPECT_EQ(0, param_set("max_rpcs", self->max_rpcs));
}

/* All threads of all callers use the one mailbox of the device. */
TEST_F(cxl_use, commands_of_the_kernel)
{
	struct load *load = shared_memory(sizeof(*load));
	unsigned int i, calls;
	int err;

	err = kernel_identify(self->dev.mem);
	if (err)
		SKIP(return, "no command Identify by /dev/cxl: errno %d", err);
	ASSERT_EQ(0, load_start(load, &self->dev));
	ASSERT_TRUE(wait_for(get(&load->calls) > 20));
	for (i = 0; i < 20; i++) {
		calls = get(&load->calls);
		EXPECT_EQ(0, EXPECT_QUICK("Identify under load",
					  kernel_identify(self->dev.mem)));
		ASSERT_TRUE(wait_for(get(&load->calls) > calls));
	}
	set(&load->stop, true);
	EXPECT_EQ(0, load_end(load));
}

/* A caller that does not wait for its turn, among others that do */
TEST_F(cxl_use, nonblock)
{
	struct load *load = shared_memory(sizeof(*load));
	int fd = cxl_open(&self->dev, O_RDONLY | O_NONBLOCK), err;
	unsigned int again = 0;

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, cxl_query(fd));
	ASSERT_EQ(0, param_set("max_rpcs", 1));
	ASSERT_EQ(0, load_start(load, &self->dev));
	ASSERT_TRUE(wait_for(get(&load->calls) > 20));
	EXPECT_TRUE(wait_for({
		err = cxl_query(fd);
		again += err == EAGAIN;
		EXPECT_TRUE(!err || err == EAGAIN);
		again >= 10;
	}));
	set(&load->stop, true);
	EXPECT_EQ(0, load_end(load));
	EXPECT_EQ(0, cxl_query(fd));
}

static void *libcxl_at(const char *path)
{
	void *lib = dlopen(path, RTLD_NOW);

	return lib && dlsym(lib, "cxl_memdev_get_fwctl") ? lib : NULL;
}

/* The installed library, or one of Debian unstable that is unpacked beside it */
static void *libcxl_open(void)
{
	void *lib = libcxl_at("libcxl.so.1");
	glob_t newer;

	if (lib || glob("/opt/sid/libcxl1/usr/lib/*/libcxl.so.1", 0, NULL, &newer))
		return lib;
	lib = libcxl_at(newer.gl_pathv[0]);
	globfree(&newer);
	return lib;
}

/* A library of others finds the device, and its node, from the memory device. */
TEST_F(cxl_use, libcxl)
{
	void *lib = libcxl_open(), *ctx, *memdev, *fwctl = NULL;
	void *(*memdev_get_first)(void *ctx), *(*memdev_get_next)(void *memdev);
	void *(*memdev_get_fwctl)(void *memdev);
	int (*get_major)(void *fwctl), (*get_minor)(void *fwctl);
	int (*memdev_get_id)(void *memdev), (*new)(void **ctx);
	struct stat node;

	if (!lib)
		SKIP(return, "no libcxl that knows fwctl, as version 85 does");
	*(void **)&new = dlsym(lib, "cxl_new");
	*(void **)&memdev_get_first = dlsym(lib, "cxl_memdev_get_first");
	*(void **)&memdev_get_next = dlsym(lib, "cxl_memdev_get_next");
	*(void **)&memdev_get_id = dlsym(lib, "cxl_memdev_get_id");
	*(void **)&memdev_get_fwctl = dlsym(lib, "cxl_memdev_get_fwctl");
	*(void **)&get_major = dlsym(lib, "cxl_fwctl_get_major");
	*(void **)&get_minor = dlsym(lib, "cxl_fwctl_get_minor");

	ASSERT_EQ(0, new(&ctx));
	for (memdev = memdev_get_first(ctx); memdev; memdev = memdev_get_next(memdev))
		if (memdev_get_id(memdev) == self->dev.mem)
			fwctl = memdev_get_fwctl(memdev);
	ASSERT_NE(NULL, fwctl);
	ASSERT_EQ(0, stat(self->dev.node, &node));
	EXPECT_EQ(major(node.st_rdev), get_major(fwctl));
	EXPECT_EQ(minor(node.st_rdev), get_minor(fwctl));
}

/* Neither Set Feature nor removal of one device has an effect on the other one. */
TEST_F(cxl_use, two_devices)
{
	struct cxl_dev devs[MAX_CXL_DEVS], back;
	struct patrol before, second, other;
	int fd;

	if (cxl_find_all(devs) < 2)
		SKIP(return, "only one device");
	if (!cxl_is_qemu(&devs[0]) || !cxl_is_qemu(&devs[1]))
		SKIP(return, NOT_QEMU);
	fd = cxl_open(&devs[1], O_RDWR);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, patrol_get(self->fd, &before));
	ASSERT_EQ(0, patrol_get(fd, &second));
	other = (struct patrol){ .hours = before.hours + 7, .enabled = !before.enabled };
	ASSERT_EQ(0, patrol_set(self->fd, PATROL_SCOPE, &other));
	other = (struct patrol){};
	EXPECT_EQ(0, patrol_get(fd, &other));
	EXPECT_EQ(second.hours, other.hours);
	EXPECT_EQ(second.enabled, other.enabled);
	EXPECT_EQ(0, patrol_set(self->fd, PATROL_SCOPE, &before));

	ASSERT_EQ(0, unbind_pci(devs[1].pci));
	EXPECT_EQ(ENODEV, cxl_query(fd));
	EXPECT_EQ(0, cxl_query(self->fd));
	ASSERT_EQ(0, bind_pci(devs[1].pci));
	EXPECT_TRUE(wait_for(cxl_works(&back, devs[1].pci)));
	EXPECT_EQ(0, cxl_query(self->fd));
	EXPECT_EQ(ENODEV, cxl_query(fd));
}

static unsigned long long group_value(const char *group, const char *name)
{
	char text[64];

	if (read_file(text, sizeof(text), "%s/%s", group, name))
		return 0;
	return strtoull(text, NULL, 10);
}

/* The cgroup of the caller is charged for the room for answers that it asks for. */
TEST_F(cxl_use, memory_is_charged)
{
	unsigned long long before, during;
	struct slow_memory mem;
	struct call calls[8];
	union cxl_in in;
	char group[64];
	__u32 len;
	int i;

	if (access(CGROUP "/cgroup.subtree_control", W_OK) ||
	    write_file("+memory", CGROUP "/cgroup.subtree_control"))
		SKIP(return, "no cgroup version 2 with memory");
	if (slow_memory_init(&mem, FWCTL_MAX_RPC_LEN))
		SKIP(return, NO_SLOW_MEMORY);
	snprintf(group, sizeof(group), CGROUP "/fwctl_cxl_%d", getpid());
	ASSERT_EQ(0, mkdir(group, 0755));
	EXPECT_EQ(0, write_file("0", "%s/cgroup.procs", group));
	len = make_list(&in, MAX_FEATURES * sizeof(struct cxl_feat_entry), 0);
	before = group_value(group, "memory.current");
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		calls[i].rpc = rpc_cmd(0, &in, len, mem.start, FWCTL_MAX_RPC_LEN);
		ASSERT_EQ(0, call_start(&calls[i], self->fd, FWCTL_RPC, &calls[i].rpc));
		ASSERT_TRUE(slow_memory_wait(&mem, mem.start));
	}
	during = group_value(group, "memory.current");
	EXPECT_LE(ARRAY_SIZE(calls) * FWCTL_MAX_RPC_LEN, during - before)
		TH_LOG("before: %llu KiB, during: %llu KiB", before >> 10, during >> 10);
	slow_memory_end(&mem);
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		EXPECT_EQ(0, call_end(&calls[i]));
	EXPECT_EQ(0, write_file("0", CGROUP "/cgroup.procs"));
	close(self->fd);
	EXPECT_TRUE(wait_for(!rmdir(group)));
}

/* Records: of queries, of a Set Feature that is refused, and of one that is delivered */
FIXTURE(cxl_records) {
	struct cxl_dev dev;
	int fd;
	char instance[64];
	char text[65536];
	struct patrol patrol;
};

FIXTURE_SETUP(cxl_records)
{
	const char *missing;

	missing = cxl_qemu_missing(&self->dev);
	if (missing)
		SKIP(return, "%s", missing);
	self->fd = cxl_open(&self->dev, O_RDWR);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, patrol_get(self->fd, &self->patrol));
}

FIXTURE_TEARDOWN(cxl_records)
{
	close(self->fd);
}

/* The value of one of the core's lines in fdinfo, or -1 */
static int counter(int fd, const char *name)
{
	char text[1024], key[64], *at;

	read_file(text, sizeof(text), "/proc/self/fdinfo/%d", fd);
	snprintf(key, sizeof(key), "fwctl-%s:\t", name);
	at = strstr(text, key);
	return at ? atoi(at + strlen(key)) : -1;
}

/* Requests count by the scope that they need, not by the declared one. */
TEST_F(cxl_records, counters)
{
	int fd = cxl_open(&self->dev, O_RDWR), i;
	union cxl_in in;
	__u32 len;

	ASSERT_LE(0, fd);
	len = make_list(&in, 0, 0);
	for (i = 0; i < 4; i++)
		EXPECT_EQ(0, cxl_try(fd, i, &in, len));
	for (i = 0; i < 4; i++)
		EXPECT_EQ(i == FULL ? 0 : EBADMSG, patrol_set(fd, i, &self->patrol));
	EXPECT_EQ(4, counter(fd, "delivered-configuration"));
	EXPECT_EQ(0, counter(fd, "delivered-debug-read-only"));
	EXPECT_EQ(0, counter(fd, "delivered-debug-write"));
	EXPECT_EQ(1, counter(fd, "delivered-debug-write-full"));
	EXPECT_EQ(3, counter(fd, "refused"));
	close(fd);
}

#define EXPECT_EVENT(_format)						\
do {									\
	char __expected[128];						\
									\
	snprintf(__expected, sizeof(__expected), _format, self->dev.number); \
	EXPECT_NE(NULL, strstr(self->text, __expected))			\
		TH_LOG("no %s", __expected);				\
} while (0)

TEST_F(cxl_records, tracepoints)
{
	__u8 value[PATROL_GET_SIZE];

	snprintf(self->instance, sizeof(self->instance), TRACING "/instances/fwctl_%d",
		 getpid());
	if (mkdir(self->instance, 0700))
		SKIP(return, "no " TRACING "/instances");
	EXPECT_EQ(0, write_file("1", "%s/events/fwctl/enable", self->instance));
	EXPECT_EQ(0, cxl_query(self->fd));
	EXPECT_EQ(0, cxl_get(self->fd, patrol_scrub, 0, sizeof(value), value));
	EXPECT_EQ(EBADMSG, patrol_set(self->fd, 2, &self->patrol));
	EXPECT_EQ(0, patrol_set(self->fd, 3, &self->patrol));
	EXPECT_EQ(0, read_file(self->text, sizeof(self->text), "%s/trace", self->instance));
	write_file("0", "%s/events/fwctl/enable", self->instance);
	EXPECT_EQ(0, rmdir(self->instance));

	EXPECT_EVENT("fwctl_finished: device=%d declared=0 effective=0 writes=0 command=0x500 ");
	EXPECT_EVENT("fwctl_finished: device=%d declared=0 effective=0 writes=0 command=0x501 ");
	EXPECT_EVENT("fwctl_refused: device=%d declared=2 effective=3 writes=1 command=0x502 ");
	EXPECT_EVENT("fwctl_admitted: device=%d declared=3 effective=3 writes=1 command=0x502 ");
	EXPECT_EVENT("fwctl_finished: device=%d declared=3 effective=3 writes=1 command=0x502 ");
}

/* A refusal by policy has a record in the kernel's audit log. */
TEST_F(cxl_records, audit)
{
	int sock = audit_open();
	char expected[256];

	if (sock < 0)
		SKIP(return, NO_AUDIT);
	ASSERT_EQ(0, audit_become_new_user());
	ASSERT_EQ(0, set_capability(CAP_SYS_RAWIO, false));
	EXPECT_EQ(EPERM, patrol_set(self->fd, FULL, &self->patrol));
	snprintf(expected, sizeof(expected),
		 "fwctl op=rpc dev=fwctl%d pid=%d uid=%u declared=3 effective=3 command=0x502 reason=1 res=0",
		 self->dev.number, getpid(), getuid());
	EXPECT_STREQ(expected, audit_next(sock, self->dev.number, getpid(), 10000));
	close(sock);
}

TEST_HARNESS_MAIN
