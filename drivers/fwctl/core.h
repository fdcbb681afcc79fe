/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private interfaces between the files of the fwctl core.
 */
#ifndef __FWCTL_CORE_H
#define __FWCTL_CORE_H

#include <linux/fwctl.h>

struct genl_ops;
struct sk_buff;

/**
 * enum fwctl_limits - bounds of the core
 * @FWCTL_MAX_DEVICES: number of devices, and of minors in the region
 * @FWCTL_MAX_RPC_LEN: bytes of one request or one answer; far above the
 *	largest mailbox of known firmware, far below a size that harms a host
 */
enum fwctl_limits {
	FWCTL_MAX_DEVICES = 4096,
	FWCTL_MAX_RPC_LEN = 2 * 1024 * 1024,
};

/* Bytes of the longest name of a device, with its NUL. */
#define FWCTL_DEVICE_NAME_LEN sizeof("fwctl4095")
static_assert(FWCTL_MAX_DEVICES <= 10000);

/* Bytes for a command's name in an event, with its NUL; longer names are cut. */
#define FWCTL_COMMAND_NAME_LEN 40

/**
 * struct fwctl_call - one RPC on its way through the core
 * @uctx: context of the caller's file
 * @scope: scope that the caller declared
 * @in: the request in kernel memory; the backend may write its answer there
 * @in_size: size in bytes of the memory at @in
 * @nested: the nested buffers, in the memory at @in; or NULL
 * @in_len: length of the request in bytes
 * @out_len: room for the answer in bytes; after delivery, the answer's length
 * @cmd: effect of the request, set by fwctl_admit()
 * @decided: the request was decided on, and has records
 * @reason: reason of the refusal, or %FWCTL_REASON_ADMITTED
 * @first_taint: the first call under its scope that the device admits, of those
 *	that taint the kernel; set by fwctl_admit()
 * @result: 0 or a negative errno, of the decision or of the backend
 * @audited: an audit group that this call's event goes to has a listener
 * @name: copy of the command's name, if @audited
 * @timed: @start and @duration are set
 * @has_fw_status: @fw_status is set
 * @fw_status: status in the firmware's answer
 * @start: time of delivery, CLOCK_MONOTONIC in nanoseconds
 * @duration: time inside the backend in nanoseconds
 */
struct fwctl_call {
	struct fwctl_uctx *uctx;
	enum fwctl_rpc_scope scope;
	void *in;
	size_t in_size;
	struct fwctl_nested *nested;
	size_t in_len;
	size_t out_len;
	struct fwctl_command cmd;
	bool decided;
	enum fwctl_reason reason;
	bool first_taint;
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
 * @fwctl: the device, entered by fwctl_enter()
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
 * Pairs with fwctl_leave(). fwctl_unregister() waits for that, so that nothing
 * but the backend may delay it: no access to user memory in between.
 *
 * Context: any.
 * Return: true if the device is entered; false if it is gone, and then
 * fwctl_leave() must not be called.
 */
static inline bool fwctl_enter(struct fwctl_device *fwctl)
{
	if (!refcount_inc_not_zero(&fwctl->users))
		return false;
	/*
	 * fwctl_unregister() waits for a caller that counts before it drops
	 * its own count. A caller that counts later must see gone.
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

/* nested.c: buffers of the caller whose addresses are in a request */
int fwctl_nested_in(struct fwctl_call *call);
int fwctl_nested_out(struct fwctl_call *call);

/* netlink.c: the commands of the netlink family, declared in netlink_gen.h */

/* device.c: lifetime of devices, of contexts, and of calls into the backend */
int fwctl_devices_init(const struct file_operations *fops);
void fwctl_devices_exit(void);
struct fwctl_device *fwctl_find(unsigned int first, unsigned int last);
struct fwctl_uctx *fwctl_uctx_open(struct fwctl_share *share,
				   struct fwctl_device *fwctl, bool may_write);
void fwctl_uctx_close(struct fwctl_uctx *uctx);

/* limits.c: files, requests in flight and memory, which callers can multiply */
struct fwctl_share *fwctl_file_charge(struct fwctl_device *fwctl);
int fwctl_slot_get(struct fwctl_share *share, enum fwctl_slot_kind kind,
		   bool nonblock);
void fwctl_wake_waiters(struct fwctl_device *fwctl);
void fwctl_slot_put(struct fwctl_share *share, enum fwctl_slot_kind kind);
void *fwctl_buffer_get(struct fwctl_uctx *uctx, size_t need, size_t *size);
void fwctl_buffer_put(struct fwctl_uctx *uctx, void *buffer, size_t size);
void fwctl_buffer_drop(struct fwctl_uctx *uctx);
int fwctl_limits_init(struct fwctl_device *fwctl);
void fwctl_limits_exit(struct fwctl_device *fwctl);

/* ceiling.c: the highest scope that each device admits */

/**
 * enum fwctl_ceiling_of - the owner of a ceiling
 * @FWCTL_CEILING_OF_CARD: a card, with all of its functions
 * @FWCTL_CEILING_OF_FUNCTION: a function, which is the parent of fwctl devices
 */
enum fwctl_ceiling_of {
	FWCTL_CEILING_OF_CARD,
	FWCTL_CEILING_OF_FUNCTION,
};

extern struct device_attribute dev_attr_scopes;
extern struct device_attribute dev_attr_card;
extern struct bin_attribute bin_attr_scope_max;
extern struct bin_attribute bin_attr_scope_max_function;
int fwctl_ceiling_check_params(void);
int fwctl_ceiling_init(struct fwctl_device *fwctl);
void fwctl_ceiling_exit(struct fwctl_device *fwctl);
void fwctl_ceilings_exit(void);
int fwctl_ceiling_lower(struct fwctl_device *fwctl, enum fwctl_ceiling_of of,
			enum fwctl_ceiling ceiling, long patience);

/**
 * fwctl_card - name of the card that a device is a function of
 * @fwctl: the device, whose parent exists
 *
 * Context: any.
 * Return: the name that the backend gave, or else the parent's name.
 */
static inline const char *fwctl_card(struct fwctl_device *fwctl)
{
	return fwctl->card ?: dev_name(fwctl->dev.parent);
}

/**
 * fwctl_below_ceiling - check a scope against the ceiling of a device
 * @fwctl: the device
 * @scope: effective scope
 *
 * Context: any.
 * Return: true if the ceiling admits @scope.
 */
static inline bool fwctl_below_ceiling(struct fwctl_device *fwctl,
				       enum fwctl_rpc_scope scope)
{
	return (unsigned int)scope < READ_ONCE(fwctl->ceiling);
}

/* policy.c: which request is admitted, and every check of a capability */
extern const char * const fwctl_scope_names[FWCTL_SCOPES];
int fwctl_admit(struct fwctl_call *call);
bool fwctl_pass_ceiling(struct fwctl_device *fwctl, enum fwctl_rpc_scope scope);
int fwctl_settle(struct fwctl_device *fwctl, long patience);
int fwctl_file_may_lower(struct file *file);
int fwctl_nl_may_lower(struct sk_buff *skb);

/* audit.c: records: counters, tracepoints, and those of the files below */
void fwctl_record_start(struct fwctl_call *call);
void fwctl_record_finish(struct fwctl_call *call, const void *out);
void fwctl_record(struct fwctl_call *call);
void fwctl_record_open_refused(struct fwctl_device *fwctl);
void fwctl_record_ceiling(struct fwctl_device *fwctl, enum fwctl_ceiling old,
			  enum fwctl_ceiling new);

/* auditlog.c: the kernel's audit log */
void fwctl_audit_refused(struct fwctl_device *fwctl,
			 const struct fwctl_call *call,
			 enum fwctl_reason reason);
__printf(2, 3) void fwctl_audit_once(bool held, const char *format, ...);
void fwctl_audit_exit(void);

/* events.c: the netlink family, and the messages that it sends */
int fwctl_nl_device_msg(struct sk_buff *skb, struct fwctl_device *fwctl,
			u32 portid, u32 seq, int flags, u8 cmd);
void fwctl_nl_notify(struct fwctl_device *fwctl, u8 cmd);
bool fwctl_nl_audited(const struct fwctl_call *call);
void fwctl_nl_audit(const struct fwctl_call *call);
int fwctl_nl_init(const struct genl_ops *ops, u8 n_ops);
void fwctl_nl_exit(void);

#endif
