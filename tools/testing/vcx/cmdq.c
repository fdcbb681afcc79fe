// SPDX-License-Identifier: GPL-2.0-only
/*
 * Layout of the entry and of the mailbox block: "Command Queue" and "Command
 * Interface Mailbox" in the Ethernet Adapters PRM.
 */
#include <errno.h>
#include <stdlib.h>

#include "cmdq.h"

/* Offsets in the entry */
#define ENTRY_TYPE		0
#define ENTRY_IN_LEN		4
#define ENTRY_IN_PTR		8
#define ENTRY_IN		16
#define ENTRY_OUT_PTR		48
#define ENTRY_OUT_LEN		56
#define ENTRY_TOKEN		60
#define ENTRY_SIGNATURE		61
#define ENTRY_STATUS_OWN	63
#define ENTRY_TYPE_PCI		7
#define ENTRY_OWNED_BY_HW	BIT(0)

/* Offsets in the mailbox block */
#define BLOCK_DATA		512u
#define BLOCK_NEXT		560
#define BLOCK_NUM		568
#define BLOCK_TOKEN		573
#define BLOCK_SIZE		576u
/* The low nine bits of a pointer to a block are reserved. */
#define BLOCK_ALIGN		512u

/*
 * Visits the blocks of a chain, as many as @len bytes beyond the inline part
 * need. The number of blocks is fixed before the first is read, and each block
 * must carry its own index: a chain that loops fails at the first block that it
 * repeats, and one that ends early at a block that is unreachable or whose token
 * or index is wrong.
 */
static enum cmdq_delivery cmdq_walk(const struct dma *dma, u64 ptr, u8 token, u8 *data,
				    u32 len, bool to_guest)
{
	enum cmdq_delivery bad_ptr = to_guest ? CMDQ_BAD_OUT_PTR : CMDQ_BAD_IN_PTR;
	u32 off = CMDQ_INLINE;
	u8 block[BLOCK_SIZE];

	for (u32 num = 0; off < len; num++) {
		u32 n = (u32)min_size(len - off, BLOCK_DATA);

		if (ptr % BLOCK_ALIGN || dma_read(dma, ptr, block, BLOCK_SIZE))
			return bad_ptr;
		if (block[BLOCK_TOKEN] != token)
			return CMDQ_BAD_TOKEN;
		if (get_be32(block + BLOCK_NUM) != num)
			return CMDQ_BAD_BLOCK_NUM;
		if (to_guest && dma_write(dma, ptr, data + off, n))
			return bad_ptr;
		if (!to_guest)
			memcpy(data + off, block, n);
		ptr = get_be64(block + BLOCK_NEXT);
		off += n;
	}
	return CMDQ_OK;
}

int cmdq_fetch(const struct dma *dma, u64 entry, struct cmdq_cmd *cmd)
{
	enum cmdq_delivery delivery;
	u8 e[CMDQ_STRIDE];

	*cmd = (struct cmdq_cmd){ .entry = entry };
	if (dma_read(dma, entry, e, sizeof(e)))
		return -EFAULT;
	if (!(e[ENTRY_STATUS_OWN] & ENTRY_OWNED_BY_HW))
		return -EAGAIN;
	if (e[ENTRY_TYPE] != ENTRY_TYPE_PCI)
		return CMDQ_BAD_DESCRIPTOR;
	cmd->in_len = get_be32(e + ENTRY_IN_LEN);
	cmd->out_len = get_be32(e + ENTRY_OUT_LEN);
	if (cmd->in_len < CMDQ_MIN_LEN || cmd->in_len > CMDQ_MAX_LEN)
		return CMDQ_BAD_IN_LEN;
	if (cmd->out_len < CMDQ_MIN_LEN || cmd->out_len > CMDQ_MAX_LEN)
		return CMDQ_BAD_OUT_LEN;
	cmd->token = e[ENTRY_TOKEN];
	cmd->out_ptr = get_be64(e + ENTRY_OUT_PTR);
	cmd->in = malloc(max_size(cmd->in_len, CMDQ_INLINE));
	cmd->out = calloc(1, max_size(cmd->out_len, CMDQ_INLINE));
	if (!cmd->in || !cmd->out) {
		cmdq_free(cmd);
		return -ENOMEM;
	}
	memcpy(cmd->in, e + ENTRY_IN, CMDQ_INLINE);
	delivery = cmdq_walk(dma, get_be64(e + ENTRY_IN_PTR), cmd->token, cmd->in,
			     cmd->in_len, false);
	if (delivery != CMDQ_OK)
		cmdq_free(cmd);
	return delivery;
}

enum cmdq_delivery cmdq_put_output(const struct dma *dma, const struct cmdq_cmd *cmd)
{
	if (dma_write(dma, cmd->entry + CMDQ_OUT, cmd->out, CMDQ_INLINE))
		return CMDQ_BAD_OUT_PTR;
	return cmdq_walk(dma, cmd->out_ptr, cmd->token, cmd->out, cmd->out_len, true);
}

int cmdq_hand_back(const struct dma *dma, u64 entry, enum cmdq_delivery delivery)
{
	u8 e[CMDQ_STRIDE];
	u8 status_own = (u8)(delivery << 1);
	u8 sum = 0;

	if (dma_read(dma, entry, e, sizeof(e)))
		return -EFAULT;
	e[ENTRY_SIGNATURE] = 0;
	e[ENTRY_STATUS_OWN] = status_own;
	for (unsigned int i = 0; i < sizeof(e); i++)
		sum ^= e[i];
	sum ^= 0xff;
	if (dma_write(dma, entry + ENTRY_SIGNATURE, &sum, 1))
		return -EFAULT;
	return dma_write_last(dma, entry + ENTRY_STATUS_OWN, status_own);
}

void cmdq_free(struct cmdq_cmd *cmd)
{
	free(cmd->in);
	free(cmd->out);
	cmd->in = NULL;
	cmd->out = NULL;
}
