/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest for tests: its memory, a device, and the driver's side of the command
 * queue.
 */
#ifndef VCX_GUEST_H
#define VCX_GUEST_H

#include "vcx.h"

#define GUEST_BASE	0x100000ull	/* start of the guest's memory */
#define GUEST_SIZE	0x40000u
#define GUEST_CMDQ	GUEST_BASE
#define GUEST_IN	(GUEST_BASE + 0x2000)
#define GUEST_OUT	(GUEST_BASE + 0x12000)
#define GUEST_TOKEN	0x5a

/* Advances the clock of now_ns(); no other function does. */
void guest_advance(u64 ns);

struct guest {
	struct vcx *vcx;
	struct vcx_card *card;
	u8 *ram;
};

void guest_init(struct guest *g);
/* Adds a function, up, to the card of another guest, which exits after this one. */
void guest_join(struct guest *g, struct guest *first);
void guest_exit(struct guest *g);
/* The memory at a guest address */
u8 *guest_at(struct guest *g, u64 addr);
/* Writes a command to slot 0 and its mailboxes. */
void guest_lay_out(struct guest *g, const u8 *in, u32 in_len, u32 out_len);
/*
 * Writes a command to slot 0, rings the doorbell and reads the output. Returns the
 * delivery status, or -1 if there was no completion.
 */
int guest_send(struct guest *g, const u8 *in, u32 in_len, u8 *out, u32 out_len);
/* Sends a command with opcode, uid, op_mod and two dwords; returns its status, or -1. */
int guest_command(struct guest *g, u16 opcode, u16 uid, u16 op_mod, u32 dw2, u32 dw3);
#define READ	1
#define WRITE	0
/* Sends ACCESS_REG with @len bytes of a register; returns its status, or -1. */
int access_reg(struct guest *g, u16 id, u16 op_mod, const u8 *data, u8 *answer, u32 len);
/* Sends ENABLE_HCA and INIT_HCA. */
void guest_bring_up(struct guest *g);

#endif
