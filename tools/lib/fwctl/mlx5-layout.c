// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Layouts of registers, capabilities and queries of a ConnectX, and access to
 * their fields. generate.py makes the tables from mlx5/.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "private.h"

#include "mlx5-layouts.inc"

const struct fwctl_mlx5_layout *
fwctl_mlx5_layout_next(enum fwctl_mlx5_kind kind,
		       const struct fwctl_mlx5_layout *last)
{
	const struct fwctl_mlx5_layout *layout = last ? last + 1 : layouts;

	for (; layout < layouts + ARRAY_SIZE(layouts); layout++)
		if (layout->kind == kind)
			return layout;
	return NULL;
}

const struct fwctl_mlx5_layout *
fwctl_mlx5_layout_find(enum fwctl_mlx5_kind kind, const char *name)
{
	const struct fwctl_mlx5_layout *layout = NULL;

	while ((layout = fwctl_mlx5_layout_next(kind, layout)))
		if (!strcasecmp(layout->name, name))
			break;
	return layout;
}

const struct fwctl_mlx5_layout *
fwctl_mlx5_layout_by_id(enum fwctl_mlx5_kind kind, __u16 id)
{
	const struct fwctl_mlx5_layout *layout = NULL;

	while ((layout = fwctl_mlx5_layout_next(kind, layout)))
		if (layout->id == id)
			break;
	return layout;
}

bool fwctl_mlx5_field_present(const struct fwctl_mlx5_layout *layout,
			      const struct fwctl_mlx5_field *field,
			      const void *data, size_t len)
{
	__u64 value;

	if (field->when < 0)
		return true;
	return !fwctl_mlx5_field_get(&layout->fields[field->when], data, len,
				     &value) && value == field->when_value;
}

const struct fwctl_mlx5_field *
fwctl_mlx5_field_find(const struct fwctl_mlx5_layout *layout, const char *name,
		      const void *data, size_t len)
{
	const struct fwctl_mlx5_field *field = layout->fields;

	for (; field < layout->fields + layout->count; field++)
		if (!strcasecmp(field->name, name) &&
		    (!data || fwctl_mlx5_field_present(layout, field, data,
						       len)))
			return field;
	return NULL;
}

/* Offset of the end of a field; a number is in one dword, or in two. */
static size_t field_end(const struct fwctl_mlx5_field *field)
{
	if (field->text)
		return field->offset + field->width / 8;
	return field->offset + (field->width > 32 ? 8 : 4);
}

static __u64 field_mask(const struct fwctl_mlx5_field *field)
{
	return ~0ULL >> (64 - field->width);
}

static __u64 load(const struct fwctl_mlx5_field *field, const __u8 *data)
{
	data += field->offset;
	return field->width > 32 ? fwctl_load_be64(data) : fwctl_load_be32(data);
}

int fwctl_mlx5_field_get(const struct fwctl_mlx5_field *field,
			 const void *data, size_t len, __u64 *value)
{
	if (field->text)
		return -EINVAL;
	if (field_end(field) > len)
		return -EMSGSIZE;
	*value = load(field, data) >> field->bit & field_mask(field);
	return 0;
}

int fwctl_mlx5_field_set(const struct fwctl_mlx5_field *field, void *data,
			 size_t len, __u64 value)
{
	__u8 *at = data;
	__u64 all;

	if (field->text)
		return -EINVAL;
	if (value > field_mask(field))
		return -ERANGE;
	if (field_end(field) > len)
		return -EMSGSIZE;
	all = load(field, data) & ~(field_mask(field) << field->bit);
	all |= value << field->bit;
	at += field->offset;
	if (field->width > 32)
		fwctl_store_be64(at, all);
	else
		fwctl_store_be32(at, all);
	return 0;
}

int fwctl_mlx5_field_text(const struct fwctl_mlx5_field *field,
			  const void *data, size_t len, char *text, size_t size)
{
	const __u8 *from = (const __u8 *)data + field->offset;
	size_t i;

	if (!field->text)
		return -EINVAL;
	if (field_end(field) > len || field->width / 8 >= size)
		return -EMSGSIZE;
	for (i = 0; i < field->width / 8U && from[i]; i++)
		text[i] = isascii(from[i]) && isprint(from[i]) ? from[i] : '?';
	while (i && text[i - 1] == ' ')
		i--;
	text[i] = '\0';
	return 0;
}

const char *fwctl_mlx5_field_name(const struct fwctl_mlx5_field *field,
				  __u64 value)
{
	const struct fwctl_mlx5_value *known = field->values;

	for (; known && known->name; known++)
		if (known->value == value)
			return known->name;
	return NULL;
}

int fwctl_mlx5_field_parse(const struct fwctl_mlx5_field *field,
			   const char *text, __u64 *value)
{
	const struct fwctl_mlx5_value *known = field->values;
	char *end;

	if (field->text)
		return -EINVAL;
	for (; known && known->name; known++) {
		if (!strcasecmp(known->name, text)) {
			*value = known->value;
			return 0;
		}
	}
	/* strtoull() accepts leading spaces and signs. */
	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, &end, 0);
	if (*end)
		return -EINVAL;
	return errno || *value > field_mask(field) ? -ERANGE : 0;
}
