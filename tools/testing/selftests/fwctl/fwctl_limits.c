// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits of the core: open files, and calls in flight, of each device.
 */
#include "fwctl_hostile_utils.h"
#include "fwctl_thread_utils.h"

#define MAX_FILES 256
#define MAX_RPCS 12

FIXTURE(limits) {
	struct sim sim;
	struct sim other;
	int fd;
};

FIXTURE_SETUP(limits)
{
	if (sim_missing())
		SKIP(return, "%s", sim_missing());
	if (param_get("max_files") != MAX_FILES ||
	    param_get("max_rpcs") != MAX_RPCS)
		SKIP(return, "limits are not the default ones");
	ASSERT_EQ(0, sim_new(&self->other, ""));
	self->fd = setup_sim(_metadata, &self->sim, "", O_RDWR);
}

/* In the parent, which also restores the limits after a test that crashed */
FIXTURE_TEARDOWN_PARENT(limits)
{
	EXPECT_EQ(0, param_set("max_files", MAX_FILES));
	EXPECT_EQ(0, param_set("max_rpcs", MAX_RPCS));
	EXPECT_EQ(0, sim_del(&self->sim));
	EXPECT_EQ(0, sim_del(&self->other));
}

#define EXPECT_NO_OPEN(_err, _sim)					\
do {									\
	EXPECT_EQ(-1, sim_open(_sim, O_RDWR));				\
	EXPECT_EQ(_err, errno);						\
} while (0)

TEST_F(limits, files_by_default)
{
	int fd = -1, i;

	for (i = 1; i < MAX_FILES; i++) {
		fd = sim_open(&self->sim, O_RDONLY);
		ASSERT_LE(0, fd);
	}
	EXPECT_NO_OPEN(EBUSY, &self->sim);
	EXPECT_EQ(MAX_FILES, sim_count(&self->sim, "opens"));
	/* The limit is per device. */
	EXPECT_LE(0, sim_open(&self->other, O_RDWR));

	close(fd);
	EXPECT_LE(0, sim_open(&self->sim, O_RDWR));
	EXPECT_NO_OPEN(EBUSY, &self->sim);
}

TEST_F(limits, files_at_run_time)
{
	int second, third;

	ASSERT_EQ(0, param_set("max_files", 1));
	EXPECT_NO_OPEN(EBUSY, &self->sim);
	ASSERT_EQ(0, param_set("max_files", 3));
	second = sim_open(&self->sim, O_RDWR);
	EXPECT_LE(0, second);
	third = sim_open(&self->sim, O_RDWR);
	EXPECT_LE(0, third);
	EXPECT_NO_OPEN(EBUSY, &self->sim);

	/* A lower limit does not affect open files. */
	ASSERT_EQ(0, param_set("max_files", 2));
	test_nop(third, FWCTL_RPC_CONFIGURATION);
	close(third);
	EXPECT_NO_OPEN(EBUSY, &self->sim);
	close(second);
	EXPECT_LE(0, sim_open(&self->sim, O_RDWR));

	ASSERT_EQ(0, param_set("max_files", 0));
	EXPECT_NO_OPEN(EBUSY, &self->other);
	ASSERT_EQ(0, param_set("max_files", ~0u));
	EXPECT_LE(0, sim_open(&self->other, O_RDWR));
}

/* A failed open() is not counted. */
TEST_F(limits, files_that_failed)
{
	int i;

	ASSERT_EQ(0, param_set("max_files", 2));
	ASSERT_EQ(0, sim_set(&self->sim, "open_errno", EIO));
	for (i = 0; i < 4; i++)
		EXPECT_NO_OPEN(EIO, &self->sim);
	ASSERT_EQ(0, sim_set(&self->sim, "open_errno", 0));
	EXPECT_LE(0, sim_open(&self->sim, O_RDWR));
	EXPECT_NO_OPEN(EBUSY, &self->sim);
}

/* A file of a removed device does not count for the device that follows it. */
TEST_F(limits, files_of_the_past)
{
	ASSERT_EQ(0, param_set("max_files", 1));
	ASSERT_EQ(0, sim_unbind(&self->sim));
	ASSERT_EQ(0, sim_bind(&self->sim));
	EXPECT_LE(0, sim_open(&self->sim, O_RDWR));
	EXPECT_NO_OPEN(EBUSY, &self->sim);
}

/* Ends the calls that are still in flight. */
static void end_calls(struct __test_metadata *_metadata,
		      const struct sim *sim, struct call *calls, int count)
{
	int i;

	EXPECT_EQ(0, sim_unbind(sim));
	for (i = 0; i < count; i++)
		EXPECT_EQ(ENODEV, call_end(&calls[i]));
}

TEST_F(limits, rpcs_by_default)
{
	struct call calls[MAX_RPCS + 2];
	int i, nonblock;

	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", FOREVER_MS));
	for (i = 0; i < MAX_RPCS; i++)
		ASSERT_EQ(0, call_nop(&calls[i], self->fd));
	ASSERT_TRUE(wait_for(in_flight(&self->sim, MAX_RPCS)));
	for (; i < MAX_RPCS + 2; i++) {
		ASSERT_EQ(0, call_nop(&calls[i], self->fd));
		ASSERT_TRUE(wait_for(call_waits(&calls[i])));
	}
	EXPECT_EQ(MAX_RPCS, sim_count(&self->sim, "rpcs"));

	/* The limit holds for all files; O_NONBLOCK fails at once. */
	nonblock = sim_open(&self->sim, O_RDWR | O_NONBLOCK);
	ASSERT_LE(0, nonblock);
	EXPECT_EQ(EAGAIN, EXPECT_QUICK("RPC beyond the limit, O_NONBLOCK",
				       _test_nop(nonblock, 0)));
	/* INFO does not need a slot. */
	EXPECT_EQ(0, EXPECT_QUICK("INFO meanwhile",
				  _test_info(nonblock, NULL, &(__u32){ 0 })));
	close(nonblock);
	nonblock = sim_open(&self->other, O_RDWR | O_NONBLOCK);
	ASSERT_LE(0, nonblock);
	test_nop(nonblock, 0);

	end_calls(_metadata, &self->sim, calls, MAX_RPCS + 2);
	EXPECT_EQ(MAX_RPCS, sim_count(&self->sim, "rpcs_max"));
}

TEST_F(limits, rpcs_wait_killably)
{
	struct call first;
	pid_t pids[4];
	int i;

	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", FOREVER_MS));
	ASSERT_EQ(0, sim_set(&self->sim, "unkillable", 1));
	ASSERT_EQ(0, param_set("max_rpcs", 1));
	ASSERT_EQ(0, call_nop(&first, self->fd));
	ASSERT_TRUE(wait_for(in_flight(&self->sim, 1)));
	for (i = 0; i < 4; i++) {
		pids[i] = fork_nop(self->fd);
		ASSERT_LT(0, pids[i]);
		ASSERT_TRUE(wait_for(task_waits_in_ioctl(pids[i])));
	}
	/* In the middle of the queue, at its end, and at its head */
	EXPECT_TRUE(EXPECT_QUICK("kill of a waiting caller",
				 kill_and_wait(pids[1])));
	EXPECT_TRUE(EXPECT_QUICK("kill of the last in the queue",
				 kill_and_wait(pids[3])));
	EXPECT_TRUE(EXPECT_QUICK("kill of the first in the queue",
				 kill_and_wait(pids[0])));
	EXPECT_TRUE(in_flight(&self->sim, 1));
	EXPECT_TRUE(kill_and_wait(pids[2]));
	EXPECT_EQ(1, sim_count(&self->sim, "rpcs"));
	end_calls(_metadata, &self->sim, &first, 1);
}

TEST_F(limits, rpcs_end_interrupted)
{
	struct call first;
	pid_t pid;

	if (cannot_trace_ioctl())
		SKIP(return, "%s", cannot_trace_ioctl());
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", FOREVER_MS));
	ASSERT_EQ(0, sim_set(&self->sim, "unkillable", 1));
	ASSERT_EQ(0, param_set("max_rpcs", 1));
	ASSERT_EQ(0, call_nop(&first, self->fd));
	ASSERT_TRUE(wait_for(in_flight(&self->sim, 1)));
	pid = fork_nop(self->fd);
	ASSERT_LT(0, pid);
	ASSERT_TRUE(wait_for(task_waits_in_ioctl(pid)));
	EXPECT_EQ(EINTR, kill_in_ioctl(pid));
	end_calls(_metadata, &self->sim, &first, 1);
}

/* A signal that does not kill neither ends the wait nor restarts the call. */
static void ignore(int signal)
{
	(void)signal;
}

TEST_F(limits, rpcs_wait_through_signals)
{
	struct call call;
	pid_t holder;
	int i;

	signal(SIGUSR1, ignore);
	ASSERT_EQ(0, param_set("max_rpcs", 1));
	holder = hold_slot(&self->sim, self->fd);
	ASSERT_LT(0, holder);
	ASSERT_EQ(0, call_nop(&call, self->fd));
	for (i = 0; i < 4; i++) {
		ASSERT_TRUE(wait_for(call_waits(&call)));
		ASSERT_EQ(0, pthread_kill(call.thread, SIGUSR1));
	}
	ASSERT_TRUE(kill_and_wait(holder));
	EXPECT_EQ(0, call_end(&call));
	EXPECT_EQ(2, sim_count(&self->sim, "rpcs"));
}

/* Starts calls that read the mark and clear it: only the first one gets it. */
static void queue_up(struct __test_metadata *_metadata, int fd,
		     struct call *calls, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		ASSERT_EQ(0, call_sim(&calls[i], fd, FWCTL_SIM_READ_CLEAR, 1));
		ASSERT_TRUE(wait_for(call_waits(&calls[i])));
	}
}

static void check_turns(struct __test_metadata *_metadata, struct call *calls,
			int count)
{
	int i;

	for (i = 0; i < count; i++) {
		EXPECT_EQ(0, call_end(&calls[i]));
		EXPECT_EQ(i == 0 ? 42 : 0, calls[i].answer.value)
			TH_LOG("number %d in the queue", i);
	}
}

#define MARK(_fd) \
	ASSERT_EQ(0, _test_sim(_fd, 0, FWCTL_SIM_WRITE, 1, 42, NULL, NULL))

/* The call that has waited longest is next. */
TEST_F(limits, rpcs_in_turn)
{
	struct call calls[4];
	pid_t holder;
	int round;

	ASSERT_EQ(0, param_set("max_rpcs", 1));
	for (round = 0; round < 8; round++) {
		MARK(self->fd);
		holder = hold_slot(&self->sim, self->fd);
		ASSERT_LT(0, holder);
		queue_up(_metadata, self->fd, calls, 4);
		ASSERT_TRUE(kill_and_wait(holder));
		check_turns(_metadata, calls, 4);
	}
	EXPECT_EQ(1, sim_count(&self->sim, "rpcs_max"));
}

/* Also when a call ends and no slot becomes free, because the limit is lower now */
TEST_F(limits, rpcs_in_turn_when_lowered)
{
	struct call calls[4];
	pid_t holders[3];
	int i, k;

	MARK(self->fd);
	for (i = 0; i < 3; i++) {
		holders[i] = hold_slot(&self->sim, self->fd);
		ASSERT_LT(0, holders[i]);
	}
	ASSERT_EQ(0, param_set("max_rpcs", 1));
	queue_up(_metadata, self->fd, calls, 4);
	for (i = 0; i < 2; i++) {
		ASSERT_TRUE(kill_and_wait(holders[i]));
		/* A call that was woken without a free slot waits again. */
		for (k = 0; k < 4; k++)
			ASSERT_TRUE(wait_for(call_waits(&calls[k])));
	}
	ASSERT_TRUE(kill_and_wait(holders[2]));
	check_turns(_metadata, calls, 4);
}

/* No slot is lost when calls in the queue are killed. */
TEST_F(limits, rpcs_after_kills)
{
	struct call last;
	pid_t pids[8];
	int round, i;

	ASSERT_EQ(0, param_set("max_rpcs", 2));
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", 5));
	for (round = 0; round < 20; round++) {
		for (i = 0; i < 8; i++) {
			pids[i] = fork_nop(self->fd);
			ASSERT_LT(0, pids[i]);
		}
		for (i = 0; i < 8; i += 2)
			kill(pids[i], SIGKILL);
		for (i = 0; i < 8; i++)
			ASSERT_EQ(pids[i], waitpid(pids[i], NULL, 0));
	}
	ASSERT_EQ(0, call_nop(&last, self->fd));
	EXPECT_EQ(0, EXPECT_QUICK("RPC afterwards", call_end(&last)));
	EXPECT_TRUE(in_flight(&self->sim, 0));
	EXPECT_GE(2, sim_count(&self->sim, "rpcs_max"));
}

TEST_F(limits, rpcs_lowered_at_run_time)
{
	struct call calls[4];
	int nonblock, i;

	nonblock = sim_open(&self->sim, O_RDWR | O_NONBLOCK);
	ASSERT_LE(0, nonblock);
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", FOREVER_MS));
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, call_nop(&calls[i], self->fd));
	ASSERT_TRUE(wait_for(in_flight(&self->sim, 3)));
	ASSERT_EQ(0, param_set("max_rpcs", 2));
	test_err_nop(EAGAIN, nonblock, 0);
	ASSERT_EQ(0, param_set("max_rpcs", 3));
	test_err_nop(EAGAIN, nonblock, 0);
	ASSERT_EQ(0, param_set("max_rpcs", 4));
	ASSERT_EQ(0, call_nop(&calls[3], nonblock));
	EXPECT_TRUE(wait_for(in_flight(&self->sim, 4)));
	end_calls(_metadata, &self->sim, calls, 4);

	/* A limit of 0 admits one call at a time. */
	ASSERT_EQ(0, param_set("max_rpcs", 0));
	nonblock = sim_open(&self->other, O_RDWR | O_NONBLOCK);
	ASSERT_LE(0, nonblock);
	test_nop(nonblock, 0);
}

/* Waiting calls use a higher limit, even if no call ends. */
TEST_F(limits, rpcs_raised_at_run_time)
{
	struct call calls[4];
	pid_t holder;
	int i;

	ASSERT_EQ(0, param_set("max_rpcs", 1));
	holder = hold_slot(&self->sim, self->fd);
	ASSERT_LT(0, holder);
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", FOREVER_MS));
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, call_nop(&calls[i], self->fd));
		ASSERT_TRUE(wait_for(call_waits(&calls[i])));
	}
	ASSERT_EQ(0, param_set("max_rpcs", 4));
	EXPECT_TRUE(wait_for(in_flight(&self->sim, 4)));
	ASSERT_TRUE(kill_and_wait(holder));
	EXPECT_TRUE(wait_for(in_flight(&self->sim, 4)));
	EXPECT_EQ(4, sim_count(&self->sim, "rpcs_max"));
	end_calls(_metadata, &self->sim, calls, 4);
}

/* Calls and open() that are inside the device when more wait than it takes. */
static unsigned int most_inside(struct __test_metadata *_metadata, const struct sim *sim)
{
	pid_t calls[8], opens[8];
	unsigned int i, inside;
	int fd = sim_open(sim, O_RDWR);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, sim_set(sim, "rpc_delay_ms", FOREVER_MS));
	ASSERT_EQ(0, sim_set(sim, "open_delay_ms", FOREVER_MS));
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		calls[i] = fork_nop(fd);
		opens[i] = fork();
		if (!opens[i])
			_exit(sim_open(sim, O_RDWR) < 0);
	}
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		EXPECT_TRUE(wait_for(task_waits_in_ioctl(calls[i])));
		EXPECT_TRUE(wait_for(task_waits_in(opens[i], SYS_openat)));
	}
	inside = sim_count(sim, "rpcs_now") + sim_count(sim, "opens_now");
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		EXPECT_TRUE(kill_and_wait(calls[i]));
		EXPECT_TRUE(kill_and_wait(opens[i]));
	}
	close(fd);
	return inside;
}

/* Calls and open() together, however few the device takes; one of each at least */
TEST_F(limits, requests_of_a_small_device)
{
	unsigned int max;
	char option[32];
	struct sim sim;

	for (max = 1; max <= 8; max++) {
		snprintf(option, sizeof(option), "max_requests=%u", max);
		ASSERT_EQ(0, sim_new(&sim, option));
		EXPECT_EQ(max == 1 ? 2 : max, most_inside(_metadata, &sim))
			TH_LOG("%s", option);
		EXPECT_EQ(0, sim_del(&sim));
	}
}

/*
 * A device that yields lets one call in, for two ticks. The thread may lose the CPU for
 * that long between the two calls, so one of many rounds counts.
 */
TEST_F(limits, rpcs_while_the_device_yields)
{
	int nonblock = sim_open(&self->sim, O_RDWR | O_NONBLOCK);
	unsigned int refused = 0, i;
	struct call inside;
	__u32 len;

	ASSERT_LE(0, nonblock);
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", FOREVER_MS));
	ASSERT_EQ(0, call_nop(&inside, self->fd));
	ASSERT_TRUE(wait_for(in_flight(&self->sim, 1)));
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", 0));
	EXPECT_EQ(0, _test_nop(nonblock, 0));

	ASSERT_EQ(0, sim_set(&self->sim, "info_yields", 1));
	for (i = 0; i < 100; i++) {
		len = 0;
		ASSERT_EQ(0, _test_info(self->fd, NULL, &len));
		refused += _test_nop(nonblock, 0) == EAGAIN;
		len = 0;
		ASSERT_EQ(0, _test_info(self->fd, NULL, &len));
		/* Waits until the two ticks are over. */
		ASSERT_EQ(0, _test_nop(self->fd, 0));
		EXPECT_EQ(0, _test_nop(nonblock, 0));
	}
	EXPECT_LT(0, refused);
	end_calls(_metadata, &self->sim, &inside, 1);
	close(nonblock);
}

/* An RPC gets a free slot although an open() of the same user waits. */
TEST_F(limits, rpcs_before_a_waiting_open)
{
	pid_t rpcs[MAX_RPCS], opens[5];
	struct call waiting;
	unsigned int i;

	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", FOREVER_MS));
	for (i = 0; i < MAX_RPCS; i++)
		rpcs[i] = fork_nop(self->fd);
	ASSERT_TRUE(wait_for(in_flight(&self->sim, MAX_RPCS)));
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", 0));
	ASSERT_EQ(0, call_nop(&waiting, self->fd));
	ASSERT_TRUE(wait_for(call_waits(&waiting)));
	/* Four are inside the device, and one waits. */
	ASSERT_EQ(0, sim_set(&self->sim, "open_delay_ms", FOREVER_MS));
	for (i = 0; i < ARRAY_SIZE(opens); i++) {
		opens[i] = fork();
		if (!opens[i])
			_exit(sim_open(&self->sim, O_RDWR) < 0);
		ASSERT_TRUE(wait_for(task_waits_in(opens[i], SYS_openat)));
	}
	ASSERT_TRUE(kill_and_wait(rpcs[0]));
	EXPECT_TRUE(wait_for(sim_count(&self->sim, "rpcs") == MAX_RPCS + 1));
	for (i = 0; i < ARRAY_SIZE(opens); i++)
		EXPECT_TRUE(kill_and_wait(opens[i]));
	for (i = 1; i < MAX_RPCS; i++)
		EXPECT_TRUE(kill_and_wait(rpcs[i]));
	EXPECT_EQ(0, call_end(&waiting));
}

/**
 * struct refused - a process that is refused files until it is told to end
 * @began: it has tried
 * @stop: tells it to end
 */
struct refused {
	bool began;
	bool stop;
};

static int try_to_open(const struct sim *sim, struct refused *refused)
{
	become(HOSTILE);
	while (sim_open(sim, O_RDONLY) >= 0)
		;
	while (!get(&refused->stop)) {
		if (sim_open(sim, O_RDONLY) >= 0)
			return 1;
		set(&refused->began, true);
	}
	return 0;
}

/* An attempt that fails takes no place of another user, not even for a moment. */
TEST_F(limits, files_while_another_user_is_refused)
{
	struct refused *refused = shared_memory(sizeof(*refused));
	unsigned int busy = 0, i;
	pid_t pid;
	int fd;

	ASSERT_EQ(0, chmod(self->sim.node, 0666));
	/* One file is open; another user may have two of four; root has the last place. */
	ASSERT_EQ(0, param_set("max_files", 4));
	pid = fork();
	if (!pid)
		_exit(try_to_open(&self->sim, refused));
	ASSERT_TRUE(wait_for(get(&refused->began)));
	for (i = 0; i < 20000; i++) {
		fd = sim_open(&self->sim, O_RDONLY);
		if (fd < 0)
			busy++;
		else
			close(fd);
	}
	EXPECT_EQ(0, busy);
	set(&refused->stop, true);
	EXPECT_EQ(0, exit_status(pid));
}

/* A call that waits for user memory does not hold a slot. */
TEST_F(limits, rpcs_on_slow_memory)
{
	struct fwctl_sim_request request = { .opcode = FWCTL_SIM_NOP };
	struct slow_memory mem;
	struct call in, out;
	int nonblock;

	if (slow_memory_init(&mem, sysconf(_SC_PAGESIZE) * 2))
		SKIP(return, NO_SLOW_MEMORY);
	ASSERT_EQ(0, param_set("max_rpcs", 1));

	in.rpc = rpc_cmd(0, mem.start, 16, &in.answer, 16);
	ASSERT_EQ(0, call_start(&in, self->fd, FWCTL_RPC, &in.rpc));
	ASSERT_TRUE(slow_memory_wait(&mem, mem.start));
	out.rpc = rpc_cmd(0, &request, sizeof(request),
			  mem.start + sysconf(_SC_PAGESIZE), 16);
	ASSERT_EQ(0, call_start(&out, self->fd, FWCTL_RPC, &out.rpc));
	ASSERT_TRUE(slow_memory_wait(&mem, mem.start + sysconf(_SC_PAGESIZE)));

	nonblock = sim_open(&self->sim, O_RDWR | O_NONBLOCK);
	ASSERT_LE(0, nonblock);
	EXPECT_EQ(0, EXPECT_QUICK("RPC meanwhile", _test_nop(nonblock, 0)));
	EXPECT_EQ(0, EXPECT_QUICK("RPC through the same file",
				  _test_nop(self->fd, 0)));
	slow_memory_end(&mem);
	EXPECT_EQ(0, call_end(&out));
	/* A request of zeroes */
	EXPECT_EQ(EBADMSG, call_end(&in));
}

TEST_HARNESS_MAIN
