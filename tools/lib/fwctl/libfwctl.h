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
 * that can fail returns a negative errno and leaves one line in the handle that
 * it was given, with the failure, its place, its cause and what to do.
 *
 * A handle is for one thread at a time. Handles are independent of one another:
 * a device outlives the context that found it, and two devices, or two handles
 * of the same device, may be used by two threads. That holds also for devices
 * whose requests go to one recording, or are answered from one.
 *
 * Structures that the library hands out by pointer to const belong to the
 * library, and may grow at their end.
 */

struct fwctl_ctx;
struct fwctl_dev;
struct fwctl_state;
struct fwctl_monitor;
struct fwctl_recording;

/* Contexts: where devices are found, and where answers come from. */

/**
 * fwctl_ctx_new - make a context
 *
 * The context finds the devices of the running kernel.
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
 * fwctl_ctx_error - message of the last function that failed on a context
 * @ctx: the context
 *
 * Return: one line, valid until the next call with @ctx.
 */
const char *fwctl_ctx_error(const struct fwctl_ctx *ctx);

/**
 * fwctl_ctx_set_record - record all requests and answers from now on
 * @ctx: a context that neither records nor replays
 * @path: the file to make, readable for its owner only; it must not exist
 *
 * The file receives the requests to all devices that this context finds from
 * now on, and their answers: open, info, rpc, state and ceiling, failures
 * included. It also receives those of fwctl_states(). The format is described
 * in recording-format.rst.
 *
 * If the file cannot be written any more, e.g. because the disk is full,
 * requests continue and return their own results, because the firmware cannot
 * undo them. fwctl_ctx_end_record() then returns the error.
 *
 * Return: 0, or a negative errno with a message in @ctx: -EEXIST if there is
 * such a file, -EALREADY if the context records or replays.
 */
int fwctl_ctx_set_record(struct fwctl_ctx *ctx, const char *path);

/**
 * fwctl_ctx_end_record - complete the recording
 * @ctx: a context that records
 *
 * Devices that were found in the meantime stay usable and are not recorded any
 * more. A recording without its end, because the program was killed or the disk
 * was full, can be replayed up to its last whole record, and
 * fwctl_recording_complete() returns false for it.
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
 * fwctl_list() then finds the devices that were found during the recording. A
 * request to one of them gets the answer that was recorded for the same
 * request: the same errno and the same bytes. Two requests are the same if the
 * device, the bytes, the scope and the room for the answer are the same. If a
 * request was recorded several times, its answers come in the order in which
 * they were recorded, and the last one is then repeated without end. All
 * handles of the device share this order.
 *
 * A request that is not in the recording fails with -ENODATA, which no device
 * ever returns, and a message that names the request.
 *
 * A recording that is cut off answers up to its last whole record; see
 * fwctl_recording_complete().
 *
 * Return: 0, or a negative errno with a message in @ctx: -EUCLEAN if the file
 * is damaged or not a recording, -EPROTONOSUPPORT if a newer library made it,
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
 * To keep one of the devices, remove its pointer from the array first, and move
 * the pointers behind it, with the NULL at the end, forward by one.
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
 * Return: 0, or a negative errno with a message in @ctx that names @what:
 * -ENODEV or -ENOENT if there is no such device, -ENOTUNIQ if there are
 * several.
 */
int fwctl_find(struct fwctl_ctx *ctx, const char *what, struct fwctl_dev **dev);

/**
 * fwctl_wait - find one device, and wait until it appears
 * @ctx: the context
 * @what: as for fwctl_find()
 * @timeout: milliseconds to wait, or -1 for ever
 * @dev: receives the device, to be released by fwctl_dev_free()
 *
 * A device that exists already is found at once. Otherwise, where udev runs,
 * the function looks again after each event of udev, which udev sends after it
 * has given a device's file the owner and mode of its rules. In a context that
 * replays the function does not wait.
 *
 * Return: as fwctl_find(); -ETIMEDOUT in place of -ENODEV and -ENOENT, unless
 * @ctx replays; -EINTR if a signal arrives during the wait.
 */
int fwctl_wait(struct fwctl_ctx *ctx, const char *what, int timeout,
	       struct fwctl_dev **dev);

/**
 * fwctl_dev_free - release a device, closing it if it is open
 * @dev: the device, or NULL
 */
void fwctl_dev_free(struct fwctl_dev *dev);

/* Attributes of a device, which need not be open. */

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
 * fwctl_dev_type - type of a device, which defines the format of its RPCs
 * @dev: the device
 *
 * Return: &enum fwctl_device_type; FWCTL_DEVICE_TYPE_ERROR as long as the type
 * is not known, because the kernel has no attribute for it and fwctl_dev_info()
 * was not called.
 */
__u32 fwctl_dev_type(const struct fwctl_dev *dev);

/**
 * fwctl_dev_driver - name of the module that serves a device
 * @dev: the device
 *
 * Return: the name, valid as long as @dev, or NULL if the kernel has no
 * attribute for it.
 */
const char *fwctl_dev_driver(const struct fwctl_dev *dev);

/**
 * fwctl_dev_parent - the device that RPCs are for, e.g. 0000:03:00.0
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
 * kernel has no attribute for it.
 */
unsigned int fwctl_dev_scopes(const struct fwctl_dev *dev);

/**
 * fwctl_dev_attribute - read an attribute of a device's parent in sysfs
 * @dev: the device, open or not
 * @name: path of the attribute in the parent's folder, e.g. serial or ram/size;
 *	not outside that folder
 * @text: receives the first line, without its end; at most 255 bytes
 * @size: bytes of room at @text
 *
 * A recording has the attributes that were read while it was made.
 *
 * Return: 0, or a negative errno with a message in @dev: -ENOENT if the parent
 * has no such attribute, -EINVAL if @name is not such a path, -EMSGSIZE if the
 * line is longer than the room, -ENODATA if it is not in the recording, or an
 * errno of the kernel.
 */
int fwctl_dev_attribute(struct fwctl_dev *dev, const char *name, char *text,
			size_t size);

/**
 * fwctl_dev_error - message of the last function that failed on a device
 * @dev: the device
 *
 * Return: one line, valid until the next call with @dev.
 */
const char *fwctl_dev_error(const struct fwctl_dev *dev);

/* Talking to a device. */

/**
 * enum fwctl_open_flags - how fwctl_dev_open() opens a device
 * @FWCTL_OPEN_READ_ONLY_OK: without permission to write, open for reading only;
 *	the kernel then refuses requests that write
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
 * The device is opened for reading and writing, unless @flags say otherwise.
 *
 * Return: 0, or a negative errno with a message in @dev: -EACCES without
 * permission, which the message explains by the file's owner, group and mode,
 * or if the device's ceiling is none; -EBUSY if too many files are open;
 * -ENODEV or -ENOENT if the device is gone; -EALREADY if it is open already;
 * -EINVAL for flags that do not exist.
 */
int fwctl_dev_open(struct fwctl_dev *dev, unsigned int flags);

/**
 * fwctl_dev_writable - tell whether a device is open for writing
 * @dev: the device
 *
 * Return: true if it is; false also if it is not open.
 */
bool fwctl_dev_writable(const struct fwctl_dev *dev);

/**
 * fwctl_dev_lock - keep other programs from changing the same card
 * @dev: a device that is open for writing
 * @timeout_ms: the longest wait for another program, in milliseconds; 0: none
 *
 * All functions of a card have one lock, virtual functions and those on another
 * PCI bus included, as far as the kernel knows the card (attribute card in sysfs);
 * otherwise all functions of a PCI device. The lock is advisory: it holds up
 * programs that call this function, also through other devices of the card, but no
 * others. A program that changes several settings reads, writes and verifies them
 * under the lock. The lock ends with fwctl_dev_unlock(), fwctl_dev_close() or the
 * end of the program, however it ends; a child of fork() shares it until both have
 * ended. If @dev has the lock already, nothing changes. Requests to a recording
 * need no lock and get none.
 *
 * Return: 0, or a negative errno with a message in @dev: -EBUSY if another
 * program has the lock for longer than @timeout_ms, or too many files of the
 * card's first device are open; -EACCES if @dev is not open for writing or that
 * device cannot be opened; -ENOENT, -ENODEV or -ENXIO if that device is gone;
 * -EBADF if @dev is not open.
 */
int fwctl_dev_lock(struct fwctl_dev *dev, unsigned int timeout_ms);

/**
 * fwctl_dev_unlock - let other programs change the card again
 * @dev: the device; nothing happens if it does not have the lock
 */
void fwctl_dev_unlock(struct fwctl_dev *dev);

/**
 * enum fwctl_reload - kinds of restart
 * @FWCTL_RELOAD_DRIVER: the driver of the device's parent
 * @FWCTL_RELOAD_FIRMWARE: the firmware, so that what is stored for its next start
 *	counts; the drivers of all functions of the card, too
 * @FWCTL_RELOAD_PATCH: nothing: the firmware changes to the stored one while it
 *	runs, if it can
 */
enum fwctl_reload {
	FWCTL_RELOAD_DRIVER = 0,
	FWCTL_RELOAD_FIRMWARE = 1,
	FWCTL_RELOAD_PATCH = 2,
};

/**
 * fwctl_dev_reload - restart the driver or the firmware of a device
 * @dev: the device; it is closed first, if it is open
 * @what: &enum fwctl_reload
 *
 * The kernel does this by devlink, if the driver supports it, and waits for the
 * end. Network links go down meanwhile. The fwctl device goes away, and another one
 * comes with the same parent and perhaps another name: find it by fwctl_wait() and
 * fwctl_dev_parent().
 *
 * Return: 0, or a negative errno with a message in @dev, which contains the driver's
 * own: -EPERM without CAP_NET_ADMIN, or if a driver of the card refuses; -EOPNOTSUPP
 * if the driver, the device or the kernel has no such restart; -ENODEV if the
 * parent has no devlink instance in this network namespace; -EBUSY if another
 * restart is in progress; -ETIMEDOUT if the device does not answer; -ENODATA if @dev
 * is from a recording; -EINVAL if there is no such restart; or an error of the driver.
 */
int fwctl_dev_reload(struct fwctl_dev *dev, enum fwctl_reload what);

/**
 * fwctl_dev_close - close a device
 * @dev: a device, open or not
 *
 * The handle stays valid, and the device may be opened again.
 */
void fwctl_dev_close(struct fwctl_dev *dev);

/**
 * fwctl_dev_info - get the type of a device, and the structure of that type
 * @dev: an open device
 * @data: room for the structure that belongs to the device's type, or NULL
 * @len: bytes of room at @data; replaced by the length of the whole structure,
 *	which may be larger or smaller
 *
 * Bytes of @data that the structure does not fill are zeroed. fwctl_dev_type()
 * then returns the type that the device has reported.
 *
 * Return: 0, or a negative errno with a message in @dev.
 */
int fwctl_dev_info(struct fwctl_dev *dev, void *data, size_t *len);

/**
 * fwctl_dev_rpc - send a request and wait for its answer
 * @dev: an open device
 * @scope: the scope to declare; the kernel refuses a request that needs a
 *	higher one
 * @in: the request, in the format of the device's type
 * @in_len: its length
 * @out: room for the answer; may be @in
 * @out_len: bytes of room at @out; replaced by the length of the whole answer,
 *	of which no more bytes than the room are written
 *
 * If the firmware reports an error, the function succeeds: the error is part of
 * the answer.
 *
 * Return: 0, or a negative errno with a message in @dev: -EPERM, -EACCES and
 * -EBADMSG if the kernel refuses the request, -EMSGSIZE if a length is wrong,
 * -EOPNOTSUPP if it does not know the scope, -ENODEV if the device is gone,
 * -EPROTONOSUPPORT while recording if the request may have addresses of
 * buffers, or an errno of the device's driver.
 */
int fwctl_dev_rpc(struct fwctl_dev *dev, enum fwctl_rpc_scope scope,
		  const void *in, size_t in_len, void *out, size_t *out_len);

/**
 * fwctl_dev_rpc_least - send a request under the lowest scope that admits it
 * @dev: an open device of type mlx5 or sim, or of type cxl with this project's
 *	kernel modules
 * @max: the highest scope to try. FWCTL_RPC_DEBUG_READ_ONLY and below never
 *	taint the kernel. A higher scope taints it if the request needs that
 *	scope; with Linux's own fwctl, an attempt is enough.
 * @in: as for fwctl_dev_rpc()
 * @in_len: as for fwctl_dev_rpc()
 * @out: as for fwctl_dev_rpc()
 * @out_len: as for fwctl_dev_rpc()
 * @used: receives the scope of the last attempt, or NULL
 *
 * The function tries the scopes in ascending order from
 * FWCTL_RPC_CONFIGURATION, and continues with the next one only after -EBADMSG.
 * By that errno the kernel refuses a request that the scope does not admit,
 * before the request has reached the device, and drivers of the types named
 * above return it for nothing else. A request that has reached the device is
 * never sent again, with whatever result. To a device of another type, for
 * which this is not known, nothing is sent.
 *
 * Each attempt that is refused counts as a refusal in the device's state and is
 * an audit event.
 *
 * Return: as fwctl_dev_rpc(); -EBADMSG if @max does not admit the request;
 * -EOPNOTSUPP for a device of another type.
 */
int fwctl_dev_rpc_least(struct fwctl_dev *dev, enum fwctl_rpc_scope max,
			const void *in, size_t in_len, void *out,
			size_t *out_len, enum fwctl_rpc_scope *used);

/* State and policy of devices, from the kernel's netlink family. */

/**
 * fwctl_dev_state - get the state of a device: counters, taints, ceiling
 * @dev: the device, open or not
 * @state: receives the state, to be released by fwctl_state_free()
 *
 * The caller needs no privilege.
 *
 * Return: 0, or a negative errno with a message in @dev: -EOPNOTSUPP if the
 * kernel has no netlink family for fwctl, as with Linux's own fwctl, or none in
 * this network namespace; -ENODEV if the device is gone.
 */
int fwctl_dev_state(struct fwctl_dev *dev, struct fwctl_state **state);

/**
 * fwctl_states - get the states of all devices
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
 * fwctl_states_free - release the states of fwctl_states()
 * @states: the array, or NULL
 */
void fwctl_states_free(struct fwctl_state **states);

/**
 * fwctl_state_free - release a state
 * @state: the state, or NULL
 */
void fwctl_state_free(struct fwctl_state *state);

/**
 * fwctl_state_name - name of the device, e.g. fwctl0
 * @state: the state
 *
 * Return: the name; valid as long as @state.
 */
const char *fwctl_state_name(const struct fwctl_state *state);

/**
 * fwctl_state_index - number of the device
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
 * fwctl_state_driver - name of the module that serves the device
 * @state: the state
 *
 * Return: the name; valid as long as @state.
 */
const char *fwctl_state_driver(const struct fwctl_state *state);

/**
 * fwctl_state_card - card that the device is a function of
 * @state: the state
 *
 * Devices of the same name here share one ceiling. The name is the kernel's: for a
 * card with several PCI functions that of the whole card, otherwise the parent's.
 *
 * Return: the name, valid as long as @state; NULL in recordings of version 2 and
 * before.
 */
const char *fwctl_state_card(const struct fwctl_state *state);

/**
 * fwctl_state_type - type of the device
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
 * fwctl_state_files - number of open files of the device
 * @state: the state
 *
 * Return: the number in all processes together.
 */
__u32 fwctl_state_files(const struct fwctl_state *state);

/**
 * fwctl_state_in_flight - number of RPCs in flight in the device's driver
 * @state: the state
 *
 * Return: the number of all processes together.
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
 * fwctl_state_delivered - number of delivered RPCs of one effective scope
 * @state: the state
 * @scope: the effective scope, which may be lower than the declared one
 *
 * Return: the number since the device was registered; 0 if the kernel does not
 * know the scope.
 */
__u64 fwctl_state_delivered(const struct fwctl_state *state,
			    enum fwctl_rpc_scope scope);

/**
 * fwctl_state_judged - number of RPCs refused for one reason, or admitted
 * @state: the state
 * @reason: the reason for the refusal, or FWCTL_REASON_ADMITTED
 *
 * Return: the number since the device was registered; 0 if the kernel does not
 * know the reason.
 */
__u64 fwctl_state_judged(const struct fwctl_state *state,
			 enum fwctl_reason reason);

/**
 * fwctl_dev_lower - lower the ceiling of a device's card
 * @dev: the device, open or not
 * @ceiling: the highest effective scope to admit from now on
 *
 * The caller needs CAP_SYS_ADMIN. The ceiling cannot be raised again as long as
 * the device exists.
 *
 * Return: 0, or a negative errno with a message in @dev: -EPERM without the
 * capability or if that would raise the ceiling, -ERANGE for a ceiling that
 * does not exist, and as for fwctl_dev_state().
 */
int fwctl_dev_lower(struct fwctl_dev *dev, enum fwctl_ceiling ceiling);

/**
 * fwctl_dev_lower_function - lower the ceiling of one function of a card
 * @dev: the device, open or not
 * @ceiling: the highest effective scope to admit from now on
 *
 * As fwctl_dev_lower(), for this device alone: other functions of its card keep
 * their ceilings. Settings that belong to the whole card can still be changed
 * through them.
 *
 * Return: as fwctl_dev_lower().
 */
int fwctl_dev_lower_function(struct fwctl_dev *dev, enum fwctl_ceiling ceiling);

/* Watching devices. */

/**
 * enum fwctl_monitor_group - groups of events
 * @FWCTL_MONITOR_DEVICES: devices that are added or removed, ceilings that are
 *	lowered, first taints. Needs no privilege.
 * @FWCTL_MONITOR_AUDIT: each RPC that was refused or finished. This group and
 *	the following need CAP_SYS_ADMIN.
 * @FWCTL_MONITOR_REFUSED: each RPC that was refused
 * @FWCTL_MONITOR_WRITES: each RPC that writes, refused or not
 *
 * A monitor of several groups receives an event once for each of them that the
 * event belongs to.
 */
enum fwctl_monitor_group {
	FWCTL_MONITOR_DEVICES = 1 << 0,
	FWCTL_MONITOR_AUDIT = 1 << 1,
	FWCTL_MONITOR_REFUSED = 1 << 2,
	FWCTL_MONITOR_WRITES = 1 << 3,
};

/**
 * enum fwctl_event_type - types of events
 * @FWCTL_EVENT_ADDED: a device appeared
 * @FWCTL_EVENT_REMOVED: a device is gone
 * @FWCTL_EVENT_CEILING: the ceiling of a device was lowered
 * @FWCTL_EVENT_TAINTED: a device tainted the kernel for the first time under a
 *	scope
 * @FWCTL_EVENT_RPC: an RPC was refused or finished
 * @FWCTL_EVENT_LOST: events were lost, because they arrived faster than the
 *	program fetched them
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
 * @gid: its group, as the initial user namespace numbers it
 * @command: the driver's number for the command
 * @declared: &enum fwctl_rpc_scope that the caller declared
 * @effective: &enum fwctl_rpc_scope that the command needs
 * @writes: the command writes
 * @in_len: length of the request
 * @out_len: length of the answer; of a refused RPC, the room for the answer
 * @result: 0 or a negative errno
 * @reason: &enum fwctl_reason
 * @has_fw_status: @fw_status is known
 * @fw_status: status that the firmware reported
 * @has_time: @start and @duration are known
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
 * @type: type of the event
 * @group: the group that the event was sent to
 * @state: of FWCTL_EVENT_ADDED, REMOVED, CEILING and TAINTED: the state of the
 *	device at that time; else NULL
 * @audit: of FWCTL_EVENT_RPC: the record; else NULL
 * @lost: of FWCTL_EVENT_LOST: number of lost events of @group, or 0 if it is
 *	not known. For FWCTL_MONITOR_DEVICES it is never known. For the other
 *	groups a second event of this type has the number, and comes before the
 *	next event that was not lost.
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
 * The monitor receives the events that occur after this function has returned.
 * Recordings have no events.
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
 * fwctl_monitor_fd - file descriptor to wait on
 * @monitor: the monitor
 *
 * Return: a descriptor that poll() reports as readable if there may be an event
 * to fetch. It belongs to @monitor; do not read from it.
 */
int fwctl_monitor_fd(const struct fwctl_monitor *monitor);

/**
 * fwctl_monitor_next - fetch an event, if there is one
 * @monitor: the monitor
 * @event: receives the event, valid until the next call with @monitor
 *
 * The function never waits: use poll() on fwctl_monitor_fd(), then fetch until
 * it returns -EAGAIN. Events of one group come in the order in which they
 * occurred.
 *
 * Return: 0, -EAGAIN if there is none, or another negative errno with a message
 * in @monitor: -EBADMSG for a message that cannot be understood, -ENOMEM.
 */
int fwctl_monitor_next(struct fwctl_monitor *monitor,
		       const struct fwctl_event **event);

/**
 * fwctl_monitor_error - message of the last function that failed on a monitor
 * @monitor: the monitor
 *
 * Return: one line, valid until the next call with @monitor.
 */
const char *fwctl_monitor_error(const struct fwctl_monitor *monitor);

/* Reading recordings. */

/**
 * enum fwctl_record_type - types of records
 * @FWCTL_RECORD_DEVICE: a device was found
 * @FWCTL_RECORD_OPEN: fwctl_dev_open()
 * @FWCTL_RECORD_INFO: fwctl_dev_info()
 * @FWCTL_RECORD_RPC: fwctl_dev_rpc(), or one attempt of fwctl_dev_rpc_least()
 * @FWCTL_RECORD_STATE: fwctl_dev_state()
 * @FWCTL_RECORD_STATES: fwctl_states()
 * @FWCTL_RECORD_LOWER: fwctl_dev_lower()
 * @FWCTL_RECORD_END: the end of a complete recording
 * @FWCTL_RECORD_ATTRIBUTE: fwctl_dev_attribute()
 * @FWCTL_RECORD_LOWER_FUNCTION: fwctl_dev_lower_function()
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
	FWCTL_RECORD_ATTRIBUTE = 9,
	FWCTL_RECORD_LOWER_FUNCTION = 10,
};

/**
 * struct fwctl_record - one record of a recording
 * @type: type of the record
 * @name: the device, e.g. fwctl0; NULL if the record is of no single device
 * @parent: the device's parent, e.g. 0000:03:00.0, or NULL
 * @device_type: &enum fwctl_device_type of the device
 * @result: 0 or a negative errno
 * @start: nanoseconds since the recording began
 * @duration: nanoseconds that the request took
 * @write: of FWCTL_RECORD_OPEN: the device was opened for writing as well
 * @scope: of FWCTL_RECORD_RPC: &enum fwctl_rpc_scope
 * @ceiling: of FWCTL_RECORD_LOWER and FWCTL_RECORD_LOWER_FUNCTION: &enum
 *	fwctl_ceiling
 * @in: of FWCTL_RECORD_RPC: the request; of FWCTL_RECORD_ATTRIBUTE: the
 *	attribute's name, without a NUL
 * @in_len: its length
 * @room: of FWCTL_RECORD_RPC and FWCTL_RECORD_INFO: bytes of room for the
 *	answer
 * @out: of FWCTL_RECORD_RPC and FWCTL_RECORD_INFO: the bytes that were written
 *	to the room; of FWCTL_RECORD_ATTRIBUTE: the text, without a NUL
 * @out_len: their number, for a request with room never above @room
 * @answer_len: the length of the whole answer, which may be above @room
 * @states: of FWCTL_RECORD_STATE and FWCTL_RECORD_STATES: the states of the
 *	answer, with a NULL at the end; else NULL
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
 * fwctl_recording_next - get the next record
 * @recording: the recording
 * @record: receives the record, valid until the next call with @recording
 *
 * Return: 0; -ENODATA if there is none left; -ENOMEM.
 */
int fwctl_recording_next(struct fwctl_recording *recording,
			 const struct fwctl_record **record);

/**
 * fwctl_recording_complete - tell whether a recording has its end
 * @recording: the recording
 *
 * Return: true if it has; false if it is cut off, because the program that made
 * it was killed or could not write any more.
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
 * fwctl_scope_name - name of a scope, as in the attribute scopes
 * @scope: the scope
 *
 * Return: a constant, or NULL for a scope that the library does not know.
 */
const char *fwctl_scope_name(enum fwctl_rpc_scope scope);

/**
 * fwctl_scope_parse - find a scope by its name
 * @text: the name, or a prefix of it that no other scope's name has
 * @scope: receives the scope
 *
 * Return: 0, -EINVAL if no name matches, or -ENOTUNIQ if several do.
 */
int fwctl_scope_parse(const char *text, enum fwctl_rpc_scope *scope);

/**
 * fwctl_ceiling_name - name of a ceiling, as in the attribute scope_max
 * @ceiling: the ceiling
 *
 * Return: a constant, or NULL for a ceiling that the library does not know.
 */
const char *fwctl_ceiling_name(enum fwctl_ceiling ceiling);

/**
 * fwctl_ceiling_parse - find a ceiling by its name
 * @text: the name, or a prefix of it that no other ceiling's name has
 * @ceiling: receives the ceiling
 *
 * Return: 0, -EINVAL if no name matches, or -ENOTUNIQ if several do.
 */
int fwctl_ceiling_parse(const char *text, enum fwctl_ceiling *ceiling);

/**
 * fwctl_reason_name - name of the reason of a verdict on an RPC
 * @reason: the reason
 *
 * Return: a constant, or NULL for a reason that the library does not know.
 */
const char *fwctl_reason_name(enum fwctl_reason reason);

/* Devices of type FWCTL_DEVICE_TYPE_MLX5. */

/* Bytes before the register in a request and in an answer. */
#define FWCTL_MLX5_REG_HEADER 16

/**
 * fwctl_mlx5_status - get the firmware's status from an answer
 * @out: the answer to an RPC
 * @len: its length
 * @status: receives the status, 0 for success, or NULL
 * @syndrome: receives the firmware's reason for a failure, or NULL
 *
 * The kernel returns the firmware's answer unchanged: fwctl_dev_rpc() succeeds
 * also for a command that the firmware has failed.
 *
 * Return: 0; -EREMOTEIO if the firmware reports a failure; -EMSGSIZE if @len is
 * below 8.
 */
int fwctl_mlx5_status(const void *out, size_t len, __u8 *status,
		      __u32 *syndrome);

/**
 * fwctl_mlx5_status_name - name of a command's status
 * @status: the status of fwctl_mlx5_status()
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
 * @write: true to write the register, false to read it
 * @argument: selects an instance of a register that has several; usually 0
 * @data: the register, in the firmware's byte order. A read sends it as well,
 *	because it may contain an index. The answer replaces it.
 * @len: its length, a multiple of 4
 * @scope: set by fwctl_mlx5_reg_access(): the scope of the last attempt
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
 * or the length of the register is 0, not a multiple of 4, or too large for an
 * RPC.
 */
int fwctl_mlx5_reg_build(const struct fwctl_mlx5_reg *reg, void *in,
			 size_t room);

/**
 * fwctl_mlx5_reg_parse - get the register from an answer
 * @reg: the access, which receives the register; bytes of the register that the
 *	answer lacks are zeroed
 * @out: the answer
 * @len: its length
 *
 * Return: 0; -EREMOTEIO if the firmware reports a failure, and then
 * &fwctl_mlx5_reg.data is unchanged; -EMSGSIZE if the answer is shorter than
 * FWCTL_MLX5_REG_HEADER.
 */
int fwctl_mlx5_reg_parse(struct fwctl_mlx5_reg *reg, const void *out,
			 size_t len);

/**
 * fwctl_mlx5_reg_access - access a register
 * @dev: an open device of type FWCTL_DEVICE_TYPE_MLX5
 * @max: the highest scope to try, see fwctl_dev_rpc_least()
 * @reg: the access, which receives the register, the scope and the status
 *
 * Return: 0, or a negative errno with a message in @dev: -EREMOTEIO if the
 * firmware reports a failure, else as fwctl_mlx5_reg_build(),
 * fwctl_dev_rpc_least() and fwctl_mlx5_reg_parse().
 */
int fwctl_mlx5_reg_access(struct fwctl_dev *dev, enum fwctl_rpc_scope max,
			  struct fwctl_mlx5_reg *reg);

/**
 * fwctl_mlx5_reg_scopes - get the scopes that accesses to a register need
 * @id: number of the register
 * @read: receives the lowest scope that admits reading it, or -EPERM if no
 *	scope does
 * @write: the same for writing
 *
 * The scopes are those of the driver's tables. Some values in a register need a
 * higher scope, for example a read that clears counters.
 */
void fwctl_mlx5_reg_scopes(__u16 id, int *read, int *write);

/**
 * fwctl_mlx5_request_scope - get the scope that a request needs
 * @in: the request
 * @len: its length
 *
 * The scopes are those of the driver's tables of commands and registers. Some values
 * in a request need a higher scope, see fwctl_mlx5_reg_scopes(). A program that begins
 * with this scope leaves no refusal in the kernel's counters and events.
 *
 * Return: the lowest scope that admits the request; -EPERM if no scope does; -EMSGSIZE
 * if @len is too short for a request.
 */
int fwctl_mlx5_request_scope(const void *in, size_t len);

/**
 * enum fwctl_mlx5_kind - kinds of layouts
 * @FWCTL_MLX5_REGISTER: a register; its number is the register id that
 *	ACCESS_REG takes
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
 * enum fwctl_mlx5_use - uses of a field
 * @FWCTL_MLX5_KEY: the field selects the object or the page that the other
 *	fields describe; it is given with each access. The keys of a query are
 *	in its input, all its other fields are in its output.
 * @FWCTL_MLX5_RO: the field is read
 * @FWCTL_MLX5_RW: the field is read and written
 * @FWCTL_MLX5_WO: writing the field has an effect, reading it has no meaning
 * @FWCTL_MLX5_ACT: writing the field has an effect; a read returns something else
 *	than was written, such as the values that can be written
 */
enum fwctl_mlx5_use {
	FWCTL_MLX5_KEY,
	FWCTL_MLX5_RO,
	FWCTL_MLX5_RW,
	FWCTL_MLX5_WO,
	FWCTL_MLX5_ACT,
};

/**
 * struct fwctl_mlx5_value - the name of a value
 * @name: the name; NULL ends a table
 * @value: the value
 */
struct fwctl_mlx5_value {
	const char *name;
	__u32 value;
};

/**
 * struct fwctl_mlx5_field - a field of a layout
 * @name: its name
 * @about: description, or NULL where the name suffices
 * @values: names of values, or NULL
 * @offset: offset of its first dword in bytes
 * @bit: its lowest bit in the big-endian dword
 * @width: its number of bits
 * @use: &enum fwctl_mlx5_use
 * @text: the field is text of @width / 8 bytes, not a number
 * @by: index of the field that must be all ones for a write to change this one,
 *	or -1 if there is none
 * @when: index of the key that decides whether the field is present, or -1 if
 *	it always is
 * @when_value: the value of that key with which the field is present
 * @init: the value of a key that the user does not give
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
 * struct fwctl_mlx5_layout - the fields of a register, page, query or segment
 * @kind: &enum fwctl_mlx5_kind
 * @id: its number
 * @name: its name, in lower case
 * @about: description
 * @in_size: bytes of a query's input; else 0
 * @size: bytes of a register, a page, a segment, or a query's output
 * @fields: the fields
 * @count: number of fields
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
 * fwctl_mlx5_layout_next - iterate over the layouts of a kind by number
 * @kind: the kind
 * @last: the layout before, or NULL for the first one
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
 * fwctl_mlx5_field_present - tell whether the keys select a field
 * @layout: the layout
 * @field: a field of it
 * @data: the register
 * @len: its length
 *
 * Return: true if the field is present; false also if its key is beyond @len.
 */
bool fwctl_mlx5_field_present(const struct fwctl_mlx5_layout *layout,
			      const struct fwctl_mlx5_field *field,
			      const void *data, size_t len);

/**
 * fwctl_mlx5_field_find - find a field by its name
 * @layout: the layout
 * @name: the name, in letters of either case
 * @data: the register, to find only fields that are present, or NULL
 * @len: its length
 *
 * Return: a constant, or NULL if there is none.
 */
const struct fwctl_mlx5_field *
fwctl_mlx5_field_find(const struct fwctl_mlx5_layout *layout, const char *name,
		      const void *data, size_t len);

/**
 * fwctl_mlx5_field_get - get the number of a field
 * @field: the field
 * @data: the bytes that contain the field, in the firmware's byte order
 * @len: their number
 * @value: receives the number
 *
 * Return: 0; -EINVAL if the field is text; -EMSGSIZE if the field is beyond
 * @len.
 */
int fwctl_mlx5_field_get(const struct fwctl_mlx5_field *field,
			 const void *data, size_t len, __u64 *value);

/**
 * fwctl_mlx5_field_set - set the number of a field, and change no other bit
 * @field: the field
 * @data: the bytes that contain the field, in the firmware's byte order
 * @len: their number
 * @value: the number
 *
 * Return: 0; -EINVAL if the field is text; -ERANGE if the number has more bits
 * than the field; -EMSGSIZE if the field is beyond @len.
 */
int fwctl_mlx5_field_set(const struct fwctl_mlx5_field *field, void *data,
			 size_t len, __u64 value);

/**
 * fwctl_mlx5_field_text - get the text of a field
 * @field: the field
 * @data: the bytes that contain the field
 * @len: their number
 * @text: receives the text up to its first NUL, without spaces at its end; a
 *	question mark replaces each byte that is not printable ASCII
 * @size: bytes of room at @text
 *
 * Return: 0; -EINVAL if the field is a number; -EMSGSIZE if the field is beyond
 * @len, or longer than the room.
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
 * fwctl_mlx5_field_parse - get the value that a text names
 * @field: the field
 * @text: the name of a value, or a number as in C
 * @value: receives the value
 *
 * Return: 0; -EINVAL if @text is neither, or the field is text; -ERANGE if the
 * number has more bits than the field.
 */
int fwctl_mlx5_field_parse(const struct fwctl_mlx5_field *field,
			   const char *text, __u64 *value);

#ifdef __cplusplus
}
#endif

#endif
