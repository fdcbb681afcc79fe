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

/* A value as JSON: bool, int, the name of an enum's value, or hexadecimal bytes. */
json_object *config_json(const struct config_param *param, const __u8 *data)
{
	const struct config_field *field = param->field;
	char name[CONFIG_MAX_NAME];
	uint64_t number;

	if (field->type == CONFIG_BYTES)
		return json_hex(data + field->start / 8, field->width / 8);
	number = config_number(param, data);
	if (field->type == CONFIG_BOOL)
		return json_object_new_boolean(number);
	return config_value_name(field, number, name, sizeof(name)) ?
	       json_object_new_string(name) : json_object_new_uint64(number);
}

/* A value as text that config_parse() accepts; the caller frees it. */
char *config_text(const struct config_param *param, const __u8 *data)
{
	json_object *value = config_json(param, data);
	char *text;

	if (param->field->type != CONFIG_BINARY)
		text = strdup(json_object_get_string(value));
	else if (asprintf(&text, "0x%llx",
			  (unsigned long long)config_number(param, data)) < 0)
		text = NULL;
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

static bool parse_digits(const char *text, int base, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, base);
	return isxdigit((unsigned char)*text) && !errno && !*end;
}

/* Parse a decimal or hexadecimal number; 010 may be either, or octal, and is none. */
static bool parse_integer(const char *text, uint64_t *value)
{
	if (text[0] == '0' && (text[1] | 0x20) == 'x')
		return parse_digits(text, 16, value);
	return isdigit((unsigned char)*text) && (*text != '0' || !text[1]) &&
	       parse_digits(text, 10, value);
}

/*
 * Parse a number that mstconfig takes for hexadecimal without 0x. One that would be
 * another number in decimal is refused.
 */
static bool parse_binary(const char *text, uint64_t *value)
{
	if (parse_integer(text, value) && (text[1] | 0x20) == 'x')
		return true;
	return (!text[0] || !text[1] || strpbrk(text, "abcdefABCDEF")) &&
	       strspn(text, "0123456789abcdefABCDEF") == strlen(text) &&
	       parse_digits(text, 16, value);
}

/* Parse a value that has no number in parentheses. */
static bool parse_plain(const struct config_field *field, const char *text,
			uint64_t *value)
{
	char name[CONFIG_MAX_NAME];

	switch (field->type) {
	case CONFIG_BOOL:
		return parse_bool(text, value) ||
		       (parse_integer(text, value) && *value <= 1);
	case CONFIG_ENUM:
		return config_value_number(field, text, value) ||
		       (parse_integer(text, value) &&
			config_value_name(field, *value, name, sizeof(name)));
	case CONFIG_BINARY:
		return parse_binary(text, value);
	default:
		return parse_integer(text, value);
	}
}

/* Parse a value, also as mstconfig prints it: True(1), ETH(2), 0x10(16). */
static bool parse_value(const struct config_field *field, const char *text,
			uint64_t *value)
{
	const char *open = strchr(text, '(');
	char word[CONFIG_MAX_NAME];
	uint64_t number;
	char *end;

	if (!open)
		return parse_plain(field, text, value);
	number = strtoull(open + 1, &end, 10);
	if (!isdigit((unsigned char)open[1]) || strcmp(end, ")") ||
	    open - text >= (long)sizeof(word))
		return false;
	snprintf(word, sizeof(word), "%.*s", (int)(open - text), text);
	return (parse_plain(field, word, value) ||
		(field->type == CONFIG_INT && parse_integer(word, value))) &&
	       *value == number;
}

int config_fail_missing(struct config *config, const struct config_param *param)
{
	char *why = NULL;

	config_missing(config, param, &why);
	fail(config->run, FWCTL_EXIT_UNSUPPORTED, "%s", why ? why : "no memory");
	free(why);
	return config->run->code;
}

int config_fail_read_only(struct config *config, const struct config_param *param)
{
	return fail(config->run, FWCTL_EXIT_UNSUPPORTED,
		    "%s: read-only on this card", param->name);
}

static int parse_bytes(struct config *config, const struct config_param *param,
		       const char *text)
{
	const struct config_field *field = param->field;
	__u8 *data = param->item->data[CONFIG_WANTED] + field->start / 8;
	struct buffer bytes = {};

	if (!parse_hex(config->run, text, CONFIG_MAX_ITEM, &bytes)) {
		if (bytes.len != field->width / 8)
			fail(config->run, FWCTL_EXIT_USAGE,
			     "%s: needs %u bytes, not %zu", param->name,
			     field->width / 8, bytes.len);
		else if (!param->item->writable &&
			 memcmp(data, bytes.data, bytes.len))
			config_fail_read_only(config, param);
		else
			memcpy(data, bytes.data, bytes.len);
	}
	free(bytes.data);
	return config->run->code;
}

static int fail_value(struct config *config, const struct config_param *param,
		      const char *text)
{
	const struct config_field *field = param->field;
	struct run *run = config->run;
	uint64_t min, max;

	config_range(config, param, &min, &max);
	switch (field->type) {
	case CONFIG_BOOL:
		return fail(run, FWCTL_EXIT_USAGE, "%s=%s: is not true or false",
			    param->name, text);
	case CONFIG_ENUM:
		return fail(run, FWCTL_EXIT_USAGE,
			    "%s=%s: is not one of the names of its values: %s",
			    param->name, text, field->values ? field->values : "");
	case CONFIG_BINARY:
		return fail(run, FWCTL_EXIT_USAGE,
			    "%s=%s: is not a number from 0x%llx to 0x%llx; write hexadecimal digits with 0x in front",
			    param->name, text, (unsigned long long)min,
			    (unsigned long long)max);
	default:
		return fail(run, FWCTL_EXIT_USAGE,
			    "%s=%s: is not a number from %llu to %llu, decimal, or hexadecimal with 0x in front",
			    param->name, text, (unsigned long long)min,
			    (unsigned long long)max);
	}
}

/* Does the next value differ from the default or from the current one? */
bool config_is_changed(struct config *config, const struct config_param *param)
{
	static const enum config_view others[] = { CONFIG_DEFAULT, CONFIG_CURRENT };
	struct config_item *item = param->item;
	json_object *next = config_json(param, item->data[CONFIG_NEXT]), *value;
	bool changed = false;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		if (!config_read(config, item, others[i])) {
			changed |= !item->unset;
			continue;
		}
		value = config_json(param, item->data[others[i]]);
		changed |= !json_object_equal(next, value);
		json_object_put(value);
	}
	json_object_put(next);
	return changed;
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
	const struct config_field *field = param->field;
	struct config_param valid = { .item = param->item };
	__u8 *data = param->item->data[CONFIG_WANTED];
	uint64_t value = 0;
	bool good;

	if (!config_read(config, param->item, CONFIG_WANTED) ||
	    !inside(field, param->item))
		return config->run->code ?: config_fail_missing(config, param);
	if (field->type == CONFIG_BYTES)
		return parse_bytes(config, param, text);
	good = parse_value(field, text, &value);
	good &= value <= config_mask(config_width(field));
	/* A device may have a value that its enum has no name for. */
	if (!good && !(field->type == CONFIG_ENUM && parse_integer(text, &value) &&
		       value == config_number(param, data)))
		return fail_value(config, param, text);
	if (value == config_number(param, data) &&
	    (!insisted || !param->item->writable))
		return 0;
	if (!param->item->writable)
		return config_fail_read_only(config, param);
	config_set_number(param, data, value);
	valid.field = valid_field(config, field);
	if (valid.field && !valid.field->elements &&
	    valid.field->type != CONFIG_BYTES)
		config_set_number(&valid, data, 1);
	return 0;
}

/* Make bytes the wanted value of an item; returns an exit code. */
int config_take_item(struct config *config, struct config_item *item,
		     const void *data, size_t len)
{
	if (len != item->len)
		return fail(config->run, FWCTL_EXIT_USAGE,
			    "item 0x%08x (%s): needs %u bytes, not %zu",
			    config_item_type(item), item->tlv->name, item->len,
			    len);
	item->invalidate = false;
	memcpy(item->data[CONFIG_WANTED], data, len);
	if (item->writable || !config_dirty(item))
		return 0;
	return fail(config->run, FWCTL_EXIT_UNSUPPORTED,
		    "item 0x%08x (%s): read-only on this card",
		    config_item_type(item), item->tlv->name);
}

/* Make the default the wanted value of an item; returns an exit code. */
int config_take_default(struct config *config, struct config_item *item)
{
	static const __u8 zero[CONFIG_MAX_ITEM];
	bool known = config_read(config, item, CONFIG_DEFAULT);
	int code;

	code = config_take_item(config, item,
				known ? item->data[CONFIG_DEFAULT] : zero,
				item->len);
	item->invalidate = item->writable;
	return code;
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

/* Take a parameter's wanted value from the next one, as if nothing had changed it. */
void config_keep(struct config *config, const struct config_param *param)
{
	struct config_item *item = param->item;

	config_copy(config, param, CONFIG_NEXT);
	item->invalidate &= (item->unset || !item->writer) &&
			    !memcmp(item->data[CONFIG_WANTED],
				    item->data[CONFIG_DEFAULT], item->len);
}

/* Append to @text the wanted value of another parameter that a rule names, once. */
static void add_other(struct config *config, const struct config_param *param, char *word,
		      char *text, size_t size)
{
	char *field = strchr(word, '.'), *value;
	const struct config_param *other;
	char start[CONFIG_MAX_NAME + 2];
	size_t len = strlen(text);

	if (field)
		*field++ = 0;
	other = config_param_of(config, param, field ? word : NULL, field ? field : word);
	if (!other || other == param || !config_read(config, other->item, CONFIG_WANTED))
		return;
	snprintf(start, sizeof(start), "%s=", other->name);
	value = strstr(text, start) ? NULL :
		config_text(other, other->item->data[CONFIG_WANTED]);
	if (value)
		snprintf(text + len, size - len, "%s%s%s", len ? ", " : "", start, value);
	free(value);
}

/* List the other parameters of a rule that a parameter breaks, with their wanted values. */
static void list_others(struct config *config, const struct config_param *param, char *text,
			size_t size)
{
	const char *rule = param->field->rule;
	char word[2 * CONFIG_MAX_NAME];
	int end;

	*text = 0;
	for (; *rule; rule += end) {
		end = 1;
		if (sscanf(rule, "%191[A-Za-z0-9_.]%n", word, &end) == 1)
			add_other(config, param, word, text, size);
	}
}

/* Can a parameter have the value that is wanted? Returns an exit code. */
int config_check(struct config *config, const struct config_param *param)
{
	const struct config_field *field = param->field;
	struct run *run = config->run;
	uint64_t value, min, max;
	char others[256];
	int64_t holds;

	if (!config_probe(config, param))
		return run->code ?: config_fail_missing(config, param);
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
	    !holds) {
		list_others(config, param, others, sizeof(others));
		fail(run, FWCTL_EXIT_USAGE,
		     "%s=%llu: the card does not support this value together with %s",
		     param->name, (unsigned long long)value,
		     *others ? others : "its other settings");
	}
	return run->code;
}
