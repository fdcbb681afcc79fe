// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl completion: the completions of a command line, from the tables, and the
 * scripts by which shells call it.
 */
#include <ctype.h>
#include <string.h>

#include "tool.h"

static const char bash_script[] =
	"# bash completion of fwctl\n"
	"_fwctl() {\n"
	"	local cur=${COMP_WORDS[COMP_CWORD]} cword=$COMP_CWORD word help\n"
	"	local words=(\"${COMP_WORDS[@]}\")\n"
	"	# A colon in an address does not end a word.\n"
	"	declare -F _get_comp_words_by_ref > /dev/null &&\n"
	"		_get_comp_words_by_ref -n : cur words cword\n"
	"	COMPREPLY=()\n"
	"	while IFS=$'\\t' read -r word help; do\n"
	"		if [ \"$word\" = :files ]; then\n"
	"			compopt -o filenames 2> /dev/null\n"
	"			mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$cur\")\n"
	"		else\n"
	"			COMPREPLY+=(\"$word\")\n"
	"		fi\n"
	"	done < <(fwctl completion words -- \"${words[@]:1:cword}\" 2> /dev/null)\n"
	"	! declare -F __ltrim_colon_completions > /dev/null ||\n"
	"		__ltrim_colon_completions \"$cur\"\n"
	"}\n"
	"complete -F _fwctl fwctl\n";

static const char zsh_script[] =
	"#compdef fwctl\n"
	"# zsh completion of fwctl\n"
	"local -a found\n"
	"local line ret=1\n"
	"for line in \"${(@f)$(fwctl completion words -- \"${(@)words[2,CURRENT]}\" 2> /dev/null)}\"; do\n"
	"	if [[ $line = :files ]]; then\n"
	"		_files && ret=0\n"
	"	elif [[ -n $line ]]; then\n"
	"		found+=(\"${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}\")\n"
	"	fi\n"
	"done\n"
	"(( $#found )) && _describe fwctl found && ret=0\n"
	"return ret\n";

/* The output of this object is for shells only. */
static int no_json(struct run *run)
{
	if (!run->set.json)
		return 0;
	return fail(run, FWCTL_EXIT_USAGE,
		    "completion: no JSON output; fwctl help --json has the tables");
}

static int bash_run(struct run *run)
{
	return no_json(run) ?: fputs(bash_script, stdout) < 0;
}

static int zsh_run(struct run *run)
{
	return no_json(run) ?: fputs(zsh_script, stdout) < 0;
}

static void offer(const char *word, const char *cur, const char *help)
{
	if (!strncmp(word, cur, strlen(cur)))
		printf("%s\t%s\n", word, help ? help : "");
}

static void offer_devices(struct run *run, const char *cur)
{
	struct fwctl_dev **devs;
	int i, count = fwctl_list(run->ctx, &devs);

	for (i = 0; i < count; i++) {
		const char *parent = fwctl_dev_parent(devs[i]);

		offer(fwctl_dev_name(devs[i]), cur, parent);
		if (parent)
			offer(parent, cur, fwctl_dev_name(devs[i]));
	}
	if (count >= 0)
		fwctl_list_free(devs);
}

static void offer_objects(const char *cur)
{
	const struct object *object;

	for (object = objects(); object; object = object->next)
		offer(object->name, cur, object->help);
}

static int words_in(const char *name)
{
	int count = 1;

	while ((name = strchr(name, ' '))) {
		name++;
		count++;
	}
	return count;
}

/* Offer the words that may follow the first words of a command's name. */
static void offer_commands(const struct object *object, int count,
			   char **words, const char *cur)
{
	const struct command *command;
	char word[32], last[32] = "";

	for (command = object->commands; command->name; command++) {
		const char *name = command->name;
		int i;

		for (i = 0; i < count; i++) {
			if (strncmp(name, words[i], strlen(words[i])))
				break;
			name += strcspn(name, " ");
			name += strspn(name, " ");
		}
		snprintf(word, sizeof(word), "%.*s", (int)strcspn(name, " "),
			 name);
		/* Commands that share a first word are neighbours in the table. */
		if (i < count || !*word || !strcmp(word, last))
			continue;
		offer(word, cur, strchr(name, ' ') ? NULL : command->help);
		memcpy(last, word, sizeof(last));
	}
	if (!count)
		offer("help", cur, "explain these commands");
}

/* Set run->command if the words before the last one name a command. */
static void find_verb(struct run *run, int count, char **words, int *number)
{
	const struct command *command;
	int used;

	command = find_command(run, count, words, &used);
	if (!command || (used && used < words_in(command->name)))
		return;
	run->command = command;
	*number = !used;
}

static void offer_columns(const struct command *command, const char *cur)
{
	const struct column_spec *column = command ? command->columns : NULL;

	for (; column && column->name; column++)
		offer(column->name, cur, "");
}

static void offer_options(const struct option_spec *specs, const char *cur)
{
	char word[64];

	for (; specs && specs->name; specs++) {
		snprintf(word, sizeof(word), "--%s", specs->name);
		offer(word, cur, specs->help);
	}
}

static bool is_word(const char *arg, const char *word)
{
	size_t len = strlen(word);

	arg += *arg == '[';
	return !strncmp(arg, word, len) && !isupper((unsigned char)arg[len]);
}

/* Offer the literal words of alternatives such as "all|active|NUMBER". */
static void offer_alternatives(const char *arg, const char *cur)
{
	char word[32];
	size_t len;

	for (; *arg; arg += len + (arg[len] == '|')) {
		len = strcspn(arg, "|");
		snprintf(word, sizeof(word), "%.*s", (int)len, arg);
		if (islower((unsigned char)*word))
			offer(word, cur, NULL);
	}
}

/* Offer the words that a plugin knows for an argument. */
static void offer_vendor(const struct vendor *vendor, const char *arg, const char *cur)
{
	char name[32];
	const char *word;
	size_t i;

	snprintf(name, sizeof(name), "%.*s", (int)strspn(arg, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
		 arg);
	for (i = 0; (word = vendor->word(name, i)); i++)
		offer(word, cur, NULL);
}

/* Offer values of an argument, by its name in the synopsis. */
static void offer_values(struct run *run, const struct command *command,
			 const char *arg, const char *cur)
{
	const char *name;
	int i;

	if (is_word(arg, "DEV") || is_word(arg, "OTHER"))
		offer_devices(run, cur);
	else if (is_word(arg, "OBJECT"))
		offer_objects(cur);
	else if (is_word(arg, "COLUMNS"))
		offer_columns(command, cur);
	if (is_word(arg, "FILE") || is_word(arg, "OTHER"))
		printf(":files\n");
	else if (is_word(arg, "SCOPE"))
		for (i = 0; (name = fwctl_scope_name(i)); i++)
			offer(name, cur, NULL);
	else if (is_word(arg, "CEILING"))
		for (i = 0; (name = fwctl_ceiling_name(i)); i++)
			offer(name, cur, NULL);
	else if (strchr(arg, '|'))
		offer_alternatives(arg, cur);
	else if (run->object && run->object->vendor && run->object->vendor->word)
		offer_vendor(run->object->vendor, arg, cur);
}

/* The option with this name or letter, or NULL. */
static const struct option_spec *find_spec(const struct option_spec *specs,
					   const char *word)
{
	for (; specs && specs->name; specs++)
		if ((word[0] == '-' && word[1] == '-' &&
		     !strcmp(word + 2, specs->name)) ||
		    (word[0] == '-' && word[1] && word[1] == specs->letter &&
		     !word[2]))
			return specs;
	return NULL;
}

/* The argument with this number in the notation of a synopsis. */
static const char *argument(const char *args, int number)
{
	while (number-- && *args) {
		args += strcspn(args, " ");
		args += strspn(args, " ");
	}
	return args;
}

/* Offer completions of the last word; the others are in front of it. */
static void offer_next(struct run *run, int count, char **words)
{
	const char *cur = words[count - 1];
	const struct option_spec *spec = NULL;
	char *verb[MAX_VERB];
	int i, number = 0, verbs = 0;

	run->object = NULL;
	run->command = NULL;
	for (i = 0; i < count - 1; i++) {
		spec = find_spec(common_options, words[i]);
		if (!spec && run->command)
			spec = find_spec(run->command->options, words[i]);
		if (spec && !spec->arg)
			spec = NULL;
		if (spec && i < count - 2) {
			i++;
			spec = NULL;
		}
		if (*words[i] == '-' || spec)
			continue;
		if (!run->object) {
			run->object = find_object(run, words[i]);
			if (!run->object)
				return;
		} else if (!run->command || (!number && verbs && verbs < MAX_VERB)) {
			verb[verbs++] = words[i];
			find_verb(run, verbs, verb, &number);
			if (!run->command && verbs == MAX_VERB)
				return;
			/* The name of another command may be longer. */
			if (run->command && verbs > words_in(run->command->name))
				number = 1;
		} else {
			number++;
		}
		if (run->command && run->command->flags & COMMAND_NESTED &&
		    number == 1) {
			offer_next(run, count - i - 1, words + i + 1);
			return;
		}
	}
	if (spec) {
		offer_values(run, run->command, spec->arg, cur);
	} else if (*cur == '-') {
		offer_options(common_options, cur);
		if (run->object && !run->command)
			run->command = default_command(run->object);
		if (run->command)
			offer_options(run->command->options, cur);
	} else if (!run->object) {
		offer_objects(cur);
	} else {
		if (!number && verbs < MAX_VERB)
			offer_commands(run->object, verbs, verb, cur);
		if (!run->command && !verbs)
			run->command = default_command(run->object);
		if (run->command)
			offer_values(run, run->command,
				     argument(run->command->args, number), cur);
	}
}

static int words_run(struct run *run)
{
	struct run line = { .ctx = run->ctx };

	if (no_json(run))
		return run->code;
	if (run->argc)
		offer_next(&line, run->argc, run->argv);
	free_run(&line);
	return 0;
}

static const struct command commands[] = {
	{ .name = "bash", .args = "", .help = "print the completion script for bash",
	  .run = bash_run },
	{ .name = "zsh", .args = "", .help = "print the completion script for zsh",
	  .run = zsh_run },
	{ .name = "words", .args = "[WORD...]",
	  .help = "print the completions of the last word; for the scripts",
	  .run = words_run },
	{}
};

struct object completion_object = {
	.name = "completion", .help = "completion of command lines by shells",
	.commands = commands,
};
