// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory for calls is charged to the memory cgroup of the caller.
 */
#include "fwctl_thread_utils.h"

#define CGROUP "/sys/fs/cgroup"
#define MIB (1024 * 1024ull)
#define LIMIT (64 * MIB)
#define SENDERS 64

FIXTURE(memcg) {
	struct sim sim;
	char group[64];
	int fd;
	unsigned int max_rpcs;
};

FIXTURE_VARIANT(memcg) {
	bool separate;
};

FIXTURE_VARIANT_ADD(memcg, inplace) {
	.separate = false,
};

FIXTURE_VARIANT_ADD(memcg, separate) {
	.separate = true,
};

static unsigned long long group_value(const char *group, const char *name)
{
	char text[64];

	if (read_file(text, sizeof(text), "%s/%s", group, name))
		return 0;
	return strtoull(text, NULL, 10);
}

/* The sum of the numbers after each occurrence of a name */
static unsigned long long named_value(const char *path, const char *name)
{
	unsigned long long value = 0;
	FILE *file = fopen(path, "re");
	char line[128], *number;

	while (file && fgets(line, sizeof(line), file)) {
		number = strstr(line, name);
		if (number)
			value += strtoull(number + strlen(name), NULL, 10);
	}
	if (file)
		fclose(file);
	return value;
}

FIXTURE_SETUP(memcg)
{
	char text[32];

	if (sim_missing())
		SKIP(return, "%s", sim_missing());
	if (access(CGROUP "/cgroup.subtree_control", W_OK))
		SKIP(return, "no cgroup version 2");
	if (write_file("+memory", CGROUP "/cgroup.subtree_control"))
		SKIP(return, "no memory controller");
	snprintf(self->group, sizeof(self->group), CGROUP "/fwctl_test_%d",
		 getpid());
	ASSERT_EQ(0, mkdir(self->group, 0755));
	snprintf(text, sizeof(text), "%llu", LIMIT);
	ASSERT_EQ(0, write_file(text, "%s/memory.max", self->group));
	write_file("0", "%s/memory.swap.max", self->group);

	self->max_rpcs = param_get("max_rpcs");
	ASSERT_EQ(0, param_set("max_rpcs", SENDERS));
	self->fd = setup_sim(_metadata, &self->sim, "", O_RDWR);
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_separate", variant->separate));
}

FIXTURE_TEARDOWN_PARENT(memcg)
{
	EXPECT_EQ(0, param_set("max_rpcs", self->max_rpcs));
	EXPECT_EQ(0, sim_del(&self->sim));
	/* Fails while a process is in the group. */
	EXPECT_EQ(0, rmdir(self->group));
}

/* The longest request, and a buffer for the longest answer */
static struct fwctl_rpc large_rpc(__u32 opcode, void *out)
{
	static __u8 in[FWCTL_MAX_RPC_LEN];
	struct fwctl_sim_request *request = (void *)in;

	request->opcode = opcode;
	return rpc_cmd(0, in, sizeof(in), out, FWCTL_MAX_RPC_LEN);
}

/* A request with one nested buffer, which is as long as possible */
static struct fwctl_rpc nested_rpc(void *buffer)
{
	static struct {
		struct fwctl_sim_request request;
		struct fwctl_sim_buffer buffer;
	} in;

	in.request.opcode = FWCTL_SIM_BUFFERS;
	in.request.arg = 1;
	in.buffer = (struct fwctl_sim_buffer){
		(uintptr_t)buffer, FWCTL_MAX_RPC_LEN, FWCTL_SIM_FROM_DEVICE
	};
	return rpc_cmd(0, &in, sizeof(in), NULL, 0);
}

/*
 * For the process in the cgroup: makes calls that stop while they hold most memory,
 * because the memory for the answer, or the nested buffer, is missing. The parent reads
 * the charge meanwhile.
 */
static int hold_memory(int fd, int calls, int ready, int done, bool nested)
{
	struct slow_memory mem;
	struct call call[16];
	int i;

	if (slow_memory_init(&mem, FWCTL_MAX_RPC_LEN))
		return KSFT_SKIP;
	for (i = 0; i < calls; i++) {
		call[i].rpc = nested ? nested_rpc(mem.start) :
				       large_rpc(FWCTL_SIM_ECHO, mem.start);
		if (call_start(&call[i], fd, FWCTL_RPC, &call[i].rpc) ||
		    !wait_for(call_waits(&call[i])))
			return KSFT_FAIL;
	}
	if (!slow_memory_wait(&mem, mem.start))
		return KSFT_FAIL;
	if (write(ready, "", 1) != 1 || read(done, &i, 1) != 1)
		return KSFT_FAIL;
	slow_memory_end(&mem);
	for (i = 0; i < calls; i++)
		if (call_end(&call[i]))
			return KSFT_FAIL;
	return KSFT_PASS;
}

/* @each: bytes that each call holds */
static void check_charge(struct __test_metadata *_metadata, int fd, const char *group,
			 bool nested, unsigned long long each)
{
	const int calls = 8;
	unsigned long long before, during, expected = calls * each;
	int ready[2], done[2], status;
	pid_t pid;
	char c;

	ASSERT_EQ(0, pipe(ready));
	ASSERT_EQ(0, pipe(done));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		/* The group is charged for this program's own memory, too. */
		if (write_file("0", "%s/cgroup.procs", group))
			_exit(KSFT_FAIL);
		large_rpc(FWCTL_SIM_NOP, NULL);
		if (write(ready[1], "", 1) != 1 || read(done[0], &c, 1) != 1)
			_exit(KSFT_FAIL);
		_exit(hold_memory(fd, calls, ready[1], done[0], nested));
	}
	close(ready[1]);
	ASSERT_EQ(1, read(ready[0], &c, 1));
	before = group_value(group, "memory.current");
	ASSERT_EQ(1, write(done[1], "", 1));
	if (read(ready[0], &c, 1) == 1) {
		during = group_value(group, "memory.current");
		TH_LOG("charged: %llu KiB, expected %llu KiB or more",
		       (during - before) >> 10, expected >> 10);
		EXPECT_LE(expected, during - before);
		EXPECT_LE(during, LIMIT);
		ASSERT_EQ(1, write(done[1], "", 1));
	}
	status = exit_status(pid);
	if (status == KSFT_SKIP)
		SKIP(return, NO_SLOW_MEMORY);
	EXPECT_EQ(KSFT_PASS, status);

	/* The file keeps one of these buffers. */
	EXPECT_TRUE(wait_for(group_value(group, "memory.current") <
			     before + 2 * FWCTL_MAX_RPC_LEN));
}

TEST_F(memcg, buffers_are_charged)
{
	check_charge(_metadata, self->fd, self->group, false,
		     FWCTL_MAX_RPC_LEN * (variant->separate ? 2ull : 1ull));
}

TEST_F(memcg, nested_buffers_are_charged)
{
	struct sim sim;
	int fd;

	ASSERT_EQ(0, sim_new(&sim, "nested"));
	fd = sim_open(&sim, O_RDWR);
	ASSERT_LE(0, fd);
	check_charge(_metadata, fd, self->group, true, FWCTL_MAX_RPC_LEN);
	close(fd);
	EXPECT_EQ(0, sim_del(&sim));
}

/**
 * struct sender - a thread that sends the longest RPCs one after another
 * @fd: the file
 * @left: how many RPCs are left
 * @thread: the thread
 */
struct sender {
	int fd;
	int left;
	pthread_t thread;
};

static __u8 answer[FWCTL_MAX_RPC_LEN];

static void *sender_thread(void *data)
{
	struct sender *sender = data;
	struct fwctl_rpc rpc = large_rpc(FWCTL_SIM_ECHO, answer);
	int err = 0;

	while (sender->left-- && (!err || err == ENOMEM)) {
		rpc.out_len = FWCTL_MAX_RPC_LEN;
		err = _test_ioctl(sender->fd, FWCTL_RPC, &rpc);
	}
	return (void *)(long)err;
}

/* The threads together need many times the memory that the cgroup may have. */
static int send_from_threads(int fd)
{
	struct sender senders[SENDERS];
	int i, failed = 0;
	void *err;

	for (i = 0; i < SENDERS; i++) {
		senders[i].fd = fd;
		senders[i].left = 2;
		if (pthread_create(&senders[i].thread, NULL, sender_thread,
				   &senders[i]))
			return KSFT_FAIL;
	}
	for (i = 0; i < SENDERS; i++) {
		pthread_join(senders[i].thread, &err);
		failed += err && (long)err != ENOMEM;
	}
	return failed ? KSFT_FAIL : KSFT_PASS;
}

/* MemAvailable does not have the free pages on the lists of each CPU. */
static unsigned long long available_kib(void)
{
	unsigned long long pages = named_value("/proc/zoneinfo", " count:");

	return named_value("/proc/meminfo", "MemAvailable:") +
	       pages * (sysconf(_SC_PAGESIZE) >> 10);
}

/* Waits for a process. Returns the largest drop of free memory meanwhile, in bytes. */
static unsigned long long watch(pid_t pid, int *status)
{
	unsigned long long before = available_kib(), least = before, now;

	while (!waitpid(pid, status, WNOHANG)) {
		now = available_kib();
		least = now < least ? now : least;
		usleep(1000);
	}
	return (before - least) << 10;
}

/* A process that needs too much memory is killed or gets ENOMEM; others go on. */
TEST_F(memcg, stress)
{
	unsigned long long taken, peak;
	int status;
	pid_t pid;

	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", 300));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		memset(answer, 1, sizeof(answer));
		if (write_file("0", "%s/cgroup.procs", self->group))
			_exit(KSFT_FAIL);
		_exit(send_from_threads(self->fd));
	}
	taken = watch(pid, &status);
	peak = group_value(self->group, "memory.peak");
	TH_LOG("taken: %llu MiB, charged at most: %llu MiB, %s", taken / MIB,
	       peak / MIB, WIFSIGNALED(status) ? "killed" : "not killed");
	EXPECT_TRUE(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL :
					  WEXITSTATUS(status) == 0);
	EXPECT_GE(LIMIT, peak);
	/*
	 * The page allocator charges a block after it was allocated: each thread may
	 * have one for a moment before the charge is refused.
	 */
	EXPECT_GE(LIMIT + SENDERS * FWCTL_MAX_RPC_LEN, taken);

	/* Afterwards the memory is free, and calls work. */
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", 0));
	EXPECT_TRUE(wait_for(group_value(self->group, "memory.current") <
			     4 * FWCTL_MAX_RPC_LEN));
	EXPECT_EQ(0, sim_count(&self->sim, "rpcs_now"));
	test_nop(self->fd, 0);
}

/*
 * A file keeps the largest buffer of the calls that end, and no other one. In each round
 * a small call ends while a large one is in flight.
 */
TEST_F(memcg, one_buffer_is_kept)
{
	unsigned long long before = 0, after;
	struct fwctl_rpc small;
	struct call large;
	unsigned int rpcs;
	int round;

	memset(answer, 1, sizeof(answer));
	ASSERT_EQ(0, write_file("0", "%s/cgroup.procs", self->group));
	for (round = 0; round < 24; round++) {
		ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", 30));
		rpcs = sim_count(&self->sim, "rpcs");
		large.rpc = large_rpc(FWCTL_SIM_NOP, NULL);
		large.rpc.out_len = 0;
		ASSERT_EQ(0, call_start(&large, self->fd, FWCTL_RPC, &large.rpc));
		/* On a slow machine the large call may have ended already. */
		ASSERT_TRUE(wait_for(sim_count(&self->sim, "rpcs") > rpcs));
		ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", 0));
		small = large_rpc(FWCTL_SIM_NOP, NULL);
		small.in_len = MIB;
		small.out_len = 0;
		EXPECT_EQ(0, _test_ioctl(self->fd, FWCTL_RPC, &small));
		EXPECT_EQ(0, call_end(&large));
		if (!round)
			before = group_value(self->group, "memory.current");
	}
	after = group_value(self->group, "memory.current");
	EXPECT_GT(before + 4 * MIB, after)
		TH_LOG("before: %llu KiB, after: %llu KiB", before >> 10, after >> 10);
	EXPECT_EQ(0, write_file("0", CGROUP "/cgroup.procs"));
}

/* The OOM killer spares the caller: the call fails with ENOMEM. */
TEST_F(memcg, no_memory)
{
	struct fwctl_rpc rpc = large_rpc(FWCTL_SIM_ECHO, answer);
	unsigned long long max;
	char text[32];

	memset(answer, 1, sizeof(answer));
	ASSERT_EQ(0, write_file("-1000", "/proc/self/oom_score_adj"));
	ASSERT_EQ(0, write_file("0", "%s/cgroup.procs", self->group));

	/* Memory for this process, and for one buffer less than the call needs */
	max = group_value(self->group, "memory.current") + MIB;
	if (variant->separate)
		max += FWCTL_MAX_RPC_LEN;
	snprintf(text, sizeof(text), "%llu", max);
	ASSERT_EQ(0, write_file(text, "%s/memory.max", self->group));
	EXPECT_EQ(ENOMEM, _test_ioctl(self->fd, FWCTL_RPC, &rpc));

	/* Freed memory may stay charged for a moment; then read_file() fails, too. */
	EXPECT_TRUE(wait_for(sim_count(&self->sim, "rpcs") == variant->separate));

	max += FWCTL_MAX_RPC_LEN;
	snprintf(text, sizeof(text), "%llu", max);
	ASSERT_TRUE(wait_for(!write_file(text, "%s/memory.max", self->group)));
	EXPECT_EQ(0, _test_ioctl(self->fd, FWCTL_RPC, &rpc));
	EXPECT_EQ(0, write_file("0", CGROUP "/cgroup.procs"));
}

TEST_HARNESS_MAIN
