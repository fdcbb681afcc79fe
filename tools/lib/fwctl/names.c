// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Names of the interface's numbers.
 */
#include <errno.h>
#include <string.h>
#include <fwctl/sim.h>

#include "private.h"

static const char * const scope_names[] = {
	[FWCTL_RPC_CONFIGURATION] = "configuration",
	[FWCTL_RPC_DEBUG_READ_ONLY] = "debug-read-only",
	[FWCTL_RPC_DEBUG_WRITE] = "debug-write",
	[FWCTL_RPC_DEBUG_WRITE_FULL] = "debug-write-full",
};

static const struct {
	__u32 type;
	const char *name;
} type_names[] = {
	{ FWCTL_DEVICE_TYPE_MLX5, "mlx5" },
	{ FWCTL_DEVICE_TYPE_CXL, "cxl" },
	{ FWCTL_DEVICE_TYPE_BNXT, "bnxt" },
	{ FWCTL_DEVICE_TYPE_PDS, "pds" },
	{ FWCTL_DEVICE_TYPE_SIM, "sim" },
};

/**
 * fwctl_type_name - name of a device type
 * @type: &enum fwctl_device_type
 *
 * Return: a constant, or NULL for a type that the library does not know.
 */
const char *fwctl_type_name(__u32 type)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(type_names); i++)
		if (type_names[i].type == type)
			return type_names[i].name;
	return NULL;
}

/**
 * fwctl_scope_name - name of a scope, as the kernel's scopes attribute has it
 * @scope: the scope
 *
 * Return: a constant, or NULL for a scope that the library does not know.
 */
const char *fwctl_scope_name(enum fwctl_rpc_scope scope)
{
	if ((unsigned int)scope >= ARRAY_SIZE(scope_names))
		return NULL;
	return scope_names[scope];
}

/**
 * fwctl_scope_parse - find a scope by its name
 * @text: the name, or a beginning of it that fits no other scope
 * @scope: receives the scope
 *
 * Return: 0, -EINVAL if no name fits, or -ENOTUNIQ if several do.
 */
int fwctl_scope_parse(const char *text, enum fwctl_rpc_scope *scope)
{
	size_t len = strlen(text), i;
	int found = -EINVAL;

	for (i = 0; len && i < ARRAY_SIZE(scope_names); i++) {
		if (strncmp(scope_names[i], text, len))
			continue;
		/* A whole name wins over a longer one that begins with it. */
		if (!scope_names[i][len]) {
			found = i;
			break;
		}
		found = found == -EINVAL ? (int)i : -ENOTUNIQ;
	}
	if (found < 0)
		return found;
	*scope = found;
	return 0;
}
