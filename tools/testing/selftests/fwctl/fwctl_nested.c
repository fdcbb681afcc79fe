// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nested buffers: memory of the caller whose address is in the request. The kernel
 * copies it before and after the device is entered, so that neither a missing page nor
 * a caller that is killed makes removal wait.
 */
#include "fwctl_hostile_utils.h"
#include "fwctl_thread_utils.h"

#define MOST 8
#define READ FWCTL_RPC_DEBUG_READ_ONLY
#define CONFIGURATION FWCTL_RPC_CONFIGURATION
#define TO FWCTL_SIM_TO_DEVICE
#define FROM FWCTL_SIM_FROM_DEVICE

/* Bytes with which memory begins that a call must not change */
#define MARK 0xa5

struct request {
	struct fwctl_sim_request head;
	struct fwctl_sim_buffer buffers[MOST + 1];
};

FIXTURE(nested) {
	struct sim sim;
	int fd;
	struct request in;
	struct fwctl_sim_answer out;
	__u8 *page;	/* followed by a page that is not accessible */
	__u8 *memory;
	size_t page_size;
};

FIXTURE_VARIANT(nested) {
	bool separate;
};

FIXTURE_VARIANT_ADD(nested, inplace) {
	.separate = false,
};

FIXTURE_VARIANT_ADD(nested, separate) {
	.separate = true,
};

static void *map(size_t len)
{
	return mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

FIXTURE_SETUP(nested)
{
	self->fd = setup_sim(_metadata, &self->sim, "nested", O_RDONLY);
	if (self->fd < 0)
		return;
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_separate", variant->separate));
	self->in.head.opcode = FWCTL_SIM_BUFFERS;
	self->page_size = sysconf(_SC_PAGESIZE);
	self->page = map(2 * self->page_size);
	ASSERT_NE(MAP_FAILED, (void *)self->page);
	ASSERT_EQ(0, mprotect(self->page + self->page_size, self->page_size, PROT_NONE));
	self->memory = map(3 * FWCTL_MAX_RPC_LEN);
	ASSERT_NE(MAP_FAILED, (void *)self->memory);
}

FIXTURE_TEARDOWN(nested)
{
	close(self->fd);
	EXPECT_EQ(0, sim_del(&self->sim));
}

static void add(struct request *in, void *address, __u32 len, __u32 direction)
{
	in->buffers[in->head.arg++] = (struct fwctl_sim_buffer){
		.address = (uintptr_t)address,
		.len = len,
		.direction = direction,
	};
}

static __u32 request_len(const struct request *in)
{
	return sizeof(in->head) + in->head.arg * sizeof(in->buffers[0]);
}

/* Sends the request and, if that succeeds, forgets its buffers. */
static int _send(int fd, __u32 scope, struct request *in, struct fwctl_sim_answer *out)
{
	__u32 len = sizeof(*out);
	int err;

	memset(out, 0, sizeof(*out));
	err = _test_rpc(fd, scope, in, request_len(in), out, &len);
	in->head.arg = 0;
	return err;
}

#define send_buffers() \
	ASSERT_EQ(0, _send(self->fd, CONFIGURATION, &self->in, &self->out))
#define send_err(_err, _scope) \
	EXPECT_EQ(_err, _send(self->fd, _scope, &self->in, &self->out))

/* A number of bytes, the first of which is the scope 0. Returns their sum. */
static __u64 fill(__u8 *memory, size_t len)
{
	__u64 sum = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		memory[i] = i * 7 + (i >> 8);
		sum += memory[i];
	}
	return sum;
}

TEST_F(nested, directions)
{
	__u8 to[100], copy[100], from[100], both[100];
	__u64 sum;
	int i;

	sum = fill(to, sizeof(to));
	memcpy(copy, to, sizeof(to));
	memset(from, MARK, sizeof(from));
	sum += fill(both, sizeof(both));
	add(&self->in, to, sizeof(to), TO);
	add(&self->in, from, sizeof(from), FROM);
	add(&self->in, both, sizeof(both), TO | FROM);
	send_buffers();
	EXPECT_EQ(FWCTL_SIM_OK, self->out.status);
	EXPECT_EQ(sum, self->out.value);
	EXPECT_EQ(0, memcmp(to, copy, sizeof(to)));
	EXPECT_TRUE(all_bytes_are(from, 1, sizeof(from)));
	for (i = 0; i < 100; i++)
		EXPECT_EQ((__u8)(copy[i] + 1), both[i]);

	/* Without buffers */
	send_buffers();
	EXPECT_EQ(0, self->out.value);
}

/* Also at odd addresses, and beside memory that is not accessible */
TEST_F(nested, sizes)
{
	static const __u32 lens[] = {
		0, 1, 7, 8, 9, 255, 4000, 4095, 4096, 4097, 65537, FWCTL_MAX_RPC_LEN,
	};
	__u8 *bytes = self->memory + 1;
	unsigned int i;
	__u64 sum;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		memset(self->memory, MARK, lens[i] + 16);
		sum = fill(bytes, lens[i]);
		add(&self->in, bytes, lens[i], TO | FROM);
		send_buffers();
		EXPECT_EQ(sum, self->out.value)
			TH_LOG("%u bytes", lens[i]);
		EXPECT_EQ(MARK, bytes[-1]);
		EXPECT_TRUE(all_bytes_are(bytes + lens[i], MARK, 15));
		if (lens[i] > self->page_size)
			continue;
		add(&self->in, self->page + self->page_size - lens[i], lens[i], FROM);
		send_buffers();
		EXPECT_TRUE(all_bytes_are(self->page + self->page_size - lens[i], 1,
					  lens[i]));
	}
}

TEST_F(nested, number_of_buffers)
{
	__u32 out_len = sizeof(self->out), number, len;
	unsigned int i, before;

	for (number = 0; number <= MOST + 1; number++) {
		memset(self->memory, 0, MOST + 1);
		for (i = 0; i < number; i++)
			add(&self->in, self->memory + i, 1, TO | FROM);
		send_err(number <= MOST ? 0 : EMSGSIZE, CONFIGURATION);
		EXPECT_TRUE(all_bytes_are(self->memory, 1, number <= MOST ? number : 0));
	}

	/* A request that is shorter than its number of buffers says */
	before = sim_count(&self->sim, "rpcs");
	for (len = 0; len < sizeof(self->in.head) + 2 * sizeof(self->in.buffers[0]); len++) {
		self->in.head.arg = 2;
		test_err_rpc(EMSGSIZE, self->fd, CONFIGURATION, &self->in, len, &self->out,
			     &out_len);
	}
	self->in.head.arg = ~0u;
	test_err_rpc(EMSGSIZE, self->fd, CONFIGURATION, &self->in, sizeof(self->in),
		     &self->out, &out_len);
	EXPECT_EQ(before, sim_count(&self->sim, "rpcs"));
}

TEST_F(nested, most_bytes)
{
	const __u32 half = FWCTL_MAX_RPC_LEN / 2;
	unsigned int i;

	add(&self->in, self->memory, half, FROM);
	add(&self->in, self->memory + half, half, FROM);
	send_buffers();
	EXPECT_TRUE(all_bytes_are(self->memory, 1, 2 * half));

	add(&self->in, self->memory, half, FROM);
	add(&self->in, self->memory, half + 1, FROM);
	send_err(EMSGSIZE, CONFIGURATION);
	add(&self->in, self->memory, FWCTL_MAX_RPC_LEN + 1, FROM);
	send_err(EMSGSIZE, CONFIGURATION);
	add(&self->in, self->memory, ~0u, FROM);
	send_err(EMSGSIZE, CONFIGURATION);
	for (i = 0; i < MOST; i++)
		add(&self->in, self->memory, 1u << 29, FROM);
	send_err(EMSGSIZE, CONFIGURATION);
	EXPECT_TRUE(all_bytes_are(self->memory, 1, 2 * half));
}

TEST_F(nested, addresses)
{
	__u8 *end = self->page + self->page_size;
	unsigned int before = sim_count(&self->sim, "rpcs"), i;
	void *bad[] = {
		NULL, (void *)8, end, end - 7, (void *)-4096ul, (void *)-8ul,
		(void *)(1ul << (8 * sizeof(long) - 1)),
	};

	memset(self->page, 0, self->page_size);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		add(&self->in, bad[i], 8, TO);
		send_err(EFAULT, CONFIGURATION);
		add(&self->in, self->page, 8, TO);
		add(&self->in, bad[i], 8, TO | FROM);
		send_err(EFAULT, CONFIGURATION);
	}
	EXPECT_EQ(before, sim_count(&self->sim, "rpcs"));

	/* The device has executed these. */
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		add(&self->in, bad[i], 8, FROM);
		send_err(EFAULT, CONFIGURATION);
	}
	EXPECT_EQ(before + i, sim_count(&self->sim, "rpcs"));
	ASSERT_EQ(0, mprotect(self->page, self->page_size, PROT_READ));
	add(&self->in, self->page, 8, TO | FROM);
	send_err(EFAULT, CONFIGURATION);
	EXPECT_TRUE(all_bytes_are(self->page, 0, 8));

	/* An empty buffer has no address. */
	add(&self->in, NULL, 0, TO | FROM);
	send_buffers();
}

/*
 * With an answer in place of the request that claims to be longer than it is, the caller
 * sees the request as the backend saw it.
 */
TEST_F(nested, backend_sees_no_address)
{
	struct request seen;
	__u32 len = sizeof(seen);
	unsigned int i;

	ASSERT_EQ(0, sim_set(&self->sim, "rpc_separate", 0));
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_out_len", sizeof(seen)));
	for (i = 0; i < MOST; i++)
		add(&self->in, self->memory + i, 1, FROM);
	test_rpc(self->fd, CONFIGURATION, &self->in, sizeof(self->in), &seen, &len);
	ASSERT_EQ(sizeof(seen), len);
	for (i = 0; i < MOST; i++) {
		EXPECT_EQ(0, seen.buffers[i].address);
		EXPECT_EQ(1, seen.buffers[i].len);
		EXPECT_EQ(FROM, seen.buffers[i].direction);
	}
}

/* The first byte of the first buffer decides on the scope. */
TEST_F(nested, content_is_classified)
{
	unsigned int before = sim_count(&self->sim, "rpcs");
	__u8 from[8], scope;

	memset(from, MARK, sizeof(from));
	for (scope = FWCTL_RPC_DEBUG_READ_ONLY; scope < 6; scope++) {
		add(&self->in, &scope, 1, TO);
		add(&self->in, from, sizeof(from), FROM);
		send_err(EBADMSG, CONFIGURATION);
	}
	scope = 0;
	add(&self->in, &scope, 1, 0);
	send_err(EBADMSG, CONFIGURATION);
	add(&self->in, &scope, 1, 4 | TO);
	send_err(EBADMSG, CONFIGURATION);
	EXPECT_EQ(before, sim_count(&self->sim, "rpcs"));
	EXPECT_TRUE(all_bytes_are(from, MARK, sizeof(from)));

	scope = FWCTL_RPC_DEBUG_READ_ONLY;
	add(&self->in, &scope, 1, TO);
	send_err(0, READ);
}

TEST_F(nested, failed_call_changes_nothing)
{
	memset(self->memory, MARK, 64);
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_errno", EIO));
	add(&self->in, self->memory, 64, FROM);
	send_err(EIO, CONFIGURATION);
	EXPECT_TRUE(all_bytes_are(self->memory, MARK, 64));
}

/* A call with the buffers of a request */
static void prepare_call(struct call *call, struct request *in)
{
	call->rpc = rpc_cmd(CONFIGURATION, in, request_len(in), &call->answer,
			    sizeof(call->answer));
}

/* While the device works, the caller changes the request and its buffers. */
TEST_F(nested, copied_once)
{
	__u8 from[8] = {}, other[8] = {};
	struct call call;
	__u64 sum;

	ASSERT_EQ(0, sim_set(&self->sim, "rpc_delay_ms", 1000));
	sum = fill(self->memory, 1000);
	add(&self->in, self->memory, 1000, TO);
	add(&self->in, from, sizeof(from), FROM);
	prepare_call(&call, &self->in);
	ASSERT_EQ(0, call_start(&call, self->fd, FWCTL_RPC, &call.rpc));
	ASSERT_TRUE(wait_for(in_flight(&self->sim, 1) && call_waits(&call)));
	memset(self->memory, 0xff, 1000);
	self->in.buffers[1].address = (uintptr_t)other;
	EXPECT_EQ(0, call_end(&call));
	EXPECT_EQ(sum, call.answer.value);
	EXPECT_TRUE(all_bytes_are(from, 1, sizeof(from)));
	EXPECT_TRUE(all_bytes_are(other, 0, sizeof(other)));
}

/* Short and long requests in turn, also without buffers, on one file and its spare memory */
TEST_F(nested, mixed)
{
	unsigned int i;
	__u64 sum;

	for (i = 0; i < 200; i++) {
		test_nop(self->fd, CONFIGURATION);
		sum = fill(self->memory, i * 997);
		add(&self->in, self->memory, i * 997, TO);
		send_buffers();
		EXPECT_EQ(sum, self->out.value);
	}
}

/* Of 32 MiB, a call with the longest buffer takes 2 MiB and a page. */
TEST_F(nested, bytes_of_one_user)
{
	struct call calls[16];
	unsigned int i;

	ASSERT_EQ(0, chmod(self->sim.node, 0666));
	add(&self->in, self->memory, FWCTL_MAX_RPC_LEN, FROM);
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		prepare_call(&calls[i], &self->in);
	exceed_memory(_metadata, &self->sim, calls, ARRAY_SIZE(calls), HOSTILE);
}

FIXTURE(nested_slow) {
	struct sim sim;
	int fd;
	int other;
	unsigned int max_rpcs;
	struct slow_memory mem;
	struct request in;
	size_t page_size;
};

FIXTURE_VARIANT(nested_slow) {
	bool unbind;
};

FIXTURE_VARIANT_ADD(nested_slow, unbind) {
	.unbind = true,
};

FIXTURE_VARIANT_ADD(nested_slow, del_device) {
	.unbind = false,
};

FIXTURE_SETUP(nested_slow)
{
	self->fd = setup_sim(_metadata, &self->sim, "nested", O_RDONLY);
	if (self->fd < 0)
		return;
	self->max_rpcs = param_get("max_rpcs");
	self->other = sim_open(&self->sim, O_RDONLY);
	ASSERT_LE(0, self->other);
	self->page_size = sysconf(_SC_PAGESIZE);
	self->in.head.opcode = FWCTL_SIM_BUFFERS;
	if (slow_memory_init(&self->mem, self->page_size))
		SKIP(return, NO_SLOW_MEMORY);
}

FIXTURE_TEARDOWN_PARENT(nested_slow)
{
	if (self->max_rpcs)
		param_set("max_rpcs", self->max_rpcs);
	sim_del(&self->sim);
}

static int sim_remove(const struct sim *sim, bool unbind)
{
	return unbind ? sim_unbind(sim) : sim_del(sim);
}

/* A caller with a missing page holds no slot, and others do not wait. */
static void check_others(struct __test_metadata *_metadata, const struct sim *sim)
{
	__u32 len = 0;
	int fd;

	ASSERT_EQ(0, param_set("max_rpcs", 1));
	fd = EXPECT_QUICK("open meanwhile", sim_open(sim, O_RDONLY));
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, EXPECT_QUICK("INFO meanwhile", _test_info(fd, NULL, &len)));
	EXPECT_EQ(0, EXPECT_QUICK("RPC meanwhile", _test_nop(fd, CONFIGURATION)));
	EXPECT_EQ(0, EXPECT_QUICK("close meanwhile", close(fd)));
}

TEST_F(nested_slow, to_device)
{
	__u8 content[self->page_size];
	struct call call;

	memset(content, 0, sizeof(content));
	add(&self->in, self->mem.start, 8, TO);
	prepare_call(&call, &self->in);
	ASSERT_EQ(0, call_start(&call, self->fd, FWCTL_RPC, &call.rpc));
	ASSERT_TRUE(slow_memory_wait(&self->mem, self->mem.start));
	check_others(_metadata, &self->sim);

	EXPECT_EQ(0, EXPECT_QUICK("removal with a missing page",
				  sim_remove(&self->sim, variant->unbind)));
	test_err_nop(ENODEV, self->other, CONFIGURATION);
	EXPECT_EQ(0, EXPECT_QUICK("close afterwards", close(self->other)));
	EXPECT_TRUE(call_waits(&call));
	EXPECT_EQ(0, slow_memory_fill(&self->mem, self->mem.start, content));
	EXPECT_EQ(ENODEV, call_end(&call));
}

/* The device has executed the command: its caller gets the answer. */
TEST_F(nested_slow, from_device)
{
	__u8 content[self->page_size];
	struct call call;

	memset(content, 0, sizeof(content));
	add(&self->in, self->mem.start, 8, FROM);
	prepare_call(&call, &self->in);
	ASSERT_EQ(0, call_start(&call, self->fd, FWCTL_RPC, &call.rpc));
	ASSERT_TRUE(slow_memory_wait(&self->mem, self->mem.start));
	EXPECT_EQ(1, sim_count(&self->sim, "rpcs"));
	check_others(_metadata, &self->sim);

	EXPECT_EQ(0, EXPECT_QUICK("removal with a missing page",
				  sim_remove(&self->sim, variant->unbind)));
	EXPECT_TRUE(call_waits(&call));
	EXPECT_EQ(0, slow_memory_fill(&self->mem, self->mem.start, content));
	EXPECT_EQ(0, call_end(&call));
	EXPECT_TRUE(all_bytes_are(self->mem.start, 1, 8));
	EXPECT_EQ(FWCTL_SIM_BUFFERS, call.answer.opcode);
}

/* Starts a process whose call stops at a missing page of its own. */
static pid_t fork_slow(int fd, struct request *in, __u32 direction)
{
	struct slow_memory mem;
	struct call call;
	pid_t pid = fork();

	if (pid)
		return pid;
	if (slow_memory_init(&mem, sysconf(_SC_PAGESIZE)))
		_exit(KSFT_SKIP);
	add(in, mem.start, 8, direction);
	prepare_call(&call, in);
	_exit(_test_ioctl(fd, FWCTL_RPC, &call.rpc));
}

TEST_F(nested_slow, killed)
{
	static const __u32 directions[] = { TO, FROM, TO | FROM };
	unsigned int i;
	pid_t pid;

	for (i = 0; i < ARRAY_SIZE(directions); i++) {
		pid = fork_slow(self->fd, &self->in, directions[i]);
		ASSERT_LE(0, pid);
		ASSERT_TRUE(wait_for(task_waits_in_ioctl(pid)));
		EXPECT_TRUE(EXPECT_QUICK("kill of a caller with a missing page",
					 kill_and_wait(pid)));
	}
	EXPECT_EQ(0, EXPECT_QUICK("removal afterwards",
				  sim_remove(&self->sim, variant->unbind)));
}

/*
 * A backend that was written for Linux: it accesses user memory while the device is
 * entered. adding-a-backend.rst lists the calls that then wait for a missing page.
 */
FIXTURE(nested_linux) {
	struct sim sim;
	int fd;
	int other;
	struct request in;
};

FIXTURE_SETUP(nested_linux)
{
	self->fd = setup_sim(_metadata, &self->sim, "noclassify noabort", O_RDWR);
	if (self->fd < 0)
		return;
	self->other = sim_open(&self->sim, O_RDWR);
	ASSERT_LE(0, self->other);
	self->in.head.opcode = FWCTL_SIM_BUFFERS;
}

FIXTURE_TEARDOWN_PARENT(nested_linux)
{
	sim_del(&self->sim);
}

TEST_F(nested_linux, directions)
{
	struct fwctl_sim_answer out;
	__u8 bytes[] = { 0, 5, 6 };

	add(&self->in, bytes, sizeof(bytes), TO | FROM);
	ASSERT_EQ(0, _send(self->fd, CONFIGURATION, &self->in, &out));
	EXPECT_EQ(11, out.value);
	EXPECT_EQ(0, memcmp(bytes, "\x01\x06\x07", 3));
	add(&self->in, NULL, 1, TO);
	EXPECT_EQ(EFAULT, _send(self->fd, CONFIGURATION, &self->in, &out));
}

static int unbind(void *data)
{
	return sim_unbind(data);
}

TEST_F(nested_linux, removal_waits_for_memory)
{
	struct job removal;
	__u32 len = 0;
	pid_t pid;

	pid = fork_slow(self->fd, &self->in, TO);
	ASSERT_LE(0, pid);
	if (!wait_for(task_waits_in_ioctl(pid) && in_flight(&self->sim, 1))) {
		EXPECT_EQ(KSFT_SKIP, exit_status(pid));
		SKIP(return, NO_SLOW_MEMORY);
	}
	EXPECT_EQ(0, EXPECT_QUICK("RPC meanwhile", _test_nop(self->other, CONFIGURATION)));

	ASSERT_EQ(0, job_start(&removal, unbind, &self->sim));
	ASSERT_TRUE(wait_for(_test_info(self->other, NULL, &len) == ENODEV));
	usleep(300000);
	EXPECT_FALSE(get(&removal.ended));
	test_err_nop(ENODEV, self->other, CONFIGURATION);
	EXPECT_EQ(0, EXPECT_QUICK("close during removal", close(self->other)));

	EXPECT_TRUE(EXPECT_QUICK("kill of the caller", kill_and_wait(pid)));
	EXPECT_EQ(0, EXPECT_QUICK("end of the removal", job_end(&removal)));
}

TEST_HARNESS_MAIN
