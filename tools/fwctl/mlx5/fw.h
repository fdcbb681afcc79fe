/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Components of a ConnectX's firmware.
 */
#ifndef _FWCTL_TOOL_MLX5_FW_H
#define _FWCTL_TOOL_MLX5_FW_H

#include "fields.h"

/* Limit of components, for firmware that sets last_index_flag on none of them. */
#define FW_MAX_COMPONENTS 64

/**
 * struct fw_image - identity of a file with firmware
 * @psid: the board that the firmware is for
 * @version: version of the firmware
 */
struct fw_image {
	char psid[17];
	char version[24];
};

/* fw.c */
void fw_begin_version(struct field_reg *reg, __u32 component, bool stored);

/* fw-image.c */
bool fw_image_parse(const struct buffer *file, struct fw_image *image);

#endif
