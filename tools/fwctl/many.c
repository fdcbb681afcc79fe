// SPDX-License-Identifier: GPL-2.0-only
/*
 * One command for several devices, one after the other: all of the plugin's type, or
 * those in a list with commas.
 */
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* One line for each device, behind the output of all of them. */
static const struct column_spec summary_columns[] = {
	{ "DEVICE", "device", 0 },
	{ "OUTCOME", "outcome", 0 },
	{ "EXIT", "exit", COLUMN_RIGHT },
	{ "MESSAGE", "message", 0 },
	{}
};

bool is_many(const struct run *run)
{
	return run->command->flags & COMMAND_MANY &&
	       (option(run, "all") || (run->argc && strchr(run->argv[0], ',')));
}

/* The type of a device; Linux's own fwctl reports it only to a program that opens it. */
static __u32 type_of(struct fwctl_dev *dev)
{
	size_t none = 0;

	if (fwctl_dev_type(dev) == FWCTL_DEVICE_TYPE_ERROR &&
	    !fwctl_dev_open(dev, FWCTL_OPEN_READ_ONLY_OK))
		fwctl_dev_info(dev, NULL, &none);
	return fwctl_dev_type(dev);
}

/*
 * The names of all devices of the plugin's type. A restart of firmware may change the
 * name fwctlN, but not that of the parent.
 */
static json_object *all_names(struct run *run)
{
	json_object *names = json_object_new_array();
	const char *parent;
	struct fwctl_dev **devs;
	int ret, i;

	ret = fwctl_list(run->ctx, &devs);
	if (ret < 0)
		fail_find(run, ret);
	for (i = 0; i < ret; i++) {
		if (type_of(devs[i]) != run->object->vendor->type)
			continue;
		parent = fwctl_dev_parent(devs[i]);
		json_object_array_add(names, json_text(parent ? parent :
						       fwctl_dev_name(devs[i])));
	}
	if (ret >= 0)
		fwctl_list_free(devs);
	if (!run->code && !json_object_array_length(names))
		fail(run, FWCTL_EXIT_NO_DEVICE, "--all: there is no device of type %s",
		     fwctl_type_name(run->object->vendor->type));
	return names;
}

static json_object *listed_names(char *list)
{
	json_object *names = json_object_new_array();
	char *name;

	while ((name = strsep(&list, ",")))
		if (*name)
			json_object_array_add(names, json_text(name));
	return names;
}

/* Execute the command for one device, and print its text. */
static void run_one(const struct run *run, struct run *one, const char *name)
{
	bool all = option(run, "all");

	*one = (struct run){
		.ctx = run->ctx, .set = run->set, .object = run->object,
		.command = run->command, .argc = run->argc + all,
	};
	memcpy(one->values, run->values, sizeof(one->values));
	one->argv = calloc(one->argc + 1, sizeof(*one->argv));
	if (!one->argv) {
		fail(one, FWCTL_EXIT_USAGE, "no memory");
		return;
	}
	memcpy(one->argv + all, run->argv, run->argc * sizeof(*one->argv));
	one->argv[0] = (char *)name;
	run->command->run(one);
	if (run->set.json)
		return;
	if (!run->set.raw)
		printf("%s:\n", name);
	print_run(one);
}

/* The outcome of a command for one device, in a word. */
static const char *outcome_of(const struct run *one)
{
	static const struct {
		const char *key;
		const char *words[2];
	} flags[] = {
		{ "changed", { "unchanged", "changed" } },
		{ "differs", { "same", "differs" } },
	};
	json_object *value;
	size_t i;

	if (one->code && one->code != FWCTL_EXIT_CHANGED)
		return "failed";
	if (json_object_is_type(one->result, json_type_object)) {
		if (string_of(one->result, "outcome"))
			return string_of(one->result, "outcome");
		for (i = 0; i < ARRAY_SIZE(flags); i++)
			if (json_object_object_get_ex(one->result, flags[i].key, &value))
				return flags[i].words[json_object_get_boolean(value)];
	}
	return "done";
}

/* Add the outcome to the result: with --json the document, else a line of a table. */
static void add_outcome(struct run *run, const struct run *one, const char *name)
{
	json_object *row = run->set.json ? run_json(one) : json_object_new_object();

	json_add(row, "device", json_text(name));
	if (!run->set.json) {
		json_add(row, "outcome", json_text(outcome_of(one)));
		json_add(row, "exit", json_object_new_int(one->code));
		json_add(row, "message", json_text(one->error));
	}
	json_object_array_add(run->result, row);
}

static void print_summary(struct run *run)
{
	static const struct command summary = { .columns = summary_columns };
	struct run table = { .command = &summary, .result = run->result };

	if (run->set.raw)
		return;
	printf("\n");
	print_table(&table, stdout);
}

/*
 * The exit code: that of all devices if it is the same one, FWCTL_EXIT_PARTIAL if some
 * failed, FWCTL_EXIT_CHANGED if none failed and one differs or was changed. A file that
 * is for none of the devices is an error.
 */
static void sum_up(struct run *run, const unsigned int *codes, unsigned int skipped,
		   unsigned int count)
{
	unsigned int done = codes[FWCTL_EXIT_OK] + codes[FWCTL_EXIT_CHANGED];
	int code;

	if (skipped == count) {
		fail(run, FWCTL_EXIT_NO_DEVICE,
		     "%s %s: nothing was done: the file is for none of the %u devices",
		     run->object->name, run->command->name, count);
		return;
	}
	if (done == count) {
		run->code = codes[FWCTL_EXIT_CHANGED] ? FWCTL_EXIT_CHANGED : 0;
		return;
	}
	for (code = 1; code < FWCTL_EXIT_CHANGED && codes[code] != count; code++)
		;
	if (code == FWCTL_EXIT_CHANGED)
		code = FWCTL_EXIT_PARTIAL;
	fail(run, code, "%s %s: failed for %u of %u devices", run->object->name,
	     run->command->name, count - done, count);
}

int run_many(struct run *run)
{
	unsigned int codes[FWCTL_EXIT_CHANGED + 1] = {};
	unsigned int skipped = 0;
	json_object *names;
	size_t i, count;
	struct run one;
	int n;

	for (n = 0; n < run->argc; n++)
		if (!strcmp(run->argv[n], "-"))
			return fail(run, FWCTL_EXIT_USAGE,
				    "-: several devices cannot share standard input; use a file");
	if (option(run, "rollback"))
		return fail(run, FWCTL_EXIT_USAGE,
			    "--rollback: leave it out: each of several devices has a file of its own");
	names = option(run, "all") ? all_names(run) : listed_names(run->argv[0]);
	count = run->code ? 0 : json_object_array_length(names);
	run->result = count ? json_object_new_array() : NULL;
	for (i = 0; i < count; i++) {
		const char *name = json_object_get_string(json_object_array_get_idx(names, i));

		run_one(run, &one, name);
		codes[one.code]++;
		skipped += !strcmp(outcome_of(&one), "skipped");
		add_outcome(run, &one, name);
		free(one.argv);
		free_run(&one);
	}
	if (count && !run->set.json)
		print_summary(run);
	if (count)
		sum_up(run, codes, skipped, count);
	run->printed = !run->set.json;
	json_object_put(names);
	return run->code;
}
