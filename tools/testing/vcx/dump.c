// SPDX-License-Identifier: GPL-2.0-only
/*
 * The register RESOURCE_DUMP. A dump is a stream of segments: the description of
 * the device, the request, the requested segments, and the end. Each access returns
 * a piece of it: inline, or through a memory key. device_opaque has the position in
 * the stream, so that no state is kept between two accesses.
 *
 * Layouts: mlx5_ifc.h of Linux.
 */
#include "registers.h"

#define SEGMENT_COMMAND		0xfffa
#define SEGMENT_TERMINATE	0xfffb
#define SEGMENT_ERROR		0xfffc
#define SEGMENT_INFO		0xfffe
#define SEGMENT_MENU		0xffff

#define OUT_INLINE		0x30u
#define INLINE_MAX		208u
#define MORE			BIT(31)
#define INLINE			BIT(30)
#define VHCA_ID_VALID		BIT(29)

#define INFO_LEN		16u
#define COMMAND_LEN		20u
#define PREFIX_LEN		(INFO_LEN + COMMAND_LEN)
#define RESOURCE_HEADER		16u
#define ERROR_LEN		48u
#define TERMINATE_LEN		4u
#define MENU_HEADER		8u
#define MENU_RECORD		52u

/* Special values of num_of_obj1 */
#define OBJECTS_ALL		0xffffu
#define OBJECTS_ACTIVE		0xfffeu

#define SLICE_LEN		4096u
#define SLICES			16384u	/* 64 MiB */
#define SLICES_ACTIVE		64u
#define BUFFER_LEN		4096u
#define PAYLOAD_MAX		SLICE_LEN

#define ERROR_NO_OBJECT		0x0001

enum flags {
	MUST_INDEX1	= BIT(0),
	MANY		= BIT(1),	/* num_of_obj1 may be a number, all or active */
};

struct dump_type;

/* One type of segment. All segments of a type have the same length. */
struct dump_type {
	u16 segment;
	u8 flags;
	const char *name;
	const char *index1;
	u32 payload;
	/* The number of the object at position @n, from 0; -1: there are no more. */
	s64 (*nth)(struct vcx *vcx, const struct dump_type *t, u32 n);
	bool (*fill)(struct vcx *vcx, const struct dump_type *t, u32 index1, u8 *out);
	u8 kind;
};

static s64 nth_object(struct vcx *vcx, const struct dump_type *t, u32 n)
{
	const struct object *o = objects_nth(&vcx->fw.objects, t->kind, n);

	return o ? (s64)o->number : -1;
}

static bool fill_object(struct vcx *vcx, const struct dump_type *t, u32 index1, u8 *out)
{
	const struct object *o = objects_find(&vcx->fw.objects, t->kind, index1);

	if (o)
		memcpy(out, o->context, t->payload);
	return o;
}

static s64 nth_eq(struct vcx *vcx, const struct dump_type *t, u32 n)
{
	(void)t;
	for (unsigned int i = 0; i < VCX_MAX_EQS; i++) {
		if (vcx->fw.eqs[i].used && !n--)
			return i;
	}
	return -1;
}

static bool fill_eq(struct vcx *vcx, const struct dump_type *t, u32 index1, u8 *out)
{
	(void)t;
	if (index1 > 0xff || !eq_get(vcx, (u8)index1))
		return false;
	eq_context(eq_get(vcx, (u8)index1), out);
	return true;
}

/* The first page of the queue in guest memory. */
static bool fill_eq_buffer(struct vcx *vcx, const struct dump_type *t, u32 index1, u8 *out)
{
	struct vcx_eq *eq = index1 > 0xff ? NULL : eq_get(vcx, (u8)index1);

	return eq && eq->npages && !dma_read(&vcx->dma, eq->pages[0], out, t->payload);
}

static s64 nth_slice(struct vcx *vcx, const struct dump_type *t, u32 n)
{
	(void)vcx;
	(void)t;
	return n < SLICES ? (s64)n : -1;
}

/* Every dword encodes its position, so that a test finds missing and repeated ones. */
static bool fill_slice(struct vcx *vcx, const struct dump_type *t, u32 index1, u8 *out)
{
	(void)vcx;
	if (index1 >= SLICES)
		return false;
	for (u32 i = 0; i < t->payload; i += 4)
		put_be32(out + i, (index1 * t->payload + i) / 4 * 2654435761u ^ t->segment);
	return true;
}

/* Sorted by segment. The names are those that mlx5_core looks for in the menu. */
static const struct dump_type dumps[] = {
	{ 0x1000, MUST_INDEX1 | MANY, "PRM_QUERY_QP", "qpn", 232, nth_object, fill_object,
	  OBJECT_QP },
	{ 0x1001, MUST_INDEX1 | MANY, "PRM_QUERY_CQ", "cqn", 64, nth_object, fill_object,
	  OBJECT_CQ },
	{ 0x1002, MUST_INDEX1 | MANY, "PRM_QUERY_MKEY", "mkey", 64, nth_object, fill_object,
	  OBJECT_MKEY },
	{ 0x1100, MUST_INDEX1 | MANY, "FULL_QPC", "qpn", 232, nth_object, fill_object,
	  OBJECT_QP },
	{ 0x1101, MUST_INDEX1 | MANY, "FULL_CQC", "cqn", 64, nth_object, fill_object,
	  OBJECT_CQ },
	{ 0x1102, MUST_INDEX1 | MANY, "FULL_EQC", "eqn", 64, nth_eq, fill_eq, 0 },
	{ 0x1202, MUST_INDEX1, "EQ_BUFF", "eqn", BUFFER_LEN, nth_eq, fill_eq_buffer, 0 },
	{ 0x2000, MANY, "SX_SLICE", "slice", SLICE_LEN, nth_slice, fill_slice, 0 },
	{ 0x2001, MANY, "RX_SLICE", "slice", SLICE_LEN, nth_slice, fill_slice, 0 },
};

static const struct dump_type *dump_find(u16 segment)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(dumps); i++) {
		if (dumps[i].segment == segment)
			return &dumps[i];
	}
	return NULL;
}

/* The parsed request */
struct request {
	u16 segment;
	u32 index1, index2;
	u16 many1, many2;
	const struct dump_type *type;	/* NULL: the menu */
	u32 count;			/* number of segments between prefix and end */
	bool error;			/* one error segment in place of them */
};

static void put_segment(u8 *out, u32 len, u16 type)
{
	put_be16(out, (u16)(len / 4));
	put_be16(out + 2, type);
}

static void fill_prefix(struct vcx *vcx, const struct request *r, u8 out[PREFIX_LEN])
{
	u8 *command = out + INFO_LEN;

	memset(out, 0, PREFIX_LEN);
	put_segment(out, INFO_LEN, SEGMENT_INFO);
	out[7] = 1;
	put_be32(out + 8, vcx->model->hw_id);
	put_be32(out + 12, vcx_fw_version(vcx));
	put_segment(command, COMMAND_LEN, SEGMENT_COMMAND);
	put_be16(command + 4, r->segment);
	put_be32(command + 8, r->index1);
	put_be32(command + 12, r->index2);
	put_be16(command + 16, r->many1);
	put_be16(command + 18, r->many2);
}

static void fill_menu(u8 *out, u32 len)
{
	put_segment(out, len, SEGMENT_MENU);
	put_be16(out + 6, ARRAY_SIZE(dumps));
	for (unsigned int i = 0; i < ARRAY_SIZE(dumps); i++) {
		u8 *record = out + MENU_HEADER + i * MENU_RECORD;
		u16 flags = BIT(0);	/* support_index1 */

		if (dumps[i].flags & MUST_INDEX1)
			flags |= BIT(1);
		if (dumps[i].flags & MANY)
			flags |= BIT(4) | BIT(6) | BIT(7);
		put_be16(record, flags);
		put_be16(record + 2, dumps[i].segment);
		put_text(record + 4, 16, dumps[i].name);
		put_text(record + 20, 16, dumps[i].index1);
	}
}

static u32 segment_len(const struct request *r)
{
	if (!r->type)
		return MENU_HEADER + (u32)ARRAY_SIZE(dumps) * MENU_RECORD;
	return r->error ? ERROR_LEN : RESOURCE_HEADER + r->type->payload;
}

/* Writes segment number @n, from 0, between the prefix and the end. */
static void fill_segment(struct vcx *vcx, const struct request *r, u32 n, u8 *out)
{
	u32 len = segment_len(r);
	s64 number;

	memset(out, 0, len);
	if (!r->type) {
		fill_menu(out, len);
		return;
	}
	if (r->error) {
		put_segment(out, len, SEGMENT_ERROR);
		put_be16(out + 6, ERROR_NO_OBJECT);
		put_text(out + 16, 32, "no such object");
		return;
	}
	number = r->many1 >= OBJECTS_ACTIVE ? r->type->nth(vcx, r->type, n) :
		 (s64)r->index1 + n;
	put_segment(out, len, r->type->segment);
	put_be32(out + 8, (u32)number);
	if (number >= 0)
		r->type->fill(vcx, r->type, (u32)number, out + RESOURCE_HEADER);
}

/* Counts the requested segments; a missing object makes all of them one error segment. */
static void count_segments(struct vcx *vcx, struct request *r)
{
	u8 payload[PAYLOAD_MAX];
	u32 max = r->many1 == OBJECTS_ACTIVE && r->type->nth == nth_slice ? SLICES_ACTIVE : SLICES;

	r->count = r->many1 ? r->many1 : 1;
	if (r->many1 >= OBJECTS_ACTIVE) {
		r->count = 0;
		if (r->type->nth == nth_slice)
			r->count = max;
		else
			while (r->count < max && r->type->nth(vcx, r->type, r->count) >= 0)
				r->count++;
		return;
	}
	r->error = r->index1 + (r->count - 1) < r->index1 ||
		   !r->type->fill(vcx, r->type, r->index1, payload) ||
		   !r->type->fill(vcx, r->type, r->index1 + r->count - 1, payload);
	if (r->error)
		r->count = 1;
}

/* Copies @len bytes of the stream from @off on. */
static void stream_read(struct vcx *vcx, const struct request *r, u64 off, u8 *out, u32 len)
{
	u32 each = segment_len(r);
	u64 end = PREFIX_LEN + (u64)each * r->count;
	u8 piece[RESOURCE_HEADER + PAYLOAD_MAX];

	while (len) {
		u32 at, size, n;

		if (off < PREFIX_LEN) {
			fill_prefix(vcx, r, piece);
			at = (u32)off;
			size = PREFIX_LEN;
		} else if (off < end) {
			fill_segment(vcx, r, (u32)((off - PREFIX_LEN) / each), piece);
			at = (u32)((off - PREFIX_LEN) % each);
			size = each;
		} else {
			put_segment(piece, TERMINATE_LEN, SEGMENT_TERMINATE);
			at = (u32)(off - end);
			size = TERMINATE_LEN;
		}
		n = (u32)min_size(len, size - at);
		memcpy(out, piece + at, n);
		out += n;
		off += n;
		len -= n;
	}
}

/* Writes @len bytes of the stream from @off on through a memory key. */
static int stream_write(struct vcx *vcx, const struct request *r, u64 off, u32 mkey, u64 addr,
			u32 len)
{
	u8 piece[4096];

	while (len) {
		u32 n = (u32)min_size(len, sizeof(piece));

		stream_read(vcx, r, off, piece, n);
		if (mkey_write(vcx, mkey, addr, piece, n))
			return -1;
		off += n;
		addr += n;
		len -= n;
	}
	return 0;
}

static struct cmd_result request_parse(struct vcx *vcx, const u8 *in, struct request *r)
{
	*r = (struct request){
		.segment = get_be16(in + 2),
		.index1 = get_be32(in + 8),
		.index2 = get_be32(in + 0xc),
		.many1 = get_be16(in + 0x10),
		.many2 = get_be16(in + 0x12),
		.count = 1,
	};
	if ((get_be32(in) & VHCA_ID_VALID) && get_be16(in + 6))
		return cmd_fail(ST_BAD_PARAM, SYND_FUNCTION);
	if (r->segment == SEGMENT_MENU)
		return cmd_ok();
	r->type = dump_find(r->segment);
	if (!r->type)
		return cmd_fail(ST_BAD_PARAM, SYND_DUMP_SEGMENT);
	if ((r->many1 && !(r->type->flags & MANY)) || r->many2)
		return cmd_fail(ST_BAD_PARAM, SYND_DUMP_COUNT);
	count_segments(vcx, r);
	return cmd_ok();
}

struct cmd_result resource_dump_access(struct vcx *vcx, struct reg_access *a)
{
	u32 dw0 = get_be32(a->in), size = get_be32(a->in + 0x24);
	u64 off = get_be64(a->in + 0x18), total, len;
	struct cmd_result result;
	struct request r;

	result = request_parse(vcx, a->in, &r);
	if (result.status != ST_OK)
		return result;
	total = PREFIX_LEN + (u64)segment_len(&r) * r.count + TERMINATE_LEN;
	if (off >= total || off % 4)
		return cmd_fail(ST_BAD_PARAM, SYND_DUMP_POSITION);
	len = min_size(dw0 & INLINE ? INLINE_MAX : size & ~3u, total - off);
	if (dw0 & INLINE)
		stream_read(vcx, &r, off, a->out + OUT_INLINE, (u32)len);
	else if (!len || stream_write(vcx, &r, off, get_be32(a->in + 0x20),
				      get_be64(a->in + 0x28), (u32)len))
		return cmd_fail(ST_BAD_PARAM, SYND_DUMP_MEMORY);
	memcpy(a->out, a->in, OUT_INLINE);
	put_be32(a->out, (dw0 & ~(MORE | 0xf0000u)) | (off + len < total ? MORE : 0) |
		 (((dw0 >> 16) + 1) & 0xf) << 16);
	put_be64(a->out + 0x18, off + len < total ? off + len : 0);
	put_be32(a->out + 0x24, (u32)len);
	return cmd_ok();
}
