// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ceiling of CXL memory, and lockdown of the kernel. Both last until the next boot: to
 * be run last, in a guest that is discarded. The order of the tests matters: each one has
 * what those before it have left.
 */
#include "fwctl_auditlog_utils.h"
#include "fwctl_ceiling_utils.h"
#include "fwctl_cxl_utils.h"

#define LOCKDOWN "/sys/kernel/security/lockdown"
#define FULL FWCTL_RPC_DEBUG_WRITE_FULL

/**
 * struct limited - a device that does not admit every request
 * @dev: the device
 * @fd: a file for reading and writing
 * @sock: socket with the records of the kernel's audit log, or -1
 * @before: the value of its patrol scrub, which no refused request changes
 */
struct limited {
	struct cxl_dev dev;
	int fd;
	int sock;
	struct patrol before;
};

FIXTURE(cxl_limited) {
	struct limited mem;
};

FIXTURE_SETUP(cxl_limited)
{
	if (cxl_find(&self->mem.dev))
		SKIP(return, "no fwctl device of CXL memory");
	if (!cxl_is_qemu(&self->mem.dev))
		SKIP(return, NOT_QEMU);
	if (capabilities_missing())
		SKIP(return, "%s", capabilities_missing());
	self->mem.fd = cxl_open(&self->mem.dev, O_RDWR);
	ASSERT_LE(0, self->mem.fd);
	ASSERT_EQ(0, patrol_get(self->mem.fd, &self->mem.before));
	self->mem.sock = audit_open();
	ASSERT_EQ(0, audit_become_new_user());
}

FIXTURE_TEARDOWN(cxl_limited)
{
	close(self->mem.sock);
	close(self->mem.fd);
}

/* Skips the records of changes of the ceiling and of taints. */
static const char *next_refusal(const struct limited *mem)
{
	const char *record;

	do {
		record = audit_next(mem->sock, mem->dev.number, getpid(), 10000);
	} while (!strncmp(record, "fwctl op=ceiling ", 17) ||
		 !strncmp(record, "fwctl op=taint ", 15));
	return record;
}

/* A Set Feature is refused for this reason, and everything can be read. */
static void check_limited(struct __test_metadata *_metadata,
			  const struct limited *mem, int err, int reason)
{
	struct patrol after, other = { mem->before.hours + 12, !mem->before.enabled };
	struct features features;
	char expected[256];
	__u32 scope;

	for (scope = 0; scope < FULL; scope++)
		EXPECT_EQ(EBADMSG, patrol_set(mem->fd, scope, &other));
	EXPECT_EQ(err, patrol_set(mem->fd, FULL, &other));
	if (mem->sock >= 0) {
		snprintf(expected, sizeof(expected),
			 "fwctl op=rpc dev=fwctl%d pid=%d uid=%u declared=3 effective=3 command=0x502 reason=%d res=0",
			 mem->dev.number, getpid(), getuid(), reason);
		EXPECT_STREQ(expected, next_refusal(mem));
	}
	EXPECT_EQ(0, cxl_list(mem->fd, &features));
	ASSERT_EQ(0, patrol_get(mem->fd, &after));
	EXPECT_EQ(mem->before.hours, after.hours);
	EXPECT_EQ(mem->before.enabled, after.enabled);
}

static bool locked_down(void)
{
	char text[128];

	return !read_file(text, sizeof(text), LOCKDOWN) && !strstr(text, "[none]");
}

TEST_F(cxl_limited, ceiling)
{
	if (locked_down())
		SKIP(return, "locked down, which is the reason that is found first");
	EXPECT_EQ(0, patrol_set(self->mem.fd, FULL, &self->mem.before));
	ASSERT_EQ(0, lower_ceiling(self->mem.dev.number, "debug-write"));
	check_limited(_metadata, &self->mem, EACCES, FWCTL_REASON_CEILING);
	EXPECT_EQ(EPERM, lower_ceiling(self->mem.dev.number, "debug-write-full"));
	check_limited(_metadata, &self->mem, EACCES, FWCTL_REASON_CEILING);
	ASSERT_EQ(0, lower_ceiling(self->mem.dev.number, "configuration"));
	check_limited(_metadata, &self->mem, EACCES, FWCTL_REASON_CEILING);
}

/* Under Secure Boot the kernel is locked down from the start. */
TEST_F(cxl_limited, lockdown)
{
	if (access(LOCKDOWN, R_OK))
		SKIP(return, "no " LOCKDOWN);
	if (!locked_down())
		ASSERT_EQ(0, write_file("integrity", LOCKDOWN));
	check_limited(_metadata, &self->mem, EPERM, FWCTL_REASON_LOCKDOWN);
}

/*
 * A ceiling holds for the PCI device. Its memory device has another name after a bind
 * while the former one is still open.
 */
TEST_F(cxl_limited, ceiling_after_bind)
{
	struct cxl_dev back;
	char path[32];
	int former;

	snprintf(path, sizeof(path), "/dev/cxl/mem%d", self->mem.dev.mem);
	former = open(path, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, former);
	ASSERT_EQ(0, lower_ceiling(self->mem.dev.number, "none"));
	EXPECT_EQ(EACCES, cxl_query(self->mem.fd));
	ASSERT_EQ(0, unbind_pci(self->mem.dev.pci));
	EXPECT_EQ(ENODEV, cxl_query(self->mem.fd));
	ASSERT_EQ(0, bind_pci(self->mem.dev.pci));
	ASSERT_TRUE(wait_for(!cxl_find_pci(&back, self->mem.dev.pci)));
	EXPECT_NE(self->mem.dev.mem, back.mem);
	EXPECT_EQ(EACCES, cxl_open_and_query(&back));
	close(former);
}

TEST_HARNESS_MAIN
