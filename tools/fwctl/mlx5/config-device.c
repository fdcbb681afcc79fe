// SPDX-License-Identifier: GPL-2.0-only
/*
 * The items and parameters that a device may have, and the numbers in them.
 */
#include <stdlib.h>
#include <string.h>
#include <fwctl/mlx5.h>

#include "be.h"
#include "config.h"
#include "fields.h"

/* Milliseconds that another program may take to change the card. */
#define LOCK_WAIT 60000
#define MAX_PORTS 8
#define MAX_MODULES 16
/* Characters of a name without the number of a port, module or element. */
#define MAX_STEM 60
/* The largest numbers that an item's type can have. */
#define MAX_HOST 63
#define MAX_PF 255
/* The places of these numbers. */
#define HOST_SHIFT 18
#define PF_SHIFT 10

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

/* Do values of an item change? */
bool config_dirty(const struct config_item *item)
{
	return item->read & 1U << CONFIG_WANTED &&
	       memcmp(item->data[CONFIG_WANTED], item->data[CONFIG_NEXT],
		      item->len);
}

/* The item that a register or a file names by a number, or NULL. */
struct config_item *config_item_of_type(struct config *config, __u32 type)
{
	size_t i;

	for (i = 0; i < config->nitems; i++)
		if (config_item_type(&config->items[i]) == type &&
		    config->items[i].other == config->other)
			return &config->items[i];
	return NULL;
}

/* The width of one value in bits; of an array, that of an element. */
unsigned int config_width(const struct config_field *field)
{
	return field->elements ? 8 : field->width;
}

bool config_is_number(const struct config_field *field)
{
	return field->type == CONFIG_INT || field->type == CONFIG_BINARY;
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

/* The bits of a type that name the host and function of a command, or 0. */
static __u32 owner_of(const struct config *config, const struct config_tlv *tlv)
{
	if (tlv->class == CONFIG_FUNCTION)
		return config->host << HOST_SHIFT | config->pf << PF_SHIFT;
	return tlv->class == CONFIG_HOST ? config->host << HOST_SHIFT : 0;
}

static bool is_others(const struct config *config, const struct config_tlv *tlv)
{
	return config->other && (tlv->class == CONFIG_FUNCTION ||
				 tlv->class == CONFIG_HOST);
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
				.other = is_others(config, tlv),
				.owner = owner_of(config, tlv),
			};
	}
	return 0;
}

static void name_param(struct config_param *param)
{
	unsigned int instance = param->item->instance;
	size_t len = strnlen(param->field->name, MAX_STEM);
	char *end = param->name + len;

	/* Most names are those of the catalogue: printf() costs ten times as much. */
	memcpy(param->name, param->field->name, len);
	*end = 0;
	if (param->item->tlv->class == CONFIG_PORT)
		end += sprintf(end, "_P%u", instance);
	else if (param->item->tlv->class == CONFIG_MODULE)
		end += sprintf(end, "_M%u", instance);
	if (param->field->elements)
		sprintf(end, "[%u]", param->element);
}

/* Add the parameters of an item that have a name for users. */
static int add_params(struct config *config, struct config_item *item)
{
	const struct config_field *field =
		config->names.fields + item->tlv->first;
	const struct config_field *end = field + item->tlv->count;
	struct config_param *params, *param;
	unsigned int element, elements;

	for (; field < end; field++) {
		if (!field->name || item->other != config->other)
			continue;
		elements = field->elements ? field->elements : 1;
		params = reallocarray(config->params, config->nparams + elements,
				      sizeof(*params));
		if (!params)
			return fail(config->run, FWCTL_EXIT_USAGE, "no memory");
		config->params = params;
		for (element = 0; element < elements; element++) {
			param = &params[config->nparams++];
			*param = (struct config_param){
				.field = field, .item = item, .element = element,
			};
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
 * Keep other programs from changing the card, from the first read to the end of the
 * changes. Returns an exit code.
 */
int config_lock(struct config *config)
{
	struct fwctl_dev *dev = config->dev;
	int ret;

	if (!fwctl_dev_writable(dev))
		return fail(config->run, FWCTL_EXIT_REFUSED,
			    "%s: nothing was written: there is no permission to write to %s; run as root, or get access to the file",
			    fwctl_dev_name(dev), fwctl_dev_path(dev));
	ret = fwctl_dev_lock(dev, LOCK_WAIT);
	return ret ? fail_errno(config->run, ret, fwctl_dev_error(dev)) : 0;
}

/* Open a device, whose parameters the catalogue has. Returns an exit code. */
static int open_card(struct config *config, const char *what, enum config_use use)
{
	struct run *run = config->run;
	unsigned int ports = 1;
	size_t i;

	config->other = option(run, "host") || option(run, "pf");
	if (number_option(run, "host", 0, MAX_HOST, &config->host) ||
	    number_option(run, "pf", 0, MAX_PF, &config->pf) ||
	    vendor_open_named(run, what, &config->dev) ||
	    (use == CONFIG_TO_WRITE && config_lock(config)) ||
	    read_ports(config, &ports) || make_items(config, ports) ||
	    (config->other && config_check_other(config)))
		return run->code;
	for (i = 0; i < config->nitems; i++)
		if (add_params(config, &config->items[i]))
			break;
	return run->code;
}

/*
 * Open the device that is the first argument of a command, and read the catalogue.
 * The caller calls config_close() also after an error. Returns an exit code.
 */
int config_open(struct run *run, enum config_use use, struct config *config)
{
	*config = (struct config){ .run = run };
	if (run->set.has_scope && run->set.scope > FWCTL_RPC_DEBUG_READ_ONLY)
		return fail(run, FWCTL_EXIT_USAGE,
			    "--scope %s: mlx5 config needs scope configuration; leave out --scope",
			    fwctl_scope_name(run->set.scope));
	return config_names(run, option(run, "database"), &config->names) ?:
	       open_card(config, run->argv[0], use);
}

/*
 * Open another device to be read, with the same catalogue, which stays the first
 * one's: the caller calls config_close() for this one first.
 */
int config_open_second(struct config *first, const char *what,
		       struct config *config)
{
	*config = (struct config){ .run = first->run, .names = first->names };
	config->names.borrowed = true;
	return open_card(config, what, CONFIG_TO_READ);
}

void config_close(struct config *config)
{
	free(config->params);
	free(config->items);
	config_free_names(&config->names);
	fwctl_dev_free(config->dev);
}
