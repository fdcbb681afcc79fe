/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sweeps: an operation runs with its first fault, then with its second, and so on until
 * it completes without a fault. The kernel now and then does additional work in the
 * same operation, in which faults can occur, too: such a sweep runs several times.
 */
#ifndef __FWCTL_SWEEP_UTILS_H
#define __FWCTL_SWEEP_UTILS_H

#include "fwctl_utils.h"

/* More faults than any operation has: a sweep that gets there fails. */
#define MANY_FAULTS 20000

/* How many errnos a sweep can require */
#define MUST_SEE 2

struct sweep;

/**
 * struct sweep_kind - a kind of faults
 * @arm: makes the Nth step from now on fail, N being &sweep.nth
 * @disarm: ends this; returns whether the fault occurred
 * @may_be: whether the operation may fail with this errno because of the fault
 * @passes: how often the sweep goes through all faults, or 0: once
 */
struct sweep_kind {
	void (*arm)(struct sweep *sweep);
	bool (*disarm)(struct sweep *sweep);
	bool (*may_be)(int err);
	unsigned int passes;
};

/**
 * struct sweep - an operation that runs with each of its faults
 * @kind: kind of the faults
 * @what: name of the operation
 * @must: errnos with which the operation must have failed at least once, or 0
 * @pass: how many passes are complete
 * @nth: number of the current fault, from 1
 * @most: highest number of a fault that occurred, in any pass
 * @count: how many faults occurred
 * @hit: the current fault occurred
 * @err: result of the operation, 0 or an errno
 * @failed: how often the operation failed
 * @seen: how often it failed with each of @must
 * @mark: state of @kind
 */
struct sweep {
	const struct sweep_kind *kind;
	const char *what;
	int must[MUST_SEE];
	unsigned int pass;
	unsigned int nth;
	unsigned int most;
	unsigned int count;
	bool hit;
	int err;
	unsigned int failed;
	unsigned int seen[MUST_SEE];
	unsigned int mark;
};

/* A required errno that has not been seen, or 0 */
static inline int sweep_lacks(const struct sweep *sweep)
{
	unsigned int i;

	for (i = 0; i < MUST_SEE; i++)
		if (sweep->must[i] && !sweep->seen[i])
			return sweep->must[i];
	return 0;
}

/* Arms the next fault. Returns false at the end of the sweep. */
static inline bool sweep_next(struct __test_metadata *_metadata,
			      struct sweep *sweep)
{
	if (sweep->nth && !sweep->hit && ++sweep->pass < sweep->kind->passes)
		sweep->nth = 0;
	if (!sweep->nth || (sweep->hit && sweep->nth < MANY_FAULTS)) {
		sweep->nth++;
		sweep->kind->arm(sweep);
		return true;
	}
	EXPECT_FALSE(sweep->hit);
	EXPECT_LT(0, sweep->count)
		TH_LOG("%s: no fault occurred", sweep->what);
	EXPECT_EQ(0, sweep_lacks(sweep))
		TH_LOG("%s: no fault led to: %s", sweep->what,
		       strerror(sweep_lacks(sweep)));
	fprintf(stderr, "# faults: %s: %u, %u in all passes, of which %u led to an error\n",
		sweep->what, sweep->most, sweep->count, sweep->failed);
	return false;
}

static inline bool sweep_done(struct __test_metadata *_metadata,
			      struct sweep *sweep, int err)
{
	unsigned int i;

	sweep->err = err;
	sweep->hit = sweep->kind->disarm(sweep);
	sweep->count += sweep->hit;
	if (sweep->hit && sweep->nth > sweep->most)
		sweep->most = sweep->nth;
	sweep->failed += !!err;
	for (i = 0; i < MUST_SEE; i++)
		sweep->seen[i] += err && err == sweep->must[i];
	EXPECT_TRUE(!err || (sweep->hit && sweep->kind->may_be(err)))
		TH_LOG("%s, fault %u: %s", sweep->what, sweep->nth,
		       strerror(err));
	return true;
}

/*
 * Evaluates @_op, an expression that is 0 or an errno, with each of its faults. After
 * each one the body checks the result, sweep.err, and undoes the operation. The
 * arguments after @_op are errnos with which it must have failed at least once.
 */
#define for_each_in_sweep(_kind, _what, _op, ...)			\
	for (struct sweep sweep = { .kind = &(_kind), .what = (_what),	\
				    .must = { __VA_ARGS__ } };		\
	     sweep_next(_metadata, &sweep) &&				\
	     sweep_done(_metadata, &sweep, (_op));)

/* Faults of this thread: allocations, and copies from and to user space */

#define DEBUGFS "/sys/kernel/debug/"

#define write_number(_number, ...)					\
({									\
	char __text[24];						\
									\
	snprintf(__text, sizeof(__text), "%lu", (unsigned long)(_number)); \
	write_file(__text, __VA_ARGS__);				\
})

/* Looks up the addresses of a kernel function. Returns false if they are not known. */
static inline bool find_function(const char *function, unsigned long *start,
				 unsigned long *end)
{
	FILE *file = fopen("/proc/kallsyms", "r");
	unsigned long address;
	char name[128];
	int pass;

	*start = 0;
	*end = ~0ul;
	for (pass = 0; file && pass < 2; pass++) {
		rewind(file);
		while (fscanf(file, "%lx %*c %127s%*[^\n]", &address, name) == 2) {
			if (!pass && !strcmp(name, function))
				*start = address;
			else if (pass && address > *start && address < *end)
				*end = address;
		}
	}
	if (file)
		fclose(file);
	return *start && *end != ~0ul;
}

/*
 * From now on faults occur only in calls made below the kernel function @function, at
 * any depth, but not below @but. A NULL @function does not restrict faults, and a NULL
 * @but excludes none. Returns the reason for a SKIP, or NULL.
 */
static inline const char *faults_below(const char *function, const char *but)
{
	static const char *const kinds[] = { "failslab", "fail_page_alloc", "fail_usercopy" };
	unsigned long start[2] = {}, end[2] = { ~0ul };
	size_t i;

	if (access(DEBUGFS "failslab/require-start", W_OK))
		return "this kernel cannot restrict faults to callers";
	if ((function && !find_function(function, &start[0], &end[0])) ||
	    (but && !find_function(but, &start[1], &end[1])))
		return "no addresses of kernel functions";
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (write_number(32, DEBUGFS "%s/stacktrace-depth", kinds[i]) ||
		    write_number(start[0], DEBUGFS "%s/require-start", kinds[i]) ||
		    write_number(end[0], DEBUGFS "%s/require-end", kinds[i]) ||
		    write_number(start[1], DEBUGFS "%s/reject-start", kinds[i]) ||
		    write_number(end[1], DEBUGFS "%s/reject-end", kinds[i]))
			return "faults cannot be restricted to callers";
	return NULL;
}

/* The reason for a SKIP, or NULL */
static inline const char *cannot_inject(void)
{
	static const struct {
		const char *file;
		const char *value;
	} knobs[] = {
		{ DEBUGFS "failslab/ignore-gfp-wait", "N" },
		{ DEBUGFS "failslab/verbose", "0" },
		{ DEBUGFS "fail_page_alloc/ignore-gfp-wait", "N" },
		{ DEBUGFS "fail_page_alloc/min-order", "0" },
		{ DEBUGFS "fail_page_alloc/verbose", "0" },
		{ DEBUGFS "fail_usercopy/verbose", "0" },
	};
	size_t i;

	if (access("/proc/self/task", F_OK) || access("/proc/self/fail-nth", W_OK))
		return "no fault injection in this kernel";
	for (i = 0; i < ARRAY_SIZE(knobs); i++)
		if (write_file(knobs[i].value, "%s", knobs[i].file))
			return "this kernel cannot inject all kinds of faults";
	/* A test that was killed may have left a restriction. */
	if (!access(DEBUGFS "failslab/require-start", W_OK))
		return faults_below(NULL, NULL);
	return NULL;
}

/* The kernel function that runs a module's initialization, but does not load it */
#define MODULE_INIT "do_one_initcall"

static inline int nth_fd(void)
{
	static __thread int fd = -1;

	if (fd < 0)
		fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	return fd;
}

static inline void nth_arm(struct sweep *sweep)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", sweep->nth);

	if (pwrite(nth_fd(), text, len, 0) != len)
		abort();
}

static inline bool nth_disarm(__always_unused struct sweep *sweep)
{
	char text[16] = "";
	bool hit;

	/* The fault may occur in this read or write: then it did not occur before. */
	if (pread(nth_fd(), text, sizeof(text) - 1, 0) <= 0)
		text[0] = '1';
	hit = text[0] == '0';
	while (pwrite(nth_fd(), "0", 1, 0) != 1)
		;
	return hit;
}

static inline bool nth_may_be(int err)
{
	return err == ENOMEM || err == EFAULT;
}

/* Faults occur in this thread only, not in modprobe. The reason for a SKIP, or NULL */
static inline const char *cannot_inject_load(void)
{
	return getenv("FWCTL_MODULES") ? NULL :
	       "no faults inside modprobe; set FWCTL_MODULES to a folder with .ko files";
}

static const struct sweep_kind nth_kind = {
	.arm = nth_arm,
	.disarm = nth_disarm,
	.may_be = nth_may_be,
	.passes = 3,
};

/* EINVAL: loading a module with a driver, no memory for its folder in sysfs */
static inline bool load_may_be(int err)
{
	return err == EINVAL || nth_may_be(err);
}

static const struct sweep_kind load_kind __attribute__((unused)) = {
	.arm = nth_arm,
	.disarm = nth_disarm,
	.may_be = load_may_be,
	.passes = 2,
};

#define for_each_fault(_what, _op, ...)					\
	for_each_in_sweep(nth_kind, _what, _op, ## __VA_ARGS__)
#define for_each_load(_what, _op) for_each_in_sweep(load_kind, _what, _op)

#endif
