// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tool's own objects, in the order in which help lists them. Plugins register
 * themselves.
 */
#include "tool.h"

static struct object * const own_objects[] = {
	&dev_object, &rpc_object, &policy_object, &monitor_object,
	&stats_object, &probe_object, &record_object, &replay_object,
	&batch_object, &bundle_object, &help_object, &version_object,
	&completion_object,
};

static void __attribute__((constructor)) register_own_objects(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(own_objects); i++)
		register_object(own_objects[i]);
}
