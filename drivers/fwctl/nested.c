// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nested buffers: memory of the caller whose address is in the request.
 *
 * A backend that copied such memory itself, in its op fw_rpc, would make removal
 * wait for a page fault. Here the backend only names the buffers. They are copied
 * in before the call enters the device, and out after it has left.
 *
 * The copies are behind the request, in the same memory, which counts for the
 * user's share of the device's memory:
 *
 *	request and answer | struct fwctl_nested, FWCTL_MAX_NESTED of them | copies
 */
#include <linux/align.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "core.h"

static size_t fwctl_nested_align(size_t len)
{
	return ALIGN(len, sizeof(u64));
}

/* Makes room for @need bytes; keeps the first @used bytes. */
static int fwctl_nested_grow(struct fwctl_call *call, size_t used, size_t need)
{
	size_t size;
	void *in;

	if (call->in_size >= need)
		return 0;
	in = fwctl_buffer_get(call->uctx, need, &size);
	if (!in)
		return -ENOMEM;
	memcpy(in, call->in, used);
	fwctl_buffer_put(call->uctx, call->in, call->in_size);
	call->in = in;
	call->in_size = size;
	return 0;
}

/* Without a slot and without waiting: removal waits for the op, not for memory. */
static int fwctl_nested_name(struct fwctl_call *call,
			     struct fwctl_nested *nested)
{
	struct fwctl_device *fwctl = call->uctx->fwctl;
	int count;

	if (!fwctl_enter(fwctl))
		return -ENODEV;
	count = fwctl->ext->nested(call->uctx, call->in, call->in_len, nested);
	fwctl_leave(fwctl);
	if (WARN_ON_ONCE(count > FWCTL_MAX_NESTED))
		return -EMSGSIZE;
	return count;
}

/* Returns the length of all copies in bytes, or -EMSGSIZE. */
static int fwctl_nested_len(const struct fwctl_call *call,
			    const struct fwctl_nested *nested,
			    unsigned int count)
{
	size_t len = 0;

	for (; count; count--, nested++) {
		if (call->in_len < sizeof(u64) ||
		    nested->field > call->in_len - sizeof(u64) ||
		    nested->len > FWCTL_MAX_RPC_LEN)
			return -EMSGSIZE;
		len += fwctl_nested_align(nested->len);
		if (len > FWCTL_MAX_RPC_LEN)
			return -EMSGSIZE;
	}
	return len;
}

static int fwctl_nested_copy_in(struct fwctl_call *call,
				struct fwctl_nested *nested, void *data)
{
	void *field = call->in + nested->field;

	memcpy(&nested->address, field, sizeof(nested->address));
	memset(field, 0, sizeof(nested->address));
	nested->data = data;
	if (!(nested->direction & FWCTL_TO_DEVICE))
		memset(data, 0, nested->len);
	else if (copy_from_user(data, u64_to_user_ptr(nested->address),
				nested->len))
		return -EFAULT;
	return 0;
}

/**
 * fwctl_nested_in - copy the nested buffers of a request into kernel memory
 * @call: the request; its memory may move, and its addresses become zeros
 *
 * Context: may sleep, and accesses user memory: the device is not entered, and the
 * caller holds no slot.
 * Return: 0; -ENODEV if the device is gone; -EMSGSIZE if the buffers are too long,
 * or an address is not in the request; -ENOMEM; -EFAULT; or the errno of the op.
 */
int fwctl_nested_in(struct fwctl_call *call)
{
	size_t at = fwctl_nested_align(max(call->in_len, call->out_len));
	size_t end = at + FWCTL_MAX_NESTED * sizeof(struct fwctl_nested);
	struct fwctl_nested *nested;
	int count, len, i, err;

	err = fwctl_nested_grow(call, at, end);
	if (err)
		return err;
	nested = call->in + at;
	memset(nested, 0, end - at);
	count = fwctl_nested_name(call, nested);
	if (count <= 0)
		return count;

	len = fwctl_nested_len(call, nested, count);
	if (len < 0)
		return len;
	err = fwctl_nested_grow(call, end, end + len);
	if (err)
		return err;
	nested = call->in + at;
	for (i = 0; i < count; i++) {
		err = fwctl_nested_copy_in(call, &nested[i], call->in + end);
		if (err)
			return err;
		end += fwctl_nested_align(nested[i].len);
	}
	call->nested = nested;
	return 0;
}

/**
 * fwctl_nested_out - copy nested buffers from the device out to the caller
 * @call: the request, answered; it has nested buffers
 *
 * Context: may sleep, and accesses user memory: the device is not entered, and the
 * caller holds no slot.
 * Return: 0 or -EFAULT.
 */
int fwctl_nested_out(struct fwctl_call *call)
{
	const struct fwctl_nested *nested = call->nested;
	const struct fwctl_nested *end = nested + FWCTL_MAX_NESTED;

	for (; nested < end && nested->data; nested++)
		if ((nested->direction & FWCTL_FROM_DEVICE) &&
		    copy_to_user(u64_to_user_ptr(nested->address), nested->data,
				 nested->len))
			return -EFAULT;
	return 0;
}
