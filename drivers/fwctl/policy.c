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
#include <linux/wait.h>

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

/**
 * fwctl_request_end - note that the device has answered an admitted request
 * @fwctl: the device
 * @effective: effective scope of the request
 *
 * Also due for a request that the device will not receive. A backend with the op
 * &fwctl_ext_ops.submit calls this function once for each request that it has
 * taken.
 *
 * Context: any.
 */
void fwctl_request_end(struct fwctl_device *fwctl, enum fwctl_rpc_scope effective)
{
	if (!atomic_dec_and_test(&fwctl->pending[effective]))
		return;
	/* The atomic operation is the barrier in front of this look at waiters. */
	if (waitqueue_active(&fwctl->settled))
		wake_up_all(&fwctl->settled);
}
EXPORT_SYMBOL_NS_GPL(fwctl_request_end, "FWCTL");

/**
 * fwctl_pass_ceiling - begin a request, if it is not above the ceiling
 * @fwctl: the device
 * @scope: the request's effective scope
 *
 * Counts the request before it reads the ceiling; fwctl_settle() reads the count
 * after the ceiling was written. So either the new ceiling applies to the request,
 * or fwctl_settle() waits for its end.
 *
 * Context: any.
 * Return: true, and then fwctl_request_end() is due.
 */
bool fwctl_pass_ceiling(struct fwctl_device *fwctl,
			enum fwctl_rpc_scope scope)
{
	atomic_inc(&fwctl->pending[scope]);
	smp_mb__after_atomic();	/* pairs with fwctl_settle() */
	if (likely(fwctl_below_ceiling(fwctl, scope)))
		return true;
	fwctl_request_end(fwctl, scope);
	return false;
}

/*
 * Without the op classify the core knows the declared scope only. Then a request
 * counts as a write unless it is sent under DEBUG_READ_ONLY, the one scope that
 * admits no writes: Linux's backends reset and erase under CONFIGURATION, too.
 */
static int fwctl_classify(struct fwctl_call *call)
{
	struct fwctl_uctx *uctx = call->uctx;
	const struct fwctl_ext_ops *ext = uctx->fwctl->ext;
	struct fwctl_command *cmd = &call->cmd;

	cmd->scope = call->scope;
	if (!ext->classify) {
		cmd->writes = call->scope != FWCTL_RPC_DEBUG_READ_ONLY;
		return 0;
	}
	/* Reported if the classification fails. */
	cmd->writes = call->scope >= FWCTL_RPC_DEBUG_WRITE;
	return ext->classify(uctx, call->in, call->in_len, call->out_len, cmd);
}

/*
 * The rules, in the order in which they are checked:
 *
 * - A caller without the capability for the declared scope is refused first, so
 *   that it learns nothing from the decision on the request itself. The request
 *   is classified before that, for the records.
 * - The backend must have been able to classify the request.
 * - The declared scope must cover the effective one. A request that writes is
 *   refused under DEBUG_READ_ONLY, although that is above CONFIGURATION.
 * - A file that was opened for reading admits no request that writes, none whose
 *   answer may have secrets, and none under a scope that taints: the taint is an
 *   effect of the request, too.
 * - Lockdown and ceilings apply to the effective scope, not to the declared one:
 *   tools that declare the highest scope for every request can still read where
 *   only writing is forbidden.
 */
static enum fwctl_reason fwctl_judge(struct fwctl_call *call)
{
	struct fwctl_uctx *uctx = call->uctx;
	struct fwctl_command *cmd = &call->cmd;
	int err;

	err = fwctl_classify(call);

	if (call->scope == FWCTL_RPC_DEBUG_WRITE_FULL && !capable(CAP_SYS_RAWIO))
		return FWCTL_REASON_CAPABILITY;
	if (err)
		return err == -EMSGSIZE ? FWCTL_REASON_MALFORMED :
					  FWCTL_REASON_UNKNOWN;

	if (cmd->scope > call->scope)
		return FWCTL_REASON_SCOPE;
	if (cmd->writes && call->scope == FWCTL_RPC_DEBUG_READ_ONLY)
		return FWCTL_REASON_READ_ONLY_SCOPE;
	if (!uctx->may_write &&
	    (cmd->writes || cmd->secret || call->scope >= FWCTL_RPC_DEBUG_WRITE))
		return FWCTL_REASON_READ_ONLY_FILE;

	if (cmd->scope == FWCTL_RPC_DEBUG_WRITE_FULL &&
	    security_locked_down(LOCKDOWN_PCI_ACCESS))
		return FWCTL_REASON_LOCKDOWN;
	if (!fwctl_pass_ceiling(uctx->fwctl, cmd->scope))
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

	add_taint(TAINT_FWCTL, LOCKDEP_STILL_OK);

	call->first_taint = !test_bit(call->scope, &fwctl->taints) &&
			    !test_and_set_bit(call->scope, &fwctl->taints);
	if (!call->first_taint && (READ_ONCE(uctx->logged_tgid) == tgid ||
				   !__ratelimit(&fwctl->log_limit)))
		return;

	WRITE_ONCE(uctx->logged_tgid, tgid);
	dev_warn(&fwctl->dev, "%s[%d] of uid %u uses scope %s: kernel tainted\n",
		 current->comm, tgid, from_kuid(&init_user_ns, current_uid()),
		 fwctl_scope_names[call->scope]);
}

/**
 * fwctl_admit - decide on a request that is about to be delivered
 * @call: the request; receives cmd, decided, reason and first_taint. The caller
 *	has entered the device.
 *
 * The taint follows the declared scope, as the ABI promises: an admitted request
 * under a write scope taints the kernel. Tainting is the last step before
 * delivery. So a refused request leaves no taint, and the taint is there before
 * the request has any effect. Its records in the audit log may have to wait, and
 * follow in fwctl_record().
 *
 * Context: process; does not sleep.
 * Return: 0 if the caller is to deliver the request now, and then
 * fwctl_request_end() is due; or the errno of the reason of its refusal.
 */
int fwctl_admit(struct fwctl_call *call)
{
	call->decided = true;
	call->reason = fwctl_judge(call);
	if (!call->reason && call->scope >= FWCTL_RPC_DEBUG_WRITE)
		fwctl_taint(call);
	return fwctl_reason_errno[call->reason];
}

static bool fwctl_settled(struct fwctl_device *fwctl)
{
	unsigned int i;

	for (i = READ_ONCE(fwctl->ceiling); i < FWCTL_SCOPES; i++)
		if (atomic_read(&fwctl->pending[i]))
			return false;
	return true;
}

/**
 * fwctl_settle - wait for the requests that only the previous ceiling admitted
 * @fwctl: the device, whose ceiling was lowered
 * @patience: time limit of the wait in jiffies
 *
 * When this function returns 0, the device will receive no request above the
 * ceiling, and those before have ended, also those whose callers were killed. With
 * firmware that does not answer, this takes until the backend gives up; the firmware
 * may still execute a request that was given up.
 *
 * Context: may sleep.
 * Return: 0; -EINTR if the caller was killed; -EINPROGRESS when @patience has
 * elapsed.
 */
int fwctl_settle(struct fwctl_device *fwctl, long patience)
{
	long left;

	smp_mb();	/* pairs with that in fwctl_pass_ceiling() */
	left = wait_event_killable_timeout(fwctl->settled, fwctl_settled(fwctl),
					   patience);
	if (left < 0)
		return -EINTR;
	return left ? 0 : -EINPROGRESS;
}

/**
 * fwctl_file_may_lower - check the privilege of a write to a file in sysfs
 * @file: the file
 *
 * The process that opened the file needs the privilege, too: it may have passed the
 * file to a privileged program as standard output. The mode of the file does not
 * count.
 *
 * Context: process.
 * Return: 0 or -EPERM.
 */
int fwctl_file_may_lower(struct file *file)
{
	return file_ns_capable(file, &init_user_ns, CAP_SYS_ADMIN) &&
	       capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
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
