// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl policy
 */
#include <errno.h>
#include <string.h>

#include "tool.h"

static const struct column_spec columns[] = {
	{ "NAME", "name", 0 },
	{ "PARENT", "parent", 0 },
	{ "CARD", "card", COLUMN_EXTRA },
	{ "CEILING", "ceiling", 0 },
	{ "FILES", "files", COLUMN_RIGHT },
	{ "IN-FLIGHT", "in_flight", COLUMN_RIGHT },
	{ "TAINTS", "taints", 0 },
	{ "REFUSED", "refused", COLUMN_RIGHT },
	{ "DRIVER", "driver", COLUMN_EXTRA },
	{}
};

/* The ceiling of a device, and its use: files, requests, taints. */
static json_object *json_policy(const struct fwctl_state *state)
{
	json_object *object = json_object_new_object();
	uint64_t refused = 0;
	int reason;

	for (reason = FWCTL_REASON_ADMITTED + 1; fwctl_reason_name(reason);
	     reason++)
		refused += fwctl_state_judged(state, reason);
	json_add(object, "name", json_text(fwctl_state_name(state)));
	json_add(object, "parent", json_text(fwctl_state_parent(state)));
	json_add(object, "card", json_text(fwctl_state_card(state)));
	json_add(object, "driver", json_text(fwctl_state_driver(state)));
	json_add(object, "ceiling",
		 json_text(fwctl_ceiling_name(fwctl_state_ceiling(state))));
	json_add(object, "files",
		 json_object_new_int64(fwctl_state_files(state)));
	json_add(object, "in_flight",
		 json_object_new_int64(fwctl_state_in_flight(state)));
	json_add(object, "taints", json_scopes(fwctl_state_taints(state)));
	json_add(object, "refused", json_object_new_uint64(refused));
	return object;
}

/* Add the states of all devices, or of the functions of one card. */
static int add_states(struct run *run, const char *card)
{
	struct fwctl_state **states;
	int ret, i;

	ret = fwctl_states(run->ctx, &states);
	if (ret < 0)
		return fail_errno(run, ret, fwctl_ctx_error(run->ctx));
	for (i = 0; i < ret; i++)
		if (!card || !strcmp(card, fwctl_state_card(states[i]) ?: ""))
			json_object_array_add(run->result, json_policy(states[i]));
	fwctl_states_free(states);
	return 0;
}

/* Add the state of a device, or of each function of its card. */
static int add_state(struct run *run, struct fwctl_dev *dev, bool whole_card)
{
	struct fwctl_state *state;
	int ret;

	ret = fwctl_dev_state(dev, &state);
	if (ret)
		return fail_errno(run, ret, fwctl_dev_error(dev));
	if (whole_card && fwctl_state_card(state))
		ret = add_states(run, fwctl_state_card(state));
	else
		json_object_array_add(run->result, json_policy(state));
	fwctl_state_free(state);
	return ret;
}

static int show_run(struct run *run)
{
	struct fwctl_dev *dev;

	if (run->argc && find_device(run, run->argv[0], &dev))
		return run->code;
	run->result = json_object_new_array();
	if (!run->argc)
		return add_states(run, NULL);
	add_state(run, dev, false);
	fwctl_dev_free(dev);
	return run->code;
}

/* Ask before the ceiling is lowered; returns an exit code. */
static int agree(struct run *run, struct fwctl_dev *dev,
		 enum fwctl_ceiling ceiling)
{
	const char *name = fwctl_dev_name(dev);

	if (run->set.dry_run || option(run, "yes"))
		return 0;
	if (!can_ask())
		return fail(run, FWCTL_EXIT_REFUSED,
			    "%s: nothing was lowered: only a reboot raises the ceiling again: add --yes",
			    name);
	if (confirm("%s: the ceiling of its %s becomes %s until the next reboot. Lower it?",
		    name, option(run, "function") ? "function" : "card",
		    fwctl_ceiling_name(ceiling)))
		return 0;
	return fail(run, FWCTL_EXIT_REFUSED,
		    "%s: nothing was lowered: the answer was not yes", name);
}

/* Show the rows as they will be after the ceiling was lowered. */
static void plan_ceiling(struct run *run, enum fwctl_ceiling ceiling)
{
	size_t i, count = json_object_array_length(run->result);
	enum fwctl_ceiling now;
	json_object *row;

	for (i = 0; i < count; i++) {
		row = json_object_array_get_idx(run->result, i);
		if (!fwctl_ceiling_parse(string_of(row, "ceiling") ?: "", &now) && now > ceiling)
			json_add(row, "ceiling", json_text(fwctl_ceiling_name(ceiling)));
	}
}

static int lower_run(struct run *run)
{
	enum fwctl_ceiling ceiling;
	struct fwctl_dev *dev;
	int ret;

	ret = fwctl_ceiling_parse(run->argv[1], &ceiling);
	if (ret)
		return fail(run, FWCTL_EXIT_USAGE,
			    "policy lower: %s: %s: use none, configuration, debug-read-only, debug-write or debug-write-full",
			    run->argv[1], ret == -ENOTUNIQ ? "ambiguous" :
			    "no such ceiling");
	if (find_device(run, run->argv[0], &dev))
		return run->code;
	if (agree(run, dev, ceiling))
		goto out;
	run->result = json_object_new_array();
	if (!run->set.dry_run) {
		ret = option(run, "function") ? fwctl_dev_lower_function(dev, ceiling) :
						fwctl_dev_lower(dev, ceiling);
		if (ret)
			fail_errno(run, ret, fwctl_dev_error(dev));
	}
	if (!run->code && !add_state(run, dev, !option(run, "function")) && run->set.dry_run)
		plan_ceiling(run, ceiling);
out:
	fwctl_dev_free(dev);
	return run->code;
}

static const struct option_spec lower_options[] = {
	{ "function", 0, NULL, "of this function of the card alone" },
	{ "yes", 'y', NULL, "lower the ceiling without asking" },
	{}
};

static const struct command commands[] = {
	{ .name = "show", .args = "[DEV]",
	  .help = "show ceilings, open files, taints and refused requests",
	  .columns = columns, .run = show_run },
	{ .name = "lower", .args = "DEV CEILING",
	  .help = "lower the ceiling of a device; it cannot be raised again",
	  .options = lower_options, .columns = columns,
	  .flags = COMMAND_DRY_RUN, .run = lower_run },
	{}
};

struct object policy_object = {
	.name = "policy", .help = "ceilings: the highest scope that is admitted",
	.commands = commands,
};
