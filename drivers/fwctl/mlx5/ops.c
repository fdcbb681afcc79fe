// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ops of the mlx5 backend: they deliver commands to the firmware of a
 * function that mlx5_core drives.
 *
 * Every open file has a user context of its own in the firmware. Every command
 * carries the number of its file's user context, so that the firmware can tell it
 * from the kernel's commands.
 */
#include <linux/mlx5/device.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <uapi/fwctl/mlx5.h>

#include "allowlist.h"
#include "mlx5.h"

/**
 * struct mlx5_fwctl_ctx - a user context of the firmware
 * @cmd: the command that creates it, later the one that destroys it
 * @users: references: one for the file, and one for each of its commands in
 *	flight, which may outlive the file. The last one destroys the context.
 * @caps: capabilities that the context was created with
 * @uid: number of the context, never 0
 * @in: memory for the command of @cmd
 * @out: memory for the answer of @cmd
 */
struct mlx5_fwctl_ctx {
	struct mlx5_fwctl_cmd cmd;
	refcount_t users;
	u32 caps;
	u16 uid;
	u32 in[MLX5_ST_SZ_DW(create_uctx_in)];
	u32 out[MLX5_ST_SZ_DW(create_uctx_out)];
};

/**
 * struct mlx5_fwctl_uctx - an open file
 * @uctx: the core's context
 * @ctx: the firmware's user context
 */
struct mlx5_fwctl_uctx {
	struct fwctl_uctx uctx;
	struct mlx5_fwctl_ctx *ctx;
};

/**
 * struct mlx5_fwctl_rpc - a command of an RPC
 * @cmd: the execution of the command
 * @ctx: the user context that the command runs under
 * @in: copy of the command, which outlives the core's buffer if the caller leaves
 */
struct mlx5_fwctl_rpc {
	struct mlx5_fwctl_cmd cmd;
	struct mlx5_fwctl_ctx *ctx;
	u8 in[];
};

static struct mlx5_fwctl_dev *uctx_to_mfd(struct fwctl_uctx *uctx)
{
	return container_of(uctx->fwctl, struct mlx5_fwctl_dev, fwctl);
}

static struct mlx5_fwctl_ctx *uctx_to_ctx(struct fwctl_uctx *uctx)
{
	return container_of(uctx, struct mlx5_fwctl_uctx, uctx)->ctx;
}

/*
 * If the firmware does not run any more, mlx5_cmd_check() reports success. So an
 * error comes from the firmware or from mlx5_core, and leaves the number in use
 * until the next reset.
 */
static void ctx_destroyed(struct mlx5_fwctl_cmd *cmd)
{
	struct mlx5_fwctl_ctx *ctx = container_of(cmd, struct mlx5_fwctl_ctx, cmd);
	struct mlx5_fwctl_dev *mfd = cmd->mfd;
	int err, count;

	err = mlx5_cmd_check(mfd->mdev, cmd->err, cmd->in, cmd->out);
	if (err) {
		count = atomic_inc_return(&mfd->undestroyed);
		dev_warn_ratelimited(&mfd->fwctl.dev,
				     "cannot destroy user context %u: error %d; %d contexts stay in use until the next reset\n",
				     ctx->uid, err, count);
	}
	kfree(ctx);
}

static void ctx_prepare_destroy(struct mlx5_fwctl_ctx *ctx)
{
	BUILD_BUG_ON(sizeof(ctx->in) < MLX5_ST_SZ_BYTES(destroy_uctx_in));
	BUILD_BUG_ON(sizeof(ctx->out) < MLX5_ST_SZ_BYTES(destroy_uctx_out));

	memset(ctx->in, 0, sizeof(ctx->in));
	memset(ctx->out, 0, sizeof(ctx->out));
	MLX5_SET(destroy_uctx_in, ctx->in, opcode, MLX5_CMD_OP_DESTROY_UCTX);
	MLX5_SET(destroy_uctx_in, ctx->in, uid, ctx->uid);
	ctx->cmd.in_len = MLX5_ST_SZ_BYTES(destroy_uctx_in);
	ctx->cmd.out_len = MLX5_ST_SZ_BYTES(destroy_uctx_out);
	ctx->cmd.orphaned = ctx_destroyed;
}

/* Drops a reference in a callback, which must not wait. */
static void ctx_put_later(struct mlx5_fwctl_ctx *ctx)
{
	if (!refcount_dec_and_test(&ctx->users))
		return;
	ctx_prepare_destroy(ctx);
	mlx5_fwctl_cmd_destroy_later(&ctx->cmd);
}

/*
 * Number 0 is the kernel's own: firmware does not check the privileges of a
 * command that carries it. A context with this number must not be used, and cannot
 * be destroyed.
 */
static int ctx_created(struct mlx5_fwctl_ctx *ctx)
{
	struct mlx5_fwctl_cmd *cmd = &ctx->cmd;
	int err;

	err = mlx5_cmd_check(cmd->mfd->mdev, cmd->err, cmd->in, cmd->out);
	if (err)
		return err;

	ctx->uid = MLX5_GET(create_uctx_out, ctx->out, uid);
	if (ctx->uid)
		return 0;
	dev_err_ratelimited(&cmd->mfd->fwctl.dev,
			    "firmware returned the kernel's number, 0, for a new user context: refused\n");
	return -EIO;
}

static void ctx_create_orphaned(struct mlx5_fwctl_cmd *cmd)
{
	struct mlx5_fwctl_ctx *ctx = container_of(cmd, struct mlx5_fwctl_ctx, cmd);

	if (ctx_created(ctx))
		kfree(ctx);
	else
		ctx_put_later(ctx);
}

static int mlx5_fwctl_open_uctx(struct fwctl_uctx *uctx)
{
	struct mlx5_fwctl_dev *mfd = uctx_to_mfd(uctx);
	struct mlx5_fwctl_ctx *ctx, init = {
		.cmd = {
			.mfd = mfd,
			.in_len = sizeof(ctx->in),
			.out_len = sizeof(ctx->out),
			.share = uctx->share,
			.kind = FWCTL_SLOT_OPEN,
			.orphaned = ctx_create_orphaned,
		},
		.users = REFCOUNT_INIT(1),
		.caps = MLX5_CAP_GEN(mfd->mdev, uctx_cap) &
			MLX5_FWCTL_TOOLS_RESOURCES,
	};
	int err;

	err = mlx5_fwctl_cmd_may_begin(mfd);
	if (err)
		return err;

	ctx = kmemdup(&init, sizeof(init), GFP_KERNEL_ACCOUNT);
	if (!ctx)
		return -ENOMEM;
	MLX5_SET(create_uctx_in, ctx->in, opcode, MLX5_CMD_OP_CREATE_UCTX);
	MLX5_SET(create_uctx_in, ctx->in, uctx.cap, ctx->caps);
	ctx->cmd.in = ctx->in;
	ctx->cmd.out = ctx->out;

	err = mlx5_fwctl_cmd_begin(&ctx->cmd);
	if (err)
		goto err_free;
	err = mlx5_fwctl_cmd_wait(&ctx->cmd, MAX_SCHEDULE_TIMEOUT);
	if (err)
		return err;
	err = ctx_created(ctx);
	if (err)
		goto err_free;
	container_of(uctx, struct mlx5_fwctl_uctx, uctx)->ctx = ctx;
	return 0;

err_free:
	kfree(ctx);
	return err;
}

/* If orphans of this context are left, the last one destroys the context. */
static void mlx5_fwctl_close_uctx(struct fwctl_uctx *uctx)
{
	struct mlx5_fwctl_ctx *ctx = uctx_to_ctx(uctx);

	if (!refcount_dec_and_test(&ctx->users))
		return;
	ctx_prepare_destroy(ctx);
	if (!mlx5_fwctl_cmd_destroy(&ctx->cmd))
		ctx_destroyed(&ctx->cmd);
}

static void *mlx5_fwctl_info(struct fwctl_uctx *uctx, size_t *length)
{
	struct mlx5_fwctl_ctx *ctx = uctx_to_ctx(uctx);
	struct fwctl_info_mlx5 info = {
		.uid = ctx->uid,
		.uctx_caps = ctx->caps,
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

	err = mlx5_fwctl_classify(in, in_len, out_len, uctx_to_ctx(uctx)->caps,
				  &verdict);
	cmd->number = verdict.number;
	cmd->name = verdict.name;
	if (err)
		return err;

	cmd->scope = verdict.scope;
	cmd->writes = verdict.writes;
	cmd->secret = verdict.secret;
	return 0;
}

static void rpc_free(struct mlx5_fwctl_rpc *rpc)
{
	kvfree(rpc->cmd.out);
	kvfree(rpc);
}

static void rpc_orphaned(struct mlx5_fwctl_cmd *cmd)
{
	struct mlx5_fwctl_rpc *rpc = container_of(cmd, struct mlx5_fwctl_rpc, cmd);
	struct mlx5_fwctl_ctx *ctx = rpc->ctx;

	rpc_free(rpc);
	ctx_put_later(ctx);
}

/*
 * The answer needs memory of its own, because mlx5_core reads the command again
 * after it has written the answer. Neither is longer than a command of this kind
 * can need, whatever lengths the caller chose: mlx5_core holds a copy of both in
 * memory that it charges to nobody and never gives back.
 */
static void *mlx5_fwctl_prepare(struct fwctl_uctx *uctx, const void *in,
				size_t in_len, size_t out_len)
{
	struct mlx5_fwctl_ctx *ctx = uctx_to_ctx(uctx);
	struct mlx5_fwctl_dev *mfd = uctx_to_mfd(uctx);
	struct mlx5_fwctl_rpc *rpc;
	size_t in_max, out_max;
	void *out;
	int err;

	err = mlx5_fwctl_cmd_may_begin(mfd);
	if (err)
		return ERR_PTR(err);

	/*
	 * A request that is too short or too long is not sent: the core decides on
	 * it first, and mlx5_fwctl_classify() refuses it.
	 */
	mlx5_fwctl_lengths(in, in_len, &in_max, &out_max);
	in_len = min(in_len, in_max);
	out_len = clamp(out_len, (size_t)MLX5_FWCTL_HEADER, out_max);

	rpc = kvmalloc(struct_size(rpc, in, max_t(size_t, in_len, MLX5_FWCTL_HEADER)),
		       GFP_KERNEL_ACCOUNT);
	out = kvmalloc(out_len, GFP_KERNEL_ACCOUNT);
	if (!rpc || !out) {
		kvfree(rpc);
		kvfree(out);
		return ERR_PTR(-ENOMEM);
	}

	memcpy(rpc->in, in, in_len);
	*(__be16 *)(rpc->in + MLX5_FWCTL_UID) = cpu_to_be16(ctx->uid);
	/*
	 * mlx5_core fills the whole answer or fails; it reads the status and the
	 * syndrome in both cases.
	 */
	memset(out, 0, MLX5_FWCTL_HEADER);

	rpc->ctx = ctx;
	rpc->cmd = (struct mlx5_fwctl_cmd) {
		.mfd = mfd,
		.in = rpc->in,
		.in_len = in_len,
		.out = out,
		.out_len = out_len,
		.share = uctx->share,
		.kind = FWCTL_SLOT_RPC,
		.rpc = true,
		.orphaned = rpc_orphaned,
	};
	return rpc;
}

static int mlx5_fwctl_submit(void *request, enum fwctl_rpc_scope effective)
{
	struct mlx5_fwctl_rpc *rpc = request;
	int err;

	rpc->cmd.scope = effective;

	/* The command's; the file has one of its own until all ops have ended. */
	refcount_inc(&rpc->ctx->users);
	err = mlx5_fwctl_cmd_begin(&rpc->cmd);
	if (err)
		refcount_dec(&rpc->ctx->users);
	return err;
}

static void *mlx5_fwctl_collect(void *request, size_t *out_len)
{
	struct mlx5_fwctl_rpc *rpc = request;
	void *out = rpc->cmd.out;
	int err;

	err = mlx5_fwctl_cmd_wait(&rpc->cmd, MAX_SCHEDULE_TIMEOUT);
	if (err)
		return ERR_PTR(err);

	err = rpc->cmd.err;
	*out_len = rpc->cmd.out_len;
	refcount_dec(&rpc->ctx->users);
	/* -EREMOTEIO: the error is in the answer. */
	if (err && err != -EREMOTEIO) {
		rpc_free(rpc);
		return ERR_PTR(err);
	}
	kvfree(rpc);
	return out;
}

static void mlx5_fwctl_discard(void *request)
{
	rpc_free(request);
}

/* The first byte of every answer is the status. */
static int mlx5_fwctl_fw_status(struct fwctl_uctx *uctx, const void *out,
				size_t out_len, u32 *status)
{
	*status = *(const u8 *)out;
	return 0;
}

static bool mlx5_fwctl_stalled(struct fwctl_device *fwctl)
{
	return mlx5_fwctl_cmd_may_begin(container_of(fwctl, struct mlx5_fwctl_dev,
						     fwctl));
}

static void mlx5_fwctl_abort(struct fwctl_device *fwctl)
{
	mlx5_fwctl_cmd_leave(container_of(fwctl, struct mlx5_fwctl_dev, fwctl));
}

static const struct fwctl_ops mlx5_fwctl_ops = {
	.device_type = FWCTL_DEVICE_TYPE_MLX5,
	.uctx_size = sizeof(struct mlx5_fwctl_uctx),
	.open_uctx = mlx5_fwctl_open_uctx,
	.close_uctx = mlx5_fwctl_close_uctx,
	.info = mlx5_fwctl_info,
};

static const struct fwctl_ext_ops mlx5_fwctl_ext_ops = {
	.classify = mlx5_fwctl_classify_op,
	.prepare = mlx5_fwctl_prepare,
	.submit = mlx5_fwctl_submit,
	.collect = mlx5_fwctl_collect,
	.discard = mlx5_fwctl_discard,
	.stalled = mlx5_fwctl_stalled,
	.abort = mlx5_fwctl_abort,
	.fw_status = mlx5_fwctl_fw_status,
};

/**
 * mlx5_fwctl_attach - register an fwctl device for a function
 * @mdev: the function; its firmware runs until mlx5_fwctl_detach() has returned
 *
 * The class device's parent is the PCI device, by which tools find it.
 *
 * Context: may sleep.
 * Return: the device, for mlx5_fwctl_detach(); or an ERR_PTR(): -ENODEV if the
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
	mfd->fwctl.ext = &mlx5_fwctl_ext_ops;
	mfd->fwctl.max_requests = mlx5_fwctl_cmd_slots(mdev);
	mfd->mdev = mdev;
	mlx5_fwctl_name_card(mfd);
	mlx5_fwctl_cmd_init(mfd);

	err = fwctl_register(&mfd->fwctl);
	if (err) {
		mlx5_fwctl_cmd_exit(mfd);
		fwctl_put(&mfd->fwctl);
		return ERR_PTR(err);
	}
	return mfd;
}

/**
 * mlx5_fwctl_detach - unregister the fwctl device of a function
 * @mfd: the device, from mlx5_fwctl_attach()
 *
 * When this function returns, no command is in flight, and no user context is
 * left but those that firmware failed to destroy.
 *
 * Context: may sleep, as long as the firmware takes for the commands in flight.
 */
void mlx5_fwctl_detach(struct mlx5_fwctl_dev *mfd)
{
	fwctl_unregister(&mfd->fwctl);
	mlx5_fwctl_cmd_exit(mfd);
	fwctl_put(&mfd->fwctl);
}
