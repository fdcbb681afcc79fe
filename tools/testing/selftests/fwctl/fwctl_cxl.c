// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cxl backend: its ABI, the scopes of its requests, and the device's answers. Only to
 * QEMU's CXL memory the tests send requests that write.
 *
 * Also built for 32 bits, as fwctl_cxl_32.
 */
#include <assert.h>
#include <stddef.h>

#include "fwctl_cxl_utils.h"

static_assert(FWCTL_DEVICE_TYPE_CXL == 2, "ABI of Linux 6.15");
static_assert(sizeof(struct fwctl_rpc_cxl_hdr) == 16, "ABI of Linux 6.15");
static_assert(sizeof(struct fwctl_rpc_cxl) == 48, "ABI of Linux 6.15");
static_assert(offsetof(struct fwctl_rpc_cxl, set_feat_in) == 16, "ABI of Linux 6.15");
static_assert(sizeof(struct cxl_mbox_get_feat_in) == 21, "CXL 3.2");
static_assert(sizeof(struct cxl_feat_entry) == 48, "CXL 3.2");
static_assert(offsetof(struct cxl_feat_entry, effects) == 28, "CXL 3.2");

#define ENTRY sizeof(struct cxl_feat_entry)

#define CONFIG FWCTL_RPC_CONFIGURATION
#define READ FWCTL_RPC_DEBUG_READ_ONLY
#define WRITE FWCTL_RPC_DEBUG_WRITE
#define FULL FWCTL_RPC_DEBUG_WRITE_FULL
#define SCOPES (FULL + 1)

FIXTURE(cxl) {
	struct cxl_dev dev;
	int fd;
	bool qemu;
	struct features features;
	union cxl_in in;
	union cxl_out out;
	__u32 len;
	__u32 out_len;
};

FIXTURE_SETUP(cxl)
{
	if (cxl_missing())
		SKIP(return, "%s", cxl_missing());
	ASSERT_EQ(0, cxl_find(&self->dev));
	self->qemu = cxl_is_qemu(&self->dev);
	self->fd = cxl_open(&self->dev, O_RDWR);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, cxl_list(self->fd, &self->features));
}

FIXTURE_TEARDOWN(cxl)
{
	close(self->fd);
}

/* Sends self->in. Evaluates to 0 or an errno. */
#define SEND(_scope) \
	cxl_send(self->fd, _scope, &self->in, self->len, &self->out, &self->out_len)

/* Sends self->in, to which the device answers with a return code alone. */
#define EXPECT_RETVAL(_retval, _scope)					\
do {									\
	EXPECT_EQ(0, SEND(_scope));					\
	EXPECT_EQ(_retval, self->out.rpc.retval);			\
	EXPECT_EQ(0, self->out.rpc.size);				\
	EXPECT_EQ(CXL_OUT_HEADER, self->out_len);			\
} while (0)

TEST_F(cxl, info)
{
	__u8 data[8];
	struct fwctl_info cmd = info_cmd(data, sizeof(data));

	memset(data, 0x5a, sizeof(data));
	ASSERT_EQ(0, _test_ioctl(self->fd, FWCTL_INFO, &cmd));
	EXPECT_EQ(2, cmd.out_device_type);
	EXPECT_EQ(4, cmd.device_data_len);
	EXPECT_TRUE(all_bytes_are(data, 0, sizeof(data)));
}

/* Libraries find the fwctl device below the memory device. */
TEST_F(cxl, sysfs)
{
	char path[96], text[32];

	snprintf(path, sizeof(path), "/sys/bus/cxl/devices/mem%d/fwctl/fwctl%d",
		 self->dev.mem, self->dev.number);
	EXPECT_EQ(0, access(path, F_OK));
	EXPECT_EQ(0, read_file(text, sizeof(text), "%s/driver", path));
	EXPECT_STREQ("cxl_fwctl", text);
	snprintf(path, sizeof(path), "/sys/bus/pci/drivers/cxl_pci/%s", self->dev.pci);
	EXPECT_EQ(0, access(path, F_OK));
}

/* Any part of the list; the room for entries does not include the header. */
TEST_F(cxl, parts_of_the_list)
{
	unsigned int nr = self->features.nr, start, room, expected;
	struct cxl_mbox_get_sup_feats_out *list = &self->out.rpc.get_sup_feats_out;

	ASSERT_LT(0, nr);
	for (start = 0; start < nr; start++) {
		EXPECT_EQ(start, le16toh(self->features.ents[start].id));
		for (room = 0; room <= nr; room++) {
			expected = room < nr - start ? room : nr - start;
			self->len = make_list(&self->in, room * ENTRY, start);
			ASSERT_EQ(0, SEND(CONFIG));
			EXPECT_EQ(0, self->out.rpc.retval);
			EXPECT_EQ(CXL_LIST_HEADER + expected * ENTRY, self->out.rpc.size);
			EXPECT_EQ(CXL_OUT_HEADER + self->out.rpc.size, self->out_len);
			EXPECT_EQ(expected, le16toh(list->num_entries));
			EXPECT_EQ(nr, le16toh(list->supported_feats));
			EXPECT_EQ(0, memcmp(list->ents, &self->features.ents[start],
					    expected * ENTRY))
				TH_LOG("%u entries from %u", room, start);
		}
	}
}

TEST_F(cxl, list_from_beyond_the_end)
{
	self->len = make_list(&self->in, ENTRY, self->features.nr + 1);
	EXPECT_RETVAL(CXL_INVALID_INPUT, CONFIG);
	self->len = make_list(&self->in, ENTRY, 0xffff);
	EXPECT_RETVAL(CXL_INVALID_INPUT, CONFIG);
}

/* Each feature as a whole and byte by byte */
TEST_F(cxl, parts_of_a_value)
{
	__u8 whole[MAX_VALUE], part[MAX_VALUE];
	unsigned int i, at, size, read = 0;

	for (i = 0; i < self->features.nr; i++) {
		const struct cxl_feat_entry *entry = &self->features.ents[i];

		size = le16toh(entry->get_feat_size);
		if (!size || size > MAX_VALUE)
			continue;
		ASSERT_EQ(0, cxl_get(self->fd, entry->uuid, 0, size, whole))
			TH_LOG("feature %u of %u bytes", i, size);
		for (at = 0; at < size; at++)
			EXPECT_EQ(0, cxl_get(self->fd, entry->uuid, at, 1, part + at));
		EXPECT_EQ(0, memcmp(whole, part, size));
		read++;
	}
	if (!read)
		SKIP(return, "no feature has a value that can be read");
}

/* An error of the device is in the answer; the ioctl succeeds. */
TEST_F(cxl, errors_of_the_device)
{
	const __u8 unknown[16] = { 0xff, 1, 2, 3 };
	__u32 scope;

	for (scope = 0; scope < SCOPES; scope++) {
		self->len = make_get(&self->in, unknown, 0, 4, 0);
		EXPECT_RETVAL(CXL_UNSUPPORTED, scope);
	}
}

/* Requests of a wrong length are refused before the device is asked. */
TEST_F(cxl, lengths)
{
	static const struct {
		__u32 opcode, op_size, in_len, out_len;
	} requests[] = {
		{ OP_GET_SUPPORTED_FEATURES, 8, 0, 64 },
		{ OP_GET_SUPPORTED_FEATURES, 8, 15, 64 },
		{ OP_GET_SUPPORTED_FEATURES, 8, 16, 64 },
		{ OP_GET_SUPPORTED_FEATURES, 8, 23, 64 },
		{ OP_GET_SUPPORTED_FEATURES, 7, 24, 64 },
		{ OP_GET_SUPPORTED_FEATURES, 9, 25, 64 },
		{ OP_GET_SUPPORTED_FEATURES, 0, 24, 64 },
		{ OP_GET_SUPPORTED_FEATURES, 0xffffffff, 24, 64 },
		{ OP_GET_SUPPORTED_FEATURES, 0xfffffff0, 48, 64 },
		{ OP_GET_SUPPORTED_FEATURES, 8, 24, 0 },
		{ OP_GET_SUPPORTED_FEATURES, 8, 24, 7 },
		{ OP_GET_SUPPORTED_FEATURES, 8, 24, 15 },
		{ OP_GET_FEATURE, 21, 36, 64 },
		{ OP_GET_FEATURE, 20, 37, 64 },
		{ OP_GET_FEATURE, 22, 38, 64 },
		{ OP_GET_FEATURE, 21, 37, 7 },
		{ OP_SET_FEATURE, 32, 47, 64 },
		{ OP_SET_FEATURE, 32, 48, 64 },
		{ OP_SET_FEATURE, 31, 48, 64 },
		{ OP_SET_FEATURE, 34, 49, 64 },
		{ OP_SET_FEATURE, 34, 50, 7 },
	};
	union cxl_in in;
	union cxl_out out;
	__u32 scope, len;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		for (scope = 0; scope < SCOPES; scope++) {
			make_header(&in, requests[i].opcode, requests[i].op_size);
			len = requests[i].out_len;
			EXPECT_EQ(EMSGSIZE, _test_rpc(self->fd, scope, &in,
						      requests[i].in_len, &out, &len))
				TH_LOG("request %zu under scope %u", i, scope);
		}
	}
}

/* The room for the answer has to be enough for what the request asks for. */
TEST_F(cxl, room_for_the_answer)
{
	union cxl_out out;
	__u32 len;

	make_list(&self->in, ENTRY, 0);
	len = CXL_OUT_HEADER + CXL_LIST_HEADER + ENTRY - 1;
	test_err_rpc(EMSGSIZE, self->fd, CONFIG, &self->in, 24, &out, &len);
	len = CXL_OUT_HEADER + CXL_LIST_HEADER + ENTRY;
	test_err_rpc(0, self->fd, CONFIG, &self->in, 24, &out, &len);
	EXPECT_EQ(0, out.rpc.retval);
	make_get(&self->in, self->features.ents[0].uuid, 0, 2, 0);
	len = CXL_OUT_HEADER + 1;
	test_err_rpc(EMSGSIZE, self->fd, CONFIG, &self->in, 37, &out, &len);
}

/* Programs send the whole structure, whatever the opcode needs of it. */
TEST_F(cxl, longer_request)
{
	make_list(&self->in, ENTRY, 0);
	self->len = sizeof(struct fwctl_rpc_cxl);
	EXPECT_EQ(0, SEND(CONFIG));
	EXPECT_EQ(0, self->out.rpc.retval);
	EXPECT_EQ(1, le16toh(self->out.rpc.get_sup_feats_out.num_entries));
}

/* All other commands of the mailbox: those that read and those that erase */
TEST_F(cxl, other_opcodes)
{
	static const __u32 opcodes[] = {
		0, 0x0001, 0x0100, 0x0200, 0x0202, 0x0300, 0x0301, 0x0400, 0x04ff,
		0x0503, 0x0600, 0x4000, 0x4100, 0x4102, 0x4302, 0x4400, 0x4401, 0x4500,
		0x5600, 0xc000, 0xffff, 0x10500, 0x10501, 0x80000500, 0xffffffff,
	};
	__u32 scope;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(opcodes); i++) {
		for (scope = 0; scope < SCOPES; scope++) {
			make_header(&self->in, opcodes[i], 32);
			self->len = sizeof(struct fwctl_rpc_cxl);
			EXPECT_EQ(EBADMSG, SEND(scope))
				TH_LOG("opcode %#x under scope %u", opcodes[i], scope);
		}
	}
}

TEST_F(cxl, reserved_members)
{
	__u32 scope;

	for (scope = 0; scope < SCOPES; scope++) {
		self->len = make_list(&self->in, ENTRY, 0);
		self->in.rpc.flags = 1;
		EXPECT_EQ(EBADMSG, SEND(scope));
		self->in.rpc.flags = 0;
		self->in.rpc.reserved1 = 0x80000000;
		EXPECT_EQ(EBADMSG, SEND(scope));
		self->in.rpc.reserved1 = 0;
		EXPECT_EQ(0, SEND(scope));
	}
}

/* The two queries are admitted under each scope, and taint no file for reading. */
TEST_F(cxl, queries)
{
	int read_only = cxl_open(&self->dev, O_RDONLY), fds[] = { self->fd, read_only };
	__u32 scope;
	int i, err;

	ASSERT_LE(0, read_only);
	for (i = 0; i < 2; i++) {
		for (scope = 0; scope < SCOPES; scope++) {
			err = i && scope >= WRITE ? EBADMSG : 0;
			self->len = make_list(&self->in, ENTRY, 0);
			EXPECT_EQ(err, cxl_try(fds[i], scope, &self->in, self->len));
			self->len = make_get(&self->in, self->features.ents[0].uuid, 0, 1,
					     CXL_GET_FEAT_SEL_CURRENT_VALUE);
			EXPECT_EQ(err, cxl_try(fds[i], scope, &self->in, self->len));
		}
	}
	close(read_only);
}

/*
 * The scopes that admit Set Feature, as a mask, from the effects of the feature: 8.2.9.5.2.1.
 * Bits 10 and 11 mean something only if bit 9 is set.
 */
static unsigned int scopes_of(const struct cxl_feat_entry *entry)
{
	unsigned int effects = le16toh(entry->effects);
	const unsigned int at_reset = 0x0001 | 0x0400 | 0x0800;
	const unsigned int at_once = 0x0002 | 0x0004 | 0x0008 | 0x0010 | 0x0020;
	const unsigned int valid = 0x0200, abortable = 0x0080;

	if (!(le32toh(entry->flags) & FEATURE_CHANGEABLE))
		return 0;
	if (!(effects & valid))
		effects &= ~(0x0400u | 0x0800u);
	if (effects & ~(at_reset | at_once | valid | abortable) ||
	    !(effects & (at_reset | at_once)))
		return 0;
	return effects & at_once ? 1 << FULL : 1 << FULL | 1 << WRITE;
}

/*
 * Each feature under each scope. The version is one that no feature has: the device
 * refuses the requests that reach it.
 */
TEST_F(cxl, scopes_of_set)
{
	const __u8 value[MAX_VALUE] = {};
	unsigned int i, scopes, size;
	int read_only, err;
	__u32 scope;

	if (!self->qemu)
		SKIP(return, NOT_QEMU);
	read_only = cxl_open(&self->dev, O_RDONLY);
	ASSERT_LE(0, read_only);
	for (i = 0; i < self->features.nr; i++) {
		const struct cxl_feat_entry *entry = &self->features.ents[i];

		scopes = scopes_of(entry);
		size = le16toh(entry->set_feat_size);
		ASSERT_GE(MAX_VALUE, size);
		self->len = make_set(&self->in, entry->uuid, 0, 0, 0xff, value, size);
		for (scope = 0; scope < SCOPES; scope++) {
			err = cxl_try(self->fd, scope, &self->in, self->len);
			EXPECT_EQ(scopes & 1 << scope ? -1 : EBADMSG, err)
				TH_LOG("feature %u with effects %#x under scope %u", i,
				       le16toh(entry->effects), scope);
			EXPECT_EQ(EBADMSG, cxl_try(read_only, scope, &self->in,
						   self->len));
		}
	}
	close(read_only);
}

/* The effects of a feature that the device does not list are unknown. */
TEST_F(cxl, set_of_unknown_feature)
{
	const __u8 unknown[16] = { 0xff, 1, 2, 3 }, value[2] = {};
	__u32 scope;

	for (scope = 0; scope < SCOPES; scope++) {
		self->len = make_set(&self->in, unknown, 0, 0, 1, value, sizeof(value));
		EXPECT_EQ(EBADMSG, SEND(scope));
	}
}

TEST_F(cxl, capability)
{
	self->len = make_list(&self->in, ENTRY, 0);
	ASSERT_EQ(0, set_capability(CAP_SYS_RAWIO, false));
	EXPECT_EQ(EPERM, SEND(FULL));
	EXPECT_EQ(0, SEND(WRITE));
	ASSERT_EQ(0, set_capability(CAP_SYS_RAWIO, true));
	EXPECT_EQ(0, SEND(FULL));
}

/* The patrol scrub of QEMU: a value that is set, read back, and restored */
FIXTURE(patrol) {
	struct cxl_dev dev;
	int fd;
	struct patrol before;
};

FIXTURE_SETUP(patrol)
{
	const char *missing;

	missing = cxl_qemu_missing(&self->dev);
	if (missing)
		SKIP(return, "%s", missing);
	self->fd = cxl_open(&self->dev, O_RDWR);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, patrol_get(self->fd, &self->before));
}

FIXTURE_TEARDOWN(patrol)
{
	if (self->fd <= 0)
		return;
	EXPECT_EQ(0, patrol_set(self->fd, PATROL_SCOPE, &self->before));
	close(self->fd);
}

static void expect_patrol(struct __test_metadata *_metadata, int fd,
			  const struct patrol *expected)
{
	struct patrol patrol;

	ASSERT_EQ(0, patrol_get(fd, &patrol));
	EXPECT_EQ(expected->hours, patrol.hours);
	EXPECT_EQ(expected->enabled, patrol.enabled);
}

#define EXPECT_PATROL(_expected) expect_patrol(_metadata, self->fd, &(_expected))

TEST_F(patrol, day)
{
	struct patrol other = { .hours = 24, .enabled = true };

	ASSERT_EQ(0, patrol_set(self->fd, FULL, &other));
	EXPECT_PATROL(other);
	other.enabled = false;
	ASSERT_EQ(0, patrol_set(self->fd, FULL, &other));
	EXPECT_PATROL(other);
	ASSERT_EQ(0, patrol_set(self->fd, FULL, &self->before));
	EXPECT_PATROL(self->before);
}

/* No refused request changes anything. */
TEST_F(patrol, refused_set)
{
	struct patrol other = { .hours = self->before.hours + 12, .enabled = true };
	int read_only = cxl_open(&self->dev, O_RDONLY);
	__u32 scope;

	ASSERT_LE(0, read_only);
	for (scope = 0; scope < FULL; scope++)
		EXPECT_EQ(EBADMSG, patrol_set(self->fd, scope, &other));
	for (scope = 0; scope <= FULL; scope++)
		EXPECT_EQ(EBADMSG, patrol_set(read_only, scope, &other));
	ASSERT_EQ(0, set_capability(CAP_SYS_RAWIO, false));
	EXPECT_EQ(EPERM, patrol_set(self->fd, FULL, &other));
	ASSERT_EQ(0, set_capability(CAP_SYS_RAWIO, true));
	EXPECT_PATROL(self->before);
	close(read_only);
}

/* The kernel cuts a long value into parts. It admits no parts that callers cut. */
TEST_F(patrol, parts_of_callers)
{
	const __u8 value[PATROL_SET_SIZE] = { self->before.hours + 5, 1 };
	unsigned int flags;
	union cxl_in in;
	__u32 len;

	for (flags = 1; flags < 8; flags++) {
		len = make_set(&in, patrol_scrub, flags, 0, PATROL_VERSION, value,
			       sizeof(value));
		EXPECT_EQ(EBADMSG, cxl_try(self->fd, FULL, &in, len));
	}
	len = make_set(&in, patrol_scrub, 0x10, 0, PATROL_VERSION, value, sizeof(value));
	EXPECT_EQ(EBADMSG, cxl_try(self->fd, FULL, &in, len));
	len = make_set(&in, patrol_scrub, 0, 0, PATROL_VERSION, value, sizeof(value));
	in.rpc.set_feat_in.rsvd[8] = 1;
	EXPECT_EQ(EBADMSG, cxl_try(self->fd, FULL, &in, len));
	EXPECT_PATROL(self->before);
}

/* A value that is longer than the one that the device has reported */
TEST_F(patrol, long_value)
{
	const __u8 value[PATROL_SET_SIZE + 1] = { self->before.hours + 5, 1 };
	unsigned int offset;
	union cxl_in in;
	__u32 len;

	len = make_set(&in, patrol_scrub, 0, 0, PATROL_VERSION, value, sizeof(value));
	EXPECT_EQ(EMSGSIZE, cxl_try(self->fd, FULL, &in, len));
	for (offset = 1; offset < 0x10000; offset = offset * 2 + 1) {
		len = make_set(&in, patrol_scrub, 0, offset, PATROL_VERSION, value,
			       PATROL_SET_SIZE);
		EXPECT_EQ(EMSGSIZE, cxl_try(self->fd, FULL, &in, len));
	}
	EXPECT_PATROL(self->before);
}

TEST_HARNESS_MAIN
