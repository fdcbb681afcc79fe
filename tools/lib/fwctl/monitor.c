// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Events of devices, and audit records of their RPCs.
 *
 * Each group has a socket of its own: the groups number their events
 * independently, and a message does not name the group that it was sent to.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "private.h"

/* Bytes, enough for some thousand events; the kernel may allow less. */
#define RECEIVE_BUFFER (4 << 20)

/* In the order of the bits of enum fwctl_monitor_group. */
static const char * const group_names[] = {
	FWCTL_MCGRP_DEVICE,
	FWCTL_MCGRP_AUDIT,
	FWCTL_MCGRP_AUDIT_REFUSED,
	FWCTL_MCGRP_AUDIT_WRITES,
};

#define FIELD(_attr, _kind, _member, _flag) \
	{ FWCTL_A_AUDIT_##_attr, FWCTL_FIELD_##_kind, \
	  offsetof(struct fwctl_audit, _member), _flag }
#define FLAG(_member) offsetof(struct fwctl_audit, _member)

static const struct fwctl_field audit_fields[] = {
	FIELD(SEQ, U64, seq, 0),
	FIELD(INDEX, U32, index, 0),
	FIELD(NAME, STRING, name, 0),
	FIELD(PID, U32, pid, 0),
	FIELD(UID, U32, uid, 0),
	FIELD(GID, U32, gid, 0),
	FIELD(COMM, STRING, comm, 0),
	FIELD(DECLARED, U32, declared, 0),
	FIELD(EFFECTIVE, U32, effective, 0),
	FIELD(WRITES, U8, writes, 0),
	FIELD(COMMAND, U32, command, 0),
	FIELD(COMMAND_NAME, STRING, command_name, 0),
	FIELD(IN_LEN, U32, in_len, 0),
	FIELD(OUT_LEN, U32, out_len, 0),
	FIELD(RESULT, U32, result, 0),
	FIELD(REASON, U32, reason, 0),
	FIELD(FW_STATUS, U32, fw_status, FLAG(has_fw_status)),
	FIELD(START, U64, start, FLAG(has_time)),
	FIELD(DURATION, U64, duration, 0),
};

static const struct {
	int cmd;
	enum fwctl_event_type type;
} device_events[] = {
	{ FWCTL_CMD_DEV_ADDED_NTF, FWCTL_EVENT_ADDED },
	{ FWCTL_CMD_DEV_REMOVED_NTF, FWCTL_EVENT_REMOVED },
	{ FWCTL_CMD_DEV_CEILING_NTF, FWCTL_EVENT_CEILING },
	{ FWCTL_CMD_DEV_TAINTED_NTF, FWCTL_EVENT_TAINTED },
};

/**
 * struct listener - one group
 * @nl: the connection
 * @seq: number of the last event that was fetched, or 0
 * @overrun: the socket has lost events after that one
 */
struct listener {
	struct fwctl_nl nl;
	__u64 seq;
	bool overrun;
};

/**
 * struct fwctl_monitor - a monitor
 * @listeners: one for each bit of enum fwctl_monitor_group
 * @turn: the listener to read from next, so that none has to wait for ever
 * @epoll: readable when a listener is
 * @message: the message that the strings of @audit point into
 * @held: @event was not returned yet, because @lost was returned before it
 * @lost: an event of type FWCTL_EVENT_LOST
 * @event: the event of the message that was read last
 * @audit: the audit record of @event
 * @state: the state of @event
 * @error: message of the last failure
 */
struct fwctl_monitor {
	struct listener listeners[ARRAY_SIZE(group_names)];
	unsigned int turn;
	int epoll;
	unsigned char *message;
	bool held;
	struct fwctl_event lost;
	struct fwctl_event event;
	struct fwctl_audit audit;
	struct fwctl_state *state;
	char error[FWCTL_ERROR_LEN];
};

static int listen_to(struct fwctl_monitor *monitor, unsigned int i)
{
	struct epoll_event readable = { .events = EPOLLIN };
	struct fwctl_nl *nl = &monitor->listeners[i].nl;
	int group, fd, size = RECEIVE_BUFFER;
	int ret = fwctl_nl_open(nl);

	if (ret)
		return ret;
	group = genl_ctrl_resolve_grp(nl->sock, FWCTL_FAMILY_NAME,
				      group_names[i]);
	if (group < 0)
		return -EOPNOTSUPP;
	fd = nl_socket_get_fd(nl->sock);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	/* setsockopt() and not libnl, which does not preserve the errno. */
	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
		       sizeof(group)) ||
	    nl_socket_set_nonblocking(nl->sock) ||
	    epoll_ctl(monitor->epoll, EPOLL_CTL_ADD, fd, &readable))
		return -errno;
	return 0;
}

static int fail_open(struct fwctl_ctx *ctx, int err, const char *what)
{
	switch (-err) {
	case EPERM:
		return fwctl_fail(ctx->error, err,
				  "monitor: refused: listening to %s needs CAP_SYS_ADMIN: run as root, or listen to devices only",
				  what);
	case EOPNOTSUPP:
		return fwctl_state_fail(ctx->error, err, "monitor");
	default:
		return fwctl_fail(ctx->error, err,
				  "monitor: cannot listen to %s: %s: see the limits of this process",
				  what, strerrordesc_np(-err));
	}
}

int fwctl_monitor_open(struct fwctl_ctx *ctx, unsigned int groups,
		       struct fwctl_monitor **monitor)
{
	struct fwctl_monitor *new;
	unsigned int i;
	int ret = 0;

	if (!groups || groups >> ARRAY_SIZE(group_names))
		return fwctl_fail(ctx->error, -EINVAL,
				  "monitor: no such groups: use those of enum fwctl_monitor_group");
	if (ctx->source->transport->replays)
		return fwctl_fail(ctx->error, -EOPNOTSUPP,
				  "monitor: a recording has no events: use a context that does not replay");
	new = calloc(1, sizeof(*new));
	if (!new)
		return fail_open(ctx, -ENOMEM, "events");
	new->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (new->epoll < 0)
		ret = fail_open(ctx, -errno, "events");
	for (i = 0; !ret && i < ARRAY_SIZE(group_names); i++) {
		if (!(groups & 1U << i))
			continue;
		ret = listen_to(new, i);
		if (ret)
			fail_open(ctx, ret, group_names[i]);
	}
	if (ret)
		fwctl_monitor_free(new);
	else
		*monitor = new;
	return ret;
}

static void drop_event(struct fwctl_monitor *monitor)
{
	free(monitor->message);
	monitor->message = NULL;
	fwctl_state_free(monitor->state);
	monitor->state = NULL;
	monitor->held = false;
}

void fwctl_monitor_free(struct fwctl_monitor *monitor)
{
	unsigned int i;

	if (!monitor)
		return;
	drop_event(monitor);
	for (i = 0; i < ARRAY_SIZE(group_names); i++)
		fwctl_nl_close(&monitor->listeners[i].nl);
	if (monitor->epoll >= 0)
		close(monitor->epoll);
	free(monitor);
}

int fwctl_monitor_fd(const struct fwctl_monitor *monitor)
{
	return monitor->epoll;
}

const char *fwctl_monitor_error(const struct fwctl_monitor *monitor)
{
	return monitor->error;
}

static int fail_next(struct fwctl_monitor *monitor, int err)
{
	return fwctl_fail(monitor->error, err, "monitor: %s: %s",
			  err == -EBADMSG ?
			  "this library does not understand an event" :
			  strerrordesc_np(-err),
			  err == -EBADMSG ?
			  "use a library that is as new as the kernel" :
			  "open it again");
}

/*
 * Make the event of a message. Returns 0, 1 if the message is not an event that
 * this library knows, or a negative errno.
 */
static int make_event(struct fwctl_monitor *monitor, struct nlmsghdr *nlh)
{
	struct genlmsghdr *genl;
	int len, ret;
	size_t i;

	if (!genlmsg_valid_hdr(nlh, 0))
		return -EBADMSG;
	genl = genlmsg_hdr(nlh);
	len = genlmsg_attrlen(genl, 0);
	if (genl->cmd == FWCTL_CMD_AUDIT_NTF) {
		monitor->event.type = FWCTL_EVENT_RPC;
		monitor->event.audit = &monitor->audit;
		monitor->audit = (struct fwctl_audit){};
		ret = fwctl_nl_fill(&monitor->audit, audit_fields,
				    ARRAY_SIZE(audit_fields),
				    genlmsg_attrdata(genl, 0), len);
		if (!ret && (!monitor->audit.name || !monitor->audit.comm))
			ret = -EBADMSG;
		return ret;
	}
	for (i = 0; i < ARRAY_SIZE(device_events); i++) {
		if (device_events[i].cmd != genl->cmd)
			continue;
		monitor->event.type = device_events[i].type;
		ret = fwctl_state_parse(genlmsg_attrdata(genl, 0), len,
					&monitor->state);
		monitor->event.state = monitor->state;
		return ret;
	}
	return 1;
}

/* A gap in the numbers means that events were lost: return that first. */
static const struct fwctl_event *number_event(struct fwctl_monitor *monitor,
					      struct listener *listener)
{
	__u64 last = listener->seq;

	if (monitor->event.type != FWCTL_EVENT_RPC)
		return &monitor->event;
	listener->seq = monitor->audit.seq;
	/* Events that the socket had before it overran come without a gap. */
	if (!last || monitor->audit.seq <= last + 1)
		return &monitor->event;
	listener->overrun = false;
	monitor->held = true;
	monitor->lost = (struct fwctl_event){
		.type = FWCTL_EVENT_LOST,
		.group = monitor->event.group,
		.lost = monitor->audit.seq - last - 1,
	};
	return &monitor->lost;
}

/* An event for a loss of unknown extent; each overrun causes one. */
static const struct fwctl_event *unknown_loss(struct fwctl_monitor *monitor,
					      unsigned int i)
{
	monitor->listeners[i].overrun = false;
	monitor->lost = (struct fwctl_event){
		.type = FWCTL_EVENT_LOST,
		.group = 1 << i,
	};
	return &monitor->lost;
}

/* Fetch an event of one group: 0, -EAGAIN, or another negative errno. */
static int next_of(struct fwctl_monitor *monitor, unsigned int i,
		   const struct fwctl_event **event)
{
	struct listener *listener = &monitor->listeners[i];
	struct sockaddr_nl from;
	struct nlmsghdr *nlh;
	int len, ret;

	for (;;) {
		drop_event(monitor);
		monitor->event = (struct fwctl_event){ .group = 1 << i };
		errno = 0;
		len = nl_recv(listener->nl.sock, &from, &monitor->message,
			      NULL);
		if (len < 0 && errno == ENOBUFS) {
			listener->overrun = true;
			continue;
		}
		/* A number shows the loss only if a later event comes. */
		if (len == -NLE_AGAIN && listener->overrun) {
			*event = unknown_loss(monitor, i);
			return 0;
		}
		if (len == -NLE_AGAIN || !len)
			return -EAGAIN;
		if (len < 0)
			return errno ? -errno : -ENOMEM;

		nlh = (struct nlmsghdr *)monitor->message;
		if (from.nl_pid || !nlmsg_ok(nlh, len) ||
		    nlh->nlmsg_type != listener->nl.family)
			continue;
		ret = make_event(monitor, nlh);
		if (ret < 0)
			return ret;
		if (!ret) {
			*event = number_event(monitor, listener);
			return 0;
		}
	}
}

int fwctl_monitor_next(struct fwctl_monitor *monitor,
		       const struct fwctl_event **event)
{
	unsigned int i, n;
	int ret;

	if (monitor->held) {
		monitor->held = false;
		*event = &monitor->event;
		return 0;
	}
	for (n = 0; n < ARRAY_SIZE(group_names); n++) {
		i = (monitor->turn + n) % ARRAY_SIZE(group_names);
		if (!monitor->listeners[i].nl.sock)
			continue;
		ret = next_of(monitor, i, event);
		if (ret != -EAGAIN) {
			monitor->turn = i + 1;
			return ret ? fail_next(monitor, ret) : 0;
		}
	}
	return -EAGAIN;
}
