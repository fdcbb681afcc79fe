/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether the system can be suspended by way of /sys/power/pm_test, with a virtual
 * ConnectX: all devices suspend, and resume at once.
 */
#ifndef __FWCTL_SLEEP_UTILS_H
#define __FWCTL_SLEEP_UTILS_H

#include "fwctl_mlx5_utils.h"

#define PM_TEST_DELAY "/sys/module/suspend/parameters/pm_test_delay"

/* PCI Local Bus Specification, capability list; PCI Power Management */
enum {
	PCI_STATUS = 0x06,
	PCI_STATUS_CAP_LIST = 0x10,
	PCI_CAPABILITY_LIST = 0x34,
	PCI_CAP_ID_PM = 1,
	PCI_PM_CTRL = 4,
	PCI_PM_CTRL_NO_SOFT_RESET = 0x08,
};

static inline bool has_no_soft_reset(const char *path)
{
	__u8 config[256] = {}, at;
	int fd = open(path, O_RDONLY | O_CLOEXEC), left = 48;

	if (fd < 0 || read(fd, config, sizeof(config)) < 64 ||
	    !(config[PCI_STATUS] & PCI_STATUS_CAP_LIST)) {
		close(fd);
		return false;
	}
	close(fd);
	for (at = config[PCI_CAPABILITY_LIST]; at >= 64 && at < 248 && left--;
	     at = config[at + 1])
		if (config[at] == PCI_CAP_ID_PM)
			return config[at + PCI_PM_CTRL] &
			       PCI_PM_CTRL_NO_SOFT_RESET;
	return false;
}

/*
 * A 9p mount survives only if its virtio device keeps its state, and only since Linux
 * 6.10, which does not reset such a device.
 */
static inline bool loses_files(void)
{
	DIR *dir = opendir("/sys/bus/virtio/drivers/9pnet_virtio");
	struct dirent *entry;
	bool lost = false;
	char path[512];

	while (dir && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, "virtio", 6))
			continue;
		snprintf(path, sizeof(path),
			 "/sys/bus/virtio/devices/%s/../config",
			 entry->d_name);
		if (linux_release() < 610 || !has_no_soft_reset(path))
			lost = true;
	}
	if (dir)
		closedir(dir);
	return lost;
}

/* The reason for a SKIP, or NULL */
static inline const char *cannot_sleep(void)
{
	if (vcx_missing())
		return vcx_missing();
	if (access("/sys/power/pm_test", W_OK))
		return "no /sys/power/pm_test";
	if (loses_files())
		return "files on 9p would be lost";
	return NULL;
}

#endif
