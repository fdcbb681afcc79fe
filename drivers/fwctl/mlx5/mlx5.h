/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private interfaces between the files of the mlx5 backend.
 */
#ifndef __MLX5_FWCTL_H
#define __MLX5_FWCTL_H

#include <linux/fwctl.h>
#include <linux/mlx5/driver.h>

/**
 * struct mlx5_fwctl_queue - a queue that executes commands
 * @wq: its workers call mlx5_core
 * @orphans: number of its commands whose caller has stopped waiting
 */
struct mlx5_fwctl_queue {
	struct workqueue_struct *wq;
	atomic_t orphans;
};

/**
 * struct mlx5_fwctl_dev - a function that takes commands
 * @fwctl: the fwctl device
 * @mdev: the function; its firmware runs until mlx5_fwctl_detach() has returned
 * @calls: executes RPCs and creates user contexts
 * @destroys: destroys user contexts
 * @wait: callers that wait for their command, or for the number of orphans to
 *	drop
 * @leaving: the device is going away; callers must not wait any longer
 * @undestroyed: number of user contexts that firmware failed to destroy
 * @entry: for anchor.c's list of attached devices
 */
struct mlx5_fwctl_dev {
	struct fwctl_device fwctl;
	struct mlx5_core_dev *mdev;
	struct mlx5_fwctl_queue calls;
	struct mlx5_fwctl_queue destroys;
	wait_queue_head_t wait;
	bool leaving;
	atomic_t undestroyed;
	struct list_head entry;
};

/**
 * struct mlx5_fwctl_cmd - a command for the firmware
 * @mfd: the device
 * @queue: one of the device's two queues
 * @exec: mlx5_cmd_do() or mlx5_cmd_exec()
 * @in: the command, in memory that is valid as long as this structure
 * @in_len: length of the command in bytes
 * @out: room for the answer, in memory that is valid as long as this structure
 * @out_len: room for the answer in bytes
 * @err: return value of @exec
 * @orphaned: called after @exec has returned, if the caller has stopped waiting;
 *	frees this structure
 */
struct mlx5_fwctl_cmd {
	struct mlx5_fwctl_dev *mfd;
	struct mlx5_fwctl_queue *queue;
	int (*exec)(struct mlx5_core_dev *mdev, void *in, int in_len,
		    void *out, int out_len);
	void *in;
	size_t in_len;
	void *out;
	size_t out_len;
	int err;
	void (*orphaned)(struct mlx5_fwctl_cmd *cmd);

	/* private: */
	struct work_struct work;
	atomic_t state;
};

/* cmd.c: executes commands, so that a caller that waits can be killed */
int mlx5_fwctl_cmd_init(struct mlx5_fwctl_dev *mfd);
void mlx5_fwctl_cmd_exit(struct mlx5_fwctl_dev *mfd);
int mlx5_fwctl_cmd_may_begin(struct mlx5_fwctl_dev *mfd);
int mlx5_fwctl_cmd_run(struct mlx5_fwctl_cmd *cmd, long patience);
void mlx5_fwctl_cmd_leave(struct mlx5_fwctl_dev *mfd);

/* ops.c: the ops of an fwctl device, and attaching one to a function */
struct mlx5_fwctl_dev *mlx5_fwctl_attach(struct mlx5_core_dev *mdev);
void mlx5_fwctl_detach(struct mlx5_fwctl_dev *mfd);

/* aux.c: finds functions if mlx5_core has an auxiliary device for fwctl */
extern struct auxiliary_driver mlx5_fwctl_aux_driver;

/* anchor.c: finds functions if mlx5_core is too old to have one */
#ifdef MLX5_FWCTL_ANCHORS
int mlx5_fwctl_anchors_init(void);
void mlx5_fwctl_anchors_exit(void);
#else
static inline int mlx5_fwctl_anchors_init(void)
{
	return 0;
}

static inline void mlx5_fwctl_anchors_exit(void)
{
}
#endif

#endif
