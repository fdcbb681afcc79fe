/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The card's non-volatile configuration: items (TLVs) of up to 256 bytes. Each has
 * a default value, the current value, with which the firmware started, and the next
 * value, which the next start makes current. Items of the classes port, function
 * and module exist once for each port, function or module.
 */
#ifndef VCX_NVCONFIG_H
#define VCX_NVCONFIG_H

#include "util.h"

#define NV_HEADER	12u	/* header of an item, in registers */
#define NV_MAX_DATA	256u
#define NV_MAX_TYPES	224u
#define NV_INSTANCES	2u	/* ports, functions and modules */
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
};

struct nv_config {
	struct nv_item items[NV_MAX_ITEMS];	/* in the order of the table */
};

void nv_init(struct nv_config *nv);
/* A start of the firmware: the next values become current. */
void nv_load(struct nv_config *nv);
/*
 * The item of that type, or -1. If @function is not negative, it replaces the
 * function in the type.
 */
int nv_find(u32 type, int function);
/* The first existing item with a number of at least @item, or -1. */
int nv_next(int item);
u32 nv_type(int item);
const char *nv_name(int item);
u16 nv_len(int item);
u8 nv_version(int item);
bool nv_writable(int item);
/* Copies nv_len() bytes. */
void nv_read(const struct nv_config *nv, int item, enum nv_set set, u8 *out);
u8 nv_writer(const struct nv_config *nv, int item, enum nv_set set);
/* Whether the current capabilities allow the value. */
bool nv_allowed(const struct nv_config *nv, int item, const u8 *data);
void nv_write(struct nv_config *nv, int item, const u8 *data, u8 writer);
/* Sets the next value to the default. */
void nv_invalidate(struct nv_config *nv, int item);

#endif
