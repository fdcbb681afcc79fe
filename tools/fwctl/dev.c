// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl dev
 */
#include <errno.h>

#include "tool.h"

static const struct column_spec list_columns[] = {
	{ "NAME", "name", 0 },
	{ "TYPE", "type", 0 },
	{ "PARENT", "parent", 0 },
	{ "MODEL", "model", COLUMN_IF_SET },
	{ "PART", "part", COLUMN_IF_SET | COLUMN_IF_ROOM },
	{ "SERIAL", "serial", COLUMN_IF_SET | COLUMN_IF_ROOM },
	{ "PSID", "psid", COLUMN_IF_SET | COLUMN_IF_ROOM },
	{ "FIRMWARE", "firmware", COLUMN_IF_SET },
	{ "PENDING", "pending", COLUMN_IF_SET },
	{ "CEILING", "ceiling", 0 },
	{ "CARD", "card", COLUMN_EXTRA },
	{ "DRIVER", "driver", COLUMN_EXTRA },
	{ "SCOPES", "scopes", COLUMN_EXTRA },
	{ "PATH", "path", COLUMN_EXTRA },
	{ "BUS", "bus", COLUMN_EXTRA },
	{ "NETDEVS", "netdevs", COLUMN_EXTRA },
	{ "RDMA", "rdma_devs", COLUMN_EXTRA },
	{}
};

/* Most values are the same for all devices of a machine: keep one copy of them. */
static void share_values(json_object *row, json_object *before)
{
	json_object *other;

	json_object_object_foreach(row, key, value) {
		other = json_object_object_get(before, key);
		if (value && json_object_equal(value, other))
			json_add(row, key, json_object_get(other));
	}
}

static int list_run(struct run *run)
{
	json_object *row, *before = NULL;
	struct fwctl_dev **devs;
	int ret, i;

	ret = fwctl_list(run->ctx, &devs);
	if (ret < 0)
		return fail_find(run, ret);
	run->result = json_object_new_array();
	for (i = 0; i < ret; i++) {
		row = json_device(run, devs[i]);
		share_values(row, before);
		json_object_array_add(run->result, row);
		before = row;
		/* There can be thousands: their memory serves the next rows. */
		fwctl_dev_free(devs[i]);
		devs[i] = NULL;
	}
	fwctl_list_free(devs);
	return 0;
}

static const struct column_spec show_columns[] = {
	{ "NAME", "name", 0 },
	{ "PATH", "path", 0 },
	{ "TYPE", "type", 0 },
	{ "DRIVER", "driver", 0 },
	{ "PARENT", "parent", 0 },
	{ "BUS", "bus", 0 },
	{ "NETDEVS", "netdevs", 0 },
	{ "RDMA", "rdma_devs", 0 },
	{ "MODEL", "model", COLUMN_IF_SET },
	{ "PART", "part", COLUMN_IF_SET },
	{ "SERIAL", "serial", COLUMN_IF_SET },
	{ "PSID", "psid", COLUMN_IF_SET },
	{ "FIRMWARE", "firmware", COLUMN_IF_SET },
	{ "PENDING", "pending", COLUMN_IF_SET },
	{ "CARD", "card", COLUMN_IF_SET },
	{ "CEILING", "ceiling", 0 },
	{ "SCOPES", "scopes", 0 },
	{ "WRITABLE", "writable", 0 },
	{ "INFO", "info", 0 },
	{ "DATA", "data", 0 },
	{}
};

/* Add the data of FWCTL_INFO: as bytes, and decoded if there is a plugin. */
static int add_info(struct run *run, struct fwctl_dev *dev)
{
	const struct vendor *vendor;
	unsigned char data[256];
	size_t len = sizeof(data);
	json_object *info = NULL;
	int ret;

	ret = fwctl_dev_info(dev, data, &len);
	if (ret)
		return fail_errno(run, ret, fwctl_dev_error(dev));
	if (len > sizeof(data))
		len = sizeof(data);
	vendor = find_vendor(fwctl_dev_type(dev));
	run->result = json_device(run, dev);
	if (vendor && vendor->info) {
		info = json_object_new_object();
		vendor->info(info, data, len);
	}
	json_add(run->result, "writable",
		 json_object_new_boolean(fwctl_dev_writable(dev)));
	json_add(run->result, "info", info);
	json_add(run->result, "data", json_hex(data, len));
	return 0;
}

static int show_run(struct run *run)
{
	struct fwctl_dev *dev;

	/* FWCTL_INFO needs no write access. */
	if (!open_device(run, run->argv[0], FWCTL_OPEN_READ_ONLY_OK, &dev))
		add_info(run, dev);
	fwctl_dev_free(dev);
	return run->code;
}

static const struct option_spec wait_options[] = {
	{ "timeout", 't', "SECONDS", "give up after this time (default: never)" },
	{}
};

static int wait_run(struct run *run)
{
	unsigned long seconds = 0;
	struct fwctl_dev *dev;
	int ret;

	if (number_option(run, "timeout", 0, 1000000, &seconds))
		return run->code;
	ret = fwctl_wait(run->ctx, run->argv[0],
			 option(run, "timeout") ? (int)seconds * 1000 : -1,
			 &dev);
	if (ret)
		return fail_find(run, ret);
	run->result = json_object_new_array();
	json_object_array_add(run->result, json_device(run, dev));
	fwctl_dev_free(dev);
	return 0;
}

static const struct command commands[] = {
	{ .name = "list", .args = "",
	  .help = "list the devices: model, serial number, firmware, ceiling",
	  .columns = list_columns, .scope = SCOPE_CONFIGURATION, .run = list_run },
	{ .name = "show", .args = "DEV", .help = "show the properties of a device",
	  .columns = show_columns, .scope = SCOPE_CONFIGURATION, .run = show_run },
	{ .name = "wait", .args = "DEV", .help = "wait until a device exists",
	  .options = wait_options, .columns = list_columns,
	  .scope = SCOPE_CONFIGURATION, .run = wait_run },
	{}
};

struct object dev_object = {
	.name = "dev", .help = "list and show devices", .commands = commands,
};
