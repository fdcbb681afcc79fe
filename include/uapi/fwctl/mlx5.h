/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Device data of FWCTL_INFO for the type FWCTL_DEVICE_TYPE_MLX5.
 */
#ifndef _UAPI_FWCTL_MLX5_H
#define _UAPI_FWCTL_MLX5_H

#include <linux/types.h>

/**
 * struct fwctl_info_mlx5 - device data of FWCTL_INFO
 * @uid: the firmware user context that this file's commands run under; never 0
 * @uctx_caps: the capabilities that the user context was created with, a mask
 *	of bits of the firmware's uctx_cap
 */
struct fwctl_info_mlx5 {
	__u32 uid;
	__u32 uctx_caps;
};

#endif
