/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libfwctl: find devices that take firmware RPCs, talk to them, watch them.
 */
#ifndef _LIBFWCTL_H
#define _LIBFWCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <fwctl/fwctl.h>
#include <fwctl/fwctl_netlink.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: Rules of the library
 *
 * The library never prints, never exits and keeps no global state. A function
 * that can fail returns a negative errno and leaves one line in the handle it
 * was given, which tells what failed, where, and what to do about it.
 *
 * A handle is for one thread at a time. Handles are independent of one another:
 * a device outlives the context that found it, and two devices, or two handles
 * of the same device, may be used by two threads. That holds also for devices
 * whose requests go to one recording, or are answered from one.
 *
 * Structures that the library hands out by pointer to const belong to it, and
 * may grow at their end.
 */

struct fwctl_ctx;
struct fwctl_dev;
struct fwctl_state;
struct fwctl_monitor;
struct fwctl_recording;

/* Contexts: where to look for devices, and who answers. */

/**
 * fwctl_ctx_new - make a context
 *
 * Its devices are those of the running kernel.
 *
 * Return: the context, to be released by fwctl_ctx_free(), or NULL without
 * memory.
 */
struct fwctl_ctx *fwctl_ctx_new(void);

/**
 * fwctl_ctx_free - release a context
 * @ctx: the context, or NULL
 *
 * Devices that were found through it stay usable. A recording that was not
 * ended by fwctl_ctx_end_record() is left without its end.
 */
void fwctl_ctx_free(struct fwctl_ctx *ctx);

/**
 * fwctl_ctx_error - why the last function that failed on a context did so
 * @ctx: the context
 *
 * Return: one line, valid until the next function on @ctx.
 */
const char *fwctl_ctx_error(const struct fwctl_ctx *ctx);

/**
 * fwctl_ctx_set_record - write down all requests and answers from now on
 * @ctx: a context that neither records nor replays
 * @path: the file to make, readable for its owner only; it must not exist
 *
 * Devices that this context finds from now on write down what they are asked
 * and what they answer: open, info, rpc, state and ceiling, failures included.
 * So does fwctl_states(). The format is described in recording-format.rst.
 *
 * Requests go on if the file cannot be written to any more, e.g. because the
 * disk is full: what the firmware has done it has done. fwctl_ctx_end_record()
 * tells.
 *
 * Return: 0, or a negative errno with a message in @ctx: -EEXIST if there is
 * such a file, -EALREADY if the context records or replays.
 */
int fwctl_ctx_set_record(struct fwctl_ctx *ctx, const char *path);

/**
 * fwctl_ctx_end_record - complete the recording
 * @ctx: a context that records
 *
 * Devices found meanwhile stay usable and are not recorded any more. A
 * recording without its end, because the program was killed or the disk full,
 * can be replayed up to its last whole record, and says that it is cut off.
 *
 * Return: 0 if everything is in the file and on the disk, or the first error
 * that kept something out of it, with a message in @ctx; -EBADF if @ctx does
 * not record.
 */
int fwctl_ctx_end_record(struct fwctl_ctx *ctx);

/**
 * fwctl_ctx_set_replay - answer from a recording in place of the kernel
 * @ctx: a context that neither records nor replays
 * @path: a file that fwctl_ctx_set_record() made
 *
 * fwctl_list() then finds the devices that were found during the recording,
 * and what they are asked is answered as it was answered then: the same errno
 * and the same bytes. A request is the same if its device, its bytes, its scope
 * and the room for its answer are. Requests that are the same are answered in
 * the order in which they were recorded; the last answer is then given again
 * and again, to all handles of the device alike.
 *
 * A request that is not in the recording fails with -ENODATA, which no device
 * ever answers, and a message that names the request.
 *
 * A recording that is cut off is answered from up to its last whole record; see
 * fwctl_recording_complete().
 *
 * Return: 0, or a negative errno with a message in @ctx: -EUCLEAN if the file
 * is damaged or no recording, -EPROTONOSUPPORT if a newer library made it,
 * -EALREADY if the context records or replays, -EFBIG above 2 GiB.
 */
int fwctl_ctx_set_replay(struct fwctl_ctx *ctx, const char *path);

/* Finding devices. */

/**
 * fwctl_list - find all devices
 * @ctx: the context
 * @devs: receives an array of the devices, in the order of their numbers and
 *	with a NULL at its end, to be released by fwctl_list_free()
 *
 * Return: the number of devices, or a negative errno with a message in @ctx:
 * -ENOENT if the kernel has no fwctl.
 */
int fwctl_list(struct fwctl_ctx *ctx, struct fwctl_dev ***devs);

/**
 * fwctl_list_free - release the devices of fwctl_list()
 * @devs: the array, or NULL
 *
 * To keep a device, put NULL in its place and what is behind it forward.
 */
void fwctl_list_free(struct fwctl_dev **devs);

/**
 * fwctl_find - find one device
 * @ctx: the context
 * @what: its name (fwctl0), the path of its file (/dev/fwctl/fwctl0), the
 *	address of its parent (0000:03:00.0, or short 03:00.0), or the name of a
 *	network device (eth0) or RDMA device (mlx5_0) of the same parent
 * @dev: receives the device, to be released by fwctl_dev_free()
 *
 * Names of network devices are those of the caller's network namespace.
 *
 * Return: 0, or a negative errno with a message in @ctx that says what was
 * looked for: -ENODEV or -ENOENT if there is no such device, -ENOTUNIQ if there
 * are several.
 */
int fwctl_find(struct fwctl_ctx *ctx, const char *what, struct fwctl_dev **dev);

/**
 * fwctl_wait - find one device, waiting until it appears
 * @ctx: the context
 * @what: as for fwctl_find()
 * @timeout: milliseconds to wait, or -1 for ever
 * @dev: receives the device, to be released by fwctl_dev_free()
 *
 * Where udev runs, the device is there when udev has finished with it, and its
 * file has the owner and mode that rules give it.
 *
 * Return: as fwctl_find(); -ETIMEDOUT in place of -ENODEV and -ENOENT; -EINTR
 * if a signal came meanwhile.
 */
int fwctl_wait(struct fwctl_ctx *ctx, const char *what, int timeout,
	       struct fwctl_dev **dev);

/**
 * fwctl_dev_free - release a device, closing it if it is open
 * @dev: the device, or NULL
 */
void fwctl_dev_free(struct fwctl_dev *dev);

/* What is known about a device without opening it. */

/**
 * fwctl_dev_name - name of a device, e.g. fwctl0
 * @dev: the device
 *
 * Return: the name; valid as long as @dev.
 */
const char *fwctl_dev_name(const struct fwctl_dev *dev);

/**
 * fwctl_dev_path - path of a device's file, e.g. /dev/fwctl/fwctl0
 * @dev: the device
 *
 * Return: the path; valid as long as @dev.
 */
const char *fwctl_dev_path(const struct fwctl_dev *dev);

/**
 * fwctl_dev_type - whose format a device speaks
 * @dev: the device
 *
 * Return: &enum fwctl_device_type; FWCTL_DEVICE_TYPE_ERROR for as long as it is
 * not known, because the kernel has no attribute for it and fwctl_dev_info()
 * was not called.
 */
__u32 fwctl_dev_type(const struct fwctl_dev *dev);

/**
 * fwctl_dev_driver - name of the module that serves a device
 * @dev: the device
 *
 * Return: the name, valid as long as @dev, or NULL if the kernel does not tell.
 */
const char *fwctl_dev_driver(const struct fwctl_dev *dev);

/**
 * fwctl_dev_parent - the device that the RPCs reach, e.g. 0000:03:00.0
 * @dev: the device
 *
 * Return: its name on its bus, valid as long as @dev, or NULL if not known.
 */
const char *fwctl_dev_parent(const struct fwctl_dev *dev);

/**
 * fwctl_dev_bus - the bus of a device's parent, e.g. pci
 * @dev: the device
 *
 * Return: its name, valid as long as @dev, or NULL if not known.
 */
const char *fwctl_dev_bus(const struct fwctl_dev *dev);

/**
 * fwctl_dev_netdevs - network devices of the same parent
 * @dev: the device
 *
 * Return: their names as they were when @dev was found, sorted, with a NULL at
 * the end; valid as long as @dev. Never NULL.
 */
const char *const *fwctl_dev_netdevs(const struct fwctl_dev *dev);

/**
 * fwctl_dev_rdma_devs - RDMA devices of the same parent
 * @dev: the device
 *
 * Return: their names as they were when @dev was found, sorted, with a NULL at
 * the end; valid as long as @dev. Never NULL.
 */
const char *const *fwctl_dev_rdma_devs(const struct fwctl_dev *dev);

/**
 * fwctl_dev_scopes - the scopes that a device admits
 * @dev: the device
 *
 * Return: a mask with bit N set for the &enum fwctl_rpc_scope N; 0 if the
 * kernel does not tell.
 */
unsigned int fwctl_dev_scopes(const struct fwctl_dev *dev);

/**
 * fwctl_dev_error - why the last function that failed on a device did so
 * @dev: the device
 *
 * Return: one line, valid until the next function on @dev.
 */
const char *fwctl_dev_error(const struct fwctl_dev *dev);

/* Talking to a device. */

/**
 * enum fwctl_open_flags - how fwctl_dev_open() opens a device
 * @FWCTL_OPEN_READ_ONLY_OK: if permission to write is lacking, open for reading
 *	only; requests that write are then refused
 * @FWCTL_OPEN_READ_ONLY: open for reading only
 */
enum fwctl_open_flags {
	FWCTL_OPEN_READ_ONLY_OK = 1 << 0,
	FWCTL_OPEN_READ_ONLY = 1 << 1,
};

/**
 * fwctl_dev_open - open a device
 * @dev: a device that is not open
 * @flags: &enum fwctl_open_flags
 *
 * Opens it for reading and writing, unless @flags say otherwise.
 *
 * Return: 0, or a negative errno with a message in @dev: -EACCES without
 * permission, and the message tells who has it, -EBUSY if too many files are
 * open, -ENODEV or -ENOENT if it is gone, -EALREADY if it is open already,
 * -EINVAL for flags that do not exist.
 */
int fwctl_dev_open(struct fwctl_dev *dev, unsigned int flags);

/**
 * fwctl_dev_writable - is a device open for writing?
 * @dev: the device
 *
 * Return: false also if it is not open.
 */
bool fwctl_dev_writable(const struct fwctl_dev *dev);

/**
 * fwctl_dev_close - close a device
 * @dev: a device, open or not
 *
 * The handle stays; the device may be opened again.
 */
void fwctl_dev_close(struct fwctl_dev *dev);

/**
 * fwctl_dev_info - ask a device who answers its RPCs
 * @dev: an open device
 * @data: room for the structure that belongs to the device's type, or NULL
 * @len: bytes of room at @data; replaced by the number of bytes that the device
 *	has to say, be that more or less
 *
 * What the device does not fill of @data is zeroed. fwctl_dev_type() tells
 * what the device said.
 *
 * Return: 0, or a negative errno with a message in @dev.
 */
int fwctl_dev_info(struct fwctl_dev *dev, void *data, size_t *len);

/**
 * fwctl_dev_rpc - send a request and wait for its answer
 * @dev: an open device
 * @scope: what the request is for; the kernel refuses a request that does more
 * @in: the request, in the format of the device's type
 * @in_len: its length
 * @out: room for the answer; may be @in
 * @out_len: bytes of room at @out; replaced by the length of the answer, of
 *	which no more than the room was written
 *
 * An error that the firmware reports is a success here: the answer carries it.
 *
 * Return: 0, or a negative errno with a message in @dev: -EPERM, -EACCES and
 * -EBADMSG if the kernel refuses the request, -EMSGSIZE if a length is wrong,
 * -EOPNOTSUPP if it does not know the scope, -ENODEV if the device is gone, or
 * what the device's driver reports.
 */
int fwctl_dev_rpc(struct fwctl_dev *dev, enum fwctl_rpc_scope scope,
		  const void *in, size_t in_len, void *out, size_t *out_len);

/**
 * fwctl_dev_rpc_least - send a request under the weakest scope that suffices
 * @dev: an open device of type mlx5 or sim
 * @max: the strongest scope to try. FWCTL_RPC_DEBUG_READ_ONLY and below never
 *	taint the kernel. The others do if they are needed; with Linux's own
 *	fwctl already by the attempt.
 * @in: as for fwctl_dev_rpc()
 * @in_len: as for fwctl_dev_rpc()
 * @out: as for fwctl_dev_rpc()
 * @out_len: as for fwctl_dev_rpc()
 * @used: receives the scope of the last attempt, or NULL
 *
 * Tries scopes from FWCTL_RPC_CONFIGURATION on, and goes on to the next one
 * only after -EBADMSG: by that errno the kernel refuses a request that the
 * scope does not admit, before the device has seen it, and drivers of the types
 * named above return it for nothing else. A request that reached the device is
 * never sent again, whatever became of it. For types of which that is not known
 * nothing is sent.
 *
 * Each attempt that is refused counts as a refusal in the device's state and is
 * an event for those who audit it.
 *
 * Return: as fwctl_dev_rpc(); -EBADMSG if not even @max suffices; -EOPNOTSUPP
 * for a device of another type.
 */
int fwctl_dev_rpc_least(struct fwctl_dev *dev, enum fwctl_rpc_scope max,
			const void *in, size_t in_len, void *out,
			size_t *out_len, enum fwctl_rpc_scope *used);

/* State and policy of devices, as the kernel's netlink family tells it. */

/**
 * fwctl_dev_state - what the kernel has counted and decided about a device
 * @dev: the device, open or not
 * @state: receives the state, to be released by fwctl_state_free()
 *
 * Needs no privilege.
 *
 * Return: 0, or a negative errno with a message in @dev: -EOPNOTSUPP if the
 * kernel has no netlink family for it, as Linux's own fwctl, or none in this
 * network namespace; -ENODEV if the device is gone.
 */
int fwctl_dev_state(struct fwctl_dev *dev, struct fwctl_state **state);

/**
 * fwctl_states - states of all devices
 * @ctx: the context
 * @states: receives an array of the states, in the order of the devices'
 *	numbers and with a NULL at its end, to be released by
 *	fwctl_states_free()
 *
 * Return: their number, or a negative errno with a message in @ctx, as for
 * fwctl_dev_state().
 */
int fwctl_states(struct fwctl_ctx *ctx, struct fwctl_state ***states);

/**
 * fwctl_states_free - release what fwctl_states() returned
 * @states: the array, or NULL
 */
void fwctl_states_free(struct fwctl_state **states);

/**
 * fwctl_state_free - release a state
 * @state: the state, or NULL
 */
void fwctl_state_free(struct fwctl_state *state);

/**
 * fwctl_state_name - the device whose state it is, e.g. fwctl0
 * @state: the state
 *
 * Return: the name; valid as long as @state.
 */
const char *fwctl_state_name(const struct fwctl_state *state);

/**
 * fwctl_state_index - the number of the device whose state it is
 * @state: the state
 *
 * Return: N of fwctlN.
 */
__u32 fwctl_state_index(const struct fwctl_state *state);

/**
 * fwctl_state_bus - the bus of the device's parent, e.g. pci
 * @state: the state
 *
 * Return: its name, valid as long as @state, or NULL if it is on no bus.
 */
const char *fwctl_state_bus(const struct fwctl_state *state);

/**
 * fwctl_state_parent - the device's parent, e.g. 0000:03:00.0
 * @state: the state
 *
 * Return: its name on its bus; valid as long as @state.
 */
const char *fwctl_state_parent(const struct fwctl_state *state);

/**
 * fwctl_state_driver - the module that serves the device
 * @state: the state
 *
 * Return: its name; valid as long as @state.
 */
const char *fwctl_state_driver(const struct fwctl_state *state);

/**
 * fwctl_state_type - whose format the device speaks
 * @state: the state
 *
 * Return: &enum fwctl_device_type.
 */
__u32 fwctl_state_type(const struct fwctl_state *state);

/**
 * fwctl_state_ceiling - the highest effective scope that the device admits
 * @state: the state
 *
 * Return: the ceiling.
 */
enum fwctl_ceiling fwctl_state_ceiling(const struct fwctl_state *state);

/**
 * fwctl_state_files - how many files of the device are open
 * @state: the state
 *
 * Return: their number, over all processes.
 */
__u32 fwctl_state_files(const struct fwctl_state *state);

/**
 * fwctl_state_in_flight - how many RPCs are with the device's driver
 * @state: the state
 *
 * Return: their number, over all processes.
 */
__u32 fwctl_state_in_flight(const struct fwctl_state *state);

/**
 * fwctl_state_taints - the scopes under which the device tainted the kernel
 * @state: the state
 *
 * Return: a mask with bit N set for the declared &enum fwctl_rpc_scope N.
 */
unsigned int fwctl_state_taints(const struct fwctl_state *state);

/**
 * fwctl_state_delivered - how many RPCs of one effective scope were delivered
 * @state: the state
 * @scope: what they did, which is not always what their callers declared
 *
 * Return: their number since the device was registered; 0 if the kernel does
 * not know the scope.
 */
__u64 fwctl_state_delivered(const struct fwctl_state *state,
			    enum fwctl_rpc_scope scope);

/**
 * fwctl_state_judged - how many RPCs were judged in one way
 * @state: the state
 * @reason: why they were refused, or FWCTL_REASON_ADMITTED
 *
 * Return: their number since the device was registered; 0 if the kernel does
 * not know the reason.
 */
__u64 fwctl_state_judged(const struct fwctl_state *state,
			 enum fwctl_reason reason);

/**
 * fwctl_dev_lower - lower the ceiling of a device
 * @dev: the device, open or not
 * @ceiling: the highest effective scope to admit from now on
 *
 * Needs CAP_SYS_ADMIN. There is no way back as long as the device exists.
 *
 * Return: 0, or a negative errno with a message in @dev: -EPERM without the
 * capability or if that would raise the ceiling, -ERANGE for a ceiling that
 * does not exist, and as for fwctl_dev_state().
 */
int fwctl_dev_lower(struct fwctl_dev *dev, enum fwctl_ceiling ceiling);

/* Watching devices. */

/**
 * enum fwctl_monitor_group - what a monitor listens to
 * @FWCTL_MONITOR_DEVICES: devices that are added or removed, ceilings that are
 *	lowered, first taints. For everybody.
 * @FWCTL_MONITOR_AUDIT: each RPC that was refused or finished. This one and
 *	the following need CAP_SYS_ADMIN.
 * @FWCTL_MONITOR_REFUSED: each RPC that was refused
 * @FWCTL_MONITOR_WRITES: each RPC that writes, refused or not
 *
 * What belongs to several groups that a monitor listens to is told several
 * times.
 */
enum fwctl_monitor_group {
	FWCTL_MONITOR_DEVICES = 1 << 0,
	FWCTL_MONITOR_AUDIT = 1 << 1,
	FWCTL_MONITOR_REFUSED = 1 << 2,
	FWCTL_MONITOR_WRITES = 1 << 3,
};

/**
 * enum fwctl_event_type - what happened
 * @FWCTL_EVENT_ADDED: a device appeared
 * @FWCTL_EVENT_REMOVED: a device is gone
 * @FWCTL_EVENT_CEILING: the ceiling of a device was lowered
 * @FWCTL_EVENT_TAINTED: a device tainted the kernel for the first time under a
 *	scope
 * @FWCTL_EVENT_RPC: an RPC was refused or finished
 * @FWCTL_EVENT_LOST: events were lost, because they came faster than they were
 *	fetched
 */
enum fwctl_event_type {
	FWCTL_EVENT_ADDED,
	FWCTL_EVENT_REMOVED,
	FWCTL_EVENT_CEILING,
	FWCTL_EVENT_TAINTED,
	FWCTL_EVENT_RPC,
	FWCTL_EVENT_LOST,
};

/**
 * struct fwctl_audit - record of one RPC
 * @seq: number of the record in its group
 * @index: N of fwctlN
 * @name: the device, e.g. fwctl0
 * @comm: name of the process
 * @command_name: the driver's name for the command, or NULL
 * @pid: the process, as the initial pid namespace numbers it
 * @uid: its user, as the initial user namespace numbers it
 * @gid: its group, likewise
 * @command: the driver's number for the command
 * @declared: &enum fwctl_rpc_scope, what the caller declared
 * @effective: &enum fwctl_rpc_scope, what the command needs
 * @writes: does the command write?
 * @in_len: length of the request
 * @out_len: length of the answer; of a refused RPC, the room for one
 * @result: 0 or a negative errno
 * @reason: &enum fwctl_reason
 * @has_fw_status: is @fw_status known?
 * @fw_status: what the firmware said
 * @has_time: are @start and @duration known?
 * @start: CLOCK_MONOTONIC in nanoseconds
 * @duration: nanoseconds inside the driver
 */
struct fwctl_audit {
	__u64 seq;
	__u32 index;
	const char *name;
	const char *comm;
	const char *command_name;
	__u32 pid;
	__u32 uid;
	__u32 gid;
	__u32 command;
	__u32 declared;
	__u32 effective;
	bool writes;
	__u32 in_len;
	__u32 out_len;
	__s32 result;
	__u32 reason;
	bool has_fw_status;
	__u32 fw_status;
	bool has_time;
	__u64 start;
	__u64 duration;
};

/**
 * struct fwctl_event - one event of a monitor
 * @type: what happened
 * @group: the group that told it
 * @state: of FWCTL_EVENT_ADDED, REMOVED, CEILING and TAINTED: the device as it
 *	was then; else NULL
 * @audit: of FWCTL_EVENT_RPC: the record; else NULL
 * @lost: of FWCTL_EVENT_LOST: how many events of @group were lost, or 0 if that
 *	is not known. For FWCTL_MONITOR_DEVICES it never is; for the others it
 *	is told by a second event of this type, before the next one that was not
 *	lost.
 */
struct fwctl_event {
	enum fwctl_event_type type;
	enum fwctl_monitor_group group;
	const struct fwctl_state *state;
	const struct fwctl_audit *audit;
	__u64 lost;
};

/**
 * fwctl_monitor_open - listen to events of all devices
 * @ctx: the context
 * @groups: &enum fwctl_monitor_group, one or several
 * @monitor: receives the monitor, to be released by fwctl_monitor_free()
 *
 * What happens after this has returned is told. Recordings have no events.
 *
 * Return: 0, or a negative errno with a message in @ctx: -EPERM if a group
 * needs CAP_SYS_ADMIN, -EOPNOTSUPP if the kernel has no netlink family for
 * fwctl, or none in this network namespace, or if @ctx replays, -EINVAL for
 * groups that do not exist.
 */
int fwctl_monitor_open(struct fwctl_ctx *ctx, unsigned int groups,
		       struct fwctl_monitor **monitor);

/**
 * fwctl_monitor_free - release a monitor
 * @monitor: the monitor, or NULL
 */
void fwctl_monitor_free(struct fwctl_monitor *monitor);

/**
 * fwctl_monitor_fd - a file descriptor to wait at
 * @monitor: the monitor
 *
 * Return: a descriptor that poll() reports as readable if there may be an event
 * to fetch. It belongs to @monitor; do not read from it.
 */
int fwctl_monitor_fd(const struct fwctl_monitor *monitor);

/**
 * fwctl_monitor_next - fetch an event, if there is one
 * @monitor: the monitor
 * @event: receives the event, valid until the next function on @monitor
 *
 * Never waits: use poll() on fwctl_monitor_fd(), then fetch until there is
 * nothing left. Events of one group come in their order.
 *
 * Return: 0, -EAGAIN if there is none, or another negative errno with a message
 * in @monitor: -EBADMSG for a message that cannot be understood, -ENOMEM.
 */
int fwctl_monitor_next(struct fwctl_monitor *monitor,
		       const struct fwctl_event **event);

/**
 * fwctl_monitor_error - why the last function that failed on a monitor did so
 * @monitor: the monitor
 *
 * Return: one line, valid until the next function on @monitor.
 */
const char *fwctl_monitor_error(const struct fwctl_monitor *monitor);

/* Reading recordings. */

/**
 * enum fwctl_record_type - what a record is about
 * @FWCTL_RECORD_DEVICE: a device was found
 * @FWCTL_RECORD_OPEN: fwctl_dev_open()
 * @FWCTL_RECORD_INFO: fwctl_dev_info()
 * @FWCTL_RECORD_RPC: fwctl_dev_rpc(), or one attempt of fwctl_dev_rpc_least()
 * @FWCTL_RECORD_STATE: fwctl_dev_state()
 * @FWCTL_RECORD_STATES: fwctl_states()
 * @FWCTL_RECORD_LOWER: fwctl_dev_lower()
 * @FWCTL_RECORD_END: the end of a complete recording
 */
enum fwctl_record_type {
	FWCTL_RECORD_DEVICE = 1,
	FWCTL_RECORD_OPEN = 2,
	FWCTL_RECORD_INFO = 3,
	FWCTL_RECORD_RPC = 4,
	FWCTL_RECORD_STATE = 5,
	FWCTL_RECORD_STATES = 6,
	FWCTL_RECORD_LOWER = 7,
	FWCTL_RECORD_END = 8,
};

/**
 * struct fwctl_record - one record of a recording
 * @type: what it is about
 * @name: the device, e.g. fwctl0; NULL if it is about none
 * @parent: the device's parent, e.g. 0000:03:00.0, or NULL
 * @device_type: &enum fwctl_device_type of the device
 * @result: 0 or a negative errno
 * @start: nanoseconds since the recording began
 * @duration: nanoseconds that the request took
 * @write: of FWCTL_RECORD_OPEN: for writing, too?
 * @scope: of FWCTL_RECORD_RPC: &enum fwctl_rpc_scope
 * @ceiling: of FWCTL_RECORD_LOWER: &enum fwctl_ceiling
 * @in: of FWCTL_RECORD_RPC: the request
 * @in_len: its length
 * @room: of FWCTL_RECORD_RPC and FWCTL_RECORD_INFO: bytes of room for the
 *	answer
 * @out: of FWCTL_RECORD_RPC and FWCTL_RECORD_INFO: what was written to the room
 * @out_len: its length, never above @room
 * @answer_len: the length of the whole answer, which may be above @room
 * @states: of FWCTL_RECORD_STATE and FWCTL_RECORD_STATES: what was answered,
 *	with a NULL at the end; else NULL
 */
struct fwctl_record {
	enum fwctl_record_type type;
	const char *name;
	const char *parent;
	__u32 device_type;
	int result;
	__u64 start;
	__u64 duration;
	bool write;
	__u32 scope;
	__u32 ceiling;
	const void *in;
	__u32 in_len;
	__u32 room;
	const void *out;
	__u32 out_len;
	__u32 answer_len;
	const struct fwctl_state *const *states;
};

/**
 * fwctl_recording_open - read a recording
 * @ctx: for messages
 * @path: a file that fwctl_ctx_set_record() made
 * @recording: receives the recording, to be released by fwctl_recording_free()
 *
 * Return: 0, or a negative errno with a message in @ctx, as for
 * fwctl_ctx_set_replay().
 */
int fwctl_recording_open(struct fwctl_ctx *ctx, const char *path,
			 struct fwctl_recording **recording);

/**
 * fwctl_recording_free - release a recording
 * @recording: the recording, or NULL
 */
void fwctl_recording_free(struct fwctl_recording *recording);

/**
 * fwctl_recording_next - the next record
 * @recording: the recording
 * @record: receives the record, valid until the next function on @recording
 *
 * Return: 0; -ENODATA if there is none left; -ENOMEM.
 */
int fwctl_recording_next(struct fwctl_recording *recording,
			 const struct fwctl_record **record);

/**
 * fwctl_recording_complete - was the recording brought to its end?
 * @recording: the recording
 *
 * Return: false if it was cut off, because the program that made it was killed
 * or could not write any more.
 */
bool fwctl_recording_complete(const struct fwctl_recording *recording);

/* Names of the interface's numbers. */

/**
 * fwctl_type_name - name of a device type
 * @type: &enum fwctl_device_type
 *
 * Return: a constant, or NULL for a type that the library does not know.
 */
const char *fwctl_type_name(__u32 type);

/**
 * fwctl_scope_name - name of a scope, as the kernel's scopes attribute has it
 * @scope: the scope
 *
 * Return: a constant, or NULL for a scope that the library does not know.
 */
const char *fwctl_scope_name(enum fwctl_rpc_scope scope);

/**
 * fwctl_scope_parse - find a scope by its name
 * @text: the name, or a beginning of it that fits no other scope
 * @scope: receives the scope
 *
 * Return: 0, -EINVAL if no name fits, or -ENOTUNIQ if several do.
 */
int fwctl_scope_parse(const char *text, enum fwctl_rpc_scope *scope);

/**
 * fwctl_ceiling_name - name of a ceiling, as the kernel's scope_max has it
 * @ceiling: the ceiling
 *
 * Return: a constant, or NULL for a ceiling that the library does not know.
 */
const char *fwctl_ceiling_name(enum fwctl_ceiling ceiling);

/**
 * fwctl_ceiling_parse - find a ceiling by its name
 * @text: the name, or a beginning of it that fits no other ceiling
 * @ceiling: receives the ceiling
 *
 * Return: 0, -EINVAL if no name fits, or -ENOTUNIQ if several do.
 */
int fwctl_ceiling_parse(const char *text, enum fwctl_ceiling *ceiling);

/**
 * fwctl_reason_name - name of what an RPC was refused for
 * @reason: the reason
 *
 * Return: a constant, or NULL for a reason that the library does not know.
 */
const char *fwctl_reason_name(enum fwctl_reason reason);

/* Devices of type FWCTL_DEVICE_TYPE_MLX5. */

/* Bytes before the register in a request, and in an answer. */
#define FWCTL_MLX5_REG_HEADER 16

/**
 * fwctl_mlx5_status - did the firmware carry the command out?
 * @out: the answer to an RPC
 * @len: its length
 * @status: receives the status, 0 for success, or NULL
 * @syndrome: receives the firmware's reason for a failure, or NULL
 *
 * The kernel hands out the firmware's answer as it is: a command that failed
 * is a successful fwctl_dev_rpc().
 *
 * Return: 0; -EREMOTEIO if the firmware reports a failure; -EMSGSIZE if @len is
 * too short to tell.
 */
int fwctl_mlx5_status(const void *out, size_t len, __u8 *status,
		      __u32 *syndrome);

/**
 * fwctl_mlx5_status_name - name of a command's status
 * @status: as fwctl_mlx5_status() reports it
 *
 * Return: a constant, or NULL for a status that the library does not know.
 */
const char *fwctl_mlx5_status_name(__u8 status);

/**
 * fwctl_mlx5_opcode_name - name of a command
 * @opcode: the first 16 bits of a request, in the machine's byte order
 *
 * Return: a constant, or NULL for a command that the library does not know.
 */
const char *fwctl_mlx5_opcode_name(__u16 opcode);

/**
 * fwctl_mlx5_reg_name - name of a register
 * @id: its number
 *
 * Return: a constant, or NULL for a register that the library does not know.
 */
const char *fwctl_mlx5_reg_name(__u16 id);

/**
 * fwctl_mlx5_reg_find - find a register by its name
 * @name: the name, in letters of either case
 * @id: receives its number
 *
 * Return: 0, or -ENOENT if the library does not know the name.
 */
int fwctl_mlx5_reg_find(const char *name, __u16 *id);

/**
 * struct fwctl_mlx5_reg - an access to a register
 * @id: number of the register
 * @write: write it? Else read it.
 * @argument: which one, where a register exists several times; usually 0
 * @data: the register, in the firmware's byte order. Also a read sends it: it
 *	may hold an index. The answer replaces it.
 * @len: its length, a multiple of 4
 * @scope: set by fwctl_mlx5_reg_access(): the scope that sufficed
 * @status: set by fwctl_mlx5_reg_parse(): the firmware's status
 * @syndrome: set by fwctl_mlx5_reg_parse(): the firmware's reason for a failure
 */
struct fwctl_mlx5_reg {
	__u16 id;
	bool write;
	__u32 argument;
	void *data;
	size_t len;
	enum fwctl_rpc_scope scope;
	__u8 status;
	__u32 syndrome;
};

/**
 * fwctl_mlx5_reg_build - make the request that accesses a register
 * @reg: the access
 * @in: room for the request
 * @room: bytes of room at @in, at least FWCTL_MLX5_REG_HEADER and the length of
 *	the register
 *
 * Return: the length of the request, or -EMSGSIZE if the room does not suffice,
 * or the length of the register is 0 or no multiple of 4.
 */
int fwctl_mlx5_reg_build(const struct fwctl_mlx5_reg *reg, void *in,
			 size_t room);

/**
 * fwctl_mlx5_reg_parse - take the register out of an answer
 * @reg: the access, whose answer is filled in; what the answer lacks of the
 *	register is zeroed
 * @out: the answer
 * @len: its length
 *
 * Return: 0; -EREMOTEIO if the firmware reports a failure, and then
 * &fwctl_mlx5_reg.data is left as it was; -EMSGSIZE if the answer is too short
 * to be one.
 */
int fwctl_mlx5_reg_parse(struct fwctl_mlx5_reg *reg, const void *out,
			 size_t len);

/**
 * fwctl_mlx5_reg_access - access a register
 * @dev: an open device of type FWCTL_DEVICE_TYPE_MLX5
 * @max: the strongest scope to try, see fwctl_dev_rpc_least()
 * @reg: the access, whose answer is filled in
 *
 * Return: 0, or a negative errno with a message in @dev: -EREMOTEIO if the
 * firmware reports a failure, else as fwctl_mlx5_reg_build() and
 * fwctl_dev_rpc_least().
 */
int fwctl_mlx5_reg_access(struct fwctl_dev *dev, enum fwctl_rpc_scope max,
			  struct fwctl_mlx5_reg *reg);

/**
 * fwctl_mlx5_reg_scopes - what it takes to access a register
 * @id: number of the register
 * @read: receives the least scope that admits reading it, or -EPERM if none
 *	does
 * @write: the same for writing
 *
 * These are the driver's tables. Single values in a register may take more:
 * counters that are cleared by a read, for one.
 */
void fwctl_mlx5_reg_scopes(__u16 id, int *read, int *write);

/**
 * enum fwctl_mlx5_kind - what a layout is one of
 * @FWCTL_MLX5_REGISTER: a register; its number is that of ACCESS_REG
 * @FWCTL_MLX5_CAP: a page of capabilities; its number is the type that
 *	QUERY_HCA_CAP takes
 * @FWCTL_MLX5_QUERY: a command that changes nothing; its number is the opcode
 * @FWCTL_MLX5_SEGMENT: a segment of a resource dump; its number is the type
 */
enum fwctl_mlx5_kind {
	FWCTL_MLX5_REGISTER,
	FWCTL_MLX5_CAP,
	FWCTL_MLX5_QUERY,
	FWCTL_MLX5_SEGMENT,
};

/**
 * enum fwctl_mlx5_use - what a field is for
 * @FWCTL_MLX5_KEY: says what the rest is about; given with each access. Of a
 *	query it is in the input, and all other fields are in the output.
 * @FWCTL_MLX5_RO: is read
 * @FWCTL_MLX5_RW: is read and written
 * @FWCTL_MLX5_WO: has an effect when it is written, and reads as nothing
 */
enum fwctl_mlx5_use {
	FWCTL_MLX5_KEY,
	FWCTL_MLX5_RO,
	FWCTL_MLX5_RW,
	FWCTL_MLX5_WO,
};

/**
 * struct fwctl_mlx5_value - the name of a value
 * @name: it; NULL ends a table
 * @value: the value
 */
struct fwctl_mlx5_value {
	const char *name;
	__u32 value;
};

/**
 * struct fwctl_mlx5_field - a field of a layout
 * @name: its name
 * @about: what it is, or NULL where the name says it
 * @values: names of values, or NULL
 * @offset: of its first dword, in bytes
 * @bit: its lowest bit in the big-endian dword
 * @width: how many bits it has
 * @use: what it is for
 * @text: it is text, of @width / 8 bytes
 * @by: number of the field that has to be all ones for a write to heed this
 *	one, or -1
 * @when: number of the key that decides whether the field is there, or -1
 * @when_value: that key's value if it is
 * @init: a key's value if none is given
 */
struct fwctl_mlx5_field {
	const char *name;
	const char *about;
	const struct fwctl_mlx5_value *values;
	__u16 offset;
	__u8 bit;
	__u16 width;
	enum fwctl_mlx5_use use;
	bool text;
	__s16 by;
	__s16 when;
	__u32 when_value;
	__u32 init;
};

/**
 * struct fwctl_mlx5_layout - where things are in a register, page or command
 * @kind: which of these
 * @id: its number
 * @name: its name, in lower case
 * @about: what it is
 * @in_size: bytes of a query's input; else 0
 * @size: bytes of a register, a page, or a query's output
 * @fields: the fields
 * @count: how many
 */
struct fwctl_mlx5_layout {
	enum fwctl_mlx5_kind kind;
	__u16 id;
	const char *name;
	const char *about;
	__u16 in_size;
	__u16 size;
	const struct fwctl_mlx5_field *fields;
	__u16 count;
};

/**
 * fwctl_mlx5_layout_next - go through the layouts of a kind, by their numbers
 * @kind: the kind
 * @last: the layout before, or NULL
 *
 * Return: a constant, or NULL after the last one.
 */
const struct fwctl_mlx5_layout *
fwctl_mlx5_layout_next(enum fwctl_mlx5_kind kind,
		       const struct fwctl_mlx5_layout *last);

/**
 * fwctl_mlx5_layout_find - find a layout by its name
 * @kind: its kind
 * @name: the name, in letters of either case
 *
 * Return: a constant, or NULL if the library does not have it.
 */
const struct fwctl_mlx5_layout *
fwctl_mlx5_layout_find(enum fwctl_mlx5_kind kind, const char *name);

/**
 * fwctl_mlx5_layout_by_id - find a layout by its number
 * @kind: its kind
 * @id: the number
 *
 * Return: a constant, or NULL if the library does not have it.
 */
const struct fwctl_mlx5_layout *
fwctl_mlx5_layout_by_id(enum fwctl_mlx5_kind kind, __u16 id);

/**
 * fwctl_mlx5_field_present - is a field there, the keys being what they are?
 * @layout: the layout
 * @field: a field of it
 * @data: the register
 * @len: its length
 *
 * Return: true if it is.
 */
bool fwctl_mlx5_field_present(const struct fwctl_mlx5_layout *layout,
			      const struct fwctl_mlx5_field *field,
			      const void *data, size_t len);

/**
 * fwctl_mlx5_field_find - find a field by its name
 * @layout: the layout
 * @name: the name, in letters of either case
 * @data: the register, to find only what is there, or NULL
 * @len: its length
 *
 * Return: a constant, or NULL if there is none.
 */
const struct fwctl_mlx5_field *
fwctl_mlx5_field_find(const struct fwctl_mlx5_layout *layout, const char *name,
		      const void *data, size_t len);

/**
 * fwctl_mlx5_field_get - take a number out
 * @field: the field
 * @data: what it is a field of, in the firmware's byte order
 * @len: the length of that
 * @value: receives the number
 *
 * Return: 0; -EINVAL if the field is text; -EMSGSIZE if it is beyond @len.
 */
int fwctl_mlx5_field_get(const struct fwctl_mlx5_field *field,
			 const void *data, size_t len, __u64 *value);

/**
 * fwctl_mlx5_field_set - put a number in; nothing else changes
 * @field: the field
 * @data: what it is a field of
 * @len: the length of that
 * @value: the number
 *
 * Return: 0; -EINVAL if the field is text; -ERANGE if the number has more bits
 * than the field; -EMSGSIZE if that is beyond @len.
 */
int fwctl_mlx5_field_set(const struct fwctl_mlx5_field *field, void *data,
			 size_t len, __u64 value);

/**
 * fwctl_mlx5_field_text - take text out
 * @field: the field
 * @data: what it is a field of
 * @len: the length of that
 * @text: receives the text up to its first NUL, without blanks at its end; what
 *	cannot be printed becomes a question mark
 * @size: room there, in bytes
 *
 * Return: 0; -EINVAL if the field is a number; -EMSGSIZE if it is beyond @len, or
 * longer than the room.
 */
int fwctl_mlx5_field_text(const struct fwctl_mlx5_field *field,
			  const void *data, size_t len, char *text,
			  size_t size);

/**
 * fwctl_mlx5_field_name - name of a field's value
 * @field: the field
 * @value: the value
 *
 * Return: a constant, or NULL for a value without a name.
 */
const char *fwctl_mlx5_field_name(const struct fwctl_mlx5_field *field,
				  __u64 value);

/**
 * fwctl_mlx5_field_parse - what value a text stands for
 * @field: the field
 * @text: the name of a value, or a number as in C
 * @value: receives the value
 *
 * Return: 0; -EINVAL if it is neither, or the field is text; -ERANGE if it has
 * more bits than the field.
 */
int fwctl_mlx5_field_parse(const struct fwctl_mlx5_field *field,
			   const char *text, __u64 *value);

#ifdef __cplusplus
}
#endif

#endif
