/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The card's non-volatile configuration: items (TLVs) of up to 256 bytes. Each has
 * a default value, the current value, with which the firmware started, and the next
 * value, which the next start makes current. Items of the classes port, function,
 * host and module exist once for each of these. The requesting functions are those of
 * host 0.
 */
#ifndef VCX_NVCONFIG_H
#define VCX_NVCONFIG_H

#include "util.h"

#define NV_HEADER	12u	/* header of an item, in registers */
#define NV_MAX_DATA	256u
#define NV_MAX_TYPES	224u
#define NV_PORTS	2u	/* and modules */
#define NV_HOSTS	2u
#define NV_FUNCTIONS	2u	/* of each host */
#define NV_INSTANCES	(NV_HOSTS * NV_FUNCTIONS)	/* most of all classes */
#define NV_MAX_ITEMS	(NV_MAX_TYPES * NV_INSTANCES)

enum nv_set {
	NV_NEXT,
	NV_CURRENT,
	NV_FACTORY,
};

struct nv_item {
	u8 next[NV_MAX_DATA];
	u8 current[NV_MAX_DATA];
	u8 next_writer;		/* writer ID of MNVDA; 0: the default value */
	u8 current_writer;
	/* How cards in the field differ; the request nv-like sets these. */
	bool no_default;	/* without a written value none is stored */
	bool next_unset;	/* no next value is stored */
	bool current_unset;
	bool locked;		/* read-only on this card */
	u8 old_version;		/* the next value is stored with this version ... */
	u16 old_len;		/* ... and length; 0: with those of the table */
	bool new_default;	/* @factory is the default, not the table */
	u8 factory[NV_MAX_DATA];
	bool raced;		/* another program writes @race after the next write */
	u8 race[NV_MAX_DATA];
};

struct nv_config {
	unsigned int hosts;	/* whose items function 0 can access: 0, 1 or NV_HOSTS */
	struct nv_item items[NV_MAX_ITEMS];	/* in the order of the table */
};

void nv_init(struct nv_config *nv);
/*
 * A start of the firmware: the next values become current, some of them only at a
 * @cold one, after a power cycle.
 */
void nv_load(struct nv_config *nv, bool cold);
/*
 * The item of that type, or -1. If @function is not negative, the item is that of
 * this function of host 0, whatever the type says.
 */
int nv_find(u32 type, int function);
/* The first existing item with a number of at least @item, or -1. */
int nv_next(int item);
u32 nv_type(int item);
const char *nv_name(int item);
u16 nv_len(int item);
u8 nv_version(int item);
bool nv_writable(const struct nv_config *nv, int item);
/* Whether the card has the host that the item belongs to. */
bool nv_has_host(const struct nv_config *nv, int item);
/* Whether a value is stored that can be read. */
bool nv_stored(const struct nv_config *nv, int item, enum nv_set set);
/* Length and version of the stored next value. */
u16 nv_stored_len(const struct nv_config *nv, int item);
u8 nv_stored_version(const struct nv_config *nv, int item);
/* The item has no stored value until it is written. */
void nv_forget(struct nv_config *nv, int item);
/* Another default, as a later firmware has it. */
void nv_set_default(struct nv_config *nv, int item, const u8 *data);
/* Ends what nv-like has set. */
void nv_plain(struct nv_config *nv, int item);
/* Copies nv_len() bytes. */
void nv_read(const struct nv_config *nv, int item, enum nv_set set, u8 *out);
u8 nv_writer(const struct nv_config *nv, int item, enum nv_set set);
/* Whether the current capabilities allow the value. */
bool nv_allowed(const struct nv_config *nv, int item, const u8 *data);
void nv_write(struct nv_config *nv, int item, const u8 *data, u8 writer);
/* Sets the next value to the default. */
void nv_invalidate(struct nv_config *nv, int item);

/*
 * The table of the items of the non-volatile configuration.
 */
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
