// SPDX-License-Identifier: GPL-2.0-only
/*
 * The names of an enum's values: "A=0x0,B=1".
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config.h"

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

/* Copy the name of an enum's value; returns false if it has none. */
bool config_value_name(const struct config_field *field, uint64_t value,
		       char *room, size_t size)
{
	const char *at = field->type == CONFIG_ENUM ? field->values : NULL;
	const char *name;
	uint64_t number;
	size_t len;

	while ((at = next_value(at, &name, &len, &number))) {
		if (number != value)
			continue;
		snprintf(room, size, "%.*s", (int)len, name);
		return true;
	}
	return false;
}

/* The number of an enum's value by its name, in upper or lower case. */
bool config_value_number(const struct config_field *field, const char *text,
			 uint64_t *value)
{
	const char *at = field->values, *name;
	size_t len;

	while ((at = next_value(at, &name, &len, value)))
		if (strlen(text) == len && !strncasecmp(text, name, len))
			return true;
	return false;
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
