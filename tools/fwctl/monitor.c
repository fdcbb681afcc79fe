// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl monitor
 */
#include <string.h>
#include <time.h>

#include "tool.h"

static const char * const type_names[] = {
	[FWCTL_EVENT_ADDED] = "added",
	[FWCTL_EVENT_REMOVED] = "removed",
	[FWCTL_EVENT_CEILING] = "ceiling",
	[FWCTL_EVENT_TAINTED] = "tainted",
	[FWCTL_EVENT_RPC] = "rpc",
	[FWCTL_EVENT_LOST] = "lost",
};

static const char *name_of(const struct fwctl_event *event)
{
	if (event->state)
		return fwctl_state_name(event->state);
	return event->audit ? event->audit->name : NULL;
}

static json_object *json_scope(__u32 scope)
{
	return json_text(fwctl_scope_name((enum fwctl_rpc_scope)scope));
}

static void add_state(json_object *object, const struct fwctl_state *state)
{
	json_add(object, "parent", json_text(fwctl_state_parent(state)));
	json_add(object, "driver", json_text(fwctl_state_driver(state)));
	json_add(object, "device_type", json_devtype(fwctl_state_type(state)));
	json_add(object, "ceiling",
		 json_text(fwctl_ceiling_name(fwctl_state_ceiling(state))));
	json_add(object, "taints", json_scopes(fwctl_state_taints(state)));
}

static void add_audit(json_object *object, const struct fwctl_audit *audit)
{
	json_add(object, "seq", json_object_new_uint64(audit->seq));
	json_add(object, "pid", json_object_new_int64(audit->pid));
	json_add(object, "uid", json_object_new_int64(audit->uid));
	json_add(object, "gid", json_object_new_int64(audit->gid));
	json_add(object, "comm", json_text(audit->comm));
	json_add(object, "declared", json_scope(audit->declared));
	json_add(object, "effective", json_scope(audit->effective));
	json_add(object, "writes", json_object_new_boolean(audit->writes));
	json_add(object, "command", json_object_new_int64(audit->command));
	json_add(object, "command_name", json_text(audit->command_name));
	json_add(object, "in_len", json_object_new_int64(audit->in_len));
	json_add(object, "out_len", json_object_new_int64(audit->out_len));
	json_add(object, "result", json_object_new_int(audit->result));
	json_add(object, "errno",
		 audit->result ? json_text(strerrorname_np(-audit->result)) : NULL);
	json_add(object, "reason", json_text(fwctl_reason_name(audit->reason)));
	json_add(object, "firmware_status",
		 audit->has_fw_status ?
		 json_object_new_int64(audit->fw_status) : NULL);
	json_add(object, "start_ns",
		 audit->has_time ? json_object_new_uint64(audit->start) : NULL);
	json_add(object, "duration_ns",
		 audit->has_time ?
		 json_object_new_uint64(audit->duration) : NULL);
}

static void state_text(FILE *file, const struct fwctl_state *state)
{
	unsigned int taints = fwctl_state_taints(state), scope;
	const char *ceiling = fwctl_ceiling_name(fwctl_state_ceiling(state));

	fprintf(file, " %s driver %s ceiling %s", fwctl_state_parent(state),
		fwctl_state_driver(state), ceiling ? ceiling : "unknown");
	for (scope = 0; taints >> scope; scope++)
		if (taints >> scope & 1)
			fprintf(file, " tainted-by %s",
				fwctl_scope_name((enum fwctl_rpc_scope)scope));
}

/* A process chooses its name: control characters in it are not printed. */
static void put_comm(FILE *file, const char *comm)
{
	for (; *comm; comm++)
		fputc(*comm > ' ' && *comm < 0x7f ? *comm : '?', file);
}

static void audit_text(FILE *file, const struct fwctl_audit *audit)
{
	const char *declared = fwctl_scope_name(audit->declared);
	const char *effective = fwctl_scope_name(audit->effective);
	const char *reason = fwctl_reason_name(audit->reason);
	const char *errname;

	fputs(" ", file);
	put_comm(file, audit->comm ? audit->comm : "?");
	fprintf(file, "[%u] uid %u command 0x%x", audit->pid, audit->uid,
		audit->command);
	if (audit->command_name)
		fprintf(file, " (%s)", audit->command_name);
	fprintf(file, " declared %s effective %s%s %s", declared ? declared : "?",
		effective ? effective : "?", audit->writes ? " writes" : "",
		audit->reason == FWCTL_REASON_ADMITTED ? "" : "refused: ");
	fputs(reason ? reason : "?", file);
	errname = strerrorname_np(-audit->result);
	if (audit->result && errname)
		fprintf(file, " result %s", errname);
	else
		fprintf(file, " result %d", audit->result);
	if (audit->has_fw_status)
		fprintf(file, " firmware 0x%x", audit->fw_status);
	if (audit->has_time)
		fprintf(file, " %llu us",
			(unsigned long long)audit->duration / 1000);
}

/* The local time, with milliseconds, for text. */
static void put_time(FILE *file, int64_t now)
{
	time_t seconds = now / 1000000000;
	struct tm tm = {};
	char text[32];

	localtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%F %T", &tm);
	fprintf(file, "%s.%03d ", text, (int)(now / 1000000 % 1000));
}

static void show_event(struct run *run, const struct fwctl_event *event)
{
	json_object *object = json_object_new_object();
	int64_t now = clock_ns(CLOCK_REALTIME);
	const char *name = name_of(event);
	char *text = NULL;
	size_t size;
	FILE *file;

	json_add(object, "type", json_text(type_names[event->type]));
	json_add(object, "time_ns", json_object_new_int64(now));
	json_add(object, "device", json_text(name));
	file = open_memstream(&text, &size);
	if (file) {
		put_time(file, now);
		fprintf(file, "%s", type_names[event->type]);
	}
	if (file && name)
		fprintf(file, " %s", name);
	if (event->state) {
		add_state(object, event->state);
		if (file)
			state_text(file, event->state);
	}
	if (event->audit) {
		add_audit(object, event->audit);
		if (file)
			audit_text(file, event->audit);
	}
	if (event->type == FWCTL_EVENT_LOST) {
		json_add(object, "lost",
			 event->lost ?
			 json_object_new_uint64(event->lost) : NULL);
		if (file && event->lost)
			fprintf(file, " %llu events",
				(unsigned long long)event->lost);
	}
	if (file)
		fclose(file);
	print_event(run, object, text ? text : "");
	free(text);
	json_object_put(object);
}

static int monitor_groups(struct run *run, unsigned int groups)
{
	unsigned long count = 0, seconds = 0, seen = 0;
	struct fwctl_monitor *monitor;
	const struct fwctl_event *event;
	struct fwctl_dev *dev = NULL;
	int64_t until = -1;
	int ret;

	if (number_option(run, "count", 1, 1000000000, &count) ||
	    number_option(run, "timeout", 1, 1000000, &seconds) ||
	    (run->argc && find_device(run, run->argv[0], &dev)))
		return run->code;
	if (seconds)
		until = clock_ns(CLOCK_MONOTONIC) + seconds * 1000000000LL;
	ret = fwctl_monitor_open(run->ctx, groups, &monitor);
	if (ret) {
		fwctl_dev_free(dev);
		return fail_errno(run, ret, fwctl_ctx_error(run->ctx));
	}
	while (!run->code && (ret = wait_event(monitor, until)) > 0) {
		while (!run->code && (!count || seen < count) &&
		       !next_event(run, monitor, &event)) {
			if (dev && name_of(event) &&
			    strcmp(name_of(event), fwctl_dev_name(dev)))
				continue;
			show_event(run, event);
			seen++;
		}
		if (count && seen >= count)
			break;
	}
	if (!ret && count)
		fail(run, FWCTL_EXIT_GONE,
		     "monitor: %lu of %lu events arrived within %lu seconds", seen,
		     count, seconds);
	fwctl_monitor_free(monitor);
	fwctl_dev_free(dev);
	return run->code;
}

static int device_run(struct run *run)
{
	return monitor_groups(run, FWCTL_MONITOR_DEVICES);
}

static int audit_run(struct run *run)
{
	unsigned int groups = 0;

	if (option(run, "refused"))
		groups |= FWCTL_MONITOR_REFUSED;
	if (option(run, "writes"))
		groups |= FWCTL_MONITOR_WRITES;
	return monitor_groups(run, groups ? groups : FWCTL_MONITOR_AUDIT);
}

static const struct option_spec device_options[] = {
	{ "count", 'c', "NUMBER", "end after this number of events" },
	{ "timeout", 't', "SECONDS", "end after this time" },
	{}
};

static const struct option_spec audit_options[] = {
	{ "count", 'c', "NUMBER", "end after this number of events" },
	{ "timeout", 't', "SECONDS", "end after this time" },
	{ "refused", 'R', NULL, "only requests that are refused" },
	{ "writes", 'W', NULL, "only requests that write, refused or not" },
	{}
};

static const struct command commands[] = {
	{ .name = "device", .args = "[DEV]",
	  .help = "print devices added and removed, ceilings lowered, first taints",
	  .options = device_options, .flags = COMMAND_DEFAULT | COMMAND_STREAM,
	  .run = device_run },
	{ .name = "audit", .args = "[DEV]",
	  .help = "print each request that finished or was refused",
	  .options = audit_options, .flags = COMMAND_STREAM, .run = audit_run },
	{}
};

struct object monitor_object = {
	.name = "monitor", .help = "print events",
	.commands = commands,
};
