// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers, as ACCESS_REG reads and writes them: the table at the end. A
 * register without handlers is memory of its size. Layouts: the register access
 * tables that mstflint publishes, and the Ethernet Adapters PRM.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "vcx.h"

#define IN_OP_MOD	6
#define IN_REGISTER	10
#define DATA		16u	/* of the command, in both directions */

/* One access. Both buffers hold at least the register. */
struct reg_access {
	u8 *content;
	const u8 *in;
	u8 *out;
	u32 in_len;
	u32 out_len;
};

struct reg_type {
	u16 id;
	u16 size;
	const char *name;
	struct cmd_result (*read)(struct vcx *vcx, struct reg_access *a);
	struct cmd_result (*write)(struct vcx *vcx, struct reg_access *a);
	bool read_only;
};

static void put_text(u8 *to, size_t size, const char *text)
{
	memcpy(to, text, min_size(size, strlen(text)));
}

static struct cmd_result mgir_read(struct vcx *vcx, struct reg_access *a)
{
	const struct vcx_model *m = vcx->model;
	u8 *out = a->out;

	put_be16(out + 0x2, m->device_id);
	put_be32(out + 0x4, (u32)vcx->config.ports << 16);
	put_be32(out + 0x8, m->hw_id);
	put_be32(out + 0x10, 0x0000b859);
	put_be32(out + 0x14, 0x9f000010);
	put_be32(out + 0x1c, (u32)((now_ns() - vcx->start_ns) / 1000000000ull));
	out[0x21] = (u8)m->fw_major;
	out[0x22] = FW_MINOR;
	out[0x23] = FW_SUBMINOR & 0xff;
	put_be32(out + 0x28, 0x05032024);
	put_be32(out + 0x2c, 0x1743);
	put_text(out + 0x30, 16, m->psid);
	put_be32(out + 0x44, m->fw_major);
	put_be32(out + 0x48, FW_MINOR);
	put_be32(out + 0x4c, FW_SUBMINOR);
	return cmd_ok();
}

static struct cmd_result mqis_read(struct vcx *vcx, struct reg_access *a)
{
	const char * const texts[] = { [1] = vcx->model->part, [2] = vcx->model->description };
	u8 type = a->in[3];
	u32 want = get_be16(a->in + 10), off = get_be16(a->in + 8);
	u32 len;

	if (!type || type >= ARRAY_SIZE(texts))
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	len = (u32)strlen(texts[type]) + 1;
	if (off > len)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	want = (u32)min_size(min_size(want, 8), len - off);
	memcpy(a->out, a->in, 16);
	put_be16(a->out + 6, (u16)len);
	put_be16(a->out + 10, (u16)want);
	memcpy(a->out + 16, texts[type] + off, want);
	return cmd_ok();
}

/* The item that a header names, for writing or not. */
static struct cmd_result nv_item_of(const u8 *header, bool write, int *item)
{
	*item = nv_find(get_be32(header + 4));
	if (*item < 0)
		return cmd_fail(ST_BAD_RESOURCE, SYND_NV_UNKNOWN);
	if (write && !nv_writable(*item))
		return cmd_fail(ST_BAD_PARAM, SYND_NV_READ_ONLY);
	return cmd_ok();
}

#define NV_LENGTH_MASK	0x1ffu
#define NV_MODE_SHIFT	22

static struct cmd_result mnvda_read(struct vcx *vcx, struct reg_access *a)
{
	u32 dw0 = get_be32(a->in);
	u32 mode = dw0 >> NV_MODE_SHIFT & 3;
	struct cmd_result result;
	int item;

	result = nv_item_of(a->in, false, &item);
	if (result.status != ST_OK)
		return result;
	if (mode > NV_FACTORY)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	if (a->out_len < NV_HEADER + nv_len(item))
		return cmd_fail(ST_BAD_OUTPUT_LEN, SYND_REG_LEN);
	memcpy(a->out, a->in, NV_HEADER);
	put_be32(a->out, (dw0 & ~NV_LENGTH_MASK) | nv_len(item));
	nv_read(&vcx->nv, item, (enum nv_set)mode, a->out + NV_HEADER);
	return cmd_ok();
}

static struct cmd_result mnvda_write(struct vcx *vcx, struct reg_access *a)
{
	u32 len = get_be32(a->in) & NV_LENGTH_MASK;
	struct cmd_result result;
	int item;

	result = nv_item_of(a->in, true, &item);
	if (result.status != ST_OK)
		return result;
	if (len != nv_len(item) || a->in_len < NV_HEADER + len)
		return cmd_fail(ST_BAD_PARAM, SYND_NV_LEN);
	nv_write(&vcx->nv, item, a->in + NV_HEADER);
	memcpy(a->out, a->in, NV_HEADER);
	return cmd_ok();
}

static struct cmd_result mnvdi_write(struct vcx *vcx, struct reg_access *a)
{
	struct cmd_result result;
	int item;

	result = nv_item_of(a->in, true, &item);
	if (result.status == ST_OK)
		nv_invalidate(&vcx->nv, item);
	return result;
}

static struct cmd_result mnvqc_read(struct vcx *vcx, struct reg_access *a)
{
	u32 type = get_be32(a->in);
	int item = nv_find(type);

	(void)vcx;
	put_be32(a->out, type);
	/* Readable, writable, and of the highest version: whatever a tool knows. */
	if (item >= 0)
		put_be32(a->out + 4, BIT(0) | (nv_writable(item) ? BIT(1) : 0) | 15u << 4);
	return cmd_ok();
}

static struct cmd_result mnvia_write(struct vcx *vcx, struct reg_access *a)
{
	if (a->in[3] & 7)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	for (unsigned int i = 0; i < nv_count(); i++)
		nv_invalidate(&vcx->nv, (int)i);
	return cmd_ok();
}

static struct cmd_result mnvgc_read(struct vcx *vcx, struct reg_access *a)
{
	(void)vcx;
	put_be32(a->out, BIT(0) | BIT(1));
	return cmd_ok();
}

/* The first item from @item on that can be written and has room, or nv_count(). */
static u32 nv_next(u32 item, u32 room)
{
	while (item < nv_count() && (!nv_writable((int)item) || nv_len((int)item) > room))
		item++;
	return item;
}

/* Walks the items: the pointer in names one, the pointer out its successor. */
static struct cmd_result mnvgn_read(struct vcx *vcx, struct reg_access *a)
{
	u32 room = a->out_len - 0x1c;
	u32 item = nv_next(get_be32(a->in), room);
	u32 next = nv_next(item + 1, room);

	if (item >= nv_count())
		return cmd_ok();
	put_be32(a->out, next < nv_count() ? next : 0);
	put_be32(a->out + 0x10, 0x02090000 | nv_len((int)item));
	put_be32(a->out + 0x14, nv_type((int)item));
	nv_read(&vcx->nv, (int)item, NV_NEXT, a->out + 0x1c);
	return cmd_ok();
}

#define MFRL_TYPE_FULL		0x01
#define MFRL_TRIGGERS		(BIT(0) | BIT(3) | BIT(6))

static struct cmd_result mfrl_read(struct vcx *vcx, struct reg_access *a)
{
	(void)vcx;
	memcpy(a->out, a->content, 8);
	a->out[6] = MFRL_TYPE_FULL;
	a->out[7] = MFRL_TRIGGERS;
	return cmd_ok();
}

static struct cmd_result mfrl_write(struct vcx *vcx, struct reg_access *a)
{
	(void)vcx;
	if (a->in[7] & ~MFRL_TRIGGERS)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	return cmd_ok();
}

#define PAOS_UP		1
#define PAOS_DOWN	2
#define PAOS_ASE	BIT(7)

static struct cmd_result paos_read(struct vcx *vcx, struct reg_access *a)
{
	if (!a->in[1] || a->in[1] > vcx->config.ports)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	a->out[1] = a->in[1];
	/* What the content holds is the state that was written; unwritten is up. */
	a->out[2] = a->content[2] ? a->content[2] : PAOS_UP;
	a->out[3] = a->out[2] == PAOS_UP ? PAOS_UP : PAOS_DOWN;
	return cmd_ok();
}

static struct cmd_result paos_write(struct vcx *vcx, struct reg_access *a)
{
	u8 admin = a->in[2] & 0xf;

	if (!a->in[1] || a->in[1] > vcx->config.ports)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	if (!(a->in[4] & PAOS_ASE))
		return cmd_ok();
	if (admin != PAOS_UP && admin != PAOS_DOWN)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	a->content[2] = admin;
	return cmd_ok();
}

#define COMPONENT_BOOT_IMG	1
#define MCQI_CAPABILITIES	0
#define MCQI_VERSION		1
#define MCQI_ACTIVATION		5

static struct cmd_result mcqs_read(struct vcx *vcx, struct reg_access *a)
{
	(void)vcx;
	/* The running image is the only component. */
	if (get_be16(a->in + 2))
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	memcpy(a->out, a->in, 16);
	a->out[0] |= 0x80;
	put_be16(a->out + 6, COMPONENT_BOOT_IMG);
	put_be32(a->out + 8, 2u << 4);
	return cmd_ok();
}

static void mcqi_version(const struct vcx *vcx, u8 info[0x7c])
{
	char text[32];

	snprintf(text, sizeof(text), "%u.%02u.%04u", vcx->model->fw_major, FW_MINOR, FW_SUBMINOR);
	info[3] = (u8)(strlen(text) + 1);
	put_be32(info + 4, (u32)vcx->model->fw_major << 24 | FW_MINOR << 16 | FW_SUBMINOR);
	put_text(info + 0x20, 0x5c, text);
}

static struct cmd_result mcqi_read(struct vcx *vcx, struct reg_access *a)
{
	u8 info[0x7c] = { 0 };
	u32 off = get_be32(a->in + 0x10);
	u32 len = get_be16(a->in + 0x16);

	if (get_be16(a->in + 2) || (a->in[0] & 0x80))
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	switch (a->in[0xb] & 0x1f) {
	case MCQI_CAPABILITIES:
		put_be32(info, BIT(MCQI_CAPABILITIES) | BIT(MCQI_VERSION) | BIT(MCQI_ACTIVATION));
		put_be32(info + 8, 16u << 20);
		put_be32(info + 12, 2u << 28 | 128);
		break;
	case MCQI_VERSION:
		mcqi_version(vcx, info);
		break;
	case MCQI_ACTIVATION:
		put_be32(info, BIT(2) | BIT(3));
		break;
	default:
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	}
	if (off > sizeof(info))
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	len = (u32)min_size(len, sizeof(info) - off);
	memcpy(a->out, a->in, 0x18);
	put_be32(a->out + 0xc, sizeof(info));
	put_be16(a->out + 0x16, (u16)len);
	memcpy(a->out + 0x18, info + off, len);
	return cmd_ok();
}

static struct cmd_result mtcap_read(struct vcx *vcx, struct reg_access *a)
{
	(void)vcx;
	a->out[3] = 1;
	a->out[7] = 1;
	put_be64(a->out + 8, 1);
	return cmd_ok();
}

static struct cmd_result mtmp_read(struct vcx *vcx, struct reg_access *a)
{
	(void)vcx;
	if (get_be16(a->in + 2) & 0xfff)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	/* In units of 0.125 degrees. */
	put_be16(a->out + 6, 42 * 8);
	put_be16(a->out + 10, 55 * 8);
	put_be16(a->out + 14, 105 * 8);
	put_text(a->out + 0x18, 8, "asic");
	return cmd_ok();
}

/*
 * Time-outs, in milliseconds and in the register's order. Some drivers
 * take a zero for what it says, so what isn't ours to choose has the value that
 * mlx5_core has for a device without this register.
 */
static struct cmd_result dtor_read(struct vcx *vcx, struct reg_access *a)
{
	const struct {
		u8 offset;
		u32 ms;
	} timeouts[] = {
		{ 0x04, 2000 },		/* pcie_toggle_to */
		{ 0x14, vcx->config.health_poll_ms ? vcx->config.health_poll_ms : 2000 },
		{ 0x18, 60000 },	/* full_crdump_to */
		{ 0x1c, 60000 },	/* fw_reset_to */
		{ 0x20, 2000 },		/* flush_on_err_to */
		{ 0x24, 5000 },		/* pci_sync_update_to */
		{ 0x28, 3000 },		/* tear_down_to */
		{ 0x2c, 5000 },		/* fsm_reactivate_to */
		{ 0x30, 5000 },		/* reclaim_pages_to */
		{ 0x34, 120000 },	/* reclaim_vfs_pages_to */
		{ 0x38, 300000 },	/* reset_unload_to */
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(timeouts); i++)
		put_be32(a->out + timeouts[i].offset, timeouts[i].ms);
	return cmd_ok();
}

static struct cmd_result mcam_read(struct vcx *vcx, struct reg_access *a);

/* Sorted by id. */
static const struct reg_type regs[] = {
	{ 0x402d, 16, "MLOCK", NULL, NULL, true },
	{ 0x5006, 16, "PAOS", paos_read, paos_write, false },
	{ 0x7004, 16, "HOST_ENDIANNESS", NULL, NULL, false },
	{ 0x9009, 16, "MTCAP", mtcap_read, NULL, true },
	{ 0x900a, 32, "MTMP", mtmp_read, NULL, true },
	{ 0x9020, 160, "MGIR", mgir_read, NULL, true },
	{ 0x9024, NV_HEADER, "MNVDA", mnvda_read, mnvda_write, false },
	{ 0x9025, NV_HEADER, "MNVDI", NULL, mnvdi_write, false },
	{ 0x9028, 8, "MFRL", mfrl_read, mfrl_write, false },
	{ 0x9030, 8, "MNVQC", mnvqc_read, NULL, true },
	{ 0x9033, 8, "MNVIA", NULL, mnvia_write, false },
	{ 0x9034, 16, "MNVGC", mnvgc_read, NULL, true },
	{ 0x9035, 32, "MNVGN", mnvgn_read, NULL, true },
	{ 0x9060, 16, "MCQS", mcqs_read, NULL, true },
	{ 0x9061, 148, "MCQI", mcqi_read, NULL, true },
	{ 0x9064, 24, "MQIS", mqis_read, NULL, true },
	{ 0x907f, 72, "MCAM", mcam_read, NULL, true },
	{ 0xc00e, 60, "DTOR", dtor_read, NULL, true },
};

/*
 * The map has a bit for each register of a group of 128. MCC and MCDA write
 * firmware images, which this device doesn't have, but tools that only query
 * take their absence for a device that can't be queried.
 */
static struct cmd_result mcam_read(struct vcx *vcx, struct reg_access *a)
{
	static const u16 claimed[] = { 0x9062, 0x9063 };
	u8 group = a->in[3];
	u16 first = (u16)(0x9000 + group * 0x80);

	(void)vcx;
	if (group > 3 || a->in[1])
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	a->out[3] = group;
	for (unsigned int i = 0; i < ARRAY_SIZE(regs) + ARRAY_SIZE(claimed); i++) {
		u16 id = i < ARRAY_SIZE(regs) ? regs[i].id : claimed[i - ARRAY_SIZE(regs)];
		unsigned int bit = (unsigned int)(id - first);

		if (id >= first && bit < 0x80)
			a->out[8 + 15 - bit / 8] |= (u8)BIT(bit % 8);
	}
	return cmd_ok();
}

static int reg_compare(const void *key, const void *element)
{
	return *(const u16 *)key - ((const struct reg_type *)element)->id;
}

static const struct reg_type *reg_find(u16 id)
{
	return bsearch(&id, regs, ARRAY_SIZE(regs), sizeof(regs[0]), reg_compare);
}

int regs_init(struct vcx *vcx)
{
	vcx->regs = calloc(ARRAY_SIZE(regs), sizeof(*vcx->regs));
	return vcx->regs ? 0 : -ENOMEM;
}

void regs_reset(struct vcx *vcx)
{
	memset(vcx->regs, 0, ARRAY_SIZE(regs) * sizeof(*vcx->regs));
}

u8 *regs_content(struct vcx *vcx, u16 id, u32 *len)
{
	const struct reg_type *reg = reg_find(id);

	if (!reg || (reg->read && !reg->write))
		return NULL;
	*len = reg->size;
	return vcx->regs[reg - regs];
}

struct cmd_result regs_access(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	const struct reg_type *reg = reg_find(get_be16(cmd->in + IN_REGISTER));
	u16 op_mod = get_be16(cmd->in + IN_OP_MOD);
	struct reg_access a = {
		.in = cmd->in + DATA,
		.out = cmd->out + DATA,
		.in_len = cmd->in_len - DATA,
		.out_len = cmd->out_len - DATA,
	};

	if (!reg)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_UNKNOWN);
	if (op_mod > 1)
		return cmd_fail(ST_BAD_PARAM, SYND_BAD_OP_MOD);
	if (a.in_len < reg->size)
		return cmd_fail(ST_BAD_INPUT_LEN, SYND_REG_LEN);
	if (a.out_len < reg->size)
		return cmd_fail(ST_BAD_OUTPUT_LEN, SYND_REG_LEN);
	a.content = vcx->regs[reg - regs];
	if (op_mod) {
		if (reg->read)
			return reg->read(vcx, &a);
		memcpy(a.out, a.content, reg->size);
		return cmd_ok();
	}
	if (reg->read_only)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_READ_ONLY);
	if (reg->write)
		return reg->write(vcx, &a);
	memcpy(a.content, a.in, reg->size);
	return cmd_ok();
}
