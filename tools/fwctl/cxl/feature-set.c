// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl cxl feature set: writes fields of a feature, or all of its bytes, and reads the
 * value back.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cxl.h"

/* In place of fields: all bytes of the value. */
#define BYTES "bytes="

const struct option_spec cxl_set_options[] = {
	{ "save", 0, NULL, "have the device keep the value over resets" },
	{}
};

const struct column_spec cxl_set_columns[] = {
	{ "FIELD", "field", 0 },
	{ "BEFORE", "before", COLUMN_RIGHT },
	{ "VALUE", "value", COLUMN_RIGHT },
	{ "UNIT", "unit", 0 },
	{}
};

/**
 * struct change - a value about to be written
 * @value: the feature, and its value before
 * @data: the value to write
 * @len: its length
 * @write: true if it differs from the value before
 */
struct change {
	struct cxl_value value;
	__u8 *data;
	size_t len;
	bool write;
};

/* The command line has all bytes of the value. */
static int parse_bytes(struct run *run, struct change *change)
{
	const char *text = run->argv[2] + strlen(BYTES);
	struct buffer bytes = {};

	if (run->argc > 3)
		return fail(run, FWCTL_EXIT_USAGE,
			    "%s: not beside other fields, as it writes all of them",
			    run->argv[2]);
	if (parse_hex(run, text, UINT16_MAX, &bytes))
		return run->code;
	if (bytes.len == change->len)
		memcpy(change->data, bytes.data, bytes.len);
	else
		fail(run, FWCTL_EXIT_USAGE, "%s: %zu bytes; the value has %zu",
		     run->argv[2], bytes.len, change->len);
	free(bytes.data);
	change->write = true;
	return run->code;
}

/* Begin with the value before, whose every writable field must be known. */
static int keep_fields(struct run *run, struct change *change)
{
	const struct cxl_value *value = &change->value;
	struct cxl_place place = {};
	size_t known = 0;
	__u32 number;

	if (value->feature)
		known = value->feature->set_len;
	while (cxl_next_place(value, &place)) {
		if (place.field->flags & CXL_EACH)
			known = value->feature->set_len +
				(place.element + 1) * value->feature->set_each;
		if (!(place.field->flags & CXL_ACTION) &&
		    cxl_get_field(value, &place, &number))
			cxl_put_field(value, &place, change->data, change->len,
				      number);
	}
	if (value->feature && change->len <= known)
		return 0;
	return fail(run, FWCTL_EXIT_UNSUPPORTED,
		    "%s: %zu of the %zu bytes of the value have known fields; write all bytes with bytes=HEX",
		    run->argv[1], known, change->len);
}

/* Set the fields that a word FIELD=VALUE names: without a number in brackets, all. */
static int set_fields(struct run *run, struct change *change, const char *word)
{
	const char *text = strchr(word, '=');
	const struct cxl_value *value = &change->value;
	struct cxl_place place = {};
	char name[48], range[64];
	bool found = false;
	__u32 number;

	if (!text)
		return fail(run, FWCTL_EXIT_USAGE,
			    "%s: not in the form FIELD=VALUE", word);
	snprintf(name, sizeof(name), "%.*s", (int)(text++ - word), word);
	while (cxl_next_place(value, &place)) {
		if (strcasecmp(name, place.name) &&
		    strcasecmp(name, place.field->name))
			continue;
		found = true;
		if (place.field->set == CXL_NOT_SET)
			return fail(run, FWCTL_EXIT_USAGE,
				    "%s: the field is read-only", word);
		cxl_range(value, &place, range, sizeof(range));
		if (!cxl_parse(value, &place, text, &number))
			return fail(run, FWCTL_EXIT_USAGE,
				    "%s: must be %s", word, range);
		if (!cxl_put_field(value, &place, change->data, change->len,
				   number))
			return fail(run, FWCTL_EXIT_UNSUPPORTED,
				    "%s: the value that this device takes has no such field",
				    word);
	}
	if (!found)
		cxl_fail_field(run, value, name);
	return run->code;
}

/* The value to write, from the value before and the command line. */
static int make_change(struct run *run, struct change *change)
{
	struct cxl_place place = {};
	__u32 before, wanted;
	int i;

	change->len = le16toh(change->value.entry.set_feat_size);
	change->data = calloc(1, change->len + 1);
	if (!change->data)
		return fail(run, FWCTL_EXIT_USAGE, "no memory");
	if (!strncmp(run->argv[2], BYTES, strlen(BYTES)))
		return parse_bytes(run, change);
	if (keep_fields(run, change))
		return run->code;
	for (i = 2; i < run->argc; i++)
		if (set_fields(run, change, run->argv[i]))
			return run->code;
	while (cxl_next_place(&change->value, &place)) {
		if (!cxl_get_wanted(&change->value, &place, change->data,
				    change->len, &wanted))
			continue;
		before = 0;
		if (!(place.field->flags & CXL_ACTION))
			cxl_get_field(&change->value, &place, &before);
		change->write |= before != wanted;
	}
	/* The saved value may differ from the current one. */
	change->write |= !!option(run, "save");
	return 0;
}

/* The scope of the write: as the option says, else by the feature's effects. */
static int choose_scope(struct run *run, const struct change *change)
{
	int scope = cxl_scope(le16toh(change->value.entry.effects));

	if (run->set.has_scope)
		return 0;
	if (scope < 0)
		return fail(run, FWCTL_EXIT_REFUSED,
			    "%s: no scope admits a write of %s, whose effects are 0x%04x; see fwctl-cxl(8)",
			    run->argv[0], run->argv[1],
			    le16toh(change->value.entry.effects));
	run->set.scope = scope;
	run->set.has_scope = true;
	return 0;
}

/* The value to read back, or -1 if a new one takes effect later and is nowhere yet. */
static int back_selection(const struct change *change)
{
	const struct cxl_feat_entry *entry = &change->value.entry;

	if (cxl_at_once(le16toh(entry->effects)))
		return CXL_GET_FEAT_SEL_CURRENT_VALUE;
	return le32toh(entry->flags) & CXL_FEATURE_F_SAVED_SEL ?
	       CXL_GET_FEAT_SEL_SAVED_VALUE : -1;
}

static void fail_back(struct run *run, const struct cxl_place *place,
		      __u32 wanted, __u32 got)
{
	json_object *one = cxl_json_number(place->field, wanted);
	json_object *other = cxl_json_number(place->field, got);

	fail(run, FWCTL_EXIT_FIRMWARE,
	     "%s: %s was written as %s and reads back as %s: the device did not accept it",
	     run->argv[0], place->name, json_object_get_string(one),
	     json_object_get_string(other));
	json_object_put(one);
	json_object_put(other);
}

/* Rows of the fields that changed; @back is the value as read back, or NULL. */
static json_object *change_rows(struct run *run, const struct change *change,
				const struct cxl_value *back)
{
	json_object *rows = json_object_new_array(), *row;
	struct cxl_place place = {};
	__u32 before, wanted, got;

	while (cxl_next_place(&change->value, &place)) {
		if (!cxl_get_wanted(&change->value, &place, change->data,
				    change->len, &wanted) ||
		    !cxl_get_field(&change->value, &place, &before))
			continue;
		got = wanted;
		if (back && !(place.field->flags & CXL_ACTION))
			cxl_get_field(back, &place, &got);
		if (got != wanted)
			fail_back(run, &place, wanted, got);
		if (before == got && got == wanted)
			continue;
		row = json_object_new_object();
		json_add(row, "field", json_text(place.name));
		json_add(row, "before", cxl_json_number(place.field, before));
		json_add(row, "value", cxl_json_number(place.field, got));
		json_add(row, "unit", json_text(place.field->unit));
		json_object_array_add(rows, row);
	}
	return rows;
}

/* Write, read back, and add both to the report. */
static int apply(struct run *run, struct fwctl_dev *dev, struct change *change,
		 json_object *report)
{
	struct cxl_value back = {
		.feature = change->value.feature, .entry = change->value.entry,
	};
	bool save = option(run, "save"), read = false;
	int selection = back_selection(change);
	char when[CXL_EFFECT_LEN];

	memcpy(back.uuid, change->value.uuid, sizeof(back.uuid));
	if (change->write) {
		if (choose_scope(run, change) ||
		    cxl_write_value(run, dev, &change->value, save ?
				    CXL_SET_FEAT_FLAG_DATA_SAVED_ACROSS_RESET : 0,
				    change->data, change->len, report) ||
		    run->set.dry_run)
			return run->code;
		read = selection >= 0;
		if (read && cxl_read_value(run, dev, selection, &back, NULL))
			fail_front(run, "the value is written, but not read back");
	}
	cxl_effect_text(le16toh(change->value.entry.effects), when);
	cxl_add_value(report, read && !run->code ? &back : &change->value);
	json_add(report, "changed", json_object_new_boolean(change->write));
	json_add(report, "saved", json_object_new_boolean(save));
	json_add(report, "takes_effect", json_text(*when ? when : NULL));
	json_add(report, "fields",
		 change_rows(run, change, read && !run->code ? &back : NULL));
	json_add(report, "verified",
		 json_object_new_boolean(!change->write ||
					 (read && back.feature && !run->code)));
	free(back.data);
	return run->code;
}

int cxl_set_run(struct run *run)
{
	json_object *report = json_object_new_object();
	struct change change = {};
	struct fwctl_dev *dev;

	if (vendor_open(run, &dev) || cxl_find_value(run, dev, &change.value))
		goto out;
	if (!(le32toh(change.value.entry.flags) & CXL_FEATURE_F_CHANGEABLE)) {
		fail(run, FWCTL_EXIT_UNSUPPORTED,
		     "%s: the device does not let %s be changed", run->argv[0],
		     run->argv[1]);
		goto out;
	}
	if (cxl_read_value(run, dev, CXL_GET_FEAT_SEL_CURRENT_VALUE,
			   &change.value, NULL) || make_change(run, &change))
		goto out;
	json_add(report, "device", json_text(fwctl_dev_name(dev)));
	apply(run, dev, &change, report);
	if (!run->code || json_object_object_get(report, "answer"))
		run->result = json_object_get(report);
out:
	json_object_put(report);
	free(change.data);
	free(change.value.data);
	fwctl_dev_free(dev);
	return run->code;
}

void cxl_set_text(struct run *run)
{
	json_object *all = run->result, *rows;
	const char *when = string_of(all, "takes_effect");
	bool changed = json_object_get_boolean(json_object_object_get(all, "changed"));
	bool verified = json_object_get_boolean(json_object_object_get(all, "verified"));

	rows = json_object_object_get(all, "fields");
	if (!rows)
		return;
	run->result = rows;
	print_table(run, stdout);
	run->result = all;
	if (run->set.raw || run->code)
		return;
	if (!changed)
		puts("no change: the device has these values");
	else
		printf("takes effect %s; %s\n", when ? when : "at an unknown time",
		       verified ? "read back as written" : "not verified");
}
