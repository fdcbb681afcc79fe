/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The vfio-user protocol: what each message means for the device. Messages come
 * whole, with their file descriptors; the transport is somebody else's.
 */
#ifndef VCX_VFU_H
#define VCX_VFU_H

#include "vcx.h"

#define VFU_HEADER	16u
#define VFU_MAX_FDS	16
#define VFU_MAX_XFER	BIT(20)
/* The longest message: a write of VFU_MAX_XFER bytes. */
#define VFU_MAX_MESSAGE	(VFU_HEADER + 16 + VFU_MAX_XFER)

/* Flags of the header. */
#define VFU_TYPE_MASK	0xfu
#define VFU_COMMAND	0u
#define VFU_REPLY	1u
#define VFU_NO_REPLY	BIT(4)
#define VFU_ERROR	BIT(5)

struct vfu_header {
	u16 id;
	u16 command;
	u32 size;	/* with the header */
	u32 flags;
	u32 error;
};

struct vfu_message {
	struct vfu_header header;
	const u8 *body;
	u32 len;			/* of the body */
	int fds[VFU_MAX_FDS];		/* -1 once taken over */
	unsigned int nfds;
};

void vfu_get_header(const u8 raw[VFU_HEADER], struct vfu_header *header);
void vfu_put_header(u8 raw[VFU_HEADER], const struct vfu_header *header);
/* Whether a message with that header can be received at all. */
bool vfu_header_valid(const struct vfu_header *header);
/*
 * Does what the message says. Returns the length of the body of the answer in
 * @out, which holds VFU_MAX_MESSAGE bytes, or a negative errno to answer with.
 */
int vfu_handle(struct vcx *vcx, struct vfu_message *msg, u8 *out);

#endif
