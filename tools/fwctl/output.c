// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one place where results become text or JSON.
 */
#include <errno.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

#define BOLD_RED "\033[1;31m"
#define PLAIN "\033[0m"

/* A value as text, from malloc(). */
static char *cell_text(json_object *value, unsigned int flags)
{
	char *text = NULL, *part;
	size_t i, size;
	FILE *file;

	switch (json_object_get_type(value)) {
	case json_type_null:
		return strdup("-");
	case json_type_boolean:
		return strdup(json_object_get_boolean(value) ? "yes" : "no");
	case json_type_int:
		if (!(flags & COLUMN_HEX))
			break;
		if (asprintf(&text, "0x%llx", (unsigned long long)
			     json_object_get_uint64(value)) < 0)
			return NULL;
		return text;
	case json_type_array:
		if (!json_object_array_length(value))
			return strdup("-");
		file = open_memstream(&text, &size);
		if (!file)
			return NULL;
		for (i = 0; i < json_object_array_length(value); i++) {
			part = cell_text(json_object_array_get_idx(value, i),
					 flags);
			fprintf(file, "%s%s", i ? " " : "", part ? part : "");
			free(part);
		}
		fclose(file);
		return text;
	default:
		break;
	}
	return strdup(json_object_get_string(value));
}

#define MAX_COLUMNS 40

/* Find the column that is the first one in a list of names. */
const struct column_spec *find_column(const struct command *command,
				      const char *list)
{
	size_t len = strcspn(list, ",");
	const struct column_spec *column;

	for (column = command->columns; column->name; column++)
		if (strlen(column->name) == len &&
		    !strncasecmp(column->name, list, len))
			return column;
	return NULL;
}

/* The value in a row that a column shows: at a key, or at a path (/a/b). */
static json_object *value_of(json_object *row, const char *key)
{
	json_object *value = NULL;

	if (*key != '/')
		return json_object_object_get(row, key);
	return json_pointer_get(row, key, &value) ? NULL : value;
}

/* Is a column without -o shown for this result? */
static bool is_shown(json_object *result, const struct column_spec *column)
{
	size_t i;

	if (!(column->flags & COLUMN_IF_SET))
		return !(column->flags & COLUMN_EXTRA);
	if (!json_object_is_type(result, json_type_array))
		return value_of(result, column->key);
	for (i = 0; i < json_object_array_length(result); i++)
		if (value_of(json_object_array_get_idx(result, i), column->key))
			return true;
	return false;
}

/* The columns to show, with an empty one at the end. */
static void choose_columns(const struct run *run,
			   struct column_spec chosen[MAX_COLUMNS + 1])
{
	const char *list = run->set.columns;
	const struct column_spec *column;
	size_t n = 0;

	for (column = run->command->columns; !list && column->name; column++)
		if (n < MAX_COLUMNS && is_shown(run->result, column))
			chosen[n++] = *column;
	/* The list was checked when it was parsed. */
	while (list && *list && n < MAX_COLUMNS) {
		chosen[n++] = *find_column(run->command, list);
		list += strcspn(list, ",");
		list += *list == ',';
	}
	chosen[n] = (struct column_spec){};
}

/* The width of each column of a table; returns that of all, with spaces in between. */
static size_t measure(json_object *rows, const struct column_spec *columns, size_t *widths)
{
	size_t i, n, len, all = 0;
	char *text;

	for (n = 0; columns[n].name; n++) {
		widths[n] = strlen(columns[n].name);
		for (i = 0; i < json_object_array_length(rows); i++) {
			text = cell_text(value_of(json_object_array_get_idx(rows, i),
						  columns[n].key), columns[n].flags);
			len = text ? strlen(text) : 0;
			widths[n] = len > widths[n] ? len : widths[n];
			free(text);
		}
		all += widths[n] + 1;
	}
	return all ? all - 1 : 0;
}

/* Leave out columns until the table is not wider than the room, the last one first. */
static void make_room(json_object *rows, struct column_spec *columns, size_t room)
{
	struct column_spec *column, *last;
	size_t widths[MAX_COLUMNS];

	while (measure(rows, columns, widths) > room) {
		last = NULL;
		for (column = columns; column->name; column++)
			if (column->flags & COLUMN_IF_ROOM)
				last = column;
		if (!last)
			return;
		memmove(last, last + 1, (column - last) * sizeof(*last));
	}
}

/* A column is not folded to less than this. */
#define LEAST_WIDTH 12

/*
 * The widths to which columns are folded, 0 for those that are not. The room beside the
 * other columns is shared out evenly; a column that needs less leaves more to the others.
 */
static void share_room(json_object *rows, const struct column_spec *columns, size_t room,
		       size_t *widths)
{
	size_t all = measure(rows, columns, widths), n, wide = 0, share = 0;
	bool changed = all > room;

	for (n = 0; columns[n].name; n++) {
		if (!changed || !(columns[n].flags & COLUMN_WRAP)) {
			widths[n] = 0;
			continue;
		}
		all -= widths[n];
		wide++;
	}
	room = room > all ? room - all : 0;
	while (changed) {
		changed = false;
		share = wide ? room / wide : 0;
		for (n = 0; columns[n].name; n++) {
			if (!widths[n] || widths[n] > share)
				continue;
			room -= widths[n];
			widths[n] = 0;
			wide--;
			changed = true;
			break;
		}
	}
	for (n = 0; columns[n].name; n++)
		if (widths[n])
			widths[n] = share > LEAST_WIDTH ? share : LEAST_WIDTH;
}

/* Break text into lines of at most this width: between words, and only a long word inside. */
static char *folded(const char *text, size_t width)
{
	char *lines = malloc(2 * strlen(text) + 1), *to = lines;
	size_t len, cut;

	while (lines && (len = strlen(text)) > width) {
		for (cut = width; cut && text[cut] != ' '; cut--)
			;
		len = cut;
		/* Not inside a character. */
		for (cut = cut ? cut : width; !len && cut > 1 && (text[cut] & 0xc0) == 0x80;)
			cut--;
		to = mempcpy(to, text, cut);
		*to++ = '\n';
		text += cut + !!len;
	}
	if (lines)
		strcpy(to, text);
	return lines;
}

/* Set the text of a cell, folded unless the width is 0. */
static void set_cell(struct libscols_line *line, size_t n, json_object *value,
		     unsigned int flags, size_t width)
{
	char *text = cell_text(value, flags), *lines, *at;

	if (text && width) {
		for (at = text; (at = strchr(at, '\n'));)
			*at = ' ';
		lines = folded(text, width);
		free(text);
		text = lines;
	}
	if (text)
		scols_line_refer_data(line, n, text);
}

static void fill_table(json_object *rows, const struct column_spec *columns,
		       const size_t *widths, struct libscols_table *table)
{
	struct libscols_column *column;
	struct libscols_line *line;
	size_t i, n;

	for (n = 0; columns[n].name; n++) {
		column = scols_table_new_column(table, columns[n].name, 0,
						(columns[n].flags & COLUMN_RIGHT ?
						 SCOLS_FL_RIGHT : 0) |
						(widths[n] ? SCOLS_FL_WRAP : 0));
		if (!column || !widths[n])
			continue;
		scols_column_set_safechars(column, "\n");
		scols_column_set_wrapfunc(column, scols_wrapnl_chunksize,
					  scols_wrapnl_nextchunk, NULL);
	}
	for (i = 0; i < json_object_array_length(rows); i++) {
		json_object *row = json_object_array_get_idx(rows, i);

		line = scols_table_new_line(table, NULL);
		if (!line)
			return;
		for (n = 0; columns[n].name; n++)
			set_cell(line, n, value_of(row, columns[n].key),
				 columns[n].flags, widths[n]);
	}
}

static void add_value(struct libscols_table *table, const char *key,
		      json_object *value, unsigned int flags)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);

	if (!line)
		return;
	scols_line_set_data(line, 0, key);
	set_cell(line, 1, value, flags, 0);
}

/* One object: a line for each of its values; an object in it has a line per value. */
static void fill_description(json_object *object,
			     const struct column_spec *columns,
			     struct libscols_table *table)
{
	json_object *value;

	scols_table_enable_noheadings(table, 1);
	scols_table_new_column(table, "NAME", 0, 0);
	scols_table_new_column(table, "VALUE", 0, 0);
	for (; columns->name; columns++) {
		if (!json_object_object_get_ex(object, columns->key, &value))
			continue;
		if (!json_object_is_type(value, json_type_object)) {
			add_value(table, columns->key, value, columns->flags);
			continue;
		}
		json_object_object_foreach(value, key, part)
			add_value(table, key, part, columns->flags);
	}
}

/* The result as a table. */
void print_table(struct run *run, FILE *file)
{
	struct libscols_table *table = scols_new_table();
	struct column_spec columns[MAX_COLUMNS + 1];
	bool on_terminal = isatty(fileno(file));
	size_t widths[MAX_COLUMNS] = {};

	if (!table)
		return;
	choose_columns(run, columns);
	if (on_terminal && !run->set.raw &&
	    json_object_is_type(run->result, json_type_array)) {
		if (!run->set.columns)
			make_room(run->result, columns, scols_table_get_termwidth(table));
		share_room(run->result, columns, scols_table_get_termwidth(table), widths);
	}
	scols_table_set_termforce(table, on_terminal ? SCOLS_TERMFORCE_ALWAYS :
						       SCOLS_TERMFORCE_NEVER);
	scols_table_set_stream(table, file);
	scols_table_enable_raw(table, run->set.raw);
	scols_table_enable_noheadings(table, run->set.raw);
	if (json_object_is_type(run->result, json_type_array))
		fill_table(run->result, columns, widths, table);
	else
		fill_description(run->result, columns, table);
	if (!scols_table_is_empty(table))
		scols_print_table(table);
	scols_unref_table(table);
}

/* Digits of a row of print_bytes(). */
#define ROW 32

/*
 * Hexadecimal digits as rows of sixteen bytes, with the offset in front. A star stands
 * for rows that are as the one before; the last row is always printed.
 */
void print_bytes(const char *hex)
{
	size_t at, i, len = strlen(hex);
	bool star = false;

	for (at = 0; at < len; at += ROW) {
		if (at && at + ROW < len && !memcmp(hex + at, hex + at - ROW, ROW)) {
			if (!star)
				puts("*");
			star = true;
			continue;
		}
		star = false;
		printf("%04zx: ", at / 2);
		for (i = at; i < at + ROW && i < len; i += 2)
			printf(" %.2s", hex + i);
		putchar('\n');
	}
}

/* Print the request, for --dry-run. */
static void print_request(struct run *run)
{
	const char *scope = string_of(run->result, "scope");
	const char *request = string_of(run->result, "request");

	if (run->set.raw) {
		puts(request);
		return;
	}
	printf("%s, scope %s, room for %llu bytes:\n",
	       string_of(run->result, "device"), scope ? scope : "least",
	       (unsigned long long)number_of(run->result, "room"));
	print_bytes(request);
}

static int json_version(const struct run *run)
{
	return run->set.json_version ? run->set.json_version : FWCTL_SCHEMA_VERSION;
}

static json_object *document(const struct run *run)
{
	json_object *doc = json_object_new_object();
	char name[128];

	json_add(doc, "schema_version",
		 json_object_new_int(json_version(run)));
	snprintf(name, sizeof(name), "%s %s",
		 run->object ? run->object->name : "",
		 run->command ? run->command->name : "");
	json_add(doc, "command", run->command ? json_text(name) : NULL);
	return doc;
}

static void print_json(const struct run *run, json_object *doc, int flags)
{
	json_quote_identifiers(json_version(run) > 1);
	fputs(json_object_to_json_string_ext(doc, flags |
					     JSON_C_TO_STRING_NOSLASHESCAPE),
	      stdout);
	json_quote_identifiers(false);
	fputc('\n', stdout);
	json_object_put(doc);
}

/* Print an event of a stream: a line of JSON, or else @text. */
void print_event(struct run *run, json_object *event, const char *text)
{
	json_object *doc;

	if (run->set.json) {
		doc = document(run);
		json_add(doc, "event", json_object_get(event));
		print_json(run, doc, JSON_C_TO_STRING_PLAIN);
	} else {
		printf("%s\n", text);
	}
	/* A reader gets whole lines, without delay. */
	if (fflush(stdout))
		fail(run, FWCTL_EXIT_USAGE,
		     "cannot write to standard output: %m");
}

/* The result and the error of a run, as one JSON object. */
json_object *run_json(const struct run *run)
{
	json_object *doc = document(run);

	if (run->result)
		json_add(doc, "result", json_object_get(run->result));
	if (run->code && run->code != FWCTL_EXIT_CHANGED)
		json_add(doc, "error", error_json(run));
	return doc;
}

static void print_error(const struct run *run)
{
	bool color = colors_ok(stderr);

	fprintf(stderr, "%sfwctl:%s %s\n", color ? BOLD_RED : "",
		color ? PLAIN : "", run->error ? run->error : "no memory");
}

/* Print the result of a run, and its error. */
void print_run(struct run *run)
{
	bool text = run->result && !run->set.json && !run->printed;

	if (run->set.json && (run->result || run->code) && !run->printed)
		print_json(run, run_json(run),
			   run->command && run->command->flags & COMMAND_STREAM ?
			   JSON_C_TO_STRING_PLAIN :
			   JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED);
	else if (text && run->set.dry_run &&
		 json_object_object_get(run->result, "request"))
		print_request(run);
	else if (text && run->command->text)
		run->command->text(run);
	else if (text && run->command->columns)
		print_table(run, stdout);
	/* Data that cannot be written is an error, e.g. if the disk is full. */
	if ((fflush(stdout) || ferror(stdout)) && !run->code)
		fail(run, FWCTL_EXIT_USAGE,
		     "cannot write to standard output: %m");
	/* Without a message the error is that of a nested command, which printed it. */
	if (run->code && run->error)
		print_error(run);
}
