// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl mlx5 dump: internal state of the firmware, by the register RESOURCE_DUMP.
 *
 * The device sends a stream of segments in pieces of at most 208 bytes: larger
 * pieces need a memory key, which a user of fwctl cannot have. The header of an
 * answer is the next request.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "be.h"
#include "dump.h"

/* More than the longest segment: the answer has a menu and a few short segments. */
#define MAX_MENU (512 << 10)
/* Values of num_of_obj1 and num_of_obj2 with a meaning of their own. */
#define ACTIVE 0xfffe
#define ALL 0xffff

const struct column_spec dump_menu_columns[] = {
	{ "SEGMENT", "segment", COLUMN_HEX },
	{ "NAME", "name", 0 },
	{ "INDEX1", "index1", 0 },
	{ "NUM-OF-OBJ1", "num_of_obj1", 0 },
	{ "INDEX2", "index2", 0 },
	{ "NUM-OF-OBJ2", "num_of_obj2", 0 },
	{}
};

const struct option_spec dump_get_options[] = {
	{ "index1", '1', "NUMBER", "the first object" },
	{ "index2", '2', "NUMBER", "the first object of the second kind" },
	{ "num-of-obj1", 'N', "all|active|NUMBER", "how many objects" },
	{ "num-of-obj2", 'M', "all|active|NUMBER",
	  "how many objects of the second kind" },
	{ "resume", 'R', NULL, "continue an interrupted dump" },
	{ "limit", 'l', "BYTES", "interrupt the dump after this number of bytes" },
	{ "progress", 'p', NULL, "print the progress also if standard error is not a terminal" },
	{}
};

const struct column_spec dump_get_columns[] = {
	{ "DEVICE", "device", 0 },
	{ "SEGMENT", "segment", COLUMN_HEX },
	{ "NAME", "name", 0 },
	{ "FILE", "file", 0 },
	{ "BYTES", "bytes", 0 },
	{ "SEGMENTS", "segments", 0 },
	{ "RESUMED-AT", "resumed_at", 0 },
	{ "COMPLETE", "complete", 0 },
	{ "RPCS", "rpcs", 0 },
	{}
};

static __u64 number(const struct dump *dump, const __u8 *data, const char *name)
{
	return get_number(dump->reg, data, DUMP_HEADER, name);
}

static void begin(struct dump *dump, struct run *run, __u16 segment)
{
	const struct fwctl_mlx5_layout *reg;

	reg = fwctl_mlx5_layout_find(FWCTL_MLX5_REGISTER, "resource_dump");
	dump->run = run;
	dump->reg = reg;
	if (!dump->report)
		dump->report = json_object_new_object();
	memset(dump->next, 0, sizeof(dump->next));
	set_number(reg, dump->next, DUMP_HEADER, "inline_dump", 1);
	set_number(reg, dump->next, DUMP_HEADER, "segment_type", segment);
	dump->offset = 0;
	dump->len = 0;
	dump->more = true;
}

/* Get the next piece. Returns an exit code. */
static int next_piece(struct dump *dump)
{
	const char *why = NULL;

	dump->offset += dump->len;
	dump->len = 0;
	memcpy(dump->asked, dump->next, sizeof(dump->asked));
	memset(dump->piece, 0, sizeof(dump->piece));
	memcpy(dump->piece, dump->next, sizeof(dump->next));
	if (read_register(dump->run, dump->dev, dump->reg, dump->piece,
			  dump->report) || dump->run->set.dry_run)
		return dump->run->code;
	dump->rpcs++;
	dump->len = number(dump, dump->piece, "size");
	dump->more = number(dump, dump->piece, "more_dump");
	memcpy(dump->next, dump->piece, sizeof(dump->next));
	if (number(dump, dump->piece, "seq_num") !=
	    ((number(dump, dump->asked, "seq_num") + 1) & 0xf))
		why = "has a wrong sequence number";
	else if (dump->len % 4 || dump->len > DUMP_REGISTER - DUMP_HEADER)
		why = "has an invalid length";
	else if (!dump->len && dump->more)
		why = "is empty";
	if (!why)
		return 0;
	return fail(dump->run, FWCTL_EXIT_FIRMWARE,
		    "%s: the piece at byte %llu of the dump %s",
		    fwctl_dev_name(dump->dev),
		    (unsigned long long)dump->offset, why);
}

/* Read the menu of segments; the caller frees menu->data. Returns an exit code. */
static int get_menu(struct dump *dump, struct buffer *menu)
{
	struct buffer all = {};
	size_t at, len;
	__u8 *data;

	menu->len = 0;
	menu->data = NULL;
	while (dump->more) {
		if (next_piece(dump) || dump->run->set.dry_run)
			goto out;
		data = all.len + dump->len > MAX_MENU ? NULL :
		       realloc(all.data, all.len + dump->len);
		if (!data) {
			fail(dump->run, FWCTL_EXIT_FIRMWARE,
			     "%s: the menu is too long",
			     fwctl_dev_name(dump->dev));
			goto out;
		}
		memcpy(data + all.len, dump->piece + DUMP_HEADER, dump->len);
		all.data = data;
		all.len += dump->len;
	}
	for (data = all.data, at = 0; at + 4 <= all.len; at += len) {
		len = 4 * get_unaligned_be16(data + at);
		if (!len || len > all.len - at)
			break;
		if (get_unaligned_be16(data + at + 2) !=
		    dump_segment("menu")->id)
			continue;
		menu->len = len;
		menu->data = malloc(len);
		if (menu->data)
			memcpy(menu->data, data + at, len);
		break;
	}
	if (!menu->data)
		fail(dump->run, FWCTL_EXIT_FIRMWARE,
		     "%s: the answer has no menu", fwctl_dev_name(dump->dev));
out:
	free(all.data);
	return dump->run->code;
}

/*
 * The nth record of a menu, or NULL. The layout describes the segment's header and
 * the first record: the pointer is such that the layout fits the nth one.
 */
static const __u8 *record(const struct buffer *menu, size_t n)
{
	const struct fwctl_mlx5_layout *layout = dump_segment("menu");
	size_t header = fwctl_mlx5_field_find(layout, "segment_type", NULL,
					      0)->offset;
	size_t at = n * (layout->size - header);

	if (n >= get_number(layout, menu->data, menu->len, "num_of_records") ||
	    at + layout->size > menu->len)
		return NULL;
	return (const __u8 *)menu->data + at;
}

static __u64 record_number(const __u8 *record, const char *name)
{
	const struct fwctl_mlx5_layout *layout = dump_segment("menu");

	return get_number(layout, record, layout->size, name);
}

static const char *record_text(const __u8 *record, const char *name,
			       char *text, size_t size)
{
	const struct fwctl_mlx5_layout *layout = dump_segment("menu");
	const struct fwctl_mlx5_field *field;

	field = fwctl_mlx5_field_find(layout, name, NULL, 0);
	if (fwctl_mlx5_field_text(field, record, layout->size, text, size))
		*text = 0;
	return text;
}

/* A flag of a record: the prefix is "support_" or "must_have_". */
static bool record_flag(const __u8 *record, const char *prefix,
			const char *name)
{
	char flag[48];

	snprintf(flag, sizeof(flag), "%s%s", prefix, name);
	return record_number(record, flag);
}

/* The arguments that an object of a menu takes. */
static const char * const filters[] = {
	"index1", "index2", "num_of_obj1", "num_of_obj2",
};

/* A flag such as "num_of_obj1_supports_all"; an index has none. */
static bool supports(const __u8 *record, const char *filter, const char *what)
{
	char flag[48];

	snprintf(flag, sizeof(flag), "%s_supports_%s", filter, what);
	return fwctl_mlx5_field_find(dump_segment("menu"), flag, NULL, 0) &&
	       record_number(record, flag);
}

/* "qpn", "[slice]", "[number|all]", or null. */
static json_object *json_filter(const __u8 *record, const char *filter)
{
	bool index = !strncmp(filter, "index", 5);
	bool must = record_flag(record, "must_have_", filter);
	char name[20], key[24], text[64];

	if (!record_flag(record, "support_", filter))
		return NULL;
	snprintf(key, sizeof(key), "%s_name", filter);
	snprintf(text, sizeof(text), "%s%s%s%s%s", must ? "" : "[",
		 index ? record_text(record, key, name, sizeof(name)) :
			 "number",
		 supports(record, filter, "active") ? "|active" : "",
		 supports(record, filter, "all") ? "|all" : "",
		 must ? "" : "]");
	return json_text(text);
}

static json_object *json_record(const __u8 *record)
{
	json_object *row = json_object_new_object();
	char name[20];
	size_t i;

	json_add(row, "segment",
		 json_object_new_int(record_number(record, "segment_type")));
	json_add(row, "name",
		 json_text(record_text(record, "segment_name", name,
				       sizeof(name))));
	for (i = 0; i < ARRAY_SIZE(filters); i++)
		json_add(row, filters[i], json_filter(record, filters[i]));
	return row;
}

int dump_menu_run(struct run *run)
{
	json_object *rows = json_object_new_array();
	struct dump dump = {};
	struct buffer menu = {};
	const __u8 *one;
	size_t i;

	begin(&dump, run, dump_segment("menu")->id);
	if (vendor_open(run, &dump.dev) || get_menu(&dump, &menu))
		goto out;
	for (i = 0; !run->set.dry_run && (one = record(&menu, i)); i++)
		json_object_array_add(rows, json_record(one));
	run->result = json_object_get(dump.report);
	if (!run->set.dry_run) {
		drop_request(run->result);
		json_add(run->result, "fields", json_object_get(rows));
	}
out:
	free(menu.data);
	json_object_put(rows);
	json_object_put(dump.report);
	fwctl_dev_free(dump.dev);
	return run->code;
}

/* Find a segment by name or number in the menu; a number may be missing there. */
static int find_segment(struct run *run, const struct buffer *menu,
			const char *what, const __u8 **found, __u16 *number)
{
	uint64_t id = UINT64_MAX;
	const __u8 *one;
	char name[20];
	size_t i;

	*found = NULL;
	if (*what >= '0' && *what <= '9' &&
	    parse_number(run, "SEGMENT", what, UINT16_MAX, &id))
		return run->code;
	for (i = 0; (one = record(menu, i)); i++)
		if (record_number(one, "segment_type") == id ||
		    !strcasecmp(record_text(one, "segment_name", name,
					    sizeof(name)), what))
			break;
	if (!one && id == UINT64_MAX)
		return fail(run, FWCTL_EXIT_USAGE,
			    "%s: the device has no such segment; see 'fwctl mlx5 dump menu'",
			    what);
	*found = one;
	*number = one ? record_number(one, "segment_type") : id;
	return 0;
}

/* Check that a filter is given if the segment needs it, and not if it has none. */
static int check_filter(struct run *run, const __u8 *record, const char *filter,
			const char *name, const char *text, __u64 value)
{
	bool many = *filter == 'n' && value >= ACTIVE;

	if (!record)
		return 0;
	if (!text && record_flag(record, "must_have_", filter))
		return fail(run, FWCTL_EXIT_USAGE,
			    "%s: needs --%s; see 'fwctl mlx5 dump menu'",
			    run->argv[1], name);
	if (text && !record_flag(record, "support_", filter))
		return fail(run, FWCTL_EXIT_USAGE,
			    "%s: takes no --%s; see 'fwctl mlx5 dump menu'",
			    run->argv[1], name);
	if (text && many &&
	    !supports(record, filter, value == ALL ? "all" : "active"))
		return fail(run, FWCTL_EXIT_USAGE,
			    "%s: --%s takes no %s; see 'fwctl mlx5 dump menu'",
			    run->argv[1], name, text);
	return 0;
}

/* Put the filters from the command line into the request. */
static int set_filters(struct run *run, struct dump *dump, const __u8 *record)
{
	const struct fwctl_mlx5_field *field;
	const char *text;
	char name[16], *at;
	__u64 value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(filters); i++) {
		snprintf(name, sizeof(name), "%s", filters[i]);
		for (at = name; *at; at++)
			if (*at == '_')
				*at = '-';
		field = fwctl_mlx5_field_find(dump->reg, filters[i], NULL, 0);
		text = option(run, name);
		value = 0;
		if (text && (fwctl_mlx5_field_parse(field, text, &value) ||
			     fwctl_mlx5_field_set(field, dump->next,
						  DUMP_HEADER, value)))
			return fail(run, FWCTL_EXIT_USAGE,
				    "--%s %s: is not a number of %u bits%s",
				    name, text, field->width, field->values ?
				    ", all or active" : "");
		if (check_filter(run, record, filters[i], name, text, value))
			return run->code;
	}
	return 0;
}

/* The card and its firmware: a dump can be resumed only with the same ones. */
static int identify(struct run *run, struct fwctl_dev *dev, char *text,
		    size_t size)
{
	json_object *report = json_object_new_object();
	struct field_reg mgir = { .run = run, .dev = dev };

	reg_begin(&mgir, "mgir");
	if (!reg_read(&mgir, report))
		snprintf(text, size, "%04x%08x, firmware %u.%u.%u, at %s",
			 (__u32)reg_get(&mgir, "manufacturing_base_mac_47_32"),
			 (__u32)reg_get(&mgir, "manufacturing_base_mac_31_0"),
			 (__u32)reg_get(&mgir, "extended_major"),
			 (__u32)reg_get(&mgir, "extended_minor"),
			 (__u32)reg_get(&mgir, "extended_subminor"),
			 fwctl_dev_parent(dev));
	json_object_put(report);
	return run->code;
}

/* The estimated length of the whole dump, or 0 if nothing is known. */
static uint64_t estimate(const struct dump *dump, const struct dump_file *file)
{
	const struct segments *segments = &file->segments;
	__u64 count = number(dump, dump->asked, "num_of_obj1");

	if (!count || count >= ACTIVE || !segments->wanted)
		return 0;
	count = segments->wanted_bytes / segments->wanted * count;
	return count > file->size ? count : file->size;
}

/* Copy the stream from the device to the file; returns true if it is complete. */
static bool transfer(struct dump *dump, struct dump_file *file)
{
	struct progress progress;
	unsigned long limit = 0;
	struct run *run = dump->run;
	uint64_t from = file->resumed;

	if (number_option(run, "limit", 1, ULONG_MAX, &limit))
		return false;
	progress_begin(&progress, run->argv[1], 0, option(run, "progress"));
	interrupt_begin();
	while (dump->more && !run->code && !interrupted() &&
	       (!limit || file->size < limit)) {
		if (next_piece(dump) || dump_file_write(file, dump))
			break;
		progress.total = estimate(dump, file);
		if (progress.total)
			progress.total -= from;
		progress_show(&progress, file->size - from);
	}
	progress_end(&progress);
	if (run->code)
		return false;
	if (dump->more)
		fail(run, FWCTL_EXIT_PARTIAL,
		     "%s: interrupted after %llu bytes%s", file->name,
		     (unsigned long long)dump_file_kept(file, false),
		     file->part ? "; continue with --resume" : "");
	else if (file->segments.left)
		fail(run, FWCTL_EXIT_FIRMWARE,
		     "%s: the dump ends within a segment, after %llu bytes",
		     fwctl_dev_name(dump->dev),
		     (unsigned long long)file->size);
	return !run->code;
}

/* Report the segments "error", which stand in a dump for missing parts. */
static void tell_missing(struct run *run, const struct dump *dump,
			 const struct segments *segments)
{
	const struct fwctl_mlx5_layout *layout = dump_segment("error");
	const struct fwctl_mlx5_field *field;
	char text[40];

	field = fwctl_mlx5_field_find(layout, "error", NULL, 0);
	if (!segments->errors ||
	    fwctl_mlx5_field_text(field, segments->error,
				  sizeof(segments->error), text, sizeof(text)))
		return;
	fail(run, FWCTL_EXIT_FIRMWARE,
	     "%s: parts of the dump are missing: %s (syndrome 0x%llx), the first of %llu errors",
	     fwctl_dev_name(dump->dev), text,
	     get_number(layout, segments->error, sizeof(segments->error),
			"syndrome_id"), (unsigned long long)segments->errors);
}

static json_object *json_dump(const struct run *run, const struct dump *dump,
			      const struct dump_file *file, const char *name,
			      bool complete)
{
	json_object *result = json_object_get(dump->report);

	drop_request(result);
	json_add(result, "segment",
		 json_object_new_int(number(dump, dump->asked,
					    "segment_type")));
	json_add(result, "name", json_text(name));
	json_add(result, "file", json_text(run->argv[2]));
	json_add(result, "bytes",
		 json_object_new_uint64(dump_file_kept(file, complete)));
	json_add(result, "segments",
		 json_object_new_uint64(file->segments.count));
	json_add(result, "errors",
		 json_object_new_uint64(file->segments.errors));
	json_add(result, "resumed_at",
		 option(run, "resume") ?
		 json_object_new_uint64(file->resumed) : NULL);
	json_add(result, "complete", json_object_new_boolean(complete));
	json_add(result, "rpcs", json_object_new_uint64(dump->rpcs));
	return result;
}

static int check_target(struct run *run)
{
	if (strcmp(run->argv[2], "-"))
		return 0;
	if (run->set.json || isatty(STDOUT_FILENO))
		return fail(run, FWCTL_EXIT_USAGE,
			    "dump get: standard output is %s; name a file",
			    run->set.json ? "for JSON" : "a terminal");
	if (option(run, "resume"))
		return fail(run, FWCTL_EXIT_USAGE,
			    "dump get: --resume needs a file");
	run->printed = true;
	return 0;
}

int dump_get_run(struct run *run)
{
	struct dump_file file = { .run = run, .name = run->argv[2] };
	struct buffer menu = {};
	struct dump dump = {};
	const __u8 *one = NULL;
	char name[20] = "";
	bool complete;

	begin(&dump, run, dump_segment("menu")->id);
	if (check_target(run) || vendor_open(run, &dump.dev) ||
	    get_menu(&dump, &menu))
		goto out;
	if (run->set.dry_run) {
		run->printed = false;
		run->result = json_object_get(dump.report);
		goto out;
	}
	if (find_segment(run, &menu, run->argv[1], &one, &file.segments.type) ||
	    identify(run, dump.dev, file.card, sizeof(file.card)))
		goto out;
	if (one)
		record_text(one, "segment_name", name, sizeof(name));
	begin(&dump, run, file.segments.type);
	if (set_filters(run, &dump, one))
		goto out;
	complete = !dump_file_begin(&file, &dump, option(run, "resume")) &&
		   transfer(&dump, &file);
	if (file.written)
		run->result = json_dump(run, &dump, &file,
					*name ? name : NULL, complete);
	if (complete)
		tell_missing(run, &dump, &file.segments);
	dump_file_end(&file, complete);
	interrupt_end();
out:
	free(menu.data);
	json_object_put(dump.report);
	fwctl_dev_free(dump.dev);
	return run->code;
}
