// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fuzzer of the kernel's interfaces: runs programs, and keeps those that make the
 * kernel execute something new. See ../README.md.
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
 * struct shared - data of all workers, in memory that they share
 * @signal: nonzero for the hash of each pair of places that were executed one after
 *	the other, and of each result of a call, that was seen
 * @places: nonzero for the hash of each place in the kernel that was executed
 * @edges: number of nonzero bytes in @signal
 * @nr_places: number of nonzero bytes in @places
 * @runs: number of programs that each worker ran
 * @calls: number of calls in them
 * @nr: number of claimed entries of @corpus; may be above MAX_CORPUS
 * @ready: whether the entry of @corpus is complete
 * @corpus: programs that were the first to make the kernel do something
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

/* Returns whether @value is new; of concurrent callers only one gets true. */
static bool note(__u8 *map, unsigned int *count, __u64 value)
{
	unsigned int at = hash(value);

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

/* Returns the number of the last call that did something new, counted from 1, or 0. */
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

/* Runs the program in a file: one of the corpus, or one that is to be reproduced. */
static int replay(const char *path)
{
	struct program p;
	unsigned int useful;
	FILE *file = fopen(path, "r");
	int bad;

	if (!file) {
		perror(path);
		return 1;
	}
	bad = program_parse(file, &p);
	fclose(file);
	if (bad) {
		fprintf(stderr, "%s:%d: not a program\n", path, bad);
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

/* Returns 1 if a worker failed or none makes progress, else 0. */
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
			printf("# no worker finished a program for %u s; see last-N\n", STUCK_S);
			return 1;
		}
	}
	return bad;
}

static void work(__u64 seed, const char *from, time_t end)
{
	int bad = 0;

	if (calls_init()) {
		fprintf(stderr, "cannot create simulated devices or open netlink: %s\n",
			strerror(errno));
		exit(1);
	}
	if (!kcov_open())
		fprintf(stderr, "no KCOV: only the results of calls guide the fuzzer\n");
	if (from && !worker)
		bad = replay_all(from);
	fuzz(seed + worker, end);
	exit(calls_check() || bad);
}

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

static void print_usage(FILE *file)
{
	fprintf(file,
		"Usage: fwctl_fuzz [--seed N] [--seconds N] [--workers N] [--corpus DIR] [--save DIR]\n"
		"       fwctl_fuzz --replay FILE\n"
		"--corpus runs the programs in DIR first. --save writes to DIR each program that\n"
		"makes the kernel do something new, and to last-N the program that worker N runs.\n");
}

int main(int argc, char **argv)
{
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
