/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls in flight: in threads, in processes that can be killed, and on user memory that
 * is missing until the test fills it.
 */
#ifndef __FWCTL_THREAD_UTILS_H
#define __FWCTL_THREAD_UTILS_H

#include <linux/userfaultfd.h>
#include <poll.h>
#include <sys/mman.h>

#include "fwctl_sim_utils.h"

/**
 * struct job - a function in a thread of its own
 * @run: the function: returns 0 or an errno
 * @data: its argument
 * @thread: the thread
 * @err: its result, once it has ended
 * @ended: it has ended
 * @end: end time, by now_us()
 */
struct job {
	int (*run)(void *data);
	void *data;

	pthread_t thread;
	int err;
	bool ended;
	__u64 end;
};

static inline void *job_thread(void *data)
{
	struct job *job = data;

	job->err = job->run(job->data);
	job->end = now_us();
	set(&job->ended, true);
	return NULL;
}

static inline int job_start(struct job *job, int (*run)(void *data), void *data)
{
	*job = (struct job){ .run = run, .data = data };
	return pthread_create(&job->thread, NULL, job_thread, job);
}

/* Waits for the end of the function. Returns its result. */
static inline int job_end(struct job *job)
{
	pthread_join(job->thread, NULL);
	return job->err;
}

/**
 * struct call - an ioctl in a thread of its own
 * @fd: the file
 * @number: the ioctl's number
 * @arg: its structure: @rpc, @info, or another
 * @rpc: for call_nop(), call_sim(), and for tests that fill it themselves
 * @info: for call_info()
 * @request: for call_nop(), call_sim()
 * @answer: for call_nop(), call_sim()
 * @thread: the thread
 * @tid: its ID for /proc, or 0 until it runs
 * @result: 0 or errno, once it has ended
 */
struct call {
	int fd;
	unsigned int number;
	void *arg;
	struct fwctl_rpc rpc;
	struct fwctl_info info;
	struct fwctl_sim_request request;
	struct fwctl_sim_answer answer;

	pthread_t thread;
	pid_t tid;
	int result;
};

static inline void *call_thread(void *data)
{
	struct call *call = data;

	__atomic_store_n(&call->tid, syscall(SYS_gettid), __ATOMIC_RELEASE);
	call->result = _test_ioctl(call->fd, call->number, call->arg);
	return NULL;
}

static inline int call_start(struct call *call, int fd, unsigned int number,
			     void *arg)
{
	call->fd = fd;
	call->number = number;
	call->arg = arg;
	call->tid = 0;
	return pthread_create(&call->thread, NULL, call_thread, call);
}

/* Starts a command of the simulated device under the lowest scope. */
static inline int call_sim(struct call *call, int fd, __u32 opcode, __u32 reg)
{
	call->request = (struct fwctl_sim_request){
		.opcode = opcode,
		.arg = reg,
	};
	call->rpc = rpc_cmd(FWCTL_RPC_CONFIGURATION, &call->request,
			    sizeof(call->request), &call->answer,
			    sizeof(call->answer));
	return call_start(call, fd, FWCTL_RPC, &call->rpc);
}

static inline int call_nop(struct call *call, int fd)
{
	return call_sim(call, fd, FWCTL_SIM_NOP, 0);
}

static inline int call_info(struct call *call, int fd)
{
	call->info = info_cmd(NULL, 0);
	return call_start(call, fd, FWCTL_INFO, &call->info);
}

static inline bool call_waits(const struct call *call)
{
	return task_waits_in_ioctl(__atomic_load_n(&call->tid,
						   __ATOMIC_ACQUIRE));
}

/* Waits for the end of the call. Returns 0 or an errno. */
static inline int call_end(struct call *call)
{
	pthread_join(call->thread, NULL);
	return call->result;
}

/* A call in a process of its own, which a test can kill. */
static inline pid_t fork_call(int fd, unsigned int number, void *arg)
{
	pid_t pid = fork();

	if (!pid)
		_exit(_test_ioctl(fd, number, arg));
	return pid;
}

static inline pid_t fork_nop(int fd)
{
	struct fwctl_sim_request request = { .opcode = FWCTL_SIM_NOP };
	struct fwctl_sim_answer answer;
	struct fwctl_rpc rpc = rpc_cmd(FWCTL_RPC_CONFIGURATION, &request,
				       sizeof(request), &answer,
				       sizeof(answer));

	return fork_call(fd, FWCTL_RPC, &rpc);
}

/*
 * Starts a call that stays in flight until its process is killed. Later calls have no
 * delay. Returns the process, or -1.
 */
static inline pid_t hold_slot(const struct sim *sim, int fd)
{
	unsigned int before = sim_count(sim, "rpcs_now");
	pid_t pid;

	if (sim_set(sim, "rpc_delay_ms", FOREVER_MS))
		return -1;
	pid = fork_nop(fd);
	if (pid < 0)
		return -1;
	if (!wait_for(in_flight(sim, before + 1) && task_waits_in_ioctl(pid)) ||
	    sim_set(sim, "rpc_delay_ms", 0)) {
		kill_and_wait(pid);
		return -1;
	}
	return pid;
}

/*
 * Makes calls of one user, whose structures @calls have, while the device does not answer.
 * All but the last one wait, and hold as much memory as a user may have.
 */
static inline void exceed_memory(struct __test_metadata *_metadata, struct sim *sim,
				 struct call *calls, unsigned int n, uid_t uid)
{
	unsigned int i;
	int fd;

	ASSERT_EQ(0, sim_set(sim, "rpc_delay_ms", FOREVER_MS));
	ASSERT_EQ(0, seteuid(uid));
	fd = sim_open(sim, O_RDONLY);
	ASSERT_EQ(0, seteuid(0));
	ASSERT_LE(0, fd);
	for (i = 0; i < n; i++) {
		ASSERT_EQ(0, call_start(&calls[i], fd, FWCTL_RPC, &calls[i].rpc));
		if (i < n - 1)
			ASSERT_TRUE(wait_for(call_waits(&calls[i])));
	}
	EXPECT_EQ(ENOMEM, call_end(&calls[--i]));
	EXPECT_EQ(0, sim_unbind(sim));
	while (i--)
		EXPECT_EQ(ENODEV, call_end(&calls[i]));
	EXPECT_EQ(0, sim_bind(sim));
	close(fd);
}

/**
 * struct slow_memory - pages that are missing until slow_memory_fill()
 * @fd: userfaultfd, by which a thread that accesses a missing page waits
 * @start: first page
 * @len: length of all pages in bytes
 */
struct slow_memory {
	int fd;
	__u8 *start;
	size_t len;
};

static inline int slow_memory_init(struct slow_memory *mem, size_t len)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	*mem = (struct slow_memory){ .len = len };
	mem->fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (mem->fd < 0 || ioctl(mem->fd, UFFDIO_API, &api))
		return errno;
	mem->start = mmap(NULL, len, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (mem->start == MAP_FAILED)
		return errno;
	reg.range.start = (uintptr_t)mem->start;
	reg.range.len = len;
	return ioctl(mem->fd, UFFDIO_REGISTER, &reg) ? errno : 0;
}

/* Waits until a thread accesses this page. */
static inline bool slow_memory_wait(const struct slow_memory *mem, __u8 *page)
{
	struct pollfd poll_fd = { .fd = mem->fd, .events = POLLIN };
	struct uffd_msg msg;

	return poll(&poll_fd, 1, 20000) == 1 &&
	       read(mem->fd, &msg, sizeof(msg)) == sizeof(msg) &&
	       msg.event == UFFD_EVENT_PAGEFAULT &&
	       msg.arg.pagefault.address == (uintptr_t)page;
}

/* Fills a page with @content, which has the size of a page. */
static inline int slow_memory_fill(const struct slow_memory *mem, __u8 *page,
				   const void *content)
{
	size_t page_size = sysconf(_SC_PAGESIZE);
	struct uffdio_copy copy = {
		.dst = (uintptr_t)page & ~(page_size - 1),
		.src = (uintptr_t)content,
		.len = page_size,
	};

	return ioctl(mem->fd, UFFDIO_COPY, &copy) ? errno : 0;
}

/* Fills all pages that are missing with zeroes: no thread waits for them any more. */
static inline void slow_memory_end(struct slow_memory *mem)
{
	struct uffdio_range range = {
		.start = (uintptr_t)mem->start,
		.len = mem->len,
	};

	ioctl(mem->fd, UFFDIO_UNREGISTER, &range);
	close(mem->fd);
}

#define NO_SLOW_MEMORY "no userfaultfd for accesses by the kernel"

#endif
