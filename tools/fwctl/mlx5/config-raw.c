// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of mstconfig's commands backup and set_raw: the line MLNX_RAW_TLV_FILE, then
 * a line for each item with its dwords in hexadecimal: three of the header, and the
 * data. Lines that begin with % are comments.
 *
 * Layout of register MNVGN: register_access_table.adb of mstflint.
 */
#include <stdlib.h>
#include <string.h>
#include <fwctl/mlx5.h>

#include "be.h"
#include "config.h"

#define MNVGN 0x9035
#define MNVGN_LEN 0x9c
#define MNVGN_HEADER 0x10
#define HEADER 12
/* More items than any firmware has. */
#define MAX_ITEMS 4096

/* The first dword of a header: length, host_id_valid, version, rd_en and over_en. */
#define LENGTH 0x1ff
#define KEPT 0xf3ff
#define READ_AND_REPLACE 0x03000000

/* Append the item of an answer to a file. */
static void print_item(const __u8 *header, FILE *file)
{
	__u32 first = get_unaligned_be32(header);
	unsigned int at, len = first & LENGTH;

	fprintf(file, "0x%08x", READ_AND_REPLACE | (first & KEPT));
	for (at = 4; at < HEADER + len; at += 4)
		fprintf(file, " 0x%08x", get_unaligned_be32(header + at));
	fputc('\n', file);
}

/*
 * All items that the firmware stores, also those that the catalogue does not know, as
 * text that the caller frees; NULL without memory. The caller checks the run's error.
 */
char *config_raw_export(struct config *config, size_t *len)
{
	struct run *run = config->run;
	__u8 data[MNVGN_LEN] = {};
	struct fwctl_mlx5_reg reg = {
		.id = MNVGN, .data = data, .len = sizeof(data),
	};
	unsigned int count = 0;
	__u32 next = 0;
	char *text = NULL;
	FILE *file = open_memstream(&text, len);
	int ret;

	if (!file)
		return NULL;
	fprintf(file, "%s\n", CONFIG_RAW_MAGIC);
	do {
		memset(data, 0, sizeof(data));
		put_unaligned_be32(next, data);
		ret = access_quietly(run, config->dev, &config->accesses, &reg);
		if (ret < 0)
			fail_access(run, config->dev, &reg);
		if (ret)
			break;
		if ((get_unaligned_be32(data + MNVGN_HEADER) & LENGTH) >
		    MNVGN_LEN - MNVGN_HEADER - HEADER)
			fail(run, FWCTL_EXIT_FIRMWARE,
			     "%s: the firmware reports an item that is longer than the answer",
			     fwctl_dev_name(config->dev));
		else if (get_unaligned_be32(data + MNVGN_HEADER) & LENGTH)
			print_item(data + MNVGN_HEADER, file);
		next = get_unaligned_be32(data);
	} while (next && ++count < MAX_ITEMS && !run->code);
	if (fclose(file)) {
		free(text);
		return NULL;
	}
	return text;
}

/* Parse dwords in hexadecimal; returns their number, or 0 if the line is malformed. */
static size_t parse_dwords(const char *line, __u8 *room, size_t most)
{
	unsigned long dword;
	size_t count = 0;
	char *end;

	for (; *line; line = end + strspn(end, " \t\r")) {
		dword = strtoul(line, &end, 16);
		if (end == line || dword > UINT32_MAX || count == most)
			return 0;
		put_unaligned_be32(dword, room + 4 * count++);
	}
	return count;
}

/* Take an item from a line; returns an exit code. */
static int take_raw(struct config *config, const char *line, bool skip)
{
	__u8 item[HEADER + CONFIG_MAX_ITEM] = {};
	size_t count = parse_dwords(line, item, sizeof(item) / 4), len;
	struct config_item *found;
	struct run *run = config->run;

	len = get_unaligned_be32(item) & LENGTH;
	if (count < 3 || 4 * count != HEADER + len)
		return fail(run, FWCTL_EXIT_USAGE,
			    "not an item's header and as many dwords as it says");
	found = config_item_of_type(config, get_unaligned_be32(item + 4));
	if (!found || !config_read(config, found, CONFIG_WANTED)) {
		if (skip || run->code)
			return run->code;
		return fail(run, FWCTL_EXIT_UNSUPPORTED,
			    "item 0x%08x: not known, or not on this card or function; --ignore-missing leaves it out",
			    get_unaligned_be32(item + 4));
	}
	if (!found->writable && skip)
		return 0;
	return config_take_item(config, found, item + HEADER, len);
}

/* Take the wanted values from the text of a file; returns an exit code. */
int config_raw_import(struct config *config, const char *name, char *text)
{
	struct run *run = config->run;
	bool skip = option(run, "ignore-missing");
	int number = 0;
	char *line;

	while (!run->code && (line = strsep(&text, "\n"))) {
		line += strspn(line, " \t");
		if (++number == 1 || *line == '%' || !line[strspn(line, " \t\r")])
			continue;
		if (take_raw(config, line, skip))
			fail_front(run, "%s:%d", name, number);
	}
	return run->code;
}
