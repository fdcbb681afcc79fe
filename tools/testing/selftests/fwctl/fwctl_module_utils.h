/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel modules: loaded, with parameters or without, and unloaded. To unload the
 * core, a test first unloads all modules that use it; it loads them again afterwards.
 */
#ifndef __FWCTL_MODULE_UTILS_H
#define __FWCTL_MODULE_UTILS_H

#include "fwctl_sim_utils.h"

/**
 * struct modules - the modules that use the core
 * @names: their names
 * @count: how many
 */
struct modules {
	char names[8][64];
	unsigned int count;
};

static inline void modules_find(struct modules *mods)
{
	DIR *dir = opendir("/sys/module/fwctl/holders");
	struct dirent *entry;

	mods->count = 0;
	while (dir && (entry = readdir(dir)) &&
	       mods->count < ARRAY_SIZE(mods->names))
		if (entry->d_name[0] != '.')
			snprintf(mods->names[mods->count++],
				 sizeof(mods->names[0]), "%.63s", entry->d_name);
	if (dir)
		closedir(dir);
}

static inline int modules_unload(const struct modules *mods)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < mods->count && !err; i++)
		err = unload_module(mods->names[i]);
	return err;
}

static inline int modules_load(const struct modules *mods)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < mods->count && !err; i++)
		err = load_module(mods->names[i]);
	return err;
}

/*
 * It takes a space for part of a value, and tells why only the system's log: that is
 * no KTAP. What is expected is this.
 */
static inline int modprobe_with(const char *name, char *param, char *second)
{
	char *const argv[] = { "modprobe", "-s", (char *)name, param, second, NULL };

	return run_program(argv) ? EINVAL : 0;
}

/*
 * Loads a module with one parameter or with two, a space between them, from where
 * load_module() has it.
 */
static inline int load_with(const char *name, const char *params)
{
	const char *folder = getenv("FWCTL_MODULES");
	char path[256], words[256], *second = words;
	int fd, err;

	if (!folder) {
		char *param;

		snprintf(words, sizeof(words), "%s", params);
		param = strsep(&second, " ");
		return modprobe_with(name, param, second);
	}

	snprintf(path, sizeof(path), "%s/%s.ko", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	err = syscall(SYS_finit_module, fd, params, 0) ? errno : 0;
	close(fd);
	return err;
}

/* What makes a test SKIP that unloads modules, or NULL. */
static inline const char *modules_missing(void)
{
	if (sim_missing())
		return sim_missing();
	if (access("/sys/module/fwctl/initstate", F_OK) ||
	    access("/sys/module/fwctl_sim/initstate", F_OK))
		return "not a module, but built in";
	return NULL;
}

#endif
