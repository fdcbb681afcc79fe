// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fields of registers, capabilities and queries: from the words of a command line to
 * fields, and from fields to JSON.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fields.h"

const struct column_spec fields_columns[] = {
	{ "FIELD", "field", 0 },
	{ "VALUE", "value", COLUMN_RIGHT },
	{ "MEANING", "meaning", 0 },
	{ "ABOUT", "about", 0 },
	{}
};

/* Find a layout by name or number; after an error the run has a message. */
const struct fwctl_mlx5_layout *find_layout(struct run *run,
					    enum fwctl_mlx5_kind kind,
					    const char *name)
{
	static const char * const what[] = {
		[FWCTL_MLX5_REGISTER] = "register",
		[FWCTL_MLX5_CAP] = "page of capabilities",
		[FWCTL_MLX5_QUERY] = "query",
		[FWCTL_MLX5_SEGMENT] = "segment",
	};
	const struct fwctl_mlx5_layout *layout;

	layout = fwctl_mlx5_layout_find(kind, name);
	if (!layout)
		fail(run, FWCTL_EXIT_USAGE,
		     "%s: no such %s; see 'fwctl mlx5 layout list'", name,
		     what[kind]);
	return layout;
}

/* The layout of a segment that the tool itself reads. */
const struct fwctl_mlx5_layout *dump_segment(const char *name)
{
	return fwctl_mlx5_layout_find(FWCTL_MLX5_SEGMENT, name);
}

/*
 * Set the keys: from KEY=VALUE among the arguments from @first on, the others to
 * their defaults. With @others, FIELD=VALUE of a field that is not a key is left to
 * the caller, otherwise it is an error. Returns an exit code.
 */
int set_keys(struct run *run, const struct fwctl_mlx5_layout *layout, int first,
	     bool others, void *data, size_t len)
{
	const struct fwctl_mlx5_field *field;
	char name[64];
	__u64 value;
	int i, ret;

	for (i = 0; i < layout->count; i++)
		if (layout->fields[i].init)
			fwctl_mlx5_field_set(&layout->fields[i], data, len,
					     layout->fields[i].init);
	for (i = first; i < run->argc; i++) {
		const char *text = strchr(run->argv[i], '=');

		if (!text)
			continue;
		snprintf(name, sizeof(name), "%.*s",
			 (int)(text++ - run->argv[i]), run->argv[i]);
		field = fwctl_mlx5_field_find(layout, name, NULL, 0);
		if (field && field->use != FWCTL_MLX5_KEY && others)
			continue;
		if (field && field->use != FWCTL_MLX5_KEY)
			return fail(run, FWCTL_EXIT_USAGE,
				    "%s: %s is not a key and takes no value here; see 'fwctl mlx5 layout show'",
				    run->argv[i], field->name);
		if (!field)
			return fail(run, FWCTL_EXIT_USAGE,
				    "%s: %s has no such field; see 'fwctl mlx5 layout show'",
				    name, layout->name);
		ret = fwctl_mlx5_field_parse(field, text, &value) ?:
		      fwctl_mlx5_field_set(field, data, len, value);
		if (ret)
			return fail(run, FWCTL_EXIT_USAGE,
				    "%s: %s in a field of %u bits; see 'fwctl mlx5 layout show'",
				    run->argv[i], ret == -ERANGE ?
				    "the value is too big" : "no such value",
				    field->width);
	}
	return 0;
}

/* Is a field named among the arguments from @first on, or no field at all? */
bool is_shown(const struct run *run, int first, const char *name)
{
	bool named = false;
	int i;

	for (i = first; i < run->argc; i++) {
		if (strchr(run->argv[i], '='))
			continue;
		if (!strcasecmp(run->argv[i], name))
			return true;
		named = true;
	}
	return !named;
}

/* Check that each field that was asked for is among the rows. */
int check_shown(struct run *run, int first, json_object *rows)
{
	size_t n;
	int i;

	for (i = first; i < run->argc; i++) {
		if (strchr(run->argv[i], '='))
			continue;
		for (n = 0; n < json_object_array_length(rows); n++)
			if (!strcasecmp(run->argv[i],
					string_of(json_object_array_get_idx(rows, n),
						  "field")))
				break;
		if (n == json_object_array_length(rows))
			return fail(run, FWCTL_EXIT_USAGE,
				    "%s: no such field; see 'fwctl mlx5 layout show'",
				    run->argv[i]);
	}
	return 0;
}

/*
 * A number of a field: counts are numbers, but GUIDs, addresses and masks that have more
 * bits than a floating-point number are identifiers.
 */
json_object *field_json(const struct fwctl_mlx5_field *field, __u64 number)
{
	static const char * const words[] = {
		"guid", "addr", "opaque", "_map", "mask", "affiliated_events", "obj_types",
		"commands", "format_supported", "allowed_object",
	};
	size_t i;

	for (i = 0; field->width > 53 && i < ARRAY_SIZE(words); i++)
		if (strstr(field->name, words[i]))
			return json_identifier(number);
	return json_object_new_uint64(number);
}

/* A field and its value as a row. */
json_object *field_row(const struct fwctl_mlx5_field *field, const void *data,
		       size_t len)
{
	json_object *row = json_object_new_object(), *value = NULL;
	const char *meaning = NULL;
	char text[256], hex[24];
	__u64 number;

	if (!fwctl_mlx5_field_text(field, data, len, text, sizeof(text))) {
		value = json_text(text);
	} else if (!fwctl_mlx5_field_get(field, data, len, &number)) {
		value = field_json(field, number);
		meaning = fwctl_mlx5_field_name(field, number);
		snprintf(hex, sizeof(hex), "0x%llx", (unsigned long long)number);
		if (!meaning && number > 9)
			meaning = hex;
	}
	json_add(row, "field", json_text(field->name));
	json_add(row, "value", value);
	json_add(row, "meaning", json_text(meaning));
	json_add(row, "about", json_text(field->about));
	return row;
}

/* Print the fields of a result as a table. */
void fields_text(struct run *run)
{
	json_object *all = run->result;

	run->result = json_object_object_get(all, "fields");
	if (run->result)
		print_table(run, stdout);
	run->result = all;
}

/* The value of a field of the layout; 0 if these data do not have it. */
__u64 get_number(const struct fwctl_mlx5_layout *layout, const void *data,
		 size_t len, const char *name)
{
	const struct fwctl_mlx5_field *field;
	__u64 value = 0;

	field = fwctl_mlx5_field_find(layout, name, data, len);
	if (field)
		fwctl_mlx5_field_get(field, data, len, &value);
	return value;
}

void set_number(const struct fwctl_mlx5_layout *layout, void *data, size_t len,
		const char *name, __u64 value)
{
	const struct fwctl_mlx5_field *field;

	field = fwctl_mlx5_field_find(layout, name, NULL, 0);
	if (field)
		fwctl_mlx5_field_set(field, data, len, value);
}

/* Choose the register of the next access, and clear its fields. */
void reg_begin(struct field_reg *reg, const char *name)
{
	reg->layout = fwctl_mlx5_layout_find(FWCTL_MLX5_REGISTER, name);
	memset(reg->data, 0, sizeof(reg->data));
}

void reg_set(struct field_reg *reg, const char *name, __u64 value)
{
	set_number(reg->layout, reg->data, reg->layout->size, name, value);
}

__u64 reg_get(const struct field_reg *reg, const char *name)
{
	return get_number(reg->layout, reg->data, reg->layout->size, name);
}

/* The name of a field's value, or the number if it has no name. */
json_object *reg_name(const struct field_reg *reg, const char *name)
{
	const struct fwctl_mlx5_field *field;
	const char *meaning = NULL;
	char text[24];

	field = fwctl_mlx5_field_find(reg->layout, name, NULL, 0);
	if (field)
		meaning = fwctl_mlx5_field_name(field, reg_get(reg, name));
	snprintf(text, sizeof(text), "%llu",
		 (unsigned long long)reg_get(reg, name));
	return json_text(meaning ? meaning : text);
}

/* A field that is text, or NULL if the layout has no such field. */
json_object *reg_text(const struct field_reg *reg, const char *name)
{
	const struct fwctl_mlx5_field *field;
	char text[256];

	field = fwctl_mlx5_field_find(reg->layout, name, reg->data,
				      reg->layout->size);
	if (!field || fwctl_mlx5_field_text(field, reg->data, reg->layout->size,
					    text, sizeof(text)))
		return NULL;
	return json_text(text);
}

/* Read the register; @report gets request and answer. Returns an exit code. */
int reg_read(struct field_reg *reg, json_object *report)
{
	return read_register(reg->run, reg->dev, reg->layout, reg->data, report);
}
