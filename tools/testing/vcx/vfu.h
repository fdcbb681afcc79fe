/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The vfio-user protocol: executes one complete message with its file descriptors
 * on the device. transport.c receives the messages.
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
	u32 size;	/* including the header */
	u32 flags;
	u32 error;
};

struct vfu_message {
	struct vfu_header header;
	const u8 *body;
	u32 len;			/* of the body */
	int fds[VFU_MAX_FDS];		/* -1 once the device owns it */
	unsigned int nfds;
};

void vfu_get_header(const u8 raw[VFU_HEADER], struct vfu_header *header);
void vfu_put_header(u8 raw[VFU_HEADER], const struct vfu_header *header);
/* Whether the header is that of a command of valid size. */
bool vfu_header_valid(const struct vfu_header *header);
/*
 * Executes a message. Writes the body of the reply to @out, which holds
 * VFU_MAX_MESSAGE bytes, and returns its length, or a negative errno for the reply.
 */
int vfu_handle(struct vcx *vcx, struct vfu_message *msg, u8 *out);

/*
 * Receives vfio-user messages from a socket. A file descriptor belongs to the
 * message whose bytes it arrives with, so no read extends beyond one message.
 */
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
