// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl record, fwctl replay: run a command, and record its requests or answer
 * them from a recording.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

static int fail_context(struct run *run, struct fwctl_ctx *ctx, int err)
{
	if (!run->code)
		run->err = err;
	return fail(run, err == -EPROTONOSUPPORT ? FWCTL_EXIT_UNSUPPORTED :
		    FWCTL_EXIT_USAGE, "%s", fwctl_ctx_error(ctx));
}

/* The first argument is the file's name, the others are a command line. */
static int record_run(struct run *run)
{
	struct output_file *out = output_begin(run, run->argv[0]);
	int ret, code;

	if (!out)
		return run->code;
	ret = fwctl_ctx_set_record(run->ctx, output_path(out));
	if (ret) {
		fail_context(run, run->ctx, ret);
		/* The old file, if there is one, stays. */
		output_end(run, out, false);
		return run->code;
	}
	run->set.recorded = true;
	code = run_line(run->ctx, run, run->argc, run->argv);
	run->printed = true;
	ret = fwctl_ctx_end_record(run->ctx);
	if (ret)
		fail(run, FWCTL_EXIT_PARTIAL, "%s", fwctl_ctx_error(run->ctx));
	/* A command that failed makes a recording as well. */
	output_end(run, out, !ret);
	if (!run->code)
		run->code = code;
	return run->code;
}

static int replay_run(struct run *run)
{
	struct fwctl_ctx *ctx = fwctl_ctx_new();
	int ret;

	if (!ctx)
		return fail(run, FWCTL_EXIT_USAGE, "no memory");
	ret = fwctl_ctx_set_replay(ctx, run->argv[0]);
	if (ret) {
		fail_context(run, ctx, ret);
	} else {
		run->set.recorded = true;
		run->code = run_line(ctx, run, run->argc, run->argv);
		run->printed = true;
	}
	fwctl_ctx_free(ctx);
	return run->code;
}

static const char * const type_names[] = {
	[FWCTL_RECORD_DEVICE] = "device",
	[FWCTL_RECORD_OPEN] = "open",
	[FWCTL_RECORD_INFO] = "info",
	[FWCTL_RECORD_RPC] = "rpc",
	[FWCTL_RECORD_STATE] = "state",
	[FWCTL_RECORD_STATES] = "states",
	[FWCTL_RECORD_LOWER] = "lower",
	[FWCTL_RECORD_END] = "end",
	[FWCTL_RECORD_ATTRIBUTE] = "attribute",
	[FWCTL_RECORD_LOWER_FUNCTION] = "lower-function",
};

/* Bytes without a NUL, as JSON. */
static json_object *json_bytes(const void *data, size_t len)
{
	char *text = strndup(data, len);
	json_object *value = json_text(text);

	free(text);
	return value;
}

static json_object *json_record(const struct fwctl_record *record)
{
	json_object *object = json_object_new_object();
	bool rpc = record->type == FWCTL_RECORD_RPC;
	bool attribute = record->type == FWCTL_RECORD_ATTRIBUTE;
	bool answer = rpc || record->type == FWCTL_RECORD_INFO;
	const struct vendor *vendor = find_vendor(record->device_type);
	bool lower = record->type == FWCTL_RECORD_LOWER ||
		     record->type == FWCTL_RECORD_LOWER_FUNCTION;
	const char *type = NULL, *name = NULL;

	if (record->type < ARRAY_SIZE(type_names))
		type = type_names[record->type];
	if (record->result)
		name = strerrorname_np(-record->result);
	json_add(object, "type", json_text(type));
	json_add(object, "device", json_text(record->name));
	json_add(object, "parent", json_text(record->parent));
	json_add(object, "start_ns", json_object_new_uint64(record->start));
	json_add(object, "duration_ns",
		 json_object_new_uint64(record->duration));
	json_add(object, "errno", json_text(name));
	json_add(object, "scope",
		 json_text(rpc ? fwctl_scope_name((enum fwctl_rpc_scope)
						  record->scope) : NULL));
	json_add(object, "ceiling",
		 json_text(lower ? fwctl_ceiling_name((enum fwctl_ceiling)
						      record->ceiling) : NULL));
	json_add(object, "command",
		 rpc && vendor && vendor->command ?
		 json_text(vendor->command(record->in, record->in_len)) : NULL);
	json_add(object, "request",
		 rpc ? json_hex(record->in, record->in_len) : NULL);
	json_add(object, "room",
		 answer ? json_object_new_int64(record->room) : NULL);
	json_add(object, "answer",
		 answer ? json_hex(record->out, record->out_len) : NULL);
	json_add(object, "answer_len",
		 answer ? json_object_new_int64(record->answer_len) : NULL);
	json_add(object, "attribute",
		 attribute ? json_bytes(record->in, record->in_len) : NULL);
	json_add(object, "text", attribute && !record->result ?
		 json_bytes(record->out, record->out_len) : NULL);
	return object;
}

static int record_show(struct run *run)
{
	struct fwctl_recording *recording;
	const struct fwctl_record *record;
	int ret;

	ret = fwctl_recording_open(run->ctx, run->argv[0], &recording);
	if (ret)
		return fail_context(run, run->ctx, ret);
	run->result = json_object_new_array();
	while (!(ret = fwctl_recording_next(recording, &record)))
		json_object_array_add(run->result, json_record(record));
	if (ret != -ENODATA)
		fail(run, FWCTL_EXIT_USAGE, "%s: no memory", run->argv[0]);
	else if (!fwctl_recording_complete(recording))
		fail(run, FWCTL_EXIT_PARTIAL,
		     "%s: the recording is cut off: its program was killed or could not write",
		     run->argv[0]);
	fwctl_recording_free(recording);
	return run->code;
}

static const struct column_spec columns[] = {
	{ "TYPE", "type", 0 },
	{ "DEVICE", "device", 0 },
	{ "ERRNO", "errno", 0 },
	{ "SCOPE", "scope", 0 },
	{ "COMMAND", "command", COLUMN_IF_SET },
	{ "REQUEST", "request", 0 },
	{ "ROOM", "room", COLUMN_RIGHT },
	{ "ANSWER", "answer", 0 },
	{ "LENGTH", "answer_len", COLUMN_RIGHT | COLUMN_EXTRA },
	{ "CEILING", "ceiling", COLUMN_EXTRA },
	{ "ATTRIBUTE", "attribute", COLUMN_EXTRA },
	{ "TEXT", "text", COLUMN_EXTRA },
	{ "PARENT", "parent", COLUMN_EXTRA },
	{ "START-NS", "start_ns", COLUMN_RIGHT | COLUMN_EXTRA },
	{ "DURATION-NS", "duration_ns", COLUMN_RIGHT | COLUMN_EXTRA },
	{}
};

static const struct command record_commands[] = {
	{ .name = "run", .args = "FILE OBJECT [COMMAND...]",
	  .help = "run a command and record its requests and their answers",
	  .flags = COMMAND_DEFAULT | COMMAND_NESTED | COMMAND_INHERITED,
	  .run = record_run },
	{ .name = "show", .args = "FILE", .help = "show the records of a recording",
	  .columns = columns, .run = record_show },
	{}
};

struct object record_object = {
	.name = "record", .help = "recordings of requests and answers",
	.commands = record_commands,
};

static const struct command replay_commands[] = {
	{ .name = "run", .args = "FILE OBJECT [COMMAND...]",
	  .help = "run a command with answers from a recording",
	  .flags = COMMAND_DEFAULT | COMMAND_NESTED | COMMAND_INHERITED,
	  .run = replay_run },
	{}
};

struct object replay_object = {
	.name = "replay", .help = "run commands with answers from a recording",
	.commands = replay_commands,
};
