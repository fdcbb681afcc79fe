// SPDX-License-Identifier: GPL-2.0-only
/*
 * CXL memory that is removed and comes back while it is in use. For the memory of QEMU
 * only. In the end the device is there and works, as before.
 */
#include "fwctl_cxl_load_utils.h"
#include "fwctl_cxl_remove_utils.h"

#define ROUNDS 5

FIXTURE(cxl_removal) {
	struct cxl_dev dev;
	int fd;
};

FIXTURE_VARIANT(cxl_removal) {
	enum way way;
};

FIXTURE_VARIANT_ADD(cxl_removal, unbind) {
	.way = UNBIND,
};

FIXTURE_VARIANT_ADD(cxl_removal, pci_remove) {
	.way = PCI_REMOVE,
};

FIXTURE_VARIANT_ADD(cxl_removal, rmmod) {
	.way = RMMOD,
};

FIXTURE_SETUP(cxl_removal)
{
	struct cxl_dev dev;
	const char *missing;

	missing = cxl_qemu_missing(&dev);
	if (missing)
		SKIP(return, "%s", missing);
	if (variant->way == RMMOD && !is_module("cxl_fwctl"))
		SKIP(return, BUILT_IN);
	self->dev = dev;
	self->fd = cxl_open(&dev, O_RDWR);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN_PARENT(cxl_removal)
{
	if (*self->dev.pci)
		EXPECT_TRUE(put_back(self->dev.pci));
}

TEST_F(cxl_removal, open_files)
{
	int read_only = cxl_open(&self->dev, O_RDONLY);

	ASSERT_LE(0, read_only);
	remove_quickly(_metadata, &self->dev, variant->way);
	check_gone(_metadata, self->fd);
	check_back(_metadata, &self->dev, variant->way);
	check_gone(_metadata, read_only);
}

/* Threads send requests until the device is gone; others open it all the time. */
TEST_F(cxl_removal, load)
{
	struct load *load = shared_memory(sizeof(*load));
	unsigned int round;

	for (round = 0; round < ROUNDS; round++) {
		ASSERT_EQ(0, load_start(load, &self->dev));
		ASSERT_TRUE(wait_for(get(&load->calls) > 20));
		remove_quickly(_metadata, &self->dev, variant->way);
		EXPECT_EQ(ENODEV, EXPECT_QUICK("end of all calls", load_end(load)));
		check_back(_metadata, &self->dev, variant->way);
	}
}

/* Removal waits for no memory of a caller: neither of a request nor of an answer. */
TEST_F(cxl_removal, missing_memory)
{
	const size_t page_size = sysconf(_SC_PAGESIZE);
	struct slow_memory in, out;
	struct call sends, receives;
	union cxl_in request;
	__u8 page[65536] = {};
	__u32 len;

	if (slow_memory_init(&in, page_size) || slow_memory_init(&out, page_size))
		SKIP(return, NO_SLOW_MEMORY);
	len = make_list(&request, sizeof(struct cxl_feat_entry), 0);
	memcpy(page, &request, len);
	sends.rpc = rpc_cmd(FWCTL_RPC_CONFIGURATION, in.start, len, page, page_size);
	ASSERT_EQ(0, call_start(&sends, self->fd, FWCTL_RPC, &sends.rpc));
	receives.rpc = rpc_cmd(FWCTL_RPC_CONFIGURATION, &request, len, out.start, page_size);
	ASSERT_EQ(0, call_start(&receives, self->fd, FWCTL_RPC, &receives.rpc));
	ASSERT_TRUE(slow_memory_wait(&in, in.start));
	ASSERT_TRUE(slow_memory_wait(&out, out.start));

	remove_quickly(_metadata, &self->dev, variant->way);
	ASSERT_EQ(0, slow_memory_fill(&in, in.start, page));
	EXPECT_EQ(ENODEV, call_end(&sends));
	slow_memory_end(&out);
	/* The device had answered this one. */
	EXPECT_EQ(0, call_end(&receives));
	check_gone(_metadata, self->fd);
	check_back(_metadata, &self->dev, variant->way);
}

TEST_HARNESS_MAIN
