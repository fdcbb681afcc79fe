// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netlink family's multicast groups and the messages that it sends: the
 * state of a device, and the events of devices and of RPCs.
 *
 * Attributes, commands and groups come from Documentation/netlink/specs.
 */
#include <linux/cred.h>
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "core.h"
#include "netlink_gen.h"

#define FWCTL_NL_ATTR_LEN(_len)	(NLA_HDRLEN + NLA_ALIGN(_len))

/*
 * Bytes for the attributes of an event: twelve numbers of 32 bits, three of 64
 * with a padding, one byte, and three strings.
 */
#define FWCTL_NL_EVENT_MAX						\
	(12 * FWCTL_NL_ATTR_LEN(sizeof(u32)) +				\
	 3 * (FWCTL_NL_ATTR_LEN(sizeof(u64)) + FWCTL_NL_ATTR_LEN(0)) +	\
	 FWCTL_NL_ATTR_LEN(sizeof(u8)) +				\
	 FWCTL_NL_ATTR_LEN(FWCTL_DEVICE_NAME_LEN) +			\
	 FWCTL_NL_ATTR_LEN(TASK_COMM_LEN) +				\
	 FWCTL_NL_ATTR_LEN(FWCTL_COMMAND_NAME_LEN))

/*
 * Devices belong to the initial network namespace, so the family exists only
 * there. This table is in place of the generated one, which has no flags for
 * privileges.
 */
static const struct genl_multicast_group fwctl_nl_groups[] = {
	[FWCTL_NLGRP_DEVICE] = {
		.name = FWCTL_MCGRP_DEVICE,
	},
	[FWCTL_NLGRP_AUDIT] = {
		.name = FWCTL_MCGRP_AUDIT,
		.flags = GENL_MCAST_CAP_SYS_ADMIN,
	},
	[FWCTL_NLGRP_AUDIT_REFUSED] = {
		.name = FWCTL_MCGRP_AUDIT_REFUSED,
		.flags = GENL_MCAST_CAP_SYS_ADMIN,
	},
	[FWCTL_NLGRP_AUDIT_WRITES] = {
		.name = FWCTL_MCGRP_AUDIT_WRITES,
		.flags = GENL_MCAST_CAP_SYS_ADMIN,
	},
};

static struct genl_family fwctl_nl_family __ro_after_init = {
	.name = FWCTL_FAMILY_NAME,
	.version = FWCTL_FAMILY_VERSION,
	.module = THIS_MODULE,
	.parallel_ops = true,
	.mcgrps = fwctl_nl_groups,
	.n_mcgrps = ARRAY_SIZE(fwctl_nl_groups),
};

/* Protects fwctl_nl_seq, and keeps the events of a group in its order. */
static DEFINE_SPINLOCK(fwctl_nl_seq_lock);
static u64 fwctl_nl_seq[ARRAY_SIZE(fwctl_nl_groups)];

/*
 * genl_has_listeners() sees the sockets of all network namespaces, and in a
 * user namespace of its own any process may join a group by its number. Such a
 * socket gets no event, but building events for it would slow down every RPC. So
 * after an event that no socket in the initial namespace was to receive, none is
 * built for this time. A listener that joins while the group has such a socket
 * misses the events of as long.
 */
#define FWCTL_NL_UNHEARD	(HZ / 10)
static u64 fwctl_nl_unheard_until[ARRAY_SIZE(fwctl_nl_groups)];

/*
 * The attributes of an event. They are put together here, once for all groups,
 * because nla_put() for each of them costs as much as sending the event.
 */
struct fwctl_nl_event {
	unsigned int len;
	u8 attrs[FWCTL_NL_EVENT_MAX] __aligned(sizeof(u64));
};

static int fwctl_nl_put_counter(struct sk_buff *skb, int type, u32 id,
				const atomic64_t *count)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest || nla_put_u32(skb, FWCTL_A_COUNTER_ID, id) ||
	    nla_put_u64_64bit(skb, FWCTL_A_COUNTER_COUNT, atomic64_read(count),
			      0))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fwctl_nl_put_device(struct sk_buff *skb, struct fwctl_device *fwctl)
{
	struct device *parent = fwctl->dev.parent;
	atomic64_t admitted = ATOMIC64_INIT(0);
	unsigned int i;

	for (i = 0; i < FWCTL_SCOPES; i++)
		atomic64_add(atomic64_read(&fwctl->delivered[i]), &admitted);

	if (nla_put_u32(skb, FWCTL_A_DEV_INDEX, fwctl->index) ||
	    nla_put_string(skb, FWCTL_A_DEV_NAME, dev_name(&fwctl->dev)) ||
	    (parent->bus && nla_put_string(skb, FWCTL_A_DEV_PARENT_BUS,
					   dev_bus_name(parent))) ||
	    nla_put_string(skb, FWCTL_A_DEV_PARENT_NAME, dev_name(parent)) ||
	    nla_put_string(skb, FWCTL_A_DEV_DRIVER, fwctl->driver) ||
	    nla_put_u32(skb, FWCTL_A_DEV_TYPE, fwctl->ops->device_type) ||
	    nla_put_u32(skb, FWCTL_A_DEV_CEILING, READ_ONCE(fwctl->ceiling)) ||
	    nla_put_u32(skb, FWCTL_A_DEV_FILES, atomic_read(&fwctl->slots[FWCTL_SLOT_FILE])) ||
	    nla_put_u32(skb, FWCTL_A_DEV_IN_FLIGHT, atomic_read(&fwctl->slots[FWCTL_SLOT_RPC])) ||
	    nla_put_u32(skb, FWCTL_A_DEV_TAINTS, READ_ONCE(fwctl->taints)) ||
	    nla_put_string(skb, FWCTL_A_DEV_CARD, fwctl_card(fwctl)) ||
	    fwctl_nl_put_counter(skb, FWCTL_A_DEV_REASONS,
				 FWCTL_REASON_ADMITTED, &admitted))
		return -EMSGSIZE;

	for (i = FWCTL_REASON_ADMITTED + 1; i < FWCTL_REASONS; i++)
		if (fwctl_nl_put_counter(skb, FWCTL_A_DEV_REASONS, i,
					 &fwctl->refused[i]))
			return -EMSGSIZE;
	for (i = 0; i < FWCTL_SCOPES; i++)
		if (fwctl_nl_put_counter(skb, FWCTL_A_DEV_SCOPES, i,
					 &fwctl->delivered[i]))
			return -EMSGSIZE;
	return 0;
}

/**
 * fwctl_nl_device_msg - add a message with the state of a device to a buffer
 * @skb: the buffer; unchanged if this function fails
 * @fwctl: the device, entered, or in fwctl_register() or fwctl_unregister()
 * @portid: netlink port of the receiver, or 0 for a multicast
 * @seq: sequence number of the request, or 0
 * @flags: netlink flags
 * @cmd: command of the message
 *
 * Context: any.
 * Return: 0, or -EMSGSIZE if @skb has no room.
 */
int fwctl_nl_device_msg(struct sk_buff *skb, struct fwctl_device *fwctl,
			u32 portid, u32 seq, int flags, u8 cmd)
{
	void *hdr = genlmsg_put(skb, portid, seq, &fwctl_nl_family, flags, cmd);

	if (!hdr)
		return -EMSGSIZE;
	if (fwctl_nl_put_device(skb, fwctl)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static bool fwctl_nl_heard(unsigned int group)
{
	return genl_has_listeners(&fwctl_nl_family, &init_net, group) &&
	       !time_before64(get_jiffies_64(),
			      READ_ONCE(fwctl_nl_unheard_until[group]));
}

/**
 * fwctl_nl_notify - send a notification with the state of a device
 * @fwctl: the device, entered, or in fwctl_register() or fwctl_unregister()
 * @cmd: the notification, FWCTL_CMD_DEV_*_NTF
 *
 * If there is no memory the notification is lost.
 *
 * Context: process, may sleep.
 */
void fwctl_nl_notify(struct fwctl_device *fwctl, u8 cmd)
{
	struct sk_buff *skb;

	if (!fwctl_nl_heard(FWCTL_NLGRP_DEVICE))
		return;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return;
	if (fwctl_nl_device_msg(skb, fwctl, 0, 0, 0, cmd))
		nlmsg_free(skb);
	else
		genlmsg_multicast_netns(&fwctl_nl_family, &init_net, skb, 0,
					FWCTL_NLGRP_DEVICE, GFP_KERNEL);
}

/* The groups that the event of a call goes to, as a mask. */
static unsigned int fwctl_nl_groups_of(const struct fwctl_call *call)
{
	unsigned int groups = BIT(FWCTL_NLGRP_AUDIT);

	if (call->reason != FWCTL_REASON_ADMITTED)
		groups |= BIT(FWCTL_NLGRP_AUDIT_REFUSED);
	if (call->cmd.writes)
		groups |= BIT(FWCTL_NLGRP_AUDIT_WRITES);
	return groups;
}

/**
 * fwctl_nl_audited - check for listeners to the event of a call
 * @call: the call, with its cmd and reason set
 *
 * Context: any.
 * Return: true if a group that the event goes to has a listener.
 */
bool fwctl_nl_audited(const struct fwctl_call *call)
{
	if (fwctl_nl_heard(FWCTL_NLGRP_AUDIT))
		return true;
	if (call->reason != FWCTL_REASON_ADMITTED &&
	    fwctl_nl_heard(FWCTL_NLGRP_AUDIT_REFUSED))
		return true;
	return call->cmd.writes && fwctl_nl_heard(FWCTL_NLGRP_AUDIT_WRITES);
}

static __always_inline void fwctl_nl_add(struct fwctl_nl_event *event, int type,
					 const void *value, unsigned int len)
{
	struct nlattr *attr = (void *)(event->attrs + event->len);

	event->len += nla_total_size(len);
	/* The padding of the value is in the last word. */
	memset(event->attrs + event->len - NLA_ALIGNTO, 0, NLA_ALIGNTO);
	attr->nla_type = type;
	attr->nla_len = nla_attr_size(len);
	memcpy(nla_data(attr), value, len);
}

static __always_inline void fwctl_nl_add_u32(struct fwctl_nl_event *event,
					     int type, u32 value)
{
	fwctl_nl_add(event, type, &value, sizeof(value));
}

static __always_inline void fwctl_nl_add_u64(struct fwctl_nl_event *event,
					     int type, u64 value)
{
	/* The message has 20 bytes of headers before its attributes. */
	if (!IS_ENABLED(CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS) &&
	    !IS_ALIGNED(event->len, sizeof(u64)))
		fwctl_nl_add(event, 0, NULL, 0);
	fwctl_nl_add(event, type, &value, sizeof(value));
}

static void fwctl_nl_add_string(struct fwctl_nl_event *event, int type,
				const char *value)
{
	fwctl_nl_add(event, type, value, strlen(value) + 1);
}

static void fwctl_nl_build(struct fwctl_nl_event *event,
			   const struct fwctl_call *call)
{
	struct fwctl_device *fwctl = call->uctx->fwctl;
	const struct cred *cred = current_cred();
	char comm[TASK_COMM_LEN];

	get_task_comm(comm, current);
	event->len = 0;
	fwctl_nl_add_u64(event, FWCTL_A_AUDIT_SEQ, 0);
	fwctl_nl_add_u32(event, FWCTL_A_AUDIT_INDEX, fwctl->index);
	fwctl_nl_add_string(event, FWCTL_A_AUDIT_NAME, dev_name(&fwctl->dev));
	fwctl_nl_add_u32(event, FWCTL_A_AUDIT_PID, task_tgid_nr(current));
	fwctl_nl_add_u32(event, FWCTL_A_AUDIT_UID,
			 from_kuid(&init_user_ns, cred->uid));
	fwctl_nl_add_u32(event, FWCTL_A_AUDIT_GID,
			 from_kgid(&init_user_ns, cred->gid));
	fwctl_nl_add_string(event, FWCTL_A_AUDIT_COMM, comm);
	fwctl_nl_add_u32(event, FWCTL_A_AUDIT_DECLARED, call->scope);
	fwctl_nl_add_u32(event, FWCTL_A_AUDIT_EFFECTIVE, call->cmd.scope);
	fwctl_nl_add(event, FWCTL_A_AUDIT_WRITES, &call->cmd.writes,
		     sizeof(u8));
	fwctl_nl_add_u32(event, FWCTL_A_AUDIT_COMMAND, call->cmd.number);
	if (call->name[0])
		fwctl_nl_add_string(event, FWCTL_A_AUDIT_COMMAND_NAME,
				    call->name);
	fwctl_nl_add_u32(event, FWCTL_A_AUDIT_IN_LEN, call->in_len);
	fwctl_nl_add_u32(event, FWCTL_A_AUDIT_OUT_LEN, call->out_len);
	fwctl_nl_add_u32(event, FWCTL_A_AUDIT_RESULT, call->result);
	fwctl_nl_add_u32(event, FWCTL_A_AUDIT_REASON, call->reason);
	if (call->has_fw_status)
		fwctl_nl_add_u32(event, FWCTL_A_AUDIT_FW_STATUS,
				 call->fw_status);
	/* A refused call has no times. */
	if (call->timed) {
		fwctl_nl_add_u64(event, FWCTL_A_AUDIT_START, call->start);
		fwctl_nl_add_u64(event, FWCTL_A_AUDIT_DURATION, call->duration);
	}
}

/* Called for each socket that an event is about to be added to. */
static int fwctl_nl_note_socket(struct sock *sk, struct sk_buff *skb,
				void *data)
{
	bool *heard = data;

	*heard = true;
	return 0;
}

/* Consumes @skb, whose first attribute is the event's sequence number. */
static void fwctl_nl_send_numbered(struct sk_buff *skb, unsigned int group)
{
	struct nlattr *seq = nlmsg_attrdata(nlmsg_hdr(skb), GENL_HDRLEN);
	bool heard = false;
	u64 number;

	spin_lock(&fwctl_nl_seq_lock);
	number = fwctl_nl_seq[group] + 1;
	memcpy(nla_data(seq), &number, sizeof(number));
	genlmsg_multicast_netns_filtered(&fwctl_nl_family, &init_net, skb, 0,
					 group, GFP_ATOMIC,
					 fwctl_nl_note_socket, &heard);
	if (likely(heard))
		fwctl_nl_seq[group] = number;
	else
		WRITE_ONCE(fwctl_nl_unheard_until[group],
			   get_jiffies_64() + FWCTL_NL_UNHEARD);
	spin_unlock(&fwctl_nl_seq_lock);
}

/* There is no memory for an event: its listeners see a gap in the numbers. */
static void fwctl_nl_skip_number(unsigned int group)
{
	spin_lock(&fwctl_nl_seq_lock);
	fwctl_nl_seq[group]++;
	spin_unlock(&fwctl_nl_seq_lock);
}

static void fwctl_nl_send(const struct fwctl_nl_event *event,
			  unsigned int group)
{
	struct sk_buff *skb = genlmsg_new(event->len, GFP_KERNEL);
	void *hdr;

	if (!skb) {
		fwctl_nl_skip_number(group);
		return;
	}
	/* The buffer has room for this. */
	hdr = genlmsg_put(skb, 0, 0, &fwctl_nl_family, 0, FWCTL_CMD_AUDIT_NTF);
	skb_put_data(skb, event->attrs, event->len);
	genlmsg_end(skb, hdr);
	fwctl_nl_send_numbered(skb, group);
}

/**
 * fwctl_nl_audit - send the event of a call to its groups
 * @call: the call, finished or refused
 *
 * Does not wait for listeners. A listener whose socket buffer is full loses the
 * event, and sees the gap in the sequence numbers.
 *
 * Context: the process that made the call, may sleep.
 */
void fwctl_nl_audit(const struct fwctl_call *call)
{
	unsigned int groups = fwctl_nl_groups_of(call);
	struct fwctl_nl_event event;
	unsigned int i;

	fwctl_nl_build(&event, call);
	for (i = FWCTL_NLGRP_AUDIT; i < ARRAY_SIZE(fwctl_nl_groups); i++)
		if (groups & BIT(i) && fwctl_nl_heard(i))
			fwctl_nl_send(&event, i);
}

/**
 * fwctl_nl_init - register the family
 * @ops: the commands that the family answers
 * @n_ops: entries in @ops
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int __init fwctl_nl_init(const struct genl_ops *ops, u8 n_ops)
{
	fwctl_nl_family.ops = ops;
	fwctl_nl_family.n_ops = n_ops;
	return genl_register_family(&fwctl_nl_family);
}

/**
 * fwctl_nl_exit - unregister the family
 *
 * Context: may sleep.
 */
void fwctl_nl_exit(void)
{
	genl_unregister_family(&fwctl_nl_family);
}
