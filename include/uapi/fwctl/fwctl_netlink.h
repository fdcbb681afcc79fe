/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/fwctl.yaml */
/* YNL-GEN uapi header */
/* To regenerate run: tools/net/ynl/ynl-regen.sh */

#ifndef _UAPI_LINUX_FWCTL_H
#define _UAPI_LINUX_FWCTL_H

#define FWCTL_FAMILY_NAME	"fwctl"
#define FWCTL_FAMILY_VERSION	1

/**
 * enum fwctl_ceiling - The highest effective scope that a device admits. The
 *   ceiling is compared with the scope that the command needs, not with the
 *   scope that the caller declares.
 * @FWCTL_CEILING_NONE: No command. The device cannot be opened.
 * @FWCTL_CEILING_CONFIGURATION: Commands that read or write configuration, or
 *   read the identity of the device. No command that reads or writes debug
 *   state.
 * @FWCTL_CEILING_DEBUG_READ_ONLY: All of the above, and commands that read
 *   debug state.
 * @FWCTL_CEILING_DEBUG_WRITE: All of the above, and commands that write debug
 *   state.
 * @FWCTL_CEILING_DEBUG_WRITE_FULL: All commands that the backend knows and
 *   does not forbid.
 */
enum fwctl_ceiling {
	FWCTL_CEILING_NONE,
	FWCTL_CEILING_CONFIGURATION,
	FWCTL_CEILING_DEBUG_READ_ONLY,
	FWCTL_CEILING_DEBUG_WRITE,
	FWCTL_CEILING_DEBUG_WRITE_FULL,
};

/**
 * enum fwctl_reason - The decision on an RPC, admitted or the reason for its
 *   refusal.
 * @FWCTL_REASON_ADMITTED: The RPC was delivered to the backend.
 * @FWCTL_REASON_CAPABILITY: The declared scope needs CAP_SYS_RAWIO. EPERM.
 * @FWCTL_REASON_MALFORMED: The request is too short for the backend to
 *   classify it. EMSGSIZE.
 * @FWCTL_REASON_UNKNOWN: The backend never admits the command. EBADMSG.
 * @FWCTL_REASON_SCOPE: The command needs a higher scope than the declared one.
 *   EBADMSG.
 * @FWCTL_REASON_READ_ONLY_SCOPE: The command writes, and the declared scope is
 *   DEBUG_READ_ONLY. EBADMSG.
 * @FWCTL_REASON_READ_ONLY_FILE: The command writes, its answer may have
 *   secrets, or its scope taints, and the file was not opened for writing.
 *   EBADMSG.
 * @FWCTL_REASON_LOCKDOWN: The command needs the scope DEBUG_WRITE_FULL, and
 *   the kernel is locked down for integrity. EPERM.
 * @FWCTL_REASON_CEILING: The command needs a scope above the device's ceiling.
 *   EACCES.
 */
enum fwctl_reason {
	FWCTL_REASON_ADMITTED,
	FWCTL_REASON_CAPABILITY,
	FWCTL_REASON_MALFORMED,
	FWCTL_REASON_UNKNOWN,
	FWCTL_REASON_SCOPE,
	FWCTL_REASON_READ_ONLY_SCOPE,
	FWCTL_REASON_READ_ONLY_FILE,
	FWCTL_REASON_LOCKDOWN,
	FWCTL_REASON_CEILING,
};

enum {
	FWCTL_A_COUNTER_ID = 1,
	FWCTL_A_COUNTER_COUNT,

	__FWCTL_A_COUNTER_MAX,
	FWCTL_A_COUNTER_MAX = (__FWCTL_A_COUNTER_MAX - 1)
};

enum {
	FWCTL_A_DEV_INDEX = 1,
	FWCTL_A_DEV_NAME,
	FWCTL_A_DEV_PARENT_BUS,
	FWCTL_A_DEV_PARENT_NAME,
	FWCTL_A_DEV_DRIVER,
	FWCTL_A_DEV_TYPE,
	FWCTL_A_DEV_CEILING,
	FWCTL_A_DEV_FILES,
	FWCTL_A_DEV_IN_FLIGHT,
	FWCTL_A_DEV_TAINTS,
	FWCTL_A_DEV_REASONS,
	FWCTL_A_DEV_SCOPES,
	FWCTL_A_DEV_CARD,
	FWCTL_A_DEV_FUNCTION_CEILING,

	__FWCTL_A_DEV_MAX,
	FWCTL_A_DEV_MAX = (__FWCTL_A_DEV_MAX - 1)
};

enum {
	FWCTL_A_AUDIT_SEQ = 1,
	FWCTL_A_AUDIT_INDEX,
	FWCTL_A_AUDIT_NAME,
	FWCTL_A_AUDIT_PID,
	FWCTL_A_AUDIT_UID,
	FWCTL_A_AUDIT_GID,
	FWCTL_A_AUDIT_COMM,
	FWCTL_A_AUDIT_DECLARED,
	FWCTL_A_AUDIT_EFFECTIVE,
	FWCTL_A_AUDIT_WRITES,
	FWCTL_A_AUDIT_COMMAND,
	FWCTL_A_AUDIT_COMMAND_NAME,
	FWCTL_A_AUDIT_IN_LEN,
	FWCTL_A_AUDIT_OUT_LEN,
	FWCTL_A_AUDIT_RESULT,
	FWCTL_A_AUDIT_REASON,
	FWCTL_A_AUDIT_FW_STATUS,
	FWCTL_A_AUDIT_START,
	FWCTL_A_AUDIT_DURATION,

	__FWCTL_A_AUDIT_MAX,
	FWCTL_A_AUDIT_MAX = (__FWCTL_A_AUDIT_MAX - 1)
};

enum {
	FWCTL_CMD_DEV_GET = 1,
	FWCTL_CMD_DEV_SET,
	FWCTL_CMD_DEV_ADDED_NTF,
	FWCTL_CMD_DEV_REMOVED_NTF,
	FWCTL_CMD_DEV_CEILING_NTF,
	FWCTL_CMD_DEV_TAINTED_NTF,
	FWCTL_CMD_AUDIT_NTF,

	__FWCTL_CMD_MAX,
	FWCTL_CMD_MAX = (__FWCTL_CMD_MAX - 1)
};

#define FWCTL_MCGRP_DEVICE		"device"
#define FWCTL_MCGRP_AUDIT		"audit"
#define FWCTL_MCGRP_AUDIT_REFUSED	"audit-refused"
#define FWCTL_MCGRP_AUDIT_WRITES	"audit-writes"

#endif /* _UAPI_LINUX_FWCTL_H */
