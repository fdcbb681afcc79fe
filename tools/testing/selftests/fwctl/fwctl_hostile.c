// SPDX-License-Identifier: GPL-2.0-only
/*
 * A user with a read-only file, and all the files, threads and memory that a user can
 * have: other users and root still open the device and get answers, and the system
 * still goes to sleep.
 */
#include "fwctl_hostile_utils.h"
#include "fwctl_thread_utils.h"

#define RPC_MS 50

FIXTURE(hostile) {
	struct sim sim;
	int fd;
};

FIXTURE_SETUP(hostile)
{
	self->fd = setup_sim(_metadata, &self->sim, "", O_RDWR);
	if (self->fd >= 0)
		ASSERT_EQ(0, chmod(self->sim.node, 0666));
}

FIXTURE_TEARDOWN_PARENT(hostile)
{
	EXPECT_EQ(0, sim_del(&self->sim));
}

static int nop(int fd)
{
	return _test_nop(fd, FWCTL_RPC_CONFIGURATION);
}

/* Opens a file, makes a call, and closes it. */
static int open_flags_and_nop(const struct sim *sim, int flags)
{
	int fd = sim_open(sim, O_RDONLY | flags), err;

	if (fd < 0)
		return errno;
	err = nop(fd);
	close(fd);
	return err;
}

static int open_and_nop(const struct sim *sim)
{
	return open_flags_and_nop(sim, 0);
}

/* Opens files until that fails, and closes none. Exits with the errno. */
static void hoard(const struct sim *sim, unsigned int *files, bool *stop)
{
	int err;

	become(HOSTILE);
	while (sim_open(sim, O_RDONLY) >= 0)
		count(files);
	err = errno;
	while (!get(stop))
		usleep(1000);
	_exit(err);
}

TEST_F(hostile, files_of_one_user)
{
	unsigned int *files = shared_memory(sizeof(*files)), before;
	bool *stop = shared_memory(sizeof(*stop));
	pid_t pid;

	pid = fork();
	if (!pid)
		hoard(&self->sim, files, stop);
	/* Until it has begun to sleep */
	do {
		before = get(files);
		usleep(200000);
	} while (!before || get(files) != before);
	fprintf(stderr, "# one user has opened %u files\n", before);

	EXPECT_EQ(0, open_and_nop(&self->sim));
	EXPECT_EQ(0, as_user(OTHER, open_and_nop(&self->sim)));
	set(stop, true);
	EXPECT_EQ(EBUSY, exit_status(pid));
}

#define CONTAINER 100000

/* A process in a user namespace of its own, as root makes one for a container. */
static pid_t container_start(struct __test_metadata *_metadata, int *ready)
{
	char text[32];
	int ends[2];
	pid_t pid;

	ASSERT_EQ(0, pipe2(ends, O_CLOEXEC));
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWUSER) || write(ends[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ends[1]);
	*ready = read(ends[0], text, 1) == 1;
	close(ends[0]);
	if (*ready) {
		snprintf(text, sizeof(text), "0 %u 65536", CONTAINER);
		ASSERT_EQ(0, write_file(text, "/proc/%d/uid_map", pid));
		ASSERT_EQ(0, write_file(text, "/proc/%d/gid_map", pid));
	}
	return pid;
}

/* In the container, as its user: how many files can be opened; then waits. */
static void hoard_in_container(pid_t container, uid_t uid, const struct sim *sim,
			       unsigned int *files, bool *done)
{
	char path[32];
	int ns;

	snprintf(path, sizeof(path), "/proc/%d/ns/user", container);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	if (ns < 0 || setns(ns, CLONE_NEWUSER) || setresuid(uid, uid, uid))
		_exit(1);
	while (sim_open(sim, O_RDONLY) >= 0)
		count(files);
	set(done, true);
	for (;;)
		pause();
}

/* All users of a container together have the share of one. */
TEST_F(hostile, users_of_a_container)
{
	unsigned int *files = shared_memory(2 * sizeof(*files)), i;
	bool *done = shared_memory(2 * sizeof(*done));
	pid_t container, users[2];
	int ready;

	container = container_start(_metadata, &ready);
	if (!ready)
		SKIP(kill_and_wait(container); return, "no user namespaces");
	for (i = 0; i < 2; i++) {
		users[i] = fork();
		if (!users[i])
			hoard_in_container(container, i + 1, &self->sim, &files[i], &done[i]);
		EXPECT_TRUE(wait_for(get(&done[i])));
	}
	EXPECT_EQ(param_get("max_files") / 2, files[0]);
	EXPECT_EQ(0, files[1]);
	EXPECT_EQ(0, as_user(OTHER, open_and_nop(&self->sim)));
	for (i = 0; i < 2; i++)
		EXPECT_TRUE(kill_and_wait(users[i]));
	EXPECT_TRUE(kill_and_wait(container));
}

/*
 * How many calls of one user are inside the device, when it does not answer and more
 * wait; then another user and root get answers.
 */
static unsigned int most_rpcs(struct __test_metadata *_metadata, struct sim *sim,
			      struct call *calls, unsigned int count)
{
	unsigned int i, most;
	int fd;

	ASSERT_EQ(0, sim_set(sim, "rpc_delay_ms", FOREVER_MS));
	ASSERT_EQ(0, seteuid(HOSTILE));
	fd = sim_open(sim, O_RDONLY);
	ASSERT_EQ(0, seteuid(0));
	ASSERT_LE(0, fd);
	for (i = 0; i < count; i++) {
		ASSERT_EQ(0, call_nop(&calls[i], fd));
		ASSERT_TRUE(wait_for(call_waits(&calls[i])));
	}
	most = sim_count(sim, "rpcs_now");
	ASSERT_EQ(0, sim_set(sim, "rpc_delay_ms", 0));
	EXPECT_EQ(0, EXPECT_NO_WAIT(OTHER, "open and RPC", open_and_nop(sim)));
	EXPECT_EQ(0, EXPECT_NO_WAIT(0, "open and RPC", open_and_nop(sim)));
	EXPECT_EQ(0, as_user(OTHER, open_flags_and_nop(sim, O_NONBLOCK)));
	EXPECT_EQ(0, as_user(0, open_flags_and_nop(sim, O_NONBLOCK)));
	EXPECT_EQ(0, sim_unbind(sim));
	while (i--)
		EXPECT_EQ(ENODEV, call_end(&calls[i]));
	close(fd);
	EXPECT_EQ(0, sim_bind(sim));
	return most;
}

TEST_F(hostile, rpcs_of_one_user)
{
	unsigned int max = param_get("max_rpcs");
	struct call calls[64];
	int other;

	if (max < 8 || max > ARRAY_SIZE(calls))
		SKIP(return, "max_rpcs is %u", max);
	EXPECT_EQ(max / 2 + max / 4, most_rpcs(_metadata, &self->sim, calls, max));

	/* While another user has a file open */
	ASSERT_EQ(0, chmod(self->sim.node, 0666));
	ASSERT_EQ(0, seteuid(OTHER));
	other = sim_open(&self->sim, O_RDONLY);
	ASSERT_EQ(0, seteuid(0));
	ASSERT_LE(0, other);
	EXPECT_EQ(max / 2, most_rpcs(_metadata, &self->sim, calls, max));
	close(other);
}

/* Calls that wait hold buffers. Sixteen of the longest are all that one user may have. */
TEST_F(hostile, buffers_of_one_user)
{
	static __u8 answer[2 << 20];
	struct call calls[17];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		calls[i].request = (struct fwctl_sim_request){
			.opcode = FWCTL_SIM_NOP,
		};
		calls[i].rpc = rpc_cmd(FWCTL_RPC_DEBUG_READ_ONLY, &calls[i].request,
				       sizeof(calls[i].request), answer, sizeof(answer));
	}
	exceed_memory(_metadata, &self->sim, calls, ARRAY_SIZE(calls), HOSTILE);
}

static struct crowd *crowd_of(const struct sim *sim, unsigned int calls)
{
	struct crowd *crowd = shared_memory(sizeof(*crowd));

	*crowd = (struct crowd){
		.uid = HOSTILE,
		.call = nop,
		.threads = CROWD,
		.calls = calls,
	};
	strcpy(crowd->node, sim->node);
	return crowd;
}

TEST_F(hostile, threads_of_one_user)
{
	struct crowd *crowd = crowd_of(&self->sim, 0);
	static const uid_t uids[] = { 0, OTHER };
	unsigned int i;
	pid_t pid;

	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", RPC_MS));
	pid = crowd_start(crowd);
	ASSERT_LE(0, pid);
	ASSERT_TRUE(wait_for(crowd_waits(crowd) > CROWD / 2));

	for (i = 0; i < ARRAY_SIZE(uids); i++)
		EXPECT_GT(TURNS, turns_of_others(uids[i], sim_count(&self->sim, "rpcs"),
						 open_and_nop(&self->sim)));

	set(&crowd->stop, true);
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", 0));
	EXPECT_EQ(0, exit_status(pid));
	EXPECT_EQ(0, crowd->failed)
		TH_LOG("one of them: %s", strerror(crowd->err));
}

static const struct sim *opened;

/* Opens and closes a file besides the one that it gets. */
static int open_another(__always_unused int fd)
{
	fd = sim_open(opened, O_RDONLY);
	close(fd);
	return 0;
}

/* open() takes slots, too: calls on other files get theirs. */
TEST_F(hostile, opens_of_one_user)
{
	struct crowd *crowd = crowd_of(&self->sim, 0);
	static const uid_t uids[] = { 0, OTHER };
	unsigned int i, before;
	pid_t pid;

	opened = &self->sim;
	crowd->call = open_another;
	crowd->threads = 100;
	ASSERT_EQ(0, sim_set(&self->sim, "open_delay_ms", RPC_MS));
	pid = crowd_start(crowd);
	ASSERT_LE(0, pid);
	before = sim_count(&self->sim, "opens");
	ASSERT_TRUE(wait_for(sim_count(&self->sim, "opens") > before + 20));
	for (i = 0; i < ARRAY_SIZE(uids); i++)
		EXPECT_GT(2 * TURNS, turns_of_others(uids[i], sim_count(&self->sim, "opens"),
						     open_and_nop(&self->sim)));
	set(&crowd->stop, true);
	ASSERT_EQ(0, sim_set(&self->sim, "open_delay_ms", 0));
	EXPECT_EQ(0, exit_status(pid));
}

#define PM_TIMEOUT "/sys/power/pm_freeze_timeout"

FIXTURE(hostile_sleep) {
	struct sim sim;
	int fd;
	bool changed;
	char timeout[16];
};

FIXTURE_SETUP(hostile_sleep)
{
	if (access("/sys/power/pm_test", W_OK))
		SKIP(return, "no /sys/power/pm_test");
	self->fd = setup_sim(_metadata, &self->sim, "", O_RDWR);
	if (self->fd < 0)
		return;
	ASSERT_EQ(0, chmod(self->sim.node, 0666));
	ASSERT_EQ(0, read_file(self->timeout, sizeof(self->timeout), PM_TIMEOUT));
	self->changed = true;
	ASSERT_EQ(0, write_file("freezer", "/sys/power/pm_test"));
	ASSERT_EQ(0, write_file("3000", PM_TIMEOUT));
}

FIXTURE_TEARDOWN_PARENT(hostile_sleep)
{
	if (self->changed) {
		write_file("none", "/sys/power/pm_test");
		write_file(self->timeout, PM_TIMEOUT);
	}
	EXPECT_EQ(0, sim_del(&self->sim));
}

/*
 * The queue would need half a minute, ten times as long as the kernel waits for its
 * processes. Afterwards each call gets its answer.
 */
TEST_F(hostile_sleep, a_queue_of_one_user)
{
	struct crowd *crowd = crowd_of(&self->sim, 1);
	pid_t pid;

	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", 5 * RPC_MS));
	pid = crowd_start(crowd);
	ASSERT_LE(0, pid);
	ASSERT_TRUE(wait_for(crowd_waits(crowd) > CROWD / 2));
	EXPECT_EQ(0, write_file("freeze", "/sys/power/state"));
	EXPECT_LT(CROWD / 2, crowd_waits(crowd));

	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", 0));
	EXPECT_EQ(0, exit_status(pid));
	EXPECT_EQ(0, crowd->failed)
		TH_LOG("one of them: %s", strerror(crowd->err));
}

TEST_HARNESS_MAIN
