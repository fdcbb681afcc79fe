// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of objects, and finding things in it.
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

/* A word fits a name if it is a beginning of it; the whole name fits best. */
static int fit(const char *name, const char *word)
{
	size_t len = strlen(word);

	if (!len || strncmp(name, word, len))
		return 0;
	return name[len] ? 1 : 2;
}

/* Find an object by a word that fits only its name, or say why not. */
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
		fail(run, FWCTL_EXIT_USAGE, "%s: fits %s and %s: say which",
		     word, found->name, other->name);
	else
		fail(run, FWCTL_EXIT_USAGE,
		     "%s: no such object: see fwctl help", word);
	return NULL;
}

/* The command that is meant where none is named, or NULL. */
const struct command *default_command(const struct object *object)
{
	const struct command *command;

	for (command = object->commands; command->name; command++)
		if (command->flags & COMMAND_DEFAULT)
			return command;
	return NULL;
}

/*
 * Do words fit a command's name, which may have several words itself? Like
 * fit(); also a name that has more words than there are is fitted by its
 * beginning. Sets *used to how many words that took.
 */
static int fit_words(const char *name, int count, char **words, int *used)
{
	char part[32];
	int how = 2, i;

	for (i = 0; *name; i++) {
		size_t len = strcspn(name, " ");
		int one;

		if (i == count || len >= sizeof(part)) {
			how = 1;
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

/* How many of the words, which follow the noun, may be of a command's name. */
static int verb_words(int count, char **words)
{
	int i;

	for (i = 0; i < count && i < MAX_VERB && *words[i] != '-'; i++)
		;
	return i;
}

/*
 * Find a command of run->object by words that fit only its name; *used becomes
 * the number of them. No word, or one that fits none, stands for the default
 * command: then *used is 0. Says why it found nothing.
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
	if (other)
		fail(run, FWCTL_EXIT_USAGE, "%s %s: fits %s and %s: say which",
		     run->object->name, word, found->name, other->name);
	else if (usual)
		found = usual;
	else
		fail(run, FWCTL_EXIT_USAGE, "%s%s%s%s%s: %s: see fwctl help %s",
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
