// SPDX-License-Identifier: GPL-2.0-only
/*
 * The requests that each scope, file mode and capability admits. Taints the kernel.
 */
#include <sched.h>

#include "fwctl_sim_utils.h"

#define MARK 0x0123456789abcdefull

/* The scope that each command needs (uapi/fwctl/sim.h), independent of the kernel's code */
static const struct rule {
	__u32 opcode;
	__u32 reg;
	__u32 scope;
	bool writes;
} rules[] = {
	{ FWCTL_SIM_NOP, 0, FWCTL_RPC_CONFIGURATION, false },
	{ FWCTL_SIM_ECHO, 0, FWCTL_RPC_CONFIGURATION, false },
	{ FWCTL_SIM_FILL, 0, FWCTL_RPC_CONFIGURATION, false },
	{ FWCTL_SIM_BUFFERS, 0, FWCTL_RPC_CONFIGURATION, false },
	{ FWCTL_SIM_READ, 0, FWCTL_RPC_CONFIGURATION, false },
	{ FWCTL_SIM_READ, 15, FWCTL_RPC_CONFIGURATION, false },
	{ FWCTL_SIM_READ, 16, FWCTL_RPC_DEBUG_READ_ONLY, false },
	{ FWCTL_SIM_READ, 47, FWCTL_RPC_DEBUG_READ_ONLY, false },
	{ FWCTL_SIM_READ, 48, FWCTL_RPC_DEBUG_READ_ONLY, false },
	{ FWCTL_SIM_READ, 63, FWCTL_RPC_DEBUG_READ_ONLY, false },
	{ FWCTL_SIM_READ, ~0u, FWCTL_RPC_DEBUG_READ_ONLY, false },
	{ FWCTL_SIM_WRITE, 0, FWCTL_RPC_CONFIGURATION, true },
	{ FWCTL_SIM_WRITE, 15, FWCTL_RPC_CONFIGURATION, true },
	{ FWCTL_SIM_WRITE, 16, FWCTL_RPC_DEBUG_WRITE, true },
	{ FWCTL_SIM_WRITE, 47, FWCTL_RPC_DEBUG_WRITE, true },
	{ FWCTL_SIM_WRITE, 48, FWCTL_RPC_DEBUG_WRITE_FULL, true },
	{ FWCTL_SIM_WRITE, 63, FWCTL_RPC_DEBUG_WRITE_FULL, true },
	{ FWCTL_SIM_WRITE, 64, FWCTL_RPC_DEBUG_WRITE_FULL, true },
	{ FWCTL_SIM_READ_CLEAR, 0, FWCTL_RPC_CONFIGURATION, true },
	{ FWCTL_SIM_READ_CLEAR, 16, FWCTL_RPC_DEBUG_WRITE, true },
	{ FWCTL_SIM_READ_CLEAR, 48, FWCTL_RPC_DEBUG_WRITE_FULL, true },
	{ FWCTL_SIM_RESET, 0, FWCTL_RPC_DEBUG_WRITE_FULL, true },
};

FIXTURE(policy) {
	struct sim sim;
	int rw;
	int fd;
};

/* The kind of backend, the mode of the file, and whether the caller has CAP_SYS_RAWIO */
struct mode {
	bool classify;
	int flags;
	bool rawio;
};

FIXTURE_VARIANT(policy) {
	struct mode mode;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(policy, classify_rw) {
	.mode = { .classify = true, .flags = O_RDWR, .rawio = true },
};

FIXTURE_VARIANT_ADD(policy, classify_rw_unprivileged) {
	.mode = { .classify = true, .flags = O_RDWR, .rawio = false },
};

FIXTURE_VARIANT_ADD(policy, classify_ro) {
	.mode = { .classify = true, .flags = O_RDONLY, .rawio = true },
};

FIXTURE_VARIANT_ADD(policy, classify_ro_unprivileged) {
	.mode = { .classify = true, .flags = O_RDONLY, .rawio = false },
};

FIXTURE_VARIANT_ADD(policy, noclassify_rw) {
	.mode = { .classify = false, .flags = O_RDWR, .rawio = true },
};

FIXTURE_VARIANT_ADD(policy, noclassify_rw_unprivileged) {
	.mode = { .classify = false, .flags = O_RDWR, .rawio = false },
};

FIXTURE_VARIANT_ADD(policy, noclassify_ro) {
	.mode = { .classify = false, .flags = O_RDONLY, .rawio = true },
};

FIXTURE_VARIANT_ADD(policy, noclassify_ro_unprivileged) {
	.mode = { .classify = false, .flags = O_RDONLY, .rawio = false },
};

/* clang-format on */

FIXTURE_SETUP(policy)
{
	if (set_capability(CAP_SYS_RAWIO, true))
		SKIP(return, "no CAP_SYS_RAWIO");
	self->rw = setup_sim(_metadata, &self->sim,
			     variant->mode.classify ? "" : "noclassify", O_RDWR);
	if (self->rw < 0)
		return;
	self->fd = sim_open(&self->sim, variant->mode.flags);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, set_capability(CAP_SYS_RAWIO, variant->mode.rawio));
}

FIXTURE_TEARDOWN(policy)
{
	close(self->fd);
	close(self->rw);
	EXPECT_EQ(0, set_capability(CAP_SYS_RAWIO, true));
	EXPECT_EQ(0, sim_del(&self->sim));
}

static int expected(const struct mode *mode, const struct rule *rule,
		    __u32 scope)
{
	bool writes = rule->writes;
	int err = 0;

	/* Without classification a request counts as a write under all scopes but one. */
	if (!mode->classify)
		writes = scope != FWCTL_RPC_DEBUG_READ_ONLY;
	/* A file that is not open for writing taints nothing, either. */
	if ((writes || scope >= FWCTL_RPC_DEBUG_WRITE) &&
	    mode->flags == O_RDONLY)
		err = EBADMSG;
	/* DEBUG_READ_ONLY is above CONFIGURATION, but admits no writes. */
	if (writes && scope == FWCTL_RPC_DEBUG_READ_ONLY)
		err = EBADMSG;
	if (mode->classify && rule->scope > scope)
		err = EBADMSG;
	if (scope == FWCTL_RPC_DEBUG_WRITE_FULL && !mode->rawio)
		err = EPERM;
	return err;
}

/* Every command under every scope: either admitted, or refused without effect */
TEST_F(policy, matrix)
{
	__u64 before, after, written;
	unsigned int i, delivered;
	bool stored;
	__u32 scope;
	int err;

	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		for (scope = 0; scope <= FWCTL_RPC_DEBUG_WRITE_FULL; scope++) {
			stored = rules[i].reg < FWCTL_SIM_NR_REGISTERS &&
				 rules[i].opcode != FWCTL_SIM_FILL;
			set_capability(CAP_SYS_RAWIO, true);
			ASSERT_EQ(0, _test_sim(self->rw,
					       FWCTL_RPC_DEBUG_WRITE_FULL,
					       FWCTL_SIM_WRITE, rules[i].reg,
					       MARK, &before, NULL));
			set_capability(CAP_SYS_RAWIO, variant->mode.rawio);
			delivered = sim_count(&self->sim, "rpcs");

			err = _test_sim(self->fd, scope, rules[i].opcode,
					rules[i].reg, ~MARK, &written, NULL);
			EXPECT_EQ(expected(&variant->mode, &rules[i], scope), err)
				TH_LOG("opcode %#x, register %d, scope %u",
				       rules[i].opcode, rules[i].reg, scope);
			EXPECT_EQ(delivered + !err,
				  sim_count(&self->sim, "rpcs"));

			/* A refused request has changed nothing. */
			ASSERT_EQ(0, _test_sim(self->rw,
					       FWCTL_RPC_DEBUG_READ_ONLY,
					       FWCTL_SIM_READ, rules[i].reg, 0,
					       &after, NULL));
			if (stored && (err || !rules[i].writes))
				EXPECT_EQ(MARK, after);
			if (stored && !err && rules[i].writes)
				EXPECT_EQ(rules[i].opcode == FWCTL_SIM_WRITE ? ~MARK : 0,
					  after);
		}
	}
}

TEST_F(policy, unknown_opcode)
{
	__u32 scope, opcode;
	int err;

	for (scope = 0; scope <= FWCTL_RPC_DEBUG_WRITE_FULL; scope++) {
		for (opcode = 0x21; opcode < 0x10000000; opcode <<= 4) {
			if (scope == FWCTL_RPC_DEBUG_WRITE_FULL && !variant->mode.rawio)
				err = EPERM;
			else if (variant->mode.classify)
				err = EBADMSG;
			else if (variant->mode.flags == O_RDONLY &&
				 scope != FWCTL_RPC_DEBUG_READ_ONLY)
				err = EBADMSG;
			else
				err = 0;
			EXPECT_EQ(err, _test_sim(self->fd, scope, opcode, 0, 0,
						 NULL, NULL));
		}
	}
}

/* The capability is checked first: without it the request is not looked at. */
TEST_F(policy, too_short)
{
	struct fwctl_sim_request in = { .opcode = FWCTL_SIM_NOP };
	bool refused_before;
	__u32 scope, len;
	int err;

	for (scope = 0; scope <= FWCTL_RPC_DEBUG_WRITE_FULL; scope++) {
		refused_before = !variant->mode.classify &&
				 variant->mode.flags == O_RDONLY &&
				 scope != FWCTL_RPC_DEBUG_READ_ONLY;
		len = 16;
		err = refused_before ? EBADMSG : EMSGSIZE;
		if (scope == FWCTL_RPC_DEBUG_WRITE_FULL && !variant->mode.rawio)
			err = EPERM;
		test_err_rpc(err, self->fd, scope, &in, 15, &in, &len);
	}
}

FIXTURE(caller) {
	struct sim sim;
	int fd;
};

FIXTURE_SETUP(caller)
{
	self->fd = setup_sim(_metadata, &self->sim, "", O_RDWR);
}

FIXTURE_TEARDOWN(caller)
{
	close(self->fd);
	EXPECT_EQ(0, sim_del(&self->sim));
}

/* The capability of the caller counts, at the time of the call, not of open(). */
TEST_F(caller, capability_is_the_callers)
{
	test_nop(self->fd, FWCTL_RPC_DEBUG_WRITE_FULL);
	ASSERT_EQ(0, set_capability(CAP_SYS_RAWIO, false));
	test_err_nop(EPERM, self->fd, FWCTL_RPC_DEBUG_WRITE_FULL);
	test_nop(self->fd, FWCTL_RPC_DEBUG_WRITE);
	ASSERT_EQ(0, set_capability(CAP_SYS_RAWIO, true));
	test_nop(self->fd, FWCTL_RPC_DEBUG_WRITE_FULL);
}

/* No other capability matters. */
TEST_F(caller, other_capabilities)
{
	ASSERT_EQ(0, set_only_capability(CAP_SYS_RAWIO));
	test_nop(self->fd, FWCTL_RPC_DEBUG_WRITE_FULL);
	set_all_capabilities(true);
	ASSERT_EQ(0, set_capability(CAP_SYS_RAWIO, false));
	test_err_nop(EPERM, self->fd, FWCTL_RPC_DEBUG_WRITE_FULL);
	set_capability(CAP_SYS_RAWIO, true);
}

/* Capabilities in a user namespace do not count. */
static int call_in_user_namespace(int fd)
{
	if (unshare(CLONE_NEWUSER))
		return NO_NAMESPACE;
	if (set_capability(CAP_SYS_RAWIO, true))
		return 254;
	return _test_nop(fd, FWCTL_RPC_DEBUG_WRITE_FULL);
}

TEST_F(caller, user_namespace)
{
	int status = in_child(call_in_user_namespace(self->fd));

	if (status == NO_NAMESPACE)
		SKIP(return, "no user namespaces");
	EXPECT_EQ(EPERM, status);
}

/* The mode of the file is that of its open(). */
TEST_F(caller, file_mode)
{
	int fd = sim_open(&self->sim, O_RDONLY);
	char path[64];

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, fcntl(fd, F_SETFL, O_RDWR));
	EXPECT_EQ(EBADMSG, _test_sim(fd, FWCTL_RPC_CONFIGURATION,
				     FWCTL_SIM_WRITE, 1, 1, NULL, NULL));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	fd = open(path, O_RDWR);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, _test_sim(fd, FWCTL_RPC_CONFIGURATION, FWCTL_SIM_WRITE, 1,
			       1, NULL, NULL));
	close(fd);
}

TEST_HARNESS_MAIN
