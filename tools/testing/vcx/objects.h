/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects that commands create, and firmware's own: numbers, contexts, and the
 * pages that memory keys translate to.
 */
#ifndef VCX_OBJECTS_H
#define VCX_OBJECTS_H

#include "util.h"

#define OBJECTS_MAX	8192u
#define CONTEXT_MAX	232u	/* the longest, a queue pair's */

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
	u32 last[OBJECT_KINDS];		/* the number given out last */
};

void objects_free(struct objects *o);
/* What firmware makes for itself when it is initialized. */
int objects_init(struct objects *o);
struct object *objects_find(const struct objects *o, enum object_kind kind, u32 number);
/* The nth of a kind, or NULL. */
struct object *objects_nth(const struct objects *o, enum object_kind kind, u32 n);
u32 object_context_len(enum object_kind kind);

struct vcx;
/* Copies to guest memory through a memory key; -EFAULT if it doesn't reach there. */
int mkey_write(struct vcx *vcx, u32 mkey, u64 addr, const u8 *data, u32 len);

#endif
