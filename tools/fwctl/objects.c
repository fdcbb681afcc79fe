// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of objects, and look-ups in it.
 */
#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "tool.h"

/* A longer word is like no name. */
#define MAX_WORD 96

/* The tool's own objects, in the order in which help lists them. */
static struct object * const own_objects[] = {
	&dev_object, &rpc_object, &policy_object, &monitor_object,
	&stats_object, &probe_object, &record_object, &replay_object,
	&batch_object, &bundle_object, &help_object, &version_object,
	&completion_object,
};

/* Those in their order, then plugins, which register themselves, by name. */
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

static void __attribute__((constructor)) register_own_objects(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(own_objects); i++)
		register_object(own_objects[i]);
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

static int lower(const char *text, size_t at)
{
	return tolower((unsigned char)text[at]);
}

/*
 * The number of single changes that make a word of @len characters a name, if case
 * does not count: characters replaced, added, removed, or swapped with the next one.
 * UINT_MAX if they are more than a third of the word's characters.
 */
unsigned int word_distance(const char *name, const char *word, size_t len)
{
	unsigned int rows[3][MAX_WORD + 1], *row, *before, best;
	size_t i, j;

	if (len > MAX_WORD)
		return UINT_MAX;
	for (j = 0; j <= len; j++)
		rows[0][j] = j;
	for (i = 1; name[i - 1]; i++) {
		row = rows[i % 3];
		before = rows[(i - 1) % 3];
		row[0] = i;
		for (j = 1; j <= len; j++) {
			best = before[j - 1] +
			       (lower(name, i - 1) != lower(word, j - 1));
			if (before[j] + 1 < best)
				best = before[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 &&
			    lower(name, i - 1) == lower(word, j - 2) &&
			    lower(name, i - 2) == lower(word, j - 1) &&
			    rows[(i - 2) % 3][j - 2] + 1 < best)
				best = rows[(i - 2) % 3][j - 2] + 1;
			row[j] = best;
		}
	}
	best = rows[(i - 1) % 3][len];
	return best < len / 3 + 1 ? best : UINT_MAX;
}

/* The object whose name a word was probably meant to be, or NULL. */
static const struct object *nearest_object(const char *word)
{
	const struct object *object, *found = NULL;
	unsigned int least = UINT_MAX, now;

	for (object = objects(); object; object = object->next) {
		now = word_distance(object->name, word, strlen(word));
		if (now < least) {
			least = now;
			found = object;
		}
	}
	return found;
}

/* The object with a command that begins with a word, which is no object, or NULL. */
static const struct object *object_with(const char *word)
{
	const struct object *object;
	const struct command *command;
	size_t len = strlen(word);

	for (object = objects(); object; object = object->next)
		for (command = object->commands; command->name; command++)
			if (len == strcspn(command->name, " ") &&
			    !strncmp(command->name, word, len))
				return object;
	return NULL;
}

/* The command that a word is, together with the name of its object: "devlist"; or NULL. */
static const struct command *joined(const char *word, const struct object **object)
{
	const struct command *command;
	size_t len;

	for (*object = objects(); *object; *object = (*object)->next) {
		len = strlen((*object)->name);
		if (strncmp((*object)->name, word, len))
			continue;
		for (command = (*object)->commands; command->name; command++)
			if (!strcmp(command->name, word + len))
				return command;
	}
	return NULL;
}

/* Find an object by an unambiguous prefix; on failure sets the run's error. */
const struct object *find_object(struct run *run, const char *word)
{
	const struct object *object, *found = NULL, *other = NULL, *near;
	const struct command *command;

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
	near = object_with(word);
	if (near)
		fail(run, FWCTL_EXIT_USAGE, "%s: no such object; did you mean %s %s?",
		     word, near->name, word);
	command = joined(word, &near);
	if (command)
		fail(run, FWCTL_EXIT_USAGE, "%s: no such object; did you mean %s %s?",
		     word, near->name, command->name);
	near = nearest_object(word);
	fail(run, FWCTL_EXIT_USAGE,
	     near ? "%s: no such object; did you mean %s?" :
		    "%s: no such object; see 'fwctl help'",
	     word, near ? near->name : "");
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

/* Is a command in the group that a command begins with, as "reg get" in "reg"? */
bool in_group(const struct command *command, const char *group)
{
	size_t len = strcspn(group, " ");

	return group[len] && !strncmp(command->name, group, len + 1);
}

/* The command whose name the words were probably meant to be, or NULL. */
static const struct command *nearest_command(const struct command *command,
					     int count, char **words)
{
	const struct command *found = NULL;
	unsigned int least = UINT_MAX, now;
	const char *second;
	char first[32];

	for (; count && command->name; command++) {
		second = strchr(command->name, ' ');
		snprintf(first, sizeof(first), "%.*s",
			 (int)strcspn(command->name, " "), command->name);
		now = word_distance(first, words[0], strlen(words[0]));
		if (now != UINT_MAX && second && count > 1 &&
		    word_distance(second + 1, words[1], strlen(words[1])) != UINT_MAX)
			now += word_distance(second + 1, words[1], strlen(words[1]));
		else if (second && (count > 1 || !now))
			continue;
		if (now < least) {
			least = now;
			found = command;
		}
	}
	return found;
}

/* Is a word that of a group of the object's commands? */
static bool is_group(const struct object *object, const char *word)
{
	const struct command *command;
	size_t len = strlen(word);

	for (command = object->commands; command->name; command++)
		if (!strncmp(command->name, word, len) && command->name[len] == ' ')
			return true;
	return false;
}

/* The most commands of an object that a message names */
#define NAMED 6

/* Add to the run's error the commands that the object has, or where to see many. */
static void add_commands(struct run *run)
{
	const struct command *command = run->object->commands;
	const char *name = run->object->name;
	char text[256] = "";
	size_t len = 0;

	for (; command->name && command - run->object->commands < NAMED; command++)
		len += snprintf(text + len, sizeof(text) - len, "%s%s",
				len ? ", " : "", command->name);
	if (command->name)
		fail_more(run, "see 'fwctl help %s'", name);
	else
		fail_more(run, "%s has: %s", name, text);
}

/* Set the run's error: the words fit no command of the object. */
static void fail_command(struct run *run, int count, char **words)
{
	const struct command *near = nearest_command(run->object->commands,
						     count, words);
	const char *name = run->object->name;

	if (!count) {
		fail(run, FWCTL_EXIT_USAGE, "%s: a command is missing", name);
		add_commands(run);
		return;
	}
	if (near)
		fail(run, FWCTL_EXIT_USAGE, "no such command; did you mean %s %.*s?",
		     name, (int)(count > 1 ? strlen(near->name) :
				 strcspn(near->name, " ")), near->name);
	else if (is_group(run->object, words[0]))
		fail(run, FWCTL_EXIT_USAGE, "no such command; see 'fwctl help %s %s'",
		     name, words[0]);
	else
		fail(run, FWCTL_EXIT_USAGE, "no such command");
	if (!near && !is_group(run->object, words[0]))
		add_commands(run);
	fail_front(run, "%s %s%s%s", name, words[0], count > 1 ? " " : "",
		   count > 1 ? words[1] : "");
}

/*
 * Find a command of run->object by an unambiguous prefix; *used becomes the number
 * of words of it. Without a word, or if the words fit no command, the result is the
 * default command, and *used is 0. If the only word is that of a group, the result
 * is NULL, and run->group is a command of it. On failure sets the run's error.
 */
const struct command *find_command(struct run *run, int count, char **words,
				   int *used)
{
	const struct command *usual = default_command(run->object);
	const struct command *command, *found = NULL, *other = NULL;
	bool group = true;

	count = verb_words(count, words);
	for (command = run->object->commands; count && command->name; command++) {
		int how = fit_words(command->name, count, words, used);

		if (how == 2)
			return command;
		if (how && found)
			group &= in_group(command, found->name);
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
	if (other && count == 1 && group)
		run->group = found->name;
	else if (other)
		fail(run, FWCTL_EXIT_USAGE, "%s %s: ambiguous: %s or %s",
		     run->object->name, words[0], found->name, other->name);
	else if (!usual)
		fail_command(run, count, words);
	return other ? NULL : usual;
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
