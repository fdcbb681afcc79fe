// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netlink family's multicast groups and the messages that it sends: the
 * state of a device, and the events of devices and of RPCs.
 *
 * Attributes, commands and groups come from Documentation/netlink/specs.
 */
#include <linux/cred.h>
#include <linux/device.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "core.h"
#include "netlink_gen.h"

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
	    nla_put_u32(skb, FWCTL_A_DEV_FILES, atomic_read(&fwctl->files)) ||
	    nla_put_u32(skb, FWCTL_A_DEV_IN_FLIGHT, atomic_read(&fwctl->rpcs)) ||
	    nla_put_u32(skb, FWCTL_A_DEV_TAINTS, READ_ONCE(fwctl->taints)) ||
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
	return genl_has_listeners(&fwctl_nl_family, &init_net, group);
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

static int fwctl_nl_put_audit(struct sk_buff *skb,
			      const struct fwctl_call *call)
{
	struct fwctl_device *fwctl = call->uctx->fwctl;
	char comm[TASK_COMM_LEN];

	get_task_comm(comm, current);
	if (nla_put_u64_64bit(skb, FWCTL_A_AUDIT_SEQ, 0, 0) ||
	    nla_put_u32(skb, FWCTL_A_AUDIT_INDEX, fwctl->index) ||
	    nla_put_string(skb, FWCTL_A_AUDIT_NAME, dev_name(&fwctl->dev)) ||
	    nla_put_u32(skb, FWCTL_A_AUDIT_PID, task_tgid_nr(current)) ||
	    nla_put_u32(skb, FWCTL_A_AUDIT_UID,
			from_kuid(&init_user_ns, current_uid())) ||
	    nla_put_u32(skb, FWCTL_A_AUDIT_GID,
			from_kgid(&init_user_ns, current_gid())) ||
	    nla_put_string(skb, FWCTL_A_AUDIT_COMM, comm) ||
	    nla_put_u32(skb, FWCTL_A_AUDIT_DECLARED, call->scope) ||
	    nla_put_u32(skb, FWCTL_A_AUDIT_EFFECTIVE, call->cmd.scope) ||
	    nla_put_u8(skb, FWCTL_A_AUDIT_WRITES, call->cmd.writes) ||
	    nla_put_u32(skb, FWCTL_A_AUDIT_COMMAND, call->cmd.number) ||
	    (call->name[0] && nla_put_string(skb, FWCTL_A_AUDIT_COMMAND_NAME,
					     call->name)) ||
	    nla_put_u32(skb, FWCTL_A_AUDIT_IN_LEN, call->in_len) ||
	    nla_put_u32(skb, FWCTL_A_AUDIT_OUT_LEN, call->out_len) ||
	    nla_put_s32(skb, FWCTL_A_AUDIT_RESULT, call->result) ||
	    nla_put_u32(skb, FWCTL_A_AUDIT_REASON, call->reason) ||
	    (call->has_fw_status && nla_put_u32(skb, FWCTL_A_AUDIT_FW_STATUS,
						call->fw_status)))
		return -EMSGSIZE;
	/* A refused call has no times. */
	if (call->timed &&
	    (nla_put_u64_64bit(skb, FWCTL_A_AUDIT_START, call->start, 0) ||
	     nla_put_u64_64bit(skb, FWCTL_A_AUDIT_DURATION, call->duration, 0)))
		return -EMSGSIZE;
	return 0;
}

/* Consumes @skb, whose first attribute is the event's sequence number. */
static void fwctl_nl_send_numbered(struct sk_buff *skb, unsigned int group)
{
	struct nlmsghdr *nlh = nlmsg_hdr(skb);
	struct nlattr *seq = nlmsg_attrdata(nlh, GENL_HDRLEN);

	spin_lock(&fwctl_nl_seq_lock);
	fwctl_nl_seq[group]++;
	memcpy(nla_data(seq), &fwctl_nl_seq[group], sizeof(u64));
	genlmsg_multicast_netns(&fwctl_nl_family, &init_net, skb, 0, group,
				GFP_ATOMIC);
	spin_unlock(&fwctl_nl_seq_lock);
}

/* There is no memory for an event: its listeners see a gap in the numbers. */
static void fwctl_nl_skip_number(unsigned int group)
{
	spin_lock(&fwctl_nl_seq_lock);
	fwctl_nl_seq[group]++;
	spin_unlock(&fwctl_nl_seq_lock);
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
	unsigned int i;

	for (i = FWCTL_NLGRP_AUDIT; i < ARRAY_SIZE(fwctl_nl_groups); i++) {
		struct sk_buff *skb;
		void *hdr;

		if (!(groups & BIT(i)) || !fwctl_nl_heard(i))
			continue;
		skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
		hdr = skb ? genlmsg_put(skb, 0, 0, &fwctl_nl_family, 0,
					FWCTL_CMD_AUDIT_NTF) : NULL;
		if (!hdr || fwctl_nl_put_audit(skb, call)) {
			nlmsg_free(skb);
			fwctl_nl_skip_number(i);
			continue;
		}
		genlmsg_end(skb, hdr);
		fwctl_nl_send_numbered(skb, i);
	}
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
