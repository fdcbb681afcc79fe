// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers of registers whose values are not only fields of the table.
 */
#include <stdio.h>

#include "registers.h"

struct cmd_result mgir_read(struct vcx *vcx, struct reg_access *a)
{
	u32 version = vcx_fw_version(vcx);
	const struct vcx_model *m = vcx->model;
	u8 *out = a->out;

	put_be16(out + 0x2, m->device_id);
	put_be32(out + 0x4, (u32)vcx->config.ports << 16 | 3u << 11);	/* technology: 16 nm */
	put_be32(out + 0x8, m->hw_id);
	put_be32(out + 0x10, 0x0000b859);
	put_be32(out + 0x14, 0x9f000010u + vcx->function);
	put_be32(out + 0x1c, (u32)((now_ns() - vcx->card->start_ns) / 1000000000ull));
	out[0x21] = (u8)(version >> 24);
	out[0x22] = (u8)(version >> 16);
	out[0x23] = (u8)version;
	put_be32(out + 0x28, 0x05032024);
	put_be32(out + 0x2c, 0x1743);
	put_text(out + 0x30, 16, m->psid);
	put_be32(out + 0x44, version >> 24);
	put_be32(out + 0x48, version >> 16 & 0xff);
	put_be32(out + 0x4c, version & 0xffff);
	return cmd_ok();
}

struct cmd_result mqis_read(struct vcx *vcx, struct reg_access *a)
{
	const char * const texts[] = { [1] = vcx->model->part, [2] = vcx->model->description };
	u8 type = a->in[3];
	u32 want = get_be16(a->in + 10), off = get_be16(a->in + 8);
	u32 len;

	if (!type || type >= ARRAY_SIZE(texts))
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	len = (u32)strlen(texts[type]) + 1;
	if (off > len)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	want = (u32)min_size(min_size(want, 8), len - off);
	memcpy(a->out, a->in, 16);
	put_be16(a->out + 6, (u16)len);
	put_be16(a->out + 10, (u16)want);
	memcpy(a->out + 16, texts[type] + off, want);
	return cmd_ok();
}

/* The number and text of each cause, as PDDR reports them. */
static const struct {
	u16 opcode;
	const char *message;
} link_faults[LINK_FAULTS] = {
	[LINK_NO_CABLE] = { 1024, "Cable is unplugged" },
	[LINK_SPEEDS] = { 39, "Negotiation failure, no common speed" },
	[LINK_FEC] = { 38, "Negotiation failure, FEC mismatch" },
	[LINK_ERRORS] = { 17, "Bad signal integrity, large number of physical errors" },
	[LINK_DISABLED] = { 1, "The port is closed by command" },
};

#define PAOS		0x5006
#define PAOS_ASE	0x80
#define PAOS_UP		1
#define PAOS_DOWN	2
#define PAOS_LINK_UP	0x50	/* physical_state_status */
#define PAOS_DISABLED	0x30
#define PAOS_POLLING	0x20
#define PAOS_ACTIVE	4	/* logical_state_status */
#define PAOS_LOGICALLY_DOWN 1

/* The cause for which a port's link is down. */
static enum link_fault link_fault(struct vcx *vcx, u32 instance)
{
	u32 len;

	if (regs_content(vcx, PAOS, instance, &len)[2] == PAOS_DOWN)
		return LINK_DISABLED;
	return (enum link_fault)vcx->faults.link[instance];
}

struct cmd_result paos_access(struct vcx *vcx, struct reg_access *a)
{
	enum link_fault fault = link_fault(vcx, a->instance);
	u8 admin = a->in[2] & 0xf;
	bool up = !fault;

	if (a->write) {
		if (!(a->in[4] & PAOS_ASE))
			return cmd_ok();
		if (admin != PAOS_UP && admin != PAOS_DOWN)
			return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
		a->content[2] = admin;
		return cmd_ok();
	}
	a->out[1] = a->in[1];
	a->out[2] = fault == LINK_DISABLED ? PAOS_DOWN : PAOS_UP;
	a->out[3] = up ? PAOS_UP : PAOS_DOWN;
	a->out[5] = up ? PAOS_ACTIVE : PAOS_LOGICALLY_DOWN;
	a->out[7] = up ? PAOS_LINK_UP : fault == LINK_DISABLED ? PAOS_DISABLED : PAOS_POLLING;
	return cmd_ok();
}

static void pddr_alter(struct reg_access *a, enum link_fault fault)
{
	switch (a->in[7]) {
	case 0:
		/* neither negotiation, nor speed, nor error correction is in use */
		a->out[0x9] &= 0xf0;
		put_be32(a->out + 0x0c, fault == LINK_DISABLED ? 0 : 0x02020000);
		put_be32(a->out + 0x1c, 0);
		put_be16(a->out + 0x24, 0);
		break;
	case 1:
		put_be32(a->out + 0x0c, link_faults[fault].opcode);
		memset(a->out + 0x14, 0, 236);
		put_text(a->out + 0x14, 236, link_faults[fault].message);
		break;
	case 3:
		if (fault != LINK_NO_CABLE)
			break;
		memset(a->out + 0x8, 0, a->type->size - 0x8);
		put_be32(a->out + 0xc, 4u << 28);	/* cable_type: unplugged */
		break;
	}
}

/* Registers of a port whose link is down. */
void link_alter(struct vcx *vcx, struct reg_access *a)
{
	enum link_fault fault = link_fault(vcx, a->instance);

	if (!fault)
		return;
	switch (a->type->id) {
	case 0x5004:	/* PTYS: an_status, data_rate_oper, and the speed in use */
		a->out[4] &= 0xf;
		a->out[4] |= fault == LINK_DISABLED ? 4 << 4 : 2 << 4;
		put_be16(a->out + 6, 0);
		memset(a->out + 0x20, 0, 12);
		put_be32(a->out + 0x2c, a->out[0x2f] & 0xf);
		break;
	case 0x5008:	/* PPCNT: raw_ber of 3e-4 in phy_statistics */
		if ((a->in[3] & 0x3f) == 0x16 && fault == LINK_ERRORS)
			put_be32(a->out + 0x68, 4 << 8 | 3);
		break;
	case 0x5023:	/* PPLM: fec_mode_active */
		memset(a->out + 0xd, 0, 3);
		break;
	case 0x5031:
		pddr_alter(a, fault);
		break;
	}
}

/* All ports have module 0. */
static bool unplugged(const struct vcx *vcx)
{
	return memchr(vcx->faults.link, LINK_NO_CABLE, sizeof(vcx->faults.link));
}

void pmaos_alter(struct vcx *vcx, struct reg_access *a)
{
	if (!a->instance && unplugged(vcx))
		a->out[3] = 2;
}

/* A temperature that the control socket has set for the chip, in 1/8 degrees. */
void mtmp_alter(struct vcx *vcx, struct reg_access *a)
{
	const struct vcx_faults *f = &vcx->card->functions[0]->faults;

	if (f->hot && !(get_be16(a->in + 2) & 0xfff))
		put_be16(a->out + 6, (u16)(f->temperature * 8));
}

/*
 * Timeouts in milliseconds, in the order of the register. Some drivers use a zero
 * as it is, so each timeout that vcx has no option for has the value that mlx5_core
 * uses for a device without this register.
 */
struct cmd_result dtor_read(struct vcx *vcx, struct reg_access *a)
{
	const struct {
		u8 offset;
		u32 ms;
	} timeouts[] = {
		{ 0x04, 2000 },		/* pcie_toggle_to */
		{ 0x14, vcx->config.health_poll_ms ? vcx->config.health_poll_ms : 2000 },
		{ 0x18, 60000 },	/* full_crdump_to */
		{ 0x1c, 60000 },	/* fw_reset_to */
		{ 0x20, 2000 },		/* flush_on_err_to */
		{ 0x24, 5000 },		/* pci_sync_update_to */
		{ 0x28, 3000 },		/* tear_down_to */
		{ 0x2c, 5000 },		/* fsm_reactivate_to */
		{ 0x30, 5000 },		/* reclaim_pages_to */
		{ 0x34, 120000 },	/* reclaim_vfs_pages_to */
		{ 0x38, 300000 },	/* reset_unload_to */
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(timeouts); i++)
		put_be32(a->out + timeouts[i].offset, timeouts[i].ms);
	return cmd_ok();
}

#define MAP_REGISTERS	8u
#define MAP_FEATURES	0x28u
#define MAP_LEN		16u

/* Sets a bit of a map of 128; bit 0 is the lowest one of the last byte. */
static void map_set(u8 *map, unsigned int bit)
{
	map[MAP_LEN - 1 - bit / 8] |= (u8)BIT(bit % 8);
}

/* QCAM, PCAM, MCAM and SBCAM: maps of the existing registers of a group and of features. */
struct cmd_result cap_map_read(struct vcx *vcx, struct reg_access *a)
{
	static const struct {
		u16 id;
		u16 first;
		u8 groups;
		u8 features[8];		/* by number; 0xff ends */
	} maps[] = {
		{ 0x4019, 0x4000, 1, { 0xff } },
		/* statistics of the PHY, PFCC watermarks, counter groups */
		{ 0x507f, 0x5000, 1, { 0, 9, 11, 13, 0xff } },
		/* groups of MPCNT, its overflows and stalls, power in MPEIN, reset_state in MFRL */
		{ 0x907f, 0x9000, 4, { 0, 3, 4, 17, 21, 0xff } },
		{ 0xb01f, 0xb000, 1, { 0xff } },
	};
	u8 group = a->in[3];
	unsigned int n = 0;
	u16 first;

	(void)vcx;
	while (maps[n].id != a->type->id)
		n++;
	if (group >= maps[n].groups || a->in[1])
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	a->out[3] = group;
	first = (u16)(maps[n].first + group * 0x80);
	for (unsigned int i = 0; i < reg_ntypes; i++) {
		if (reg_types[i].id >= first && reg_types[i].id - first < 0x80)
			map_set(a->out + MAP_REGISTERS, reg_types[i].id - first);
	}
	for (unsigned int i = 0; maps[n].features[i] != 0xff; i++)
		map_set(a->out + MAP_FEATURES, maps[n].features[i]);
	return cmd_ok();
}

#define MCIA_DATA	0x10u
#define MCIA_MAX	48u
#define MCIA_I2C	0x50

/* status */
#define MCIA_NOT_CONNECTED	3
#define MCIA_I2C_ERROR		9

/* SFF-8636: bytes 0-127, and 128-255 of page 0. Module 1's cage is empty. */
static const struct {
	u8 offset;
	const char *text;
	u8 value;
} eeprom[] = {
	{ 0, NULL, 0x11 },		/* identifier: QSFP28 */
	{ 1, NULL, 0x08 },		/* revision compliance */
	{ 2, NULL, 0x06 },		/* flat memory, no interrupt */
	{ 26, NULL, 0x80 }, { 27, NULL, 0xe8 },	/* 3.3 V */
	{ 128, NULL, 0x11 },
	{ 130, NULL, 0x23 },		/* connector: no separable */
	{ 131, NULL, 0x80 },		/* extended compliance follows */
	{ 139, NULL, 0x05 },		/* 64B/66B */
	{ 140, NULL, 0xff },		/* bit rate: see 222 */
	{ 146, NULL, 2 },		/* length, metres */
	{ 147, NULL, 0xa0 },		/* copper, unequalized */
	{ 148, "Mellanox        ", 0 },
	{ 165, NULL, 0x00 }, { 166, NULL, 0x02 }, { 167, NULL, 0xc9 },	/* OUI */
	{ 168, "MCP1600-C002E30N", 0 },
	{ 184, "A2", 0 },
	{ 186, NULL, 4 }, { 187, NULL, 5 }, { 188, NULL, 6 }, { 189, NULL, 9 },
	{ 192, NULL, 0x0b },		/* 100GBASE-CR4 */
	{ 196, "MT2118VS00417   ", 0 },
	{ 212, "210503  ", 0 },
	{ 222, NULL, 0x67 },		/* 25.75 GBd */
};

static u8 checksum(const u8 *data, u32 from, u32 to)
{
	u8 sum = 0;

	while (from < to)
		sum = (u8)(sum + data[from++]);
	return sum;
}

static void eeprom_fill(const struct vcx *vcx, u8 data[256])
{
	u64 seconds = (now_ns() - vcx->card->start_ns) / 1000000000ull;

	memset(data, 0, 256);
	for (unsigned int i = 0; i < ARRAY_SIZE(eeprom); i++) {
		if (eeprom[i].text)
			memcpy(data + eeprom[i].offset, eeprom[i].text, strlen(eeprom[i].text));
		else
			data[eeprom[i].offset] = eeprom[i].value;
	}
	data[22] = (u8)(37 + seconds / 8 % 3);	/* temperature */
	data[191] = checksum(data, 128, 191);
	data[223] = checksum(data, 192, 223);
}

struct cmd_result mcia_read(struct vcx *vcx, struct reg_access *a)
{
	u32 off = get_be16(a->in + 6), size = get_be16(a->in + 10);
	u8 page = a->in[5], data[256];

	if (size > MCIA_MAX || off >= sizeof(data) || size > sizeof(data) - off)
		return cmd_fail(ST_BAD_PARAM, SYND_REG_CONTENT);
	memcpy(a->out, a->in, MCIA_DATA);
	if (a->in[1] || unplugged(vcx) || a->in[4] != MCIA_I2C || page) {
		a->out[3] = a->in[1] || unplugged(vcx) ? MCIA_NOT_CONNECTED : MCIA_I2C_ERROR;
		return cmd_ok();
	}
	a->out[3] = 0;
	eeprom_fill(vcx, data);
	memcpy(a->out + MCIA_DATA, data + off, size);
	return cmd_ok();
}
