// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CXL backend's classifier and transfers, in user space: the scope of each
 * effect, the lengths of requests, long lists and values, and devices whose answers
 * contradict themselves.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "ktap.h"

enum {
	CONF = FWCTL_RPC_CONFIGURATION,
	RESET = FWCTL_RPC_DEBUG_WRITE,
	FULL = FWCTL_RPC_DEBUG_WRITE_FULL,
	NEVER = -1,
};

static struct device dev;
static struct cxl_fwctl_features features;
static __u8 page[8 + 48 * CXL_FWCTL_MAX_FEATURES];

static int read_list(size_t page_size)
{
	return cxl_fwctl_read_features(&dev.channel, &features, page, page_size);
}

/* A request; its memory ends where it ends. The caller frees it. */
static __u8 *request(__u32 opcode, size_t op_size, size_t *len)
{
	struct fwctl_rpc_cxl_hdr header = { .opcode = opcode, .op_size = op_size };
	__u8 *in = calloc(1, 16 + op_size);

	if (!in)
		exit(1);
	memcpy(in, &header, sizeof(header));
	*len = 16 + op_size;
	return in;
}

static __u8 *set_request(const struct cxl_feat_entry *entry, size_t value_len, size_t *len)
{
	__u8 *in = request(0x0502, 32 + value_len, len);
	size_t i;

	memcpy(in + 16, entry->uuid, 16);
	for (i = 0; i < value_len; i++)
		in[48 + i] = 0x80 + i;
	return in;
}

static __u8 *get_request(const struct cxl_feat_entry *entry, size_t count, size_t *len)
{
	__u8 *in = request(0x0501, 21, len);

	memcpy(in + 16, entry->uuid, 16);
	cxl_fwctl_put_le16(in + 34, count);
	return in;
}

static int classify(const __u8 *in, size_t len, size_t room,
		    struct cxl_fwctl_verdict *verdict)
{
	memset(verdict, 0xa5, sizeof(*verdict));
	return cxl_fwctl_classify(&features, in, len, room, verdict);
}

static void expect_result(const char *what, const __u8 *in, size_t len, size_t room,
			  int want)
{
	struct cxl_fwctl_verdict verdict;
	int err = classify(in, len, room, &verdict);

	if (err != want)
		ktap_fail("%s: error %d, not %d", what, err, want);
}

static void one_feature(__u16 effects, __u32 flags)
{
	device_init(&dev, 1, 256);
	cxl_fwctl_put_le16(&dev.features[0].effects, effects);
	cxl_fwctl_put_le32(&dev.features[0].flags, flags);
	CHECK(!read_list(sizeof(page)));
}

static void expect_scope(const char *what, int scope)
{
	struct cxl_fwctl_verdict verdict;
	size_t len;
	__u8 *in = set_request(&dev.features[0], 2, &len);
	int err = classify(in, len, 8, &verdict);

	if (scope == NEVER ? err != -EBADMSG : err || verdict.scope != (__u32)scope)
		ktap_fail("%s: error %d, scope %u", what, err, verdict.scope);
	if (!verdict.writes || verdict.number != 0x0502 ||
	    !verdict.name || strcmp(verdict.name, "set_feature"))
		ktap_fail("%s: writes %d, number 0x%x, name %s", what, verdict.writes,
			  verdict.number, verdict.name);
	free(in);
}

/* The bits of effects by themselves, and with those that change their meaning */
static void test_effects(void)
{
	static const struct {
		__u16 effects;
		int scope;
	} rows[] = {
		{ 0x0000, NEVER }, { 0x0001, RESET }, { 0x0002, FULL },
		{ 0x0004, FULL }, { 0x0008, FULL }, { 0x0010, FULL },
		{ 0x0020, FULL }, { 0x0040, NEVER }, { 0x0080, NEVER },
		{ 0x0100, NEVER }, { 0x0200, NEVER }, { 0x0400, NEVER },
		{ 0x0800, NEVER }, { 0x1000, NEVER }, { 0x2000, NEVER },
		{ 0x4000, NEVER }, { 0x8000, NEVER },
		/* QEMU's features, and those of Linux's cxl_test */
		{ 0x0202, FULL }, { 0x0201, RESET },
		{ 0x0600, RESET }, { 0x0a00, RESET }, { 0x0e01, RESET },
		{ 0x0003, FULL }, { 0x0602, FULL }, { 0x0402, FULL },
		{ 0x0042, NEVER }, { 0x0041, NEVER }, { 0x0240, NEVER },
		{ 0x00c1, NEVER }, { 0x0081, RESET }, { 0x0101, RESET },
		{ 0x1001, NEVER }, { 0x8202, NEVER }, { 0xffff, NEVER },
	};
	char what[32];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		one_feature(rows[i].effects, CXL_FEATURE_F_CHANGEABLE);
		snprintf(what, sizeof(what), "effects 0x%04x", rows[i].effects);
		expect_scope(what, rows[i].scope);
	}
}

static void test_not_changeable(void)
{
	one_feature(0x0202, 0);
	expect_scope("no flags", NEVER);
	one_feature(0x0202, ~CXL_FEATURE_F_CHANGEABLE);
	expect_scope("all other flags", NEVER);
}

static void test_unknown_feature(void)
{
	size_t len;
	__u8 *in;

	device_init(&dev, 3, 256);
	CHECK(!read_list(sizeof(page)));
	in = set_request(&dev.features[2], 2, &len);
	expect_result("last feature", in, len, 8, 0);
	in[16 + 7] = 1;
	expect_result("another UUID", in, len, 8, -EBADMSG);
	in[16 + 7] = 0;
	features.nr = 2;
	expect_result("in the memory behind the list", in, len, 8, -EBADMSG);
	features.nr = 0;
	expect_result("before the list was read", in, len, 8, -EBADMSG);
	free(in);
}

/* The strictest of all entries counts. */
static void test_listed_twice(void)
{
	size_t len;
	__u8 *in;

	device_init(&dev, 3, 256);
	memcpy(dev.features[2].uuid, dev.features[0].uuid, 16);
	cxl_fwctl_put_le16(&dev.features[0].effects, 0x0001);
	CHECK(!read_list(sizeof(page)));
	expect_scope("at reset and immediate", FULL);
	cxl_fwctl_put_le16(&dev.features[2].effects, 0x0040);
	CHECK(!read_list(sizeof(page)));
	expect_scope("at reset and in the background", NEVER);
	cxl_fwctl_put_le16(&dev.features[2].effects, 0x0001);
	cxl_fwctl_put_le16(&dev.features[2].set_feat_size, 1);
	CHECK(!read_list(sizeof(page)));
	in = set_request(&dev.features[0], 2, &len);
	expect_result("the shorter of two lengths", in, len, 8, -EMSGSIZE);
	free(in);
	cxl_fwctl_put_le16(&dev.features[2].set_feat_size, 9);
	cxl_fwctl_put_le32(&dev.features[2].flags, 0);
	CHECK(!read_list(sizeof(page)));
	expect_scope("one not changeable", NEVER);
}

static void test_queries(void)
{
	struct cxl_fwctl_verdict verdict;
	size_t len;
	__u8 *in;

	one_feature(0x0040, 0);
	in = get_request(&dev.features[0], 4, &len);
	CHECK(!classify(in, len, 12, &verdict));
	CHECK(verdict.scope == CONF && !verdict.writes && verdict.number == 0x0501);
	CHECK(!strcmp(verdict.name, "get_feature"));
	in[16] ^= 0xff;
	expect_result("unknown feature", in, len, 12, 0);
	free(in);

	in = request(0x0500, 8, &len);
	CHECK(!classify(in, len, 16, &verdict));
	CHECK(verdict.scope == CONF && !verdict.writes && verdict.number == 0x0500);
	CHECK(!strcmp(verdict.name, "get_supported_features"));
	free(in);
}

/* No opcode but three: the mailbox has commands that erase, lock and update. */
static void test_other_opcodes(void)
{
	__u32 opcode;
	size_t len;
	__u8 *in;

	one_feature(0x0202, CXL_FEATURE_F_CHANGEABLE);
	for (opcode = 0; opcode <= 0xffff; opcode++) {
		if (opcode >= 0x0500 && opcode <= 0x0502)
			continue;
		in = request(opcode, 64, &len);
		expect_result("another opcode", in, len, 4096, -EBADMSG);
		free(in);
	}
	in = request(0x4400, 0, &len);
	expect_result("another opcode alone", in, len, 8, -EBADMSG);
	free(in);
	in = request(0x10502, 34, &len);
	expect_result("bits above an opcode", in, len, 8, -EBADMSG);
	free(in);
}

static void test_headers(void)
{
	size_t len, short_len;
	__u8 *in, *copy;

	one_feature(0x0202, CXL_FEATURE_F_CHANGEABLE);
	in = set_request(&dev.features[0], 2, &len);
	for (short_len = 0; short_len < len; short_len++) {
		copy = malloc(short_len ?: 1);
		CHECK(copy);
		memcpy(copy, in, short_len);
		expect_result("cut", copy, short_len, 8, -EMSGSIZE);
		free(copy);
	}
	expect_result("whole", in, len, 8, 0);
	for (short_len = 0; short_len < 8; short_len++)
		expect_result("no room for a header", in, len, short_len, -EMSGSIZE);

	in[4] = 1;
	expect_result("flags", in, len, 8, -EBADMSG);
	in[4] = 0;
	in[12] = 1;
	expect_result("reserved1", in, len, 8, -EBADMSG);
	in[12] = 0;
	memset(in + 8, 0xff, 4);
	expect_result("op_size of 4 GiB", in, len, 8, -EMSGSIZE);
	free(in);
}

static void test_set_header(void)
{
	size_t len, i;
	__u8 *in;

	one_feature(0x0202, CXL_FEATURE_F_CHANGEABLE);
	in = set_request(&dev.features[0], 2, &len);
	in[32] = CXL_SET_FEAT_FLAG_DATA_SAVED_ACROSS_RESET;
	expect_result("saved across reset", in, len, 8, 0);
	for (i = 0; i < 32; i++) {
		cxl_fwctl_put_le32(in + 32, 1u << i);
		expect_result("another flag", in, len, 8, i == 3 ? 0 : -EBADMSG);
	}
	cxl_fwctl_put_le32(in + 32, 0);
	for (i = 39; i < 48; i++) {
		in[i] = 1;
		expect_result("reserved bytes", in, len, 8, -EBADMSG);
		in[i] = 0;
	}
	in[36] = 1;
	expect_result("beyond the feature's length", in, len, 8, -EMSGSIZE);
	free(in);

	in = set_request(&dev.features[0], 3, &len);
	expect_result("longer than the feature", in, len, 8, -EMSGSIZE);
	free(in);
	in = set_request(&dev.features[0], 0, &len);
	expect_result("no value", in, len, 8, -EMSGSIZE);
	free(in);
}

static void test_room(void)
{
	size_t len;
	__u8 *in;

	one_feature(0x0202, CXL_FEATURE_F_CHANGEABLE);
	in = get_request(&dev.features[0], 100, &len);
	expect_result("room for the value", in, len, 108, 0);
	expect_result("a byte less", in, len, 107, -EMSGSIZE);
	cxl_fwctl_put_le16(in + 32, 0xffff - 100);
	expect_result("the last bytes", in, len, 108, 0);
	cxl_fwctl_put_le16(in + 32, 0xffff - 99);
	expect_result("beyond 16 bits", in, len, 108, -EMSGSIZE);
	free(in);

	in = request(0x0500, 8, &len);
	cxl_fwctl_put_le32(in + 16, 96);
	expect_result("room for two entries", in, len, 112, 0);
	expect_result("a byte less", in, len, 111, -EMSGSIZE);
	cxl_fwctl_put_le32(in + 16, 0);
	expect_result("no room for the list's header", in, len, 15, -EMSGSIZE);
	cxl_fwctl_put_le32(in + 16, 0xffffffff);
	expect_result("4 GiB", in, len, 4096, -EMSGSIZE);
	free(in);

	in = request(0x0500, 9, &len);
	expect_result("a list's request of 9 bytes", in, len, 4096, -EMSGSIZE);
	free(in);
	in = request(0x0501, 22, &len);
	expect_result("a query of 22 bytes", in, len, 4096, -EMSGSIZE);
	free(in);
}

static void test_lengths(void)
{
	size_t len, in_max, out_max;
	__u8 *in;

	in = request(0x0502, 32 + 65535, &len);
	cxl_fwctl_lengths(in, len, &in_max, &out_max);
	CHECK(in_max == len && out_max == 8);
	cxl_fwctl_lengths(in, len - 1, &in_max, &out_max);
	CHECK(in_max == 16 && out_max == 8);
	cxl_fwctl_lengths(in, 15, &in_max, &out_max);
	CHECK(in_max == 16 && out_max == 8);
	free(in);
	in = request(0x0502, 32 + 65536, &len);
	cxl_fwctl_lengths(in, len, &in_max, &out_max);
	CHECK(in_max == 16);
	free(in);
	in = request(0x0501, 21, &len);
	cxl_fwctl_lengths(in, len, &in_max, &out_max);
	CHECK(in_max == 37 && out_max == 8 + 65535);
	free(in);
	in = request(0x0500, 8, &len);
	cxl_fwctl_lengths(in, len, &in_max, &out_max);
	CHECK(in_max == 24 && out_max == 16 + 48 * 256);
	free(in);
}

/* A mailbox of 256 bytes takes five entries. */
static void test_list_in_parts(void)
{
	static const __u32 counts[] = { 0, 1, 5, 6, 10, 11, 255, 256 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		device_init(&dev, counts[i], 256);
		CHECK(!read_list(sizeof(page)));
		CHECK(features.nr == counts[i]);
		CHECK(!memcmp(features.entries, dev.features, counts[i] * 48));
		CHECK(dev.nr_commands == (counts[i] ? (counts[i] + 4) / 5 : 1));
	}
	device_init(&dev, 8, 1024 * 1024);
	CHECK(!read_list(sizeof(page)));
	CHECK(features.nr == 8 && dev.nr_commands == 1);
}

/* Nothing is taken from such a list, and reading it ends. */
static void test_lists_of_liars(void)
{
	static const struct {
		const char *what;
		__u32 nr_features;
		struct device_lies lies;
		int want;
	} rows[] = {
		{ "257 features", 257, {}, -EPROTO },
		{ "65535 entries in one answer", 2, { .num_entries = LIE(65535) }, -EPROTO },
		{ "more entries than bytes", 8, { .num_entries = LIE(6) }, -EPROTO },
		{ "no entries", 8, { .num_entries = LIE(0) }, -EPROTO },
		{ "one entry at a time, then none", 8,
		  { .num_entries = LIE(1), .supported = LIE(256) }, 2 },
		{ "more entries than features", 3, { .supported = LIE(2) }, -EPROTO },
		{ "more entries than features are left", 16, { .supported = LIE(8) }, -EPROTO },
		{ "one more feature in the second answer", 8, { .supported_later = LIE(9) },
		  -EPROTO },
		{ "fewer features in the second answer", 8, { .supported_later = LIE(1) },
		  -EPROTO },
		{ "half a header", 8, { .list_len = LIE(7) }, -EPROTO },
		{ "no answer", 8, { .list_len = LIE(0) }, -EPROTO },
		{ "half an entry", 1, { .list_len = LIE(40) }, -EPROTO },
		{ "a longer answer than the mailbox", 8, { .list_len = LIE(100000) }, -EPROTO },
		{ "a return code", 8, { .fault_at = LIE(1), .fault_retval = 4 }, 4 },
		{ "no answer in time", 8, { .fault_at = LIE(1), .fault_errno = ETIMEDOUT },
		  -ETIMEDOUT },
	};
	size_t i;
	int err;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		device_init(&dev, rows[i].nr_features, 256);
		dev.lies = rows[i].lies;
		err = read_list(sizeof(page));
		if (err != rows[i].want || features.nr || dev.nr_commands > 256)
			ktap_fail("%s: %d, %u features, %zu commands", rows[i].what, err,
				  features.nr, dev.nr_commands);
	}
}

static void test_list_answers(void)
{
	__u8 *in, *out;
	size_t len, out_len;

	device_init(&dev, 8, 256);
	CHECK(!read_list(sizeof(page)));
	out = malloc(16 + 48 * 2);
	CHECK(out);
	memset(out, 0xff, 16);
	in = request(0x0500, 8, &len);
	cxl_fwctl_list(&features, in, out, &out_len);
	CHECK(!cxl_fwctl_le32(out + 12));
	CHECK(out_len == 16 && cxl_fwctl_le32(out) == 8 && !cxl_fwctl_le32(out + 4));
	CHECK(!cxl_fwctl_le16(out + 8) && cxl_fwctl_le16(out + 10) == 8);

	/* Linux's count is that of the entries' bytes, without the list's header. */
	cxl_fwctl_put_le32(in + 16, 96);
	cxl_fwctl_put_le16(in + 20, 5);
	cxl_fwctl_list(&features, in, out, &out_len);
	CHECK(out_len == 16 + 96 && cxl_fwctl_le32(out) == 8 + 96);
	CHECK(cxl_fwctl_le16(out + 8) == 2 && cxl_fwctl_le16(out + 10) == 8);
	CHECK(!memcmp(out + 16, &dev.features[5], 96));
	cxl_fwctl_put_le16(in + 20, 7);
	cxl_fwctl_list(&features, in, out, &out_len);
	CHECK(out_len == 16 + 48 && cxl_fwctl_le16(out + 8) == 1);
	cxl_fwctl_put_le16(in + 20, 8);
	cxl_fwctl_list(&features, in, out, &out_len);
	CHECK(out_len == 8 && !cxl_fwctl_le32(out) &&
	      cxl_fwctl_le32(out + 4) == CXL_FWCTL_INVALID_INPUT);
	free(in);
	free(out);
}

static void test_same_entries(void)
{
	size_t len;
	__u8 *in;

	device_init(&dev, 8, 256);
	CHECK(!read_list(sizeof(page)));
	in = set_request(&dev.features[6], 2, &len);
	dev.nr_commands = 0;
	CHECK(cxl_fwctl_same_entries(&dev.channel, &features, in));
	CHECK(dev.nr_commands == 1);
	cxl_fwctl_put_le16(&dev.features[6].effects, 0x0001);
	CHECK(!cxl_fwctl_same_entries(&dev.channel, &features, in));
	CHECK(!read_list(sizeof(page)));
	dev.features[5].effects ^= 1;
	CHECK(cxl_fwctl_same_entries(&dev.channel, &features, in));
	dev.nr_features = 6;
	CHECK(!cxl_fwctl_same_entries(&dev.channel, &features, in));
	dev.nr_features = 8;
	dev.lies.list_len = LIE(55);
	CHECK(!cxl_fwctl_same_entries(&dev.channel, &features, in));
	dev.lies.list_len = 0;
	dev.lies.fault_at = LIE(dev.nr_commands);
	dev.lies.fault_errno = EBUSY;
	CHECK(!cxl_fwctl_same_entries(&dev.channel, &features, in));
	dev.nr_commands = 0;
	features.nr = 6;
	CHECK(cxl_fwctl_same_entries(&dev.channel, &features, in));
	CHECK(!dev.nr_commands);
	free(in);

	in = set_request(&dev.features[0], 2, &len);
	cxl_fwctl_put_le16(&dev.features[0].effects, 0x0001);
	CHECK(!cxl_fwctl_same_entries(&dev.channel, &features, in));
	free(in);
}

static void test_get_in_parts(void)
{
	static const size_t counts[] = { 0, 1, 255, 256, 257, 1000, 65535 };
	__u8 *in, *out;
	size_t len, out_len, i;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		device_init(&dev, 1, 256);
		in = get_request(&dev.features[0], counts[i], &len);
		out = malloc(8 + counts[i]);
		CHECK(out);
		CHECK(!cxl_fwctl_get(&dev.channel, in, out, &out_len));
		CHECK(out_len == 8 + counts[i] && cxl_fwctl_le32(out) == counts[i]);
		CHECK(!cxl_fwctl_le32(out + 4));
		CHECK(!memcmp(out + 8, dev.value, counts[i]));
		CHECK(dev.nr_commands == (counts[i] ? (counts[i] + 255) / 256 : 1));
		free(in);
		free(out);
	}
}

static void test_get_faults(void)
{
	size_t len, out_len;
	__u8 *in, *out = malloc(8 + 1000);

	CHECK(out);
	device_init(&dev, 1, 256);
	in = get_request(&dev.features[0], 1000, &len);
	dev.value_len = 300;
	CHECK(!cxl_fwctl_get(&dev.channel, in, out, &out_len));
	CHECK(out_len == 308 && cxl_fwctl_le32(out) == 300 && dev.nr_commands == 2);

	device_init(&dev, 1, 256);
	dev.lies.fault_at = LIE(2);
	dev.lies.fault_retval = 9;
	CHECK(!cxl_fwctl_get(&dev.channel, in, out, &out_len));
	CHECK(out_len == 8 && !cxl_fwctl_le32(out) && cxl_fwctl_le32(out + 4) == 9);

	device_init(&dev, 1, 256);
	dev.lies.fault_at = LIE(1);
	dev.lies.fault_errno = EBUSY;
	CHECK(cxl_fwctl_get(&dev.channel, in, out, &out_len) == -EBUSY);

	device_init(&dev, 1, 256);
	dev.lies.get_len = LIE(257);
	CHECK(cxl_fwctl_get(&dev.channel, in, out, &out_len) == -EPROTO);
	free(in);
	free(out);
}

static void test_set_in_parts(void)
{
	static const size_t counts[] = { 1, 224, 225, 448, 449, 65535 };
	__u8 out[8], *in, *value;
	size_t len, out_len, i, n, parts;
	__u32 action;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		device_init(&dev, 1, 256);
		in = set_request(&dev.features[0], counts[i], &len);
		cxl_fwctl_put_le32(in + 32, CXL_SET_FEAT_FLAG_DATA_SAVED_ACROSS_RESET);
		value = malloc(counts[i]);
		CHECK(value);
		memcpy(value, in + 48, counts[i]);
		CHECK(!cxl_fwctl_set(&dev.channel, in, out, &out_len));
		CHECK(out_len == 8 && !cxl_fwctl_le32(out) && !cxl_fwctl_le32(out + 4));
		CHECK(!memcmp(dev.value, value, counts[i]));
		CHECK(!dev.in_transfer);
		parts = (counts[i] + 223) / 224;
		CHECK(dev.nr_commands == parts);
		for (n = 0; n < parts; n++) {
			action = parts == 1 ? 0 : !n ? 1 : n + 1 < parts ? 2 : 3;
			CHECK(dev.log[n].flags == (action | 8));
			CHECK(dev.log[n].offset == 224 * n);
		}
		free(in);
		free(value);
	}
}

static void test_set_faults(void)
{
	__u8 out[8], *in;
	size_t len, out_len;

	/* The second of three parts is refused: the device is told to forget. */
	device_init(&dev, 1, 256);
	in = set_request(&dev.features[0], 600, &len);
	dev.lies.fault_at = LIE(1);
	dev.lies.fault_retval = 4;
	CHECK(!cxl_fwctl_set(&dev.channel, in, out, &out_len));
	CHECK(out_len == 8 && cxl_fwctl_le32(out + 4) == 4);
	CHECK(dev.nr_commands == 3 && dev.log[2].flags == 4 && dev.log[2].last);
	CHECK(!dev.in_transfer && dev.value[0] == 0);
	free(in);

	device_init(&dev, 1, 256);
	in = set_request(&dev.features[0], 600, &len);
	dev.lies.fault_at = LIE(2);
	dev.lies.fault_errno = ENODEV;
	CHECK(cxl_fwctl_set(&dev.channel, in, out, &out_len) == -ENODEV);
	CHECK(dev.nr_commands == 4 && dev.log[3].flags == 4 && dev.log[3].last);
	free(in);

	/* Nothing to forget */
	device_init(&dev, 1, 256);
	in = set_request(&dev.features[0], 2, &len);
	dev.lies.fault_at = LIE(0);
	dev.lies.fault_retval = 3;
	CHECK(!cxl_fwctl_set(&dev.channel, in, out, &out_len));
	CHECK(cxl_fwctl_le32(out + 4) == 3 && dev.nr_commands == 1);
	free(in);
}

static const struct ktap_test tests[] = {
	{ "effects", test_effects },
	{ "not_changeable", test_not_changeable },
	{ "unknown_feature", test_unknown_feature },
	{ "listed_twice", test_listed_twice },
	{ "queries", test_queries },
	{ "other_opcodes", test_other_opcodes },
	{ "headers", test_headers },
	{ "set_header", test_set_header },
	{ "room", test_room },
	{ "lengths", test_lengths },
	{ "list_in_parts", test_list_in_parts },
	{ "lists_of_liars", test_lists_of_liars },
	{ "list_answers", test_list_answers },
	{ "same_entries", test_same_entries },
	{ "get_in_parts", test_get_in_parts },
	{ "get_faults", test_get_faults },
	{ "set_in_parts", test_set_in_parts },
	{ "set_faults", test_set_faults },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
