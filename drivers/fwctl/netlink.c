// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands of the netlink family: reading the state of devices, and
 * lowering a ceiling. netlink_gen.c has the table of them, events.c the family.
 */
#include <linux/device.h>
#include <net/genetlink.h>

#include "core.h"
#include "netlink_gen.h"

/*
 * How long dev-set waits for requests above the new ceiling. While it waits, no
 * module with a netlink family can be loaded, and then no message of any family
 * is received.
 */
#define FWCTL_NL_PATIENCE	(HZ / 10)

static void fwctl_nl_device_put(struct fwctl_device *fwctl)
{
	fwctl_leave(fwctl);
	fwctl_put(fwctl);
}

/* Returns the requested device, for fwctl_nl_device_put(), or an ERR_PTR(). */
static struct fwctl_device *fwctl_nl_device_get(struct genl_info *info)
{
	struct nlattr *index = info->attrs[FWCTL_A_DEV_INDEX];
	struct nlattr *name = info->attrs[FWCTL_A_DEV_NAME];
	struct fwctl_device *fwctl;
	unsigned int nr;

	if (!index == !name) {
		GENL_SET_ERR_MSG(info, "the request must have either index or name");
		return ERR_PTR(-EINVAL);
	}
	if (index)
		nr = nla_get_u32(index);
	else if (sscanf(nla_data(name), "fwctl%u", &nr) != 1)
		nr = FWCTL_MAX_DEVICES;

	fwctl = fwctl_find(nr, nr);
	if (fwctl && name && nla_strcmp(name, dev_name(&fwctl->dev))) {
		fwctl_nl_device_put(fwctl);
		fwctl = NULL;
	}
	if (!fwctl) {
		GENL_SET_ERR_MSG(info, "no such fwctl device");
		return ERR_PTR(-ENODEV);
	}
	return fwctl;
}

int fwctl_nl_dev_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct fwctl_device *fwctl;
	struct sk_buff *reply;
	int err = -ENOMEM;

	fwctl = fwctl_nl_device_get(info);
	if (IS_ERR(fwctl))
		return PTR_ERR(fwctl);
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (reply)
		err = fwctl_nl_device_msg(reply, fwctl, info->snd_portid,
					  info->snd_seq, 0, FWCTL_CMD_DEV_GET);
	fwctl_nl_device_put(fwctl);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return genlmsg_reply(reply, info);
}

int fwctl_nl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct fwctl_device *fwctl;
	int err;

	while ((fwctl = fwctl_find(cb->args[0], FWCTL_MAX_DEVICES))) {
		err = fwctl_nl_device_msg(skb, fwctl,
					  NETLINK_CB(cb->skb).portid,
					  cb->nlh->nlmsg_seq, NLM_F_MULTI,
					  FWCTL_CMD_DEV_GET);
		if (!err)
			cb->args[0] = fwctl->index + 1;
		fwctl_nl_device_put(fwctl);
		if (err)
			return skb->len ?: err;
	}
	return skb->len;
}

int fwctl_nl_dev_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *card = info->attrs[FWCTL_A_DEV_CEILING];
	struct nlattr *function = info->attrs[FWCTL_A_DEV_FUNCTION_CEILING];
	struct fwctl_device *fwctl;
	int err;

	if (!card == !function) {
		GENL_SET_ERR_MSG(info, "the request must have either ceiling or function-ceiling");
		return -EINVAL;
	}
	fwctl = fwctl_nl_device_get(info);
	if (IS_ERR(fwctl))
		return PTR_ERR(fwctl);
	/* Lowering may wait for long, and removal would wait for it. */
	fwctl_leave(fwctl);
	err = fwctl_nl_may_lower(skb);
	if (err) {
		GENL_SET_ERR_MSG(info, "lowering a ceiling needs CAP_SYS_ADMIN");
	} else {
		err = fwctl_ceiling_lower(fwctl, card ?
					  FWCTL_CEILING_OF_CARD :
					  FWCTL_CEILING_OF_FUNCTION,
					  nla_get_u32(card ?: function),
					  FWCTL_NL_PATIENCE);
		if (err == -EPERM)
			GENL_SET_ERR_MSG(info, "a ceiling cannot be raised");
		else if (err == -ENODEV)
			GENL_SET_ERR_MSG(info, "no such fwctl device");
		else if (err == -EINPROGRESS)
			GENL_SET_ERR_MSG(info,
					 "the ceiling is set; repeat to wait for requests above");
	}
	fwctl_put(fwctl);
	return err;
}
