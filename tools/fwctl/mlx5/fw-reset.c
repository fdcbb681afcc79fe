// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl mlx5 fw reset: restarts that make stored values and images current. The kernel
 * makes them, by devlink; the tool writes the register MFRL only to arm a restart for
 * the next reset of the slot. Facts: MFRL and MROQ in mstflint's
 * register_access_table.adb, fw_reset.c of mlx5_core.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "fw.h"

#define DEFAULT_TIMEOUT 120

/* From the one that takes down least. */
enum level { PATCH, DRIVER, LINK, REBOOT, POWER, LEVELS };

/**
 * struct level_spec - a restart
 * @name: its name
 * @trigger: the bit of MFRL.reset_level by which a card supports it; 0: always
 * @flow: the bit of MROQ.pci_sync_for_fw_update_start that it needs as well; 0: none
 * @by: the command or the act that makes it
 * @down: the parts that it takes down
 */
static const struct level_spec {
	const char *name;
	__u8 trigger;
	__u8 flow;
	const char *by;
	const char *down;
} levels[] = {
	[PATCH] = { "live-patch", 0x01, 0, "fw reset", "nothing" },
	[DRIVER] = { "driver", 0, 0, "fw reset", "the driver of this function" },
	/* mlx5_core starts it by the flow in which the drivers agree. */
	[LINK] = { "link", 0x08, 0x02, "fw reset",
		   "drivers, PCI link and network links of the whole card" },
	[REBOOT] = { "reboot", 0x40, 0, "a reboot", "the host" },
	[POWER] = { "power-cycle", 0, 0, "a power cycle", "the host, and its power" },
};

const struct option_spec fw_reset_query_options[] = {
	{ "database", 'd', "FILE",
	  "read names from this database of mstflint; none: use the tool's own table" },
	{}
};

const struct option_spec fw_reset_options[] = {
	{ "level", 'l', "live-patch|driver|link|reboot",
	  "the level of the restart; default: the least that makes waiting changes current" },
	{ "timeout", 't', "SECONDS", "wait this long for the device; default: 120" },
	{ "yes", 'y', NULL, "restart, or arm a restart, without asking" },
	{ "database", 'd', "FILE",
	  "read names from this database of mstflint; none: use the tool's own table" },
	{}
};

const struct column_spec fw_reset_query_columns[] = {
	{ "LEVEL", "level", 0 },
	{ "SUPPORTED", "supported", 0 },
	{ "BY", "by", COLUMN_WRAP },
	{ "METHOD", "method", COLUMN_EXTRA },
	{ "TAKES-DOWN", "takes_down", COLUMN_WRAP },
	{ "MAKES-CURRENT", "makes_current", COLUMN_WRAP },
	{}
};

const struct column_spec fw_reset_columns[] = {
	{ "NAME", "name", 0 },
	{ "BEFORE", "current", 0 },
	{ "NEXT", "next", 0 },
	{ "LEVEL", "level", 0 },
	{ "STATE", "state", 0 },
	{}
};

/**
 * struct outlook - the restarts that a card supports, and the changes that wait for one
 * @triggers: MFRL.reset_level, without those that MROQ does not have
 * @flows: MROQ.pci_sync_for_fw_update_start; all, if the card has no MROQ
 * @method: the way of resetting the link, or NULL
 * @rows: the changes: name, current, next, effect, level
 */
struct outlook {
	__u8 triggers;
	__u8 flows;
	json_object *method;
	json_object *rows;
};

/* Levels of a card that does not tell. */
static const struct outlook usual = { .triggers = 0x48, .flows = 0xff };

static void free_outlook(struct outlook *outlook)
{
	json_object_put(outlook->method);
	json_object_put(outlook->rows);
}

/* The field without which a card does not support a level; NULL if it supports it. */
static const char *lacks(const struct outlook *outlook, enum level level)
{
	if (levels[level].trigger & ~outlook->triggers)
		return "reset_level of register mfrl";
	if (levels[level].flow & ~outlook->flows)
		return "pci_sync_for_fw_update_start of register mroq";
	return NULL;
}

/* The least level at which a change becomes current. */
static enum level level_of(const struct outlook *outlook, const char *effect)
{
	if (!strcmp(effect, "power-cycle"))
		return POWER;
	if (!strcmp(effect, "host-boot"))
		return REBOOT;
	if (!strcmp(effect, "image") && !lacks(outlook, PATCH))
		return PATCH;
	if (!lacks(outlook, LINK))
		return LINK;
	return lacks(outlook, REBOOT) ? POWER : REBOOT;
}

static enum level level_named(const char *name)
{
	enum level level = 0;

	while (level < LEVELS && strcmp(name, levels[level].name))
		level++;
	return level;
}

/* Ask the card for its restarts; returns an exit code. */
static int read_resets(struct config *config, struct outlook *outlook)
{
	struct field_reg reg = { .run = config->run, .dev = config->dev };
	struct fwctl_mlx5_reg mroq = { .data = reg.data };
	int ret;

	reg_begin(&reg, "mfrl");
	if (fw_access(&reg, &config->accesses, false))
		return config->run->code;
	outlook->triggers = reg_get(&reg, "reset_level");
	outlook->flows = usual.flows;
	outlook->method = reg_name(&reg, "pci_reset_req_method");
	/* Of the types of resets the kernel makes type 0, that of the whole chip. */
	reg_begin(&reg, "mroq");
	mroq.id = reg.layout->id;
	mroq.len = reg.layout->size;
	ret = access_quietly(config->run, config->dev, &config->accesses, &mroq);
	if (ret)
		return ret < 0 ? 0 : ret;
	/* A patch is no reset. */
	outlook->triggers &= reg_get(&reg, "reset_trigger") | levels[PATCH].trigger;
	outlook->flows = reg_get(&reg, "query_is_valid") ?
			 reg_get(&reg, "pci_sync_for_fw_update_start") : 0;
	json_object_put(outlook->method);
	outlook->method = reg_name(&reg, "pci_reset_req_method");
	return 0;
}

static json_object *version_of(struct config *config, struct field_reg *reg,
			       __u32 component, bool stored)
{
	fw_begin_version(reg, component, stored);
	return fw_access(reg, &config->accesses, false) ?
	       NULL : reg_text(reg, "version_string");
}

/* Add a row for each component whose stored image waits for a start. */
static void add_images(struct config *config, json_object *rows)
{
	struct field_reg reg = { .run = config->run, .dev = config->dev };
	json_object *row;
	bool last = false, waits;
	__u32 i;

	for (i = 0; i < FW_MAX_COMPONENTS && !last && !config->run->code; i++) {
		reg_begin(&reg, "mcqs");
		reg_set(&reg, "component_index", i);
		if (fw_access(&reg, &config->accesses, false))
			return;
		last = reg_get(&reg, "last_index_flag");
		waits = reg_get(&reg, "component_update_state") == FW_PENDING_RESET;
		if (!waits)
			continue;
		row = json_object_new_object();
		json_object_array_add(rows, row);
		json_add(row, "name", reg_name(&reg, "identifier"));
		json_add(row, "current", version_of(config, &reg, i, false));
		json_add(row, "next", version_of(config, &reg, i, true));
		json_add(row, "effect", json_text("image"));
	}
}

static void add_levels(struct outlook *outlook)
{
	size_t i, count = json_object_array_length(outlook->rows);
	json_object *row;
	enum level level;

	for (i = 0; i < count; i++) {
		row = json_object_array_get_idx(outlook->rows, i);
		level = level_of(outlook, string_of(row, "effect"));
		json_add(row, "level", json_text(levels[level].name));
	}
}

/* Ask the card; returns an exit code. The caller frees the outlook in any case. */
static int look(struct config *config, struct outlook *outlook)
{
	outlook->rows = json_object_new_array();
	if (read_resets(config, outlook) || config_waiting(config, NULL, outlook->rows))
		return config->run->code;
	add_images(config, outlook->rows);
	add_levels(outlook);
	return config->run->code;
}

/* The names of the rows of a level that are not current. */
static json_object *names_at(json_object *rows, enum level level)
{
	json_object *names = json_object_new_array(), *row;
	size_t i;

	for (i = 0; i < json_object_array_length(rows); i++) {
		row = json_object_array_get_idx(rows, i);
		if (level_named(string_of(row, "level")) == level &&
		    strcmp(string_of(row, "state") ?: "", "current"))
			json_object_array_add(names, json_text(string_of(row, "name")));
	}
	return names;
}

int fw_reset_query_run(struct run *run)
{
	json_object *rows = json_object_new_array(), *row;
	struct outlook outlook = {};
	struct config config;
	enum level level;

	if (run->set.dry_run)
		fail(run, FWCTL_EXIT_USAGE,
		     "mlx5 fw reset query: does not write; leave out --dry-run");
	if (run->code ||
	    config_open(run, CONFIG_TO_READ, &config))
		goto out;
	if (look(&config, &outlook))
		goto close;
	for (level = 0; level < LEVELS; level++) {
		row = json_object_new_object();
		json_object_array_add(rows, row);
		json_add(row, "level", json_text(levels[level].name));
		json_add(row, "supported",
			 json_object_new_boolean(!lacks(&outlook, level)));
		json_add(row, "by", json_text(levels[level].by));
		json_add(row, "method", level == LINK ? json_object_get(outlook.method) : NULL);
		json_add(row, "takes_down", json_text(levels[level].down));
		json_add(row, "makes_current", names_at(outlook.rows, level));
	}
	run->result = config_result(&config);
	json_add(run->result, "levels", json_object_get(rows));
	json_add(run->result, "waiting", json_object_get(outlook.rows));
close:
	config_close(&config);
out:
	free_outlook(&outlook);
	json_object_put(rows);
	return run->code;
}

void fw_reset_query_text(struct run *run)
{
	config_array_text(run, "levels");
}

/* The least level that makes anything current and that this program can make. */
static enum level least(const struct outlook *outlook)
{
	size_t i, count = json_object_array_length(outlook->rows);
	enum level level, found = LEVELS;

	for (i = 0; i < count; i++) {
		level = level_named(string_of(json_object_array_get_idx(outlook->rows, i),
					      "level"));
		if (level <= LINK && (found == LEVELS || level > found))
			found = level;
	}
	return found;
}

/* At most this many names in a sentence. */
#define SAID 4

static void say_names(FILE *file, json_object *names)
{
	size_t i, count = json_object_array_length(names);

	for (i = 0; i < count && i < SAID; i++)
		fprintf(file, "%s%s", i ? ", " : "",
			json_object_get_string(json_object_array_get_idx(names, i)));
	if (count > SAID)
		fprintf(file, " and %zu more", count - SAID);
}

/* A sentence about the restarts that the rows wait for; NULL if they wait for none. */
static json_object *say_todo(json_object *rows, const char *dev)
{
	json_object *names, *sentence = NULL;
	char *text = NULL;
	enum level level;
	bool some = false;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	for (level = 0; file && level < LEVELS; level++) {
		names = names_at(rows, level);
		if (json_object_array_length(names)) {
			if (some)
				fputs("; after ", file);
			else
				fprintf(file, "%s: current after ", dev);
			if (level < REBOOT)
				fprintf(file, "'fwctl mlx5 fw reset %s': ", dev);
			else
				fprintf(file, "%s: ", levels[level].by);
			say_names(file, names);
			some = true;
		}
		json_object_put(names);
	}
	if (file)
		fclose(file);
	if (text && some)
		sentence = json_text(text);
	free(text);
	return sentence;
}

/* Ask for consent to a restart; returns an exit code. */
static int agree(struct run *run, const char *dev, enum level level)
{
	if (option(run, "yes") || level == PATCH)
		return 0;
	if (level == REBOOT && !can_ask())
		return fail(run, FWCTL_EXIT_REFUSED,
			    "%s: nothing was armed: an armed restart cannot be taken back; add --yes",
			    dev);
	if (!can_ask())
		return fail(run, FWCTL_EXIT_REFUSED,
			    "%s: nothing was restarted: level %s takes down %s; add --yes",
			    dev, levels[level].name, levels[level].down);
	if (level == REBOOT ?
	    confirm("%s: the card restarts at the machine's next reboot. Arm it?", dev) :
	    confirm("%s: level %s takes down %s. Restart?", dev, levels[level].name,
		    levels[level].down))
		return 0;
	return fail(run, FWCTL_EXIT_REFUSED,
		    "%s: nothing was restarted: the answer was not yes", dev);
}

/* Arm a restart for the next reset of the slot; returns an exit code. */
static int arm(struct config *config)
{
	struct field_reg reg = { .run = config->run, .dev = config->dev };

	reg_begin(&reg, "mfrl");
	reg_set(&reg, "reset_level", levels[REBOOT].trigger);
	return fw_access(&reg, &config->accesses, true);
}

/* Have the kernel make a restart, and wait for the device; returns an exit code. */
static int restart(struct run *run, struct fwctl_dev *dev, enum level level)
{
	static const enum fwctl_reload reloads[] = {
		[PATCH] = FWCTL_RELOAD_PATCH,
		[DRIVER] = FWCTL_RELOAD_DRIVER,
		[LINK] = FWCTL_RELOAD_FIRMWARE,
	};
	unsigned long seconds = DEFAULT_TIMEOUT;
	struct fwctl_dev *back = NULL;
	int ret;

	if (number_option(run, "timeout", 1, 86400, &seconds))
		return run->code;
	ret = fwctl_dev_reload(dev, reloads[level]);
	if (ret)
		return fail_errno(run, ret, fwctl_dev_error(dev));
	ret = fwctl_wait(run->ctx, run->argv[0], seconds * 1000, &back);
	fwctl_dev_free(back);
	return ret ? fail_find(run, ret) : 0;
}

/* Is the value that was to become current, current now? */
static bool is_current(json_object *row, json_object *after)
{
	size_t i, count = json_object_array_length(after);
	json_object *other;

	for (i = 0; i < count; i++) {
		other = json_object_array_get_idx(after, i);
		if (!strcmp(string_of(row, "name"), string_of(other, "name")))
			return false;
	}
	return true;
}

/*
 * Compare what waited before a restart with what waits after it, and set the state of
 * each row: current, or waiting. Returns an exit code.
 */
static int verify(struct run *run, enum level level, json_object *rows)
{
	struct outlook after = {};
	struct config config;
	json_object *row;
	bool current;
	size_t i;

	if (!config_open(run, CONFIG_TO_READ, &config))
		look(&config, &after);
	for (i = 0; !run->code && i < json_object_array_length(rows); i++) {
		row = json_object_array_get_idx(rows, i);
		current = is_current(row, after.rows);
		json_add(row, "state", json_text(current ? "current" : "waiting"));
		if (!current && level_named(string_of(row, "level")) <= level)
			fail(run, FWCTL_EXIT_PARTIAL,
			     "%s: restarted, but %s did not become current; see 'fwctl mlx5 fw reset query %s'",
			     fwctl_dev_name(config.dev), string_of(row, "name"),
			     fwctl_dev_name(config.dev));
	}
	free_outlook(&after);
	config_close(&config);
	return run->code;
}

static void set_states(json_object *rows, const char *state)
{
	size_t i;

	for (i = 0; i < json_object_array_length(rows); i++)
		json_add(json_object_array_get_idx(rows, i), "state", json_text(state));
}

/* Restart at a level, by the device's parent, whose name stays; returns an exit code. */
static int make(struct config *config, enum level level, json_object *rows,
		bool *restarted)
{
	struct run *run = config->run;
	char *parent = strdup(fwctl_dev_parent(config->dev) ?: "");
	char *named = run->argv[0];

	if (!parent)
		return fail(run, FWCTL_EXIT_USAGE, "no memory");
	run->argv[0] = parent;
	*restarted = !restart(run, config->dev, level);
	if (*restarted)
		verify(run, level, rows);
	run->argv[0] = named;
	free(parent);
	return run->code;
}

/* Restart at a level, or arm a restart; returns the outcome. */
static const char *act(struct config *config, enum level level, json_object *rows,
		       bool *restarted)
{
	if (level == REBOOT)
		return arm(config) ? "not-armed" : "armed";
	return make(config, level, rows, restarted) ? "failed" : "restarted";
}

int fw_reset_run(struct run *run)
{
	const char *named = option(run, "level"), *outcome = "nothing-waits";
	enum level level = named ? level_named(named) : LEVELS;
	struct outlook outlook = {};
	struct config config = {};
	const char *lacking;
	bool restarted = false;
	int64_t begun;

	if (named && (level == LEVELS || level == POWER))
		return fail(run, FWCTL_EXIT_USAGE,
			    "--level %s: not one of live-patch, driver, link, reboot", named);
	if (config_open(run, run->set.dry_run ? CONFIG_TO_READ : CONFIG_TO_WRITE, &config) ||
	    look(&config, &outlook))
		goto out;
	set_states(outlook.rows, "waiting");
	if (!named)
		level = least(&outlook);
	lacking = level != LEVELS ? lacks(&outlook, level) : NULL;
	if (lacking) {
		fail(run, FWCTL_EXIT_UNSUPPORTED,
		     "%s: the card does not support level %s now (%s); see 'fwctl mlx5 fw reset query %s'",
		     fwctl_dev_name(config.dev), named, lacking, fwctl_dev_name(config.dev));
		goto out;
	}
	begun = clock_ns(CLOCK_MONOTONIC);
	if (level != LEVELS && run->set.dry_run)
		outcome = "planned";
	else if (level <= REBOOT && !agree(run, fwctl_dev_name(config.dev), level))
		outcome = act(&config, level, outlook.rows, &restarted);
	if (run->code && strcmp(outcome, "failed"))
		goto out;
	run->result = config_result(&config);
	json_add(run->result, "level",
		 level == LEVELS ? NULL : json_text(levels[level].name));
	json_add(run->result, "outcome", json_text(outcome));
	json_add(run->result, "changed", json_object_new_boolean(restarted));
	json_add(run->result, "ms", json_object_new_int64((clock_ns(CLOCK_MONOTONIC) - begun) /
							  1000000));
	json_add(run->result, "settings", json_object_get(outlook.rows));
	json_add(run->result, "todo", say_todo(outlook.rows, fwctl_dev_name(config.dev)));
out:
	free_outlook(&outlook);
	config_close(&config);
	return run->code;
}

void fw_reset_text(struct run *run)
{
	const char *outcome = string_of(run->result, "outcome");
	const char *level = string_of(run->result, "level");
	const char *todo = string_of(run->result, "todo");

	config_array_text(run, "settings");
	if (run->set.raw || run->set.columns)
		return;
	if (level)
		printf("%s at level %s", outcome, level);
	else
		fputs(todo ? "nothing waits for a restart that this command makes" :
			     "nothing waits for a restart", stdout);
	printf("\n%s%s", todo ?: "", todo ? "\n" : "");
}

/* Before values are written that are to become current: ask for consent. */
int fw_activation_agree(struct config *config)
{
	return agree(config->run, fwctl_dev_name(config->dev), LINK);
}

/* Add to each row the level at which it becomes current: that of most cards, if unknown. */
void fw_add_levels(struct config *config, json_object *rows)
{
	struct run *run = config->run, other = *run;
	struct outlook outlook = {};

	other.code = 0;
	other.error = NULL;
	config->run = &other;
	if (read_resets(config, &outlook)) {
		free_outlook(&outlook);
		outlook = usual;
	}
	config->run = run;
	free(other.error);
	outlook.rows = json_object_get(rows);
	add_levels(&outlook);
	free_outlook(&outlook);
}

/*
 * The rows of a plan whose new values are not current, with their levels. If the device
 * does not tell, these are all. Also those of the command line that wait since before.
 */
static json_object *rows_of(struct config *config, json_object *plan)
{
	json_object *rows = json_object_new_array();
	struct run *run = config->run, other = *run;
	json_object *row, *change;
	size_t i;

	other.code = 0;
	other.error = NULL;
	config->run = &other;
	if (config_waiting(config, plan, rows)) {
		json_object_put(rows);
		rows = json_object_new_array();
		for (i = 0; i < json_object_array_length(plan); i++) {
			change = json_object_array_get_idx(plan, i);
			row = json_object_new_object();
			json_object_array_add(rows, row);
			json_add(row, "name", json_text(string_of(change, "name")));
			json_add(row, "effect", json_text(string_of(change, "effect")));
		}
	}
	config->run = run;
	free(other.error);
	if (json_object_array_length(rows))
		fw_add_levels(config, rows);
	set_states(rows, "waiting");
	return rows;
}

/*
 * After new values were written, or were there already: find the restart that makes them
 * current, and make it with --activate; that closes the device. If there is nothing to
 * say, *activation remains. Returns an exit code.
 */
int fw_activation(struct config *config, json_object *plan, json_object **activation)
{
	struct run *run = config->run;
	struct outlook outlook = { .rows = rows_of(config, plan) };
	enum level level = least(&outlook);
	bool activate = option(run, "activate") && level != LEVELS;
	bool restarted = false;

	if (!config->changed && !json_object_array_length(outlook.rows))
		goto out;
	/* For values that were written there is consent. */
	if (activate && (config->changed ||
			 !agree(run, fwctl_dev_name(config->dev), level)))
		make(config, level, outlook.rows, &restarted);
	*activation = json_object_new_object();
	json_add(*activation, "level", level == LEVELS ? NULL : json_text(levels[level].name));
	json_add(*activation, "done", json_object_new_boolean(restarted));
	json_add(*activation, "todo", say_todo(outlook.rows, fwctl_dev_name(config->dev)));
out:
	json_object_put(outlook.rows);
	return run->code;
}
