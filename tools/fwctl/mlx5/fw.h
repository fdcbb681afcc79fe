/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Components of a ConnectX's firmware.
 */
#ifndef _FWCTL_TOOL_MLX5_FW_H
#define _FWCTL_TOOL_MLX5_FW_H

#include "access.h"

/* More than any firmware has; without the last one's mark it ends here. */
#define FW_MAX_COMPONENTS 64
#define FW_MAX_LEN 256

/**
 * struct fw - a register of a device, by field
 * @run: gets what goes wrong
 * @dev: the device
 * @layout: of the register
 * @data: its content
 */
struct fw {
	struct run *run;
	struct fwctl_dev *dev;
	const struct fwctl_mlx5_layout *layout;
	__u8 data[FW_MAX_LEN];
};

void fw_begin(struct fw *fw, const char *name);
void fw_set(struct fw *fw, const char *name, __u64 value);
__u64 fw_get(const struct fw *fw, const char *name);
int fw_read(struct fw *fw, json_object *report);
json_object *fw_name(const struct fw *fw, const char *name);
json_object *fw_text(const struct fw *fw, const char *name);
void fw_begin_version(struct fw *fw, __u32 component, bool stored);

/**
 * struct fw_image - what a file says of itself
 * @psid: the board that it is for
 * @version: of the firmware
 */
struct fw_image {
	char psid[17];
	char version[24];
};

/* fw-image.c */
bool fw_image_parse(const struct buffer *file, struct fw_image *image);

#endif
