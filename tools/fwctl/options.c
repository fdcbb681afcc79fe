// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parsing a command line into a struct run.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

enum common_option {
	OPTION_JSON, OPTION_RAW, OPTION_OUTPUT, OPTION_SCOPE, OPTION_TAINT,
	OPTION_DRY_RUN, OPTION_HELP, OPTION_VERSION, OPTION_JSON_VERSION, NR_COMMON,
};

const struct option_spec common_options[NR_COMMON + 1] = {
	[OPTION_JSON] = { "json", 'j', NULL, "print JSON, errors included" },
	[OPTION_RAW] = { "raw", 'r', NULL,
			 "print without headings and alignment" },
	[OPTION_OUTPUT] = { "output", 'o', "COLUMNS",
			    "print these columns, e.g. NAME,TYPE" },
	[OPTION_SCOPE] = { "scope", 's', "SCOPE",
			   "send under this scope, not under the least one" },
	[OPTION_TAINT] = { "taint", 0, NULL,
			   "agree to requests that taint the kernel" },
	[OPTION_DRY_RUN] = { "dry-run", 'n', NULL,
			     "print the request, do not send it" },
	[OPTION_HELP] = { "help", 'h', NULL, "print help" },
	[OPTION_VERSION] = { "version", 'V', NULL, "print the tool's version" },
	[OPTION_JSON_VERSION] = { "json-version", 0, "1|2",
				  "print JSON of this schema version; default: 2" },
};

/* getopt_long() returns these for long options and letters alike. */
#define COMMON_BASE 256
#define COMMAND_BASE 512

struct parser {
	struct option longs[NR_COMMON + MAX_OPTIONS + 1];
	char letters[2 * (NR_COMMON + MAX_OPTIONS) + 3];
	const struct option_spec *specs;
	unsigned int given;
};

/* Append a table of options to the table for getopt_long(). */
static void add_options(struct parser *parser, const struct option_spec *specs,
			int base)
{
	struct option *next = parser->longs;
	char *letter = parser->letters + strlen(parser->letters);
	int i;

	while (next->name)
		next++;
	for (i = 0; specs && specs[i].name; i++) {
		*next++ = (struct option){
			.name = specs[i].name,
			.has_arg = specs[i].arg ? required_argument : no_argument,
			.val = base + i,
		};
		if (specs[i].letter)
			*letter++ = specs[i].letter;
		if (specs[i].letter && specs[i].arg)
			*letter++ = ':';
	}
}

static int find_letter(const struct option_spec *specs, int letter)
{
	int i;

	for (i = 0; specs && specs[i].name; i++)
		if (specs[i].letter == letter)
			return i;
	return -1;
}

static int set_scope(struct run *run, const char *text)
{
	int ret = fwctl_scope_parse(text, &run->set.scope);

	run->set.has_scope = true;
	if (!ret)
		return 0;
	return fail(run, FWCTL_EXIT_USAGE,
		    "--scope %s: %s: use configuration, debug-read-only, debug-write or debug-write-full",
		    text, ret == -ENOTUNIQ ? "ambiguous" : "no such scope");
}

static int set_json_version(struct run *run, const char *text)
{
	if (strlen(text) != 1 || *text < '1' || *text > '0' + FWCTL_SCHEMA_VERSION)
		return fail(run, FWCTL_EXIT_USAGE,
			    "--json-version %s: no such version; use 1 or 2", text);
	run->set.json_version = *text - '0';
	return 0;
}

static int set_common(struct run *run, int which, char *value)
{
	switch (which) {
	case OPTION_JSON:
		run->set.json = true;
		break;
	case OPTION_RAW:
		run->set.raw = true;
		break;
	case OPTION_OUTPUT:
		run->set.columns = value;
		break;
	case OPTION_SCOPE:
		return set_scope(run, value);
	case OPTION_TAINT:
		run->set.taint = true;
		break;
	case OPTION_DRY_RUN:
		run->set.dry_run = true;
		break;
	case OPTION_HELP:
		run->set.help = true;
		break;
	case OPTION_VERSION:
		run->set.version = true;
		break;
	case OPTION_JSON_VERSION:
		return set_json_version(run, value);
	}
	return 0;
}

/* Set the run's error: a word is no option. */
static int fail_option(struct run *run, const struct parser *parser, const char *word)
{
	unsigned int least = UINT_MAX, now;
	const struct option *option;
	const char *near = NULL;

	for (option = parser->longs; option->name && !strncmp(word, "--", 2); option++) {
		now = word_distance(option->name, word + 2, strcspn(word + 2, "="));
		if (now < least) {
			least = now;
			near = option->name;
		}
	}
	return near ? fail(run, FWCTL_EXIT_USAGE, "%s: no such option; did you mean --%s?",
			   word, near) :
		      fail(run, FWCTL_EXIT_USAGE, "%s: no such option; see --help", word);
}

/*
 * Parse options: all options in argv, or with @order "+" those before the first
 * other word. Sets *next to the first word that is not an option.
 */
static int parse_options(struct run *run, struct parser *parser,
			 const char *order, int argc, char **argv, int *next)
{
	char letters[sizeof(parser->letters) + 2];
	int val, which, code = 0;

	snprintf(letters, sizeof(letters), "%s:%s", order, parser->letters);
	opterr = 0;
	optind = 0;
	while (!code && (val = getopt_long(argc, argv, letters, parser->longs,
					   NULL)) != -1) {
		if (val == ':') {
			code = fail(run, FWCTL_EXIT_USAGE, "%s: needs a value",
				    argv[optind - 1]);
			break;
		}
		if (val == '?') {
			code = fail_option(run, parser, argv[optind - 1]);
			break;
		}
		if (val < COMMON_BASE) {
			which = find_letter(common_options, val);
			val = which >= 0 ? COMMON_BASE + which : COMMAND_BASE +
			      find_letter(parser->specs, val);
		}
		if (val >= COMMAND_BASE) {
			run->values[val - COMMAND_BASE] = optarg ? optarg : "";
			continue;
		}
		parser->given |= 1U << (val - COMMON_BASE);
		code = set_common(run, val - COMMON_BASE, optarg);
	}
	*next = optind;
	return code;
}

/*
 * Does the synopsis admit argc arguments? Sets *min to the least number that it
 * admits.
 */
static bool arguments_fit(const char *args, int argc, int *min)
{
	bool any = strstr(args, "...");
	int max = 0;

	*min = 0;
	while (*args) {
		max++;
		if (*args != '[')
			(*min)++;
		args += strcspn(args, " ");
		args += strspn(args, " ");
	}
	return argc >= *min && (any || argc <= max);
}

static int check_columns(struct run *run)
{
	const char *name = run->set.columns;
	size_t len;

	if (!run->command->columns)
		return fail(run, FWCTL_EXIT_USAGE, "%s %s has no columns for -o",
			    run->object->name, run->command->name);
	if (run->set.json)
		return fail(run, FWCTL_EXIT_USAGE,
			    "-o and --json: leave out one of the two; JSON has all columns");
	for (; *name; name += *name == ',') {
		len = strcspn(name, ",");
		if (!find_column(run->command, name))
			return fail(run, FWCTL_EXIT_USAGE,
				    "-o %.*s: no such column; see 'fwctl help %s %s'",
				    (int)len, name, run->object->name,
				    run->command->name);
		name += len;
	}
	return 0;
}

/* An option without a meaning for the command is an error. */
static int check_common(struct run *run, unsigned int given)
{
	static const enum common_option rpc_options[] = {
		OPTION_SCOPE, OPTION_TAINT, OPTION_DRY_RUN,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rpc_options); i++) {
		if (run->command->scope != SCOPE_NO_RPC ||
		    run->command->flags & COMMAND_INHERITED ||
		    (run->command->flags & COMMAND_DRY_RUN &&
		     rpc_options[i] == OPTION_DRY_RUN) ||
		    !(given & (1U << rpc_options[i])))
			continue;
		return fail(run, FWCTL_EXIT_USAGE,
			    "%s %s sends nothing, so --%s has no meaning",
			    run->object->name, run->command->name,
			    common_options[rpc_options[i]].name);
	}
	if (run->set.json && run->set.raw)
		return fail(run, FWCTL_EXIT_USAGE,
			    "--json and --raw: leave out one of the two");
	return given & (1U << OPTION_OUTPUT) ? check_columns(run) : 0;
}

static int check_arguments(struct run *run)
{
	int min, argc = run->argc;

	/* With --all there is no DEV. */
	if (run->command->flags & COMMAND_MANY && option(run, "all"))
		argc++;
	if (arguments_fit(run->command->args, argc, &min))
		return 0;
	return fail(run, FWCTL_EXIT_USAGE, "%s %s: %s: usage: fwctl %s %s%s%s",
		    run->object->name, run->command->name,
		    argc < min ? "an argument is missing" :
				      "too many arguments",
		    run->object->name, run->command->name,
		    *run->command->args ? " " : "", run->command->args);
}

/* Is a common option among the words before "--"? */
static bool is_among(enum common_option which, int argc, char **argv)
{
	const struct option_spec *spec = &common_options[which];
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if ((!strncmp(argv[i], "--", 2) && !strcmp(argv[i] + 2, spec->name)) ||
		    (argv[i][0] == '-' && argv[i][1] == spec->letter && !argv[i][2]))
			return true;
	return false;
}

/* A group of commands has help; otherwise one of its commands is missing. */
static int parse_group(struct run *run, int argc, char **argv)
{
	run->set.help |= is_among(OPTION_HELP, argc, argv);
	if (run->set.help)
		return 0;
	return fail(run, FWCTL_EXIT_USAGE,
		    "%s %s: a command is missing; see 'fwctl help %s %s'",
		    run->object->name, argv[1], run->object->name, argv[1]);
}

/* Have --version, wherever it is given, run the command that prints it. */
static int parse_version(struct run *run)
{
	run->object = &version_object;
	run->command = version_object.commands;
	run->set.help = false;
	run->argc = 0;
	return 0;
}

/* Find the command in the words behind the object, argv[0]. */
static int parse_verb(struct run *run, struct parser *parser, int *argc,
		      char ***argv)
{
	const char *word = *argc > 1 ? (*argv)[1] : NULL;
	int next, code, used = 0;

	/* Options in front of the command; those of a default command come later. */
	if (word && *word == '-' && !default_command(run->object)) {
		code = parse_options(run, parser, "+", *argc, *argv, &next);
		if (!code && run->set.version)
			return parse_version(run);
		if (code)
			return code;
		*argc -= next - 1;
		*argv += next - 1;
		word = *argc > 1 ? (*argv)[1] : NULL;
	}
	if (word && !strcmp(word, "help")) {
		run->set.help = true;
		if (*argc == 2)
			return 0;
		--*argc;
		++*argv;
	}
	if (!word && run->set.help)
		return 0;
	run->command = find_command(run, *argc - 1, *argv + 1, &used);
	if (run->group)
		return parse_group(run, *argc, *argv);
	if (!run->command)
		return run->code;
	*argc -= used;
	*argv += used;
	return 0;
}

/*
 * Parse a command line; argv[0] is ignored. Returns an exit code. For help,
 * run->set.help is set, and run->object or run->command is NULL if it is not named.
 */
int parse_run(struct run *run, int argc, char **argv)
{
	struct parser parser = {};
	const char *order = "";
	int next, code;

	/* An error in front of --json is printed as JSON as well. */
	run->set.json |= is_among(OPTION_JSON, argc, argv);
	add_options(&parser, common_options, COMMON_BASE);
	code = parse_options(run, &parser, "+", argc, argv, &next);
	if (!code && run->set.version)
		return parse_version(run);
	if (code || (next == argc && run->set.help))
		return code;
	if (next == argc)
		return fail(run, FWCTL_EXIT_USAGE,
			    "an object is missing; see 'fwctl help'");
	run->object = find_object(run, argv[next]);
	if (!run->object)
		return run->code;

	/* getopt takes argv[0], here the object, for the name of the program. */
	argc -= next;
	argv += next;
	code = parse_verb(run, &parser, &argc, &argv);
	if (code || !run->command || run->set.help)
		return code;

	parser.specs = run->command->options;
	add_options(&parser, parser.specs, COMMAND_BASE);
	if (run->command->flags & COMMAND_NESTED)
		order = "+";
	code = parse_options(run, &parser, order, argc, argv, &next);
	run->argc = argc - next;
	run->argv = argv + next;
	if (!code && run->set.version)
		return parse_version(run);
	if (code || run->set.help)
		return code;
	return check_arguments(run) ?: check_common(run, parser.given);
}

/* The value of an option, "" if it takes none, NULL if it is not given. */
const char *option(const struct run *run, const char *name)
{
	int i;

	for (i = 0; run->command->options[i].name; i++)
		if (!strcmp(run->command->options[i].name, name))
			return run->values[i];
	return NULL;
}

/* Parse an option's value from min to max; without the option *value stays. */
int number_option(struct run *run, const char *name, unsigned long min,
		  unsigned long max, unsigned long *value)
{
	const char *text = option(run, name);
	unsigned long number;
	char *end;

	if (!text)
		return 0;
	errno = 0;
	number = strtoul(text, &end, 0);
	if (errno || *end || end == text || strchr(text, '-') ||
	    number < min || number > max)
		return fail(run, FWCTL_EXIT_USAGE,
			    "--%s %s: not a number from %lu to %lu", name,
			    text, min, max);
	*value = number;
	return 0;
}
