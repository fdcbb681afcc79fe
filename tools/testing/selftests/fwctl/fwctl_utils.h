/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Helpers for any fwctl device: its ioctls, time, and files of the kernel.
 *
 * Functions return 0 or an errno, so that tests can name the errno they expect.
 */
#ifndef __FWCTL_UTILS_H
#define __FWCTL_UTILS_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/types.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <fwctl/fwctl.h>

#include "kselftest_harness.h"

/*
 * A guest without KVM can stand still for more than the harness' 30 s. The limit ends a
 * test that hangs; no test measures by it.
 */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 300

/* Linux 6.12's harness does not define it. */
#ifndef __always_unused
#define __always_unused __attribute__((__unused__))
#endif

#define FWCTL_MAX_RPC_LEN (2u << 20)
#define TRACING "/sys/kernel/tracing"

/*
 * The limit for an operation that must not wait for firmware or for another caller. If
 * it waits all the same, it takes far longer in these tests. Debug kernels need more
 * time for the same work.
 */
#define QUICK_US (getenv("KSFT_MACHINE_SLOW") ? 10000000u : 1000000u)

static inline __u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static inline __u64 now_us(void)
{
	return now_ns() / 1000;
}

static inline void print_us(const char *what, unsigned int us)
{
	fprintf(stderr, "# time: %s: %u.%03u ms\n", what, us / 1000, us % 1000);
}

/**
 * struct stopwatch - measures time, less the time for which the machine stood still
 * @start: start time, by now_us()
 * @lost: by how many microseconds short sleeps have overrun since then. A guest stands
 *	still while its host does something else; the kernel under test does not cause
 *	that.
 * @thread: the thread that makes these sleeps
 * @stop: tells this thread to end
 */
struct stopwatch {
	__u64 start;
	__u64 lost;

	pthread_t thread;
	bool stop;
};

static inline void *stopwatch_thread(void *data)
{
	struct stopwatch *watch = data;
	const unsigned int step = 10000;
	__u64 start;

	while (!__atomic_load_n(&watch->stop, __ATOMIC_RELAXED)) {
		start = now_us();
		usleep(step);
		watch->lost += now_us() - start - step;
	}
	return NULL;
}

static inline void stopwatch_start(struct stopwatch *watch)
{
	*watch = (struct stopwatch){};
	if (pthread_create(&watch->thread, NULL, stopwatch_thread, watch))
		abort();
	watch->start = now_us();
}

/* Ends the measurement; prints and returns the time in microseconds. */
static inline unsigned int stopwatch_end(struct stopwatch *watch,
					 const char *what)
{
	unsigned int us = now_us() - watch->start, lost;

	__atomic_store_n(&watch->stop, true, __ATOMIC_RELAXED);
	pthread_join(watch->thread, NULL);
	lost = watch->lost < us ? watch->lost : us;
	print_us(what, us);
	if (us > QUICK_US)
		print_us("of which the machine stood still", lost);
	return us - lost;
}

/* Evaluates to @_call, which is expected to take less than QUICK_US. */
#define EXPECT_QUICK(_what, _call)					\
({									\
	const char *__what = (_what);					\
	struct stopwatch __watch;					\
									\
	stopwatch_start(&__watch);					\
	__typeof__(_call) __result = (_call);				\
									\
	EXPECT_GT(QUICK_US, stopwatch_end(&__watch, __what))		\
		TH_LOG("%s took too long", __what);			\
	__result;							\
})

/* Waits until the condition holds, up to a limit. Evaluates to whether it holds. */
#define wait_for_within(_seconds, _condition)				\
({									\
	__u64 __deadline = now_us() + (_seconds) * 1000000ull;		\
	bool __true;							\
									\
	while (!(__true = !!(_condition)) && now_us() < __deadline)	\
		usleep(1000);						\
	__true;								\
})
#define wait_for(_condition) wait_for_within(20, _condition)

/* The path is a format for vsnprintf(). */
static inline int open_file(int flags, const char *path, va_list args)
{
	char name[256];

	vsnprintf(name, sizeof(name), path, args);
	return open(name, flags | O_CLOEXEC);
}

__printf(2, 3)
static inline int write_file(const char *text, const char *path, ...)
{
	va_list args;
	int fd, err;

	va_start(args, path);
	fd = open_file(O_WRONLY, path, args);
	va_end(args);
	if (fd < 0)
		return errno;
	err = write(fd, text, strlen(text)) < 0 ? errno : 0;
	close(fd);
	return err;
}

/* Reads a short file as a string without its final newline. */
__printf(3, 4)
static inline int read_file(char *text, size_t size, const char *path, ...)
{
	va_list args;
	int fd, err = 0;
	ssize_t len;

	*text = 0;
	va_start(args, path);
	fd = open_file(O_RDONLY, path, args);
	va_end(args);
	if (fd < 0)
		return errno;
	len = read(fd, text, size - 1);
	if (len < 0)
		err = errno;
	else
		text[len] = 0;
	if (len > 0 && text[len - 1] == '\n')
		text[len - 1] = 0;
	close(fd);
	return err;
}

/* The limits of the core are parameters of its module. */
static inline unsigned int param_get(const char *name)
{
	char text[32];

	read_file(text, sizeof(text), "/sys/module/fwctl/parameters/%s", name);
	return strtoul(text, NULL, 10);
}

static inline int param_set(const char *name, unsigned int value)
{
	char text[32];

	snprintf(text, sizeof(text), "%u", value);
	return write_file(text, "/sys/module/fwctl/parameters/%s", name);
}

/* The kernel's version: 612 is Linux 6.12. */
static inline unsigned int linux_release(void)
{
	unsigned int major = 0, minor = 0;
	struct utsname uts = {};

	uname(&uts);
	return sscanf(uts.release, "%u.%u", &major, &minor) == 2 ?
	       major * 100 + minor : 0;
}

/* How many fwctl devices there are. */
static inline unsigned int nr_class_devices(void)
{
	DIR *dir = opendir("/sys/class/fwctl");
	struct dirent *entry;
	unsigned int nr = 0;

	while (dir && (entry = readdir(dir)))
		nr += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return nr;
}

/* Whether the kernel has TAINT_FWCTL. */
static inline bool kernel_tainted(void)
{
	char text[32];

	read_file(text, sizeof(text), "/proc/sys/kernel/tainted");
	return strtoull(text, NULL, 10) & (1 << 19);
}

static inline bool all_bytes_are(const __u8 *bytes, __u8 value, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (bytes[i] != value)
			return false;
	return true;
}

static inline int _test_ioctl(int fd, unsigned int cmd, void *arg)
{
	return ioctl(fd, cmd, arg) ? errno : 0;
}

static inline struct fwctl_info info_cmd(void *data, __u32 len)
{
	return (struct fwctl_info){
		.size = sizeof(struct fwctl_info),
		.device_data_len = len,
		.out_device_data = (uintptr_t)data,
	};
}

static inline int _test_info(int fd, void *data, __u32 *len)
{
	struct fwctl_info cmd = info_cmd(data, *len);
	int err = _test_ioctl(fd, FWCTL_INFO, &cmd);

	*len = cmd.device_data_len;
	return err;
}

#define test_info(fd, data, len) ASSERT_EQ(0, _test_info(fd, data, len))
#define test_err_info(err, fd, data, len) \
	EXPECT_EQ(err, _test_info(fd, data, len))

static inline struct fwctl_rpc rpc_cmd(__u32 scope, const void *in,
				       __u32 in_len, void *out, __u32 out_len)
{
	return (struct fwctl_rpc){
		.size = sizeof(struct fwctl_rpc),
		.scope = scope,
		.in_len = in_len,
		.out_len = out_len,
		.in = (uintptr_t)in,
		.out = (uintptr_t)out,
	};
}

static inline int _test_rpc(int fd, __u32 scope, const void *in, __u32 in_len,
			    void *out, __u32 *out_len)
{
	struct fwctl_rpc cmd = rpc_cmd(scope, in, in_len, out, *out_len);
	int err = _test_ioctl(fd, FWCTL_RPC, &cmd);

	*out_len = cmd.out_len;
	return err;
}

#define test_rpc(fd, scope, in, in_len, out, out_len) \
	ASSERT_EQ(0, _test_rpc(fd, scope, in, in_len, out, out_len))
#define test_err_rpc(err, fd, scope, in, in_len, out, out_len) \
	EXPECT_EQ(err, _test_rpc(fd, scope, in, in_len, out, out_len))

/*
 * The kernel's log, from the moment when a test opens it.
 */
#define NO_KMSG "no /dev/kmsg"

/* Returns a file that has all records from now on, or -1. */
static inline int kmsg_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

/* Reads the next record, if there is one. EPIPE says that some were overwritten. */
static inline bool kmsg_next(int fd, char *record, size_t size)
{
	ssize_t len;

	do {
		len = read(fd, record, size - 1);
	} while (len < 0 && errno == EPIPE);
	record[len < 0 ? 0 : len] = 0;
	return len > 0;
}

/* Whether one of the records that have not been read yet has this text. */
static inline bool kmsg_find(int fd, const char *text)
{
	char record[4096];

	while (kmsg_next(fd, record, sizeof(record)))
		if (strstr(record, text))
			return true;
	return false;
}

#endif
