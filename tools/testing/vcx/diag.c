// SPDX-License-Identifier: GPL-2.0-only
/*
 * Layouts of the commands: mlx5ctl's diag_cnt and mlx5_ifc.h of FreeBSD. Identifiers
 * of the counters: mlx5ctl's diag_cnt.
 */
#include <errno.h>

#include "vcx.h"

#define IN_CONTEXT	8u
#define CONTEXT_LEN	24u
#define CAP_LIST	64u
#define OUT_SAMPLES	16u
#define SAMPLE_LEN	16u

/* Bits 31:26 of the context's second dword. */
#define SINGLE		BIT(5)
#define REPETITIVE	BIT(4)
#define SYNC		BIT(3)
#define CLEAR		BIT(2)
#define ON_DEMAND	BIT(1)
#define ENABLE		BIT(0)
#define FLAGS_SHIFT	26

static const struct {
	u16 id;
	bool sync;		/* can be sampled together with other counters */
	u32 start;
	u32 rate;		/* per second */
} counters[DIAG_COUNTERS] = {
	{ 0x0401, true, 1200, 15 },		/* back pressure from datalink */
	{ 0x0402, true, 31, 1 },		/* outbound stalled writes */
	{ 0x0403, true, 12, 2 },		/* outbound stalled reads */
	{ 0x0406, true, 700123, 97656 },	/* RX data, 128 bytes */
	{ 0x0409, true, 90, 4 },		/* read stalled: no read engines */
	{ 0x040a, true, 45, 3 },		/* read stalled: no completion buffer */
	{ 0x040b, true, 8, 0 },			/* read stalled: ordering */
	{ 0x1001, false, 2193111, 11000 },	/* RX steering packets */
	{ 0x2001, false, 17, 0 },		/* send queue stopped: limited VL */
	{ 0x2006, false, 1843207, 9000 },	/* TX packets */
	{ 0x2c02, false, 1925103, 9400 },	/* line transmitted, port 1 */
	{ 0x2c03, false, 0, 0 },		/* line transmitted, port 2 */
	{ 0x2c04, false, 50, 1 },		/* line transmitted, loopback */
};

void diag_caps(u8 *page)
{
	put_be32(page, BIT(22) | DIAG_LOG_MAX_SAMPLES);	/* resource_dump */
	put_be32(page + 4, BIT(31) | BIT(30) | DIAG_LOG_MIN_PERIOD);
	for (unsigned int i = 0; i < DIAG_COUNTERS; i++)
		put_be32(page + CAP_LIST + 4 * i,
			 (counters[i].sync ? BIT(31) : 0) | counters[i].id);
}

static int counter_find(u16 id)
{
	for (unsigned int i = 0; i < DIAG_COUNTERS; i++) {
		if (counters[i].id == id)
			return (int)i;
	}
	return -ENOENT;
}

struct cmd_result diag_set(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	const u8 *context = cmd->in + IN_CONTEXT;
	struct diag d = {
		.count = get_be16(context),
		.log_samples = context[3],
		.flags = (u8)(get_be32(context + 4) >> FLAGS_SHIFT),
		.log_period = context[7],
		.enabled_ns = now_ns(),
	};

	if (d.count > DIAG_COUNTERS)
		return cmd_fail(ST_EXCEED_LIM, SYND_DIAG_COUNT);
	if (cmd->in_len < IN_CONTEXT + CONTEXT_LEN + 4u * d.count)
		return cmd_fail(ST_BAD_INPUT_LEN, SYND_BAD_INPUT_LEN);
	for (u32 i = 0; i < d.count; i++) {
		int counter = counter_find(get_be16(context + CONTEXT_LEN + 4 * i + 2));

		if (counter < 0)
			return cmd_fail(ST_BAD_PARAM, SYND_DIAG_COUNTER);
		if ((d.flags & SYNC) && !counters[counter].sync)
			return cmd_fail(ST_BAD_PARAM, SYND_DIAG_SYNC);
		d.counters[i] = (u16)counter;
	}
	if ((d.flags & ENABLE) &&
	    (!d.count || d.log_samples > DIAG_LOG_MAX_SAMPLES ||
	     (!(d.flags & ON_DEMAND) &&
	      (d.log_period < DIAG_LOG_MIN_PERIOD || d.log_period > 40)) ||
	     !(d.flags & (SINGLE | REPETITIVE | ON_DEMAND)) ||
	     (d.flags & (SINGLE | REPETITIVE)) == (SINGLE | REPETITIVE)))
		return cmd_fail(ST_BAD_PARAM, SYND_DIAG_PARAMS);
	vcx->card->diag = d;
	return cmd_ok();
}

struct cmd_result diag_query_params(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	const struct diag *d = &vcx->card->diag;
	u8 *context = cmd->out + IN_CONTEXT;

	if (cmd->out_len < IN_CONTEXT + CONTEXT_LEN + 4u * d->count)
		return cmd_fail(ST_BAD_OUTPUT_LEN, SYND_BAD_OUTPUT_LEN);
	put_be32(context, (u32)d->count << 16 | d->log_samples);
	put_be32(context + 4, (u32)d->flags << FLAGS_SHIFT | d->log_period);
	for (u32 i = 0; i < d->count; i++)
		put_be32(context + CONTEXT_LEN + 4 * i, counters[d->counters[i]].id);
	return cmd_ok();
}

/* The value of a counter at a time. */
static u64 value_at(const struct vcx *vcx, u32 counter, u64 ns)
{
	const struct diag *d = &vcx->card->diag;
	bool clear = d->flags & CLEAR;
	u64 elapsed_us = (ns - (clear ? d->enabled_ns : vcx->card->start_ns)) / 1000;

	return (clear ? 0 : counters[counter].start) +
	       elapsed_us * counters[counter].rate / 1000000;
}

/* The number of the latest sample at @place of the ring, or -1. */
static s64 sample_at(struct diag *d, u32 place, u64 now)
{
	u32 size = BIT(d->log_samples);
	u64 taken;

	if (d->flags & ON_DEMAND)
		return d->on_demand++;
	taken = (now - d->enabled_ns) >> d->log_period;
	if ((d->flags & SINGLE) && taken > size)
		taken = size;
	place %= size;
	if (taken <= place)
		return -1;
	return (s64)((taken - 1 - place) / size * size + place);
}

struct cmd_result diag_query(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	u32 samples = get_be16(cmd->in + 8), first = get_be16(cmd->in + 10);
	u32 room = (cmd->out_len - OUT_SAMPLES) / SAMPLE_LEN, n = 0;
	struct diag *d = &vcx->card->diag;
	u64 now = now_ns();

	if (!(d->flags & ENABLE))
		return cmd_fail(ST_BAD_SYS_STATE, SYND_DIAG_DISABLED);
	if (samples > BIT(d->log_samples))
		return cmd_fail(ST_BAD_PARAM, SYND_DIAG_COUNT);
	for (u32 i = 0; i < samples && n < room; i++) {
		s64 sample = sample_at(d, first + i, now);
		u64 ns = d->flags & ON_DEMAND ? now :
			 d->enabled_ns + ((u64)(sample + 1) << d->log_period);

		for (u32 c = 0; c < d->count && n < room && sample >= 0; c++, n++) {
			u8 *out = cmd->out + OUT_SAMPLES + SAMPLE_LEN * n;

			put_be16(out, counters[d->counters[c]].id);
			put_be16(out + 2, (u16)sample);
			put_be32(out + 4, (u32)(ns - vcx->start_ns));
			put_be64(out + 8, value_at(vcx, d->counters[c], ns));
		}
	}
	return cmd_ok();
}
