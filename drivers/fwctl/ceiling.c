// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ceilings: the highest effective scope that each device admits.
 *
 * A ceiling can be lowered and never raised while the kernel runs. It belongs to
 * a name: of a card, and so to all of the card's functions, or of a function, which
 * is the parent of fwctl devices. A device has the lower one of the two. Devices
 * come and go with their drivers. The names stay in a list in this file, so the
 * module cannot be unloaded after the first lowering.
 */
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

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
		 "Ceilings of single cards, by a function's or the card's name: 0000:03:00.0=none,...; a higher one than scope_max has no effect");

static char *scope_max_functions = "";
module_param(scope_max_functions, charp, 0444);
MODULE_PARM_DESC(scope_max_functions,
		 "Ceilings of single functions, by their names: 0000:03:00.1=none,...; a higher one than that of the card has no effect");

/**
 * struct fwctl_lowered - a name that the ceiling was lowered of
 * @entry: in fwctl_lowered, until the module exits
 * @of: kind of the name
 * @ceiling: the ceiling
 * @name: the name
 */
struct fwctl_lowered {
	struct list_head entry;
	enum fwctl_ceiling_of of;
	enum fwctl_ceiling ceiling;
	char name[];
};

/**
 * struct fwctl_bounded - a device that a lowered name stands for
 * @fwctl: the device, with a reference
 * @old: its ceiling before
 * @new: its ceiling afterwards, often the same
 */
struct fwctl_bounded {
	struct fwctl_device *fwctl;
	enum fwctl_ceiling old;
	enum fwctl_ceiling new;
};

/*
 * Protects the two lists and fwctl_pinned, and serializes writes of each device's
 * ceiling. A device in the list has a parent: fwctl_ceiling_exit() takes the device
 * out before fwctl_unregister() returns.
 */
static DEFINE_MUTEX(fwctl_ceiling_lock);
static LIST_HEAD(fwctl_lowered);
static LIST_HEAD(fwctl_ceiling_devices);
static bool fwctl_pinned;

/* An enum fwctl_ceiling or -EINVAL; a line feed at the end of @name is ignored. */
static int fwctl_ceiling_parse(const char *name)
{
	return __sysfs_match_string(fwctl_ceiling_names,
				    ARRAY_SIZE(fwctl_ceiling_names), name);
}

/*
 * The lowest ceiling of @name in @list; not listed, the highest of all. Every
 * ceiling in the list is valid: fwctl_ceiling_check_params() has checked them.
 */
static int fwctl_ceiling_param(const char *list, const char *name)
{
	int ceiling = FWCTL_CEILING_DEBUG_WRITE_FULL;
	size_t len = strlen(name);
	const char *item, *end;
	char value[32];

	for (item = list; *item; item = *end ? end + 1 : end) {
		end = strchrnul(item, ',');
		if (!strncmp(item, name, len) && item[len] == '=') {
			item += len + 1;
			strscpy(value, item, min_t(size_t, sizeof(value),
						   end - item + 1));
			ceiling = min(ceiling, fwctl_ceiling_parse(value));
		}
	}
	return ceiling;
}

static int fwctl_ceiling_check_list(const char *param, const char *list)
{
	const char *item, *end, *value;
	char name[32];

	for (item = list; *item; item = *end ? end + 1 : end) {
		end = strchrnul(item, ',');
		value = strnchr(item, end - item, '=');
		if (value)
			strscpy(name, value + 1, min_t(size_t, sizeof(name),
						       end - value));
		if (!value || value == item || fwctl_ceiling_parse(name) < 0) {
			pr_err("fwctl: %s: '%.*s' is not DEVICE=CEILING\n",
			       param, (int)(end - item), item);
			return -EINVAL;
		}
	}
	return 0;
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
	if (fwctl_ceiling_parse(scope_max) < 0) {
		pr_err("fwctl: scope_max: '%s' is not a ceiling\n", scope_max);
		return -EINVAL;
	}
	return fwctl_ceiling_check_list("scope_max_devices",
					scope_max_devices) ?:
	       fwctl_ceiling_check_list("scope_max_functions",
					scope_max_functions);
}

/* The name of this kind that the device answers to. */
static const char *fwctl_ceiling_name(struct fwctl_device *fwctl,
				      enum fwctl_ceiling_of of)
{
	return of == FWCTL_CEILING_OF_CARD ? fwctl_card(fwctl) :
					     dev_name(fwctl->dev.parent);
}

static struct fwctl_lowered *fwctl_ceiling_find(enum fwctl_ceiling_of of,
						const char *name)
{
	struct fwctl_lowered *lowered;

	list_for_each_entry(lowered, &fwctl_lowered, entry)
		if (lowered->of == of && !strcmp(lowered->name, name))
			return lowered;
	return NULL;
}

/* Finds the entry of a name, or makes one. NULL: there is no memory. */
static struct fwctl_lowered *fwctl_ceiling_entry(enum fwctl_ceiling_of of,
						 const char *name)
{
	struct fwctl_lowered *lowered = fwctl_ceiling_find(of, name);
	size_t size = strlen(name) + 1;

	if (lowered)
		return lowered;
	lowered = kzalloc(struct_size(lowered, name, size), GFP_KERNEL);
	if (!lowered)
		return NULL;
	lowered->of = of;
	lowered->ceiling = fwctl_ceiling_parse(scope_max);
	strscpy(lowered->name, name, size);
	list_add_tail(&lowered->entry, &fwctl_lowered);
	return lowered;
}

/* Keeps the module, and with it the list, until the next boot. */
static void fwctl_ceiling_pin(void)
{
	if (!fwctl_pinned)
		__module_get(THIS_MODULE);
	fwctl_pinned = true;
}

/*
 * Makes an entry for the parent of each device that answers to a name. Returns the
 * number of these devices, or -ENOMEM.
 */
static int fwctl_ceiling_entries(enum fwctl_ceiling_of of, const char *name)
{
	struct fwctl_device *fwctl;
	int count = 0;

	list_for_each_entry(fwctl, &fwctl_ceiling_devices, ceiling_entry) {
		if (strcmp(fwctl_ceiling_name(fwctl, of), name))
			continue;
		if (!fwctl_ceiling_entry(FWCTL_CEILING_OF_FUNCTION,
					 dev_name(fwctl->dev.parent)))
			return -ENOMEM;
		count++;
	}
	return count;
}

static void fwctl_ceiling_lower_entry(enum fwctl_ceiling_of of,
				      const char *name,
				      enum fwctl_ceiling ceiling, bool forever)
{
	struct fwctl_lowered *lowered = fwctl_ceiling_find(of, name);

	if (ceiling >= lowered->ceiling)
		return;
	lowered->ceiling = ceiling;
	if (forever)
		fwctl_ceiling_pin();
}

/*
 * Lowers the ceiling of a name, and so that of each device that answers to it, until
 * the module exits, or forever. The caller holds the lock.
 *
 * The functions of a card are lowered by their own names as well, so that the ceiling
 * stays if new firmware gives the card another name.
 *
 * Returns the devices, for fwctl_ceiling_put_devices(), and their number in @count;
 * or NULL: there is no memory, and nothing has changed.
 */
static struct fwctl_bounded *fwctl_ceiling_apply(enum fwctl_ceiling_of of,
						 const char *name,
						 enum fwctl_ceiling ceiling,
						 bool forever, int *count)
{
	struct fwctl_bounded *devices, *next;
	struct fwctl_device *fwctl;

	*count = fwctl_ceiling_entries(of, name);
	if (*count < 0 || !fwctl_ceiling_entry(of, name))
		return NULL;
	devices = kvcalloc(max(*count, 1), sizeof(*devices), GFP_KERNEL);
	if (!devices)
		return NULL;

	fwctl_ceiling_lower_entry(of, name, ceiling, forever);
	next = devices;
	list_for_each_entry(fwctl, &fwctl_ceiling_devices, ceiling_entry) {
		if (strcmp(fwctl_ceiling_name(fwctl, of), name))
			continue;
		fwctl_ceiling_lower_entry(FWCTL_CEILING_OF_FUNCTION,
					  dev_name(fwctl->dev.parent), ceiling,
					  forever);
		next->fwctl = fwctl_get(fwctl);
		next->old = fwctl->ceiling;
		next->new = min(fwctl->ceiling, ceiling);
		WRITE_ONCE(fwctl->ceiling, next->new);
		next++;
	}
	return devices;
}

/* Tells listeners and the audit log; waits for neither. */
static void fwctl_ceiling_tell(const struct fwctl_bounded *device)
{
	struct fwctl_device *fwctl = device->fwctl;

	if (device->new == device->old)
		return;
	if (fwctl_enter(fwctl)) {
		fwctl_nl_notify(fwctl, FWCTL_CMD_DEV_CEILING_NTF);
		fwctl_leave(fwctl);
	}
	fwctl_record_ceiling(fwctl, device->old, device->new);
}

static void fwctl_ceiling_put_devices(struct fwctl_bounded *devices,
				      int count)
{
	int i;

	for (i = 0; i < count; i++)
		fwctl_put(devices[i].fwctl);
	kvfree(devices);
}

/* Lowers the ceiling of a new device's name, if a parameter has it. */
static int fwctl_ceiling_apply_param(struct fwctl_device *fwctl,
				     enum fwctl_ceiling_of of,
				     enum fwctl_ceiling ceiling)
{
	struct fwctl_bounded *devices;
	int count, i;

	if (ceiling == FWCTL_CEILING_DEBUG_WRITE_FULL)
		return 0;
	mutex_lock(&fwctl_ceiling_lock);
	devices = fwctl_ceiling_apply(of, fwctl_ceiling_name(fwctl, of),
				      ceiling, false, &count);
	mutex_unlock(&fwctl_ceiling_lock);
	if (!devices)
		return -ENOMEM;

	for (i = 0; i < count; i++)
		if (devices[i].fwctl != fwctl)
			fwctl_ceiling_tell(&devices[i]);
	fwctl_ceiling_put_devices(devices, count);
	return 0;
}

static void fwctl_ceiling_add(struct fwctl_device *fwctl)
{
	enum fwctl_ceiling ceiling = fwctl_ceiling_parse(scope_max);
	enum fwctl_ceiling_of of;

	mutex_lock(&fwctl_ceiling_lock);
	for (of = FWCTL_CEILING_OF_CARD; of <= FWCTL_CEILING_OF_FUNCTION; of++) {
		struct fwctl_lowered *lowered =
			fwctl_ceiling_find(of, fwctl_ceiling_name(fwctl, of));

		if (lowered)
			ceiling = min(ceiling, lowered->ceiling);
	}
	fwctl->ceiling = ceiling;
	list_add_tail(&fwctl->ceiling_entry, &fwctl_ceiling_devices);
	mutex_unlock(&fwctl_ceiling_lock);
}

/**
 * fwctl_ceiling_init - set the ceiling of a new device
 * @fwctl: the device, not yet registered
 *
 * The ceiling is the lowest one of the module parameters and of what the device's
 * card and its parent were lowered to. An entry of scope_max_devices by the
 * parent's name lowers the card, and so its functions that are registered already.
 *
 * Context: may sleep.
 * Return: 0, then fwctl_ceiling_exit() is due, or -ENOMEM.
 */
int fwctl_ceiling_init(struct fwctl_device *fwctl)
{
	const char *parent = dev_name(fwctl->dev.parent);
	int card, err;

	fwctl_ceiling_add(fwctl);
	card = min(fwctl_ceiling_param(scope_max_devices, parent),
		   fwctl_ceiling_param(scope_max_devices, fwctl_card(fwctl)));
	err = fwctl_ceiling_apply_param(fwctl, FWCTL_CEILING_OF_CARD, card) ?:
	      fwctl_ceiling_apply_param(fwctl, FWCTL_CEILING_OF_FUNCTION,
					fwctl_ceiling_param(scope_max_functions,
							    parent));
	if (err)
		fwctl_ceiling_exit(fwctl);
	return err;
}

/**
 * fwctl_ceiling_exit - forget a device, but not the ceilings of its names
 * @fwctl: the device; its parent still exists, and no call is inside the backend
 *
 * Context: may sleep.
 */
void fwctl_ceiling_exit(struct fwctl_device *fwctl)
{
	mutex_lock(&fwctl_ceiling_lock);
	list_del(&fwctl->ceiling_entry);
	mutex_unlock(&fwctl_ceiling_lock);
}

/**
 * fwctl_ceilings_exit - free the list of lowered names
 *
 * No device is left. The list has at most names from parameters, which the next
 * load of the module gets again: a ceiling lowered otherwise keeps the module.
 *
 * Context: may sleep.
 */
void fwctl_ceilings_exit(void)
{
	struct fwctl_lowered *lowered, *next;

	list_for_each_entry_safe(lowered, next, &fwctl_lowered, entry)
		kfree(lowered);
}

/* The part of fwctl_ceiling_lower() under the lock; returns as that does. */
static int fwctl_ceiling_change(struct fwctl_device *fwctl,
				enum fwctl_ceiling_of of,
				enum fwctl_ceiling ceiling,
				struct fwctl_bounded **devices, int *count)
{
	if (READ_ONCE(fwctl->gone))
		return -ENODEV;
	if (ceiling > fwctl->ceiling)
		return -EPERM;
	*devices = fwctl_ceiling_apply(of, fwctl_ceiling_name(fwctl, of),
				       ceiling, true, count);
	return *devices ? 0 : -ENOMEM;
}

/**
 * fwctl_ceiling_lower - lower the ceiling of a device's card or function
 * @fwctl: the device; the caller holds a reference, has not entered the device and
 *	has checked its own privilege
 * @of: whether all functions of the card are meant, or only those devices whose
 *	parent is that of @fwctl
 * @ceiling: the new ceiling
 * @patience: time limit in jiffies of the wait for requests above the ceiling
 *
 * When this function returns 0, the new ceiling applies to every call on open
 * files, too: none that was admitted before is still on its way to a backend.
 *
 * Context: process, may sleep: waits for such calls and for memory. Unless @patience is
 * 0 the caller holds nothing that removal of the device waits for.
 * Return: 0, also if the ceiling is that low already; -EPERM if @ceiling is higher
 * than that of @fwctl; -ENODEV if @fwctl is being removed; -ENOMEM. With -EINTR
 * if the caller is being killed, and -EINPROGRESS when @patience has elapsed, the
 * new ceiling is set, and the same call may be made again to go on waiting.
 */
int fwctl_ceiling_lower(struct fwctl_device *fwctl, enum fwctl_ceiling_of of,
			enum fwctl_ceiling ceiling, long patience)
{
	struct fwctl_bounded *devices;
	int count, i, err;

	mutex_lock(&fwctl_ceiling_lock);
	err = fwctl_ceiling_change(fwctl, of, ceiling, &devices, &count);
	mutex_unlock(&fwctl_ceiling_lock);
	if (err)
		return err;

	for (i = 0; i < count; i++)
		fwctl_ceiling_tell(&devices[i]);
	/*
	 * Also devices whose ceiling was that low before: the writer that lowered
	 * it may have been killed while it waited.
	 */
	for (i = 0; i < count && !err; i++)
		err = fwctl_settle(devices[i].fwctl, patience);
	fwctl_ceiling_put_devices(devices, count);
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

static ssize_t card_show(struct device *dev, struct device_attribute *attr,
			 char *page)
{
	struct fwctl_device *fwctl = container_of(dev, struct fwctl_device, dev);

	return sysfs_emit(page, "%s\n", fwctl_card(fwctl));
}
DEVICE_ATTR_RO(card);

/*
 * The files that lower a ceiling are binary attributes, because the functions of
 * others are not told through which file the caller writes.
 */
static ssize_t fwctl_scope_max_read(struct file *file, struct kobject *kobj,
				    const struct bin_attribute *attr,
				    char *page, loff_t pos, size_t count)
{
	struct fwctl_device *fwctl = container_of(kobj_to_dev(kobj),
						  struct fwctl_device, dev);
	char text[32];
	int len;

	len = scnprintf(text, sizeof(text), "%s\n",
			fwctl_ceiling_names[READ_ONCE(fwctl->ceiling)]);
	return memory_read_from_buffer(page, count, &pos, text, len);
}

/*
 * Lets go of the file while it waits for requests: removal of the device would wait for
 * the file. The caller's reference to the file keeps the device's memory. The module
 * stays for good, because nothing else keeps it until the caller has left.
 */
static int fwctl_sysfs_lower(struct kobject *kobj, const struct attribute *attr,
			     struct fwctl_device *fwctl,
			     enum fwctl_ceiling_of of,
			     enum fwctl_ceiling ceiling)
{
	struct kernfs_node *node;
	int err;

	err = fwctl_ceiling_lower(fwctl, of, ceiling, 0);
	if (err != -EINPROGRESS)
		return err;

	mutex_lock(&fwctl_ceiling_lock);
	fwctl_ceiling_pin();
	mutex_unlock(&fwctl_ceiling_lock);
	fwctl_get(fwctl);
	node = sysfs_break_active_protection(kobj, attr);
	err = fwctl_ceiling_lower(fwctl, of, ceiling, MAX_SCHEDULE_TIMEOUT);
	if (node)
		sysfs_unbreak_active_protection(node);
	fwctl_put(fwctl);
	return err;
}

static ssize_t fwctl_scope_max_write(struct file *file, struct kobject *kobj,
				     const struct bin_attribute *attr,
				     char *page, loff_t pos, size_t count)
{
	struct fwctl_device *fwctl = container_of(kobj_to_dev(kobj),
						  struct fwctl_device, dev);
	enum fwctl_ceiling_of of = attr == &bin_attr_scope_max ?
		FWCTL_CEILING_OF_CARD : FWCTL_CEILING_OF_FUNCTION;
	int ceiling, err;

	ceiling = fwctl_ceiling_parse(page);
	if (ceiling < 0)
		return ceiling;
	err = fwctl_file_may_lower(file);
	if (err)
		return err;
	err = fwctl_sysfs_lower(kobj, &attr->attr, fwctl, of, ceiling);
	return err ?: count;
}

struct bin_attribute bin_attr_scope_max =
	__BIN_ATTR(scope_max, 0644, fwctl_scope_max_read,
		   fwctl_scope_max_write, 0);
struct bin_attribute bin_attr_scope_max_function =
	__BIN_ATTR(scope_max_function, 0200, NULL, fwctl_scope_max_write, 0);
