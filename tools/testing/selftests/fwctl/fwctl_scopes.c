// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules of admission, and the reasons of refusals: each reason's errno and counter,
 * and their order when several apply. Taints the kernel and lowers ceilings.
 */
#include "fwctl_auditlog_utils.h"
#include "fwctl_ceiling_utils.h"
#include "fwctl_netlink_utils.h"

/* The documented errno of each reason, independent of the kernel's code */
static const int errno_of[NR_REASONS] = {
	[FWCTL_REASON_ADMITTED] = 0,
	[FWCTL_REASON_CAPABILITY] = EPERM,
	[FWCTL_REASON_MALFORMED] = EMSGSIZE,
	[FWCTL_REASON_UNKNOWN] = EBADMSG,
	[FWCTL_REASON_SCOPE] = EBADMSG,
	[FWCTL_REASON_READ_ONLY_SCOPE] = EBADMSG,
	[FWCTL_REASON_READ_ONLY_FILE] = EBADMSG,
	[FWCTL_REASON_LOCKDOWN] = EPERM,
	[FWCTL_REASON_CEILING] = EACCES,
};

#define CONFIG FWCTL_RPC_CONFIGURATION
#define READ FWCTL_RPC_DEBUG_READ_ONLY
#define WRITE FWCTL_RPC_DEBUG_WRITE
#define FULL FWCTL_RPC_DEBUG_WRITE_FULL

/* One request of each kind that the simulated device distinguishes */
static const struct kind {
	__u32 opcode;
	__u32 reg;
	__u32 scope;
	bool writes;
} kinds[] = {
	{ FWCTL_SIM_NOP, 0, CONFIG, false },
	{ FWCTL_SIM_READ, 0, CONFIG, false },
	{ FWCTL_SIM_WRITE, 0, CONFIG, true },
	{ FWCTL_SIM_READ, 20, READ, false },
	{ FWCTL_SIM_WRITE, 20, WRITE, true },
	{ FWCTL_SIM_READ, 50, READ, false },
	{ FWCTL_SIM_READ_CLEAR, 50, FULL, true },
	{ FWCTL_SIM_RESET, 0, FULL, true },
};

/**
 * struct request - a request, and the circumstances that it is sent in
 * @opcode: command of the simulated device
 * @reg: register
 * @scope: declared scope
 * @ceiling: ceiling of the device, or NULL
 * @read_only: the file is open for reading only
 * @no_rawio: the caller has no CAP_SYS_RAWIO
 * @too_short: the last byte is missing
 */
struct request {
	__u32 opcode;
	__u32 reg;
	__u32 scope;
	const char *ceiling;
	bool read_only;
	bool no_rawio;
	bool too_short;
};

static int send_request(int fd, const struct request *req)
{
	struct fwctl_sim_request in = {
		.opcode = req->opcode,
		.arg = req->reg,
	};
	struct fwctl_sim_answer out;
	__u32 out_len = sizeof(out);
	int err, lost;

	lost = set_capability(CAP_SYS_RAWIO, !req->no_rawio);
	err = _test_rpc(fd, req->scope, &in, sizeof(in) - req->too_short, &out,
			&out_len);
	return set_capability(CAP_SYS_RAWIO, true) ?: lost ?: err;
}

FIXTURE(reason) {
	struct sim sim;
	int rw;
	int ro;
};

FIXTURE_VARIANT(reason) {
	const char *options;
	enum fwctl_reason reason;
	__u32 effective;
	struct request request;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(reason, admitted) {
	.reason = FWCTL_REASON_ADMITTED, .effective = READ,
	.request = { FWCTL_SIM_READ, 20, .scope = FULL },
};

FIXTURE_VARIANT_ADD(reason, admitted_unclassified) {
	.options = "noclassify",
	.reason = FWCTL_REASON_ADMITTED, .effective = FULL,
	.request = { FWCTL_SIM_READ, 20, .scope = FULL },
};

FIXTURE_VARIANT_ADD(reason, capability) {
	.reason = FWCTL_REASON_CAPABILITY,
	.request = { FWCTL_SIM_NOP, 0, FULL, .no_rawio = true },
};

FIXTURE_VARIANT_ADD(reason, malformed) {
	.reason = FWCTL_REASON_MALFORMED,
	.request = { FWCTL_SIM_NOP, 0, CONFIG, .too_short = true },
};

FIXTURE_VARIANT_ADD(reason, unknown) {
	.reason = FWCTL_REASON_UNKNOWN,
	.request = { 0x999, 0, .scope = FULL },
};

FIXTURE_VARIANT_ADD(reason, scope) {
	.reason = FWCTL_REASON_SCOPE,
	.request = { FWCTL_SIM_READ, 20, .scope = CONFIG },
};

FIXTURE_VARIANT_ADD(reason, read_only_scope) {
	.reason = FWCTL_REASON_READ_ONLY_SCOPE,
	.request = { FWCTL_SIM_WRITE, 0, .scope = READ },
};

FIXTURE_VARIANT_ADD(reason, read_only_file) {
	.reason = FWCTL_REASON_READ_ONLY_FILE,
	.request = { FWCTL_SIM_WRITE, 0, CONFIG, .read_only = true },
};

FIXTURE_VARIANT_ADD(reason, read_only_file_unclassified) {
	.options = "noclassify",
	.reason = FWCTL_REASON_READ_ONLY_FILE,
	.request = { FWCTL_SIM_READ, 0, WRITE, .read_only = true },
};

FIXTURE_VARIANT_ADD(reason, read_only_file_unclassified_configuration) {
	.options = "noclassify",
	.reason = FWCTL_REASON_READ_ONLY_FILE,
	.request = { FWCTL_SIM_READ, 0, CONFIG, .read_only = true },
};

FIXTURE_VARIANT_ADD(reason, read_only_file_would_taint) {
	.reason = FWCTL_REASON_READ_ONLY_FILE,
	.request = { FWCTL_SIM_NOP, 0, WRITE, .read_only = true },
};

FIXTURE_VARIANT_ADD(reason, read_only_file_would_taint_fully) {
	.reason = FWCTL_REASON_READ_ONLY_FILE,
	.request = { FWCTL_SIM_READ, 20, FULL, .read_only = true },
};

FIXTURE_VARIANT_ADD(reason, admitted_read_only_file) {
	.reason = FWCTL_REASON_ADMITTED, .effective = READ,
	.request = { FWCTL_SIM_READ, 20, READ, .read_only = true },
};

FIXTURE_VARIANT_ADD(reason, admitted_read_only_file_unclassified) {
	.options = "noclassify",
	.reason = FWCTL_REASON_ADMITTED, .effective = READ,
	.request = { FWCTL_SIM_NOP, 0, READ, .read_only = true },
};

FIXTURE_VARIANT_ADD(reason, ceiling) {
	.reason = FWCTL_REASON_CEILING,
	.request = { FWCTL_SIM_WRITE, 20, FULL, .ceiling = "debug-read-only" },
};

FIXTURE_VARIANT_ADD(reason, ceiling_unclassified) {
	.options = "noclassify",
	.reason = FWCTL_REASON_CEILING,
	.request = { FWCTL_SIM_NOP, 0, WRITE, .ceiling = "debug-read-only" },
};

FIXTURE_VARIANT_ADD(reason, ceiling_none) {
	.reason = FWCTL_REASON_CEILING,
	.request = { FWCTL_SIM_NOP, 0, CONFIG, .ceiling = "none" },
};

/* If several reasons apply, the result is that of the first rule in policy.c. */
FIXTURE_VARIANT_ADD(reason, capability_before_malformed) {
	.reason = FWCTL_REASON_CAPABILITY,
	.request = { FWCTL_SIM_NOP, 0, FULL, "none", .no_rawio = true,
		     .too_short = true },
};

FIXTURE_VARIANT_ADD(reason, capability_before_unknown) {
	.reason = FWCTL_REASON_CAPABILITY,
	.request = { 0x999, 0, FULL, .no_rawio = true },
};

FIXTURE_VARIANT_ADD(reason, capability_before_read_only_file) {
	.reason = FWCTL_REASON_CAPABILITY,
	.request = { FWCTL_SIM_NOP, 0, FULL, .read_only = true,
		     .no_rawio = true },
};

FIXTURE_VARIANT_ADD(reason, malformed_before_unknown) {
	.reason = FWCTL_REASON_MALFORMED,
	.request = { 0x999, 0, CONFIG, "none", .too_short = true },
};

FIXTURE_VARIANT_ADD(reason, unknown_before_ceiling) {
	.reason = FWCTL_REASON_UNKNOWN,
	.request = { 0x999, 0, CONFIG, .ceiling = "none" },
};

FIXTURE_VARIANT_ADD(reason, scope_before_read_only_scope) {
	.reason = FWCTL_REASON_SCOPE,
	.request = { FWCTL_SIM_WRITE, 20, READ, "none", .read_only = true },
};

FIXTURE_VARIANT_ADD(reason, read_only_scope_before_file) {
	.reason = FWCTL_REASON_READ_ONLY_SCOPE,
	.request = { FWCTL_SIM_WRITE, 0, READ, "none", .read_only = true },
};

FIXTURE_VARIANT_ADD(reason, read_only_file_before_ceiling) {
	.reason = FWCTL_REASON_READ_ONLY_FILE,
	.request = { FWCTL_SIM_RESET, 0, FULL, "none", .read_only = true },
};

/* clang-format on */

FIXTURE_SETUP(reason)
{
	if (set_capability(CAP_SYS_RAWIO, true))
		SKIP(return, "no CAP_SYS_RAWIO");
	self->rw = setup_sim_once(_metadata, &self->sim, variant->options ?: "",
				  O_RDWR);
	if (self->rw < 0)
		return;
	self->ro = sim_open(&self->sim, O_RDONLY);
	ASSERT_LE(0, self->ro);
	if (variant->request.ceiling)
		ASSERT_EQ(0, sim_lower(&self->sim, variant->request.ceiling));
}

FIXTURE_TEARDOWN(reason)
{
	close(self->ro);
	close(self->rw);
	EXPECT_EQ(0, sim_del(&self->sim));
}

/* Checks the errno, all counters, and whether the request was delivered. */
TEST_F(reason, counted)
{
	const struct request *req = &variant->request;
	bool admitted = variant->reason == FWCTL_REASON_ADMITTED;
	bool taints = admitted && req->scope >= FWCTL_RPC_DEBUG_WRITE;
	struct dev_state state;
	unsigned int times, i;

	for (times = 0; times <= 3; times++) {
		ASSERT_EQ(0, fnl_sim_state(&self->sim, &state));
		for (i = 0; i < NR_REASONS; i++)
			EXPECT_EQ(i == variant->reason ? times : 0,
				  state.reasons[i])
				TH_LOG("reason %u", i);
		for (i = 0; i < NR_SCOPES; i++)
			EXPECT_EQ(admitted && i == variant->effective ?
				  times : 0, state.scopes[i])
				TH_LOG("scope %u", i);
		EXPECT_EQ(times && taints ? 1u << req->scope : 0, state.taints);
		EXPECT_EQ(admitted ? times : 0, sim_count(&self->sim, "rpcs"));

		EXPECT_EQ(errno_of[variant->reason],
			  send_request(req->read_only ? self->ro : self->rw,
				       req));
	}
}

/* Requests of a caller without the capability; each one fails with the same errno. */
static const struct sent {
	struct request request;
	__u32 command;
	__u32 effective;
	__u8 writes;
	const char *name;
} without_capability[] = {
	{ { .opcode = FWCTL_SIM_NOP, .scope = FULL }, FWCTL_SIM_NOP, CONFIG, 0, "nop" },
	{ { .opcode = FWCTL_SIM_READ, .reg = 20, .scope = FULL }, FWCTL_SIM_READ, READ, 0, "read" },
	{ { .opcode = FWCTL_SIM_WRITE, .scope = FULL }, FWCTL_SIM_WRITE, CONFIG, 1, "write" },
	{ { .opcode = FWCTL_SIM_RESET, .scope = FULL }, FWCTL_SIM_RESET, FULL, 1, "reset" },
	{ { .opcode = 0x999, .scope = FULL }, 0, FULL, 1, "" },
	{ { .opcode = FWCTL_SIM_NOP, .scope = FULL, .too_short = true }, 0, FULL, 1, "" },
};

/* The records of a refusal for want of the capability name the command. */
TEST(capability_records)
{
	const struct sent *sent = without_capability;
	const struct audit_event *event;
	struct fnl nl;
	struct sim sim;
	char expected[256];
	int fd, sock;
	size_t i;

	if (set_capability(CAP_SYS_RAWIO, true))
		SKIP(return, "no CAP_SYS_RAWIO");
	fd = setup_sim_once(_metadata, &sim, "", O_RDWR);
	if (fd < 0)
		return;
	sock = audit_open();
	ASSERT_EQ(0, audit_become_new_user());
	ASSERT_EQ(0, fnl_listen(&nl, FWCTL_MCGRP_AUDIT));
	for (i = 0; i < ARRAY_SIZE(without_capability); i++) {
		struct request req = sent[i].request;

		req.no_rawio = true;
		EXPECT_EQ(EPERM, send_request(fd, &req));
	}
	ASSERT_EQ(0, fnl_receive(&nl, i, 0));
	ASSERT_EQ(i, nl.nr_events);
	for (event = nl.events; sent < without_capability + i; sent++, event++) {
		EXPECT_EQ(FWCTL_REASON_CAPABILITY, event->reason);
		EXPECT_EQ(FULL, event->declared);
		EXPECT_EQ(sent->effective, event->effective);
		EXPECT_EQ(sent->writes, event->writes);
		EXPECT_EQ(sent->command, event->command);
		EXPECT_STREQ(sent->name, event->command_name);
		if (sock < 0)
			continue;
		snprintf(expected, sizeof(expected),
			 "fwctl op=rpc dev=fwctl%d pid=%d uid=%u declared=3 effective=%u command=0x%x reason=1 res=0",
			 sim.number, getpid(), getuid(), sent->effective, sent->command);
		EXPECT_STREQ(expected, audit_next(sock, sim.number, getpid(), 10000));
	}
	EXPECT_EQ(0, sim_count(&sim, "rpcs"));
	close(sock);
	fnl_close(&nl);
	close(fd);
	EXPECT_EQ(0, sim_del(&sim));
}

FIXTURE(rules) {
	struct sim sim;
	int rw;
	int ro;
};

FIXTURE_VARIANT(rules) {
	const char *options;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(rules, classified) {
	.options = "",
};

FIXTURE_VARIANT_ADD(rules, unclassified) {
	.options = "noclassify",
};

/* clang-format on */

FIXTURE_SETUP(rules)
{
	if (set_capability(CAP_SYS_RAWIO, true))
		SKIP(return, "no CAP_SYS_RAWIO");
	self->rw = setup_sim_once(_metadata, &self->sim, variant->options, O_RDWR);
	if (self->rw < 0)
		return;
	self->ro = sim_open(&self->sim, O_RDONLY);
	ASSERT_LE(0, self->ro);
}

FIXTURE_TEARDOWN(rules)
{
	close(self->ro);
	close(self->rw);
	EXPECT_EQ(0, sim_del(&self->sim));
}

static enum fwctl_reason judge(const struct kind *kind,
			       const struct request *req, int ceiling)
{
	if (req->no_rawio && req->scope == FULL)
		return FWCTL_REASON_CAPABILITY;
	if (kind->scope > req->scope)
		return FWCTL_REASON_SCOPE;
	if (kind->writes && req->scope == READ)
		return FWCTL_REASON_READ_ONLY_SCOPE;
	if ((kind->writes || req->scope >= WRITE) && req->read_only)
		return FWCTL_REASON_READ_ONLY_FILE;
	/* A ceiling is one more than the highest scope that it admits. */
	if (kind->scope + 1 > ceiling)
		return FWCTL_REASON_CEILING;
	return FWCTL_REASON_ADMITTED;
}

/* Every kind of request with every combination of scope, file, caller and ceiling */
TEST_F(rules, all_of_them)
{
	__u64 reasons[NR_REASONS] = {}, scopes[NR_SCOPES] = {};
	struct request req = {};
	enum fwctl_reason reason;
	struct dev_state state;
	struct kind kind;
	unsigned int i, bits;
	int ceiling;

	for (ceiling = FWCTL_CEILING_DEBUG_WRITE_FULL; ceiling >= 0; ceiling--) {
		ASSERT_EQ(0, sim_lower(&self->sim, ceiling_names[ceiling]));
		/* Bits of @i: two of the scope, one of the file, one of the caller */
		for (i = 0; i < 16 * ARRAY_SIZE(kinds); i++) {
			bits = i % 16;
			kind = kinds[i / 16];
			req.opcode = kind.opcode;
			req.reg = kind.reg;
			req.scope = bits & 3;
			req.read_only = bits & 4;
			req.no_rawio = bits & 8;
			if (variant->options[0]) {
				kind.scope = req.scope;
				kind.writes = req.scope != READ;
			}
			reason = judge(&kind, &req, ceiling);
			EXPECT_EQ(errno_of[reason],
				  send_request(req.read_only ? self->ro :
							       self->rw, &req))
				TH_LOG("opcode %#x, register %u, scope %u, %s, %s, ceiling %s",
				       req.opcode, req.reg, req.scope,
				       req.read_only ? "O_RDONLY" : "O_RDWR",
				       req.no_rawio ? "no capability" : "root",
				       ceiling_names[ceiling]);
			reasons[reason]++;
			if (reason == FWCTL_REASON_ADMITTED)
				scopes[kind.scope]++;
		}
		ASSERT_EQ(0, fnl_sim_state(&self->sim, &state));
		for (i = 0; i < NR_REASONS; i++)
			EXPECT_EQ(reasons[i], state.reasons[i])
				TH_LOG("reason %u, ceiling %s", i,
				       ceiling_names[ceiling]);
		for (i = 0; i < NR_SCOPES; i++)
			EXPECT_EQ(scopes[i], state.scopes[i])
				TH_LOG("scope %u, ceiling %s", i,
				       ceiling_names[ceiling]);
	}
}

/* Calls that fail before admission are not counted. */
TEST_F(rules, not_judged)
{
	struct fwctl_sim_request in = { .opcode = FWCTL_SIM_NOP };
	__u32 len = sizeof(in);
	struct dev_state state;
	unsigned int i;

	test_err_rpc(EOPNOTSUPP, self->rw, FULL + 1, &in, len, NULL, &len);
	test_err_rpc(EMSGSIZE, self->rw, CONFIG, &in, FWCTL_MAX_RPC_LEN + 1,
		     NULL, &len);
	test_err_rpc(EFAULT, self->rw, CONFIG, NULL, sizeof(in), NULL, &len);
	ASSERT_EQ(0, fnl_sim_state(&self->sim, &state));
	for (i = 0; i < NR_REASONS; i++)
		EXPECT_EQ(0, state.reasons[i]);
}

/* An error of the backend is not a refusal. */
TEST_F(rules, failed_delivery_is_admitted)
{
	struct dev_state state;

	ASSERT_EQ(0, sim_set(&self->sim, "rpc_errno", EACCES));
	test_err_nop(EACCES, self->rw, CONFIG);
	ASSERT_EQ(0, fnl_sim_state(&self->sim, &state));
	EXPECT_EQ(1, state.reasons[FWCTL_REASON_ADMITTED]);
	EXPECT_EQ(0, state.reasons[FWCTL_REASON_CEILING]);
	EXPECT_EQ(1, state.scopes[CONFIG]);
}

TEST_HARNESS_MAIN
