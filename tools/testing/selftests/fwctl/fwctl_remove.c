// SPDX-License-Identifier: GPL-2.0-only
/*
 * Removal of a device that is in use. A caller or a command that does not finish must
 * not make removal, or other callers, wait.
 */
#include "fwctl_thread_utils.h"

#define FILES 100
#define CLOSE_MS 100

FIXTURE(remove) {
	struct sim sim;
	int fd;
	int other;
	bool removed;
};

FIXTURE_VARIANT(remove) {
	bool unbind;
};

/* The driver is unbound from the device, or the device is removed from the bus. */
FIXTURE_VARIANT_ADD(remove, unbind) {
	.unbind = true,
};

FIXTURE_VARIANT_ADD(remove, del_device) {
	.unbind = false,
};

FIXTURE_SETUP(remove)
{
	self->fd = setup_sim(_metadata, &self->sim, "", O_RDWR);
	if (self->fd < 0)
		return;
	self->other = sim_open(&self->sim, O_RDWR);
	ASSERT_LE(0, self->other);
}

FIXTURE_TEARDOWN_PARENT(remove)
{
	sim_del(&self->sim);
}

static int sim_remove(const struct sim *sim, bool unbind)
{
	return unbind ? sim_unbind(sim) : sim_del(sim);
}

#define EXPECT_QUICK_REMOVAL(_what)					\
	EXPECT_EQ(0, EXPECT_QUICK("removal " _what,			\
				  sim_remove(&self->sim, variant->unbind)))

/* Every call on a file of a removed device fails, except close(). */
static void check_gone(struct __test_metadata *_metadata, int fd)
{
	__u32 len = 0;
	char c = 0;

	test_err_info(ENODEV, fd, NULL, &len);
	test_err_nop(ENODEV, fd, FWCTL_RPC_CONFIGURATION);
	test_err_nop(ENODEV, fd, FWCTL_RPC_DEBUG_WRITE_FULL);
	EXPECT_EQ(ENODEV, _test_ioctl(fd, FWCTL_INFO, NULL));
	EXPECT_EQ(ENODEV, _test_ioctl(fd, FWCTL_RPC, &c));
	EXPECT_EQ(ENOTTY, _test_ioctl(fd, FWCTL_RPC + 1, NULL));
}

TEST_F(remove, idle)
{
	char path[64];

	EXPECT_QUICK_REMOVAL("of an idle device");
	EXPECT_NE(0, access(self->sim.node, F_OK));
	snprintf(path, sizeof(path), "/sys/class/fwctl/fwctl%d",
		 self->sim.number);
	EXPECT_NE(0, access(path, F_OK));
	check_gone(_metadata, self->fd);
	check_gone(_metadata, self->other);
	EXPECT_EQ(0, close(self->fd));
	check_gone(_metadata, self->other);
}

/* The number of a device is not used again while one of its files is open. */
TEST_F(remove, number_is_kept)
{
	struct sim next, after;
	int node, fd;

	/* A reference to the old inode, to open it without its name */
	node = open(self->sim.node, O_PATH | O_CLOEXEC);
	ASSERT_LE(0, node);
	EXPECT_QUICK_REMOVAL("with files open");
	ASSERT_EQ(0, sim_new(&next, ""));
	EXPECT_NE(self->sim.number, next.number);
	snprintf(self->sim.node, sizeof(self->sim.node), "/proc/self/fd/%d",
		 node);
	fd = sim_open(&self->sim, O_RDWR);
	EXPECT_EQ(-1, fd);
	EXPECT_TRUE(errno == ENODEV || errno == ENXIO);

	close(self->fd);
	close(self->other);
	ASSERT_EQ(0, sim_new(&after, ""));
	EXPECT_EQ(self->sim.number, after.number);
	EXPECT_EQ(0, sim_del(&next));
	EXPECT_EQ(0, sim_del(&after));
}

/* A call that waits for missing memory of its caller */
struct slow_call {
	const char *name;
	unsigned int number;
	int result;	/* when the device was removed meanwhile */
	bool rpc_struct, rpc_in, rpc_out, info_struct, info_data;
};

static const struct slow_call slow_calls[] = {
	{ "request", FWCTL_RPC, ENODEV, .rpc_in = true },
	{ "answer", FWCTL_RPC, 0, .rpc_out = true },
	{ "RPC structure", FWCTL_RPC, ENODEV, .rpc_struct = true },
	{ "INFO structure", FWCTL_INFO, ENODEV, .info_struct = true },
	{ "INFO data", FWCTL_INFO, 0, .info_data = true },
};

/*
 * Prepares a valid call, one part of which is on slow memory, and @content, with which
 * the test fills the page later. Returns the argument of the ioctl.
 */
static void *slow_call_prepare(const struct slow_call *slow, struct call *call,
			       struct slow_memory *mem, void *content)
{
	call->request = (struct fwctl_sim_request){ .opcode = FWCTL_SIM_NOP };
	call->rpc = rpc_cmd(FWCTL_RPC_CONFIGURATION, &call->request, 16,
			    &call->answer, 16);
	call->info = info_cmd(&call->answer, 8);
	if (slow->rpc_in) {
		memcpy(content, &call->request, sizeof(call->request));
		call->rpc.in = (uintptr_t)mem->start;
	}
	if (slow->rpc_out)
		call->rpc.out = (uintptr_t)mem->start;
	if (slow->info_data)
		call->info.out_device_data = (uintptr_t)mem->start;
	if (slow->rpc_struct)
		memcpy(content, &call->rpc, sizeof(call->rpc));
	if (slow->info_struct)
		memcpy(content, &call->info, sizeof(call->info));
	if (slow->rpc_struct || slow->info_struct)
		return mem->start;
	return slow->number == FWCTL_RPC ? (void *)&call->rpc : &call->info;
}

TEST_F(remove, slow_memory)
{
	size_t page_size = sysconf(_SC_PAGESIZE);
	struct slow_memory mem[ARRAY_SIZE(slow_calls)];
	struct call calls[ARRAY_SIZE(slow_calls)];
	__u8 content[ARRAY_SIZE(slow_calls)][page_size];
	__u32 len = 0;
	void *arg;
	size_t i;
	int fd;

	memset(content, 0, sizeof(content));
	for (i = 0; i < ARRAY_SIZE(slow_calls); i++) {
		if (slow_memory_init(&mem[i], page_size))
			SKIP(return, NO_SLOW_MEMORY);
		arg = slow_call_prepare(&slow_calls[i], &calls[i], &mem[i],
					content[i]);
		ASSERT_EQ(0, call_start(&calls[i], self->fd,
					slow_calls[i].number, arg));
		ASSERT_TRUE(slow_memory_wait(&mem[i], mem[i].start));
	}

	/* Other callers do not wait, neither before removal nor during it nor after it. */
	fd = EXPECT_QUICK("open meanwhile", sim_open(&self->sim, O_RDWR));
	EXPECT_LE(0, fd);
	EXPECT_EQ(0, EXPECT_QUICK("INFO meanwhile",
				  _test_info(fd, NULL, &len)));
	EXPECT_EQ(0, EXPECT_QUICK("RPC meanwhile", _test_nop(fd, 0)));
	EXPECT_EQ(0, EXPECT_QUICK("close meanwhile", close(fd)));

	EXPECT_QUICK_REMOVAL("with buffers on slow memory");
	check_gone(_metadata, self->other);
	EXPECT_EQ(0, EXPECT_QUICK("close afterwards", close(self->other)));

	for (i = 0; i < ARRAY_SIZE(slow_calls); i++) {
		EXPECT_TRUE(call_waits(&calls[i]));
		EXPECT_EQ(0, slow_memory_fill(&mem[i], mem[i].start,
					      content[i]));
		EXPECT_EQ(slow_calls[i].result, call_end(&calls[i]))
			TH_LOG("%s", slow_calls[i].name);
	}
}

/* The structure's page is there when the kernel reads it, and missing at the result. */
TEST_F(remove, slow_memory_for_result)
{
	size_t page_size = sysconf(_SC_PAGESIZE);
	struct slow_memory in, cmd;
	__u8 content[page_size];
	struct call call;

	memset(content, 0, sizeof(content));
	if (slow_memory_init(&in, page_size))
		SKIP(return, NO_SLOW_MEMORY);
	if (slow_memory_init(&cmd, page_size))
		SKIP(return, NO_SLOW_MEMORY);
	call.rpc = rpc_cmd(0, in.start, 16, &call.answer, 16);
	memcpy(content, &call.rpc, sizeof(call.rpc));
	ASSERT_EQ(0, slow_memory_fill(&cmd, cmd.start, content));
	ASSERT_EQ(0, call_start(&call, self->fd, FWCTL_RPC, cmd.start));
	ASSERT_TRUE(slow_memory_wait(&in, in.start));

	/* The kernel has read the structure: removes its page. */
	ASSERT_EQ(0, madvise(cmd.start, page_size, MADV_DONTNEED));
	call.request = (struct fwctl_sim_request){ .opcode = FWCTL_SIM_NOP };
	memcpy(content, &call.request, sizeof(call.request));
	ASSERT_EQ(0, slow_memory_fill(&in, in.start, content));
	ASSERT_TRUE(slow_memory_wait(&cmd, cmd.start));

	EXPECT_QUICK_REMOVAL("with a result on slow memory");
	slow_memory_end(&cmd);
	EXPECT_EQ(0, call_end(&call));
	EXPECT_EQ(FWCTL_SIM_NOP, call.answer.opcode);
}

/* A caller can be killed while it waits for missing memory. */
TEST_F(remove, slow_memory_and_killed)
{
	struct slow_memory mem;
	struct fwctl_rpc rpc;
	pid_t pid;

	if (slow_memory_init(&mem, sysconf(_SC_PAGESIZE)))
		SKIP(return, NO_SLOW_MEMORY);
	rpc = rpc_cmd(0, mem.start, 16, NULL, 0);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		/* The parent's userfaultfd does not cover memory of the child. */
		slow_memory_init(&mem, sysconf(_SC_PAGESIZE));
		rpc.in = (uintptr_t)mem.start;
		_exit(_test_ioctl(self->fd, FWCTL_RPC, &rpc));
	}
	ASSERT_TRUE(wait_for(task_waits_in_ioctl(pid)));
	EXPECT_TRUE(EXPECT_QUICK("kill of a caller on slow memory",
				 kill_and_wait(pid)));
	EXPECT_QUICK_REMOVAL("after a caller was killed on slow memory");
}

/* A thread that closes a file when all threads have reached the barrier */
struct closer {
	pthread_t thread;
	pthread_barrier_t *barrier;
	int fd;
};

static void *closer_thread(void *data)
{
	struct closer *closer = data;

	pthread_barrier_wait(closer->barrier);
	close(closer->fd);
	return NULL;
}

static void start_closers(struct closer *closers, int count,
			  pthread_barrier_t *barrier)
{
	int i;

	pthread_barrier_init(barrier, NULL, count + 1);
	for (i = 0; i < count; i++) {
		closers[i].barrier = barrier;
		if (pthread_create(&closers[i].thread, NULL, closer_thread,
				   &closers[i]))
			abort();
	}
}

static int wait_closed(struct closer *closers, int count,
		       pthread_barrier_t *barrier)
{
	pthread_barrier_wait(barrier);
	while (count--)
		pthread_join(closers[count].thread, NULL);
	return 0;
}

/* These closes would take ten seconds one after another. */
TEST_F(remove, slow_closes)
{
	int i;

	ASSERT_EQ(0, sim_set(&self->sim, "close_delay_ms", CLOSE_MS));
	ASSERT_EQ(0, sim_set(&self->sim, "abort_ignored", 1));
	for (i = 2; i < FILES; i++)
		ASSERT_LE(0, sim_open(&self->sim, O_RDONLY));
	EXPECT_EQ(FILES, sim_count(&self->sim, "uctxs_now"));
	EXPECT_QUICK_REMOVAL("with 100 files open");
	if (variant->unbind) {
		EXPECT_EQ(0, sim_count(&self->sim, "uctxs_now"));
		EXPECT_EQ(FILES, sim_count(&self->sim, "closes"));
	}
	check_gone(_metadata, self->fd);
}

/* Owners close at the same time: one after the other would take FILES times CLOSE_MS. */
TEST_F(remove, parallel_closes)
{
	struct closer closers[FILES];
	pthread_barrier_t barrier;
	struct stopwatch watch;
	int i;

	ASSERT_EQ(0, sim_set(&self->sim, "close_delay_ms", CLOSE_MS));
	for (i = 0; i < FILES; i++) {
		closers[i].fd = sim_open(&self->sim, O_RDONLY);
		ASSERT_LE(0, closers[i].fd);
	}
	start_closers(closers, FILES, &barrier);
	stopwatch_start(&watch);
	EXPECT_EQ(0, wait_closed(closers, FILES, &barrier));
	EXPECT_GT(FILES * CLOSE_MS * 1000 / 4,
		  stopwatch_end(&watch, "close of 100 files by their owners"));
	EXPECT_EQ(FILES, sim_count(&self->sim, "closes"));
	EXPECT_QUICK_REMOVAL("afterwards");
}

/* A context whose file is being closed when removal begins is closed exactly once. */
TEST_F(remove, closes_under_way)
{
	struct closer closers[20];
	pthread_barrier_t barrier;
	int i;

	ASSERT_EQ(0, sim_set(&self->sim, "close_delay_ms", CLOSE_MS));
	ASSERT_EQ(0, sim_set(&self->sim, "abort_ignored", 1));
	for (i = 0; i < 20; i++) {
		closers[i].fd = sim_open(&self->sim, O_RDONLY);
		ASSERT_LE(0, closers[i].fd);
	}
	start_closers(closers, 20, &barrier);
	pthread_barrier_wait(&barrier);
	EXPECT_QUICK_REMOVAL("with files being closed");
	for (i = 0; i < 20; i++)
		pthread_join(closers[i].thread, NULL);
	if (variant->unbind) {
		EXPECT_EQ(22, sim_count(&self->sim, "closes"));
		EXPECT_EQ(0, sim_count(&self->sim, "uctxs_now"));
	}
}

TEST_F(remove, killed_caller)
{
	pid_t pid;

	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", FOREVER_MS));
	pid = fork_nop(self->fd);
	ASSERT_LT(0, pid);
	ASSERT_TRUE(wait_for(in_flight(&self->sim, 1) &&
			     task_waits_in_ioctl(pid)));
	EXPECT_TRUE(EXPECT_QUICK("kill of a caller", kill_and_wait(pid)));
	EXPECT_TRUE(in_flight(&self->sim, 0));
	EXPECT_QUICK_REMOVAL("after a caller was killed");
}

/* The caller cannot end while firmware executes its command. */
TEST_F(remove, killed_caller_that_lingers)
{
	pid_t pid;

	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", FOREVER_MS));
	ASSERT_EQ(0, sim_set(&self->sim, "unkillable", 1));
	pid = fork_nop(self->fd);
	ASSERT_LT(0, pid);
	ASSERT_TRUE(wait_for(in_flight(&self->sim, 1) &&
			     task_waits_in_ioctl(pid)));
	ASSERT_EQ(0, kill(pid, SIGKILL));
	EXPECT_QUICK_REMOVAL("with a killed caller");
	EXPECT_EQ(-1, EXPECT_QUICK("end of the killed caller", exit_status(pid)));
}

/* A thread that opens a file */
struct opener {
	pthread_t thread;
	pid_t tid;
	const struct sim *sim;
	int fd;
	int err;
	bool ended;
};

static void *opener_thread(void *data)
{
	struct opener *opener = data;

	__atomic_store_n(&opener->tid, syscall(SYS_gettid), __ATOMIC_RELEASE);
	opener->fd = sim_open(opener->sim, O_RDWR);
	opener->err = errno;
	set(&opener->ended, true);
	return NULL;
}

static bool opener_waits(const struct opener *opener)
{
	return task_waits_in(__atomic_load_n(&opener->tid, __ATOMIC_ACQUIRE),
			     SYS_openat);
}

/* The backend's abort op ends all other ops. */
TEST_F(remove, abort)
{
	struct opener opener = { .sim = &self->sim };
	struct call rpcs[4], info;
	int i;

	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", FOREVER_MS));
	ASSERT_EQ(0, sim_set(&self->sim, "info_delay_ms", FOREVER_MS));
	ASSERT_EQ(0, sim_set(&self->sim, "open_delay_ms", FOREVER_MS));
	ASSERT_EQ(0, sim_set(&self->sim, "unkillable", 1));
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, call_nop(&rpcs[i], self->fd));
	ASSERT_EQ(0, call_info(&info, self->other));
	ASSERT_EQ(0, pthread_create(&opener.thread, NULL, opener_thread,
				    &opener));
	ASSERT_TRUE(wait_for(in_flight(&self->sim, 4)));
	ASSERT_TRUE(wait_for(call_waits(&info)));
	ASSERT_TRUE(wait_for(opener_waits(&opener)));

	EXPECT_QUICK_REMOVAL("with calls that can be aborted");
	for (i = 0; i < 4; i++)
		EXPECT_EQ(ENODEV, call_end(&rpcs[i]));
	EXPECT_EQ(ENODEV, call_end(&info));
	pthread_join(opener.thread, NULL);
	EXPECT_EQ(-1, opener.fd);
	EXPECT_EQ(ENODEV, opener.err);
	if (variant->unbind)
		EXPECT_EQ(1, sim_count(&self->sim, "aborts"));
}

/* The removal of a device, for a thread of its own */
struct removal {
	const struct sim *sim;
	bool unbind;
};

static int remove_now(void *data)
{
	const struct removal *removal = data;

	return sim_remove(removal->sim, removal->unbind);
}

static int new_and_del(void)
{
	struct sim sim;

	return sim_new(&sim, "") ?: sim_del(&sim);
}

/* While removal waits for a command, every other call returns at once. */
static void check_during_removal(struct __test_metadata *_metadata,
				 const struct sim *sim, int busy, int other,
				 int third)
{
	__u32 len = 0;
	int fd;

	EXPECT_EQ(ENODEV, EXPECT_QUICK("INFO during removal",
				       _test_info(other, NULL, &len)));
	EXPECT_EQ(ENODEV, EXPECT_QUICK("RPC during removal",
				       _test_nop(other, 0)));
	EXPECT_EQ(ENODEV, EXPECT_QUICK("RPC through the busy file",
				       _test_nop(busy, 0)));
	fd = EXPECT_QUICK("open during removal", sim_open(sim, O_RDWR));
	EXPECT_EQ(-1, fd);
	EXPECT_EQ(0, EXPECT_QUICK("close during removal", close(third)));
	EXPECT_EQ(0, EXPECT_QUICK("another device made and removed",
				  new_and_del()));
}

/*
 * Firmware executes a command until its caller is killed; removal waits for it. Other
 * callers and devices do not.
 */
TEST_F(remove, firmware_takes_its_time)
{
	struct removal removal = {
		.sim = &self->sim,
		.unbind = variant->unbind,
	};
	struct job remover;
	int i, third, max_rpcs = param_get("max_rpcs");
	pid_t busy, idle, waiting;
	struct call waiters[3];

	third = sim_open(&self->sim, O_RDWR);
	ASSERT_LE(0, third);
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", FOREVER_MS));
	ASSERT_EQ(0, sim_set(&self->sim, "abort_ignored", 1));
	ASSERT_EQ(0, param_set("max_rpcs", 1));
	busy = fork_nop(self->fd);
	ASSERT_TRUE(wait_for(in_flight(&self->sim, 1)));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, call_nop(&waiters[i], i ? self->fd : third));
		ASSERT_TRUE(wait_for(call_waits(&waiters[i])));
	}
	waiting = fork_nop(third);
	ASSERT_TRUE(wait_for(task_waits_in_ioctl(waiting)));
	idle = fork();
	if (!idle) {
		pause();
		_exit(0);
	}
	EXPECT_TRUE(EXPECT_QUICK("kill of a caller in the queue",
				 kill_and_wait(waiting)));

	ASSERT_EQ(0, job_start(&remover, remove_now, &removal));
	/* Removal has begun when this call returns. */
	EXPECT_EQ(ENODEV, EXPECT_QUICK("end of a wait for a slot",
				       call_end(&waiters[0])));
	EXPECT_EQ(ENODEV, EXPECT_QUICK("end of a second wait",
				       call_end(&waiters[1])));
	EXPECT_EQ(ENODEV, EXPECT_QUICK("end of a third wait",
				       call_end(&waiters[2])));
	check_during_removal(_metadata, &self->sim, self->fd, self->other, third);
	EXPECT_TRUE(EXPECT_QUICK("kill of another user", kill_and_wait(idle)));
	EXPECT_TRUE(in_flight(&self->sim, 1));

	kill(busy, SIGKILL);
	EXPECT_EQ(0, EXPECT_QUICK("removal after the last command",
				  job_end(&remover)));
	EXPECT_EQ(-1, exit_status(busy));
	EXPECT_EQ(0, param_set("max_rpcs", max_rpcs));
	check_gone(_metadata, self->fd);
}

/* Neither a signal nor an abort ends the command: removal waits until it is complete. */
static void check_wait_for_command(struct __test_metadata *_metadata,
				   const struct sim *sim, bool unbind)
{
	struct stopwatch watch;
	struct call rpc;
	unsigned int us, before;
	int fd;

	fd = sim_open(sim, O_RDWR);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, sim_set(sim, "rpc_delay_ms", 300));
	ASSERT_EQ(0, sim_set(sim, "unkillable", 1));
	before = sim_count(sim, "rpcs");
	ASSERT_EQ(0, call_nop(&rpc, fd));
	ASSERT_TRUE(wait_for(sim_count(sim, "rpcs") == before + 1));
	stopwatch_start(&watch);
	EXPECT_EQ(0, sim_remove(sim, unbind));
	us = stopwatch_end(&watch, "removal with a command of 300 ms");
	EXPECT_GT(300000 + QUICK_US, us);
	/* The command was delivered, and its answer is valid. */
	EXPECT_EQ(0, call_end(&rpc));
	EXPECT_EQ(FWCTL_SIM_NOP, rpc.answer.opcode);
	close(fd);
}

TEST_F(remove, abort_ignored)
{
	ASSERT_EQ(0, sim_set(&self->sim, "abort_ignored", 1));
	check_wait_for_command(_metadata, &self->sim, variant->unbind);
}

/* A backend without the abort op, as the backends of Linux are */
TEST_F(remove, without_abort)
{
	struct sim sim;

	ASSERT_EQ(0, sim_new(&sim, "noabort noclassify"));
	check_wait_for_command(_metadata, &sim, variant->unbind);
	sim_del(&sim);
}

/* An open() in flight when removal begins succeeds; calls on the file fail. */
TEST_F(remove, open_under_way)
{
	struct opener opener = { .sim = &self->sim };

	ASSERT_EQ(0, sim_set(&self->sim, "abort_ignored", 1));
	ASSERT_EQ(0, sim_set(&self->sim, "open_delay_ms", 300));
	ASSERT_EQ(0, pthread_create(&opener.thread, NULL, opener_thread,
				    &opener));
	ASSERT_TRUE(wait_for(opener_waits(&opener) || get(&opener.ended)));
	EXPECT_QUICK_REMOVAL("with an open under way");
	pthread_join(opener.thread, NULL);
	ASSERT_LE(0, opener.fd);
	check_gone(_metadata, opener.fd);
	if (variant->unbind) {
		EXPECT_EQ(3, sim_count(&self->sim, "opens"));
		EXPECT_EQ(3, sim_count(&self->sim, "closes"));
	}
}

/* A thread that opens, calls and closes until @stop */
struct worker {
	pthread_t thread;
	const struct sim *sim;
	const bool *stop;
	int bad;
};

static void *worker_thread(void *data)
{
	struct worker *worker = data;
	int fd, err;
	__u32 len;

	while (!get(worker->stop)) {
		fd = sim_open(worker->sim, O_RDWR);
		if (fd < 0) {
			if (errno != ENODEV && errno != ENOENT &&
			    errno != ENXIO)
				worker->bad = errno;
			usleep(100);
			continue;
		}
		len = 0;
		err = _test_info(fd, NULL, &len);
		if (err && err != ENODEV)
			worker->bad = err;
		err = _test_nop(fd, 0);
		if (err && err != ENODEV)
			worker->bad = err;
		close(fd);
	}
	return NULL;
}

TEST(storm)
{
	struct worker workers[8] = {};
	bool stop = false;
	struct sim sim;
	__u64 end;
	int i;

	if (sim_missing())
		SKIP(return, "%s", sim_missing());
	ASSERT_EQ(0, sim_new(&sim, ""));
	for (i = 0; i < 8; i++) {
		workers[i].sim = &sim;
		workers[i].stop = &stop;
		ASSERT_EQ(0, pthread_create(&workers[i].thread, NULL,
					    worker_thread, &workers[i]));
	}
	end = now_us() + 10000000;
	for (i = 0; i < 40 && now_us() < end; i++) {
		usleep(10000);
		EXPECT_EQ(0, EXPECT_QUICK("removal under load",
					  sim_unbind(&sim)));
		/* The name changes if a file of the old device is still open. */
		ASSERT_EQ(0, sim_bind(&sim));
	}
	set(&stop, true);
	for (i = 0; i < 8; i++) {
		pthread_join(workers[i].thread, NULL);
		EXPECT_EQ(0, workers[i].bad);
	}
	EXPECT_LT(0, sim_count(&sim, "rpcs"));
	EXPECT_EQ(0, sim_count(&sim, "uctxs_now"));
	EXPECT_EQ(sim_count(&sim, "opens"),
		  sim_count(&sim, "closes"));
	EXPECT_EQ(0, sim_del(&sim));
}

TEST_HARNESS_MAIN
