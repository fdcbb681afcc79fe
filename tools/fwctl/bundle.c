// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl bundle: one archive for a support case.
 */
#include <archive.h>
#include <archive_entry.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "tool.h"

/*
 * Data that identify a machine, a network or a person are replaced everywhere, the
 * kernel's addresses also with --identify.
 */
static const struct {
	const char *kind;
	const char *regex;
	bool always;
} identifying[] = {
	{ "address", "(0x)?f{4}[0-9a-f]{12}", true },
	{ "mac", "([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}", false },
	{ "guid", "([0-9a-fA-F]{4}:){3}[0-9a-fA-F]{4}", false },
	{ "uuid", "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", false },
	{ "ip", "([0-9]{1,3}\\.){3}[0-9]{1,3}", false },
	{ "ip", "([0-9a-fA-F]{1,4}:){1,7}(:[0-9a-fA-F]{1,4}){1,6}", false },
	{ "ip", "([0-9a-fA-F]{1,4}:){4,7}[0-9a-fA-F]{1,4}", false },
	{ "iqn", "(iqn|nqn)\\.[0-9]{4}-[0-9]{2}\\.[A-Za-z0-9.:_-]+", false },
	{ "host", NULL, false },
};

/*
 * JSON keys of raw bytes, of serial numbers, and of names that have one in them: no pattern
 * finds such data.
 */
static const char * const opaque_keys[] = {
	"answer", "request", "data", "serial", "cable_serial", "card",
};

/* Files of the system, and their names in the bundle. */
static const struct {
	const char *path;
	const char *name;
} files[] = {
	{ "/proc/version", "system/version" },
	{ "/etc/os-release", "system/os-release" },
	{ "/proc/modules", "system/modules" },
	{ "/proc/sys/kernel/tainted", "system/tainted" },
	{ "/sys/kernel/security/lockdown", "system/lockdown" },
	{ "/sys/module/fwctl/parameters/scope_max", "fwctl/scope_max" },
	{ "/sys/module/fwctl/parameters/scope_max_devices",
	  "fwctl/scope_max_devices" },
	{ "/sys/module/fwctl/parameters/max_files", "fwctl/max_files" },
	{ "/sys/module/fwctl/parameters/max_rpcs", "fwctl/max_rpcs" },
};

/* Commands of the tool, once and for each device, which takes the place of %s. */
static const char * const commands_once[] = {
	"version", "dev list", "policy show", "stats show", "probe", NULL
};

static const char * const commands_device[] = { "dev show %s", NULL };

/* Another program, if the machine has it: the health of the drivers' devices. */
#define DEVLINK "/usr/sbin/devlink"
#define DEVLINK_HEALTH DEVLINK " -jp health show 2>&1"

/*
 * libarchive and the dozen libraries that it needs are loaded only when they are
 * used; otherwise every command would take twice as long to start.
 */
#define LIBARCHIVE "libarchive.so.13"

struct libarchive {
	__typeof__(archive_write_new) *write_new;
	__typeof__(archive_write_free) *write_free;
	__typeof__(archive_write_close) *write_close;
	__typeof__(archive_write_set_format_filter_by_ext_def) *write_set_format;
	__typeof__(archive_write_open_fd) *write_open_fd;
	__typeof__(archive_write_header) *write_header;
	__typeof__(archive_write_data) *write_data;
	__typeof__(archive_error_string) *error_string;
	__typeof__(archive_entry_new) *entry_new;
	__typeof__(archive_entry_free) *entry_free;
	__typeof__(archive_entry_set_pathname) *entry_set_pathname;
	__typeof__(archive_entry_set_size) *entry_set_size;
	__typeof__(archive_entry_set_filetype) *entry_set_filetype;
	__typeof__(archive_entry_set_perm) *entry_set_perm;
	__typeof__(archive_entry_set_mtime) *entry_set_mtime;
};

static struct libarchive lib;

static const struct {
	const char *name;
	size_t offset;
} symbols[] = {
	{ "archive_write_new", offsetof(struct libarchive, write_new) },
	{ "archive_write_free", offsetof(struct libarchive, write_free) },
	{ "archive_write_close", offsetof(struct libarchive, write_close) },
	{ "archive_write_set_format_filter_by_ext_def",
	  offsetof(struct libarchive, write_set_format) },
	{ "archive_write_open_fd", offsetof(struct libarchive, write_open_fd) },
	{ "archive_write_header", offsetof(struct libarchive, write_header) },
	{ "archive_write_data", offsetof(struct libarchive, write_data) },
	{ "archive_error_string", offsetof(struct libarchive, error_string) },
	{ "archive_entry_new", offsetof(struct libarchive, entry_new) },
	{ "archive_entry_free", offsetof(struct libarchive, entry_free) },
	{ "archive_entry_set_pathname",
	  offsetof(struct libarchive, entry_set_pathname) },
	{ "archive_entry_set_size",
	  offsetof(struct libarchive, entry_set_size) },
	{ "archive_entry_set_filetype",
	  offsetof(struct libarchive, entry_set_filetype) },
	{ "archive_entry_set_perm",
	  offsetof(struct libarchive, entry_set_perm) },
	{ "archive_entry_set_mtime",
	  offsetof(struct libarchive, entry_set_mtime) },
};

static int load_libarchive(struct run *run)
{
	void *handle = dlopen(LIBARCHIVE, RTLD_NOW | RTLD_LOCAL);
	void *symbol = handle;
	size_t i;

	for (i = 0; symbol && i < ARRAY_SIZE(symbols); i++) {
		symbol = dlsym(handle, symbols[i].name);
		*(void **)((char *)&lib + symbols[i].offset) = symbol;
	}
	if (symbol)
		return 0;
	return fail(run, FWCTL_EXIT_UNSUPPORTED,
		    "bundle: %s: install the library libarchive", dlerror());
}

struct pseudonym {
	char *value;
	char name[24];
	struct pseudonym *next;
};

/**
 * struct bundle - an archive that is being written
 * @archive: libarchive's handle
 * @manifest: a JSON array of its entries
 * @folder: the folder in the archive that all entries are in
 * @redact: true if identifying data are replaced
 * @regexes: the regular expressions of identifying[], compiled
 * @pseudonyms: values that were replaced so far; they are never written
 * @done: number of entries that are written
 * @total: number of entries in the end
 * @missing: number of entries that could not be gathered
 * @progress: true if progress is shown
 */
struct bundle {
	struct archive *archive;
	json_object *manifest;
	char folder[64];
	bool redact;
	regex_t regexes[ARRAY_SIZE(identifying)];
	struct pseudonym *pseudonyms;
	unsigned int done;
	unsigned int total;
	unsigned int missing;
	bool progress;
};

static const char *pseudonym(struct bundle *bundle, const char *kind,
			     const char *value, size_t len)
{
	struct pseudonym *known;
	unsigned int number = 1;

	for (known = bundle->pseudonyms; known; known = known->next) {
		if (strlen(known->value) == len &&
		    !strncasecmp(known->value, value, len))
			return known->name;
		number += !strncmp(known->name, kind, strlen(kind));
	}
	known = calloc(1, sizeof(*known));
	if (known)
		known->value = strndup(value, len);
	if (!known || !known->value) {
		free(known);
		return "redacted";
	}
	snprintf(known->name, sizeof(known->name), "%s-%u", kind, number);
	known->next = bundle->pseudonyms;
	bundle->pseudonyms = known;
	return known->name;
}

static char *redact_kind(struct bundle *bundle, size_t kind, const char *text)
{
	regmatch_t match;
	char *out = NULL;
	size_t size;
	FILE *file;

	file = open_memstream(&out, &size);
	if (!file)
		return NULL;
	while (*text && !regexec(&bundle->regexes[kind], text, 1, &match, 0) &&
	       match.rm_eo > match.rm_so) {
		fwrite(text, 1, match.rm_so, file);
		fputs(pseudonym(bundle, identifying[kind].kind,
				text + match.rm_so, match.rm_eo - match.rm_so),
		      file);
		text += match.rm_eo;
	}
	fputs(text, file);
	return fclose(file) ? NULL : out;
}

/* A copy of a text without the data to be replaced, from malloc(), or NULL. */
static char *redact(struct bundle *bundle, const char *text)
{
	char *now = strdup(text), *next;
	size_t i;

	for (i = 0; now && i < ARRAY_SIZE(identifying); i++) {
		if (!bundle->redact && !identifying[i].always)
			continue;
		next = redact_kind(bundle, i, now);
		free(now);
		now = next;
	}
	return now;
}

/* Replace raw bytes in a JSON document: nobody can review them. */
static void drop_opaque(json_object *value)
{
	size_t i;

	if (json_object_is_type(value, json_type_array))
		for (i = 0; i < json_object_array_length(value); i++)
			drop_opaque(json_object_array_get_idx(value, i));
	if (!json_object_is_type(value, json_type_object))
		return;
	for (i = 0; i < ARRAY_SIZE(opaque_keys); i++)
		if (string_of(value, opaque_keys[i]))
			json_add(value, opaque_keys[i], json_text("redacted"));
	json_object_object_foreach(value, key, part) {
		(void)key;
		drop_opaque(part);
	}
}

#define BAR "####################"

static void show_progress(const struct bundle *bundle, const char *name)
{
	int width = strlen(BAR), filled;

	if (!bundle->progress)
		return;
	filled = width * bundle->done / bundle->total;
	fprintf(stderr, "\r\033[K[%-*.*s] %u/%u %s", width, filled, BAR,
		bundle->done, bundle->total, name);
}

static void end_progress(const struct bundle *bundle)
{
	if (bundle->progress)
		fputs("\r\033[K", stderr);
}

/* Put one text into the archive; returns an exit code. */
static int add_text(struct run *run, struct bundle *bundle, const char *name,
		    const char *text)
{
	struct archive_entry *entry;
	char *copy, path[256];
	int ret;

	show_progress(bundle, name);
	snprintf(path, sizeof(path), "%s/%s", bundle->folder, name);
	copy = redact(bundle, text);
	entry = lib.entry_new();
	if (!copy || !entry) {
		free(copy);
		lib.entry_free(entry);
		return fail(run, FWCTL_EXIT_USAGE, "no memory");
	}
	lib.entry_set_pathname(entry, path);
	lib.entry_set_size(entry, strlen(copy));
	lib.entry_set_filetype(entry, AE_IFREG);
	lib.entry_set_perm(entry, bundle->redact ? 0644 : 0600);
	lib.entry_set_mtime(entry, time(NULL), 0);
	ret = lib.write_header(bundle->archive, entry);
	if (ret == ARCHIVE_OK && *copy &&
	    lib.write_data(bundle->archive, copy, strlen(copy)) < 0)
		ret = ARCHIVE_FATAL;
	lib.entry_free(entry);
	free(copy);
	bundle->done++;
	if (ret == ARCHIVE_OK)
		return 0;
	return fail(run, FWCTL_EXIT_USAGE, "cannot write %s: %s", run->argv[0],
		    lib.error_string(bundle->archive));
}

/* Add an entry to the manifest; with an error, the entry is missing. */
static void note(struct bundle *bundle, const char *name, const char *source,
		 const char *error)
{
	json_object *entry = json_object_new_object();
	char *copy = NULL;

	if (error)
		copy = redact(bundle, error);
	json_add(entry, "name", json_text(name));
	json_add(entry, "source", json_text(source));
	json_add(entry, "error", json_text(copy ? copy : error));
	json_object_array_add(bundle->manifest, entry);
	bundle->missing += !!error;
	free(copy);
}

/* Run a command of the tool; its document becomes an entry. */
static void add_command(struct run *run, struct bundle *bundle,
			const char *command, const char *dev)
{
	struct run outer = { .ctx = run->ctx, .set = { .json = true } };
	char line[128], name[160], *argv[8], *word, *rest;
	json_object *docs = json_object_new_array(), *doc;
	const char *message;
	int argc = 1;

	snprintf(line, sizeof(line), command, dev);
	snprintf(name, sizeof(name), "fwctl/%s.json", line);
	for (word = name; *word; word++)
		if (*word == ' ')
			*word = '-';
	argv[0] = (char *)"fwctl";
	for (word = strtok_r(strdupa(line), " ", &rest); word && argc < 7;
	     word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	argv[argc] = NULL;
	outer.set.collect = docs;
	run_line(run->ctx, &outer, argc, argv);
	doc = json_object_array_get_idx(docs, 0);
	message = string_of(json_object_object_get(doc, "error"), "message");
	note(bundle, name, line, message);
	if (bundle->redact)
		drop_opaque(doc);
	json_quote_identifiers(true);
	add_text(run, bundle, name,
		 json_object_to_json_string_ext(doc, JSON_C_TO_STRING_PRETTY |
						JSON_C_TO_STRING_NOSLASHESCAPE));
	json_quote_identifiers(false);
	json_object_put(docs);
}

static void add_file(struct run *run, struct bundle *bundle, const char *path,
		     const char *name)
{
	struct run reader = {};
	struct buffer buf = {};
	char *text = NULL;

	if (!read_bytes(&reader, path, FWCTL_MAX_LEN, &buf))
		text = strndup(buf.data, buf.len);
	note(bundle, name, path, reader.error);
	if (text)
		add_text(run, bundle, name, text);
	free(text);
	free(buf.data);
	free_run(&reader);
}

/* Add the output of devlink. */
static void add_devlink(struct run *run, struct bundle *bundle)
{
	FILE *pipe = popen(DEVLINK_HEALTH, "r"), *file;
	char line[1024], *text = NULL;
	size_t size;

	file = pipe ? open_memstream(&text, &size) : NULL;
	while (file && fgets(line, sizeof(line), pipe))
		fputs(line, file);
	if (file)
		fclose(file);
	if (!pipe || pclose(pipe) || !text) {
		note(bundle, "system/devlink-health.json", DEVLINK, "devlink failed");
	} else {
		note(bundle, "system/devlink-health.json", DEVLINK, NULL);
		add_text(run, bundle, "system/devlink-health.json", text);
	}
	free(text);
}

/* Is a line of the kernel log about fwctl, or a driver that it depends on? */
static bool is_relevant(const char *line)
{
	const struct object *object;

	for (object = objects(); object; object = object->next)
		if (object->vendor && object->vendor->hardware &&
		    strstr(line, object->vendor->hardware->driver))
			return true;
	return strstr(line, "fwctl") || strstr(line, "ockdown");
}

/* Add the lines of the kernel log that are relevant. */
static void add_log(struct run *run, struct bundle *bundle)
{
	int size = klogctl(10, NULL, 0), len;
	char *log, *line, *rest, *text = NULL;
	size_t text_size;
	FILE *file;

	log = malloc(size > 0 ? size + 1 : 1);
	len = size > 0 && log ? klogctl(3, log, size) : -1;
	note(bundle, "system/log", "kernel log",
	     len < 0 ? strerrordesc_np(errno) : NULL);
	file = len < 0 ? NULL : open_memstream(&text, &text_size);
	if (file) {
		log[len] = 0;
		for (line = strtok_r(log, "\n", &rest); line;
		     line = strtok_r(NULL, "\n", &rest))
			if (is_relevant(line))
				fprintf(file, "%s\n", line);
		fclose(file);
		add_text(run, bundle, "system/log", text);
	}
	free(text);
	free(log);
}

static void add_device(struct run *run, struct bundle *bundle,
		       const struct fwctl_dev *dev)
{
	const struct vendor *vendor = find_vendor(fwctl_dev_type(dev));
	const char *const *command;

	for (command = commands_device; *command; command++)
		add_command(run, bundle, *command, fwctl_dev_name(dev));
	for (command = vendor ? vendor->bundle : NULL; command && *command;
	     command++)
		add_command(run, bundle, *command, fwctl_dev_name(dev));
}

static void add_manifest(struct run *run, struct bundle *bundle)
{
	json_object *doc = json_object_new_object();

	json_add(doc, "schema_version",
		 json_object_new_int(FWCTL_SCHEMA_VERSION));
	json_add(doc, "tool", json_text(FWCTL_VERSION));
	json_add(doc, "time", json_object_new_int64(time(NULL)));
	json_add(doc, "redacted", json_object_new_boolean(bundle->redact));
	json_add(doc, "entries", json_object_get(bundle->manifest));
	add_text(run, bundle, "MANIFEST.json",
		 json_object_to_json_string_ext(doc, JSON_C_TO_STRING_PRETTY |
						JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(doc);
}

/* The number of commands for a device. */
static unsigned int nr_commands(const struct fwctl_dev *dev)
{
	const struct vendor *vendor = find_vendor(fwctl_dev_type(dev));
	unsigned int count = ARRAY_SIZE(commands_device) - 1;
	const char *const *command = vendor ? vendor->bundle : NULL;

	while (command && *command++)
		count++;
	return count;
}

static void gather(struct run *run, struct bundle *bundle)
{
	const char *const *command;
	struct fwctl_dev **devs;
	int count, i;

	/* The log and the manifest are entries as well. */
	bundle->total = ARRAY_SIZE(commands_once) - 1 + 2;
	count = fwctl_list(run->ctx, &devs);
	for (i = 0; i < count; i++)
		bundle->total += nr_commands(devs[i]);
	for (i = 0; i < (int)ARRAY_SIZE(files); i++)
		bundle->total += !access(files[i].path, F_OK);
	bundle->total += !access(DEVLINK, X_OK);

	for (command = commands_once; *command; command++)
		add_command(run, bundle, *command, "");
	for (i = 0; i < count; i++)
		add_device(run, bundle, devs[i]);
	if (count >= 0)
		fwctl_list_free(devs);
	for (i = 0; i < (int)ARRAY_SIZE(files); i++)
		if (!access(files[i].path, F_OK))
			add_file(run, bundle, files[i].path, files[i].name);
	if (!access(DEVLINK, X_OK))
		add_devlink(run, bundle);
	add_log(run, bundle);
	add_manifest(run, bundle);
	end_progress(bundle);
}

/* Make a regular expression that matches the name of the host only. */
static void host_regex(char *regex, size_t size)
{
	struct utsname names;
	const char *from;
	size_t len;

	if (uname(&names))
		*names.nodename = 0;
	len = snprintf(regex, size, "\\<");
	for (from = names.nodename; *from && len + 5 < size; from++) {
		regex[len++] = '[';
		regex[len++] = *from;
		regex[len++] = ']';
	}
	snprintf(regex + len, size - len, "\\>");
}

/* The folder in the archive has the name of the file, without its suffixes. */
static void name_folder(struct bundle *bundle, const char *name)
{
	const char *slash = strrchr(name, '/');
	const char *base = slash ? slash + 1 : name;
	int len = strcspn(base, ".");

	if (!strcmp(name, "-") || !len) {
		base = "fwctl-bundle";
		len = strlen(base);
	}
	snprintf(bundle->folder, sizeof(bundle->folder), "%.*s", len, base);
}

static int begin_bundle(struct run *run, struct bundle *bundle)
{
	char host[256];
	size_t i;

	name_folder(bundle, run->argv[0]);

	bundle->redact = !option(run, "identify");
	bundle->progress = isatty(STDERR_FILENO);
	bundle->manifest = json_object_new_array();
	host_regex(host, sizeof(host));
	for (i = 0; i < ARRAY_SIZE(identifying); i++)
		if (regcomp(&bundle->regexes[i], identifying[i].regex ?
			    identifying[i].regex : host, REG_EXTENDED))
			return fail(run, FWCTL_EXIT_USAGE, "no memory");
	bundle->archive = lib.write_new();
	if (!bundle->archive)
		return fail(run, FWCTL_EXIT_USAGE, "no memory");
	return 0;
}

static void end_bundle(struct bundle *bundle)
{
	struct pseudonym *known;
	size_t i;

	lib.write_free(bundle->archive);
	json_object_put(bundle->manifest);
	for (i = 0; i < ARRAY_SIZE(identifying); i++)
		regfree(&bundle->regexes[i]);
	while ((known = bundle->pseudonyms)) {
		bundle->pseudonyms = known->next;
		free(known->value);
		free(known);
	}
}

static int write_bundle(struct run *run, struct bundle *bundle, int fd)
{
	struct archive *archive = bundle->archive;

	/* The suffix of the final name selects the format. */
	if (lib.write_set_format(archive, run->argv[0], ".tar.gz") !=
	    ARCHIVE_OK ||
	    lib.write_open_fd(archive, fd) != ARCHIVE_OK)
		return fail(run, FWCTL_EXIT_USAGE, "cannot write %s: %s",
			    run->argv[0], lib.error_string(archive));
	gather(run, bundle);
	if (lib.write_close(archive) != ARCHIVE_OK)
		fail(run, FWCTL_EXIT_USAGE, "cannot write %s: %s",
		     run->argv[0], lib.error_string(archive));
	return run->code;
}

static int create_run(struct run *run)
{
	bool to_stdout = !strcmp(run->argv[0], "-");
	struct output_file *out = NULL;
	struct bundle bundle = {};
	int fd = STDOUT_FILENO;

	if (to_stdout && (run->set.json || isatty(STDOUT_FILENO)))
		return fail(run, FWCTL_EXIT_USAGE,
			    "bundle -: standard output is for the archive: redirect it, without --json");
	if (load_libarchive(run))
		return run->code;
	if (!to_stdout) {
		out = output_begin(run, run->argv[0]);
		if (!out)
			return run->code;
		fd = open(output_path(out), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			  option(run, "identify") ? 0600 : 0666);
		if (fd < 0)
			fail(run, FWCTL_EXIT_USAGE, "cannot write %s: %m", run->argv[0]);
	}
	if (!run->code && !begin_bundle(run, &bundle))
		write_bundle(run, &bundle, fd);
	if (!to_stdout && fd >= 0 && close(fd))
		fail(run, FWCTL_EXIT_USAGE, "cannot write %s: %m", run->argv[0]);
	if (out)
		output_end(run, out, !run->code);
	run->printed = to_stdout;
	if (!run->code) {
		run->result = json_object_new_object();
		json_add(run->result, "file", json_text(run->argv[0]));
		json_add(run->result, "redacted",
			 json_object_new_boolean(bundle.redact));
		json_add(run->result, "entries",
			 json_object_new_int64(bundle.done));
		json_add(run->result, "missing",
			 json_object_new_int64(bundle.missing));
	}
	if (!run->code && bundle.missing)
		fail(run, FWCTL_EXIT_PARTIAL,
		     "%s: %u entries could not be gathered; see MANIFEST.json in the archive",
		     run->argv[0], bundle.missing);
	end_bundle(&bundle);
	return run->code;
}

static const struct option_spec options[] = {
	{ "identify", 'I', NULL, "keep addresses, names, serial numbers and raw answers" },
	{}
};

static const struct column_spec columns[] = {
	{ "FILE", "file", 0 },
	{ "REDACTED", "redacted", 0 },
	{ "ENTRIES", "entries", 0 },
	{ "MISSING", "missing", 0 },
	{}
};

static const struct command commands[] = {
	{ .name = "create", .args = "FILE",
	  .help = "write state and logs into one archive, e.g. FILE.tar.gz",
	  .options = options, .columns = columns, .scope = SCOPE_CONFIGURATION,
	  .flags = COMMAND_DEFAULT, .run = create_run },
	{}
};

struct object bundle_object = {
	.name = "bundle", .help = "an archive for a support case",
	.commands = commands,
};
