/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CXL memory of QEMU that is removed in several ways, and brought back.
 */
#ifndef __FWCTL_CXL_REMOVE_UTILS_H
#define __FWCTL_CXL_REMOVE_UTILS_H

#include "fwctl_cxl_utils.h"

/* Ways to remove the device and bring it back */
enum way {
	UNBIND,
	PCI_REMOVE,
	RMMOD,
	WAYS,
};

static const char * const way_names[] = {
	[UNBIND] = "unbind of cxl_pci",
	[PCI_REMOVE] = "PCI remove",
	[RMMOD] = "rmmod cxl_fwctl",
};

static inline int remove_by(enum way way, const char *pci)
{
	switch (way) {
	case UNBIND:
		return unbind_pci(pci);
	case PCI_REMOVE:
		return write_file("1", "/sys/bus/pci/devices/%s/remove", pci);
	default:
		return unload_module("cxl_fwctl");
	}
}

static inline int restore_by(enum way way, const char *pci)
{
	switch (way) {
	case UNBIND:
		return bind_pci(pci);
	case PCI_REMOVE:
		return write_file("1", "/sys/bus/pci/rescan");
	default:
		return load_module("cxl_fwctl");
	}
}

/* Brings the device back, so that the next test finds one. */
static inline bool put_back(const char *pci)
{
	struct cxl_dev found;
	char path[96];

	if (cxl_works(&found, pci))
		return true;
	load_module("cxl_fwctl");
	restore_by(PCI_REMOVE, pci);
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver", pci);
	if (access(path, F_OK))
		bind_pci(pci);
	return wait_for(cxl_works(&found, pci));
}

/* Every call on a file of a removed device fails, except close(). */
static inline void check_gone(struct __test_metadata *_metadata, int fd)
{
	__u32 len = 0;

	EXPECT_EQ(ENODEV, cxl_query(fd));
	test_err_info(ENODEV, fd, NULL, &len);
	EXPECT_EQ(ENODEV, _test_ioctl(fd, FWCTL_RPC, NULL));
	EXPECT_EQ(0, close(fd));
}

/* Removes the device, which may take a second, and checks that nothing is left of it. */
static inline void remove_quickly(struct __test_metadata *_metadata,
				  const struct cxl_dev *dev, enum way way)
{
	struct cxl_dev found;

	EXPECT_EQ(0, EXPECT_QUICK(way_names[way], remove_by(way, dev->pci)));
	EXPECT_EQ(ENOENT, cxl_find_pci(&found, dev->pci));
	EXPECT_NE(0, access(dev->node, F_OK));
}

static inline void check_back(struct __test_metadata *_metadata, struct cxl_dev *dev, enum way way)
{
	EXPECT_EQ(0, restore_by(way, dev->pci));
	ASSERT_TRUE(wait_for(cxl_works(dev, dev->pci)));
}

#endif
