/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * User space interface of fwctl: remote procedure calls to device firmware.
 *
 * Numbers, structures and errnos are those of Linux 6.15 and later.
 */
#ifndef _UAPI_FWCTL_H
#define _UAPI_FWCTL_H

#include <linux/types.h>
#include <linux/ioctl.h>

#define FWCTL_TYPE 0x9A

/**
 * DOC: General rules
 *
 * Every command passes one structure. Its first member, @size, is the size in
 * bytes of the structure that the caller was compiled with. A structure may
 * grow at its end:
 *
 *  - a @size below the first published size fails with EINVAL;
 *  - a @size above the size that the kernel knows is accepted if the surplus
 *    bytes are zero, and fails with E2BIG otherwise;
 *  - members beyond @size are read as zero and not written back.
 *
 * Errors that every command may return:
 *
 *  - ENOTTY: the ioctl number is not one of this interface;
 *  - EFAULT: a pointer does not point to accessible memory;
 *  - EOPNOTSUPP: a flag or an enumerated value is unknown;
 *  - ENODEV: the device was removed, or is being removed;
 *  - ENOMEM: out of memory, or the caller's memory cgroup is at its limit;
 *  - EINTR: the caller was killed while it waited.
 *
 * open() fails with ENODEV, ENOMEM and EINTR as above, with EBUSY if the device or
 * the user has the maximum number of open files, with EAGAIN if the file is
 * O_NONBLOCK and too many requests are in flight, with EACCES if the ceiling of
 * the device is "none", and with the backend's errno if the backend cannot set up
 * a context for the file.
 */

enum {
	FWCTL_CMD_BASE = 0x00,
	FWCTL_CMD_INFO = 0x00,
	FWCTL_CMD_RPC = 0x01,
};

#define FWCTL_INFO _IO(FWCTL_TYPE, FWCTL_CMD_INFO)
#define FWCTL_RPC _IO(FWCTL_TYPE, FWCTL_CMD_RPC)

/**
 * enum fwctl_rpc_scope - the purpose of an RPC, as its caller declares it
 * @FWCTL_RPC_CONFIGURATION: read or write the device's configuration, and read
 *	the device's identity. Does not change the behaviour of the running
 *	system and does not taint the kernel.
 * @FWCTL_RPC_DEBUG_READ_ONLY: read any state of the device that contains no
 *	user data. Writes nothing.
 * @FWCTL_RPC_DEBUG_WRITE: change debug state of the device in ways that cannot
 *	harm the kernel. Taints the kernel.
 * @FWCTL_RPC_DEBUG_WRITE_FULL: change any state of the device. Taints the
 *	kernel and needs CAP_SYS_RAWIO.
 */
enum fwctl_rpc_scope {
	FWCTL_RPC_CONFIGURATION = 0,
	FWCTL_RPC_DEBUG_READ_ONLY = 1,
	FWCTL_RPC_DEBUG_WRITE = 2,
	FWCTL_RPC_DEBUG_WRITE_FULL = 3,
};

/**
 * enum fwctl_device_type - message format of a device's RPCs
 * @FWCTL_DEVICE_TYPE_ERROR: never the type of a device
 * @FWCTL_DEVICE_TYPE_MLX5: NVIDIA ConnectX, see uapi/fwctl/mlx5.h
 * @FWCTL_DEVICE_TYPE_CXL: CXL mailbox features
 * @FWCTL_DEVICE_TYPE_BNXT: Broadcom NetXtreme
 * @FWCTL_DEVICE_TYPE_PDS: AMD/Pensando DSC
 *
 * The type of the simulated device, %FWCTL_DEVICE_TYPE_SIM, is in
 * uapi/fwctl/sim.h.
 */
enum fwctl_device_type {
	FWCTL_DEVICE_TYPE_ERROR = 0x0,
	FWCTL_DEVICE_TYPE_MLX5 = 0x1,
	FWCTL_DEVICE_TYPE_CXL = 0x2,
	FWCTL_DEVICE_TYPE_BNXT = 0x3,
	FWCTL_DEVICE_TYPE_PDS = 0x4,
};

/**
 * struct fwctl_info - ioctl(FWCTL_INFO)
 * @size: sizeof(struct fwctl_info)
 * @flags: must be 0
 * @out_device_type: &enum fwctl_device_type, written by the kernel
 * @device_data_len: bytes of room at @out_device_data; the kernel replaces it
 *	with the length in bytes of the device data, which may be larger or
 *	smaller than the room
 * @out_device_data: user pointer; receives the device data, a structure that
 *	depends on @out_device_type. The kernel zeroes the rest of the room.
 *
 * Identifies the device and the context behind this file. If @device_data_len
 * is 0 the kernel does not use the pointer.
 */
struct fwctl_info {
	__u32 size;
	__u32 flags;
	__u32 out_device_type;
	__u32 device_data_len;
	__aligned_u64 out_device_data;
};

/**
 * struct fwctl_rpc - ioctl(FWCTL_RPC)
 * @size: sizeof(struct fwctl_rpc)
 * @scope: &enum fwctl_rpc_scope
 * @in_len: bytes at @in, at most 2 MiB
 * @out_len: bytes of room at @out, at most 2 MiB; the kernel replaces it with
 *	the length of the answer in bytes. A longer answer is cut to the room.
 * @in: user pointer to the request
 * @out: user pointer to the room for the answer
 *
 * Sends one request in the device's own format and waits for its answer. An
 * error that the firmware reports is in the answer; the ioctl succeeds.
 *
 * Errors besides the general ones:
 *
 *  - EOPNOTSUPP: @scope is unknown;
 *  - EMSGSIZE: a length is above 2 MiB, or below what the device needs;
 *  - EPERM: @scope is %FWCTL_RPC_DEBUG_WRITE_FULL without CAP_SYS_RAWIO, or
 *    the request needs that scope and the kernel is locked down;
 *  - EACCES: the request is above the ceiling of the device;
 *  - EBADMSG: the request is not admitted under @scope, or it writes or @scope
 *    taints and the file was not opened for writing, or the backend never
 *    admits the request;
 *  - EAGAIN: the file is O_NONBLOCK, and the device or the user has the
 *    maximum number of RPCs in flight, or other users wait. Without O_NONBLOCK
 *    the call waits for its turn.
 */
struct fwctl_rpc {
	__u32 size;
	__u32 scope;
	__u32 in_len;
	__u32 out_len;
	__aligned_u64 in;
	__aligned_u64 out;
};

#endif
