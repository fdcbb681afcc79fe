/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Messages of the simulated device, FWCTL_DEVICE_TYPE_SIM.
 *
 * The device has 64 registers of 64 bits each and executes the commands below.
 * All numbers are in the byte order of the machine.
 */
#ifndef _UAPI_FWCTL_SIM_H
#define _UAPI_FWCTL_SIM_H

#include <linux/types.h>

/* "SIM" in ASCII, which real devices in enum fwctl_device_type will not use. */
#define FWCTL_DEVICE_TYPE_SIM 0x53494d00

/**
 * struct fwctl_info_sim - device data of FWCTL_INFO
 * @id: the ID that the device was created with
 * @uctx: number of this file's context; each device counts its contexts from 1
 */
struct fwctl_info_sim {
	__u32 id;
	__u32 uctx;
};

/**
 * enum fwctl_sim_opcode - commands of the device
 * @FWCTL_SIM_NOP: do nothing
 * @FWCTL_SIM_ECHO: answer with a copy of the request, in place of struct
 *	fwctl_sim_answer
 * @FWCTL_SIM_FILL: answer with @arg bytes, in place of struct fwctl_sim_answer;
 *	the byte at offset i is (@value + i) modulo 256
 * @FWCTL_SIM_BUFFERS: use @arg buffers of the caller, at most 8, each of which
 *	has a struct fwctl_sim_buffer behind the request: answer with the sum of
 *	all bytes that go to the device, then add 1 to each byte that comes back
 * @FWCTL_SIM_READ: answer with the content of register @arg
 * @FWCTL_SIM_WRITE: set register @arg to @value, and answer with @value
 * @FWCTL_SIM_READ_CLEAR: as FWCTL_SIM_READ, then set the register to 0
 * @FWCTL_SIM_RESET: set all registers to 0
 *
 * The lowest scope that admits NOP, ECHO and FILL is FWCTL_RPC_CONFIGURATION,
 * that of RESET is FWCTL_RPC_DEBUG_WRITE_FULL. For the other commands it depends
 * on the register:
 *
 * ===========  =========================  ==========================
 * Register     READ                       WRITE, READ_CLEAR
 * ===========  =========================  ==========================
 * 0 to 15      FWCTL_RPC_CONFIGURATION    FWCTL_RPC_CONFIGURATION
 * 16 to 47     FWCTL_RPC_DEBUG_READ_ONLY  FWCTL_RPC_DEBUG_WRITE
 * 48 and more  FWCTL_RPC_DEBUG_READ_ONLY  FWCTL_RPC_DEBUG_WRITE_FULL
 * ===========  =========================  ==========================
 *
 * BUFFERS needs the scope in the first byte of its first buffer, if that goes to
 * the device and is not empty, and otherwise FWCTL_RPC_CONFIGURATION.
 *
 * WRITE, READ_CLEAR and RESET write; the others do not. An opcode that is not
 * in this list is never admitted.
 */
enum fwctl_sim_opcode {
	FWCTL_SIM_NOP = 1,
	FWCTL_SIM_ECHO = 2,
	FWCTL_SIM_FILL = 3,
	FWCTL_SIM_BUFFERS = 4,
	FWCTL_SIM_READ = 0x10,
	FWCTL_SIM_WRITE = 0x11,
	FWCTL_SIM_READ_CLEAR = 0x12,
	FWCTL_SIM_RESET = 0x20,
};

#define FWCTL_SIM_NR_REGISTERS 64

/**
 * struct fwctl_sim_request - the first bytes of every request
 * @opcode: &enum fwctl_sim_opcode
 * @arg: argument of @opcode: a register, a length in bytes or a number of
 *	buffers; otherwise ignored
 * @value: argument of @opcode: a value or a byte; otherwise ignored
 *
 * Bytes behind it are ignored, except by FWCTL_SIM_ECHO and FWCTL_SIM_BUFFERS.
 */
struct fwctl_sim_request {
	__u32 opcode;
	__u32 arg;
	__aligned_u64 value;
};

/**
 * enum fwctl_sim_direction - the way of the bytes of a buffer; values are bits
 * @FWCTL_SIM_TO_DEVICE: from the caller to the device
 * @FWCTL_SIM_FROM_DEVICE: from the device to the caller. Without
 *	FWCTL_SIM_TO_DEVICE the buffer begins with zeros on the device.
 */
enum fwctl_sim_direction {
	FWCTL_SIM_TO_DEVICE = 1,
	FWCTL_SIM_FROM_DEVICE = 2,
};

/**
 * struct fwctl_sim_buffer - a buffer of the caller, for FWCTL_SIM_BUFFERS
 * @address: user pointer
 * @len: length in bytes; all buffers of a request together have at most 2 MiB
 * @direction: one or both bits of &enum fwctl_sim_direction
 */
struct fwctl_sim_buffer {
	__aligned_u64 address;
	__u32 len;
	__u32 direction;
};

/**
 * enum fwctl_sim_status - result of a command
 * @FWCTL_SIM_OK: the command was executed
 * @FWCTL_SIM_BAD_OPCODE: there is no such command. Only a device that was created
 *	with the option "noclassify" reports this; on others fwctl refuses the
 *	request.
 * @FWCTL_SIM_BAD_REGISTER: there is no such register
 */
enum fwctl_sim_status {
	FWCTL_SIM_OK = 0,
	FWCTL_SIM_BAD_OPCODE = 1,
	FWCTL_SIM_BAD_REGISTER = 2,
};

/**
 * struct fwctl_sim_answer - the answer to all commands but ECHO and FILL
 * @status: &enum fwctl_sim_status
 * @opcode: opcode of the request
 * @value: content of the register that the command read or wrote, or the sum of
 *	the bytes that went to the device; otherwise 0
 */
struct fwctl_sim_answer {
	__u32 status;
	__u32 opcode;
	__aligned_u64 value;
};

#endif
