/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects that commands create and objects that the firmware creates itself: their
 * numbers, their contexts, and the pages that memory keys translate to.
 */
#ifndef VCX_OBJECTS_H
#define VCX_OBJECTS_H

#include "util.h"

#define OBJECTS_MAX	8192u
#define CONTEXT_MAX	232u	/* that of a queue pair */

enum object_kind {
	OBJECT_PD,
	OBJECT_TD,
	OBJECT_MKEY,
	OBJECT_CQ,
	OBJECT_QP,
	OBJECT_TIS,
	OBJECT_Q_COUNTER,
	OBJECT_KINDS,
};

struct object {
	u8 kind;
	u32 number;
	u8 context[CONTEXT_MAX];
	u64 *pages;
	u32 npages;
};

struct objects {
	struct object *list;
	u32 count;
	u32 last[OBJECT_KINDS];		/* the number of the last created object */
};

void objects_free(struct objects *o);
/* Creates the firmware's own objects; 0 or -ENOMEM. */
int objects_init(struct objects *o);
struct object *objects_find(const struct objects *o, enum object_kind kind, u32 number);
/* The object number @n of a kind, counted from 0 in the order of creation, or NULL. */
struct object *objects_nth(const struct objects *o, enum object_kind kind, u32 n);
u32 object_context_len(enum object_kind kind);

struct vcx;
/* Writes to guest memory through a memory key; 0, or -EFAULT if the key does not allow it. */
int mkey_write(struct vcx *vcx, u32 mkey, u64 addr, const u8 *data, u32 len);

#endif
