// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ConnectX whose firmware stays silent, and callers that make the most of it: the
 * kernel's own commands work, and its memory and firmware's user contexts have bounds.
 *
 * For the virtual ConnectX only, which fails on demand.
 */
#include "allowlist.h"
#include "fwctl_hostile_mlx5_utils.h"

/* The most slots that fwctl takes: for RPCs, open() and close() together */
#define MAX_IN_FLIGHT 23
/* The slots for opening files, besides those for RPCs, max_rpcs */
#define OPEN_SLOTS 4

/*
 * The most memory by which fwctl makes mlx5_core's pool of mailboxes grow, in KiB: 9
 * blocks for each command, of at most 4112 bytes, and 129 for its answer, of at most
 * 65552 bytes.
 */
#define MAX_POOL_KB (MAX_IN_FLIGHT * (9 + 129))

#define CALLS 64
#define HOGS 32

/* Waits until no more commands arrive. */
static void settle(void)
{
	unsigned int before, now = vcx_stat("in_flight"), still = 0;

	while (still < 10) {
		usleep(100000);
		before = now;
		now = vcx_stat("in_flight");
		still = now == before ? still + 1 : 0;
	}
}

/* How many RPCs get to firmware that does not answer, with a very high limit */
static unsigned int most_in_flight(struct __test_metadata *_metadata, int fd)
{
	unsigned int max_rpcs = param_get("max_rpcs"), most, i;
	pid_t pids[CALLS];

	ASSERT_EQ(0, param_set("max_rpcs", CALLS));
	ASSERT_EQ(0, vcx("delay %x 600", OP_NOP));
	vcx_peak();
	for (i = 0; i < CALLS; i++)
		pids[i] = fork_mlx5_nop(fd);
	for (i = 0; i < CALLS; i++)
		EXPECT_EQ(0, exit_status(pids[i]));
	most = vcx_peak();
	ASSERT_EQ(0, vcx("clear"));
	ASSERT_EQ(0, param_set("max_rpcs", max_rpcs));
	return most;
}

/* Sends commands at once, and waits until all have ended. */
static void send_to_silence(struct __test_metadata *_metadata, int fd)
{
	unsigned int i, silent = 0, stuck = 0, other = 0;
	pid_t pids[CALLS];
	int err;

	for (i = 0; i < CALLS; i++)
		pids[i] = fork_mlx5_nop(fd);
	wait_for(vcx_stat("in_flight"));
	for (i = 0; i < CALLS; i++) {
		if (stuck || !ends(pids[i], &err)) {
			stuck++;
			kill_and_wait(pids[i]);
			continue;
		}
		silent += err == ETIMEDOUT;
		if (err != ETIMEDOUT)
			other = err;
	}
	fprintf(stderr, "# %u calls timed out; %u commands in flight\n", silent,
		vcx_stat("in_flight"));
	EXPECT_EQ(0, stuck)
		TH_LOG("calls that do not time out");
	EXPECT_EQ(0, other)
		TH_LOG("a call without an answer: %s", strerror(other));
}

/*
 * mlx5_core keeps the slot of a command that timed out until its completion comes. The
 * kernel keeps slots, and the administrator is told. Late completions end all of it.
 */
TEST_F(hostile, silent_firmware)
{
	unsigned int commands, warned = 0, round, most;
	char record[4096];
	int fd, kmsg;

	set_timeout(_metadata, &self->dev, &self->rebind, 2);
	fd = mlx5_open(&self->dev, O_RDWR);
	ASSERT_LE(0, fd);
	most = most_in_flight(_metadata, fd);
	fprintf(stderr, "# %u RPCs in flight at most\n", most);
	kmsg = kmsg_open();
	ASSERT_EQ(0, vcx("lose %x *", OP_NOP));
	for (round = 0; round < 3; round++)
		send_to_silence(_metadata, fd);
	EXPECT_GE(self->max_rpcs + OPEN_SLOTS, vcx_stat("in_flight"));
	EXPECT_EQ(0, kernel_command(&self->dev))
		TH_LOG("mlx5_core's own command failed");

	/* Nothing new begins, and the refusal comes at once. */
	commands = vcx_count(OP_NOP) + vcx_count(OP_CREATE_UCTX);
	EXPECT_EQ(ETIMEDOUT, EXPECT_NO_WAIT(HOSTILE, "an RPC", mlx5_nop(fd)));
	EXPECT_EQ(ETIMEDOUT, EXPECT_NO_WAIT(0, "an open", open_and_nop(&self->dev, O_RDWR)));
	EXPECT_EQ(commands, vcx_count(OP_NOP) + vcx_count(OP_CREATE_UCTX));
	while (kmsg_next(kmsg, record, sizeof(record)))
		warned += !!strstr(record, "firmware has not answered");
	EXPECT_EQ(1, warned);

	ASSERT_EQ(0, vcx("clear"));
	ASSERT_EQ(0, vcx("release"));
	EXPECT_TRUE(wait_for(!mlx5_nop(fd)));
	EXPECT_EQ(0, mlx5_try(&self->dev));
	EXPECT_EQ(0, kernel_command(&self->dev));

	/* No slot is lost. */
	EXPECT_EQ(most, most_in_flight(_metadata, fd));
	close(fd);
}

static unsigned int open_and_close(const struct mlx5_dev *dev, unsigned int times)
{
	unsigned int done = 0;
	int fd;

	become(HOSTILE);
	while (times--) {
		fd = mlx5_open(dev, O_RDONLY | O_NONBLOCK);
		done += fd >= 0;
		close(fd);
		if (fd < 0)
			usleep(1000);
	}
	return !done;
}

/*
 * Firmware destroys user contexts slowly. One that waits for that still counts as a file
 * of its user: firmware has no more of them than there may be files.
 */
TEST_F(hostile, slow_close)
{
	unsigned int most = param_get("max_files"), uids;

	set_timeout(_metadata, &self->dev, &self->rebind, NEVER_S);
	ASSERT_EQ(0, vcx("lose %x *", OP_DESTROY_UCTX));
	/* Firmware forgets a user context when the command arrives, so these do not count. */
	EXPECT_EQ(0, in_child(open_and_close(&self->dev, 4 * most)));
	uids = vcx_uids();
	fprintf(stderr, "# firmware has %u user contexts, no file is open\n", uids);
	EXPECT_GE(most, uids);

	ASSERT_EQ(0, vcx("clear"));
	EXPECT_TRUE(wait_for(!vcx("release") && !vcx_uids()));
	EXPECT_EQ(0, mlx5_try(&self->dev));
}

static pid_t fork_unbind(const struct mlx5_dev *dev)
{
	pid_t pid = fork();

	if (!pid)
		_exit(unbind_pci(dev));
	return pid;
}

/* Sends commands that firmware never answers, and waits until they have timed out. */
static void time_out(struct __test_metadata *_metadata, const struct mlx5_dev *dev,
		     unsigned int count)
{
	struct mlx5_call calls[8];
	unsigned int i;
	int fd;

	fd = mlx5_open(dev, O_RDWR);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, vcx("lose %x *", OP_NOP));
	for (i = 0; i < count; i++)
		ASSERT_EQ(0, mlx5_call_nop(&calls[i], fd));
	for (i = 0; i < count; i++)
		EXPECT_EQ(ETIMEDOUT, call_end(&calls[i].call));
	EXPECT_EQ(count, vcx_stat("in_flight"));
}

/* Leaves a file open: its context cannot be destroyed either. */
static void unbind_in_silence(struct __test_metadata *_metadata, struct mlx5_dev *dev,
			      unsigned int count)
{
	int status;
	pid_t pid;

	time_out(_metadata, dev, count);
	pid = fork_unbind(dev);
	EXPECT_TRUE(wait_for(!is_bound(dev)));
	if (is_bound(dev))
		vcx("release");
	ASSERT_TRUE(ends(pid, &status));
	EXPECT_EQ(0, status);
	ASSERT_EQ(0, vcx("clear"));
	ASSERT_EQ(0, bind_pci(dev));
	EXPECT_TRUE(wait_for(works(dev)));
}

/* Commands that firmware never answers do not keep the driver. */
TEST_F(hostile, unbind_in_silence)
{
	set_timeout(_metadata, &self->dev, &self->rebind, 1);
	unbind_in_silence(_metadata, &self->dev, 3);
}

/* As many as make the driver give up: no command destroys the contexts. */
TEST_F(hostile, unbind_in_long_silence)
{
	set_timeout(_metadata, &self->dev, &self->rebind, 1);
	unbind_in_silence(_metadata, &self->dev, 5);
}

/* They do not keep mlx5_core from restarting firmware that has failed either. */
TEST_F(hostile, failure_after_silence)
{
	unsigned int loads;

	set_timeout(_metadata, &self->dev, &self->rebind, 1);
	time_out(_metadata, &self->dev, 1);
	loads = vcx_count(OP_SET_HCA_CAP);
	ASSERT_EQ(0, vcx("health 1"));
	ASSERT_EQ(0, vcx("lose %x 0", OP_NOP));
	/* Until mlx5_core notices the failure the device works on. */
	EXPECT_TRUE(wait_for_within(60, vcx_count(OP_SET_HCA_CAP) > loads));
	EXPECT_TRUE(wait_for(works(&self->dev)));
	EXPECT_EQ(0, kernel_command(&self->dev));
	/* mlx5_core limits how often it resets a function; unbinding ends that. */
	EXPECT_EQ(0, unbind_pci(&self->dev));
	EXPECT_EQ(0, bind_pci(&self->dev));
	EXPECT_TRUE(wait_for(works(&self->dev)));
}

/* close() ends although firmware is silent; its commands time out, a few at a time. */
TEST_F(hostile, silent_close)
{
	unsigned int i, before, rounds = 0;
	int fds[2 * SLOTS];

	set_timeout(_metadata, &self->dev, &self->rebind, 1);
	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = mlx5_open(&self->dev, O_RDONLY);
		ASSERT_LE(0, fds[i]);
	}
	ASSERT_EQ(0, vcx("lose %x *", OP_DESTROY_UCTX));
	for (i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
	/* Until no more of them arrive for longer than the timeout of those that did */
	do {
		before = vcx_count(OP_DESTROY_UCTX);
		sleep(5);
	} while (vcx_count(OP_DESTROY_UCTX) != before && rounds++ < SLOTS);
	fprintf(stderr, "# %u commands without an answer\n", vcx_stat("in_flight"));
	EXPECT_GE(MAX_IN_FLIGHT, vcx_stat("in_flight"));
	EXPECT_EQ(0, kernel_command(&self->dev))
		TH_LOG("mlx5_core's own command failed");

	ASSERT_EQ(0, vcx("clear"));
	ASSERT_EQ(0, vcx("release"));
	EXPECT_TRUE(wait_for(!mlx5_try(&self->dev)));
	EXPECT_TRUE(wait_for(!vcx_uids()));
}

/**
 * struct pool - mlx5_core's pool of mailboxes, which never gives memory back
 * @used: KiB in use
 * @total: KiB that it has
 */
struct pool {
	unsigned long used;
	unsigned long total;
};

static bool pool_read(const struct mlx5_dev *dev, struct pool *pool)
{
	char text[4096], *line;
	unsigned long size;

	if (read_file(text, sizeof(text), "/sys/bus/pci/devices/%s/pools", dev->pci))
		return false;
	line = strstr(text, "mlx5_cmd");
	if (!line || sscanf(line, "%*s %lu %lu %lu", &pool->used, &pool->total, &size) != 3)
		return false;
	pool->used = pool->used * size / 1024;
	pool->total = pool->total * size / 1024;
	return true;
}

/**
 * struct longest - a command with as many bytes as the kernel admits, in a thread
 * @call: the thread
 * @in: the command
 * @out: room for its answer, all that the ABI admits
 */
struct longest {
	struct call call;
	__u8 in[FWCTL_MAX_RPC_LEN];
	__u8 out[FWCTL_MAX_RPC_LEN];
};

static void longest_make(struct longest *rpc, unsigned int opcode, __u32 in_len)
{
	make_command(rpc->in, MLX5_HEADER, opcode, 0);
	rpc->call.rpc = rpc_cmd(FWCTL_RPC_DEBUG_WRITE_FULL, rpc->in, in_len, rpc->out,
				sizeof(rpc->out));
}

static int longest_send(struct longest *rpc, int fd, unsigned int opcode, __u32 in_len)
{
	longest_make(rpc, opcode, in_len);
	return _test_ioctl(fd, FWCTL_RPC, &rpc->call.rpc);
}

static int longest_start(struct longest *rpc, int fd, unsigned int opcode, __u32 in_len)
{
	longest_make(rpc, opcode, in_len);
	return call_start(&rpc->call, fd, FWCTL_RPC, &rpc->call.rpc);
}

/* The highest length of a command that the kernel admits, or 0 */
static __u32 longest_admitted(struct longest *rpc, int fd, unsigned int opcode)
{
	__u32 low = 1024, high = FWCTL_MAX_RPC_LEN + 4, middle;

	if (longest_send(rpc, fd, opcode, low))
		return 0;
	if (!longest_send(rpc, fd, opcode, FWCTL_MAX_RPC_LEN))
		return FWCTL_MAX_RPC_LEN;
	while (high - low > 4) {
		middle = ((high - low) / 2 + low) & ~3u;
		if (longest_send(rpc, fd, opcode, middle))
			high = middle;
		else
			low = middle;
	}
	return low;
}

/* The memory in use while one such command is in flight, in KiB */
static unsigned long needs(struct __test_metadata *_metadata, const struct mlx5_dev *dev,
			   struct longest *rpc, int fd, unsigned int opcode, __u32 in_len)
{
	struct pool pool = {};

	ASSERT_EQ(0, vcx("lose %x", opcode));
	ASSERT_EQ(0, longest_start(rpc, fd, opcode, in_len));
	ASSERT_TRUE(wait_for(vcx_stat("in_flight")));
	EXPECT_TRUE(pool_read(dev, &pool));
	ASSERT_EQ(0, vcx("clear"));
	ASSERT_EQ(0, vcx("release"));
	EXPECT_EQ(0, call_end(&rpc->call));
	return pool.used;
}

/* The command that needs the most memory, as often at a time as fwctl sends it */
TEST_F_TIMEOUT(hostile, memory_of_the_driver, 600)
{
	struct longest *rpc = calloc(HOGS, sizeof(*rpc));
	unsigned int n, i, opcode = 0;
	unsigned long need, most = 0;
	__u32 in_len, longest = 0;
	struct pool before, after;
	int fds[HOGS];

	ASSERT_NE(NULL, rpc);
	/* A new pool: it ends with the driver's hold on the device. */
	set_timeout(_metadata, &self->dev, &self->rebind, NEVER_S);
	if (!pool_read(&self->dev, &before))
		SKIP(return, "no file 'pools', or no mlx5_cmd in it");
	ASSERT_EQ(0, param_set("max_rpcs", HOGS));
	for (i = 0; i < HOGS; i++) {
		fds[i] = mlx5_open(&self->dev, O_RDWR);
		ASSERT_LE(0, fds[i]);
	}
	for (n = 0; n < mlx5_fwctl_nr_opcodes; n++) {
		i = mlx5_fwctl_opcodes[n].opcode;
		in_len = longest_admitted(rpc, fds[0], i);
		need = in_len ? needs(_metadata, &self->dev, rpc, fds[0], i, in_len) : 0;
		if (need <= most)
			continue;
		most = need;
		opcode = i;
		longest = in_len;
	}
	ASSERT_LT(0, most);
	fprintf(stderr, "# the greediest command: %#x, of %u bytes\n", opcode, longest);

	ASSERT_EQ(0, vcx("lose %x *", opcode));
	for (i = 0; i < HOGS; i++)
		ASSERT_EQ(0, longest_start(&rpc[i], fds[i], opcode, longest));
	settle();
	ASSERT_EQ(0, vcx("clear"));
	for (i = 0; i < HOGS; i++) {
		while (call_waits(&rpc[i].call)) {
			vcx("release");
			usleep(1000);
		}
		call_end(&rpc[i].call);
	}
	EXPECT_TRUE(pool_read(&self->dev, &after));
	fprintf(stderr, "# the pool of mailboxes: %lu KiB before, %lu KiB after\n", before.total,
		after.total);
	EXPECT_GE(before.total + MAX_POOL_KB, after.total);
}

/* Stays on one CPU, so that the callers are on all NUMA nodes. */
static pid_t fork_on_cpu(unsigned int cpu)
{
	unsigned long mask = 1ul << cpu;
	pid_t pid = fork();

	if (!pid)
		syscall(SYS_sched_setaffinity, 0, sizeof(mask), &mask);
	return pid;
}

/* Files that are opened, used and closed at the same time, while firmware is silent */
TEST_F(hostile, commands_in_flight)
{
	unsigned int i, cpus = sysconf(_SC_NPROCESSORS_ONLN), peak = 0;
	pid_t pids[3 * CALLS];
	int fds[2 * CALLS];

	set_timeout(_metadata, &self->dev, &self->rebind, NEVER_S);
	ASSERT_EQ(0, param_set("max_rpcs", CALLS));
	for (i = 0; i < 2 * CALLS; i++) {
		fds[i] = mlx5_open(&self->dev, O_RDWR);
		ASSERT_LE(0, fds[i]);
	}
	ASSERT_EQ(0, vcx("lose %x *", OP_CREATE_UCTX));
	ASSERT_EQ(0, vcx("lose %x *", OP_DESTROY_UCTX));
	ASSERT_EQ(0, vcx("lose %x *", OP_NOP));
	vcx_peak();
	for (i = 0; i < 3 * CALLS; i++) {
		pids[i] = fork_on_cpu(i % cpus);
		if (pids[i])
			continue;
		if (i < CALLS)
			_exit(mlx5_nop(fds[i]));
		if (i < 2 * CALLS)
			_exit(mlx5_try(&self->dev));
		_exit(0);
	}
	/* The children have these files, too. The last to close one is this process. */
	for (i = 2 * CALLS; i < 3 * CALLS; i++)
		exit_status(pids[i]);
	settle();
	for (i = 0; i < 2 * CALLS; i++)
		kill(pids[i], SIGKILL);
	for (i = 0; i < 2 * CALLS; i++)
		exit_status(pids[i]);
	for (i = 0; i < 2 * CALLS; i++)
		close(fds[i]);
	settle();
	peak = vcx_peak();
	fprintf(stderr, "# at most %u commands in flight; NUMA nodes: %s\n", peak,
		access("/sys/devices/system/node/node1", F_OK) ? "1" : "2");
	EXPECT_LT(0, peak);
	EXPECT_GE(MAX_IN_FLIGHT, peak);
	ASSERT_EQ(0, vcx("clear"));
	ASSERT_EQ(0, vcx("release"));
}

TEST_HARNESS_MAIN
