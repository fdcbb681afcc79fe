// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policy: which request is admitted, under which scope, for whom.
 *
 * The one place that asks for a capability, asks for lockdown, or taints the
 * kernel.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/kernel.h>
#include <linux/netlink.h>
#include <linux/panic.h>
#include <linux/sched.h>
#include <linux/security.h>
#include <linux/uidgid.h>

#include "core.h"

const char * const fwctl_scope_names[] = {
	[FWCTL_RPC_CONFIGURATION] = "configuration",
	[FWCTL_RPC_DEBUG_READ_ONLY] = "debug-read-only",
	[FWCTL_RPC_DEBUG_WRITE] = "debug-write",
	[FWCTL_RPC_DEBUG_WRITE_FULL] = "debug-write-full",
};

static const int fwctl_reason_errno[FWCTL_REASONS] = {
	[FWCTL_REASON_CAPABILITY] = -EPERM,
	[FWCTL_REASON_MALFORMED] = -EMSGSIZE,
	[FWCTL_REASON_UNKNOWN] = -EBADMSG,
	[FWCTL_REASON_SCOPE] = -EBADMSG,
	[FWCTL_REASON_READ_ONLY_SCOPE] = -EBADMSG,
	[FWCTL_REASON_READ_ONLY_FILE] = -EBADMSG,
	[FWCTL_REASON_LOCKDOWN] = -EPERM,
	[FWCTL_REASON_CEILING] = -EACCES,
};

/*
 * The rules in the order in which they are asked:
 *
 * - A scope that carries a privilege is refused to whoever lacks it, before
 *   anything can be learnt from how the request itself is judged.
 * - The backend says what the request would do. Where it cannot, the caller is
 *   believed, and both write scopes count as writing.
 * - The declared scope must cover what the request does. Writing is not for
 *   DEBUG_READ_ONLY, whatever the numbers of the scopes suggest, nor for a
 *   file opened read-only.
 * - Limits look at what the request does, not at what was declared: tools
 *   that declare the highest scope for all they send can go on reading where
 *   only writing is forbidden.
 */
static enum fwctl_reason fwctl_judge(struct fwctl_call *call)
{
	struct fwctl_uctx *uctx = call->uctx;
	const struct fwctl_ops *ops = uctx->fwctl->ops;
	struct fwctl_command *cmd = &call->cmd;
	int err;

	cmd->scope = call->scope;
	cmd->writes = call->scope >= FWCTL_RPC_DEBUG_WRITE;

	if (call->scope == FWCTL_RPC_DEBUG_WRITE_FULL && !capable(CAP_SYS_RAWIO))
		return FWCTL_REASON_CAPABILITY;

	if (ops->classify) {
		err = ops->classify(uctx, call->in, call->in_len, call->out_len,
				    cmd);
		if (err)
			return err == -EMSGSIZE ? FWCTL_REASON_MALFORMED :
						  FWCTL_REASON_UNKNOWN;
	}

	if (cmd->scope > call->scope)
		return FWCTL_REASON_SCOPE;
	if (cmd->writes && call->scope == FWCTL_RPC_DEBUG_READ_ONLY)
		return FWCTL_REASON_READ_ONLY_SCOPE;
	if (cmd->writes && !uctx->may_write)
		return FWCTL_REASON_READ_ONLY_FILE;

	if (cmd->scope == FWCTL_RPC_DEBUG_WRITE_FULL &&
	    security_locked_down(LOCKDOWN_PCI_ACCESS))
		return FWCTL_REASON_LOCKDOWN;
	if (!fwctl_below_ceiling(uctx->fwctl, cmd->scope))
		return FWCTL_REASON_CEILING;
	return FWCTL_REASON_ADMITTED;
}

/* Each device's and each program's first use of a scope that taints. */
static void fwctl_taint(struct fwctl_call *call)
{
	struct fwctl_uctx *uctx = call->uctx;
	struct fwctl_device *fwctl = uctx->fwctl;
	pid_t tgid = task_tgid_nr(current);
	bool first;

	add_taint(TAINT_FWCTL, LOCKDEP_STILL_OK);

	first = !test_bit(call->scope, &fwctl->taints) &&
		!test_and_set_bit(call->scope, &fwctl->taints);
	if (first)
		fwctl_record_taint(call);
	else if (READ_ONCE(uctx->logged_tgid) == tgid ||
		 !__ratelimit(&fwctl->log_limit))
		return;

	WRITE_ONCE(uctx->logged_tgid, tgid);
	dev_warn(&fwctl->dev, "%s[%d] of uid %u uses scope %s: kernel tainted\n",
		 current->comm, tgid, from_kuid(&init_user_ns, current_uid()),
		 fwctl_scope_names[call->scope]);
}

/**
 * fwctl_admit - decide on a request that is about to be delivered
 * @call: the request; its cmd and reason are set. The device was entered by
 *	the caller.
 *
 * What an admitted request owes follows the scope that was declared, as the
 * ABI promises: a write scope taints the kernel. That is the last step before
 * delivery, so that what is refused leaves no mark, and whatever delivery does
 * to the machine finds it.
 *
 * Context: may sleep; called without locks.
 * Return: 0 if the request is to be delivered now, or the errno that belongs
 * to the reason of its refusal.
 */
int fwctl_admit(struct fwctl_call *call)
{
	call->reason = fwctl_judge(call);
	if (!call->reason && call->scope >= FWCTL_RPC_DEBUG_WRITE)
		fwctl_taint(call);
	return fwctl_reason_errno[call->reason];
}

/**
 * fwctl_may_lower - may the current process lower a ceiling?
 *
 * Context: process.
 * Return: 0 or -EPERM.
 */
int fwctl_may_lower(void)
{
	return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

/**
 * fwctl_nl_may_lower - may the sender of a netlink message lower a ceiling?
 * @skb: the message
 *
 * Whoever opened the socket must be allowed to, too: a program with privileges
 * may have been handed it as what it writes its output to.
 *
 * Context: process.
 * Return: 0 or -EPERM.
 */
int fwctl_nl_may_lower(struct sk_buff *skb)
{
	return netlink_capable(skb, CAP_SYS_ADMIN) ? 0 : -EPERM;
}
