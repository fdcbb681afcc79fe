// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl mlx5 layout: registers, capabilities, queries and segments with known fields.
 */
#include <string.h>

#include "fields.h"

static const char * const kinds[] = {
	[FWCTL_MLX5_REGISTER] = "register",
	[FWCTL_MLX5_CAP] = "cap",
	[FWCTL_MLX5_QUERY] = "query",
	[FWCTL_MLX5_SEGMENT] = "segment",
};

const struct column_spec layout_list_columns[] = {
	{ "KIND", "kind", 0 },
	{ "NAME", "name", 0 },
	{ "NUMBER", "number", COLUMN_HEX },
	{ "LENGTH", "length", COLUMN_RIGHT },
	{ "FIELDS", "fields", COLUMN_RIGHT },
	{ "ABOUT", "about", 0 },
	{}
};

const struct column_spec layout_show_columns[] = {
	{ "FIELD", "field", 0 },
	{ "ACCESS", "access", 0 },
	{ "OFFSET", "offset", COLUMN_HEX },
	{ "BIT", "bit", COLUMN_RIGHT },
	{ "WIDTH", "width", COLUMN_RIGHT },
	{ "WHEN", "when", 0 },
	{ "VALUES", "values", 0 },
	{ "ABOUT", "about", 0 },
	{}
};

static int parse_kind(struct run *run, const char *text,
		      enum fwctl_mlx5_kind *kind)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(kinds[i], text)) {
			*kind = (enum fwctl_mlx5_kind)i;
			return 0;
		}
	}
	return fail(run, FWCTL_EXIT_USAGE,
		    "%s: no such kind; use register, cap, query or segment", text);
}

int layout_list_run(struct run *run)
{
	const struct fwctl_mlx5_layout *layout;
	enum fwctl_mlx5_kind only = FWCTL_MLX5_REGISTER;
	json_object *row;
	size_t i;

	if (run->argc && parse_kind(run, run->argv[0], &only))
		return run->code;
	run->result = json_object_new_array();
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (run->argc && only != i)
			continue;
		layout = NULL;
		while ((layout = fwctl_mlx5_layout_next(i, layout))) {
			row = json_object_new_object();
			json_add(row, "kind", json_text(kinds[i]));
			json_add(row, "name", json_text(layout->name));
			json_add(row, "number",
				 json_object_new_int(layout->id));
			json_add(row, "length",
				 json_object_new_int(layout->size));
			json_add(row, "fields",
				 json_object_new_int(layout->count));
			json_add(row, "about", json_text(layout->about));
			json_object_array_add(run->result, row);
		}
	}
	return 0;
}

/* The condition "KEY=VALUE" of a field, or null if it is always present. */
static json_object *json_when(const struct fwctl_mlx5_layout *layout,
			      const struct fwctl_mlx5_field *field)
{
	const struct fwctl_mlx5_field *key;
	char text[128];

	if (field->when < 0)
		return NULL;
	key = &layout->fields[field->when];
	snprintf(text, sizeof(text), "%s=%s", key->name,
		 fwctl_mlx5_field_name(key, field->when_value));
	return json_text(text);
}

int layout_show_run(struct run *run)
{
	static const char * const uses[] = {
		[FWCTL_MLX5_KEY] = "key", [FWCTL_MLX5_RO] = "ro",
		[FWCTL_MLX5_RW] = "rw", [FWCTL_MLX5_WO] = "wo",
		[FWCTL_MLX5_ACT] = "act",
	};
	const struct fwctl_mlx5_layout *layout;
	enum fwctl_mlx5_kind kind = FWCTL_MLX5_REGISTER;
	int i;

	if (parse_kind(run, run->argv[0], &kind))
		return run->code;
	layout = find_layout(run, kind, run->argv[1]);
	if (!layout)
		return run->code;
	run->result = json_object_new_array();
	for (i = 0; i < layout->count; i++) {
		const struct fwctl_mlx5_field *field = &layout->fields[i];
		const struct fwctl_mlx5_value *value = field->values;
		json_object *row = json_object_new_object();
		json_object *values = json_object_new_array();
		char text[80];

		for (; value && value->name; value++) {
			snprintf(text, sizeof(text), "%s=%u", value->name,
				 value->value);
			json_object_array_add(values, json_text(text));
		}
		json_add(row, "field", json_text(field->name));
		json_add(row, "access", json_text(uses[field->use]));
		json_add(row, "offset", json_object_new_int(field->offset));
		json_add(row, "bit", json_object_new_int(field->bit));
		json_add(row, "width", json_object_new_int(field->width));
		json_add(row, "text", json_object_new_boolean(field->text));
		json_add(row, "when", json_when(layout, field));
		json_add(row, "values", values);
		json_add(row, "about", json_text(field->about));
		json_object_array_add(run->result, row);
	}
	return 0;
}
