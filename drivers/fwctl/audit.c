// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records of what happened: counters, tracepoints, the kernel's audit log, and
 * through events.c the stream of audit events.
 *
 * Counters always count. All else costs a test of a flag unless somebody
 * listens.
 */
#include <linux/audit.h>
#include <linux/cred.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uidgid.h>

#include "core.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/*
 * For audit_log(). One that may sleep waits, up to a minute, for the daemon to
 * make room, and with it a slot of the device, or its removal. What finds no
 * room is lost instead, and counted by audit.
 */
#define FWCTL_AUDIT_GFP	(GFP_ATOMIC | __GFP_NOWARN)

/* Policy at work, as opposed to a request that is wrong in itself. */
static bool fwctl_is_policy(enum fwctl_reason reason)
{
	return reason == FWCTL_REASON_CAPABILITY ||
	       reason == FWCTL_REASON_LOCKDOWN ||
	       reason == FWCTL_REASON_CEILING;
}

/**
 * fwctl_record_start - a call is about to be delivered
 * @call: admitted
 *
 * Context: process.
 */
void fwctl_record_start(struct fwctl_call *call)
{
	trace_fwctl_admitted(call);
	call->audited = fwctl_nl_audited(call);
	call->timed = call->audited || trace_fwctl_finished_enabled();
	if (call->timed)
		call->start = ktime_get_ns();
}

/**
 * fwctl_record_finish - a call was refused, or is back from the backend
 * @call: that was judged; the device is still entered
 * @out: the answer or an ERR_PTR()
 *
 * Takes what fwctl_record() needs from the backend, which may be unloaded as
 * soon as the device was left.
 *
 * Context: process.
 */
void fwctl_record_finish(struct fwctl_call *call, const void *out)
{
	const struct fwctl_ops *ops = call->uctx->fwctl->ops;

	call->result = PTR_ERR_OR_ZERO(out);
	if (unlikely(call->reason != FWCTL_REASON_ADMITTED))
		call->audited = fwctl_nl_audited(call);
	if (unlikely(call->audited) && call->cmd.name)
		strscpy(call->name, call->cmd.name, sizeof(call->name));
	if (likely(!call->timed))
		return;
	call->duration = ktime_get_ns() - call->start;
	if (!IS_ERR(out) && ops->fw_status)
		call->has_fw_status = !ops->fw_status(call->uctx, out,
						      call->out_len,
						      &call->fw_status);
}

/**
 * fwctl_record - a call is over
 * @call: finished or refused; the device was left
 *
 * Context: process, may sleep.
 */
void fwctl_record(struct fwctl_call *call)
{
	struct fwctl_uctx *uctx = call->uctx;
	struct fwctl_device *fwctl = uctx->fwctl;

	if (call->reason == FWCTL_REASON_ADMITTED) {
		atomic64_inc(&fwctl->delivered[call->cmd.scope]);
		atomic64_inc(&uctx->delivered[call->cmd.scope]);
		trace_fwctl_finished(call);
	} else {
		atomic64_inc(&fwctl->refused[call->reason]);
		atomic64_inc(&uctx->refused);
		trace_fwctl_refused(call);
		if (fwctl_is_policy(call->reason))
			audit_log(audit_context(), FWCTL_AUDIT_GFP,
				  AUDIT_KERNEL_OTHER,
				  "fwctl op=rpc dev=%s pid=%d uid=%u declared=%u effective=%u command=0x%x reason=%u res=0",
				  dev_name(&fwctl->dev),
				  task_tgid_nr(current),
				  from_kuid(&init_user_ns, current_uid()),
				  call->scope, call->cmd.scope,
				  call->cmd.number, call->reason);
	}
	if (call->audited)
		fwctl_nl_audit(call);
}

/**
 * fwctl_record_open_refused - a device with the ceiling none was to be opened
 * @fwctl: the device, entered
 *
 * No RPC, so that only the kernel's audit log is told.
 *
 * Context: process.
 */
void fwctl_record_open_refused(struct fwctl_device *fwctl)
{
	audit_log(audit_context(), FWCTL_AUDIT_GFP, AUDIT_KERNEL_OTHER,
		  "fwctl op=open dev=%s pid=%d uid=%u reason=%u res=0",
		  dev_name(&fwctl->dev), task_tgid_nr(current),
		  from_kuid(&init_user_ns, current_uid()),
		  FWCTL_REASON_CEILING);
}

/**
 * fwctl_record_taint - a device taints the kernel for the first time
 * @call: that does so, under its declared scope
 *
 * Context: process, may sleep; the device is entered.
 */
void fwctl_record_taint(struct fwctl_call *call)
{
	struct fwctl_device *fwctl = call->uctx->fwctl;

	audit_log(audit_context(), FWCTL_AUDIT_GFP, AUDIT_KERNEL_OTHER,
		  "fwctl op=taint dev=%s pid=%d uid=%u declared=%u res=1",
		  dev_name(&fwctl->dev), task_tgid_nr(current),
		  from_kuid(&init_user_ns, current_uid()), call->scope);
	fwctl_nl_notify(fwctl, FWCTL_CMD_DEV_TAINTED_NTF);
}

/**
 * fwctl_record_ceiling - the ceiling of a device was lowered
 * @fwctl: the device, entered
 * @old: what it was
 * @new: what it became, and by now may have ceased to be
 *
 * Context: process, may sleep.
 */
void fwctl_record_ceiling(struct fwctl_device *fwctl, enum fwctl_ceiling old,
			  enum fwctl_ceiling new)
{
	audit_log(audit_context(), FWCTL_AUDIT_GFP, AUDIT_KERNEL_OTHER,
		  "fwctl op=ceiling dev=%s pid=%d uid=%u old=%u new=%u res=1",
		  dev_name(&fwctl->dev), task_tgid_nr(current),
		  from_kuid(&init_user_ns, current_uid()), old, new);
	fwctl_nl_notify(fwctl, FWCTL_CMD_DEV_CEILING_NTF);
}
