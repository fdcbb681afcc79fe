// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Bytes: numbers of either byte order at an address, and the buffers and views
 * in which recordings are written and read. Numbers in recordings are
 * little-endian, numbers in the messages of a ConnectX are big-endian.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"

/* The length of a string that is NULL. */
#define NO_STRING UINT32_MAX

__u32 fwctl_load_le32(const void *at)
{
	__u32 value;

	memcpy(&value, at, sizeof(value));
	return le32toh(value);
}

__u64 fwctl_load_le64(const void *at)
{
	__u64 value;

	memcpy(&value, at, sizeof(value));
	return le64toh(value);
}

__u32 fwctl_load_be32(const void *at)
{
	__u32 value;

	memcpy(&value, at, sizeof(value));
	return be32toh(value);
}

__u64 fwctl_load_be64(const void *at)
{
	__u64 value;

	memcpy(&value, at, sizeof(value));
	return be64toh(value);
}

void fwctl_store_le32(void *at, __u32 value)
{
	value = htole32(value);
	memcpy(at, &value, sizeof(value));
}

void fwctl_store_le64(void *at, __u64 value)
{
	value = htole64(value);
	memcpy(at, &value, sizeof(value));
}

void fwctl_store_be32(void *at, __u32 value)
{
	value = htobe32(value);
	memcpy(at, &value, sizeof(value));
}

void fwctl_store_be64(void *at, __u64 value)
{
	value = htobe64(value);
	memcpy(at, &value, sizeof(value));
}

/*
 * The CRC-32 of Ethernet and zip, four bits at a time. @crc is 0 or the CRC of
 * the bytes before @data.
 */
__u32 fwctl_crc32(__u32 crc, const void *data, size_t len)
{
	static const __u32 table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	const __u8 *bytes = data;

	crc = ~crc;
	while (len--) {
		crc ^= *bytes++;
		crc = table[crc & 15] ^ (crc >> 4);
		crc = table[crc & 15] ^ (crc >> 4);
	}
	return ~crc;
}

/*
 * Append @len bytes, copied from @data unless that is NULL. Returns their
 * address, which is valid until the next append, or NULL without memory; @buf
 * is then bad, and every later append fails, too.
 */
void *fwctl_put(struct fwctl_buffer *buf, const void *data, size_t len)
{
	size_t room = buf->room ? buf->room : 256;
	__u8 *at;

	if (buf->bad)
		return NULL;
	while (room - buf->len < len)
		room *= 2;
	if (room != buf->room) {
		at = realloc(buf->data, room);
		if (!at) {
			buf->bad = true;
			return NULL;
		}
		buf->data = at;
		buf->room = room;
	}
	at = buf->data + buf->len;
	if (data && len)
		memcpy(at, data, len);
	buf->len += len;
	return at;
}

void fwctl_put_u32(struct fwctl_buffer *buf, __u32 value)
{
	value = htole32(value);
	fwctl_put(buf, &value, sizeof(value));
}

void fwctl_put_u64(struct fwctl_buffer *buf, __u64 value)
{
	value = htole64(value);
	fwctl_put(buf, &value, sizeof(value));
}

/* A string is its length and its bytes, without a NUL; NULL is allowed. */
void fwctl_put_string(struct fwctl_buffer *buf, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	fwctl_put_u32(buf, text ? len : NO_STRING);
	fwctl_put(buf, text, len);
}

/* The next @len bytes, or NULL if there are fewer; @view is then bad. */
const void *fwctl_get(struct fwctl_view *view, size_t len)
{
	const void *data = view->data;

	if (view->bad || view->left < len) {
		view->bad = true;
		return NULL;
	}
	view->data += len;
	view->left -= len;
	return data;
}

__u32 fwctl_get_u32(struct fwctl_view *view)
{
	const void *data = fwctl_get(view, sizeof(__u32));

	return data ? fwctl_load_le32(data) : 0;
}

__u64 fwctl_get_u64(struct fwctl_view *view)
{
	const void *data = fwctl_get(view, sizeof(__u64));

	return data ? fwctl_load_le64(data) : 0;
}

/*
 * The next string, to be freed. NULL if the string is NULL or, with @view bad,
 * if it is cut off, has a NUL among its bytes, or memory is lacking.
 */
char *fwctl_get_string(struct fwctl_view *view)
{
	__u32 len = fwctl_get_u32(view);
	const char *data;
	char *text;

	if (len == NO_STRING || view->bad)
		return NULL;
	data = fwctl_get(view, len);
	if (data && memchr(data, 0, len))
		view->bad = true;
	text = view->bad ? NULL : strndup(data, len);
	view->bad |= !text;
	return text;
}
