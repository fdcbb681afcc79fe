// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Names of the interface's numbers.
 */
#include <ctype.h>
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

static const char * const ceiling_names[] = {
	[FWCTL_CEILING_NONE] = "none",
	[FWCTL_CEILING_CONFIGURATION] = "configuration",
	[FWCTL_CEILING_DEBUG_READ_ONLY] = "debug-read-only",
	[FWCTL_CEILING_DEBUG_WRITE] = "debug-write",
	[FWCTL_CEILING_DEBUG_WRITE_FULL] = "debug-write-full",
};

static const char * const reason_names[] = {
	[FWCTL_REASON_ADMITTED] = "admitted",
	[FWCTL_REASON_CAPABILITY] = "capability",
	[FWCTL_REASON_MALFORMED] = "malformed",
	[FWCTL_REASON_UNKNOWN] = "unknown",
	[FWCTL_REASON_SCOPE] = "scope",
	[FWCTL_REASON_READ_ONLY_SCOPE] = "read-only-scope",
	[FWCTL_REASON_READ_ONLY_FILE] = "read-only-file",
	[FWCTL_REASON_LOCKDOWN] = "lockdown",
	[FWCTL_REASON_CEILING] = "ceiling",
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

/* The kernel gives all devices names of this form: "fwctl" and a number. */
bool fwctl_is_device_name(const char *name)
{
	if (strncmp(name, "fwctl", 5) || !name[5])
		return false;
	for (name += 5; *name; name++)
		if (!isdigit((unsigned char)*name))
			return false;
	return true;
}

const char *fwctl_type_name(__u32 type)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(type_names); i++)
		if (type_names[i].type == type)
			return type_names[i].name;
	return NULL;
}

static const char *get_name(const char * const *names, size_t count,
			    unsigned int number)
{
	return number < count ? names[number] : NULL;
}

/* The number whose name is or begins with @text, or a negative errno. */
static int find_name(const char * const *names, size_t count, const char *text)
{
	size_t len = strlen(text), i;
	int found = -EINVAL;

	for (i = 0; len && i < count; i++) {
		if (strncmp(names[i], text, len))
			continue;
		/* A complete name precedes those that begin with it. */
		if (!names[i][len])
			return i;
		found = found == -EINVAL ? (int)i : -ENOTUNIQ;
	}
	return found;
}

const char *fwctl_scope_name(enum fwctl_rpc_scope scope)
{
	return get_name(scope_names, ARRAY_SIZE(scope_names), scope);
}

int fwctl_scope_parse(const char *text, enum fwctl_rpc_scope *scope)
{
	int found = find_name(scope_names, ARRAY_SIZE(scope_names), text);

	if (found < 0)
		return found;
	*scope = found;
	return 0;
}

const char *fwctl_ceiling_name(enum fwctl_ceiling ceiling)
{
	return get_name(ceiling_names, ARRAY_SIZE(ceiling_names), ceiling);
}

int fwctl_ceiling_parse(const char *text, enum fwctl_ceiling *ceiling)
{
	int found = find_name(ceiling_names, ARRAY_SIZE(ceiling_names), text);

	if (found < 0)
		return found;
	*ceiling = found;
	return 0;
}

const char *fwctl_reason_name(enum fwctl_reason reason)
{
	return get_name(reason_names, ARRAY_SIZE(reason_names), reason);
}
