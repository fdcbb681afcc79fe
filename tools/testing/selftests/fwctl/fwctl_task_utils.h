/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes and threads of a test: exit statuses, programs, capabilities, the system
 * call that a task sleeps in, shared variables, and files that are sent to another
 * process.
 */
#ifndef __FWCTL_TASK_UTILS_H
#define __FWCTL_TASK_UTILS_H

#include <linux/capability.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "fwctl_utils.h"

/* Variables that several threads or processes use */
#define get(_var) __atomic_load_n(_var, __ATOMIC_SEQ_CST)
#define set(_var, _value) __atomic_store_n(_var, _value, __ATOMIC_SEQ_CST)
#define count(_var) __atomic_fetch_add(_var, 1, __ATOMIC_SEQ_CST)

/* Waits for a child process. Returns its exit status, or -1 if it was killed. */
static inline int exit_status(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/*
 * Evaluates @_expr, a number up to 255, in a child process. Evaluates to that number,
 * or to -1 if the child was killed.
 */
#define in_child(_expr)							\
({									\
	pid_t __pid = fork();						\
									\
	if (!__pid)							\
		_exit(_expr);						\
	exit_status(__pid);						\
})

/* The exit status of a child that could not enter a namespace */
#define NO_NAMESPACE 255

/* Runs a program. Returns its exit status, or -1 if it was killed. */
static inline int run_program(char *const argv[])
{
	pid_t pid = fork();

	if (!pid) {
		execvp(argv[0], argv);
		_exit(127);
	}
	return exit_status(pid);
}

/* Runs a command line, which is a format as for printf(). */
__printf(1, 2)
static inline int run_shell(const char *format, ...)
{
	char text[256], *const argv[] = { "sh", "-c", text, NULL };
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return run_program(argv);
}

/* Kills a process and waits until it has ended. */
static inline bool kill_and_wait(pid_t pid)
{
	int status;

	return !kill(pid, SIGKILL) && waitpid(pid, &status, 0) == pid &&
	       WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* Whether a task sleeps inside this system call. */
static inline bool task_waits_in(pid_t tid, long number)
{
	char text[256];

	/* The file has "running", or the number of the system call. */
	if (!tid || read_file(text, sizeof(text), "/proc/%d/syscall", tid))
		return false;
	return text[0] >= '0' && text[0] <= '9' && atol(text) == number;
}

static inline bool task_waits_in_ioctl(pid_t tid)
{
	return task_waits_in(tid, SYS_ioctl);
}

/* Capabilities: the effective set of the calling thread */

static inline int get_capabilities(struct __user_cap_data_struct *data)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};

	return syscall(SYS_capget, &header, data) ? errno : 0;
}

static inline int put_capabilities(const struct __user_cap_data_struct *data)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};

	return syscall(SYS_capset, &header, data) ? errno : 0;
}

static inline int set_capability(int cap, bool on)
{
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	int err = get_capabilities(data);

	if (err)
		return err;
	if (on)
		data[CAP_TO_INDEX(cap)].effective |= CAP_TO_MASK(cap);
	else
		data[CAP_TO_INDEX(cap)].effective &= ~CAP_TO_MASK(cap);
	return put_capabilities(data);
}

/* Sets all capabilities that the thread is permitted, or clears all of them. */
static inline int set_all_capabilities(bool on)
{
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	int err = get_capabilities(data), i;

	if (err)
		return err;
	for (i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		data[i].effective = on ? data[i].permitted : 0;
	return put_capabilities(data);
}

static inline int set_only_capability(int cap)
{
	return set_all_capabilities(false) ?: set_capability(cap, true);
}

/* Sets the capabilities that tests need. Returns the reason for a SKIP, or NULL. */
static inline const char *capabilities_missing(void)
{
	if (set_capability(CAP_SYS_ADMIN, true) || set_capability(CAP_SYS_RAWIO, true))
		return "no CAP_SYS_ADMIN and CAP_SYS_RAWIO";
	return NULL;
}

/* A message with one open file and at least one byte of data */
#define FD_MESSAGE(_msg, _data, _len)					\
	union {								\
		struct cmsghdr align;					\
		char space[CMSG_SPACE(sizeof(int))];			\
	} control = {};							\
	struct iovec iov = { .iov_base = (void *)(_data), .iov_len = (_len) }; \
	struct msghdr _msg = {						\
		.msg_iov = &iov,					\
		.msg_iovlen = 1,					\
		.msg_control = &control,				\
		.msg_controllen = sizeof(control),			\
	}

static inline int send_fd(int socket, int fd, const void *data, size_t len)
{
	FD_MESSAGE(msg, data, len);
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	return sendmsg(socket, &msg, 0) == (ssize_t)len ? 0 : errno;
}

/* Returns the file, or -1. */
static inline int receive_fd(int socket, void *data, size_t len)
{
	FD_MESSAGE(msg, data, len);
	int fd;

	if (recvmsg(socket, &msg, MSG_CMSG_CLOEXEC) != (ssize_t)len ||
	    !CMSG_FIRSTHDR(&msg))
		return -1;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

/*
 * The result of an ioctl whose process is killed inside it: the process never returns
 * to user space, so that only the kernel's tracing shows this result.
 */
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
