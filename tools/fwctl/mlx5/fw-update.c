// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl mlx5 fw update: a new image for a component of firmware. The register MCC
 * steps a state machine of the firmware, and MCDA transfers the image:
 *
 *	idle -> locked -> download -> (verify) -> locked -> (activate) -> locked -> idle
 *
 * Until the activation the component does not change, also if the device, the host
 * or this program fails: an unfinished update is cancelled here, or by the next one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "fw.h"

/* Limit of a file, larger than the flash of any card. */
#define MAX_FILE (256UL << 20)
/* The bytes of data in MCDA. */
#define MAX_BLOCK 128
/* Nanoseconds between two reads of the state, and the limit for a step. */
#define POLL_NS 20000000
#define STEP_NS (120 * 1000000000LL)
/* Seconds after its last step at which an update counts as abandoned. */
#define DEAD_AFTER 5

enum instruction {
	LOCK = 1,
	RELEASE = 2,
	UPDATE = 3,
	VERIFY = 4,
	ACTIVATE = 6,
	CANCEL = 8,
	FORCE_RELEASE = 10,
};

enum state {
	IDLE = 0,
	LOCKED = 1,
	DOWNLOAD = 3,
};

const struct option_spec fw_update_options[] = {
	OPTION_ALL,
	{ "stage", 'S', NULL, "only verify the image; the next start runs the one before" },
	{ "activate", 'a', NULL, "the default: the next start of firmware runs the image" },
	{ "downgrade", 'D', NULL, "send also an older version than the stored one" },
	{ "force", 'f', NULL, "send also the version that is stored" },
	{ "detailed-exitcode", 'e', NULL, "exit with 8 if the component was changed" },
	{ "component", 'c', "NAME",
	  "the component, by its name in fw info; default: boot_img" },
	{ "unchecked", 'u', NULL,
	  "send also a file that does not contain its board" },
	{ "take-over", 't', NULL, "cancel an unfinished update of another program" },
	{ "yes", 'y', NULL, "write without asking" },
	{ "progress", 'p', NULL, "print the progress also if standard error is not a terminal" },
	{}
};

const struct column_spec fw_update_columns[] = {
	{ "COMPONENT", "component", 0 },
	{ "RUNNING", "running", 0 },
	{ "STORED", "stored", 0 },
	{ "FILE", "version", 0 },
	{ "SIZE", "size", COLUMN_RIGHT },
	{ "OUTCOME", "outcome", 0 },
	{ "REFUSED", "refused", COLUMN_IF_SET },
	{ "TODO", "todo", COLUMN_IF_SET },
	{ "CHANGED", "changed", COLUMN_EXTRA },
	{ "PSID", "psid", COLUMN_EXTRA },
	{ "SENT", "sent", COLUMN_EXTRA | COLUMN_RIGHT },
	{}
};

/**
 * struct update - an update of a component
 * @reg: the device, and the register of the last access
 * @file: the image
 * @image: its identity; its format is NULL if that is unknown
 * @component: name of the component
 * @index: its number
 * @skipped: true if the file is for another board, and --all is given
 * @block: bytes sent at once
 * @handle: the state machine's number of this update
 * @locked: true if the state machine may have been locked for this update
 * @activating: true if the activation was requested
 * @accesses: scopes that the registers need
 * @sent: bytes of @file that the device has received
 */
struct update {
	struct field_reg reg;
	struct buffer file;
	struct fw_image image;
	const char *component;
	__u32 index;
	bool skipped;
	size_t block;
	__u32 handle;
	bool locked;
	bool activating;
	struct accesses accesses;
	size_t sent;
};

static const char *name_of(const struct update *update)
{
	return fwctl_dev_name(update->reg.dev);
}

/* Access the register of update->reg; returns an exit code. */
static int access_reg(struct update *update, bool write)
{
	return fw_access(&update->reg, &update->accesses, write);
}

/* Read MCC into update->reg; returns an exit code. */
static int read_state(struct update *update)
{
	reg_begin(&update->reg, "mcc");
	reg_set(&update->reg, "component_index", update->index);
	return access_reg(update, false);
}

/* Wait until the state machine is in a state; returns an exit code. */
static int wait_state(struct update *update, enum state state)
{
	int64_t until = clock_ns(CLOCK_MONOTONIC) + STEP_NS;
	struct timespec poll = { .tv_nsec = POLL_NS };
	struct run *run = update->reg.run;

	while (!read_state(update)) {
		json_object *error = reg_name(&update->reg, "error_code");
		json_object *now = reg_name(&update->reg, "control_state");

		if (reg_get(&update->reg, "error_code"))
			fail(run, FWCTL_EXIT_FIRMWARE,
			     "%s: the firmware reports %s", name_of(update),
			     json_object_get_string(error));
		else if (clock_ns(CLOCK_MONOTONIC) > until)
			fail(run, FWCTL_EXIT_GONE,
			     "%s: timeout: the firmware is still in state %s",
			     name_of(update), json_object_get_string(now));
		json_object_put(error);
		json_object_put(now);
		if (run->code || reg_get(&update->reg, "control_state") == state)
			break;
		nanosleep(&poll, NULL);
	}
	return run->code;
}

static int instruct(struct update *update, enum instruction instruction)
{
	reg_begin(&update->reg, "mcc");
	reg_set(&update->reg, "instruction", instruction);
	reg_set(&update->reg, "component_index", update->index);
	reg_set(&update->reg, "update_handle", update->handle);
	if (instruction == UPDATE)
		reg_set(&update->reg, "component_size", update->file.len);
	return access_reg(update, true);
}

static int check_signal(struct update *update)
{
	int sig = interrupted();

	if (!sig)
		return update->reg.run->code;
	return fail(update->reg.run, FWCTL_EXIT_PARTIAL, "%s: interrupted by %s",
		    name_of(update), strsignal(sig));
}

/* Make a step and wait for the state that it leads to; returns an exit code. */
static int step(struct update *update, const char *what,
		enum instruction instruction, enum state state)
{
	if (instruct(update, instruction) || wait_state(update, state))
		fail_front(update->reg.run, "%s of %s", what,
			   update->component);
	return update->reg.run->code;
}

static int send_blocks(struct update *update)
{
	struct run *run = update->reg.run;
	const __u8 *data = update->file.data;
	struct progress progress;
	size_t len;

	progress_begin(&progress, update->component, update->file.len,
		       option(run, "progress"));
	while (update->sent < update->file.len && !check_signal(update)) {
		progress_show(&progress, update->sent);
		len = update->file.len - update->sent;
		if (len > update->block)
			len = update->block;
		reg_begin(&update->reg, "mcda");
		reg_set(&update->reg, "update_handle", update->handle);
		reg_set(&update->reg, "offset", update->sent);
		reg_set(&update->reg, "size", len);
		memcpy(update->reg.data + update->reg.layout->size - MAX_BLOCK,
		       data + update->sent, len);
		if (access_reg(update, true))
			fail_front(run, "download of %s, %zu of %zu bytes",
				   update->component, update->sent,
				   update->file.len);
		else
			update->sent += len;
		if (run->code)
			break;
	}
	if (!run->code)
		progress_show(&progress, update->sent);
	progress_end(&progress);
	return check_signal(update);
}

/* Call a function without its error becoming that of the run. */
static bool quietly(struct update *update,
		    int (*what)(struct update *update, enum instruction),
		    enum instruction instruction)
{
	struct run *run = update->reg.run, other = *run;
	bool good;

	other.code = 0;
	other.error = NULL;
	update->reg.run = &other;
	good = !what(update, instruction);
	update->reg.run = run;
	free(other.error);
	return good;
}

static int look(struct update *update, enum instruction unused)
{
	(void)unused;
	return read_state(update);
}

static int ask_stored(struct update *update, enum instruction unused)
{
	(void)unused;
	fw_begin_version(&update->reg, update->index, true);
	return access_reg(update, false);
}

/*
 * Bring the state machine to idle; false if it is not. With @force also if it is
 * locked by another update.
 */
static bool clear_machine(struct update *update, bool force)
{
	static const enum instruction ways[] = { CANCEL, RELEASE, FORCE_RELEASE };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ways) - !force; i++) {
		quietly(update, instruct, ways[i]);
		if (!quietly(update, look, 0))
			return false;
		if (reg_get(&update->reg, "control_state") == IDLE)
			return true;
	}
	return false;
}

/* The version that starts next, or NULL if the device does not report it. */
static json_object *stored_version(struct update *update)
{
	return quietly(update, ask_stored, 0) ?
	       reg_text(&update->reg, "version_string") : NULL;
}

/*
 * After a failed update: bring the state machine to idle, and report the state of
 * the component. @before is the version that was stored before.
 */
static void account(struct update *update, const char *before)
{
	struct run *run = update->reg.run;
	bool cleared = clear_machine(update, false);
	json_object *stored = stored_version(update);
	const char *now = json_object_get_string(stored);

	if (now && !strcmp(now, before) && update->activating)
		fail_more(run, "%s starts next, as before", now);
	else if (now && !strcmp(now, before))
		fail_more(run,
			  "%s is unchanged, %s starts next; repeat the command to try again%s",
			  update->component, now, cleared ? "" : ", with --take-over");
	else if (now)
		fail_more(run,
			  "%s is stored now instead of %s and starts next; see 'fwctl mlx5 fw info'",
			  now, before);
	else if (update->activating)
		fail_more(run,
			  "the image may have been activated; see 'fwctl mlx5 fw info' when the device answers again");
	else
		fail_more(run,
			  "%s is unchanged; repeat the command when the device answers again, with --take-over if the device kept the update",
			  update->component);
	json_object_put(stored);
}

/* Seconds since the last step of an update, from the last read_state(). */
static unsigned long long seconds_since_step(const struct update *update)
{
	return reg_get(&update->reg, "time_elapsed_since_last_cmd");
}

/* Cancel an unfinished update of another program, if --take-over is given. */
static int take_over(struct update *update)
{
	struct timespec wait = { .tv_sec = DEAD_AFTER };
	struct run *run = update->reg.run;
	json_object *state;
	int i;

	if (read_state(update) || reg_get(&update->reg, "control_state") == IDLE)
		return run->code;
	state = reg_name(&update->reg, "control_state");
	if (!option(run, "take-over"))
		fail(run, FWCTL_EXIT_REFUSED,
		     "%s: an update of another program is in state %s, its last step %llu s ago; if that program has ended, cancel the update with --take-over",
		     name_of(update), json_object_get_string(state),
		     seconds_since_step(update));
	json_object_put(state);
	/* A program that is still running makes a step within DEAD_AFTER. */
	for (i = 0; !run->code && seconds_since_step(update) < DEAD_AFTER; i++) {
		if (i)
			return fail(run, FWCTL_EXIT_REFUSED,
				    "%s: another program is updating the device right now",
				    name_of(update));
		nanosleep(&wait, NULL);
		read_state(update);
	}
	if (run->code)
		return run->code;
	update->handle = reg_get(&update->reg, "update_handle");
	if (!clear_machine(update, true))
		return fail(run, FWCTL_EXIT_FIRMWARE,
			    "%s: the unfinished update of another program cannot be cancelled",
			    name_of(update));
	return read_state(update);
}

/* Make all steps of an update; returns an exit code. */
static int make_update(struct update *update)
{
	struct run *run = update->reg.run;

	if (take_over(update))
		return run->code;
	update->handle = reg_get(&update->reg, "update_handle");
	/* After any error but a refusal the request may have reached the firmware. */
	step(update, "lock", LOCK, LOCKED);
	update->locked = run->code != FWCTL_EXIT_REFUSED;
	if (run->code || step(update, "begin", UPDATE, DOWNLOAD) ||
	    send_blocks(update) ||
	    step(update, "verification", VERIFY, LOCKED) ||
	    check_signal(update))
		return run->code;
	/* From here on the update cannot be cancelled. */
	update->activating = !option(run, "stage");
	if (update->activating && step(update, "activation", ACTIVATE, LOCKED))
		return run->code;
	return step(update, "release", RELEASE, IDLE);
}

/* Find the component by its name; returns an exit code. */
static int find_component(struct update *update)
{
	struct run *run = update->reg.run;
	json_object *name;
	bool last = false, found;

	for (update->index = 0; update->index < FW_MAX_COMPONENTS && !last;
	     update->index++) {
		reg_begin(&update->reg, "mcqs");
		reg_set(&update->reg, "component_index", update->index);
		if (access_reg(update, false))
			return run->code;
		last = reg_get(&update->reg, "last_index_flag");
		name = reg_name(&update->reg, "identifier");
		found = !strcasecmp(json_object_get_string(name),
				    update->component);
		json_object_put(name);
		if (found)
			return 0;
	}
	return fail(run, FWCTL_EXIT_UNSUPPORTED,
		    "%s: the device has no component %s; see 'fwctl mlx5 fw info'",
		    name_of(update), update->component);
}

/* Check that the file is for this board; returns an exit code. */
static int check_board(struct update *update, json_object *result)
{
	bool boot = !strcasecmp(update->component, "boot_img");
	struct fw_image *image = &update->image;
	struct run *run = update->reg.run;
	json_object *psid;
	const char *why;

	reg_begin(&update->reg, "mgir");
	if (access_reg(update, false))
		return run->code;
	psid = reg_text(&update->reg, "psid");
	json_add(result, "psid", psid);
	json_add(result, "version", NULL);
	why = fw_image_parse(&update->file, image);
	if (!why) {
		json_add(result, "version", json_text(image->version));
		if (!boot)
			return fail(run, FWCTL_EXIT_USAGE,
				    "%s: a file of firmware (boot_img), not of %s", run->argv[1],
				    update->component);
		update->skipped = strcmp(image->psid, json_object_get_string(psid));
		if (update->skipped && !option(run, "all"))
			return fail(run, FWCTL_EXIT_USAGE,
				    "%s: for the board %s, and %s is a %s",
				    run->argv[1], image->psid, name_of(update),
				    json_object_get_string(psid));
	} else if (boot && !option(run, "unchecked")) {
		return fail(run, FWCTL_EXIT_USAGE,
			    "%s: %s; add --unchecked to leave the check to the device",
			    run->argv[1], why);
	}
	return 0;
}

/* Compare the version of the file with another one: <0, 0, >0; 0 also if unknown. */
static int compare_version(const struct update *update, const char *other)
{
	const unsigned int *ours = update->image.number;
	unsigned int theirs[3], i;

	if (!*update->image.version ||
	    sscanf(other, "%u.%u.%u", &theirs[0], &theirs[1], &theirs[2]) != 3)
		return 0;
	for (i = 0; i < ARRAY_SIZE(theirs); i++)
		if (ours[i] != theirs[i])
			return ours[i] < theirs[i] ? -1 : 1;
	return 0;
}

/* Is the version of the file the one that starts next already? */
static bool is_stored(const struct update *update, json_object *result)
{
	const char *stored = string_of(result, "stored");

	return *update->image.version && stored && !option(update->reg.run, "force") &&
	       !option(update->reg.run, "stage") && !compare_version(update, stored);
}

/*
 * Why the kernel refuses the writes, and the way to make the update in spite of it; NULL
 * if nothing is known to be in the way.
 */
static char *obstacle(const struct update *update)
{
	unsigned int scopes = fwctl_dev_scopes(update->reg.dev);
	const char *why = NULL;
	char *text;

	/* The state of this machine is not that of a recorded one. */
	if (access(fwctl_dev_path(update->reg.dev), F_OK))
		return NULL;
	if (locked_down())
		why = "the kernel is locked down";
	else if (scopes && !(scopes & 1U << FWCTL_RPC_DEBUG_WRITE_FULL))
		why = "the device's ceiling is lower";
	if (!why)
		return NULL;
	if (asprintf(&text,
		     "%s: an update needs scope debug-write-full, and %s; use 'devlink dev flash %s/%s file FILE' with an MFA2 file in /lib/firmware",
		     name_of(update), why, fwctl_dev_bus(update->reg.dev) ?: "pci",
		     fwctl_dev_parent(update->reg.dev) ?: name_of(update)) < 0)
		return NULL;
	return text;
}

/* Check the size of the file; returns an exit code. */
static int check_size(struct update *update)
{
	size_t len = update->file.len;
	struct run *run = update->reg.run;
	__u64 most, unit;

	reg_begin(&update->reg, "mcqi");
	reg_set(&update->reg, "component_index", update->index);
	reg_set(&update->reg, "data_size", 20);
	if (access_reg(update, false))
		return run->code;
	most = reg_get(&update->reg, "max_component_size");
	unit = 1ULL << reg_get(&update->reg, "log_mcda_word_size");
	update->block = reg_get(&update->reg, "mcda_max_write_size");
	if (!update->block || update->block > MAX_BLOCK)
		update->block = MAX_BLOCK;
	update->block -= update->block % unit;
	if (!update->block || unit % 4)
		return fail(run, FWCTL_EXIT_UNSUPPORTED,
			    "%s: the device takes units of %llu bytes, which do not fit a request",
			    name_of(update), (unsigned long long)unit);
	if (!len || len > most)
		return fail(run, FWCTL_EXIT_USAGE,
			    "%s: the file has %zu bytes, and %s takes 1 to %llu",
			    run->argv[1], len, update->component,
			    (unsigned long long)most);
	if (len % unit)
		return fail(run, FWCTL_EXIT_USAGE,
			    "%s: the file has %zu bytes, and %s takes a multiple of %llu",
			    run->argv[1], len, update->component,
			    (unsigned long long)unit);
	return 0;
}

/* Show the planned update and ask for consent; returns an exit code. */
static int ask_user(struct update *update, json_object *result)
{
	const char *stored = string_of(result, "stored") ?: "";
	bool taint = update->reg.run->set.taint;
	bool yes = option(update->reg.run, "yes");
	struct run *run = update->reg.run;
	bool older = compare_version(update, stored) < 0 && !option(run, "downgrade");

	if (older && !can_ask())
		return fail(run, FWCTL_EXIT_REFUSED,
			    "%s: nothing was written: %s is older than %s, which is stored; add --downgrade",
			    name_of(update), update->image.version, stored);
	if (yes && taint && !older)
		return 0;
	if (!can_ask())
		return fail(run, FWCTL_EXIT_REFUSED,
			    "%s: nothing was written: add %s to make the update%s, or --dry-run to see it",
			    name_of(update), yes ? "--taint" :
			    taint ? "--yes" : "--yes --taint",
			    taint ? "" : ", which taints the kernel");
	if (confirm("%s: %s: running %s, stored %s; new: %s, version %s, %zu bytes, %s.%s%s Do it?",
		    name_of(update), update->component,
		    string_of(result, "running") ?: "-",
		    string_of(result, "stored") ?: "-", run->argv[1],
		    string_of(result, "version") ?: "unknown",
		    update->file.len,
		    option(run, "stage") ? "not activated" : "starts next",
		    older ? " This is older." : "", taint ? "" : " This taints the kernel."))
		return 0;
	return fail(run, FWCTL_EXIT_REFUSED,
		    "%s: nothing was written: the answer was not yes", name_of(update));
}

/* A version of the component; NULL after an error, which the run has. */
static json_object *version_of(struct update *update, bool stored)
{
	fw_begin_version(&update->reg, update->index, stored);
	return access_reg(update, false) ? NULL :
	       reg_text(&update->reg, "version_string");
}

static void do_update(struct update *update, json_object *result)
{
	struct run *run = update->reg.run;
	char *before = strdup(string_of(result, "stored") ?: "");
	const char *version = string_of(result, "version");
	json_object *stored;
	const char *scope;

	if (!before) {
		fail(run, FWCTL_EXIT_USAGE, "no memory");
		return;
	}
	interrupt_begin();
	if (make_update(update) && update->locked)
		account(update, before);
	interrupt_end();
	json_add(result, "outcome",
		 json_text(run->code ? "failed" :
			   update->activating ? "activated" : "verified"));
	json_add(result, "sent", json_object_new_uint64(update->sent));
	stored = stored_version(update);
	scope = fwctl_scope_name(run->set.has_scope ? run->set.scope :
						      update->accesses.write);
	if (!run->code && update->activating && stored && version &&
	    strcmp(version, before) &&
	    !strcmp(json_object_get_string(stored), before))
		fail(run, FWCTL_EXIT_PARTIAL,
		     "%s: the firmware accepted the activation of %s, but %s still starts next",
		     name_of(update), update->component, before);
	if (!run->code)
		json_add(result, "scope", json_text(scope));
	json_add(result, "stored", stored);
	json_add(result, "changed", json_object_new_boolean(!run->code && update->activating));
	free(before);
}

/* Say how the stored version starts to run, if it does not yet. */
static void add_todo(struct update *update, json_object *result)
{
	const char *running = string_of(result, "running"), *stored = string_of(result, "stored");
	char *text;

	if (!running || !stored || !strcmp(running, stored) ||
	    asprintf(&text, "%s: %s runs after 'fwctl mlx5 fw reset %s'", name_of(update), stored,
		     name_of(update)) < 0)
		return;
	json_add(result, "todo", json_text(text));
	free(text);
}

int fw_update_run(struct run *run)
{
	struct update update = {
		.reg = { .run = run },
		.component = option(run, "component") ?: "boot_img",
		.accesses.write_max = FWCTL_RPC_DEBUG_WRITE_FULL,
	};
	json_object *result = json_object_new_object();
	char *refused = NULL;
	bool stored;

	if (option(run, "stage") && option(run, "activate"))
		fail(run, FWCTL_EXIT_USAGE, "--stage and --activate exclude each other");
	if (option(run, "all") && option(run, "unchecked"))
		fail(run, FWCTL_EXIT_USAGE,
		     "--all and --unchecked exclude each other: the board selects the devices");
	if (run->code || read_bytes(run, run->argv[1], MAX_FILE, &update.file) ||
	    vendor_open(run, &update.reg.dev) || find_component(&update) ||
	    check_board(&update, result) || (!update.skipped && check_size(&update)))
		goto out;
	refused = obstacle(&update);
	json_add(result, "device", json_text(name_of(&update)));
	json_add(result, "component", json_text(update.component));
	json_add(result, "index", json_object_new_int(update.index));
	json_add(result, "file", json_text(run->argv[1]));
	json_add(result, "size", json_object_new_uint64(update.file.len));
	json_add(result, "running", version_of(&update, false));
	json_add(result, "stored", version_of(&update, true));
	json_add(result, "dry_run", json_object_new_boolean(run->set.dry_run));
	json_add(result, "scope", NULL);
	json_add(result, "sent", json_object_new_int(0));
	json_add(result, "changed", json_object_new_boolean(false));
	json_add(result, "todo", NULL);
	stored = update.skipped || is_stored(&update, result);
	json_add(result, "outcome", json_text(update.skipped ? "skipped" :
					      stored ? "unchanged" : "planned"));
	json_add(result, "refused", stored ? NULL : json_text(refused));
	if (run->code)
		goto out;
	if (refused && !stored && !run->set.dry_run) {
		fail(run, FWCTL_EXIT_REFUSED, "%s", refused);
		goto out;
	}
	if (!run->set.dry_run && !stored) {
		if (ask_user(&update, result))
			goto out;
		do_update(&update, result);
	}
	/* An update that was not begun has no result, only an error. */
	if (run->code && !update.locked)
		goto out;
	add_todo(&update, result);
	run->result = result;
	result = NULL;
	if (!run->code && option(run, "detailed-exitcode") &&
	    json_object_get_boolean(json_object_object_get(run->result, "changed")))
		run->code = FWCTL_EXIT_CHANGED;
out:
	json_object_put(result);
	free(refused);
	fwctl_dev_free(update.reg.dev);
	free(update.file.data);
	return run->code;
}

const struct column_spec fw_show_columns[] = {
	{ "FILE", "file", 0 },
	{ "FORMAT", "format", 0 },
	{ "ENCRYPTED", "encrypted", 0 },
	{ "VERSION", "version", 0 },
	{ "DATE", "date", 0 },
	{ "PRODUCT", "product", 0 },
	{ "PSID", "psid", 0 },
	{ "HARDWARE", "hardware", COLUMN_HEX },
	{ "SIZE", "size", COLUMN_RIGHT },
	{}
};

int fw_show_run(struct run *run)
{
	json_object *hardware;
	struct buffer file = {};
	struct fw_image image;
	const char *why;
	size_t i;

	if (read_bytes(run, run->argv[0], MAX_FILE, &file))
		goto out;
	why = fw_image_parse(&file, &image);
	if (why) {
		fail(run, FWCTL_EXIT_USAGE, "%s: %s", run->argv[0], why);
		goto out;
	}
	hardware = json_object_new_array();
	for (i = 0; i < ARRAY_SIZE(image.hardware); i++)
		if (image.hardware[i])
			json_object_array_add(hardware, json_object_new_int64(image.hardware[i]));
	run->result = json_object_new_object();
	json_add(run->result, "file", json_text(run->argv[0]));
	json_add(run->result, "format", json_text(image.format));
	json_add(run->result, "encrypted", json_object_new_boolean(image.encrypted));
	json_add(run->result, "version", json_text(image.version));
	json_add(run->result, "date", json_text(image.date));
	json_add(run->result, "product", *image.product ? json_text(image.product) : NULL);
	json_add(run->result, "psid", json_text(image.psid));
	json_add(run->result, "hardware", hardware);
	json_add(run->result, "size", json_object_new_uint64(file.len));
out:
	free(file.data);
	return run->code;
}
