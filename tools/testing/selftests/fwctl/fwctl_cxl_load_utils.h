/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Load on CXL memory: threads of this process that send queries all the time.
 */
#ifndef __FWCTL_CXL_LOAD_UTILS_H
#define __FWCTL_CXL_LOAD_UTILS_H

#include "fwctl_cxl_utils.h"
#include "fwctl_hostile_utils.h"

#define LOAD_FILES 4
#define LOAD_THREADS 8

/**
 * struct load - threads that send queries through a few files, and one that opens others
 * @dev: the device
 * @fds: the files
 * @jobs: the threads
 * @opener: the thread that opens further files
 * @calls: how many queries have succeeded
 * @stop: tells the threads to end
 */
struct load {
	struct cxl_dev dev;
	int fds[LOAD_FILES];
	struct job jobs[LOAD_THREADS];
	struct job opener;
	unsigned int calls;
	bool stop;
};

/**
 * struct load_thread - the argument of a thread
 * @load: its load
 * @fd: its file
 */
struct load_thread {
	struct load *load;
	int fd;
};

static inline int load_query(void *data)
{
	const struct load_thread *thread = data;
	int err = 0;

	while (!get(&thread->load->stop) && !err) {
		err = cxl_query(thread->fd);
		if (!err)
			count(&thread->load->calls);
	}
	return err;
}

static inline int load_open(void *data)
{
	struct load *load = data;
	int err = 0;

	while (!get(&load->stop) && !err)
		err = cxl_open_and_query(&load->dev);
	return err;
}

/* Returns 0 or an errno. */
static inline int load_start(struct load *load, const struct cxl_dev *dev)
{
	static struct load_thread threads[LOAD_THREADS];
	unsigned int i;
	int err;

	*load = (struct load){ .dev = *dev };
	for (i = 0; i < LOAD_FILES; i++) {
		load->fds[i] = cxl_open(dev, O_RDONLY);
		if (load->fds[i] < 0)
			return errno;
	}
	for (i = 0; i < LOAD_THREADS; i++) {
		threads[i] = (struct load_thread){ load, load->fds[i % LOAD_FILES] };
		err = job_start(&load->jobs[i], load_query, &threads[i]);
		if (err)
			return err;
	}
	return job_start(&load->opener, load_open, load);
}

/*
 * Waits for the end of all threads, which ends with the device, or which the caller has
 * asked for. Returns 0, or the errno that has ended all threads with a file, or EIO.
 */
static inline int load_end(struct load *load)
{
	unsigned int i;
	int err, first;

	first = job_end(&load->jobs[0]);
	for (i = 1; i < LOAD_THREADS; i++) {
		err = job_end(&load->jobs[i]);
		first = err == first ? first : EIO;
	}
	err = job_end(&load->opener);
	if (first == ENODEV ? err != ENODEV && err != ENOENT && err != ENXIO : err != first)
		first = EIO;
	for (i = 0; i < LOAD_FILES; i++)
		close(load->fds[i]);
	return first;
}

#endif
