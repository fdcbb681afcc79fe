// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON objects: making values, adding them and reading them.
 */
#include <json-c/printbuf.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/*
 * Add a value; @object takes over the reference. NULL stands for null. The key is not
 * copied: callers give constants.
 */
void json_add(json_object *object, const char *key, json_object *value)
{
	json_object_object_add_ex(object, key, value, JSON_C_OBJECT_ADD_CONSTANT_KEY);
}

/* Length of the UTF-8 sequence at the beginning of text, 0 if that is invalid. */
static int utf8_len(const unsigned char *text)
{
	static const unsigned int least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	int len = *text < 0x80 ? 1 : *text < 0xc2 ? 0 : *text < 0xe0 ? 2 :
		  *text < 0xf0 ? 3 : *text < 0xf5 ? 4 : 0;
	unsigned int code = len > 1 ? *text & (0x7f >> len) : *text;
	int i;

	for (i = 1; i < len; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (len > 1 && (code < least[len] || code > 0x10ffff ||
			(code >= 0xd800 && code < 0xe000)))
		return 0;
	return len;
}

/*
 * A JSON string, or null for NULL. JSON is UTF-8, but names of processes and files
 * can have any bytes: invalid ones become the replacement character.
 */
json_object *json_text(const char *text)
{
	const unsigned char *bytes = (const unsigned char *)text;
	json_object *string;
	char *copy, *end;
	int len;

	if (!text)
		return NULL;
	copy = malloc(3 * strlen(text) + 1);
	if (!copy)
		return NULL;
	for (end = copy; *bytes; bytes += len ? len : 1) {
		len = utf8_len(bytes);
		if (len)
			end = mempcpy(end, bytes, len);
		else
			end = mempcpy(end, "\xef\xbf\xbd", 3);
	}
	string = json_object_new_string_len(copy, end - copy);
	free(copy);
	return string;
}

/* Bytes as a JSON string of hexadecimal digits. */
json_object *json_hex(const void *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *bytes = data;
	json_object *string;
	char *text;
	size_t i;

	text = malloc(2 * len + 1);
	if (!text)
		return NULL;
	for (i = 0; i < len; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	string = json_object_new_string_len(text, 2 * len);
	free(text);
	return string;
}

static bool quoting;

static int print_identifier(json_object *object, struct printbuf *buf, int level, int flags)
{
	uint64_t number = json_object_get_uint64(object);

	(void)level;
	(void)flags;
	if (quoting)
		return sprintbuf(buf, "\"0x%llx\"", (unsigned long long)number);
	return sprintbuf(buf, "%llu", (unsigned long long)number);
}

/*
 * An identifier, address or mask of up to 64 bits. Programs that read numbers as floating
 * point, such as jq, lose bits above the lowest 53: since version 2 it is printed as text.
 */
json_object *json_identifier(uint64_t number)
{
	json_object *object = json_object_new_uint64(number);

	json_object_set_serializer(object, print_identifier, NULL, NULL);
	return object;
}

/* Are identifiers to be printed as text from now on? */
void json_quote_identifiers(bool quote)
{
	quoting = quote;
}

/* The names of scopes in a mask, as a JSON array. */
json_object *json_scopes(unsigned int scopes)
{
	json_object *array = json_object_new_array_ext(__builtin_popcount(scopes));
	unsigned int scope;
	const char *name;

	for (scope = 0; scope < 32; scope++) {
		name = fwctl_scope_name((enum fwctl_rpc_scope)scope);
		if (name && scopes & (1U << scope))
			json_object_array_add(array, json_text(name));
	}
	return array;
}

/* The string at a key of an object, or NULL. */
const char *string_of(json_object *object, const char *key)
{
	json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

/* The number at a key of an object, or 0. */
uint64_t number_of(json_object *object, const char *key)
{
	return json_object_get_uint64(json_object_object_get(object, key));
}
