// SPDX-License-Identifier: GPL-2.0-only
/*
 * Capabilities of the general device; "HCA Capabilities" in the Ethernet
 * Adapters PRM. What isn't in the table is zero: the device can't do it.
 */
#include "vcx.h"

#define CAP_PAGE	4096u
#define OUT_CAP		16u
#define IN_FUNCTION	8
#define IN_OTHER	BIT(7)
#define IN_CAP		16u

#define CAP_TYPE_GENERAL 0
#define CAP_MODE_CURRENT BIT(0)

/* The groups that this family knows; the others aren't even zero. */
#define CAP_TYPES_KNOWN	(0x0fffffffffull | BIT_ULL(0x25) | BIT_ULL(0x26) | BIT_ULL(0x28))

struct cap_field {
	u16 bit;	/* counted from the most significant bit of the page */
	u8 width;
	u32 value;
};

static const struct cap_field general[] = {
	{ 0x0e0, 8, 22 },	/* log_max_eq_sz */
	{ 0x0fc, 4, 7 },	/* log_max_eq */
	{ 0x258, 8, 12 },	/* log_pg_sz */
	{ 0x24a, 6, 5 },	/* uar_sz: 32 MiB */
	{ 0x470, 16, VCX_MAX_EQS - 1 },	/* max_num_eqs */
	{ 0x4c0, 32, 1000 },	/* device_frequency_mhz: the timer counts nanoseconds */
	{ 0x4e0, 32, 1000000 },	/* device_frequency_khz */
};

static void cap_set(u8 *page, u16 bit, u8 width, u32 value)
{
	for (u8 i = 0; i < width; i++) {
		u16 at = (u16)(bit + width - 1 - i);
		u8 mask = (u8)(0x80 >> (at % 8));

		if (value >> i & 1)
			page[at / 8] |= mask;
		else
			page[at / 8] &= (u8)~mask;
	}
}

static u8 log2_ceil(u32 v)
{
	u8 log = 0;

	while (log < 31 && BIT(log) < v)
		log++;
	return log;
}

static void caps_general(const struct vcx *vcx, u8 page[CAP_PAGE])
{
	memset(page, 0, CAP_PAGE);
	for (unsigned int i = 0; i < ARRAY_SIZE(general); i++)
		cap_set(page, general[i].bit, general[i].width, general[i].value);
	cap_set(page, 0x1b8, 8, vcx->config.ports);
	cap_set(page, 0x463, 5, log2_ceil(vcx->config.max_uctx));
	cap_set(page, 0x6a0, 32, vcx->config.uctx_cap);
}

void caps_init(struct vcx *vcx)
{
	caps_general(vcx, vcx->fw.cap_current);
}

static bool caps_own_function(const struct cmdq_cmd *cmd)
{
	return !(cmd->in[IN_FUNCTION] & IN_OTHER) && !get_be16(cmd->in + IN_FUNCTION + 2);
}

struct cmd_result caps_query(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	u16 op_mod = get_be16(cmd->in + 6);
	u16 type = op_mod >> 1;
	u8 page[CAP_PAGE] = { 0 };

	if (!caps_own_function(cmd))
		return cmd_fail(ST_BAD_PARAM, SYND_FUNCTION);
	if (type >= 64 || !(CAP_TYPES_KNOWN & BIT_ULL(type)))
		return cmd_fail(ST_BAD_PARAM, SYND_CAP_TYPE);
	if (type == CAP_TYPE_GENERAL && (op_mod & CAP_MODE_CURRENT))
		memcpy(page, vcx->fw.cap_current, CAP_PAGE);
	else if (type == CAP_TYPE_GENERAL)
		caps_general(vcx, page);
	memcpy(cmd->out + OUT_CAP, page, min_size(cmd->out_len - OUT_CAP, CAP_PAGE));
	return cmd_ok();
}

struct cmd_result caps_set(struct vcx *vcx, struct cmdq_cmd *cmd)
{
	u16 type = get_be16(cmd->in + 6) >> 1;

	if (!caps_own_function(cmd))
		return cmd_fail(ST_BAD_PARAM, SYND_FUNCTION);
	if (type != CAP_TYPE_GENERAL)
		return cmd_fail(ST_BAD_PARAM, SYND_CAP_TYPE);
	memcpy(vcx->fw.cap_current, cmd->in + IN_CAP,
	       min_size(cmd->in_len - IN_CAP, CAP_PAGE));
	return cmd_ok();
}
