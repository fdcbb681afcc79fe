/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device's non-volatile configuration: items (TLVs) of up to 256 bytes, each
 * with the factory's value, the one that firmware started with, and the one for
 * the next start.
 */
#ifndef VCX_NVCONFIG_H
#define VCX_NVCONFIG_H

#include "util.h"

#define NV_HEADER	12u	/* header of an item, in registers */
#define NV_MAX_DATA	256u
#define NV_MAX_ITEMS	64u

enum nv_set {
	NV_NEXT,
	NV_CURRENT,
	NV_FACTORY,
};

struct nv_item {
	u8 next[NV_MAX_DATA];
	u8 current[NV_MAX_DATA];
};

struct nv_config {
	struct nv_item items[NV_MAX_ITEMS];	/* in the order of the table */
};

void nv_init(struct nv_config *nv);
/* What firmware does when it starts. */
void nv_load(struct nv_config *nv);
/* The index of the item of that type, or -1. */
int nv_find(u32 type);
unsigned int nv_count(void);
u32 nv_type(int item);
u8 nv_len(int item);
bool nv_writable(int item);
/* Copies nv_len() bytes. */
void nv_read(const struct nv_config *nv, int item, enum nv_set set, u8 *out);
void nv_write(struct nv_config *nv, int item, const u8 *data);
/* Back to the factory's value at the next start. */
void nv_invalidate(struct nv_config *nv, int item);

#endif
