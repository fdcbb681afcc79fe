// SPDX-License-Identifier: GPL-2.0-only
/*
 * Give each named file to a libFuzzer target once. Of an archive (a name that ends
 * with .tar, in the format ustar) the members are the inputs. The name of an input
 * is printed before the target gets it: after a crash the last one is the cause.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int fuzz_one(const uint8_t *data, size_t size);

#define BLOCK 512u
#define NAME_LEN 100
#define SIZE_OFFSET 124

static void replay(const char *name, const uint8_t *data, size_t size)
{
	/* No byte longer than the input, so that a sanitizer sees an overrun. */
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	fprintf(stderr, "input: %s\n", name);
	memcpy(copy, data, size);
	fuzz_one(copy, size);
	free(copy);
}

/* Returns the number of members, 0 if the archive is cut off. */
static unsigned int replay_archive(const uint8_t *data, size_t size)
{
	unsigned int count = 0;

	while (size >= BLOCK && data[0]) {
		char name[NAME_LEN + 1] = "";
		size_t len, blocks;

		memcpy(name, data, NAME_LEN);
		len = strtoul((const char *)data + SIZE_OFFSET, NULL, 8);
		blocks = BLOCK + (len + BLOCK - 1) / BLOCK * BLOCK;
		if (len > size || blocks > size)
			return 0;
		replay(name, data + BLOCK, len);
		data += blocks;
		size -= blocks;
		count++;
	}
	return size >= BLOCK ? count : 0;
}

/* Returns the number of inputs. */
static unsigned int replay_file(const char *path)
{
	static uint8_t data[4 << 20];
	const char *end = strrchr(path, '.');
	FILE *file = fopen(path, "rb");
	size_t size;

	if (!file) {
		perror(path);
		return 0;
	}
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	if (end && !strcmp(end, ".tar"))
		return replay_archive(data, size);
	replay(path, data, size);
	return 1;
}

int main(int argc, char **argv)
{
	unsigned int count, total = 0;
	int i;

	for (i = 1; i < argc; i++) {
		count = replay_file(argv[i]);
		if (!count) {
			fprintf(stderr, "%s: not a file with inputs\n", argv[i]);
			return 1;
		}
		total += count;
	}
	fprintf(stderr, "# %u inputs\n", total);
	return total ? 0 : 1;
}
