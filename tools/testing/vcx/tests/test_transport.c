// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest.h"
#include "ktap.h"
#include "vfu.h"

struct peer {
	struct guest guest;
	struct transport transport;
	int fd;
};

static void peer_init(struct peer *p)
{
	int fds[2];

	guest_init(&p->guest);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) ||
	    transport_init(&p->transport, fds[1]))
		abort();
	p->fd = fds[0];
}

static void peer_exit(struct peer *p)
{
	transport_exit(&p->transport);
	close(p->fd);
	guest_exit(&p->guest);
}

static int peer_send(struct peer *p, const void *buf, size_t len, const int *fds, unsigned int n)
{
	union {
		char buf[CMSG_SPACE(64 * sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = { .iov_base = (void *)buf, .iov_len = len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (n) {
		mh.msg_control = control.buf;
		mh.msg_controllen = CMSG_SPACE(n * sizeof(int));
		control.align.cmsg_len = CMSG_LEN(n * sizeof(int));
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		memcpy(CMSG_DATA(&control.align), fds, n * sizeof(int));
	}
	if (sendmsg(p->fd, &mh, 0) != (ssize_t)len)
		abort();
	return transport_input(&p->transport, p->guest.vcx);
}

/* Sends one message and receives the reply; returns the error of the reply, or -1. */
static int call(struct peer *p, u16 command, const void *body, u32 len, const int *fds,
		unsigned int n, void *answer, size_t room)
{
	struct vfu_header h = { .id = 42, .command = command, .size = VFU_HEADER + len };
	u8 buf[VFU_HEADER + 4096];
	ssize_t got;

	vfu_put_header(buf, &h);
	memcpy(buf + VFU_HEADER, body, len);
	if (peer_send(p, buf, VFU_HEADER + len, fds, n))
		return -1;
	got = recv(p->fd, buf, sizeof(buf), 0);
	if (got < (ssize_t)VFU_HEADER)
		return -1;
	vfu_get_header(buf, &h);
	expect(h.id == 42 && h.command == command && h.size == (u32)got);
	expect((h.flags & VFU_TYPE_MASK) == VFU_REPLY);
	expect(!(h.flags & VFU_ERROR) == !h.error);
	memcpy(answer, buf + VFU_HEADER, min_size(room, (size_t)got - VFU_HEADER));
	return (int)h.error;
}

static void handshake(void)
{
	u8 body[4] = { 0, 0, 0, 0 }, wrong[4] = { 9, 0, 0, 0 }, answer[256] = { 0 };
	struct peer p;

	peer_init(&p);
	expect(!call(&p, 1, body, 4, NULL, 0, answer, sizeof(answer)));
	expect(strstr((char *)answer + 4, "max_data_xfer_size"));
	expect(call(&p, 1, wrong, 4, NULL, 0, answer, sizeof(answer)) == EINVAL);
	expect(call(&p, 1, body, 3, NULL, 0, answer, sizeof(answer)) == EINVAL);
	expect(call(&p, 0, body, 0, NULL, 0, answer, sizeof(answer)) == EOPNOTSUPP);
	expect(call(&p, 999, body, 0, NULL, 0, answer, sizeof(answer)) == EOPNOTSUPP);
	peer_exit(&p);
}

static void byte_by_byte(void)
{
	struct vfu_header h = { .id = 7, .command = 13, .size = VFU_HEADER };
	u8 buf[VFU_HEADER];
	struct peer p;

	peer_init(&p);
	vfu_put_header(buf, &h);
	for (unsigned int i = 0; i < VFU_HEADER; i++)
		expect(!peer_send(&p, buf + i, 1, NULL, 0));
	expect(recv(p.fd, buf, sizeof(buf), 0) == (ssize_t)VFU_HEADER && buf[0] == 7);
	expect(p.guest.vcx->stats.firmware_resets == 1);
	/* The peer closes the connection in the middle of a message. */
	expect(!peer_send(&p, buf, 3, NULL, 0));
	shutdown(p.fd, SHUT_WR);
	expect(transport_input(&p.transport, p.guest.vcx) == 1);
	peer_exit(&p);
}

static void bad_headers(void)
{
	static const struct vfu_header bad[] = {
		{ .command = 13, .size = 0 },
		{ .command = 13, .size = VFU_HEADER - 1 },
		{ .command = 13, .size = VFU_MAX_MESSAGE + 1 },
		{ .command = 13, .size = UINT32_MAX },
		{ .command = 13, .size = VFU_HEADER, .flags = VFU_REPLY },
	};
	u8 buf[VFU_HEADER];

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		struct peer p;

		peer_init(&p);
		vfu_put_header(buf, &bad[i]);
		expect(peer_send(&p, buf, sizeof(buf), NULL, 0) == -EPROTO);
		peer_exit(&p);
	}
}

static void regions(void)
{
	static const struct {
		u64 offset;
		u32 region, count;
		int error;
	} cases[] = {
		{ 0, 0, 8, 0 },
		{ 0, 7, 64, 0 },
		{ 4095, 7, 1, 0 },
		{ 4095, 7, 2, EINVAL },
		{ 4096, 7, 0, 0 },
		{ 4097, 7, 0, EINVAL },
		{ VCX_BAR_SIZE - 4, 0, 8, EINVAL },
		{ UINT64_MAX, 0, 4, EINVAL },
		{ 0, 0, UINT32_MAX, EINVAL },
		{ 0, 1, 4, EINVAL },
		{ 0, 99, 4, EINVAL },
	};
	u8 body[16], answer[2048];
	struct peer p;

	peer_init(&p);
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		memcpy(body, &cases[i].offset, 8);
		memcpy(body + 8, &cases[i].region, 4);
		memcpy(body + 12, &cases[i].count, 4);
		expect(call(&p, 9, body, 16, NULL, 0, answer, sizeof(answer)) == cases[i].error);
		/* A write without data */
		if (cases[i].count)
			expect(call(&p, 10, body, 16, NULL, 0, answer, 16) == EINVAL);
	}
	peer_exit(&p);
}

static void configuration_space(void)
{
	u8 id[4], ones[4] = { 0xff, 0xff, 0xff, 0xff }, bar[4];
	struct peer p;

	peer_init(&p);
	pci_read(p.guest.vcx, 0, id, 4);
	expect(id[0] == 0xb3 && id[1] == 0x15 && id[2] == 0x1d && id[3] == 0x10);
	pci_write(p.guest.vcx, 0x10, ones, 4);
	pci_read(p.guest.vcx, 0x10, bar, 4);
	expect(bar[0] == 0x0c && bar[2] == 0 && bar[3] == 0xfe);
	pci_write(p.guest.vcx, 0, ones, 4);
	pci_read(p.guest.vcx, 0, bar, 4);
	expect(!memcmp(id, bar, 4));
	pci_write(p.guest.vcx, 4092, ones, 4);
	peer_exit(&p);
}

static void set_irqs(struct peer *p, int error, u32 flags, u32 index, u32 start, u32 count,
		     const int *fds, unsigned int n)
{
	u32 body[5] = { 20, flags, index, start, count };
	u8 answer[4];

	expect(call(p, 8, body, sizeof(body), fds, n, answer, sizeof(answer)) == error);
}

#define EVENTFD_TRIGGER	(4 | 32)
#define NONE_TRIGGER	(1 | 32)

static void interrupts(void)
{
	int fds[2] = { eventfd(0, EFD_NONBLOCK), eventfd(0, EFD_NONBLOCK) };
	struct peer p;
	u64 n = 0;

	peer_init(&p);
	set_irqs(&p, 0, EVENTFD_TRIGGER, 2, 0, 2, NULL, 0);
	/* An interrupt before the eventfd arrives stays pending. */
	pci_fire(p.guest.vcx, 1);
	set_irqs(&p, 0, EVENTFD_TRIGGER, 2, 0, 2, fds, 2);
	expect(read(fds[1], &n, 8) == 8 && n == 1);
	expect(read(fds[0], &n, 8) < 0);
	set_irqs(&p, 0, NONE_TRIGGER, 2, 0, 1, NULL, 0);
	expect(read(fds[0], &n, 8) == 8 && n == 1);
	set_irqs(&p, EINVAL, EVENTFD_TRIGGER, 2, 0, 2, fds, 1);
	set_irqs(&p, EINVAL, EVENTFD_TRIGGER, 2, 7, 2, fds, 2);
	set_irqs(&p, EINVAL, EVENTFD_TRIGGER, 2, UINT32_MAX, 2, fds, 2);
	set_irqs(&p, EINVAL, EVENTFD_TRIGGER, 2, 0, UINT32_MAX, NULL, 0);
	set_irqs(&p, EINVAL, EVENTFD_TRIGGER, 4, 0, 1, fds, 1);
	set_irqs(&p, 0, NONE_TRIGGER, 2, 0, 0, NULL, 0);
	expect(p.guest.vcx->pci.irq_fd[0] == -1);
	close(fds[0]);
	close(fds[1]);
	peer_exit(&p);
}

static int count_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void descriptors(void)
{
	u64 map[4] = { 32 | 3ull << 32, 0, 0, DMA_PAGE };
	u8 answer[4], byte = 1;
	struct peer p;
	int fds[20], before;

	peer_init(&p);
	before = count_fds();
	for (unsigned int i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i] = memfd_create("ram", 0);
	expect(!ftruncate(fds[0], DMA_PAGE));
	expect(!call(&p, 2, map, 32, fds, 1, answer, 4));
	expect(!dma_write(&p.guest.vcx->dma, 9, &byte, 1));
	expect(call(&p, 2, map, 32, fds, 1, answer, 4) == EEXIST);
	expect(call(&p, 2, map, 32, fds, 2, answer, 4) == EINVAL);
	map[2] = 0x10000;
	expect(call(&p, 2, map, 32, fds + 1, 1, answer, 4) == EINVAL);
	/* Too many descriptors end the connection. */
	expect(call(&p, 2, map, 32, fds, 20, answer, 4) == -1);
	for (unsigned int i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
	transport_exit(&p.transport);
	/* All received descriptors are closed: the mapping needs none. */
	expect(count_fds() == before - 1);
	peer_exit(&p);
}

static const struct ktap_test tests[] = {
	{ "handshake", handshake },
	{ "message_in_pieces", byte_by_byte },
	{ "bad_headers", bad_headers },
	{ "region_bounds", regions },
	{ "configuration_space", configuration_space },
	{ "interrupts", interrupts },
	{ "descriptors", descriptors },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
