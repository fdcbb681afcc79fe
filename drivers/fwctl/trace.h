/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints of fwctl: the way of each RPC through the core.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM fwctl

#if !defined(__FWCTL_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define __FWCTL_TRACE_H

#include <linux/tracepoint.h>

#include "core.h"

DECLARE_EVENT_CLASS(fwctl_call,
	TP_PROTO(const struct fwctl_call *call),
	TP_ARGS(call),
	TP_STRUCT__entry(
		__field(u32, device)
		__field(u32, declared)
		__field(u32, effective)
		__field(u32, command)
		__field(u32, in_len)
		__field(u32, out_len)
		__field(u32, reason)
		__field(int, result)
		__field(u64, duration)
		__field(bool, writes)
	),
	TP_fast_assign(
		__entry->device = call->uctx->fwctl->index;
		__entry->declared = call->scope;
		__entry->effective = call->cmd.scope;
		__entry->command = call->cmd.number;
		__entry->in_len = call->in_len;
		__entry->out_len = call->out_len;
		__entry->reason = call->reason;
		__entry->result = call->result;
		__entry->duration = call->duration;
		__entry->writes = call->cmd.writes;
	),
	TP_printk("device=%u declared=%u effective=%u writes=%d command=0x%x in_len=%u out_len=%u reason=%u result=%d duration=%llu",
		  __entry->device, __entry->declared, __entry->effective,
		  __entry->writes, __entry->command, __entry->in_len,
		  __entry->out_len, __entry->reason, __entry->result,
		  __entry->duration)
);

/* The RPC is about to be delivered to the backend. */
DEFINE_EVENT(fwctl_call, fwctl_admitted,
	TP_PROTO(const struct fwctl_call *call),
	TP_ARGS(call)
);

/* The RPC was refused; reason is an enum fwctl_reason. */
DEFINE_EVENT(fwctl_call, fwctl_refused,
	TP_PROTO(const struct fwctl_call *call),
	TP_ARGS(call)
);

/*
 * The RPC has returned from the backend. The duration is in nanoseconds; 0 if
 * this event and the audit events had no listener when the RPC was delivered.
 */
DEFINE_EVENT(fwctl_call, fwctl_finished,
	TP_PROTO(const struct fwctl_call *call),
	TP_ARGS(call)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
