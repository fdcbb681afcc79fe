// SPDX-License-Identifier: GPL-2.0-only
/*
 * FWCTL_SIM_BUFFERS, a command with buffers of the caller, in two ways: with
 * the core's copies of the buffers, and as backends do that were written for
 * Linux, which access user memory while the device is entered.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "sim.h"

static const struct fwctl_sim_buffer *sim_buffers(const void *rpc_in)
{
	return rpc_in + sizeof(struct fwctl_sim_request);
}

/* Returns the number of buffers of the request, or -EMSGSIZE. */
static int sim_nr_buffers(const void *rpc_in, size_t in_len)
{
	const struct fwctl_sim_request *req = rpc_in;

	if (in_len < sizeof(*req) || req->opcode != FWCTL_SIM_BUFFERS)
		return 0;
	if (req->arg > FWCTL_MAX_NESTED || in_len < sizeof(*req) +
	    req->arg * sizeof(struct fwctl_sim_buffer))
		return -EMSGSIZE;
	return req->arg;
}

int sim_nested(struct fwctl_uctx *uctx, const void *rpc_in, size_t in_len,
	       struct fwctl_nested *nested)
{
	const struct fwctl_sim_buffer *buffers = sim_buffers(rpc_in);
	int count = sim_nr_buffers(rpc_in, in_len), i;

	for (i = 0; i < count; i++) {
		nested[i].field = (void *)&buffers[i].address - rpc_in;
		nested[i].len = buffers[i].len;
		nested[i].direction = buffers[i].direction;
	}
	return count;
}

int sim_classify_buffers(const void *rpc_in, size_t in_len, size_t out_len,
			 struct fwctl_command *cmd)
{
	const struct fwctl_nested *buf;
	unsigned int i;
	u8 first;

	for (i = 0; (buf = fwctl_nested_find(rpc_in, in_len, out_len, i)); i++)
		if (!buf->direction || buf->direction >
		    (FWCTL_SIM_TO_DEVICE | FWCTL_SIM_FROM_DEVICE))
			return -EBADMSG;

	buf = fwctl_nested_find(rpc_in, in_len, out_len, 0);
	if (!buf || !buf->len || !(buf->direction & FWCTL_SIM_TO_DEVICE))
		return 0;
	first = *(u8 *)buf->data;
	if (first > FWCTL_RPC_DEBUG_WRITE_FULL)
		return -EBADMSG;
	cmd->scope = first;
	return 0;
}

/* The firmware: returns the sum of the bytes before it changes them. */
static u64 sim_use_buffer(u8 *data, size_t len, u32 direction)
{
	u64 sum = 0;

	for (; len; len--, data++) {
		if (direction & FWCTL_SIM_TO_DEVICE)
			sum += *data;
		if (direction & FWCTL_SIM_FROM_DEVICE)
			++*data;
	}
	return sum;
}

static int sim_use_user_buffer(const struct fwctl_sim_buffer *buf, u64 *sum)
{
	void __user *user = u64_to_user_ptr(buf->address);
	void *data;
	int err = 0;

	if (buf->len > PAGE_SIZE)
		return -EMSGSIZE;
	data = kzalloc(PAGE_SIZE, GFP_KERNEL_ACCOUNT);
	if (!data)
		return -ENOMEM;
	if ((buf->direction & FWCTL_SIM_TO_DEVICE) &&
	    copy_from_user(data, user, buf->len))
		err = -EFAULT;
	if (!err)
		*sum += sim_use_buffer(data, buf->len, buf->direction);
	if (!err && (buf->direction & FWCTL_SIM_FROM_DEVICE) &&
	    copy_to_user(user, data, buf->len))
		err = -EFAULT;
	kfree(data);
	return err;
}

/* As a backend for Linux does. A buffer has one page at most. */
static int sim_use_user_buffers(const void *rpc_in, size_t in_len, u64 *sum)
{
	int count = sim_nr_buffers(rpc_in, in_len), i, err;

	for (i = 0; i < count; i++) {
		err = sim_use_user_buffer(&sim_buffers(rpc_in)[i], sum);
		if (err)
			return err;
	}
	return min(count, 0);
}

/* Stores 0 in *@sum if the request has no buffers. */
int sim_use_buffers(struct fwctl_uctx *uctx, const void *rpc_in, size_t in_len,
		    size_t out_len, u64 *sum)
{
	const struct fwctl_nested *buf;
	unsigned int i;

	*sum = 0;
	if (!uctx->fwctl->ext->nested)
		return sim_use_user_buffers(rpc_in, in_len, sum);
	for (i = 0; (buf = fwctl_nested_find(rpc_in, in_len, out_len, i)); i++)
		*sum += sim_use_buffer(buf->data, buf->len, buf->direction);
	return 0;
}
