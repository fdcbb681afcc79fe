// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl monitor
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
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

static bool flag_of(json_object *object, const char *key)
{
	return json_object_get_boolean(json_object_object_get(object, key));
}

static const char *word_of(json_object *object, const char *key)
{
	const char *word = string_of(object, key);

	return word ? word : "?";
}

static void state_text(FILE *file, json_object *event)
{
	json_object *taints = json_object_object_get(event, "taints");
	size_t i;

	fprintf(file, " %s driver %s ceiling %s", word_of(event, "parent"),
		word_of(event, "driver"), word_of(event, "ceiling"));
	for (i = 0; taints && i < json_object_array_length(taints); i++)
		fprintf(file, " tainted-by %s",
			json_object_get_string(json_object_array_get_idx(taints, i)));
}

/* A process chooses its name: control characters in it are not printed. */
static void put_comm(FILE *file, const char *comm)
{
	for (; *comm; comm++)
		fputc(*comm > ' ' && *comm < 0x7f ? *comm : '?', file);
}

static void audit_text(FILE *file, json_object *event)
{
	const char *name = string_of(event, "command_name");
	const char *reason = word_of(event, "reason");
	const char *errname = string_of(event, "errno");

	fputs(" ", file);
	put_comm(file, word_of(event, "comm"));
	fprintf(file, "[%u] uid %u command 0x%x", (unsigned int)number_of(event, "pid"),
		(unsigned int)number_of(event, "uid"),
		(unsigned int)number_of(event, "command"));
	if (name)
		fprintf(file, " (%s)", name);
	fprintf(file, " declared %s effective %s%s %s%s", word_of(event, "declared"),
		word_of(event, "effective"), flag_of(event, "writes") ? " writes" : "",
		strcmp(reason, "admitted") ? "refused: " : "", reason);
	if (errname)
		fprintf(file, " result %s", errname);
	else
		fprintf(file, " result %d",
			json_object_get_int(json_object_object_get(event, "result")));
	if (json_object_object_get(event, "firmware_status"))
		fprintf(file, " firmware 0x%x",
			(unsigned int)number_of(event, "firmware_status"));
	if (json_object_object_get(event, "duration_ns"))
		fprintf(file, " %llu us",
			(unsigned long long)number_of(event, "duration_ns") / 1000);
}

/* An event as text, without its time; from malloc(). */
static char *event_text(json_object *event)
{
	const char *type = word_of(event, "type"), *name = string_of(event, "device");
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return NULL;
	fprintf(file, "%s%s%s", type, name ? " " : "", name ? name : "");
	if (!strcmp(type, "rpc"))
		audit_text(file, event);
	else if (strcmp(type, "lost"))
		state_text(file, event);
	else if (number_of(event, "lost"))
		fprintf(file, " %llu events", (unsigned long long)number_of(event, "lost"));
	fclose(file);
	return text;
}

/* Print an event; text has the local time, with milliseconds, in front. */
static void show_event(struct run *run, json_object *event)
{
	int64_t now = number_of(event, "time_ns");
	char *text = event_text(event), *line = NULL;
	time_t seconds = now / 1000000000;
	struct tm tm = {};
	char when[32];

	localtime_r(&seconds, &tm);
	strftime(when, sizeof(when), "%F %T", &tm);
	if (asprintf(&line, "%s.%03d %s", when, (int)(now / 1000000 % 1000),
		     text ? text : "") < 0)
		line = NULL;
	print_event(run, event, line ? line : "");
	free(line);
	free(text);
}

static json_object *json_event(const struct fwctl_event *event)
{
	json_object *object = json_object_new_object();

	json_add(object, "type", json_text(type_names[event->type]));
	json_add(object, "time_ns", json_object_new_int64(clock_ns(CLOCK_REALTIME)));
	json_add(object, "device", json_text(name_of(event)));
	if (event->state)
		add_state(object, event->state);
	if (event->audit)
		add_audit(object, event->audit);
	if (event->type == FWCTL_EVENT_LOST)
		json_add(object, "lost",
			 event->lost ? json_object_new_uint64(event->lost) : NULL);
	return object;
}

/* Write an event into the journal, with a priority of syslog(3). */
static void keep_event(struct run *run, json_object *event)
{
	const char *reason = string_of(event, "reason");
	char *text = event_text(event);
	int priority = LOG_INFO;

	if (flag_of(event, "writes"))
		priority = LOG_NOTICE;
	if (!strcmp(word_of(event, "type"), "lost") ||
	    (reason && strcmp(reason, "admitted")))
		priority = LOG_WARNING;
	journal_write(run, priority, text ? text : "", event);
	free(text);
}

/* Pass events on as they arrive, until the command is to end. */
static int watch(struct run *run, unsigned int groups,
		 void (*pass)(struct run *run, json_object *event))
{
	unsigned long count = 0, seconds = 0, seen = 0;
	struct fwctl_monitor *monitor;
	const struct fwctl_event *event;
	struct fwctl_dev *dev = NULL;
	json_object *object;
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
			object = json_event(event);
			pass(run, object);
			json_object_put(object);
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

/* Does the command print this event of the past? */
static bool is_wanted(struct run *run, json_object *event, const char *dev)
{
	bool refused = option(run, "refused"), writes = option(run, "writes");
	const char *name = string_of(event, "device");

	if (!name)
		return true;
	if (dev && strcmp(name, dev))
		return false;
	return (!refused && !writes) || (writes && flag_of(event, "writes")) ||
	       (refused && strcmp(word_of(event, "reason"), "admitted"));
}

/* Print the events in the journal since the time that --since gives. */
static int show_past(struct run *run, const char * const *types)
{
	const char *name = run->argc ? run->argv[0] : NULL;
	unsigned long count = 0, seen = 0;
	struct fwctl_dev *dev = NULL;
	struct journal *journal;
	json_object *event;

	if (number_option(run, "count", 1, 1000000000, &count))
		return run->code;
	if (option(run, "timeout"))
		return fail(run, FWCTL_EXIT_USAGE,
			    "--since and --timeout: leave out one of the two; --since ends with the journal");
	/* The journal has devices that are gone: their names are taken as they are. */
	if (name && !fwctl_find(run->ctx, name, &dev))
		name = fwctl_dev_name(dev);
	journal = journal_open(run, option(run, "since"), types);
	while (journal && (!count || seen < count) && (event = journal_next(journal))) {
		if (is_wanted(run, event, name)) {
			show_event(run, event);
			seen++;
		}
		json_object_put(event);
		if (run->code)
			break;
	}
	journal_close(run, journal);
	fwctl_dev_free(dev);
	return run->code;
}

static int device_run(struct run *run)
{
	static const char * const types[] = {
		"added", "removed", "ceiling", "tainted", "lost", NULL,
	};

	if (option(run, "since"))
		return show_past(run, types);
	return watch(run, FWCTL_MONITOR_DEVICES, show_event);
}

static int audit_run(struct run *run)
{
	static const char * const types[] = { "rpc", "lost", NULL };
	unsigned int groups = 0;

	if (option(run, "since"))
		return show_past(run, types);
	if (option(run, "refused"))
		groups |= FWCTL_MONITOR_REFUSED;
	if (option(run, "writes"))
		groups |= FWCTL_MONITOR_WRITES;
	return watch(run, groups ? groups : FWCTL_MONITOR_AUDIT, show_event);
}

static int journal_run(struct run *run)
{
	return watch(run, FWCTL_MONITOR_DEVICES | FWCTL_MONITOR_REFUSED |
		     FWCTL_MONITOR_WRITES, keep_event);
}

static const struct option_spec device_options[] = {
	{ "count", 'c', "NUMBER", "end after this number of events" },
	{ "timeout", 't', "SECONDS", "end after this time" },
	{ "since", 'S', "TIME", "events of the past, as fwctl-monitor.service kept them" },
	{}
};

static const struct option_spec audit_options[] = {
	{ "count", 'c', "NUMBER", "end after this number of events" },
	{ "timeout", 't', "SECONDS", "end after this time" },
	{ "since", 'S', "TIME", "events of the past, as fwctl-monitor.service kept them" },
	{ "refused", 'R', NULL, "only requests that are refused" },
	{ "writes", 'W', NULL, "only requests that write, refused or not" },
	{}
};

static const struct option_spec journal_options[] = {
	{ "count", 'c', "NUMBER", "end after this number of events" },
	{ "timeout", 't', "SECONDS", "end after this time" },
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
	{ .name = "journal", .args = "[DEV]",
	  .help = "write events, refusals and requests that write into systemd's journal",
	  .options = journal_options, .flags = COMMAND_STREAM, .run = journal_run },
	{}
};

struct object monitor_object = {
	.name = "monitor", .help = "print events",
	.commands = commands,
};
