/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In-kernel interface of fwctl, for backends: drivers whose devices take RPCs.
 *
 * Source compatible with Linux 6.15 and later: a backend written for those
 * compiles against this header and works. All additions are optional.
 */
#ifndef __LINUX_FWCTL_H
#define __LINUX_FWCTL_H

#include <linux/cdev.h>
#include <linux/cleanup.h>
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/ratelimit.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <uapi/fwctl/fwctl.h>
#include <uapi/fwctl/fwctl_netlink.h>

struct fwctl_device;
struct fwctl_uctx;

/* Number of scopes and of reasons: the sizes of arrays of counters. */
#define FWCTL_SCOPES	(FWCTL_RPC_DEBUG_WRITE_FULL + 1)
#define FWCTL_REASONS	(FWCTL_REASON_CEILING + 1)

/**
 * struct fwctl_command - the effect of a request, as the backend classifies it
 * @scope: the lowest scope that admits the request
 * @writes: the request changes something on the device
 * @number: the backend's number for this kind of request
 * @name: name of @number, a constant, short and in lower case; or NULL
 */
struct fwctl_command {
	enum fwctl_rpc_scope scope;
	bool writes;
	u32 number;
	const char *name;
};

/**
 * struct fwctl_ops - operations of a backend, the same for all of its devices
 *
 * The core holds no lock when it calls an op, and ops may sleep. They may run
 * concurrently, also those of one context, with one exception: @close_uctx
 * starts after all other ops of its context have returned. No op runs after
 * fwctl_unregister() has returned.
 *
 * @device_type: &enum fwctl_device_type, reported to user space
 * @uctx_size: bytes of the backend's context structure, whose first member is
 *	a struct fwctl_uctx. The core allocates it zeroed, charged to the memory
 *	cgroup of the process that opens the file, and frees it.
 * @open_uctx: prepare @uctx, the context of a file that is being opened. A
 *	negative errno makes open() fail with it; then the core does not call
 *	@close_uctx.
 * @close_uctx: undo @open_uctx. The last op on @uctx, called when the file is
 *	released or during fwctl_unregister(), there in parallel with the
 *	@close_uctx of other contexts.
 * @info: return the device data of FWCTL_INFO, from kmalloc(), and its length
 *	in bytes in *@length, or return an ERR_PTR(), which becomes the errno of
 *	the ioctl. The core frees the data with kfree(). Without this op the
 *	length is 0.
 * @fw_rpc: deliver a request and return the answer. @rpc_in has room for the
 *	larger of @in_len and *@out_len bytes: @in_len bytes of the request, then
 *	zeros. *@out_len is the caller's room for the answer, at most 2 MiB; the
 *	op sets it to the length of the answer, and the core copies no more than
 *	the room. The op returns @rpc_in, with the answer in it, or memory from
 *	kvmalloc(), which the core frees with kvfree(). That memory should be
 *	allocated with __GFP_ACCOUNT, because the caller chooses its size. Or
 *	the op returns an ERR_PTR(), which becomes the errno of the ioctl.
 * @classify: optional. Fill in @cmd for the request of @in_len bytes in @rpc_in,
 *	which come unchecked from user space, and room for an answer of @out_len
 *	bytes. The op must not read beyond @in_len and must not wait. The core
 *	decides on the result. If the op fails the request is refused: with
 *	EMSGSIZE if the op returns -EMSGSIZE, for a request that is too short to
 *	classify; with EBADMSG otherwise, for a request that no scope admits.
 *	Without this op the core takes the declared scope for the effective one.
 * @abort: optional. Make ops that run return soon, and also those that start
 *	afterwards. fwctl_unregister() calls it once, before it waits for the
 *	ops that run.
 * @fw_status: optional. Store in *@status the status that the firmware put in
 *	the answer @out of @out_len bytes, which @fw_rpc has returned; for the
 *	audit stream. A negative errno means that the answer has no status.
 */
struct fwctl_ops {
	enum fwctl_device_type device_type;
	size_t uctx_size;
	int (*open_uctx)(struct fwctl_uctx *uctx);
	void (*close_uctx)(struct fwctl_uctx *uctx);
	void *(*info)(struct fwctl_uctx *uctx, size_t *length);
	void *(*fw_rpc)(struct fwctl_uctx *uctx, enum fwctl_rpc_scope scope,
			void *rpc_in, size_t in_len, size_t *out_len);
	/* Optional. Linux does not have these ops. */
	int (*classify)(struct fwctl_uctx *uctx, const void *rpc_in,
			size_t in_len, size_t out_len,
			struct fwctl_command *cmd);
	void (*abort)(struct fwctl_device *fwctl);
	int (*fw_status)(struct fwctl_uctx *uctx, const void *out,
			 size_t out_len, u32 *status);
};

/**
 * struct fwctl_device - a device function that takes RPCs
 * @dev: the class device. Its parent is the device that the backend passed to
 *	fwctl_alloc_device(); its reference count is the one of fwctl_get() and
 *	fwctl_put().
 *
 * The first member of the backend's own structure, allocated by
 * fwctl_alloc_device(). All members but @dev are private to the core.
 */
struct fwctl_device {
	struct device dev;

	/* private: */
	struct cdev cdev;
	const struct fwctl_ops *ops;
	const char *driver;
	unsigned int index;
	enum fwctl_ceiling ceiling;

	/* Number of calls inside the backend, plus one until fwctl_unregister(). */
	refcount_t users;
	struct completion unused;
	bool gone;

	/* Protects uctxs. Never held across an op. */
	spinlock_t lock;
	struct hlist_head uctxs;

	atomic_t files;
	atomic_t rpcs;
	wait_queue_head_t rpc_slots;

	/* A bit for each declared scope that has tainted the kernel. */
	unsigned long taints;
	struct ratelimit_state log_limit;

	/* RPCs by effective scope, and refused RPCs by reason. */
	atomic64_t delivered[FWCTL_SCOPES];
	atomic64_t refused[FWCTL_REASONS];
};

/**
 * struct fwctl_uctx - one open file of a device
 * @fwctl: the device; valid as long as the context is
 *
 * The first member of the backend's own structure of &fwctl_ops.uctx_size
 * bytes. All members but @fwctl are private to the core.
 */
struct fwctl_uctx {
	struct fwctl_device *fwctl;

	/* private: */
	struct hlist_node uctxs_entry;
	struct work_struct close_work;
	/* One for the file, one for the device's list of contexts. */
	refcount_t owners;
	pid_t logged_tgid;
	atomic64_t delivered[FWCTL_SCOPES];
	atomic64_t refused;

	/* The largest buffer that RPCs have used; NULL while one uses it. */
	void *spare;
	u32 spare_size;
	spinlock_t spare_lock;	/* protects the two above */

	bool may_write;
};

struct fwctl_device *__fwctl_alloc_device(struct device *parent,
					  const struct fwctl_ops *ops,
					  size_t size, const char *driver);

struct fwctl_device *_fwctl_alloc_device(struct device *parent,
					 const struct fwctl_ops *ops,
					 size_t size);

/**
 * fwctl_alloc_device - allocate a device together with its backend's structure
 * @parent: the device that the RPCs reach; becomes the class device's parent
 * @ops: the backend's ops; must stay valid until fwctl_unregister() returns
 * @drv_struct: type of the backend's structure
 * @member: its struct fwctl_device, which must be the first member
 *
 * Context: may sleep.
 * Return: the backend's structure, zeroed but for @member, with one reference,
 * which the caller drops with fwctl_put(); or NULL if there is no memory, or all
 * 4096 device numbers are in use.
 */
#define fwctl_alloc_device(parent, ops, drv_struct, member)		\
	({								\
		static_assert(offsetof(drv_struct, member) == 0);	\
		(typeof(drv_struct) *)__fwctl_alloc_device(parent, ops,	\
							   sizeof(drv_struct), \
							   KBUILD_MODNAME); \
	})

/**
 * fwctl_get - take a reference to a device
 * @fwctl: the device; the caller makes sure that it is not freed meanwhile
 *
 * A reference keeps the memory of the device, not its registration.
 *
 * Context: any.
 * Return: @fwctl.
 */
static inline struct fwctl_device *fwctl_get(struct fwctl_device *fwctl)
{
	get_device(&fwctl->dev);
	return fwctl;
}

/**
 * fwctl_put - drop a reference to a device
 * @fwctl: the device; the last reference frees it and the backend's structure
 *
 * Context: may sleep.
 */
static inline void fwctl_put(struct fwctl_device *fwctl)
{
	put_device(&fwctl->dev);
}

int fwctl_register(struct fwctl_device *fwctl);
void fwctl_unregister(struct fwctl_device *fwctl);

DEFINE_FREE(fwctl, struct fwctl_device *, if (_T) fwctl_put(_T))

#endif
