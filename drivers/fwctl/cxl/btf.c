// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds members of structures in BTF.
 *
 * Types have numbers, from 1, in the order in which they are stored; their
 * lengths differ, so that a type is found by a walk from the first one. A
 * kernel has some 150000, and this module looks for a few dozen, once.
 *
 * Everything is checked: that an offset is right is worth no more than the
 * description that it comes from. A name that two structures have is ambiguous,
 * and not found.
 */
#include <linux/btf.h>

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/string.h>
#else
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#endif

#include "btf.h"

/* Qualifiers and names for one type. */
#define MAX_ALIASES 16

struct type {
	struct btf_type head;
	const __u8 *rest;
	__u32 kind;
	__u32 vlen;
};

/* Bytes after the head of a type, or -1 for a kind that is not known. */
static long rest_len(__u32 kind, __u32 vlen)
{
	switch (kind) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
		return sizeof(__u32);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return vlen * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return vlen * sizeof(struct btf_enum);
	case BTF_KIND_FUNC_PROTO:
		return vlen * sizeof(struct btf_param);
	case BTF_KIND_VAR:
		return sizeof(struct btf_var);
	case BTF_KIND_DATASEC:
		return vlen * sizeof(struct btf_var_secinfo);
	case BTF_KIND_DECL_TAG:
		return sizeof(struct btf_decl_tag);
	case BTF_KIND_ENUM64:
		return vlen * sizeof(struct btf_enum64);
	default:
		return -1;
	}
}

/* Reads the type at @at and moves @at behind it, unless it is not whole. */
static bool next_type(const struct cxl_fwctl_btf *btf, __u32 *at,
		      struct type *type)
{
	__u32 left = btf->types_len - *at;
	long rest;

	if (left < sizeof(type->head))
		return false;
	memcpy(&type->head, btf->types + *at, sizeof(type->head));
	type->rest = btf->types + *at + sizeof(type->head);
	type->kind = BTF_INFO_KIND(type->head.info);
	type->vlen = BTF_INFO_VLEN(type->head.info);
	rest = rest_len(type->kind, type->vlen);
	left -= sizeof(type->head);
	if (rest < 0 || rest > left)
		return false;
	*at += sizeof(type->head) + rest;
	return true;
}

static bool find_type(const struct cxl_fwctl_btf *btf, __u32 id,
		      struct type *type)
{
	__u32 at = 0, i;

	for (i = 0; i < id; i++)
		if (!next_type(btf, &at, type))
			return false;
	return id;
}

static bool is_named(const struct cxl_fwctl_btf *btf, __u32 name,
		     const char *wanted)
{
	return name < btf->strings_len && !strcmp(btf->strings + name, wanted);
}

static int find_struct(const struct cxl_fwctl_btf *btf, const char *name,
		       struct type *found)
{
	bool is_found = false;
	struct type type;
	__u32 at = 0;

	while (at < btf->types_len) {
		if (!next_type(btf, &at, &type))
			return -EINVAL;
		if (type.kind != BTF_KIND_STRUCT ||
		    !is_named(btf, type.head.name_off, name))
			continue;
		if (is_found)
			return -ENOTUNIQ;
		is_found = true;
		*found = type;
	}
	return is_found ? 0 : -ENOENT;
}

/* A type without qualifiers, or behind names for it */
static bool find_plain_type(const struct cxl_fwctl_btf *btf, __u32 id,
			    struct type *type)
{
	int i;

	for (i = 0; i <= MAX_ALIASES; i++) {
		if (!find_type(btf, id, type))
			return false;
		switch (type->kind) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_CONST:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			id = type->head.type;
			break;
		default:
			return true;
		}
	}
	return false;
}

static bool is_struct(const struct cxl_fwctl_btf *btf, const struct type *type,
		      const char *name)
{
	return type->kind == BTF_KIND_STRUCT &&
	       is_named(btf, type->head.name_off, name);
}

static bool is_struct_pointer(const struct cxl_fwctl_btf *btf, __u32 id,
			      const char *name)
{
	struct type type;

	return find_plain_type(btf, id, &type) && type.kind == BTF_KIND_PTR &&
	       find_plain_type(btf, type.head.type, &type) &&
	       is_struct(btf, &type, name);
}

static bool is_int(const struct cxl_fwctl_btf *btf, __u32 id, __u32 size)
{
	struct type type;

	return find_plain_type(btf, id, &type) && type.kind == BTF_KIND_INT &&
	       type.head.size == size;
}

static bool is_send(const struct cxl_fwctl_btf *btf, const struct type *pointer,
		    const struct cxl_fwctl_btf_member *member)
{
	struct btf_param params[2];
	struct type type;

	if (!find_plain_type(btf, pointer->head.type, &type) ||
	    type.kind != BTF_KIND_FUNC_PROTO || type.vlen != 2)
		return false;
	memcpy(params, type.rest, sizeof(params));
	return is_int(btf, type.head.type, sizeof(int)) &&
	       is_struct_pointer(btf, params[0].type, member->of) &&
	       is_struct_pointer(btf, params[1].type, member->of2);
}

static bool is_as_expected(const struct cxl_fwctl_btf *btf, __u32 id,
			   const struct cxl_fwctl_btf_member *member)
{
	struct type type;

	if (!find_plain_type(btf, id, &type))
		return false;
	switch (member->kind) {
	case CXL_FWCTL_BTF_INTEGER:
		return is_int(btf, id, member->size);
	case CXL_FWCTL_BTF_STRUCT:
		return is_struct(btf, &type, member->of) &&
		       type.head.size == member->size;
	case CXL_FWCTL_BTF_POINTER:
		return type.kind == BTF_KIND_PTR;
	case CXL_FWCTL_BTF_STRUCT_POINTER:
		return is_struct_pointer(btf, id, member->of);
	case CXL_FWCTL_BTF_SEND:
		return type.kind == BTF_KIND_PTR && is_send(btf, &type, member);
	}
	return false;
}

/**
 * cxl_fwctl_btf_open - check the header of a description
 * @btf: receives the parts of the description
 * @data: the description, in memory that is valid as long as @btf
 * @len: length of @data in bytes
 *
 * Context: any.
 * Return: 0, or -EINVAL if @data is no BTF of this byte order.
 */
int cxl_fwctl_btf_open(struct cxl_fwctl_btf *btf, const void *data, size_t len)
{
	struct btf_header header;
	size_t rest;

	if (len < sizeof(header))
		return -EINVAL;
	memcpy(&header, data, sizeof(header));
	if (header.magic != BTF_MAGIC || header.version != BTF_VERSION ||
	    header.hdr_len < sizeof(header) || header.hdr_len > len)
		return -EINVAL;

	rest = len - header.hdr_len;
	if (header.type_off > rest || header.str_off > rest ||
	    header.type_len > rest - header.type_off ||
	    header.str_len > rest - header.str_off || !header.str_len)
		return -EINVAL;
	btf->types = (const __u8 *)data + header.hdr_len + header.type_off;
	btf->types_len = header.type_len;
	btf->strings = (const char *)data + header.hdr_len + header.str_off;
	btf->strings_len = header.str_len;
	return btf->strings[btf->strings_len - 1] ? -EINVAL : 0;
}

/**
 * cxl_fwctl_btf_offset - find where a member of a structure is
 * @btf: the description
 * @member: the member and its type
 * @offset: receives the offset of the member in bytes
 *
 * Context: any.
 * Return: 0; -ENOENT if there is no such structure or member; -ENOTUNIQ if
 * there are several; -EBADMSG if the member has another type or is outside of
 * the structure; -EINVAL if the description makes no sense.
 */
int cxl_fwctl_btf_offset(const struct cxl_fwctl_btf *btf,
			 const struct cxl_fwctl_btf_member *member,
			 __u32 *offset)
{
	struct type type = {};
	struct btf_member m;
	__u32 bits, i;
	int err;

	err = find_struct(btf, member->structure, &type);
	if (err)
		return err;
	for (i = 0; i < type.vlen; i++) {
		memcpy(&m, type.rest + i * sizeof(m), sizeof(m));
		if (is_named(btf, m.name_off, member->member))
			break;
	}
	if (i == type.vlen)
		return -ENOENT;

	bits = m.offset;
	if (BTF_INFO_KFLAG(type.head.info)) {
		if (BTF_MEMBER_BITFIELD_SIZE(m.offset))
			return -EBADMSG;
		bits = BTF_MEMBER_BIT_OFFSET(m.offset);
	}
	if (bits % 8 || bits / 8 > type.head.size ||
	    member->size > type.head.size - bits / 8 ||
	    !is_as_expected(btf, m.type, member))
		return -EBADMSG;
	*offset = bits / 8;
	return 0;
}
