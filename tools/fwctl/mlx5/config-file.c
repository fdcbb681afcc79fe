// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl mlx5 config export, diff, apply: the configuration as a file of lines
 * NAME=VALUE, in the order of the catalogue, with comments.
 */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "config.h"

/* A longer file is not one of configuration. */
#define MAX_FILE 1048576

const struct column_spec config_diff_columns[] = {
	{ "NAME", "name", 0 },
	{ "DEVICE", "from", 0 },
	{ "OTHER", "to", 0 },
	{ "EFFECT", "effect", COLUMN_EXTRA },
	{}
};

/* Print a description as comments of at most 78 columns. */
static void print_comment(FILE *file, const char *text)
{
	size_t len, column = 0;

	while (text && *text) {
		if (!strncmp(text, "\\;", 2)) {
			text += 2;
			if (column)
				fputc('\n', file);
			column = 0;
			continue;
		}
		text += !!isspace((unsigned char)*text);
		for (len = 0; text[len] && !isspace((unsigned char)text[len]) &&
		     strncmp(text + len, "\\;", 2); len++)
			;
		if (column && column + len > 76) {
			fputc('\n', file);
			column = 0;
		}
		if (!len)
			continue;
		fprintf(file, "%s%.*s", column ? " " : "# ", (int)len, text);
		column += len + 1;
		text += len;
	}
	if (column)
		fputc('\n', file);
}

static void print_value(const struct config_param *param, FILE *file)
{
	char *text = config_text(param, param->item->data[CONFIG_NEXT]);

	fprintf(file, "%s=%s\n", param->name, text);
	free(text);
}

static void print_param(struct config *config, const struct config_param *param,
			FILE *file)
{
	const struct config_item *item = param->item;
	uint64_t min, max;
	char *text;

	fputc('\n', file);
	print_comment(file, param->field->text);
	if (param->field->values) {
		fprintf(file, "# Values: ");
		for (text = (char *)param->field->values; *text; text++)
			fprintf(file, *text == ',' ? ", " : "%c", *text);
		fputc('\n', file);
	}
	if (config_is_number(param->field)) {
		config_range(config, param, &min, &max);
		fprintf(file, "# Range: %llu to %llu\n", (unsigned long long)min,
			(unsigned long long)max);
	}
	if (item->read & 1U << CONFIG_DEFAULT) {
		text = config_text(param, item->data[CONFIG_DEFAULT]);
		fprintf(file, "# Default: %s\n", text);
		free(text);
	}
	fputs(item->writable ? "" : "# Read-only: ", file);
	print_value(param, file);
}

/*
 * The values of items that a change replaces, with all bits: a file of parameters
 * lacks those that tell whether a parameter is in use. An item at its default has no
 * value, so that it follows the default again.
 */
static void print_replaced(struct config *config, FILE *file)
{
	struct config_item *item;
	size_t i, at, len;

	for (i = 0; i < config->nitems; i++) {
		item = &config->items[i];
		if (!config_dirty(item))
			continue;
		fprintf(file, "\n# Item %s\n0x%08x=", item->tlv->name,
			config_item_type(item));
		len = config_is_default(config, item) ? 0 : item->len;
		for (at = 0; at < len; at++)
			fprintf(file, "%02x", item->data[CONFIG_NEXT][at]);
		fputc('\n', file);
	}
}

static void print_title(const struct config *config, FILE *file)
{
	fputs("# A ConnectX's configuration, for fwctl mlx5 config apply", file);
	if (config->other)
		fprintf(file, " --host %lu --pf %lu", config->host, config->pf);
	fputc('\n', file);
}

/* The next values of the parameters that the device has. */
static void print_params(struct config *config, FILE *file)
{
	struct run *run = config->run;
	bool settings = option(run, "short");
	bool changed = option(run, "changed");
	size_t i;

	for (i = 0; i < config->nparams && !run->code; i++) {
		const struct config_param *param = &config->params[i];

		if (!config_probe(config, param) ||
		    (settings && !param->item->writable) ||
		    (changed && !config_is_changed(config, param)))
			continue;
		if (settings) {
			print_value(param, file);
			continue;
		}
		config_read(config, param->item, CONFIG_DEFAULT);
		print_param(config, param, file);
	}
}

/*
 * The values of parameters, or the items that a change would replace, as text that
 * the caller frees.
 */
static char *export_text(struct config *config, bool replaced, size_t *len)
{
	char *text = NULL;
	FILE *file = open_memstream(&text, len);

	if (!file)
		return NULL;
	if (replaced || !option(config->run, "short"))
		print_title(config, file);
	if (replaced)
		print_replaced(config, file);
	else
		print_params(config, file);
	if (fclose(file)) {
		free(text);
		return NULL;
	}
	return text;
}

/* The options that a file of all items leaves without a meaning. */
static int check_raw(struct run *run)
{
	static const char * const others[] = { "short", "changed", "host", "pf" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(others) && option(run, "raw-tlv"); i++)
		if (option(run, others[i]))
			return fail(run, FWCTL_EXIT_USAGE,
				    "--raw-tlv: writes all items; leave out --%s",
				    others[i]);
	return 0;
}

/* The name of a device in the place of a file is a mistake: the file would be taken for it. */
static int refuse_device(struct run *run, const char *name)
{
	static const char * const folders[] = { "/sys/class/fwctl", "/sys/bus/pci/devices" };
	char path[PATH_MAX];
	size_t i;

	for (i = 0; !strchr(name, '/') && i < ARRAY_SIZE(folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", folders[i], name);
		if (!access(path, F_OK))
			return fail(run, FWCTL_EXIT_USAGE,
				    "%s is a device, and a file is wanted; ./%s is a file of this name",
				    name, name);
	}
	return 0;
}

int config_export_run(struct run *run)
{
	struct config config;
	mode_t mask;
	char *text = NULL;
	size_t len = 0;

	if (run->set.dry_run)
		return fail(run, FWCTL_EXIT_USAGE,
			    "mlx5 config export: does not write to the device; leave out --dry-run");
	if (check_raw(run) || (run->argc > 1 && refuse_device(run, run->argv[1])))
		return run->code;
	if (config_open(run, CONFIG_TO_READ, &config))
		goto out;
	text = option(run, "raw-tlv") ? config_raw_export(&config, &len) :
					export_text(&config, false, &len);
	if (!text)
		fail(run, FWCTL_EXIT_USAGE, "no memory");
	/* The items include passwords of iSCSI boot. */
	mask = umask(077);
	if (!option(run, "raw-tlv"))
		umask(mask);
	if (!run->code && run->argc > 1)
		write_bytes(run, run->argv[1], text, len);
	umask(mask);
	if (!run->code) {
		run->result = config_result(&config);
		json_add(run->result, "file", json_text(run->argv[1]));
		json_add(run->result, "text", json_text(text));
	}
out:
	free(text);
	config_close(&config);
	return run->code;
}

void config_export_text(struct run *run)
{
	if (!string_of(run->result, "file"))
		fputs(string_of(run->result, "text"), stdout);
}

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = 0;
	return text + strspn(text, " \t");
}

/* Take all of an item from a line of a rollback file; returns an exit code. */
static int take_item(struct config *config, const char *number, const char *value)
{
	struct buffer bytes = {};
	struct run *run = config->run;
	struct config_item *item;
	unsigned long type;
	char *end;

	type = strtoul(number, &end, 16);
	item = *end || type > UINT32_MAX ? NULL :
					   config_item_of_type(config, type);
	if (!item || !config_read(config, item, CONFIG_WANTED))
		fail(run, FWCTL_EXIT_UNSUPPORTED,
		     "%s: this card does not have this item", number);
	else if (!*value)
		config_take_default(config, item);
	else if (!parse_hex(run, value, CONFIG_MAX_ITEM, &bytes))
		config_take_item(config, item, bytes.data, bytes.len);
	free(bytes.data);
	return run->code;
}

/* Take the wanted value of a parameter from a line; returns an exit code. */
static int take_line(struct config *config, const char *name, int number,
		     char *line, bool *named, bool *items)
{
	struct config_param *param;
	struct run *run = config->run;
	char *value;

	/* No value has a # in it. */
	line[strcspn(line, "#")] = 0;
	line = trim(line);
	if (!*line)
		return 0;
	value = strchr(line, '=');
	if (!value)
		return fail(run, FWCTL_EXIT_USAGE,
			    "%s:%d: neither NAME=VALUE nor a comment (#)",
			    name, number);
	*value++ = 0;
	line = trim(line);
	if (!strncmp(line, "0x", 2)) {
		*items = true;
		take_item(config, line, trim(value));
		return run->code ? fail_front(run, "%s:%d", name, number) : 0;
	}
	param = config_find(config, line, strlen(line));
	for (; param && !run->code;
	     param = config_next(config, param, line, strlen(line))) {
		if (named[param - config->params])
			fail(run, FWCTL_EXIT_USAGE, "%s: duplicate parameter",
			     param->name);
		named[param - config->params] = true;
		config_parse(config, param, trim(value), false);
	}
	return run->code ? fail_front(run, "%s:%d", name, number) : 0;
}

/* Files of other programs that hold a configuration, by their first characters. */
static const struct {
	const char *begin;
	const char *kind;
} foreign[] = {
	{ "{", "JSON" },
	{ "[", "JSON" },
	{ "<", "XML" },
	{ "Device #", "the output of mstconfig query" },
	{ "\177ELF", "a program" },
};

/* Fail if a file is that of another program; returns an exit code. */
static int check_kind(struct run *run, const char *name, const char *text)
{
	size_t i;

	text += strspn(text, " \t\r\n");
	for (i = 0; i < ARRAY_SIZE(foreign); i++)
		if (!strncmp(text, foreign[i].begin, strlen(foreign[i].begin)))
			return fail(run, FWCTL_EXIT_USAGE,
				    "%s: %s, not lines NAME=VALUE as 'fwctl mlx5 config export' writes them",
				    name, foreign[i].kind);
	return 0;
}

/* Take the wanted values from a file, and check them together. */
static int take_file(struct config *config, const char *name)
{
	struct run *run = config->run;
	struct buffer file = {};
	bool *named = calloc(config->nparams + 1, sizeof(*named));
	char *text = NULL, *line, *at;
	bool items = false;
	int number = 0;
	size_t i;

	if (!named)
		fail(run, FWCTL_EXIT_USAGE, "no memory");
	if (run->code || read_bytes(run, name, MAX_FILE, &file))
		goto out;
	text = strndup(file.data, file.len);
	if (!text || strlen(text) != file.len)
		fail(run, FWCTL_EXIT_USAGE, text ? "%s: not a text file" :
		     "%s: no memory", name);
	at = text;
	/* The mark that some editors put in front of UTF-8. */
	if (at && !strncmp(at, "\xef\xbb\xbf", 3))
		at += 3;
	if (!run->code && !strncmp(at, CONFIG_RAW_MAGIC, strlen(CONFIG_RAW_MAGIC))) {
		config_raw_import(config, name, at);
		goto out;
	}
	if (!run->code)
		check_kind(run, name, at);
	while (!run->code && (line = strsep(&at, "\n")))
		take_line(config, name, ++number, line, named, &items);
	if (!run->code && !items && !memchr(named, true, config->nparams) &&
	    !option(run, "allow-empty"))
		fail(run, FWCTL_EXIT_USAGE,
		     "%s: no settings; add --allow-empty if there are to be none",
		     name);
	/* A check may depend on values of lines further down. */
	for (i = 0; i < config->nparams && !run->code; i++) {
		const struct config_param *param = &config->params[i];
		json_object *from, *to;

		if (!named[i] || !config_dirty(param->item))
			continue;
		from = config_json(param, param->item->data[CONFIG_NEXT]);
		to = config_json(param, param->item->data[CONFIG_WANTED]);
		if (!json_object_equal(from, to))
			config_check(config, param);
		json_object_put(from);
		json_object_put(to);
	}
out:
	free(text);
	free(file.data);
	free(named);
	return run->code;
}

/*
 * Is the second argument a device? A file of that name comes first. Fails if it is
 * neither, and not the path of a file.
 */
static bool is_device(struct run *run, const char *what)
{
	bool missing = access(what, F_OK);
	struct fwctl_dev *dev;
	struct stat st;

	if (!strcmp(what, "-") || (!stat(what, &st) && !S_ISCHR(st.st_mode)))
		return false;
	if (!fwctl_find(run->ctx, what, &dev)) {
		fwctl_dev_free(dev);
		return true;
	}
	if (missing && !strchr(what, '/'))
		fail(run, FWCTL_EXIT_USAGE,
		     "%s: neither a file nor an fwctl device; see 'fwctl dev list'",
		     what);
	return false;
}

static struct config_param *param_of(struct config *config, const char *name)
{
	size_t i;

	for (i = 0; i < config->nparams; i++)
		if (!strcmp(config->params[i].name, name))
			return &config->params[i];
	return NULL;
}

/* The value of a parameter, or NULL if the device does not have it. */
static json_object *value_of(struct config *config, const struct config_param *param)
{
	if (!param || !config_probe(config, param))
		return NULL;
	return config_json(param, param->item->data[CONFIG_NEXT]);
}

/* The parameters that two devices have with different values, or that only one has. */
static json_object *compare(struct config *config, struct config *other)
{
	json_object *changes = json_object_new_array(), *row;
	const struct config_param *param, *same;
	size_t i;

	for (i = 0; i < config->nparams + other->nparams && !config->run->code; i++) {
		param = i < config->nparams ? &config->params[i] :
					      &other->params[i - config->nparams];
		same = param_of(i < config->nparams ? other : config, param->name);
		/* The second round is for ports that only the other device has. */
		if (i >= config->nparams && same)
			continue;
		row = i < config->nparams ?
		      config_difference(param, value_of(config, param),
					value_of(other, same)) :
		      config_difference(param, NULL, value_of(other, param));
		if (row)
			json_object_array_add(changes, row);
	}
	return changes;
}

/* Show the changes that make a device like another one. */
static void diff_devices(struct config *config, const char *what)
{
	struct run *run = config->run;
	struct config other;
	json_object *changes = NULL;

	if (!config_open_second(config, what, &other)) {
		changes = compare(config, &other);
		config->accesses.rpcs += other.accesses.rpcs;
	}
	if (!run->code) {
		run->result = config_result(config);
		json_add(run->result, "other", json_text(fwctl_dev_name(other.dev)));
		json_add(run->result, "differs",
			 json_object_new_boolean(json_object_array_length(changes)));
		json_add(run->result, "changes", json_object_get(changes));
	}
	json_object_put(changes);
	config_close(&other);
}

/* Show the changes that apply would make. */
static void diff_file(struct config *config, const char *name)
{
	struct run *run = config->run;

	if (run->code || take_file(config, name))
		return;
	run->result = config_result(config);
	json_add(run->result, "other", NULL);
	json_add(run->result, "differs",
		 json_object_new_boolean(config_differs(config)));
	json_add(run->result, "changes", config_plan(config));
}

int config_diff_run(struct run *run)
{
	struct config config;

	if (run->set.dry_run)
		return fail(run, FWCTL_EXIT_USAGE,
			    "mlx5 config diff: does not write; leave out --dry-run");
	if (!config_open(run, CONFIG_TO_READ, &config)) {
		if (is_device(run, run->argv[1]))
			diff_devices(&config, run->argv[1]);
		else
			diff_file(&config, run->argv[1]);
		if (!run->code && option(run, "detailed-exitcode") &&
		    json_object_get_boolean(json_object_object_get(run->result,
								   "differs")))
			run->code = FWCTL_EXIT_CHANGED;
	}
	config_close(&config);
	return run->code;
}

/* The name of the file that keeps the replaced values. */
static const char *rollback_name(struct config *config, char *room, size_t size)
{
	const char *name = option(config->run, "rollback");
	time_t now = time(NULL);
	char stamp[32] = "";
	struct tm tm;

	if (name)
		return name;
	if (gmtime_r(&now, &tm))
		strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	snprintf(room, size, "rollback-%s-%s.conf", fwctl_dev_name(config->dev),
		 stamp);
	return room;
}

int config_apply_run(struct run *run)
{
	struct config config;
	json_object *plan = NULL;
	const char *rollback = NULL;
	char room[128], *text = NULL;
	size_t len;

	if (access(run->argv[1], F_OK) && refuse_device(run, run->argv[1]))
		return run->code;
	if (config_open(run, config_purpose(run, true), &config) ||
	    take_file(&config, run->argv[1]))
		goto out;
	plan = config_plan(&config);
	if (config_differs(&config) && !run->set.dry_run) {
		if (config_agree(&config, plan, option(run, "yes")))
			goto out;
		rollback = rollback_name(&config, room, sizeof(room));
		text = export_text(&config, true, &len);
		if (!text)
			fail(run, FWCTL_EXIT_USAGE, "no memory");
		if (run->code || write_bytes(run, rollback, text, len))
			goto out;
	}
	config_finish(&config, json_object_get(plan), rollback);
out:
	free(text);
	json_object_put(plan);
	config_close(&config);
	return run->code;
}
