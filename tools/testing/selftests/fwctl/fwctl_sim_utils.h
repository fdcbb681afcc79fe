/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The simulated devices of fwctl_sim: made, set up for a fixture, controlled by their
 * knobs in debugfs, called, and removed.
 */
#ifndef __FWCTL_SIM_UTILS_H
#define __FWCTL_SIM_UTILS_H

#include <fwctl/sim.h>

#include "fwctl_module_utils.h"

#define SIM_BUS "/sys/bus/fwctl_sim"
#define SIM_DEBUGFS "/sys/kernel/debug/fwctl_sim"

/* A delay that is longer than any call in a test may take: such a call is stuck. */
#define FOREVER_MS 60000

/**
 * struct sim - a simulated device
 * @id: its number on its bus
 * @number: N of its fwctl device, fwctlN
 * @node: /dev/fwctl/fwctlN
 */
struct sim {
	unsigned int id;
	int number;
	char node[32];
};

static inline bool sim_loaded(void)
{
	return !access(SIM_BUS "/new_device", W_OK);
}

/* Loads fwctl_sim if need be. Returns the reason for a SKIP, or NULL. */
static inline const char *sim_missing(void)
{
	if (!sim_loaded()) {
		load_module("fwctl");
		load_module("fwctl_sim");
	}
	if (!sim_loaded())
		return "no fwctl_sim, or not root";
	if (access(SIM_DEBUGFS, X_OK))
		return "no " SIM_DEBUGFS;
	return NULL;
}

/* For a test that unloads modules: the reason for a SKIP, or NULL. */
static inline const char *modules_missing(void)
{
	if (sim_missing())
		return sim_missing();
	return is_module("fwctl") && is_module("fwctl_sim") ? NULL : BUILT_IN;
}

static inline int sim_write_bus(const char *file, unsigned int id,
				const char *options)
{
	char text[128];

	snprintf(text, sizeof(text), "%u %s", id, options);
	return write_file(text, SIM_BUS "/%s", file);
}

/* Looks up the fwctl device of a simulated device. */
static inline int sim_find(struct sim *sim)
{
	struct dirent *entry;
	char path[128];
	int err = ENOENT;
	DIR *dir;

	snprintf(path, sizeof(path), SIM_BUS "/devices/fwctl_sim%u/fwctl",
		 sim->id);
	dir = opendir(path);
	if (!dir)
		return errno;
	while (err && (entry = readdir(dir)))
		if (sscanf(entry->d_name, "fwctl%d", &sim->number) == 1)
			err = 0;
	closedir(dir);
	snprintf(sim->node, sizeof(sim->node), "/dev/fwctl/fwctl%d",
		 sim->number);
	return err;
}

static inline int sim_new_id(struct sim *sim, unsigned int id,
			     const char *options)
{
	sim->id = id;
	return sim_write_bus("new_device", id, options) ?: sim_find(sim);
}

/*
 * The id begins with the process ID, so that it differs from the ids of devices that
 * another test has left behind.
 */
static inline int sim_new(struct sim *sim, const char *options)
{
	static unsigned int count;

	return sim_new_id(sim, getpid() * 100u + count++, options);
}

static inline int sim_del(const struct sim *sim)
{
	return sim_write_bus("del_device", sim->id, "");
}

static inline int sim_write_driver(const struct sim *sim, const char *file)
{
	char text[32];

	snprintf(text, sizeof(text), "fwctl_sim%u", sim->id);
	return write_file(text, SIM_BUS "/drivers/fwctl_sim/%s", file);
}

static inline int sim_unbind(const struct sim *sim)
{
	return sim_write_driver(sim, "unbind");
}

static inline int sim_bind(struct sim *sim)
{
	return sim_write_driver(sim, "bind") ?: sim_find(sim);
}

static inline int sim_set(const struct sim *sim, const char *knob, int value)
{
	char text[32];

	snprintf(text, sizeof(text), "%d", value);
	return write_file(text, SIM_DEBUGFS "/fwctl_sim%u/%s", sim->id, knob);
}

/* Reads a counter. */
static inline unsigned int sim_count(const struct sim *sim, const char *counter)
{
	char text[512], *line, *rest;

	read_file(text, sizeof(text), SIM_DEBUGFS "/fwctl_sim%u/counters",
		  sim->id);
	for (line = strtok_r(text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		if (!strncmp(line, counter, strlen(counter)) &&
		    line[strlen(counter)] == ' ')
			return atoi(line + strlen(counter));
	return ~0u;
}

static inline bool in_flight(const struct sim *sim, unsigned int calls)
{
	return sim_count(sim, "rpcs_now") == calls;
}

static inline int sim_open(const struct sim *sim, int flags)
{
	return open(sim->node, flags | O_CLOEXEC);
}

/*
 * The set-up of most fixtures: makes a device with @new, and opens a file of it. Skips
 * the test, and returns -1, where there are no simulated devices.
 */
static inline int setup_sim_by(struct __test_metadata *_metadata,
			       int (*new)(struct sim *sim, const char *options),
			       struct sim *sim, const char *options, int flags)
{
	int fd;

	if (sim_missing())
		SKIP(return -1, "%s", sim_missing());
	ASSERT_EQ(0, new(sim, options));
	fd = sim_open(sim, flags);
	ASSERT_LE(0, fd);
	return fd;
}

static inline int setup_sim(struct __test_metadata *_metadata, struct sim *sim,
			    const char *options, int flags)
{
	return setup_sim_by(_metadata, sim_new, sim, options, flags);
}

/* Sends a command to the simulated device. @value and @status may be NULL. */
static inline int _test_sim(int fd, __u32 scope, __u32 opcode, __u32 arg,
			    __u64 set, __u64 *value, __u32 *status)
{
	struct fwctl_sim_request in = {
		.opcode = opcode,
		.arg = arg,
		.value = set,
	};
	struct fwctl_sim_answer out = {};
	__u32 out_len = sizeof(out);
	int err;

	err = _test_rpc(fd, scope, &in, sizeof(in), &out, &out_len);
	if (value)
		*value = out.value;
	if (status)
		*status = out.status;
	return err;
}

#define _test_nop(fd, scope) \
	_test_sim(fd, scope, FWCTL_SIM_NOP, 0, 0, NULL, NULL)
#define test_nop(fd, scope) ASSERT_EQ(0, _test_nop(fd, scope))
#define test_err_nop(err, fd, scope) EXPECT_EQ(err, _test_nop(fd, scope))

#endif
