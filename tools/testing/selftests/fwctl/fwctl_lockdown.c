// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lockdown of the kernel: the requests that it refuses, and those that it does not.
 * Locks the kernel down until the next boot: to be run last, in a guest that is
 * discarded.
 */
#include "fwctl_auditlog_utils.h"
#include "fwctl_ceiling_utils.h"
#include "fwctl_mlx5_utils.h"
#include "fwctl_netlink_utils.h"

#define LOCKDOWN "/sys/kernel/security/lockdown"

#define CONFIG FWCTL_RPC_CONFIGURATION
#define READ FWCTL_RPC_DEBUG_READ_ONLY
#define WRITE FWCTL_RPC_DEBUG_WRITE
#define FULL FWCTL_RPC_DEBUG_WRITE_FULL

/* Requests, and the scope that each one needs */
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

/* The current state is in brackets. */
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
	if (access(LOCKDOWN, W_OK))
		SKIP(return, "no " LOCKDOWN);
	if (capabilities_missing())
		SKIP(return, "%s", capabilities_missing());
	self->fd = setup_sim_once(_metadata, &self->sim, "", O_RDWR);
	if (self->fd < 0)
		return;
	self->fd_unclassified = setup_sim_once(_metadata, &self->unclassified,
					       "noclassify", O_RDWR);
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

/**
 * struct waiting - a raw write that waits for its turn while the kernel is locked down
 * @call: the write, in a thread of its own
 * @holder: process whose call has the only slot of the simulated device
 * @dev: the ConnectX
 * @in: command for the ConnectX
 * @out: room for its answer
 * @seen: commands that had reached the device before
 */
struct waiting {
	struct call call;
	pid_t holder;
	struct mlx5_dev dev;
	__u8 in[MLX5_HEADER + 64];
	__u8 out[MLX5_HEADER + 64];
	unsigned int seen;
};

static void sim_begin_waiting(struct __test_metadata *_metadata, struct waiting *wait,
			      const struct sim *sim, int fd)
{
	struct call *call = &wait->call;

	ASSERT_EQ(0, param_set("max_rpcs", 1));
	wait->holder = hold_slot(sim, fd);
	ASSERT_LT(0, wait->holder);
	wait->seen = sim_count(sim, "rpcs");
	call->request = (struct fwctl_sim_request){
		.opcode = FWCTL_SIM_WRITE, .arg = 50,
	};
	call->rpc = rpc_cmd(FULL, &call->request, sizeof(call->request),
			    &call->answer, sizeof(call->answer));
	ASSERT_EQ(0, call_start(call, fd, FWCTL_RPC, &call->rpc));
	ASSERT_TRUE(wait_for(call_waits(call)));
}

static void sim_end_waiting(struct __test_metadata *_metadata, struct waiting *wait,
			    const struct sim *sim)
{
	EXPECT_TRUE(kill_and_wait(wait->holder));
	EXPECT_EQ(EPERM, call_end(&wait->call));
	EXPECT_EQ(wait->seen, sim_count(sim, "rpcs"));
}

/* Commands in flight whose callers were killed: with so many the next one waits. */
#define ORPHANS 8

static void mlx5_begin_waiting(struct __test_metadata *_metadata, struct waiting *wait)
{
	struct call *call = &wait->call;
	unsigned int i;
	pid_t pid;
	int fd;

	ASSERT_EQ(0, param_set("max_rpcs", ORPHANS));
	fd = setup_mlx5(_metadata, &wait->dev);
	ASSERT_EQ(0, vcx("lose %x *", OP_NOP));
	for (i = 0; i < ORPHANS; i++) {
		pid = fork_mlx5_nop(fd);
		ASSERT_TRUE(wait_for(task_waits_in_ioctl(pid)));
		ASSERT_TRUE(wait_for(vcx_stat("in_flight") == i + 1));
		EXPECT_TRUE(kill_and_wait(pid));
	}
	wait->seen = vcx_count(OP_ACCESS_REG);
	make_reg(wait->in, sizeof(wait->in), OP_ACCESS_REG, 0x0042, REG_WRITE);
	call->rpc = rpc_cmd(FULL, wait->in, sizeof(wait->in), wait->out,
			    sizeof(wait->out));
	ASSERT_EQ(0, call_start(call, fd, FWCTL_RPC, &call->rpc));
	ASSERT_TRUE(wait_for(call_waits(call)));
	EXPECT_EQ(wait->seen, vcx_count(OP_ACCESS_REG));
}

static void mlx5_end_waiting(struct __test_metadata *_metadata, struct waiting *wait)
{
	ASSERT_EQ(0, vcx("clear"));
	ASSERT_EQ(0, vcx("release"));
	EXPECT_EQ(EPERM, call_end(&wait->call));
	EXPECT_EQ(wait->seen, vcx_count(OP_ACCESS_REG));
	close(wait->call.fd);
}

/*
 * The tests run in this order: the first one locks the kernel down for the others. It
 * does so while calls wait that were begun before, which are refused, too.
 */
TEST_F(lockdown, open_file_obeys_at_once)
{
	unsigned int max_rpcs = param_get("max_rpcs");
	bool with_vcx = !vcx_missing();
	struct waiting sim, mlx5;

	if (locked_down())
		SKIP(return, "locked down already");
	check_all(_metadata, self->fd, false);
	test_nop(self->fd_unclassified, FULL);
	if (with_vcx)
		mlx5_begin_waiting(_metadata, &mlx5);
	sim_begin_waiting(_metadata, &sim, &self->sim, self->fd);

	ASSERT_EQ(0, write_file("integrity", LOCKDOWN));
	ASSERT_TRUE(locked_down());
	sim_end_waiting(_metadata, &sim, &self->sim);
	EXPECT_EQ(0, param_set("max_rpcs", max_rpcs));
	if (with_vcx)
		mlx5_end_waiting(_metadata, &mlx5);
	check_all(_metadata, self->fd, true);
	test_err_nop(EPERM, self->fd_unclassified, FULL);
	test_nop(self->fd_unclassified, WRITE);
}

/* The effective scope counts, not the declared one. */
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

/* Lockdown comes after the other reasons and before the ceiling. */
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

/* The events of a write that is refused, and of a read that is admitted */
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
	/* The declared scope taints, also for a read. */
	EXPECT_EQ(1 << FULL, state.taints);
}

TEST_F(lockdown, kernel_audit_log)
{
	int sock = audit_open();
	char expected[256];

	if (sock < 0)
		SKIP(return, NO_AUDIT);
	ASSERT_TRUE(locked_down());
	ASSERT_EQ(0, audit_become_new_user());
	EXPECT_EQ(EPERM, _test_sim(self->fd, FULL, FWCTL_SIM_WRITE, 50, 1, NULL,
				   NULL));
	snprintf(expected, sizeof(expected),
		 "fwctl op=rpc dev=fwctl%d pid=%d uid=%u declared=3 effective=3 command=0x11 reason=7 res=0",
		 self->sim.number, getpid(), getuid());
	EXPECT_STREQ(expected, audit_next(sock, self->sim.number, getpid(), 10000));
	close(sock);
}

/* A refused request does not taint. */
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

/* A ConnectX: distributions' tools for it, and raw writes, which lockdown refuses */
FIXTURE(connectx) {
	struct mlx5_dev dev;
	struct fnl nl;
	int fd;
	bool vcx;
};

FIXTURE_VARIANT(connectx) {
	const char *lockdown;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(connectx, integrity) {
	.lockdown = "integrity",
};

FIXTURE_VARIANT_ADD(connectx, confidentiality) {
	.lockdown = "confidentiality",
};

/* clang-format on */

FIXTURE_SETUP(connectx)
{
	char text[128], level[32];

	if (mlx5_missing())
		SKIP(return, "%s", mlx5_missing());
	if (access(LOCKDOWN, W_OK))
		SKIP(return, "no " LOCKDOWN);
	/* The write fails if the kernel is in this state already. */
	write_file(variant->lockdown, LOCKDOWN);
	snprintf(level, sizeof(level), "[%s]", variant->lockdown);
	ASSERT_EQ(0, read_file(text, sizeof(text), LOCKDOWN));
	ASSERT_NE(NULL, strstr(text, level));

	self->vcx = vcx_there();
	self->fd = setup_mlx5(_metadata, &self->dev);
	ASSERT_EQ(0, fnl_listen(&self->nl, FWCTL_MCGRP_AUDIT));
	ASSERT_EQ(0, fnl_set_buffer(&self->nl, 16 << 20));
}

FIXTURE_TEARDOWN(connectx)
{
	EXPECT_FALSE(self->nl.bad);
	fnl_close(&self->nl);
	close(self->fd);
}

/* How many events have these attributes; with @refused, of refusals */
static unsigned int count_events(const struct fnl *nl, __u32 command, __u8 writes,
				 bool refused)
{
	const struct audit_event *event = nl->events;
	unsigned int count = 0;

	for (; event < nl->events + nl->nr_events; event++)
		count += event->command == command && event->writes == writes &&
			 refused == (event->reason != FWCTL_REASON_ADMITTED) &&
			 refused == (event->result != 0);
	return count;
}

#define REG_COMMAND(_id) (OP_ACCESS_REG << 16 | (_id))

TEST_F(connectx, mstconfig)
{
	const char *name = self->dev.node + strlen("/dev/fwctl/");
	unsigned int i;

	if (run_shell("command -v mstconfig > /dev/null"))
		SKIP(return, "no mstconfig");
	if (!self->vcx)
		SKIP(return, NO_VCX);
	EXPECT_EQ(0, run_shell("mstconfig -d %s q | grep -q '^ *SRIOV_EN '", name));
	EXPECT_EQ(0, run_shell("mstconfig -y -d %s set SRIOV_EN=1 NUM_OF_VFS=%zu > /dev/null",
			       name, strlen(variant->lockdown)));
	EXPECT_EQ(0, run_shell("mstconfig -d %s q NUM_OF_VFS | grep -q '^ *NUM_OF_VFS  *%zu *$'",
			       name, strlen(variant->lockdown)));

	ASSERT_EQ(0, fnl_receive(&self->nl, 1, 0));
	TH_LOG("%u RPCs", self->nl.nr_events);
	for (i = 0; i < self->nl.nr_events; i++)
		EXPECT_EQ(FWCTL_REASON_ADMITTED, self->nl.events[i].reason)
			TH_LOG("%s", self->nl.events[i].command_name);
	EXPECT_STREQ("mstconfig", self->nl.events[0].comm);
	EXPECT_LT(100, count_events(&self->nl, REG_COMMAND(0x9024), 0, false));
	EXPECT_LT(0, count_events(&self->nl, REG_COMMAND(0x9024), 1, false));
	/* MFRL: a later reset, with which the new configuration takes effect */
	EXPECT_LT(0, count_events(&self->nl, REG_COMMAND(0x9028), 1, false));
}

/* Newer versions of mstflint declare DEBUG_WRITE_FULL for reads and for writes. */
TEST_F(connectx, declared_more_than_needed)
{
	__u8 in[MLX5_HEADER + 24], out[MLX5_HEADER + MGIR_LEN];
	__u32 len = sizeof(out);

	make_reg(in, sizeof(in), OP_ACCESS_REG, REG_MGIR, REG_READ);
	test_rpc(self->fd, FULL, in, sizeof(in), out, &len);
	make_reg(in, sizeof(in), OP_ACCESS_REG, 0x0042, REG_READ);
	test_rpc(self->fd, FULL, in, sizeof(in), out, &len);
	ASSERT_EQ(0, fnl_receive(&self->nl, 2, 0));
	EXPECT_EQ(FULL, self->nl.events[0].declared);
	EXPECT_EQ(CONFIG, self->nl.events[0].effective);
	EXPECT_EQ(FWCTL_REASON_ADMITTED, self->nl.events[0].reason);
	EXPECT_EQ(READ, self->nl.events[1].effective);
	EXPECT_EQ(FWCTL_REASON_ADMITTED, self->nl.events[1].reason);

	if (!self->vcx)
		SKIP(return, NO_VCX);
	/* MFRL, to arm a reset without a trigger: a configuration write */
	make_reg(in, sizeof(in), OP_ACCESS_REG, 0x9028, REG_WRITE);
	test_rpc(self->fd, FULL, in, sizeof(in), out, &len);
	ASSERT_EQ(0, fnl_receive(&self->nl, 3, 0));
	EXPECT_EQ(CONFIG, self->nl.events[2].effective);
	EXPECT_EQ(1, self->nl.events[2].writes);
}

TEST_F(connectx, raw_write_is_refused)
{
	static const unsigned int regs[] = { 0x0042, 0xfff0, 0x5006, REG_MGIR };
	__u8 in[MLX5_HEADER + 64], out[sizeof(in)];
	const struct audit_event *event;
	unsigned int i, seen = 0;
	__u32 len;

	if (self->vcx)
		seen = vcx_count(OP_ACCESS_REG);
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		make_reg(in, sizeof(in), OP_ACCESS_REG, regs[i], REG_WRITE);
		len = sizeof(out);
		test_err_rpc(EPERM, self->fd, FULL, in, sizeof(in), out, &len);
	}
	if (self->vcx)
		EXPECT_EQ(seen, vcx_count(OP_ACCESS_REG));

	ASSERT_EQ(0, fnl_receive(&self->nl, ARRAY_SIZE(regs), 0));
	ASSERT_EQ(ARRAY_SIZE(regs), self->nl.nr_events);
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		event = &self->nl.events[i];
		EXPECT_EQ(self->dev.number, event->index);
		EXPECT_EQ(FULL, event->declared);
		EXPECT_EQ(FULL, event->effective);
		EXPECT_EQ(1, event->writes);
		EXPECT_EQ(REG_COMMAND(regs[i]), event->command);
		EXPECT_EQ(-EPERM, event->result);
		EXPECT_EQ(FWCTL_REASON_LOCKDOWN, event->reason);
	}
	EXPECT_STREQ("access_reg", self->nl.events[0].command_name);
	EXPECT_STREQ("paos", self->nl.events[2].command_name);
}

TEST_HARNESS_MAIN
