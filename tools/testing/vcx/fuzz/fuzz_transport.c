// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fuzzer's bytes are messages, one after another, as QEMU would send them;
 * a byte before each says how many descriptors come with it.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../tests/guest.h"
#include "vfu.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static u8 *out;
	struct guest g;

	if (!out)
		out = malloc(VFU_MAX_MESSAGE);
	if (!out)
		abort();
	guest_init(&g);
	while (size > VFU_HEADER) {
		struct vfu_message msg = { .nfds = data[0] & 3 };

		data++;
		size--;
		vfu_get_header(data, &msg.header);
		if (!vfu_header_valid(&msg.header))
			break;
		/* A message is as long as it says, or as there is. */
		msg.len = (u32)min_size(msg.header.size, size) - VFU_HEADER;
		msg.body = data + VFU_HEADER;
		for (unsigned int i = 0; i < msg.nfds; i++) {
			msg.fds[i] = memfd_create("fuzz", 0);
			if (msg.fds[i] < 0 || ftruncate(msg.fds[i], 0x10000))
				abort();
		}
		vfu_handle(g.vcx, &msg, out);
		for (unsigned int i = 0; i < msg.nfds; i++) {
			if (msg.fds[i] >= 0)
				close(msg.fds[i]);
		}
		data += VFU_HEADER + msg.len;
		size -= VFU_HEADER + msg.len;
	}
	guest_exit(&g);
	return 0;
}
