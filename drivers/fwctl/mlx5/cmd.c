// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands on their way to firmware, and who waits for them.
 *
 * mlx5_core's calls wait for firmware, a minute and more if it does not answer,
 * and cannot be interrupted. So a worker calls, and whoever asked waits for the
 * worker, until the answer is there, or he is killed, or his patience ends, or
 * the device is going away. If he leaves first, command and answer belong to
 * the worker, which ends the matter once firmware has answered.
 */
#include <linux/mlx5/driver.h>
#include <linux/wait.h>

#include "mlx5.h"

enum {
	/* Nobody has left and firmware has not answered. */
	CMD_RUNNING,
	CMD_ANSWERED,
	CMD_ORPHANED,
};

/*
 * mlx5_core has 31 commands in flight at most. So many of them may be users',
 * so many may destroy contexts, and the rest is for the kernel. When the device
 * goes away all contexts are destroyed and little else is done.
 */
#define MAX_CALLS	16
#define MAX_DESTROYS	8
#define MAX_DESTROYS_LEAVING	24

/*
 * Orphans still count among these, but no longer where the core limits calls
 * and files. With so many of them around nothing more is begun.
 */
#define MAX_ORPHAN_CALLS	8
#define MAX_ORPHAN_DESTROYS	256

static void cmd_work(struct work_struct *work)
{
	struct mlx5_fwctl_cmd *cmd =
		container_of(work, struct mlx5_fwctl_cmd, work);
	struct mlx5_fwctl_queue *queue = cmd->queue;
	struct mlx5_fwctl_dev *mfd = cmd->mfd;

	cmd->err = cmd->exec(mfd->mdev, cmd->in, cmd->in_len, cmd->out,
			     cmd->out_len);

	/* Unless it is orphaned the command may be gone after this. */
	if (atomic_cmpxchg(&cmd->state, CMD_RUNNING, CMD_ANSWERED) ==
	    CMD_ORPHANED) {
		cmd->orphaned(cmd);
		atomic_dec(&queue->orphans);
	}
	wake_up_all(&mfd->wait);
}

/**
 * mlx5_fwctl_cmd_run - have firmware execute a command
 * @cmd: all members filled in but the private ones
 * @patience: how long to wait for the answer, in jiffies
 *
 * Context: may sleep.
 * Return: 0 if @cmd->err and @cmd->out are there and @cmd is the caller's again;
 * else @cmd was left to its orphaned function: -ENODEV because the device is
 * going away, -EINTR because the caller was killed or @patience has ended.
 */
int mlx5_fwctl_cmd_run(struct mlx5_fwctl_cmd *cmd, long patience)
{
	struct mlx5_fwctl_queue *queue = cmd->queue;
	struct mlx5_fwctl_dev *mfd = cmd->mfd;

	atomic_set(&cmd->state, CMD_RUNNING);
	INIT_WORK(&cmd->work, cmd_work);
	queue_work(queue->wq, &cmd->work);
	wait_event_killable_timeout(mfd->wait,
				    atomic_read(&cmd->state) == CMD_ANSWERED ||
				    READ_ONCE(mfd->leaving), patience);
	if (atomic_read_acquire(&cmd->state) == CMD_ANSWERED)
		return 0;

	/* Counted before it can end. */
	atomic_inc(&queue->orphans);
	if (atomic_cmpxchg(&cmd->state, CMD_RUNNING, CMD_ORPHANED) ==
	    CMD_RUNNING)
		return READ_ONCE(mfd->leaving) ? -ENODEV : -EINTR;
	atomic_dec(&queue->orphans);
	wake_up_all(&mfd->wait);
	return 0;
}

static bool may_begin(struct mlx5_fwctl_dev *mfd)
{
	return atomic_read(&mfd->calls.orphans) < MAX_ORPHAN_CALLS &&
	       atomic_read(&mfd->destroys.orphans) < MAX_ORPHAN_DESTROYS;
}

/**
 * mlx5_fwctl_cmd_may_begin - wait until another command may be begun
 * @mfd: the device
 *
 * Context: may sleep.
 * Return: 0; -EINTR if the caller was killed; -ENODEV if the device is going
 * away.
 */
int mlx5_fwctl_cmd_may_begin(struct mlx5_fwctl_dev *mfd)
{
	if (wait_event_killable(mfd->wait, may_begin(mfd) ||
				READ_ONCE(mfd->leaving)))
		return -EINTR;
	return READ_ONCE(mfd->leaving) ? -ENODEV : 0;
}

/**
 * mlx5_fwctl_cmd_leave - nobody shall wait any more
 * @mfd: the device, which is going away
 *
 * Context: may sleep.
 */
void mlx5_fwctl_cmd_leave(struct mlx5_fwctl_dev *mfd)
{
	workqueue_set_max_active(mfd->destroys.wq, MAX_DESTROYS_LEAVING);
	WRITE_ONCE(mfd->leaving, true);
	wake_up_all(&mfd->wait);
}

/**
 * mlx5_fwctl_cmd_init - get ready for commands
 * @mfd: the device, which has a name
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int mlx5_fwctl_cmd_init(struct mlx5_fwctl_dev *mfd)
{
	const char *name = dev_name(&mfd->fwctl.dev);
	unsigned int flags = WQ_UNBOUND | WQ_MEM_RECLAIM;

	init_waitqueue_head(&mfd->wait);
	mfd->calls.wq = alloc_workqueue("mlx5_%s_calls", flags, MAX_CALLS, name);
	if (!mfd->calls.wq)
		return -ENOMEM;
	mfd->destroys.wq = alloc_workqueue("mlx5_%s_destroys", flags, MAX_DESTROYS, name);
	if (!mfd->destroys.wq) {
		destroy_workqueue(mfd->calls.wq);
		return -ENOMEM;
	}
	return 0;
}

/**
 * mlx5_fwctl_cmd_exit - wait for the commands that nobody waited for
 * @mfd: the device; no more commands come
 *
 * Context: may sleep.
 */
void mlx5_fwctl_cmd_exit(struct mlx5_fwctl_dev *mfd)
{
	destroy_workqueue(mfd->calls.wq);
	destroy_workqueue(mfd->destroys.wq);
}
