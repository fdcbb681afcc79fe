// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that several threads and processes use at once: an answer reaches only its own
 * caller.
 */
#include "fwctl_thread_utils.h"

FIXTURE(share) {
	struct sim sim;
	int fd;
	int other;
};

FIXTURE_VARIANT(share) {
	bool separate;
};

FIXTURE_VARIANT_ADD(share, inplace) {
	.separate = false,
};

FIXTURE_VARIANT_ADD(share, separate) {
	.separate = true,
};

FIXTURE_SETUP(share)
{
	self->fd = setup_sim(_metadata, &self->sim, "", O_RDWR);
	if (self->fd < 0)
		return;
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_separate", variant->separate));
	self->other = sim_open(&self->sim, O_RDWR);
	ASSERT_LE(0, self->other);
}

FIXTURE_TEARDOWN(share)
{
	close(self->other);
	close(self->fd);
	EXPECT_EQ(0, sim_del(&self->sim));
}

/**
 * struct echo - a thread that compares answers with its requests
 * @thread: the thread
 * @fds: two files, used in turn
 * @mark: the value of all bytes in its requests
 * @rounds: how many rounds
 * @bad: the command with a wrong answer, or NULL
 */
struct echo {
	pthread_t thread;
	const int *fds;
	__u8 mark;
	int rounds;
	const char *bad;
};

static void *echo_thread(void *data)
{
	static const __u32 lengths[] = { 16, 64, 4096, 16, 9000, 70000, 16 };
	__u8 in[70000], out[70000];
	struct fwctl_sim_request *request = (void *)in;
	struct echo *echo = data;
	__u32 len, out_len;
	int i;

	for (i = 0; i < echo->rounds && !echo->bad; i++) {
		len = lengths[(i + echo->mark) % ARRAY_SIZE(lengths)];
		memset(in, echo->mark, sizeof(in));
		request->opcode = FWCTL_SIM_ECHO;
		out_len = sizeof(out);
		if (_test_rpc(echo->fds[i & 1], 0, in, len, out, &out_len) ||
		    out_len != len || memcmp(in, out, len))
			echo->bad = "echo";

		/* A buffer for half of the answer: the rest of @out is unchanged. */
		request->opcode = FWCTL_SIM_FILL;
		request->arg = len;
		request->value = 0;
		memset(out, echo->mark, sizeof(out));
		out_len = len / 2;
		if (_test_rpc(echo->fds[i & 1], 0, in, 16, out, &out_len) ||
		    out_len != len || out[len / 2 - 1] != (__u8)(len / 2 - 1) ||
		    !all_bytes_are(out + len / 2, echo->mark,
				   sizeof(out) - len / 2))
			echo->bad = "fill";
	}
	return NULL;
}

TEST_F(share, answers_do_not_mix)
{
	const int fds[] = { self->fd, self->other };
	struct echo echoes[12] = {};
	int i;

	for (i = 0; i < 12; i++) {
		echoes[i].fds = fds;
		echoes[i].mark = 0x11 * (i + 1);
		echoes[i].rounds = 50;
		ASSERT_EQ(0, pthread_create(&echoes[i].thread, NULL,
					    echo_thread, &echoes[i]));
	}
	for (i = 0; i < 12; i++) {
		pthread_join(echoes[i].thread, NULL);
		EXPECT_FALSE(!!echoes[i].bad)
			TH_LOG("%s", echoes[i].bad);
	}
}

/*
 * A backend that reports a longer answer than it wrote must not disclose requests of
 * other callers, whichever buffer it gets.
 */
TEST_F(share, claimed_answers_are_zero)
{
	struct fwctl_sim_request request = { .opcode = FWCTL_SIM_NOP };
	const int fds[] = { self->fd, self->other };
	struct echo echoes[8] = {};
	__u8 out[70000];
	__u32 len;
	int i, j;

	ASSERT_EQ(0, sim_set(&self->sim, "rpc_out_len", sizeof(out)));
	for (i = 0; i < 8; i++) {
		/* Their answers are wrong because of the knob; only their requests matter. */
		echoes[i].fds = fds;
		echoes[i].mark = 0xee;
		echoes[i].rounds = 1;
		ASSERT_EQ(0, pthread_create(&echoes[i].thread, NULL,
					    echo_thread, &echoes[i]));
		for (j = 0; j < 2; j++) {
			len = sizeof(out);
			test_rpc(fds[j], 0, &request, sizeof(request), out, &len);
			EXPECT_TRUE(all_bytes_are(out + 16, 0, sizeof(out) - 16));
		}
		pthread_join(echoes[i].thread, NULL);
		for (j = 0; j < 2; j++) {
			len = sizeof(out);
			test_rpc(fds[j], 0, &request, sizeof(request), out, &len);
			EXPECT_TRUE(all_bytes_are(out + 16, 0, sizeof(out) - 16));
		}
	}
}

/* Calls on one file at the same time: each needs a buffer of its own. */
TEST_F(share, calls_through_one_file)
{
	struct call calls[8];
	int i;

	for (i = 0; i < 8; i++)
		ASSERT_EQ(0, _test_sim(self->fd, 0, FWCTL_SIM_WRITE, i, i + 100,
				       NULL, NULL));
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", 200));
	for (i = 0; i < 8; i++)
		ASSERT_EQ(0, call_sim(&calls[i], self->fd, FWCTL_SIM_READ, i));
	for (i = 0; i < 8; i++) {
		EXPECT_EQ(0, call_end(&calls[i]));
		EXPECT_EQ(i + 100, calls[i].answer.value);
	}
}

static __u32 context_of(int fd)
{
	struct fwctl_info_sim data = {};
	__u32 len = sizeof(data);

	return _test_info(fd, &data, &len) ? 0 : data.uctx;
}

#define ROUNDS 15000
#define INFOS 8
#define BUSY 2

/**
 * struct busy - a thread that makes calls without a pause
 * @thread: the thread
 * @fd: the file
 * @first: the first of its marks, which no other thread uses
 * @taken: the values that it has read and cleared
 * @bad: how many calls had a wrong result
 *
 * Calls of the threads interleave at any instruction of the kernel; its state of one
 * call must not affect another.
 */
struct busy {
	pthread_t thread;
	int fd;
	__u64 first;
	__u64 taken[ROUNDS];
	unsigned int bad;
};

static void *busy_thread(void *data)
{
	struct busy *busy = data;
	struct {
		struct fwctl_sim_request request;
		__u64 mark;
	} in = { .request.opcode = FWCTL_SIM_ECHO }, out;
	unsigned int i, k;
	__u32 len;

	for (i = 0; i < ROUNDS; i++) {
		in.mark = busy->first + i;
		len = sizeof(out);
		if (_test_rpc(busy->fd, 0, &in, sizeof(in), &out, &len) ||
		    out.mark != in.mark)
			busy->bad++;
		if (_test_sim(busy->fd, 0, FWCTL_SIM_WRITE, 1, in.mark, NULL, NULL) ||
		    _test_sim(busy->fd, 0, FWCTL_SIM_READ_CLEAR, 1, 0,
			      &busy->taken[i], NULL))
			busy->bad++;
		for (k = 0; k < INFOS; k++)
			busy->bad += context_of(busy->fd) != 1;
	}
	return NULL;
}

/* READ_CLEAR returns each value to one caller only. */
static unsigned int taken_twice(const struct busy *busy)
{
	bool seen[BUSY * ROUNDS + 1] = {};
	unsigned int i, k, twice = 0;

	for (i = 0; i < BUSY; i++) {
		for (k = 0; k < ROUNDS; k++) {
			__u64 value = busy[i].taken[k];

			twice += value > BUSY * ROUNDS || (value && seen[value]);
			seen[value <= BUSY * ROUNDS ? value : 0] = true;
		}
	}
	return twice;
}

TEST_F(share, without_a_pause)
{
	static struct busy busy[BUSY];
	unsigned int i;

	for (i = 0; i < BUSY; i++) {
		busy[i].fd = self->fd;
		busy[i].first = 1 + i * ROUNDS;
		busy[i].bad = 0;
		ASSERT_EQ(0, pthread_create(&busy[i].thread, NULL, busy_thread,
					    &busy[i]));
	}
	for (i = 0; i < BUSY; i++) {
		pthread_join(busy[i].thread, NULL);
		EXPECT_EQ(0, busy[i].bad);
	}
	EXPECT_EQ(0, taken_twice(busy));
	EXPECT_EQ(3 * BUSY * ROUNDS, sim_count(&self->sim, "rpcs"));
	EXPECT_EQ(INFOS * BUSY * ROUNDS, sim_count(&self->sim, "infos"));
}

/* Parent and child share a file and its context until both have closed it. */
TEST_F(share, fork)
{
	pid_t pid;

	EXPECT_EQ(1, context_of(self->fd));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		/* Uses the file after the parent has closed it. */
		if (!wait_for(sim_count(&self->sim, "closes") == 1))
			_exit(1);
		if (context_of(self->fd) != 1 || _test_nop(self->fd, 0))
			_exit(2);
		_exit(0);
	}
	close(self->fd);
	close(self->other);
	EXPECT_EQ(0, sim_count(&self->sim, "closes"));
	self->other = sim_open(&self->sim, O_RDWR);
	EXPECT_EQ(3, context_of(self->other));
	close(self->other);
	EXPECT_EQ(0, exit_status(pid));
	EXPECT_EQ(3, sim_count(&self->sim, "closes"));
}

/* Runs as another user, which is not permitted to open the device. */
static int use_received(int socket)
{
	char byte;
	int fd;

	if (setresuid(65534, 65534, 65534))
		return 1;
	fd = receive_fd(socket, &byte, 1);
	if (fd < 0)
		return 2;
	if (context_of(fd) != 1)
		return 3;
	if (_test_nop(fd, FWCTL_RPC_CONFIGURATION))
		return 4;
	/* The file keeps its mode, but not the capabilities of its opener. */
	if (_test_sim(fd, 0, FWCTL_SIM_WRITE, 1, 7, NULL, NULL))
		return 5;
	if (_test_nop(fd, FWCTL_RPC_DEBUG_WRITE_FULL) != EPERM)
		return 6;
	close(fd);
	fd = receive_fd(socket, &byte, 1);
	if (fd < 0)
		return 7;
	if (_test_sim(fd, 0, FWCTL_SIM_WRITE, 1, 8, NULL, NULL) != EBADMSG)
		return 8;
	return 0;
}

TEST_F(share, sent_to_another_program)
{
	int sockets[2], fd;
	__u64 value;
	pid_t pid;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	fd = sim_open(&self->sim, O_RDONLY);
	ASSERT_LE(0, fd);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		close(self->fd);
		close(self->other);
		close(fd);
		_exit(use_received(sockets[1]));
	}
	ASSERT_EQ(0, send_fd(sockets[0], self->fd, "", 1));
	ASSERT_EQ(0, send_fd(sockets[0], fd, "", 1));
	EXPECT_EQ(0, exit_status(pid));
	ASSERT_EQ(0, _test_sim(self->fd, 0, FWCTL_SIM_READ, 1, 0, &value,
			       NULL));
	EXPECT_EQ(7, value);
	close(fd);
}

/* A file stays open while it is only in a message that was not received yet. */
TEST_F(share, in_a_message_only)
{
	int sockets[2], fd;
	char byte;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	ASSERT_EQ(0, send_fd(sockets[0], self->fd, "", 1));
	ASSERT_EQ(0, send_fd(sockets[0], self->other, "", 1));
	close(self->fd);
	close(self->other);
	EXPECT_EQ(0, sim_count(&self->sim, "closes"));
	EXPECT_EQ(0, sim_unbind(&self->sim));
	fd = receive_fd(sockets[1], &byte, 1);
	ASSERT_LE(0, fd);
	test_err_nop(ENODEV, fd, 0);
	close(fd);
	close(sockets[0]);
	close(sockets[1]);
	EXPECT_EQ(2, sim_count(&self->sim, "closes"));
	EXPECT_EQ(0, sim_bind(&self->sim));
}

TEST_HARNESS_MAIN
