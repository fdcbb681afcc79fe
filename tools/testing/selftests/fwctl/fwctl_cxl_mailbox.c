// SPDX-License-Identifier: GPL-2.0-only
/*
 * CXL memory whose mailbox is dead, is slow, or gives answers that QEMU's device never
 * gives. For the memory of QEMU only.
 *
 * A page of RAM takes the place of the registers of the mailbox, and cxl_pci waits for its
 * answers there. The page is the BAR of an ivshmem device, which is moved to the address of
 * the memory's BAR; a second ivshmem device has the same page at an address of its own.
 * Without more the mailbox is dead. Or the device of the backend's unit tests answers,
 * tools/testing/cxl/device.c.
 */
#include <assert.h>
#include <linux/pci_regs.h>

#include "device.h"
#include "fwctl_cxl_remove_utils.h"

/* For so long cxl_pci waits for the answer to a command. */
#define ANSWER_US 2000000
/* A request that takes this long means that the mailbox does not work. */
#define STALLED_US 10000000

#define WRITE FWCTL_RPC_DEBUG_WRITE
#define FULL FWCTL_RPC_DEBUG_WRITE_FULL

#define DOORBELL 1u
#define PAYLOAD 2048
/* In the second BAR of QEMU's device */
#define MAILBOX_OFFSET 0x88

/* CXL 3.2, 8.2.8.4 */
struct mailbox {
	__u32 capabilities;
	__u32 control;
	__u64 command;
	__u64 status;
	__u64 background;
	__u8 payload[PAYLOAD];
};

static_assert(sizeof(struct mailbox) == 0x820, "the mailbox of QEMU's device");

/**
 * struct cover - a page of RAM that can take the place of a mailbox
 * @front: name of the PCI device that is moved
 * @memory: name of the PCI device of the memory
 * @mailbox: the registers in the page
 */
struct cover {
	char front[32];
	char memory[32];
	struct mailbox *mailbox;
};

static int config_write(const char *pci, off_t at, __u32 value, size_t len)
{
	char path[64];
	int fd, err;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.32s/config", pci);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	err = pwrite(fd, &value, len, at) == (ssize_t)len ? 0 : errno;
	close(fd);
	return err;
}

/* The address that the kernel has given to the second BAR of 64 bits, or 0 */
static unsigned long long bar_address(const char *pci, unsigned long long *len)
{
	unsigned long long start, end;
	char text[1024];

	if (read_file(text, sizeof(text), "/sys/bus/pci/devices/%s/resource", pci) ||
	    sscanf(text, "%*s %*s %*s %*s %*s %*s %llx %llx", &start, &end) != 2)
		return 0;
	*len = end - start + 1;
	return start;
}

static int bar_move(const char *pci, unsigned long long address, bool on)
{
	return config_write(pci, PCI_COMMAND, 0, 2) ?:
	       config_write(pci, PCI_BASE_ADDRESS_2, address, 4) ?:
	       config_write(pci, PCI_BASE_ADDRESS_3, address >> 32, 4) ?:
	       on ? config_write(pci, PCI_COMMAND, PCI_COMMAND_MEMORY, 2) : 0;
}

static int cover_on(const struct cover *cover)
{
	unsigned long long len;

	memset(cover->mailbox, 0, sizeof(*cover->mailbox));
	return bar_move(cover->front, bar_address(cover->memory, &len), true);
}

static int cover_off(const struct cover *cover)
{
	unsigned long long len;

	return bar_move(cover->front, bar_address(cover->front, &len), false);
}

/* An ivshmem device of the lab: others have more memory. */
static bool is_cover(const char *pci)
{
	unsigned long long len = 0;
	char id[64];

	return !read_file(id, sizeof(id), "/sys/bus/pci/devices/%s/modalias", pci) &&
	       !strncmp(id, "pci:v00001AF4d00001110", 22) && bar_address(pci, &len) &&
	       len == 4096;
}

/* Returns the reason for a SKIP, or NULL. */
static const char *cover_find(struct cover *cover, const char *memory)
{
	char names[2][32] = {}, path[64];
	struct dirent *entry;
	unsigned int n = 0;
	__u8 *page;
	DIR *dir;
	int fd;

	dir = opendir("/sys/bus/pci/devices");
	while (dir && n < 2 && (entry = readdir(dir)))
		if (is_cover(entry->d_name))
			snprintf(names[n++], sizeof(names[0]), "%.31s", entry->d_name);
	if (dir)
		closedir(dir);
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.31s/resource2", names[1]);
	fd = n == 2 ? open(path, O_RDWR | O_CLOEXEC) : -1;
	if (fd < 0 || config_write(names[1], PCI_COMMAND, PCI_COMMAND_MEMORY, 2))
		return "no two ivshmem devices with one page of memory";
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (page == MAP_FAILED)
		return "the page of an ivshmem device cannot be mapped";
	memcpy(cover->front, names[0], sizeof(cover->front));
	snprintf(cover->memory, sizeof(cover->memory), "%.31s", memory);
	cover->mailbox = (struct mailbox *)(page + MAILBOX_OFFSET);
	return NULL;
}

/**
 * struct firmware - answers in the place of the device
 * @device: the device
 * @mailbox: its mailbox
 * @delay_ms: time before each answer
 * @answers: how many commands were answered
 * @job: the thread
 */
struct firmware {
	struct device device;
	struct mailbox *mailbox;
	unsigned int delay_ms;
	unsigned int answers;
	struct job job;
};

static void firmware_answer(struct firmware *firmware)
{
	struct mailbox *mailbox = firmware->mailbox;
	struct cxl_fwctl_channel *channel = &firmware->device.channel;
	__u8 in[PAYLOAD], out[PAYLOAD] = {};
	struct cxl_fwctl_message message = {
		.opcode = mailbox->command & 0xffff,
		.in = in,
		.in_len = mailbox->command >> 16 & 0x1fffff,
		.out = out,
		.out_len = sizeof(out),
	};
	__u64 start = now_us();

	memcpy(in, mailbox->payload, sizeof(in));
	while (now_us() - start < get(&firmware->delay_ms) * 1000ULL)
		usleep(1000);
	channel->send(channel, &message);
	memcpy(mailbox->payload, out, sizeof(out));
	mailbox->command = message.opcode | (__u64)message.out_len << 16;
	mailbox->status = (__u64)message.retval << 32;
	set(&mailbox->control, 0);
	count(&firmware->answers);
}

/* Ends with the process. */
static int firmware_run(void *data)
{
	struct firmware *firmware = data;

	for (;;) {
		if (get(&firmware->mailbox->control) & DOORBELL)
			firmware_answer(firmware);
		else
			usleep(100);
	}
	return 0;
}

/* With features of @set_size bytes that can be changed */
static int firmware_start(struct firmware *firmware, const struct cover *cover,
			  unsigned int set_size)
{
	unsigned int i;

	device_init(&firmware->device, 3, PAYLOAD);
	for (i = 0; i < 3; i++)
		cxl_fwctl_put_le16(&firmware->device.features[i].set_feat_size, set_size);
	firmware->mailbox = cover->mailbox;
	return job_start(&firmware->job, firmware_run, firmware) ?: cover_on(cover);
}

FIXTURE(cxl_mailbox) {
	struct cxl_dev dev;
	struct cover cover;
	struct firmware firmware;
	struct call call;
	union cxl_in in;
	union cxl_out out;
	int fd;
};

FIXTURE_SETUP(cxl_mailbox)
{
	struct cxl_dev dev;
	const char *missing;
	__u32 len;

	missing = cxl_qemu_missing(&dev);
	if (missing)
		SKIP(return, "%s", missing);
	missing = cover_find(&self->cover, dev.pci);
	if (missing)
		SKIP(return, "%s", missing);
	self->dev = dev;
	self->fd = cxl_open(&dev, O_RDWR);
	ASSERT_LE(0, self->fd);
	len = make_get(&self->in, patrol_scrub, 0, PATROL_GET_SIZE, 0);
	self->call.rpc = rpc_cmd(FWCTL_RPC_CONFIGURATION, &self->in, len, &self->out,
				 sizeof(self->out));
}

FIXTURE_TEARDOWN_PARENT(cxl_mailbox)
{
	if (!*self->dev.pci)
		return;
	EXPECT_EQ(0, cover_off(&self->cover));
	EXPECT_TRUE(put_back(self->dev.pci));
}

/* Evaluates to @_call, which waits for @_commands commands of the mailbox. */
#define EXPECT_COMMANDS(_commands, _what, _call)			\
({									\
	struct stopwatch __watch;					\
									\
	stopwatch_start(&__watch);					\
	__typeof__(_call) __result = (_call);				\
									\
	EXPECT_GT((_commands) * ANSWER_US + QUICK_US, stopwatch_end(&__watch, _what)); \
	__result;							\
})

/* Everything works, as before. */
static void check_recovered(struct __test_metadata *_metadata, const struct cxl_dev *dev)
{
	struct patrol patrol;
	int fd = cxl_open(dev, O_RDONLY);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, cxl_query(fd));
	EXPECT_EQ(0, patrol_get(fd, &patrol));
	EXPECT_EQ(0, kernel_identify(dev->mem));
	close(fd);
}

/* Starts a call, and waits until the device should answer to a command of it. */
static void start_call(struct __test_metadata *_metadata, struct call *call, int fd,
		       const struct mailbox *mailbox)
{
	ASSERT_EQ(0, call_start(call, fd, FWCTL_RPC, &call->rpc));
	ASSERT_TRUE(wait_for(get(&mailbox->control) & DOORBELL));
	ASSERT_TRUE(wait_for(call_waits(call)));
}

#define START_CALL() start_call(_metadata, &self->call, self->fd, self->cover.mailbox)

/* The command stays in the mailbox, which takes no other one until the device recovers. */
TEST_F(cxl_mailbox, dead)
{
	__u64 start = now_us();

	ASSERT_EQ(0, cover_on(&self->cover));
	EXPECT_EQ(ETIMEDOUT, EXPECT_COMMANDS(1, "RPC without an answer", cxl_query(self->fd)));
	EXPECT_LE(ANSWER_US, now_us() - start);
	EXPECT_EQ(EBUSY, EXPECT_QUICK("RPC after it", cxl_query(self->fd)));
	EXPECT_EQ(EBUSY, EXPECT_QUICK("RPC of another file", cxl_open_and_query(&self->dev)));
	EXPECT_EQ(EBUSY, EXPECT_QUICK("Identify", kernel_identify(self->dev.mem)));
	ASSERT_EQ(0, cover_off(&self->cover));
	EXPECT_EQ(0, cxl_query(self->fd));
	check_recovered(_metadata, &self->dev);
}

/* A command of the kernel's is in the mailbox. */
TEST_F(cxl_mailbox, dead_for_the_kernel)
{
	ASSERT_EQ(0, cover_on(&self->cover));
	EXPECT_EQ(ETIMEDOUT, EXPECT_COMMANDS(1, "Identify without an answer",
					     kernel_identify(self->dev.mem)));
	EXPECT_EQ(EBUSY, EXPECT_QUICK("RPC after it", cxl_query(self->fd)));
	ASSERT_EQ(0, cover_off(&self->cover));
	check_recovered(_metadata, &self->dev);
}

/*
 * The first one waits for the device, the second one for its turn. On a machine that has too
 * much to do the first one may end before the signal: then both begin again.
 */
TEST_F(cxl_mailbox, killed_caller)
{
	pid_t first, second;
	bool killed;
	__u64 start;

	for (;;) {
		ASSERT_EQ(0, cover_on(&self->cover));
		start = now_us();
		first = fork_call(self->fd, FWCTL_RPC, &self->call.rpc);
		ASSERT_TRUE(wait_for(get(&self->cover.mailbox->control) & DOORBELL));
		ASSERT_TRUE(wait_for(task_waits_in_ioctl(first)));
		second = fork_call(self->fd, FWCTL_RPC, &self->call.rpc);
		ASSERT_TRUE(wait_for(task_waits_in_ioctl(second)));
		killed = EXPECT_QUICK("kill of a caller", kill_and_wait(second));
		killed &= EXPECT_QUICK("kill of another caller", kill_and_wait(first));
		if (killed || now_us() - start <= ANSWER_US)
			break;
		ASSERT_EQ(0, cover_off(&self->cover));
		ASSERT_EQ(0, cxl_query(self->fd));
	}
	EXPECT_TRUE(killed);
	EXPECT_EQ(0, EXPECT_QUICK("close", close(self->fd)));
	ASSERT_EQ(0, cover_off(&self->cover));
	EXPECT_EQ(0, EXPECT_COMMANDS(1, "RPC", cxl_open_and_query(&self->dev)));
	check_recovered(_metadata, &self->dev);
}

/* Others do not wait for the many commands of a caller that was killed. */
TEST_F(cxl_mailbox, killed_in_a_long_value)
{
	struct device *device = &self->firmware.device;
	const unsigned int len = 20 * PAYLOAD;
	unsigned int gets = 0, i;
	pid_t pid;

	ASSERT_EQ(0, firmware_start(&self->firmware, &self->cover, 2));
	make_get(&self->in, patrol_scrub, 0, len, 0);
	self->call.rpc.out = (uintptr_t)calloc(1, CXL_OUT_HEADER + len);
	self->call.rpc.out_len = CXL_OUT_HEADER + len;
	set(&self->firmware.delay_ms, 1000);
	pid = fork_call(self->fd, FWCTL_RPC, &self->call.rpc);
	ASSERT_TRUE(wait_for(get(&self->cover.mailbox->control) & DOORBELL));
	ASSERT_TRUE(wait_for(task_waits_in_ioctl(pid)));
	EXPECT_TRUE(EXPECT_QUICK("kill", kill_and_wait(pid)));
	set(&self->firmware.delay_ms, 0);
	EXPECT_EQ(0, cxl_open_and_query(&self->dev));
	for (i = 0; i < device->nr_commands; i++)
		gets += device->log[i].opcode == OP_GET_FEATURE;
	EXPECT_GE(2, gets);
}

/* The retries while the module is loaded find the device as soon as it answers. */
TEST_F(cxl_mailbox, dead_when_loaded)
{
	struct cxl_dev found;

	if (!is_module("cxl_fwctl"))
		SKIP(return, BUILT_IN);
	ASSERT_EQ(0, unload_module("cxl_fwctl"));
	ASSERT_EQ(0, cover_on(&self->cover));
	EXPECT_EQ(0, EXPECT_COMMANDS(1, "load", load_module("cxl_fwctl")));
	EXPECT_EQ(ENOENT, cxl_find_pci(&found, self->dev.pci));
	EXPECT_EQ(0, EXPECT_COMMANDS(1, "unload", unload_module("cxl_fwctl")));
	EXPECT_EQ(0, load_module("cxl_fwctl"));
	ASSERT_EQ(0, cover_off(&self->cover));
	ASSERT_TRUE(wait_for(cxl_works(&found, self->dev.pci)));
	check_recovered(_metadata, &found);
}

/* A request of many commands. Between two of them the kernel's have their turn. */
TEST_F(cxl_mailbox, slow)
{
	struct firmware *firmware = &self->firmware;
	const unsigned int len = 20 * PAYLOAD;
	__u8 *out = calloc(1, CXL_OUT_HEADER + len);
	__u64 start;

	ASSERT_NE(NULL, out);
	ASSERT_EQ(0, firmware_start(firmware, &self->cover, 2));
	/* All take more than STALLED_US, and each much less than ANSWER_US on a busy machine. */
	set(&firmware->delay_ms, 600);
	make_get(&self->in, patrol_scrub, 0, len, 0);
	self->call.rpc.out = (uintptr_t)out;
	self->call.rpc.out_len = CXL_OUT_HEADER + len;
	start = now_us();
	START_CALL();
	/* This device knows no Identify. */
	EXPECT_EQ(-1, EXPECT_COMMANDS(2, "Identify", kernel_identify(self->dev.mem)));
	EXPECT_TRUE(call_waits(&self->call));

	EXPECT_TRUE(wait_for(cxl_open_and_query(&self->dev) == ETIMEDOUT));
	EXPECT_LE(STALLED_US, now_us() - start);
	EXPECT_EQ(ETIMEDOUT, EXPECT_QUICK("open", cxl_open_and_query(&self->dev)));
	EXPECT_EQ(ETIMEDOUT, EXPECT_QUICK("RPC", cxl_query(self->fd)));
	set(&firmware->delay_ms, 0);
	EXPECT_EQ(0, call_end(&self->call));
	EXPECT_EQ(CXL_OUT_HEADER + len, self->call.rpc.out_len);
	EXPECT_EQ(0, memcmp(out + CXL_OUT_HEADER, firmware->device.value, len));
	EXPECT_EQ(0, cxl_open_and_query(&self->dev));
}

/* Sends a Set Feature of two bytes. Returns as cxl_try(). */
static int set_feature(int fd, const struct cxl_feat_entry *entry, __u32 scope)
{
	const __u8 value[2] = { 0xab, 0xcd };
	union cxl_in in;
	__u32 len = make_set(&in, entry->uuid, 0, 0, 1, value, sizeof(value));

	return cxl_try(fd, scope, &in, len);
}

/* The scope of Set Feature follows from the effects of the feature. */
TEST_F(cxl_mailbox, effects)
{
	static const struct {
		__u16 effects;
		int scope;
	} rows[] = {
		{ 0x0001, WRITE }, { 0x0600, WRITE }, { 0x0a00, WRITE }, { 0x0002, FULL },
		{ 0x0020, FULL }, { 0x0003, FULL }, { 0x0000, -1 }, { 0x0400, -1 },
		{ 0x0042, -1 }, { 0x0100, -1 }, { 0x8002, -1 },
	};
	struct device *device = &self->firmware.device;
	struct cxl_feat_entry *entry = &device->features[1];
	unsigned int i;
	__u32 scope;
	int err;

	ASSERT_EQ(0, firmware_start(&self->firmware, &self->cover, 2));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		cxl_fwctl_put_le16(&entry->effects, rows[i].effects);
		EXPECT_EQ(0, cxl_query(self->fd));
		for (scope = 0; scope <= FULL; scope++) {
			device->value[0] = 0;
			err = set_feature(self->fd, entry, scope);
			EXPECT_EQ(rows[i].scope >= 0 && scope >= rows[i].scope ? 0 : EBADMSG, err)
				TH_LOG("effects %#x under scope %u", rows[i].effects, scope);
			EXPECT_EQ(err ? 0 : 0xab, device->value[0]);
		}
	}
}

/* Other firmware since the list was read: the request is judged again. */
TEST_F(cxl_mailbox, changed_effects)
{
	struct device *device = &self->firmware.device;
	struct cxl_feat_entry *entry = &device->features[1];

	ASSERT_EQ(0, firmware_start(&self->firmware, &self->cover, 2));
	cxl_fwctl_put_le16(&entry->effects, 0x0001);
	EXPECT_EQ(0, cxl_query(self->fd));
	EXPECT_EQ(0, set_feature(self->fd, entry, WRITE));
	device->value[0] = 0;
	cxl_fwctl_put_le16(&entry->effects, 0x0002);
	EXPECT_EQ(EBADMSG, set_feature(self->fd, entry, WRITE));
	EXPECT_EQ(0, device->value[0]);
	EXPECT_EQ(0, set_feature(self->fd, entry, FULL));
	EXPECT_EQ(0xab, device->value[0]);
}

/* A list that contradicts itself. A device that begins like this is not attached. */
TEST_F(cxl_mailbox, contradiction)
{
	struct device *device = &self->firmware.device;
	struct cxl_dev found;

	ASSERT_EQ(0, firmware_start(&self->firmware, &self->cover, 2));
	EXPECT_EQ(0, cxl_query(self->fd));
	device->lies.num_entries = LIE(65535);
	EXPECT_EQ(EPROTO, cxl_query(self->fd));
	EXPECT_EQ(EPROTO, cxl_open_and_query(&self->dev));
	device->lies.num_entries = 0;
	EXPECT_EQ(0, cxl_query(self->fd));
	if (!is_module("cxl_fwctl"))
		return;
	device->lies.num_entries = LIE(65535);
	ASSERT_EQ(0, unload_module("cxl_fwctl"));
	ASSERT_EQ(0, load_module("cxl_fwctl"));
	EXPECT_EQ(ENOENT, cxl_find_pci(&found, self->dev.pci));
	ASSERT_EQ(0, unload_module("cxl_fwctl"));
	device->lies.num_entries = 0;
	ASSERT_EQ(0, load_module("cxl_fwctl"));
	EXPECT_TRUE(wait_for(cxl_works(&found, self->dev.pci)));
}

struct removal {
	enum way way;
	const char *pci;
};

static int removal_run(void *data)
{
	const struct removal *removal = data;

	return remove_by(removal->way, removal->pci);
}

/*
 * Removal waits for @commands of the mailbox at most. The caller gets its error at once,
 * unless cxl_pci waits for the mailbox before it lets go of the memory device.
 */
static void check_removal(struct __test_metadata *_metadata, const char *pci,
			  struct call *call, enum way way, unsigned int commands)
{
	struct removal removal = { way, pci };
	struct job job;
	int err, next;

	ASSERT_EQ(0, job_start(&job, removal_run, &removal));
	if (way == RMMOD) {
		err = EXPECT_QUICK("end of the RPC", call_end(call));
		EXPECT_EQ(ENODEV, err);
	} else {
		err = EXPECT_COMMANDS(commands, "end of the RPC", call_end(call));
		EXPECT_TRUE(err == ENODEV || err == ETIMEDOUT);
	}
	next = EXPECT_QUICK("RPC during removal", cxl_query(call->fd));
	/* If the RPC timed out, cxl_pci may not have let go yet: the mailbox refuses then. */
	EXPECT_TRUE(next == ENODEV || (err == ETIMEDOUT && next == EBUSY));
	EXPECT_EQ(0, EXPECT_COMMANDS(commands, way_names[way], job_end(&job)));
	check_gone(_metadata, call->fd);
}

TEST_F(cxl_mailbox, removal_while_dead)
{
	static const enum way ways[] = { RMMOD, UNBIND };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		if (ways[i] == RMMOD && !is_module("cxl_fwctl"))
			continue;
		ASSERT_EQ(0, cover_on(&self->cover));
		START_CALL();
		check_removal(_metadata, self->dev.pci, &self->call, ways[i], 1);
		ASSERT_EQ(0, cover_off(&self->cover));
		check_back(_metadata, &self->dev, ways[i]);
		check_recovered(_metadata, &self->dev);
		self->fd = cxl_open(&self->dev, O_RDWR);
		ASSERT_LE(0, self->fd);
	}
}

/* Prepares @call, a Set Feature of a long value. Returns the first byte of the device's. */
static __u8 prepare_long_set(struct __test_metadata *_metadata, struct firmware *firmware,
			     const struct cover *cover, int fd, struct call *call)
{
	const unsigned int len = 20 * PAYLOAD;
	struct device *device = &firmware->device;
	static union cxl_out out;
	__u8 first, *in = malloc(sizeof(struct fwctl_rpc_cxl) + len);
	union cxl_in header;

	ASSERT_NE(NULL, in);
	ASSERT_EQ(0, firmware_start(firmware, cover, len));
	EXPECT_EQ(0, cxl_query(fd));
	first = device->value[0];
	make_set(&header, device->features[0].uuid, 0, 0, 1, NULL, 0);
	header.rpc.op_size += len;
	memcpy(in, &header, sizeof(struct fwctl_rpc_cxl));
	memset(in + sizeof(struct fwctl_rpc_cxl), ~first, len);
	call->rpc = rpc_cmd(FULL, in, sizeof(struct fwctl_rpc_cxl) + len, &out, sizeof(out));
	set(&firmware->delay_ms, 500);
	return first;
}

/* The last command tells the device to forget the part of a value that it has. */
static void check_forgotten(struct __test_metadata *_metadata, const struct device *device,
			    __u8 first)
{
	EXPECT_EQ(OP_SET_FEATURE, device->log[device->nr_commands - 1].opcode);
	EXPECT_EQ(CXL_SET_FEAT_FLAG_ABORT_DATA_TRANSFER,
		  device->log[device->nr_commands - 1].flags);
	EXPECT_FALSE(device->in_transfer);
	EXPECT_EQ(first, device->value[0]);
}

TEST_F(cxl_mailbox, removal_in_a_long_value)
{
	__u8 first = prepare_long_set(_metadata, &self->firmware, &self->cover, self->fd,
				      &self->call);

	START_CALL();
	ASSERT_TRUE(wait_for(get(&self->firmware.device.in_transfer)));
	check_removal(_metadata, self->dev.pci, &self->call, UNBIND, 2);
	check_forgotten(_metadata, &self->firmware.device, first);
}

TEST_F(cxl_mailbox, killed_in_a_long_set)
{
	__u8 first = prepare_long_set(_metadata, &self->firmware, &self->cover, self->fd,
				      &self->call);
	pid_t pid = fork_call(self->fd, FWCTL_RPC, &self->call.rpc);

	ASSERT_TRUE(wait_for(get(&self->firmware.device.in_transfer)));
	EXPECT_TRUE(EXPECT_QUICK("kill", kill_and_wait(pid)));
	ASSERT_TRUE(wait_for(!get(&self->firmware.device.in_transfer)));
	usleep(1000000);
	check_forgotten(_metadata, &self->firmware.device, first);
}

TEST_HARNESS_MAIN
