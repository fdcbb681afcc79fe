/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Access to registers and capabilities of a ConnectX.
 */
#ifndef _FWCTL_TOOL_MLX5_ACCESS_H
#define _FWCTL_TOOL_MLX5_ACCESS_H

#include "../tool.h"

#define ACCESS_REG 0x805

/* The longest register that access_quietly() takes. */
#define ACCESS_MAX 268

/* An answer to QUERY_HCA_CAP is a header and a page. */
#define CAPS_HEADER 16
#define CAPS_PAGE 4096

enum caps_mode { CAPS_MAXIMUM, CAPS_CURRENT };

/**
 * struct accesses - the accesses of a command that does not report each request
 * @read: the least scope that admitted a read so far
 * @write: the least scope that admitted a write so far
 * @write_max: the highest scope under which a write is tried
 * @rpcs: requests sent
 */
struct accesses {
	enum fwctl_rpc_scope read;
	enum fwctl_rpc_scope write;
	enum fwctl_rpc_scope write_max;
	unsigned int rpcs;
};

int access_register(struct run *run, struct fwctl_dev *dev,
		    struct fwctl_mlx5_reg *reg, json_object *report);
int read_register(struct run *run, struct fwctl_dev *dev,
		  const struct fwctl_mlx5_layout *layout, void *data,
		  json_object *report);
int access_quietly(struct run *run, struct fwctl_dev *dev,
		   struct accesses *accesses, struct fwctl_mlx5_reg *reg);
int fail_access(struct run *run, struct fwctl_dev *dev,
		const struct fwctl_mlx5_reg *reg);
int read_caps(struct run *run, struct fwctl_dev *dev,
	      const struct fwctl_mlx5_layout *layout, enum caps_mode mode,
	      __u8 *out, json_object *report);

/* describe.c */
void mlx5_describe(struct run *run, json_object *object, struct fwctl_dev *dev);
void describe_forget(const struct fwctl_dev *dev);

#endif
