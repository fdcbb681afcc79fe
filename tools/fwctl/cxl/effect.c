// SPDX-License-Identifier: GPL-2.0-only
/*
 * The effects of Set Feature on a feature, as the device reports them: when a new value
 * takes effect, and the scope that a write needs.
 */
#include <string.h>

#include "cxl.h"

/* The driver applies the same rules: drivers/fwctl/cxl/feature.c. */
#define IMMEDIATE (CXL_CMD_CONFIG_CHANGE_IMMEDIATE | CXL_CMD_DATA_CHANGE_IMMEDIATE | \
		   CXL_CMD_POLICY_CHANGE_IMMEDIATE | CXL_CMD_LOG_CHANGE_IMMEDIATE | \
		   CXL_CMD_SECURITY_STATE_CHANGE)
#define NEVER (CXL_CMD_BACKGROUND | CXL_CMD_EFFECTS_RESERVED)

static const struct {
	__u16 effect;
	const char *when;
} resets[] = {
	{ CXL_CMD_CONFIG_CHANGE_CXL_RESET, "CXL" },
	{ CXL_CMD_CONFIG_CHANGE_CONV_RESET, "conventional" },
	{ CXL_CMD_CONFIG_CHANGE_COLD_RESET, "cold" },
};

/* The effects that are meaningful: two bits are valid only with another one. */
static __u16 valid(__u16 effects)
{
	if (!(effects & CXL_CMD_EFFECTS_VALID))
		effects &= ~(CXL_CMD_CONFIG_CHANGE_CONV_RESET |
			     CXL_CMD_CONFIG_CHANGE_CXL_RESET);
	return effects;
}

/* Does a new value take effect without a reset? */
bool cxl_at_once(__u16 effects)
{
	return effects & IMMEDIATE;
}

/* The time at which a new value takes effect; an empty text if that is unknown. */
void cxl_effect_text(__u16 effects, char text[CXL_EFFECT_LEN])
{
	size_t i, len = 0;

	*text = 0;
	if (effects & CXL_CMD_BACKGROUND) {
		snprintf(text, CXL_EFFECT_LEN, "after a background operation");
		return;
	}
	if (cxl_at_once(effects)) {
		snprintf(text, CXL_EFFECT_LEN, "immediately");
		return;
	}
	for (i = 0; i < ARRAY_SIZE(resets); i++)
		if (valid(effects) & resets[i].effect)
			len += snprintf(text + len, CXL_EFFECT_LEN - len, "%s%s",
					len ? " or " : "at a ", resets[i].when);
	if (len)
		snprintf(text + len, CXL_EFFECT_LEN - len, " reset");
}

/* The least scope that admits a write, or -1 if none does. */
int cxl_scope(__u16 effects)
{
	size_t i;

	if (effects & NEVER)
		return -1;
	if (cxl_at_once(effects))
		return FWCTL_RPC_DEBUG_WRITE_FULL;
	for (i = 0; i < ARRAY_SIZE(resets); i++)
		if (valid(effects) & resets[i].effect)
			return FWCTL_RPC_DEBUG_WRITE;
	return -1;
}
