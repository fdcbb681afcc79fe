// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ConnectX's configuration in the device. Each view of an item is requested at
 * most once, also if the device does not have it.
 *
 * Layouts: Adapters PRM, register MNVDA.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <fwctl/mlx5.h>

#include "be.h"
#include "config.h"
#include "fields.h"

#define MNVDA 0x9024
#define HEADER 12
#define MAX_PORTS 8
#define MAX_MODULES 16

/* The first dword of an item's header. */
#define LENGTH 0x1ff
#define VERSION_SHIFT 12
#define VERSION 0xf
/* The writer, with mstconfig's number, and the bit that permits replacing an item. */
#define WRITER 0x02090000
#define READ_DEFAULT 0x00800000
#define READ_CURRENT 0x00400000

/* The status of a firmware that has no such item. */
#define BAD_RESOURCE 0x05
#define NO_RESOURCES 0x0f

static int fail_item(struct config *config, const struct fwctl_mlx5_reg *reg,
		     const struct config_item *item)
{
	if (config->run->code)
		return config->run->code;
	fail_access(config->run, config->dev, reg);
	return fail_front(config->run, "%s of %s", reg->write ? "write" : "read",
			  item->tlv->name);
}

static __u32 type_of(const struct config_item *item)
{
	__u32 type = item->tlv->class << 24 | item->tlv->index;

	if (item->tlv->class == CONFIG_PORT)
		return type | item->instance << 16;
	if (item->tlv->class == CONFIG_MODULE)
		return type | item->instance << 14;
	/* Without host_id_valid the item is that of the function that sends the request. */
	return type;
}

static int read_item(struct config *config, struct config_item *item,
		     enum config_view view)
{
	static const __u32 views[] = {
		[CONFIG_DEFAULT] = READ_DEFAULT,
		[CONFIG_CURRENT] = READ_CURRENT,
	};
	__u8 data[HEADER + CONFIG_MAX_ITEM] = {};
	struct fwctl_mlx5_reg reg = {
		.id = MNVDA, .data = data, .len = sizeof(data),
	};
	int ret;

	put_unaligned_be32(WRITER | CONFIG_MAX_ITEM |
			   (view == CONFIG_NEXT ? 0 : views[view]), data);
	put_unaligned_be32(type_of(item), data + 4);
	ret = access_quietly(config->run, config->dev, &config->accesses, &reg);
	if (ret > 0)
		return ret;
	if (ret && reg.status != BAD_RESOURCE && reg.status != NO_RESOURCES)
		return fail_item(config, &reg, item);
	if (ret) {
		item->missing |= 1U << view;
		return 0;
	}
	item->len = get_unaligned_be32(data) & LENGTH;
	if (item->len > CONFIG_MAX_ITEM || item->len % 4)
		return fail(config->run, FWCTL_EXIT_FIRMWARE,
			    "%s: %s: the firmware reports a length of %u bytes, not a multiple of 4 up to %u",
			    fwctl_dev_name(config->dev), item->tlv->name,
			    item->len, CONFIG_MAX_ITEM);
	item->version = get_unaligned_be32(data) >> VERSION_SHIFT & VERSION;
	memcpy(item->data[view], data + HEADER, item->len);
	item->read |= 1U << view;
	return 0;
}

/* Modules are numbered without gaps: behind a missing one there are no others. */
static bool module_missing(struct config *config, struct config_item *item)
{
	return item->tlv->class == CONFIG_MODULE && item->instance &&
	       !config_read(config, item - 1, CONFIG_NEXT);
}

/*
 * Read a view of an item into item->data, unless it was read before. CONFIG_WANTED
 * is not read: it begins as a copy of CONFIG_NEXT. Returns false if the device does
 * not have the view, and after an error, which the run has.
 */
bool config_read(struct config *config, struct config_item *item,
		 enum config_view view)
{
	if (config->run->code)
		return false;
	if (view == CONFIG_WANTED && !(item->read & 1U << CONFIG_WANTED) &&
	    config_read(config, item, CONFIG_NEXT)) {
		memcpy(item->data[view], item->data[CONFIG_NEXT], item->len);
		item->read |= 1U << CONFIG_WANTED;
	}
	if (view == CONFIG_WANTED || (item->read | item->missing) & 1U << view)
		return item->read & 1U << view;
	if (view != CONFIG_NEXT && !config_read(config, item, CONFIG_NEXT))
		return false;
	if (view == CONFIG_NEXT && module_missing(config, item))
		item->missing |= 1U << view;
	else if (read_item(config, item, view))
		return false;
	return item->read & 1U << view;
}

/* Write an item; the firmware uses it from its next start. Returns an exit code. */
int config_write(struct config *config, struct config_item *item,
		 const __u8 *data)
{
	__u8 reg_data[HEADER + CONFIG_MAX_ITEM] = {};
	struct fwctl_mlx5_reg reg = {
		.id = MNVDA, .write = true, .data = reg_data,
		.len = HEADER + item->len,
	};
	int ret;

	put_unaligned_be32(WRITER | item->version << VERSION_SHIFT | item->len,
			   reg_data);
	put_unaligned_be32(type_of(item), reg_data + 4);
	memcpy(reg_data + HEADER, data, item->len);
	ret = access_quietly(config->run, config->dev, &config->accesses, &reg);
	return ret < 0 ? fail_item(config, &reg, item) : ret;
}

/* Read CONFIG_NEXT again; returns an exit code. */
int config_reread(struct config *config, struct config_item *item)
{
	int code = read_item(config, item, CONFIG_NEXT);

	if (!code && item->missing & 1U << CONFIG_NEXT)
		code = fail(config->run, FWCTL_EXIT_PARTIAL,
			    "%s: %s: the firmware has no such item any more after it was written",
			    fwctl_dev_name(config->dev), item->tlv->name);
	return code;
}

/* An item of the catalogue, or NULL. */
struct config_item *config_item(struct config *config,
				const struct config_tlv *tlv,
				unsigned int instance)
{
	size_t i;

	for (i = 0; i < config->nitems; i++)
		if (config->items[i].tlv == tlv &&
		    config->items[i].instance == instance)
			return &config->items[i];
	return NULL;
}

/* The width of one value in bits; of an array, that of an element. */
unsigned int config_width(const struct config_field *field)
{
	return field->elements ? 8 : field->width;
}

uint64_t config_mask(unsigned int width)
{
	return width < 64 ? (1ULL << width) - 1 : ~0ULL;
}

/* The value of a parameter that is a number. */
uint64_t config_number(const struct config_param *param, const __u8 *data)
{
	unsigned int start = param->field->start, dword = start / 32 * 4;

	if (param->field->elements)
		return data[start / 8 + param->element];
	if (param->field->width == 64)
		return get_unaligned_be64(data + dword);
	return get_unaligned_be32(data + dword) >> start % 32 &
	       config_mask(param->field->width);
}

void config_set_number(const struct config_param *param, __u8 *data,
		       uint64_t value)
{
	unsigned int start = param->field->start, dword = start / 32 * 4;
	uint64_t mask = config_mask(param->field->width) << start % 32;

	if (param->field->elements)
		data[start / 8 + param->element] = value;
	else if (param->field->width == 64)
		put_unaligned_be64(value, data + dword);
	else
		put_unaligned_be32((get_unaligned_be32(data + dword) & ~mask) |
				   (value << start % 32 & mask), data + dword);
}

static unsigned int last_instance(const struct config_tlv *tlv,
				  unsigned int ports)
{
	if (tlv->class == CONFIG_PORT)
		return ports;
	return tlv->class == CONFIG_MODULE ? MAX_MODULES - 1 : 0;
}

static int make_items(struct config *config, unsigned int ports)
{
	size_t i, room = config->names.ntlvs * MAX_MODULES + 1;
	unsigned int instance;

	config->items = calloc(room, sizeof(*config->items));
	if (!config->items)
		return fail(config->run, FWCTL_EXIT_USAGE, "no memory");
	for (i = 0; i < config->names.ntlvs; i++) {
		const struct config_tlv *tlv = &config->names.tlvs[i];

		instance = tlv->class == CONFIG_PORT;
		for (; instance <= last_instance(tlv, ports); instance++)
			config->items[config->nitems++] = (struct config_item){
				.tlv = tlv, .instance = instance,
			};
	}
	return 0;
}

static void name_param(struct config_param *param)
{
	const char *name = param->field->name;
	unsigned int instance = param->item->instance;
	char suffix[16] = "", index[16] = "";

	if (param->item->tlv->class == CONFIG_PORT)
		snprintf(suffix, sizeof(suffix), "_P%u", instance);
	else if (param->item->tlv->class == CONFIG_MODULE)
		snprintf(suffix, sizeof(suffix), "_M%u", instance);
	if (param->field->elements)
		snprintf(index, sizeof(index), "[%u]", param->element);
	snprintf(param->name, sizeof(param->name), "%.60s%s%s", name, suffix,
		 index);
}

/* Add the parameters of an item that have a name for users. */
static int add_params(struct config *config, struct config_item *item)
{
	struct config_param *params, *param;
	size_t i;
	unsigned int element, elements;

	for (i = 0; i < config->names.nfields; i++) {
		const struct config_field *field = &config->names.fields[i];

		if (!field->name ||
		    &config->names.tlvs[field->tlv] != item->tlv)
			continue;
		elements = field->elements ? field->elements : 1;
		params = reallocarray(config->params, config->nparams + elements,
				      sizeof(*params));
		if (!params)
			return fail(config->run, FWCTL_EXIT_USAGE, "no memory");
		config->params = params;
		for (element = 0; element < elements; element++) {
			param = &params[config->nparams++];
			*param = (struct config_param){ field, item, element, "" };
			name_param(param);
		}
	}
	return 0;
}

static int read_ports(struct config *config, unsigned int *ports)
{
	const struct fwctl_mlx5_layout *mgir =
		fwctl_mlx5_layout_find(FWCTL_MLX5_REGISTER, "mgir");
	__u8 data[ACCESS_MAX] = {};
	struct fwctl_mlx5_reg reg = {
		.id = mgir->id, .data = data, .len = mgir->size,
	};
	int ret;

	ret = access_quietly(config->run, config->dev, &config->accesses, &reg);
	if (ret)
		return ret < 0 ? fail_access(config->run, config->dev, &reg) : ret;
	*ports = get_number(mgir, data, mgir->size, "num_ports");
	if (!*ports || *ports > MAX_PORTS)
		*ports = 1;
	return 0;
}

/*
 * Open the device that is the first argument of a command, and read the catalogue.
 * The caller calls config_close() also after an error. Returns an exit code.
 */
int config_open(struct run *run, const char *database, struct config *config)
{
	unsigned int ports = 1;
	size_t i;

	*config = (struct config){ .run = run };
	if (run->set.has_scope && run->set.scope > FWCTL_RPC_DEBUG_READ_ONLY)
		return fail(run, FWCTL_EXIT_USAGE,
			    "--scope %s: mlx5 config needs scope configuration; leave out --scope",
			    fwctl_scope_name(run->set.scope));
	if (config_names(run, database, &config->names) ||
	    vendor_open(run, &config->dev) || read_ports(config, &ports) ||
	    make_items(config, ports))
		return run->code;
	for (i = 0; i < config->nitems; i++)
		if (add_params(config, &config->items[i]))
			break;
	return run->code;
}

void config_close(struct config *config)
{
	free(config->params);
	free(config->items);
	config_free_names(&config->names);
	fwctl_dev_free(config->dev);
}
