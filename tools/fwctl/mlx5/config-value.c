// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values of parameters: conversion of an item's bytes to JSON and text and back,
 * and checks whether a parameter can have a value.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

/* Does the device's version of the item have the field? */
static bool inside(const struct config_field *field,
		   const struct config_item *item)
{
	return field->start + field->width <= 8 * item->len &&
	       field->version <= item->version;
}

/*
 * Ask the device whether it has a parameter. Returns false also after an error,
 * which the run has. The parameter's condition is evaluated first: often that
 * spares reading the item.
 */
bool config_probe(struct config *config, const struct config_param *param)
{
	int64_t value;

	if (param->field->needs &&
	    (!config_eval(config, param, param->field->needs, &value) ||
	     !value))
		return false;
	return config_read(config, param->item, CONFIG_NEXT) &&
	       inside(param->field, param->item);
}

/*
 * Parse one of an enum's values at @at: its name, the name's length and its
 * number. Returns the beginning of the next one, or NULL at the end.
 */
static const char *next_value(const char *at, const char **name, size_t *len,
			      uint64_t *number)
{
	char *end;

	if (!at)
		return NULL;
	at += strspn(at, ", ");
	*name = at;
	*len = strcspn(at, "=,");
	if (at[*len] != '=')
		return NULL;
	*number = strtoull(at + *len + 1, &end, 0);
	return end;
}

/* The name of an enum's value, of *len characters, or NULL. */
static const char *value_name(const struct config_field *field,
			      uint64_t wanted, size_t *len)
{
	const char *at = field->values, *name;
	uint64_t number;

	while ((at = next_value(at, &name, len, &number)))
		if (number == wanted)
			return name;
	return NULL;
}

json_object *config_values(const struct config_field *field)
{
	json_object *array = json_object_new_array();
	const char *at = field->values, *name;
	uint64_t number;
	size_t len;

	while ((at = next_value(at, &name, &len, &number)))
		json_object_array_add(array,
				      json_object_new_string_len(name, len));
	return array;
}

/* A value as JSON: bool, int, the name of an enum's value, or hexadecimal bytes. */
json_object *config_json(const struct config_param *param, const __u8 *data)
{
	const struct config_field *field = param->field;
	uint64_t number;
	const char *name;
	size_t len;

	if (field->type == CONFIG_BYTES)
		return json_hex(data + field->start / 8, field->width / 8);
	number = config_number(param, data);
	if (field->type == CONFIG_BOOL)
		return json_object_new_boolean(number);
	name = field->type == CONFIG_ENUM ? value_name(field, number, &len) :
					    NULL;
	return name ? json_object_new_string_len(name, len) :
		      json_object_new_uint64(number);
}

/* A value as text that config_parse() accepts; the caller frees it. */
char *config_text(const struct config_param *param, const __u8 *data)
{
	json_object *value = config_json(param, data);
	char *text = strdup(json_object_get_string(value));

	json_object_put(value);
	return text;
}

/* The least and the greatest number that a parameter may have. */
void config_range(struct config *config, const struct config_param *param,
		  uint64_t *min, uint64_t *max)
{
	const struct config_field *field = param->field;
	int64_t value;

	*min = 0;
	*max = config_mask(config_width(field));
	if (config && field->min &&
	    config_eval(config, param, field->min, &value) && value > 0)
		*min = value;
	if (config && field->max &&
	    config_eval(config, param, field->max, &value) && value >= 0 &&
	    (uint64_t)value < *max)
		*max = value;
}

static bool parse_bool(const char *text, uint64_t *value)
{
	static const char * const words[] = { "false", "true", "no", "yes",
					      "off", "on", "0", "1" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcasecmp(text, words[i])) {
			*value = i % 2;
			return true;
		}
	}
	return false;
}

static bool parse_integer(const char *text, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	return isdigit((unsigned char)*text) && !errno && !*end;
}

/* Parse the name of an enum's value, in upper or lower case, or its number. */
static bool parse_enum(const struct config_field *field, const char *text,
		       uint64_t *value)
{
	const char *at = field->values, *name;
	size_t len;

	while ((at = next_value(at, &name, &len, value)))
		if (strlen(text) == len && !strncasecmp(text, name, len))
			return true;
	return parse_integer(text, value) && value_name(field, *value, &len);
}

static int parse_bytes(struct config *config, const struct config_param *param,
		       const char *text)
{
	const struct config_field *field = param->field;
	struct buffer bytes = {};

	if (!parse_hex(config->run, text, CONFIG_MAX_ITEM, &bytes)) {
		if (bytes.len == field->width / 8)
			memcpy(param->item->data[CONFIG_WANTED] +
			       field->start / 8, bytes.data, bytes.len);
		else
			fail(config->run, FWCTL_EXIT_USAGE,
			     "%s: needs %u bytes, not %zu", param->name,
			     field->width / 8, bytes.len);
	}
	free(bytes.data);
	return config->run->code;
}

/* The field that must be 1 for a parameter to take effect, or NULL. */
static const struct config_field *valid_field(struct config *config,
					      const struct config_field *field)
{
	const struct config_catalogue *names = &config->names;
	size_t i;

	for (i = 0; field->valid && i < names->nfields; i++)
		if (names->fields[i].tlv == field->tlv &&
		    !strcmp(names->fields[i].field, field->valid))
			return &names->fields[i];
	return NULL;
}

/*
 * Make a value the wanted one; returns an exit code. If the parameter already has
 * the value, only @insisted sets the field that makes it take effect: applying a
 * file that was just exported changes nothing.
 */
int config_parse(struct config *config, const struct config_param *param,
		 const char *text, bool insisted)
{
	static const char * const what[] = {
		"true or false", "a number", "one of the names of its values",
	};
	const struct config_field *field = param->field;
	struct config_param valid = { .item = param->item };
	__u8 *data = param->item->data[CONFIG_WANTED];
	uint64_t value = 0;
	bool good;

	if (!config_read(config, param->item, CONFIG_WANTED) ||
	    !inside(field, param->item))
		return fail(config->run, FWCTL_EXIT_UNSUPPORTED,
			    "%s: the device has no such parameter; see 'fwctl mlx5 config list %s'",
			    param->name, config->run->argv[0]);
	if (field->type == CONFIG_BYTES)
		return parse_bytes(config, param, text);
	if (field->type == CONFIG_BOOL)
		good = parse_bool(text, &value);
	else if (field->type == CONFIG_ENUM)
		good = parse_enum(field, text, &value);
	else
		good = parse_integer(text, &value);
	if (good && value > config_mask(config_width(field)))
		return fail(config->run, FWCTL_EXIT_USAGE,
			    "%s=%s: is not a number from 0 to %llu", param->name,
			    text, (unsigned long long)config_mask(config_width(field)));
	/* A device may have a value that its enum has no name for. */
	if (!good && !(field->type == CONFIG_ENUM && parse_integer(text, &value) &&
		       value == config_number(param, data)))
		return fail(config->run, FWCTL_EXIT_USAGE,
			    "%s=%s: is not %s%s%s", param->name, text,
			    what[field->type],
			    field->values ? ": " : "",
			    field->values ? field->values : "");
	if (value == config_number(param, data) && !insisted)
		return 0;
	config_set_number(param, data, value);
	valid.field = valid_field(config, field);
	if (valid.field && !valid.field->elements &&
	    valid.field->type != CONFIG_BYTES)
		config_set_number(&valid, data, 1);
	return 0;
}

/* Copy a parameter's value, and whether it takes effect, from a view. */
void config_copy(struct config *config, const struct config_param *param,
		 enum config_view from)
{
	const __u8 *source = param->item->data[from];
	__u8 *data = param->item->data[CONFIG_WANTED];
	struct config_param valid = *param;

	if (param->field->type == CONFIG_BYTES) {
		memcpy(data + param->field->start / 8,
		       source + param->field->start / 8,
		       param->field->width / 8);
		return;
	}
	config_set_number(param, data, config_number(param, source));
	valid.field = valid_field(config, param->field);
	if (valid.field)
		config_set_number(&valid, data, config_number(&valid, source));
}

/* Can a parameter have the value that is wanted? Returns an exit code. */
int config_check(struct config *config, const struct config_param *param)
{
	const struct config_field *field = param->field;
	struct run *run = config->run;
	uint64_t value, min, max;
	int64_t holds;

	if (!config_probe(config, param))
		return run->code ?: fail(run, FWCTL_EXIT_UNSUPPORTED,
			"%s: the device does not have this parameter: it needs %s",
			param->name, field->needs ? field->needs : "newer firmware");
	if (field->type == CONFIG_BYTES)
		return 0;
	value = config_number(param, param->item->data[CONFIG_WANTED]);
	config_range(config, param, &min, &max);
	if (value < min || value > max)
		return run->code ?: fail(run, FWCTL_EXIT_USAGE,
			"%s=%llu: the device accepts %llu to %llu", param->name,
			(unsigned long long)value, (unsigned long long)min,
			(unsigned long long)max);
	if (field->rule && config_eval(config, param, field->rule, &holds) &&
	    !holds)
		return fail(run, FWCTL_EXIT_USAGE,
			    "%s=%llu: violates the rule %s", param->name,
			    (unsigned long long)value, field->rule);
	return run->code;
}
