/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the mlx5 backend share with one another.
 */
#ifndef __MLX5_FWCTL_H
#define __MLX5_FWCTL_H

#include <linux/fwctl.h>
#include <linux/mlx5/driver.h>

/**
 * struct mlx5_fwctl_queue - where commands are executed
 * @wq: calls mlx5_core
 * @orphans: commands here that nobody waits for any more
 */
struct mlx5_fwctl_queue {
	struct workqueue_struct *wq;
	atomic_t orphans;
};

/**
 * struct mlx5_fwctl_dev - a function that takes commands
 * @fwctl: the core's part
 * @mdev: the function, whose firmware is there until mlx5_fwctl_detach()
 * @calls: for what somebody asked for and waits for
 * @destroys: for destroying user contexts
 * @wait: of whoever waits for a command, or for orphans to become fewer
 * @leaving: the device is going away, nobody shall wait
 * @undestroyed: user contexts that firmware would not give up
 * @entry: for whoever attached it
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
 * struct mlx5_fwctl_cmd - a command on its way to firmware
 * @mfd: the device
 * @queue: one of the device's
 * @exec: mlx5_cmd_do() or mlx5_cmd_exec()
 * @in: the command, in memory that lasts as long as this
 * @in_len: its length
 * @out: room for the answer, likewise
 * @out_len: its length
 * @err: what @exec returned
 * @orphaned: called once @exec has returned if nobody waits any more; frees
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

/* cmd.c: waiting for firmware, so that whoever waits can be killed */
int mlx5_fwctl_cmd_init(struct mlx5_fwctl_dev *mfd);
void mlx5_fwctl_cmd_exit(struct mlx5_fwctl_dev *mfd);
int mlx5_fwctl_cmd_may_begin(struct mlx5_fwctl_dev *mfd);
int mlx5_fwctl_cmd_run(struct mlx5_fwctl_cmd *cmd, long patience);
void mlx5_fwctl_cmd_leave(struct mlx5_fwctl_dev *mfd);

/* ops.c: the device, without regard to who found it */
struct mlx5_fwctl_dev *mlx5_fwctl_attach(struct mlx5_core_dev *mdev);
void mlx5_fwctl_detach(struct mlx5_fwctl_dev *mfd);

/* aux.c: finds devices where mlx5_core offers an auxiliary device for fwctl */
extern struct auxiliary_driver mlx5_fwctl_aux_driver;

/* anchor.c: finds devices where mlx5_core is too old to offer one */
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
