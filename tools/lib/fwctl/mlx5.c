// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What is particular to devices of type FWCTL_DEVICE_TYPE_MLX5.
 */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "private.h"

/* Ethernet Adapters PRM, chapter "Command Interface": command delivery status. */
static const struct {
	__u8 status;
	const char *name;
} status_names[] = {
	{ 0x00, "OK" },
	{ 0x01, "INTERNAL_ERR" },
	{ 0x02, "BAD_OP" },
	{ 0x03, "BAD_PARAM" },
	{ 0x04, "BAD_SYS_STATE" },
	{ 0x05, "BAD_RESOURCE" },
	{ 0x06, "RESOURCE_BUSY" },
	{ 0x08, "EXCEED_LIM" },
	{ 0x09, "BAD_RES_STATE" },
	{ 0x0a, "BAD_INDEX" },
	{ 0x0f, "NO_RESOURCES" },
	{ 0x10, "BAD_QP_STATE" },
	{ 0x30, "BAD_PKT" },
	{ 0x40, "BAD_SIZE_OUTS_CQES" },
	{ 0x50, "BAD_INPUT_LEN" },
	{ 0x51, "BAD_OUTPUT_LEN" },
};

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
		      __u32 *syndrome)
{
	const __u8 *bytes = out;
	__u32 be;

	if (len < 8)
		return -EMSGSIZE;
	if (status)
		*status = bytes[0];
	if (syndrome) {
		memcpy(&be, bytes + 4, sizeof(be));
		*syndrome = be32toh(be);
	}
	return bytes[0] ? -EREMOTEIO : 0;
}

/**
 * fwctl_mlx5_status_name - name of a command's status
 * @status: as fwctl_mlx5_status() reports it
 *
 * Return: a constant, or NULL for a status that the library does not know.
 */
const char *fwctl_mlx5_status_name(__u8 status)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(status_names); i++)
		if (status_names[i].status == status)
			return status_names[i].name;
	return NULL;
}
