/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/fwctl.yaml */
/* YNL-GEN kernel header */
/* To regenerate run: tools/net/ynl/ynl-regen.sh */

#ifndef _LINUX_FWCTL_GEN_H
#define _LINUX_FWCTL_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/fwctl/fwctl_netlink.h>

extern const struct nla_policy fwctl_dev_get_nl_policy[FWCTL_A_DEV_NAME + 1];

extern const struct nla_policy fwctl_dev_set_nl_policy[FWCTL_A_DEV_FUNCTION_CEILING + 1];

/* Ops table for fwctl */
extern const struct genl_ops fwctl_nl_ops[2];

int fwctl_nl_dev_get_doit(struct sk_buff *skb, struct genl_info *info);
int fwctl_nl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int fwctl_nl_dev_set_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	FWCTL_NLGRP_DEVICE,
	FWCTL_NLGRP_AUDIT,
	FWCTL_NLGRP_AUDIT_REFUSED,
	FWCTL_NLGRP_AUDIT_WRITES,
};

#endif /* _LINUX_FWCTL_GEN_H */
