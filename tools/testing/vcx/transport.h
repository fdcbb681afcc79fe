/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Receives vfio-user messages from a socket. A file descriptor belongs to the
 * message whose bytes it arrives with, so no read extends beyond one message.
 */
#ifndef VCX_TRANSPORT_H
#define VCX_TRANSPORT_H

#include "vfu.h"

struct transport {
	int fd;
	u8 raw[VFU_HEADER];
	u8 *body;		/* VFU_MAX_MESSAGE bytes */
	u8 *out;		/* VFU_HEADER + VFU_MAX_MESSAGE bytes, header first */
	u32 have;		/* bytes of the message received so far */
	struct vfu_message msg;
};

/* Takes ownership of @fd, which is non-blocking; returns 0 or -ENOMEM. */
int transport_init(struct transport *t, int fd);
void transport_exit(struct transport *t);
/*
 * Reads the available bytes and handles the complete messages. Returns 0 when no
 * byte is left, 1 when the peer has closed the connection, or a negative errno
 * after which the connection is unusable.
 */
int transport_input(struct transport *t, struct vcx *vcx);

#endif
