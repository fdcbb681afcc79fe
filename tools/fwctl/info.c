// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl info
 */
#include <stdio.h>
#include <string.h>
#include <fwctl/mlx5.h>
#include <fwctl/sim.h>

#include "fwctl.h"

/* What FWCTL_INFO says, by device type. */
static const struct field {
	__u32 type;
	const char *name;
	size_t offset;
	bool hex;
} fields[] = {
	{ FWCTL_DEVICE_TYPE_MLX5, "uid",
	  offsetof(struct fwctl_info_mlx5, uid), false },
	{ FWCTL_DEVICE_TYPE_MLX5, "uctx-caps",
	  offsetof(struct fwctl_info_mlx5, uctx_caps), true },
	{ FWCTL_DEVICE_TYPE_SIM, "id",
	  offsetof(struct fwctl_info_sim, id), false },
	{ FWCTL_DEVICE_TYPE_SIM, "uctx",
	  offsetof(struct fwctl_info_sim, uctx), false },
};

static void print_text(const char *name, const char *text)
{
	printf("%-11s %s\n", name, text ? text : "-");
}

static void print_data(__u32 type, const unsigned char *data, size_t len)
{
	bool known = false;
	__u32 value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		if (fields[i].type != type ||
		    fields[i].offset + sizeof(value) > len)
			continue;
		known = true;
		memcpy(&value, data + fields[i].offset, sizeof(value));
		printf(fields[i].hex ? "%-11s 0x%x\n" : "%-11s %u\n",
		       fields[i].name, value);
	}
	if (known || !len)
		return;
	printf("%-11s ", "data");
	for (i = 0; i < len; i++)
		printf("%02x", data[i]);
	printf("\n");
}

int fwctl_cmd_info(int argc, char **argv)
{
	unsigned char data[256];
	size_t len = sizeof(data);
	struct fwctl_dev *dev;
	char type[16];
	int code, ret;

	if (argc != 2)
		return fail(FWCTL_EXIT_USAGE,
			    "info: takes one argument, the device");
	code = find_device(argv[1], &dev);
	if (code)
		return code;

	/* FWCTL_INFO writes nothing. */
	ret = fwctl_dev_open(dev, FWCTL_OPEN_READ_ONLY_OK);
	if (!ret)
		ret = fwctl_dev_info(dev, data, &len);
	if (ret) {
		code = fail(exit_code(ret), "%s", fwctl_dev_error(dev));
	} else {
		print_text("name", fwctl_dev_name(dev));
		print_text("path", fwctl_dev_path(dev));
		print_text("type", type_text(fwctl_dev_type(dev), type,
					     sizeof(type)));
		print_text("driver", fwctl_dev_driver(dev));
		print_text("parent", fwctl_dev_parent(dev));
		print_text("bus", fwctl_dev_bus(dev));
		printf("%-11s ", "scopes");
		print_scopes(fwctl_dev_scopes(dev));
		printf("\n");
		print_data(fwctl_dev_type(dev), data,
			   len < sizeof(data) ? len : sizeof(data));
	}
	fwctl_dev_free(dev);
	return code;
}
