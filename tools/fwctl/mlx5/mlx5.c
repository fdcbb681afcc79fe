// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl mlx5: NVIDIA ConnectX.
 */
#include <errno.h>
#include <string.h>
#include <fwctl/mlx5.h>

#include "config.h"
#include "fields.h"

static bool mlx5_status(const void *in, size_t in_len, const void *out,
			size_t out_len, struct firmware_status *status)
{
	__u32 syndrome = 0;
	__u8 code = 0;

	(void)in;
	(void)in_len;
	if (fwctl_mlx5_status(out, out_len, &code, &syndrome) == -EMSGSIZE)
		return false;
	status->status = code;
	status->syndrome = syndrome;
	status->name = fwctl_mlx5_status_name(code);
	return true;
}

static void mlx5_info(json_object *object, const void *data, size_t len)
{
	struct fwctl_info_mlx5 info = {};

	memcpy(&info, data, len < sizeof(info) ? len : sizeof(info));
	json_add(object, "uid", json_object_new_int64(info.uid));
	json_add(object, "uctx_caps", json_object_new_int64(info.uctx_caps));
}

/* The command QUERY_ADAPTER, which has no arguments. */
static size_t mlx5_hello(void *in, size_t room)
{
	if (room < 16)
		return 0;
	memset(in, 0, 16);
	memcpy(in, "\x01\x01", 2);
	return 16;
}

static void add_identity(json_object *result, const struct field_reg *reg)
{
	char text[24];
	__u64 mac = reg_get(reg, "manufacturing_base_mac_47_32") << 32 |
		    reg_get(reg, "manufacturing_base_mac_31_0");

	json_add(result, "hw_dev_id",
		 json_object_new_int(reg_get(reg, "hw_dev_id")));
	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x",
		 (__u8)(mac >> 40), (__u8)(mac >> 32), (__u8)(mac >> 24),
		 (__u8)(mac >> 16), (__u8)(mac >> 8), (__u8)mac);
	json_add(result, "base_mac", json_text(text));
	json_add(result, "psid", reg_text(reg, "psid"));
	snprintf(text, sizeof(text), "%u.%u.%u",
		 (__u32)reg_get(reg, "extended_major"),
		 (__u32)reg_get(reg, "extended_minor"),
		 (__u32)reg_get(reg, "extended_subminor"));
	json_add(result, "firmware", json_text(text));
}

static int identity_run(struct run *run)
{
	json_object *report = json_object_new_object();
	struct field_reg reg = { .run = run };

	reg_begin(&reg, "mgir");
	if (!vendor_open(run, &reg.dev) && !reg_read(&reg, report) &&
	    !run->set.dry_run)
		add_identity(report, &reg);
	/* Firmware that refuses the read has answered, too. */
	if (!run->code || json_object_object_get(report, "answer"))
		run->result = json_object_get(report);
	json_object_put(report);
	fwctl_dev_free(reg.dev);
	return run->code;
}

static const struct column_spec columns[] = {
	{ "DEVICE", "device", 0 },
	{ "HW-DEV-ID", "hw_dev_id", COLUMN_HEX },
	{ "BASE-MAC", "base_mac", 0 },
	{ "PSID", "psid", 0 },
	{ "FIRMWARE", "firmware", 0 },
	{}
};

static const struct command commands[] = {
	{ .name = "layout list", .args = "[KIND]",
	  .help = "list registers, capability pages, queries and segments with known fields",
	  .columns = layout_list_columns, .run = layout_list_run },
	{ .name = "layout show", .args = "KIND NAME",
	  .help = "show the fields of a register, page, query or segment",
	  .columns = layout_show_columns, .run = layout_show_run },
	{ .name = "reg list", .args = "",
	  .help = "list the registers with known fields, and the scopes they need",
	  .columns = reg_list_columns, .run = reg_list_run },
	{ .name = "reg get", .args = "DEV REGISTER [FIELD...]",
	  .help = "read a register, by name and field or by number",
	  .options = reg_options, .columns = fields_columns,
	  .scope = SCOPE_LEAST, .run = reg_get_run, .text = fields_text },
	{ .name = "reg set", .args = "DEV REGISTER FIELD=VALUE...",
	  .help = "write fields of a register and read them back",
	  .options = reg_options, .columns = reg_set_columns,
	  .scope = SCOPE_LEAST, .run = reg_set_run, .text = fields_text },
	{ .name = "caps", .args = "DEV [PAGE] [FIELD...]",
	  .help = "show the capabilities of the function, current and maximum",
	  .options = caps_options, .columns = caps_columns,
	  .scope = SCOPE_LEAST, .run = caps_run, .text = fields_text },
	{ .name = "query", .args = "DEV OBJECT [FIELD...]",
	  .help = "show the state of an object, or counters",
	  .columns = fields_columns, .scope = SCOPE_LEAST, .run = query_run,
	  .text = fields_text },
	{ .name = "diag list", .args = "DEV",
	  .help = "list the diagnostic counters, and show how they are sampled",
	  .columns = diag_list_columns, .scope = SCOPE_LEAST,
	  .run = diag_list_run, .text = diag_counters_text },
	{ .name = "diag start", .args = "DEV [COUNTER...]",
	  .help = "start sampling diagnostic counters, all or some",
	  .options = diag_start_options, .columns = diag_set_columns,
	  .scope = SCOPE_LEAST, .run = diag_start_run },
	{ .name = "diag read", .args = "DEV [COUNTER...]",
	  .help = "print samples of diagnostic counters, once or repeatedly",
	  .options = diag_read_options, .columns = diag_read_columns,
	  .scope = SCOPE_LEAST, .flags = COMMAND_STREAM, .run = diag_read_run },
	{ .name = "diag stop", .args = "DEV",
	  .help = "stop sampling diagnostic counters",
	  .columns = diag_set_columns, .scope = SCOPE_LEAST,
	  .run = diag_stop_run },
	{ .name = "dump menu", .args = "DEV",
	  .help = "list the segments of internal state that can be dumped",
	  .columns = dump_menu_columns, .scope = SCOPE_LEAST,
	  .run = dump_menu_run, .text = fields_text },
	{ .name = "dump get", .args = "DEV SEGMENT FILE",
	  .help = "dump internal state to a file",
	  .options = dump_get_options, .columns = dump_get_columns,
	  .scope = SCOPE_LEAST, .run = dump_get_run },
	{ .name = "dump show", .args = "FILE",
	  .help = "list the segments in a file",
	  .columns = dump_show_columns, .run = dump_show_run },
	{ .name = "fw info", .args = "DEV",
	  .help = "show the components of firmware: running, and stored for the next start",
	  .columns = fw_info_columns, .scope = SCOPE_LEAST, .run = fw_info_run,
	  .text = fields_text },
	{ .name = "fw update", .args = "DEV FILE",
	  .help = "send a component of firmware, verify it, and activate it with --activate",
	  .options = fw_update_options, .columns = fw_update_columns,
	  .scope = SCOPE_LEAST, .run = fw_update_run },
	{ .name = "identity", .args = "DEV",
	  .help = "show the card and its firmware",
	  .columns = columns, .scope = SCOPE_LEAST, .run = identity_run },
	{ .name = "config list", .args = "[DEV] [NAME...]",
	  .help = "list the parameters, all of them or those of a device",
	  .options = config_options, .columns = config_list_columns,
	  .scope = SCOPE_CONFIGURATION, .run = config_list_run,
	  .text = config_params_text },
	{ .name = "config query", .args = "DEV [NAME...]",
	  .help = "show default, current and next values",
	  .options = config_options, .columns = config_query_columns,
	  .scope = SCOPE_CONFIGURATION, .run = config_query_run,
	  .text = config_params_text },
	{ .name = "config set", .args = "DEV SETTING...",
	  .help = "set values for the next start, all of them or none",
	  .options = config_set_options, .columns = config_change_columns,
	  .scope = SCOPE_CONFIGURATION, .run = config_set_run,
	  .text = config_changes_text },
	{ .name = "config reset", .args = "DEV [NAME...]",
	  .help = "set default values for the next start",
	  .options = config_reset_options, .columns = config_change_columns,
	  .scope = SCOPE_CONFIGURATION, .run = config_reset_run,
	  .text = config_changes_text },
	{ .name = "config export", .args = "DEV [FILE]",
	  .help = "print the next values, or write them to a file to be edited",
	  .options = config_options, .scope = SCOPE_CONFIGURATION,
	  .run = config_export_run, .text = config_export_text },
	{ .name = "config diff", .args = "DEV FILE",
	  .help = "show the changes that apply would make",
	  .options = config_diff_options, .columns = config_diff_columns,
	  .scope = SCOPE_CONFIGURATION, .run = config_diff_run,
	  .text = config_changes_text },
	{ .name = "config apply", .args = "DEV FILE",
	  .help = "set the values in a file, all of them or none",
	  .options = config_apply_options, .columns = config_change_columns,
	  .scope = SCOPE_CONFIGURATION, .run = config_apply_run,
	  .text = config_changes_text },
	{}
};

/* Commands that work on every card, without registers that hold serial numbers. */
static const char * const bundle[] = {
	"mlx5 identity %s", "mlx5 fw info %s", "mlx5 caps %s",
	"mlx5 config query %s", "mlx5 reg get %s paos", "mlx5 reg get %s ptys",
	"mlx5 reg get %s ppcnt", "mlx5 reg get %s mtmp", "mlx5 diag list %s",
	"mlx5 dump menu %s", NULL
};

static const struct vendor vendor = {
	.type = FWCTL_DEVICE_TYPE_MLX5,
	.status = mlx5_status,
	.info = mlx5_info,
	.scope = access_scope,
	.hello = mlx5_hello,
	.bundle = bundle,
};

static struct object mlx5_object = {
	.name = "mlx5", .help = "NVIDIA ConnectX", .commands = commands,
	.vendor = &vendor,
};

FWCTL_PLUGIN(mlx5_object);
