// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ceiling that comes down while a command waits, at each place where one can wait: once
 * the write to scope_max has returned, firmware does not execute the command.
 *
 * In the end the device admits nothing until the next boot: to be run last, in a guest
 * with a virtual ConnectX.
 */
#include <sched.h>

#include "fwctl_ceiling_utils.h"
#include "fwctl_hostile_utils.h"
#include "fwctl_mlx5_bus_utils.h"

#define CALLS 64
#define NEVER_S 120
#define LEN 320

enum {
	OP_QUERY_MAD_DEMUX = 0x80b,
	OP_SET_DIAGNOSTIC_PARAMS = 0x820,
	OP_MODIFY_CONG_STATUS = 0x823,
	REG_UNKNOWN = 0x7fff,
};

FIXTURE(waits) {
	struct mlx5_dev dev;
	unsigned int max_rpcs;
	int fd;
	char rt[16];
};

/* Places where a command can wait */
enum place {
	FOR_A_SLOT,
	FOR_KILLED_CALLS,
	FOR_FIRMWARE,
	FOR_A_WORKER,
};

/* In this order: a ceiling cannot be raised. */
FIXTURE_VARIANT(waits) {
	enum place place;
	unsigned int opcode;
	unsigned int scope;
	const char *ceiling;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(waits, for_a_slot) {
	.place = FOR_A_SLOT,
	.opcode = OP_ACCESS_REGISTER_USER,
	.scope = FWCTL_RPC_DEBUG_WRITE_FULL,
	.ceiling = "debug-write",
};

FIXTURE_VARIANT_ADD(waits, for_killed_calls) {
	.place = FOR_KILLED_CALLS,
	.opcode = OP_SET_DIAGNOSTIC_PARAMS,
	.scope = FWCTL_RPC_DEBUG_WRITE,
	.ceiling = "debug-read-only",
};

FIXTURE_VARIANT_ADD(waits, for_firmware) {
	.place = FOR_FIRMWARE,
	.opcode = OP_QUERY_MAD_DEMUX,
	.scope = FWCTL_RPC_DEBUG_READ_ONLY,
	.ceiling = "configuration",
};

FIXTURE_VARIANT_ADD(waits, for_a_worker) {
	.place = FOR_A_WORKER,
	.opcode = OP_MODIFY_CONG_STATUS,
	.scope = FWCTL_RPC_CONFIGURATION,
	.ceiling = "none",
};

/* clang-format on */

#define RT_RUNTIME "/proc/sys/kernel/sched_rt_runtime_us"
#define FAIR_SERVER "/sys/kernel/debug/sched/fair_server/cpu%u/runtime"

FIXTURE_SETUP(waits)
{
	struct mlx5_dev old;

	if (!vcx_there())
		SKIP(return, NO_VCX);
	if (mlx5_find(&self->dev))
		SKIP(return, "no fwctl device of mlx5");
	self->max_rpcs = param_get("max_rpcs");
	old = self->dev;
	ASSERT_EQ(0, vcx("clear"));
	/* No command times out. */
	ASSERT_EQ(0, vcx("fw-timeout %u", NEVER_S));
	ASSERT_EQ(0, unbind_pci(&old));
	ASSERT_EQ(0, bind_pci(&old));
	ASSERT_TRUE(wait_for(!mlx5_find(&self->dev)));
	self->fd = mlx5_open(&self->dev, O_RDWR);
	ASSERT_LE(0, self->fd);
	read_file(self->rt, sizeof(self->rt), RT_RUNTIME);
}

FIXTURE_TEARDOWN_PARENT(waits)
{
	unsigned int i;

	if (!*self->dev.pci)
		return;
	if (*self->rt)
		write_file(self->rt, RT_RUNTIME);
	for (i = 0; i < sysconf(_SC_NPROCESSORS_ONLN); i++)
		write_file("50000000", FAIR_SERVER, i);
	vcx("clear");
	vcx("release");
	param_set("max_rpcs", self->max_rpcs);
	EXPECT_TRUE(wait_for(!vcx_stat("in_flight")));
}

/* Calls that firmware does not answer, until no more of them get to firmware */
static void hold(struct __test_metadata *_metadata, int fd, struct mlx5_call *calls)
{
	unsigned int i;

	ASSERT_EQ(0, vcx("lose %x *", OP_NOP));
	for (i = 0; i < CALLS; i++)
		ASSERT_EQ(0, mlx5_call_nop(&calls[i], fd));
	for (i = 0; i < CALLS; i++)
		ASSERT_TRUE(wait_for(call_waits(&calls[i].call)));
	ASSERT_EQ(0, vcx("clear"));
}

static void kill_some(struct __test_metadata *_metadata, int fd)
{
	unsigned int before, tries;
	pid_t pid;

	ASSERT_EQ(0, vcx("lose %x *", OP_NOP));
	do {
		before = vcx_stat("in_flight");
		pid = fork_mlx5_nop(fd);
		wait_for(task_waits_in_ioctl(pid));
		for (tries = 0; tries < 20 && vcx_stat("in_flight") == before; tries++)
			usleep(100000);
		kill(pid, SIGKILL);
		exit_status(pid);
	} while (vcx_stat("in_flight") != before);
	ASSERT_EQ(0, vcx("clear"));
}

static void be_urgent(int priority)
{
	struct sched_param param = { .sched_priority = priority };

	if (sched_setscheduler(0, SCHED_FIFO, &param))
		abort();
}

/* Keeps every CPU from workers of the kernel until @stop; urgent tasks run. */
static void take_cpus(struct __test_metadata *_metadata, pid_t *pids, const bool *stop)
{
	unsigned int i, cpus = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned long mask;

	be_urgent(20);
	ASSERT_EQ(0, write_file("-1", RT_RUNTIME));
	for (i = 0; i < cpus; i++) {
		write_file("0", FAIR_SERVER, i);
		pids[i] = fork();
		if (pids[i])
			continue;
		mask = 1ul << i;
		syscall(SYS_sched_setaffinity, 0, sizeof(mask), &mask);
		be_urgent(10);
		while (!get(stop))
			;
		_exit(0);
	}
}

struct lowering {
	struct job job;
	int number;
	const char *ceiling;
};

static int lower_now(void *data)
{
	const struct lowering *lowering = data;

	return lower_ceiling(lowering->number, lowering->ceiling);
}

TEST_F(waits, command)
{
	struct lowering lowering = { .number = self->dev.number, .ceiling = variant->ceiling };
	unsigned int executed, at_return, i, cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct mlx5_call *calls = calloc(CALLS, sizeof(*calls));
	bool *stop = shared_memory(sizeof(*stop));
	static __u8 in[LEN], out[LEN];
	__u64 deadline;
	pid_t pids[64];
	struct call call;
	int err;

	ASSERT_GT(ARRAY_SIZE(pids), cpus);
	if (variant->place == FOR_FIRMWARE)
		ASSERT_EQ(0, param_set("max_rpcs", CALLS + 1));
	if (variant->place == FOR_A_SLOT || variant->place == FOR_FIRMWARE)
		hold(_metadata, self->fd, calls);
	else if (variant->place == FOR_KILLED_CALLS)
		kill_some(_metadata, self->fd);
	else
		take_cpus(_metadata, pids, stop);

	make_reg(in, sizeof(in), variant->opcode,
		 variant->opcode == OP_ACCESS_REGISTER_USER ? REG_UNKNOWN : 0, REG_WRITE);
	call.rpc = rpc_cmd(variant->scope, in, sizeof(in), out, sizeof(out));
	ASSERT_EQ(0, call_start(&call, self->fd, FWCTL_RPC, &call.rpc));
	ASSERT_TRUE(wait_for(call_waits(&call)));

	/* A writer that waits for the command is right, too: then firmware may answer. */
	ASSERT_EQ(0, job_start(&lowering.job, lower_now, &lowering));
	for (deadline = now_us() + QUICK_US; !get(&lowering.job.ended) && now_us() < deadline;)
		usleep(1000);
	fprintf(stderr, "# the ceiling %s\n",
		get(&lowering.job.ended) ? "is down" : "waits for the command");
	at_return = vcx_count(variant->opcode);
	executed = at_return;
	if (!get(&lowering.job.ended))
		executed = ~0u;

	set(stop, true);
	err = ETIMEDOUT;
	for (deadline = now_us() + 60000000; now_us() < deadline; usleep(10000)) {
		vcx("release");
		if (!call_waits(&call) && get(&lowering.job.ended))
			break;
	}
	EXPECT_EQ(0, job_end(&lowering.job));
	if (executed == ~0u)
		executed = vcx_count(variant->opcode);
	err = call_end(&call);
	usleep(200000);
	fprintf(stderr, "# executed before: %u, in the end: %u; the call: %s\n", executed,
		vcx_count(variant->opcode), strerror(err));
	EXPECT_EQ(executed, vcx_count(variant->opcode))
		TH_LOG("firmware executed a command that the ceiling forbids");
	EXPECT_TRUE(err == EACCES || !err)
		TH_LOG("the call: %s", strerror(err));
	/* The calls that were held; one that begins now is refused. */
	if (calls->call.thread)
		for (i = 0; i < CALLS; i++) {
			while (call_waits(&calls[i].call)) {
				vcx("release");
				usleep(1000);
			}
			call_end(&calls[i].call);
		}
	if (variant->place == FOR_A_WORKER)
		for (i = 0; i < cpus; i++)
			exit_status(pids[i]);
	test_err_rpc(EACCES, self->fd, variant->scope, in, sizeof(in), out, &(__u32){ LEN });
}

TEST_HARNESS_MAIN
