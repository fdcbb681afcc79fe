// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policy: the decision whether a request is admitted.
 *
 * This is the only file that checks a capability, checks for lockdown, or taints
 * the kernel.
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
 * The rules, in the order in which they are checked:
 *
 * - A caller without the capability for the declared scope is refused first, so
 *   that it learns nothing from the decision on the request itself.
 * - The backend classifies the request. A backend without this op leaves the
 *   declared scope as the effective one, and both write scopes count as writing.
 * - The declared scope must cover the effective one. A request that writes is
 *   refused under DEBUG_READ_ONLY, although that is above CONFIGURATION, and on
 *   a file opened read-only.
 * - Lockdown and ceilings apply to the effective scope, not to the declared one:
 *   tools that declare the highest scope for every request can still read where
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

/*
 * Taints the kernel. Logs the first use of the scope on the device and, within a
 * rate limit, the use of the file by another process than the one logged last.
 */
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
 * @call: the request; receives cmd and reason. The caller has entered the
 *	device.
 *
 * The taint follows the declared scope, as the ABI promises: an admitted request
 * under a write scope taints the kernel. Tainting is the last step before
 * delivery. So a refused request leaves no taint, and the taint is there before
 * the request has any effect.
 *
 * Context: process, may sleep; the caller holds no lock.
 * Return: 0 if the caller is to deliver the request now, or the errno of the
 * reason of its refusal.
 */
int fwctl_admit(struct fwctl_call *call)
{
	call->reason = fwctl_judge(call);
	if (!call->reason && call->scope >= FWCTL_RPC_DEBUG_WRITE)
		fwctl_taint(call);
	return fwctl_reason_errno[call->reason];
}

/**
 * fwctl_may_lower - check the current process's privilege to lower a ceiling
 *
 * Context: process.
 * Return: 0 or -EPERM.
 */
int fwctl_may_lower(void)
{
	return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

/**
 * fwctl_nl_may_lower - check a netlink sender's privilege to lower a ceiling
 * @skb: the message
 *
 * The process that opened the socket needs the privilege, too: it may have passed
 * the socket to a privileged program as standard output.
 *
 * Context: process.
 * Return: 0 or -EPERM.
 */
int fwctl_nl_may_lower(struct sk_buff *skb)
{
	return netlink_capable(skb, CAP_SYS_ADMIN) ? 0 : -EPERM;
}
