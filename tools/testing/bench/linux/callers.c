// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lets threads call an mlx5 fwctl device at the same time, for some seconds, and
 * prints the cost of a call. It uses only the ABI of Linux's own fwctl, and a
 * thread has a file of its own, as the callers of a device have.
 *
 * Prints one line of KEY VALUE:
 *
 *	rate	calls per second, of all threads: median of short slices, because a pause of
 *		the virtual device must not count
 *	ctxt	context switches of the machine per call
 *	cpu	microseconds per call in which a CPU of the machine was not idle
 *	alone	microseconds of a request to devlink, before any thread calls: median
 *	loaded	the same while all threads call
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <fwctl/fwctl.h>
#include <linux/devlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include "callers.h"

#define MAX_THREADS 256
#define MAX_REQUESTS 100000
#define WARM_UP_MS 300
#define SLICE_MS 50
#define MAX_SLICES 1000

#define OP_ACCESS_REG 0x805
#define REG_READ 1
#define REG_MGIR 0x9020
#define HEADER 16
#define MGIR_LEN 160

struct caller {
	pthread_t thread;
	atomic_ulong calls;
	/* No two counters in one cache line */
	char padding[112];
};

struct counts {
	double seconds;
	unsigned long calls;
	unsigned long ctxt;
	double idle;
};

static const char *path;
static struct caller callers[MAX_THREADS];
static int nr_callers;
static atomic_bool stop;
static double us[MAX_REQUESTS];

void die(const char *action)
{
	fprintf(stderr, "callers: %s: %s: %s\n", path, action, strerror(errno));
	exit(1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void sleep_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static int open_device(void)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("open");
	return fd;
}

static void put_be16(unsigned char *at, unsigned int value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static void read_mgir(int fd)
{
	unsigned char in[HEADER + MGIR_LEN] = { 0 }, out[HEADER + MGIR_LEN];
	struct fwctl_rpc rpc = {
		.size = sizeof(rpc),
		.scope = FWCTL_RPC_DEBUG_READ_ONLY,
		.in_len = sizeof(in),
		.out_len = sizeof(out),
		.in = (uintptr_t)in,
		.out = (uintptr_t)out,
	};

	put_be16(in, OP_ACCESS_REG);
	put_be16(in + 6, REG_READ);
	put_be16(in + 10, REG_MGIR);
	if (ioctl(fd, FWCTL_RPC, &rpc))
		die("RPC");
	if (out[0]) {
		errno = EPROTO;
		die("status of MGIR");
	}
}

static void *call_rpc(void *arg)
{
	struct caller *caller = arg;
	int fd = open_device();

	while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
		read_mgir(fd);
		atomic_fetch_add_explicit(&caller->calls, 1, memory_order_relaxed);
	}
	close(fd);
	return NULL;
}

static void *call_open(void *arg)
{
	struct caller *caller = arg;

	while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
		close(open_device());
		atomic_fetch_add_explicit(&caller->calls, 1, memory_order_relaxed);
	}
	return NULL;
}

static unsigned long sum_of_calls(void)
{
	unsigned long sum = 0;

	for (int i = 0; i < nr_callers; i++)
		sum += atomic_load_explicit(&callers[i].calls, memory_order_relaxed);
	return sum;
}

/* The idle time of /proc/stat is exact; the tick only samples the other times. */
static void count(struct counts *counts)
{
	unsigned long long user, nice, system, idle, iowait;
	FILE *file = fopen("/proc/stat", "r");
	char line[4096];

	counts->seconds = now();
	counts->calls = sum_of_calls();
	if (!file || fscanf(file, "cpu %llu %llu %llu %llu %llu", &user, &nice, &system,
			    &idle, &iowait) != 5)
		die("/proc/stat");
	counts->idle = (double)(idle + iowait) / sysconf(_SC_CLK_TCK);
	while (fgets(line, sizeof(line), file))
		sscanf(line, "ctxt %lu", &counts->ctxt);
	fclose(file);
}

static void print_costs(const struct counts *a, const struct counts *b)
{
	double cpus = sysconf(_SC_NPROCESSORS_ONLN), calls = b->calls - a->calls;
	double seconds = b->seconds - a->seconds;

	if (!calls) {
		errno = ETIMEDOUT;
		die("no call ended");
	}
	printf("ctxt %.3f cpu %.1f", (b->ctxt - a->ctxt) / calls,
	       (seconds * cpus - (b->idle - a->idle)) * 1e6 / calls);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double rate_of_calls(double seconds)
{
	double rates[MAX_SLICES], begin = now(), end = begin + seconds, then;
	unsigned long before = sum_of_calls(), after;
	int n = 0;

	do {
		sleep_ms(SLICE_MS);
		then = now();
		after = sum_of_calls();
		rates[n++] = (after - before) / (then - begin);
		begin = then;
		before = after;
	} while (then < end && n < MAX_SLICES);
	qsort(rates, n, sizeof(rates[0]), compare);
	return rates[n / 2];
}

static struct nl_sock *connect_to_devlink(int *family)
{
	struct nl_sock *sock = nl_socket_alloc();

	if (!sock || genl_connect(sock))
		die("netlink");
	nl_socket_disable_auto_ack(sock);
	*family = genl_ctrl_resolve(sock, DEVLINK_GENL_NAME);
	if (*family < 0)
		die("no devlink");
	return sock;
}

/* The request of "devlink dev info pci/ADDRESS", without the program around it */
static double time_devlink_info(const char *address, double seconds)
{
	static char answer[65536];
	const struct nlmsghdr *header = (void *)answer;
	struct nl_msg *msg = nlmsg_alloc();
	double begin, end = now() + seconds;
	int family, n = 0;
	struct nl_sock *sock = connect_to_devlink(&family);
	int fd = nl_socket_get_fd(sock);

	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, 1, family, 0, NLM_F_REQUEST,
				 DEVLINK_CMD_INFO_GET, DEVLINK_GENL_VERSION) ||
	    nla_put_string(msg, DEVLINK_ATTR_BUS_NAME, "pci") ||
	    nla_put_string(msg, DEVLINK_ATTR_DEV_NAME, address))
		die("request to devlink");
	nl_complete_msg(sock, msg);
	do {
		begin = now();
		if (send(fd, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len, 0) < 0 ||
		    recv(fd, answer, sizeof(answer), 0) < 0)
			die("devlink");
		us[n++] = (now() - begin) * 1e6;
		if (header->nlmsg_type != family) {
			errno = EPROTO;
			die("answer of devlink");
		}
	} while (n < MAX_REQUESTS && now() < end);
	nlmsg_free(msg);
	nl_socket_free(sock);
	qsort(us, n, sizeof(us[0]), compare);
	return us[n / 2];
}

static void become(uid_t uid)
{
	if (setgroups(0, NULL) || setgid(uid) || setuid(uid))
		die("change of the user");
}

static void start(int threads, void *(*call)(void *))
{
	for (int i = 0; i < threads; i++) {
		errno = pthread_create(&callers[i].thread, NULL, call, &callers[i]);
		if (errno)
			die("thread");
	}
	nr_callers = threads;
	sleep_ms(WARM_UP_MS);
}

static void finish(void)
{
	atomic_store(&stop, true);
	for (int i = 0; i < nr_callers; i++)
		pthread_join(callers[i].thread, NULL);
}

static int wrong_usage(void)
{
	fputs("usage: callers [-p] [-u UID] DEVICE rpc|open|devlink THREADS SECONDS\n"
	      "               [PCI-ADDRESS]\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	struct counts before, after;
	bool profile = false, opens;
	const char *address;
	double seconds;
	int option;

	while ((option = getopt(argc, argv, "pu:")) != -1) {
		if (option == 'p')
			profile = true;
		else if (option == 'u')
			become(atoi(optarg));
		else
			return wrong_usage();
	}
	argv += optind;
	argc -= optind;
	if (argc < 4 || atoi(argv[2]) > MAX_THREADS)
		return wrong_usage();
	path = argv[0];
	opens = !strcmp(argv[1], "open");
	seconds = atof(argv[3]);
	address = argv[4];

	if (address)
		printf("alone %.1f", time_devlink_info(address, seconds / 2));
	start(atoi(argv[2]), opens ? call_open : call_rpc);
	if (profile)
		profile_begin();
	count(&before);
	if (address)
		printf(" loaded %.1f ", time_devlink_info(address, seconds));
	else
		printf("rate %.1f ", rate_of_calls(seconds));
	count(&after);
	print_costs(&before, &after);
	puts("");
	if (profile)
		profile_end(after.calls - before.calls, after.ctxt - before.ctxt);
	finish();
	return 0;
}
