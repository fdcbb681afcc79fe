// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl mlx5 config export, diff, apply: the configuration as a file of lines
 * NAME=VALUE, in the order of the catalogue, with comments.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config.h"

/* A longer file is not one of configuration. */
#define MAX_FILE 1048576

const struct column_spec config_diff_columns[] = {
	{ "NAME", "name", 0 },
	{ "DEVICE", "from", 0 },
	{ "FILE", "to", 0 },
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
	if (param->field->type == CONFIG_INT) {
		config_range(config, param, &min, &max);
		fprintf(file, "# Range: %llu to %llu\n", (unsigned long long)min,
			(unsigned long long)max);
	}
	if (item->read & 1U << CONFIG_DEFAULT) {
		text = config_text(param, item->data[CONFIG_DEFAULT]);
		fprintf(file, "# Default: %s\n", text);
		free(text);
	}
	text = config_text(param, item->data[CONFIG_NEXT]);
	fprintf(file, "%s=%s\n", param->name, text);
	free(text);
}

/* Does a write of the changed items replace the parameter? */
static bool is_replaced(const struct config_param *param)
{
	return config_dirty(param->item) &&
	       param->field->start + param->field->width <=
	       8 * param->item->len;
}

/*
 * The next values of all parameters that the device has, or of those that a change
 * would replace, as text that the caller frees.
 */
static char *export_text(struct config *config, bool replaced, size_t *len)
{
	struct run *run = config->run;
	char *text = NULL;
	FILE *file = open_memstream(&text, len);
	size_t i;

	if (!file)
		return NULL;
	fputs("# A ConnectX's configuration, for fwctl mlx5 config apply\n", file);
	for (i = 0; i < config->nparams && !run->code; i++) {
		const struct config_param *param = &config->params[i];

		if (replaced ? !is_replaced(param) :
			       !config_probe(config, param))
			continue;
		if (!replaced)
			config_read(config, param->item, CONFIG_DEFAULT);
		print_param(config, param, file);
	}
	if (fclose(file)) {
		free(text);
		return NULL;
	}
	return text;
}

int config_export_run(struct run *run)
{
	struct config config;
	char *text = NULL;
	size_t len = 0;

	if (run->set.dry_run)
		return fail(run, FWCTL_EXIT_USAGE,
			    "mlx5 config export: does not write to the device; leave out --dry-run");
	if (config_open(run, option(run, "database"), &config))
		goto out;
	text = export_text(&config, false, &len);
	if (!text)
		fail(run, FWCTL_EXIT_USAGE, "no memory");
	if (!run->code && run->argc > 1)
		write_bytes(run, run->argv[1], text, len);
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

/* Take the wanted value of a parameter from a line; returns an exit code. */
static int take_line(struct config *config, const char *name, int number,
		     char *line, bool *named)
{
	struct config_param *param;
	struct run *run = config->run;
	char *value;

	line = trim(line);
	if (!*line || *line == '#')
		return 0;
	value = strchr(line, '=');
	if (!value)
		return fail(run, FWCTL_EXIT_USAGE,
			    "%s:%d: neither NAME=VALUE nor a comment (#)",
			    name, number);
	*value++ = 0;
	line = trim(line);
	param = config_find(config, line, strlen(line));
	if (param && named[param - config->params])
		fail(run, FWCTL_EXIT_USAGE, "%s: duplicate parameter", line);
	if (param)
		named[param - config->params] = true;
	if (!run->code)
		config_parse(config, param, trim(value), false);
	return run->code ? fail_front(run, "%s:%d", name, number) : 0;
}

/* Take the wanted values from a file, and check them together. */
static int take_file(struct config *config, const char *name)
{
	struct run *run = config->run;
	struct buffer file = {};
	bool *named = calloc(config->nparams + 1, sizeof(*named));
	char *text = NULL, *line, *at;
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
	for (at = text; !run->code && (line = strsep(&at, "\n"));)
		take_line(config, name, ++number, line, named);
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

int config_diff_run(struct run *run)
{
	struct config config;
	bool differs;

	if (run->set.dry_run)
		return fail(run, FWCTL_EXIT_USAGE,
			    "mlx5 config diff: does not write; leave out --dry-run");
	if (!config_open(run, option(run, "database"), &config) &&
	    !take_file(&config, run->argv[1])) {
		differs = config_differs(&config);
		run->result = config_result(&config);
		json_add(run->result, "differs",
			 json_object_new_boolean(differs));
		json_add(run->result, "changes", config_plan(&config));
		if (differs && option(run, "detailed-exitcode"))
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

	if (config_open(run, option(run, "database"), &config) ||
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
