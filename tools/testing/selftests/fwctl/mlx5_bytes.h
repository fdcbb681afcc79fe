/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Big-endian numbers, as commands of mlx5 firmware have them, at any address.
 */
#ifndef __MLX5_BYTES_H
#define __MLX5_BYTES_H

#include <linux/types.h>

static inline void put_be16(__u8 *at, unsigned int value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static inline void put_be32(__u8 *at, __u32 value)
{
	put_be16(at, value >> 16);
	put_be16(at + 2, value & 0xffff);
}

static inline unsigned int get_be16(const __u8 *at)
{
	return at[0] << 8 | at[1];
}

static inline __u32 get_be32(const __u8 *at)
{
	return (__u32)get_be16(at) << 16 | get_be16(at + 2);
}

#endif
