// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl template: an example of a plugin. Copy the folder, see
 * Documentation/userspace-api/fwctl/adding-a-plugin.rst.
 */
#include <string.h>

#include "../tool.h"

/* 1. The format of the firmware: from a header of include/uapi/fwctl. */

#define TEMPLATE_TYPE 0x7fffffff
#define TEMPLATE_NOP 0

struct template_request {
	__u32 opcode;
	__u32 argument;
};

struct template_answer {
	__u32 status;
	__u32 value;
};

/* 2. The firmware's status in an answer. */
static bool template_status(const void *in, size_t in_len, const void *out,
			    size_t out_len, struct firmware_status *status)
{
	struct template_answer answer;

	(void)in;
	(void)in_len;
	if (out_len < sizeof(answer))
		return false;
	memcpy(&answer, out, sizeof(answer));
	status->status = answer.status;
	return true;
}

/* 3. A request that is harmless, for fwctl probe. */
static size_t template_hello(void *in, size_t room)
{
	struct template_request request = { .opcode = TEMPLATE_NOP };

	if (room < sizeof(request))
		return 0;
	memcpy(in, &request, sizeof(request));
	return sizeof(request);
}

/* 4. A command: make the request, send it, add the answer to the result. */
static int nop_run(struct run *run)
{
	struct template_request request = { .opcode = TEMPLATE_NOP };
	struct template_answer answer = {};
	struct buffer in = { &request, sizeof(request) };
	struct buffer out = { &answer, sizeof(answer) };

	if (vendor_rpc(run, &in, &out) || run->set.dry_run)
		return run->code;
	json_add(run->result, "value", json_object_new_int64(answer.value));
	return 0;
}

/* 5. The tables: help, completion, options and output follow from them. */

static const struct column_spec columns[] = {
	{ "DEVICE", "device", 0 },
	{ "SCOPE", "scope", 0 },
	{ "VALUE", "value", 0 },
	{}
};

static const struct command commands[] = {
	{ .name = "nop", .args = "DEV", .help = "check that the firmware answers",
	  .columns = columns, .scope = SCOPE_LEAST, .run = nop_run },
	{}
};

static const struct vendor vendor = {
	.type = TEMPLATE_TYPE,
	.status = template_status,
	.hello = template_hello,
};

static struct object template_object = {
	.name = "template", .help = "an example", .commands = commands,
	.vendor = &vendor,
};

FWCTL_PLUGIN(template_object);
