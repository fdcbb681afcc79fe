/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Big-endian fields at any address, under the names that Linux has for them.
 */
#ifndef _FWCTL_TOOL_MLX5_BE_H
#define _FWCTL_TOOL_MLX5_BE_H

#include <endian.h>
#include <string.h>
#include <linux/types.h>

static inline __u16 get_unaligned_be16(const void *at)
{
	__u16 be;

	memcpy(&be, at, sizeof(be));
	return be16toh(be);
}

static inline __u32 get_unaligned_be32(const void *at)
{
	__u32 be;

	memcpy(&be, at, sizeof(be));
	return be32toh(be);
}

static inline __u64 get_unaligned_be64(const void *at)
{
	__u64 be;

	memcpy(&be, at, sizeof(be));
	return be64toh(be);
}

static inline void put_unaligned_be16(__u16 value, void *at)
{
	value = htobe16(value);
	memcpy(at, &value, sizeof(value));
}

static inline void put_unaligned_be32(__u32 value, void *at)
{
	value = htobe32(value);
	memcpy(at, &value, sizeof(value));
}

static inline void put_unaligned_be64(__u64 value, void *at)
{
	value = htobe64(value);
	memcpy(at, &value, sizeof(value));
}

#endif
