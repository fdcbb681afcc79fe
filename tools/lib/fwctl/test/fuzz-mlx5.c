// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * libFuzzer target (the Makefile renames fuzz_one()): the fields of a register
 * of any content and length can be read, and writing the same values back changes
 * no bit.
 */
#include <stdlib.h>
#include <string.h>

#include "../private.h"

int fuzz_one(const __u8 *data, size_t size);

static void try_field(const struct fwctl_mlx5_layout *layout,
		      const struct fwctl_mlx5_field *field, __u8 *copy,
		      const __u8 *data, size_t len)
{
	char text[128];
	__u64 value, again;

	fwctl_mlx5_field_present(layout, field, copy, len);
	if (field->text) {
		fwctl_mlx5_field_text(field, copy, len, text, sizeof(text));
		return;
	}
	if (fwctl_mlx5_field_get(field, copy, len, &value))
		return;
	if (fwctl_mlx5_field_set(field, copy, len, value) ||
	    memcmp(copy, data, len))
		abort();
	if (!fwctl_mlx5_field_set(field, copy, len, ~value) &&
	    (fwctl_mlx5_field_get(field, copy, len, &again) ||
	     again != ~value))
		abort();
	memcpy(copy, data, len);
}

int fuzz_one(const __u8 *data, size_t size)
{
	const struct fwctl_mlx5_layout *layout = NULL;
	enum fwctl_mlx5_kind kind;
	unsigned int i, skip;
	__u64 value;
	char *text;
	__u8 *copy;

	if (size < 2)
		return 0;
	kind = (enum fwctl_mlx5_kind)(data[0] % 3);
	for (skip = data[1] % 64; skip || !layout; skip -= !!skip) {
		layout = fwctl_mlx5_layout_next(kind, layout);
		if (!layout)
			return 0;
	}
	data += 2;
	size -= 2;
	/* Exactly this length, so that the sanitizer notices a byte beyond it. */
	copy = malloc(size ? size : 1);
	text = strndup((const char *)data, size);
	if (!copy || !text)
		abort();
	memcpy(copy, data, size);
	for (i = 0; i < layout->count; i++) {
		fwctl_mlx5_field_parse(&layout->fields[i], text, &value);
		try_field(layout, &layout->fields[i], copy, data, size);
	}
	fwctl_mlx5_field_find(layout, text, copy, size);
	free(copy);
	free(text);
	return 0;
}
