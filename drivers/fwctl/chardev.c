// SPDX-License-Identifier: GPL-2.0-only
/*
 * The char device and its ABI: one dispatcher, a table of commands, and the
 * copying between user and kernel memory, but for nested buffers.
 *
 * A command copies in, enters the device, calls the backend, leaves, and copies
 * out. It never accesses user memory between entering and leaving, because a
 * page fault may take as long as the owner of the memory likes.
 */
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/nospec.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "core.h"

/*
 * Short transfers, up to this number of bytes, are copied by words, four at a
 * time as far as possible. For
 * these the general functions spend several times the cost of the copy on
 * checking the object in kernel memory. Here that object is a variable of this
 * file, or a buffer that was allocated for the length. A word is a long:
 * ARM without CONFIG_CPU_SPECTRE has no unsafe_get_user() of 8 bytes.
 */
enum {
	FWCTL_SHORT = 256,
};

static bool fwctl_is_short(const void __user *user, size_t len)
{
	return len <= FWCTL_SHORT &&
	       IS_ALIGNED((unsigned long)user | len, sizeof(long));
}

static int fwctl_copy_in(void *to, const void __user *from, size_t len)
{
	const unsigned long __user *src = from;
	unsigned long *dst = to, *end = to + len;

	if (!fwctl_is_short(from, len))
		return copy_from_user(to, from, len) ? -EFAULT : 0;

	if (!user_read_access_begin(from, len))
		return -EFAULT;
	for (; dst + 4 <= end; dst += 4, src += 4) {
		unsafe_get_user(dst[0], src, fault);
		unsafe_get_user(dst[1], src + 1, fault);
		unsafe_get_user(dst[2], src + 2, fault);
		unsafe_get_user(dst[3], src + 3, fault);
	}
	for (; dst < end; dst++, src++)
		unsafe_get_user(*dst, src, fault);
	user_read_access_end();
	return 0;

fault:
	user_read_access_end();
	return -EFAULT;
}

static int fwctl_copy_out(void __user *to, const void *from, size_t len)
{
	const unsigned long *src = from, *end = from + len;
	unsigned long __user *dst = to;

	if (!fwctl_is_short(to, len))
		return copy_to_user(to, from, len) ? -EFAULT : 0;

	if (!user_write_access_begin(to, len))
		return -EFAULT;
	for (; src + 4 <= end; src += 4, dst += 4) {
		unsafe_put_user(src[0], dst, fault);
		unsafe_put_user(src[1], dst + 1, fault);
		unsafe_put_user(src[2], dst + 2, fault);
		unsafe_put_user(src[3], dst + 3, fault);
	}
	for (; src < end; src++, dst++)
		unsafe_put_user(*src, dst, fault);
	user_write_access_end();
	return 0;

fault:
	user_write_access_end();
	return -EFAULT;
}

static struct fwctl_uctx *fwctl_open_charged(struct fwctl_share *share,
					     struct fwctl_device *fwctl,
					     struct file *filp, bool *refused)
{
	struct fwctl_uctx *uctx;
	int err;

	err = fwctl_slot_get(share, FWCTL_SLOT_OPEN, filp->f_flags & O_NONBLOCK);
	if (err)
		return ERR_PTR(err);
	uctx = ERR_PTR(-ENODEV);
	if (fwctl_enter(fwctl)) {
		/* Backends send a request to the firmware. */
		if (fwctl_pass_ceiling(fwctl, FWCTL_RPC_CONFIGURATION)) {
			uctx = fwctl_uctx_open(share, fwctl,
					       filp->f_mode & FMODE_WRITE);
			fwctl_request_end(fwctl, FWCTL_RPC_CONFIGURATION);
		} else {
			*refused = true;
		}
		fwctl_leave(fwctl);
	}
	fwctl_slot_put(share, FWCTL_SLOT_OPEN);
	return uctx;
}

static int fwctl_open(struct inode *inode, struct file *filp)
{
	struct fwctl_device *fwctl =
		container_of(inode->i_cdev, struct fwctl_device, cdev);
	struct fwctl_share *share;
	struct fwctl_uctx *uctx;
	bool refused = false;

	share = fwctl_file_charge(fwctl);
	if (IS_ERR(share))
		return PTR_ERR(share);
	uctx = fwctl_open_charged(share, fwctl, filp, &refused);
	if (IS_ERR(uctx)) {
		fwctl_slot_release(share, FWCTL_SLOT_FILE);
		if (!refused)
			return PTR_ERR(uctx);
		fwctl_record_open_refused(fwctl);
		return -EACCES;
	}
	filp->private_data = uctx;
	return 0;
}

static int fwctl_release(struct inode *inode, struct file *filp)
{
	fwctl_uctx_close(filp->private_data);
	return 0;
}

/* The counters of one file, in /proc/PID/fdinfo/FD. */
static void fwctl_show_fdinfo(struct seq_file *m, struct file *filp)
{
	struct fwctl_uctx *uctx = filp->private_data;
	struct fwctl_device *fwctl = uctx->fwctl;
	unsigned int i;

	seq_printf(m, "fwctl-driver:\t%s\n", fwctl->driver);
	seq_printf(m, "fwctl-device:\t%s\n", dev_name(&fwctl->dev));
	for (i = 0; i < FWCTL_SCOPES; i++)
		seq_printf(m, "fwctl-delivered-%s:\t%lld\n",
			   fwctl_scope_names[i],
			   atomic64_read(&uctx->delivered[i]));
	seq_printf(m, "fwctl-refused:\t%lld\n", atomic64_read(&uctx->refused));
}

static int fwctl_cmd_info(struct file *filp, void *arg)
{
	struct fwctl_uctx *uctx = filp->private_data;
	struct fwctl_device *fwctl = uctx->fwctl;
	struct fwctl_info *cmd = arg;
	u8 __user *to = u64_to_user_ptr(cmd->out_device_data);
	void *data = NULL;
	size_t len = 0, copy;
	int err = 0;

	if (cmd->flags)
		return -EOPNOTSUPP;

	if (!fwctl_enter(fwctl))
		return -ENODEV;
	cmd->out_device_type = fwctl->ops->device_type;
	if (fwctl->ops->info)
		data = fwctl->ops->info(uctx, &len);
	fwctl_leave(fwctl);
	if (IS_ERR(data))
		return PTR_ERR(data);

	copy = min_t(size_t, len, cmd->device_data_len);
	if (copy_to_user(to, data, copy) ||
	    clear_user(to + copy, cmd->device_data_len - copy))
		err = -EFAULT;
	kfree(data);
	cmd->device_data_len = len;
	return err;
}

/*
 * Decides on a request and hands it over. Nothing in between sleeps: the world
 * that the decision was made for is the one that the request meets.
 */
static int fwctl_admit_and_submit(struct fwctl_call *call, void *request)
{
	struct fwctl_device *fwctl = call->uctx->fwctl;
	int err;

	non_block_start();
	err = fwctl_admit(call);
	if (!err) {
		fwctl_record_start(call);
		err = fwctl->ext->submit(request, call->cmd.scope);
		if (err)
			fwctl_request_end(fwctl, call->cmd.scope);
	}
	non_block_end();
	return err;
}

/* For backends whose op fw_rpc delivers the request and waits for the answer. */
static void *fwctl_admit_and_call(struct fwctl_call *call)
{
	struct fwctl_device *fwctl = call->uctx->fwctl;
	void *out;
	int err;

	err = fwctl_admit(call);
	if (err)
		return ERR_PTR(err);
	fwctl_record_start(call);
	out = fwctl->ops->fw_rpc(call->uctx, call->scope, call->in,
				 call->in_len, &call->out_len);
	fwctl_request_end(fwctl, call->cmd.scope);
	return out;
}

static void *fwctl_deliver_entered(struct fwctl_call *call)
{
	const struct fwctl_ext_ops *ext = call->uctx->fwctl->ext;
	void *request, *out;
	int err;

	if (ext->submit) {
		request = ext->prepare(call->uctx, call->in, call->in_len,
				       call->out_len);
		if (IS_ERR(request))
			return request;
		err = fwctl_admit_and_submit(call, request);
		if (err) {
			ext->discard(request);
			out = ERR_PTR(err);
		} else {
			out = ext->collect(request, &call->out_len);
		}
	} else {
		out = fwctl_admit_and_call(call);
	}
	fwctl_record_finish(call, out);
	return out;
}

static void *fwctl_deliver(struct fwctl_call *call)
{
	struct fwctl_device *fwctl = call->uctx->fwctl;
	void *out;

	if (!fwctl_enter(fwctl))
		return ERR_PTR(-ENODEV);
	out = fwctl_deliver_entered(call);
	fwctl_leave(fwctl);
	return out;
}

static int fwctl_cmd_rpc(struct file *filp, void *arg)
{
	struct fwctl_uctx *uctx = filp->private_data;
	struct fwctl_rpc *cmd = arg;
	struct fwctl_call call = {
		.uctx = uctx,
		.scope = cmd->scope,
		.in_len = cmd->in_len,
		.out_len = cmd->out_len,
	};
	size_t room;
	void *out;
	int err;

	if (cmd->in_len > FWCTL_MAX_RPC_LEN || cmd->out_len > FWCTL_MAX_RPC_LEN)
		return -EMSGSIZE;
	if (cmd->scope > FWCTL_RPC_DEBUG_WRITE_FULL)
		return -EOPNOTSUPP;

	room = max(cmd->in_len, cmd->out_len);
	call.in = fwctl_buffer_get(uctx, room, &call.in_size);
	if (!call.in)
		return -ENOMEM;
	err = fwctl_copy_in(call.in, u64_to_user_ptr(cmd->in), cmd->in_len);
	if (err)
		goto out_buffer;
	/* An answer in place may be longer than the request: leak no old data. */
	memset(call.in + cmd->in_len, 0, room - cmd->in_len);
	if (uctx->fwctl->nests) {
		err = fwctl_nested_in(&call);
		if (err)
			goto out_buffer;
	}

	err = fwctl_slot_get(uctx->share, FWCTL_SLOT_RPC,
			     filp->f_flags & O_NONBLOCK);
	if (err)
		goto out_buffer;
	out = fwctl_deliver(&call);
	fwctl_slot_put(uctx->share, FWCTL_SLOT_RPC);
	if (call.decided)
		fwctl_record(&call);
	if (IS_ERR(out)) {
		err = PTR_ERR(out);
		goto out_buffer;
	}

	err = call.nested ? fwctl_nested_out(&call) : 0;
	if (!err)
		err = fwctl_copy_out(u64_to_user_ptr(cmd->out), out,
				     min_t(size_t, call.out_len, cmd->out_len));
	cmd->out_len = call.out_len;
	if (out != call.in)
		kvfree(out);
out_buffer:
	fwctl_buffer_put(uctx, call.in, call.in_size);
	return err;
}

union fwctl_cmd_arg {
	struct fwctl_info info;
	struct fwctl_rpc rpc;
};

struct fwctl_cmd_desc {
	unsigned int cmd;
	unsigned int size;
	unsigned int min_size;
	int (*execute)(struct file *filp, void *arg);
};

/* min_size is the size of the structure as first published. */
static const struct fwctl_cmd_desc fwctl_cmds[] = {
	[FWCTL_CMD_INFO] = {
		.cmd = FWCTL_INFO,
		.size = sizeof(struct fwctl_info),
		.min_size = offsetofend(struct fwctl_info, out_device_data),
		.execute = fwctl_cmd_info,
	},
	[FWCTL_CMD_RPC] = {
		.cmd = FWCTL_RPC,
		.size = sizeof(struct fwctl_rpc),
		.min_size = offsetofend(struct fwctl_rpc, out),
		.execute = fwctl_cmd_rpc,
	},
};

static long fwctl_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	unsigned int nr = _IOC_NR(cmd);
	struct fwctl_uctx *uctx = filp->private_data;
	u32 __user *user_arg = (u32 __user *)arg;
	const struct fwctl_cmd_desc *desc;
	union fwctl_cmd_arg kernel_arg;
	u32 size;
	int err;

	if (nr >= ARRAY_SIZE(fwctl_cmds))
		return -ENOTTY;
	desc = &fwctl_cmds[array_index_nospec(nr, ARRAY_SIZE(fwctl_cmds))];
	if (desc->cmd != cmd)
		return -ENOTTY;
	if (READ_ONCE(uctx->fwctl->gone))
		return -ENODEV;

	if (get_user(size, user_arg))
		return -EFAULT;
	if (size < desc->min_size)
		return -EINVAL;
	if (likely(size == desc->size))
		err = fwctl_copy_in(&kernel_arg, user_arg, size);
	else
		err = copy_struct_from_user(&kernel_arg, desc->size, user_arg,
					    size);
	if (err)
		return err;

	err = desc->execute(filp, &kernel_arg);
	if (err)
		return err;
	return fwctl_copy_out(user_arg, &kernel_arg, min(size, desc->size));
}

const struct file_operations fwctl_chardev_fops = {
	.owner = THIS_MODULE,
	.open = fwctl_open,
	.release = fwctl_release,
	.unlocked_ioctl = fwctl_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.show_fdinfo = fwctl_show_fdinfo,
};
