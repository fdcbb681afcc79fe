// SPDX-License-Identifier: GPL-2.0-only
#include "nvconfig.h"

static const struct nv_tlv *type_of(int item)
{
	return &nv_types[(unsigned int)item / NV_INSTANCES];
}

static unsigned int instance_of(int item)
{
	return (unsigned int)item % NV_INSTANCES;
}

static unsigned int instances(const struct nv_tlv *t)
{
	switch (t->class) {
	case NV_GLOBAL:
		return 1;
	case NV_FUNCTION:
		return NV_HOSTS * NV_FUNCTIONS;
	case NV_HOST:
		return NV_HOSTS;
	default:
		return NV_PORTS;
	}
}

static int find(u8 class, u32 index, unsigned int instance)
{
	for (unsigned int i = 0; i < nv_ntypes; i++) {
		const struct nv_tlv *t = &nv_types[i];

		if (t->class == class && t->index == index && instance < instances(t))
			return (int)(i * NV_INSTANCES + instance);
	}
	return -1;
}

int nv_find(u32 type, int function)
{
	u8 class = (u8)(type >> 24);
	u32 host = type >> 18 & 0x3f, pf = type >> 10 & 0xff;

	switch (class) {
	case NV_GLOBAL:
		return find(class, type & 0xffffff, 0);
	case NV_PORT:
		return find(class, type & 0xffff, (type >> 16 & 0xff) - 1);
	case NV_FUNCTION:
		if (function < 0 && pf >= NV_FUNCTIONS)
			return -1;
		return find(class, type & 0x3ff,
			    function < 0 ? host * NV_FUNCTIONS + pf : (unsigned int)function);
	case NV_HOST:
		return find(class, type & 0x3ffff, function < 0 ? host : 0);
	case NV_MODULE:
		return find(class, type & 0x3fff, type >> 14 & 0x3ff);
	default:
		return -1;
	}
}

int nv_next(int item)
{
	for (; item >= 0 && (unsigned int)item < nv_ntypes * NV_INSTANCES; item++) {
		if (instance_of(item) < instances(type_of(item)))
			return item;
	}
	return -1;
}

u32 nv_type(int item)
{
	const struct nv_tlv *t = type_of(item);
	u32 type = (u32)t->class << 24 | t->index;

	switch (t->class) {
	case NV_PORT:
		return type | (instance_of(item) + 1) << 16;
	case NV_FUNCTION:
		return type | instance_of(item) / NV_FUNCTIONS << 18 |
		       instance_of(item) % NV_FUNCTIONS << 10;
	case NV_HOST:
		return type | instance_of(item) << 18;
	case NV_MODULE:
		return type | instance_of(item) << 14;
	default:
		return type;
	}
}

const char *nv_name(int item)
{
	return type_of(item)->name;
}

u16 nv_len(int item)
{
	return type_of(item)->len;
}

u8 nv_version(int item)
{
	return type_of(item)->version;
}

bool nv_writable(const struct nv_config *nv, int item)
{
	return type_of(item)->kind != NV_READ_ONLY && !nv->items[item].locked;
}

bool nv_has_host(const struct nv_config *nv, int item)
{
	unsigned int host = 0;

	if (type_of(item)->class == NV_FUNCTION)
		host = instance_of(item) / NV_FUNCTIONS;
	else if (type_of(item)->class == NV_HOST)
		host = instance_of(item);
	return !host || host < nv->hosts;
}

bool nv_stored(const struct nv_config *nv, int item, enum nv_set set)
{
	const struct nv_item *i = &nv->items[item];

	if (set == NV_NEXT)
		return !i->next_unset;
	return set == NV_CURRENT ? !i->current_unset : !i->no_default;
}

u16 nv_stored_len(const struct nv_config *nv, int item)
{
	return nv->items[item].old_len ? nv->items[item].old_len : nv_len(item);
}

u8 nv_stored_version(const struct nv_config *nv, int item)
{
	return nv->items[item].old_len ? nv->items[item].old_version : nv_version(item);
}

static u32 field_of(const u8 *data, const struct nv_field *f)
{
	return get_bits(data + f->at, f->bit, f->width);
}

static void factory(const struct nv_config *nv, int item, u8 out[NV_MAX_DATA])
{
	memset(out, 0, NV_MAX_DATA);
	if (nv->items[item].no_default)
		return;
	if (nv->items[item].new_default) {
		memcpy(out, nv->items[item].factory, NV_MAX_DATA);
		return;
	}
	for (const struct nv_value *v = type_of(item)->values; v->width; v++)
		put_bits(out + v->at, v->bit, v->width, v->value);
}

void nv_init(struct nv_config *nv)
{
	nv->hosts = 1;
	for (int i = nv_next(0); i >= 0; i = nv_next(i + 1))
		nv_invalidate(nv, i);
	nv_load(nv, true);
}

void nv_load(struct nv_config *nv, bool cold)
{
	for (int i = nv_next(0); i >= 0; i = nv_next(i + 1)) {
		if (type_of(i)->kind == NV_COLD && !cold)
			continue;
		memcpy(nv->items[i].current, nv->items[i].next, NV_MAX_DATA);
		nv->items[i].current_writer = nv->items[i].next_writer;
		nv->items[i].current_unset = nv->items[i].next_unset;
	}
}

void nv_read(const struct nv_config *nv, int item, enum nv_set set, u8 *out)
{
	u8 value[NV_MAX_DATA];

	switch (set) {
	case NV_NEXT:
		memcpy(out, nv->items[item].next, nv_len(item));
		break;
	case NV_CURRENT:
		memcpy(out, nv->items[item].current, nv_len(item));
		break;
	case NV_FACTORY:
		factory(nv, item, value);
		memcpy(out, value, nv_len(item));
		break;
	}
}

u8 nv_writer(const struct nv_config *nv, int item, enum nv_set set)
{
	switch (set) {
	case NV_NEXT:
		return nv->items[item].next_writer;
	case NV_CURRENT:
		return nv->items[item].current_writer;
	default:
		return 0;
	}
}

bool nv_allowed(const struct nv_config *nv, int item, const u8 *data)
{
	const struct nv_tlv *t = type_of(item);

	for (unsigned int i = 0; i < nv_nlimits; i++) {
		const struct nv_limit *l = &nv_limits[i];
		int cap;

		if (l->class != t->class || l->index != t->index)
			continue;
		cap = find(l->cap_class, l->cap_index,
			   l->cap_class == l->class ? instance_of(item) : 0);
		if (cap < 0 || field_of(data, &l->field) >
			       field_of(nv->items[cap].current, &l->cap))
			return false;
	}
	return true;
}

static void store(struct nv_item *item, const u8 *data, u16 len, u8 writer)
{
	memcpy(item->next, data, len);
	item->next_writer = writer;
	item->next_unset = false;
	item->old_len = 0;
}

/* Stores the value of the other program, if nv-like has armed it. */
static void race(struct nv_config *nv, int item)
{
	if (nv->items[item].raced)
		store(&nv->items[item], nv->items[item].race, nv_len(item), 0);
	nv->items[item].raced = false;
}

void nv_write(struct nv_config *nv, int item, const u8 *data, u8 writer)
{
	store(&nv->items[item], data, nv_len(item), writer);
	race(nv, item);
}

void nv_invalidate(struct nv_config *nv, int item)
{
	factory(nv, item, nv->items[item].next);
	nv->items[item].next_writer = 0;
	nv->items[item].next_unset = nv->items[item].no_default;
	nv->items[item].old_len = 0;
	race(nv, item);
}

void nv_forget(struct nv_config *nv, int item)
{
	memset(nv->items[item].current, 0, NV_MAX_DATA);
	nv->items[item].no_default = true;
	nv->items[item].current_unset = true;
	nv_invalidate(nv, item);
}

void nv_set_default(struct nv_config *nv, int item, const u8 *data)
{
	memset(nv->items[item].factory, 0, NV_MAX_DATA);
	memcpy(nv->items[item].factory, data, nv_len(item));
	nv->items[item].new_default = true;
	if (!nv->items[item].next_writer)
		factory(nv, item, nv->items[item].next);
}

void nv_plain(struct nv_config *nv, int item)
{
	struct nv_item *i = &nv->items[item];

	i->no_default = false;
	i->current_unset = false;
	i->locked = false;
	i->raced = false;
	i->new_default = false;
	nv_invalidate(nv, item);
	memcpy(i->current, i->next, NV_MAX_DATA);
}
