// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lockdown of the kernel: what it forbids, and what not. Locks the kernel down
 * until it is started again, so that this is to be the last program to run, on
 * a machine that can be thrown away.
 */
#include "fwctl_ceiling_utils.h"
#include "fwctl_netlink_utils.h"

#define LOCKDOWN "/sys/kernel/security/lockdown"

#define CONFIG FWCTL_RPC_CONFIGURATION
#define READ FWCTL_RPC_DEBUG_READ_ONLY
#define WRITE FWCTL_RPC_DEBUG_WRITE
#define FULL FWCTL_RPC_DEBUG_WRITE_FULL

/* What needs which scope */
static const struct kind {
	__u32 opcode;
	__u32 reg;
	__u32 scope;
} kinds[] = {
	{ FWCTL_SIM_NOP, 0, CONFIG },
	{ FWCTL_SIM_WRITE, 0, CONFIG },
	{ FWCTL_SIM_READ, 20, READ },
	{ FWCTL_SIM_READ, 50, READ },
	{ FWCTL_SIM_WRITE, 20, WRITE },
	{ FWCTL_SIM_WRITE, 50, FULL },
	{ FWCTL_SIM_READ_CLEAR, 50, FULL },
	{ FWCTL_SIM_RESET, 0, FULL },
};

static int send_kind(int fd, __u32 scope, const struct kind *kind)
{
	return _test_sim(fd, scope, kind->opcode, kind->reg, 0, NULL, NULL);
}

/* The present state is in brackets. */
static bool locked_down(void)
{
	char text[128];

	return !read_file(text, sizeof(text), LOCKDOWN) &&
	       !strstr(text, "[none]");
}

FIXTURE(lockdown) {
	struct sim sim;
	struct sim unclassified;
	int fd;
	int fd_unclassified;
	struct fnl nl;
};

FIXTURE_SETUP(lockdown)
{
	if (sim_missing())
		SKIP(return, "%s", sim_missing());
	if (access(LOCKDOWN, W_OK))
		SKIP(return, "no " LOCKDOWN);
	if (set_capability(CAP_SYS_ADMIN, true) ||
	    set_capability(CAP_SYS_RAWIO, true))
		SKIP(return, "no CAP_SYS_ADMIN and CAP_SYS_RAWIO");
	ASSERT_EQ(0, sim_new_once(&self->sim, ""));
	ASSERT_EQ(0, sim_new_once(&self->unclassified, "noclassify"));
	self->fd = sim_open(&self->sim, O_RDWR);
	ASSERT_LE(0, self->fd);
	self->fd_unclassified = sim_open(&self->unclassified, O_RDWR);
	ASSERT_LE(0, self->fd_unclassified);
	ASSERT_EQ(0, fnl_listen(&self->nl, FWCTL_MCGRP_AUDIT));
}

FIXTURE_TEARDOWN(lockdown)
{
	EXPECT_FALSE(self->nl.bad);
	fnl_close(&self->nl);
	close(self->fd_unclassified);
	close(self->fd);
	EXPECT_EQ(0, sim_del(&self->sim));
	EXPECT_EQ(0, sim_del(&self->unclassified));
}

static void check_all(struct __test_metadata *_metadata, int fd, bool locked)
{
	__u32 scope;
	int i, err;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		for (scope = kinds[i].scope; scope <= FULL; scope++) {
			if (kinds[i].opcode == FWCTL_SIM_WRITE && scope == READ)
				continue;
			err = locked && kinds[i].scope == FULL ? EPERM : 0;
			EXPECT_EQ(err, send_kind(fd, scope, &kinds[i]))
				TH_LOG("opcode %#x, register %u, scope %u",
				       kinds[i].opcode, kinds[i].reg, scope);
		}
	}
}

/* The tests run in their order: this one locks the kernel down, for all. */
TEST_F(lockdown, open_file_obeys_at_once)
{
	if (locked_down())
		SKIP(return, "locked down already");
	check_all(_metadata, self->fd, false);
	test_nop(self->fd_unclassified, FULL);

	ASSERT_EQ(0, write_file("integrity", LOCKDOWN));
	ASSERT_TRUE(locked_down());
	check_all(_metadata, self->fd, true);
	test_err_nop(EPERM, self->fd_unclassified, FULL);
	test_nop(self->fd_unclassified, WRITE);
}

/* It is what a request does that counts, not what is declared. */
TEST_F(lockdown, reads_go_on)
{
	__u64 value;
	__u32 status;

	ASSERT_TRUE(locked_down());
	check_all(_metadata, self->fd, true);
	EXPECT_EQ(0, _test_sim(self->fd, FULL, FWCTL_SIM_WRITE, 5, 0x1234, NULL,
			       NULL));
	EXPECT_EQ(0, _test_sim(self->fd, FULL, FWCTL_SIM_READ, 5, 0, &value,
			       &status));
	EXPECT_EQ(0x1234, value);
	EXPECT_EQ(FWCTL_SIM_OK, status);
}

/* Other reasons come first, and the ceiling after it. */
TEST_F(lockdown, order_of_reasons)
{
	const struct kind *reset = &kinds[ARRAY_SIZE(kinds) - 1];
	int ro = sim_open(&self->sim, O_RDONLY);
	struct dev_state state;

	ASSERT_LE(0, ro);
	ASSERT_TRUE(locked_down());
	set_capability(CAP_SYS_RAWIO, false);
	EXPECT_EQ(EPERM, send_kind(self->fd, FULL, reset));
	set_capability(CAP_SYS_RAWIO, true);
	EXPECT_EQ(EBADMSG, send_kind(self->fd, WRITE, reset));
	EXPECT_EQ(EBADMSG, send_kind(ro, FULL, reset));
	close(ro);
	ASSERT_EQ(0, sim_lower(&self->sim, "none"));
	EXPECT_EQ(EPERM, send_kind(self->fd, FULL, reset));
	EXPECT_EQ(EACCES, _test_nop(self->fd, CONFIG));

	ASSERT_EQ(0, fnl_sim_state(&self->sim, &state));
	EXPECT_EQ(1, state.reasons[FWCTL_REASON_CAPABILITY]);
	EXPECT_EQ(1, state.reasons[FWCTL_REASON_SCOPE]);
	EXPECT_EQ(1, state.reasons[FWCTL_REASON_READ_ONLY_FILE]);
	EXPECT_EQ(1, state.reasons[FWCTL_REASON_LOCKDOWN]);
	EXPECT_EQ(1, state.reasons[FWCTL_REASON_CEILING]);
	EXPECT_EQ(0, state.reasons[FWCTL_REASON_ADMITTED]);
}

/* A write that is refused and a read that is not, side by side */
TEST_F(lockdown, audit)
{
	const struct audit_event *event;
	struct dev_state state;

	ASSERT_TRUE(locked_down());
	EXPECT_EQ(EPERM, _test_sim(self->fd, FULL, FWCTL_SIM_WRITE, 50, 1, NULL,
				   NULL));
	ASSERT_EQ(0, _test_sim(self->fd, FULL, FWCTL_SIM_READ, 50, 0, NULL,
			       NULL));
	ASSERT_EQ(0, fnl_receive(&self->nl, 2, 0));
	ASSERT_EQ(2, self->nl.nr_events);

	event = self->nl.events;
	EXPECT_EQ(self->sim.number, event->index);
	EXPECT_EQ(FULL, event->declared);
	EXPECT_EQ(FULL, event->effective);
	EXPECT_EQ(1, event->writes);
	EXPECT_EQ(FWCTL_SIM_WRITE, event->command);
	EXPECT_EQ(-EPERM, event->result);
	EXPECT_EQ(FWCTL_REASON_LOCKDOWN, event->reason);
	event++;
	EXPECT_EQ(FULL, event->declared);
	EXPECT_EQ(READ, event->effective);
	EXPECT_EQ(0, event->writes);
	EXPECT_EQ(0, event->result);
	EXPECT_EQ(FWCTL_REASON_ADMITTED, event->reason);

	ASSERT_EQ(0, fnl_sim_state(&self->sim, &state));
	EXPECT_EQ(1, state.reasons[FWCTL_REASON_LOCKDOWN]);
	EXPECT_EQ(1, state.reasons[FWCTL_REASON_ADMITTED]);
	EXPECT_EQ(1, state.scopes[READ]);
	EXPECT_EQ(0, state.scopes[FULL]);
	/* The read was declared to be a write: that is what taints. */
	EXPECT_EQ(1 << FULL, state.taints);
}

/* What is refused leaves no mark. */
TEST_F(lockdown, refused_does_not_taint)
{
	struct dev_state state;
	unsigned int delivered;

	ASSERT_TRUE(locked_down());
	delivered = sim_count(&self->sim, "rpcs");
	EXPECT_EQ(EPERM, _test_sim(self->fd, FULL, FWCTL_SIM_RESET, 0, 0, NULL,
				   NULL));
	EXPECT_EQ(delivered, sim_count(&self->sim, "rpcs"));
	ASSERT_EQ(0, fnl_sim_state(&self->sim, &state));
	EXPECT_EQ(0, state.taints);
}

TEST_HARNESS_MAIN
