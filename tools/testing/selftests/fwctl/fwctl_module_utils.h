/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel modules: loaded, with parameters or without, and unloaded. To unload the
 * core, a test first unloads all modules that use it; it loads them again afterwards.
 */
#ifndef __FWCTL_MODULE_UTILS_H
#define __FWCTL_MODULE_UTILS_H

#include "fwctl_task_utils.h"

/* Whether it is loaded as a module; false also for one that is built in. */
static inline bool is_module(const char *name)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/module/%s/initstate", name);
	return !access(path, F_OK);
}

#define BUILT_IN "built into the kernel, not a module"

/* Loads the file @name.ko of a folder. */
static inline int load_file(const char *folder, const char *name, const char *params)
{
	char path[256];
	int fd, err;

	snprintf(path, sizeof(path), "%s/%s.ko", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	err = syscall(SYS_finit_module, fd, params, 0) ? errno : 0;
	close(fd);
	return err;
}

/* Loads a module, unless it is there: from the folder $FWCTL_MODULES, or by modprobe. */
static inline int load_module(const char *name)
{
	const char *folder = getenv("FWCTL_MODULES");
	char *const argv[] = { "modprobe", (char *)name, NULL };
	int err;

	if (!folder)
		return run_program(argv) ? ENOENT : 0;
	err = load_file(folder, name, "");
	return err == EEXIST ? 0 : err;
}

/* With -s the messages of modprobe go to syslog: standard error is in the KTAP stream. */
static inline int modprobe_with(const char *name, char *param, char *second)
{
	char *const argv[] = { "modprobe", "-s", (char *)name, param, second, NULL };

	return run_program(argv) ? EINVAL : 0;
}

/*
 * Loads a module from the same place with one or two parameters, separated by a space.
 * modprobe takes a space as a part of the value: it needs one argument for each.
 */
static inline int load_with(const char *name, const char *params)
{
	const char *folder = getenv("FWCTL_MODULES");
	char words[256], *second = words, *param;

	if (folder)
		return load_file(folder, name, params);
	snprintf(words, sizeof(words), "%s", params);
	param = strsep(&second, " ");
	return modprobe_with(name, param, second);
}

static inline int unload_module(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? errno : 0;
}

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

#endif
