// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl mlx5 reg: registers by name and field, or by number and dword.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "be.h"
#include "fields.h"

/* The longest register that --length can ask for. */
#define MAX_RAW 4096

const struct option_spec reg_options[] = {
	{ "length", 'l', "BYTES", "length of a register that is named by its number" },
	{}
};

const struct column_spec reg_list_columns[] = {
	{ "REGISTER", "register", 0 },
	{ "NUMBER", "number", COLUMN_HEX },
	{ "LENGTH", "length", COLUMN_RIGHT },
	{ "READ", "read", 0 },
	{ "WRITE", "write", 0 },
	{ "ABOUT", "about", COLUMN_WRAP },
	{}
};

const struct column_spec reg_set_columns[] = {
	{ "FIELD", "field", 0 },
	{ "BEFORE", "before", COLUMN_RIGHT },
	{ "VALUE", "value", COLUMN_RIGHT },
	{ "MEANING", "meaning", 0 },
	{}
};

/* The register of a command; without a layout its fields are dwords. */
struct target {
	const struct fwctl_mlx5_layout *layout;
	struct fwctl_mlx5_reg reg;
	__u8 *data;
};

/* The name of the least scope that admits an access, or null if none does. */
static json_object *json_least(int scope)
{
	return scope < 0 ? NULL :
	       json_text(fwctl_scope_name((enum fwctl_rpc_scope)scope));
}

int reg_list_run(struct run *run)
{
	const struct fwctl_mlx5_layout *layout = NULL;
	int read, write;

	run->result = json_object_new_array();
	while ((layout = fwctl_mlx5_layout_next(FWCTL_MLX5_REGISTER, layout))) {
		json_object *row = json_object_new_object();

		fwctl_mlx5_reg_scopes(layout->id, &read, &write);
		json_add(row, "register", json_text(layout->name));
		json_add(row, "number", json_object_new_int(layout->id));
		json_add(row, "length", json_object_new_int(layout->size));
		json_add(row, "read", json_least(read));
		json_add(row, "write", json_least(write));
		json_add(row, "about", json_text(layout->about));
		json_object_array_add(run->result, row);
	}
	return 0;
}

/* Find the register that the second argument names. */
static int find_target(struct run *run, struct target *target)
{
	const char *name = run->argv[1];
	unsigned long length = 0;
	__u16 id = 0;
	uint64_t number;

	if (number_option(run, "length", 4, MAX_RAW, &length))
		return run->code;
	target->layout = fwctl_mlx5_layout_find(FWCTL_MLX5_REGISTER, name);
	if (!target->layout && fwctl_mlx5_reg_find(name, &id)) {
		if (parse_number(run, "REGISTER", name, UINT16_MAX, &number)) {
			forget_error(run);
			return fail(run, FWCTL_EXIT_USAGE,
				    "%s: no such register; see 'fwctl mlx5 reg list', or give a number",
				    name);
		}
		id = number;
		target->layout = fwctl_mlx5_layout_by_id(FWCTL_MLX5_REGISTER, id);
	}
	/* With --length the fields are dwords, also if there is a layout. */
	if (length)
		target->reg.len = length;
	else if (target->layout)
		target->reg.len = target->layout->size;
	target->reg.id = target->layout ? target->layout->id : id;
	if (length)
		target->layout = NULL;
	if (!target->reg.len || target->reg.len % 4)
		return fail(run, FWCTL_EXIT_USAGE,
			    "%s: the fields of this register are not known; give its length, a multiple of 4, with --length",
			    name);
	target->data = calloc(1, target->reg.len);
	target->reg.data = target->data;
	if (!target->data)
		return fail(run, FWCTL_EXIT_USAGE, "no memory");
	return 0;
}

/* Parse OFFSET=VALUE of a dword. */
static int parse_raw(struct run *run, const struct target *target,
		     const char *word, __u32 *offset, __u32 *value)
{
	char *end;
	unsigned long long at, number;

	errno = 0;
	at = strtoull(word, &end, 0);
	number = end != word && *end == '=' ? strtoull(end + 1, &end, 0) : 0;
	if (errno || *end || at % 4 || at >= target->reg.len ||
	    number > UINT32_MAX || strchr(word, '-'))
		return fail(run, FWCTL_EXIT_USAGE,
			    "%s: not in the form OFFSET=VALUE of a dword within %zu bytes",
			    word, target->reg.len);
	*offset = at;
	*value = number;
	return 0;
}

/* Put the keys of a read into target->data. */
static int prepare_read(struct run *run, struct target *target, bool others)
{
	__u32 offset, value;
	int i;

	if (target->layout)
		return set_keys(run, target->layout, 2, others, target->data,
				target->reg.len);
	/* Before a write, too: a dword may hold a key that selects the instance. */
	for (i = 2; i < run->argc; i++) {
		if (!strchr(run->argv[i], '='))
			return fail(run, FWCTL_EXIT_USAGE,
				    "%s: with --length a register has no fields, only OFFSET=VALUE",
				    run->argv[i]);
		if (parse_raw(run, target, run->argv[i], &offset, &value))
			return run->code;
		put_unaligned_be32(value, target->data + offset);
	}
	return 0;
}

/* Read into target->data, or write it. */
static int access_target(struct run *run, struct fwctl_dev *dev,
			 struct target *target, bool write, json_object *report)
{
	target->reg.write = write;
	return access_register(run, dev, &target->reg, report);
}

static void add_register(const struct target *target, json_object *report)
{
	const char *name = fwctl_mlx5_reg_name(target->reg.id);

	json_add(report, "register", json_text(name));
	json_add(report, "number", json_object_new_int(target->reg.id));
}

static json_object *dword_row(const struct target *target, __u32 offset)
{
	json_object *row = json_object_new_object();
	__u32 value = get_unaligned_be32(target->data + offset);
	char text[16];

	snprintf(text, sizeof(text), "0x%02x", offset);
	json_add(row, "field", json_text(text));
	json_add(row, "value", json_object_new_int64(value));
	snprintf(text, sizeof(text), "0x%08x", value);
	json_add(row, "meaning", json_text(text));
	json_add(row, "about", NULL);
	return row;
}

static json_object *target_rows(const struct run *run,
				const struct target *target)
{
	const struct fwctl_mlx5_layout *layout = target->layout;
	json_object *rows = json_object_new_array();
	size_t i;

	for (i = 0; !layout && i < target->reg.len; i += 4)
		json_object_array_add(rows, dword_row(target, i));
	for (i = 0; layout && i < layout->count; i++) {
		const struct fwctl_mlx5_field *field = &layout->fields[i];

		if (field->use != FWCTL_MLX5_WO &&
		    is_shown(run, 2, field->name) &&
		    fwctl_mlx5_field_present(layout, field, target->data,
					     target->reg.len))
			json_object_array_add(rows, field_row(field, target->data,
							      target->reg.len));
	}
	return rows;
}

int reg_get_run(struct run *run)
{
	json_object *rows = NULL, *report = NULL;
	struct fwctl_dev *dev = NULL;
	struct target target = {};

	if (find_target(run, &target) || prepare_read(run, &target, false) ||
	    vendor_open(run, &dev))
		goto out;
	report = json_object_new_object();
	if (access_target(run, dev, &target, false, report)) {
		/* Firmware that refuses the access has answered, too. */
		if (!json_object_object_get(report, "answer"))
			goto out;
	} else if (!run->set.dry_run) {
		add_register(&target, report);
		rows = target_rows(run, &target);
		json_add(report, "fields", rows);
		check_shown(run, 2, rows);
	}
	run->result = report;
	report = NULL;
out:
	json_object_put(report);
	fwctl_dev_free(dev);
	free(target.data);
	return run->code;
}

static void add_change(json_object *rows, const char *name, __u64 before,
		       __u64 value, const char *meaning)
{
	json_object *row = json_object_new_object();

	json_add(row, "field", json_text(name));
	json_add(row, "before", json_object_new_uint64(before));
	json_add(row, "value", json_object_new_uint64(value));
	json_add(row, "meaning", json_text(meaning));
	json_object_array_add(rows, row);
}

/* Change a dword in target->data. */
static int change_dword(struct run *run, struct target *target,
			const char *word, json_object *rows, bool *write)
{
	__u32 offset, before, value;
	char name[16];

	if (parse_raw(run, target, word, &offset, &value))
		return run->code;
	before = get_unaligned_be32(target->data + offset);
	put_unaligned_be32(value, target->data + offset);
	*write |= before != value;
	snprintf(name, sizeof(name), "0x%02x", offset);
	add_change(rows, name, before, value, NULL);
	return 0;
}

/* Change a field in target->data; prepare_read() has set the keys. */
static int change_field(struct run *run, struct target *target,
			const char *word, json_object *rows, bool *write)
{
	const struct fwctl_mlx5_layout *layout = target->layout;
	const struct fwctl_mlx5_field *field, *enable;
	const char *text = strchr(word, '=');
	size_t len = target->reg.len;
	__u64 value, before = 0;
	char name[64];
	int ret;

	if (!text)
		return fail(run, FWCTL_EXIT_USAGE,
			    "%s: not in the form FIELD=VALUE", word);
	snprintf(name, sizeof(name), "%.*s", (int)(text - word), word);
	field = fwctl_mlx5_field_find(layout, name, target->data, len);
	if (field && field->use == FWCTL_MLX5_KEY)
		return 0;
	if (!field || field->use == FWCTL_MLX5_RO)
		return fail(run, FWCTL_EXIT_USAGE,
			    "%s: %s in register %s; see 'fwctl mlx5 layout show register %s'",
			    word, field ? "read-only field" : "no such field",
			    layout->name, layout->name);
	fwctl_mlx5_field_get(field, target->data, len, &before);
	ret = fwctl_mlx5_field_parse(field, text + 1, &value) ?:
	      fwctl_mlx5_field_set(field, target->data, len, value);
	if (ret)
		return fail(run, FWCTL_EXIT_USAGE,
			    "%s: %s in a field of %u bits; see 'fwctl mlx5 layout show register %s'",
			    word, ret == -ERANGE ? "the value is too big" :
			    "no such value", field->width, layout->name);
	enable = field->by >= 0 ? &layout->fields[field->by] : NULL;
	if (enable)
		fwctl_mlx5_field_set(enable, target->data, len,
				     ~0ULL >> (64 - enable->width));
	*write |= before != value || field->use != FWCTL_MLX5_RW;
	if (field->use != FWCTL_MLX5_WO)
		add_change(rows, field->name, before, value,
			   fwctl_mlx5_field_name(field, value));
	return 0;
}

/*
 * Clear the fields that are not values to be kept: those that trigger an action, so
 * that only new values do so, and read-only ones, which the driver takes for a request
 * of more. Bits that no field describes stay as they were read.
 */
static void clear_others(struct target *target)
{
	const struct fwctl_mlx5_layout *layout = target->layout;
	const struct fwctl_mlx5_field *field;
	int i;

	for (i = 0; layout && i < layout->count; i++) {
		field = &layout->fields[i];
		if (field->use == FWCTL_MLX5_RW || field->use == FWCTL_MLX5_KEY ||
		    !fwctl_mlx5_field_present(layout, field, target->data, target->reg.len))
			continue;
		if (field->text)
			memset(target->data + field->offset, 0, field->width / 8);
		else
			fwctl_mlx5_field_set(field, target->data, target->reg.len, 0);
	}
}

/* Check that the register reads back as it was written, where it can. */
static int verify(struct run *run, const struct target *target,
		  json_object *rows)
{
	const struct fwctl_mlx5_field *field;
	size_t i, offset;

	for (i = 0; i < json_object_array_length(rows); i++) {
		json_object *row = json_object_array_get_idx(rows, i);
		const char *name = string_of(row, "field");
		__u64 wanted = number_of(row, "value"), got = 0;

		if (target->layout) {
			field = fwctl_mlx5_field_find(target->layout, name,
						      target->data,
						      target->reg.len);
			if (field && field->use == FWCTL_MLX5_ACT)
				continue;
			if (field)
				fwctl_mlx5_field_get(field, target->data,
						     target->reg.len, &got);
		} else {
			offset = strtoul(name, NULL, 0);
			got = get_unaligned_be32(target->data + offset);
		}
		if (got != wanted)
			fail(run, FWCTL_EXIT_FIRMWARE,
			     "%s: %s was written as %llu and reads back as %llu: the firmware did not accept it",
			     run->argv[0], name, (unsigned long long)wanted,
			     (unsigned long long)got);
		json_add(row, "value", json_object_new_uint64(got));
	}
	return run->code;
}

int reg_set_run(struct run *run)
{
	json_object *rows = json_object_new_array();
	json_object *report = json_object_new_object(), *other = NULL;
	struct fwctl_dev *dev = NULL;
	struct target target = {};
	bool write = false;
	__u8 *keys = NULL;
	int i;

	if (find_target(run, &target) || prepare_read(run, &target, true))
		goto out;
	keys = malloc(target.reg.len);
	if (!keys) {
		fail(run, FWCTL_EXIT_USAGE, "no memory");
		goto out;
	}
	memcpy(keys, target.data, target.reg.len);
	if (vendor_open(run, &dev) ||
	    access_target(run, dev, &target, false, report))
		goto out;
	if (run->set.dry_run) {
		if (!run->set.json && !run->set.raw)
			fputs("The read; the write that follows depends on its answer.\n", stderr);
		run->result = json_object_get(report);
		goto out;
	}
	clear_others(&target);
	for (i = 2; i < run->argc; i++)
		if (target.layout ?
		    change_field(run, &target, run->argv[i], rows, &write) :
		    change_dword(run, &target, run->argv[i], rows, &write))
			goto out;
	if (write) {
		other = json_object_new_object();
		if (access_target(run, dev, &target, true, other))
			goto out;
		json_object_put(report);
		report = json_object_get(other);
		memcpy(target.data, keys, target.reg.len);
		json_object_put(other);
		other = json_object_new_object();
		if (access_target(run, dev, &target, false, other))
			goto out;
		verify(run, &target, rows);
	}
	add_register(&target, report);
	json_add(report, "changed", json_object_new_boolean(write));
	json_add(report, "fields", json_object_get(rows));
	run->result = json_object_get(report);
out:
	json_object_put(other);
	json_object_put(report);
	json_object_put(rows);
	fwctl_dev_free(dev);
	free(keys);
	free(target.data);
	return run->code;
}
