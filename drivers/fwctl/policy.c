// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policy: which request is admitted, under which scope, for whom.
 *
 * The one place that asks for a capability or taints the kernel.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/kernel.h>
#include <linux/panic.h>
#include <linux/sched.h>
#include <linux/uidgid.h>

#include "fwctl.h"

static const char * const fwctl_scope_names[] = {
	[FWCTL_RPC_CONFIGURATION] = "configuration",
	[FWCTL_RPC_DEBUG_READ_ONLY] = "debug-read-only",
	[FWCTL_RPC_DEBUG_WRITE] = "debug-write",
	[FWCTL_RPC_DEBUG_WRITE_FULL] = "debug-write-full",
};

/* The first write of each scope to each device, and of each program. */
static void fwctl_log_taint(struct fwctl_uctx *uctx, enum fwctl_rpc_scope scope)
{
	struct fwctl_device *fwctl = uctx->fwctl;
	pid_t tgid = task_tgid_nr(current);

	if (test_and_set_bit(scope, &fwctl->scopes_logged)) {
		if (READ_ONCE(uctx->logged_tgid) == tgid ||
		    !__ratelimit(&fwctl->log_limit))
			return;
	}
	WRITE_ONCE(uctx->logged_tgid, tgid);
	dev_warn(&fwctl->dev, "%s[%d] of uid %u uses scope %s: kernel tainted\n",
		 current->comm, tgid,
		 from_kuid(&init_user_ns, current_uid()),
		 fwctl_scope_names[scope]);
}

/**
 * fwctl_admit - decide on a request that is about to be delivered
 * @uctx: the file's context; its device was entered by the caller
 * @scope: what the caller declared
 * @in: the request, in kernel memory
 * @in_len: its length
 * @out_len: room for the answer
 *
 * 1. A scope that carries a privilege is refused to whoever lacks it, before
 *    anything can be learnt from how the request itself is judged.
 * 2. The backend says what the request would do. Where it cannot, the caller
 *    is believed, and both write scopes count as writing.
 * 3. Of what the backend says, the declared scope must be enough. Writing is
 *    not for DEBUG_READ_ONLY, whatever the numbers of the scopes suggest, nor
 *    for a file opened read-only.
 * 4. An admitted request under a write scope taints the kernel. This is the
 *    last step before delivery: what is refused leaves no mark, and whatever
 *    delivery does to the machine finds it.
 *
 * Context: may sleep; called without locks.
 * Return: 0 if the request is to be delivered now; -EPERM by rule 1, -EBADMSG
 * by rule 3, or the backend's own word by rule 2.
 */
int fwctl_admit(struct fwctl_uctx *uctx, enum fwctl_rpc_scope scope,
		const void *in, size_t in_len, size_t out_len)
{
	const struct fwctl_ops *ops = uctx->fwctl->ops;
	struct fwctl_command cmd = {
		.scope = scope,
		.writes = scope >= FWCTL_RPC_DEBUG_WRITE,
	};
	int err;

	if (scope == FWCTL_RPC_DEBUG_WRITE_FULL && !capable(CAP_SYS_RAWIO))
		return -EPERM;

	if (ops->classify) {
		err = ops->classify(uctx, in, in_len, out_len, &cmd);
		if (err)
			return err;
	}

	if (cmd.scope > scope)
		return -EBADMSG;
	if (cmd.writes && scope == FWCTL_RPC_DEBUG_READ_ONLY)
		return -EBADMSG;
	if (cmd.writes && !uctx->may_write)
		return -EBADMSG;

	if (scope >= FWCTL_RPC_DEBUG_WRITE) {
		add_taint(TAINT_FWCTL, LOCKDEP_STILL_OK);
		fwctl_log_taint(uctx, scope);
	}
	return 0;
}

/**
 * fwctl_scopes_print - name the scopes that are admitted
 * @page: sysfs buffer
 *
 * Return: bytes written.
 */
ssize_t fwctl_scopes_print(char *page)
{
	ssize_t len = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fwctl_scope_names); i++)
		len += sysfs_emit_at(page, len, "%s%s", i ? " " : "",
				     fwctl_scope_names[i]);
	return len + sysfs_emit_at(page, len, "\n");
}
