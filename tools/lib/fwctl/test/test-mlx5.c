// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Unit tests of the layouts of a ConnectX: every field of every layout is written
 * and read back. Output: KTAP.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../private.h"
#include "ktap.h"

#define MAX_LEN 4096
#define DUMP_LEN 256

static const enum fwctl_mlx5_kind kinds[] = {
	FWCTL_MLX5_REGISTER, FWCTL_MLX5_CAP, FWCTL_MLX5_QUERY,
	FWCTL_MLX5_SEGMENT,
};

/* Bytes of the register, page or command part that a field is in. */
static size_t room_of(const struct fwctl_mlx5_layout *layout,
		      const struct fwctl_mlx5_field *field)
{
	return layout->in_size && field->use == FWCTL_MLX5_KEY ?
	       layout->in_size : layout->size;
}

/* Does a field have bit @n, counted from the highest bit of the first byte? */
static bool has_bit(const struct fwctl_mlx5_field *field, size_t n)
{
	size_t end = field->offset * 8;

	end += (field->width > 32 ? 64 : 32) - field->bit;
	return n < end && n >= end - field->width;
}

/* Are the bits of a field all ones and the others zeros, or the reverse? */
static bool only_field(const struct fwctl_mlx5_field *field,
		       const __u8 *data, size_t len, bool ones)
{
	size_t n;

	for (n = 0; n < len * 8; n++)
		if ((data[n / 8] >> (7 - n % 8) & 1) !=
		    (has_bit(field, n) == ones))
			return false;
	return true;
}

static void try_field(const struct fwctl_mlx5_field *field, __u8 *data,
		      size_t len)
{
	__u64 max = ~0ULL >> (64 - field->width), value;
	__u64 pattern = 0x0123456789abcdefULL & max;

	memset(data, 0, len);
	CHECK(!fwctl_mlx5_field_set(field, data, len, max));
	CHECK(only_field(field, data, len, true));
	CHECK(!fwctl_mlx5_field_get(field, data, len, &value));
	CHECK(value == max);
	memset(data, 0xff, len);
	CHECK(!fwctl_mlx5_field_set(field, data, len, 0));
	CHECK(only_field(field, data, len, false));
	CHECK(!fwctl_mlx5_field_set(field, data, len, pattern));
	CHECK(!fwctl_mlx5_field_get(field, data, len, &value));
	CHECK(value == pattern);
	if (field->width < 64)
		CHECK(fwctl_mlx5_field_set(field, data, len, max + 1) == -ERANGE);
	len = field->offset + 3;
	CHECK(fwctl_mlx5_field_get(field, data, len, &value) == -EMSGSIZE);
	CHECK(fwctl_mlx5_field_set(field, data, len, 0) == -EMSGSIZE);
}

static void test_round_trip(void)
{
	static __u8 data[MAX_LEN];
	const struct fwctl_mlx5_layout *layout;
	const struct fwctl_mlx5_field *field;
	size_t i, n, fields = 0;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		layout = NULL;
		while ((layout = fwctl_mlx5_layout_next(kinds[i], layout))) {
			for (n = 0; n < layout->count; n++) {
				field = &layout->fields[n];
				fields += !field->text;
				if (!field->text)
					try_field(field, data,
						  room_of(layout, field));
			}
		}
	}
	CHECK(fields > 1000);
}

/* The positions of some fields, copied from the specification by hand. */
static void test_known(void)
{
	__u8 paos[16] = { 0, 2, 0x01, 0x02, 0x80, 4, 0, 0x50 };
	const struct fwctl_mlx5_layout *layout;
	const struct fwctl_mlx5_field *field;
	__u8 in[16] = {};
	__u64 value;

	layout = fwctl_mlx5_layout_find(FWCTL_MLX5_REGISTER, "PAOS");
	CHECK(layout && layout->id == 0x5006 && layout->size == 16);
	CHECK(layout == fwctl_mlx5_layout_by_id(FWCTL_MLX5_REGISTER, 0x5006));
	field = fwctl_mlx5_field_find(layout, "local_port", NULL, 0);
	CHECK(field && field->use == FWCTL_MLX5_KEY && field->init == 1);
	CHECK(!fwctl_mlx5_field_get(field, paos, 16, &value) && value == 2);
	field = fwctl_mlx5_field_find(layout, "Admin_Status", NULL, 0);
	CHECK(!fwctl_mlx5_field_get(field, paos, 16, &value) && value == 1);
	CHECK(!strcmp(fwctl_mlx5_field_name(field, value), "up"));
	CHECK(!fwctl_mlx5_field_name(field, 9));
	CHECK(!strcmp(layout->fields[field->by].name, "ase"));
	field = fwctl_mlx5_field_find(layout, "physical_state_status", NULL, 0);
	CHECK(!fwctl_mlx5_field_get(field, paos, 16, &value) && value == 5);
	CHECK(!fwctl_mlx5_field_find(layout, "local", NULL, 0));
	CHECK(!fwctl_mlx5_layout_find(FWCTL_MLX5_CAP, "paos"));
	CHECK(!fwctl_mlx5_layout_by_id(FWCTL_MLX5_REGISTER, 0xffff));

	layout = fwctl_mlx5_layout_by_id(FWCTL_MLX5_QUERY, 0x402);
	field = fwctl_mlx5_field_find(layout, "cqn", NULL, 0);
	CHECK(!fwctl_mlx5_field_set(field, in, sizeof(in), 0x123456));
	CHECK(in[8] == 0 && in[9] == 0x12 && in[10] == 0x34 && in[11] == 0x56);
}

/* A piece of a dump with more to follow, and the end of a dump. */
static void test_dump(void)
{
	static const __u8 piece[DUMP_LEN] = {
		0xc0, 0x02, 0x20, 0x00, [16] = 0, 2, [30] = 1, 0xa0,
		[39] = 208, [48] = 0x12, 0x34,
	};
	static const __u8 end[4] = { 0, 1, 0xff, 0xfb };
	static const struct {
		const char *name;
		__u64 value;
	} known[] = {
		{ "more_dump", 1 }, { "inline_dump", 1 }, { "seq_num", 2 },
		{ "segment_type", 0x2000 }, { "num_of_obj1", 2 },
		{ "device_opaque", 416 }, { "size", 208 },
		{ "inline_data0", 0x12340000 },
	};
	const struct fwctl_mlx5_layout *layout =
		fwctl_mlx5_layout_by_id(FWCTL_MLX5_REGISTER, 0xc000);
	const struct fwctl_mlx5_field *field;
	__u64 value;
	size_t i;

	CHECK(layout && layout->size == DUMP_LEN);
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		field = fwctl_mlx5_field_find(layout, known[i].name, NULL, 0);
		CHECK(field);
		CHECK(!fwctl_mlx5_field_get(field, piece, sizeof(piece),
					    &value));
		CHECK(value == known[i].value);
	}
	layout = fwctl_mlx5_layout_by_id(FWCTL_MLX5_SEGMENT, end[2] << 8 | end[3]);
	CHECK(layout && !strcmp(layout->name, "terminate"));
	CHECK(layout->size == sizeof(end));
}

static void test_parse(void)
{
	const struct fwctl_mlx5_layout *layout =
		fwctl_mlx5_layout_find(FWCTL_MLX5_REGISTER, "paos");
	const struct fwctl_mlx5_field *field =
		fwctl_mlx5_field_find(layout, "admin_status", NULL, 0);
	__u64 value;

	CHECK(!fwctl_mlx5_field_parse(field, "DOWN", &value) && value == 2);
	CHECK(!fwctl_mlx5_field_parse(field, "0xf", &value) && value == 15);
	CHECK(fwctl_mlx5_field_parse(field, "16", &value) == -ERANGE);
	CHECK(fwctl_mlx5_field_parse(field, "99999999999999999999999",
				     &value) == -ERANGE);
	CHECK(fwctl_mlx5_field_parse(field, "", &value) == -EINVAL);
	CHECK(fwctl_mlx5_field_parse(field, "-1", &value) == -EINVAL);
	CHECK(fwctl_mlx5_field_parse(field, " 1", &value) == -EINVAL);
	CHECK(fwctl_mlx5_field_parse(field, "1x", &value) == -EINVAL);
	CHECK(fwctl_mlx5_field_parse(field, "dow", &value) == -EINVAL);
}

static void test_pages(void)
{
	const struct fwctl_mlx5_layout *layout =
		fwctl_mlx5_layout_find(FWCTL_MLX5_REGISTER, "ppcnt");
	const struct fwctl_mlx5_field *one, *other;
	__u8 data[256] = {};

	one = fwctl_mlx5_field_find(layout, "a_octets_received_ok", NULL, 0);
	other = fwctl_mlx5_field_find(layout, "if_in_octets", NULL, 0);
	CHECK(fwctl_mlx5_field_present(layout, one, data, sizeof(data)));
	CHECK(!fwctl_mlx5_field_present(layout, other, data, sizeof(data)));
	CHECK(!fwctl_mlx5_field_find(layout, "if_in_octets", data, 256));
	data[3] = 1;
	CHECK(!fwctl_mlx5_field_present(layout, one, data, sizeof(data)));
	CHECK(fwctl_mlx5_field_find(layout, "if_in_octets", data, 256) == other);
	/* The same name in two pages, at two places. */
	data[3] = 18;
	one = fwctl_mlx5_field_find(layout, "time_since_last_clear", data, 256);
	data[3] = 22;
	other = fwctl_mlx5_field_find(layout, "time_since_last_clear", data, 256);
	CHECK(one && other && one != other);
	CHECK(!fwctl_mlx5_field_present(layout, one, data, 3));
}

static void test_text(void)
{
	const struct fwctl_mlx5_layout *layout =
		fwctl_mlx5_layout_find(FWCTL_MLX5_REGISTER, "mgir");
	const struct fwctl_mlx5_field *field =
		fwctl_mlx5_field_find(layout, "psid", NULL, 0);
	__u8 data[160] = {};
	char text[17];
	__u64 value;

	memcpy(data + 0x30, "MT_01\n\xff   ", 10);
	CHECK(!fwctl_mlx5_field_text(field, data, 160, text, sizeof(text)));
	CHECK(!strcmp(text, "MT_01??"));
	memset(data + 0x30, 'x', 20);
	CHECK(!fwctl_mlx5_field_text(field, data, 160, text, sizeof(text)));
	CHECK(strlen(text) == 16);
	CHECK(fwctl_mlx5_field_text(field, data, 160, text, 16) == -EMSGSIZE);
	CHECK(fwctl_mlx5_field_text(field, data, 0x3f, text, 17) == -EMSGSIZE);
	CHECK(fwctl_mlx5_field_get(field, data, 160, &value) == -EINVAL);
	CHECK(fwctl_mlx5_field_set(field, data, 160, 1) == -EINVAL);
	CHECK(fwctl_mlx5_field_parse(field, "1", &value) == -EINVAL);
	field = &layout->fields[0];
	CHECK(fwctl_mlx5_field_text(field, data, 160, text, 17) == -EINVAL);
}

/* The driver's tables and the layouts have the same names and numbers. */
static void test_names(void)
{
	__u8 paos[16] = { 0x08, 0x05, 0, 0, 0, 0, 0, 1, 0, 0, 0x50, 0x06 };
	const struct fwctl_mlx5_layout *layout = NULL;
	const char *name;
	int read, write;
	size_t count = 0;

	while ((layout = fwctl_mlx5_layout_next(FWCTL_MLX5_REGISTER, layout))) {
		name = fwctl_mlx5_reg_name(layout->id);
		if (!name || strcmp(name, layout->name))
			CHECK_HAS(name ? name : "unknown", layout->name);
		count++;
	}
	CHECK(count >= 25);
	layout = NULL;
	while ((layout = fwctl_mlx5_layout_next(FWCTL_MLX5_QUERY, layout)))
		CHECK(fwctl_mlx5_opcode_name(layout->id));
	fwctl_mlx5_reg_scopes(0x5006, &read, &write);
	CHECK(read == FWCTL_RPC_DEBUG_READ_ONLY);
	CHECK(write == FWCTL_RPC_DEBUG_WRITE_FULL);
	fwctl_mlx5_reg_scopes(0x38f0, &read, &write);
	CHECK(read == -EPERM && write == -EPERM);
	CHECK(fwctl_mlx5_request_scope(paos, 16) == FWCTL_RPC_DEBUG_READ_ONLY);
	paos[7] = 0;
	CHECK(fwctl_mlx5_request_scope(paos, 16) == FWCTL_RPC_DEBUG_WRITE_FULL);
	paos[10] = 0x90;
	paos[11] = 0x24;
	CHECK(fwctl_mlx5_request_scope(paos, 16) == FWCTL_RPC_CONFIGURATION);
	CHECK(fwctl_mlx5_request_scope(paos, 15) == -EMSGSIZE);
	memcpy(paos, "\x0b\x0c", 2);
	CHECK(fwctl_mlx5_request_scope(paos, 16) == FWCTL_RPC_CONFIGURATION);
	CHECK(fwctl_mlx5_request_scope(paos, 3) == -EMSGSIZE);
	CHECK(fwctl_mlx5_request_scope("\x05\x0b\0", 4) == FWCTL_RPC_DEBUG_READ_ONLY);
	CHECK(fwctl_mlx5_request_scope("\x01\0\0", 4) == FWCTL_RPC_CONFIGURATION);
	CHECK(fwctl_mlx5_request_scope("\x08\0\0", 4) == -EPERM);
	fwctl_mlx5_reg_scopes(0x0001, &read, &write);
	CHECK(read == FWCTL_RPC_DEBUG_READ_ONLY);
	CHECK(write == FWCTL_RPC_DEBUG_WRITE_FULL);
}

static const struct ktap_test tests[] = {
	{ "every field of every layout, in and out", test_round_trip },
	{ "fields are where they are known to be", test_known },
	{ "a resource dump is where it is known to be", test_dump },
	{ "values by name and number", test_parse },
	{ "pages of a register", test_pages },
	{ "text", test_text },
	{ "names and scopes are the driver's", test_names },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
