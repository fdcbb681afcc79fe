// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl batch
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

#define MAX_SCRIPT (16UL << 20)
#define MAX_WORDS 64

/**
 * struct line - a line of a script
 * @number: counted from 1
 * @argc: number of words, the first of which is the program's name
 * @argv: they point into @text
 * @text: the line's own copy, cut into words
 */
struct line {
	unsigned long number;
	int argc;
	char *argv[MAX_WORDS + 2];
	char *text;
};

/*
 * Cut a line into words, in place. Blanks separate words; single or double quotes
 * keep blanks within a word; a backslash quotes the next character, except within
 * single quotes; # at the beginning of a word begins a comment. Returns an error
 * message, or NULL.
 */
static const char *split(struct line *line)
{
	char *from = line->text, *to = line->text, quote;

	line->argv[line->argc++] = (char *)"fwctl";
	for (;;) {
		from += strspn(from, " \t\r");
		if (!*from || *from == '#')
			break;
		if (line->argc > MAX_WORDS)
			return "too many words";
		line->argv[line->argc++] = to;
		for (quote = 0; *from && (quote || !strchr(" \t\r", *from));
		     from++) {
			if (*from == quote)
				quote = 0;
			else if (!quote && (*from == '\'' || *from == '"'))
				quote = *from;
			else if (*from == '\\' && quote != '\'' && from[1])
				*to++ = *++from;
			else
				*to++ = *from;
		}
		if (quote)
			return "a quote is not closed";
		if (*from)
			from++;
		*to++ = 0;
	}
	line->argv[line->argc] = NULL;
	return NULL;
}

/* Read a script and cut all of its lines into words, before any line is run. */
static struct line *read_script(struct run *run, size_t *count)
{
	struct line *lines = NULL, *more, *line;
	struct buffer script = {};
	const char *wrong = NULL;
	unsigned long number = 0;
	char *text, *next;

	if (!read_bytes(run, run->argv[0], MAX_SCRIPT, &script) &&
	    memchr(script.data, 0, script.len))
		fail(run, FWCTL_EXIT_USAGE, "%s: not a text file: it contains a zero byte",
		     run->argv[0]);
	text = run->code ? NULL : strndup(script.data, script.len);
	free(script.data);
	for (next = text; next && *next && !run->code;) {
		char *begin = strsep(&next, "\n");

		more = realloc(lines, (*count + 1) * sizeof(*lines));
		if (!more) {
			fail(run, FWCTL_EXIT_USAGE, "no memory");
			break;
		}
		lines = more;
		line = &lines[*count];
		*line = (struct line){ .number = ++number };
		line->text = malloc(strlen(begin) + 2);
		if (!line->text) {
			fail(run, FWCTL_EXIT_USAGE, "no memory");
			break;
		}
		strcpy(line->text, begin);
		wrong = split(line);
		if (wrong)
			fail(run, FWCTL_EXIT_USAGE, "%s:%lu: %s", run->argv[0],
			     number, wrong);
		/* The caller frees the line after an error, too. */
		(*count)++;
	}
	free(text);
	return lines;
}

static void free_script(struct line *lines, size_t count)
{
	while (count)
		free(lines[--count].text);
	free(lines);
}

/* Check that a line is a command of this tool, without running it. */
static int check_line(struct run *run, const struct line *line)
{
	char *argv[MAX_WORDS + 2];
	struct run check = { .ctx = run->ctx, .set = run->set };

	/* getopt_long() permutes the words. */
	memcpy(argv, line->argv, sizeof(argv));
	if (parse_run(&check, line->argc, argv))
		fail(run, FWCTL_EXIT_USAGE, "%s:%lu: %s", run->argv[0],
		     line->number, check.error);
	else if (run->set.json && check.command &&
		 check.command->flags & COMMAND_STREAM)
		fail(run, FWCTL_EXIT_USAGE,
		     "%s:%lu: %s %s prints events while it runs: leave out --json",
		     run->argv[0], line->number, check.object->name,
		     check.command->name);
	free_run(&check);
	return run->code;
}

/* Run a line; with --json its document becomes part of the result. */
static int run_script_line(struct run *run, struct line *line)
{
	size_t i = run->set.json ? json_object_array_length(run->result) : 0;
	int code;

	run->set.collect = run->result;
	code = run_line(run->ctx, run, line->argc, line->argv);
	run->set.collect = NULL;
	while (run->result && i < json_object_array_length(run->result))
		json_add(json_object_array_get_idx(run->result, i++), "line",
			 json_object_new_uint64(line->number));
	return code;
}

static int run_script(struct run *run, struct line *lines, size_t count)
{
	bool keep_going = option(run, "keep-going");
	unsigned long done = 0, failed = 0, first = 0;
	size_t i;

	for (i = 0; i < count && !run->code; i++)
		if (lines[i].argc > 1)
			check_line(run, &lines[i]);
	if (run->code)
		return run->code;
	if (run->set.json)
		run->result = json_object_new_array();
	for (i = 0; i < count && (!failed || keep_going); i++) {
		if (lines[i].argc == 1)
			continue;
		done++;
		if (!run_script_line(run, &lines[i]))
			continue;
		if (!failed++)
			first = lines[i].number;
	}
	if (failed)
		fail(run, FWCTL_EXIT_PARTIAL,
		     "%s: %lu of %lu commands failed, the first one in line %lu",
		     run->argv[0], failed, done, first);
	return run->code;
}

static int batch_run(struct run *run)
{
	size_t count = 0;
	struct line *lines = read_script(run, &count);

	if (!run->code)
		run_script(run, lines, count);
	free_script(lines, count);
	return run->code;
}

static const struct option_spec options[] = {
	{ "keep-going", 'k', NULL, "continue after a command that fails" },
	{}
};

static const struct command commands[] = {
	{ .name = "run", .args = "FILE",
	  .help = "run a script, one command per line, until one fails; - is standard input",
	  .options = options, .flags = COMMAND_DEFAULT | COMMAND_INHERITED,
	  .run = batch_run },
	{}
};

struct object batch_object = {
	.name = "batch", .help = "run a script of commands",
	.commands = commands,
};
