// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that taint the kernel, and their records in its log. To be run first: a taint
 * stays until the next boot, and a test can detect only the first one.
 *
 * The order of the tests matters: those up to write_scope_taints check that calls do
 * not taint.
 */
#include <sys/prctl.h>

#include "fwctl_thread_utils.h"

#define DEBUG_WRITE	FWCTL_RPC_DEBUG_WRITE
#define WRITE_FULL	FWCTL_RPC_DEBUG_WRITE_FULL

FIXTURE(untainted) {
	struct sim sim;
	int fd;
};

FIXTURE_VARIANT(untainted) {
	const char *options;
};

FIXTURE_VARIANT_ADD(untainted, classify) {
	.options = "",
};

FIXTURE_VARIANT_ADD(untainted, noclassify) {
	.options = "noclassify",
};

FIXTURE_SETUP(untainted)
{
	if (kernel_tainted())
		SKIP(return, "the kernel is tainted already");
	self->fd = setup_sim(_metadata, &self->sim, variant->options, O_RDWR);
}

FIXTURE_TEARDOWN(untainted)
{
	EXPECT_FALSE(kernel_tainted());
	close(self->fd);
	sim_del(&self->sim);
}

TEST_F(untainted, harmless_scopes)
{
	__u32 len = 0;

	test_info(self->fd, NULL, &len);
	test_nop(self->fd, FWCTL_RPC_CONFIGURATION);
	test_nop(self->fd, FWCTL_RPC_DEBUG_READ_ONLY);
	/* A write of configuration does not taint. */
	ASSERT_EQ(0, _test_sim(self->fd, FWCTL_RPC_CONFIGURATION,
			       FWCTL_SIM_WRITE, 1, 1, NULL, NULL));
	EXPECT_FALSE(kernel_tainted());
}

/* Calls under a scope that taints, with each errno of a call that is not delivered */
TEST_F(untainted, bad_calls)
{
	struct fwctl_sim_request in = { .opcode = FWCTL_SIM_NOP };
	struct {
		struct fwctl_rpc rpc;
		__u8 tail;
	} cmd;
	__u32 scope, len = sizeof(in);

	for (scope = DEBUG_WRITE; scope <= WRITE_FULL; scope++) {
		test_err_rpc(EFAULT, self->fd, scope, NULL, len, &in, &len);
		EXPECT_FALSE(kernel_tainted());

		test_err_rpc(EMSGSIZE, self->fd, scope, &in,
			     FWCTL_MAX_RPC_LEN + 1, &in, &len);
		EXPECT_FALSE(kernel_tainted());

		cmd.rpc = rpc_cmd(scope, &in, sizeof(in), &in, sizeof(in));
		cmd.rpc.size--;
		EXPECT_EQ(EINVAL, _test_ioctl(self->fd, FWCTL_RPC, &cmd));
		cmd.rpc.size = sizeof(cmd.rpc) + 1;
		cmd.tail = 1;
		EXPECT_EQ(E2BIG, _test_ioctl(self->fd, FWCTL_RPC, &cmd));
		EXPECT_EQ(ENOTTY, _test_ioctl(self->fd, FWCTL_RPC + 1, &cmd));
		EXPECT_FALSE(kernel_tainted());
	}
	test_err_nop(EOPNOTSUPP, self->fd, WRITE_FULL + 1);
}

TEST_F(untainted, without_capability)
{
	ASSERT_EQ(0, set_capability(CAP_SYS_RAWIO, false));
	test_err_nop(EPERM, self->fd, WRITE_FULL);
	ASSERT_EQ(0, set_capability(CAP_SYS_RAWIO, true));
}

TEST_F(untainted, read_only_file)
{
	int fd = sim_open(&self->sim, O_RDONLY);

	unsigned int delivered;
	__u32 scope;

	ASSERT_LE(0, fd);
	test_nop(fd, FWCTL_RPC_DEBUG_READ_ONLY);
	delivered = sim_count(&self->sim, "rpcs");
	for (scope = DEBUG_WRITE; scope <= WRITE_FULL; scope++) {
		EXPECT_EQ(EBADMSG, _test_sim(fd, scope, FWCTL_SIM_WRITE, 1, 1,
					     NULL, NULL));
		/* A request that only reads would taint as well. */
		EXPECT_EQ(EBADMSG, _test_sim(fd, scope, FWCTL_SIM_READ, 1, 0,
					     NULL, NULL));
		test_err_nop(EBADMSG, fd, scope);
	}
	EXPECT_EQ(delivered, sim_count(&self->sim, "rpcs"));
	EXPECT_FALSE(kernel_tainted());
	close(fd);
}

/* A call that is killed while it waits for a slot */
TEST_F(untainted, no_slot)
{
	unsigned int max_rpcs = param_get("max_rpcs");
	struct call call;
	pid_t pid;

	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", FOREVER_MS));
	ASSERT_EQ(0, param_set("max_rpcs", 1));
	ASSERT_EQ(0, call_nop(&call, self->fd));
	EXPECT_TRUE(wait_for(in_flight(&self->sim, 1)));

	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(_test_nop(self->fd, WRITE_FULL));
	EXPECT_TRUE(wait_for(task_waits_in_ioctl(pid)));
	EXPECT_TRUE(kill_and_wait(pid));

	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	test_err_nop(EAGAIN, self->fd, WRITE_FULL);

	EXPECT_EQ(0, sim_unbind(&self->sim));
	EXPECT_EQ(ENODEV, call_end(&call));
	EXPECT_EQ(0, param_set("max_rpcs", max_rpcs));
}

TEST_F(untainted, removed_device)
{
	ASSERT_EQ(0, sim_unbind(&self->sim));
	test_err_nop(ENODEV, self->fd, WRITE_FULL);
}

/* Requests that the backend's classifier refuses are not delivered. */
TEST(refused_by_backend)
{
	struct fwctl_sim_request in = { .opcode = FWCTL_SIM_NOP };
	__u32 len = sizeof(in);
	struct sim sim;
	int fd;

	if (kernel_tainted())
		SKIP(return, "the kernel is tainted already");
	if (sim_missing())
		SKIP(return, "%s", sim_missing());
	ASSERT_EQ(0, sim_new(&sim, ""));
	fd = sim_open(&sim, O_RDWR);
	ASSERT_LE(0, fd);
	test_err_rpc(EMSGSIZE, fd, DEBUG_WRITE, &in, len - 1, &in, &len);
	in.opcode = 0xbad;
	test_err_rpc(EBADMSG, fd, WRITE_FULL, &in, len, &in, &len);
	/* A request that needs a higher scope */
	EXPECT_EQ(EBADMSG, _test_sim(fd, DEBUG_WRITE, FWCTL_SIM_RESET, 0, 0,
				     NULL, NULL));
	EXPECT_EQ(0, sim_count(&sim, "rpcs"));
	EXPECT_FALSE(kernel_tainted());
	close(fd);
	EXPECT_EQ(0, sim_del(&sim));
}

FIXTURE(taint) {
	struct sim sim;
	int fd;
	int log;
};

FIXTURE_SETUP(taint)
{
	self->log = kmsg_open();
	if (self->log < 0)
		SKIP(return, NO_KMSG);
	self->fd = setup_sim(_metadata, &self->sim, "", O_RDWR);
}

FIXTURE_TEARDOWN(taint)
{
	close(self->log);
	close(self->fd);
	sim_del(&self->sim);
}

/*
 * Counts the records since the last call that have the device's name and the scope.
 * Expects each one to have the program and its user.
 */
static int count_log(struct __test_metadata *_metadata, int log,
		     const struct sim *sim, const char *scope, const char *comm,
		     pid_t pid, unsigned int uid)
{
	char record[4096], device[32], program[64], user[32];
	int found = 0;

	snprintf(device, sizeof(device), "fwctl%d:", sim->number);
	snprintf(program, sizeof(program), "%s[%d]", comm, pid);
	snprintf(user, sizeof(user), "uid %u ", uid);
	while (kmsg_next(log, record, sizeof(record))) {
		if (!strstr(record, device) || !strstr(record, scope))
			continue;
		EXPECT_TRUE(!!strstr(record, program))
			TH_LOG("no '%s' in '%s'", program, record);
		EXPECT_TRUE(!!strstr(record, user))
			TH_LOG("no '%s' in '%s'", user, record);
		found++;
	}
	return found;
}

#define EXPECT_LOGGED(_count, _scope, _comm, _pid, _uid)		\
	EXPECT_EQ(_count, count_log(_metadata, self->log, &self->sim,	\
				    _scope, _comm, _pid, _uid))

TEST_F(taint, write_scope_taints)
{
	test_nop(self->fd, DEBUG_WRITE);
	EXPECT_TRUE(kernel_tainted());
}

/* The declared scope taints, also if the request does not write. */
TEST_F(taint, first_use_of_a_device)
{
	prctl(PR_SET_NAME, "first program");
	test_nop(self->fd, DEBUG_WRITE);
	EXPECT_LOGGED(1, "scope debug-write:", "first program", getpid(), 0);
	EXPECT_TRUE(kernel_tainted());

	/* No further record, neither for this scope nor for a lower one */
	test_nop(self->fd, DEBUG_WRITE);
	test_nop(self->fd, FWCTL_RPC_DEBUG_READ_ONLY);
	test_nop(self->fd, FWCTL_RPC_CONFIGURATION);
	EXPECT_LOGGED(0, "scope", "", 0, 0);

	test_nop(self->fd, WRITE_FULL);
	EXPECT_LOGGED(1, "scope debug-write-full:", "first program", getpid(),
		      0);
	test_nop(self->fd, WRITE_FULL);
	test_nop(self->fd, DEBUG_WRITE);
	EXPECT_LOGGED(0, "scope", "", 0, 0);
}

/* Each device has its own first use. */
TEST_F(taint, first_use_of_another_device)
{
	test_nop(self->fd, WRITE_FULL);
	EXPECT_LOGGED(1, "scope debug-write-full:", "fwctl_taint", getpid(), 0);
}

/* Uses the file in a child process, with another name and user. */
static int other_program(int fd, const char *name, unsigned int uid)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_NAME, name);
		if (setresuid(uid, uid, uid))
			_exit(1);
		if (_test_nop(fd, DEBUG_WRITE) || _test_nop(fd, DEBUG_WRITE))
			_exit(2);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return status ? -1 : pid;
}

TEST_F(taint, first_use_by_each_program)
{
	pid_t pid;
	int fd;

	prctl(PR_SET_NAME, "first program");
	test_nop(self->fd, DEBUG_WRITE);
	EXPECT_LOGGED(1, "scope debug-write:", "first program", getpid(), 0);

	pid = other_program(self->fd, "second program", 0);
	EXPECT_LOGGED(1, "scope debug-write:", "second program", pid, 0);
	pid = other_program(self->fd, "third program", 65534);
	EXPECT_LOGGED(1, "scope debug-write:", "third program", pid, 65534);

	/* Also on another file */
	fd = sim_open(&self->sim, O_RDWR);
	ASSERT_LE(0, fd);
	pid = other_program(fd, "fourth program", 0);
	EXPECT_LOGGED(1, "scope debug-write:", "fourth program", pid, 0);
	close(fd);
}

/* All threads of a program have one first use. */
static void *two_nops_thread(void *data)
{
	int fd = *(int *)data;

	return (void *)(long)(_test_nop(fd, DEBUG_WRITE) ?:
			      _test_nop(fd, DEBUG_WRITE));
}

TEST_F(taint, threads)
{
	pthread_t threads[4];
	void *result;
	int i;

	prctl(PR_SET_NAME, "threads");
	test_nop(self->fd, DEBUG_WRITE);
	EXPECT_LOGGED(1, "scope debug-write:", "threads", getpid(), 0);
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, two_nops_thread,
					    &self->fd));
	for (i = 0; i < 4; i++) {
		pthread_join(threads[i], &result);
		EXPECT_FALSE(!!result);
	}
	EXPECT_LOGGED(0, "scope", "", 0, 0);
}

/* A program that opens files again and again cannot fill the log. */
TEST_F(taint, log_is_bounded)
{
	const int loops = 64;
	int i, count;
	int fd;

	for (i = 0; i < loops; i++) {
		fd = sim_open(&self->sim, O_RDWR);
		ASSERT_LE(0, fd);
		test_nop(fd, DEBUG_WRITE);
		close(fd);
	}
	count = count_log(_metadata, self->log, &self->sim, "scope debug-write:",
			  "fwctl_taint", getpid(), 0);
	EXPECT_LE(1, count);
	EXPECT_GT(loops / 2, count);
}

TEST_HARNESS_MAIN
