// SPDX-License-Identifier: GPL-2.0-only
/*
 * Simulated fwctl devices, created and removed through a bus of their own:
 *
 *	echo "ID [OPTION...]" > /sys/bus/fwctl_sim/new_device
 *	echo "ID" > /sys/bus/fwctl_sim/del_device
 *
 * A device on that bus, fwctl_sim<ID>, represents the hardware. While the driver
 * is bound to it, an fwctl device with it as the parent is registered.
 *
 * Options: noclassify and noabort create a device without that optional op, like
 * backends that were written for Linux; nested creates one with that op; type=N
 * sets the reported device type; card=NAME makes the device a function of that
 * card; twice gives it two fwctl devices; max_requests=N sets the number of
 * requests that it takes at a time.
 */
#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait_bit.h>
#include <linux/xarray.h>
#include "sim.h"

static unsigned int devices;
module_param(devices, uint, 0444);
MODULE_PARM_DESC(devices, "Number of devices to create at load, with IDs from 0 (default 0)");

/*
 * The devices by ID. An entry that is reserved, but empty, belongs to a device
 * that is being created or removed.
 */
static DEFINE_XARRAY(sim_devices);

/* Includes devices that are off the bus, but not yet released. */
static atomic_t sim_nr_devices;

static struct sim_device *to_sim_device(struct device *dev)
{
	return container_of(dev, struct sim_device, dev);
}

static struct sim_fwctl *sim_register(struct sim_device *sim)
{
	struct sim_fwctl *sf;
	int err;

	sf = fwctl_alloc_device(&sim->dev, &sim->options.ops, struct sim_fwctl,
				fwctl);
	if (!sf)
		return ERR_PTR(-ENOMEM);
	sf->fwctl.ext = &sim->options.ext;
	if (sim->options.card[0]) {
		strscpy(sf->card, sim->options.card, sizeof(sf->card));
		sf->fwctl.card = sf->card;
	}
	sf->fwctl.max_requests = sim->options.max_requests;
	sf->sim = sim;
	init_waitqueue_head(&sf->waiters);

	/* From this call on fwctl may call the ops. */
	err = fwctl_register(&sf->fwctl);
	if (err) {
		fwctl_put(&sf->fwctl);
		return ERR_PTR(err);
	}
	return sf;
}

static void sim_unregister(struct sim_fwctl *sf)
{
	/* When this call has returned no op runs. */
	fwctl_unregister(&sf->fwctl);
	fwctl_put(&sf->fwctl);
}

static int sim_attach(struct sim_device *sim)
{
	struct sim_fwctl *sf, *twin;

	sf = sim_register(sim);
	if (IS_ERR(sf))
		return PTR_ERR(sf);
	if (sim->options.twice) {
		twin = sim_register(sim);
		if (IS_ERR(twin)) {
			sim_unregister(sf);
			return PTR_ERR(twin);
		}
		sf->twin = twin;
	}
	dev_set_drvdata(&sim->dev, sf);
	return 0;
}

static int sim_probe(struct device *dev)
{
	struct sim_device *sim = to_sim_device(dev);

	sim->probe_error = sim_attach(sim);
	return sim->probe_error;
}

static void sim_remove(struct device *dev)
{
	struct sim_fwctl *sf = dev_get_drvdata(dev);

	if (sf->twin)
		sim_unregister(sf->twin);
	sim_unregister(sf);
}

/* Without a match op the only driver of the bus matches every device. */
static struct bus_type sim_bus = {
	.name = "fwctl_sim",
	.probe = sim_probe,
	.remove = sim_remove,
};

static struct device_driver sim_driver = {
	.name = "fwctl_sim",
	.bus = &sim_bus,
	.owner = THIS_MODULE,
};

static void sim_release(struct device *dev)
{
	kfree(to_sim_device(dev));
	if (atomic_dec_and_test(&sim_nr_devices))
		wake_up_var(&sim_nr_devices);
}

static int sim_parse_option(struct sim_options *options, const char *option)
{
	u32 type;

	if (!strcmp(option, "noclassify")) {
		options->ext.classify = NULL;
	} else if (!strcmp(option, "noabort")) {
		options->ext.abort = NULL;
	} else if (!strcmp(option, "nested")) {
		options->ext.nested = sim_nested;
	} else if (str_has_prefix(option, "type=")) {
		if (kstrtou32(option + strlen("type="), 0, &type) ||
		    type == FWCTL_DEVICE_TYPE_ERROR)
			return -EINVAL;
		options->ops.device_type = (enum fwctl_device_type)type;
	} else if (!strcmp(option, "twice")) {
		options->twice = true;
	} else if (str_has_prefix(option, "max_requests=")) {
		return kstrtouint(option + strlen("max_requests="), 0,
				  &options->max_requests);
	} else if (str_has_prefix(option, "card=")) {
		if (strscpy(options->card, option + strlen("card="),
			    sizeof(options->card)) <= 0)
			return -EINVAL;
	} else {
		return -EINVAL;
	}
	return 0;
}

/* The next word of *@line, or NULL at its end. */
static char *sim_next_word(char **line)
{
	char *word;

	while ((word = strsep(line, " \t\n")))
		if (*word)
			break;
	return word;
}

static int sim_parse(char *line, u32 *id, struct sim_options *options)
{
	char *word = sim_next_word(&line);
	int err;

	if (!word)
		return -EINVAL;
	err = kstrtou32(word, 10, id);
	if (err)
		return err;

	while ((word = sim_next_word(&line))) {
		err = options ? sim_parse_option(options, word) : -EINVAL;
		if (err)
			return err;
	}
	return 0;
}

static int sim_add(struct sim_device *sim)
{
	int err;

	err = device_add(&sim->dev);
	if (err)
		return err;
	/* The bus keeps a device whose driver failed to bind: delete it. */
	if (sim->probe_error)
		device_del(&sim->dev);
	return sim->probe_error;
}

static int sim_new_device(u32 id, const struct sim_options *options)
{
	struct sim_device *sim;
	int err;

	err = xa_insert(&sim_devices, id, NULL, GFP_KERNEL);
	if (err)
		return err == -EBUSY ? -EEXIST : err;

	sim = kzalloc(sizeof(*sim), GFP_KERNEL);
	if (!sim) {
		err = -ENOMEM;
		goto release_id;
	}
	sim->id = id;
	sim->options = *options;
	spin_lock_init(&sim->lock);
	device_initialize(&sim->dev);
	sim->dev.bus = &sim_bus;
	sim->dev.release = sim_release;
	atomic_inc(&sim_nr_devices);

	err = dev_set_name(&sim->dev, "fwctl_sim%u", id);
	if (err)
		goto put_device;
	sim_debugfs_add(sim);
	err = sim_add(sim);
	if (err)
		goto remove_debugfs;

	/* The entry is reserved: this needs no memory and cannot fail. */
	xa_store(&sim_devices, id, sim, GFP_KERNEL);
	return 0;

remove_debugfs:
	debugfs_remove(sim->debugfs);
put_device:
	put_device(&sim->dev);
release_id:
	xa_erase(&sim_devices, id);
	return err;
}

static int sim_del_device(u32 id)
{
	struct sim_device *sim = xa_load(&sim_devices, id);

	/* Of two callers, the one that empties the entry removes the device. */
	if (!sim || xa_cmpxchg(&sim_devices, id, sim, XA_ZERO_ENTRY,
			       GFP_KERNEL) != sim)
		return -ENOENT;

	/* Knobs and counters remain usable during this call. */
	device_del(&sim->dev);
	debugfs_remove(sim->debugfs);
	put_device(&sim->dev);
	xa_erase(&sim_devices, id);
	return 0;
}

static ssize_t new_device_store(const struct bus_type *bus, const char *buf,
				size_t count)
{
	struct sim_options options = sim_default_options;
	char *line;
	u32 id;
	int err;

	line = kstrdup(buf, GFP_KERNEL);
	if (!line)
		return -ENOMEM;
	err = sim_parse(line, &id, &options);
	kfree(line);
	return err ?: sim_new_device(id, &options) ?: count;
}
static BUS_ATTR_WO(new_device);

static ssize_t del_device_store(const struct bus_type *bus, const char *buf,
				size_t count)
{
	char *line;
	u32 id;
	int err;

	line = kstrdup(buf, GFP_KERNEL);
	if (!line)
		return -ENOMEM;
	err = sim_parse(line, &id, NULL);
	kfree(line);
	return err ?: sim_del_device(id) ?: count;
}
static BUS_ATTR_WO(del_device);

/* The attributes need the rest of the module: created last, removed first. */
static int __init sim_create_attributes(void)
{
	int err;

	err = bus_create_file(&sim_bus, &bus_attr_new_device);
	if (err)
		return err;
	err = bus_create_file(&sim_bus, &bus_attr_del_device);
	if (err)
		bus_remove_file(&sim_bus, &bus_attr_new_device);
	return err;
}

static void sim_del_all(void)
{
	struct sim_device *sim;
	unsigned long id;

	xa_for_each(&sim_devices, id, sim)
		sim_del_device(id);
	/* Wait for sim_release(), even if others hold the last references. */
	wait_var_event(&sim_nr_devices, !atomic_read(&sim_nr_devices));
	xa_destroy(&sim_devices);
}

static int __init sim_init(void)
{
	unsigned int id;
	int err;

	sim_debugfs_init();
	err = bus_register(&sim_bus);
	if (err)
		goto remove_debugfs;
	err = driver_register(&sim_driver);
	if (err)
		goto unregister_bus;

	for (id = 0; id < devices; id++) {
		err = sim_new_device(id, &sim_default_options);
		if (err) {
			pr_err("fwctl_sim: cannot create device %u of %u: error %d\n", id,
			       devices, err);
			goto del_all;
		}
	}
	err = sim_create_attributes();
	if (err)
		goto del_all;
	return 0;

del_all:
	sim_del_all();
	driver_unregister(&sim_driver);
unregister_bus:
	bus_unregister(&sim_bus);
remove_debugfs:
	sim_debugfs_exit();
	return err;
}
module_init(sim_init);

static void __exit sim_exit(void)
{
	/* Each call waits for the writers of its attribute. */
	bus_remove_file(&sim_bus, &bus_attr_new_device);
	bus_remove_file(&sim_bus, &bus_attr_del_device);
	sim_del_all();
	driver_unregister(&sim_driver);
	bus_unregister(&sim_bus);
	sim_debugfs_exit();
}
module_exit(sim_exit);

MODULE_IMPORT_NS("FWCTL");
MODULE_DESCRIPTION("Simulated fwctl device");
MODULE_LICENSE("GPL");
