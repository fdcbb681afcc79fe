// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Restarts of a driver and of firmware, by devlink(7), which the driver of a device's
 * parent offers. The kernel makes the whole restart within the request.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/devlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <sys/socket.h>

#include "private.h"

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

/**
 * struct answer - the kernel's answer to a request
 * @done: it has come
 * @err: 0, or a negative errno
 * @text: the kernel's own message, or an empty text
 * @size: bytes at @text
 */
struct answer {
	bool done;
	int err;
	char *text;
	size_t size;
};

static const struct fwctl_hint hints[] = {
	{ EOPNOTSUPP, "the driver or the kernel has no such restart",
	  "reboot in place of it" },
	{ ENODEV, "the driver has no devlink instance in this network namespace",
	  "run the command in the initial network namespace, or reboot" },
	{ EPERM, "refused: needs CAP_NET_ADMIN", "run as root" },
	{ EBUSY, "another restart is in progress", "wait for its end" },
	{ ETIMEDOUT, "the device did not answer in time", "see the kernel's log" },
	{ ENODATA, "a recording has no restarts", "run the command on the device" },
	{ EIO, "netlink failed", "see the kernel's log" },
};

/* The message in an answer with extended attributes (NETLINK_EXT_ACK). */
static void copy_text(struct answer *answer, const struct nlmsgerr *err)
{
	const struct nlmsghdr *head = (const void *)((const char *)err - NLMSG_HDRLEN);
	size_t used = sizeof(*err), len = head->nlmsg_len - NLMSG_HDRLEN;
	struct nlattr *attr;

	if (!(head->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(head->nlmsg_flags & NLM_F_CAPPED))
		used += err->msg.nlmsg_len - NLMSG_HDRLEN;
	used = NLMSG_ALIGN(used);
	if (used >= len)
		return;
	attr = nla_find((struct nlattr *)((char *)err + used), len - used,
			NLMSGERR_ATTR_MSG);
	if (attr)
		nla_strlcpy(answer->text, attr, answer->size);
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *err, void *arg)
{
	struct answer *answer = arg;

	(void)from;
	answer->done = true;
	answer->err = err->error;
	copy_text(answer, err);
	return NL_STOP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct answer *answer = arg;

	(void)msg;
	answer->done = true;
	return NL_STOP;
}

static int send_reload(struct nl_sock *sock, int family, const struct fwctl_dev *dev,
		       enum fwctl_reload what)
{
	const struct nla_bitfield32 limits = {
		.value = 1U << DEVLINK_RELOAD_LIMIT_NO_RESET,
		.selector = 1U << DEVLINK_RELOAD_LIMIT_NO_RESET,
	};
	struct nl_msg *msg = nlmsg_alloc();
	int err = -NLE_NOMEM;

	if (msg && genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, NLM_F_ACK,
			       DEVLINK_CMD_RELOAD, DEVLINK_GENL_VERSION) &&
	    !nla_put_string(msg, DEVLINK_ATTR_BUS_NAME, dev->bus) &&
	    !nla_put_string(msg, DEVLINK_ATTR_DEV_NAME, dev->parent) &&
	    !nla_put_u8(msg, DEVLINK_ATTR_RELOAD_ACTION,
			what == FWCTL_RELOAD_DRIVER ?
			DEVLINK_RELOAD_ACTION_DRIVER_REINIT :
			DEVLINK_RELOAD_ACTION_FW_ACTIVATE) &&
	    (what != FWCTL_RELOAD_PATCH ||
	     !nla_put(msg, DEVLINK_ATTR_RELOAD_LIMITS, sizeof(limits), &limits)))
		err = nl_send_auto(sock, msg);
	nlmsg_free(msg);
	return err < 0 ? err : 0;
}

int fwctl_kernel_reload(struct fwctl_dev *dev, enum fwctl_reload what, char *text,
			size_t size)
{
	struct answer answer = { .text = text, .size = size };
	struct nl_sock *sock;
	int family, on = 1, ret = -EIO;
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);

	*text = '\0';
	sock = nl_socket_alloc();
	if (!sock || !cb) {
		ret = -ENOMEM;
		goto out;
	}
	if (!dev->bus || !dev->parent) {
		ret = -EOPNOTSUPP;
		goto out;
	}
	if (genl_connect(sock))
		goto out;
	family = genl_ctrl_resolve(sock, DEVLINK_GENL_NAME);
	if (family < 0) {
		ret = family == -NLE_OBJ_NOTFOUND ? -EOPNOTSUPP : -EIO;
		goto out;
	}
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_EXT_ACK, &on,
		   sizeof(on));
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, &answer);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, &answer);
	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_DEFAULT, NULL, NULL);
	if (send_reload(sock, family, dev, what))
		goto out;
	while (!answer.done)
		if (nl_recvmsgs(sock, cb) < 0 && !answer.done)
			goto out;
	ret = answer.err;
out:
	nl_cb_put(cb);
	nl_socket_free(sock);
	return ret;
}

int fwctl_dev_reload(struct fwctl_dev *dev, enum fwctl_reload what)
{
	static const char * const names[] = {
		[FWCTL_RELOAD_DRIVER] = "driver_reinit",
		[FWCTL_RELOAD_FIRMWARE] = "fw_activate",
		[FWCTL_RELOAD_PATCH] = "fw_activate limit no_reset",
	};
	struct fwctl_hint hint;
	char text[256] = "";
	int ret;

	if ((unsigned int)what >= ARRAY_SIZE(names))
		return fwctl_fail(dev->error, -EINVAL, "%s: no such restart: %d",
				  dev->name, what);
	fwctl_dev_close(dev);
	ret = dev->source->transport->reload ?
	      dev->source->transport->reload(dev, what, text, sizeof(text)) : -ENODATA;
	if (!ret)
		return 0;
	hint = fwctl_hint(hints, ARRAY_SIZE(hints), ret);
	return fwctl_fail(dev->error, ret, "%s: devlink reload %s: %s: %s", dev->name,
			  names[what], *text ? text : hint.what,
			  *text ? "see the kernel's log" : hint.todo);
}
