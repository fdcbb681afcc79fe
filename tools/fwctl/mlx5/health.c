// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl mlx5 link, module, pcie, sensors: the state of a card's parts, a page for each.
 *
 * Meanings are those in register_access_table.adb of mstflint; the causes of a link that
 * is down are also in mlxsw of Linux.
 */
#include <string.h>

#include "page.h"

/* MTMP: the sensor of module 0. */
#define MODULE_SENSOR 64
/* PDDR, cable_type: there is no module. */
#define UNPLUGGED 4

/* Transfers on a lane of PCI Express, GT/s. */
static const char * const pcie_speeds[MAX_BITS] = {
	"2.5", "5", "8", NULL, "16", "32", "64",
};

static const char * const device_status[MAX_BITS] = {
	"correctable", "non-fatal", "fatal", "unsupported-request",
};

/* Causes of a link that is down, by the monitor's number; the last one is any other. */
static const struct cause {
	__u16 first, last;
	const char *name;
	const char *advice;
} causes[] = {
	{ 1, 1, "disabled",
	  "take it up, e.g. with 'ip link set dev NAME up'; it was taken down by a command" },
	{ 2, 2, "no-partner", "check that the other side is up, and that it negotiates" },
	{ 3, 4, "negotiation", "set the same negotiation on both sides" },
	{ 5, 8, "training", "replace the cable, or try another port of the other side" },
	{ 9, 11, "mismatch", "set the same speed, lanes and error correction on both sides" },
	{ 12, 13, "fec",
	  "set the same error correction on both sides, e.g. with 'ethtool --set-fec'" },
	{ 14, 14, "remote-fault", "look at the link on the other side" },
	{ 15, 15, "bit-errors", "clean or replace the cable or module" },
	{ 16, 16, "cable-speeds", "use a cable for a speed that the port allows" },
	{ 17, 17, "bit-errors", "clean or replace the cable or module" },
	{ 24, 32, "cable-speeds", "use a cable for a speed that the port allows" },
	{ 34, 35, "degraded", "use a cable for the speed that the port allows" },
	{ 36, 36, "no-partner", "check that the other side is up, and that it has the same speed" },
	{ 38, 38, "fec",
	  "set the same error correction on both sides, e.g. with 'ethtool --set-fec'" },
	{ 39, 39, "speeds",
	  "allow a speed that both sides have, e.g. with 'ethtool -s NAME advertise'" },
	{ 42, 42, "speeds", "allow a speed that both sides have" },
	{ 48, 49, "bit-errors", "clean or replace the cable or module" },
	{ 52, 52, "bit-errors", "clean or replace the cable or module" },
	{ 57, 57, "no-signal", "check that the other side sends, and the fibres" },
	{ 60, 60, "no-partner", "check that the other side is up, and that it negotiates" },
	{ 62, 66, "training", "replace the cable, or try another port of the other side" },
	{ 128, 128, "unfinished", "ask again in a few seconds" },
	{ 1024, 1024, "no-cable", "plug in a cable or module" },
	{ 1025, 1025, "module", "use a module with a shorter range" },
	{ 1026, 1031, "module", "replace the module or cable" },
	{ 1032, 1032, "power", "use a module that takes less power" },
	{ 1033, 1033, "disabled", "the management of the machine keeps the port down" },
	{ 1034, 1034, "module", "enable the module" },
	{ 1035, 1035, "power", "use a module that takes less power" },
	{ 1040, 1040, "power", "use a slot that supplies more power" },
	{ 0, 0, "other", NULL },
};

enum {
	LINK_PAOS, LINK_PMLP, LINK_PMAOS, LINK_OPERATION, LINK_TROUBLE, LINK_PTYS,
	LINK_COUNTERS, LINK_MODULE,
};

static const struct page_read link_reads[] = {
	[LINK_PAOS] = { "paos", NULL, 0 },
	[LINK_PMLP] = { "pmlp", NULL, 0 },
	[LINK_PMAOS] = { "pmaos", NULL, 0 },
	[LINK_OPERATION] = { "pddr", "page_select", 0 },
	[LINK_TROUBLE] = { "pddr", "page_select", 1 },
	[LINK_PTYS] = { "ptys", NULL, 0 },
	[LINK_COUNTERS] = { "ppcnt", "grp", 22 },
	[LINK_MODULE] = { "pddr", "page_select", 3 },
	{ NULL, NULL, 0 },
};

static const struct line link_lines[] = {
	LINE("state", NULL, LINK_PAOS, 0, FORM_NAME, "oper_status"),
	LINE("admin_state", NULL, LINK_PAOS, 0, FORM_NAME, "admin_status"),
	LINE("physical_state", NULL, LINK_OPERATION, 0, FORM_NAME, "phy_mngr_fsm_state"),
	LINE("protocol", NULL, LINK_OPERATION, LINE_UNKNOWN_0, FORM_NAME, "proto_active"),
	LINE("speed", "Gb/s", LINK_PTYS, LINE_UP | LINE_UNKNOWN_0, FORM_SCALED,
	     "data_rate_oper", SCALE(0.1, 1)),
	LINE("lanes", NULL, LINK_PMLP, LINE_UP | LINE_UNKNOWN_0, FORM_NUMBER, "width"),
	LINE("lane_rate", "Gb/s", LINK_PTYS, LINE_UP | LINE_UNKNOWN_0, FORM_SCALED,
	     "lane_rate_oper", SCALE(0.01, 2)),
	LINE("fec", NULL, LINK_OPERATION, LINE_UP, FORM_NAME, "fec_mode_active"),
	LINE("negotiation", NULL, LINK_PTYS, 0, FORM_NAME, "an_status"),
	LINE("loopback", NULL, LINK_OPERATION, 0, FORM_NAME, "loopback_mode"),
	LINE("speeds_supported", NULL, LINK_PTYS, 0, FORM_SPEEDS, "capability"),
	LINE("speeds_enabled", NULL, LINK_PTYS, 0, FORM_SPEEDS, "admin"),
	LINE("speeds_cable", NULL, LINK_OPERATION, LINE_UNKNOWN_0 | LINE_PLUGGED, FORM_BITS,
	     "cable_proto_cap", .names = page_ext_speeds),
	LINE("raw_ber", NULL, LINK_COUNTERS, 0, FORM_BER, "raw_ber"),
	LINE("effective_ber", NULL, LINK_COUNTERS, 0, FORM_BER, "effective_ber"),
	LINE("symbol_ber", NULL, LINK_COUNTERS, 0, FORM_BER, "symbol_ber"),
	LINE("raw_errors", NULL, LINK_COUNTERS, LINE_LANES, FORM_NUMBER,
	     "phy_raw_errors_lane#"),
	LINE("corrected_bits", NULL, LINK_COUNTERS, 0, FORM_NUMBER, "phy_corrected_bits"),
	LINE("symbol_errors", NULL, LINK_COUNTERS, 0, FORM_NUMBER, "phy_symbol_errors"),
	LINE("counted", "s", LINK_COUNTERS, 0, FORM_SCALED, "time_since_last_clear",
	     SCALE(0.001, 0)),
	LINE("module", NULL, LINK_PMLP, 0, FORM_NUMBER, "lane0_module"),
	LINE("module_state", NULL, LINK_PMAOS, 0, FORM_NAME, "oper_status"),
	LINE("cable", NULL, LINK_MODULE, 0, FORM_NAME, "cable_type"),
	LINE("cable_vendor", NULL, LINK_MODULE, LINE_PLUGGED, FORM_TEXT, "vendor_name"),
	LINE("cable_part", NULL, LINK_MODULE, LINE_PLUGGED, FORM_TEXT, "vendor_pn"),
	LINE("cable_serial", NULL, LINK_MODULE, LINE_PLUGGED, FORM_TEXT, "vendor_sn"),
	LINE("cable_length", "m", LINK_MODULE, LINE_PLUGGED | LINE_UNKNOWN_0, FORM_LENGTH,
	     "cable_length"),
	{}
};

const struct column_spec link_columns[] = {
	{ "DEVICE", "device", 0 },
	{ "PORT", "port", 0 },
	{ "STATE", "state", 0 },
	{ "CAUSE", "cause", COLUMN_IF_SET },
	{ "CODE", "code", COLUMN_IF_SET },
	{ "MESSAGE", "message", COLUMN_IF_SET },
	{ "ADVICE", "advice", COLUMN_IF_SET },
	{ "ADMIN-STATE", "admin_state", 0 },
	{ "PHYSICAL-STATE", "physical_state", 0 },
	{ "PROTOCOL", "protocol", 0 },
	{ "SPEED", "speed", 0 },
	{ "LANES", "lanes", 0 },
	{ "LANE-RATE", "lane_rate", 0 },
	{ "FEC", "fec", 0 },
	{ "NEGOTIATION", "negotiation", 0 },
	{ "LOOPBACK", "loopback", 0 },
	{ "SPEEDS-SUPPORTED", "speeds_supported", 0 },
	{ "SPEEDS-ENABLED", "speeds_enabled", 0 },
	{ "SPEEDS-CABLE", "speeds_cable", 0 },
	{ "RAW-BER", "raw_ber", 0 },
	{ "EFFECTIVE-BER", "effective_ber", 0 },
	{ "SYMBOL-BER", "symbol_ber", 0 },
	{ "RAW-ERRORS", "raw_errors", 0 },
	{ "CORRECTED-BITS", "corrected_bits", 0 },
	{ "SYMBOL-ERRORS", "symbol_errors", 0 },
	{ "COUNTED", "counted", 0 },
	{ "MODULE", "module", 0 },
	{ "MODULE-STATE", "module_state", 0 },
	{ "CABLE", "cable", 0 },
	{ "CABLE-VENDOR", "cable_vendor", 0 },
	{ "CABLE-PART", "cable_part", 0 },
	{ "CABLE-SERIAL", "cable_serial", 0 },
	{ "CABLE-LENGTH", "cable_length", 0 },
	{}
};

/* Name the cause for which the link is down. */
static void add_cause(const struct page *page, json_object *result)
{
	const struct field_reg *trouble = &page->regs[LINK_TROUBLE];
	const struct cause *cause = causes;
	json_object *message = NULL;
	__u64 code = 0;

	if (page->valid >> LINK_TROUBLE & 1) {
		code = reg_get(trouble, "status_opcode");
		message = reg_text(trouble, "status_message");
	}
	/* The first cause is the administrator's wish, also without a finding. */
	if (code || reg_get(&page->regs[LINK_PAOS], "admin_status") == 1)
		while (cause->first && (code < cause->first || code > cause->last))
			cause++;
	if (page->up)
		cause = NULL;
	json_add(result, "cause", cause ? json_text(cause->name) : NULL);
	json_add(result, "code", cause ? json_object_new_uint64(code) : NULL);
	json_add(result, "message", cause ? json_object_get(message) : NULL);
	json_add(result, "advice", cause ? json_text(cause->advice) : NULL);
	json_object_put(message);
}

int link_run(struct run *run)
{
	struct page page = {};
	struct fwctl_dev *dev;
	unsigned int port = 1;

	if (!page_begin(run, &page, link_reads, &port, &dev) && !run->set.dry_run) {
		page.up = reg_get(&page.regs[LINK_PAOS], "oper_status") == 1;
		page.plugged = reg_get(&page.regs[LINK_MODULE], "cable_type") != UNPLUGGED;
		json_add(run->result, "port", json_object_new_int(port));
		add_cause(&page, run->result);
		page_lines(&page, link_lines, run->result);
	}
	fwctl_dev_free(dev);
	return run->code;
}

void link_text(struct run *run)
{
	page_text(run, link_lines);
}

enum { MODULE_PMLP, MODULE_PMAOS, MODULE_PDDR };

static const struct page_read module_reads[] = {
	[MODULE_PMLP] = { "pmlp", NULL, 0 },
	[MODULE_PMAOS] = { "pmaos", NULL, 0 },
	[MODULE_PDDR] = { "pddr", "page_select", 3 },
	{ NULL, NULL, 0 },
};

#define MEASURED(_bit) IF_BIT("monitor_cap_mask", _bit)

static const struct line module_lines[] = {
	LINE("module", NULL, MODULE_PMLP, 0, FORM_NUMBER, "lane0_module"),
	LINE("lanes", NULL, MODULE_PMLP, 0, FORM_NUMBER, "width"),
	LINE("state", NULL, MODULE_PMAOS, 0, FORM_NAME, "oper_status"),
	LINE("error", NULL, MODULE_PMAOS, 0, FORM_ERROR, "error_type"),
	LINE("form", NULL, MODULE_PDDR, LINE_PLUGGED, FORM_NAME, "cable_identifier"),
	LINE("cable", NULL, MODULE_PDDR, 0, FORM_NAME, "cable_type"),
	LINE("technology", NULL, MODULE_PDDR, LINE_PLUGGED, FORM_TECHNOLOGY,
	     "cable_technology"),
	LINE("vendor", NULL, MODULE_PDDR, LINE_PLUGGED, FORM_TEXT, "vendor_name"),
	LINE("part", NULL, MODULE_PDDR, LINE_PLUGGED, FORM_TEXT, "vendor_pn"),
	LINE("revision", NULL, MODULE_PDDR, LINE_PLUGGED, FORM_TEXT, "vendor_rev"),
	LINE("serial", NULL, MODULE_PDDR, LINE_PLUGGED, FORM_TEXT, "vendor_sn"),
	LINE("length", "m", MODULE_PDDR, LINE_PLUGGED | LINE_UNKNOWN_0, FORM_LENGTH,
	     "cable_length"),
	LINE("wavelength", "nm", MODULE_PDDR, LINE_PLUGGED | LINE_UNKNOWN_0, FORM_NUMBER,
	     "wavelength"),
	LINE("max_power", "W", MODULE_PDDR, LINE_PLUGGED, FORM_POWER, "cable_power_class"),
	LINE("temperature", "C", MODULE_PDDR, LINE_PLUGGED, FORM_SIGNED, "temperature",
	     SCALE(1 / 256.0, 1), MEASURED(0)),
	LINE("temperature_low", "C", MODULE_PDDR, LINE_PLUGGED, FORM_SIGNED,
	     "temperature_low_th", SCALE(1 / 256.0, 1), MEASURED(0)),
	LINE("temperature_high", "C", MODULE_PDDR, LINE_PLUGGED, FORM_SIGNED,
	     "temperature_high_th", SCALE(1 / 256.0, 1), MEASURED(0)),
	LINE("voltage", "V", MODULE_PDDR, LINE_PLUGGED, FORM_SCALED, "voltage",
	     SCALE(0.0001, 4), MEASURED(1)),
	LINE("rx_power", "dBm", MODULE_PDDR, LINE_PLUGGED | LINE_LANES, FORM_SIGNED,
	     "rx_power_lane#", SCALE(1, 0), MEASURED(3)),
	LINE("tx_power", "dBm", MODULE_PDDR, LINE_PLUGGED | LINE_LANES, FORM_SIGNED,
	     "tx_power_lane#", SCALE(1, 0), MEASURED(2)),
	LINE("tx_bias", "mA", MODULE_PDDR, LINE_PLUGGED | LINE_LANES, FORM_SCALED,
	     "tx_bias_lane#", SCALE(0.002, 3), MEASURED(4)),
	{}
};

const struct column_spec module_columns[] = {
	{ "DEVICE", "device", 0 },
	{ "PORT", "port", 0 },
	{ "MODULE", "module", 0 },
	{ "LANES", "lanes", 0 },
	{ "STATE", "state", 0 },
	{ "ERROR", "error", COLUMN_IF_SET },
	{ "FORM", "form", 0 },
	{ "CABLE", "cable", 0 },
	{ "TECHNOLOGY", "technology", 0 },
	{ "VENDOR", "vendor", 0 },
	{ "PART", "part", 0 },
	{ "REVISION", "revision", 0 },
	{ "SERIAL", "serial", 0 },
	{ "LENGTH", "length", 0 },
	{ "WAVELENGTH", "wavelength", 0 },
	{ "MAX-POWER", "max_power", 0 },
	{ "TEMPERATURE", "temperature", 0 },
	{ "TEMPERATURE-LOW", "temperature_low", 0 },
	{ "TEMPERATURE-HIGH", "temperature_high", 0 },
	{ "VOLTAGE", "voltage", 0 },
	{ "RX-POWER", "rx_power", 0 },
	{ "TX-POWER", "tx_power", 0 },
	{ "TX-BIAS", "tx_bias", 0 },
	{}
};

int module_run(struct run *run)
{
	struct page page = {};
	struct fwctl_dev *dev;
	unsigned int port = 1;

	if (!page_begin(run, &page, module_reads, &port, &dev) && !run->set.dry_run) {
		page.plugged = reg_get(&page.regs[MODULE_PDDR], "cable_type") != UNPLUGGED;
		json_add(run->result, "port", json_object_new_int(port));
		page_lines(&page, module_lines, run->result);
	}
	fwctl_dev_free(dev);
	return run->code;
}

void module_text(struct run *run)
{
	page_text(run, module_lines);
}

enum { PCIE_LINK, PCIE_COUNTERS, PCIE_COUNTERS_2 };

static const struct page_read pcie_reads[] = {
	[PCIE_LINK] = { "mpein", NULL, 0 },
	[PCIE_COUNTERS] = { "mpcnt", "grp", 0 },
	[PCIE_COUNTERS_2] = { "mpcnt", "grp", 4 },
	{ NULL, NULL, 0 },
};

static const struct line pcie_lines[] = {
	LINE("speed", "GT/s", PCIE_LINK, 0, FORM_HIGHEST, "link_speed_active",
	     .names = pcie_speeds),
	LINE("max_speed", "GT/s", PCIE_LINK, 0, FORM_HIGHEST, "link_speed_enabled",
	     .names = pcie_speeds),
	LINE("peer_max_speed", "GT/s", PCIE_LINK, 0, FORM_HIGHEST, "link_peer_max_speed",
	     .names = pcie_speeds),
	LINE("width", "lanes", PCIE_LINK, 0, FORM_NUMBER, "link_width_active"),
	LINE("max_width", "lanes", PCIE_LINK, 0, FORM_NUMBER, "link_width_enabled"),
	LINE("max_payload", "bytes", PCIE_LINK, 0, FORM_SHIFTED, "max_payload_size",
	     SCALE(128, 0)),
	LINE("max_read_request", "bytes", PCIE_LINK, 0, FORM_SHIFTED,
	     "max_read_request_size", SCALE(128, 0)),
	LINE("slot_power", "W", PCIE_LINK, LINE_UNKNOWN_0, FORM_NUMBER, "pci_power"),
	LINE("power", NULL, PCIE_LINK, 0, FORM_NAME, "pwr_status"),
	LINE("errors", NULL, PCIE_LINK, 0, FORM_BITS, "device_status",
	     .names = device_status),
	LINE("rx_errors", NULL, PCIE_COUNTERS, 0, FORM_NUMBER, "rx_errors"),
	LINE("tx_errors", NULL, PCIE_COUNTERS, 0, FORM_NUMBER, "tx_errors"),
	LINE("crc_errors_dllp", NULL, PCIE_COUNTERS, 0, FORM_NUMBER, "crc_error_dllp"),
	LINE("crc_errors_tlp", NULL, PCIE_COUNTERS, 0, FORM_NUMBER, "crc_error_tlp"),
	LINE("recoveries", NULL, PCIE_COUNTERS, 0, FORM_NUMBER, "l0_to_recovery"),
	LINE("effective_ber", NULL, PCIE_COUNTERS, 0, FORM_BER, "effective_ber"),
	LINE("overflowed_packets", NULL, PCIE_COUNTERS, 0, FORM_NUMBER,
	     "tx_overflow_buffer_pkt"),
	LINE("stalled_reads", "%", PCIE_COUNTERS, 0, FORM_NUMBER, "outbound_stalled_reads"),
	LINE("stalled_writes", "%", PCIE_COUNTERS, 0, FORM_NUMBER,
	     "outbound_stalled_writes"),
	LINE("replays", NULL, PCIE_COUNTERS_2, 0, FORM_NUMBER, "replay_count"),
	LINE("naks_received", NULL, PCIE_COUNTERS_2, 0, FORM_NUMBER, "nak_received_count"),
	LINE("naks_sent", NULL, PCIE_COUNTERS_2, 0, FORM_NUMBER, "nak_sent_count"),
	LINE("correctable_errors", NULL, PCIE_COUNTERS_2, 0, FORM_NUMBER,
	     "aer_correctable_errors_count"),
	LINE("non_fatal_errors", NULL, PCIE_COUNTERS_2, 0, FORM_NUMBER,
	     "aer_non_fatal_error_count"),
	LINE("fatal_errors", NULL, PCIE_COUNTERS_2, 0, FORM_NUMBER,
	     "aer_fatal_error_count"),
	LINE("unsupported_requests", NULL, PCIE_COUNTERS_2, 0, FORM_NUMBER,
	     "aer_unsupported_request"),
	{}
};

const struct column_spec pcie_columns[] = {
	{ "DEVICE", "device", 0 },
	{ "SPEED", "speed", 0 },
	{ "MAX-SPEED", "max_speed", 0 },
	{ "PEER-MAX-SPEED", "peer_max_speed", 0 },
	{ "WIDTH", "width", 0 },
	{ "MAX-WIDTH", "max_width", 0 },
	{ "MAX-PAYLOAD", "max_payload", 0 },
	{ "MAX-READ-REQUEST", "max_read_request", 0 },
	{ "SLOT-POWER", "slot_power", 0 },
	{ "POWER", "power", 0 },
	{ "ERRORS", "errors", 0 },
	{ "RX-ERRORS", "rx_errors", 0 },
	{ "TX-ERRORS", "tx_errors", 0 },
	{ "CRC-ERRORS-DLLP", "crc_errors_dllp", 0 },
	{ "CRC-ERRORS-TLP", "crc_errors_tlp", 0 },
	{ "RECOVERIES", "recoveries", 0 },
	{ "EFFECTIVE-BER", "effective_ber", 0 },
	{ "OVERFLOWED-PACKETS", "overflowed_packets", 0 },
	{ "STALLED-READS", "stalled_reads", 0 },
	{ "STALLED-WRITES", "stalled_writes", 0 },
	{ "REPLAYS", "replays", 0 },
	{ "NAKS-RECEIVED", "naks_received", 0 },
	{ "NAKS-SENT", "naks_sent", 0 },
	{ "CORRECTABLE-ERRORS", "correctable_errors", 0 },
	{ "NON-FATAL-ERRORS", "non_fatal_errors", 0 },
	{ "FATAL-ERRORS", "fatal_errors", 0 },
	{ "UNSUPPORTED-REQUESTS", "unsupported_requests", 0 },
	{}
};

int pcie_run(struct run *run)
{
	struct page page = {};
	struct fwctl_dev *dev;
	unsigned int port = 1;

	if (!page_begin(run, &page, pcie_reads, &port, &dev) && !run->set.dry_run)
		page_lines(&page, pcie_lines, run->result);
	fwctl_dev_free(dev);
	return run->code;
}

void pcie_text(struct run *run)
{
	page_text(run, pcie_lines);
}

static const struct page_read map_reads[] = {
	{ "mtcap", NULL, 0 }, { "mvcap", NULL, 0 }, { "mgir", NULL, 0 }, { NULL, NULL, 0 },
};

/* A row of a temperature has no voltage, and the reverse. */
static const struct line temperature_lines[] = {
	LINE("name", NULL, 0, 0, FORM_TEXT, "sensor_name"),
	LINE("temperature", "C", 0, 0, FORM_SIGNED, "temperature", SCALE(0.125, 1)),
	LINE("max_temperature", "C", 0, 0, FORM_SIGNED, "max_temperature", SCALE(0.125, 1),
	     IF_BIT("mte", 0)),
	LINE("threshold", "C", 0, LINE_UNKNOWN_0, FORM_SIGNED, "temp_threshold_hi",
	     SCALE(0.125, 1)),
	LINE("voltage", "V", 1, 0, FORM_NUMBER, ""),
	LINE("current", "A", 1, 0, FORM_NUMBER, ""),
	LINE("power", "W", 1, 0, FORM_NUMBER, ""),
	{}
};

static const struct line voltage_lines[] = {
	LINE("name", NULL, 0, 0, FORM_TEXT, "sensor_name"),
	LINE("temperature", "C", 1, 0, FORM_NUMBER, ""),
	LINE("max_temperature", "C", 1, 0, FORM_NUMBER, ""),
	LINE("threshold", "C", 1, 0, FORM_NUMBER, ""),
	LINE("voltage", "V", 0, 0, FORM_SCALED, "voltage_sensor_value", SCALE(0.01, 2),
	     IF_BIT("volt_cap", 0)),
	LINE("current", "A", 0, 0, FORM_SCALED, "current_sensor_value", SCALE(0.01, 2),
	     IF_BIT("curr_cap", 0)),
	LINE("power", "W", 0, 0, FORM_SCALED, "power_sensor_value", SCALE(0.1, 1),
	     IF_BIT("pwr_cap", 0)),
	{}
};

const struct column_spec sensors_columns[] = {
	{ "KIND", "kind", 0 },
	{ "SENSOR", "sensor", COLUMN_RIGHT },
	{ "NAME", "name", 0 },
	{ "TEMPERATURE-C", "temperature", COLUMN_RIGHT },
	{ "MAXIMUM-C", "max_temperature", COLUMN_RIGHT },
	{ "THRESHOLD-C", "threshold", COLUMN_RIGHT },
	{ "VOLTAGE-V", "voltage", COLUMN_RIGHT },
	{ "CURRENT-A", "current", COLUMN_RIGHT },
	{ "POWER-W", "power", COLUMN_RIGHT },
	{}
};

/* Add a sensor; one that does not answer is left out, e.g. that of an empty cage. */
static void add_sensor(struct run *run, struct fwctl_dev *dev, const char *kind,
		       unsigned int sensor, json_object *rows)
{
	bool temperature = !strcmp(kind, "temperature");
	const struct page_read reads[] = {
		{ temperature ? "mtmp" : "mvcr", "sensor_index", sensor },
		{ NULL, NULL, 0 },
	};
	struct page page = { .protocol = ETHERNET };
	json_object *row;

	if (page_read_all(run, dev, &page, reads, 1)) {
		if (run->code == FWCTL_EXIT_FIRMWARE)
			forget_error(run);
		return;
	}
	row = json_object_new_object();
	json_add(row, "kind", json_text(kind));
	json_add(row, "sensor", json_object_new_int(sensor));
	page_lines(&page, temperature ? temperature_lines : voltage_lines, row);
	json_object_array_add(rows, row);
}

/* The modules of all ports have a sensor each; ports may share a module. */
static void add_modules(struct run *run, struct fwctl_dev *dev, unsigned int ports,
			json_object *rows)
{
	static const struct page_read reads[] = { { "pmlp", NULL, 0 }, { NULL, NULL, 0 } };
	__u64 seen[4] = {};
	unsigned int port;

	for (port = 1; port <= ports && !run->code; port++) {
		struct page page = { .protocol = ETHERNET };
		unsigned int module;

		if (page_read_all(run, dev, &page, reads, port)) {
			if (run->code == FWCTL_EXIT_FIRMWARE)
				forget_error(run);
			continue;
		}
		module = reg_get(&page.regs[0], "lane0_module");
		if (seen[module / 64] >> module % 64 & 1)
			continue;
		seen[module / 64] |= 1ULL << module % 64;
		add_sensor(run, dev, "temperature", MODULE_SENSOR + module, rows);
	}
}

int sensors_run(struct run *run)
{
	json_object *rows = json_object_new_array();
	struct page page = {};
	unsigned int port, i;
	struct fwctl_dev *dev;
	__u64 map;

	if (page_begin(run, &page, map_reads, &port, &dev) || run->set.dry_run)
		goto out;
	map = reg_get(&page.regs[0], "sensor_map");
	for (i = 0; i < MODULE_SENSOR && !run->code; i++)
		if (map >> i & 1)
			add_sensor(run, dev, "temperature", i, rows);
	add_modules(run, dev, reg_get(&page.regs[2], "num_ports"), rows);
	map = page.valid & 2 ? reg_get(&page.regs[1], "sensor_map") : 0;
	for (i = 0; i < 64 && !run->code; i++)
		if (map >> i & 1)
			add_sensor(run, dev, "voltage", i, rows);
	json_add(run->result, "fields", json_object_get(rows));
out:
	json_object_put(rows);
	fwctl_dev_free(dev);
	return run->code;
}
