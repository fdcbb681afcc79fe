// SPDX-License-Identifier: GPL-2.0-only
/*
 * The catalogue of a ConnectX's configuration: mstflint's database if it is
 * installed, else the tool's own table.
 *
 * SQLite is loaded at run time: the tool neither needs it to be built nor is linked
 * with it. The declarations below are a part of SQLite's stable interface.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"

/* The databases of mstflint and of NVIDIA's MFT, which are of one kind. */
static const char * const databases[] = {
	"/usr/share/mstflint/mlxconfig_dbs/mlxconfig_host.db",
	"/usr/share/mft/mlxconfig_dbs/mlxconfig_host.db",
};

/* Limit of rows in a table of a database. */
#define MAX_ROWS 20000

#include "config-params.inc"

static const struct {
	unsigned int class;
	const char *name;
} classes[] = {
	{ CONFIG_GLOBAL, "global" }, { CONFIG_PORT, "port" },
	{ CONFIG_FUNCTION, "function" }, { CONFIG_HOST, "host" },
	{ CONFIG_MODULE, "module" },
};

const char *config_class_name(unsigned int class)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(classes); i++)
		if (classes[i].class == class)
			return classes[i].name;
	return NULL;
}

const char *config_effect_name(const struct config_tlv *tlv)
{
	static const char * const names[] = {
		[CONFIG_AT_RESET] = "firmware-reset",
		[CONFIG_AT_BOOT] = "host-boot",
		[CONFIG_AT_POWER] = "power-cycle",
	};

	return names[tlv->effect];
}

const char *config_type_name(unsigned int type)
{
	static const char * const names[] = {
		[CONFIG_BOOL] = "bool", [CONFIG_INT] = "int",
		[CONFIG_ENUM] = "enum", [CONFIG_BYTES] = "bytes",
		[CONFIG_BINARY] = "int",
	};

	return names[type];
}

#define SQLITE_OK 0
#define SQLITE_ROW 100
#define SQLITE_DONE 101
#define SQLITE_OPEN_READONLY 1

/* A database, and the functions of SQLite that read it. */
struct reader {
	void *library;
	void *db;
	void *row;
	int (*open)(const char *name, void **db, int flags, const char *vfs);
	int (*prepare)(void *db, const char *sql, int len, void **row,
		       const char **tail);
	int (*step)(void *row);
	int (*number)(void *row, int column);
	const unsigned char *(*text)(void *row, int column);
	int (*finalize)(void *row);
	int (*close)(void *db);
	const char *(*error)(void *db);
};

static bool load_sqlite(struct reader *reader)
{
	const struct {
		const char *name;
		void *place;
	} symbols[] = {
		{ "sqlite3_open_v2", &reader->open },
		{ "sqlite3_prepare_v2", &reader->prepare },
		{ "sqlite3_step", &reader->step },
		{ "sqlite3_column_int", &reader->number },
		{ "sqlite3_column_text", &reader->text },
		{ "sqlite3_finalize", &reader->finalize },
		{ "sqlite3_close", &reader->close },
		{ "sqlite3_errmsg", &reader->error },
	};
	void *symbol;
	size_t i;

	reader->library = dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL);
	if (!reader->library)
		return false;
	for (i = 0; i < ARRAY_SIZE(symbols); i++) {
		symbol = dlsym(reader->library, symbols[i].name);
		if (!symbol)
			return false;
		memcpy(symbols[i].place, &symbol, sizeof(symbol));
	}
	return true;
}

/* A copy of a column's text that the catalogue owns; NULL if the column is empty. */
static const char *keep_text(struct reader *reader,
			     struct config_catalogue *names, int column)
{
	const char *text = (const char *)reader->text(reader->row, column);
	char **texts;

	if (!text || !*text)
		return NULL;
	texts = reallocarray(names->texts, names->ntexts + 1, sizeof(*texts));
	if (!texts)
		return NULL;
	names->texts = texts;
	texts[names->ntexts] = strdup(text);
	return texts[names->ntexts++];
}

static bool is_there(struct reader *reader, int column)
{
	const unsigned char *text = reader->text(reader->row, column);

	return text && *text;
}

/* Parse "0x4.16", bytes and bits, to a number of bits. */
static bool parse_place(const char *text, unsigned int *bits)
{
	unsigned long byte, bit;
	char *end;

	if (!text)
		return false;
	byte = strtoul(text, &end, 16);
	if (end == text || *end != '.')
		return false;
	text = end + 1;
	bit = strtoul(text, &end, 10);
	if (end == text || *end || byte > CONFIG_MAX_ITEM || bit > 31)
		return false;
	*bits = 8 * byte + bit;
	return true;
}

/* Is the field within its item, and aligned as config_number() expects it? */
static bool place_ok(const struct config_field *field, unsigned int len)
{
	if (field->start + (uint64_t)field->width > 8 * len || !field->width)
		return false;
	if (field->type == CONFIG_BYTES)
		return field->start % 8 == 0 && field->width % 8 == 0;
	if (field->elements)
		return field->start % 8 == 0 &&
		       field->width == 8 * field->elements;
	if (field->width == 64)
		return field->start % 32 == 0;
	return field->start % 32 + field->width <= 32;
}

/*
 * The database tells which items only a boot ROM reads. It does not tell that the owner
 * of the internal processor is chosen at a cold start (BlueField's manual).
 */
static unsigned int effect_of(const char *name, const char *target)
{
	if (target && !strcmp(target, "EXP_ROM"))
		return CONFIG_AT_BOOT;
	return name && !strcmp(name, "nv_internal_cpu_conf") ? CONFIG_AT_POWER :
							       CONFIG_AT_RESET;
}

static bool keep_tlv(struct reader *reader, struct config_catalogue *names)
{
	struct config_tlv *tlvs = reallocarray(names->tlvs, names->ntlvs + 1,
					       sizeof(*tlvs));

	if (!tlvs)
		return false;
	names->tlvs = tlvs;
	tlvs += names->ntlvs;
	tlvs->name = keep_text(reader, names, 0);
	tlvs->class = reader->number(reader->row, 1);
	tlvs->index = reader->number(reader->row, 2);
	tlvs->len = reader->number(reader->row, 3);
	tlvs->effect = effect_of(tlvs->name,
				 (const char *)reader->text(reader->row, 4));
	if (tlvs->name && config_class_name(tlvs->class) &&
	    tlvs->len <= CONFIG_MAX_ITEM)
		names->ntlvs++;
	return true;
}

static unsigned int parse_type(const char *type, unsigned int elements)
{
	if (!type)
		return CONFIG_INT;
	if (!strcmp(type, "BOOL"))
		return CONFIG_BOOL;
	if (!strcmp(type, "ENUM"))
		return CONFIG_ENUM;
	if (!strcmp(type, "BYTES") || !strcmp(type, "STRING"))
		return CONFIG_BYTES;
	if (!strcmp(type, "BINARY"))
		return CONFIG_BINARY;
	return elements && strcmp(type, "UNSIGNED") ? CONFIG_BYTES : CONFIG_INT;
}

static bool keep_field(struct reader *reader, struct config_catalogue *names)
{
	struct config_field *fields = reallocarray(names->fields,
						   names->nfields + 1,
						   sizeof(*fields));
	struct config_field *field;
	const char *tlv;
	size_t i;

	if (!fields)
		return false;
	names->fields = fields;
	field = fields + names->nfields;
	*field = (struct config_field){};
	tlv = (const char *)reader->text(reader->row, 0);
	if (!tlv || !reader->text(reader->row, 2))
		return true;
	/* The fields of an item are one behind the other. */
	i = names->nfields ? names->fields[names->nfields - 1].tlv : 0;
	if (i == names->ntlvs || strcmp(names->tlvs[i].name, tlv))
		for (i = 0; i < names->ntlvs &&
		     strcmp(names->tlvs[i].name, tlv); i++)
			;
	field->tlv = i;
	field->elements = reader->number(reader->row, 12);
	field->type = parse_type((const char *)reader->text(reader->row, 5),
				 field->elements);
	if (i == names->ntlvs ||
	    !parse_place((const char *)reader->text(reader->row, 3),
			 &field->start) ||
	    !parse_place((const char *)reader->text(reader->row, 4),
			 &field->width))
		return true;
	/* Bytes begin at the upper end of a dword. */
	if (field->type == CONFIG_BYTES)
		field->elements = 0;
	if (field->type == CONFIG_BYTES || field->elements)
		field->start = field->start / 32 * 32 +
			       (32 + 24 - field->start % 32) % 32;
	if (!place_ok(field, names->tlvs[i].len))
		return true;
	field->version = reader->number(reader->row, 13);
	/* Like mstflint's own tool, do not show parameters without any condition. */
	if (is_there(reader, 9) || field->version || reader->number(reader->row, 12))
		field->name = keep_text(reader, names, 1);
	field->field = keep_text(reader, names, 2);
	if (!field->field)
		return false;
	field->values = keep_text(reader, names, 6);
	field->min = keep_text(reader, names, 7);
	field->max = keep_text(reader, names, 8);
	field->needs = keep_text(reader, names, 9);
	if (field->needs && !strcmp(field->needs, "ignore_dependency"))
		field->needs = NULL;
	field->valid = keep_text(reader, names, 10);
	field->text = keep_text(reader, names, 11);
	field->rule = keep_text(reader, names, 14);
	names->nfields++;
	return true;
}

/* Run a query and keep each of its rows; returns false after an error. */
static bool read_rows(struct reader *reader, struct config_catalogue *names,
		      const char *sql,
		      bool (*keep)(struct reader *, struct config_catalogue *))
{
	int count = 0, ret;

	if (reader->prepare(reader->db, sql, -1, &reader->row, NULL) !=
	    SQLITE_OK)
		return false;
	while ((ret = reader->step(reader->row)) == SQLITE_ROW &&
	       count++ < MAX_ROWS && keep(reader, names))
		;
	reader->finalize(reader->row);
	return ret == SQLITE_DONE;
}

static bool read_database(struct reader *reader, const char *path,
			  struct config_catalogue *names)
{
	return reader->open(path, &reader->db, SQLITE_OPEN_READONLY, NULL) ==
	       SQLITE_OK &&
	       read_rows(reader, names,
			 "SELECT name, class, id, size, target FROM tlvs ORDER BY class, id",
			 keep_tlv) &&
	       read_rows(reader, names,
			 "SELECT tlv_name, mlxconfig_name, name, offset, size, type, textual_values, min_val, max_val, dependency, valid_bit, description, array_length, supported_from_version, rule FROM params NOT INDEXED",
			 keep_field) &&
	       names->nfields;
}

/*
 * Sort the fields by item, within an item in the order in which they were read, and
 * note where the fields of each item begin.
 */
static int sort_fields(struct run *run, struct config_catalogue *names)
{
	struct config_field *sorted = calloc(names->nfields + 1, sizeof(*sorted));
	size_t i, n = 0;

	if (!sorted)
		return fail(run, FWCTL_EXIT_USAGE, "no memory");
	for (i = 0; i < names->ntlvs; i++)
		names->tlvs[i].count = 0;
	for (i = 0; i < names->nfields; i++)
		names->tlvs[names->fields[i].tlv].count++;
	for (i = 0; i < names->ntlvs; n += names->tlvs[i++].count)
		names->tlvs[i].first = n;
	for (i = 0; i < names->nfields; i++)
		sorted[names->tlvs[names->fields[i].tlv].first++] =
			names->fields[i];
	for (i = 0; i < names->ntlvs; i++)
		names->tlvs[i].first -= names->tlvs[i].count;
	free(names->fields);
	names->fields = sorted;
	return 0;
}

static int use_database(struct run *run, const char *path,
			struct config_catalogue *names)
{
	struct reader reader = {};

	if (!load_sqlite(&reader))
		fail(run, FWCTL_EXIT_UNSUPPORTED,
		     "%s: cannot be read without libsqlite3.so.0; install SQLite, or use --database none",
		     path);
	else if (!read_database(&reader, path, names))
		fail(run, FWCTL_EXIT_USAGE,
		     "%s: not a database of mstflint: %s; use --database none for the tool's own table",
		     path, reader.db ? reader.error(reader.db) : "no memory");
	if (reader.db)
		reader.close(reader.db);
	/* No dlclose(): SQLite may have registered functions in this process. */
	return run->code ?: sort_fields(run, names);
}

static int use_own_table(struct run *run, struct config_catalogue *names)
{
	names->source = "own";
	names->tlvs = malloc(sizeof(own_tlvs));
	names->fields = malloc(sizeof(own_fields));
	if (!names->tlvs || !names->fields)
		return fail(run, FWCTL_EXIT_USAGE, "no memory");
	memcpy(names->tlvs, own_tlvs, sizeof(own_tlvs));
	memcpy(names->fields, own_fields, sizeof(own_fields));
	names->ntlvs = ARRAY_SIZE(own_tlvs);
	names->nfields = ARRAY_SIZE(own_fields);
	return sort_fields(run, names);
}

/*
 * Fill in a catalogue. @database is a file, "none", or NULL for the first database
 * of mstflint or MFT that can be read. The caller calls config_free_names() also
 * after an error. Returns an exit code.
 */
int config_names(struct run *run, const char *database,
		 struct config_catalogue *names)
{
	struct reader reader = {};
	size_t i;

	*names = (struct config_catalogue){ .source = "mstflint" };
	for (i = 0; i < ARRAY_SIZE(databases) && !database; i++)
		if (!access(databases[i], R_OK) && load_sqlite(&reader))
			database = databases[i];
	if (!database || !strcmp(database, "none"))
		return use_own_table(run, names);
	names->database = database;
	return use_database(run, database, names);
}

void config_free_names(struct config_catalogue *names)
{
	if (names->borrowed)
		return;
	while (names->ntexts)
		free(names->texts[--names->ntexts]);
	free(names->texts);
	free(names->tlvs);
	free(names->fields);
}
