/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ceilings in sysfs, and devices to lower them on: a ceiling that was lowered stays
 * lowered until the next boot.
 */
#ifndef __FWCTL_CEILING_UTILS_H
#define __FWCTL_CEILING_UTILS_H

#include <fwctl/fwctl_netlink.h>

#include "fwctl_sim_utils.h"

#define NR_CEILINGS (FWCTL_CEILING_DEBUG_WRITE_FULL + 1)

static const char * const ceiling_names[NR_CEILINGS] = {
	[FWCTL_CEILING_NONE] = "none",
	[FWCTL_CEILING_CONFIGURATION] = "configuration",
	[FWCTL_CEILING_DEBUG_READ_ONLY] = "debug-read-only",
	[FWCTL_CEILING_DEBUG_WRITE] = "debug-write",
	[FWCTL_CEILING_DEBUG_WRITE_FULL] = "debug-write-full",
};

/*
 * Makes a device whose name is unique until the next boot: its id comes from the clock
 * and is above those of sim_new().
 */
static inline int sim_new_once(struct sim *sim, const char *options)
{
	static unsigned int last;
	unsigned int id = 3000000000u + now_us() / 1000;

	last = id > last ? id : last + 1;
	return sim_new_id(sim, last, options);
}

static inline int setup_sim_once(struct __test_metadata *_metadata, struct sim *sim,
				 const char *options, int flags)
{
	return setup_sim_by(_metadata, sim_new_once, sim, options, flags);
}

static inline int sim_read(const struct sim *sim, const char *attribute,
			   char *text, size_t size)
{
	return read_file(text, size, "/sys/class/fwctl/fwctl%d/%s", sim->number,
			 attribute);
}

/* Lowers the ceiling of any fwctl device. */
static inline int lower_ceiling(int number, const char *name)
{
	return write_file(name, "/sys/class/fwctl/fwctl%d/scope_max", number);
}

static inline int sim_lower(const struct sim *sim, const char *name)
{
	return lower_ceiling(sim->number, name);
}

/* The ceiling as a number, or -1. */
static inline int sim_ceiling(const struct sim *sim)
{
	char text[64];
	int i;

	if (sim_read(sim, "scope_max", text, sizeof(text)))
		return -1;
	for (i = 0; i < NR_CEILINGS; i++)
		if (!strcmp(text, ceiling_names[i]))
			return i;
	return -1;
}

#endif
