/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Components of a ConnectX's firmware.
 */
#ifndef _FWCTL_TOOL_MLX5_FW_H
#define _FWCTL_TOOL_MLX5_FW_H

#include "access.h"

/* Limit of components, for firmware that sets last_index_flag on none of them. */
#define FW_MAX_COMPONENTS 64
#define FW_MAX_LEN 256

/**
 * struct fw - a register of a device, by field
 * @run: gets errors
 * @dev: the device
 * @layout: layout of the register
 * @data: content of the register
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
 * struct fw_image - identity of a file with firmware
 * @psid: the board that the firmware is for
 * @version: version of the firmware
 */
struct fw_image {
	char psid[17];
	char version[24];
};

/* fw-image.c */
bool fw_image_parse(const struct buffer *file, struct fw_image *image);

#endif
