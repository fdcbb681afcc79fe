/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In-kernel interface of fwctl, for the drivers whose devices it serves.
 *
 * Source compatible with Linux 6.15 and later: a driver written for those
 * compiles against this header and works. What is new here is optional.
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

/* How many there are of each, as the dimensions of counters. */
#define FWCTL_SCOPES	(FWCTL_RPC_DEBUG_WRITE_FULL + 1)
#define FWCTL_REASONS	(FWCTL_REASON_CEILING + 1)

/**
 * struct fwctl_command - what a request would do, as the backend reads it
 * @scope: the lowest scope that the request may be sent under
 * @writes: the request changes something on the device
 * @number: the backend's number for the kind of request
 * @name: a constant, short, lower-case name for @number, or NULL
 */
struct fwctl_command {
	enum fwctl_rpc_scope scope;
	bool writes;
	u32 number;
	const char *name;
};

/**
 * struct fwctl_ops - what a backend does for its devices
 *
 * All ops may sleep and are called without any lock held. Except for
 * @close_uctx in relation to the other ops of the same context they may run
 * at the same time as one another. None starts after fwctl_unregister()
 * returned.
 *
 * @device_type: &enum fwctl_device_type, reported to user space
 * @uctx_size: bytes of the backend's context structure, whose first member is
 *	a struct fwctl_uctx. The core allocates it zeroed, charged to the memory
 *	cgroup of the process that opens the file, and frees it.
 * @open_uctx: a file was opened: prepare @uctx. An error makes open() fail
 *	with it and @close_uctx is not called.
 * @close_uctx: the last op on @uctx: undo @open_uctx. Called from the release
 *	of the file, or from a worker during fwctl_unregister(), there in
 *	parallel with that of other contexts.
 * @info: return the structure that FWCTL_INFO hands out, made by kmalloc(), and
 *	its length in @length; or an ERR_PTR(). The core frees it. May be NULL.
 * @fw_rpc: deliver a request and return the answer. @rpc_in holds @in_len bytes
 *	of request in room for the larger of @in_len and *@out_len; what lies
 *	between @in_len and that is zero. *@out_len says how much the caller has
 *	room for and is set to the length of the answer; of an answer that is
 *	longer the surplus is not copied. The answer may be @rpc_in itself, or
 *	memory from kvmalloc(), which the core frees with kvfree(); allocate
 *	that with __GFP_ACCOUNT, for the caller decides its size. Or an
 *	ERR_PTR(), which becomes the errno of the ioctl.
 * @classify: optional. Tell in @cmd what the request in @rpc_in, of @in_len
 *	bytes that the user chose, would do, with room for an answer of
 *	@out_len bytes; the core then decides. An error refuses the request with
 *	that errno: -EMSGSIZE for one that is too short to tell, -EBADMSG for
 *	one that no scope admits. Must look at nothing beyond @in_len and wait
 *	for nothing. Without this op a request counts as what its caller says.
 * @abort: optional. The device is going away: make calls that are inside the
 *	other ops return soon, and those that still enter. Called once, from
 *	fwctl_unregister(), while they run.
 * @fw_status: optional. Tell in @status the firmware's verdict in an answer of
 *	@out_len bytes that @fw_rpc returned, for the audit stream. An error
 *	says that there is none.
 */
struct fwctl_ops {
	enum fwctl_device_type device_type;
	size_t uctx_size;
	int (*open_uctx)(struct fwctl_uctx *uctx);
	void (*close_uctx)(struct fwctl_uctx *uctx);
	void *(*info)(struct fwctl_uctx *uctx, size_t *length);
	void *(*fw_rpc)(struct fwctl_uctx *uctx, enum fwctl_rpc_scope scope,
			void *rpc_in, size_t in_len, size_t *out_len);
	/* Optional additions to what Linux has. */
	int (*classify)(struct fwctl_uctx *uctx, const void *rpc_in,
			size_t in_len, size_t out_len,
			struct fwctl_command *cmd);
	void (*abort)(struct fwctl_device *fwctl);
	int (*fw_status)(struct fwctl_uctx *uctx, const void *out,
			 size_t out_len, u32 *status);
};

/**
 * struct fwctl_device - a device function that takes RPCs
 * @dev: the class device; its parent is what the backend named. Also what
 *	fwctl_get() and fwctl_put() count.
 *
 * The first member of the backend's own structure, made by
 * fwctl_alloc_device(). Everything but @dev belongs to the core.
 */
struct fwctl_device {
	struct device dev;

	/* private: */
	struct cdev cdev;
	const struct fwctl_ops *ops;
	const char *driver;
	unsigned int index;
	enum fwctl_ceiling ceiling;

	/* Calls inside the backend, plus one until fwctl_unregister(). */
	refcount_t users;
	struct completion unused;
	bool gone;

	/* Protects uctxs, and is held for moments only. */
	spinlock_t lock;
	struct hlist_head uctxs;

	atomic_t files;
	atomic_t rpcs;
	wait_queue_head_t rpc_slots;

	/* A bit for each declared scope that has tainted the kernel. */
	unsigned long taints;
	struct ratelimit_state log_limit;

	/* By effective scope, and by reason. */
	atomic64_t delivered[FWCTL_SCOPES];
	atomic64_t refused[FWCTL_REASONS];
};

/**
 * struct fwctl_uctx - one open file of a device
 * @fwctl: the device; valid for as long as the context
 *
 * The first member of the backend's own structure of &fwctl_ops.uctx_size
 * bytes. Everything but @fwctl belongs to the core.
 */
struct fwctl_uctx {
	struct fwctl_device *fwctl;

	/* private: */
	struct hlist_node uctxs_entry;
	struct work_struct close_work;
	/* The file and the device's list, while it is on that. */
	refcount_t owners;
	pid_t logged_tgid;
	atomic64_t delivered[FWCTL_SCOPES];
	atomic64_t refused;

	/* The largest buffer used so far, while no call uses it. */
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
 * @parent: the device that the RPCs reach; the class device's parent
 * @ops: the backend's ops; must outlive fwctl_unregister()
 * @drv_struct: type of the backend's structure
 * @member: its struct fwctl_device, which must come first
 *
 * Context: may sleep.
 * Return: the zeroed structure, to be released by fwctl_put(), or NULL if
 * memory or the 4096 device numbers are used up.
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
 * @fwctl: device that the caller has some claim to already
 *
 * Keeps the memory, not the registration.
 *
 * Return: @fwctl.
 */
static inline struct fwctl_device *fwctl_get(struct fwctl_device *fwctl)
{
	get_device(&fwctl->dev);
	return fwctl;
}

/**
 * fwctl_put - give a reference back
 * @fwctl: the device; freed with the last reference
 */
static inline void fwctl_put(struct fwctl_device *fwctl)
{
	put_device(&fwctl->dev);
}

int fwctl_register(struct fwctl_device *fwctl);
void fwctl_unregister(struct fwctl_device *fwctl);

DEFINE_FREE(fwctl, struct fwctl_device *, if (_T) fwctl_put(_T))

#endif
