/* SPDX-License-Identifier: GPL-2.0-only */
/* Private interfaces between the files of the simulated fwctl device. */
#ifndef __FWCTL_SIM_H
#define __FWCTL_SIM_H

#include <linux/device.h>
#include <linux/fwctl.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <uapi/fwctl/sim.h>

/* Knobs in debugfs, in the order of the table in debugfs.c. */
enum sim_knob_id {
	SIM_OPEN_DELAY_MS,
	SIM_OPEN_ERRNO,
	SIM_CLOSE_DELAY_MS,
	SIM_INFO_DELAY_MS,
	SIM_INFO_ERRNO,
	SIM_INFO_LEN,
	SIM_INFO_YIELDS,
	SIM_RPC_DELAY_MS,
	SIM_RPC_ERRNO,
	SIM_RPC_OUT_LEN,
	SIM_RPC_SEPARATE,
	SIM_FW_STATUS,
	SIM_UNKILLABLE,
	SIM_ABORT_IGNORED,
	SIM_NR_KNOBS
};

/* Counters in debugfs, in the order of the names in debugfs.c. */
enum sim_count_id {
	SIM_OPENS,
	SIM_CLOSES,
	SIM_INFOS,
	SIM_RPCS,
	SIM_ABORTS,
	SIM_UCTXS_NOW,
	SIM_OPENS_NOW,
	SIM_RPCS_NOW,
	SIM_RPCS_MAX,
	SIM_NR_COUNTS
};

struct sim_knob_type;

/**
 * struct sim_knob - a file in debugfs that changes the behaviour of a device
 * @type: name and limits
 * @value: the value last written to the file
 */
struct sim_knob {
	const struct sim_knob_type *type;
	s32 value;
};

/**
 * struct sim_options - options that a device is created with
 * @ops: its fwctl ops
 * @ext: its further ops
 * @card: name of the card that it is a function of, or empty
 * @twice: it has two fwctl devices
 * @max_requests: &fwctl_device.max_requests
 */
struct sim_options {
	struct fwctl_ops ops;
	struct fwctl_ext_ops ext;
	char card[16];
	bool twice;
	unsigned int max_requests;
};

/**
 * struct sim_device - the simulated hardware, a device on the fwctl_sim bus
 * @dev: the device on the bus
 * @id: the ID that user space gave it
 * @options: the options that it was created with
 * @probe_error: result of the last attempt to bind the driver, 0 or an errno
 * @debugfs: its directory
 * @knobs: knobs, indexed by &enum sim_knob_id
 * @lock: protects all members that follow
 * @counts: counters, indexed by &enum sim_count_id
 * @last_uctx: number of the last context that was opened
 * @registers: the registers
 *
 * Exists as long as the device is on the bus. So knobs, counters and registers
 * keep their values when the driver is unbound and bound again.
 */
struct sim_device {
	struct device dev;
	u32 id;
	struct sim_options options;
	int probe_error;
	struct dentry *debugfs;
	struct sim_knob knobs[SIM_NR_KNOBS];

	spinlock_t lock;	/* protects all members that follow */
	u32 counts[SIM_NR_COUNTS];
	u32 last_uctx;
	u64 registers[FWCTL_SIM_NR_REGISTERS];
};

/**
 * struct sim_fwctl - a simulated device while the driver is bound to it
 * @fwctl: the fwctl device
 * @sim: the simulated hardware
 * @waiters: calls that a knob delays
 * @aborted: the op abort was called: delays end at once
 * @card: name of the card, if it has one; open files may outlive @sim
 * @twin: the second fwctl device of @sim, or NULL
 */
struct sim_fwctl {
	struct fwctl_device fwctl;
	struct sim_device *sim;
	wait_queue_head_t waiters;
	bool aborted;
	char card[16];
	struct sim_fwctl *twin;
};

static inline s32 sim_knob(struct sim_device *sim, enum sim_knob_id id)
{
	return READ_ONCE(sim->knobs[id].value);
}

int sim_nested(struct fwctl_uctx *uctx, const void *rpc_in, size_t in_len,
	       struct fwctl_nested *nested);
int sim_classify_buffers(const void *rpc_in, size_t in_len, size_t out_len,
			 struct fwctl_command *cmd);
int sim_use_buffers(struct fwctl_uctx *uctx, const void *rpc_in, size_t in_len,
		    size_t out_len, u64 *sum);

extern const struct sim_options sim_default_options;

void sim_debugfs_init(void);
void sim_debugfs_exit(void);
void sim_debugfs_add(struct sim_device *sim);

#endif
