// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl sim: the simulated device, see uapi/fwctl/sim.h.
 */
#include <string.h>
#include <fwctl/sim.h>

#include "../tool.h"

static const char * const status_names[] = {
	[FWCTL_SIM_OK] = "OK",
	[FWCTL_SIM_BAD_OPCODE] = "BAD_OPCODE",
	[FWCTL_SIM_BAD_REGISTER] = "BAD_REGISTER",
};

/* Answers of ECHO and FILL have no status. */
static bool sim_status(const void *in, size_t in_len, const void *out,
		       size_t out_len, struct firmware_status *status)
{
	struct fwctl_sim_request request;
	struct fwctl_sim_answer answer;

	if (in_len < sizeof(request) || out_len < sizeof(answer))
		return false;
	memcpy(&request, in, sizeof(request));
	if (request.opcode == FWCTL_SIM_ECHO ||
	    request.opcode == FWCTL_SIM_FILL)
		return false;
	memcpy(&answer, out, sizeof(answer));
	status->status = answer.status;
	if (answer.status < ARRAY_SIZE(status_names))
		status->name = status_names[answer.status];
	return true;
}

static void sim_info(json_object *object, const void *data, size_t len)
{
	struct fwctl_info_sim info = {};

	memcpy(&info, data, len < sizeof(info) ? len : sizeof(info));
	json_add(object, "id", json_object_new_int64(info.id));
	json_add(object, "uctx", json_object_new_int64(info.uctx));
}

static size_t sim_hello(void *in, size_t room)
{
	struct fwctl_sim_request request = { .opcode = FWCTL_SIM_NOP };

	if (room < sizeof(request))
		return 0;
	memcpy(in, &request, sizeof(request));
	return sizeof(request);
}

/* Send a request; the register and its value become part of the result. */
static int sim_access(struct run *run, __u32 opcode, __u64 reg, __u64 value)
{
	struct fwctl_sim_request request = {
		.opcode = opcode, .arg = reg, .value = value,
	};
	struct fwctl_sim_answer answer = {};
	struct buffer in = { &request, sizeof(request) };
	struct buffer out = { &answer, sizeof(answer) };

	if (vendor_rpc(run, &in, &out) || run->set.dry_run)
		return run->code;
	json_add(run->result, "register", json_object_new_uint64(reg));
	json_add(run->result, "value", json_object_new_uint64(answer.value));
	return 0;
}

static int parse_register(struct run *run, uint64_t *reg)
{
	return parse_number(run, "REGISTER", run->argv[1], UINT32_MAX, reg);
}

static int read_run(struct run *run)
{
	uint64_t reg;

	return parse_register(run, &reg) ?:
	       sim_access(run, FWCTL_SIM_READ, reg, 0);
}

static int write_run(struct run *run)
{
	uint64_t reg, value;

	return parse_register(run, &reg) ?:
	       parse_number(run, "VALUE", run->argv[2], UINT64_MAX, &value) ?:
	       sim_access(run, FWCTL_SIM_WRITE, reg, value);
}

static int reset_run(struct run *run)
{
	return sim_access(run, FWCTL_SIM_RESET, 0, 0);
}

static const struct column_spec columns[] = {
	{ "DEVICE", "device", 0 },
	{ "SCOPE", "scope", 0 },
	{ "REGISTER", "register", 0 },
	{ "VALUE", "value", COLUMN_HEX },
	{}
};

static const struct command commands[] = {
	{ .name = "read", .args = "DEV REGISTER", .help = "read a register",
	  .columns = columns, .scope = SCOPE_LEAST, .run = read_run },
	{ .name = "write", .args = "DEV REGISTER VALUE",
	  .help = "write a register", .columns = columns,
	  .scope = SCOPE_LEAST, .run = write_run },
	{ .name = "reset", .args = "DEV", .help = "set all registers to 0",
	  .columns = columns, .scope = SCOPE_DEBUG_WRITE_FULL,
	  .run = reset_run },
	{}
};

static const char * const bundle[] = { "sim read %s 0", NULL };

static const struct vendor vendor = {
	.type = FWCTL_DEVICE_TYPE_SIM,
	.status = sim_status,
	.info = sim_info,
	.hello = sim_hello,
	.bundle = bundle,
};

static struct object sim_object = {
	.name = "sim", .help = "simulated devices", .commands = commands,
	.vendor = &vendor,
};

FWCTL_PLUGIN(sim_object);
