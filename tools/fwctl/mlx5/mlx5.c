// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl mlx5: NVIDIA ConnectX.
 */
#include <errno.h>
#include <string.h>
#include <fwctl/mlx5.h>

#include "be.h"
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

/* The register that a request accesses, or its command. */
static const char *mlx5_command(const void *in, size_t in_len)
{
	const char *name = NULL;
	__u16 opcode;

	if (in_len < sizeof(opcode))
		return NULL;
	opcode = get_unaligned_be16(in);
	if (opcode == ACCESS_REG && in_len >= FWCTL_MLX5_REG_HEADER)
		name = fwctl_mlx5_reg_name(get_unaligned_be16(in + 10));
	return name ? name : fwctl_mlx5_opcode_name(opcode);
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

static const char *mlx5_word(const char *argument, size_t number)
{
	const struct fwctl_mlx5_layout *layout = NULL;

	if (strcmp(argument, "REGISTER"))
		return NULL;
	do {
		layout = fwctl_mlx5_layout_next(FWCTL_MLX5_REGISTER, layout);
	} while (layout && number--);
	return layout ? layout->name : NULL;
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
	  .options = fw_info_options, .columns = fw_info_columns, .scope = SCOPE_LEAST,
	  .flags = COMMAND_MANY, .run = fw_info_run, .text = fields_text },
	{ .name = "fw update", .args = "DEV FILE",
	  .help = "send a component of firmware, which runs after the next start of firmware",
	  .options = fw_update_options, .columns = fw_update_columns,
	  .scope = SCOPE_LEAST, .flags = COMMAND_MANY, .run = fw_update_run },
	{ .name = "fw show", .args = "FILE",
	  .help = "show version and board of a file of firmware",
	  .columns = fw_show_columns, .run = fw_show_run },
	{ .name = "fw reset query", .args = "DEV",
	  .help = "show the restarts that the card supports, and what waits for each",
	  .options = fw_reset_query_options, .columns = fw_reset_query_columns,
	  .scope = SCOPE_CONFIGURATION, .run = fw_reset_query_run,
	  .text = fw_reset_query_text },
	{ .name = "fw reset", .args = "DEV",
	  .help = "restart the firmware, so that stored values and images become current",
	  .options = fw_reset_options, .columns = fw_reset_columns,
	  .scope = SCOPE_CONFIGURATION, .run = fw_reset_run, .text = fw_reset_text },
	{ .name = "identity", .args = "DEV",
	  .help = "show the card and its firmware",
	  .columns = columns, .scope = SCOPE_LEAST, .run = identity_run },
	{ .name = "link", .args = "DEV [PORT]",
	  .help = "show the state of a port's link, and why it is down",
	  .columns = link_columns, .scope = SCOPE_DEBUG_READ_ONLY,
	  .run = link_run, .text = link_text },
	{ .name = "module", .args = "DEV [PORT]",
	  .help = "show the module or cable of a port, and its monitors",
	  .columns = module_columns, .scope = SCOPE_DEBUG_READ_ONLY,
	  .run = module_run, .text = module_text },
	{ .name = "pcie", .args = "DEV",
	  .help = "show the card's PCI Express link, and its errors",
	  .columns = pcie_columns, .scope = SCOPE_DEBUG_READ_ONLY,
	  .run = pcie_run, .text = pcie_text },
	{ .name = "sensors", .args = "DEV",
	  .help = "show temperatures, voltages and power",
	  .columns = sensors_columns, .scope = SCOPE_DEBUG_READ_ONLY,
	  .run = sensors_run, .text = fields_text },
	{ .name = "config list", .args = "[DEV] [NAME...]",
	  .help = "list the parameters, all of them or those of a device; NAME may have * and ?",
	  .options = config_list_options, .columns = config_list_columns,
	  .scope = SCOPE_CONFIGURATION, .run = config_list_run,
	  .text = config_params_text },
	{ .name = "config query", .args = "DEV [NAME...]",
	  .help = "show default, current and next values; NAME may have * and ?",
	  .options = config_query_options, .columns = config_query_columns,
	  .scope = SCOPE_CONFIGURATION, .run = config_query_run,
	  .text = config_params_text },
	{ .name = "config set", .args = "DEV SETTING...",
	  .help = "set values for the next start, all of them or none; SETTING is NAME=VALUE",
	  .options = config_set_options, .columns = config_change_columns,
	  .scope = SCOPE_CONFIGURATION, .run = config_set_run,
	  .text = config_changes_text },
	{ .name = "config reset", .args = "DEV [NAME...]",
	  .help = "set default values for the next start; without NAME all of them",
	  .options = config_reset_options, .columns = config_change_columns,
	  .scope = SCOPE_CONFIGURATION, .run = config_reset_run,
	  .text = config_changes_text },
	{ .name = "config export", .args = "DEV [FILE]",
	  .help = "print the next values, or write them to a file to be edited",
	  .options = config_export_options, .scope = SCOPE_CONFIGURATION,
	  .run = config_export_run, .text = config_export_text },
	{ .name = "config diff", .args = "DEV OTHER",
	  .help = "show the changes that apply would make, or that make a device like another",
	  .options = config_diff_options, .columns = config_diff_columns,
	  .scope = SCOPE_CONFIGURATION, .flags = COMMAND_MANY, .run = config_diff_run,
	  .text = config_changes_text },
	{ .name = "config apply", .args = "DEV FILE",
	  .help = "set the values in a file, all of them or none",
	  .options = config_apply_options, .columns = config_change_columns,
	  .scope = SCOPE_CONFIGURATION, .flags = COMMAND_MANY, .run = config_apply_run,
	  .text = config_changes_text },
	{}
};

/* Commands that work on every card, without registers that hold serial numbers. */
static const char * const bundle[] = {
	"mlx5 identity %s", "mlx5 fw info %s", "mlx5 caps %s",
	"mlx5 config query %s", "mlx5 link %s", "mlx5 module %s", "mlx5 pcie %s",
	"mlx5 sensors %s", "mlx5 reg get %s ppcnt", "mlx5 diag list %s",
	"mlx5 dump menu %s", NULL
};

#define METRIC(_command, _key, _metric, _type, _help, ...) \
	{ .command = "mlx5 " _command, .key = _key, .metric = _metric, \
	  .type = _type, .help = _help, __VA_ARGS__ }

static const struct metric_spec metrics[] = {
	METRIC("link %s %u", "state", "fwctl_link_up", "gauge",
	       "Whether the link is up.",
	       .equals = "up"),
	METRIC("link %s %u", "cause", "fwctl_link_down", "gauge",
	       "A link that is down, with the cause.", .label = "cause"),
	METRIC("link %s %u", "speed", "fwctl_link_speed_bytes", "gauge",
	       "Speed of the link, in bytes per second.", .factor = 125000000),
	METRIC("link %s %u", "lanes", "fwctl_link_lanes", "gauge",
	       "Lanes in use."),
	METRIC("link %s %u", "fec", "fwctl_link_fec_info", "gauge",
	       "The error correction in use.",
	       .label = "fec"),
	METRIC("link %s %u", "raw_ber", "fwctl_link_raw_ber", "gauge",
	       "Bit error rate before the correction."),
	METRIC("link %s %u", "effective_ber", "fwctl_link_effective_ber", "gauge",
	       "Bit error rate after the correction."),
	METRIC("link %s %u", "symbol_errors", "fwctl_link_symbol_errors_total", "counter",
	       "Errors that were not corrected."),
	METRIC("sensors %s", "temperature", "fwctl_temperature_celsius", "gauge",
	       "Temperature of a sensor."),
	METRIC("sensors %s", "threshold", "fwctl_temperature_threshold_celsius", "gauge",
	       "Temperature of the sensor's warning."),
	METRIC("pcie %s", "width", "fwctl_pcie_lanes", "gauge",
	       "Lanes of the link to the host in use."),
	METRIC("pcie %s", "max_width", "fwctl_pcie_max_lanes", "gauge",
	       "Lanes of the link to the host that the card can use."),
	METRIC("pcie %s", "speed", "fwctl_pcie_transfers_per_second", "gauge",
	       "Speed of a lane to the host.", .factor = 1e9),
	METRIC("pcie %s", "correctable_errors", "fwctl_pcie_correctable_errors_total", "counter",
	       "Errors of PCI Express that were corrected."),
	METRIC("pcie %s", "non_fatal_errors", "fwctl_pcie_non_fatal_errors_total", "counter",
	       "Errors of PCI Express that were not corrected."),
	METRIC("pcie %s", "fatal_errors", "fwctl_pcie_fatal_errors_total", "counter",
	       "Errors of PCI Express after which the link is not reliable."),
	METRIC("pcie %s", "rx_errors", "fwctl_pcie_rx_errors_total", "counter",
	       "Recoveries of the link to the host after errors in framing or checksum."),
	METRIC("pcie %s", "tx_errors", "fwctl_pcie_tx_errors_total", "counter",
	       "Recoveries of the link to the host after other errors."),
	METRIC("fw reset query %s", "makes_current", "fwctl_pending_changes", "gauge",
	       "Stored settings and images that a restart of this level makes current."),
	{}
};

static const struct hardware hardware = {
	.name = "NVIDIA network adapters (PCI vendor 15b3) with the driver mlx5_core",
	.vendor = "0x15b3",
	.class = "0x02",
	.driver = "mlx5_core",
	.module = "mlx5_fwctl",
	.node = "fwctl/fwctl*",
	.absent = "the firmware offers no user contexts (UCTX), or mlx5_fwctl failed; see dmesg",
	.help = "update the firmware, or set UCTX_EN with mstconfig if the card has it",
};

static const struct vendor vendor = {
	.type = FWCTL_DEVICE_TYPE_MLX5,
	.status = mlx5_status,
	.info = mlx5_info,
	.describe = mlx5_describe,
	.scope = fwctl_mlx5_request_scope,
	.command = mlx5_command,
	.hello = mlx5_hello,
	.word = mlx5_word,
	.bundle = bundle,
	.ports = "mlx5 caps %s general num_ports",
	.metrics = metrics,
	.hardware = &hardware,
};

static struct object mlx5_object = {
	.name = "mlx5", .help = "NVIDIA ConnectX", .commands = commands,
	.vendor = &vendor,
};

FWCTL_PLUGIN(mlx5_object);
