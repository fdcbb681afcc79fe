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

/* Numbers of CONFIG_BINARY are hexadecimal in mstconfig. */
enum config_type {
	CONFIG_BOOL, CONFIG_INT, CONFIG_ENUM, CONFIG_BYTES, CONFIG_BINARY,
};

/*
 * When a new value takes effect: at a reset of the firmware, at a boot of the host, or
 * at a start after a power cycle.
 */
enum config_effect { CONFIG_AT_RESET, CONFIG_AT_BOOT, CONFIG_AT_POWER };

/**
 * struct config_tlv - an item, as a catalogue describes it
 * @name: its name in expressions
 * @class: &enum config_class
 * @index: its number in its class
 * @len: length in bytes
 * @effect: &enum config_effect
 * @first: index of its first field in the catalogue
 * @count: number of its fields
 */
struct config_tlv {
	const char *name;
	unsigned int class;
	unsigned int index;
	unsigned int len;
	unsigned int effect;
	unsigned int first;
	unsigned int count;
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
 * @database: the file of mstflint's, or NULL
 * @tlvs: items, sorted by class and index
 * @ntlvs: number of @tlvs
 * @fields: fields, sorted by item and place
 * @nfields: number of @fields
 * @texts: strings to be freed, or NULL
 * @ntexts: number of @texts
 * @borrowed: another catalogue owns all of these
 */
struct config_catalogue {
	const char *source;
	const char *database;
	struct config_tlv *tlvs;
	size_t ntlvs;
	struct config_field *fields;
	size_t nfields;
	char **texts;
	size_t ntexts;
	bool borrowed;
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
 * @other: it belongs to the function or host that the command names
 * @owner: the bits of its type that say which, else 0
 * @asked: the next four are valid
 * @known: the device has told the three after it (MNVQC); otherwise they are guesses
 * @readable: the device has the item
 * @writable: it can be written
 * @newest: the version that the device writes, 0 if it does not tell
 * @read: mask of the views in @data; each is read at most once
 * @missing: mask of views that the device does not have
 * @unset: the next value was never written, or invalidated: it reads as zero
 * @invalidate: the wanted value is the default: invalidate the item
 * @len: length in bytes, as the device reports it
 * @version: as the device reports it
 * @writer: number of the program that wrote the next value; 0: the default
 * @data: its bytes, by view
 */
struct config_item {
	const struct config_tlv *tlv;
	unsigned int instance;
	bool other;
	__u32 owner;
	bool asked;
	bool known;
	bool readable;
	bool writable;
	unsigned int newest;
	unsigned int read;
	unsigned int missing;
	bool unset;
	bool invalidate;
	unsigned int len;
	unsigned int version;
	unsigned int writer;
	__u8 data[CONFIG_VIEWS][CONFIG_MAX_ITEM];
};

/**
 * struct config_param - a parameter of a device
 * @field: its description in the catalogue
 * @item: the item that it is in
 * @element: index in an array
 * @asked: the command line sets it
 * @name: its name for users, with _P1, _M0 or [0] where there are several
 */
struct config_param {
	const struct config_field *field;
	struct config_item *item;
	unsigned int element;
	bool asked;
	char name[CONFIG_MAX_NAME];
};

/**
 * struct config - the configuration of a device
 * @run: the command
 * @dev: the device
 * @names: the catalogue
 * @accesses: scopes that its registers need, and the number of requests
 * @other: true if the parameters are those of another function or host, and only
 *	those of the classes function and host
 * @host: number of that host
 * @pf: number of that function of the host
 * @changed: true if values in the device were changed
 * @all: the wanted configuration is the default one, also of unknown items
 * @before: expressions are evaluated with the next values, not the wanted ones
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
	bool other;
	unsigned long host;
	unsigned long pf;
	bool changed;
	bool all;
	bool before;
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
const char *config_effect_name(const struct config_tlv *tlv);

/* config-item.c */
__u32 config_item_type(const struct config_item *item);
bool config_read(struct config *config, struct config_item *item,
		 enum config_view view);
int config_reread(struct config *config, struct config_item *item);
int config_write(struct config *config, struct config_item *item,
		 const __u8 *data);
int config_invalidate(struct config *config, struct config_item *item);
bool config_invalidate_all(struct config *config);
int config_check_other(struct config *config);

/* config-device.c */

/* A command that writes has the card's lock from its first read on. */
enum config_use { CONFIG_TO_READ, CONFIG_TO_WRITE };

int config_open(struct run *run, enum config_use use, struct config *config);
int config_open_second(struct config *first, const char *what,
		       struct config *config);
int config_lock(struct config *config);
void config_close(struct config *config);
struct config_item *config_item(struct config *config,
				const struct config_tlv *tlv,
				unsigned int instance);
bool config_dirty(const struct config_item *item);
struct config_item *config_item_of_type(struct config *config, __u32 type);
unsigned int config_width(const struct config_field *field);
bool config_is_number(const struct config_field *field);
uint64_t config_mask(unsigned int width);
uint64_t config_number(const struct config_param *param, const __u8 *data);
void config_set_number(const struct config_param *param, __u8 *data,
		       uint64_t value);

/* config-enum.c */
json_object *config_values(const struct config_field *field);
bool config_value_name(const struct config_field *field, uint64_t value,
		       char *room, size_t size);
bool config_value_number(const struct config_field *field, const char *text,
			 uint64_t *value);

/* config-value.c */
bool config_probe(struct config *config, const struct config_param *param);
json_object *config_json(const struct config_param *param, const __u8 *data);
char *config_text(const struct config_param *param, const __u8 *data);
int config_parse(struct config *config, const struct config_param *param,
		 const char *text, bool insisted);
int config_take_item(struct config *config, struct config_item *item,
		     const void *data, size_t len);
int config_take_default(struct config *config, struct config_item *item);
void config_copy(struct config *config, const struct config_param *param,
		 enum config_view from);
void config_keep(struct config *config, const struct config_param *param);
int config_fail_missing(struct config *config, const struct config_param *param);
int config_fail_read_only(struct config *config,
			  const struct config_param *param);
int config_check(struct config *config, const struct config_param *param);
void config_range(struct config *config, const struct config_param *param,
		  uint64_t *min, uint64_t *max);
bool config_is_changed(struct config *config, const struct config_param *param);

/* config-expr.c */
bool config_eval(struct config *config, const struct config_param *param,
		 const char *text, int64_t *value);

/* config-raw.c */
#define CONFIG_RAW_MAGIC "MLNX_RAW_TLV_FILE"

char *config_raw_export(struct config *config, size_t *len);
int config_raw_import(struct config *config, const char *name, char *text);

/* config-change.c */
bool config_differs(const struct config *config);
bool config_pending(const struct config *config);
bool config_is_default(struct config *config, struct config_item *item);
json_object *config_result(struct config *config);
void config_array_text(struct run *run, const char *key);
json_object *config_difference(const struct config_param *param,
			       json_object *from, json_object *to);
json_object *config_plan(struct config *config);
int config_waiting(struct config *config, json_object *plan, json_object *rows);
int config_agree(struct config *config, json_object *plan, bool yes);
int config_change(struct config *config, const char *rollback);

/* config-find.c */

/* Why a parameter is not shown: no such name, not on this card, or hidden by another. */
enum config_reason { CONFIG_UNKNOWN, CONFIG_ABSENT, CONFIG_HIDDEN };

bool config_is_named(const struct config_param *param, const char *name,
		     size_t len);
struct config_param *config_next(struct config *config,
				 const struct config_param *param,
				 const char *name, size_t len);
struct config_param *config_find(struct config *config, const char *name,
				 size_t len);
enum config_reason config_unknown(struct config *config, const char *word,
				  size_t len, char **why);
enum config_reason config_missing(struct config *config,
				  const struct config_param *param, char **why);
const struct config_param *config_param_of(const struct config *config,
					   const struct config_param *param,
					   const char *tlv, const char *field);

/* fw-reset.c */
void fw_add_levels(struct config *config, json_object *rows);
int fw_activation_agree(struct config *config);
int fw_activation(struct config *config, json_object *plan, json_object **activation);
int fw_reset_query_run(struct run *run);
int fw_reset_run(struct run *run);
void fw_reset_query_text(struct run *run);
void fw_reset_text(struct run *run);
extern const struct option_spec fw_reset_query_options[], fw_reset_options[];
extern const struct column_spec fw_reset_query_columns[], fw_reset_columns[];

/* config.c, config-file.c: the commands */
enum config_use config_purpose(struct run *run, bool asks);
int config_finish(struct config *config, json_object *plan,
		  const char *rollback);
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
extern const struct option_spec config_export_options[], config_list_options[],
	config_query_options[],
	config_set_options[],
	config_reset_options[], config_diff_options[], config_apply_options[];

#endif
