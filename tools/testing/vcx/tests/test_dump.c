// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects and their resource dumps, inline and through a memory key.
 */
#include "guest.h"
#include "ktap.h"

#define INLINE	0x40000000u
#define MORE	0x80000000u

#define PA_TARGET	(GUEST_BASE + 0x30000)

/* Accesses the register once; returns the status of the command. */
static int dump(struct guest *g, u8 reg[256])
{
	return access_reg(g, 0xc000, READ, reg, reg, 256);
}

static void ask_for(u8 reg[256], u16 segment, u32 index1, u16 many1)
{
	memset(reg, 0, 256);
	put_be32(reg, INLINE | segment);
	put_be32(reg + 8, index1);
	put_be16(reg + 16, many1);
}

/* Reads a whole dump as a tool does; returns its length, or 0. */
static u32 collect(struct guest *g, u8 reg[256], u8 *out, u32 max)
{
	u32 got = 0, seq;

	do {
		seq = get_be32(reg) >> 16 & 0xf;
		if (dump(g, reg) || got + get_be32(reg + 0x24) > max)
			return 0;
		expect((get_be32(reg) >> 16 & 0xf) == ((seq + 1) & 0xf));
		expect(get_be32(reg + 0x24) <= 208);
		memcpy(out + got, reg + 0x30, get_be32(reg + 0x24));
		got += get_be32(reg + 0x24);
	} while (get_be32(reg) & MORE);
	return got;
}

static u32 create_mkey(struct guest *g, const u8 context[64], const u64 *pages, u32 npages)
{
	u8 in[0x110 + 64] = { 0x02, 0x00 }, out[16];

	memcpy(in + 0x10, context, 64);
	put_be32(in + 0x60, npages / 2);
	for (u32 i = 0; i < npages; i++)
		put_be64(in + 0x110 + 8 * i, pages[i]);
	if (guest_send(g, in, 0x110 + 8 * npages, out, 16) || out[0])
		return 0;
	return get_be32(out + 8);
}

static void objects(void)
{
	u8 context[64] = { 0, 0, 0x0c, 0, 1, 2, 3, 0x77 }, in[16] = { 0x02, 0x01 }, out[0x150];
	struct guest g;
	u32 first, second;

	guest_init(&g);
	guest_bring_up(&g);
	first = create_mkey(&g, context, NULL, 0);
	second = create_mkey(&g, context, NULL, 0);
	expect(first && second > first);
	put_be32(in + 8, first);
	expect(!guest_send(&g, in, 16, out, sizeof(out)) && !out[0]);
	expect(!memcmp(out + 0x10, context, 64));
	expect(!guest_send(&g, in, 16, out, 64) && out[0] == ST_BAD_OUTPUT_LEN);
	in[1] = 2;
	expect(!guest_send(&g, in, 16, out, 16) && !out[0]);
	expect(!guest_send(&g, in, 16, out, 16) && out[0] == ST_BAD_RESOURCE);
	/* The firmware's own queue pair exists, another number does not. */
	expect(!guest_command(&g, 0x50b, 0, 0, 0x40, 0));
	expect(guest_command(&g, 0x50b, 0, 0, 0x7777, 0) == ST_BAD_RESOURCE);
	/* An input too short for a context */
	expect(create_mkey(&g, context, NULL, 0));
	in[0] = 0x02;
	in[1] = 0x00;
	expect(!guest_send(&g, in, 16, out, 16) && out[0] == ST_BAD_INPUT_LEN);
	expect(!guest_command(&g, 0x103, 0, 0, 0, 0));
	expect(!g.vcx->fw.objects.count);
	guest_exit(&g);
}

static void number_of_pages(void)
{
	u8 in[0x120] = { 0x02, 0x00 }, out[16];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	put_be32(in + 0x60, 2);
	expect(!guest_send(&g, in, sizeof(in), out, 16) && out[0] == ST_BAD_INPUT_LEN);
	put_be32(in + 0x60, 0xffffffff);
	expect(!guest_send(&g, in, sizeof(in), out, 16) && out[0] == ST_BAD_INPUT_LEN);
	expect(!guest_send(&g, in, 0x64, out, 16) && out[0] == ST_BAD_INPUT_LEN);
	put_be32(in + 0x60, 1);
	expect(!guest_send(&g, in, sizeof(in), out, 16) && !out[0]);
	guest_exit(&g);
}

static void menu(void)
{
	u8 reg[256], out[2048];
	struct guest g;
	u32 len, n;

	guest_init(&g);
	guest_bring_up(&g);
	ask_for(reg, 0xffff, 0, 0);
	len = collect(&g, reg, out, sizeof(out));
	expect(get_be16(out + 2) == 0xfffe && get_be16(out + 16 + 2) == 0xfffa);
	expect(get_be16(out + 36 + 2) == 0xffff);
	n = get_be16(out + 36 + 6);
	expect(n >= 8 && len == 36 + 8 + 52 * n + 4);
	expect(get_be16(out + len - 2) == 0xfffb && get_be16(out + len - 4) == 1);
	expect(!memcmp(out + 36 + 8 + 4, "PRM_QUERY_QP", 13));
	guest_exit(&g);
}

static void segments(void)
{
	static u8 out[300000];
	u8 reg[256];
	struct guest g;
	u32 len;

	guest_init(&g);
	guest_bring_up(&g);
	ask_for(reg, 0x1000, 0x40, 0);
	len = collect(&g, reg, out, sizeof(out));
	expect(len == 36 + 16 + 232 + 4);
	expect(get_be16(out + 36 + 2) == 0x1000 && get_be32(out + 36 + 8) == 0x40);
	expect(get_be32(out + 36 + 16) == 0x30001800);
	ask_for(reg, 0x1000, 0, 0xffff);
	expect(collect(&g, reg, out, sizeof(out)) == 36 + 2 * 248 + 4);
	/* A missing object is an error segment in the stream. */
	ask_for(reg, 0x1000, 0x999, 0);
	len = collect(&g, reg, out, sizeof(out));
	expect(len == 36 + 48 + 4 && get_be16(out + 36 + 2) == 0xfffc);
	ask_for(reg, 0x2000, 0, 0xfffe);
	len = collect(&g, reg, out, sizeof(out));
	expect(len == 36 + 64 * 4112 + 4);
	expect(get_be32(out + 36 + 63 * 4112 + 8) == 63);
	ask_for(reg, 0x2000, 16383, 2);
	len = collect(&g, reg, out, sizeof(out));
	expect(get_be16(out + 36 + 2) == 0xfffc);
	guest_exit(&g);
}

static void refusals(void)
{
	u8 reg[256];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	ask_for(reg, 0x1234, 0, 0);
	expect(dump(&g, reg) == ST_BAD_PARAM);
	ask_for(reg, 0x1202, 1, 5);
	expect(dump(&g, reg) == ST_BAD_PARAM);
	ask_for(reg, 0xffff, 0, 0);
	put_be64(reg + 0x18, ~3ull);
	expect(dump(&g, reg) == ST_BAD_PARAM);
	ask_for(reg, 0x2000, 0xffffffff, 2);
	expect(!dump(&g, reg) && get_be16(reg + 0x30 + 36 + 2) == 0xfffc);
	/* Neither inline nor a memory key */
	ask_for(reg, 0xffff, 0, 0);
	put_be32(reg, 0xffff);
	put_be32(reg + 0x24, 4096);
	expect(dump(&g, reg) == ST_BAD_PARAM);
	guest_exit(&g);
}

/* With the keys that mlx5_core uses: for all memory, or for a list of pages. */
static void through_memory(void)
{
	u64 pages[2] = { PA_TARGET + 0x1000 + 3, PA_TARGET + 3 };
	u8 context[64] = { 0, 0, 0x0c, 0 }, reg[256], inline_out[2048];
	struct guest g;
	u32 len, mkey;

	guest_init(&g);
	guest_bring_up(&g);
	ask_for(reg, 0xffff, 0, 0);
	len = collect(&g, reg, inline_out, sizeof(inline_out));
	context[0xc] = 0x80;
	mkey = create_mkey(&g, context, NULL, 0) << 8;
	ask_for(reg, 0xffff, 0, 0);
	put_be32(reg, 0xffff);
	put_be32(reg + 0x20, mkey);
	put_be32(reg + 0x24, 4096);
	put_be64(reg + 0x28, PA_TARGET);
	expect(!dump(&g, reg) && get_be32(reg + 0x24) == len);
	expect(!memcmp(guest_at(&g, PA_TARGET), inline_out, len));
	/* Two pages in descending order; the dump begins in the middle of the first. */
	memset(guest_at(&g, PA_TARGET), 0, 0x2000);
	context[2] = 0x0d;
	context[0xc] = 0;
	put_be64(context + 0x10, 0x10000);
	put_be64(context + 0x18, 0x2000);
	context[0x3b] = 12;
	mkey = create_mkey(&g, context, pages, 2) << 8;
	ask_for(reg, 0xffff, 0, 0);
	put_be32(reg, 0xffff);
	put_be32(reg + 0x20, mkey);
	put_be32(reg + 0x24, 4096);
	put_be64(reg + 0x28, 0x10000 + 0x1000 - 100);
	expect(!dump(&g, reg));
	expect(!memcmp(guest_at(&g, PA_TARGET + 0x2000 - 100), inline_out, 100));
	expect(!memcmp(guest_at(&g, PA_TARGET), inline_out + 100, len - 100));
	/* Beyond the end, before the start, a wrong key */
	ask_for(reg, 0xffff, 0, 0);
	put_be32(reg, 0xffff);
	put_be32(reg + 0x20, mkey);
	put_be32(reg + 0x24, 4096);
	put_be64(reg + 0x28, 0x12000 - 100);
	expect(dump(&g, reg) == ST_BAD_PARAM);
	put_be64(reg + 0x28, 0xf000);
	expect(dump(&g, reg) == ST_BAD_PARAM);
	put_be64(reg + 0x28, 0x10000);
	put_be32(reg + 0x20, mkey + 1);
	expect(dump(&g, reg) == ST_BAD_PARAM);
	guest_exit(&g);
}

static const struct ktap_test tests[] = {
	{ "objects", objects },
	{ "pages_of_a_memory_key", number_of_pages },
	{ "menu", menu },
	{ "segments", segments },
	{ "refusals", refusals },
	{ "through_memory", through_memory },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
