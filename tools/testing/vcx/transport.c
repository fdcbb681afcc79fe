// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vfu.h"

#define SEND_TIMEOUT_MS 5000

int transport_init(struct transport *t, int fd)
{
	memset(t, 0, sizeof(*t));
	t->fd = fd;
	t->body = malloc(VFU_MAX_MESSAGE);
	t->out = malloc(VFU_HEADER + VFU_MAX_MESSAGE);
	if (!t->body || !t->out) {
		transport_exit(t);
		return -ENOMEM;
	}
	return 0;
}

static void transport_drop_fds(struct transport *t)
{
	for (unsigned int i = 0; i < t->msg.nfds; i++) {
		if (t->msg.fds[i] >= 0)
			close(t->msg.fds[i]);
	}
	t->msg.nfds = 0;
}

void transport_exit(struct transport *t)
{
	transport_drop_fds(t);
	free(t->body);
	free(t->out);
	t->body = NULL;
	t->out = NULL;
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

/* Stores the received descriptors; false if there are too many, the rest is closed. */
static bool transport_take_fds(struct transport *t, struct msghdr *mh)
{
	bool fits = !(mh->msg_flags & MSG_CTRUNC);

	for (struct cmsghdr *c = CMSG_FIRSTHDR(mh); c; c = CMSG_NXTHDR(mh, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (t->msg.nfds < VFU_MAX_FDS) {
				t->msg.fds[t->msg.nfds++] = fd;
			} else {
				close(fd);
				fits = false;
			}
		}
	}
	return fits;
}

/* recv() that also stores descriptors; returns -errno on errors, 0 at the end. */
static ssize_t transport_recv(struct transport *t, void *buf, size_t len)
{
	union {
		char buf[CMSG_SPACE(VFU_MAX_FDS * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { .iov_base = buf, .iov_len = len };
	struct msghdr mh = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = sizeof(control.buf),
	};
	ssize_t n;

	do {
		n = recvmsg(t->fd, &mh, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return transport_take_fds(t, &mh) ? n : -EMFILE;
}

static int transport_send(struct transport *t, const u8 *buf, size_t len)
{
	while (len) {
		ssize_t n = send(t->fd, buf, len, MSG_NOSIGNAL);
		struct pollfd p = { .fd = t->fd, .events = POLLOUT };

		if (n >= 0) {
			buf += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			if (poll(&p, 1, SEND_TIMEOUT_MS) <= 0)
				return -ETIMEDOUT;
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

static int transport_handle(struct transport *t, struct vcx *vcx)
{
	struct vfu_header header = t->msg.header;
	int ret;

	ret = vfu_handle(vcx, &t->msg, t->out + VFU_HEADER);
	transport_drop_fds(t);
	t->have = 0;
	if (header.flags & VFU_NO_REPLY)
		return 0;
	header.flags = VFU_REPLY | (ret < 0 ? VFU_ERROR : 0);
	header.error = ret < 0 ? (u32)-ret : 0;
	header.size = VFU_HEADER + (ret < 0 ? 0 : (u32)ret);
	vfu_put_header(t->out, &header);
	return transport_send(t, t->out, header.size);
}

int transport_input(struct transport *t, struct vcx *vcx)
{
	for (;;) {
		struct vfu_header *header = &t->msg.header;
		ssize_t n;
		int ret;

		if (t->have < VFU_HEADER)
			n = transport_recv(t, t->raw + t->have, VFU_HEADER - t->have);
		else
			n = transport_recv(t, t->body + t->have - VFU_HEADER,
					   header->size - t->have);
		if (n == -EAGAIN)
			return 0;
		if (n < 0)
			return (int)n;
		if (!n)
			return 1;
		t->have += (u32)n;
		if (t->have < VFU_HEADER)
			continue;
		if (t->have == VFU_HEADER) {
			vfu_get_header(t->raw, header);
			if (!vfu_header_valid(header))
				return -EPROTO;
			t->msg.body = t->body;
			t->msg.len = header->size - VFU_HEADER;
		}
		if (t->have < header->size)
			continue;
		ret = transport_handle(t, vcx);
		if (ret)
			return ret;
	}
}
