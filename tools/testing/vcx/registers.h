/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface of register handlers. The caller, regs_access(), has checked the
 * access against the register's size and writes against REG_RO.
 */
#ifndef VCX_REGISTERS_H
#define VCX_REGISTERS_H

#include "vcx.h"

struct reg_type;

/*
 * One access. Both buffers hold at least the register, but @in of a read only
 * @read_in bytes if the register has that; @out is zero.
 */
struct reg_access {
	u8 *content;
	const u8 *in;
	u8 *out;
	u32 in_len;
	u32 out_len;
	bool write;
	u32 instance;	/* of @type->index, counted from its first one */
	const struct reg_type *type;
};

typedef struct cmd_result (*reg_handler)(struct vcx *vcx, struct reg_access *a);

/* Source of a field's value */
enum reg_source {
	SRC_CONST,	/* @value */
	SRC_KEPT,	/* the last value written, initially @value */
	SRC_ECHO,	/* the same field of the access */
	SRC_COUNT,	/* @value plus @rate per second; after a clear, @rate per second */
	SRC_WAVE,	/* rises and falls between @value - @rate and @value + @rate */
	SRC_TEXT,	/* @text, up to @width bytes */
};

/* A field: in the big-endian dword at byte @at, @width bits from bit @bit up. */
struct reg_field {
	u16 at;
	u8 bit;
	u8 width;	/* 0 ends a list; 64: two dwords */
	u8 source;
	u32 value;
	u32 rate;
	const char *text;
};

/* Initializers of fields in regtable.c and queries.c; END ends a list. */
#define CONST(_at, _bit, _width, _value) \
	{ .at = _at, .bit = _bit, .width = _width, .source = SRC_CONST, .value = _value }
#define COUNT(_at, _start, _rate) \
	{ .at = _at, .width = 64, .source = SRC_COUNT, .value = _start, .rate = _rate }
#define COUNT32(_at, _start, _rate) \
	{ .at = _at, .width = 32, .source = SRC_COUNT, .value = _start, .rate = _rate }
#define END	{ 0 }

/* The fields of the register while its selector is @select. */
struct reg_page {
	u32 select;
	const struct reg_field *fields;	/* NULL ends a list */
};

/* Selects an instance: a port, a lane. */
struct reg_index {
	u16 at;
	u8 bit;
	u8 width;	/* 0: one instance */
	u8 first;
	u8 count;	/* at most VCX_REG_INSTANCES */
};

enum reg_flags {
	REG_RO		= BIT(0),
	REG_CARD	= BIT(1),	/* the functions of a card share its content */
	REG_PORT	= BIT(2),	/* one instance for each port */
};

struct reg_type {
	u16 id;
	u16 size;
	u8 flags;
	u8 read_in;	/* input bytes that a read needs; 0: @size */
	const char *name;
	reg_handler access;	/* in place of fields and pages */
	struct reg_index index;
	struct reg_index selector;	/* @count: 0 */
	struct reg_index clear;		/* a bit that sets counters to zero */
	const struct reg_field *fields;	/* NULL, and no @pages: stores all bytes written */
	const struct reg_page *pages;
	/* Changes the answer to a read, as the faults of the link and sensors require. */
	void (*alter)(struct vcx *vcx, struct reg_access *a);
};

/* The content of one instance of a register */
struct reg_state {
	u8 content[VCX_REG_MAX];
	u64 cleared_ns;		/* 0: never */
};

/* regtable.c: sorted by id */
extern const struct reg_type reg_types[];
extern const unsigned int reg_ntypes;

static inline void put_text(u8 *to, size_t size, const char *text)
{
	memcpy(to, text, min_size(size, strlen(text)));
}

/* regs_nv.c: access to the configuration */
struct cmd_result mnvda_access(struct vcx *vcx, struct reg_access *a);
struct cmd_result mnvdi_access(struct vcx *vcx, struct reg_access *a);
struct cmd_result mnvqc_read(struct vcx *vcx, struct reg_access *a);
struct cmd_result mnvia_access(struct vcx *vcx, struct reg_access *a);
struct cmd_result mnvgc_read(struct vcx *vcx, struct reg_access *a);
struct cmd_result mnvgn_read(struct vcx *vcx, struct reg_access *a);

/*
 * regs.c: writes fields to an output. Counters count from @since_ns on, or from the
 * start of the card if @since_ns is 0.
 */
void fields_fill(struct vcx *vcx, const struct reg_field *fields, const struct reg_access *a,
		 u64 since_ns);

/* regs_misc.c: handlers of registers with more than fields */
struct cmd_result mgir_read(struct vcx *vcx, struct reg_access *a);
struct cmd_result mqis_read(struct vcx *vcx, struct reg_access *a);
struct cmd_result mfrl_access(struct vcx *vcx, struct reg_access *a);
struct cmd_result mroq_read(struct vcx *vcx, struct reg_access *a);
struct cmd_result paos_access(struct vcx *vcx, struct reg_access *a);
struct cmd_result dtor_read(struct vcx *vcx, struct reg_access *a);
struct cmd_result cap_map_read(struct vcx *vcx, struct reg_access *a);
struct cmd_result mcia_read(struct vcx *vcx, struct reg_access *a);
void link_alter(struct vcx *vcx, struct reg_access *a);
void pmaos_alter(struct vcx *vcx, struct reg_access *a);
void mtmp_alter(struct vcx *vcx, struct reg_access *a);

/* update.c: components of firmware */
struct cmd_result mcqs_read(struct vcx *vcx, struct reg_access *a);
struct cmd_result mcqi_read(struct vcx *vcx, struct reg_access *a);
struct cmd_result mcc_access(struct vcx *vcx, struct reg_access *a);
struct cmd_result mcda_access(struct vcx *vcx, struct reg_access *a);

/* dump.c */
struct cmd_result resource_dump_access(struct vcx *vcx, struct reg_access *a);

#endif
