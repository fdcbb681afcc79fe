/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A ConnectX on its bus: unbound from its driver or removed from the machine, and put
 * back. For the virtual ConnectX only: the machine would lose its network.
 */
#ifndef __FWCTL_MLX5_BUS_UTILS_H
#define __FWCTL_MLX5_BUS_UTILS_H

#include "fwctl_mlx5_utils.h"

/*
 * mlx5_core gives up a command after the timeout that firmware reports, which is this
 * one for the virtual ConnectX, and after as much time again for a late completion.
 */
#define FW_TIMEOUT_S 5
#define GIVE_UP_US (2 * FW_TIMEOUT_S * 1000000)

#define MLX5_CORE "/sys/bus/pci/drivers/mlx5_core/"

static inline int unbind_pci(const struct mlx5_dev *dev)
{
	return write_file(dev->pci, MLX5_CORE "unbind");
}

static inline int bind_pci(const struct mlx5_dev *dev)
{
	return write_file(dev->pci, MLX5_CORE "bind");
}

static inline int pci_write(const struct mlx5_dev *dev, const char *file)
{
	return write_file("1", "/sys/bus/pci/devices/%s/%s", dev->pci, file);
}

static inline int pci_rescan(void)
{
	return write_file("1", "/sys/bus/pci/rescan");
}

static inline int load_mlx5_core(void)
{
	char *const argv[] = { "modprobe", "mlx5_core", NULL };

	return run_program(argv);
}

static inline int devlink_reload(const struct mlx5_dev *dev)
{
	char handle[64];
	char *const argv[] = { "devlink", "dev", "reload", handle, NULL };

	snprintf(handle, sizeof(handle), "pci/%s", dev->pci);
	return run_program(argv);
}

/* Binds the driver. Firmware that missed the teardown of its last use is reset first. */
static inline int bind_anew(const struct mlx5_dev *dev)
{
	return bind_pci(dev) ? pci_write(dev, "reset") ?: bind_pci(dev) : 0;
}

static inline bool is_bound(const struct mlx5_dev *dev)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver", dev->pci);
	return !access(path, F_OK);
}

static inline bool is_present(const struct mlx5_dev *dev)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s", dev->pci);
	return !access(path, F_OK);
}

/* Ends all faults and brings the device back, so that the next test finds one. */
static inline bool put_back(struct mlx5_dev *dev)
{
	struct mlx5_dev found = *dev;

	vcx("clear");
	vcx("release");
	vcx("fw-timeout %u", FW_TIMEOUT_S);
	if (works(&found))
		return true;
	load_mlx5_core();
	load_module("mlx5_fwctl");
	if (is_bound(dev))
		pci_write(dev, "remove");
	if (is_present(dev))
		bind_anew(dev);
	else
		pci_rescan();
	return wait_for(works(&found));
}

/*
 * The reason for a SKIP, or NULL. First puts back a device that an earlier test, which
 * was killed, has left removed.
 */
static inline const char *cannot_remove(void)
{
	DIR *dir = vcx_there() ? opendir("/sys/bus/pci/devices") : NULL;
	struct mlx5_dev dev;
	struct dirent *entry;
	char vendor[16];

	if (!dir)
		return NO_VCX;
	while (mlx5_find(&dev) && (entry = readdir(dir))) {
		snprintf(dev.pci, sizeof(dev.pci), "%.31s", entry->d_name);
		if (!read_file(vendor, sizeof(vendor),
			       "/sys/bus/pci/devices/%s/vendor", dev.pci) &&
		    !strncmp(vendor, "0x15b3", 6))
			put_back(&dev);
	}
	closedir(dir);
	return mlx5_missing();
}

/* Whether open() may fail with this errno during and after the removal of a device */
static inline bool is_gone(int err)
{
	return err == ENODEV || err == ENOENT || err == ENXIO;
}

#endif
