/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private interfaces between the files of the mlx5 backend.
 */
#ifndef __MLX5_FWCTL_H
#define __MLX5_FWCTL_H

#include <linux/fwctl.h>
#include <linux/mlx5/driver.h>

/**
 * struct mlx5_fwctl_unanswered - a slot of mlx5_core's with a command that timed out
 * @ent: mlx5_core's description of the command; never dereferenced
 * @share: share of the core's slots that the command counts for
 * @kind: kind of the slot
 */
struct mlx5_fwctl_unanswered {
	struct mlx5_cmd_work_ent *ent;
	struct fwctl_share *share;
	enum fwctl_slot_kind kind;
};

/**
 * struct mlx5_fwctl_dev - a function that takes commands
 * @fwctl: the fwctl device
 * @mdev: the function; its firmware runs until mlx5_fwctl_detach() has returned
 * @card: name of the card that the function is on
 * @undestroyed: number of user contexts that firmware failed to destroy
 * @entry: for the list of attached devices of aux.c or anchor.c
 * @async: mlx5_core's count of our commands in flight
 * @lock: protects all members below; taken in interrupts
 * @running: commands that mlx5_core has
 * @to_destroy: commands that destroy contexts, and wait for their turn
 * @destroyer: begins commands of @to_destroy
 * @idle: for the wait until @nr_commands is 0
 * @nr_commands: commands in either list, or in the middle of their end
 * @nr_destroying: commands in @running or @unanswered that destroy contexts
 * @nr_late_destroys: commands that destroy contexts, and that no caller waits for
 * @nr_unanswered: used entries of @unanswered
 * @leaving: the device is going away; callers must not wait any longer
 * @sleeping: the system is going to sleep; callers must not wait for long
 * @unanswered: commands that timed out, indexed by slot of mlx5_core's
 */
struct mlx5_fwctl_dev {
	struct fwctl_device fwctl;
	struct mlx5_core_dev *mdev;
	char card[24];
	atomic_t undestroyed;
	struct list_head entry;
	struct mlx5_async_ctx async;

	spinlock_t lock;	/* protects all members below */
	struct list_head running;
	struct list_head to_destroy;
	struct delayed_work destroyer;
	wait_queue_head_t idle;
	unsigned int nr_commands;
	unsigned int nr_destroying;
	unsigned int nr_late_destroys;
	unsigned int nr_unanswered;
	bool leaving;
	bool sleeping;
	struct mlx5_fwctl_unanswered unanswered[MLX5_MAX_COMMANDS];
};

/**
 * enum mlx5_fwctl_cmd_state - progress of a command
 * @MLX5_FWCTL_CMD_RUNNING: the caller waits for it
 * @MLX5_FWCTL_CMD_ENDED: it has an answer or an error, for the caller
 * @MLX5_FWCTL_CMD_ORPHANED: the caller has left
 */
enum mlx5_fwctl_cmd_state {
	MLX5_FWCTL_CMD_RUNNING,
	MLX5_FWCTL_CMD_ENDED,
	MLX5_FWCTL_CMD_ORPHANED,
};

/**
 * struct mlx5_fwctl_cmd - a command for the firmware
 * @mfd: the device
 * @in: the command, in memory that is valid as long as this structure
 * @in_len: length of the command in bytes
 * @out: room for the answer, in memory that is valid as long as this structure
 * @out_len: room for the answer in bytes
 * @share: share of the core's slots that the command counts for
 * @kind: kind of the slot: FWCTL_SLOT_FILE for a command that destroys a context
 * @rpc: the command is an RPC of the effective scope @scope
 * @scope: see @rpc
 * @orphaned: called when the command has ended, if the caller has left; frees
 *	this structure; any context
 * @err: result: 0; -EREMOTEIO if the answer has an error; or another errno
 */
struct mlx5_fwctl_cmd {
	struct mlx5_fwctl_dev *mfd;
	void *in;
	size_t in_len;
	void *out;
	size_t out_len;
	struct fwctl_share *share;
	enum fwctl_slot_kind kind;
	bool rpc;
	enum fwctl_rpc_scope scope;
	void (*orphaned)(struct mlx5_fwctl_cmd *cmd);
	int err;

	/* private: */
#ifdef MLX5_FWCTL_WORKERS
	struct work_struct work;
#else
	struct mlx5_async_work work;
#endif
	struct list_head entry;
	wait_queue_head_t wait;
	enum mlx5_fwctl_cmd_state state;
	unsigned int tries;
};

/* cmd.c: executes commands, so that a caller that waits can be killed */
extern struct workqueue_struct *mlx5_fwctl_wq;
unsigned int mlx5_fwctl_cmd_slots(struct mlx5_core_dev *mdev);
void mlx5_fwctl_cmd_init(struct mlx5_fwctl_dev *mfd);
void mlx5_fwctl_cmd_exit(struct mlx5_fwctl_dev *mfd);
int mlx5_fwctl_cmd_may_begin(struct mlx5_fwctl_dev *mfd);
int mlx5_fwctl_cmd_begin(struct mlx5_fwctl_cmd *cmd);
int mlx5_fwctl_cmd_wait(struct mlx5_fwctl_cmd *cmd, long patience);
int mlx5_fwctl_cmd_destroy(struct mlx5_fwctl_cmd *cmd);
void mlx5_fwctl_cmd_destroy_later(struct mlx5_fwctl_cmd *cmd);
void mlx5_fwctl_cmd_leave(struct mlx5_fwctl_dev *mfd);
void mlx5_fwctl_cmd_sleep(struct mlx5_fwctl_dev *mfd, bool sleeping);

/* card.c: the name of the card that a function is on */
void mlx5_fwctl_name_card(struct mlx5_fwctl_dev *mfd);

/* ops.c: the ops of an fwctl device, and attaching one to a function */
struct mlx5_fwctl_dev *mlx5_fwctl_attach(struct mlx5_core_dev *mdev);
void mlx5_fwctl_detach(struct mlx5_fwctl_dev *mfd);

/* aux.c: finds functions if mlx5_core has an auxiliary device for fwctl */
extern struct auxiliary_driver mlx5_fwctl_aux_driver;
int mlx5_fwctl_aux_init(void);
void mlx5_fwctl_aux_exit(void);

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
