/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Messages of the simulated device, FWCTL_DEVICE_TYPE_SIM.
 *
 * The device has a file of 64 registers, each of 64 bits, and executes the
 * commands below. All numbers are in the byte order of the machine.
 */
#ifndef _UAPI_FWCTL_SIM_H
#define _UAPI_FWCTL_SIM_H

#include <linux/types.h>

/* "SIM": far away from the numbers of real devices in enum fwctl_device_type */
#define FWCTL_DEVICE_TYPE_SIM 0x53494d00

/**
 * struct fwctl_info_sim - device data of FWCTL_INFO
 * @id: the number that the device was made with
 * @uctx: number of this file's context, counted from 1 for each device
 */
struct fwctl_info_sim {
	__u32 id;
	__u32 uctx;
};

/**
 * enum fwctl_sim_opcode - what the device can be asked to do
 * @FWCTL_SIM_NOP: nothing
 * @FWCTL_SIM_ECHO: answer with the request as it is, all of its bytes
 * @FWCTL_SIM_FILL: answer with @arg bytes, the one at offset i being
 *	(@value + i) modulo 256, in place of struct fwctl_sim_answer
 * @FWCTL_SIM_READ: answer with the content of register @arg
 * @FWCTL_SIM_WRITE: set register @arg to @value, and answer with it
 * @FWCTL_SIM_READ_CLEAR: as FWCTL_SIM_READ, then set the register to 0
 * @FWCTL_SIM_RESET: set all registers to 0
 *
 * The lowest scopes under which these are admitted: FWCTL_RPC_CONFIGURATION
 * for NOP, ECHO and FILL, FWCTL_RPC_DEBUG_WRITE_FULL for RESET. For the others
 * the register decides:
 *
 * ===========  =========================  ==========================
 * Register     READ                       WRITE, READ_CLEAR
 * ===========  =========================  ==========================
 * 0 to 15      FWCTL_RPC_CONFIGURATION    FWCTL_RPC_CONFIGURATION
 * 16 to 47     FWCTL_RPC_DEBUG_READ_ONLY  FWCTL_RPC_DEBUG_WRITE
 * 48 and more  FWCTL_RPC_DEBUG_READ_ONLY  FWCTL_RPC_DEBUG_WRITE_FULL
 * ===========  =========================  ==========================
 *
 * WRITE, READ_CLEAR and RESET write; the others do not. An opcode that is not
 * in the list is never admitted.
 */
enum fwctl_sim_opcode {
	FWCTL_SIM_NOP = 1,
	FWCTL_SIM_ECHO = 2,
	FWCTL_SIM_FILL = 3,
	FWCTL_SIM_READ = 0x10,
	FWCTL_SIM_WRITE = 0x11,
	FWCTL_SIM_READ_CLEAR = 0x12,
	FWCTL_SIM_RESET = 0x20,
};

#define FWCTL_SIM_NR_REGISTERS 64

/**
 * struct fwctl_sim_request - how every request begins
 * @opcode: &enum fwctl_sim_opcode
 * @arg: see there
 * @value: see there
 *
 * Whatever follows is ignored, except by FWCTL_SIM_ECHO.
 */
struct fwctl_sim_request {
	__u32 opcode;
	__u32 arg;
	__aligned_u64 value;
};

/**
 * enum fwctl_sim_status - how a command ended
 * @FWCTL_SIM_OK: it was executed
 * @FWCTL_SIM_BAD_OPCODE: there is no such command. Only a device that was made
 *	with the option "noclassify" says so, others refuse it beforehand.
 * @FWCTL_SIM_BAD_REGISTER: there is no such register
 */
enum fwctl_sim_status {
	FWCTL_SIM_OK = 0,
	FWCTL_SIM_BAD_OPCODE = 1,
	FWCTL_SIM_BAD_REGISTER = 2,
};

/**
 * struct fwctl_sim_answer - the answer, if the opcode does not say otherwise
 * @status: &enum fwctl_sim_status
 * @opcode: that of the request
 * @value: see &enum fwctl_sim_opcode, otherwise 0
 */
struct fwctl_sim_answer {
	__u32 status;
	__u32 opcode;
	__aligned_u64 value;
};

#endif
