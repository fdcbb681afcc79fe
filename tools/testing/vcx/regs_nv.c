// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registers of the non-volatile configuration. A header selects an item and its
 * value: length, writer, mode (next, current or default) and type.
 */
#include "registers.h"

#define LENGTH_MASK		0x1ffu
#define HOST_ID_VALID		BIT(9)
#define VERSION_SHIFT		12
#define WRITER_SHIFT		16
#define WRITER_MASK		0x1fu
#define MODE_SHIFT		22
#define RD_EN			BIT(24)
#define OVR_EN			BIT(25)

#define MNVGN_HEADER		0x10
#define MNVGN_DATA		0x1c

static u8 writer_of(u32 dw0)
{
	return (u8)(dw0 >> WRITER_SHIFT & WRITER_MASK);
}

static bool sees_others(const struct vcx *vcx)
{
	return !vcx->function && vcx->card->nv.hosts;
}

/*
 * Finds the item that a header selects. The function in the type counts only with
 * HOST_ID_VALID, which only the first function may set, unless the card has no other
 * hosts and functions to it: otherwise the item is that of the requesting function.
 */
static struct cmd_result item_of(const struct vcx *vcx, const u8 *header, bool write, int *item)
{
	bool other = get_be32(header) & HOST_ID_VALID;

	if (other && !sees_others(vcx))
		return cmd_fail(ST_BAD_PARAM, SYND_NV_FUNCTION);
	*item = nv_find(get_be32(header + 4), other ? -1 : vcx->function);
	if (*item < 0 || !nv_has_host(&vcx->card->nv, *item))
		return cmd_fail(ST_BAD_RESOURCE, SYND_NV_UNKNOWN);
	if (write && !nv_writable(&vcx->card->nv, *item))
		return cmd_fail(ST_BAD_PARAM, SYND_NV_READ_ONLY);
	return cmd_ok();
}

static void put_header(const struct vcx *vcx, u8 *header, int item, enum nv_set set)
{
	const struct nv_config *nv = &vcx->card->nv;
	bool next = set == NV_NEXT;

	put_be32(header, OVR_EN | RD_EN | (u32)set << MODE_SHIFT |
		 (u32)nv_writer(nv, item, set) << WRITER_SHIFT |
		 (u32)(next ? nv_stored_version(nv, item) : nv_version(item)) << VERSION_SHIFT |
		 (next ? nv_stored_len(nv, item) : nv_len(item)));
}

static struct cmd_result mnvda_read(struct vcx *vcx, struct reg_access *a)
{
	u32 mode = get_be32(a->in) >> MODE_SHIFT & 3;
	struct cmd_result result;
	int item;

	result = item_of(vcx, a->in, false, &item);
	if (result.status != ST_OK)
		return result;
	if (mode > NV_FACTORY)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	if (!nv_stored(&vcx->card->nv, item, (enum nv_set)mode))
		return cmd_fail(ST_BAD_RESOURCE, SYND_NV_UNSET);
	if (a->out_len < NV_HEADER + nv_len(item))
		return cmd_fail(ST_BAD_OUTPUT_LEN, SYND_REG_LEN);
	memcpy(a->out, a->in, NV_HEADER);
	put_header(vcx, a->out, item, (enum nv_set)mode);
	nv_read(&vcx->card->nv, item, (enum nv_set)mode, a->out + NV_HEADER);
	return cmd_ok();
}

static struct cmd_result mnvda_write(struct vcx *vcx, struct reg_access *a)
{
	u32 dw0 = get_be32(a->in);
	u32 len = dw0 & LENGTH_MASK;
	struct cmd_result result;
	int item;

	if (dw0 >> MODE_SHIFT & 3)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	result = item_of(vcx, a->in, true, &item);
	if (result.status != ST_OK)
		return result;
	if (len != nv_len(item) || a->in_len < NV_HEADER + len)
		return cmd_fail(ST_BAD_PARAM, SYND_NV_LEN);
	if (!nv_allowed(&vcx->card->nv, item, a->in + NV_HEADER))
		return cmd_fail(ST_BAD_PARAM, SYND_NV_LIMIT);
	nv_write(&vcx->card->nv, item, a->in + NV_HEADER, writer_of(dw0));
	memcpy(a->out, a->in, NV_HEADER);
	return cmd_ok();
}

struct cmd_result mnvda_access(struct vcx *vcx, struct reg_access *a)
{
	return a->write ? mnvda_write(vcx, a) : mnvda_read(vcx, a);
}

struct cmd_result mnvdi_access(struct vcx *vcx, struct reg_access *a)
{
	struct cmd_result result;
	int item;

	if (!a->write)
		return cmd_ok();
	result = item_of(vcx, a->in, true, &item);
	if (result.status == ST_OK)
		nv_invalidate(&vcx->card->nv, item);
	return result;
}

struct cmd_result mnvqc_read(struct vcx *vcx, struct reg_access *a)
{
	u32 type = get_be32(a->in);
	bool other = get_be32(a->in + 4) & HOST_ID_VALID && sees_others(vcx);
	int item = nv_find(type, other ? -1 : vcx->function);

	put_be32(a->out, type);
	if (item >= 0 && nv_has_host(&vcx->card->nv, item))
		put_be32(a->out + 4, BIT(0) | (nv_writable(&vcx->card->nv, item) ? BIT(1) : 0) |
			 (u32)nv_version(item) << 4);
	return cmd_ok();
}

struct cmd_result mnvia_access(struct vcx *vcx, struct reg_access *a)
{
	if (!a->write)
		return cmd_ok();
	if (a->in[3] & 7)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	for (int i = nv_next(0); i >= 0; i = nv_next(i + 1)) {
		if (nv_writable(&vcx->card->nv, i))
			nv_invalidate(&vcx->card->nv, i);
	}
	return cmd_ok();
}

struct cmd_result mnvgc_read(struct vcx *vcx, struct reg_access *a)
{
	/* From bit 0: nvda_read_factory_settings, ..._current_settings, priv_nv_other_host */
	put_be32(a->out, BIT(0) | BIT(1) | (sees_others(vcx) ? BIT(2) : 0));
	return cmd_ok();
}

/* The first item from @item on that is writable and at most @room bytes long, or -1. */
static int next_in_walk(const struct nv_config *nv, int item, u32 room)
{
	item = nv_next(item);
	while (item >= 0 && (!nv_writable(nv, item) || !nv_stored(nv, item, NV_NEXT) ||
			     !nv_has_host(nv, item) || nv_len(item) > room))
		item = nv_next(item + 1);
	return item;
}

/* Walks the items: the input pointer is the item to read, the output pointer the next. */
struct cmd_result mnvgn_read(struct vcx *vcx, struct reg_access *a)
{
	u32 room = a->out_len - MNVGN_DATA;
	u32 pointer = get_be32(a->in);
	int item, next;

	item = pointer < NV_MAX_ITEMS ? next_in_walk(&vcx->card->nv, (int)pointer, room) : -1;
	if (item < 0)
		return cmd_ok();
	next = next_in_walk(&vcx->card->nv, item + 1, room);
	put_be32(a->out, next < 0 ? 0 : (u32)next);
	put_header(vcx, a->out + MNVGN_HEADER, item, NV_NEXT);
	put_be32(a->out + MNVGN_HEADER, get_be32(a->out + MNVGN_HEADER) | HOST_ID_VALID);
	put_be32(a->out + MNVGN_HEADER + 4, nv_type(item));
	nv_read(&vcx->card->nv, item, NV_NEXT, a->out + MNVGN_DATA);
	return cmd_ok();
}
