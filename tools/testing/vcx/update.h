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
 * An image of the firmware itself has 1536 more bytes before the header. They are those
 * of a file for ConnectX-5 and later (format FS4); this device reads of them:
 *
 *   0     4d544657 abcdef00 fade1234 5678dead
 *   0x68  address of the section IMAGE_INFO, of 1024 bytes, up to 0x200
 *   +0x24 of that section: PSID (16)
 *
 * Numbers are big-endian. There is no signature.
 */
#ifndef VCX_UPDATE_H
#define VCX_UPDATE_H

#include "util.h"

#define COMPONENTS		2u
#define COMPONENT_BOOT		0u	/* index of the firmware itself */
#define IMAGE_HEADER		16u
#define IMAGE_HEAD		1536u	/* only in an image of the firmware itself */
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
