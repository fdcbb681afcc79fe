// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl help and fwctl version: the texts come from the tables.
 */
#include <string.h>
#include <unistd.h>

#include "tool.h"

static const char notes[] =
	"\n"
	"Objects, commands and long options may be abbreviated if that is unambiguous.\n"
	"DEV is a name (fwctl0), a path (/dev/fwctl/fwctl0), the address of the parent\n"
	"device (0000:03:00.0), or its network device (eth0) or RDMA device (mlx5_0).\n"
	"SCOPE is configuration, debug-read-only, debug-write or debug-write-full.\n"
	"See fwctl(8).\n";

static const char *scope_text(enum command_scope scope)
{
	if (scope == SCOPE_NO_RPC)
		return "none";
	if (scope == SCOPE_LEAST)
		return "least";
	return fwctl_scope_name((enum fwctl_rpc_scope)
				(scope - SCOPE_CONFIGURATION));
}

static void print_option(const struct option_spec *spec, FILE *file)
{
	char text[64], letter[8] = "    ";

	if (spec->letter)
		snprintf(letter, sizeof(letter), "-%c, ", spec->letter);
	snprintf(text, sizeof(text), "%s--%s%s%s", letter, spec->name,
		 spec->arg ? " " : "", spec->arg ? spec->arg : "");
	fprintf(file, "  %-26s %s\n", text, spec->help);
}

static void print_options(const struct option_spec *specs, FILE *file)
{
	for (; specs && specs->name; specs++)
		print_option(specs, file);
}

static void print_all(FILE *file)
{
	const struct object *object;

	fputs("Usage: fwctl [OPTIONS] OBJECT COMMAND [DEV] [ARGS]\n\nObjects:\n",
	      file);
	for (object = objects(); object; object = object->next)
		fprintf(file, "  %-12s %s\n", object->name, object->help);
	fputs("\nOptions of all commands:\n", file);
	print_options(common_options, file);
	fputs(notes, file);
}

/* Print the commands of an object, or those of a group of them. */
static void print_object(const struct object *object, const char *group,
			 FILE *file)
{
	const struct command *command;

	fprintf(file, "Usage: fwctl %s %.*s%sCOMMAND\n\n%s\n\nCommands:\n",
		object->name, group ? (int)strcspn(group, " ") : 0,
		group ? group : "", group ? " " : "", object->help);
	for (command = object->commands; command->name; command++)
		if (!group || in_group(command, group))
			fprintf(file, "  %s%s%s\n        %s%s\n", command->name,
				*command->args ? " " : "", command->args,
				command->help,
				command->flags & COMMAND_DEFAULT ?
				" (the default command)" : "");
}

static void print_command(const struct object *object,
			  const struct command *command, FILE *file)
{
	const struct column_spec *column;

	fprintf(file, "Usage: fwctl %s %s [OPTIONS]%s%s\n\n%s\n", object->name,
		command->name, *command->args ? " " : "", command->args,
		command->help);
	fprintf(file, "\nScope: %s\n",
		command->scope == SCOPE_NO_RPC ? "sends no request" :
		command->scope == SCOPE_LEAST ?
		"the least that admits the request" :
		scope_text(command->scope));
	if (command->options) {
		fputs("\nOptions:\n", file);
		print_options(command->options, file);
	}
	if (command->columns) {
		fputs("\nColumns, those in brackets only with -o:\n ", file);
		for (column = command->columns; column->name; column++)
			fprintf(file, column->flags & COLUMN_EXTRA ? " (%s)" :
				" %s", column->name);
		fputs("\n", file);
	}
	fputs("\nOptions of all commands:\n", file);
	print_options(common_options, file);
}

/* Print help on the run's command, else on its group or object, else on the tool. */
void print_help(const struct run *run, FILE *file)
{
	if (run->command)
		print_command(run->object, run->command, file);
	else if (run->object)
		print_object(run->object, run->group, file);
	else
		print_all(file);
}

static json_object *options_json(const struct option_spec *specs)
{
	json_object *array = json_object_new_array(), *object;
	char letter[2] = "";

	for (; specs && specs->name; specs++) {
		object = json_object_new_object();
		*letter = specs->letter;
		json_add(object, "name", json_text(specs->name));
		json_add(object, "letter", json_text(*letter ? letter : NULL));
		json_add(object, "argument", json_text(specs->arg));
		json_add(object, "help", json_text(specs->help));
		json_object_array_add(array, object);
	}
	return array;
}

static json_object *command_json(const struct command *command)
{
	const struct column_spec *column = command->columns;
	json_object *object = json_object_new_object();
	json_object *columns = json_object_new_array();

	for (; column && column->name; column++)
		json_object_array_add(columns, json_text(column->name));
	json_add(object, "name", json_text(command->name));
	json_add(object, "arguments", json_text(command->args));
	json_add(object, "help", json_text(command->help));
	json_add(object, "scope", json_text(scope_text(command->scope)));
	json_add(object, "default",
		 json_object_new_boolean(command->flags & COMMAND_DEFAULT));
	json_add(object, "stream",
		 json_object_new_boolean(command->flags & COMMAND_STREAM));
	json_add(object, "options", options_json(command->options));
	json_add(object, "columns", columns);
	return object;
}

static json_object *objects_json(void)
{
	json_object *array = json_object_new_array(), *entry, *commands;
	const struct command *command;
	const struct object *object;

	for (object = objects(); object; object = object->next) {
		entry = json_object_new_object();
		commands = json_object_new_array();
		for (command = object->commands; command->name; command++)
			json_object_array_add(commands, command_json(command));
		json_add(entry, "name", json_text(object->name));
		json_add(entry, "help", json_text(object->help));
		json_add(entry, "type",
			 object->vendor ?
			 json_devtype(object->vendor->type) : NULL);
		json_add(entry, "commands", commands);
		json_object_array_add(array, entry);
	}
	return array;
}

/* Make all tables of the tool the run's result. */
static void add_everything(struct run *run)
{
	json_object *scopes = json_object_new_array();
	json_object *ceilings = json_object_new_array();
	json_object *reasons = json_object_new_array();
	json_object *exits, *entry;
	const struct exit_spec *spec;
	int i;

	exits = json_object_new_array();
	for (spec = exit_specs; spec->name; spec++) {
		entry = json_object_new_object();
		json_add(entry, "code", json_object_new_int(spec->code));
		json_add(entry, "name", json_text(spec->name));
		json_add(entry, "help", json_text(spec->help));
		json_object_array_add(exits, entry);
	}
	run->result = json_object_new_object();
	json_add(run->result, "objects", objects_json());
	json_add(run->result, "options", options_json(common_options));
	json_add(run->result, "exit_codes", exits);
	json_add(run->result, "scopes", scopes);
	for (i = 0; fwctl_scope_name(i); i++)
		json_object_array_add(scopes, json_text(fwctl_scope_name(i)));
	json_add(run->result, "ceilings", ceilings);
	for (i = 0; fwctl_ceiling_name(i); i++)
		json_object_array_add(ceilings,
				      json_text(fwctl_ceiling_name(i)));
	json_add(run->result, "reasons", reasons);
	for (i = 0; fwctl_reason_name(i); i++)
		json_object_array_add(reasons, json_text(fwctl_reason_name(i)));
}

/* Print help on the run's command or object; in JSON always all tables. */
void show_help(struct run *run)
{
	if (!run->set.json) {
		print_help(run, stdout);
		return;
	}
	run->object = &help_object;
	run->command = help_object.commands;
	add_everything(run);
}

static int help_run(struct run *run)
{
	struct run topic = {};
	int used;

	if (run->argc > 0)
		topic.object = find_object(run, run->argv[0]);
	if (topic.object && run->argc > 1) {
		run->object = topic.object;
		topic.command = find_command(run, run->argc - 1, run->argv + 1,
					     &used);
		topic.group = run->group;
		run->group = NULL;
		if (topic.command && used < run->argc - 1)
			fail(run, FWCTL_EXIT_USAGE,
			     "%s %s: no such command; see 'fwctl help %s'",
			     topic.object->name, run->argv[1],
			     topic.object->name);
		run->object = &help_object;
	}
	if (run->code)
		return run->code;
	if (run->set.json)
		add_everything(run);
	else
		print_help(&topic, stdout);
	return 0;
}

static const struct command help_commands[] = {
	{ .name = "show", .args = "[OBJECT] [COMMAND...]",
	  .help = "print help on the tool, an object or a command; --json: on everything",
	  .flags = COMMAND_DEFAULT, .run = help_run },
	{}
};

struct object help_object = {
	.name = "help", .help = "print help on objects and commands",
	.commands = help_commands,
};

static int version_run(struct run *run)
{
	run->result = json_object_new_object();
	json_add(run->result, "version", json_text(FWCTL_VERSION));
	return 0;
}

static void version_text(struct run *run)
{
	printf("fwctl %s\n", string_of(run->result, "version"));
}

static const struct command version_commands[] = {
	{ .name = "show", .args = "", .help = "print the tool's version",
	  .flags = COMMAND_DEFAULT, .run = version_run, .text = version_text },
	{}
};

struct object version_object = {
	.name = "version", .help = "the tool's version",
	.commands = version_commands,
};
