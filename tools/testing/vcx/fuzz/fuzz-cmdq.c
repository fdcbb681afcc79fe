// SPDX-License-Identifier: GPL-2.0-only
/*
 * A misbehaving driver: a valid command, then changes to bytes of the queue and its
 * mailboxes, then doorbells.
 *
 * Input: slots (4 bytes), flags, number of changes, length of the output (2),
 * the command's input, and the changes (offset, 3 bytes, and value) at the end.
 */
#include <stdlib.h>

#include "../tests/guest.h"

#define HEADER	8u
#define CHANGE	4u
#define F_UP	BIT(0)	/* bring the device up first */
#define F_UAR	BIT(1)	/* and allocate a UAR, so that event queues can be created */
#define F_TWICE	BIT(2)	/* ring the same doorbell again */
#define F_WRITE	BIT(3)	/* a download of a component is in progress */
#define F_READ	BIT(4)	/* or an upload */
#define F_DIAG	BIT(5)	/* counters are sampled */

/* States that a driver reaches with several commands only. */
static void midway(struct vcx_card *card, u8 flags)
{
	if (flags & (F_WRITE | F_READ)) {
		card->update.image = calloc(1, 4096);
		card->update.size = 4096;
		card->update.state = flags & F_WRITE ? UPDATE_DOWNLOAD : UPDATE_UPLOAD;
	}
	if (flags & F_DIAG) {
		card->diag = (struct diag){ .log_samples = 3, .log_period = 16, .flags = 0x11,
					    .count = 2, .counters = { 1, 7 },
					    .enabled_ns = card->start_ns };
		/* Sixteen samples, twice as many as the ring has entries. */
		guest_advance(1 << 20);
	}
}

int fuzz_one(const u8 *data, size_t size);

int fuzz_one(const u8 *data, size_t size)
{
	struct guest g;
	u32 slots, len, out_len, changes;

	if (size < HEADER + CMDQ_MIN_LEN)
		return 0;
	slots = get_be32(data);
	changes = (u32)min_size(data[5], (size - HEADER - CMDQ_MIN_LEN) / CHANGE);
	out_len = get_be16(data + 6) & 0x7fff;
	len = (u32)(size - HEADER) - CHANGE * changes;
	guest_init(&g);
	if (data[4] & F_UP)
		guest_bring_up(&g);
	if ((data[4] & (F_UP | F_UAR)) == (F_UP | F_UAR))
		guest_command(&g, 0x802, 0, 0, 0, 0);
	midway(g.card, data[4]);
	guest_lay_out(&g, data + HEADER, len, out_len);
	for (u32 i = 0; i < changes; i++) {
		const u8 *c = data + HEADER + len + CHANGE * i;

		g.ram[(get_be32(c) >> 8) % GUEST_SIZE] = c[3];
	}
	fw_doorbell(g.vcx, slots | 1);
	if (data[4] & F_TWICE) {
		guest_at(&g, GUEST_CMDQ)[63] |= 1;
		fw_doorbell(g.vcx, 1);
	}
	fw_request_pages(g.vcx, 1);
	eq_doorbell(g.vcx, VCX_UAR_FIRST, slots, true);
	guest_exit(&g);
	return 0;
}
