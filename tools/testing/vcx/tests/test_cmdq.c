// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "guest.h"
#include "ktap.h"

/* Fetches the command in slot 0; returns its delivery status or a negative errno. */
static int fetch(struct guest *g)
{
	struct cmdq_cmd cmd;
	int ret = cmdq_fetch(&g->vcx->dma, GUEST_CMDQ, &cmd);

	if (ret == CMDQ_OK)
		cmdq_free(&cmd);
	else
		expect(!cmd.in && !cmd.out);
	return ret;
}

static void lengths(void)
{
	static const u32 lens[] = { 8, 15, 16, 17, 527, 528, 529, 1040, 4112, 16400 };
	u8 in[16400], out[16400];
	struct guest g;

	guest_init(&g);
	for (u32 i = 0; i < sizeof(in); i++)
		in[i] = (u8)(i * 31 + i / 256);
	for (unsigned int i = 0; i < ARRAY_SIZE(lens); i++) {
		struct cmdq_cmd cmd;

		guest_lay_out(&g, in, lens[i], lens[i]);
		expect(cmdq_fetch(&g.vcx->dma, GUEST_CMDQ, &cmd) == CMDQ_OK);
		expect(cmd.in_len == lens[i] && cmd.out_len == lens[i]);
		expect(!memcmp(cmd.in, in, lens[i]));
		memcpy(cmd.out, in, lens[i]);
		expect(cmdq_put_output(&g.vcx->dma, &cmd) == CMDQ_OK);
		cmdq_free(&cmd);
		memset(out, 0, sizeof(out));
		memcpy(out, guest_at(&g, GUEST_CMDQ) + 32, min_size(lens[i], 16));
		for (u32 off = 16; off < lens[i]; off += 512)
			memcpy(out + off, guest_at(&g, GUEST_OUT + (off - 16) / 512 * 1024),
			       min_size(lens[i] - off, 512));
		expect(!memcmp(out, in, lens[i]));
	}
	guest_exit(&g);
}

static void bad_entries(void)
{
	u8 in[64] = { 0 };
	struct guest g;
	u8 *e;

	guest_init(&g);
	e = guest_at(&g, GUEST_CMDQ);
	guest_lay_out(&g, in, sizeof(in), 64);
	expect(fetch(&g) == CMDQ_OK);
	e[63] = 0;
	expect(fetch(&g) == -EAGAIN);
	e[63] = 1;
	e[0] = 0;
	expect(fetch(&g) == CMDQ_BAD_DESCRIPTOR);
	e[0] = 7;
	put_be32(e + 4, 7);
	expect(fetch(&g) == CMDQ_BAD_IN_LEN);
	put_be32(e + 4, 0xffffffff);
	expect(fetch(&g) == CMDQ_BAD_IN_LEN);
	put_be32(e + 4, 64);
	put_be32(e + 56, 0);
	expect(fetch(&g) == CMDQ_BAD_OUT_LEN);
	put_be32(e + 56, CMDQ_MAX_LEN + 1);
	expect(fetch(&g) == CMDQ_BAD_OUT_LEN);
	guest_exit(&g);
}

static void bad_pointers(void)
{
	static const u64 ptrs[] = {
		0, 1, GUEST_IN + 1, GUEST_IN + 256, GUEST_BASE - 512,
		GUEST_BASE + GUEST_SIZE - 512, GUEST_BASE + GUEST_SIZE, ~511ull, UINT64_MAX,
	};
	u8 in[64] = { 0 };
	struct guest g;

	guest_init(&g);
	for (unsigned int i = 0; i < ARRAY_SIZE(ptrs); i++) {
		u8 *e = guest_at(&g, GUEST_CMDQ);

		guest_lay_out(&g, in, sizeof(in), 64);
		put_be64(e + 8, ptrs[i]);
		expect(fetch(&g) == CMDQ_BAD_IN_PTR);
		guest_lay_out(&g, in, sizeof(in), 64);
		put_be64(e + 48, ptrs[i]);
		fw_doorbell(g.vcx, 1);
		expect(e[63] == CMDQ_BAD_OUT_PTR << 1);
	}
	expect(g.vcx->stats.undeliverable == ARRAY_SIZE(ptrs));
	guest_exit(&g);
}

static void bad_chains(void)
{
	u8 in[16 + 4 * 512] = { 0 };
	struct guest g;

	guest_init(&g);
	/* A block whose next pointer is the block itself, or the first one */
	guest_lay_out(&g, in, sizeof(in), 16);
	put_be64(guest_at(&g, GUEST_IN + 1024) + 560, GUEST_IN + 1024);
	expect(fetch(&g) == CMDQ_BAD_BLOCK_NUM);
	put_be64(guest_at(&g, GUEST_IN + 1024) + 560, GUEST_IN);
	expect(fetch(&g) == CMDQ_BAD_BLOCK_NUM);
	/* A chain that is shorter than the length of the input */
	put_be64(guest_at(&g, GUEST_IN + 1024) + 560, 0);
	expect(fetch(&g) == CMDQ_BAD_IN_PTR);
	guest_lay_out(&g, in, sizeof(in), 16);
	guest_at(&g, GUEST_IN + 2 * 1024)[573] ^= 1;
	expect(fetch(&g) == CMDQ_BAD_TOKEN);
	/* A longer chain is allowed. */
	guest_lay_out(&g, in, sizeof(in), 16);
	put_be64(guest_at(&g, GUEST_IN + 3 * 1024) + 560, GUEST_IN);
	expect(fetch(&g) == CMDQ_OK);
	guest_exit(&g);
}

static void queue_outside_memory(void)
{
	struct guest g;

	guest_init(&g);
	fw_set_cmdq(g.vcx, GUEST_BASE + GUEST_SIZE - 64);
	fw_doorbell(g.vcx, 0xfffffffe);
	fw_set_cmdq(g.vcx, ~0xfffull);
	fw_doorbell(g.vcx, 0xffffffff);
	fw_set_cmdq(g.vcx, 0);
	fw_doorbell(g.vcx, 0xffffffff);
	expect(g.vcx->stats.undeliverable == 31 + 32 && !g.vcx->stats.total);
	guest_exit(&g);
}

static void hand_back(void)
{
	u8 in[16] = { 0x08, 0x0d }, out[16], sum = 0;
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	expect(guest_send(&g, in, sizeof(in), out, sizeof(out)) == CMDQ_OK);
	for (unsigned int i = 0; i < 64; i++)
		sum ^= guest_at(&g, GUEST_CMDQ)[i];
	expect(sum == 0xff);
	guest_exit(&g);
}

static void faults(void)
{
	u8 in[16] = { 0x08, 0x0d }, out[16];
	struct vcx_fault *rule;
	struct guest g;

	guest_init(&g);
	guest_bring_up(&g);
	rule = fault_get(g.vcx, 0x80d);
	rule->status = 9;
	rule->syndrome = 0x12345678;
	rule->refuse.count = 1;
	expect(!guest_send(&g, in, sizeof(in), out, sizeof(out)));
	expect(out[0] == 9 && get_be32(out + 4) == 0x12345678);
	expect(!guest_send(&g, in, sizeof(in), out, sizeof(out)) && !out[0]);
	rule->lose.count = 1;
	expect(guest_send(&g, in, sizeof(in), out, sizeof(out)) == -1);
	expect(fw_run_timers(g.vcx) == -1);
	/* The device still owns the slot: another doorbell is ignored. */
	fw_doorbell(g.vcx, 1);
	expect(g.vcx->stats.undeliverable == 1);
	expect(fw_release_lost(g.vcx) == 1 && !(guest_at(&g, GUEST_CMDQ)[63] & 1));
	rule->delay_ms = 20;
	expect(guest_send(&g, in, sizeof(in), out, sizeof(out)) == -1);
	guest_advance(MS_TO_NS);
	expect(fw_run_timers(g.vcx) == 19);
	guest_advance(19 * MS_TO_NS - 1);
	expect(fw_run_timers(g.vcx) == 1 && (guest_at(&g, GUEST_CMDQ)[63] & 1));
	guest_advance(1);
	expect(fw_run_timers(g.vcx) == -1);
	expect(!(guest_at(&g, GUEST_CMDQ)[63] & 1));
	guest_exit(&g);
}

static const struct ktap_test tests[] = {
	{ "every_length_both_ways", lengths },
	{ "bad_entries", bad_entries },
	{ "bad_pointers", bad_pointers },
	{ "chains_that_loop_or_end", bad_chains },
	{ "queue_outside_memory", queue_outside_memory },
	{ "entry_handed_back_signed", hand_back },
	{ "status_loss_and_delay", faults },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
