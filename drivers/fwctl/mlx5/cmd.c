// SPDX-License-Identifier: GPL-2.0-only
/*
 * Execution of firmware commands, with callers that can be killed.
 *
 * mlx5_core's functions wait for the firmware, for more than a minute if it does
 * not answer, and cannot be interrupted. So a worker calls them, and the caller
 * waits for the worker until the command is answered, the caller is killed, its
 * time limit is reached, or the device is going away. If the caller leaves
 * first, the command is an orphan: command and answer belong to the worker,
 * which frees them after the firmware has answered.
 */
#include <linux/mlx5/driver.h>
#include <linux/wait.h>

#include "mlx5.h"

enum {
	/* The caller waits and the firmware has not answered. */
	CMD_RUNNING,
	CMD_ANSWERED,
	CMD_ORPHANED,
};

/*
 * mlx5_core has at most 31 commands in flight. These limits leave the rest to the
 * kernel. When the device goes away few commands but those that destroy contexts
 * are left, so these get more.
 */
#define MAX_CALLS	16
#define MAX_DESTROYS	8
#define MAX_DESTROYS_LEAVING	24

/*
 * Orphans still occupy the queues, but do not count any more where the core limits
 * calls and files. At either of these limits no new command starts.
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

	/* After this the caller may free the command, unless it is an orphan. */
	if (atomic_cmpxchg(&cmd->state, CMD_RUNNING, CMD_ANSWERED) ==
	    CMD_ORPHANED) {
		cmd->orphaned(cmd);
		atomic_dec(&queue->orphans);
	}
	wake_up_all(&mfd->wait);
}

/**
 * mlx5_fwctl_cmd_run - execute a command and wait for it
 * @cmd: the command, with all members set but the private ones
 * @patience: time limit of the wait in jiffies
 *
 * Context: may sleep.
 * Return: 0 if @cmd->err and @cmd->out are set, and then @cmd belongs to the
 * caller again. Otherwise @cmd is an orphan, which the caller must not access:
 * -ENODEV if the device is going away, -EINTR if the caller was killed or
 * @patience has elapsed.
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

	/* Count it before the worker can uncount it. */
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
 * mlx5_fwctl_cmd_may_begin - wait until few enough orphans are left
 * @mfd: the device
 *
 * Called before each command that a user's call starts.
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
 * mlx5_fwctl_cmd_leave - make all callers stop waiting
 * @mfd: the device, which is going away
 *
 * Later calls of mlx5_fwctl_cmd_run() do not wait either.
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
 * mlx5_fwctl_cmd_init - create the queues of a device
 * @mfd: the device, which has its name already
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
 * mlx5_fwctl_cmd_exit - wait for the orphans and destroy the queues
 * @mfd: the device; no new commands start
 *
 * Context: may sleep.
 */
void mlx5_fwctl_cmd_exit(struct mlx5_fwctl_dev *mfd)
{
	destroy_workqueue(mfd->calls.wq);
	destroy_workqueue(mfd->destroys.wq);
}
