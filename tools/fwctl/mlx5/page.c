// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reads and lines of a page about a card's parts, and the forms of values. Meanings
 * are those in register_access_table.adb of mstflint.
 */
#include <stdlib.h>
#include <string.h>

#include "page.h"

/* PMAOS, oper_status: the module has an error. */
#define MODULE_ERROR 3

/* Bits of ext_eth_proto_*, of eth_proto_* and of ib_proto_*. */
const char * const page_ext_speeds[MAX_BITS] = {
	"100M", "1G", NULL, "5G", "10G", "40G", "25G", "50G_2X", "50G_1X", "100G_4X",
	"100G_2X", "100G_1X", "200G_4X", "200G_2X", "200G_1X", "400G_8X", "400G_4X",
	"400G_2X", NULL, "800G_8X", "800G_4X", [23] = "1600G_8X", [31] = "SGMII",
};

static const char * const eth_speeds[MAX_BITS] = {
	"SGMII", "1000BASE-KX", "10GBASE-CX4", "10GBASE-KX4", "10GBASE-KR", NULL,
	"40GBASE-CR4", "40GBASE-KR4", NULL, "SGMII-100M", "10BASE-T", NULL, "10GBASE-CR",
	"10GBASE-SR", "10GBASE-ER", "40GBASE-SR4", "40GBASE-LR4", NULL, "50GBASE-SR2", NULL,
	"100GBASE-CR4", "100GBASE-SR4", "100GBASE-KR4", "100GBASE-LR4", "100BASE-TX",
	"1000BASE-T", "10GBASE-T", "25GBASE-CR", "25GBASE-KR", "25GBASE-SR", "50GBASE-CR2",
	"50GBASE-KR2",
};

static const char * const ib_speeds[MAX_BITS] = {
	"SDR", "DDR", "QDR", "FDR10", "FDR", "EDR", "HDR", "NDR", "XDR",
};

static const char * const technologies[] = {
	"850 nm VCSEL", "1310 nm VCSEL", "1550 nm VCSEL", "1310 nm FP", "1310 nm DFB",
	"1550 nm DFB", "1310 nm EML", "1550 nm EML", "other", "1490 nm DFB",
	"passive copper, unequalized", "passive copper, equalized",
	"active copper, both ends limiting", "active copper, far end limiting",
	"active copper, near end limiting", "active copper, linear",
};

/* The name of a bit, or NULL; only names that are known are in a list. */
static json_object *json_bits(__u64 mask, const char *const *names)
{
	json_object *array = json_object_new_array();
	unsigned int bit;

	for (bit = 0; bit < MAX_BITS; bit++)
		if (mask >> bit & 1 && names[bit])
			json_object_array_add(array, json_text(names[bit]));
	return array;
}

static json_object *json_decimal(double value, int decimals)
{
	char text[32];

	snprintf(text, sizeof(text), "%.*f", decimals, value);
	return json_object_new_double_s(value, text);
}

/* An error rate, as coefficient and exponent, so that no digit is invented. */
static json_object *json_ber(const struct field_reg *reg, const char *field)
{
	char name[48], text[32];
	__u64 coefficient, exponent;

	snprintf(name, sizeof(name), "%s_coef", field);
	coefficient = reg_get(reg, name);
	snprintf(name, sizeof(name), "%s_magnitude", field);
	exponent = reg_get(reg, name);
	if (!coefficient)
		return NULL;
	if (coefficient >= 10 && exponent)
		snprintf(text, sizeof(text), "%u.%ue-%u",
			 (unsigned int)coefficient / 10,
			 (unsigned int)coefficient % 10,
			 (unsigned int)exponent - 1);
	else
		snprintf(text, sizeof(text), "%ue-%u", (unsigned int)coefficient,
			 (unsigned int)exponent);
	return json_object_new_double_s(strtod(text, NULL), text);
}

static json_object *json_speeds(const struct page *page,
				const struct field_reg *reg, const char *what)
{
	char name[48];
	__u64 mask;

	if (page->protocol == INFINIBAND) {
		snprintf(name, sizeof(name), "ib_proto_%s", what);
		return json_bits(reg_get(reg, name), ib_speeds);
	}
	snprintf(name, sizeof(name), "ext_eth_proto_%s", what);
	mask = reg_get(reg, name);
	if (reg_get(reg, "ext_eth_proto_capability"))
		return json_bits(mask & reg_get(reg, "ext_eth_proto_capability"),
				 page_ext_speeds);
	snprintf(name, sizeof(name), "eth_proto_%s", what);
	return json_bits(reg_get(reg, name), eth_speeds);
}

/* Is a module managed by CMIS, by its cable_identifier? */
static bool is_cmis(__u64 identifier)
{
	return identifier >= 5 && identifier <= 10 && identifier != 9;
}

/* Length of a cable in metres. */
static json_object *json_length(const struct field_reg *reg, __u64 value)
{
	static const double factors[] = { 0.1, 1, 10, 100 };

	if (!is_cmis(reg_get(reg, "cable_identifier")))
		return json_decimal(value, 0);
	return json_decimal((value & 0x3f) * factors[value >> 6], value >> 6 ? 0 : 1);
}

/* The most power that a module takes, in watts. */
static json_object *json_power(const struct field_reg *reg, __u64 class)
{
	static const double sfp[] = { 1, 1.5, 2, 2.5, 3.5, 4, 4.5, 5 };
	static const double sfp_dd[] = { 0.5, 1, 1.5, 2, 3.5, 5, 0, 0 };
	static const double qsfp_dd[] = { 0, 1.5, 3.5, 7, 8, 10, 12, 14 };
	__u64 identifier = reg_get(reg, "cable_identifier");
	const double *watts = sfp;
	double value;

	if (identifier == 5)
		watts = sfp_dd;
	else if (is_cmis(identifier))
		watts = qsfp_dd;
	value = class < 8 ? watts[class] : reg_get(reg, "max_power") / 4.0;
	return value ? json_decimal(value, 2) : NULL;
}

/* A byte of SFF-8636 has the technology in its upper half, one of CMIS in the lower. */
static json_object *json_technology(const struct field_reg *reg, __u64 value)
{
	__u64 identifier = reg_get(reg, "cable_identifier");

	if (identifier == 2)
		return NULL;
	if (!is_cmis(identifier))
		value >>= 4;
	return value < ARRAY_SIZE(technologies) ? json_text(technologies[value]) : NULL;
}

static json_object *json_highest(__u64 mask, const char *const *names)
{
	json_object *value = NULL;
	unsigned int bit;

	for (bit = 0; bit < MAX_BITS; bit++) {
		if (!(mask >> bit & 1) || !names[bit])
			continue;
		json_object_put(value);
		value = json_object_new_double_s(strtod(names[bit], NULL), names[bit]);
	}
	return value;
}

static json_object *json_field(const struct page *page, const struct line *line,
			       const char *name)
{
	const struct field_reg *reg = &page->regs[line->read];
	const struct fwctl_mlx5_field *field;
	json_object *text;
	__u64 value, sign;

	if (line->form == FORM_BER)
		return json_ber(reg, name);
	if (line->form == FORM_SPEEDS)
		return json_speeds(page, reg, name);
	if (line->form == FORM_TEXT) {
		text = reg_text(reg, name);
		if (text && json_object_get_string_len(text))
			return text;
		json_object_put(text);
		return NULL;
	}
	field = fwctl_mlx5_field_find(reg->layout, name, reg->data,
				      reg->layout->size);
	if (!field)
		return NULL;
	value = reg_get(reg, name);
	if (!value && (line->flags & LINE_UNKNOWN_0 ||
		       (line->cap && !(reg_get(reg, line->cap) >> line->bit & 1))))
		return NULL;
	switch (line->form) {
	case FORM_NAME:
		return reg_name(reg, name);
	case FORM_SCALED:
		return json_decimal(value * line->scale, line->decimals);
	case FORM_SIGNED:
		sign = 1ULL << (field->width - 1);
		return json_decimal((__s64)((value ^ sign) - sign) * line->scale,
				    line->decimals);
	case FORM_SHIFTED:
		return json_decimal((1ULL << value) * line->scale, line->decimals);
	case FORM_BITS:
		return json_bits(value, line->names);
	case FORM_HIGHEST:
		return json_highest(value, line->names);
	case FORM_LENGTH:
		return json_length(reg, value);
	case FORM_POWER:
		return json_power(reg, value);
	case FORM_ERROR:
		return reg_get(reg, "oper_status") == MODULE_ERROR ?
		       reg_name(reg, name) : NULL;
	case FORM_TECHNOLOGY:
		return json_technology(reg, value);
	default:
		return json_object_new_uint64(value);
	}
}

static json_object *json_lanes(const struct page *page, const struct line *line)
{
	json_object *array = json_object_new_array(), *value;
	const char *mark = strchr(line->field, '#');
	unsigned int lane;
	bool known = false;
	char name[48];

	for (lane = 0; lane < page->lanes && lane < MAX_LANES; lane++) {
		snprintf(name, sizeof(name), "%.*s%u", (int)(mark - line->field),
			 line->field, lane);
		value = json_field(page, line, name);
		known |= !!value;
		json_object_array_add(array, value);
	}
	if (known)
		return array;
	json_object_put(array);
	return NULL;
}

/* Add the values of a page; those that are not known are null. */
void page_lines(const struct page *page, const struct line *lines, json_object *result)
{
	json_object *value;

	for (; lines->key; lines++) {
		value = NULL;
		if (page->valid >> lines->read & 1 &&
		    (page->up || !(lines->flags & LINE_UP)) &&
		    (page->plugged || !(lines->flags & LINE_PLUGGED)))
			value = lines->flags & LINE_LANES ?
				json_lanes(page, lines) :
				json_field(page, lines, lines->field);
		json_add(result, lines->key, value);
	}
}

static void set_key(struct field_reg *reg, const char *name, __u64 value)
{
	const struct fwctl_mlx5_field *field;

	field = fwctl_mlx5_field_find(reg->layout, name, NULL, 0);
	if (field && field->use == FWCTL_MLX5_KEY)
		reg_set(reg, name, value);
}

/*
 * Read registers of a card. Firmware may lack any but the first one: its values are then
 * not known. Returns an exit code.
 */
int page_read_all(struct run *run, struct fwctl_dev *dev, struct page *page,
		  const struct page_read *reads, unsigned int port)
{
	json_object *report = run->result;
	__u64 module = 0;
	unsigned int i;

	for (i = 0; reads[i].reg; i++) {
		struct field_reg *reg = &page->regs[i];

		reg->run = run;
		reg->dev = dev;
		reg_begin(reg, reads[i].reg);
		set_key(reg, "local_port", port);
		set_key(reg, "module", module);
		set_key(reg, "proto_mask", page->protocol);
		if (reads[i].key)
			reg_set(reg, reads[i].key, reads[i].value);
		if (!reg_read(reg, report) && !run->set.dry_run)
			page->valid |= 1U << i;
		if (run->set.dry_run || (run->code && !i) ||
		    (run->code && run->code != FWCTL_EXIT_FIRMWARE))
			break;
		forget_error(run);
		if (!strcmp(reads[i].reg, "pmlp")) {
			module = reg_get(reg, "lane0_module");
			page->lanes = reg_get(reg, "width");
		}
		if (!strcmp(reads[i].reg, "pddr") && reads[i].value == 0 &&
		    reg_get(reg, "proto_active") == INFINIBAND)
			page->protocol = INFINIBAND;
	}
	return run->code;
}

static int parse_port(struct run *run, unsigned int *port)
{
	uint64_t number = 1;

	if (run->argc > 1 && parse_number(run, "PORT", run->argv[1], 255, &number))
		return run->code;
	*port = number;
	return 0;
}

/* A port that the card does not have is told before firmware refuses it with a number. */
static int check_port(struct run *run, struct fwctl_dev *dev, unsigned int port)
{
	json_object *report = json_object_new_object();
	struct field_reg mgir = { .run = run, .dev = dev };
	unsigned int last;

	reg_begin(&mgir, "mgir");
	if (reg_read(&mgir, report)) {
		forget_error(run);
	} else {
		last = reg_get(&mgir, "num_ports");
		if (last && (!port || port > last))
			fail(run, FWCTL_EXIT_USAGE, "%s: no port %u: the last port is %u",
			     fwctl_dev_name(dev), port, last);
	}
	json_object_put(report);
	return run->code;
}

/* The first part of each command: open the device, and read a page of it. */
int page_begin(struct run *run, struct page *page, const struct page_read *reads,
	       unsigned int *port, struct fwctl_dev **dev)
{
	*dev = NULL;
	page->protocol = ETHERNET;
	if (parse_port(run, port) || vendor_open(run, dev) ||
	    (*port != 1 && !run->set.dry_run && check_port(run, *dev, *port)))
		return run->code;
	run->result = json_object_new_object();
	page_read_all(run, *dev, page, reads, *port);
	if (run->code && !json_object_object_get(run->result, "answer")) {
		json_object_put(run->result);
		run->result = NULL;
	}
	if (run->code || run->set.dry_run)
		return run->code;
	drop_request(run->result);
	return 0;
}

/* Units are part of the text, unless it is --raw. */
void page_text(struct run *run, const struct line *lines)
{
	json_object *all = run->result, *value, *part;
	char *text;
	size_t size, count, i;
	FILE *file;

	run->result = json_object_new_object();
	json_object_object_foreach(all, key, whole)
		json_add(run->result, key, json_object_get(whole));
	for (; lines->key && !run->set.raw; lines++) {
		value = json_object_object_get(all, lines->key);
		if (!lines->unit || !value)
			continue;
		file = open_memstream(&text, &size);
		if (!file)
			break;
		count = json_object_is_type(value, json_type_array) ?
			json_object_array_length(value) : 0;
		if (!json_object_is_type(value, json_type_array))
			fprintf(file, "%s ", json_object_get_string(value));
		for (i = 0; i < count; i++) {
			part = json_object_array_get_idx(value, i);
			fprintf(file, "%s ", part ? json_object_get_string(part) : "-");
		}
		fputs(lines->unit, file);
		fclose(file);
		json_add(run->result, lines->key, json_text(text));
		free(text);
	}
	print_table(run, stdout);
	json_object_put(run->result);
	run->result = all;
}
