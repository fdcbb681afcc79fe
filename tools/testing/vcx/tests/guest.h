/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest for tests: memory, a device, and what a driver does to send a command.
 */
#ifndef VCX_GUEST_H
#define VCX_GUEST_H

#include "vcx.h"

#define GUEST_BASE	0x100000ull	/* where the guest's memory begins */
#define GUEST_SIZE	0x40000u
#define GUEST_CMDQ	GUEST_BASE
#define GUEST_IN	(GUEST_BASE + 0x2000)
#define GUEST_OUT	(GUEST_BASE + 0x12000)
#define GUEST_TOKEN	0x5a

/* Moves the clock of now_ns(), which otherwise stands still. */
void guest_advance(u64 ns);

struct guest {
	struct vcx *vcx;
	struct vcx_card *card;
	u8 *ram;
};

void guest_init(struct guest *g);
void guest_exit(struct guest *g);
/* Guest memory at an address of the guest's. */
u8 *guest_at(struct guest *g, u64 addr);
/* Lays a command of that length out in slot 0 with its mailboxes. */
void guest_lay_out(struct guest *g, const u8 *in, u32 in_len, u32 out_len);
/* Lays it out, rings, and collects the output; the delivery status, or -1. */
int guest_send(struct guest *g, const u8 *in, u32 in_len, u8 *out, u32 out_len);
/* Sends a command of 16 bytes: opcode, uid, op_mod, and two dwords; its status. */
int guest_command(struct guest *g, u16 opcode, u16 uid, u16 op_mod, u32 dw2, u32 dw3);
#define READ	1
#define WRITE	0
/* Sends ACCESS_REG with @op_mod and @len bytes of the register; its status, or -1. */
int access_reg(struct guest *g, u16 id, u16 op_mod, const u8 *data, u8 *answer, u32 len);
/* Enables and initializes the device, as a driver does. */
void guest_bring_up(struct guest *g);

#endif
