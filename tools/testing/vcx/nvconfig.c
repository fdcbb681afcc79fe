// SPDX-License-Identifier: GPL-2.0-only
#include "nvconfig.h"
#include "nvtable.h"

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
	return t->class == NV_GLOBAL || t->class == NV_HOST ? 1 : NV_INSTANCES;
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

	switch (class) {
	case NV_GLOBAL:
		return find(class, type & 0xffffff, 0);
	case NV_PORT:
		return find(class, type & 0xffff, (type >> 16 & 0xff) - 1);
	case NV_FUNCTION:
		return find(class, type & 0x3ff,
			    function < 0 ? type >> 10 & 0xff : (unsigned int)function);
	case NV_HOST:
		return find(class, type & 0x3ffff, 0);
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
		return type | instance_of(item) << 10;
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

bool nv_writable(int item)
{
	return !type_of(item)->read_only;
}

static u32 field_of(const u8 *data, const struct nv_field *f)
{
	return get_bits(data + f->at, f->bit, f->width);
}

static void factory(int item, u8 out[NV_MAX_DATA])
{
	memset(out, 0, NV_MAX_DATA);
	for (const struct nv_value *v = type_of(item)->values; v->width; v++)
		put_bits(out + v->at, v->bit, v->width, v->value);
}

void nv_init(struct nv_config *nv)
{
	for (int i = nv_next(0); i >= 0; i = nv_next(i + 1))
		nv_invalidate(nv, i);
	nv_load(nv);
}

void nv_load(struct nv_config *nv)
{
	for (int i = nv_next(0); i >= 0; i = nv_next(i + 1)) {
		memcpy(nv->items[i].current, nv->items[i].next, NV_MAX_DATA);
		nv->items[i].current_writer = nv->items[i].next_writer;
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
		factory(item, value);
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

void nv_write(struct nv_config *nv, int item, const u8 *data, u8 writer)
{
	memcpy(nv->items[item].next, data, nv_len(item));
	nv->items[item].next_writer = writer;
}

void nv_invalidate(struct nv_config *nv, int item)
{
	factory(item, nv->items[item].next);
	nv->items[item].next_writer = 0;
}
