// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "guest.h"

static u64 clock_ns = 3600 * 1000 * MS_TO_NS;

u64 now_ns(void)
{
	return clock_ns;
}

void guest_advance(u64 ns)
{
	clock_ns += ns;
}

void guest_init(struct guest *g)
{
	const struct vcx_config config = {
		.device_id = 0x101d,
		.uctx_cap = 0x5,
		.max_uctx = 4,
		.cmd_timeout_s = 5,
		.health_poll_ms = 1000,
		.ports = 1,
	};

	g->vcx = calloc(1, sizeof(*g->vcx));
	g->card = calloc(1, sizeof(*g->card));
	g->ram = calloc(1, GUEST_SIZE);
	if (!g->vcx || !g->card || !g->ram || vcx_init(g->vcx, g->card, &config, NULL, LOG_ERROR) ||
	    dma_map_mem(&g->vcx->dma, GUEST_BASE, GUEST_SIZE, DMA_PROT_READ | DMA_PROT_WRITE,
			g->ram))
		abort();
	fw_set_cmdq(g->vcx, GUEST_CMDQ);
}

void guest_join(struct guest *g, struct guest *first)
{
	const struct vcx_config config = { .device_id = 0x101d, .max_uctx = 4, .ports = 1 };

	*g = (struct guest){ .card = first->card };
	g->vcx = calloc(1, sizeof(*g->vcx));
	g->ram = calloc(1, GUEST_SIZE);
	if (!g->vcx || !g->ram || vcx_init(g->vcx, first->card, &config, NULL, LOG_ERROR) ||
	    dma_map_mem(&g->vcx->dma, GUEST_BASE, GUEST_SIZE, DMA_PROT_READ | DMA_PROT_WRITE,
			g->ram))
		abort();
	fw_set_cmdq(g->vcx, GUEST_CMDQ);
	guest_bring_up(g);
}

void guest_exit(struct guest *g)
{
	vcx_exit(g->vcx);
	free(g->vcx);
	free(g->card);
	free(g->ram);
}

u8 *guest_at(struct guest *g, u64 addr)
{
	if (addr < GUEST_BASE || addr - GUEST_BASE >= GUEST_SIZE)
		abort();
	return g->ram + (addr - GUEST_BASE);
}

static void guest_chain(struct guest *g, u64 at, u32 len)
{
	for (u32 num = 0, off = 16; off < len; num++, off += 512, at += 1024) {
		u8 *block = guest_at(g, at);

		put_be64(block + 560, off + 512 < len ? at + 1024 : 0);
		put_be32(block + 568, num);
		block[573] = GUEST_TOKEN;
	}
}

void guest_lay_out(struct guest *g, const u8 *in, u32 in_len, u32 out_len)
{
	u8 *e = guest_at(g, GUEST_CMDQ);

	memset(e, 0, 64);
	e[0] = 7;
	put_be32(e + 4, in_len);
	put_be64(e + 8, GUEST_IN);
	memcpy(e + 16, in, min_size(in_len, 16));
	put_be64(e + 48, GUEST_OUT);
	put_be32(e + 56, out_len);
	e[60] = GUEST_TOKEN;
	e[63] = 1;
	guest_chain(g, GUEST_IN, in_len);
	guest_chain(g, GUEST_OUT, out_len);
	for (u32 off = 16; off < in_len; off += 512)
		memcpy(guest_at(g, GUEST_IN + (off - 16) / 512 * 1024), in + off,
		       min_size(in_len - off, 512));
}

int guest_send(struct guest *g, const u8 *in, u32 in_len, u8 *out, u32 out_len)
{
	const u8 *e = guest_at(g, GUEST_CMDQ);

	guest_lay_out(g, in, in_len, out_len);
	fw_doorbell(g->vcx, 1);
	if (e[63] & 1)
		return -1;
	memcpy(out, e + 32, min_size(out_len, 16));
	for (u32 off = 16; off < out_len; off += 512)
		memcpy(out + off, guest_at(g, GUEST_OUT + (off - 16) / 512 * 1024),
		       min_size(out_len - off, 512));
	return e[63] >> 1;
}

int guest_command(struct guest *g, u16 opcode, u16 uid, u16 op_mod, u32 dw2, u32 dw3)
{
	u8 in[64] = { 0 }, out[4112];

	put_be16(in, opcode);
	put_be16(in + 2, uid);
	put_be16(in + 6, op_mod);
	put_be32(in + 8, dw2);
	put_be32(in + 12, dw3);
	return guest_send(g, in, sizeof(in), out, sizeof(out)) ? -1 : out[0];
}

int access_reg(struct guest *g, u16 id, u16 op_mod, const u8 *data, u8 *answer, u32 len)
{
	u8 in[2064] = { 0x08, 0x05 }, out[2064];

	put_be16(in + 6, op_mod);
	put_be16(in + 10, id);
	memcpy(in + 16, data, len);
	if (guest_send(g, in, 16 + len, out, 16 + len))
		return -1;
	memcpy(answer, out + 16, len);
	return out[0];
}

void guest_bring_up(struct guest *g)
{
	if (guest_command(g, 0x104, 0, 0, 0, 0) || guest_command(g, 0x102, 0, 0, 0, 0))
		abort();
}
