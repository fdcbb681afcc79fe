// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reader of BTF, with the description of sample.c's structures that a compiler
 * has written: the file is the argument. Then with that description damaged.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/btf.h>

#include "btf.h"
#include "ktap.h"

#define ARRAY_SIZE(_array)	(sizeof(_array) / sizeof((_array)[0]))

static unsigned char *data;
static size_t data_len;

static int find(const struct cxl_fwctl_btf_member *member, __u32 *offset)
{
	struct cxl_fwctl_btf btf;
	int err = cxl_fwctl_btf_open(&btf, data, data_len);

	return err ? err : cxl_fwctl_btf_offset(&btf, member, offset);
}

static void expect_at(const struct cxl_fwctl_btf_member *member, __u32 want)
{
	__u32 offset = ~0u;
	int err = find(member, &offset);

	if (err || offset != want)
		ktap_fail("%s.%s: error %d, offset %u, not %u", member->structure,
			  member->member, err, offset, want);
}

static void expect_error(const struct cxl_fwctl_btf_member *member, int want)
{
	__u32 offset;
	int err = find(member, &offset);

	if (err != want)
		ktap_fail("%s.%s: error %d, not %d", member->structure, member->member,
			  err, want);
}

#define MEMBER(_struct, _member, _kind, ...)					\
	(&(struct cxl_fwctl_btf_member) {					\
		_struct, _member, CXL_FWCTL_BTF_##_kind, __VA_ARGS__ })

/* Offsets by the rules of the x86-64 ABI, from sample.c */
static void test_members(void)
{
	expect_at(MEMBER("cxl_memdev", "dev", STRUCT, "device", .size = 700), 40);
	expect_at(MEMBER("cxl_memdev", "cxlds", STRUCT_POINTER, "cxl_dev_state",
			 .size = 8), 744);
	expect_at(MEMBER("cxl_dev_state", "dev", STRUCT_POINTER, "device", .size = 8), 8);
	expect_at(MEMBER("cxl_dev_state", "cxl_mbox", STRUCT, "cxl_mailbox",
			 .size = 88), 16);
	expect_at(MEMBER("cxl_dev_state", "payload_size", INTEGER, .size = 8), 104);
	expect_at(MEMBER("cxl_dev_state", "mbox_send", SEND, "cxl_dev_state",
			 "cxl_mbox_cmd", 8), 112);
	expect_at(MEMBER("cxl_dev_state", "after_bits", INTEGER, .size = 4), 148);
	expect_at(MEMBER("cxl_mbox_cmd", "opcode", INTEGER, .size = 2), 0);
	expect_at(MEMBER("cxl_mbox_cmd", "payload_in", POINTER, .size = 8), 8);
	expect_at(MEMBER("cxl_mailbox", "host", STRUCT_POINTER, "device", .size = 8), 0);
	expect_at(MEMBER("large", "sixteen_names", INTEGER, .size = 4), 4 << 20);
}

static void test_missing(void)
{
	expect_error(MEMBER("cxl_memdev", "nothing", POINTER, .size = 8), -ENOENT);
	expect_error(MEMBER("cxl_nothing", "dev", POINTER, .size = 8), -ENOENT);
	expect_error(MEMBER("cxl_memdev", "in_a_union", POINTER, .size = 8), -ENOENT);
	expect_error(MEMBER("cxl_memdev", "de", POINTER, .size = 8), -ENOENT);
	expect_error(MEMBER("size_type", "dev", POINTER, .size = 8), -ENOENT);
}

static void test_other_types(void)
{
	const struct cxl_fwctl_btf_member unknown_kind = { "cxl_memdev", "cxlds", 99,
							   .size = 8 };

	expect_error(&unknown_kind, -EBADMSG);
	expect_error(MEMBER("cxl_memdev", "dev", STRUCT, "device", .size = 704),
		     -EBADMSG);
	expect_error(MEMBER("cxl_memdev", "dev", STRUCT, "cxl_mailbox", .size = 700),
		     -EBADMSG);
	expect_error(MEMBER("cxl_memdev", "dev", STRUCT_POINTER, "device", .size = 8),
		     -EBADMSG);
	expect_error(MEMBER("cxl_memdev", "cxlds", STRUCT_POINTER, "device", .size = 8),
		     -EBADMSG);
	expect_error(MEMBER("cxl_memdev", "cxlds", INTEGER, .size = 8), -EBADMSG);
	expect_error(MEMBER("cxl_dev_state", "payload_size", INTEGER, .size = 4),
		     -EBADMSG);
	expect_error(MEMBER("cxl_dev_state", "payload_size", POINTER, .size = 8),
		     -EBADMSG);
	expect_error(MEMBER("cxl_dev_state", "mbox_send", SEND, "cxl_dev_state",
			    "device", 8), -EBADMSG);
	expect_error(MEMBER("cxl_dev_state", "dev", SEND, "cxl_dev_state",
			    "cxl_mbox_cmd", 8), -EBADMSG);
	expect_error(MEMBER("cxl_dev_state", "one_parameter", SEND, "cxl_dev_state",
			    "cxl_mbox_cmd", 8), -EBADMSG);
	expect_error(MEMBER("cxl_dev_state", "returns_long", SEND, "cxl_dev_state",
			    "cxl_mbox_cmd", 8), -EBADMSG);
	expect_error(MEMBER("cxl_dev_state", "other_order", SEND, "cxl_dev_state",
			    "cxl_mbox_cmd", 8), -EBADMSG);
	expect_error(MEMBER("large", "more_names", INTEGER, .size = 4), -EBADMSG);
	expect_error(MEMBER("cxl_mbox_cmd", "payload_in", STRUCT_POINTER, "device",
			    .size = 8), -EBADMSG);
	expect_error(MEMBER("cxl_dev_state", "bit", INTEGER, .size = 4), -EBADMSG);
	expect_error(MEMBER("cxl_dev_state", "whole_byte", INTEGER, .size = 4),
		     -EBADMSG);
}

/* A second structure of the same name: the name of one is changed to the other's. */
static void test_ambiguous(void)
{
	struct btf_header header;
	char *name;

	memcpy(&header, data, sizeof(header));
	name = memmem(data + header.hdr_len + header.str_off, header.str_len,
		      "cxl_mbox_cmd", sizeof("cxl_mbox_cmd"));
	CHECK(name);
	strcpy(name, "cxl_mailbox");
	expect_error(MEMBER("cxl_mailbox", "host", STRUCT_POINTER, "device", .size = 8),
		     -ENOTUNIQ);
	strcpy(name, "cxl_mbox_cmd");
}

static void test_headers(void)
{
	const struct cxl_fwctl_btf_member *member =
		MEMBER("cxl_memdev", "dev", STRUCT, "device", .size = 700);
	static const unsigned int changes[][2] = {
		{ 0, 0x1eb9e }, { 0, 0x2eb9f }, { 4, 3 }, { 4, 1 << 20 }, { 8, 1 << 20 },
		{ 12, 1 << 20 }, { 16, 1 << 20 }, { 20, 0 }, { 20, ~0u }, { 12, ~0u },
	};
	__u32 offset, old;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		memcpy(&old, data + changes[i][0], 4);
		memcpy(data + changes[i][0], &changes[i][1], 4);
		if (find(member, &offset) != -EINVAL)
			ktap_fail("byte %u changed to 0x%x: accepted", changes[i][0],
				  changes[i][1]);
		memcpy(data + changes[i][0], &old, 4);
	}
	data[data_len - 1] = 'x';
	CHECK(find(member, &offset) == -EINVAL);
	data[data_len - 1] = 0;
	CHECK(!find(member, &offset));
}

static struct btf_type *struct_at(const char *name)
{
	const struct btf_header *header = (void *)data;
	const char *strings = (char *)data + header->hdr_len + header->str_off;
	unsigned char *at = data + header->hdr_len + header->type_off;
	unsigned char *end = at + header->type_len;
	struct btf_type *type;

	for (; at + sizeof(*type) < end; at += 4) {
		type = (struct btf_type *)at;
		if (BTF_INFO_KIND(type->info) == BTF_KIND_STRUCT &&
		    type->name_off < header->str_len &&
		    !strcmp(strings + type->name_off, name))
			return type;
	}
	return NULL;
}

/* A structure that does not have room for its member, whose types or names are wrong */
static void test_bounds(void)
{
	const struct cxl_fwctl_btf_member *member =
		MEMBER("cxl_mbox_cmd", "payload_in", POINTER, .size = 8);
	const struct btf_header *header = (void *)data;
	struct btf_type *type = struct_at("cxl_mbox_cmd");
	struct btf_member *m = (struct btf_member *)(type + 1) + 1, old;
	__u32 name;

	CHECK(type && type->size == 16);
	for (type->size = 15; type->size; type->size--)
		expect_error(member, -EBADMSG);
	type->size = 16;
	expect_at(member, 8);

	old = *m;
	for (m->offset = 0; m->offset < 8 * 16; m->offset++)
		if (m->offset % 8 || m->offset > 64)
			expect_error(member, -EBADMSG);
		else
			expect_at(member, m->offset / 8);
	*m = old;
	m->type = 0;
	expect_error(member, -EBADMSG);
	m->type = 0xffffff;
	expect_error(member, -EBADMSG);
	*m = old;

	name = type->name_off;
	type->name_off = header->str_len;
	expect_error(member, -ENOENT);
	type->name_off = name;
}

/* The names first, then @types_len bytes of types, at the end of a piece of memory */
static int find_at_end(const struct cxl_fwctl_btf_member *member, __u32 types_len,
		       int too_long)
{
	struct btf_header header;
	struct cxl_fwctl_btf btf;
	unsigned char *copy, *at;
	__u32 offset, room;
	int err;

	memcpy(&header, data, sizeof(header));
	copy = malloc(sizeof(header) + header.str_len + types_len);
	if (!copy)
		abort();
	at = copy + sizeof(header);
	memcpy(at, data + header.hdr_len + header.str_off, header.str_len);
	at += header.str_len;
	room = types_len < header.type_len ? types_len : header.type_len;
	memcpy(at, data + header.hdr_len + header.type_off, room);
	/* Behind all others: a pointer to nothing */
	if (types_len > room) {
		struct btf_type pointer = { .info = BTF_KIND_PTR << 24 };

		memcpy(at + room, &pointer, types_len - room);
	}
	header.hdr_len = sizeof(header);
	header.str_off = 0;
	header.type_off = header.str_len;
	header.type_len = types_len + too_long;
	memcpy(copy, &header, sizeof(header));
	err = cxl_fwctl_btf_open(&btf, copy, sizeof(header) + header.str_len + types_len);
	if (!err)
		err = cxl_fwctl_btf_offset(&btf, member, &offset);
	free(copy);
	return err;
}

/* A sanitizer sees a read beyond the types. */
static void test_end_of_types(void)
{
	const struct cxl_fwctl_btf_member *member =
		MEMBER("cxl_memdev", "cxlds", STRUCT_POINTER, "cxl_dev_state",
		       .size = 8);
	const struct cxl_fwctl_btf_member *pointer =
		MEMBER("cxl_mbox_cmd", "payload_in", POINTER, .size = 8);
	struct btf_member *m = (struct btf_member *)(struct_at("cxl_mbox_cmd") + 1) + 1;
	__u32 len = ((struct btf_header *)data)->type_len, cut, type;
	int err;

	CHECK(!find_at_end(member, len, 0));
	CHECK(find_at_end(member, len, sizeof(struct btf_type)) == -EINVAL);
	for (cut = 1; cut < sizeof(struct btf_type); cut++)
		CHECK(find_at_end(member, len + cut, 0) == -EINVAL);
	CHECK(!find_at_end(member, len + cut, 0));
	/* A number of no type is not the pointer at the end. */
	type = m->type;
	m->type = 0xffffff;
	CHECK(find_at_end(pointer, len + cut, 0) == -EBADMSG);
	m->type = type;
	for (cut = 0; cut < len; cut++) {
		err = find_at_end(member, cut, 0);
		/* Between two types the description is valid; the member's may be there. */
		if (err != -EINVAL && (cut % 4 || (err && err != -ENOENT && err != -EBADMSG)))
			ktap_fail("%u of %u bytes: error %d", cut, len, err);
	}
}

/* Each prefix in memory of its own length: a sanitizer sees a read beyond it. */
static void test_cut(void)
{
	struct cxl_fwctl_btf btf;
	unsigned char *copy;
	size_t len;

	for (len = 0; len < data_len; len++) {
		copy = malloc(len ? len : 1);
		CHECK(copy);
		memcpy(copy, data, len);
		if (cxl_fwctl_btf_open(&btf, copy, len) != -EINVAL)
			ktap_fail("%zu of %zu bytes: accepted", len, data_len);
		free(copy);
	}
}

/* A wrong kind, length or reference is found, or leads to another member, never out. */
static void test_damaged(void)
{
	const struct cxl_fwctl_btf_member *member =
		MEMBER("cxl_dev_state", "mbox_send", SEND, "cxl_dev_state",
		       "cxl_mbox_cmd", 8);
	unsigned int bit;
	__u32 offset;
	size_t i;

	for (i = 0; i < data_len; i++)
		for (bit = 0; bit < 8; bit++) {
			data[i] ^= 1 << bit;
			offset = 0;
			if (!find(member, &offset) && offset > 4096 * 16)
				ktap_fail("byte %zu, bit %u: offset %u", i, bit, offset);
			data[i] ^= 1 << bit;
		}
	expect_at(member, 112);
}

static const struct ktap_test tests[] = {
	{ "members", test_members },
	{ "missing", test_missing },
	{ "other_types", test_other_types },
	{ "ambiguous", test_ambiguous },
	{ "headers", test_headers },
	{ "bounds", test_bounds },
	{ "end_of_types", test_end_of_types },
	{ "cut", test_cut },
	{ "damaged", test_damaged },
};

int main(int argc, char **argv)
{
	FILE *file;

	if (argc != 2) {
		fprintf(stderr, "usage: btf_test FILE\n");
		return 2;
	}
	file = fopen(argv[1], "rb");
	data = malloc(1 << 20);
	if (!file || !data) {
		perror(argv[1]);
		return 2;
	}
	data_len = fread(data, 1, 1 << 20, file);
	fclose(file);
	data = realloc(data, data_len);
	return ktap_run(tests, ARRAY_SIZE(tests));
}
