// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl rpc
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

#define DEFAULT_OUT_LEN 4096UL

static const struct option_spec options[] = {
	{ "in", 'i', "FILE", "read the request from this file, - is standard input" },
	{ "hex", 'x', "DIGITS", "the request, in hexadecimal digits" },
	{ "out", 'O', "FILE", "write the answer to this file, - is standard output" },
	{ "out-len", 'l', "BYTES", "size of the buffer for the answer (default: 4096)" },
	{}
};

static int read_request(struct run *run, struct buffer *in)
{
	const char *name = option(run, "in");
	const char *hex = option(run, "hex");

	if (!name && !hex)
		return fail(run, FWCTL_EXIT_USAGE,
			    "rpc send: no request: add --in FILE or --hex DIGITS");
	if (name && hex)
		return fail(run, FWCTL_EXIT_USAGE,
			    "rpc send: --in and --hex: leave out one of the two");
	if (hex)
		return parse_hex(run, hex, FWCTL_MAX_LEN, in);
	return read_bytes(run, name, FWCTL_MAX_LEN, in);
}

/* A scope that writes needs a file that is open for writing. */
static unsigned int open_flags(const struct run *run)
{
	if (run->set.has_scope && run->set.scope >= FWCTL_RPC_DEBUG_WRITE)
		return 0;
	return FWCTL_OPEN_READ_ONLY_OK;
}

static int send_request(struct run *run, struct fwctl_dev *dev,
			struct buffer *out)
{
	const char *name = option(run, "out");
	struct buffer in = {};
	int code;

	code = read_request(run, &in);
	if (!code)
		code = send_rpc(run, dev, &in, out, run->result);
	free(in.data);
	/* An answer that reports an error is written as well. */
	if (name && json_object_object_get(run->result, "answer")) {
		write_bytes(run, name, out->data, out->len);
		run->printed = !strcmp(name, "-");
	}
	return code;
}

static int send_run(struct run *run)
{
	const char *name = option(run, "out");
	unsigned long room = DEFAULT_OUT_LEN;
	struct fwctl_dev *dev = NULL;
	struct buffer out;
	int code;

	if (number_option(run, "out-len", 0, FWCTL_MAX_LEN, &room))
		return run->code;
	if (name && !strcmp(name, "-") && run->set.json)
		return fail(run, FWCTL_EXIT_USAGE,
			    "--out - and --json: leave out one of the two; both print to standard output");
	code = open_device(run, run->argv[0], open_flags(run), &dev);
	if (!code) {
		out.len = room;
		out.data = calloc(1, room + 1);
		run->result = json_object_new_object();
		code = out.data ? send_request(run, dev, &out) :
		       fail(run, FWCTL_EXIT_USAGE, "no memory");
		free(out.data);
	}
	fwctl_dev_free(dev);
	/* Without an answer there is no result, only the error. */
	if (run->code && !json_object_object_get(run->result, "answer")) {
		json_object_put(run->result);
		run->result = NULL;
	}
	return code;
}

static void send_text(struct run *run)
{
	const char *answer = string_of(run->result, "answer");

	if (option(run, "out"))
		return;
	if (run->set.raw)
		puts(answer);
	else
		print_bytes(answer);
}

static const struct command commands[] = {
	{ .name = "send", .args = "DEV",
	  .help = "send a request in the device's own format, receive the answer",
	  .options = options, .scope = SCOPE_LEAST, .flags = COMMAND_DEFAULT,
	  .run = send_run, .text = send_text },
	{}
};

struct object rpc_object = {
	.name = "rpc", .help = "send requests as bytes", .commands = commands,
};
