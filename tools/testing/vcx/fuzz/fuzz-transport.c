// SPDX-License-Identifier: GPL-2.0-only
/*
 * A sequence of messages from a peer. Each record has the number of the message,
 * flags with the number of its descriptors, the length of its body (2 bytes) and
 * the body.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../tests/guest.h"
#include "vfu.h"

#define RECORD	4u
#define F_FDS	3u
#define F_SHORT	BIT(2)	/* the header claims 4096 bytes more */

static int guest_file(void)
{
	int fd = memfd_create("fuzz", 0);

	if (fd < 0 || ftruncate(fd, 0x10000))
		abort();
	return fd;
}

int fuzz_one(const u8 *data, size_t size);

int fuzz_one(const u8 *data, size_t size)
{
	static u8 *out;
	struct guest g;

	if (!out)
		out = malloc(VFU_MAX_MESSAGE);
	if (!out)
		abort();
	guest_init(&g);
	while (size >= RECORD) {
		u32 len = (u32)min_size(get_be16(data + 2), size - RECORD);
		struct vfu_message msg = {
			.header = {
				.command = data[0],
				.size = VFU_HEADER + len + (data[1] & F_SHORT ? 4096 : 0),
			},
			.body = data + RECORD,
			.len = len,
			.nfds = data[1] & F_FDS,
		};
		u8 raw[VFU_HEADER];

		vfu_put_header(raw, &msg.header);
		vfu_get_header(raw, &msg.header);
		if (!vfu_header_valid(&msg.header))
			abort();
		for (unsigned int i = 0; i < msg.nfds; i++)
			msg.fds[i] = guest_file();
		vfu_handle(g.vcx, &msg, out);
		for (unsigned int i = 0; i < msg.nfds; i++) {
			if (msg.fds[i] >= 0)
				close(msg.fds[i]);
		}
		data += RECORD + len;
		size -= RECORD + len;
	}
	guest_exit(&g);
	return 0;
}
