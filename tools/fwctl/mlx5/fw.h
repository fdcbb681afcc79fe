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
 * @format: name of its format
 * @encrypted: it cannot be read, except for its identity
 * @psid: the board that the firmware is for
 * @number: version of the firmware
 * @version: the same, as text
 * @product: version of the product, or an empty text
 * @date: date of the release
 * @hardware: numbers of the chips that it is for; 0: unused
 */
struct fw_image {
	const char *format;
	bool encrypted;
	char psid[17];
	unsigned int number[3];
	char version[24];
	char product[17];
	char date[16];
	__u32 hardware[4];
};

/* component_update_state of MCQS: the stored image starts at the next reset */
#define FW_PENDING_RESET 4

/* fw.c */
int fw_access(struct field_reg *reg, struct accesses *accesses, bool write);
void fw_begin_version(struct field_reg *reg, __u32 component, bool stored);

/* fw-image.c */
const char *fw_image_parse(const struct buffer *file, struct fw_image *image);

#endif
