// SPDX-License-Identifier: GPL-2.0-only
/*
 * ACCESS_REG: reads and writes the registers of the table in regtable.c.
 */
#include <errno.h>
#include <stdlib.h>

#include "registers.h"

#define IN_OP_MOD	6
#define IN_REGISTER	10
#define DATA		16u	/* of the command, in both directions */

#define WAVE_PERIOD_NS	(16000 * MS_TO_NS)

/* A triangle wave: @middle at time 0, then rising. */
static u32 wave(u64 ns, u32 middle, u32 amplitude)
{
	const u64 quarter = WAVE_PERIOD_NS / 4;
	u64 phase = (ns + quarter) % WAVE_PERIOD_NS;
	u64 up = phase < 2 * quarter ? phase : WAVE_PERIOD_NS - phase;

	return middle - amplitude + (u32)(up * 2 * amplitude / (2 * quarter));
}

static u64 count(u64 ns, u64 start, u32 rate)
{
	return start + ns / 1000000000ull * rate + ns % 1000000000ull * rate / 1000000000ull;
}

static void field_put(u8 *out, const struct reg_field *f, const struct reg_access *a,
		      u64 running_ns, u64 since_ns)
{
	u64 n;

	switch (f->source) {
	case SRC_CONST:
		put_bits(out + f->at, f->bit, f->width, f->value);
		break;
	case SRC_KEPT:
		put_bits(out + f->at, f->bit, f->width,
			 get_bits(a->content + f->at, f->bit, f->width));
		break;
	case SRC_ECHO:
		put_bits(out + f->at, f->bit, f->width,
			 get_bits(a->in + f->at, f->bit, f->width));
		break;
	case SRC_WAVE:
		put_bits(out + f->at, f->bit, f->width, wave(running_ns, f->value, f->rate));
		break;
	case SRC_TEXT:
		memcpy(out + f->at, f->text, min_size(f->width, strlen(f->text)));
		break;
	case SRC_COUNT:
		n = since_ns ? count(now_ns() - since_ns, 0, f->rate) :
			       count(running_ns, f->value, f->rate);
		if (f->width == 64)
			put_be64(out + f->at, n);
		else
			put_bits(out + f->at, f->bit, f->width, (u32)n);
		break;
	}
}

static u32 index_of(const u8 *data, const struct reg_index *i)
{
	return i->width ? get_bits(data + i->at, i->bit, i->width) : 0;
}

static void echo_index(const struct reg_index *i, const struct reg_access *a)
{
	if (i->width)
		put_bits(a->out + i->at, i->bit, i->width, index_of(a->in, i));
}

static const struct reg_field *fields_of(const struct reg_type *type, const u8 *in)
{
	u32 select = index_of(in, &type->selector);

	if (!type->pages)
		return type->fields;
	for (const struct reg_page *p = type->pages; p->fields; p++) {
		if (p->select == select)
			return p->fields;
	}
	return NULL;
}

void fields_fill(struct vcx *vcx, const struct reg_field *fields, const struct reg_access *a,
		 u64 since_ns)
{
	u64 running_ns = now_ns() - vcx->card->start_ns;

	for (const struct reg_field *f = fields; f && f->width; f++)
		field_put(a->out, f, a, running_ns, since_ns);
}

/* A register can have fields on all its pages besides those of one page. */
static struct cmd_result table_access(struct vcx *vcx, const struct reg_type *type,
				      struct reg_access *a, struct reg_state *state)
{
	const struct reg_field *page = fields_of(type, a->in);

	if (type->pages && !page)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	if (type->clear.width && get_bits(a->in + type->clear.at, type->clear.bit, 1))
		state->cleared_ns = now_ns();
	if (!a->write && !type->fields && !type->pages) {
		memcpy(a->out, a->content, type->size);
	} else if (!a->write) {
		fields_fill(vcx, type->fields, a, state->cleared_ns);
		if (type->pages)
			fields_fill(vcx, page, a, state->cleared_ns);
	} else if (!type->fields && !type->pages) {
		memcpy(a->content, a->in, type->size);
	} else {
		for (const struct reg_field *f = type->fields; f && f->width; f++) {
			if (f->source == SRC_KEPT)
				put_bits(a->content + f->at, f->bit, f->width,
					 get_bits(a->in + f->at, f->bit, f->width));
		}
	}
	if (!a->write) {
		echo_index(&type->index, a);
		echo_index(&type->selector, a);
		if (type->alter)
			type->alter(vcx, a);
	}
	return cmd_ok();
}

static int reg_compare(const void *key, const void *element)
{
	return *(const u16 *)key - ((const struct reg_type *)element)->id;
}

static const struct reg_type *reg_find(u16 id)
{
	return bsearch(&id, reg_types, reg_ntypes, sizeof(reg_types[0]), reg_compare);
}

static struct reg_state *state_of(struct vcx *vcx, const struct reg_type *type, u32 instance)
{
	struct vcx *owner = type->flags & REG_CARD ? vcx->card->functions[0] : vcx;

	return &owner->regs[(type - reg_types) * VCX_REG_INSTANCES + instance];
}

int regs_init(struct vcx *vcx)
{
	vcx->regs = calloc(reg_ntypes * VCX_REG_INSTANCES, sizeof(*vcx->regs));
	if (!vcx->regs)
		return -ENOMEM;
	regs_reset(vcx);
	return 0;
}

void regs_reset(struct vcx *vcx)
{
	memset(vcx->regs, 0, reg_ntypes * VCX_REG_INSTANCES * sizeof(*vcx->regs));
	for (unsigned int i = 0; i < reg_ntypes * VCX_REG_INSTANCES; i++) {
		const struct reg_field *f = reg_types[i / VCX_REG_INSTANCES].fields;

		for (; f && f->width; f++) {
			if (f->source == SRC_KEPT)
				put_bits(vcx->regs[i].content + f->at, f->bit, f->width,
					 f->value);
		}
	}
}

u8 *regs_content(struct vcx *vcx, u16 id, u32 instance, u32 *len)
{
	const struct reg_type *type = reg_find(id);

	if (!type || instance >= VCX_REG_INSTANCES || (type->flags & REG_RO))
		return NULL;
	*len = type->size;
	return state_of(vcx, type, instance)->content;
}

struct cmd_result regs_access(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	const struct reg_type *type = reg_find(get_be16(cmd->in + IN_REGISTER));
	u16 op_mod = get_be16(cmd->in + IN_OP_MOD);
	struct reg_access a = {
		.in = cmd->in + DATA,
		.out = cmd->out + DATA,
		.in_len = cmd->in_len - DATA,
		.out_len = cmd->out_len - DATA,
		.write = !op_mod,
	};
	struct reg_state *state;
	u32 instance = 0;

	if (!type)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_UNKNOWN);
	if (op_mod > 1)
		return cmd_fail(ST_BAD_PARAM, SYND_BAD_OP_MOD);
	if (a.in_len < (!a.write && type->read_in ? type->read_in : type->size))
		return cmd_fail(ST_BAD_INPUT_LEN, SYND_REG_LEN);
	if (a.out_len < type->size)
		return cmd_fail(ST_BAD_OUTPUT_LEN, SYND_REG_LEN);
	if (a.write && (type->flags & REG_RO))
		return cmd_fail(ST_BAD_PARAM, SYND_REG_READ_ONLY);
	if (type->index.width) {
		instance = index_of(a.in, &type->index) - type->index.first;
		if (instance >= type->index.count ||
		    ((type->flags & REG_PORT) && instance >= vcx->config.ports))
			return cmd_fail(ST_BAD_PARAM, SYND_REG_INDEX);
	}
	state = state_of(vcx, type, instance);
	a.type = type;
	a.instance = instance;
	a.content = state->content;
	if (type->access)
		return type->access(vcx, &a);
	return table_access(vcx, type, &a, state);
}
