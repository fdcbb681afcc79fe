/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The result of an ioctl whose process is killed inside it: the process never returns
 * to user space, so that only the kernel's tracing shows this result.
 */
#ifndef __FWCTL_SYSCALL_UTILS_H
#define __FWCTL_SYSCALL_UTILS_H

#include "fwctl_task_utils.h"

#define SYS_EXIT "events/raw_syscalls/sys_exit"

/* The reason for a SKIP, or NULL */
static inline const char *cannot_trace_ioctl(void)
{
	return access(TRACING "/instances", W_OK) || access(TRACING "/" SYS_EXIT, F_OK) ?
	       "system calls cannot be traced in this kernel" : NULL;
}

/* Kills a process in an ioctl. Returns the errno of the ioctl, or a negative errno. */
static inline int kill_in_ioctl(pid_t pid)
{
	char instance[64], text[4096], *result;
	int err = -EIO;

	snprintf(instance, sizeof(instance), TRACING "/instances/fwctl_kill_%d", pid);
	if (mkdir(instance, 0700))
		return -errno;
	snprintf(text, sizeof(text), "id == %u && common_pid == %d",
		 (unsigned int)SYS_ioctl, pid);
	if (!write_file(text, "%s/" SYS_EXIT "/filter", instance) &&
	    !write_file("1", "%s/" SYS_EXIT "/enable", instance) && kill_and_wait(pid) &&
	    !read_file(text, sizeof(text), "%s/trace", instance)) {
		result = strstr(text, "sys_exit: NR ");
		result = result ? strstr(result, " = ") : NULL;
		err = result ? -atoi(result + strlen(" = ")) : -ESRCH;
	}
	write_file("0", "%s/" SYS_EXIT "/enable", instance);
	rmdir(instance);
	return err;
}

#endif
