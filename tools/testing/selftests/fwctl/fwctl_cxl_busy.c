// SPDX-License-Identifier: GPL-2.0-only
/*
 * CXL memory whose mailbox is busy for seconds: with an update of its firmware, whose
 * commands the kernel sends, or because the device sanitizes its memory. For the memory
 * of QEMU only, which forgets the firmware.
 */
#include "fwctl_cxl_remove_utils.h"

/* The most that one command of an update takes: the kernel gives up after 30 s. */
#define COMMAND_US 35000000

#define UPLOAD "/sys/class/firmware/mem%d/"

FIXTURE(cxl_busy) {
	struct cxl_dev dev;
	struct call call;
	union cxl_in in;
	union cxl_out out;
	int fd;
};

static bool is_updating(const struct cxl_dev *dev)
{
	char text[32];

	return !read_file(text, sizeof(text), UPLOAD "status", dev->mem) &&
	       strcmp(text, "idle");
}

static bool is_transferring(const struct cxl_dev *dev)
{
	char text[32];

	return !read_file(text, sizeof(text), UPLOAD "status", dev->mem) &&
	       !strcmp(text, "transferring");
}

/* Starts an update. Returns the reason for a SKIP, or NULL. */
static const char *update_firmware(const struct cxl_dev *dev)
{
	char image[4096];

	memset(image, 'f', sizeof(image) - 1);
	image[sizeof(image) - 1] = 0;
	if (write_file("1", UPLOAD "loading", dev->mem) ||
	    write_file(image, UPLOAD "data", dev->mem) ||
	    write_file("0", UPLOAD "loading", dev->mem))
		return "the kernel cannot update the firmware";
	return NULL;
}

/* With a query that waits for the mailbox. Most of the update is one command. */
FIXTURE_SETUP(cxl_busy)
{
	struct cxl_dev dev;
	const char *missing;
	__u32 len;

	missing = cxl_qemu_missing(&dev);
	if (missing)
		SKIP(return, "%s", missing);
	self->fd = cxl_open(&dev, O_RDWR);
	ASSERT_LE(0, self->fd);
	missing = update_firmware(&dev);
	if (missing)
		SKIP(return, "%s", missing);
	/* Another thread sends the commands; the long one is the first of the transfer. */
	ASSERT_TRUE(wait_for(is_transferring(&dev)));
	usleep(200000);
	self->dev = dev;
	len = make_get(&self->in, patrol_scrub, 0, PATROL_GET_SIZE, 0);
	self->call.rpc = rpc_cmd(FWCTL_RPC_CONFIGURATION, &self->in, len, &self->out,
				 sizeof(self->out));
	ASSERT_EQ(0, call_start(&self->call, self->fd, FWCTL_RPC, &self->call.rpc));
	ASSERT_TRUE(wait_for(call_waits(&self->call)));
}

FIXTURE_TEARDOWN_PARENT(cxl_busy)
{
	if (!*self->dev.pci)
		return;
	EXPECT_TRUE(wait_for(!is_updating(&self->dev)));
	EXPECT_TRUE(put_back(self->dev.pci));
}

TEST_F(cxl_busy, caller_waits)
{
	int fd = cxl_open(&self->dev, O_RDONLY | O_NONBLOCK);
	__u32 len = 0;

	ASSERT_LE(0, fd);
	EXPECT_EQ(EAGAIN, EXPECT_QUICK("RPC that does not wait", cxl_query(fd)));
	EXPECT_EQ(0, EXPECT_QUICK("FWCTL_INFO", _test_info(fd, NULL, &len)));
	EXPECT_EQ(0, EXPECT_QUICK("close", close(fd)));
	EXPECT_TRUE(is_updating(&self->dev));
	EXPECT_EQ(0, call_end(&self->call));
	EXPECT_EQ(0, self->out.rpc.retval);
	EXPECT_EQ(PATROL_GET_SIZE, self->out.rpc.size);
}

/* The first one waits for the mailbox, the second one for its turn. */
TEST_F(cxl_busy, killed_caller)
{
	pid_t first, second;

	ASSERT_EQ(0, call_end(&self->call));
	ASSERT_TRUE(wait_for(!is_updating(&self->dev)));
	ASSERT_EQ(NULL, update_firmware(&self->dev));
	ASSERT_TRUE(wait_for(is_transferring(&self->dev)));
	usleep(200000);
	first = fork_call(self->fd, FWCTL_RPC, &self->call.rpc);
	ASSERT_TRUE(wait_for(task_waits_in_ioctl(first)));
	second = fork_call(self->fd, FWCTL_RPC, &self->call.rpc);
	ASSERT_TRUE(wait_for(task_waits_in_ioctl(second)));
	EXPECT_TRUE(EXPECT_QUICK("kill of a caller", kill_and_wait(second)));
	EXPECT_TRUE(EXPECT_QUICK("kill of another caller", kill_and_wait(first)));
	EXPECT_EQ(0, EXPECT_QUICK("close", close(self->fd)));
	EXPECT_TRUE(is_updating(&self->dev));
	/* The command of a killed caller ends like others. */
	EXPECT_TRUE(wait_for(!cxl_open_and_query(&self->dev)));
}

static int remove_module(void *name)
{
	return unload_module(name);
}

/* The caller does not wait for the end of removal, which takes as long as a command. */
TEST_F(cxl_busy, rmmod)
{
	__u64 start = now_us();
	struct job job;

	if (!is_module("cxl_fwctl"))
		SKIP(return, BUILT_IN);
	ASSERT_EQ(0, job_start(&job, remove_module, "cxl_fwctl"));
	EXPECT_EQ(ENODEV, EXPECT_QUICK("end of the RPC", call_end(&self->call)));
	EXPECT_EQ(ENODEV, EXPECT_QUICK("RPC during removal", cxl_query(self->fd)));
	EXPECT_EQ(0, job_end(&job));
	print_us("rmmod while the mailbox is busy", job.end - start);
	EXPECT_GT(COMMAND_US, job.end - start);
	EXPECT_EQ(0, restore_by(RMMOD, self->dev.pci));
	EXPECT_TRUE(wait_for(cxl_works(&self->dev, self->dev.pci)));
}

/* While memory is sanitized the kernel refuses commands. Afterwards everything works. */
FIXTURE(cxl_sanitize) {
	struct cxl_dev dev;
	int fd;
};

FIXTURE_VARIANT(cxl_sanitize) {
	enum way way;
};

FIXTURE_VARIANT_ADD(cxl_sanitize, to_the_end) {
	.way = WAYS,
};

FIXTURE_VARIANT_ADD(cxl_sanitize, rmmod) {
	.way = RMMOD,
};

FIXTURE_VARIANT_ADD(cxl_sanitize, unbind) {
	.way = UNBIND,
};

FIXTURE_SETUP(cxl_sanitize)
{
	struct cxl_dev dev;
	const char *missing;
	char path[96];

	missing = cxl_qemu_missing(&dev);
	if (missing)
		SKIP(return, "%s", missing);
	snprintf(path, sizeof(path), "/sys/bus/cxl/devices/mem%d/security/sanitize", dev.mem);
	/* The device may still be busy with the last time. */
	if (access(path, W_OK) || !wait_for(!write_file("1", "%s", path)))
		SKIP(return, "the kernel cannot sanitize the memory");
	self->dev = dev;
	self->fd = cxl_open(&dev, O_RDWR);
	ASSERT_LE(0, self->fd);
}

static bool has_driver(const char *pci)
{
	struct cxl_dev dev;
	char path[64];

	if (cxl_find_pci(&dev, pci))
		return false;
	snprintf(path, sizeof(path), "/sys/bus/cxl/drivers/cxl_mem/mem%d", dev.mem);
	return !access(path, F_OK);
}

/* cxl_mem does not bind to a device that is still sanitizing. */
FIXTURE_TEARDOWN_PARENT(cxl_sanitize)
{
	const char *pci = self->dev.pci;

	if (!*pci)
		return;
	EXPECT_TRUE(put_back(pci));
	EXPECT_TRUE(wait_for(has_driver(pci) ||
			     (!unbind_pci(pci) && !bind_pci(pci) && has_driver(pci))));
}

TEST_F(cxl_sanitize, rpcs)
{
	struct cxl_dev *dev = &self->dev;
	struct patrol patrol;

	if (variant->way == RMMOD && !is_module("cxl_fwctl"))
		SKIP(return, BUILT_IN);
	EXPECT_EQ(EBUSY, EXPECT_QUICK("RPC", patrol_get(self->fd, &patrol)));
	if (variant->way != WAYS) {
		remove_quickly(_metadata, dev, variant->way);
		check_gone(_metadata, self->fd);
		/* A module that is loaded meanwhile makes the device afterwards. */
		check_back(_metadata, dev, variant->way);
		self->fd = cxl_open(dev, O_RDWR);
		ASSERT_LE(0, self->fd);
	}
	EXPECT_TRUE(wait_for(!patrol_get(self->fd, &patrol)));
	EXPECT_EQ(0, cxl_query(self->fd));
}

TEST_HARNESS_MAIN
