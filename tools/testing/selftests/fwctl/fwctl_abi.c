// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ioctls of fwctl: their structures and errnos. No test in this file needs a scope
 * that taints, or a file that is open for writing.
 *
 * Also built for 32 bits, as fwctl_abi_32.
 */
#include <assert.h>
#include <limits.h>
#include <sys/sysmacros.h>

#include "fwctl_sim_utils.h"

static_assert(sizeof(struct fwctl_info) == 24, "ABI of Linux 6.15");
static_assert(sizeof(struct fwctl_rpc) == 32, "ABI of Linux 6.15");
static_assert(FWCTL_INFO == 0x9a00 && FWCTL_RPC == 0x9a01, "ABI of Linux 6.15");

#define LARGE FWCTL_MAX_RPC_LEN

/* The only scope that a file opened for reading admits without classification */
#define READ FWCTL_RPC_DEBUG_READ_ONLY

FIXTURE(abi) {
	struct sim sim;
	int fd;
	__u8 *page;	/* followed by a page that is not accessible */
	__u8 *in;
	__u8 *out;
	__u32 out_len;
};

FIXTURE_VARIANT(abi) {
	const char *options;
	bool separate;
	int flags;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(abi, classify_inplace_rw) {
	.options = "nested", .separate = false, .flags = O_RDWR,
};

FIXTURE_VARIANT_ADD(abi, classify_separate_rw) {
	.options = "nested", .separate = true, .flags = O_RDWR,
};

FIXTURE_VARIANT_ADD(abi, classify_inplace_ro) {
	.options = "nested", .separate = false, .flags = O_RDONLY,
};

FIXTURE_VARIANT_ADD(abi, classify_separate_ro) {
	.options = "nested", .separate = true, .flags = O_RDONLY,
};

FIXTURE_VARIANT_ADD(abi, noclassify_inplace_rw) {
	.options = "noclassify nested", .separate = false, .flags = O_RDWR,
};

FIXTURE_VARIANT_ADD(abi, noclassify_separate_rw) {
	.options = "noclassify nested", .separate = true, .flags = O_RDWR,
};

FIXTURE_VARIANT_ADD(abi, noclassify_inplace_ro) {
	.options = "noclassify nested", .separate = false, .flags = O_RDONLY,
};

FIXTURE_VARIANT_ADD(abi, noclassify_separate_ro) {
	.options = "noclassify nested", .separate = true, .flags = O_RDONLY,
};

/* clang-format on */

static void *map(size_t len, int prot)
{
	return mmap(NULL, len, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

FIXTURE_SETUP(abi)
{
	long page_size = sysconf(_SC_PAGESIZE);

	self->fd = setup_sim(_metadata, &self->sim, variant->options,
			     variant->flags);
	if (self->fd < 0)
		return;
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_separate", variant->separate));
	self->page = map(2 * page_size, PROT_READ | PROT_WRITE);
	ASSERT_TRUE(self->page != MAP_FAILED);
	ASSERT_EQ(0, mprotect(self->page + page_size, page_size, PROT_NONE));
	self->in = map(LARGE, PROT_READ | PROT_WRITE);
	ASSERT_TRUE(self->in != MAP_FAILED);
	self->out = map(LARGE + 64, PROT_READ | PROT_WRITE);
	ASSERT_TRUE(self->out != MAP_FAILED);
}

FIXTURE_TEARDOWN(abi)
{
	close(self->fd);
	EXPECT_EQ(0, sim_del(&self->sim));
}

/* Puts a request at the start of the buffer. */
static void request(__u8 *in, __u32 opcode, __u32 arg, __u64 value)
{
	struct fwctl_sim_request request = {
		.opcode = opcode,
		.arg = arg,
		.value = value,
	};

	memcpy(in, &request, sizeof(request));
}

/*
 * Calls with every size from 0 to 16 bytes more than the kernel knows, at the end of
 * accessible memory. @cmd is valid except for its size.
 */
static void sweep_sizes(struct __test_metadata *_metadata, int fd,
			unsigned int number, const void *cmd, __u32 known,
			__u8 *page)
{
	__u8 *end = page + sysconf(_SC_PAGESIZE), *at;
	const __u32 most = known + 16;
	__u32 size, i;

	for (size = 0; size <= most; size++) {
		at = end - (size < known ? known : size);
		memset(page, 0xa5, end - page);
		memcpy(at, cmd, known);
		memcpy(at, &size, sizeof(size));
		memset(at + known, 0, end - at - known);
		EXPECT_EQ(size < known ? EINVAL : 0,
			  _test_ioctl(fd, number, at))
			TH_LOG("size %u of %#x", size, number);

		for (i = known; i < size; i++) {
			memcpy(at, cmd, known);
			memcpy(at, &size, sizeof(size));
			at[i] = 1;
			EXPECT_EQ(E2BIG, _test_ioctl(fd, number, at))
				TH_LOG("size %u, byte %u of %#x", size, i,
				       number);
			EXPECT_EQ(1, at[i]);
			at[i] = 0;
		}
	}

	/* The kernel does not write members that it does not know. */
	memcpy(end - most, cmd, known);
	memcpy(end - most, &most, sizeof(most));
	EXPECT_EQ(0, _test_ioctl(fd, number, end - most));
	EXPECT_TRUE(all_bytes_are(end - most + known, 0, most - known));

	/* A size that reaches beyond accessible memory */
	size = known + 1;
	memcpy(end - known, cmd, known);
	memcpy(end - known, &size, sizeof(size));
	EXPECT_EQ(EFAULT, _test_ioctl(fd, number, end - known));
	size = ~0u;
	memcpy(end - known, &size, sizeof(size));
	EXPECT_EQ(EFAULT, _test_ioctl(fd, number, end - known));

	/* A structure that reaches beyond it */
	for (i = 0; i < known; i++) {
		at = end - i;
		memcpy(at, cmd, i);
		EXPECT_EQ(EFAULT, _test_ioctl(fd, number, at))
			TH_LOG("%u of %u bytes of %#x", i, known, number);
	}
	EXPECT_EQ(EFAULT, _test_ioctl(fd, number, NULL));
}

#define test_sizes(fd, number, cmd) \
	sweep_sizes(_metadata, fd, number, &(cmd), sizeof(cmd), self->page)

TEST_F(abi, info_sizes)
{
	struct fwctl_info cmd = info_cmd(self->out, 8);

	test_sizes(self->fd, FWCTL_INFO, cmd);
}

TEST_F(abi, rpc_sizes)
{
	struct fwctl_rpc cmd = rpc_cmd(READ, self->in, 16, self->out, 16);

	request(self->in, FWCTL_SIM_NOP, 0, 0);
	test_sizes(self->fd, FWCTL_RPC, cmd);
}

/* A structure on a read-only page can be read, but the result cannot be written. */
TEST_F(abi, struct_not_writable)
{
	*(struct fwctl_info *)self->page = info_cmd(NULL, 0);
	ASSERT_EQ(0, mprotect(self->page, 1, PROT_READ));
	EXPECT_EQ(EFAULT, _test_ioctl(self->fd, FWCTL_INFO, self->page));
}

TEST_F(abi, unknown_numbers)
{
	static const unsigned int types[] = { 0x00, 0x3b, 0x99, 0x9b, 0xff };
	struct fwctl_info cmd = info_cmd(NULL, 0);
	unsigned int nr, i;

	for (nr = 2; nr < 256; nr++)
		EXPECT_EQ(ENOTTY, _test_ioctl(self->fd, _IO(FWCTL_TYPE, nr),
					      &cmd));
	for (nr = 0; nr < 2; nr++) {
		EXPECT_EQ(ENOTTY, _test_ioctl(self->fd,
					      _IOR(FWCTL_TYPE, nr, cmd), &cmd));
		EXPECT_EQ(ENOTTY, _test_ioctl(self->fd,
					      _IOW(FWCTL_TYPE, nr, cmd), &cmd));
		EXPECT_EQ(ENOTTY, _test_ioctl(self->fd,
					      _IOWR(FWCTL_TYPE, nr, cmd),
					      &cmd));
		/* A valid number with size bits */
		EXPECT_EQ(ENOTTY, _test_ioctl(self->fd,
					      _IOC(_IOC_NONE, FWCTL_TYPE, nr,
						   sizeof(cmd)), &cmd));
		for (i = 0; i < ARRAY_SIZE(types); i++)
			EXPECT_EQ(ENOTTY, _test_ioctl(self->fd,
						      _IO(types[i], nr), &cmd))
				TH_LOG("type %#x", types[i]);
	}
	/* The kernel checks the number before it reads the structure. */
	EXPECT_EQ(ENOTTY, _test_ioctl(self->fd, _IO(FWCTL_TYPE, 2), NULL));
}

TEST_F(abi, info)
{
	struct fwctl_info cmd = info_cmd(self->out, sizeof(struct fwctl_info_sim));
	struct fwctl_info_sim *data = (void *)self->out;

	ASSERT_EQ(0, _test_ioctl(self->fd, FWCTL_INFO, &cmd));
	EXPECT_EQ(sizeof(cmd), cmd.size);
	EXPECT_EQ(0, cmd.flags);
	EXPECT_EQ(FWCTL_DEVICE_TYPE_SIM, cmd.out_device_type);
	EXPECT_EQ(sizeof(*data), cmd.device_data_len);
	EXPECT_EQ((uintptr_t)data, cmd.out_device_data);
	EXPECT_EQ(self->sim.id, data->id);
	EXPECT_EQ(1, data->uctx);
	EXPECT_EQ(1, sim_count(&self->sim, "infos"));
}

TEST_F(abi, info_lengths)
{
	__u32 len;

	/* A buffer that is shorter than the data */
	memset(self->out, 0xa5, 64);
	len = 4;
	test_info(self->fd, self->out, &len);
	EXPECT_EQ(8, len);
	EXPECT_EQ(0, memcmp(self->out, &self->sim.id, 4));
	EXPECT_TRUE(all_bytes_are(self->out + 4, 0xa5, 60));

	/* A longer buffer: the kernel zeroes the rest of it, and nothing beyond. */
	memset(self->out, 0xa5, 64);
	len = 32;
	test_info(self->fd, self->out, &len);
	EXPECT_EQ(8, len);
	EXPECT_EQ(0, memcmp(self->out, &self->sim.id, 4));
	EXPECT_TRUE(all_bytes_are(self->out + 8, 0, 24));
	EXPECT_TRUE(all_bytes_are(self->out + 32, 0xa5, 32));

	/* No buffer: the kernel ignores the pointer. */
	len = 0;
	test_info(self->fd, NULL, &len);
	EXPECT_EQ(8, len);
	len = 0;
	test_info(self->fd, (void *)-1l, &len);

	/* A device without data, and one with 65536 bytes */
	ASSERT_EQ(0, sim_set(&self->sim, "info_len", 0));
	memset(self->out, 0xa5, 64);
	len = 32;
	test_info(self->fd, self->out, &len);
	EXPECT_EQ(0, len);
	EXPECT_TRUE(all_bytes_are(self->out, 0, 32));
	ASSERT_EQ(0, sim_set(&self->sim, "info_len", 65536));
	len = 8;
	test_info(self->fd, self->out, &len);
	EXPECT_EQ(65536, len);
	len = 65536;
	test_info(self->fd, self->out, &len);
	EXPECT_EQ(65536, len);
}

TEST_F(abi, info_errors)
{
	struct fwctl_info cmd;
	__u32 len, flag;

	for (flag = 1; flag; flag <<= 1) {
		cmd = info_cmd(self->out, 8);
		cmd.flags = flag;
		EXPECT_EQ(EOPNOTSUPP, _test_ioctl(self->fd, FWCTL_INFO, &cmd));
	}

	len = 8;
	test_err_info(EFAULT, self->fd, NULL, &len);
	/* Room for a part of the data, and for all of it but not for the zeroes */
	len = 8;
	test_err_info(EFAULT, self->fd,
		      self->page + sysconf(_SC_PAGESIZE) - 4, &len);
	len = 16;
	test_err_info(EFAULT, self->fd,
		      self->page + sysconf(_SC_PAGESIZE) - 8, &len);
	len = ~0u;
	test_err_info(EFAULT, self->fd, self->page, &len);

	ASSERT_EQ(0, sim_set(&self->sim, "info_errno", EIO));
	len = 8;
	test_err_info(EIO, self->fd, self->out, &len);
	EXPECT_EQ(8, len);
}

TEST_F(abi, rpc)
{
	struct fwctl_rpc cmd = rpc_cmd(READ, self->in, 16, self->out, 16);
	struct fwctl_sim_answer *answer = (void *)self->out;

	request(self->in, FWCTL_SIM_READ, 3, 0);
	ASSERT_EQ(0, _test_ioctl(self->fd, FWCTL_RPC, &cmd));
	EXPECT_EQ(sizeof(cmd), cmd.size);
	EXPECT_EQ(16, cmd.in_len);
	EXPECT_EQ(16, cmd.out_len);
	EXPECT_EQ((uintptr_t)self->in, cmd.in);
	EXPECT_EQ((uintptr_t)self->out, cmd.out);
	EXPECT_EQ(FWCTL_SIM_OK, answer->status);
	EXPECT_EQ(FWCTL_SIM_READ, answer->opcode);
	EXPECT_EQ(0, answer->value);

	/* An error of the firmware is not an error of the call. */
	request(self->in, FWCTL_SIM_READ, FWCTL_SIM_NR_REGISTERS, 0);
	ASSERT_EQ(0, _test_ioctl(self->fd, FWCTL_RPC, &cmd));
	EXPECT_EQ(FWCTL_SIM_BAD_REGISTER, answer->status);
	EXPECT_EQ(2, sim_count(&self->sim, "rpcs"));
}

TEST_F(abi, rpc_scopes)
{
	static const __u32 unknown[] = { 4, 5, 256, 1u << 31, ~0u };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(unknown); i++)
		test_err_nop(EOPNOTSUPP, self->fd, unknown[i]);
	EXPECT_EQ(0, sim_count(&self->sim, "rpcs"));
	if (variant->flags == O_RDWR || !variant->options[0])
		test_nop(self->fd, FWCTL_RPC_CONFIGURATION);
	test_nop(self->fd, READ);
}

TEST_F(abi, rpc_request_lengths)
{
	static const __u32 too_long[] = { LARGE + 1, 1u << 31, ~0u };
	static const __u32 good[] = { 16, 17, 4096, LARGE };
	__u32 len, i;

	request(self->in, FWCTL_SIM_NOP, 0, 0);
	for (len = 0; len < 16; len++) {
		self->out_len = 16;
		test_err_rpc(EMSGSIZE, self->fd, READ, self->in, len, self->out,
			     &self->out_len);
	}
	for (i = 0; i < ARRAY_SIZE(too_long); i++) {
		self->out_len = 16;
		test_err_rpc(EMSGSIZE, self->fd, READ, self->in, too_long[i],
			     self->out, &self->out_len);
		self->out_len = too_long[i];
		test_err_rpc(EMSGSIZE, self->fd, READ, self->in, 16, self->out,
			     &self->out_len);
	}
	EXPECT_EQ(0, sim_count(&self->sim, "rpcs"));

	request(self->in, FWCTL_SIM_ECHO, 0, 0);
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		memset(self->in + 16, i + 1, good[i] - 16);
		memset(self->out, 0xa5, good[i] + 64);
		self->out_len = LARGE;
		test_rpc(self->fd, READ, self->in, good[i], self->out,
			 &self->out_len);
		EXPECT_EQ(good[i], self->out_len);
		EXPECT_EQ(0, memcmp(self->in, self->out, good[i]));
		EXPECT_TRUE(all_bytes_are(self->out + good[i], 0xa5, 64));
	}
}

/* Requests an answer of @answer bytes into a buffer of @room bytes. */
static void check_answer(struct __test_metadata *_metadata, int fd, __u8 *in,
			 __u8 *out, __u32 answer, __u32 room)
{
	__u32 out_len = room, copied = room < answer ? room : answer, i;

	request(in, FWCTL_SIM_FILL, answer, 0x77);
	memset(out, 0xa5, copied + 64);
	test_rpc(fd, READ, in, 16, room ? out : NULL, &out_len);

	/* The length of the whole answer, although the rest is lost */
	EXPECT_EQ(answer, out_len);
	for (i = 0; i < copied; i++)
		if (out[i] != (__u8)(0x77 + i))
			break;
	EXPECT_EQ(copied, i);
	/* The kernel writes nothing beyond the answer. */
	EXPECT_TRUE(all_bytes_are(out + copied, 0xa5, 64));
}

TEST_F(abi, rpc_answer_lengths)
{
	static const __u32 lengths[] = { 0, 1, 15, 16, 17, 4096, 70000 };
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(lengths); i++)
		for (j = 0; j < ARRAY_SIZE(lengths); j++)
			check_answer(_metadata, self->fd, self->in, self->out,
				     lengths[i], lengths[j]);
	check_answer(_metadata, self->fd, self->in, self->out, LARGE, LARGE);
	check_answer(_metadata, self->fd, self->in, self->out, LARGE + 1, 16);
}

/* A backend may report more than it wrote: the rest is zero, not old memory. */
TEST_F(abi, rpc_answer_shorter_than_claimed)
{
	const __u32 len = 200000;
	__u32 i;

	/* Fills memory that the next call may use. */
	memset(self->in, 0x5a, len);
	request(self->in, FWCTL_SIM_ECHO, 0, 0);
	for (i = 0; i < 4; i++) {
		self->out_len = len;
		test_rpc(self->fd, READ, self->in, len, self->out, &self->out_len);
	}

	request(self->in, FWCTL_SIM_NOP, 0, 0);
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_out_len", len));
	self->out_len = len;
	test_rpc(self->fd, READ, self->in, 16, self->out, &self->out_len);
	EXPECT_EQ(len, self->out_len);
	EXPECT_TRUE(all_bytes_are(self->out + 16, 0, len - 16));

	/* A length beyond the caller's buffer */
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_out_len", INT32_MAX));
	memset(self->out, 0xa5, 4096);
	self->out_len = 64;
	test_rpc(self->fd, READ, self->in, 16, self->out, &self->out_len);
	EXPECT_EQ(INT32_MAX, self->out_len);
	EXPECT_TRUE(all_bytes_are(self->out + 16, 0, 48));
	EXPECT_TRUE(all_bytes_are(self->out + 64, 0xa5, 4032));
}

TEST_F(abi, rpc_buffers)
{
	__u8 *end = self->page + sysconf(_SC_PAGESIZE);
	__u8 *bad[] = { NULL, end, end - 8, (__u8 *)-4096l };
	size_t i;

	/* A bad request is not delivered. */
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		self->out_len = 16;
		test_err_rpc(EFAULT, self->fd, READ, bad[i], 16, self->out,
			     &self->out_len);
	}
	self->out_len = 16;
	test_err_rpc(EFAULT, self->fd, READ, end - 4096, LARGE, self->out,
		     &self->out_len);
	EXPECT_EQ(0, sim_count(&self->sim, "rpcs"));

	/* A bad buffer for the answer */
	request(self->in, FWCTL_SIM_NOP, 0, 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		self->out_len = 16;
		test_err_rpc(EFAULT, self->fd, READ, self->in, 16, bad[i],
			     &self->out_len);
	}

	/* Request and answer at the same address, up to the last accessible byte */
	request(end - 16, FWCTL_SIM_READ, 1, 0);
	self->out_len = 16;
	test_rpc(self->fd, READ, end - 16, 16, end - 16, &self->out_len);
	EXPECT_EQ(FWCTL_SIM_READ, ((struct fwctl_sim_answer *)(end - 16))->opcode);

	/* An answer to read-only memory */
	ASSERT_EQ(0, mprotect(self->page, 1, PROT_READ));
	self->out_len = 16;
	test_err_rpc(EFAULT, self->fd, READ, self->in, 16, end - 16,
		     &self->out_len);
}

/* Buffers of any alignment, up to the last accessible byte */
TEST_F(abi, rpc_alignment)
{
	static const __u32 lengths[] = {
		16, 17, 23, 24, 64, 255, 256, 257, 264, 4000,
	};
	__u8 *end = self->page + sysconf(_SC_PAGESIZE), *in;
	__u32 i, len, offset;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		len = lengths[i];
		for (offset = 0; offset < 9; offset++) {
			in = end - len - offset;
			memset(in, i + offset, len);
			request(in, FWCTL_SIM_ECHO, 0, 0);
			memset(self->out, 0xa5, len + 32);
			self->out_len = len;
			test_rpc(self->fd, READ, in, len,
				 self->out + 16 - offset, &self->out_len);
			EXPECT_EQ(0, memcmp(in, self->out + 16 - offset, len));
			EXPECT_TRUE(all_bytes_are(self->out, 0xa5, 16 - offset));
			EXPECT_TRUE(all_bytes_are(self->out + 16 - offset + len,
						  0xa5, 16));
		}

		/* A part of the request, or of the buffer, is not accessible. */
		request(self->in, FWCTL_SIM_ECHO, 0, 0);
		for (offset = 1; offset <= 16; offset++) {
			in = end - len + offset;
			self->out_len = len;
			test_err_rpc(EFAULT, self->fd, READ, in, len, self->out,
				     &self->out_len);
			self->out_len = len;
			test_err_rpc(EFAULT, self->fd, READ, self->in, len, in,
				     &self->out_len);
		}
	}
}

/* The kernel does not ignore the upper half of a pointer. */
TEST_F(abi, rpc_pointers_of_64_bits)
{
	struct fwctl_rpc cmd = rpc_cmd(READ, self->in, 16, self->out, 16);
	__u64 high;

	request(self->in, FWCTL_SIM_NOP, 0, 0);
	for (high = 1ull << 48; high; high <<= 1) {
		cmd.in = (uintptr_t)self->in | high;
		EXPECT_EQ(EFAULT, _test_ioctl(self->fd, FWCTL_RPC, &cmd));
	}
	if (sizeof(void *) == 8)
		return;
	for (high = 1ull << 32; high < 1ull << 48; high <<= 1) {
		cmd.in = (uintptr_t)self->in | high;
		EXPECT_EQ(EFAULT, _test_ioctl(self->fd, FWCTL_RPC, &cmd));
		cmd.in = (uintptr_t)self->in;
		cmd.out = (uintptr_t)self->out | high;
		EXPECT_EQ(EFAULT, _test_ioctl(self->fd, FWCTL_RPC, &cmd));
		cmd.out = (uintptr_t)self->out;
	}
}

TEST_F(abi, rpc_backend_errors)
{
	static const int errors[] = {
		EIO, ETIMEDOUT, EINVAL, EPERM, ENOMEM, EBUSY, EREMOTEIO,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		ASSERT_EQ(0, sim_set(&self->sim, "rpc_errno", errors[i]));
		test_err_nop(errors[i], self->fd, READ);
	}
	ASSERT_EQ(0, sim_set(&self->sim, "rpc_errno", 0));
	test_nop(self->fd, READ);
}

TEST_F(abi, open_and_close)
{
	struct fwctl_info_sim data;
	__u32 len = sizeof(data);
	int fd, copy;

	EXPECT_EQ(1, sim_count(&self->sim, "opens"));
	fd = sim_open(&self->sim, variant->flags);
	ASSERT_LE(0, fd);
	EXPECT_EQ(2, sim_count(&self->sim, "uctxs_now"));
	test_info(fd, &data, &len);
	EXPECT_EQ(2, data.uctx);

	/* The context is destroyed with the last descriptor. */
	copy = dup(fd);
	close(fd);
	EXPECT_EQ(0, sim_count(&self->sim, "closes"));
	test_info(copy, &data, &len);
	EXPECT_EQ(2, data.uctx);
	close(copy);
	EXPECT_EQ(1, sim_count(&self->sim, "closes"));
	EXPECT_EQ(1, sim_count(&self->sim, "uctxs_now"));

	/* A context that the backend refuses is not counted. */
	ASSERT_EQ(0, sim_set(&self->sim, "open_errno", EUSERS));
	EXPECT_EQ(-1, sim_open(&self->sim, variant->flags));
	EXPECT_EQ(EUSERS, errno);
	EXPECT_EQ(2, sim_count(&self->sim, "opens"));
	EXPECT_EQ(1, sim_count(&self->sim, "closes"));
}

/* Addresses in a request are 64 bits wide, also those of a 32-bit program. */
TEST_F(abi, nested_buffers)
{
	struct {
		struct fwctl_sim_request request;
		struct fwctl_sim_buffer buffers[2];
	} in = {
		.request = { .opcode = FWCTL_SIM_BUFFERS, .arg = 2 },
		.buffers = {
			{ (uintptr_t)self->in, 3, FWCTL_SIM_TO_DEVICE },
			{ (uintptr_t)self->in + 8, 3, FWCTL_SIM_FROM_DEVICE },
		},
	};
	struct fwctl_sim_answer out = {};
	__u32 len = sizeof(out);

	memcpy(self->in, "\x00\x05\x06", 3);
	test_rpc(self->fd, READ, &in, sizeof(in), &out, &len);
	EXPECT_EQ(sizeof(out), len);
	EXPECT_EQ(11, out.value);
	EXPECT_EQ(0, memcmp(self->in + 8, "\x01\x01\x01", 4));

	in.buffers[0].address |= 1ull << 63;
	test_err_rpc(EFAULT, self->fd, READ, &in, sizeof(in), &out, &len);
}

FIXTURE(device) {
	struct sim sim;
	char sysfs[64];
};

FIXTURE_SETUP(device)
{
	if (sim_missing())
		SKIP(return, "%s", sim_missing());
	ASSERT_EQ(0, sim_new(&self->sim, "type=77"));
	snprintf(self->sysfs, sizeof(self->sysfs), "/sys/class/fwctl/fwctl%d",
		 self->sim.number);
}

FIXTURE_TEARDOWN(device)
{
	EXPECT_EQ(0, sim_del(&self->sim));
	EXPECT_NE(0, access(self->sysfs, F_OK));
	EXPECT_NE(0, access(self->sim.node, F_OK));
}

#define EXPECT_ATTRIBUTE(_value, _name)					\
do {									\
	char __text[256];						\
									\
	ASSERT_EQ(0, read_file(__text, sizeof(__text), "%s/" _name,	\
			       self->sysfs));				\
	EXPECT_STREQ(_value, __text);					\
} while (0)

TEST_F(device, sysfs_attributes)
{
	char path[128];
	struct stat st;

	EXPECT_ATTRIBUTE("77", "type");
	EXPECT_ATTRIBUTE("fwctl_sim", "driver");
	EXPECT_ATTRIBUTE("configuration debug-read-only debug-write debug-write-full",
			 "scopes");

	snprintf(path, sizeof(path), "%s/type", self->sysfs);
	ASSERT_EQ(0, stat(path, &st));
	EXPECT_EQ(0444, st.st_mode & 07777);
	snprintf(path, sizeof(path), "%s/scopes", self->sysfs);
	ASSERT_EQ(0, stat(path, &st));
	EXPECT_EQ(0444, st.st_mode & 0444);
}

TEST_F(device, sysfs_type_is_that_of_info)
{
	struct fwctl_info cmd = info_cmd(NULL, 0);
	int fd = sim_open(&self->sim, O_RDONLY);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, _test_ioctl(fd, FWCTL_INFO, &cmd));
	EXPECT_EQ(77, cmd.out_device_type);
	close(fd);
}

TEST_F(device, sysfs_parent)
{
	char path[128], real[PATH_MAX], expected[32];

	snprintf(path, sizeof(path), "%s/device", self->sysfs);
	ASSERT_TRUE(!!realpath(path, real));
	snprintf(expected, sizeof(expected), "fwctl_sim%u", self->sim.id);
	EXPECT_STREQ(expected, strrchr(real, '/') + 1);
	EXPECT_EQ(0, strncmp(real, "/sys/devices/", 13));
}

TEST_F(device, node)
{
	char number[32];
	struct stat st;

	ASSERT_EQ(0, stat(self->sim.node, &st));
	EXPECT_TRUE(S_ISCHR(st.st_mode));
	EXPECT_EQ(0600, st.st_mode & 07777);
	snprintf(number, sizeof(number), "%u:%u", major(st.st_rdev),
		 minor(st.st_rdev));
	EXPECT_ATTRIBUTE(number, "dev");
}

TEST_HARNESS_MAIN
