// SPDX-License-Identifier: GPL-2.0-only
/*
 * From doorbell to completion. A command is executed, and its output written,
 * when the doorbell rings. Only the completion can be late or lost, that is the
 * entry's ownership bit and the event. So a late completion never writes to a
 * mailbox that the driver has reused after its timeout.
 */
#include <errno.h>
#include <stdlib.h>

#include "vcx.h"

#define IN_UID		2
#define OUT_STATUS	0
#define OUT_SYNDROME	4
#define OUT_DATA	8

const struct vcx_last_input *fw_last_input(const struct vcx *vcx, u16 opcode)
{
	for (unsigned int i = 0; i < VCX_LAST_INPUTS; i++) {
		if (vcx->last[i].stamp && vcx->last[i].opcode == opcode)
			return &vcx->last[i];
	}
	return NULL;
}

/* Stores the input as the last one of @opcode, in place of the oldest if all are used. */
static void fw_remember(struct vcx *vcx, u16 opcode, const struct cmdq_cmd *cmd)
{
	struct vcx_last_input *slot = &vcx->last[0];

	for (unsigned int i = 0; i < VCX_LAST_INPUTS; i++) {
		struct vcx_last_input *l = &vcx->last[i];

		if (l->stamp && l->opcode == opcode) {
			slot = l;
			break;
		}
		if (l->stamp < slot->stamp)
			slot = l;
	}
	slot->opcode = opcode;
	slot->len = cmd->in_len;
	slot->stamp = ++vcx->input_stamp;
	memcpy(slot->data, cmd->in, min_size(cmd->in_len, VCX_LAST_BYTES));
}

static void fw_complete(struct vcx *vcx, unsigned int n)
{
	struct vcx_slot *slot = &vcx->fw.slots[n];
	u8 data[28] = { 0 };

	slot->busy = false;
	if (cmdq_hand_back(&vcx->dma, slot->entry, slot->delivery)) {
		log_msg(&vcx->log, LOG_GUEST, "slot %u: no completion: the entry is not mapped",
			n);
		return;
	}
	if (slot->event) {
		put_be32(data, BIT(n));
		eq_post(vcx, EVENT_CMD, 0, data);
	}
}

/* Fills the answer of a user context with a number that no other answer has. */
static void fw_stamp(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	u32 at;

	if (!get_be16(cmd->in + IN_UID))
		return;
	vcx->stats.stamps++;
	for (at = OUT_DATA; at + 4 <= cmd->out_len; at += 4)
		put_be32(cmd->out + at, vcx->stats.stamps);
}

unsigned int fw_in_flight(const struct vcx *vcx)
{
	unsigned int busy = 0;

	for (unsigned int n = 0; n < CMDQ_SLOTS; n++)
		busy += vcx->fw.slots[n].busy;
	return busy;
}

/* Executes one command and writes its output; returns the delivery status. */
static enum cmdq_delivery fw_execute(struct vcx *vcx, struct cmdq_cmd *cmd,
				     struct vcx_slot *slot, struct vcx_fault *fault)
{
	struct cmd_result result;
	enum cmdq_delivery delivery;

	if (fault && fault_hits(&fault->refuse))
		result = (struct cmd_result){ fault->status, fault->syndrome };
	else
		result = cmd_execute(vcx, cmd);
	if (result.status != ST_OK) {
		memset(cmd->out, 0, cmd->out_len);
		vcx->stats.refused++;
	}
	if (fault && fault->stamp)
		fw_stamp(vcx, cmd);
	cmd->out[OUT_STATUS] = (u8)result.status;
	put_be32(cmd->out + OUT_SYNDROME, result.syndrome);
	log_msg(&vcx->log, LOG_DEBUG, "%s (%#x) uid %u op_mod %#x in %u out %u: status %#x %#x",
		cmd_name(slot->opcode), slot->opcode, get_be16(cmd->in + 2),
		get_be16(cmd->in + 6), cmd->in_len, cmd->out_len, result.status, result.syndrome);
	delivery = cmdq_put_output(&vcx->dma, cmd);
	if (delivery != CMDQ_OK)
		log_msg(&vcx->log, LOG_GUEST, "%s: output not written: delivery status %#x",
			cmd_name(slot->opcode), delivery);
	return delivery;
}

static void fw_take_slot(struct vcx *vcx, unsigned int n)
{
	struct vcx_slot *slot = &vcx->fw.slots[n];
	u64 entry = vcx->fw.cmdq + n * CMDQ_STRIDE;
	struct vcx_fault *fault = NULL;
	struct cmdq_cmd cmd;
	int ret;

	if (slot->busy) {
		log_msg(&vcx->log, LOG_GUEST, "slot %u: doorbell ignored: the slot is busy", n);
		vcx->stats.undeliverable++;
		return;
	}
	ret = cmdq_fetch(&vcx->dma, entry, &cmd);
	if (ret < 0) {
		log_msg(&vcx->log, LOG_GUEST, "slot %u: doorbell ignored: %s", n,
			ret == -EFAULT ? "the entry is not mapped" :
			ret == -EAGAIN ? "the driver owns the entry" : "out of memory");
		vcx->stats.undeliverable++;
		return;
	}
	*slot = (struct vcx_slot){
		.busy = true,
		.event = eq_takes(vcx, EVENT_CMD),
		.entry = entry,
		.delivery = (enum cmdq_delivery)ret,
	};
	if (vcx->stats.peak < fw_in_flight(vcx))
		vcx->stats.peak = fw_in_flight(vcx);
	if (ret == CMDQ_OK) {
		slot->opcode = get_be16(cmd.in);
		vcx->stats.commands[slot->opcode]++;
		vcx->stats.total++;
		fw_remember(vcx, slot->opcode, &cmd);
		fault = fault_find(vcx, slot->opcode);
		vcx->faults.dead = fault_hits(&vcx->faults.die);
		if (!vcx->faults.dead)
			slot->delivery = fw_execute(vcx, &cmd, slot, fault);
		cmdq_free(&cmd);
	}
	if (vcx->faults.dead) {
		log_msg(&vcx->log, LOG_INFO, "the device dies at %s", cmd_name(slot->opcode));
		slot->lost = true;
		return;
	}
	/* The reset drops the commands in flight without a completion. */
	if (vcx->card->update.power_failed) {
		log_msg(&vcx->log, LOG_INFO, "the power fails");
		vcx_reset(vcx, VCX_RESET_POWER);
		return;
	}
	if (slot->delivery != CMDQ_OK) {
		vcx->stats.undeliverable++;
		log_msg(&vcx->log, LOG_GUEST, "slot %u: delivery status %#x", n, slot->delivery);
	}
	if (reset_takes_slot(vcx, n)) {
		slot->held = true;
		return;
	}
	if (fault && fault_hits(&fault->lose)) {
		slot->lost = true;
		vcx->stats.lost++;
		return;
	}
	slot->due_ns = now_ns() + (fault ? fault->delay_ms * MS_TO_NS : 0);
	if (!fault || !fault->delay_ms)
		fw_complete(vcx, n);
}

void fw_doorbell(struct vcx *vcx, u32 slots)
{
	if (!vcx->fw.cmdq) {
		log_msg(&vcx->log, LOG_GUEST, "doorbell ignored: no command queue is set");
		return;
	}
	for (unsigned int n = 0; n < CMDQ_SLOTS && !vcx->faults.dead; n++) {
		if (slots & BIT(n))
			fw_take_slot(vcx, n);
	}
}

void fw_set_cmdq(struct vcx *vcx, u64 addr)
{
	vcx->fw.cmdq = addr;
	memset(vcx->fw.slots, 0, sizeof(vcx->fw.slots));
}

int fw_run_timers(struct vcx *vcx)
{
	u64 now = now_ns(), next = reset_run(vcx->card);

	for (unsigned int n = 0; n < CMDQ_SLOTS; n++) {
		struct vcx_slot *slot = &vcx->fw.slots[n];

		if (!slot->busy || slot->lost || slot->held)
			continue;
		if (slot->due_ns <= now)
			fw_complete(vcx, n);
		else if (slot->due_ns < next)
			next = slot->due_ns;
	}
	if (next == UINT64_MAX)
		return -1;
	next = (next - now + MS_TO_NS - 1) / MS_TO_NS;
	return next > 3600000 ? 3600000 : (int)next;
}

unsigned int fw_release_lost(struct vcx *vcx)
{
	unsigned int released = 0;

	for (unsigned int n = 0; n < CMDQ_SLOTS; n++) {
		if (vcx->fw.slots[n].busy && vcx->fw.slots[n].lost) {
			fw_complete(vcx, n);
			released++;
		}
	}
	return released;
}

void fw_finish_held(struct vcx *vcx, unsigned int n, enum cmd_status status, u32 syndrome)
{
	struct vcx_slot *slot = &vcx->fw.slots[n];
	u8 head[8] = { (u8)status };

	if (!slot->busy || !slot->held)
		return;
	put_be32(head + OUT_SYNDROME, syndrome);
	if (dma_write(&vcx->dma, slot->entry + CMDQ_OUT, head, sizeof(head)))
		log_msg(&vcx->log, LOG_GUEST, "slot %u: the entry is not mapped", n);
	fw_complete(vcx, n);
}

void fw_request_pages(struct vcx *vcx, int npages)
{
	u8 data[28] = { 0 };

	put_be32(data + 4, (u32)npages);
	eq_post(vcx, EVENT_PAGE_REQUEST, 0, data);
}

void fw_reset(struct vcx *vcx)
{
	struct vcx_fw *fw = &vcx->fw;

	if (fw->nuctx)
		log_msg(&vcx->log, LOG_INFO, "reset with %u open user contexts", fw->nuctx);
	vcx->stats.uctx_leaked += fw->nuctx;
	for (unsigned int i = 0; i < VCX_MAX_EQS; i++)
		eq_destroy(&fw->eqs[i]);
	objects_free(&fw->objects);
	free(fw->pages);
	free(fw->uctx);
	memset(fw, 0, sizeof(*fw));
	/* A driver that did not request the reset sees the state change and recovers. */
	fw->nic_state = NIC_DISABLED;
	caps_init(vcx);
}
