/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of the items of the non-volatile configuration.
 */
#ifndef VCX_NVTABLE_H
#define VCX_NVTABLE_H

#include "util.h"

/* Class, bits 31:24 of an item's type; the comments have the other bits. */
enum nv_class {
	NV_GLOBAL	= 0,	/* index 23:0 */
	NV_PORT		= 1,	/* port 23:16, from 1; index 15:0 */
	NV_FUNCTION	= 3,	/* host 23:18, function 17:10, index 9:0 */
	NV_HOST		= 7,	/* host 23:18, index 17:0 */
	NV_MODULE	= 9,	/* module 23:14, index 13:0 */
};

/* A field: in the big-endian dword at byte @at, @width bits from bit @bit up. */
struct nv_field {
	u8 at;
	u8 bit;
	u8 width;	/* 0 ends a list */
};

struct nv_value {
	u8 at;
	u8 bit;
	u8 width;
	u32 value;
};

enum nv_kind {
	NV_PLAIN,
	NV_COLD,	/* the firmware reads it only after a power cycle */
	NV_READ_ONLY,
};

struct nv_tlv {
	u8 class;
	u8 version;
	u16 index;
	u16 len;
	enum nv_kind kind;
	const char *name;
	const struct nv_value *values;	/* of the default; other bits are zero */
};

/* @field of an item must not exceed @cap of a capability item. */
struct nv_limit {
	u8 class;
	u16 index;
	struct nv_field field;
	u8 cap_class;
	u16 cap_index;
	struct nv_field cap;
};

extern const struct nv_tlv nv_types[];
extern const unsigned int nv_ntypes;
extern const struct nv_limit nv_limits[];
extern const unsigned int nv_nlimits;

#endif
