/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In-kernel interface of fwctl, for backends: drivers whose devices take RPCs.
 *
 * Source compatible with Linux 6.15 and later: a backend written for those
 * compiles against this header and works. All additions are optional.
 */
#ifndef __LINUX_FWCTL_H
#define __LINUX_FWCTL_H

#include <linux/align.h>
#include <linux/build_bug.h>
#include <linux/cdev.h>
#include <linux/cleanup.h>
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/ratelimit.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <uapi/fwctl/fwctl.h>
#include <uapi/fwctl/fwctl_netlink.h>

struct fwctl_device;
struct fwctl_share;
struct fwctl_uctx;

/* Number of scopes and of reasons: the sizes of arrays of counters. */
#define FWCTL_SCOPES	(FWCTL_RPC_DEBUG_WRITE_FULL + 1)
#define FWCTL_REASONS	(FWCTL_REASON_CEILING + 1)

/* Number of buffers that one request can name. */
#define FWCTL_MAX_NESTED	8

/**
 * struct fwctl_command - the effect of a request, as the backend classifies it
 * @scope: the lowest scope that admits the request
 * @writes: the request changes something on the device
 * @secret: the answer may have a password or a key. Only a file that may write
 *	admits the request: the right to read is for many
 * @number: the backend's number for this kind of request
 * @name: name of @number, a constant, short and in lower case; or NULL
 */
struct fwctl_command {
	enum fwctl_rpc_scope scope;
	bool writes;
	bool secret;
	u32 number;
	const char *name;
};

/**
 * enum fwctl_direction - way of the bytes of a nested buffer; values are bits
 * @FWCTL_TO_DEVICE: from the caller to the device
 * @FWCTL_FROM_DEVICE: from the device to the caller
 */
enum fwctl_direction {
	FWCTL_TO_DEVICE = 1,
	FWCTL_FROM_DEVICE = 2,
};

/**
 * struct fwctl_nested - a buffer of the caller whose address is in the request
 * @field: offset in the request, in bytes, of the buffer's address, which has 8
 *	bytes in the byte order of the machine
 * @len: length of the buffer in bytes
 * @direction: bits of &enum fwctl_direction
 * @data: the core's copy of the buffer, aligned to 8 bytes, charged to the
 *	caller's memory cgroup. It begins with the caller's bytes if @direction
 *	has %FWCTL_TO_DEVICE, and with zeros otherwise.
 *
 * The op &fwctl_ext_ops.nested sets @field, @len and @direction. The other ops
 * get the structure from fwctl_nested_find().
 */
struct fwctl_nested {
	u32 field;
	u32 len;
	u32 direction;
	void *data;

	/* private: */
	u64 address;
};

/**
 * fwctl_nested_find - find a nested buffer of a request
 * @rpc_in: the request, as the op got it
 * @in_len: its length in bytes, as the op got it
 * @out_len: room for the answer in bytes, as the op got it
 * @index: index of the buffer, in the order of &fwctl_ext_ops.nested
 *
 * For a backend with the op &fwctl_ext_ops.nested only, in the ops classify,
 * prepare and fw_rpc. The copy is valid as long as the request: until fw_rpc or
 * collect returns.
 *
 * Context: any.
 * Return: the buffer; or NULL if the request did not name it.
 */
static inline const struct fwctl_nested *
fwctl_nested_find(const void *rpc_in, size_t in_len, size_t out_len,
		  unsigned int index)
{
	const struct fwctl_nested *nested =
		rpc_in + ALIGN(max(in_len, out_len), sizeof(u64));

	if (index >= FWCTL_MAX_NESTED || !nested[index].data)
		return NULL;
	return &nested[index];
}

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
 *	the op returns an ERR_PTR(), which becomes the errno of the ioctl. Not
 *	called for a device with &fwctl_ext_ops.submit.
 */
struct fwctl_ops {
	enum fwctl_device_type device_type;
	size_t uctx_size;
	int (*open_uctx)(struct fwctl_uctx *uctx);
	void (*close_uctx)(struct fwctl_uctx *uctx);
	void *(*info)(struct fwctl_uctx *uctx, size_t *length);
	void *(*fw_rpc)(struct fwctl_uctx *uctx, enum fwctl_rpc_scope scope,
			void *rpc_in, size_t in_len, size_t *out_len);
};

/* Linux's six members: an initializer that names them all stays complete. */
static_assert(sizeof(struct fwctl_ops) == 6 * sizeof(void *));

/**
 * struct fwctl_ext_ops - further operations of a backend, all optional
 *
 * Linux does not have them. struct fwctl_ops stays as Linux has it, because
 * bindings for other languages fill in all of its members. The rules of
 * struct fwctl_ops apply. A backend sets &fwctl_device.ext to its structure.
 *
 * @nested: name the buffers of the caller whose addresses are in the request of
 *	@in_len bytes in @rpc_in, which come unchecked from user space: fill in
 *	@nested, at most %FWCTL_MAX_NESTED entries, and return their number. A
 *	negative errno becomes the errno of the ioctl. The op must not sleep
 *	and must not access the hardware: the request has no slot yet. Then the
 *	core copies the buffers into kernel memory and puts zeros in the place
 *	of their addresses, before it calls another op for the request; and it
 *	copies the buffers out after the call has left the device, if no op
 *	failed. All buffers of a request have at most 2 MiB, or the ioctl fails
 *	with EMSGSIZE.
 * @classify: fill in @cmd for the request of @in_len bytes in @rpc_in, which come
 *	unchecked from user space, and room for an answer of @out_len bytes. The
 *	op must not read beyond @in_len and must not sleep. The core decides on
 *	the result. If the op fails the request is refused: with EMSGSIZE if the
 *	op returns -EMSGSIZE, for a request whose length is wrong; with EBADMSG
 *	otherwise, for a request that no scope admits. Without this op the core
 *	takes the declared scope for the effective one.
 * @prepare: allocate what the request in @rpc_in needs, before the core decides
 *	on it. Return it, or an ERR_PTR(), which becomes the errno of the ioctl.
 *	@prepare, @submit, @collect and @discard come together, in place of
 *	&fwctl_ops.fw_rpc: nothing that sleeps is left between the decision and
 *	the hand-over to the device.
 * @submit: hand a request over to the device. Must not sleep. If it returns a
 *	negative errno the ioctl fails with it and the core calls @discard.
 *	Otherwise fwctl_request_end() is due, with the same effective scope, when
 *	the device has answered the request or will not receive it any more,
 *	whether the caller still waits or not.
 * @collect: wait for the answer to a submitted request, and free the request.
 *	*@out_len is as for &fwctl_ops.fw_rpc. Return memory from kvmalloc(),
 *	which the core frees with kvfree(), or an ERR_PTR(). If the op returns
 *	before the device has answered, fwctl_slot_hold() keeps the slot.
 * @discard: free a request that was not submitted
 * @stalled: whether the device does not answer. Then callers do not wait for a
 *	slot, and fail with ETIMEDOUT; those that wait already ask once a
 *	second. Must not sleep. A call that finds a free slot does not ask:
 *	@open_uctx and @prepare should check it, too.
 * @abort: make ops that run return soon, and also those that start afterwards.
 *	fwctl_unregister() calls it once, before it waits for the ops that run.
 * @fw_status: store in *@status the status that the firmware put in the answer
 *	@out of @out_len bytes; for the audit stream. A negative errno means
 *	that the answer has no status.
 */
struct fwctl_ext_ops {
	int (*nested)(struct fwctl_uctx *uctx, const void *rpc_in,
		      size_t in_len, struct fwctl_nested *nested);
	int (*classify)(struct fwctl_uctx *uctx, const void *rpc_in,
			size_t in_len, size_t out_len,
			struct fwctl_command *cmd);
	void *(*prepare)(struct fwctl_uctx *uctx, const void *rpc_in,
			 size_t in_len, size_t out_len);
	int (*submit)(void *request, enum fwctl_rpc_scope effective);
	void *(*collect)(void *request, size_t *out_len);
	void (*discard)(void *request);
	bool (*stalled)(struct fwctl_device *fwctl);
	void (*abort)(struct fwctl_device *fwctl);
	int (*fw_status)(struct fwctl_uctx *uctx, const void *out,
			 size_t out_len, u32 *status);
};

/**
 * enum fwctl_slot_kind - kinds of slots, each with a limit of its own
 * @FWCTL_SLOT_RPC: RPCs in flight
 * @FWCTL_SLOT_OPEN: files that are being opened
 * @FWCTL_SLOT_FILE: open files
 * @FWCTL_SLOT_KINDS: number of kinds
 */
enum fwctl_slot_kind {
	FWCTL_SLOT_RPC,
	FWCTL_SLOT_OPEN,
	FWCTL_SLOT_FILE,
	FWCTL_SLOT_KINDS,
};

/**
 * struct fwctl_device - a device function that takes RPCs
 * @dev: the class device. Its parent is the device that the backend passed to
 *	fwctl_alloc_device(); its reference count is the one of fwctl_get() and
 *	fwctl_put().
 * @ext: the backend's further ops; constant from fwctl_register() on. Without
 *	them it points to a structure of zeros.
 * @card: name of the card that the device is a function of, the same for all
 *	functions of the card; constant from fwctl_register() on, and valid as
 *	long as the device's memory. NULL: the parent is the whole card.
 * @max_requests: number of requests that the device takes at a time, opening of
 *	files included. The core lets no more in, whatever the module parameter
 *	max_rpcs says, but at least one RPC and one open(). 0: no limit but that
 *	parameter.
 *
 * The first member of the backend's own structure, allocated by
 * fwctl_alloc_device(). The backend sets @ext, @card and @max_requests before
 * fwctl_register(). All other members but @dev are private to the core.
 */
struct fwctl_device {
	struct device dev;
	const struct fwctl_ext_ops *ext;
	const char *card;
	unsigned int max_requests;

	/* private: */
	struct cdev cdev;
	const struct fwctl_ops *ops;
	const char *driver;
	unsigned int index;
	/* The op nested exists: @ext may be gone when a call looks. */
	bool nests;
	enum fwctl_ceiling ceiling;
	struct list_head ceiling_entry;

	/* Number of calls inside the backend, plus one until fwctl_unregister(). */
	refcount_t users;
	struct completion unused;
	bool gone;

	/* Protects uctxs. Never held across an op. */
	spinlock_t lock;
	struct hlist_head uctxs;

	/* Limits: see limits.c. The lock is taken in interrupts. */
	spinlock_t limits_lock;
	struct fwctl_share *root;
	struct list_head shares;
	unsigned int nr_shares;
	struct list_head turns;
	struct timer_list turn_timer;
	unsigned long yield_until;	/* jiffies */
	atomic_t slots[FWCTL_SLOT_KINDS];
	atomic_t user_slots[FWCTL_SLOT_KINDS];

	/* Requests that were admitted and have not ended, by effective scope. */
	atomic_t pending[FWCTL_SCOPES];
	wait_queue_head_t settled;

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
 * @share: share of the device's limits that the file counts for, for
 *	fwctl_slot_hold()
 *
 * The first member of the backend's own structure of &fwctl_ops.uctx_size
 * bytes. All other members are private to the core.
 */
struct fwctl_uctx {
	struct fwctl_device *fwctl;
	struct fwctl_share *share;

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

void fwctl_slot_hold(struct fwctl_share *share, enum fwctl_slot_kind kind);
void fwctl_slot_release(struct fwctl_share *share, enum fwctl_slot_kind kind);
void fwctl_yield(struct fwctl_device *fwctl);
void fwctl_request_end(struct fwctl_device *fwctl, enum fwctl_rpc_scope effective);

int fwctl_register(struct fwctl_device *fwctl);
void fwctl_unregister(struct fwctl_device *fwctl);

DEFINE_FREE(fwctl, struct fwctl_device *, if (_T) fwctl_put(_T))

#endif
