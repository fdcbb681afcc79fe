// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits on files, calls in flight and memory, which callers can multiply.
 *
 * A file takes a user context of the firmware, and a call in flight one of its
 * command slots. The kernel's own driver of the device needs both, so that user
 * space must not take all: of the 32 slots of a ConnectX, mlx5_core gives half to
 * commands that are not urgent, its own included.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "core.h"

static unsigned int max_files = 256;
module_param(max_files, uint, 0644);
MODULE_PARM_DESC(max_files,
		 "Maximum number of open files per device; further open() calls fail with EBUSY (default 256)");

static unsigned int max_rpcs = 8;
module_param(max_rpcs, uint, 0644);
MODULE_PARM_DESC(max_rpcs,
		 "Maximum number of RPCs in flight per device, at least 1; further RPCs wait (default 8)");

static bool fwctl_count_below(atomic_t *count, int max)
{
	int old = atomic_read(count);

	do {
		if (old >= max)
			return false;
	} while (!atomic_try_cmpxchg(count, &old, old + 1));
	return true;
}

/**
 * fwctl_file_charge - count one more open file of a device
 * @fwctl: the device
 *
 * Context: any.
 * Return: 0, or -EBUSY if the device has max_files open files already.
 */
int fwctl_file_charge(struct fwctl_device *fwctl)
{
	int max = min_t(unsigned int, READ_ONCE(max_files), INT_MAX);

	return fwctl_count_below(&fwctl->files, max) ? 0 : -EBUSY;
}

/**
 * fwctl_file_uncharge - count one open file less
 * @fwctl: the device that fwctl_file_charge() counted for
 *
 * Context: any.
 */
void fwctl_file_uncharge(struct fwctl_device *fwctl)
{
	atomic_dec(&fwctl->files);
}

static int fwctl_slots(void)
{
	return clamp_t(unsigned int, READ_ONCE(max_rpcs), 1, INT_MAX);
}

static bool fwctl_slot_try(struct fwctl_device *fwctl)
{
	return fwctl_count_below(&fwctl->rpcs, fwctl_slots());
}

/* Only if a slot is free: a waiter woken in vain goes to the end of the queue. */
static void fwctl_slot_wake(struct fwctl_device *fwctl)
{
	if (wq_has_sleeper(&fwctl->rpc_slots) &&
	    atomic_read(&fwctl->rpcs) < fwctl_slots())
		wake_up(&fwctl->rpc_slots);
}

/* The condition that a waiter waits for: a slot of its own, or removal. */
static bool fwctl_slot_settled(struct fwctl_device *fwctl, int *result)
{
	if (READ_ONCE(fwctl->gone))
		*result = -ENODEV;
	else if (fwctl_slot_try(fwctl))
		*result = 0;
	else
		return false;
	return true;
}

/**
 * fwctl_slot_get - take one of the device's slots for RPCs in flight
 * @fwctl: the device; not entered, so that removal does not wait for a slot
 * @nonblock: fail rather than wait for a slot
 *
 * Waiters get slots in the order in which they began to wait; a caller that need
 * not wait may overtake them now and then. The caller must hold nothing that
 * another call needs to reach fwctl_slot_put().
 *
 * Context: may sleep; a fatal signal or the removal of the device ends the wait.
 * Return: 0, then fwctl_slot_put() is due; -EAGAIN if no slot is free and
 * @nonblock is set; -EINTR if the caller is being killed while it waits; -ENODEV
 * if the device is gone.
 */
int fwctl_slot_get(struct fwctl_device *fwctl, bool nonblock)
{
	int result;

	/* No barrier: a caller may overtake a waiter now and then. */
	if (likely(!waitqueue_active(&fwctl->rpc_slots)) &&
	    fwctl_slot_try(fwctl))
		return 0;
	if (nonblock)
		return -EAGAIN;
	if (wait_event_killable_exclusive(fwctl->rpc_slots,
					  fwctl_slot_settled(fwctl, &result)))
		return -EINTR;
	/* If max_rpcs was raised more slots are free: wake the next waiter. */
	fwctl_slot_wake(fwctl);
	return result;
}

/**
 * fwctl_slot_put - give back a slot
 * @fwctl: the device that fwctl_slot_get() was called for
 *
 * Context: any.
 */
void fwctl_slot_put(struct fwctl_device *fwctl)
{
	atomic_dec(&fwctl->rpcs);
	fwctl_slot_wake(fwctl);
}

/**
 * fwctl_buffer_get - get memory for a request and, in the same place, its answer
 * @uctx: context of the caller's file
 * @need: bytes that the caller needs
 * @size: receives the size of the buffer in bytes, for fwctl_buffer_put()
 *
 * The buffer is not cleared: it may hold data of an earlier call of the same
 * file. Allocating and clearing it for each call would cost more than everything
 * else that the core does, so each file keeps one buffer.
 *
 * Context: may sleep.
 * Return: a buffer of at least @need bytes, charged to the memory cgroup of the
 * caller that allocated it, for fwctl_buffer_put(); or NULL.
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
	kvfree(buffer);

	/* Without a warning in the log if the caller's cgroup is at its limit. */
	*size = PAGE_ALIGN(max_t(size_t, need, 1));
	return kvmalloc(*size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
}

/**
 * fwctl_buffer_put - give back a buffer
 * @uctx: the context that fwctl_buffer_get() was called for
 * @buffer: the buffer
 * @size: its size in bytes, from fwctl_buffer_get()
 *
 * The file keeps the larger of this buffer and the one that it has.
 *
 * Context: may sleep.
 */
void fwctl_buffer_put(struct fwctl_uctx *uctx, void *buffer, size_t size)
{
	void *surplus = buffer;

	spin_lock(&uctx->spare_lock);
	if (!uctx->spare || uctx->spare_size < size) {
		surplus = uctx->spare;
		uctx->spare = buffer;
		uctx->spare_size = size;
	}
	spin_unlock(&uctx->spare_lock);
	if (surplus)
		kvfree(surplus);
}
