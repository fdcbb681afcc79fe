// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl cxl feature list, feature get: the features of a device, and their values.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cxl.h"

const struct option_spec cxl_get_options[] = {
	{ "selection", 0, "current|default|saved", "the value to read (default: current)" },
	{}
};

const struct column_spec cxl_list_columns[] = {
	{ "FEATURE", "name", 0 },
	{ "READ", "read_bytes", COLUMN_RIGHT },
	{ "WRITE", "write_bytes", COLUMN_RIGHT },
	{ "SELECTIONS", "selections", 0 },
	{ "SET-SCOPE", "set_scope", 0 },
	{ "TAKES-EFFECT", "takes_effect", 0 },
	{ "ABOUT", "about", 0 },
	{ "UUID", "uuid", COLUMN_EXTRA },
	{ "CHANGEABLE", "changeable", COLUMN_EXTRA },
	{ "EFFECTS", "effects", COLUMN_HEX | COLUMN_EXTRA },
	{}
};

const struct column_spec cxl_get_columns[] = {
	{ "FIELD", "field", 0 },
	{ "VALUE", "value", COLUMN_RIGHT },
	{ "UNIT", "unit", 0 },
	{ "RANGE", "range", 0 },
	{ "ABOUT", "about", 0 },
	{ "RAW", "raw", COLUMN_EXTRA },
	{}
};

/* Selections of Get Feature, and the flag of a feature that has one. */
static const struct selection {
	const char *name;
	__u32 flag;
} selections[CXL_GET_FEAT_SEL_MAX] = {
	[CXL_GET_FEAT_SEL_CURRENT_VALUE] = { "current", 0 },
	[CXL_GET_FEAT_SEL_DEFAULT_VALUE] = { "default", CXL_FEATURE_F_DEFAULT_SEL },
	[CXL_GET_FEAT_SEL_SAVED_VALUE] = { "saved", CXL_FEATURE_F_SAVED_SEL },
};

static bool has_selection(const struct cxl_feat_entry *entry, int i)
{
	return (le32toh(entry->flags) & selections[i].flag) == selections[i].flag;
}

/* Set the entry, and with it the UUID and the known fields. */
static void set_entry(struct cxl_value *value, const struct cxl_feat_entry *entry)
{
	const struct cxl_feature *feature;

	value->entry = *entry;
	value->feature = NULL;
	cxl_uuid_text((const __u8 *)&entry->uuid, value->uuid);
	for (feature = cxl_features; feature->name; feature++)
		if (!strcmp(feature->uuid, value->uuid))
			value->feature = feature;
}

/* Find the feature that the second argument names, by name or UUID. */
int cxl_find_value(struct run *run, struct fwctl_dev *dev,
		   struct cxl_value *value)
{
	struct cxl_nearest nearest = {};
	const char *word = run->argv[1];
	struct cxl_feat_entry *entries;
	size_t count, i;

	cxl_read_entries(run, dev, &entries, &count, NULL);
	for (i = 0; !run->code && i < count; i++) {
		set_entry(value, &entries[i]);
		if (!strcasecmp(word, value->uuid) ||
		    (value->feature && !strcasecmp(word, value->feature->name)))
			break;
		if (value->feature)
			cxl_compare(&nearest, word, value->feature->name);
	}
	if (!run->code && i == count)
		fail(run, FWCTL_EXIT_UNSUPPORTED,
		     "%s: %s has no such feature; %s%s%ssee 'fwctl cxl feature list %s'",
		     word, fwctl_dev_name(dev), *nearest.name ? "did you mean " : "",
		     nearest.name, *nearest.name ? "? " : "", fwctl_dev_name(dev));
	free(entries);
	return run->code;
}

static json_object *json_selections(const struct cxl_feat_entry *entry)
{
	json_object *names = json_object_new_array();
	int i;

	for (i = 0; i < CXL_GET_FEAT_SEL_MAX; i++)
		if (has_selection(entry, i))
			json_object_array_add(names, json_text(selections[i].name));
	return names;
}

static json_object *entry_row(const struct cxl_feat_entry *entry)
{
	json_object *row = json_object_new_object();
	__u16 effects = le16toh(entry->effects);
	__u32 flags = le32toh(entry->flags);
	struct cxl_value value = {};
	int scope = cxl_scope(effects);
	char when[CXL_EFFECT_LEN];

	set_entry(&value, entry);
	cxl_effect_text(effects, when);
	json_add(row, "name", json_text(value.feature ? value.feature->name :
					value.uuid));
	json_add(row, "uuid", json_text(value.uuid));
	json_add(row, "known", json_object_new_boolean(!!value.feature));
	json_add(row, "about", json_text(value.feature ? value.feature->about :
					 NULL));
	json_add(row, "read_bytes",
		 json_object_new_int(le16toh(entry->get_feat_size)));
	json_add(row, "write_bytes",
		 json_object_new_int(le16toh(entry->set_feat_size)));
	json_add(row, "changeable",
		 json_object_new_boolean(flags & CXL_FEATURE_F_CHANGEABLE));
	json_add(row, "survives_update",
		 json_object_new_boolean(flags & CXL_FEATURE_F_PERSIST_FW_UPDATE));
	json_add(row, "selections", json_selections(entry));
	json_add(row, "effects", json_object_new_int(effects));
	json_add(row, "takes_effect", json_text(*when ? when : NULL));
	json_add(row, "set_scope", scope < 0 ? NULL :
		 json_text(fwctl_scope_name((enum fwctl_rpc_scope)scope)));
	return row;
}

int cxl_list_run(struct run *run)
{
	json_object *report = json_object_new_object(), *rows;
	struct cxl_feat_entry *entries = NULL;
	struct fwctl_dev *dev;
	size_t count, i;

	if (!vendor_open(run, &dev) &&
	    !cxl_read_entries(run, dev, &entries, &count, report) &&
	    !run->set.dry_run) {
		drop_request(report);
		rows = json_object_new_array();
		for (i = 0; i < count; i++)
			json_object_array_add(rows, entry_row(&entries[i]));
		json_add(report, "features", rows);
	}
	if (!run->code)
		run->result = json_object_get(report);
	json_object_put(report);
	free(entries);
	fwctl_dev_free(dev);
	return run->code;
}

/* Print the rows at a key of the result as a table. */
static void print_rows(struct run *run, const char *key)
{
	json_object *all = run->result;

	run->result = json_object_object_get(all, key);
	if (run->result)
		print_table(run, stdout);
	run->result = all;
}

void cxl_list_text(struct run *run)
{
	print_rows(run, "features");
}

/* The name of a field's number, or the number. */
json_object *cxl_json_number(const struct cxl_field *field, __u32 number)
{
	const char *name = cxl_meaning(field, number);

	return name ? json_text(name) : json_object_new_int64(number);
}

static json_object *field_row(const struct cxl_value *value,
			      const struct cxl_place *place, __u32 number)
{
	json_object *row = json_object_new_object();
	bool writable = place->field->set != CXL_NOT_SET;
	char range[64];

	cxl_range(value, place, range, sizeof(range));
	json_add(row, "field", json_text(place->name));
	json_add(row, "value", cxl_json_number(place->field, number));
	json_add(row, "raw", json_object_new_int64(number));
	json_add(row, "unit", json_text(place->field->unit));
	json_add(row, "range", json_text(writable ? range : NULL));
	json_add(row, "about", json_text(place->field->about));
	return row;
}

/* Add the feature's names and the bytes of its value. */
void cxl_add_value(json_object *report, const struct cxl_value *value)
{
	json_add(report, "feature", json_text(value->feature ?
					      value->feature->name : NULL));
	json_add(report, "uuid", json_text(value->uuid));
	json_add(report, "bytes", json_hex(value->data, value->len));
}

/* Set the run's error: the feature has no field of this name. */
void cxl_fail_field(struct run *run, const struct cxl_value *value,
		    const char *word)
{
	struct cxl_nearest nearest = {};
	struct cxl_place place = {};

	while (cxl_next_place(value, &place))
		cxl_compare(&nearest, word, place.name);
	fail(run, FWCTL_EXIT_USAGE,
	     "%s: no such field of %s; %s%s%ssee 'fwctl cxl feature get %s %s'", word,
	     value->feature ? value->feature->name : value->uuid,
	     *nearest.name ? "did you mean " : "", nearest.name,
	     *nearest.name ? "? " : "", run->argv[0], run->argv[1]);
}

/* Rows of the fields that the arguments name, or of all. */
static json_object *field_rows(struct run *run, const struct cxl_value *value)
{
	json_object *rows = json_object_new_array();
	struct cxl_place place = {};
	bool *found = calloc(run->argc, sizeof(*found));
	__u32 number;
	int i;

	while (found && cxl_next_place(value, &place)) {
		bool wanted = run->argc == 2;

		for (i = 2; i < run->argc; i++)
			if (!strcasecmp(run->argv[i], place.name) ||
			    !strcasecmp(run->argv[i], place.field->name)) {
				found[i] = true;
				wanted = true;
			}
		if (wanted && cxl_get_field(value, &place, &number))
			json_object_array_add(rows, field_row(value, &place, number));
	}
	for (i = 2; found && i < run->argc; i++)
		if (!found[i])
			cxl_fail_field(run, value, run->argv[i]);
	free(found);
	return rows;
}

/* The selection that the option names; its errors are those of the feature. */
static int find_selection(struct run *run, const struct cxl_value *value)
{
	const char *name = option(run, "selection") ?: "current";
	int i;

	for (i = 0; i < CXL_GET_FEAT_SEL_MAX; i++)
		if (!strcmp(selections[i].name, name))
			break;
	if (i == CXL_GET_FEAT_SEL_MAX)
		fail(run, FWCTL_EXIT_USAGE,
		     "--selection %s: must be current, default or saved", name);
	else if (!has_selection(&value->entry, i))
		fail(run, FWCTL_EXIT_UNSUPPORTED,
		     "%s: %s has no %s value; see 'fwctl cxl feature list %s'",
		     run->argv[0], run->argv[1], name, run->argv[0]);
	return i;
}

int cxl_get_run(struct run *run)
{
	json_object *report = json_object_new_object();
	struct cxl_value value = {};
	struct fwctl_dev *dev;
	int selection = 0;

	if (!vendor_open(run, &dev) && !cxl_find_value(run, dev, &value))
		selection = find_selection(run, &value);
	if (!run->code && !cxl_read_value(run, dev, selection, &value, report) &&
	    !run->set.dry_run) {
		cxl_add_value(report, &value);
		json_add(report, "selection",
			 json_text(selections[selection].name));
		json_add(report, "fields", field_rows(run, &value));
	}
	/* Firmware that refuses the read has answered, too. */
	if (!run->code || json_object_object_get(report, "answer"))
		run->result = json_object_get(report);
	json_object_put(report);
	free(value.data);
	fwctl_dev_free(dev);
	return run->code;
}

/* The fields, or the bytes of a feature without known fields. */
void cxl_get_text(struct run *run)
{
	json_object *fields = json_object_object_get(run->result, "fields");

	if (fields && json_object_array_length(fields))
		print_rows(run, "fields");
	else if (string_of(run->result, "bytes"))
		print_bytes(string_of(run->result, "bytes"));
}
