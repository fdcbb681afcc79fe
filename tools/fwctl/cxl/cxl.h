/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Features of CXL devices: the table of known ones, their values by field, and the
 * requests.
 */
#ifndef _FWCTL_TOOL_CXL_H
#define _FWCTL_TOOL_CXL_H

#include <cxl/features.h>
#include <fwctl/cxl.h>

#include "../tool.h"

#define CXL_GET_SUPPORTED_FEATURES 0x0500
#define CXL_GET_FEATURE 0x0501
#define CXL_SET_FEATURE 0x0502
#define CXL_UUID_LEN 37

/**
 * struct cxl_name - the name of a field's value; a table ends with an empty one
 * @value: the value
 * @name: its name
 */
struct cxl_name {
	__u8 value;
	const char *name;
};

/* The place of a field in the written value, if it is in the read value only. */
#define CXL_NOT_SET 0xffff

/**
 * enum cxl_field_flags - properties of a field
 * @CXL_EACH: there is one in each element behind the fixed part
 * @CXL_ACTION: 1 triggers an action: a write of other fields has 0, and reading
 *	back says nothing
 */
enum cxl_field_flags {
	CXL_EACH = 1 << 0,
	CXL_ACTION = 1 << 1,
};

/**
 * struct cxl_field - a field of a feature; a table of them ends with an empty one
 * @name: its name on the command line
 * @about: one line about it
 * @unit: unit of its number, or NULL
 * @names: names of its values, which are all that are valid, or NULL for a number
 * @least: the field with its minimum, or NULL for 0
 * @get: its first bit in the value that Get Feature returns; with %CXL_EACH in the
 *	element
 * @set: its first bit in the value that Set Feature takes, or %CXL_NOT_SET
 * @width: number of its bits, at most 16
 * @flags: &enum cxl_field_flags
 *
 * Bits are numbered as in a little-endian number: bit 8 is the lowest of byte 1.
 */
struct cxl_field {
	const char *name;
	const char *about;
	const char *unit;
	const struct cxl_name *names;
	const char *least;
	__u16 get;
	__u16 set;
	__u8 width;
	__u8 flags;
};

/**
 * struct cxl_feature - a feature with known fields; a table ends with an empty one
 * @name: its name on the command line
 * @uuid: its UUID
 * @about: one line about it
 * @fields: its fields
 * @get_len: bytes of the fixed part of the value that Get Feature returns
 * @set_len: bytes of the fixed part of the value that Set Feature takes
 * @get_each: bytes of an element behind it, or 0
 * @set_each: likewise
 */
struct cxl_feature {
	const char *name;
	const char *uuid;
	const char *about;
	const struct cxl_field *fields;
	__u16 get_len;
	__u16 set_len;
	__u16 get_each;
	__u16 set_each;
};

/**
 * struct cxl_value - the value of a feature of a device
 * @feature: the feature, or NULL if its fields are not known
 * @entry: as Get Supported Features describes it
 * @uuid: its UUID as text
 * @data: the value as read
 * @len: bytes of @data
 */
struct cxl_value {
	const struct cxl_feature *feature;
	struct cxl_feat_entry entry;
	char uuid[CXL_UUID_LEN];
	__u8 *data;
	size_t len;
};

/**
 * struct cxl_place - a field of a value, with its element
 * @field: the field
 * @element: number of the element, 0 in the fixed part
 * @name: the field's name, with the element's number in brackets
 */
struct cxl_place {
	const struct cxl_field *field;
	unsigned int element;
	char name[48];
};

/* table.c */
extern const struct cxl_feature cxl_features[];

/**
 * struct cxl_nearest - the name that is most like a word
 * @name: the name, or empty if none is similar
 * @distance: number of letters that differ
 */
struct cxl_nearest {
	char name[48];
	unsigned int distance;
};

/* field.c */
bool cxl_next_place(const struct cxl_value *value, struct cxl_place *place);
bool cxl_get_field(const struct cxl_value *value, const struct cxl_place *place,
		   __u32 *number);
bool cxl_get_wanted(const struct cxl_value *value, const struct cxl_place *place,
		    const __u8 *data, size_t len, __u32 *number);
bool cxl_put_field(const struct cxl_value *value, const struct cxl_place *place,
		   __u8 *data, size_t len, __u32 number);
const char *cxl_meaning(const struct cxl_field *field, __u32 number);
void cxl_range(const struct cxl_value *value, const struct cxl_place *place,
	       char *text, size_t size);
bool cxl_parse(const struct cxl_value *value, const struct cxl_place *place,
	       const char *text, __u32 *number);
void cxl_compare(struct cxl_nearest *nearest, const char *word, const char *name);

/* mailbox.c */
const char *cxl_status_name(__u32 status);
int cxl_read_entries(struct run *run, struct fwctl_dev *dev,
		     struct cxl_feat_entry **entries, size_t *count,
		     json_object *report);
int cxl_read_value(struct run *run, struct fwctl_dev *dev,
		   enum cxl_get_feat_selection selection,
		   struct cxl_value *value, json_object *report);
int cxl_write_value(struct run *run, struct fwctl_dev *dev,
		    const struct cxl_value *value, __u32 flags, const __u8 *data,
		    size_t len, json_object *report);
void cxl_uuid_text(const __u8 *uuid, char text[CXL_UUID_LEN]);

/* effect.c */
#define CXL_EFFECT_LEN 96
void cxl_effect_text(__u16 effects, char text[CXL_EFFECT_LEN]);
bool cxl_at_once(__u16 effects);
int cxl_scope(__u16 effects);

/* feature.c */
extern const struct option_spec cxl_get_options[];
extern const struct column_spec cxl_list_columns[], cxl_get_columns[];
int cxl_find_value(struct run *run, struct fwctl_dev *dev,
		   struct cxl_value *value);
json_object *cxl_json_number(const struct cxl_field *field, __u32 number);
void cxl_add_value(json_object *report, const struct cxl_value *value);
void cxl_fail_field(struct run *run, const struct cxl_value *value,
		    const char *word);
int cxl_list_run(struct run *run);
int cxl_get_run(struct run *run);
void cxl_list_text(struct run *run);
void cxl_get_text(struct run *run);

/* feature-set.c */
extern const struct option_spec cxl_set_options[];
extern const struct column_spec cxl_set_columns[];
int cxl_set_run(struct run *run);
void cxl_set_text(struct run *run);

#endif
