// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of objects, and look-ups in it.
 */
#include <string.h>

#include "tool.h"

/* The tool's own objects in the order of commands.c, then plugins by name. */
static struct object *all_objects;

static bool is_in_front(const struct object *one, const struct object *added)
{
	if (!one->vendor)
		return true;
	return added->vendor && strcmp(one->name, added->name) < 0;
}

/* Add an object; called before main(). */
void register_object(struct object *object)
{
	struct object **place = &all_objects;

	while (*place && is_in_front(*place, object))
		place = &(*place)->next;
	object->next = *place;
	*place = object;
}

/* The first object; &object.next leads to the others. */
const struct object *objects(void)
{
	return all_objects;
}

/* Compare a word with a name: 2 if it is the name, 1 if it is a prefix, else 0. */
static int fit(const char *name, const char *word)
{
	size_t len = strlen(word);

	if (!len || strncmp(name, word, len))
		return 0;
	return name[len] ? 1 : 2;
}

/* Find an object by an unambiguous prefix; on failure sets the run's error. */
const struct object *find_object(struct run *run, const char *word)
{
	const struct object *object, *found = NULL, *other = NULL;

	for (object = objects(); object; object = object->next) {
		int how = fit(object->name, word);

		if (how == 2)
			return object;
		if (how && !found)
			found = object;
		else if (how && !other)
			other = object;
	}
	if (found && !other)
		return found;
	if (found)
		fail(run, FWCTL_EXIT_USAGE, "%s: ambiguous: %s or %s",
		     word, found->name, other->name);
	else
		fail(run, FWCTL_EXIT_USAGE,
		     "%s: no such object; see 'fwctl help'", word);
	return NULL;
}

/* The default command of an object, or NULL. */
const struct command *default_command(const struct object *object)
{
	const struct command *command;

	for (command = object->commands; command->name; command++)
		if (command->flags & COMMAND_DEFAULT)
			return command;
	return NULL;
}

/*
 * Compare words with a command's name, which may have several words itself.
 * Returns the same as fit(); if the name has more words than are given, the words
 * are a prefix of it. Sets *used to the number of words that were compared.
 */
static int fit_words(const char *name, int count, char **words, int *used)
{
	char part[32];
	int how = 2, i;

	for (i = 0; *name; i++) {
		size_t len = strcspn(name, " ");
		int one;

		if (i == count || len >= sizeof(part)) {
			how = how ? 1 : 0;
			break;
		}
		snprintf(part, sizeof(part), "%.*s", (int)len, name);
		one = fit(part, words[i]);
		if (one < how)
			how = one;
		name += len + (name[len] == ' ');
	}
	*used = i;
	return how;
}

/* The number of words behind the object that may be part of a command's name. */
static int verb_words(int count, char **words)
{
	int i;

	for (i = 0; i < count && i < MAX_VERB && *words[i] != '-'; i++)
		;
	return i;
}

/* Is a word the first of two words of both commands, as "reg" of "reg get"? */
static bool is_group(const char *word, const struct command *one,
		     const struct command *other)
{
	size_t len = strlen(word);

	return !strncmp(one->name, word, len) && one->name[len] == ' ' &&
	       !strncmp(one->name, other->name, len + 1);
}

/*
 * Find a command of run->object by an unambiguous prefix; *used becomes the number
 * of words of it. Without a word, or if the words fit no command, the result is the
 * default command, and *used is 0. On failure sets the run's error.
 */
const struct command *find_command(struct run *run, int count, char **words,
				   int *used)
{
	const struct command *usual = default_command(run->object);
	const struct command *command, *found = NULL, *other = NULL;
	const char *word;

	count = verb_words(count, words);
	word = count ? words[0] : NULL;
	for (command = run->object->commands; word && command->name; command++) {
		int how = fit_words(command->name, count, words, used);

		if (how == 2)
			return command;
		if (how && !found)
			found = command;
		else if (how && !other)
			other = command;
	}
	if (found && !other) {
		fit_words(found->name, count, words, used);
		return found;
	}
	*used = 0;
	if (other && count == 1 && is_group(word, found, other))
		fail(run, FWCTL_EXIT_USAGE,
		     "%s %s: a second word is missing, e.g. %s; see 'fwctl help %s'",
		     run->object->name, word, found->name, run->object->name);
	else if (other)
		fail(run, FWCTL_EXIT_USAGE, "%s %s: ambiguous: %s or %s",
		     run->object->name, word, found->name, other->name);
	else if (usual)
		found = usual;
	else
		fail(run, FWCTL_EXIT_USAGE, "%s%s%s%s%s: %s; see 'fwctl help %s'",
		     run->object->name, word ? " " : "", word ? word : "",
		     count > 1 ? " " : "", count > 1 ? words[1] : "",
		     word ? "no such command" : "a command is missing",
		     run->object->name);
	return other ? NULL : found;
}

/* The plugin for a type of device, or NULL. */
const struct vendor *find_vendor(__u32 type)
{
	const struct object *object;

	for (object = objects(); object; object = object->next)
		if (object->vendor && object->vendor->type == type)
			return object->vendor;
	return NULL;
}
