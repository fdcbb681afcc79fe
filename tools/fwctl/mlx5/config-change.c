// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the wanted configuration to a device: all of it, or none.
 */
#include <stdlib.h>
#include <string.h>

#include "config.h"

/* Does an item have to be written? */
bool config_dirty(const struct config_item *item)
{
	return item->read & 1U << CONFIG_WANTED &&
	       memcmp(item->data[CONFIG_WANTED], item->data[CONFIG_NEXT],
		      item->len);
}

bool config_differs(const struct config *config)
{
	size_t i;

	for (i = 0; i < config->nitems; i++)
		if (config_dirty(&config->items[i]))
			return true;
	return false;
}

/* The parameters whose wanted value differs from the next one. */
json_object *config_plan(struct config *config)
{
	json_object *plan = json_object_new_array(), *row, *from, *to;
	size_t i;

	for (i = 0; i < config->nparams; i++) {
		const struct config_param *param = &config->params[i];
		const struct config_field *field = param->field;
		struct config_item *item = param->item;

		if (!config_dirty(item) ||
		    field->start + field->width > 8 * item->len)
			continue;
		from = config_json(param, item->data[CONFIG_NEXT]);
		to = config_json(param, item->data[CONFIG_WANTED]);
		if (json_object_equal(from, to)) {
			json_object_put(from);
			json_object_put(to);
			continue;
		}
		row = json_object_new_object();
		json_add(row, "name", json_text(param->name));
		json_add(row, "from", from);
		json_add(row, "to", to);
		json_add(row, "effect",
			 json_text(item->tlv->effect == CONFIG_AT_BOOT ?
				   "host-boot" : "firmware-reset"));
		json_object_array_add(plan, row);
	}
	return plan;
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
	if (confirm("%s: %zu parameters change. Write them?", name, count))
		return 0;
	return fail(config->run, FWCTL_EXIT_REFUSED,
		    "%s: nothing was written: the answer was not yes", name);
}

/* Write an item and read it back; returns an exit code. */
static int write_verified(struct config *config, struct config_item *item,
			  const __u8 *data)
{
	int code = config_write(config, item, data) ?:
		   config_reread(config, item);

	if (code || !memcmp(item->data[CONFIG_NEXT], data, item->len))
		return code;
	return fail(config->run, FWCTL_EXIT_PARTIAL,
		    "%s: %s was written, but reads back different: the firmware did not accept it",
		    fwctl_dev_name(config->dev), item->tlv->name);
}

/*
 * Write all items that differ, and verify each. After a failure, restore those that
 * were written; if that fails, too, the run's error names @rollback, a file with
 * the earlier values, unless it is NULL. Returns an exit code. CONFIG_WANTED is
 * undefined afterwards.
 */
int config_change(struct config *config, const char *rollback)
{
	__u8 (*before)[CONFIG_MAX_ITEM];
	bool restored = true;
	size_t i, end;

	before = calloc(config->nitems, sizeof(*before));
	if (!before)
		return fail(config->run, FWCTL_EXIT_USAGE, "no memory");
	for (i = 0; i < config->nitems; i++)
		memcpy(before[i], config->items[i].data[CONFIG_NEXT],
		       CONFIG_MAX_ITEM);
	for (end = 0; end < config->nitems; end++)
		if (config_dirty(&config->items[end]) &&
		    write_verified(config, &config->items[end],
				   config->items[end].data[CONFIG_WANTED]))
			break;
	/* The item whose write failed may have been written, too. */
	for (i = end; config->run->code && i < config->nitems && i != SIZE_MAX;
	     i--) {
		struct config_item *item = &config->items[i];

		if (!(item->read & 1U << CONFIG_WANTED) ||
		    !memcmp(item->data[CONFIG_WANTED], before[i], item->len))
			continue;
		if (config_reread(config, item) ||
		    (memcmp(item->data[CONFIG_NEXT], before[i], item->len) &&
		     write_verified(config, item, before[i])))
			restored = false;
	}
	if (config->run->code && restored) {
		fail_more(config->run, "the earlier values are restored");
	} else if (config->run->code) {
		fail_more(config->run,
			  "the earlier values could not be restored%s%s",
			  rollback ? ": apply " : "", rollback ? rollback : "");
		config->run->code = FWCTL_EXIT_PARTIAL;
	}
	config->changed = !config->run->code || !restored;
	free(before);
	return config->run->code;
}
