// SPDX-License-Identifier: GPL-2.0-only
/*
 * One user that makes the most of a ConnectX with slow firmware: other users get their
 * turn, no answer has a byte of another one, and the system goes to sleep.
 *
 * For the virtual ConnectX only, which fails on demand.
 */
#include "fwctl_hostile_mlx5_utils.h"
#include "fwctl_sleep_utils.h"

/* Kills callers of one user until their commands do not get to firmware any more. */
static unsigned int kill_callers(struct __test_metadata *_metadata,
				 const struct mlx5_dev *dev, int fd)
{
	unsigned int i, before, tries;
	pid_t pid;

	for (i = 0; i < SLOTS; i++) {
		before = vcx_stat("in_flight");
		pid = fork();
		if (!pid) {
			become(HOSTILE);
			_exit(fd < 0 ? mlx5_try(dev) : mlx5_nop(fd));
		}
		for (tries = 0; tries < 30 && vcx_stat("in_flight") == before; tries++)
			usleep(100000);
		kill(pid, SIGKILL);
		EXPECT_EQ(-1, exit_status(pid));
		if (vcx_stat("in_flight") == before)
			break;
	}
	fprintf(stderr, "# %u commands of killed callers in flight\n", vcx_stat("in_flight"));
	return i;
}

/* A file that belongs to a user */
static int open_as(struct __test_metadata *_metadata, const struct mlx5_dev *dev, uid_t uid)
{
	int sockets[2], fd;
	pid_t pid;
	char byte;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	pid = fork();
	if (!pid) {
		become(uid);
		_exit(send_fd(sockets[0], mlx5_open(dev, O_RDONLY), "", 1));
	}
	ASSERT_EQ(0, exit_status(pid));
	fd = receive_fd(sockets[1], &byte, 1);
	ASSERT_LE(0, fd);
	close(sockets[0]);
	close(sockets[1]);
	return fd;
}

static int nop_without_waiting(int fd)
{
	return fcntl(fd, F_SETFL, O_NONBLOCK) ? errno : mlx5_nop(fd);
}

static bool is_refused_at_once(int err)
{
	return !err || err == EAGAIN || err == EBUSY;
}

/*
 * A killed call is in flight until firmware has answered. It counts for its user: others
 * open the device and get answers. A file with O_NONBLOCK does not wait.
 */
static void kill_and_check(struct __test_metadata *_metadata, const struct mlx5_dev *dev,
			   bool rpcs, bool opens)
{
	int fd = open_as(_metadata, dev, HOSTILE), err;

	ASSERT_EQ(0, vcx("lose * *"));
	if (rpcs)
		EXPECT_LT(0, kill_callers(_metadata, dev, fd));
	if (opens)
		EXPECT_LT(0, kill_callers(_metadata, dev, -1));
	ASSERT_EQ(0, vcx("clear"));

	EXPECT_EQ(0, EXPECT_NO_WAIT(0, "open and RPC", open_and_nop(dev, O_RDWR)));
	EXPECT_EQ(0, EXPECT_NO_WAIT(OTHER, "open and RPC", open_and_nop(dev, O_RDONLY)));
	err = EXPECT_NO_WAIT(HOSTILE, "RPC with O_NONBLOCK", nop_without_waiting(fd));
	EXPECT_TRUE(is_refused_at_once(err))
		TH_LOG("RPC with O_NONBLOCK: %s", strerror(err));
	err = EXPECT_NO_WAIT(HOSTILE, "open with O_NONBLOCK",
			     open_and_nop(dev, O_RDONLY | O_NONBLOCK));
	EXPECT_TRUE(is_refused_at_once(err))
		TH_LOG("open with O_NONBLOCK: %s", strerror(err));
	EXPECT_EQ(0, EXPECT_NO_WAIT(0, "the kernel's command", kernel_command(dev)));

	ASSERT_EQ(0, vcx("release"));
	EXPECT_TRUE(wait_for(!vcx_stat("in_flight")));
	EXPECT_EQ(0, EXPECT_NO_WAIT(HOSTILE, "RPC afterwards",
				    fcntl(fd, F_SETFL, 0) ?: mlx5_nop(fd)));
	close(fd);
}

TEST_F(hostile, killed_calls_of_one_user)
{
	set_timeout(_metadata, &self->dev, &self->rebind, NEVER_S);
	kill_and_check(_metadata, &self->dev, true, false);
}

TEST_F(hostile, killed_opens_of_one_user)
{
	set_timeout(_metadata, &self->dev, &self->rebind, NEVER_S);
	kill_and_check(_metadata, &self->dev, false, true);
}

TEST_F(hostile, killed_calls_and_opens_of_one_user)
{
	set_timeout(_metadata, &self->dev, &self->rebind, NEVER_S);
	kill_and_check(_metadata, &self->dev, true, true);
}

/* While one user's threads send commands without a pause. No time is measured. */
TEST_F(hostile, threads_of_one_user)
{
	struct crowd *crowd = shared_memory(sizeof(*crowd));
	static const uid_t uids[] = { 0, OTHER };
	unsigned int i;
	pid_t pid;

	ASSERT_EQ(0, vcx("delay %x 50", OP_NOP));
	crowd->uid = HOSTILE;
	crowd->call = mlx5_nop;
	crowd->threads = CROWD;
	strcpy(crowd->node, self->dev.node);
	pid = crowd_start(crowd);
	ASSERT_LE(0, pid);
	ASSERT_TRUE(wait_for(crowd_waits(crowd) > CROWD / 2));
	for (i = 0; i < ARRAY_SIZE(uids); i++)
		EXPECT_GT(TURNS, turns_of_others(uids[i], vcx_count(OP_NOP),
						 open_and_nop(&self->dev, O_RDONLY)));
	set(&crowd->stop, true);
	ASSERT_EQ(0, vcx("clear"));
	EXPECT_EQ(0, exit_status(pid));
	EXPECT_EQ(0, crowd->failed)
		TH_LOG("one of them: %s", strerror(crowd->err));
}

#define STAMPS 1000000
#define HEADER 8
#define CAPS_LEN (16 + 4096)
#define CALLERS 6
#define ROUNDS 150

/**
 * struct answers - the answers that all callers have got
 * @right: how many were right
 * @foreign: how many had words of another answer, or of none
 * @twice: how many had a stamp that another answer had
 * @other: errors that no removal explains
 * @err: one of them
 * @stop: tells the callers to end
 * @seen: for each stamp whether an answer had it
 */
struct answers {
	unsigned int right;
	unsigned int foreign;
	unsigned int twice;
	unsigned int other;
	int err;
	bool stop;
	bool seen[STAMPS];
};

/* Every word of an answer has the same number, which no other answer has. */
static void check_answer(struct answers *answers, const __u8 *out, __u32 len)
{
	__u32 stamp = get_be32(out + HEADER), at;

	for (at = HEADER; at + 4 <= len; at += 4)
		if (get_be32(out + at) != stamp)
			break;
	if (at + 4 <= len || !stamp || stamp >= STAMPS)
		count(&answers->foreign);
	else if (__atomic_exchange_n(&answers->seen[stamp], true, __ATOMIC_SEQ_CST))
		count(&answers->twice);
	else
		count(&answers->right);
}

/* Reads capabilities, which is the longest answer that every kernel admits. */
static void read_caps(struct answers *answers)
{
	__u8 in[MLX5_HEADER], out[CAPS_LEN];
	struct mlx5_dev dev;
	int fd = -1, err;
	__u32 len;

	while (!get(&answers->stop)) {
		len = sizeof(out);
		memset(out, 0, sizeof(out));
		make_command(in, sizeof(in), OP_QUERY_HCA_CAP, 1);
		err = fd < 0 ? ENODEV : _test_rpc(fd, FWCTL_RPC_DEBUG_READ_ONLY, in,
						  sizeof(in), out, &len);
		if (!err && !status_of(out)) {
			check_answer(answers, out, len);
		} else if (err == ENODEV) {
			close(fd);
			fd = mlx5_find(&dev) ? -1 : mlx5_open(&dev, O_RDONLY);
			if (fd < 0)
				usleep(1000);
		} else {
			set(&answers->err, err);
			count(&answers->other);
		}
	}
	_exit(0);
}

static pid_t fork_reader(struct answers *answers)
{
	pid_t pid = fork();

	if (!pid)
		read_caps(answers);
	return pid;
}

/* Callers are killed at any moment, and the device is removed now and then. */
TEST_F(hostile, bytes_of_other_answers)
{
	struct answers *answers = shared_memory(sizeof(*answers));
	unsigned int i, victim, seed = 1;
	pid_t pids[CALLERS];

	ASSERT_EQ(0, vcx("stamp %x", OP_QUERY_HCA_CAP));
	ASSERT_EQ(0, vcx("delay %x 3", OP_QUERY_HCA_CAP));
	for (i = 0; i < CALLERS; i++)
		pids[i] = fork_reader(answers);
	for (i = 0; i < ROUNDS; i++) {
		usleep(rand_r(&seed) % 20000);
		victim = rand_r(&seed) % CALLERS;
		EXPECT_TRUE(kill_and_wait(pids[victim]));
		pids[victim] = fork_reader(answers);
		if (i % 50 == 49) {
			EXPECT_EQ(0, unbind_pci(&self->dev));
			EXPECT_EQ(0, bind_pci(&self->dev));
		}
	}
	EXPECT_TRUE(wait_for(get(&answers->right) > ROUNDS));
	set(&answers->stop, true);
	for (i = 0; i < CALLERS; i++)
		EXPECT_EQ(0, exit_status(pids[i]));
	fprintf(stderr, "# %u answers, %u callers killed\n", answers->right, ROUNDS);
	EXPECT_EQ(0, answers->foreign);
	EXPECT_EQ(0, answers->twice);
	EXPECT_EQ(0, answers->other)
		TH_LOG("one of them: %s", strerror(answers->err));
}

/* Kernel threads that are not workers of a pool, which many queues share */
static unsigned int kernel_threads(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	char text[512], *comm, *end;
	unsigned int n = 0;
	int ppid;

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] < '0' || entry->d_name[0] > '9' ||
		    read_file(text, sizeof(text), "/proc/%s/stat", entry->d_name))
			continue;
		comm = strchr(text, '(');
		end = strrchr(text, ')');
		if (!comm || !end || sscanf(end, ") %*c %d", &ppid) != 1 || ppid != 2)
			continue;
		/* "kworker/R-NAME" is a thread of one queue. */
		n += strncmp(comm, "(kworker/", 9) || comm[9] == 'R';
	}
	if (dir)
		closedir(dir);
	return n;
}

/* A host may have hundreds of functions. */
TEST_F(hostile, no_thread_for_each_function)
{
	unsigned int with = kernel_threads(), without;

	if (!is_module("mlx5_fwctl"))
		SKIP(return, BUILT_IN);
	ASSERT_EQ(0, unload_module("mlx5_fwctl"));
	without = kernel_threads();
	fprintf(stderr, "# %u kernel threads with mlx5_fwctl, %u without\n", with, without);
	ASSERT_EQ(0, load_module("mlx5_fwctl"));
	EXPECT_TRUE(wait_for(works(&self->dev)));
	EXPECT_EQ(without, with);
}

#define PM_TIMEOUT "/sys/power/pm_freeze_timeout"

/* The queue would need far longer than the kernel waits for its processes. */
TEST_F(hostile, sleep_with_a_queue)
{
	struct crowd *crowd = shared_memory(sizeof(*crowd));
	char timeout[16];
	int err;
	pid_t pid;

	if (cannot_sleep())
		SKIP(return, "%s", cannot_sleep());
	ASSERT_EQ(0, vcx("delay %x 500", OP_NOP));
	crowd->uid = HOSTILE;
	crowd->call = mlx5_nop;
	crowd->threads = CROWD;
	crowd->calls = 1;
	strcpy(crowd->node, self->dev.node);
	pid = crowd_start(crowd);
	ASSERT_LE(0, pid);
	ASSERT_TRUE(wait_for(crowd_waits(crowd) > CROWD / 2));

	ASSERT_EQ(0, read_file(timeout, sizeof(timeout), PM_TIMEOUT));
	write_file("5000", PM_TIMEOUT);
	write_file("devices", "/sys/power/pm_test");
	err = write_file("freeze", "/sys/power/state");
	write_file("none", "/sys/power/pm_test");
	write_file(timeout, PM_TIMEOUT);
	EXPECT_EQ(0, err)
		TH_LOG("the system does not go to sleep: %s", strerror(err));

	ASSERT_EQ(0, vcx("clear"));
	EXPECT_EQ(0, exit_status(pid));
	EXPECT_TRUE(wait_for(works(&self->dev)));
}

TEST_HARNESS_MAIN
