// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "guest.h"
#include "ktap.h"

#define CREATE_UCTX	0xa04
#define DESTROY_UCTX	0xa06
#define NOP		0x80d
#define QUERY_HCA_CAP	0x100
#define SET_HCA_CAP	0x109

/* Bytes in an input and in an output with capabilities */
#define CAP_UAR_4K		(16 + 0x240 / 8)
#define CAP_LOG_UAR_PAGE	(16 + 0x490 / 8)
#define CAP_UARS_PER_PAGE	(16 + 0x520 / 8)

static int create_uctx(struct guest *g, u32 cap, u16 *uid)
{
	u8 in[64] = { 0 }, out[16];

	put_be16(in, CREATE_UCTX);
	put_be32(in + 16, cap);
	expect(!guest_send(g, in, sizeof(in), out, sizeof(out)));
	*uid = get_be16(out + 10);
	return out[0];
}

static void order(void)
{
	struct guest g;
	u16 uid;

	guest_init(&g);
	expect(guest_command(&g, NOP, 0, 0, 0, 0) == ST_BAD_SYS_STATE);
	expect(guest_command(&g, 0x102, 0, 0, 0, 0) == ST_BAD_SYS_STATE);
	expect(!guest_command(&g, 0x104, 0, 0, 0, 0));
	expect(guest_command(&g, 0x104, 0, 0, 0, 0) == ST_BAD_SYS_STATE);
	expect(create_uctx(&g, 0, &uid) == ST_BAD_SYS_STATE);
	expect(!guest_command(&g, 0x102, 0, 0, 0, 0));
	expect(!guest_command(&g, NOP, 0, 0, 0, 0));
	expect(guest_command(&g, 0xfff, 0, 0, 0, 0) == ST_BAD_OP);
	guest_exit(&g);
}

static void user_contexts(void)
{
	struct guest g;
	u16 plain, tools, other, uid;

	guest_init(&g);
	guest_bring_up(&g);
	expect(!create_uctx(&g, 0, &plain) && plain);
	expect(!create_uctx(&g, 4, &tools) && tools && tools != plain);
	expect(create_uctx(&g, 8, &uid) == ST_BAD_PARAM);
	expect(!create_uctx(&g, 0, &other) && !create_uctx(&g, 0, &uid));
	expect(create_uctx(&g, 0, &uid) == ST_EXCEED_LIM);
	expect(!guest_command(&g, NOP, plain, 0, 0, 0));
	expect(guest_command(&g, NOP, 0x7777, 0, 0, 0) == ST_BAD_RESOURCE);
	/* A user context may not send commands of the driver. */
	expect(guest_command(&g, CREATE_UCTX, tools, 0, 0, 0) == ST_BAD_PARAM);
	expect(guest_command(&g, 0x103, tools, 0, 0, 0) == ST_BAD_PARAM);
	expect(guest_command(&g, SET_HCA_CAP, plain, 1, 0, 0) == ST_BAD_PARAM);
	expect(!guest_command(&g, SET_HCA_CAP, tools, 1, 0, 0));
	expect(!guest_command(&g, DESTROY_UCTX, 0, 0, plain, 0));
	expect(guest_command(&g, DESTROY_UCTX, 0, 0, plain, 0) == ST_BAD_RESOURCE);
	expect(guest_command(&g, NOP, plain, 0, 0, 0) == ST_BAD_RESOURCE);
	expect(!guest_command(&g, NOP, other, 0, 0, 0));
	guest_exit(&g);
}

static void resets(void)
{
	static const u8 flr = 0x80;
	struct guest g;
	u16 uid;

	guest_init(&g);
	guest_bring_up(&g);
	expect(!create_uctx(&g, 0, &uid));
	pci_write(g.vcx, g.vcx->pci.pcie_cap + 9u, &flr, 1);
	expect(g.vcx->stats.function_resets == 1 && g.vcx->stats.uctx_leaked == 1);
	expect(!g.vcx->fw.nuctx && !g.vcx->fw.cmdq && g.vcx->fw.state == HCA_DISABLED);
	fw_set_cmdq(g.vcx, GUEST_CMDQ);
	guest_bring_up(&g);
	expect(guest_command(&g, NOP, uid, 0, 0, 0) == ST_BAD_RESOURCE);
	guest_exit(&g);
}

static void capabilities(void)
{
	u8 in[16] = { 0x01, 0x00 }, out[4112], in_long[4112] = { 0x01, 0x09 };
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	expect(!guest_send(&g, in, sizeof(in), out, sizeof(out)) && !out[0]);
	expect(get_be32(out + 16 + 0x6a0 / 8) == 5);
	/* SET_HCA_CAP changes the current set, not the maximum. */
	put_be16(in_long + 6, 1);
	memset(in_long + 16, 0xa5, 4096);
	expect(!guest_send(&g, in_long, sizeof(in_long), out, 16) && out[0] == ST_BAD_PARAM);
	put_be16(in_long + CAP_LOG_UAR_PAGE, 0);
	expect(!guest_send(&g, in_long, sizeof(in_long), out, 16) && !out[0]);
	expect(!guest_send(&g, in, sizeof(in), out, sizeof(out)));
	expect(get_be32(out + 16 + 0x6a0 / 8) == 5);
	in[7] = 1;
	expect(!guest_send(&g, in, sizeof(in), out, sizeof(out)));
	expect(get_be32(out + 16) == 0xa5a5a5a5);
	expect(!guest_send(&g, in, sizeof(in), out, 20) && !out[0]);
	expect(!guest_command(&g, QUERY_HCA_CAP, 0, 0x20 << 1, 0, 0));
	expect(guest_command(&g, QUERY_HCA_CAP, 0, 0x3f << 1, 0, 0) == ST_BAD_PARAM);
	expect(guest_command(&g, QUERY_HCA_CAP, 0, 0xffff, 0, 0) == ST_BAD_PARAM);
	expect(guest_command(&g, QUERY_HCA_CAP, 0, 0, 0x80000001, 0) == ST_BAD_PARAM);
	guest_exit(&g);
}

static void pages(void)
{
	u8 in[48] = { 0x01, 0x08 }, out[4112];
	struct guest g;

	guest_init(&g);
	put_be16(in + 6, 1);
	put_be32(in + 12, 2);
	put_be64(in + 16, GUEST_BASE + 0x30000);
	put_be64(in + 24, GUEST_BASE + 0x31000);
	expect(!guest_send(&g, in, sizeof(in), out, 16) && !out[0]);
	expect(g.vcx->fw.npages == 2);
	/* More pages than the input has; an address outside of memory; an unaligned one */
	put_be32(in + 12, 5);
	expect(!guest_send(&g, in, sizeof(in), out, 16) && out[0] == ST_BAD_INPUT_LEN);
	put_be32(in + 12, 0xffffffff);
	expect(!guest_send(&g, in, sizeof(in), out, 16) && out[0] == ST_BAD_INPUT_LEN);
	put_be32(in + 12, 1);
	put_be64(in + 16, GUEST_BASE + GUEST_SIZE);
	expect(!guest_send(&g, in, sizeof(in), out, 16) && out[0] == ST_BAD_PARAM);
	put_be64(in + 16, GUEST_BASE + 8);
	expect(!guest_send(&g, in, sizeof(in), out, 16) && out[0] == ST_BAD_PARAM);
	put_be16(in + 6, 2);
	put_be32(in + 12, 2);
	expect(!guest_send(&g, in, sizeof(in), out, 24) && out[0] == ST_BAD_OUTPUT_LEN);
	put_be32(in + 12, 512);
	expect(!guest_send(&g, in, sizeof(in), out, 4112) && !out[0]);
	expect(get_be32(out + 8) == 2 && !g.vcx->fw.npages);
	guest_exit(&g);
}

#define EQ_PAGE (GUEST_BASE + 0x30000)

static void eq_input(u8 in[0x118], u8 log_size, u32 uar, u32 vector, u64 events)
{
	memset(in, 0, 0x118);
	put_be16(in, 0x301);
	put_be32(in + 0x1c, (u32)log_size << 24 | uar);
	put_be32(in + 0x24, vector);
	put_be64(in + 0x58, events);
	put_be64(in + 0x110, EQ_PAGE);
}

static void alloc_uar(struct guest *g, u32 expected)
{
	u8 in[16] = { 0x08, 0x02 }, out[16];

	expect(!guest_send(g, in, sizeof(in), out, sizeof(out)) && !out[0]);
	expect(get_be32(out + 8) == expected);
}

/* Creates an event queue with the UAR; arms it by a doorbell at an offset in BAR 0. */
static bool doorbell_reaches(struct guest *g, u32 uar, u32 off)
{
	u8 in[0x118], out[16], value[4] = { 0 }, eqn;
	bool armed;

	eq_input(in, 2, uar, 0, 0);
	expect(!guest_send(g, in, sizeof(in), out, 16));
	if (out[0])
		return false;
	eqn = out[11];
	value[0] = eqn;
	bar_write(g->vcx, off, value, 4);
	armed = g->vcx->fw.eqs[eqn].armed;
	expect(!guest_command(g, 0x302, 0, 0, eqn, 0));
	return armed;
}

/*
 * A driver with pages of 4 KiB << @log: with uar_4k there are several UARs in a page, without
 * it one.
 */
static void driver_pages(u8 log, bool uar_4k)
{
	u8 in[4112] = { 0x01, 0x00 }, out[4112];
	u32 size = 4096u << log, step = uar_4k ? 1u << log : 1;
	u32 first = uar_4k ? 16 : 16u >> log;
	struct guest g;

	guest_init(&g);
	expect(!guest_command(&g, 0x104, 0, 0, 0, 0));
	expect(!guest_send(&g, in, 16, out, sizeof(out)) && out[CAP_UAR_4K] & 0x80);
	in[7] = 1;
	expect(!guest_send(&g, in, 16, out, sizeof(out)) && !(out[CAP_UAR_4K] & 0x80));
	memcpy(in + 16, out + 16, 4096);
	put_be16(in, SET_HCA_CAP);
	put_be16(in + CAP_LOG_UAR_PAGE, log);
	in[CAP_UAR_4K] |= (u8)(uar_4k << 7);
	expect(!guest_send(&g, in, sizeof(in), out, 16) && !out[0]);
	put_be16(in, QUERY_HCA_CAP);
	expect(!guest_send(&g, in, 16, out, sizeof(out)));
	expect(get_be32(out + CAP_UARS_PER_PAGE) == (uar_4k ? 1u << log : 0));
	expect(!guest_command(&g, 0x102, 0, 0, 0, 0));

	alloc_uar(&g, first);
	alloc_uar(&g, first + step);
	expect(doorbell_reaches(&g, first, 0x10040));
	expect(doorbell_reaches(&g, first + step, 0x10040 + size));
	expect(!doorbell_reaches(&g, first, 0x10040 + size));
	expect(!doorbell_reaches(&g, first + 2 * step, 0x10040 + 2 * size));
	if (uar_4k && log) {
		expect(doorbell_reaches(&g, first + 1, 0x11040));
		expect(guest_command(&g, 0x803, 0, 0, first + 1, 0) == ST_BAD_RESOURCE);
	} else if (log) {
		expect(!doorbell_reaches(&g, first, 0x11040));
	}
	expect(!guest_command(&g, 0x803, 0, 0, first, 0));
	expect(!doorbell_reaches(&g, first, 0x10040));
	alloc_uar(&g, first);

	/* The pages of all UARs are inside of the BAR. */
	for (u32 i = 2; i < VCX_UAR_COUNT && (i + 1) * size <= VCX_UAR_BYTES; i++)
		alloc_uar(&g, first + i * step);
	if (log == 4)
		expect(guest_command(&g, 0x802, 0, 0, 0, 0) == ST_NO_RESOURCES);
	guest_exit(&g);
}

static void page_sizes(void)
{
	for (u8 log = 0; log <= 4; log++) {
		driver_pages(log, false);
		driver_pages(log, true);
	}
}

static void event_queues(void)
{
	u8 in[0x118], out[16], data[28] = { 0x11 };
	struct guest g;
	u8 *ring;

	guest_init(&g);
	guest_bring_up(&g);
	ring = guest_at(&g, EQ_PAGE);
	eq_input(in, 2, 16, 0, BIT_ULL(EVENT_PAGE_REQUEST));
	expect(!guest_send(&g, in, sizeof(in), out, 16) && out[0] == ST_BAD_RESOURCE);
	expect(!guest_command(&g, 0x802, 0, 0, 0, 0));
	eq_input(in, 7, 16, 0, 0);
	expect(!guest_send(&g, in, sizeof(in), out, 16) && out[0] == ST_BAD_INPUT_LEN);
	eq_input(in, 2, 16, VCX_VECTORS, 0);
	expect(!guest_send(&g, in, sizeof(in), out, 16) && out[0] == ST_BAD_PARAM);
	eq_input(in, 31, 16, 0, 0);
	expect(!guest_send(&g, in, sizeof(in), out, 16) && out[0] == ST_BAD_PARAM);
	eq_input(in, 2, 16, 3, BIT_ULL(EVENT_PAGE_REQUEST));
	expect(!guest_send(&g, in, sizeof(in), out, 16) && !out[0] && out[11]);

	memset(ring, 0xff, 256);
	eq_post(g.vcx, EVENT_PAGE_REQUEST, 0, data);
	expect(ring[1] == EVENT_PAGE_REQUEST && ring[32] == 0x11 && !(ring[63] & 1));
	expect(!g.vcx->pci.irq_pending[3]);
	/* Arming with an unread entry fires the vector at once. */
	eq_doorbell(g.vcx, 16, (u32)out[11] << 24, true);
	expect(g.vcx->pci.irq_pending[3]);
	/* The fifth event is dropped: the queue is full. After wraparound the owner bit is 1. */
	for (unsigned int i = 0; i < 4; i++)
		eq_post(g.vcx, EVENT_PAGE_REQUEST, 0, data);
	expect(g.vcx->stats.events_dropped == 1);
	eq_doorbell(g.vcx, 16, (u32)out[11] << 24 | 4, true);
	eq_post(g.vcx, EVENT_PAGE_REQUEST, 0, data);
	expect(ring[63] == 1);
	/* Doorbells on another UAR and for an unknown queue, and an event without a queue */
	eq_doorbell(g.vcx, 17, (u32)out[11] << 24, true);
	eq_doorbell(g.vcx, 16, 0xff000000, true);
	eq_post(g.vcx, 63, 0, data);
	expect(g.vcx->stats.events == 5);
	guest_exit(&g);
}

static void bar(void)
{
	static const u8 sw_reset[4] = { 0, 0, 7, 0 };
	struct guest g;
	u8 buf[8];

	guest_init(&g);
	bar_read(g.vcx, 0, buf, 8);
	expect(get_be32(buf) == (FW_MINOR << 16 | 22) && get_be16(buf + 4) == 5);
	g.vcx->faults.health_syndrome = 0x17;
	bar_read(g.vcx, 0x23d, buf, 1);
	expect(buf[0] == 0x17);
	bar_read(g.vcx, VCX_BAR_SIZE - 3, buf, 3);
	bar_write(g.vcx, 0x15, sw_reset, 1);
	bar_write(g.vcx, 0x14, sw_reset, 4);
	bar_read(g.vcx, 0x14, buf, 4);
	expect(buf[2] == 7 && buf[3] == 0x56 && g.vcx->stats.function_resets == 1);
	guest_advance(100 * MS_TO_NS);
	bar_read(g.vcx, 0x14, buf, 4);
	expect(buf[2] == 1 && !g.vcx->faults.health_syndrome);
	g.vcx->faults.dead = true;
	bar_read(g.vcx, 0x14, buf, 4);
	expect(get_be32(buf) == 0xffffffff);
	guest_exit(&g);
}

/* Each group has capabilities, and some are only in the maximum set. */
static void capability_pages(void)
{
	static const u8 pages[] = { 0, 1, 2, 3, 4, 7, 9, 0xc, 0xd, 0xf, 0x11, 0x14, 0x1a, 0x20 };
	u8 in[16] = { 0x01, 0x00 }, out[4112];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++) {
		unsigned int set = 0;

		put_be16(in + 6, (u16)(pages[i] << 1 | 1));
		expect(!guest_send(&g, in, sizeof(in), out, sizeof(out)) && !out[0]);
		for (u32 at = 16; at < sizeof(out); at++)
			set += out[at] != 0;
		expect(set);
	}
	/* eth_net_offloads is in the maximum set, not in the current one. */
	put_be16(in + 6, 0);
	expect(!guest_send(&g, in, sizeof(in), out, sizeof(out)) && out[16 + 0x43] & 0x08);
	put_be16(in + 6, 1);
	expect(!guest_send(&g, in, sizeof(in), out, sizeof(out)) && !(out[16 + 0x43] & 0x08));
	guest_exit(&g);
}

static int set_diag(struct guest *g, u8 flags, u8 log_samples, u8 log_period, u16 id1, u16 id2)
{
	u8 in[40] = { 0x08, 0x20 }, out[16];

	put_be32(in + 8, (id2 ? 2u : 1u) << 16 | log_samples);
	put_be32(in + 12, (u32)flags << 26 | log_period);
	put_be16(in + 34, id1);
	put_be16(in + 38, id2);
	return guest_send(g, in, id2 ? 40 : 36, out, 16) ? -1 : out[0];
}

static int read_diag(struct guest *g, u16 samples, u16 first, u8 *out, u32 len)
{
	u8 in[16] = { 0x08, 0x21 };

	put_be16(in + 8, samples);
	put_be16(in + 10, first);
	return guest_send(g, in, sizeof(in), out, len) ? -1 : out[0];
}

#define SINGLE		0x20
#define REPETITIVE	0x10
#define SYNC		0x08
#define CLEAR		0x04
#define ON_DEMAND	0x02
#define ENABLE		0x01

static void diagnostic_counters(void)
{
	u8 out[16 + 16 * 16];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	expect(read_diag(&g, 1, 0, out, 32) == ST_BAD_SYS_STATE);
	expect(set_diag(&g, REPETITIVE | ENABLE, 2, 14, 0x402, 0) == ST_BAD_PARAM);
	expect(set_diag(&g, REPETITIVE | ENABLE, 13, 20, 0x402, 0) == ST_BAD_PARAM);
	expect(set_diag(&g, REPETITIVE | SINGLE | ENABLE, 2, 20, 0x402, 0) == ST_BAD_PARAM);
	expect(set_diag(&g, REPETITIVE | ENABLE, 2, 20, 0x999, 0) == ST_BAD_PARAM);
	expect(set_diag(&g, REPETITIVE | SYNC | ENABLE, 2, 20, 0x402, 0x1001) == ST_BAD_PARAM);
	/* Four samples of two counters, 1.05 ms (2^20 ns) apart */
	expect(!set_diag(&g, REPETITIVE | ENABLE | CLEAR, 2, 20, 0x406, 0x1001));
	expect(!read_diag(&g, 4, 0, out, sizeof(out)));
	guest_advance(6ull << 20);
	expect(!read_diag(&g, 4, 0, out, sizeof(out)));
	/* Of six samples, 4 and 5 have replaced 0 and 1 in the ring. */
	expect(get_be16(out + 16) == 0x406 && get_be16(out + 18) == 4);
	expect(get_be16(out + 32) == 0x1001 && get_be16(out + 34) == 4);
	expect(get_be16(out + 50) == 5 && get_be16(out + 82) == 2);
	expect(get_be64(out + 56) - get_be64(out + 24) == 103);
	expect(get_be32(out + 52) - get_be32(out + 20) == 1 << 20);
	expect(!read_diag(&g, 4, 2, out, 48) && get_be16(out + 18) == 2);
	expect(read_diag(&g, 5, 0, out, sizeof(out)) == ST_BAD_PARAM);
	/* SINGLE fills the ring once: the last sample is number 3. */
	expect(!set_diag(&g, SINGLE | ENABLE, 2, 20, 0x402, 0));
	guest_advance(100ull << 20);
	expect(!read_diag(&g, 4, 0, out, sizeof(out)) && get_be16(out + 16 + 48 + 2) == 3);
	expect(!set_diag(&g, ON_DEMAND | ENABLE, 2, 0, 0x402, 0));
	expect(!read_diag(&g, 1, 0, out, 32) && !get_be16(out + 18));
	expect(!read_diag(&g, 1, 0, out, 32) && get_be16(out + 18) == 1);
	expect(!guest_command(&g, 0x819, 0, 0, 0, 0));
	guest_exit(&g);
}

static void port_queries(void)
{
	u8 in[32] = { 0x07, 0x70 }, out[0x200];
	struct guest g;
	u64 first;

	guest_init(&g);
	guest_bring_up(&g);
	expect(!guest_command(&g, 0x750, 0, 0, 0, 0));
	expect(guest_command(&g, 0x750, 0, 0, 0x80000001, 0) == ST_BAD_PARAM);
	expect(!guest_command(&g, 0x762, 0, 0, 0, 0));
	expect(guest_command(&g, 0x762, 0, 0, 0x80000001, 0) == ST_BAD_PARAM);
	expect(!guest_send(&g, in, sizeof(in), out, sizeof(out)) && !out[0]);
	first = get_be64(out + 0x90);
	guest_advance(1000 * MS_TO_NS);
	in[0x18] = 0x80;
	expect(!guest_send(&g, in, sizeof(in), out, sizeof(out)) && !out[0]);
	expect(get_be64(out + 0x90) - first == 7000);
	in[0x18] = 0;
	expect(!guest_send(&g, in, sizeof(in), out, sizeof(out)) && !get_be64(out + 0x90));
	expect(!guest_send(&g, in, sizeof(in), out, 64) && out[0] == ST_BAD_OUTPUT_LEN);
	/* Queue counters that do not exist */
	in[1] = 0x73;
	in[0x1f] = 7;
	expect(!guest_send(&g, in, sizeof(in), out, sizeof(out)) && out[0] == ST_BAD_RESOURCE);
	expect(!guest_command(&g, 0x826, 0, 0, 0, 0));
	guest_exit(&g);
}

#define MFRL		0x9028
#define MROQ		0x902f
#define TEARDOWN_HCA	0x103
#define LINK		0x08
#define START		BIT(29)
#define ACK		BIT(27)
#define NACK		BIT(28)
/* Events, and reset_state of MFRL */
enum { REQUEST, NOW, ABORT };
enum { IDLE, NEGOTIATING, PROGRESSING, NO_ANSWER, REFUSED, NOT_UNLOADED };

/* An event queue of the driver; returns its first entry. */
static u8 *listen_for(struct guest *g, u8 type)
{
	u8 in[272 + 8], out[16];

	expect(!guest_command(g, 0x802, 0, 0, 0, 0));
	eq_input(in, 4, 16, 3, BIT_ULL(type));
	expect(!guest_send(g, in, sizeof(in), out, 16) && !out[0]);
	return guest_at(g, EQ_PAGE);
}

/* Writes MFRL; returns the status, or -1 while the command is held. */
static int mfrl(struct guest *g, u32 value)
{
	u8 in[24] = { 0x08, 0x05 };

	put_be16(in + 10, MFRL);
	put_be32(in + 20, value);
	guest_lay_out(g, in, sizeof(in), sizeof(in));
	fw_doorbell(g->vcx, 1);
	return guest_at(g, GUEST_CMDQ)[63] & 1 ? -1 : guest_at(g, GUEST_CMDQ)[32];
}

static u8 reset_state(struct guest *g)
{
	u8 reg[8] = { 0 };

	expect(!access_reg(g, MFRL, READ, reg, reg, sizeof(reg)));
	return reg[5] & 0xf;
}

/* Answers the request in another slot than that of the held command. */
static int respond(struct guest *g, u32 response)
{
	u8 held[64], *slot = guest_at(g, GUEST_CMDQ + 64);
	int status;

	memcpy(held, guest_at(g, GUEST_CMDQ), 64);
	memset(slot, 0, 64);
	slot[0] = 7;
	slot[7] = 24;
	slot[59] = 24;
	put_be64(slot + 8, GUEST_IN);
	put_be64(slot + 48, GUEST_OUT);
	put_be16(slot + 16, 0x805);
	put_be16(slot + 26, MFRL);
	put_be32(guest_at(g, GUEST_IN + 4), response | LINK);
	slot[60] = GUEST_TOKEN;
	slot[63] = 1;
	fw_doorbell(g->vcx, 2);
	status = slot[63] & 1 ? -1 : slot[32];
	return status;
}

static void reset_by_drivers(void)
{
	static const u8 disabled[4] = { 0, 0x10, 1, 0 };
	struct guest g;
	int item = nv_find(0xa, 0), cold = nv_find(0xc, 0);
	u8 value[NV_MAX_DATA] = { 0x55 }, now[NV_MAX_DATA], *ring;

	guest_init(&g);
	guest_bring_up(&g);
	/* Without a listener, with another trigger, from a tool */
	expect(mfrl(&g, START | LINK) == ST_BAD_SYS_STATE);
	ring = listen_for(&g, EVENT_GENERAL);
	expect(mfrl(&g, START | 0x40) == ST_BAD_PARAM);
	expect(mfrl(&g, START << 1 | LINK) == ST_BAD_PARAM);
	expect(mfrl(&g, 1) == ST_BAD_PARAM);
	expect(!mfrl(&g, 0x48) && reset_state(&g) == IDLE);
	expect(mfrl(&g, ACK) == ST_BAD_SYS_STATE);

	nv_write(&g.card->nv, item, value, 8);
	nv_write(&g.card->nv, cold, value, 8);
	expect(mfrl(&g, START | LINK) == -1);
	expect(ring[1] == EVENT_GENERAL && ring[3] == 8 && ring[35] == REQUEST);
	expect(!respond(&g, ACK));
	expect(guest_at(&g, GUEST_CMDQ)[63] == 0 && !guest_at(&g, GUEST_CMDQ)[32]);
	expect(ring[64 + 3] == 8 && ring[64 + 35] == NOW);
	expect(reset_state(&g) == PROGRESSING && mfrl(&g, START | LINK) == ST_BAD_SYS_STATE);
	/* The driver tears down and disables the function; then the link goes down. */
	expect(!guest_command(&g, TEARDOWN_HCA, 0, 0, 2, 0));
	expect(eq_takes(g.vcx, EVENT_GENERAL));
	guest_advance(1000 * MS_TO_NS);
	fw_run_timers(g.vcx);
	expect(!g.vcx->stats.firmware_resets);
	g.vcx->pci.config[4] = 6;
	bar_write(g.vcx, 0x14, disabled, 4);
	expect(fw_run_timers(g.vcx) == 200 && !g.vcx->stats.firmware_resets);
	guest_advance(200 * MS_TO_NS);
	fw_run_timers(g.vcx);
	expect(g.vcx->stats.firmware_resets == 1 && !g.vcx->stats.uctx_leaked);
	expect(g.vcx->pci.config[4] == 6);
	nv_read(&g.card->nv, item, NV_CURRENT, now);
	expect(now[0] == 0x55);
	nv_read(&g.card->nv, cold, NV_CURRENT, now);
	expect(!now[0]);
	vcx_reset(g.vcx, VCX_RESET_POWER);
	nv_read(&g.card->nv, cold, NV_CURRENT, now);
	expect(now[0] == 0x55);
	fw_set_cmdq(g.vcx, GUEST_CMDQ);
	guest_bring_up(&g);
	expect(reset_state(&g) == IDLE);
	guest_exit(&g);
}

static void reset_refused(void)
{
	struct guest g;
	u8 *ring;

	guest_init(&g);
	guest_bring_up(&g);
	ring = listen_for(&g, EVENT_GENERAL);
	expect(mfrl(&g, START | LINK) == -1);
	expect(!respond(&g, NACK));
	expect(guest_at(&g, GUEST_CMDQ)[63] == 0);
	expect(guest_at(&g, GUEST_CMDQ)[32] == ST_BAD_SYS_STATE);
	expect(ring[64 + 35] == ABORT && reset_state(&g) == REFUSED);
	/* A driver that does not answer, and one that does not unload */
	expect(mfrl(&g, START | LINK) == -1);
	guest_advance(3000 * MS_TO_NS);
	fw_run_timers(g.vcx);
	expect(guest_at(&g, GUEST_CMDQ)[32] == ST_BAD_SYS_STATE);
	expect(reset_state(&g) == NO_ANSWER);
	expect(mfrl(&g, START | LINK) == -1 && !respond(&g, ACK));
	guest_advance(60000 * MS_TO_NS);
	fw_run_timers(g.vcx);
	expect(reset_state(&g) == NOT_UNLOADED && !g.vcx->stats.firmware_resets);
	guest_exit(&g);
}

static void reset_of_two(void)
{
	static const u8 disabled[4] = { 0, 0x10, 1, 0 };
	struct guest first, second;
	u8 *ring;

	guest_init(&first);
	guest_bring_up(&first);
	guest_join(&second, &first);
	listen_for(&first, EVENT_GENERAL);
	ring = listen_for(&second, EVENT_GENERAL);
	/* The command is held until both drivers have agreed. */
	expect(mfrl(&first, START | LINK) == -1 && ring[35] == REQUEST);
	expect(!respond(&first, ACK) && guest_at(&first, GUEST_CMDQ)[63] & 1);
	expect(!mfrl(&second, ACK) && !(guest_at(&first, GUEST_CMDQ)[63] & 1));
	expect(!guest_at(&first, GUEST_CMDQ)[32] && ring[64 + 35] == NOW);
	/* The firmware restarts when both functions are disabled. */
	bar_write(first.vcx, 0x14, disabled, 4);
	guest_advance(1000 * MS_TO_NS);
	fw_run_timers(first.vcx);
	expect(!first.vcx->stats.firmware_resets);
	bar_write(second.vcx, 0x14, disabled, 4);
	guest_advance(200 * MS_TO_NS);
	fw_run_timers(second.vcx);
	expect(first.vcx->stats.firmware_resets == 1 && !second.vcx->fw.cmdq);
	vcx_exit(second.vcx);
	free(second.vcx);
	free(second.ram);
	guest_exit(&first);
}

static void hot_reset(void)
{
	static const u8 disabled[4] = { 0, 0x10, 1, 0 };
	u8 reg[8] = { 0 }, mroq[32] = { 0 }, out[4112], in[16] = { 0x01, 0x00, [7] = 1 };
	char answer[CONTROL_ANSWER];
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	control_line(g.card, "resets 8 hot", answer);
	expect(!strcmp(answer, "ok"));
	control_line(g.card, "resets 1 hot", answer);
	expect(!strncmp(answer, "error", 5));
	expect(!access_reg(&g, MFRL, READ, reg, reg, sizeof(reg)));
	expect(reg[7] == LINK && get_bits(reg + 4, 21, 3) == 1);
	expect(mfrl(&g, 0x40) == ST_BAD_PARAM);
	expect(!access_reg(&g, MROQ, READ, mroq, mroq, sizeof(mroq)));
	expect(get_be32(mroq) == 0x02070008);
	control_line(g.card, "resets 48 link alone", answer);
	memset(mroq, 0, sizeof(mroq));
	expect(!access_reg(&g, MROQ, READ, mroq, mroq, sizeof(mroq)));
	expect(get_be32(mroq) == 0x01030048 && mfrl(&g, START | LINK) == ST_BAD_PARAM);
	control_line(g.card, "resets 48 link unlisted", answer);
	expect(access_reg(&g, MROQ, READ, mroq, mroq, sizeof(mroq)) == ST_BAD_PARAM);
	control_line(g.card, "resets 48 link nobody", answer);
	expect(!strncmp(answer, "error", 5));
	control_line(g.card, "resets 8 hot drivers", answer);
	caps_init(g.vcx);
	expect(!guest_send(&g, in, sizeof(in), out, sizeof(out)) && !out[0]);
	expect(out[16 + 0x335 / 8] >> (7 - 0x335 % 8) & 1);
	listen_for(&g, EVENT_GENERAL);
	expect(mfrl(&g, START | LINK) == -1 && !respond(&g, ACK));
	bar_write(g.vcx, 0x14, disabled, 4);
	expect(!guest_command(&g, 0x104, 0, 0, 0, 0));
	/* Time does not end it, but the reset of the device. */
	guest_advance(1000 * MS_TO_NS);
	expect(fw_run_timers(g.vcx) == -1 && !g.vcx->stats.firmware_resets);
	vcx_reset(g.vcx, VCX_RESET_FIRMWARE);
	expect(g.card->reset.progress == RESET_IDLE && g.card->reset.hot);
	guest_exit(&g);
}

static const struct ktap_test tests[] = {
	{ "reset_by_drivers", reset_by_drivers },
	{ "reset_refused", reset_refused },
	{ "reset_of_two_functions", reset_of_two },
	{ "hot_reset", hot_reset },
	{ "order_of_commands", order },
	{ "user_contexts", user_contexts },
	{ "reset_forgets", resets },
	{ "capabilities", capabilities },
	{ "capability_pages", capability_pages },
	{ "diagnostic_counters", diagnostic_counters },
	{ "port_queries", port_queries },
	{ "pages_given_and_taken", pages },
	{ "event_queues", event_queues },
	{ "uars_of_page_sizes", page_sizes },
	{ "initialization_segment", bar },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
