// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reset of the firmware that a driver requests by the register MFRL, so that the
 * stored configuration and image become current. Facts: fw_reset.c of mlx5_core,
 * MFRL in mstflint's register_access_table.adb.
 *
 *	idle -> negotiation -> in progress -> (the firmware restarts) idle
 *
 * MFRL with a start begins a negotiation: each function whose driver listens gets an
 * event and answers by MFRL. The command that began it completes when all have
 * answered, with an error if one has refused. Then the drivers tear down, disable their
 * function and reset the PCI link. A hot reset reaches vcx as a reset of the device.
 * QEMU does not tell a device that its link is disabled: with that method the firmware
 * restarts LINK_DOWN_NS after the last function is disabled, and configuration space,
 * which the driver saves and restores meanwhile, stays.
 */
#include "registers.h"

#define LINK_DOWN_NS	(200 * MS_TO_NS)
#define NEGOTIATION_NS	(3000 * MS_TO_NS)
#define UNLOAD_NS	(60000 * MS_TO_NS)

#define MFRL_TYPE_FULL	0x01
#define RESPONSE_ACK	1
#define RESPONSE_NACK	2
#define START_NONE	0
#define START_DRIVERS	1

#define SUBTYPE_SYNC	0x08	/* PCI sync for firmware update */

enum sync_event {
	SYNC_REQUEST	= 0,
	SYNC_NOW	= 1,
	SYNC_ABORT	= 2,
};

static void notify(struct vcx *vcx, enum sync_event event)
{
	u8 data[28] = { 0 };

	data[3] = (u8)event;
	eq_post(vcx, EVENT_GENERAL, SUBTYPE_SYNC, data);
}

static void notify_asked(struct vcx_card *card, enum sync_event event)
{
	for (unsigned int i = 0; i < card->nfunctions; i++) {
		if (card->reset.asked & BIT(i))
			notify(card->functions[i], event);
	}
}

/* Completes the command that began the negotiation. */
static void finish(struct vcx_card *card, enum cmd_status status)
{
	struct vcx_reset_state *r = &card->reset;

	if (r->holding)
		fw_finish_held(card->functions[r->initiator], r->slot, status,
			       status == ST_OK ? SYND_NONE : SYND_RESET_REFUSED);
	r->holding = false;
}

static void give_up(struct vcx_card *card, enum reset_progress why)
{
	struct vcx_reset_state *r = &card->reset;

	log_msg(&card->functions[0]->log, LOG_INFO, "the reset ends in state %d", why);
	r->progress = why;
	notify_asked(card, SYNC_ABORT);
	finish(card, ST_BAD_SYS_STATE);
	r->asked = 0;
}

static struct cmd_result start(struct vcx *vcx)
{
	struct vcx_card *card = vcx->card;
	struct vcx_reset_state *r = &card->reset;

	if (r->progress == RESET_NEGOTIATION || r->progress == RESET_IN_PROGRESS)
		return cmd_fail(ST_BAD_SYS_STATE, SYND_RESET_REFUSED);
	r->asked = 0;
	r->acked = 0;
	r->down = 0;
	for (unsigned int i = 0; i < card->nfunctions; i++) {
		if (eq_takes(card->functions[i], EVENT_GENERAL))
			r->asked |= BIT(i);
	}
	if (!(r->asked & BIT(vcx->function)))
		return cmd_fail(ST_BAD_SYS_STATE, SYND_RESET_REFUSED);
	r->progress = RESET_NEGOTIATION;
	r->initiator = vcx->function;
	r->due_ns = now_ns() + NEGOTIATION_NS;
	r->hold = true;
	notify_asked(card, SYNC_REQUEST);
	return cmd_ok();
}

static struct cmd_result respond(struct vcx *vcx, u32 response)
{
	struct vcx_card *card = vcx->card;
	struct vcx_reset_state *r = &card->reset;

	if (r->progress != RESET_NEGOTIATION || !(r->asked & BIT(vcx->function)))
		return cmd_fail(ST_BAD_SYS_STATE, SYND_RESET_REFUSED);
	if (response == RESPONSE_NACK) {
		give_up(card, RESET_REFUSED);
		return cmd_ok();
	}
	if (response != RESPONSE_ACK)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	r->acked |= BIT(vcx->function);
	if (r->acked == r->asked) {
		r->progress = RESET_IN_PROGRESS;
		r->due_ns = now_ns() + UNLOAD_NS;
		finish(card, ST_OK);
		notify_asked(card, SYNC_NOW);
	}
	return cmd_ok();
}

struct cmd_result mfrl_access(struct vcx *vcx, struct reg_access *a)
{
	struct vcx_reset_state *r = &vcx->card->reset;
	u32 begin = get_bits(a->in + 4, 29, 2), response = get_bits(a->in + 4, 27, 2);
	u32 last = r->alone ? START_NONE : START_DRIVERS;

	if (!a->write) {
		put_bits(a->out + 4, 21, 3, r->hot);
		put_bits(a->out + 4, 16, 4, r->progress);
		a->out[6] = MFRL_TYPE_FULL;
		a->out[7] = r->triggers;
		return cmd_ok();
	}
	if (a->in[7] & ~r->triggers || begin > last)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	if (response)
		return respond(vcx, response);
	/* Without a start the trigger arms the reset: a reset of the link is one anyway. */
	if (begin == START_NONE)
		return cmd_ok();
	return a->in[7] == TRIGGER_LINK ? start(vcx) : cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
}

struct cmd_result mroq_read(struct vcx *vcx, struct reg_access *a)
{
	const struct vcx_reset_state *r = &vcx->card->reset;

	if (r->unlisted)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_UNKNOWN);
	a->out[2] = a->in[2];
	if (a->in[2])		/* another type than a reset of the full chip */
		return cmd_ok();
	put_bits(a->out, 0, 8, r->triggers);
	put_bits(a->out, 16, 1, 1);				/* query_is_valid */
	put_bits(a->out, 17, 4, BIT(START_NONE) | (r->alone ? 0 : BIT(START_DRIVERS)));
	put_bits(a->out, 24, 8, BIT(r->hot));			/* pci_reset_req_method */
	return cmd_ok();
}

void reset_init(struct vcx_card *card)
{
	card->reset = (struct vcx_reset_state){ .triggers = TRIGGER_LINK | TRIGGER_PERST };
}

/* The firmware has restarted. */
void reset_done(struct vcx_card *card)
{
	struct vcx_reset_state *r = &card->reset;

	*r = (struct vcx_reset_state){
		.triggers = r->triggers, .hot = r->hot, .alone = r->alone,
		.unlisted = r->unlisted,
	};
}

bool reset_takes_slot(struct vcx *vcx, unsigned int slot)
{
	struct vcx_reset_state *r = &vcx->card->reset;

	if (!r->hold || r->initiator != vcx->function)
		return false;
	r->hold = false;
	r->holding = true;
	r->slot = slot;
	return true;
}

void reset_function_down(struct vcx *vcx)
{
	struct vcx_reset_state *r = &vcx->card->reset;

	if (r->progress != RESET_IN_PROGRESS || r->down == r->asked)
		return;
	r->down |= BIT(vcx->function) & r->asked;
	if (r->down == r->asked)
		r->due_ns = now_ns() + LINK_DOWN_NS;
}

u64 reset_run(struct vcx_card *card)
{
	struct vcx_reset_state *r = &card->reset;

	if (r->progress != RESET_NEGOTIATION && r->progress != RESET_IN_PROGRESS)
		return UINT64_MAX;
	/* The hot reset ends it. */
	if (r->progress == RESET_IN_PROGRESS && r->down == r->asked && r->hot)
		return UINT64_MAX;
	if (now_ns() < r->due_ns)
		return r->due_ns;
	if (r->progress == RESET_NEGOTIATION)
		give_up(card, RESET_NO_ANSWER);
	else if (r->down == r->asked)
		vcx_reset(card->functions[0], VCX_RESET_LINK);
	else
		give_up(card, RESET_NOT_UNLOADED);
	return UINT64_MAX;
}
