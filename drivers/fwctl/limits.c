// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits on what callers can multiply: files, calls in flight, memory.
 *
 * A file is a user context of the firmware, and a call in flight one of its
 * command slots. The kernel's own driver of the device needs both, so that
 * user space must not have them all: of the 32 slots of a ConnectX mlx5_core
 * lets commands that are not urgent have half, its own among them.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "core.h"

static unsigned int max_files = 256;
module_param(max_files, uint, 0644);
MODULE_PARM_DESC(max_files,
		 "Open files per device; open() beyond fails with EBUSY (default 256)");

static unsigned int max_rpcs = 8;
module_param(max_rpcs, uint, 0644);
MODULE_PARM_DESC(max_rpcs,
		 "RPCs in flight per device, at least 1; further ones wait (default 8)");

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
 * Return: 0, or -EBUSY if the device has as many as it may.
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

/* Only if there is a slot: who is woken in vain goes to the queue's end. */
static void fwctl_slot_wake(struct fwctl_device *fwctl)
{
	if (wq_has_sleeper(&fwctl->rpc_slots) &&
	    atomic_read(&fwctl->rpcs) < fwctl_slots())
		wake_up(&fwctl->rpc_slots);
}

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
 * fwctl_slot_get - wait for the turn of an RPC
 * @fwctl: the device; not entered, so that removal does not wait for the turn
 * @nonblock: fail rather than wait
 *
 * Turns go in the order in which callers began to wait. The caller must hold
 * nothing that fwctl_slot_put() of another call depends on.
 *
 * Context: may sleep; a fatal signal or the removal of the device ends the wait.
 * Return: 0, then fwctl_slot_put() is due; -EAGAIN with @nonblock, -EINTR if
 * the caller is being killed, -ENODEV if the device is gone.
 */
int fwctl_slot_get(struct fwctl_device *fwctl, bool nonblock)
{
	int result;

	/* Without a barrier: to overtake a waiter at times does no harm. */
	if (likely(!waitqueue_active(&fwctl->rpc_slots)) &&
	    fwctl_slot_try(fwctl))
		return 0;
	if (nonblock)
		return -EAGAIN;
	if (wait_event_killable_exclusive(fwctl->rpc_slots,
					  fwctl_slot_settled(fwctl, &result)))
		return -EINTR;
	/* There are more slots than before if the limit was raised. */
	fwctl_slot_wake(fwctl);
	return result;
}

/**
 * fwctl_slot_put - the turn of an RPC is over
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
 * fwctl_buffer_get - memory for a request and, in the same place, its answer
 * @uctx: the file that the call comes through
 * @need: bytes
 * @size: set to the bytes there are, for fwctl_buffer_put()
 *
 * The memory holds whatever an earlier call through the same file left there.
 * Allocating and clearing it for each call would cost more than all else that
 * the core does, so each file keeps one buffer.
 *
 * Context: may sleep.
 * Return: memory charged to the caller's memory cgroup, or NULL.
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

	/* A limit that the caller runs into is no news for the kernel's log. */
	*size = PAGE_ALIGN(max_t(size_t, need, 1));
	return kvmalloc(*size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
}

/**
 * fwctl_buffer_put - give a buffer back
 * @uctx: the file that fwctl_buffer_get() was called for
 * @buffer: the buffer
 * @size: its size
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
