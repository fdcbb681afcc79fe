// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tells which threads of the machine leave their CPU, and how long they use one.
 *
 * Prints a line for each kind of thread:
 *
 *	# THREAD: switches per call, microseconds of CPU per call
 *
 * Threads of one kind have the same name but for the numbers of a worker. The rest of the
 * machine's switches belongs to the idle threads, of which /proc knows nothing.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "callers.h"

#define MAX_TASKS 4096
#define NAME_LEN 64

struct task {
	int id;
	char name[NAME_LEN];
	unsigned long switches;
	double us;
};

static struct task before[MAX_TASKS], after[MAX_TASKS], kinds[MAX_TASKS];
static int nr_before, nr_after, nr_kinds;

/* "kworker/u8:3-mlx5_cmd" becomes "kworker/mlx5_cmd". */
static void set_name(struct task *task, const char *name)
{
	const char *work = strchr(name, '-');

	if (strncmp(name, "kworker/", 8))
		snprintf(task->name, sizeof(task->name), "%s", name);
	else
		snprintf(task->name, sizeof(task->name), "kworker/%s", work ? work + 1 : "");
}

static bool read_task(struct task *task, const char *process, const char *thread)
{
	unsigned long switches;
	unsigned long long ns = 0;
	char path[600], line[512], name[NAME_LEN];
	FILE *file;

	memset(task, 0, sizeof(*task));
	task->id = atoi(thread);
	snprintf(path, sizeof(path), "/proc/%s/task/%s/status", process, thread);
	file = fopen(path, "r");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Name: %63[^\n]", name) == 1)
			set_name(task, name);
		if (sscanf(line, "voluntary_ctxt_switches: %lu", &switches) == 1 ||
		    sscanf(line, "nonvoluntary_ctxt_switches: %lu", &switches) == 1)
			task->switches += switches;
	}
	fclose(file);

	snprintf(path, sizeof(path), "/proc/%s/task/%s/schedstat", process, thread);
	file = fopen(path, "r");
	if (file) {
		if (fscanf(file, "%llu", &ns) == 1)
			task->us = ns / 1e3;
		fclose(file);
	}
	return true;
}

static int read_tasks(struct task *tasks)
{
	struct dirent *process, *thread;
	DIR *proc = opendir("/proc"), *threads;
	char path[300];
	int n = 0;

	if (!proc)
		die("/proc");
	while ((process = readdir(proc))) {
		if (!isdigit(process->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/task", process->d_name);
		threads = opendir(path);
		if (!threads)
			continue;
		while (n < MAX_TASKS && (thread = readdir(threads)))
			n += isdigit(thread->d_name[0]) &&
			     read_task(&tasks[n], process->d_name, thread->d_name);
		closedir(threads);
	}
	closedir(proc);
	return n;
}

static void add_kind(const struct task *task, const struct task *old)
{
	struct task *kind = kinds;

	while (kind < kinds + nr_kinds && strcmp(kind->name, task->name))
		kind++;
	if (kind == kinds + nr_kinds) {
		nr_kinds++;
		*kind = (struct task){ 0 };
		strcpy(kind->name, task->name);
	}
	kind->switches += task->switches - (old ? old->switches : 0);
	kind->us += task->us - (old ? old->us : 0);
}

static int by_switches(const void *a, const void *b)
{
	const struct task *x = a, *y = b;

	return (x->switches < y->switches) - (x->switches > y->switches);
}

void profile_begin(void)
{
	nr_before = read_tasks(before);
}

void profile_end(unsigned long calls, unsigned long ctxt)
{
	unsigned long sum = 0;

	nr_after = read_tasks(after);
	for (int i = 0; i < nr_after; i++) {
		const struct task *old = NULL;

		for (int j = 0; j < nr_before && !old; j++)
			if (before[j].id == after[i].id)
				old = &before[j];
		add_kind(&after[i], old);
	}
	qsort(kinds, nr_kinds, sizeof(kinds[0]), by_switches);
	for (int i = 0; i < nr_kinds; i++) {
		sum += kinds[i].switches;
		if (kinds[i].switches * 100 >= calls)
			printf("# %-40s %8.3f %10.1f\n", kinds[i].name,
			       (double)kinds[i].switches / calls, kinds[i].us / calls);
	}
	printf("# %-40s %8.3f\n", "idle", ctxt > sum ? (double)(ctxt - sum) / calls : 0.0);
}
