// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * libFuzzer target: for any messages of the kernel, making events reads no byte
 * beyond them, and a state that is written to a recording is read back equal. The
 * input is a series of messages: a byte with the length of the attributes in units
 * of 4 bytes, a byte with the command, and the attributes.
 */
#include <assert.h>
#include <stddef.h>

#include "../monitor.c"

int fuzz_one(const __u8 *data, size_t size);
typeof(nl_recv) __wrap_nl_recv;

static const __u8 *input;
static size_t input_len;

/* Replaces libnl's function, by an option of the linker in the Makefile. */
int __wrap_nl_recv(struct nl_sock *sock, struct sockaddr_nl *from,
		   unsigned char **buf, struct ucred **creds)
{
	struct nlmsghdr *nlh;
	struct genlmsghdr *genl;
	size_t len;

	(void)sock;
	(void)creds;
	if (input_len < 2)
		return -NLE_AGAIN;
	len = 4 * input[0];
	if (len > input_len - 2)
		len = input_len - 2;
	nlh = calloc(1, NLMSG_HDRLEN + GENL_HDRLEN + len);
	assert(nlh);
	*nlh = (struct nlmsghdr){ .nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN + len };
	genl = nlmsg_data(nlh);
	genl->cmd = input[1];
	memcpy((char *)genl + GENL_HDRLEN, input + 2, len);
	input += 2 + len;
	input_len -= 2 + len;
	*from = (struct sockaddr_nl){ .nl_family = AF_NETLINK };
	*buf = (unsigned char *)nlh;
	return nlh->nlmsg_len;
}

static void keep(const struct fwctl_state *state)
{
	struct fwctl_buffer first = {}, second = {};
	struct fwctl_state *again;
	struct fwctl_view view;

	fwctl_state_put(&first, state);
	view = (struct fwctl_view){ .data = first.data, .left = first.len };
	again = fwctl_state_get(&view, FWCTL_TAPE_VERSION);
	assert(again);
	fwctl_state_put(&second, again);
	assert(first.len == second.len && !memcmp(first.data, second.data, first.len));
	fwctl_state_free(again);
	free(first.data);
	free(second.data);
}

int fuzz_one(const __u8 *data, size_t size)
{
	struct fwctl_monitor *monitor = calloc(1, sizeof(*monitor));
	const struct fwctl_event *event;
	int ret;

	assert(monitor);
	monitor->epoll = -1;
	/* It is not connected; its family has number 0, as in the messages. */
	monitor->listeners[1].nl.sock = nl_socket_alloc();
	input = data;
	input_len = size;
	do {
		ret = fwctl_monitor_next(monitor, &event);
		if (!ret && event->state)
			keep(event->state);
	} while (ret != -EAGAIN);
	fwctl_monitor_free(monitor);
	return 0;
}
