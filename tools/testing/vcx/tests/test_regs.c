// SPDX-License-Identifier: GPL-2.0-only
#include "guest.h"
#include "ktap.h"
#include "registers.h"

/* Accesses MNVDA with the first dword of its header; returns the status. */
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
	/* mstflint first sends 1024 bytes, more than the register has. */
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

/* mlx5_core reads MCQI with the header as input and room for the whole output. */
static void header_only(void)
{
	u8 in[16 + 24] = { 0 }, out[16 + 148];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	put_be16(in, 0x805);
	put_be16(in + 6, READ);
	put_be16(in + 10, 0x9061);
	in[16 + 0xb] = 1;
	put_be16(in + 16 + 0x16, 0x7c);
	expect(!guest_send(&g, in, sizeof(in), out, sizeof(out)) && !out[0]);
	expect(get_be32(out + 16 + 0xc) == 0x7c && get_be32(out + 16 + 0x1c));
	expect(!guest_send(&g, in, sizeof(in) - 4, out, sizeof(out)) &&
	       out[0] == ST_BAD_INPUT_LEN);
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
	expect(regs_content(g.vcx, 0x7004, 0, &len) && len == 16);
	expect(!regs_content(g.vcx, 0x9020, 0, &len) && !regs_content(g.vcx, 1, 0, &len));
	expect(!regs_content(g.vcx, 0x7004, VCX_REG_INSTANCES, &len));
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
	u32 v[3] = { 0x90000000, 0x80020010, 0x02c3f186 }, r[3];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	expect(!nv(&g, READ, 0x02890100, 0x80, r) && r[1] == 0x00010008);
	expect(!nv(&g, WRITE, 0x0209000c, 0x80, v));
	expect(!nv(&g, READ, 0x02090100, 0x80, r) && !memcmp(r, v, sizeof(v)));
	expect(!nv(&g, READ, 0x02490100, 0x80, r) && r[1] == 0x00010008);
	/* A reset of the function does not make the next value current. */
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

/* Sends a request to the control channel; it must succeed. */
static void control(struct guest *g, const char *line)
{
	char answer[CONTROL_ANSWER];

	control_line(g->card, line, answer);
	expect(!strncmp(answer, "ok", 2));
}

/* The second dword of MNVQC for item 0x80. */
static u8 capabilities(struct guest *g)
{
	u8 query[8] = { 0 }, answer[8];

	put_be32(query, 0x80);
	expect(!access_reg(g, 0x9030, READ, query, answer, 8));
	return answer[7];
}

static void restart(struct guest *g)
{
	vcx_reset(g->vcx, VCX_RESET_FIRMWARE);
	fw_set_cmdq(g->vcx, GUEST_CMDQ);
	guest_bring_up(g);
}

static void nv_never_written(void)
{
	u32 v[3] = { 0x90000000, 0x80020010, 0x02c3f186 }, r[3];
	u8 data[12] = { 0 }, answer[12];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	control(&g, "nv-like 80 never");
	expect(capabilities(&g) == 0x03);
	expect(nv(&g, READ, 0x02090100, 0x80, r) == ST_BAD_RESOURCE);
	expect(nv(&g, READ, 0x02890100, 0x80, r) == ST_BAD_RESOURCE);
	expect(nv(&g, READ, 0x02490100, 0x80, r) == ST_BAD_RESOURCE);
	expect(!nv(&g, WRITE, 0x0209000c, 0x80, v));
	expect(!nv(&g, READ, 0x02090100, 0x80, r) && !memcmp(r, v, sizeof(v)));
	expect(nv(&g, READ, 0x02490100, 0x80, r) == ST_BAD_RESOURCE);
	restart(&g);
	expect(!nv(&g, READ, 0x02490100, 0x80, r) && !memcmp(r, v, sizeof(v)));
	/* Invalidated, it has no value again. */
	put_be32(data + 4, 0x80);
	expect(!access_reg(&g, 0x9025, WRITE, data, answer, 12));
	expect(nv(&g, READ, 0x02090100, 0x80, r) == ST_BAD_RESOURCE);
	control(&g, "nv-like 80 plain");
	expect(!nv(&g, READ, 0x02090100, 0x80, r) && r[1] == 0x00010008);
	guest_exit(&g);
}

static void nv_locked(void)
{
	u32 v[3] = { 0x90000000, 0x80020010, 0x02c3f186 }, r[3];
	u8 data[12] = { 0 }, answer[12];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	expect(!nv(&g, WRITE, 0x0209000c, 0x80, v));
	control(&g, "nv-like 80 locked");
	expect(capabilities(&g) == 0x01);
	expect(nv(&g, WRITE, 0x0209000c, 0x80, v) == ST_BAD_PARAM);
	put_be32(data + 4, 0x80);
	expect(access_reg(&g, 0x9025, WRITE, data, answer, 12) == ST_BAD_PARAM);
	memset(data, 0, sizeof(data));
	expect(!access_reg(&g, 0x9033, WRITE, data, answer, 8));
	expect(!nv(&g, READ, 0x02090100, 0x80, r) && !memcmp(r, v, sizeof(v)));
	guest_exit(&g);
}

static void nv_old_and_new(void)
{
	u8 data[268] = { 0 }, answer[268];
	u32 v[3] = { 0x90000000, 0x80020010, 0x02c3f186 }, r[3];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	control(&g, "nv-like 10a old 1 4");
	put_be32(data, 0x02090100);
	put_be32(data + 4, 0x10a);
	expect(!access_reg(&g, 0x9024, READ, data, answer, sizeof(data)));
	expect((get_be32(answer) & 0xf1ff) == 0x1004);
	expect(!nv(&g, WRITE, 0x02090008, 0x10a, v));
	expect(!access_reg(&g, 0x9024, READ, data, answer, sizeof(data)));
	expect((get_be32(answer) & 0x1ff) == 8);
	/* An item that was not written follows a new default, another one does not. */
	control(&g, "nv-like 80 default 000000000001000900000000");
	expect(!nv(&g, READ, 0x02090100, 0x80, r) && r[1] == 0x00010009);
	expect(!nv(&g, WRITE, 0x0209000c, 0x80, v));
	control(&g, "nv-like 80 default 00000000000100070000000a");
	expect(!nv(&g, READ, 0x02090100, 0x80, r) && !memcmp(r, v, sizeof(v)));
	control(&g, "nv-like 80 raced 000000000001000500000000");
	expect(!nv(&g, WRITE, 0x0209000c, 0x80, v));
	expect(!nv(&g, READ, 0x02090100, 0x80, r) && r[1] == 0x00010005);
	expect(!nv(&g, WRITE, 0x0209000c, 0x80, v));
	expect(!nv(&g, READ, 0x02090100, 0x80, r) && !memcmp(r, v, sizeof(v)));
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
	/* A command long enough for the header, not for the data */
	put_be32(data, 0x0209000c);
	put_be32(data + 4, 0x80);
	expect(access_reg(&g, 0x9024, WRITE, data, answer, 16) == ST_BAD_PARAM);
	expect(access_reg(&g, 0x9024, READ, data, answer, 16) == ST_BAD_OUTPUT_LEN);
	put_be32(query, 0x80);
	expect(!access_reg(&g, 0x9030, READ, query, answer, 8) && answer[7] == 0x03);
	put_be32(query, 0x7777);
	expect(!access_reg(&g, 0x9030, READ, query, answer, 8) && !answer[7]);
	guest_exit(&g);
}

/* Reads or writes with host_id_valid the first dword of an item; returns the status. */
static int nv_other(struct guest *g, u16 op_mod, u32 type, u32 len, u32 *value)
{
	u32 v[3] = { *value };
	int status = nv(g, op_mod, op_mod == READ ? 0x02090300 : 0x02090200 | len, type, v);

	*value = v[0];
	return status;
}

static void nv_other_hosts(void)
{
	u8 query[8] = { 0 }, answer[16], general[16] = { 0 };
	u32 value = 0x20, own[3];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	expect(!access_reg(&g, 0x9034, READ, general, answer, 16) && answer[3] == 7);
	/* Function 1 of host 0 */
	expect(!nv_other(&g, WRITE, 0x03000604, 4, &value));
	expect(!nv_other(&g, READ, 0x03000604, 4, &value) && value == 0x20);
	expect(!nv(&g, READ, 0x02090100, 0x03000604, own) && own[0] != 0x20);
	/* No function 2, and no host 1 yet */
	expect(nv_other(&g, READ, 0x03000a04, 4, &value) == ST_BAD_RESOURCE);
	put_be32(query, 0x03040204);
	put_be32(query + 4, 0x200);
	for (unsigned int hosts = 1; hosts <= 2; hosts++) {
		control(&g, hosts == 1 ? "nv-hosts 1" : "nv-hosts 2");
		expect(!access_reg(&g, 0x9030, READ, query, answer, 8) &&
		       answer[7] == (hosts == 1 ? 0 : 3));
		value = 0x30;
		expect(nv_other(&g, WRITE, 0x03040204, 4, &value) ==
		       (hosts == 1 ? ST_BAD_RESOURCE : ST_OK));
	}
	expect(!nv_other(&g, READ, 0x03040204, 4, &value) && value == 0x30);
	expect(!nv_other(&g, READ, 0x03040604, 4, &value) && value != 0x30);
	expect(!nv_other(&g, READ, 0x07040080, 4, &value));
	control(&g, "nv-hosts 0");
	expect(!access_reg(&g, 0x9034, READ, general, answer, 16) && answer[3] == 3);
	expect(nv_other(&g, READ, 0x03000604, 4, &value) == ST_BAD_PARAM);
	guest_exit(&g);
}

static void nv_walk(void)
{
	u8 data[0x11c] = { 0 }, answer[0x11c];
	unsigned int writable = 0, seen = 0;
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	for (int i = nv_next(0); i >= 0; i = nv_next(i + 1)) {
		expect(nv_find(nv_type(i), -1) == i);
		writable += nv_writable(&g.card->nv, i) && nv_has_host(&g.card->nv, i);
	}
	expect(writable > 150);
	do {
		expect(!access_reg(&g, 0x9035, READ, data, answer, sizeof(data)));
		expect(nv_find(get_be32(answer + 0x14), -1) >= 0);
		memcpy(data, answer, 4);
		seen++;
	} while (get_be32(data) && seen < NV_MAX_ITEMS);
	expect(seen == writable);
	guest_exit(&g);
}

/* Invariants of the table of items that the code does not check. */
static void nv_table(void)
{
	struct nv_config nv = { 0 };

	expect(nv_ntypes <= NV_MAX_TYPES);
	nv_init(&nv);
	for (int i = nv_next(0); i >= 0; i = nv_next(i + 1)) {
		const struct nv_tlv *t = &nv_types[i / (int)NV_INSTANCES];
		u8 value[NV_MAX_DATA];

		expect(t->len && t->len <= NV_MAX_DATA && !(t->len % 4));
		for (const struct nv_value *v = t->values; v->width; v++) {
			expect(!(v->at % 4) && v->at < t->len && v->bit + v->width <= 32);
			expect(v->width == 32 || v->value < BIT(v->width));
		}
		nv_read(&nv, i, NV_FACTORY, value);
		/* The default values are within the limits. */
		if (!nv_allowed(&nv, i, value))
			ktap_fail("%s: the default is outside the limits", nv_name(i));
	}
	for (unsigned int i = 0; i < nv_nlimits; i++) {
		const struct nv_limit *l = &nv_limits[i];

		expect(nv_find((u32)l->class << 24 | (l->class == NV_PORT) << 16 | l->index, 0)
		       >= 0);
		expect(nv_find((u32)l->cap_class << 24 | (l->cap_class == NV_PORT) << 16 |
			       l->cap_index, 0) >= 0);
	}
}

static void nv_limits_hold(void)
{
	u32 v[3] = { 0, 0x00010080, 0 };
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	/* 128 VFs exceed the maximum of 127, three PFs that of two. */
	expect(nv(&g, WRITE, 0x0209000c, 0x80, v) == ST_BAD_PARAM);
	v[1] = 0x0001007f;
	expect(!nv(&g, WRITE, 0x0209000c, 0x80, v));
	v[1] = 0x00030001;
	expect(nv(&g, WRITE, 0x0209000c, 0x80, v) == ST_BAD_PARAM);
	expect(!nv(&g, READ, 0x02090100, 0x80, v) && v[1] == 0x0001007f);
	/* A switch without support by the capabilities: NVMe emulation */
	v[0] = BIT(31);
	expect(nv(&g, WRITE, 0x02090018, 0x8d, v) == ST_BAD_PARAM);
	guest_exit(&g);
}

/* Ports and modules have their own items; unknown ones and class 6 have none. */
static void nv_instances(void)
{
	u32 v[3] = { 4, 0, 0 }, r[3];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	expect(!nv(&g, WRITE, 0x02090004, 0x01010012, v));
	expect(!nv(&g, READ, 0x02090100, 0x01010012, r) && r[0] == 4);
	expect(!nv(&g, READ, 0x02090100, 0x01020012, r) && r[0] == 8);
	expect(nv(&g, READ, 0x02090100, 0x01000012, r) == ST_BAD_RESOURCE);
	expect(nv(&g, READ, 0x02090100, 0x01030012, r) == ST_BAD_RESOURCE);
	expect(!nv(&g, READ, 0x02090100, 0x09004080, r));
	expect(nv(&g, READ, 0x02090100, 0x09008080, r) == ST_BAD_RESOURCE);
	expect(nv(&g, READ, 0x02090100, 0x06000002, r) == ST_BAD_RESOURCE);
	guest_exit(&g);
}

/* The header of an item has the ID of its writer. */
static void nv_writers(void)
{
	u8 data[268] = { 0 }, answer[268];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	put_be32(data, 0x0209000c);
	put_be32(data + 4, 0x80);
	put_be32(data + 16, 0x00010002);
	expect(!access_reg(&g, 0x9024, WRITE, data, answer, sizeof(data)));
	put_be32(data, 0x00000000);
	expect(!access_reg(&g, 0x9024, READ, data, answer, sizeof(data)));
	expect(get_be32(answer) == 0x0309000c);
	put_be32(data, 0x00400000);
	expect(!access_reg(&g, 0x9024, READ, data, answer, sizeof(data)));
	expect(get_be32(answer) == 0x0340000c);
	/* Only the next value is writable. */
	put_be32(data, 0x0249000c);
	expect(access_reg(&g, 0x9024, WRITE, data, answer, sizeof(data)) == ST_BAD_PARAM);
	guest_exit(&g);
}

static void fields_lie_within(const struct reg_type *t, const struct reg_field *f)
{
	for (; f && f->width; f++) {
		u32 bytes = f->source == SRC_TEXT ? f->width : f->width == 64 ? 8 : 4;

		expect(!(f->at % 4) && f->at + bytes <= t->size);
		expect(f->source == SRC_TEXT || f->width == 64 || f->bit + f->width <= 32);
		expect(f->source != SRC_TEXT || strlen(f->text) <= f->width);
		expect(f->width != 64 || f->source == SRC_COUNT || f->source == SRC_TEXT);
		expect(f->source != SRC_WAVE || f->rate <= f->value);
	}
}

static void table(void)
{
	expect(reg_ntypes >= 60);
	for (unsigned int i = 0; i < reg_ntypes; i++) {
		const struct reg_type *t = &reg_types[i];

		expect(!i || reg_types[i - 1].id < t->id);
		expect(t->size <= VCX_REG_MAX && !(t->size % 4));
		expect(t->index.count <= VCX_REG_INSTANCES && !t->index.width == !t->index.count);
		expect(!t->pages == !t->selector.width);
		fields_lie_within(t, t->fields);
		for (const struct reg_page *p = t->pages; p && p->fields; p++)
			fields_lie_within(t, p->fields);
	}
}

/* Each register is readable in its first instance and on its first page. */
static void all_readable(void)
{
	u8 data[VCX_REG_MAX + 16], answer[VCX_REG_MAX + 16];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	for (unsigned int i = 0; i < reg_ntypes; i++) {
		const struct reg_type *t = &reg_types[i];
		int status;

		memset(data, 0, sizeof(data));
		if (t->index.width)
			put_be32(data + t->index.at, (u32)t->index.first << t->index.bit);
		if (t->id == 0x9014)
			put_be32(data + 4, 0x50000000);
		if (t->id == 0xc000)
			put_be32(data, 0x4000ffff);
		if (t->id == 0x9064)
			data[3] = 1;
		if (t->id == 0x9024)
			data[7] = 0x80;
		status = access_reg(&g, t->id, READ, data, answer, sizeof(answer));
		/* MCDA fails without a transfer in progress. */
		if (t->id == 0x9063)
			expect(status == ST_BAD_SYS_STATE);
		else if (status)
			ktap_fail("%s: status %#x", t->name, status);
	}
	guest_exit(&g);
}

static void settings(void)
{
	u8 data[68] = { 0, 1, 0, 4 }, answer[68];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	/* PTYS: a write changes the admin field, not the read-only oper field. */
	put_be32(data + 0x14, 0x200);
	put_be32(data + 0x20, 0xdeadbeef);
	expect(!access_reg(&g, 0x5004, WRITE, data, answer, 68));
	memset(data + 4, 0, 64);
	expect(!access_reg(&g, 0x5004, READ, data, answer, 68));
	expect(get_be32(answer + 0x14) == 0x200 && get_be32(answer + 0x20) == 0x200);
	expect(answer[1] == 1 && answer[3] == 4);
	data[1] = 2;
	expect(access_reg(&g, 0x5004, READ, data, answer, 68) == ST_BAD_PARAM);
	/* A start of the firmware restores the default. */
	vcx_reset(g.vcx, VCX_RESET_FIRMWARE);
	fw_set_cmdq(g.vcx, GUEST_CMDQ);
	guest_bring_up(&g);
	data[1] = 1;
	expect(!access_reg(&g, 0x5004, READ, data, answer, 68));
	expect(get_be32(answer + 0x14) == 0x7f2);
	guest_exit(&g);
}

static void moving(void)
{
	u8 data[256] = { 0, 1 }, first[256], later[256];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	expect(!access_reg(&g, 0x5008, READ, data, first, 256));
	guest_advance(2000 * MS_TO_NS);
	expect(!access_reg(&g, 0x5008, READ, data, later, 256));
	expect(get_be64(later + 8) - get_be64(first + 8) == 18000);
	expect(get_be64(later + 0x18) == 3);
	/* A clear resets the counters to 0. */
	data[4] = 0x80;
	expect(!access_reg(&g, 0x5008, READ, data, first, 256));
	data[4] = 0;
	expect(!access_reg(&g, 0x5008, READ, data, first, 256));
	expect(!get_be64(first + 8) && !get_be64(first + 0x18));
	data[3] = 0x3f;
	expect(access_reg(&g, 0x5008, READ, data, first, 256) == ST_BAD_PARAM);
	/*
	 * The ASIC's temperature in units of 0.125 degrees: the middle after a whole
	 * period of 16 s, the maximum after another quarter.
	 */
	memset(data, 0, 32);
	guest_advance(14000 * MS_TO_NS);
	expect(!access_reg(&g, 0x900a, READ, data, first, 32));
	guest_advance(4000 * MS_TO_NS);
	expect(!access_reg(&g, 0x900a, READ, data, later, 32));
	expect(get_be16(first + 6) == 42 * 8 && get_be16(later + 6) == 45 * 8);
	expect(!memcmp(first + 0x18, "asic", 5));
	data[3] = 64;
	expect(!access_reg(&g, 0x900a, READ, data, first, 32));
	expect(!memcmp(first + 0x18, "module0", 8));
	data[3] = 65;
	expect(access_reg(&g, 0x900a, READ, data, first, 32) == ST_BAD_PARAM);
	guest_exit(&g);
}

static void module_eeprom(void)
{
	u8 data[148] = { 0, 0, 0, 0, 0x50, 0, 0, 148, 0, 0, 0, 16 }, answer[148];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	expect(!access_reg(&g, 0x9014, READ, data, answer, 148));
	expect(!answer[3] && !memcmp(answer + 0x10, "Mellanox        ", 16));
	data[5] = 3;
	expect(!access_reg(&g, 0x9014, READ, data, answer, 148) && answer[3] == 9);
	data[5] = 0;
	data[7] = 250;
	expect(access_reg(&g, 0x9014, READ, data, answer, 148) == ST_BAD_PARAM);
	data[6] = 0xff;
	expect(access_reg(&g, 0x9014, READ, data, answer, 148) == ST_BAD_PARAM);
	/* The cage of module 1 is empty; module 2 does not exist. */
	memset(data + 6, 0, 2);
	data[1] = 1;
	expect(!access_reg(&g, 0x9014, READ, data, answer, 148) && answer[3] == 3);
	data[1] = 2;
	expect(access_reg(&g, 0x9014, READ, data, answer, 148) == ST_BAD_PARAM);
	guest_exit(&g);
}

static void maps(void)
{
	u8 data[80] = { 0 }, answer[80];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	/* MCQS, MCQI, MCC and MCDA: bits 0x60 to 0x63 of the map */
	expect(!access_reg(&g, 0x907f, READ, data, answer, 72));
	expect((answer[8 + 15 - 0x60 / 8] & 0xf) == 0xf);
	data[3] = 4;
	expect(access_reg(&g, 0x907f, READ, data, answer, 72) == ST_BAD_PARAM);
	expect(access_reg(&g, 0x507f, READ, data, answer, 80) == ST_BAD_PARAM);
	data[3] = 0;
	expect(!access_reg(&g, 0x507f, READ, data, answer, 80) && answer[8 + 15 - 1] & 1);
	guest_exit(&g);
}

/* Reads a register of port 1; @key is its second dword. */
static void read_port(struct guest *g, u16 id, u32 key, u8 *answer, u32 len)
{
	u8 data[256] = { 0, 1 };

	if (id == 0x5008)
		data[3] = (u8)key;
	else
		put_be32(data + 4, key);
	expect(!access_reg(g, id, READ, data, answer, len));
}

/* Each cause has another number, and the registers of the port agree about the link. */
static void link_faults(void)
{
	static const struct {
		const char *request;
		u32 opcode;
		bool cable;
	} faults[] = {
		{ "link 1 no-cable", 1024, false },
		{ "link 1 speeds", 39, true },
		{ "link 1 fec", 38, true },
		{ "link 1 errors", 17, true },
		{ "link 1 up", 0, true },
	};
	u8 answer[256], zero[16] = { 0 }, down[16] = { 0, 1, 2, 0, 0x80 };
	char line[CONTROL_ANSWER];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	for (unsigned int i = 0; i < ARRAY_SIZE(faults); i++) {
		bool up = !faults[i].opcode;

		control_line(g.card, faults[i].request, line);
		read_port(&g, 0x5006, 0, answer, 16);
		expect(answer[2] == 1 && answer[3] == (up ? 1 : 2));
		read_port(&g, 0x5031, 1, answer, 256);
		expect(get_be32(answer + 0xc) == faults[i].opcode && answer[0x14]);
		read_port(&g, 0x5031, 0, answer, 256);
		expect(answer[0xc] == (up ? 3 : 2) && (answer[0x9] >> 4) == 4);
		expect(!get_be32(answer + 0x1c) == !up && !get_be16(answer + 0x24) == !up);
		read_port(&g, 0x5031, 3, answer, 256);
		expect((answer[0xc] >> 4) == (faults[i].cable ? 3 : 4));
		expect(!access_reg(&g, 0x5012, READ, zero, answer, 16));
		expect((answer[3] & 0xf) == (faults[i].cable ? 1 : 2));
		read_port(&g, 0x5004, 0, answer, 68);
		expect(!get_be16(answer + 6) == !up && !get_be32(answer + 0x20) == !up);
		read_port(&g, 0x5023, 0, answer, 120);
		expect(!get_be32(answer + 0xc) == !up);
		read_port(&g, 0x5008, 0x16, answer, 256);
		expect(answer[0x6a] == (faults[i].opcode == 17 ? 4 : 11));
	}
	expect(!access_reg(&g, 0x5006, WRITE, down, answer, 16));
	read_port(&g, 0x5031, 1, answer, 256);
	expect(get_be32(answer + 0xc) == 1);
	guest_exit(&g);
}

static void below_zero(void)
{
	char line[CONTROL_ANSWER];
	u8 data[32] = { 0 }, answer[32];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	control_line(g.card, "temperature -10", line);
	expect(!access_reg(&g, 0x900a, READ, data, answer, 32));
	expect(get_be16(answer + 6) == (u16)-80);
	data[3] = 64;
	expect(!access_reg(&g, 0x900a, READ, data, answer, 32) && get_be16(answer + 6) < 400);
	guest_exit(&g);
}

static const struct ktap_test tests[] = {
	{ "identity", identity },
	{ "unknown_registers", unknown },
	{ "header_only", header_only },
	{ "plain_registers", memory },
	{ "description_in_pieces", descriptions },
	{ "nv_default_current_next", nv_sets },
	{ "nv_invalidation", nv_invalidation },
	{ "nv_never_written", nv_never_written },
	{ "nv_locked", nv_locked },
	{ "nv_old_version_new_default", nv_old_and_new },
	{ "nv_refusals", nv_refused },
	{ "nv_other_hosts", nv_other_hosts },
	{ "nv_walk", nv_walk },
	{ "nv_table", nv_table },
	{ "nv_limits", nv_limits_hold },
	{ "nv_instances", nv_instances },
	{ "nv_writers", nv_writers },
	{ "register_table", table },
	{ "all_registers_readable", all_readable },
	{ "settings", settings },
	{ "counters_and_sensors", moving },
	{ "module_eeprom", module_eeprom },
	{ "link_faults", link_faults },
	{ "below_zero", below_zero },
	{ "capability_maps", maps },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
