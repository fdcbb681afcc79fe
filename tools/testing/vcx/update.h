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
 * In an image of the firmware itself 512 bytes are in front of that, which begin
 * as files for a ConnectX-5 and later do (format FS4), so that tools can tell whom
 * it is for:
 *
 *   0     4d544657 abcdef00 fade1234 5678dead
 *   0x28  where the table of contents is: 0x80
 *   0x80  "ITOC" 04081516 2342cafa bacafe00, up to 0xa0
 *   0xa0  type IMAGE_INFO (0x10) and length (3 bytes); 0xb4 where that is: 0x100
 *   0xc0  32 bytes of ones, which end the table
 *   0x104 version: major (2), 0 (2), minor (2), subminor (2)
 *   0x124 PSID (16)
 *
 * Numbers are big-endian. There is no signature.
 */
#ifndef VCX_UPDATE_H
#define VCX_UPDATE_H

#include "util.h"

#define COMPONENTS		2u
#define COMPONENT_BOOT		0u	/* index of the firmware itself */
#define IMAGE_HEADER		16u
#define IMAGE_HEAD		512u	/* of the firmware itself */
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
	const char *psid;
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

void update_init(struct update *u, u32 boot_version, const char *psid);
/* What a start of firmware does: stored versions run, all else is lost. */
void update_restart(struct update *u);
void update_exit(struct update *u);
/*
 * Writes a valid image of @len bytes, IMAGE_MIN at least and IMAGE_HEAD more if
 * @psid is given: who the image of the firmware itself is for.
 */
void update_make_image(u8 *image, u32 len, u16 identifier, u32 version, const char *psid);

#endif
