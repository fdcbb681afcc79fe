// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs of the simulated devices: <debugfs>/fwctl_sim/<device>/ holds a file
 * for each knob and the file "counters".
 */
#include <linux/debugfs.h>
#include <linux/errno.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include "sim.h"

/* An hour: longer than any test. */
#define SIM_MAX_DELAY_MS 3600000

/**
 * struct sim_knob_type - description of a knob, the same for all devices
 * @name: name of the file
 * @min: lowest value, which is the initial value, too
 * @max: highest value
 */
struct sim_knob_type {
	const char *name;
	s32 min;
	s32 max;
};

static const struct sim_knob_type sim_knob_types[SIM_NR_KNOBS] = {
	[SIM_OPEN_DELAY_MS] = { "open_delay_ms", 0, SIM_MAX_DELAY_MS },
	[SIM_OPEN_ERRNO] = { "open_errno", 0, MAX_ERRNO },
	[SIM_CLOSE_DELAY_MS] = { "close_delay_ms", 0, SIM_MAX_DELAY_MS },
	[SIM_INFO_DELAY_MS] = { "info_delay_ms", 0, SIM_MAX_DELAY_MS },
	[SIM_INFO_ERRNO] = { "info_errno", 0, MAX_ERRNO },
	[SIM_INFO_LEN] = { "info_len", -1, SZ_64K },
	[SIM_INFO_YIELDS] = { "info_yields", 0, 1 },
	[SIM_RPC_DELAY_MS] = { "rpc_delay_ms", 0, SIM_MAX_DELAY_MS },
	[SIM_RPC_ERRNO] = { "rpc_errno", 0, MAX_ERRNO },
	[SIM_RPC_OUT_LEN] = { "rpc_out_len", -1, S32_MAX },
	[SIM_RPC_SEPARATE] = { "rpc_separate", 0, 1 },
	[SIM_FW_STATUS] = { "fw_status", -1, S32_MAX },
	[SIM_UNKILLABLE] = { "unkillable", 0, 1 },
	[SIM_ABORT_IGNORED] = { "abort_ignored", 0, 1 },
};

static const char * const sim_count_names[SIM_NR_COUNTS] = {
	[SIM_OPENS] = "opens",
	[SIM_CLOSES] = "closes",
	[SIM_INFOS] = "infos",
	[SIM_RPCS] = "rpcs",
	[SIM_ABORTS] = "aborts",
	[SIM_UCTXS_NOW] = "uctxs_now",
	[SIM_OPENS_NOW] = "opens_now",
	[SIM_RPCS_NOW] = "rpcs_now",
	[SIM_RPCS_MAX] = "rpcs_max",
};

static struct dentry *sim_debugfs_root;

static int sim_knob_get(void *data, u64 *value)
{
	struct sim_knob *knob = data;

	*value = READ_ONCE(knob->value);
	return 0;
}

static int sim_knob_set(void *data, u64 value)
{
	struct sim_knob *knob = data;

	if ((s64)value < knob->type->min || (s64)value > knob->type->max)
		return -ERANGE;
	WRITE_ONCE(knob->value, value);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE_SIGNED(sim_knob_fops, sim_knob_get, sim_knob_set,
				"%lld\n");

static int sim_counters_show(struct seq_file *file, void *unused)
{
	struct sim_device *sim = file->private;
	u32 counts[SIM_NR_COUNTS];
	unsigned int i;

	spin_lock(&sim->lock);
	memcpy(counts, sim->counts, sizeof(counts));
	spin_unlock(&sim->lock);

	for (i = 0; i < SIM_NR_COUNTS; i++)
		seq_printf(file, "%s %u\n", sim_count_names[i], counts[i]);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(sim_counters);

/**
 * sim_debugfs_add - initialize a device's knobs and create its files in debugfs
 * @sim: the device, which has its name and is not on the bus yet
 *
 * A failure of debugfs is ignored, as usual: the files are missing then.
 *
 * Context: may sleep.
 */
void sim_debugfs_add(struct sim_device *sim)
{
	unsigned int i;

	sim->debugfs = debugfs_create_dir(dev_name(&sim->dev),
					  sim_debugfs_root);
	for (i = 0; i < SIM_NR_KNOBS; i++) {
		sim->knobs[i].type = &sim_knob_types[i];
		sim->knobs[i].value = sim_knob_types[i].min;
		debugfs_create_file_unsafe(sim_knob_types[i].name, 0600,
					   sim->debugfs, &sim->knobs[i],
					   &sim_knob_fops);
	}
	debugfs_create_file("counters", 0400, sim->debugfs, sim,
			    &sim_counters_fops);
}

/**
 * sim_debugfs_init - create the directory for the devices' directories
 *
 * Context: may sleep.
 */
void sim_debugfs_init(void)
{
	sim_debugfs_root = debugfs_create_dir("fwctl_sim", NULL);
}

/**
 * sim_debugfs_exit - remove the directory of sim_debugfs_init()
 *
 * Context: may sleep.
 */
void sim_debugfs_exit(void)
{
	debugfs_remove(sim_debugfs_root);
}
