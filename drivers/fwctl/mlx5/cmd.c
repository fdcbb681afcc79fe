// SPDX-License-Identifier: GPL-2.0-only
/*
 * Execution of firmware commands, with callers that can be killed.
 *
 * mlx5_core's asynchronous commands return once the command is in its queue, and
 * call back when the firmware has answered, or has not answered within
 * mlx5_core's time limit, about a minute. The caller waits for that callback
 * until it is killed, its own time limit is reached, or the device is going away.
 * If the caller leaves first, the command is an orphan: command and answer belong
 * to the callback, which frees them.
 *
 * The callback runs in any context, interrupts included. It must not begin a
 * command, because mlx5_core takes locks for that which it does not protect from
 * interrupts. So a work item begins the commands that destroy user contexts.
 *
 * In Linux 6.1 mlx5_core enables interrupts in the middle of the callback's
 * interrupt if the firmware has refused the command. There workers execute the
 * commands, and call back.
 *
 * A command without an answer keeps its slot of mlx5_core's until the firmware
 * answers after all. mlx5_core does not report that moment. This file notes
 * the slot, and sees there whether the command has left it.
 *
 * Locks: mfd->lock protects everything here. mlx5_core's alloc_lock and the
 * core's lock of slots may be taken under it.
 */
#include <linux/mlx5/driver.h>
#include <linux/wait.h>

#include "mlx5.h"

/*
 * mlx5_core has 31 slots for commands. Of these fwctl takes at most three
 * quarters, 23: 15 for RPCs, four for opening files, four for closing them. The
 * rest, 8, is left to the card's own driver, whose threads send one command each
 * and wait for its answer. When the device goes away its driver sends fewer, so
 * more contexts are destroyed at a time.
 */
#define MAX_DESTROYS		4
#define MAX_DESTROYS_LEAVING	20

struct workqueue_struct *mlx5_fwctl_wq;

/* With this number of commands unanswered no new command begins. */
#define MAX_UNANSWERED		4

/*
 * If mlx5_core has no room for a command that destroys a context, it is asked
 * again after this pause, and this often: for ten seconds.
 */
#define RETRY_PAUSE		(HZ / 10)
#define MAX_TRIES		100

/* A caller keeps the system from going to sleep for this long. */
#define SLEEP_PATIENCE		(2 * HZ)

/**
 * mlx5_fwctl_cmd_slots - find how many commands of users may be in flight
 * @mdev: the function
 *
 * Context: any.
 * Return: the number for &fwctl_device.max_requests.
 */
unsigned int mlx5_fwctl_cmd_slots(struct mlx5_core_dev *mdev)
{
	int slots = mdev->cmd.vars.max_reg_cmds;

	return max(slots - DIV_ROUND_UP(slots, 4) - MAX_DESTROYS, 1);
}

/*
 * Forgets the commands that have left their slots; all, if the device goes away or
 * its firmware has failed.
 *
 * Before mlx5_core removes its event queues, and when it handles a failure of the
 * firmware, it waits until all of its slots are free, without a time limit. So one
 * command that the firmware never answers would keep the driver from being unbound,
 * the firmware from being restarted, and the machine from shutting down.
 * Therefore the count of free slots is raised for commands that are left behind.
 * mlx5_core's bitmap still has their slots as occupied, so it uses none of them
 * again, and loses their entries of about a kilobyte when the device goes away.
 * If the firmware answers one later, the count is too high, and mlx5_core refuses
 * a command with EAGAIN when all slots are taken, in place of waiting.
 */
static void forget_answered_locked(struct mlx5_fwctl_dev *mfd, bool all)
{
	struct mlx5_cmd *core = &mfd->mdev->cmd;
	struct mlx5_fwctl_unanswered *un;
	int i;

	lockdep_assert_held(&mfd->lock);
	spin_lock(&core->alloc_lock);
	for (i = 0; i < ARRAY_SIZE(mfd->unanswered); i++) {
		un = &mfd->unanswered[i];
		if (!un->ent)
			continue;
		if (!test_bit(i, &core->vars.bitmask) && core->ent_arr[i] == un->ent) {
			if (!all)
				continue;
			up(&core->vars.sem);
		}
		un->ent = NULL;
		if (un->kind == FWCTL_SLOT_FILE)
			mfd->nr_destroying--;
		fwctl_slot_release(un->share, un->kind);
		WRITE_ONCE(mfd->nr_unanswered, mfd->nr_unanswered - 1);
	}
	spin_unlock(&core->alloc_lock);
}

static void forget_answered(struct mlx5_fwctl_dev *mfd, bool all)
{
	unsigned long flags;

	if (likely(!READ_ONCE(mfd->nr_unanswered)))
		return;
	spin_lock_irqsave(&mfd->lock, flags);
	forget_answered_locked(mfd, all);
	spin_unlock_irqrestore(&mfd->lock, flags);
}

/*
 * Finds the slot in which a command is, and notes it as occupied. A command in
 * another slot may have had its answer at the same address, which was freed when
 * that command timed out: slots that are noted already are left out.
 */
static bool note_unanswered(struct mlx5_fwctl_cmd *cmd)
{
	struct mlx5_fwctl_dev *mfd = cmd->mfd;
	struct mlx5_cmd *core = &mfd->mdev->cmd;
	struct mlx5_cmd_work_ent *ent;
	int i;

	forget_answered_locked(mfd, false);
	spin_lock(&core->alloc_lock);
	for (i = 0; i < core->vars.max_reg_cmds; i++) {
		ent = core->ent_arr[i];
		if (!test_bit(i, &core->vars.bitmask) && !mfd->unanswered[i].ent &&
		    ent->uout == cmd->out)
			break;
	}
	spin_unlock(&core->alloc_lock);
	if (i == core->vars.max_reg_cmds)
		return false;

	mfd->unanswered[i].ent = ent;
	mfd->unanswered[i].share = cmd->share;
	mfd->unanswered[i].kind = cmd->kind;
	fwctl_slot_hold(cmd->share, cmd->kind);
	WRITE_ONCE(mfd->nr_unanswered, mfd->nr_unanswered + 1);
	queue_delayed_work(mlx5_fwctl_wq, &mfd->destroyer, HZ);
	if (mfd->nr_unanswered == MAX_UNANSWERED)
		dev_warn(&mfd->fwctl.dev,
			 "firmware has not answered %d commands: new requests fail with ETIMEDOUT until it answers or is reset\n",
			 MAX_UNANSWERED);
	return true;
}

/**
 * mlx5_fwctl_cmd_may_begin - check that the firmware answers
 * @mfd: the device
 *
 * Called before each command that a user's call starts.
 *
 * Context: any.
 * Return: 0; -ETIMEDOUT if too many commands are without an answer.
 */
int mlx5_fwctl_cmd_may_begin(struct mlx5_fwctl_dev *mfd)
{
	forget_answered(mfd, false);
	return READ_ONCE(mfd->nr_unanswered) < MAX_UNANSWERED ? 0 : -ETIMEDOUT;
}

/* The command has ended: gives it to its caller, or frees it if that has left. */
static void end(struct mlx5_fwctl_cmd *cmd, int status)
{
	struct fwctl_share *share = cmd->share;
	struct mlx5_fwctl_dev *mfd = cmd->mfd;
	enum fwctl_slot_kind kind = cmd->kind;
	bool orphan, unanswered = false;
	unsigned long flags;

	if (cmd->rpc)
		fwctl_request_end(&mfd->fwctl, cmd->scope);

	spin_lock_irqsave(&mfd->lock, flags);
	list_del(&cmd->entry);
	cmd->err = status;
	if (status == -ETIMEDOUT)
		unanswered = note_unanswered(cmd);
	orphan = cmd->state == MLX5_FWCTL_CMD_ORPHANED;
	if (!orphan) {
		/* When the lock is released the caller may free the command. */
		cmd->state = MLX5_FWCTL_CMD_ENDED;
		wake_up(&cmd->wait);
	}
	spin_unlock_irqrestore(&mfd->lock, flags);

	if (orphan) {
		cmd->orphaned(cmd);
		fwctl_slot_release(share, kind);
	}

	spin_lock_irqsave(&mfd->lock, flags);
	if (kind == FWCTL_SLOT_FILE) {
		if (!unanswered)
			mfd->nr_destroying--;
		if (orphan)
			mfd->nr_late_destroys--;
		if (!list_empty(&mfd->to_destroy))
			mod_delayed_work(mlx5_fwctl_wq, &mfd->destroyer, 0);
	}
	if (!--mfd->nr_commands && mfd->leaving)
		wake_up(&mfd->idle);
	spin_unlock_irqrestore(&mfd->lock, flags);
}

#ifdef MLX5_FWCTL_WORKERS
static void cmd_work(struct work_struct *work)
{
	struct mlx5_fwctl_cmd *cmd = container_of(work, struct mlx5_fwctl_cmd, work);

	end(cmd, mlx5_cmd_do(cmd->mfd->mdev, cmd->in, cmd->in_len, cmd->out,
			     cmd->out_len));
}

static int hand_over(struct mlx5_fwctl_cmd *cmd)
{
	INIT_WORK(&cmd->work, cmd_work);
	queue_work(mlx5_fwctl_wq, &cmd->work);
	return 0;
}

/* Not known: commands that workers execute look like mlx5_core's own. */
static bool driver_waits(struct mlx5_core_dev *mdev)
{
	return false;
}
#else
static void cmd_callback(int status, struct mlx5_async_work *work)
{
	end(container_of(work, struct mlx5_fwctl_cmd, work), status);
}

static int hand_over(struct mlx5_fwctl_cmd *cmd)
{
	return mlx5_cmd_exec_cb(&cmd->mfd->async, cmd->in, cmd->in_len, cmd->out,
				cmd->out_len, cmd_callback, &cmd->work);
}

/*
 * Whether mlx5_core waits for a command of its own. Its commands are synchronous,
 * those of this file have a callback.
 */
static bool driver_waits(struct mlx5_core_dev *mdev)
{
	struct mlx5_cmd *core = &mdev->cmd;
	struct mlx5_cmd_work_ent *ent;
	bool waits = false;
	int i;

	spin_lock_irq(&core->alloc_lock);
	for (i = 0; i < core->vars.max_reg_cmds && !waits; i++) {
		ent = core->ent_arr[i];
		waits = !test_bit(i, &core->vars.bitmask) && !ent->callback &&
			test_bit(MLX5_CMD_ENT_STATE_PENDING_COMP, &ent->state);
	}
	spin_unlock_irq(&core->alloc_lock);
	return waits;
}
#endif

static int begin(struct mlx5_fwctl_cmd *cmd)
{
	struct mlx5_fwctl_dev *mfd = cmd->mfd;
	int err;

	spin_lock_irq(&mfd->lock);
	list_add_tail(&cmd->entry, &mfd->running);
	spin_unlock_irq(&mfd->lock);

	err = hand_over(cmd);
	if (err) {
		spin_lock_irq(&mfd->lock);
		list_del_init(&cmd->entry);
		spin_unlock_irq(&mfd->lock);
	}
	return err;
}

/**
 * mlx5_fwctl_cmd_begin - hand a command over to mlx5_core
 * @cmd: the command, with all members set but the private ones
 *
 * Context: any but interrupt; does not sleep.
 * Return: 0, and then mlx5_fwctl_cmd_wait() is due; or a negative errno, and then
 * nothing was sent and @cmd is the caller's: -ENXIO if the firmware does not run;
 * -ENOMEM; -EBUSY or -EAGAIN if mlx5_core has no room.
 */
int mlx5_fwctl_cmd_begin(struct mlx5_fwctl_cmd *cmd)
{
	struct mlx5_fwctl_dev *mfd = cmd->mfd;
	int err;

	if (driver_waits(mfd->mdev))
		fwctl_yield(&mfd->fwctl);

	init_waitqueue_head(&cmd->wait);
	cmd->state = MLX5_FWCTL_CMD_RUNNING;
	spin_lock_irq(&mfd->lock);
	mfd->nr_commands++;
	spin_unlock_irq(&mfd->lock);

	err = begin(cmd);
	if (err) {
		spin_lock_irq(&mfd->lock);
		if (!--mfd->nr_commands && mfd->leaving)
			wake_up(&mfd->idle);
		spin_unlock_irq(&mfd->lock);
	}
	return err;
}

static bool wait_is_over(const struct mlx5_fwctl_cmd *cmd)
{
	return READ_ONCE(cmd->state) == MLX5_FWCTL_CMD_ENDED ||
	       READ_ONCE(cmd->mfd->leaving);
}

/**
 * mlx5_fwctl_cmd_wait - wait for the answer to a command
 * @cmd: the command, begun
 * @patience: time limit of the wait in jiffies
 *
 * Whether the command has ended or is an orphan is decided under mfd->lock. The
 * callback takes that lock after @cmd->err and the answer were written, so a
 * caller that finds the command ended sees both complete.
 *
 * Context: may sleep.
 * Return: 0 if @cmd->err and @cmd->out are set, and then @cmd belongs to the
 * caller again. Otherwise @cmd is an orphan, which holds a slot of @cmd->share,
 * and the caller must not access it: -ENODEV if the device is going away, -EINTR
 * if the caller was killed, @patience has elapsed or the system goes to sleep.
 */
int mlx5_fwctl_cmd_wait(struct mlx5_fwctl_cmd *cmd, long patience)
{
	struct mlx5_fwctl_dev *mfd = cmd->mfd;
	bool ended;
	long left;

	left = wait_event_killable_timeout(cmd->wait, wait_is_over(cmd) ||
					   READ_ONCE(mfd->sleeping), patience);
	if (left > 0)
		wait_event_killable_timeout(cmd->wait, wait_is_over(cmd),
					    min_t(long, left, SLEEP_PATIENCE));

	spin_lock_irq(&mfd->lock);
	ended = cmd->state == MLX5_FWCTL_CMD_ENDED;
	if (!ended) {
		cmd->state = MLX5_FWCTL_CMD_ORPHANED;
		fwctl_slot_hold(cmd->share, cmd->kind);
		if (cmd->kind == FWCTL_SLOT_FILE)
			mfd->nr_late_destroys++;
	}
	spin_unlock_irq(&mfd->lock);

	if (ended)
		return 0;
	return READ_ONCE(mfd->leaving) ? -ENODEV : -EINTR;
}

/* The device goes away, and its firmware does not answer. */
static bool is_hopeless(struct mlx5_fwctl_dev *mfd)
{
	return READ_ONCE(mfd->leaving) &&
	       READ_ONCE(mfd->nr_unanswered) >= MAX_UNANSWERED;
}

/* Takes the next command of the queue, if one more may be in flight. */
static struct mlx5_fwctl_cmd *next_destroy(struct mlx5_fwctl_dev *mfd)
{
	int max = READ_ONCE(mfd->leaving) ? MAX_DESTROYS_LEAVING : MAX_DESTROYS;
	struct mlx5_fwctl_cmd *cmd = NULL;

	spin_lock_irq(&mfd->lock);
	if ((mfd->nr_destroying < max || is_hopeless(mfd)) &&
	    !list_empty(&mfd->to_destroy)) {
		cmd = list_first_entry(&mfd->to_destroy, struct mlx5_fwctl_cmd,
				       entry);
		list_del_init(&cmd->entry);
		mfd->nr_destroying++;
	}
	spin_unlock_irq(&mfd->lock);
	return cmd;
}

static bool may_retry(struct mlx5_fwctl_cmd *cmd, int err)
{
	return (err == -ENOMEM || err == -EBUSY || err == -EAGAIN) &&
	       ++cmd->tries < MAX_TRIES;
}

/*
 * Commands without an answer count as in flight. So of firmware that is silent
 * these take no more slots, and the others wait. If the device goes away then, the
 * other contexts remain in the firmware until its next reset.
 */
static void begin_destroys(struct mlx5_fwctl_dev *mfd)
{
	struct mlx5_fwctl_cmd *cmd;
	int err;

	forget_answered(mfd, false);
	while ((cmd = next_destroy(mfd))) {
		if (is_hopeless(mfd)) {
			end(cmd, -ETIMEDOUT);
			continue;
		}
		err = begin(cmd);
		if (!err)
			continue;
		if (!may_retry(cmd, err)) {
			end(cmd, err);
			continue;
		}
		spin_lock_irq(&mfd->lock);
		list_add(&cmd->entry, &mfd->to_destroy);
		mfd->nr_destroying--;
		spin_unlock_irq(&mfd->lock);
		break;
	}
	if (!list_empty_careful(&mfd->to_destroy))
		queue_delayed_work(mlx5_fwctl_wq, &mfd->destroyer, RETRY_PAUSE);
}

/* While commands are unanswered, looks once a second whether the firmware has failed. */
static void destroyer(struct work_struct *work)
{
	struct mlx5_fwctl_dev *mfd = container_of(to_delayed_work(work),
						  struct mlx5_fwctl_dev, destroyer);

	if (READ_ONCE(mfd->mdev->state) == MLX5_DEVICE_STATE_INTERNAL_ERROR)
		forget_answered(mfd, true);
	begin_destroys(mfd);
	if (READ_ONCE(mfd->nr_unanswered) && !READ_ONCE(mfd->leaving))
		queue_delayed_work(mlx5_fwctl_wq, &mfd->destroyer, HZ);
}

static void queue_destroy(struct mlx5_fwctl_cmd *cmd,
			  enum mlx5_fwctl_cmd_state state)
{
	struct mlx5_fwctl_dev *mfd = cmd->mfd;
	unsigned long flags;

	init_waitqueue_head(&cmd->wait);
	cmd->state = state;
	cmd->kind = FWCTL_SLOT_FILE;
	if (state == MLX5_FWCTL_CMD_ORPHANED)
		fwctl_slot_hold(cmd->share, cmd->kind);
	spin_lock_irqsave(&mfd->lock, flags);
	mfd->nr_commands++;
	if (state == MLX5_FWCTL_CMD_ORPHANED)
		mfd->nr_late_destroys++;
	list_add_tail(&cmd->entry, &mfd->to_destroy);
	spin_unlock_irqrestore(&mfd->lock, flags);
}

/**
 * mlx5_fwctl_cmd_destroy - execute a command that destroys a context, and wait
 * @cmd: the command, with all members set but the private ones
 *
 * A limited number of these commands is in flight at a time; others wait in a
 * queue. The caller waits for a short time, so that usually the context is
 * destroyed when close() returns; and not at all if the firmware is slow or the
 * device is going away. A process that exits must not hang.
 *
 * Context: may sleep.
 * Return: as mlx5_fwctl_cmd_wait().
 */
int mlx5_fwctl_cmd_destroy(struct mlx5_fwctl_cmd *cmd)
{
	struct mlx5_fwctl_dev *mfd = cmd->mfd;
	bool slow = READ_ONCE(mfd->nr_late_destroys) ||
		    READ_ONCE(mfd->nr_unanswered);

	queue_destroy(cmd, MLX5_FWCTL_CMD_RUNNING);
	begin_destroys(mfd);
	return mlx5_fwctl_cmd_wait(cmd, slow ? 0 : HZ / 4);
}

/**
 * mlx5_fwctl_cmd_destroy_later - execute a command that destroys a context
 * @cmd: the command, with all members set but the private ones
 *
 * Context: any; a slot of @cmd->share is held.
 */
void mlx5_fwctl_cmd_destroy_later(struct mlx5_fwctl_cmd *cmd)
{
	queue_destroy(cmd, MLX5_FWCTL_CMD_ORPHANED);
	mod_delayed_work(mlx5_fwctl_wq, &cmd->mfd->destroyer, 0);
}

/**
 * mlx5_fwctl_cmd_leave - make all callers stop waiting
 * @mfd: the device, which is going away
 *
 * Later calls of mlx5_fwctl_cmd_wait() do not wait either.
 *
 * Context: any but interrupt.
 */
void mlx5_fwctl_cmd_leave(struct mlx5_fwctl_dev *mfd)
{
	struct mlx5_fwctl_cmd *cmd;

	spin_lock_irq(&mfd->lock);
	WRITE_ONCE(mfd->leaving, true);
	list_for_each_entry(cmd, &mfd->running, entry)
		wake_up(&cmd->wait);
	spin_unlock_irq(&mfd->lock);
}

/**
 * mlx5_fwctl_cmd_sleep - tell callers whether the system is going to sleep
 * @mfd: the device
 * @sleeping: callers are not to wait for longer than SLEEP_PATIENCE
 *
 * Context: any but interrupt.
 */
void mlx5_fwctl_cmd_sleep(struct mlx5_fwctl_dev *mfd, bool sleeping)
{
	struct mlx5_fwctl_cmd *cmd;

	spin_lock_irq(&mfd->lock);
	WRITE_ONCE(mfd->sleeping, sleeping);
	list_for_each_entry(cmd, &mfd->running, entry)
		wake_up(&cmd->wait);
	spin_unlock_irq(&mfd->lock);
}

/**
 * mlx5_fwctl_cmd_init - prepare a device for commands
 * @mfd: the device, with its function set
 *
 * Context: any.
 */
void mlx5_fwctl_cmd_init(struct mlx5_fwctl_dev *mfd)
{
	spin_lock_init(&mfd->lock);
	INIT_LIST_HEAD(&mfd->running);
	INIT_LIST_HEAD(&mfd->to_destroy);
	INIT_DELAYED_WORK(&mfd->destroyer, destroyer);
	init_waitqueue_head(&mfd->idle);
	mlx5_cmd_init_async_ctx(mfd->mdev, &mfd->async);
}

/**
 * mlx5_fwctl_cmd_exit - wait until no command is in flight
 * @mfd: the device; no new command begins
 *
 * Context: may sleep, as long as the firmware or mlx5_core's time limit takes.
 */
void mlx5_fwctl_cmd_exit(struct mlx5_fwctl_dev *mfd)
{
	mlx5_fwctl_cmd_leave(mfd);
	mod_delayed_work(mlx5_fwctl_wq, &mfd->destroyer, 0);
	wait_event(mfd->idle, !READ_ONCE(mfd->nr_commands));
	/* These wait until the last callers of end() have left it. */
	cancel_delayed_work_sync(&mfd->destroyer);
	mlx5_cmd_cleanup_async_ctx(&mfd->async);
	spin_lock_irq(&mfd->lock);
	spin_unlock_irq(&mfd->lock);
	forget_answered(mfd, true);
}
