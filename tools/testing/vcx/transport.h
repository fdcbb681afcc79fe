/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The socket that vfio-user messages come through. File descriptors belong to
 * the message whose bytes they came with, so no read goes beyond one message.
 */
#ifndef VCX_TRANSPORT_H
#define VCX_TRANSPORT_H

#include "vfu.h"

struct transport {
	int fd;
	u8 raw[VFU_HEADER];
	u8 *body;		/* VFU_MAX_MESSAGE bytes */
	u8 *out;		/* VFU_MAX_MESSAGE bytes, the header's first */
	u32 have;		/* bytes of the message that are here */
	struct vfu_message msg;
};

/* Takes over @fd, which doesn't block; 0 or -ENOMEM. */
int transport_init(struct transport *t, int fd);
void transport_exit(struct transport *t);
/*
 * Reads what is there and handles what is complete. 0: go on; 1: the peer has
 * closed; a negative errno: the connection is useless.
 */
int transport_input(struct transport *t, struct vcx *vcx);

#endif
