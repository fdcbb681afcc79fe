// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl mlx5: NVIDIA ConnectX.
 */
#include <errno.h>
#include <string.h>
#include <fwctl/mlx5.h>

#include "config.h"
#include "fields.h"
#include "fw.h"

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

/* QUERY_ADAPTER, which has no arguments. */
static size_t mlx5_hello(void *in, size_t room)
{
	if (room < 16)
		return 0;
	memset(in, 0, 16);
	memcpy(in, "\x01\x01", 2);
	return 16;
}

static void add_identity(json_object *result, const struct fw *fw)
{
	char text[24];
	__u64 mac = fw_get(fw, "manufacturing_base_mac_47_32") << 32 |
		    fw_get(fw, "manufacturing_base_mac_31_0");

	json_add(result, "hw_dev_id",
		 json_object_new_int(fw_get(fw, "hw_dev_id")));
	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x",
		 (__u8)(mac >> 40), (__u8)(mac >> 32), (__u8)(mac >> 24),
		 (__u8)(mac >> 16), (__u8)(mac >> 8), (__u8)mac);
	json_add(result, "base_mac", json_text(text));
	json_add(result, "psid", fw_text(fw, "psid"));
	snprintf(text, sizeof(text), "%u.%u.%u",
		 (__u32)fw_get(fw, "extended_major"),
		 (__u32)fw_get(fw, "extended_minor"),
		 (__u32)fw_get(fw, "extended_subminor"));
	json_add(result, "firmware", json_text(text));
}

static int identity_run(struct run *run)
{
	json_object *report = json_object_new_object();
	struct fw fw = { .run = run };

	fw_begin(&fw, "mgir");
	if (!vendor_open(run, &fw.dev) && !fw_read(&fw, report) &&
	    !run->set.dry_run)
		add_identity(report, &fw);
	/* Firmware that refuses has answered as well. */
	if (!run->code || json_object_object_get(report, "answer"))
		run->result = json_object_get(report);
	json_object_put(report);
	fwctl_dev_free(fw.dev);
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
	  .help = "name the registers, capability pages and queries that are known by field",
	  .columns = layout_list_columns, .run = layout_list_run },
	{ .name = "layout show", .args = "KIND NAME",
	  .help = "tell the fields of one of them",
	  .columns = layout_show_columns, .run = layout_show_run },
	{ .name = "reg list", .args = "",
	  .help = "name the registers that are known by field, and what they take",
	  .columns = reg_list_columns, .run = reg_list_run },
	{ .name = "reg get", .args = "DEV REGISTER [FIELD...]",
	  .help = "read a register, by name and field or by number",
	  .options = reg_options, .columns = fields_columns,
	  .scope = SCOPE_LEAST, .run = reg_get_run, .text = fields_text },
	{ .name = "reg set", .args = "DEV REGISTER FIELD=VALUE...",
	  .help = "change fields of a register, and see whether they did",
	  .options = reg_options, .columns = reg_set_columns,
	  .scope = SCOPE_LEAST, .run = reg_set_run, .text = fields_text },
	{ .name = "caps", .args = "DEV [PAGE] [FIELD...]",
	  .help = "tell what the function can do, now and at most",
	  .options = caps_options, .columns = caps_columns,
	  .scope = SCOPE_LEAST, .run = caps_run, .text = fields_text },
	{ .name = "query", .args = "DEV OBJECT [FIELD...]",
	  .help = "tell the state of an object, or counters",
	  .columns = fields_columns, .scope = SCOPE_LEAST, .run = query_run,
	  .text = fields_text },
	{ .name = "diag list", .args = "DEV",
	  .help = "name the diagnostic counters, and tell how they are sampled",
	  .columns = diag_list_columns, .scope = SCOPE_LEAST,
	  .run = diag_list_run, .text = diag_counters_text },
	{ .name = "diag start", .args = "DEV [COUNTER...]",
	  .help = "have diagnostic counters sampled, all or some",
	  .options = diag_start_options, .columns = diag_set_columns,
	  .scope = SCOPE_LEAST, .run = diag_start_run },
	{ .name = "diag read", .args = "DEV [COUNTER...]",
	  .help = "print samples of diagnostic counters, once or again and again",
	  .options = diag_read_options, .columns = diag_read_columns,
	  .scope = SCOPE_LEAST, .flags = COMMAND_STREAM, .run = diag_read_run },
	{ .name = "diag stop", .args = "DEV",
	  .help = "have no diagnostic counters sampled any more",
	  .columns = diag_set_columns, .scope = SCOPE_LEAST,
	  .run = diag_stop_run },
	{ .name = "dump menu", .args = "DEV",
	  .help = "name the segments of inner state that can be dumped",
	  .columns = dump_menu_columns, .scope = SCOPE_LEAST,
	  .run = dump_menu_run, .text = fields_text },
	{ .name = "dump get", .args = "DEV SEGMENT FILE",
	  .help = "dump inner state to a file",
	  .options = dump_get_options, .columns = dump_get_columns,
	  .scope = SCOPE_LEAST, .run = dump_get_run },
	{ .name = "dump show", .args = "FILE",
	  .help = "tell which segments are in a file",
	  .columns = dump_show_columns, .run = dump_show_run },
	{ .name = "fw info", .args = "DEV",
	  .help = "tell the components of firmware: running, and stored for the next start",
	  .columns = fw_info_columns, .scope = SCOPE_LEAST, .run = fw_info_run,
	  .text = fields_text },
	{ .name = "fw update", .args = "DEV FILE",
	  .help = "send a component of firmware, have it verified, and activate it if asked to",
	  .options = fw_update_options, .columns = fw_update_columns,
	  .scope = SCOPE_LEAST, .run = fw_update_run },
	{ .name = "identity", .args = "DEV",
	  .help = "tell which card it is, and which firmware",
	  .columns = columns, .scope = SCOPE_LEAST, .run = identity_run },
	{ .name = "config list", .args = "[DEV] [NAME...]",
	  .help = "name what can be configured, all of it or what a device has",
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
	  .help = "print or keep the next values, as a file to be edited",
	  .options = config_options, .scope = SCOPE_CONFIGURATION,
	  .run = config_export_run, .text = config_export_text },
	{ .name = "config diff", .args = "DEV FILE",
	  .help = "show what apply would change",
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

/* Registers that every card has; those with serial numbers are not among them. */
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
	.hello = mlx5_hello,
	.bundle = bundle,
};

static struct object mlx5_object = {
	.name = "mlx5", .help = "NVIDIA ConnectX", .commands = commands,
	.vendor = &vendor,
};

FWCTL_PLUGIN(mlx5_object);
