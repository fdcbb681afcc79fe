// SPDX-License-Identifier: GPL-2.0-only
/*
 * Version and board of a file with a ConnectX's firmware: the format of ConnectX-5
 * and later (FS4, FS5), unless it is encrypted.
 *
 * A table of contents has an entry of 32 bytes for each section: type and length,
 * the address at 0x14. The section IMAGE_INFO has version and PSID. Numbers are
 * big-endian. A file is untrusted input: lengths and addresses are checked here.
 */
#include <ctype.h>
#include <string.h>

#include "be.h"
#include "fw.h"

#define ENTRY 32
#define IMAGE_INFO 0x10
#define TYPE_SHIFT 24
/* Lengths are whole dwords, addresses whole qwords. */
#define LENGTH 0xfffffcu
#define ADDRESS 0xfffffff8u

/* Within IMAGE_INFO. */
#define VERSION 4
#define PSID 0x24
#define INFO_LEN 0x34

static const __u8 image_magic[16] = {
	0x4d, 0x54, 0x46, 0x57, 0xab, 0xcd, 0xef, 0x00,
	0xfa, 0xde, 0x12, 0x34, 0x56, 0x78, 0xde, 0xad
};

static const __u8 toc_magic[16] = {
	0x49, 0x54, 0x4f, 0x43, 0x04, 0x08, 0x15, 0x16,
	0x23, 0x42, 0xca, 0xfa, 0xba, 0xca, 0xfe, 0x00
};

/* The section IMAGE_INFO, of INFO_LEN bytes at least; NULL if there is none. */
static const __u8 *find_info(const __u8 *data, size_t len)
{
	const __u8 *toc = memmem(data, len, toc_magic, sizeof(toc_magic));
	size_t at;

	if (!toc)
		return NULL;
	for (at = toc - data + ENTRY; at + ENTRY <= len; at += ENTRY) {
		__u32 head = get_unaligned_be32(data + at);
		__u32 address = get_unaligned_be32(data + at + 0x14) & ADDRESS;
		__u32 size = head & LENGTH;

		if (data[at] == 0xff)
			return NULL;
		if (head >> TYPE_SHIFT == IMAGE_INFO)
			return size >= INFO_LEN && address <= len &&
			       size <= len - address ? data + address : NULL;
	}
	return NULL;
}

/* Find version and board of a file; false if it does not have them. */
bool fw_image_parse(const struct buffer *file, struct fw_image *image)
{
	const __u8 *info = NULL;
	size_t i;

	if (file->len >= sizeof(image_magic) &&
	    !memcmp(file->data, image_magic, sizeof(image_magic)))
		info = find_info(file->data, file->len);
	if (!info)
		return false;
	memcpy(image->psid, info + PSID, sizeof(image->psid) - 1);
	image->psid[sizeof(image->psid) - 1] = 0;
	for (i = 0; image->psid[i]; i++)
		if (!isalnum((unsigned char)image->psid[i]) &&
		    image->psid[i] != '_')
			return false;
	snprintf(image->version, sizeof(image->version), "%u.%02u.%04u",
		 get_unaligned_be16(info + VERSION),
		 get_unaligned_be16(info + VERSION + 4),
		 get_unaligned_be16(info + VERSION + 6));
	return i;
}
