// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A device: its attributes, opening it, and its requests.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/capability.h>
#include <fwctl/sim.h>

#include "private.h"

void fwctl_strings_free(char **strings)
{
	char **string;

	for (string = strings; strings && *string; string++)
		free(*string);
	free(strings);
}

void fwctl_dev_free(struct fwctl_dev *dev)
{
	if (!dev)
		return;
	fwctl_dev_close(dev);
	free(dev->name);
	free(dev->path);
	free(dev->driver);
	free(dev->parent);
	free(dev->bus);
	fwctl_strings_free(dev->netdevs);
	fwctl_strings_free(dev->rdma_devs);
	fwctl_source_put(dev->source);
	fwctl_nl_close(&dev->nl);
	free(dev);
}

void fwctl_list_free(struct fwctl_dev **devs)
{
	struct fwctl_dev **dev;

	for (dev = devs; devs && *dev; dev++)
		fwctl_dev_free(*dev);
	free(devs);
}

const char *fwctl_dev_name(const struct fwctl_dev *dev)
{
	return dev->name;
}

const char *fwctl_dev_path(const struct fwctl_dev *dev)
{
	return dev->path;
}

__u32 fwctl_dev_type(const struct fwctl_dev *dev)
{
	return dev->type;
}

const char *fwctl_dev_driver(const struct fwctl_dev *dev)
{
	return dev->driver;
}

const char *fwctl_dev_parent(const struct fwctl_dev *dev)
{
	return dev->parent;
}

const char *fwctl_dev_bus(const struct fwctl_dev *dev)
{
	return dev->bus;
}

const char *const *fwctl_dev_netdevs(const struct fwctl_dev *dev)
{
	return (const char *const *)dev->netdevs;
}

const char *const *fwctl_dev_rdma_devs(const struct fwctl_dev *dev)
{
	return (const char *const *)dev->rdma_devs;
}

unsigned int fwctl_dev_scopes(const struct fwctl_dev *dev)
{
	return dev->scopes;
}

const char *fwctl_dev_error(const struct fwctl_dev *dev)
{
	return dev->error;
}

#define GONE "the device is gone or is being removed"
#define NOT_OPEN "the device is not open"
#define NO_ANSWER "the firmware did not answer in time"
#define NO_MEMORY "no memory"
#define NOT_FWCTL "the file is not an fwctl device"
#define LOOK_AGAIN "list the devices again"
#define SEE_LOG "see the kernel's log"
#define NOT_RECORDED "the recording has no such request"
#define RECORD_IT "record this request as well"
#define SEE_CGROUP "see the limit of this process's memory cgroup"

static const struct fwctl_hint open_hints[] = {
	{ EACCES, "permission denied, or the device's ceiling is none",
	  "see the owner and mode of the file, and the ceiling of the device" },
	{ EPERM, "permission denied", "run as root, or get access to the file" },
	{ ENOENT, "there is no such file",
	  "check that devtmpfs or udev creates it" },
	{ ENODEV, GONE, LOOK_AGAIN },
	{ ENXIO, GONE, LOOK_AGAIN },
	{ EBUSY, "too many files of this device are open",
	  "close some, or raise the parameter max_files of the module fwctl" },
	{ ENOMEM, NO_MEMORY, SEE_CGROUP },
	{ ETIMEDOUT, NO_ANSWER, SEE_LOG },
	{ EINVAL, "no such flags", "use those of enum fwctl_open_flags" },
	{ ENODATA, NOT_RECORDED, RECORD_IT },
};

static const struct fwctl_hint lock_hints[] = {
	{ EBADF, NOT_OPEN, "open it first" },
	{ EACCES, "no permission to write to the card's first device",
	  "run as root, or get access to the file" },
	{ EBUSY, "another program is changing the card, or too many files are open",
	  "try again when it has ended" },
	{ ENOENT, "there is no file of the card's first device",
	  "check that devtmpfs or udev creates it" },
	{ ENODEV, GONE, LOOK_AGAIN },
	{ ENXIO, GONE, LOOK_AGAIN },
	{ ENOLCK, "the kernel has no memory for locks", SEE_CGROUP },
	{ ENOMEM, NO_MEMORY, SEE_CGROUP },
};

static const struct fwctl_hint info_hints[] = {
	{ EBADF, NOT_OPEN, "open it first" },
	{ ENODEV, GONE, LOOK_AGAIN },
	{ ENOTTY, NOT_FWCTL, LOOK_AGAIN },
	{ ENOMEM, NO_MEMORY, SEE_CGROUP },
	{ EMSGSIZE, "the room is 4 GiB or more", "give less" },
	{ ENODATA, NOT_RECORDED, RECORD_IT },
};

static const struct fwctl_hint rpc_hints[] = {
	{ EBADF, NOT_OPEN, "open it first" },
	{ EPERM, "refused: needs CAP_SYS_RAWIO, and a kernel without lockdown",
	  "run as root, ask for a lower scope, or see /sys/kernel/security/lockdown" },
	{ EACCES, "refused: the request is above the device's ceiling",
	  "'fwctl policy show' names the ceiling, which only a restart of the machine raises" },
	{ EBADMSG, "refused: the request is not admitted under this scope",
	  "ask for a higher one, unless the device never admits the request" },
	{ EOPNOTSUPP, "this scope is not known to the kernel",
	  "ask for another one" },
	{ ENOTTY, NOT_FWCTL, LOOK_AGAIN },
	{ EMSGSIZE, "a length is above 2 MiB or below what the device needs",
	  "check the request, and the room for the answer" },
	{ EAGAIN, "too many RPCs of this device are in flight", "try again" },
	{ ENODEV, GONE, LOOK_AGAIN },
	{ ETIMEDOUT, NO_ANSWER, SEE_LOG },
	{ ENOMEM, NO_MEMORY, SEE_CGROUP },
	{ EFAULT, "an address is not valid", "check the buffers" },
	{ EPROTONOSUPPORT, "its addresses of buffers cannot be recorded",
	  "send it without recording" },
	{ ENODATA, NOT_RECORDED, RECORD_IT },
};

static const struct fwctl_hint attribute_hints[] = {
	{ ENOENT, "there is no such attribute", "see the folder of the parent in /sys" },
	{ ENODEV, GONE, LOOK_AGAIN },
	{ EINVAL, "not a path below the parent's folder", "name one, e.g. serial" },
	{ EMSGSIZE, "the text is longer than the room", "give more" },
	{ ENODATA, "the recording has no such attribute", "record it as well" },
};

/*
 * The drivers of these types never return -EBADMSG for a request that has reached
 * the device: those of this project, and with @everywhere Linux's own as well. For
 * other types this is not known.
 */
static const struct {
	__u32 type;
	bool everywhere;
} refused_by_ebadmsg[] = {
	{ FWCTL_DEVICE_TYPE_MLX5, true },
	{ FWCTL_DEVICE_TYPE_CXL, false },
	{ FWCTL_DEVICE_TYPE_SIM, true },
};

/* Describe the owner, group and mode of a file, for a message. */
static void describe_file(const char *path, char *text, size_t len)
{
	char owner_buf[1024], group_buf[1024];
	struct passwd pwd, *owner = NULL;
	struct group grp, *group = NULL;
	struct stat st;

	if (stat(path, &st)) {
		snprintf(text, len, "look at it with ls -l");
		return;
	}
	getpwuid_r(st.st_uid, &pwd, owner_buf, sizeof(owner_buf), &owner);
	getgrgid_r(st.st_gid, &grp, group_buf, sizeof(group_buf), &group);
	if (group && strcmp(group->gr_name, "root") && (st.st_mode & 0040))
		snprintf(text, len,
			 "it belongs to %.32s:%.32s, mode %04o: run as a member of group %.32s or as root",
			 owner ? owner->pw_name : "?", group->gr_name,
			 st.st_mode & 07777, group->gr_name);
	else
		snprintf(text, len,
			 "it belongs to %.32s:%.32s, mode %04o: run as root, or give it to a group by a udev rule",
			 owner ? owner->pw_name : "?",
			 group ? group->gr_name : "?", st.st_mode & 07777);
}

static int fail_open(struct fwctl_dev *dev, int err, bool write)
{
	struct fwctl_hint hint = fwctl_hint(open_hints, ARRAY_SIZE(open_hints),
					    err);
	char todo[192];

	/* The path of a recorded device may be another device here. */
	if (err == -EACCES && !dev->source->transport->replays) {
		if (euidaccess(dev->path, write ? R_OK | W_OK : R_OK)) {
			describe_file(dev->path, todo, sizeof(todo));
			hint.what = "permission denied";
			hint.todo = todo;
		} else {
			hint.what = "the device's ceiling is none";
			hint.todo = "it stays so until the machine reboots";
		}
	}
	return fwctl_fail(dev->error, err, "%s: cannot open %s: %s: %s",
			  dev->name, dev->path, hint.what, hint.todo);
}

int fwctl_dev_open(struct fwctl_dev *dev, unsigned int flags)
{
	bool write = !(flags & FWCTL_OPEN_READ_ONLY);
	int ret;

	if (flags & ~(FWCTL_OPEN_READ_ONLY_OK | FWCTL_OPEN_READ_ONLY))
		return fail_open(dev, -EINVAL, write);
	if (dev->is_open)
		return fwctl_fail(dev->error, -EALREADY,
				  "%s: the device is already open: close it first",
				  dev->name);

	ret = dev->source->transport->open(dev, write);
	if ((ret == -EACCES || ret == -EPERM || ret == -EROFS) && write &&
	    (flags & FWCTL_OPEN_READ_ONLY_OK)) {
		write = false;
		ret = dev->source->transport->open(dev, write);
	}
	if (ret)
		return fail_open(dev, ret, write);
	dev->is_open = true;
	dev->writable = write;
	return 0;
}

bool fwctl_dev_writable(const struct fwctl_dev *dev)
{
	return dev->is_open && dev->writable;
}

int fwctl_dev_lock(struct fwctl_dev *dev, unsigned int timeout_ms)
{
	struct fwctl_hint hint;
	int ret = 0;

	if (dev->locked)
		return 0;
	if (!dev->is_open)
		ret = -EBADF;
	else if (!dev->writable)
		ret = -EACCES;
	else if (dev->source->transport->lock)
		ret = dev->source->transport->lock(dev, timeout_ms);
	if (ret) {
		hint = fwctl_hint(lock_hints, ARRAY_SIZE(lock_hints), ret);
		return fwctl_fail(dev->error, ret, "%s: cannot lock the card: %s: %s",
				  dev->name, hint.what, hint.todo);
	}
	dev->locked = true;
	return 0;
}

void fwctl_dev_unlock(struct fwctl_dev *dev)
{
	if (dev->locked && dev->source->transport->unlock)
		dev->source->transport->unlock(dev);
	dev->locked = false;
}

void fwctl_dev_close(struct fwctl_dev *dev)
{
	fwctl_dev_unlock(dev);
	if (dev->is_open)
		dev->source->transport->close(dev);
	dev->is_open = false;
}

int fwctl_dev_info(struct fwctl_dev *dev, void *data, size_t *len)
{
	struct fwctl_info info = {
		.size = sizeof(info),
		.device_data_len = data ? *len : 0,
		.out_device_data = (uintptr_t)data,
	};
	struct fwctl_hint hint;
	int ret = -EBADF;

	if (dev->is_open)
		ret = data && *len > UINT32_MAX ? -EMSGSIZE :
		      dev->source->transport->info(dev, &info);
	if (ret)
		goto err;
	dev->type = info.out_device_type;
	*len = info.device_data_len;
	return 0;
err:
	hint = fwctl_hint(info_hints, ARRAY_SIZE(info_hints), ret);
	return fwctl_fail(dev->error, ret, "%s: info: %s: %s", dev->name,
			  hint.what, hint.todo);
}

static bool has_rawio(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};

	return !syscall(SYS_capget, &header, data) &&
	       data[0].effective & 1U << CAP_SYS_RAWIO;
}

static bool is_locked_down(void)
{
	FILE *file = fopen("/sys/kernel/security/lockdown", "re");
	char line[128];
	bool locked;

	locked = file && fgets(line, sizeof(line), file) && !strstr(line, "[none]");
	if (file)
		fclose(file);
	return locked;
}

/* Say which of the two causes of -EPERM applies to this process and machine. */
static void explain_eperm(struct fwctl_hint *hint)
{
	if (!has_rawio()) {
		hint->what = "refused: needs CAP_SYS_RAWIO";
		hint->todo = "run as root, or ask for a lower scope";
	} else if (is_locked_down()) {
		hint->what = "refused: the kernel is locked down";
		hint->todo = "ask for a lower scope; see /sys/kernel/security/lockdown";
	}
}

static int fail_rpc(struct fwctl_dev *dev, int err, enum fwctl_rpc_scope scope,
		    const void *in, size_t in_len)
{
	struct fwctl_hint hint = fwctl_hint(rpc_hints, ARRAY_SIZE(rpc_hints),
					    err);
	const char *name = fwctl_scope_name(scope);
	const unsigned char *bytes = in;
	char begin[2 * 16 + 1] = "";
	size_t i;

	if (err == -EPERM && !dev->source->transport->replays)
		explain_eperm(&hint);
	/* A file that was opened for reading never admits a write. */
	if (err == -EBADMSG && !dev->writable)
		hint.todo = "get access for writing, or ask for a higher scope";
	for (i = 0; bytes && i < in_len && i < 16; i++)
		sprintf(begin + 2 * i, "%02x", bytes[i]);
	return fwctl_fail(dev->error, err,
			  "%s: rpc of %zu bytes (%s%s) under scope %s: %s: %s",
			  dev->name, in_len, begin, in_len > 16 ? "..." : "",
			  name ? name : "unknown", hint.what, hint.todo);
}

int fwctl_dev_rpc(struct fwctl_dev *dev, enum fwctl_rpc_scope scope,
		  const void *in, size_t in_len, void *out, size_t *out_len)
{
	struct fwctl_rpc rpc = {
		.size = sizeof(rpc),
		.scope = scope,
		.in_len = in_len,
		.out_len = *out_len,
		.in = (uintptr_t)in,
		.out = (uintptr_t)out,
	};
	int ret = -EBADF;

	if (dev->is_open)
		ret = in_len > UINT32_MAX || *out_len > UINT32_MAX ? -EMSGSIZE :
		      dev->source->transport->rpc(dev, &rpc);
	if (ret)
		return fail_rpc(dev, ret, scope, in, in_len);
	*out_len = rpc.out_len;
	return 0;
}

/* Does -EBADMSG mean that the request has not reached the device? */
static bool tells_refusals(const struct fwctl_dev *dev)
{
	size_t i;

	/* Linux's own fwctl has no attribute for the driver. */
	for (i = 0; i < ARRAY_SIZE(refused_by_ebadmsg); i++)
		if (refused_by_ebadmsg[i].type == dev->type)
			return refused_by_ebadmsg[i].everywhere || dev->driver;
	return false;
}

/*
 * Send a request under *scope, and while it is refused under the next ones up to @max;
 * *scope becomes the last one. For devices whose refusals are known.
 */
int fwctl_rpc_from(struct fwctl_dev *dev, enum fwctl_rpc_scope max, const void *in,
		   size_t in_len, void *out, size_t *out_len,
		   enum fwctl_rpc_scope *scope)
{
	int ret;

	while ((ret = fwctl_dev_rpc(dev, *scope, in, in_len, out, out_len)) == -EBADMSG &&
	       *scope < max)
		(*scope)++;
	return ret;
}

int fwctl_dev_rpc_least(struct fwctl_dev *dev, enum fwctl_rpc_scope max,
			const void *in, size_t in_len, void *out,
			size_t *out_len, enum fwctl_rpc_scope *used)
{
	enum fwctl_rpc_scope scope = FWCTL_RPC_CONFIGURATION;
	size_t none = 0;
	int ret = 0;

	if (used)
		*used = scope;
	/* Linux's own fwctl has no attribute for the type, only FWCTL_INFO. */
	if (dev->type == FWCTL_DEVICE_TYPE_ERROR)
		ret = fwctl_dev_info(dev, NULL, &none);
	if (ret)
		return ret;
	if (!tells_refusals(dev))
		return fwctl_fail(dev->error, -EOPNOTSUPP,
				  "%s: -EBADMSG from a device of type %u may also be an error of the device: name the scope",
				  dev->name, dev->type);
	ret = fwctl_rpc_from(dev, max, in, in_len, out, out_len, &scope);
	if (used)
		*used = scope;
	return ret;
}

/* Is a name a path to a file below the parent's folder? */
static bool is_attribute_name(const char *name)
{
	const char *part = name;
	size_t len;

	for (;; part += len + 1) {
		len = strcspn(part, "/");
		if (!len || (len == 1 && *part == '.') ||
		    (len == 2 && !strncmp(part, "..", 2)))
			return false;
		if (!part[len])
			return part + len - name < FWCTL_ATTRIBUTE_MAX;
	}
}

int fwctl_dev_attribute(struct fwctl_dev *dev, const char *name, char *text,
			size_t size)
{
	char line[FWCTL_ATTRIBUTE_MAX] = "";
	struct fwctl_hint hint;
	int ret = -ENOENT;

	if (!is_attribute_name(name))
		ret = -EINVAL;
	else if (dev->source->transport->attribute)
		ret = dev->source->transport->attribute(dev, name, line);
	if (!ret && strlen(line) >= size)
		ret = -EMSGSIZE;
	if (!ret) {
		memcpy(text, line, strlen(line) + 1);
		return 0;
	}
	hint = fwctl_hint(attribute_hints, ARRAY_SIZE(attribute_hints), ret);
	return fwctl_fail(dev->error, ret, "%s: attribute %.64s of %s: %s: %s",
			  dev->name, name, dev->parent ? dev->parent : "the parent",
			  hint.what, hint.todo);
}
