// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl mlx5 config list, query, set, reset. config-file.c has the commands that
 * read or write files.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config.h"

#define DATABASE							\
	{ "database", 'd', "FILE",					\
	  "read names from this database of mstflint; none: use the tool's own table" }
#define YES { "yes", 'y', NULL, "write without asking" }
#define DETAILED							\
	{ "detailed-exitcode", 'e', NULL,				\
	  "exit with 8 if values differ or were changed" }

const struct option_spec config_options[] = { DATABASE, {} };

const struct option_spec config_set_options[] = { DATABASE, DETAILED, {} };

const struct option_spec config_reset_options[] = {
	DATABASE, YES, DETAILED, {}
};

const struct option_spec config_diff_options[] = { DATABASE, DETAILED, {} };

const struct option_spec config_apply_options[] = {
	DATABASE, YES, DETAILED,
	{ "rollback", 'b', "FILE",
	  "keep the replaced values in this file; default: rollback-DEV-TIME.conf" },
	{}
};

const struct column_spec config_list_columns[] = {
	{ "NAME", "name", 0 },
	{ "CLASS", "class", 0 },
	{ "TYPE", "type", 0 },
	{ "ITEM", "item", COLUMN_EXTRA },
	{ "EFFECT", "effect", COLUMN_EXTRA },
	{ "VALUES", "values", COLUMN_EXTRA },
	{ "DESCRIPTION", "description", 0 },
	{}
};

const struct column_spec config_query_columns[] = {
	{ "NAME", "name", 0 },
	{ "DEFAULT", "default", 0 },
	{ "CURRENT", "current", 0 },
	{ "NEXT", "next", 0 },
	{ "TYPE", "type", 0 },
	{ "MIN", "min", COLUMN_EXTRA | COLUMN_RIGHT },
	{ "MAX", "max", COLUMN_EXTRA | COLUMN_RIGHT },
	{ "VALUES", "values", COLUMN_EXTRA },
	{ "CLASS", "class", COLUMN_EXTRA },
	{ "ITEM", "item", COLUMN_EXTRA },
	{ "EFFECT", "effect", COLUMN_EXTRA },
	{ "DESCRIPTION", "description", COLUMN_EXTRA },
	{}
};

const struct column_spec config_change_columns[] = {
	{ "NAME", "name", 0 },
	{ "FROM", "from", 0 },
	{ "TO", "to", 0 },
	{ "EFFECT", "effect", 0 },
	{}
};

/* Refuse --dry-run for commands that do not write. */
static int no_dry_run(struct run *run)
{
	if (!run->set.dry_run)
		return 0;
	return fail(run, FWCTL_EXIT_USAGE,
		    "mlx5 %s: does not write; leave out --dry-run",
		    run->command->name);
}

/* The first paragraph of a description, which fits a line of a table. */
static json_object *json_description(const char *text)
{
	const char *end = text ? strstr(text, "\\;") : NULL;

	if (!text)
		return NULL;
	if (!end || end == text)
		return json_text(text);
	return json_object_new_string_len(text, end - text);
}

/* A parameter without its values. */
static json_object *describe(struct config *config,
			     const struct config_param *param)
{
	const struct config_field *field = param->field;
	json_object *row = json_object_new_object();
	const struct config_tlv *tlv = param->item->tlv;
	uint64_t min, max;
	bool number = field->type == CONFIG_INT;

	config_range(config, param, &min, &max);
	json_add(row, "name", json_text(param->name));
	json_add(row, "class", json_text(config_class_name(tlv->class)));
	json_add(row, "item", json_text(tlv->name));
	json_add(row, "type", json_text(config_type_name(field->type)));
	json_add(row, "min", number ? json_object_new_uint64(min) : NULL);
	json_add(row, "max", number ? json_object_new_uint64(max) : NULL);
	json_add(row, "values", config_values(field));
	json_add(row, "effect",
		 json_text(tlv->effect == CONFIG_AT_BOOT ?
			   "host-boot" : "firmware-reset"));
	json_add(row, "description", json_description(field->text));
	return row;
}

/* The part that is common to all results. */
json_object *config_result(struct config *config)
{
	json_object *result = json_object_new_object();

	json_add(result, "device",
		 config->dev ? json_text(fwctl_dev_name(config->dev)) : NULL);
	json_add(result, "names", json_text(config->names.source));
	json_add(result, "rpcs", json_object_new_int64(config->accesses.rpcs));
	return result;
}

/* Print an array within the result as a table of the command's columns. */
static void array_text(struct run *run, const char *key)
{
	json_object *result = run->result;

	run->result = json_object_object_get(result, key);
	print_table(run, stdout);
	run->result = result;
}

void config_params_text(struct run *run)
{
	array_text(run, "parameters");
}

void config_changes_text(struct run *run)
{
	array_text(run, "changes");
}

/* List all names of the catalogue, without a device. */
static int list_names(struct run *run)
{
	struct config config = { .run = run };
	json_object *rows;
	size_t i;

	if (config_names(run, option(run, "database"), &config.names))
		goto out;
	rows = json_object_new_array();
	for (i = 0; i < config.names.nfields; i++) {
		const struct config_field *field = &config.names.fields[i];
		struct config_item item = {
			.tlv = &config.names.tlvs[field->tlv],
		};
		struct config_param param = { .field = field, .item = &item };

		if (!field->name)
			continue;
		snprintf(param.name, sizeof(param.name), "%.60s", field->name);
		json_object_array_add(rows, describe(NULL, &param));
	}
	run->result = config_result(&config);
	json_add(run->result, "parameters", rows);
out:
	config_free_names(&config.names);
	return run->code;
}

static void add_values(struct config *config, const struct config_param *param,
		       json_object *row)
{
	static const struct {
		const char *key;
		enum config_view view;
	} views[] = {
		{ "default", CONFIG_DEFAULT },
		{ "current", CONFIG_CURRENT },
		{ "next", CONFIG_NEXT },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(views); i++)
		json_add(row, views[i].key,
			 config_read(config, param->item, views[i].view) ?
			 config_json(param, param->item->data[views[i].view]) :
			 NULL);
}

static bool is_asked(struct run *run, const struct config_param *param)
{
	int i;

	for (i = 1; i < run->argc; i++)
		if (!strcasecmp(run->argv[i], param->name))
			return true;
	return run->argc < 2;
}

/* Show the parameters that the device has, or those of them that are named. */
static int show_params(struct run *run, bool values)
{
	struct config config;
	json_object *rows = json_object_new_array(), *row;
	int i;
	size_t n;

	if (config_open(run, option(run, "database"), &config))
		goto out;
	for (i = 1; i < run->argc; i++) {
		const struct config_param *param =
			config_find(&config, run->argv[i], strlen(run->argv[i]));

		if (!param || config_probe(&config, param))
			continue;
		fail(run, FWCTL_EXIT_UNSUPPORTED,
		     "%s: the device has no such parameter", run->argv[i]);
	}
	for (n = 0; n < config.nparams && !run->code; n++) {
		const struct config_param *param = &config.params[n];

		if (!is_asked(run, param) || !config_probe(&config, param))
			continue;
		row = describe(&config, param);
		if (values)
			add_values(&config, param, row);
		json_object_array_add(rows, row);
	}
	if (!run->code) {
		run->result = config_result(&config);
		json_add(run->result, "parameters", json_object_get(rows));
	}
out:
	json_object_put(rows);
	config_close(&config);
	return run->code;
}

int config_list_run(struct run *run)
{
	return no_dry_run(run) ?:
	       (run->argc ? show_params(run, false) : list_names(run));
}

int config_query_run(struct run *run)
{
	return no_dry_run(run) ?: show_params(run, true);
}

/* Find a parameter by its name; after an error the run has a message. */
struct config_param *config_find(struct config *config, const char *name,
				 size_t len)
{
	size_t i;

	for (i = 0; i < config->nparams; i++)
		if (strlen(config->params[i].name) == len &&
		    !strncasecmp(config->params[i].name, name, len))
			return &config->params[i];
	for (i = 0; i < config->nparams; i++)
		if (len && strlen(config->params[i].field->name) == len &&
		    !strncasecmp(config->params[i].field->name, name, len))
			break;
	if (i < config->nparams)
		fail(config->run, FWCTL_EXIT_USAGE,
		     "%.*s: ambiguous; name one of them, e.g. %s", (int)len,
		     name, config->params[i].name);
	else
		fail(config->run, FWCTL_EXIT_USAGE,
		     "%.*s: no such parameter; see 'fwctl mlx5 config list'",
		     (int)len, name);
	return NULL;
}

/*
 * Write the wanted values, unless --dry-run was given, and fill the run's result.
 * Takes over the reference to the plan. Returns an exit code.
 */
int config_finish(struct config *config, json_object *plan,
		  const char *rollback)
{
	struct run *run = config->run;
	bool differs = config_differs(config);

	if (differs && !run->set.dry_run)
		config_change(config, rollback);
	run->result = config_result(config);
	json_add(run->result, "dry_run",
		 json_object_new_boolean(run->set.dry_run));
	json_add(run->result, "changed",
		 json_object_new_boolean(config->changed));
	json_add(run->result, "rollback", json_text(differs ? rollback : NULL));
	json_add(run->result, "changes", plan);
	if (!run->code && differs && option(run, "detailed-exitcode"))
		run->code = FWCTL_EXIT_CHANGED;
	return run->code;
}

int config_set_run(struct run *run)
{
	struct config config;
	struct config_param *param;
	const char *value;
	int i;

	if (config_open(run, option(run, "database"), &config))
		goto out;
	for (i = 1; i < run->argc && !run->code; i++) {
		value = strchr(run->argv[i], '=');
		if (!value) {
			fail(run, FWCTL_EXIT_USAGE, "%s: not in the form NAME=VALUE",
			     run->argv[i]);
			goto out;
		}
		param = config_find(&config, run->argv[i],
				    value - run->argv[i]);
		if (param)
			config_parse(&config, param, value + 1, true);
	}
	/* A check may depend on values further to the right. */
	for (i = 1; i < run->argc && !run->code; i++) {
		param = config_find(&config, run->argv[i],
				    strcspn(run->argv[i], "="));
		config_check(&config, param);
	}
	if (!run->code)
		config_finish(&config, config_plan(&config), NULL);
out:
	config_close(&config);
	return run->code;
}

/* Reset whole items, also those of their fields that have no name. */
static void reset_all(struct config *config)
{
	size_t i;

	for (i = 0; i < config->nparams && !config->run->code; i++) {
		struct config_item *item = config->params[i].item;

		if (config_probe(config, &config->params[i]) &&
		    config_read(config, item, CONFIG_DEFAULT) &&
		    config_read(config, item, CONFIG_WANTED))
			memcpy(item->data[CONFIG_WANTED],
			       item->data[CONFIG_DEFAULT], item->len);
	}
}

static void reset_param(struct config *config, const char *name)
{
	struct config_param *param = config_find(config, name, strlen(name));

	if (!param)
		return;
	if (config_probe(config, param) &&
	    config_read(config, param->item, CONFIG_DEFAULT) &&
	    config_read(config, param->item, CONFIG_WANTED))
		config_copy(config, param, CONFIG_DEFAULT);
	else
		fail(config->run, FWCTL_EXIT_UNSUPPORTED,
		     "%s: the device does not report a default value of this parameter",
		     param->name);
}

int config_reset_run(struct run *run)
{
	struct config config;
	json_object *plan;
	int i;

	if (config_open(run, option(run, "database"), &config))
		goto out;
	for (i = 1; i < run->argc && !run->code; i++)
		reset_param(&config, run->argv[i]);
	if (run->argc < 2)
		reset_all(&config);
	if (run->code)
		goto out;
	plan = config_plan(&config);
	/* Parameters that are named are reset without a question. */
	if (run->argc < 2 && config_differs(&config) && !run->set.dry_run &&
	    config_agree(&config, plan, option(run, "yes")))
		json_object_put(plan);
	else
		config_finish(&config, plan, NULL);
out:
	config_close(&config);
	return run->code;
}
