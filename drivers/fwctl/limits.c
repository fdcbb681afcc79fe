// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits on files, requests in flight and memory, which callers can multiply.
 *
 * A file takes a user context of the firmware, and a request in flight a slot for
 * commands. The kernel's own driver of the device needs both, so user space must
 * not take all. Neither may one user take all that is there for users: each has a
 * share of the device's files, slots and memory, and root has a reserve. Those
 * that wait for a slot get it in turns: each user in turn, and of one user the
 * caller that has waited longest; open() goes first.
 *
 * Among the callers of one user a running one may overtake those that wait, within
 * bounds: to wake a caller for each slot costs more than the rest of a request.
 *
 * limits_lock protects the lists of shares and of waiters. It is taken in
 * interrupts, because a backend may release a slot there. The counters are atomic,
 * and each is only raised below its limit: a call that need not wait takes no
 * lock. A waiter is in its list before it tries to get a slot, and a slot is
 * released before the list is looked at. So one of the two finds the other: the
 * waiter gets the slot then, or from the timer.
 */
#include <linux/cred.h>
#include <linux/freezer.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "core.h"

static unsigned int max_files = 256;
module_param(max_files, uint, 0644);
MODULE_PARM_DESC(max_files,
		 "Maximum number of open files per device; further open() calls fail with EBUSY (default 256)");

static unsigned int max_rpcs = 12;
module_param(max_rpcs, uint, 0644);
MODULE_PARM_DESC(max_rpcs,
		 "Maximum number of RPCs in flight per device, at least 1; further RPCs wait (default 12)");

enum {
	/* Bytes of buffers of one user at a device. */
	FWCTL_MAX_USER_BYTES = 32 * 1024 * 1024,

	/* Bytes of the longest buffer that a file keeps between two requests. */
	FWCTL_MAX_SPARE = 64 * 1024,

	/* Number of callers that may overtake one that waits for a slot. */
	FWCTL_MAX_OVERTAKEN = 16,

	/* Ticks for which few RPCs are let in after the device's driver was seen. */
	FWCTL_YIELD_TICKS = 2,

	/* Slots for opening files, besides those for RPCs. */
	FWCTL_OPEN_SLOTS = 4,
};

/**
 * struct fwctl_share - share of one user in the limits of a device
 * @fwctl: the device
 * @uid: the user
 * @shares_entry: for the device's list of shares
 * @turns_entry: for the device's list of shares with waiters
 * @waiters: callers that wait for a slot, by &enum fwctl_slot_kind, in the order of
 *	their arrival
 * @refs: open files, and slots that backends hold
 * @slots: number of slots in use, by &enum fwctl_slot_kind
 * @overtaken: number of slots that waiters were not given
 * @bytes: length of buffers in bytes
 *
 * Exists as long as @refs is not 0.
 */
struct fwctl_share {
	struct fwctl_device *fwctl;
	kuid_t uid;
	struct list_head shares_entry;
	struct list_head turns_entry;
	struct list_head waiters[FWCTL_SLOT_KINDS];
	refcount_t refs;
	atomic_t slots[FWCTL_SLOT_KINDS];
	unsigned int overtaken;
	size_t bytes;
};

struct fwctl_waiter {
	struct list_head entry;
	struct task_struct *task;
	bool granted;
};

static bool fwctl_is_root(const struct fwctl_share *share)
{
	return uid_eq(share->uid, GLOBAL_ROOT_UID);
}

/*
 * The user that a file counts for. A user with a user namespace of its own can
 * have as many user IDs there as it likes, and still counts as one user. So do all
 * users of a container that root made: they count as the container's root.
 */
static kuid_t fwctl_user(void)
{
	struct user_namespace *ns;
	kuid_t uid = current_euid(), user;

	for (ns = current_user_ns(); ns != &init_user_ns; ns = ns->parent) {
		user = ns->owner;
		if (uid_eq(user, GLOBAL_ROOT_UID))
			user = make_kuid(ns, 0);
		if (uid_valid(user) && !uid_eq(user, GLOBAL_ROOT_UID))
			uid = user;
	}
	return uid;
}

static bool fwctl_yields(const struct fwctl_device *fwctl)
{
	return time_before(jiffies, READ_ONCE(fwctl->yield_until));
}

static __always_inline unsigned int fwctl_open_slots(const struct fwctl_device *fwctl)
{
	if (!fwctl->max_requests)
		return FWCTL_OPEN_SLOTS;
	return clamp(fwctl->max_requests / 2, 1U, (unsigned int)FWCTL_OPEN_SLOTS);
}

static __always_inline unsigned int
fwctl_max_slots(const struct fwctl_device *fwctl, enum fwctl_slot_kind kind)
{
	unsigned int max;

	switch (kind) {
	case FWCTL_SLOT_FILE:
		return READ_ONCE(max_files);
	case FWCTL_SLOT_OPEN:
		return fwctl_open_slots(fwctl);
	default:
		if (fwctl_yields(fwctl))
			return 1;
		max = max(READ_ONCE(max_rpcs), 1U);
		if (!fwctl->max_requests)
			return max;
		return min(max, max(fwctl->max_requests - fwctl_open_slots(fwctl), 1U));
	}
}

static __always_inline bool fwctl_count_below(atomic_t *count, unsigned int max)
{
	int old = atomic_read(count);

	do {
		if ((unsigned int)old >= max)
			return false;
	} while (!atomic_try_cmpxchg(count, &old, old + 1));
	return true;
}

/*
 * One user has at most half of the slots; of those for RPCs, three quarters while
 * no other user but root has a file of the device. The rest is there for a user
 * that comes, at once.
 */
static __always_inline unsigned int
fwctl_max_share(const struct fwctl_device *fwctl, enum fwctl_slot_kind kind,
		unsigned int max)
{
	if (max == 1)
		return 1;
	if (kind == FWCTL_SLOT_RPC && READ_ONCE(fwctl->nr_shares) == 1)
		return max / 2 + max / 4;
	return max / 2;
}

/*
 * Root alone has the last eighth of all slots.
 *
 * The narrowest limit comes first: an attempt that fails has counted, for a moment, only
 * in limits that its own user meets, and nobody else is refused because of it.
 */
static __always_inline bool fwctl_slot_try(struct fwctl_share *share, enum fwctl_slot_kind kind)
{
	struct fwctl_device *fwctl = share->fwctl;
	unsigned int max = fwctl_max_slots(fwctl, kind);

	if (fwctl_is_root(share)) {
		if (!fwctl_count_below(&fwctl->slots[kind], max))
			return false;
		atomic_inc(&share->slots[kind]);
		return true;
	}
	if (!fwctl_count_below(&share->slots[kind],
			       fwctl_max_share(fwctl, kind, max)))
		return false;
	if (fwctl_count_below(&fwctl->user_slots[kind],
			      max == 1 ? 1 : max - max(max / 8, 1U))) {
		if (fwctl_count_below(&fwctl->slots[kind], max))
			return true;
		atomic_dec(&fwctl->user_slots[kind]);
	}
	atomic_dec(&share->slots[kind]);
	return false;
}

static struct fwctl_share *fwctl_share_find(struct fwctl_device *fwctl, kuid_t uid)
{
	struct fwctl_share *share;

	list_for_each_entry(share, &fwctl->shares, shares_entry)
		if (uid_eq(share->uid, uid))
			return share;
	return NULL;
}

static struct fwctl_share *fwctl_share_new(struct fwctl_device *fwctl, kuid_t uid,
					   gfp_t gfp)
{
	struct fwctl_share *share = kzalloc(sizeof(*share), gfp);
	unsigned int kind;

	if (!share)
		return NULL;
	share->fwctl = fwctl;
	share->uid = uid;
	refcount_set(&share->refs, 1);
	INIT_LIST_HEAD(&share->turns_entry);
	for (kind = 0; kind < FWCTL_SLOT_KINDS; kind++)
		INIT_LIST_HEAD(&share->waiters[kind]);
	return share;
}

/**
 * fwctl_file_charge - take a slot for one more open file of a device
 * @fwctl: the device
 *
 * Context: may sleep.
 * Return: the share of the current user, and then fwctl_slot_release() is due; or
 * an ERR_PTR(): -EBUSY if the device or the user has too many open files, -ENOMEM.
 */
struct fwctl_share *fwctl_file_charge(struct fwctl_device *fwctl)
{
	struct fwctl_share *share, *new = NULL;
	kuid_t uid = fwctl_user();

	if (uid_eq(uid, GLOBAL_ROOT_UID)) {
		if (!fwctl_slot_try(fwctl->root, FWCTL_SLOT_FILE))
			return ERR_PTR(-EBUSY);
		refcount_inc(&fwctl->root->refs);
		return fwctl->root;
	}

	spin_lock_irq(&fwctl->limits_lock);
	share = fwctl_share_find(fwctl, uid);
	if (!share) {
		spin_unlock_irq(&fwctl->limits_lock);
		new = fwctl_share_new(fwctl, uid, GFP_KERNEL_ACCOUNT);
		if (!new)
			return ERR_PTR(-ENOMEM);
		spin_lock_irq(&fwctl->limits_lock);
		share = fwctl_share_find(fwctl, uid) ?: new;
	}
	if (!fwctl_slot_try(share, FWCTL_SLOT_FILE)) {
		share = ERR_PTR(-EBUSY);
	} else if (share == new) {
		list_add(&share->shares_entry, &fwctl->shares);
		WRITE_ONCE(fwctl->nr_shares, fwctl->nr_shares + 1);
		new = NULL;
	} else {
		refcount_inc(&share->refs);
	}
	spin_unlock_irq(&fwctl->limits_lock);
	kfree(new);
	return share;
}

static bool fwctl_others_wait(const struct fwctl_share *share)
{
	const struct list_head *turns = &share->fwctl->turns;

	return !list_empty(turns) &&
	       !(list_is_singular(turns) && !list_empty(&share->turns_entry));
}

static bool fwctl_has_waiters(const struct fwctl_share *share)
{
	return !list_empty(&share->waiters[FWCTL_SLOT_OPEN]) ||
	       !list_empty(&share->waiters[FWCTL_SLOT_RPC]);
}

/* Call with limits_lock held, after a waiter has left the share's list. */
static void fwctl_turn_end(struct fwctl_share *share)
{
	if (!fwctl_has_waiters(share))
		list_del_init(&share->turns_entry);
	else
		list_move_tail(&share->turns_entry, &share->fwctl->turns);
}

/* Gives a slot to the first waiter of the share, or of those for the other kind. */
static bool fwctl_slot_grant_share(struct fwctl_share *share)
{
	static const enum fwctl_slot_kind kinds[] = { FWCTL_SLOT_OPEN, FWCTL_SLOT_RPC };
	struct fwctl_waiter *waiter;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		waiter = list_first_entry_or_null(&share->waiters[kinds[i]],
						  struct fwctl_waiter, entry);
		if (!waiter || !fwctl_slot_try(share, kinds[i]))
			continue;
		list_del(&waiter->entry);
		fwctl_turn_end(share);
		share->overtaken = 0;
		/* When the lock is released the waiter's memory may be gone. */
		WRITE_ONCE(waiter->granted, true);
		wake_up_process(waiter->task);
		return true;
	}
	return false;
}

static bool fwctl_slot_grant_one(struct fwctl_device *fwctl)
{
	struct fwctl_share *share;

	list_for_each_entry(share, &fwctl->turns, turns_entry)
		if (fwctl_slot_grant_share(share))
			return true;
	return false;
}

/* Call with limits_lock held. */
static void fwctl_slots_grant(struct fwctl_device *fwctl)
{
	while (fwctl_slot_grant_one(fwctl))
		;
}

static void fwctl_turn_timer(struct timer_list *timer)
{
	struct fwctl_device *fwctl =
		container_of(timer, struct fwctl_device, turn_timer);
	unsigned long flags;

	spin_lock_irqsave(&fwctl->limits_lock, flags);
	fwctl_slots_grant(fwctl);
	if (fwctl_yields(fwctl))
		mod_timer(&fwctl->turn_timer, READ_ONCE(fwctl->yield_until));
	spin_unlock_irqrestore(&fwctl->limits_lock, flags);
}

/**
 * fwctl_yield - leave the device to the kernel's own driver for a moment
 * @fwctl: the device
 *
 * A backend calls this when it sees that the driver waits for the device. For two
 * ticks, one RPC at a time is let in, in place of max_rpcs.
 *
 * Context: any, while an op of the device runs.
 */
void fwctl_yield(struct fwctl_device *fwctl)
{
	WRITE_ONCE(fwctl->yield_until, jiffies + FWCTL_YIELD_TICKS);
	if (!timer_pending(&fwctl->turn_timer))
		mod_timer(&fwctl->turn_timer, jiffies + FWCTL_YIELD_TICKS);
}
EXPORT_SYMBOL_NS_GPL(fwctl_yield, "FWCTL");

/*
 * A slot was released. If only callers of the same user wait, the caller that
 * released it is likely to come back, and may have it again. A timer gives the
 * slot to a waiter if nobody has taken it.
 */
static void fwctl_slot_offer(struct fwctl_share *share)
{
	struct fwctl_device *fwctl = share->fwctl;

	if (list_empty(&fwctl->turns))
		return;
	if (fwctl_others_wait(share) || ++share->overtaken > FWCTL_MAX_OVERTAKEN)
		fwctl_slots_grant(fwctl);
	else if (!timer_pending(&fwctl->turn_timer))
		mod_timer(&fwctl->turn_timer, jiffies + 1);
}

/* Returns 0 if it makes sense to wait, or the errno. The device is not entered. */
static int fwctl_may_wait(struct fwctl_device *fwctl)
{
	int err = 0;

	if (!fwctl_enter(fwctl))
		return -ENODEV;
	if (fwctl->ext->stalled && fwctl->ext->stalled(fwctl))
		err = -ETIMEDOUT;
	fwctl_leave(fwctl);
	return err;
}

static void fwctl_slots_grant_again(struct fwctl_device *fwctl)
{
	spin_lock_irq(&fwctl->limits_lock);
	fwctl_slots_grant(fwctl);
	spin_unlock_irq(&fwctl->limits_lock);
}

static int fwctl_slot_wait(struct fwctl_device *fwctl, struct fwctl_waiter *waiter)
{
	int err;

	for (;;) {
		err = fwctl_may_wait(fwctl);
		if (err)
			return err;
		set_current_state(TASK_KILLABLE | TASK_FREEZABLE);
		/*
		 * Nothing tells that a device has stopped to answer, or that max_rpcs was
		 * raised: look at times.
		 */
		if (!READ_ONCE(waiter->granted) && !READ_ONCE(fwctl->gone) &&
		    !fatal_signal_pending(current) && !schedule_timeout(HZ))
			fwctl_slots_grant_again(fwctl);
		__set_current_state(TASK_RUNNING);
		if (READ_ONCE(waiter->granted))
			return 0;
		if (fatal_signal_pending(current))
			return -EINTR;
	}
}

static noinline int fwctl_slot_get_slow(struct fwctl_share *share,
					enum fwctl_slot_kind kind, bool nonblock)
{
	struct fwctl_device *fwctl = share->fwctl;
	struct fwctl_waiter waiter = { .task = current };
	int err;

	spin_lock_irq(&fwctl->limits_lock);
	if ((kind == FWCTL_SLOT_OPEN || !fwctl_others_wait(share)) &&
	    fwctl_slot_try(share, kind)) {
		spin_unlock_irq(&fwctl->limits_lock);
		return 0;
	}
	if (nonblock) {
		bool taken;

		/* After all waiters that may have a slot: the others are at limits of theirs. */
		fwctl_slots_grant(fwctl);
		taken = fwctl_slot_try(share, kind);
		spin_unlock_irq(&fwctl->limits_lock);
		return taken ? 0 : fwctl_may_wait(fwctl) ?: -EAGAIN;
	}
	list_add_tail(&waiter.entry, &share->waiters[kind]);
	if (list_empty(&share->turns_entry))
		list_add_tail(&share->turns_entry, &fwctl->turns);
	/* Be seen in the list before looking for a slot: pairs with fwctl_slot_put() */
	smp_mb();
	fwctl_slots_grant(fwctl);
	spin_unlock_irq(&fwctl->limits_lock);

	err = fwctl_slot_wait(fwctl, &waiter);

	spin_lock_irq(&fwctl->limits_lock);
	if (waiter.granted) {
		err = 0;
	} else {
		list_del(&waiter.entry);
		if (!fwctl_has_waiters(share))
			list_del_init(&share->turns_entry);
	}
	spin_unlock_irq(&fwctl->limits_lock);
	return err;
}

/**
 * fwctl_slot_get - take one of the device's slots for requests in flight
 * @share: share of the file; the device is not entered, so that removal does not
 *	wait for a slot
 * @kind: kind of the request
 * @nonblock: fail rather than wait for a slot
 *
 * The caller must hold nothing that another call needs to reach
 * fwctl_slot_put(). A system that goes to sleep does not wait for the caller.
 *
 * Context: may sleep; a fatal signal or the removal of the device ends the wait.
 * Return: 0, then fwctl_slot_put() is due; -EAGAIN if no slot is free for the
 * user and @nonblock is set; -EINTR if the caller is being killed while it waits;
 * -ENODEV if the device is gone; -ETIMEDOUT if it does not answer.
 */
int fwctl_slot_get(struct fwctl_share *share, enum fwctl_slot_kind kind,
		   bool nonblock)
{
	/* Constant kinds make the usual way short. */
	if (likely(list_empty(&share->fwctl->turns)) &&
	    (kind == FWCTL_SLOT_RPC ? fwctl_slot_try(share, FWCTL_SLOT_RPC) :
				      fwctl_slot_try(share, FWCTL_SLOT_OPEN)))
		return 0;
	return fwctl_slot_get_slow(share, kind, nonblock);
}

/* In the reverse order of fwctl_slot_try(): a limit that is met no more has a free slot. */
static __always_inline void fwctl_slot_uncount(struct fwctl_share *share, enum fwctl_slot_kind kind)
{
	struct fwctl_device *fwctl = share->fwctl;

	atomic_dec(&fwctl->slots[kind]);
	if (!fwctl_is_root(share))
		atomic_dec(&fwctl->user_slots[kind]);
	atomic_dec(&share->slots[kind]);
}

/**
 * fwctl_slot_put - give back a slot
 * @share: share that fwctl_slot_get() was called for; its file is still charged
 * @kind: kind of the request
 *
 * Context: any.
 */
void fwctl_slot_put(struct fwctl_share *share, enum fwctl_slot_kind kind)
{
	struct fwctl_device *fwctl = share->fwctl;
	unsigned long flags;

	if (likely(kind == FWCTL_SLOT_RPC))
		fwctl_slot_uncount(share, FWCTL_SLOT_RPC);
	else
		fwctl_slot_uncount(share, kind);
	smp_mb__after_atomic();	/* pairs with fwctl_slot_get() */
	if (likely(list_empty(&fwctl->turns)))
		return;
	spin_lock_irqsave(&fwctl->limits_lock, flags);
	fwctl_slot_offer(share);
	spin_unlock_irqrestore(&fwctl->limits_lock, flags);
}

/**
 * fwctl_slot_hold - take one more slot, whatever the limit
 * @share: share of the file, &fwctl_uctx.share
 * @kind: kind of the slot
 *
 * For a request that outlives its call, because the caller was killed or the
 * device does not answer, and for a closed file that the device has not forgotten
 * yet. It counts until fwctl_slot_release(): the user has so many slots less. The
 * core releases the slot of the call or of the file itself.
 *
 * Context: any; an op of the file runs, or a slot of @share is held.
 */
void fwctl_slot_hold(struct fwctl_share *share, enum fwctl_slot_kind kind)
{
	struct fwctl_device *fwctl = share->fwctl;

	refcount_inc(&share->refs);
	atomic_inc(&fwctl->slots[kind]);
	if (!fwctl_is_root(share))
		atomic_inc(&fwctl->user_slots[kind]);
	atomic_inc(&share->slots[kind]);
}
EXPORT_SYMBOL_NS_GPL(fwctl_slot_hold, "FWCTL");

static void fwctl_share_put(struct fwctl_share *share)
{
	struct fwctl_device *fwctl = share->fwctl;
	unsigned long flags;
	bool last;

	if (refcount_dec_not_one(&share->refs))
		return;
	/* A file may be charged to the share until the lock is taken. */
	spin_lock_irqsave(&fwctl->limits_lock, flags);
	last = refcount_dec_and_test(&share->refs);
	if (last) {
		list_del(&share->shares_entry);
		WRITE_ONCE(fwctl->nr_shares, fwctl->nr_shares - 1);
	}
	spin_unlock_irqrestore(&fwctl->limits_lock, flags);
	if (last)
		kfree(share);
}

/**
 * fwctl_slot_release - give back a slot that was held
 * @share: share that the slot was taken for; may be freed
 * @kind: kind of the slot
 *
 * A backend has to release all slots that it holds before it drops its reference
 * to the device. The core uses this function for open files.
 *
 * Context: any.
 */
void fwctl_slot_release(struct fwctl_share *share, enum fwctl_slot_kind kind)
{
	fwctl_slot_put(share, kind);
	fwctl_share_put(share);
}
EXPORT_SYMBOL_NS_GPL(fwctl_slot_release, "FWCTL");

/**
 * fwctl_wake_waiters - end all waits for slots
 * @fwctl: the device, which is gone
 *
 * Context: any but interrupt.
 */
void fwctl_wake_waiters(struct fwctl_device *fwctl)
{
	struct fwctl_waiter *waiter;
	struct fwctl_share *share;
	unsigned int kind;

	spin_lock_irq(&fwctl->limits_lock);
	list_for_each_entry(share, &fwctl->turns, turns_entry)
		for (kind = 0; kind < FWCTL_SLOT_KINDS; kind++)
			list_for_each_entry(waiter, &share->waiters[kind], entry)
				wake_up_process(waiter->task);
	spin_unlock_irq(&fwctl->limits_lock);
}

static int fwctl_bytes_charge(struct fwctl_share *share, size_t size)
{
	struct fwctl_device *fwctl = share->fwctl;
	int err = 0;

	spin_lock_irq(&fwctl->limits_lock);
	if (!fwctl_is_root(share) && share->bytes + size > FWCTL_MAX_USER_BYTES)
		err = -ENOMEM;
	else
		share->bytes += size;
	spin_unlock_irq(&fwctl->limits_lock);
	return err;
}

static void fwctl_bytes_uncharge(struct fwctl_share *share, size_t size)
{
	struct fwctl_device *fwctl = share->fwctl;

	spin_lock_irq(&fwctl->limits_lock);
	share->bytes -= size;
	spin_unlock_irq(&fwctl->limits_lock);
}

static void fwctl_buffer_free(struct fwctl_uctx *uctx, void *buffer, size_t size)
{
	if (!buffer)
		return;
	kvfree(buffer);
	fwctl_bytes_uncharge(uctx->share, size);
}

/**
 * fwctl_buffer_get - get memory for a request and, in the same place, its answer
 * @uctx: context of the caller's file
 * @need: bytes that the caller needs
 * @size: receives the size of the buffer in bytes, for fwctl_buffer_put()
 *
 * The buffer is not cleared: it may hold data of an earlier call of the same
 * file. Allocating and clearing it for each call would cost more than everything
 * else that the core does, so each file keeps one short buffer.
 *
 * Context: may sleep.
 * Return: a buffer of at least @need bytes, charged to the memory cgroup of the
 * caller that allocated it and to the user's share, for fwctl_buffer_put(); or
 * NULL.
 */
void *fwctl_buffer_get(struct fwctl_uctx *uctx, size_t need, size_t *size)
{
	void *buffer;

	spin_lock(&uctx->spare_lock);
	buffer = uctx->spare;
	*size = uctx->spare_size;
	uctx->spare = NULL;
	spin_unlock(&uctx->spare_lock);

	if (buffer && *size >= need)
		return buffer;
	fwctl_buffer_free(uctx, buffer, *size);

	*size = PAGE_ALIGN(max_t(size_t, need, 1));
	if (fwctl_bytes_charge(uctx->share, *size))
		return NULL;
	/* Without a warning in the log if the caller's cgroup is at its limit. */
	buffer = kvmalloc(*size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!buffer)
		fwctl_bytes_uncharge(uctx->share, *size);
	return buffer;
}

/**
 * fwctl_buffer_put - give back a buffer
 * @uctx: the context that fwctl_buffer_get() was called for
 * @buffer: the buffer
 * @size: its size in bytes, from fwctl_buffer_get()
 *
 * The file keeps the larger of this buffer and the one that it has, unless that
 * is long.
 *
 * Context: may sleep.
 */
void fwctl_buffer_put(struct fwctl_uctx *uctx, void *buffer, size_t size)
{
	void *surplus = buffer;
	size_t surplus_size = size;

	spin_lock(&uctx->spare_lock);
	if (size <= FWCTL_MAX_SPARE && (!uctx->spare || uctx->spare_size < size)) {
		surplus = uctx->spare;
		surplus_size = uctx->spare_size;
		uctx->spare = buffer;
		uctx->spare_size = size;
	}
	spin_unlock(&uctx->spare_lock);
	fwctl_buffer_free(uctx, surplus, surplus_size);
}

/**
 * fwctl_buffer_drop - free the buffer that a file keeps
 * @uctx: context of the file, which no call uses any more
 *
 * Context: may sleep.
 */
void fwctl_buffer_drop(struct fwctl_uctx *uctx)
{
	fwctl_buffer_free(uctx, uctx->spare, uctx->spare_size);
}

/**
 * fwctl_limits_init - prepare the limits of a new device
 * @fwctl: the device
 *
 * Root's share exists as long as the device, and is in no list.
 *
 * Context: may sleep.
 * Return: 0, and then fwctl_limits_exit() is due; or -ENOMEM.
 */
int fwctl_limits_init(struct fwctl_device *fwctl)
{
	struct fwctl_share *root = fwctl_share_new(fwctl, GLOBAL_ROOT_UID, GFP_KERNEL);

	if (!root)
		return -ENOMEM;
	spin_lock_init(&fwctl->limits_lock);
	INIT_LIST_HEAD(&fwctl->shares);
	fwctl->root = root;
	INIT_LIST_HEAD(&fwctl->turns);
	timer_setup(&fwctl->turn_timer, fwctl_turn_timer, 0);
	fwctl->yield_until = jiffies;
	return 0;
}

/**
 * fwctl_limits_exit - undo fwctl_limits_init()
 * @fwctl: the device, which has no open file and no slot in use
 *
 * Context: may sleep.
 */
void fwctl_limits_exit(struct fwctl_device *fwctl)
{
	timer_delete_sync(&fwctl->turn_timer);
	kfree(fwctl->root);
}
