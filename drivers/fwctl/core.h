/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the fwctl core share with one another.
 */
#ifndef __FWCTL_CORE_H
#define __FWCTL_CORE_H

#include <linux/fwctl.h>

struct genl_ops;
struct sk_buff;

/**
 * enum fwctl_limits - bounds of the core
 * @FWCTL_MAX_DEVICES: device numbers, all taken from one region
 * @FWCTL_MAX_RPC_LEN: bytes of one request or one answer; far above the
 *	largest mailbox of the firmware known, far below what hurts a host
 */
enum fwctl_limits {
	FWCTL_MAX_DEVICES = 4096,
	FWCTL_MAX_RPC_LEN = 2 * 1024 * 1024,
};

/* Room for the name of a command in records; longer ones are cut. */
#define FWCTL_COMMAND_NAME_LEN 32

/**
 * struct fwctl_call - one RPC on its way through the core
 * @uctx: the file it came through
 * @scope: what the caller declared
 * @in: the request, in kernel memory; the backend may answer in place
 * @in_len: its length
 * @out_len: room for the answer, then its length
 * @cmd: what the request does
 * @reason: why it was refused, or %FWCTL_REASON_ADMITTED
 * @result: 0, or the negative errno that it ended with
 * @audited: somebody listens to the event of this call
 * @name: that of the command, if @audited
 * @timed: @start and @duration are set
 * @has_fw_status: @fw_status is set
 * @fw_status: the firmware's own verdict
 * @start: when it was delivered, CLOCK_MONOTONIC in nanoseconds
 * @duration: nanoseconds inside the backend
 */
struct fwctl_call {
	struct fwctl_uctx *uctx;
	enum fwctl_rpc_scope scope;
	void *in;
	size_t in_len;
	size_t out_len;
	struct fwctl_command cmd;
	enum fwctl_reason reason;
	int result;
	bool audited;
	char name[FWCTL_COMMAND_NAME_LEN];
	bool timed;
	bool has_fw_status;
	u32 fw_status;
	u64 start;
	u64 duration;
};

/**
 * fwctl_leave - end a call into the backend
 * @fwctl: the device that fwctl_enter() let in
 *
 * Context: any.
 */
static inline void fwctl_leave(struct fwctl_device *fwctl)
{
	if (refcount_dec_and_test(&fwctl->users))
		complete(&fwctl->unused);
}

/**
 * fwctl_enter - begin a call into the backend
 * @fwctl: the device; the caller holds a reference to it
 *
 * Pairs with fwctl_leave(), which must not be kept waiting by anything but the
 * backend: no access to user memory in between.
 *
 * Context: any.
 * Return: false if the device is gone; then there is nothing to leave.
 */
static inline bool fwctl_enter(struct fwctl_device *fwctl)
{
	if (!refcount_inc_not_zero(&fwctl->users))
		return false;
	/*
	 * Whoever counts before fwctl_unregister() drops its own count is
	 * waited for, whoever counts after it must see gone.
	 */
	smp_mb__after_atomic();
	if (likely(!READ_ONCE(fwctl->gone)))
		return true;
	fwctl_leave(fwctl);
	return false;
}

/*
 * The files of the core from top to bottom: functions of one call those of
 * files below it, never of those above.
 */

/* main.c: the module, which starts and stops the rest */

/* chardev.c: the file and its ioctls */
extern const struct file_operations fwctl_chardev_fops;

/* netlink.c: the commands of the netlink family, declared in netlink_gen.h */

/* device.c: devices, contexts and calls from their first moment to their last */
int fwctl_devices_init(const struct file_operations *fops);
void fwctl_devices_exit(void);
struct fwctl_device *fwctl_find(unsigned int first, unsigned int last);
struct fwctl_uctx *fwctl_uctx_open(struct fwctl_device *fwctl, bool may_write);
void fwctl_uctx_close(struct fwctl_uctx *uctx);

/* limits.c: files, calls in flight and memory, which callers can multiply */
int fwctl_file_charge(struct fwctl_device *fwctl);
void fwctl_file_uncharge(struct fwctl_device *fwctl);
int fwctl_slot_get(struct fwctl_device *fwctl, bool nonblock);
void fwctl_slot_put(struct fwctl_device *fwctl);
void *fwctl_buffer_get(struct fwctl_uctx *uctx, size_t need, size_t *size);
void fwctl_buffer_put(struct fwctl_uctx *uctx, void *buffer, size_t size);

/* ceiling.c: the highest scope that each device admits */
extern struct device_attribute dev_attr_scopes;
extern struct device_attribute dev_attr_scope_max;
int fwctl_ceiling_check_params(void);
void fwctl_ceiling_init(struct fwctl_device *fwctl);
int fwctl_ceiling_lower(struct fwctl_device *fwctl, enum fwctl_ceiling ceiling);

/**
 * fwctl_below_ceiling - does a device admit commands of this scope?
 * @fwctl: the device
 * @scope: effective scope
 *
 * Context: any.
 */
static inline bool fwctl_below_ceiling(struct fwctl_device *fwctl,
				       enum fwctl_rpc_scope scope)
{
	return (unsigned int)scope < READ_ONCE(fwctl->ceiling);
}

/* policy.c: which request is admitted, and every check of a capability */
extern const char * const fwctl_scope_names[FWCTL_SCOPES];
int fwctl_admit(struct fwctl_call *call);
int fwctl_may_lower(void);
int fwctl_nl_may_lower(struct sk_buff *skb);

/* audit.c: counters, tracepoints, and the kernel's audit log */
void fwctl_record_start(struct fwctl_call *call);
void fwctl_record_finish(struct fwctl_call *call, const void *out);
void fwctl_record(struct fwctl_call *call);
void fwctl_record_open_refused(struct fwctl_device *fwctl);
void fwctl_record_taint(struct fwctl_call *call);
void fwctl_record_ceiling(struct fwctl_device *fwctl, enum fwctl_ceiling old,
			  enum fwctl_ceiling new);

/* events.c: the netlink family, and the messages that it sends */
int fwctl_nl_device_msg(struct sk_buff *skb, struct fwctl_device *fwctl,
			u32 portid, u32 seq, int flags, u8 cmd);
void fwctl_nl_notify(struct fwctl_device *fwctl, u8 cmd);
bool fwctl_nl_audited(const struct fwctl_call *call);
void fwctl_nl_audit(const struct fwctl_call *call);
int fwctl_nl_init(const struct genl_ops *ops, u8 n_ops);
void fwctl_nl_exit(void);

#endif
