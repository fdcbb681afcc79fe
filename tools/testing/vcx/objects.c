// SPDX-License-Identifier: GPL-2.0-only
/*
 * Create, destroy and query commands of objects. They differ only in opcodes and in
 * the offsets of number and context, which the table has. Layouts: mlx5_ifc.h of
 * Linux.
 */
#include <errno.h>
#include <stdlib.h>

#include "vcx.h"

#define NUMBER		8	/* in the input, or in the output of a create */
#define NUMBER_MASK	0xffffffu

static const struct object_type {
	u16 create;
	u16 destroy;
	u16 query;		/* 0: none */
	u16 in_context;
	u16 out_context;
	u16 context_len;
	u16 in_pages;		/* 0: none */
	u32 first;		/* number of the first */
	u32 last;
} types[OBJECT_KINDS] = {
	[OBJECT_PD] = { 0x800, 0x801, 0, 0, 0, 0, 0, 1, 0xffff },
	[OBJECT_TD] = { 0x816, 0x817, 0, 0, 0, 0, 0, 1, 0xffff },
	[OBJECT_MKEY] = { 0x200, 0x202, 0x201, 0x10, 0x10, 64, 0x110, 0x800, 0xffffff },
	[OBJECT_CQ] = { 0x400, 0x401, 0x402, 0x10, 0x10, 64, 0x110, 0x400, 0xffff },
	[OBJECT_QP] = { 0x500, 0x501, 0x50b, 0x18, 0x18, 232, 0x110, 0x40, 0xffffff },
	[OBJECT_TIS] = { 0x912, 0x914, 0x915, 0x20, 0x10, 160, 0, 1, 0xffff },
	[OBJECT_Q_COUNTER] = { 0x771, 0x772, 0, 0, 0, 0, 0, 1, 0xff },
};

/* The firmware's own objects: two completion queues and two queue pairs that use them */
static const struct {
	u8 kind;
	u8 at;
	u32 value;
	bool new;
} own[] = {
	{ OBJECT_CQ, 0x00, 0x00000900, true },	/* armed */
	{ OBJECT_CQ, 0x0c, 0x07000010, false },	/* 128 entries, UAR 16 */
	{ OBJECT_CQ, 0x28, 0x00000011, false },	/* consumer_counter */
	{ OBJECT_CQ, 0x2c, 0x00000011, false },	/* producer_counter */
	{ OBJECT_CQ, 0x00, 0x00000600, true },
	{ OBJECT_CQ, 0x0c, 0x05000010, false },
	{ OBJECT_QP, 0x00, 0x30001800, true },	/* ready to send, RC, migrated */
	{ OBJECT_QP, 0x08, 0xb9283000, false },	/* MTU 4096, 32 and 64 entries */
	{ OBJECT_QP, 0x0c, 0x00000010, false },	/* UAR 16 */
	{ OBJECT_QP, 0x14, 0x00000112, false },	/* remote_qpn */
	{ OBJECT_QP, 0x78, 0x00001a2b, false },	/* next_send_psn */
	{ OBJECT_QP, 0x00, 0x10031800, true },	/* initialized, UD */
	{ OBJECT_QP, 0x08, 0x60182000, false },
};

void objects_free(struct objects *o)
{
	for (u32 i = 0; i < o->count; i++)
		free(o->list[i].pages);
	free(o->list);
	*o = (struct objects){ 0 };
}

struct object *objects_find(const struct objects *o, enum object_kind kind, u32 number)
{
	for (u32 i = 0; i < o->count; i++) {
		if (o->list[i].kind == kind && o->list[i].number == number)
			return &o->list[i];
	}
	return NULL;
}

struct object *objects_nth(const struct objects *o, enum object_kind kind, u32 n)
{
	for (u32 i = 0; i < o->count; i++) {
		if (o->list[i].kind == kind && !n--)
			return &o->list[i];
	}
	return NULL;
}

u32 object_context_len(enum object_kind kind)
{
	return types[kind].context_len;
}

/* A new object, or NULL if no number or no memory is left. */
static struct object *object_add(struct objects *o, enum object_kind kind)
{
	const struct object_type *t = &types[kind];
	u32 number = o->last[kind];
	u32 left = t->last - t->first + 1;
	struct object *list;

	if (o->count == OBJECTS_MAX)
		return NULL;
	/* Counts upwards so that a number is reused as late as possible. */
	do {
		number = number < t->first || number >= t->last ? t->first : number + 1;
	} while (objects_find(o, kind, number) && --left);
	if (!left)
		return NULL;
	list = realloc(o->list, (o->count + 1) * sizeof(*list));
	if (!list)
		return NULL;
	o->list = list;
	o->last[kind] = number;
	list[o->count] = (struct object){ .kind = kind, .number = number };
	return &list[o->count++];
}

int objects_init(struct objects *o)
{
	struct object *object = NULL;

	for (unsigned int i = 0; i < ARRAY_SIZE(own); i++) {
		if (own[i].new)
			object = object_add(o, own[i].kind);
		if (!object)
			return -ENOMEM;
		put_be32(object->context + own[i].at, own[i].value);
	}
	return 0;
}

static const struct object_type *type_of(u16 opcode, enum object_kind *kind)
{
	for (unsigned int i = 0; i < OBJECT_KINDS; i++) {
		const struct object_type *t = &types[i];

		*kind = (enum object_kind)i;
		if (t->create == opcode || t->destroy == opcode || t->query == opcode)
			return t;
	}
	return NULL;
}

#define MKEY_KEY	7	/* mkey_7_0 in its context */
#define MKEY_OCTWORDS	0x60	/* translations_octword_actual_size in the command */

/* The number of octwords of page addresses in a create. */
static u32 octwords_of(enum object_kind kind, const struct cmdq_cmd *cmd)
{
	if (kind != OBJECT_MKEY || cmd->in_len < MKEY_OCTWORDS + 4)
		return 0;
	return get_be32(cmd->in + MKEY_OCTWORDS) & 0x7fffffff;
}

struct cmd_result object_create(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	enum object_kind kind;
	const struct object_type *t = type_of(get_be16(cmd->in), &kind);
	u32 octwords = octwords_of(kind, cmd);
	struct object *object;
	u64 *pages = NULL;

	if (cmd->in_len < (u32)t->in_context + t->context_len)
		return cmd_fail(ST_BAD_INPUT_LEN, SYND_BAD_INPUT_LEN);
	if (octwords && octwords > (cmd->in_len - min_size(t->in_pages, cmd->in_len)) / 16)
		return cmd_fail(ST_BAD_INPUT_LEN, SYND_BAD_INPUT_LEN);
	if (octwords) {
		pages = calloc(2 * octwords, sizeof(*pages));
		if (!pages)
			return cmd_fail(ST_NO_RESOURCES, SYND_OBJECT_COUNT);
		for (u32 i = 0; i < 2 * octwords; i++)
			pages[i] = get_be64(cmd->in + t->in_pages + 8 * i);
	}
	object = object_add(&vcx->fw.objects, kind);
	if (!object) {
		free(pages);
		return cmd_fail(ST_NO_RESOURCES, SYND_OBJECT_COUNT);
	}
	memcpy(object->context, cmd->in + t->in_context, t->context_len);
	object->pages = pages;
	object->npages = 2 * octwords;
	put_be32(cmd->out + NUMBER, object->number);
	return cmd_ok();
}

struct cmd_result object_destroy(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	struct objects *o = &vcx->fw.objects;
	struct object *object;
	enum object_kind kind;

	type_of(get_be16(cmd->in), &kind);
	object = objects_find(o, kind, get_be32(cmd->in + NUMBER) & NUMBER_MASK);
	if (!object)
		return cmd_fail(ST_BAD_RESOURCE, SYND_OBJECT_NUMBER);
	free(object->pages);
	/* The order stays, so that a walk with objects_nth() skips no object. */
	memmove(object, object + 1,
		(size_t)(o->list + --o->count - object) * sizeof(*object));
	return cmd_ok();
}

struct cmd_result object_query(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	enum object_kind kind;
	const struct object_type *t = type_of(get_be16(cmd->in), &kind);
	struct object *object;

	object = objects_find(&vcx->fw.objects, kind, get_be32(cmd->in + NUMBER) & NUMBER_MASK);
	if (!object)
		return cmd_fail(ST_BAD_RESOURCE, SYND_OBJECT_NUMBER);
	if (cmd->out_len < (u32)t->out_context + t->context_len)
		return cmd_fail(ST_BAD_OUTPUT_LEN, SYND_BAD_OUTPUT_LEN);
	memcpy(cmd->out + t->out_context, object->context, t->context_len);
	return cmd_ok();
}

/* Fields of a memory key's context. */
#define MKC_ACCESS		2
#define MKC_LOCAL_WRITE		0x08
#define MKC_MODE_MASK		0x3
#define MKC_MODE_PA		0
#define MKC_MODE_MTT		1
#define MKC_LENGTH64		0x0c
#define MKC_START		0x10
#define MKC_LEN			0x18
#define MKC_LOG_PAGE		0x3b

int mkey_write(struct vcx *vcx, u32 mkey, u64 addr, const u8 *data, u32 len)
{
	const struct object *o = objects_find(&vcx->fw.objects, OBJECT_MKEY, mkey >> 8);
	u64 start, size, page;

	if (!o || o->context[MKEY_KEY] != (mkey & 0xff) ||
	    !(o->context[MKC_ACCESS] & MKC_LOCAL_WRITE))
		return -EFAULT;
	start = get_be64(o->context + MKC_START);
	size = get_be64(o->context + MKC_LEN);
	if (!(o->context[MKC_LENGTH64] & 0x80) &&
	    (addr < start || addr - start > size || len > size - (addr - start)))
		return -EFAULT;
	if ((o->context[MKC_ACCESS] & MKC_MODE_MASK) == MKC_MODE_PA)
		return dma_write(&vcx->dma, addr, data, len);
	if ((o->context[MKC_ACCESS] & MKC_MODE_MASK) != MKC_MODE_MTT)
		return -EFAULT;
	page = 1ull << (o->context[MKC_LOG_PAGE] & 0x1f);
	while (len) {
		u64 off = addr - start, index = off / page;
		u32 n = (u32)min_size(len, page - off % page);

		/* The low bits of an entry permit reads and writes. */
		if (index >= o->npages ||
		    dma_write(&vcx->dma, (o->pages[index] & ~7ull) + off % page, data, n))
			return -EFAULT;
		data += n;
		addr += n;
		len -= n;
	}
	return 0;
}
