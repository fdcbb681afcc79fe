// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the wanted configuration to a device: all of it, or none.
 */
#include <stdlib.h>
#include <string.h>

#include "config.h"

/* Does an item have to be written? A default that a program wrote stays no default. */
static bool is_pending(const struct config_item *item)
{
	return config_dirty(item) ||
	       (item->invalidate && !item->unset && item->writer);
}

/* Is there anything to be written? */
bool config_pending(const struct config *config)
{
	size_t i;

	for (i = 0; i < config->nitems; i++)
		if (is_pending(&config->items[i]))
			return true;
	return false;
}

bool config_differs(const struct config *config)
{
	size_t i;

	for (i = 0; i < config->nitems; i++)
		if (config_dirty(&config->items[i]))
			return true;
	return false;
}

/* The part that is common to all results. */
json_object *config_result(struct config *config)
{
	json_object *result = json_object_new_object();

	json_add(result, "device",
		 config->dev ? json_text(fwctl_dev_name(config->dev)) : NULL);
	json_add(result, "names", json_text(config->names.source));
	json_add(result, "database", json_text(config->names.database));
	json_add(result, "rpcs", json_object_new_int64(config->accesses.rpcs));
	if (config->other) {
		json_add(result, "host", json_object_new_int64(config->host));
		json_add(result, "pf", json_object_new_int64(config->pf));
	}
	return result;
}

/* Print an array within the result as a table of the command's columns. */
void config_array_text(struct run *run, const char *key)
{
	json_object *result = run->result;

	run->result = json_object_object_get(result, key);
	print_table(run, stdout);
	run->result = result;
}

/*
 * A parameter whose value is to become another one. Takes over the references to
 * both values, and returns NULL if they are the same.
 */
json_object *config_difference(const struct config_param *param,
			       json_object *from, json_object *to)
{
	json_object *row;

	if (json_object_equal(from, to)) {
		json_object_put(from);
		json_object_put(to);
		return NULL;
	}
	row = json_object_new_object();
	json_add(row, "name", json_text(param->name));
	json_add(row, "from", from);
	json_add(row, "to", to);
	json_add(row, "effect", json_text(config_effect_name(param->item->tlv)));
	return row;
}

/* The parameters whose wanted value differs from the next one. */
json_object *config_plan(struct config *config)
{
	json_object *plan = json_object_new_array(), *row;
	size_t i;

	for (i = 0; i < config->nparams; i++) {
		const struct config_param *param = &config->params[i];
		const struct config_field *field = param->field;
		struct config_item *item = param->item;

		if (!config_dirty(item) ||
		    field->start + field->width > 8 * item->len)
			continue;
		row = config_difference(param,
					config_json(param, item->data[CONFIG_NEXT]),
					config_json(param, item->data[CONFIG_WANTED]));
		if (row)
			json_object_array_add(plan, row);
	}
	return plan;
}

static bool is_planned(json_object *plan, const char *name)
{
	size_t i;

	for (i = 0; i < json_object_array_length(plan); i++)
		if (!strcmp(string_of(json_object_array_get_idx(plan, i), "name"), name))
			return true;
	return false;
}

/*
 * Add a row for each parameter, or each one that is in a plan or on the command line, whose
 * next value is not the current one. Parameters whose current value the device does not
 * tell are left out, unless they are in the plan. Returns an exit code.
 */
int config_waiting(struct config *config, json_object *plan, json_object *rows)
{
	json_object *row, *current, *next;
	size_t i;

	for (i = 0; i < config->nparams && !config->run->code; i++) {
		const struct config_param *param = &config->params[i];
		struct config_item *item = param->item;
		bool known, planned = plan && is_planned(plan, param->name);

		if (plan ? !planned && !param->asked : !config_probe(config, param))
			continue;
		known = config_read(config, item, CONFIG_CURRENT);
		if (config->run->code || (!known && !planned) ||
		    !config_read(config, item, CONFIG_NEXT))
			continue;
		current = known ? config_json(param, item->data[CONFIG_CURRENT]) : NULL;
		next = config_json(param, item->data[CONFIG_NEXT]);
		if (known && json_object_equal(current, next)) {
			json_object_put(current);
			json_object_put(next);
			continue;
		}
		row = json_object_new_object();
		json_object_array_add(rows, row);
		json_add(row, "name", json_text(param->name));
		json_add(row, "current", current);
		json_add(row, "next", next);
		json_add(row, "effect", json_text(config_effect_name(item->tlv)));
	}
	return config->run->code;
}

/* Show the changes on the terminal and ask for consent; returns an exit code. */
int config_agree(struct config *config, json_object *plan, bool yes)
{
	size_t i, count = json_object_array_length(plan);
	const char *name = fwctl_dev_name(config->dev);

	if (yes)
		return 0;
	if (!can_ask())
		return fail(config->run, FWCTL_EXIT_REFUSED,
			    "%s: nothing was written: add --yes to write the changes, or --dry-run to see them",
			    name);
	for (i = 0; i < count; i++) {
		json_object *row = json_object_array_get_idx(plan, i);

		fprintf(stderr, "%s: %s -> ", string_of(row, "name"),
			json_object_get_string(json_object_object_get(row,
								      "from")));
		fprintf(stderr, "%s\n",
			json_object_get_string(json_object_object_get(row,
								      "to")));
	}
	if (confirm("%s: %zu parameter%s. Write %s?", name, count,
		    count == 1 ? " changes" : "s change", count == 1 ? "it" : "them"))
		return 0;
	return fail(config->run, FWCTL_EXIT_REFUSED,
		    "%s: nothing was written: the answer was not yes", name);
}

/* Is the next value of an item the default, and not one that a program wrote? */
bool config_is_default(struct config *config, struct config_item *item)
{
	return item->unset ||
	       (!item->writer && config_read(config, item, CONFIG_DEFAULT) &&
		!memcmp(item->data[CONFIG_NEXT], item->data[CONFIG_DEFAULT],
			item->len));
}

/**
 * struct change - the change of an item
 * @before: its bytes before
 * @unset: it was never written before
 * @fresh: it was at its default, and not because a program wrote that
 * @tried: a write was sent
 */
struct change {
	__u8 before[CONFIG_MAX_ITEM];
	bool unset;
	bool fresh;
	bool tried;
};

/* Has an item the value that it had before the change? */
static bool is_before(const struct config_item *item, const struct change *change)
{
	return item->unset == change->unset &&
	       !memcmp(item->data[CONFIG_NEXT], change->before, item->len);
}

static bool is_wanted(const struct config_item *item)
{
	/* The default of an invalidated item may not be known. */
	if (item->invalidate && item->unset)
		return true;
	return !memcmp(item->data[CONFIG_WANTED], item->data[CONFIG_NEXT],
		       item->len);
}

/* Send the wanted value of an item; returns an exit code. */
static int send_wanted(struct config *config, struct config_item *item,
		       struct change *change)
{
	int ret = -1;

	change->tried = true;
	if (item->invalidate)
		ret = config_invalidate(config, item);
	if (ret >= 0)
		return ret;
	/* Firmware that cannot invalidate gets the default as a value. */
	return config_write(config, item, item->data[CONFIG_WANTED]);
}

/* Read an item again, to see whether another program has changed it. */
static int check_before(struct config *config, struct config_item *item,
			const struct change *change)
{
	struct run *run = config->run;

	if (config_reread(config, item) || is_before(item, change))
		return run->code;
	return fail(run, FWCTL_EXIT_REFUSED,
		    "%s: another program has changed %s since it was read; run the command again",
		    fwctl_dev_name(config->dev), item->tlv->name);
}

/* Read an item again, to see whether it has the wanted value. */
static int check_after(struct config *config, struct config_item *item)
{
	struct run *run = config->run;

	if (config_reread(config, item) || is_wanted(item))
		return run->code;
	return fail(run, FWCTL_EXIT_PARTIAL,
		    "%s: %s was written, but reads back different: the firmware did not accept it, or another program wrote it",
		    fwctl_dev_name(config->dev), item->tlv->name);
}

/*
 * Invalidate all items at once, and verify those that are known to change. Returns
 * false if the firmware cannot, and after an error.
 */
static bool change_all(struct config *config, struct change *changes)
{
	size_t i;

	for (i = 0; i < config->nitems && !config->run->code; i++) {
		changes[i].tried = is_pending(&config->items[i]);
		if (changes[i].tried)
			check_before(config, &config->items[i], &changes[i]);
	}
	if (config->run->code || !config_invalidate_all(config))
		return false;
	for (i = 0; i < config->nitems && !config->run->code; i++)
		if (changes[i].tried)
			check_after(config, &config->items[i]);
	return true;
}

/*
 * Restore an item, unless it has bytes that this program did not write. Sets
 * *restored if there was something to restore; returns false if that failed.
 */
static bool restore_item(struct config *config, struct config_item *item,
			 const struct change *change, bool *restored)
{
	int ret = -1;

	if (config_reread(config, item))
		return false;
	if (is_before(item, change))
		return true;
	if (!is_wanted(item))
		return false;
	*restored = true;
	if (change->fresh)
		ret = config_invalidate(config, item);
	if (ret < 0 && !change->unset)
		ret = config_write(config, item, change->before);
	return !ret && !config_reread(config, item) && is_before(item, change);
}

/* Undo the changes, the last one first, and say in the run's error how that went. */
static void roll_back(struct config *config, const struct change *changes,
		      const char *rollback)
{
	bool good = true, restored = false;
	struct run *run = config->run;
	size_t i;

	for (i = config->nitems; i-- > 0;)
		if (changes[i].tried &&
		    !restore_item(config, &config->items[i], &changes[i],
				  &restored))
			good = false;
	if (good) {
		fail_more(run, restored ? "the earlier values are restored" :
					  "nothing was written");
		return;
	}
	fail_more(run, "the earlier values could not be restored%s%s",
		  rollback ? ": apply " : "", rollback ? rollback : "");
	run->code = FWCTL_EXIT_PARTIAL;
	config->changed = true;
}

/*
 * Write all items that differ, and verify each. An item that another program has
 * changed since it was read is not written. After a failure, restore those that
 * were written; if that fails, too, the run's error names @rollback, a file with
 * the earlier values, unless it is NULL. Returns an exit code.
 */
int config_change(struct config *config, const char *rollback)
{
	bool differs = config_differs(config), done;
	struct run *run = config->run;
	struct change *changes;
	size_t i;

	if (config_lock(config))
		return run->code;
	changes = calloc(config->nitems, sizeof(*changes));
	if (!changes)
		return fail(run, FWCTL_EXIT_USAGE, "no memory");
	for (i = 0; i < config->nitems; i++) {
		memcpy(changes[i].before, config->items[i].data[CONFIG_NEXT],
		       CONFIG_MAX_ITEM);
		changes[i].unset = config->items[i].unset;
		changes[i].fresh = is_pending(&config->items[i]) &&
				   config_is_default(config, &config->items[i]);
	}
	done = config->all && change_all(config, changes);
	for (i = 0; i < config->nitems && !done && !run->code; i++)
		if (is_pending(&config->items[i]) &&
		    !check_before(config, &config->items[i], &changes[i]) &&
		    !send_wanted(config, &config->items[i], &changes[i]))
			check_after(config, &config->items[i]);
	config->changed = differs && !run->code;
	if (run->code)
		roll_back(config, changes, rollback);
	free(changes);
	return run->code;
}
