/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The non-volatile configuration of a ConnectX: items (TLVs), the parameters in
 * them, and their values in a device.
 */
#ifndef _FWCTL_MLX5_CONFIG_H
#define _FWCTL_MLX5_CONFIG_H

#include "access.h"

#define CONFIG_MAX_ITEM 256
#define CONFIG_MAX_NAME 96

/* Bits 31:24 of an item's type; they decide the meaning of the bits below. */
enum config_class {
	CONFIG_GLOBAL = 0,
	CONFIG_PORT = 1,
	CONFIG_FUNCTION = 3,
	CONFIG_HOST = 7,
	CONFIG_MODULE = 9,
};

enum config_type { CONFIG_BOOL, CONFIG_INT, CONFIG_ENUM, CONFIG_BYTES };

/* When a new value takes effect: at a reset of the firmware, or at a boot of the host. */
enum config_effect { CONFIG_AT_RESET, CONFIG_AT_BOOT };

/**
 * struct config_tlv - an item, as a catalogue describes it
 * @name: its name in expressions
 * @class: &enum config_class
 * @index: its number in its class
 * @len: length in bytes
 * @effect: &enum config_effect
 */
struct config_tlv {
	const char *name;
	unsigned int class;
	unsigned int index;
	unsigned int len;
	unsigned int effect;
};

/**
 * struct config_field - a part of an item
 * @name: name of its parameter, or NULL if only expressions use it
 * @field: its name in expressions
 * @tlv: index of its item in the catalogue
 * @start: its lowest bit: 8 * BYTE + BIT of the big-endian dword at BYTE; of
 *	bytes and arrays 8 * BYTE
 * @width: in bits; of an array the sum of all elements
 * @type: &enum config_type
 * @version: the first version of the item that has it
 * @values: names of an enum's values, "A=0x0,B=1", or NULL
 * @min: expression for its least value, or NULL
 * @max: expression for its greatest value, or NULL
 * @needs: expression that is true if a device has it, or NULL
 * @valid: the field that a write of this one sets to 1, or NULL
 * @text: its description, or NULL
 * @rule: expression that must be true of its item, or NULL
 * @elements: number of elements of an array of bytes, else 0
 */
struct config_field {
	const char *name;
	const char *field;
	unsigned int tlv;
	unsigned int start;
	unsigned int width;
	unsigned int type;
	unsigned int version;
	const char *values;
	const char *min;
	const char *max;
	const char *needs;
	const char *valid;
	const char *text;
	const char *rule;
	unsigned int elements;
};

/**
 * struct config_catalogue - the known items and their fields
 * @source: where they come from: "own" or "mstflint"
 * @tlvs: items, sorted by class and index
 * @ntlvs: number of @tlvs
 * @fields: fields, sorted by item and place
 * @nfields: number of @fields
 * @texts: strings to be freed, or NULL
 * @ntexts: number of @texts
 */
struct config_catalogue {
	const char *source;
	struct config_tlv *tlvs;
	size_t ntlvs;
	struct config_field *fields;
	size_t nfields;
	char **texts;
	size_t ntexts;
};

/*
 * The values of an item. A device has the first three: from the factory, in use
 * now, used after the next start. CONFIG_WANTED exists only in the tool.
 */
enum config_view { CONFIG_DEFAULT, CONFIG_CURRENT, CONFIG_NEXT, CONFIG_WANTED };

#define CONFIG_VIEWS 4

/**
 * struct config_item - an item of a device, with the values that were read
 * @tlv: its description in the catalogue
 * @instance: number of its port (from 1), of its module (from 0), else 0
 * @read: mask of the views in @data; each is read at most once
 * @missing: mask of views that the device does not have
 * @len: length in bytes, as the device reports it
 * @version: as the device reports it
 * @data: its bytes, by view
 */
struct config_item {
	const struct config_tlv *tlv;
	unsigned int instance;
	unsigned int read;
	unsigned int missing;
	unsigned int len;
	unsigned int version;
	__u8 data[CONFIG_VIEWS][CONFIG_MAX_ITEM];
};

/**
 * struct config_param - a parameter of a device
 * @field: its description in the catalogue
 * @item: the item that it is in
 * @element: index in an array
 * @name: its name for users, with _P1, _M0 or [0] where there are several
 */
struct config_param {
	const struct config_field *field;
	struct config_item *item;
	unsigned int element;
	char name[CONFIG_MAX_NAME];
};

/**
 * struct config - the configuration of a device
 * @run: the command
 * @dev: the device
 * @names: the catalogue
 * @accesses: scopes that its registers need, and the number of requests
 * @changed: true if the device was changed
 * @items: sorted by item of the catalogue and instance
 * @nitems: number of @items
 * @params: all that the catalogue and the number of ports allow
 * @nparams: number of @params
 */
struct config {
	struct run *run;
	struct fwctl_dev *dev;
	struct config_catalogue names;
	struct accesses accesses;
	bool changed;
	struct config_item *items;
	size_t nitems;
	struct config_param *params;
	size_t nparams;
};

/* config-params.c */
int config_names(struct run *run, const char *database,
		 struct config_catalogue *names);
void config_free_names(struct config_catalogue *names);
const char *config_class_name(unsigned int class);
const char *config_type_name(unsigned int type);

/* config-device.c */
int config_open(struct run *run, const char *database, struct config *config);
void config_close(struct config *config);
bool config_read(struct config *config, struct config_item *item,
		 enum config_view view);
int config_write(struct config *config, struct config_item *item,
		 const __u8 *data);
int config_reread(struct config *config, struct config_item *item);
struct config_item *config_item(struct config *config,
				const struct config_tlv *tlv,
				unsigned int instance);
unsigned int config_width(const struct config_field *field);
uint64_t config_mask(unsigned int width);
uint64_t config_number(const struct config_param *param, const __u8 *data);
void config_set_number(const struct config_param *param, __u8 *data,
		       uint64_t value);

/* config-value.c */
bool config_probe(struct config *config, const struct config_param *param);
json_object *config_json(const struct config_param *param, const __u8 *data);
char *config_text(const struct config_param *param, const __u8 *data);
int config_parse(struct config *config, const struct config_param *param,
		 const char *text, bool insisted);
void config_copy(struct config *config, const struct config_param *param,
		 enum config_view from);
int config_check(struct config *config, const struct config_param *param);
void config_range(struct config *config, const struct config_param *param,
		  uint64_t *min, uint64_t *max);
json_object *config_values(const struct config_field *field);

/* config-expr.c */
bool config_eval(struct config *config, const struct config_param *param,
		 const char *text, int64_t *value);

/* config-change.c */
bool config_differs(const struct config *config);
bool config_dirty(const struct config_item *item);
json_object *config_plan(struct config *config);
int config_agree(struct config *config, json_object *plan, bool yes);
int config_change(struct config *config, const char *rollback);

/* config.c, config-file.c: the commands */
struct config_param *config_find(struct config *config, const char *name,
				 size_t len);
int config_finish(struct config *config, json_object *plan,
		  const char *rollback);
json_object *config_result(struct config *config);
int config_list_run(struct run *run);
int config_query_run(struct run *run);
int config_set_run(struct run *run);
int config_reset_run(struct run *run);
int config_export_run(struct run *run);
int config_diff_run(struct run *run);
int config_apply_run(struct run *run);
void config_params_text(struct run *run);
void config_changes_text(struct run *run);
void config_export_text(struct run *run);
extern const struct column_spec config_list_columns[], config_query_columns[],
	config_change_columns[], config_diff_columns[];
extern const struct option_spec config_options[], config_set_options[],
	config_reset_options[], config_diff_options[], config_apply_options[];

#endif
