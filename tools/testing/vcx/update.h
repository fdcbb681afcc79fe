/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Components of firmware and their update. An image is 16 bytes of header, the
 * payload and a checksum:
 *
 *   0  "VCXF"
 *   4  identifier of the component, as in MCQS (2 bytes)
 *   8  version: major, minor, subminor (1, 1 and 2 bytes)
 *  12  length of the whole image (4)
 *  ..  payload
 *  -4  CRC-32 (the one of zlib) of all before it
 *
 * Numbers are big-endian. There is no signature.
 */
#ifndef VCX_UPDATE_H
#define VCX_UPDATE_H

#include "util.h"

#define COMPONENTS		2u
#define COMPONENT_BOOT		0u	/* index of the firmware itself */
#define IMAGE_HEADER		16u
#define IMAGE_MIN		(IMAGE_HEADER + 4)
#define IMAGE_MAX		(16u << 20)

/* States of the update machine, as MCC tells them. */
enum update_state {
	UPDATE_IDLE		= 0,
	UPDATE_LOCKED		= 1,
	UPDATE_DOWNLOAD		= 3,
	UPDATE_UPLOAD		= 7,
};

/* A version: major << 24 | minor << 16 | subminor. */
struct component {
	u32 running;
	u32 stored;		/* runs from the next start on; else as running */
	u8 state;		/* component_update_state of MCQS */
};

struct update {
	struct component components[COMPONENTS];
	enum update_state state;
	u8 error;
	u32 handle;
	u32 last_handle;
	u64 last_ns;
	u32 target;		/* index of the component in work */
	u8 *image;		/* what was downloaded, or is there to read */
	u32 size;
	u32 received;		/* bytes that came in all */
	bool verified;
	u32 fail_after;		/* bytes until the power fails */
	bool fail_armed;
	bool power_failed;
};

void update_init(struct update *u, u32 boot_version);
/* What a start of firmware does: stored versions run, all else is lost. */
void update_restart(struct update *u);
void update_exit(struct update *u);
/* Writes a valid image of @len bytes, IMAGE_MIN at least. */
void update_make_image(u8 *image, u32 len, u16 identifier, u32 version);

#endif
