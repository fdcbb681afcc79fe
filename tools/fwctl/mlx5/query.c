// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl mlx5 caps, query: commands that only read.
 */
#include <stdlib.h>
#include <string.h>

#include "be.h"
#include "fields.h"

const struct option_spec caps_options[] = {
	{ "differ", 'd', NULL, "show only fields whose maximum differs from the current value" },
	{}
};

const struct column_spec caps_columns[] = {
	{ "PAGE", "page", 0 },
	{ "FIELD", "field", 0 },
	{ "CURRENT", "current", COLUMN_RIGHT },
	{ "MAXIMUM", "maximum", COLUMN_RIGHT },
	{ "ABOUT", "about", 0 },
	{}
};

static void add_caps(struct run *run, const struct fwctl_mlx5_layout *layout,
		     const __u8 *current, const __u8 *maximum,
		     json_object *rows)
{
	bool differ = option(run, "differ");
	__u64 now, most;
	int i;

	for (i = 0; i < layout->count; i++) {
		const struct fwctl_mlx5_field *field = &layout->fields[i];
		json_object *row;

		if (fwctl_mlx5_field_get(field, current + CAPS_HEADER,
					 CAPS_PAGE, &now) ||
		    fwctl_mlx5_field_get(field, maximum + CAPS_HEADER,
					 CAPS_PAGE, &most) ||
		    (differ && now == most) || !is_shown(run, 2, field->name))
			continue;
		row = json_object_new_object();
		json_add(row, "page", json_text(layout->name));
		json_add(row, "field", json_text(field->name));
		json_add(row, "current", field_json(field, now));
		json_add(row, "maximum", field_json(field, most));
		json_add(row, "about", json_text(field->about));
		json_object_array_add(rows, row);
	}
}

/* A missing page is not an error if all pages were asked for. */
static bool is_absent(struct run *run)
{
	if (run->code != FWCTL_EXIT_FIRMWARE || run->argc > 1)
		return false;
	forget_error(run);
	return true;
}

int caps_run(struct run *run)
{
	const struct fwctl_mlx5_layout *layout = NULL, *only = NULL;
	static __u8 current[CAPS_HEADER + CAPS_PAGE];
	static __u8 maximum[CAPS_HEADER + CAPS_PAGE];
	json_object *rows = json_object_new_array(), *report;
	struct fwctl_dev *dev = NULL;

	if (run->argc > 1) {
		only = find_layout(run, FWCTL_MLX5_CAP, run->argv[1]);
		if (!only)
			goto out;
	}
	if (vendor_open(run, &dev))
		goto out;
	while (!run->code &&
	       (layout = fwctl_mlx5_layout_next(FWCTL_MLX5_CAP, layout))) {
		if (only && layout != only)
			continue;
		report = json_object_new_object();
		if (!read_caps(run, dev, layout, CAPS_CURRENT, current, report) &&
		    !run->set.dry_run &&
		    !read_caps(run, dev, layout, CAPS_MAXIMUM, maximum, report))
			add_caps(run, layout, current, maximum, rows);
		if (run->code && !is_absent(run)) {
			json_object_put(report);
			goto out;
		}
		/* The result has the report of the first request only. */
		if (!run->result)
			run->result = report;
		else
			json_object_put(report);
		if (run->set.dry_run)
			goto out;
	}
	if (!option(run, "differ") && check_shown(run, 2, rows)) {
		json_object_put(run->result);
		run->result = NULL;
		goto out;
	}
	drop_request(run->result);
	json_add(run->result, "fields", json_object_get(rows));
out:
	json_object_put(rows);
	fwctl_dev_free(dev);
	return run->code;
}

int query_run(struct run *run)
{
	const struct fwctl_mlx5_layout *layout;
	struct buffer in, out;
	json_object *rows;
	int i;

	layout = find_layout(run, FWCTL_MLX5_QUERY, run->argv[1]);
	if (!layout)
		return run->code;
	in = (struct buffer){ calloc(1, layout->in_size), layout->in_size };
	out = (struct buffer){ calloc(1, layout->size), layout->size };
	rows = json_object_new_array();
	if (!in.data || !out.data) {
		fail(run, FWCTL_EXIT_USAGE, "no memory");
		goto out;
	}
	put_unaligned_be16(layout->id, in.data);
	if (set_keys(run, layout, 2, false, in.data, in.len) ||
	    vendor_rpc(run, &in, &out) || run->set.dry_run)
		goto out;
	for (i = 0; i < layout->count; i++) {
		const struct fwctl_mlx5_field *field = &layout->fields[i];

		if (field->use != FWCTL_MLX5_KEY && is_shown(run, 2, field->name))
			json_object_array_add(rows, field_row(field, out.data,
							      layout->size));
	}
	json_add(run->result, "object", json_text(layout->name));
	json_add(run->result, "fields", json_object_get(rows));
	check_shown(run, 2, rows);
out:
	json_object_put(rows);
	free(in.data);
	free(out.data);
	return run->code;
}
