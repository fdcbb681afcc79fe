/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages about a card's parts: a list of reads, and a list of lines, each of which names
 * a field of one of the answers, and the form of its value.
 */
#ifndef __FWCTL_MLX5_PAGE_H
#define __FWCTL_MLX5_PAGE_H

#include "fields.h"

#define MAX_LANES 8
#define MAX_READS 8
/* PTYS, proto_mask, and PDDR, proto_active. */
#define INFINIBAND 1
#define ETHERNET 4

/**
 * struct page_read - a read of a register. The keys local_port and module are those of
 * the page, proto_mask is the protocol of the link.
 * @reg: name of the register
 * @key: another key that is set, or NULL
 * @value: its value
 */
struct page_read {
	const char *reg;
	const char *key;
	__u64 value;
};

enum form {
	FORM_NUMBER,	/* as it is */
	FORM_NAME,	/* the name in the layout */
	FORM_TEXT,
	FORM_SCALED,	/* times line.scale */
	FORM_SIGNED,	/* two's complement, times line.scale */
	FORM_SHIFTED,	/* 1 << value, times line.scale */
	FORM_BER,	/* a coefficient and an exponent of 10 */
	FORM_BITS,	/* line.names by bit */
	FORM_SPEEDS,	/* a mask of PTYS for the protocol of the link */
	FORM_HIGHEST,	/* the number in line.names of the highest bit */
	FORM_LENGTH,	/* of a cable */
	FORM_POWER,	/* class of power */
	FORM_TECHNOLOGY,
	FORM_ERROR,	/* of a module, if its state is error */
};

enum line_flags {
	LINE_UP = 1 << 0,	/* has a meaning while the link is up */
	LINE_PLUGGED = 1 << 1,	/* has a meaning with a module */
	LINE_UNKNOWN_0 = 1 << 2,	/* 0 is not known */
	LINE_LANES = 1 << 3,	/* a value for each lane, # in the field's name */
};

/**
 * struct line - a value of a page
 * @key: key in the result
 * @unit: its unit in text, or NULL
 * @read: the read, by number
 * @flags: &enum line_flags
 * @form: form of the value
 * @field: name of the field
 * @scale: factor
 * @decimals: digits behind the point, with @scale
 * @names: names of bits, NULL where there is none
 * @cap: field with a bit that tells whether the value is measured, or NULL. A value
 *	that is not 0 is shown without it.
 * @bit: this bit
 */
struct line {
	const char *key;
	const char *unit;
	__u8 read;
	__u8 flags;
	enum form form;
	const char *field;
	double scale;
	int decimals;
	const char *const *names;
	const char *cap;
	__u8 bit;
};

#define LINE(_key, _unit, _read, _flags, _form, _field, ...) \
	{ .key = _key, .unit = _unit, .read = _read, .flags = _flags, .form = _form, \
	  .field = _field, __VA_ARGS__ }
#define SCALE(_scale, _decimals) .scale = _scale, .decimals = _decimals
#define IF_BIT(_cap, _bit) .cap = _cap, .bit = _bit

/**
 * struct page - the answers to a page's reads
 * @regs: the answers
 * @valid: a bit for each read that succeeded
 * @lanes: number of lanes of the port
 * @protocol: INFINIBAND or ETHERNET
 * @up: the link is up
 * @plugged: there is a module
 */
struct page {
	struct field_reg regs[MAX_READS];
	unsigned int valid;
	unsigned int lanes;
	__u64 protocol;
	bool up;
	bool plugged;
};

/* Bits in a list of names. */
#define MAX_BITS 32
extern const char * const page_ext_speeds[MAX_BITS];

/* page.c */
int page_begin(struct run *run, struct page *page, const struct page_read *reads,
	       unsigned int *port, struct fwctl_dev **dev);
int page_read_all(struct run *run, struct fwctl_dev *dev, struct page *page,
		  const struct page_read *reads, unsigned int port);
void page_lines(const struct page *page, const struct line *lines, json_object *result);
void page_text(struct run *run, const struct line *lines);

#endif
