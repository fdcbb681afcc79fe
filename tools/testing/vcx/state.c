// SPDX-License-Identifier: GPL-2.0-only
/*
 * Non-volatile state of a card, as a file of lines:
 *
 *   vcx-state 1
 *   nv TYPE WRITER VALUE		an item that differs from the default
 *   component INDEX VERSION		the version that runs after the next start
 *   end
 *
 * Numbers and values are hexadecimal. A file with an invalid line is refused and
 * leaves the card unchanged.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "vcx.h"

#define MAGIC		"vcx-state 1\n"
#define LINE		(2 * NV_MAX_DATA + 64)
#define PATH		4096

static void save_item(FILE *file, const struct nv_config *nv, int item)
{
	u8 value[NV_MAX_DATA], factory[NV_MAX_DATA];
	char hex[2 * NV_MAX_DATA + 1];

	nv_read(nv, item, NV_NEXT, value);
	nv_read(nv, item, NV_FACTORY, factory);
	if (!nv_stored(nv, item, NV_NEXT))
		return;
	if (!nv_writer(nv, item, NV_NEXT) && !memcmp(value, factory, nv_len(item)))
		return;
	hex_encode(value, nv_len(item), hex);
	fprintf(file, "nv %08x %x %s\n", nv_type(item), nv_writer(nv, item, NV_NEXT), hex);
}

int state_save(const struct vcx_card *card, const char *path)
{
	char temporary[PATH];
	bool failed;
	FILE *file;

	if (snprintf(temporary, sizeof(temporary), "%s.new", path) >= (int)sizeof(temporary))
		return -ENAMETOOLONG;
	file = fopen(temporary, "w");
	if (!file)
		return -errno;
	fputs(MAGIC, file);
	for (int i = nv_next(0); i >= 0; i = nv_next(i + 1))
		save_item(file, &card->nv, i);
	for (u32 i = 0; i < COMPONENTS; i++)
		fprintf(file, "component %x %08x\n", i, card->update.components[i].stored);
	fputs("end\n", file);
	failed = ferror(file);
	if (fclose(file) || failed || rename(temporary, path))
		return errno ? -errno : -EIO;
	return 0;
}

/* Applies a line of the file; false if it is invalid. */
static bool load_line(struct vcx_card *card, const char *line)
{
	unsigned int a, b;
	u8 value[NV_MAX_DATA];
	char hex[LINE];
	int item, end = 0;

	if (sscanf(line, "component %x %8x\n%n", &a, &b, &end) == 2 && end && !line[end]) {
		if (a >= COMPONENTS)
			return false;
		card->update.components[a].stored = b;
		return true;
	}
	if (sscanf(line, "nv %8x %x %575[0-9a-f]\n%n", &a, &b, hex, &end) != 3 || !end || line[end])
		return false;
	item = nv_find(a, -1);
	if (item < 0 || nv_type(item) != a || !nv_writable(&card->nv, item) || b > 0x1f ||
	    hex_decode(hex, value, sizeof(value)) != nv_len(item) ||
	    !nv_allowed(&card->nv, item, value))
		return false;
	nv_write(&card->nv, item, value, (u8)b);
	return true;
}

int state_parse(struct vcx_card *card, FILE *file)
{
	struct vcx_card *loaded = malloc(sizeof(*loaded));
	bool ended = false;
	char line[LINE];
	int number = 1;

	if (!loaded)
		return -ENOMEM;
	*loaded = *card;
	if (!fgets(line, sizeof(line), file) || strcmp(line, MAGIC))
		goto out;
	while (!ended && fgets(line, sizeof(line), file)) {
		number++;
		ended = !strcmp(line, "end\n");
		if (!ended && !load_line(loaded, line))
			goto out;
	}
	number++;
	if (ended && !fgets(line, sizeof(line), file)) {
		card->nv = loaded->nv;
		nv_load(&card->nv, true);
		memcpy(card->update.components, loaded->update.components,
		       sizeof(card->update.components));
		update_restart(&card->update);
		number = 0;
	}
out:
	free(loaded);
	return number;
}

int state_load(struct vcx_card *card, const char *path)
{
	FILE *file = fopen(path, "r");
	int ret;

	if (!file)
		return errno == ENOENT ? 0 : -errno;
	ret = state_parse(card, file);
	fclose(file);
	return ret;
}
