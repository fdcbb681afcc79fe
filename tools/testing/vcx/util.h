/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fixed-size types and unaligned big-endian access: all interfaces of the device
 * except PCI configuration space are big-endian.
 */
#ifndef VCX_UTIL_H
#define VCX_UTIL_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define BIT(n)		(1u << (n))
#define BIT_ULL(n)	(1ull << (n))

#define PRINTF_LIKE(fmt, args) __format__(printf, fmt, args)

#define MS_TO_NS	1000000ull

static inline u16 get_be16(const void *p)
{
	const u8 *b = p;

	return (u16)(b[0] << 8 | b[1]);
}

static inline u32 get_be32(const void *p)
{
	const u8 *b = p;

	return (u32)b[0] << 24 | (u32)b[1] << 16 | (u32)b[2] << 8 | b[3];
}

static inline u64 get_be64(const void *p)
{
	const u8 *b = p;

	return (u64)get_be32(b) << 32 | get_be32(b + 4);
}

static inline void put_be16(void *p, u16 v)
{
	u8 *b = p;

	b[0] = (v >> 8) & 0xff;
	b[1] = v & 0xff;
}

static inline void put_be32(void *p, u32 v)
{
	put_be16(p, (v >> 16) & 0xffff);
	put_be16((u8 *)p + 2, v & 0xffff);
}

static inline void put_be64(void *p, u64 v)
{
	put_be32(p, v >> 32);
	put_be32((u8 *)p + 4, v & 0xffffffff);
}

/* A field of the big-endian dword at @p: @width bits, at most 32, from bit @bit up. */
static inline u32 get_bits(const void *p, u8 bit, u8 width)
{
	return (u32)((u64)get_be32(p) >> bit & (BIT_ULL(width) - 1));
}

static inline void put_bits(void *p, u8 bit, u8 width, u32 value)
{
	u32 mask = (u32)((BIT_ULL(width) - 1) << bit);

	put_be32(p, (get_be32(p) & ~mask) | (value << bit & mask));
}

static inline size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

static inline size_t max_size(size_t a, size_t b)
{
	return a > b ? a : b;
}

/*
 * Monotonic time in nanoseconds, never 0. clock.c reads it from the host. Unit
 * tests and fuzzers link tests/guest.c instead, where only the test moves it.
 */
u64 now_ns(void);

/*
 * Converts hexadecimal text to bytes. Returns their number, or -1 if the text has
 * another character, an odd length, or more than @max bytes.
 */
int hex_decode(const char *hex, u8 *out, size_t max);

/* Converts bytes to hexadecimal text; @out holds 2 * @len + 1 characters. */
void hex_encode(const u8 *in, size_t len, char *out);

/*
 * The log: a text file. Its rate is limited because a guest can cause a million
 * messages a second.
 */
enum log_level {
	LOG_ERROR,
	LOG_GUEST,	/* vcx refused or ignored an action of the guest */
	LOG_INFO,
	LOG_DEBUG,
};

struct log {
	FILE *file;
	enum log_level level;
	u64 window_ns;		/* start of the current one-second window */
	unsigned int in_window;
	u64 suppressed;
};

void log_init(struct log *log, FILE *file, enum log_level level);
__attribute__((PRINTF_LIKE(3, 4)))
void log_msg(struct log *log, enum log_level level, const char *fmt, ...);

#endif
