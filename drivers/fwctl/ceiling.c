// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ceilings: the highest effective scope that a device admits.
 *
 * A ceiling can be lowered and never raised while the kernel runs. It belongs to
 * the device that RPCs reach, known by its name, not to the fwctl device, which
 * comes and goes with its driver. This file keeps the list of lowered ceilings,
 * so the module cannot be unloaded after the first lowering.
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core.h"

/* The value of a ceiling is one more than the highest scope that it admits. */
static const char * const fwctl_ceiling_names[] = {
	[FWCTL_CEILING_NONE] = "none",
	[FWCTL_CEILING_CONFIGURATION] = "configuration",
	[FWCTL_CEILING_DEBUG_READ_ONLY] = "debug-read-only",
	[FWCTL_CEILING_DEBUG_WRITE] = "debug-write",
	[FWCTL_CEILING_DEBUG_WRITE_FULL] = "debug-write-full",
};

static char *scope_max = "debug-write-full";
module_param(scope_max, charp, 0444);
MODULE_PARM_DESC(scope_max,
		 "Ceiling of all devices: none, configuration, debug-read-only, debug-write or debug-write-full (default)");

static char *scope_max_devices = "";
module_param(scope_max_devices, charp, 0444);
MODULE_PARM_DESC(scope_max_devices,
		 "Ceilings of single devices, by parent: 0000:03:00.0=none,...; a higher one than scope_max has no effect");

/* The lowered ceiling of the device named @parent. Entries are never freed. */
struct fwctl_lowered {
	struct list_head entry;
	enum fwctl_ceiling ceiling;
	char parent[];
};

/* Protects fwctl_lowered, and serializes writes of each device's ceiling. */
static DEFINE_MUTEX(fwctl_ceiling_lock);
static LIST_HEAD(fwctl_lowered);

/* An enum fwctl_ceiling or -EINVAL; a line feed at the end of @name is ignored. */
static int fwctl_ceiling_parse(const char *name)
{
	return __sysfs_match_string(fwctl_ceiling_names,
				    ARRAY_SIZE(fwctl_ceiling_names), name);
}

/*
 * The lowest ceiling of the device in a list; not listed, the highest of all. Every
 * name in the list is valid: fwctl_ceiling_check_params() has checked them.
 */
static int fwctl_ceiling_param(const char *list, const char *parent)
{
	int ceiling = FWCTL_CEILING_DEBUG_WRITE_FULL;
	size_t len = strlen(parent);
	const char *item, *end;
	char name[32];

	for (item = list; *item; item = *end ? end + 1 : end) {
		end = strchrnul(item, ',');
		if (!strncmp(item, parent, len) && item[len] == '=') {
			item += len + 1;
			strscpy(name, item, min_t(size_t, sizeof(name),
						  end - item + 1));
			ceiling = min(ceiling, fwctl_ceiling_parse(name));
		}
	}
	return ceiling;
}

/**
 * fwctl_ceiling_check_params - check the syntax of the module parameters
 *
 * A mistyped ceiling must make loading fail, because ignoring it would leave the
 * device without one.
 *
 * Context: process.
 * Return: 0, or -EINVAL after a message with the wrong value.
 */
int fwctl_ceiling_check_params(void)
{
	const char *item, *end;
	char name[32];

	if (fwctl_ceiling_parse(scope_max) < 0) {
		pr_err("fwctl: scope_max: '%s' is not a ceiling\n", scope_max);
		return -EINVAL;
	}
	for (item = scope_max_devices; *item; item = *end ? end + 1 : end) {
		const char *value;

		end = strchrnul(item, ',');
		value = strnchr(item, end - item, '=');
		if (value)
			strscpy(name, value + 1, min_t(size_t, sizeof(name),
						       end - value));
		if (!value || value == item || fwctl_ceiling_parse(name) < 0) {
			pr_err("fwctl: scope_max_devices: '%.*s' is not DEVICE=CEILING\n",
			       (int)(end - item), item);
			return -EINVAL;
		}
	}
	return 0;
}

static struct fwctl_lowered *fwctl_ceiling_find(const char *parent)
{
	struct fwctl_lowered *lowered;

	list_for_each_entry(lowered, &fwctl_lowered, entry)
		if (!strcmp(lowered->parent, parent))
			return lowered;
	return NULL;
}

/**
 * fwctl_ceiling_init - set the ceiling of a new device from that of its parent
 * @fwctl: the device, not yet registered
 *
 * Context: may sleep.
 */
void fwctl_ceiling_init(struct fwctl_device *fwctl)
{
	const char *parent = dev_name(fwctl->dev.parent);
	struct fwctl_lowered *lowered;
	int ceiling;

	ceiling = min(fwctl_ceiling_parse(scope_max),
		      fwctl_ceiling_param(scope_max_devices, parent));

	mutex_lock(&fwctl_ceiling_lock);
	lowered = fwctl_ceiling_find(parent);
	if (lowered)
		ceiling = min_t(int, ceiling, lowered->ceiling);
	fwctl->ceiling = ceiling;
	mutex_unlock(&fwctl_ceiling_lock);
}

/**
 * fwctl_ceiling_lower - lower the ceiling of a device
 * @fwctl: the device, entered by the caller, so that its parent exists
 * @ceiling: the new ceiling
 *
 * When this function returns, the new ceiling applies to open files, too. Setting
 * the current ceiling again succeeds and has no effect.
 *
 * Context: may sleep.
 * Return: 0; -EPERM if @ceiling is higher than the current one, or the calling
 * process lacks the privilege to lower a ceiling; -ENOMEM.
 */
int fwctl_ceiling_lower(struct fwctl_device *fwctl, enum fwctl_ceiling ceiling)
{
	const char *parent = dev_name(fwctl->dev.parent);
	size_t size = strlen(parent) + 1;
	struct fwctl_lowered *lowered;
	enum fwctl_ceiling old;
	int err;

	err = fwctl_may_lower();
	if (err)
		return err;

	mutex_lock(&fwctl_ceiling_lock);
	old = fwctl->ceiling;
	if (ceiling >= old) {
		err = ceiling > old ? -EPERM : 0;
		goto out;
	}

	lowered = fwctl_ceiling_find(parent);
	if (!lowered) {
		lowered = kzalloc(struct_size(lowered, parent, size),
				  GFP_KERNEL);
		if (!lowered) {
			err = -ENOMEM;
			goto out;
		}
		strscpy(lowered->parent, parent, size);
		if (list_empty(&fwctl_lowered))
			__module_get(THIS_MODULE);
		list_add_tail(&lowered->entry, &fwctl_lowered);
	}
	lowered->ceiling = ceiling;
	WRITE_ONCE(fwctl->ceiling, ceiling);
out:
	mutex_unlock(&fwctl_ceiling_lock);
	if (!err && ceiling != old)
		fwctl_record_ceiling(fwctl, old, ceiling);
	return err;
}

static ssize_t scopes_show(struct device *dev, struct device_attribute *attr,
			   char *page)
{
	struct fwctl_device *fwctl = container_of(dev, struct fwctl_device, dev);
	ssize_t len = 0;
	unsigned int i;

	for (i = 0; fwctl_below_ceiling(fwctl, i); i++)
		len += sysfs_emit_at(page, len, "%s%s", i ? " " : "",
				     fwctl_scope_names[i]);
	return len + sysfs_emit_at(page, len, "\n");
}
DEVICE_ATTR_RO(scopes);

static ssize_t scope_max_show(struct device *dev, struct device_attribute *attr,
			      char *page)
{
	struct fwctl_device *fwctl = container_of(dev, struct fwctl_device, dev);

	return sysfs_emit(page, "%s\n",
			  fwctl_ceiling_names[READ_ONCE(fwctl->ceiling)]);
}

static ssize_t scope_max_store(struct device *dev,
			       struct device_attribute *attr,
			       const char *page, size_t count)
{
	struct fwctl_device *fwctl = container_of(dev, struct fwctl_device, dev);
	int ceiling, err;

	ceiling = fwctl_ceiling_parse(page);
	if (ceiling < 0)
		return ceiling;
	if (!fwctl_enter(fwctl))
		return -ENODEV;
	err = fwctl_ceiling_lower(fwctl, ceiling);
	fwctl_leave(fwctl);
	return err ?: count;
}
DEVICE_ATTR_RW(scope_max);
