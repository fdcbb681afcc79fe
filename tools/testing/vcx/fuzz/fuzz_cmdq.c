// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fuzzer's bytes are the guest's memory, command queue and mailboxes
 * included, between the doorbells that it rings.
 */
#include <stdlib.h>

#include "../tests/guest.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct guest g;
	u32 slots;

	if (size < 8)
		return 0;
	slots = get_be32(data);
	guest_init(&g);
	if (data[4] & 1)
		guest_bring_up(&g);
	if (data[4] & 2) {
		/* An input as it is, in mailboxes that are in order. */
		u32 len = (u32)min_size(size - 8, 8192), out_len = get_be16(data + 6);

		if (len >= CMDQ_MIN_LEN && out_len >= CMDQ_MIN_LEN && out_len < 32768) {
			guest_lay_out(&g, data + 8, len, out_len);
			fw_doorbell(g.vcx, 1);
		}
	} else {
		memcpy(g.ram, data + 8, min_size(size - 8, GUEST_SIZE));
		fw_doorbell(g.vcx, slots);
	}
	fw_request_pages(g.vcx, 1);
	eq_doorbell(g.vcx, VCX_UAR_FIRST, slots, true);
	fw_doorbell(g.vcx, ~slots);
	guest_exit(&g);
	return 0;
}
