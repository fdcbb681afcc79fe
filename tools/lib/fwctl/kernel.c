// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The transport that leads to the kernel: sysfs to find devices, their files to
 * talk to them, and the netlink family for their states and ceilings.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "private.h"

#define CLASS "/sys/class/fwctl"

static unsigned int parse_scopes(const char *text)
{
	char *copy = text ? strdup(text) : NULL;
	enum fwctl_rpc_scope scope;
	unsigned int scopes = 0;
	char *word, *rest;

	for (word = copy ? strtok_r(copy, " ", &rest) : NULL; word;
	     word = strtok_r(NULL, " ", &rest))
		if (!fwctl_scope_parse(word, &scope))
			scopes |= 1U << scope;
	free(copy);
	return scopes;
}

static const char *base_name(const char *path)
{
	return strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
}

/* The first line of a file, or NULL. */
static char *read_attribute(const char *dir, const char *name)
{
	char path[PATH_MAX], text[256];
	ssize_t len;
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >=
	    (int)sizeof(path))
		return NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len < 0)
		return NULL;
	text[len] = 0;
	text[strcspn(text, "\n")] = 0;
	return strdup(text);
}

/* The last part of a link's target, or NULL; realpath() would ask for each part. */
static char *link_name(const char *dir, const char *name)
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t len;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >=
	    (int)sizeof(path))
		return NULL;
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return NULL;
	target[len] = 0;
	return strdup(base_name(target));
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* The entries of a folder; none if it does not exist. NULL without memory. */
static char **folder_entries(const char *dir, const char *name)
{
	struct dirent **entries = NULL;
	char path[PATH_MAX];
	char **names;
	int count = 0;
	int i, n = 0;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) <
	    (int)sizeof(path))
		count = scandir(path, &entries, is_visible, versionsort);
	if (count < 0)
		count = 0;
	names = calloc(count + 1, sizeof(*names));
	for (i = 0; i < count; i++) {
		if (names && n == i) {
			names[n] = strdup(entries[i]->d_name);
			n += !!names[n];
		}
		free(entries[i]);
	}
	free(entries);
	if (n == count)
		return names;
	fwctl_strings_free(names);
	return NULL;
}

/*
 * With Linux's own fwctl, which has no attributes type, driver and scopes,
 * these stay unknown. Everything but the name may disappear during the call.
 */
static struct fwctl_dev *make_device(const char *dir)
{
	struct fwctl_dev *dev = calloc(1, sizeof(*dev));
	char *type = read_attribute(dir, "type");
	char *scopes = read_attribute(dir, "scopes");

	if (!dev)
		goto out;
	dev->fd = -1;
	dev->name = strdup(base_name(dir));
	if (asprintf(&dev->path, "/dev/fwctl/%s", base_name(dir)) < 0)
		dev->path = NULL;
	dev->driver = read_attribute(dir, "driver");
	dev->parent = link_name(dir, "device");
	dev->bus = link_name(dir, "device/subsystem");
	dev->type = type ? strtoul(type, NULL, 0) : FWCTL_DEVICE_TYPE_ERROR;
	dev->scopes = parse_scopes(scopes);
	dev->netdevs = folder_entries(dir, "device/net");
	dev->rdma_devs = folder_entries(dir, "device/infiniband");
	if (!dev->name || !dev->path || !dev->netdevs || !dev->rdma_devs) {
		fwctl_dev_free(dev);
		dev = NULL;
	}
out:
	free(type);
	free(scopes);
	return dev;
}

static int is_device(const struct dirent *entry)
{
	return fwctl_is_device_name(entry->d_name);
}

/* Add a device to an array; it is no error if the device has disappeared. */
static int add_device(struct fwctl_dev **list, size_t *count, const char *name)
{
	char dir[PATH_MAX];

	if (snprintf(dir, sizeof(dir), CLASS "/%s", name) >= (int)sizeof(dir))
		return 0;
	list[*count] = make_device(dir);
	if (!list[*count])
		return -ENOMEM;
	/* A device that has disappeared has no parent, either. */
	if (list[*count]->parent || !access(dir, F_OK)) {
		++*count;
	} else {
		fwctl_dev_free(list[*count]);
		list[*count] = NULL;
	}
	return 0;
}

/*
 * libudev's enumeration makes over a hundred system calls for each device, reading
 * the folder and the attributes makes two dozen.
 */
static int kernel_list(struct fwctl_ctx *ctx, const char *name,
		       struct fwctl_dev ***devs)
{
	struct dirent **entries = NULL;
	struct fwctl_dev **list;
	int found = 0, i, ret = 0;
	size_t count = 0;

	if (!name)
		found = scandir(CLASS, &entries, is_device, NULL);
	if (name ? access(CLASS, F_OK) : found < 0) {
		if (errno == ENOENT)
			return fwctl_fail(ctx->error, -ENOENT,
					  "there is no %s: load the device's module, which 'fwctl probe' names",
					  CLASS);
		return fwctl_fail(ctx->error, -errno, "cannot list %s: %s", CLASS,
				  strerrordesc_np(errno));
	}
	list = calloc(found + 2, sizeof(*list));
	if (!list)
		ret = -ENOMEM;
	else if (name)
		ret = add_device(list, &count, name);
	for (i = 0; i < found; i++) {
		if (!ret)
			ret = add_device(list, &count, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (ret) {
		fwctl_list_free(list);
		return fwctl_fail(ctx->error, ret, "no memory");
	}
	*devs = list;
	return 0;
}

/**
 * struct answer - the answer to a request, as far as it was received
 * @done: the last message was received
 * @err: 0 or a negative errno
 * @states: the states, with NULL at the end; NULL if there are none yet
 * @count: their number
 */
struct answer {
	bool done;
	int err;
	struct fwctl_state **states;
	size_t count;
};

static int add_state(struct nl_msg *msg, void *arg)
{
	struct genlmsghdr *genl = genlmsg_hdr(nlmsg_hdr(msg));
	struct answer *answer = arg;
	struct fwctl_state **states;
	int err;

	if (answer->err)
		return NL_OK;
	/* The room is doubled when the number of states is a power of two. */
	if (!(answer->count & (answer->count - 1))) {
		states = reallocarray(answer->states, 2 * answer->count + 2,
				      sizeof(*states));
		if (!states) {
			answer->err = -ENOMEM;
			return NL_OK;
		}
		answer->states = states;
		states[answer->count] = NULL;
	}
	err = fwctl_state_parse(genlmsg_attrdata(genl, 0),
				genlmsg_attrlen(genl, 0),
				&answer->states[answer->count]);
	if (err)
		answer->err = err;
	else
		answer->states[++answer->count] = NULL;
	return NL_OK;
}

static int end_answer(struct nl_msg *msg, void *arg)
{
	struct answer *answer = arg;

	(void)msg;
	answer->done = true;
	return NL_STOP;
}

/* libnl's own error numbers do not preserve the errno. */
static int fail_answer(struct sockaddr_nl *from, struct nlmsgerr *error,
		       void *arg)
{
	struct answer *answer = arg;

	(void)from;
	answer->err = error->error;
	answer->done = true;
	return NL_STOP;
}

/**
 * struct lowering - a ceiling, for FWCTL_CMD_DEV_SET
 * @attribute: FWCTL_A_DEV_CEILING or FWCTL_A_DEV_FUNCTION_CEILING
 * @ceiling: the ceiling
 */
struct lowering {
	int attribute;
	enum fwctl_ceiling ceiling;
};

static int ask(struct fwctl_nl *nl, int cmd, const char *name,
	       const struct lowering *lowering, struct answer *answer)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	struct nl_msg *msg = nlmsg_alloc();
	int err = -ENOMEM;

	if (!cb || !msg ||
	    !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, nl->family, 0,
			 name ? 0 : NLM_F_DUMP, cmd, FWCTL_FAMILY_VERSION) ||
	    (name && nla_put_string(msg, FWCTL_A_DEV_NAME, name)) ||
	    (lowering && nla_put_u32(msg, lowering->attribute, lowering->ceiling)))
		goto out;
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, add_state, answer);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, end_answer, answer);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, end_answer, answer);
	nl_cb_err(cb, NL_CB_CUSTOM, fail_answer, answer);

	err = nl_send_auto(nl->sock, msg) < 0 ? -EIO : 0;
	while (!err && !answer->done)
		if (nl_recvmsgs(nl->sock, cb) < 0 && !answer->done)
			err = -EIO;
	/* The next request must not receive the rest of this answer. */
	if (err)
		fwctl_nl_close(nl);
	else
		err = answer->err;
out:
	nlmsg_free(msg);
	nl_cb_put(cb);
	return err;
}

/* Send a request and receive its answer, even if the module was reloaded. */
static int request(struct fwctl_nl *nl, int cmd, const char *name,
		   const struct lowering *lowering, struct answer *answer)
{
	int tries, err;

	for (tries = 0; tries < 2; tries++) {
		*answer = (struct answer){};
		err = fwctl_nl_open(nl);
		if (err)
			return err;
		err = ask(nl, cmd, name, lowering, answer);
		/* No family has this number, so the request had no effect. */
		if (err != -ENOENT)
			return err;
		fwctl_nl_close(nl);
	}
	return -EOPNOTSUPP;
}

static int kernel_states(struct fwctl_ctx *ctx, struct fwctl_state ***states)
{
	struct answer answer = {};
	int err = request(&ctx->nl, FWCTL_CMD_DEV_GET, NULL, NULL, &answer);

	if (!err && !answer.states) {
		answer.states = calloc(1, sizeof(*answer.states));
		err = answer.states ? 0 : -ENOMEM;
	}
	if (err)
		fwctl_states_free(answer.states);
	else
		*states = answer.states;
	return err;
}

static int kernel_open(struct fwctl_dev *dev, bool write)
{
	int fd = open(dev->path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	dev->fd = fd;
	return 0;
}

static void kernel_close(struct fwctl_dev *dev)
{
	close(dev->fd);
	dev->fd = -1;
}

static int kernel_info(struct fwctl_dev *dev, struct fwctl_info *info)
{
	return ioctl(dev->fd, FWCTL_INFO, info) ? -errno : 0;
}

static int kernel_rpc(struct fwctl_dev *dev, struct fwctl_rpc *rpc)
{
	return ioctl(dev->fd, FWCTL_RPC, rpc) ? -errno : 0;
}

static int kernel_state(struct fwctl_dev *dev, struct fwctl_state **state)
{
	struct answer answer = {};
	int err = request(&dev->nl, FWCTL_CMD_DEV_GET, dev->name, NULL,
			  &answer);

	if (!err && answer.count != 1)
		err = -EBADMSG;
	if (!err) {
		*state = answer.states[0];
		answer.states[0] = NULL;
	}
	fwctl_states_free(answer.states);
	return err;
}

static int kernel_attribute(struct fwctl_dev *dev, const char *name,
			    char text[FWCTL_ATTRIBUTE_MAX])
{
	char path[PATH_MAX];
	ssize_t len;
	int fd;

	if (snprintf(path, sizeof(path), CLASS "/%s/device/%s", dev->name,
		     name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, text, FWCTL_ATTRIBUTE_MAX - 1);
	if (len < 0)
		len = -errno;
	close(fd);
	if (len < 0)
		return len;
	text[len] = 0;
	text[strcspn(text, "\n")] = 0;
	return 0;
}

static int kernel_lower(struct fwctl_dev *dev, enum fwctl_ceiling ceiling, bool function)
{
	const struct lowering lowering = {
		function ? FWCTL_A_DEV_FUNCTION_CEILING : FWCTL_A_DEV_CEILING, ceiling,
	};
	struct answer answer;
	int err;

	do {
		err = request(&dev->nl, FWCTL_CMD_DEV_SET, dev->name, &lowering,
			      &answer);
		/* The kernel has waited a while for requests above the ceiling. */
	} while (err == -EINPROGRESS);
	return err;
}

const struct fwctl_transport fwctl_transport_kernel = {
	.list = kernel_list,
	.states = kernel_states,
	.open = kernel_open,
	.close = kernel_close,
	.info = kernel_info,
	.rpc = kernel_rpc,
	.state = kernel_state,
	.lower = kernel_lower,
	.attribute = kernel_attribute,
	.lock = fwctl_kernel_lock,
	.unlock = fwctl_kernel_unlock,
	.reload = fwctl_kernel_reload,
};
