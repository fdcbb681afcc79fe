/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads from a kernel's own description of its types, BTF, where a member of a
 * structure is. Plain C without kernel functions, as feature.h.
 *
 * The format: Documentation/bpf/btf.rst of Linux, and <linux/btf.h>.
 */
#ifndef __CXL_FWCTL_BTF_H
#define __CXL_FWCTL_BTF_H

#include <linux/types.h>

/**
 * struct cxl_fwctl_btf - a description of types
 * @types: the types, one after the other
 * @types_len: length of @types in bytes
 * @strings: the names
 * @strings_len: length of @strings in bytes; the last one is 0
 */
struct cxl_fwctl_btf {
	const __u8 *types;
	__u32 types_len;
	const char *strings;
	__u32 strings_len;
};

/**
 * enum cxl_fwctl_btf_kind - kinds of members
 * @CXL_FWCTL_BTF_INTEGER: an integer
 * @CXL_FWCTL_BTF_STRUCT: a structure
 * @CXL_FWCTL_BTF_POINTER: a pointer to anything
 * @CXL_FWCTL_BTF_STRUCT_POINTER: a pointer to a structure
 * @CXL_FWCTL_BTF_SEND: a pointer to a function that takes two pointers to
 *	structures and returns an int
 */
enum cxl_fwctl_btf_kind {
	CXL_FWCTL_BTF_INTEGER,
	CXL_FWCTL_BTF_STRUCT,
	CXL_FWCTL_BTF_POINTER,
	CXL_FWCTL_BTF_STRUCT_POINTER,
	CXL_FWCTL_BTF_SEND,
};

/**
 * struct cxl_fwctl_btf_member - a member that a structure is expected to have
 * @structure: name of the structure
 * @member: name of the member
 * @kind: kind of the member
 * @of: name of the structure that the member is or points to, or that is the
 *	first parameter of its function; NULL if @kind has none
 * @of2: name of the structure that is the second parameter
 * @size: length of the member in bytes
 */
struct cxl_fwctl_btf_member {
	const char *structure;
	const char *member;
	enum cxl_fwctl_btf_kind kind;
	const char *of;
	const char *of2;
	__u32 size;
};

int cxl_fwctl_btf_open(struct cxl_fwctl_btf *btf, const void *data, size_t len);
int cxl_fwctl_btf_offset(const struct cxl_fwctl_btf *btf,
			 const struct cxl_fwctl_btf_member *member,
			 __u32 *offset);

#endif
