/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The entries and mailboxes of the command queue: reads a command from guest memory
 * into one flat input and writes a flat output back. Accesses nothing but guest
 * memory and knows no command.
 */
#ifndef VCX_CMDQ_H
#define VCX_CMDQ_H

#include "dma.h"

#define CMDQ_LOG_SLOTS	5
#define CMDQ_LOG_STRIDE	6
#define CMDQ_SLOTS	BIT(CMDQ_LOG_SLOTS)
#define CMDQ_STRIDE	BIT(CMDQ_LOG_STRIDE)
#define CMDQ_OUT	32u	/* offset of the output in an entry */
#define CMDQ_INLINE	16u	/* bytes of input and output in the entry itself */
#define CMDQ_MIN_LEN	8u	/* input: opcode and op_mod; output: status and syndrome */
#define CMDQ_MAX_LEN	BIT(22)

/* Delivery status; the values are those of the command queue entry. */
enum cmdq_delivery {
	CMDQ_OK			= 0x0,
	CMDQ_BAD_TOKEN		= 0x2,
	CMDQ_BAD_BLOCK_NUM	= 0x3,
	CMDQ_BAD_OUT_PTR	= 0x4,
	CMDQ_BAD_IN_PTR		= 0x5,
	CMDQ_BAD_IN_LEN		= 0x7,
	CMDQ_BAD_OUT_LEN	= 0x8,
	CMDQ_BAD_DESCRIPTOR	= 0x10,
};

struct cmdq_cmd {
	u64 entry;		/* guest address of the entry */
	u64 out_ptr;
	u32 in_len;
	u32 out_len;
	u8 token;
	u8 *in;			/* @in_len bytes, and at least CMDQ_INLINE */
	u8 *out;		/* @out_len bytes, and at least CMDQ_INLINE */
};

/*
 * Reads the command whose entry is at @entry. Returns the delivery status, or
 * -EFAULT if @entry is not reachable, -EAGAIN if the driver owns the entry, or
 * -ENOMEM. On CMDQ_OK the caller frees the buffers of @cmd with cmdq_free().
 */
int cmdq_fetch(const struct dma *dma, u64 entry, struct cmdq_cmd *cmd);
/* Writes the output to the entry and its mailboxes. */
enum cmdq_delivery cmdq_put_output(const struct dma *dma, const struct cmdq_cmd *cmd);
/* Returns the entry to the driver; 0 or -EFAULT. */
int cmdq_hand_back(const struct dma *dma, u64 entry, enum cmdq_delivery delivery);
void cmdq_free(struct cmdq_cmd *cmd);

#endif
