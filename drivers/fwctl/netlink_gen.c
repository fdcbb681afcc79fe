// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/fwctl.yaml */
/* YNL-GEN kernel source */
/* To regenerate run: tools/net/ynl/ynl-regen.sh */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/fwctl/fwctl_netlink.h>

/* FWCTL_CMD_DEV_GET - do */
const struct nla_policy fwctl_dev_get_nl_policy[FWCTL_A_DEV_NAME + 1] = {
	[FWCTL_A_DEV_INDEX] = { .type = NLA_U32, },
	[FWCTL_A_DEV_NAME] = { .type = NLA_NUL_STRING, },
};

/* FWCTL_CMD_DEV_SET - do */
const struct nla_policy fwctl_dev_set_nl_policy[FWCTL_A_DEV_FUNCTION_CEILING + 1] = {
	[FWCTL_A_DEV_INDEX] = { .type = NLA_U32, },
	[FWCTL_A_DEV_NAME] = { .type = NLA_NUL_STRING, },
	[FWCTL_A_DEV_CEILING] = NLA_POLICY_MAX(NLA_U32, 4),
	[FWCTL_A_DEV_FUNCTION_CEILING] = NLA_POLICY_MAX(NLA_U32, 4),
};

/* Ops table for fwctl */
const struct genl_ops fwctl_nl_ops[2] = {
	{
		.cmd		= FWCTL_CMD_DEV_GET,
		.doit		= fwctl_nl_dev_get_doit,
		.dumpit		= fwctl_nl_dev_get_dumpit,
		.policy		= fwctl_dev_get_nl_policy,
		.maxattr	= FWCTL_A_DEV_NAME,
	},
	{
		.cmd		= FWCTL_CMD_DEV_SET,
		.doit		= fwctl_nl_dev_set_doit,
		.policy		= fwctl_dev_set_nl_policy,
		.maxattr	= FWCTL_A_DEV_FUNCTION_CEILING,
	},
};

static const struct genl_multicast_group fwctl_nl_mcgrps[] = {
	[FWCTL_NLGRP_DEVICE] = { "device", },
	[FWCTL_NLGRP_AUDIT] = { "audit", },
	[FWCTL_NLGRP_AUDIT_REFUSED] = { "audit-refused", },
	[FWCTL_NLGRP_AUDIT_WRITES] = { "audit-writes", },
};
