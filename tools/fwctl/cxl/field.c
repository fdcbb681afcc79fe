// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fields of a feature's value: where they are, their numbers, names and ranges.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cxl.h"

/* Number of elements behind the fixed part of a value that is read. */
static unsigned int elements(const struct cxl_value *value)
{
	const struct cxl_feature *feature = value->feature;

	if (!feature->get_each || value->len < feature->get_len)
		return 0;
	return (value->len - feature->get_len) / feature->get_each;
}

/*
 * Go on to the next field, from an empty place to the first. Fields of elements come
 * in the order of the elements. False behind the last one.
 */
bool cxl_next_place(const struct cxl_value *value, struct cxl_place *place)
{
	const struct cxl_field *fields = value->feature ?
					 value->feature->fields : NULL;
	const struct cxl_field *next = place->field ? place->field + 1 : fields;
	bool each = place->field && place->field->flags & CXL_EACH;

	if (!fields)
		return false;
	for (;; next++) {
		if (next->name && !!(next->flags & CXL_EACH) == each)
			break;
		if (next->name)
			continue;
		/* Behind the last field: the next element begins. */
		if (each)
			place->element++;
		each = true;
		if (place->element >= elements(value))
			return false;
		next = fields - 1;
	}
	place->field = next;
	snprintf(place->name, sizeof(place->name), each ? "%s[%u]" : "%s",
		 next->name, place->element);
	return true;
}

/* The first bit of a field, whose first bit in its part of the value is @bit. */
static size_t first_bit(const struct cxl_place *place, __u16 bit, __u16 fixed,
			__u16 each)
{
	size_t part = place->field->flags & CXL_EACH ?
		      fixed + (size_t)each * place->element : 0;

	return 8 * part + bit;
}

/* The number in some bits; false if the bytes are too few. */
static bool get_bits(const __u8 *data, size_t len, size_t bit, unsigned int width,
		     __u32 *number)
{
	unsigned int i;

	if (bit + width > 8 * len)
		return false;
	*number = 0;
	for (i = 0; i < width; i++, bit++)
		*number |= (__u32)(data[bit / 8] >> bit % 8 & 1) << i;
	return true;
}

/* A field of the value that was read; false if the value is too short. */
bool cxl_get_field(const struct cxl_value *value, const struct cxl_place *place,
		   __u32 *number)
{
	return get_bits(value->data, value->len,
			first_bit(place, place->field->get,
				  value->feature->get_len,
				  value->feature->get_each),
			place->field->width, number);
}

/* The first bit of a field in a value to write. */
static size_t wanted_bit(const struct cxl_value *value,
			 const struct cxl_place *place)
{
	return first_bit(place, place->field->set, value->feature->set_len,
			 value->feature->set_each);
}

/* A field of a value to write; false if that has no such field. */
bool cxl_get_wanted(const struct cxl_value *value, const struct cxl_place *place,
		    const __u8 *data, size_t len, __u32 *number)
{
	return place->field->set != CXL_NOT_SET &&
	       get_bits(data, len, wanted_bit(value, place),
			place->field->width, number);
}

/* Set a field of a value to write; false if that has no such field. */
bool cxl_put_field(const struct cxl_value *value, const struct cxl_place *place,
		   __u8 *data, size_t len, __u32 number)
{
	size_t bit = wanted_bit(value, place);
	unsigned int i;

	if (place->field->set == CXL_NOT_SET ||
	    bit + place->field->width > 8 * len)
		return false;
	for (i = 0; i < place->field->width; i++, bit++) {
		data[bit / 8] &= ~(1U << bit % 8);
		data[bit / 8] |= (number >> i & 1) << bit % 8;
	}
	return true;
}

/* The name of a number, or NULL. */
const char *cxl_meaning(const struct cxl_field *field, __u32 number)
{
	const struct cxl_name *name;

	for (name = field->names; name && name->name; name++)
		if (name->value == number)
			return name->name;
	return NULL;
}

static __u32 least(const struct cxl_value *value, const struct cxl_place *place)
{
	struct cxl_place other = {};
	__u32 number = 0;

	while (place->field->least && cxl_next_place(value, &other))
		if (!strcmp(other.name, place->field->least))
			cxl_get_field(value, &other, &number);
	return number;
}

static __u32 most(const struct cxl_field *field)
{
	return (1U << field->width) - 1;
}

/* The valid values of a field, as text. */
void cxl_range(const struct cxl_value *value, const struct cxl_place *place,
	       char *text, size_t size)
{
	const struct cxl_name *name;
	size_t len = 0;

	if (!place->field->names) {
		snprintf(text, size, "%u..%u", least(value, place),
			 most(place->field));
		return;
	}
	for (name = place->field->names; name->name && len < size; name++)
		len += snprintf(text + len, size - len, "%s%s", len ? "|" : "",
				name->name);
}

/* Get the number that a text names; false if the field has no such value. */
bool cxl_parse(const struct cxl_value *value, const struct cxl_place *place,
	       const char *text, __u32 *number)
{
	const struct cxl_field *field = place->field;
	const struct cxl_name *name;
	unsigned long parsed;
	char *end;

	for (name = field->names; name && name->name; name++)
		if (!strcasecmp(name->name, text)) {
			*number = name->value;
			return true;
		}
	errno = 0;
	parsed = strtoul(text, &end, 0);
	if (errno || *end || end == text || strchr(text, '-') ||
	    parsed > most(field))
		return false;
	*number = parsed;
	return field->names ? !!cxl_meaning(field, parsed) :
			      parsed >= least(value, place);
}

/* Number of letters to insert, remove or replace to get one word from another. */
static unsigned int distance(const char *one, const char *other)
{
	unsigned int row[64], i, j, last, above, len = strlen(other);

	if (len >= ARRAY_SIZE(row))
		return len;
	for (j = 0; j <= len; j++)
		row[j] = j;
	for (i = 1; *one; i++, one++) {
		last = row[0];
		row[0] = i;
		for (j = 1; j <= len; j++) {
			above = row[j];
			row[j] = last + (*one != other[j - 1]);
			if (row[j] > above + 1)
				row[j] = above + 1;
			if (row[j] > row[j - 1] + 1)
				row[j] = row[j - 1] + 1;
			last = above;
		}
	}
	return row[len];
}

/* Keep a name if no earlier one is more like the word, and half of it fits. */
void cxl_compare(struct cxl_nearest *nearest, const char *word, const char *name)
{
	unsigned int much = distance(word, name);

	if (much > strlen(name) / 2 ||
	    (*nearest->name && much >= nearest->distance))
		return;
	snprintf(nearest->name, sizeof(nearest->name), "%s", name);
	nearest->distance = much;
}
