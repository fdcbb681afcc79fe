/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The netlink family of fwctl, by way of libnl-3: the state of a device, lowering of
 * ceilings, events.
 *
 * Functions return 0 or the errno of the kernel's answer.
 */
#ifndef __FWCTL_NETLINK_UTILS_H
#define __FWCTL_NETLINK_UTILS_H

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <poll.h>

#include <fwctl/fwctl_netlink.h>

#include "fwctl_sim_utils.h"

#define NR_SCOPES (FWCTL_RPC_DEBUG_WRITE_FULL + 1)
#define NR_REASONS (FWCTL_REASON_CEILING + 1)

/* The size of a structure member, for each type of attribute */
enum fnl_size {
	U8 = 1,
	U32 = 4,
	U64 = 8,
	STRING = 64,
};

/**
 * struct dev_state - a message about a device
 * @cmd: FWCTL_CMD_DEV_GET or a notification
 * @present: a bit for each attribute in the message
 * @len: length of the message in bytes
 *
 * The other members are the attributes.
 */
struct dev_state {
	__u8 cmd;
	__u32 present;
	__u32 len;
	__u32 index;
	char name[STRING];
	char parent_bus[STRING];
	char parent_name[STRING];
	char driver[STRING];
	__u32 type;
	__u32 ceiling;
	__u32 files;
	__u32 in_flight;
	__u32 taints;
	__u64 reasons[NR_REASONS];
	__u64 scopes[NR_SCOPES];
	char card[STRING];
};

/**
 * struct audit_event - a message about an RPC
 * @present: a bit for each attribute in the message
 *
 * The other members are the attributes.
 */
struct audit_event {
	__u32 present;
	__u64 seq;
	__u32 index;
	char name[STRING];
	__u32 pid;
	__u32 uid;
	__u32 gid;
	char comm[STRING];
	__u32 declared;
	__u32 effective;
	__u8 writes;
	__u32 command;
	char command_name[STRING];
	__u32 in_len;
	__u32 out_len;
	__s32 result;
	__u32 reason;
	__u32 fw_status;
	__u64 start;
	__u64 duration;
};

/**
 * struct fnl - a socket of the family
 * @sock: libnl's socket
 * @family: number of the family
 * @waits: a request was sent, and its last answer has not been received yet
 * @error: errno of the kernel's answer, or 0
 * @text: the kernel's message about the error
 * @bad: a message was not as specified
 * @devs: messages about devices that were received
 * @nr_devs: how many
 * @events: audit events that were received
 * @nr_events: how many
 */
struct fnl {
	struct nl_sock *sock;
	int family;
	bool waits;
	int error;
	char text[128];
	bool bad;
	struct dev_state *devs;
	unsigned int nr_devs;
	struct audit_event *events;
	unsigned int nr_events;
};

/**
 * struct fnl_field - the structure member for an attribute
 * @size: size of the member
 * @offset: offset of the member in its structure
 */
struct fnl_field {
	enum fnl_size size;
	unsigned int offset;
};

#define DEV_FIELD(_size, _member) \
	{ _size, offsetof(struct dev_state, _member) }
#define AUDIT_FIELD(_size, _member) \
	{ _size, offsetof(struct audit_event, _member) }

static const struct fnl_field dev_fields[FWCTL_A_DEV_MAX + 1] = {
	[FWCTL_A_DEV_INDEX] = DEV_FIELD(U32, index),
	[FWCTL_A_DEV_NAME] = DEV_FIELD(STRING, name),
	[FWCTL_A_DEV_PARENT_BUS] = DEV_FIELD(STRING, parent_bus),
	[FWCTL_A_DEV_PARENT_NAME] = DEV_FIELD(STRING, parent_name),
	[FWCTL_A_DEV_DRIVER] = DEV_FIELD(STRING, driver),
	[FWCTL_A_DEV_TYPE] = DEV_FIELD(U32, type),
	[FWCTL_A_DEV_CEILING] = DEV_FIELD(U32, ceiling),
	[FWCTL_A_DEV_FILES] = DEV_FIELD(U32, files),
	[FWCTL_A_DEV_IN_FLIGHT] = DEV_FIELD(U32, in_flight),
	[FWCTL_A_DEV_TAINTS] = DEV_FIELD(U32, taints),
	[FWCTL_A_DEV_CARD] = DEV_FIELD(STRING, card),
};

static const struct fnl_field audit_fields[FWCTL_A_AUDIT_MAX + 1] = {
	[FWCTL_A_AUDIT_SEQ] = AUDIT_FIELD(U64, seq),
	[FWCTL_A_AUDIT_INDEX] = AUDIT_FIELD(U32, index),
	[FWCTL_A_AUDIT_NAME] = AUDIT_FIELD(STRING, name),
	[FWCTL_A_AUDIT_PID] = AUDIT_FIELD(U32, pid),
	[FWCTL_A_AUDIT_UID] = AUDIT_FIELD(U32, uid),
	[FWCTL_A_AUDIT_GID] = AUDIT_FIELD(U32, gid),
	[FWCTL_A_AUDIT_COMM] = AUDIT_FIELD(STRING, comm),
	[FWCTL_A_AUDIT_DECLARED] = AUDIT_FIELD(U32, declared),
	[FWCTL_A_AUDIT_EFFECTIVE] = AUDIT_FIELD(U32, effective),
	[FWCTL_A_AUDIT_WRITES] = AUDIT_FIELD(U8, writes),
	[FWCTL_A_AUDIT_COMMAND] = AUDIT_FIELD(U32, command),
	[FWCTL_A_AUDIT_COMMAND_NAME] = AUDIT_FIELD(STRING, command_name),
	[FWCTL_A_AUDIT_IN_LEN] = AUDIT_FIELD(U32, in_len),
	[FWCTL_A_AUDIT_OUT_LEN] = AUDIT_FIELD(U32, out_len),
	[FWCTL_A_AUDIT_RESULT] = AUDIT_FIELD(U32, result),
	[FWCTL_A_AUDIT_REASON] = AUDIT_FIELD(U32, reason),
	[FWCTL_A_AUDIT_FW_STATUS] = AUDIT_FIELD(U32, fw_status),
	[FWCTL_A_AUDIT_START] = AUDIT_FIELD(U64, start),
	[FWCTL_A_AUDIT_DURATION] = AUDIT_FIELD(U64, duration),
};

/* Returns whether the attribute is as specified. */
static inline bool fnl_parse_field(const struct fnl_field *field,
				   struct nlattr *attr, void *to)
{
	if (field->size == STRING)
		return nla_strlcpy((char *)to + field->offset, attr,
				   field->size) < field->size;
	/* An attribute without an entry in the table has the size 0. */
	if (!field->size || nla_len(attr) != field->size)
		return false;
	memcpy((char *)to + field->offset, nla_data(attr), field->size);
	return true;
}

static inline bool fnl_parse_counter(struct nlattr *nest, __u64 *counters,
				     unsigned int nr)
{
	struct nlattr *attrs[FWCTL_A_COUNTER_MAX + 1];
	__u32 id;

	if (nla_parse_nested(attrs, FWCTL_A_COUNTER_MAX, nest, NULL) ||
	    !attrs[FWCTL_A_COUNTER_ID] || !attrs[FWCTL_A_COUNTER_COUNT])
		return false;
	id = nla_get_u32(attrs[FWCTL_A_COUNTER_ID]);
	if (id >= nr || ~counters[id])
		return false;
	counters[id] = nla_get_u64(attrs[FWCTL_A_COUNTER_COUNT]);
	return true;
}

static inline bool fnl_parse_dev(struct genlmsghdr *hdr, struct dev_state *dev)
{
	bool good = true;
	int rest, type;
	struct nlattr *attr;

	dev->cmd = hdr->cmd;
	/* A counter that was not received differs from one that is zero. */
	memset(dev->reasons, 0xff, sizeof(dev->reasons));
	memset(dev->scopes, 0xff, sizeof(dev->scopes));
	nla_for_each_attr(attr, genlmsg_attrdata(hdr, 0),
			  genlmsg_attrlen(hdr, 0), rest) {
		type = nla_type(attr);
		dev->present |= 1u << type;
		if (type == FWCTL_A_DEV_REASONS)
			good &= fnl_parse_counter(attr, dev->reasons,
						 NR_REASONS);
		else if (type == FWCTL_A_DEV_SCOPES)
			good &= fnl_parse_counter(attr, dev->scopes, NR_SCOPES);
		else if (type && type <= FWCTL_A_DEV_MAX)
			good &= fnl_parse_field(&dev_fields[type], attr, dev);
		else
			good = false;
	}
	return good;
}

static inline bool fnl_parse_event(struct genlmsghdr *hdr,
				   struct audit_event *event)
{
	bool good = true;
	int rest, type;
	struct nlattr *attr;

	nla_for_each_attr(attr, genlmsg_attrdata(hdr, 0),
			  genlmsg_attrlen(hdr, 0), rest) {
		type = nla_type(attr);
		/* Padding that aligns attributes of 64 bits */
		if (!type)
			continue;
		event->present |= 1u << type;
		good &= type <= FWCTL_A_AUDIT_MAX &&
			fnl_parse_field(&audit_fields[type], attr, event);
	}
	return good;
}

/* Appends an item of zeroes. The array grows by doubling. */
static inline void *fnl_append(void *array, unsigned int *nr, size_t size)
{
	char **items = array, *item;

	if (!(*nr & (*nr - 1))) {
		*items = realloc(*items, (*nr ? *nr * 2 : 1) * size);
		if (!*items)
			abort();
	}
	item = *items + (*nr)++ * size;
	memset(item, 0, size);
	return item;
}

static inline int fnl_on_message(struct nl_msg *msg, void *data)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct genlmsghdr *hdr = genlmsg_hdr(nlh);
	struct audit_event *event;
	struct dev_state *dev;
	struct fnl *nl = data;

	if (nlh->nlmsg_type != nl->family) {
		nl->bad = true;
	} else if (hdr->cmd == FWCTL_CMD_AUDIT_NTF) {
		event = fnl_append(&nl->events, &nl->nr_events, sizeof(*event));
		nl->bad |= !fnl_parse_event(hdr, event);
	} else {
		dev = fnl_append(&nl->devs, &nl->nr_devs, sizeof(*dev));
		dev->len = nlh->nlmsg_len;
		nl->bad |= !fnl_parse_dev(hdr, dev);
	}
	return NL_OK;
}

static inline int fnl_on_end(__always_unused struct nl_msg *msg, void *data)
{
	struct fnl *nl = data;

	nl->waits = false;
	return NL_STOP;
}

/* With NETLINK_CAP_ACK the answer has no copy of the request before its message. */
static inline int fnl_on_error(__always_unused struct sockaddr_nl *from,
			       struct nlmsgerr *err, void *data)
{
	struct nlmsghdr *nlh = (void *)((char *)err - NLMSG_HDRLEN);
	struct nlattr *text = NULL;
	struct fnl *nl = data;

	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		text = nlmsg_find_attr(nlh, sizeof(*err), NLMSGERR_ATTR_MSG);
	if (text)
		nla_strlcpy(nl->text, text, sizeof(nl->text));
	nl->error = -err->error;
	nl->waits = false;
	return NL_STOP;
}

/* Discards all messages that were received. */
static inline void fnl_clear(struct fnl *nl)
{
	free(nl->devs);
	free(nl->events);
	nl->devs = NULL;
	nl->events = NULL;
	nl->nr_devs = 0;
	nl->nr_events = 0;
	nl->error = 0;
	nl->text[0] = 0;
}

static inline void fnl_close(struct fnl *nl)
{
	fnl_clear(nl);
	nl_socket_free(nl->sock);
	nl->sock = NULL;
}

/* ENOENT: there is no such family. */
static inline int fnl_open(struct fnl *nl)
{
	int on = 1, fd, err = EIO;

	*nl = (struct fnl){ .sock = nl_socket_alloc() };
	if (!nl->sock)
		abort();
	nl_socket_disable_seq_check(nl->sock);
	nl_socket_modify_cb(nl->sock, NL_CB_VALID, NL_CB_CUSTOM, fnl_on_message,
			    nl);
	nl_socket_modify_cb(nl->sock, NL_CB_FINISH, NL_CB_CUSTOM, fnl_on_end,
			    nl);
	nl_socket_modify_cb(nl->sock, NL_CB_ACK, NL_CB_CUSTOM, fnl_on_end, nl);
	nl_socket_modify_err_cb(nl->sock, NL_CB_CUSTOM, fnl_on_error, nl);
	if (!genl_connect(nl->sock)) {
		fd = nl_socket_get_fd(nl->sock);
		setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
		setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
		nl->family = genl_ctrl_resolve(nl->sock, FWCTL_FAMILY_NAME);
		if (nl->family >= 0)
			return 0;
		if (nl->family == -NLE_OBJ_NOTFOUND)
			err = ENOENT;
	}
	fnl_close(nl);
	return err;
}

/* Reads all answers to the request that was sent last. */
static inline int fnl_await(struct fnl *nl)
{
	fnl_clear(nl);
	nl->waits = true;
	while (nl->waits && !nl->error)
		if (nl_recvmsgs_default(nl->sock) < 0 && nl->waits)
			nl->error = EIO;
	return nl->error;
}

/* Sends a request and reads its answers. */
static inline int fnl_transact(struct fnl *nl, struct nl_msg *msg)
{
	int err = nl_send_auto(nl->sock, msg);

	nlmsg_free(msg);
	return err < 0 ? EIO : fnl_await(nl);
}

static inline struct nl_msg *fnl_request(const struct fnl *nl, int flags, __u8 cmd)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, nl->family, 0,
				 flags, cmd, FWCTL_FAMILY_VERSION))
		abort();
	return msg;
}

/* The state of the device is in nl->devs afterwards. */
static inline int fnl_dev_get(struct fnl *nl, __u32 index)
{
	struct nl_msg *msg = fnl_request(nl, 0, FWCTL_CMD_DEV_GET);

	nla_put_u32(msg, FWCTL_A_DEV_INDEX, index);
	return fnl_transact(nl, msg);
}

static inline int fnl_dev_get_name(struct fnl *nl, const char *name)
{
	struct nl_msg *msg = fnl_request(nl, 0, FWCTL_CMD_DEV_GET);

	nla_put_string(msg, FWCTL_A_DEV_NAME, name);
	return fnl_transact(nl, msg);
}

static inline int fnl_dev_dump(struct fnl *nl)
{
	return fnl_transact(nl, fnl_request(nl, NLM_F_DUMP, FWCTL_CMD_DEV_GET));
}

/* Lowers the ceiling of the card or, with the other attribute, of the function. */
static inline int fnl_dev_set_by(struct fnl *nl, __u32 index, int attribute,
				 __u32 ceiling)
{
	struct nl_msg *msg = fnl_request(nl, 0, FWCTL_CMD_DEV_SET);

	nla_put_u32(msg, FWCTL_A_DEV_INDEX, index);
	nla_put_u32(msg, attribute, ceiling);
	return fnl_transact(nl, msg);
}

static inline int fnl_dev_set(struct fnl *nl, __u32 index, __u32 ceiling)
{
	return fnl_dev_set_by(nl, index, FWCTL_A_DEV_CEILING, ceiling);
}

/* The state of a simulated device, for tests that check counters */
static inline int fnl_sim_state(const struct sim *sim, struct dev_state *dev)
{
	struct fnl nl;
	int err;

	err = fnl_open(&nl);
	if (err)
		return err;
	err = fnl_dev_get(&nl, sim->number);
	if (!err && nl.nr_devs == 1 && !nl.bad)
		*dev = nl.devs[0];
	else
		err = err ?: EIO;
	fnl_close(&nl);
	return err;
}

/* Joins a multicast group. */
static inline int fnl_join(struct fnl *nl, const char *group)
{
	int id = genl_ctrl_resolve_grp(nl->sock, FWCTL_FAMILY_NAME, group);
	int fd = nl_socket_get_fd(nl->sock);

	return setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &id,
			  sizeof(id)) ? errno : 0;
}

/* Opens a socket for the events of a group. */
static inline int fnl_listen(struct fnl *nl, const char *group)
{
	int err = fnl_open(nl);

	if (err)
		return err;
	err = fnl_join(nl, group);
	if (err)
		fnl_close(nl);
	return err;
}

/* Sets how many bytes of events the kernel keeps until the listener reads them. */
static inline int fnl_set_buffer(struct fnl *nl, int size)
{
	return setsockopt(nl_socket_get_fd(nl->sock), SOL_SOCKET,
			  SO_RCVBUFFORCE, &size, sizeof(size)) ? errno : 0;
}

/*
 * Reads all messages that are queued, and waits for more, up to 10 seconds for each,
 * while fewer than @events events or @devs states were received. Ends after @end, by
 * now_us(), if messages come faster than this function reads them. Returns ENOBUFS once
 * after messages were lost.
 */
static inline int fnl_receive_until(struct fnl *nl, unsigned int events,
				    unsigned int devs, __u64 end)
{
	struct pollfd fd = {
		.fd = nl_socket_get_fd(nl->sock),
		.events = POLLIN,
	};
	bool more;
	int err;

	do {
		more = nl->nr_events < events || nl->nr_devs < devs;
		err = poll(&fd, 1, more ? 10000 : 0);
		if (err < 1)
			return err ? errno : more ? ETIMEDOUT : 0;
		err = nl_recvmsgs_default(nl->sock);
		if (err < 0)
			/* libnl's code for ENOBUFS */
			return err == -NLE_NOMEM ? ENOBUFS : EIO;
	} while (more || now_us() < end);
	return 0;
}

static inline int fnl_receive(struct fnl *nl, unsigned int events,
			      unsigned int devs)
{
	return fnl_receive_until(nl, events, devs, ~0ull);
}

#endif
