// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl mlx5 config list, query, set, reset. config-file.c has the commands that
 * read or write files.
 */
#include <stdlib.h>
#include <string.h>

#include "config.h"

#define DATABASE							\
	{ "database", 'd', "FILE",					\
	  "read names from this database of mstflint; none: use the tool's own table" }
#define HOST { "host", 'H', "NUMBER", "parameters of this host, default 0" }
#define PF								\
	{ "pf", 'p', "NUMBER",						\
	  "parameters of this physical function of the host, default 0" }
#define YES { "yes", 'y', NULL, "write without asking" }
#define ACTIVATE							\
	{ "activate", 'a', NULL,					\
	  "restart the firmware, so that the values become current; needs consent" }
#define EMPTY { "allow-empty", 'E', NULL, "accept a file without settings" }
#define DETAILED							\
	{ "detailed-exitcode", 'e', NULL,				\
	  "exit with 8 if values differ or were changed" }

#define CHANGED								\
	{ "changed", 'c', NULL,						\
	  "only values that differ from the default, or from the current one" }

const struct option_spec config_export_options[] = {
	DATABASE, HOST, PF, CHANGED,
	{ "short", 'S', NULL, "write the settings only, without comments" },
	{ "raw-tlv", 'R', NULL, "write all items, as 'mstconfig backup' does" },
	{}
};

#define IGNORE								\
	{ "ignore-missing", 'i', NULL,					\
	  "leave out what the device does not have, without an error" }

const struct option_spec config_list_options[] = {
	DATABASE, HOST, PF, IGNORE, {}
};

const struct option_spec config_query_options[] = {
	DATABASE, HOST, PF, IGNORE, CHANGED, {}
};

const struct option_spec config_set_options[] = {
	DATABASE, HOST, PF, YES, DETAILED, ACTIVATE, {}
};

const struct option_spec config_reset_options[] = {
	DATABASE, HOST, PF, YES, DETAILED, ACTIVATE,
	{ "except", 'x', "NAMES",
	  "keep these parameters, with commas between the names" },
	{}
};

const struct option_spec config_diff_options[] = {
	DATABASE, HOST, PF, DETAILED, EMPTY, IGNORE, OPTION_ALL, {}
};

const struct option_spec config_apply_options[] = {
	DATABASE, HOST, PF, YES, DETAILED, EMPTY, IGNORE, ACTIVATE, OPTION_ALL,
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
	{ "DESCRIPTION", "description", COLUMN_WRAP },
	{}
};

const struct column_spec config_query_columns[] = {
	{ "NAME", "name", 0 },
	{ "DEFAULT", "default", COLUMN_WRAP },
	{ "CURRENT", "current", COLUMN_WRAP },
	{ "NEXT", "next", COLUMN_WRAP },
	{ "TYPE", "type", 0 },
	{ "MIN", "min", COLUMN_EXTRA | COLUMN_RIGHT },
	{ "MAX", "max", COLUMN_EXTRA | COLUMN_RIGHT },
	{ "VALUES", "values", COLUMN_EXTRA },
	{ "CLASS", "class", COLUMN_EXTRA },
	{ "ITEM", "item", COLUMN_EXTRA },
	{ "EFFECT", "effect", COLUMN_EXTRA },
	{ "LEVEL", "level", COLUMN_EXTRA },
	{ "READ-ONLY", "read_only", COLUMN_EXTRA },
	{ "NEVER-SET", "never_set", COLUMN_EXTRA },
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
	bool number = config_is_number(field);

	config_range(config, param, &min, &max);
	json_add(row, "name", json_text(param->name));
	json_add(row, "class", json_text(config_class_name(tlv->class)));
	json_add(row, "item", json_text(tlv->name));
	json_add(row, "type", json_text(config_type_name(field->type)));
	json_add(row, "min", number ? json_object_new_uint64(min) : NULL);
	json_add(row, "max", number ? json_object_new_uint64(max) : NULL);
	json_add(row, "values", config_values(field));
	json_add(row, "effect", json_text(config_effect_name(tlv)));
	json_add(row, "description", json_description(field->text));
	return row;
}

void config_params_text(struct run *run)
{
	config_array_text(run, "parameters");
}

/* A change that failed and is undone has no table. */
void config_changes_text(struct run *run)
{
	json_object *activation = json_object_object_get(run->result, "activation");
	const char *todo = activation ? string_of(activation, "todo") : NULL;

	if (!run->code || run->code == FWCTL_EXIT_CHANGED)
		config_array_text(run, "changes");
	fflush(stdout);
	if (run->set.raw)
		return;
	if (activation && json_object_get_boolean(json_object_object_get(activation, "done")))
		fprintf(stderr, "%s: restarted at level %s\n",
			string_of(run->result, "device"), string_of(activation, "level"));
	if (todo)
		fprintf(stderr, "%s\n", todo);
}

/* May a word be a parameter's name? Most devices' names have none of these letters. */
static bool is_name(const char *word)
{
	return strpbrk(word, "*?ABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

/*
 * List the names of the catalogue, without a device: all, or those that the words of the
 * command line name. Returns false if a word names none.
 */
static bool list_names(struct run *run)
{
	struct config config = { .run = run };
	bool all = true, *used = calloc(run->argc + 1, sizeof(*used));
	json_object *rows = json_object_new_array();
	size_t i;
	int n;

	if (!used)
		fail(run, FWCTL_EXIT_USAGE, "no memory");
	if (run->code || config_names(run, option(run, "database"), &config.names))
		goto out;
	for (i = 0; i < config.names.nfields; i++) {
		const struct config_field *field = &config.names.fields[i];
		struct config_item item = {
			.tlv = &config.names.tlvs[field->tlv],
		};
		struct config_param param = { .field = field, .item = &item };
		bool asked = !run->argc;

		if (!field->name)
			continue;
		snprintf(param.name, sizeof(param.name), "%.60s", field->name);
		for (n = 0; n < run->argc; n++) {
			if (!config_is_named(&param, run->argv[n], strlen(run->argv[n])))
				continue;
			asked = true;
			used[n] = true;
		}
		if (asked)
			json_object_array_add(rows, describe(NULL, &param));
	}
	for (n = 0; n < run->argc; n++)
		all &= used[n];
	if (all) {
		run->result = config_result(&config);
		json_add(run->result, "parameters", json_object_get(rows));
		json_add(run->result, "missing", json_object_new_array());
	}
out:
	json_object_put(rows);
	free(used);
	config_free_names(&config.names);
	return all;
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
	json_add(row, "read_only",
		 json_object_new_boolean(!param->item->writable));
	json_add(row, "never_set", json_object_new_boolean(param->item->unset));
}

/* Add to values that are not current the restart that makes them so, to others none. */
static void add_restarts(struct config *config, json_object *rows)
{
	json_object *waiting = json_object_new_array(), *row, *current;
	size_t i;

	for (i = 0; i < json_object_array_length(rows); i++) {
		row = json_object_array_get_idx(rows, i);
		current = json_object_object_get(row, "current");
		if (current && !json_object_equal(current, json_object_object_get(row, "next")))
			json_object_array_add(waiting, json_object_get(row));
		json_add(row, "level", NULL);
	}
	if (json_object_array_length(waiting))
		fw_add_levels(config, waiting);
	json_object_put(waiting);
}

static bool is_asked(struct run *run, const struct config_param *param)
{
	int i;

	for (i = 1; i < run->argc; i++)
		if (config_is_named(param, run->argv[i], strlen(run->argv[i])))
			return true;
	return run->argc < 2;
}

/* Add the words of the command line that no parameter of the device answers. */
static void add_missing(struct config *config, json_object *missing)
{
	static const char * const reasons[] = { "unknown", "absent", "hidden" };
	struct run *run = config->run;
	const struct config_param *first, *param;
	enum config_reason reason;
	json_object *row;
	char *why;
	int i;

	for (i = 1; i < run->argc && !run->code; i++) {
		size_t len = strlen(run->argv[i]);

		first = config_next(config, NULL, run->argv[i], len);
		for (param = first; param && !config_probe(config, param);)
			param = config_next(config, param, run->argv[i], len);
		if (param || run->code)
			continue;
		why = NULL;
		reason = first ? config_missing(config, first, &why) :
			 config_unknown(config, run->argv[i], len, &why);
		row = json_object_new_object();
		json_add(row, "name", json_text(run->argv[i]));
		json_add(row, "reason", json_text(reasons[reason]));
		json_add(row, "message", json_text(why));
		json_object_array_add(missing, row);
		free(why);
	}
}

/*
 * Make an error of the words without an answer, unless --ignore-missing is given:
 * FWCTL_EXIT_PARTIAL if other words have one.
 */
static void fail_missing(struct run *run, json_object *missing, bool partial)
{
	size_t i, count = json_object_array_length(missing);
	json_object *row;
	int code;

	if (option(run, "ignore-missing"))
		return;
	for (i = 0; i < count; i++) {
		row = json_object_array_get_idx(missing, i);
		code = strcmp(string_of(row, "reason"), "unknown") ?
		       FWCTL_EXIT_UNSUPPORTED : FWCTL_EXIT_USAGE;
		if (!i)
			fail(run, partial ? FWCTL_EXIT_PARTIAL : code, "%s",
			     string_of(row, "message"));
		else
			fail_more(run, "%s", string_of(row, "message"));
	}
}

/* Show the parameters that the device has, or those of them that are named. */
static int show_params(struct run *run, bool values)
{
	bool changed = values && option(run, "changed");
	json_object *rows = json_object_new_array(), *row;
	json_object *missing = json_object_new_array();
	struct config config;
	size_t n;

	if (config_open(run, CONFIG_TO_READ, &config))
		goto out;
	for (n = 0; n < config.nparams && !run->code; n++) {
		const struct config_param *param = &config.params[n];

		if (!is_asked(run, param) || !config_probe(&config, param))
			continue;
		if (changed && !config_is_changed(&config, param))
			continue;
		row = describe(&config, param);
		if (values)
			add_values(&config, param, row);
		json_object_array_add(rows, row);
	}
	add_missing(&config, missing);
	if (values && !run->code)
		add_restarts(&config, rows);
	if (!run->code) {
		run->result = config_result(&config);
		json_add(run->result, "parameters", json_object_get(rows));
		json_add(run->result, "missing", json_object_get(missing));
		fail_missing(run, missing, json_object_array_length(rows) ||
			     changed);
	}
out:
	json_object_put(missing);
	json_object_put(rows);
	config_close(&config);
	return run->code;
}

int config_list_run(struct run *run)
{
	if (no_dry_run(run))
		return run->code;
	if ((!run->argc || is_name(run->argv[0])) && list_names(run))
		return run->code;
	return show_params(run, false);
}

int config_query_run(struct run *run)
{
	return no_dry_run(run) ?: show_params(run, true);
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
	json_object *activation = NULL;

	if (differs && !run->set.dry_run && option(run, "activate") &&
	    fw_activation_agree(config)) {
		json_object_put(plan);
		return run->code;
	}
	if (config_pending(config) && !run->set.dry_run)
		config_change(config, rollback);
	if (!run->code && !run->set.dry_run)
		fw_activation(config, plan, &activation);
	run->result = config_result(config);
	json_add(run->result, "dry_run",
		 json_object_new_boolean(run->set.dry_run));
	json_add(run->result, "changed",
		 json_object_new_boolean(config->changed));
	json_add(run->result, "rollback", json_text(differs ? rollback : NULL));
	json_add(run->result, "changes", plan);
	json_add(run->result, "activation", activation);
	if (!run->code && differs && option(run, "detailed-exitcode"))
		run->code = FWCTL_EXIT_CHANGED;
	return run->code;
}

/*
 * The use of a device for a command that may ask a question first: the card is
 * locked only after the answer, which may take long.
 */
enum config_use config_purpose(struct run *run, bool asks)
{
	return run->set.dry_run || (asks && !option(run, "yes")) ?
	       CONFIG_TO_READ : CONFIG_TO_WRITE;
}

/* Is a parameter named by one of the first settings of the command line? */
static bool is_named_before(struct config *config, const struct config_param *param,
			    int last)
{
	const char *word;
	int i;

	for (i = 1; i < last; i++) {
		word = config->run->argv[i];
		if (config_is_named(param, word, strcspn(word, "=")))
			return true;
	}
	return false;
}

int config_set_run(struct run *run)
{
	struct config config;
	struct config_param *param;
	const char *value;
	size_t len;
	int i;

	if (config_open(run, config_purpose(run, false), &config))
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
		while (param && !run->code) {
			if (is_named_before(&config, param, i))
				fail(run, FWCTL_EXIT_USAGE,
				     "%s: duplicate parameter", param->name);
			param->asked = true;
			config_parse(&config, param, value + 1, true);
			param = config_next(&config, param, run->argv[i],
					    value - run->argv[i]);
		}
	}
	/* A check may depend on values further to the right. */
	for (i = 1; i < run->argc && !run->code; i++) {
		len = strcspn(run->argv[i], "=");
		param = NULL;
		while (!run->code && (param = config_next(&config, param,
							  run->argv[i], len)))
			config_check(&config, param);
	}
	if (!run->code)
		config_finish(&config, config_plan(&config), NULL);
out:
	config_close(&config);
	return run->code;
}

/* Is a parameter named in a list of names with commas between them? */
static bool is_listed(const struct config_param *param, const char *list)
{
	size_t len;

	for (; list && *list; list += len + !!list[len]) {
		len = strcspn(list, ",");
		if (len && config_is_named(param, list, len))
			return true;
	}
	return false;
}

/* Make the default of an item the wanted value, except for some parameters. */
static void reset_item(struct config *config, struct config_item *item,
		       const char *except)
{
	size_t i;

	if (!item->writable || !config_read(config, item, CONFIG_WANTED))
		return;
	config_read(config, item, CONFIG_DEFAULT);
	memcpy(item->data[CONFIG_WANTED], item->data[CONFIG_DEFAULT],
	       CONFIG_MAX_ITEM);
	item->invalidate = true;
	for (i = 0; i < config->nparams; i++)
		if (config->params[i].item == item &&
		    is_listed(&config->params[i], except))
			config_keep(config, &config->params[i]);
}

/*
 * A card with a processor of its own keeps its mode, unless it is named: another
 * owner of the card takes the network away from the system that it boots.
 */
#define MODE "INTERNAL_CPU_MODEL"

/* Reset whole items, also those of their fields that have no name. */
static void reset_all(struct config *config, const char *except)
{
	bool *present = calloc(config->nparams + 1, sizeof(*present));
	struct run *run = config->run;
	struct config_item *item;
	char *list = NULL;
	size_t i;

	if (!present || asprintf(&list, "%s,%s", MODE, except ? except : "") < 0)
		fail(run, FWCTL_EXIT_USAGE, "no memory");
	/* A reset of one item may hide parameters of another one. */
	for (i = 0; !run->code && i < config->nparams; i++)
		present[i] = config_probe(config, &config->params[i]);
	/* The register that invalidates all items is for those of the card, too. */
	config->all = !config->other;
	for (i = 0; !run->code && i < config->nparams; i++) {
		item = config->params[i].item;
		if (!present[i] || !item->writable || item->invalidate)
			continue;
		reset_item(config, item, list);
		config->all &= item->invalidate;
	}
	free(list);
	free(present);
}

/* Has the device a parameter, with the values before the reset of others? */
static bool was_present(struct config *config, const struct config_param *param)
{
	bool present;

	config->before = true;
	present = config_probe(config, param);
	config->before = false;
	return present && config_read(config, param->item, CONFIG_WANTED);
}

static void reset_param(struct config *config, const struct config_param *param)
{
	struct config_item *item = param->item;

	if (!config_read(config, item, CONFIG_DEFAULT) && !item->unset) {
		fail(config->run, FWCTL_EXIT_UNSUPPORTED,
		     "%s: the device does not report a default value of this parameter",
		     param->name);
		return;
	}
	config_copy(config, param, CONFIG_DEFAULT);
	if (!item->writable && config_dirty(item))
		config_fail_read_only(config, param);
	/* If nothing else is set in the item, all of it can follow the default. */
	item->invalidate = item->writable &&
			   !memcmp(item->data[CONFIG_WANTED],
				   item->data[CONFIG_DEFAULT], item->len);
}

/* Reset the parameters that a word names, as far as the device has them. */
static void reset_named(struct config *config, const char *word)
{
	const struct config_param *first, *param;
	size_t len = strlen(word);
	bool any = false;

	first = config_next(config, NULL, word, len);
	if (!first)
		config_find(config, word, len);
	for (param = first; param && !config->run->code;
	     param = config_next(config, param, word, len)) {
		if (!was_present(config, param))
			continue;
		any = true;
		reset_param(config, param);
	}
	if (first && !any && !config->run->code)
		config_fail_missing(config, first);
}

/* Check that each name in the list of --except is one. */
static void check_except(struct config *config, const char *list)
{
	size_t len;

	for (; list && *list && !config->run->code; list += len + !!list[len]) {
		len = strcspn(list, ",");
		if (len && !config_next(config, NULL, list, len))
			config_find(config, list, len);
	}
}

int config_reset_run(struct run *run)
{
	const char *except = option(run, "except");
	struct config config;
	json_object *plan;
	int i;

	if (except && run->argc > 1)
		return fail(run, FWCTL_EXIT_USAGE,
			    "--except: is for a reset of all parameters; leave out the names");
	if (config_open(run, config_purpose(run, run->argc < 2), &config))
		goto out;
	for (i = 1; i < run->argc && !run->code; i++)
		reset_named(&config, run->argv[i]);
	check_except(&config, except);
	if (run->argc < 2 && !run->code)
		reset_all(&config, except);
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
