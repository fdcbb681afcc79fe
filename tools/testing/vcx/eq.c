// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event queues: rings in guest memory; "Event Queues" in the Ethernet Adapters
 * PRM. An entry has 64 bytes; the last byte has the owner bit.
 */
#include <errno.h>
#include <stdlib.h>

#include "vcx.h"

#define EQE_SIZE	64u
#define EQE_TYPE	1
#define EQE_SUBTYPE	3
#define EQE_DATA	32
#define EQE_OWNER	63
#define COUNTER_MASK	0xffffffu	/* producer and consumer index have 24 bits */

struct vcx_eq *eq_get(struct vcx *vcx, u8 eqn)
{
	if (eqn >= VCX_MAX_EQS || !vcx->fw.eqs[eqn].used)
		return NULL;
	return &vcx->fw.eqs[eqn];
}

int eq_create(struct vcx *vcx, const struct vcx_eq *eq, const u8 *pages)
{
	struct vcx_eq *new = NULL;
	unsigned int eqn;

	/* Number 0 is not used: a driver that fails to store the number would use it. */
	for (eqn = 1; eqn < VCX_MAX_EQS && !new; eqn++) {
		if (!vcx->fw.eqs[eqn].used)
			new = &vcx->fw.eqs[eqn];
	}
	if (!new)
		return -ENOSPC;
	*new = *eq;
	new->pages = calloc(new->npages, sizeof(*new->pages));
	if (!new->pages)
		return -ENOMEM;
	for (u32 i = 0; i < new->npages; i++)
		new->pages[i] = get_be64(pages + i * sizeof(u64));
	new->used = true;
	return (int)(new - vcx->fw.eqs);
}

void eq_destroy(struct vcx_eq *eq)
{
	free(eq->pages);
	*eq = (struct vcx_eq){ 0 };
}

void eq_context(const struct vcx_eq *eq, u8 *context)
{
	memset(context, 0, 64);
	put_be32(context + 12, (u32)eq->log_size << 24 | eq->uar);
	put_be32(context + 20, eq->vector);
	put_be32(context + 24, (u32)(eq->log_page - 12) << 24);
	put_be32(context + 40, eq->ci);
	put_be32(context + 44, eq->pi);
}

void eq_doorbell(struct vcx *vcx, u32 uar, u32 value, bool arm)
{
	struct vcx_eq *eq = eq_get(vcx, (u8)(value >> 24));

	if (!eq || eq->uar != uar) {
		log_msg(&vcx->log, LOG_GUEST, "UAR %u: doorbell %#x: no such event queue here",
			uar, value);
		return;
	}
	eq->ci = value & COUNTER_MASK;
	if (arm && eq->pi == eq->ci) {
		eq->armed = true;
	} else if (arm) {
		eq->armed = false;
		pci_fire(vcx, eq->vector);
	}
}

bool eq_takes(const struct vcx *vcx, u8 type)
{
	for (unsigned int i = 0; i < VCX_MAX_EQS; i++) {
		if (vcx->fw.eqs[i].used && (vcx->fw.eqs[i].events & BIT_ULL(type)))
			return true;
	}
	return false;
}

static int eq_write(struct vcx *vcx, struct vcx_eq *eq, u8 type, u8 subtype,
		    const u8 data[28])
{
	u32 size = BIT(eq->log_size);
	u32 at = (eq->pi & (size - 1)) * EQE_SIZE;
	u64 addr = eq->pages[at >> eq->log_page] + (at & (BIT(eq->log_page) - 1));
	u8 eqe[EQE_SIZE] = { 0 };

	if (((eq->pi - eq->ci) & COUNTER_MASK) >= size)
		return -ENOSPC;
	eqe[EQE_TYPE] = type;
	eqe[EQE_SUBTYPE] = subtype;
	memcpy(eqe + EQE_DATA, data, 28);
	if (dma_write(&vcx->dma, addr, eqe, EQE_OWNER) ||
	    dma_write_last(&vcx->dma, addr + EQE_OWNER, (eq->pi >> eq->log_size) & 1))
		return -EFAULT;
	eq->pi = (eq->pi + 1) & COUNTER_MASK;
	return 0;
}

void eq_post(struct vcx *vcx, u8 type, u8 subtype, const u8 data[28])
{
	for (unsigned int i = 0; i < VCX_MAX_EQS; i++) {
		struct vcx_eq *eq = &vcx->fw.eqs[i];
		int ret;

		if (!eq->used || !(eq->events & BIT_ULL(type)))
			continue;
		ret = eq_write(vcx, eq, type, subtype, data);
		if (ret) {
			vcx->stats.events_dropped++;
			log_msg(&vcx->log, LOG_GUEST, "event queue %u: event %#x dropped: %s", i,
				type, ret == -ENOSPC ? "the queue is full" : "not mapped");
			continue;
		}
		vcx->stats.events++;
		if (eq->armed) {
			eq->armed = false;
			pci_fire(vcx, eq->vector);
		}
	}
}
