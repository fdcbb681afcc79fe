// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fuzzer of what fwctl lets user space do: runs programs, and keeps those that
 * make the kernel execute what no other did before. See README.md.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/kcov.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"
#include "mlx5_requests.h"

#define MAX_WORKERS 8
#define MAX_CORPUS 2048
#define COVER_LEN 65536u
#define SIGNAL_BITS 18
#define STUCK_S 240

/**
 * struct shared - what the workers share
 * @signal: what was seen: pairs of places executed one after the other, and
 *	results of calls; by hash
 * @places: places, likewise
 * @edges: how many there are in @signal
 * @nr_places: how many there are in @places
 * @runs: programs, by worker
 * @calls: calls made
 * @nr: programs in @corpus; those at and beyond may be being written
 * @ready: for each one whether it was written
 * @corpus: programs that were the first to do something
 */
struct shared {
	__u8 signal[1 << SIGNAL_BITS];
	__u8 places[1 << SIGNAL_BITS];
	unsigned int edges;
	unsigned int nr_places;
	unsigned long runs[MAX_WORKERS];
	unsigned long calls;
	unsigned int nr;
	bool ready[MAX_CORPUS];
	struct program corpus[MAX_CORPUS];
};

static struct shared *shared;
static const char *folder;
static unsigned long *cover;
static int kcov = -1;
static unsigned int worker;

static bool kcov_open(void)
{
	kcov = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
	if (kcov < 0 || ioctl(kcov, KCOV_INIT_TRACE, COVER_LEN))
		return false;
	cover = mmap(NULL, COVER_LEN * sizeof(*cover), PROT_READ | PROT_WRITE, MAP_SHARED, kcov, 0);
	return cover != MAP_FAILED && !ioctl(kcov, KCOV_ENABLE, KCOV_TRACE_PC);
}

static unsigned int hash(__u64 value)
{
	return mlx5_random(&value) >> (64 - SIGNAL_BITS);
}

/* Returns whether it is new, to one worker only. */
static bool note(__u8 *map, unsigned int *count, __u64 what)
{
	unsigned int at = hash(what);

	if (map[at] || __atomic_exchange_n(&map[at], 1, __ATOMIC_RELAXED))
		return false;
	__atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
	return true;
}

static bool note_call(const struct step *call, int err)
{
	bool news = note(shared->signal, &shared->edges, (__u64)call->kind << 32 | err << 1 | 1);
	unsigned long i, nr = cover ? __atomic_load_n(&cover[0], __ATOMIC_RELAXED) : 0;
	__u64 last = 0;

	for (i = 1; i <= nr && i < COVER_LEN; i++) {
		note(shared->places, &shared->nr_places, cover[i]);
		news |= note(shared->signal, &shared->edges, last * 3 ^ cover[i] << 1);
		last = cover[i];
	}
	return news;
}

static void *async_call(void *data)
{
	const struct step *call = data;

	call_kinds[call->kind].run(call);
	return NULL;
}

/* Returns how many calls it takes to see something new, 0 if there is nothing. */
static unsigned int run(const struct program *p)
{
	pthread_t threads[MAX_CALLS];
	unsigned int nr_threads = 0, i, useful = 0;

	for (i = 0; i < p->nr; i++) {
		const struct step *call = &p->calls[i];
		int err;

		if (call->async && !pthread_create(&threads[nr_threads], NULL, async_call,
						   (void *)call)) {
			nr_threads++;
			continue;
		}
		if (cover)
			__atomic_store_n(&cover[0], 0, __ATOMIC_RELAXED);
		err = call_kinds[call->kind].run(call);
		if (note_call(call, err))
			useful = i + 1;
	}
	for (i = 0; i < nr_threads; i++)
		pthread_join(threads[i], NULL);
	__atomic_add_fetch(&shared->calls, p->nr, __ATOMIC_RELAXED);
	calls_reset();
	return useful;
}

static void save(const char *name, const struct program *p)
{
	char path[256];
	FILE *file;

	if (!folder)
		return;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	if (!file)
		return;
	program_print(file, p);
	fflush(file);
	fdatasync(fileno(file));
	fclose(file);
}

static void keep(struct program *p, unsigned int useful)
{
	unsigned int at = __atomic_fetch_add(&shared->nr, 1, __ATOMIC_RELAXED);
	char name[32];

	if (at >= MAX_CORPUS)
		return;
	p->nr = useful;
	shared->corpus[at] = *p;
	__atomic_store_n(&shared->ready[at], true, __ATOMIC_RELEASE);
	snprintf(name, sizeof(name), "p%04u", at);
	save(name, p);
}

static const struct program *pick(__u64 *seed)
{
	unsigned int nr = __atomic_load_n(&shared->nr, __ATOMIC_RELAXED);
	unsigned int at = nr ? mlx5_random_below(seed, nr < MAX_CORPUS ? nr : MAX_CORPUS) : 0;

	return __atomic_load_n(&shared->ready[at], __ATOMIC_ACQUIRE) ? &shared->corpus[at] : NULL;
}

static void fuzz(__u64 seed, time_t end)
{
	const struct program *base, *other;
	unsigned int useful;
	struct program p;
	char name[32];

	snprintf(name, sizeof(name), "last-%u", worker);
	while (time(NULL) < end) {
		base = pick(&seed);
		other = pick(&seed);
		if (base && other && !mlx5_one_in(&seed, 8)) {
			p = *base;
			program_mutate(&seed, &p, other);
		} else {
			program_make(&seed, &p);
		}
		save(name, &p);
		useful = run(&p);
		if (useful)
			keep(&p, useful);
		__atomic_add_fetch(&shared->runs[worker], 1, __ATOMIC_RELAXED);
	}
}

/* Runs what an earlier run has kept, or what is to be seen again. */
static int replay(const char *path)
{
	struct program p;
	unsigned int useful;
	FILE *file = fopen(path, "r");
	int bad = file ? program_parse(file, &p) : 0;

	if (file)
		fclose(file);
	if (!file || bad) {
		fprintf(stderr, "%s:%d: no program\n", path, bad);
		return 1;
	}
	useful = run(&p);
	if (useful)
		keep(&p, useful);
	return 0;
}

static int replay_all(const char *from)
{
	struct dirent *entry;
	DIR *dir = opendir(from);
	char path[512];
	int bad = 0;

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", from, entry->d_name);
		if (entry->d_name[0] != '.' && strncmp(entry->d_name, "last-", 5))
			bad |= replay(path);
	}
	if (dir)
		closedir(dir);
	return bad;
}

static unsigned long all_runs(void)
{
	unsigned long sum = 0, i;

	for (i = 0; i < MAX_WORKERS; i++)
		sum += __atomic_load_n(&shared->runs[i], __ATOMIC_RELAXED);
	return sum;
}

/* Returns 0, or 1 if a worker failed, or all of them are stuck. */
static int watch(unsigned int workers, time_t start)
{
	unsigned long last = 0, now;
	time_t moved = start, said = start;
	int status, bad = 0;

	while (workers) {
		pid_t pid = waitpid(-1, &status, WNOHANG);

		if (pid > 0) {
			workers--;
			bad |= !WIFEXITED(status) || WEXITSTATUS(status);
			continue;
		}
		sleep(1);
		now = all_runs();
		if (now != last)
			moved = time(NULL);
		last = now;
		if (time(NULL) >= said + 30 || !workers) {
			said = time(NULL);
			printf("# %ld s: %lu programs, %lu calls, corpus %u, places %u, pairs %u\n",
			       (long)(said - start), now, shared->calls, shared->nr,
			       shared->nr_places, shared->edges);
			fflush(stdout);
		}
		if (time(NULL) > moved + STUCK_S) {
			printf("# nothing moves for %u s: see last-N\n", STUCK_S);
			return 1;
		}
	}
	return bad;
}

static void work(__u64 seed, const char *from, time_t end)
{
	int bad = 0;

	if (calls_init()) {
		fprintf(stderr, "no devices to fuzz: %s\n", strerror(errno));
		exit(1);
	}
	if (!kcov_open())
		fprintf(stderr, "no KCOV: results of calls are all that guides\n");
	if (from && !worker)
		bad = replay_all(from);
	fuzz(seed + worker, end);
	exit(calls_check() || bad);
}

static void print_usage(FILE *file)
{
	fprintf(file,
		"Usage: fwctl_fuzz [--seed N] [--seconds N] [--workers N] [--corpus DIR] [--save DIR]\n"
		"       fwctl_fuzz --replay FILE\n"
		"DIR of --corpus has programs to begin with; to DIR of --save those are written\n"
		"that were the first to do something, and, as last-N, what a worker does.\n");
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "seconds", required_argument, NULL, 't' },
		{ "workers", required_argument, NULL, 'w' },
		{ "corpus", required_argument, NULL, 'c' },
		{ "save", required_argument, NULL, 'o' },
		{ "replay", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	const char *from = NULL, *again = NULL;
	unsigned int workers = 2, seconds = 60;
	time_t start = time(NULL);
	__u64 seed = start;
	int c, bad;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 's':
			seed = strtoull(optarg, NULL, 0);
			break;
		case 't':
			seconds = strtoul(optarg, NULL, 10);
			break;
		case 'w':
			workers = strtoul(optarg, NULL, 10);
			break;
		case 'c':
			from = optarg;
			break;
		case 'o':
			folder = optarg;
			break;
		case 'r':
			again = optarg;
			break;
		default:
			print_usage(c == 'h' ? stdout : stderr);
			return c == 'h' ? 0 : 2;
		}
	}
	if (optind < argc || !workers || workers > MAX_WORKERS) {
		print_usage(stderr);
		return 2;
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED) {
		perror("memory");
		return 1;
	}
	if (again)
		return calls_init() || replay(again) || calls_check();

	printf("# seed %llu, %u workers, %u s\n", (unsigned long long)seed, workers, seconds);
	fflush(stdout);
	for (worker = 0; worker < workers; worker++)
		if (!fork())
			work(seed, from, start + seconds);
	bad = watch(workers, start);
	printf("# fuzz: %lu programs, %lu calls, %u places executed, corpus of %u, seed %llu\n",
	       all_runs(), shared->calls, shared->nr_places, shared->nr,
	       (unsigned long long)seed);
	return bad;
}
