// SPDX-License-Identifier: GPL-2.0-only
/*
 * fwctl for NVIDIA ConnectX: delivers commands to the firmware of a function
 * that mlx5_core drives.
 *
 * Every open file has a firmware user context of its own, and every command is
 * stamped with its number, so that firmware tells it from the kernel's own.
 */
#include <linux/auxiliary_bus.h>
#include <linux/mlx5/device.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <uapi/fwctl/mlx5.h>

#include "allowlist.h"
#include "mlx5.h"

/**
 * struct mlx5_fwctl_uctx - an open file
 * @uctx: the core's part
 * @caps: capabilities that the user context was created with
 * @uid: its number, never 0
 */
struct mlx5_fwctl_uctx {
	struct fwctl_uctx uctx;
	u32 caps;
	u16 uid;
};

static struct mlx5_fwctl_dev *uctx_to_mfd(struct fwctl_uctx *uctx)
{
	return container_of(uctx->fwctl, struct mlx5_fwctl_dev, fwctl);
}

static struct mlx5_fwctl_uctx *to_mfu(struct fwctl_uctx *uctx)
{
	return container_of(uctx, struct mlx5_fwctl_uctx, uctx);
}

/*
 * Number 0 is the kernel's own: what bears it, firmware obeys without asking.
 * A context that got it must not be used, nor can it be destroyed.
 */
static int mlx5_fwctl_open_uctx(struct fwctl_uctx *uctx)
{
	struct mlx5_fwctl_dev *mfd = uctx_to_mfd(uctx);
	struct mlx5_fwctl_uctx *mfu = to_mfu(uctx);
	u32 out[MLX5_ST_SZ_DW(create_uctx_out)] = {};
	u32 in[MLX5_ST_SZ_DW(create_uctx_in)] = {};
	int err;

	mfu->caps = MLX5_CAP_GEN(mfd->mdev, uctx_cap) & MLX5_FWCTL_TOOLS_RESOURCES;
	MLX5_SET(create_uctx_in, in, opcode, MLX5_CMD_OP_CREATE_UCTX);
	MLX5_SET(create_uctx_in, in, uctx.cap, mfu->caps);
	err = mlx5_cmd_exec(mfd->mdev, in, sizeof(in), out, sizeof(out));
	if (err)
		return err;

	mfu->uid = MLX5_GET(create_uctx_out, out, uid);
	if (!mfu->uid) {
		dev_err_ratelimited(&mfd->fwctl.dev,
				    "firmware made a user context without privilege separation: refused\n");
		return -EIO;
	}
	return 0;
}

/*
 * On a device that no longer answers mlx5_core reports success at once. An
 * error is firmware's own, and leaves a number in use until the next reset.
 */
static void mlx5_fwctl_close_uctx(struct fwctl_uctx *uctx)
{
	struct mlx5_fwctl_dev *mfd = uctx_to_mfd(uctx);
	u32 out[MLX5_ST_SZ_DW(destroy_uctx_out)] = {};
	u32 in[MLX5_ST_SZ_DW(destroy_uctx_in)] = {};
	u16 uid = to_mfu(uctx)->uid;
	int err;

	MLX5_SET(destroy_uctx_in, in, opcode, MLX5_CMD_OP_DESTROY_UCTX);
	MLX5_SET(destroy_uctx_in, in, uid, uid);
	err = mlx5_cmd_exec(mfd->mdev, in, sizeof(in), out, sizeof(out));
	if (err)
		dev_warn_ratelimited(&mfd->fwctl.dev,
				     "firmware keeps user context %u (error %d); %d kept so far\n",
				     uid, err,
				     atomic_inc_return(&mfd->undestroyed));
}

static void *mlx5_fwctl_info(struct fwctl_uctx *uctx, size_t *length)
{
	struct mlx5_fwctl_uctx *mfu = to_mfu(uctx);
	struct fwctl_info_mlx5 info = {
		.uid = mfu->uid,
		.uctx_caps = mfu->caps,
	};
	void *copy;

	copy = kmemdup(&info, sizeof(info), GFP_KERNEL_ACCOUNT);
	if (!copy)
		return ERR_PTR(-ENOMEM);
	*length = sizeof(info);
	return copy;
}

static int mlx5_fwctl_classify_op(struct fwctl_uctx *uctx, const void *in,
				  size_t in_len, size_t out_len,
				  struct fwctl_command *cmd)
{
	struct mlx5_fwctl_verdict verdict;
	int err;

	err = mlx5_fwctl_classify(in, in_len, out_len, to_mfu(uctx)->caps,
				  &verdict);
	cmd->number = verdict.number;
	cmd->name = verdict.name;
	if (err)
		return err;

	cmd->scope = verdict.scope;
	cmd->writes = verdict.writes;
	return 0;
}

/*
 * The answer needs memory of its own: mlx5_core looks at the command again
 * after it has written the answer.
 */
static void *mlx5_fwctl_fw_rpc(struct fwctl_uctx *uctx,
			       enum fwctl_rpc_scope scope, void *in,
			       size_t in_len, size_t *out_len)
{
	struct mlx5_fwctl_dev *mfd = uctx_to_mfd(uctx);
	void *out;
	int err;

	if (in_len < MLX5_FWCTL_HEADER || *out_len < MLX5_FWCTL_HEADER)
		return ERR_PTR(-EMSGSIZE);
	*(__be16 *)(in + MLX5_FWCTL_UID) = cpu_to_be16(to_mfu(uctx)->uid);

	out = kvmalloc(*out_len, GFP_KERNEL_ACCOUNT);
	if (!out)
		return ERR_PTR(-ENOMEM);
	/*
	 * mlx5_core fills all of the answer, or fails; it looks for a status
	 * in either case.
	 */
	memset(out, 0, MLX5_FWCTL_HEADER);

	err = mlx5_cmd_do(mfd->mdev, in, in_len, out, *out_len);
	/* -EREMOTEIO: the answer tells of the error */
	if (err && err != -EREMOTEIO) {
		kvfree(out);
		return ERR_PTR(err);
	}
	return out;
}

static const struct fwctl_ops mlx5_fwctl_ops = {
	.device_type = FWCTL_DEVICE_TYPE_MLX5,
	.uctx_size = sizeof(struct mlx5_fwctl_uctx),
	.open_uctx = mlx5_fwctl_open_uctx,
	.close_uctx = mlx5_fwctl_close_uctx,
	.info = mlx5_fwctl_info,
	.fw_rpc = mlx5_fwctl_fw_rpc,
	.classify = mlx5_fwctl_classify_op,
};

/**
 * mlx5_fwctl_attach - give a function to fwctl
 * @mdev: the function, its firmware running
 *
 * The class device's parent is the PCI device, by which tools find it.
 *
 * Context: may sleep.
 * Return: what mlx5_fwctl_detach() takes; or an ERR_PTR(): -ENODEV if the
 * function is a sub-function or its firmware has no user contexts.
 */
struct mlx5_fwctl_dev *mlx5_fwctl_attach(struct mlx5_core_dev *mdev)
{
	struct mlx5_fwctl_dev *mfd;
	int err;

	if (mdev->coredev_type == MLX5_COREDEV_SF || !MLX5_CAP_GEN(mdev, uctx_cap))
		return ERR_PTR(-ENODEV);

	mfd = fwctl_alloc_device(&mdev->pdev->dev, &mlx5_fwctl_ops,
				 struct mlx5_fwctl_dev, fwctl);
	if (!mfd)
		return ERR_PTR(-ENOMEM);
	mfd->mdev = mdev;

	err = fwctl_register(&mfd->fwctl);
	if (err) {
		fwctl_put(&mfd->fwctl);
		return ERR_PTR(err);
	}
	return mfd;
}

/**
 * mlx5_fwctl_detach - take a function away from fwctl
 * @mfd: from mlx5_fwctl_attach()
 *
 * On return no command is in flight and no user context is left.
 *
 * Context: may sleep, for as long as firmware takes for the commands in flight.
 */
void mlx5_fwctl_detach(struct mlx5_fwctl_dev *mfd)
{
	fwctl_unregister(&mfd->fwctl);
	fwctl_put(&mfd->fwctl);
}

static int __init mlx5_fwctl_init(void)
{
	const char *fault = mlx5_fwctl_tables_fault();
	int err;

	if (fault) {
		pr_err("mlx5_fwctl: table entry \"%s\" is out of order or contradicts itself\n",
		       fault);
		return -EINVAL;
	}

	err = auxiliary_driver_register(&mlx5_fwctl_aux_driver);
	if (err)
		return err;

	err = mlx5_fwctl_anchors_init();
	if (err)
		auxiliary_driver_unregister(&mlx5_fwctl_aux_driver);
	return err;
}

static void __exit mlx5_fwctl_exit(void)
{
	mlx5_fwctl_anchors_exit();
	auxiliary_driver_unregister(&mlx5_fwctl_aux_driver);
}

module_init(mlx5_fwctl_init);
module_exit(mlx5_fwctl_exit);
MODULE_IMPORT_NS("FWCTL");
MODULE_DESCRIPTION("fwctl for NVIDIA ConnectX");
MODULE_LICENSE("GPL");
