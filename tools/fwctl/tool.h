/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interfaces between the parts of the fwctl tool.
 *
 * A command neither prints nor exits: it puts its result into its struct run, as
 * JSON, and run.c prints it in the requested form.
 */
#ifndef _FWCTL_TOOL_H
#define _FWCTL_TOOL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>
#include <json-c/json.h>
#include <fwctl/libfwctl.h>

#define __printf(fmt, args)						\
	__attribute__((							\
		__format__(__printf__, fmt, args)))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Raised when a key or a value of the JSON output changes its meaning. */
#define FWCTL_SCHEMA_VERSION 2
/* The kernel's maximum length of a request, and of an answer. */
#define FWCTL_MAX_LEN (2UL << 20)

/**
 * enum fwctl_exit - exit codes, documented in fwctl(8); error.c has their names
 */
enum fwctl_exit {
	FWCTL_EXIT_OK = 0,
	FWCTL_EXIT_USAGE = 1,
	FWCTL_EXIT_NO_DEVICE = 2,
	FWCTL_EXIT_REFUSED = 3,
	FWCTL_EXIT_UNSUPPORTED = 4,
	FWCTL_EXIT_FIRMWARE = 5,
	FWCTL_EXIT_GONE = 6,
	FWCTL_EXIT_PARTIAL = 7,
	FWCTL_EXIT_CHANGED = 8,
};

/**
 * enum command_scope - the scope that a command's requests need
 * @SCOPE_NO_RPC: the command sends no request
 * @SCOPE_LEAST: the least scope that admits the request, found by trying
 * @SCOPE_CONFIGURATION: FWCTL_RPC_CONFIGURATION; the others likewise
 */
enum command_scope {
	SCOPE_NO_RPC,
	SCOPE_LEAST,
	SCOPE_CONFIGURATION,
	SCOPE_DEBUG_READ_ONLY,
	SCOPE_DEBUG_WRITE,
	SCOPE_DEBUG_WRITE_FULL,
};

/**
 * struct option_spec - an option; a table of them ends with an empty one
 * @name: without the dashes
 * @letter: its short form, or 0
 * @arg: name of its value, or NULL if it takes none. Shells complete DEV, SCOPE,
 *	CEILING, FILE, OTHER (a device or a file) and alternatives (A|B).
 * @help: one line about it
 */
struct option_spec {
	const char *name;
	char letter;
	const char *arg;
	const char *help;
};

/**
 * enum column_flags - how a column's values are shown in text
 * @COLUMN_HEX: a number, in hexadecimal
 * @COLUMN_RIGHT: adjusted to the right
 * @COLUMN_EXTRA: shown only if -o names it
 * @COLUMN_IF_SET: shown only if a row has a value, or -o names it
 * @COLUMN_WRAP: folded on a terminal that is not wide enough
 * @COLUMN_IF_ROOM: left out on such a terminal, unless -o names it
 */
enum column_flags {
	COLUMN_HEX = 1 << 0,
	COLUMN_RIGHT = 1 << 1,
	COLUMN_EXTRA = 1 << 2,
	COLUMN_IF_SET = 1 << 3,
	COLUMN_WRAP = 1 << 4,
	COLUMN_IF_ROOM = 1 << 5,
};

/**
 * struct column_spec - a column of a table, or a line of a description; a table
 * of them ends with an empty one
 * @name: the heading, and the name that -o takes
 * @key: the key in the JSON output, or the path of one (/a/b)
 * @flags: &enum column_flags
 */
struct column_spec {
	const char *name;
	const char *key;
	unsigned int flags;
};

/* Maximum number of words in the name of a command. */
#define MAX_VERB 3

/**
 * enum command_flags - properties of a command
 * @COMMAND_DEFAULT: its name may be left out
 * @COMMAND_NESTED: its arguments after the first are another command line, to
 *	which the options among them belong
 * @COMMAND_STREAM: prints while it runs, with --json a document per event
 * @COMMAND_DRY_RUN: sends no RPC, but supports --dry-run
 * @COMMAND_INHERITED: its common options apply to the commands that it runs
 * @COMMAND_MANY: DEV may be a list of devices, and with the option all is left out
 */
enum command_flags {
	COMMAND_DEFAULT = 1 << 0,
	COMMAND_NESTED = 1 << 1,
	COMMAND_STREAM = 1 << 2,
	COMMAND_DRY_RUN = 1 << 3,
	COMMAND_INHERITED = 1 << 4,
	COMMAND_MANY = 1 << 5,
};

struct run;

/**
 * struct command - a command of an object; a table of them ends with an empty one
 * @name: the verb, of at most MAX_VERB words: "list", "reg get"
 * @args: its arguments, in the notation of a synopsis: DEV [FILE] [WORD...]
 * @help: one line about it
 * @options: its own options, without the common ones, or NULL
 * @columns: its table, or NULL if its result is no table
 * @scope: the scope that its requests need
 * @flags: &enum command_flags
 * @run: executes the command; returns the exit code
 * @text: prints its result as text if that is not a table, or NULL
 */
struct command {
	const char *name;
	const char *args;
	const char *help;
	const struct option_spec *options;
	const struct column_spec *columns;
	enum command_scope scope;
	unsigned int flags;
	int (*run)(struct run *run);
	void (*text)(struct run *run);
};

/**
 * struct firmware_status - the firmware's result of a request
 * @status: 0 for success
 * @syndrome: cause of a failure, a number that the firmware defines
 * @name: name of @status, or NULL
 */
struct firmware_status {
	__u32 status;
	__u32 syndrome;
	const char *name;
};

/**
 * struct hardware - the PCI functions that the devices of a plugin belong to
 * @name: their name, for a message, in the plural
 * @vendor: PCI vendor as in sysfs, or NULL for any
 * @class: first characters of the PCI class as in sysfs
 * @driver: the kernel's driver that has to be bound
 * @module: the module that registers fwctl devices for them
 * @node: pattern of the fwctl device's path below the function's folder in sysfs
 * @absent: why there is none though the module is loaded
 * @help: a remedy for that
 */
struct hardware {
	const char *name;
	const char *vendor;
	const char *class;
	const char *driver;
	const char *module;
	const char *node;
	const char *absent;
	const char *help;
};

/**
 * struct metric_spec - a metric of Prometheus; those of a command follow one another
 * @command: a command, with %s in place of the device; with %u it is run for each port.
 *	Its result is an object, or has rows in "fields" or "levels". Its port, name and
 *	level become labels.
 * @key: key of the value, of an array its length; a value that is null has no sample, or
 *	with @label 0
 * @metric: name of the metric
 * @type: "gauge" or "counter"
 * @help: one sentence about it
 * @label: the value is text, which becomes this label; or NULL
 * @equals: the sample is 1 if the value is this text, else 0; or NULL
 * @factor: from the command's unit to that of the metric; 0 is 1
 */
struct metric_spec {
	const char *command;
	const char *key;
	const char *metric;
	const char *type;
	const char *help;
	const char *label;
	const char *equals;
	double factor;
};

/**
 * struct vendor - a plugin for one type of device
 * @type: &enum fwctl_device_type
 * @status: finds the firmware's status in an answer to a request; false if it
 *	has none. Optional.
 * @info: adds the decoded data of FWCTL_INFO to a JSON object. Optional.
 * @describe: sets model, part, serial, psid, firmware, pending and card in a JSON
 *	object, which json_device() documents, as far as they can be had. It may open
 *	the device, and then leaves it as it was; run->set.recorded forbids answers
 *	from elsewhere. Optional.
 * @scope: the least scope that admits a request, by the tables of the driver, or
 *	negative if they do not tell. The request is sent under it first, and a
 *	message names it. Optional.
 * @command: the name of the register or command that a request is about, or NULL.
 *	Optional.
 * @hello: fills in a request that any firmware of the type answers, that is
 *	admitted under FWCTL_RPC_CONFIGURATION and changes nothing, and returns
 *	its length. Optional.
 * @word: the words that an argument of this name in a synopsis takes, by number from
 *	0; NULL behind the last one. For completion. Optional.
 * @bundle: commands, with %s in place of the device, whose output becomes part of
 *	a bundle; NULL at the end. Optional.
 * @ports: a command whose first row has the number of ports as its current value, for
 *	@metrics; NULL: one port
 * @metrics: values of commands' results that are metrics; a table that ends with an
 *	empty one. Optional.
 * @hardware: the PCI functions, for fwctl probe and for the lines of the kernel log
 *	in a bundle. Optional.
 */
struct vendor {
	__u32 type;
	bool (*status)(const void *in, size_t in_len, const void *out,
		       size_t out_len, struct firmware_status *status);
	void (*info)(json_object *object, const void *data, size_t len);
	void (*describe)(struct run *run, json_object *object,
			 struct fwctl_dev *dev);
	int (*scope)(const void *in, size_t in_len);
	const char *(*command)(const void *in, size_t in_len);
	size_t (*hello)(void *in, size_t room);
	const char *(*word)(const char *argument, size_t number);
	const char *const *bundle;
	const char *ports;
	const struct metric_spec *metrics;
	const struct hardware *hardware;
};

/**
 * struct object - a noun of the command line
 * @name: the noun
 * @help: one line about it
 * @commands: table of its commands
 * @vendor: the plugin, if they are a vendor's commands, or NULL
 * @next: the next object, see register_object()
 */
struct object {
	const char *name;
	const char *help;
	const struct command *commands;
	const struct vendor *vendor;
	struct object *next;
};

/**
 * struct settings - the common options, and the destination of the output
 * @json: --json
 * @raw: --raw
 * @taint: --taint
 * @dry_run: --dry-run
 * @help: --help, or the word help
 * @version: --version
 * @recorded: requests are recorded, or answered from a recording
 * @has_scope: true if --scope is given
 * @scope: the value of --scope
 * @columns: the value of --output, or NULL
 * @json_version: --json-version, or 0 for FWCTL_SCHEMA_VERSION
 * @collect: a JSON array that receives the documents, or NULL for standard output
 */
struct settings {
	bool json;
	bool raw;
	bool taint;
	bool dry_run;
	bool help;
	bool version;
	bool recorded;
	bool has_scope;
	enum fwctl_rpc_scope scope;
	const char *columns;
	int json_version;
	json_object *collect;
};

#define MAX_OPTIONS 16

/**
 * struct run - one command line and its outcome
 * @ctx: the library's context, in which devices are found
 * @set: the common options
 * @object: the noun, NULL if not known
 * @command: the verb, NULL if not known
 * @group: the name of a command in the group of commands that the words name, or NULL
 * @argc: number of @argv
 * @argv: arguments that are not options, NULL at the end
 * @values: values of @command->options, NULL where one is not given; options
 *	that take none have ""
 * @result: the result, or NULL; freed with the run
 * @code: exit code
 * @error: message, or NULL
 * @err: the negative errno of the error, or 0
 * @firmware: the firmware's status
 * @has_firmware: true if the firmware's status is the error
 * @printed: true if the command has printed its result itself
 */
struct run {
	struct fwctl_ctx *ctx;
	struct settings set;
	const struct object *object;
	const struct command *command;
	const char *group;
	int argc;
	char **argv;
	const char *values[MAX_OPTIONS];
	json_object *result;
	int code;
	char *error;
	int err;
	struct firmware_status firmware;
	bool has_firmware;
	bool printed;
};

/**
 * struct buffer - bytes
 * @data: from malloc()
 * @len: number of bytes
 */
struct buffer {
	void *data;
	size_t len;
};

/**
 * struct progress - progress of a long operation
 * @what: name of the operation
 * @total: its number of bytes, 0 if that is not known
 * @begun: time of its begin, CLOCK_MONOTONIC in nanoseconds
 * @shown: time of the last output, likewise
 * @on: true if progress is shown
 * @terminal: true if that is one line of a terminal, which is replaced
 */
struct progress {
	const char *what;
	uint64_t total;
	int64_t begun;
	int64_t shown;
	bool on;
	bool terminal;
};

/* objects.c */
const struct object *objects(void);
void register_object(struct object *object);
const struct object *find_object(struct run *run, const char *word);
const struct command *default_command(const struct object *object);
const struct command *find_command(struct run *run, int count, char **words,
				   int *used);
bool in_group(const struct command *command, const char *group);
unsigned int word_distance(const char *name, const char *word, size_t len);
const struct vendor *find_vendor(__u32 type);

/* options.c */
extern const struct option_spec common_options[];
int parse_run(struct run *run, int argc, char **argv);
const char *option(const struct run *run, const char *name);
int number_option(struct run *run, const char *name, unsigned long min,
		  unsigned long max, unsigned long *value);

/* The option of commands with COMMAND_MANY. */
#define OPTION_ALL { "all", 'A', NULL, "for all devices of the type; leave out DEV" }

/* many.c */
bool is_many(const struct run *run);
int run_many(struct run *run);

/* run.c */
int run_line(struct fwctl_ctx *ctx, const struct run *outer, int argc,
	     char **argv);

/* error.c */
extern const struct exit_spec {
	int code;
	const char *name;
	const char *help;
} exit_specs[];

int __printf(3, 4) fail(struct run *run, int code, const char *fmt, ...);
int __printf(2, 3) fail_front(struct run *run, const char *fmt, ...);
int __printf(2, 3) fail_more(struct run *run, const char *fmt, ...);
void forget_error(struct run *run);
int fail_errno(struct run *run, int err, const char *message);
int fail_firmware(struct run *run, const char *dev,
		  const struct firmware_status *status);
int exit_code(int err);
json_object *error_json(const struct run *run);
void free_run(struct run *run);

/* json.c */
void json_add(json_object *object, const char *key, json_object *value);
json_object *json_text(const char *text);
json_object *json_hex(const void *data, size_t len);
json_object *json_identifier(uint64_t number);
void json_quote_identifiers(bool quote);
json_object *json_scopes(unsigned int scopes);
const char *string_of(json_object *object, const char *key);
uint64_t number_of(json_object *object, const char *key);

/* output.c */
void print_run(struct run *run);
void print_table(struct run *run, FILE *file);
void print_bytes(const char *hex);
void print_event(struct run *run, json_object *event, const char *text);
json_object *run_json(const struct run *run);
const struct column_spec *find_column(const struct command *command,
				      const char *list);

/* terminal.c */
bool colors_ok(FILE *file);
bool can_ask(void);
bool __printf(1, 2) confirm(const char *fmt, ...);
void progress_begin(struct progress *progress, const char *what,
		    uint64_t total, bool wanted);
void progress_show(struct progress *progress, uint64_t done);
void progress_end(struct progress *progress);
void interrupt_begin(void);
void interrupt_end(void);
int interrupted(void);

/* file.c */
int read_bytes(struct run *run, const char *name, size_t max,
	       struct buffer *buf);
int parse_hex(struct run *run, const char *text, size_t max,
	      struct buffer *buf);
int write_bytes(struct run *run, const char *name, const void *data,
		size_t len);
struct output_file *output_begin(struct run *run, const char *name);
const char *output_path(const struct output_file *out);
int output_end(struct run *run, struct output_file *out, bool keep);

/* device.c */
int find_device(struct run *run, const char *what, struct fwctl_dev **dev);
int fail_find(struct run *run, int err);
int open_device(struct run *run, const char *what, unsigned int flags,
		struct fwctl_dev **dev);
int send_rpc(struct run *run, struct fwctl_dev *dev, const struct buffer *in,
	     struct buffer *out, json_object *report);
int send_next_rpc(struct run *run, struct fwctl_dev *dev,
		  const struct buffer *in, struct buffer *out,
		  json_object *report);
void drop_request(json_object *report);
int vendor_open(struct run *run, struct fwctl_dev **dev);
int vendor_open_named(struct run *run, const char *what, struct fwctl_dev **dev);
int vendor_rpc(struct run *run, const struct buffer *in, struct buffer *out);
int parse_number(struct run *run, const char *what, const char *text,
		 uint64_t max, uint64_t *value);
json_object *json_device(struct run *run, struct fwctl_dev *dev);
json_object *json_devtype(__u32 type);

/* wait.c */
int64_t clock_ns(clockid_t id);
void ending_signals(sigset_t *set);
int catch_end(void);
int wait_event(struct fwctl_monitor *monitor, int64_t until);
int next_event(struct run *run, struct fwctl_monitor *monitor,
	       const struct fwctl_event **event);

/* journal.c */
struct journal;
int journal_write(struct run *run, int priority, const char *text, json_object *event);
struct journal *journal_open(struct run *run, const char *since, const char * const *types);
json_object *journal_next(struct journal *journal);
void journal_close(struct run *run, struct journal *journal);

/* prometheus.c */
int write_prometheus(struct run *run, bool histograms);

/* probe-check.c */
bool add_check(struct run *run, const char *subject, const char *check, bool ok,
	       const char *why, const char *help);
bool read_line(const char *path, const char *begin, char *line, size_t size);
bool capable(int bit);
bool locked_down(void);

/* probe-machine.c */
char *modprobe_command(void);
void probe_machine(struct run *run);

/* help.c */
void print_help(const struct run *run, FILE *file);
void show_help(struct run *run);

/* Registers a vendor's object. */
#define FWCTL_PLUGIN(object)						\
	static void __attribute__((constructor)) register_plugin(void)	\
	{								\
		register_object(&(object));				\
	}

/* The objects that objects.c registers; those of vendors register themselves. */
extern struct object dev_object, rpc_object, policy_object, monitor_object,
	stats_object, probe_object, record_object, replay_object, batch_object,
	bundle_object, help_object, version_object, completion_object;

#endif
