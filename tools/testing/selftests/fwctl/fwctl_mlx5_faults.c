// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ConnectX whose firmware refuses a command, completes it late or never, or dies: in
 * every command that the backend issues, for itself or for callers. Afterwards firmware
 * has no user contexts left, modules can be unloaded, and the device works again without
 * a reboot.
 *
 * For the virtual ConnectX only, which fails on demand.
 */
#include "allowlist.h"
#include "fwctl_mlx5_bus_utils.h"
#include "fwctl_sweep_utils.h"

#define SYNDROME 0xfa17
#define LATE_MS 600
/* Longer than close() waits, and shorter than mlx5_core's timeout */
#define LOST_MS 300
#define IN_FLIGHT 32
/* How many of them the backend sends to firmware; the others wait for a slot. */
#define AT_FIRMWARE 15
#define LAST_STATUS 0xff
#define NOT_READY 0x07

/* The result of mlx5_nop() if firmware refuses the command */
#define REFUSED (-1)

#define NO_RECOVERY "this kernel's mlx5_core does not recover from a failed bind"

/* Long enough for every command that the classifier admits */
#define COMMAND_LEN 320

/*
 * The statuses of firmware, and mlx5_core's errno for each; for any other status it is
 * EIO. (include/linux/mlx5/device.h of Linux; PRM)
 */
static const struct {
	unsigned int status;
	int err;
} statuses[] = {
	{ 0x01, EIO },		/* internal error */
	{ 0x02, EINVAL },	/* bad opcode */
	{ 0x03, EINVAL },	/* bad parameter */
	{ 0x04, EIO },		/* bad system state */
	{ 0x05, EINVAL },	/* bad resource */
	{ 0x06, EBUSY },	/* resource busy */
	{ NOT_READY, EAGAIN },	/* not ready; unknown to Linux 6.1 */
	{ 0x08, ENOMEM },	/* limit exceeded */
	{ 0x09, EINVAL },	/* bad state of a resource */
	{ 0x0a, EINVAL },	/* bad index */
	{ 0x0f, EAGAIN },	/* no resources */
	{ 0x10, EINVAL },	/* bad state of a queue pair */
	{ 0x30, EINVAL },	/* bad packet */
	{ 0x40, EINVAL },	/* bad number of completions outstanding */
	{ 0x50, EIO },		/* bad length of input */
	{ 0x51, EIO },		/* bad length of output */
};

static int errno_of(unsigned int status)
{
	int err = EIO;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(statuses); i++)
		if (statuses[i].status == status)
			err = statuses[i].err;
	return err;
}

static void print_faults(const char *what, unsigned int count)
{
	fprintf(stderr, "# faults: firmware: %s: %u\n", what, count);
}

FIXTURE(faults) {
	struct mlx5_dev dev;
	unsigned int max_rpcs;
};

FIXTURE_SETUP(faults)
{
	if (cannot_remove())
		SKIP(return, "%s", cannot_remove());
	self->max_rpcs = param_get("max_rpcs");
	ASSERT_EQ(0, vcx("clear"));
	ASSERT_EQ(0, mlx5_find(&self->dev));
	ASSERT_TRUE(wait_for(!vcx_uids()));
}

FIXTURE_TEARDOWN_PARENT(faults)
{
	if (!*self->dev.pci)
		return;
	EXPECT_EQ(0, param_set("max_rpcs", self->max_rpcs));
	EXPECT_TRUE(put_back(&self->dev));
	EXPECT_TRUE(wait_for(!vcx_uids()));
	if (!is_module("mlx5_fwctl"))
		return;
	EXPECT_EQ(0, unload_module("mlx5_fwctl"));
	EXPECT_EQ(0, load_module("mlx5_fwctl"));
	EXPECT_TRUE(wait_for(works(&self->dev)));
}

/* User contexts that firmware has kept after close() are lost with the function. */
static void check_leaked(struct __test_metadata *_metadata,
			 const struct mlx5_dev *dev, unsigned int count)
{
	unsigned int leaked = vcx_stat("uctx_leaked");
	struct mlx5_dev found;

	EXPECT_TRUE(wait_for(vcx_uids() == count));
	EXPECT_EQ(0, unbind_pci(dev));
	EXPECT_EQ(leaked + count, vcx_stat("uctx_leaked"));
	EXPECT_EQ(0, bind_pci(dev));
	EXPECT_TRUE(wait_for(works(&found)));
}

TEST_F(faults, open_refused)
{
	unsigned int status;
	int err;

	for (status = 1; status <= LAST_STATUS; status++) {
		ASSERT_EQ(0, vcx("status %x %x %x 1", OP_CREATE_UCTX, status,
				 SYNDROME));
		err = mlx5_try(&self->dev);
		EXPECT_TRUE(err == errno_of(status) ||
			    (status == NOT_READY && err == EIO))
			TH_LOG("status %#x: %s", status, strerror(err));
	}
	print_faults("open refused", LAST_STATUS);
	EXPECT_EQ(0, vcx_uids());
	EXPECT_EQ(0, mlx5_try(&self->dev));
}

/* close() succeeds although firmware keeps the user context. */
TEST_F(faults, close_refused)
{
	unsigned int status;
	int fd;

	for (status = 1; status <= LAST_STATUS; status++) {
		fd = mlx5_open(&self->dev, O_RDWR);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, vcx("status %x %x %x 1", OP_DESTROY_UCTX, status,
				 SYNDROME));
		EXPECT_EQ(0, close(fd));
	}
	print_faults("close refused", LAST_STATUS);
	check_leaked(_metadata, &self->dev, LAST_STATUS);
}

/*
 * The backend is unloaded while files are open whose user contexts firmware does not
 * destroy. The other commands of a detach are mlx5_core's, which warns of a refusal.
 */
TEST_F(faults, detach_refused)
{
	struct mlx5_dev found = self->dev;
	size_t k;
	int fd;

	if (!is_module("mlx5_fwctl"))
		SKIP(return, BUILT_IN);
	for (k = 0; k < ARRAY_SIZE(statuses); k++) {
		fd = mlx5_open(&found, O_RDWR);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, vcx("status %x %x %x 1", OP_DESTROY_UCTX,
				 statuses[k].status, SYNDROME));
		EXPECT_EQ(0, unload_module("mlx5_fwctl"));
		EXPECT_EQ(0, close(fd));
		ASSERT_EQ(0, load_module("mlx5_fwctl"));
		ASSERT_TRUE(wait_for(works(&found)));
	}
	print_faults("detach refused", ARRAY_SIZE(statuses));
	check_leaked(_metadata, &found, ARRAY_SIZE(statuses));
}

/* Sends a command under the highest scope. */
static int send_command(int fd, unsigned int opcode, __u8 *out)
{
	__u32 out_len = COMMAND_LEN;
	__u8 in[COMMAND_LEN];

	make_command(in, sizeof(in), opcode, 0);
	memset(out, 0, COMMAND_LEN);
	return _test_rpc(fd, FWCTL_RPC_DEBUG_WRITE_FULL, in, sizeof(in), out,
			 &out_len);
}

/* The caller gets the status of its command unchanged. */
TEST_F(faults, rpc_refused)
{
	int fd = mlx5_open(&self->dev, O_RDWR), err;
	unsigned int refused = 0, status;
	__u8 out[COMMAND_LEN];
	size_t i, k;

	ASSERT_LE(0, fd);
	for (k = 0; k < ARRAY_SIZE(statuses); k++) {
		status = statuses[k].status;
		ASSERT_EQ(0, vcx("status * %x %x", status, SYNDROME));
		for (i = 0; i < mlx5_fwctl_nr_opcodes; i++) {
			err = send_command(fd, mlx5_fwctl_opcodes[i].opcode,
					   out);
			refused++;
			EXPECT_EQ(0, err);
			EXPECT_EQ(status, status_of(out));
			EXPECT_EQ(SYNDROME, syndrome_of(out))
				TH_LOG("opcode %#x, status %#x",
				       mlx5_fwctl_opcodes[i].opcode, status);
		}
	}
	print_faults("RPC refused, each opcode with each status", refused);
	ASSERT_EQ(0, vcx("clear"));
	for (status = 1; status <= LAST_STATUS; status++) {
		ASSERT_EQ(0, vcx("status %x %x %x 1", OP_NOP, status, SYNDROME));
		EXPECT_EQ(0, send_command(fd, OP_NOP, out));
		EXPECT_EQ(status, status_of(out));
	}
	EXPECT_EQ(0, mlx5_nop(fd));
	print_faults("RPC refused, any status", LAST_STATUS);
}

/*
 * Sweeps: firmware refuses the first command that it gets, from any sender, then the
 * second, and so on; or it loses the completion; or it dies instead. With a stride of N
 * only every Nth command has a fault.
 */
static unsigned int stride = 1;

/* How many commands come before the fault */
static unsigned int commands_before(const struct sweep *sweep)
{
	return (sweep->nth - 1) * stride;
}

static void arm(struct sweep *sweep, const char *fault)
{
	sweep->mark = vcx_stat("total");
	if (vcx("%s %u", fault, commands_before(sweep)))
		abort();
}

static bool disarm(struct sweep *sweep)
{
	if (vcx("clear"))
		abort();
	return vcx_stat("total") - sweep->mark > commands_before(sweep);
}

static void refusal_arm(struct sweep *sweep)
{
	arm(sweep, "status * 1 fa17 1");
}

/* mlx5_core's errnos for a refusal while it sets up a function follow no rule. */
static bool refusal_may_be(int err)
{
	return err == EIO || err == ENODEV || err == EINVAL || err == ENOMEM ||
	       err == EOPNOTSUPP || err == REFUSED;
}

static const struct sweep_kind refusals = {
	.arm = refusal_arm,
	.disarm = disarm,
	.may_be = refusal_may_be,
};

/* The process that releases the lost completion; it ends when its pipe is closed. */
static struct {
	pid_t pid;
	int pipe;
} releaser;

static void loss_arm(struct sweep *sweep)
{
	unsigned int lost = vcx_stat("lost");
	struct pollfd end = {};
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		abort();
	end.fd = ends[0];
	releaser.pipe = ends[1];
	arm(sweep, "lose * 1");
	releaser.pid = fork();
	if (!releaser.pid) {
		close(ends[1]);
		while (vcx_stat("lost") == lost)
			if (poll(&end, 1, 10))
				_exit(0);
		poll(&end, 1, LOST_MS);
		_exit(vcx("release"));
	}
	close(ends[0]);
}

static bool loss_disarm(struct sweep *sweep)
{
	bool hit;

	close(releaser.pipe);
	if (exit_status(releaser.pid))
		abort();
	hit = disarm(sweep);
	/* The releaser may have ended before it saw the loss. */
	if (vcx("release"))
		abort();
	return hit;
}

/* A completion that is released in time causes no error. */
static bool loss_may_be(__always_unused int err)
{
	return false;
}

static const struct sweep_kind losses = {
	.arm = loss_arm,
	.disarm = loss_disarm,
	.may_be = loss_may_be,
};

static void death_arm(struct sweep *sweep)
{
	arm(sweep, "dead on");
}

/* mlx5_core notices the death at once, or when the command times out. */
static bool death_may_be(int err)
{
	return is_gone(err) || err == EIO || err == ENOLINK || err == ETIMEDOUT;
}

static const struct sweep_kind deaths = {
	.arm = death_arm,
	.disarm = disarm,
	.may_be = death_may_be,
};

TEST_F_TIMEOUT(faults, sweep, 600)
{
	for_each_in_sweep(refusals, "firmware: open, RPC, close",
			  mlx5_try(&self->dev))
		EXPECT_EQ(0, mlx5_try(&self->dev));
	check_leaked(_metadata, &self->dev, 1);
}

/* On its error path mlx5_core of Linux 6.1 frees interrupts that are in use. */
TEST_F_TIMEOUT(faults, sweep_bind, 1800)
{
	int err;

	if (linux_release() < 612)
		SKIP(return, NO_RECOVERY);
	ASSERT_EQ(0, unbind_pci(&self->dev));
	for_each_in_sweep(refusals, "firmware: bind", bind_pci(&self->dev)) {
		if (sweep.err)
			ASSERT_EQ(0, bind_pci(&self->dev));
		ASSERT_TRUE(wait_for(!(err = mlx5_try(&self->dev))))
			TH_LOG("after fault %u: %s", sweep.nth, strerror(err));
		ASSERT_EQ(0, unbind_pci(&self->dev));
		EXPECT_EQ(0, vcx_uids());
	}
	ASSERT_EQ(0, bind_pci(&self->dev));
}

/* Firmware has no user contexts left, and the device works, without a reboot. */
static void check_recovery(struct __test_metadata *_metadata,
			   const struct sweep *sweep)
{
	struct mlx5_dev found;

	EXPECT_TRUE(wait_for(works(&found)))
		TH_LOG("%s: after fault %u", sweep->what, sweep->nth);
	EXPECT_TRUE(wait_for(!vcx_uids() && !vcx_stat("in_flight")));
}

/* With a file open: the first command of a detach is the backend's DESTROY_UCTX. */
static void sweep_detach(struct __test_metadata *_metadata,
			 const struct mlx5_dev *dev,
			 const struct sweep_kind *kind, const char *what)
{
	unsigned int leaked = vcx_stat("uctx_leaked");
	int fd = mlx5_open(dev, O_RDWR);

	for_each_in_sweep(*kind, what, unbind_pci(dev)) {
		EXPECT_LE(0, fd);
		close(fd);
		ASSERT_EQ(0, bind_anew(dev));
		check_recovery(_metadata, &sweep);
		fd = mlx5_open(dev, O_RDWR);
	}
	close(fd);
	/* Firmware that died at the first command has not executed it. */
	EXPECT_EQ(leaked + (kind == &deaths), vcx_stat("uctx_leaked"));
}

static void sweep_attach(struct __test_metadata *_metadata,
			 const struct mlx5_dev *dev,
			 const struct sweep_kind *kind, const char *what)
{
	ASSERT_EQ(0, unbind_pci(dev));
	for_each_in_sweep(*kind, what, bind_pci(dev)) {
		if (sweep.err)
			ASSERT_EQ(0, bind_pci(dev));
		check_recovery(_metadata, &sweep);
		ASSERT_EQ(0, unbind_pci(dev));
	}
	ASSERT_EQ(0, bind_pci(dev));
}

TEST_F_TIMEOUT(faults, sweep_lost, 600)
{
	for_each_in_sweep(losses, "firmware: open, RPC, close: lost",
			  mlx5_try(&self->dev))
		check_recovery(_metadata, &sweep);
	stride = 3;
	sweep_detach(_metadata, &self->dev, &losses,
		     "firmware: detach, every 3rd command: lost");
	stride = 12;
	sweep_attach(_metadata, &self->dev, &losses,
		     "firmware: attach, every 12th command: lost");
}

/* mlx5_core recovers a function by itself only once: the driver is bound again. */
TEST_F_TIMEOUT(faults, sweep_dead, 600)
{
	for_each_in_sweep(deaths, "firmware: open, RPC, close: dead",
			  mlx5_try(&self->dev)) {
		check_recovery(_metadata, &sweep);
		ASSERT_EQ(0, unbind_pci(&self->dev));
		ASSERT_EQ(0, bind_pci(&self->dev));
	}
}

/* mlx5_core needs some seconds to notice each death. */
TEST_F_TIMEOUT(faults, sweep_dead_bind, 600)
{
	if (linux_release() < 612)
		SKIP(return, NO_RECOVERY);
	ASSERT_EQ(0, vcx("fw-timeout 1"));
	stride = 16;
	sweep_attach(_metadata, &self->dev, &deaths,
		     "firmware: attach, every 16th command: dead");
	stride = 8;
	sweep_detach(_metadata, &self->dev, &deaths,
		     "firmware: detach, every 8th command: dead");
	ASSERT_EQ(0, vcx("fw-timeout %u", FW_TIMEOUT_S));
	ASSERT_EQ(0, unbind_pci(&self->dev));
	ASSERT_EQ(0, bind_pci(&self->dev));
}

static pid_t fork_try(const struct mlx5_dev *dev)
{
	pid_t pid = fork();

	if (!pid)
		_exit(mlx5_try(dev));
	return pid;
}

static int lose(unsigned int opcode)
{
	return vcx("clear") ?: vcx("lose %x", opcode);
}

TEST_F(faults, late)
{
	int fd;

	ASSERT_EQ(0, vcx("delay %x %u", OP_CREATE_UCTX, LATE_MS));
	fd = mlx5_open(&self->dev, O_RDWR);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vcx("delay %x %u", OP_NOP, LATE_MS));
	EXPECT_EQ(0, mlx5_nop(fd));
	ASSERT_EQ(0, vcx("delay %x %u", OP_DESTROY_UCTX, LATE_MS));
	EXPECT_EQ(0, EXPECT_QUICK("close", close(fd)));
	EXPECT_EQ(0, mlx5_try(&self->dev));
	print_faults("late completions", 3);
	EXPECT_TRUE(wait_for(!vcx_stat("in_flight")));
	EXPECT_EQ(0, vcx_uids());
}

/* A caller that waits for a completion can be killed; its user context is destroyed. */
TEST_F(faults, killed_meanwhile)
{
	static const struct {
		unsigned int opcode;
		bool is_refused;
	} cases[] = {
		{ .opcode = OP_CREATE_UCTX },
		{ .opcode = OP_NOP },
		{ .opcode = OP_DESTROY_UCTX },
		{ .opcode = OP_CREATE_UCTX, .is_refused = true },
	};
	pid_t pid;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned int opcode = cases[i].opcode;

		ASSERT_EQ(0, lose(opcode));
		if (cases[i].is_refused)
			ASSERT_EQ(0, vcx("status %x %x %x 1", opcode,
					 statuses[0].status, SYNDROME));
		pid = fork_try(&self->dev);
		ASSERT_TRUE(wait_for(vcx_stat("in_flight") == 1));
		/* close() does not wait: the process ends by itself. */
		if (opcode != OP_DESTROY_UCTX)
			kill(pid, SIGKILL);
		EXPECT_EQ(opcode == OP_DESTROY_UCTX ? 0 : -1,
			  EXPECT_QUICK("end", exit_status(pid)));
		EXPECT_EQ(1, vcx_stat("in_flight"));
		EXPECT_EQ(0, mlx5_try(&self->dev));
		ASSERT_EQ(0, vcx("release"));
		EXPECT_TRUE(wait_for(!vcx_uids() && !vcx_stat("in_flight")));
	}
	print_faults("killed while a completion is lost", ARRAY_SIZE(cases));
}

/* With max_rpcs commands in flight whose callers were killed, the next call waits. */
TEST_F(faults, many_killed)
{
	unsigned int i;
	pid_t pid;
	int fd;

	fd = mlx5_open(&self->dev, O_RDWR);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vcx("lose %x *", OP_NOP));
	for (i = 0; i <= self->max_rpcs; i++) {
		pid = fork_mlx5_nop(fd);
		ASSERT_TRUE(wait_for(task_waits_in_ioctl(pid)));
		if (i < self->max_rpcs)
			ASSERT_TRUE(wait_for(vcx_stat("in_flight") == i + 1));
		kill(pid, SIGKILL);
		EXPECT_EQ(-1, EXPECT_QUICK("end", exit_status(pid)));
	}
	EXPECT_EQ(self->max_rpcs, vcx_stat("in_flight"));
	ASSERT_EQ(0, vcx("clear"));
	ASSERT_EQ(0, vcx("release"));
	EXPECT_EQ(0, mlx5_nop(fd));
	close(fd);
	EXPECT_TRUE(wait_for(!vcx_uids() && !vcx_stat("in_flight")));
}

/*
 * Completions that never come: of three commands at once, because mlx5_core needs ten
 * seconds to give them up. The backend does not know the user context that firmware has
 * created, and cannot destroy it.
 */
TEST_F(faults, lost)
{
	struct mlx5_call call;
	int fd, other;
	pid_t pid;

	ASSERT_EQ(0, lose(OP_CREATE_UCTX));
	pid = fork_try(&self->dev);
	ASSERT_TRUE(wait_for(vcx_stat("in_flight") == 1));
	fd = mlx5_open(&self->dev, O_RDWR);
	ASSERT_LE(0, fd);
	other = mlx5_open(&self->dev, O_RDWR);
	ASSERT_LE(0, other);
	ASSERT_EQ(0, lose(OP_NOP));
	ASSERT_EQ(0, mlx5_call_nop(&call, fd));
	ASSERT_TRUE(wait_for(vcx_stat("in_flight") == 2));
	ASSERT_EQ(0, lose(OP_DESTROY_UCTX));
	EXPECT_EQ(0, close(other));
	EXPECT_EQ(3, vcx_stat("in_flight"));

	EXPECT_EQ(ETIMEDOUT, exit_status(pid));
	EXPECT_EQ(ETIMEDOUT, call_end(&call.call));
	print_faults("lost completions", 3);
	EXPECT_EQ(0, mlx5_nop(fd));
	EXPECT_EQ(0, mlx5_try(&self->dev));
	close(fd);
	ASSERT_EQ(0, vcx("release"));
	check_leaked(_metadata, &self->dev, 1);
}

/* Starts more calls than the backend sends to firmware at a time. */
static void fill(struct __test_metadata *_metadata, const struct mlx5_dev *dev,
		 struct mlx5_call *calls)
{
	int fd = mlx5_open(dev, O_RDWR);
	unsigned int i;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, param_set("max_rpcs", IN_FLIGHT));
	ASSERT_EQ(0, vcx("lose %x *", OP_NOP));
	for (i = 0; i < IN_FLIGHT; i++)
		ASSERT_EQ(0, mlx5_call_nop(&calls[i], fd));
	for (i = 0; i < IN_FLIGHT; i++)
		ASSERT_TRUE(wait_for(call_waits(&calls[i].call)));
	ASSERT_TRUE(wait_for(vcx_stat("in_flight") == AT_FIRMWARE));
	fprintf(stderr, "# in flight: %u calls, %u of them at firmware\n",
		IN_FLIGHT, AT_FIRMWARE);
}

/*
 * All calls fail: the kernel does not know whether firmware has executed a command. For
 * commands in flight when firmware dies, mlx5_core of Linux 6.1 returns ETIMEDOUT.
 */
static void drain(struct __test_metadata *_metadata, struct mlx5_call *calls)
{
	unsigned int i;
	int err;

	for (i = 0; i < IN_FLIGHT; i++) {
		err = call_end(&calls[i].call);
		EXPECT_TRUE(is_gone(err) || err == ETIMEDOUT)
			TH_LOG("call %u: %d", i, err);
	}
}

/* Firmware stops answering, and mlx5_core notices that. */
TEST_F(faults, death_in_flight)
{
	struct mlx5_call calls[IN_FLIGHT];
	__u64 start;

	fill(_metadata, &self->dev, calls);
	start = now_us();
	ASSERT_EQ(0, vcx("dead on"));
	drain(_metadata, calls);
	print_us("from death to the end of the last call", now_us() - start);
	EXPECT_EQ(0, pci_write(&self->dev, "remove"));
	ASSERT_EQ(0, vcx("clear"));
	EXPECT_EQ(0, pci_rescan());
	EXPECT_TRUE(wait_for(works(&self->dev)));
	print_us("from death until it works again", now_us() - start);
	print_faults("death in flight", 1);
}

/* Firmware requests a reset, which mlx5_core does by itself. */
TEST_F(faults, reset_in_flight)
{
	struct mlx5_call calls[IN_FLIGHT];
	__u64 start;

	fill(_metadata, &self->dev, calls);
	start = now_us();
	ASSERT_EQ(0, vcx("health 1"));
	drain(_metadata, calls);
	print_us("from failure to the end of the last call", now_us() - start);
	ASSERT_EQ(0, vcx("lose %x 0", OP_NOP));
	EXPECT_TRUE(wait_for(works(&self->dev)));
	print_us("until it works again", now_us() - start);
	print_faults("reset in flight", 1);
	/* mlx5_core limits how often it resets a function; unbinding ends that. */
	EXPECT_EQ(0, unbind_pci(&self->dev));
	EXPECT_EQ(0, bind_pci(&self->dev));
}

/* The device is pulled out, and removed before mlx5_core notices. */
TEST_F(faults, surprise_removal_in_flight)
{
	struct mlx5_call calls[IN_FLIGHT];
	struct stopwatch watch;

	fill(_metadata, &self->dev, calls);
	ASSERT_EQ(0, vcx("dead pci"));
	stopwatch_start(&watch);
	EXPECT_EQ(0, pci_write(&self->dev, "remove"));
	/* The backend does not send the calls that wait for a slot. */
	EXPECT_GT(GIVE_UP_US + 2 * QUICK_US,
		  stopwatch_end(&watch, "PCI remove"));
	drain(_metadata, calls);
	ASSERT_EQ(0, vcx("clear"));
	EXPECT_EQ(0, pci_rescan());
	EXPECT_TRUE(wait_for(works(&self->dev)));
	print_faults("surprise removal in flight", 1);
}

TEST_HARNESS_MAIN
