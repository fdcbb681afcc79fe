/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual ConnectX under hostile callers: a fixture that ends all silence of its
 * firmware, and helpers.
 */
#ifndef __FWCTL_HOSTILE_MLX5_UTILS_H
#define __FWCTL_HOSTILE_MLX5_UTILS_H

#include "fwctl_hostile_utils.h"
#include "fwctl_mlx5_bus_utils.h"

/* The command slots of mlx5_core, which a driver of the device and fwctl share. */
#define SLOTS 31

/* A timeout that does not end any command in a test */
#define NEVER_S 120

FIXTURE(hostile) {
	struct mlx5_dev dev;
	unsigned int max_rpcs;
	bool rebind;
};

FIXTURE_SETUP(hostile)
{
	if (cannot_remove())
		SKIP(return, "%s", cannot_remove());
	self->max_rpcs = param_get("max_rpcs");
	/* A test that was killed has not ended the silence. */
	ASSERT_EQ(0, vcx("clear"));
	ASSERT_EQ(0, vcx("release"));
	ASSERT_EQ(0, mlx5_find(&self->dev));
	ASSERT_TRUE(wait_for(!vcx_uids()));
	ASSERT_EQ(0, chmod(self->dev.node, 0666));
}

FIXTURE_TEARDOWN_PARENT(hostile)
{
	if (!*self->dev.pci)
		return;
	vcx("clear");
	vcx("release");
	vcx("fw-timeout %u", FW_TIMEOUT_S);
	EXPECT_EQ(0, param_set("max_rpcs", self->max_rpcs));
	if (self->rebind) {
		unbind_pci(&self->dev);
		bind_pci(&self->dev);
	}
	EXPECT_TRUE(put_back(&self->dev));
	EXPECT_TRUE(wait_for(!vcx_uids() && !vcx_stat("in_flight")));
}

/* Binds the device again, so that mlx5_core has this timeout. Its node is a new one. */
static inline void set_timeout(struct __test_metadata *_metadata, struct mlx5_dev *dev,
			       bool *rebind, unsigned int seconds)
{
	*rebind = true;
	ASSERT_EQ(0, vcx("fw-timeout %u", seconds));
	ASSERT_EQ(0, unbind_pci(dev));
	ASSERT_EQ(0, bind_pci(dev));
	ASSERT_TRUE(wait_for(works(dev)));
	ASSERT_EQ(0, chmod(dev->node, 0666));
}

/* A command of the kernel itself: it reads the firmware's version. */
static inline int kernel_command(const struct mlx5_dev *dev)
{
	unsigned int commands = vcx_count(OP_ACCESS_REG);

	return run_shell("devlink dev info pci/%s > /dev/null", dev->pci) ||
	       vcx_count(OP_ACCESS_REG) == commands;
}

static inline int open_and_nop(const struct mlx5_dev *dev, int flags)
{
	int fd = mlx5_open(dev, flags), err;

	if (fd < 0)
		return errno;
	err = mlx5_nop(fd);
	close(fd);
	return err;
}

#endif
