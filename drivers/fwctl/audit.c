// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records of what happened: counters, tracepoints, through auditlog.c the
 * kernel's audit log, and through events.c the stream of audit events.
 *
 * Counters always count. The other records cost the test of a flag if nothing
 * listens to them.
 */
#include <linux/cred.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uidgid.h>

#include "core.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* The refusal is due to a policy, and the request itself may be correct. */
static bool fwctl_is_policy(enum fwctl_reason reason)
{
	return reason == FWCTL_REASON_CAPABILITY ||
	       reason == FWCTL_REASON_LOCKDOWN ||
	       reason == FWCTL_REASON_CEILING;
}

/**
 * fwctl_record_start - record that a call is about to be delivered
 * @call: the call, admitted
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
 * fwctl_record_finish - complete a call that was refused or has returned
 * @call: the call; the device is still entered
 * @out: the answer or an ERR_PTR()
 *
 * Copies what fwctl_record() needs from the backend, whose module may be unloaded
 * as soon as the caller has left the device.
 *
 * Context: process.
 */
void fwctl_record_finish(struct fwctl_call *call, const void *out)
{
	const struct fwctl_ext_ops *ext = call->uctx->fwctl->ext;

	call->result = PTR_ERR_OR_ZERO(out);
	if (unlikely(call->reason != FWCTL_REASON_ADMITTED))
		call->audited = fwctl_nl_audited(call);
	if (unlikely(call->audited) && call->cmd.name)
		strscpy(call->name, call->cmd.name, sizeof(call->name));
	/* The event needs the parent, which the device has while entered. */
	if (unlikely(call->first_taint))
		fwctl_nl_notify(call->uctx->fwctl, FWCTL_CMD_DEV_TAINTED_NTF);
	if (likely(!call->timed))
		return;
	call->duration = ktime_get_ns() - call->start;
	if (!IS_ERR(out) && ext->fw_status)
		call->has_fw_status = !ext->fw_status(call->uctx, out,
						      call->out_len,
						      &call->fw_status);
}

static void fwctl_record_taint(struct fwctl_call *call)
{
	fwctl_audit_once(false,
			 "fwctl op=taint dev=%s pid=%d uid=%u declared=%u res=1",
			 dev_name(&call->uctx->fwctl->dev),
			 task_tgid_nr(current),
			 from_kuid(&init_user_ns, current_uid()), call->scope);
}

/**
 * fwctl_record - write the records of a call that has ended
 * @call: the call, completed by fwctl_record_finish(); the caller has left the
 *	device and given back its slot
 *
 * Context: process, may sleep. May wait for the audit daemon.
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
	}
	if (call->audited)
		fwctl_nl_audit(call);
	if (unlikely(call->first_taint))
		fwctl_record_taint(call);
	if (fwctl_is_policy(call->reason))
		fwctl_audit_refused(fwctl, call, call->reason);
}

/**
 * fwctl_record_open_refused - record an open() refused by the ceiling none
 * @fwctl: the device, not entered
 *
 * Writes to the kernel's audit log only: counters, tracepoints and events are for
 * RPCs.
 *
 * Context: process, may sleep. May wait for the audit daemon.
 */
void fwctl_record_open_refused(struct fwctl_device *fwctl)
{
	fwctl_audit_refused(fwctl, NULL, FWCTL_REASON_CEILING);
}

/**
 * fwctl_record_ceiling - record that the ceiling of a device was lowered
 * @fwctl: the device, to which the caller holds a reference
 * @old: the ceiling before
 * @new: the ceiling afterwards; it may have been lowered again meanwhile
 *
 * Context: process, may sleep; the device is not entered.
 */
void fwctl_record_ceiling(struct fwctl_device *fwctl, enum fwctl_ceiling old,
			  enum fwctl_ceiling new)
{
	fwctl_audit_once(true,
			 "fwctl op=ceiling dev=%s pid=%d uid=%u old=%u new=%u res=1",
			 dev_name(&fwctl->dev), task_tgid_nr(current),
			 from_kuid(&init_user_ns, current_uid()), old, new);
}
