/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Firmware components and their update. An image has 16 bytes of header, a payload
 * and a checksum:
 *
 *   0  "VCXF"
 *   4  identifier of the component, as in MCQS (2 bytes)
 *   8  version: major, minor, subminor (1, 1 and 2 bytes)
 *  12  length of the whole image (4)
 *  ..  payload
 *  -4  CRC-32 (that of zlib) of all bytes before it
 *
 * An image of the firmware itself has 512 more bytes before the header. They begin
 * like the files for ConnectX-5 and later (format FS4), from which tools read the
 * PSID:
 *
 *   0     4d544657 abcdef00 fade1234 5678dead
 *   0x28  offset of the table of contents: 0x80
 *   0x80  "ITOC" 04081516 2342cafa bacafe00, up to 0xa0
 *   0xa0  type IMAGE_INFO (0x10) and length (3 bytes); at 0xb4 its offset: 0x100
 *   0xc0  32 bytes of ones: the end of the table
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
#define IMAGE_HEAD		512u	/* only in an image of the firmware itself */
#define IMAGE_MIN		(IMAGE_HEADER + 4)
#define IMAGE_MAX		(16u << 20)

/* States of the update, the values of control_state of MCC */
enum update_state {
	UPDATE_IDLE		= 0,
	UPDATE_LOCKED		= 1,
	UPDATE_DOWNLOAD		= 3,
	UPDATE_UPLOAD		= 7,
};

/* A version: major << 24 | minor << 16 | subminor. */
struct component {
	u32 running;
	u32 stored;		/* runs after the next start; equals @running unless updated */
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
	u32 target;		/* index of the component that is transferred */
	u8 *image;		/* of a download or an upload */
	u32 size;
	u32 received;		/* bytes of all writes */
	bool verified;
	u32 fail_after;		/* bytes until the power fails, if @fail_armed */
	bool fail_armed;
	bool power_failed;	/* fw.c resets the firmware after the command */
};

void update_init(struct update *u, u32 boot_version, const char *psid);
/* A start of the firmware: stored versions run, an update in progress is lost. */
void update_restart(struct update *u);
void update_exit(struct update *u);
/*
 * Writes a valid image of @len bytes, at least IMAGE_MIN, plus IMAGE_HEAD if @psid
 * is not NULL: then it is an image of the firmware itself, for boards with that PSID.
 */
void update_make_image(u8 *image, u32 len, u16 identifier, u32 version, const char *psid);

#endif
