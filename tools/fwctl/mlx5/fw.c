// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl mlx5 fw info: components of firmware, by the registers MCQS and MCQI.
 */
#include <string.h>

#include "fw.h"

const struct option_spec fw_info_options[] = {
	OPTION_ALL, {}
};

const struct column_spec fw_info_columns[] = {
	{ "COMPONENT", "component", 0 },
	{ "INDEX", "index", COLUMN_RIGHT },
	{ "STATUS", "status", 0 },
	{ "UPDATE", "update", 0 },
	{ "RUNNING", "running", 0 },
	{ "STORED", "stored", 0 },
	{}
};

/* Access a register without a report; returns an exit code. */
int fw_access(struct field_reg *reg, struct accesses *accesses, bool write)
{
	struct fwctl_mlx5_reg access = {
		.id = reg->layout->id, .data = reg->data,
		.len = reg->layout->size, .write = write,
	};
	int ret = access_quietly(reg->run, reg->dev, accesses, &access);

	return ret < 0 ? fail_access(reg->run, reg->dev, &access) : ret;
}

/* Prepare a read of a component's version, of the stored or the running one. */
void fw_begin_version(struct field_reg *reg, __u32 component, bool stored)
{
	reg_begin(reg, "mcqi");
	reg_set(reg, "component_index", component);
	reg_set(reg, "read_pending_component", stored);
	reg_set(reg, "info_type", 1);
	reg_set(reg, "data_size", 124);
}

static json_object *version(struct field_reg *reg, __u32 component, bool stored)
{
	json_object *report = json_object_new_object();
	int failed;

	fw_begin_version(reg, component, stored);
	failed = reg_read(reg, report);
	json_object_put(report);
	return failed ? NULL : reg_text(reg, "version_string");
}

int fw_info_run(struct run *run)
{
	json_object *rows = json_object_new_array(), *report, *row;
	struct field_reg reg = { .run = run };
	bool last = false;
	__u32 i;

	if (vendor_open(run, &reg.dev))
		goto out;
	for (i = 0; i < FW_MAX_COMPONENTS && !last; i++) {
		report = json_object_new_object();
		reg_begin(&reg, "mcqs");
		reg_set(&reg, "component_index", i);
		if (!reg_read(&reg, report) && !run->result)
			run->result = json_object_get(report);
		json_object_put(report);
		if (run->code || run->set.dry_run)
			break;
		last = reg_get(&reg, "last_index_flag");
		row = json_object_new_object();
		json_object_array_add(rows, row);
		json_add(row, "component", reg_name(&reg, "identifier"));
		json_add(row, "index", json_object_new_int(i));
		json_add(row, "status", reg_name(&reg, "component_status"));
		json_add(row, "update", reg_name(&reg, "component_update_state"));
		json_add(row, "running", version(&reg, i, false));
		json_add(row, "stored", version(&reg, i, true));
	}
	if (run->result && !run->set.dry_run) {
		drop_request(run->result);
		json_add(run->result, "fields", json_object_get(rows));
	}
out:
	json_object_put(rows);
	fwctl_dev_free(reg.dev);
	return run->code;
}
