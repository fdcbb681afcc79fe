// SPDX-License-Identifier: GPL-2.0-only
#include "guest.h"
#include "ktap.h"

#define READ	1
#define WRITE	0

/* One access, as mstflint does it; the status. */
static int access_reg(struct guest *g, u16 id, u16 op_mod, const u8 *data, u8 *answer, u32 len)
{
	u8 in[2064] = { 0 }, out[2064];

	put_be16(in, 0x805);
	put_be16(in + 6, op_mod);
	put_be16(in + 10, id);
	memcpy(in + 16, data, len);
	if (guest_send(g, in, 16 + len, out, 16 + len))
		return -1;
	memcpy(answer, out + 16, len);
	return out[0];
}

/* One TLV by its header's first dword; the status. */
static int nv(struct guest *g, u16 op_mod, u32 dw0, u32 type, u32 value[3])
{
	u8 data[268] = { 0 }, answer[268];
	int status;

	put_be32(data, dw0);
	put_be32(data + 4, type);
	for (unsigned int i = 0; op_mod == WRITE && i < 3; i++)
		put_be32(data + 12 + 4 * i, value[i]);
	status = access_reg(g, 0x9024, op_mod, data, answer, sizeof(data));
	for (unsigned int i = 0; op_mod == READ && i < 3; i++)
		value[i] = get_be32(answer + 12 + 4 * i);
	return status;
}

static void identity(void)
{
	u8 zero[1024] = { 0 }, answer[1024];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	/* The first thing that mstflint sends: far more than the register is. */
	expect(!access_reg(&g, 0x9020, READ, zero, answer, 1024));
	expect(get_be32(answer + 8) == 0x212 && !memcmp(answer + 0x30, "MT_0000000359", 13));
	expect(!access_reg(&g, 0x9020, READ, zero, answer, 160));
	expect(access_reg(&g, 0x9020, READ, zero, answer, 156) == ST_BAD_INPUT_LEN);
	expect(access_reg(&g, 0x9020, WRITE, zero, answer, 160) == ST_BAD_PARAM);
	guest_exit(&g);
}

static void unknown(void)
{
	u8 zero[64] = { 0 }, answer[64];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	expect(access_reg(&g, 0xbeef, READ, zero, answer, 64) == ST_BAD_PARAM);
	expect(access_reg(&g, 0, READ, zero, answer, 64) == ST_BAD_PARAM);
	expect(access_reg(&g, 0x9034, 2, zero, answer, 64) == ST_BAD_PARAM);
	expect(access_reg(&g, 0x9034, READ, zero, answer, 0) == ST_BAD_INPUT_LEN);
	guest_exit(&g);
}

static void memory(void)
{
	u8 data[16] = { 0x80, 1, 2, 3 }, answer[16];
	struct guest g;
	u32 len = 0;

	guest_init(&g);
	guest_bring_up(&g);
	expect(!access_reg(&g, 0x7004, WRITE, data, answer, 16));
	expect(!access_reg(&g, 0x7004, READ, answer, answer, 16) && !memcmp(data, answer, 16));
	expect(regs_content(g.vcx, 0x7004, &len) && len == 16);
	expect(!regs_content(g.vcx, 0x9020, &len) && !regs_content(g.vcx, 1, &len));
	guest_exit(&g);
}

static void descriptions(void)
{
	char text[128] = "";
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	for (u16 off = 0; off < 64; off += 8) {
		u8 data[24] = { 0, 0, 0, 2 }, answer[24];

		put_be16(data + 8, off);
		put_be16(data + 10, 8);
		if (access_reg(&g, 0x9064, READ, data, answer, 24))
			break;
		memcpy(text + off, answer + 16, get_be16(answer + 10));
	}
	expect(!strcmp(text, g.vcx->model->description));
	guest_exit(&g);
}

static void nv_sets(void)
{
	u32 v[3] = { 0x90000000, 0x80020010, 0x12345678 }, r[3];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	expect(!nv(&g, READ, 0x02890100, 0x80, r) && r[1] == 0x00010008);
	expect(!nv(&g, WRITE, 0x0209000c, 0x80, v));
	expect(!nv(&g, READ, 0x02090100, 0x80, r) && !memcmp(r, v, sizeof(v)));
	expect(!nv(&g, READ, 0x02490100, 0x80, r) && r[1] == 0x00010008);
	/* Nothing that leaves the firmware running makes it current. */
	vcx_reset(g.vcx, VCX_RESET_FUNCTION);
	fw_set_cmdq(g.vcx, GUEST_CMDQ);
	guest_bring_up(&g);
	expect(!nv(&g, READ, 0x02490100, 0x80, r) && r[1] == 0x00010008);
	expect(!nv(&g, READ, 0x02090100, 0x80, r) && !memcmp(r, v, sizeof(v)));
	vcx_reset(g.vcx, VCX_RESET_FIRMWARE);
	fw_set_cmdq(g.vcx, GUEST_CMDQ);
	guest_bring_up(&g);
	expect(!nv(&g, READ, 0x02490100, 0x80, r) && !memcmp(r, v, sizeof(v)));
	guest_exit(&g);
}

static void nv_invalidation(void)
{
	u32 v[3] = { 1, 2, 3 }, r[3];
	u8 data[12] = { 0 }, answer[12];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	expect(!nv(&g, WRITE, 0x0209000c, 0x80, v) && !nv(&g, WRITE, 0x02090008, 0x10a, v));
	put_be32(data + 4, 0x80);
	expect(!access_reg(&g, 0x9025, WRITE, data, answer, 12));
	expect(!nv(&g, READ, 0x02090100, 0x80, r) && r[1] == 0x00010008);
	expect(!nv(&g, READ, 0x02090100, 0x10a, r) && r[0] == 1);
	data[3] = 1;
	expect(access_reg(&g, 0x9033, WRITE, data, answer, 8) == ST_BAD_PARAM);
	data[3] = 0x40;
	expect(!access_reg(&g, 0x9033, WRITE, data, answer, 8));
	expect(!nv(&g, READ, 0x02090100, 0x10a, r) && r[0] == 0x12b50100);
	guest_exit(&g);
}

static void nv_refused(void)
{
	u32 v[3] = { 1, 2, 3 };
	u8 query[8] = { 0 }, answer[268], data[268] = { 0 };
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	expect(nv(&g, READ, 0x02090100, 0x7777, v) == ST_BAD_RESOURCE);
	expect(nv(&g, WRITE, 0x0209000c, 0x7777, v) == ST_BAD_RESOURCE);
	expect(nv(&g, WRITE, 0x02090014, 0x81, v) == ST_BAD_PARAM);
	expect(nv(&g, WRITE, 0x02090008, 0x80, v) == ST_BAD_PARAM);
	expect(nv(&g, READ, 0x02c90100, 0x80, v) == ST_BAD_PARAM);
	/* Long enough for the header, not for the data. */
	put_be32(data, 0x0209000c);
	put_be32(data + 4, 0x80);
	expect(access_reg(&g, 0x9024, WRITE, data, answer, 16) == ST_BAD_PARAM);
	expect(access_reg(&g, 0x9024, READ, data, answer, 16) == ST_BAD_OUTPUT_LEN);
	put_be32(query, 0x80);
	expect(!access_reg(&g, 0x9030, READ, query, answer, 8) && answer[7] == 0xf3);
	put_be32(query, 0x7777);
	expect(!access_reg(&g, 0x9030, READ, query, answer, 8) && !answer[7]);
	guest_exit(&g);
}

static void nv_walk(void)
{
	u8 data[0x11c] = { 0 }, answer[0x11c];
	unsigned int writable = 0, seen = 0;
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	for (unsigned int i = 0; i < nv_count(); i++) {
		expect(nv_find(nv_type((int)i)) == (int)i);
		writable += nv_writable((int)i);
	}
	do {
		expect(!access_reg(&g, 0x9035, READ, data, answer, sizeof(data)));
		expect(nv_find(get_be32(answer + 0x14)) >= 0);
		memcpy(data, answer, 4);
		seen++;
	} while (get_be32(data) && seen < 100);
	expect(seen == writable);
	guest_exit(&g);
}

static const struct ktap_test tests[] = {
	{ "identity", identity },
	{ "unknown_registers", unknown },
	{ "plain_registers", memory },
	{ "description_in_pieces", descriptions },
	{ "nv_default_current_next", nv_sets },
	{ "nv_invalidation", nv_invalidation },
	{ "nv_refusals", nv_refused },
	{ "nv_walk", nv_walk },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
