// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files with a ConnectX's firmware, in the formats of ConnectX-5 and later (FS4, FS5).
 *
 * Behind a signature and the version of the format, hardware pointers lead to the parts
 * of the file: among them the table of contents (ITOC), which may be a sector behind
 * its pointer, and the section IMAGE_INFO with version and board. An encrypted file has
 * no readable table, but its IMAGE_INFO is plain. Numbers are big-endian. A file is
 * untrusted input: lengths, addresses and checksums are checked here.
 *
 * Facts: image_layout_layouts.h and the checks of mstflint.
 */
#include <ctype.h>
#include <string.h>

#include "be.h"
#include "fw.h"

#define FORMAT 0x10
#define POINTERS 0x18
#define POINTER_TOC 2
#define POINTER_INFO 10
#define SECTOR 0x1000

#define TOC_LEN 32
#define TYPE_INFO 0x10
#define TYPE_END 0xff
#define TYPE_SHIFT 24
/* Lengths are whole dwords; bit 31 of an address has another meaning. */
#define LENGTH 0xfffffcu
#define ADDRESS 0x7ffffffcu
/* In an entry of the table: the kind of the section's checksum, and the checksum. */
#define CRC_KIND 0x70000u
#define CRC_MASK 0xffffu

#define INFO_LEN 1024
#define INFO_VERSION 4
#define INFO_DATE 16
#define INFO_PSID 0x24
#define INFO_HARDWARE 280
#define INFO_PRODUCT 448

static const __u8 signature[16] = {
	0x4d, 0x54, 0x46, 0x57, 0xab, 0xcd, 0xef, 0x00,
	0xfa, 0xde, 0x12, 0x34, 0x56, 0x78, 0xde, 0xad
};

static const __u8 toc_signature[16] = {
	0x49, 0x54, 0x4f, 0x43, 0x04, 0x08, 0x15, 0x16,
	0x23, 0x42, 0xca, 0xfa, 0xba, 0xca, 0xfe, 0x00
};

/* Files that hold firmware in another form, by their first bytes. */
static const struct {
	const char *begin;
	size_t len;
	const char *what;
} packed[] = {
	{ "PK\3\4", 4, "a ZIP archive; unpack it" },
	{ "\x1f\x8b", 2, "compressed by gzip; unpack it" },
	{ "\3757zXZ", 6, "compressed by xz; unpack it" },
	{ "MLNX.MFA2.XZ.00!", 16,
	  "an MFA2 archive; use 'devlink dev flash', or extract the board's image" },
	{ "MFAR", 4, "an MFA archive for many boards; extract the board's image" },
	{ "\xf0\x18\x87\x8c\xcb\x7d\x49\x43\x98\x00\xa0\x2f\x05\x9a\xca\x02", 16,
	  "a PLDM package, for the controller of the host's board" },
	{ "\x12\x44\xd2\x64\x8d\x7d\x47\x18\xa0\x30\xfc\x8a\x56\x58\x7d\x5b", 16,
	  "a PLDM package, for the controller of the host's board" },
};

/* The checksum of headers and sections: polynomial 0x100b, complemented. */
static __u16 crc_of(const __u8 *data, size_t len)
{
	unsigned int crc = 0xffff, bit;
	size_t i;

	/* The polynomial is applied to 16 more bits, of zeros. */
	for (i = 0; i < len + 2; i++)
		for (bit = 8; bit--;) {
			unsigned int top = crc & 0x8000;

			crc = (crc << 1 | (i < len && data[i] >> bit & 1)) & 0xffff;
			if (top)
				crc ^= 0x100b;
		}
	return crc ^ 0xffff;
}

/* The checksum that hardware makes of a pointer: reflected, of six bytes. */
static __u16 pointer_crc(const __u8 *data)
{
	unsigned int crc = 0xffff, bit, i;

	for (i = 0; i < 6; i++) {
		crc ^= i < 2 ? data[i] ^ 0xff : data[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xd008 : crc >> 1;
	}
	return (crc << 8 | crc >> 8) & 0xffff;
}

/* An address from a hardware pointer; 0 if it is not set, false if it is damaged. */
static bool read_pointer(const struct buffer *file, unsigned int number, __u32 *address)
{
	const __u8 *entry = (const __u8 *)file->data + POINTERS + 8 * number;
	__u32 crc = get_unaligned_be32(entry + 4);

	*address = get_unaligned_be32(entry);
	if (*address == 0xffffffff) {
		*address = 0;
		return true;
	}
	return crc == pointer_crc(entry) || crc == crc_of(entry, 4);
}

/* The bytes at an address, or NULL if the file does not have them. */
static const __u8 *at(const struct buffer *file, __u64 address, size_t len)
{
	return address <= file->len && len <= file->len - address ?
	       (const __u8 *)file->data + address : NULL;
}

/* A header or an entry of the table has its checksum in its last two bytes. */
static bool is_sound(const __u8 *part)
{
	return get_unaligned_be16(part + TOC_LEN - 2) == crc_of(part, TOC_LEN - 4);
}

/* Find the table of contents; NULL if there is none that can be read. */
static const __u8 *find_toc(const struct buffer *file, __u64 *address)
{
	__u64 end = *address + SECTOR;
	const __u8 *toc;

	for (; *address <= end; *address += SECTOR) {
		toc = at(file, *address, TOC_LEN);
		if (toc && !memcmp(toc, toc_signature, sizeof(toc_signature)))
			return toc;
	}
	return NULL;
}

/*
 * Find IMAGE_INFO by the table at an address. Returns NULL, or the reason why not, and
 * sets *info to NULL if the table does not have it.
 */
static const char *walk_toc(const struct buffer *file, __u64 address, const __u8 **info)
{
	const __u8 *entry;
	__u32 head, crc;

	*info = NULL;
	for (address += TOC_LEN; (entry = at(file, address, TOC_LEN)) && *entry != TYPE_END;
	     address += TOC_LEN) {
		if (!is_sound(entry))
			return "an entry of its table of contents is damaged";
		head = get_unaligned_be32(entry);
		if (head >> TYPE_SHIFT != TYPE_INFO)
			continue;
		*info = at(file, get_unaligned_be32(entry + 0x14) & ADDRESS, head & LENGTH);
		if (!*info || (head & LENGTH) < INFO_LEN)
			return "its section IMAGE_INFO is too short, or behind the end";
		crc = get_unaligned_be32(entry + 0x18);
		return crc & CRC_KIND || (crc & CRC_MASK) == crc_of(*info, head & LENGTH) ?
		       NULL : "its section IMAGE_INFO is damaged";
	}
	return entry ? NULL : "its table of contents has no end";
}

/* Copy text up to a zero byte; false if it has other characters than those of names. */
static bool copy_name(char *to, const __u8 *from, size_t len)
{
	size_t i;

	memcpy(to, from, len);
	to[len] = '\0';
	for (i = 0; to[i]; i++)
		if (!isalnum((unsigned char)to[i]) && !strchr("_-.", to[i]))
			return false;
	return i;
}

static const char *read_info(const __u8 *info, struct fw_image *image)
{
	size_t i;

	if (*info)
		return "its section IMAGE_INFO has an unknown version";
	image->number[0] = get_unaligned_be16(info + INFO_VERSION);
	image->number[1] = get_unaligned_be16(info + INFO_VERSION + 4);
	image->number[2] = get_unaligned_be16(info + INFO_VERSION + 6);
	snprintf(image->version, sizeof(image->version), "%u.%02u.%04u", image->number[0],
		 image->number[1], image->number[2]);
	/* The digits of the date are decimal. */
	snprintf(image->date, sizeof(image->date), "%04x-%02x-%02x",
		 get_unaligned_be16(info + INFO_DATE), info[INFO_DATE + 2],
		 info[INFO_DATE + 3]);
	for (i = 0; i < ARRAY_SIZE(image->hardware); i++)
		image->hardware[i] = get_unaligned_be32(info + INFO_HARDWARE + 4 * i);
	if (!copy_name(image->product, info + INFO_PRODUCT, sizeof(image->product) - 1))
		*image->product = '\0';
	return copy_name(image->psid, info + INFO_PSID, sizeof(image->psid) - 1) ?
	       NULL : "it names no board";
}

/*
 * Read version and board from a file. Returns NULL, or a clause that says why the file
 * does not tell them.
 */
const char *fw_image_parse(const struct buffer *file, struct fw_image *image)
{
	const __u8 *data = file->data, *info = NULL, *by_toc = NULL;
	__u32 toc_at, info_at;
	const char *why;
	__u64 address;
	size_t i;

	*image = (struct fw_image){};
	for (i = 0; i < ARRAY_SIZE(packed); i++)
		if (file->len >= packed[i].len &&
		    !memcmp(data, packed[i].begin, packed[i].len))
			return packed[i].what;
	if (file->len < POINTERS + 16 * 8 || memcmp(data, signature, sizeof(signature)))
		return "not a file of firmware for ConnectX-5 or later";
	if (data[FORMAT] != 1 && data[FORMAT] != 2)
		return "of an unknown format of firmware";
	image->format = data[FORMAT] == 1 ? "FS4" : "FS5";
	if (!read_pointer(file, POINTER_TOC, &toc_at) ||
	    !read_pointer(file, POINTER_INFO, &info_at))
		return "a hardware pointer of it is damaged";
	address = toc_at;
	image->encrypted = !find_toc(file, &address);
	if (image->encrypted && !at(file, toc_at + SECTOR, TOC_LEN))
		return "it has no table of contents, and is too short to be encrypted";
	if (!image->encrypted) {
		if (!is_sound(data + address))
			return "its table of contents is damaged";
		why = walk_toc(file, address, &by_toc);
		if (why)
			return why;
	}
	info = info_at ? at(file, info_at, INFO_LEN) : by_toc;
	if (!info)
		return info_at ? "its section IMAGE_INFO is behind the end" :
				 "it has no section IMAGE_INFO";
	return read_info(info, image);
}
