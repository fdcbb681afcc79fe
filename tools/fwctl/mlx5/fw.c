// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl mlx5 fw info: components of firmware, by the registers MCQS and MCQI.
 */
#include <string.h>

#include "fields.h"

#define ADD(object, key, value) json_object_object_add(object, key, value)

/* More than any firmware has; without the last one's mark it ends here. */
#define MAX_COMPONENTS 64
#define MAX_LEN 256

const struct column_spec fw_info_columns[] = {
	{ "COMPONENT", "component", 0 },
	{ "INDEX", "index", COLUMN_RIGHT },
	{ "STATUS", "status", 0 },
	{ "UPDATE", "update", 0 },
	{ "RUNNING", "running", 0 },
	{ "STORED", "stored", 0 },
	{}
};

/* A register of at most MAX_LEN bytes, and how it is read. */
struct reading {
	struct run *run;
	struct fwctl_dev *dev;
	const struct fwctl_mlx5_layout *layout;
	__u8 data[MAX_LEN];
};

static void set_key(struct reading *reading, const char *name, __u64 value)
{
	const struct fwctl_mlx5_field *field;

	field = fwctl_mlx5_field_find(reading->layout, name, NULL, 0);
	if (field)
		fwctl_mlx5_field_set(field, reading->data,
				     reading->layout->size, value);
}

static __u64 get(const struct reading *reading, const char *name)
{
	const struct fwctl_mlx5_field *field;
	__u64 value = 0;

	field = fwctl_mlx5_field_find(reading->layout, name, reading->data,
				      reading->layout->size);
	if (field)
		fwctl_mlx5_field_get(field, reading->data,
				     reading->layout->size, &value);
	return value;
}

/* The name of a field's value, or the value as a number. */
static json_object *get_name(const struct reading *reading, const char *name)
{
	const struct fwctl_mlx5_field *field;
	const char *meaning = NULL;
	char text[24];

	field = fwctl_mlx5_field_find(reading->layout, name, NULL, 0);
	if (field)
		meaning = fwctl_mlx5_field_name(field, get(reading, name));
	snprintf(text, sizeof(text), "%llu",
		 (unsigned long long)get(reading, name));
	return json_text(meaning ? meaning : text);
}

static void begin(struct reading *reading, const char *name)
{
	reading->layout = fwctl_mlx5_layout_find(FWCTL_MLX5_REGISTER, name);
	memset(reading->data, 0, sizeof(reading->data));
}

static int end(struct reading *reading, json_object *report)
{
	__u8 request[FWCTL_MLX5_REG_HEADER + MAX_LEN], answer[sizeof(request)];
	struct fwctl_mlx5_reg reg = {
		.id = reading->layout->id, .data = reading->data,
		.len = reading->layout->size,
	};
	struct buffer in = { request, FWCTL_MLX5_REG_HEADER + reg.len };
	struct buffer out = { answer, in.len };

	if (fwctl_mlx5_reg_build(&reg, request, sizeof(request)) < 0)
		return fail(reading->run, FWCTL_EXIT_USAGE, "no room");
	if (send_rpc(reading->run, reading->dev, &in, &out, report) ||
	    reading->run->set.dry_run)
		return reading->run->code;
	if (fwctl_mlx5_reg_parse(&reg, answer, out.len))
		return fail(reading->run, FWCTL_EXIT_FIRMWARE,
			    "%s: the answer is too short for register %s",
			    fwctl_dev_name(reading->dev), reading->layout->name);
	return 0;
}

/* The version of a component, of the running or of the stored one. */
static json_object *version(struct reading *reading, __u32 component,
			    bool stored)
{
	json_object *report = json_object_new_object();
	const struct fwctl_mlx5_field *field;
	char text[96];
	int failed;

	begin(reading, "mcqi");
	set_key(reading, "component_index", component);
	set_key(reading, "read_pending_component", stored);
	set_key(reading, "info_type", 1);
	set_key(reading, "data_size", 124);
	failed = end(reading, report);
	json_object_put(report);
	field = fwctl_mlx5_field_find(reading->layout, "version_string",
				      reading->data, reading->layout->size);
	if (failed || !field ||
	    fwctl_mlx5_field_text(field, reading->data, reading->layout->size,
				  text, sizeof(text)))
		return NULL;
	return json_text(text);
}

int fw_info_run(struct run *run)
{
	json_object *rows = json_object_new_array(), *report, *row;
	struct reading reading = { .run = run };
	bool last = false;
	__u32 i;

	if (vendor_open(run, &reading.dev))
		goto out;
	for (i = 0; i < MAX_COMPONENTS && !last; i++) {
		report = json_object_new_object();
		begin(&reading, "mcqs");
		set_key(&reading, "component_index", i);
		if (!end(&reading, report) && !run->result)
			run->result = json_object_get(report);
		json_object_put(report);
		if (run->code || run->set.dry_run)
			break;
		last = get(&reading, "last_index_flag");
		row = json_object_new_object();
		json_object_array_add(rows, row);
		ADD(row, "component", get_name(&reading, "identifier"));
		ADD(row, "index", json_object_new_int(i));
		ADD(row, "status", get_name(&reading, "component_status"));
		ADD(row, "update", get_name(&reading, "component_update_state"));
		ADD(row, "running", version(&reading, i, false));
		ADD(row, "stored", version(&reading, i, true));
	}
	if (run->result && !run->set.dry_run) {
		drop_request(run->result);
		ADD(run->result, "fields", json_object_get(rows));
	}
out:
	json_object_put(rows);
	fwctl_dev_free(reading.dev);
	return run->code;
}
