/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the mlx5 backend share with one another.
 */
#ifndef __MLX5_FWCTL_H
#define __MLX5_FWCTL_H

#include <linux/fwctl.h>
#include <linux/mlx5/driver.h>

/**
 * struct mlx5_fwctl_dev - a function that takes commands
 * @fwctl: the core's part
 * @mdev: the function, whose firmware is there until mlx5_fwctl_detach()
 * @undestroyed: user contexts that firmware would not give up
 * @entry: for whoever attached it
 */
struct mlx5_fwctl_dev {
	struct fwctl_device fwctl;
	struct mlx5_core_dev *mdev;
	atomic_t undestroyed;
	struct list_head entry;
};

/* main.c: the device, without regard to who found it */
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
