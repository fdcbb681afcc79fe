// SPDX-License-Identifier: GPL-2.0-only
/*
 * The items of a ConnectX's configuration in the device: whether it has them
 * (register MNVQC), their values (MNVDA), and their way back to the default (MNVDI,
 * MNVIA). Nothing is requested twice, also if the device does not have it.
 *
 * Layouts: Adapters PRM, register MNVDA; register_access_table.adb of mstflint.
 */
#include <stdlib.h>
#include <string.h>
#include <fwctl/mlx5.h>

#include "be.h"
#include "config.h"

#define MNVDA 0x9024
#define MNVDI 0x9025
#define MNVQC 0x9030
#define MNVIA 0x9033
#define MNVGC 0x9034
#define HEADER 12

/* The first dword of an item's header. */
#define LENGTH 0x1ff
/* Also in the second dword of MNVQC: the type has the numbers of host and function. */
#define HOST_ID_VALID 0x200
#define VERSION_SHIFT 12
#define VERSION 0xf
#define WRITER_SHIFT 16
#define WRITER_MASK 0x1f
/* The writer, with mstconfig's number, and the bit that permits replacing an item. */
#define WRITER 0x02090000
#define READ_DEFAULT 0x00800000
#define READ_CURRENT 0x00400000

/* The second dword of MNVQC. */
#define CAN_READ 0x1
#define CAN_WRITE 0x2
#define NEWEST_SHIFT 4

/* The first dword of MNVGC: items of other hosts and functions can be accessed. */
#define OTHER_HOSTS 0x4

/* The first dword of MNVIA: all items, and the writer. */
#define INVALIDATE_ALL 0x90

/* The status of a firmware that has no such item, or in which it was never written. */
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

/* The number by which registers and files name an item. */
__u32 config_item_type(const struct config_item *item)
{
	__u32 type = item->tlv->class << 24 | item->tlv->index;

	if (item->tlv->class == CONFIG_PORT)
		return type | item->instance << 16;
	if (item->tlv->class == CONFIG_MODULE)
		return type | item->instance << 14;
	/* Without HOST_ID_VALID the item is that of the function that sends the request. */
	return type | item->owner;
}

/*
 * Ask the device what it can do with an item. A firmware that does not tell is asked
 * by reading. Returns an exit code.
 */
static int ask_item(struct config *config, struct config_item *item)
{
	__u8 data[8] = {};
	struct fwctl_mlx5_reg reg = {
		.id = MNVQC, .data = data, .len = sizeof(data),
	};
	__u32 answer;
	int ret;

	if (item->asked)
		return 0;
	put_unaligned_be32(config_item_type(item), data);
	put_unaligned_be32(item->other ? HOST_ID_VALID : 0, data + 4);
	ret = access_quietly(config->run, config->dev, &config->accesses, &reg);
	if (ret > 0)
		return ret;
	answer = ret ? CAN_READ | CAN_WRITE : get_unaligned_be32(data + 4);
	item->asked = true;
	item->readable = answer & CAN_READ;
	item->writable = answer & CAN_WRITE;
	item->newest = answer >> NEWEST_SHIFT & VERSION;
	/* Only a device that tells can be believed about an item that it refuses. */
	item->known = !ret;
	return 0;
}

/* An item that the device has, but does not return, was never written: it is zero. */
static void take_unset(struct config_item *item)
{
	item->unset = true;
	item->len = item->tlv->len;
	item->version = item->newest;
	item->writer = 0;
	memset(item->data[CONFIG_NEXT], 0, CONFIG_MAX_ITEM);
	item->read |= 1U << CONFIG_NEXT;
}

static int take_item(struct config *config, struct config_item *item,
		     enum config_view view, const __u8 *data)
{
	__u32 header = get_unaligned_be32(data);
	unsigned int len = header & LENGTH;
	unsigned int version = header >> VERSION_SHIFT & VERSION;

	if (len > CONFIG_MAX_ITEM || len % 4)
		return fail(config->run, FWCTL_EXIT_FIRMWARE,
			    "%s: %s: the firmware reports a length of %u bytes, not a multiple of 4 up to %u",
			    fwctl_dev_name(config->dev), item->tlv->name, len,
			    CONFIG_MAX_ITEM);
	memset(item->data[view], 0, CONFIG_MAX_ITEM);
	memcpy(item->data[view], data + HEADER, len);
	item->read |= 1U << view;
	if (view != CONFIG_NEXT)
		return 0;
	/* Values that an older firmware stored lack the newest fields: these are zero. */
	if (version < item->newest && len < item->tlv->len)
		len = item->tlv->len;
	if (version < item->newest)
		version = item->newest;
	item->unset = false;
	item->len = len;
	item->version = version;
	item->writer = header >> WRITER_SHIFT & WRITER_MASK;
	return 0;
}

static int read_item(struct config *config, struct config_item *item,
		     enum config_view view)
{
	static const __u32 views[] = {
		[CONFIG_DEFAULT] = READ_DEFAULT,
		[CONFIG_CURRENT] = READ_CURRENT,
		[CONFIG_NEXT] = 0,
	};
	__u8 data[HEADER + CONFIG_MAX_ITEM] = {};
	struct fwctl_mlx5_reg reg = {
		.id = MNVDA, .data = data, .len = sizeof(data),
	};
	int ret = ask_item(config, item);

	if (ret)
		return ret;
	if (!item->readable) {
		item->missing |= 1U << view;
		return 0;
	}
	put_unaligned_be32(WRITER | CONFIG_MAX_ITEM | views[view] |
			   (item->other ? HOST_ID_VALID : 0), data);
	put_unaligned_be32(config_item_type(item), data + 4);
	ret = access_quietly(config->run, config->dev, &config->accesses, &reg);
	if (ret > 0)
		return ret;
	if (!ret)
		return take_item(config, item, view, data);
	if (reg.status != BAD_RESOURCE && reg.status != NO_RESOURCES)
		return fail_item(config, &reg, item);
	if (item->known && view == CONFIG_NEXT)
		take_unset(item);
	else
		item->missing |= 1U << view;
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
		memcpy(item->data[view], item->data[CONFIG_NEXT],
		       CONFIG_MAX_ITEM);
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

/* Read CONFIG_NEXT again; returns an exit code. */
int config_reread(struct config *config, struct config_item *item)
{
	int code;

	item->read &= ~(1U << CONFIG_NEXT);
	code = read_item(config, item, CONFIG_NEXT);
	if (!code && !(item->read & 1U << CONFIG_NEXT))
		code = fail(config->run, FWCTL_EXIT_PARTIAL,
			    "%s: %s: the firmware has no such item any more",
			    fwctl_dev_name(config->dev), item->tlv->name);
	return code;
}

static void put_header(const struct config_item *item, __u8 *data)
{
	put_unaligned_be32(WRITER | item->version << VERSION_SHIFT | item->len |
			   (item->other ? HOST_ID_VALID : 0), data);
	put_unaligned_be32(config_item_type(item), data + 4);
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

	put_header(item, reg_data);
	memcpy(reg_data + HEADER, data, item->len);
	ret = access_quietly(config->run, config->dev, &config->accesses, &reg);
	return ret < 0 ? fail_item(config, &reg, item) : ret;
}

/*
 * Have the firmware use the default of an item from its next start, also if a later
 * firmware has another default. Returns an exit code, or -1 if the firmware cannot.
 */
int config_invalidate(struct config *config, struct config_item *item)
{
	__u8 data[HEADER] = {};
	struct fwctl_mlx5_reg reg = {
		.id = MNVDI, .write = true, .data = data, .len = sizeof(data),
	};

	put_header(item, data);
	return access_quietly(config->run, config->dev, &config->accesses, &reg);
}

/* The same for all items; returns false if the firmware cannot, or after an error. */
bool config_invalidate_all(struct config *config)
{
	__u8 data[8] = {};
	struct fwctl_mlx5_reg reg = {
		.id = MNVIA, .write = true, .data = data, .len = sizeof(data),
	};

	put_unaligned_be32(INVALIDATE_ALL, data);
	return !access_quietly(config->run, config->dev, &config->accesses, &reg);
}

/*
 * Check that the device lets its function access items of the host and function that
 * the command names, and that the card has these. Returns an exit code.
 */
int config_check_other(struct config *config)
{
	const char *name = fwctl_dev_name(config->dev);
	__u8 data[16] = {};
	struct fwctl_mlx5_reg reg = {
		.id = MNVGC, .data = data, .len = sizeof(data),
	};
	struct run *run = config->run;
	size_t i;
	int ret;

	ret = access_quietly(run, config->dev, &config->accesses, &reg);
	if (ret > 0)
		return ret;
	if (ret || !(get_unaligned_be32(data) & OTHER_HOSTS))
		return fail(run, FWCTL_EXIT_UNSUPPORTED,
			    "%s: the firmware does not let this function configure other ones (register MNVGC, priv_nv_other_host); use the device of the other function",
			    name);
	for (i = 0; i < config->nitems && !run->code; i++)
		if (config->items[i].tlv->class == CONFIG_FUNCTION &&
		    config_read(config, &config->items[i], CONFIG_NEXT))
			return 0;
	return fail(run, FWCTL_EXIT_UNSUPPORTED,
		    "%s: the card has no function %lu of host %lu", name,
		    config->pf, config->host);
}
