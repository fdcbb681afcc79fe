// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl mlx5 fw info: components of firmware, by the registers MCQS and MCQI.
 */
#include <string.h>

#include "fields.h"
#include "fw.h"

const struct column_spec fw_info_columns[] = {
	{ "COMPONENT", "component", 0 },
	{ "INDEX", "index", COLUMN_RIGHT },
	{ "STATUS", "status", 0 },
	{ "UPDATE", "update", 0 },
	{ "RUNNING", "running", 0 },
	{ "STORED", "stored", 0 },
	{}
};

/* Choose the register of the next access, and clear its fields. */
void fw_begin(struct fw *fw, const char *name)
{
	fw->layout = fwctl_mlx5_layout_find(FWCTL_MLX5_REGISTER, name);
	memset(fw->data, 0, sizeof(fw->data));
}

void fw_set(struct fw *fw, const char *name, __u64 value)
{
	set_number(fw->layout, fw->data, fw->layout->size, name, value);
}

__u64 fw_get(const struct fw *fw, const char *name)
{
	return get_number(fw->layout, fw->data, fw->layout->size, name);
}

/* The name of a field's value, or the number if it has no name. */
json_object *fw_name(const struct fw *fw, const char *name)
{
	const struct fwctl_mlx5_field *field;
	const char *meaning = NULL;
	char text[24];

	field = fwctl_mlx5_field_find(fw->layout, name, NULL, 0);
	if (field)
		meaning = fwctl_mlx5_field_name(field, fw_get(fw, name));
	snprintf(text, sizeof(text), "%llu",
		 (unsigned long long)fw_get(fw, name));
	return json_text(meaning ? meaning : text);
}

/* A field that is text, or NULL if the layout has no such field. */
json_object *fw_text(const struct fw *fw, const char *name)
{
	const struct fwctl_mlx5_field *field;
	char text[96];

	field = fwctl_mlx5_field_find(fw->layout, name, fw->data,
				      fw->layout->size);
	if (!field || fwctl_mlx5_field_text(field, fw->data, fw->layout->size,
					    text, sizeof(text)))
		return NULL;
	return json_text(text);
}

/* Read the register; @report gets request and answer. Returns an exit code. */
int fw_read(struct fw *fw, json_object *report)
{
	return read_register(fw->run, fw->dev, fw->layout, fw->data, report);
}

/* Prepare a read of a component's version, of the stored or the running one. */
void fw_begin_version(struct fw *fw, __u32 component, bool stored)
{
	fw_begin(fw, "mcqi");
	fw_set(fw, "component_index", component);
	fw_set(fw, "read_pending_component", stored);
	fw_set(fw, "info_type", 1);
	fw_set(fw, "data_size", 124);
}

static json_object *version(struct fw *fw, __u32 component, bool stored)
{
	json_object *report = json_object_new_object();
	int failed;

	fw_begin_version(fw, component, stored);
	failed = fw_read(fw, report);
	json_object_put(report);
	return failed ? NULL : fw_text(fw, "version_string");
}

int fw_info_run(struct run *run)
{
	json_object *rows = json_object_new_array(), *report, *row;
	struct fw fw = { .run = run };
	bool last = false;
	__u32 i;

	if (vendor_open(run, &fw.dev))
		goto out;
	for (i = 0; i < FW_MAX_COMPONENTS && !last; i++) {
		report = json_object_new_object();
		fw_begin(&fw, "mcqs");
		fw_set(&fw, "component_index", i);
		if (!fw_read(&fw, report) && !run->result)
			run->result = json_object_get(report);
		json_object_put(report);
		if (run->code || run->set.dry_run)
			break;
		last = fw_get(&fw, "last_index_flag");
		row = json_object_new_object();
		json_object_array_add(rows, row);
		json_add(row, "component", fw_name(&fw, "identifier"));
		json_add(row, "index", json_object_new_int(i));
		json_add(row, "status", fw_name(&fw, "component_status"));
		json_add(row, "update", fw_name(&fw, "component_update_state"));
		json_add(row, "running", version(&fw, i, false));
		json_add(row, "stored", version(&fw, i, true));
	}
	if (run->result && !run->set.dry_run) {
		drop_request(run->result);
		json_add(run->result, "fields", json_object_get(rows));
	}
out:
	json_object_put(rows);
	fwctl_dev_free(fw.dev);
	return run->code;
}
