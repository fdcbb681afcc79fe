/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Callers without privileges: processes of another user, and crowds of their threads.
 */
#ifndef __FWCTL_HOSTILE_UTILS_H
#define __FWCTL_HOSTILE_UTILS_H

#include <grp.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "fwctl_task_utils.h"

/* Two users that own nothing */
#define HOSTILE 1001
#define OTHER 1002

#define CROWD 1000

/* The number of calls that a call may see the device answer before its own */
#define TURNS 48

/* For a child process: leaves the privileges of root for good. */
static inline void become(uid_t uid)
{
	struct rlimit files = { 4096, 4096 };

	if (setrlimit(RLIMIT_NOFILE, &files) || setgroups(0, NULL) ||
	    setresgid(uid, uid, uid) || setresuid(uid, uid, uid))
		_exit(120);
}

/* in_child() of another user */
#define as_user(_uid, _expr) in_child(({ become(_uid); (_expr); }))

/*
 * How many calls of others the device ends, by the counter @_count, while another user makes
 * the call @_expr: the fewest of three tries, because the device goes on while a busy machine
 * does not run this user's process. No time is measured.
 */
#define turns_of_others(_uid, _count, _expr)				\
({									\
	unsigned int __try, __now, __before = 0, __fewest = ~0u;	\
	uid_t __id = (_uid);						\
									\
	for (__try = 0; __try <= 3; __try++) {				\
		__now = (_count);					\
		if (__try && __now - __before - 1 < __fewest)		\
			__fewest = __now - __before - 1;		\
		__before = __now;					\
		if (__try < 3) {					\
			EXPECT_EQ(0, as_user(__id, _expr));		\
		}							\
	}								\
	fprintf(stderr, "# uid %u: %u calls of others meanwhile\n", __id, __fewest); \
	__fewest;							\
})

/* Memory that child processes share, zeroed. It stays until the test ends. */
static inline void *shared_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			    -1, 0);

	if (memory == MAP_FAILED)
		abort();
	return memory;
}

/**
 * struct crowd - many threads of one process of another user
 * @uid: the user
 * @node: the device's node, which each of up to 16 files opens
 * @call: makes one call on a file: returns 0 or an errno
 * @threads: the number of threads, CROWD at most
 * @calls: how many calls each thread makes; 0: until @stop
 * @began: how many threads have begun their first call
 * @tids: their IDs for /proc
 * @failed: how many calls have failed
 * @err: the errno of one of them
 * @stop: tells the threads to end
 */
struct crowd {
	uid_t uid;
	char node[32];
	int (*call)(int fd);
	unsigned int threads;
	unsigned int calls;

	unsigned int began;
	pid_t tids[CROWD];
	unsigned int failed;
	int err;
	bool stop;
};

struct crowd_thread {
	struct crowd *crowd;
	int fd;
};

static inline void *crowd_thread(void *data)
{
	struct crowd_thread *thread = data;
	struct crowd *crowd = thread->crowd;
	unsigned int i;
	int err;

	set(&crowd->tids[count(&crowd->began)], syscall(SYS_gettid));
	for (i = 0; !get(&crowd->stop) && (!crowd->calls || i < crowd->calls); i++) {
		err = crowd->call(thread->fd);
		if (err) {
			set(&crowd->err, err);
			count(&crowd->failed);
			usleep(10000);
		}
	}
	return NULL;
}

/* For the process: its threads are fewer than asked for if the system has no more. */
static inline void crowd_run(struct crowd *crowd)
{
	static struct crowd_thread threads[CROWD];
	static pthread_t ids[CROWD];
	unsigned int i, n, files = 0;
	int fds[16];
	pthread_attr_t small;

	become(crowd->uid);
	while (files < 16 && (fds[files] = open(crowd->node, O_RDONLY | O_CLOEXEC)) >= 0)
		files++;
	if (!files)
		_exit(121);
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 32768);
	for (n = 0; n < crowd->threads; n++) {
		threads[n] = (struct crowd_thread){ crowd, fds[n % files] };
		if (pthread_create(&ids[n], &small, crowd_thread, &threads[n]))
			break;
	}
	for (i = 0; i < n; i++)
		pthread_join(ids[i], NULL);
	_exit(n == crowd->threads ? 0 : 122);
}

/* Starts the process, and waits until all threads have begun. Returns it, or -1. */
static inline pid_t crowd_start(struct crowd *crowd)
{
	pid_t pid = fork();

	if (!pid)
		crowd_run(crowd);
	if (!wait_for_within(100, get(&crowd->began) == crowd->threads)) {
		kill_and_wait(pid);
		return -1;
	}
	return pid;
}

/* How many of its threads sleep in an ioctl. */
static inline unsigned int crowd_waits(struct crowd *crowd)
{
	unsigned int i, n = 0;

	for (i = 0; i < crowd->threads; i++)
		n += task_waits_in_ioctl(get(&crowd->tids[i]));
	return n;
}

/*
 * Waits for the end of a child, long enough on a busy machine. Of a command that workers
 * execute, mlx5_core waits five seconds more than the time limit.
 */
static inline bool ends(pid_t pid, int *status)
{
	__u64 deadline = now_us() + 20 * QUICK_US;

	while (waitpid(pid, status, WNOHANG) != pid) {
		if (now_us() > deadline)
			return false;
		usleep(1000);
	}
	*status = WIFEXITED(*status) ? WEXITSTATUS(*status) : -1;
	return true;
}

/*
 * Evaluates @_expr, which must not wait for another caller, in a process of this user.
 * Evaluates to the exit status; a process that waits fails the test and is killed.
 */
#define EXPECT_NO_WAIT(_uid, _what, _expr)				\
({									\
	uid_t __uid = (_uid);						\
	pid_t __pid = fork();						\
	int __status = -1;						\
									\
	if (!__pid) {							\
		if (__uid)						\
			become(__uid);					\
		_exit(_expr);						\
	}								\
	EXPECT_TRUE(ends(__pid, &__status))				\
	{								\
		TH_LOG("uid %u waits: %s", __uid, _what); \
		kill(__pid, SIGKILL);					\
	}								\
	__status;							\
})

#endif
